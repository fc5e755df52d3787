// The whole persistence interface, in domain words. Engines stand behind it; nobody else knows tables or SQL.

import type { Agency } from '../model/config.ts'
import type { Placement, PollCounts, PollOutcome, Report, RevisionClass } from '../model/decided.ts'
import type { RowReader } from '../model/listed.ts'
import type { NoticeChange } from '../model/notify.ts'
import type { Reader, ReportView } from '../model/shown.ts'
import type {
  Decision,
  FeedState,
  IndexedReport,
  IndexedStory,
  Joining,
  KnownReport,
  Named,
  OpenFlash,
  PollUpdate,
  Reason,
  Regrouped,
  RegroupingFilter,
  ReportMark,
  SentenceModel,
  StoodReport,
  StoredRobots,
  StoryMember,
  Subscriber,
  SubscriberChange,
  Subscription,
  TextInForce,
  TextWithoutFeatures,
} from '../model/stored.ts'
import type { Millis } from '../model/units.ts'
import type { StoredText } from './columns.ts'
import type { NoticeReader } from './notices.ts'
import type { PageKeeping, PageReader } from './pages.ts'
import type { Pruning, RetentionReader, Shrinking } from './pruning.ts'
import type { SourceReader } from './sources.ts'

/** Joining and parting, inside a filing's transaction. */
export interface Regrouping {
  /** All of `other` goes to `kept`; `other` redirects. Returns the number of the log entry. */
  mergeThreads(kept: number, other: number, why: Reason): number
  /** Stories leave for a thread of their own, whose id is returned; not all of them may. */
  splitThread(thread: number, stories: readonly number[], why: Reason): number
  /** Stories leave a thread for another that is there already; not all of them may. */
  moveStories(thread: number, to: number, stories: readonly number[], why: Reason): void
  mergeStories(kept: number, other: number, why: Reason): number
  /** Reports leave for a story of their own with this key, in the same thread; its id is returned. */
  splitStory(story: number, reports: readonly number[], key: string, why: Reason): number
  /** Stories of a thread, reports of a story: ids, ascending; empty where there is no such one. */
  storiesOf(thread: number): number[]
  reportsOf(story: number): number[]
  regroupedAfter(id: number): Regrouped[]
  lastRegrouping(): number
  decide(decision: Decision): void
  decisions(): Decision[]
  /** Where an id leads that may have been merged. */
  resolve(what: 'story' | 'thread', id: number): number
  /** Replace what a thread is told beside. */
  link(thread: number, links: readonly { other: number; kind: 'before' | 'beside'; score: number }[]): void
}

/** What is asked of the store before the entries of a document are decided. */
export interface FactsAsked {
  feed: number
  agency: string
  /** Keys of stories and threads that may be taken. */
  keys: readonly string[]
  /** Global guids and addresses of the entries that are not on file. */
  guids: readonly string[]
  urls: readonly string[]
  /** Most reports under each, and characters of each text. */
  limit: number
  characters: number
  /** One-liners of these wires between two times. */
  flashes: readonly { wire: string; from: Millis; to: Millis }[]
  /** Reports of the feed that its unknown entries may be; null where none are looked for. */
  formerly: FormerlyAsked | null
}

/** What is on file of a feed's guids. */
export interface KnownReports {
  /** By guid. */
  reports: Map<string, KnownReport>
  /** Changes with whatever this or another process writes. */
  version: string
  /** Of the feed: what scheduling has learnt of it, and when it was last seen that it gives its guids to other reports. */
  habit: string | null
  mark: number
  /** The last time that reports of it were seen, and how many were seen then. */
  lastSeen: Millis
  lastStood: number
  /** What was pruned is all older than this; null where nothing was. */
  prunedBefore: Millis | null
  /** Those of the tombstones asked for that there are. */
  tombstones: number[]
}

export interface StoredFacts {
  /** The next free numbers. Whoever holds the transaction gives them out. */
  next: { report: number; story: number; thread: number; storyFeatures: number; reportFeatures: number }
  /** The number of the last regrouping. */
  regrouping: number
  /** See `KnownReports`. */
  version: string
  agencyName: string
  /** Whether anything of the feed is kept back under an embargo. */
  holds: boolean
  /** Those of the keys that a story or a thread has. */
  taken: string[]
  named: { by: 'guid' | 'url'; name: string; report: Named }[]
  flashes: { wire: string; flash: OpenFlash }[]
  formerly: ReportMark[]
}

/** Reports of a feed that its unknown entries may be. */
export type FormerlyAsked =
  /** That stood in this feed within two days of its last document, newest first. */
  | { kind: 'standing'; limit: number }
  /** With one of these guid keys or addresses. */
  | { kind: 'likely'; keys: readonly string[]; urls: readonly string[] }

/** What a filing reads before it decides. */
export interface FilingFacts {
  /** Reports of this feed with these guids, and tombstones; `mark` is the name of a number that is kept. */
  known(feed: number, guids: readonly string[], mark: string, tombstones?: readonly number[]): KnownReports
  facts(asked: FactsAsked): StoredFacts
  /** The texts in force of these reports. */
  inForce(reports: readonly number[]): Map<number, TextInForce>
  /** What marked a report as one part of several, as written; null where nothing did. */
  partOf(report: number): string | null
  /** Whether a story or a thread has this key. */
  isTaken(key: string): boolean
  /** Reports of a story, the earliest first. */
  members(story: number, limit: number): StoryMember[]
  /** Reports that stand in the document filed at `now`, and those that stood in the one before and do not. */
  stood(feed: number, now: Millis): StoodReport[]
  /** Its lead report, the thread it is in, the time under which it was placed, and why there; null for no story. */
  placed(story: number): { lead: number; thread: number; time: Millis; placement: Placement } | null
  /** Texts that a report had before the one in force, oldest first. */
  earlier(report: number): { number: number; change: RevisionClass | null }[]
}

/** Whose copy a story is. */
export interface StoryOrigin {
  origin: string | null
  originName: string
  sources: number
  provenance: string
}

/** `stale` are the reports that still run an old text of it, `runs` how much of it each carries. */
export interface JudgedStory extends StoryOrigin {
  stale: readonly number[]
  runs: readonly { report: number; share: number }[]
}

/** What became of a few entries of one document, to be written together. Numbers were given out by whoever decided. */
export interface Batch {
  feed: number
  now: Millis
  threads: { id: number; key: string }[]
  stories: {
    id: number
    key: string
    thread: number
    language: string | null
    placement: string
    /** Null where more than one report tells it: it is judged when they are on file. */
    origin: StoryOrigin | null
  }[]
  reports: { id: number; story: number; report: Report; stored: StoredText; guidKey: string; joined: Joining }[]
  storyFeatures: { seq: number; story: number; time: Millis; features: IndexedStory['features'] }[]
  reportFeatures: { seq: number; report: number; time: Millis; features: IndexedReport['features'] }[]
  /** One-liners, under the wires that send them. */
  flashes: { report: number; wires: readonly string[]; time: Millis }[]
  /** Guids that may be on the list of what is kept back: their embargo is lifted. */
  lifted: readonly string[]
  /** By thread, the story nearest to all others of it. */
  central: ReadonlyMap<number, number>
}

/** Reads and writes of one filing. They run inside one transaction. */
export interface Filing extends FilingFacts, Regrouping, Pruning, PageKeeping {
  /** Write reports, stories and threads, and count them. */
  write(batch: Batch): void
  /** The feed has given a report another guid. */
  renameGuid(report: number, guid: string, key: string, globalGuid: string | null): void
  /** `change` is null where nothing but unseen fields changed. */
  addRevision(report: number, text: Report, change: RevisionClass | null, now: Millis, stored: StoredText): void
  keepFlapping(report: number, flapping: string): void
  dropRevisions(report: number, numbers: readonly number[]): void
  /** The entries were seen again, unchanged. */
  touch(reports: readonly number[], now: Millis): void
  /** Its page says that it is gone (410): withdrawn, though no text says so. Returns its story. */
  withdraw(report: number, now: Millis): number | null
  /** A full report has told what a story's flashes announced. */
  dropFlashes(story: number): void
  /** Say anew whose copies stories are, of their earliest reports; null where these say nothing of it. */
  judgeStories(
    stories: Iterable<number>,
    limit: number,
    judge: (members: readonly StoryMember[]) => JudgedStory | null,
  ): void
  /** The story nearest to all others of its thread. */
  setCentral(thread: number, story: number): void
  /** Keep an entry that may not be shown before `until`, sealed; false where as much of the feed is kept as can be. */
  holdBack(feed: number, guid: string, until: Millis, now: Millis, entry: string): boolean
  /** Take entries off the list of those kept back. */
  dropHeld(feed: number, keys: readonly string[]): void
  /** Announce a poll that takes several transactions: it counts as interrupted until it is recorded. Returns its id. */
  openPoll(feed: number, at: Millis, status?: 'interrupted' | 'released'): number
  countPoll(poll: number, counts: PollCounts): void
  /** Result of the poll, the feed's next due time and validators, in the same transaction as its last entries. */
  recordPoll(outcome: PollOutcome, update: PollUpdate, poll?: number | null): void

  // What the window reads and keeps.

  /**
   * Features written after `seq` (by any process), in that order; from the beginning (0) only those of a time of at least
   * `since`. What was written anew may be older than what it replaced. At most `limit`, or all.
   */
  storiesAfter(seq: number, since: Millis, limit?: number): IndexedStory[]
  reportsAfter(seq: number, since: Millis, limit?: number): IndexedReport[]
  /** Write features anew; returns their `seq`. */
  keepStoryFeatures(story: number, time: Millis, features: IndexedStory['features']): number
  keepReportFeatures(report: number, time: Millis, features: IndexedReport['features']): number
  /** Features of before this time are needed no more. */
  forgetFeatures(before: Millis): void
  /** Features made by another version of the rules are dropped: true where that has happened. */
  featuresOf(version: number): boolean
  /** Texts that have no features, with ids above `after`, ascending; at most `limit`, or all. */
  storiesWithoutFeatures(since: Millis, after?: number, limit?: number): TextWithoutFeatures[]
  reportsWithoutFeatures(since: Millis, after?: number, limit?: number): TextWithoutFeatures[]
  /** Headline and the first 1,000 characters of the body of the report that speaks for each of these stories. */
  leadTexts(stories: readonly number[]): { story: number; title: string; text: string }[]
  /** A number kept under a name, like the last story reviewed; 0 at first. */
  mark(name: string): number
  setMark(name: string, value: number): void
}

export type {
  Decision,
  IndexedReport,
  IndexedStory,
  Joining,
  KnownReport,
  Named,
  OpenFlash,
  PollUpdate,
  Reader,
  Reason,
  Regrouped,
  RegroupingFilter,
  ReportMark,
  StoryMember,
  TextInForce,
  TextWithoutFeatures,
}

/** Synchronous, and on a connection of its own: what is written here is not part of a filing's transaction. */
export interface PrivateStore {
  /** What was asked of a WebSub hub for this feed. */
  subscription(feed: number): Subscription | null
  /** The one whose callback ends in this id. */
  subscriptionById(id: string): Subscription | null
  /** Those whose hub is to be asked (again), longest due first. */
  subscriptionsDue(now: Millis): Subscription[]
  /** Keep it in place of any other of its feed. */
  saveSubscription(subscription: Subscription): void
  /** Who has subscribed to our own feeds, the earliest first. */
  subscribers(): Subscriber[]
  changeSubscribers(changes: readonly SubscriberChange[]): void

  /** All that is written inside is on disk afterwards, or nothing is. May be nested. */
  together<T>(work: () => T): T
  close(): void
}

/** What sentence models said of texts. Synchronous, on a connection of its own; it may fail where the file cannot be used. */
export interface VectorStore {
  models(): (SentenceModel & { id: number })[]
  addModel(model: SentenceModel & { id: number }): void
  /** Null where the model has none for the text, undefined where nothing is remembered. */
  find(key: Uint8Array): readonly number[] | null | undefined
  /** Vectors are whole 127ths. */
  keep(vectors: readonly { key: Uint8Array; vector: readonly number[] | null }[], at: Millis): void
  /** Those kept before this time are forgotten. */
  forget(before: Millis): void
  close(): void
}

/** What reads subscriptions, from a connection that cannot write. */
export type PrivateReader = Pick<
  PrivateStore,
  'subscription' | 'subscriptionById' | 'subscriptionsDue' | 'subscribers' | 'close'
>

/** What reading alone can answer, from a connection that cannot write. Each method sees one state of the store. */
export interface StoreReader extends Reader, RowReader, RetentionReader, NoticeReader, SourceReader, PageReader {
  /**
   * Feeds whose next poll is due, most overdue first. With those that may be due although their time has not come: never
   * polled, polled in the future, or not to be polled before `beyond`.
   */
  due(now: Millis, beyond?: Millis | null): FeedState[]
  feed(id: number): FeedState | null
  report(id: number): ReportView | null
  /** The story a report is in; null for no report. */
  storyOf(report: number): number | null
  decisions(): Decision[]
  /** What was joined or parted of a story or thread, oldest first. */
  regroupings(of: RegroupingFilter): Regrouped[]
  /** Feeds with entries whose embargo has ended. */
  releasable(now: Millis): FeedState[]
  /** What was asked of a WebSub hub for this feed. */
  subscription(feed: number): Subscription | null
  /** The one whose callback ends in this id. */
  subscriptionById(id: string): Subscription | null
  /** Those of feeds being polled whose hub is to be asked (again), longest due first. */
  subscriptionsDue(now: Millis): Subscription[]
  /** Who has subscribed to our own feeds, the earliest first. */
  subscribers(): Subscriber[]
  /** `ok`, or what the engine found wrong. */
  integrity(): string
  close(): void
}

export interface Store extends StoreReader, Shrinking {
  /** Make agencies and feeds those of the configuration; feeds no longer named are kept but not polled. */
  syncAgencies(agencies: readonly Agency[], now: Millis): void
  /** Run one filing as one transaction: all of it is on disk afterwards, or nothing. */
  file<T>(work: (filing: Filing) => T): T
  /**
   * Run one filing in the transaction that is open, and open one where none is: it is on disk after `commit`, with all others
   * of the transaction. When `work` throws, nothing of the transaction is kept.
   */
  join<T>(work: (filing: Filing) => T): T
  /** End the transaction of `join`, if one is open. When it throws, nothing of the transaction is kept. */
  commit(): void
  /** Read features, a statement at a time and without a transaction: nobody who writes waits for it. */
  read<T>(work: (filing: Pick<Filing, 'storiesAfter' | 'reportsAfter' | 'lastRegrouping' | 'mark'>) => T): T
  /**
   * The next of a feed's entries whose embargo has ended, as many as are filed as one document, as JSON; and the keys to take
   * them off the list by, those of entries that cannot be read any more among them.
   */
  held(feed: number, now: Millis): { entries: string[]; keys: string[] }
  /** What no other user of the machine may read: opened at first use, by processes that may write. */
  readonly private: PrivateStore
  /** What is remembered of vectors: opened at first use. */
  readonly vectors: VectorStore
  /** Keep it in place of any other of its feed. */
  saveSubscription(subscription: Subscription): void
  keepRobots(origin: string, robots: StoredRobots): void
  changeSubscribers(changes: readonly SubscriberChange[]): void
  /** All of them, or none. */
  changeNotices(changes: readonly NoticeChange[]): void
  /** How long a statement blocks the thread while another program holds the lock. */
  waitForLock(ms: Millis): void
  /** From now on visits to feeds are listed for so long; null for as long as where nobody says. */
  keepPolls(ms: Millis | null): void
  /** Give back the memory of pages that are kept of the file; what is asked for next is read again. */
  releaseMemory(): void
  /** Write a few pages for good and take them away again; throws where that is not possible. */
  probe(): void
}
