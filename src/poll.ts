// One poll, start to finish: fetch, decode, parse, decide, store, and when to come back. Reads aloud as the pipeline.
import type { Fetcher } from './collect/fetch.ts'
import { plainText } from './collect/html.ts'
import { parseDocument } from './collect/parse.ts'
import { hostRest } from './decide/host.ts'
import { FAILURES_TO_RETURN, observeMove } from './decide/move.ts'
import { digest } from './decide/report.ts'
import { nextPoll, type Schedule } from './decide/schedule.ts'
import { besidePush, isProven, type NamedHub, type Next } from './decide/websub.ts'
import type { WireNames } from './decide/wire.ts'
import { type Desk, type FiledEntry, noCounts, type ReadEntry } from './filing.ts'
import type { Log } from './log.ts'
import type {
  Agency,
  Entry,
  Failure,
  FeedSpec,
  FeedState,
  Millis,
  ParsedFeed,
  PollCounts,
  PollOutcome,
  PollSettings,
  Validators,
} from './model.ts'
import type { PollUpdate, Store } from './store/store.ts'

/** How long a feed may answer "not modified" before it is read whole again. */
const READ_WHOLE_AFTER: Millis = 86_400_000

/** A feed as configured, with its agency. */
export interface NamedFeed {
  agency: Agency
  spec: FeedSpec
}

export interface PollDeps {
  store: Store
  fetcher: Fetcher
  desk: Desk
  names: WireNames
  settings: PollSettings
  /** Feeds of the configuration by address. */
  feeds: ReadonlyMap<string, NamedFeed>
  now: () => Millis
  log: Log
  signal?: AbortSignal
  /** Told where each whole document says that its feed can be subscribed to; null where it does not. */
  onHub?: (feed: FeedState, hub: NamedHub | null) => void
}

/** Feeds of a configuration by address. */
export function feedsByUrl(agencies: readonly Agency[]): Map<string, NamedFeed> {
  return new Map(agencies.flatMap(agency => agency.feeds.map(spec => [spec.url, { agency, spec }] as const)))
}

/** Poll one feed and store what came of it. The outcome of a bad feed is a value; only a broken store throws. */
export async function pollFeed(feed: FeedState, deps: PollDeps): Promise<PollOutcome | null> {
  const named = deps.feeds.get(feed.url)
  // Taken out of the configuration since it was chosen.
  if (!named) return null
  const started = performance.now()
  const at = deps.now()
  // A server may answer 304 for ever; once a day a feed is read whole.
  const whole = feed.lastFull === null || at - feed.lastFull > READ_WHOLE_AFTER
  const got = await deps.fetcher.get({
    url: feed.address ?? feed.url,
    validators: whole ? { etag: null, lastModified: null } : feed.validators,
    headers: named.spec.headers,
    allowPrivate: named.spec.allowPrivate || deps.settings.allowPrivate,
    now: at,
    ...(deps.signal ? { signal: deps.signal } : {}),
  })
  // A poll cut short by our own shutdown says nothing about the feed.
  if (deps.signal?.aborted) return null
  const visit: Visit = { feed, named, at, started }
  if (got.kind === 'failed') return settle(deps, visit, { failure: got.failure })
  if (got.kind === 'unchanged') return settle(deps, visit, { maxAge: got.maxAge, movedTo: got.movedTo, full: false })
  const bodyHash = digest(got.body)
  // Some servers answer 200 with the same bytes for ever; those cost no filing.
  if (bodyHash === feed.bodyHash && feed.failures === 0) {
    return settle(deps, visit, { maxAge: got.maxAge, movedTo: got.movedTo, full: true, validators: got.validators })
  }
  const parsed = await parseDocument(got.body, got.contentType, {
    url: got.url,
    contentType: got.contentType,
    maxEntries: deps.settings.maxEntries,
  })
  if (!parsed.ok) {
    const failure: Failure = { kind: 'document', message: parsed.reason, status: got.status, retryAt: null }
    return settle(deps, visit, { failure })
  }
  const outcome = fileDocument(deps, visit, parsed.value, counts => {
    const schedule = nextPoll({
      now: at,
      url: feed.url,
      every: named.spec.every,
      minInterval: deps.settings.minInterval,
      maxInterval: deps.settings.maxInterval,
      interval: feed.interval,
      outcome: { kind: 'filed', counts, maxAge: got.maxAge, ttl: parsed.value.ttl },
    })
    const beside = withPush(deps, visit, schedule, counts)
    return {
      schedule: beside,
      update: {
        title: parsed.value.title,
        language: parsed.value.language,
        validators: got.validators,
        bodyHash,
        interval: beside.interval,
        failures: 0,
        retired: false,
        full: true,
        ...moveOf(deps, visit, got.movedTo, isSameFeed(feed, parsed.value, counts)),
      },
    }
  })
  const hub = got.hub ?? parsed.value.hub
  const topic = got.self ?? parsed.value.self
  // W3C WebSub, section 4: without both there is nothing to subscribe to.
  deps.onHub?.(feed, hub === null || topic === null ? null : { hub, topic })
  return announce(deps, outcome, 'polled')
}

/** File what a hub pushed exactly as a poll files what it fetched; when the feed is polled next, the caller knows. */
export function filePush(
  deps: PollDeps,
  pushed: { feed: FeedState; named: NamedFeed; at: Millis; started: number; parsed: ParsedFeed },
  schedule: Next,
  record: () => void,
): PollOutcome {
  const { feed } = pushed
  const outcome = fileDocument(deps, pushed, pushed.parsed, () => {
    record()
    return {
      schedule,
      // All that polling alone can know stays as polling found it.
      update: {
        title: null,
        language: null,
        validators: null,
        bodyHash: null,
        interval: feed.interval,
        failures: feed.failures,
        retired: false,
        full: false,
        address: feed.address,
        move: feed.move,
      },
    }
  })
  return announce(deps, outcome, 'pushed')
}

/** The schedule of a feed beside its hub. What a poll found that no push had brought takes the hub's proof away. */
function withPush(deps: PollDeps, { feed, named, at }: Visit, schedule: Schedule, counts: PollCounts): Schedule {
  const subscription = deps.settings.websub ? deps.store.subscription(feed.id) : null
  if (subscription !== null && isProven(subscription, at) && counts.new + counts.copy > 0) {
    deps.store.saveSubscription({ ...subscription, lastPush: null })
    return schedule
  }
  return besidePush(schedule, {
    now: at,
    url: feed.url,
    every: named.spec.every,
    interval: feed.interval,
    maxInterval: deps.settings.maxInterval,
    subscription,
  })
}

interface Visit {
  feed: FeedState
  named: NamedFeed
  at: Millis
  started: number
}

/** The plain text of an entry: its content where that says more than the summary. */
export function readEntry(entry: Entry): ReadEntry {
  const content = entry.content === null ? '' : plainText(entry.content)
  const summary = entry.summary === null ? '' : plainText(entry.summary)
  return { entry, text: content.length >= summary.length ? content : summary }
}

function fileDocument(
  deps: PollDeps,
  visit: Visit,
  parsed: ParsedFeed,
  plan: (counts: PollCounts) => { schedule: Next; update: PollUpdate },
): PollOutcome {
  const { feed, named, at, started } = visit
  let outcome: PollOutcome | undefined
  deps.desk.file(
    parsed.entries.map(readEntry),
    {
      feed: feed.id,
      feedKey: feed.url,
      agency: named.agency.id,
      language: named.spec.language ?? parsed.language,
      identity: named.spec.identity,
      names: deps.names,
      now: at,
    },
    (filing, filed, counts) => {
      const { schedule, update } = plan(counts)
      outcome = {
        feed: feed.id,
        url: feed.url,
        at,
        ms: performance.now() - started,
        status: 'filed',
        counts,
        warnings: [...parsed.warnings, ...rejections(filed)].slice(0, 50),
        failure: null,
        nextPoll: schedule.at,
        reason: schedule.reason,
      }
      filing.recordPoll(outcome, update)
    },
  )
  if (!outcome) throw new Error(`the poll of ${feed.url} was not recorded`)
  return outcome
}

function rejections(filed: readonly FiledEntry[]): string[] {
  const reasons = new Map<string, number>()
  for (const { reason } of filed) if (reason !== null) reasons.set(reason, (reasons.get(reason) ?? 0) + 1)
  return [...reasons].map(([reason, count]) => `${count} ${count === 1 ? 'entry' : 'entries'} left out: ${reason}`)
}

/** Record a poll that brought no document to file. */
function settle(
  deps: PollDeps,
  visit: Visit,
  result:
    | { failure: Failure }
    | { maxAge: Millis | null; movedTo: string | null; full: boolean; validators?: Validators },
): PollOutcome {
  const { feed, named, at, started } = visit
  const failed = 'failure' in result
  const failures = failed ? feed.failures + 1 : 0
  const alone = nextPoll({
    now: at,
    url: feed.url,
    every: named.spec.every,
    minInterval: deps.settings.minInterval,
    maxInterval: deps.settings.maxInterval,
    interval: feed.interval,
    outcome: failed
      ? { kind: 'failed', failure: result.failure, failures }
      : { kind: 'unchanged', maxAge: result.maxAge },
  })
  const schedule = failed ? alone : withPush(deps, visit, alone, noCounts())
  const retired = failed && result.failure.kind === 'gone'
  const outcome: PollOutcome = {
    feed: feed.id,
    url: feed.url,
    at,
    ms: performance.now() - started,
    status: failed ? 'failed' : 'unchanged',
    counts: noCounts(),
    warnings: [],
    failure: failed ? result.failure : null,
    nextPoll: schedule.at,
    reason: retired ? 'retired: the server says the feed is gone for good' : schedule.reason,
  }
  deps.store.file(filing =>
    filing.recordPoll(outcome, {
      title: null,
      language: null,
      validators: (failed ? null : result.validators) ?? null,
      bodyHash: null,
      interval: schedule.interval,
      failures,
      retired,
      full: !failed && result.full,
      ...(failed ? stillAt(feed, failures) : moveOf(deps, visit, result.movedTo, true)),
    }),
  )
  return announce(deps, outcome, 'polled')
}

/** Whether a document is the feed we know: it holds entries on file, or its title. The first one is, whatever it holds. */
function isSameFeed(feed: FeedState, parsed: ParsedFeed, counts: PollCounts): boolean {
  if (feed.lastSuccess === null || counts.unchanged + counts.revision > 0) return true
  return parsed.title !== null && parsed.title === feed.title
}

/** Where the feed is polled from now on, after a poll that got an answer. */
function moveOf(
  deps: PollDeps,
  { feed, at }: Visit,
  movedTo: string | null,
  sameFeed: boolean,
): Pick<PollUpdate, 'address' | 'move'> {
  const { move, address } = observeMove(feed.move, { movedTo, sameFeed, now: at })
  if (address !== null) {
    deps.log.warn('the feed has moved for good: change its address in the configuration', {
      url: feed.url,
      to: address,
    })
  }
  return { move, address: address ?? feed.address }
}

/** After failures at a new address the configured one is tried again: a move is never how a feed is lost. */
function stillAt(feed: FeedState, failures: number): Pick<PollUpdate, 'address' | 'move'> {
  return { move: feed.move, address: failures >= FAILURES_TO_RETURN ? null : feed.address }
}

/** One log line a poll, with what changed. */
function announce(deps: PollDeps, outcome: PollOutcome, done: 'polled' | 'pushed'): PollOutcome {
  const { url, counts, failure, reason } = outcome
  const ms = Math.round(outcome.ms)
  if (failure) deps.log.warn('poll failed', { url, reason: failure.message, next: reason, ms })
  else if (outcome.status === 'unchanged') deps.log.debug('nothing new', { url, next: reason, ms })
  else {
    const { entries, rejected, revision, copy } = counts
    const level = counts.new + copy + revision + rejected > 0 ? 'info' : 'debug'
    deps.log[level](done, { url, entries, new: counts.new, copy, revision, rejected, next: reason, ms })
  }
  for (const warning of outcome.warnings) deps.log.warn('feed repaired', { url, warning })
  return outcome
}

/**
 * Polls many feeds, politely: `concurrency` at once, `perHost` at once from one host. Feeds may be added while others run,
 * so that one slow host never holds up the rest.
 */
export class Poller {
  readonly #deps: () => PollDeps
  readonly #onOutcome: (outcome: PollOutcome) => void
  readonly #queued = new Set<number>()
  readonly #busyHosts = new Map<string, number>()
  /** When each host may be asked again: real time, whatever clock the feeds are dated by. */
  readonly #restUntil = new Map<string, number>()
  #wake: NodeJS.Timeout | null = null
  #waiting: FeedState[] = []
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
    for (const feed of feeds) {
      if (this.#queued.has(feed.id)) continue
      this.#queued.add(feed.id)
      this.#waiting.push(feed)
    }
    this.#pump()
  }

  /** Resolves when nothing waits or runs; rejects if the store broke meanwhile. */
  async idle(): Promise<void> {
    // Lets go of what waits when everything is to stop.
    this.#pump()
    if (this.#running > 0 || this.#waiting.length > 0) await new Promise<void>(resolve => this.#idle.push(resolve))
    const broken = this.#broken
    this.#broken = null
    if (broken !== null) throw broken
  }

  #pump(): void {
    const { settings, signal } = this.#deps()
    if (signal?.aborted) {
      for (const feed of this.#waiting) this.#queued.delete(feed.id)
      this.#waiting = []
    }
    const now = Date.now()
    while (this.#running < settings.concurrency) {
      const at = this.#waiting.findIndex(feed => this.#mayStart(hostOf(feed), settings.perHost, now))
      const feed = at < 0 ? undefined : this.#waiting.splice(at, 1)[0]
      if (!feed) break
      const host = hostOf(feed)
      if (settings.hostDelay > 0 && !isLoopback(host)) this.#restUntil.set(host, now + settings.hostDelay)
      void this.#run(feed)
    }
    this.#leaveResting(now)
    if (this.#running > 0 || this.#waiting.length > 0) return
    for (const resolve of this.#idle) resolve()
    this.#idle = []
  }

  #mayStart(host: string, perHost: number, now: number): boolean {
    return (this.#busyHosts.get(host) ?? 0) < perHost && (this.#restUntil.get(host) ?? 0) <= now
  }

  /**
   * Feeds of hosts that asked for a long rest are given back: they are still due, and taken up at a later tick. For short
   * rests they wait here, and a timer starts the next.
   */
  #leaveResting(now: number): void {
    const rest = (feed: FeedState) => (this.#restUntil.get(hostOf(feed)) ?? 0) - now
    for (const feed of this.#waiting) if (rest(feed) > LONGEST_WAIT_HERE) this.#queued.delete(feed.id)
    this.#waiting = this.#waiting.filter(feed => rest(feed) <= LONGEST_WAIT_HERE)
    if (this.#wake) clearTimeout(this.#wake)
    this.#wake = null
    const soonest = Math.min(...this.#waiting.map(rest).filter(ms => ms > 0))
    if (Number.isFinite(soonest)) this.#wake = setTimeout(() => this.#pump(), soonest)
  }

  async #run(feed: FeedState): Promise<void> {
    const host = hostOf(feed)
    this.#running++
    this.#busyHosts.set(host, (this.#busyHosts.get(host) ?? 0) + 1)
    const deps = this.#deps()
    try {
      const outcome = await pollFeed(feed, deps)
      const rest = outcome?.failure ? hostRest(outcome.failure, host, outcome.at) : 0
      if (rest > 0) this.#restUntil.set(host, Date.now() + rest)
      if (outcome) this.#onOutcome(outcome)
    } catch (error) {
      this.#broken ??= error
      deps.log.error('the poll could not be stored', {
        url: feed.url,
        error: error instanceof Error ? error.message : String(error),
      })
    } finally {
      this.#running--
      const left = (this.#busyHosts.get(host) ?? 1) - 1
      if (left > 0) this.#busyHosts.set(host, left)
      else this.#busyHosts.delete(host)
      this.#queued.delete(feed.id)
      this.#pump()
    }
  }
}

/** Longer rests are not waited for: the feeds stay due. */
const LONGEST_WAIT_HERE: Millis = 30_000

function hostOf(feed: FeedState): string {
  const address = feed.address ?? feed.url
  return URL.canParse(address) ? new URL(address).host : address
}

function isLoopback(host: string): boolean {
  return host === '' || /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])(?::\d+)?$/.test(host)
}
