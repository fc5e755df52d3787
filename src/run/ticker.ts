// Looks for due feeds at the times of a cron expression, whatever is done to the clock. node-cron waits for moments of the wall
// clock, and waits for hours when that is set back; a timer that no clock moves stands beside it, and takes over when a look
// is overdue or the clock has jumped.
import { createRequire } from 'node:module'
import type { ScheduledTask } from 'node-cron'
import type { Millis } from '../model/units.ts'

/** Loaded by the daemon, and where a configuration has expressions of its own. */
const cron = (): typeof import('node-cron').default =>
  (createRequire(import.meta.url)('node-cron') as typeof import('node-cron')).default

/** A busy machine misses looks for due feeds: the next one finds them. node-cron would say so in no form of our log. */
const QUIET = { suppressMissedWarning: true }
const BEAT: Millis = 1_000
/** The clock moved by so much against real time within one beat: it was set, or the machine slept. */
const JUMP: Millis = 5_000
/** A look that is later than this was not only held up. */
const GRACE: Millis = 3_000

export interface TickerOptions {
  tick: () => void
  /** By how much the wall clock was set; negative for back. */
  onJump: (by: Millis) => void
  /** Called every second. */
  onBeat?: () => void
  wall?: () => Millis
  /** Milliseconds that no setting of the clock changes. */
  monotonic?: () => Millis
}

export class Ticker {
  readonly #options: TickerOptions
  readonly #wall: () => Millis
  readonly #monotonic: () => Millis
  readonly #timer: NodeJS.Timeout
  #expression: string
  #task: ScheduledTask
  #due: Millis = 0
  #last: { wall: Millis; monotonic: Millis }

  constructor(expression: string, options: TickerOptions) {
    this.#options = options
    this.#wall = options.wall ?? Date.now
    this.#monotonic = options.monotonic ?? (() => performance.now())
    this.#last = { wall: this.#wall(), monotonic: this.#monotonic() }
    this.#expression = expression
    this.#task = this.#start()
    this.#timer = setInterval(() => this.beat(), BEAT)
  }

  /** When the next look should come, on the monotonic clock. */
  get due(): Millis {
    return this.#due
  }

  /** Go by another expression. */
  schedule(expression: string): void {
    this.#expression = expression
    this.#restart()
  }

  stop(): void {
    clearInterval(this.#timer)
    void this.#task.destroy()
  }

  /** What is done every second: see whether the clock jumped or a look is overdue. */
  beat(): void {
    this.#options.onBeat?.()
    const now = { wall: this.#wall(), monotonic: this.#monotonic() }
    const by = now.wall - this.#last.wall - (now.monotonic - this.#last.monotonic)
    this.#last = now
    const jumped = Math.abs(by) >= JUMP
    if (jumped) this.#options.onJump(by)
    else if (now.monotonic <= this.#due + GRACE) return
    this.#restart()
    this.#options.tick()
  }

  #start(): ScheduledTask {
    const task = cron().schedule(
      this.#expression,
      () => {
        this.#plan(task)
        this.#options.tick()
      },
      QUIET,
    )
    this.#plan(task)
    return task
  }

  #restart(): void {
    void this.#task.destroy()
    this.#task = this.#start()
  }

  #plan(task: ScheduledTask): void {
    const next = task.getNextRun()?.getTime() ?? this.#wall()
    this.#due = this.#monotonic() + Math.max(BEAT, next - this.#wall())
  }
}

export function isCron(expression: string): boolean {
  return cron().validate(expression)
}

/** The next time that a cron expression names, from now on; null where it names none, or only a time before `after`. */
export function nextTime(expression: string, after: Millis): Millis | null {
  // node-cron tells it only of a task that runs.
  const task = cron().schedule(expression, () => {}, QUIET)
  const next = task.getNextRun()?.getTime() ?? null
  void task.destroy()
  return next !== null && next > after ? next : null
}
