// Mends what can be mended without a person: what the tables can be asked for again, the full text, permissions, the journal.
import { chmodSync } from 'node:fs'
import type { FileFact, StoreFacts } from '../model/inspected.ts'
import type { Millis } from '../model/units.ts'
import { Database } from './engine.ts'
import { recount } from './recount.ts'
import { statements } from './statements.ts'

const BUSY_TIMEOUT: Millis = 10_000

function writing<T>(path: string, work: (db: Database.Database) => T): T {
  const db = new Database(path, { fileMustExist: true })
  try {
    db.pragma(`busy_timeout = ${BUSY_TIMEOUT}`)
    db.pragma('synchronous = normal')
    db.pragma('foreign_keys = on')
    return work(db)
  } finally {
    db.close()
  }
}

/** Count anew what does not hold, in one transaction. How many agencies, feeds, stories and threads were counted. */
export const mendCounts = (path: string, broken: StoreFacts['broken']): number =>
  writing(path, db => db.transaction(() => recount(statements(db), broken)).immediate())

/** Make the full-text index anew from the reports. */
export function mendFullText(path: string): void {
  writing(path, db => {
    db.transaction(() => void db.exec(`insert into x_search (x_search) values ('rebuild')`)).immediate()
    db.pragma('wal_checkpoint(truncate)')
  })
}

/** Take from others what they may not have. Throws what the operating system says. */
export function mendPermissions({ path, what, mode }: FileFact): void {
  const secret = what === 'key' || what === 'private file' || what === 'vectors'
  chmodSync(path, mode & (secret ? 0o700 : 0o755))
}

/** Take the journal into the database and cut it back. False where another program reads what stands in it. */
export function mendJournal(path: string): boolean {
  return writing(path, db => {
    const [done] = db.pragma('wal_checkpoint(truncate)') as { busy: number }[]
    return done?.busy === 0
  })
}
