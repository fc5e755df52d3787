import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type DueFeed,
  drain,
  type HostNow,
  type HostPace,
  hostAfter,
  hostLimits,
} from '../../src/decide/schedule/hosts.ts'
import type { Failure } from '../../src/model/collected.ts'

const SECOND = 1_000
const MINUTE = 60_000
const HOUR = 60 * MINUTE
const NOW = Date.UTC(2022, 0, 5, 9, 30)
const USUAL = { delay: SECOND, perHost: 2 }

const refusal = (retryAt: number | null = null): Failure => ({
  kind: 'throttled',
  message: 'too many requests',
  status: 429,
  retryAt,
})
const http = (status: number): Failure => ({ kind: 'http', message: 'no', status, retryAt: null })

describe('a host that refuses', () => {
  it('rests as long as it asks, then is asked slowly and one feed at a time', () => {
    const pace = hostAfter(null, 'a.example', NOW, refusal(NOW + 20 * MINUTE))
    expect(pace).toMatchObject({ strikes: 1, restUntil: NOW + 20 * MINUTE })
    expect(pace?.reason).toBe('a.example refused us: left alone for 20 min, then asked every 5 s at most')
    expect(hostLimits(pace, NOW, USUAL)).toEqual({ delay: 5 * SECOND, perHost: 1, restUntil: NOW + 20 * MINUTE })
  })

  it('is asked half as often after each refusal, and rests longer where it names no time', () => {
    let pace: HostPace | null = null
    let now = NOW
    const delays: number[] = []
    for (let at = 0; at < 4; at++) {
      pace = hostAfter(pace, 'a.example', now, refusal())
      delays.push(hostLimits(pace, now, USUAL).delay / SECOND)
      now = (pace?.restUntil ?? 0) + SECOND
    }
    expect(delays).toEqual([5, 10, 20, 40])
    expect(now - NOW).toBe((5 + 10 + 20 + 40) * MINUTE + 4 * SECOND)
  })

  it('is struck once by a burst', () => {
    const once = hostAfter(null, 'a.example', NOW, refusal())
    expect(hostAfter(once, 'a.example', NOW + SECOND, refusal())?.strikes).toBe(1)
    expect(hostAfter(once, 'a.example', NOW + 10 * MINUTE, refusal())?.strikes).toBe(2)
  })

  it('is forgiven by the hour', () => {
    let pace = hostAfter(null, 'a.example', NOW, refusal(NOW))
    pace = hostAfter(pace, 'a.example', NOW + MINUTE, refusal(NOW + MINUTE))
    expect(pace?.strikes).toBe(2)
    expect(hostAfter(pace, 'a.example', NOW + 90 * MINUTE, null)?.strikes).toBe(1)
    expect(hostAfter(pace, 'a.example', NOW + 4 * HOUR, null)).toBeNull()
    expect(hostLimits(pace, NOW + 4 * HOUR, USUAL)).toEqual({ ...USUAL, restUntil: 0 })
  })

  it('is Reddit with 403, but nobody else', () => {
    expect(hostAfter(null, 'www.reddit.com', NOW, http(403))?.strikes).toBe(1)
    expect(hostAfter(null, 'a.example', NOW, http(403))).toBeNull()
    expect(hostAfter(null, 'a.example', NOW, null)).toBeNull()
  })
})

describe('a backlog', () => {
  interface Feed extends DueFeed {
    id: number
  }
  const backlog = (hosts: number, each: number): Feed[] =>
    Array.from({ length: hosts * each }, (_, id) => ({
      id,
      host: `host-${id % hosts}.example`,
      due: NOW - 8 * HOUR + id,
      interval: HOUR,
    }))

  /** Drain to the end on a fake clock, each fetch taking two seconds. */
  function drainAll(
    feeds: Feed[],
    delay: number,
    workers: number,
  ): { starts: { feed: Feed; at: number }[]; ended: number } {
    const running: { feed: Feed; end: number }[] = []
    const lastStart = new Map<string, number>()
    const starts: { feed: Feed; at: number }[] = []
    let waiting = feeds
    let now = NOW
    while (waiting.length > 0 && now < NOW + 24 * HOUR) {
      for (let at = running.length - 1; at >= 0; at--) if ((running[at]?.end ?? 0) <= now) running.splice(at, 1)
      const hostNow = (host: string): HostNow => ({
        running: running.filter(({ feed }) => feed.host === host).length,
        lastStart: lastStart.get(host) ?? null,
        delay,
        perHost: 2,
        restUntil: 0,
      })
      const { start } = drain(waiting, hostNow, workers - running.length, now)
      for (const feed of start) {
        running.push({ feed, end: now + 2 * SECOND })
        lastStart.set(feed.host, now)
        starts.push({ feed, at: now })
      }
      waiting = waiting.filter(feed => !start.includes(feed))
      now += SECOND
    }
    return { starts, ended: now }
  }

  it('is drained host by host: starts at one host are kept apart, and all hosts go on at once', () => {
    const { starts, ended } = drainAll(backlog(8, 10), 5 * SECOND, 16)
    expect(starts).toHaveLength(80)
    for (let host = 0; host < 8; host++) {
      const times = starts.filter(({ feed }) => feed.host === `host-${host}.example`).map(({ at }) => at)
      const apart = times.slice(1).map((time, at) => time - (times[at] ?? 0))
      expect(Math.min(...apart)).toBeGreaterThanOrEqual(5 * SECOND)
    }
    // Ten at each, five seconds apart: no host waits for another.
    expect(ended - NOW).toBeLessThanOrEqual(50 * SECOND)
  })

  it('begins with what is latest for its own interval', () => {
    const late = (id: number, interval: number): Feed => ({ id, host: `h${id}`, due: NOW - HOUR, interval })
    const idle: HostNow = { running: 0, lastStart: null, delay: SECOND, perHost: 2, restUntil: 0 }
    const { start } = drain([late(1, 4 * HOUR), late(2, 5 * MINUTE), late(3, HOUR)], () => idle, 2, NOW)
    expect(start.map(({ id }) => id)).toEqual([2, 3])
  })

  it('says when time alone lets another start', () => {
    const idle: HostNow = { running: 0, lastStart: NOW - SECOND, delay: 5 * SECOND, perHost: 2, restUntil: 0 }
    expect(drain(backlog(1, 3), () => idle, 16, NOW)).toEqual({ start: [], wakeAt: NOW + 4 * SECOND })
    const resting = { ...idle, restUntil: NOW + HOUR }
    expect(drain(backlog(1, 3), () => resting, 16, NOW).wakeAt).toBe(NOW + HOUR)
    const full = { ...idle, lastStart: NOW - MINUTE, running: 2 }
    expect(drain(backlog(1, 3), () => full, 16, NOW)).toEqual({ start: [], wakeAt: null })
  })

  it('never starts more than is free, nor two at a host that wants time between', () => {
    const state = fc.record({
      running: fc.nat(3),
      lastStart: fc.option(fc.integer({ min: NOW - MINUTE, max: NOW })),
      delay: fc.nat(10_000),
      perHost: fc.integer({ min: 1, max: 4 }),
      restUntil: fc.integer({ min: NOW - MINUTE, max: NOW + MINUTE }),
    })
    fc.assert(
      fc.property(fc.array(state, { minLength: 4, maxLength: 4 }), fc.nat(20), (states, free) => {
        const hosts = (host: string): HostNow =>
          states[Number(host[5])] ?? { running: 0, lastStart: null, delay: 0, perHost: 1, restUntil: 0 }
        const { start } = drain(backlog(4, 5), hosts, free, NOW)
        expect(start.length).toBeLessThanOrEqual(free)
        for (const [at, host] of states.entries()) {
          const here = start.filter(feed => feed.host === `host-${at}.example`).length
          expect(here).toBeLessThanOrEqual(host.delay > 0 ? 1 : Math.max(0, host.perHost - host.running))
          if (host.restUntil > NOW || host.running >= host.perHost) expect(here).toBe(0)
        }
      }),
      { seed: 20_220_105 },
    )
  })
})
