// Notices that the machine has no network, and its return. While there is none nothing is polled: failures that are not the
// servers' would only make feeds wait for hours when it is back.
import { afterPoll, isSuspect, isUnreachable, type Unreached, witnesses } from '../decide/schedule/network.ts'
import type { PollOutcome } from '../model/decided.ts'
import type { FeedState } from '../model/stored.ts'
import type { Millis } from '../model/units.ts'

/** Time between two looks for a network that is gone. */
const LOOK_EVERY: Millis = 20_000

export interface NetworkDeps {
  feeds: () => readonly FeedState[]
  /** Whether a feed's host answers anything; nothing is stored. */
  reaches: (feed: FeedState) => Promise<boolean>
  /** `hosts` could not be reached. */
  onLost: (hosts: number) => void
  /** Feeds that failed for want of a network. */
  onReturn: (feeds: ReadonlySet<number>) => void
  every?: Millis
}

export class Network {
  readonly #deps: NetworkDeps
  readonly #failed = new Set<number>()
  #unreached: Unreached = []
  #looking = false
  #gone = false
  #timer: NodeJS.Timeout | null = null
  #stopped = false

  constructor(deps: NetworkDeps) {
    this.#deps = deps
  }

  get isGone(): boolean {
    return this.#gone
  }

  /** Told of every poll. */
  heard({ feed, url, failure }: Pick<PollOutcome, 'feed' | 'url' | 'failure'>): void {
    this.#unreached = afterPoll(this.#unreached, url, failure)
    if (isUnreachable(failure)) this.#failed.add(feed)
    else this.#failed.delete(feed)
    if (this.#unreached.length === 0) this.#failed.clear()
    if (isSuspect(this.#unreached) && !this.#gone) void this.#look()
  }

  stop(): void {
    this.#stopped = true
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
    this.#timer = setTimeout(() => void this.#look(), this.#deps.every ?? LOOK_EVERY)
    this.#timer.unref()
  }

  #returned(): void {
    this.#unreached = []
    if (!this.#gone) return
    this.#gone = false
    const failed = new Set(this.#failed)
    this.#failed.clear()
    this.#deps.onReturn(failed)
  }
}
