// Which thread a story belongs to: the index of the active window and the score of a story against its threads. Pure: the
// index is a function of the stories it holds, with their threads, times and features, in whatever order they came.
import type { Millis, Placement, ThreadSettings } from '../model.ts'
import { isColumn, otherEdition } from './thread/form.ts'
import { Term } from './thread/term.ts'
import type { ThreadWords } from './thread/words.ts'

export { type ThreadInput, type ThreadWords, threadWords } from './thread/words.ts'

const OWN_TERMS = 80
const SHARED_TERMS = 32
// Keeps a word seen once from outweighing everything else while the window is young.
const IDF_PRIOR = 3.5
// Three consonants are shared by chance more often than five; half the weight.
const SHORT_KEY = 4
const HOUR: Millis = 3_600_000
// Terms so common that looking their threads up would touch most of the window cannot decide by themselves.
const COMMON = 1_000
// Entries looked up for one story. The heaviest terms come first: what they do not find is hardly near.
const LOOKED_UP = 1500
// Below this cosine nothing else can bring a story over the threshold.
const FLOOR = 0.15
// Threads scored to the last term, and those compared with their stories one by one.
const RESCORED = 24
const COMPARED = 6
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

/** Terms with their weights, heaviest first: in two lists, a quarter of the memory of a list of pairs. */
export interface Weighted {
  terms: readonly Term[]
  weights: readonly number[]
}

/** A story in the window. */
export interface SeenStory {
  id: number
  thread: ActiveThread
  time: Millis
  language: string
  own: Weighted
  shared: Weighted
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

type Terms = Map<string, Term>

interface Candidate {
  part: Part
  dot: number
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
  readonly #byShape = new Map<number, Set<SeenStory>>()
  readonly #freeSlots: number[] = []
  #slots = 0
  #asked = 0
  #scores = new Float64Array(1_024)
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

  /** A term of one language, or for null one that all share; undefined where no story in the window says it. */
  term(name: string, language: string | null): Term | undefined {
    return (language === null ? this.#shared : this.#own.get(language))?.get(name)
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

  #weigh(counts: ReadonlyMap<string, number>, known: Terms | undefined, limit: number) {
    const total = this.#stories.size + 1
    const weighted: [string, number][] = []
    for (const [term, count] of counts) {
      const rarity = Math.log(1 + total / ((known?.get(term)?.frequency ?? 0) + IDF_PRIOR))
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
    const own = this.#candidates(features.t, features.w, this.#own.get(features.l), time)
    this.#compare(own, features, time)
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
      for (const candidate of this.#candidates(features.x, features.y, this.#shared, time, features.l)) keep(candidate)
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
    const terms = own ? features.t : features.x
    const weights = own ? features.w : features.y
    const found: Evidence[] = []
    let sum = 0
    for (const [at, term] of terms.entries()) {
      const share = (weights[at] ?? 0) * (this.term(term, own ? features.l : null)?.share(part) ?? 0)
      if (share > 0) found.push({ term, weight: share })
      sum += share
    }
    return found
      .map(({ term, weight }) => ({ term, weight: thousandths(weight / sum) }))
      .sort((a, b) => b.weight - a.weight || (a.term < b.term ? -1 : 1))
  }

  /**
   * Parts of threads near a story, best first. Without `except` those of its language; with it, those of all others, by
   * the terms that languages share.
   */
  #candidates(
    names: readonly string[],
    weights: readonly number[],
    known: Terms | undefined,
    time: Millis,
    except: string | null = null,
  ): Candidate[] {
    if (!known) return []
    const across = except !== null
    const asked = ++this.#asked
    const rare: Term[] = []
    const common: Term[] = []
    let rest = 0
    for (let at = 0; at < names.length; at++) {
      const term = known.get(names[at] as string)
      if (!term) continue
      const weight = weights[at] as number
      term.weight = weight
      term.asked = asked
      rest += weight * weight
      if (term.parts.length > COMMON) common.push(term)
      else rare.push(term)
    }
    // Terms come heaviest first. A part met only in the rest, whose squares add up to less than the floor's, cannot reach
    // the floor: from there on only parts already met are scored.
    const met: Part[] = []
    let looked = 0
    let entries = 0
    for (; looked < rare.length; looked++) {
      const { weight, parts, shares } = rare[looked] as Term
      entries += parts.length
      if (rest < (FLOOR * UNIT) ** 2 || entries > LOOKED_UP) break
      rest -= weight * weight
      for (let at = 0; at < parts.length; at++) {
        const part = parts[at] as Part
        const before = this.#scores[part.slot] as number
        if (before === 0) met.push(part)
        this.#scores[part.slot] = before + weight * (shares[at] as number)
      }
    }
    const { window } = this.settings
    const { tuning } = this
    const { decay } = tuning
    const near: Candidate[] = []
    let least = 0
    for (const part of met) {
      const dot = this.#scores[part.slot] as number
      this.#scores[part.slot] = 0
      if (part.language === except) continue
      const length = Math.sqrt(across ? part.sharedSquared : part.ownSquared) * UNIT
      // Most of what is met shares a single word; once enough is found that is nearer, it is passed over unseen.
      if (dot < least * length) continue
      const silence = silenceOf(part.thread, time)
      if (silence > window) continue
      near.push({ part, dot, cosine: (dot / length) * Math.exp(-silence / decay), score: 0, across })
      if (near.length === 4 * RESCORED) {
        near.sort(byCosine)
        near.length = RESCORED
        least = near[RESCORED - 1]?.cosine ?? 0
      }
    }
    near.sort(byCosine)
    const unseen = [...rare.slice(looked), ...common]
    const scored = near.slice(0, RESCORED).filter(candidate => {
      const { part } = candidate
      for (const term of unseen) candidate.dot += term.weight * term.share(part)
      const length = Math.sqrt(across ? part.sharedSquared : part.ownSquared) * UNIT
      candidate.cosine = (candidate.dot / length) * Math.exp(-silenceOf(part.thread, time) / decay)
      candidate.score = candidate.cosine * (across ? tuning.across : tuning.scale)
      if (!across) return true
      let matches = 0
      for (const term of rare) if (term.share(part) > 0) matches++
      for (const term of common) if (term.share(part) > 0) matches++
      return matches >= SHARED_MATCHES
    })
    return scored.sort(byCosine)
  }

  /** Scores of parts of the story's own language; follows the look-up of its terms. */
  #compare(candidates: readonly Candidate[], features: ThreadFeatures, time: Millis): void {
    const first = candidates[0]?.cosine ?? 0
    const second = candidates[1]?.cosine ?? 0
    const asked = this.#asked
    const { decay, standingOut, scale } = this.tuning
    for (let at = 0; at < Math.min(COMPARED, candidates.length); at++) {
      const candidate = candidates[at] as Candidate
      const { part, cosine } = candidate
      if (cosine < FLOOR && !features.e) break
      let nearest = 0
      for (let next = part.stories.length - 1; next >= Math.max(0, part.stories.length - LATEST); next--) {
        const { terms, weights } = (part.stories[next] as SeenStory).own
        let dot = 0
        for (let of = 0; of < terms.length; of++) {
          const term = terms[of] as Term
          if (term.asked === asked) dot += term.weight * (weights[of] as number)
        }
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
    const earlier = [...alike].map(story => ({ story, time: story.time, filling: story.form[1] }))
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
    const seen: SeenStory = {
      id: story,
      thread: active,
      time,
      language: features.l,
      own: { terms: features.t.map(name => termIn(own, name)), weights: features.w },
      shared: { terms: features.x.map(name => termIn(this.#shared, name)), weights: features.y },
      form: features.f,
      direction: features.e ?? null,
    }
    this.#stories.set(story, seen)
    this.#oldest = Math.min(this.#oldest, time)
    const shape = seen.form[0]
    if (shape !== 0) {
      const alike = this.#byShape.get(shape)
      if (alike) alike.add(seen)
      else this.#byShape.set(shape, new Set([seen]))
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
    this.#stories.delete(story)
    const alike = this.#byShape.get(seen.form[0])
    alike?.delete(seen)
    if (alike?.size === 0) this.#byShape.delete(seen.form[0])
    this.#leave(seen)
    const own = this.#known(seen.language)
    for (const term of seen.own.terms) if (term.frequency === 0) own.delete(term.name)
    for (const term of seen.shared.terms) if (term.frequency === 0) this.#shared.delete(term.name)
    if (own.size === 0) this.#own.delete(seen.language)
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
      const slot = this.#freeSlots.pop() ?? this.#slots++
      if (slot >= this.#scores.length) this.#scores = new Float64Array(this.#scores.length * 2)
      part = { thread, language: seen.language, slot, stories: [], ownSquared: 0, sharedSquared: 0 }
      thread.parts.set(seen.language, part)
    }
    seen.thread = thread
    thread.first = Math.min(thread.first, seen.time)
    thread.last = Math.max(thread.last, seen.time)
    let at = part.stories.length
    while (at > 0 && later(part.stories[at - 1] as SeenStory, seen)) at--
    part.stories.splice(at, 0, seen)
    part.ownSquared += shift(part, seen.own, 1)
    part.sharedSquared += shift(part, seen.shared, 1)
  }

  #leave(seen: SeenStory): void {
    const { thread } = seen
    const part = thread.parts.get(seen.language) as Part
    part.ownSquared += shift(part, seen.own, -1)
    part.sharedSquared += shift(part, seen.shared, -1)
    part.stories.splice(part.stories.indexOf(seen), 1)
    if (part.stories.length === 0) {
      thread.parts.delete(seen.language)
      this.#freeSlots.push(part.slot)
    }
    if (thread.parts.size === 0) this.#threads.delete(thread.id)
    thread.first = Number.POSITIVE_INFINITY
    thread.last = Number.NEGATIVE_INFINITY
    for (const { stories } of thread.parts.values()) {
      thread.first = Math.min(thread.first, stories[0]?.time ?? thread.first)
      thread.last = Math.max(thread.last, stories.at(-1)?.time ?? thread.last)
    }
  }
}

function termIn(terms: Terms, name: string): Term {
  const known = terms.get(name)
  if (known) return known
  const made = new Term(name)
  terms.set(name, made)
  return made
}

/** Add a story's weights to a part, or take them out; returns what the square of the part's length grew by. */
function shift(part: Part, { terms, weights }: Weighted, sign: 1 | -1): number {
  let grown = 0
  for (let at = 0; at < terms.length; at++) {
    const term = terms[at] as Term
    term.frequency += sign
    const by = sign * (weights[at] as number)
    const before = term.shift(part, by)
    grown += by * (2 * before + by)
  }
  return grown
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
const byCosine = (a: Candidate, b: Candidate) => b.cosine - a.cosine || a.part.thread.id - b.part.thread.id
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
