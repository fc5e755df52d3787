// Whether a feed is quieter than it usually is at this hour and on this weekday.

import { quietSentence } from '../../language/reason.ts'
import { duration } from '../../language/say.ts'
import type { Millis } from '../../model/units.ts'
import { expectedBetween, type Habit, longestUsualSilence, ratesOf, timeUntil } from './habit.ts'

const DAY: Millis = 86_400_000
/** Fewer entries or hours than these say nothing about silence. */
const LEAST_ENTRIES = 20
const LEAST_HOURS = 72

export interface Silence {
  /** Since when nothing new was seen. */
  since: Millis
  /** How long, counted from then, it is silent at most as a rule: long at night, short in its busy hours. */
  usual: Millis
  quiet: boolean
  /** `quiet for 9 h: at this time it is seldom silent for longer than 2 h`. */
  sentence: string
}

/** Null while too little is known of the feed. */
export function silenceOf(habit: Habit, now: Millis): Silence | null {
  const rates = ratesOf(habit)
  const since = habit.newest
  if (since === null || since > now) return null
  if (rates.evidence.entries < LEAST_ENTRIES || rates.evidence.hours < LEAST_HOURS) return null
  // Silence is measured in entries that were to be expected: a night weighs little, a busy hour much.
  const amount = longestUsualSilence(habit)
  const usual = timeUntil(rates, since, amount, 35 * DAY, rate => rate)
  const quiet = now - since > usual && expectedBetween(rates, since, now) > amount
  const sentence = quiet
    ? quietSentence(now - since, usual)
    : `silent for ${duration(now - since)}, as usual: only after ${duration(usual)} would it be quiet`
  return { since, usual, quiet, sentence }
}
