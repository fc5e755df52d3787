// Which parts of threads a story may belong to, and how near it is to each by what a review groups by. Pure.
import type { Millis } from '../../model/units.ts'
import { type ThreadFeatures, UNIT } from './features.ts'
import type { Part, SeenStory } from './index/active.ts'
import type { ThreadIndex } from './index/index.ts'
import { likenessesTo } from './likeness.ts'
import { neighbours } from './region.ts'
import { PLACE_AROUND, PLACE_LATEST, PLACE_LOOKED_UP } from './tuning.ts'

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
export function candidatesAround(index: ThreadIndex, features: ThreadFeatures, time: Millis): Around {
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
