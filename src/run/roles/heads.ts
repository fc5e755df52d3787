// When hosts began to answer this process last. A turn is marked before its request is sent, and a request may be late on its way: by
// the time that its answer begins, the host has seen it.
import type { Millis } from '../../model/units.ts'
import type { Head } from '../../store/postgres/heads.ts'

/** Hosts that are remembered; more than that many are not asked within the longest delay. */
const MOST = 20_000

interface Came {
  /** By `performance.now()`. */
  at: Millis
  delay: Millis
}

export class Heads {
  readonly #last = new Map<string, Came>()
  /** What other machines have not been told. */
  readonly #untold = new Map<string, Came>()

  /** An answer has begun; the host is to be asked again `delay` later. */
  came(host: string, delay: Millis): void {
    if (delay <= 0) return
    const came = { at: performance.now(), delay }
    for (const hosts of [this.#last, this.#untold]) {
      if (hosts.size >= MOST) hosts.clear()
      hosts.set(host, came)
    }
  }

  /** How long the host is to be left alone from now on, as far as this process knows. */
  rest(host: string): Millis {
    const came = this.#last.get(host)
    if (came === undefined) return 0
    const rest = came.at + came.delay - performance.now()
    if (rest <= 0) this.#last.delete(host)
    return Math.max(0, rest)
  }

  /** What other machines are to be told, by the time that has passed since. */
  take(): Head[] {
    const now = performance.now()
    const heads: Head[] = []
    for (const [host, { at, delay }] of this.#untold) {
      // Nobody is too early any more.
      if (now - at < delay) heads.push({ host, since: now - at, delay })
    }
    this.#untold.clear()
    return heads
  }
}
