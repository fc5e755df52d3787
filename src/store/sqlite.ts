// The embedded engine: SQLite, and nobody else knows. One filing is one synchronous immediate transaction. Pages are read on
// a connection of their own, in another thread than the one that files.
import { existsSync } from 'node:fs'
import type { Millis, Outcome } from '../model/units.ts'
import { adoptFeeds, syncAgencies } from './agencies.ts'
import { Database, makeFile, setMode } from './engine.ts'
import { storeFault } from './fault.ts'
import { changeNotices } from './notices.ts'
import {
  forgetFreed,
  identityOf,
  lookFirst,
  type OpenOptions,
  prepareFile,
  privateOf,
  rewriteAlone,
} from './prepare.ts'
import { privatePath, readPrivate } from './private.ts'
import { createReader } from './read/reader.ts'
import { sealOf } from './seal.ts'
import { shrinking } from './shrink.ts'
import { keepRobots } from './sources.ts'
import { snapshots, statements } from './statements.ts'
import type { Filing, PrivateReader, PrivateStore, Store, StoreReader, VectorStore } from './store.ts'
import { openVectors, vectorsPath } from './vectors.ts'
import { createFiling } from './write/filing.ts'
import { heldOf, POLLS_KEPT } from './write/polls.ts'

/** As much as a filing takes in the journal. */
const PROBE_BYTES = 524_288
/** Others may not read what is on file unless the user says so: a feed may be private. */
const DEFAULT_MODE = 0o640

/**
 * Open the store, making or migrating the file where allowed. The reason of a failure is one line that names the file; a
 * file from a newer version, of another program or damaged is left as it is.
 */
export function openFile(options: OpenOptions): Outcome<Store> {
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
      return { ok: false, reason: notThere(path) }
    }
    const reason = storeFault(path, error)
    if (reason === null) throw error
    return { ok: false, reason }
  }
}

const notThere = (path: string): string =>
  `there is no database at ${path} yet: start it with \`minwal run\` or \`minwal poll\``

/**
 * How long a reading statement waits for a lock. Readers do not wait for writers (SQLite, "Write-Ahead Logging"); they meet a
 * lock only while another process recovers the journal or removes it on closing.
 */
const READER_PATIENCE: Millis = 1_000
/** Pages of the file that a reader keeps in memory, in KiB. Measured on 100,000 stories: more makes no page faster. */
const READER_CACHE = 8_192

/**
 * Open a file for reading on a connection of its own, which sees what others commit: `version()` tells. It must have been
 * made, and be of this version; a database in memory cannot be shared.
 */
export function openFileReader(path: string): Outcome<StoreReader> {
  if (path === ':memory:') return { ok: false, reason: 'a database in memory has no second connection' }
  let db: Database.Database | null = null
  try {
    db = new Database(path, { readonly: true, fileMustExist: true })
    const refusal = prepareFile(db, { path, readOnly: true })
    if (refusal === null) {
      db.pragma(`busy_timeout = ${READER_PATIENCE}`)
      db.pragma(`cache_size = -${READER_CACHE}`)
      return { ok: true, value: readerOf(db, path) }
    }
    db.close()
    return { ok: false, reason: refusal }
  } catch (error) {
    db?.close()
    const reason = existsSync(path) ? storeFault(path, error) : notThere(path)
    if (reason === null) throw error
    return { ok: false, reason }
  }
}

function readerOf(db: Database.Database, path: string): StoreReader {
  const { polled, ...reader } = createReader(statements(db), snapshots(db))
  let kept: PrivateReader | null = null
  // Made by whoever polls, maybe later than this reader was opened.
  const secret = () => {
    kept ??= readPrivate(privatePath(path), identityOf(db), READER_PATIENCE)
    return kept
  }
  return {
    ...reader,
    subscription: feed => secret()?.subscription(feed) ?? null,
    subscriptionById: id => secret()?.subscriptionById(id) ?? null,
    subscriptionsDue: now => {
      const due = secret()?.subscriptionsDue(now) ?? []
      const among = polled(due.map(({ feed }) => feed))
      return due.filter(({ feed }) => among.has(feed))
    },
    subscribers: () => secret()?.subscribers() ?? [],
    integrity: () => integrityOf(db),
    close: () => {
      kept?.close()
      db.close()
    },
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
  let vectors: VectorStore | null = null
  const seal = sealOf(path)
  let pollsKept = POLLS_KEPT
  // A state that is only read is none in which nobody else writes.
  let writes = false
  const { filing, settle, forget } = createFiling(sql, seal, () => pollsKept, {
    isOpen: () => writes && db.inTransaction,
  })
  const { polled, ...reader } = createReader(sql, snapshots(db))
  const rollBack = (): void => {
    forget()
    writes = false
    // SQLite has ended it by itself where the disk is full.
    if (db.inTransaction) db.exec('rollback')
  }
  const join = <T>(work: (filing: Filing) => T): T => {
    try {
      if (!db.inTransaction) sql.run('begin immediate')
      writes = true
      return work(filing)
    } catch (error) {
      rollBack()
      throw error
    }
  }
  const commit = (): void => {
    if (!db.inTransaction) return
    try {
      settle()
      sql.run('commit')
      writes = false
    } catch (error) {
      rollBack()
      throw error
    }
  }
  return {
    ...reader,
    syncAgencies: (agencies, now) => {
      const sync = db.transaction((): boolean => {
        const held = adoptFeeds(sql, agencies)
        syncAgencies(sql, agencies, now)
        return held
      })
      if (sync.immediate()) forgetFreed(db)
    },
    file: work => {
      if (db.inTransaction) throw new Error('another transaction is open')
      const done = join(work)
      commit()
      return done
    },
    join,
    commit,
    read: work => work(filing),
    held: (feed, now) => heldOf(sql, seal, feed, now),
    get private() {
      return secret()
    },
    get vectors() {
      vectors ??= openVectors(vectorsPath(path))
      return vectors
    },
    subscription: feed => secret().subscription(feed),
    subscriptionById: id => secret().subscriptionById(id),
    subscriptionsDue: now => {
      const due = secret().subscriptionsDue(now)
      const among = polled(due.map(({ feed }) => feed))
      return due.filter(({ feed }) => among.has(feed))
    },
    subscribers: () => secret().subscribers(),
    saveSubscription: saved => secret().saveSubscription(saved),
    changeSubscribers: changes => secret().changeSubscribers(changes),
    changeNotices: changes => changeNotices(sql, changes),
    keepRobots: (origin, robots) => keepRobots(sql, origin, robots),
    ...shrinking(db, path, rewriteAlone),
    keepPolls: ms => {
      pollsKept = ms ?? POLLS_KEPT
    },
    waitForLock: ms => void db.pragma(`busy_timeout = ${Math.round(ms)}`),
    releaseMemory: () => void db.pragma('shrink_memory'),
    probe: () => {
      const write = db.transaction(() =>
        sql.run(
          `insert into x_meta (key, value) values ('probe', hex(randomblob(@bytes)))
           on conflict (key) do update set value = excluded.value`,
          { bytes: PROBE_BYTES / 2 },
        ),
      )
      write.immediate()
      sql.run(`delete from x_meta where key = 'probe'`)
    },
    integrity: () => integrityOf(db),
    close: () => {
      // Nobody waits for a lock to close a file.
      if (!db.readonly) db.pragma('busy_timeout = 0')
      kept?.close()
      vectors?.close()
      db.close()
    },
  }
}

function integrityOf(db: Database.Database): string {
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
}
