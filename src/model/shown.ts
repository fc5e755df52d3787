// What is shown, and the interface that publishing reads through. Types only.
import type { Enclosure } from './collected.ts'
import type { CopyRule, Figure, Origin, Placement, RevisionClass, Signal, WireDetail } from './decided.ts'
import type { FeedState, PrunedKind } from './stored.ts'
import type { Millis } from './units.ts'

export interface AgencySummary {
  id: string
  name: string
  language: string | null
  homepage: string | null
  feeds: number
  reports: number
  /** Time of its newest report. */
  last: Millis | null
}

/** What to choose from the store. All that are given must hold. */
export interface Selection {
  lang?: string
  agency?: string
  category?: string
  credit?: string
  q?: string
  since?: Millis
  minAgencies?: number
  /** Any of its reports is one of these. */
  signals?: readonly Signal[]
  thread?: number
  /** How many of those that match are passed over, from the newest. */
  offset?: number
  /**
   * Only what a line about a story says: no markup and no credits, and of the text the beginning where there is hardly a title.
   */
  headlines?: boolean
  limit: number
}

/** An agency's part in a story or thread. */
export interface AgencyPart {
  id: string
  name: string
  /** Time of its first report here. */
  first: Millis
  reports: number
  /** Address of that report; of a story's agencies only. */
  url?: string | null
}

/** A story as published: its lead report speaks for it. */
export interface StorySummary {
  id: number
  /** Survives a re-import: derived from the first report's feed and guid. */
  key: string
  thread: number
  threadKey: string
  threadTitle: string
  title: string
  /** The title without what the desk writes before it. */
  headline: string
  url: string | null
  language: string | null
  agency: string
  agencyName: string
  /** Names of agencies the text credits. */
  credits: string[]
  signal: Signal | null
  /** Sanitised HTML. */
  summary: string | null
  content: string | null
  /** Plain text. */
  text: string
  time: Millis
  published: Millis | null
  firstSeen: Millis
  /** Last change of any of its reports, apart from cosmetic ones. */
  updated: Millis
  /** Whose copy it is; null where that was not judged yet. */
  origin: Origin | null
  /** Agencies that tell it independently of one another: ten reprints of one wire are one. */
  sources: number
  /** Its origin has withdrawn it, though copies may still run it; where that was not judged, any of its reports is. */
  withdrawn: boolean
  authors: string[]
  categories: string[]
  enclosures: Enclosure[]
  agencies: AgencyPart[]
  reports: number
  revisions: number
}

export interface ThreadSummary {
  id: number
  key: string
  title: string
  language: string | null
  /** Times of its first and last story. */
  first: Millis
  last: Millis
  /** Last change of any of its reports. */
  updated: Millis
  stories: number
  reports: number
  agencies: AgencyPart[]
  /** Agencies whose own copy it holds: reprints count for their origin. */
  sources: number
  lead: StorySummary
}

/** A story in one line: what the headline of its thread is chosen from. */
export interface Headline {
  /** Of the story. */
  id: number
  /** Without what the desk writes before it. */
  title: string
  language: string | null
  agency: string
  agencyName: string
  signal: Signal | null
  withdrawn: boolean
  origin: Origin | null
  agencies: number
  time: Millis
}

/** What lists say of a thread besides its summary. */
export interface ThreadOutline {
  /** Newest first; of a long thread the newest ones. */
  headlines: Headline[]
  /** As {@link ThreadDetail.figures}, of these stories. */
  figures: FigureView[]
  /** Reports in each of the equal parts of the time asked for. */
  pulse: number[]
  /** Ids of agencies whose own copy it holds. */
  own: string[]
}

/** What an agency did in some days. */
export interface AgencyWork {
  /** Its reports on each day, oldest first. */
  days: number[]
  reports: number
  /** Those of its reports that have a text: of a bare headline nobody knows whose it is. */
  told: number
  /** Those of them that are its own copy, as far as that was judged. */
  own: number
  /** Threads of several agencies that it is in, and those of them that it had first. */
  events: number
  led: number
  /** Median of how long after the first it came, where it was not first; null where it always was. */
  lag: Millis | null
}

/** What polls of a feed gave in one part of a day: the worst of it. */
export type PolledPart = 'failed' | 'filed' | 'unchanged'

/** One poll of a feed. */
export interface PollView {
  at: Millis
  /** Milliseconds it took. */
  ms: number
  outcome: PolledPart
  entries: number
  /** Of the entries, those that were new, that copied another agency's, and that had another text than before. */
  fresh: number
  copies: number
  revisions: number
  error: string | null
}

/** How the feeds stand, in numbers. */
export interface FeedTotals {
  feeds: number
  failing: number
  /** Not polled yet. */
  fresh: number
  retired: number
  paused: number
  /** The newest success of any of them. */
  lastSuccess: Millis | null
}

export interface RevisionView {
  number: number
  seen: Millis
  title: string
  text: string
  /** What became of the text before; null for the first. */
  change: RevisionClass | null
}

/** A report as one feed carried it, with the text it had at each time. */
export interface ReportView {
  id: number
  feed: number
  agency: string
  agencyName: string
  guid: string
  url: string | null
  title: string
  /** The title without what the desk writes before it. */
  headline: string
  text: string
  language: string | null
  time: Millis
  published: Millis | null
  firstSeen: Millis
  signal: Signal | null
  dateline: string | null
  credits: string[]
  /** Why it belongs to its story: `first`, or the rule that matched. */
  joinedBy: CopyRule | 'first'
  similarity: number
  /** Share of the story's copy that it carries, 0 to 1. */
  coverage: number
  /** Still runs a text that its origin has corrected or withdrawn. */
  stale: boolean
  /** What decided that it belongs here, as filing wrote it; null where nothing was compared. */
  evidence: unknown
  /** What was taken off its copy for comparing. */
  furniture: WireDetail[]
  revisions: RevisionView[]
}

export interface FigureView {
  kind: Figure['kind']
  value: number
  /** How the text hedges it. */
  bound: Figure['bound']
  /** Who said so, as written. */
  said: string | null
  matched: string
  /** The words that say whom it counts, as written; null where the number stands bare. */
  words: string | null
  /** Whom it counts: see `Figure.whom`. */
  whom: string | null
  agency: string
  agencyName: string
  /** When it was said: of a revised report, when the text in force was first seen. */
  time: Millis
  story: number
}

export interface StoryDetail extends StorySummary {
  /** What was taken from the page of the report that speaks for it, blocks apart by newlines; null where nothing was. */
  pageText: string | null
  /** Why it is in its thread. */
  placement: Placement
  members: ReportView[]
}

/** A thread told before or beside another. */
export interface ThreadLink {
  id: number
  title: string
  language: string | null
  kind: 'before' | 'beside'
  first: Millis
  last: Millis
  /** How much they share, 0 to 1. */
  score: number
}

export interface ThreadDetail extends ThreadSummary {
  /** Oldest first. */
  timeline: StorySummary[]
  figures: FigureView[]
  links: ThreadLink[]
}

/** A story or thread that is no more, because it was merged into another. */
export interface MergedId {
  key: string
  /** Id of what it was merged into. */
  target: number
  /** When it was merged. */
  at: Millis
}

/** What publishing needs: reading only. Every method answers from the store alone. */
export interface Reader {
  /** Grows with every change of published data, in this process or another: renderings of an older state are stale. */
  version(): number
  /** Authority part of tag ids (`host,year`), fixed when the database was made. */
  tagAuthority(): string
  agencies(): AgencySummary[]
  feeds(): FeedState[]
  /** Stories that match, newest first. */
  recentStories(selection: Selection): StorySummary[]
  /** Threads that match, most recently grown first. */
  recentThreads(selection: Selection): ThreadSummary[]
  /** These threads, in no order; those that are not there are left out. */
  threads(ids: readonly number[]): ThreadSummary[]
  story(id: number): StoryDetail | null
  thread(id: number): ThreadDetail | null
  /**
   * What lists say of these threads, by id, in one query for each kind of fact. `parts` are the equal parts of the time from
   * `since` to `until` in which reports are counted.
   */
  outlines(threads: readonly number[], since: Millis, until: Millis, parts: number): Map<number, ThreadOutline>
  /** Threads with a story since then, by the language tag of the story. */
  languages(since: Millis): { language: string; threads: number }[]
  feedTotals(): FeedTotals
  /** What agencies did in `days` days up to `until`, by id. */
  work(until: Millis, days: number): Map<string, AgencyWork>
  /** Threads of at least three agencies with a story in a language, that an agency is not in; the newest first. */
  lacked(agency: string, language: string, since: Millis, limit: number): ThreadSummary[]
  /** What came of polls in equal parts of the time from `since` to `until`, by feed; null where there were none. */
  polls(since: Millis, until: Millis, parts: number): Map<number, (PolledPart | null)[]>
  /** The latest polls of a feed, newest first. */
  pollsOf(feed: number, limit: number): PollView[]
  /**
   * Threads of the last day that changed at this time or after it, by when they last did, with the primary subtags of their
   * languages; at most 200, the newest.
   */
  grown(since: Millis): { id: number; updated: Millis; languages: string[] }[]
  /** What the reports of a thread count, oldest first: `ThreadDetail.figures` alone. */
  figures(thread: number): FigureView[]
  /** The same of many threads. */
  figuresOf(threads: readonly number[]): Map<number, FigureView[]>
  /** Of each thread its newest stories, `most` at most, oldest first, as headlines: without their texts. */
  timelines(threads: readonly number[], most: number): Map<number, StorySummary[]>
  /** The beginning of the text of each story's lead: 2,000 characters at most. */
  beginnings(stories: readonly number[]): Map<number, string>
  /** What was taken from the page of each story's lead: 40,000 characters at most. Stories without one are left out. */
  pageTexts(stories: readonly number[]): Map<number, string>
  /** Where the id of a story or thread that was merged leads; null for one that was not. */
  redirect(what: 'story' | 'thread', id: number): number | null
  /** Whether there was such a one, which was deleted because of its age, or merged into one that was. */
  isPruned(what: PrunedKind, id: number): boolean
  /** Ids that lead to this one, because they were merged into it. */
  mergedInto(what: 'story' | 'thread', id: number): number[]
  /** What was merged into these of late, newest first. */
  mergedOfLate(what: 'story' | 'thread', into: readonly number[]): MergedId[]
  /**
   * Threads that grew last at this time or after it, and those of `also` that are there, each with a text that is another
   * whenever what is shown of the thread and its stories is; in the order of their ids.
   */
  threadMarks(since: Millis, also: readonly number[]): Map<number, string>
  /** Reads inside see one state of the store, whatever others write meanwhile. Synchronous, and may be nested. */
  together<T>(work: () => T): T
  /** Stories whose words match, newest first. */
  search(words: string, limit: number): StorySummary[]
  /** Sizes for /metrics and the closing line of commands. */
  totals(): {
    feeds: number
    reports: number
    stories: number
    threads: number
    /** Reports that were deleted because of their age, since the database was made. */
    pruned: number
    lastPoll: Millis | null
  }
}

/** What the built-in WebSub hub has done since the start. */
export interface HubFigures {
  /** Subscriptions that are in force. */
  subscribers: number
  /** Deliveries: good ones, failed ones, and those answered with 410. */
  delivered: number
  failed: number
  ended: number
  /** Requests that the callback confirmed, and those it did not. */
  confirmed: number
  unconfirmed: number
}

/** How the daemon stands: shown at `/healthz`, `/readyz`, `/metrics` and `/feeds`. */
export interface Health {
  /** Polls complete. */
  live: boolean
  /** Requests can be answered. */
  ready: boolean
  /** The database can be written. True where left out. */
  storing?: boolean
  /** Any host can be reached. True where left out. */
  online?: boolean
  /** Why it cannot be written, for visitors; null where it can. */
  fault?: string | null
  /** When the newest backup was made, and why the last try failed; null or left out where none are asked for. */
  backup?: { last: Millis | null; fault: string | null } | null
  /** One line in plain words. */
  detail: string
}
