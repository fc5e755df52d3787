// What an error of pg is: of the server, by its SQLSTATE; of the network, which pg names or not; or of ours.
import type { Failure } from './protocol.ts'

/** Codes of the classes "connection exception" and "operator intervention": the server has closed the connection. */
const CLOSED = /^(?:08|57P)/

export function failureOf(error: unknown): Failure {
  const message = error instanceof Error ? error.message || error.name : String(error)
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  const isOurs = error instanceof TypeError || error instanceof RangeError
  // What has no SQLSTATE came from the network or from pg itself.
  const isFatal = !isOurs && (!/^[0-9A-Z]{5}$/.test(code) || CLOSED.test(code))
  const position = error instanceof Error && 'position' in error ? Number(error.position) || null : null
  return { message, code: code || 'CONNECTION', isFatal, position }
}
