// The second engine: a PostgreSQL database, for many machines. It runs the statements of this room, put into its dialect; one
// filing is one transaction, and writers take turns under an advisory lock of the database.
import type { Millis, Outcome } from '../../model/units.ts'
import { adoptFeeds, syncAgencies } from '../agencies.ts'
import { foldedText } from '../folded.ts'
import { changeNotices } from '../notices.ts'
import type { OpenOptions } from '../prepare.ts'
import { createReader } from '../read/reader.ts'
import { INDEX_DELETED, INDEX_MERGING } from '../read/retention.ts'
import { sealWith } from '../seal.ts'
import { keepRobots } from '../sources.ts'
import type { WritableSql } from '../sql.ts'
import type { Batch, Filing, PrivateStore, Store, StoreReader, VectorStore } from '../store.ts'
import { changeSubscriber, readingSubscriptions, saveSubscription } from '../subscribing.ts'
import { vectorsIn } from '../vectors.ts'
import { createFiling, type FilingEngine } from '../write/filing.ts'
import { heldOf, POLLS_KEPT } from '../write/polls.ts'
import { type Connection, openConnection, PostgresError } from './connection.ts'
import { postgresFault } from './faults.ts'
import { indexReport, reindex } from './indexed.ts'
import { integrityOf } from './integrity.ts'
import { CHANGED, LOCK, LOCK_BESIDE, prepareDatabase } from './prepare.ts'
import { postgresSql } from './sql.ts'

/** A server that was there a moment ago may be starting again: pages wait for it. */
const READERS_WAIT: Millis = 10_000
const READERS_LOCK: Millis = 5_000

/**
 * Statements of filing are written as SQLite plans them: a look-up by an index for each row. Their plans are made once a
 * connection, whatever is asked for; else a plan of a time at which tables were small would read all of them later.
 */
const BY_LOOK_UP = [
  'set plan_cache_mode = force_generic_plan',
  'set enable_seqscan = off',
  'set enable_hashjoin = off',
  'set enable_mergejoin = off',
]

/** Open the store, making or migrating the tables where allowed. The reason of a failure is one line that names the database. */
export function openPostgres(options: OpenOptions): Outcome<Store> {
  return opened(options, createStore)
}

/** Open a database for reading on a connection of its own. */
export function openPostgresReader(url: string, patience?: Millis): Outcome<StoreReader> {
  return opened({ path: url, readOnly: true }, readerOf, patience)
}

function opened<T>(
  options: OpenOptions,
  make: (connection: Connection, sql: WritableSql, url: string) => T,
  readersWait: Millis = READERS_WAIT,
): Outcome<T> {
  const patience = options.readOnly ? readersWait : 0
  const connection = openConnection(options.path, { leads: options.leads === true, patience })
  // Its statements take milliseconds: compiling them takes longer.
  connection.set('set jit = off')
  if (!options.readOnly) for (const setting of BY_LOOK_UP) connection.set(setting)
  // Tables are locked while they are changed: who reads them says so sooner than the change may take.
  if (options.readOnly) connection.set(`set lock_timeout = ${READERS_LOCK}`)
  try {
    const sql = postgresSql(connection)
    const refusal = prepareDatabase(connection, sql, options)
    if (refusal === null) return { ok: true, value: make(connection, sql, options.path) }
    connection.close()
    return { ok: false, reason: refusal }
  } catch (error) {
    connection.close()
    const reason = postgresFault(options.path, error)
    if (reason === null) throw error
    return { ok: false, reason }
  }
}

/** What is open on a connection: a transaction that writes, a state that is read, or neither. */
interface Open {
  writing: boolean
  reading: number
  /** How much had been changed when the transaction began: `Connection.sent`. */
  begun: number
}

const post = (connection: Connection, text: string): void => void connection.post({ text, values: [], name: null })

/** Runs work that reads several times in one state of the database; inside a transaction, in that. */
function snapshots(connection: Connection, open: Open): <T>(work: () => T) => T {
  return work => {
    if (open.writing || open.reading > 0) return work()
    const once = (): ReturnType<typeof work> => {
      post(connection, 'begin isolation level repeatable read read only')
      open.reading++
      try {
        return work()
      } finally {
        open.reading--
        post(connection, 'commit')
        connection.release()
      }
    }
    try {
      return once()
    } catch (error) {
      // The connection was lost on the way: what was read so far is read again, in the state that there is then.
      if (error instanceof PostgresError && error.isFatal) return once()
      throw error
    }
  }
}

/** Retention by size is the server's to see to: its files do not shrink by what is deleted. */
const fileSize: StoreReader['fileSize'] = () => ({ pages: 0, free: 0, pageBytes: 8_192, canShrink: false })

function readerOf(connection: Connection, sql: WritableSql): StoreReader {
  const { polled, ...reader } = createReader(sql, snapshots(connection, { writing: false, reading: 0, begun: 0 }))
  const subscriptions = readingSubscriptions(sql)
  return {
    ...reader,
    ...subscriptions,
    subscriptionsDue: now => among(subscriptions.subscriptionsDue(now), polled),
    fileSize,
    integrity: () => integrityOf(sql),
    close: () => connection.close(),
  }
}

function among<T extends { feed: number }>(due: readonly T[], polled: (feeds: readonly number[]) => Set<number>): T[] {
  const known = polled(due.map(({ feed }) => feed))
  return due.filter(({ feed }) => known.has(feed))
}

const RAISED = (table: string, highest: string): string =>
  `setval(pg_get_serial_sequence('${table}', 'seq'), greatest(@${highest}, last_number('${table}')))`
const RAISE_STORY = `select ${RAISED('x_story_features', 'story')}`
const RAISE_REPORT = `select ${RAISED('x_report_features', 'report')}`
const RAISE_BOTH = `${RAISE_STORY}, ${RAISED('x_report_features', 'report')}`

/** Numbers that whoever decided gave out are taken: the next that the server gives are higher. */
function raiseNumbers(sql: WritableSql, { storyFeatures, reportFeatures }: Batch): void {
  const highest = (rows: readonly { seq: number }[]): number => rows.reduce((most, { seq }) => Math.max(most, seq), 0)
  const [story, report] = [highest(storyFeatures), highest(reportFeatures)]
  if (story > 0 && report > 0) sql.run(RAISE_BOTH, { story, report })
  else if (story > 0) sql.run(RAISE_STORY, { story })
  else if (report > 0) sql.run(RAISE_REPORT, { report })
}

interface Writing {
  filing: Filing
  settle: () => void
  forget: () => void
}

function filingOn(
  sql: WritableSql,
  seal: ReturnType<typeof sealWith>,
  pollsKept: () => Millis,
  { changed, isOpen }: Pick<FilingEngine, 'changed' | 'isOpen'>,
): Writing {
  const { filing, settle, forget } = createFiling(sql, seal, pollsKept, { indexReport, changed, isOpen })
  return {
    settle,
    forget,
    filing: {
      ...filing,
      fileSize,
      write: batch => {
        filing.write(batch)
        raiseNumbers(sql, batch)
      },
      addRevision: (id, report, change, now, stored) => {
        filing.addRevision(id, report, change, now, stored)
        // What its page said of the text before is in force no more.
        indexReport(sql, id, report.title, report.text, foldedText(report.title, report.text, stored))
      },
      keepPage: (page, spoken) => {
        filing.keepPage(page, spoken)
        reindex(sql, page.report)
      },
      dropPageText: (report, outcome, because) => {
        filing.dropPageText(report, outcome, because)
        reindex(sql, report)
      },
      // The index is kept by the server's own vacuum.
      mergeIndex: () => {
        filing.setMark(INDEX_MERGING, 0)
        filing.setMark(INDEX_DELETED, 0)
        return true
      },
    },
  }
}

/** Runs work in a transaction of its own under the lock of those who write the same. */
function transactions(connection: Connection, open: Open, lock = LOCK) {
  const rollBack = (): void => {
    connection.drop()
    if (!open.writing) return
    open.writing = false
    post(connection, 'rollback')
    try {
      connection.flush()
    } catch {
      // The connection is gone, and the transaction with it.
      connection.drop()
    }
  }
  const begin = (): void => {
    if (open.writing) return
    open.writing = true
    post(connection, 'begin')
    post(connection, lock)
    open.begun = connection.sent.changing
  }
  const commit = (): void => {
    if (!open.writing) return
    const hasWritten = connection.sent.changing > open.begun
    if (hasWritten && lock === LOCK) post(connection, CHANGED)
    post(connection, 'commit')
    // Nobody has to know whether what was only read has ended.
    if (hasWritten) connection.flush()
    else connection.release()
    open.writing = false
  }
  const within = <T>(work: () => T): T => {
    if (open.writing) return work()
    try {
      begin()
      const done = work()
      commit()
      return done
    } catch (error) {
      rollBack()
      throw error
    }
  }
  return { begin, commit, rollBack, within }
}

function createStore(connection: Connection, sql: WritableSql, url: string): Store {
  const open: Open = { writing: false, reading: 0, begun: 0 }
  const { begin, commit: end, rollBack, within } = transactions(connection, open)
  const seal = sealWith(() => {
    const key = sql.get('select key from x_seal')?.['key']
    if (!(key instanceof Uint8Array)) throw new Error('the database has lost the key of what is kept back')
    return Buffer.from(key)
  })
  let pollsKept = POLLS_KEPT
  const { filing, settle, forget } = filingOn(sql, seal, () => pollsKept, {
    changed: () => connection.sent.changing,
    isOpen: () => open.writing,
  })
  const { polled, ...reader } = createReader(sql, snapshots(connection, open))
  // What is written beside a filing is no part of its transaction.
  let second: Beside | null = null
  const beside = (): Beside => {
    second ??= openBeside(url)
    return second
  }
  const undo = (): void => {
    forget()
    rollBack()
  }
  const join = <T>(work: (filing: Filing) => T): T => {
    try {
      begin()
      return work(filing)
    } catch (error) {
      undo()
      throw error
    }
  }
  const commit = (): void => {
    if (!open.writing) return
    try {
      settle()
      end()
    } catch (error) {
      undo()
      throw error
    }
  }
  return {
    ...reader,
    fileSize,
    syncAgencies: (agencies, now) => {
      within(() => {
        adoptFeeds(sql, agencies, report => reindex(sql, report))
        syncAgencies(sql, agencies, now)
      })
    },
    file: work => {
      if (open.writing) throw new Error('another transaction is open')
      const done = join(work)
      commit()
      return done
    },
    join,
    commit,
    read: work => work(filing),
    held: (feed, now) => heldOf(sql, seal, feed, now),
    get private() {
      return beside().private
    },
    get vectors() {
      return beside().vectors
    },
    subscription: feed => beside().private.subscription(feed),
    subscriptionById: id => beside().private.subscriptionById(id),
    subscriptionsDue: now => among(beside().private.subscriptionsDue(now), polled),
    subscribers: () => beside().private.subscribers(),
    saveSubscription: saved => beside().private.saveSubscription(saved),
    changeSubscribers: changes => beside().private.changeSubscribers(changes),
    changeNotices: changes => {
      changeNotices(sql, changes)
      connection.flush()
    },
    keepRobots: (origin, robots) => {
      keepRobots(sql, origin, robots)
      connection.flush()
    },
    keepPolls: ms => {
      pollsKept = ms ?? POLLS_KEPT
    },
    waitForLock: ms => {
      connection.set(`set lock_timeout = ${Math.max(1, Math.round(ms))}`)
    },
    releaseMemory: () => {},
    returnPages: () => {},
    rewriteAlone: () => ({ ok: false, reason: 'PostgreSQL looks after its files: use `vacuum full` there' }),
    probe: () => {
      sql.run(`insert into x_meta (key, value) values ('probe', '') on conflict (key) do nothing`)
      sql.run(`delete from x_meta where key = 'probe'`)
      connection.flush()
    },
    integrity: () => integrityOf(sql),
    close: () => {
      second?.connection.close()
      connection.close()
    },
  }
}

interface Beside {
  connection: Connection
  private: PrivateStore
  vectors: VectorStore
}

function openBeside(url: string): Beside {
  const connection = openConnection(url)
  const sql = postgresSql(connection)
  const { within } = transactions(connection, { writing: false, reading: 0, begun: 0 }, LOCK_BESIDE)
  const close = (): void => {
    // Both share the connection, which is closed with the store.
  }
  return {
    connection,
    private: {
      ...readingSubscriptions(sql),
      saveSubscription: saved => within(() => saveSubscription(sql, saved)),
      changeSubscribers: changes =>
        within(() => {
          for (const change of changes) changeSubscriber(sql, change)
        }),
      together: within,
      close,
    },
    vectors: { ...vectorsIn(sql, within), close },
  }
}
