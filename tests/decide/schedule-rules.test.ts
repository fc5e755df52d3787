import { describe, expect, it } from 'vitest'
import { emptyHabit, type Habit } from '../../src/decide/schedule/habit.ts'
import { nextPoll, type ScheduleInput } from '../../src/decide/schedule/next.ts'
import type { Failure, FailureKind } from '../../src/model/collected.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
/** A Wednesday, 09:30. */
const NOW = Date.UTC(2022, 0, 5, 9, 30)

const plan = (outcome: ScheduleInput['outcome'], more: Partial<ScheduleInput> = {}) =>
  nextPoll({
    now: NOW,
    url: 'https://a.example/rss',
    every: null,
    minInterval: 5 * MINUTE,
    maxInterval: 12 * HOUR,
    interval: HOUR,
    outcome,
    ...more,
  })
const filed = (more: object = {}): ScheduleInput['outcome'] => ({
  kind: 'filed',
  counts: { entries: 20, new: 10, revision: 0, copy: 0, unchanged: 10, rejected: 0 },
  maxAge: null,
  ttl: null,
  ...more,
})
const failed = (kind: FailureKind, status: number | null, failures = 1, retryAt: number | null = null) => ({
  kind: 'failed' as const,
  failure: { kind, message: 'it failed', status, retryAt } satisfies Failure,
  failures,
})
const waitOf = (outcome: ScheduleInput['outcome'], more: Partial<ScheduleInput> = {}): number => {
  const { at } = plan(outcome, more)
  return (at - NOW) / 1.1
}
/** A feed that writes ten an hour around the clock and shows twenty. */
const busy: Habit = {
  ...emptyHabit(),
  hours: new Array<number>(24).fill(100),
  watched: new Array<number>(24).fill(10),
  window: 20,
  polled: NOW - HOUR,
  newest: NOW - 20 * MINUTE,
}

describe('backoff', () => {
  it('counts a name that does not resolve lightly, a broken server half, a missing feed in full', () => {
    const at = (kind: FailureKind, status: number | null) => plan(failed(kind, status, 4)).at - NOW
    const base = plan(failed('http', 404, 0)).at - NOW
    expect(at('dns', null) / base).toBeCloseTo(2, 1)
    expect(at('http', 503) / base).toBeCloseTo(4, 1)
    expect(at('http', 404) / base).toBeCloseTo(16, 1)
  })

  it('never leaves a broken server alone for so long that a known feed rolls over', () => {
    const known = waitOf(failed('http', 503, 9), { habit: busy, interval: 20 * MINUTE })
    expect(known).toBeLessThan(2 * HOUR)
    expect(waitOf(failed('http', 404, 9), { habit: busy, interval: 20 * MINUTE })).toBeGreaterThan(20 * HOUR)
    expect(waitOf(failed('http', 503, 90), { habit: busy, interval: 20 * MINUTE })).toBeGreaterThan(20 * HOUR)
  })

  it('looks at a retired feed once a month, for ever', () => {
    const { at, reason } = plan(failed('gone', 410, 9), { retired: true })
    expect(at - NOW).toBeGreaterThanOrEqual(30 * DAY)
    expect(at - NOW).toBeLessThanOrEqual(33 * DAY)
    expect(reason).toBe('in 30 d: retired, the server says the feed is gone for good: looked at once a month')
  })

  it('keeps what was learnt', () => {
    expect(plan(failed('http', 503), { habit: busy }).habit).toEqual(busy)
  })
})

describe('Retry-After', () => {
  it('is kept on any error status', () => {
    expect(plan(failed('http', 503, 1, NOW + 5 * HOUR)).reason).toBe('in 5 h: the server asked to wait that long')
  })

  it('is kept on a good answer too, within the limits', () => {
    expect(plan(filed({ retryAt: NOW + 3 * HOUR })).interval).toBe(3 * HOUR)
    expect(plan({ kind: 'unchanged', maxAge: null, retryAt: NOW + 30 * DAY }).interval).toBe(12 * HOUR)
  })
})

describe('hints of the feed', () => {
  it('move a poll out of the hours it skips', () => {
    const { interval, reason } = plan(filed({ skip: { hours: [10, 11, 12], days: [] } }))
    expect(NOW + interval).toBe(Date.UTC(2022, 0, 5, 13))
    expect(reason).toBe('every 4 h: 10 of 20 entries were new; the feed names hours or days without news')
  })

  it('move it out of the days it skips, as far as the limits allow', () => {
    const late = Date.UTC(2022, 0, 5, 20)
    const { interval } = plan(filed({ skip: { hours: [], days: [3] } }), { now: late })
    expect(late + interval).toBe(Date.UTC(2022, 0, 6))
    expect(plan(filed({ skip: { hours: [], days: [3, 4, 5] } })).interval).toBe(HOUR)
    expect(plan(filed({ skip: { hours: [], days: [3, 4] } })).interval).toBe(12 * HOUR)
  })

  it('stand until the next document, also where the server says "not modified"', () => {
    const { habit } = plan(filed({ ttl: 3 * HOUR, skip: { hours: [12], days: [] } }), { habit: emptyHabit() })
    const later = plan({ kind: 'unchanged', maxAge: null }, { habit })
    expect(later.interval).toBe(3.5 * HOUR)
    expect(later.reason).toMatch(/the server asks for 3 h; the feed names hours or days without news/)
    const without = plan(filed({}), { habit: later.habit })
    expect(plan({ kind: 'unchanged', maxAge: null }, { habit: without.habit }).reason).not.toMatch(/server|names/)
  })

  it('are not taken from a feed that skips every hour', () => {
    const hours = Array.from({ length: 24 }, (_, hour) => hour)
    expect(plan(filed({ skip: { hours, days: [] } })).interval).toBe(HOUR)
  })

  it('do not cost entries: a ttl yields where the feed would roll over, max-age does not', () => {
    const ttl = plan(filed({ ttl: 6 * HOUR }), { habit: busy })
    expect(ttl.interval).toBeLessThan(HOUR)
    expect(ttl.reason).toMatch(/; the server asks for 6 h, but it shows only 20 entries$/)
    expect(plan(filed({ maxAge: 6 * HOUR }), { habit: busy }).interval).toBe(6 * HOUR)
  })
})

describe('the times of the configuration', () => {
  const daily = (after: number): number => Math.ceil((after + 1) / DAY) * DAY

  it('are kept to half a minute', () => {
    const { at, interval, reason } = plan(filed(), { schedule: daily })
    expect(at).toBeGreaterThanOrEqual(Date.UTC(2022, 0, 6))
    expect(at).toBeLessThanOrEqual(Date.UTC(2022, 0, 6) + 30_000)
    expect(interval).toBe(14.5 * HOUR)
    expect(reason).toBe('in 15 h: at the times set in the configuration')
  })

  it('are waited for after a failure', () => {
    expect(plan(failed('dns', null), { schedule: daily }).at).toBe(Date.UTC(2022, 0, 6))
  })

  it('fall back to learning where the expression names no more', () => {
    expect(plan(filed(), { schedule: () => null }).interval).toBe(HOUR)
  })

  it('go on learning, and say gaps', () => {
    const gone = filed({ counts: { entries: 20, new: 20, revision: 0, copy: 0, unchanged: 0, rejected: 0 } })
    expect(plan(gone, { every: HOUR, habit: busy })).toMatchObject({
      interval: HOUR,
      gap: { from: busy.polled, to: NOW },
      reason:
        'every 60 min: set in the configuration; nothing in common with the poll 60 min before, entries may have been missed',
    })
  })
})

describe('polls that came too late', () => {
  it('hasten the next, and many known ones calm it again', () => {
    const come = (fresh: number, habit: Habit | null) =>
      plan(filed({ counts: { entries: 20, new: fresh, revision: 0, copy: 0, unchanged: 20 - fresh, rejected: 0 } }), {
        habit,
      })
    const late = come(17, busy)
    expect(late.habit?.haste).toBe(0.5)
    expect(late.reason).toMatch(/sooner since polls came late|none must be missed/)
    const calm = come(1, come(1, late.habit).habit)
    expect(calm.habit?.haste).toBe(1)
    expect(come(10, busy).habit?.haste).toBe(1)
  })
})
