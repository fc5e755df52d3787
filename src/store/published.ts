// What was written to a folder of static files, in a small SQLite file within that folder. It may be deleted at any time: all is
// then rendered again. Who has it open is the only one to write to the folder.
import { rmSync } from 'node:fs'
import type { Millis } from '../model/units.ts'
import { Database, makeFile } from './engine.ts'
import { statements } from './statements.ts'

/** Of what is in the file; one of another version is made anew. */
const VERSION = 1
const TABLES = `
-- What files are made of: a thread, by its id, or what is about no single one. Its mark is empty while its files are being written.
create table units (
  name text primary key,
  mark text not null
) strict, without rowid;
create table files (
  path   text primary key,
  unit   text not null,
  -- Bytes; of the compressed file beside it, null where there is none.
  size   integer not null,
  packed integer,
  -- 1 for what sitemaps list, with its newest change.
  listed  integer not null,
  changed integer
) strict, without rowid;
`

export interface PublishedFile {
  path: string
  unit: string
  /** Bytes. */
  size: number
  /** Bytes of the compressed file beside it; null where there is none. */
  packed: number | null
  /** Newest change shown, of what sitemaps list; null where that is not known; absent for what they do not list. */
  listed?: Millis | null
}

export interface Published {
  marks(): Map<string, string>
  files(): Map<string, PublishedFile>
  /** In one transaction: files that are there or about to be, and marks of units. */
  note(files: readonly PublishedFile[], marks: Iterable<readonly [unit: string, mark: string]>): void
  /** In one transaction: files and units that are no more. */
  forget(paths: readonly string[], units: readonly string[]): void
  close(): void
}

/**
 * Open the record of a folder, or make it; one that is damaged is made anew. Null where another process has it open. Throws
 * what SQLite or the operating system says otherwise.
 */
export function openPublished(path: string): Published | null {
  try {
    return opened(path)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    if (code.startsWith('SQLITE_BUSY')) return null
    if (!/^SQLITE_(?:NOTADB|CORRUPT)/.test(code)) throw error
    for (const end of ['', '-journal']) rmSync(path + end, { force: true })
    return opened(path)
  }
}

function opened(path: string): Published {
  makeFile(path, 0o600, false)
  const db = new Database(path)
  try {
    db.pragma('busy_timeout = 0')
    // The lock is held from the first transaction until the file is closed, or its process ends in whatever way.
    db.pragma('locking_mode = exclusive')
    db.pragma('synchronous = normal')
    db.transaction(() => {
      if (Number(db.pragma('user_version', { simple: true })) !== VERSION) {
        db.exec(`drop table if exists units; drop table if exists files; ${TABLES}`)
        db.pragma(`user_version = ${VERSION}`)
      }
    }).exclusive()
  } catch (error) {
    db.close()
    throw error
  }
  const sql = statements(db)
  const note = db.transaction((files: readonly PublishedFile[], marks: Iterable<readonly [string, string]>) => {
    for (const { path, unit, size, packed, listed } of files) {
      const values = [path, unit, size, packed, listed === undefined ? 0 : 1, listed ?? null]
      sql.run(
        'insert or replace into files (path, unit, size, packed, listed, changed) values (?, ?, ?, ?, ?, ?)',
        values,
      )
    }
    for (const mark of marks) sql.run('insert or replace into units (name, mark) values (?, ?)', mark)
  })
  const forget = db.transaction((paths: readonly string[], units: readonly string[]) => {
    for (const path of paths) sql.run('delete from files where path = ?', [path])
    for (const unit of units) sql.run('delete from units where name = ?', [unit])
  })
  return {
    marks: () =>
      new Map(sql.all('select name, mark from units').map(row => [String(row['name']), String(row['mark'])])),
    files: () =>
      new Map(
        sql.all('select * from files order by path').map(row => {
          const path = String(row['path'])
          const file: PublishedFile = {
            path,
            unit: String(row['unit']),
            size: Number(row['size']),
            packed: row['packed'] === null ? null : Number(row['packed']),
          }
          if (row['listed'] === 1) file.listed = row['changed'] === null ? null : Number(row['changed'])
          return [path, file]
        }),
      ),
    note: (files, marks) => void note(files, marks),
    forget: (paths, units) => void forget(paths, units),
    close: () => void db.close(),
  }
}
