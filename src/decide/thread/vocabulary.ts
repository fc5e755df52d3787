// The terms of the window by name and by id: names at the edge, where features come and go, ids everywhere inside.
import type { ThreadFeatures } from './features.ts'

const FIRST_TERMS = 1_024
// By place of the table: the two halves of a name's hash, and the id + 1, where 0 is no term.
const SECOND = 1
const ID = 2
const FIELDS = 3
// Of four places three may be taken.
const FULL = 0.75

const OWN = 0
const SHARED = 1

/** Ids of the terms of some features; -1 for one that nobody in the window says. */
export interface KnownTerms {
  own: readonly number[]
  shared: readonly number[]
}

/**
 * Own terms have an id in each language, shared ones only one. An id comes back as another term's when it is released. Two
 * names are the same where their hashes of 64 bits are: one table of numbers, read in one go, is ten times as fast as maps
 * by name, which wait for memory four times a name.
 */
export class Vocabulary {
  #table = new Int32Array(FIELDS * FIRST_TERMS)
  #mask = FIRST_TERMS - 1
  #used = 0
  readonly #names: string[] = []
  #kinds = new Uint8Array(FIRST_TERMS)
  readonly #free: number[] = []
  /** Own terms of each language. */
  readonly #languages = new Map<string, number>()
  // A story's features are weighed, placed and added, one after the other: the names are looked up once.
  #latest: { features: ThreadFeatures; known: KnownTerms } | null = null
  // Hashes of the names looked up.
  #firsts = new Int32Array(FIRST_TERMS)
  #seconds = new Int32Array(FIRST_TERMS)

  get bytes(): number {
    return this.#table.byteLength + this.#kinds.byteLength
  }

  name(term: number): string {
    return this.#names[term] as string
  }

  /** Whether a term is one of any language. */
  isShared(term: number): boolean {
    return this.#kinds[term] === SHARED
  }

  /** How many languages are spoken. */
  get languages(): number {
    return this.#languages.size
  }

  /** Whether terms of another language are known. */
  hasOther(language: string): boolean {
    return this.#languages.size > (this.#languages.has(language) ? 1 : 0)
  }

  /** Ids of names: of a language's own terms, or without a language of those of any. */
  idsOf(names: readonly string[], language: string | null): number[] {
    if (this.#firsts.length < names.length) {
      this.#firsts = new Int32Array(2 * names.length)
      this.#seconds = new Int32Array(2 * names.length)
    }
    const firsts = this.#firsts
    const seconds = this.#seconds
    const seed = seedOf(language)
    for (let at = 0; at < names.length; at++) {
      firsts[at] = firstHash(names[at] as string, seed)
      seconds[at] = secondHash(names[at] as string, seed)
    }
    // The table is read apart from the names, for its places to be fetched side by side.
    const ids = new Array<number>(names.length)
    for (let at = 0; at < names.length; at++) {
      const place = this.#placeOf(firsts[at] as number, seconds[at] as number)
      ids[at] = (this.#table[place + ID] as number) - 1
    }
    return ids
  }

  /** Where a name stands in the table, or where it would. */
  #placeOf(first: number, second: number): number {
    const table = this.#table
    const mask = this.#mask
    let at = first & mask
    for (;;) {
      const place = FIELDS * at
      if (table[place + ID] === 0 || (table[place] === first && table[place + SECOND] === second)) return place
      at = (at + 1) & mask
    }
  }

  /** Ids of the terms of some features, as far as they are known. */
  find(features: ThreadFeatures): KnownTerms {
    if (this.#latest?.features === features) return this.#latest.known
    const known = { own: this.idsOf(features.t, features.l), shared: this.idsOf(features.x, null) }
    this.remember(features, known)
    return known
  }

  /** Whoever made features knows the ids of their terms. */
  remember(features: ThreadFeatures, known: KnownTerms): void {
    this.#latest = { features, known }
  }

  /** Ids of the terms of some features: those that have none get one. */
  enter(features: ThreadFeatures): KnownTerms {
    const before = this.find(features)
    if (!this.#languages.has(features.l)) this.#languages.set(features.l, 0)
    const known = {
      own: this.#entered(features.t, before.own, features.l),
      shared: this.#entered(features.x, before.shared, null),
    }
    this.remember(features, known)
    return known
  }

  #entered(names: readonly string[], ids: readonly number[], language: string | null): readonly number[] {
    if (!ids.includes(-1)) return ids
    return ids.map((id, at) => (id < 0 ? this.#make(names[at] as string, language) : id))
  }

  #make(name: string, language: string | null): number {
    if (this.#used + 1 > FULL * (this.#mask + 1)) this.#grow()
    const seed = seedOf(language)
    const first = firstHash(name, seed)
    const second = secondHash(name, seed)
    const place = this.#placeOf(first, second)
    const table = this.#table
    const known = table[place + ID] as number
    if (known > 0) return known - 1
    const term = this.#free.pop() ?? this.#names.length
    const kind = language === null ? SHARED : OWN
    table[place] = first
    table[place + SECOND] = second
    table[place + ID] = term + 1
    this.#used++
    if (term >= this.#kinds.length) {
      const kinds = new Uint8Array(2 * term)
      kinds.set(this.#kinds)
      this.#kinds = kinds
    }
    this.#kinds[term] = kind
    this.#names[term] = name
    if (language !== null) this.#languages.set(language, (this.#languages.get(language) ?? 0) + 1)
    return term
  }

  #grow(): void {
    const before = this.#table
    this.#table = new Int32Array(2 * before.length)
    this.#mask = 2 * this.#mask + 1
    for (let from = 0; from < before.length; from += FIELDS) {
      if (before[from + ID] === 0) continue
      const place = this.#placeOf(before[from] as number, before[from + SECOND] as number)
      for (let field = 0; field < FIELDS; field++) this.#table[place + field] = before[from + field] as number
    }
  }

  /** Nobody says a term any more; `language` is that of the story that said it last. */
  release(term: number, language: string): void {
    const own = !this.isShared(term)
    const name = this.name(term)
    const seed = seedOf(own ? language : null)
    this.#empty(this.#placeOf(firstHash(name, seed), secondHash(name, seed)))
    this.#names[term] = ''
    this.#free.push(term)
    if (own) this.#languages.set(language, (this.#languages.get(language) ?? 0) - 1)
    this.#latest = null
  }

  /** Empty a place, and move up those behind it that would be looked for there. */
  #empty(place: number): void {
    const table = this.#table
    const mask = this.#mask
    this.#used--
    let hole = place / FIELDS
    for (let at = (hole + 1) & mask; table[FIELDS * at + ID] !== 0; at = (at + 1) & mask) {
      const wanted = (table[FIELDS * at] as number) & mask
      if (((at - wanted) & mask) < ((at - hole) & mask)) continue
      table.copyWithin(FIELDS * hole, FIELDS * at, FIELDS * (at + 1))
      hole = at
    }
    table[FIELDS * hole + ID] = 0
  }

  /** A story of a language has left: the language too, if it was the last. */
  left(language: string): void {
    if (this.#languages.get(language) === 0) this.#languages.delete(language)
  }
}

// Any number that no language's name gives.
const seedOf = (language: string | null) => (language === null ? 0x2545f491 : firstHash(language, 0x6a09e667))

function firstHash(name: string, seed: number): number {
  let hash = seed
  for (let at = 0; at < name.length; at++) hash = Math.imul(hash ^ name.charCodeAt(at), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b)
  return hash ^ (hash >>> 13)
}

function secondHash(name: string, seed: number): number {
  let hash = ~seed
  for (let at = 0; at < name.length; at++) {
    hash = Math.imul(hash + name.charCodeAt(at), 0x9e3779b1)
    hash ^= hash >>> 15
  }
  return hash
}
