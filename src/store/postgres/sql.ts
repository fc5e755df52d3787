// The statements of this room over one connection to PostgreSQL.
import type { Parameters, Row, Values, WritableSql } from '../sql.ts'
import type { Connection, Result } from './connection.ts'
import { spelled } from './dialect.ts'
import type { Statement } from './protocol.ts'

/** Statements that a connection keeps prepared: a text with other types among its parameters is another. */
const MOST_PREPARED = 2_000

function rowsOf({ columns, rows }: Result): Row[] {
  return rows.map(values => {
    const row: Row = {}
    for (let at = 0; at < columns.length; at++) row[columns[at] as string] = values[at] ?? null
    return row
  })
}

export function postgresSql(connection: Connection): WritableSql {
  const names = new Map<string, string>()
  const statement = (text: string, given: Parameters | Values): Statement => {
    const made = spelled(text, given)
    let name = names.get(made.text) ?? null
    if (name === null && names.size < MOST_PREPARED) {
      name = `m${names.size}`
      names.set(made.text, name)
    }
    return { ...made, name }
  }
  const all = (text: string, given: Parameters | Values = {}): Row[] => rowsOf(connection.ask(statement(text, given)))
  return {
    all,
    get: (text, given) => all(text, given)[0],
    each: all,
    soon: (text, given = {}) => {
      const posted = connection.post(statement(text, given))
      let rows: Row[] | null = null
      return {
        get rows() {
          rows ??= rowsOf(posted.result)
          return rows
        },
      }
    },
    run: (text, given = {}) => connection.post(statement(text, given)),
  }
}
