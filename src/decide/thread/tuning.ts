// What each piece of evidence of a thread counts for.
import type { Millis } from '../../model/units.ts'

const HOUR: Millis = 3_600_000

/**
 * What each piece of evidence counts for. One value for all news: there to be switched off one by one by
 * `bench/threads.ts --ablate`, not to be set by users.
 */
export interface Tuning {
  /** A thread silent for this long needs e times the evidence. */
  decay: Millis
  /** More of the score where a thread stands out from the runner-up: a story that two claim alike tells little of either. */
  standingOut: number
  /** More of it where one of the thread's latest stories is nearer than the whole. */
  nearest: number
  /** Brings the sum of these to the scale of the configured threshold. */
  scale: number
  /** The same for the few terms that two languages can both express, where a cosine must be higher to say as much. */
  across: number
  /** What is left of the likeness of two stories that name different countries: two bus crashes are told in the same words. */
  differentCountries: number
  /** Whether columns are told by the form of their headlines. */
  columns: boolean
}

export const TUNING: Readonly<Tuning> = {
  decay: 60 * HOUR,
  standingOut: 0.4,
  nearest: 0.15,
  scale: 0.28 / 0.33,
  across: 0.28 / 0.4,
  differentCountries: 0.4,
  columns: true,
}

/** Terms said by more stories than this find half the window: no review looks threads up by them. */
export const COMMON = 400

/** Terms that stories of two languages must share. One name is no event. */
export const SHARED_MATCHES = 2
/**
 * The part of their likeness that the second of these must make up. By eye, most false merges of the Olympics had one name
 * for nine tenths of it, and beside it a word that all the news has.
 */
export const SECOND_MATCH = 0.15
