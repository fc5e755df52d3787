import { describe, expect, it } from 'vitest'
import { wireNames } from '../../src/decide/wire/read.ts'
import { Desk, type FilingContext } from '../../src/desk/desk.ts'
import type { PollOutcome } from '../../src/model/decided.ts'
import type { Millis } from '../../src/model/units.ts'
import type { Store } from '../../src/store/store.ts'
import { audit } from '../helpers/audit.ts'
import { newDatabase } from '../helpers/engine.ts'
import { openRows } from '../helpers/rows.ts'
import {
  AGENCIES,
  entry,
  FEEDS,
  fileInto,
  HOUR,
  NOW,
  openNewsroom,
  pollUpdate,
  SETTINGS,
  temporaryFolder,
} from '../store/newsroom.ts'

const LARGE = 600
const WORDS = Array.from({ length: 4_000 }, (_, at) => `w${at.toString(36)}`)

/** A document far larger than one slice. */
const entries = Array.from({ length: LARGE }, (_, at) => {
  const text = Array.from({ length: 40 }, (_, n) => WORDS[(at * 131 + n * 37 + n * n) % WORDS.length]).join(' ')
  return { entry: entry({ id: `e${at}`, title: `Item ${at}`, published: NOW - (LARGE - at) * 1_000 }), text }
})

function context(store: Store, now: Millis): FilingContext {
  const url = FEEDS[2] ?? ''
  const feed = store.feeds().find(one => one.url === url)
  if (!feed) throw new Error('no feed')
  const names = wireNames(AGENCIES)
  return { feed: feed.id, feedKey: url, agency: feed.agency, language: 'en', identity: 'guid', names, now }
}

function finishAt(now: Millis, { feed, feedKey }: FilingContext): Parameters<Desk['file']>[2] {
  return (filing, _, { counts, poll }) => {
    const outcome: PollOutcome = {
      feed,
      url: feedKey,
      at: now,
      ms: 1,
      status: 'filed',
      counts,
      warnings: [],
      failure: null,
      gap: null,
      nextPoll: now + HOUR,
      reason: 'test',
    }
    filing.recordPoll(outcome, pollUpdate(), poll)
  }
}

describe('a large document', () => {
  it('is filed with other work getting its turn between, and counts as one poll', async () => {
    const path = newDatabase(`${temporaryFolder()}/n.db`)
    const store = openNewsroom({ path })
    let turns = 0
    let filing = true
    const others = (async () => {
      while (filing) {
        await new Promise(resolve => setImmediate(resolve))
        turns++
      }
    })()
    const given = context(store, NOW)
    const filed = await new Desk(store, SETTINGS).fileInSlices(entries, given, finishAt(NOW, given))
    filing = false
    await others
    expect(filed).toHaveLength(LARGE)
    expect(turns).toBeGreaterThan(3)
    store.close()
    const db = openRows(path)
    expect(db.prepare('select status, entries, new + copy as filed from poll').all()).toEqual([
      { status: 'filed', entries: LARGE, filed: LARGE },
    ])
    db.close()
    expect(audit(path)).toEqual([])
  })

  it('that could not be filed to its end stands as an interrupted poll, and the next one files the rest only', async () => {
    const path = newDatabase(`${temporaryFolder()}/n.db`)
    const store = openNewsroom({ path })
    const given = context(store, NOW)
    const fault = new Error('the disk is full')
    await expect(
      new Desk(store, SETTINGS).fileInSlices(entries, given, () => {
        throw fault
      }),
    ).rejects.toBe(fault)
    const before = store.totals().reports
    // What the last slice held was rolled back; what came before it is on file.
    expect(before).toBeGreaterThan(0)
    expect(before).toBeLessThanOrEqual(LARGE)
    const later = context(store, NOW + HOUR)
    const again = await new Desk(store, SETTINGS).fileInSlices(entries, later, finishAt(NOW + HOUR, later))
    expect(again.filter(({ kind }) => kind === 'unchanged')).toHaveLength(before)
    expect(store.totals().reports).toBe(LARGE)
    store.close()
    const db = openRows(path)
    expect(db.prepare('select status from poll order by id').pluck().all()).toEqual(['interrupted', 'filed'])
    db.close()
    expect(audit(path)).toEqual([])
  })

  it('is decided as it would be in one transaction', async () => {
    const decided = async (file: (desk: Desk, given: FilingContext) => unknown) => {
      const path = newDatabase(`${temporaryFolder()}/n.db`)
      const store = openNewsroom({ path })
      await file(new Desk(store, SETTINGS), context(store, NOW))
      store.close()
      const db = openRows(path)
      const rows = db
        .prepare(
          'select r.guid, r.story, s.thread, s.placement from x_reports r join x_stories s on s.id = r.story order by r.id',
        )
        .all()
      db.close()
      return rows
    }
    const whole = await decided((desk, given) => desk.file(entries, given, finishAt(NOW, given)))
    const sliced = await decided((desk, given) => desk.fileInSlices(entries, given, finishAt(NOW, given)))
    expect(sliced).toEqual(whole)
  })
})

describe('features that no index reads any more', () => {
  it('are forgotten, so that the file of many years does not carry them; those in the window stay', () => {
    const path = newDatabase(`${temporaryFolder()}/n.db`)
    const store = openNewsroom({ path })
    const desk = new Desk(store, SETTINGS)
    const file = (id: string, title: string, now: Millis) =>
      fileInto(desk, store, FEEDS[2] ?? '', [{ id, title, published: now }], now)
    file('1', 'Dam breaks above the valley', NOW)
    file('2', 'Bakers strike over night pay', NOW + 12 * 24 * HOUR)
    store.close()
    const db = openRows(path)
    const left = (table: string) => db.prepare(`select count(*) from ${table}`).pluck().get()
    expect([left('x_reports'), left('x_story_features'), left('x_report_features')]).toEqual([2, 1, 1])
    db.close()
  })
})

describe('features that are missing', () => {
  it('are made again from the texts, so that copies and threads are still found', () => {
    const path = newDatabase(`${temporaryFolder()}/n.db`)
    const text =
      'The Larkfield dam broke before dawn on Tuesday after three days of rain, and water ran through the valley below it.'
    const store = openNewsroom({ path })
    const [filed] = fileInto(
      new Desk(store, SETTINGS),
      store,
      FEEDS[2] ?? '',
      [{ id: '1', title: 'Dam breaks', text }],
      NOW,
    )
    store.close()
    const db = openRows(path, { readonly: false })
    db.exec('delete from x_story_features; delete from x_report_features')
    db.close()
    const again = openNewsroom({ path })
    const [copy] = fileInto(new Desk(again, SETTINGS), again, FEEDS[0] ?? '', [{ id: '2', title: 'Water', text }], NOW)
    expect(copy).toMatchObject({ kind: 'copy', story: filed?.story })
    again.close()
  })
})

describe('a catalogue', () => {
  const NAMES = ['Alder', 'Birch', 'Cedar', 'Hazel', 'Juniper', 'Larch', 'Maple']
  const items = NAMES.map((name, at) => ({
    entry: entry({
      id: `catalogue-${name}`,
      url: `https://catalogue.example/${name}`,
      title: `Use the ${name} reading display with Larkvoice`,
      published: NOW - at * 60_000,
    }),
    // What is said of each is its own; the headline and the last sentence are those of all.
    text: `${WORDS.slice(at * 80 + 200, at * 80 + 260).join(' ')}. Learn how to use device-specific keys to interact with your machine.`,
  }))
  const threadsOf = (batches: readonly (typeof items)[]): number[] => {
    const path = newDatabase(`${temporaryFolder()}/n.db`)
    const store = openNewsroom({ path })
    const desk = new Desk(store, SETTINGS)
    for (const [at, batch] of batches.entries()) {
      const now = NOW + at * HOUR
      const given = context(store, now)
      desk.file(batch, given, finishAt(now, given))
    }
    store.close()
    const db = openRows(path)
    const sizes = db.prepare('select stories from thread order by stories desc').pluck().all() as number[]
    db.close()
    return sizes
  }

  it('is no event: what its entries have in common brings none of them together', () => {
    expect(threadsOf([items.slice(0, 6), items, items])).toEqual(NAMES.map(() => 1))
  })

  it('of fewer entries is not known as one', () => {
    expect(threadsOf([items.slice(0, 3)])).toEqual([3])
  })
})

describe('a wire that was killed', () => {
  it('is still known by what it said: a paper seen later that runs it is in its story', () => {
    const store = openNewsroom()
    const desk = new Desk(store, SETTINGS)
    const text =
      'A senior official of the city left the country on a private plane on Wednesday evening, sources said. He had told nobody in the government, they added, and no comment was to be had.'
    const [wire] = fileInto(desk, store, FEEDS[2] ?? '', [{ id: '1', title: 'Official flees abroad', text }], NOW)
    const [killed] = fileInto(
      desk,
      store,
      FEEDS[2] ?? '',
      [
        {
          id: '1',
          title: 'KILL: Official flees abroad',
          text: 'Please kill the report headed "Official flees abroad".',
        },
      ],
      NOW + HOUR,
    )
    const [paper] = fileInto(
      desk,
      store,
      FEEDS[3] ?? '',
      [{ id: '9', title: 'Where is the man from the city?', text }],
      NOW + 2 * HOUR,
    )
    expect(killed?.kind).toBe('revision')
    expect(paper).toMatchObject({ kind: 'copy', story: wire?.story })
    store.close()
  })
})
