// The books of the active window: its stories, their threads, and what the parts of threads weigh each term. A function of
// the stories it holds, with their threads, times and features, in whatever order they came.
import type { Millis, ThreadSettings } from '../../model.ts'
import { type ActiveThread, later, type Part, type SeenStory } from './active.ts'
import { OWN_TERMS, SHARED_TERMS, type ThreadFeatures, UNIT, type Weighted } from './features.ts'
import { Postings } from './postings.ts'
import { Rows } from './rows.ts'
import { OWN_LENGTH, SHARED_LENGTH, Slots } from './slots.ts'
import { Summed } from './summed.ts'
import { Sums } from './sums.ts'
import type { Tuning } from './tuning.ts'
import { Vocabulary } from './vocabulary.ts'

const HOUR: Millis = 3_600_000
// Stories from which on a part keeps the sums of its terms.
const SUMMED_FROM = 8
/** Terms said by more stories are not looked up at all. */
export const LOOKED_UP = 1_200
// What more of the window's stories say than this tells of no event: in a week of games, "Olympics" and the host.
const RARE = 0.05
// A word may be said by this many, however young the window.
const RARE_LEAST = 12

/** Stories come, move and go; threads live while they hold any. */
export class Register {
  readonly settings: ThreadSettings
  readonly tuning: Readonly<Tuning>
  readonly #threads = new Map<number, ActiveThread>()
  readonly #stories = new Map<number, SeenStory>()
  readonly #byShape = new Map<number, SeenStory[]>()
  /** Ids of stories by the hour of their time; those that left before their time are in it still. */
  readonly #byHour = new Map<number, number[]>()
  readonly #rows = new Rows()
  readonly vocabulary = new Vocabulary()
  readonly postings = new Postings(this.#rows, 2 * LOOKED_UP)
  readonly slots = new Slots()
  /** What parts are known by, for as long as no story comes. */
  readonly #summed = new Map<Part, Summed>()
  #shares = new Float64Array(OWN_TERMS + SHARED_TERMS)
  #oldest: Millis = Number.POSITIVE_INFINITY

  constructor(settings: ThreadSettings, tuning: Readonly<Tuning>) {
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

  stories(): Iterable<SeenStory> {
    return this.#stories.values()
  }

  /** Stories whose headlines have a form. */
  ofShape(shape: number): readonly SeenStory[] {
    return this.#byShape.get(shape) ?? []
  }

  /** A story's own terms and those of any language, heaviest first. */
  said(story: SeenStory): { own: Weighted; shared: Weighted } {
    return { own: this.#rows.said(story.row, true), shared: this.#rows.said(story.row, false) }
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

  /** Whether a term says something of an event: the news is not full of it. */
  isRare(term: number): boolean {
    return this.frequencyOf(term) <= Math.max(RARE_LEAST, RARE * this.#stories.size)
  }

  /** Bytes kept outside of objects. */
  get bytes(): number {
    return this.#rows.bytes + this.postings.bytes + this.slots.bytes + this.vocabulary.bytes
  }

  /** Features as they were before a story was added. */
  featuresOf(story: SeenStory): ThreadFeatures {
    const { own, shared } = this.said(story)
    return {
      l: story.language,
      t: own.terms.map(term => this.nameOf(term)),
      w: own.weights,
      x: shared.terms.map(term => this.nameOf(term)),
      y: shared.weights,
      f: story.form,
      ...(story.direction ? { e: story.direction } : {}),
    }
  }

  /** Those terms of some features that somebody in the window says. */
  knownOf(features: ThreadFeatures): { own: Weighted; shared: Weighted } {
    const { own, shared } = this.vocabulary.find(features)
    return { own: known(own, features.w), shared: known(shared, features.y) }
  }

  /** Compare parts and stories with some terms of one kind: `answer` may ask for `shares`, `dotOf` and `likeness`. */
  asking<T>(terms: readonly number[], answer: () => T): T {
    this.#rows.ask(terms, this.isShared(terms[0] ?? 0) ? 'shared' : 'own')
    return answer()
  }

  /** What a part weighs each of the terms asked for; overwritten by the next call. */
  shares({ sums, stories }: Part, terms: ArrayLike<number>): Float64Array {
    if (this.#shares.length < terms.length) this.#shares = new Float64Array(2 * terms.length)
    const into = this.#shares
    if (sums) for (let at = 0; at < terms.length; at++) into[at] = sums.get(terms[at] as number)
    else {
      into.fill(0, 0, terms.length)
      for (let at = 0; at < stories.length; at++) this.#rows.sharesOf((stories[at] as SeenStory).row, into)
    }
    return into
  }

  /** What a part is known by. */
  summed(part: Part): Summed {
    const before = this.#summed.get(part)
    if (before) return before
    const [only, another] = part.stories
    const made =
      only && !another
        ? Summed.ofOne(part, this.said(only))
        : Summed.ofMany(part, part.sums ?? this.#sum(part), this.vocabulary)
    this.#summed.set(part, made)
    return made
  }

  /** Dot product of the summed terms of a part with those asked for. */
  dotOf({ sums, stories }: Part, { terms, weights }: Weighted): number {
    let dot = 0
    if (sums) for (let at = 0; at < terms.length; at++) dot += sums.get(terms[at] as number) * (weights[at] as number)
    else for (let at = 0; at < stories.length; at++) dot += this.#rows.dotOf((stories[at] as SeenStory).row, weights)
    return dot
  }

  /** Dot product of a story's terms with those asked for. */
  likeness(story: SeenStory, weights: readonly number[]): number {
    return this.#rows.dotOf(story.row, weights)
  }

  /**
   * Parts whose cosine with some terms is at least `least`, by their own terms or those of any language. `length` is that
   * of the whole from which the terms are taken; terms said by more than `common` stories are left out.
   */
  finding(
    { terms, weights }: Weighted,
    { own, length, common, least }: { own: boolean; length: number; common: number; least: number },
    found: (part: Part, cosine: number) => void,
  ): void {
    const { scores, met, cosines, parts } = this.slots
    let count = 0
    for (let at = 0; at < terms.length; at++) {
      const term = terms[at] as number
      if (this.frequencyOf(term) > common) continue
      count = this.postings.collect(term, weights[at] as number, scores, met, count)
    }
    count = this.slots.measured(count, own ? OWN_LENGTH : SHARED_LENGTH, (least * length) / UNIT)
    for (let at = 0; at < count; at++) {
      const cosine = ((cosines[at] as number) * UNIT) / length
      if (cosine >= least) found(parts[met[at] as number] as Part, cosine)
    }
  }

  /** Take a filed story into the window. A story that is in it already is moved. */
  add(thread: number, story: number, features: ThreadFeatures, time: Millis): void {
    this.remove(story)
    this.#summed.clear()
    const { own, shared } = this.vocabulary.enter(features)
    for (let at = 0; at < own.length; at++) this.postings.count(own[at] as number)
    for (let at = 0; at < shared.length; at++) this.postings.count(shared[at] as number)
    const active = this.#opened(thread, time)
    const seen: SeenStory = {
      id: story,
      thread: active,
      time,
      language: features.l,
      row: this.#rows.add(own, features.w, shared, features.y),
      form: features.f,
      direction: features.e ?? null,
    }
    this.#stories.set(story, seen)
    this.#oldest = Math.min(this.#oldest, time)
    pushTo(this.#byHour, Math.floor(time / HOUR), story)
    if (seen.form[0] !== 0) pushTo(this.#byShape, seen.form[0], seen)
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
    const alike = this.#byShape.get(seen.form[0])
    alike?.splice(alike.indexOf(seen), 1)
    if (alike?.length === 0) this.#byShape.delete(seen.form[0])
    const { terms } = this.#rows
    const end = this.#rows.end(seen.row)
    for (let at = this.#rows.from(seen.row); at < end; at++) {
      const term = terms[at] as number
      if (this.postings.discount(term)) this.vocabulary.release(term, seen.language)
    }
    this.vocabulary.left(seen.language)
    this.#rows.remove(seen.row)
    if (!this.#rows.wasteful) return
    const moved = this.#rows.compact()
    for (const one of this.#stories.values()) one.row = moved[one.row] as number
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
      part = { thread, language, slot: -1, stories: [], sums: null, ownSquared: 0, sharedSquared: 0 }
      this.slots.take(part)
      thread.parts.set(language, part)
    }
    seen.thread = thread
    this.#weigh(part, seen, 1)
    this.#live(thread, Math.min(thread.first, seen.time), Math.max(thread.last, seen.time))
    const { stories } = part
    let at = stories.length
    while (at > 0 && later(stories[at - 1] as SeenStory, seen)) at--
    stories.splice(at, 0, seen)
    this.#rows.holder[seen.row] = part.slot
    if (part.sums || stories.length <= SUMMED_FROM) return
    part.sums = this.#sum(part)
  }

  #sum({ stories }: Part): Sums {
    const sums = new Sums()
    const { terms, weights } = this.#rows
    for (const { row } of stories) {
      const end = this.#rows.end(row)
      for (let at = this.#rows.from(row); at < end; at++) sums.add(terms[at] as number, weights[at] as number)
    }
    return sums
  }

  #leave(seen: SeenStory): void {
    const { thread } = seen
    const part = thread.parts.get(seen.language) as Part
    part.stories.splice(part.stories.indexOf(seen), 1)
    if (part.stories.length <= SUMMED_FROM / 2) part.sums = null
    this.#weigh(part, seen, -1)
    if (part.stories.length === 0) {
      thread.parts.delete(seen.language)
      this.slots.free(part)
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

  /** The lists, sums and lengths of a part with a story that is not among its stories yet, or not any more. */
  #weigh(part: Part, seen: SeenStory, sign: 1 | -1): void {
    const { terms, weights } = this.#rows
    const { sums, slot } = part
    this.#summed.delete(part)
    const from = this.#rows.from(seen.row)
    const shared = this.#rows.sharedFrom(seen.row)
    const end = this.#rows.end(seen.row)
    const alone = part.stories.length === 0
    let without: Float64Array | null = null
    if (!alone && !sums) {
      const said = terms.subarray(from, end)
      this.#rows.ask(said, 'both')
      without = this.shares(part, said)
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
      grown += weight * (2 * rest + weight)
      if (sign > 0) this.postings.enter(term, slot, weight, rest > 0)
      else this.postings.leave(term, slot, weight)
    }
    if (shared === end) part.ownSquared += sign * grown
    else part.sharedSquared += sign * grown
    this.slots.measure(part)
  }

  #live(thread: ActiveThread, first: Millis, last: Millis): void {
    thread.first = first
    thread.last = last
    for (const part of thread.parts.values()) this.slots.live(part)
  }
}

function pushTo<K, V>(lists: Map<K, V[]>, key: K, value: V): void {
  const list = lists.get(key)
  if (list) list.push(value)
  else lists.set(key, [value])
}

function known(ids: readonly number[], weights: readonly number[]): Weighted {
  if (!ids.includes(-1)) return { terms: ids, weights }
  return { terms: ids.filter(id => id >= 0), weights: weights.filter((_, at) => (ids[at] as number) >= 0) }
}
