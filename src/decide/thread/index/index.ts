// The index of the active window: its stories and their threads. A function of the stories it holds, with their threads,
// times and features, in whatever order they came.

import type { ThreadSettings } from '../../../model/config.ts'
import type { Millis } from '../../../model/units.ts'
import type { ThreadFeatures } from '../features.ts'
import { SLUG_THREADS } from '../header.ts'
import { GROUPED_OF_A_PART, TUNING, type Tuning } from '../tuning.ts'
import { Meanings, type Meant } from '../vectors.ts'
import { type ActiveThread, later, type Part, type SeenStory } from './active.ts'
import { Weights } from './weights.ts'

const HOUR: Millis = 3_600_000
// What more of the window's stories say than this tells of no event: in a week of games, "Olympics" and the host.
const RARE = 0.05
// A word may be said by this many, however young the window.
const RARE_LEAST = 12
// A concept that more of the window's stories name is a kind of news.
const CONCEPT_RARE = 0.02

/** Stories come, move and go; threads live while they hold any. */
export class ThreadIndex {
  /** What its stories and parts weigh each term. */
  readonly weights = new Weights()
  readonly settings: ThreadSettings
  readonly tuning: Readonly<Tuning>
  readonly #threads = new Map<number, ActiveThread>()
  readonly #stories = new Map<number, SeenStory>()
  readonly #byHeader = new Map<number, Set<SeenStory>>()
  /** By length of the vectors. */
  readonly #meanings = new Map<number, Meanings>()
  /** Ids of stories by the hour of their time; those that left before their time are in it still. */
  readonly #byHour = new Map<number, number[]>()
  #oldest: Millis = Number.POSITIVE_INFINITY

  constructor(settings: ThreadSettings, tuning: Readonly<Tuning> = TUNING) {
    this.settings = settings
    this.tuning = tuning
  }

  /**
   * The time before which stories no longer matter at `now`: what a restart must read from. Moves in whole hours, so that
   * forgetting costs little, and the same stories matter whether or not there was a restart within the hour.
   */
  static horizon(settings: ThreadSettings, now: Millis): Millis {
    return Math.floor((now - 2 * settings.window) / HOUR) * HOUR
  }

  get size(): { stories: number; threads: number } {
    return { stories: this.#stories.size, threads: this.#threads.size }
  }

  story(id: number): SeenStory | undefined {
    return this.#stories.get(id)
  }

  thread(id: number): ActiveThread | undefined {
    return this.#threads.get(id)
  }

  threads(): Iterable<ActiveThread> {
    return this.#threads.values()
  }

  stories(): Iterable<SeenStory> {
    return this.#stories.values()
  }

  /** Whether the stories under a header are of several threads: it is a slug, and no word on any of them. */
  isSlug(header: number): boolean {
    const threads = new Set<ActiveThread>()
    for (const { thread } of this.#byHeader.get(header) ?? []) {
      threads.add(thread)
      if (threads.size >= SLUG_THREADS) return true
    }
    return false
  }

  /** What sets a vector apart from those of all stories of a language; null where there is none. */
  meaning(language: string, vector: ArrayLike<number> | null): Float64Array | null {
    return vector && (this.#meanings.get(vector.length)?.own(language, vector) ?? null)
  }

  /** Whether stories of two languages have vectors that can be compared. */
  get meansAcross(): boolean {
    for (const { languages } of this.#meanings.values()) if (languages > 1) return true
    return false
  }

  /** Dot product of what a story says beside all others of its language with a vector; null where it has none of its length. */
  dotOf(story: SeenStory, asked: Float64Array): number | null {
    if (!isMeant(story) || story.vector.length !== asked.length) return null
    return this.#meanings.get(asked.length)?.dotOf(story, asked) ?? null
  }

  /** Parts of other languages that may mean much the same as `asked`, which is what one of this language means. */
  meantAlike(language: string, asked: Float64Array): Part[] {
    const { slots, holder } = this.weights
    const near = this.#meanings.get(asked.length)?.signs.near(asked, holder, slots.parts.length) ?? []
    return near.map(slot => slots.parts[slot] as Part).filter(part => part.language !== language)
  }

  /** The mean dot product of what the latest stories of a part mean with a vector; 0 where none has a vector of its length. */
  meant({ stories }: Part, asked: Float64Array): number {
    let [sum, count] = [0, 0]
    for (let at = Math.max(0, stories.length - GROUPED_OF_A_PART); at < stories.length; at++) {
      const dot = this.dotOf(stories[at] as SeenStory, asked)
      if (dot === null) continue
      sum += dot
      count++
    }
    return sum / (count || 1)
  }

  /** Vectors of another length are another encoder's: the two are never compared. */
  #countMeaning(story: SeenStory, sign: 1 | -1): void {
    if (!isMeant(story)) return
    const { length } = story.vector
    const meanings = this.#meanings.get(length) ?? new Meanings(length)
    meanings.count(story, sign)
    if (meanings.empty) this.#meanings.delete(length)
    else this.#meanings.set(length, meanings)
  }

  /** Whether a term says something of an event: the news is not full of it. */
  isRare(term: number): boolean {
    return this.weights.frequencyOf(term) <= Math.max(RARE_LEAST, RARE * this.#stories.size)
  }

  /** Whether two languages may be compared by a term: concepts that more stories name are kinds of news. */
  isComparable(term: number): boolean {
    if (!this.weights.vocabulary.isConcept(term)) return true
    return this.weights.frequencyOf(term) <= Math.max(RARE_LEAST, CONCEPT_RARE * this.#stories.size)
  }

  /** Features as they were before a story was added. */
  featuresOf(story: SeenStory): ThreadFeatures {
    const { own, shared } = this.weights.termsOf(story)
    const name = (term: number) => this.weights.nameOf(term)
    return {
      language: story.language,
      ownTerms: own.terms.map(name),
      ownWeights: own.weights,
      ownCounts: [...this.weights.ownOf(story.row).counts],
      sharedTerms: shared.terms.map(name),
      sharedWeights: shared.weights,
      form: story.form,
      ...(story.vector ? { vector: [...story.vector] } : {}),
    }
  }

  /** Take a filed story into the window. A story that is in it already is moved. */
  add(thread: number, story: number, features: ThreadFeatures, time: Millis): void {
    this.remove(story)
    const active = this.#opened(thread, time)
    const seen: SeenStory = {
      id: story,
      thread: active,
      time,
      language: features.language,
      row: this.weights.enter(features),
      form: features.form,
      vector: features.vector ? Int8Array.from(features.vector) : null,
      squares: features.vector?.reduce((sum, number) => sum + number ** 2, 0) ?? 0,
    }
    this.#stories.set(story, seen)
    this.#countMeaning(seen, 1)
    this.#oldest = Math.min(this.#oldest, time)
    pushTo(this.#byHour, Math.floor(time / HOUR), story)
    const header = seen.form[3]
    const under = this.#byHeader.get(header)
    if (under) under.add(seen)
    else if (header !== 0) this.#byHeader.set(header, new Set([seen]))
    this.#join(seen, active)
  }

  /** A story moves to another thread, which may be new: what an editor or a review decided. */
  move(story: number, to: number): void {
    const seen = this.#stories.get(story)
    if (!seen || seen.thread.id === to) return
    this.#leave(seen)
    this.#join(seen, this.#opened(to, seen.time))
  }

  /** Take a story out of the window. */
  remove(story: number): void {
    const seen = this.#stories.get(story)
    if (!seen) return
    this.#leave(seen)
    this.#stories.delete(story)
    this.#countMeaning(seen, -1)
    const under = this.#byHeader.get(seen.form[3])
    under?.delete(seen)
    if (under?.size === 0) this.#byHeader.delete(seen.form[3])
    const moved = this.weights.drop(seen)
    if (!moved) return
    for (const one of this.#stories.values()) one.row = moved[one.row] as number
    for (const meanings of this.#meanings.values()) meanings.renumbered()
  }

  /** Forget stories from before `limit`, and threads that have none left. */
  expire(limit: Millis): void {
    if (this.#oldest >= limit) return
    this.#oldest = Number.POSITIVE_INFINITY
    for (const [hour, ids] of this.#byHour) {
      const left: number[] = hour * HOUR < limit ? [] : ids
      for (const id of left === ids ? [] : ids) {
        const time = this.#stories.get(id)?.time
        if (time === undefined || Math.floor(time / HOUR) !== hour) continue
        if (time < limit) this.remove(id)
        else left.push(id)
      }
      if (left.length === 0) this.#byHour.delete(hour)
      else {
        this.#byHour.set(hour, left)
        this.#oldest = Math.min(this.#oldest, hour * HOUR)
      }
    }
  }

  #opened(thread: number, time: Millis): ActiveThread {
    const known = this.#threads.get(thread)
    if (known) return known
    const active: ActiveThread = { id: thread, first: time, last: time, parts: new Map() }
    this.#threads.set(thread, active)
    return active
  }

  #join(seen: SeenStory, thread: ActiveThread): void {
    let part = thread.parts.get(seen.language)
    if (!part) {
      const { language } = seen
      part = { thread, language, slot: -1, stories: [], sums: null, version: 0, ownSquared: 0, sharedSquared: 0 }
      this.weights.slots.take(part)
      thread.parts.set(language, part)
    }
    seen.thread = thread
    this.weights.weigh(part, seen, 1)
    this.#live(thread, Math.min(thread.first, seen.time), Math.max(thread.last, seen.time))
    const { stories } = part
    let at = stories.length
    while (at > 0 && later(stories[at - 1] as SeenStory, seen)) at--
    stories.splice(at, 0, seen)
    this.weights.hold(part, seen)
  }

  #leave(seen: SeenStory): void {
    const { thread } = seen
    const part = thread.parts.get(seen.language) as Part
    part.stories.splice(part.stories.indexOf(seen), 1)
    this.weights.weigh(part, seen, -1)
    if (part.stories.length === 0) {
      thread.parts.delete(seen.language)
      this.weights.slots.free(part)
    }
    if (thread.parts.size === 0) this.#threads.delete(thread.id)
    let first = Number.POSITIVE_INFINITY
    let last = Number.NEGATIVE_INFINITY
    for (const { stories } of thread.parts.values()) {
      first = Math.min(first, stories[0]?.time ?? first)
      last = Math.max(last, stories.at(-1)?.time ?? last)
    }
    this.#live(thread, first, last)
  }

  #live(thread: ActiveThread, first: Millis, last: Millis): void {
    thread.first = first
    thread.last = last
    for (const part of thread.parts.values()) this.weights.slots.live(part)
  }
}

const isMeant = (story: SeenStory): story is Meant => story.vector !== null

function pushTo<K, V>(lists: Map<K, V[]>, key: K, value: V): void {
  const list = lists.get(key)
  if (list) list.push(value)
  else lists.set(key, [value])
}
