// When a feed is polled next, and why, in words. Pure: history and hints in, a time and a sentence out.
import type { Failure, FailureKind, Millis, PollCounts } from '../model.ts'
import { hash32 } from './text.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
/** A hint of the server lengthens an interval to at most this: a feed that says "once a year" is still looked at. */
const LONGEST_HINT = DAY

export interface ScheduleInput {
  now: Millis
  /** Spreads feeds that would be due at the same moment. */
  url: string
  /** Fixed interval from the configuration. */
  every: Millis | null
  minInterval: Millis
  maxInterval: Millis
  /** Interval in force until now; null at the first poll. */
  interval: Millis | null
  outcome:
    | { kind: 'filed'; counts: PollCounts; maxAge: Millis | null; ttl: Millis | null }
    | { kind: 'unchanged'; maxAge: Millis | null }
    | { kind: 'failed'; failure: Failure; failures: number }
}

export interface Schedule {
  at: Millis
  interval: Millis
  reason: string
}

// What each kind of failure multiplies the wait by, failure after failure. A name that does not resolve is often our own
// network; an error status is the server's own word. Never for good: the wait ends at a day.
const BACKOFF: Readonly<Record<FailureKind, number>> = {
  address: 4,
  dns: 1.3,
  connect: 1.5,
  tls: 2,
  timeout: 1.5,
  http: 1.6,
  gone: 4,
  throttled: 2,
  redirect: 2,
  size: 2,
  encoding: 1.5,
  protocol: 1.5,
  document: 1.6,
}

/**
 * The overlap rule: with less than a third of the entries known, entries may soon be missed, so the interval halves;
 * with more than two thirds known it grows by half. Server hints (max-age, ttl) only ever lengthen it.
 */
export function nextPoll(input: ScheduleInput): Schedule {
  const { outcome } = input
  const bounded = (interval: Millis) => Math.round(Math.min(input.maxInterval, Math.max(input.minInterval, interval)))
  const before = input.interval ?? bounded(30 * MINUTE)
  if (outcome.kind === 'failed') return afterFailure(input, outcome, before)
  if (input.every !== null) {
    return at(input, input.every, `every ${duration(input.every)}: set in the configuration`)
  }
  let interval: Millis
  let reason: string
  if (outcome.kind === 'unchanged') {
    interval = bounded(before * 1.5)
    reason = 'nothing had changed'
  } else {
    const { counts } = outcome
    const fresh = counts.new + counts.copy
    const judged = Math.max(1, counts.entries - counts.rejected)
    if (counts.entries === 0) {
      interval = bounded(before * 1.5)
      reason = 'the feed is empty'
    } else if (input.interval === null) {
      interval = before
      reason = `first poll, ${count(counts.entries, 'entry', 'entries')}`
    } else {
      const known = 1 - fresh / judged
      interval = bounded(known < 1 / 3 ? before / 2 : known > 2 / 3 ? before * 1.5 : before)
      reason =
        fresh === 0
          ? `none of ${count(counts.entries, 'entry', 'entries')} was new`
          : `${fresh} of ${count(counts.entries, 'entry', 'entries')} ${fresh === 1 ? 'was' : 'were'} new`
    }
  }
  const ttl = outcome.kind === 'filed' ? outcome.ttl : null
  const hint = Math.min(LONGEST_HINT, Math.max(outcome.maxAge ?? 0, ttl ?? 0))
  if (hint > interval) {
    interval = Math.min(hint, Math.max(input.maxInterval, input.minInterval))
    reason += `; the server asks for ${duration(hint)}`
  }
  return at(input, interval, `every ${duration(interval)}: ${reason}`)
}

function afterFailure(input: ScheduleInput, outcome: { failure: Failure; failures: number }, before: Millis): Schedule {
  const { failure, failures } = outcome
  const base = input.every ?? before
  const wait = Math.min(DAY, Math.max(input.minInterval, base * BACKOFF[failure.kind] ** Math.min(failures, 20)))
  const asked = failure.retryAt !== null && failure.retryAt > input.now ? failure.retryAt - input.now : 0
  if (asked > wait) {
    const next = at(input, asked, `in ${duration(asked)}: the server asked to wait that long`)
    // The learned interval is left alone: one busy hour says nothing about how often the agency writes.
    return { ...next, interval: before }
  }
  const times = failures === 1 ? 'the last poll failed' : `${failures} polls in a row failed`
  return { ...at(input, wait, `in ${duration(wait)}: ${times}`), interval: before }
}

/** Up to a tenth later, by the feed's address: the same feed always by the same share, so that feeds spread out. */
function at(input: ScheduleInput, interval: Millis, reason: string): Schedule {
  const jitter = (hash32(input.url) / 2 ** 32) * 0.1 * interval
  return { at: Math.round(input.now + interval + jitter), interval, reason }
}

/** `45 s`, `12 min`, `3 h`, `2 d`: one unit, rounded. */
export function duration(ms: Millis): string {
  if (ms < 90_000) return `${Math.max(1, Math.round(ms / 1_000))} s`
  if (ms < 90 * MINUTE) return `${Math.round(ms / MINUTE)} min`
  if (ms < 36 * HOUR) return `${Math.round(ms / HOUR)} h`
  return `${Math.round(ms / DAY)} d`
}

function count(number: number, one: string, many: string): string {
  return `${number} ${number === 1 ? one : many}`
}
