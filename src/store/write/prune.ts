// Deletes what retention has chosen: stories with all that refers to them, earlier texts, visits to feeds, and what they leave in
// the full-text index. Within a transaction; what stays is counted as though the rest had never been.
import type { PrunedCounts, PrunedKind } from '../../model/stored.ts'
import type { Millis } from '../../model/units.ts'
import { recountThread } from '../counts.ts'
import { PRUNED_BEFORE, prunedMark } from '../ids.ts'
import type { Pruning } from '../pruning.ts'
import { INDEX_DELETED, INDEX_MERGING, mark, retentionReader } from '../read/retention.ts'
import { number, text, textOrNull } from '../rows.ts'
import { bumpVersion, type WritableSql } from '../sql.ts'

/** `@stories` is a JSON array of ids. */
const OF_STORIES = 'story in (select value from numbers(@stories))'

function setMark(sql: WritableSql, name: string, value: number): void {
  sql.run('insert into x_meta (key, value) values (?, ?) on conflict (key) do update set value = excluded.value', [
    name,
    String(value),
  ])
}

const raiseMark = (sql: WritableSql, what: PrunedKind, ids: readonly number[]): void => {
  const name = prunedMark(what)
  const highest = ids.reduce((most, id) => Math.max(most, id), mark(sql, name))
  setMark(sql, name, highest)
}

/** Ids that led to one of these lead nowhere any more. */
function dropRedirects(sql: WritableSql, what: 'story' | 'thread', ids: readonly number[]): number[] {
  return sql
    .all('delete from x_redirects where what = @what and target in (select value from numbers(@ids)) returning id', {
      what,
      ids: JSON.stringify(ids),
    })
    .map(row => number(row['id']))
}

function pruneStories(
  sql: WritableSql,
  thread: number,
  ids: readonly number[],
  { before, tombstones }: { before: Millis; tombstones: readonly number[] },
): PrunedCounts {
  const stories = JSON.stringify(ids)
  const rows = sql.all(`select id, feed, agency, categories from x_reports where ${OF_STORIES}`, { stories })
  const reports = rows.map(row => number(row['id']))
  const revisions = sql.get(
    'select count(*) as n from x_revisions where report in (select value from numbers(@reports))',
    { reports: JSON.stringify(reports) },
  )
  for (const row of rows) {
    if (row['categories'] === '[]') continue
    for (const category of new Set(JSON.parse(text(row['categories'])) as unknown[])) {
      if (typeof category !== 'string') continue
      sql.run('delete from x_report_categories where category = ? and report = ?', [category, number(row['id'])])
    }
  }
  // Credits, figures, revisions, flashes, features and words in the full-text index go with them.
  sql.run(`delete from x_reports where ${OF_STORIES}`, { stories })
  sql.run('delete from x_stories where id in (select value from numbers(@stories))', { stories })
  for (const [feed, own] of Map.groupBy(rows, row => number(row['feed']))) {
    sql.run('update x_feeds set reports = reports - ? where id = ?', [own.length, feed])
  }
  for (const [agency, own] of Map.groupBy(rows, row => text(row['agency']))) {
    sql.run('update x_agencies set reports = reports - ? where id = ?', [own.length, agency])
  }
  const left = sql.get('select 1 as one from x_stories where thread = ? limit 1', [thread])
  const isGone = left === undefined
  if (isGone) dropThread(sql, thread)
  // The time of a change is none at which readers had something new.
  else recountThread(sql, thread, 0)
  for (const key of tombstones) sql.run('insert or ignore into x_tombstones (key) values (?)', [key])
  setMark(sql, PRUNED_BEFORE, Math.max(before, mark(sql, PRUNED_BEFORE)))
  raiseMark(sql, 'report', reports)
  raiseMark(sql, 'story', [...ids, ...dropRedirects(sql, 'story', ids)])
  setMark(sql, INDEX_DELETED, mark(sql, INDEX_DELETED) + reports.length)
  bumpVersion(sql)
  return {
    threads: isGone ? 1 : 0,
    stories: ids.length,
    reports: reports.length,
    revisions: number(revisions?.['n']),
    polls: 0,
  }
}

function dropThread(sql: WritableSql, thread: number): void {
  sql.run('delete from x_thread_agencies where thread = ?', [thread])
  sql.run('delete from x_thread_links where thread = ?', [thread])
  sql.run('delete from x_thread_links where other = ?', [thread])
  sql.run('delete from x_threads where id = ?', [thread])
  raiseMark(sql, 'thread', [thread, ...dropRedirects(sql, 'thread', [thread])])
}

/** One of the two sides has to be there for the other to be told of it. */
const GONE = (table: string): string =>
  `not exists (select 1 from ${table} where id = g.kept) and not exists (select 1 from ${table} where id = g.other)`

const PRUNE_REGROUPINGS = `
delete from x_regroupings where id in (
  select g.id from x_regroupings g where g.id > @after and g.id <= @until and g.at < @before
    and iif(g.kind in ('merge-threads', 'split-thread'), ${GONE('x_threads')}, ${GONE('x_stories')}))`

export function pruning(sql: WritableSql): Pruning {
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
      return sql
        .all(`select story, feed, guid, global_guid, canonical_url from x_reports where ${OF_STORIES}`, {
          stories: JSON.stringify(chosen),
        })
        .map(row => ({
          story: number(row['story']),
          feed: number(row['feed']),
          guid: text(row['guid']),
          globalGuid: textOrNull(row['global_guid']),
          canonicalUrl: textOrNull(row['canonical_url']),
        }))
    },
    pruneStories: (thread, stories, gone) => pruneStories(sql, thread, stories, gone),
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
        setMark(sql, INDEX_MERGING, 1)
        setMark(sql, INDEX_DELETED, 0)
      }
      const before = changes()
      // A negative number begins to merge all segments into one (SQLite, "FTS5", 6.8).
      sql.run(`insert into x_search (x_search, rank) values ('merge', ?)`, [begins ? -pages : pages])
      const isDone = changes() - before < 2
      if (isDone) setMark(sql, INDEX_MERGING, 0)
      return isDone
    },
  }
}
