// The simulated week of bench/schedule.ts in small: a floor under what the schedule is for.
import { describe, expect, it } from 'vitest'
import { miniflux, ours, rssFetcher } from '../../bench/schedule/contenders.ts'
import { runWeek } from '../../bench/schedule/week.ts'
import { createWorld, DAY, HOUR, MINUTE, START } from '../../bench/schedule/world.ts'

const world = createWorld(300, 2)
const mine = (hourly: number, minMinutes: number, maxHours: number, caution: number) =>
  ours(world, {
    name: 'minwal',
    hourly: hourly * MINUTE,
    minInterval: minMinutes * MINUTE,
    maxInterval: maxHours * HOUR,
    caution,
    hostDelay: 5_000,
  })

describe('a simulated week of 300 feeds', () => {
  const usual = runWeek(world, mine(120, 5, 12, 4))

  it('misses few entries, soon sees the others, and bursts upon no host', () => {
    expect(usual.published).toBeGreaterThan(50_000)
    expect(usual.missed / usual.published).toBeLessThan(0.03)
    expect(usual.medianDelay).toBeLessThan(30)
    expect(usual.burst).toBeLessThanOrEqual(12)
  })

  it.each([
    ['every hour', 'round_robin'],
    ['by entry frequency', 'entry_frequency'],
  ] as const)('misses a third at most of what Miniflux does %s, with fewer requests', (_, scheduler) => {
    const theirs = runWeek(world, miniflux(world, { name: 'Miniflux', scheduler, errorLimit: 0 }))
    expect(usual.requests).toBeLessThan(theirs.requests)
    expect(usual.missed).toBeLessThan(theirs.missed / 3)
  })

  it('misses less than rss-fetcher does, with fewer requests', () => {
    const theirs = runWeek(world, rssFetcher(world, { name: 'rss-fetcher', defaultMinutes: 360 }))
    const sparing = runWeek(world, mine(1_440, 10, 24, 2))
    expect(sparing.requests).toBeLessThan(theirs.requests)
    expect(sparing.missed).toBeLessThan(0.8 * theirs.missed)
  })

  it('drains the backlog of a night switched off without a burst', () => {
    const off = { from: START + 2 * DAY + 21 * HOUR, to: START + 3 * DAY + 7 * HOUR }
    const night = runWeek(world, mine(300, 5, 24, 4), off)
    expect(night.burst).toBeLessThanOrEqual(12)
    expect(night.requests).toBeGreaterThan(usual.requests / 3)
  })
})
