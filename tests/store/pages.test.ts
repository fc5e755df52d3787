// What pages ask does not grow with the store: no statement of theirs reads all reports, and stories and threads only in the
// order of a page, until it is full.
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { Desk } from '../../src/desk/desk.ts'
import type { Selection } from '../../src/model/shown.ts'
import { edition } from '../../src/publish/edition.ts'
import { createReader } from '../../src/store/read/reader.ts'
import { spelled, statements } from '../../src/store/statements.ts'
import { config } from '../publish/fixture.ts'
import { FEEDS, fileInto, NOW, openNewsroom, SETTINGS, temporaryFolder } from './newsroom.ts'

const [HARIR = '', SPORT = '', MERIDIAN = ''] = FEEDS

/** Tables and indexes that statements read from end to end, as SQLite plans them; feeds are few, and views no tables. */
function scansOf(
  path: string,
  ask: (reader: ReturnType<typeof createReader>) => unknown,
  asked: string[] = [],
): string[] {
  const db = new Database(path, { readonly: true })
  const scans = new Set<string>()
  const sql = statements(db)
  const explain = (text: string, parameters: object = {}): void => {
    asked.push(text)
    for (const { detail } of db.prepare(`explain query plan ${spelled(text)}`).all(parameters) as {
      detail: string
    }[]) {
      if (
        /^SCAN /.test(detail) &&
        !/VIRTUAL TABLE|CONSTANT ROW|SCAN (?:found|m|p|f|n|revision|x_feeds|\(subquery)\b/.test(detail)
      )
        scans.add(detail)
    }
  }
  const reader = createReader(
    {
      all: (text, parameters) => {
        explain(text, parameters)
        return sql.all(text, parameters)
      },
      get: (text, parameters) => {
        explain(text, parameters)
        return sql.get(text, parameters)
      },
      each: (text, parameters) => {
        explain(text, parameters)
        return sql.all(text, parameters)
      },
    },
    work => work(),
  )
  try {
    ask(reader)
    return [...scans].sort()
  } finally {
    db.close()
  }
}

function newsroom(): string {
  const path = `${temporaryFolder()}/news.db`
  const store = openNewsroom({ path })
  const desk = new Desk(store, SETTINGS)
  const dam = { id: 'dam', title: 'Larkfield dam breaks, 12 killed', text: 'The Larkfield dam broke. (Vostok-Info)' }
  fileInto(desk, store, MERIDIAN, [{ ...dam, categories: ['Floods'] }], NOW)
  fileInto(desk, store, SPORT, [{ id: 'final', title: 'المباراة النهائية', text: 'انتهت المباراة النهائية.' }], NOW + 1)
  fileInto(desk, store, HARIR, [{ id: 'council', title: 'مجلس الأمن', text: 'عقد المجلس جلسة.' }], NOW + 2)
  store.close()
  return path
}

const CONFIG = {
  title: 'Minwal',
  link: 'https://news.example',
  language: 'en',
  publish: { ...config().publish, limit: 50 },
}

const SELECTIONS: readonly Partial<Selection>[] = [
  {},
  { since: NOW - 1 },
  { minAgencies: 2 },
  { agency: 'meridian' },
  { lang: 'ar' },
  { category: 'Floods' },
  { category: 'sport' },
  { credit: 'Vostok-Info' },
  { q: 'dam' },
  { agency: 'meridian', lang: 'en', category: 'Floods', q: 'dam', since: NOW - 1 },
]

describe('a page', () => {
  const path = () => newsroom()

  it.each(SELECTIONS)('of stories that are %j reads no table from end to end', selection => {
    const scans = scansOf(path(), reader => {
      expect(reader.recentStories({ limit: 10, ...selection }).length).toBeGreaterThanOrEqual(
        selection.minAgencies ? 0 : 1,
      )
    })
    expect(scans.filter(scan => scan !== 'SCAN s USING COVERING INDEX stories_time')).toEqual([])
  })

  it.each(SELECTIONS)('of threads that are %j reads no table from end to end', selection => {
    const scans = scansOf(path(), reader => {
      expect(reader.recentThreads({ limit: 10, ...selection }).length).toBeGreaterThanOrEqual(
        selection.minAgencies ? 0 : 1,
      )
    })
    expect(scans.filter(scan => !/^SCAN t USING (?:COVERING )?INDEX threads_last$/.test(scan))).toEqual([])
  })

  it('of one story, one thread or one report reads no table from end to end', () => {
    const scans = scansOf(path(), reader => {
      const [story] = reader.recentStories({ limit: 1 })
      reader.story(story?.id ?? 0)
      reader.thread(story?.thread ?? 0)
      reader.figures(story?.thread ?? 0)
      reader.report(1)
      reader.redirect('story', 1)
      reader.mergedInto('story', 1)
    })
    expect(scans.filter(scan => scan !== 'SCAN s USING COVERING INDEX stories_time')).toEqual([])
  })

  it('of many threads asks no more than that of one, and finds of each what its own page does', () => {
    const file = path()
    const asking = (limit: number): string[] => {
      const asked: string[] = []
      const scans = scansOf(file, reader => edition(reader, CONFIG, { minAgencies: 1, limit }, 'threads'), asked)
      // Of the log of joins the newest entries, a fixed number.
      const bounded = /^SCAN (?:t USING (?:COVERING )?INDEX threads_last|x_regroupings)$/
      expect(scans.filter(scan => !bounded.test(scan))).toEqual([])
      return asked
    }
    expect(asking(3)).toHaveLength(asking(1).length)
    scansOf(file, reader => {
      const threads = reader.recentThreads({ limit: 10 })
      expect(threads).toHaveLength(3)
      const ids = threads.map(({ id }) => id)
      const timelines = reader.timelines(ids, 5)
      const figures = reader.figuresOf(ids)
      expect([...figures.values()].flat().length).toBeGreaterThan(0)
      for (const { id, lead } of threads) {
        expect(timelines.get(id)).toEqual(reader.recentStories({ thread: id, limit: 5, headlines: true }).reverse())
        expect(figures.get(id) ?? []).toEqual(reader.figures(id))
        expect(reader.beginnings([lead.id]).get(lead.id)).toBe(reader.story(lead.id)?.text)
      }
      expect(reader.timelines([], 5).size + reader.figuresOf([]).size + reader.beginnings([]).size).toBe(0)
    })
  })

  it.each(SELECTIONS)('of the API whose threads and stories are %j reads no table from end to end', selection => {
    const scans = scansOf(path(), reader => {
      const after = { time: NOW + 1_000, id: 1_000 }
      const least = selection.minAgencies ? 0 : 1
      expect(reader.storyRows({ limit: 10, after, ...selection }).length).toBeGreaterThanOrEqual(least)
      expect(reader.threadRows({ limit: 10, after, ...selection }).length).toBeGreaterThanOrEqual(least)
    })
    // The agencies of one story are gathered first.
    const inOrder = /^SCAN (?:[st] USING (?:COVERING )?INDEX (?:stories_time|threads_last)|p)$/
    expect(scans.filter(scan => !inOrder.test(scan))).toEqual([])
  })

  it('of the API with one of anything, or with reports and figures, reads no table from end to end', () => {
    const scans = scansOf(path(), reader => {
      const [story] = reader.storyRows({ limit: 1 })
      expect(reader.storyRow(Number(story?.['id']))).toMatchObject({ id: story?.['id'] })
      expect(reader.threadRow(Number(story?.['thread']))).toMatchObject({ id: story?.['thread'] })
      expect(reader.reportRow(1)).toMatchObject({ id: 1 })
      expect(reader.revisionRows(1)).toHaveLength(1)
      reader.creditRows(1)
      reader.linkRows(1)
      reader.pollRows(1, 10)
      reader.storyTexts([1, 2], 100)
      const limit = 10
      for (const choice of [
        { story: 1 },
        { thread: 1 },
        { agency: 'meridian' },
        { feed: 3 },
        { before: 2 },
        { lang: 'en' },
      ]) {
        expect(reader.reportRows({ ...choice, limit }).rows.length).toBeGreaterThan(0)
      }
      for (const choice of [
        { story: 1 },
        { thread: 1 },
        { report: 1 },
        { kind: 'killed' },
        { agency: 'meridian' },
        {},
      ]) {
        expect(reader.figureRows({ ...choice, limit }).rows.length).toBeGreaterThan(0)
      }
    })
    // What is looked at is bounded, in the order of a list.
    const bounded = /^SCAN (?:s USING COVERING INDEX stories_time|looked|l|r|g|p)$/
    expect(scans.filter(scan => !bounded.test(scan))).toEqual([])
  })

  it('of agencies, feeds or sizes reads no report', () => {
    const scans = scansOf(path(), reader => [reader.agencies(), reader.feeds(), reader.totals(), reader.version()])
    expect(scans.filter(scan => /\b(?:r|x|reports)\b/.test(scan))).toEqual([])
  })
})
