// Does anything grow in a year? The real daemon on a fake clock and a fake network, with retention: by month the size of the file,
// memory, lateness and the cost of a filing. `--feeds 6 --rate 8 --keep 120 --svg FILE`; `--step 60 --interval 2h` is quicker.
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import Database from 'better-sqlite3'
import type { Fetcher, FetchRequest } from '../src/collect/net/fetch.ts'
import { parseConfig } from '../src/config/load.ts'
import type { FetchResult } from '../src/model/collected.ts'
import { createAggregator } from '../src/run/aggregator.ts'
import { prose, random } from '../tests/helpers/random.ts'
import { rss } from '../tests/helpers/rss.ts'
import { printJson, printTable } from './helpers.ts'

const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE
const MONTH = (365 / 12) * DAY
const START = Date.UTC(2025, 0, 1)
/** Reports that a document shows. */
const SHOWN = 25
/** Events that are told at any time, and how long each is. */
const EVENTS = 12
const TOLD = 3 * DAY

const { values } = parseArgs({
  options: {
    feeds: { type: 'string', default: '6' },
    days: { type: 'string', default: '365' },
    /** Reports a day and feed. */
    rate: { type: 'string', default: '8' },
    /** Days that reports are kept. */
    keep: { type: 'string', default: '120' },
    /** Minutes that the clock goes on by at least: what is due meanwhile is polled together. */
    step: { type: 'string', default: '1' },
    /** The shortest interval between two polls of a feed. */
    interval: { type: 'string', default: '5m' },
    svg: { type: 'string' },
  },
})
const [feeds, days, rate, keep, step] = [values.feeds, values.days, values.rate, values.keep, values.step].map(
  Number,
) as [number, number, number, number, number]

interface Written {
  guid: string
  title: string
  text: string
  at: number
}

/** What each agency writes in the year and a day before, oldest first. A fifth is another agency's copy of the last hours. */
function write(): Written[][] {
  const next = random(20_260_105)
  const events = new Map<number, string[]>()
  const wordsOf = (event: number): string[] => {
    const known = events.get(event) ?? prose(random(event + 1), 60).split(' ')
    events.set(event, known)
    return known
  }
  const agencies: Written[][] = Array.from({ length: feeds }, () => [])
  const latest: Written[] = []
  for (let at = START - DAY, n = 0; at < START + days * DAY; n++) {
    at += (-Math.log(1 - next()) * DAY) / (rate * feeds)
    const agency = agencies[Math.floor(next() * feeds)] ?? []
    const event = Math.floor(at / TOLD) * EVENTS + Math.floor(next() * EVENTS)
    const words = wordsOf(event)
    const some = (count: number): string =>
      Array.from({ length: count }, () => words[Math.floor(next() * words.length)]).join(' ')
    const copied = next() < 0.2 ? latest[Math.floor(next() * latest.length)] : undefined
    const { title, text } = copied ?? {
      title: `${some(5)} ${prose(next, 2)}`,
      text: `${some(40)}. ${prose(next, 60)}. ${some(30)}. ${prose(next, 50)}.`,
    }
    const written = { guid: `urn:year:${n}`, title, text, at: Math.floor(at) }
    agency.push(written)
    latest.push(written)
    if (latest.length > 10) latest.shift()
  }
  return agencies
}

let clock = START
const agencies = write()

/** The newest of an agency at this moment, as a server would send them. */
function answer({ url, validators }: FetchRequest): FetchResult {
  const all = agencies[Number(new URL(url).hostname.split('.')[0]?.slice(1))] ?? []
  let end = all.length
  while (end > 0 && (all[end - 1]?.at ?? 0) > clock) end--
  const etag = `"${end}"`
  const headers = { validators: { etag, lastModified: null }, hub: null, self: null, maxAge: null, retryAt: null }
  if (validators.etag === etag) {
    return { kind: 'unchanged', status: 304, movedTo: null, maxAge: null, retryAt: null, ms: 1 }
  }
  const items = all.slice(Math.max(0, end - SHOWN), end).reverse()
  const body = Buffer.from(
    rss(items.map(({ guid, title, text, at }) => ({ guid, title, text, date: new Date(at).toISOString() }))),
  )
  const hash = createHash('sha256').update(body).digest('base64url')
  const kind = { kind: 'body', status: 200, url, movedTo: null, gap: null, isPrivate: false } as const
  return {
    ...kind,
    body,
    hash,
    contentType: 'application/rss+xml; charset=utf-8',
    wireBytes: body.length,
    ms: 1,
    ...headers,
  }
}

const network: Fetcher = {
  get: async request => answer(request),
  post: async () => {
    throw new Error('nothing is posted here')
  },
  close: async () => {},
}

interface Month {
  month: number
  reports: number
  onFile: number
  polls: number
  fileMB: number
  rssMB: number
  /** Publication to being on file, minutes. */
  medianLate: number
  p90Late: number
  /** Processor time of all threads, by new report. */
  msPerReport: number
}

const where = mkdtempSync(path.join(tmpdir(), 'minwal-year-'))
const database = path.join(where, 'year.db')
const text = JSON.stringify({
  link: 'https://year.example',
  database,
  poll: { tick: '0 0 1 1 *', hostDelay: '1ms', minInterval: values.interval, websub: false },
  retain: { reports: `${keep}d`, revisions: `${keep}d` },
  agencies: agencies.map((_, at) => ({ id: `a${at}`, name: `Agency ${at}`, feeds: [`https://a${at}.example/rss`] })),
})
const parsed = parseConfig(text, path.join(where, 'config.json'), {})
if (!parsed.ok) throw new Error(parsed.faults.join('\n'))
const aggregator = createAggregator(parsed.config, { now: () => clock, fetch: () => network })

const bytesOf = (file: string): number => statSync(file, { throwIfNoEntry: false })?.size ?? 0

function monthOf(month: number, from: number, cpu: NodeJS.CpuUsage, polls: number): Month {
  const db = new Database(database, { readonly: true })
  const late = db
    .prepare('select (first_seen - published) / 60000.0 from report where first_seen > ? and published >= ? order by 1')
    .pluck()
    .all(from, START) as number[]
  const onFile = Number(db.prepare('select count(*) from report').pluck().get())
  db.close()
  const at = (share: number): number => Math.round((late[Math.floor(late.length * share)] ?? 0) * 10) / 10
  return {
    month,
    reports: late.length,
    onFile,
    polls,
    fileMB: Math.round((bytesOf(database) + bytesOf(`${database}-wal`)) / 1e5) / 10,
    rssMB: Math.round(process.memoryUsage.rss() / 2 ** 20),
    medianLate: at(0.5),
    p90Late: at(0.9),
    msPerReport: Math.round((cpu.user + cpu.system) / 10 / Math.max(1, late.length)) / 100,
  }
}

const months: Month[] = []
try {
  const started = await aggregator.start()
  if (!started.ok) throw new Error(started.reason)
  let [from, before, polls, pruned] = [START, process.cpuUsage(), 0, START]
  for (;;) {
    const due = Math.min(...aggregator.reader.feeds().map(({ nextPoll }) => nextPoll))
    clock = Math.max(clock + step * MINUTE, due)
    if (clock >= from + MONTH || clock >= START + days * DAY) {
      months.push(monthOf(months.length + 1, from, process.cpuUsage(before), polls))
      process.stderr.write(`${JSON.stringify(months.at(-1))}\n`)
      ;[from, before, polls] = [from + MONTH, process.cpuUsage(), 0]
      if (clock >= START + days * DAY - MINUTE) break
    }
    const polled = await aggregator.poll()
    if (!polled.ok) throw new Error(polled.reason)
    for (const { failure } of polled.value) if (failure !== null) throw new Error(failure.message)
    polls += polled.value.length
    if (clock >= pruned + DAY) {
      const done = await aggregator.prune()
      if (!done.ok) throw new Error(done.reason)
      pruned = clock
    }
  }
} finally {
  await aggregator.stop()
  rmSync(where, { recursive: true, force: true })
}

printTable(
  ['month', 'reports', 'on file', 'polls', 'file MB', 'memory MB', 'late, median min', 'late, p90', 'ms a report'],
  months.map(month => Object.values(month).map(String)),
)
printJson('year', { feeds, rate, days, keep, step, interval: values.interval, months })
if (values.svg !== undefined) writeFileSync(values.svg, plot(months))

/** Four curves over the months, each in a field of its own. */
function plot(shown: readonly Month[]): string {
  const [width, height] = [330, 120]
  const fields: readonly [string, (month: Month) => number][] = [
    ['size of the file, MB', month => month.fileMB],
    ['memory of the process, MB', month => month.rssMB],
    ['publication to file, median, minutes', month => month.medianLate],
    ['processor time a report, ms', month => month.msPerReport],
  ]
  const drawn = fields.map(([title, of], at) => {
    const most = Math.max(...shown.map(of), 1e-9) * 1.1
    const x = (n: number): number => Math.round((n / Math.max(1, shown.length - 1)) * (width - 40) + 30)
    const y = (value: number): number => Math.round(height - 20 - (value / most) * (height - 45))
    const line = shown.map((month, n) => `${x(n)},${y(of(month))}`).join(' ')
    const marks = shown
      .map((month, n) => `<text x="${x(n)}" y="${height - 5}" text-anchor="middle">${month.month}</text>`)
      .join('')
    const first = keep / (365 / 12)
    return `<g transform="translate(${(at % 2) * (width + 20)} ${Math.floor(at / 2) * (height + 20)})">
<text x="0" y="12">${title}</text><text x="0" y="${y(most / 1.1) + 4}">${Math.round((most / 1.1) * 10) / 10}</text><text x="0" y="${y(0)}">0</text>
<line x1="30" x2="${width - 10}" y1="${y(0)}" y2="${y(0)}" stroke="#999"/>
<line x1="${x(first - 1)}" x2="${x(first - 1)}" y1="20" y2="${y(0)}" stroke="#999" stroke-dasharray="3"/>
<polyline points="${line}" fill="none" stroke="#06c" stroke-width="2"/>${marks}</g>`
  })
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${2 * width + 20} ${2 * height + 20}" font-family="sans-serif" font-size="10" role="img">
<title>A year by month; the dashed line is where retention begins</title>
<rect width="100%" height="100%" fill="#fff"/>
${drawn.join('\n')}
</svg>
`
}
