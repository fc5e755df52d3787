// What is kept of the parts of threads in lists of numbers, by their slots: a story is compared with thousands of parts, and
// looks at few of them.
import type { Part } from './active.ts'
import { UNIT } from './features.ts'

const FIRST_SLOTS = 1_024

export class Slots {
  readonly parts: (Part | null)[] = []
  /** Lengths of the summed weights, times the unit. */
  ownLengths = new Float64Array(FIRST_SLOTS)
  sharedLengths = new Float64Array(FIRST_SLOTS)
  /** When the life of a part's thread began and ended. */
  firsts = new Float64Array(FIRST_SLOTS)
  lasts = new Float64Array(FIRST_SLOTS)
  /** Room for scores, all 0 whenever nothing is compared, and for the slots that have one. */
  scores = new Float64Array(FIRST_SLOTS)
  met = new Int32Array(FIRST_SLOTS)
  readonly #free: number[] = []

  get bytes(): number {
    return 5 * this.scores.byteLength + this.met.byteLength
  }

  /** Give a part its slot. */
  take(part: Part): void {
    const slot = this.#free.pop() ?? this.parts.length
    if (slot >= this.scores.length) {
      this.scores = new Float64Array(2 * slot)
      this.met = new Int32Array(2 * slot)
      this.firsts = doubled(this.firsts)
      this.lasts = doubled(this.lasts)
      this.ownLengths = doubled(this.ownLengths)
      this.sharedLengths = doubled(this.sharedLengths)
    }
    part.slot = slot
    this.parts[slot] = part
  }

  free({ slot }: Part): void {
    this.parts[slot] = null
    this.#free.push(slot)
  }

  /** The lengths of a part have changed. */
  measure({ slot, ownSquared, sharedSquared }: Part): void {
    this.ownLengths[slot] = Math.sqrt(ownSquared) * UNIT
    this.sharedLengths[slot] = Math.sqrt(sharedSquared) * UNIT
  }

  /** The life of a part's thread has changed. */
  live({ slot, thread }: Part): void {
    this.firsts[slot] = thread.first
    this.lasts[slot] = thread.last
  }
}

function doubled(list: Float64Array): Float64Array<ArrayBuffer> {
  const made = new Float64Array(2 * list.length)
  made.set(list)
  return made
}
