// The bounds of the built-in hub, and how it paces itself.
import { describe, expect, it } from 'vitest'
import { boundsFault, createPace, nextDelivery } from '../../src/decide/schedule/subscribers.ts'

const MINUTE = 60_000
const many = (count: number, of: (at: number) => { callback: string; topic: string }) =>
  Array.from({ length: count }, (_, at) => of(at))

describe('subscribers', () => {
  it('are a thousand at most, a hundred of one host, and to two hundred feeds', () => {
    const spread = (count: number) => many(count, at => ({ callback: `https://h${at}.example/`, topic: 't' }))
    expect(boundsFault(spread(999), 't', 'new.example')).toBeNull()
    expect(boundsFault(spread(1_000), 't', 'new.example')).toMatch(/as many subscribers/)
    const hosted = (count: number) => many(count, at => ({ callback: `https://one.example/${at}`, topic: 't' }))
    expect(boundsFault(hosted(99), 't', 'one.example')).toBeNull()
    expect(boundsFault(hosted(100), 't', 'one.example')).toMatch(/This host/)
    expect(boundsFault(hosted(100), 't', 'two.example')).toBeNull()
    const feeds = (count: number) => many(count, at => ({ callback: `https://h${at}.example/`, topic: `t${at}` }))
    expect(boundsFault(feeds(200), 't7', 'new.example')).toBeNull()
    expect(boundsFault(feeds(200), 'another', 'new.example')).toMatch(/as many feeds/)
  })
})

describe('a pace', () => {
  it('allows so many a minute, and so many of one, also when the clock is set', () => {
    const pace = createPace(3, 2)
    expect(['a', 'a', 'a', 'b', 'c'].map(key => pace.allows(key, 0))).toEqual([true, true, false, true, false])
    expect(pace.allows('a', MINUTE - 1)).toBe(false)
    expect(pace.allows('a', MINUTE)).toBe(true)
    expect(pace.allows('a', -10 * MINUTE)).toBe(true)
  })
})

describe('a delivery that failed', () => {
  it('is tried again later each time, when the subscriber wants it, and within the hour', () => {
    expect([1, 2, 3, 7, 50].map(failures => nextDelivery(failures, null, 0) / MINUTE)).toEqual([1, 2, 4, 60, 60])
    expect(nextDelivery(1, 10 * MINUTE, 0)).toBe(10 * MINUTE)
    expect(nextDelivery(1, 90 * MINUTE, 0)).toBe(60 * MINUTE)
    expect(nextDelivery(3, MINUTE, 0)).toBe(4 * MINUTE)
  })
})
