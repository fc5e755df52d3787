// Which threads in different languages turn out to be one event: the likeness of threads, and the plan of merging them. Pure.

import { type Evidence, reasons, sharedBy, thousandths } from './explain.ts'
import { type ActiveThread, gapOf, isSingle, type Part, partsOf, type SeenStory } from './index/active.ts'
import type { ThreadIndex } from './index/index.ts'
import type { PartProfile } from './index/profile.ts'
import { Query } from './index/rows.ts'
import { type EditorDecisions, type Merge, parted, storiesOf } from './plan.ts'
import {
  COMMON,
  MERGE_ACROSS,
  NAMES_SHARED,
  OWN_ALIKE,
  SECOND_MATCH,
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
  for (const other of nearest(index, thread, parts, false)) {
    const across = likenessAcross(index, parts, other)
    const score = across.likeness * Math.exp(-gapOf(thread, other) / index.tuning.decay)
    if (best ? score <= most : score < threshold) continue
    if (likenessWithin(index, parts, other).least < OWN_ALIKE) continue
    mine ??= storiesOf(thread)
    if (parted(mine, storiesOf(other), decisions)) continue
    const kept = Math.min(thread.id, other.id)
    const why = {
      score: thousandths(score),
      threshold: thousandths(threshold),
      reasons: reasonsOf(index, across.pairs),
    }
    best = { kept, step: { kind: 'merge', from: Math.max(thread.id, other.id), to: { thread: kept }, why } }
    most = score
  }
  return best
}

/** The threads that share most of what a thread is looked up by: names, numbers and the like, and `own` terms too. By id. */
export function nearest(
  index: ThreadIndex,
  thread: ActiveThread,
  parts: readonly PartProfile[],
  own: boolean,
): ActiveThread[] {
  const found = new Map<ActiveThread, number>()
  const limits = { common: COMMON, least: THREADS_NEAR, silence: index.settings.window }
  const keep = {
    least: THREADS_NEAR,
    meet: ({ thread: other }: Part, cosine: number) => {
      if (other !== thread && cosine > (found.get(other) ?? THREADS_NEAR)) found.set(other, cosine)
    },
  }
  for (const { part, heaviest, heaviestShared } of parts) {
    if (own) index.weights.near(heaviest, part, { own: true, ...limits }, keep)
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

/** Likeness of two threads over the languages they have in common: the mean, 0 where they have none, and the least, then 1. */
export function likenessWithin(index: ThreadIndex, parts: readonly PartProfile[], other: ActiveThread) {
  let [sum, count, least] = [0, 0, 1]
  const pairs: Pair[] = []
  for (const one of parts) {
    const part = other.parts.get(one.part.language)
    if (!part) continue
    const stories = one.part.stories.length * part.stories.length
    const cosine = one.likenessTo(part, () => cosineWithin(index, one, part))
    sum += cosine * stories
    count += stories
    least = Math.min(least, cosine)
    pairs.push({ one, part })
  }
  return { mean: sum / (count || 1), least, pairs }
}

/** Likeness of two threads over the best pair of languages that they do not have in common. */
export function likenessAcross(index: ThreadIndex, parts: readonly PartProfile[], other: ActiveThread) {
  let likeness = 0
  let pairs: Pair[] = []
  for (const one of parts) {
    for (const part of partsOf(other)) {
      if (one.part.language === part.language) continue
      const cosine = one.likenessTo(part, () => cosineAcross(index, one, part))
      if (cosine <= likeness) continue
      likeness = cosine
      pairs = [{ one, part }]
    }
  }
  return { likeness, pairs }
}

// Queries that are over. A part is compared with several others one after the other.
const ownQuery = new Query()
const acrossQuery = new Query()

/** Cosine of two parts of one language. */
function cosineWithin(index: ThreadIndex, one: PartProfile, part: Part): number {
  const dot = index.weights.dotOf(part, index.weights.query(one.own, ownQuery))
  return dot / (Math.sqrt(one.part.ownSquared * part.ownSquared) || 1)
}

/** Cosine of two parts of two languages; 0 where what they share tells of no event. */
function cosineAcross(index: ThreadIndex, one: PartProfile, part: Part): number {
  const { dot, second, names } = sharedTerms(index, part, index.weights.query(one.shared, acrossQuery))
  // A story joins by a name and a concept; that two threads are one claims more.
  const least = isSingle(one.part.thread) || isSingle(part.thread) ? 1 : NAMES_SHARED
  if (second < SECOND_MATCH * dot || names < least) return 0
  return Math.min(1, dot / (Math.sqrt(one.part.sharedSquared * part.sharedSquared) || 1))
}

/**
 * What the terms asked for and a part have in common: the dot product, the second largest match of a rare term, and how many rare
 * ones are names, numbers or countries. Concepts alone tell of no event, beside one of these they may be the second match.
 */
function sharedTerms(index: ThreadIndex, part: Part, query: Query) {
  const { terms, weights } = query
  const shares = index.weights.shares(part, query)
  let [dot, most, second, names] = [0, 0, 0, 0]
  for (let at = 0; at < terms.length; at++) {
    const term = terms[at] as number
    const match = (weights[at] as number) * (shares[at] as number)
    if (match === 0 || !index.isComparable(term)) continue
    dot += match
    if (!index.isRare(term)) continue
    if (!index.weights.vocabulary.isConcept(term)) names++
    if (match > most) {
      second = most
      most = match
    } else if (match > second) second = match
  }
  return { dot, second, names }
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
