// Where two rows of words differ: the shortest way from one to the other (Myers 1986), given up where it would be long.
import { diffArrays } from 'diff'

/** A place where words `from` to `to` of the old row were replaced by `youngFrom` to `youngTo` of the new one. */
export interface Change {
  from: number
  to: number
  youngFrom: number
  youngTo: number
}

/**
 * Words out and in, together, beyond which the differing middle is called replaced whole: 16 ms of processor for two texts
 * that share nothing, 85 ms at 1,000.
 */
const LONGEST_WAY = 400

/** The places, in reading order; none where the rows are equal. Time and memory are bounded by `limit`, not by length. */
export function differences(old: readonly string[], young: readonly string[], limit = LONGEST_WAY): Change[] {
  let head = 0
  const shorter = Math.min(old.length, young.length)
  while (head < shorter && old[head] === young[head]) head++
  let tail = 0
  while (tail < shorter - head && old[old.length - 1 - tail] === young[young.length - 1 - tail]) tail++
  const to = old.length - tail
  const youngTo = young.length - tail
  if (head === to && head === youngTo) return []
  const runs = diffArrays(old.slice(head, to), young.slice(head, youngTo), { maxEditLength: limit })
  if (runs === undefined) return [{ from: head, to, youngFrom: head, youngTo }]
  const changes: Change[] = []
  let at = head
  let youngAt = head
  for (const { count, added, removed } of runs) {
    if (!added && !removed) {
      at += count
      youngAt += count
      continue
    }
    let last = changes.at(-1)
    if (last === undefined || last.to !== at || last.youngTo !== youngAt) {
      last = { from: at, to: at, youngFrom: youngAt, youngTo: youngAt }
      changes.push(last)
    }
    if (removed) last.to = at += count
    else last.youngTo = youngAt += count
  }
  return changes
}
