// What of a text is its publisher's: the stretches it shares with texts of another subject. One of the same agency shows it,
// two of whatever agencies: papers of one house close with the same words.
import type { Run } from './alignment.ts'

/** A text that shares with another what is no word on either. */
export interface Stranger {
  /** Hash of the text: one that is known in two ways counts once. */
  key: number
  /** How much it shows: {@link ENOUGH} is a proof. */
  weight: number
  /** What is shared; `left` is the text that is asked about. */
  runs: readonly Run[]
}

export const ENOUGH = 2
/** Shorter runs say nothing: two reports may open with the same four words. */
export const LEAST_RUN = 5

/** Marks the words of a text of `length` words that are its publisher's; null where none is. */
export function marksOf(strangers: readonly Stranger[], length: number): Uint8Array | null {
  if (strangers.length === 0) return null
  const counts = new Uint8Array(length)
  const seen = new Set<number>()
  for (const { key, weight, runs } of strangers) {
    if (seen.has(key)) continue
    seen.add(key)
    for (const run of runs) {
      if (run.length < LEAST_RUN) continue
      for (let at = run.left; at < run.left + run.length; at++) {
        counts[at] = Math.min(ENOUGH, (counts[at] ?? 0) + weight)
      }
    }
  }
  let any = false
  for (let at = 0; at < length; at++) {
    const foreign = counts[at] === ENOUGH
    counts[at] = foreign ? 1 : 0
    any ||= foreign
  }
  return any ? counts : null
}
