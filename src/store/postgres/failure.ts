// What an error of pg is: of the server, by its SQLSTATE; of the network, which pg names or not; or of ours.
import type { Failure } from './protocol.ts'

/** What the server or the network refused. `code` is an SQLSTATE, or the name of a system call's error. */
export class PostgresError extends Error {
  readonly code: string
  readonly isFatal: boolean
  /** Where in the statement, in characters from 1. */
  readonly position: number | null

  constructor({ message, code, isFatal, position }: Failure) {
    super(message)
    this.position = position
    this.code = code
    this.isFatal = isFatal
  }
}

/**
 * Codes of the classes "connection exception" and "operator intervention", and of transactions that took the server too long: it has
 * closed the connection.
 */
const CLOSED = /^(?:08|57P|25P0[34])/

export function failureOf(error: unknown): Failure {
  const message = error instanceof Error ? error.message || error.name : String(error)
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  const isOurs = error instanceof TypeError || error instanceof RangeError
  // What has no SQLSTATE came from the network or from pg itself.
  const isFatal = !isOurs && (!/^[0-9A-Z]{5}$/.test(code) || CLOSED.test(code))
  const position = error instanceof Error && 'position' in error ? Number(error.position) || null : null
  return { message, code: code || 'CONNECTION', isFatal, position }
}
