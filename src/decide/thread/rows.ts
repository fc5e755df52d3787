// Which terms a story says, row after row in a few long lists of numbers: objects and maps for a hundred thousand stories
// cost ten times the memory, and most of the time goes into waiting for it.

const FIRST_ROWS = 1_024
const FIRST_ASKED = 1_024
// Rows that are gone stay until they are this many, and half as many as what is left.
const MOST_GONE = 1_000

/** Terms of the story's language, those of any, or both. */
export type Kinds = 'own' | 'shared' | 'both'

/** Stories have rows, of their own terms and of those of any language. Rows are numbered anew when they are compacted. */
export class Rows {
  /** Who holds a row, as a number of the caller's; -1 for a row that is gone. */
  holder = new Int32Array(FIRST_ROWS)
  /** Terms and weights, row after row. */
  terms = new Int32Array(32 * FIRST_ROWS)
  weights = new Uint16Array(32 * FIRST_ROWS)
  // Where the terms of a row begin, and how many are its own; the next row begins where the others end.
  #from = new Int32Array(FIRST_ROWS + 1)
  #own = new Uint8Array(FIRST_ROWS)
  #count = 0
  #gone = 0
  // The terms asked for, in a small table that stays near the processor: term + 1 and its place, by turns; 0 is no term.
  #asked = new Int32Array(2 * FIRST_ASKED)
  #mask = FIRST_ASKED - 1
  #kinds: Kinds = 'both'
  #latest: ArrayLike<number> | null = null

  get bytes(): number {
    const lists = [this.holder, this.terms, this.weights, this.#from, this.#own, this.#asked]
    return lists.reduce((sum, list) => sum + list.byteLength, 0)
  }

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
    }
    this.#from[row + 1] = end
    this.#own[row] = own.length
    this.terms.set(own, from)
    this.weights.set(ownWeights, from)
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

  /** Terms of some kinds to compare with: `sharesOf` and `dotOf` know them by their place in this list, which stays as it is. */
  ask(terms: ArrayLike<number>, kinds: Kinds): void {
    if (terms === this.#latest) return
    this.#latest = terms
    this.#kinds = kinds
    if (4 * terms.length > this.#mask) {
      this.#mask = 2 ** Math.ceil(Math.log2(4 * terms.length + 1)) - 1
      this.#asked = new Int32Array(2 * (this.#mask + 1))
    } else this.#asked.fill(0)
    for (let at = 0; at < terms.length; at++) {
      const key = (terms[at] as number) + 1
      const place = placeOf(this.#asked, this.#mask, key)
      this.#asked[place] = key
      this.#asked[place + 1] = at
    }
  }

  /** Add a story's weights of the terms asked for, by their places. */
  sharesOf(row: number, into: Float64Array): void {
    const { terms, weights } = this
    const asked = this.#asked
    const mask = this.#mask
    const end = this.#kinds === 'own' ? this.sharedFrom(row) : this.end(row)
    for (let at = this.#kinds === 'shared' ? this.sharedFrom(row) : this.from(row); at < end; at++) {
      const found = placeOf(asked, mask, (terms[at] as number) + 1)
      if (asked[found] === 0) continue
      const place = asked[found + 1] as number
      into[place] = (into[place] as number) + (weights[at] as number)
    }
  }

  /** Dot product of a story's terms with the weights of those asked for. */
  dotOf(row: number, given: ArrayLike<number>): number {
    const { terms, weights } = this
    const asked = this.#asked
    const mask = this.#mask
    const end = this.#kinds === 'own' ? this.sharedFrom(row) : this.end(row)
    let dot = 0
    for (let at = this.#kinds === 'shared' ? this.sharedFrom(row) : this.from(row); at < end; at++) {
      const found = placeOf(asked, mask, (terms[at] as number) + 1)
      if (asked[found] !== 0) dot += (weights[at] as number) * (given[asked[found + 1] as number] as number)
    }
    return dot
  }

  /** A story's terms of one kind, heaviest first. */
  said(row: number, own: boolean): { terms: number[]; weights: number[] } {
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

/** Where a key stands in a table of keys and values by turns, or where it would. */
function placeOf(table: Int32Array, mask: number, key: number): number {
  let at = Math.imul(key, 0x9e3779b1) & mask
  for (;;) {
    const found = table[2 * at]
    if (found === 0 || found === key) return 2 * at
    at = (at + 1) & mask
  }
}

function grown<T extends Int32Array | Uint16Array | Uint8Array>(list: T, least: number): T {
  const made = new (list.constructor as new (length: number) => T)(Math.max(least, list.length + (list.length >> 1)))
  made.set(list)
  return made
}
