// Looks for due feeds by clocks of the test's own.
import { describe, expect, it, onTestFinished } from 'vitest'
import { nextTime, Ticker } from '../../src/run/ticker.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

function ticking(expression: string) {
  const clock = { wall: Date.now(), monotonic: 1_000_000 }
  const seen = { ticks: 0, jumps: [] as number[] }
  const ticker = new Ticker(expression, {
    tick: () => void seen.ticks++,
    onJump: by => void seen.jumps.push(by),
    wall: () => clock.wall,
    monotonic: () => clock.monotonic,
  })
  onTestFinished(() => ticker.stop())
  /** Time passes, and the wall clock shows `slip` more of it. */
  const pass = (ms: number, slip = 0): void => {
    clock.monotonic += ms
    clock.wall += ms + slip
    ticker.beat()
  }
  return { ticker, seen, pass, clock }
}

describe('the ticker', () => {
  it.each([-HOUR, -20 * MINUTE, -6_000, 6_000, HOUR, 400 * 24 * HOUR, -400 * 24 * HOUR])(
    'looks at once when the clock is set by %d ms, and says by how much',
    slip => {
      const { seen, pass } = ticking('0 3 1 1 *')
      pass(1_000)
      expect(seen).toEqual({ ticks: 0, jumps: [] })
      pass(1_000, slip)
      expect(seen).toEqual({ ticks: 1, jumps: [slip] })
      pass(1_000)
      expect(seen.ticks).toBe(1)
    },
  )

  it('looks when a look is overdue although the clock never jumped but crept', () => {
    const { ticker, seen, clock } = ticking('0 3 1 1 *')
    const wait = ticker.due - clock.monotonic
    // The wall clock goes at half the speed.
    for (let gone = 0; gone < wait; gone += wait / 10_000) {
      clock.monotonic += wait / 10_000
      clock.wall += wait / 20_000
    }
    clock.monotonic += 4_000
    ticker.beat()
    expect(seen.ticks).toBe(1)
  })

  it('is not misled by a program that was stopped for a while', () => {
    const { seen, pass } = ticking('0 3 1 1 *')
    pass(10 * MINUTE)
    expect(seen).toEqual({ ticks: 0, jumps: [] })
  })

  it('goes by another expression from then on', () => {
    const { ticker, clock } = ticking('0 3 1 1 *')
    expect(ticker.due - clock.monotonic).toBeGreaterThan(HOUR)
    ticker.schedule('* * * * *')
    expect(ticker.due - clock.monotonic).toBeLessThanOrEqual(MINUTE)
  })
})

it('names the next time of an expression, and none that is before what was asked for', () => {
  const now = Date.now()
  const next = nextTime('0 * * * *', now)
  expect(next).toBe((Math.floor(now / HOUR) + 1) * HOUR)
  expect(nextTime('0 * * * *', now + 2 * HOUR)).toBeNull()
})
