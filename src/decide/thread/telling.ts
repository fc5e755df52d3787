// What a thread is introduced by: the story that speaks for it, and the threads of neighbouring events. Pure.
import type { Millis } from '../../model/units.ts'
import { compare, nearest, reasonsOf } from './across.ts'
import { type Evidence, thousandths } from './explain.ts'
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
  language: string
  /** Its own terms, by name or by number, with their weights. */
  own: Weighed
}

interface Weighed {
  terms: ArrayLike<string | number>
  weights: ArrayLike<number>
}

/**
 * The story that says most of what all say, in the language most of them are in; of two alike the earlier. Null for none.
 */
export function centralStory(stories: readonly CentralCandidate[]): number | null {
  const [largest] = [...Map.groupBy(stories, ({ language }) => language)].sort(
    (a, b) => b[1].length - a[1].length || (a[0] < b[0] ? -1 : 1),
  )
  if (!largest) return null
  const sum = new Map<string | number, number>()
  for (const { own } of largest[1]) addTo(sum, own)
  const ranked = largest[1]
    .map(story => ({ story, score: dotOf(sum, story.own) }))
    .sort((a, b) => b.score - a.score || a.story.time - b.story.time || a.story.id - b.story.id)
  return ranked[0]?.story.id ?? null
}

function addTo(sum: Map<string | number, number>, { terms, weights }: Weighed): void {
  for (let at = 0; at < terms.length; at++) {
    const term = terms[at] as string | number
    sum.set(term, (sum.get(term) ?? 0) + (weights[at] as number))
  }
}

function dotOf(sum: ReadonlyMap<string | number, number>, { terms, weights }: Weighed): number {
  let dot = 0
  for (let at = 0; at < terms.length; at++)
    dot += (sum.get(terms[at] as string | number) ?? 0) * (weights[at] as number)
  return dot
}
