import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { asksWhole, emptyHabit, type Habit, ratesOf, readHabit, writeHabit } from '../../src/decide/schedule/habit.ts'
import { afterPush, nextPoll, type Schedule } from '../../src/decide/schedule/next.ts'
import { silenceOf } from '../../src/decide/schedule/silence.ts'
import { random } from '../helpers/random.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
/** A Monday. */
const START = Date.UTC(2026, 0, 5)

/** An agency that writes `perHour` entries an hour where `open` says so. */
function agency(perHour: number, open: (time: number) => boolean, seed = 7): number[] {
  const next = random(seed)
  const times: number[] = []
  for (let time = START - 3 * DAY; time < START + 29 * DAY; time += MINUTE) {
    if (open(time) && next() < perHour / 60) times.push(time)
  }
  return times
}

interface Visit extends Schedule {
  now: number
}

/** Poll an agency as the scheduler says, from Monday 07:30 on; `answers304` says when its server denies what is new. */
function follow(
  times: readonly number[],
  {
    shows = 20,
    until,
    dated = true,
    maxHours = 12,
    answers304 = () => false,
  }: {
    shows?: number
    until: number
    dated?: boolean
    maxHours?: number
    answers304?: (now: number, habit: Habit | null) => boolean
  },
): { visits: Visit[]; missed: number } {
  const visits: Visit[] = []
  let habit: Habit | null = null
  let interval: number | null = null
  let known = 0
  let missed = 0
  for (let now = START + 7.5 * HOUR; now < until; ) {
    const high = times.filter(time => time <= now).length
    const low = Math.max(0, high - shows)
    const fresh = high - Math.max(known, low)
    const unchanged = answers304(now, habit)
    if (!unchanged && known > 0) missed += Math.max(0, low - known)
    const claimed = (list: readonly number[]) => list.map(time => (dated ? time : null))
    const counts = { entries: high - low, new: fresh, revision: 0, copy: 0, unchanged: high - low - fresh, rejected: 0 }
    const shown = { times: claimed(times.slice(low, high)), fresh: claimed(times.slice(high - fresh, high)) }
    const schedule = nextPoll({
      now,
      url: 'https://a.example/rss',
      every: null,
      minInterval: 5 * MINUTE,
      maxInterval: maxHours * HOUR,
      interval,
      habit,
      outcome: unchanged
        ? { kind: 'unchanged', maxAge: null }
        : { kind: 'filed', counts, maxAge: null, ttl: null, shown },
    })
    visits.push({ ...schedule, now })
    habit = schedule.habit
    interval = schedule.interval
    if (!unchanged) known = high
    now = schedule.at
  }
  return { visits, missed }
}

const hourOf = (time: number): number => Math.floor(time / HOUR) % 24
const byDay = (time: number): boolean => hourOf(time) >= 6 && hourOf(time) < 22
const between = (visits: readonly Visit[], from: number, to: number): Visit[] =>
  visits.filter(({ now }) => now >= from && now < to)

describe('a feed that is silent at night', () => {
  const { visits, missed } = follow(agency(4, byDay), { until: START + 8 * DAY })
  const week = between(visits, START + 5 * DAY, START + 8 * DAY)
  const night = week.filter(({ now }) => !byDay(now) && hourOf(now) !== 5)
  const day = week.filter(({ now }) => byDay(now))

  it('is polled less at night than in its busy hours', () => {
    // Seven of 24 hours are judged as night, sixteen as day.
    expect(night.length / 7).toBeLessThan(day.length / 16 / 2)
    expect(night.length).toBeGreaterThan(0)
    expect(night.some(({ reason }) => /none of 20 entries was new; it writes little at this time$/.test(reason))).toBe(
      true,
    )
  })

  it('is polled sooner by day, and loses nothing', () => {
    expect(
      Math.max(...day.filter(({ now }) => hourOf(now) > 7 && hourOf(now) < 20).map(({ interval }) => interval)),
    ).toBeLessThan(HOUR)
    expect(missed).toBe(0)
  })

  it('is polled in the first hour of its morning', () => {
    const mornings = [5, 6, 7].map(
      at => between(visits, START + at * DAY + 6 * HOUR, START + at * DAY + 7 * HOUR).length,
    )
    expect(Math.min(...mornings)).toBeGreaterThan(0)
  })
})

describe('the reason of a poll', () => {
  it('names what came and how the feed writes', () => {
    const { visits } = follow(
      agency(4, () => true),
      { until: START + 2 * DAY },
    )
    expect(visits[0]?.reason).toMatch(/^every \d+ min: first poll, 20 entries; it writes about \d an hour$/)
    expect(visits.at(-1)?.reason).toMatch(
      /^every \d+ min: \S+ of 20 entries (?:was|were) new; it writes about \d an hour$/,
    )
  })
})

describe('what a feed shows', () => {
  it('bounds the interval: a fast feed with few entries is polled before they roll over', () => {
    const { visits, missed } = follow(
      agency(10, () => true),
      { shows: 5, until: START + 3 * DAY },
    )
    expect(missed / (3 * 240)).toBeLessThan(0.01)
    expect(visits.at(-1)?.reason).toMatch(/it shows 5 entries, and none must be missed$/)
  })

  it('counts less where entries come in batches', () => {
    const batches = agency(0.5, () => true).flatMap(time => new Array<number>(8).fill(time))
    const single = agency(4, () => true)
    const polls = (times: readonly number[]) => follow(times, { until: START + 6 * DAY, shows: 12 }).visits.length
    expect(polls(batches)).toBeGreaterThan(polls(single))
  })
})

describe('coverage', () => {
  const filed = (fresh: number, times: readonly (number | null)[], now: number, before: Schedule | null) =>
    nextPoll({
      now,
      url: 'https://a.example/rss',
      every: null,
      minInterval: 5 * MINUTE,
      maxInterval: 4 * HOUR,
      interval: before?.interval ?? null,
      habit: before?.habit ?? null,
      outcome: {
        kind: 'filed',
        counts: {
          entries: times.length,
          new: fresh,
          revision: 0,
          copy: 0,
          unchanged: times.length - fresh,
          rejected: 0,
        },
        maxAge: null,
        ttl: null,
        shown: { times, fresh: times.slice(0, fresh) },
      },
    })
  const hourly = (from: number) => Array.from({ length: 10 }, (_, at) => from - at * HOUR)

  it('is broken, and said so, when two polls in a row share no entry', () => {
    const first = filed(10, hourly(START), START, null)
    const next = filed(10, hourly(START + 40 * HOUR), START + 40 * HOUR, first)
    expect(first.gap).toBeNull()
    expect(next.gap).toEqual({ from: START, to: START + 40 * HOUR })
    expect(next.reason).toMatch(/; nothing in common with the poll 2 d before, entries may have been missed$/)
    expect(next.habit).toMatchObject({ gaps: 1, lastGap: { from: START, to: START + 40 * HOUR } })
    const kept = filed(9, hourly(START + 9 * HOUR), START + 9 * HOUR, first)
    expect(kept.gap).toBeNull()
    expect(next.interval).toBeLessThan(kept.interval)
  })

  it('is not broken by new names for old entries', () => {
    const first = filed(10, hourly(START), START, null)
    expect(filed(10, hourly(START + 2 * HOUR), START + 2 * HOUR, first).gap).toBeNull()
  })

  it('is judged without dates too', () => {
    const undated = new Array<null>(10).fill(null)
    const first = filed(10, undated, START, null)
    expect(filed(10, undated, START + HOUR, first).gap).toEqual({ from: START, to: START + HOUR })
    expect(filed(9, undated, START + HOUR, first).gap).toBeNull()
  })

  it('is not asked of an empty document', () => {
    const first = filed(10, hourly(START), START, null)
    expect(filed(0, [], START + HOUR, first).gap).toBeNull()
  })
})

describe('silence', () => {
  const times = agency(4, byDay)
  const { visits } = follow(times, { until: START + 14 * DAY })
  const habit = visits.at(-1)?.habit ?? emptyHabit()
  const newest = (moment: number): Habit => ({ ...habit, newest: moment })

  it('is longer at night than by day before it is remarkable', () => {
    const night = silenceOf(newest(START + 14 * DAY + 21.9 * HOUR), START + 15 * DAY + 5 * HOUR)
    expect(night).toMatchObject({ quiet: false })
    expect(night?.sentence).toMatch(/^silent for 7 h, as usual/)
    const noon = silenceOf(newest(START + 14 * DAY + 10 * HOUR), START + 14 * DAY + 17 * HOUR)
    expect(noon).toMatchObject({ quiet: true })
    expect(noon?.sentence).toMatch(
      /^quiet for 7 h: at this time it is seldom silent for longer than (?:\d+ min|[123] h)$/,
    )
    expect((night?.usual ?? 0) / (noon?.usual ?? 1)).toBeGreaterThan(2)
  })

  it('is never remarked on a feed that goes on as before', () => {
    const judged = visits.slice(visits.length / 2).map(visit => silenceOf(visit.habit ?? emptyHabit(), visit.now))
    expect(judged.every(silence => silence?.quiet === false)).toBe(true)
  })

  it('is not judged before a feed is known', () => {
    expect(silenceOf(emptyHabit(), START)).toBeNull()
    expect(silenceOf(visits[0]?.habit ?? emptyHabit(), START + DAY)).toBeNull()
  })
})

describe('"not modified"', () => {
  const times = agency(2, () => true)

  it('is not believed of a server that says it for ever', () => {
    const lying = follow(times, {
      until: START + 6 * DAY,
      answers304: (now, habit) => !asksWhole(habit, now),
    })
    const last = lying.visits.at(-1)
    expect(asksWhole(last?.habit ?? null, last?.at ?? 0)).toBe(true)
    expect(lying.missed).toBeLessThan(times.filter(time => time > START && time < START + 6 * DAY).length / 20)
  })

  it('is believed of an honest one', () => {
    let before = 0
    const honest = follow(times, {
      until: START + 6 * DAY,
      answers304: (now, habit) => {
        const high = times.filter(time => time <= now).length
        const same = high === before
        before = high
        return same && !asksWhole(habit, now)
      },
    })
    const later = between(honest.visits, START + 3 * DAY, START + 6 * DAY)
    expect(later.filter(visit => asksWhole(visit.habit, visit.at)).length).toBeLessThan(8)
    expect(honest.missed).toBe(0)
  })

  it('is asked for again once the whole document was read and found the same', () => {
    const { visits } = follow(times, { until: START + 2 * DAY })
    const habit = visits.at(-1)?.habit ?? emptyHabit()
    const answer = (now: number, whole: boolean) =>
      nextPoll({
        now,
        url: 'https://a.example/rss',
        every: null,
        minInterval: 5 * MINUTE,
        maxInterval: 12 * HOUR,
        interval: HOUR,
        habit,
        outcome: { kind: 'unchanged', maxAge: null, whole },
      }).habit
    const later = START + 4 * DAY
    expect(asksWhole(habit, later)).toBe(true)
    expect(asksWhole(answer(later, true), later + MINUTE)).toBe(false)
    expect(asksWhole(answer(later, false), later + MINUTE)).toBe(true)
  })

  it('is not asked for before a document was read', () => {
    expect(asksWhole(null, START)).toBe(true)
    expect(asksWhole(emptyHabit(), START)).toBe(true)
  })
})

describe('a habit on file', () => {
  it('is small, and read as it was written', () => {
    const { visits } = follow(agency(4, byDay), { until: START + 3 * DAY })
    const habit = visits.at(-1)?.habit ?? emptyHabit()
    const text = writeHabit(habit)
    expect(text.length).toBeLessThan(1_500)
    const again = readHabit(text)
    expect(again?.hours.map(Math.round)).toEqual(habit.hours.map(Math.round))
    expect({ ...again, ...habit }).toEqual(habit)
    expect(readHabit(writeHabit(emptyHabit()))).toEqual(emptyHabit())
  })

  it.each([
    null,
    '',
    '{',
    'null',
    '[]',
    '{}',
    '{"hours":[1]}',
    JSON.stringify({ ...emptyHabit(), haste: 'x' }),
    JSON.stringify({ ...emptyHabit(), haste: -1 }),
    JSON.stringify({ ...emptyHabit(), lastGap: 5 }),
  ])('is begun anew where %s is on file', text => {
    expect(readHabit(text)).toBeNull()
  })
})

describe('a feed that a hub pushes', () => {
  const counts = (entries: number, fresh: number) => {
    return { entries, new: fresh, revision: 0, copy: 0, unchanged: entries - fresh, rejected: 0 }
  }
  const poll = (habit: Habit | null, now: number, shown: readonly number[], fresh: readonly number[]): Schedule =>
    nextPoll({
      now,
      url: 'https://a.example/rss',
      every: null,
      minInterval: 5 * MINUTE,
      maxInterval: 4 * HOUR,
      interval: habit === null ? null : HOUR,
      habit,
      outcome: {
        kind: 'filed',
        counts: counts(shown.length, fresh.length),
        maxAge: null,
        ttl: null,
        shown: { times: shown, fresh },
      },
    })
  const END = START + 9 * DAY + 12 * HOUR
  const times = agency(4, byDay).filter(time => time < END)
  const shownAt = (now: number) => times.filter(time => time <= now).slice(-20)
  /** Polled every four hours; every entry is pushed, where it is, the minute it is written. */
  const watched = (pushed: boolean): Habit | null => {
    let habit = poll(null, START, shownAt(START), shownAt(START)).habit
    for (let from = START; from < END; from += 4 * HOUR) {
      const now = from + 4 * HOUR
      const written = times.filter(time => time > from && time <= now)
      for (const time of pushed ? written : []) {
        habit = afterPush(habit, time + MINUTE, { counts: counts(1, 1), shown: { times: [time], fresh: [time] } })
      }
      habit = poll(habit, now, shownAt(now), pushed ? [] : written).habit
    }
    return habit
  }
  const [polled, pushed] = [watched(false) ?? emptyHabit(), watched(true) ?? emptyHabit()]

  it('has the habit that polls alone would have shown', () => {
    const [alone, beside] = [ratesOf(polled), ratesOf(pushed)]
    expect(beside.average / alone.average).toBeCloseTo(1, 1)
    for (const hour of [0, 3, 9, 12, 18])
      expect(Math.abs((beside.hours[hour] ?? 9) - (alone.hours[hour] ?? 0))).toBeLessThan(1)
    expect(pushed.newest).toBe(times.at(-1))
    expect(silenceOf(pushed, END)?.quiet).toBe(false)
    expect(silenceOf(pushed, END + 12 * HOUR)?.quiet).toBe(true)
  })

  it('has a gap where a poll shares nothing with what was pushed or polled, and only there', () => {
    expect(pushed.gaps).toBe(0)
    const later = END + DAY
    const strange = Array.from({ length: 20 }, (_, at) => later - at * MINUTE)
    const lastLook = pushed.polled
    expect(poll(pushed, later, strange, strange).gap).toEqual({ from: lastLook, to: later })
    expect(poll(pushed, later, [...strange, times.at(-1) ?? 0], strange).gap).toBeNull()
  })

  it('is judged by its polls alone in all that a push does not show', () => {
    const anyTimes = fc.array(fc.option(fc.integer({ min: END - 9 * DAY, max: END + 9 * DAY })), { maxLength: 30 })
    fc.assert(
      fc.property(anyTimes, fc.nat(30), fc.integer({ min: 0, max: 9 * DAY }), (all, fresh, wait) => {
        const shown = { times: all, fresh: all.slice(0, fresh) }
        const after = afterPush(pushed, END + wait, { counts: counts(all.length, shown.fresh.length), shown })
        const judged = ({ window, span, gaps, lastGap, haste, document, unchanged, lies, trusted }: Habit) => {
          return { window, span, gaps, lastGap, haste, document, unchanged, lies, trusted }
        }
        expect(judged(after ?? emptyHabit())).toEqual(judged(pushed))
        expect(readHabit(writeHabit(after ?? emptyHabit()))).not.toBeNull()
      }),
      { seed: 20_261_127, numRuns: 300 },
    )
  })

  it('is not learnt before its first document: since when a push brings all is not known', () => {
    const shown = { times: [START], fresh: [START] }
    expect(afterPush(null, START, { counts: counts(1, 1), shown })).toBeNull()
    expect(afterPush(emptyHabit(), START, { counts: counts(1, 1), shown })).toEqual(emptyHabit())
  })
})

describe('the laws of learning', () => {
  const times = fc.array(fc.option(fc.integer({ min: START - 400 * DAY, max: START + 400 * DAY })), { maxLength: 40 })
  const step = fc.record({
    wait: fc.integer({ min: 1, max: 60 * DAY }),
    times,
    fresh: fc.nat(40),
    kind: fc.constantFrom('filed' as const, 'unchanged' as const),
    ttl: fc.option(fc.integer({ min: 0, max: 40 * DAY })),
  })

  it('hold for every history: within bounds, with a reason, and what was learnt can be stored', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 12 }), steps => {
        let habit: Habit | null = null
        let interval: number | null = null
        let now = START
        for (const given of steps) {
          now += given.wait
          const fresh = Math.min(given.fresh, given.times.length)
          const counts = {
            entries: given.times.length,
            new: fresh,
            revision: 0,
            copy: 0,
            unchanged: given.times.length - fresh,
            rejected: 0,
          }
          const shown = { times: given.times, fresh: given.times.slice(0, fresh) }
          const schedule: Schedule = nextPoll({
            now,
            url: 'https://a.example/rss',
            every: null,
            minInterval: 5 * MINUTE,
            maxInterval: 7 * DAY,
            interval,
            habit,
            outcome:
              given.kind === 'unchanged'
                ? { kind: 'unchanged', maxAge: null }
                : { kind: 'filed', counts, maxAge: null, ttl: given.ttl, shown },
          })
          expect(schedule.interval).toBeGreaterThanOrEqual(5 * MINUTE)
          expect(schedule.interval).toBeLessThanOrEqual(7 * DAY)
          expect(Number.isSafeInteger(schedule.at)).toBe(true)
          expect(schedule.reason).toMatch(/^every \d+ (?:s|min|h|d): \S/)
          expect(schedule.reason).not.toMatch(/NaN|Infinity|undefined|null/)
          habit = readHabit(writeHabit(schedule.habit ?? emptyHabit()))
          expect(habit).not.toBeNull()
          interval = schedule.interval
        }
      }),
      { seed: 20_220_105, numRuns: 500 },
    )
  })
})
