// Small SQLite files beside the database that may be deleted at any time: one that is damaged, or of another version, is made anew.
import { rmSync } from 'node:fs'
import type { Millis } from '../model/units.ts'
import { Database, makeFile } from './engine.ts'

export interface Beside {
  /** Of what is in the file. */
  version: number
  /** Statements that make its tables, by their names. */
  tables: Readonly<Record<string, string>>
  /** Pragmas that go before the first table. */
  pragmas?: readonly string[]
}

const BUSY_TIMEOUT: Millis = 2_000

/** Open such a file, or make it, for its owner alone. Throws what SQLite or the operating system says otherwise. */
export function openBeside(path: string, what: Beside): Database.Database {
  try {
    return opened(path, what)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    if (!/^SQLITE_(?:NOTADB|CORRUPT)/.test(code)) throw error
    for (const end of ['', '-wal', '-shm']) rmSync(path + end, { force: true })
    return opened(path, what)
  }
}

function opened(path: string, { version, tables, pragmas = [] }: Beside): Database.Database {
  if (path !== ':memory:') makeFile(path, 0o600, false)
  const db = new Database(path)
  try {
    db.pragma(`busy_timeout = ${BUSY_TIMEOUT}`)
    for (const pragma of pragmas) db.pragma(pragma)
    db.pragma('journal_mode = wal')
    db.pragma('synchronous = normal')
    db.transaction(() => {
      if (Number(db.pragma('user_version', { simple: true })) === version) return
      for (const [name, script] of Object.entries(tables)) db.exec(`drop table if exists ${name}; ${script}`)
      db.pragma(`user_version = ${version}`)
    }).immediate()
    return db
  } catch (error) {
    db.close()
    throw error
  }
}
