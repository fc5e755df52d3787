// Renderings of a state that is over. While others are being made, requests are answered with them instead of waiting
// (as RFC 5861 has caches do).
import type { Millis } from '../model/units.ts'
import type { Prepared } from './delivery.ts'

/** Longest time that a rendering is given after its state is over. Clients may keep it for a minute as it is. */
const LONGEST: Millis = 1_000

export class Superseded {
  readonly #renderings = new Map<string, { prepared: Prepared; since: Millis }>()
  readonly #now: () => Millis

  constructor(now: () => Millis) {
    this.#now = now
  }

  /** From now on, what is kept under `key` is no more than the last that was made. */
  put(key: string, prepared: Prepared): void {
    this.#renderings.set(key, { prepared, since: this.#now() })
  }

  find(key: string): Prepared | null {
    const found = this.#renderings.get(key)
    return found !== undefined && Math.abs(this.#now() - found.since) <= LONGEST ? found.prepared : null
  }

  clear(): void {
    this.#renderings.clear()
  }
}
