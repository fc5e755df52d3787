// What stories and threads claim of themselves (counts, times, leads), kept true without counting anew: a few statements for
// all that a document touched. Which report and which story leads is decided in decide/lead.ts.
import { compareLeads, countStory, type LeadCandidate, type LeadMember, leadStory } from '../decide/lead.ts'
import type { Millis } from '../model/units.ts'
import { leadMembers } from './read/facts.ts'
import { number, numberOrNull, text, textOrNull } from './rows.ts'
import type { Row, WritableSql } from './sql.ts'
import type { Batch, StoryOrigin } from './store.ts'

/** A story that came or changed, as its thread counts it. */
export interface CountedStory extends LeadCandidate {
  thread: number
  /** How it stood before; null where it is new. */
  before: Pick<LeadCandidate, 'rank' | 'agencies' | 'time'> | null
  /** When it changed for readers; 0 where nothing changed for them. */
  now: Millis
}

/** What new reports add to a thread: per agency, how many and the time of the first. */
export type Parts = Map<number, Map<string, { reports: number; first: Millis }>>

const candidateOf = (row: Row): LeadCandidate => ({
  id: number(row['id']),
  rank: number(row['standing']),
  central: number(row['central']) === 1,
  agencies: number(row['agencies']),
  time: number(row['time']),
})

/** Count the reports of stories on file anew. `touched` says when each changed for readers. */
export function countStories(sql: WritableSql, touched: ReadonlyMap<number, Millis>): CountedStory[] {
  if (touched.size === 0) return []
  const ids = [...touched.keys()]
  const members = leadMembers(sql, ids)
  const rows = sql.all(
    `select s.id, s.thread, s.standing, s.central, s.agencies, s.time from numbers(@ids) i join x_stories s on s.id = i.value`,
    { ids: JSON.stringify(ids) },
  )
  return rows.flatMap(row => {
    const before = candidateOf(row)
    const count = countStory(members.get(before.id) ?? [])
    if (count === null) return []
    const now = touched.get(before.id) ?? 0
    sql.run(
      `update x_stories set lead = ?, time = ?, reports = ?, agencies = ?, standing = ?, updated = max(updated, ?) where id = ?`,
      [count.lead, count.time, count.reports, count.agencies, count.rank, now, before.id],
    )
    const { rank, agencies, time } = count
    return [{ ...before, rank, agencies, time, thread: number(row['thread']), before, now }]
  })
}

/** Bring threads on file up to date after stories of theirs came or changed. The cost does not grow with the thread. */
export function countThreads(
  sql: WritableSql,
  stories: readonly CountedStory[],
  parts: Parts,
  central: Set<number>,
): void {
  if (stories.length === 0) return
  const byThread = Map.groupBy(stories, ({ thread }) => thread)
  const rows = sql.all(
    `select t.id as thread, t.first, t.last, t.updated, t.stories, t.reports, t.agencies as parts, t.lead,
       s.id, s.standing, s.central, s.agencies, s.time
     from numbers(@ids) i join x_threads t on t.id = i.value left join x_stories s on s.id = t.lead`,
    { ids: JSON.stringify([...byThread.keys()]) },
  )
  for (const row of rows) {
    const thread = number(row['thread'])
    const changed = byThread.get(thread) ?? []
    const added = parts.get(thread)
    let reports = 0
    let agencies = number(row['parts'])
    for (const [agency, part] of added ?? []) {
      reports += part.reports
      if (addPart(sql, thread, agency, part)) agencies++
    }
    const lead = leadOf(sql, thread, row, changed, central.has(thread))
    const titled = lead === null || (lead === row['lead'] && !changed.some(({ id }) => id === lead)) ? null : lead
    sql.run(
      `update x_threads set first = ?, last = ?, updated = ?, stories = ?, reports = ?, agencies = ?, lead = ? where id = ?`,
      [
        Math.min(number(row['first']), ...changed.map(({ time }) => time)),
        lastOf(sql, thread, number(row['last']), changed),
        Math.max(number(row['updated']), ...changed.map(({ now }) => now)),
        number(row['stories']) + changed.filter(({ before }) => before === null).length,
        number(row['reports']) + reports,
        agencies,
        lead,
        thread,
      ],
    )
    if (titled !== null) entitle(sql, thread, titled)
  }
}

/** True where the agency had no part in the thread before. */
function addPart(
  sql: WritableSql,
  thread: number,
  agency: string,
  { reports, first }: { reports: number; first: Millis },
): boolean {
  const row = sql.get(
    `insert into x_thread_agencies (thread, agency, first, reports) values (?, ?, ?, ?)
     on conflict (thread, agency) do update set first = min(x_thread_agencies.first, excluded.first),
       reports = x_thread_agencies.reports + excluded.reports returning reports`,
    [thread, agency, first, reports],
  )
  return number(row?.['reports']) === reports
}

function lastOf(sql: WritableSql, thread: number, last: Millis, changed: readonly CountedStory[]): Millis {
  // A copy that an agency dates earlier makes its story older: another may be the newest now.
  const fell = changed.some(({ before, time }) => before !== null && before.time === last && time < last)
  if (!fell) return Math.max(last, ...changed.map(({ time }) => time))
  return number(sql.get('select max(time) as last from x_stories where thread = ?', [thread])?.['last'])
}

function leadOf(
  sql: WritableSql,
  thread: number,
  row: Row,
  changed: readonly CountedStory[],
  rescan: boolean,
): number | null {
  const lead = numberOrNull(row['lead'])
  const own = changed.find(({ id }) => id === lead)
  const sank = own?.before != null && compareLeads({ ...own, ...own.before }, own) > 0
  if (rescan || lead === null || sank) return leadStory(candidates(sql, thread))?.id ?? null
  return leadStory([own ?? candidateOf(row), ...changed])?.id ?? null
}

function candidates(sql: WritableSql, thread: number): LeadCandidate[] {
  return sql
    .all('select id, standing, central, agencies, time from x_stories where thread = ?', [thread])
    .map(candidateOf)
}

/** Title and language of a thread are those of its lead. */
function entitle(sql: WritableSql, thread: number, story: number): void {
  sql.run(
    `update x_threads set lead = @story, (title, language) =
       (select r.headline, s.language from x_stories s join x_reports r on r.id = s.lead where s.id = @story)
     where id = @thread`,
    { thread, story },
  )
}

/** A story is the one nearest to all others of its thread. True where it was not yet. */
export function markCentral(sql: WritableSql, thread: number, story: number): boolean {
  const was = sql.get('select central from x_stories where id = ?', [story])
  if (was?.['central'] === 1) return false
  sql.run(
    'update x_stories set central = iif(id = @story, 1, 0) where thread = @thread and (central = 1 or id = @story)',
    {
      thread,
      story,
    },
  )
  return true
}

/** The same, and its thread is led accordingly. */
export function setCentral(sql: WritableSql, thread: number, story: number): void {
  if (!markCentral(sql, thread, story)) return
  const lead = leadStory(candidates(sql, thread))
  if (lead !== null) entitle(sql, thread, lead.id)
}

/** Count one story anew after a change of one of its reports, and bring its thread up to date. */
export function refresh(sql: WritableSql, story: number, now: Millis): void {
  countThreads(sql, countStories(sql, new Map([[story, now]])), new Map(), new Set())
}

/** Agencies whose own copy a thread holds: ten reprints of one count once. */
const SOURCES = `(select count(distinct coalesce(s.origin, s.origin_name)) from x_stories s where s.thread = x_threads.id)`

/** All that a thread claims, counted anew: after stories have come or gone. */
export function recountThread(sql: WritableSql, thread: number, now: Millis): void {
  sql.run('delete from x_thread_agencies where thread = @thread', { thread })
  sql.run(
    `insert into x_thread_agencies (thread, agency, first, reports)
     select s.thread, r.agency, min(r.time), count(*) from x_stories s join x_reports r on r.story = s.id
     where s.thread = @thread group by s.thread, r.agency`,
    { thread },
  )
  sql.run(
    `update x_threads set
       (first, last, stories) = (select min(s.time), max(s.time), count(*) from x_stories s where s.thread = @thread),
       (reports, agencies) = (select sum(reports), count(*) from x_thread_agencies where thread = @thread),
       sources = max(1, ${SOURCES}), updated = max(updated, @now)
     where id = @thread`,
    { thread, now },
  )
  const lead = leadStory(candidates(sql, thread))
  if (lead !== null) entitle(sql, thread, lead.id)
}

/** Whose copy a story is, and how many tell it independently; its thread counts anew. */
export function setOrigin(sql: WritableSql, story: number, is: StoryOrigin): void {
  const was = sql.get('select thread, origin, origin_name from x_stories where id = ?', [story])
  sql.run('update x_stories set origin = ?, origin_name = ?, sources = ?, provenance = ? where id = ?', [
    is.origin,
    is.originName,
    is.sources,
    is.provenance,
    story,
  ])
  if (was?.['origin'] === is.origin && was['origin_name'] === is.originName) return
  const thread = numberOrNull(was?.['thread'])
  // One look-up each, for a thread may hold thousands of stories.
  const came = tells(sql, thread, story, is.origin, is.originName) ? 0 : 1
  const gone =
    was?.['origin_name'] == null || tells(sql, thread, story, textOrNull(was['origin']), textOrNull(was['origin_name']))
      ? 0
      : 1
  const counted = sql.get(
    'select count(*) as n from (select 1 from x_stories where thread = ? and id <> ? and origin_name is not null limit 1) x',
    [thread, story],
  )
  if (number(counted?.['n']) === 0) sql.run('update x_threads set sources = 1 where id = ?', [thread])
  else if (came !== gone) {
    sql.run('update x_threads set sources = max(1, sources + ?) where id = ?', [came - gone, thread])
  }
}

/** Whether another story of the thread has this origin. */
function tells(
  sql: WritableSql,
  thread: number | null,
  story: number,
  origin: string | null,
  name: string | null,
): boolean {
  const where = origin === null ? 'origin is null and origin_name = ?' : 'origin = ?'
  const found = sql.get(`select 1 as found from x_stories where thread = ? and ${where} and id <> ? limit 1`, [
    thread,
    origin ?? name,
    story,
  ])
  return found !== undefined
}

/**
 * Origins of new stories that their threads on file have none of yet: how many are to be added to each thread's count, which is
 * one where nothing but bare headlines tells it. Asked before they are written.
 */
export function newOrigins(
  sql: WritableSql,
  stories: readonly { thread: number; origin: StoryOrigin }[],
): Map<number, number> {
  const asked = new Map<string, { thread: number; origin: string | null; name: string }>()
  for (const { thread, origin: is } of stories) {
    const key = `${thread} ${is.origin === null ? `name ${is.originName}` : is.origin}`
    asked.set(key, { thread, origin: is.origin, name: is.originName })
  }
  const added = new Map<number, number>()
  if (asked.size === 0) return added
  const rows = sql.all(
    `select cast(a.value ->> 'thread' as integer) as thread, exists (
       select 1 from x_stories where thread = cast(a.value ->> 'thread' as integer) and origin_name is not null) as judged
     from objects(@asked) a where not exists (
       select 1 from x_stories where thread = cast(a.value ->> 'thread' as integer) and origin = a.value ->> 'origin')
     and not (a.value ->> 'origin' is null and exists (
       select 1 from x_stories where thread = cast(a.value ->> 'thread' as integer) and origin is null and origin_name = a.value ->> 'name'))`,
    { asked: JSON.stringify([...asked.values()]) },
  )
  for (const row of rows) {
    const thread = number(row['thread'])
    added.set(thread, (added.get(thread) ?? (number(row['judged']) === 1 ? 0 : -1)) + 1)
  }
  return added
}

/** Reports of the batch by story, as counting weighs them. */
export function membersOf(batch: Batch): Map<number, LeadMember[]> {
  const members = new Map<number, LeadMember[]>()
  for (const { id, story, report, joined } of batch.reports) {
    const { time, agency, wire } = report
    const member = { id, time, agency, signal: wire.signal, joinedBy: joined.rule, bare: report.bare === true }
    const others = members.get(story)
    if (others) others.push(member)
    else members.set(story, [member])
  }
  return members
}

export const headlineOf = (batch: Batch, report: number): string =>
  text(batch.reports.find(({ id }) => id === report)?.report.wire.title)
