// Which parts of threads a story may belong to, and how near it is to each: in its own language by what a review groups by,
// in others by the terms that languages share.
import type { Millis } from '../../model/units.ts'
import { type ThreadFeatures, UNIT, type Weighted } from './features.ts'
import { type Part, type SeenStory, silenceOf } from './index/active.ts'
import type { ThreadIndex } from './index/index.ts'
import { Query } from './index/rows.ts'
import { likenessesTo } from './likeness.ts'
import { Nearest } from './nearest.ts'
import { neighbours } from './region.ts'
import { PLACE_AROUND, PLACE_LATEST, PLACE_LOOKED_UP, PLACE_NEAR, PLACE_RESCORED, SECOND_MATCH } from './tuning.ts'

export interface Candidate {
  part: Part
  /** On the scale of the configured threshold. */
  score: number
}

/** Parts of a story's language near it, and how many of the threads around say a term. */
export interface Around {
  candidates: Candidate[]
  threads: number
  saying(term: number): number
}

/** The parts of a story's language near it, by the mean likeness that a review asks of two groups. */
export function candidatesOwn(index: ThreadIndex, features: ThreadFeatures, time: Millis): Around {
  const { own } = index.weights.knownOf(features)
  const parts = neighbours(index, own, features.language, time, { budget: PLACE_LOOKED_UP, most: PLACE_AROUND })
  const latest = parts.map(({ stories }) => stories.slice(-PLACE_LATEST))
  const found = likenessesTo(index, features, time, latest.flat())
  const { threshold } = index.settings
  let from = 0
  const candidates = parts.map((part, at): Candidate => {
    const { length } = latest[at] as SeenStory[]
    let sum = 0
    for (const end = from + length; from < end; from++) sum += found.values[from] as number
    const cohesion = found.cohesion === 0 ? 1 : (part.ownSquared / (UNIT * part.stories.length) ** 2) ** -found.cohesion
    return { part, score: scaled((sum / length) * cohesion, found.accepted, threshold) }
  })
  return { candidates, threads: parts.length, saying: found.saying }
}

/** A link on the scale where the accepted one is the threshold and 1 is 1. */
function scaled(link: number, accepted: number, threshold: number): number {
  if (link <= accepted) return (link / accepted) * threshold
  return Math.min(1, threshold + ((link - accepted) / (1 - accepted)) * (1 - threshold))
}

// The memory of the query of a placement: a table of its size costs more to make than to fill.
const sharedQuery = new Query()

/** The parts of other languages near a story, by the terms that languages share. */
export function candidatesAcross(index: ThreadIndex, language: string, shared: Weighted, time: Millis): Candidate[] {
  const { weights, tuning, settings } = index
  const near = new Nearest(PLACE_RESCORED, tuning.decay)
  const alone = { thread: { first: time, last: time }, language, ownSquared: 0, sharedSquared: UNIT ** 2 }
  const limits = {
    own: false,
    common: PLACE_LOOKED_UP,
    budget: PLACE_LOOKED_UP,
    least: PLACE_NEAR,
    silence: settings.window,
  }
  weights.near(shared, alone, limits, near)
  const query = weights.query(shared, sharedQuery)
  return near.parts.flatMap(part => {
    const { dot, second } = sharedTerms(index, part, query, true)
    // The likeness rests on one term, or on others that the news is full of.
    if (dot === 0 || second < SECOND_MATCH * dot) return []
    const cosine = (dot / (Math.sqrt(part.sharedSquared) * UNIT)) * fading(index, part, time)
    return [{ part, score: Math.min(1, cosine * tuning.across) }]
  })
}

const fading = (index: ThreadIndex, part: Part, time: Millis) =>
  Math.exp(-silenceOf(part.thread, time) / index.tuning.decay)

/**
 * What the terms asked for and a part have in common: the dot product, the second largest match of a rare term, and what the
 * part weighs each term, which the next question overwrites. `withConcepts`: whether a concept may be that second one, beside a name, number or
 * country.
 */
export function sharedTerms(index: ThreadIndex, part: Part, query: Query, withConcepts: boolean) {
  const { terms, weights } = query
  const shares = index.weights.shares(part, query)
  let dot = 0
  let most = 0
  let second = 0
  let isNamed = false
  for (let at = 0; at < terms.length; at++) {
    const term = terms[at] as number
    if (shares[at] === 0 || !index.isComparable(term)) continue
    const match = (weights[at] as number) * (shares[at] as number)
    dot += match
    if (!index.isRare(term)) continue
    const isConcept = index.weights.vocabulary.isConcept(term)
    if (isConcept && !withConcepts) continue
    if (!isConcept) isNamed = true
    if (match > most) {
      second = most
      most = match
    } else if (match > second) second = match
  }
  // Concepts alone tell of no event.
  return { dot, second: isNamed ? second : 0, shares }
}
