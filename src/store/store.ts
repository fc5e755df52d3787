// The whole persistence interface, in domain words. Engines stand behind it; nobody else knows tables or SQL.
import type {
  Agency,
  CopyRule,
  FeedState,
  Millis,
  Move,
  PollOutcome,
  Reader,
  Report,
  ReportView,
  Subscription,
  Validators,
} from '../model.ts'

/** A story as deciding sees it: what the indexes of copies and threads are made from. */
export interface IndexedStory {
  id: number
  thread: number
  /** Time under which it was filed; later copies do not change it. */
  time: Millis
  /** Opaque to the store: terms and shingles as decided when the story was filed. */
  features: string
}

/** A report already on file, as filing meets it again. */
export interface KnownReport {
  id: number
  story: number
  hash: string
  revisions: number
  firstSeen: Millis
}

/** Reads and writes of one filing. Synchronous: they run inside one transaction, without an await between. */
export interface Filing {
  /** The report of this feed with this guid. */
  known(feed: number, guid: string): KnownReport | null
  /** Story of a report with the same `globalGuid`, of any feed. */
  storyByGuid(globalGuid: string): number | null
  storyByUrl(canonicalUrl: string): number | null
  /** Stories filed after `afterId` (by any process), oldest first, with a time of at least `since`. */
  storiesAfter(afterId: number, since: Millis): IndexedStory[]
  openThread(time: Millis, key: string): number
  addStory(thread: number, report: Report, key: string, features: string, placement: string): number
  addReport(story: number, report: Report, joinedBy: CopyRule | 'first', similarity: number): number
  addRevision(reportId: number, report: Report, now: Millis): void
  /** The entry was seen again, unchanged. */
  touch(reportIds: readonly number[], now: Millis): void
  /** Result of the poll, the feed's next due time and validators, in the same transaction as its entries. */
  recordPoll(outcome: PollOutcome, update: PollUpdate): void
}

export interface PollUpdate {
  title: string | null
  language: string | null
  /** Null keeps the ones on file. */
  validators: Validators | null
  bodyHash: string | null
  interval: Millis | null
  failures: number
  retired: boolean
  /** Where to poll from now on; null for the configured address. */
  address: string | null
  move: Move | null
  habit: string | null
  /** What scheduling has to say of silence and gaps, in sentences. */
  notes: readonly string[]
}

export type { Reader }

export interface Store extends Reader {
  /** Make agencies and feeds those of the configuration; feeds no longer named are kept but not polled. */
  syncAgencies(agencies: readonly Agency[], now: Millis): void
  /** Feeds whose next poll is due, most overdue first. */
  due(now: Millis): FeedState[]
  feed(id: number): FeedState | null
  /** Run one filing as one transaction: all of it is on disk afterwards, or nothing. */
  file<T>(work: (filing: Filing) => T): T
  report(id: number): ReportView | null
  /** What was asked of a WebSub hub for this feed. */
  subscription(feed: number): Subscription | null
  /** The one whose callback ends in this id. */
  subscriptionById(id: string): Subscription | null
  /** Those of feeds being polled whose hub is to be asked (again), longest due first. */
  subscriptionsDue(now: Millis): Subscription[]
  /** Keep it in place of any other of its feed. */
  saveSubscription(subscription: Subscription): void
  /** `ok`, or what the engine found wrong. */
  integrity(): string
  close(): void
}
