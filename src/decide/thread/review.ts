// Late evidence: which threads turn out to be one, which has become two, and which stories belong elsewhere. Looks only around
// what is new since the last review, and finds it through the index. Pure: it proposes, and whoever files carries it out.
import { type ActiveThread, gapOf, isSingle, type Part, type SeenStory } from './active.ts'
import { matched } from './candidates.ts'
import { type Evidence, reasons, sharedBy, thousandths } from './evidence.ts'
import { UNIT } from './features.ts'
import type { Register } from './register.ts'
import { type EditorDecisions, type Merge, NO_DECISIONS, parted, type Regrouping } from './regrouping.ts'
import { settle } from './settling.ts'
import type { Summed } from './summed.ts'
import { COMMON, SECOND_MATCH, SHARED_MATCHES } from './tuning.ts'

/** Of the configured threshold, the cosine of two centroids of one language at which two threads are hardly two. */
export const ALIKE = 1.8
// A merge of two languages claims more than a join, so it must show more, over the terms both can express.
export const MERGE_ACROSS = 1.43
// A shared term counts as a match where it is typical of both sides: at least this share of what its stories weigh.
const TYPICAL = 0.075
// Bodies name many things in passing, which no other language repeats: where two parts speak above all of the same, so many
// times their likeness counts.
const SAME = 1.6
const ABOVE_ALL = 5
// The threads compared to the last term, of those that share this much of the heaviest terms.
const CANDIDATES = 8
const FLOOR = 0.15
// What was merged may now be like a third.
const ROUNDS = 4

/**
 * Regroupings that the stories with ids above `since`, and up to `upTo`, call for: first those of each language, then the
 * merges of threads in different ones. Carry each out before asking for the next, which rests on it.
 */
export function* review(
  index: Register,
  since: number,
  decisions: EditorDecisions = NO_DECISIONS,
  upTo = Number.POSITIVE_INFINITY,
): Generator<Regrouping> {
  const fresh = [...index.stories()].filter(({ id }) => id > since && id <= upTo).sort((a, b) => a.id - b.id)
  yield* settle(index, fresh, decisions)
  if (index.vocabulary.languages < 2) return
  for (let round = 0; round < ROUNDS; round++) {
    const merges = mergesAcross(index, fresh, decisions)
    if (merges.length === 0) return
    yield* merges
  }
}

/** Merges of threads in different languages, the surest first. A thread occurs in one of them at most. */
function mergesAcross(index: Register, fresh: readonly SeenStory[], decisions: EditorDecisions): Merge[] {
  const touched = new Set(fresh.map(({ thread }) => thread))
  const proposed: Merge[] = []
  for (const thread of [...touched].sort((a, b) => a.id - b.id)) {
    // A thread of one story was compared with all others when the story was placed.
    if (isSingle(thread)) continue
    const merge = mergeOf(index, thread, decisions)
    if (merge) proposed.push(merge)
  }
  const key = (one: Merge) => one.score / one.threshold
  proposed.sort((a, b) => key(b) - key(a) || a.thread - b.thread)
  const used = new Set<number>()
  return proposed.filter(one => {
    const involved = [one.thread, one.from]
    if (involved.some(id => used.has(id))) return false
    for (const id of involved) used.add(id)
    return true
  })
}

function mergeOf(index: Register, thread: ActiveThread, decisions: EditorDecisions): Merge | null {
  const parts = [...thread.parts.values()]
    .sort((a, b) => (a.language < b.language ? -1 : 1))
    .map(part => index.summed(part))
  const threshold = MERGE_ACROSS * index.settings.threshold
  let best: Merge | null = null
  for (const other of nearest(index, thread, parts)) {
    const { across, acrossPairs } = compare(index, parts, other)
    const score = across * Math.exp(-gapOf(thread, other) / index.tuning.decay)
    if (score < threshold || (best && score <= best.score) || parted(thread, other, decisions)) continue
    best = {
      kind: 'merge',
      thread: Math.min(thread.id, other.id),
      from: Math.max(thread.id, other.id),
      score: thousandths(score),
      threshold: thousandths(threshold),
      reasons: reasonsOf(index, acrossPairs),
    }
  }
  return best
}

/** The threads that share most of what a thread is looked up by, by id. */
export function nearest(index: Register, thread: ActiveThread, parts: readonly Summed[]): ActiveThread[] {
  const found = new Map<ActiveThread, number>()
  const limits = { common: COMMON, least: FLOOR, silence: index.settings.window }
  const keep = ({ thread: other }: Part, cosine: number) => {
    if (other !== thread && cosine > (found.get(other) ?? FLOOR)) found.set(other, cosine)
  }
  for (const { part, heaviest, heaviestShared } of parts) {
    index.finding(heaviest, part, { own: true, ...limits }, keep)
    index.finding(heaviestShared, part, { own: false, ...limits }, keep)
  }
  return [...found]
    .sort(([a, x], [b, y]) => y - x || a.id - b.id)
    .slice(0, CANDIDATES)
    .map(([other]) => other)
    .sort((a, b) => a.id - b.id)
}

/** Two parts that were compared, one of each thread. */
interface Pair {
  one: Summed
  part: Part
}

/**
 * Likeness of two threads: over the languages they have in common, and over the best pair of languages they have not; with
 * the pairs of parts it comes from.
 */
export function compare(index: Register, parts: readonly Summed[], other: ActiveThread) {
  let own = 0
  let count = 0
  const ownPairs: Pair[] = []
  let across = 0
  let acrossPair: Pair | null = null
  const others = [...other.parts.values()].sort((a, b) => (a.language < b.language ? -1 : 1))
  for (const one of parts) {
    for (const part of others) {
      if (one.part.language === part.language) {
        const pairs = one.part.stories.length * part.stories.length
        own += one.likenessTo(part, () => likeness(index, one, part)) * pairs
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
  return { own: count > 0 ? own / count : 0, across, ownPairs, acrossPairs: acrossPair ? [acrossPair] : [] }
}

/** Cosine of two parts of one language. */
function likeness(index: Register, one: Summed, part: Part): number {
  const dot = index.asking(one.own.terms, () => index.dotOf(part, one.own))
  return dot / (Math.sqrt(one.part.ownSquared * part.ownSquared) || 1)
}

/** Cosine of two parts of two languages; 0 where what they share tells of no event. */
function likenessAcross(index: Register, one: Summed, part: Part): number {
  const { terms, weights } = one.shared
  const { dot, second, shares } = index.asking(terms, () => matched(index, part, one.shared))
  if (second < SECOND_MATCH * dot) return 0
  const typicalMine = TYPICAL * UNIT * one.part.stories.length
  const typicalTheirs = TYPICAL * UNIT * part.stories.length
  let matches = 0
  for (let at = 0; at < terms.length; at++) {
    const isTypical = (weights[at] as number) >= typicalMine && (shares[at] as number) >= typicalTheirs
    if (isTypical && (shares[at] as number) > 0 && index.isRare(terms[at] as number)) matches++
  }
  if (matches < SHARED_MATCHES) return 0
  const cosine = dot / (Math.sqrt(one.part.sharedSquared * part.sharedSquared) || 1)
  return isOnTheSame(index, one, index.summed(part)) ? Math.min(1, SAME * cosine) : cosine
}

/** Whether two parts speak above all of the same: of what each says most, rare names, numbers or countries are common. */
function isOnTheSame(index: Register, one: Summed, other: Summed): boolean {
  const above = other.shared.terms.slice(0, ABOVE_ALL)
  const common = one.shared.terms.slice(0, ABOVE_ALL).filter(term => above.includes(term) && index.isRare(term))
  return common.length >= SHARED_MATCHES
}

/** The heaviest of what the parts of that pair share which shares most, as parts of one. */
export function reasonsOf(index: Register, pairs: readonly Pair[]): Evidence[] {
  let best: Evidence[] = []
  for (const { one, part } of pairs) {
    const found = sharedBy(index, one.part.language === part.language ? one.own : one.shared, part)
    if (found.length > best.length) best = found
  }
  return reasons(best)
}

/** Carry a regrouping out in the index; `opened` is the id of the thread that a split opens. */
export function regroup(index: Register, regrouping: Regrouping, opened: number): void {
  if (regrouping.kind !== 'merge') {
    const to = regrouping.kind === 'split' ? opened : regrouping.thread
    for (const story of regrouping.stories) index.move(story, to)
    return
  }
  const from = index.thread(regrouping.from)
  if (!from) return
  const stories = [...from.parts.values()].flatMap(part => part.stories.map(({ id }) => id))
  for (const story of stories.sort((a, b) => a - b)) index.move(story, regrouping.thread)
}
