// What retention is decided on: threads without news for long, texts that were replaced, the size of the file.
import type { OldThread } from '../../model/stored.ts'
import type { Millis } from '../../model/units.ts'
import { highestPruned } from '../ids.ts'
import type { RetentionReader } from '../pruning.ts'
import { number } from '../rows.ts'
import type { Row, Sql } from '../sql.ts'

/** As long as entries are missing from a feed that comes back with them. */
const STOOD: Millis = 2 * 86_400_000

/** Of a feed that is not polled any more nothing stands. A look-up for each thread: PostgreSQL makes a table of all reports of `exists`. */
const OLD_THREADS = `
select t.id, t.last, t.updated, t.stories, t.reports,
  (select 1 from x_stories s join x_reports r on r.story = s.id join x_feeds f on f.id = r.feed
    where s.thread = t.id and f.active = 1 and f.retired = 0
      and r.last_seen >= (select max(x.last_seen) from x_reports x where x.feed = f.id) - ${STOOD} limit 1) is not null as stands
from x_threads t
where (t.last, t.id) > (@last, @id) and t.last < @before and t.updated < @before
order by t.last, t.id limit @limit`

/** Threads with a story, or a report of one, that an editor's decision names. */
const EDITED = `
with named (what, id) as (
  select d.what, j.value from x_decisions d, numbers(d.one) j
  union select d.what, j.value from x_decisions d, numbers(d.other) j)
select s.thread from named n left join x_redirects x on x.what = 'story' and x.id = n.id
join x_stories s on s.id = coalesce(x.target, n.id) where n.what = 'thread'
union
select s.thread from named n join x_reports r on r.id = n.id join x_stories s on s.id = r.story where n.what = 'story'`

/** What an editor decided, and which stories are in which threads, changes with these alone. */
const EDITED_STATE = `select coalesce((select max(id) from x_decisions), 0) || ' ' || coalesce((select max(id) from x_regroupings), 0) as state`

const OLD_TEXTS = `
select v.report, v.number, r.first_seen, coalesce(
    (select n.seen from x_revisions n where n.report = v.report and n.number > v.number order by n.number limit 1), r.changed) as replaced
from x_revisions v join x_reports r on r.id = v.report
where (v.report, v.number) > (@report, @number) order by v.report, v.number limit @limit`

const oldThread = (row: Row, edited: ReadonlySet<number>): OldThread => ({
  id: number(row['id']),
  last: number(row['last']),
  updated: number(row['updated']),
  stories: number(row['stories']),
  reports: number(row['reports']),
  isEdited: edited.has(number(row['id'])),
  stands: number(row['stands']) === 1,
})

export const mark = (sql: Sql, name: string): number =>
  number(sql.get('select value from x_meta where key = ?', [name])?.['value'])

/** Names of numbers that the store keeps of the full-text index. */
export const INDEX_DELETED = 'search_deleted'
export const INDEX_MERGING = 'search_merging'

export function retentionReader(sql: Sql): RetentionReader {
  let edited: { state: string; threads: ReadonlySet<number> } | null = null
  const editedThreads = (): ReadonlySet<number> => {
    const state = String(sql.get(EDITED_STATE)?.['state'])
    if (edited?.state !== state) {
      edited = { state, threads: new Set(sql.all(EDITED).map(row => number(row['thread']))) }
    }
    return edited.threads
  }
  return {
    oldThreads: (before, after, limit) => {
      const { last = Number.MIN_SAFE_INTEGER, id = 0 } = after ?? {}
      const rows = sql.all(OLD_THREADS, { before, last, id, limit })
      const threads = rows.length === 0 ? new Set<number>() : editedThreads()
      return rows.map(row => oldThread(row, threads))
    },
    lastPublished: limit =>
      sql
        .all(
          `select published from (select published from x_reports order by id desc limit ?) x where published is not null`,
          [limit],
        )
        .map(row => number(row['published'])),
    fileSize: () => {
      const row = sql.get(
        `select page_count as pages, freelist_count as free, page_size as bytes, auto_vacuum as shrinks
         from pragma_page_count, pragma_freelist_count, pragma_page_size, pragma_auto_vacuum`,
      )
      return {
        pages: number(row?.['pages']),
        free: number(row?.['free']),
        pageBytes: number(row?.['bytes']),
        canShrink: number(row?.['shrinks']) === 2,
      }
    },
    indexed: () => ({
      reports: number(sql.get('select sum(reports) as n from x_feeds')?.['n']),
      deleted: mark(sql, INDEX_DELETED),
      isMerging: mark(sql, INDEX_MERGING) === 1,
    }),
    oldTexts: (before, after, limit) => {
      const { report = 0, number: after_ = 0 } = after ?? {}
      const rows = sql.all(OLD_TEXTS, { report, number: after_, limit })
      const texts = rows
        .filter(row => number(row['replaced']) < before)
        .map(row => ({ report: number(row['report']), number: number(row['number']) }))
      const last = rows.at(-1)
      // Reports are numbered as they come: the texts of a later one were not replaced before it came.
      const isLast = last === undefined || rows.length < limit || number(last['first_seen']) >= before
      return { texts, next: isLast ? null : { report: number(last['report']), number: number(last['number']) } }
    },
    oldPolls: (before, limit) =>
      number(
        sql.get(
          `select count(*) as n from (select 1 from x_feeds f join x_polls p on p.feed = f.id and p.at < @before limit @limit) x`,
          { before, limit },
        )?.['n'],
      ),
    isPruned: (what, id) => {
      const table = what === 'thread' ? 'x_threads' : what === 'story' ? 'x_stories' : 'x_reports'
      const row = sql.get(
        `select @id <= ${highestPruned(what)} and not exists (select 1 from ${table} where id = @id)
           and not exists (select 1 from x_redirects where what = @what and id = @id) as gone`,
        { id, what },
      )
      return number(row?.['gone']) === 1
    },
  }
}
