// One connection to PostgreSQL, in a thread of its own: stores are synchronous, and sleep until it has answered. The one
// importer of pg in this room.
import { type MessagePort, workerData } from 'node:worker_threads'
import pg from 'pg'
import type { Value } from '../sql.ts'
import type { Answered, Asked, ConnectionData, Failure, Statement } from './protocol.ts'

const { url, signal, port, statementTimeout } = workerData as ConnectionData & { port: MessagePort }

const number = (value: string): number => Number(value)
const asItIs = (value: string): string => value
/** Types by OID (pg_type.dat): whole numbers and sums as numbers, truth as 1 and 0, JSON as text, as SQLite gives them. */
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
const types = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') =>
    format === 'binary' ? pg.types.getTypeParser(oid, format) : (READERS.get(oid) ?? pg.types.getTypeParser(oid)),
}

/** Codes of the classes "connection exception" and "operator intervention": the server has closed the connection. */
const CLOSED = /^(?:08|57P)/

let client: pg.Client | null = null

async function connected(): Promise<pg.Client> {
  if (client !== null) return client
  const made = new pg.Client({
    connectionString: url,
    application_name: 'minwal',
    statement_timeout: statementTimeout,
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
    types: types as pg.CustomTypesConfig,
    pipeline: true,
  } as pg.ClientConfig)
  made.on('error', () => {
    if (client === made) client = null
  })
  made.on('end', () => {
    if (client === made) client = null
  })
  await made.connect()
  client = made
  return made
}

/** PostgreSQL has no U+0000 in texts; SQLite ends them there. */
function sendable(value: Value): Value {
  if (typeof value !== 'string') return value
  const end = value.indexOf('\0')
  return end < 0 ? value : value.slice(0, end)
}

const queryOf = ({ text, values, name }: Statement): pg.QueryArrayConfig => ({
  text,
  ...(values.length > 0 || name !== null ? { values: values.map(sendable) } : {}),
  ...(name === null ? {} : { name }),
  rowMode: 'array',
})

/** A script gives a result for each of its statements. */
type Given = pg.QueryArrayResult | pg.QueryArrayResult[]
const lastOf = (given: Given): Partial<pg.QueryArrayResult> => (Array.isArray(given) ? (given.at(-1) ?? {}) : given)

async function answer({ statements }: Asked): Promise<Answered> {
  try {
    const connection = await connected()
    // All are on their way before the first answer is waited for.
    const settled = await Promise.allSettled(statements.map(statement => connection.query(queryOf(statement))))
    const failed = settled.find(result => result.status === 'rejected')
    if (failed) return { ok: false, failure: failureOf(failed.reason) }
    const results = settled.map(result => lastOf((result as PromiseFulfilledResult<Given>).value))
    const last = results.at(-1)
    return {
      ok: true,
      columns: last?.fields?.map(({ name }) => name) ?? [],
      rows: (last?.rows ?? []) as Value[][],
      counts: results.map(({ rowCount }) => rowCount ?? 0),
    }
  } catch (error) {
    return { ok: false, failure: failureOf(error) }
  }
}

function failureOf(error: unknown): Failure {
  const message = error instanceof Error ? error.message || error.name : String(error)
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  // What has no SQLSTATE came from the network or from pg itself.
  const isOurs = error instanceof TypeError || error instanceof RangeError
  const isFatal = !isOurs && (!/^[0-9A-Z]{5}$/.test(code) || CLOSED.test(code))
  if (isFatal) {
    client?.end().catch(() => {
      // It is gone already.
    })
    client = null
  }
  return { message, code: code || 'CONNECTION', isFatal }
}

/** Rejects whatever is under way: a defect in reading what the server sent ends a statement, not this thread, which somebody waits for. */
let give: (defect: Error) => void = () => {}
process.on('uncaughtException', defect => {
  client?.end().catch(() => {
    // It is of no use any more.
  })
  client = null
  give(defect)
})

/** The answer, or the defect that keeps it from coming. */
function answerOrDefect(asked: Asked): Promise<Answered> {
  const { promise, resolve } = Promise.withResolvers<Answered>()
  give = ({ message }) => resolve({ ok: false, failure: { message, code: 'CONNECTION', isFatal: true } })
  void answer(asked).then(resolve)
  return promise
}

let asking: Promise<void> = Promise.resolve()
port.on('message', (asked: Asked | 'close') => {
  asking = asking.then(async () => {
    if (asked === 'close') {
      await client?.end().catch(() => {
        // It is gone already.
      })
      port.close()
      return
    }
    const answered = await answerOrDefect(asked)
    if (!asked.isAwaited) return
    port.postMessage(answered)
    Atomics.add(signal, 0, 1)
    Atomics.notify(signal, 0)
  })
})
