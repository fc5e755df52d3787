// When a feed writes: its entry rate by hour and weekday, how evenly it writes, how much it shows, how long it is silent.
// Learnt from every poll that got an answer and faded over weeks. All hours are UTC; a change to summer time is relearnt.

import type { Skip } from '../../model/collected.ts'
import type { Millis } from '../../model/units.ts'

const HOUR: Millis = 3_600_000
const DAY: Millis = 24 * HOUR
/** Hours of average writing that every hour of the day is credited with. */
const HOUR_CREDIT = 1
/** Entries of average writing that every weekday is credited with. */
const DAY_CREDIT = 20
/** Weekdays speak only after each was watched once. */
const WATCHED_FOR_DAYS = 8 * 24
/** Evenness that a feed not yet known is credited with, and over how many entries. */
const EVEN_CREDIT = 4
const EVEN_START = 1.5
/** Expected entries that stay away by chance less than once in a hundred silences. */
const BY_CHANCE = 5
/** Entries held back after which "not modified" is not believed. */
export const LIES = 3
/** Expected entries after which a server that never showed a change on a conditional request is asked for all. */
const UNTRUSTED = 2

/** All that is remembered of a feed's habit. Plain numbers: stored as JSON, about 700 bytes. */
export interface Habit {
  /** Entries and watched hours by hour of the day, 24 each. */
  hours: number[]
  watched: number[]
  /** Entries by weekday (0 is Sunday) and how many the hours alone would have given, 7 each. */
  days: number[]
  daysExpected: number[]
  /** Entries lately, and how many were expected: their quotient is today's pace. */
  lately: number
  latelyExpected: number
  /** Squared misses of the expectation, and the expectation: their quotient is 1 where entries come one by one. */
  strays: number
  straysExpected: number
  /** Entries the feed shows, and the time they cover; null until a document was read, or where nothing is dated. */
  window: number | null
  span: Millis | null
  /** Newest entry: its own date where believable, else when it was first seen. */
  newest: Millis | null
  /** Last poll that got an answer. */
  polled: Millis | null
  /** Longest silence lately, in entries that were to be expected meanwhile. */
  longest: number
  /** 1: as the habit says; less after polls that came too late. */
  haste: number
  gaps: number
  lastGap: Gap | null
  /** Last whole document, last answer "not modified", and entries (faded) that it must have held back. */
  document: Millis | null
  unchanged: Millis | null
  lies: number
  /** A changed document came although validators were sent: "not modified" is not said for ever. */
  trusted: boolean
  /** What its last document wished for, which holds for the polls that bring none. */
  ttl: Millis | null
  skip: Skip | null
}

/** Entries published between these polls may have been missed. */
export interface Gap {
  from: Millis
  to: Millis
}

export function emptyHabit(): Habit {
  return {
    hours: new Array<number>(24).fill(0),
    watched: new Array<number>(24).fill(0),
    days: new Array<number>(7).fill(0),
    daysExpected: new Array<number>(7).fill(0),
    lately: 0,
    latelyExpected: 0,
    strays: 0,
    straysExpected: 0,
    window: null,
    span: null,
    newest: null,
    polled: null,
    longest: 0,
    haste: 1,
    gaps: 0,
    lastGap: null,
    document: null,
    unchanged: null,
    lies: 0,
    trusted: false,
    ttl: null,
    skip: null,
  }
}

/** As stored: JSON, three decimals. */
export function writeHabit(habit: Habit): string {
  const rounded: Record<string, unknown> = {}
  for (const name in habit) {
    const value = habit[name as keyof Habit]
    if (typeof value === 'number') rounded[name] = thousandths(value)
    else if (Array.isArray(value)) rounded[name] = value.map(thousandths)
    else rounded[name] = value
  }
  const { lastGap, skip } = habit
  if (lastGap !== null) rounded['lastGap'] = { from: thousandths(lastGap.from), to: thousandths(lastGap.to) }
  if (skip !== null) rounded['skip'] = { hours: skip.hours.map(thousandths), days: skip.days.map(thousandths) }
  return JSON.stringify(rounded)
}

const thousandths = (value: number): number => (Number.isInteger(value) ? value : Math.round(value * 1_000) / 1_000)

/** Against which a stored habit is held. */
const SAMPLE = Object.entries(emptyHabit()) as [string, unknown][]

/** A stored habit; null where there is none or it is none of ours, and learning begins anew. */
export function readHabit(text: string | null): Habit | null {
  if (text === null) return null
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return null
  }
  if (typeof value !== 'object' || value === null) return null
  // What an earlier version did not remember is not known yet.
  const found: Readonly<Record<string, unknown>> = { ttl: null, skip: null, ...value }
  for (const [name, sample] of SAMPLE) if (!fits(name, sample, found[name])) return null
  return found as unknown as Habit
}

function fits(name: string, sample: unknown, given: unknown): boolean {
  if (Array.isArray(sample)) return Array.isArray(given) && given.length === sample.length && given.every(isAmount)
  if (name === 'lastGap') return given === null || isGap(given)
  if (name === 'skip') return given === null || isSkip(given)
  if (sample === null) return given === null || isAmount(given)
  return typeof sample === 'boolean' ? typeof given === 'boolean' : isAmount(given)
}

const isAmount = (value: unknown): boolean => typeof value === 'number' && Number.isFinite(value) && value >= 0

function isGap(value: unknown): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    'from' in value &&
    'to' in value &&
    isAmount(value.from) &&
    isAmount(value.to)
  )
}

function isSkip(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || !('hours' in value) || !('days' in value)) return false
  return [value.hours, value.days].every(list => Array.isArray(list) && list.length <= 24 && list.every(isAmount))
}

export const hourOf = (time: Millis): number => Math.floor(time / HOUR) % 24
// The epoch was a Thursday.
export const dayOf = (time: Millis): number => (Math.floor(time / DAY) + 4) % 7

/** Entries an hour by hour of the day and the factor of each weekday, smoothed. */
export interface Rates {
  hours: readonly number[]
  days: readonly number[]
  /** Average over all hours watched. */
  average: number
  /** Hours watched and entries seen in all. */
  evidence: { hours: number; entries: number }
}

let reckoned: { habit: Habit; rates: Rates } | null = null

/** The last one is kept: one poll asks for it several times. Habits are never changed once learnt. */
export function ratesOf(habit: Habit): Rates {
  if (reckoned?.habit === habit) return reckoned.rates
  const rates = reckon(habit)
  reckoned = { habit, rates }
  return rates
}

function reckon(habit: Habit): Rates {
  const { hours, watched } = habit
  let entries = 0
  let total = 0
  for (let hour = 0; hour < 24; hour++) {
    entries += hours[hour] ?? 0
    total += watched[hour] ?? 0
  }
  // Half an entry is credited, so that nothing is ever expected to be silent for good.
  const average = total === 0 ? 0 : (entries + 0.5) / total
  const byHour: number[] = []
  for (let hour = 0; hour < 24; hour++) {
    const before = hour === 0 ? 23 : hour - 1
    const after = hour === 23 ? 0 : hour + 1
    const seen = (hours[hour] ?? 0) + 0.5 * ((hours[before] ?? 0) + (hours[after] ?? 0))
    const time = (watched[hour] ?? 0) + 0.5 * ((watched[before] ?? 0) + (watched[after] ?? 0))
    byHour.push((seen + HOUR_CREDIT * average) / (time + HOUR_CREDIT))
  }
  const byDay: number[] = []
  for (let day = 0; day < 7; day++) {
    const factor = ((habit.days[day] ?? 0) + DAY_CREDIT) / ((habit.daysExpected[day] ?? 0) + DAY_CREDIT)
    byDay.push(total < WATCHED_FOR_DAYS ? 1 : Math.min(3, Math.max(0.2, factor)))
  }
  return { hours: byHour, days: byDay, average, evidence: { hours: total, entries } }
}

/** Whether enough was seen to go by the habit: eight entries, half a day with a few, or two days of anything. */
export function isKnown({ evidence }: Rates): boolean {
  const { hours, entries } = evidence
  return (hours >= 1 && entries >= 8) || (hours >= 12 && entries >= 3) || hours >= 48
}

const rateAt = (rates: Rates, time: Millis): number => (rates.hours[hourOf(time)] ?? 0) * (rates.days[dayOf(time)] ?? 1)

/** How much more than usual the feed writes at present: between a half and four times. */
export function paceOf(habit: Habit): number {
  return Math.min(4, Math.max(0.5, (habit.lately + 2) / (habit.latelyExpected + 2)))
}

/** Variance of the count of entries over its mean: 1 where entries come one by one, about the batch size where in batches. */
export function unevennessOf(habit: Habit): number {
  const known = (habit.strays + EVEN_START * EVEN_CREDIT) / (habit.straysExpected + EVEN_CREDIT)
  return Math.min(Math.max(1, habit.window ?? 1), Math.max(1, known))
}

/** Entries expected between two moments. At most 35 days are looked at. */
export function expectedBetween(rates: Rates, from: Millis, to: Millis): number {
  let sum = 0
  let time = Math.max(from, to - 35 * DAY)
  while (time < to) {
    const next = Math.min(to, (Math.floor(time / HOUR) + 1) * HOUR)
    sum += (rateAt(rates, time) * (next - time)) / HOUR
    time = next
  }
  return sum
}

/** How long after `from` until `amount` has gathered, at `weigh(rate)` an hour; `limit` where that takes longer. */
export function timeUntil(
  rates: Rates,
  from: Millis,
  amount: number,
  limit: Millis,
  weigh: (rate: number) => number,
): Millis {
  let left = amount
  let time = from
  const end = from + limit
  while (time < end) {
    const next = Math.min(end, (Math.floor(time / HOUR) + 1) * HOUR)
    const gathered = (weigh(rateAt(rates, time)) * (next - time)) / HOUR
    if (gathered >= left) return time - from + (next - time) * (left / gathered)
    left -= gathered
    time = next
  }
  return limit
}

/**
 * How many entries may be expected until the next poll without losing one: half of those shown, or less where they come
 * in batches: `caution` standard deviations above the expectation must still fit.
 */
export function safeAmount(habit: Habit, caution: number): number | null {
  if (habit.window === null || habit.window === 0) return null
  const spread = caution * Math.sqrt(unevennessOf(habit))
  const root = (Math.sqrt(spread * spread + 4 * habit.window) - spread) / 2
  return Math.min(habit.window / 2, root * root)
}

/**
 * Whether the feed is to be asked without validators: once a day, since some servers say "not modified" for ever; when
 * more is missing than it ever was silent for; and always where that answer was found untrue.
 */
export function asksWhole(habit: Habit | null, now: Millis): boolean {
  if (habit === null || habit.document === null) return true
  // A document read in the future was read by a clock that was ahead.
  if (habit.lies >= LIES || Math.abs(now - habit.document) >= DAY) return true
  const since = Math.max(habit.document, habit.newest ?? 0)
  return expectedBetween(ratesOf(habit), since, now) > (habit.trusted ? longestUsualSilence(habit) : UNTRUSTED)
}

/** Entries that may stay away before a silence is unusual. */
export function longestUsualSilence(habit: Habit): number {
  return Math.max(BY_CHANCE * unevennessOf(habit), 1.5 * habit.longest)
}
