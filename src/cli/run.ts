// The commands that poll: run, the daemon, and poll, once.
import { createParserPool } from '../collect/feed/pool.ts'
import { createFetcher } from '../collect/net/fetch.ts'
import { type Loaded, loadConfig } from '../config/load.ts'
import { withoutLogin } from '../config/secrets.ts'
import { wireNames } from '../decide/wire/read.ts'
import { noCounts } from '../desk/desk.ts'
import { createEncoder } from '../encode/encoder.ts'
import { createLog } from '../log.ts'
import type { PollOutcome } from '../model/decided.ts'
import type { FeedState } from '../model/stored.ts'
import type { Millis } from '../model/units.ts'
import { type Daemon, openDesk, startDaemon } from '../run/daemon.ts'
import { dueFeeds, feedsByUrl, type NamedFeed, type PollDeps, releaseEmbargoes } from '../run/poll.ts'
import { Poller } from '../run/poller.ts'
import { stopSignal } from '../run/signals.ts'
import { storeFault } from '../store/sqlite.ts'
import type { Store } from '../store/store.ts'
import {
  type Common,
  configuredToPoll,
  Failed,
  hidden,
  hideSecretsOf,
  json,
  out,
  progress,
  say,
  version,
} from './shared.ts'

export async function run(options: Common): Promise<void> {
  const config = configuredToPoll(options)
  const log = createLog(config.log.level, process.stderr.isTTY === true, hidden)
  // Heard before READY=1 goes out: whoever waits for it may send a signal at once.
  const asked = stopSignal()
  let daemon: Daemon | null = null
  process.on('SIGHUP', () => daemon?.reload())
  const started = await startDaemon({
    config,
    log,
    version,
    reload: { file: options.config, load: () => loadAgain(options.config) },
  })
  if (!started.ok) throw new Failed(started.reason)
  daemon = started.value
  if (process.stderr.isTTY)
    say(`Minwal serves ${daemon.address}/ and polls ${feedsByUrl(config.agencies).size} feeds. Ctrl-C stops it.`)
  const lost = await Promise.race([asked, daemon.lost])
  await daemon.stop()
  if (typeof lost === 'string') throw new Failed(lost)
}

function loadAgain(file: string): Loaded {
  const loaded = loadConfig(file, process.env)
  if (loaded.ok) hideSecretsOf(loaded.config)
  return loaded
}

export async function poll(named: string[], options: Common & { force?: boolean }): Promise<void> {
  const config = configuredToPoll(options)
  const log = createLog(config.log.level === 'debug' ? 'debug' : 'error', process.stderr.isTTY === true)
  const stopping = new AbortController()
  let fault: string | null = null
  const opened = openDesk(config, Date.now, {
    lockPatience: 1_000,
    patience: PATIENCE,
    signal: stopping.signal,
    onGivenUp: reason => {
      fault = reason
      // What else there is to fetch could not be stored either.
      stopping.abort()
    },
  })
  if (!opened.ok) throw new Failed(opened.reason)
  const { store, desk } = opened.value
  const fetcher = createFetcher(config.poll)
  const pool = createParserPool()
  const encoder = config.threads.encoder ? createEncoder(config.threads.encoder, log) : null
  try {
    const feeds = feedsByUrl(config.agencies)
    const due = () => dueFeeds({ store, feeds, settings: config.poll, now: Date.now })
    const chosen = choose(store, feeds, named, options.force === true, due)
    const started = performance.now()
    const outcomes: PollOutcome[] = []
    const bar = progress(chosen.length)
    const deps: PollDeps = {
      store,
      desk,
      fetcher,
      log,
      encoder,
      names: wireNames(config.agencies),
      feeds,
      signal: stopping.signal,
      settings: config.poll,
      now: Date.now,
      parse: (bytes, contentType, options) => pool.parse(bytes, contentType, options),
    }
    const poller = new Poller(
      () => deps,
      outcome => {
        outcomes.push(outcome)
        bar.step()
      },
    )
    try {
      await releaseEmbargoes(deps)
      poller.add(chosen)
      await poller.idle()
    } catch (error) {
      fault ??= storeFault(config.database, error)
      throw new Failed(fault ?? `a poll could not be stored: ${error instanceof Error ? error.message : String(error)}`)
    } finally {
      bar.end()
    }
    if (fault !== null) throw new Failed(fault)
    report(outcomes, (performance.now() - started) / 1_000, options)
  } finally {
    encoder?.close()
    await fetcher.close()
    await pool.close()
    store.close()
  }
}

/** How long `minwal poll` waits for a file that cannot be written. */
const PATIENCE: Millis = 30_000

function choose(
  store: Store,
  feeds: ReadonlyMap<string, NamedFeed>,
  named: readonly string[],
  force: boolean,
  due: () => FeedState[],
): FeedState[] {
  const all = store.feeds()
  if (named.length === 0) {
    return force ? all.filter(feed => feed.state !== 'paused') : due()
  }
  const chosen = new Set<FeedState>()
  for (const name of named) {
    const isCalled = ({ url, agency, id }: FeedState): boolean =>
      url === name || agency === name || String(id) === name || feeds.get(url)?.spec.target === name
    const matches = all.filter(isCalled)
    if (matches.length === 0) {
      throw new Failed(
        `no feed or agency of the configuration is called ${withoutLogin(name)}: \`minwal feeds\` lists them`,
        2,
      )
    }
    for (const match of matches) chosen.add(match)
  }
  return [...chosen]
}

function report(outcomes: readonly PollOutcome[], seconds: number, options: Common): void {
  const counts = noCounts()
  for (const outcome of outcomes) {
    for (const key of Object.keys(counts) as (keyof typeof counts)[]) counts[key] += outcome.counts[key]
  }
  const failed = outcomes.filter(outcome => outcome.failure !== null)
  const unchanged = outcomes.filter(outcome => outcome.status === 'unchanged').length
  if (options.json) {
    json({
      feeds: outcomes.length,
      unchangedFeeds: unchanged,
      failedFeeds: failed.length,
      ...counts,
      seconds: Math.round(seconds * 1_000) / 1_000,
      peakRssMB: Math.round(process.resourceUsage().maxRSS / 1_024),
      failures: failed.map(({ url, failure }) => ({ url, kind: failure?.kind, reason: failure?.message })),
    })
    return
  }
  for (const { url, failure } of failed) say(`${url}: ${failure?.message}`)
  out(
    `${outcomes.length} feeds polled in ${seconds.toFixed(1)} s: ${unchanged} unchanged, ${failed.length} failed; ` +
      `${counts.entries} entries: ${counts.new} new, ${counts.copy} copies, ${counts.revision} revisions, ` +
      `${counts.unchanged} known, ${counts.rejected} rejected`,
  )
}
