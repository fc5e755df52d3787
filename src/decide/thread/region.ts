// The parts of threads around a story: what it is compared with when it is placed, and what a review groups afresh. Pure.
import type { Millis } from '../../model/units.ts'
import { UNIT, type Weighted } from './features.ts'
import type { Part } from './index/active.ts'
import type { ThreadIndex } from './index/index.ts'
import { Nearest } from './nearest.ts'
import { COMMON, GROUP_AROUND, GROUP_NEAR } from './tuning.ts'

/**
 * The parts of a language that are nearest to a story's own terms, nearest first: `most` of them, in
 * `budget` entries of the lists of terms.
 */
export function neighbours(
  index: ThreadIndex,
  own: Weighted,
  language: string,
  time: Millis,
  { budget = Number.POSITIVE_INFINITY, most = GROUP_AROUND } = {},
): Part[] {
  const found = new Nearest(most)
  const alone = { thread: { first: time, last: time }, language, ownSquared: UNIT ** 2, sharedSquared: 0 }
  const limits = { own: true, common: COMMON, budget, least: GROUP_NEAR, silence: index.settings.window }
  index.weights.near(own, alone, limits, found)
  return found.parts
}
