// Structured logging: one JSON line an event on standard error, readable lines on a terminal.
import { createRequire } from 'node:module'
import type { Logger } from 'pino'
import { harmless, harmlessJson } from './language/printable.ts'
import type { Config } from './model/config.ts'

export interface Log {
  debug(event: string, fields?: Record<string, unknown>): void
  info(event: string, fields?: Record<string, unknown>): void
  warn(event: string, fields?: Record<string, unknown>): void
  error(event: string, fields?: Record<string, unknown>): void
}

/** A log whose level can be changed. */
export interface LeveledLog extends Log {
  setLevel?(level: Config['log']['level']): void
}

/** A log that says nothing: for commands whose output is the answer. */
export const silent: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }

/**
 * Log to standard error at `level`; `hide` takes out of each line, a JSON object, what is secret. On a terminal a person
 * reads: `12:00:01 warn  feed failed  url=… reason=…`.
 */
export function createLog(
  level: Config['log']['level'],
  terminal: boolean,
  hide: (line: string) => string = line => line,
): LeveledLog {
  // Standard error may be a file on the disk that is full: a line is lost then, and not the program.
  if (process.stderr.listenerCount('error') === 0) process.stderr.on('error', () => {})
  const journal = process.env['JOURNAL_STREAM'] !== undefined
  const destination = terminal
    ? { write: (line: string) => void process.stderr.write(`${harmless(readable(hide(line)))}\n`) }
    : // Synchronous: the last line before a crash is the one that matters.
      {
        write: (line: string) =>
          void process.stderr.write(`${harmlessJson((journal ? forJournal(hide(line)) : hide(line)).trimEnd())}\n`),
      }
  let least = RANKS[level]
  let logger: Logger | null = null
  // Loaded with the first line: a command that logs none goes without.
  const write = (at: keyof Log, event: string, fields: Record<string, unknown>): void => {
    if (RANKS[at] < least) return
    logger ??= load()(
      { level: 'debug', base: null, timestamp: () => `,"time":"${new Date().toISOString()}"` },
      destination,
    )
    logger[at](fields, event)
  }
  return {
    debug: (event, fields = {}) => write('debug', event, fields),
    info: (event, fields = {}) => write('info', event, fields),
    warn: (event, fields = {}) => write('warn', event, fields),
    error: (event, fields = {}) => write('error', event, fields),
    setLevel: wanted => {
      least = RANKS[wanted]
    },
  }
}

/** Levels as pino numbers them; what is below the one in force is not written. */
const RANKS: Readonly<Record<Config['log']['level'], number>> = {
  trace: 10,
  debug: 20,
  info: 30,
  warn: 40,
  error: 50,
  silent: Number.POSITIVE_INFINITY,
}
const load = (): typeof import('pino').pino => createRequire(import.meta.url)('pino') as typeof import('pino').pino

const NAMES: Readonly<Record<number, string>> = { 10: 'trace', 20: 'debug', 30: 'info', 40: 'warn', 50: 'error' }

const PRIORITIES: Readonly<Record<number, number>> = { 10: 7, 20: 7, 30: 6, 40: 4, 50: 3 }

/** With the priority journald reads and takes off (sd-daemon(3)), so that `journalctl -p warning` works. */
function forJournal(line: string): string {
  const level = Number(/"level":(\d+)/.exec(line)?.[1] ?? 30)
  return `<${PRIORITIES[level] ?? 6}>${line}`
}

function readable(line: string): string {
  const { level, time, msg, ...fields } = JSON.parse(line) as Record<string, unknown>
  const shown = Object.entries(fields)
    .filter(([, value]) => value !== null && value !== undefined && value !== '')
    .map(([name, value]) => `${name}=${typeof value === 'string' && !/\s/.test(value) ? value : JSON.stringify(value)}`)
  const clock = String(time).slice(11, 19)
  return `${clock} ${(NAMES[Number(level)] ?? '').padEnd(5)} ${String(msg)}${shown.length > 0 ? `  ${shown.join(' ')}` : ''}`
}

/** What an error says. */
export const said = (error: unknown): string => (error instanceof Error ? error.message : String(error))
