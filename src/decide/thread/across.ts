// Which threads in different languages turn out to be one event: the likeness of threads, and the plan of merging them. Pure.

import { sharedTerms } from './candidates.ts'
import { type Evidence, reasons, sharedBy, thousandths } from './explain.ts'
import { type ActiveThread, gapOf, isSingle, type Part, partsOf, type SeenStory } from './index/active.ts'
import type { ThreadIndex } from './index/index.ts'
import type { PartProfile } from './index/profile.ts'
import { Query } from './index/rows.ts'
import { type EditorDecisions, type Merge, parted, storiesOf } from './plan.ts'
import {
  COMMON,
  MERGE_ACROSS,
  OWN_ALIKE,
  SECOND_MATCH,
  SHARED_MATCHES,
  THREADS_COMPARED,
  THREADS_NEAR,
} from './tuning.ts'

interface Proposed {
  /** The older of the two threads, which stays. */
  kept: number
  step: Merge
}

/** Merges of threads in different languages, the surest first. A thread occurs in one of them at most. */
export function mergesAcross(index: ThreadIndex, fresh: readonly SeenStory[], decisions: EditorDecisions): Merge[] {
  const touched = new Set(fresh.map(({ thread }) => thread))
  const proposed: Proposed[] = []
  for (const thread of [...touched].sort((a, b) => a.id - b.id)) {
    // A thread of one story was compared with all others when the story was placed.
    if (isSingle(thread)) continue
    const merge = mergeOf(index, thread, decisions)
    if (merge) proposed.push(merge)
  }
  const key = ({ step: { why } }: Proposed) => why.score / why.threshold
  proposed.sort((a, b) => key(b) - key(a) || a.kept - b.kept)
  const used = new Set<number>()
  const surest = proposed.filter(({ kept, step }) => {
    const involved = [kept, step.from]
    if (involved.some(id => used.has(id))) return false
    for (const id of involved) used.add(id)
    return true
  })
  return surest.map(({ step }) => step)
}

function mergeOf(index: ThreadIndex, thread: ActiveThread, decisions: EditorDecisions): Proposed | null {
  const parts = partsOf(thread).map(part => index.weights.profile(part))
  const threshold = MERGE_ACROSS * index.settings.threshold
  let best: Proposed | null = null
  let most = threshold
  let mine: SeenStory[] | null = null
  for (const other of nearest(index, thread, parts)) {
    const { across, acrossPairs, leastOwn } = compare(index, parts, other)
    if (leastOwn < OWN_ALIKE) continue
    const score = across * Math.exp(-gapOf(thread, other) / index.tuning.decay)
    if (best ? score <= most : score < threshold) continue
    mine ??= storiesOf(thread)
    if (parted(mine, storiesOf(other), decisions)) continue
    const kept = Math.min(thread.id, other.id)
    const why = {
      score: thousandths(score),
      threshold: thousandths(threshold),
      reasons: reasonsOf(index, acrossPairs),
    }
    best = { kept, step: { kind: 'merge', from: Math.max(thread.id, other.id), to: { thread: kept }, why } }
    most = score
  }
  return best
}

/** The threads that share most of what a thread is looked up by, by id. */
export function nearest(index: ThreadIndex, thread: ActiveThread, parts: readonly PartProfile[]): ActiveThread[] {
  const found = new Map<ActiveThread, number>()
  const limits = { common: COMMON, least: THREADS_NEAR, silence: index.settings.window }
  const keep = {
    least: THREADS_NEAR,
    meet: ({ thread: other }: Part, cosine: number) => {
      if (other !== thread && cosine > (found.get(other) ?? THREADS_NEAR)) found.set(other, cosine)
    },
  }
  for (const { part, heaviest, heaviestShared } of parts) {
    index.weights.near(heaviest, part, { own: true, ...limits }, keep)
    index.weights.near(heaviestShared, part, { own: false, ...limits }, keep)
  }
  return [...found]
    .sort(([a, x], [b, y]) => y - x || a.id - b.id)
    .slice(0, THREADS_COMPARED)
    .map(([other]) => other)
    .sort((a, b) => a.id - b.id)
}

/** Two parts that were compared, one of each thread. */
interface Pair {
  one: PartProfile
  part: Part
}

/**
 * Likeness of two threads: over the languages they have in common, as a mean and the least (1 where they have none), and over
 * the best pair of languages they have not; with the pairs of parts it comes from.
 */
export function compare(index: ThreadIndex, parts: readonly PartProfile[], other: ActiveThread) {
  let own = 0
  let count = 0
  let leastOwn = 1
  const ownPairs: Pair[] = []
  let across = 0
  let acrossPair: Pair | null = null
  const others = partsOf(other)
  for (const one of parts) {
    for (const part of others) {
      if (one.part.language === part.language) {
        const pairs = one.part.stories.length * part.stories.length
        const cosine = one.likenessTo(part, () => likeness(index, one, part))
        own += cosine * pairs
        leastOwn = Math.min(leastOwn, cosine)
        count += pairs
        ownPairs.push({ one, part })
      } else {
        const cosine = one.likenessTo(part, () => likenessAcross(index, one, part))
        if (cosine <= across) continue
        across = cosine
        acrossPair = { one, part }
      }
    }
  }
  return { own: count > 0 ? own / count : 0, leastOwn, across, ownPairs, acrossPairs: acrossPair ? [acrossPair] : [] }
}

// Queries that are over. A part is compared with several others one after the other.
const ownQuery = new Query()
const acrossQuery = new Query()

/** Cosine of two parts of one language. */
function likeness(index: ThreadIndex, one: PartProfile, part: Part): number {
  const dot = index.weights.dotOf(part, index.weights.query(one.own, ownQuery))
  return dot / (Math.sqrt(one.part.ownSquared * part.ownSquared) || 1)
}

/** Cosine of two parts of two languages; 0 where what they share tells of no event. */
function likenessAcross(index: ThreadIndex, one: PartProfile, part: Part): number {
  const { terms, weights } = one.shared
  // A merge claims more than a join: concepts add to what two other terms show.
  const { dot, second, shares } = sharedTerms(index, part, index.weights.query(one.shared, acrossQuery), false)
  if (second < SECOND_MATCH * dot) return 0
  let matches = 0
  for (let at = 0; at < terms.length; at++) {
    const term = terms[at] as number
    if ((weights[at] as number) * (shares[at] as number) === 0 || !index.isRare(term)) continue
    if (!index.weights.vocabulary.isConcept(term)) matches++
  }
  if (matches < SHARED_MATCHES) return 0
  return Math.min(1, dot / (Math.sqrt(one.part.sharedSquared * part.sharedSquared) || 1))
}

/** The heaviest of what the parts of that pair share which shares most, as parts of one. */
export function reasonsOf(index: ThreadIndex, pairs: readonly Pair[]): Evidence[] {
  let best: Evidence[] = []
  for (const { one, part } of pairs) {
    const found = sharedBy(index, one.part.language === part.language ? one.own : one.shared, part)
    if (found.length > best.length) best = found
  }
  return reasons(best)
}
