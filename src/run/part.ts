// The part of the work that a process does: all of it, which needs nothing more than a desk; or what roles/ makes of it.
import type { Fetcher } from '../collect/net/fetch.ts'
import type { Trouble } from '../desk/storing.ts'
import type { PollSettings } from '../model/config.ts'
import type { FeedState } from '../model/stored.ts'
import type { AskedGauge } from './measures.ts'
import type { OpenedDesk } from './open.ts'
import type { Poller } from './poller.ts'
import type { Polling } from './polling.ts'

export interface Part {
  store: OpenedDesk
  /** Pages and feeds are served at `listen`; otherwise nothing but metrics, where they are asked for. */
  serves: boolean
  /** What is done at ticks is done here: due feeds are looked for, and all that is not polling. */
  ticks: boolean
  /** Has due feeds polled: here, or by others. */
  ask(due: readonly FeedState[], settings: PollSettings, poller: Poller): Promise<void>
  /** All that was due at the start has been polled, by whomever. */
  hasPolled(): boolean
  /** What asks hosts by these settings, at a pace that others keep too. */
  paced(fetcher: Fetcher, settings: PollSettings): Fetcher
  /** What it is measured by besides. */
  gauges: readonly AskedGauge[]
  /** Begin what goes on beside the ticks; what is returned ends it. */
  begin(poller: Poller, polling: () => Polling): () => Promise<void>
  /** What it does of the work, as `/healthz` and systemd are told; null where that is all of it. */
  does: (() => string) | null
  /** What keeps it from its work, beside what its desk says. */
  trouble(): Trouble | null
  /** Resolves with a sentence when this process can do its part no more. */
  lost: Promise<string>
  /** After the desk is closed. */
  close(): unknown
}

/** A part that does everything with this store. */
export const partOf = (store: OpenedDesk): Part => ({
  store,
  serves: true,
  ticks: true,
  ask: async (due, _, poller) => poller.add(due),
  hasPolled: () => true,
  paced: fetcher => fetcher,
  gauges: [],
  begin: () => async () => {},
  does: null,
  trouble: () => null,
  lost: store.desk.lost,
  close: () => {},
})
