// Which stories say a term, and which terms a story says, in a few long rows of numbers: objects and maps for a hundred
// thousand stories cost ten times the memory, and most of the time goes into waiting for it.

const FIRST_TERMS = 1_024
// Rows that are gone stay in the lists until they are this many, and as many as half of what is left.
const MOST_GONE = 1_000

/** Terms have ids, and stories have rows. Both are given out again: an id outlives its term in nobody's hands. */
export class Postings {
  /** Stories that say a term, by id. */
  frequency = new Int32Array(FIRST_TERMS)
  /** Who holds a row, as a number of the caller's; -1 for a row that is gone. */
  holder = new Int32Array(FIRST_TERMS)
  /** Place of a term in what is being asked for, counted from 1; 0 elsewhere. */
  readonly #names: string[] = []
  readonly #freeTerms: number[] = []
  #asked = new Uint16Array(FIRST_TERMS)
  // By term: where its list stands in the pool, how long it is, and how much room it has.
  #start = new Int32Array(FIRST_TERMS)
  #length = new Int32Array(FIRST_TERMS)
  #room = new Int32Array(FIRST_TERMS)
  // The pool of lists: rows and the weights they give the term.
  #rows = new Int32Array(4 * FIRST_TERMS)
  #shares = new Uint16Array(4 * FIRST_TERMS)
  #poolEnd = 0
  /** Lists that moved to more room, by the logarithm of what they had. */
  readonly #freeLists: number[][] = []
  // By row: where its terms begin, and how many are of its own language; the next row begins where the others end.
  #from = new Int32Array(FIRST_TERMS + 1)
  #own = new Uint8Array(FIRST_TERMS)
  #rowCount = 0
  #gone = 0
  // Terms and weights, row after row.
  #terms = new Int32Array(4 * FIRST_TERMS)
  #weights = new Uint16Array(4 * FIRST_TERMS)

  name(term: number): string {
    return this.#names[term] as string
  }

  /** Bytes of all rows of numbers. */
  get bytes(): number {
    let sum = 0
    for (const list of [
      this.frequency,
      this.holder,
      this.#asked,
      this.#start,
      this.#length,
      this.#room,
      this.#rows,
      this.#shares,
      this.#from,
      this.#own,
      this.#terms,
      this.#weights,
    ])
      sum += list.byteLength
    return sum
  }

  /** A new term that nobody says yet. */
  make(name: string): number {
    const free = this.#freeTerms.pop()
    const term = free ?? this.#names.length
    this.#names[term] = name
    if (term >= this.frequency.length) {
      this.frequency = grown(this.frequency, term + 1)
      this.#asked = grown(this.#asked, term + 1)
      this.#start = grown(this.#start, term + 1)
      this.#length = grown(this.#length, term + 1)
      this.#room = grown(this.#room, term + 1)
    }
    return term
  }

  /** A term that nobody says any more; its id may come back as another. */
  release(term: number): void {
    this.#free(term)
    this.#names[term] = ''
    this.#freeTerms.push(term)
  }

  #free(term: number): void {
    const room = this.#room[term] as number
    if (room > 0) {
      const size = 31 - Math.clz32(room)
      const same = this.#freeLists[size]
      if (same) same.push(this.#start[term] as number)
      else this.#freeLists[size] = [this.#start[term] as number]
    }
    this.#room[term] = 0
    this.#length[term] = 0
  }

  #allot(room: number): number {
    const free = this.#freeLists[31 - Math.clz32(room)]?.pop()
    if (free !== undefined) return free
    const start = this.#poolEnd
    this.#poolEnd += room
    if (this.#poolEnd > this.#rows.length) {
      this.#rows = grown(this.#rows, this.#poolEnd)
      this.#shares = grown(this.#shares, this.#poolEnd)
    }
    return start
  }

  #append(term: number, row: number, weight: number): void {
    const length = this.#length[term] as number
    if (length === this.#room[term]) {
      const room = length === 0 ? 1 : 2 * length
      const start = this.#allot(room)
      const before = this.#start[term] as number
      for (let at = 0; at < length; at++) {
        this.#rows[start + at] = this.#rows[before + at] as number
        this.#shares[start + at] = this.#shares[before + at] as number
      }
      this.#free(term)
      this.#start[term] = start
      this.#room[term] = room
    }
    const at = (this.#start[term] as number) + length
    this.#rows[at] = row
    this.#shares[at] = weight
    this.#length[term] = length + 1
  }

  /** A story: its terms with their weights, up to 65,535 and 255 of each kind. Returns its row. */
  add(
    own: readonly number[],
    ownWeights: readonly number[],
    shared: readonly number[],
    sharedWeights: readonly number[],
    holder: number,
  ): number {
    const row = this.#rowCount++
    const from = this.#from[row] as number
    const end = from + own.length + shared.length
    if (row >= this.holder.length) {
      this.holder = grown(this.holder, row + 1)
      this.#own = grown(this.#own, row + 1)
      this.#from = grown(this.#from, row + 2)
    }
    if (end > this.#terms.length) {
      this.#terms = grown(this.#terms, end)
      this.#weights = grown(this.#weights, end)
    }
    this.#from[row + 1] = end
    this.#own[row] = own.length
    this.holder[row] = holder
    let to = from
    for (const [terms, weights] of [
      [own, ownWeights],
      [shared, sharedWeights],
    ] as const) {
      for (let at = 0; at < terms.length; at++, to++) {
        const term = terms[at] as number
        const weight = weights[at] as number
        this.#terms[to] = term
        this.#weights[to] = weight
        this.frequency[term] = (this.frequency[term] as number) + 1
        this.#append(term, row, weight)
      }
    }
    return row
  }

  /** Take a story out. Its terms that nobody else says are handed over, to be released. */
  remove(row: number, unsaid: (term: number, own: boolean) => void): void {
    const from = this.#from[row] as number
    const end = this.#from[row + 1] as number
    const shared = from + (this.#own[row] as number)
    this.holder[row] = -1
    this.#gone++
    for (let at = from; at < end; at++) {
      const term = this.#terms[at] as number
      const left = (this.frequency[term] as number) - 1
      this.frequency[term] = left
      if (left === 0) unsaid(term, at < shared)
    }
  }

  /** Whether it is time to `compact`. */
  get wasteful(): boolean {
    return this.#gone > MOST_GONE && 3 * this.#gone > this.#rowCount
  }

  /** Leave out what is gone. Returns the new number of each row. */
  compact(): Int32Array {
    const moved = new Int32Array(this.#rowCount).fill(-1)
    let rows = 0
    let end = 0
    for (let row = 0; row < this.#rowCount; row++) {
      if (this.holder[row] === -1) continue
      const from = this.#from[row] as number
      const length = (this.#from[row + 1] as number) - from
      this.#terms.copyWithin(end, from, from + length)
      this.#weights.copyWithin(end, from, from + length)
      this.#own[rows] = this.#own[row] as number
      this.holder[rows] = this.holder[row] as number
      this.#from[rows] = end
      end += length
      moved[row] = rows++
    }
    this.#from[rows] = end
    this.#rowCount = rows
    this.#gone = 0
    const oldRows = this.#rows
    const oldShares = this.#shares
    let needed = 0
    for (let term = 0; term < this.#names.length; term++) needed += roomFor(this.frequency[term] as number)
    this.#rows = new Int32Array(needed + (needed >> 2))
    this.#shares = new Uint16Array(this.#rows.length)
    this.#freeLists.length = 0
    this.#poolEnd = 0
    for (let term = 0; term < this.#names.length; term++) {
      const before = this.#start[term] as number
      const length = this.#length[term] as number
      const room = roomFor(this.frequency[term] as number)
      const start = this.#poolEnd
      this.#poolEnd += room
      let kept = 0
      for (let at = before; at < before + length; at++) {
        const row = moved[oldRows[at] as number] as number
        if (row < 0) continue
        this.#rows[start + kept] = row
        this.#shares[start + kept++] = oldShares[at] as number
      }
      this.#start[term] = start
      this.#length[term] = kept
      this.#room[term] = room
    }
    return moved
  }

  /** Add to the score of every holder what its stories give the term; holders whose score was 0 are met. */
  collect(term: number, weight: number, scores: Float64Array, met: number[]): void {
    const start = this.#start[term] as number
    const end = start + (this.#length[term] as number)
    const rows = this.#rows
    const shares = this.#shares
    const { holder } = this
    for (let at = start; at < end; at++) {
      const who = holder[rows[at] as number] as number
      if (who < 0) continue
      const before = scores[who] as number
      if (before === 0) met.push(who)
      scores[who] = before + weight * (shares[at] as number)
    }
  }

  /** Terms to compare with: `sharesOf` and `dotOf` know them by their place in this list. Ask, compare, `answered`. */
  ask(terms: readonly number[]): void {
    for (let at = 0; at < terms.length; at++) this.#asked[terms[at] as number] = at + 1
  }

  answered(terms: readonly number[]): void {
    for (let at = 0; at < terms.length; at++) this.#asked[terms[at] as number] = 0
  }

  /** Add a story's weights of the terms asked for, by their places. */
  sharesOf(row: number, into: Float64Array): void {
    const end = this.#from[row + 1] as number
    for (let at = this.#from[row] as number; at < end; at++) {
      const place = this.#asked[this.#terms[at] as number] as number
      if (place > 0) into[place - 1] = (into[place - 1] as number) + (this.#weights[at] as number)
    }
  }

  /** Dot product of a story's own terms with those asked for. */
  dotOf(row: number, weights: readonly number[]): number {
    const from = this.#from[row] as number
    const end = from + (this.#own[row] as number)
    let dot = 0
    for (let at = from; at < end; at++) {
      const place = this.#asked[this.#terms[at] as number] as number
      if (place > 0) dot += (this.#weights[at] as number) * (weights[place - 1] as number)
    }
    return dot
  }

  /** A story's terms of one kind, heaviest first. */
  said(row: number, own: boolean): { terms: number[]; weights: number[] } {
    const from = this.#from[row] as number
    const shared = from + (this.#own[row] as number)
    const [first, end] = own ? [from, shared] : [shared, this.#from[row + 1] as number]
    const terms = new Array<number>(end - first)
    const weights = new Array<number>(end - first)
    for (let at = first; at < end; at++) {
      terms[at - first] = this.#terms[at] as number
      weights[at - first] = this.#weights[at] as number
    }
    return { terms, weights }
  }
}

const roomFor = (length: number) => (length === 0 ? 0 : 2 ** (32 - Math.clz32(length - 1)))

function grown<T extends Int32Array | Uint16Array | Uint8Array>(list: T, least: number): T {
  const made = new (list.constructor as new (length: number) => T)(Math.max(least, list.length + (list.length >> 1)))
  made.set(list)
  return made
}
