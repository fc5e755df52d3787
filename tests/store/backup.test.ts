// A copy of a database is one state of it, whatever is written meanwhile, or there is none.
import { chmodSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { backUp, beforeVersion, noRoom } from '../../src/store/backup.ts'
import { MIGRATIONS } from '../../src/store/migrations.ts'
import { openStore } from '../../src/store/open.ts'
import { audit, count } from '../helpers/audit.ts'
import { openNewsroom, temporaryFolder } from './newsroom.ts'

/** A sound database of so many MB. */
function filled(folder: string, megabytes: number, name = 'news.db'): string {
  const path = join(folder, name)
  openNewsroom({ path }).close()
  const db = new Database(path)
  const put = db.prepare(`insert into x_meta (key, value) values (?, hex(randomblob(${512 * 1024})))`)
  for (let at = 0; at < megabytes; at++) put.run(`filler ${at}`)
  db.close()
  return path
}

const fillers = (path: string): number => count(path, `select count(*) from x_meta where key like 'filler%'`)

/** A database of an earlier version. */
function ofVersion(folder: string, version: number): string {
  const path = join(folder, 'old.db')
  writeFileSync(path, gunzipSync(readFileSync(new URL(`../fixtures/db/v${version}.sqlite.gz`, import.meta.url))))
  return path
}

describe('a backup', () => {
  it('is the state in which it began, though another connection writes between all its steps', async () => {
    const folder = temporaryFolder()
    const path = filled(folder, 12)
    const writer = new Database(path)
    const put = writer.prepare(`insert into x_meta (key, value) values (?, 'more')`)
    let steps = 0
    const to = join(folder, 'copy.db')
    const made = await backUp({ path, to, onProgress: () => void put.run(`filler more ${++steps}`) })
    writer.close()
    expect(made).toMatchObject({
      ok: true,
      value: { file: to, schema: MIGRATIONS.length, rows: { reports: 0, feeds: 4 } },
    })
    expect(steps).toBeGreaterThan(4)
    expect([fillers(to), fillers(path)]).toEqual([12, 12 + steps])
    expect(audit(to)).toEqual([])
    expect(readdirSync(folder).filter(name => name.startsWith('copy'))).toEqual(['copy.db'])
    expect(statSync(to).mode & 0o777 & ~0o640).toBe(0)
  })

  it('leaves nothing when it is stopped, and the backup that was there as it was', async () => {
    const folder = temporaryFolder()
    const path = filled(folder, 8)
    const to = join(folder, 'copy.db')
    expect((await backUp({ path, to })).ok).toBe(true)
    const before = readFileSync(to)
    const stopping = new AbortController()
    const stopped = await backUp({ path, to, signal: stopping.signal, onProgress: () => stopping.abort() })
    expect(stopped).toEqual({ ok: false, reason: 'it was stopped before the copy was whole' })
    expect(readFileSync(to).equals(before)).toBe(true)
    expect(readdirSync(folder).filter(name => name.startsWith('copy'))).toEqual(['copy.db'])
  })

  it('of a damaged database is none, and says so', async () => {
    const folder = temporaryFolder()
    const path = filled(folder, 1)
    const db = new Database(path, { readonly: true })
    const page = Number(db.prepare(`select rootpage from sqlite_schema where name = 'reports_agency'`).pluck().get())
    const size = Number(db.pragma('page_size', { simple: true }))
    db.close()
    const bytes = readFileSync(path)
    bytes.fill(0x5a, (page - 1) * size, page * size)
    writeFileSync(path, bytes)
    const made = await backUp({ path, to: join(folder, 'copy.db') })
    expect(made).toMatchObject({ ok: false, reason: expect.stringMatching(/damaged|is not what was copied/) })
    expect(readdirSync(folder).filter(name => name.startsWith('copy'))).toEqual([])
  })

  it('replaces a backup of the same database, and no other file but by force; the database itself never', async () => {
    const folder = temporaryFolder()
    const path = filled(folder, 1)
    const other = filled(folder, 1, 'other.db')
    const notes = join(folder, 'notes.txt')
    writeFileSync(notes, 'notes')
    const to = join(folder, 'copy.db')
    const refused = async (target: string, force = false): Promise<string> => {
      const made = await backUp({ path, to: target, force })
      return made.ok ? 'made' : made.reason
    }
    expect(await refused(to)).toBe('made')
    expect(await refused(to)).toBe('made')
    expect(await refused(other)).toMatch(/is of another database: --force replaces it$/)
    expect(await refused(notes)).toMatch(/is no backup of Minwal: --force replaces it$/)
    expect(readFileSync(notes, 'utf8')).toBe('notes')
    expect(await refused(folder)).toMatch(/is a folder/)
    expect(await refused(join(folder, 'none', 'copy.db'))).toMatch(/^there is no folder/)
    expect(await refused(path, true)).toMatch(/is the database itself$/)
    expect(await refused(notes, true)).toBe('made')
    expect(audit(notes)).toEqual([])
  })

  it('has the key and the private file beside it where asked, for their owner alone', async () => {
    const folder = temporaryFolder()
    const path = filled(folder, 1)
    const store = openNewsroom({ path })
    void store.private
    store.close()
    writeFileSync(`${path}.key`, new Uint8Array(32), { mode: 0o600 })
    const to = join(folder, 'copy.db')
    expect(await backUp({ path, to, secrets: true })).toMatchObject({
      ok: true,
      value: { secrets: [`${to}.key`, `${to}.private`] },
    })
    for (const end of ['.key', '.private']) expect(statSync(to + end).mode & 0o777).toBe(0o600)
    expect(readFileSync(`${to}.key`).equals(readFileSync(`${path}.key`))).toBe(true)
  })

  it('is refused where there is no room', () => {
    expect(noRoom(join(temporaryFolder(), 'copy.db'), 1e18)).toMatch(
      /^there is no room for \d+ MB in .*: \d+ MB are free$/,
    )
    expect(noRoom(join(temporaryFolder(), 'copy.db'), 1_000)).toBeNull()
  })
})

describe('a database of an older version', () => {
  const open = (path: string, more: object = {}): string[] => {
    const told: string[] = []
    const opened = openStore({ path, notice: sentence => told.push(sentence), ...more })
    if (!opened.ok) throw new Error(opened.reason)
    opened.value.close()
    return told
  }
  const schema = (path: string): number => {
    const db = new Database(path, { readonly: true })
    try {
      return Number(db.pragma('user_version', { simple: true }))
    } finally {
      db.close()
    }
  }

  it('is copied beside itself before it is brought up to date, with its own mode; the copy can take its place again', () => {
    const folder = temporaryFolder()
    const path = ofVersion(folder, 4)
    chmodSync(path, 0o604)
    const told = open(path)
    const copy = beforeVersion(path, MIGRATIONS.length)
    expect(
      told.filter(sentence => sentence.startsWith(`${copy} is a copy of it as it was: to go back, stop Minwal`)),
    ).toHaveLength(1)
    expect([schema(copy), schema(path)]).toEqual([4, MIGRATIONS.length])
    expect(statSync(copy).mode & 0o777).toBe(0o604)
    expect(count(copy, 'select count(*) from report')).toBe(count(path, 'select count(*) from report'))
    expect(readdirSync(folder).filter(name => name.includes('part'))).toEqual([])
    // An ordinary start copies nothing.
    const before = statSync(copy).mtimeMs
    expect(open(path)).toEqual([])
    expect(statSync(copy).mtimeMs).toBe(before)
  })

  it('is copied for its owner alone where secrets may lie in it', () => {
    const path = ofVersion(temporaryFolder(), 3)
    chmodSync(path, 0o644)
    open(path)
    expect(statSync(beforeVersion(path, MIGRATIONS.length)).mode & 0o777).toBe(0o600)
  })

  it('is copied once for one state: again only when the older version has gone on with it', () => {
    const folder = temporaryFolder()
    const path = ofVersion(folder, 5)
    open(path)
    const copy = beforeVersion(path, MIGRATIONS.length)
    const { ino } = statSync(copy)
    const back = (): void => writeFileSync(path, readFileSync(copy))
    back()
    open(path)
    expect(statSync(copy).ino).toBe(ino)
    back()
    const older = new Database(path)
    older.exec(`update meta set value = value + 1 where key = 'version'`)
    older.close()
    open(path)
    expect(statSync(copy).ino).not.toBe(ino)
    expect(schema(copy)).toBe(5)
  })

  it('is left as it is where the copy cannot be made, and goes without where that is asked for', () => {
    const folder = temporaryFolder()
    const path = ofVersion(folder, 5)
    const copy = beforeVersion(path, MIGRATIONS.length)
    writeFileSync(copy, 'something else')
    expect(openStore({ path })).toMatchObject({
      ok: false,
      reason: expect.stringMatching(/not brought up to date without a copy: .* is in the way.*"beforeUpgrade": false/),
    })
    expect(schema(path)).toBe(5)
    expect(readFileSync(copy, 'utf8')).toBe('something else')
    open(path, { copyFirst: false })
    expect(schema(path)).toBe(MIGRATIONS.length)
    expect(existsSync(`${copy}.part`)).toBe(false)
  })
})
