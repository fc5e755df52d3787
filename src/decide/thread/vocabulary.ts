// The terms of the window by name and by id: names at the edge, where features come and go, ids everywhere inside.
import type { ThreadFeatures } from './features.ts'

type Ids = Map<string, number>

/** Ids of the terms of some features; -1 for one that nobody in the window says. */
export interface KnownTerms {
  own: readonly number[]
  shared: readonly number[]
}

/** Own terms have an id in each language, shared ones only one. An id comes back as another term's when it is released. */
export class Vocabulary {
  readonly #own = new Map<string, Ids>()
  readonly #shared: Ids = new Map()
  readonly #names: string[] = []
  readonly #free: number[] = []
  #kinds = new Uint8Array(1_024)
  // A story's features are weighed, placed and added, one after the other: the names are looked up once.
  #latest: { features: ThreadFeatures; known: KnownTerms } | null = null

  /** Ids that there may be: all are less than this. */
  get size(): number {
    return this.#names.length
  }

  get bytes(): number {
    return this.#kinds.byteLength
  }

  name(term: number): string {
    return this.#names[term] as string
  }

  /** Whether a term is one of any language. */
  isShared(term: number): boolean {
    return this.#kinds[term] === 1
  }

  /** Whether terms of another language are known. */
  hasOther(language: string): boolean {
    return this.#own.size > (this.#own.has(language) ? 1 : 0)
  }

  /** Ids of the names said: of a language's own terms, or without a language of those of any. */
  idsOf(names: Iterable<string>, language: string | null): number[] {
    const known = language === null ? this.#shared : this.#own.get(language)
    const ids: number[] = []
    for (const name of names) ids.push(known?.get(name) ?? -1)
    return ids
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
    let own = this.#own.get(features.l)
    if (!own) {
      own = new Map()
      this.#own.set(features.l, own)
    }
    const before = this.find(features)
    const known = {
      own: this.#entered(features.t, before.own, own, 0),
      shared: this.#entered(features.x, before.shared, this.#shared, 1),
    }
    this.remember(features, known)
    return known
  }

  #entered(names: readonly string[], ids: readonly number[], known: Ids, kind: 0 | 1): readonly number[] {
    if (!ids.includes(-1)) return ids
    return ids.map((id, at) => {
      if (id >= 0) return id
      const name = names[at] as string
      return known.get(name) ?? this.#make(name, known, kind)
    })
  }

  #make(name: string, known: Ids, kind: 0 | 1): number {
    const term = this.#free.pop() ?? this.#names.length
    if (term >= this.#kinds.length) {
      const kinds = new Uint8Array(2 * term)
      kinds.set(this.#kinds)
      this.#kinds = kinds
    }
    this.#names[term] = name
    this.#kinds[term] = kind
    known.set(name, term)
    return term
  }

  /** Nobody says a term any more. */
  release(term: number, language: string): void {
    const known = this.isShared(term) ? this.#shared : this.#own.get(language)
    known?.delete(this.name(term))
    this.#names[term] = ''
    this.#free.push(term)
    this.#latest = null
  }

  /** A story of a language has left: the language too, if it was the last. */
  left(language: string): void {
    if (this.#own.get(language)?.size === 0) this.#own.delete(language)
  }
}
