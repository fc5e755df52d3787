// What all commands share: where text goes, how a failure a user can mend is told, how the configuration and the store are
// opened.

import { existsSync, readFileSync } from 'node:fs'
import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { withCredentials } from '../config/credentials.ts'
import { type Loaded, type LoadOptions, loadConfig } from '../config/load.ts'
import { hiding } from '../config/secrets.ts'
import { loadToRead } from '../config/unset.ts'
import { harmless, harmlessJson } from '../language/printable.ts'
import type { Config } from '../model/config.ts'
import type { Aggregator } from '../run/aggregator.ts'
import { judged, linkFault } from '../run/faults.ts'
import { isMade, openStore, storeFault } from '../store/open.ts'
import type { Store } from '../store/store.ts'

export const version = String(
  (JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string }).version,
)

/** Options that most commands have. */
export interface Common {
  config: string
  json?: boolean
}

/** An expected failure: its message is all the user sees. Exit code 1 failed, 2 wrong usage or configuration. */
export class Failed extends Error {
  readonly code: number
  constructor(message: string, code = 1) {
    super(message)
    this.code = code
  }
}

/** Data, to standard output. */
export const out = (text: string): void => write(process.stdout, harmless(text))
/** Everything else, to standard error. */
export const say = (text: string): void => write(process.stderr, harmless(text))

let secretsOut: (text: string) => string = text => text

/** Takes the secrets of every configuration that this process has read out of a text: for messages, the log and a crash. */
export function hidden(text: string): string {
  return secretsOut(text)
}

/** From now on its secrets are hidden too; those of one that was replaced still are. */
export function hideSecretsOf(config: Pick<Config, 'agencies' | 'secrets'>): void {
  const [before, now] = [secretsOut, hiding(config)]
  secretsOut = text => now(before(text))
}

/** Data for programs, on one line unless a person looks on. */
export const json = (value: unknown): void => jsonLine(value, process.stdout.isTTY ? 2 : undefined)
/** Data for programs, one line a value. */
export const jsonLine = (value: unknown, indent?: number): void =>
  write(process.stdout, harmlessJson(JSON.stringify(value, null, indent)))

const write = (stream: NodeJS.WriteStream, text: string): void =>
  void stream.write(text.endsWith('\n') ? text : `${text}\n`)

/** The configuration, or what is wrong with it. */
export function readConfiguration({ config: file }: Common, options: LoadOptions = {}): Loaded {
  const loaded = loadConfig(file, withCredentials(process.env), options)
  if (loaded.ok) hideSecretsOf(loaded.config)
  return judged(loaded, file)
}

export function configured(options: Common, load: LoadOptions = {}): Config {
  const loaded = readConfiguration(options, load)
  if (!loaded.ok) throw new Failed(loaded.faults.join('\nminwal: '), 2)
  return loaded.config
}

/** The same for commands that ask nobody for anything: variables that only hold secrets need not be set. */
export function configuredToRead(options: Common): Config {
  const { config: file } = options
  const loaded = loadToRead(file, withCredentials(process.env))
  if (loaded.ok) hideSecretsOf(loaded.config)
  const whole = judged(loaded, file)
  if (!whole.ok) throw new Failed(whole.faults.join('\nminwal: '), 2)
  return whole.config
}

/** Whether a document that was read lacks its end, by the warnings about it. */
export const isCutOff = (warnings: readonly string[]): boolean =>
  warnings.some(warning => /\b(?:is|may be) cut off\b/.test(warning))

/** The configuration that the demo writes beside its database. */
export function demoConfig(): string {
  const file = relative(process.cwd(), fileURLToPath(new URL('../../data/demo.config.json', import.meta.url)))
  if (existsSync(file)) return file
  throw new Failed('there is no demo yet: `npm run demo` in a checkout plays it', 2)
}

/** Open the store for reading, run `work`, close it. */
export function reading<T>(options: Common, work: (store: Store, config: Config) => T): T {
  const config = configuredToRead(options)
  const store = openStore({ path: config.database, readOnly: true })
  if (!store.ok) throw new Failed(store.reason)
  try {
    return work(store.value, config)
  } catch (error) {
    const fault = storeFault(config.database, error)
    if (error instanceof Failed || fault === null) throw error
    throw new Failed(fault)
  } finally {
    store.value.close()
  }
}

/** The configuration, for commands that may make a database. */
export function configuredToPoll(options: Common): Config {
  const config = configured(options)
  const unset = linkFault(config)
  // A database that is there has its ids; the daemon's log then says what is missing.
  if (unset !== null && !isMade(config.database)) throw new Failed(`${options.config}: ${unset}`, 2)
  return config
}

/** An aggregator for commands that need a database that is there: a mistyped path shall not make one. */
export async function aggregatorOnFile(options: Common): Promise<{ aggregator: Aggregator; config: Config }> {
  const config = configuredToRead(options)
  const { createAggregator } = await import('../run/aggregator.ts')
  return { aggregator: createAggregator(config, { create: false }), config }
}
