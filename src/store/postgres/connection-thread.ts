// One connection to PostgreSQL, in a thread of its own: stores are synchronous, and sleep until it has answered.
import { setTimeout } from 'node:timers/promises'
import { type MessagePort, workerData } from 'node:worker_threads'
import type { Value } from '../sql.ts'
import { type ArrayQuery, type ArrayResult, type Client, pipelinedClient, settle } from './client.ts'
import { failureOf } from './failure.ts'
import { LEAD, LED, NOTICED } from './lead.ts'
import type { Answered, Asked, ConnectionData, Failure, Statement } from './protocol.ts'

const data = workerData as ConnectionData & { port: MessagePort }
const { url, signal, port, statementTimeout, leads, exact, patience } = data

/** Ends a transaction. */
const ENDS = /^(?:commit|rollback)\b/
/** The one before, if one was open, is given up. */
const ANEW = /^(?:begin|rollback)\b/
const CUT_OFF: Failure = {
  message: 'the connection was lost within a transaction',
  code: 'CONNECTION',
  isFatal: true,
  position: null,
}
/** Between two tries to reach a server that was there a moment ago. */
const PAUSE = 100

/** Tables of another Minwal, or of another program, in a further schema of the search path are none of ours. */
const ONE_SCHEMA = `select set_config('search_path', quote_ident(current_schema()), false) where current_schema() is not null`

let client: Client | null = null
/** When the last connection was lost; null while there is one, and before the first. */
let lost: number | null = null
/** Whether a transaction is open on it. */
let isWithin = false
/** A connection was lost with a transaction open on it, whose end is still to come: what is asked meanwhile is a part of it. */
let isCutOff = false
let settings: string[] = []

async function connected(): Promise<Client> {
  if (client !== null) return client
  const made = pipelinedClient(url, { exact })
  const forget = (): void => {
    if (client === made) lose()
  }
  made.on('error', forget)
  made.on('end', forget)
  await made.connect()
  await settle(made, statementTimeout)
  if (!exact) await made.query(ONE_SCHEMA)
  if (leads) await lead(made)
  for (const text of settings) await made.query(text)
  client = made
  lost = null
  return made
}

function lose(): void {
  client = null
  lost = performance.now()
  isCutOff ||= isWithin
  isWithin = false
}

/** Whoever leads holds this lock as long as the connection lives: what is written on it is written by the one that leads. */
async function lead(made: Client): Promise<void> {
  await made.query(NOTICED)
  const { rows } = await made.query<{ leads: number }>(LEAD)
  if (rows[0]?.leads === 1) return
  // Nobody waits for its end: what is asked is answered now.
  made.end().catch(() => {
    // It is gone already.
  })
  throw Object.assign(new Error('another Minwal files into it'), { code: LED })
}

/** PostgreSQL has no U+0000 in texts; SQLite ends them there. */
function sendable(value: Value): Value {
  if (typeof value !== 'string') return value
  const end = value.indexOf('\0')
  return end < 0 ? value : value.slice(0, end)
}

const queryOf = ({ text, values, name }: Statement): ArrayQuery => ({
  text,
  ...(values.length > 0 || name !== null ? { values: values.map(sendable) } : {}),
  ...(name === null ? {} : { name }),
  rowMode: 'array',
})

/** A script gives a result for each of its statements. */
type Given = ArrayResult | ArrayResult[]
const lastOf = (given: Given): Partial<ArrayResult> => (Array.isArray(given) ? (given.at(-1) ?? {}) : given)

/** What a `set` statement sets. */
const nameOf = (setting: string): string => setting.split(' ', 2)[1] ?? ''

async function answer(asked: Asked): Promise<Answered> {
  for (;;) {
    // What was read in a state of the database that is gone is not read on in another.
    const mayAgain = patience > 0 && !isWithin && !isCutOff
    const answered = await answerOnce(asked)
    if (answered.ok || !answered.failure.isFatal || !mayAgain || !isPatient()) return answered
    await setTimeout(PAUSE)
  }
}

const isPatient = (): boolean => lost !== null && performance.now() - lost < patience

/** Whether these belong to a transaction that is gone: on another connection they would be kept without what came before. */
function isOfLost(statements: readonly Statement[]): boolean {
  if (!isCutOff || statements.length === 0) return false
  const isAnew = ANEW.test(statements[0]?.text ?? '')
  if (isAnew) isCutOff = false
  return !isAnew
}

async function answerOnce(asked: Asked): Promise<Answered> {
  const answered = isOfLost(asked.statements) ? { ok: false as const, failure: CUT_OFF } : await askOnce(asked)
  if (asked.statements.some(({ text }) => ENDS.test(text))) isCutOff = false
  return answered
}

async function askOnce({ statements, setting }: Asked): Promise<Answered> {
  try {
    const connection = await connected()
    if (setting !== undefined) {
      const name = nameOf(setting)
      settings = [...settings.filter(other => nameOf(other) !== name), setting]
      await connection.query(setting)
    }
    // All are on their way before the first answer is waited for.
    const settled = await Promise.allSettled(statements.map(statement => connection.query(queryOf(statement))))
    const failed = settled.find(result => result.status === 'rejected')
    if (failed) return { ok: false, failure: heard(failed.reason) }
    for (const { text } of statements) isWithin = /^begin\b/.test(text) || (isWithin && !ENDS.test(text))
    const results = settled.map(result => lastOf((result as PromiseFulfilledResult<Given>).value))
    const last = results.at(-1)
    return {
      ok: true,
      columns: last?.fields?.map(({ name }) => name) ?? [],
      rows: (last?.rows ?? []) as Value[][],
      counts: results.map(({ rowCount }) => rowCount ?? 0),
    }
  } catch (error) {
    return { ok: false, failure: heard(error) }
  }
}

/** What it was refused for; a connection that is lost is ended. */
function heard(error: unknown): Failure {
  const failure = failureOf(error)
  if (failure.isFatal && client !== null) {
    client.end().catch(() => {
      // It is gone already.
    })
    lose()
  }
  return failure
}

/** Rejects whatever is under way: a defect in reading what the server sent ends a statement, not this thread, which somebody waits for. */
let give: (defect: Error) => void = () => {}
process.on('uncaughtException', defect => {
  client?.end().catch(() => {
    // It is of no use any more.
  })
  lose()
  give(defect)
})

/** The answer, or the defect that keeps it from coming. */
function answerOrDefect(asked: Asked): Promise<Answered> {
  const { promise, resolve } = Promise.withResolvers<Answered>()
  give = ({ message }) =>
    resolve({ ok: false, failure: { message, code: 'CONNECTION', isFatal: true, position: null } })
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
