// Laws of retention: whatever was filed, and however its deleting is cut into pieces, nothing recent goes, nothing that an editor
// touched goes, nothing comes back as new, and what stays is as though the rest had never been.
import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Desk } from '../../src/desk/desk.ts'
import { mergeThreads } from '../../src/desk/editor.ts'
import { type Pruned, prune } from '../../src/desk/retention.ts'
import { storingAtOnce } from '../../src/desk/storing.ts'
import type { RetainSettings, ThreadSettings } from '../../src/model/config.ts'
import type { Store } from '../../src/store/store.ts'
import { audit } from '../helpers/audit.ts'
import { ENGINE, freeDatabase, newDatabase, runs } from '../helpers/engine.ts'
import { openRows, tablesOf } from '../helpers/rows.ts'
import { DAY, type Draft, FEEDS, fileInto, NOW, openNewsroom, temporaryFolder } from '../store/newsroom.ts'

const LAW = { seed: 20_261_129, interruptAfterTimeLimit: 15_000 }
const SHORT: ThreadSettings = { threshold: 0.28, window: DAY }
const KEPT = 20 * DAY
const SETTINGS: RetainSettings = { reports: KEPT, revisions: null, polls: 400 * DAY, size: null, floor: 4 * DAY }

interface Told {
  feed: number
  day: number
  topic: number
  piece: number
  isDated: boolean
  isWorldwide: boolean
  hasUrl: boolean
}

/** Reports over sixty days, by the day. */
const anyNews: fc.Arbitrary<Told[]> = fc
  .array(
    fc.record({
      feed: fc.nat(FEEDS.length - 1),
      day: fc.nat(60),
      topic: fc.nat(6),
      piece: fc.nat(1),
      isDated: fc.boolean(),
      isWorldwide: fc.boolean(),
      hasUrl: fc.boolean(),
    }),
    { minLength: 8, maxLength: 40 },
  )
  .map(news => news.sort((a, b) => a.day - b.day))

const WORDS = 'river dam valley rescue boats villages rain levee governor shelter bridge helicopters'.split(' ')

function draftOf({ day, topic, piece, isDated, isWorldwide, hasUrl }: Told, n: number): Draft {
  const text = Array.from(
    { length: 30 },
    (_, at) => `${WORDS[(at * (topic + 2) + piece) % WORDS.length]}${topic}${at % 7}`,
  )
  return {
    id: isWorldwide ? `urn:news.example:${n}` : `news-${n}`,
    url: hasUrl ? `https://news.example/${n}?utm_source=rss` : null,
    title: `${text.slice(0, 5).join(' ')} ${piece}`,
    text: text.join(' '),
    published: isDated ? NOW + day * DAY - 60_000 : null,
    categories: [`topic ${topic}`],
  }
}

const LAST = NOW + 61 * DAY

/** File the news, and something of the last day in each feed, so that nothing else stands there. */
function fileAll(store: Store, news: readonly Told[]): Draft[][] {
  // The audit counts reports against what polls have brought.
  store.keepPolls(400 * DAY)
  const desk = new Desk(store, SHORT)
  const served: Draft[][] = FEEDS.map(() => [])
  for (const [n, told] of news.entries()) {
    const draft = draftOf(told, n)
    served[told.feed]?.push(draft)
    fileInto(desk, store, FEEDS[told.feed] ?? '', [draft], NOW + told.day * DAY)
  }
  for (const [feed, url] of FEEDS.entries()) {
    const draft: Draft = {
      id: `last-${feed}`,
      title: `Last of feed ${feed}`,
      text: `Nothing else ${feed}`,
      published: LAST - DAY,
    }
    fileInto(desk, store, url, [draft], LAST - DAY)
  }
  return served
}

const pruneAt = (store: Store, slice: number, settings = SETTINGS, now = LAST): Promise<Pruned> =>
  prune({ store, storing: storingAtOnce(), next: async () => {}, slice }, settings, now)

interface Thread {
  id: number
  last: number
  updated: number
  reports: number
}

function threadsOf(path: string): Thread[] {
  const db = openRows(path)
  try {
    return db.prepare('select id, last, updated, reports from x_threads order by id').all() as Thread[]
  } finally {
    db.close()
  }
}

/** All that is on file but what counts transactions. */
function dump(path: string): unknown {
  const db = openRows(path)
  try {
    return tablesOf(path)
      .filter(name => !name.startsWith('x_search') && name !== 'x_seal')
      .map(name => [
        name,
        db
          .prepare(
            `select * from "${name}"${name === 'x_meta' ? ` where key not in ('version', 'identity', 'changes')` : ''}`,
          )
          .all()
          // A server gives rows in no order.
          .map(row => JSON.stringify(row))
          .sort(),
      ])
  } finally {
    db.close()
  }
}

describe('retention over generated news', () => {
  it('deletes threads without news for long, and no other; what stays counts as before', async () => {
    const folder = temporaryFolder()
    let run = 0
    const seen = { pruned: 0, kept: 0, edited: 0 }
    await fc.assert(
      fc.asyncProperty(anyNews, fc.nat(40), fc.constantFrom(0, 5, 1_000), async (news, edits, slice) => {
        const path = newDatabase(join(folder, `${run++}.db`))
        const store = openNewsroom({ path })
        fileAll(store, news)
        const all = threadsOf(path)
        // Of the older half: most would go.
        const half = Math.ceil(all.length / 2)
        const one = all[edits % half]?.id ?? 0
        const other = all[(edits + 1) % half]?.id ?? 0
        const merged = mergeThreads(store, [one, other], NOW + 62 * DAY - DAY)
        const before = threadsOf(path)
        const edited = merged.ok ? merged.value : null
        const pruned = await pruneAt(store, slice)
        const after = new Map(threadsOf(path).map(thread => [thread.id, thread]))
        const cut = LAST - KEPT
        for (const thread of before) {
          const goes = thread.id !== edited && thread.last < cut && thread.updated < cut
          expect(after.get(thread.id), `thread ${thread.id}`).toEqual(goes ? undefined : thread)
          expect(store.isPruned('thread', thread.id)).toBe(goes)
          if (goes) expect(store.thread(thread.id)).toBeNull()
        }
        expect(pruned.threads).toBe(before.length - after.size)
        expect(store.totals().pruned).toBe(pruned.reports)
        store.close()
        expect(audit(path)).toEqual([])
        seen.pruned += pruned.threads
        seen.kept += after.size
        freeDatabase(path)
        if (edited !== null && (before.find(({ id }) => id === edited)?.last ?? cut) < cut) seen.edited++
      }),
      { ...LAW, numRuns: runs(40) },
    )
    expect(seen.pruned / run).toBeGreaterThan(2)
    expect(seen.kept / run).toBeGreaterThan(4)
    expect(seen.edited / run).toBeGreaterThan(0.3)
  })

  it('files nothing when what was pruned is served again', async () => {
    let pruned = 0
    let run = 0
    await fc.assert(
      fc.asyncProperty(anyNews, fc.boolean(), async (news, elsewhere) => {
        run++
        const store = openNewsroom()
        const served = fileAll(store, news)
        pruned += (await pruneAt(store, 1_000)).reports
        const desk = new Desk(store, SHORT)
        const before = store.totals()
        for (const [feed, drafts] of served.entries()) {
          // In another feed an address has to say how old it is.
          const again = elsewhere ? drafts.filter(({ url, published }) => url && published) : drafts
          const url = FEEDS[elsewhere ? (feed + 1) % FEEDS.length : feed] ?? ''
          const renamed = elsewhere ? again.map((draft, n) => ({ ...draft, id: `other-${n}` })) : again
          const gone = renamed.filter(({ published }) => !elsewhere || (published ?? 0) < LAST - KEPT)
          const filed = fileInto(desk, store, url, gone, LAST + DAY)
          if (elsewhere) expect(filed.filter(({ kind }) => kind === 'new')).toEqual([])
          else expect(filed.map(({ kind }) => kind)).toEqual(gone.map(() => 'unchanged'))
        }
        if (!elsewhere) expect(store.totals()).toMatchObject({ reports: before.reports, stories: before.stories })
        store.close()
      }),
      { ...LAW, numRuns: runs(40) },
    )
    expect(pruned / run).toBeGreaterThan(4)
  })

  it('comes to the same in pieces of a few reports as at once, and wherever it was stopped', async () => {
    const folder = temporaryFolder()
    let run = 0
    await fc.assert(
      fc.asyncProperty(anyNews, fc.nat(12), async (news, stops) => {
        const path = newDatabase(join(folder, `${run}.db`))
        const one = openNewsroom({ path })
        fileAll(one, news)
        one.close()
        const other = newDatabase(join(folder, `${run++}-pieces.db`))
        if (ENGINE === 'sqlite') copyFileSync(path, other)
        else {
          // A server's database is filled again.
          const two = openNewsroom({ path: other })
          fileAll(two, news)
          two.close()
        }
        const atOnce = openNewsroom({ path })
        await pruneAt(atOnce, 60_000)
        atOnce.close()
        const pieces = openNewsroom({ path: other })
        const stopping = new AbortController()
        let turns = 0
        const next = async () => {
          if (turns++ === stops) stopping.abort()
        }
        await prune(
          { store: pieces, storing: storingAtOnce(), next, slice: 0, signal: stopping.signal },
          SETTINGS,
          LAST,
        )
        pieces.close()
        expect(audit(other)).toEqual([])
        const again = openNewsroom({ path: other })
        await pruneAt(again, 0)
        again.close()
        expect(dump(other)).toEqual(dump(path))
        for (const done of [path, other]) freeDatabase(done)
      }),
      { ...LAW, numRuns: runs(25) },
    )
  })
})
