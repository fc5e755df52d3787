// What a store and the thread with its connection to PostgreSQL say to each other.
import type { Value } from '../sql.ts'

export interface Statement {
  text: string
  values: readonly Value[]
  /** Named statements are prepared once a connection. */
  name: string | null
}

export interface Asked {
  /** Set at once, and on every connection that takes the place of this one. */
  setting?: string
  statements: readonly Statement[]
  /** False where nobody waits for the answer. */
  isAwaited: boolean
}

/** A failure as the server or the network named it. */
export interface Failure {
  message: string
  /** SQLSTATE, or the name of a system call's error. */
  code: string
  /** Whether the connection is gone. */
  isFatal: boolean
  /** Where in the statement, in characters from 1; null where the server does not say. */
  position: number | null
}

/** What one statement gave. */
export interface Result {
  columns: string[]
  rows: Value[][]
  /** Rows that it changed or gave. */
  count: number
}

/** Of each statement, in their order. */
export type Answered = { ok: true; results: Result[] } | { ok: false; failure: Failure }

export interface ConnectionData {
  url: string
  /** Grows with every answer; whoever waits sleeps on it. */
  signal: Int32Array
  /** The server ends a statement after so long. */
  statementTimeout: number
  /** Whole numbers come as `bigint`, and what is no number, truth or bytes as the server writes it. */
  exact: boolean
  /** How long after it was lost a connection is waited for, where nothing is written; later what is asked is refused at once. */
  patience: number
  /** The connection is of the one process that files. */
  leads: boolean
}

/** PostgreSQL has no U+0000 in texts; SQLite ends them there. */
export function sendable(value: Value): Value {
  if (typeof value !== 'string') return value
  const end = value.indexOf('\0')
  return end < 0 ? value : value.slice(0, end)
}
