// The place for a user's own sentence encoder: what it gives, and how it is stored. No model comes with us. Pure.

// More would weigh more than all the words of a story.
const MOST = 1_024

/** A vector as stored with a story: whole 127ths of its length; null where it points nowhere. */
export function quantise(vector: ArrayLike<number>): number[] | null {
  if (vector.length === 0 || vector.length > MOST) return null
  let squares = 0
  for (let at = 0; at < vector.length; at++) squares += (vector[at] ?? 0) ** 2
  if (!(squares > 0 && Number.isFinite(squares))) return null
  const length = Math.sqrt(squares)
  return Array.from(vector, value => Math.round((value / length) * 127))
}

/** Share of a likeness that the vectors of a user's own encoder make up, where both sides have them; words are the rest. */
export const ENCODED = 0.3
/** Cosine up to which two texts are on one subject, not on one event, and their vectors count nothing. */
export const SUBJECT = 0.4
// Until so many stories have a direction, what all of them have in common is hardly known.
const KNOWN = 20

/**
 * What the directions of one language have in common. Many models put all texts of a kind close together, so that any two
 * stories are alike; what tells them apart is what is left without the mean of the window.
 */
export class Meanings {
  readonly #sum: Float64Array
  #count = 0

  /** `length` is that of all the directions. */
  constructor(length: number) {
    this.#sum = new Float64Array(length)
  }

  get empty(): boolean {
    return this.#count === 0
  }

  /** Take a direction in, or with -1 out again. */
  count(direction: readonly number[], sign: 1 | -1): void {
    this.#count += sign
    for (const [at, value] of direction.entries()) this.#sum[at] = (this.#sum[at] as number) + sign * value
  }

  /** What a direction says beside all others, of length 1. */
  own(direction: readonly number[]): Float64Array {
    const own = new Float64Array(direction.length)
    let squares = 0
    for (const [at, value] of direction.entries()) {
      const left = value - (this.#sum[at] as number) / (this.#count + KNOWN)
      own[at] = left
      squares += left * left
    }
    const length = Math.sqrt(squares) || 1
    for (let at = 0; at < own.length; at++) own[at] = (own[at] as number) / length
    return own
  }
}

/** Likeness by words and by meaning together, 0 to 1. */
export function blended(words: number, meaning: number): number {
  return (1 - ENCODED) * words + ENCODED * Math.max(0, (meaning - SUBJECT) / (1 - SUBJECT))
}

/** Dot product of two directions of one space. */
export function dotOf(one: Float64Array, other: Float64Array): number {
  let dot = 0
  for (let at = 0; at < one.length; at++) dot += (one[at] as number) * (other[at] as number)
  return dot
}
