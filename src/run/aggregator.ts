// The aggregator that programs embed and that the commands are built on. It opens nothing until it is asked for something,
// and loads only what it is asked for.
import type { Fetcher } from '../collect/net/fetch.ts'
import type { Loaded } from '../config/load.ts'
import type { DeskClient, OnPruned } from '../desk/client.ts'
import { type Explanation, explain } from '../desk/explain.ts'
import { type Planned, planned } from '../desk/planned.ts'
import { type LeveledLog, silent } from '../log.ts'
import type { Config, PollSettings } from '../model/config.ts'
import type { Reader, Selection } from '../model/shown.ts'
import type { Millis, Outcome } from '../model/units.ts'
import { type Edition, type EditionKind, edition } from '../publish/edition.ts'
import type { Site } from '../publish/site.ts'
import { storeFault } from '../store/fault.ts'
import { openReader, openStore } from '../store/open.ts'
import type { StoreReader } from '../store/store.ts'
import type { Polled, PollOptions } from './choose.ts'
import type { Daemon } from './daemon.ts'
import type { PrunedFile } from './prune.ts'
import { readerThrough, rowsThrough } from './reader-through.ts'
import type { Role } from './roles/roles.ts'
import { tagAuthority } from './tag-authority.ts'

export type { OnPruned } from '../desk/client.ts'
export type { Explanation } from '../desk/explain.ts'
export type { Planned } from '../desk/planned.ts'
export type { PrunedFile } from './prune.ts'

export interface AggregatorOptions {
  /** Nothing is logged where left out. */
  log?: LeveledLog
  /** The clock that reports, polls and pages are dated by. */
  now?: () => Millis
  /** Makes what asks servers, for the settings in force; `createFetcher` where left out. */
  fetch?: (settings: PollSettings) => Fetcher
  /** Shown at `/metrics`. */
  version?: string
  /**
   * Whether reading makes a database that is not there and brings an older one up to date, and whether editing makes one.
   * True where left out. Polling always does.
   */
  create?: boolean
}

export interface StartOptions {
  /** Serve at `listen` of the configuration. `handle` answers with or without it. */
  serve?: boolean
  /** Tell systemd how it stands, where systemd started this process. */
  systemd?: boolean
  /** Reads the configuration again, when the file changes and when `reload` is called. */
  reload?: { file: string; load: () => Loaded }
  /** What of the work this process does; all of it where left out. Others share work through a PostgreSQL database. */
  role?: Role
  /** Ends the waiting of a desk that stands by while another files. */
  signal?: AbortSignal
}

export interface Started {
  /** Where it serves, like `http://127.0.0.1:8080`; null without `serve`. */
  address: string | null
  /** Resolves with the reason when polling cannot go on. Whoever started it then calls `stop`. */
  lost: Promise<string>
  /** Does nothing where `reload` was not given. */
  reload(): void
}

/** A story or a thread, by its number. */
export type Item = { story: number } | { thread: number }

export interface Aggregator {
  /** Poll on schedule until `stop`. */
  start(options?: StartOptions): Promise<Outcome<Started>>
  /** End what is under way, and close the database. A later call opens it again. */
  stop(): Promise<void>
  /** Poll once what is due, or what is named. */
  poll(options?: PollOptions): Promise<Polled>
  /** Open the database for reading, which `reader` and `edition` do by themselves, throwing the reason where they cannot. */
  open(): Outcome<Reader>
  readonly reader: Reader
  edition(choice?: Partial<Selection> & { kind?: EditionKind }): Edition
  /** Answer a request as the site does. */
  handle(request: Request): Promise<Response>
  explain(item: Item | { report: number }): Outcome<Explanation>
  /** What retention would delete now; null where the configuration keeps everything. */
  planPruning(): Outcome<Planned | null>
  /** Delete it; null where the configuration keeps everything. `onPruned` is told now and then what is gone. */
  prune(onPruned?: OnPruned): Promise<Outcome<PrunedFile | null>>
  readonly editor: {
    /** Join threads, or stories. The id that remains. */
    merge(items: readonly Item[]): Promise<Outcome<number>>
    /** Part stories from a thread, or reports from a story. The id that they are in now. */
    split(item: Item, members: readonly number[]): Promise<Outcome<number>>
  }
}

/** An aggregator on the database of a configuration. */
export function createAggregator(config: Config, options: AggregatorOptions = {}): Aggregator {
  return new ConfiguredAggregator(config, options)
}

const MIXED = { ok: false, reason: 'threads and stories cannot be merged with each other' } as const
const STARTED = { ok: false, reason: 'it was started already' } as const

class ConfiguredAggregator implements Aggregator {
  readonly #configured: Config
  readonly #log: LeveledLog
  readonly #now: () => Millis
  readonly #options: AggregatorOptions
  /** For reading where no daemon runs. */
  #connection: StoreReader | null = null
  #daemon: Daemon | null = null
  #starting: Promise<Outcome<Started>> | null = null
  /** The round under way, and those that wait for it: a desk at a time. */
  #rounds: Promise<unknown> = Promise.resolve()
  #stopping = new AbortController()
  #site: Site | null = null

  readonly reader = readerThrough(() => this.#reading())
  readonly editor: Aggregator['editor'] = {
    merge: items => this.#merge(items),
    split: (item, members) => {
      const { what, id } = named(item)
      return this.#edit(desk => desk.split(what, id, members, this.#now()))
    },
  }

  constructor(config: Config, options: AggregatorOptions) {
    this.#configured = config
    this.#options = options
    this.#log = options.log ?? silent
    this.#now = options.now ?? Date.now
  }

  get #config(): Config {
    return this.#daemon?.config() ?? this.#configured
  }

  async start(options: StartOptions = {}): Promise<Outcome<Started>> {
    if (this.#starting !== null) return STARTED
    this.#starting = this.#start(options)
    const started = await this.#starting
    if (!started.ok) this.#starting = null
    return started
  }

  async #start({ serve = false, systemd = false, reload, role, signal }: StartOptions): Promise<Outcome<Started>> {
    const { now, fetch, version = '' } = this.#options
    const [{ startDaemon }] = await Promise.all([import('./daemon.ts'), this.#rounds])
    const started = await startDaemon({
      config: this.#configured,
      log: this.#log,
      version,
      serve,
      systemd,
      ...(now && { now }),
      ...(fetch && { fetcher: fetch }),
      ...(reload && { reload }),
      ...(role && { role }),
      ...(signal && { signal }),
    })
    if (!started.ok) return started
    const daemon = started.value
    this.#daemon = daemon
    // From now on the daemon's connection is read.
    this.#close()
    const address = serve ? daemon.address : null
    return { ok: true, value: { address, lost: daemon.lost, reload: () => daemon.reload() } }
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    await Promise.all([this.#starting, this.#rounds])
    const daemon = this.#daemon
    await daemon?.stop()
    this.#daemon = null
    this.#starting = null
    this.#stopping = new AbortController()
    this.#close()
  }

  async poll(options: PollOptions = {}): Promise<Polled> {
    if (this.#starting !== null) await this.#starting
    if (this.#daemon !== null) return this.#daemon.poll(options)
    const { signal } = this.#stopping
    const round = this.#rounds.then(() => this.#pollOnce(options, signal))
    this.#rounds = round.catch(() => {
      // Whoever asked for it is told.
    })
    return round
  }

  async #pollOnce(options: PollOptions, signal: AbortSignal): Promise<Polled> {
    const { fetch } = this.#options
    const [{ pollOnce }, { createFetcher }] = await Promise.all([
      import('./once.ts'),
      import('../collect/net/fetch.ts'),
    ])
    return pollOnce(this.#configured, {
      ...options,
      log: this.#log,
      now: this.#now,
      fetcher: fetch ?? createFetcher,
      signal,
      onClosing: () => this.#close(),
    })
  }

  open(): Outcome<Reader> {
    const opened = this.#open()
    return opened.ok ? { ok: true, value: this.reader } : opened
  }

  edition({ kind = 'stories', ...selection }: Parameters<Aggregator['edition']>[0] = {}): Edition {
    return edition(this.reader, this.#config, selection, kind)
  }

  async handle(request: Request): Promise<Response> {
    if (this.#daemon !== null) return this.#daemon.answer(request)
    const opened = this.#open()
    if (!opened.ok) {
      // Everybody may see the answer, and the reason has the path of the file.
      this.#log.error('the database cannot be read', { reason: opened.reason })
      return new Response('The database cannot be read.\n', { status: 503 })
    }
    this.#site ??= await this.#makeSite()
    return this.#site.fetch(request)
  }

  async #makeSite(): Promise<Site> {
    const { createSite } = await import('../publish/site.ts')
    return createSite({
      reader: this.reader,
      rows: rowsThrough(() => this.#reading()),
      config: () => this.#config,
      now: this.#now,
      health: () => ({ live: true, ready: true, detail: 'nothing is polled on schedule' }),
      version: this.#options.version ?? '',
      onError: error => this.#log.error('a page failed', { error: String(error) }),
    })
  }

  explain(item: Item | { report: number }): Outcome<Explanation> {
    const opened = this.#open()
    if (!opened.ok) return opened
    try {
      return explain(opened.value, named(item), this.#config.threads)
    } catch (error) {
      const reason = storeFault(this.#config.database, error)
      if (reason === null) throw error
      return { ok: false, reason }
    }
  }

  planPruning(): Outcome<Planned | null> {
    const opened = this.#open()
    const { retain = null } = this.#config
    if (!opened.ok || retain === null) return opened.ok ? { ok: true, value: null } : opened
    const reader = opened.value
    return { ok: true, value: reader.together(() => planned(reader, retain, this.#now())) }
  }

  async prune(onPruned: OnPruned = () => {}): Promise<Outcome<PrunedFile | null>> {
    const { retain = null } = this.#config
    if (retain === null) return { ok: true, value: null }
    if (this.#starting !== null) await this.#starting
    if (this.#daemon !== null) {
      const pruned = await this.#daemon.desk.prune(retain, this.#now(), 1, onPruned)
      return { ok: true, value: { ...pruned, free: null } }
    }
    return this.#alone(async () => {
      const { pruneOnce } = await import('./prune.ts')
      const tools = { log: this.#log, now: this.#now(), onClosing: () => this.#close(), onPruned }
      return pruneOnce(this.#config, retain, { ...tools, fileSize: () => this.#reading().fileSize() })
    })
  }

  async #merge(items: readonly Item[]): Promise<Outcome<number>> {
    const found = items.map(item => named(item))
    const what = found[0]?.what ?? 'thread'
    if (found.some(one => one.what !== what)) return MIXED
    const ids = found.map(({ id }) => id)
    return this.#edit(desk => desk.merge(what, ids, this.#now()))
  }

  async #edit(change: (desk: DeskClient) => Promise<Outcome<number>>): Promise<Outcome<number>> {
    if (this.#starting !== null) await this.#starting
    if (this.#daemon !== null) return change(this.#daemon.desk)
    return this.#alone(async () => {
      const { openDeskAlone } = await import('./alone.ts')
      const settings = { log: this.#log, now: this.#now(), onClosing: () => this.#close() }
      return openDeskAlone(this.#config, settings, change)
    })
  }

  /** Work that opens a desk of its own, when no other is open. */
  #alone<T>(work: () => Promise<Outcome<T>>): Promise<Outcome<T>> {
    const done = this.#rounds.then(() => {
      const opened = this.#options.create === false ? this.#open() : null
      return opened === null || opened.ok ? work() : opened
    })
    this.#rounds = done.catch(() => {
      // Whoever asked for it is told.
    })
    return done
  }

  #reading(): StoreReader {
    const opened = this.#open()
    if (!opened.ok) throw new Error(opened.reason)
    return opened.value
  }

  #open(): Outcome<StoreReader> {
    if (this.#daemon !== null) return { ok: true, value: this.#daemon.reader }
    if (this.#connection !== null) return { ok: true, value: this.#connection }
    const { database } = this.#configured
    let opened = openReader(database)
    if (!opened.ok && this.#options.create !== false) {
      const refusal = this.#makeFile()
      if (refusal !== null) return refusal
      opened = openReader(database)
    }
    if (opened.ok) this.#connection = opened.value
    return opened
  }

  /** Make the file, or bring it up to date: for a moment it is open for writing in this thread. Null when it is ready. */
  #makeFile(): { ok: false; reason: string } | null {
    const { database, databaseMode, backup, link, agencies } = this.#configured
    const opened = openStore({
      path: database,
      tagAuthority: tagAuthority(link),
      mode: databaseMode ?? null,
      copyFirst: backup?.beforeUpgrade ?? true,
    })
    if (!opened.ok) return opened
    try {
      opened.value.syncAgencies(agencies, this.#now())
      return null
    } finally {
      opened.value.close()
    }
  }

  #close(): void {
    this.#connection?.close()
    this.#connection = null
  }
}

function named(item: Item): { what: 'thread' | 'story'; id: number }
function named(item: Item | { report: number }): { what: 'thread' | 'story' | 'report'; id: number }
function named(item: Item | { report: number }) {
  if ('thread' in item) return { what: 'thread', id: item.thread }
  return 'story' in item ? { what: 'story', id: item.story } : { what: 'report', id: item.report }
}
