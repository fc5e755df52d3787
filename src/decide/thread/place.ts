// Which thread a story belongs to: the score of a story against the threads of its language in the active window. Pure: it
// follows from the stories in the index, in whatever order they came. A story may join a thread whose stories lie within one
// window of its time. What tells of it in other languages is left to the review.

import type { Placement } from '../../model/decided.ts'
import type { Millis } from '../../model/units.ts'
import { candidatesAround } from './candidates.ts'
import { reasons, sharedBy, thousandths } from './explain.ts'
import { OWN_TERMS, SHARED_TERMS, type ThreadFeatures, type Weighed, weigh } from './features.ts'
import { areEditions } from './form.ts'
import { withoutHeader } from './header.ts'
import type { ThreadIndex } from './index/index.ts'
import { LOCAL_THREADS, PLACE_LATEST } from './tuning.ts'
import type { ThreadWords } from './words.ts'

export type { Evidence } from './explain.ts'
export type { ThreadFeatures } from './features.ts'
export { ThreadIndex } from './index/index.ts'
export { TUNING, type Tuning } from './tuning.ts'
export { type ThreadInput, type ThreadWords, threadWords } from './words.ts'

/** Weigh a story's terms by their rarity in the window as it stands now. */
export function storyFeatures(
  index: ThreadIndex,
  words: ThreadWords,
  vector: readonly number[] | null = null,
): ThreadFeatures {
  const header = words.header && index.isSlug(words.header.key) ? words.header : null
  const own = weighed(index, header ? withoutHeader(words.own, header) : words.own, words.language, OWN_TERMS)
  const shared = weighed(index, words.shared, null, SHARED_TERMS)
  const { shape, filling, dated } = words.form
  const features: ThreadFeatures = {
    language: words.language,
    ownTerms: own.names,
    ownWeights: own.weights,
    ownCounts: own.counts,
    sharedTerms: shared.names,
    sharedWeights: shared.weights,
    form: [shape, filling, dated ? 1 : 0, words.header?.key ?? 0],
    ...(vector ? { vector } : {}),
  }
  index.weights.vocabulary.remember(features, { own: own.ids, shared: shared.ids })
  return features
}

function weighed(
  { weights, size }: ThreadIndex,
  counted: ReadonlyMap<string, number>,
  language: string | null,
  limit: number,
): Weighed {
  const names = [...counted.keys()]
  const ids = weights.vocabulary.idsOf(names, language)
  const frequencies = ids.map(id => (id < 0 ? 0 : weights.frequencyOf(id)))
  return weigh({ names, counts: [...counted.values()], ids, frequencies }, size.stories, limit)
}

/** The best thread for a story, or the decision that it opens one. Changes nothing. */
export function placeStory(index: ThreadIndex, features: ThreadFeatures, time: Millis): Placement {
  const { threshold } = index.settings
  const story = { time, form: features.form }
  const around = candidatesAround(index, features, time)
  const best = around.candidates
    .filter(({ part }) => !part.stories.slice(-PLACE_LATEST).some(other => areEditions(story, other)))
    .sort((a, b) => b.score - a.score || a.part.thread.id - b.part.thread.id)[0]
  if (best === undefined) return opened(threshold, [])
  const joined = best.score >= threshold
  const shared = reasons(sharedBy(index, index.weights.knownOf(features).own, best.part))
  // The story itself says it too.
  const said = shared.map(({ id }) => Math.max(0, around.saying(id) - 1))
  return {
    kind: joined ? 'joined' : 'opened',
    thread: joined ? best.part.thread.id : null,
    score: thousandths(best.score),
    reasons: shared.map(({ term }) => term),
    weights: shared.map(({ weight }) => weight),
    threshold,
    ...(around.threads >= LOCAL_THREADS && said.some(count => count > 0)
      ? { around: { threads: around.threads, said } }
      : {}),
  }
}

const opened = (threshold: number, reasons: string[]): Placement => ({
  kind: 'opened',
  thread: null,
  score: 0,
  reasons,
  weights: reasons.map(() => 1),
  threshold,
})
