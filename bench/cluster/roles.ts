// The processes of bench/cluster.ts: `minwal run --role …` on machines of their own, started again when they end, as systemd
// would; the feed server; and what asks the publishers for pages all the while.
import type { ChildProcess } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import path from 'node:path'
import { root } from '../helpers.ts'
import type { Machine } from './machines.ts'

export type RoleName = 'all' | 'collect' | 'desk' | 'publish'

export interface Cluster {
  folder: string
  config: object
}

const PAGES_PORT = 8_080
export const FEEDS_PORT = 8_000

export class RoleProcess {
  readonly role: RoleName
  readonly machine: Machine
  readonly #command: readonly string[]
  readonly #output: string
  #child: ChildProcess | null = null
  #isStopped = false
  /** How often it ended by itself. */
  ended: { code: number | null; signal: string | null }[] = []
  #killed = false

  constructor(role: RoleName, machine: Machine, { folder, config }: Cluster) {
    this.role = role
    this.machine = machine
    const file = path.join(folder, `${machine.name}.json`)
    writeFileSync(file, JSON.stringify({ ...config, listen: `${machine.addresses[0]}:${PAGES_PORT}` }))
    this.#output = path.join(folder, `${machine.name}.log`)
    this.#command = [path.join(root, 'bin', 'minwal.js'), 'run', '--role', role, '--config', file]
  }

  get page(): string {
    return `http://${this.machine.addresses[0]}:${PAGES_PORT}/`
  }

  get pid(): number | undefined {
    return this.#child?.pid
  }

  get log(): string {
    return readFileSync(this.#output, 'utf8')
  }

  start(): void {
    const child = this.machine.start(process.execPath, this.#command, this.#output)
    this.#child = child
    this.#killed = false
    child.once('exit', (code, signal) => {
      if (!this.#killed && !this.#isStopped) this.ended.push({ code, signal })
      // Restart=always, RestartSec=100ms: what systemd does where nobody says otherwise.
      if (!this.#isStopped) setTimeout(() => this.#isStopped || this.start(), 100)
    })
  }

  kill(): void {
    this.#killed = true
    this.#child?.kill('SIGKILL')
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    const child = this.#child
    if (child === null || child.exitCode !== null || child.signalCode !== null) return
    const gone = new Promise<void>(resolve => child.once('exit', () => resolve()))
    child.kill('SIGKILL')
    await gone
  }
}

export interface FeedServer {
  address(feed: number): string
  ask<T>(method: 'GET' | 'POST', route: string): Promise<T>
  stop(): void
}

export async function startFeeds(
  machine: Machine,
  { folder, feeds, entries, more = [] }: { folder: string; feeds: number; entries: number; more?: string[] },
): Promise<FeedServer> {
  const program = path.join(root, 'bench', 'cluster', 'feeds.ts')
  const numbers = ['--port', String(FEEDS_PORT), '--feeds', String(feeds), '--entries', String(entries)]
  const child = machine.start(
    process.execPath,
    [program, ...numbers, ...more, ...machine.addresses],
    path.join(folder, 'feeds.log'),
  )
  const origin = `http://${machine.addresses[0]}:${FEEDS_PORT}`
  const ask = async <T>(method: 'GET' | 'POST', route: string): Promise<T> =>
    (await (await fetch(origin + route, { method })).json()) as T
  await until('the feed server answers', async () => (await ask<unknown[]>('GET', '/seen')).length >= 0)
  return {
    address: feed => `http://${machine.addresses[feed % machine.addresses.length]}:${FEEDS_PORT}/f/${feed}.xml`,
    ask,
    stop: () => void child.kill('SIGKILL'),
  }
}

/** The configuration of a cluster that polls the first feeds of the server. */
export function configuration(
  server: FeedServer,
  { database, feeds, poll, level }: { database: string; feeds: number; poll: object; level: 'info' | 'warn' },
): object {
  return {
    link: 'http://minwal.example',
    database,
    log: { level },
    agencies: Array.from({ length: feeds }, (_, at) => ({
      id: `agency-${at}`,
      name: `Agency ${at}`,
      feeds: [server.address(at)],
    })),
    poll: { allowPrivate: true, tick: '*/2 * * * * *', ...poll },
  }
}

/** Ask until it is so. */
export async function until(what: string, isSo: () => Promise<boolean>, ms = 120_000): Promise<void> {
  const began = performance.now()
  for (;;) {
    if (await isSo().catch(() => false)) return
    if (performance.now() - began > ms) throw new Error(`after ${Math.round(ms / 1_000)} s it is not so that ${what}`)
    await new Promise(resolve => setTimeout(resolve, 100))
  }
}

const PATIENCE = 10_000

/** Status of a page; 0 where nothing came. */
export function pageStatus(url: string): Promise<number> {
  return new Promise(resolve => {
    const request = http.get(url, { agent: false, timeout: PATIENCE }, response => {
      response.on('error', () => resolve(0)).on('end', () => resolve(response.statusCode ?? 0))
      response.resume()
    })
    request.on('timeout', () => request.destroy()).on('error', () => resolve(0))
  })
}

/** Asks all publishers every 200 ms. */
export class Readers {
  readonly #publishers: readonly RoleProcess[]
  readonly #asked: Promise<{ at: number; statuses: number[] }>[] = []
  readonly #timer: NodeJS.Timeout
  readonly #lastGood = new Map<RoleProcess, number>()

  constructor(publishers: readonly RoleProcess[]) {
    this.#publishers = publishers
    this.#timer = setInterval(() => this.#asked.push(this.#ask()), 200)
  }

  async #ask(): Promise<{ at: number; statuses: number[] }> {
    const at = performance.now()
    const statuses = await Promise.all(
      this.#publishers.map(async publisher => {
        const status = await pageStatus(publisher.page)
        if (status === 200) this.#lastGood.set(publisher, performance.now())
        return status
      }),
    )
    return { at, statuses }
  }

  /** Whether it has answered within the last two seconds. */
  isAnswering(publisher: RoleProcess): boolean {
    return performance.now() - (this.#lastGood.get(publisher) ?? 0) < 2_000
  }

  async stop(): Promise<{ at: number; statuses: number[] }[]> {
    clearInterval(this.#timer)
    return Promise.all(this.#asked)
  }
}
