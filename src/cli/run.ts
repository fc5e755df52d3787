// The commands that poll: run, the daemon, and poll, once.
import { type Loaded, loadConfig } from '../config/load.ts'
import { withoutLogin } from '../config/secrets.ts'
import { noCounts } from '../desk/outcome.ts'
import { createLog } from '../log.ts'
import type { PollOutcome } from '../model/decided.ts'
import type { FeedState } from '../model/stored.ts'
import type { Daemon } from '../run/daemon.ts'
import { feedsByUrl, type NamedFeed } from '../run/poll.ts'
import { stopSignal } from '../run/signals.ts'
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
  const { startDaemon } = await import('../run/daemon.ts')
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
  let bar: ReturnType<typeof progress> | null = null
  const { pollOnce } = await import('../run/once.ts')
  const polled = await pollOnce(config, {
    log,
    choose: ({ reader, feeds, due }) => choose(reader, feeds, named, options.force === true, due),
    onChosen: total => {
      bar = progress(total)
    },
    onOutcome: () => bar?.step(),
  }).finally(() => bar?.end())
  if (!polled.ok) throw new Failed(polled.reason)
  const { outcomes, seconds } = polled.value
  report(outcomes, seconds, options)
}

function choose(
  store: Pick<Store, 'feeds'>,
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
