// Runs queries of users on a connection that can only read. Anything but one reading statement is refused before SQLite
// sees it: some statements act while they are prepared, and `vacuum into` writes a file from a read-only connection.
import { existsSync } from 'node:fs'
import { isPostgres } from '../model/database.ts'
import type { Millis, Outcome } from '../model/units.ts'
import { Database } from './engine.ts'
import { storeFault } from './fault.ts'
import { openPostgresQueries } from './postgres/query.ts'
import { BUSY_TIMEOUT, looksOurs } from './prepare.ts'
import {
  type Cell,
  type Position,
  placeOf,
  type Queries,
  QueryError,
  type QueryValue,
  refuseParameters,
} from './queries.ts'

export { type Answer, type Cell, type Position, type Queries, QueryError, type QueryValue } from './queries.ts'

const ONLY_READING = 'only queries that read are run: select, with, values, explain, and pragmas that tell something'

/** Pragmas that only tell something. Others set something, or act. */
const TELLING = new Set([
  ...['table_info', 'table_xinfo', 'table_list', 'index_list', 'index_info', 'index_xinfo', 'foreign_key_list'],
  ...['foreign_key_check', 'integrity_check', 'quick_check', 'database_list', 'compile_options', 'collation_list'],
  ...['function_list', 'module_list', 'pragma_list'],
])
/** Pragmas that tell something as long as they are given nothing. */
const TELLING_ALONE = new Set([
  ...['user_version', 'application_id', 'schema_version', 'data_version', 'encoding', 'journal_mode', 'page_count'],
  ...['page_size', 'freelist_count', 'auto_vacuum', 'query_only'],
])
const READING = new Set(['select', 'with', 'values', 'explain', 'pragma'])

export interface QueryOptions {
  /** The server ends a query after this long; one of a file cannot be ended from its own thread. */
  timeout?: Millis
}

/** Open a database for queries of users. One of another version is opened too: the views last. */
export function openQueries(path: string, options: QueryOptions = {}): Outcome<Queries> {
  if (isPostgres(path)) return openPostgresQueries(path, options.timeout ?? null)
  if (!existsSync(path)) {
    return { ok: false, reason: `there is no database at ${path} yet: start it with \`minwal run\` or \`minwal poll\`` }
  }
  let db: Database.Database | null = null
  try {
    db = new Database(path, { readonly: true, fileMustExist: true })
    db.pragma(`busy_timeout = ${BUSY_TIMEOUT}`)
    db.pragma('query_only = on')
    const refusal = looksOurs(db, path)
    if (refusal === null) return { ok: true, value: queriesOn(db, path) }
    db.close()
    return { ok: false, reason: refusal }
  } catch (error) {
    db?.close()
    const reason = storeFault(path, error)
    if (reason === null) throw error
    return { ok: false, reason }
  }
}

function queriesOn(db: Database.Database, path: string): Queries {
  db.defaultSafeIntegers(true)
  return {
    ask: (text, parameters = {}) => {
      refuseWriting(text)
      const statement = telling(path, text, () => db.prepare(text))
      // A common table expression may stand before an insert.
      if (!statement.reader || !statement.readonly) throw new QueryError('usage', ONLY_READING)
      // SQLite takes a parameter that is not given for an error, and says nothing of one that is not asked for.
      refuseParameters(new Set([...bare(text, true).matchAll(/[:@$](\w+)/g)].map(([, name = '']) => name)), parameters)
      statement.raw(true)
      const columns = statement.columns().map(({ name }) => name)
      return { columns, rows: rowsOf(path, text, statement, parameters) }
    },
    columns: view =>
      db
        .prepare('select name, type from pragma_table_xinfo(?)')
        .all(view)
        .map(row => row as { name: string; type: string }),
    close: () => void db.close(),
  }
}

function* rowsOf(
  path: string,
  text: string,
  statement: Database.Statement,
  parameters: Readonly<Record<string, QueryValue>>,
): Iterable<Cell[]> {
  const rows = telling(path, text, () => statement.iterate(parameters)) as IterableIterator<Cell[]>
  try {
    for (;;) {
      const next = telling(path, text, () => rows.next())
      if (next.done === true) return
      yield next.value
    }
  } finally {
    rows.return?.()
  }
}

/** What SQLite says of a query, as an error that a user can use. */
function telling<T>(path: string, text: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    if (error instanceof RangeError || error instanceof TypeError) {
      const said = /more than one statement/.test(message)
        ? 'there is more than one statement: give one query at a time'
        : /no statements/.test(message)
          ? 'there is no query'
          : /Too few parameter values/.test(message)
            ? 'a parameter has no name: write :name in the query, and give it with --param name=value'
            : message
      throw new QueryError('usage', said)
    }
    if (/^SQLITE_(?:ERROR|MISMATCH|TOOBIG|RANGE|AUTH)/.test(code)) {
      throw new QueryError('sql', message, positionOf(text, message))
    }
    const fault = storeFault(path, error)
    if (fault === null) throw error
    throw new QueryError('sql', fault)
  }
}

/** A query without what says nothing: comments are blanks, and so are strings and names in quotes where asked. */
function bare(text: string, quoted = false): string {
  const blank = (found: string): string => found.replace(/[^\n]/g, ' ')
  return text.replace(
    /--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|'(?:[^']|'')*(?:'|$)|"(?:[^"]|"")*(?:"|$)|`[^`]*(?:`|$)|\[[^\]]*(?:\]|$)/g,
    found => (found.startsWith('--') || found.startsWith('/*') || quoted ? blank(found) : found),
  )
}

function refuseWriting(text: string): void {
  const [, first = '', rest = ''] = /^[\s;]*([a-z]+)([\s\S]*)/i.exec(bare(text)) ?? []
  const word = first.toLowerCase()
  if (word === '') {
    throw new QueryError('usage', bare(text).replace(/[\s;]/g, '') === '' ? 'there is no query' : ONLY_READING)
  }
  if (!READING.has(word)) throw new QueryError('usage', `${word} is refused: ${ONLY_READING}`)
  // `explain pragma` acts as the pragma does.
  const pragma = word === 'pragma' ? rest : word === 'explain' ? /^\s+pragma\b([\s\S]*)/i.exec(rest)?.[1] : undefined
  if (pragma === undefined) return
  const [, name = '', given = ''] = /^\s+(?:\w+\s*\.\s*)?(\w+)\s*([=(]?)/.exec(pragma) ?? []
  const known = name.toLowerCase()
  if ((TELLING.has(known) && given !== '=') || (TELLING_ALONE.has(known) && given === '')) return
  throw new QueryError('usage', `pragma ${known}${given === '' ? '' : ' with a value'} is refused: ${ONLY_READING}`)
}

/** Where the word that SQLite names stands, if it stands in one place only. */
function positionOf(text: string, message: string): Position | null {
  if (/incomplete input/.test(message)) return placeOf(text, text.trimEnd().length)
  const found =
    /near "(.+?)"|no such (?:column|table|function|view): (?:main\.)?(\S+)|ambiguous column name: (\S+)/.exec(message)
  const word = found?.[1] ?? found?.[2] ?? found?.[3]
  if (word === undefined) return null
  const escaped = word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  const whole = /^[\w.]+$/.test(word) ? `(?<![\\w])${escaped}(?![\\w])` : escaped
  const places = [...bare(text).matchAll(new RegExp(whole, 'gi'))]
  const [only] = places
  return only !== undefined && places.length === 1 ? placeOf(text, only.index) : null
}
