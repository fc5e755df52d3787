// The long-running service: what is opened at the start, and closed in reverse at the end. Everything that is opened pushes its
// own closer.
import { setImmediate as anotherTurn } from 'node:timers/promises'
import { createFetcher } from '../collect/net/fetch.ts'
import type { Loaded } from '../config/load.ts'
import { collectIfShort, Rest } from '../desk/heap.ts'
import { type LeveledLog, said } from '../log.ts'
import type { Config } from '../model/config.ts'
import { isPostgres, shownDatabase } from '../model/database.ts'
import type { FeedState } from '../model/stored.ts'
import type { Millis, Outcome } from '../model/units.ts'
import { presenceOf } from '../store/presence.ts'
import { AskedPolls } from './asked.ts'
import { type Assembly, type AssemblyTools, assemble, dismiss } from './assemble.ts'
import { Backlog } from './backlog.ts'
import { Backups } from './backups.ts'
import { notPolled, type Polled, type PollOptions } from './choose.ts'
import { Chores } from './chores.ts'
import { ClockLog } from './clock-log.ts'
import type { Daemon, DaemonOptions } from './daemon-options.ts'
import { Doors, type Outward } from './doors.ts'
import { linkFault } from './faults.ts'
import { HealthWatch } from './health.ts'
import { createWebSub, ownFeeds, type WebSub } from './hub.ts'
import { Measures } from './measures.ts'
import { type Network, watchNetwork } from './network.ts'
import { Notifier } from './notify.ts'
import { openPart } from './open-part.ts'
import type { Part } from './part.ts'
import { dueFeeds, type Polling } from './poll.ts'
import { Poller } from './poller.ts'
import { Reload } from './reload.ts'
import { createServing, type Serving } from './serving.ts'
import { type Systemd, systemd } from './systemd.ts'
import { Ticker } from './ticker.ts'

export type { Daemon, DaemonOptions } from './daemon-options.ts'

/** A feed is called late that should have been polled so long ago. */
const LATE: Millis = 2 * 60_000

/** Start the daemon. The reason of a failed start is one line; nothing is left open then. */
export async function startDaemon(options: DaemonOptions): Promise<Outcome<Daemon>> {
  const { config, log } = options
  const told = systemd(log, options.systemd ?? true)
  const doors = new Doors(config, told.socket, log)
  const opened = await openPart(options, (options.now ?? Date.now)(), { doors, systemd: told })
  if (!opened.ok) {
    await doors.close()
    return opened
  }
  const service = new Service(options, opened.value, { doors, systemd: told })
  const listening: Outcome<string> = (options.serve ?? true) ? await service.listen() : { ok: true, value: '' }
  if (!listening.ok) {
    await service.close()
    return listening
  }
  await service.begin(listening.value)
  return { ok: true, value: service.asDaemon(listening.value) }
}

class Service {
  readonly #options: DaemonOptions
  readonly #log: LeveledLog
  readonly #now: () => Millis
  readonly #part: Part
  readonly #closers: (() => unknown)[] = []
  readonly #stopping = new AbortController()
  readonly #backlog = new Backlog()
  readonly #doors: Doors
  readonly #measures: Measures
  readonly #websub: WebSub
  readonly #network: Network
  readonly #chores: Chores
  readonly #backups: Backups
  readonly #poller: Poller
  readonly #health: HealthWatch
  readonly #serving: Serving
  readonly #notifier: Notifier
  readonly #asked = new AskedPolls()
  readonly #rest = new Rest(collectIfShort)
  readonly #systemd: Systemd
  readonly #reload: Reload | null
  readonly #end = Promise.withResolvers<string>()
  #assembly: Assembly
  #ticker: Ticker | null = null
  /** All that was due at the start has been polled. */
  #ticked = false
  /** Due feeds could not be read the last time. */
  #unread = false
  #address = ''

  constructor(options: DaemonOptions, part: Part, { doors, systemd }: Outward) {
    const { store } = part
    this.#part = part
    this.#options = options
    this.#log = options.log
    this.#now = options.now ?? Date.now
    this.#systemd = systemd
    this.#doors = doors
    this.#closers.push(() => part.close())
    // The desk's connection is closed last: a read-only one cannot write the journal back into the file.
    this.#closers.push(() => store.desk.close())
    this.#closers.push(() => store.reader.close())
    this.#measures = new Measures({
      database: options.config.database,
      pending: () => this.#poller.pending,
      backlog: () => this.#backlog,
      onTheWay: () => doors.onTheWay.bytes,
      writeFailures: () => store.desk.failures,
      besides: part.gauges,
    })
    this.#assembly = assemble(options.config, this.#tools)
    this.#closers.push(() => dismiss(this.#assembly, null))
    this.#websub = createWebSub(() => ({ ...this.#polling(), ...ownFeeds(this.#assembly.config) }))
    this.#chores = new Chores({
      polling: () => this.#polling(),
      retain: () => this.#assembly.config.retain ?? null,
      websub: () => this.#websub,
      log: this.#log,
      signal: this.#stopping.signal,
      poller: () => this.#poller,
    })
    this.#closers.push(() => this.#chores.renew())
    this.#network = this.#watchNetwork()
    this.#closers.push(() => this.#network.stop())
    this.#poller = new Poller(
      () => this.#polling(),
      outcome => {
        this.#rest.worked()
        this.#health.polled()
        this.#network.heard(outcome)
        this.#asked.heard(outcome)
      },
    )
    // Polls that wait for word of the network wait no more.
    this.#stopping.signal.addEventListener('abort', () => this.#network.stop(), { once: true })
    this.#closers.push(() => this.#pollsDone())
    this.#backups = new Backups({ config: () => this.#assembly.config, now: this.#now, log: this.#log })
    const { retention } = this.#chores
    const watched = {
      desk: store.desk,
      poller: this.#poller,
      network: this.#network,
      retention,
      backups: this.#backups,
    }
    const { database } = options.config
    this.#health = new HealthWatch({ ...watched, settings: () => this.#assembly.config.poll, part, database })
    this.#serving = createServing({
      database: options.config.database,
      reader: store.reader,
      desk: store.desk,
      websub: this.#websub,
      onTheWay: doors.onTheWay,
      config: () => this.#assembly.config,
      now: this.#now,
      version: options.version,
      log: this.#log,
      health: () => this.#health.answer(this.#ticked),
      measures: { text: () => this.#measures.text(), answered: (...given) => this.#measures.answered(...given) },
      signal: this.#stopping.signal,
    })
    this.#closers.push(() => this.#serving.close())
    this.#notifier = new Notifier({
      config: () => this.#assembly.config,
      reader: store.reader,
      desk: store.desk,
      health: () => this.#health.answer(true),
      now: this.#now,
      log: this.#log,
      signal: this.#stopping.signal,
    })
    this.#closers.push(() => this.#notifier.close())
    this.#reload = options.reload === undefined ? null : this.#reloadFrom(options.reload)
    void part.lost.then(why => this.#lose(why, why))
  }

  get #tools(): AssemblyTools {
    const make = this.#options.fetcher ?? createFetcher
    const makeFetcher: typeof make = settings => this.#part.paced(make(settings), settings)
    return { log: this.#log, now: this.#now, desk: this.#part.store.desk, makeFetcher, encodes: this.#part.ticks }
  }

  #polling(): Polling {
    const { config, fetcher, readers, feeds, encoding } = this.#assembly
    return {
      settings: config.poll,
      feeds,
      fetcher,
      readers,
      encoding,
      desk: this.#part.store.desk,
      reader: this.#part.store.reader,
      backlog: this.#backlog,
      now: this.#now,
      log: this.#log,
      signal: this.#stopping.signal,
      meter: this.#measures,
      isOurFault: (url, failure) => this.#network.isToBlame(url, failure),
      onHub: (feed, hub) => this.#websub.onHub(feed, hub),
    }
  }

  // ── opening ─────────────────────────────────────────────────────────────────────────────────────────────────────────

  #watchNetwork(): Network {
    return watchNetwork({
      polling: () => this.#polling(),
      poller: () => this.#poller,
      log: this.#log,
      onChange: () => void this.#systemd.tell(this.#status()),
      tick: () => void this.tick(),
    })
  }

  #reloadFrom(source: { file: string; load: () => Loaded }): Reload {
    return new Reload({
      source,
      started: this.#options.config,
      current: () => this.#assembly.config,
      desk: this.#part.store.desk,
      log: this.#log,
      signal: this.#stopping.signal,
      now: this.#now,
      apply: config => this.#apply(config),
    })
  }

  /** Serve. Resolves to the address. */
  async listen(): Promise<Outcome<string>> {
    this.#doors.answer({ pages: this.#serving, metrics: this.#serving.metrics })
    this.#closers.push(() => this.#doors.close())
    return this.#doors.open(this.#part.serves)
  }

  /** Begin to look for due feeds, and say that it has started. */
  async begin(address: string): Promise<void> {
    this.#address = address
    const { config } = this.#options
    this.#closers.push(() => this.#chores.idle())
    const clock = new ClockLog(this.#log)
    // Pages are served already: each step of the start has a turn of its own.
    await anotherTurn()
    const presence = isPostgres(config.database) ? () => null : presenceOf(config.database)
    const ticker = new Ticker(config.poll.tick, {
      tick: () => void this.tick(),
      onJump: by => clock.jumped(by),
      onBeat: () => {
        this.#rest.beat()
        const gone = this.#health.lost === null ? presence() : null
        if (gone !== null) this.#fileGone(gone)
      },
    })
    this.#ticker = ticker
    this.#closers.push(() => ticker.stop())
    if (this.#options.now === undefined) clock.started(this.#now())
    if (this.#reload !== null) this.#closers.push(this.#reload.watch())
    this.#closers.push(
      this.#systemd.keepTold(
        () => this.#status(),
        () => this.#health.judge().working,
      ),
    )
    this.#closers.push(this.#backups.start())
    const reason = linkFault(config)
    if (reason !== null) this.#log.warn('"link" is not set', { reason })
    this.#closers.push(
      this.#part.begin(this.#poller, () => this.#polling()),
      // First of all: whatever waits for the file waits no more.
      () => this.#stop(),
    )
    await this.#systemd.tell('READY=1', this.#status())
    const told = {
      ...(address && { address }),
      feeds: this.#assembly.feeds.size,
      database: shownDatabase(config.database),
    }
    this.#log.info('started', told)
    await anotherTurn()
    void this.tick()
  }

  asDaemon(address: string): Daemon {
    return {
      address,
      reader: this.#part.store.reader,
      desk: this.#part.store.desk,
      config: () => this.#assembly.config,
      answer: request => this.#serving.fetch(request),
      poll: choice => this.#poll(choice),
      tick: () => this.tick(),
      reload: () => this.#reload?.now(),
      lost: this.#end.promise,
      stop: async () => {
        await this.#systemd.tell('STOPPING=1')
        await this.close()
        this.#log.info('stopped')
      },
    }
  }

  // ── running ─────────────────────────────────────────────────────────────────────────────────────────────────────────

  async tick(): Promise<void> {
    if (this.#health.lost !== null || this.#stopping.signal.aborted) return
    if (!this.#part.ticks) {
      this.#health.looked(this.#ticker?.due ?? performance.now())
      this.#ticked = true
      return
    }
    const released = this.#chores.release()
    // Polls may go on without a pause.
    if (this.#ticked) this.#chores.retention.look()
    const { reader, feeds, settings } = this.#polling()
    try {
      if (!this.#network.isGone)
        await this.#part.ask(dueFeeds(reader, feeds, settings, this.#now()), settings, this.#poller)
      this.#health.looked(this.#ticker?.due ?? performance.now())
      this.#unread = false
    } catch (error) {
      // Health says it all the while; the log once.
      if (!this.#unread) this.#log.error('due feeds could not be read', { error: said(error) })
      this.#unread = true
    }
    void this.#chores.renew()
    void this.#serving.push()
    void this.#notifier.look(this.#ticked && this.#part.hasPolled())
    await released
    await this.#pollsIdle()
    this.#ticked = true
    this.#chores.retention.look()
    if (!this.#network.isGone) this.#chores.pages.look()
    this.#assembly.encoding?.begin()
  }

  async #poll(options: PollOptions): Promise<Polled> {
    if (this.#health.lost !== null) return notPolled(this.#health.lost)
    const { reader, feeds, settings } = this.#polling()
    const due = (): FeedState[] => dueFeeds(reader, feeds, settings, this.#now())
    return this.#asked.poll(this.#poller, { all: reader.feeds(), named: feeds, due }, options)
  }

  #apply(config: Config): void {
    const before = this.#assembly
    this.#assembly = assemble(config, this.#tools, before)
    if (before.config.poll.tick !== config.poll.tick) this.#ticker?.schedule(config.poll.tick)
    // Polls under way end with what they began with.
    void this.#pollsIdle().then(() => dismiss(before, this.#assembly))
    this.#log.info('configuration reloaded', { feeds: this.#assembly.feeds.size })
    void this.#systemd.tell(this.#status())
    void this.tick()
  }

  #status(): string {
    const { reader, feeds, settings } = this.#polling()
    const now = this.#now()
    const isLate = ({ lastPoll, nextPoll }: FeedState): boolean => lastPoll !== null && nextPoll < now - LATE
    const late = (): number => (this.#part.ticks ? dueFeeds(reader, feeds, settings, now).filter(isLate).length : 0)
    return `STATUS=${this.#health.status(this.#address, feeds.size, late)}`
  }

  #fileGone(why: string): void {
    this.#log.error('the database is gone: nothing is polled any more', { reason: why })
    this.#lose(why, `${why}: what was filed since is lost; start it again, and it opens what is there`)
  }

  #lose(why: string, sentence: string): void {
    if (this.#health.lost !== null) return
    this.#health.lose(why)
    this.#end.resolve(sentence)
  }

  // ── closing ─────────────────────────────────────────────────────────────────────────────────────────────────────────

  #stop(): void {
    this.#stopping.abort()
    void this.#assembly.encoding?.close()
    this.#part.store.desk.stop()
  }

  #pollsIdle(): Promise<void> {
    return this.#poller.idle().catch(() => {
      // Already logged where it happened.
    })
  }

  async #pollsDone(): Promise<void> {
    this.#stop()
    await this.#pollsIdle()
  }

  async close(): Promise<void> {
    for (const closer of this.#closers.splice(0).reverse()) await closer()
  }
}
