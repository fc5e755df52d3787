// A file of every version of the schema opens, says what it said before, and is gone on with. The files were made by the code
// that wrote each version (tests/fixtures/db/make.mjs): revisions, copies, a flash, tolls, an embargo, a merge.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { Desk } from '../../src/desk/desk.ts'
import type { Agency } from '../../src/model/config.ts'
import { MIGRATIONS } from '../../src/store/migrations.ts'
import { openStore } from '../../src/store/open.ts'
import type { Store } from '../../src/store/store.ts'
import { audit } from '../helpers/audit.ts'
import { AGENCIES, fileInto, SETTINGS, temporaryFolder } from './newsroom.ts'

const FIXTURES = new URL('../fixtures/db/', import.meta.url)
const VERSIONS = readdirSync(FIXTURES)
  .flatMap(name => /^v(\d+)\.sqlite\.gz$/.exec(name)?.[1] ?? [])
  .map(Number)
  .sort((a, b) => a - b)

const MERIDIAN = 'http://127.0.0.1:8199/meridian'

/** The configuration that the files were made with. */
const CONFIGURED: readonly Agency[] = ['meridian', 'vostok', 'harir'].map(id => {
  const template = AGENCIES[0]
  const feed = template?.feeds[0]
  if (!template || !feed) throw new Error('no agency to copy')
  const feeds = [{ ...feed, url: `http://127.0.0.1:8199/${id}`, allowPrivate: true }]
  return { ...template, id, name: id, aliases: [], language: id === 'harir' ? 'ar' : 'en', homepage: null, feeds }
})

function copyOf(version: number): string {
  const path = join(temporaryFolder(), 'news.db')
  writeFileSync(path, gunzipSync(readFileSync(new URL(`v${version}.sqlite.gz`, FIXTURES))))
  return path
}

function open(path: string, notice?: (sentence: string) => void): Store {
  const opened = openStore({ path, ...(notice && { notice }) })
  if (!opened.ok) throw new Error(opened.reason)
  return opened.value
}

/** What the file shows to whoever reads it with SQL, by views that every version has. */
function shown(path: string, columns: readonly string[]): unknown {
  const db = new Database(path, { readonly: true })
  const found = (words: string) =>
    db.prepare('select rowid from search where search match ? order by rowid').pluck().all(words)
  try {
    return {
      reports: db.prepare(`select ${columns.join(', ')} from report order by id`).all(),
      revisions: db.prepare('select report, number, seen, title, text from revision order by 1, 2').all(),
      stories: db
        .prepare('select id, key, thread, lead, title, url, time, reports, agencies from story order by id')
        .all(),
      threads: db.prepare('select id, key, lead, title, first, last, stories, reports from thread order by id').all(),
      figures: db.prepare('select report, story, kind, value, matched from figure order by 1, 3, 4').all(),
      credits: db.prepare('select * from credit order by report, name, place').all(),
      agencies: db
        .prepare('select id, name, language, homepage, feeds, reports, last_report from agency order by id')
        .all(),
      search: [
        ...['dam', 'rescue*', '"two days of rain"', 'title : larkfield', 'folded : elysee', 'elysee', 'Zürich'],
        ...[
          'folded : (احتجاج AND وقود)',
          'folded : مدينه',
          'folded : 2022',
          'folded : елка',
          'المدينة',
          'folded : city',
        ],
      ].map(words => [words, found(words)]),
    }
  } finally {
    db.close()
  }
}

const columnsOf = (path: string): string[] => {
  const db = new Database(path, { readonly: true })
  try {
    return (db.pragma('table_info(report)') as { name: string }[]).map(({ name }) => name)
  } finally {
    db.close()
  }
}

function lastPoll(path: string): unknown {
  const db = new Database(path, { readonly: true })
  try {
    return db
      .prepare('select entries, new, revision, copy, unchanged, rejected from poll order by id desc limit 1')
      .get()
  } finally {
    db.close()
  }
}

describe('a database of every version', () => {
  it('is there to be tried', () => {
    expect(VERSIONS).toEqual(MIGRATIONS.map((_, at) => at + 1))
  })

  it.each(VERSIONS)('of version %i says after opening what it said before', version => {
    const path = copyOf(version)
    const columns = columnsOf(path)
    const before = shown(path, columns)
    const told: string[] = []
    const store = open(path, sentence => told.push(sentence))
    expect(store.integrity()).toBe('ok')
    store.close()
    expect(shown(path, columns)).toEqual(before)
    expect(told).toHaveLength(version < MIGRATIONS.length ? 3 : 0)
    for (const sentence of told) expect(sentence).toContain(path)
  })

  it.each(VERSIONS)(
    'of version %i is gone on with: known entries are known, changed ones revised, new ones filed',
    version => {
      const path = copyOf(version)
      const store = open(path)
      const now = Date.now()
      store.syncAgencies(CONFIGURED, now)
      const desk = new Desk(store, SETTINGS)
      const dam =
        'The Larkfield dam broke after two days of rain, and 19 people were killed when the water reached the villages below the reservoir, the governor said.'
      fileInto(
        desk,
        store,
        MERIDIAN,
        [
          {
            id: 'https://meridian.example/dam',
            url: 'https://meridian.example/dam',
            title: 'Larkfield dam breaks',
            text: dam,
          },
          { id: 'new', title: 'Snow closes the pass', text: 'Snow has closed the pass above Larkfield since Tuesday.' },
        ],
        now,
      )
      const searched = store.search('snow pass', 5)
      expect(searched.map(({ title }) => title)).toEqual(['Snow closes the pass'])
      const [changed] = store.search('dam', 10).filter(({ title }) => title === 'Larkfield dam breaks')
      expect(store.story(changed?.id ?? 0)?.members.map(({ revisions }) => revisions.length)).toContain(3)
      store.close()
      expect(lastPoll(path)).toEqual({ entries: 2, new: 1, revision: 1, copy: 0, unchanged: 0, rejected: 0 })
      expect(audit(path)).toEqual([])
    },
  )
})
