// Runs queries of users in a transaction of a PostgreSQL database that can only read. What the user of the database may do beyond the
// tables (functions that act) is the server's to grant.
import { shownDatabase } from '../../model/database.ts'
import type { Millis, Outcome } from '../../model/units.ts'
import { type Cell, placeOf, type Queries, QueryError, refuseParameters } from '../queries.ts'
import type { Value } from '../sql.ts'
import { type Connection, openConnection, PostgresError } from './connection.ts'
import { postgresFault } from './faults.ts'

/** Rows that are asked for at once. */
const PAGE = 500
/** These give their rows through a cursor. */
const ROWS = new Set(['select', 'with', 'values', 'table'])
const READING = new Set([...ROWS, 'explain', 'show'])
const ONLY_READING = 'only queries that read are run: select, with, values, table, explain, and show'

const run = (connection: Connection, text: string): void => void connection.ask({ text, values: [], name: null })

export function openPostgresQueries(url: string, timeout: Millis | null): Outcome<Queries> {
  const connection = openConnection(url, { exact: true })
  try {
    // A connection that was lost and is made anew has them too.
    connection.set(`set timezone = 'UTC'`)
    connection.set('set default_transaction_read_only = on')
    if (timeout !== null) connection.set(`set statement_timeout = ${Math.round(timeout)}`)
    const [there] = connection.ask({
      text: `select to_regclass('minwal_schema') is not null`,
      values: [],
      name: null,
    }).rows
    if (there?.[0] === 1) return { ok: true, value: queriesOn(connection, url) }
    connection.close()
    const name = shownDatabase(url)
    return { ok: false, reason: `there are no tables in ${name} yet: start it with \`minwal run\` or \`minwal poll\`` }
  } catch (error) {
    connection.close()
    const reason = postgresFault(url, error)
    if (reason === null) throw error
    return { ok: false, reason }
  }
}

function queriesOn(connection: Connection, url: string): Queries {
  let asked = 0
  /** Named statements are one statement: the server refuses a text that holds several. */
  const one = (text: string, values: readonly Value[] = []) => connection.ask({ text, values, name: `asked${asked++}` })
  return {
    ask: (given, parameters = {}) => {
      const query = spelled(given)
      const word = /^[\s;(]*([a-z]+)/i.exec(query.bare)?.[1]?.toLowerCase() ?? ''
      if (query.bare.replace(/[\s;]/g, '') === '') throw new QueryError('usage', 'there is no query')
      if (!READING.has(word))
        throw new QueryError('usage', `${word === '' ? '' : `${word} is refused: `}${ONLY_READING}`)
      refuseParameters(new Set(query.names), parameters)
      const values = query.names.map(name => parameters[name] as Value)
      const telling = <T>(before: string, work: () => T): T => tellingOf(url, given, before, work)
      run(connection, 'begin read only')
      const end = (): void => run(connection, 'rollback')
      try {
        const through = ROWS.has(word) ? 'declare asked no scroll cursor for ' : ''
        const first = telling(through, () => {
          const given = one(through + query.text, values)
          return through === '' ? given : one(`fetch ${PAGE} from asked`)
        })
        const more = through === '' ? null : () => telling('', () => one(`fetch ${PAGE} from asked`).rows)
        return { columns: first.columns, rows: pages(first.rows, more, end) }
      } catch (error) {
        end()
        throw error
      }
    },
    columns: view =>
      connection
        .ask({
          text: `select attname, format_type(atttypid, atttypmod) from pg_attribute
            where attrelid = to_regclass($1) and attnum > 0 and not attisdropped order by attnum`,
          values: [view],
          name: null,
        })
        .rows.map(([name, type]) => ({ name: String(name), type: String(type) })),
    close: () => connection.close(),
  }
}

function* pages(first: Value[][], more: (() => Value[][]) | null, end: () => void): Iterable<Cell[]> {
  try {
    for (let rows = first; ; rows = more()) {
      yield* rows as Cell[][]
      if (more === null || rows.length < PAGE) return
    }
  } finally {
    end()
  }
}

/** What the server says of a query, as an error that a user can use. `before` stands before it in the statement. */
function tellingOf<T>(url: string, text: string, before: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof PostgresError)) throw error
    const { code, message, position } = error
    if (code === '57014') throw new QueryError('sql', 'the query was not answered in time: it was ended')
    if (code === '25006') throw new QueryError('usage', ONLY_READING)
    if (/multiple commands/.test(message)) {
      throw new QueryError('usage', 'there is more than one statement: give one query at a time')
    }
    const fault = postgresFault(url, error)
    if (fault !== null) throw new QueryError('sql', fault)
    const offset = position === null ? -1 : position - 1 - before.length
    const at = offset < 0 ? null : placeOf(text, [...text].slice(0, offset).join('').length)
    throw new QueryError('sql', message, at)
  }
}

interface Spelled {
  /** With `$1` in the place of `:name`, as long as it, so that places stay. */
  text: string
  /** In the order of their numbers. */
  names: string[]
  /** Without comments and quoted texts. */
  bare: string
}

/** A quoted text, a comment, a cast, or a parameter, where it begins. */
const PIECE =
  /'(?:[^']|'')*(?:'|$)|"(?:[^"]|"")*(?:"|$)|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|\$\w*\$|::|:[a-z_]\w*|[ \t\r\n\w]+|[\s\S]/giy

/** Finds parameters in PostgreSQL's words: not in texts, names in quotes, comments, nor in casts. */
export function spelled(query: string): Spelled {
  const names: string[] = []
  let text = ''
  let bare = ''
  PIECE.lastIndex = 0
  for (let found = PIECE.exec(query); found !== null; found = PIECE.exec(query)) {
    let [piece] = found
    // A text between `$tag$` and the same again.
    if (/^\$\w*\$$/.test(piece)) {
      const end = query.indexOf(piece, PIECE.lastIndex)
      piece = query.slice(found.index, end < 0 ? query.length : end + piece.length)
      PIECE.lastIndex = found.index + piece.length
    }
    const isParameter = /^:\w/.test(piece)
    if (isParameter) {
      const name = piece.slice(1)
      if (!names.includes(name)) names.push(name)
      piece = `$${names.indexOf(name) + 1}`.padEnd(piece.length)
    }
    text += piece
    bare += !isParameter && /^(?:['"]|--|\/\*|\$\w*\$)/.test(piece) ? ' '.repeat(piece.length) : piece
  }
  return { text, names, bare }
}
