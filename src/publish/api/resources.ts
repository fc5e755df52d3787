// What each path of the API answers with: a fixed number of statements, and rows as they are read.

import { fold } from '../../language/fold.ts'
import { nearest } from '../../language/nearest.ts'
import { searchExpression } from '../../language/search.ts'
import type { RowChoice, RowReader, TimedPlace } from '../../model/listed.ts'
import type { AgencySummary, Reader, Selection } from '../../model/shown.ts'
import type { Millis } from '../../model/units.ts'
import { readTyped, selectionOf as searchedBy } from '../search.ts'
import type { AnswerName } from './answers.ts'
import { cursorTo, type Place } from './cursor.ts'
import { FIGURE_KIND, type Given, languageOf, type Parameter, selectionOf, type Takes, taking } from './parameters.ts'
import { VIEWS } from './views.ts'

/** What answers are made from. */
export interface Sources {
  rows: RowReader
  reader: Pick<Reader, 'work' | 'mergedInto' | 'redirect' | 'isPruned'>
  agencies: () => readonly AgencySummary[]
  now: Millis
}

export interface Resource extends Takes {
  summary: string
  answer: AnswerName
  /** What stands in the path: a number, or the id of an agency. */
  id: 'number' | 'agency' | null
  merges: 'thread' | 'story' | null
  /** Made anew for each request: polls change it without anything being published. */
  fresh: boolean
  /** Null where there is nothing with that id. */
  make: (sources: Sources, given: Given, id: string) => object | null
}

const STORIES_OF_THREAD = 100
const FIGURES_OF_THREAD = 200
const REPORTS_OF_STORY = 100
const FEEDS_OF_AGENCY = 200
const LAST_POLLS = 50
const WEEK_DAYS = 7
/** Characters of a text among which words that must or must not stand there are looked for. */
const SEARCHED = 20_000

const OF_STORIES = ['lang', 'agency', 'category', 'credit', 'q', 'since', 'kind', 'min-agencies'] as const
const PAGED = ['limit', 'cursor'] as const

type Row = Readonly<Record<string, unknown>>

// ── pages ───────────────────────────────────────────────────────────────────────────────────────────────────────────

function page(given: Given, name: string, rows: readonly object[], place: Place | null): object {
  return { [name]: rows, next: place === null ? null : cursorTo(place, given.list) }
}

/** The last row's place where the page is full: there may be more. */
function placeAfter(
  rows: readonly Row[],
  limit: number,
  columns: readonly [string] | readonly [string, string],
): Place | null {
  const last = rows.at(-1)
  if (last === undefined || rows.length < limit) return null
  return columns.map(column => last[column]) as unknown as Place
}

function chosen(given: Given, selection: Partial<Selection> = selectionOf(given)): RowChoice {
  return { ...selection, limit: given.limit, after: timedPlace(given) }
}

function timedPlace({ after }: Given): TimedPlace | undefined {
  return after === null ? undefined : { time: Number(after[0]), id: Number(after[1]) }
}

const numberOf = (given: Given, name: string): number | undefined =>
  given.values[name] === undefined ? undefined : Number(given.values[name])
const textOf = (given: Given, name: string): string | undefined =>
  given.values[name] === undefined ? undefined : String(given.values[name])

const path = (
  address: string,
  id: Resource['id'] = null,
): Pick<Resource, 'path' | 'id' | 'merges' | 'fresh' | 'place'> => ({
  path: address,
  id,
  merges: null,
  fresh: false,
  place: null,
})

// ── threads, stories, reports ───────────────────────────────────────────────────────────────────────────────────────

const threads: Resource = {
  ...path('/api/threads'),
  summary: 'Threads that match, the one that grew last first',
  answer: 'Threads',
  parameters: taking(...OF_STORIES, ...PAGED),
  place: 'pair',
  make: ({ rows }, given) => {
    const found = rows.threadRows(chosen(given))
    return page(given, 'threads', found.map(VIEWS.Thread.read), placeAfter(found, given.limit, ['last', 'id']))
  },
}

const thread: Resource = {
  ...path('/api/threads/{id}', 'number'),
  summary: 'A thread with its stories and numbers',
  answer: 'ThreadDetail',
  parameters: {},
  merges: 'thread',
  make: ({ rows, reader }, _given, asked) => {
    const id = Number(asked)
    const found = rows.threadRow(id)
    return (
      found && {
        thread: VIEWS.Thread.read(found),
        stories: rows.storyRows({ thread: id, limit: STORIES_OF_THREAD }).map(VIEWS.Story.read),
        figures: rows.figureRows({ thread: id, limit: FIGURES_OF_THREAD }).rows.map(VIEWS.Figure.read),
        links: rows.linkRows(id).map(VIEWS.Link.read),
        merged: reader.mergedInto('thread', id),
      }
    )
  },
}

const stories: Resource = {
  ...path('/api/stories'),
  summary: 'Stories that match, newest first',
  answer: 'Stories',
  parameters: taking('thread', ...OF_STORIES, ...PAGED),
  place: 'pair',
  make: ({ rows }, given) => {
    const found = rows.storyRows(chosen(given))
    return page(given, 'stories', found.map(VIEWS.Story.read), placeAfter(found, given.limit, ['time', 'id']))
  },
}

const story: Resource = {
  ...path('/api/stories/{id}', 'number'),
  summary: 'A story with its text and its reports',
  answer: 'StoryDetail',
  parameters: {},
  merges: 'story',
  make: ({ rows, reader }, _given, asked) => {
    const id = Number(asked)
    const found = rows.storyRow(id)
    return (
      found && {
        story: VIEWS.WholeStory.read(found),
        reports: rows.reportRows({ story: id, limit: REPORTS_OF_STORY }).rows.map(VIEWS.Report.read),
        figures: rows.figureRows({ story: id, limit: REPORTS_OF_STORY }).rows.map(VIEWS.Figure.read),
        merged: reader.mergedInto('story', id),
      }
    )
  },
}

const reports: Resource = {
  ...path('/api/reports'),
  summary: 'Reports that match, the one filed last first',
  answer: 'Reports',
  parameters: taking('lang', 'agency', 'feed', 'thread', 'story', 'since', ...PAGED),
  place: 'id',
  make: ({ rows }, given) => {
    const lang = textOf(given, 'lang')
    const { rows: found, last } = rows.reportRows({
      lang: lang === undefined ? undefined : languageOf(lang),
      agency: textOf(given, 'agency'),
      feed: numberOf(given, 'feed'),
      thread: numberOf(given, 'thread'),
      story: numberOf(given, 'story'),
      since: numberOf(given, 'since'),
      before: given.after === null ? undefined : Number(given.after[0]),
      limit: given.limit,
    })
    return page(given, 'reports', found.map(VIEWS.Report.read), last === null ? null : [last])
  },
}

const report: Resource = {
  ...path('/api/reports/{id}', 'number'),
  summary: 'A report with every text it has had',
  answer: 'ReportDetail',
  parameters: {},
  make: ({ rows }, _given, asked) => {
    const id = Number(asked)
    const found = rows.reportRow(id)
    return (
      found && {
        report: VIEWS.WholeReport.read(found),
        revisions: rows.revisionRows(id).map(VIEWS.Revision.read),
        credits: rows.creditRows(id).map(VIEWS.Credit.read),
        figures: rows.figureRows({ report: id, limit: FIGURES_OF_THREAD }).rows.map(VIEWS.Figure.read),
      }
    )
  },
}

// ── figures and lead times ──────────────────────────────────────────────────────────────────────────────────────────

const FIGURE_PARAMETERS: Readonly<Record<string, Parameter>> = {
  ...taking('thread', 'story', 'report', 'agency'),
  kind: FIGURE_KIND,
  ...taking(...PAGED),
}

const figures: Resource = {
  ...path('/api/figures'),
  summary: 'Numbers of people killed, injured, missing, arrested and displaced, those filed last first',
  answer: 'Figures',
  parameters: FIGURE_PARAMETERS,
  place: 'pair',
  make: ({ rows }, given) => {
    const { rows: found, next } = rows.figureRows({
      thread: numberOf(given, 'thread'),
      story: numberOf(given, 'story'),
      report: numberOf(given, 'report'),
      agency: textOf(given, 'agency'),
      kind: textOf(given, 'kind'),
      after: given.after === null ? undefined : { report: Number(given.after[0]), skip: Number(given.after[1]) },
      limit: given.limit,
    })
    return page(given, 'figures', found.map(VIEWS.Figure.read), next === null ? null : [next.report, next.skip])
  },
}

const leadTimes: Resource = {
  ...path('/api/lead-times'),
  summary: 'Who had which thread first, and how long after it the others came',
  answer: 'LeadTimes',
  parameters: taking(...OF_STORIES, ...PAGED),
  place: 'pair',
  make: ({ rows }, given) => {
    const selection = selectionOf(given)
    const minAgencies = Math.max(2, selection.minAgencies ?? 2)
    const found = rows.threadRows(chosen(given, { ...selection, minAgencies }))
    return page(given, 'lead_times', found.map(VIEWS.LeadTime.read), placeAfter(found, given.limit, ['last', 'id']))
  },
}

// ── agencies and feeds ──────────────────────────────────────────────────────────────────────────────────────────────

function withWeek({ reader, now }: Sources): (row: Row) => object {
  const work = reader.work(now, WEEK_DAYS)
  const none = { days: Array.from({ length: WEEK_DAYS }, () => 0), reports: 0, own: 0, events: 0, led: 0, lag: null }
  return row => ({ ...VIEWS.Agency.read(row), week: work.get(String(row['id'])) ?? none })
}

const agencies: Resource = {
  ...path('/api/agencies'),
  summary: 'Agencies, by id, and what they did in the last seven days',
  answer: 'Agencies',
  parameters: taking(...PAGED),
  place: 'name',
  make: (sources, given) => {
    const after = given.after === null ? undefined : String(given.after[0])
    const found = sources.rows.agencyRows({ after, limit: given.limit })
    return page(given, 'agencies', found.map(withWeek(sources)), placeAfter(found, given.limit, ['id']))
  },
}

const agency: Resource = {
  ...path('/api/agencies/{id}', 'agency'),
  summary: 'An agency with its feeds',
  answer: 'AgencyDetail',
  parameters: {},
  fresh: true,
  make: (sources, _given, id) => {
    const [found] = sources.rows.agencyRows({ id, limit: 1 })
    if (found === undefined) return null
    const feeds = sources.rows.feedRows({ agency: id, limit: FEEDS_OF_AGENCY })
    return { agency: withWeek(sources)(found), feeds: feeds.map(VIEWS.Feed.read) }
  },
}

const feeds: Resource = {
  ...path('/api/feeds'),
  summary: 'Feeds, by id, and why each is as late as it is',
  answer: 'Feeds',
  parameters: taking('agency', 'state', ...PAGED),
  place: 'id',
  fresh: true,
  make: ({ rows }, given) => {
    const found = rows.feedRows({
      agency: textOf(given, 'agency'),
      state: textOf(given, 'state'),
      after: given.after === null ? undefined : Number(given.after[0]),
      limit: given.limit,
    })
    return page(given, 'feeds', found.map(VIEWS.Feed.read), placeAfter(found, given.limit, ['id']))
  },
}

const feed: Resource = {
  ...path('/api/feeds/{id}', 'number'),
  summary: 'A feed with its last polls',
  answer: 'FeedDetail',
  parameters: {},
  fresh: true,
  make: ({ rows }, _given, asked) => {
    const [found] = rows.feedRows({ id: Number(asked), limit: 1 })
    if (found === undefined) return null
    const polls = rows.pollRows(Number(asked), LAST_POLLS)
    return { feed: VIEWS.Feed.read(found), polls: polls.map(VIEWS.Poll.read) }
  },
}

// ── search ──────────────────────────────────────────────────────────────────────────────────────────────────────────

const search: Resource = {
  ...path('/api/search'),
  summary: 'Stories that say so, newest first; `q` is read as the search page reads it',
  answer: 'Search',
  parameters: taking(...OF_STORIES.toSorted((a, b) => Number(b === 'q') - Number(a === 'q')), ...PAGED),
  required: 'q',
  place: 'pair',
  make: ({ rows, agencies: known, now }, given) => {
    const agencyOf = (name: string): string | null =>
      nearest(name, known(), one => [one.id, one.name, ...one.name.split(/\s+/)])?.id ?? null
    const read = readTyped(textOf(given, 'q') ?? '', name => (name === '' ? null : agencyOf(name)), now)
    const selection = searchedBy(read, selectionOf(given), now)
    const says = selection.q === undefined || searchExpression(selection.q) !== null
    const found = says ? rows.storyRows(chosen(given, selection)) : []
    const marks = read.narrowings.filter(({ kind }) => kind === 'exact' || kind === 'without')
    const ids = found.map(row => Number(row['id']))
    const texts = marks.length === 0 ? new Map<number, string>() : rows.storyTexts(ids, SEARCHED)
    const holds = (row: Row): boolean => {
      const said = marks.length === 0 ? '' : fold(texts.get(Number(row['id'])) ?? '')
      return marks.every(({ kind, value }) => said.includes(fold(value)) === (kind === 'exact'))
    }
    return {
      read: {
        words: read.words,
        narrowings: read.narrowings.map(({ kind, value }) => ({ kind, value })),
        unknown: read.unknown,
      },
      ...page(
        given,
        'stories',
        found.filter(holds).map(VIEWS.Story.read),
        placeAfter(found, given.limit, ['time', 'id']),
      ),
    }
  },
}

export const RESOURCES: readonly Resource[] = [
  threads,
  thread,
  stories,
  story,
  reports,
  report,
  figures,
  leadTimes,
  agencies,
  agency,
  feeds,
  feed,
  search,
]
