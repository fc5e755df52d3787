import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, it, onTestFinished } from 'vitest'
import { metadataOf } from '../../scripts/metadata.ts'
import { Desk } from '../../src/desk/desk.ts'
import type { Failure } from '../../src/model/collected.ts'
import type { PollOutcome } from '../../src/model/decided.ts'
import { openStore } from '../../src/store/open.ts'
import { openConnection } from '../../src/store/postgres/connection.ts'
import { openQueries, type Queries } from '../../src/store/query.ts'
import type { Store } from '../../src/store/store.ts'
import { newSchema } from '../helpers/engine.ts'
import { HAS_POSTGRES } from '../helpers/postgres.ts'
import { AGENCIES, FEEDS, fileInto, MINUTE, openNewsroom, pollUpdate, SETTINGS, temporaryFolder } from './newsroom.ts'

const PAGE = readFileSync(new URL('../../docs/sql.md', import.meta.url), 'utf8')
const VIEWS = [
  ...['agency', 'feed', 'report', 'revision', 'story', 'thread', 'credit', 'figure', 'poll'],
  ...['redirect', 'regrouping', 'link', 'pruned', 'embargo', 'search'],
]

interface Metadata {
  databases: Record<
    string,
    { tables: Record<string, { columns: Record<string, string> }>; queries: Record<string, { sql: string }> }
  >
}

interface Sample {
  says: string
  sql: string
}
const samples: Sample[] = [...PAGE.matchAll(/\n([^\n]+)\n\n```sql\n([\s\S]*?)```/g)].map(([, says = '', sql = '']) => ({
  says,
  sql,
}))

/** The columns that a section `### \`view\`` describes, in order. */
function documented(view: string): string[] {
  const section = PAGE.split('\n### ').find(part => part.startsWith(`\`${view}\`\n`)) ?? ''
  const own = section.split('\n## ')[0] ?? ''
  return [...own.matchAll(/^\| `([a-z_]+)` \| \S/gm)].map(([, column = '']) => column)
}

/** A day of news, filed by the real desk, that has something for every query of the page. */
function fileNews(store: Store): void {
  const desk = new Desk(store, SETTINGS)
  const now = Date.now()
  const [harir = '', , meridian = '', vostok = ''] = FEEDS
  const dam =
    'The Larkfield dam broke after two days of rain, and 12 people were killed when the water reached the villages ' +
    'below the reservoir, the governor said. Rescue boats took families from their roofs while the rain went on.'
  fileInto(
    desk,
    store,
    meridian,
    [
      {
        id: 'm1',
        url: 'https://meridian.example/dam?utm_source=rss',
        title: 'Larkfield dam breaks, 12 people killed',
        text: dam,
        categories: ['Floods', 'Disasters'],
        published: now - 300 * MINUTE,
      },
      {
        id: 'm2',
        title: 'KILL: Harbour authority doubles its budget',
        text: 'Kill the report on the budget of the harbour authority. It was sent in error.',
        published: now - 250 * MINUTE,
      },
    ],
    now - 240 * MINUTE,
  )
  fileInto(
    desk,
    store,
    vostok,
    [
      { id: 'v1', title: 'Villages under water', text: `${dam}\n(Meridian)`, published: now - 230 * MINUTE },
      {
        id: 'v2',
        title: 'Larkfield dam: 31 people killed, rescue goes on',
        text: 'Rescue boats reached the last villages below the Larkfield reservoir. The governor said 31 people were killed when the water came; families still wait on roofs in the rain.',
        published: now - 100 * MINUTE,
      },
    ],
    now - 90 * MINUTE,
  )
  fileInto(
    desk,
    store,
    harir,
    [
      {
        id: 'h1',
        title: 'عاجل | احتجاجات على أسعار الوقود',
        text: 'خرجت الاِحتِجاجَات على أسعار الوَقود إلى شوارع المدينة مساء الأحد وأغلقت المحال أبوابها.',
        published: now - 80 * MINUTE,
      },
    ],
    now - 70 * MINUTE,
  )
  fileInto(
    desk,
    store,
    meridian,
    [
      {
        id: 'm1',
        url: 'https://meridian.example/dam',
        title: 'Larkfield dam breaks, 14 people killed',
        text: dam.replace('12 people', '14 people'),
        categories: ['Floods'],
        published: now - 300 * MINUTE,
      },
    ],
    now - 60 * MINUTE,
  )
  const failing = store.feeds().find(({ url }) => url === vostok)
  const failure: Failure = { kind: 'dns', message: 'vostok.example does not resolve', status: null, retryAt: null }
  const outcome: PollOutcome = {
    feed: failing?.id ?? 0,
    url: vostok,
    at: now,
    ms: 8,
    status: 'failed',
    counts: { entries: 0, new: 0, revision: 0, copy: 0, unchanged: 0, rejected: 0 },
    warnings: [],
    failure,
    gap: null,
    nextPoll: now + 60 * MINUTE,
    reason: 'in 60 min: the last poll failed',
  }
  store.file(filing => filing.recordPoll(outcome, pollUpdate({ failures: 1, habit: null })))
  const gone = { threads: 3, stories: 4, reports: 5, revisions: 1, polls: 0 }
  store.file(filing => filing.logPruned({ at: now, before: now - 400 * 86_400_000, reason: 'age' }, gone))
}

function filled(): string {
  const path = join(temporaryFolder(), 'minwal.db')
  const store = openNewsroom({ path })
  fileNews(store)
  store.close()
  return path
}

describe('docs/sql.md', () => {
  it('has at least fifteen sample queries, each behind a sentence', () => {
    expect(samples.length).toBeGreaterThanOrEqual(16)
    expect(samples.length).toBe(PAGE.split('```sql').length - 1)
    for (const { says } of samples) expect(says).toMatch(/^[A-Z].{20,}[.:]$/)
  })

  it('has queries that all run and all answer', () => {
    const db = new Database(filled(), { readonly: true })
    for (const { says, sql } of samples) {
      const rows = db.prepare(sql).all()
      expect(rows.length, says).toBeGreaterThan(0)
    }
    db.close()
  })

  it('says true things of what was filed', () => {
    const db = new Database(filled(), { readonly: true })
    const answer = (words: string): Record<string, unknown>[] => {
      const sample = samples.filter(({ says }) => says.includes(words))
      expect(sample.map(({ says }) => says)).toHaveLength(1)
      return db.prepare(sample[0]?.sql ?? '').all() as Record<string, unknown>[]
    }
    expect(answer('those that most agencies report first')[0]).toMatchObject({ agencies: 2, reports: 3 })
    expect(answer('before all others')).toMatchObject([{ first_report: 'Larkfield dam breaks, 14 people killed' }])
    expect(answer('minutes each agency came behind').map(row => [row['agency'], row['minutes_behind']])).toEqual([
      ['meridian', 0],
      ['vostok', 70],
    ])
    expect(answer('The copies of the story').map(row => [row['agency'], row['joined_by']])).toEqual([
      ['meridian', 'first'],
      ['vostok', 'text'],
    ])
    expect(answer('Full text in Arabic').map(row => row['agency'])).toEqual(['harir'])
    expect(String(answer('in their surroundings')[0]?.['words'])).toContain('[dam]')
    expect(answer('The toll of one thread').map(row => [row['agency'], row['value']])).toEqual([
      ['meridian', 12],
      ['vostok', 12],
      ['vostok', 31],
      ['meridian', 14],
    ])
    expect(answer('Where agencies disagree')).toMatchObject([{ kind: 'killed', least: 14, most: 31, agencies: 2 }])
    const [change] = answer('text before and after')
    expect(change).toMatchObject({ old_title: 'Larkfield dam breaks, 12 people killed' })
    expect([change?.['old_text'], change?.['new_text']].map(text => /\d+ people/.exec(String(text))?.[0])).toEqual([
      '12 people',
      '14 people',
    ])
    expect(answer('Feeds that fail')).toMatchObject([
      { agency: 'vostok', failures: 1, error: 'vostok.example does not resolve' },
    ])
    expect(answer('Who reprints whom')).toEqual([{ reported_by: 'vostok', credited: 'Meridian', reports: 1 }])
    expect(answer('Flashes, corrections').map(row => row['signal'])).toEqual(['flash', 'kill'])
    expect(answer('Polls a day').reduce((sum, row) => sum + Number(row['polls']), 0)).toBe(5)
    db.close()
  })

  it.each(VIEWS)('describes every column of %s and no other', view => {
    const db = new Database(filled(), { readonly: true })
    const columns = (db.pragma(`table_info(${view})`) as { name: string }[]).map(({ name }) => name)
    expect(columns.length).toBeGreaterThan(0)
    expect(documented(view)).toEqual(columns)
    db.close()
  })

  it('is what docs/metadata.json says, view by view, column by column, query by query', () => {
    const written = JSON.parse(readFileSync(new URL('../../docs/metadata.json', import.meta.url), 'utf8')) as Metadata
    // `npm run metadata` writes it.
    expect(written).toEqual(metadataOf(PAGE))
    const { tables, queries } = written.databases['minwal'] ?? { tables: {}, queries: {} }
    expect(Object.keys(tables).sort()).toEqual([...VIEWS].sort())
    for (const view of VIEWS) expect(Object.keys(tables[view]?.columns ?? {})).toEqual(documented(view))
    // The first two samples stand in the section on times.
    expect(Object.values(queries).map(({ sql }) => sql)).toEqual(samples.slice(1).map(({ sql }) => sql.trim()))
  })

  it('has each time twice: in milliseconds, and as UTC text that says the same', () => {
    const db = new Database(filled(), { readonly: true })
    const moments: Record<string, string> = { polled_at: 'at', regrouped_at: 'at', pruned_at: 'at' }
    let pairs = 0
    for (const view of VIEWS) {
      const columns = (db.pragma(`table_info(${view})`) as { name: string }[]).map(({ name }) => name)
      for (const text of columns.filter(name => name.endsWith('_at'))) {
        const time = moments[text] ?? text.slice(0, -3)
        expect(columns).toContain(time)
        const wrong = `select count(*) from ${view} where ${text} is not strftime('%Y-%m-%d %H:%M:%S', ${time} / 1000, 'unixepoch')`
        expect([view, text, db.prepare(wrong).pluck().get()]).toEqual([view, text, 0])
        pairs++
      }
    }
    expect(pairs).toBeGreaterThan(20)
    expect(db.prepare('select first_at from thread limit 1').pluck().get()).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/)
    db.close()
  })

  it('holds for a file whose views another version with the same tables made', () => {
    const path = filled()
    const older = new Database(path)
    older.exec('drop view thread; create view thread as select id from x_threads; drop view link')
    older.close()
    openNewsroom({ path }).close()
    const db = new Database(path, { readonly: true })
    expect(db.prepare('select count(*) from thread where first_at is not null').pluck().get()).toBeGreaterThan(0)
    expect(db.prepare('select count(*) from link').pluck().get()).toBe(0)
    db.close()
  })

  it('describes every view there is, but for what the full text is made of', () => {
    const db = new Database(filled(), { readonly: true })
    const views = db.prepare(`select name from sqlite_schema where type = 'view' order by name`).pluck().all()
    expect(views).toEqual([...VIEWS, 'x_search_text'].sort())
    db.close()
  })

  it('has its views before all other tables, which begin with x_', () => {
    const db = new Database(filled(), { readonly: true })
    const listed = db
      .prepare(
        `select name from sqlite_schema where type in ('table', 'view') and name not like 'sqlite%' order by name`,
      )
      .pluck()
      .all() as string[]
    expect(listed.slice(0, VIEWS.length)).toEqual([...VIEWS].sort())
    expect(listed.slice(VIEWS.length).filter(name => !name.startsWith('x_'))).toEqual([])
    expect(listed.length).toBeGreaterThan(VIEWS.length + 25)
    db.close()
  })

  it.each([
    [`select rowid from search where search match 'dam' order by rank`],
    [`select rowid from search where search match 'title : dam' order by bm25(search)`],
    [`select highlight(search, 0, '[', ']') from search where search match 'dam' limit 1`],
    [`select s.rowid, r.title from search s join report r on r.id = s.rowid where s.search match 'dam'`],
    [`select r.id from report r where r.id in (select rowid from search where search match 'dam')`],
    [`select title from search where rowid = 1`],
    [`select title from search where title match 'dam'`],
  ])('is asked for full text by %s', query => {
    const path = filled()
    const db = new Database(path, { readonly: true })
    expect(db.prepare(query).all().length).toBeGreaterThan(0)
    const plan = db.prepare(`explain query plan ${query}`).all() as { detail: string }[]
    expect(plan.map(({ detail }) => detail).join('; ')).toMatch(/x_search VIRTUAL TABLE INDEX \d+:[^;]+/)
    db.close()
  })

  it.skipIf(spawnSync('sqlite3', ['--version']).status !== 0)(
    'has queries that the sqlite3 shell answers while a writer holds the store open',
    () => {
      const path = filled()
      const opened = openStore({ path })
      if (!opened.ok) throw new Error(opened.reason)
      const store = opened.value
      store.syncAgencies(AGENCIES, Date.now())
      const shell = (sql: string) =>
        execFileSync('sqlite3', ['-readonly', '-json', path], { input: sql, encoding: 'utf8' })
      // In the middle of a filing: the shell sees the state before it, and does not wait.
      store.file(filing => {
        filing.openPoll(1, 1)
        for (const { says, sql } of samples) {
          const rows = JSON.parse(shell(sql) || '[]') as unknown[]
          expect(rows.length, says).toBeGreaterThan(0)
        }
        expect(shell(`select count(*) as n from poll where at = 1`)).toContain('"n":0')
      })
      expect(shell(`select count(*) as n from poll where at = 1`)).toContain('"n":1')
      store.close()
    },
  )
})

describe.skipIf(!HAS_POSTGRES)('docs/sql.md, on PostgreSQL', () => {
  const others: Sample[] = [...PAGE.matchAll(/\n([^\n]+)\n\n```pgsql\n(select|with)([\s\S]*?)```/g)].map(
    ([, says = '', word = '', rest = '']) => ({ says, sql: word + rest }),
  )

  /** The news of the other tests in a database of its own. */
  function asked(): Queries {
    const database = newSchema()
    const store = openNewsroom({ path: database })
    fileNews(store)
    store.close()
    const queries = openQueries(database)
    if (!queries.ok) throw new Error(queries.reason)
    onTestFinished(() => queries.value.close())
    return queries.value
  }

  it("has queries that all run and all answer, as they stand or in PostgreSQL's words", () => {
    const queries = asked()
    const differ = new Map(others.map(({ says, sql }) => [says, sql]))
    expect(differ.size).toBeGreaterThanOrEqual(14)
    let asTheyStand = 0
    for (const { says, sql } of samples) {
      // The first one ends a paragraph that says more.
      const other = differ.get(says) ?? [...differ].find(([short]) => says.endsWith(short))?.[1]
      if (other === undefined) asTheyStand++
      expect([...queries.ask(other ?? sql).rows].length, says).toBeGreaterThan(0)
      if (other !== undefined) expect(() => [...queries.ask(sql).rows], `${says} runs as it stands`).toThrow()
    }
    expect(asTheyStand + differ.size).toBe(samples.length)
  })

  it('lets a user who is made as it says read every view, and no table with secrets', () => {
    const [script = ''] = /create role reader[\s\S]*?(?=```)/.exec(PAGE) ?? []
    const database = newSchema()
    openNewsroom({ path: database }).close()
    const connection = openConnection(database)
    onTestFinished(() => connection.close())
    const role = `reader_${process.pid}_${Date.now()}`
    const run = (text: string) => connection.ask({ text, values: [], name: null }).rows
    const [[schema] = []] = run('select current_schema()')
    run(script.replaceAll(/\breader\b/g, role).replace('schema public', `schema ${schema}`))
    onTestFinished(() => void run(`reset role; drop owned by ${role}; drop role ${role}`))
    run(`set role ${role}`)
    for (const view of VIEWS) run(`select * from ${view} limit 1`)
    for (const table of ['subscriptions', 'subscribers', 'x_seal', 'x_held', 'x_reports']) {
      expect(() => run(`select * from ${table}`), table).toThrow(/permission denied/)
    }
  })

  it('has the columns that it describes, of the types it says', () => {
    const queries = asked()
    for (const view of VIEWS) {
      const columns = queries.columns(view)
      const names = columns.map(({ name }) => name)
      if (view === 'search') expect(names).toEqual(['rowid', 'title', 'text', 'words'])
      else expect(names).toEqual(documented(view))
      for (const { name, type } of columns) {
        const says = `${view}.${name}`
        if (name.endsWith('_at')) expect(type, says).toBe('timestamp with time zone')
        else if (name === 'headline_only') expect(type).toBe('boolean')
        else if (name === 'words') expect(type, says).toMatch(/tsvector|text/)
        else expect(['bigint', 'text', 'double precision'], says).toContain(type)
      }
    }
  })
})
