// What retention deletes, over a real file: what goes with a thread, what comes back, what a limit of size does, and that the file
// shrinks.
import { copyFileSync, existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { Desk } from '../../src/desk/desk.ts'
import { mergeThreads, splitThread } from '../../src/desk/editor.ts'
import { planned } from '../../src/desk/planned.ts'
import { type Pruned, prune } from '../../src/desk/retention.ts'
import { storingAtOnce } from '../../src/desk/storing.ts'
import type { RetainSettings } from '../../src/model/config.ts'
import type { Store } from '../../src/store/store.ts'
import { audit } from '../helpers/audit.ts'
import { describeTheFile, newDatabase } from '../helpers/engine.ts'
import { prose, random } from '../helpers/random.ts'
import { openRows } from '../helpers/rows.ts'
import {
  DAY,
  type Draft,
  FEEDS,
  fileInto,
  HOUR,
  NOW,
  openNewsroom,
  SETTINGS,
  temporaryFolder,
} from '../store/newsroom.ts'

const [HARIR = '', , MERIDIAN = '', VOSTOK = ''] = FEEDS
const KEEP: RetainSettings = { reports: 100 * DAY, revisions: null, polls: 400 * DAY, size: null, floor: 20 * DAY }
/** When the old news was filed, and when retention looks. */
const OLD = NOW
const LATER = NOW + 200 * DAY

const DAM =
  'The Larkfield dam broke after two days of rain, and 12 people were killed when the water reached the villages below the reservoir, the governor said.'

const pruneAt = (store: Store, settings: Partial<RetainSettings> = {}, now = LATER): Promise<Pruned> =>
  prune({ store, storing: storingAtOnce(), next: async () => {} }, { ...KEEP, ...settings }, now)

function opened(path = newDatabase(join(temporaryFolder(), 'news.db'))) {
  const store = openNewsroom({ path })
  store.keepPolls(400 * DAY)
  const desk = new Desk(store, SETTINGS)
  const file = (url: string, drafts: readonly Draft[], now: number) => fileInto(desk, store, url, drafts, now)
  return { path, store, desk, file }
}

/** News of today in each feed: nothing older stands there. */
function newsOfToday({ file }: ReturnType<typeof opened>, at = LATER - HOUR): void {
  for (const [n, url] of FEEDS.entries()) {
    file(url, [{ id: `today-${n}`, title: `Today ${n}`, text: prose(random(n + 500), 30), published: at }], at)
  }
}

/** A thread of two stories, one copied, with all that may hang on it. */
function oldNews(room: ReturnType<typeof opened>): void {
  const { file } = room
  const dam: Draft = {
    id: 'dam',
    url: 'https://meridian.example/dam',
    title: 'Larkfield dam breaks',
    text: DAM,
    categories: ['Floods'],
  }
  file(MERIDIAN, [{ ...dam, published: OLD - HOUR }], OLD)
  file(MERIDIAN, [{ ...dam, text: DAM.replace('12 people', '14 people'), published: OLD - HOUR }], OLD + HOUR)
  file(VOSTOK, [{ id: 'v-dam', title: 'Villages under water', text: `${DAM}\n(Meridian)`, published: OLD }], OLD + HOUR)
  file(
    HARIR,
    [{ id: 'flash', title: 'عاجل | احتجاجات على أسعار الوقود', text: 'خرجت احتجاجات إلى الشوارع', published: OLD }],
    OLD,
  )
}

function count(path: string, query: string): number {
  const db = openRows(path)
  try {
    return Number(db.prepare(query).pluck().get())
  } finally {
    db.close()
  }
}

describe('a thread that is pruned', () => {
  it('leaves nothing but its names, what counts is counted, and its numbers are not given again', async () => {
    const room = opened()
    const { path, store } = room
    oldNews(room)
    const [thread] = store.search('dam', 5)
    const ids = { thread: thread?.thread ?? 0, story: thread?.id ?? 0 }
    newsOfToday(room)
    const before = store.agencies().find(({ id }) => id === 'meridian')?.reports
    const pruned = await pruneAt(store)
    expect(pruned).toMatchObject({ threads: 2, stories: 2, reports: 3, revisions: 1, polls: 0, edited: 0, standing: 0 })
    expect(store.search('dam', 5)).toEqual([])
    expect(store.thread(ids.thread)).toBeNull()
    expect([store.isPruned('thread', ids.thread), store.isPruned('story', ids.story)]).toEqual([true, true])
    expect([store.isPruned('thread', 999), store.isPruned('story', 999)]).toEqual([false, false])
    expect(store.agencies().find(({ id }) => id === 'meridian')?.reports).toBe((before ?? 0) - 1)
    for (const table of ['x_revisions', 'x_credits', 'x_figures', 'x_flashes']) {
      expect(count(path, `select count(*) from ${table} where report not in (select id from x_reports)`), table).toBe(0)
    }
    expect(count(path, 'select count(*) from x_report_categories')).toBe(0)
    // An address and a guid, and guids alone.
    expect(count(path, 'select count(*) from x_tombstones')).toBe(4)
    expect(count(path, `select sum(reports) from pruned where reason = 'age' and until = ${LATER - 100 * DAY}`)).toBe(3)
    const [fresh] = room.file(HARIR, [{ id: 'fresh', title: 'Snow closes the pass', text: 'Nobody came.' }], LATER)
    expect(fresh?.thread).toBeGreaterThan(ids.thread)
    store.close()
    expect(audit(path)).toEqual([])
  })

  it('goes where it has no story, as a damaged database may have it; one with a story without a report stays; neither holds up others', async () => {
    const room = opened()
    const { path, store } = room
    oldNews(room)
    newsOfToday(room)
    const oldest = count(path, 'select id from x_threads order by last, id limit 1')
    const db = openRows(path, { readonly: false })
    const columns = 'first, last, updated, title, language, lead, stories, reports, agencies, sources'
    db.exec(`insert into x_threads (id, key, ${columns})
      select 900000, 'without-stories', ${columns} from x_threads where id = ${oldest}`)
    db.exec(`insert into x_threads (id, key, ${columns})
      select 900001, 'without-reports', ${columns} from x_threads where id = ${oldest}`)
    db.exec(`insert into x_stories (id, key, thread, lead, time, updated, placement)
      select 900001, 'without-reports', 900001, lead, time, updated, placement from x_stories where thread = ${oldest} limit 1`)
    db.close()
    const stopping = new AbortController()
    let turns = 0
    const next = async () => {
      if (turns++ > 100) stopping.abort()
    }
    const pruned = await prune(
      { store, storing: storingAtOnce(), next, slice: 5, signal: stopping.signal },
      KEEP,
      LATER,
    )
    expect(pruned).toMatchObject({ isStopped: false, reports: 3 })
    expect([store.isPruned('thread', 900_000), store.isPruned('thread', 900_001)]).toEqual([true, false])
    expect(pruned.threads).toBe(3)
    store.close()
  })

  it('takes the ids with it that had been merged into it', async () => {
    const room = opened()
    const { store, path } = room
    oldNews(room)
    room.file(HARIR, [{ id: 'new', title: 'Snow closes the pass', text: prose(random(1), 30) }], LATER - 2 * DAY)
    newsOfToday(room)
    // Merged by the review, as it were: no editor had a hand in it.
    const [dam, protest] = store.recentThreads({ limit: 50 }).filter(({ last }) => last < LATER - 100 * DAY)
    store.file(filing => {
      filing.mergeThreads(dam?.id ?? 0, protest?.id ?? 0, { at: OLD, by: 'review', score: 1, reasons: [] })
    })
    expect(store.redirect('thread', protest?.id ?? 0)).toBe(dam?.id)
    // Joining has changed the thread: by the hour of the merge it is as old.
    const pruned = await pruneAt(store)
    expect(pruned.threads).toBe(1)
    expect(store.redirect('thread', protest?.id ?? 0)).toBeNull()
    expect(store.isPruned('thread', protest?.id ?? 0)).toBe(true)
    expect(count(path, 'select count(*) from regrouping')).toBe(0)
    store.close()
    expect(audit(path)).toEqual([])
  })

  it('in the log of what was joined and parted goes only where both sides are gone', async () => {
    const room = opened()
    oldNews(room)
    newsOfToday(room)
    const { store, path } = room
    const recent = store.recentThreads({ limit: 4 }).map(({ id }) => id)
    store.file(filing =>
      filing.mergeThreads(recent[0] ?? 0, recent[1] ?? 0, { at: OLD, by: 'review', score: 1, reasons: [] }),
    )
    await pruneAt(store)
    expect(count(path, 'select count(*) from regrouping')).toBe(1)
    store.close()
  })
})

describe('a thread that is old stays', () => {
  it.each([
    ['joined', (store: Store, ids: number[]) => mergeThreads(store, ids, OLD)],
    [
      'parted',
      (store: Store, ids: number[]) => {
        store.file(filing =>
          filing.mergeThreads(ids[0] ?? 0, ids[1] ?? 0, { at: OLD, by: 'review', score: 1, reasons: [] }),
        )
        return splitThread(store, ids[0] ?? 0, [2], OLD)
      },
    ],
  ] as const)('where an editor has %s it', async (_, edit) => {
    const room = opened()
    const { store } = room
    oldNews(room)
    newsOfToday(room)
    const ids = store
      .recentThreads({ limit: 50 })
      .filter(({ last }) => last < LATER - 100 * DAY)
      .map(({ id }) => id)
    expect(
      edit(
        store,
        [...ids].sort((a, b) => a - b),
      ),
    ).toMatchObject({ ok: true })
    const before = store.totals()
    expect(planned(store, KEEP, LATER)).toMatchObject({ threads: 0 })
    const pruned = await pruneAt(store)
    expect(pruned).toMatchObject({ threads: 0, reports: 0 })
    expect(pruned.edited).toBeGreaterThan(0)
    expect(store.totals()).toEqual(before)
    store.close()
  })

  it('while a report of it stands in its feed, and goes when the feed has let go of it or is not polled any more', async () => {
    const room = opened()
    oldNews(room)
    const { store } = room
    room.file(
      HARIR,
      [{ id: 'h', title: 'Snow closes the pass', text: prose(random(1), 30), published: LATER - DAY }],
      LATER - DAY,
    )
    // Meridian and Vostok have had no other document since.
    expect(await pruneAt(store)).toMatchObject({ threads: 1, standing: 1 })
    newsOfToday(room)
    expect(await pruneAt(store)).toMatchObject({ threads: 1, reports: 2, standing: 0 })
    store.close()
  })

  it('where the clock is ahead of all that is published', async () => {
    const room = opened()
    oldNews(room)
    newsOfToday(room, OLD + 2 * DAY)
    expect(await pruneAt(room.store, {}, OLD + 3_650 * DAY)).toMatchObject({ threads: 0, reports: 0 })
    room.store.close()
  })
})

describe('an entry of a report that was pruned', () => {
  const again = async (drafts: readonly Draft[], feed = MERIDIAN) => {
    const room = opened()
    oldNews(room)
    newsOfToday(room)
    await pruneAt(room.store)
    const before = room.store.totals().reports
    const filed = room.file(feed, drafts, LATER)
    expect(room.store.totals().reports - before).toBe(filed.filter(({ kind }) => kind !== 'unchanged').length)
    room.store.close()
    expect(audit(room.path)).toEqual([])
    return filed.map(({ kind }) => kind)
  }
  const dam: Draft = { id: 'dam', url: 'https://meridian.example/dam', title: 'Larkfield dam breaks', text: DAM }
  const dated = { ...dam, published: OLD - HOUR }

  it('is no news in its feed, with or without a date, with another text, or beside news', async () => {
    expect(await again([dated])).toEqual(['unchanged'])
    expect(await again([dam])).toEqual(['unchanged'])
    expect(await again([{ ...dated, title: 'Dam breaks', text: 'Nothing of it is left.' }])).toEqual(['unchanged'])
    const news = { id: 'news', title: 'Snow closes the pass', text: prose(random(3), 30) }
    expect(await again([dated, news, { ...dam, id: 'dam' }])).toEqual(['unchanged', 'new', 'unchanged'])
  })

  it('is no news under its address with another guid or in another feed, where it says how old it is', async () => {
    expect(await again([{ ...dated, id: 'dam-2' }])).toEqual(['unchanged'])
    expect(await again([{ ...dated, id: 'dam-2' }], VOSTOK)).toEqual(['unchanged'])
  })

  it('is news where its guid or its address was given to a later report', async () => {
    const later = { ...dam, title: 'Larkfield dam rebuilt', text: prose(random(4), 30), published: LATER - HOUR }
    expect(await again([later])).toEqual(['new'])
    expect(await again([{ ...later, id: 'dam-2' }])).toEqual(['new'])
    expect(await again([{ ...later, id: 'dam-2', published: null }])).toEqual(['new'])
  })
})

describeTheFile('a limit of size', () => {
  const limited = async (kept: number) => {
    const room = opened()
    const next = random(7)
    for (let day = 0; day < 80; day += 4) {
      const drafts = Array.from({ length: 12 }, (_, n) => ({
        id: `${day}-${n}`,
        title: prose(next, 8),
        text: prose(next, 400),
        published: OLD + day * DAY,
      }))
      room.file(FEEDS[(day / 4) % FEEDS.length] ?? '', drafts, OLD + day * DAY)
    }
    const now = OLD + 80 * DAY
    newsOfToday(room, now - HOUR)
    const held = bytes(room.store)
    const size = Math.round(held * kept)
    return { ...room, size, held, settings: { reports: null, size }, now }
  }
  const bytes = (store: Store): number => {
    const { pages, free, pageBytes } = store.fileSize()
    return (pages - free) * pageBytes
  }

  it('deletes the oldest threads until the file holds less, and no more than that takes', async () => {
    const { store, path, size, held, settings, now } = await limited(0.7)
    const plan = planned(store, { ...KEEP, ...settings }, now)
    const oldest = store
      .recentThreads({ limit: 1_000 })
      .map(({ first }) => first)
      .sort((a, b) => a - b)
    const pruned = await pruneAt(store, settings, now)
    expect(pruned).toMatchObject({ isTooLarge: false, bytesBefore: held })
    expect(bytes(store)).toBeLessThanOrEqual(size)
    expect(bytes(store)).toBeGreaterThan(size * 0.8)
    expect(plan.reports).toBeGreaterThan(pruned.reports * 0.7)
    expect(plan.reports).toBeLessThan(pruned.reports * 1.3)
    const left = store.recentThreads({ limit: 1_000 }).map(({ first }) => first)
    expect(Math.min(...left)).toBe(oldest[pruned.threads])
    store.close()
    expect(audit(path)).toEqual([])
  })

  it('deletes nothing of the window, and says that it cannot be kept', async () => {
    const { store, settings, now } = await limited(0.1)
    const pruned = await pruneAt(store, settings, now)
    expect(pruned.isTooLarge).toBe(true)
    expect(Math.min(...store.recentThreads({ limit: 1_000 }).map(({ first }) => first))).toBeGreaterThanOrEqual(
      now - KEEP.floor,
    )
    store.close()
  })
})

describeTheFile('disk space', () => {
  const filled = () => {
    const room = opened()
    const next = random(9)
    for (let n = 0; n < 12; n++) {
      const drafts = Array.from({ length: 10 }, (_, at) => ({
        id: `${n}-${at}`,
        title: prose(next, 8),
        text: prose(next, 800),
      }))
      room.file(FEEDS[n % FEEDS.length] ?? '', drafts, OLD + n * HOUR)
    }
    newsOfToday(room)
    return room
  }
  const sizeOf = (path: string) => statSync(path).size
  const checkpoint = (path: string) => {
    const db = new Database(path)
    db.pragma('wal_checkpoint(truncate)')
    db.close()
  }

  it('is given back by the file while it is in use, and the journal stays small', async () => {
    const { store, path } = filled()
    checkpoint(path)
    const before = sizeOf(path)
    let largest = 0
    const next = async () => {
      if (existsSync(`${path}-wal`)) largest = Math.max(largest, sizeOf(`${path}-wal`))
    }
    const pruned = await prune({ store, storing: storingAtOnce(), next }, KEEP, LATER)
    expect(pruned.reports).toBe(120)
    checkpoint(path)
    expect(sizeOf(path)).toBeLessThan(before * 0.25)
    expect(largest).toBeLessThan(40_000_000)
    store.close()
    expect(audit(path)).toEqual([])
  })

  it('of a file that cannot shrink is used again, and given back when it is written anew by whoever is alone with it', async () => {
    const { store: made, path } = filled()
    made.close()
    const old = join(temporaryFolder(), 'old.db')
    copyFileSync(path, old)
    const db = new Database(old)
    db.pragma('journal_mode = delete')
    db.pragma('auto_vacuum = none')
    db.exec('vacuum')
    db.close()
    const { store } = opened(old)
    expect(store.fileSize().canShrink).toBe(false)
    const before = sizeOf(old)
    await pruneAt(store)
    expect(sizeOf(old)).toBeGreaterThanOrEqual(before)
    expect(store.fileSize().free * store.fileSize().pageBytes).toBeGreaterThan(before * 0.7)
    const other = new Database(old)
    other.prepare('select count(*) from x_reports').get()
    store.waitForLock(10)
    expect(store.rewriteAlone()).toEqual({ ok: false, reason: 'another program has the file open' })
    other.close()
    expect(store.rewriteAlone()).toEqual({ ok: true, value: null })
    expect(store.fileSize()).toMatchObject({ canShrink: true })
    store.close()
    expect(sizeOf(old)).toBeLessThan(before * 0.25)
    expect(audit(old)).toEqual([])
  })
})
