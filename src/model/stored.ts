// What the store keeps for polling. Types only.
import type { Validators } from './collected.ts'
import type { Move } from './decided.ts'
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
  /** Why the next poll is when it is, in words. */
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
  /** Where it is really polled when it has moved for good; null while that is `url`. */
  address: string | null
  move: Move | null
  /** What scheduling has learnt of the feed; opaque to the store. */
  habit: string | null
  /** Times that entries may have been missed, because two polls had none in common. */
  gaps: number
}

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
}

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
