import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hostRest } from '../../src/decide/schedule/host.ts'
import { observeMove, successorAddress } from '../../src/decide/schedule/move.ts'
import type { Failure } from '../../src/model/collected.ts'
import type { Move } from '../../src/model/decided.ts'

const DAY = 86_400_000
const START = Date.parse('2026-03-01T06:00:00Z')
const to = 'https://new.example/feed'

/** Observations one after the other; the address believed at the end, and the days that took. */
function watch(days: readonly { movedTo: string | null; sameFeed: boolean; now: number }[]): {
  move: Move | null
  address: string | null
} {
  let seen: { move: Move | null; address: string | null } = { move: null, address: null }
  for (const day of days) {
    seen = observeMove(seen.move, day)
    if (seen.address !== null) return seen
  }
  return seen
}
const daily = (count: number, change: (day: number) => object = () => ({})) =>
  Array.from({ length: count }, (_, day) => ({ movedTo: to, sameFeed: true, now: START + day * DAY, ...change(day) }))

describe('a permanent redirect', () => {
  it('is believed after seven days in a row with the same feed', () => {
    expect(watch(daily(6)).address).toBeNull()
    expect(watch(daily(7)).address).toBe(to)
  })

  it('is not believed sooner however often it is seen', () => {
    const hourly = Array.from({ length: 24 * 6 }, (_, hour) => ({
      movedTo: to,
      sameFeed: true,
      now: START + hour * 3_600_000,
    }))
    expect(watch(hourly).address).toBeNull()
  })

  it.each([
    ['another feed answers there', { sameFeed: false }],
    ['the redirect is gone for a day', { movedTo: null }],
    ['it leads elsewhere for a day', { movedTo: 'https://portal.example/login' }],
  ])('starts anew when %s', (_, change) => {
    expect(watch(daily(7, day => (day === 3 ? change : {}))).address).toBeNull()
    expect(watch(daily(11, day => (day === 3 ? change : {}))).address).toBe(to)
  })

  it('starts anew after days without a look', () => {
    expect(watch(daily(7, day => ({ now: START + day * DAY + (day > 3 ? 3 * DAY : 0) }))).address).toBeNull()
  })

  it('never gives an address that did not answer with the same feed at that moment', () => {
    const observation = fc.record({
      movedTo: fc.constantFrom(null, to, 'https://other.example/'),
      sameFeed: fc.boolean(),
      gap: fc.integer({ min: 0, max: 3 * DAY }),
    })
    fc.assert(
      fc.property(fc.array(observation, { maxLength: 60 }), observations => {
        let now = START
        let move: Move | null = null
        for (const { movedTo, sameFeed, gap } of observations) {
          now += gap
          const seen = observeMove(move, { movedTo, sameFeed, now })
          if (seen.address !== null)
            expect({ address: seen.address, sameFeed }).toEqual({ address: movedTo, sameFeed: true })
          move = seen.move
        }
      }),
    )
  })
})

describe('an address that redirected and then died', () => {
  const move: Move = { to, since: START, seen: START, days: 1 }
  const died = (kind: Failure['kind'], status: number | null, failures: number, now = START + 3_600_000) =>
    successorAddress(move, { failure: { kind, message: 'x', status, retryAt: null }, failures, now })

  it.each<[Failure['kind'], number | null, number]>([
    ['gone', 410, 1],
    ['http', 404, 3],
    ['dns', null, 3],
  ])('is dead by %s %s after %i failures', (kind, status, failures) => {
    expect(died(kind, status, failures)).toBe(to)
    if (failures > 1) expect(died(kind, status, failures - 1)).toBeNull()
  })

  it.each<[Failure['kind'], number | null]>([
    ['http', 503],
    ['connect', null],
    ['timeout', null],
    ['tls', null],
  ])('has a day to recover from %s %s', (kind, status) => {
    expect(died(kind, status, 40, START + DAY - 1)).toBeNull()
    expect(died(kind, status, 2, START + DAY)).toBeNull()
    expect(died(kind, status, 3, START + DAY)).toBe(to)
  })

  it.each<[Failure['kind'], number | null]>([
    ['document', 200],
    ['redirect', 302],
    ['address', 302],
    ['http', 401],
    ['http', 403],
    ['http', 511],
    ['throttled', 429],
    ['size', null],
    ['encoding', null],
    ['protocol', null],
  ])('is not dead by %s %s, which whoever stands in between may say', (kind, status) => {
    expect(died(kind, status, 99, START + 30 * DAY)).toBeNull()
  })

  it('has no heir where it never redirected', () => {
    const failure: Failure = { kind: 'gone', message: 'x', status: 410, retryAt: null }
    expect(successorAddress(null, { failure, failures: 9, now: START })).toBeNull()
  })
})

describe('the rest a host gets', () => {
  const failure = (change: Partial<Failure>): Failure => ({
    kind: 'http',
    message: 'x',
    status: 500,
    retryAt: null,
    ...change,
  })

  it('is what it asked for, at most a week', () => {
    expect(hostRest(failure({ kind: 'throttled', status: 429, retryAt: START + 90_000 }), 'a.example', START)).toBe(
      90_000,
    )
    expect(hostRest(failure({ kind: 'throttled', status: 503, retryAt: START + 99 * DAY }), 'a.example', START)).toBe(
      7 * DAY,
    )
  })

  it('is five minutes when it says "too many requests" without a time', () => {
    expect(hostRest(failure({ kind: 'throttled', status: 429 }), 'a.example', START)).toBe(300_000)
  })

  it('is given to Reddit after a 403, and to nobody else', () => {
    expect(hostRest(failure({ status: 403 }), 'www.reddit.com', START)).toBe(300_000)
    expect(hostRest(failure({ status: 403 }), 'www.notreddit.com', START)).toBe(0)
  })

  it('is none after a failure of one feed', () => {
    for (const kind of ['http', 'gone', 'timeout', 'document'] as const) {
      expect(hostRest(failure({ kind }), 'a.example', START)).toBe(0)
    }
  })
})
