// What is read of a document of which most entries are on file as they are.
import { expect, it, onTestFinished } from 'vitest'
import type { PollPlan } from '../../src/decide/schedule/plan.ts'
import { wireNames } from '../../src/decide/wire/read.ts'
import { Desk, type FilingContext } from '../../src/desk/desk.ts'
import type { ReadDocument, ReadEntry } from '../../src/desk/document.ts'
import type { Millis } from '../../src/model/units.ts'
import type { Store } from '../../src/store/store.ts'
import { AGENCIES, entry, FEEDS, MINUTE, NOW, openNewsroom, SETTINGS } from '../store/newsroom.ts'

const URL = FEEDS[2] ?? ''
const WORDS = 'river bridge council flood market harvest railway strike museum winter budget school'.split(' ')

function item(at: number, id = `https://meridian.example/news/${at}`): ReadEntry {
  const words = Array.from({ length: 60 }, (_, n) => `${WORDS[(at * 7 + n * n) % WORDS.length]}${(at * 31 + n) % 977}`)
  const url = `https://meridian.example/news/${at}`
  const title = `${words.slice(0, 5).join(' ')} ${at}`
  return { entry: entry({ id, url, title, published: NOW - (100 - at) * MINUTE }), text: words.join(' ') }
}

const items = (from: number, to: number) => Array.from({ length: to - from }, (_, at) => item(from + at)).reverse()

function planAt(store: Store, now: Millis): { plan: PollPlan; context: FilingContext } {
  const feed = store.feeds().find(({ url }) => url === URL)
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
  const { id, agency } = state
  const names = wireNames(AGENCIES)
  return { plan, context: { feed: id, feedKey: URL, agency, language: 'en', identity: 'guid', names, now } }
}

function newsroom() {
  const store = openNewsroom()
  onTestFinished(() => store.close())
  const desk = new Desk(store, SETTINGS)
  /** The places that were read, a list for each time that was asked; `meanwhile` is done before they are answered. */
  const poll = async (entries: readonly ReadEntry[], now: Millis, meanwhile = async () => {}) => {
    const { plan, context } = planAt(store, now)
    const document = desk.read(entries, context)
    const read: number[][] = []
    const watched: ReadDocument = {
      ...document,
      read: async ats => {
        read.push([...ats])
        const readings = await document.read(ats)
        if (read.length === 1) await meanwhile()
        return readings
      },
    }
    const { filed } = await desk.fileDocument(watched, plan, context)
    return { kinds: filed.map(({ kind }) => kind), read }
  }
  return { store, poll }
}

const ALL = Array.from({ length: 30 }, (_, at) => at)

it('are its new entries alone', async () => {
  const { poll } = newsroom()
  expect((await poll(items(0, 30), NOW)).read).toEqual([ALL])
  const { kinds, read } = await poll(items(2, 32), NOW + MINUTE)
  expect(read).toEqual([[0, 1]])
  expect(kinds).toEqual(['new', 'new', ...Array(28).fill('unchanged')])
})

it('are all of them where one may be a report on file under another guid', async () => {
  const { store, poll } = newsroom()
  await poll(items(0, 30), NOW)
  const [newest, ...others] = items(0, 30) as [ReadEntry, ...ReadEntry[]]
  const { kinds, read } = await poll([item(29, `${newest.entry.url}?utm_source=feed`), ...others], NOW + MINUTE)
  expect(read).toEqual([[0], ALL])
  expect(kinds).toEqual(Array(30).fill('unchanged'))
  expect(store.totals().reports).toBe(30)
})

it('are all of them where another poll changes one meanwhile', async () => {
  const { store, poll } = newsroom()
  await poll(items(0, 30), NOW)
  const revised = item(5)
  revised.text += ' and the bridge is closed until further notice, the council says'
  const { kinds, read } = await poll(items(1, 31), NOW + 2 * MINUTE, async () => {
    expect((await poll([revised], NOW + MINUTE)).kinds).toEqual(['revision'])
  })
  expect(read).toEqual([[0], ALL])
  expect(kinds.filter(kind => kind === 'new')).toHaveLength(1)
  expect(kinds.filter(kind => kind === 'revision')).toHaveLength(1)
  expect(store.totals().reports).toBe(31)
})
