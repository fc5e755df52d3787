// The longest stop of the daemon's main thread with a large window of recent news: from its start until it is at rest, and
// while a tenth of the feeds file three entries each. The window is filed before, by whole polls, each entry at a time of
// its own within the year.
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { configuration, type FeedServer, rounded } from '../helpers.ts'
import { withDaemon } from './daemon.ts'
import type { Measured } from './goals.ts'
import { inFolder, type Options, withFeeds } from './options.ts'
import { commandOf, runNode, until, untilQuiet } from './whole.ts'

const HOOK = path.join(import.meta.dirname, 'watch-loop.ts')
/** The longest that the configuration takes: stories of the last two windows are kept at hand. */
const WINDOW = '30d'
const ITEMS = 100

interface Beat {
  at: number
  wall: number
  processor: number
}

function longest(beats: readonly Beat[], from: number, to: number): { wall: number; processor: number } {
  const within = beats.filter(({ at }) => at >= from && at < to)
  const most = (name: 'wall' | 'processor'): number => within.reduce((max, beat) => Math.max(max, beat[name]), 0)
  return { wall: most('wall'), processor: most('processor') }
}

/** A database whose window holds so many entries; kept in `kept` where that is named, for it takes minutes to file. */
async function prepare(server: FeedServer, feeds: number, database: string, options: Options, kept: string | null) {
  const ready = kept === null ? null : path.join(kept, `window-${options.stories}.db`)
  if (ready !== null && existsSync(ready)) return cpSync(ready, database)
  const config = `${database}.json`
  writeFileSync(config, JSON.stringify(configuration(server.origin, feeds, { database, threads: { window: WINDOW } })))
  const args = [commandOf(options.checkout), 'poll', '--force', '--json', '--config', config]
  await runNode(args, { cores: '0,1', limit: options.limit })
  if (ready === null || kept === null) return
  mkdirSync(kept, { recursive: true })
  cpSync(database, ready)
}

export async function stops(options: Options, kept: string | null): Promise<Measured[] | null> {
  const feeds = Math.ceil(options.stories / ITEMS)
  const rounds: { start: ReturnType<typeof longest>; filing: ReturnType<typeof longest> }[] = []
  for (let at = 0; at < options.rounds; at++) {
    const round = await withFeeds(feeds, ITEMS, options, server =>
      inFolder(async folder => {
        await prepare(server, feeds, path.join(folder, 'daemon.db'), options, kept)
        const file = path.join(folder, 'loop.jsonl')
        const beats = (): Beat[] =>
          readFileSync(file, 'utf8')
            .split('\n')
            .slice(0, -1)
            .map(line => JSON.parse(line) as Beat)
        const settings = {
          checkout: options.checkout,
          cores: '0,1' as const,
          imports: [HOOK],
          env: { MINWAL_BENCH_LOOP: file },
          poll: { minInterval: '10s', maxInterval: '30s' },
          more: { threads: { window: WINDOW } },
        }
        return withDaemon(server, feeds, folder, settings, async ({ pid }) => {
          await until('it runs', options.limit, () => existsSync(file))
          // Feeds answer 304 all the while, which is no rest: the window is read once the processor is.
          const asked = async (): Promise<number> => Number((await server.get('/stats'))['r304'])
          await until('every feed was asked', options.limit, async () => (await asked()) >= feeds)
          await untilQuiet(pid, 20).catch(() => null)
          const [started, before] = [Date.now(), Number((await server.get('/stats'))['r200'])]
          await server.post('/tick?share=0.1&k=3')
          const changed = async (): Promise<boolean> =>
            Number((await server.get('/stats'))['r200']) - before >= feeds / 10
          await until('a tenth of the feeds filed', options.limit, changed)
          await untilQuiet(pid, 20).catch(() => null)
          return { start: longest(beats(), 0, started), filing: longest(beats(), started, Number.POSITIVE_INFINITY) }
        })
      }),
    )
    if (round === null) return null
    rounds.push(round)
  }
  const note = (pick: (round: (typeof rounds)[number]) => { wall: number; processor: number }): string =>
    `${options.stories} entries within ${WINDOW}; judged by processor time of the thread; by the clock ${rounds
      .map(round => rounded(pick(round).wall))
      .join(', ')}`
  return [
    { goal: 'stopAtStart', rounds: rounds.map(({ start }) => start.processor), note: note(({ start }) => start) },
    { goal: 'stopFiling', rounds: rounds.map(({ filing }) => filing.processor), note: note(({ filing }) => filing) },
  ]
}
