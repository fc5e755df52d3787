// The commands that poll: run, the daemon, and poll, once.
import { withCredentials } from '../config/credentials.ts'
import { type Loaded, loadConfig } from '../config/load.ts'
import { noCounts } from '../desk/outcome.ts'
import { createLog } from '../log.ts'
import type { PollOutcome } from '../model/decided.ts'
import type { Millis } from '../model/units.ts'
import type { Started } from '../run/aggregator.ts'
import { wantBoundedHeaps } from '../run/heaps.ts'
import { feedsByUrl } from '../run/poll.ts'
import type { Role } from '../run/roles/roles.ts'
import { stopSignal } from '../run/signals.ts'
import { progress } from './progress.ts'
import { type Common, configuredToPoll, Failed, hidden, hideSecretsOf, json, out, say, version } from './shared.ts'

export async function run(options: Common & { role?: Role }): Promise<void> {
  const config = configuredToPoll(options)
  wantBoundedHeaps()
  const log = createLog(config.log.level, process.stderr.isTTY === true, hidden)
  // Heard before READY=1 goes out: whoever waits for it may send a signal at once.
  const asked = stopSignal()
  let running: Started | null = null
  process.on('SIGHUP', () => running?.reload())
  const { createAggregator } = await import('../run/aggregator.ts')
  const aggregator = createAggregator(config, { log, version })
  const reload = { file: options.config, load: () => loadAgain(options.config) }
  const stopping = new AbortController()
  void asked.then(() => stopping.abort())
  const { role = 'all' } = options
  const started = await aggregator.start({ serve: true, systemd: true, reload, role, signal: stopping.signal })
  if (!started.ok && stopping.signal.aborted) return
  if (!started.ok) throw new Failed(started.reason, started.isFinal === true ? 2 : 1)
  running = started.value
  if (process.stderr.isTTY && role === 'all')
    say(`Minwal serves ${running.address}/ and polls ${feedsByUrl(config.agencies).size} feeds. Ctrl-C stops it.`)
  const lost = await Promise.race([asked, running.lost])
  await aggregator.stop()
  if (typeof lost === 'string') throw new Failed(lost)
}

function loadAgain(file: string): Loaded {
  const loaded = loadConfig(file, withCredentials(process.env))
  if (loaded.ok) hideSecretsOf(loaded.config)
  return loaded
}

export async function poll(named: string[], options: Common & { force?: boolean }): Promise<void> {
  const config = configuredToPoll(options)
  wantBoundedHeaps()
  const log = createLog(config.log.level === 'debug' ? 'debug' : 'error', process.stderr.isTTY === true)
  let bar: ReturnType<typeof progress> | null = null
  let [begun, ended]: [Millis, Millis] = [0, 0]
  const { createAggregator } = await import('../run/aggregator.ts')
  const aggregator = createAggregator(config, { log, version })
  const polled = await aggregator
    .poll({
      ...(named.length > 0 && { only: named }),
      force: options.force === true,
      onChosen: total => {
        bar = progress(total)
        begun = ended = performance.now()
      },
      onOutcome: () => {
        bar?.step()
        ended = performance.now()
      },
    })
    .finally(() => bar?.end())
  if (!polled.ok) {
    if (polled.unknown === null) throw new Failed(polled.reason)
    throw new Failed(`${polled.reason}: \`minwal feeds\` lists them`, 2)
  }
  report(polled.value, (ended - begun) / 1_000, options)
}

function report(outcomes: readonly PollOutcome[], seconds: number, options: Common): void {
  if (outcomes.length > 0 && outcomes.every(({ failure }) => failure !== null)) process.exitCode = 1
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
