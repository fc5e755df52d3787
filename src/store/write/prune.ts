// Deletes what retention has chosen: stories with all that refers to them, earlier texts, visits to feeds, and what they leave in
// the full-text index. Within a transaction; what stays is counted as though the rest had never been.
import type { PrunedCounts } from '../../model/stored.ts'
import type { Millis } from '../../model/units.ts'
import { recountThread } from '../counts.ts'
import { PRUNED_BEFORE, prunedMark } from '../ids.ts'
import type { NamedReport, PrunedPart, Pruning } from '../pruning.ts'
import { INDEX_DELETED, INDEX_MERGING, mark, retentionReader } from '../read/retention.ts'
import { number, text, textOrNull } from '../rows.ts'
import { bumpVersion, type Row, type WritableSql } from '../sql.ts'
import type { Filing } from '../store.ts'

/** Reports by their names, with the threads that they are in. */
const NAMED = `select r.story, s.thread, r.feed, r.guid, r.global_guid, r.canonical_url
  from x_stories s join x_reports r on r.story = s.id`

const named = (row: Row): NamedReport => ({
  story: number(row['story']),
  thread: number(row['thread']),
  feed: number(row['feed']),
  guid: text(row['guid']),
  globalGuid: textOrNull(row['global_guid']),
  canonicalUrl: textOrNull(row['canonical_url']),
})

/** `@stories` is a JSON array of ids. */
const OF_STORIES = 'story in (select value from numbers(@stories))'

/** Ids that led to one of these lead nowhere any more. */
function dropRedirects(sql: WritableSql, what: 'story' | 'thread', ids: readonly number[]): () => number[] {
  const dropped = sql.soon(
    'delete from x_redirects where what = @what and target in (select value from numbers(@ids)) returning id',
    { what, ids: JSON.stringify(ids) },
  )
  return () => dropped.rows.map(row => number(row['id']))
}

/** Numbers that the store keeps, read together. */
function marksSoon(sql: WritableSql, names: readonly string[]): () => (name: string) => number {
  const asked = sql.soon('select key, value from x_meta where key in (select value from texts(@names))', {
    names: JSON.stringify(names),
  })
  return () => {
    const marks = new Map(asked.rows.map(row => [text(row['key']), number(row['value'])]))
    return name => marks.get(name) ?? 0
  }
}

const MARKS = [prunedMark('report'), prunedMark('story'), prunedMark('thread'), PRUNED_BEFORE, INDEX_DELETED]

function pruneStories(
  sql: WritableSql,
  setMark: Filing['setMark'],
  parts: readonly PrunedPart[],
  { before, tombstones }: { before: Millis; tombstones: readonly number[] },
): PrunedCounts {
  const ids = parts.flatMap(({ stories }) => stories)
  const threads = JSON.stringify(parts.map(({ thread }) => thread))
  const stories = JSON.stringify(ids)
  // All that is to be known is asked together: most of what a server far away takes is the way.
  const found = sql.soon(
    `select id, feed, agency, categories, (select count(*) from x_revisions v where v.report = r.id) as revisions
     from x_reports r where ${OF_STORIES}`,
    { stories },
  )
  const marks = marksSoon(sql, MARKS)
  // Credits, figures, revisions, flashes, features and words in the full-text index go with them.
  sql.run(`delete from x_reports where ${OF_STORIES}`, { stories })
  sql.run('delete from x_stories where id in (select value from numbers(@stories))', { stories })
  const left = sql.soon(
    `select n.value as id from numbers(@threads) n where (select 1 from x_stories s where s.thread = n.value limit 1) = 1`,
    { threads },
  )
  const formerStories = dropRedirects(sql, 'story', ids)
  const rows = found.rows
  dropCategories(sql, rows)
  for (const [feed, own] of Map.groupBy(rows, row => number(row['feed']))) {
    sql.run('update x_feeds set reports = reports - ? where id = ?', [own.length, feed])
  }
  for (const [agency, own] of Map.groupBy(rows, row => text(row['agency']))) {
    sql.run('update x_agencies set reports = reports - ? where id = ?', [own.length, agency])
  }
  const stays = new Set(left.rows.map(row => number(row['id'])))
  const gone = parts.map(({ thread }) => thread).filter(thread => !stays.has(thread))
  // The time of a change is none at which readers had something new.
  for (const { thread, stories: went } of parts) {
    if (stays.has(thread) && went.length > 0) recountThread(sql, thread, 0)
  }
  const formerThreads = dropThreads(sql, gone)
  sql.run('insert or ignore into x_tombstones (key) select value from numbers(@keys)', {
    keys: JSON.stringify(tombstones),
  })
  const was = marks()
  const raise = (name: string, numbers: readonly number[]): void => {
    const highest = numbers.reduce((most, one) => Math.max(most, one), was(name))
    if (highest > was(name)) setMark(name, highest)
  }
  setMark(PRUNED_BEFORE, Math.max(before, was(PRUNED_BEFORE)))
  raise(
    prunedMark('report'),
    rows.map(row => number(row['id'])),
  )
  raise(prunedMark('story'), [...ids, ...formerStories()])
  raise(prunedMark('thread'), [...gone, ...formerThreads()])
  raise(INDEX_DELETED, [was(INDEX_DELETED) + rows.length])
  bumpVersion(sql)
  return {
    threads: gone.length,
    stories: ids.length,
    reports: rows.length,
    revisions: rows.reduce((sum, row) => sum + number(row['revisions']), 0),
    polls: 0,
  }
}

function dropCategories(sql: WritableSql, reports: readonly Row[]): void {
  for (const row of reports) {
    if (row['categories'] === '[]') continue
    for (const category of new Set(JSON.parse(text(row['categories'])) as unknown[])) {
      if (typeof category !== 'string') continue
      sql.run('delete from x_report_categories where category = ? and report = ?', [category, number(row['id'])])
    }
  }
}

/** Threads that have no story left. Returns the ids that led to them. */
function dropThreads(sql: WritableSql, threads: readonly number[]): () => number[] {
  if (threads.length === 0) return () => []
  const ids = JSON.stringify(threads)
  const these = '(select value from numbers(@ids))'
  sql.run(`delete from x_thread_agencies where thread in ${these}`, { ids })
  sql.run(`delete from x_thread_links where thread in ${these}`, { ids })
  sql.run(`delete from x_thread_links where other in ${these}`, { ids })
  sql.run(`delete from x_threads where id in ${these}`, { ids })
  return dropRedirects(sql, 'thread', threads)
}

/** One of the two sides has to be there for the other to be told of it. */
const GONE = (table: string): string =>
  `not exists (select 1 from ${table} where id = g.kept) and not exists (select 1 from ${table} where id = g.other)`

const PRUNE_REGROUPINGS = `
delete from x_regroupings where id in (
  select g.id from x_regroupings g where g.id > @after and g.id <= @until and g.at < @before
    and iif(g.kind in ('merge-threads', 'split-thread'), ${GONE('x_threads')}, ${GONE('x_stories')}))`

export function pruning(sql: WritableSql, { setMark }: Pick<Filing, 'setMark'>): Pruning {
  return {
    ...retentionReader(sql),
    firstReports: (thread, limit) => {
      const chosen: number[] = []
      let reports = 0
      for (const row of sql.all(
        'select id, reports from x_stories where thread = @thread order by time, id limit @limit',
        {
          thread,
          limit,
        },
      )) {
        reports += number(row['reports'])
        if (chosen.length > 0 && reports > limit) break
        chosen.push(number(row['id']))
      }
      return sql.all(`${NAMED} where r.${OF_STORIES}`, { stories: JSON.stringify(chosen) }).map(named)
    },
    namedReportsOf: threads =>
      sql
        .all(`${NAMED} where s.thread in (select value from numbers(@threads))`, { threads: JSON.stringify(threads) })
        .map(named),
    pruneStories: (parts, gone) => pruneStories(sql, setMark, parts, gone),
    pruneTexts: texts => {
      for (const { report, number: n } of texts) {
        sql.run('delete from x_revisions where report = ? and number = ?', [report, n])
      }
      if (texts.length > 0) bumpVersion(sql)
    },
    prunePolls: (before, limit) =>
      sql.run(
        `delete from x_polls where id in (select p.id from x_feeds f join x_polls p on p.feed = f.id and p.at < @before limit @limit)`,
        { before, limit },
      ).changes,
    pruneRegroupings: (before, after, limit) => {
      const until = sql.get(
        'select max(id) as id from (select id from x_regroupings where id > @after and at < @before order by id limit @limit) x',
        { after, before, limit },
      )?.['id']
      if (until === null || until === undefined) return null
      sql.run(PRUNE_REGROUPINGS, { after, until, before })
      return number(until)
    },
    logPruned: ({ at, before, reason }, { threads, stories, reports, revisions, polls }) => {
      const given = { at, before, reason, threads, stories, reports, revisions, polls }
      const { changes } = sql.run(
        `update x_prunings set before = coalesce(max(before, @before), before, @before), threads = threads + @threads, stories = stories + @stories,
           reports = reports + @reports, revisions = revisions + @revisions, polls = polls + @polls
         where id = (select max(id) from x_prunings) and at = @at and reason = @reason`,
        given,
      )
      if (changes > 0) return
      sql.run(
        `insert into x_prunings (at, before, reason, threads, stories, reports, revisions, polls)
         values (@at, @before, @reason, @threads, @stories, @reports, @revisions, @polls)`,
        given,
      )
    },
    mergeIndex: pages => {
      const changes = (): number => number(sql.get('select total_changes() as n')?.['n'])
      const begins = mark(sql, INDEX_MERGING) === 0
      if (begins) {
        setMark(INDEX_MERGING, 1)
        setMark(INDEX_DELETED, 0)
      }
      const before = changes()
      // A negative number begins to merge all segments into one (SQLite, "FTS5", 6.8).
      sql.run(`insert into x_search (x_search, rank) values ('merge', ?)`, [begins ? -pages : pages])
      const isDone = changes() - before < 2
      if (isDone) setMark(INDEX_MERGING, 0)
      return isDone
    },
  }
}
