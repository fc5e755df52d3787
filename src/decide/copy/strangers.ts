// What of a text is its publisher's: the stretches it shares with texts of another subject. One of the same agency shows it,
// two of whatever agencies: papers of one house close with the same words.
import type { Run } from './alignment.ts'

/** A text that shares with another what is no word on either. */
export interface Stranger {
  /** Hash of the text: one that is known in two ways counts once. */
  key: number
  /** Its story: the texts of one story count once. Null where it is not on file. */
  story: number | null
  /** How much it shows: {@link ENOUGH} is a proof. */
  weight: number
  /** What is shared; `left` is the text that is asked about. */
  runs: readonly Run[]
  /** Those of them that open or close both texts. */
  edges: readonly Run[]
}

export const ENOUGH = 2
/** Shorter runs say nothing: two reports may give one man the same titles. */
export const LEAST_RUN = 7

/** Words that may stand between a notice and the edge of a text, or in it: a name, a number. */
const GAP = 3
/** Words of a notice at an edge: a dateline with its day in two calendars has fewer. */
const LEAST_EDGE = 8

/**
 * The runs that open both of two texts, and those that close both. `head`: words of the headline, which opens none.
 * `isWord`: whether what stands at a place of the left text is a word, and no number or single letter.
 */
export function edgesOf(
  runs: readonly Run[],
  left: { length: number; head: number },
  right: { length: number; head: number },
  isWord: (place: number) => boolean,
): Run[] {
  const ordered = runs.toSorted((a, b) => a.left - b.left)
  const opening: Run[] = []
  let [leftAt, rightAt] = [left.head, right.head]
  for (const run of ordered) {
    if (run.left - leftAt > GAP || run.right - rightAt > GAP || run.right < rightAt) break
    opening.push(run)
    leftAt = run.left + run.length
    rightAt = run.right + run.length
  }
  const closing: Run[] = []
  leftAt = left.length
  rightAt = right.length
  for (const run of ordered.toReversed()) {
    const leftGap = leftAt - run.left - run.length
    const rightGap = rightAt - run.right - run.length
    if (leftGap > GAP || rightGap > GAP || rightGap < 0) break
    closing.push(run)
    leftAt = run.left
    rightAt = run.right
  }
  const long = (list: readonly Run[]) => {
    let said = 0
    for (const run of list) for (let at = run.left; at < run.left + run.length; at++) said += isWord(at) ? 1 : 0
    return said >= LEAST_EDGE
  }
  return [...(long(opening) ? opening : []), ...(long(closing) ? closing : [])]
}

/** Marks the words of a text of `length` words that are its publisher's; null where none is. */
export function marksOf(
  strangers: readonly Stranger[],
  length: number,
  which: 'runs' | 'edges' = 'runs',
): Uint8Array | null {
  if (strangers.length === 0) return null
  const counts = new Uint8Array(length)
  const texts = new Set<number>()
  const stories = new Set<number>()
  for (const { key, story, weight, ...shared } of strangers) {
    if (texts.has(key) || (story !== null && stories.has(story))) continue
    texts.add(key)
    if (story !== null) stories.add(story)
    for (const run of shared[which]) {
      if (which === 'runs' && run.length < LEAST_RUN) continue
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
