// What the benches share: where shared material lies, a feed server on one core, the real command on another, tables.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createServer } from 'node:net'
import { availableParallelism, cpus } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'

export const root = path.join(import.meta.dirname, '..')
/** Material that is no part of the project: benches skip, saying so, where it is absent. */
export const shared = path.join(root, '..', 'shared')
const command = path.join(root, 'bin', 'minwal.js')
const feedServer = path.join(shared, 'tools', 'feedserver.mjs')

/** Say why a bench measured nothing. */
export function skipped(bench: string, missing: string): void {
  process.stderr.write(`bench/${bench}: skipped, ${missing} is not there\n`)
}

/** The machine the figures hold for. */
export function machine(): { cores: number; processor: string; node: string } {
  // Not what this process may use: benches confine themselves.
  return { cores: cpus().length, processor: cpus()[0]?.model ?? 'unknown', node: process.version }
}

const canPin = availableParallelism() > 1 && spawnSync('taskset', ['--version']).status === 0

/** A command line that runs on one core, where the machine has two and `taskset`. */
function pinned(core: number, args: readonly string[]): [program: string, args: string[]] {
  return canPin ? ['taskset', ['-c', String(core), process.execPath, ...args]] : [process.execPath, [...args]]
}

function ended(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', code => resolve(code))
  })
}

export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise<void>(resolve => server.close(() => resolve()))
  if (address === null || typeof address === 'string') throw new Error('no port was given')
  return address.port
}

export interface FeedServer {
  origin: string
  /** Ask it: `/stats`, `/truth`. */
  get(route: string): Promise<Record<string, unknown>>
  /** Tell it: `/tick?share=0.1&k=3`, `/reset`. */
  post(route: string): Promise<Record<string, unknown>>
  stop(): Promise<void>
}

/** Agencies that file what their seed says, on core 0. Null where the server is not there. */
export async function startFeedServer(options: {
  feeds: number
  items: number
  /** The server ends by itself after this. */
  seconds: number
  /** Time from which items are dated; today's midnight where absent. */
  base?: number
  /** A free one where absent. */
  port?: number
}): Promise<FeedServer | null> {
  if (!existsSync(feedServer)) return null
  const port = options.port ?? (await freePort())
  const numbers = { port, feeds: options.feeds, items: options.items, 'max-seconds': options.seconds }
  const flags = Object.entries(options.base === undefined ? numbers : { ...numbers, base: options.base })
  const [program, args] = pinned(0, [feedServer, ...flags.flatMap(([name, value]) => [`--${name}`, String(value)])])
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const end = ended(child)
  // Its first line says that it listens.
  await Promise.race([
    new Promise<void>(resolve => createInterface({ input: child.stdout }).once('line', () => resolve())),
    end.then(code => Promise.reject(new Error(`the feed server ended with ${code}`))),
  ])
  const origin = `http://127.0.0.1:${port}`
  const ask = async (route: string, method: string): Promise<Record<string, unknown>> =>
    (await (await fetch(origin + route, { method })).json()) as Record<string, unknown>
  return {
    origin,
    get: route => ask(route, 'GET'),
    post: route => ask(route, 'POST'),
    stop: async () => {
      child.kill()
      await end
    },
  }
}

/** A configuration of `feeds` agencies with one feed each at the feed server. */
export function configuration(origin: string, feeds: number, more: { database: string } & Record<string, unknown>) {
  return {
    link: 'https://minwal.example',
    log: { level: 'error' },
    agencies: Array.from({ length: feeds }, (_, at) => ({
      id: `agency-${at}`,
      name: `Agency ${at}`,
      feeds: [`${origin}/f/${at}.xml`],
    })),
    ...more,
    // One host stands for all agencies here, so politeness to it would be the only thing measured.
    poll: { concurrency: 16, perHost: 16, allowPrivate: true, ...(more['poll'] as object | undefined) },
  }
}

/** Start `minwal ARGS` on core 1 and leave it running. */
export function startMinwal(args: readonly string[]): { child: ChildProcess; ended: Promise<number | null> } {
  const [program, line] = pinned(1, [command, ...args])
  const child = spawn(program, line, { stdio: ['ignore', 'inherit', 'inherit'] })
  return { child, ended: ended(child) }
}

/** The middle one; of an even number the lower of the two. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)] ?? Number.NaN
}

/** Rows of cells in columns: the first to the left, figures to the right. */
export function printTable(head: readonly string[], rows: readonly (readonly (string | number)[])[]): void {
  const lines = [head, ...rows].map(row => row.map(String))
  const widths = head.map((_, at) => Math.max(...lines.map(line => (line[at] ?? '').length)))
  for (const line of lines) {
    const cells = line.map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0)))
    process.stdout.write(`${cells.join('  ').trimEnd()}\n`)
  }
}

/** The bench's figures as one JSON line, with the machine. */
export function printJson(bench: string, figures: object): void {
  process.stdout.write(`${JSON.stringify({ bench, ...machine(), ...figures })}\n`)
}

export const rounded = (value: number, digits = 1): number => Number(value.toFixed(digits))
