// Which parts of threads a story may belong to, and how near it is to each.
import type { Millis } from '../../model.ts'
import { type Part, type SeenStory, silenceOf } from './active.ts'
import { likenessOfMeaning } from './encoder.ts'
import { type ThreadFeatures, UNIT, type Weighted } from './features.ts'
import { LOOKED_UP, type Register, SHORTEST } from './register.ts'
import { SECOND_MATCH } from './tuning.ts'

// Below this cosine nothing else can bring a story over the threshold.
const FLOOR = 0.15
// What shares less than this of the terms looked up is not near at all.
const NEAR = 0.03
// Threads scored to the last term, and those compared with their stories one by one.
const RESCORED = 12
const COMPARED = 6
// The stories of a thread that a new one is compared with: the latest, for threads drift.
const LATEST = 16
// What the vectors of a user's own encoder count for, where both sides have them.
const ENCODED = 0.5

export interface Candidate {
  part: Part
  cosine: number
  score: number
  across: boolean
}

const nearer = (a: Candidate, b: Candidate) =>
  b.cosine - a.cosine || a.part.thread.id - b.part.thread.id || (a.part.language < b.part.language ? -1 : 1)

/**
 * Parts of threads near a story, best first, by the terms asked for. Without `except` those of its language; with it,
 * those of all others, by the terms that languages share.
 */
export function candidates(
  register: Register,
  asked: Weighted,
  time: Millis,
  except: string | null = null,
): Candidate[] {
  const found = lookUp(register, asked, time, except)
  const across = except !== null
  return (across ? found.filter(one => isEvent(register, one, asked)) : found)
    .map(one => rescored(register, one, asked, time))
    .sort(nearer)
}

/** The nearest parts by the terms looked up: the heaviest come first, and what they do not find is hardly near. */
function lookUp(register: Register, { terms, weights }: Weighted, time: Millis, except: string | null): Candidate[] {
  const { postings, slots } = register
  const { scores, met, firsts, lasts } = slots
  let count = 0
  let rest = 0
  for (let at = 0; at < weights.length; at++) rest += (weights[at] as number) ** 2
  // A part met only in the rest, whose squares add up to less than the floor's, cannot reach the floor. A term so common
  // that it would use up what is left is passed over.
  let left = LOOKED_UP
  for (let at = 0; at < terms.length && rest >= (FLOOR * UNIT) ** 2; at++) {
    const term = terms[at] as number
    const weight = weights[at] as number
    const frequency = postings.frequency(term)
    if (frequency > left) continue
    left -= frequency
    rest -= weight * weight
    count = postings.collect(term, weight, scores, met, count)
  }
  const { window } = register.settings
  const { decay } = register.tuning
  const lengths = except === null ? slots.ownLengths : slots.sharedLengths
  const near: Candidate[] = []
  let least = NEAR
  // What most of the parts met have in common with a story is a single word: no length makes them near, so it is not read.
  let leastDot = least * SHORTEST * UNIT
  for (let at = 0; at < count; at++) {
    const slot = met[at] as number
    const dot = scores[slot] as number
    scores[slot] = 0
    if (dot < leastDot) continue
    const length = lengths[slot] as number
    if (dot < least * length) continue
    const silence = Math.max(0, time - (lasts[slot] as number), (firsts[slot] as number) - time)
    if (silence > window) continue
    const cosine = (dot / length) * Math.exp(-silence / decay)
    if (cosine < least) continue
    const part = slots.parts[slot] as Part
    if (part.language === except) continue
    keepNearest(near, { part, cosine, score: 0, across: except !== null })
    if (near.length < RESCORED) continue
    least = (near[RESCORED - 1] as Candidate).cosine
    leastDot = least * SHORTEST * UNIT
  }
  return near
}

/** The nearest in order, as many as are scored to the last term. */
function keepNearest(near: Candidate[], one: Candidate): void {
  let to = near.length < RESCORED ? near.length : RESCORED - 1
  if (to === RESCORED - 1 && near.length === RESCORED && nearer(near[to] as Candidate, one) < 0) return
  for (; to > 0 && nearer(one, near[to - 1] as Candidate) < 0; to--) near[to] = near[to - 1] as Candidate
  near[to] = one
}

/** A candidate scored to the last term. */
function rescored(register: Register, candidate: Candidate, asked: Weighted, time: Millis): Candidate {
  const { part, across } = candidate
  const { decay, across: acrossScale, scale } = register.tuning
  const { ownLengths, sharedLengths } = register.slots
  const length = (across ? sharedLengths : ownLengths)[part.slot] as number
  const cosine = (register.dotOf(part, asked) / length) * Math.exp(-silenceOf(part.thread, time) / decay)
  return { part, cosine, score: cosine * (across ? acrossScale : scale), across }
}

/** Whether a likeness across languages rests on more than one term that the news is not full of. */
function isEvent(register: Register, { part }: Candidate, { terms, weights }: Weighted): boolean {
  const shares = register.shares(part, terms)
  let dot = 0
  let most = 0
  let second = 0
  for (let at = 0; at < terms.length; at++) {
    const match = (weights[at] as number) * (shares[at] as number)
    dot += match
    if (match === 0 || !register.isRare(terms[at] as number)) continue
    if (match > most) {
      second = most
      most = match
    } else if (match > second) second = match
  }
  return second >= SECOND_MATCH * dot
}

/** Scores of parts of the story's own language, whose terms are asked for. */
export function compare(
  register: Register,
  found: readonly Candidate[],
  asked: Weighted,
  features: ThreadFeatures,
  time: Millis,
): void {
  const first = found[0]?.cosine ?? 0
  const second = found[1]?.cosine ?? 0
  const { decay, standingOut, scale, nearest } = register.tuning
  for (let at = 0; at < Math.min(COMPARED, found.length); at++) {
    const candidate = found[at] as Candidate
    const { part, cosine } = candidate
    if (cosine < FLOOR && !features.e) break
    const fading = Math.exp(-silenceOf(part.thread, time) / decay)
    const ahead = cosine - (at === 0 ? second : first)
    const sum = cosine + standingOut * ahead + nearest * nearestStory(register, part, asked) * fading
    candidate.score = Math.min(1, Math.max(0, scale * sum))
    const meant = features.e ? likenessOfMeaning(features.e, latest(part)) : null
    if (meant !== null) candidate.score = candidate.score * (1 - ENCODED) + Math.max(0, meant) * fading * ENCODED
  }
}

/** Cosine of a story with the nearest of a part's latest. */
function nearestStory(register: Register, { stories }: Part, { weights }: Weighted): number {
  let nearest = 0
  for (let at = Math.max(0, stories.length - LATEST); at < stories.length; at++) {
    const dot = register.likeness(stories[at] as SeenStory, weights)
    if (dot > nearest) nearest = dot
  }
  return nearest / UNIT ** 2
}

const latest = ({ stories }: Part) => stories.slice(-LATEST).map(({ direction }) => direction)
