// How a habit grows by one poll that got an answer, or by what a hub pushed: what was written since, whether anything may
// have been missed.
import type { Millis } from '../../model/units.ts'
import {
  asksWhole,
  dayOf,
  expectedBetween,
  type Gap,
  type Habit,
  hourOf,
  isKnown,
  LIES,
  paceOf,
  type Rates,
  ratesOf,
} from './habit.ts'

const HOUR: Millis = 3_600_000
const DAY: Millis = 24 * HOUR
/** Hours an hour of the day, or days a weekday, are remembered: older ones fade. */
const REMEMBERED = 21
/** Further back a first document is not asked: dates that old say little of today. */
const FIRST_LOOK: Millis = 14 * DAY
/** Share of a document's dated entries, newest first, that its span is measured on: a pinned old entry is no habit. */
const JUDGED_SHARE = 0.8
/** Expected entries over which "today it writes more than usual" is remembered. */
const PACE_MEMORY = 8
/** Expected entries over which evenness is remembered. */
const EVEN_MEMORY = 200

/** What a poll that got an answer showed, or a push. */
export interface Sighting {
  now: Millis
  /** Accepted entries in the document; 0 where nothing had changed. */
  entries: number
  /** How many of them were not known. */
  fresh: number
  /** Claimed times of the accepted entries, and of the fresh ones among them; null where undated. */
  times: readonly (Millis | null)[]
  freshTimes: readonly (Millis | null)[]
  /**
   * `unchanged` is the server's word (304), `same` ours: the whole document was read and is the one before. A `push` shows
   * what is new and nothing of what the feed shows besides.
   */
  kind: 'document' | 'unchanged' | 'same' | 'push'
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
  // Without a document it is not known since when a push brings all there is.
  if (first && sighting.kind === 'push') return { habit: before, gap: null }
  const view = sighting.kind === 'document' ? viewOf(sighting.times, now) : null
  const gap = gapOf(before, sighting, view)
  if (sighting.kind === 'document') {
    // A feed that was cut to nothing for once still shows as much as before.
    if (entries > 0) habit.window = entries
    habit.span = view === null ? null : view.span
    habit.lies = before.lies * 0.998 + heldBack(before, sighting)
    habit.trusted = before.trusted || (fresh > 0 && !asksWhole(before, now))
    habit.document = now
  } else if (sighting.kind === 'unchanged') habit.unchanged = now
  else if (sighting.kind === 'same') habit.document = now
  if (gap !== null) {
    habit.gaps++
    habit.lastGap = gap
  }

  const lastLook = first ? null : before.polled
  // Where nothing was shared, only the time that the document covers was watched.
  const earliest = gap !== null || lastLook === null ? (view?.from ?? lastLook ?? now) : lastLook
  const from = Math.max(earliest, lastLook ?? 0, now - FIRST_LOOK)
  const written = timesWritten(first ? sighting.times : sighting.freshTimes, { from, now, first, holed: gap !== null })
  if (now > from) {
    const rates = ratesOf(before)
    const expected = expectedBetween(rates, from, now) * (isKnown(rates) ? 1 : 0)
    watch(habit, rates, from, now)
    for (const time of written) write(habit, time)
    fade(habit)
    if (expected > 0 && !first) weigh(habit, written.length, expected, paceOf(before))
  }

  if (fresh > 0 || first) {
    const newest = written.length === 0 ? (view?.newest ?? null) : latest(written)
    if (before.newest !== null && fresh > 0 && gap === null && !first) {
      const silence = expectedBetween(ratesOf(before), before.newest, earliestOf(written, now))
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

/** Entries that were there when the server said "not modified": dated before, or too many to have come since. */
function heldBack(before: Habit, { freshTimes, fresh, now }: Sighting): number {
  const { unchanged } = before
  if (unchanged === null || (before.document !== null && before.document > unchanged)) return 0
  const older = freshTimes.filter(time => time !== null && time < unchanged - HOUR).length
  if (older > 0 || fresh < LIES) return older
  return fresh > 5 * (1 + expectedBetween(ratesOf(before), unchanged, now) * paceOf(before)) ? fresh : 0
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

/**
 * Times in [from, now]. Undated entries and those dated before are spread evenly, since some time in between they came;
 * what a first document, or one after a gap, shows from before was written before.
 */
function timesWritten(
  times: readonly (Millis | null)[],
  { from, now, first, holed }: { from: Millis; now: Millis; first: boolean; holed: boolean },
): Millis[] {
  const written: Millis[] = []
  let loose = 0
  for (const time of times) {
    if (time !== null && time >= from && time <= now) written.push(time)
    else if (!first && (time === null || !holed)) loose++
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

const latest = (times: readonly Millis[]): Millis => times.reduce((a, b) => Math.max(a, b), 0)
const earliestOf = (times: readonly Millis[], start: Millis): Millis => times.reduce((a, b) => Math.min(a, b), start)
