// When a feed writes: its entry rate by hour and weekday, how evenly it writes, how much it shows, how long it is silent.
// Learnt from every poll that got an answer and faded over weeks. All hours are UTC; a change to summer time is relearnt.
import type { Millis } from '../../model.ts'

const HOUR: Millis = 3_600_000
const DAY: Millis = 24 * HOUR
/** Hours an hour of the day, or days a weekday, are remembered: older ones fade. */
const REMEMBERED = 21
/** Further back a first document is not asked: dates that old say little of today. */
const FIRST_LOOK: Millis = 14 * DAY
/** Share of a document's dated entries, newest first, that its span is measured on: a pinned old entry is no habit. */
const JUDGED_SHARE = 0.8
/** Hours of average writing that every hour of the day is credited with. */
const HOUR_CREDIT = 1
/** Entries of average writing that every weekday is credited with. */
const DAY_CREDIT = 20
/** Weekdays speak only after each was watched once. */
const WATCHED_FOR_DAYS = 8 * 24
/** Expected entries over which "today it writes more than usual" is remembered. */
const PACE_MEMORY = 8
/** Expected entries over which evenness is remembered, and the credit of a feed not yet known. */
const EVEN_MEMORY = 200
const EVEN_CREDIT = 4
const EVEN_START = 1.5

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
  /** Last answer 304, and how often a whole document then held entries older than it. */
  unchanged: Millis | null
  lies: number
}

/** Entries published between these polls may have been missed. */
export interface Gap {
  from: Millis
  to: Millis
}

/** What a poll that got an answer showed. */
export interface Sighting {
  now: Millis
  /** Accepted entries in the document; 0 for "not modified". */
  entries: number
  /** How many of them were not known. */
  fresh: number
  /** Claimed times of the accepted entries, and of the fresh ones among them; null where undated. */
  times: readonly (Millis | null)[]
  freshTimes: readonly (Millis | null)[]
  kind: 'document' | 'unchanged'
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
    unchanged: null,
    lies: 0,
  }
}

const hourOf = (time: Millis): number => Math.floor(time / HOUR) % 24
// The epoch was a Thursday.
const dayOf = (time: Millis): number => (Math.floor(time / DAY) + 4) % 7

/** Entries an hour by hour of the day and the factor of each weekday, smoothed. */
export interface Rates {
  hours: readonly number[]
  days: readonly number[]
  /** Average over all hours watched. */
  average: number
  /** Hours watched and entries seen in all. */
  evidence: { hours: number; entries: number }
}

export function ratesOf(habit: Habit): Rates {
  const { hours, watched } = habit
  let entries = 0
  let total = 0
  for (let hour = 0; hour < 24; hour++) {
    entries += hours[hour] ?? 0
    total += watched[hour] ?? 0
  }
  // Half an entry is credited, so that nothing is ever expected to be silent for good.
  const average = total === 0 ? 0 : (entries + 0.5) / total
  const byHour = hours.map((count, hour) => {
    const before = (hour + 23) % 24
    const after = (hour + 1) % 24
    const seen = count + 0.5 * ((hours[before] ?? 0) + (hours[after] ?? 0))
    const time = (watched[hour] ?? 0) + 0.5 * ((watched[before] ?? 0) + (watched[after] ?? 0))
    return (seen + HOUR_CREDIT * average) / (time + HOUR_CREDIT)
  })
  const byDay = habit.days.map((count, day) =>
    total < WATCHED_FOR_DAYS
      ? 1
      : Math.min(3, Math.max(0.2, (count + DAY_CREDIT) / ((habit.daysExpected[day] ?? 0) + DAY_CREDIT))),
  )
  return { hours: byHour, days: byDay, average, evidence: { hours: total, entries } }
}

/** Whether enough was seen to go by the habit: half a day with entries, or two days of anything. */
export function isKnown({ evidence }: Rates): boolean {
  return (evidence.hours >= 12 && evidence.entries >= 3) || evidence.hours >= 48
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
 * in batches (three standard deviations above the expectation must still fit).
 */
export function safeAmount(habit: Habit): number | null {
  if (habit.window === null || habit.window === 0) return null
  const spread = 3 * Math.sqrt(unevennessOf(habit))
  const root = (Math.sqrt(spread * spread + 4 * habit.window) - spread) / 2
  return Math.min(habit.window / 2, root * root)
}

/** Add what a poll showed. The habit given is left as it is. */
export function learn(before: Habit, sighting: Sighting): { habit: Habit; gap: Gap | null } {
  const { now, entries, fresh } = sighting
  const habit: Habit = {
    ...before,
    hours: [...before.hours],
    watched: [...before.watched],
    days: [...before.days],
    daysExpected: [...before.daysExpected],
  }
  const first = before.window === null
  const view = sighting.kind === 'document' ? viewOf(sighting.times, now) : null
  const gap = gapOf(before, sighting, view)
  if (sighting.kind === 'document') {
    // A feed that was cut to nothing for once still shows as much as before.
    if (entries > 0) habit.window = entries
    habit.span = view === null ? null : view.span
    if (isLie(before, sighting)) habit.lies++
  } else habit.unchanged = now
  if (gap !== null) {
    habit.gaps++
    habit.lastGap = gap
  }

  const lastLook = first ? null : before.polled
  // Where nothing was shared, only the time that the document covers was watched.
  const earliest = gap !== null || lastLook === null ? (view?.from ?? now) : lastLook
  const from = Math.max(earliest, lastLook ?? 0, now - FIRST_LOOK)
  const written = timesWritten(first ? sighting.times : sighting.freshTimes, from, now, first)
  if (now > from) {
    const rates = ratesOf(before)
    const expected = expectedBetween(rates, from, now) * (isKnown(rates) ? 1 : 0)
    watch(habit, rates, from, now)
    for (const time of written) write(habit, time)
    fade(habit)
    if (expected > 0 && !first) weigh(habit, written.length, expected, paceOf(before))
  }

  if (fresh > 0 || first) {
    const newest = written.length === 0 ? (view?.newest ?? null) : Math.max(...written)
    if (before.newest !== null && fresh > 0 && gap === null && !first) {
      const silence = expectedBetween(ratesOf(habit), before.newest, Math.min(...written, now))
      habit.longest = Math.max(silence, before.longest * 0.995)
    }
    if (newest !== null) habit.newest = Math.max(before.newest ?? 0, newest)
  }
  habit.polled = now
  return { habit, gap }
}

/** No entry in common with the poll before: entries may have come and gone between them. */
function gapOf(before: Habit, sighting: Sighting, view: View | null): Gap | null {
  if (sighting.kind !== 'document' || before.polled === null || before.window === null || before.window === 0)
    return null
  if (sighting.entries === 0 || sighting.fresh < sighting.entries) return null
  // New names for old entries: the document reaches back to what was known.
  if (view !== null && before.newest !== null && view.oldest <= before.newest) return null
  return { from: before.polled, to: sighting.now }
}

/** A whole document with entries that were a day's tenth older than the last "not modified" says that answer was untrue. */
function isLie(before: Habit, sighting: Sighting): boolean {
  const { unchanged } = before
  return unchanged !== null && sighting.freshTimes.some(time => time !== null && time < unchanged - 2 * HOUR)
}

/** Whether the feed's "not modified" was untrue so often that the feed is better asked without validators. */
export function distrustsUnchanged(habit: Habit | null): boolean {
  return habit !== null && habit.lies >= 2
}

interface View {
  /** From here on the document covers time without holes. */
  from: Millis
  span: Millis
  oldest: Millis
  newest: Millis
}

/** What time a document covers, by the newest four fifths of its dated entries. Null with fewer than three. */
function viewOf(times: readonly (Millis | null)[], now: Millis): View | null {
  const dated = times.filter(time => time !== null && time <= now && time > 0) as Millis[]
  if (dated.length < 3) return null
  dated.sort((a, b) => b - a)
  const judged = Math.max(2, Math.floor(dated.length * JUDGED_SHARE))
  const newest = dated[0] ?? now
  const from = dated[judged - 1] ?? now
  return { from, span: ((newest - from) * dated.length) / judged, oldest: dated.at(-1) ?? now, newest }
}

/** Times in (from, now]; undated entries and those dated before are spread evenly, since some time in between they came. */
function timesWritten(times: readonly (Millis | null)[], from: Millis, now: Millis, first: boolean): Millis[] {
  const written: Millis[] = []
  let loose = 0
  for (const time of times) {
    if (time !== null && time >= from && time <= now) written.push(time)
    // What the first document shows from before was written before.
    else if (!first) loose++
  }
  for (let at = 0; at < loose; at++) written.push(from + ((at + 0.5) / loose) * (now - from))
  return written
}

function watch(habit: Habit, rates: Rates, from: Millis, to: Millis): void {
  let time = from
  while (time < to) {
    const next = Math.min(to, (Math.floor(time / HOUR) + 1) * HOUR)
    const share = (next - time) / HOUR
    const hour = hourOf(time)
    const day = dayOf(time)
    habit.watched[hour] = (habit.watched[hour] ?? 0) + share
    habit.daysExpected[day] = (habit.daysExpected[day] ?? 0) + share * (rates.hours[hour] ?? 0)
    time = next
  }
}

function write(habit: Habit, time: Millis): void {
  const hour = hourOf(time)
  const day = dayOf(time)
  habit.hours[hour] = (habit.hours[hour] ?? 0) + 1
  habit.days[day] = (habit.days[day] ?? 0) + 1
}

function fade(habit: Habit): void {
  for (let hour = 0; hour < 24; hour++) {
    const watched = habit.watched[hour] ?? 0
    if (watched <= REMEMBERED) continue
    habit.hours[hour] = ((habit.hours[hour] ?? 0) * REMEMBERED) / watched
    habit.watched[hour] = REMEMBERED
  }
  const total = habit.daysExpected.reduce((sum, count) => sum + count, 0)
  const most = habit.hours.reduce((sum, count) => sum + count, 0) * 2
  if (total <= most || total === 0) return
  for (let day = 0; day < 7; day++) {
    habit.days[day] = ((habit.days[day] ?? 0) * most) / total
    habit.daysExpected[day] = ((habit.daysExpected[day] ?? 0) * most) / total
  }
}

/** How well the expectation held: for today's pace and for evenness. */
function weigh(habit: Habit, count: number, expected: number, pace: number): void {
  const recall = PACE_MEMORY / (PACE_MEMORY + expected)
  habit.lately = habit.lately * recall + count * recall
  habit.latelyExpected = habit.latelyExpected * recall + expected * recall
  const likely = expected * pace
  const keep = EVEN_MEMORY / (EVEN_MEMORY + likely)
  habit.strays = (habit.strays + (count - likely) ** 2) * keep
  habit.straysExpected = (habit.straysExpected + likely) * keep
}
