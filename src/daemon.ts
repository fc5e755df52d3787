// Wiring of the long-running service: schedule, poller, HTTP, reload, watchdog, shutdown. Everything that is opened pushes
// its own closer; stopping runs them in reverse.
import { unwatchFile, watchFile } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import cron from 'node-cron'
import { createFetcher, type Fetcher } from './collect/fetch.ts'
import { createParserPool } from './collect/parser-pool.ts'
import type { Loaded } from './config.ts'
import { type WireNames, wireNames } from './decide/wire.ts'
import { createEncoder, encoderFault, type SentenceEncoder } from './encoder.ts'
import { Desk } from './filing.ts'
import type { Log } from './log.ts'
import type { Config, Millis, Outcome } from './model.ts'
import { notify, watchdogInterval } from './notify.ts'
import { feedsByUrl, type NamedFeed, type PollDeps, releaseEmbargoes } from './poll.ts'
import { Poller } from './poller.ts'
import { createSite, type Site } from './publish/site.ts'
import { openStore, storeFault } from './store/sqlite.ts'
import type { Store } from './store/store.ts'
import { createWebSub } from './websub.ts'

export interface DaemonOptions {
  config: Config
  log: Log
  version: string
  /** Reads the configuration again for a reload; absent where there is no file. */
  reload?: { file: string; load: () => Loaded }
  /** The clock everything but the cron tick runs on. The demo plays a week in two minutes. */
  now?: () => Millis
}

export interface Daemon {
  /** Where it serves, like `http://127.0.0.1:8080`. */
  address: string
  /** Poll what is due now; resolves when those polls are done. */
  tick(): Promise<void>
  reload(): void
  stop(): Promise<void>
}

/** A busy machine misses looks for due feeds: the next one finds them. node-cron would say so in no form of our log. */
const QUIET = { suppressMissedWarning: true }

/** Authority of tag ids for a new database: the public host, in the year of the format. */
export function tagAuthority(link: string): string {
  return `${new URL(link).hostname},2026`
}

/** What polling needs of a configuration, made anew at each reload. */
interface Wiring {
  config: Config
  fetcher: Fetcher
  names: WireNames
  feeds: Map<string, NamedFeed>
  encoder: SentenceEncoder | null
}

function wire(config: Config, log: Log, before?: Wiring): Wiring {
  const { encoder } = config.threads
  // Starting a model takes seconds, and what it remembers is worth minutes.
  const isSame = JSON.stringify(encoder) === JSON.stringify(before?.config.threads.encoder)
  return {
    encoder: before && isSame ? before.encoder : encoder ? createEncoder(encoder, log) : null,
    config,
    fetcher: createFetcher(config.poll),
    names: wireNames(config.agencies),
    feeds: feedsByUrl(config.agencies),
  }
}

/** Store, desk and poller of a configuration: what `poll` and `run` share. */
export function openDesk(config: Config, now: () => Millis): Outcome<{ store: Store; desk: Desk }> {
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
  } catch (error) {
    store.close()
    const reason = storeFault(config.database, error)
    if (reason === null) throw error
    return { ok: false, reason }
  }
  return { ok: true, value: { store, desk: new Desk(store, config.threads) } }
}

/** Start the daemon. The reason of a failed start is one line; nothing is left open then. */
export async function startDaemon(options: DaemonOptions): Promise<Outcome<Daemon>> {
  const { log } = options
  const now = options.now ?? Date.now
  const closers: (() => unknown)[] = []
  const close = async (): Promise<void> => {
    for (const closer of closers.splice(0).reverse()) await closer()
  }

  const opened = openDesk(options.config, now)
  if (!opened.ok) return opened
  const { store, desk } = opened.value
  closers.push(() => store.close())

  let wiring = wire(options.config, log)
  closers.push(() => wiring.fetcher.close())
  const pool = createParserPool()
  closers.push(() => pool.close())
  const stopping = new AbortController()
  const deps = (): PollDeps => ({
    store,
    desk,
    fetcher: wiring.fetcher,
    names: wiring.names,
    feeds: wiring.feeds,
    settings: wiring.config.poll,
    now,
    parse: (bytes, contentType, options) => pool.parse(bytes, contentType, options),
    nextTime,
    log,
    encoder: wiring.encoder,
    signal: stopping.signal,
    onHub: (feed, hub) => websub.onHub(feed, hub),
  })
  const websub = createWebSub(() => ({ ...deps(), link: wiring.config.link }))
  const renew = (): Promise<void> =>
    websub.renew().catch((error: unknown) => {
      log.error('subscriptions could not be renewed', { error: error instanceof Error ? error.message : String(error) })
    })
  closers.push(async () => {
    stopping.abort()
    await renew()
  })
  let lastTick = Date.now()
  // When the next look should come, as seen at the last one; until the first, now.
  let expected: Millis = Date.now()
  const expectedTick = (): Millis => task.getNextRun()?.getTime() ?? Date.now()
  let ticked = false
  const poller = new Poller(deps)
  closers.push(async () => {
    stopping.abort()
    // What is being filed does not wait for vectors any more.
    wiring.encoder?.close()
    await poller.idle().catch(() => {
      // Already logged where it happened; stopping goes on.
    })
  })

  const site = createSite({
    reader: store,
    config: () => wiring.config,
    now,
    version: options.version,
    onError: error => log.error('a page failed', { error: error instanceof Error ? error.message : String(error) }),
    health: () => {
      const age = Date.now() - lastTick
      return {
        // Looked for due feeds when it should have; how often that is, the configuration says.
        live: Date.now() < expected + 5 * 60_000,
        ready: ticked,
        detail: `last look for due feeds ${Math.round(age / 1_000)} s ago, ${poller.pending} feeds being polled`,
      }
    },
  })
  const listening = await listen(
    {
      fetch: request => {
        const answer = websub.answer(request)
        if (answer === null) return site.fetch(request)
        return answer.catch((error: unknown) => {
          log.error('a push could not be taken', { error: error instanceof Error ? error.message : String(error) })
          return new Response('Send it again later.\n', { status: 503 })
        })
      },
    },
    options.config,
  )
  if (!listening.ok) {
    await close()
    return listening
  }
  closers.push(listening.value.close)
  const { address } = listening.value

  const tick = async (): Promise<void> => {
    lastTick = Date.now()
    expected = expectedTick()
    try {
      releaseEmbargoes(deps())
      poller.add(store.due(now()))
    } catch (error) {
      log.error('due feeds could not be read', { error: error instanceof Error ? error.message : String(error) })
    }
    void renew()
    await poller.idle().catch(() => {
      // Already logged by the poller; the next tick tries again.
    })
    ticked = true
  }
  let task = cron.schedule(wiring.config.poll.tick, () => void tick(), QUIET)
  closers.push(() => task.destroy())

  const status = (): string => `STATUS=serving ${address}, ${wiring.feeds.size} feeds`
  const reload = (): void => {
    if (!options.reload) return
    const loaded = options.reload.load()
    const faults = loaded.ok ? [...tickFaults(loaded.config), ...encoderFaults(loaded.config)] : loaded.faults
    if (!loaded.ok || faults.length > 0) {
      for (const fault of faults) log.error('configuration not reloaded', { fault })
      return
    }
    const before = wiring
    const { database, listen: where } = options.config
    if (loaded.config.database !== database || JSON.stringify(loaded.config.listen) !== JSON.stringify(where)) {
      log.warn('"database" and "listen" take effect at the next start')
    }
    try {
      store.syncAgencies(loaded.config.agencies, now())
    } catch (error) {
      const fault = storeFault(database, error)
      if (fault === null) throw error
      log.error('configuration not reloaded', { fault })
      return
    }
    wiring = wire(loaded.config, log, before)
    if (before.config.poll.tick !== loaded.config.poll.tick) {
      void task.destroy()
      task = cron.schedule(loaded.config.poll.tick, () => void tick(), QUIET)
      expected = expectedTick()
    }
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
  if (options.reload) {
    const { file } = options.reload
    watchFile(file, { interval: 2_000, persistent: false }, (current, previous) => {
      if (current.mtimeMs !== previous.mtimeMs && current.size > 0) reload()
    })
    closers.push(() => unwatchFile(file))
  }

  const patience = watchdogInterval(process.env)
  if (patience !== null) {
    const timer = setInterval(() => void notify(log, 'WATCHDOG=1'), patience)
    closers.push(() => clearInterval(timer))
  }
  await notify(log, 'READY=1', status())
  log.info('started', { address, feeds: wiring.feeds.size, database: options.config.database })
  void tick()

  return {
    ok: true,
    value: {
      address,
      tick,
      reload,
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
    if (!cron.validate(expression)) faults.push(`${key}: ${JSON.stringify(expression)} is not a cron expression`)
  }
  judge('poll.tick', config.poll.tick)
  for (const [at, agency] of config.agencies.entries()) {
    for (const [n, { schedule }] of agency.feeds.entries()) {
      if (schedule != null) judge(`agencies[${at}].feeds[${n}].schedule`, schedule)
    }
  }
  return faults
}

/** What keeps the encoder from working, in the words of a configuration fault. */
export function encoderFaults({ threads: { encoder } }: Config): string[] {
  const fault = encoder ? encoderFault(encoder) : null
  return fault === null ? [] : [`threads.encoder: ${fault}`]
}

/** The next time that a cron expression names, from now on; null where it names none, or only a time before `after`. */
export function nextTime(expression: string, after: Millis): Millis | null {
  // node-cron tells it only of a task that runs.
  const task = cron.schedule(expression, () => {}, QUIET)
  const next = task.getNextRun()?.getTime() ?? null
  void task.destroy()
  return next !== null && next > after ? next : null
}

function listen(site: Site, config: Config): Promise<Outcome<{ address: string; close: () => Promise<void> }>> {
  const { host, port } = config.listen
  const server = createAdaptorServer({ fetch: request => site.fetch(request) })
  return new Promise(resolve => {
    server.once('error', error => {
      const code = 'code' in error ? String(error.code) : ''
      const why =
        code === 'EADDRINUSE'
          ? `port ${port} on ${host} is in use: stop the other program or change "listen"`
          : code === 'EACCES'
            ? `port ${port} may not be opened by this user: choose one above 1023 as "listen"`
            : `cannot listen on ${host}:${port} (${error.message}): change "listen"`
      resolve({ ok: false, reason: why })
    })
    server.listen(port, host, () => {
      const bound = server.address() as AddressInfo
      const name = bound.address.includes(':') ? `[${bound.address}]` : bound.address
      resolve({
        ok: true,
        value: {
          address: `http://${name}:${bound.port}`,
          close: () =>
            new Promise(done => {
              server.close(() => done())
              if ('closeAllConnections' in server) server.closeAllConnections()
            }),
        },
      })
    })
  })
}
