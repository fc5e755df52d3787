// The whole persistence interface, in domain words. Engines stand behind it; nobody else knows tables or SQL.

import type { Agency } from '../model/config.ts'
import type {
  CopyRule,
  Credit,
  Placement,
  PollCounts,
  PollOutcome,
  Report,
  RevisionClass,
  Signal,
} from '../model/decided.ts'
import type { Reader, ReportView } from '../model/shown.ts'
import type { FeedState, PollUpdate, Subscription } from '../model/stored.ts'
import type { Millis } from '../model/units.ts'

/** A story as the index of threads knows it. */
export interface IndexedStory {
  /** Grows with each writing, also of the same story. */
  seq: number
  id: number
  thread: number
  /** Time under which it was filed; later copies do not change it. */
  time: Millis
  /** Opaque to the store. */
  features: string
}

/** A report as the index of copies knows it. */
export interface IndexedReport {
  seq: number
  id: number
  story: number
  agency: string
  time: Millis
  /** Opaque to the store. */
  features: string
}

/** What features are made of, where they are missing: of a report, or of a story's lead. */
export interface UnreadText {
  id: number
  /** Its thread; of a report, its story. */
  group: number
  time: Millis
  agency: string
  title: string
  text: string
  language: string | null
  authors: string[]
  categories: string[]
}

/** A report already on file, as filing meets it again. */
export interface KnownReport {
  id: number
  story: number
  hash: string
  revisions: number
  firstSeen: Millis
  /** When it was last seen, with whatever text. */
  lastSeen: Millis
}

/** The text of a report in force, as a revision is compared with it. */
export interface TextInForce {
  hash: string
  title: string
  text: string
  signal: Signal | null
  language: string | null
  url: string | null
  published: Millis | null
  updated: Millis | null
  /** When this text was first seen. */
  changed: Millis
  /** What was remembered of earlier texts; opaque to the store. */
  flapping: string | null
}

/** A report with an address or a global guid that others may have too. */
export interface Named {
  report: number
  story: number
  feed: number
  agency: string
  /** Address of its feed by configuration. */
  feedUrl: string
  url: string | null
  title: string
  /** Plain text, as much of it as was asked for. */
  text: string
  language: string | null
  /** When it says that it was published or updated. */
  published: Millis | null
  time: Millis
}

/** A report of a feed as its identity is judged when ids change. */
export interface ReportMark {
  id: number
  story: number
  guid: string
  url: string | null
  canonicalUrl: string | null
  /** When it says that it was published or updated. */
  published: Millis | null
  title: string
  /** Plain text, as much of it as was asked for. */
  text: string
}

/** A report of a story as provenance weighs it. */
export interface StoryMember {
  id: number
  agency: string
  agencyName: string
  time: Millis
  signal: Signal | null
  title: string
  text: string
  coverage: number
  /** Class and time of its last revision; null for a first text. */
  change: RevisionClass | null
  changed: Millis
  credits: Credit[]
  /** Texts it had before, oldest first. */
  earlier: { title: string; text: string; change: RevisionClass | null }[]
}

/** A one-liner on file that waits for its report. */
export interface OpenFlash {
  report: number
  story: number
  agency: string
  credits: string[]
  title: string
  text: string
  language: string | null
  signal: Signal | null
  time: Millis
}

/** How a report came into its story. */
export interface Joining {
  rule: CopyRule | 'first'
  /** 0 to 1. */
  similarity: number
  /** Share of the story's copy that it carries, 0 to 1. */
  coverage: number
  /** What decided, as JSON; opaque to the store. */
  evidence: string | null
}

/** Something joined or parted after it was filed. */
export interface Regrouped {
  id: number
  at: Millis
  by: 'review' | 'editor'
  kind: 'merge-threads' | 'split-thread' | 'merge-stories' | 'split-story'
  /** Thread (story) that remains. */
  kept: number
  /** The one merged into it, opened by parting, or joined by what left. */
  other: number
  /** Stories (of stories: reports) that went from one to the other. */
  members: number[]
  score: number | null
  reasons: string[]
}

export type Reason = Pick<Regrouped, 'at' | 'by' | 'score' | 'reasons'>

/** What an editor said belongs together, or does not: stories (of stories: reports) on two sides. */
export interface Decision {
  at: Millis
  what: 'story' | 'thread'
  kind: 'together' | 'apart'
  one: number[]
  other: number[]
}

export interface RegroupingFilter {
  what: 'story' | 'thread'
  id: number
}

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

/** Reads and writes of one filing. Synchronous: they run inside one transaction, without an await between. */
export interface Filing extends Regrouping {
  /** The report of this feed with this guid. */
  known(feed: number, guid: string): KnownReport | null
  /** Reports that stood in this feed within two days of its last document, newest first, with the beginning of their text. */
  standing(feed: number, limit: number, characters: number): ReportMark[]
  /** Reports of this feed with one of these guid keys or addresses. */
  likely(feed: number, keys: readonly string[], urls: readonly string[], characters: number): ReportMark[]
  /** The feed has given a report another guid. */
  renameGuid(report: number, guid: string, key: string, globalGuid: string | null): void
  /** Reports of any feed with this `globalGuid` or `canonicalUrl`: those of the agency first, then the newest. */
  named(by: 'guid' | 'url', name: string, agency: string, limit: number, characters: number): Named[]
  /** Whether a story or a thread has this key. */
  hasKey(key: string): boolean
  /**
   * Features written after `seq` (by any process), in that order; from the beginning (0) only those of a time of at least
   * `since`. What was written anew may be older than what it replaced.
   */
  storiesAfter(seq: number, since: Millis): IndexedStory[]
  reportsAfter(seq: number, since: Millis): IndexedReport[]
  /** Write features anew; returns their `seq`. */
  keepStoryFeatures(story: number, time: Millis, features: string): number
  keepReportFeatures(report: number, time: Millis, features: string): number
  /** Features of before this time are needed no more. */
  forgetFeatures(before: Millis): void
  /** Features made by another version of the rules are dropped: true where that has happened. */
  featuresOf(version: number): boolean
  storiesWithoutFeatures(since: Millis): UnreadText[]
  reportsWithoutFeatures(since: Millis): UnreadText[]
  /** A number kept under a name, like the last story reviewed; 0 at first. */
  mark(name: string): number
  setMark(name: string, value: number): void
  openThread(time: Millis, key: string): number
  addStory(thread: number, report: Report, key: string, placement: string): number
  /** `guidKey`: see `guidKey` in decide/identity.ts. */
  addReport(story: number, report: Report, guidKey: string, joined: Joining): number
  /** What marked a report as one part of several, as written; null where nothing did. */
  partOf(report: number): string | null
  /** The text in force of a report. */
  inForce(report: number): TextInForce
  /** `change` is null where nothing but unseen fields changed. */
  addRevision(reportId: number, report: Report, change: RevisionClass, now: Millis): void
  keepFlapping(report: number, flapping: string): void
  /** Texts that a report had before the one in force, oldest first. */
  earlier(report: number): { number: number; change: RevisionClass | null }[]
  dropRevisions(report: number, numbers: readonly number[]): void
  /** The entry was seen again, unchanged. */
  touch(reportIds: readonly number[], now: Millis): void
  /**
   * Reports that stood in the last document of the feed and are missing from the one filed at `now`, though it shows
   * older ones: taken down, not rolled out. Newest first; none where so many are missing that the feed is simply another.
   */
  vanished(feed: number, now: Millis, limit: number): ReportMark[]
  /** Its page says that it is gone (410): withdrawn, though no text says so. Returns its story. */
  withdraw(report: number, now: Millis): number | null
  /** Its lead report, the thread it is in, the time under which it was placed, and why there; null for no story. */
  placed(story: number): { lead: number; thread: number; time: Millis; placement: Placement } | null
  agencyName(id: string): string
  members(story: number, limit: number): StoryMember[]
  /** Remember a one-liner under the wires that send it. */
  keepFlash(report: number, wires: readonly string[], time: Millis): void
  /** One-liners of these wires between two times that no full report has told yet. */
  flashes(wires: readonly string[], from: Millis, to: Millis): OpenFlash[]
  /** A full report has told what a story's flashes announced. */
  dropFlashes(story: number): void
  /** Whose copy a story is; `stale` are the reports that still run an old text of it. */
  setOrigin(
    story: number,
    is: {
      origin: string | null
      originName: string
      sources: number
      provenance: string
      stale: readonly number[]
      /** How much of the copy each report carries. */
      runs: readonly { report: number; share: number }[]
    },
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
}

export type { PollUpdate, Reader }

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

  /** All that is written inside is on disk afterwards, or nothing is. May be nested. */
  together<T>(work: () => T): T
  close(): void
}

/** What reads subscriptions, from a connection that cannot write. */
export type PrivateReader = Pick<PrivateStore, 'subscription' | 'subscriptionById' | 'subscriptionsDue' | 'close'>

/** What reading alone can answer, from a connection that cannot write. Each method sees one state of the store. */
export interface StoreReader extends Reader {
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
  /** Reads inside see one state of the store, whatever others write meanwhile. Synchronous, and may be nested. */
  together<T>(work: () => T): T
  /** `ok`, or what the engine found wrong. */
  integrity(): string
  close(): void
}

export interface Store extends StoreReader {
  /** Make agencies and feeds those of the configuration; feeds no longer named are kept but not polled. */
  syncAgencies(agencies: readonly Agency[], now: Millis): void
  /** Run one filing as one transaction: all of it is on disk afterwards, or nothing. */
  file<T>(work: (filing: Filing) => T): T
  /**
   * The next of a feed's entries whose embargo has ended, as many as are filed as one document, as JSON; and the keys to take
   * them off the list by, those of entries that cannot be read any more among them.
   */
  held(feed: number, now: Millis): { entries: string[]; keys: string[] }
  /** What no other user of the machine may read: opened at first use, by processes that may write. */
  readonly private: PrivateStore
  /** Keep it in place of any other of its feed. */
  saveSubscription(subscription: Subscription): void
  /** How long a statement blocks the thread while another program holds the lock. */
  waitForLock(ms: Millis): void
  /** Write a few pages for good and take them away again; throws where that is not possible. */
  probe(): void
}
