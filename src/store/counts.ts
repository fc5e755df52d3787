// What stories and threads claim of themselves (counts, times, leads), kept true without counting anew: a few statements for
// all that a document touched. Which report and which story leads is decided in decide/lead.ts.
import { compareLeads, countStory, type LeadCandidate, type LeadMember, leadStory } from '../decide/lead.ts'
import type { Millis } from '../model/units.ts'
import { leadMembers } from './read/facts.ts'
import { number, numberOrNull, text, textOrNull } from './rows.ts'
import type { Row, Soon, WritableSql } from './sql.ts'
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

/**
 * Count the reports of stories on file anew: they are asked with what follows, and written when it is called. `touched` says when
 * each changed for readers.
 */
export function countStories(sql: WritableSql, touched: ReadonlyMap<number, Millis>): () => CountedStory[] {
  if (touched.size === 0) return () => []
  const ids = [...touched.keys()]
  const members = leadMembers(sql, ids)
  const asked = sql.soon(
    `select s.id, s.thread, s.standing, s.central, s.agencies, s.time from numbers(@ids) i join x_stories s on s.id = i.value`,
    { ids: JSON.stringify(ids) },
  )
  return () => {
    const byStory = members()
    return asked.rows.flatMap(row => {
      const before = candidateOf(row)
      const count = countStory(byStory.get(before.id) ?? [])
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
}

export interface ThreadsAsked {
  threads: readonly number[]
  /** Those of these stories too. */
  ofStories: readonly number[]
  /** Whether these have a part in them. */
  agencies: readonly string[]
}

/** Threads as they are before they are counted, with their leads and the parts that agencies have in them. */
export function threadsSoon(sql: WritableSql, { threads, ofStories, agencies }: ThreadsAsked): Soon {
  if (threads.length + ofStories.length === 0) return { rows: [] }
  return sql.soon(
    `select t.id as thread, t.first, t.last, t.updated, t.stories, t.reports, t.agencies as parts, t.lead,
       s.id, s.standing, s.central, s.agencies, s.time, p.agency as part
     from (select value as id from numbers(@threads)
       union select x.thread from numbers(@stories) i join x_stories x on x.id = i.value) n
     join x_threads t on t.id = n.id left join x_stories s on s.id = t.lead
     left join x_thread_agencies p on p.thread = t.id and p.agency in (select value from texts(@agencies))`,
    {
      threads: JSON.stringify(threads),
      stories: JSON.stringify(ofStories),
      agencies: JSON.stringify(agencies),
    },
  )
}

/**
 * Bring threads on file up to date after stories of theirs came or changed: `found` is what `threadsSoon` has of them. The cost
 * does not grow with the thread.
 */
export function countThreads(
  sql: WritableSql,
  stories: readonly CountedStory[],
  parts: Parts,
  { central, found }: { central: ReadonlySet<number>; found: Soon },
): void {
  if (stories.length === 0) return
  const byThread = Map.groupBy(stories, ({ thread }) => thread)
  // All that is to be read of any is asked before the first is written.
  const threads = [...Map.groupBy(found.rows, row => number(row['thread']))].flatMap(([thread, [row, ...more]]) => {
    const changed = byThread.get(thread)
    if (row === undefined || changed === undefined) return []
    return {
      thread,
      row,
      changed,
      had: new Set([row, ...more].map(({ part }) => part)),
      last: lastOf(sql, thread, number(row['last']), changed),
      lead: leadOf(sql, thread, row, { changed, rescan: central.has(thread) }),
    }
  })
  for (const { thread } of threads)
    for (const [agency, part] of parts.get(thread) ?? []) addPart(sql, thread, agency, part)
  for (const { thread, row, changed, had, last, lead: leads } of threads) {
    const added = [...(parts.get(thread) ?? [])]
    const lead = leads()
    const titled = lead === null || (lead === row['lead'] && !changed.some(({ id }) => id === lead)) ? null : lead
    sql.run(
      `update x_threads set first = ?, last = ?, updated = ?, stories = ?, reports = ?, agencies = ?, lead = ? where id = ?`,
      [
        Math.min(number(row['first']), ...changed.map(({ time }) => time)),
        last(),
        Math.max(number(row['updated']), ...changed.map(({ now }) => now)),
        number(row['stories']) + changed.filter(({ before }) => before === null).length,
        added.reduce((sum, [, { reports }]) => sum + reports, number(row['reports'])),
        number(row['parts']) + added.filter(([agency]) => !had.has(agency)).length,
        lead,
        thread,
      ],
    )
    if (titled !== null) entitle(sql, thread, titled)
  }
}

function addPart(
  sql: WritableSql,
  thread: number,
  agency: string,
  { reports, first }: { reports: number; first: Millis },
): void {
  sql.run(
    `insert into x_thread_agencies (thread, agency, first, reports) values (?, ?, ?, ?)
     on conflict (thread, agency) do update set first = min(x_thread_agencies.first, excluded.first),
       reports = x_thread_agencies.reports + excluded.reports`,
    [thread, agency, first, reports],
  )
}

function lastOf(sql: WritableSql, thread: number, last: Millis, changed: readonly CountedStory[]): () => Millis {
  // A copy that an agency dates earlier makes its story older: another may be the newest now.
  const fell = changed.some(({ before, time }) => before !== null && before.time === last && time < last)
  if (!fell) return () => Math.max(last, ...changed.map(({ time }) => time))
  const asked = sql.soon('select max(time) as last from x_stories where thread = ?', [thread])
  return () => number(asked.rows[0]?.['last'])
}

function leadOf(
  sql: WritableSql,
  thread: number,
  row: Row,
  { changed, rescan }: { changed: readonly CountedStory[]; rescan: boolean },
): () => number | null {
  const lead = numberOrNull(row['lead'])
  const own = changed.find(({ id }) => id === lead)
  const sank = own?.before != null && compareLeads({ ...own, ...own.before }, own) > 0
  if (rescan || lead === null || sank) {
    const among = candidates(sql, thread)
    return () => leadStory(among())?.id ?? null
  }
  return () => leadStory([own ?? candidateOf(row), ...changed])?.id ?? null
}

function candidates(sql: WritableSql, thread: number): () => LeadCandidate[] {
  const asked = sql.soon('select id, standing, central, agencies, time from x_stories where thread = ?', [thread])
  return () => asked.rows.map(candidateOf)
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

const IS_CENTRAL = 'select central from x_stories where id = ?'

/** Whether each of these stories is the one nearest to all others of its thread. */
export function centralSoon(sql: WritableSql, stories: readonly number[]): () => boolean[] {
  const asked = stories.map(story => sql.soon(IS_CENTRAL, [story]))
  return () => asked.map(({ rows }) => rows[0]?.['central'] === 1)
}

/** A story that was not yet the one nearest to all others of its thread is it now. */
export function markCentral(sql: WritableSql, thread: number, story: number): void {
  sql.run(
    'update x_stories set central = iif(id = @story, 1, 0) where thread = @thread and (central = 1 or id = @story)',
    {
      thread,
      story,
    },
  )
}

/** The same, and its thread is led accordingly. */
export function setCentral(sql: WritableSql, thread: number, story: number): void {
  if (centralSoon(sql, [story])()[0]) return
  markCentral(sql, thread, story)
  leadAnew(sql, thread)
}

/** Let the story lead a thread that is to. */
export function leadAnew(sql: WritableSql, thread: number): void {
  const lead = leadStory(candidates(sql, thread)())
  if (lead !== null) entitle(sql, thread, lead.id)
}

/** Count one story anew after a change of one of its reports, and bring its thread up to date. */
export function refresh(sql: WritableSql, story: number, now: Millis): void {
  const counted = countStories(sql, new Map([[story, now]]))
  const found = threadsSoon(sql, { threads: [], ofStories: [story], agencies: [] })
  countThreads(sql, counted(), new Map(), { central: new Set(), found })
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
  leadAnew(sql, thread)
}

/** Whose copy stories are, and how many tell each independently; their threads count anew. */
export function setOrigins(
  sql: WritableSql,
  judged: readonly { story: number; was: Row | undefined; is: StoryOrigin }[],
): void {
  const changes = judged.flatMap(({ story, was, is }) => {
    sql.run('update x_stories set origin = ?, origin_name = ?, sources = ?, provenance = ? where id = ?', [
      is.origin,
      is.originName,
      is.sources,
      is.provenance,
      story,
    ])
    const thread = numberOrNull(was?.['thread'])
    if (thread === null || (was?.['origin'] === is.origin && was['origin_name'] === is.originName)) return []
    const [before, name] = [textOrNull(was?.['origin']), textOrNull(was?.['origin_name'])]
    // One look-up each, for a thread may hold thousands of stories.
    const others = sql.soon(
      'select count(*) as n from (select 1 from x_stories where thread = ? and id <> ? and origin_name is not null limit 1) x',
      [thread, story],
    )
    const came = tellsSoon(sql, thread, story, is)
    const gone = name === null ? () => true : tellsSoon(sql, thread, story, { origin: before, originName: name })
    return { thread, others, came, gone }
  })
  for (const { thread, others, came, gone } of changes) {
    const added = (came() ? 0 : 1) - (gone() ? 0 : 1)
    if (number(others.rows[0]?.['n']) === 0) sql.run('update x_threads set sources = 1 where id = ?', [thread])
    else if (added !== 0) sql.run('update x_threads set sources = max(1, sources + ?) where id = ?', [added, thread])
  }
}

/** Whether another story of the thread has this origin. */
function tellsSoon(
  sql: WritableSql,
  thread: number,
  story: number,
  { origin, originName }: Pick<StoryOrigin, 'origin' | 'originName'>,
): () => boolean {
  const where = origin === null ? 'origin is null and origin_name = ?' : 'origin = ?'
  const asked = sql.soon(`select 1 as found from x_stories where thread = ? and ${where} and id <> ? limit 1`, [
    thread,
    origin ?? originName,
    story,
  ])
  return () => asked.rows.length > 0
}

/**
 * Origins of new stories that their threads on file have none of yet: how many are to be added to each thread's count, which is
 * one where nothing but bare headlines tells it. Asked before they are written, and read when it is called.
 */
export function newOrigins(
  sql: WritableSql,
  stories: readonly { thread: number; origin: StoryOrigin }[],
): () => Map<number, number> {
  const asked = new Map<string, { thread: number; origin: string | null; name: string }>()
  for (const { thread, origin: is } of stories) {
    const key = `${thread} ${is.origin === null ? `name ${is.originName}` : is.origin}`
    asked.set(key, { thread, origin: is.origin, name: is.originName })
  }
  if (asked.size === 0) return () => new Map()
  const thread = `cast(a.value ->> 'thread' as integer)`
  const told = (where: string): string => `(select 1 from x_stories where thread = ${thread} and ${where} limit 1)`
  const found = sql.soon(
    `select ${thread} as thread, ${told('origin_name is not null')} is not null as judged
     from objects(@asked) a where ${told(`origin = a.value ->> 'origin'`)} is null
     and (a.value ->> 'origin' is not null or ${told(`origin is null and origin_name = a.value ->> 'name'`)} is null)`,
    { asked: JSON.stringify([...asked.values()]) },
  )
  return () => {
    const added = new Map<number, number>()
    for (const row of found.rows) {
      const of = number(row['thread'])
      added.set(of, (added.get(of) ?? (number(row['judged']) === 1 ? 0 : -1)) + 1)
    }
    return added
  }
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
