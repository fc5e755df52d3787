// The engine that a run of the tests is over: SQLite, or with `MINWAL_TEST_DATABASE=postgres://…` PostgreSQL, where each store
// is a schema of its own.
import { onTestFinished } from 'vitest'
import { openConnection } from '../../src/store/postgres/connection.ts'

const server = process.env['MINWAL_TEST_DATABASE'] ?? null
export const ENGINE: 'sqlite' | 'postgres' = server === null ? 'sqlite' : 'postgres'

let made = 0

/** A database that is new and is gone after the test: in memory where that is SQLite's. */
export function newDatabase(): string {
  return server === null ? ':memory:' : newSchema(server)
}

/** A new schema of a server, as the address of a database. */
export function newSchema(url: string): string {
  const schema = `t_${process.pid}_${made++}_${Math.floor(performance.timeOrigin) % 1_000_000}`
  const run = (text: string): void => {
    const connection = openConnection(url)
    try {
      connection.ask({ text, values: [], name: null })
    } finally {
      connection.close()
    }
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
