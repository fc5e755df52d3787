// What a thread is introduced by: the story that speaks for it, and the threads of neighbouring events. Pure.
import type { Millis } from '../../model/units.ts'
import { likenessAcross, likenessWithin, nearest, reasonsOf } from './across.ts'
import { type Evidence, thousandths } from './explain.ts'
import { partsOf } from './index/active.ts'
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
  const parts = partsOf(thread).map(part => index.weights.profile(part))
  const found: Neighbour[] = []
  for (const other of nearest(index, thread, parts, true)) {
    const within = likenessWithin(index, parts, other)
    const beyond = likenessAcross(index, parts, other)
    const own = within.mean / (ALIKE * index.settings.threshold)
    const across = beyond.likeness / (MERGE_ACROSS * index.settings.threshold)
    const score = Math.max(own, across)
    if (score < NEIGHBOUR) continue
    found.push({
      thread: other.id,
      when: other.last < thread.first ? 'before' : other.first > thread.last ? 'after' : 'same time',
      score: thousandths(Math.min(1, score)),
      reasons: reasonsOf(index, own >= across ? within.pairs : beyond.pairs),
    })
  }
  return found.sort((a, b) => b.score - a.score || a.thread - b.thread).slice(0, NEIGHBOURS)
}

/** A story whose headline may speak for its thread. */
export interface CentralCandidate {
  id: number
  time: Millis
  language: string
  /** Its own terms, by whole numbers from 0 that are close together, with their weights. */
  own: { terms: ArrayLike<number>; weights: ArrayLike<number> }
}

// By term: the sum of what some stories weigh it. All 0 whenever nothing is asked.
let sums = new Float64Array(1_024)

/**
 * The story that says most of what all say, in the language most of them are in; of two alike the earlier. Null for none.
 */
export function centralStory(stories: readonly CentralCandidate[]): number | null {
  const largest = inLargestLanguage(stories)
  for (const { own } of largest) add(own)
  let best: CentralCandidate | null = null
  let most = 0
  for (const story of largest) {
    const score = dotOf(story.own)
    const order = best === null ? -1 : most - score || story.time - best.time || story.id - best.id
    if (order >= 0) continue
    best = story
    most = score
  }
  for (const { own } of largest) {
    for (let at = 0; at < own.terms.length; at++) sums[own.terms[at] as number] = 0
  }
  return best?.id ?? null
}

function inLargestLanguage(stories: readonly CentralCandidate[]): readonly CentralCandidate[] {
  const language = stories[0]?.language
  if (stories.every(story => story.language === language)) return stories
  const [largest] = [...Map.groupBy(stories, story => story.language)].sort(
    (a, b) => b[1].length - a[1].length || (a[0] < b[0] ? -1 : 1),
  )
  return largest?.[1] ?? []
}

function add({ terms, weights }: CentralCandidate['own']): void {
  for (let at = 0; at < terms.length; at++) {
    const term = terms[at] as number
    if (term >= sums.length) {
      const wider = new Float64Array(2 * term)
      wider.set(sums)
      sums = wider
    }
    sums[term] = (sums[term] as number) + (weights[at] as number)
  }
}

function dotOf({ terms, weights }: CentralCandidate['own']): number {
  let dot = 0
  for (let at = 0; at < terms.length; at++) dot += (sums[terms[at] as number] as number) * (weights[at] as number)
  return dot
}
