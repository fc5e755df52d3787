// Late evidence: which threads turn out to be one, which has become two, and which stories belong elsewhere. Looks only around
// what is new since the last review, and finds it through the index. Pure: it proposes, and whoever files carries it out.
import { type ActiveThread, gapOf, isSingle, type Part } from './active.ts'
import { type Evidence, sharedBy, thousandths } from './evidence.ts'
import { UNIT, type Weighted } from './features.ts'
import type { Register } from './register.ts'
import { parted, settle } from './settling.ts'
import { first, type Summed } from './summed.ts'
import { SECOND_MATCH, SHARED_MATCHES } from './tuning.ts'

/** What editors have decided of pairs of stories: no review undoes it. */
export interface EditorDecisions {
  /** Whether an editor has said anything of this story. */
  knows(story: number): boolean
  /** The editor parted them: their threads stay apart. */
  apart(one: number, other: number): boolean
  /** The editor joined them: they stay in one thread. */
  together(one: number, other: number): boolean
}

export const NO_DECISIONS: EditorDecisions = { knows: () => false, apart: () => false, together: () => false }

interface Because {
  /** Likeness of the two sides. */
  score: number
  threshold: number
  reasons: Evidence[]
}

/** What a review proposes. */
export type Regrouping = Because &
  (
    | {
        kind: 'merge'
        /** The older thread, which stays. */
        thread: number
        /** The thread whose stories move to it. */
        from: number
      }
    | {
        kind: 'move'
        /** The thread that the stories join. */
        thread: number
        /** The one they leave; it keeps others. */
        from: number
        stories: number[]
      }
    | {
        kind: 'split'
        thread: number
        /** The stories that leave, oldest first; they open a thread of their own. */
        stories: number[]
      }
  )

/** Of the configured threshold, the cosine of two centroids of one language at which two threads are hardly two. */
export const ALIKE = 1.8
// A merge of two languages claims more than a join, so it must show more, over the terms both can express.
export const MERGE_ACROSS = 1.43
// A shared term counts as a match where it is typical of both sides: at least this share of what its stories weigh.
const TYPICAL = 0.075
// Terms a thread is looked up by, and terms so common that they find half the window.
const LOOKED_UP = 12
const COMMON = 400
// The threads compared to the last term, of those that share this much of the heaviest terms.
const CANDIDATES = 8
const FLOOR = 0.15
const REASONS = 5
// What was merged may now be like a third.
const ROUNDS = 4

/**
 * Regroupings that the stories with ids above `since` call for: first those of each language, then the merges of threads in
 * different ones. Carry each out before asking for the next, which rests on it.
 */
export function* review(
  index: Register,
  since: number,
  decisions: EditorDecisions = NO_DECISIONS,
): Generator<Regrouping> {
  yield* settle(index, since, decisions)
  if (!index.vocabulary.hasOther('')) return
  for (let round = 0; round < ROUNDS; round++) {
    const merges = mergesAcross(index, since, decisions)
    if (merges.length === 0) return
    yield* merges
  }
}

/** Merges of threads in different languages, the surest first. A thread occurs in one of them at most. */
function mergesAcross(index: Register, since: number, decisions: EditorDecisions): Regrouping[] {
  const touched = new Map<number, ActiveThread>()
  for (const { id, thread } of index.stories()) if (id > since) touched.set(thread.id, thread)
  const proposed: Regrouping[] = []
  for (const thread of [...touched.values()].sort((a, b) => a.id - b.id)) {
    // A thread of one story was compared with all others when the story was placed.
    if (isSingle(thread)) continue
    const merge = mergeOf(index, thread, decisions)
    if (merge) proposed.push(merge)
  }
  const key = (one: Regrouping) => one.score / one.threshold
  proposed.sort((a, b) => key(b) - key(a) || a.thread - b.thread)
  const used = new Set<number>()
  return proposed.filter(one => {
    const involved = one.kind === 'split' ? [one.thread] : [one.thread, one.from]
    if (involved.some(id => used.has(id))) return false
    for (const id of involved) used.add(id)
    return true
  })
}

function mergeOf(index: Register, thread: ActiveThread, decisions: EditorDecisions): Regrouping | null {
  const parts = [...thread.parts.values()]
    .sort((a, b) => (a.language < b.language ? -1 : 1))
    .map(part => index.summed(part))
  const threshold = MERGE_ACROSS * index.settings.threshold
  let best: Regrouping | null = null
  for (const other of nearest(index, thread, parts)) {
    const { across, acrossPair } = compare(index, parts, other)
    const score = across * Math.exp(-gapOf(thread, other) / index.tuning.decay)
    if (score < threshold || (best && score <= best.score) || parted(thread, other, decisions)) continue
    best = {
      kind: 'merge',
      thread: Math.min(thread.id, other.id),
      from: Math.max(thread.id, other.id),
      score: thousandths(score),
      threshold: thousandths(threshold),
      reasons: reasonsOf(index, acrossPair),
    }
  }
  return best
}

/** The threads that share most of what a thread is looked up by, by id. */
export function nearest(index: Register, thread: ActiveThread, parts: readonly Summed[]): ActiveThread[] {
  const found = new Map<ActiveThread, number>()
  for (const { part, own, shared } of parts) {
    for (const [terms, across, squared] of [
      [own, false, part.ownSquared],
      [shared, true, part.sharedSquared],
    ] as const) {
      const limits = { own: !across, length: Math.sqrt(squared), common: COMMON, least: FLOOR }
      index.finding(first(terms, LOOKED_UP), limits, (other, cosine) => {
        if (other.thread === thread || (across && other.language === part.language)) return
        if (cosine > (found.get(other.thread) ?? FLOOR)) found.set(other.thread, cosine)
      })
    }
  }
  return [...found]
    .filter(([other]) => gapOf(thread, other) <= index.settings.window)
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

/** Likeness of two threads: over the languages they have in common, and over the best pair of languages they have not. */
export function compare(index: Register, parts: readonly Summed[], other: ActiveThread) {
  let own = 0
  let pairs = 0
  let most = 0
  let ownPair: Pair | null = null
  let across = 0
  let acrossPair: Pair | null = null
  const others = [...other.parts.values()].sort((a, b) => (a.language < b.language ? -1 : 1))
  for (const one of parts) {
    for (const part of others) {
      const { cosine, shared, event } = comparePair(index, { one, part })
      if (one.part.language !== part.language) {
        if (!event || cosine <= across) continue
        across = cosine
        acrossPair = { one, part }
        continue
      }
      const count = one.part.stories.length * part.stories.length
      own += cosine * count
      pairs += count
      if (shared <= most) continue
      most = shared
      ownPair = { one, part }
    }
  }
  return { own: pairs > 0 ? own / pairs : 0, across, ownPair, acrossPair }
}

/** The terms that two parts are compared by. */
const comparedBy = ({ one, part }: Pair): Weighted => (one.part.language === part.language ? one.own : one.across)

/** Likeness of two parts, how many terms they share, and whether across languages these tell of an event. */
function comparePair(index: Register, { one, part }: Pair): { cosine: number; shared: number; event: boolean } {
  const same = one.part.language === part.language
  const { terms, weights } = comparedBy({ one, part })
  const typical = TYPICAL * UNIT
  let dot = 0
  let shared = 0
  let matches = 0
  let most = 0
  let second = 0
  const shares = index.asking(terms, () => index.shares(part, terms))
  for (let at = 0; at < terms.length; at++) {
    const theirs = shares[at] as number
    if (theirs === 0) continue
    const mine = weights[at] as number
    dot += mine * theirs
    shared++
    if (same || !index.isRare(terms[at] as number)) continue
    if (mine * theirs > most) {
      second = most
      most = mine * theirs
    } else if (mine * theirs > second) second = mine * theirs
    if (mine >= typical * one.part.stories.length && theirs >= typical * part.stories.length) matches++
  }
  const squares = same ? one.part.ownSquared * part.ownSquared : one.part.sharedSquared * part.sharedSquared
  const event = matches >= SHARED_MATCHES && second >= SECOND_MATCH * dot
  return { cosine: dot / (Math.sqrt(squares) || 1), shared, event }
}

/** The heaviest of what two parts share, as parts of one. */
export function reasonsOf(index: Register, pair: Pair | null): Evidence[] {
  return pair ? sharedBy(index, comparedBy(pair), pair.part).slice(0, REASONS) : []
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
