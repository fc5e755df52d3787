// What is made once for each state of the published data, however many requests need it.
import type { Millis } from '../model/units.ts'

/** What `make` gives, made anew only where one of the values of `state` is another. */
export function onceForState<T>(state: () => readonly unknown[], make: () => T): () => T {
  let last: { state: readonly unknown[]; value: T } | null = null
  return () => {
    const now = state()
    if (last === null || now.some((part, at) => part !== last?.state[at])) last = { state: now, value: make() }
    return last.value
  }
}

const MINUTE: Millis = 60_000

/** The clock of the pages: what was rendered is remembered for a minute. */
export function minuteOf(now: Millis): Millis {
  return Math.floor(now / MINUTE) * MINUTE
}
