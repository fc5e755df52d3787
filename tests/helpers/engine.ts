// The engine that a test is over: SQLite, or in the project `postgres` (vitest.config.ts) PostgreSQL, where each store is a
// schema of its own.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { inject, onTestFinished } from 'vitest'
import { isPostgres } from '../../src/model/database.ts'
import { type Connection, openConnection } from '../../src/store/postgres/connection.ts'
import { postgresSql } from '../../src/store/postgres/sql.ts'
import type { Parameters, Row, Values } from '../../src/store/sql.ts'

export const ENGINE: 'sqlite' | 'postgres' = process.env['MINWAL_TEST_ENGINE'] === 'postgres' ? 'postgres' : 'sqlite'

const asleep = new Int32Array(new SharedArrayBuffer(4))
let shared: string | null = null

/** Address of the PostgreSQL that all files of a run share: that of `MINWAL_TEST_DATABASE`, or one that is started for it. */
export function sharedPostgres(): string {
  if (shared !== null) return shared
  const given = process.env['MINWAL_TEST_DATABASE']
  if (given !== undefined) {
    shared = given
    return given
  }
  const folder = inject('postgres')
  writeFileSync(join(folder, 'wanted'), '')
  for (let waited = 0; !existsSync(join(folder, 'answer')); waited += 20) {
    if (waited > 120_000) throw new Error('PostgreSQL has not started')
    Atomics.wait(asleep, 0, 0, 20)
  }
  const answer = readFileSync(join(folder, 'answer'), 'utf8')
  if (!isPostgres(answer)) throw new Error(answer)
  shared = answer
  return answer
}

let made = 0

/** A database that is new and is gone after the test: in memory where that is SQLite's, unless a file is named. */
export function newDatabase(file = ':memory:'): string {
  return ENGINE === 'sqlite' ? file : newSchema()
}

let administrator: Connection | null = null

/** A new schema of a server, as the address of a database. */
export function newSchema(url = sharedPostgres()): string {
  const schema = `t_${process.pid}_${made++}_${Math.floor(performance.timeOrigin) % 1_000_000}`
  const run = (text: string): void => {
    administrator ??= openConnection(url)
    administrator.ask({ text, values: [], name: null })
  }
  run(`create schema ${schema}`)
  try {
    onTestFinished(() => run(`drop schema ${schema} cascade`))
  } catch {
    // Made outside of a test: it goes with the server.
  }
  const options = encodeURIComponent(`-csearch_path=${schema}`)
  return `${url}${url.includes('?') ? '&' : '?'}options=${options}`
}

/** What a query in SQLite's words gives on a connection of its own, as any program could ask. */
export function rowsIn(database: string, query: string, given: Parameters | Values = {}): Row[] {
  if (!isPostgres(database)) {
    const file = new Database(database, { readonly: true })
    try {
      return file.prepare(query).all(given) as Row[]
    } finally {
      file.close()
    }
  }
  const connection = openConnection(database)
  try {
    return postgresSql(connection).all(query, given)
  } finally {
    connection.close()
  }
}
