// Wiring of the long-running service: schedule, poller, HTTP, reload, watchdog, shutdown. Everything that is opened pushes
// its own closer; stopping runs them in reverse.
import { unwatchFile, watchFile } from 'node:fs'
import { basename } from 'node:path'
import { createParserPool } from '../collect/feed/pool.ts'
import { createFetcher, type Fetcher } from '../collect/net/fetch.ts'
import type { Loaded } from '../config/load.ts'
import { targetOf } from '../config/secrets.ts'
import { judgeHealth } from '../decide/schedule/health.ts'
import { isUnreachable } from '../decide/schedule/network.ts'
import { type WireNames, wireNames } from '../decide/wire/read.ts'
import { Desk } from '../desk/desk.ts'
import { Storing, type StoringOptions } from '../desk/storing.ts'
import { createEncoder, encoderFault, type SentenceEncoder } from '../encode/encoder.ts'
import { duration } from '../language/say.ts'
import type { LeveledLog, Log } from '../log.ts'
import type { Config, PollSettings } from '../model/config.ts'
import type { Millis, Outcome } from '../model/units.ts'
import { createSite } from '../publish/site.ts'
import { presenceOf } from '../store/presence.ts'
import { openStore, storeFault, storeTrouble } from '../store/sqlite.ts'
import type { Store } from '../store/store.ts'
import { createWebSub } from './hub.ts'
import { listen, OnTheWay } from './listener.ts'
import { Network } from './network.ts'
import {
  dueFeeds,
  feedsByUrl,
  longestPoll,
  mayBePrivate,
  type NamedFeed,
  type PollDeps,
  releaseEmbargoes,
} from './poll.ts'
import { Poller } from './poller.ts'
import { notify, watchdogInterval } from './systemd.ts'
import { isCron, nextTime, Ticker } from './ticker.ts'

export interface DaemonOptions {
  config: Config
  log: LeveledLog
  version: string
  /** Reads the configuration again for a reload; absent where there is no file. */
  reload?: { file: string; load: () => Loaded }
  /** The clock everything but the cron tick runs on. The demo plays a week in two minutes. */
  now?: () => Millis
  /** Makes what fetches; `createFetcher` where left out. */
  fetcher?: (settings: PollSettings) => Fetcher
}

export interface Daemon {
  /** Where it serves, like `http://127.0.0.1:8080`. */
  address: string
  /** Poll what is due now; resolves when those polls are done. */
  tick(): Promise<void>
  reload(): void
  stop(): Promise<void>
  /** Resolves when it cannot go on, with the reason: whoever started it stops it and ends with a failure. */
  lost: Promise<string>
}

/** How long a statement of the daemon blocks everything else while another program holds the lock. */
const LOCK_PATIENCE: Millis = 10
/** The clock is logged at most so often. */
const JUMPS_LOGGED: Millis = 60_000
/** What it showed before there was a Minwal. */
const NO_CLOCK = Date.UTC(2026, 0, 1)

/** Authority of tag ids for a new database: the public host, in the year of the format. */
export function tagAuthority(link: string): string {
  return `${new URL(link).hostname},2026`
}

const NO_NETWORK = 'there is no network: no host can be reached, and every 20 s it is tried again'

/** What a reload cannot change. */
const AT_START = ['database', 'listen'] as const

/** What polling needs of a configuration, made anew at each reload. */
interface Wiring {
  config: Config
  fetcher: Fetcher
  names: WireNames
  feeds: Map<string, NamedFeed>
  encoder: SentenceEncoder | null
}

function wire(config: Config, log: Log, makeFetcher: typeof createFetcher, before?: Wiring): Wiring {
  const { encoder } = config.threads
  // Starting a model takes seconds, and what it remembers is worth minutes.
  const isSame = JSON.stringify(encoder) === JSON.stringify(before?.config.threads.encoder)
  return {
    encoder: before && isSame ? before.encoder : encoder ? createEncoder(encoder, log) : null,
    config,
    fetcher: makeFetcher(config.poll),
    names: wireNames(config.agencies),
    feeds: feedsByUrl(config.agencies),
  }
}

/** How the store of a configuration is written: what waits, for how long, and who is told. */
export interface OpenDeskOptions extends Omit<StoringOptions, 'troubleOf' | 'probe'> {
  /** How long a statement blocks the thread while another program holds the lock; what opening waits where left out. */
  lockPatience?: Millis
}

/** Store and desk of a configuration: what `poll` and `run` share. */
export function openDesk(
  config: Config,
  now: () => Millis,
  { lockPatience, ...options }: OpenDeskOptions = { patience: 0 },
): Outcome<{ store: Store; desk: Desk }> {
  const opened = openStore({
    path: config.database,
    tagAuthority: tagAuthority(config.link),
    mode: config.databaseMode ?? null,
  })
  if (!opened.ok) return opened
  const store = opened.value
  try {
    store.syncAgencies(config.agencies, now())
    // Whoever polls needs it: that it cannot be opened is told at the start.
    void store.private
    if (lockPatience !== undefined) store.waitForLock(lockPatience)
  } catch (error) {
    store.close()
    const reason = storeFault(config.database, error)
    if (reason === null) throw error
    return { ok: false, reason }
  }
  const storing = new Storing({
    ...options,
    probe: () => store.probe(),
    troubleOf: error => {
      const kind = storeTrouble(error)
      const reason = kind === null ? null : storeFault(config.database, error)
      return kind === null || reason === null ? null : { kind, reason }
    },
  })
  return { ok: true, value: { store, desk: new Desk(store, config.threads, storing, nextTime) } }
}

/** Start the daemon. The reason of a failed start is one line; nothing is left open then. */
export async function startDaemon(options: DaemonOptions): Promise<Outcome<Daemon>> {
  const { log } = options
  const now = options.now ?? Date.now
  const closers: (() => unknown)[] = []
  const close = async (): Promise<void> => {
    for (const closer of closers.splice(0).reverse()) await closer()
  }

  const stopping = new AbortController()
  const opened = openDesk(options.config, now, { lockPatience: LOCK_PATIENCE, signal: stopping.signal, log })
  if (!opened.ok) return opened
  const { store, desk } = opened.value
  closers.push(() => store.close())
  const { database } = options.config
  const presence = presenceOf(database)

  const makeFetcher = options.fetcher ?? createFetcher
  let wiring = wire(options.config, log, makeFetcher)
  closers.push(() => wiring.fetcher.close())
  const pool = createParserPool()
  closers.push(() => pool.close())
  const deps = (): PollDeps => ({
    store,
    desk,
    fetcher: wiring.fetcher,
    names: wiring.names,
    feeds: wiring.feeds,
    settings: wiring.config.poll,
    now,
    parse: (bytes, contentType, options) => pool.parse(bytes, contentType, options),
    log,
    encoder: wiring.encoder,
    signal: stopping.signal,
    onHub: (feed, hub) => websub.onHub(feed, hub),
  })
  const websub = createWebSub(() => ({ ...deps(), link: wiring.config.link }))
  const renew = (): Promise<void> =>
    websub.renew().catch((error: unknown) => {
      if (!stopping.signal.aborted) log.error('subscriptions could not be renewed', { error: said(error) })
    })
  closers.push(async () => {
    stopping.abort()
    await renew()
  })
  // When due feeds were last looked for, and when the next look should come, as seen then.
  let looked = performance.now()
  let expected = looked
  let ticked = false
  const network = new Network({
    feeds: () => store.feeds(),
    reaches: async ({ url }) => {
      const { fetcher, settings, feeds } = deps()
      const spec = feeds.get(url)?.spec
      if (spec === undefined) return false
      const target = targetOf(spec)
      const got = await fetcher.get({
        url: target,
        validators: { etag: null, lastModified: null },
        headers: {},
        allowPrivate: mayBePrivate(settings, spec, target),
        now: now(),
        signal: stopping.signal,
      })
      return got.kind !== 'failed' || !isUnreachable(got.failure)
    },
    onLost: () => {
      poller.drop()
      log.warn('no network: nothing is polled until it is back', { reason: NO_NETWORK })
      void notify(log, status())
    },
    onReturn: feeds => {
      log.info('the network is back', { feeds: feeds.size })
      void notify(log, status())
      poller.add(store.feeds().filter(({ id, state }) => feeds.has(id) && state !== 'paused'))
      void tick()
    },
  })
  closers.push(() => network.stop())
  const poller = new Poller(deps, outcome => network.heard(outcome))
  closers.push(async () => {
    stopping.abort()
    // What is being filed does not wait for vectors any more.
    wiring.encoder?.close()
    await poller.idle().catch(() => {
      // Already logged where it happened; stopping goes on.
    })
  })

  const onTheWay = new OnTheWay()
  const withoutPath = (text: string): string => text.replaceAll(database, basename(database))
  // Polls that waited for the file did not hang meanwhile.
  let waited = 0
  let lost: string | null = null
  const health = () => {
    const at = performance.now()
    const { trouble } = desk.storing
    if (trouble !== null) waited = performance.now()
    const { oldest } = poller
    const judged = judgeHealth({
      now: at,
      looked,
      expected,
      pending: poller.pending,
      oldestPoll: oldest === null ? null : performance.now() - Math.max(oldest, waited),
      longestPoll: longestPoll(wiring.config.poll),
      // Everybody may see it: the log has the whole path.
      trouble: trouble && { ...trouble, reason: withoutPath(trouble.reason) },
      lost: lost === null ? null : withoutPath(lost),
    })
    if (!network.isGone) return judged
    return { ...judged, fault: judged.fault ?? NO_NETWORK, detail: `${judged.detail}; ${NO_NETWORK}` }
  }
  const site = createSite({
    reader: store,
    turn: setImmediate,
    isFull: () => onTheWay.isFull,
    config: () => wiring.config,
    now,
    version: options.version,
    onError: error => log.error('a page failed', { error: error instanceof Error ? error.message : String(error) }),
    health: () => ({ ...health(), ready: ticked }),
  })
  const answer = (request: Request): Response | Promise<Response> => {
    const pushed = websub.answer(request)
    if (pushed === null) return site.fetch(request)
    return pushed.catch((error: unknown) => {
      log.error('a push could not be taken', { error: error instanceof Error ? error.message : String(error) })
      return new Response('Send it again later.\n', { status: 503 })
    })
  }
  const listening = await listen(answer, options.config.listen, onTheWay)
  if (!listening.ok) {
    await close()
    return listening
  }
  closers.push(listening.value.close)
  const { address } = listening.value

  let releasing: Promise<void> | null = null
  const release = (): Promise<void> => {
    releasing ??= releaseEmbargoes(deps())
      .catch((error: unknown) => {
        if (stopping.signal.aborted) return
        log.error('what was kept back could not be filed', { error: said(error) })
      })
      .finally(() => {
        releasing = null
      })
    return releasing
  }
  closers.push(() => releasing ?? undefined)
  let unread = false
  const tick = async (): Promise<void> => {
    if (lost !== null || stopping.signal.aborted) return
    const released = release()
    try {
      if (!network.isGone) poller.add(dueFeeds(deps()))
      looked = performance.now()
      expected = ticker.due
      unread = false
    } catch (error) {
      // Health says it all the while; the log once.
      if (!unread) log.error('due feeds could not be read', { error: said(error) })
      unread = true
    }
    void renew()
    await released
    await poller.idle().catch(() => {
      // Already logged by the poller; the next tick tries again.
    })
    ticked = true
  }
  const end = Promise.withResolvers<string>()
  const lookAtFile = (): void => {
    if (lost !== null) return
    lost = presence()
    if (lost === null) return
    log.error('the database is gone: nothing is polled any more', { reason: lost })
    end.resolve(`${lost}: what was filed since is lost; start it again, and it opens what is there`)
  }
  let jumpLogged: Millis | null = null
  const onJump = (by: Millis): void => {
    const at = performance.now()
    if (jumpLogged !== null && at - jumpLogged < JUMPS_LOGGED) return
    jumpLogged = at
    const set = `${by < 0 ? 'back' : 'forward'} by ${duration(Math.abs(by))}`
    log.warn('the clock was set, or the machine slept: due feeds are looked for at once', { clock: set })
  }
  const ticker = new Ticker(wiring.config.poll.tick, {
    tick: () => void tick(),
    onJump,
    onBeat: lookAtFile,
  })
  closers.push(() => ticker.stop())
  if (options.now === undefined && now() < NO_CLOCK) {
    log.warn('the clock cannot be right: reports without a date of their own are dated by it', {
      clock: new Date(now()).toISOString(),
    })
  }

  const status = (): string =>
    `STATUS=serving ${address}, ${wiring.feeds.size} feeds${network.isGone ? `; ${NO_NETWORK}` : ''}`
  let applying: Promise<void> = Promise.resolve()
  const reload = (): void => {
    if (!options.reload) return
    const loaded = options.reload.load()
    const faults = loaded.ok ? [...tickFaults(loaded.config), ...encoderFaults(loaded.config)] : loaded.faults
    if (!loaded.ok || faults.length > 0) {
      for (const fault of faults) log.error('configuration not reloaded', { fault })
      return
    }
    // One after the other: the agencies of each are written, which may have to wait.
    applying = applying
      .then(() => desk.storing.write(() => store.syncAgencies(loaded.config.agencies, now())))
      .then(() => apply(loaded.config))
      .catch((error: unknown) => {
        if (!stopping.signal.aborted) log.error('configuration not reloaded', { fault: said(error) })
      })
  }
  const apply = (config: Config): void => {
    if (stopping.signal.aborted) return
    const before = wiring
    for (const key of AT_START) {
      if (JSON.stringify(config[key]) !== JSON.stringify(options.config[key])) {
        log.warn(`"${key}" takes effect at the next start`)
      }
    }
    wiring = wire(config, log, makeFetcher, before)
    log.setLevel?.(config.log.level)
    const { threshold, window } = config.threads
    if (threshold !== before.config.threads.threshold || window !== before.config.threads.window) {
      desk.configure(config.threads)
    }
    if (before.config.poll.tick !== config.poll.tick) ticker.schedule(config.poll.tick)
    // Polls under way end with the connections they began with.
    void poller
      .idle()
      .catch(() => {
        // Already logged where it happened.
      })
      .then(() => {
        if (before.encoder !== wiring.encoder) before.encoder?.close()
        return before.fetcher.close()
      })
    log.info('configuration reloaded', { feeds: wiring.feeds.size })
    void notify(log, status())
    void tick()
  }
  closers.push(() => applying)
  if (options.reload) {
    const { file } = options.reload
    watchFile(file, { interval: 2_000, persistent: false }, (current, previous) => {
      if (current.mtimeMs !== previous.mtimeMs && current.size > 0) reload()
    })
    closers.push(() => unwatchFile(file))
  }

  const patience = watchdogInterval(process.env)
  if (patience !== null) {
    const timer = setInterval(() => {
      if (health().working) void notify(log, 'WATCHDOG=1')
    }, patience)
    closers.push(() => clearInterval(timer))
  }
  const unset = linkFault(options.config)
  if (unset !== null) log.warn('"link" is not set', { reason: unset })
  // First of all: whatever waits for the file waits no more.
  closers.push(() => stopping.abort())
  await notify(log, 'READY=1', status())
  log.info('started', { address, feeds: wiring.feeds.size, database: options.config.database })
  void tick()

  return {
    ok: true,
    value: {
      address,
      tick,
      reload,
      lost: end.promise,
      stop: async () => {
        await notify(log, 'STOPPING=1')
        await close()
        log.info('stopped')
      },
    },
  }
}

/** What only the scheduler can judge of a configuration, in the words of a configuration fault. */
export function tickFaults(config: Config): string[] {
  const faults: string[] = []
  const judge = (key: string, expression: string): void => {
    if (!isCron(expression)) faults.push(`${key}: ${JSON.stringify(expression)} is not a cron expression`)
  }
  judge('poll.tick', config.poll.tick)
  for (const [at, agency] of config.agencies.entries()) {
    for (const [n, { schedule }] of agency.feeds.entries()) {
      if (schedule != null) judge(`agencies[${at}].feeds[${n}].schedule`, schedule)
    }
  }
  return faults
}

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|::1)$/i

/** Whether other machines may read the site though nobody said under which address; null where that is not so. */
export function linkFault({ link, linkIsDefault, listen }: Config): string | null {
  if (!linkIsDefault || LOOPBACK.test(listen.host)) return null
  return `"listen" opens the site to other machines and "link" is not set: addresses in the feeds would begin with ${link}, and the ids of entries be made of it for good. Set "link" to the address readers will use`
}

/** What keeps the encoder from working, in the words of a configuration fault. */
export function encoderFaults({ threads: { encoder } }: Config): string[] {
  const fault = encoder ? encoderFault(encoder) : null
  return fault === null ? [] : [`threads.encoder: ${fault}`]
}

const said = (error: unknown): string => (error instanceof Error ? error.message : String(error))

export { nextTime } from './ticker.ts'
