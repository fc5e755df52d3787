// Which thread a story belongs to: single-pass TF-IDF with time decay over a sliding window. Pure: the index is a value
// built from stories in the order of their filing, so the same stories give the same index, whatever the restarts.
import type { Millis, Placement, ThreadSettings } from '../model.ts'
import { terms } from './text.ts'

// Measured on ../shared/corpora/threads with one setting for all files (docs/decisions.md): a title word counts twice a
// body word, the first 80 words of the body carry the news, 80 terms a story are plenty.
const TITLE_WEIGHT = 2
const BODY_TERMS = 80
const VECTOR_TERMS = 80
// Keeps a word seen once from outweighing everything else while the window is young.
const IDF_PRIOR = 3
const HOUR: Millis = 3_600_000
// A thread silent for this long needs e times the evidence.
const DECAY: Millis = 200 * HOUR
// Terms so common that looking their threads up would touch most of the window cannot decide by themselves.
const COMMON = 1_000
// Threads scored to the last term.
const RESCORED = 64

// Weights are whole numbers of this unit: sums of them are exact, so taking an old story out of a centroid leaves what
// was there before, and a restarted index equals one that ran on.
const UNIT = 10_000

/** Term weights of a story, fixed when it is filed: whole 1/10000ths, the squares adding up to about one. */
export type Vector = ReadonlyArray<readonly [term: string, weight: number]>

/** Terms of a story with their counts: title words weigh twice. */
export function termCounts(title: string, body: string, language: string | null): Map<string, number> {
  const counts = new Map<string, number>()
  for (const term of terms(title, language)) counts.set(term, (counts.get(term) ?? 0) + TITLE_WEIGHT)
  // 80 terms seldom need more than 1,200 characters: the rest of a long body is never read.
  for (const term of terms(body.slice(0, 1_600), language, BODY_TERMS)) {
    counts.set(term, (counts.get(term) ?? 0) + 1)
  }
  return counts
}

interface ActiveThread {
  id: number
  /** Place of its score while a story is compared with all threads at once. */
  slot: number
  first: Millis
  last: Millis
  squared: number
  stories: SeenStory[]
}

interface SeenStory {
  thread: number
  time: Millis
  /** Its vector, in two lists: a quarter of the memory of a list of pairs. */
  terms: readonly string[]
  weights: readonly number[]
}

/**
 * The active window: document frequencies and thread centroids of the stories of the last two windows. A story may
 * join a thread whose stories lie within one window of its own time.
 */
export class ThreadIndex {
  readonly #settings: ThreadSettings
  readonly #frequency = new Map<string, number>()
  readonly #threads = new Map<number, ActiveThread>()
  /** Centroids by term: the threads that hold it, each with its share. */
  readonly #byTerm = new Map<string, Map<ActiveThread, number>>()
  readonly #freeSlots: number[] = []
  #scores = new Float64Array(1_024)
  #stories: SeenStory[] = []
  #oldest: Millis = Number.POSITIVE_INFINITY

  constructor(settings: ThreadSettings) {
    this.#settings = settings
  }

  /**
   * The time before which stories no longer matter at `now`: what a restart must read from. Moves in whole hours, so that
   * forgetting costs little, and the same stories matter whether or not there was a restart within the hour.
   */
  static horizon(settings: ThreadSettings, now: Millis): Millis {
    return Math.floor((now - 2 * settings.window) / HOUR) * HOUR
  }

  get size(): { stories: number; threads: number } {
    return { stories: this.#stories.length, threads: this.#threads.size }
  }

  /** Weigh a story's terms by their rarity in the window as it stands now. */
  vector(counts: ReadonlyMap<string, number>): Vector {
    const total = this.#stories.length + 1
    const weighted: [string, number][] = []
    for (const [term, count] of counts) {
      const frequency = (this.#frequency.get(term) ?? 0) + 1
      weighted.push([term, (1 + Math.log(count)) * Math.log(1 + total / (frequency - 0.5 + IDF_PRIOR))])
    }
    // Ties are broken by the term, so that the cut does not depend on the order of words.
    weighted.sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
    const kept = weighted.slice(0, VECTOR_TERMS)
    const length = Math.sqrt(kept.reduce((sum, [, weight]) => sum + weight * weight, 0)) || 1
    return kept.map(([term, weight]) => [term, Math.round((weight / length) * UNIT)] as const)
  }

  /** The best thread for a story, or the word that it opens one. Changes nothing. */
  place(vector: Vector, time: Millis): Placement {
    const { threshold, window } = this.#settings
    // Terms come heaviest first. A thread met only in the rest, whose squares add up to less than the threshold's, cannot
    // reach the threshold: from there on only threads already met are scored.
    let rest = vector.reduce((sum, [, weight]) => sum + weight * weight, 0)
    const met: ActiveThread[] = []
    let at = 0
    for (; at < vector.length; at++) {
      const [term, weight] = vector[at] as Vector[number]
      if (rest < (threshold * UNIT) ** 2) break
      rest -= weight * weight
      const holders = this.#byTerm.get(term)
      if (!holders || holders.size > COMMON) continue
      for (const [thread, share] of holders) {
        const before = this.#scores[thread.slot] ?? 0
        if (before === 0) met.push(thread)
        this.#scores[thread.slot] = before + weight * share
      }
    }
    const ranked = met.map(thread => {
      const dot = this.#scores[thread.slot] ?? 0
      this.#scores[thread.slot] = 0
      const silence = Math.max(0, time - thread.last, thread.first - time)
      const fading = silence > window ? 0 : Math.exp(-silence / DECAY)
      return { thread, dot, weight: fading / (Math.sqrt(thread.squared) * UNIT) }
    })
    ranked.sort((a, b) => b.dot * b.weight - a.dot * a.weight || a.thread.id - b.thread.id)
    let best: ActiveThread | null = null
    let bestScore = 0
    for (const { thread, dot, weight } of ranked.slice(0, RESCORED)) {
      let whole = dot
      for (const [term, share] of vector.slice(at)) whole += share * (this.#byTerm.get(term)?.get(thread) ?? 0)
      const score = whole * weight
      if (score > bestScore || (score === bestScore && best !== null && thread.id < best.id)) {
        best = thread
        bestScore = score
      }
    }
    const joined = best !== null && bestScore >= threshold
    const reasons = best
      ? vector
          .map(([term, weight]) => ({ term, share: weight * (this.#byTerm.get(term)?.get(best) ?? 0) }))
          .filter(({ share }) => share > 0)
          .sort((a, b) => b.share - a.share || (a.term < b.term ? -1 : 1))
          .slice(0, 5)
          .map(({ term }) => term)
      : []
    return {
      kind: joined ? 'joined' : 'opened',
      thread: joined && best ? best.id : null,
      score: Math.round(bestScore * 1_000) / 1_000,
      reasons,
    }
  }

  /** Take a filed story into the window. */
  add(thread: number, vector: Vector, time: Millis): void {
    const story: SeenStory = {
      thread,
      time,
      terms: vector.map(([term]) => term),
      weights: vector.map(([, weight]) => weight),
    }
    this.#stories.push(story)
    this.#oldest = Math.min(this.#oldest, time)
    let active = this.#threads.get(thread)
    if (!active) {
      active = { id: thread, slot: this.#slot(), first: time, last: time, squared: 0, stories: [] }
      this.#threads.set(thread, active)
    }
    active.first = Math.min(active.first, time)
    active.last = Math.max(active.last, time)
    active.stories.push(story)
    for (const [term, weight] of vector) {
      this.#frequency.set(term, (this.#frequency.get(term) ?? 0) + 1)
      this.#shift(active, term, weight)
    }
  }

  #slot(): number {
    const slot = this.#freeSlots.pop() ?? this.#threads.size
    if (slot >= this.#scores.length) this.#scores = new Float64Array(this.#scores.length * 2)
    return slot
  }

  #shift(thread: ActiveThread, term: string, weight: number): void {
    const holders = this.#byTerm.get(term) ?? new Map<ActiveThread, number>()
    const before = holders.get(thread) ?? 0
    const after = before + weight
    thread.squared += after * after - before * before
    if (after > 0) holders.set(thread, after)
    else holders.delete(thread)
    if (holders.size === 0) this.#byTerm.delete(term)
    else this.#byTerm.set(term, holders)
  }

  /** Forget stories from before `limit`, and threads that have none left. */
  expire(limit: Millis): void {
    if (this.#oldest >= limit) return
    const touched = new Set<ActiveThread>()
    for (const story of this.#stories) {
      if (story.time >= limit) continue
      const thread = this.#threads.get(story.thread)
      for (const [at, term] of story.terms.entries()) {
        const left = (this.#frequency.get(term) ?? 1) - 1
        if (left > 0) this.#frequency.set(term, left)
        else this.#frequency.delete(term)
        if (thread) this.#shift(thread, term, -(story.weights[at] ?? 0))
      }
      if (thread) touched.add(thread)
    }
    const recent = (story: SeenStory) => story.time >= limit
    for (const thread of touched) {
      thread.stories = thread.stories.filter(recent)
      if (thread.stories.length === 0) {
        this.#threads.delete(thread.id)
        this.#freeSlots.push(thread.slot)
      }
      thread.first = thread.stories.reduce((least, story) => Math.min(least, story.time), Number.POSITIVE_INFINITY)
    }
    this.#stories = this.#stories.filter(recent)
    this.#oldest = this.#stories.reduce((least, story) => Math.min(least, story.time), Number.POSITIVE_INFINITY)
  }
}
