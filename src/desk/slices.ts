// Work in turns, so that a large document holds up other work of its thread no longer than one slice.
import type { Millis } from '../model/units.ts'

/** Longest that filing keeps its thread from anything else, but for the entries under way. */
export const SLICE: Millis = 25

/** Work that can stop between two steps. */
export type Steps<T> = Generator<undefined, T, undefined>

/** Do all of it at once. */
export function drain<T>(steps: Steps<T>): T {
  for (;;) {
    const next = steps.next()
    if (next.done) return next.value
  }
}

/** Pieces of work that take turns, one in each turn of the event loop: two documents hold it up no longer than one. */
export class Turns {
  readonly #waiting: (() => void)[] = []
  readonly #slice: Millis
  #called = false

  constructor(slice: Millis = SLICE) {
    this.#slice = slice
  }

  /** Resolves when it is the caller's turn. */
  next(): Promise<void> {
    return new Promise(resolve => {
      this.#waiting.push(resolve)
      this.#call()
    })
  }

  /** Do work slice by slice, each in a turn of its own. */
  async run<T>(steps: Steps<T>): Promise<T> {
    for (;;) {
      await this.next()
      const started = performance.now()
      while (performance.now() - started < this.#slice) {
        const next = steps.next()
        if (next.done) return next.value
      }
    }
  }

  #call(): void {
    if (this.#called || this.#waiting.length === 0) return
    this.#called = true
    setImmediate(() => {
      this.#called = false
      this.#waiting.shift()?.()
      this.#call()
    })
  }
}
