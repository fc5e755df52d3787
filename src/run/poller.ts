// Many polls at once, politely: how many, of which host, and when. Deciding which feed goes next is pure (decide/schedule/hosts);
// here are the queue and the timer.
import type { Fetcher, FetchRequest } from '../collect/net/fetch.ts'
import { targetOf } from '../config/secrets.ts'
import { hostOf } from '../decide/schedule/host.ts'
import { byUrgency, type HostNow, startable } from '../decide/schedule/hosts.ts'
import { isUnreachable } from '../decide/schedule/network.ts'
import { said } from '../log.ts'
import type { Failure, FetchResult } from '../model/collected.ts'
import type { PollOutcome } from '../model/decided.ts'
import type { FeedState } from '../model/stored.ts'
import type { Millis } from '../model/units.ts'
import { PostgresError } from '../store/postgres/failure.ts'
import { postgresTrouble } from '../store/postgres/faults.ts'
import { Hosts, LONGEST_WAIT } from './hosts.ts'
import { isStopping, type Polling, pollFeed } from './poll.ts'

/** A server that lets us wait this long lends its place: what waits for the network costs a socket and a timer. */
const PATIENCE: Millis = 3_000
/** Places lent at most: this many, or so many times `concurrency` where that is more. */
const LENT_AT_LEAST = 32
const LENT_TIMES = 4

/** Polls that hold no place while they are recorded: as many as one transaction takes well. */
const MOST_RECORDED = 128

/** Polls begun in one turn of the event loop: each takes some milliseconds, and pages wait. */
const BEGUN_AT_ONCE = 4

/** Lateness, measured in intervals of minutes and more, changes little in so long. */
const ORDER_HOLDS: Millis = 1_000

interface Waiting {
  feed: FeedState
  host: string
  due: Millis
  interval: Millis | null
  slow: boolean
}

/**
 * Polls feeds within `concurrency`, `perHost` and `hostDelay`, and slower at hosts that refused. Feeds may be added while
 * others run. A server that is slow to answer lends its place to the next, within bounds, and its feeds come last and in
 * half of what can be lent: however many servers hang, there are places for the others.
 */
export class Poller {
  readonly #polling: () => Polling
  readonly #onOutcome: (outcome: PollOutcome) => void
  readonly #queued = new Set<number>()
  readonly #hosts: Hosts
  /** When the polls under way began. */
  readonly #begun = new Set<{ at: Millis }>()
  readonly #patience: Millis
  #wake: NodeJS.Timeout | null = null
  /** In the order in which they are to start. */
  #waiting: Waiting[] = []
  /** When that order is to be looked at again, by `performance.now()`. */
  #orderAgain: Millis = 0
  /** Polls that hold a place, and those that lent it. */
  #running = 0
  #lent = 0
  /** Polls without a document that gave their place back and are not recorded yet. */
  #recorded = 0
  /** Feeds whose servers let us wait the last time, and how many of them are polled now. */
  readonly #slow = new Set<number>()
  #slowRunning = 0
  #idle: (() => void)[] = []
  /** Called when feeds may have ended. */
  #ended: (() => void)[] = []
  #broken: unknown = null
  #next: NodeJS.Immediate | null = null

  /** `polling` is asked anew for each poll, so that a reloaded configuration holds at once. `patience` is for tests. */
  constructor(
    polling: () => Polling,
    onOutcome: (outcome: PollOutcome) => void = () => {},
    { patience = PATIENCE }: { patience?: Millis } = {},
  ) {
    this.#patience = patience
    this.#polling = polling
    this.#hosts = new Hosts(() => polling().settings)
    this.#onOutcome = onOutcome
    polling().backlog.onRoom(() => this.#pump())
  }

  /** Feeds waiting or being polled. */
  get pending(): number {
    return this.#queued.size
  }

  /** When the oldest poll under way began, by `performance.now()`; null where none runs. */
  get oldest(): Millis | null {
    let oldest: Millis | null = null
    for (const { at } of this.#begun) if (oldest === null || at < oldest) oldest = at
    return oldest
  }

  /** Take feeds on, except those already waiting or being polled. */
  add(feeds: readonly FeedState[]): void {
    const { now, feeds: named } = this.#polling()
    const offset = performance.now() - now()
    for (const feed of feeds) {
      if (this.#queued.has(feed.id)) continue
      this.#queued.add(feed.id)
      this.#waiting.push({
        feed,
        host: hostOf(feed.address ?? targetOf(named.get(feed.url)?.spec ?? feed)),
        due: feed.nextPoll + offset,
        interval: feed.interval,
        slow: this.#slow.has(feed.id),
      })
    }
    this.#orderAgain = 0
    this.#pump()
  }

  /** Let go of all that waits: it stays due, and a later tick takes it up. */
  drop(): void {
    this.#giveBack(() => true)
    for (const resolve of this.#ended.splice(0)) resolve()
  }

  /** Resolves when none of these feeds waits or is polled. */
  async done(feeds: readonly FeedState[]): Promise<void> {
    while (feeds.some(({ id }) => this.#queued.has(id))) {
      await new Promise<void>(resolve => this.#ended.push(resolve))
    }
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
    const { settings, signal, backlog } = this.#polling()
    if (signal.aborted) this.#giveBack(() => true)
    const now = performance.now()
    // What was fetched and is not filed yet takes memory: a desk that is slow slows fetching down.
    const room = Math.min(backlog.room, settings.concurrency - this.#running)
    const free = Math.min(room, BEGUN_AT_ONCE)
    if (free > 0 && this.#waiting.length > 0) {
      const slowFree = Math.max(0, Math.ceil(this.#mostLent() / 2) - this.#slowRunning)
      if (now >= this.#orderAgain) {
        this.#waiting = byUrgency(this.#waiting, now)
        this.#orderAgain = now + ORDER_HOLDS
      }
      let isLong = false
      const hostNow = (host: string): HostNow => {
        const found = this.#hosts.now(host, now)
        isLong ||= found.restUntil - now > LONGEST_WAIT
        return found
      }
      const { start, wakeAt } = startable(this.#waiting, hostNow, free, now, slowFree)
      for (const item of start) this.#waiting.splice(this.#waiting.indexOf(item), 1)
      for (const item of start) void this.#run(item)
      if (free < room && start.length === free) this.#pumpNext()
      if (this.#wake) clearTimeout(this.#wake)
      this.#wake = wakeAt === null ? null : setTimeout(() => this.#pump(), Math.max(1, wakeAt - now))
      // Longer rests are not waited for: the feeds stay due, and a later tick takes them up.
      if (isLong) this.#giveBack(({ host }) => this.#hosts.now(host, now).restUntil - now > LONGEST_WAIT)
    }
    for (const resolve of this.#ended.splice(0)) resolve()
    if (this.#queued.size > 0) return
    if (this.#wake) clearTimeout(this.#wake)
    this.#wake = null
    for (const resolve of this.#idle) resolve()
    this.#idle = []
  }

  /** Begin others in the next turn of the event loop. */
  #pumpNext(): void {
    if (this.#next !== null) return
    this.#next = setImmediate(() => {
      this.#next = null
      this.#pump()
    })
  }

  #mostLent(): number {
    return Math.max(LENT_AT_LEAST, LENT_TIMES * this.#polling().settings.concurrency)
  }

  /** Waiting for the outside: after `patience` the place is another's. `late` is told. */
  async #outside<T>(work: () => Promise<T>, late: () => void = () => {}): Promise<T> {
    let lent = false
    const timer = setTimeout(() => {
      late()
      if (this.#lent >= this.#mostLent()) return
      lent = true
      this.#lent++
      this.#running--
      this.#pump()
    }, this.#patience)
    try {
      return await work()
    } finally {
      clearTimeout(timer)
      if (lent) {
        this.#lent--
        this.#running++
      }
    }
  }

  #giveBack(which: (item: Waiting) => boolean): void {
    for (const item of this.#waiting) if (which(item)) this.#queued.delete(item.feed.id)
    this.#waiting = this.#waiting.filter(item => !which(item))
  }

  async #run({ feed, host, slow }: Waiting): Promise<void> {
    this.#running++
    if (slow) this.#slowRunning++
    this.#hosts.began(host)
    const polling = this.#polling()
    const begun = { at: performance.now() }
    this.#begun.add(begun)
    let placed = true
    // What is only to be recorded asks nobody any more: its place is another's.
    const unplace = (): void => {
      if (!placed || this.#recorded >= MOST_RECORDED) return
      placed = false
      this.#recorded++
      this.#running--
    }
    const paced = this.#paced(feed, host, polling, unplace)
    try {
      const slower = (url: string, delay: Millis): void => this.slower(url, delay)
      const outcome = await pollFeed(feed, { ...polling, fetcher: paced.fetcher, slower })
      if (outcome) this.#onOutcome(outcome)
    } catch (error) {
      // Not stored because all stops: it is polled again after the start.
      if (isStopping(polling, error)) return
      // What a server that is away could not tell: the feed stays due.
      if (error instanceof PostgresError && postgresTrouble(error) !== null) {
        polling.log.warn('a poll was given up: the database cannot be read', { url: feed.url, error: said(error) })
        return
      }
      this.#broken ??= error
      polling.log.error('the poll could not be stored', {
        url: feed.url,
        error: error instanceof Error ? error.message : String(error),
      })
    } finally {
      this.#begun.delete(begun)
      if (placed) this.#running--
      else this.#recorded--
      if (slow) this.#slowRunning--
      paced.end()
      this.#queued.delete(feed.id)
      this.#pump()
    }
  }

  /** `at` is the moment of the poll on the clock that feeds are dated by. */
  #heard(host: string, failure: Failure | null, at: Millis): void {
    const retryAt = failure?.retryAt == null ? null : failure.retryAt + performance.now() - at
    this.#hosts.heard(host, failure === null ? null : { ...failure, retryAt })
  }

  /** A request whose hosts are left alone from the moment on that they begin to answer. */
  #noted(request: FetchRequest): FetchRequest {
    return { ...request, onHead: url => this.#hosts.answers(hostOf(url)) }
  }

  /** The host of an address asks for so much time between two requests. */
  slower(url: string, delay: Millis): void {
    this.#hosts.slower(hostOf(url), delay)
  }

  /** Ask an address beside the polls, when it is its host's turn. */
  ask(request: FetchRequest): Promise<FetchResult> {
    const { fetcher, signal } = this.#polling()
    return this.#waited(request, fetcher, signal, work => work())
  }

  #inTurn(request: FetchRequest, fetcher: Fetcher, signal: AbortSignal): Promise<FetchResult> {
    return this.#waited(request, fetcher, signal, work => this.#outside(work))
  }

  /** `outside` does what waits for others. */
  async #waited(
    request: FetchRequest,
    fetcher: Fetcher,
    signal: AbortSignal,
    outside: <T>(work: () => Promise<T>) => Promise<T>,
  ): Promise<FetchResult> {
    const name = hostOf(request.url)
    if (!(await outside(() => this.#hosts.turn(name, signal)))) {
      const message = this.#hosts.reason(name) ?? `stopped by Minwal before ${name} was asked`
      return { kind: 'failed', failure: { kind: 'throttled', message, status: null, retryAt: null }, ms: 0 }
    }
    try {
      const got = await outside(() => fetcher.get(this.#noted(request)))
      this.#heard(name, got.kind === 'failed' ? got.failure : null, request.now)
      return got
    } finally {
      this.#hosts.ended(name)
      this.#pump()
    }
  }

  /**
   * The fetcher for one poll: its first request has the turn at `host` that the poll was started with, each further one
   * waits for its own. Between requests nothing is asked of a host, so no turn is held while another is waited for.
   */
  #paced(
    feed: FeedState,
    host: string,
    { fetcher, signal }: Polling,
    unplace: () => void,
  ): { fetcher: Fetcher; end: () => void } {
    let first = true
    let held = true
    const end = (): void => {
      if (held) this.#hosts.ended(host)
      held = false
    }
    const get: Fetcher['get'] = async request => {
      if (first) {
        first = false
        this.#slow.delete(feed.id)
        try {
          const got = await this.#outside(
            () => fetcher.get(this.#noted(request)),
            () => this.#slow.add(feed.id),
          )
          this.#heard(host, got.kind === 'failed' ? got.failure : null, request.now)
          if (got.kind === 'unchanged' || (got.kind === 'failed' && isUnreachable(got.failure))) unplace()
          return got
        } finally {
          end()
          this.#pump()
        }
      }
      return this.#inTurn(request, fetcher, signal)
    }
    return { fetcher: { get, post: request => fetcher.post(request), close: () => fetcher.close() }, end }
  }
}
