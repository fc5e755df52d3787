// The terms of the window by name and by id: names at the edge, where features come and go, ids everywhere inside.

import { Table } from '../../table.ts'
import { isConcept, type ThreadFeatures } from '../features.ts'

const FIRST_TERMS = 1_024

const OWN = 0
const SHARED = 1
const CONCEPT = 2

/** Ids of the terms of some features; -1 for one that nobody in the window says. */
export interface KnownTerms {
  own: readonly number[]
  shared: readonly number[]
}

/**
 * Own terms have an id in each language, shared ones only one. An id comes back as another term's when it is released. Two
 * names are the same where their hashes of 63 bits are: one table of numbers, read in one go, is ten times as fast as maps
 * by name, which wait for memory four times a name.
 */
export class Vocabulary {
  /** By both halves of a name's hash: the id plus one. */
  readonly #table = new Table({ wide: true })
  readonly #names: string[] = []
  #kinds = new Uint8Array(FIRST_TERMS)
  #countries = new Uint8Array(FIRST_TERMS)
  readonly #free: number[] = []
  /** Own terms of each language. */
  readonly #languages = new Map<string, number>()
  // A story's features are weighed, placed and added, one after the other: the names are looked up once.
  #latest: { features: ThreadFeatures; known: KnownTerms } | null = null
  // Hashes of the names looked up.
  #hashes = new Int32Array(2 * FIRST_TERMS)

  /** One more than the highest id given out. */
  get size(): number {
    return this.#names.length
  }

  name(term: number): string {
    return this.#names[term] as string
  }

  /** Whether a term is one of any language. */
  isShared(term: number): boolean {
    return this.#kinds[term] !== OWN
  }

  /** Whether a term is a concept that many languages have a word for. */
  isConcept(term: number): boolean {
    return this.#kinds[term] === CONCEPT
  }

  /** Whether a term is the name of a country. */
  isCountry(term: number): boolean {
    return this.#countries[term] === 1
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
    if (this.#hashes.length < 2 * names.length) this.#hashes = new Int32Array(4 * names.length)
    const hashes = this.#hashes
    const seed = seedOf(language)
    for (let at = 0; at < names.length; at++) {
      hashes[2 * at] = firstHash(names[at] as string, seed)
      hashes[2 * at + 1] = secondHash(names[at] as string, seed)
    }
    // The table is read apart from the names, for its places to be fetched side by side.
    const ids = new Array<number>(names.length)
    for (let at = 0; at < names.length; at++)
      ids[at] = this.#idOf(hashes[2 * at] as number, hashes[2 * at + 1] as number)
    return ids
  }

  /** The id of the name with these hashes; -1 for none. */
  #idOf(first: number, second: number): number {
    return this.#table.find(first, second) - 1
  }

  /** Ids of the terms of some features, as far as they are known. */
  find(features: ThreadFeatures): KnownTerms {
    if (this.#latest?.features === features) return this.#latest.known
    const known = {
      own: this.idsOf(features.ownTerms, features.language),
      shared: this.idsOf(features.sharedTerms, null),
    }
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
    if (!this.#languages.has(features.language)) this.#languages.set(features.language, 0)
    const known = {
      own: this.#entered(features.ownTerms, before.own, features.language),
      shared: this.#entered(features.sharedTerms, before.shared, null),
    }
    this.remember(features, known)
    return known
  }

  #entered(names: readonly string[], ids: readonly number[], language: string | null): readonly number[] {
    if (!ids.includes(-1)) return ids
    return ids.map((id, at) => (id < 0 ? this.#make(names[at] as string, language) : id))
  }

  #make(name: string, language: string | null): number {
    const seed = seedOf(language)
    const first = firstHash(name, seed)
    const second = secondHash(name, seed)
    const known = this.#idOf(first, second)
    if (known >= 0) return known
    const term = this.#free.pop() ?? this.#names.length
    const kind = language !== null ? OWN : isConcept(name) ? CONCEPT : SHARED
    this.#table.insert(first, second, term + 1)
    if (term >= this.#kinds.length) {
      const kinds = new Uint8Array(2 * term)
      kinds.set(this.#kinds)
      this.#kinds = kinds
      const countries = new Uint8Array(2 * term)
      countries.set(this.#countries)
      this.#countries = countries
    }
    this.#kinds[term] = kind
    this.#countries[term] = name.startsWith('@') ? 1 : 0
    this.#names[term] = name
    if (language !== null) this.#languages.set(language, (this.#languages.get(language) ?? 0) + 1)
    return term
  }

  /** Nobody says a term any more; `language` is that of the story that said it last. */
  release(term: number, language: string): void {
    const own = !this.isShared(term)
    const name = this.name(term)
    const seed = seedOf(own ? language : null)
    this.#table.remove(firstHash(name, seed), secondHash(name, seed))
    this.#names[term] = ''
    this.#free.push(term)
    if (own) this.#languages.set(language, (this.#languages.get(language) ?? 0) - 1)
    this.#latest = null
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
  return (hash ^ (hash >>> 13)) & 0x7fffffff
}

function secondHash(name: string, seed: number): number {
  let hash = ~seed
  for (let at = 0; at < name.length; at++) {
    hash = Math.imul(hash + name.charCodeAt(at), 0x9e3779b1)
    hash ^= hash >>> 15
  }
  return hash
}
