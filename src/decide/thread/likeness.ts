// How alike stories of one language are: the cosine of what they say, weighed by how rare each term is in the window now and
// in the threads around, fading with the time between. Pure.
import type { Millis } from '../../model/units.ts'
import { damped, rarity, type ThreadFeatures } from './features.ts'
import type { SeenStory } from './index/active.ts'
import type { ThreadIndex } from './index/index.ts'
import type { TermRange } from './index/rows.ts'
import {
  GROUP_COHESION,
  GROUP_DECAY,
  GROUP_LINK,
  LOCAL_FREE,
  LOCAL_THREADS,
  MEANT_DECAY,
  MEANT_LENGTH,
  MEANT_LINK,
  TEXT_DECAY,
  TEXT_LINK,
  TEXT_TERMS,
} from './tuning.ts'
import { blended, dotOf } from './vectors.ts'

// By term: its place among those of the stories compared, plus one. All 0 whenever nothing is compared.
let places = new Int32Array(1_024)

/** A story that is compared with others. */
interface Compared {
  /** Its thread; -1 where it has none yet. */
  thread: number
  time: Millis
  /** Its own terms: -1 for one that nobody in the window says. */
  said: TermRange
  meant: Float64Array | null
}

const comparedOf = (index: ThreadIndex, story: SeenStory): Compared => ({
  thread: story.thread.id,
  time: story.time,
  said: index.weights.rangeOf(story),
  meant: index.meaning(story.language, story.vector),
})

/** The likenesses of some stories: `size` x `size`, 1 on the diagonal. */
export interface Likenesses {
  size: number
  values: Float64Array
  /** The mean likeness that two groups need, and what cohesion counts: see `GroupingRules`. */
  accepted: number
  cohesion: number
}

/** Likeness of each story to each other. */
export function likenesses(index: ThreadIndex, stories: readonly SeenStory[]): Likenesses {
  const size = stories.length
  const region = new Region(
    index,
    stories.map(story => comparedOf(index, story)),
  )
  const values = new Float64Array(size * size)
  for (let one = 0; one < size; one++) values[one * size + one] = 1
  region.addCosines(values)
  for (let one = 0; one < size; one++) {
    for (let other = 0; other < one; other++) {
      const likeness = region.likeness(one, other, values[one * size + other] as number)
      values[one * size + other] = likeness
      values[other * size + one] = likeness
    }
  }
  return { size, values, accepted: region.accepted, cohesion: region.cohesion }
}

/** Likeness of a story that is being placed to some others, and how many of their threads say a term. */
export function likenessesTo(
  index: ThreadIndex,
  features: ThreadFeatures,
  time: Millis,
  stories: readonly SeenStory[],
) {
  const { language, ownWeights: weights, ownCounts: counts, vector } = features
  const terms = index.weights.vocabulary.find(features).own
  const region = new Region(index, [
    ...stories.map(story => comparedOf(index, story)),
    {
      thread: -1,
      time,
      said: { terms, weights, counts, from: 0, end: terms.length },
      meant: index.meaning(language, vector ?? null),
    },
  ])
  const values = region.cosinesOfLast()
  for (let at = 0; at < stories.length; at++) {
    values[at] = region.likeness(stories.length, at, values[at] as number)
  }
  return {
    values,
    accepted: region.accepted,
    cohesion: region.cohesion,
    saying: (term: number) => region.threadsSaying(term),
  }
}

/** Stories that are compared: their terms by place, and the stories that say each. */
class Region {
  /** The mean likeness that two groups of these stories need, and what cohesion counts. */
  readonly accepted: number
  readonly cohesion: number
  /** What likeness by words alone counts for, where others have vectors. */
  readonly #lift: number
  readonly #stories: readonly Compared[]
  readonly #decay: Millis
  readonly #differentCountries: number
  /** Threads that say each term, by place. */
  #threads: Int32Array | null = null
  /** Terms by place, and where the stories of each begin in the lists below. */
  readonly #terms: number[] = []
  readonly #starts: Int32Array
  readonly #entries: Int32Array
  readonly #weights: Float64Array
  /** A bit for each country that a story names, in words of 32. */
  readonly #countries: Int32Array
  readonly #words: number

  constructor(index: ThreadIndex, stories: readonly Compared[]) {
    const { weights } = index
    const size = stories.length
    this.#stories = stories
    this.#differentCountries = index.tuning.differentCountries
    const rows = stories.map(({ said }) => said)
    let entries = 0
    for (const { from, end } of rows) entries += end - from
    const texts = entries >= TEXT_TERMS * size
    const words = texts ? TEXT_LINK : GROUP_LINK
    const isMeant = stories.filter(({ meant }) => meant !== null).length > 1
    const link = isMeant ? MEANT_LINK + (MEANT_LENGTH * entries) / size : words
    this.accepted = link * index.settings.threshold
    this.cohesion = texts || isMeant ? 0 : GROUP_COHESION
    this.#lift = link / words
    this.#decay = isMeant ? MEANT_DECAY : texts ? TEXT_DECAY : GROUP_DECAY
    if (places.length < weights.vocabulary.size) places = new Int32Array(2 * weights.vocabulary.size)
    const frequency: number[] = []
    for (const { terms, from, end } of rows) {
      for (let at = from; at < end; at++) {
        const term = terms[at] as number
        if (term < 0) continue
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
    const unknown = rarity(0, index.size.stories)
    const factors = texts || isMeant ? this.#factors(index) : null
    this.#entries = new Int32Array(entries)
    this.#weights = new Float64Array(entries)
    const bits = new Map<number, number>()
    for (let place = 0; place < count; place++) {
      if (weights.vocabulary.isCountry(this.#terms[place] as number)) bits.set(place, bits.size)
    }
    this.#words = Math.ceil(bits.size / 32)
    this.#countries = new Int32Array(size * this.#words)
    const ends = this.#starts.slice()
    for (const [story, { terms, weights: frozen, counts, from, end }] of rows.entries()) {
      let squares = 0
      for (let at = from; at < end; at++) {
        if ((terms[at] as number) < 0) {
          squares += (factors ? damped(counts[at] as number) * unknown : (frozen[at] as number)) ** 2
          continue
        }
        const place = (places[terms[at] as number] as number) - 1
        const to = ends[place] as number
        ends[place] = to + 1
        const weight = factors ? damped(counts[at] as number) * (factors[place] as number) : (frozen[at] as number)
        this.#entries[to] = story
        this.#weights[to] = weight
        squares += weight * weight
        const bit = bits.size > 0 ? bits.get(place) : undefined
        if (bit !== undefined) {
          const word = story * this.#words + (bit >> 5)
          this.#countries[word] = (this.#countries[word] as number) | (1 << (bit & 31))
        }
      }
      const length = Math.sqrt(squares) || 1
      for (let at = from; at < end; at++) {
        if ((terms[at] as number) < 0) continue
        const to = (ends[(places[terms[at] as number] as number) - 1] as number) - 1
        this.#weights[to] = (this.#weights[to] as number) / length
      }
    }
    for (const term of this.#terms) places[term] = 0
  }

  /** How much each term says: that it is rare in the window, and in the threads around. */
  #factors(index: ThreadIndex): Float64Array {
    const threads = Map.groupBy(this.#stories, ({ thread }) => thread)
    const said = new Int32Array(this.#terms.length)
    const last = new Int32Array(this.#terms.length).fill(-2)
    for (const [thread, stories] of threads) {
      for (const {
        said: { terms, from, end },
      } of stories) {
        for (let at = from; at < end; at++) {
          if ((terms[at] as number) < 0) continue
          const place = (places[terms[at] as number] as number) - 1
          if (last[place] === thread) continue
          last[place] = thread
          said[place] = (said[place] as number) + 1
        }
      }
    }
    this.#threads = said
    const window = index.size.stories
    const around = threads.size
    return Float64Array.from(this.#terms, (term, place) => {
      const rare = rarity(index.weights.frequencyOf(term), window)
      const by = said[place] as number
      if (around < LOCAL_THREADS || by <= LOCAL_FREE) return rare
      return rare * Math.sqrt(1 - (by - LOCAL_FREE) / (around - LOCAL_FREE))
    })
  }

  /** Threads that say a term: 0 where they are not counted. */
  threadsSaying(term: number): number {
    return this.#threads?.[this.#terms.indexOf(term)] ?? 0
  }

  /** Add the cosine of each story with each before it, row by row. */
  addCosines(values: Float64Array): void {
    const size = this.#stories.length
    const [entries, weights, starts] = [this.#entries, this.#weights, this.#starts]
    for (let place = 0; place < this.#terms.length; place++) {
      const from = starts[place] as number
      const end = starts[place + 1] as number
      for (let one = from + 1; one < end; one++) {
        const row = (entries[one] as number) * size
        const weight = weights[one] as number
        for (let other = from; other < one; other++) {
          const at = row + (entries[other] as number)
          values[at] = (values[at] as number) + weight * (weights[other] as number)
        }
      }
    }
  }

  /** Cosines of the last story with all before it. */
  cosinesOfLast(): Float64Array {
    const last = this.#stories.length - 1
    const values = new Float64Array(last)
    const [entries, weights, starts] = [this.#entries, this.#weights, this.#starts]
    for (let place = 0; place < this.#terms.length; place++) {
      const end = (starts[place + 1] as number) - 1
      if (entries[end] !== last) continue
      const weight = weights[end] as number
      for (let at = starts[place] as number; at < end; at++) {
        const story = entries[at] as number
        values[story] = (values[story] as number) + weight * (weights[at] as number)
      }
    }
    return values
  }

  /** Likeness of two stories with a cosine: also by meaning where both have a vector, less in other countries and with time. */
  likeness(one: number, other: number, cosine: number): number {
    const mine = this.#stories[one] as Compared
    const theirs = this.#stories[other] as Compared
    const [a, b] = [mine.meant, theirs.meant]
    const likeness = a && a.length === b?.length ? blended(cosine, dotOf(a, b)) : cosine * this.#lift
    if (likeness === 0) return 0
    const apart = this.#differInCountries(one, other) ? this.#differentCountries : 1
    return likeness * apart * Math.exp(-Math.abs(mine.time - theirs.time) / this.#decay)
  }

  /** Whether two stories both name countries, and none in common. */
  #differInCountries(one: number, other: number): boolean {
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
