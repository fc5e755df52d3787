// One daemon a database: a lock on a small file beside it, which the kernel gives back however the process ends.
import { closeSync, openSync, readSync, realpathSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { Millis, Outcome } from '../model/units.ts'
import { Database, makeFile } from './engine.ts'
import { nameOf } from './holder.ts'

/** Nobody else may lock it: whoever may read a file may hold a lock on it. */
const MODE = 0o600
/** A daemon that is being stopped gives it back in its last moments. */
const PATIENCE: Millis = 1_000
/** Where SQLite keeps `user_version` ("Database File Format", 1.3): the number of the process, for whoever finds it locked. */
const USER_VERSION_AT = 60

/** What this process has claimed: opening such a file once more and closing it would give its lock back (POSIX, fcntl). */
const own = new Set<string>()

/** The file by whose lock a daemon claims the database, whatever path leads to it. */
export function claimPath(database: string): string {
  try {
    return `${realpathSync(database)}.lock`
  } catch {
    // Not made yet.
  }
  try {
    return `${join(realpathSync(dirname(database)), basename(database))}.lock`
  } catch {
    return `${database}.lock`
  }
}

/**
 * Claim a database for this process. The value gives it back. A failure is one line that says which process has it. Where
 * no such file can be made the database is taken unclaimed: opening it says what is wrong there.
 */
export function claim(database: string): Outcome<() => void> {
  const nothing = { ok: true, value: () => {} } as const
  if (database === ':memory:') return nothing
  const path = claimPath(database)
  if (own.has(path)) return { ok: false, reason: taken(database, 'this process') }
  for (const _ of [1, 2]) {
    let db: Database.Database | null = null
    try {
      makeFile(path, MODE, false)
      db = new Database(path, { timeout: PATIENCE })
      // In this mode the lock that the first write takes is held until the file is closed.
      db.pragma('locking_mode = exclusive')
      db.pragma('journal_mode = memory')
      db.pragma(`user_version = ${process.pid}`)
      const held = db
      own.add(path)
      const giveBack = (): void => {
        held.close()
        own.delete(path)
      }
      return { ok: true, value: giveBack }
    } catch (error) {
      db?.close()
      const code = error instanceof Error && 'code' in error ? String(error.code) : ''
      if (code.startsWith('SQLITE_BUSY')) return { ok: false, reason: taken(database, claimant(path)) }
      if (!/^SQLITE_(?:CORRUPT|NOTADB)/.test(code)) return nothing
      // A machine that lost its power while it was written: nothing is in it.
      rmSync(path, { force: true })
    }
  }
  return nothing
}

/** `node, process 4711`. */
function claimant(path: string): string {
  const number = Buffer.alloc(4)
  try {
    const file = openSync(path, 'r')
    readSync(file, number, 0, 4, USER_VERSION_AT)
    closeSync(file)
  } catch {
    // Of another user.
  }
  const pid = number.readUInt32BE()
  return pid === 0 ? 'another process' : nameOf(String(pid))
}

function taken(database: string, who: string): string {
  return `a daemon already runs on the database ${database} (${who}): stop it first, or set another "database"`
}
