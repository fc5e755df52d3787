// Many polls at once, politely: how many, of which host, and when. Deciding which feed goes next is pure (decide/schedule/hosts);
// here are the queue and the timer.
import { hostOf, pauseAt } from './decide/host.ts'
import { drain, type HostNow, type HostPace, hostAfter, hostLimits } from './decide/schedule/hosts.ts'
import type { FeedState, Millis, PollOutcome } from './model.ts'
import { type PollDeps, pollFeed } from './poll.ts'
import { targetOf } from './secrets.ts'

/** Longer rests are not waited for: the feeds stay due, and a later tick takes them up. */
const LONGEST_WAIT_HERE: Millis = 30_000

/** All times here are real time, whatever clock the feeds are dated by: hosts and timers know no other. */
interface Host {
  running: number
  lastStart: Millis | null
  pace: HostPace | null
}

interface Waiting {
  feed: FeedState
  host: string
  due: Millis
  interval: Millis | null
}

/**
 * Polls feeds within `concurrency`, `perHost` and `hostDelay`, and slower at hosts that refused. Feeds may be added while
 * others run, so that one slow host never holds up the rest.
 */
export class Poller {
  readonly #deps: () => PollDeps
  readonly #onOutcome: (outcome: PollOutcome) => void
  readonly #queued = new Set<number>()
  readonly #hosts = new Map<string, Host>()
  #wake: NodeJS.Timeout | null = null
  #waiting: Waiting[] = []
  #running = 0
  #idle: (() => void)[] = []
  #broken: unknown = null

  /** `deps` is asked anew for each poll, so that a reloaded configuration holds at once. */
  constructor(deps: () => PollDeps, onOutcome: (outcome: PollOutcome) => void = () => {}) {
    this.#deps = deps
    this.#onOutcome = onOutcome
  }

  /** Feeds waiting or being polled. */
  get pending(): number {
    return this.#queued.size
  }

  /** Take feeds on, except those already waiting or being polled. */
  add(feeds: readonly FeedState[]): void {
    const { now, feeds: named } = this.#deps()
    const offset = Date.now() - now()
    for (const feed of feeds) {
      if (this.#queued.has(feed.id)) continue
      this.#queued.add(feed.id)
      this.#waiting.push({
        feed,
        host: hostOf(feed.address ?? targetOf(named.get(feed.url)?.spec ?? feed)),
        due: feed.nextPoll + offset,
        interval: feed.interval,
      })
    }
    this.#pump()
  }

  /** Resolves when nothing waits or runs; rejects if the store broke meanwhile. */
  async idle(): Promise<void> {
    // Lets go of what waits when everything is to stop.
    this.#pump()
    if (this.#queued.size > 0) await new Promise<void>(resolve => this.#idle.push(resolve))
    const broken = this.#broken
    this.#broken = null
    if (broken !== null) throw broken
  }

  #pump(): void {
    const { settings, signal } = this.#deps()
    if (signal?.aborted) this.#giveBack(() => true)
    const now = Date.now()
    const free = settings.concurrency - this.#running
    if (free > 0 && this.#waiting.length > 0) {
      const { start, wakeAt } = drain(this.#waiting, host => this.#hostNow(host, now), free, now)
      const started = new Set(start)
      this.#waiting = this.#waiting.filter(item => !started.has(item))
      for (const item of start) void this.#run(item)
      if (this.#wake) clearTimeout(this.#wake)
      this.#wake = wakeAt === null ? null : setTimeout(() => this.#pump(), Math.max(1, wakeAt - now))
      this.#giveBack(({ host }) => this.#hostNow(host, now).restUntil - now > LONGEST_WAIT_HERE)
    }
    if (this.#queued.size > 0) return
    if (this.#wake) clearTimeout(this.#wake)
    this.#wake = null
    for (const resolve of this.#idle) resolve()
    this.#idle = []
  }

  #giveBack(which: (item: Waiting) => boolean): void {
    for (const item of this.#waiting) if (which(item)) this.#queued.delete(item.feed.id)
    this.#waiting = this.#waiting.filter(item => !which(item))
  }

  #hostNow(name: string, now: Millis): HostNow {
    const { settings } = this.#deps()
    const host = this.#hosts.get(name)
    const delay = pauseAt(name, settings.hostDelay)
    const limits = hostLimits(host?.pace ?? null, now, { delay, perHost: settings.perHost })
    return { running: host?.running ?? 0, lastStart: host?.lastStart ?? null, ...limits }
  }

  async #run({ feed, host: name }: Waiting): Promise<void> {
    const host = this.#hosts.get(name) ?? { running: 0, lastStart: null, pace: null }
    this.#hosts.set(name, host)
    this.#running++
    host.running++
    host.lastStart = Date.now()
    const deps = this.#deps()
    try {
      const outcome = await pollFeed(feed, deps)
      if (outcome) {
        const offset = Date.now() - outcome.at
        const { failure } = outcome
        const retryAt = failure?.retryAt == null ? null : failure.retryAt + offset
        host.pace = hostAfter(host.pace, name, Date.now(), failure === null ? null : { ...failure, retryAt })
        this.#onOutcome(outcome)
      }
    } catch (error) {
      this.#broken ??= error
      deps.log.error('the poll could not be stored', {
        url: feed.url,
        error: error instanceof Error ? error.message : String(error),
      })
    } finally {
      this.#running--
      host.running--
      this.#queued.delete(feed.id)
      this.#pump()
    }
  }
}
