// The distinct terms of stories that are compared, each by a place of its own: what is known of a term is then read from short
// lists, however many terms the window has.
import { damped, rarity } from './features.ts'
import type { ThreadIndex } from './index/index.ts'
import type { TermRange } from './index/rows.ts'
import { LOCAL_FREE, LOCAL_THREADS } from './tuning.ts'

/** A story whose terms are taken in; -1 is the thread of one that has none yet. */
export interface Saying {
  thread: number
  /** Its own terms: -1 for one that nobody in the window says. */
  said: TermRange
}

const FIRST_PLACES = 1_024
/** Frequencies whose rarity is remembered while a window is as large as it was. */
const REMEMBERED = 4_096

/** Whether a place is one of no country, of one, or of one that the story asked about names too. */
const COUNTRY = 1
const ASKED_COUNTRY = 2

/** One comparison at a time: all memory is that of the one before. */
export class DistinctTerms {
  /** By term: its place plus one. All 0 whenever nothing is compared. */
  places = new Int32Array(FIRST_PLACES)
  /** By place: the term, the stories that say it, and the threads of which any does. */
  terms = new Int32Array(FIRST_PLACES)
  frequencies = new Int32Array(FIRST_PLACES)
  threads = new Int32Array(FIRST_PLACES)
  /** Places, terms of all stories, and threads. */
  count = 0
  entries = 0
  around = 0
  /** Rarity of a term that nobody says. */
  unknown = 0
  /** Whether the story asked about and that of the last `cosine` both name countries, and none in common. */
  differsInCountries = false
  #last = new Int32Array(FIRST_PLACES)
  #factors = new Float64Array(FIRST_PLACES)
  #asked = new Float64Array(FIRST_PLACES)
  #countries = new Uint8Array(FIRST_PLACES)
  #asksCountries = false
  readonly #rarities = new Float64Array(REMEMBERED)
  #window = -1

  static readonly #only = new DistinctTerms()

  /** Those of some stories, of which those of one thread stand together. `clear` must follow. */
  static of(index: ThreadIndex, stories: readonly Saying[]): DistinctTerms {
    const made = DistinctTerms.#only
    made.#take(index, stories)
    return made
  }

  #take({ weights: { vocabulary }, size }: ThreadIndex, stories: readonly Saying[]): void {
    if (this.#window !== size.stories) {
      this.#window = size.stories
      this.#rarities.fill(0)
      this.unknown = rarity(0, size.stories)
    }
    if (this.places.length < vocabulary.size) this.places = new Int32Array(2 * vocabulary.size)
    let entries = 0
    for (const { said } of stories) entries += said.end - said.from
    this.#makeRoom(entries)
    this.entries = entries
    const { places, terms: all, frequencies, threads } = this
    const last = this.#last
    let count = 0
    let around = 0
    let before = -2
    for (let story = 0; story < stories.length; story++) {
      const { thread, said } = stories[story] as Saying
      const { terms, from, end } = said
      if (thread !== before) around++
      before = thread
      for (let at = from; at < end; at++) {
        const term = terms[at] as number
        if (term < 0) continue
        const place = places[term] as number
        if (place === 0) {
          all[count] = term
          frequencies[count] = 1
          threads[count] = 1
          last[count] = thread
          places[term] = ++count
          continue
        }
        frequencies[place - 1] = (frequencies[place - 1] as number) + 1
        if (last[place - 1] === thread) continue
        last[place - 1] = thread
        threads[place - 1] = (threads[place - 1] as number) + 1
      }
    }
    this.count = count
    this.around = around
  }

  #makeRoom(entries: number): void {
    if (this.terms.length >= entries) return
    const room = 2 * entries
    this.terms = new Int32Array(room)
    this.frequencies = new Int32Array(room)
    this.threads = new Int32Array(room)
    this.#last = new Int32Array(room)
    this.#factors = new Float64Array(room)
    this.#asked = new Float64Array(room)
    this.#countries = new Uint8Array(room)
  }

  /** Nothing is compared any more. */
  clear(): void {
    const { places, terms, count } = this
    for (let place = 0; place < count; place++) places[terms[place] as number] = 0
  }

  /** Threads that say a term, until others are taken in; also after `clear`. */
  threadsSaying(term: number): number {
    const place = this.terms.subarray(0, this.count).indexOf(term)
    return place < 0 ? 0 : (this.threads[place] as number)
  }

  /** How much each term says, by place: that it is rare in the window, and in the threads around. */
  factors(index: ThreadIndex): Float64Array {
    const { terms, threads, around, count } = this
    const factors = this.#factors
    const isLocal = around >= LOCAL_THREADS
    for (let place = 0; place < count; place++) {
      const rare = this.#rarity(index.weights.frequencyOf(terms[place] as number))
      const by = threads[place] as number
      factors[place] =
        isLocal && by > LOCAL_FREE ? rare * Math.sqrt(1 - (by - LOCAL_FREE) / (around - LOCAL_FREE)) : rare
    }
    return factors
  }

  #rarity(frequency: number): number {
    if (frequency >= REMEMBERED) return rarity(frequency, this.#window)
    const known = this.#rarities[frequency] as number
    if (known !== 0) return known
    const made = rarity(frequency, this.#window)
    this.#rarities[frequency] = made
    return made
  }

  /** What a story weighs each term, by place, of a length of 1: for `cosine`. Without factors its terms weigh what they did. */
  ask({ weights: { vocabulary } }: ThreadIndex, said: TermRange, factors: Float64Array | null): Float64Array {
    const { places, count } = this
    const asked = this.#asked.fill(0, 0, count)
    const countries = this.#countries
    for (let place = 0; place < count; place++) {
      countries[place] = vocabulary.isCountry(this.terms[place] as number) ? COUNTRY : 0
    }
    this.#asksCountries = false
    const { terms, from, end } = said
    const length = this.#lengthOf(said, factors)
    for (let at = from; at < end; at++) {
      const term = terms[at] as number
      if (term < 0) continue
      const place = (places[term] as number) - 1
      asked[place] = this.#weightOf(said, at, factors) / length
      if (countries[place] === 0) continue
      countries[place] = ASKED_COUNTRY
      this.#asksCountries = true
    }
    return asked
  }

  #weightOf({ terms, weights, counts }: TermRange, at: number, factors: Float64Array | null): number {
    if (factors === null) return weights[at] as number
    const term = terms[at] as number
    return (
      damped(counts[at] as number) * (term < 0 ? this.unknown : (factors[(this.places[term] as number) - 1] as number))
    )
  }

  #lengthOf(said: TermRange, factors: Float64Array | null): number {
    let squares = 0
    for (let at = said.from; at < said.end; at++) squares += this.#weightOf(said, at, factors) ** 2
    return Math.sqrt(squares) || 1
  }

  /** Cosine of a story of the window with the one asked about. */
  cosine({ terms, weights, counts, from, end }: TermRange, factors: Float64Array | null, asked: Float64Array): number {
    const { places } = this
    const countries = this.#countries
    let squares = 0
    let dot = 0
    let named = 0
    for (let at = from; at < end; at++) {
      const place = (places[terms[at] as number] as number) - 1
      const weight = factors ? damped(counts[at] as number) * (factors[place] as number) : (weights[at] as number)
      squares += weight * weight
      dot += weight * (asked[place] as number)
      named |= countries[place] as number
    }
    this.differsInCountries = this.#asksCountries && named === COUNTRY
    return dot / (Math.sqrt(squares) || 1)
  }
}
