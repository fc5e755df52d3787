// Ids of stories and threads. One that was merged away or pruned is never given again: whoever kept the address would come to
// another's news.
import type { PrunedKind } from '../model/stored.ts'

/** The mark under which the highest id that was pruned is kept. */
export const prunedMark = (what: PrunedKind): string => `pruned_${what}`

/** The mark under which the latest time is kept before which threads were pruned. */
export const PRUNED_BEFORE = 'pruned_before'

/** SQL: the highest id of a kind that was pruned. */
export const highestPruned = (what: PrunedKind): string =>
  `coalesce((select cast(value as integer) from x_meta where key = '${prunedMark(what)}'), 0)`

const next = (table: string, what: 'story' | 'thread'): string =>
  `(select max(coalesce((select max(id) from ${table}), 0), ${highestPruned(what)},
     coalesce((select max(id) from x_redirects where what = '${what}'), 0)) + 1)`

/** SQL expressions for the next free id. */
export const NEXT_THREAD = next('x_threads', 'thread')
export const NEXT_STORY = next('x_stories', 'story')
export const NEXT_REPORT = `(select max(coalesce((select max(id) from x_reports), 0), ${highestPruned('report')}) + 1)`
