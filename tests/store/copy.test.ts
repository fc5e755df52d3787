// A database is copied from one engine to the other and back: what it holds, what it is refused for, and what is found when it is not
// the same. Against a real PostgreSQL.
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import { NOTHING_STATED } from '../../src/decide/page.ts'
import { wireNames } from '../../src/decide/wire/read.ts'
import { Desk } from '../../src/desk/desk.ts'
import type { PageAnswer } from '../../src/model/page.ts'
import type { Subscription } from '../../src/model/stored.ts'
import { type Copied, type CopyOptions, copyDatabase } from '../../src/store/copy/copy.ts'
import { columnsOf } from '../../src/store/copy/postgres.ts'
import { LEFT_OUT, TABLES } from '../../src/store/copy/tables.ts'
import { openStore } from '../../src/store/open.ts'
import { openConnection } from '../../src/store/postgres/connection.ts'
import { mendFullTextIn } from '../../src/store/postgres/mend.ts'
import { postgresSql } from '../../src/store/postgres/sql.ts'
import { VIEWS } from '../../src/store/postgres/views.ts'
import { openQueries } from '../../src/store/query.ts'
import type { Store } from '../../src/store/store.ts'
import { audit } from '../helpers/audit.ts'
import { newSchema } from '../helpers/engine.ts'
import { HAS_POSTGRES } from '../helpers/postgres.ts'
import { rowsIn } from '../helpers/rows.ts'
import {
  AGENCIES,
  anySteps,
  DAY,
  FEEDS,
  fileInto,
  NOW,
  openNewsroom,
  play,
  SETTINGS,
  temporaryFolder,
} from './newsroom.ts'

const subscription: Subscription = {
  ...{ feed: 1, id: 'one', hub: 'https://hub.example/', topic: 'https://a.example/feed', secret: 'not to be seen' },
  ...{
    callback: 'https://me.example/',
    state: 'asked',
    asked: 5,
    leaseEnd: 7,
    nextAsk: 9,
    attempts: 2,
    lastPush: null,
  },
  ...{ ignored: 0, note: null },
}

const NEWS: Parameters<typeof play>[0] = fc.sample(anySteps, { numRuns: 4, seed: 7 }).flat()

/** A database with news, something kept back, and agreements with hubs. */
function fill(store: Store, steps = NEWS): void {
  const desk = new Desk(store, SETTINGS)
  play(steps, () => ({ desk, store }))
  store.file(filing => {
    filing.holdBack(1, 'kept back', NOW + DAY, NOW, '{"title":"Not yet"}')
    filing.setMark('pruned_report', 7_000)
  })
  store.saveSubscription(subscription)
  const kept = {
    kind: 'keep',
    callback: 'https://s.example/',
    topic: 'https://n.example/feed.atom',
    secret: 'x',
  } as const
  store.changeSubscribers([{ ...kept, leaseEnd: 50, delivered: '"a"' }])
}

function newsIn(path: string, steps = NEWS): string {
  const store = openNewsroom({ path })
  fill(store, steps)
  store.close()
  return path
}

async function copied(from: string, to: string, more: Partial<CopyOptions> = {}): Promise<Copied> {
  const done = await copyDatabase({ from, to, ...more })
  if (!done.ok) throw new Error(done.reason)
  return done.value
}

const refusal = async (from: string, to: string, more: Partial<CopyOptions> = {}): Promise<string> => {
  const done = await copyDatabase({ from, to, ...more })
  return done.ok ? '' : done.reason
}

/** What every public view shows, as text. */
function shown(path: string): Record<string, string> {
  const queries = openQueries(path)
  if (!queries.ok) throw new Error(queries.reason)
  try {
    return Object.fromEntries(
      VIEWS.map(view => {
        const columns = view === 'search' ? 'rowid, title, text, folded' : '*'
        const rows = [...queries.value.ask(`select ${columns} from ${view}`).rows].map(row => row.map(String).join('|'))
        return [view, rows.sort().join('\n')]
      }),
    )
  } finally {
    queries.value.close()
  }
}

function write(database: string, text: string): void {
  const connection = openConnection(database)
  connection.ask({ text, values: [], name: null })
  connection.close()
}

describe.skipIf(!HAS_POSTGRES)('a copy', () => {
  it('from a file to PostgreSQL and back shows the same in every public view', async () => {
    await fc.assert(
      fc.asyncProperty(anySteps, async steps => {
        const where = temporaryFolder()
        const file = newsIn(join(where, 'news.db'), steps)
        const [database, back] = [newSchema(), join(where, 'back.db')]
        const there = await copied(file, database)
        const returned = await copied(database, back)
        expect(returned.tables).toEqual(there.tables)
        expect(shown(back)).toEqual(shown(file))
        expect(audit(back)).toEqual(audit(file))
        rmSync(back)
      }),
      { numRuns: 6 },
    )
  })

  it('has every table and column of both engines, but those that say why not', () => {
    const file = new Database(newsIn(join(temporaryFolder(), 'news.db'), []))
    onTestFinished(() => void file.close())
    const database = newSchema()
    openNewsroom({ path: database }).close()
    const connection = openConnection(database)
    onTestFinished(() => connection.close())
    const known = new Set([...TABLES.map(({ name }) => name), ...Object.keys(LEFT_OUT)])
    const inFile = file
      .prepare(
        "select name from sqlite_schema where type = 'table' and name not like 'sqlite%' and name not like 'x\\_search\\_%' escape '\\'",
      )
      .pluck()
      .all() as string[]
    const inDatabase = rowsIn(
      database,
      "select table_name as name from information_schema.tables where table_schema = current_schema() and table_type = 'BASE TABLE'",
    ).map(({ name }) => String(name))
    expect([...inFile, ...inDatabase].filter(name => !known.has(name))).toEqual([])
    for (const { name, isSecret } of TABLES) {
      if (isSecret) continue
      const columns = file.prepare('select name from pragma_table_xinfo(?) where hidden = 0').pluck().all(name)
      expect(columnsOf(postgresSql(connection), name).toSorted(), name).toEqual(columns.toSorted())
    }
  })

  it('keeps what is kept back, with its key, subscriptions and subscribers; new numbers are higher than all before', async () => {
    const where = temporaryFolder()
    const file = newsIn(join(where, 'news.db'))
    const [database, back] = [newSchema(), join(where, 'back.db')]
    await copied(file, database)
    await copied(database, back)
    const numbers = (path: string) => {
      const opened = openStore({ path })
      if (!opened.ok) throw new Error(opened.reason)
      const store = opened.value
      try {
        expect(store.held(1, NOW + 2 * DAY).entries).toEqual(['{"title":"Not yet"}'])
        expect(store.subscription(1)).toEqual(subscription)
        expect(store.subscribers()).toMatchObject([{ callback: 'https://s.example/', secret: 'x', delivered: '"a"' }])
        const desk = new Desk(store, SETTINGS)
        fileInto(
          desk,
          store,
          FEEDS[0] ?? '',
          [{ id: 'later', title: 'After the copy', text: 'It goes on.' }],
          NOW + 9 * DAY,
        )
      } finally {
        store.close()
      }
      return rowsIn(
        path,
        `select (select max(id) from x_polls) as poll, (select max(id) from x_reports) as report, (select max(seq) from x_story_features) as feature,
           (select max(id) from x_stories) as story, (select max(id) from x_threads) as thread, (select value from x_meta where "key" = 'tag_authority') as tag`,
      )
    }
    const before = numbers(file)
    expect(Number(before[0]?.['report'])).toBe(7_001)
    expect(numbers(database)).toEqual(before)
    expect(numbers(back)).toEqual(before)
  })

  it('tells how far it is up to all there is, also of a file without secrets', async () => {
    const file = join(temporaryFolder(), 'news.db')
    const store = openNewsroom({ path: file })
    play(NEWS, () => ({ desk: new Desk(store, SETTINGS), store }))
    store.close()
    rmSync(`${file}.private`, { force: true })
    const told: [done: number, total: number][] = []
    const { resumed } = await copied(file, newSchema(), { onProgress: (done, total) => told.push([done, total]) })
    expect(resumed).toBe(0)
    expect(new Set(told.map(([, total]) => total)).size).toBe(1)
    const share = told.map(([done, total]) => done / total)
    expect(share).toEqual(share.toSorted((a, b) => a - b))
    expect(share[0]).toBeGreaterThan(0)
    expect(share.at(-1)).toBe(1)
  })

  it('finds reports by the words of their headlines, texts and pages, as the source does', async () => {
    const where = temporaryFolder()
    const file = join(where, 'news.db')
    const store = openNewsroom({ path: file })
    const desk = new Desk(store, SETTINGS)
    const ferry = {
      id: 'ferry',
      url: 'https://meridian.example/ferry',
      title: 'Boats to run again on Saturday',
      text: 'Crews of the three ferry lines voted by a wide margin…',
    }
    const page: PageAnswer = {
      ...{ ...NOTHING_STATED, verdict: 'article', because: 'it has the headline' },
      text: 'Crews of the three ferry lines voted by a wide margin on Friday to take the offer of their employers and sail again. The price of haddock had doubled, and احتجاجات الصيادين went on.',
    }
    const [, , meridian = ''] = FEEDS
    fileInto(desk, store, meridian, [ferry, { id: 'two', title: 'Another', text: 'Of lighthouses' }], NOW)
    const asked = { report: 1, host: 'meridian.example', answer: page, attempts: 1, extractor: 1 }
    await desk.pages.file(asked, { now: NOW + 60_000, names: wireNames(AGENCIES) })
    store.close()
    const [database, back] = [newSchema(), join(where, 'back.db')]
    await copied(file, database)
    await copied(database, back)
    let inSource: number[] | null = null
    for (const path of [file, database, back]) {
      const opened = openStore({ path, readOnly: true })
      if (!opened.ok) throw new Error(opened.reason)
      const found: number[] = ['saturday', 'ferry', 'haddock', 'الاحتجاج', 'lighthouse', 'nothing'].map(
        word => opened.value.search(word, 9).length,
      )
      opened.value.close()
      expect(found.map(Boolean), path).toEqual([true, true, true, true, true, false])
      expect(found, path).toEqual(inSource ?? found)
      inSource ??= found
    }
    const words = () => rowsIn(database, 'select report, words::text as words from x_search order by report')
    const before = words()
    mendFullTextIn(database)
    expect(words()).toEqual(before)
  })

  it('is refused where the target holds news, is half a copy of another, or where both are of one engine', async () => {
    const where = temporaryFolder()
    const file = newsIn(join(where, 'news.db'))
    const other = newsIn(join(where, 'other.db'), [])
    const database = newSchema()
    await copied(file, database)
    expect(await refusal(file, database)).toMatch(/holds news already: name one that is new/)
    expect(await refusal(file, other)).toMatch(/`minwal backup FILE`/)
    expect(await refusal(database, newSchema())).toMatch(/`pg_dump`/)
    expect(await refusal(join(where, 'none.db'), newSchema())).toMatch(/there is no database at/)
    const half = newSchema()
    await halfCopied(file, half)
    expect(await refusal(other, half)).toMatch(/is half a copy of .*news\.db, not of .*other\.db/)
  })

  it('that is half is opened by nobody, who is told what to do; it goes on where it was', async () => {
    const where = temporaryFolder()
    const file = newsIn(join(where, 'news.db'))
    const [database, back] = [newSchema(), join(where, 'back.db')]
    await halfCopied(file, database)
    for (const readOnly of [true, false]) {
      const opened = openStore({ path: database, readOnly })
      expect(opened.ok ? '' : opened.reason).toMatch(
        /is half a copy: run `minwal copy --from \S+news\.db --to postgres:/,
      )
    }
    const whole = await copied(file, database)
    expect(whole.resumed).toBeGreaterThan(0)
    await halfCopied(database, back)
    const opened = openStore({ path: back })
    expect(opened.ok ? '' : opened.reason).toMatch(/back\.db is half a copy: run `minwal copy --from postgres:/)
    expect((await copied(database, back)).resumed).toBeGreaterThan(0)
    expect(shown(back)).toEqual(shown(file))
  })

  it('begins anew where the source has changed since it was begun', async () => {
    for (const to of [newSchema(), join(temporaryFolder(), 'back.db')]) {
      const where = temporaryFolder()
      const file = newsIn(join(where, 'news.db'))
      const first = newSchema()
      const from = to.endsWith('.db') ? first : file
      if (from !== file) await copied(file, first)
      await halfCopied(from, to)
      const store = openNewsroom({ path: from })
      const draft = { id: 'later', title: 'After the copy was begun', text: 'It goes on.' }
      fileInto(new Desk(store, SETTINGS), store, FEEDS[0] ?? '', [draft], NOW + 9 * DAY)
      store.close()
      const told: string[] = []
      await copied(from, to, { notice: sentence => told.push(sentence) })
      expect(told).toContainEqual(expect.stringMatching(/has changed since the copy was begun: it begins anew/))
      expect(await refusal(from, to, { verifyOnly: true })).toBe('')
    }
  })

  it('finds a row that was changed, one that is missing and one too many, and names it', async () => {
    const where = temporaryFolder()
    const file = newsIn(join(where, 'news.db'))
    const database = newSchema()
    await copied(file, database)
    expect(await refusal(file, database, { verifyOnly: true })).toBe('')
    write(database, `update x_reports set text = text || '!' where id = 3`)
    expect(await refusal(file, database, { verifyOnly: true })).toMatch(/text of reports 3 is not the same in the copy/)
    expect(await refusal(database, file, { verifyOnly: true })).toMatch(/text of reports 3 is not the same in the copy/)
    write(database, `update x_reports set text = left(text, -1) where id = 3; delete from x_polls where id = 2`)
    expect(await refusal(file, database, { verifyOnly: true })).toMatch(/polls 2/)
    write(database, `delete from x_search where report = 3`)
    const changed = new Database(file)
    changed.exec('delete from x_polls where id = 2')
    changed.close()
    expect(await refusal(file, database, { verifyOnly: true })).toMatch(/of \d+ reports can be searched for/)
  })

  it('of which a row was changed while it was half is not taken for whole, and the next one begins anew', async () => {
    const file = newsIn(join(temporaryFolder(), 'news.db'))
    const database = newSchema()
    await halfCopied(file, database)
    write(database, `update x_agencies set name = 'Another' where id = 'meridian'`)
    expect(await refusal(file, database)).toMatch(/name of agencies meridian is not the same in the copy/)
    expect(openStore({ path: database }).ok).toBe(false)
    await copied(file, database)
    const opened = openStore({ path: database })
    expect(opened.ok).toBe(true)
    if (opened.ok) opened.value.close()
  })
})

/** A copy that is given up after its first reports. */
async function halfCopied(from: string, to: string): Promise<void> {
  const enough = new Error('enough')
  const copying = copyDatabase({
    from,
    to,
    onProgress: done => {
      if (done > 10) throw enough
    },
  })
  await expect(copying).rejects.toBe(enough)
}
