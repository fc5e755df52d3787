// Makes a PostgreSQL database ready: looks what it is, makes or migrates its tables, makes its views.
import { createHash, randomUUID } from 'node:crypto'
import { shownDatabase } from '../../model/database.ts'
import { halfCopied, type Mark, markOf } from '../copy/mark.ts'
import type { OpenOptions } from '../prepare.ts'
import type { WritableSql } from '../sql.ts'
import type { Connection } from './connection.ts'
import { MIGRATIONS } from './schema.ts'
import { CREATE_VIEWS, VIEWS } from './views.ts'

/** Of this application, and one within a schema: who holds it writes. */
export const LOCK = `select pg_advisory_xact_lock(${0x4d4e574c}, hashtext(current_schema()))`

/** Of those who write beside filings, who may be in the middle of one: subscriptions and vectors are no part of it. */
export const LOCK_BESIDE = `select pg_advisory_xact_lock(${0x4d4e5742}, hashtext(current_schema()))`

/** Told by whoever wrote, before it commits: what a filing has read by now is known to be of before (`state_version()`). */
export const CHANGED = `update x_meta set value = (value::bigint + 1)::text where key = 'changes'`

/** Version 13 is the oldest that has all that the statements use. */
const OLDEST_SERVER = 130_000

const VIEWS_DIGEST = createHash('sha256').update(CREATE_VIEWS).digest('hex')

/** A script without parameters, of any number of statements. */
const run = (connection: Connection, text: string): void => void connection.ask({ text, values: [], name: null })

interface Found {
  version: number
  views: string | null
  half: Mark | null
}

function find(sql: WritableSql): Found | null {
  const there = sql.get(`select to_regclass('minwal_schema') is not null as there`)?.['there']
  if (there !== 1) return null
  const row = sql.get('select version, views from minwal_schema')
  const views = row?.['views'] === undefined ? null : String(row['views'])
  return { version: Number(row?.['version'] ?? 0), views, half: markOf(sql) }
}

/** Why the server cannot be used; null where it can. */
function serverRefusal(sql: WritableSql, name: string): string | null {
  const row = sql.get(
    `select current_setting('server_version_num') as version, current_setting('server_encoding') as encoding, current_schema() as schema`,
  )
  if (Number(row?.['version']) < OLDEST_SERVER) {
    return `${name} is a PostgreSQL older than version 13: bring the server up to date`
  }
  if (row?.['encoding'] !== 'UTF8') {
    return `${name} keeps texts as ${row?.['encoding']}: create a database with \`createdb --encoding UTF8 --template template0\``
  }
  if (row['schema'] === null) return `${name} has no schema to make tables in: create the first one of its search_path`
  return null
}

/** What is called as ours and is none of ours, where nothing of ours is; null where there is no such thing. */
function strangersIn(sql: WritableSql, name: string): string | null {
  const tables = MIGRATIONS.flatMap(script =>
    [...script.matchAll(/create table (\w+)/g)].map(([, table]) => table ?? ''),
  )
  const ours = new Set([...tables, ...VIEWS])
  const there = sql.all(
    'select relname as name from pg_class where relnamespace = to_regnamespace(quote_ident(current_schema())) order by 1',
  )
  const found = there.map(row => String(row['name'])).filter(relation => ours.has(relation))
  if (found.length === 0) return null
  return `${name} has tables of another program that are called as Minwal's (${found.join(', ')}): make a database for Minwal with \`createdb\`; nothing was changed`
}

/** Null when the database is ready; otherwise why it is refused. Throws what the server says. */
export function prepareDatabase(connection: Connection, sql: WritableSql, options: OpenOptions): string | null {
  const name = shownDatabase(options.path)
  const refusal = serverRefusal(sql, name)
  if (refusal !== null) return refusal
  const found = find(sql)
  const refused = refusalOf(found, name, options)
  if (refused !== null) return refused
  if (options.readOnly) return null
  if (found?.version === MIGRATIONS.length && found.views === VIEWS_DIGEST) return null
  run(connection, 'begin')
  try {
    run(connection, LOCK)
    // Read again: another process may have migrated meanwhile.
    const now = find(sql)
    const again = refusalOf(now, name, options) ?? (now === null ? strangersIn(sql, name) : null)
    if (again === null) migrate(connection, sql, now, options)
    run(connection, again === null ? 'commit' : 'rollback')
    return again
  } catch (error) {
    connection.drop()
    run(connection, 'rollback')
    throw error
  }
}

function refusalOf(found: Found | null, name: string, { readOnly, unfinished }: OpenOptions): string | null {
  if (found === null) {
    return readOnly ? `there are no tables in ${name} yet: start it with \`minwal run\` or \`minwal poll\`` : null
  }
  if (found.version > MIGRATIONS.length) {
    return `the database ${name} was written by a newer Minwal (schema ${found.version}, this one knows ${MIGRATIONS.length}): update Minwal; nothing was changed`
  }
  if (found.half !== null && !unfinished) return halfCopied(name, found.half)
  if (readOnly && found.version < MIGRATIONS.length) {
    return `the database ${name} is older than this Minwal: run \`minwal poll\` once to bring it up to date`
  }
  return null
}

function migrate(connection: Connection, sql: WritableSql, found: Found | null, options: OpenOptions): void {
  const from = found?.version ?? 0
  if (found === null) run(connection, 'create table minwal_schema (version bigint not null, views text not null)')
  for (const script of MIGRATIONS.slice(from)) run(connection, script)
  run(connection, CREATE_VIEWS)
  if (found === null) {
    sql.run('insert into minwal_schema (version, views) values (?, ?)', [MIGRATIONS.length, VIEWS_DIGEST])
    for (const [key, value] of [
      ['version', '1'],
      ['tag_authority', options.tagAuthority ?? 'localhost,2026'],
      ['identity', randomUUID()],
    ]) {
      sql.run('insert into x_meta (key, value) values (?, ?) on conflict (key) do nothing', [key ?? '', value ?? ''])
    }
    sql.run(
      `insert into x_seal (key) select sha256(convert_to(gen_random_uuid()::text || gen_random_uuid()::text, 'UTF8'))`,
    )
  } else sql.run('update minwal_schema set version = ?, views = ?', [MIGRATIONS.length, VIEWS_DIGEST])
}
