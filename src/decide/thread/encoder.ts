// The place for a user's own sentence encoder: what it gives, and how it is stored. No model comes with us. Pure.

/** A text's direction in a space where texts of like meaning lie near each other. */
export type Encoder = (text: string) => ArrayLike<number>

// More would weigh more than all the words of a story.
const MOST = 1_024

/** The direction as stored with a story: whole 127ths of its length; null where it points nowhere. */
export function direction(vector: ArrayLike<number>): number[] | null {
  if (vector.length === 0 || vector.length > MOST) return null
  let squares = 0
  for (let at = 0; at < vector.length; at++) squares += (vector[at] ?? 0) ** 2
  if (!(squares > 0 && Number.isFinite(squares))) return null
  const length = Math.sqrt(squares)
  return Array.from(vector, value => Math.round((value / length) * 127))
}

/** Cosine of a direction with the mean of those of some stories; null where none has one in the same space. */
export function likenessOfMeaning(
  direction: readonly number[],
  others: readonly (readonly number[] | null)[],
): number | null {
  const sum = new Array<number>(direction.length).fill(0)
  let found = false
  for (const other of others) {
    if (other?.length !== direction.length) continue
    found = true
    for (const [at, value] of other.entries()) sum[at] = (sum[at] ?? 0) + value
  }
  if (!found) return null
  let dot = 0
  let one = 0
  let other = 0
  for (const [at, value] of direction.entries()) {
    const mean = sum[at] ?? 0
    dot += value * mean
    one += value * value
    other += mean * mean
  }
  return dot / (Math.sqrt(one * other) || 1)
}
