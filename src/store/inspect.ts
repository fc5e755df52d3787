// Looks a database over without changing it: what SQLite, the rules of the tables and the file system say of it. The judgement is
// decide/diagnose's.
import { readdirSync, statfsSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { FileFact, StoreFacts } from '../model/inspected.ts'
import type { Outcome } from '../model/units.ts'
import { bodiesPath } from './bodies.ts'
import { halfCopied, type Mark, markOf } from './copy/mark.ts'
import { APPLICATION_ID, Database } from './engine.ts'
import { storeFault } from './fault.ts'
import { usersOf } from './holder.ts'
import { MIGRATIONS } from './migrations.ts'
import { privatePath } from './private.ts'
import { innerName } from './renamed.ts'
import { MISSING_FEATURES, STORE_RULES } from './rules.ts'
import { keyPath } from './seal.ts'
import { statements } from './statements.ts'
import { vectorsPath } from './vectors.ts'

const BUSY_TIMEOUT = 10_000
/** Faults of one kind that are named. */
const NAMED = 5

export interface InspectOptions {
  /** Compare the full text with the rows: takes the lock for seconds, so only where nobody else has the file. */
  compareText: boolean
  /** Told what is looked at. */
  onStep?: (what: string) => void
}

/** The facts of a file; the reason where it cannot be read at all. */
export function inspectStore(path: string, { compareText, onStep }: InspectOptions): Outcome<StoreFacts> {
  let db: Database.Database | null = null
  try {
    db = new Database(path, { readonly: !compareText, fileMustExist: true })
    db.pragma(`busy_timeout = ${BUSY_TIMEOUT}`)
    const half = halfOf(db)
    if (half !== null) return { ok: false, reason: halfCopied(path, half) }
    return { ok: true, value: factsOf(db, compareText, onStep ?? (() => {})) }
  } catch (error) {
    const reason = storeFault(path, error)
    if (reason === null) throw error
    return { ok: false, reason }
  } finally {
    db?.close()
  }
}

function halfOf(db: Database.Database): Mark | null {
  const isOurs = Number(db.pragma('application_id', { simple: true })) === APPLICATION_ID
  return isOurs ? markOf(statements(db), innerName(db, 'meta')) : null
}

function factsOf(db: Database.Database, compareText: boolean, onStep: (what: string) => void): StoreFacts {
  const number = (name: string): number => Number(db.pragma(name, { simple: true }))
  const schema = number('user_version')
  const ours = number('application_id') === APPLICATION_ID
  onStep('integrity')
  const integrity = integrityOf(db)
  const bytes = number('page_count') * number('page_size')
  const facts: StoreFacts = {
    ours,
    schema,
    known: MIGRATIONS.length,
    sqlite: String(db.prepare('select sqlite_version()').pluck().get()),
    bytes,
    integrity,
    orphans: [],
    text: { compared: false, fault: null, missing: 0, surplus: 0 },
    broken: [],
    withoutFeatures: 0,
    lastPoll: null,
    feeds: [],
  }
  // The tables of another version are not known here, and what is damaged is not counted.
  if (!ours || schema !== MIGRATIONS.length || integrity.length > 0) return facts
  onStep('references')
  facts.orphans = (
    db
      .prepare('select "table" as "from", parent as "to", count(*) as rows from pragma_foreign_key_check group by 1, 2')
      .all() as {
      from: string
      to: string
      rows: number
    }[]
  ).map(({ from, to, rows }) => ({ from, to, rows }))
  onStep('full text')
  facts.text = textOf(db, compareText)
  onStep('counts')
  facts.broken = STORE_RULES.flatMap(({ says, query, counts }) => {
    const ids = db.prepare(query).pluck().all() as (string | number)[]
    return ids.length === 0 ? [] : [{ says, ids, counts }]
  })
  facts.withoutFeatures = Number(db.prepare(MISSING_FEATURES).pluck().get())
  onStep('feeds')
  facts.lastPoll = (db.prepare('select max(last_poll) from x_feeds').pluck().get() as number | null) ?? null
  facts.feeds = (
    db
      .prepare(
        `select f.id, f.url, f.agency, f.last_success as lastSuccess, f.error, f.retired,
           (select min(p.at) from x_polls p where p.feed = f.id) as firstPoll
         from x_feeds f where f.active and not f.paused order by f.id`,
      )
      .all() as (Omit<StoreFacts['feeds'][number], 'retired'> & { retired: number })[]
  ).map(feed => ({ ...feed, retired: feed.retired === 1 }))
  return facts
}

/** What SQLite says of the file; empty for a sound one. */
function integrityOf(db: Database.Database): string[] {
  try {
    const rows = db.pragma(`integrity_check(${NAMED})`) as { integrity_check: string }[]
    return rows.map(row => row.integrity_check).filter(said => said !== 'ok')
  } catch (error) {
    // Some damage stops the check itself.
    if (error instanceof Error && 'code' in error && String(error.code).startsWith('SQLITE_CORRUPT')) {
      return [error.message]
    }
    throw error
  }
}

/** Whether the full-text index has all reports and no others, and, where asked, whether it says of each what the row says. */
function textOf(db: Database.Database, compare: boolean): StoreFacts['text'] {
  const count = (query: string): number => Number(db.prepare(query).pluck().get())
  const missing = count('select count(*) from x_reports where id not in (select id from x_search_docsize)')
  const surplus = count('select count(*) from x_search_docsize where id not in (select id from x_reports)')
  if (!compare) return { compared: false, fault: null, missing, surplus }
  try {
    db.exec(`insert into x_search (x_search, rank) values ('integrity-check', 1)`)
    return { compared: true, fault: null, missing, surplus }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    if (!code.startsWith('SQLITE_CORRUPT')) throw error
    return { compared: true, fault: 'it does not say what the reports say', missing, surplus }
  }
}

// ── files ───────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Magic numbers of file systems that other machines write to, too (statfs(2)). */
const NETWORK_FILE_SYSTEMS: Readonly<Record<number, string>> = {
  26985: 'NFS',
  20859: 'SMB',
  4283649346: 'CIFS',
  4266872130: 'SMB2',
  1397113167: 'AFS',
  16914839: '9p',
}

const fact = (path: string, what: FileFact['what']): FileFact[] => {
  const found = statSync(path, { throwIfNoEntry: false })
  if (found === undefined) return []
  return [{ path, what, bytes: found.size, mode: found.mode & 0o7777, modified: found.mtimeMs }]
}

/** Names in a folder; none where it may be entered but not read. */
function listed(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

/** The files of a database, and the folder they lie in. */
export function filesOf(path: string): FileFact[] {
  const folder = dirname(path)
  const name = basename(path)
  const besides = listed(folder).filter(file => file.startsWith(`${name}.before-v`) || file === `${name}.replaced`)
  return [
    ...fact(path, 'database'),
    ...fact(`${path}-wal`, 'journal'),
    ...fact(`${path}-shm`, 'index of the journal'),
    ...fact(`${path}-journal`, 'rollback journal'),
    ...fact(keyPath(path), 'key'),
    ...fact(privatePath(path), 'private file'),
    ...fact(bodiesPath(path), 'private file'),
    ...fact(vectorsPath(path), 'vectors'),
    ...besides.flatMap(file => fact(join(folder, file), 'copy')),
    ...fact(folder, 'folder'),
  ]
}

/** The disk of a file: what is free, and the name of its file system where that is one of a network's. */
export function diskOf(path: string): { free: number; network: string | null } {
  const { bavail, bsize, type } = statfsSync(dirname(path))
  return { free: bavail * bsize, network: NETWORK_FILE_SYSTEMS[type >>> 0] ?? null }
}

export { usersOf }
