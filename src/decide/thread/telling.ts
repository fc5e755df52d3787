// What a thread is introduced by: the story that speaks for it, and the threads of neighbouring events. Pure.
import type { Millis } from '../../model/units.ts'
import { compare, nearest, reasonsOf } from './across.ts'
import { type Evidence, thousandths } from './explain.ts'
import type { ThreadFeatures } from './features.ts'
import type { ThreadIndex } from './index/index.ts'
import { ALIKE, MERGE_ACROSS, NEIGHBOUR, NEIGHBOURS } from './tuning.ts'

/** A thread that is not the same event, but near it. */
export interface Neighbour {
  thread: number
  /** Whether its last report stood before this thread's first, after its last, or their lives overlap. */
  when: 'before' | 'same time' | 'after'
  score: number
  reasons: Evidence[]
}

/** The threads of the window that tell of neighbouring events, nearest first, at most six. */
export function storylines(index: ThreadIndex, id: number): Neighbour[] {
  const thread = index.thread(id)
  if (!thread) return []
  const parts = [...thread.parts.values()]
    .sort((a, b) => (a.language < b.language ? -1 : 1))
    .map(part => index.weights.profile(part))
  const found: Neighbour[] = []
  for (const other of nearest(index, thread, parts)) {
    const compared = compare(index, parts, other)
    const own = compared.own / (ALIKE * index.settings.threshold)
    const across = compared.across / (MERGE_ACROSS * index.settings.threshold)
    const score = Math.max(own, across)
    if (score < NEIGHBOUR) continue
    found.push({
      thread: other.id,
      when: other.last < thread.first ? 'before' : other.first > thread.last ? 'after' : 'same time',
      score: thousandths(Math.min(1, score)),
      reasons: reasonsOf(index, own >= across ? compared.ownPairs : compared.acrossPairs),
    })
  }
  return found.sort((a, b) => b.score - a.score || a.thread - b.thread).slice(0, NEIGHBOURS)
}

/** A story whose headline may speak for its thread. */
export interface CentralCandidate {
  id: number
  time: Millis
  features: Pick<ThreadFeatures, 'language' | 'ownTerms' | 'ownWeights'>
}

/**
 * The story that says most of what all say, in the language most of them are in; of two alike the earlier. Null for none.
 */
export function centralStory(stories: readonly CentralCandidate[]): number | null {
  const byLanguage = new Map<string, CentralCandidate[]>()
  for (const story of stories)
    byLanguage.set(story.features.language, [...(byLanguage.get(story.features.language) ?? []), story])
  const [largest] = [...byLanguage].sort((a, b) => b[1].length - a[1].length || (a[0] < b[0] ? -1 : 1))
  if (!largest) return null
  const sum = new Map<string, number>()
  for (const { features } of largest[1]) {
    for (const [at, term] of features.ownTerms.entries())
      sum.set(term, (sum.get(term) ?? 0) + (features.ownWeights[at] ?? 0))
  }
  const centrality = ({ features }: CentralCandidate) =>
    features.ownTerms.reduce((dot, term, at) => dot + (sum.get(term) ?? 0) * (features.ownWeights[at] ?? 0), 0)
  const ranked = largest[1]
    .map(story => ({ story, score: centrality(story) }))
    .sort((a, b) => b.score - a.score || a.story.time - b.story.time || a.story.id - b.story.id)
  return ranked[0]?.story.id ?? null
}
