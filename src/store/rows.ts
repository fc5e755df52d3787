// Typed reading of rows: what SQLite gives as text, numbers and nulls becomes the values of the model. The one place with
// casts; a column that holds JSON is trusted, since only Minwal writes the file.
import { primaryLanguage } from '../language/tag.ts'
import type { Enclosure } from '../model/collected.ts'
import type { CopyRule, Move, Origin, Placement, RevisionClass, Signal, WireDetail } from '../model/decided.ts'
import type {
  AgencyPart,
  AgencySummary,
  FigureView,
  Headline,
  ReportView,
  RevisionView,
  StorySummary,
  ThreadLink,
  ThreadSummary,
} from '../model/shown.ts'
import type { FeedState, Subscriber, Subscription } from '../model/stored.ts'
import { unpackMarkup } from './markup.ts'
import type { Row } from './sql.ts'
import type { Decision, Regrouped } from './store.ts'

export const text = (value: unknown): string => (typeof value === 'string' ? value : String(value ?? ''))
export const textOrNull = (value: unknown): string | null =>
  value === null || value === undefined ? null : String(value)
export const number = (value: unknown): number => (typeof value === 'number' ? value : Number(value ?? 0))
export const numberOrNull = (value: unknown): number | null =>
  value === null || value === undefined ? null : Number(value)
const json = <T>(value: unknown): T => JSON.parse(text(value)) as T
const list = <T>(value: unknown): T[] => JSON.parse(text(value) || '[]') as T[]

function moveNotes(row: Row): string[] {
  if (row['address'] !== null)
    return [`it has moved for good to ${row['address']}: change its address in the configuration`]
  if (row['move'] === null) return []
  const move = json<Move>(row['move'])
  return [`it redirects to ${move.to} and is believed to have moved after a week of that (${move.days} of 7 days)`]
}

/** A row of feeds with `agency_name`. */
export function feedState(row: Row): FeedState {
  const state = number(row['retired'])
    ? 'retired'
    : number(row['paused'])
      ? 'paused'
      : row['last_poll'] === null
        ? 'new'
        : number(row['failures']) > 0
          ? 'failing'
          : 'ok'
  return {
    id: number(row['id']),
    agency: text(row['agency']),
    agencyName: text(row['agency_name']),
    url: text(row['url']),
    title: textOrNull(row['title']),
    category: textOrNull(row['category']),
    language: textOrNull(row['language']),
    state,
    lastPoll: numberOrNull(row['last_poll']),
    lastSuccess: numberOrNull(row['last_success']),
    nextPoll: number(row['next_poll']),
    reason: text(row['reason']),
    interval: numberOrNull(row['interval']),
    failures: number(row['failures']),
    error: textOrNull(row['error']),
    warnings: [...moveNotes(row), ...list<string>(row['notes']), ...list<string>(row['warnings'])],
    reports: number(row['reports']),
    validators: { etag: textOrNull(row['etag']), lastModified: textOrNull(row['last_modified']) },
    bodyHash: textOrNull(row['body_hash']),
    ofMap: number(row['of_map']) === 1,
    address: textOrNull(row['address']),
    move: row['move'] === null ? null : json<Move>(row['move']),
    habit: textOrNull(row['habit']),
    gaps: number(row['gaps']),
  }
}

export const agencySummary = (row: Row): AgencySummary => ({
  id: text(row['id']),
  name: text(row['name']),
  language: textOrNull(row['language']),
  homepage: textOrNull(row['homepage']),
  feeds: number(row['feeds']),
  reports: number(row['reports']),
  last: numberOrNull(row['last_report']),
})

const originOf = (row: Row): Origin | null =>
  row['origin_name'] === null ? null : { agency: textOrNull(row['origin']), name: text(row['origin_name']) }

/** Primary subtags of a JSON list of language tags. */
export const languageList = (value: unknown): string[] => [
  ...new Set(list<string | null>(value).flatMap(tag => primaryLanguage(tag) ?? [])),
]

/** A row of stories with what its lead report gives. */
export const headlineView = (row: Row): Headline => ({
  id: number(row['id']),
  title: text(row['headline']),
  language: textOrNull(row['language']),
  agency: text(row['agency']),
  agencyName: text(row['agency_name']),
  signal: textOrNull(row['signal']) as Signal | null,
  withdrawn: number(row['withdrawn']) === 1,
  origin: originOf(row),
  agencies: number(row['agencies']),
  time: number(row['time']),
})

/** An agency's part in a story or thread. */
export const agencyPart = (row: Row): AgencyPart => ({
  id: text(row['agency']),
  name: text(row['name']),
  first: number(row['first']),
  reports: number(row['reports']),
  ...('url' in row ? { url: textOrNull(row['url']) } : {}),
})

export const storySummary = (row: Row, agencies: AgencyPart[], credits: string[]): StorySummary => ({
  id: number(row['id']),
  key: text(row['key']),
  thread: number(row['thread']),
  threadKey: text(row['thread_key']),
  threadTitle: text(row['thread_title']),
  title: text(row['title']),
  headline: text(row['headline']),
  url: textOrNull(row['url']),
  language: textOrNull(row['language']),
  agency: text(row['agency']),
  agencyName: text(row['agency_name']),
  credits,
  signal: textOrNull(row['signal']) as Signal | null,
  summary: unpackMarkup(textOrNull(row['summary']), text(row['text'])),
  content: unpackMarkup(textOrNull(row['content']), text(row['text'])),
  text: text(row['text']),
  time: number(row['time']),
  published: numberOrNull(row['published']),
  firstSeen: number(row['first_seen']),
  updated: number(row['updated']),
  origin: originOf(row),
  sources: number(row['sources']),
  withdrawn: number(row['withdrawn']) === 1,
  authors: list<string>(row['authors']),
  categories: list<string>(row['categories']),
  enclosures: list<Enclosure>(row['enclosures']),
  agencies,
  reports: number(row['reports']),
  revisions: number(row['revisions']),
})

export const threadSummary = (row: Row, agencies: AgencyPart[], lead: StorySummary): ThreadSummary => ({
  id: number(row['id']),
  key: text(row['key']),
  title: text(row['title']),
  language: textOrNull(row['language']),
  first: number(row['first']),
  last: number(row['last']),
  updated: number(row['updated']),
  stories: number(row['stories']),
  reports: number(row['reports']),
  agencies,
  sources: number(row['sources']),
  lead,
})

export const threadLink = (row: Row): ThreadLink => ({
  id: number(row['id']),
  title: text(row['title']),
  language: textOrNull(row['language']),
  kind: text(row['kind']) as ThreadLink['kind'],
  first: number(row['first']),
  last: number(row['last']),
  score: number(row['score']),
})

export const figureView = (row: Row): FigureView => ({
  kind: text(row['kind']) as FigureView['kind'],
  value: number(row['value']),
  bound: textOrNull(row['bound']) as FigureView['bound'],
  said: textOrNull(row['said']),
  matched: text(row['matched']),
  words: textOrNull(row['words']),
  whom: textOrNull(row['whom']),
  agency: text(row['agency']),
  agencyName: text(row['agency_name']),
  time: number(row['said_at']),
  story: number(row['story']),
})

export const revisionView = (row: Row): RevisionView => ({
  number: number(row['number']),
  seen: number(row['seen']),
  title: text(row['title']),
  text: text(row['text']),
  change: textOrNull(row['change']) as RevisionClass | null,
})

/** A row of reports with `agency_name`. */
export const reportView = (row: Row, credits: string[], revisions: RevisionView[]): ReportView => ({
  id: number(row['id']),
  feed: number(row['feed']),
  agency: text(row['agency']),
  agencyName: text(row['agency_name']),
  guid: text(row['guid']),
  url: textOrNull(row['url']),
  title: text(row['title']),
  headline: text(row['headline']),
  text: text(row['text']),
  language: textOrNull(row['language']),
  time: number(row['time']),
  published: numberOrNull(row['published']),
  firstSeen: number(row['first_seen']),
  signal: textOrNull(row['signal']) as Signal | null,
  dateline: textOrNull(row['dateline']),
  credits,
  joinedBy: text(row['joined_by']) as CopyRule | 'first',
  similarity: number(row['similarity']),
  coverage: number(row['coverage']),
  stale: number(row['stale']) === 1,
  evidence: row['evidence'] === null ? null : json<unknown>(row['evidence']),
  furniture: list<WireDetail>(row['furniture']),
  revisions,
})

export const placementOf = (row: Row | undefined): Placement => json<Placement>(row?.['placement'])

export const regrouped = (row: Row): Regrouped => ({
  id: number(row['id']),
  at: number(row['at']),
  by: text(row['by']) as Regrouped['by'],
  kind: text(row['kind']) as Regrouped['kind'],
  kept: number(row['kept']),
  other: number(row['other']),
  members: list<number>(row['members']),
  score: numberOrNull(row['score']),
  reasons: list<string>(row['reasons']),
})

export const decision = (row: Row): Decision => ({
  at: number(row['at']),
  what: text(row['what']) as Decision['what'],
  kind: text(row['kind']) as Decision['kind'],
  one: list<number>(row['one']),
  other: list<number>(row['other']),
})

/** A row of the private file's subscriptions. */
export const subscription = (row: Row): Subscription => ({
  id: text(row['id']),
  feed: number(row['feed']),
  hub: text(row['hub']),
  topic: text(row['topic']),
  secret: text(row['secret']),
  callback: text(row['callback']),
  state: text(row['state']) as Subscription['state'],
  asked: numberOrNull(row['asked']),
  leaseEnd: numberOrNull(row['lease_end']),
  nextAsk: number(row['next_ask']),
  attempts: number(row['attempts']),
  lastPush: numberOrNull(row['last_push']),
  ignored: number(row['ignored']),
  note: textOrNull(row['note']),
})

/** A row of the private file's subscribers. */
export const subscriber = (row: Row): Subscriber => ({
  id: number(row['id']),
  callback: text(row['callback']),
  topic: text(row['topic']),
  secret: textOrNull(row['secret']),
  leaseEnd: number(row['lease_end']),
  delivered: text(row['delivered']),
  failures: number(row['failures']),
  notBefore: number(row['not_before']),
})
