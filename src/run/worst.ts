// Where threads went wrong over labelled items, the worst first: what a user looks at before changing a setting.

import type { Placement } from '../model/decided.ts'
import type { Assignment, EvalItem } from './evaluate.ts'

export interface EvalError {
  /** `false merge`: in a thread with items of another label; `missed link`: apart from most items of its label. */
  kind: 'false merge' | 'missed link'
  /** Items of the other side: what the error costs. */
  weight: number
  id: string
  title: string
  /** An item that it should not be with, or should be with. */
  other: { id: string; title: string }
  /** Why the item's story was placed as it was; null where a review or a copy put it there. */
  placement: Placement | null
}

/** The worst errors of threads, at most `limit` of each kind. */
export function worstErrors(
  items: readonly EvalItem[],
  assignments: readonly Assignment[],
  placements: ReadonlyMap<string, Placement>,
  limit: number,
): EvalError[] {
  const found = new Map(assignments.map(({ id, thread }) => [id, thread]))
  const labelled = items.filter(item => item.thread !== null && found.has(item.id))
  const threadOf = (item: EvalItem) => found.get(item.id) ?? ''
  const labelOf = (item: EvalItem) => item.thread ?? ''
  return [
    ...astray('false merge', labelled, threadOf, labelOf, placements, limit),
    ...astray('missed link', labelled, labelOf, threadOf, placements, limit),
  ]
}

/** Of each group of `by`, the items whose `part` is not that of the most: each is an error as heavy as those are many. */
function astray(
  kind: EvalError['kind'],
  items: readonly EvalItem[],
  by: (item: EvalItem) => string,
  part: (item: EvalItem) => string,
  placements: ReadonlyMap<string, Placement>,
  limit: number,
): EvalError[] {
  const errors: EvalError[] = []
  for (const group of Map.groupBy(items, by).values()) {
    const parts = [...Map.groupBy(group, part).values()].sort((a, b) => b.length - a.length)
    const [most, ...others] = parts
    if (most?.[0] === undefined) continue
    const other = { id: most[0].id, title: most[0].title }
    for (const item of others.flat()) {
      const { id, title } = item
      errors.push({ kind, weight: most.length, id, title, other, placement: placements.get(id) ?? null })
    }
  }
  return errors.sort((a, b) => b.weight - a.weight || (a.id < b.id ? -1 : 1)).slice(0, limit)
}
