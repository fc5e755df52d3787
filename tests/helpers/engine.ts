// The engine that a test is over: SQLite, or in the project `postgres` (vitest.config.ts) PostgreSQL, where each store is a
// schema of its own.
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, inject, it, onTestFinished } from 'vitest'
import { isPostgres } from '../../src/model/database.ts'
import { openStore } from '../../src/store/open.ts'
import { type Connection, openConnection } from '../../src/store/postgres/connection.ts'
import type { Value } from '../../src/store/sql.ts'

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
let administrator: Connection | null = null
/** Schemas that were made and are emptied again: making one takes many times as long as emptying one. */
const free: string[] = []

const rows = (text: string): readonly (readonly Value[])[] => {
  administrator ??= openConnection(sharedPostgres())
  return administrator.ask({ text, values: [], name: null }).rows
}

const within = (schema: string): string => {
  const url = sharedPostgres()
  return `${url}${url.includes('?') ? '&' : '?'}options=${encodeURIComponent(`-csearch_path=${schema}`)}`
}

/** Run it when the test has ended, or never where no test runs: what was made there goes with the server. */
function afterTest(work: () => void): void {
  try {
    onTestFinished(work)
  } catch {
    // Made outside of a test.
  }
}

/** A new schema of the server, without tables, as the address of a database. */
export function newSchema(): string {
  const schema = `t_${process.pid}_${made++}_${Math.floor(performance.timeOrigin) % 1_000_000}`
  rows(`create schema ${schema}`)
  afterTest(() => void rows(`drop schema ${schema} cascade`))
  return within(schema)
}

/** A database that is new and is gone after the test: `file`, or one in memory, where that is SQLite's. */
export function newDatabase(file = ':memory:'): string {
  if (ENGINE === 'sqlite') return file
  const again = free.pop()
  if (again !== undefined) {
    afterTest(() => freeDatabase(again))
    return again
  }
  const schema = `t_${process.pid}_${made++}_${Math.floor(performance.timeOrigin) % 1_000_000}`
  rows(`create schema ${schema}`)
  const database = within(schema)
  const opened = openStore({ path: database })
  if (!opened.ok) throw new Error(opened.reason)
  opened.value.close()
  afterTest(() => freeDatabase(database))
  return database
}

/** Give a database back before its test ends, for whoever takes many: all who have it open have closed it. */
export function freeDatabase(database: string): void {
  if (ENGINE === 'sqlite') {
    if (database !== ':memory:') for (const end of ['', '-wal', '-shm']) rmSync(`${database}${end}`, { force: true })
    return
  }
  if (free.includes(database)) return
  const schema = /search_path=(\w+)/.exec(decodeURIComponent(database))?.[1] ?? ''
  const tables = rows(`select relname from pg_class where relnamespace = '${schema}'::regnamespace and relkind = 'r'`)
  const sequences = rows(
    `select relname from pg_class where relnamespace = '${schema}'::regnamespace and relkind = 'S'`,
  )
  const kept = new Set(['minwal_schema', 'x_seal', 'x_meta'])
  rows(
    [
      'begin',
      // No foreign key is looked at, and no trigger runs.
      'set local session_replication_role = replica',
      ...tables.filter(([name]) => !kept.has(`${name}`)).map(([name]) => `delete from ${schema}.${name}`),
      `delete from ${schema}.x_meta where key not in ('version', 'tag_authority', 'identity', 'changes')`,
      `update ${schema}.x_meta set value = case key when 'version' then '1' else '0' end where key in ('version', 'changes')`,
      ...sequences.map(([name]) => `alter sequence ${schema}.${name} restart`),
      'commit',
    ].join(';'),
  )
  free.push(database)
}

/** Runs of a law: over PostgreSQL, whose databases take longer to make, an eighth of them. */
export const runs = (count: number): number => (ENGINE === 'sqlite' ? count : Math.max(4, Math.ceil(count / 8)))

/** A test of the SQLite file itself: its bytes, modes, journal and keys beside it, of which a server knows nothing. */
export const itOfTheFile = it.runIf(ENGINE === 'sqlite')
/** As {@link itOfTheFile}, for several tests. */
export const describeTheFile = describe.runIf(ENGINE === 'sqlite')
