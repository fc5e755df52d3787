// When a permanent redirect is believed. Captive portals, expired domains and misconfigured servers answer 301 too, so a feed
// moves only after its new address has given the same feed for a week; until then both ends are visited.
import type { Millis, Move } from '../model.ts'

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
