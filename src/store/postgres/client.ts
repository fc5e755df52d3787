// The one importer of pg: connections whose values are those that SQLite gives.
import type { Socket } from 'node:net'
import pg from 'pg'
import type { Millis } from '../../model/units.ts'
import type { Value } from '../sql.ts'

export type Client = pg.Client
export type Pool = pg.Pool
export type PoolClient = pg.PoolClient
export type ArrayResult = pg.QueryArrayResult
export type ArrayQuery = pg.QueryArrayConfig

const number = (value: string): number => Number(value)
const asItIs = (value: string): string => value
/** Types by OID (pg_type.dat): whole numbers and sums as numbers, truth as 1 and 0, JSON and times as text. */
const READERS = new Map<number, (value: string) => Value>([
  [16, value => (value === 't' ? 1 : 0)],
  [20, number],
  [21, number],
  [23, number],
  [700, number],
  [701, number],
  [1700, number],
  [114, asItIs],
  [3802, asItIs],
  [1114, asItIs],
  [1184, asItIs],
])
const typesBy = (readerOf: (oid: number) => ((value: string) => unknown) | undefined): pg.CustomTypesConfig =>
  ({
    getTypeParser: (oid: number, format?: 'text' | 'binary') =>
      format === 'binary' ? pg.types.getTypeParser(oid, format) : (readerOf(oid) ?? pg.types.getTypeParser(oid)),
  }) as pg.CustomTypesConfig
const types = typesBy(oid => READERS.get(oid))

const BYTES = 17
/** For queries of users: whole numbers with all their digits, and what is no number, truth or bytes as the server writes it. */
const EXACT = new Map<number, (value: string) => unknown>([
  ...READERS,
  [20, BigInt],
  [21, BigInt],
  [23, BigInt],
  [1700, value => (/^-?\d+$/.test(value) ? BigInt(value) : Number(value))],
])
const exactTypes = typesBy(oid => EXACT.get(oid) ?? (oid === BYTES ? undefined : asItIs))

const CONNECT_TIMEOUT = 5_000
const STATEMENT_TIMEOUT = 30_000
const IDLE_TIMEOUT = 15_000
/** A connection that is silent for so long is asked whether it lives. */
const KEEP_ALIVE = 10_000

/**
 * What is set when a connection has begun: PgBouncer refuses what it does not know of a connection that begins. One that stays
 * open is idle between two polls, and holds what belongs to it meanwhile: who files by its lock, who listens. Servers before
 * version 14 end none for that, and have no such setting.
 */
const settings = (statementTimeout: Millis): string => `set statement_timeout = ${statementTimeout};
  select set_config(name, '0', false) from pg_settings where name = 'idle_session_timeout'`

/** Make a connection ready that has just begun. */
export async function settle(client: pg.Client, statementTimeout: Millis): Promise<void> {
  await client.query(settings(statementTimeout))
}

/** A connection that sends statements without waiting for the answers to those before. */
export function pipelinedClient(url: string, given: { exact: boolean; sockets?: Streams }): pg.Client {
  return new pg.Client({
    ...common(url),
    ...streamsOf(given.sockets),
    ...(given.exact ? { types: exactTypes } : {}),
    pipeline: true,
  } as pg.ClientConfig)
}

/** Connections for work that awaits. A connection that is lost is told to `onLost`, and another is made when it is needed. */
export function clientPool(url: string, max: number, onLost: (error: Error) => void, sockets?: Streams): pg.Pool {
  const pool = new pg.Pool({
    ...common(url),
    ...streamsOf(sockets),
    max,
    // What waits for a machine that is gone is given up, and what such a machine holds is free again.
    query_timeout: 2 * STATEMENT_TIMEOUT,
    onConnect: client =>
      client.query(`${settings(STATEMENT_TIMEOUT)}; set idle_in_transaction_session_timeout = ${IDLE_TIMEOUT}`),
  })
  pool.on('error', onLost)
  return pool
}

/** A connection of its own, whose statements and whose making are given up after `patience`. */
export function soleClient(url: string, patience: number, sockets?: Streams): pg.Client {
  return new pg.Client({
    ...common(url),
    ...streamsOf(sockets),
    connectionTimeoutMillis: patience,
    query_timeout: patience,
  })
}

/** A connection of its own, which hears what others notify. */
export function listeningClient(url: string, sockets?: Streams): pg.Client {
  return new pg.Client({ ...common(url), ...streamsOf(sockets) })
}

/** What makes the sockets of connections: see `Sockets`. */
interface Streams {
  make: () => Socket
}
const streamsOf = (sockets: Streams | undefined): { stream?: () => Socket } =>
  sockets === undefined ? {} : { stream: sockets.make }

const common = (url: string) => ({
  connectionString: url,
  application_name: 'minwal',
  connectionTimeoutMillis: CONNECT_TIMEOUT,
  keepAlive: true,
  keepAliveInitialDelayMillis: KEEP_ALIVE,
  types,
})
