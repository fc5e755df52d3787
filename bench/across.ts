// Links across languages by themselves: pairs of two labelled items in two languages. In the score of everything they are
// few beside the pairs of one language, and hidden by them.
import type { Assignment, EvalItem } from '../src/run/evaluate.ts'

export interface PairScore {
  /** Pairs in two languages that were brought together, and those that belong together. */
  found: number
  gold: number
  pairs: { precision: number; recall: number }
}

export function scoreAcross(items: readonly EvalItem[], assignments: readonly Assignment[]): PairScore {
  const threads = new Map(assignments.map(({ id, thread }) => [id, thread]))
  const labelled = items.filter(({ thread }) => thread !== null)
  let [found, gold, right] = [0, 0, 0]
  for (const [at, a] of labelled.entries()) {
    for (const b of labelled.slice(at + 1)) {
      if (a.lang === b.lang) continue
      const together = threads.get(a.id) === threads.get(b.id)
      const belong = a.thread === b.thread
      found += Number(together)
      gold += Number(belong)
      right += Number(together && belong)
    }
  }
  return { found, gold, pairs: { precision: right / (found || 1), recall: right / (gold || 1) } }
}
