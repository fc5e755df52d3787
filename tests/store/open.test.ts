import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { closeSync, existsSync, openSync, readFileSync, statSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { Desk } from '../../src/desk/desk.ts'
import { MIGRATIONS } from '../../src/store/migrations.ts'
import { openStore } from '../../src/store/open.ts'
import { describeTheFile, ENGINE, newSchema } from '../helpers/engine.ts'
import { rowsIn } from '../helpers/rows.ts'
import { FEEDS, fileInto, HOUR, NOW, openNewsroom, pollUpdate, SETTINGS, temporaryFolder } from './newsroom.ts'

const fingerprint = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex')

/** Opens the file and expects a refusal that names it and leaves every byte as it was. */
function refused(path: string, readOnly = false): string {
  const before = fingerprint(path)
  const opened = openStore({ path, readOnly })
  expect(opened.ok).toBe(false)
  expect(fingerprint(path)).toBe(before)
  const reason = opened.ok ? '' : opened.reason
  expect(reason).toContain(path)
  expect(reason).not.toContain('\n')
  return reason
}

/** A database as Minwal leaves it, with one report. */
function filled(path: string): string {
  const store = openNewsroom({ path })
  fileInto(
    new Desk(store, SETTINGS),
    store,
    FEEDS[0] ?? '',
    [{ id: '1', title: 'سد ينهار', text: 'انهار السد فجرا' }],
    NOW,
  )
  store.close()
  return path
}

function overwrite(path: string, at: number, bytes: Uint8Array): void {
  const file = openSync(path, 'r+')
  writeSync(file, bytes, 0, bytes.length, at)
  closeSync(file)
}

describeTheFile('opening the database', () => {
  it('makes a missing file, and the folders on the way to it', () => {
    const path = join(temporaryFolder(), 'a', 'b', 'news.db')
    const store = openNewsroom({ path, tagAuthority: 'news.example,2022' })
    expect(store.tagAuthority()).toBe('news.example,2022')
    expect(store.integrity()).toBe('ok')
    store.close()
    expect(statSync(path).size).toBeGreaterThan(0)
  })

  it('takes an empty file for a new one', () => {
    const path = join(temporaryFolder(), 'empty.db')
    writeFileSync(path, '')
    const store = openNewsroom({ path })
    expect(store.agencies()).toHaveLength(3)
    store.close()
    const db = new Database(path, { readonly: true })
    expect(db.pragma('user_version', { simple: true })).toBe(MIGRATIONS.length)
    expect(db.pragma('journal_mode', { simple: true })).toBe('wal')
    db.close()
  })

  it('keeps the tag authority of the first opening, whatever is asked for later', () => {
    const path = join(temporaryFolder(), 'news.db')
    openNewsroom({ path, tagAuthority: 'first.example,2021' }).close()
    const store = openNewsroom({ path, tagAuthority: 'second.example,2022' })
    expect(store.tagAuthority()).toBe('first.example,2021')
    store.close()
  })

  it('opened for reading only, a missing file is a reason and stays missing', () => {
    const path = join(temporaryFolder(), 'none', 'news.db')
    const opened = openStore({ path, readOnly: true })
    expect(opened).toEqual({
      ok: false,
      reason: `there is no database at ${path} yet: start it with \`minwal run\` or \`minwal poll\``,
    })
    expect(existsSync(path)).toBe(false)
  })

  it('opened for reading only, it cannot be written', () => {
    const path = filled(join(temporaryFolder(), 'news.db'))
    const store = openNewsroom({ path, readOnly: true })
    expect(store.totals().reports).toBe(1)
    expect(() => store.syncAgencies([], NOW)).toThrow(/readonly/)
    store.close()
  })

  it('opened for reading only, an empty file is older than this Minwal', () => {
    const path = join(temporaryFolder(), 'empty.db')
    writeFileSync(path, '')
    expect(refused(path, true)).toMatch(/older than this Minwal: run `minwal poll`/)
  })

  it('refuses a folder in the place of the file', () => {
    const path = temporaryFolder()
    const opened = openStore({ path })
    expect(opened.ok ? '' : opened.reason).toBe(`the database ${path} is a folder: name a file as "database"`)
  })

  it('refuses a path that leads through a file', () => {
    const file = join(temporaryFolder(), 'file')
    writeFileSync(file, 'x')
    const opened = openStore({ path: join(file, 'news.db') })
    expect(opened.ok ? '' : opened.reason).toMatch(/^cannot open the database .*: check the path and its permissions$/)
  })

  it.each([false, true])('refuses a text file, untouched (for reading only: %s)', readOnly => {
    const path = join(temporaryFolder(), 'notes.txt')
    writeFileSync(path, `${'Notes on the week in January. '.repeat(60)}\n`)
    expect(refused(path, readOnly)).toMatch(/is not a Minwal database: name another file as "database"$/)
  })

  it.each([false, true])("refuses another program's database, untouched (for reading only: %s)", readOnly => {
    const path = join(temporaryFolder(), 'other.db')
    const db = new Database(path)
    db.exec('create table recipes (name text)')
    db.close()
    expect(refused(path, readOnly)).toMatch(/is the database of another program/)
  })

  it("refuses another program's database that has no tables yet but bears its mark", () => {
    const path = join(temporaryFolder(), 'marked.db')
    const db = new Database(path)
    db.pragma('application_id = 252006674')
    db.close()
    expect(refused(path)).toMatch(/is the database of another program/)
  })

  it("leaves another program's unfinished journal alone", () => {
    const folder = temporaryFolder()
    const path = join(folder, 'busy.db')
    const other = new Database(path)
    other.pragma('journal_mode = wal')
    other.pragma('wal_autocheckpoint = 0')
    other.exec('create table recipes (name text)')
    // A copy of file and journal, as a killed program leaves them.
    const killed = join(folder, 'killed.db')
    for (const end of ['', '-wal']) writeFileSync(killed + end, readFileSync(path + end))
    other.close()
    const journal = fingerprint(`${killed}-wal`)
    expect(refused(killed)).toMatch(/is the database of another program/)
    expect(fingerprint(`${killed}-wal`)).toBe(journal)
  })

  it.each([false, true])('refuses the file of a newer Minwal, untouched (for reading only: %s)', readOnly => {
    const path = filled(join(temporaryFolder(), 'news.db'))
    const db = new Database(path)
    db.pragma(`user_version = ${MIGRATIONS.length + 7}`)
    db.close()
    expect(refused(path, readOnly)).toMatch(
      new RegExp(
        `newer Minwal \\(schema ${MIGRATIONS.length + 7}, this one knows ${MIGRATIONS.length}\\): update Minwal`,
      ),
    )
  })

  it.each([false, true])('refuses a file that was cut short, untouched (for reading only: %s)', readOnly => {
    const path = filled(join(temporaryFolder(), 'news.db'))
    const whole = readFileSync(path)
    writeFileSync(path, whole.subarray(0, Math.floor(whole.length / 2)))
    expect(refused(path, readOnly)).toMatch(/is damaged .*: it was not changed; restore it from a backup$/)
  })

  it('refuses a file whose first page was overwritten behind its header, untouched', () => {
    const path = filled(join(temporaryFolder(), 'news.db'))
    overwrite(path, 100, new Uint8Array(2_000).fill(0xa5))
    expect(refused(path)).toMatch(/is damaged/)
  })

  it('finds damage further inside by its integrity check', () => {
    const path = filled(join(temporaryFolder(), 'news.db'))
    const db = new Database(path, { readonly: true })
    const page = Number(db.prepare(`select rootpage from sqlite_schema where name = 'reports_agency'`).pluck().get())
    const size = Number(db.pragma('page_size', { simple: true }))
    db.close()
    overwrite(path, (page - 1) * size, new Uint8Array(size).fill(0x5a))
    const store = openNewsroom({ path, readOnly: true })
    expect(store.integrity()).not.toBe('ok')
    store.close()
  })
})

describe('one filing', () => {
  const drafts = [
    { id: '1', title: 'First words', text: 'The river left its bed at dawn and took the bridge with it.' },
    { id: '2', title: 'Second words', text: 'Ministers meet tonight over the price of bread, a spokeswoman said.' },
  ]

  it('leaves nothing when the work throws, not even in the window of the desk', () => {
    const store = openNewsroom()
    const desk = new Desk(store, SETTINGS)
    const url = FEEDS[2] ?? ''
    const version = store.version()
    const fail = () =>
      fileInto(desk, store, url, drafts, NOW, () => {
        throw new Error('the power went')
      })
    expect(fail).toThrow('the power went')
    expect(store.totals()).toMatchObject({ reports: 0, stories: 0, threads: 0, lastPoll: null })
    expect(store.version()).toBe(version)
    expect(store.search('river', 10)).toEqual([])
    // Were the indexes not made anew, the second attempt would take its own ghosts for earlier copies.
    expect(fileInto(desk, store, url, drafts, NOW).map(({ kind }) => kind)).toEqual(['new', 'new'])
    expect(store.totals()).toMatchObject({ reports: 2, stories: 2, lastPoll: NOW })
    store.close()
  })

  it('leaves what an earlier filing stored when a later one throws', () => {
    const store = openNewsroom()
    const desk = new Desk(store, SETTINGS)
    const url = FEEDS[2] ?? ''
    fileInto(desk, store, url, drafts, NOW)
    const changed = drafts.map(draft => ({ ...draft, text: `${draft.text} More follows.` }))
    expect(() =>
      fileInto(desk, store, url, changed, NOW + 1, () => {
        throw new Error('the power went')
      }),
    ).toThrow()
    expect(store.totals().reports).toBe(2)
    // Reports of one time are filed from the bottom of the document up.
    expect(store.report(2)?.revisions.map(({ text }) => text)).toEqual([drafts[0]?.text])
    store.close()
  })

  it('grows the version with published changes only', () => {
    const store = openNewsroom()
    const desk = new Desk(store, SETTINGS)
    const url = FEEDS[2] ?? ''
    const versions = [store.version()]
    for (const [after, text] of ['one', 'one', 'two'].entries()) {
      fileInto(desk, store, url, [{ id: '1', title: 'A title', text }], NOW + after)
      versions.push(store.version())
    }
    const [start = 0] = versions
    expect(versions.map(version => version - start)).toEqual([0, 1, 1, 2])
    store.close()
  })

  it('stores an interval that is no whole number of milliseconds', () => {
    const store = openNewsroom()
    const [feed] = store.feeds()
    store.file(filing =>
      filing.recordPoll(
        {
          feed: feed?.id ?? 0,
          url: feed?.url ?? '',
          at: NOW,
          ms: 3.7,
          status: 'unchanged',
          counts: { entries: 0, new: 0, revision: 0, copy: 0, unchanged: 0, rejected: 0 },
          warnings: [],
          failure: null,
          gap: null,
          nextPoll: NOW + 3_960_000,
          reason: 'every 66 min: set in the configuration',
        },
        pollUpdate({ interval: 1.1 * HOUR }),
      ),
    )
    expect(store.feed(feed?.id ?? 0)?.interval).toBe(3_960_000)
    store.close()
  })
})

// What a second process runs: the same newsroom, filing its share poll by poll.
const CHILD = `
import { Desk } from ${JSON.stringify(new URL('../../src/desk/desk.ts', import.meta.url).href)}
import { openStore } from ${JSON.stringify(new URL('../../src/store/open.ts', import.meta.url).href)}
import { wireNames } from ${JSON.stringify(new URL('../../src/decide/wire/read.ts', import.meta.url).href)}
const [path, agencies, url, first, polls, now] = JSON.parse(process.env.SHARE)
const opened = openStore({ path })
if (!opened.ok) throw new Error(opened.reason)
const store = opened.value
store.syncAgencies(agencies, now)
const desk = new Desk(store, { threshold: 0.28, window: 259200000 })
const feed = store.feeds().find(one => one.url === url)
for (let poll = 0; poll < polls; poll++) {
  const entries = [0, 1, 2, 3].map(n => {
    // Every report is carried by both feeds under one guid; no two reports share a run of words.
    const id = first + poll * 4 + n
    const text = Array.from({ length: 20 }, (_, at) => 'w' + (id * 7919 + at * 104729).toString(36)).join(' ')
    return { entry: { id: 'tag:wire.example,2022:' + id, url: null, title: text.slice(0, 30), summary: null, content: null,
      published: now + id, updated: null, authors: [], categories: [], enclosures: [], language: null, source: null }, text }
  })
  desk.file(entries, { feed: feed.id, feedKey: url, agency: feed.agency, language: 'en', identity: 'guid',
    names: wireNames(agencies), now: now + 1e6 }, () => {})
}
store.close()
`

function child(share: unknown[]): Promise<{ code: number | null; errors: string }> {
  const process_ = spawn(process.execPath, ['--input-type=module', '-e', CHILD], {
    env: { ...process.env, SHARE: JSON.stringify(share) },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let errors = ''
  process_.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text
  })
  return new Promise(resolve => process_.on('close', code => resolve({ code, errors })))
}

describe('two processes over one database', () => {
  const agencies = (url: string[]) => [
    {
      id: 'gauge',
      name: 'Gauge',
      aliases: [],
      language: 'en',
      homepage: null,
      feeds: url.map(one => ({
        url: one,
        category: null,
        language: null,
        every: null,
        headers: {},
        identity: 'guid',
        allowPrivate: false,
        paused: false,
      })),
    },
  ]

  it('may both start where there is none, lose nothing and file nothing twice', async () => {
    const path = ENGINE === 'sqlite' ? join(temporaryFolder(), 'shared.db') : newSchema()
    const feeds = ['https://gauge.example/a', 'https://gauge.example/b']
    const polls = 15
    // Both file reports 0 to 59 each from its own feed: half of the 120 are copies, whoever comes first.
    const ended = await Promise.all(feeds.map(url => child([path, agencies(feeds), url, 0, polls, NOW])))
    expect(ended).toEqual([
      { code: 0, errors: '' },
      { code: 0, errors: '' },
    ])
    const store = openNewsroom({ path, readOnly: true })
    expect(store.integrity()).toBe('ok')
    expect(store.totals()).toMatchObject({ reports: 2 * 4 * polls, stories: 4 * polls })
    store.close()
    const halves = rowsIn(path, 'select story from x_reports group by story having count(*) = 2')
    expect(halves).toHaveLength(4 * polls)
  })
})
