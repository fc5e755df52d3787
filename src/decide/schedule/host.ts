// How long a whole host is left alone after one of its feeds was refused. Pure.
import type { Failure } from '../../model/collected.ts'
import type { Millis } from '../../model/units.ts'

const MINUTE: Millis = 60_000
const UNASKED_REST: Millis = 5 * MINUTE
const LONGEST_REST: Millis = 7 * 24 * 60 * MINUTE

/**
 * Host and port of an address; the address itself where it names none. Of a file its folder: a share that does not answer
 * holds up its own files, and not those of others.
 */
export function hostOf(address: string): string {
  if (!URL.canParse(address)) return address
  const { protocol, host, pathname } = new URL(address)
  return protocol === 'file:' ? `file:${pathname.slice(0, pathname.lastIndexOf('/'))}` : host
}

/** Pauses are for other people's servers: none at loopback hosts. `host` may carry a port. */
export function pauseAt(host: string, hostDelay: Millis): Millis {
  if (hostDelay === 0 || host === '' || host.startsWith('file:')) return 0
  return /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])(?::\d+)?$/.test(host) ? 0 : hostDelay
}

/**
 * Milliseconds to leave `host` alone after this failure; 0 for none. Too many requests (429, or 503 with Retry-After) is
 * about us and the host, not about one feed. Reddit says the same with 403.
 */
export function hostRest(failure: Failure, host: string, now: Millis): Millis {
  const reddit = /(?:^|\.)reddit\.com(?::\d+)?$/.test(host) && failure.status === 403
  if (failure.kind !== 'throttled' && !reddit) return 0
  const asked = failure.retryAt === null ? UNASKED_REST : failure.retryAt - now
  return Math.min(LONGEST_REST, Math.max(0, asked))
}
