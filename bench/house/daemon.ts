// The daemon as a whole process: memory at rest, pages while a first poll runs, and the combined feed beside a bare server.
import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { configuration, type FeedServer, freePort, rounded } from '../helpers.ts'
import type { Measured } from './goals.ts'
import { inFolder, type Options, withFeeds } from './options.ts'
import {
  type Cores,
  commandOf,
  hasWrk,
  processorSeconds,
  pssMB,
  startNode,
  stopped,
  until,
  untilQuiet,
} from './whole.ts'

/** The daemon at rest: 55 feeds, 1,650 reports. */
const RESTING = { feeds: 55, items: 30 }
/** A daemon at rest gives memory back for some time yet. */
const SETTLE_SECONDS = 60
const CONNECTIONS = 50
const SERVE_SECONDS = 15
const BARE_SECONDS = 5
const WARM_SECONDS = 3

interface Daemon {
  address: string
  pid: number
}

/** A daemon whose feeds are polled as fast as may be at its start, and then seldom. */
export async function withDaemon<T>(
  server: FeedServer,
  feeds: number,
  folder: string,
  options: {
    checkout: string
    cores: Cores
    imports?: string[]
    env?: Record<string, string>
    poll?: object
    more?: object
  },
  work: (daemon: Daemon) => Promise<T>,
): Promise<T> {
  const port = await freePort()
  const config = path.join(folder, 'daemon.json')
  const poll = { minInterval: '12h', maxInterval: '12h', tick: '* * * * * *', ...options.poll }
  const more = { database: path.join(folder, 'daemon.db'), listen: `127.0.0.1:${port}`, poll, ...options.more }
  writeFileSync(config, JSON.stringify(configuration(server.origin, feeds, more)))
  // As `npm start` and the service run it.
  const flags = ['--max-semi-space-size=16']
  const running = startNode([commandOf(options.checkout), 'run', '--config', config], { ...options, flags })
  try {
    const address = `http://127.0.0.1:${port}`
    return await work({ address, pid: running.child.pid ?? 0 })
  } finally {
    await stopped(running)
  }
}

const answers = async (address: string, headers: Record<string, string> = {}): Promise<boolean> =>
  fetch(address, { headers }).then(
    async response => {
      await response.arrayBuffer()
      return response.ok
    },
    () => false,
  )

/** The daemon has asked every feed and has come to rest. */
async function polled(server: FeedServer, feeds: number, pid: number, limit: number): Promise<void> {
  await until('every feed is polled', limit, async () => Number((await server.get('/stats'))['distinct']) >= feeds)
  await untilQuiet(pid, limit)
}

export async function idle(options: Options): Promise<Measured[] | null> {
  const started: number[] = []
  const filled: number[] = []
  for (let at = 0; at < options.rounds; at++) {
    const done = await withFeeds(RESTING.feeds, RESTING.items, options, server =>
      inFolder(async folder => {
        const rest = (sizes: number[]): Promise<unknown> =>
          withDaemon(server, RESTING.feeds, folder, { ...options, cores: '0,1' }, async ({ pid }) => {
            await polled(server, RESTING.feeds, pid, options.limit)
            await pause(SETTLE_SECONDS * 1_000)
            sizes.push(pssMB(pid))
          })
        await rest(filled)
        await rest(started)
        return true
      }),
    )
    if (done === null) return null
  }
  const sizes = (of: readonly number[]): string => of.map(size => rounded(size)).join(', ')
  const note = `${SETTLE_SECONDS} s after the last work of a daemon that filled its file; of one started on that file ${sizes(started)}`
  return [{ goal: 'idle', rounds: filled, note }]
}

interface Load {
  requests: number
  seconds: number
  failed: number
  p50: number
  p99: number
  slowest: number
}

/** Ask with `wrk` on core 0 for `routes` in turn. */
async function wrk(address: string, routes: readonly string[], seconds: number, headers: object = {}): Promise<Load> {
  return inFolder(async folder => {
    const script = path.join(folder, 'load.lua')
    const lines = Object.entries(headers).map(([name, value]) => `wrk.headers[${JSON.stringify(name)}] = '${value}'`)
    writeFileSync(
      script,
      `${lines.join('\n')}
local routes = { ${routes.map(route => JSON.stringify(route)).join(', ')} }
local asked = 0
request = function() asked = asked + 1; return wrk.format('GET', routes[asked % #routes + 1]) end
done = function(summary, latency)
  local errors = summary.errors
  io.write(string.format('\\nLOAD {"requests":%d,"seconds":%f,"failed":%d,"p50":%f,"p99":%f,"slowest":%f}\\n',
    summary.requests, summary.duration / 1e6, errors.status + errors.connect + errors.read + errors.write + errors.timeout,
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3, latency.max / 1e3))
end`,
    )
    const args = ['-t', '1', '-c', String(CONNECTIONS), '-d', `${seconds}s`, '--timeout', '30s', '-s', script, address]
    const child = spawn('taskset', ['-c', '0', 'wrk', ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
    let told = ''
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      told += chunk
    })
    await new Promise(resolve => child.once('close', resolve))
    const line = /^LOAD (.*)$/m.exec(told)?.[1]
    if (line === undefined) throw new Error(`wrk did not answer: ${told}`)
    return JSON.parse(line) as Load
  })
}

/** As every feed reader and browser asks. */
const GZIP = { 'accept-encoding': 'gzip' }
const ROUTES = ['/', '/feed.atom', '/feed.rss', '/feed.json', '/threads.atom', '/agencies', '/feeds']

export async function serve(options: Options): Promise<Measured[] | null> {
  if (!hasWrk()) return null
  const loads: (Load & { still: boolean })[] = []
  for (let at = 0; at < options.rounds; at++) {
    const load = await withFeeds(options.feeds, options.items, options, server =>
      inFolder(folder =>
        withDaemon(server, options.feeds, folder, { ...options, cores: '0,1' }, async ({ address }) => {
          const asked = async (): Promise<number> => Number((await server.get('/stats'))['distinct'])
          await until(
            'a tenth of the feeds is polled',
            options.limit,
            async () => (await asked()) >= options.feeds / 10,
          )
          // The thread that renders starts with the first page; what is measured is a site that is being read.
          for (const route of ROUTES)
            await until(`${route} is served`, options.limit, () => answers(address + route, GZIP))
          const load = await wrk(address, ROUTES, SERVE_SECONDS, GZIP)
          return { ...load, still: (await asked()) < options.feeds }
        }),
      ),
    )
    if (load === null) return null
    loads.push(load)
  }
  const told = loads.map(
    load =>
      `${load.requests} answers, ${load.failed} refused, p50 ${rounded(load.p50)} ms, slowest ${rounded(load.slowest, 0)} ms${load.still ? '' : ', the poll ended before'}`,
  )
  return [{ goal: 'served', rounds: loads.map(({ p99 }) => p99), note: `${SERVE_SECONDS} s: ${told.join('; ')}` }]
}

const BARE = path.join(import.meta.dirname, 'bare.ts')

/** Answers a second, and for each processor second of the process. */
interface Rate {
  second: number
  processor: number
}

/** How fast `wrk` is answered; where `unchanged`, it names the tag that the server gives now. */
async function rateOf({ address, pid }: Daemon, route: string, unchanged: boolean, seconds: number): Promise<Rate> {
  const tag = (await fetch(address + route, { headers: GZIP })).headers.get('etag') ?? ''
  const before = processorSeconds(pid)
  const load = await wrk(address, [route], seconds, unchanged ? { ...GZIP, 'if-none-match': tag } : GZIP)
  return { second: load.requests / load.seconds, processor: load.requests / (processorSeconds(pid) - before) }
}

const ANSWERED = [
  { route: '/feed.atom', unchanged: false, goal: 'feed200' },
  { route: '/feed.atom', unchanged: true, goal: 'feed304' },
  { route: '/', unchanged: false, goal: 'front200' },
  { route: '/', unchanged: true, goal: 'front304' },
] as const

export async function feed(options: Options): Promise<Measured[] | null> {
  if (!hasWrk()) return null
  return withFeeds(RESTING.feeds, RESTING.items, options, server =>
    inFolder(folder =>
      withDaemon(server, RESTING.feeds, folder, { ...options, cores: '1' }, async ours => {
        await polled(server, RESTING.feeds, ours.pid, options.limit)
        const measured: Measured[] = []
        for (const { route, unchanged, goal } of ANSWERED) {
          const port = await freePort()
          const running = startNode([BARE, ours.address + route, String(port)], { cores: '1' })
          try {
            const bare = { address: `http://127.0.0.1:${port}`, pid: running.child.pid ?? 0 }
            await until('the bare server answers', 30, () => answers(bare.address + route))
            // Both are warm before either is measured.
            for (const one of [ours, bare]) await rateOf(one, route, unchanged, WARM_SECONDS)
            const rates: [ours: Rate, bare: Rate][] = []
            for (let at = 0; at < options.rounds; at++) {
              rates.push([
                await rateOf(ours, route, unchanged, BARE_SECONDS),
                await rateOf(bare, route, unchanged, BARE_SECONDS),
              ])
            }
            const told = rates.map(([one, other]) => `${rounded(one.second, 0)} of ${rounded(other.second, 0)}`)
            measured.push({
              goal,
              rounds: rates.map(([one, other]) => one.processor / other.processor),
              note: `judged by processor time an answer; answers a second ${told.join(', ')}`,
            })
          } finally {
            await stopped(running)
          }
        }
        return measured
      }),
    ),
  )
}
