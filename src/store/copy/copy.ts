// Copies a database from one engine to the other. It goes on where it was: with each batch of rows the target is told how far it
// has come. Afterwards both are compared, row by row.
import { setImmediate as anotherTurn } from 'node:timers/promises'
import { isPostgres, shownDatabase } from '../../model/database.ts'
import type { Outcome } from '../../model/units.ts'
import { storeFault } from '../fault.ts'
import { PostgresError } from '../postgres/connection.ts'
import type { Value } from '../sql.ts'
import { fileToRead, fileToWrite } from './file.ts'
import { type Mark, markOf } from './mark.ts'
import { columnsOf, postgresToRead, postgresToWrite } from './postgres.ts'
import { batches, countOf } from './rows.ts'
import type { Side, Target } from './side.ts'
import { COPYING, META, TABLES, type Table } from './tables.ts'
import { compare, compareWords, type Verified } from './verify.ts'

export interface CopyOptions {
  from: string
  to: string
  /** Only compare what both hold. */
  verifyOnly?: boolean
  /** Told how many of how many rows are copied and compared. */
  onProgress?: (done: number, total: number) => void
  /** Told, in sentences, what is worth knowing meanwhile. */
  notice?: (sentence: string) => void
}

export interface Copied {
  from: string
  to: string
  /** Rows that had been copied by a run before. */
  resumed: number
  /** By table (`x_reports` is `reports`). */
  tables: Record<string, Verified>
}

/** Copy a database. The reason of a failure is one line; what was copied stays for the next run. */
export async function copyDatabase(options: CopyOptions): Promise<Outcome<Copied>> {
  const { from, to } = options
  const refusal = pairRefusal(from, to)
  if (refusal !== null) return { ok: false, reason: refusal }
  let source: Side | null = null
  let target: Target | null = null
  try {
    const read = isPostgres(from) ? postgresToRead(from) : fileToRead(from)
    if (!read.ok) return read
    source = read.value
    const write = isPostgres(to) ? postgresToWrite(to) : fileToWrite(to)
    if (!write.ok) return write
    target = write.value
    if (!options.verifyOnly) return await copyAll(source, target, options)
    target.identified(identityIn(target))
    return await compareAll(source, target, 0, options)
  } catch (error) {
    const reason = faultOf(error, from, to)
    if (reason === null) throw error
    return { ok: false, reason }
  } finally {
    target?.close()
    source?.close()
  }
}

/** Why nothing is copied between these two. */
function pairRefusal(from: string, to: string): string | null {
  if (isPostgres(from) !== isPostgres(to)) return null
  return isPostgres(from)
    ? 'both are PostgreSQL databases: copy one with `pg_dump` and `psql`'
    : 'both are files: `minwal backup FILE` copies one'
}

/** SQLSTATE classes, and SQLite's codes, of rows that a table does not take. */
const UNFIT = /^(?:(?:22|23|54)\w{3}$|SQLITE_CONSTRAINT)/

function faultOf(error: unknown, from: string, to: string): string | null {
  const [url, file] = isPostgres(from) ? [from, to] : [to, from]
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (UNFIT.test(code)) {
    const message = error instanceof Error ? error.message : code
    return `a row of ${shownDatabase(from)} does not fit ${shownDatabase(to)} (${message}): \`minwal doctor\` looks at the first`
  }
  return storeFault(error instanceof PostgresError ? url : file, error)
}

const rowsNamed = ({ name }: Table): string => name.replace(/^x_/, '')

/** Marks of the state of a database: whatever Minwal does to it changes one of them. */
function stateOf({ sql }: Side): string {
  const row = sql.get(
    `select (select value from x_meta where "key" = 'version') as version,
       (select count(*) || ' ' || coalesce(max(id), 0) from x_polls) as polls,
       (select count(*) || ' ' || coalesce(sum(coalesce(last_poll, 0) + next_poll), 0) from x_feeds) as feeds,
       (select count(*) || ' ' || coalesce(max(id), 0) from x_decisions) as decisions,
       (select count(*) || ' ' || coalesce(max(id), 0) from x_regroupings) as regroupings,
       (select count(*) || ' ' || coalesce(sum(size), 0) from x_held) as held`,
  )
  return Object.values(row ?? {}).join('; ')
}

const identityIn = ({ sql }: Side): string =>
  String(sql.get(`select value from x_meta where "key" = 'identity'`)?.['value'] ?? '')

const isNew = (target: Side): boolean =>
  TABLES.every(
    table =>
      table.name === META ||
      table.isSecret ||
      target.sql.get(`select 1 as there from ${table.name} limit 1`) === undefined,
  )

const setMark = ({ sql }: Target, mark: Mark): void =>
  void sql.run(
    'insert into x_meta ("key", value) values (?, ?) on conflict ("key") do update set value = excluded.value',
    [COPYING, JSON.stringify(mark)],
  )

/** Where the copy begins, or goes on; why it cannot. */
function begin(source: Side, target: Target, notice: (sentence: string) => void): Outcome<Mark> {
  const identity = identityIn(source)
  const fresh: Mark = { from: source.name, identity, state: stateOf(source), table: 0, after: null }
  const found = markOf(target.sql)
  if (found !== null && found.identity !== identity) {
    return {
      ok: false,
      reason: `${target.name} is half a copy of ${found.from}, not of ${source.name}: name another database`,
    }
  }
  if (found === null && !isNew(target)) {
    return {
      ok: false,
      reason: `${target.name} holds news already: name one that is new as --to; --verify compares the two`,
    }
  }
  const goesOn = found !== null && found.state === fresh.state && !found.differs
  if (found !== null && !goesOn) {
    notice(
      found.differs
        ? `${target.name} was not the same when it was compared: the copy begins anew`
        : `${source.name} has changed since the copy was begun: it begins anew`,
    )
    target.empty()
  }
  const key = source.key()
  if (key !== null && !target.setKey(key)) {
    return { ok: false, reason: `beside ${target.name} lies the key of another database: move ${target.name}.key away` }
  }
  if (goesOn) return { ok: true, value: found }
  target.write(() => {
    target.sql.run(`update x_meta set value = ? where "key" = 'identity'`, [identity])
    setMark(target, fresh)
  })
  return { ok: true, value: fresh }
}

async function copyAll(source: Side, target: Target, options: CopyOptions): Promise<Outcome<Copied>> {
  const { notice = () => {}, onProgress = () => {} } = options
  const users = source.users()
  if (users.length > 0) {
    notice(`${source.name} is open in ${users.join('; ')}: what is filed there from now on is not in the copy`)
  }
  const begun = begin(source, target, notice)
  if (!begun.ok) return begun
  target.identified(begun.value.identity)
  const ours = isPostgres(options.from) ? source : target
  const total = TABLES.reduce((sum, table) => sum + countOf(source.of(table), table), 0)
  const resumed = TABLES.reduce((sum, table) => sum + (table.name === META ? 0 : countOf(target.of(table), table)), 0)
  let done = resumed
  for (let at = begun.value.table; at < TABLES.length; at++) {
    const table = TABLES[at] as Table
    const columns = columnsOf(ours.sql, table.name)
    const after = at === begun.value.table ? begun.value.after : null
    for (const { rows, last } of batches(source.of(table), table, columns, after)) {
      target.write(() => {
        target.insert(table, columns, rows)
        target.index(table, columns, rows)
        setMark(target, { ...begun.value, table: at, after: last as Value[] })
      })
      done += rows.length
      onProgress(done, 2 * total)
      await anotherTurn()
    }
  }
  const verified = await compareAll(source, target, resumed, options)
  target.write(() => {
    if (!verified.ok) return setMark(target, { ...begun.value, differs: true })
    for (const table of TABLES) if (table.numbered !== undefined) target.setLastNumber(table, source.lastNumber(table))
    target.sql.run('delete from x_meta where "key" = ?', [COPYING])
  })
  return verified
}

/** Compare all rows of both. */
async function compareAll(
  source: Side,
  target: Target,
  resumed: number,
  { from, onProgress = () => {} }: CopyOptions,
): Promise<Outcome<Copied>> {
  const ours = isPostgres(from) ? source : target
  const tables: Record<string, Verified> = {}
  const total = TABLES.reduce((sum, table) => sum + countOf(source.of(table), table), 0)
  let done = 0
  for (const table of TABLES) {
    const comparing = compare(source, target, table, columnsOf(ours.sql, table.name))
    let next = comparing.next()
    for (; !next.done; next = comparing.next()) {
      done += next.value
      onProgress(total + done, 2 * total)
      await anotherTurn()
    }
    if (!next.value.ok) return { ok: false, reason: differs(source, target, next.value.reason) }
    tables[rowsNamed(table)] = next.value.value
  }
  const words = compareWords(target)
  if (words !== null) return { ok: false, reason: differs(source, target, words) }
  const key = source.key()
  if (key !== null && Buffer.compare(key, target.key() ?? new Uint8Array()) !== 0) {
    return { ok: false, reason: differs(source, target, 'it has another key to what is kept back') }
  }
  return { ok: true, value: { from: source.name, to: target.name, resumed, tables } }
}

const differs = (source: Side, target: Side, what: string): string =>
  `${target.name} is not what ${source.name} is: ${what}`
