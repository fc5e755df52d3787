// When a feed is polled next, and why. Pure: history and hints in, a time and a sentence out.

import { reasonSentence } from '../../language/reason.ts'
import { hash32 } from '../../language/words.ts'
import type { Failure, Skip } from '../../model/collected.ts'
import type { PollCounts } from '../../model/decided.ts'
import type { Because } from '../../model/stored.ts'
import type { Millis } from '../../model/units.ts'
import { backoff, RETIRED_WAIT } from './backoff.ts'
import {
  emptyHabit,
  expectedBetween,
  type Gap,
  type Habit,
  isKnown,
  paceOf,
  type Rates,
  ratesOf,
  safeAmount,
  timeUntil,
} from './habit.ts'
import { learn } from './learn.ts'

export type { Gap, Habit, Skip }

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
/** A hint of the server lengthens an interval to at most this: a feed that says "once a year" is still looked at. */
const LONGEST_HINT = DAY
const FIRST_INTERVAL = 30 * MINUTE
/** Lower bound of the factor by which polls that came too late shorten the interval; 1 is no shortening. */
const MIN_URGENCY = 1 / 16
const CAUTION = 4
/** Later than a time of the configuration by at most this. */
const CRON_JITTER = 30_000

/** What the document showed, for learning; every list in the document's order. */
export interface Shown {
  /** Claimed time of each accepted entry, null where undated. */
  times: readonly (Millis | null)[]
  /** The same of those that were new or copies. */
  fresh: readonly (Millis | null)[]
}

export interface ScheduleInput {
  now: Millis
  /** Spreads feeds that would be due at the same moment. */
  url: string
  /** Fixed interval from the configuration. */
  every: Millis | null
  /** The next time after a moment that the configuration's cron expression names; null where it names none. */
  schedule?: ((after: Millis) => Millis | null) | null
  minInterval: Millis
  maxInterval: Millis
  /** Interval in force until now; null at the first poll. */
  interval: Millis | null
  /** What is remembered of the feed: null at first; left out, nothing is learnt and the overlap rule alone decides. */
  habit?: Habit | null
  /** Interval of a feed that writes one entry an hour; the others' follow from it. An hour where left out. */
  hourly?: Millis
  /** Standard deviations of chance that what a feed shows must have room for; 4 where left out, less costs entries. */
  caution?: number
  /** The feed answered 410 before. */
  retired?: boolean
  outcome:
    | {
        kind: 'filed'
        counts: PollCounts
        maxAge: Millis | null
        ttl: Millis | null
        shown?: Shown
        /** It shows what is new, and not all that the feed shows. */
        partial?: boolean
        skip?: Skip | null
        /** Retry-After of a good answer. */
        retryAt?: Millis | null
      }
    | {
        kind: 'unchanged'
        maxAge: Millis | null
        retryAt?: Millis | null
        /** A whole document was read and was the one before; else the server said "not modified". */
        whole?: boolean
      }
    | { kind: 'failed'; failure: Failure; failures: number }
}

export interface Schedule {
  at: Millis
  interval: Millis
  reason: string
  /** To be remembered; null where none was given to learn from. */
  habit: Habit | null
  /** Entries published between these two polls may have been missed. */
  gap: Gap | null
}

type Answered = Exclude<ScheduleInput['outcome'], { kind: 'failed' }>

interface Choice {
  interval: Millis
  because: Because[]
}

/**
 * Without a habit the overlap rule decides: with less than a third of the entries known, entries may soon be missed, so
 * the interval halves; with more than two thirds known it grows by half. With a habit the interval follows the rate at
 * which the feed writes in the coming hours, and the overlap rule hastens it. Either way it ends before the entries shown
 * can have rolled over. Hints of the server only ever lengthen it.
 */
export function nextPoll(input: ScheduleInput): Schedule {
  const { outcome } = input
  const before = input.interval ?? bounded(input, FIRST_INTERVAL)
  if (outcome.kind === 'failed') return afterFailure(input, outcome, before)
  const { habit, gap } = remember(input, outcome)
  if (input.every !== null) {
    const because: Because[] = [{ kind: 'configured' }, ...becauseOf(gap)]
    return { ...at(input, input.every), reason: sentence(true, input.every, because), habit, gap }
  }
  const planned = input.schedule?.(input.now) ?? null
  if (planned !== null && planned > input.now) {
    const interval = Math.round(planned - input.now)
    const late = Math.min(CRON_JITTER, 0.1 * interval) * share(input.url)
    const because: Because[] = [{ kind: 'planned' }, ...becauseOf(gap)]
    return { at: Math.round(planned + late), interval, reason: sentence(false, interval, because), habit, gap }
  }
  const chosen = withHints(input, outcome, habit, choose(input, outcome, before, habit))
  return {
    ...at(input, chosen.interval),
    reason: sentence(true, chosen.interval, [...chosen.because, ...becauseOf(gap)]),
    habit,
    gap,
  }
}

/** Seconds of a poll are none of our business: whole milliseconds within the bounds of the configuration. */
function bounded(input: ScheduleInput, interval: Millis): Millis {
  return Math.round(Math.min(input.maxInterval, Math.max(input.minInterval, interval)))
}

function freshOf({ counts }: { counts: PollCounts }): { fresh: number; judged: number } {
  return { fresh: counts.new + counts.copy, judged: Math.max(0, counts.entries - counts.rejected) }
}

/** The habit after this poll, with the haste that the overlap rule asks for. */
function remember(input: ScheduleInput, outcome: Answered): { habit: Habit | null; gap: Gap | null } {
  if (input.habit === undefined) return { habit: null, gap: null }
  const { now } = input
  const before = input.habit ?? emptyHabit()
  if (outcome.kind === 'unchanged') {
    const kind = outcome.whole ? 'same' : 'unchanged'
    const { habit } = learn(before, { now, entries: 0, fresh: 0, times: [], freshTimes: [], kind })
    return { habit: { ...habit, haste: Math.min(1, habit.haste * 1.5) }, gap: null }
  }
  const { fresh, judged } = freshOf(outcome)
  const times = outcome.shown?.times ?? []
  const freshTimes = outcome.shown?.fresh ?? new Array<null>(fresh).fill(null)
  const kind = outcome.partial && before.window !== null ? 'push' : 'document'
  const { habit, gap } = learn(before, { now, entries: judged, fresh, times, freshTimes, kind })
  const known = judged === 0 ? 1 : 1 - fresh / judged
  const first = input.interval === null || before.window === null
  const change = first ? 1 : gap !== null ? 1 / 4 : known < 1 / 3 ? 1 / 2 : known > 2 / 3 ? 1.5 : 1
  const haste = Math.min(1, Math.max(MIN_URGENCY, habit.haste * change))
  return { habit: { ...habit, haste, ttl: outcome.ttl, skip: outcome.skip ?? null }, gap }
}

/**
 * The habit after a hub pushed. Time until then was watched and its entries count for the rates and for silence; the
 * window, gaps, haste and trust in "not modified" are the polls' to judge, for a push shows nothing of what the feed shows.
 */
export function afterPush(habit: Habit | null, now: Millis, { counts, shown }: { counts: PollCounts; shown: Shown }) {
  if (habit === null) return null
  const { fresh, judged } = freshOf({ counts })
  const sighting = { now, entries: judged, fresh, times: shown.times, freshTimes: shown.fresh, kind: 'push' as const }
  return learn(habit, sighting).habit
}

function choose(input: ScheduleInput, outcome: Answered, before: Millis, habit: Habit | null): Choice {
  const rates = habit === null ? null : ratesOf(habit)
  let choice: Choice
  if (habit !== null && rates !== null && isKnown(rates)) {
    choice = byHabit(input, habit, rates)
    choice.because.unshift(whatCame(input, outcome))
  } else choice = { interval: byOverlap(input, outcome, before), because: [whatCame(input, outcome)] }
  const cover = habit === null || rates === null ? null : coverOf(input, outcome, habit, rates)
  if (cover !== null && cover < choice.interval) {
    const because: Because[] = [whatCame(input, outcome), { kind: 'window', entries: habit?.window ?? 0 }]
    choice = { interval: cover, because }
  }
  return { interval: bounded(input, choice.interval), because: choice.because }
}

function byOverlap(input: ScheduleInput, outcome: Answered, before: Millis): Millis {
  if (outcome.kind === 'unchanged') return bounded(input, before * 1.5)
  if (outcome.counts.entries === 0) return bounded(input, before * 1.5)
  if (input.interval === null) return before
  const { fresh, judged } = freshOf(outcome)
  const known = 1 - fresh / Math.max(1, judged)
  return bounded(input, known < 1 / 3 ? before / 2 : known > 2 / 3 ? before * 1.5 : before)
}

function whatCame(input: ScheduleInput, outcome: Answered): Because {
  if (outcome.kind === 'unchanged') return { kind: 'unchanged' }
  const { entries } = outcome.counts
  if (entries === 0) return { kind: 'empty' }
  if (input.interval === null) return { kind: 'first', entries }
  const { fresh } = freshOf(outcome)
  return fresh === 0 ? { kind: 'stale', entries } : { kind: 'fresh', fresh, entries }
}

/**
 * The interval that brings news soonest for the number of polls: polls of all feeds together see an entry soonest where
 * each feed is polled by the square root of its rate (Sia, Cho, Cho, "Efficient monitoring algorithm for fast news
 * alerts", TKDE 2007), and so is each hour of a feed.
 */
function byHabit(input: ScheduleInput, habit: Habit, rates: Rates): Choice {
  const pace = paceOf(habit)
  const unit = (input.hourly ?? HOUR) / HOUR
  const interval =
    timeUntil(rates, input.now, unit, input.maxInterval / habit.haste, rate => Math.sqrt(rate * pace)) * habit.haste
  const length = Math.min(DAY, Math.max(HOUR, interval))
  const coming = (pace * expectedBetween(rates, input.now, input.now + length) * HOUR) / length
  const usual = pace * rates.average
  const because: Because[] = [rateOf(coming, usual)]
  if (habit.haste < 1) because.push({ kind: 'hurried' })
  return { interval, because }
}

/** How many entries an hour are to come, in the coarsest words that say it. */
function rateOf(coming: number, usual: number): Because {
  if (coming < usual / 3) return { kind: 'little' }
  if (coming > usual * 2) return { kind: 'most' }
  if (coming >= 1) return { kind: 'hourly', entries: Math.round(coming) }
  return { kind: 'daily', entries: Math.max(1, Math.round(coming * 24)) }
}

/** Until when the entries shown cannot well have rolled over; null where that is not known. */
function coverOf(input: ScheduleInput, outcome: Answered | null, habit: Habit, rates: Rates): Millis | null {
  const amount = safeAmount(habit, input.caution ?? CAUTION)
  if (amount === null) return null
  const limit = Math.max(input.maxInterval, DAY)
  const pace = paceOf(habit)
  let cover = rates.evidence.hours < 1 ? limit : timeUntil(rates, input.now, amount, limit, rate => rate * pace)
  if (outcome?.kind === 'filed' && habit.span !== null) {
    const { fresh, judged } = freshOf(outcome)
    // So many came at once that the window itself says best how fast it rolls.
    if (input.interval === null || fresh > judged / 3) cover = Math.min(cover, habit.span / 2)
  }
  return Math.max(cover, input.minInterval)
}

/**
 * What the server asks for, as a lower bound, at most a day and never beyond the configuration. A cache would only give
 * the same bytes again before max-age, so that is kept; ttl, skipHours and skipDays are a publisher's guess and yield
 * where entries would be missed. They stand in the document, and hold until the next one says otherwise.
 */
function withHints(input: ScheduleInput, outcome: Answered, habit: Habit | null, choice: Choice): Choice {
  const most = Math.max(input.maxInterval, input.minInterval)
  const retry = outcome.retryAt === undefined || outcome.retryAt === null ? 0 : outcome.retryAt - input.now
  const kept = Math.min(LONGEST_HINT, Math.max(outcome.maxAge ?? 0, retry))
  const wished = outcome.kind === 'filed' ? outcome : habit
  const ttl = Math.min(LONGEST_HINT, wished?.ttl ?? 0)
  const cover = habit === null ? null : coverOf(input, outcome, habit, ratesOf(habit))
  const guess = cover === null ? ttl : Math.min(ttl, cover)
  let { interval } = choice
  const because = [...choice.because]
  const hint = Math.max(kept, guess)
  if (hint > interval) {
    interval = Math.round(Math.min(hint, most))
    because.push({ kind: 'hint', span: Math.max(kept, ttl) })
    if (hint < ttl) because.push({ kind: 'short', entries: habit?.window ?? 0 })
  }
  const skip = wished?.skip ?? null
  if (skip !== null) {
    const until = Math.round(Math.min(afterSkip(skip, input.now, interval), LONGEST_HINT, most, cover ?? most))
    if (until > interval) {
      interval = until
      because.push({ kind: 'skipped' })
    }
  }
  return { interval, because }
}

/** The interval, moved out of skipped hours and days; as it is where the feed skips all of them. */
function afterSkip(skip: Skip, now: Millis, interval: Millis): Millis {
  const hours = new Set(skip.hours.map(hour => hour % 24))
  const days = new Set(skip.days)
  let time = now + interval
  for (let step = 0; step < 48; step++) {
    const hour = Math.floor(time / HOUR) % 24
    const day = (Math.floor(time / DAY) + 4) % 7
    if (!hours.has(hour) && !days.has(day)) return time - now
    time = (Math.floor(time / HOUR) + 1) * HOUR
  }
  return interval
}

function becauseOf(gap: Gap | null): Because[] {
  return gap === null ? [] : [{ kind: 'gap', span: gap.to - gap.from }]
}

function sentence(repeats: boolean, span: Millis, because: Because[]): string {
  return reasonSentence({ repeats, span, because })
}

function afterFailure(
  input: ScheduleInput,
  { failure, failures }: { failure: Failure; failures: number },
  before: Millis,
): Schedule {
  const habit = input.habit ?? null
  const cover = habit === null ? null : coverOf(input, null, habit, ratesOf(habit))
  const put = backoff({
    now: input.now,
    failure,
    failures,
    // One that never answered may only have met a bad moment: a server that was being set up, a name that was new.
    base: input.every ?? (input.interval === null ? input.minInterval : before),
    shortest: input.minInterval,
    cover,
    retired: input.retired ?? false,
  })
  const next = at(input, put.wait)
  const planned = input.schedule?.(next.at) ?? null
  // The learnt interval is left alone: one busy hour says nothing about how often the agency writes.
  return {
    at: planned === null ? next.at : Math.round(Math.max(planned, next.at)),
    interval: before,
    reason: sentence(false, put.wait, [put.because]),
    habit,
    gap: null,
  }
}

/** Clocks are set back by a few seconds every now and then: nothing is polled twice for that. */
const CLOCK_SLIP = 5_000
/** Longest that a server's wish puts off the next poll of a feed that failed. */
const LONGEST_WAIT = 7 * DAY
/** What {@link at} adds to an interval at most, and a little for rounding. */
const LATEST = 1.11

/**
 * Whether a feed is to be polled now: its time has come, or it stands where no schedule can have put it. That is so after the
 * clock was ahead of itself for a while (the last poll then lies in the future), and after a shorter interval was configured.
 */
export function isDue(
  feed: { nextPoll: Millis; lastPoll: Millis | null; failures: number; retired: boolean },
  rules: { now: Millis; every: Millis | null; scheduled: boolean; minInterval: Millis; maxInterval: Millis },
): boolean {
  const { nextPoll, lastPoll } = feed
  const { now } = rules
  if (nextPoll <= now || lastPoll === null || lastPoll > now + CLOCK_SLIP) return true
  // Cron expressions may name one day of a year.
  if (rules.scheduled) return false
  return nextPoll - now > longestWait(feed, rules)
}

function longestWait(
  { failures, retired }: { failures: number; retired: boolean },
  { every, minInterval, maxInterval }: { every: Millis | null; minInterval: Millis; maxInterval: Millis },
): Millis {
  if (retired) return RETIRED_WAIT * LATEST
  if (failures > 0) return LONGEST_WAIT * LATEST
  return (every ?? Math.max(minInterval, maxInterval)) * LATEST
}

/** The feed's own share of the time by which it is late, 0 to 1: always the same, so that feeds spread out. */
function share(url: string): number {
  return hash32(url) / 2 ** 32
}

/** Up to a tenth later. */
function at(input: ScheduleInput, interval: Millis): { at: Millis; interval: Millis } {
  return { at: Math.round(input.now + interval + share(input.url) * 0.1 * interval), interval }
}
