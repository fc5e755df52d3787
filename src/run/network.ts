// Notices that the machine has no network, and its return. While there is none nothing is polled: failures that are not the
// servers' would only make feeds wait for hours when it is back.
import { networkInterfaces } from 'node:os'
import { hostOf } from '../decide/schedule/host.ts'
import {
  afterPoll,
  isOutside,
  isSuspect,
  isUnreachable,
  type Unreached,
  witnesses,
} from '../decide/schedule/network.ts'
import type { Log } from '../log.ts'
import type { Failure } from '../model/collected.ts'
import type { PollOutcome } from '../model/decided.ts'
import type { FeedState } from '../model/stored.ts'
import type { Millis } from '../model/units.ts'
import { askFeed, NOTHING_KNOWN } from './ask.ts'
import type { Polling } from './poll.ts'
import type { Poller } from './poller.ts'

export const NO_NETWORK = 'there is no network: no host can be reached, and every 20 s it is tried again'

/** Time between two looks for a network that is gone. */
const LOOK_EVERY: Millis = 20_000
/** How long a poll that could not reach its host waits to learn whether others can reach theirs. */
const HELD: Millis = 5_000

function hasAddress(): boolean {
  return Object.values(networkInterfaces()).some(addresses => addresses?.some(({ internal }) => !internal))
}

export interface NetworkDeps {
  feeds: () => readonly FeedState[]
  /** Whether a feed's host answers anything; nothing is stored. */
  reaches: (feed: FeedState) => Promise<boolean>
  /** Whether this machine has an address that others could reach. */
  hasAddress?: () => boolean
  /** `hosts` could not be reached. */
  onLost: (hosts: number) => void
  /** Feeds that failed for want of a network. */
  onReturn: (feeds: ReadonlySet<number>) => void
  every?: Millis
  held?: Millis
}

export class Network {
  readonly #deps: NetworkDeps
  readonly #failed = new Set<number>()
  #unreached: Unreached = []
  #looking = false
  #gone = false
  #timer: NodeJS.Timeout | null = null
  #stopped = false
  /** Polls that wait to learn whose fault it was. */
  readonly #held = new Set<(ours: boolean) => void>()

  constructor(deps: NetworkDeps) {
    this.#deps = deps
  }

  get isGone(): boolean {
    return this.#gone
  }

  /**
   * Whether it is for want of a network that a host could not be reached: such a poll says nothing of its feed, which stays due.
   * Known as soon as another host answers, or enough others cannot be reached either.
   */
  isToBlame(url: string, failure: Failure): Promise<boolean> {
    if (!isUnreachable(failure) || !isOutside(hostOf(url)) || this.#stopped) return Promise.resolve(false)
    if (this.#gone) return Promise.resolve(true)
    const { promise, resolve } = Promise.withResolvers<boolean>()
    const settle = (ours: boolean): void => {
      clearTimeout(timer)
      this.#held.delete(settle)
      resolve(ours)
    }
    // A look that is under way ends with an answer.
    const timer = setTimeout(() => {
      if (!this.#looking) settle(false)
    }, this.#deps.held ?? HELD)
    this.#held.add(settle)
    this.#unreached = afterPoll(this.#unreached, url, failure)
    if (isSuspect(this.#unreached, (this.#deps.hasAddress ?? hasAddress)())) void this.#look()
    return promise
  }

  /** Told of every poll that was recorded. */
  heard({ feed, url, failure }: Pick<PollOutcome, 'feed' | 'url' | 'failure'>): void {
    if (isUnreachable(failure)) {
      this.#failed.add(feed)
      return
    }
    this.#failed.delete(feed)
    this.#unreached = afterPoll(this.#unreached, url, failure)
    if (this.#unreached.length > 0) return
    this.#failed.clear()
    if (!this.#looking) this.#settle(false)
  }

  stop(): void {
    this.#stopped = true
    this.#settle(false)
    if (this.#timer) clearTimeout(this.#timer)
  }

  async #look(): Promise<void> {
    if (this.#looking || this.#stopped) return
    this.#looking = true
    const asked = witnesses(this.#deps.feeds(), this.#unreached)
    const reached = await Promise.all(asked.map(feed => this.#deps.reaches(feed)))
    this.#looking = false
    if (this.#stopped) return
    if (asked.length === 0 || reached.includes(true)) {
      this.#returned()
      return
    }
    if (!this.#gone) {
      this.#gone = true
      this.#deps.onLost(this.#unreached.length)
    }
    this.#settle(true)
    this.#timer = setTimeout(() => void this.#look(), this.#deps.every ?? LOOK_EVERY)
    this.#timer.unref()
  }

  #settle(ours: boolean): void {
    for (const settle of [...this.#held]) settle(ours)
  }

  #returned(): void {
    this.#unreached = []
    this.#settle(false)
    if (!this.#gone) return
    this.#gone = false
    const failed = new Set(this.#failed)
    this.#failed.clear()
    this.#deps.onReturn(failed)
  }
}

export interface NetworkWatch {
  polling: () => Polling
  poller: () => Pick<Poller, 'add' | 'drop'>
  log: Log
  /** Told when it is gone, and when it is back. */
  onChange: () => void
  /** Polls what is due. */
  tick: () => void
}

/** The network as a daemon sees it: while there is none, nothing waits to be polled; then what is due is. */
export function watchNetwork({ polling, poller, log, onChange, tick }: NetworkWatch): Network {
  const { reader, now } = polling()
  return new Network({
    feeds: () => reader.feeds(),
    reaches: async ({ url }) => {
      const spec = polling().feeds.get(url)?.spec
      if (spec === undefined) return false
      const got = await askFeed(polling(), spec, null, { validators: NOTHING_KNOWN, now: now() })
      return got.kind !== 'failed' || !isUnreachable(got.failure)
    },
    onLost: () => {
      poller().drop()
      log.warn('no network: nothing is polled until it is back', { reason: NO_NETWORK })
      onChange()
    },
    onReturn: feeds => {
      log.info('the network is back', { feeds: feeds.size })
      onChange()
      poller().add(reader.feeds().filter(({ id, state }) => feeds.has(id) && state !== 'paused'))
      tick()
    },
  })
}
