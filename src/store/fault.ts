// Tells what is wrong with the database file from an error that SQLite or the operating system threw.
import { statSync } from 'node:fs'
import { isPostgres } from '../model/database.ts'
import { holderOf } from './holder.ts'
import { postgresFault, postgresTrouble } from './postgres/faults.ts'

/**
 * What is wrong with the file when working on it threw, in one line that names it: locked, damaged, not writable. Null
 * where the file is not to blame, which is a bug.
 */
export function storeFault(path: string, error: unknown): string | null {
  if (isPostgres(path)) return postgresFault(path, error)
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  const message = error instanceof Error ? error.message : String(error)
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) {
    return `the database ${path} is a folder: name a file as "database"`
  }
  if (code === 'SQLITE_NOTADB') return `${path} is not a Minwal database: name another file as "database"`
  if (code.startsWith('SQLITE_CORRUPT')) {
    return `the database ${path} is damaged (${message}): it was not changed; restore it from a backup`
  }
  if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED')) {
    const holder = holderOf(path)
    return `the database ${path} is locked by another program${holder === null ? '' : ` (${holder})`}: close it and try again`
  }
  if (/^SQLITE_(?:READONLY|FULL|IOERR)/.test(code)) {
    return `cannot read or write the database ${path} (${message}): check permissions and free space`
  }
  // What the operating system refuses (EACCES, ENOTDIR, EROFS …) names a system call; a bug of ours does not.
  if (/^SQLITE_(?:CANTOPEN|PERM|AUTH)/.test(code) || (error instanceof Error && 'syscall' in error)) {
    return `cannot open the database ${path} (${message}): check the path and its permissions`
  }
  return null
}

/**
 * Whether an error of a write says that the file is locked, or that it cannot be written at all; null for a bug. Both end
 * without a restart, when the other program is done or the disk has room again.
 */
export function storeTrouble(error: unknown): 'locked' | 'failing' | null {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (/^SQLITE_(?:BUSY|LOCKED|PROTOCOL)/.test(code)) return 'locked'
  if (/^SQLITE_(?:READONLY|FULL|IOERR|CANTOPEN|CORRUPT|NOTADB|PERM|AUTH|NOMEM|NOLFS)/.test(code)) return 'failing'
  return error instanceof Error && 'syscall' in error ? 'failing' : postgresTrouble(error)
}
