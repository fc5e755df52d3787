import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isDue, nextPoll } from '../../src/decide/schedule/next.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const NOW = Date.UTC(2026, 5, 1, 12)
const RULES = { now: NOW, every: null, scheduled: false, minInterval: 60_000, maxInterval: 4 * HOUR }
const FEED = { nextPoll: NOW + HOUR, lastPoll: NOW - HOUR, failures: 0, retired: false }

describe('a feed', () => {
  it.each([
    ['whose time has come', { nextPoll: NOW }, {}, true],
    ['whose time has not come', {}, {}, false],
    ['that was never polled', { lastPoll: null, nextPoll: NOW + 90 * DAY }, {}, true],
    ['polled in the future, by a clock that was ahead', { lastPoll: NOW + DAY, nextPoll: NOW + DAY + HOUR }, {}, true],
    ['polled a moment ago, by a clock set back since', { lastPoll: NOW + 900, nextPoll: NOW + HOUR }, {}, false],
    ['put off for longer than any interval', { nextPoll: NOW + 5 * HOUR }, {}, true],
    ['of a fixed interval, put off for longer', { nextPoll: NOW + 2 * HOUR }, { every: HOUR }, true],
    ['of a fixed interval beyond the longest learnt', { nextPoll: NOW + 20 * HOUR }, { every: DAY }, false],
    ['that failed, as long as a server may ask', { failures: 3, nextPoll: NOW + 6 * DAY }, {}, false],
    ['that failed, beyond that', { failures: 3, nextPoll: NOW + 9 * DAY }, {}, true],
    ['retired, for its month', { failures: 9, retired: true, nextPoll: NOW + 31 * DAY }, {}, false],
    ['retired, for a year', { failures: 9, retired: true, nextPoll: NOW + 365 * DAY }, {}, true],
    ['at times of the configuration, however far', { nextPoll: NOW + 300 * DAY }, { scheduled: true }, false],
    [
      'at such times, polled in the future',
      { lastPoll: NOW + DAY, nextPoll: NOW + 9 * DAY },
      { scheduled: true },
      true,
    ],
  ])('%s', (_, feed, rules, due) => {
    expect(isDue({ ...FEED, ...feed }, { ...RULES, ...rules })).toBe(due)
  })

  it('is never due at the moment it was put off, whatever came of the poll', () => {
    const counts = { entries: 30, new: 3, revision: 0, copy: 0, unchanged: 27, rejected: 0 }
    fc.assert(
      fc.property(
        fc.constantFrom('filed', 'unchanged', 'failed'),
        fc.option(fc.integer({ min: 60_000, max: 7 * DAY }), { nil: null }),
        fc.integer({ min: 1_000, max: 7 * DAY }),
        fc.integer({ min: 1_000, max: 7 * DAY }),
        fc.integer({ min: 1, max: 90 }),
        fc.option(fc.integer({ min: 0, max: 7 * DAY }), { nil: null }),
        fc.boolean(),
        fc.string(),
        (kind, every, one, other, failures, asked, gone, url) => {
          const [minInterval, maxInterval] = [Math.min(one, other), Math.max(one, other)]
          const retryAt = asked === null ? null : NOW + asked
          const retired = kind === 'failed' && gone
          const outcome =
            kind === 'filed'
              ? { kind, counts, maxAge: asked, ttl: asked, retryAt }
              : kind === 'unchanged'
                ? { kind, maxAge: asked, retryAt }
                : { kind, failures, failure: { kind: 'throttled' as const, message: '', status: 429, retryAt } }
          const { at } = nextPoll({ now: NOW, url, every, minInterval, maxInterval, interval: null, retired, outcome })
          const feed = { nextPoll: at, lastPoll: NOW, failures: kind === 'failed' ? failures : 0, retired }
          const rules = { now: NOW, every, scheduled: false, minInterval, maxInterval }
          return at <= NOW || !isDue(feed, rules)
        },
      ),
    )
  })
})
