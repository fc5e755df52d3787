// What does a growing archive cost filing? Reports filed a second and memory with 10^4, 10^5 and 10^6 reports on file, and
// the same for the index of copies alone, by the texts in its window. Prints two tables and one JSON line.
//
//   node bench/stories.ts [--sizes 10000,100000,1000000]
//
// Everything is filed by the real desk into a real file, and measured in processor time of a process of its own. Only the
// archive is multiplied inside the file: its rows are copied, with the full-text index, under other ids and older times.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import Database from 'better-sqlite3'
import { CopyIndex, copyFeatures } from '../src/decide/copy/index.ts'
import { wireNames } from '../src/decide/wire/read.ts'
import { Desk, type ReadEntry } from '../src/desk/desk.ts'
import type { Agency } from '../src/model/config.ts'
import type { Millis } from '../src/model/units.ts'
import { openStore } from '../src/store/open.ts'
import { printJson, printTable, rounded } from './helpers.ts'

const HOUR: Millis = 3_600_000
const DAY: Millis = 24 * HOUR
const NOW: Millis = Date.UTC(2022, 0, 5, 9, 30)
const SETTINGS = { threshold: 0.28, window: 3 * DAY }
/** Reports of the active window, the same for every size: news of three days from the agencies of one desk. */
const WINDOW_REPORTS = 3_000
/** Reports that the archive is multiplied from. */
const SEED_REPORTS = 2_000
const MEASURED = 1_000
const AGENCIES = 20
/** Every third report is another's, under another headline and cut. */
const REPRINTS = 3

interface FilingFigures {
  reports: number
  filingsPerSecond: number
  microsecondsPerFiling: number
  rssMB: number
  fileMB: number
}

interface IndexFigures {
  texts: number
  findsPerSecond: number
  heapMB: number
}

/** Numbers from 0 to 1, the same in every run. */
function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

interface Draft {
  id: string
  title: string
  text: string
  time: Millis
}

/** News in an invented tongue: few words often, most seldom; a third of it reprinted. */
function news(count: number, prefix: string, from: Millis, to: Millis): Draft[] {
  const random = randomFrom(count)
  const word = () => `${'bdfgklmnprst'[Math.floor(random() * 12)]}${Math.floor(20_000 * random() ** 3).toString(36)}a`
  const sentence = (length: number) => Array.from({ length }, word).join(' ')
  const out: Draft[] = []
  for (let at = 0; at < count; at++) {
    const earlier = at % REPRINTS === 2 ? out[at - 1 - Math.floor(random() * Math.min(at, 40))] : undefined
    const text = earlier ? `${earlier.text.slice(0, 300 + random() * 400)} ${sentence(4)}` : sentence(80)
    out.push({ id: `${prefix}${at}`, title: sentence(8), text, time: from + ((to - from) * at) / count })
  }
  return out
}

function agencies(): Agency[] {
  return Array.from({ length: AGENCIES }, (_, at) => ({
    id: `agency-${at}`,
    name: `Agency ${at}`,
    aliases: [],
    language: 'en',
    homepage: null,
    feeds: [
      {
        url: `https://agency-${at}.example/feed`,
        category: null,
        language: null,
        every: null,
        headers: {},
        identity: 'guid',
        allowPrivate: false,
        paused: false,
      },
    ],
  }))
}

/** File drafts, each at its time, by the agencies in turn. */
function fileAll(file: string, drafts: readonly Draft[]): void {
  withDesk(file, fileOne => drafts.forEach(fileOne))
}

function withDesk<T>(file: string, work: (fileOne: (draft: Draft, at: number) => void) => T): T {
  const opened = openStore({ path: file })
  if (!opened.ok) throw new Error(opened.reason)
  const store = opened.value
  try {
    store.syncAgencies(agencies(), NOW)
    const feeds = store.feeds()
    const names = wireNames([])
    const desk = new Desk(store, SETTINGS)
    return work(({ id, title, text, time }, at) => {
      const feed = feeds[at % feeds.length]
      if (!feed) throw new Error('no feed')
      desk.file(
        [entryOf(id, title, text, time)],
        { feed: feed.id, feedKey: feed.url, agency: feed.agency, language: 'en', identity: 'guid', names, now: time },
        () => {},
      )
    })
  } finally {
    store.close()
  }
}

function entryOf(id: string, title: string, text: string, time: Millis): ReadEntry {
  const entry = {
    id,
    url: `https://news.example/${id}`,
    title,
    summary: null,
    content: null,
    published: time,
    updated: null,
    authors: [],
    categories: [],
    enclosures: [],
    language: 'en',
    source: null,
  }
  return { entry, text }
}

// Tables of the archive, with the columns that name a row of it.
const COPIED: readonly [table: string, ids: string[], unique: string[]][] = [
  ['x_threads', ['id', 'lead'], ['key']],
  ['x_stories', ['id', 'thread', 'lead'], ['key']],
  ['x_reports', ['id', 'story'], ['guid', 'guid_key', 'global_guid', 'canonical_url', 'url', 'hash']],
  ['x_thread_agencies', ['thread'], []],
]
const TIMES = new Set(['time', 'first', 'last', 'updated', 'published', 'first_seen', 'last_seen', 'changed'])

/** Copy the archive until it holds `reports`, a day further back each time. */
function multiply(file: string, reports: number): void {
  const db = new Database(file)
  db.pragma('synchronous = off')
  db.pragma('foreign_keys = off')
  const count = (table: string) => db.prepare(`select count(*) from ${table}`).pluck().get() as number
  const held = count('x_reports')
  const step = Math.max(...COPIED.map(([table]) => (table === 'x_thread_agencies' ? 0 : count(table)))) + 1
  for (let round = 1; held * round < reports; round++) {
    const rows = Math.min(held, reports - held * round)
    const shift = round * step
    db.transaction(() => {
      for (const [table, ids, unique] of COPIED) {
        const columns = db.prepare(`select name from pragma_table_info('${table}')`).pluck().all() as string[]
        const values = columns.map(column => {
          if (ids.includes(column)) return `${column} + ${shift}`
          if (unique.includes(column)) return `${column} || '-${round}'`
          return TIMES.has(column) ? `${column} - ${round} * ${DAY / 100}` : column
        })
        const limit = table === 'x_reports' ? `where id <= ${rows}` : `where ${ids[0]} <= ${step}`
        db.exec(`insert into ${table} (${columns.join(', ')}) select ${values.join(', ')} from ${table} ${limit}`)
      }
    })()
  }
  db.close()
}

/** In a process of its own: what filing costs with `reports` on file. */
function measureFiling(reports: number): FilingFigures {
  const folder = mkdtempSync(path.join(tmpdir(), 'minwal-stories-'))
  const file = path.join(folder, 'bench.db')
  try {
    // The window is filed last: what is multiplied lies months before it.
    fileAll(file, news(SEED_REPORTS, 'old', NOW - 90 * DAY, NOW - 60 * DAY))
    multiply(file, Math.max(SEED_REPORTS, reports - WINDOW_REPORTS))
    const drafts = news(WINDOW_REPORTS + MEASURED, 'new', NOW - 3 * DAY, NOW)
    return withDesk(file, fileOne => {
      drafts.slice(0, WINDOW_REPORTS).forEach(fileOne)
      const before = process.cpuUsage()
      drafts.slice(WINDOW_REPORTS).forEach(fileOne)
      const { user, system } = process.cpuUsage(before)
      const microseconds = (user + system) / MEASURED
      return {
        reports,
        filingsPerSecond: rounded(1e6 / microseconds, 0),
        microsecondsPerFiling: rounded(microseconds, 0),
        rssMB: rounded(process.memoryUsage().rss / 2 ** 20, 0),
        fileMB: rounded(statSync(file).size / 2 ** 20, 0),
      }
    })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** In a process of its own: what the index of copies takes for a window of so many different texts. */
function measureIndex(texts: number): IndexFigures {
  const index = new CopyIndex(6 * DAY)
  globalThis.gc?.()
  const before = process.memoryUsage()
  for (const [at, { title, text, time }] of news(texts, '', NOW - 3 * DAY, NOW).entries()) {
    const features = copyFeatures(title, text, 'en')
    if (features) index.add(at, at, features, time)
  }
  globalThis.gc?.()
  const after = process.memoryUsage()
  const asked = news(texts + 7, '', NOW - DAY, NOW)
    .slice(0, MEASURED)
    .flatMap(({ title, text }) => copyFeatures(title, text, 'en') ?? [])
  const started = process.cpuUsage()
  for (const features of asked) index.find(features, NOW)
  const { user, system } = process.cpuUsage(started)
  const held = after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers
  return { texts, findsPerSecond: rounded((asked.length * 1e6) / (user + system), 0), heapMB: rounded(held / 2 ** 20) }
}

function inProcess<T>(what: 'filing' | 'index', size: number): T {
  const args = ['--expose-gc', import.meta.filename, '--measure', what, '--size', String(size)]
  const ran = spawnSync(process.execPath, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })
  if (ran.status !== 0) throw new Error(`${what} with ${size} ended with ${ran.status}`)
  return JSON.parse(ran.stdout) as T
}

const { values } = parseArgs({
  options: {
    sizes: { type: 'string', default: '10000,100000,1000000' },
    measure: { type: 'string' },
    size: { type: 'string', default: '10000' },
  },
})
if (values.measure) {
  const measure = values.measure === 'index' ? measureIndex : measureFiling
  process.stdout.write(JSON.stringify(measure(Number(values.size))))
} else {
  const sizes = values.sizes.split(',').map(Number)
  const filing = sizes.map(size => inProcess<FilingFigures>('filing', size))
  printTable(
    ['reports on file', 'filings/s', 'µs a filing', 'memory MB', 'file MB'],
    filing.map(row => [row.reports, row.filingsPerSecond, row.microsecondsPerFiling, row.rssMB, row.fileMB]),
  )
  const ratio = rounded((filing.at(-1)?.microsecondsPerFiling ?? 0) / (filing[0]?.microsecondsPerFiling ?? 1), 2)
  process.stdout.write(`a filing at the largest costs ${ratio} times that at the smallest\n\n`)
  const index = [10_000, 100_000].map(size => inProcess<IndexFigures>('index', size))
  printTable(
    ['texts in the index', 'finds/s', 'memory MB'],
    index.map(row => [row.texts, row.findsPerSecond, row.heapMB]),
  )
  printJson('stories', { filing, ratio, index })
}
