// The vectors of a user's sentence model: how they are stored, and what one says beside all others. Pure.
import type { SeenStory } from './index/active.ts'
import { Signs } from './signs.ts'

// More would weigh more than all the words of a story.
const MOST = 1_024
// Components of a vector of n numbers are some 1/sqrt(n) of its length: so many times that is the most that is kept.
const LARGEST = 5

/**
 * A vector as it is stored with a story: whole numbers from -127 to 127 on a scale that follows from how many they are; null
 * where it points nowhere.
 */
export function quantise(vector: ArrayLike<number>): number[] | null {
  if (vector.length === 0 || vector.length > MOST) return null
  let squares = 0
  for (let at = 0; at < vector.length; at++) squares += (vector[at] ?? 0) ** 2
  if (!(squares > 0 && Number.isFinite(squares))) return null
  const unit = 127 / (Math.sqrt(squares) * Math.min(1, LARGEST / Math.sqrt(vector.length)))
  return Array.from(vector, value => Math.max(-127, Math.min(127, Math.round(value * unit))))
}

/** Share of a likeness that the vectors make up, where both sides have them; words are the rest. */
export const ENCODED = 0.5
// So many directions that say nothing stand for what is not known of a model while the window is young, and so many of all
// languages for what is not known of a language.
const UNKNOWN = 50
const OF_ALL = 60

/** A story that has a vector. */
export type Meant = SeenStory & { vector: Int8Array }

/** Sum of the directions of some stories. */
class Sum {
  readonly values: Float64Array
  count = 0

  constructor(length: number) {
    this.values = new Float64Array(length)
  }

  /** Take a direction in, or with -1 out again. */
  add(direction: Int8Array, sign: 1 | -1): void {
    this.count += sign
    for (let at = 0; at < direction.length; at++) {
      this.values[at] = (this.values[at] as number) + sign * (direction[at] as number)
    }
  }
}

/** What is taken off the directions of a language, and the square of its length. */
interface Middle {
  values: Float64Array
  squares: number
  /** The vector that was asked about last, and its dot product with this. */
  asked: Float64Array | null
  off: number
}

/**
 * What the vectors of the window have in common. Many models put all texts close together, so that any two stories are alike,
 * and those of a language closer still; what tells them apart is what is left without the mean of their language, which leans
 * on that of all languages while it has few.
 */
export class Meanings {
  readonly #all: Sum
  readonly #languages = new Map<string, Sum>()
  readonly #stories = new Set<Meant>()
  /** What follows from the stories, until one comes or goes: the middle of each language, and bits. */
  readonly #middles = new Map<string, Middle>()
  #signs: Signs | null = null

  /** `length` is that of all the directions. */
  constructor(length: number) {
    this.#all = new Sum(length)
  }

  get empty(): boolean {
    return this.#all.count === 0
  }

  /** How many languages have vectors. */
  get languages(): number {
    return this.#languages.size
  }

  /** Take a story in, or with -1 out again. */
  count(story: Meant, sign: 1 | -1): void {
    const { language, vector } = story
    const sum = this.#languages.get(language) ?? new Sum(vector.length)
    this.#languages.set(language, sum)
    sum.add(vector, sign)
    this.#all.add(vector, sign)
    if (sum.count === 0) this.#languages.delete(language)
    if (sign > 0) this.#stories.add(story)
    else this.#stories.delete(story)
    this.#middles.clear()
    this.#signs = null
  }

  /** What the vectors are in a bit a number. */
  get signs(): Signs {
    this.#signs ??= new Signs(this.#stories, language => this.#middle(language).values)
    return this.#signs
  }

  /** Stories have other rows. */
  renumbered(): void {
    this.#signs = null
  }

  #middle(language: string): Middle {
    const known = this.#middles.get(language)
    if (known) return known
    const sum = this.#languages.get(language)
    const all = this.#all
    const values = new Float64Array(all.values.length)
    let squares = 0
    for (let at = 0; at < values.length; at++) {
      const mean = (all.values[at] as number) / (all.count + UNKNOWN)
      const value = ((sum?.values[at] ?? 0) + OF_ALL * mean) / ((sum?.count ?? 0) + OF_ALL)
      values[at] = value
      squares += value * value
    }
    const middle = { values, squares, asked: null, off: 0 }
    this.#middles.set(language, middle)
    return middle
  }

  /** What a direction says beside all others, of length 1. */
  own(language: string, direction: ArrayLike<number>): Float64Array {
    const { values } = this.#middle(language)
    const own = new Float64Array(direction.length)
    let squares = 0
    for (let at = 0; at < own.length; at++) {
      const left = (direction[at] as number) - (values[at] as number)
      own[at] = left
      squares += left * left
    }
    const length = Math.sqrt(squares) || 1
    for (let at = 0; at < own.length; at++) own[at] = (own[at] as number) / length
    return own
  }

  /** Dot product of what a story says beside all others with another vector. */
  dotOf({ language, vector, squares }: Meant, asked: Float64Array): number {
    const middle = this.#middle(language)
    const { values } = middle
    if (middle.asked !== asked) {
      middle.asked = asked
      middle.off = dotOf(values, asked)
    }
    let [dot, common] = [0, 0]
    for (let at = 0; at < vector.length; at++) {
      const number = vector[at] as number
      dot += number * (asked[at] as number)
      common += number * (values[at] as number)
    }
    return (dot - middle.off) / (Math.sqrt(Math.max(0, squares - 2 * common + middle.squares)) || 1)
  }
}

/** Likeness by words and by meaning together, 0 to 1. */
export const blended = (words: number, meaning: number): number =>
  (1 - ENCODED) * words + ENCODED * Math.max(0, meaning)

/** Dot product of two directions of one space. Four sums run side by side: one would wait for itself at each number. */
export function dotOf(one: Float64Array, other: Float64Array): number {
  let [a, b, c, d] = [0, 0, 0, 0]
  let at = 0
  for (; at + 3 < one.length; at += 4) {
    a += (one[at] as number) * (other[at] as number)
    b += (one[at + 1] as number) * (other[at + 1] as number)
    c += (one[at + 2] as number) * (other[at + 2] as number)
    d += (one[at + 3] as number) * (other[at + 3] as number)
  }
  for (; at < one.length; at++) a += (one[at] as number) * (other[at] as number)
  return a + b + (c + d)
}
