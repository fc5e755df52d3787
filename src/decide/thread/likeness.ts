// How alike stories of one language are: the cosine of what they say, weighed by how rare each term is in the window now and
// in the threads around, fading with the time between. Pure.
import { rarity } from './features.ts'
import type { SeenStory } from './index/active.ts'
import type { ThreadIndex } from './index/index.ts'
import { GROUP_DECAY, LOCAL_FREE, LOCAL_THREADS, TEXT_DECAY, TEXT_TERMS } from './tuning.ts'
import { blended, dotOf } from './vectors.ts'

/** The likenesses of some stories: `size` x `size`, 1 on the diagonal. */
export interface Likenesses {
  size: number
  values: Float64Array
  /** Whether they are told with bodies: such texts share words by chance, which headlines rarely do. */
  texts: boolean
}

// By term: its place among those of the stories compared, plus one. All 0 whenever nothing is compared.
let places = new Int32Array(1_024)

/** Likeness of each story to each other. */
export function likenesses(index: ThreadIndex, stories: readonly SeenStory[]): Likenesses {
  const size = stories.length
  const said = new Region(index, stories)
  const meant = stories.map(({ language, vector }) => index.meaning(language, vector))
  const values = said.cosines()
  const { differentCountries } = index.tuning
  const decay = said.texts ? TEXT_DECAY : GROUP_DECAY
  for (let one = 0; one < size; one++) {
    const { time } = stories[one] as SeenStory
    for (let other = 0; other < one; other++) {
      const at = one * size + other
      let likeness = values[at] as number
      const [a, b] = [meant[one], meant[other]]
      if (a && a.length === b?.length) likeness = blended(likeness, dotOf(a, b))
      if (likeness > 0) {
        if (said.differInCountries(one, other)) likeness *= differentCountries
        likeness *= Math.exp(-Math.abs(time - (stories[other] as SeenStory).time) / decay)
        values[at] = likeness
        values[other * size + one] = likeness
      }
    }
    values[one * size + one] = 1
  }
  return { size, values, texts: said.texts }
}

/** Stories that are compared: their terms by place, and the stories that say each. */
class Region {
  readonly texts: boolean
  readonly #size: number
  /** Terms by place, and where the stories of each begin in the lists below. */
  readonly #terms: number[] = []
  readonly #starts: Int32Array
  readonly #stories: Int32Array
  readonly #weights: Float64Array
  /** A bit for each country that a story names, in words of 32. */
  readonly #countries: Int32Array
  readonly #words: number

  constructor(index: ThreadIndex, stories: readonly SeenStory[]) {
    const { weights } = index
    const size = stories.length
    this.#size = size
    const rows = stories.map(({ row }) => weights.ownOf(row))
    let entries = 0
    for (const { terms } of rows) entries += terms.length
    this.texts = entries >= TEXT_TERMS * size
    if (places.length < weights.vocabulary.size) places = new Int32Array(2 * weights.vocabulary.size)
    const frequency: number[] = []
    for (const { terms } of rows) {
      for (let at = 0; at < terms.length; at++) {
        const term = terms[at] as number
        if (places[term] === 0) places[term] = this.#terms.push(term)
        const place = (places[term] as number) - 1
        frequency[place] = (frequency[place] ?? 0) + 1
      }
    }
    const count = this.#terms.length
    this.#starts = new Int32Array(count + 1)
    for (let place = 0; place < count; place++) {
      this.#starts[place + 1] = (this.#starts[place] as number) + (frequency[place] as number)
    }
    const factors = this.texts ? this.#factors(index, stories, rows) : null
    this.#stories = new Int32Array(entries)
    this.#weights = new Float64Array(entries)
    const countries = this.#terms.map(term => weights.nameOf(term).startsWith('@'))
    const bits = new Map<number, number>()
    for (const [place, is] of countries.entries()) if (is) bits.set(place, bits.size)
    this.#words = Math.ceil(bits.size / 32)
    this.#countries = new Int32Array(size * this.#words)
    const ends = this.#starts.slice()
    for (const [story, { terms, weights: frozen, counts }] of rows.entries()) {
      let squares = 0
      for (let at = 0; at < terms.length; at++) {
        const place = (places[terms[at] as number] as number) - 1
        const to = ends[place] as number
        ends[place] = to + 1
        const weight = factors
          ? (1 + Math.log(counts[at] as number)) * (factors[place] as number)
          : (frozen[at] as number)
        this.#stories[to] = story
        this.#weights[to] = weight
        squares += weight * weight
        const bit = bits.get(place)
        if (bit !== undefined) {
          const word = story * this.#words + (bit >> 5)
          this.#countries[word] = (this.#countries[word] as number) | (1 << (bit & 31))
        }
      }
      const length = Math.sqrt(squares) || 1
      for (let at = 0; at < terms.length; at++) {
        const to = (ends[(places[terms[at] as number] as number) - 1] as number) - 1
        this.#weights[to] = (this.#weights[to] as number) / length
      }
    }
    for (const term of this.#terms) places[term] = 0
  }

  /** How much each term says: that it is rare in the window, and in the threads around. */
  #factors(index: ThreadIndex, stories: readonly SeenStory[], rows: readonly { terms: Int32Array }[]): Float64Array {
    const threads = new Map<number, number[]>()
    for (const [at, { thread }] of stories.entries()) {
      const before = threads.get(thread.id)
      if (before) before.push(at)
      else threads.set(thread.id, [at])
    }
    const said = new Int32Array(this.#terms.length)
    const last = new Int32Array(this.#terms.length).fill(-1)
    for (const [thread, ats] of threads) {
      for (const at of ats) {
        const { terms } = rows[at] as { terms: Int32Array }
        for (let nth = 0; nth < terms.length; nth++) {
          const place = (places[terms[nth] as number] as number) - 1
          if (last[place] === thread) continue
          last[place] = thread
          said[place] = (said[place] as number) + 1
        }
      }
    }
    const window = index.size.stories
    const around = threads.size
    return Float64Array.from(this.#terms, (term, place) => {
      const rare = rarity(index.weights.frequencyOf(term), window)
      const by = said[place] as number
      if (around < LOCAL_THREADS || by <= LOCAL_FREE) return rare
      return rare * Math.sqrt(1 - (by - LOCAL_FREE) / (around - LOCAL_FREE))
    })
  }

  cosines(): Float64Array {
    const size = this.#size
    const values = new Float64Array(size * size)
    const [stories, weights, starts] = [this.#stories, this.#weights, this.#starts]
    for (let place = 0; place < this.#terms.length; place++) {
      const from = starts[place] as number
      const end = starts[place + 1] as number
      for (let one = from + 1; one < end; one++) {
        const row = (stories[one] as number) * size
        const weight = weights[one] as number
        for (let other = from; other < one; other++) {
          const at = row + (stories[other] as number)
          values[at] = (values[at] as number) + weight * (weights[other] as number)
        }
      }
    }
    return values
  }

  /** Whether two stories both name countries, and none in common. */
  differInCountries(one: number, other: number): boolean {
    let some = 0
    let others = 0
    for (let word = 0; word < this.#words; word++) {
      const mine = this.#countries[one * this.#words + word] as number
      const theirs = this.#countries[other * this.#words + word] as number
      if ((mine & theirs) !== 0) return false
      some |= mine
      others |= theirs
    }
    return some !== 0 && others !== 0
  }
}
