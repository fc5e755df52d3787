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
  const compared = stories.map(story => comparedOf(index, story))
  const rules = rulesOf(index, compared)
  const region = new Region(index, compared, rules)
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
  const compared = stories.map(story => comparedOf(index, story))
  const said = { terms, weights, counts, from: 0, end: terms.length }
  compared.push({ thread: -1, time, said, meant: index.meaning(language, vector ?? null) })
  const rules = rulesOf(index, compared)
  return rules.isMeant ? byMeaning(index, compared, rules) : byWords(index, compared, rules)
}

function byMeaning(index: ThreadIndex, compared: readonly Compared[], rules: Rules): Placing {
  const region = new Region(index, compared, rules)
  const values = region.cosinesOfLast()
  const last = values.length
  for (let at = 0; at < last; at++) values[at] = region.likeness(last, at, values[at] as number)
  const { accepted, cohesion } = rules
  return { values, accepted, cohesion, saying: term => region.threadsSaying(term) }
}

/** The same without vectors: only the terms of the last story are looked for in the others. */
function byWords(index: ThreadIndex, compared: readonly Compared[], rules: Rules): Placing {
  const last = compared.length - 1
  const { said, time } = compared[last] as Compared
  const { differentCountries } = index.tuning
  const distinct = DistinctTerms.of(index, compared)
  const factors = rules.isWeighedAnew ? distinct.factors(index, distinct.threads, distinct.around) : null
  const asked = distinct.ask(index, said, factors)
  const values = new Float64Array(last)
  for (let at = 0; at < last; at++) {
    const other = compared[at] as Compared
    const cosine = distinct.cosine(other.said, factors, asked)
    if (cosine === 0) continue
    const apart = distinct.differsInCountries ? differentCountries : 1
    values[at] = cosine * rules.lift * apart * Math.exp(-Math.abs(time - other.time) / rules.decay)
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
  /** More than one of the stories has a vector. */
  isMeant: boolean
  /** Terms are weighed by how rare they are now; else as they were when their story was filed. */
  isWeighedAnew: boolean
}

function rulesOf(index: ThreadIndex, stories: readonly Compared[]): Rules {
  let entries = 0
  let vectors = 0
  for (const { said, meant } of stories) {
    entries += said.end - said.from
    if (meant !== null) vectors++
  }
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
    isMeant,
    isWeighedAnew: areTexts || isMeant,
  }
}

/** Stories that are compared: their terms by place, and the stories that say each. */
class Region {
  readonly #rules: Rules
  readonly #stories: readonly Compared[]
  readonly #differentCountries: number
  /** Threads that say each term, by place; null where they are not counted. */
  readonly #threads: Int32Array | null
  /** Terms by place, and where the stories of each begin in the lists below. */
  readonly #terms: Int32Array
  readonly #starts: Int32Array
  readonly #entries: Int32Array
  readonly #weights: Float64Array
  /** A bit for each country that a story names, in words of 32. */
  readonly #countries: Int32Array
  readonly #words: number

  constructor(index: ThreadIndex, stories: readonly Compared[], rules: Rules) {
    const size = stories.length
    this.#stories = stories
    this.#rules = rules
    this.#differentCountries = index.tuning.differentCountries
    const distinct = DistinctTerms.of(index, stories)
    const { count, entries } = distinct
    this.#terms = distinct.terms.slice(0, count)
    this.#starts = new Int32Array(count + 1)
    for (let place = 0; place < count; place++) {
      this.#starts[place + 1] = (this.#starts[place] as number) + (distinct.frequencies[place] as number)
    }
    const byThread = rules.isWeighedAnew ? Map.groupBy(stories, ({ thread }) => thread) : null
    this.#threads = byThread && distinct.threadsOf(byThread)
    const factors = byThread && distinct.factors(index, this.#threads as Int32Array, byThread.size)
    this.#entries = new Int32Array(entries)
    this.#weights = new Float64Array(entries)
    const bits = new Map<number, number>()
    for (let place = 0; place < count; place++) {
      if (index.weights.vocabulary.isCountry(this.#terms[place] as number)) bits.set(place, bits.size)
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
