// What is on file, asked for on a connection of its own as any program could: an SQLite file, or a PostgreSQL database in the
// same words.
import Database from 'better-sqlite3'
import { isPostgres } from '../../src/model/database.ts'
import { openConnection } from '../../src/store/postgres/connection.ts'
import { translate } from '../../src/store/postgres/dialect.ts'
import { postgresSql } from '../../src/store/postgres/sql.ts'
import type { Row, Value } from '../../src/store/sql.ts'

/** What tests use of better-sqlite3. */
export interface Rows {
  prepare(query: string): Prepared
  exec(script: string): void
  close(): void
}

export interface Prepared {
  all(...given: Value[]): unknown[]
  get(...given: Value[]): unknown
  /** The first column in place of the row. */
  pluck(): Prepared
}

export function openRows(database: string, { readonly = true } = {}): Rows {
  if (!isPostgres(database)) return new Database(database, { readonly }) as unknown as Rows
  const connection = openConnection(database)
  const sql = postgresSql(connection)
  const prepared = (query: string, shown: (row: Row) => unknown): Prepared => ({
    all: (...given) => sql.all(query, given).map(shown),
    get: (...given) => sql.all(query, given).map(shown)[0],
    pluck: () => prepared(query, row => Object.values(row)[0]),
  })
  return {
    prepare: query => prepared(query, row => row),
    exec: script => void connection.ask({ text: translate(script), values: [], name: null }),
    close: () => connection.close(),
  }
}

/** Names of its tables. */
export function tablesOf(database: string): string[] {
  const db = openRows(database)
  try {
    const query = isPostgres(database)
      ? `select relname from pg_class where relnamespace = current_schema()::regnamespace and relkind = 'r' order by 1`
      : `select name from sqlite_schema where type = 'table' and name not like 'sqlite%' order by name`
    return db.prepare(query).pluck().all() as string[]
  } finally {
    db.close()
  }
}

/** What one query gives. */
export function rowsIn(database: string, query: string, given: Value[] = []): Row[] {
  const rows = openRows(database)
  try {
    return rows.prepare(query).all(...given) as Row[]
  } finally {
    rows.close()
  }
}
