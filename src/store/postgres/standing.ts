// Whether a database can be worked with at this moment, for a process that is about to begin.
import { soleClient } from './client.ts'
import { PostgresError } from './connection.ts'
import { failureOf } from './failure.ts'
import { postgresFault } from './faults.ts'
import { MIGRATIONS } from './schema.ts'

/**
 * - `ready`: the tables are there, as this version or a newer one makes them;
 * - `empty`, `older`: whoever files makes them, or brings them up to date;
 * - `away`: it cannot be reached, or takes nobody just now, which ends by itself;
 * - `refused`: the server refuses, until somebody changes something. `isFinal`: what the configuration says is wrong.
 */
export type Standing =
  | { is: 'ready' | 'empty' | 'older' }
  | { is: 'away'; reason: string }
  | { is: 'refused'; reason: string; isFinal: boolean }

const PATIENCE = 5_000
/** A login, or the name of a database, that the server does not know. */
const WRONG = /^(?:28|3D000)/
/** No right to do it, or a damage. */
const REFUSED = /^(?:28|3D000|42|58|XX)/

/** Asked over a connection that is closed again. */
export async function standingOf(url: string): Promise<Standing> {
  const client = soleClient(url, PATIENCE)
  client.on('error', () => {
    // Whoever waits for an answer is told.
  })
  try {
    await client.connect()
    const { rows } = await client.query<{ there: number }>(`select to_regclass('minwal_schema') is not null as there`)
    if (rows[0]?.there !== 1) return { is: 'empty' }
    const found = await client.query<{ version: number }>('select version from minwal_schema')
    return { is: (found.rows[0]?.version ?? 0) < MIGRATIONS.length ? 'older' : 'ready' }
  } catch (error) {
    const failure = failureOf(error)
    const reason = postgresFault(url, new PostgresError(failure))
    if (reason === null) throw error
    const { code } = failure
    return REFUSED.test(code) ? { is: 'refused', reason, isFinal: WRONG.test(code) } : { is: 'away', reason }
  } finally {
    client.end().catch(() => {
      // It is gone already.
    })
  }
}
