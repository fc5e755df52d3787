// Late evidence: which threads turn out to be one, and which has become two. Looks only at threads that grew since the last
// review, and finds their partners through the index. Pure: it proposes, and whoever files carries it out.
import { type ActiveThread, gapOf, isSingle, type Part, type SeenStory } from './active.ts'
import { type Evidence, sharedBy, thousandths } from './evidence.ts'
import { UNIT } from './features.ts'
import type { Register } from './register.ts'
import type { Summed } from './summed.ts'
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

/** What a review proposes. */
export type Regrouping =
  | {
      kind: 'merge'
      /** The older thread, which stays. */
      thread: number
      /** The thread whose stories move to it. */
      from: number
      score: number
      threshold: number
      reasons: Evidence[]
    }
  | {
      kind: 'split'
      thread: number
      /** The stories that leave, oldest first; they open a thread of their own. */
      stories: number[]
      /** Likeness of the two sides. */
      score: number
      threshold: number
      reasons: Evidence[]
    }

// A merge claims more than a join, so it must show more: of the configured threshold, this many times the cosine of two
// centroids of one language,
export const MERGE = 1.8
// where one of them is a single story, which a thread that has grown since may now know,
export const MERGE_SINGLE = 1.25
// or of two languages over the terms both can express.
export const MERGE_ACROSS = 1.43
// A shared term counts as a match where it is typical of both sides: at least this share of what its stories weigh.
const TYPICAL = 0.075
// Terms so common that they find half the window.
const COMMON = 400
// The threads compared to the last term, of those that share this much of the heaviest terms.
const CANDIDATES = 8
const FLOOR = 0.15
const REASONS = 5
// Two sides of a thread less alike than this, of the threshold, are two threads.
const SPLIT = 0.3
const SPLIT_LEAST = 6
const SPLIT_MOST = 48

/**
 * Regroupings that the stories with ids above `since` call for, the surest first. A thread occurs in one of them at most:
 * carry them out, and ask again until nothing is proposed.
 */
export function review(index: Register, since: number, decisions: EditorDecisions = NO_DECISIONS): Regrouping[] {
  const touched = new Map<number, ActiveThread>()
  for (const { id, thread } of index.stories()) if (id > since) touched.set(thread.id, thread)
  const proposed: Regrouping[] = []
  for (const id of [...touched.keys()].sort((a, b) => a - b)) {
    const thread = touched.get(id) as ActiveThread
    // A thread of one story was compared with all others when the story was placed.
    if (isSingle(thread)) continue
    const merge = mergeOf(index, thread, decisions)
    if (merge) proposed.push(merge)
    else {
      const split = splitOf(index, thread, decisions)
      if (split) proposed.push(split)
    }
  }
  const key = (one: Regrouping) => one.score / one.threshold
  proposed.sort((a, b) => (a.kind !== b.kind ? (a.kind === 'merge' ? -1 : 1) : key(b) - key(a) || a.thread - b.thread))
  const used = new Set<number>()
  return proposed.filter(one => {
    const involved = one.kind === 'merge' ? [one.thread, one.from] : [one.thread]
    if (involved.some(id => used.has(id))) return false
    for (const id of involved) used.add(id)
    return true
  })
}

function mergeOf(index: Register, thread: ActiveThread, decisions: EditorDecisions): Regrouping | null {
  const parts = [...thread.parts.values()]
    .sort((a, b) => (a.language < b.language ? -1 : 1))
    .map(part => index.summed(part))
  const candidates = nearest(index, thread, parts)
  let best: Regrouping | null = null
  for (const other of candidates) {
    const compared = compare(index, parts, other)
    const own = isSingle(other) ? MERGE_SINGLE : MERGE
    const fading = Math.exp(-gapOf(thread, other) / index.tuning.decay)
    for (const [cosine, needed, pairs] of [
      [compared.own, own * index.settings.threshold, compared.ownPairs],
      [compared.across, MERGE_ACROSS * index.settings.threshold, compared.acrossPairs],
    ] as const) {
      const score = cosine * fading
      if (score < needed || (best && score / needed <= best.score / best.threshold)) continue
      if (parted(thread, other, decisions)) continue
      best = {
        kind: 'merge',
        thread: Math.min(thread.id, other.id),
        from: Math.max(thread.id, other.id),
        score: thousandths(score),
        threshold: thousandths(needed),
        reasons: reasonsOf(index, pairs),
      }
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
  const shares = index.asking(terms, () => index.shares(part, terms))
  const typicalMine = TYPICAL * UNIT * one.part.stories.length
  const typicalTheirs = TYPICAL * UNIT * part.stories.length
  let dot = 0
  let matches = 0
  let most = 0
  let second = 0
  for (let at = 0; at < terms.length; at++) {
    const theirs = shares[at] as number
    if (theirs === 0) continue
    const mine = weights[at] as number
    const match = mine * theirs
    dot += match
    if (!index.isRare(terms[at] as number)) continue
    if (match > most) {
      second = most
      most = match
    } else if (match > second) second = match
    if (mine >= typicalMine && theirs >= typicalTheirs) matches++
  }
  if (matches < SHARED_MATCHES || second < SECOND_MATCH * dot) return 0
  return dot / (Math.sqrt(one.part.sharedSquared * part.sharedSquared) || 1)
}

/** The heaviest of what the parts of that pair share which shares most, as parts of one. */
export function reasonsOf(index: Register, pairs: readonly Pair[]): Evidence[] {
  let best: Evidence[] = []
  for (const { one, part } of pairs) {
    const found = sharedBy(index, one.part.language === part.language ? one.own : one.shared, part)
    if (found.length > best.length) best = found
  }
  return best.slice(0, REASONS)
}

/** A thread whose stories fall into two groups that have next to nothing in common. */
function splitOf(index: Register, thread: ActiveThread, decisions: EditorDecisions): Regrouping | null {
  // What other languages joined is not undone by one of them: the same evidence would bring it together again.
  if (thread.parts.size !== 1) return null
  const [part] = thread.parts.values()
  if (!part || part.stories.length < SPLIT_LEAST || part.stories.length > SPLIT_MOST) return null
  const stories = part.stories
  const size = stories.length
  const { groups, between } = twoGroups(likenesses(index, stories))
  const threshold = SPLIT * index.settings.threshold
  if (groups.length !== 2 || between >= threshold) return null
  const [one, other] = groups as [number[], number[]]
  if (Math.min(one.length, other.length) < Math.max(2, size / 4)) return null
  const oldest = one.includes(0) ? one : other
  const leaving = (oldest === one ? other : one).sort((a, b) => a - b).map(at => (stories[at] as SeenStory).id)
  const away = new Set(leaving)
  const judged = [...thread.parts.values()].flatMap(({ stories: all }) => known(all, decisions))
  if (judged.some(a => away.has(a) && judged.some(b => !away.has(b) && decisions.together(a, b)))) return null
  return {
    kind: 'split',
    thread: thread.id,
    stories: leaving,
    score: thousandths(between),
    threshold: thousandths(threshold),
    reasons: [],
  }
}

/** Dot products of the own terms of each two stories. */
function likenesses(index: Register, stories: readonly SeenStory[]): Float64Array[] {
  const found = stories.map(() => new Float64Array(stories.length))
  for (const [at, one] of stories.entries()) {
    const { own } = index.said(one)
    index.asking(own.terms, () => {
      for (let next = at + 1; next < stories.length; next++) {
        const dot = index.likeness(stories[next] as SeenStory, own.weights)
        ;(found[at] as Float64Array)[next] = dot
        ;(found[next] as Float64Array)[at] = dot
      }
    })
  }
  return found
}

/** The last two groups that average link leaves, and their likeness; dot products come in, and are added up. */
function twoGroups(sums: Float64Array[]): { groups: number[][]; between: number } {
  const groups = sums.map((_, at) => [at])
  for (;;) {
    let best = -1
    let one = 0
    let other = 1
    for (let a = 0; a < groups.length; a++) {
      for (let b = a + 1; b < groups.length; b++) {
        const pairs = (groups[a] as number[]).length * (groups[b] as number[]).length
        const mean = ((sums[a] as Float64Array)[b] as number) / pairs
        if (mean <= best) continue
        best = mean
        one = a
        other = b
      }
    }
    if (groups.length <= 2) return { groups, between: best / UNIT ** 2 }
    groups[one] = [...(groups[one] as number[]), ...(groups.splice(other, 1)[0] as number[])]
    const kept = sums[one] as Float64Array
    const [gone] = sums.splice(other, 1) as [Float64Array]
    for (let at = 0; at < kept.length; at++) kept[at] = (kept[at] as number) + (gone[at] as number)
    for (const row of sums) {
      if (row !== kept) row[one] = (row[one] as number) + (row[other] as number)
      row.copyWithin(other, other + 1)
    }
  }
}

/** Carry a regrouping out in the index; `opened` is the id of the thread that a split opens. */
export function regroup(index: Register, regrouping: Regrouping, opened: number): void {
  if (regrouping.kind === 'split') {
    for (const story of regrouping.stories) index.move(story, opened)
    return
  }
  const from = index.thread(regrouping.from)
  if (!from) return
  const stories = [...from.parts.values()].flatMap(part => part.stories.map(({ id }) => id))
  for (const story of stories.sort((a, b) => a - b)) index.move(story, regrouping.thread)
}

function parted(one: ActiveThread, other: ActiveThread, decisions: EditorDecisions): boolean {
  const judged = (thread: ActiveThread) =>
    [...thread.parts.values()].flatMap(({ stories }) => known(stories, decisions))
  const theirs = judged(other)
  return theirs.length > 0 && judged(one).some(a => theirs.some(b => decisions.apart(a, b)))
}

/** Stories an editor has said something of. */
function known(stories: readonly SeenStory[], decisions: EditorDecisions): number[] {
  return stories.flatMap(({ id }) => (decisions.knows(id) ? [id] : []))
}
