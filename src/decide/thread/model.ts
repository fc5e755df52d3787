// Which text of a story a sentence model is given, and whether two models are one. Pure.
import { isPlaceholderTitle } from '../placeholder.ts'

/** Characters of a headline and of a body. With 2,000 of a body a model takes ten times as long. */
const HEADLINE = 300
const BEGINNING = 300

/** What is encoded of a story: headline and beginning of the body. */
export function textToEncode(title: string, text: string): string {
  const headline = isPlaceholderTitle(title) ? '' : title.slice(0, HEADLINE)
  return `${headline}\n${text.slice(0, BEGINNING)}`.trim()
}

/**
 * Cosine from which two answers to one text are of one model. multilingual-e5-small with four bits a weight is at .98 to .99 of
 * the whole one, with another prefix at .945; a model that was made of it by taking languages away is at 1 in those that were
 * left, at .76 in others.
 */
const SAME_MODEL = 0.97

type Answers = readonly (ArrayLike<number> | null)[]

/** Whether what was answered to the same texts came from one model. */
export function isSameModel(ones: Answers, others: Answers): boolean {
  return (
    ones.length === others.length &&
    ones.every((one, at) => {
      const other = others[at] ?? null
      return one === null || other === null ? one === other : isSameAnswer(one, other)
    })
  )
}

function isSameAnswer(one: ArrayLike<number>, other: ArrayLike<number>): boolean {
  if (one.length !== other.length) return false
  let [dot, squares, otherSquares] = [0, 0, 0]
  for (let at = 0; at < one.length; at++) {
    const [a, b] = [one[at] as number, other[at] as number]
    dot += a * b
    squares += a * a
    otherSquares += b * b
  }
  return dot >= SAME_MODEL * Math.sqrt(squares * otherSquares)
}
