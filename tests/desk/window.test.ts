// The indexes of recent news over restarts and clocks that are set.
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Desk } from '../../src/desk/desk.ts'
import { newDatabase } from '../helpers/engine.ts'
import { random } from '../helpers/random.ts'
import { openRows } from '../helpers/rows.ts'
import {
  DAY,
  type Draft,
  FEEDS,
  fileInto,
  HOUR,
  MINUTE,
  NOW,
  openNewsroom,
  SETTINGS,
  temporaryFolder,
} from '../store/newsroom.ts'

const FEED = FEEDS[2] ?? ''

/** Invented words, the same for the same seed. */
function words(seed: number, count: number): string[] {
  const next = random(seed)
  const syllables = ['ka', 'lo', 'mi', 'ru', 'te', 'sha', 'von', 'del', 'par', 'gri', 'ost', 'ném']
  const word = () => Array.from({ length: 3 }, () => syllables[Math.floor(next() * syllables.length)]).join('')
  return Array.from({ length: count }, word)
}

/** Two reports of neighbouring events: a part of their words is the same. */
function pair(at: number): Draft[] {
  const common = words(1_000 + at, 7)
  return [0, 1].map(side => {
    const own = words(at * 2 + side + 1, 20)
    return {
      id: `${at}-${side}`,
      title: [...common.slice(0, 3), ...own.slice(0, 4)].join(' '),
      text: [...own, ...common].join(' '),
      published: NOW - (at + 2) * MINUTE,
    }
  })
}

const drafts = Array.from({ length: 12 }, (_, at) => pair(at)).flat()

/** The links on file after the reports were filed, reviewed an hour later, and further polls; `restart` after the review. */
function linksOnFile(restart: boolean): unknown[] {
  const path = newDatabase(join(temporaryFolder(), 'news.db'))
  let store = openNewsroom({ path })
  let desk = new Desk(store, SETTINGS)
  fileInto(desk, store, FEED, drafts, NOW)
  fileInto(desk, store, FEED, drafts, NOW + HOUR)
  if (restart) {
    store.close()
    store = openNewsroom({ path })
    desk = new Desk(store, SETTINGS)
  }
  for (let poll = 1; poll < 20; poll++) fileInto(desk, store, FEED, drafts, NOW + HOUR + poll * MINUTE)
  store.close()
  const db = openRows(path)
  const links = db.prepare('select thread, other, kind from link order by thread, other').all()
  db.close()
  return links
}

describe('what waits to be told beside a thread', () => {
  it('is found after a restart as without one', () => {
    const links = linksOnFile(false)
    expect(links.length).toBeGreaterThan(5)
    expect(linksOnFile(true)).toEqual(links)
  })
})

describe('a clock that was ahead for a while', () => {
  it('makes nothing forgotten: copies and threads are found as before when it is right again', () => {
    const store = openNewsroom()
    const desk = new Desk(store, SETTINGS)
    const text = words(7, 40).join(' ')
    fileInto(desk, store, FEED, [{ id: 'first', title: 'The dam of Orle', text, published: NOW }], NOW)
    fileInto(desk, store, FEED, [{ id: 'ahead', title: 'Another year', text: words(8, 30).join(' ') }], NOW + 400 * DAY)
    const [copy] = fileInto(
      desk,
      store,
      FEEDS[0] ?? '',
      [{ id: 'copy', title: 'The dam of Orle', text, published: NOW }],
      NOW + HOUR,
    )
    expect(copy?.kind).toBe('copy')
    store.close()
  })

  it('does not put off the review until then', () => {
    const path = newDatabase(join(temporaryFolder(), 'news.db'))
    const store = openNewsroom({ path })
    const desk = new Desk(store, SETTINGS)
    fileInto(desk, store, FEED, drafts.slice(0, 2), NOW)
    fileInto(desk, store, FEED, [], NOW + 400 * DAY)
    fileInto(desk, store, FEED, drafts, NOW + HOUR)
    fileInto(desk, store, FEED, drafts, NOW + 2 * HOUR)
    store.close()
    const db = openRows(path)
    const mark = (name: string) => Number(db.prepare('select value from x_meta where key = ?').pluck().get(name))
    expect(mark('reviewed_story')).toBe(mark('review_until'))
    expect(mark('review_until')).toBeGreaterThanOrEqual(24)
    db.close()
  })
})
