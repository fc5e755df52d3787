// What is kept of the parts of threads in lists of numbers, by their slots: a story is compared with thousands of parts, and
// looks at few of them.
import { UNIT } from '../features.ts'
import type { Part } from './active.ts'

const FIRST_SLOTS = 1_024
// Less than the length of any part times the unit: the squares of a story's weights add up to about one.
const SHORTEST = 0.9 * UNIT ** 2
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
  /** Room for scores, all 0 whenever nothing is compared; for the slots that have one; and for theirs in that order. */
  scores = new Float64Array(FIRST_SLOTS)
  matched = new Int32Array(FIRST_SLOTS)
  cosines = new Float64Array(FIRST_SLOTS)
  readonly #free: number[] = []
  readonly #numbers = new Map<string, number>()

  /** The number of a language; a part's is found in `languages`. */
  numberOf(language: string): number {
    const known = this.#numbers.get(language)
    if (known !== undefined) return known
    this.#numbers.set(language, this.#numbers.size)
    return this.#numbers.size - 1
  }

  /**
   * Make cosines of the scores of the first `count` slots matched, where they can be `least` or more and the language is not
   * that of number `except` (-1 for none), and set the scores back to 0. Returns how many: `met` and `cosines` then begin with these. The lengths are read one after the other with
   * nothing decided in between, so that the processor fetches many at a time.
   */
  measured(count: number, length: typeof OWN_LENGTH | typeof SHARED_LENGTH, least: number, except: number): number {
    const { facts, languages, scores, matched, cosines } = this
    let kept = 0
    for (let at = 0; at < count; at++) {
      const slot = matched[at] as number
      const score = scores[slot] as number
      scores[slot] = 0
      // What most of the parts met have in common is a single word: no length makes them near, so it is not read.
      if (score < least * SHORTEST || (except >= 0 && languages[slot] === except)) continue
      matched[kept] = slot
      cosines[kept++] = score
    }
    for (let at = 0; at < kept; at++) {
      cosines[at] = (cosines[at] as number) / (facts[FACTS * (matched[at] as number) + length] as number)
    }
    return kept
  }

  /** Give a part its slot. */
  take(part: Part): void {
    const slot = this.#free.pop() ?? this.parts.length
    if (slot >= this.scores.length) {
      this.scores = new Float64Array(2 * slot)
      this.matched = new Int32Array(2 * slot)
      this.cosines = new Float64Array(2 * slot)
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
