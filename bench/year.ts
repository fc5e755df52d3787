// Does anything grow for ever? The daemon polls, files, threads, prunes and serves through a year of made-up news in a clock that
// runs as fast as the machine does the work. Prints a table by month and one JSON line, and draws it.
//
//   node bench/year.ts [--feeds 10] [--days 365] [--retain 90d] [--step 15] [--seed 1] [--minutes 60] [--plot FILE.svg]
//
// Feeds publish as agencies' feeds were measured to (bench/schedule/world.ts), the texts are those of ../shared/tools/feedgen.mjs;
// skips, saying so, where that is absent. --step is how many minutes lie between two ticks, --minutes after how many of ours it
// stops at the end of a month. Nothing goes over a network: fetching is not measured. Cost is processor time of the whole process
// for a new report, without that of making the documents; lateness is from when a report was published to when it was on file, in the simulated clock.
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import Database from 'better-sqlite3'
import { parseConfig } from '../src/config/load.ts'
import { createLog } from '../src/log.ts'
import { startDaemon } from '../src/run/daemon.ts'
import { machine, median, printJson, printTable, rounded, shared, skipped } from './helpers.ts'
import { DAY, MINUTE, START } from './schedule/world.ts'
import { createNews } from './year/news.ts'
import { type Month, plot } from './year/plot.ts'

const { values } = parseArgs({
  options: {
    feeds: { type: 'string', default: '10' },
    days: { type: 'string', default: '365' },
    retain: { type: 'string', default: '90d' },
    step: { type: 'string', default: '15' },
    seed: { type: 'string', default: '1' },
    minutes: { type: 'string', default: '60' },
    plot: { type: 'string' },
  },
})
const tools = path.join(shared, 'tools', 'feedgen.mjs')
const MONTH = 30
/** No pause: nobody else waits for the desk. */
const PACE = 0

async function main(): Promise<void> {
  if (!existsSync(tools)) return skipped('year', '../shared/tools/feedgen.mjs')
  const folder = mkdtempSync(path.join(tmpdir(), 'minwal-year-'))
  let clock = START
  const now = (): number => clock
  const news = await createNews(tools, Number(values.feeds), Number(values.seed), now)
  const database = path.join(folder, 'year.db')
  const parsed = parseConfig(
    JSON.stringify({
      link: 'https://news.example',
      database,
      // The bench ticks.
      poll: { tick: '0 0 1 1 *', hostDelay: '0s', minInterval: '15m' },
      retain: { reports: values.retain },
      agencies: news.urls.map((url, at) => ({ id: `a${at}`, name: `Agency ${at}`, feeds: [url] })),
    }),
    path.join(folder, 'config.json'),
    {},
  )
  if (!parsed.ok) throw new Error(parsed.faults.join('\n'))
  const { config } = parsed
  const log = createLog('error', false)
  const started = await startDaemon({
    config,
    log,
    version: 'bench',
    now,
    fetcher: news.fetcher,
    serve: false,
    systemd: false,
  })
  if (!started.ok) throw new Error(started.reason)
  const daemon = started.value
  const began = performance.now()
  const months: Month[] = []
  let first = process.cpuUsage()
  let asked = 0
  let made = 0
  let counted = 0
  const pages: number[] = []
  for (let day = 1; day <= Number(values.days); day++) {
    for (const end = START + day * DAY; clock < end; ) {
      clock += Number(values.step) * MINUTE
      await daemon.tick()
    }
    // The daemon does so once in a day of ours.
    if (config.retain) await daemon.desk.prune(config.retain, clock, PACE)
    const before = performance.now()
    await (await daemon.answer(new Request('https://news.example/'))).arrayBuffer()
    pages.push(performance.now() - before)
    if (day % MONTH !== 0) continue
    const used = process.cpuUsage(first)
    const file = look(database, clock - MONTH * DAY)
    const fresh = file.filed - counted
    months.push({
      month: day / MONTH,
      filed: fresh,
      kept: file.kept,
      fileMb: rounded(file.bytes / 1e6, 1),
      walMb: rounded(existsSync(`${database}-wal`) ? statSync(`${database}-wal`).size / 1e6 : 0, 1),
      memoryMb: Math.round(residentKb() / 1_000),
      cpuMs: rounded((used.user + used.system - (news.made() - made)) / 1_000 / Math.max(1, fresh), 2),
      latenessMin: rounded(file.lateness / MINUTE, 1),
      polls: news.asked() - asked,
      pageMs: rounded(median(pages.splice(0)), 1),
    })
    process.stderr.write(`month ${day / MONTH}: ${JSON.stringify(months.at(-1))}\n`)
    counted = file.filed
    asked = news.asked()
    made = news.made()
    first = process.cpuUsage()
    if (performance.now() - began > Number(values.minutes) * MINUTE) break
  }
  await daemon.stop()
  rmSync(folder, { recursive: true, force: true })
  printTable(
    [
      'month',
      'filed',
      'kept',
      'file MB',
      'WAL MB',
      'memory MB',
      'ms CPU/report',
      'late, median min',
      'polls',
      'front page ms',
    ],
    months.map(one => Object.values(one)),
  )
  if (values.plot !== undefined) writeFileSync(values.plot, plot(months, values.retain))
  const minutes = rounded((performance.now() - began) / MINUTE, 1)
  printJson('year', {
    ...machine(),
    feeds: news.urls.length,
    perDay: rounded(news.perDay, 1),
    retain: values.retain,
    minutes,
    months,
  })
}

/** What is on file: the last id that was given, reports that are kept, and how late those of the last month were, in the median. */
function look(database: string, since: number): { filed: number; kept: number; lateness: number; bytes: number } {
  const db = new Database(database, { readonly: true })
  try {
    const one = (query: string): number => (db.prepare(query).pluck().get() as number | null) ?? 0
    const late = db
      .prepare('select first_seen - published from report where first_seen >= ? and published >= ?')
      .pluck()
    return {
      filed: one('select max(id) from report'),
      kept: one('select count(*) from report'),
      bytes: one('pragma page_count') * one('pragma page_size'),
      lateness: median(late.all(since, since) as number[]),
    }
  } finally {
    db.close()
  }
}

function residentKb(): number {
  const file = '/proc/self/smaps_rollup'
  if (!existsSync(file)) return process.memoryUsage().rss / 1_000
  return Number(/^Pss:\s+(\d+)/m.exec(readFileSync(file, 'utf8'))?.[1] ?? 0)
}

await main()
