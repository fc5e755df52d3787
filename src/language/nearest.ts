// Which of some words a person meant who mistyped one.

/** Words beyond it are no typing errors. */
const LONGEST = 60

/**
 * The one of `known` with the name that is nearest, where it is near enough to be meant: a third of its letters changed, at most.
 * Null where none is.
 */
export function nearest<T>(given: string, known: readonly T[], namesOf: (one: T) => readonly string[]): T | null {
  let best: T | null = null
  let least = Number.POSITIVE_INFINITY
  const typed = plain(given)
  for (const one of known) {
    for (const name of namesOf(one)) {
      if (given.length > LONGEST || name.length > LONGEST) continue
      const away = distance(typed, plain(name))
      if (away < least && away <= Math.max(1, Math.floor(Math.max(given.length, name.length) / 3))) {
        best = one
        least = away
      }
    }
  }
  return best
}

/** The same of words. */
export const nearestWord = (given: string, words: readonly string[]): string | null =>
  nearest(given, words, word => [word])

const plain = (word: string): string => word.toLowerCase().replace(/[-_\s]/g, '')

/** Letters to be added, left out, replaced or swapped with their neighbour (Damerau and Levenshtein, restricted). */
function distance(one: string, other: string): number {
  let before: number[] = []
  let last = Array.from({ length: other.length + 1 }, (_, at) => at)
  for (let i = 1; i <= one.length; i++) {
    const row = [i]
    for (let j = 1; j <= other.length; j++) {
      const same = one[i - 1] === other[j - 1]
      let cost = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + (same ? 0 : 1))
      if (i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1]) {
        cost = Math.min(cost, (before[j - 2] ?? 0) + 1)
      }
      row.push(cost)
    }
    before = last
    last = row
  }
  return last[other.length] ?? 0
}
