// Pages are read on a connection of their own, which neither waits for the one that files nor sees half of what it does.
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { Desk } from '../../src/desk/desk.ts'
import { openReader } from '../../src/store/open.ts'
import type { Store, StoreReader } from '../../src/store/store.ts'
import { newDatabase } from '../helpers/engine.ts'
import { FEEDS, fileInto, HOUR, NOW, openNewsroom, SETTINGS, temporaryFolder } from './newsroom.ts'

const [HARIR = '', , MERIDIAN = ''] = FEEDS
const ANYTHING = { limit: 10 }

function newsroom(): { store: Store; desk: Desk; reader: StoreReader; path: string } {
  const path = newDatabase(join(temporaryFolder(), 'news.db'))
  const store = openNewsroom({ path })
  onTestFinished(() => store.close())
  return { store, desk: new Desk(store, SETTINGS), reader: read(path), path }
}

function read(path: string): StoreReader {
  const opened = openReader(path)
  if (!opened.ok) throw new Error(opened.reason)
  onTestFinished(() => opened.value.close())
  return opened.value
}

const DAM = { id: 'dam', title: 'Larkfield dam breaks', text: 'The Larkfield dam broke after two days of rain.' }

describe('a reader', () => {
  it('sees what another connection has filed since it was opened', () => {
    const { store, desk, reader } = newsroom()
    expect(reader.recentThreads(ANYTHING)).toEqual([])
    const before = reader.version()
    fileInto(desk, store, MERIDIAN, [DAM], NOW)
    expect(reader.version()).toBeGreaterThan(before)
    expect(reader.recentThreads(ANYTHING)).toEqual(store.recentThreads(ANYTHING))
    expect(reader.recentStories(ANYTHING)).toEqual(store.recentStories(ANYTHING))
    const [story] = reader.recentStories(ANYTHING)
    expect(reader.story(story?.id ?? 0)).toEqual(store.story(story?.id ?? 0))
    expect(reader.thread(story?.thread ?? 0)).toEqual(store.thread(story?.thread ?? 0))
    expect([reader.agencies(), reader.feeds(), reader.totals()]).toEqual([
      store.agencies(),
      store.feeds(),
      store.totals(),
    ])
  })

  it('neither waits for a filing under way nor sees anything of it', () => {
    const { store, reader } = newsroom()
    const version = reader.version()
    store.file(filing => {
      const counts = { entries: 1, new: 0, revision: 1, copy: 0, unchanged: 0, rejected: 0 }
      filing.countPoll(filing.openPoll(1, NOW), counts)
      expect(reader.version()).toBe(version)
      expect(reader.due(NOW + HOUR)).toHaveLength(FEEDS.length)
    })
    expect(reader.version()).not.toBe(version)
  })

  it('sees one state for as long as several questions are asked together', () => {
    const { store, desk, reader } = newsroom()
    const seen = reader.together(() => {
      const before = [reader.version(), reader.totals().reports]
      fileInto(desk, store, MERIDIAN, [DAM], NOW)
      return [
        before,
        [reader.version(), reader.totals().reports],
        reader.together(() => reader.recentStories(ANYTHING)),
      ]
    })
    expect(seen[1]).toEqual(seen[0])
    expect(seen[2]).toEqual([])
    expect(reader.totals().reports).toBe(1)
  })

  it('is free to read again after a question that failed', () => {
    const { reader } = newsroom()
    expect(() =>
      reader.together(() => {
        throw new Error('a page that cannot be written')
      }),
    ).toThrow('a page that cannot be written')
    expect(reader.together(() => reader.totals().reports)).toBe(0)
  })

  it('tells which feeds are due as the store does', () => {
    const { store, desk, reader } = newsroom()
    fileInto(desk, store, MERIDIAN, [DAM], NOW)
    for (const at of [NOW - 1, NOW, NOW + HOUR, NOW + 2 * HOUR]) expect(reader.due(at)).toEqual(store.due(at))
    expect(reader.due(NOW, NOW + HOUR / 2)).toEqual(store.due(NOW, NOW + HOUR / 2))
    const [feed] = reader.feeds()
    expect(reader.feed(feed?.id ?? 0)).toEqual(feed)
    expect(reader.feed(999)).toBeNull()
  })

  it('finds subscriptions that are made after it was opened', () => {
    const { store, reader } = newsroom()
    const feed = store.feeds().find(({ url }) => url === HARIR)?.id ?? 0
    expect(reader.subscription(feed)).toBeNull()
    expect(reader.subscriptionsDue(NOW)).toEqual([])
    const made = {
      id: 'a'.repeat(32),
      feed,
      hub: 'https://hub.example/',
      topic: HARIR,
      secret: 'of the hub',
      callback: 'https://minwal.example/websub/a',
      state: 'active' as const,
      asked: NOW,
      leaseEnd: NOW + HOUR,
      nextAsk: NOW,
      attempts: 0,
      lastPush: null,
      ignored: 0,
      note: null,
    }
    store.saveSubscription(made)
    expect(reader.subscription(feed)).toEqual(made)
    expect(reader.subscriptionById(made.id)).toEqual(made)
    expect(reader.subscriptionsDue(NOW)).toEqual([made])
    expect(reader.subscriptionsDue(NOW - 1)).toEqual([])
  })

  it('is refused with a sentence where there is no file, or none that can be shared', () => {
    const path = join(temporaryFolder(), 'none.db')
    const reason = `there is no database at ${path} yet: start it with \`minwal run\` or \`minwal poll\``
    expect(openReader(path)).toEqual({ ok: false, reason })
    expect(openReader(':memory:').ok).toBe(false)
  })
})
