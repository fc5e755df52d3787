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

/** The heaviest in order; of two alike the one whose name comes first. */
function heaviest({ terms, weights }: Weighed, named: Terms): Weighed {
  const least = weights.length > SUMMED ? largest(Float64Array.from(weights), SUMMED) : 0
  let count = 0
  const keys = new Float64Array(weights.length)
  for (let at = 0; at < weights.length; at++) {
    const weight = weights[at] as number
    if (weight >= least) keys[count++] = weight * PLACES + at
  }
  const order = Array.from(keys.subarray(0, count).sort(), key => key % PLACES).reverse()
  for (let from = 0; from < order.length; ) {
    let end = from + 1
    while (end < order.length && weights[order[end] as number] === weights[order[from] as number]) end++
    if (end - from > 1) {
      const alike = order.slice(from, end).map(at => ({ at, name: named.name(terms[at] as number) }))
      alike.sort((a, b) => (a.name < b.name ? -1 : 1))
      for (let next = from; next < end; next++) order[next] = (alike[next - from] as { at: number }).at
    }
    from = end
  }
  if (order.length > SUMMED) order.length = SUMMED
  return { terms: order.map(at => terms[at] as number), weights: order.map(at => weights[at] as number) }
}

/** The `count`th largest of more numbers, which are left in disorder (Hoare's quickselect). */
function largest(values: Float64Array, count: number): number {
  let low = 0
  let high = values.length - 1
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
