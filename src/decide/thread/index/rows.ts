// Which terms a story says, row after row in a few long lists of numbers: objects and maps for a hundred thousand stories
// cost ten times the memory, and most of the time goes into waiting for it.
import { placeOf } from '../../table.ts'

const FIRST_ROWS = 1_024
// Rows that are gone stay until they are this many, and half as many as what is left.
const MOST_GONE = 1_000

/** Terms of the story's language, those of any, or both. */
export type Kinds = 'own' | 'shared' | 'both'

const FIRST_ENTRIES = 2_048

/** Terms that rows are compared with, known by their place in a list that stays as it is. */
export class Query {
  terms: ArrayLike<number>
  weights: ArrayLike<number>
  kinds: Kinds
  #entries: Int32Array | null = null
  #isFilled = false

  constructor(terms: ArrayLike<number> = [], weights: ArrayLike<number> = [], kinds: Kinds = 'both') {
    this.terms = terms
    this.weights = weights
    this.kinds = kinds
  }

  /** A new query in the memory of this one, which is over; the same lists make the same query, and may not have changed. */
  set(terms: ArrayLike<number>, weights: ArrayLike<number>, kinds: Kinds): this {
    if (terms === this.terms && weights === this.weights && kinds === this.kinds) return this
    this.terms = terms
    this.weights = weights
    this.kinds = kinds
    this.#isFilled = false
    return this
  }

  /** A table of the terms, as `placeOf` reads it: the value is the place of the term, plus one. */
  get entries(): Int32Array {
    if (this.#isFilled && this.#entries) return this.#entries
    const { terms } = this
    let entries = this.#entries
    // A quarter full at most: nearly every look-up finds its place at once.
    if (entries === null || 8 * terms.length > entries.length) {
      let length = FIRST_ENTRIES
      while (length < 8 * terms.length) length *= 2
      entries = new Int32Array(length)
    } else entries.fill(0)
    const mask = entries.length / 2 - 1
    for (let at = 0; at < terms.length; at++) {
      const place = placeOf(entries, mask, terms[at] as number)
      entries[place] = (terms[at] as number) + 1
      entries[place + 1] = at + 1
    }
    this.#entries = entries
    this.#isFilled = true
    return entries
  }
}

/** Terms in lists that may hold others before and behind them. */
export interface TermRange {
  terms: ArrayLike<number>
  weights: ArrayLike<number>
  counts: ArrayLike<number>
  from: number
  end: number
}

/** Stories have rows, of their own terms and of those of any language. Rows are numbered anew when they are compacted. */
export class Rows {
  /** Who holds a row, as a number of the caller's; -1 for a row that is gone. */
  holder = new Int32Array(FIRST_ROWS)
  /** Terms and weights, row after row. */
  terms = new Int32Array(32 * FIRST_ROWS)
  weights = new Uint16Array(32 * FIRST_ROWS)
  /** How often a row says each of its own terms. */
  counts = new Uint8Array(32 * FIRST_ROWS)
  // Where the terms of a row begin, and how many are its own; the next row begins where the others end.
  #from = new Int32Array(FIRST_ROWS + 1)
  #own = new Uint8Array(FIRST_ROWS)
  #count = 0
  #gone = 0

  /** Rows given out: those that are gone among them. */
  get count(): number {
    return this.#count
  }

  /** The first place of a row's own terms, that of its shared ones, and the place behind them. */
  from(row: number): number {
    return this.#from[row] as number
  }

  sharedFrom(row: number): number {
    return (this.#from[row] as number) + (this.#own[row] as number)
  }

  end(row: number): number {
    return this.#from[row + 1] as number
  }

  /** A story: its terms with their weights, up to 65,535 and 255 own terms. Returns its row. */
  add(
    own: readonly number[],
    ownWeights: readonly number[],
    ownCounts: readonly number[],
    shared: readonly number[],
    sharedWeights: readonly number[],
  ): number {
    const row = this.#count++
    const from = this.#from[row] as number
    const end = from + own.length + shared.length
    if (row >= this.holder.length) {
      this.holder = grown(this.holder, row + 1)
      this.#own = grown(this.#own, row + 1)
      this.#from = grown(this.#from, row + 2)
    }
    if (end > this.terms.length) {
      this.terms = grown(this.terms, end)
      this.weights = grown(this.weights, end)
      this.counts = grown(this.counts, end)
    }
    this.#from[row + 1] = end
    this.#own[row] = own.length
    this.terms.set(own, from)
    this.weights.set(ownWeights, from)
    this.counts.set(ownCounts, from)
    this.terms.set(shared, from + own.length)
    this.weights.set(sharedWeights, from + own.length)
    return row
  }

  /** Take a story out. */
  remove(row: number): void {
    this.holder[row] = -1
    this.#gone++
  }

  /** Whether it is time to `compact`. */
  get wasteful(): boolean {
    return this.#gone > MOST_GONE && 3 * this.#gone > this.#count
  }

  /** Leave out what is gone. Returns the new number of each row. */
  compact(): Int32Array {
    const moved = new Int32Array(this.#count).fill(-1)
    let rows = 0
    let end = 0
    for (let row = 0; row < this.#count; row++) {
      if (this.holder[row] === -1) continue
      const from = this.#from[row] as number
      const length = (this.#from[row + 1] as number) - from
      this.terms.copyWithin(end, from, from + length)
      this.weights.copyWithin(end, from, from + length)
      this.counts.copyWithin(end, from, from + length)
      this.#own[rows] = this.#own[row] as number
      this.holder[rows] = this.holder[row] as number
      this.#from[rows] = end
      end += length
      moved[row] = rows++
    }
    this.#from[rows] = end
    this.#count = rows
    this.#gone = 0
    return moved
  }

  /** Add a story's weights of the terms of a query, by their places in it. */
  sharesOf(row: number, { entries, kinds }: Query, into: Float64Array): void {
    const { terms, weights } = this
    const mask = entries.length / 2 - 1
    const end = kinds === 'own' ? this.sharedFrom(row) : this.end(row)
    for (let at = kinds === 'shared' ? this.sharedFrom(row) : this.from(row); at < end; at++) {
      const place = entries[placeOf(entries, mask, terms[at] as number) + 1] as number
      if (place !== 0) into[place - 1] = (into[place - 1] as number) + (weights[at] as number)
    }
  }

  /** Dot product of a story's terms with those of a query. */
  dotOf(row: number, { entries, weights: given, kinds }: Query): number {
    const { terms, weights } = this
    const mask = entries.length / 2 - 1
    const end = kinds === 'own' ? this.sharedFrom(row) : this.end(row)
    let dot = 0
    for (let at = kinds === 'shared' ? this.sharedFrom(row) : this.from(row); at < end; at++) {
      const place = entries[placeOf(entries, mask, terms[at] as number) + 1] as number
      if (place !== 0) dot += (weights[at] as number) * (given[place - 1] as number)
    }
    return dot
  }

  /** Where a story's own terms, their weights and counts stand. */
  rangeOf(row: number): TermRange {
    const { terms, weights, counts } = this
    return { terms, weights, counts, from: this.from(row), end: this.sharedFrom(row) }
  }

  /** The same as views. */
  ownOf(row: number): { terms: Int32Array; weights: Uint16Array; counts: Uint8Array } {
    const [from, end] = [this.from(row), this.sharedFrom(row)]
    const { terms, weights, counts } = this
    return {
      terms: terms.subarray(from, end),
      weights: weights.subarray(from, end),
      counts: counts.subarray(from, end),
    }
  }

  /** A story's terms of one kind, heaviest first. */
  termsOf(row: number, own: boolean): { terms: number[]; weights: number[] } {
    const [from, end] = own ? [this.from(row), this.sharedFrom(row)] : [this.sharedFrom(row), this.end(row)]
    const terms = new Array<number>(end - from)
    const weights = new Array<number>(end - from)
    for (let at = from; at < end; at++) {
      terms[at - from] = this.terms[at] as number
      weights[at - from] = this.weights[at] as number
    }
    return { terms, weights }
  }
}

function grown<T extends Int32Array | Uint16Array | Uint8Array>(list: T, least: number): T {
  const made = new (list.constructor as new (length: number) => T)(Math.max(least, list.length + (list.length >> 1)))
  made.set(list)
  return made
}
