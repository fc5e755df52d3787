// How long a failing feed is left alone: by what failed and how often, never for good.

import type { Failure, FailureKind } from '../../model/collected.ts'
import type { Because } from '../../model/stored.ts'
import type { Millis } from '../../model/units.ts'

const DAY: Millis = 86_400_000
/** A retired feed (410) is looked at once a month: servers say "gone" by mistake. */
export const RETIRED_WAIT: Millis = 30 * DAY
/** Failures after which the window no longer shortens the wait. */
const SHORT_TROUBLE = 48

// How much of a failure each kind counts; each whole failure doubles the wait. A name that does not resolve is often our
// own network. An unreachable, slow or broken server (5xx) is half a failure; an answer that names the address itself
// (404) a whole one.
const WEIGHT: Readonly<Record<FailureKind, number>> = {
  address: 2,
  dns: 0.25,
  connect: 0.5,
  tls: 1,
  timeout: 0.5,
  http: 2 / 3,
  gone: 2,
  throttled: 1,
  redirect: 1,
  size: 1,
  encoding: 0.5,
  protocol: 0.5,
  document: 2 / 3,
}

function weightOf({ kind, status }: Failure): number {
  if (kind !== 'http' || status === null) return WEIGHT[kind]
  return status >= 500 ? 0.5 : 1
}

const PASSING: ReadonlySet<FailureKind> = new Set(['dns', 'connect', 'timeout', 'encoding', 'protocol'])

export interface BackoffInput {
  now: Millis
  failure: Failure
  /** Failures in a row, this one included. */
  failures: number
  /** Wait of a feed that works. */
  base: Millis
  shortest: Millis
  /** After this long entries may be lost; null where unknown. */
  cover: Millis | null
  retired: boolean
}

/** Milliseconds to wait, with the reason. Without a wish of the server at most a day, or a month for a retired feed. */
export function backoff(input: BackoffInput): { wait: Millis; because: Because } {
  const { failure, failures, base, now } = input
  if (input.retired) {
    return { wait: RETIRED_WAIT, because: { kind: 'retired' } }
  }
  const grown = base * 2 ** (weightOf(failure) * Math.min(failures, 20))
  const passing = PASSING.has(failure.kind) || (failure.kind === 'http' && (failure.status ?? 0) >= 500)
  // Trouble that passes is no reason to lose entries: the feed is then asked as often as it would be when well.
  const enough = passing && failures <= SHORT_TROUBLE && input.cover !== null ? Math.max(base, input.cover) : DAY
  const wait = Math.min(DAY, Math.max(input.shortest, Math.min(grown, enough)))
  const asked = failure.retryAt !== null && failure.retryAt > now ? failure.retryAt - now : 0
  if (asked > wait) return { wait: asked, because: { kind: 'asked' } }
  return { wait, because: { kind: 'failed', polls: failures } }
}
