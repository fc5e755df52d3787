// The few nearest of many parts, kept in order while they are met.
import type { Part } from './index/active.ts'

/** Which of two parts equally near comes first. */
export const firstOf = (a: Part, b: Part) => a.thread.id - b.thread.id || (a.language < b.language ? -1 : 1)

export class Nearest {
  readonly slots: number[] = []
  readonly cosines: number[] = []
  readonly #most: number
  readonly #parts: readonly (Part | null)[]

  constructor(most: number, parts: readonly (Part | null)[]) {
    this.#most = most
    this.#parts = parts
  }

  get count(): number {
    return this.slots.length
  }

  /** Take a part in, if it is among the nearest. */
  offer(slot: number, cosine: number): void {
    const { slots, cosines } = this
    let to = slots.length
    if (to === this.#most) {
      if (this.#precedes(to - 1, slot, cosine)) return
      to--
    }
    for (; to > 0 && !this.#precedes(to - 1, slot, cosine); to--) {
      slots[to] = slots[to - 1] as number
      cosines[to] = cosines[to - 1] as number
    }
    slots[to] = slot
    cosines[to] = cosine
  }

  #precedes(place: number, slot: number, cosine: number): boolean {
    const other = this.cosines[place] as number
    if (other !== cosine) return other > cosine
    return firstOf(this.#parts[this.slots[place] as number] as Part, this.#parts[slot] as Part) < 0
  }
}
