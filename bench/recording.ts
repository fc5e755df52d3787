// What a checkout files of fixed material, row by row: `npx node bench/recording.ts --checkout DIR --out FILE`. The same file
// from two checkouts says that nothing that is stored differs. Everything goes through the checkout's own `minwal poll`, over
// real HTTP, with a clock that is set and one poll at a time; read from the public views, which outlast changes of tables.
import { spawn } from 'node:child_process'
import { createReadStream, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import Database from 'better-sqlite3'
import { agencyFeed, readWires } from '../demo/documents.ts'
import { root, shared, skipped } from './helpers.ts'

const HOUR = 3_600_000
/** Loaded into the process of the command and its threads. */
const CLOCK = path.join(import.meta.dirname, 'recording-clock.cjs')

const { values: given } = parseArgs({
  options: {
    checkout: { type: 'string', default: root },
    out: { type: 'string' },
    /** Polls of `copies`, six hours apart; 58 for all of it. */
    polls: { type: 'string', default: '16' },
    /** Of `demo`, `real`, `copies`. */
    only: { type: 'string', multiple: true },
  },
})

type Answer = (path: string, now: number) => { type: string; body: string | { file: string } } | null

interface Material {
  agencies: (origin: string) => object[]
  answer: Answer
  /** Moments of the polls. */
  moments: number[]
  settings?: object
}

/** Eight invented agencies over a week, with revisions, kills and copies. */
function demoWeek(): Material {
  // An older checkout reads feeds only.
  const wires = readWires(new URL('../data/demo/', import.meta.url)).filter(({ feed }) =>
    /^(?:rss|atom)$/.test(feed.format),
  )
  const start = Date.parse('2022-01-02T00:00:00Z')
  let origin = ''
  return {
    agencies: at => {
      origin = at
      return wires.map(({ agency, feed }) => ({ ...agency, feeds: [at + feed.path] }))
    },
    answer: (asked, now) => {
      const found = wires.find(({ feed }) => feed.path === asked)
      return found ? { type: 'application/xml', body: agencyFeed(found, now, origin) } : null
    },
    moments: Array.from({ length: 57 }, (_, n) => start + n * 3 * HOUR),
    settings: { threads: { threshold: 0.22 } },
  }
}

/** Feeds as publishers served them, each read twice. */
function realFeeds(): Material | null {
  const folder = path.join(shared, 'corpora', 'feeds', 'real')
  if (!existsSync(folder)) return null
  const files = readFileSync(path.join(folder, 'index.jsonl'), 'utf8')
    .split('\n')
    .filter(Boolean)
    .map(line => (JSON.parse(line) as { file: string }).file)
  const start = Date.parse('2026-11-01T00:00:00Z')
  return {
    agencies: origin =>
      files.map((file, at) => ({
        id: `agency-${at}`,
        name: `Agency ${at}`,
        feeds: [`${origin}/${encodeURIComponent(file)}`],
      })),
    answer: asked => ({
      type: asked.includes('.json') ? 'application/json' : 'application/xml',
      body: { file: path.join(folder, path.basename(decodeURIComponent(asked))) },
    }),
    moments: [start, start + 2 * HOUR],
    settings: { poll: { maxEntries: 10_000 } },
  }
}

interface Item {
  id: string
  lang: string | null
  title: string
  text: string | null
  source: string | null
  url: string | null
  published: string | null
}

/** Twelve papers that reprint one another's wires: a document a paper and six hours, which shows the last day. */
function copies(): Material | null {
  const file = path.join(shared, 'corpora', 'threads', 'saudi-copies-2015.jsonl')
  if (!existsSync(file)) return null
  const items = readFileSync(file, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map(line => JSON.parse(line) as Item)
    .filter(({ published }) => published !== null)
  const sources = [...new Set(items.map(({ source }) => source ?? 'unknown'))]
  const start = Date.parse('2015-07-21T06:00:00Z')
  return {
    agencies: origin =>
      sources.map((name, at) => ({ id: `paper-${at}`, name, language: 'ar', feeds: [`${origin}/${at}.json`] })),
    answer: (asked, now) => {
      const source = sources[Number(path.basename(asked, '.json'))]
      const shown = items
        .filter(({ source: of, published }) => {
          const time = Date.parse(published ?? '')
          return of === source && time <= now && time > now - 12 * HOUR
        })
        .reverse()
        .map(({ id, title, text, url, published }) => ({
          id,
          title,
          content_text: text ?? '',
          date_published: published,
          ...(url ? { url } : {}),
        }))
      return {
        type: 'application/feed+json',
        body: JSON.stringify({ version: 'https://jsonfeed.org/version/1.1', title: source, items: shown }),
      }
    },
    moments: Array.from({ length: Number(given.polls) }, (_, n) => start + n * 6 * HOUR),
    settings: { poll: { maxEntries: 10_000 } },
  }
}

/** Views as they are stored, each with an order of its rows that follows from what they say. */
const VIEWS: Readonly<Record<string, string>> = {
  feed: 'id',
  story: 'id',
  thread: 'id',
  report: 'id',
  revision: 'report, number',
  credit: 'report, name, place',
  figure: 'report, kind, value, matched',
  poll: 'id',
  redirect: 'what, id',
  regrouping: 'id',
  link: 'thread, other',
  embargo: 'feed, until, first_seen',
}

function* rowsOf(database: string): Generator<string> {
  const db = new Database(database, { readonly: true })
  try {
    for (const [view, order] of Object.entries(VIEWS)) {
      for (const row of db.prepare(`select * from ${view} order by ${order}`).iterate()) {
        const shown = row as Record<string, unknown>
        // How long a poll took is no decision.
        if (view === 'poll') delete shown['ms']
        yield JSON.stringify({ view, ...shown })
      }
    }
    for (const row of db.prepare('select story, time from x_story_features order by story').iterate())
      yield JSON.stringify({ view: 'placed', ...(row as object) })
    for (const row of db.prepare('select * from x_flashes order by wire, time, report').iterate())
      yield JSON.stringify({ view: 'flash', ...(row as object) })
    const more = 'select id, change, flapping, guid_key, global_guid, hash, headline from x_reports order by id'
    for (const row of db.prepare(more).iterate()) yield JSON.stringify({ view: 'marks', ...(row as object) })
    const provenance = 'select id, standing, central, provenance from x_stories order by id'
    for (const row of db.prepare(provenance).iterate()) yield JSON.stringify({ view: 'origin', ...(row as object) })
    for (const row of db.prepare('select * from x_thread_agencies order by thread, agency').iterate())
      yield JSON.stringify({ view: 'part', ...(row as object) })
  } finally {
    db.close()
  }
}

async function poll(checkout: string, config: string, now: number): Promise<void> {
  const child = spawn(process.execPath, ['bin/minwal.js', 'poll', '--force', '--config', config], {
    cwd: checkout,
    env: { ...process.env, NODE_OPTIONS: `--require ${CLOCK}`, MINWAL_RECORDED_AT: String(now), TZ: 'UTC' },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })
  const code = await new Promise<number | null>(resolve => child.once('close', resolve))
  if (code !== 0) throw new Error(`poll ended with ${code}: ${said}`)
}

async function record(name: string, material: Material, checkout: string): Promise<string[]> {
  let now = 0
  const serve = (request: IncomingMessage, response: ServerResponse): void => {
    const answer = material.answer(new URL(request.url ?? '/', 'http://localhost').pathname, now)
    if (answer === null) return void response.writeHead(404).end()
    response.writeHead(200, { 'content-type': answer.type })
    if (typeof answer.body === 'string') response.end(answer.body)
    else createReadStream(answer.body.file).pipe(response)
  }
  const server = createServer(serve)
  // Addresses are stored: the port must be the same in every recording.
  await new Promise<void>(resolve => server.listen(PORT, '127.0.0.1', resolve))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const folder = mkdtempSync(path.join(tmpdir(), 'minwal-recording-'))
  try {
    const config = path.join(folder, 'config.json')
    const database = path.join(folder, 'n.db')
    const { poll: polling, ...settings } = (material.settings ?? {}) as { poll?: object }
    writeFileSync(
      config,
      JSON.stringify({
        database,
        log: { level: 'error' },
        // One at a time, in the order of the configuration.
        poll: { allowPrivate: true, concurrency: 1, perHost: 1, hostDelay: '0s', ...polling },
        agencies: material.agencies(origin),
        ...settings,
      }),
    )
    for (now of material.moments) await poll(checkout, config, now)
    return [...rowsOf(database)].map(line => `${name} ${line}`)
  } finally {
    rmSync(folder, { recursive: true, force: true })
    await new Promise(resolve => server.close(resolve))
  }
}

const PORT = Number(process.env['MINWAL_RECORDING_PORT'] ?? 47_913)
const materials = { demo: demoWeek, real: realFeeds, copies }
const lines: string[] = []
for (const [name, make] of Object.entries(materials)) {
  if (given.only && !given.only.includes(name)) continue
  const material = make()
  if (material === null) {
    skipped('recording.ts', `what ${name} is made of`)
    continue
  }
  const began = performance.now()
  const rows = await record(name, material, path.resolve(given.checkout))
  process.stderr.write(`${name}: ${rows.length} rows in ${Math.round((performance.now() - began) / 1_000)} s\n`)
  for (const row of rows) lines.push(row)
}
const text = `${lines.join('\n')}\n`
if (given.out === undefined) process.stdout.write(text)
else writeFileSync(given.out, text)
