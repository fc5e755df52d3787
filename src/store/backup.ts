// Copies a database while others read and write it. The copy is one state of the file, one file, and verified before it takes
// its name.
import {
  chmodSync,
  closeSync,
  copyFileSync,
  existsSync,
  fsyncSync,
  openSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
} from 'node:fs'
import { dirname, resolve } from 'node:path'
import { setImmediate as anotherTurn } from 'node:timers/promises'
import type { Outcome } from '../model/units.ts'
import { APPLICATION_ID, Database, makeFile } from './engine.ts'
import { storeFault } from './fault.ts'
import { privatePath } from './private.ts'
import { innerName } from './renamed.ts'
import { keyPath } from './seal.ts'

export interface BackupOptions {
  /** The database, of whatever version. */
  path: string
  /** The file to write. A backup of the same database that is there is replaced. */
  to: string
  /** Replace whatever file is there, but the database itself. */
  force?: boolean
  /** Copy the key and the private file beside the copy too. */
  secrets?: boolean
  /** Of the copy. Default 0640 less the umask. */
  mode?: number
  /** Told how many of how many bytes are copied; the last time before the copy is verified. */
  onProgress?: (done: number, total: number) => void
  /** Gives the copy up: what was written of it is removed. */
  signal?: AbortSignal
}

export interface Backup {
  file: string
  bytes: number
  /** Version of the schema. */
  schema: number
  /** Rows by table (`x_reports` is `reports`), as many as the database had in the state that was copied. */
  rows: Record<string, number>
  /** Files beside it: the key, the private file. */
  secrets: string[]
}

/** Pages a step: others get a turn after each. */
const STEP = 256
const BUSY_TIMEOUT = 10_000
/** Room that is left on the disk beside the copy, in bytes. */
const SPARE = 16 * 1_048_576

/** End of the name of a copy that is being written. */
export const PART = '.part'

/** Copy a database. The reason of a failure is one line; nothing is left of the copy then. */
export async function backUp(options: BackupOptions): Promise<Outcome<Backup>> {
  const { path } = options
  const to = resolve(options.to)
  const part = to + PART
  let source: Database.Database | null = null
  try {
    if (!existsSync(path)) return { ok: false, reason: `there is no database at ${path}` }
    source = new Database(path, { readonly: true, fileMustExist: true })
    source.pragma(`busy_timeout = ${BUSY_TIMEOUT}`)
    if (identity(source) === null) return { ok: false, reason: `${path} is not a Minwal database` }
    const refusal = refusedTarget(source, path, to, options.force ?? false) ?? noRoom(to, sizeOf(source))
    if (refusal !== null) return { ok: false, reason: refusal }
    rmSync(part, { force: true })
    makeFile(part, options.mode ?? 0o640, false)
    const state = await copy(source, part, options)
    source.close()
    const fault = verify(part, state)
    if (fault !== null) {
      rmSync(part, { force: true })
      return {
        ok: false,
        reason: `the copy of ${path} is not what was copied (${fault}): \`minwal doctor\` looks at the database`,
      }
    }
    takeName(part, to)
    const secrets = options.secrets ? await copySecrets(path, to) : []
    return { ok: true, value: { file: to, bytes: statSync(to).size, ...state, secrets } }
  } catch (error) {
    for (const end of ['', '-journal', '-wal', '-shm']) rmSync(part + end, { force: true })
    if (options.signal?.aborted) return { ok: false, reason: 'it was stopped before the copy was whole' }
    const reason = copyFault(path, to, error)
    if (reason === null) throw error
    return { ok: false, reason }
  } finally {
    source?.close()
  }
}

/** What a copy is compared with. */
type State = Pick<Backup, 'schema' | 'rows'>

const pragma = (db: Database.Database, name: string): number => Number(db.pragma(name, { simple: true }))

/** Bytes of the state that a transaction reads. */
const sizeOf = (db: Database.Database): number => pragma(db, 'page_count') * pragma(db, 'page_size')

/** What tells a database from others; empty for one of an old version, null where it is none of Minwal's. */
function identity(db: Database.Database): string | null {
  if (pragma(db, 'application_id') !== APPLICATION_ID) return null
  return String(
    db
      .prepare(`select value from ${innerName(db, 'meta')} where key = 'identity'`)
      .pluck()
      .get() ?? '',
  )
}

/** The same of a file; null where it cannot be read as a database. */
export function identityOfFile(path: string): string | null {
  let db: Database.Database | null = null
  try {
    db = new Database(path, { readonly: true, fileMustExist: true })
    return identity(db)
  } catch {
    return null
  } finally {
    db?.close()
  }
}

function stateOf(db: Database.Database): State {
  const tables = db
    .prepare(
      `select name from sqlite_schema where type = 'table' and name not like 'sqlite\\_%' escape '\\' and rootpage > 0`,
    )
    .pluck()
    .all() as string[]
  const rows = tables.map(
    name => [name.replace(/^x_/, ''), Number(db.prepare(`select count(*) from "${name}"`).pluck().get())] as const,
  )
  return { schema: pragma(db, 'user_version'), rows: Object.fromEntries(rows) }
}

/** Why nothing may be written there. */
function refusedTarget(source: Database.Database, path: string, to: string, force: boolean): string | null {
  if (!existsSync(dirname(to))) return `there is no folder ${dirname(to)}`
  const found = statSync(to, { throwIfNoEntry: false })
  if (found === undefined) return null
  if (found.isDirectory()) return `${to} is a folder: name a file in it`
  const own = statSync(path)
  if (found.ino === own.ino && found.dev === own.dev) return `${to} is the database itself`
  if (force) return null
  if (!found.isFile()) return `${to} is no ordinary file`
  const there = identityOfFile(to)
  if (there === null) return `${to} is there and is no backup of Minwal: --force replaces it`
  if (there !== identity(source)) return `${to} is there and is of another database: --force replaces it`
  if ((statSync(`${to}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0) {
    return `${to} is there and was written to since it was made: --force replaces it`
  }
  return null
}

/** Why so many bytes find no room beside a file. */
export function noRoom(file: string, bytes: number): string | null {
  const { bavail, bsize } = statfsSync(dirname(file))
  const free = bavail * bsize
  if (free >= bytes + SPARE) return null
  const megabytes = (count: number): string => `${Math.ceil(count / 1e6)} MB`
  return `there is no room for ${megabytes(bytes)} in ${dirname(file)}: ${megabytes(free)} are free`
}

/** One state of the file, whatever is written meanwhile: the transaction keeps SQLite from beginning again with each write. */
async function copy(source: Database.Database, part: string, { onProgress, signal }: BackupOptions): Promise<State> {
  source.exec('begin')
  try {
    const state = stateOf(source)
    const size = pragma(source, 'page_size')
    await source.backup(part, {
      progress: ({ totalPages, remainingPages }) => {
        signal?.throwIfAborted()
        onProgress?.((totalPages - remainingPages) * size, totalPages * size)
        return STEP
      },
    })
    const whole = sizeOf(source)
    onProgress?.(whole, whole)
    await anotherTurn()
    signal?.throwIfAborted()
    return state
  } finally {
    if (source.inTransaction) source.exec('rollback')
  }
}

/** What is wrong with a copy; null where it is sound and says what the state says. */
function verify(file: string, state: State): string | null {
  const db = new Database(file, { fileMustExist: true })
  try {
    // One file, which is read also from where nothing may be written.
    db.pragma('journal_mode = delete')
    const checked = String(db.pragma('integrity_check(1)', { simple: true }))
    if (checked !== 'ok') return checked.split('\n')[0] ?? 'damaged'
    const is = stateOf(db)
    if (is.schema !== state.schema) return `schema ${is.schema} instead of ${state.schema}`
    const other = Object.entries(state.rows).find(([table, count]) => is.rows[table] !== count)
    return other === undefined ? null : `${other[0]} has ${is.rows[other[0]] ?? 'no'} rows instead of ${other[1]}`
  } finally {
    db.close()
  }
}

/** Give a whole copy its name, such that after a power cut the name stands for all of it or for what was there before. */
function takeName(part: string, to: string): void {
  sync(part)
  // Of a database that is replaced: its journal does not belong to the copy.
  for (const end of ['-wal', '-shm', '-journal']) rmSync(to + end, { force: true })
  renameSync(part, to)
  sync(dirname(to))
}

function sync(path: string): void {
  const descriptor = openSync(path, 'r')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

/** The files beside a database that nobody else may read. Returns the copies. */
async function copySecrets(path: string, to: string): Promise<string[]> {
  const made: string[] = []
  if (existsSync(keyPath(path))) {
    const part = keyPath(to) + PART
    rmSync(part, { force: true })
    makeFile(part, 0o600, false)
    copyFileSync(keyPath(path), part)
    chmodSync(part, 0o600)
    takeName(part, keyPath(to))
    made.push(keyPath(to))
  }
  if (existsSync(privatePath(path))) {
    const part = privatePath(to) + PART
    rmSync(part, { force: true })
    makeFile(part, 0o600, false)
    const db = new Database(privatePath(path), { readonly: true, fileMustExist: true })
    try {
      db.exec('begin')
      db.prepare('select count(*) from sqlite_schema').get()
      await db.backup(part)
    } finally {
      db.close()
    }
    const copied = new Database(part)
    copied.pragma('journal_mode = delete')
    copied.close()
    takeName(part, privatePath(to))
    made.push(privatePath(to))
  }
  return made
}

/** A failed copy in one line: where the writing failed, of the copy; else of the database. Null for a bug. */
function copyFault(path: string, to: string, error: unknown): string | null {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  const message = error instanceof Error ? error.message : String(error)
  if (code === 'SQLITE_FULL' || code === 'ENOSPC') return `there is no room for ${to}: ${message}`
  if (error instanceof Error && 'syscall' in error) return `cannot write ${to} (${message})`
  return storeFault(path, error)
}

// ── before a migration ──────────────────────────────────────────────────────────────────────────────────────────────

/** Where the copy lies that is made before a file is brought to a version of the schema. */
export const beforeVersion = (path: string, version: number): string => `${path}.before-v${version}`

/** Until this version of the schema, secrets of subscriptions and entries under embargo lay in the database itself. */
const FIRST_WITHOUT_SECRETS = 4

/** How far a database has come: two states of one file are told apart by it. */
function progressOf(db: Database.Database): string {
  const newest = (table: 'polls' | 'threads'): unknown =>
    db
      .prepare(`select max(id) from ${innerName(db, table)}`)
      .pluck()
      .get()
  const version = db
    .prepare(`select value from ${innerName(db, 'meta')} where key = 'version'`)
    .pluck()
    .get()
  return JSON.stringify([pragma(db, 'user_version'), identity(db), version, newest('polls'), newest('threads')])
}

/**
 * Copy a database that is about to be brought to version `to` of the schema, beside it. A copy of this very state that is
 * there already is kept. The reason where it cannot be made; throws what SQLite or the operating system says.
 */
export function copyBeforeMigration(db: Database.Database, path: string, to: number): Outcome<string> {
  const file = beforeVersion(path, to)
  if (existsSync(file)) {
    const there = identityOfFile(file) === null ? null : progressOfFile(file)
    if (there === progressOf(db)) return { ok: true, value: file }
    if (there === null) return { ok: false, reason: `${file} is in the way of a copy: move it away` }
  }
  const reason = noRoom(file, sizeOf(db))
  if (reason !== null) return { ok: false, reason }
  const part = file + PART
  rmSync(part, { force: true })
  try {
    const mode = pragma(db, 'user_version') < FIRST_WITHOUT_SECRETS ? 0o600 : statSync(path).mode & 0o777
    makeFile(part, mode, false)
    chmodSync(part, mode)
    db.prepare('vacuum into ?').run(part)
    const copied = progressOfFile(part)
    // Another process may have brought it up to date meanwhile: then that one has made the copy.
    if (copied === progressOf(db)) takeName(part, file)
    return { ok: true, value: file }
  } finally {
    rmSync(part, { force: true })
  }
}

function progressOfFile(file: string): string {
  const db = new Database(file, { readonly: true, fileMustExist: true })
  try {
    return progressOf(db)
  } finally {
    db.close()
  }
}
