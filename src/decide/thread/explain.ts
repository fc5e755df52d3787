// What a story and a thread share, as a user is told.

import type { Weighted } from './features.ts'
import type { Part } from './index/active.ts'
import type { ThreadIndex } from './index/index.ts'
import { Query } from './index/rows.ts'

const REASONS = 5

/** A word or name two sides share, and its part of the score. */
export interface Evidence {
  term: string
  /** Its id in the window. */
  id: number
  weight: number
}

export const thousandths = (value: number) => Math.round(value * 1_000) / 1_000

const heaviest = (a: Evidence, b: Evidence) => b.weight - a.weight || (a.term < b.term ? -1 : 1)

/** The heaviest of what speaks for a decision: what is kept with it, and told. */
export const reasons = (found: readonly Evidence[]): Evidence[] => found.slice(0, REASONS)

// The memory of a question that is over.
const sharedQuery = new Query()

/** What some terms and a part share, heaviest first, as parts of one. */
export function sharedBy(index: ThreadIndex, { terms, weights }: Weighted, part: Part): Evidence[] {
  const shares = index.weights.shares(part, index.weights.query({ terms, weights }, sharedQuery))
  const found: Evidence[] = []
  let sum = 0
  for (let at = 0; at < terms.length; at++) {
    const share = (weights[at] as number) * (shares[at] as number)
    if (share > 0)
      found.push({ term: index.weights.nameOf(terms[at] as number), id: terms[at] as number, weight: share })
    sum += share
  }
  for (const one of found) one.weight = thousandths(one.weight / (sum || 1))
  return found.sort(heaviest)
}
