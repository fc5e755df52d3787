// Late evidence: which threads turn out to be one, and which has become two. Looks only at threads that grew since the last
// review, and finds their partners through the index. Pure: it proposes, and whoever files carries it out.
import { type ActiveThread, gapOf, isSingle, type Part, type SeenStory } from './active.ts'
import { type Evidence, sharedBy, thousandths } from './evidence.ts'
import { UNIT, type Weighted } from './features.ts'
import type { Register } from './register.ts'
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
// Terms a thread is looked up by, and terms so common that they find half the window.
const LOOKED_UP = 12
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
    for (const [cosine, needed, pair] of [
      [compared.own, own * index.settings.threshold, compared.ownPair],
      [compared.across, MERGE_ACROSS * index.settings.threshold, compared.acrossPair],
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
        reasons: reasonsOf(index, pair),
      }
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

/** A thread whose stories fall into two groups that have next to nothing in common. */
function splitOf(index: Register, thread: ActiveThread, decisions: EditorDecisions): Regrouping | null {
  // What other languages joined is not undone by one of them: the same evidence would bring it together again.
  if (thread.parts.size !== 1) return null
  const [part] = thread.parts.values()
  if (!part || part.stories.length < SPLIT_LEAST || part.stories.length > SPLIT_MOST) return null
  const stories = part.stories
  const size = stories.length
  const likeness = stories.map(one => {
    const { own } = index.said(one)
    return index.asking(own.terms, () => stories.map(other => index.likeness(other, own.weights) / UNIT ** 2))
  })
  // Average link, to the last two groups.
  const groups = stories.map((_, at) => [at])
  let between = 0
  while (groups.length > 1) {
    let best = -1
    let pair: [number, number] = [0, 1]
    for (let a = 0; a < groups.length; a++) {
      for (let b = a + 1; b < groups.length; b++) {
        let sum = 0
        const one = groups[a] as number[]
        const other = groups[b] as number[]
        for (const x of one) for (const y of other) sum += likeness[x]?.[y] ?? 0
        const mean = sum / (one.length * other.length)
        if (mean > best) {
          best = mean
          pair = [a, b]
        }
      }
    }
    between = best
    if (groups.length === 2) break
    const [a, b] = pair
    groups[a] = [...(groups[a] as number[]), ...(groups[b] as number[])]
    groups.splice(b, 1)
  }
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
