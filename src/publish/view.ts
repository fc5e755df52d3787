// What pages and feeds are made from.
import type { Config } from '../model/config.ts'
import type { AgencySummary, Reader } from '../model/shown.ts'
import type { FeedState } from '../model/stored.ts'
import type { Millis } from '../model/units.ts'
import type { Polled } from './pages/thread.ts'

/** What is shown, and where: the same for all pages of a site at one moment. */
export interface View {
  reader: Reader
  config: Pick<Config, 'title' | 'link' | 'language' | 'timeZone' | 'publish'>
  /** Agencies with anything on file. */
  agencies: () => readonly AgencySummary[]
  /** Agencies whose feeds are polled: a thread's page says which of them have not reported it. */
  polled: () => readonly Polled[]
  /** Whether the store holds no report at all. */
  isEmpty: () => boolean
  /** Feeds of an agency as its page lists them. */
  feedsOf: (agency: string) => readonly FeedState[]
  /** Whether a thread and its stories have pages that can be linked to. */
  hasPage: (thread: number) => boolean
  now: Millis
  /** Whether any host can be reached; left out where nothing is polled. */
  online?: boolean
  /** False where no feeds are polled and nothing can be chosen: in files. */
  live: boolean
}
