// Laws of filing: whatever is filed, in whatever order and by whichever process, the tables agree with themselves.
import { join } from 'node:path'
import Database from 'better-sqlite3'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Desk } from '../../src/desk/desk.ts'
import type { ThreadSettings } from '../../src/model/config.ts'
import type { Store } from '../../src/store/store.ts'
import { audit } from '../helpers/audit.ts'
import { ENGINE, freeDatabase, newDatabase, runs } from '../helpers/engine.ts'
import { openRows } from '../helpers/rows.ts'
import { anySteps, DAY, openNewsroom, play, SETTINGS, type Step, temporaryFolder } from '../store/newsroom.ts'

// One fixed seed; on a slow machine fewer runs rather than a lost test, and no endless shrinking of a fault.
const LAW = { seed: 20_220_105, interruptAfterTimeLimit: 15_000 }
// A short window, so that generated weeks run through joining, fading and forgetting.
const SHORT: ThreadSettings = { threshold: 0.28, window: DAY }

interface ReportRow {
  id: number
  story: number
  feed: number
  agency: string
  headline: string
  signal: string | null
  joined_by: string
  change: string | null
  time: number
  changed: number
}

interface Snapshot {
  reports: ReportRow[]
  /** When each report was seen with a text that says something new. */
  news: Map<number, number[]>
  /** When each thread was joined or parted. */
  regrouped: Map<number, number[]>
  stories: Record<string, unknown>[]
  threads: Record<string, unknown>[]
  parts: Record<string, unknown>[]
  feeds: Record<string, unknown>[]
}

/** What the counts are made from, and not compared. */
type Raw = 'reports' | 'news' | 'regrouped'

function times(rows: { id: number; at: number }[]): Map<number, number[]> {
  const out = new Map<number, number[]>()
  for (const { id, at } of rows) out.set(id, [...(out.get(id) ?? []), at])
  return out
}

function tables(path: string): Snapshot {
  const db = openRows(path)
  try {
    const all = <T>(query: string) => db.prepare(query).all() as T[]
    return {
      reports: all(
        'select id, story, feed, agency, headline, signal, joined_by, change, time, changed from x_reports order by id',
      ),
      news: times(all(`select report as id, seen as at from revision where coalesce(change, '') <> 'cosmetic'`)),
      regrouped: times(
        all(`select kept as id, at from x_regroupings where kind like '%thread%'
             union all select other, at from x_regroupings where kind like '%thread%'
             union all select s.thread, g.at from x_regroupings g join x_stories s on s.id = g.kept where g.kind like '%stor%'
             -- The thread that the other story left, where it was another: it was counted anew at that moment.
             union all select t.id, g.at from x_regroupings g join x_threads t on t.updated = g.at where g.kind like '%stor%'`),
      ),
      stories: all(
        'select id, thread, lead, language, time, updated, reports, agencies, standing, central from x_stories order by id',
      ),
      threads: all(
        'select id, lead, title, language, first, last, updated, stories, reports, agencies from x_threads order by id',
      ),
      parts: all('select thread, agency, first, reports from x_thread_agencies order by thread, agency'),
      feeds: all('select id, reports from x_feeds order by id'),
    }
  } finally {
    db.close()
  }
}

const least = (numbers: readonly number[]) => Math.min(...numbers)
const most = (numbers: readonly number[]) => Math.max(...numbers)
const groups = <T>(items: readonly T[], key: (item: T) => number | string) => {
  const out = new Map<number | string, T[]>()
  for (const item of items) out.set(key(item), [...(out.get(key(item)) ?? []), item])
  return out
}

/** Everything that is counted filing by filing, counted anew from the reports and from which story and thread they are in. */
function recounted({ reports, news, regrouped, stories: filed, feeds }: Snapshot): Omit<Snapshot, Raw> {
  const byStory = groups(reports, report => report.story)
  const stories = filed.map(story => {
    const members = byStory.get(Number(story['id'])) ?? []
    const standing = (report: ReportRow) => (report.signal === 'kill' ? 0 : report.signal === 'flash' ? 1 : 2)
    const rank = (report: ReportRow) => (standing(report) === 2 && report.joined_by === 'flash' ? 3 : standing(report))
    const lead = [...members].sort((a, b) => rank(b) - rank(a) || a.time - b.time || a.id - b.id)[0]
    return {
      id: Number(story['id']),
      thread: Number(story['thread']),
      lead: lead?.id,
      language: story['language'],
      time: least(members.map(({ time }) => time)),
      // Spelling and layout are no news.
      updated: most(members.flatMap(({ id }) => news.get(id) ?? [])),
      reports: members.length,
      agencies: new Set(members.map(({ agency }) => agency)).size,
      standing: lead && standing(lead),
      central: Number(story['central']),
    }
  })
  const threads = [...groups(stories, story => story.thread)]
    .sort(([a], [b]) => Number(a) - Number(b))
    .map(([id, members]) => {
      const lead = [...members].sort(
        (a, b) =>
          Number(b.standing) - Number(a.standing) ||
          b.central - a.central ||
          b.agencies - a.agencies ||
          b.time - a.time ||
          b.id - a.id,
      )[0]
      const inside = reports.filter(report => members.some(story => story.id === report.story))
      return {
        id: Number(id),
        lead: lead?.id,
        title: reports.find(report => report.id === lead?.lead)?.headline,
        language: lead?.language,
        first: least(members.map(({ time }) => time)),
        last: most(members.map(({ time }) => time)),
        // A merge or a split is a change too.
        updated: most([...members.map(({ updated }) => Number(updated)), ...(regrouped.get(Number(id)) ?? [])]),
        stories: members.length,
        reports: inside.length,
        agencies: new Set(inside.map(({ agency }) => agency)).size,
        inside,
      }
    })
  const parts = threads.flatMap(({ id, inside }) =>
    [...groups(inside, report => report.agency)].map(([agency, members]) => ({
      thread: id,
      agency,
      first: least(members.map(({ time }) => time)),
      reports: members.length,
    })),
  )
  return {
    stories,
    threads: threads.map(({ inside: _, ...thread }) => thread),
    parts: parts.sort((a, b) => a.thread - b.thread || (a.agency < b.agency ? -1 : 1)),
    feeds: feeds.map(({ id }) => ({ id, reports: reports.filter(({ feed }) => feed === id).length })),
  }
}

/** What was decided of each report and story, apart from row numbers that a retry may skip. */
function decisions(path: string): unknown {
  const db = openRows(path)
  try {
    return [
      db
        .prepare('select id, feed, guid, story, joined_by, similarity, revisions, text from x_reports order by id')
        .all(),
      db.prepare('select id, key, thread, placement from x_stories order by id').all(),
    ]
  } finally {
    db.close()
  }
}

describe('filing generated news', () => {
  it('keeps every count, time and lead as if it were counted anew, and the full-text index in step', () => {
    const folder = temporaryFolder()
    let run = 0
    const seen = { copies: 0, revisions: 0, joined: 0, killed: 0 }
    fc.assert(
      fc.property(anySteps, steps => {
        const path = newDatabase(join(folder, `${run++}.db`))
        const store = openNewsroom({ path })
        try {
          const desk = new Desk(store, SHORT)
          play(steps, () => ({ desk, store }))
          const { reports, news, regrouped, ...counted } = tables(path)
          expect(counted).toEqual(recounted({ reports, news, regrouped, ...counted }))
          seen.copies += reports.length - counted.stories.length
          seen.joined += counted.stories.length - counted.threads.length
          seen.killed += reports.filter(({ signal }) => signal === 'kill').length
          seen.revisions += reports.filter(({ id }) => (store.report(id)?.revisions.length ?? 0) > 1).length
        } finally {
          store.close()
        }
        if (ENGINE !== 'sqlite') {
          expect(audit(path)).toEqual([])
          freeDatabase(path)
          return
        }
        const db = new Database(path)
        try {
          // Compares the index with the reports it is made from; throws where they differ.
          db.exec(`insert into x_search (x_search, rank) values ('integrity-check', 1)`)
        } finally {
          db.close()
        }
      }),
      { ...LAW, numRuns: runs(50) },
    )
    // The law is worth something only where the news made has all of this. A busy machine makes fewer runs, and a second engine too.
    if (ENGINE === 'sqlite')
      for (const [what, count] of Object.entries(seen)) expect(count / run, what).toBeGreaterThan(0.6)
  })

  it('decides the same after a restart at any moment', () => {
    const folder = temporaryFolder()
    let run = 0
    fc.assert(
      fc.property(
        anySteps,
        fc.array(fc.constantFrom('', '', 'desk', 'desk', 'file'), { minLength: 14, maxLength: 14 }),
        (steps, restarts) => {
          const one = newDatabase(join(folder, `${run}-one.db`))
          const other = newDatabase(join(folder, `${run++}-other.db`))
          fileByOne(one, steps)
          let store = openNewsroom({ path: other })
          let desk = new Desk(store, SHORT)
          play(steps, number => {
            if (restarts[number] === 'file') {
              store.close()
              store = openNewsroom({ path: other })
            }
            if (restarts[number]) desk = new Desk(store, SHORT)
            return { desk, store }
          })
          store.close()
          expect(decisions(other)).toEqual(decisions(one))
          for (const done of [one, other]) freeDatabase(done)
        },
      ),
      { ...LAW, numRuns: runs(20) },
    )
  })

  it('decides the same whether one process files or two by turns', () => {
    const folder = temporaryFolder()
    let run = 0
    fc.assert(
      fc.property(anySteps, fc.array(fc.nat(1), { minLength: 14, maxLength: 14 }), (steps, turns) => {
        const one = newDatabase(join(folder, `${run}-one.db`))
        const both = newDatabase(join(folder, `${run++}-both.db`))
        fileByOne(one, steps)
        const processes = [0, 1].map(() => {
          const store = openNewsroom({ path: both })
          return { store, desk: new Desk(store, SHORT) }
        }) as [{ store: Store; desk: Desk }, { store: Store; desk: Desk }]
        play(steps, number => processes[turns[number] === 1 ? 1 : 0])
        for (const { store } of processes) store.close()
        expect(decisions(both)).toEqual(decisions(one))
        for (const done of [one, both]) freeDatabase(done)
      }),
      { ...LAW, numRuns: runs(16) },
    )
  })

  it('files nothing new when the same polls come again', () => {
    fc.assert(
      fc.property(anySteps, steps => {
        const store = openNewsroom()
        const desk = new Desk(store, SETTINGS)
        play(steps, () => ({ desk, store }))
        const before = store.totals()
        const again = steps.at(-1)
        if (again)
          play([{ ...again, after: steps.reduce((sum, { after }) => sum + after, 0) }], () => ({ desk, store }))
        expect(store.totals()).toEqual(before)
        store.close()
      }),
      { ...LAW, numRuns: runs(25) },
    )
  })
})

function fileByOne(path: string, steps: readonly Step[]): void {
  const store = openNewsroom({ path })
  const desk = new Desk(store, SHORT)
  play(steps, () => ({ desk, store }))
  store.close()
}
