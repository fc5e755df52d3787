// Where a vector of the user's encoder points, in few whole numbers: what is stored with a story and compared.

/** Steps from the middle of a direction to its end, so that each part fits a byte. */
const STEPS = 127

/** Each part in whole 127ths of the vector's length; null for a vector that points nowhere. */
export function directionOf(vector: readonly number[] | null): number[] | null {
  if (vector === null) return null
  const length = Math.hypot(...vector)
  if (!Number.isFinite(length) || length === 0) return null
  return vector.map(part => Math.round((part / length) * STEPS))
}
