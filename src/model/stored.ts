// What the store keeps for polling. Types only.
import type { MapPart, Validators } from './collected.ts'
import type { CopyRule, Credit, Move, RevisionClass, Signal } from './decided.ts'
import type { Millis } from './units.ts'

/** A feed with all that is known of its polls. */
export interface FeedState {
  id: number
  agency: string
  agencyName: string
  url: string
  /** Title the feed gives itself. */
  title: string | null
  category: string | null
  language: string | null
  state: 'new' | 'ok' | 'failing' | 'retired' | 'paused'
  lastPoll: Millis | null
  lastSuccess: Millis | null
  nextPoll: Millis
  /** Why the next poll is when it is: the English sentence of a {@link PollReason}. */
  reason: string
  interval: Millis | null
  /** Polls that failed since the last good one. */
  failures: number
  error: string | null
  warnings: string[]
  /** Reports filed from it so far. */
  reports: number
  validators: Validators
  bodyHash: string | null
  /** It was a map, or an index of maps, when it was read last. */
  ofMap: boolean
  /** Where it is really polled when it has moved for good; null while that is `url`. */
  address: string | null
  move: Move | null
  /** What scheduling has learnt of the feed; opaque to the store. */
  habit: string | null
  /** Times that entries may have been missed, because two polls had none in common. */
  gaps: number
}

/** When a feed is polled next, and why. */
export interface PollReason {
  /** An interval that holds on; else one wait. */
  repeats: boolean
  span: Millis
  because: Because[]
}

/** What makes an interval as long as it is; said in English by `language/reason.ts`, in other languages by the pages. */
export type Because =
  | {
      kind:
        | 'configured'
        | 'planned'
        | 'unchanged'
        | 'empty'
        | 'little'
        | 'most'
        | 'hurried'
        | 'skipped'
        | 'retired'
        | 'asked'
    }
  | { kind: 'fresh'; fresh: number; entries: number }
  | { kind: 'first' | 'stale' | 'hourly' | 'daily' | 'window' | 'short'; entries: number }
  | { kind: 'hint' | 'gap'; span: Millis }
  | { kind: 'failed'; polls: number }
  | { kind: 'pushed'; hub: string }

/** What a poll changes of its feed. */
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
  /** Documents of an index that were read; left out where the feed is none, and where the poll says nothing of them. */
  parts?: readonly MapPart[]
  /** Left out where no document was read. */
  ofMap?: boolean
}

/** What a host says that robots may read. */
export interface StoredRobots {
  /** When it was asked. */
  at: Millis
  /** The text of its robots.txt; null where it has none. */
  body: string | null
}

/** Who has subscribed to one of our own feeds at the built-in hub, and has confirmed it. */
export interface Subscriber {
  id: number
  /** Address that documents are posted to. */
  callback: string
  /** Address of the feed. */
  topic: string
  /** Key of the signatures on what is sent; null where none was given. */
  secret: string | null
  leaseEnd: Millis
  /** Digest of the document that it has. */
  delivered: string
  /** Deliveries that failed since the last good one. */
  failures: number
  /** When it may be sent to again. */
  notBefore: Millis
}

export type SubscriberChange =
  /** In place of the one with this callback and topic, whose failures are forgotten. */
  | ({ kind: 'keep' } & Omit<Subscriber, 'id' | 'failures' | 'notBefore'>)
  | { kind: 'drop'; callback: string; topic: string }
  | { kind: 'delivered'; id: number; delivered: string }
  | { kind: 'failed'; id: number; failures: number; notBefore: Millis }

/** What we asked a WebSub hub for (W3C WebSub), one a feed. */
export interface Subscription {
  /** Unguessable last part of `callback`. */
  id: string
  feed: number
  hub: string
  /** Address the hub is asked to watch: what the feed calls itself. */
  topic: string
  /** Key of the signatures on what the hub sends. */
  secret: string
  /** Address the hub was given. */
  callback: string
  /** `unnamed`: the feed names no hub any more, so it is not renewed. */
  state: 'asked' | 'active' | 'denied' | 'unnamed'
  /** When the hub was last asked. */
  asked: Millis | null
  /** Until when the hub has promised to send. */
  leaseEnd: Millis | null
  /** When to ask it again. */
  nextAsk: Millis
  /** Requests since the hub last confirmed. */
  attempts: number
  /** Last signed push, unless a poll has since found what no push had brought: then null. */
  lastPush: Millis | null
  /** Pushes that were not signed with our secret. */
  ignored: number
  /** Why it was denied or could not be asked. */
  note: string | null
}

// ── what filing reads ───────────────────────────────────────────────────────────────────────────────────────────────

/** A story as the index of threads knows it. */
export interface IndexedStory {
  /** Grows with each writing, also of the same story. */
  seq: number
  id: number
  thread: number
  /** Time under which it was filed; later copies do not change it. */
  time: Millis
  /** Opaque to the store. */
  features: Uint8Array
}

/** A report as the index of copies knows it. */
export interface IndexedReport {
  seq: number
  id: number
  story: number
  agency: string
  time: Millis
  /** Opaque to the store. */
  features: Uint8Array
}

/** A sentence model, as far as it can be told from another. */
export interface SentenceModel {
  /** Digest of what it is called and of how it is asked. */
  name: string
  /** What it said to a few texts that are always the same; null where it had no vector. */
  probes: readonly (readonly number[] | null)[]
}

/** A story that lacks a vector, and what is to be encoded of it. */
export interface UnencodedText {
  story: number
  /** Digest of model and text. */
  key: string
  text: string
}

/** What features are made of, where they are missing: of a report, or of a story's lead. */
export interface TextWithoutFeatures {
  id: number
  /** Of a report: nothing but its headline is known, because a map gave no more. Left out where not. */
  bare?: true
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
  guid: string
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
  /** Nothing but its headline is known, because a map gave no more. */
  bare: boolean
}

/** A report of a feed as its identity is judged when ids change. */
export interface ReportMark extends KnownReport {
  url: string | null
  canonicalUrl: string | null
  /** When it says that it was published or updated. */
  published: Millis | null
  title: string
  /** Plain text, as much of it as was asked for. */
  text: string
}

/** A report that stands in the last document of a feed, or stood in the one before. */
export interface StoodReport {
  id: number
  url: string | null
  canonicalUrl: string | null
  time: Millis
  signal: Signal | null
  /** Whether it stands in the document that was filed just now. */
  stands: boolean
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
  /** Nothing but its headline is known, because a map gave no more. */
  bare: boolean
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

/** What ids are given to, and may be pruned. */
export type PrunedKind = 'thread' | 'story' | 'report'

/** A thread without news for long, as retention sees it. */
export interface OldThread {
  id: number
  /** Time of its newest story. */
  last: Millis
  /** Last change of any of its reports. */
  updated: Millis
  stories: number
  reports: number
  /** An editor has joined or parted it, or one of its stories. */
  isEdited: boolean
  /** One of its reports stands in its feed, as of the last document. */
  stands: boolean
}

/** What was deleted, in numbers. */
export interface PrunedCounts {
  threads: number
  stories: number
  reports: number
  /** Earlier texts of reports that stay. */
  revisions: number
  polls: number
}

/** The database file, in pages. */
export interface FileSize {
  pages: number
  free: number
  pageBytes: number
  /** Free pages can be given back while the file is in use. */
  canShrink: boolean
}
