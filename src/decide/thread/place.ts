// Which thread a story belongs to: the index of the active window and the score of a story against its threads. Pure: the
// index is a function of the stories it holds, with their threads, times and features, in whatever order they came.

import type { ThreadSettings } from '../../model/config.ts'
import type { Placement } from '../../model/decided.ts'
import type { Millis } from '../../model/units.ts'
import { type Candidate, candidates, compare } from './candidates.ts'
import { type Evidence, evidence, explain, reasons, thousandths } from './evidence.ts'
import { OWN_TERMS, SHARED_TERMS, type ThreadFeatures, type Weighed, weigh } from './features.ts'
import { editionOf } from './form.ts'
import { withoutHeader } from './header.ts'
import { Register } from './register.ts'
import { SHARED_MATCHES, TUNING, type Tuning } from './tuning.ts'
import type { ThreadWords } from './words.ts'

export type { Evidence } from './evidence.ts'
export type { ThreadFeatures } from './features.ts'
export { TUNING, type Tuning } from './tuning.ts'
export { type ThreadInput, type ThreadWords, threadWords } from './words.ts'

/**
 * The active window: term frequencies and thread centroids of the stories of the last two windows. A story may join a
 * thread whose stories lie within one window of its own time.
 */
export class ThreadIndex extends Register {
  constructor(settings: ThreadSettings, tuning: Readonly<Tuning> = TUNING) {
    super(settings, tuning)
  }

  /** Weigh a story's terms by their rarity in the window as it stands now. */
  features(said: ThreadWords, direction: readonly number[] | null = null): ThreadFeatures {
    const header = said.header && this.isSlug(said.header.key) ? said.header : null
    const own = this.#weighed(header ? withoutHeader(said.own, header) : said.own, said.language, OWN_TERMS)
    const shared = this.#weighed(said.shared, null, SHARED_TERMS)
    const { shape, filling, dated } = said.form
    const features: ThreadFeatures = {
      l: said.language,
      t: own.names,
      w: own.weights,
      x: shared.names,
      y: shared.weights,
      f: [shape, filling, dated ? 1 : 0, said.header?.key ?? 0],
      ...(direction ? { e: direction } : {}),
    }
    this.vocabulary.remember(features, { own: own.ids, shared: shared.ids })
    return features
  }

  #weighed(said: ReadonlyMap<string, number>, language: string | null, limit: number): Weighed {
    const names = [...said.keys()]
    const ids = this.vocabulary.idsOf(names, language)
    const frequencies = ids.map(id => (id < 0 ? 0 : this.frequencyOf(id)))
    return weigh({ names, counts: [...said.values()], ids, frequencies }, this.size.stories, limit)
  }

  /** The best thread for a story, or the word that it opens one. Changes nothing. */
  place(features: ThreadFeatures, time: Millis): Placement {
    const { threshold } = this.settings
    const [shape, filling, dated] = features.f
    const alike = shape === 0 || !this.tuning.columns ? [] : this.ofShape(shape)
    const edition = editionOf({ time, filling, dated: dated === 1 }, alike)
    if (edition.column) {
      const { same } = edition
      return same === null
        ? opened(threshold, ['column'])
        : { kind: 'joined', thread: same, score: 1, reasons: ['column'], threshold, runnerUp: null, weights: [1] }
    }
    const [best, second] = this.#ranked(features, time, edition.others)
    if (best === undefined) return opened(threshold, [])
    const joined = best.score >= threshold
    const shared = reasons(evidence(this, features, best.part))
    return {
      kind: joined ? 'joined' : 'opened',
      thread: joined ? best.part.thread.id : null,
      score: thousandths(best.score),
      reasons: shared.map(({ term }) => term),
      weights: shared.map(({ weight }) => weight),
      threshold,
      runnerUp: second ? { thread: second.part.thread.id, score: thousandths(second.score) } : null,
    }
  }

  /** The threads near a story, each by its best part, best first, without some. */
  #ranked(features: ThreadFeatures, time: Millis, without: ReadonlySet<number>): Candidate[] {
    const { own, shared } = this.knownOf(features)
    const found = this.asking(own.terms, () => {
      const near = candidates(this, own, time)
      compare(this, near, own, features, time)
      return near
    })
    // Where all speak one language there is nothing to look for across languages.
    if (features.x.length >= SHARED_MATCHES && this.tuning.across > 0 && this.vocabulary.hasOther(features.l)) {
      found.push(...this.asking(shared.terms, () => candidates(this, shared, time, features.l)))
    }
    const ranked = new Map<number, Candidate>()
    for (const candidate of found) {
      const { id } = candidate.part.thread
      if (without.has(id)) continue
      const before = ranked.get(id)
      if (before === undefined || candidate.score > before.score) ranked.set(id, candidate)
    }
    return [...ranked.values()].sort((a, b) => b.score - a.score || a.part.thread.id - b.part.thread.id)
  }

  /** What a story and a thread share, heaviest first, as parts of one. */
  explain(features: ThreadFeatures, thread: number): Evidence[] {
    const active = this.thread(thread)
    return active ? explain(this, features, active) : []
  }
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
