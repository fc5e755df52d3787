// Whole polls, the limit's and Minwal's in turns: a first one on one core and on two, one where nothing changed, one where
// a tenth of the feeds have three entries more. Memory and file size are of the first on one core.
import { statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { configuration, type FeedServer, rounded } from '../helpers.ts'
import type { Measured } from './goals.ts'
import { inFolder, type Options, withFeeds } from './options.ts'
import { type Cores, commandOf, runNode, type Used } from './whole.ts'

const LIMIT = path.join(import.meta.dirname, '..', 'limit.ts')

interface Polled {
  entries: number
  new: number
  failedFeeds: number
  unchangedFeeds: number
}

/** Which of the passes are made; later ones need the first. */
export interface Passes {
  two: boolean
  later: boolean
}

interface Round {
  limit: { first: Used; unchanged: Used | null; tenth: Used | null }
  ours: { first: Used; two: Used | null; unchanged: Used | null; tenth: Used | null }
  fileKB: number
  newEntries: number
}

function expect(holds: boolean, what: string): void {
  // Figures of a poll that did not do its work would be worse than none.
  if (!holds) throw new Error(`the poll did not do its work: ${what}`)
}

async function round(server: FeedServer, folder: string, options: Options, passes: Passes): Promise<Round> {
  const { checkout, feeds, items, limit } = options
  const plain = path.join(folder, 'limit.db')
  const naive = async (...more: string[]): Promise<Used> =>
    runNode([LIMIT, server.origin, plain, ...more], { cores: '1', limit })
  const poll = async (database: string, cores: Cores, memory: boolean): Promise<{ used: Used; polled: Polled }> => {
    const config = path.join(folder, `${database}.json`)
    const file = path.join(folder, database)
    writeFileSync(config, JSON.stringify(configuration(server.origin, feeds, { database: file })))
    const args = [commandOf(checkout), 'poll', '--force', '--json', '--config', config]
    const used = await runNode(args, { cores, limit, memory })
    return { used, polled: JSON.parse(used.stdout) as Polled }
  }
  const counted = (used: Used): { changed: number; entries: number } => JSON.parse(used.stdout)

  await naive('--setup')
  const first = { limit: await naive(), ours: await poll('one.db', '1', true) }
  expect(counted(first.limit).changed === feeds, 'the limit read other feeds')
  expect(first.ours.polled.entries === feeds * items, `${first.ours.polled.entries} entries, not ${feeds * items}`)
  // What stands in the log is part of the file.
  const bytes = ['one.db', 'one.db-wal'].reduce(
    (sum, name) => sum + (statSync(path.join(folder, name), { throwIfNoEntry: false })?.size ?? 0),
    0,
  )
  const fileKB = bytes / 1e3 / (feeds * items)
  const two = passes.two ? (await poll('two.db', '0,1', false)).used : null
  const result: Round = {
    limit: { first: first.limit, unchanged: null, tenth: null },
    ours: { first: first.ours.used, two, unchanged: null, tenth: null },
    fileKB,
    newEntries: 0,
  }
  if (!passes.later) return result
  result.limit.unchanged = await naive()
  const unchanged = await poll('one.db', '1', false)
  expect(unchanged.polled.unchangedFeeds === feeds, `${unchanged.polled.unchangedFeeds} feeds unchanged, not ${feeds}`)
  result.ours.unchanged = unchanged.used
  await server.post('/tick?share=0.1&k=3')
  result.limit.tenth = await naive()
  const tenth = await poll('one.db', '1', false)
  expect(tenth.polled.failedFeeds === 0 && tenth.polled.new > 0, 'nothing new was filed')
  result.ours.tenth = tenth.used
  result.newEntries = counted(result.limit.tenth).entries
  return result
}

/** Rounds of polls. Null where the feed server is not there. */
export async function polls(options: Options, passes: Passes): Promise<Measured[] | null> {
  const rounds: Round[] = []
  for (let at = 0; at < options.rounds; at++) {
    // A server of its own each round: the same documents again.
    const one = await withFeeds(options.feeds, options.items, options, server =>
      inFolder(folder => round(server, folder, options, passes)),
    )
    if (one === null) return null
    rounds.push(one)
  }
  const seconds = (pick: (round: Round) => Used | null): string =>
    rounds
      .flatMap(one => pick(one) ?? [])
      .map(used => `${rounded(used.seconds, 2)} (${rounded(used.cpuSeconds, 2)} of processor)`)
      .join(', ')
  const size = `${options.feeds} feeds of ${options.items} entries`
  // Steadier than the clock where other programs run.
  const byProcessor = (limit: 'first' | 'unchanged' | 'tenth', ours: keyof Round['ours']): string =>
    rounds
      .map(one => (one.limit[limit]?.cpuSeconds ?? Number.NaN) / (one.ours[ours]?.cpuSeconds ?? Number.NaN))
      .map(share => rounded(ours === 'tenth' ? 1 / share : share, 3))
      .join(', ')
  const notes = (name: 'first' | 'unchanged' | 'tenth', which: keyof Round['ours'] = name): string =>
    `${size}; by processor time ${byProcessor(name, which)}; limit ${seconds(({ limit }) => limit[name])} s, ours ${seconds(({ ours }) => ours[which])} s`
  const ratio = (a: Used | null, b: Used | null): number => (a?.seconds ?? Number.NaN) / (b?.seconds ?? Number.NaN)
  const measured: Measured[] = [
    { goal: 'firstOne', rounds: rounds.map(({ limit, ours }) => ratio(limit.first, ours.first)), note: notes('first') },
    { goal: 'memory', rounds: rounds.map(({ ours }) => ours.first.peakPssMB), note: `${size}, one core` },
    { goal: 'file', rounds: rounds.map(({ fileKB }) => fileKB), note: `${size}, after the first poll` },
  ]
  if (passes.two)
    measured.push({
      goal: 'firstTwo',
      rounds: rounds.map(({ limit, ours }) => ratio(limit.first, ours.two)),
      note: `the feed server runs on one of the two; ${notes('first', 'two')}`,
    })
  if (passes.later)
    measured.push(
      {
        goal: 'unchanged',
        rounds: rounds.map(({ limit, ours }) => ratio(limit.unchanged, ours.unchanged)),
        note: notes('unchanged'),
      },
      {
        goal: 'tenth',
        rounds: rounds.map(({ limit, ours }) => ratio(ours.tenth, limit.tenth)),
        note: `${rounds[0]?.newEntries} new entries; ${notes('tenth')}`,
      },
    )
  return measured
}
