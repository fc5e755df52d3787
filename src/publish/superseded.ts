// Renderings of a state that is over. While others are being made, requests are answered with them instead of waiting
// (as RFC 5861 has caches do).
import type { Millis } from '../model/units.ts'
import type { Prepared } from './delivery.ts'

/**
 * Longest time that a rendering is given after its state was last seen. Clients may keep it for a minute as it is; all pages that
 * are asked for during a first poll are made anew within less, on one slow core.
 */
const LONGEST: Millis = 10_000

export class Superseded {
  readonly #renderings = new Map<string, { prepared: Prepared; since: Millis }>()
  readonly #now: () => Millis

  constructor(now: () => Millis) {
    this.#now = now
  }

  /** Since a moment, what is kept under `key` is no more than the last that was made. */
  put(key: string, prepared: Prepared, since: Millis): void {
    this.#renderings.set(key, { prepared, since })
  }

  find(key: string): Prepared | null {
    const found = this.#renderings.get(key)
    return found !== undefined && Math.abs(this.#now() - found.since) <= LONGEST ? found.prepared : null
  }

  /** Forget what is too old to be given, and what there is a newer one of. Whether anything is left. */
  prune(isNewer: (key: string) => boolean): boolean {
    for (const key of [...this.#renderings.keys()]) {
      if (isNewer(key) || this.find(key) === null) this.#renderings.delete(key)
    }
    return this.#renderings.size > 0
  }
}
