// The public API: what a program that embeds Minwal may use. Everything else may change with any version.
import { mergeStories, mergeThreads, splitStory, splitThread } from './desk/editor.ts'
import { type Explanation, explain } from './desk/explain.ts'
import { type LeveledLog, silent } from './log.ts'
import type { Config } from './model/config.ts'
import type { PollOutcome } from './model/decided.ts'
import type { Reader, Selection } from './model/shown.ts'
import type { Millis, Outcome } from './model/units.ts'
import { type Edition, type EditionKind, edition } from './publish/edition.ts'
import { createSite } from './publish/site.ts'
import { type Daemon, startDaemon } from './run/daemon.ts'
import { pollOnce } from './run/once.ts'
import { tagAuthority } from './run/open.ts'
import { openStore } from './store/sqlite.ts'

export { parseFeed } from './collect/feed/parse.ts'
export { type Loaded, loadConfig, parseConfig } from './config/load.ts'
export { configSchema } from './config/schema.ts'
export type { Explanation } from './desk/explain.ts'
export { createLog, type LeveledLog, type Log, silent } from './log.ts'
export type * from './model/collected.ts'
export type * from './model/config.ts'
export type * from './model/decided.ts'
export type * from './model/shown.ts'
export type * from './model/stored.ts'
export type * from './model/units.ts'
export type { Edition, EditionKind } from './publish/edition.ts'
export { type OutputFormat, type RenderOptions, renderFeed } from './publish/feeds.ts'
export { type StaticFile, staticSite } from './publish/static.ts'

export interface AggregatorOptions {
  /** Nothing is logged where left out. */
  log?: LeveledLog
  /** The clock that pages are dated by, and the daemon's. */
  now?: () => Millis
  /** Shown at `/metrics`. */
  version?: string
}

/** A story or a thread, by its number. */
export type Item = { story: number } | { thread: number }

export interface Aggregator {
  /** Poll on schedule and serve at `listen` of the configuration, until `stop`. The address it serves at. */
  start(): Promise<Outcome<string>>
  /** Stop polling and serving, and close the database. Nothing else may be called afterwards. */
  stop(): Promise<void>
  /** Poll once what is due, or the feeds and agencies named. A feed that fails is an outcome. */
  poll(options?: { only?: readonly string[] }): Promise<Outcome<PollOutcome[]>>
  readonly reader: Reader
  edition(choice?: Partial<Selection> & { kind?: EditionKind }): Edition
  /** Answer a request as the site does. */
  handle(request: Request): Promise<Response>
  explain(item: Item | { report: number }): Outcome<Explanation>
  readonly editor: {
    /** Join threads, or stories; the id that remains. */
    merge(items: readonly Item[]): Outcome<number>
    /** Part stories from a thread, or reports from a story; the id that they are in now. */
    split(item: Item, members: readonly number[]): Outcome<number>
  }
}

/** An aggregator on the database of a configuration, which is made where it is not there. */
export function createAggregator(config: Config, options: AggregatorOptions = {}): Outcome<Aggregator> {
  const { log = silent, now = Date.now, version = '' } = options
  const opened = openStore({
    path: config.database,
    tagAuthority: tagAuthority(config.link),
    mode: config.databaseMode ?? null,
  })
  if (!opened.ok) return opened
  const store = opened.value
  store.syncAgencies(config.agencies, now())
  const health = { live: true, ready: true, detail: 'part of another program' }
  const site = createSite({ reader: store, config: () => config, now, health: () => health, version })
  let daemon: Daemon | null = null
  return {
    ok: true,
    value: {
      start: async () => {
        const started = await startDaemon({ config, log, version, now })
        if (!started.ok) return started
        daemon = started.value
        return { ok: true, value: daemon.address }
      },
      stop: async () => {
        await daemon?.stop()
        store.close()
      },
      poll: async ({ only } = {}) => {
        const round = await pollOnce(config, {
          log,
          choose: ({ reader, due }) =>
            only === undefined
              ? due()
              : reader.feeds().filter(({ url, agency }) => only.includes(url) || only.includes(agency)),
        })
        return round.ok ? { ok: true, value: round.value.outcomes } : round
      },
      reader: store,
      edition: ({ kind = 'stories', ...selection } = {}) => edition(store, config, selection, kind),
      handle: async request => site.fetch(request),
      explain: item => explain(store, named(item), config.threads),
      editor: {
        merge: items => {
          const found = items.map(named)
          const ids = found.map(({ id }) => id)
          if (found.some(({ what }) => what !== found[0]?.what)) return MIXED
          return found[0]?.what === 'story' ? mergeStories(store, ids, now()) : mergeThreads(store, ids, now())
        },
        split: (item, members) =>
          'thread' in item
            ? splitThread(store, item.thread, members, now())
            : splitStory(store, item.story, members, now()),
      },
    },
  }
}

const MIXED = { ok: false, reason: 'threads and stories cannot be merged with each other' } as const

function named(item: Item | { report: number }) {
  if ('thread' in item) return { what: 'thread', id: item.thread } as const
  return 'story' in item ? ({ what: 'story', id: item.story } as const) : ({ what: 'report', id: item.report } as const)
}
