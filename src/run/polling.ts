// With what feeds are polled, and one visit to a feed. Types only.
import type { Fetcher } from '../collect/net/fetch.ts'
import type { NamedHub } from '../decide/schedule/push.ts'
import type { DeskClient } from '../desk/client.ts'
import type { Log } from '../log.ts'
import type { Failure } from '../model/collected.ts'
import type { Agency, FeedSpec, PollSettings } from '../model/config.ts'
import type { PollOutcome } from '../model/decided.ts'
import type { PageOutcome } from '../model/page.ts'
import type { FeedState } from '../model/stored.ts'
import type { Millis } from '../model/units.ts'
import type { StoreReader } from '../store/store.ts'
import type { Backlog } from './backlog.ts'
import type { Encoding } from './encoding.ts'
import type { Readers } from './readers.ts'

/** A feed as configured, with its agency. */
export interface NamedFeed {
  agency: Agency
  spec: FeedSpec
}

/** Is told how long things took. */
export interface Meter {
  /** A feed is polled so long after it was due. */
  late(ms: Millis): void
  /** A feed answered, with a body of so many bytes. */
  fetched(ms: Millis, bytes: number): void
  parsed(ms: Millis): void
  filed(ms: Millis): void
  ended(outcome: PollOutcome, done: 'polled' | 'pushed'): void
  /** A page of a report was asked for, and this became of it. */
  page(outcome: PageOutcome): void
}

/** With what feeds are polled. */
export interface Polling {
  settings: PollSettings
  /** Feeds of the configuration by address. */
  feeds: ReadonlyMap<string, NamedFeed>
  /** Asks each host at its pace: the poller sees to it. */
  fetcher: Fetcher
  readers: Readers
  /** Gives stories their vectors once they are filed; null where the user has no encoder. */
  encoding: Encoding | null
  desk: DeskClient
  reader: StoreReader
  backlog: Backlog
  now: () => Millis
  log: Log
  signal: AbortSignal
  /** Left out where nothing is measured. */
  meter?: Meter
  /** Whether a poll failed for want of a network; left out where nobody knows, it never did. */
  isOurFault?: (url: string, failure: Failure) => Promise<boolean>
  /** Told how much time a host asks for between two requests. Left out where nobody paces them. */
  slower?: (url: string, delay: Millis) => void
  /** Told where each whole document says that its feed can be subscribed to; null where it does not. */
  onHub?: (feed: FeedState, hub: NamedHub | null) => Promise<void>
}

/** One visit to a feed, by a poll or a push. */
export interface Visit {
  feed: FeedState
  named: NamedFeed
  at: Millis
  /** By `performance.now()`. */
  started: number
  /** Whether the document that was read is a map, or an index of maps; left out before one was. */
  ofMap?: boolean
}
