// Writes stories and threads with their counts, and what the indexes of the window are made of.
import { countStory, leadStory, type StoryCount } from '../../decide/lead.ts'
import type { TextWithoutFeatures } from '../../model/stored.ts'
import type { Millis } from '../../model/units.ts'
import {
  type CountedStory,
  centralSoon,
  countStories,
  countThreads,
  headlineOf,
  leadAnew,
  markCentral,
  membersOf,
  newOrigins,
  type Parts,
  threadsSoon,
} from '../counts.ts'
import { pageTextOf } from '../pages.ts'
import { IS_BARE } from '../read/facts.ts'
import { number, text, textOrNull } from '../rows.ts'
import type { Row, WritableSql } from '../sql.ts'
import type { Batch, Filing, StoryOrigin } from '../store.ts'
import type { Marks } from './marks.ts'
import { insertReports } from './reports.ts'

type NewStory = Batch['stories'][number] & { count: StoryCount }

/** All of a batch, a kind at a time: what is new is written with its counts, what is on file is counted anew. */
export function writeBatch(sql: WritableSql, batch: Batch): void {
  const members = membersOf(batch)
  const stories = batch.stories.flatMap<NewStory>(story => {
    const count = countStory(members.get(story.id) ?? [])
    return count === null ? [] : [{ ...story, count }]
  })
  const opened = new Set(batch.threads.map(({ id }) => id))
  const joining = stories.filter(
    (story): story is NewStory & { origin: StoryOrigin } => story.origin !== null && !opened.has(story.thread),
  )
  const sources = newOrigins(sql, joining)
  const byThread = Map.groupBy(stories, ({ thread }) => thread)
  for (const thread of batch.threads) insertThread(sql, batch, thread, byThread.get(thread.id) ?? [])
  for (const story of stories) insertStory(sql, batch, story)
  insertReports(sql, batch)
  const parts = partsOf(batch, stories)
  for (const thread of opened) insertParts(sql, thread, parts)
  insertFeatures(sql, batch)
  countTouched(sql, batch, stories, opened, parts)
  for (const [thread, added] of sources()) {
    sql.run('update x_threads set sources = sources + ? where id = ?', [added, thread])
  }
}

function insertThread(
  sql: WritableSql,
  batch: Batch,
  { id, key }: { id: number; key: string },
  stories: NewStory[],
): void {
  const central = batch.central.get(id)
  const lead = leadStory(
    stories.map(({ id: story, count, language }) => ({
      id: story,
      ...count,
      lead: count.lead,
      central: story === central,
      language,
    })),
  )
  if (lead === null) throw new Error(`thread ${id} was opened without a story`)
  const times = stories.map(({ count }) => count.time)
  const own = new Set(stories.map(story => story.id))
  const reports = batch.reports.filter(({ story }) => own.has(story))
  const sources = new Set(stories.flatMap(({ origin }) => (origin === null ? [] : [sourceOf(origin)])))
  sql.run(
    `insert into x_threads (id, key, lead, title, language, first, last, updated, stories, reports, agencies, sources)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    [
      id,
      key,
      lead.id,
      headlineOf(batch, lead.lead),
      lead.language,
      Math.min(...times),
      Math.max(...times),
      // A report filed by a clock that is behind says no earlier moment than its own.
      Math.max(batch.now, ...times),
      stories.length,
      reports.length,
      new Set(reports.map(({ report }) => report.agency)).size,
      Math.max(1, sources.size),
    ],
  )
}

const sourceOf = ({ origin, originName }: StoryOrigin): string => origin ?? `name ${originName}`

function insertStory(sql: WritableSql, { now, central }: Batch, story: NewStory): void {
  const { id, key, thread, language, placement, origin, count } = story
  sql.run(
    `insert into x_stories (id, key, thread, lead, language, time, updated, reports, agencies, standing, central, placement,
       origin, origin_name, sources, provenance)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    [
      id,
      key,
      thread,
      count.lead,
      language,
      count.time,
      now,
      count.reports,
      count.agencies,
      count.rank,
      central.get(thread) === id ? 1 : 0,
      placement,
      origin?.origin ?? null,
      origin?.originName ?? null,
      origin?.sources ?? 1,
      origin?.provenance ?? null,
    ],
  )
}

function partsOf(batch: Batch, stories: readonly NewStory[]): Parts {
  const threads = new Map(stories.map(({ id, thread }) => [id, thread]))
  const parts: Parts = new Map()
  for (const { story, report } of batch.reports) {
    const thread = threads.get(story)
    if (thread === undefined) continue
    addTo(parts, thread, report.agency, report.time)
  }
  return parts
}

function addTo(parts: Parts, thread: number, agency: string, time: Millis): void {
  const agencies = parts.get(thread) ?? new Map<string, { reports: number; first: Millis }>()
  parts.set(thread, agencies)
  const part = agencies.get(agency)
  if (part === undefined) agencies.set(agency, { reports: 1, first: time })
  else {
    part.reports++
    part.first = Math.min(part.first, time)
  }
}

function insertParts(sql: WritableSql, thread: number, parts: Parts): void {
  for (const [agency, { reports, first }] of parts.get(thread) ?? []) {
    sql.run('insert into x_thread_agencies (thread, agency, first, reports) values (?, ?, ?, ?)', [
      thread,
      agency,
      first,
      reports,
    ])
  }
}

/** Stories on file that reports came to, and threads on file that stories came to. */
function countTouched(
  sql: WritableSql,
  batch: Batch,
  stories: readonly NewStory[],
  opened: ReadonlySet<number>,
  parts: Parts,
): void {
  const own = new Set(stories.map(({ id }) => id))
  const touched = new Map<number, Millis>()
  for (const { story } of batch.reports) if (!own.has(story)) touched.set(story, batch.now)
  // All of it is asked before any of it is looked at.
  const counting = countStories(sql, touched)
  const came = stories
    .filter(({ thread }) => !opened.has(thread))
    .map<CountedStory>(({ id, thread, count }) => ({
      id,
      thread,
      rank: count.rank,
      agencies: count.agencies,
      time: count.time,
      central: batch.central.get(thread) === id,
      before: null,
      now: batch.now,
    }))
  const found = threadsSoon(sql, {
    threads: [...new Set(came.map(({ thread }) => thread))],
    ofStories: [...touched.keys()],
    agencies: [...new Set(batch.reports.map(({ report }) => report.agency))],
  })
  const chosen = [...batch.central].filter(([thread]) => !opened.has(thread))
  const unwritten = chosen.filter(([, story]) => !own.has(story))
  const were = centralSoon(
    sql,
    unwritten.map(([, story]) => story),
  )
  const counted = counting()
  const threads = new Map(counted.map(({ id, thread }) => [id, thread]))
  for (const { story, report } of batch.reports) {
    const thread = threads.get(story)
    if (thread !== undefined) addTo(parts, thread, report.agency, report.time)
  }
  const changing = new Set([...counted, ...came].map(({ thread }) => thread))
  const central = new Set<number>()
  const isCentral = new Map(were().map((is, at) => [unwritten[at]?.[1], is]))
  for (const [thread, story] of chosen) {
    // A story that was written as central takes the place of another.
    if (own.has(story)) clearCentral(sql, thread, story)
    else if (isCentral.get(story)) continue
    else markCentral(sql, thread, story)
    central.add(thread)
  }
  for (const thread of central) if (!changing.has(thread)) leadAnew(sql, thread)
  const changed = [...counted, ...came].map(story => {
    const leads = batch.central.get(story.thread)
    return leads === undefined ? story : { ...story, central: leads === story.id }
  })
  countThreads(sql, changed, parts, { central, found })
}

function clearCentral(sql: WritableSql, thread: number, story: number): void {
  sql.run('update x_stories set central = 0 where thread = ? and central = 1 and id <> ?', [thread, story])
}

function insertFeatures(sql: WritableSql, { storyFeatures, reportFeatures, flashes }: Batch): void {
  for (const { seq, story, time, features } of storyFeatures) {
    sql.run('insert or replace into x_story_features (seq, story, time, features) values (?, ?, ?, ?)', [
      seq,
      story,
      time,
      features,
    ])
  }
  for (const { seq, report, time, features } of reportFeatures) {
    sql.run('insert or replace into x_report_features (seq, report, time, features) values (?, ?, ?, ?)', [
      seq,
      report,
      time,
      features,
    ])
  }
  for (const { report, wires, time } of flashes) {
    for (const wire of wires) {
      sql.run('insert or ignore into x_flashes (wire, time, report) values (?, ?, ?)', [wire, time, report])
    }
  }
}

/** A text as it is read again where its features are missing. */
function unread(row: Row): TextWithoutFeatures {
  return {
    id: number(row['id']),
    group: number(row['grouped']),
    time: number(row['time']),
    agency: text(row['agency']),
    title: text(row['title']),
    text: text(row['text']),
    language: textOrNull(row['language']),
    authors: JSON.parse(text(row['authors'])) as string[],
    categories: JSON.parse(text(row['categories'])) as string[],
    ...(row['bare'] === 1 ? { bare: true } : {}),
  }
}

type WindowPart =
  | 'storiesAfter'
  | 'reportsAfter'
  | 'keepStoryFeatures'
  | 'keepReportFeatures'
  | 'forgetFeatures'
  | 'featuresOf'
  | 'storiesWithoutFeatures'
  | 'reportsWithoutFeatures'
  | 'leadTexts'
  | 'mark'
  | 'setMark'

/** What the window reads and keeps. */
export function keepingWindow(sql: WritableSql, { mark, setMark }: Marks): Pick<Filing, WindowPart> {
  return {
    storiesAfter: (after, since, limit = -1) =>
      sql
        .all(
          `select f.seq, s.id, s.thread, f.time, f.features from x_story_features f join x_stories s on s.id = f.story
           where f.seq > @after and (f.time >= @since or @after > 0) order by f.seq limit @limit`,
          { after, since, limit },
        )
        .map(row => ({
          seq: number(row['seq']),
          id: number(row['id']),
          thread: number(row['thread']),
          time: number(row['time']),
          features: row['features'] as Uint8Array,
        })),
    reportsAfter: (after, since, limit = -1) =>
      sql
        .all(
          `select f.seq, r.id, r.story, r.agency, f.time, f.features
           from x_report_features f join x_reports r on r.id = f.report
           where f.seq > @after and (f.time >= @since or @after > 0) order by f.seq limit @limit`,
          { after, since, limit },
        )
        .map(row => ({
          seq: number(row['seq']),
          id: number(row['id']),
          story: number(row['story']),
          agency: text(row['agency']),
          time: number(row['time']),
          features: row['features'] as Uint8Array,
        })),
    keepStoryFeatures: (story, time, features) =>
      number(
        sql.get('insert or replace into x_story_features (story, time, features) values (?, ?, ?) returning seq', [
          story,
          time,
          features,
        ])?.['seq'],
      ),
    keepReportFeatures: (report, time, features) =>
      number(
        sql.get('insert or replace into x_report_features (report, time, features) values (?, ?, ?) returning seq', [
          report,
          time,
          features,
        ])?.['seq'],
      ),
    forgetFeatures: before => {
      sql.run('delete from x_story_features where time < @before', { before })
      sql.run('delete from x_report_features where time < @before', { before })
      sql.run('delete from x_flashes where time < @before', { before })
    },
    storiesWithoutFeatures: (since, after = 0, limit = -1) =>
      sql
        .all(
          `select s.id, s.thread as grouped, s.time, r.title, coalesce(${pageTextOf('r.id')}, r.text) as text, r.authors, r.language, r.categories, r.agency
           from x_stories s join x_reports r on r.id = s.lead
           where s.id > @after and s.time >= @since and not exists (select 1 from x_story_features f where f.story = s.id)
           order by s.id limit @limit`,
          { since, after, limit },
        )
        .map(unread),
    reportsWithoutFeatures: (since, after = 0, limit = -1) =>
      sql
        .all(
          `select r.id, r.story as grouped, r.time, r.title, coalesce(${pageTextOf('r.id')}, r.text) as text, r.authors, r.language, r.categories, r.agency,
             ${IS_BARE} as bare from x_reports r
           where r.id > @after and r.time >= @since and not exists (select 1 from x_report_features f where f.report = r.id)
           order by r.id limit @limit`,
          { since, after, limit },
        )
        .map(unread),
    leadTexts: stories =>
      sql
        .all(
          `select s.id, r.title, substr(coalesce(${pageTextOf('r.id')}, r.text), 1, 1000) as text from numbers(@stories) j join x_stories s on s.id = j.value
           join x_reports r on r.id = s.lead order by j.key`,
          { stories: JSON.stringify(stories) },
        )
        .map(row => ({ story: number(row['id']), title: text(row['title']), text: text(row['text']) })),
    featuresOf: version => {
      if (mark('features') === version) return false
      sql.run('delete from x_story_features')
      sql.run('delete from x_report_features')
      setMark('features', version)
      return true
    },
    mark,
    setMark,
  }
}
