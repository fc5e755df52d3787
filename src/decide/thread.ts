// Which thread a story belongs to: the index of the active window and the score of a story against its threads. Pure: the
// index is a function of the stories it holds, with their threads, times and features, in whatever order they came.
import type { Millis, Placement, ThreadSettings } from '../model.ts'
import { isColumn, otherEdition } from './thread/form.ts'
import { Postings } from './thread/postings.ts'
import { Sums } from './thread/sums.ts'
import type { ThreadWords } from './thread/words.ts'

export { type ThreadInput, type ThreadWords, threadWords } from './thread/words.ts'

const OWN_TERMS = 80
const SHARED_TERMS = 32
// Keeps a word seen once from outweighing everything else while the window is young.
const IDF_PRIOR = 3.5
// Three consonants are shared by chance more often than five; half the weight.
const SHORT_KEY = 4
const HOUR: Millis = 3_600_000
// Stories looked up for one story. The heaviest terms come first: what they do not find is hardly near. A term so common
// that it would use up what is left is passed over.
const LOOKED_UP = 1_200
// Below this cosine nothing else can bring a story over the threshold.
const FLOOR = 0.15
// What shares less than this of the terms looked up is not near at all.
const NEAR = 0.03
// Threads scored to the last term, and those compared with their stories one by one.
const RESCORED = 12
const COMPARED = 6
// Stories from which on a part keeps the sums of its terms.
const SUMMED_FROM = 8
// The stories of a thread that a new one is compared with: the latest, for threads drift.
const LATEST = 16

/**
 * What each piece of evidence counts for. One value for all news: there to be switched off one by one by
 * `bench/threads.ts --ablate`, not to be set by users.
 */
export interface Tuning {
  /** A thread silent for this long needs e times the evidence. */
  decay: Millis
  /** More of the score where a thread stands out from the runner-up: a story that two claim alike tells little of either. */
  standingOut: number
  /** More of it where one of the thread's latest stories is nearer than the whole. */
  nearest: number
  /** Brings the sum of these to the scale of the configured threshold. */
  scale: number
  /** The same for the few terms that two languages can both express, where a cosine must be higher to say as much. */
  across: number
  /** Whether columns are told by the form of their headlines. */
  columns: boolean
}

export const TUNING: Readonly<Tuning> = {
  decay: 60 * HOUR,
  standingOut: 0.4,
  nearest: 0.15,
  scale: 0.28 / 0.33,
  across: 0.28 / 0.4,
  columns: true,
}

/** Terms that stories of two languages must share. One name is no event. */
export const SHARED_MATCHES = 2
/**
 * The part of their likeness that the second of these must make up. By eye, most false merges of the Olympics had one name
 * for nine tenths of it, and beside it a word that all the news has.
 */
export const SECOND_MATCH = 0.15
// What more of the window's stories say than this tells of no event: in a week of games, "Olympics" and the host.
const RARE = 0.05
// A word may be said by this many, however young the window.
const RARE_LEAST = 12
// What the vectors of a user's own encoder count for, where both sides have them.
const ENCODED = 0.5

// Weights are whole numbers of this unit: sums of them are exact, so taking a story out of a centroid leaves what was
// there before, and a restarted index equals one that ran on.
export const UNIT = 10_000

/**
 * What is stored with a story, and all the index is rebuilt from. Weights are whole 1/10000ths whose squares add up to
 * about one, heaviest first.
 */
export interface ThreadFeatures {
  /** Language of the own terms; "" where nobody knows. */
  l: string
  /** Own terms and their weights. */
  t: readonly string[]
  w: readonly number[]
  /** Terms of any language and their weights. */
  x: readonly string[]
  y: readonly number[]
  /** Form of the headline: shape, filling, and 1 where it names a day. */
  f: readonly [shape: number, filling: number, dated: number]
  /** Direction given by the user's encoder, in whole 127ths. */
  e?: readonly number[]
}

/** A word or name two sides share, and its part of the score. */
export interface Evidence {
  term: string
  weight: number
}

/** Terms by id with their weights, heaviest first. */
export interface Weighted {
  terms: readonly number[]
  weights: readonly number[]
}

/** A story in the window. */
export interface SeenStory {
  id: number
  thread: ActiveThread
  time: Millis
  language: string
  /** Where its terms are kept. */
  row: number
  form: readonly [shape: number, filling: number, dated: number]
  direction: readonly number[] | null
}

/** The stories of one language in a thread. */
export interface Part {
  thread: ActiveThread
  language: string
  /** Place of its score while a story is compared with all parts at once. */
  slot: number
  /** By time, then id. */
  stories: SeenStory[]
  /** Sums of the weights by term, where there are stories enough to make it worthwhile. */
  sums: Sums | null
  /** Square of the length of the summed weights. */
  ownSquared: number
  sharedSquared: number
}

export interface ActiveThread {
  id: number
  first: Millis
  last: Millis
  parts: Map<string, Part>
}

type Terms = Map<string, number>

interface Candidate {
  part: Part
  cosine: number
  score: number
  across: boolean
}

/**
 * The active window: term frequencies and thread centroids of the stories of the last two windows. A story may join a
 * thread whose stories lie within one window of its own time.
 */
export class ThreadIndex {
  readonly settings: ThreadSettings
  readonly tuning: Readonly<Tuning>
  readonly #threads = new Map<number, ActiveThread>()
  readonly #stories = new Map<number, SeenStory>()
  readonly #own = new Map<string, Terms>()
  readonly #shared: Terms = new Map()
  readonly #byShape = new Map<number, SeenStory[]>()
  readonly #postings = new Postings()
  // By the slot of a part: the part, the lengths of its sums, and its score while a story is compared.
  readonly #parts: (Part | null)[] = []
  #ownLengths = new Float64Array(1_024)
  #sharedLengths = new Float64Array(1_024)
  #scores = new Float64Array(1_024)
  // When the life of a part's thread began and ended.
  #firsts = new Float64Array(1_024)
  #lasts = new Float64Array(1_024)
  readonly #freeSlots: number[] = []
  readonly #met: number[] = []
  #shares = new Float64Array(OWN_TERMS)
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

  stories(): Iterable<SeenStory> {
    return this.#stories.values()
  }

  /** A story's own terms and those of any language, heaviest first. */
  said(story: SeenStory): { own: Weighted; shared: Weighted } {
    return { own: this.#postings.said(story.row, true), shared: this.#postings.said(story.row, false) }
  }

  /** The name of a term. */
  nameOf(term: number): string {
    return this.#postings.name(term)
  }

  /** Stories of the window that say a term. */
  frequencyOf(term: number): number {
    return this.#postings.frequency[term] as number
  }

  /** Whether a term says something of an event: the news is not full of it. */
  isRare(term: number): boolean {
    return this.frequencyOf(term) <= Math.max(RARE_LEAST, RARE * this.#stories.size)
  }

  /** Bytes kept outside of objects. */
  get bytes(): number {
    return this.#postings.bytes + 5 * this.#scores.byteLength
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

  /** Compare parts with some terms: `answer` may ask for `shares` and `likeness`. */
  asking<T>(terms: readonly number[], answer: () => T): T {
    this.#postings.ask(terms)
    const answered = answer()
    this.#postings.answered(terms)
    return answered
  }

  /** What a part weighs each of the terms asked for; overwritten by the next call. */
  shares(part: Part, terms: readonly number[]): Float64Array {
    if (this.#shares.length < terms.length) this.#shares = new Float64Array(2 * terms.length)
    const into = this.#shares
    const { sums } = part
    if (sums) for (let at = 0; at < terms.length; at++) into[at] = sums.get(terms[at] as number)
    else {
      into.fill(0, 0, terms.length)
      for (const { row } of part.stories) this.#postings.sharesOf(row, into)
    }
    return into
  }

  /** Dot product of a story's own terms with those asked for. */
  likeness(story: SeenStory, weights: readonly number[]): number {
    return this.#postings.dotOf(story.row, weights)
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
    const lengths = own ? this.#ownLengths : this.#sharedLengths
    const met = this.#met
    met.length = 0
    for (let at = 0; at < terms.length; at++) {
      const term = terms[at] as number
      if (this.frequencyOf(term) > common) continue
      this.#postings.collect(term, weights[at] as number, this.#scores, met)
    }
    for (const slot of met) {
      const cosine = (this.#scores[slot] as number) / (length * ((lengths[slot] as number) / UNIT))
      this.#scores[slot] = 0
      if (cosine >= least) found(this.#parts[slot] as Part, cosine)
    }
  }

  /** Weigh a story's terms by their rarity in the window as it stands now. */
  features(said: ThreadWords, direction: readonly number[] | null = null): ThreadFeatures {
    const own = this.#weigh(said.own, this.#own.get(said.language), OWN_TERMS)
    const shared = this.#weigh(said.shared, this.#shared, SHARED_TERMS)
    const { shape, filling, dated } = said.form
    return {
      l: said.language,
      t: own.terms,
      w: own.weights,
      x: shared.terms,
      y: shared.weights,
      f: [shape, filling, dated ? 1 : 0],
      ...(direction ? { e: direction } : {}),
    }
  }

  #said(term: number | undefined): number {
    return term === undefined ? 0 : this.frequencyOf(term)
  }

  #weigh(counts: ReadonlyMap<string, number>, known: Terms | undefined, limit: number) {
    const total = this.#stories.size + 1
    const weighted: [string, number][] = []
    for (const [term, count] of counts) {
      const rarity = Math.log(1 + total / (this.#said(known?.get(term)) + IDF_PRIOR))
      const doubt = term.startsWith('~') && term.length <= SHORT_KEY ? 0.5 : 1
      weighted.push([term, (1 + Math.log(count)) * rarity * doubt])
    }
    // Ties are broken by the term, so that the cut does not depend on the order of words.
    weighted.sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
    const kept = weighted.slice(0, limit)
    const length = Math.sqrt(kept.reduce((sum, [, weight]) => sum + weight * weight, 0)) || 1
    return {
      terms: kept.map(([term]) => term),
      weights: kept.map(([, weight]) => Math.round((weight / length) * UNIT)),
    }
  }

  /** The best thread for a story, or the word that it opens one. Changes nothing. */
  place(features: ThreadFeatures, time: Millis): Placement {
    const { threshold } = this.settings
    const edition = this.#edition(features, time)
    if (edition.column) {
      const { same } = edition
      return same === null
        ? opened(threshold, ['column'])
        : { kind: 'joined', thread: same, score: 1, reasons: ['column'], threshold, runnerUp: null, weights: [1] }
    }
    const asked = known(features.t, features.w, this.#own.get(features.l))
    const own = this.asking(asked.terms, () => {
      const candidates = this.#candidates(asked, time)
      this.#compare(candidates, asked, features, time)
      return candidates
    })
    const ranked = new Map<number, Candidate>()
    const keep = (candidate: Candidate) => {
      const { id } = candidate.part.thread
      if (edition.others.has(id)) return
      const before = ranked.get(id)
      if (before === undefined || candidate.score > before.score) ranked.set(id, candidate)
    }
    for (const candidate of own) keep(candidate)
    // Where all speak one language there is nothing to look for across languages.
    if (
      features.x.length >= SHARED_MATCHES &&
      this.tuning.across > 0 &&
      this.#own.size > (this.#own.has(features.l) ? 1 : 0)
    ) {
      const shared = known(features.x, features.y, this.#shared)
      const others = this.asking(shared.terms, () => this.#candidates(shared, time, features.l))
      for (const candidate of others) keep(candidate)
    }
    const order = [...ranked.values()].sort((a, b) => b.score - a.score || a.part.thread.id - b.part.thread.id)
    const [best, second] = order
    if (best === undefined) return opened(threshold, [])
    const joined = best.score >= threshold
    const evidence = this.#evidence(features, best.part).slice(0, 5)
    return {
      kind: joined ? 'joined' : 'opened',
      thread: joined ? best.part.thread.id : null,
      score: thousandths(best.score),
      reasons: evidence.map(({ term }) => term),
      weights: evidence.map(({ weight }) => weight),
      threshold,
      runnerUp: second ? { thread: second.part.thread.id, score: thousandths(second.score) } : null,
    }
  }

  /** What a story and a thread share, heaviest first, as parts of one. */
  explain(features: ThreadFeatures, thread: number): Evidence[] {
    const active = this.#threads.get(thread)
    if (!active) return []
    const parts = [...active.parts.values()].sort((a, b) => (a.language < b.language ? -1 : 1))
    const own = active.parts.get(features.l)
    const said = own ? this.#evidence(features, own) : []
    if (said.length > 0) return said
    return parts.map(part => this.#evidence(features, part)).sort((a, b) => b.length - a.length)[0] ?? []
  }

  #evidence(features: ThreadFeatures, part: Part): Evidence[] {
    const own = part.language === features.l
    const { terms, weights } = own
      ? known(features.t, features.w, this.#own.get(features.l))
      : known(features.x, features.y, this.#shared)
    const shares = this.asking(terms, () => this.shares(part, terms))
    const found: Evidence[] = []
    let sum = 0
    for (let at = 0; at < terms.length; at++) {
      const share = (weights[at] as number) * (shares[at] as number)
      if (share > 0) found.push({ term: this.nameOf(terms[at] as number), weight: share })
      sum += share
    }
    return found
      .map(({ term, weight }) => ({ term, weight: thousandths(weight / sum) }))
      .sort((a, b) => b.weight - a.weight || (a.term < b.term ? -1 : 1))
  }

  /**
   * Parts of threads near a story, best first, by the terms asked for. Without `except` those of its language; with it,
   * those of all others, by the terms that languages share.
   */
  #candidates({ terms, weights }: Weighted, time: Millis, except: string | null = null): Candidate[] {
    const across = except !== null
    const lengths = across ? this.#sharedLengths : this.#ownLengths
    const firsts = this.#firsts
    const lasts = this.#lasts
    const met = this.#met
    met.length = 0
    let rest = 0
    for (let at = 0; at < weights.length; at++) rest += (weights[at] as number) ** 2
    // Terms come heaviest first. A part met only in the rest, whose squares add up to less than the floor's, cannot reach
    // the floor.
    let left = LOOKED_UP
    for (let at = 0; at < terms.length && rest >= (FLOOR * UNIT) ** 2; at++) {
      const term = terms[at] as number
      const weight = weights[at] as number
      const frequency = this.frequencyOf(term)
      if (frequency > left) continue
      left -= frequency
      rest -= weight * weight
      this.#postings.collect(term, weight, this.#scores, met)
    }
    const { window } = this.settings
    const { decay } = this.tuning
    const near: Candidate[] = []
    let least = NEAR
    for (const slot of met) {
      const dot = this.#scores[slot] as number
      this.#scores[slot] = 0
      const length = lengths[slot] as number
      // Most of what is met shares a single word; once enough is found that is nearer, it is passed over unseen.
      if (dot < least * length || dot === 0) continue
      const silence = Math.max(0, time - (lasts[slot] as number), (firsts[slot] as number) - time)
      if (silence > window) continue
      const cosine = (dot / length) * Math.exp(-silence / decay)
      if (cosine < least) continue
      const part = this.#parts[slot] as Part
      if (part.language === except) continue
      near.push({ part, cosine, score: 0, across })
      if (near.length === 4 * RESCORED) {
        near.sort(byCosine)
        near.length = RESCORED
        least = near[RESCORED - 1]?.cosine ?? NEAR
      }
    }
    near.sort(byCosine)
    const scored = near.slice(0, RESCORED).filter(candidate => {
      const { part } = candidate
      const shares = this.shares(part, terms)
      let dot = 0
      let most = 0
      let second = 0
      for (let at = 0; at < terms.length; at++) {
        const match = (weights[at] as number) * (shares[at] as number)
        dot += match
        if (!across || match === 0 || !this.isRare(terms[at] as number)) continue
        if (match > most) {
          second = most
          most = match
        } else if (match > second) second = match
      }
      candidate.cosine = (dot / (lengths[part.slot] as number)) * Math.exp(-silenceOf(part.thread, time) / decay)
      candidate.score = candidate.cosine * (across ? this.tuning.across : this.tuning.scale)
      return !across || second >= SECOND_MATCH * dot
    })
    return scored.sort(byCosine)
  }

  /** Scores of parts of the story's own language, whose terms are asked for. */
  #compare(candidates: readonly Candidate[], asked: Weighted, features: ThreadFeatures, time: Millis): void {
    const first = candidates[0]?.cosine ?? 0
    const second = candidates[1]?.cosine ?? 0
    const { decay, standingOut, scale } = this.tuning
    for (let at = 0; at < Math.min(COMPARED, candidates.length); at++) {
      const candidate = candidates[at] as Candidate
      const { part, cosine } = candidate
      if (cosine < FLOOR && !features.e) break
      let nearest = 0
      for (let next = part.stories.length - 1; next >= Math.max(0, part.stories.length - LATEST); next--) {
        const dot = this.likeness(part.stories[next] as SeenStory, asked.weights)
        if (dot > nearest) nearest = dot
      }
      const fading = Math.exp(-silenceOf(part.thread, time) / decay)
      const ahead = cosine - (at === 0 ? second : first)
      const sum = cosine + standingOut * ahead + this.tuning.nearest * (nearest / UNIT ** 2) * fading
      candidate.score = Math.min(1, Math.max(0, scale * sum))
      const meant = features.e ? likeness(features.e, part.stories) : null
      if (meant !== null) candidate.score = candidate.score * (1 - ENCODED) + Math.max(0, meant) * fading * ENCODED
    }
  }

  /** What the form of the headline says: whether it is a column, the thread of the same edition, those of other editions. */
  #edition(features: ThreadFeatures, time: Millis): { column: boolean; same: number | null; others: Set<number> } {
    const [shape, filling, dated] = features.f
    const alike = shape === 0 || !this.tuning.columns ? undefined : this.#byShape.get(shape)
    const others = new Set<number>()
    if (!alike) return { column: false, same: null, others }
    const earlier = alike.map(story => ({ story, time: story.time, filling: story.form[1] }))
    const column = isColumn(time, earlier)
    let same: number | null = null
    for (const one of earlier) {
      const { id } = one.story.thread
      if (otherEdition({ time, filling }, one)) {
        if (dated === 1 && one.filling !== filling) others.add(id)
      } else if (same === null || id < same) same = id
    }
    return { column, same, others }
  }

  /** Take a filed story into the window. A story that is in it already is moved. */
  add(thread: number, story: number, features: ThreadFeatures, time: Millis): void {
    this.remove(story)
    const active = this.#opened(thread, time)
    const own = this.#known(features.l)
    const termIn = (terms: Terms) => (name: string) => {
      const before = terms.get(name)
      if (before !== undefined) return before
      const made = this.#postings.make(name)
      terms.set(name, made)
      return made
    }
    const ownTerms = features.t.map(termIn(own))
    const seen: SeenStory = {
      id: story,
      thread: active,
      time,
      language: features.l,
      row: this.#postings.add(ownTerms, features.w, features.x.map(termIn(this.#shared)), features.y, -1),
      form: features.f,
      direction: features.e ?? null,
    }
    this.#stories.set(story, seen)
    this.#oldest = Math.min(this.#oldest, time)
    const shape = seen.form[0]
    if (shape !== 0) {
      const alike = this.#byShape.get(shape)
      if (alike) alike.push(seen)
      else this.#byShape.set(shape, [seen])
    }
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
    const own = this.#known(seen.language)
    this.#postings.remove(seen.row, (term, ofItsLanguage) => {
      const terms = ofItsLanguage ? own : this.#shared
      terms.delete(this.nameOf(term))
      this.#postings.release(term)
    })
    if (own.size === 0) this.#own.delete(seen.language)
    if (!this.#postings.wasteful) return
    const moved = this.#postings.compact()
    for (const one of this.#stories.values()) one.row = moved[one.row] as number
  }

  /** Forget stories from before `limit`, and threads that have none left. */
  expire(limit: Millis): void {
    if (this.#oldest >= limit) return
    let oldest = Number.POSITIVE_INFINITY
    for (const { id, time } of [...this.#stories.values()]) {
      if (time < limit) this.remove(id)
      else if (time < oldest) oldest = time
    }
    this.#oldest = oldest
  }

  #opened(thread: number, time: Millis): ActiveThread {
    const known = this.#threads.get(thread)
    if (known) return known
    const active: ActiveThread = { id: thread, first: time, last: time, parts: new Map() }
    this.#threads.set(thread, active)
    return active
  }

  #known(language: string): Terms {
    const known = this.#own.get(language)
    if (known) return known
    const made: Terms = new Map()
    this.#own.set(language, made)
    return made
  }

  #join(seen: SeenStory, thread: ActiveThread): void {
    let part = thread.parts.get(seen.language)
    if (!part) {
      const slot = this.#freeSlots.pop() ?? this.#parts.length
      if (slot >= this.#scores.length) {
        this.#scores = new Float64Array(2 * slot)
        this.#firsts = doubled(this.#firsts)
        this.#lasts = doubled(this.#lasts)
        this.#ownLengths = doubled(this.#ownLengths)
        this.#sharedLengths = doubled(this.#sharedLengths)
      }
      part = { thread, language: seen.language, slot, stories: [], sums: null, ownSquared: 0, sharedSquared: 0 }
      this.#parts[slot] = part
      thread.parts.set(seen.language, part)
    }
    this.#grow(part, seen, 1)
    seen.thread = thread
    this.#live(thread, Math.min(thread.first, seen.time), Math.max(thread.last, seen.time))
    let at = part.stories.length
    while (at > 0 && later(part.stories[at - 1] as SeenStory, seen)) at--
    part.stories.splice(at, 0, seen)
    this.#postings.holder[seen.row] = part.slot
    if (part.sums) this.#sum(part.sums, seen, 1)
    else if (part.stories.length > SUMMED_FROM) {
      part.sums = new Sums()
      for (const story of part.stories) this.#sum(part.sums, story, 1)
    }
  }

  /** The lengths of a part's sums with a story that is not in it yet, or not any more. */
  #grow(part: Part, seen: SeenStory, sign: 1 | -1): void {
    const { own, shared } = this.said(seen)
    const grown = ({ terms, weights }: Weighted) => {
      if (part.stories.length === 0) return sign * weights.reduce((all, weight) => all + weight * weight, 0)
      const shares = this.asking(terms, () => this.shares(part, terms))
      let sum = 0
      for (let at = 0; at < terms.length; at++) {
        const weight = weights[at] as number
        sum += weight * (2 * (shares[at] as number) + weight)
      }
      return sign * sum
    }
    part.ownSquared += grown(own)
    part.sharedSquared += grown(shared)
    this.#ownLengths[part.slot] = Math.sqrt(part.ownSquared) * UNIT
    this.#sharedLengths[part.slot] = Math.sqrt(part.sharedSquared) * UNIT
  }

  #sum(sums: Sums, seen: SeenStory, sign: 1 | -1): void {
    const { own, shared } = this.said(seen)
    for (const { terms, weights } of [own, shared]) {
      for (let at = 0; at < terms.length; at++) sums.add(terms[at] as number, sign * (weights[at] as number))
    }
  }

  #leave(seen: SeenStory): void {
    const { thread } = seen
    const part = thread.parts.get(seen.language) as Part
    part.stories.splice(part.stories.indexOf(seen), 1)
    if (part.stories.length <= SUMMED_FROM / 2) part.sums = null
    if (part.sums) this.#sum(part.sums, seen, -1)
    this.#grow(part, seen, -1)
    if (part.stories.length === 0) {
      thread.parts.delete(seen.language)
      this.#parts[part.slot] = null
      this.#freeSlots.push(part.slot)
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
    for (const { slot } of thread.parts.values()) {
      this.#firsts[slot] = first
      this.#lasts[slot] = last
    }
  }
}

/** Those of the named terms that somebody in the window says. */
function known(names: readonly string[], weights: readonly number[], terms: Terms | undefined) {
  const found = { terms: [] as number[], weights: [] as number[] }
  for (let at = 0; terms && at < names.length; at++) {
    const term = terms.get(names[at] as string)
    if (term === undefined) continue
    found.terms.push(term)
    found.weights.push(weights[at] as number)
  }
  return found
}

function doubled(list: Float64Array): Float64Array<ArrayBuffer> {
  const made = new Float64Array(2 * list.length)
  made.set(list)
  return made
}

const opened = (threshold: number, reasons: string[]): Placement => ({
  kind: 'opened',
  thread: null,
  score: 0,
  reasons,
  weights: reasons.map(() => 1),
  threshold,
  runnerUp: null,
})

const later = (one: SeenStory, other: SeenStory) =>
  one.time > other.time || (one.time === other.time && one.id > other.id)
const byCosine = (a: Candidate, b: Candidate) =>
  b.cosine - a.cosine || a.part.thread.id - b.part.thread.id || (a.part.language < b.part.language ? -1 : 1)
const thousandths = (value: number) => Math.round(value * 1_000) / 1_000

/** How far outside the life of a thread a time lies. */
export function silenceOf(thread: ActiveThread, time: Millis): Millis {
  return Math.max(0, time - thread.last, thread.first - time)
}

/** Cosine of an encoder's direction with the mean of the latest stories that have one; null where none has. */
function likeness(direction: readonly number[], stories: readonly SeenStory[]): number | null {
  const sum = new Array<number>(direction.length).fill(0)
  let found = false
  for (const story of stories.slice(-LATEST)) {
    if (story.direction?.length !== direction.length) continue
    found = true
    for (const [at, value] of story.direction.entries()) sum[at] = (sum[at] ?? 0) + value
  }
  if (!found) return null
  let dot = 0
  let one = 0
  let other = 0
  for (const [at, value] of direction.entries()) {
    const mean = sum[at] ?? 0
    dot += value * mean
    one += value * value
    other += mean * mean
  }
  return dot / (Math.sqrt(one * other) || 1)
}
