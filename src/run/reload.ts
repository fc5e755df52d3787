// What a changed configuration changes in a running daemon, and what it cannot.
import { unwatchFile, watchFile } from 'node:fs'
import type { Loaded } from '../config/load.ts'
import type { DeskClient } from '../desk/client.ts'
import type { LeveledLog } from '../log.ts'
import type { Config } from '../model/config.ts'
import type { Millis } from '../model/units.ts'
import { judged } from './faults.ts'

/** What takes effect at the next start only. */
const AT_START = ['database', 'listen', 'metrics'] as const
/** How often the file is looked at. */
const WATCH: Millis = 2_000

export interface Reloading {
  /** Reads the configuration again. */
  source: { file: string; load: () => Loaded }
  /** The configuration that the daemon was started with. */
  started: Config
  /** The one in force. */
  current: () => Config
  desk: DeskClient
  log: LeveledLog
  signal: AbortSignal
  now: () => Millis
  /** Takes the new configuration into force. */
  apply: (config: Config) => void
}

export class Reload {
  readonly #with: Reloading
  #applying: Promise<void> = Promise.resolve()

  constructor(reloading: Reloading) {
    this.#with = reloading
  }

  /** Reload whenever the file changes. Returns what ends that, when reloads under way are done. */
  watch(): () => Promise<void> {
    const { file } = this.#with.source
    watchFile(file, { interval: WATCH, persistent: false }, (current, previous) => {
      if (current.mtimeMs !== previous.mtimeMs && current.size > 0) this.now()
    })
    return () => {
      unwatchFile(file)
      return this.#applying
    }
  }

  /** Reload now. A configuration with faults leaves the one in force as it is. */
  now(): void {
    const { source, log, signal } = this.#with
    const loaded = judged(source.load(), source.file)
    if (!loaded.ok) {
      for (const fault of loaded.faults) log.error('configuration not reloaded', { fault })
      return
    }
    const { config } = loaded
    // One after the other: the agencies of each are written, which may have to wait for the file.
    this.#applying = this.#applying
      .then(() => this.#take(config))
      .catch((error: unknown) => {
        const fault = error instanceof Error ? error.message : String(error)
        if (!signal.aborted) log.error('configuration not reloaded', { fault })
      })
  }

  async #take(config: Config): Promise<void> {
    const { desk, started, current, log, signal, now, apply } = this.#with
    await desk.syncAgencies(config.agencies, now())
    if (signal.aborted) return
    for (const key of AT_START) {
      if (JSON.stringify(config[key]) !== JSON.stringify(started[key])) {
        log.warn(`"${key}" takes effect at the next start`)
      }
    }
    if (config.backup?.beforeUpgrade !== started.backup?.beforeUpgrade) {
      log.warn('"backup.beforeUpgrade" takes effect at the next start')
    }
    const before = current().threads
    const { threshold, window } = config.threads
    if (threshold !== before.threshold || window !== before.window) await desk.configure(config.threads)
    const polls = config.retain?.polls ?? null
    if (polls !== (current().retain?.polls ?? null)) await desk.keepPolls(polls)
    log.setLevel?.(config.log.level)
    apply(config)
  }
}
