// A feed polled by a clock that is set to and fro at random: neither a storm of polls nor a hole, by the time that really passes.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Habit, isDue, nextPoll } from '../../src/decide/schedule/next.ts'

const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const NOW = Date.UTC(2026, 5, 1, 12)

/** Jumps of seconds, minutes, days and years, in both directions. */
const jump = fc
  .tuple(fc.constantFrom(-1, 1), fc.constantFrom(SECOND, MINUTE, HOUR, DAY, 365 * DAY), fc.integer({ min: 1, max: 59 }))
  .map(([sign, unit, times]) => sign * unit * times)

const jumps = fc.array(fc.record({ after: fc.integer({ min: 0, max: 6 * HOUR }), by: jump }), { maxLength: 12 })

/** What an earlier life of the daemon left, by whatever clock. */
const before = fc.option(
  fc.record({ lastPoll: jump.map(by => NOW + by), wait: fc.integer({ min: 0, max: 4 * HOUR }) }),
  { nil: null },
)

const intervals = fc
  .tuple(fc.integer({ min: MINUTE, max: HOUR }), fc.integer({ min: MINUTE, max: 6 * HOUR }))
  .map(([one, other]) => [Math.min(one, other), Math.max(one, other)] as const)

const answers = fc.array(fc.constantFrom(0, 1, 5, 30, null), { minLength: 1, maxLength: 20 })

/** Times by a clock that nobody sets at which a feed was polled in two days. */
function polls(input: {
  minInterval: number
  maxInterval: number
  left: { lastPoll: number; wait: number } | null
  jumps: readonly { after: number; by: number }[]
  answers: readonly (number | null)[]
}): number[] {
  const { minInterval, maxInterval, left } = input
  const feed = {
    nextPoll: left === null ? 0 : left.lastPoll + left.wait,
    lastPoll: left?.lastPoll ?? null,
    failures: 0,
    retired: false,
    interval: left === null ? null : Math.max(minInterval, left.wait),
    habit: null as Habit | null,
  }
  const polled: number[] = []
  let offset = 0
  let next = 0
  let at = input.jumps[0]?.after ?? Number.POSITIVE_INFINITY
  for (let real = 0; real < 2 * DAY; real += MINUTE) {
    while (real >= at) {
      offset += input.jumps[next]?.by ?? 0
      next++
      at = next < input.jumps.length ? at + (input.jumps[next]?.after ?? 0) : Number.POSITIVE_INFINITY
    }
    const now = NOW + real + offset
    const rules = { now, every: null, scheduled: false, minInterval, maxInterval }
    if (!isDue(feed, rules)) continue
    polled.push(real)
    const fresh = input.answers[polled.length % input.answers.length] ?? null
    const { interval, habit } = feed
    const counts = { entries: 30, new: fresh ?? 0, revision: 0, copy: 0, unchanged: 30 - (fresh ?? 0), rejected: 0 }
    const times = Array.from({ length: 30 }, (_, n) => now - n * HOUR)
    const shown = { times, fresh: times.slice(0, fresh ?? 0) }
    const schedule = nextPoll({
      now,
      url: 'https://a.example/feed',
      every: null,
      minInterval,
      maxInterval,
      interval,
      habit,
      outcome:
        fresh === null
          ? { kind: 'unchanged', maxAge: null }
          : { kind: 'filed', counts, maxAge: null, ttl: null, shown },
    })
    feed.nextPoll = schedule.at
    feed.lastPoll = now
    feed.interval = schedule.interval
    feed.habit = schedule.habit
  }
  return polled
}

/** When the clock is set back, by the time that really passes; to the look that sees it. */
function setBack(jumps: readonly { after: number; by: number }[]): number[] {
  let at = 0
  return jumps.flatMap(({ after, by }) => {
    at += after
    return by < 0 ? [Math.ceil(at / MINUTE) * MINUTE] : []
  })
}

describe('a feed polled by a clock that is set at random', () => {
  it('is polled at most once more for each jump, and never left longer than its longest interval, once more where a clock is set back', () => {
    fc.assert(
      fc.property(intervals, before, jumps, answers, ([minInterval, maxInterval], left, jumps, answers) => {
        const polled = polls({ minInterval, maxInterval, left, jumps, answers })
        expect(polled.length).toBeLessThanOrEqual(2 + (2 * DAY) / minInterval + jumps.length)
        // A tenth of spread, and a look a minute. Set back by no more than has passed since the poll, a clock looks right: the
        // feed waits for that time again.
        const interval = maxInterval * 1.11 + 2 * MINUTE
        const back = setBack(jumps)
        let last = 0
        for (const at of [...polled, 2 * DAY]) {
          const again = back.filter(jump => jump >= last && jump <= at).length
          expect(at - last).toBeLessThanOrEqual(interval * (1 + again))
          last = at
        }
      }),
      { numRuns: 60 },
    )
  })
})
