import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nextPoll, type ScheduleInput } from '../../src/decide/schedule/next.ts'
import { duration } from '../../src/language/say.ts'
import type { Failure, FailureKind } from '../../src/model/collected.ts'
import type { PollCounts } from '../../src/model/decided.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const NOW = Date.UTC(2022, 0, 5, 9, 30)

const counts = (given: Partial<PollCounts>): PollCounts => ({
  entries: 0,
  new: 0,
  revision: 0,
  copy: 0,
  unchanged: 0,
  rejected: 0,
  ...given,
})
const filed = (given: Partial<PollCounts>, hints: { maxAge?: number; ttl?: number } = {}) => ({
  kind: 'filed' as const,
  counts: counts(given),
  maxAge: hints.maxAge ?? null,
  ttl: hints.ttl ?? null,
})
const failed = (kind: FailureKind, failures = 1, retryAt: number | null = null) => ({
  kind: 'failed' as const,
  failure: { kind, message: 'it failed', status: null, retryAt } satisfies Failure,
  failures,
})
const plan = (outcome: ScheduleInput['outcome'], more: Partial<ScheduleInput> = {}) =>
  nextPoll({
    now: NOW,
    url: 'https://a.example/rss',
    every: null,
    minInterval: 5 * MINUTE,
    maxInterval: 4 * HOUR,
    interval: HOUR,
    outcome,
    ...more,
  })

describe('the next poll', () => {
  it('comes half an hour after the first, whatever the first brought', () => {
    expect(plan(filed({ entries: 30, new: 30 }), { interval: null })).toMatchObject({
      interval: 30 * MINUTE,
      reason: 'every 30 min: first poll, 30 entries',
    })
  })

  it.each([
    [
      'halves with less than a third known',
      { entries: 30, new: 15, copy: 6, unchanged: 9 },
      30 * MINUTE,
      /21 of 30 entries were new/,
    ],
    ['stays with about half known', { entries: 30, new: 14, unchanged: 16 }, HOUR, /14 of 30 entries were new/],
    [
      'grows by half with more than two thirds known',
      { entries: 30, new: 1, unchanged: 29 },
      90 * MINUTE,
      /1 of 30 entries was new/,
    ],
    ['grows by half with nothing new', { entries: 30, unchanged: 30 }, 90 * MINUTE, /none of 30 entries was new/],
    ['counts a revision as known', { entries: 10, revision: 10 }, 90 * MINUTE, /none of 10 entries was new/],
    ['leaves rejected entries out', { entries: 30, new: 8, rejected: 20, unchanged: 2 }, 30 * MINUTE, /8 of 30/],
    ['grows by half when the feed is empty', {}, 90 * MINUTE, /the feed is empty/],
    [
      'grows by half when everything was rejected',
      { entries: 3, rejected: 3 },
      90 * MINUTE,
      /none of 3 entries was new/,
    ],
    ['speaks of one entry', { entries: 1, unchanged: 1 }, 90 * MINUTE, /none of 1 entry was new/],
  ])('%s', (_, given, interval, reason) => {
    const schedule = plan(filed(given))
    expect(schedule.interval).toBe(interval)
    expect(schedule.reason).toMatch(reason)
  })

  it('grows by half when the server has nothing new', () => {
    expect(plan({ kind: 'unchanged', maxAge: null })).toMatchObject({
      interval: 90 * MINUTE,
      reason: 'every 2 h: nothing had changed',
    })
  })

  it('comes neither more nor less often than the configuration allows', () => {
    expect(plan(filed({ entries: 9, new: 9 }), { interval: 6 * MINUTE }).interval).toBe(5 * MINUTE)
    expect(plan(filed({ entries: 9, unchanged: 9 }), { interval: 3 * HOUR }).interval).toBe(4 * HOUR)
  })

  it('comes at the fixed time of the configuration, without learning', () => {
    expect(plan(filed({ entries: 9, new: 9 }, { maxAge: 3 * HOUR }), { every: 17 * MINUTE })).toMatchObject({
      interval: 17 * MINUTE,
      reason: 'every 17 min: set in the configuration',
    })
    expect(plan({ kind: 'unchanged', maxAge: HOUR }, { every: 17 * MINUTE }).interval).toBe(17 * MINUTE)
  })

  it('waits longer where the server asks for it, by max-age or ttl', () => {
    expect(plan(filed({ entries: 9, new: 9 }, { maxAge: 2 * HOUR }))).toMatchObject({
      interval: 2 * HOUR,
      reason: 'every 2 h: 9 of 9 entries were new; the server asks for 2 h',
    })
    expect(plan(filed({ entries: 9, new: 9 }, { maxAge: HOUR, ttl: 3 * HOUR })).interval).toBe(3 * HOUR)
    expect(plan({ kind: 'unchanged', maxAge: 2 * HOUR }).interval).toBe(2 * HOUR)
  })

  it('does not come sooner because the server would allow it', () => {
    expect(plan(filed({ entries: 9, unchanged: 9 }, { maxAge: MINUTE, ttl: MINUTE }))).toMatchObject({
      interval: 90 * MINUTE,
      reason: 'every 2 h: none of 9 entries was new',
    })
  })

  it('looks again within the longest interval, even at a feed that says "once a year"', () => {
    expect(plan(filed({ entries: 9, new: 9 }, { ttl: 365 * DAY })).interval).toBe(4 * HOUR)
    expect(plan(filed({ entries: 9, new: 9 }, { ttl: 365 * DAY }), { maxInterval: 5 * DAY }).interval).toBe(DAY)
  })

  it('waits longer failure after failure, and keeps what it had learnt', () => {
    const waits = [1, 2, 3, 9].map(failures => {
      const schedule = plan(failed('http', failures))
      expect(schedule.interval).toBe(HOUR)
      return schedule.at - NOW
    })
    expect(waits).toEqual([...waits].sort((a, b) => a - b))
    expect(new Set(waits).size).toBe(4)
    expect(plan(failed('http')).reason).toBe('in 2 h: the last poll failed')
    expect(plan(failed('http', 3)).reason).toBe('in 4 h: 3 polls in a row failed')
  })

  it('blames our own network before the server: a name that does not resolve is tried sooner than an error status', () => {
    expect(plan(failed('dns', 4)).at).toBeLessThan(plan(failed('http', 4)).at)
    expect(plan(failed('http', 4)).at).toBeLessThan(plan(failed('gone', 4)).at)
  })

  it('never gives a feed up: a day is the longest wait for a failing one', () => {
    const { at } = plan(failed('gone', 5_000))
    expect(at - NOW).toBeGreaterThanOrEqual(DAY)
    expect(at - NOW).toBeLessThanOrEqual(1.1 * DAY)
  })

  it('comes back when the server says so, if that is later', () => {
    expect(plan(failed('throttled', 1, NOW + 5 * HOUR))).toMatchObject({
      interval: HOUR,
      reason: 'in 5 h: the server asked to wait that long',
    })
    expect(plan(failed('throttled', 1, NOW + MINUTE)).reason).toBe('in 2 h: the last poll failed')
    expect(plan(failed('throttled', 1, NOW - DAY)).reason).toBe('in 2 h: the last poll failed')
  })

  it('spreads feeds, each always by the same share', () => {
    const at = (url: string) => plan({ kind: 'unchanged', maxAge: null }, { url }).at
    expect(at('https://a.example/1')).toBe(at('https://a.example/1'))
    expect(new Set([1, 2, 3, 4, 5].map(n => at(`https://a.example/${n}`))).size).toBe(5)
  })
})

describe('the laws of the schedule', () => {
  const span = fc.integer({ min: 1_000, max: 7 * DAY })
  const hint = fc.option(fc.integer({ min: 0, max: 400 * DAY }))
  const anyCounts = fc
    .record({
      new: fc.nat(400),
      revision: fc.nat(50),
      copy: fc.nat(50),
      unchanged: fc.nat(400),
      rejected: fc.nat(50),
    })
    .map(given => ({ ...given, entries: Object.values(given).reduce((sum, count) => sum + count, 0) }))
  const kinds: FailureKind[] = [
    ...(['address', 'dns', 'connect', 'tls', 'timeout', 'http', 'gone'] as const),
    ...(['throttled', 'redirect', 'size', 'encoding', 'protocol', 'document'] as const),
  ]
  const outcome: fc.Arbitrary<ScheduleInput['outcome']> = fc.oneof(
    fc.record({ kind: fc.constant('filed' as const), counts: anyCounts, maxAge: hint, ttl: hint }),
    fc.record({ kind: fc.constant('unchanged' as const), maxAge: hint }),
    fc
      .tuple(
        fc.constantFrom(...kinds),
        fc.integer({ min: 1, max: 100_000 }),
        fc.option(fc.integer({ min: -DAY, max: 7 * DAY })),
      )
      .map(([kind, failures, retry]) => failed(kind, failures, retry === null ? null : NOW + retry)),
  )
  const input: fc.Arbitrary<ScheduleInput> = fc
    .record({
      url: fc.webUrl(),
      every: fc.option(span, { freq: 3 }),
      bounds: fc.tuple(span, span),
      interval: fc.option(span),
      outcome,
    })
    .map(({ bounds: [a, b], ...rest }) => ({
      now: NOW,
      minInterval: Math.min(a, b),
      maxInterval: Math.max(a, b),
      ...rest,
    }))

  it('hold for every history: in the future, whole milliseconds, within bounds, with a reason', () => {
    fc.assert(
      fc.property(input, given => {
        const { at, interval, reason } = nextPoll(given)
        const wait = at - given.now
        expect(Number.isSafeInteger(at)).toBe(true)
        expect(Number.isInteger(interval)).toBe(true)
        expect(wait).toBeGreaterThan(0)
        expect(reason).toMatch(/^(?:every|in) \d+ (?:s|min|h|d): \S/)
        expect(reason).not.toMatch(/NaN|Infinity|undefined|null/)
        if (given.outcome.kind === 'failed') {
          expect(interval).toBe(given.interval ?? interval)
          expect(wait).toBeGreaterThanOrEqual(Math.min(given.minInterval, DAY))
          expect(wait).toBeLessThanOrEqual(1.1 * 7 * DAY + 1)
        } else if (given.every === null) {
          expect(interval).toBeGreaterThanOrEqual(given.minInterval)
          expect(interval).toBeLessThanOrEqual(given.maxInterval)
        } else expect(interval).toBe(given.every)
        if (given.outcome.kind !== 'failed') {
          expect(wait).toBeGreaterThanOrEqual(interval)
          expect(wait).toBeLessThanOrEqual(Math.ceil(1.1 * interval))
        }
      }),
      { seed: 20_220_105, numRuns: 3_000 },
    )
  })

  it('hold for hints: they never make a poll come sooner', () => {
    fc.assert(
      fc.property(input, given => {
        if (given.outcome.kind === 'failed') return
        const without = { ...given, outcome: { ...given.outcome, maxAge: null, ttl: null } }
        expect(nextPoll(given).at).toBeGreaterThanOrEqual(nextPoll(without).at)
      }),
      { seed: 20_220_105, numRuns: 1_000 },
    )
  })
})

describe('a duration in words', () => {
  it.each([
    [1, '1 s'],
    [45_000, '45 s'],
    [12 * MINUTE, '12 min'],
    [3 * HOUR, '3 h'],
    [2 * DAY, '2 d'],
  ])('%d ms is %s', (ms, words) => {
    expect(duration(ms)).toBe(words)
  })
})
