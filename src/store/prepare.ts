// Makes a database file ready: looks whose it is, sets up the connection, migrates. A file from a newer version, of another
// program or damaged is left as it is.
import { randomUUID } from 'node:crypto'
import { existsSync, renameSync, rmSync, statSync } from 'node:fs'
import type { Millis } from '../model/units.ts'
import { copyBeforeMigration } from './backup.ts'
import { halfCopied, markOf } from './copy/mark.ts'
import { APPLICATION_ID, Database } from './engine.ts'
import { type FoldedColumns, foldedColumns, foldedPage } from './folded.ts'
import { packMarkup } from './markup.ts'
import { MIGRATIONS } from './migrations.ts'
import { openPrivate, privatePath } from './private.ts'
import { innerName } from './renamed.ts'
import { subscription } from './rows.ts'
import type { Row, Sql } from './sql.ts'
import type { PrivateStore } from './store.ts'
import { CREATE_VIEWS, dropViews, hasViews } from './views.ts'

/** How long opening waits for another program, and each statement until `waitForLock` says otherwise. */
export const BUSY_TIMEOUT: Millis = 10_000
/** Bytes a page of a new file. A report takes some 3 KB: of pages of 4 KB a third was empty. */
const PAGE_SIZE = 8_192

/** The last migration that leaves rows behind: a file that had it is not written anew for those that follow. */
const LAST_REWRITTEN = 8

/** Bytes that the journal keeps on the disk when all that stands in it is in the file. */
const LARGEST_JOURNAL = 64 * 1_048_576

export interface OpenOptions {
  /** Path of the file, or `:memory:`. */
  path: string
  /** Reading commands open without creating or migrating. */
  readOnly?: boolean
  /** Authority of tag ids for a new file, like `news.example,2026`. */
  tagAuthority?: string
  /**
   * Mode of the file and its journals, set also where the file is there already. Default: 0640 less the umask for a new
   * file, and an existing one keeps what it has.
   */
  mode?: number | null
  /** Copy a file of an older version beside itself before its tables are changed. True where left out. */
  copyFirst?: boolean
  /** Of a PostgreSQL database: refused where another process leads, and none can while this store is open. */
  leads?: boolean
  /** Half a copy is opened too: by whoever makes it whole. */
  unfinished?: true
  /** Told, in sentences, what opening takes time for. */
  notice?: (sentence: string) => void
}

/**
 * Why an existing file is refused, seen without leave to write: a connection that may write would bring another
 * program's journal into its file merely by closing.
 */
export function lookFirst(path: string): string | null {
  if (!existsSync(path) || statSync(path).size === 0) return null
  const db = new Database(path, { readonly: true, fileMustExist: true })
  try {
    db.pragma(`busy_timeout = ${BUSY_TIMEOUT}`)
    return inspect(db, path).refusal
  } finally {
    db.close()
  }
}

/** The schema's version, and why the file is refused, if it is. */
function inspect(db: Database.Database, path: string): { version: number; refusal: string | null } {
  // One transaction, so that another process's first migration is seen as a whole or not at all.
  const look = db.transaction(() => ({
    version: Number(db.pragma('user_version', { simple: true })),
    application: Number(db.pragma('application_id', { simple: true })),
    tables: Number(db.prepare('select count(*) from sqlite_schema').pluck().get()),
  }))
  const { version, application, tables } = look()
  const untouched = version === 0 && application === 0 && tables === 0
  if (!untouched && application !== APPLICATION_ID) {
    return { version, refusal: `${path} is the database of another program: name another file as "database"` }
  }
  const refusal =
    version > MIGRATIONS.length
      ? `the database ${path} was written by a newer Minwal (schema ${version}, this one knows ${MIGRATIONS.length}): update Minwal; the file was not changed`
      : null
  return { version, refusal }
}

const reading = (db: Database.Database): Pick<Sql, 'get'> => ({
  get: (text, values = []) => db.prepare(text).get(values) as Row | undefined,
})

/** Why a file is no database of Minwal's, of whatever version; null where it is one. */
export function looksOurs(db: Database.Database, path: string): string | null {
  if (Number(db.pragma('application_id', { simple: true })) === APPLICATION_ID) return null
  return `${path} is the database of another program: name another file as "database"`
}

/** Null when the file is ready; otherwise why it is refused. Nothing is written before the file is known to be ours. */
export function prepareFile(db: Database.Database, options: OpenOptions): string | null {
  db.pragma(`busy_timeout = ${BUSY_TIMEOUT}`)
  const { version, refusal } = inspect(db, options.path)
  if (refusal !== null) return refusal
  const half = version === 0 || options.unfinished ? null : markOf(reading(db), innerName(db, 'meta'))
  if (half !== null) return halfCopied(options.path, half)
  if (options.readOnly) {
    if (version < MIGRATIONS.length) {
      return `the database ${options.path} is older than this Minwal: run \`minwal poll\` once to bring it up to date`
    }
    db.pragma('query_only = on')
    return null
  }
  // Both take effect in an empty file only.
  db.pragma(`page_size = ${PAGE_SIZE}`)
  db.pragma('auto_vacuum = incremental')
  db.pragma('journal_mode = wal')
  // Safe against a killed process; after a power cut the last filings may be missing and are polled again.
  db.pragma('synchronous = normal')
  db.pragma('cache_size = -32768')
  // Pages that several polls change in turn (indexes, the search index) are moved into the file once in 16 MB of journal.
  db.pragma('wal_autocheckpoint = 4000')
  // One that grew while a long reader kept it from being emptied is cut back when it is.
  db.pragma(`journal_size_limit = ${LARGEST_JOURNAL}`)
  const migrate = db.transaction((): boolean => {
    // Read again inside the transaction: another process may have migrated meanwhile.
    const from = Number(db.pragma('user_version', { simple: true }))
    if (from >= MIGRATIONS.length) return false
    const moved = from > 0 && moveSecrets(db, options.path)
    for (const script of [dropViews(storedViews(db).keys()), ...MIGRATIONS.slice(from), CREATE_VIEWS]) db.exec(script)
    db.pragma(`user_version = ${MIGRATIONS.length}`)
    db.pragma(`application_id = ${APPLICATION_ID}`)
    const put = db.prepare('insert into x_meta (key, value) values (@key, @value) on conflict do nothing')
    put.run({ key: 'version', value: '1' })
    put.run({ key: 'tag_authority', value: options.tagAuthority ?? 'localhost,2026' })
    put.run({ key: 'identity', value: randomUUID() })
    return moved
  })
  if (version < MIGRATIONS.length) {
    const refused = bringUpToDate(db, options, version, migrate.immediate)
    if (refused !== null) return refused
  }
  db.pragma('foreign_keys = on')
  refreshViews(db)
  // Another program's lock is met here, where it is a reason not to start.
  db.exec('begin immediate; rollback')
  return null
}

/**
 * Migrate and, where the file held news already, copy it first and, where rows were deleted or made anew, write it anew afterwards:
 * in the pages of today. Why nothing was changed, or null.
 */
function bringUpToDate(
  db: Database.Database,
  options: OpenOptions,
  version: number,
  migrate: () => boolean,
): string | null {
  const { path } = options
  // A table that is made anew is known by its name, not by what refers to it (SQLite, "ALTER TABLE", 7).
  db.pragma('foreign_keys = off')
  db.function('pack_markup', { deterministic: true }, (markup, text) =>
    packMarkup(markup === null ? null : String(markup), String(text)),
  )
  // The last is asked after one of the others of each row.
  let columns: FoldedColumns = { foldedBy: 0, foldedExtra: '' }
  db.function('folded_by', (title, text, language, folded) => {
    columns = foldedColumns(String(title), String(text), language === null ? null : String(language), String(folded))
    return columns.foldedBy
  })
  db.function('folded_by_page', (text, language) => {
    columns = foldedPage(String(text), language === null ? null : String(language))
    return columns.foldedBy
  })
  db.function('folded_extra', () => columns.foldedExtra)
  const tell = (what: (megabytes: number) => string): void => {
    if (version > 0) options.notice?.(what(Math.ceil(statSync(path).size / 1e6)))
  }
  tell(size => `${path} (${size} MB) is of an older version of Minwal: it is brought up to date first`)
  if (version > 0 && path !== ':memory:' && options.copyFirst !== false) {
    const copied = copyBeforeMigration(db, path, MIGRATIONS.length)
    if (!copied.ok) {
      return `${path} is of an older version, and is not brought up to date without a copy: ${copied.reason}; "backup": {"beforeUpgrade": false} goes without one`
    }
    options.notice?.(
      `${copied.value} is a copy of it as it was: to go back, stop Minwal, remove ${path}, ${path}-wal and ${path}-shm, give the copy the name of the first, and start the Minwal from before`,
    )
  }
  // A migration may edit definitions of tables (renamed.ts).
  db.unsafeMode(true)
  const moved = migrate()
  db.unsafeMode(false)
  if ((version > 0 && version < LAST_REWRITTEN) || moved) rewrite(db)
  tell(size => `${path} is up to date (${size} MB)`)
  return null
}

/** Make the views those of this version, where an earlier one with the same tables wrote others. */
function refreshViews(db: Database.Database): void {
  if (hasViews(storedViews(db))) return
  const make = db.transaction(() => {
    for (const script of [dropViews(storedViews(db).keys()), CREATE_VIEWS]) db.exec(script)
  })
  make.immediate()
}

/** Views of a file: name and definition. */
function storedViews(db: Database.Database): ReadonlyMap<string, string> {
  const rows = db.prepare("select name, sql from sqlite_schema where type = 'view'").all()
  return new Map((rows as { name: string; sql: string }[]).map(({ name, sql }) => [name, sql]))
}

/** What tells this database from any other at the same path. */
export function identityOf(db: Database.Database): string {
  return String(
    db
      .prepare(`select value from ${innerName(db, 'meta')} where key = 'identity'`)
      .pluck()
      .get(),
  )
}

/**
 * The private file of a database; one that is damaged is set aside and made anew, for nothing in it is lost for good. Throws
 * what SQLite or the operating system says.
 */
export function privateOf(db: Database.Database, path: string): PrivateStore {
  const place = privatePath(path)
  try {
    return openPrivate(place, identityOf(db), BUSY_TIMEOUT)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    if (!/^SQLITE_(?:NOTADB|CORRUPT)/.test(code)) throw error
    renameSync(place, `${place}.damaged`)
    for (const end of ['-wal', '-shm']) rmSync(place + end, { force: true })
    return openPrivate(place, identityOf(db), BUSY_TIMEOUT)
  }
}

/** Before they had a file of their own, secrets of subscriptions lay in the database. True where some did. */
function moveSecrets(db: Database.Database, path: string): boolean {
  db.prepare(`insert into ${innerName(db, 'meta')} (key, value) values ('identity', ?) on conflict do nothing`).run(
    randomUUID(),
  )
  const there = db.prepare("select 1 from sqlite_schema where name = 'subscriptions'").get()
  const rows = there === undefined ? [] : (db.prepare('select * from subscriptions').all() as Row[])
  if (rows.length === 0) return false
  const kept = privateOf(db, path)
  try {
    kept.together(() => {
      for (const row of rows) {
        kept.saveSubscription(subscription(row))
      }
    })
  } finally {
    kept.close()
  }
  return true
}

/**
 * Write the file anew without what was deleted: SQLite leaves old rows in free pages. Best effort, for it needs as much free
 * space as the file has.
 */
function rewrite(db: Database.Database): void {
  try {
    // The size of pages cannot change while there is a write-ahead journal.
    db.pragma('journal_mode = delete')
    db.pragma(`page_size = ${PAGE_SIZE}`)
  } catch {
    // Another process has the file open.
  }
  db.pragma('auto_vacuum = incremental')
  forgetFreed(db)
  db.pragma('journal_mode = wal')
}

/** The same where no other process has the file open; else false, and nothing is done. */
export function rewriteAlone(db: Database.Database): boolean {
  try {
    if (db.pragma('journal_mode = delete', { simple: true }) !== 'delete') return false
  } catch {
    return false
  }
  rewrite(db)
  return true
}

/** What was deleted is gone from the file, as far as that can be done. */
export function forgetFreed(db: Database.Database): void {
  try {
    db.exec('vacuum')
    db.pragma('wal_checkpoint(truncate)')
  } catch {
    // Locked by another process, or no space: the rows are gone all the same for whoever asks with SQL.
  }
}
