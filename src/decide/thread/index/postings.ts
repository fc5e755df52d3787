// Which parts of threads say a term, and how much: the lists that a story is looked up in. One entry a part, however many
// stories it has, so that a large thread costs no more than a small one.
import type { Rows } from './rows.ts'

const FIRST_TERMS = 1_024
// By term: stories that say it, where its list stands in the pool, how long it is, and how much room it has.
const FREQUENCY = 0
const START = 1
const LENGTH = 2
const ROOM = 3
const FIELDS = 4
/** Length of a list that is not kept. */
const NONE = -1

/**
 * Lists of parts by term. Terms said by more stories than `most` have none: nobody asks for them, and entries in them
 * would be long to find. When such a term has become rare enough to be asked for, its list is made anew from the rows.
 */
export class Postings {
  readonly #most: number
  readonly #rows: Rows
  #terms = new Int32Array(FIELDS * FIRST_TERMS)
  // Parts and the summed weights they give the term, by turns.
  #pool = new Int32Array(8 * FIRST_TERMS)
  #poolEnd = 0
  /** Lists that moved to more room, by the logarithm of what they had. */
  readonly #freeLists: number[][] = []

  constructor(rows: Rows, most: number) {
    this.#rows = rows
    this.#most = most
  }

  /** Stories that say a term. */
  frequency(term: number): number {
    return this.#terms[FIELDS * term + FREQUENCY] as number
  }

  /** One more story says a term. */
  count(term: number): void {
    const head = FIELDS * term
    if (head + FIELDS > this.#terms.length) this.#terms = grown(this.#terms, head + FIELDS)
    const terms = this.#terms
    const frequency = (terms[head + FREQUENCY] as number) + 1
    terms[head + FREQUENCY] = frequency
    if (frequency > this.#most && terms[head + LENGTH] !== NONE) {
      this.#free(head)
      terms[head + LENGTH] = NONE
    }
  }

  /** One story less says a term; true where it was the last. */
  discount(term: number): boolean {
    const head = FIELDS * term
    const frequency = (this.#terms[head + FREQUENCY] as number) - 1
    this.#terms[head + FREQUENCY] = frequency
    if (frequency > 0) return false
    this.#free(head)
    this.#terms[head + LENGTH] = 0
    return true
  }

  /** A part gives a term more weight; `present`: it gave it some already. */
  enter(term: number, part: number, weight: number, present: boolean): void {
    const head = FIELDS * term
    const length = this.#terms[head + LENGTH] as number
    if (length === NONE || weight === 0) return
    if (!present) {
      this.#append(head, part, weight)
      return
    }
    // The latest are at the end.
    const pool = this.#pool
    let at = 2 * ((this.#terms[head + START] as number) + length - 1)
    while (pool[at] !== part) at -= 2
    pool[at + 1] = (pool[at + 1] as number) + weight
  }

  /** A part gives a term less weight than it gave it. */
  leave(term: number, part: number, weight: number): void {
    const head = FIELDS * term
    const length = this.#terms[head + LENGTH] as number
    if (length === NONE || weight === 0) return
    // What leaves is mostly what came first.
    const pool = this.#pool
    const start = 2 * (this.#terms[head + START] as number)
    let at = start
    while (pool[at] !== part) at += 2
    const left = (pool[at + 1] as number) - weight
    pool[at + 1] = left
    if (left > 0) return
    if (length > 1) pool.copyWithin(at, at + 2, start + 2 * length)
    this.#terms[head + LENGTH] = length - 1
  }

  #append(head: number, part: number, weight: number): void {
    const terms = this.#terms
    const length = terms[head + LENGTH] as number
    if (length === terms[head + ROOM]) {
      const room = length === 0 ? 1 : 2 * length
      const start = this.#allot(room)
      const before = terms[head + START] as number
      const pool = this.#pool
      for (let at = 0; at < 2 * length; at++) pool[2 * start + at] = pool[2 * before + at] as number
      this.#free(head)
      terms[head + START] = start
      terms[head + ROOM] = room
    }
    const at = 2 * ((terms[head + START] as number) + length)
    this.#pool[at] = part
    this.#pool[at + 1] = weight
    terms[head + LENGTH] = length + 1
  }

  #allot(room: number): number {
    const free = this.#freeLists[31 - Math.clz32(room)]?.pop()
    if (free !== undefined) return free
    const start = this.#poolEnd
    this.#poolEnd += room
    if (2 * this.#poolEnd > this.#pool.length) this.#pool = grown(this.#pool, 2 * this.#poolEnd)
    return start
  }

  #free(head: number): void {
    const room = this.#terms[head + ROOM] as number
    if (room === 0) return
    const size = 31 - Math.clz32(room)
    const same = this.#freeLists[size]
    const start = this.#terms[head + START] as number
    if (same) same.push(start)
    else this.#freeLists[size] = [start]
    this.#terms[head + ROOM] = 0
  }

  /** Add to the score of every part what it gives a term; parts whose score was 0 are `met`, after the first `count`. */
  collect(term: number, weight: number, scores: Float64Array, met: Int32Array, count: number): number {
    if (weight === 0) return count
    const head = FIELDS * term
    if (this.#terms[head + LENGTH] === NONE) this.#restore()
    const pool = this.#pool
    const start = 2 * (this.#terms[head + START] as number)
    const end = start + 2 * (this.#terms[head + LENGTH] as number)
    for (let at = start; at < end; at += 2) {
      const part = pool[at] as number
      const before = scores[part] as number
      if (before === 0) met[count++] = part
      scores[part] = before + weight * (pool[at + 1] as number)
    }
    return count
  }

  /** Make the lists of all terms that have become rare enough. */
  #restore(): void {
    const wanted = new Uint8Array(Math.floor(this.#terms.length / FIELDS))
    for (let term = 0; term < wanted.length; term++) {
      const head = FIELDS * term
      if (this.#terms[head + LENGTH] !== NONE || (this.#terms[head + FREQUENCY] as number) > this.#most) continue
      wanted[term] = 1
      this.#terms[head + LENGTH] = 0
    }
    const { holder, terms, weights } = this.#rows
    const rows = new Int32Array(this.#rows.count).map((_, row) => row).filter(row => holder[row] !== -1)
    // Part after part, so that an entry to add to is the last of its list.
    for (const row of rows.sort((a, b) => (holder[a] as number) - (holder[b] as number))) {
      const part = holder[row] as number
      const end = this.#rows.end(row)
      for (let at = this.#rows.from(row); at < end; at++) {
        const term = terms[at] as number
        if (wanted[term] === 0) continue
        const head = FIELDS * term
        const length = this.#terms[head + LENGTH] as number
        const last = 2 * ((this.#terms[head + START] as number) + length - 1)
        this.enter(term, part, weights[at] as number, length > 0 && this.#pool[last] === part)
      }
    }
  }
}

function grown(list: Int32Array, least: number): Int32Array<ArrayBuffer> {
  const made = new Int32Array(Math.max(least, list.length + (list.length >> 1)))
  made.set(list)
  return made
}
