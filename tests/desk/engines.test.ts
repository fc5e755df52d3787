// The demo's week by the real desk, over a file and over PostgreSQL: what was decided, why, and under which number is the same,
// row by row. Of both engines at once.
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { agencyFeed, readWires } from '../../demo/documents.ts'
import { parseFeed } from '../../src/collect/feed/parse.ts'
import type { PollPlan } from '../../src/decide/schedule/plan.ts'
import { wireNames } from '../../src/decide/wire/read.ts'
import { Desk } from '../../src/desk/desk.ts'
import { mergeThreads, splitThread } from '../../src/desk/editor.ts'
import type { ParsedFeed } from '../../src/model/collected.ts'
import type { Agency } from '../../src/model/config.ts'
import type { Millis } from '../../src/model/units.ts'
import { openStore } from '../../src/store/open.ts'
import { VIEWS } from '../../src/store/postgres/views.ts'
import type { Store } from '../../src/store/store.ts'
import { ENGINE, newDatabase } from '../helpers/engine.ts'
import { openRows } from '../helpers/rows.ts'
import { DAY, HOUR, MINUTE, temporaryFolder } from '../store/newsroom.ts'

const BEGINS: Millis = Date.parse('2022-01-02T00:00:00Z')
const ORIGIN = 'http://demo.example'
/** `npm run test:postgres` files the whole week. */
const DAYS = process.env['ALL_ENGINES'] === undefined ? 4 : 7

/** Those read by feeds. */
const wires = readWires(new URL('../../data/demo/', import.meta.url)).filter(({ feed }) =>
  ['rss', 'atom'].includes(feed.format),
)
const agencies: Agency[] = wires.map(({ agency, feed }) => ({
  ...agency,
  feeds: [
    {
      url: ORIGIN + feed.path,
      category: feed.category,
      language: null,
      every: null,
      headers: {},
      identity: 'guid',
      allowPrivate: false,
      paused: false,
    },
  ],
}))
const names = wireNames(agencies)

interface Visit {
  now: Millis
  agency: string
  url: string
  document: ParsedFeed
}

/** What each feed shows hour by hour, where it is not what it showed before. */
async function visits(): Promise<Visit[]> {
  const seen = new Map<string, string>()
  const found: Visit[] = []
  for (let now = BEGINS; now < BEGINS + DAYS * DAY; now += HOUR) {
    for (const [at, one] of wires.entries()) {
      const text = agencyFeed(one, now, ORIGIN)
      if (seen.get(one.agency.id) === text) continue
      seen.set(one.agency.id, text)
      const url = ORIGIN + one.feed.path
      const parsed = await parseFeed(text, { url, maxEntries: 500, now })
      if (!parsed.ok) throw new Error(parsed.reason)
      // Each a little later, as one after the other is asked.
      found.push({ now: now + at * 1_000, agency: one.agency.id, url, document: parsed.value })
    }
  }
  return found
}

async function file(store: Store, desk: Desk, { now, agency, url, document }: Visit): Promise<void> {
  const state = store.feeds().find(feed => feed.url === url)
  const feed = state && store.feed(state.id)
  if (!feed) throw new Error(`no feed ${url}`)
  const plan: PollPlan = {
    feed,
    at: now,
    ms: 1,
    rules: { every: null, planned: null, minInterval: 5 * MINUTE, maxInterval: 45 * MINUTE, websub: false },
    answer: {
      kind: 'document',
      title: document.title,
      language: document.language,
      validators: { etag: null, lastModified: null },
      hash: `${now}`,
      maxAge: null,
      retryAt: null,
      ttl: document.ttl,
      skip: document.skip,
      movedTo: null,
      heir: null,
      warnings: document.warnings,
    },
  }
  const context = {
    feed: feed.id,
    feedKey: url,
    agency,
    language: document.language,
    identity: 'guid',
    names,
    now,
  } as const
  const entries = document.entries.map(({ text, ...entry }) => ({ entry, text }))
  await desk.fileDocument(desk.read(entries, context), plan, context)
}

/** File the week, with an editor at work in the middle of it; the database it is in. */
async function filed(database: string, week: readonly Visit[]): Promise<string> {
  const opened = openStore({ path: database, tagAuthority: 'localhost,2026' })
  if (!opened.ok) throw new Error(opened.reason)
  const store = opened.value
  try {
    store.syncAgencies(agencies, BEGINS)
    const desk = new Desk(store, { threshold: 0.22, window: 3 * DAY })
    const edits = [...EDITS]
    for (const visit of week) {
      if (edits[0] !== undefined && visit.now > edits[0].at) edits.shift()?.edit(store, visit.now)
      await file(store, desk, visit)
    }
    expect(edits).toEqual([])
  } finally {
    store.close()
  }
  return database
}

const largest = (store: Store): number[] =>
  store
    .recentThreads({ limit: 100 })
    .toSorted((a, b) => b.stories - a.stories || a.id - b.id)
    .map(({ id }) => id)

const EDITS = [
  {
    at: BEGINS + 2.5 * DAY,
    edit: (store: Store, now: Millis) => expect(mergeThreads(store, largest(store).slice(1, 3), now).ok).toBe(true),
  },
  {
    at: BEGINS + 3 * DAY,
    edit: (store: Store, now: Millis) => {
      const [thread = 0] = largest(store)
      const stories = store.thread(thread)?.timeline.map(({ id }) => id) ?? []
      expect(splitThread(store, thread, stories.slice(0, 2), now).ok).toBe(true)
    },
  },
]

/** Every row of the public views, each as JSON with its times as both engines write them. */
function shown(database: string): Map<string, string[]> {
  const db = openRows(database)
  const views = VIEWS.filter(name => name !== 'search')
  const rows = views.map((view): [string, string[]] => [
    view,
    (db.prepare(`select * from ${view}`).all() as Record<string, unknown>[])
      .map(row =>
        JSON.stringify(
          Object.fromEntries(
            Object.entries(row)
              // How long a poll took is the machine's.
              .filter(([name]) => name !== 'ms')
              .map(([name, value]) => [
                name,
                name.endsWith('_at') && value !== null ? String(value).slice(0, 19) : value,
              ]),
          ),
        ),
      )
      .sort(),
  ])
  db.close()
  return new Map(rows)
}

/** Reports that each of the words is in. */
function found(database: string): Map<string, readonly number[]> {
  const opened = openStore({ path: database, readOnly: true })
  if (!opened.ok) throw new Error(opened.reason)
  const words = ['Kazakhstan', 'almaty protests', 'казахстан', 'الاحتجاجات', 'nucléaire', 'prot*', 'dies']
  const answers = words.map((word): [string, number[]] => [word, opened.value.search(word, 200).map(({ id }) => id)])
  opened.value.close()
  return new Map(answers)
}

it.runIf(ENGINE === 'postgres')(
  'the demo’s week is decided on both engines alike: every row of every view',
  async () => {
    const week = await visits()
    const sqlite = await filed(join(temporaryFolder(), 'week.db'), week)
    const began = performance.now()
    const postgres = await filed(newDatabase(), week)
    console.log(`engines: ${week.length} documents over PostgreSQL in ${Math.round(performance.now() - began)} ms`)
    const [one, other] = [shown(sqlite), shown(postgres)]
    for (const [view, rows] of one) {
      const there = other.get(view) ?? []
      const [all, others] = [new Set(rows), new Set(there)]
      expect({ view, rows: there.length, alone: there.filter(row => !all.has(row)).slice(0, 5) }).toEqual({
        view,
        rows: rows.length,
        alone: [],
      })
      expect([view, rows.filter(row => !others.has(row))]).toEqual([view, []])
    }
    expect(found(postgres)).toEqual(found(sqlite))
    // The comparison is worth something only where there is something of each kind.
    for (const view of [
      'report',
      'revision',
      'story',
      'thread',
      'figure',
      'credit',
      'regrouping',
      'link',
      'redirect',
    ]) {
      expect([view, (one.get(view) ?? []).length > 0]).toEqual([view, true])
    }
    expect([...found(sqlite).values()].flat().length).toBeGreaterThan(50)
  },
  400_000,
)
