// Looks a PostgreSQL database over without changing it: the server, what its user may do, and what the tables claim of one another.
import { shownDatabase } from '../../model/database.ts'
import type { ServerFacts, StoreFacts } from '../../model/inspected.ts'
import { halfCopied, markOf } from '../copy/mark.ts'
import { MISSING_FEATURES, STORE_RULES } from '../rules.ts'
import type { Row, Sql } from '../sql.ts'
import { openConnection } from './connection.ts'
import { postgresFault } from './faults.ts'
import { MIGRATIONS } from './schema.ts'
import { postgresSql } from './sql.ts'

export interface DatabaseFacts {
  /** Null where the server cannot be reached. */
  server: ServerFacts | null
  store: StoreFacts | { unreadable: string } | null
  /** Other connections of Minwal to it. */
  users: string[] | null
}

export function inspectDatabase(url: string, onStep: (what: string) => void): DatabaseFacts {
  const connection = openConnection(url)
  try {
    const sql = postgresSql(connection)
    onStep('server')
    const server = serverOf(sql)
    return { server, store: storeOf(sql, url, onStep), users: usersOf(sql) }
  } catch (error) {
    const unreadable = postgresFault(url, error)
    if (unreadable === null) throw error
    return { server: null, store: { unreadable }, users: null }
  } finally {
    connection.close()
  }
}

const number = (row: Row | undefined, name: string): number => Number(row?.[name] ?? 0)

function serverOf(sql: Sql): ServerFacts {
  const row = sql.get(
    `select current_setting('server_version') as version, current_setting('server_encoding') as encoding,
       current_setting('max_connections')::bigint - current_setting('superuser_reserved_connections')::bigint as most,
       (select count(*) from pg_stat_activity where backend_type = 'client backend') as used,
       pg_is_in_recovery() as standby, has_schema_privilege(current_schema(), 'create') as creates`,
  )
  const isStandby = row?.['standby'] === 1
  const lag = isStandby
    ? sql.get(
        `select case when pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() then 0
           else extract(epoch from clock_timestamp() - pg_last_xact_replay_timestamp()) * 1000 end as ms`,
      )
    : undefined
  const longest = sql.get(
    `select pid, application_name as name, state, extract(epoch from clock_timestamp() - xact_start) * 1000 as ms
     from pg_stat_activity where xact_start is not null and backend_type = 'client backend' and datname = current_database()
       and pid <> pg_backend_pid() order by xact_start limit 1`,
  )
  return {
    version: String(row?.['version']),
    encoding: String(row?.['encoding']),
    isStandby,
    lag: lag?.['ms'] == null ? null : number(lag, 'ms'),
    connections: { used: number(row, 'used'), most: number(row, 'most') },
    longest:
      longest === undefined
        ? null
        : {
            who: `${String(longest['name'] ?? '')} process ${number(longest, 'pid')}`.trim(),
            state: String(longest['state'] ?? ''),
            ms: number(longest, 'ms'),
          },
    missing: [...(row?.['creates'] === 1 ? [] : ['create in its schema']), ...refused(sql)],
  }
}

/** What the user may not do with our tables, of what Minwal does. */
function refused(sql: Sql): string[] {
  return sql
    .all(
      `select c.relname as name, p.what from pg_class c, unnest(array['select', 'insert', 'update', 'delete']) as p (what)
       where c.relnamespace = to_regnamespace(quote_ident(current_schema())) and c.relkind in ('r', 'p')
         and (c.relname like 'x\\_%' or c.relname in ('minwal_schema', 'subscriptions', 'subscribers', 'models', 'vectors'))
         and not has_table_privilege(c.oid, p.what) order by 1, 2`,
    )
    .map(({ name, what }) => `${String(what)} in ${String(name)}`)
}

const usersOf = (sql: Sql): string[] =>
  sql
    .all(
      `select distinct coalesce(host(client_addr), 'this machine') as host, count(*) as n from pg_stat_activity
       where datname = current_database() and application_name = 'minwal' and pid <> pg_backend_pid() group by 1 order by 1`,
    )
    .map(row => `${number(row, 'n')} connections of Minwal from ${String(row['host'])}`)

function storeOf(sql: Sql, url: string, onStep: (what: string) => void): StoreFacts | { unreadable: string } | null {
  if (sql.get(`select to_regclass('minwal_schema') is not null as there`)?.['there'] !== 1) return null
  const half = markOf(sql)
  if (half !== null) return { unreadable: halfCopied(shownDatabase(url), half) }
  const schema = number(sql.get('select version from minwal_schema'), 'version')
  const facts: StoreFacts = {
    ours: true,
    schema,
    known: MIGRATIONS.length,
    sqlite: null,
    bytes: number(sql.get('select pg_database_size(current_database()) as bytes'), 'bytes'),
    integrity: [],
    orphans: [],
    text: { compared: false, fault: null, missing: 0, surplus: 0 },
    broken: [],
    withoutFeatures: 0,
    lastPoll: null,
    feeds: [],
  }
  if (schema !== MIGRATIONS.length) return facts
  onStep('full text')
  facts.text.missing = number(
    sql.get('select count(*) as n from x_reports where id not in (select report from x_search)'),
    'n',
  )
  onStep('counts')
  facts.broken = STORE_RULES.flatMap(({ says, query, counts }) => {
    const ids = sql.all(query).map(row => Object.values(row)[0] as string | number)
    return ids.length === 0 ? [] : [{ says, ids, counts }]
  })
  facts.withoutFeatures = Number(Object.values(sql.get(MISSING_FEATURES) ?? {})[0] ?? 0)
  onStep('feeds')
  const last = sql.get('select max(last_poll) as at from x_feeds')?.['at']
  facts.lastPoll = last == null ? null : Number(last)
  facts.feeds = sql
    .all(
      `select f.id, f.url, f.agency, f.last_success, f.error, f.retired,
         (select min(p.at) from x_polls p where p.feed = f.id) as first_poll
       from x_feeds f where f.active = 1 and f.paused = 0 order by f.id`,
    )
    .map(row => ({
      id: number(row, 'id'),
      url: String(row['url']),
      agency: String(row['agency']),
      lastSuccess: row['last_success'] == null ? null : number(row, 'last_success'),
      firstPoll: row['first_poll'] == null ? null : number(row, 'first_poll'),
      error: row['error'] == null ? null : String(row['error']),
      retired: row['retired'] === 1,
    }))
  return facts
}
