// How fast a host is asked: slower after it said "too many", and a backlog host by host instead of in a burst. Pure.

import { duration } from '../../language/say.ts'
import type { Failure } from '../../model/collected.ts'
import type { Millis } from '../../model/units.ts'
import { hostRest } from './host.ts'

const MINUTE: Millis = 60_000
const HOUR: Millis = 60 * MINUTE
/** Refusals this close together are answers to one burst. */
const ONE_BURST: Millis = 30_000
const MOST_STRIKES = 8
const LONGEST_DELAY: Millis = 5 * MINUTE
const LONGEST_UNASKED_REST: Millis = 6 * HOUR
/** A host that is never asked to hurry but refuses: seconds between starts after its first refusal. */
const FIRST_SLOW_DELAY: Millis = 5_000

/** What is remembered of a host that refused. */
export interface HostPace {
  /** Refusals, one less for every hour without. */
  strikes: number
  /** Time of the last refusal, or of the hour last forgiven. */
  struck: Millis
  /** Nothing is asked of it before. */
  restUntil: Millis
  reason: string
}

/**
 * The host's pace after one of its feeds answered. 429 (any status with Retry-After that means it, and Reddit's 403)
 * doubles the time between starts and rests the host; each hour without forgives one. Null: nothing to hold against it.
 */
export function hostAfter(
  before: HostPace | null,
  host: string,
  now: Millis,
  failure: Failure | null,
): HostPace | null {
  const calmed = before === null ? null : forgive(before, now)
  const rest = failure === null ? 0 : hostRest(failure, host, now)
  const refused = failure !== null && (rest > 0 || failure.kind === 'throttled')
  if (!refused) return calmed
  if (calmed !== null && calmed.strikes > 0 && now - calmed.struck < ONE_BURST) {
    return { ...calmed, restUntil: Math.max(calmed.restUntil, now + rest) }
  }
  const strikes = Math.min(MOST_STRIKES, (calmed?.strikes ?? 0) + 1)
  const asked = failure.retryAt !== null
  const grown = asked ? rest : Math.min(LONGEST_UNASKED_REST, rest * 2 ** (strikes - 1))
  const times = strikes === 1 ? 'refused us' : `refused us ${strikes} times of late`
  return {
    strikes,
    struck: now,
    restUntil: Math.max(calmed?.restUntil ?? 0, now + grown),
    reason: `${host} ${times}: left alone for ${duration(Math.max(grown, 1_000))}, then asked every ${duration(delayOf(strikes, 0))} at most`,
  }
}

function forgive(pace: HostPace, now: Millis): HostPace | null {
  const hours = Math.floor(Math.max(0, now - Math.max(pace.struck, pace.restUntil)) / HOUR)
  if (hours === 0) return pace
  const strikes = pace.strikes - hours
  if (strikes <= 0) return null
  return { ...pace, strikes, struck: Math.max(pace.struck, pace.restUntil) + hours * HOUR }
}

function delayOf(strikes: number, usual: Millis): Millis {
  if (strikes === 0) return usual
  return Math.min(LONGEST_DELAY, Math.max(usual, FIRST_SLOW_DELAY) * 2 ** (strikes - 1))
}

/** Milliseconds between two starts at the host at present, and how many of its feeds may be fetched at once. */
export function hostLimits(
  pace: HostPace | null,
  now: Millis,
  usual: { delay: Millis; perHost: number },
): { delay: Millis; perHost: number; restUntil: Millis } {
  const calmed = pace === null ? null : forgive(pace, now)
  if (calmed === null) return { ...usual, restUntil: 0 }
  return { delay: delayOf(calmed.strikes, usual.delay), perHost: 1, restUntil: calmed.restUntil }
}

/** A feed that is due. */
export interface DueFeed {
  host: string
  due: Millis
  /** Its interval: ten minutes late is much for a feed polled every five. */
  interval: Millis | null
  /** Whether its server let us wait the last time. */
  slow?: boolean
}

/** Intervals by which a feed of a slow server must be later than another to go before it. */
const SLOW_GIVES_WAY = 5

/** A host as it is at this moment. */
export interface HostNow {
  running: number
  lastStart: Millis | null
  delay: Millis
  perHost: number
  restUntil: Millis
}

/** In the order in which they are to start: the latest first, measured in their own intervals, and slow servers after the others. */
export function byUrgency<Feed extends DueFeed>(due: readonly Feed[], now: Millis): Feed[] {
  return due
    .map(feed => {
      const { due: at, interval, slow } = feed
      const late = (now - at) / Math.max(MINUTE, interval ?? MINUTE) - (slow ? SLOW_GIVES_WAY : 0)
      return { feed, late }
    })
    .sort((a, b) => b.late - a.late || a.feed.due - b.feed.due)
    .map(({ feed }) => feed)
}

/**
 * Which due feeds may start now: the latest first, measured in their own intervals, so that a night's backlog begins with
 * what may have lost most, and feeds of slow servers after the others; at each host one after the other, `delay` apart. Of
 * the `free` places, slow servers may take `slowFree`. `wakeAt` is when time alone lets another start; null where only the
 * end of a running fetch can.
 */
export function drain<Feed extends DueFeed>(
  due: readonly Feed[],
  hosts: (host: string) => HostNow,
  free: number,
  now: Millis,
  slowFree = Number.POSITIVE_INFINITY,
): { start: Feed[]; wakeAt: Millis | null } {
  return startable(byUrgency(due, now), hosts, free, now, slowFree)
}

/** The same of feeds that stand in order already. Each host is looked at once. */
export function startable<Feed extends DueFeed>(
  ordered: readonly Feed[],
  hosts: (host: string) => HostNow,
  free: number,
  now: Millis,
  slowFree = Number.POSITIVE_INFINITY,
): { start: Feed[]; wakeAt: Millis | null } {
  const seen = new Map<string, HostNow & { here: number; rested: Millis }>()
  const start: Feed[] = []
  let slowStarted = 0
  let wakeAt: Millis | null = null
  for (const feed of ordered) {
    // Only the end of a running fetch makes room for another.
    if (start.length >= free) return { start, wakeAt: null }
    if (feed.slow && slowStarted >= slowFree) continue
    let host = seen.get(feed.host)
    if (host === undefined) {
      const found = hosts(feed.host)
      const rested = Math.max(found.restUntil, found.lastStart === null ? 0 : found.lastStart + found.delay)
      host = { ...found, here: 0, rested }
      seen.set(feed.host, host)
    }
    const { here, rested, delay } = host
    if (host.running + here < host.perHost && rested <= now && (here === 0 || delay === 0)) {
      start.push(feed)
      if (feed.slow) slowStarted++
      host.here++
      continue
    }
    const ready: Millis | null = rested > now ? rested : here > 0 && delay > 0 ? now + delay : null
    if (ready !== null) wakeAt = wakeAt === null ? ready : Math.min(wakeAt, ready)
  }
  return { start, wakeAt }
}
