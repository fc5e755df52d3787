// What filing a document costs the database, in statements: fast feeds are polled every few minutes and bring nothing new.
import Database from 'better-sqlite3'
import { expect, it, onTestFinished } from 'vitest'
import type { PollPlan } from '../../src/decide/schedule/plan.ts'
import { wireNames } from '../../src/decide/wire/read.ts'
import { Desk, type FilingContext } from '../../src/desk/desk.ts'
import type { Millis } from '../../src/model/units.ts'
import { traffic } from '../../src/store/postgres/connection.ts'
import type { Store } from '../../src/store/store.ts'
import { ENGINE } from '../helpers/engine.ts'
import { AGENCIES, entry, FEEDS, MINUTE, NOW, openNewsroom, SETTINGS } from '../store/newsroom.ts'

/** Counts executions of prepared statements, of every connection of this thread; over PostgreSQL, those by whom all are sent. */
function countStatements(): { taken: () => string[] } {
  if (ENGINE === 'postgres') return sentStatements()
  const db = new Database(':memory:')
  const statement = db.prepare('select 1')
  const prototype = Object.getPrototypeOf(statement) as Record<string, (...given: unknown[]) => unknown>
  let seen: string[] = []
  for (const name of ['run', 'get', 'all', 'iterate']) {
    const real = prototype[name]
    if (real === undefined) throw new Error(`statements have no ${name}`)
    prototype[name] = function (this: { source: string }, ...given: unknown[]) {
      seen.push(this.source.replace(/\s+/g, ' ').slice(0, 90))
      return real.apply(this, given)
    }
    onTestFinished(() => {
      prototype[name] = real
    })
  }
  db.close()
  return {
    taken: () => {
      const all = seen
      seen = []
      return all.filter(source => !/^(?:begin|commit|rollback)/i.test(source))
    },
  }
}

const ENDS = /^(?:begin|commit|rollback|select pg_advisory_xact_lock|update x_meta set value = \(value::bigint)/i

/** What is sent to a server, but for what begins and ends transactions. */
function sentStatements(): { taken: () => string[] } {
  let seen: string[] = []
  traffic.onSent = text => seen.push(text.replace(/\s+/g, ' ').slice(0, 90))
  onTestFinished(() => {
    traffic.onSent = null
  })
  return {
    taken: () => {
      const all = seen
      seen = []
      return all.filter(source => !ENDS.test(source))
    },
  }
}

const URL = FEEDS[2] ?? ''
const WORDS = 'river bridge council flood market harvest railway strike museum winter budget school'.split(' ')

const item = (at: number) => {
  const words = Array.from({ length: 60 }, (_, n) => `${WORDS[(at * 7 + n * n) % WORDS.length]}${(at * 31 + n) % 977}`)
  const title = `${words.slice(0, 5).join(' ')} ${at}`
  const url = `https://meridian.example/news/${at}`
  return {
    entry: entry({ id: `news-${at}`, url, title, published: NOW - (100 - at) * MINUTE }),
    text: words.join(' '),
  }
}

const items = (from: number, to: number) => Array.from({ length: to - from }, (_, at) => item(from + at)).reverse()

function planAt(store: Store, now: Millis, of = URL): { plan: PollPlan; context: FilingContext } {
  const feed = store.feeds().find(({ url }) => url === of)
  const state = feed && store.feed(feed.id)
  if (!state) throw new Error('no feed')
  const plan: PollPlan = {
    feed: state,
    at: now,
    ms: 1,
    rules: { every: null, planned: null, minInterval: 5 * MINUTE, maxInterval: 360 * MINUTE, websub: false },
    answer: {
      kind: 'document',
      title: 'Meridian',
      language: 'en',
      validators: { etag: null, lastModified: null },
      hash: `${now}`,
      maxAge: null,
      retryAt: null,
      ttl: null,
      skip: null,
      movedTo: null,
      heir: null,
      warnings: [],
    },
  }
  const names = wireNames(AGENCIES)
  const { id, agency } = state
  return { plan, context: { feed: id, feedKey: of, agency, language: 'en', identity: 'guid', names, now } }
}

/** The same texts as another agency prints them. */
const reprints = (from: number, to: number) =>
  items(from, to).map(({ entry: { id, ...printed }, text }) => ({
    entry: { ...printed, id: `reprint-${id}`, url: null },
    text,
  }))

async function polls() {
  const store = openNewsroom()
  onTestFinished(() => store.close())
  const desk = new Desk(store, SETTINGS)
  const poll = async (from: number, to: number, now: Millis, of = URL) => {
    const { plan, context } = planAt(store, now, of)
    const document = desk.read(of === URL ? items(from, to) : reprints(from, to), context)
    const counting = countStatements()
    const before = traffic.trips
    const { outcome } = await desk.fileDocument(document, plan, context)
    return { counts: outcome.counts, statements: counting.taken(), trips: traffic.trips - before }
  }
  // The first document of a process makes the window ready, and the first of an hour is preceded by its review.
  await poll(0, 30, NOW)
  return poll
}

it('takes five statements for a document of thirty entries that are on file as they are', async () => {
  const poll = await polls()
  const { counts, statements } = await poll(0, 30, NOW + MINUTE)
  expect(counts.unchanged).toBe(30)
  expect(statements.length, statements.join('\n')).toBeLessThanOrEqual(5)
})

// PostgreSQL takes one row each of several tables by one statement: four that read, and four that write.
const FOR_ONE = ENGINE === 'sqlite' ? 15 : 8

it(`takes ${FOR_ONE} for one with a new entry among them`, async () => {
  const poll = await polls()
  const { counts, statements } = await poll(1, 31, NOW + MINUTE)
  expect(counts).toMatchObject({ unchanged: 29, new: 1 })
  expect(statements.length, statements.join('\n')).toBeLessThanOrEqual(FOR_ONE)
})

it('takes two or three more for each further one', async () => {
  const poll = await polls()
  const one = await poll(1, 31, NOW + MINUTE)
  const more = await poll(11, 41, NOW + 2 * MINUTE)
  expect(more.counts).toMatchObject({ unchanged: 20, new: 10 })
  expect(more.statements.length - one.statements.length).toBeLessThanOrEqual(9 * 8)
})

it.runIf(ENGINE === 'postgres')('waits for the server five times at most, however many entries are new', async () => {
  const poll = await polls()
  // Whatever others do on the same server makes the desk look whether it concerns it: the least of several polls counts.
  let now = NOW
  const least = async (news: number, times: number, from: number): Promise<number> => {
    let trips = Number.POSITIVE_INFINITY
    for (let time = 1; time <= times; time++) {
      const at = from + news * time
      now += MINUTE
      const polled = await poll(at, at + 30, now)
      expect(polled.counts).toMatchObject({ new: news, unchanged: 30 - news })
      trips = Math.min(trips, polled.trips)
    }
    return trips
  }
  expect(await least(0, 4, 0)).toBeLessThanOrEqual(2)
  const one = await least(1, 4, 0)
  expect(one).toBeLessThanOrEqual(5)
  expect(await least(10, 3, 4)).toBeLessThanOrEqual(one)
})

it.runIf(ENGINE === 'postgres')('waits for a review a few times, and not for each of its thirty stories', async () => {
  const poll = await polls()
  const { counts, trips } = await poll(0, 30, NOW + 61 * MINUTE)
  expect(counts.unchanged).toBe(30)
  // A slow machine takes more transactions for it.
  expect(trips).toBeLessThanOrEqual(150)
})

it.runIf(ENGINE === 'postgres')('waits little longer where half of a first document are copies', async () => {
  const poll = await polls()
  const { counts, trips } = await poll(15, 45, NOW + MINUTE, FEEDS[3])
  expect(counts).toMatchObject({ copy: 15, new: 15 })
  // What marks a report as a part of several is asked of each copy.
  expect(trips - counts.copy).toBeLessThanOrEqual(10)
})

it.runIf(ENGINE === 'postgres')(
  'sends the rows of a table together: a document of ten new entries takes few more statements than of one',
  async () => {
    const poll = await polls()
    const one = await poll(1, 31, NOW + MINUTE)
    const ten = await poll(11, 41, NOW + 2 * MINUTE)
    expect(ten.counts).toMatchObject({ unchanged: 20, new: 10 })
    expect(ten.statements.length - one.statements.length).toBeLessThanOrEqual(6)
  },
)
