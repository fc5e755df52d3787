// What a part of a thread says as a whole: its heaviest terms.
import type { Part } from './active.ts'
import type { Weighted } from './features.ts'
import type { Sums } from './sums.ts'

/** The terms a part is known by: more than these only blur it. */
const SUMMED = 400
/** Its heaviest shared terms: those it is compared by across languages. */
const ACROSS = 40

/** A part with its summed terms, heaviest first. */
export interface Summed {
  part: Part
  own: Weighted
  shared: Weighted
  /** The first of `shared`. */
  across: Weighted
}

/** Names and kinds of terms. */
export interface Terms {
  name(term: number): string
  isShared(term: number): boolean
}

/** A part known by the terms of its only story. */
export function ofOne(part: Part, said: { own: Weighted; shared: Weighted }): Summed {
  return { part, ...said, across: first(said.shared, ACROSS) }
}

/** A part known by the heaviest of its sums. */
export function ofMany(part: Part, sums: Sums, terms: Terms): Summed {
  const own: Weighed = { terms: [], weights: [] }
  const shared: Weighed = { terms: [], weights: [] }
  sums.each((term, sum) => {
    const to = terms.isShared(term) ? shared : own
    to.terms.push(term)
    to.weights.push(sum)
  })
  const kept = heaviest(shared, terms)
  return { part, own: heaviest(own, terms), shared: kept, across: first(kept, ACROSS) }
}

interface Weighed {
  terms: number[]
  weights: number[]
}

export const first = ({ terms, weights }: Weighted, count: number): Weighted =>
  terms.length <= count ? { terms, weights } : { terms: terms.slice(0, count), weights: weights.slice(0, count) }

// Weights with the places they came from are sorted as numbers, which takes no comparing function.
const PLACES = 2 ** 20

let keys = new Float64Array(1_024)

/** The heaviest in order; of two alike the one whose name comes first. */
function heaviest({ terms, weights }: Weighed, named: Terms): Weighed {
  if (weights.length > keys.length) keys = new Float64Array(2 * weights.length)
  for (let at = 0; at < weights.length; at++) keys[at] = weights[at] as number
  const least = weights.length > SUMMED ? largest(keys, weights.length, SUMMED) : 0
  let count = 0
  for (let at = 0; at < weights.length; at++) {
    const weight = weights[at] as number
    if (weight >= least) keys[count++] = weight * PLACES + at
  }
  keys.subarray(0, count).sort()
  const order: number[] = []
  for (let at = count - 1; at >= 0; at--) order.push((keys[at] as number) % PLACES)
  const first = (a: number, b: number) => (named.name(terms[a] as number) < named.name(terms[b] as number) ? -1 : 1)
  for (let from = 0, end = 1; from < order.length; from = end++) {
    while (end < order.length && weights[order[end] as number] === weights[order[from] as number]) end++
    if (end - from === 1) continue
    const alike = order.slice(from, end).sort(first)
    for (let at = from; at < end; at++) order[at] = alike[at - from] as number
  }
  if (order.length > SUMMED) order.length = SUMMED
  return { terms: order.map(at => terms[at] as number), weights: order.map(at => weights[at] as number) }
}

/** The `count`th largest of the first `length` numbers, which are left in disorder (Hoare's quickselect). */
function largest(values: Float64Array, length: number, count: number): number {
  let low = 0
  let high = length - 1
  while (low < high) {
    const pivot = values[(low + high) >> 1] as number
    let left = low
    let right = high
    while (left <= right) {
      while ((values[left] as number) > pivot) left++
      while ((values[right] as number) < pivot) right--
      if (left > right) break
      const value = values[left] as number
      values[left++] = values[right] as number
      values[right--] = value
    }
    if (count - 1 <= right) high = right
    else if (count - 1 >= left) low = left
    else break
  }
  return values[count - 1] as number
}
