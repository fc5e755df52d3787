// Which parts of threads a story may belong to, and how near it is to each.
import type { Millis } from '../../model/units.ts'
import { type ThreadFeatures, UNIT } from './features.ts'
import { type Part, silenceOf } from './index/active.ts'
import type { ThreadIndex } from './index/index.ts'
import type { Query } from './index/rows.ts'
import { FACTS, FIRST, LAST, OWN_LENGTH, SHARED_LENGTH } from './index/slots.ts'
import { LOOKED_UP } from './index/weights.ts'
import { firstOf, Nearest } from './nearest.ts'
import { PLACE_COMPARED, PLACE_FLOOR, PLACE_LATEST, PLACE_NEAR, PLACE_RESCORED, SECOND_MATCH } from './tuning.ts'
import { blended, likenessOfMeaning } from './vectors.ts'

export interface Candidate {
  part: Part
  cosine: number
  score: number
  /** Dot product with the nearest of its latest stories, where it is known. */
  nearest: number | null
}

const nearer = (a: Candidate, b: Candidate) => b.cosine - a.cosine || firstOf(a.part, b.part)

/**
 * Parts of threads near a story, best first, by the terms asked for. Without `except` those of its language; with it,
 * those of all others, by the terms that languages share.
 */
export function candidates(index: ThreadIndex, query: Query, time: Millis, except: string | null = null): Candidate[] {
  const { parts } = index.weights.slots
  const scored = except === null ? scoredOwn : scoredAcross
  const found: Candidate[] = []
  const near = lookUp(index, query, time, except)
  for (let at = 0; at < near.count; at++) {
    const one = scored(index, parts[near.slots[at] as number] as Part, query, time)
    if (one) found.push(one)
  }
  return found.sort(nearer)
}

/** The nearest parts by the terms looked up: the heaviest come first, and what they do not find is hardly near. */
function lookUp(index: ThreadIndex, { terms, weights }: Query, time: Millis, except: string | null): Nearest {
  const { postings, slots } = index.weights
  const { scores, matched, cosines, facts } = slots
  let count = 0
  let rest = 0
  for (let at = 0; at < weights.length; at++) rest += (weights[at] as number) ** 2
  // A part met only in the rest, whose squares add up to less than the floor's, cannot reach the floor. A term so common
  // that it would use up what is left is passed over.
  let left = LOOKED_UP
  for (let at = 0; at < terms.length && rest >= (PLACE_FLOOR * UNIT) ** 2; at++) {
    const term = terms[at] as number
    const weight = weights[at] as number
    const frequency = postings.frequency(term)
    if (frequency > left) continue
    left -= frequency
    rest -= weight * weight
    count = postings.collect(term, weight, scores, matched, count)
  }
  const { window } = index.settings
  const { decay } = index.tuning
  const length = except === null ? OWN_LENGTH : SHARED_LENGTH
  const near = new Nearest(PLACE_RESCORED, slots.parts)
  let least = PLACE_NEAR
  const measured = slots.measured(count, length, least, except === null ? -1 : slots.numberOf(except))
  for (let at = 0; at < measured; at++) {
    const cosine = cosines[at] as number
    const slot = matched[at] as number
    if (cosine < least) continue
    const first = facts[FACTS * slot + FIRST] as number
    const silence = Math.max(0, time - (facts[FACTS * slot + LAST] as number), first - time)
    if (silence > window) continue
    const faded = cosine * Math.exp(-silence / decay)
    if (faded < least) continue
    near.offer(slot, faded)
    if (near.count === PLACE_RESCORED) least = near.cosines[PLACE_RESCORED - 1] as number
  }
  return near
}

const fading = (index: ThreadIndex, part: Part, time: Millis) =>
  Math.exp(-silenceOf(part.thread, time) / index.tuning.decay)

/** A part of the story's language scored to the last term. */
function scoredOwn(index: ThreadIndex, part: Part, query: Query, time: Millis): Candidate {
  const length = Math.sqrt(part.ownSquared) * UNIT
  // A part without sums has few stories: each is looked at anyhow.
  const dots = part.sums ? null : index.weights.dotsOf(part, query)
  const cosine = ((dots ? dots.sum : index.weights.dotOf(part, query)) / length) * fading(index, part, time)
  const nearest = dots && part.stories.length <= PLACE_LATEST ? dots.largest : null
  return { part, cosine, score: cosine * index.tuning.scale, nearest }
}

/** A part of another language; null where the likeness rests on one term, or on others that the news is full of. */
function scoredAcross(index: ThreadIndex, part: Part, query: Query, time: Millis): Candidate | null {
  const { dot, second } = sharedTerms(index, part, query)
  if (second < SECOND_MATCH * dot) return null
  const length = Math.sqrt(part.sharedSquared) * UNIT
  const cosine = (dot / length) * fading(index, part, time)
  return { part, cosine, score: cosine * index.tuning.across, nearest: null }
}

/**
 * What the terms asked for and a part have in common: the dot product, the second largest match of a rare term, and what the
 * part weighs each term, which the next question overwrites.
 */
export function sharedTerms(index: ThreadIndex, part: Part, query: Query) {
  const { terms, weights } = query
  const shares = index.weights.shares(part, query)
  let dot = 0
  let most = 0
  let second = 0
  for (let at = 0; at < terms.length; at++) {
    if (shares[at] === 0) continue
    const match = (weights[at] as number) * (shares[at] as number)
    dot += match
    if (!index.isRare(terms[at] as number)) continue
    if (match > most) {
      second = most
      most = match
    } else if (match > second) second = match
  }
  return { dot, second, shares }
}

/** Scores of parts of the story's own language, whose terms are asked for. */
export function compare(
  index: ThreadIndex,
  found: readonly Candidate[],
  query: Query,
  features: ThreadFeatures,
  time: Millis,
): void {
  const first = found[0]?.cosine ?? 0
  const second = found[1]?.cosine ?? 0
  const { standingOut, scale, nearest } = index.tuning
  const own = features.vector ? index.meaning(features.language, features.vector) : null
  for (let at = 0; at < Math.min(PLACE_COMPARED, found.length); at++) {
    const candidate = found[at] as Candidate
    const { part, cosine } = candidate
    if (cosine < PLACE_FLOOR && !features.vector) break
    const faded = fading(index, part, time)
    const ahead = cosine - (at === 0 ? second : first)
    const sum = cosine + standingOut * ahead + nearest * nearestStory(index, candidate, query) * faded
    candidate.score = Math.min(1, Math.max(0, scale * sum))
    const meant = own ? likenessOfMeaning(own, latest(index, part)) : null
    if (meant !== null) candidate.score = blended(candidate.score, meant, faded)
  }
}

/** Cosine of a story with the nearest of a part's latest. */
function nearestStory(index: ThreadIndex, { part, nearest }: Candidate, query: Query): number {
  return (nearest ?? index.weights.dotsOf(part, query, PLACE_LATEST).largest) / UNIT ** 2
}

const latest = (index: ThreadIndex, { language, stories }: Part) =>
  stories.slice(-PLACE_LATEST).map(({ vector }) => index.meaning(language, vector))
