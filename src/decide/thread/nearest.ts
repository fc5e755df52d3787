// The nearest parts of those that are met, in order. Pure.
import type { Part } from './index/active.ts'

const firstOf = (a: Part, b: Part): number => a.thread.id - b.thread.id || (a.language < b.language ? -1 : 1)

/** Keeps so many parts, nearest first; of two alike that of the older thread. Hundreds are met, and few are kept. */
export class Nearest {
  readonly parts: Part[] = []
  /** What a part needs, at least, to be kept. */
  least = 0
  readonly #scores: Float64Array
  readonly #most: number

  constructor(most: number) {
    this.#most = most
    this.#scores = new Float64Array(most)
  }

  meet(part: Part, score: number): void {
    if (score < this.least) return
    const { parts } = this
    const scores = this.#scores
    let at = parts.length
    for (; at > 0; at--) {
      const other = scores[at - 1] as number
      if (other > score || (other === score && firstOf(parts[at - 1] as Part, part) < 0)) break
    }
    if (at === this.#most) return
    if (parts.length === this.#most) parts.pop()
    parts.splice(at, 0, part)
    scores.copyWithin(at + 1, at, parts.length - 1)
    scores[at] = score
    if (parts.length === this.#most) this.least = scores[this.#most - 1] as number
  }
}
