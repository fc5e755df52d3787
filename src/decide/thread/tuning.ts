// The weights and thresholds of threads, for all news alike. They were chosen together on the labelled sets of bench/labelled.ts
// (Olympics 2021 in nine languages, Saudi events 2015, ECB+) by B-cubed F1; what single ones add is in docs/benchmarks.md and
// printed by `bench/threads.ts --ablate`. Limits of work were chosen on the made-up stream of bench/threads.ts: the largest
// that a placement or a plan has time for.
import type { Millis } from '../../model/units.ts'

const HOUR: Millis = 3_600_000

/**
 * What each piece of evidence counts for. One value for all news: there to be switched off one by one by
 * `bench/threads.ts --ablate`, not to be set by users.
 */
export interface Tuning {
  /** Between two languages a thread silent for this long needs e times the evidence. */
  decay: Millis
  /** What is left of the likeness of two stories that name different countries: two bus crashes are told in the same words. */
  differentCountries: number
}

export const TUNING: Readonly<Tuning> = {
  decay: 60 * HOUR,
  differentCountries: 0.4,
}

/** Terms said by more stories than this find half the window: no review looks threads up by them. */
export const COMMON = 400

/** Names, countries and numbers that threads of two languages must share. One name is no event. */
export const NAMES_SHARED = 2
/**
 * The part of their likeness that the second of these must make up. By eye, most false merges of the Olympics had one name
 * for nine tenths of it, and beside it a word that all the news has.
 */
export const SECOND_MATCH = 0.15

// ── placing a story ─────────────────────────────────────────────────────────────────────────────────────────────────

/** Parts of its language that a new story is compared with: at least as many as `LOCAL_THREADS`. */
export const PLACE_AROUND = 12
/** Stories of a part that a new one is compared with, the latest: threads drift. */
export const PLACE_LATEST = 8
/** Entries of the lists of terms that are looked through for the parts near a new story. */
export const PLACE_LOOKED_UP = 1_200

// ── grouping afresh in one language ─────────────────────────────────────────────────────────────────────────────────

/** Mean likeness that two groups of stories need, of the configured threshold: higher makes more threads. */
export const GROUP_LINK = 0.67
/** The same where stories have bodies: `TEXT_TERMS` own terms and more, as a mean. There no group needs more cohesion. */
export const TEXT_LINK = 0.585
export const TEXT_TERMS = 20
/**
 * In a region of so many threads a term that more than `LOCAL_FREE` of them say counts less: with n threads and d that say it
 * sqrt(1 - (d - 2) / (n - 2)).
 */
export const LOCAL_THREADS = 10
export const LOCAL_FREE = 2
/** How much a group of little likeness within raises its links: see `GroupingRules.cohesion`. */
export const GROUP_COHESION = 0.12
/** Time between two stories after which their likeness counts e times less. */
export const GROUP_DECAY: Millis = 90 * HOUR
export const TEXT_DECAY: Millis = 80 * HOUR
/** Stories that are grouped at once, and those of one part: the latest, for threads drift. The work is their square. */
export const GROUPED_AT_ONCE = 400
export const GROUPED_OF_A_PART = 48
/** The parts around a story: those whose cosine is at least this, and at most so many. */
export const GROUP_NEAR = 0.12
export const GROUP_AROUND = 16

// ── by meaning, where stories have vectors ──────────────────────────────────────────────────────────────────────────

/** Mean likeness by words and meaning that two groups need, of the configured threshold: more with each own term of a story. */
export const MEANT_LINK = 0.68
export const MEANT_LENGTH = 0.0057
export const MEANT_DECAY: Millis = 120 * HOUR
/**
 * Across languages: mean likeness at which parts are joined, of the configured threshold; the one at which parts are looked
 * at; how many threads are; and the time between them after which likeness counts e times less.
 */
export const JOIN_LINK = 0.93
export const JOIN_NEAR = 0.3
export const JOIN_AROUND = 24
export const JOIN_DECAY: Millis = 120 * HOUR

// ── threads of different languages ──────────────────────────────────────────────────────────────────────────────────

/** Cosine of two parts of one language at which two threads are hardly two, of the configured threshold. */
export const ALIKE = 1.8
/** Likeness at which threads of two languages are merged, of the configured threshold. */
export const MERGE_ACROSS = 1.2
/**
 * Cosine of two parts of one language that threads need to be merged by way of another language: where those who speak for
 * themselves tell of two events, a name that both have in a third language brings nothing together.
 */
export const OWN_ALIKE = 0.5
/** Threads that are compared to the last term, and the cosine over their heaviest terms that they need. */
export const THREADS_COMPARED = 8
export const THREADS_NEAR = 0.15

// ── threads shown beside each other ─────────────────────────────────────────────────────────────────────────────────

/** Share of what a merge needs from which on two threads are neighbours, and how many are shown. */
export const NEIGHBOUR = 0.35
export const NEIGHBOURS = 6
