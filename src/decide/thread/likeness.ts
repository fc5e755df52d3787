// How alike stories of one language are: the cosine of what they say, weighed by how rare each term is in the window now and
// in the threads around, fading with the time between. Pure.
import type { Millis } from '../../model/units.ts'
import { DistinctTerms } from './distinct.ts'
import { damped, type ThreadFeatures } from './features.ts'
import type { SeenStory } from './index/active.ts'
import type { ThreadIndex } from './index/index.ts'
import type { TermRange } from './index/rows.ts'
import {
  GROUP_COHESION,
  GROUP_DECAY,
  GROUP_LINK,
  MEANT_DECAY,
  MEANT_LENGTH,
  MEANT_LINK,
  TEXT_DECAY,
  TEXT_LINK,
  TEXT_TERMS,
} from './tuning.ts'
import { blended, dotOf } from './vectors.ts'

/** A story that is compared with others. */
interface Compared {
  /** Its thread; -1 where it has none yet. */
  thread: number
  time: Millis
  /** Its own terms: -1 for one that nobody in the window says. */
  said: TermRange
}

const comparedOf = (index: ThreadIndex, story: SeenStory): Compared => ({
  thread: story.thread.id,
  time: story.time,
  said: index.weights.rangeOf(story),
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
  const compared = stories.map(story => comparedOf(index, story))
  const meant = stories.map(({ language, vector }) => index.meaning(language, vector))
  const rules = rulesOf(index, compared, meant.filter(own => own !== null).length)
  const region = new Region(index, compared, meant, rules)
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
  return { size, values, accepted: rules.accepted, cohesion: rules.cohesion }
}

/** Likenesses of a story that is being placed, as `Likenesses` gives them. */
export interface Placing extends Pick<Likenesses, 'values' | 'accepted' | 'cohesion'> {
  /** How many threads of the stories around say a term, by its id; 0 where that counts for nothing. Until the next comparison. */
  saying(term: number): number
}

/** Likeness of a story that is being placed to some others, of which those of one thread stand together. */
export function likenessesTo(
  index: ThreadIndex,
  features: ThreadFeatures,
  time: Millis,
  stories: readonly SeenStory[],
): Placing {
  const { language, ownWeights: weights, ownCounts: counts, vector } = features
  const terms = index.weights.vocabulary.find(features).own
  const meant = index.meaning(language, vector ?? null)
  const compared = stories.map(story => comparedOf(index, story))
  const said = { terms, weights, counts, from: 0, end: terms.length }
  compared.push({ thread: -1, time, said })
  const vectors = stories.filter(story => story.vector !== null).length + (meant === null ? 0 : 1)
  const rules = rulesOf(index, compared, vectors)
  const distinct = DistinctTerms.of(index, compared)
  const factors = rules.isWeighedAnew ? distinct.factors(index) : null
  const asked = distinct.ask(index, said, factors)
  const values = new Float64Array(stories.length)
  for (let at = 0; at < values.length; at++) {
    const other = compared[at] as Compared
    const cosine = distinct.cosine(other.said, factors, asked)
    const meaning = meant && index.dotOf(stories[at] as SeenStory, meant)
    const likeness = meaning === null ? cosine * rules.lift : blended(cosine, meaning)
    if (likeness === 0) continue
    const apart = distinct.differsInCountries ? index.tuning.differentCountries : 1
    values[at] = likeness * apart * Math.exp(-Math.abs(time - other.time) / rules.decay)
  }
  distinct.clear()
  const { accepted, cohesion } = rules
  return { values, accepted, cohesion, saying: term => (factors ? distinct.threadsSaying(term) : 0) }
}

/** How some stories are compared. */
interface Rules {
  /** The mean likeness that two groups of these stories need, and what cohesion counts. */
  accepted: number
  cohesion: number
  /** What likeness by words alone counts for, where others have vectors. */
  lift: number
  decay: Millis
  /** Terms are weighed by how rare they are now; else as they were when their story was filed. */
  isWeighedAnew: boolean
}

/** `vectors`: how many of the stories have one. */
function rulesOf(index: ThreadIndex, stories: readonly Compared[], vectors: number): Rules {
  let entries = 0
  for (const { said } of stories) entries += said.end - said.from
  const size = stories.length
  const areTexts = entries >= TEXT_TERMS * size
  const words = areTexts ? TEXT_LINK : GROUP_LINK
  const isMeant = vectors > 1
  const link = isMeant ? MEANT_LINK + (MEANT_LENGTH * entries) / size : words
  return {
    accepted: link * index.settings.threshold,
    cohesion: areTexts || isMeant ? 0 : GROUP_COHESION,
    lift: link / words,
    decay: isMeant ? MEANT_DECAY : areTexts ? TEXT_DECAY : GROUP_DECAY,
    isWeighedAnew: areTexts || isMeant,
  }
}

/** Stories that are compared: their terms by place, and the stories that say each. */
class Region {
  readonly #rules: Rules
  readonly #stories: readonly Compared[]
  readonly #meant: readonly (Float64Array | null)[]
  readonly #differentCountries: number
  /** By place of a term: where the stories that say it begin in the lists below. */
  readonly #starts: Int32Array
  readonly #entries: Int32Array
  readonly #weights: Float64Array
  /** A bit for each country that a story names, in words of 32. */
  readonly #countries: Int32Array
  readonly #words: number

  constructor(index: ThreadIndex, stories: readonly Compared[], meant: readonly (Float64Array | null)[], rules: Rules) {
    const size = stories.length
    this.#stories = stories
    this.#meant = meant
    this.#rules = rules
    this.#differentCountries = index.tuning.differentCountries
    const distinct = DistinctTerms.of(index, [...Map.groupBy(stories, ({ thread }) => thread).values()].flat())
    const { count, entries, terms: distinctTerms } = distinct
    this.#starts = new Int32Array(count + 1)
    for (let place = 0; place < count; place++) {
      this.#starts[place + 1] = (this.#starts[place] as number) + (distinct.frequencies[place] as number)
    }
    const factors = rules.isWeighedAnew ? distinct.factors(index) : null
    this.#entries = new Int32Array(entries)
    this.#weights = new Float64Array(entries)
    const bits = new Map<number, number>()
    for (let place = 0; place < count; place++) {
      if (index.weights.vocabulary.isCountry(distinctTerms[place] as number)) bits.set(place, bits.size)
    }
    this.#words = Math.ceil(bits.size / 32)
    this.#countries = new Int32Array(size * this.#words)
    const ends = this.#starts.slice()
    const { places } = distinct
    for (let story = 0; story < size; story++) {
      const { terms, weights, counts, from, end } = (stories[story] as Compared).said
      let squares = 0
      for (let at = from; at < end; at++) {
        const term = terms[at] as number
        if (term < 0) {
          squares += (factors ? damped(counts[at] as number) * distinct.unknown : (weights[at] as number)) ** 2
          continue
        }
        const place = (places[term] as number) - 1
        const to = ends[place] as number
        ends[place] = to + 1
        const weight = factors ? damped(counts[at] as number) * (factors[place] as number) : (weights[at] as number)
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
    distinct.clear()
  }

  /** Add the cosine of each story with each before it, row by row. */
  addCosines(values: Float64Array): void {
    const size = this.#stories.length
    const [entries, weights, starts] = [this.#entries, this.#weights, this.#starts]
    for (let place = 0; place + 1 < this.#starts.length; place++) {
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

  /** Likeness of two stories with a cosine: also by meaning where both have a vector, less in other countries and with time. */
  likeness(one: number, other: number, cosine: number): number {
    const mine = this.#stories[one] as Compared
    const theirs = this.#stories[other] as Compared
    const [a = null, b = null] = [this.#meant[one], this.#meant[other]]
    const likeness = a && a.length === b?.length ? blended(cosine, dotOf(a, b)) : cosine * this.#rules.lift
    if (likeness === 0) return 0
    const apart = this.#differInCountries(one, other) ? this.#differentCountries : 1
    return likeness * apart * Math.exp(-Math.abs(mine.time - theirs.time) / this.#rules.decay)
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
