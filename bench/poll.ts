// How fast does a poll file news, and what does it cost to find nothing new? The real `minwal poll --force` against a
// thousand synthetic feeds: the first poll, one where nothing changed, one where a tenth of the feeds have three items
// more. Prints a table and one JSON line.
//
//   node bench/poll.ts [--feeds 1000] [--items 30] [--runs 1] [--limit 600]
//
// Each run begins with an empty database; with several runs the table shows medians. No pass may take longer than
// --limit seconds. Skips, saying so, where ../shared/tools/feedserver.mjs is absent.
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import {
  configuration,
  type FeedServer,
  median,
  minwal,
  printJson,
  printTable,
  rounded,
  skipped,
  startFeedServer,
} from './helpers.ts'

interface Pass {
  pass: string
  feeds: number
  entries: number
  new: number
  copy: number
  failedFeeds: number
  unchangedFeeds: number
  /** From the first request to the last filing; starting and ending the process not counted. */
  seconds: number
  /** Of the whole process, its start included. */
  cpuSeconds: number
  peakRssMB: number
  databaseMB: number
}

const { values } = parseArgs({
  options: {
    feeds: { type: 'string', default: '1000' },
    items: { type: 'string', default: '30' },
    runs: { type: 'string', default: '1' },
    limit: { type: 'string', default: '600' },
  },
})
const feeds = Number(values.feeds)
const items = Number(values.items)
const runs = Number(values.runs)
const limit = Number(values.limit)

async function pass(name: string, config: string, database: string): Promise<Pass> {
  const { stdout, cpuSeconds, peakRssMB } = await minwal(['poll', '--force', '--json', '--config', config], limit)
  const { feeds, entries, copy, failedFeeds, unchangedFeeds, seconds, ...rest } = JSON.parse(stdout) as Pass
  const counts = { feeds, entries, new: rest.new, copy, failedFeeds, unchangedFeeds }
  return { pass: name, ...counts, seconds, cpuSeconds, peakRssMB, databaseMB: statSync(database).size / 1e6 }
}

async function run(server: FeedServer): Promise<Pass[]> {
  const folder = mkdtempSync(path.join(tmpdir(), 'minwal-bench-'))
  try {
    const database = path.join(folder, 'poll.db')
    const config = path.join(folder, 'config.json')
    writeFileSync(config, JSON.stringify(configuration(server.origin, feeds, { database })))
    const first = await pass('first', config, database)
    const unchanged = await pass('unchanged', config, database)
    await server.post('/tick?share=0.1&k=3')
    return [first, unchanged, await pass('a tenth changed', config, database)]
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The same pass of several runs as one, each figure the median. */
function middle(passes: readonly Pass[]): Pass {
  const [one] = passes
  if (!one) throw new Error('no run was made')
  const figure = (name: Exclude<keyof Pass, 'pass'>): number => median(passes.map(pass => pass[name]))
  return {
    pass: one.pass,
    feeds: figure('feeds'),
    entries: figure('entries'),
    new: figure('new'),
    copy: figure('copy'),
    failedFeeds: figure('failedFeeds'),
    unchangedFeeds: figure('unchangedFeeds'),
    seconds: rounded(figure('seconds'), 3),
    cpuSeconds: rounded(figure('cpuSeconds'), 3),
    peakRssMB: rounded(figure('peakRssMB'), 0),
    databaseMB: rounded(figure('databaseMB')),
  }
}

const server = await startFeedServer({ feeds, items, seconds: runs * limit * 3 + 60 })
if (!server) skipped('poll', '../shared/tools/feedserver.mjs')
else {
  try {
    const all: Pass[][] = []
    for (let at = 0; at < runs; at++) all.push(await run(server))
    const passes = [0, 1, 2].map(at => middle(all.flatMap(passes => passes[at] ?? [])))
    printTable(
      [
        'poll',
        'feeds',
        'entries',
        'new',
        'copies',
        'failed',
        's',
        'entries/s',
        'feeds/s',
        'CPU s',
        'peak MB',
        'file MB',
      ],
      passes.map(pass => [
        pass.pass,
        pass.feeds,
        pass.entries,
        pass.new,
        pass.copy,
        pass.failedFeeds,
        rounded(pass.seconds, 2),
        rounded(pass.entries / pass.seconds, 0),
        rounded(pass.feeds / pass.seconds, 0),
        rounded(pass.cpuSeconds),
        pass.peakRssMB,
        pass.databaseMB,
      ]),
    )
    printJson('poll', { feeds, items, runs, passes })
    const [first, unchanged, changed] = passes
    // Figures of a poll that did not do its work would be worse than none.
    if (first?.entries !== feeds * items || unchanged?.unchangedFeeds !== feeds || changed?.failedFeeds !== 0) {
      process.stderr.write('bench/poll: the polls did not file what was served\n')
      process.exitCode = 1
    }
  } finally {
    await server.stop()
  }
}
