// What is kept of the parts of threads in lists of numbers, by their slots: a story is compared with thousands of parts, and
// looks at few of them.
import type { Part } from './active.ts'
import { UNIT } from './features.ts'

const FIRST_SLOTS = 1_024
/** By slot: the lengths of the summed weights, times the unit, and when the life of the part's thread began and ended. */
export const OWN_LENGTH = 0
export const SHARED_LENGTH = 1
export const FIRST = 2
export const LAST = 3
export const FACTS = 4

export class Slots {
  readonly parts: (Part | null)[] = []
  facts = new Float64Array(FACTS * FIRST_SLOTS)
  /** Languages by number. */
  languages = new Int32Array(FIRST_SLOTS)
  /** Room for scores, all 0 whenever nothing is compared, and for the slots that have one. */
  scores = new Float64Array(FIRST_SLOTS)
  met = new Int32Array(FIRST_SLOTS)
  readonly #free: number[] = []
  readonly #numbers = new Map<string, number>()

  get bytes(): number {
    return this.facts.byteLength + this.languages.byteLength + this.scores.byteLength + this.met.byteLength
  }

  /** The number of a language; a part's is found in `languages`. */
  numberOf(language: string): number {
    const known = this.#numbers.get(language)
    if (known !== undefined) return known
    this.#numbers.set(language, this.#numbers.size)
    return this.#numbers.size - 1
  }

  /** Give a part its slot. */
  take(part: Part): void {
    const slot = this.#free.pop() ?? this.parts.length
    if (slot >= this.scores.length) {
      this.scores = new Float64Array(2 * slot)
      this.met = new Int32Array(2 * slot)
      const { facts, languages } = this
      this.facts = new Float64Array(2 * facts.length)
      this.facts.set(facts)
      this.languages = new Int32Array(2 * slot)
      this.languages.set(languages)
    }
    part.slot = slot
    this.parts[slot] = part
    this.languages[slot] = this.numberOf(part.language)
  }

  free({ slot }: Part): void {
    this.parts[slot] = null
    this.#free.push(slot)
  }

  /** The lengths of a part have changed. */
  measure({ slot, ownSquared, sharedSquared }: Part): void {
    this.facts[FACTS * slot + OWN_LENGTH] = Math.sqrt(ownSquared) * UNIT
    this.facts[FACTS * slot + SHARED_LENGTH] = Math.sqrt(sharedSquared) * UNIT
  }

  /** The life of a part's thread has changed. */
  live({ slot, thread }: Part): void {
    this.facts[FACTS * slot + FIRST] = thread.first
    this.facts[FACTS * slot + LAST] = thread.last
  }
}
