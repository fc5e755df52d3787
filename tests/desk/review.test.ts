// The review of a window by the real desk over a real file: what becomes of threads follows from the documents and their
// times, and from nothing else.
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { madeStream } from '../../bench/threads/world.ts'
import { placeStory, storyFeatures } from '../../src/decide/thread/place.ts'
import { wireNames } from '../../src/decide/wire/read.ts'
import { Desk, type FilingContext } from '../../src/desk/desk.ts'
import { prepareSome, prepareWindow } from '../../src/desk/prepare.ts'
import { storingAtOnce } from '../../src/desk/storing.ts'
import { Unwritten } from '../../src/desk/unwritten.ts'
import { ActiveWindow, type Remaker } from '../../src/desk/window.ts'
import type { Report } from '../../src/model/decided.ts'
import type { Millis } from '../../src/model/units.ts'
import { storedText } from '../../src/store/columns.ts'
import type { Store } from '../../src/store/store.ts'
import { newDatabase } from '../helpers/engine.ts'
import { watchThread } from '../helpers/event-loop.ts'
import { random } from '../helpers/random.ts'
import { openRows } from '../helpers/rows.ts'
import { entry, FEEDS, HOUR, MINUTE, NOW, openNewsroom, SETTINGS, temporaryFolder } from '../store/newsroom.ts'

const LAW = { seed: 20_220_105, numRuns: 3, interruptAfterTimeLimit: 60_000 }
const NO_TEXTS: Remaker = { story: () => {}, report: () => {} }

interface Document {
  url: string
  now: Millis
  entries: { id: string; title: string; text: string; published: Millis }[]
}

/** Documents of several hours on a few events, each told in words of its own and in words of a neighbouring event. */
function documents(seed: number): Document[] {
  const next = random(seed)
  const pick = <T>(list: readonly T[]) => list[Math.floor(next() * list.length)] as T
  const word = () => Array.from({ length: 3 }, () => pick(['ka', 'lo', 'mi', 'ru', 'te', 'von', 'del', 'gri'])).join('')
  const events = Array.from({ length: 9 }, () => Array.from({ length: 10 }, word))
  return Array.from({ length: 7 }, (_, at) => {
    const now = NOW + at * 25 * MINUTE
    return {
      url: FEEDS[at % 2 === 0 ? 2 : 3] ?? '',
      now,
      entries: Array.from({ length: 24 }, (_, entry) => {
        const event = Math.floor(next() * events.length)
        const said = () => pick(events[next() < 0.85 ? event : (event + 1) % events.length] as string[])
        return {
          id: `${at}-${entry}`,
          title: Array.from({ length: 6 }, said).join(' '),
          text: [...Array.from({ length: 12 }, said), ...Array.from({ length: 6 }, word)].join(' '),
          published: now - entry * MINUTE,
        }
      }),
    }
  })
}

function contextOf(store: Store, { url, now }: Document): FilingContext {
  const feed = store.feeds().find(one => one.url === url)
  if (!feed) throw new Error(`no feed ${url}`)
  return { feed: feed.id, feedKey: url, agency: feed.agency, language: null, identity: 'guid', names: NAMES, now }
}
const NAMES = wireNames([])

async function fileDocument(desk: Desk, store: Store, document: Document): Promise<void> {
  const read = document.entries.map(({ text, ...draft }) => ({ entry: entry(draft), text }))
  await desk.fileInSlices(read, contextOf(store, document), () => {})
}

/** Every row that threading writes. */
function rowsOf(path: string): Record<string, unknown[]> {
  const db = openRows(path)
  try {
    const tables = ['x_stories', 'x_threads', 'x_regroupings', 'x_thread_links', 'x_redirects', 'x_story_features']
    return Object.fromEntries(tables.map(table => [table, db.prepare(`select * from ${table} order by 1, 2`).all()]))
  } finally {
    db.close()
  }
}

function marksOf(path: string): Record<string, number> {
  const db = openRows(path)
  try {
    const rows = db.prepare('select key, value from x_meta').all() as { key: string; value: string }[]
    return Object.fromEntries(rows.map(({ key, value }) => [key, Number(value)]))
  } finally {
    db.close()
  }
}

async function filedIn(slice: Millis, all: readonly Document[]): Promise<Record<string, unknown[]>> {
  const path = newDatabase(join(temporaryFolder(), 'news.db'))
  const store = openNewsroom({ path })
  const desk = new Desk(store, SETTINGS, storingAtOnce(), slice)
  for (const document of all) await fileDocument(desk, store, document)
  store.close()
  return rowsOf(path)
}

describe('the same documents', () => {
  it('give the same threads, row by row, in slices of 1 ms and of 1 s', async () => {
    let regrouped = 0
    let linked = 0
    await fc.assert(
      fc.asyncProperty(fc.nat(), async seed => {
        const all = documents(seed)
        const slow = await filedIn(1, all)
        expect(await filedIn(1_000, all)).toEqual(slow)
        regrouped += slow['x_regroupings']?.length ?? 0
        linked += slow['x_thread_links']?.length ?? 0
      }),
      LAW,
    )
    // The law is worth something only where reviews change threads.
    expect(regrouped).toBeGreaterThan(5)
    expect(linked).toBeGreaterThan(10)
  })

  it('give the same threads wherever a review of theirs was stopped and taken up by another process', async () => {
    const all = documents(3)
    const isFirstHour = ({ now }: Document) => Math.floor(now / HOUR) === Math.floor(NOW / HOUR)
    const before = all.filter(isFirstHour)
    const next = all.find(document => !isFirstHour(document))
    if (!next) throw new Error('no document of another hour')
    const whole = await filedIn(1_000, [...before, next])
    const stoppedAfter = new Set<string>()
    for (let stop = 1; ; stop += 7) {
      const path = newDatabase(join(temporaryFolder(), 'news.db'))
      const store = openNewsroom({ path })
      const desk = new Desk(store, SETTINGS)
      for (const document of before) await fileDocument(desk, store, document)
      let turns = 0
      const stopped = await prepareWindow(store, new ActiveWindow(SETTINGS), next.now, NO_TEXTS, {
        next: async () => {},
        // A step a turn, until the process dies.
        write: async work => {
          if (++turns > stop) throw new Error('killed')
          return work()
        },
        slice: 0,
      }).then(
        () => false,
        () => true,
      )
      store.close()
      if (!stopped) break
      const { reviewed_story = 0, review_until = 0, link_until = 0 } = marksOf(path)
      stoppedAfter.add(link_until > 0 ? 'link' : reviewed_story < review_until ? 'plan' : 'review')
      const again = openNewsroom({ path })
      await fileDocument(new Desk(again, SETTINGS), again, next)
      again.close()
      expect(rowsOf(path)).toEqual(whole)
    }
    expect([...stoppedAfter].sort()).toEqual(expect.arrayContaining(['link', 'plan']))
  })
})

const REPORT: Report = {
  feed: 1,
  agency: 'meridian',
  guid: '',
  globalGuid: null,
  url: null,
  canonicalUrl: null,
  title: 'A story',
  summary: null,
  content: null,
  text: '',
  language: 'en',
  published: null,
  updated: null,
  firstSeen: NOW,
  time: NOW,
  authors: [],
  categories: [],
  enclosures: [],
  wire: {
    title: 'A story',
    body: '',
    dateline: null,
    credits: [],
    signal: null,
    furniture: [],
    part: null,
    figures: [],
    embargo: null,
  },
  embargo: null,
  hash: '',
}

const FIRST = { rule: 'first', similarity: 1, coverage: 1, evidence: null } as const

/** A store with so many stories of a few days, placed as they would be; the reviews of all but the last hours are done. */
function fullStore(path: string, stories: number, fresh: number): { store: Store; now: Millis } {
  const store = openNewsroom({ path })
  const window = new ActiveWindow(SETTINGS)
  let now = NOW
  let filed = 0
  store.file(filing => {
    const asked = {
      feed: 1,
      agency: 'harir',
      keys: [],
      guids: [],
      urls: [],
      flashes: [],
      limit: 1,
      characters: 0,
      formerly: null,
    }
    const unwritten = new Unwritten(filing, { feed: 1, now }, filing.facts(asked))
    for (const { time, said } of madeStream(stories, Math.round(stories / 100))) {
      if (filed === 0) prepareSome(filing, window, time, NO_TEXTS)
      const features = storyFeatures(window.threads, said)
      const placement = placeStory(window.threads, features, time)
      const key = `${++filed}`
      const report = { ...REPORT, guid: key, time, firstSeen: time, language: said.language }
      const thread = placement.thread ?? unwritten.openThread(key)
      const story = unwritten.addStory(thread, key, said.language, JSON.stringify(placement))
      const id = unwritten.addReport(story, {
        report,
        stored: storedText(report, { folded: '', extra: '' }),
        guidKey: key,
        joined: FIRST,
      })
      window.addStory(unwritten.filing, thread, story, features, time)
      window.addReport(unwritten.filing, story, { ...report, id }, null)
      if (filed % 100 === 0) unwritten.flush()
      now = time
    }
    unwritten.flush()
    for (const mark of ['reviewed_story', 'linked_story']) filing.setMark(mark, stories - fresh)
  })
  return { store, now }
}

describe('a window of 20,000 stories', () => {
  it('is read and reviewed without keeping anybody waiting', async () => {
    const path = newDatabase(join(temporaryFolder(), 'news.db'))
    const { store, now } = fullStore(path, 20_000, 1_000)
    const document = { url: FEEDS[2] ?? '', now: now + HOUR, entries: [] }
    const { longest } = await watchThread(() => fileDocument(new Desk(store, SETTINGS), store, document))
    store.close()
    const marks = marksOf(path)
    expect(marks['reviewed_story']).toBe(20_000)
    expect(marks['linked_story']).toBe(20_000)
    expect(longest).toBeLessThan(100)
    // A server is given its 20,000 reports in a minute, on a machine that does nothing else.
  }, 600_000)
})
