// The profile of a part of a thread: its heaviest terms, to look it up and to compare it by.

import type { Table } from '../../table.ts'
import type { Weighted } from '../features.ts'
import type { Part } from './active.ts'

// The terms a part is looked up by, those it is compared by, more of which only blur it, and those across languages.
const LOOKED_UP = 12
const COMPARED = 400
const ACROSS = 40

/** Names and kinds of terms. */
export interface Terms {
  name(term: number): string
  isShared(term: number): boolean
}

/** The heaviest terms of a part as it stands. */
export class PartProfile {
  readonly part: Part
  /** Own terms to look the part up by, heaviest first. */
  readonly heaviest: Weighted
  /** Terms of any language, heaviest first: a few to look the part up by, and all it is compared by. */
  readonly heaviestShared: Weighted
  readonly shared: Weighted
  readonly #compared: () => Weighted
  #own: Weighted | null = null
  readonly #likenesses = new Map<Part, { version: number; cosine: number }>()

  private constructor(part: Part, heaviest: Weighted, shared: Weighted, compared: () => Weighted) {
    this.part = part
    this.heaviest = heaviest
    this.heaviestShared = first(shared, LOOKED_UP)
    this.shared = shared
    this.#compared = compared
  }

  /** Own terms that the part is compared by. */
  get own(): Weighted {
    this.#own ??= this.#compared()
    return this.#own
  }

  /** Likeness to a part, measured again only where that has changed: reviews ask in rounds. */
  likenessTo(other: Part, measure: () => number): number {
    const before = this.#likenesses.get(other)
    if (before?.version === other.version) return before.cosine
    const cosine = measure()
    this.#likenesses.set(other, { version: other.version, cosine })
    return cosine
  }

  /** A part known by the terms of its only story. */
  static ofOne(part: Part, { own, shared }: { own: Weighted; shared: Weighted }): PartProfile {
    return new PartProfile(part, first(own, LOOKED_UP), first(shared, ACROSS), () => own)
  }

  /** A part known by its sums. */
  static ofMany(part: Part, sums: Table, terms: Terms): PartProfile {
    const own: Weighed = { terms: [], weights: [] }
    const shared: Weighed = { terms: [], weights: [] }
    sums.each((term, sum) => {
      const to = terms.isShared(term) ? shared : own
      to.terms.push(term)
      to.weights.push(sum)
    })
    return new PartProfile(part, heaviest(own, LOOKED_UP, terms), heaviest(shared, ACROSS, terms), () =>
      heaviest(own, COMPARED, terms),
    )
  }
}

interface Weighed {
  terms: number[]
  weights: number[]
}

const first = ({ terms, weights }: Weighted, count: number): Weighted =>
  terms.length <= count ? { terms, weights } : { terms: terms.slice(0, count), weights: weights.slice(0, count) }

// Weights with the places they came from are sorted as numbers, which takes no comparing function.
const PLACES = 2 ** 20

let keys = new Float64Array(1_024)

/** The `limit` heaviest in order; of two alike the one whose name comes first. */
function heaviest({ terms, weights }: Weighed, limit: number, named: Terms): Weighed {
  if (weights.length > keys.length) keys = new Float64Array(2 * weights.length)
  for (let at = 0; at < weights.length; at++) keys[at] = weights[at] as number
  const least = weights.length > limit ? largest(keys, weights.length, limit) : 0
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
  if (order.length > limit) order.length = limit
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
