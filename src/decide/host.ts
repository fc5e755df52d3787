// How long a whole host is left alone after one of its feeds was refused. Pure.
import type { Failure, Millis } from '../model.ts'

const MINUTE: Millis = 60_000
const UNASKED_REST: Millis = 5 * MINUTE
const LONGEST_REST: Millis = 7 * 24 * 60 * MINUTE

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
