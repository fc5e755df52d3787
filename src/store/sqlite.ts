// The embedded engine: SQLite, and nobody else knows. SQL is plain text with named parameters,
// prepared once. One filing is one synchronous immediate transaction.
import { randomUUID } from 'node:crypto'
import { existsSync, renameSync, rmSync, statSync } from 'node:fs'
import type { Millis, Outcome } from '../model/units.ts'
import { adoptFeeds, syncAgencies } from './agencies.ts'
import { Database, makeFile, setMode } from './engine.ts'
import { holderOf } from './holder.ts'
import { openPrivate, type PrivateStore, privatePath, subscriptionOf } from './private.ts'
import { createReader, FEED_QUERY, feedState } from './reading.ts'
import { decisionsOf, regroupingsOf } from './regroup.ts'
import { MIGRATIONS } from './schema.ts'
import { sealOf } from './seal.ts'
import type { Row, WritableSql } from './sql.ts'
import type { Filing, Store } from './store.ts'
import { CREATE_VIEWS, DROP_VIEWS } from './views.ts'
import { createFiling } from './writing.ts'

/** `MNWL`: marks the file as ours in the header (pragma application_id). */
const APPLICATION_ID = 0x4d4e574c
/** How long opening waits for another program, and each statement until `waitForLock` says otherwise. */
const BUSY_TIMEOUT: Millis = 10_000
/** As much as a filing takes in the journal. */
const PROBE_BYTES = 524_288
/** Released at once: enough to see what a document's entries have in common, little enough to hold nothing up. */
const RELEASED_ENTRIES = 300
const RELEASED_CHARACTERS = 4 * 1_048_576

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
}

/** Others may not read what is on file unless the user says so: a feed may be private. */
const DEFAULT_MODE = 0o640

/**
 * Open the store, making or migrating the file where allowed. The reason of a failure is one line that names the file; a
 * file from a newer version, of another program or damaged is left as it is.
 */
export function openStore(options: OpenOptions): Outcome<Store> {
  const { path, readOnly = false } = options
  let db: Database.Database | null = null
  try {
    if (!readOnly && path !== ':memory:') {
      const refusal = lookFirst(path)
      if (refusal !== null) return { ok: false, reason: refusal }
      if (!existsSync(path)) makeFile(path, options.mode ?? DEFAULT_MODE)
    }
    db = new Database(path, { readonly: readOnly, fileMustExist: readOnly })
    const refusal = prepareFile(db, options)
    if (refusal === null) {
      if (options.mode != null && path !== ':memory:') setMode(path, options.mode)
      return { ok: true, value: createStore(db, path) }
    }
    db.close()
    return { ok: false, reason: refusal }
  } catch (error) {
    db?.close()
    if (readOnly && !existsSync(path)) {
      return {
        ok: false,
        reason: `there is no database at ${path} yet: start it with \`minwal run\` or \`minwal poll\``,
      }
    }
    const reason = storeFault(path, error)
    if (reason === null) throw error
    return { ok: false, reason }
  }
}

/**
 * What is wrong with the file when working on it threw, in one line that names it: locked, damaged, not writable. Null
 * where the file is not to blame, which is a bug.
 */
export function storeFault(path: string, error: unknown): string | null {
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
  return error instanceof Error && 'syscall' in error ? 'failing' : null
}

/**
 * Why an existing file is refused, seen without leave to write: a connection that may write would bring another
 * program's journal into its file merely by closing.
 */
function lookFirst(path: string): string | null {
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

/** Null when the file is ready; otherwise why it is refused. Nothing is written before the file is known to be ours. */
function prepareFile(db: Database.Database, options: OpenOptions): string | null {
  db.pragma(`busy_timeout = ${BUSY_TIMEOUT}`)
  const { version, refusal } = inspect(db, options.path)
  if (refusal !== null) return refusal
  if (options.readOnly) {
    if (version < MIGRATIONS.length) {
      return `the database ${options.path} is older than this Minwal: run \`minwal poll\` once to bring it up to date`
    }
    db.pragma('query_only = on')
    return null
  }
  db.pragma('journal_mode = wal')
  // Safe against a killed process; after a power cut the last filings may be missing and are polled again.
  db.pragma('synchronous = normal')
  db.pragma('foreign_keys = on')
  db.pragma('cache_size = -32768')
  // Pages that several polls change in turn (indexes, the search index) are moved into the file once in 16 MB of journal.
  db.pragma('wal_autocheckpoint = 4000')
  const migrate = db.transaction((): boolean => {
    // Read again inside the transaction: another process may have migrated meanwhile.
    const from = Number(db.pragma('user_version', { simple: true }))
    if (from >= MIGRATIONS.length) return false
    const moved = from > 0 && moveSecrets(db, options.path)
    for (const script of [DROP_VIEWS, ...MIGRATIONS.slice(from), CREATE_VIEWS]) db.exec(script)
    db.pragma(`user_version = ${MIGRATIONS.length}`)
    db.pragma(`application_id = ${APPLICATION_ID}`)
    const put = db.prepare('insert into meta (key, value) values (@key, @value) on conflict do nothing')
    put.run({ key: 'version', value: '1' })
    put.run({ key: 'tag_authority', value: options.tagAuthority ?? 'localhost,2026' })
    put.run({ key: 'identity', value: randomUUID() })
    return moved
  })
  if (version < MIGRATIONS.length && migrate.immediate()) forgetFreed(db)
  // Another program's lock is met here, where it is a reason not to start.
  db.exec('begin immediate; rollback')
  return null
}

/** What tells this database from any other at the same path. */
function identityOf(db: Database.Database): string {
  return String(db.prepare("select value from meta where key = 'identity'").pluck().get())
}

/**
 * The private file of a database; one that is damaged is set aside and made anew, for nothing in it is lost for good. Throws
 * what SQLite or the operating system says.
 */
function privateOf(db: Database.Database, path: string): PrivateStore {
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
  db.prepare("insert into meta (key, value) values ('identity', ?) on conflict do nothing").run(randomUUID())
  const there = db.prepare("select 1 from sqlite_schema where name = 'subscriptions'").get()
  const rows = there === undefined ? [] : (db.prepare('select * from subscriptions').all() as Row[])
  if (rows.length === 0) return false
  const kept = privateOf(db, path)
  try {
    kept.together(() => {
      for (const row of rows) {
        const subscription = subscriptionOf(row)
        if (subscription !== null) kept.saveSubscription(subscription)
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
function forgetFreed(db: Database.Database): void {
  try {
    db.exec('vacuum')
    db.pragma('wal_checkpoint(truncate)')
  } catch {
    // Locked by another process, or no space: the rows are gone all the same for whoever asks with SQL.
  }
}

/** Statements prepared on first use and kept: their text is the key, and texts come from this room only. */
function statements(db: Database.Database): WritableSql {
  const prepared = new Map<string, Database.Statement>()
  const statement = (text: string): Database.Statement => {
    let found = prepared.get(text)
    if (!found) {
      found = db.prepare(text)
      prepared.set(text, found)
    }
    return found
  }
  return {
    all: (text, parameters = {}) => statement(text).all(parameters) as Row[],
    get: (text, parameters = {}) => statement(text).get(parameters) as Row | undefined,
    run: (text, parameters = {}) => statement(text).run(parameters),
    each: (text, parameters = {}) => statement(text).iterate(parameters) as Iterable<Row>,
  }
}

function createStore(db: Database.Database, path: string): Store {
  const sql = statements(db)
  let kept: PrivateStore | null = null
  const secret = (): PrivateStore => {
    if (db.readonly) throw new Error('the private file is opened for writing only')
    kept ??= privateOf(db, path)
    return kept
  }
  const seal = sealOf(path)
  const filing = createFiling(sql, seal)
  const transaction = db.transaction((work: (filing: Filing) => unknown) => work(filing))
  return {
    ...createReader(sql),
    syncAgencies: (agencies, now) => {
      const sync = db.transaction((): boolean => {
        const held = adoptFeeds(sql, agencies)
        syncAgencies(sql, agencies, now)
        return held
      })
      if (sync.immediate()) forgetFreed(db)
    },
    due: (now, beyond = null) =>
      sql
        .all(
          `${FEED_QUERY} where f.active and not f.paused and (f.next_poll <= @now or @beyond is not null
             and (f.last_poll is null or f.last_poll > @now or f.next_poll > @beyond))
           order by f.next_poll, f.id`,
          { now, beyond },
        )
        .map(feedState),
    feed: id => {
      const row = sql.get(`${FEED_QUERY} where f.id = @id`, { id })
      return row ? feedState(row) : null
    },
    file: <T>(work: (filing: Filing) => T): T => transaction.immediate(work) as T,
    read: work => work(filing),
    storyOf: report => {
      const row = sql.get('select story from reports where id = @report', { report })
      return row ? Number(row['story']) : null
    },
    decisions: () => decisionsOf(sql),
    regroupings: of => regroupingsOf(sql, of),
    releasable: now =>
      sql
        .all(`${FEED_QUERY} where f.active and f.id in (select feed from held where until <= @now) order by f.id`, {
          now,
        })
        .map(feedState),
    held: (feed, now) => {
      const entries: string[] = []
      const keys: string[] = []
      const rows = sql.all(
        `select key, size from held where feed = @feed and until <= @now order by until, key limit @most`,
        { feed, now, most: RELEASED_ENTRIES },
      )
      let characters = 0
      for (const { key = '', size } of rows) {
        characters += Number(size)
        if (keys.length > 0 && characters > RELEASED_CHARACTERS) break
        keys.push(String(key))
        const row = sql.get('select sealed from held where feed = @feed and key = @key', { feed, key })
        const entry = seal.open(String(row?.['sealed']))
        if (entry !== null) entries.push(entry)
      }
      return { entries, keys }
    },
    get private() {
      return secret()
    },
    subscription: feed => secret().subscription(feed),
    subscriptionById: id => secret().subscriptionById(id),
    subscriptionsDue: now =>
      secret()
        .subscriptionsDue(now)
        .filter(
          ({ feed }) =>
            sql.get('select 1 from feeds where id = @feed and active and not paused and not retired', { feed }) !==
            undefined,
        ),
    saveSubscription: saved => secret().saveSubscription(saved),
    waitForLock: ms => void db.pragma(`busy_timeout = ${Math.round(ms)}`),
    probe: () => {
      const write = db.transaction(() =>
        sql.run(
          `insert into meta (key, value) values ('probe', hex(randomblob(@bytes)))
           on conflict (key) do update set value = excluded.value`,
          { bytes: PROBE_BYTES / 2 },
        ),
      )
      write.immediate()
      sql.run(`delete from meta where key = 'probe'`)
    },
    integrity: () => {
      try {
        const rows = db.pragma('integrity_check') as { integrity_check: string }[]
        return rows.map(row => row.integrity_check).join('\n')
      } catch (error) {
        // Some damage stops the check itself.
        if (error instanceof Error && 'code' in error && String(error.code).startsWith('SQLITE_CORRUPT')) {
          return error.message
        }
        throw error
      }
    },
    close: () => {
      try {
        if (!db.readonly) db.exec('pragma busy_timeout = 0; pragma optimize')
      } catch {
        // Statistics only: nobody waits for them, and a locked or damaged file is closed all the same.
      }
      kept?.close()
      db.close()
    },
  }
}
