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
