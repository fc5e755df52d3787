// A PostgreSQL database as what is copied from, or to.
import { shownDatabase } from '../../model/database.ts'
import type { Outcome } from '../../model/units.ts'
import { type FoldedColumns, foldedText } from '../folded.ts'
import { type Connection, openConnection, PostgresError } from '../postgres/connection.ts'
import { prepareDatabase } from '../postgres/prepare.ts'
import { lexemes } from '../postgres/search.ts'
import { postgresSql } from '../postgres/sql.ts'
import type { Value, WritableSql } from '../sql.ts'
import { quoted, type Values } from './rows.ts'
import { insertInto, onConflict, type Side, type Target } from './side.ts'
import { META, TABLES } from './tables.ts'

const run = (connection: Connection, text: string): void => void connection.ask({ text, values: [], name: null })

/** Of whoever copies to a database. One that was killed has it until the server has noticed. */
const LOCK = `set lock_timeout = '10s'; select pg_advisory_lock(${0x4d4e574c}, hashtext('copy ' || current_schema())); set lock_timeout = 0`
const NOT_IN_TIME = '55P03'

interface Opened {
  connection: Connection
  sql: WritableSql
  side: Side
}

function opened(url: string, readOnly: boolean): Outcome<Opened> {
  const connection = openConnection(url)
  try {
    const sql = postgresSql(connection)
    const reason = prepareDatabase(
      connection,
      sql,
      readOnly ? { path: url, readOnly } : { path: url, unfinished: true },
    )
    if (reason === null) return { ok: true, value: { connection, sql, side: sideOf(connection, sql, url) } }
    connection.close()
    return { ok: false, reason }
  } catch (error) {
    connection.close()
    throw error
  }
}

function sideOf(connection: Connection, sql: WritableSql, url: string): Side {
  return {
    name: shownDatabase(url),
    sql,
    of: () => sql,
    key: () => {
      const key = sql.get('select key from x_seal')?.['key']
      return key instanceof Uint8Array ? key : null
    },
    lastNumber: ({ name, numbered }) =>
      Number(
        sql.get(
          `select greatest(coalesce(pg_sequence_last_value(pg_get_serial_sequence('${name}', '${numbered}')::regclass), 0),
             coalesce((select max("${numbered}") from ${name}), 0)) as n`,
        )?.['n'] ?? 0,
      ),
    searchable: () => Number(sql.get('select count(*) as n from x_search')?.['n']),
    users: () =>
      sql
        .all(
          `select application_name || ', process ' || pid as who from pg_stat_activity
           where datname = current_database() and pid <> pg_backend_pid() and application_name = 'minwal'`,
        )
        .map(({ who }) => String(who)),
    close: () => connection.close(),
  }
}

/** Columns of a table that are no other column's. */
export const columnsOf = (sql: WritableSql, table: string): string[] =>
  sql
    .all(
      `select column_name as name from information_schema.columns
       where table_schema = current_schema() and table_name = ? and is_generated = 'NEVER' order by ordinal_position`,
      [table],
    )
    .map(({ name }) => String(name))

/** Open a database for reading: all that is read is of the state it has now. */
export function postgresToRead(url: string): Outcome<Side> {
  const found = opened(url, true)
  if (!found.ok) return found
  run(found.value.connection, 'begin isolation level repeatable read read only')
  return { ok: true, value: found.value.side }
}

/** Open a database for writing. No other copy is made to it meanwhile. */
export function postgresToWrite(url: string): Outcome<Target> {
  const found = opened(url, false)
  if (!found.ok) return found
  const { connection, sql, side } = found.value
  try {
    run(connection, LOCK)
  } catch (error) {
    connection.close()
    if (!(error instanceof PostgresError && error.code === NOT_IN_TIME)) throw error
    return { ok: false, reason: `another copy to ${side.name} is being made` }
  }
  // What a crash of the server takes is copied again: the mark goes with the rows.
  run(connection, 'set synchronous_commit = off')
  return { ok: true, value: targetOf(connection, sql, side) }
}

function targetOf(connection: Connection, sql: WritableSql, side: Side): Target {
  return {
    ...side,
    write: work => {
      connection.post({ text: 'begin', values: [], name: null })
      try {
        work()
        connection.post({ text: 'commit', values: [], name: null })
        connection.flush()
      } catch (error) {
        connection.drop()
        try {
          run(connection, 'rollback')
        } catch {
          // The connection is gone, and the transaction with it.
        }
        throw error
      }
    },
    insert: (table, columns, rows) => {
      insertInto(sql, `insert into ${table.name} (${quoted(columns)})`, columns.length, onConflict(table), rows)
    },
    index: (table, columns, rows) => {
      if (table.name === 'x_reports') indexReports(sql, columns, rows)
      if (table.name === 'x_pages') indexPages(sql, columns, rows)
    },
    setKey: key => {
      sql.run('update x_seal set key = ?', [key])
      return true
    },
    setLastNumber: ({ name, numbered = '' }, number) => {
      sql.get(`select setval(pg_get_serial_sequence('${name}', '${numbered}'), greatest(${number}, 1), ${number > 0})`)
    },
    identified: () => {},
    empty: () =>
      run(
        connection,
        `truncate ${TABLES.filter(({ name }) => name !== META)
          .map(({ name }) => name)
          .join(', ')}, x_held_sums, x_search`,
      ),
  }
}

/** Makes what reports are found by, of rows of reports. */
export function indexReports(sql: WritableSql, columns: readonly string[], rows: readonly Values[]): void {
  const value = valuesBy(columns)
  const words = rows.map(row => [
    value(row, 'id'),
    arrayOf(lexemes(foldedText(String(value(row, 'title')), String(value(row, 'text')), foldedOf(row, value)))),
  ])
  // A list of values has no types: these are texts.
  const into = 'insert into x_search (report, words) select v.report::bigint, array_to_tsvector(v.words::text[]) from ('
  insertInto(sql, into, 2, ') as v (report, words)', words)
}

/** Adds the words of texts that were taken from pages. */
export function indexPages(sql: WritableSql, columns: readonly string[], rows: readonly Values[]): void {
  const value = valuesBy(columns)
  for (const row of rows) {
    const text = value(row, 'text')
    if (text === null) continue
    const words = arrayOf(lexemes(foldedText('', String(text), foldedOf(row, value))))
    const report = value(row, 'report')
    sql.run('update x_search set words = words || array_to_tsvector(?::text[]) where report = ?', [words, report])
  }
}

type ValueOf = (row: Values, name: string) => Value

const valuesBy = (columns: readonly string[]): ValueOf => {
  const places = new Map(columns.map((name, at) => [name, at]))
  return (row, name) => row[places.get(name) ?? -1] ?? null
}

const foldedOf = (row: Values, value: ValueOf): FoldedColumns => ({
  foldedBy: Number(value(row, 'folded_by')) as FoldedColumns['foldedBy'],
  foldedExtra: String(value(row, 'folded_extra')),
})

/** Texts as PostgreSQL writes an array of them. */
const arrayOf = (texts: readonly string[]): string =>
  `{${texts.map(text => `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`).join(',')}}`
