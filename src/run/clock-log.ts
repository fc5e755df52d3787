// What the log says of the clock: that it cannot be right, and that it was set.
import { duration } from '../language/say.ts'
import type { Log } from '../log.ts'
import type { Millis } from '../model/units.ts'

/** A clock that was set is logged at most so often. */
const JUMPS_LOGGED: Millis = 60_000
/** Before there was a Minwal: a machine without a clock of its own, whose time nobody has set yet. */
const NO_CLOCK = Date.UTC(2026, 0, 1)

export class ClockLog {
  readonly #log: Log
  /** When a jump was logged last, by `performance.now()`. */
  #logged: Millis | null = null

  constructor(log: Log) {
    this.#log = log
  }

  /** `now` is what the machine's clock shows at the start. */
  started(now: Millis): void {
    if (now >= NO_CLOCK) return
    this.#log.warn('the clock cannot be right: reports without a date of their own are dated by it', {
      clock: new Date(now).toISOString(),
    })
  }

  jumped(by: Millis): void {
    const at = performance.now()
    if (this.#logged !== null && at - this.#logged < JUMPS_LOGGED) return
    this.#logged = at
    const set = `${by < 0 ? 'back' : 'forward'} by ${duration(Math.abs(by))}`
    this.#log.warn('the clock was set, or the machine slept: due feeds are looked for at once', { clock: set })
  }
}
