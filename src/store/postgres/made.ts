// Whether a PostgreSQL database has tables of Minwal.
import { openConnection, PostgresError } from './connection.ts'

/** True also where the server does not say: whoever opens the database is told why. */
export function hasTables(url: string): boolean {
  const connection = openConnection(url)
  try {
    const text = `select to_regclass('minwal_schema') is not null`
    return connection.ask({ text, values: [], name: null }).rows[0]?.[0] === 1
  } catch (error) {
    if (!(error instanceof PostgresError)) throw error
    return true
  } finally {
    connection.close()
  }
}
