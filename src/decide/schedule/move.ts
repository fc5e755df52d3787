// When a permanent redirect is believed. Captive portals, expired domains and misconfigured servers answer 301 too, so a feed
// moves only after its new address has given the same feed for a week; until then both ends are visited. Where the old one
// dies meanwhile, the new one is asked by itself.
import type { Failure } from '../../model/collected.ts'
import type { Move } from '../../model/decided.ts'
import type { Millis } from '../../model/units.ts'

const DAY: Millis = 86_400_000
/** Days in a row on which the new address must have answered with the same feed. */
export const DAYS_TO_BELIEVE = 7
/** Longer without an observation is no row of days. */
const LONGEST_GAP: Millis = 2 * DAY
/** Failures in a row at a new address after which the configured one is tried again. */
export const FAILURES_TO_RETURN = 3

export interface Observation {
  /** Where permanent redirects led; null when there was none. */
  movedTo: string | null
  /** Whether what answered there is the feed we know. */
  sameFeed: boolean
  now: Millis
}

/**
 * What a poll that got an answer says of a move: the move as it is now observed, and the address to poll from now on once it
 * is believed.
 */
export function observeMove(
  before: Move | null,
  { movedTo, sameFeed, now }: Observation,
): {
  move: Move | null
  address: string | null
} {
  if (movedTo === null || !sameFeed) return { move: null, address: null }
  if (before === null || before.to !== movedTo || now - before.seen > LONGEST_GAP) {
    return { move: { to: movedTo, since: now, seen: now, days: 1 }, address: null }
  }
  const newDay = Math.floor(now / DAY) !== Math.floor(before.seen / DAY)
  const move: Move = { ...before, seen: now, days: before.days + (newDay ? 1 : 0) }
  const believed = move.days >= DAYS_TO_BELIEVE && now - move.since >= (DAYS_TO_BELIEVE - 1) * DAY
  return believed ? { move: null, address: movedTo } : { move, address: null }
}

/** Failures in a row of an address that redirected before it is taken for dead. */
const FAILURES_OF_THE_DEAD = 3

/**
 * Where to look for a feed whose configured address has died, though the week that a move takes is not over: where it said
 * for good that it had gone, and where the same feed was then found. Null while there is hope: after fewer than three
 * failures (410 is a word by itself), and for a day where a server or the way to it is merely out of order. What is said by
 * whoever stands in between (a login page, another redirect, a refusal) is never a death. That the same feed is still there
 * must be seen before it is followed.
 */
export function successorAddress(
  move: Move | null,
  { failure, failures, now }: { failure: Failure; failures: number; now: Millis },
): string | null {
  if (move === null) return null
  const { kind, status } = failure
  if (kind === 'gone') return move.to
  if (failures < FAILURES_OF_THE_DEAD) return null
  if (kind === 'dns' || (kind === 'http' && status === 404)) return move.to
  // 511 is a captive portal's own (RFC 6585, section 6).
  const broken = kind === 'http' && status !== null && status >= 500 && status !== 511
  const disorder = broken || kind === 'connect' || kind === 'timeout' || kind === 'tls'
  return disorder && now - move.seen >= DAY ? move.to : null
}
