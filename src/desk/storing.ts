// Writes that wait. A lock of another program, a full disk or a file that cannot be written holds a write up without blocking
// the event loop: it is tried again in short tries until it succeeds, in the order in which writes were asked for. What was
// fetched is kept meanwhile, and since polls wait with it, nothing more is fetched than `poll.concurrency` documents.
import { setTimeout } from 'node:timers/promises'
import type { Log } from '../log.ts'
import { silent } from '../log.ts'
import type { Millis } from '../model/units.ts'

/** Why a write failed: another program holds the lock, or the file cannot be written at all. */
export type StoreTrouble = 'locked' | 'failing'

/** What keeps writes waiting. */
export interface Trouble {
  kind: StoreTrouble
  /** One line that names the file and what to do. */
  reason: string
  /** How long it has lasted. */
  ms: Millis
}

export interface StoringOptions {
  /** What an error says of the file; null for a bug, which is thrown at once. */
  troubleOf: (error: unknown) => { kind: StoreTrouble; reason: string } | null
  /** Writes something small for good; throws like any write. Asked before work is tried anew that had begun. */
  probe?: () => void
  /** Give up after this long in trouble; null never. */
  patience?: Millis | null
  /** Told when patience is over, before the write rejects. */
  onGivenUp?: (reason: string) => void
  /** Ends the waiting: the write is tried no more. */
  signal?: AbortSignal
  log?: Log
  /** Milliseconds that no setting of the clock changes. */
  monotonic?: () => Millis
}

/** Shortest and longest pause between two tries. A lock ends within milliseconds as a rule; a full disk does not. */
const PAUSES: Readonly<Record<StoreTrouble, readonly [Millis, Millis]>> = {
  locked: [15, 250],
  failing: [500, 15_000],
}
/** Locks shorter than this are the ordinary course of things beside `minwal poll`. */
const ORDINARY_LOCK: Millis = 5_000
/** How often a lasting trouble is logged again. */
const LOGGED_AGAIN: Millis = 10 * 60_000

export class Storing {
  readonly #options: StoringOptions
  readonly #now: () => Millis
  #last: Promise<unknown> = Promise.resolve()
  #waiting = 0
  #trouble: { kind: StoreTrouble; reason: string; since: Millis; logged: Millis | null } | null = null

  constructor(options: StoringOptions) {
    this.#options = options
    this.#now = options.monotonic ?? (() => performance.now())
  }

  /** What keeps writes waiting for longer than is ordinary; null while they succeed. */
  get trouble(): Trouble | null {
    if (this.#trouble === null) return null
    const { kind, reason, since } = this.#trouble
    const ms = this.#now() - since
    return kind === 'locked' && ms < ORDINARY_LOCK ? null : { kind, reason, ms }
  }

  /**
   * Run `work`, which writes or throws, when its turn has come, and again until it succeeds. `again` makes it ready for
   * another try. Rejects with what `work` threw: a bug at once, a trouble of the file when patience or the program ends.
   */
  write<T>(work: () => T, again: () => Promise<void> = async () => {}): Promise<T> {
    let failed: unknown = null
    if (this.#waiting === 0 && this.#trouble === null) {
      try {
        return Promise.resolve(work())
      } catch (error) {
        if (this.#options.troubleOf(error) === null) return Promise.reject(error)
        failed = error
      }
    }
    return this.#inTurn(work, again, failed)
  }

  /** `failed` is what the first try threw; null where there was none yet. */
  async #inTurn<T>(work: () => T, again: () => Promise<void>, failed: unknown): Promise<T> {
    const turn = this.#last
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#last = promise
    this.#waiting++
    try {
      await turn
      return await this.#untilWritten(work, again, failed)
    } finally {
      this.#waiting--
      resolve()
    }
  }

  async #untilWritten<T>(work: () => T, again: () => Promise<void>, failed: unknown): Promise<T> {
    let error = failed
    for (let tries = 0; ; tries++) {
      if (error !== null) await this.#rest(error, tries)
      try {
        if (this.#trouble?.kind === 'failing') this.#options.probe?.()
        if (error !== null) await again()
        const value = work()
        this.#over()
        return value
      } catch (thrown) {
        error = thrown
      }
    }
  }

  /** Wait before another try; throws the error where there shall be none. */
  async #rest(error: unknown, tries: number): Promise<void> {
    const { patience = null, signal, troubleOf, onGivenUp } = this.#options
    const trouble = troubleOf(error)
    if (trouble === null) throw error
    const ms = this.#note(trouble)
    if (signal?.aborted) throw error
    if (patience !== null && ms >= patience) {
      onGivenUp?.(trouble.reason)
      throw error
    }
    const [shortest, longest] = PAUSES[trouble.kind]
    // Chance keeps two processes from meeting again and again.
    const pause = Math.min(longest, shortest * 1.5 ** tries) * (0.75 + Math.random() / 2)
    await setTimeout(pause, undefined, signal ? { signal } : {}).catch(() => {
      // Stopping: one more try, then no more.
    })
  }

  /** Remember and log a trouble. Returns how long it has lasted. */
  #note({ kind, reason }: { kind: StoreTrouble; reason: string }): Millis {
    const now = this.#now()
    const before = this.#trouble
    const other = before !== null && before.kind !== kind
    const trouble = { kind, reason, since: before?.since ?? now, logged: other ? null : (before?.logged ?? null) }
    this.#trouble = trouble
    const ms = now - trouble.since
    if (kind === 'locked' && ms < ORDINARY_LOCK) return ms
    if (trouble.logged === null || now - trouble.logged >= LOGGED_AGAIN) {
      trouble.logged = now
      const log = this.#options.log ?? silent
      log.error('the database cannot be written: polling rests', { reason, seconds: Math.round(ms / 1_000) })
    }
    return ms
  }

  #over(): void {
    const before = this.#trouble
    if (before === null) return
    this.#trouble = null
    if (before.logged === null) return
    const seconds = Math.round((this.#now() - before.since) / 1_000)
    this.#options.log?.info('the database is written again: polling goes on', { seconds })
  }
}

/** For stores that nothing else uses: a write succeeds or throws. */
export function storingAtOnce(): Storing {
  return new Storing({ troubleOf: () => null })
}
