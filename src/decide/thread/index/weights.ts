// What the stories and the parts of threads of the window weigh each term, and how near they are to some terms.
import type { Millis } from '../../../model/units.ts'
import { Table } from '../../table.ts'
import { OWN_TERMS, SHARED_TERMS, type ThreadFeatures, UNIT, type Weighted } from '../features.ts'
import type { Part, SeenStory } from './active.ts'
import { Postings } from './postings.ts'
import { PartProfile } from './profile.ts'
import { Query, Rows, type TermRange } from './rows.ts'
import { FACTS, FIRST, LAST, OWN_LENGTH, SHARED_LENGTH, Slots } from './slots.ts'
import { Vocabulary } from './vocabulary.ts'

// Stories from which on a part keeps the sums of its terms.
const SUMMED_FROM = 8
/** Terms said by more stories than this may be looked up by nobody. */
const LOOKED_UP = 1_200

/** The own terms of a story, with their weights when it was filed and how often it says each. */
export interface OwnTerms {
  terms: Int32Array
  weights: Uint16Array
  counts: Uint8Array
}

/** What is known of what others are compared with. */
export interface Known extends Pick<Part, 'language' | 'ownSquared' | 'sharedSquared'> {
  thread: Pick<Part['thread'], 'first' | 'last'>
}

/** Who is told of the parts that are near. */
export interface Finder {
  /** The cosine below which a part is not wanted any more. */
  readonly least: number
  meet(part: Part, cosine: number): void
}

export class Weights {
  readonly vocabulary = new Vocabulary()
  readonly slots = new Slots()
  readonly #rows = new Rows()
  readonly postings = new Postings(this.#rows, 2 * LOOKED_UP)
  /** Profiles of parts, for as long as no story comes. */
  readonly #profiles = new Map<Part, PartProfile>()
  readonly #joining = new Query()
  #shares = new Float64Array(OWN_TERMS + SHARED_TERMS)

  /** A story's own terms and those of any language, heaviest first. */
  termsOf(story: SeenStory): { own: Weighted; shared: Weighted } {
    return { own: this.#rows.termsOf(story.row, true), shared: this.#rows.termsOf(story.row, false) }
  }

  /** The own terms of a row: a view of the list of rows, until a story is entered. */
  ownOf(row: number): OwnTerms {
    return this.#rows.ownOf(row)
  }

  /** Where a story's own terms stand, until another is entered. */
  rangeOf({ row }: SeenStory): TermRange {
    return this.#rows.rangeOf(row)
  }

  /** By the row of a story: the slot of its part. */
  get holder(): Int32Array {
    return this.#rows.holder
  }

  /** The name of a term. */
  nameOf(term: number): string {
    return this.vocabulary.name(term)
  }

  /** Whether a term is one of any language. */
  isShared(term: number): boolean {
    return this.vocabulary.isShared(term)
  }

  /** Stories of the window that say a term. */
  frequencyOf(term: number): number {
    return this.postings.frequency(term)
  }

  /** Those terms of some features that somebody in the window says. */
  knownOf(features: ThreadFeatures): { own: Weighted; shared: Weighted } {
    const { own, shared } = this.vocabulary.find(features)
    return { own: known(own, features.ownWeights), shared: known(shared, features.sharedWeights) }
  }

  /** Terms of one kind to compare parts and stories with; in the memory of a query that is over, where one is given. */
  query({ terms, weights }: Weighted, into: Query = new Query()): Query {
    return into.set(terms, weights, this.isShared(terms[0] ?? 0) ? 'shared' : 'own')
  }

  /** What a part weighs each term of a query; overwritten by the next call. */
  shares({ sums, stories }: Part, query: Query): Float64Array {
    const { terms } = query
    if (this.#shares.length < terms.length) this.#shares = new Float64Array(2 * terms.length)
    const into = this.#shares
    if (sums) for (let at = 0; at < terms.length; at++) into[at] = sums.get(terms[at] as number)
    else {
      into.fill(0, 0, terms.length)
      for (let at = 0; at < stories.length; at++) this.#rows.sharesOf((stories[at] as SeenStory).row, query, into)
    }
    return into
  }

  /** The heaviest terms of a part. */
  profile(part: Part): PartProfile {
    const before = this.#profiles.get(part)
    if (before) return before
    const [only, another] = part.stories
    const made =
      only && !another
        ? PartProfile.ofOne(part, this.termsOf(only))
        : PartProfile.ofMany(part, part.sums ?? this.#sum(part), this.vocabulary)
    this.#profiles.set(part, made)
    return made
  }

  /** Dot product of the summed terms of a part with those of a query. */
  dotOf({ sums, stories }: Part, query: Query): number {
    let dot = 0
    if (!sums) {
      for (const { row } of stories) dot += this.#rows.dotOf(row, query)
      return dot
    }
    const { terms, weights } = query
    for (let at = 0; at < terms.length; at++) dot += sums.get(terms[at] as number) * (weights[at] as number)
    return dot
  }

  /**
   * Parts whose cosine with some terms of a part, or of a story by itself, is at least `least`, by their own terms or those of any language, and
   * whose threads were silent for `silence` at most before or after its thread. Terms said by more than `common` stories
   * are left out, and such as would bring the entries looked through over `budget`; by own terms its own language is looked
   * through, by the others all others.
   */
  near(
    { terms, weights }: Weighted,
    { thread, language, ownSquared, sharedSquared }: Known,
    {
      own,
      common,
      least,
      silence,
      budget = Number.POSITIVE_INFINITY,
    }: { own: boolean; common: number; least: number; silence: Millis; budget?: number },
    found: Finder,
  ): void {
    const { scores, matched, cosines, parts, facts } = this.slots
    let count = 0
    let left = budget
    for (let at = 0; at < terms.length; at++) {
      const term = terms[at] as number
      const frequency = this.frequencyOf(term)
      if (frequency > common || frequency > left) continue
      left -= frequency
      count = this.postings.collect(term, weights[at] as number, scores, matched, count)
    }
    const length = Math.sqrt(own ? ownSquared : sharedSquared)
    const except = own ? -1 : this.slots.numberOf(language)
    count = this.slots.measured(count, own ? OWN_LENGTH : SHARED_LENGTH, (least * length) / UNIT, except)
    for (let at = 0; at < count; at++) {
      const cosine = ((cosines[at] as number) * UNIT) / length
      const slot = matched[at] as number
      if (cosine < least || cosine < found.least) continue
      const first = facts[FACTS * slot + FIRST] as number
      const last = facts[FACTS * slot + LAST] as number
      const gap = Math.max(0, first - thread.last, thread.first - last)
      if (gap <= silence) found.meet(parts[slot] as Part, cosine)
    }
  }

  /** Note what a new story says. Returns its row. */
  enter(features: ThreadFeatures): number {
    this.#profiles.clear()
    const { own, shared } = this.vocabulary.enter(features)
    for (let at = 0; at < own.length; at++) this.postings.count(own[at] as number)
    for (let at = 0; at < shared.length; at++) this.postings.count(shared[at] as number)
    return this.#rows.add(own, features.ownWeights, features.ownCounts, shared, features.sharedWeights)
  }

  /** Forget what a story says that no part holds any more. Returns the new number of each row where these have changed. */
  drop({ row, language }: SeenStory): Int32Array | null {
    const { terms } = this.#rows
    const end = this.#rows.end(row)
    for (let at = this.#rows.from(row); at < end; at++) {
      const term = terms[at] as number
      if (this.postings.discount(term)) this.vocabulary.release(term, language)
    }
    this.vocabulary.left(language)
    this.#rows.remove(row)
    return this.#rows.wasteful ? this.#rows.compact() : null
  }

  /** A story that was weighed stands among the stories of its part. */
  hold(part: Part, { row }: SeenStory): void {
    this.#rows.holder[row] = part.slot
    if (!part.sums && part.stories.length > SUMMED_FROM) part.sums = this.#sum(part)
  }

  /** The lists, sums and lengths of a part with a story that is not among its stories yet, or not any more. */
  weigh(part: Part, seen: SeenStory, sign: 1 | -1): void {
    const { terms, weights } = this.#rows
    if (part.stories.length <= SUMMED_FROM / 2) part.sums = null
    const { sums, slot } = part
    part.version++
    this.#profiles.delete(part)
    const from = this.#rows.from(seen.row)
    const shared = this.#rows.sharedFrom(seen.row)
    const end = this.#rows.end(seen.row)
    const alone = part.stories.length === 0
    let without: Float64Array | null = null
    if (!alone && !sums) {
      without = this.shares(part, this.#joining.set(terms.subarray(from, end), [], 'both'))
    }
    let grown = 0
    for (let at = from; at < end; at++) {
      const term = terms[at] as number
      const weight = weights[at] as number
      let rest = 0
      if (sums) rest = sums.add(term, sign * weight) - (sign < 0 ? weight : 0)
      else if (without) rest = without[at - from] as number
      if (at === shared) {
        part.ownSquared += sign * grown
        grown = 0
      }
      if (!this.vocabulary.isConcept(term)) grown += weight * (2 * rest + weight)
      if (sign > 0) this.postings.enter(term, slot, weight, rest > 0)
      else this.postings.leave(term, slot, weight)
    }
    if (shared === end) part.ownSquared += sign * grown
    else part.sharedSquared += sign * grown
    this.slots.measure(part)
  }

  #sum({ stories }: Part): Table {
    const sums = new Table()
    const { terms, weights } = this.#rows
    for (const { row } of stories) {
      const end = this.#rows.end(row)
      for (let at = this.#rows.from(row); at < end; at++) sums.add(terms[at] as number, weights[at] as number)
    }
    return sums
  }
}

function known(ids: readonly number[], weights: readonly number[]): Weighted {
  if (!ids.includes(-1)) return { terms: ids, weights }
  return { terms: ids.filter(id => id >= 0), weights: weights.filter((_, at) => (ids[at] as number) >= 0) }
}
