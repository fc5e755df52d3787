// The longest stop of the daemon's main thread with a large window of recent news: from its start until it is at rest, and
// while a tenth of the feeds file three entries each. The window is filed before, by whole polls, and copied for each round.
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import path from 'node:path'
import { configuration, type FeedServer, freePort, rounded } from '../helpers.ts'
import { withDaemon } from './daemon.ts'
import type { Measured } from './goals.ts'
import { inFolder, type Options, withFeeds } from './options.ts'
import { commandOf, runNode, until, untilQuiet } from './whole.ts'

const HOOK = path.join(import.meta.dirname, 'watch-loop.ts')
/** The longest that the configuration takes: stories of the last two windows are kept at hand. */
const WINDOW = '30d'
const ITEMS = 100
const DAY = 86_400_000
/** Most that is waited for the daemon to come to rest. */
const REST_SECONDS = 20

interface Stop {
  from: number
  to: number
  processor: number
}

/** The longest within a span, in milliseconds. Of a stop that began before, what of it lies within. */
function longest(stops: readonly Stop[], from: number, to: number): { wall: number; processor: number } {
  const within = stops
    .filter(stop => stop.to > from && stop.from < to)
    .map(stop => {
      const wall = stop.to - Math.max(stop.from, from)
      return { wall, processor: Math.min(wall, stop.processor) }
    })
  const most = (name: 'wall' | 'processor'): number => within.reduce((max, stop) => Math.max(max, stop[name]), 0)
  return { wall: most('wall'), processor: most('processor') }
}

/** A filed window, and where its feeds were served: a database knows feeds by their addresses. */
interface Prepared {
  database: string
  port: number
  base: number
}

/** File the window, or take the one that lies in `kept`: it takes minutes. Null where the feed server is not there. */
async function prepare(feeds: number, folder: string, options: Options): Promise<Prepared | null> {
  const note = path.join(folder, `window-${options.stories}.json`)
  if (existsSync(note)) return JSON.parse(readFileSync(note, 'utf8')) as Prepared
  mkdirSync(folder, { recursive: true })
  const base = Math.floor(Date.now() / DAY) * DAY
  const prepared: Prepared = {
    database: path.join(folder, `window-${options.stories}.db`),
    port: await freePort(),
    base,
  }
  const { database } = prepared
  const filed = await withFeeds(
    feeds,
    ITEMS,
    options,
    async ({ origin }) => {
      const config = `${database}.config.json`
      writeFileSync(config, JSON.stringify(configuration(origin, feeds, { database, threads: { window: WINDOW } })))
      const args = [commandOf(options.checkout), 'poll', '--force', '--json', '--config', config]
      await runNode(args, { cores: '0,1', limit: options.limit })
      writeFileSync(note, JSON.stringify(prepared))
      return prepared
    },
    prepared,
  )
  return filed
}

function accepts(address: string): Promise<boolean> {
  const { hostname, port } = new URL(address)
  return new Promise(resolve => {
    const socket = connect(Number(port), hostname, () => {
      socket.destroy()
      resolve(true)
    })
    socket.on('error', () => resolve(false))
  })
}

async function round(prepared: Prepared, feeds: number, server: FeedServer, options: Options) {
  return inFolder(async folder => {
    cpSync(prepared.database, path.join(folder, 'daemon.db'))
    const file = path.join(folder, 'loop.jsonl')
    const stops = (): Stop[] =>
      readFileSync(file, 'utf8')
        .split('\n')
        .slice(0, -1)
        .map(line => JSON.parse(line) as Stop)
    const settings = {
      checkout: options.checkout,
      cores: '0,1' as const,
      imports: [HOOK],
      env: { MINWAL_BENCH_LOOP: file },
      poll: { minInterval: '10s', maxInterval: '30s' },
      more: { threads: { window: WINDOW } },
    }
    return withDaemon(server, feeds, folder, settings, async ({ address, pid }) => {
      // Until then its modules are loaded, and there is nobody to wait. The kernel accepts whatever the process does.
      const born = Date.now()
      await until('it listens', options.limit, () => accepts(address))
      const listening = Date.now()
      const answered = async (status: string): Promise<number> => Number((await server.get('/stats'))[status])
      await until('every feed was asked', options.limit, async () => (await answered('r304')) >= feeds)
      // Feeds are asked all the while: where that is no rest, it is waited for in vain.
      await untilQuiet(pid, REST_SECONDS).catch(() => null)
      const [started, before] = [Date.now(), await answered('r200')]
      await server.post('/tick?share=0.1&k=3')
      await until('a tenth filed', options.limit, async () => (await answered('r200')) - before >= feeds / 10)
      await untilQuiet(pid, REST_SECONDS).catch(() => null)
      const all = stops()
      return {
        start: longest(all, listening, started),
        filing: longest(all, started, Number.POSITIVE_INFINITY),
        listensAfter: listening - born,
      }
    })
  })
}

export async function stops(options: Options, kept: string | null): Promise<Measured[] | null> {
  const feeds = Math.ceil(options.stories / ITEMS)
  const rounds: Awaited<ReturnType<typeof round>>[] = []
  const made = await inFolder(async folder => {
    const prepared = await prepare(feeds, kept ?? folder, options)
    if (prepared === null) return null
    for (let at = 0; at < options.rounds; at++) {
      const one = await withFeeds(feeds, ITEMS, options, server => round(prepared, feeds, server, options), prepared)
      if (one !== null) rounds.push(one)
    }
    return prepared
  })
  if (made === null) return null
  const note = (pick: (round: (typeof rounds)[number]) => { wall: number; processor: number }): string =>
    `${options.stories} entries within ${WINDOW}; judged by processor time of the thread; by the clock ${rounds
      .map(round => rounded(pick(round).wall))
      .join(', ')}; it listens after ${rounds.map(({ listensAfter }) => listensAfter).join(', ')} ms`
  return [
    { goal: 'stopAtStart', rounds: rounds.map(({ start }) => start.processor), note: note(({ start }) => start) },
    { goal: 'stopFiling', rounds: rounds.map(({ filing }) => filing.processor), note: note(({ filing }) => filing) },
  ]
}
