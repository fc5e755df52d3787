// Ranks threads for the front page by the number of independent sources and by age. Pure.

import type { StorySummary, ThreadSummary } from '../model/shown.ts'
import type { Millis } from '../model/units.ts'

/** A thread loses half its weight for each of these that nothing is added to it. */
export const HALF_LIFE: Millis = 12 * 3_600_000

type Told = Pick<StorySummary, 'origin' | 'text'>
type Weighed = Pick<ThreadSummary, 'agencies' | 'sources' | 'last'> & { lead: Told }

/** Whether nobody has judged whose copy it is. Of a bare headline nobody can: it counts as nobody's own. */
export const isUnjudged = ({ origin, text }: Told): boolean => origin === null && text.trim() !== ''

/** The agency whose own copy a story is; null where that is none of those here, or nothing but a headline is known. */
export const ownAgency = (story: Told & Pick<StorySummary, 'agency'>): string | null =>
  story.origin === null ? (isUnjudged(story) ? story.agency : null) : story.origin.agency

/** Agencies that tell it independently; all its agencies where nobody has judged whose copy is whose. */
export function independentSources(thread: Omit<Weighed, 'last'>): number {
  return Math.max(1, isUnjudged(thread.lead) ? thread.agencies.length : thread.sources)
}

/**
 * sources x 2^(-age / HALF_LIFE), age in milliseconds between its last story and `at`. Ten reprints of one wire weigh as
 * much as that wire. The order of two threads is the same whatever `at` is, so no clock need be asked to sort them.
 */
export function hotness(thread: Weighed, at: Millis): number {
  return independentSources(thread) * 2 ** ((thread.last - at) / HALF_LIFE)
}

/** Hottest first, for sorting. The same order as by `hotness` at any moment, without its overflow far from that moment. */
export function byHotness<T extends Weighed & Pick<ThreadSummary, 'stories' | 'id'>>(a: T, b: T): number {
  const difference = weight(b) - weight(a)
  // Threads as hot as each other to a rounding error are told apart by size.
  if (Math.abs(difference) > 1e-9) return difference
  return b.stories - a.stories || b.last - a.last || a.id - b.id
}

const weight = (thread: Weighed): number => Math.log2(independentSources(thread)) + thread.last / HALF_LIFE
