// One connection to PostgreSQL, in a thread of its own: stores are synchronous, and sleep until it has answered.
import { setTimeout } from 'node:timers/promises'
import { type MessagePort, workerData } from 'node:worker_threads'
import type { Value } from '../sql.ts'
import { type ArrayQuery, type ArrayResult, type Client, pipelinedClient, settle } from './client.ts'
import { failureOf } from './failure.ts'
import { LEAD, LED, NOTICED } from './lead.ts'
import {
  type Answered,
  type Asked,
  type ConnectionData,
  type Failure,
  type Result,
  type Statement,
  sendable,
} from './protocol.ts'
import { askAfter, Sockets, withinReach } from './reach.ts'

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
/** A statement that takes so long is looked after: the server is asked on another connection whether it works on it. */
const SLOW = 1_000
/** A server that says nothing there for so long is silent; whoever may lose its lead by it asks twice. */
const SILENCE = 2_000
const SILENT = leads ? 0.5 : 1
/** It is asked so much later each time, while it works. One that waits, though it was asked, is asked again soon: the answer may be on its way. */
const RARER = 2
const RAREST = 5_000
const SOON = 250
/** Bytes a second, about a megabit: until then what was sent may be on its way, and the server waits for it. */
const SLOWEST_WAY = 100_000
/** A connection is made, and set up, within so long. */
const BEGINNING = 8_000

/** Tables of another Minwal, or of another program, in a further schema of the search path are none of ours. */
const ONE_SCHEMA = `select set_config('search_path', quote_ident(current_schema()), false) where current_schema() is not null`

let client: Client | null = null
let sockets = new Sockets()
/** The process of the server that works for it. */
let backend: number | null = null
/** When the last connection was lost; null while there is one, and before the first. */
let lost: number | null = null
/** Whether a transaction is open on it. */
let isWithin = false
/** A connection was lost with a transaction open on it, whose end is still to come: what is asked meanwhile is a part of it. */
let isCutOff = false
/** Why, as the server said it: an administrator's limit is told as what it is. */
let cutOff = CUT_OFF
let settings: string[] = []
let isClosed = false

/** While it is made anew beside what is asked, and since when. */
let renewing: { since: number; done: Promise<void> } | null = null
let refused: unknown = null

/**
 * Whoever reads waits for a connection that was lost, until patience is over: then he is refused at once until there is one again, and
 * not once for each time that he asks.
 */
async function connected(): Promise<Client> {
  if (client !== null) return client
  if (lost === null || patience === 0) return connect()
  const { since, done } = renew()
  const over = new AbortController()
  const left = patience - (performance.now() - since)
  if (left > 0) await Promise.race([done, setTimeout(left, undefined, { signal: over.signal }).catch(() => {})])
  over.abort()
  if (client !== null) return client
  throw refused ?? Object.assign(new Error('the connection was lost'), { code: 'CONNECTION' })
}

function renew(): { since: number; done: Promise<void> } {
  if (renewing !== null) return renewing
  const since = performance.now()
  const done = untilMade(since).finally(() => {
    renewing = null
  })
  renewing = { since, done }
  return renewing
}

async function untilMade(since: number): Promise<void> {
  for (;;) {
    try {
      const made = await connect()
      if (isClosed) await made.end()
      return
    } catch (error) {
      refused = error
    }
    if (isClosed) return
    // The first tries follow fast: a server that starts again takes a second.
    await setTimeout(performance.now() - since < patience ? PAUSE : SLOW)
  }
}

async function connect(): Promise<Client> {
  sockets = new Sockets()
  const made = pipelinedClient(url, { exact, sockets })
  made.on('error', error => {
    if (client === made) lose(failureOf(error))
  })
  made.on('end', () => {
    if (client === made) lose()
  })
  const begin = async (): Promise<void> => {
    await made.connect()
    await settle(made, statementTimeout)
    if (!exact) await made.query(ONE_SCHEMA)
    backend = await backendOf(made)
    if (leads) await lead(made)
    for (const text of settings) await made.query(text)
  }
  try {
    await withinReach(begin, BEGINNING)
  } catch (error) {
    if (failureOf(error).code === 'ETIMEDOUT') sockets.destroy()
    throw error
  }
  client = made
  lost = null
  refused = null
  return made
}

/** The process of the server; null behind a pooler, where it may be another for each statement. */
async function backendOf(made: Client): Promise<number | null> {
  const { rows } = await made.query<{ pid: number }>('select pg_backend_pid() as pid')
  const pid = Number(rows[0]?.pid)
  return pid === (made as { processID?: number }).processID ? pid : null
}

/** Of values, which are most of what is sent. */
function bytesOf(statements: readonly Statement[]): number {
  let bytes = 0
  for (const { values } of statements) {
    for (const value of values) {
      if (value !== null && typeof value !== 'number') bytes += Buffer.byteLength(value)
    }
  }
  return bytes
}

/**
 * What `work` gives, for which these were sent. Where it takes long and the server is silent, or does not work on it though it has all
 * of it, the connection is lost.
 */
async function lookedAfter<T>(work: Promise<T>, statements: readonly Statement[]): Promise<T> {
  const began = performance.now()
  const over = new AbortController()
  const looked = { signal: over.signal, ref: false }
  const look = async (): Promise<void> => {
    let pause = SLOW
    let come: number | null = null
    for (let doubt = 0; doubt < 1; ) {
      await setTimeout(pause, undefined, looked)
      come ??= SLOW + (1_000 * bytesOf(statements)) / SLOWEST_WAY
      const told = await askAfter(url, backend, SILENCE)
      const found = told === 'waits' && performance.now() - began < come ? 'works' : told
      doubt = found === 'works' ? 0 : doubt + (found === 'silent' ? SILENT : 0.5)
      pause = found === 'works' ? Math.min(RAREST, RARER * pause) : SOON
    }
    if (!over.signal.aborted) sockets.destroy()
  }
  look().catch(() => {
    // It has ended.
  })
  try {
    return await work
  } finally {
    over.abort()
  }
}

/** `why`: what the server said of a connection on which nothing was asked. */
function lose(why: Failure = CUT_OFF): void {
  client = null
  lost = performance.now()
  if (isWithin) {
    isCutOff = true
    cutOff = why.isFatal ? why : CUT_OFF
  }
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

const queryOf = ({ text, values, name }: Statement): ArrayQuery => ({
  text,
  ...(values.length > 0 || name !== null ? { values: values.map(sendable) } : {}),
  ...(name === null ? {} : { name }),
  rowMode: 'array',
})

/** A script gives a result for each of its statements. */
type Given = ArrayResult | ArrayResult[]
function resultOf(given: Given): Result {
  const last: Partial<ArrayResult> = Array.isArray(given) ? (given.at(-1) ?? {}) : given
  const { fields = [], rows = [], rowCount = 0 } = last
  return { columns: fields.map(({ name }) => name), rows: rows as Value[][], count: rowCount ?? 0 }
}

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

const isPatient = (): boolean => lost !== null && (renewing === null || performance.now() - renewing.since < patience)

/** Whether these belong to a transaction that is gone: on another connection they would be kept without what came before. */
function isOfLost(statements: readonly Statement[]): boolean {
  if (!isCutOff || statements.length === 0) return false
  const isAnew = ANEW.test(statements[0]?.text ?? '')
  if (isAnew) isCutOff = false
  return !isAnew
}

async function answerOnce(asked: Asked): Promise<Answered> {
  const answered = isOfLost(asked.statements) ? { ok: false as const, failure: cutOff } : await askOnce(asked)
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
    const sent = statements.map(statement => connection.query(queryOf(statement)))
    const settled = await lookedAfter(Promise.allSettled(sent), statements)
    const failed = settled.find(result => result.status === 'rejected')
    if (failed) return { ok: false, failure: heard(failed.reason) }
    for (const { text } of statements) isWithin = /^begin\b/.test(text) || (isWithin && !ENDS.test(text))
    return { ok: true, results: settled.map(result => resultOf((result as PromiseFulfilledResult<Given>).value)) }
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
      isClosed = true
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
