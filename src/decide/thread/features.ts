// What a story is known by: its terms, weighed by how rare they are in the window. Pure.

import { CONCEPT } from '../../language/concepts.ts'

/** Weights are whole numbers of this unit: sums of them are exact, so taking a story out of a centroid leaves what was
 * there before, and a restarted index equals one that ran on. */
export const UNIT = 10_000

export const OWN_TERMS = 80
export const SHARED_TERMS = 32
// Keeps a word seen once from outweighing everything else while the window is young.
const IDF_PRIOR = 8
// Counts are kept in a byte.
const MOST_COUNTED = 255
// Keys of so many characters, with their mark: three consonants are shared by chance more often than five.
const SHORT_KEY = 4
/**
 * What a word by its sound weighs of what a country or number as rare does: most words are no names, and have no counterpart in
 * another language. With 1, .17 of the pairs in two languages of our general news are found instead of .25; with .65 fewer links across
 * languages are right on the Olympics in nine languages (.69 of them, not .72).
 */
const SOUND_WEIGHT = 0.7
const SHORT_SOUND_WEIGHT = 0.5
/** The same for a concept. At .8 fewer links across languages are right, .935 of our general news instead of .957. */
const CONCEPT_WEIGHT = 0.7

/**
 * What is stored with a story, and all the index is rebuilt from. Weights are whole 1/10000ths whose squares add up to
 * about one, those of concepts left out, heaviest first.
 */
export interface ThreadFeatures {
  /** Language of the own terms; "" where nobody knows. */
  language: string
  ownTerms: readonly string[]
  ownWeights: readonly number[]
  /** How often it says each of its own terms, 1 to 255. */
  ownCounts: readonly number[]
  /** Terms of any language. */
  sharedTerms: readonly string[]
  sharedWeights: readonly number[]
  /** Form of the headline: shape, filling, 1 where it names a day, and the hash of what stands before it or 0. */
  form: readonly [shape: number, filling: number, dated: number, header: number]
  /** Vector given by the user's sentence model, as `quantise` makes it. */
  vector?: readonly number[]
}

/** Terms by id with their weights, heaviest first. */
export interface Weighted {
  terms: readonly number[]
  weights: readonly number[]
}

/** What a story says of one kind: names, how often, their ids, and how many stories of the window say them. */
export interface Said {
  names: readonly string[]
  counts: readonly number[]
  ids: readonly number[]
  frequencies: readonly number[]
}

/** The heaviest terms: names, ids and weights, in this order. */
export interface Weighed {
  names: string[]
  ids: number[]
  weights: number[]
  counts: number[]
}

// Counts of words are small: most logarithms are asked for again and again.
const LOGARITHMS = Float64Array.from({ length: 64 }, (_, count) => Math.log(count))

/** Whether a shared term is a concept, which counts only beside other terms. */
export const isConcept = (name: string): boolean => name.charCodeAt(0) === CONCEPT.charCodeAt(0)

// Room for the weights of what is weighed, and their order: to make it anew would cost more than to weigh.
let weights = new Float64Array(256)
let order = new Int32Array(256)

/** What saying a term so often counts for. */
export const damped = (count: number): number =>
  1 + (count < LOGARITHMS.length ? (LOGARITHMS[count] as number) : Math.log(count))

/** How rare a term is that `frequency` of a window's stories say. */
export const rarity = (frequency: number, stories: number): number =>
  Math.log(1 + (stories + 1) / (frequency + IDF_PRIOR))

/** What a term weighs for its kind: own terms, countries and numbers 1. */
function kindWeight(name: string): number {
  if (isConcept(name)) return CONCEPT_WEIGHT
  if (!name.startsWith('~')) return 1
  return name.length <= SHORT_KEY ? SHORT_SOUND_WEIGHT : SOUND_WEIGHT
}

/** The `limit` heaviest of what a story says, in a window of `stories`. */
export function weigh({ names, counts, ids, frequencies }: Said, stories: number, limit: number): Weighed {
  if (names.length > weights.length) {
    weights = new Float64Array(2 * names.length)
    order = new Int32Array(2 * names.length)
  }
  for (let at = 0; at < names.length; at++) {
    const name = names[at] as string
    const count = counts[at] as number
    const weight = damped(count) * rarity(frequencies[at] as number, stories) * kindWeight(name)
    weights[at] = weight
    // By insertion: the lists are short. Ties are broken by the term, so that the cut does not depend on the order of words.
    let to = at
    for (; to > 0; to--) {
      const other = order[to - 1] as number
      const heavier = weights[other] as number
      if (heavier > weight || (heavier === weight && (names[other] as string) < name)) break
      order[to] = other
    }
    order[to] = at
  }
  const kept = Math.min(limit, names.length)
  let squares = 0
  let ofConcepts = 0
  for (let place = 0; place < kept; place++) {
    const at = order[place] as number
    const square = (weights[at] as number) ** 2
    if (isConcept(names[at] as string)) ofConcepts += square
    else squares += square
  }
  // Concepts add to a likeness and take nothing from it: they are no part of the length, and weigh no more than all the rest.
  const length = Math.sqrt(Math.max(squares, ofConcepts)) || 1
  const weighed: Weighed = { names: [], ids: [], weights: [], counts: [] }
  for (let place = 0; place < kept; place++) {
    const at = order[place] as number
    weighed.names.push(names[at] as string)
    weighed.ids.push(ids[at] as number)
    weighed.weights.push(Math.round(((weights[at] as number) / length) * UNIT))
    weighed.counts.push(Math.min(MOST_COUNTED, counts[at] as number))
  }
  return weighed
}
