// What stories and threads claim about themselves (counts, times, leads), kept true filing by filing without counting anew.

import type { Report } from '../model/decided.ts'
import type { Millis } from '../model/units.ts'
import type { Row, Value, WritableSql } from './sql.ts'

// The lead story of a thread is the full report nearest to all others, as filing judged it; where that is not known, the
// newest among those that most agencies carried. A flash or a withdrawn report leads only where there is nothing else.
const LEAD_ORDER = 's.standing desc, s.central desc, s.agencies desc, s.time desc, s.id desc'

/** What LEAD_ORDER compares. */
const RANK = 'select standing, agencies, time, thread from stories where id = @story'

/** How well a report would lead: 2 a full report, 1 a flash, 0 one that was withdrawn. */
const standing = (signal: unknown): number => (signal === 'kill' ? 0 : signal === 'flash' ? 1 : 2)

/**
 * Bring a story's counts and lead up to date after a change of one of its reports, then its thread's. The cost does not
 * grow with the thread, except when its lead itself loses rank, or its newest story turns out to be older.
 */
export function refresh(sql: WritableSql, story: number, now: Millis): void {
  const was = sql.get(RANK, { story }) ?? {}
  const members = sql.all(
    'select id, signal, joined_by, time, agency from reports where story = @story order by time, id',
    {
      story,
    },
  )
  // The lead report of a story is the one that tells its flash in full, else the earliest full one, else the earliest
  // flash, else one that was withdrawn. Counted here and not in SQL, where counting agencies builds a table for every
  // report that is filed.
  const rank = (member: Row) =>
    standing(member['signal']) === 2 && member['joined_by'] === 'flash' ? 3 : standing(member['signal'])
  const best = members.reduce((most, member) => Math.max(most, rank(member)), 0)
  const leader = members.find(member => rank(member) === best)
  const is = {
    thread: was['thread'] ?? null,
    time: members[0]?.['time'] ?? null,
    standing: standing(leader?.['signal']),
    agencies: new Set(members.map(({ agency }) => agency)).size,
  } as const
  sql.run(
    `update stories set lead = @lead, time = @time, reports = @reports, agencies = @agencies, standing = @standing,
       updated = max(updated, @now)
     where id = @story`,
    {
      story,
      lead: leader?.['id'] ?? null,
      time: is.time,
      reports: members.length,
      agencies: is.agencies,
      standing: is.standing,
      now,
    },
  )
  const thread = Number(is.thread)
  const time = Number(is.time)
  sql.run(
    `update threads set first = min(first, @time), last = max(last, @time), updated = max(updated, @now)
     where id = @thread`,
    { thread, time, now },
  )
  // A copy that an agency dates earlier makes its story older: another may be the newest now.
  if (time < Number(was['time'])) {
    sql.run(
      `update threads set last = (select max(s.time) from stories s where s.thread = @thread)
       where id = @thread and last = @before`,
      { thread, before: Number(was['time']) },
    )
  }
  const before = sql.get('select lead from threads where id = @thread', { thread })?.['lead'] ?? null
  const sunk = (['standing', 'agencies', 'time'] as const)
    .map(name => Number(is[name]) - Number(was?.[name]))
    .find(Boolean)
  const rescan = before === null || (before === story && sunk !== undefined && sunk < 0)
  const candidates = rescan ? 's.thread = @thread' : 's.id in (threads.lead, @story)'
  sql.run(
    `update threads set lead = (select s.id from stories s where ${candidates} order by ${LEAD_ORDER} limit 1)
     where id = @thread`,
    { thread, story },
  )
  const lead = sql.get('select lead from threads where id = @thread', { thread })?.['lead'] ?? null
  if (lead === before && lead !== story) return
  sql.run(
    `update threads set (title, language) =
       (select r.headline, s.language from stories s join reports r on r.id = s.lead where s.id = threads.lead)
     where id = @thread`,
    { thread },
  )
}

/** Agencies whose own copy a thread holds: ten reprints of one count once. */
const SOURCES = `(select count(distinct coalesce(s.origin, s.origin_name)) from stories s where s.thread = threads.id)`

/** Whose copy a story is, and how many tell it independently; its thread counts anew. */
export function setOrigin(
  sql: WritableSql,
  story: number,
  is: { origin: string | null; originName: string; sources: number; provenance: string },
): void {
  const was = sql.get('select thread, origin, origin_name from stories where id = @story', { story })
  sql.run(
    `update stories set origin = @origin, origin_name = @originName, sources = @sources, provenance = @provenance
     where id = @story`,
    { story, ...is },
  )
  if (was?.['origin'] === is.origin && was['origin_name'] === is.originName) return
  const thread = was?.['thread'] ?? null
  // One look-up each, for a thread may hold thousands of stories.
  const came = tells(sql, thread, story, is.origin, is.originName) ? 0 : 1
  const gone =
    was?.['origin_name'] == null || tells(sql, thread, story, was['origin'] ?? null, was['origin_name']) ? 0 : 1
  const counted = sql.get(
    'select count(*) as n from (select 1 from stories where thread = @thread and id <> @story and origin_name is not null limit 1)',
    { thread, story },
  )
  if (Number(counted?.['n']) === 0) sql.run('update threads set sources = 1 where id = @thread', { thread })
  else if (came !== gone) {
    sql.run('update threads set sources = max(1, sources + @by) where id = @thread', { thread, by: came - gone })
  }
}

/** Whether another story of the thread has this origin. */
function tells(sql: WritableSql, thread: Value, story: number, origin: Value, name: Value): boolean {
  const where = origin === null ? 'origin is null and origin_name = @name' : 'origin = @origin'
  const found = sql.get(`select 1 as found from stories where thread = @thread and ${where} and id <> @story limit 1`, {
    thread,
    story,
    ...(origin === null ? { name } : { origin }),
  })
  return found !== undefined
}

/** A story is the one nearest to all others of its thread: it leads, unless it is a flash or was withdrawn. */
export function setCentral(sql: WritableSql, thread: number, story: number): void {
  const was = sql.get('select central from stories where id = @story', { story })
  if (was?.['central'] === 1) return
  sql.run('update stories set central = (id = @story) where thread = @thread and (central = 1 or id = @story)', {
    thread,
    story,
  })
  setLead(sql, thread, leadOf(sql, thread))
}

function leadOf(sql: WritableSql, thread: number): number {
  const lead = sql.get(`select s.id from stories s where s.thread = @thread order by ${LEAD_ORDER} limit 1`, { thread })
  return Number(lead?.['id'])
}

/** Let a story lead its thread. */
function setLead(sql: WritableSql, thread: number, story: number): void {
  sql.run(
    `update threads set lead = @story, (title, language) =
       (select r.headline, s.language from stories s join reports r on r.id = s.lead where s.id = @story)
     where id = @thread`,
    { thread, story },
  )
}

/** All that a thread claims, counted anew: after stories have come or gone. */
export function recountThread(sql: WritableSql, thread: number, now: Millis): void {
  sql.run('delete from thread_agencies where thread = @thread', { thread })
  sql.run(
    `insert into thread_agencies (thread, agency, first, reports)
     select s.thread, r.agency, min(r.time), count(*) from stories s join reports r on r.story = s.id
     where s.thread = @thread group by r.agency`,
    { thread },
  )
  sql.run(
    `update threads set
       (first, last, stories) = (select min(s.time), max(s.time), count(*) from stories s where s.thread = @thread),
       (reports, agencies) = (select sum(reports), count(*) from thread_agencies where thread = @thread),
       sources = max(1, ${SOURCES}), updated = max(updated, @now)
     where id = @thread`,
    { thread, now },
  )
  setLead(sql, thread, leadOf(sql, thread))
}

/** Count a new report into its thread. */
export function countReport(sql: WritableSql, story: number, report: Report, opensStory: boolean): void {
  const thread = Number(sql.get('select thread from stories where id = @story', { story })?.['thread'])
  const known = sql.get('select 1 as known from thread_agencies where thread = @thread and agency = @agency', {
    thread,
    agency: report.agency,
  })
  sql.run(
    `insert into thread_agencies (thread, agency, first, reports) values (@thread, @agency, @time, 1)
     on conflict do update set first = min(first, excluded.first), reports = reports + 1`,
    { thread, agency: report.agency, time: report.time },
  )
  sql.run(
    `update threads set reports = reports + 1, stories = stories + @stories, agencies = agencies + @agencies
     where id = @thread`,
    { thread, stories: opensStory ? 1 : 0, agencies: known ? 0 : 1 },
  )
}
