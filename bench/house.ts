// How fast and how small is the whole of it? Whole processes, held against the naive limit (bench/limit.ts) in turns on the
// same core, several rounds, judged by the median of the rounds' ratios. Prints each figure beside what was asked for and
// what is aimed at, and one JSON line for each measure.
//
//   npx node bench/house.ts MEASURE… [--checkout DIR] [--rounds 3] [--feeds 1000] [--items 30] [--limit 1800]
//
// MEASURE is one of, or `all`:
//   polls       first poll on one core and on two, most memory, file size a report, then a poll where nothing changed, then
//               one where a tenth of the feeds have 3 entries more
//   first       of polls, the first one on each number of cores
//   later       of polls, all on one core
//   idle        memory of a daemon at rest with 55 feeds and 1,650 reports
//   serve       pages and feeds for 50 connections while the first poll runs (needs wrk)
//   stops       longest stop of the main thread with --stories 100000 in the window (--keep DIR keeps the prepared file)
//   statements  statements a document executes (--list prints them)
//   archive     a filing with --sizes 10000,1000000 reports on file: bench/stories.ts of the checkout
//   feed        the combined feed beside a bare node:http server with the same bytes (needs wrk)
//   parse       bytes to sanitised entries: bench/parse.ts of the checkout
//
// `--checkout` measures another installed checkout with the same benches. Reads ../shared/tools/feedserver.mjs and skips
// what needs it, saying so, where it is absent.
import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { printJson, root, skipped } from './helpers.ts'
import { feed, idle, serve } from './house/daemon.ts'
import { GOALS, judge, type Measured, printGoals } from './house/goals.ts'
import type { Options } from './house/options.ts'
import { polls } from './house/polls.ts'
import { statements } from './house/statements.ts'
import { stops } from './house/stops.ts'
import { hasWrk, stayOnCoreZero } from './house/whole.ts'

const { values, positionals } = parseArgs({
  options: {
    checkout: { type: 'string', default: root },
    feeds: { type: 'string', default: '1000' },
    items: { type: 'string', default: '30' },
    rounds: { type: 'string', default: '3' },
    limit: { type: 'string', default: '1800' },
    stories: { type: 'string', default: '100000' },
    sizes: { type: 'string', default: '10000,1000000' },
    keep: { type: 'string' },
    list: { type: 'boolean', default: false },
  },
  allowPositionals: true,
})
const options: Options = {
  checkout: path.resolve(values.checkout),
  feeds: Number(values.feeds),
  items: Number(values.items),
  rounds: Number(values.rounds),
  limit: Number(values.limit),
  stories: Number(values.stories),
  sizes: values.sizes,
}

/** The JSON line that another bench of the checkout prints. */
function benchOf(file: string, ...args: string[]): Record<string, unknown> | null {
  const script = path.join(options.checkout, 'bench', file)
  const ran = spawnSync('taskset', ['-c', '1', process.execPath, script, ...args], {
    cwd: options.checkout,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const line = ran.stdout?.trim().split('\n').at(-1) ?? ''
  return ran.status === 0 && line.startsWith('{') ? (JSON.parse(line) as Record<string, unknown>) : null
}

function archive(): Measured[] | null {
  const found = benchOf('stories.ts', '--sizes', options.sizes) as {
    ratio: number
    filing: { reports: number; microsecondsPerFiling: number }[]
  } | null
  if (!found) return null
  const each = found.filing.map(({ reports, microsecondsPerFiling }) => `${reports}: ${microsecondsPerFiling} µs`)
  return [
    { goal: 'archive', rounds: [found.ratio], note: `reports on file: processor time a filing; ${each.join(', ')}` },
  ]
}

function parse(): Measured[] | null {
  const rates: number[] = []
  let beside = Number.NaN
  for (let at = 0; at < options.rounds; at++) {
    const found = benchOf('parse.ts') as { rows: { parser: string; megabytesPerSecond: number }[] } | null
    const rate = (name: string): number =>
      found?.rows.find(({ parser }) => parser.startsWith(name))?.megabytesPerSecond ?? Number.NaN
    if (!found) return null
    rates.push(rate('minwal (bytes'))
    beside = rate('feedsmith')
  }
  const note = `860 real feeds, processor time; feedsmith, without charsets and sanitising, ${beside.toFixed(1)}`
  return [{ goal: 'parse', rounds: rates, note }]
}

const MEASURES: Record<string, () => Promise<Measured[] | null> | Measured[] | null> = {
  polls: () => polls(options, { two: true, later: true }),
  first: () => polls(options, { two: true, later: false }),
  later: () => polls(options, { two: false, later: true }),
  idle: () => idle(options),
  serve: () => serve(options),
  stops: () => stops(options, values.keep ?? null),
  statements: () => statements(options, values.list),
  archive,
  feed: () => feed(options),
  parse,
}

const wanted = positionals.includes('all')
  ? Object.keys(MEASURES).filter(name => name !== 'first' && name !== 'later')
  : positionals
const unknown = wanted.filter(name => !(name in MEASURES))
if (wanted.length === 0 || unknown.length > 0) {
  process.stderr.write(
    `bench/house: ${unknown.join(', ') || 'nothing'} to measure: ${Object.keys(MEASURES).join(', ')} or all\n`,
  )
  process.exit(2)
}
stayOnCoreZero()
const commit = spawnSync('git', ['rev-parse', '--short', 'HEAD'], {
  cwd: options.checkout,
  encoding: 'utf8',
}).stdout.trim()
const found: Measured[] = []
for (const name of wanted) {
  const measured = await MEASURES[name]?.()
  if (!measured) {
    const missing = (name === 'serve' || name === 'feed') && !hasWrk() ? 'wrk' : 'what it needs of ../shared'
    skipped(`house ${name}`, missing)
    continue
  }
  found.push(...measured)
  const figures = measured.map(one => ({
    figure: GOALS[one.goal].figure,
    rounds: one.rounds,
    ...judge(one),
    note: one.note,
  }))
  printJson('house', { measure: name, commit, figures })
}
if (found.length > 0) printGoals(found)
