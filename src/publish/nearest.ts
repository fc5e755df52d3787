// What someone may have meant who typed a name that is not known.

/** Longest name that is compared, in characters. */
const LONGEST = 40

/**
 * The one of `known` with a name that takes the fewest letters to be changed into `asked`; null where that would be more than a
 * third of them.
 */
export function nearest<T>(asked: string, known: readonly T[], namesOf: (one: T) => readonly string[]): T | null {
  let best: { one: T; distance: number } | null = null
  const typed = asked.toLowerCase().slice(0, LONGEST)
  for (const one of known) {
    for (const name of namesOf(one)) {
      const distance = editDistance(typed, name.toLowerCase().slice(0, LONGEST))
      const near = distance <= Math.max(1, Math.floor(Math.max(typed.length, name.length) / 3))
      if (near && (best === null || distance < best.distance)) best = { one, distance }
    }
  }
  return best?.one ?? null
}

/** Letters to insert, delete or replace (Levenshtein). */
function editDistance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, at) => at)
  for (let i = 1; i <= one.length; i++) {
    const next = [i]
    for (let j = 1; j <= other.length; j++) {
      const kept = (row[j - 1] ?? 0) + (one[i - 1] === other[j - 1] ? 0 : 1)
      next.push(Math.min(kept, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[other.length] ?? 0
}
