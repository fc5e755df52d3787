// A connection to PostgreSQL as a synchronous value: the calling thread sleeps until the connection's own thread has answered.
// What gives no rows is sent with the next statement that does, so that a filing costs few round trips.
import { MessageChannel, receiveMessageOnPort, Worker } from 'node:worker_threads'
import { PostgresError } from './failure.ts'
import type { Answered, Asked, Result, Statement } from './protocol.ts'
import { type Joined, joined } from './rows.ts'

/** The server ends a statement after this long, one that is for pages sooner. */
const STATEMENT_TIMEOUT = 300_000
const READING_TIMEOUT = 60_000
/** Whoever waits gives the connection up so long after: its thread has noticed long before that the server is silent. */
const PATIENCE = 30_000
/** Statements, and characters of their values, that wait for the next that gives rows. */
const MOST_WAITING = 2_000
const LONGEST_WAITING = 4 * 1_048_576

const NOTHING: Result = { columns: [], rows: [], count: 0 }
const counted = (count: number): Result => ({ ...NOTHING, count })
const ONE_ROW = counted(1)

const READS = /^\s*(?:select\b|\(|begin\b|commit\b|rollback\b)/

export { PostgresError } from './failure.ts'
export type { Result } from './protocol.ts'

/** What a statement gave that was sent with others. Read before they were sent, it sends them. */
export interface Posted {
  readonly changes: number
  readonly result: Result
}

export interface Connection {
  /** Send what waits, and this; sleeps until it is answered. Throws {@link PostgresError}. */
  ask(statement: Statement): Result
  /** Send it with the next that is asked. */
  post(statement: Statement): Posted
  /** Send what waits; sleeps until it is answered. Throws what the first of them was refused for. */
  flush(): void
  /** Forget what waits. */
  drop(): void
  /** Send what waits without waiting for the answer, which is lost. */
  release(): void
  /** A `set` statement for this connection and for each that takes its place. */
  set(text: string): void
  /** Statements so far that may have changed something. */
  readonly sent: { changing: number }
  close(): void
}

/** Round trips that were waited for, of all connections of this thread so far; and who is told of statements. */
export const traffic: { trips: number; onSent: ((text: string) => void) | null } = { trips: 0, onSent: null }

const tell = (statements: readonly Statement[]): void => {
  if (traffic.onSent !== null) for (const { text } of statements) traffic.onSent(text)
}

interface Waiting {
  statement: Statement
  told: (result: Result) => void
}

/** Tell each statement that was posted what came of it, where several went as one. */
function tellEach(posted: readonly Waiting[], together: readonly Joined[], results: readonly Result[]): void {
  let at = 0
  for (const [number, { stands, tells }] of together.entries()) {
    const given = results[number] ?? NOTHING
    for (let of = 0; of < stands; of++, at++) {
      // Of several rows each is one: a statement that may skip rows stands for itself.
      const result = tells ? counted(Number(given.rows[0]?.[of])) : stands === 1 ? given : ONE_ROW
      posted[at]?.told(result)
    }
  }
}

export interface ConnectionOptions {
  /** See `OpenOptions.leads`. */
  leads?: boolean
  /** For queries of users: see `ConnectionData.exact`. */
  exact?: boolean
  /** How long a connection that was lost is waited for; for reading alone. */
  patience?: number
}

export function openConnection(
  url: string,
  { leads = false, exact = false, patience = 0 }: ConnectionOptions = {},
): Connection {
  const { port1, port2 } = new MessageChannel()
  const statementTimeout = patience > 0 ? READING_TIMEOUT : STATEMENT_TIMEOUT
  const signal = new Int32Array(new SharedArrayBuffer(4))
  const worker = new Worker(new URL('./connection-thread.ts', import.meta.url), {
    execArgv: [],
    name: 'postgres',
    workerData: { url, signal, port: port2, statementTimeout, leads, exact, patience },
    transferList: [port2],
  })
  worker.unref()
  port1.unref()
  const sent = { changing: 0 }
  let waiting: Waiting[] = []
  let length = 0
  let isClosed = false

  /** Looks for the answer after each waking: what wakes says nothing of what has come. Null when patience ends. */
  const sleepUntilAnswered = (): Answered | null => {
    for (;;) {
      const seen = Atomics.load(signal, 0)
      const come = receiveMessageOnPort(port1)
      if (come !== undefined) return come.message as Answered
      if (Atomics.wait(signal, 0, seen, statementTimeout + PATIENCE) === 'timed-out') return null
    }
  }
  const receive = (statements: readonly Statement[]): Result[] => {
    if (isClosed)
      throw new PostgresError({ message: 'the connection is closed', code: 'CLOSED', isFatal: true, position: null })
    traffic.trips++
    tell(statements)
    port1.postMessage({ statements, isAwaited: true } satisfies Asked)
    const answered = sleepUntilAnswered()
    if (answered === null) {
      isClosed = true
      void worker.terminate()
      throw new PostgresError({
        message: 'the server does not answer',
        code: 'ETIMEDOUT',
        isFatal: true,
        position: null,
      })
    }
    if (!answered.ok) throw new PostgresError(answered.failure)
    return answered.results
  }
  const take = (): typeof waiting => {
    const taken = waiting
    waiting = []
    length = 0
    return taken
  }
  /** Send what was posted, and `last` if there is one. */
  const send = (posted: typeof waiting, last: readonly Statement[]): Result => {
    const together = joined(posted.map(({ statement }) => statement))
    const results = receive([...together.map(({ statement }) => statement), ...last])
    tellEach(posted, together, results)
    return results.at(-1) ?? NOTHING
  }
  const flush = (): void => {
    const posted = take()
    if (posted.length > 0) send(posted, [])
  }
  return {
    ask: statement => {
      if (!READS.test(statement.text)) sent.changing++
      return send(take(), [statement])
    },
    post: statement => {
      if (!READS.test(statement.text)) sent.changing++
      let result: Result | null = null
      waiting.push({
        statement,
        told: given => {
          result = given
        },
      })
      const told = (): Result => {
        if (result === null) flush()
        return result ?? NOTHING
      }
      for (const value of statement.values) if (typeof value !== 'number') length += value?.length ?? 0
      if (waiting.length >= MOST_WAITING || length > LONGEST_WAITING) flush()
      return {
        get changes() {
          return told().count
        },
        get result() {
          return told()
        },
      }
    },
    flush,
    drop: () => void take(),
    release: () => {
      const statements = joined(take().map(({ statement }) => statement)).map(({ statement }) => statement)
      if (statements.length === 0 || isClosed) return
      tell(statements)
      port1.postMessage({ statements, isAwaited: false } satisfies Asked)
    },
    set: text => {
      if (!isClosed) port1.postMessage({ statements: [], isAwaited: false, setting: text } satisfies Asked)
    },
    sent,
    close: () => {
      if (isClosed) return
      isClosed = true
      port1.postMessage('close')
      port1.close()
    },
  }
}
