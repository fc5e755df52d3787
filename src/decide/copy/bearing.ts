// Whether what two texts share is what they report. Of a copy, in whatever cut, one headline or the other says words that
// stand in the shared stretch. A notice, a tagline, the opening of a show stands under headlines that know nothing of it.
import type { Run } from './alignment.ts'
import type { Prepared } from './compare.ts'
import type { Vocabulary } from './vocabulary.ts'

export interface Bearing {
  /** Words of the headlines that stand in the shared stretch or in both headlines. Each stem once. */
  said: number
  /** Share of them in the headline that has more of them, 0 to 1. */
  share: number
  /** Words of one headline that stand anywhere in the other report, these included. */
  known: number
  /** Words that could have been such, of both headlines. */
  asked: number
}

/** The name of a series before or behind two headlines is at most so many times as long as what each says of its own. */
const SERIES = 3
const NUMBER = /^\p{N}/u

/** Null where a headline has no word that could say anything. `runs`: what the two share. */
export function bearing(left: Prepared, right: Prepared, runs: readonly Run[], vocabulary: Vocabulary): Bearing | null {
  const leftHeadline = headlineOf(left, vocabulary)
  const rightHeadline = headlineOf(right, vocabulary)
  if (leftHeadline.size === 0 || rightHeadline.size === 0) return null
  const shared = new Set<number>()
  for (const run of runs) {
    for (let at = 0; at < run.length; at++) {
      // A headline that is read as the opening of its text bears out nothing by itself.
      if (run.left + at < left.head || run.right + at < right.head) continue
      shared.add(left.stems[run.left + at] ?? 0)
    }
  }
  const series = seriesOf(left, right, leftHeadline, rightHeadline, vocabulary)
  const said = { left: 0, right: 0, all: 0, known: 0 }
  const both = new Set([...leftHeadline, ...rightHeadline])
  let asked = 0
  for (const stem of both) {
    if (series.has(stem)) continue
    const inLeft = leftHeadline.has(stem)
    const inRight = rightHeadline.has(stem)
    asked += (inLeft ? 1 : 0) + (inRight ? 1 : 0)
    if ((inLeft ? right : left).set().has(stem)) said.known++
    if (!shared.has(stem) && !(inLeft && inRight)) continue
    said.all++
    if (inLeft) said.left++
    if (inRight) said.right++
  }
  const share = Math.max(said.left / leftHeadline.size, said.right / rightHeadline.size)
  return { said: said.all, share, known: said.known, asked }
}

/** Stems of a headline that may say what a report is about. Numbers stand in too many notices. */
function headlineOf(text: Prepared, vocabulary: Vocabulary): Set<number> {
  const { headline, headlineStems } = text
  const out = new Set<number>()
  for (const [at, word] of headline.entries()) {
    if (vocabulary.content(word) && !NUMBER.test(vocabulary.text(word))) out.add(headlineStems[at] ?? 0)
  }
  return out
}

/**
 * What both headlines have before or behind a mark, where each goes on with something else: the name of a show, of a site.
 * Numbers there are those of editions.
 */
function seriesOf(
  left: Prepared,
  right: Prepared,
  leftSaid: ReadonlySet<number>,
  rightSaid: ReadonlySet<number>,
  vocabulary: Vocabulary,
): Set<number> {
  const out = new Set<number>()
  const isNumber = (stem: number) => NUMBER.test(vocabulary.text(stem))
  const take = (length: number, leftFrom: number, rightFrom: number) => {
    const ones = [...left.headlineStems.subarray(leftFrom, leftFrom + length)]
    const others = right.headlineStems.subarray(rightFrom, rightFrom + length)
    const same = ones.every((stem, at) => stem === others[at] || (isNumber(stem) && isNumber(others[at] ?? 0)))
    if (same) for (const stem of ones) out.add(stem)
  }
  const [before, behind] = left.frame
  if (before > 0 && before === right.frame[0]) take(before, 0, 0)
  if (behind > 0 && behind === right.frame[1]) {
    take(behind, left.headlineStems.length - behind, right.headlineStems.length - behind)
  }
  if (out.size === 0) return out
  const leftOwn = [...leftSaid].filter(stem => !out.has(stem))
  const rightOwn = [...rightSaid].filter(stem => !out.has(stem))
  const length = [...out].filter(stem => leftSaid.has(stem)).length
  const common = leftOwn.filter(stem => rightSaid.has(stem)).length
  const least = Math.min(leftOwn.length, rightOwn.length)
  return least > 0 && length <= SERIES * least && 2 * common < least ? out : new Set<number>()
}
