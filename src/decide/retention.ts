// What is deleted because it is old: whole threads, the oldest first. Pure; the desk reads the facts and deletes.
import type { RetainSettings } from '../model/config.ts'
import type { OldThread } from '../model/stored.ts'
import type { Millis } from '../model/units.ts'

/** A size limit that is passed is undercut by so much, so that it is not passed again the next day. */
const TARGET = 0.95
/** Of the last reports, the share that may say that they were published later than it is. */
const BROKEN_DATES = 0.1
/** How long after the newest report the clock is believed. Without news for longer, nothing grows older. */
const CLOCK_TRUST: Millis = 7 * 86_400_000
/** Share of the reports in the full-text index that may be deleted ones before it is merged: the whole index is written anew. */
const MERGED_AT = 0.2
/** Share of the file's pages that stay free for what is filed next. */
const FREE_SHARE = 0.02

/**
 * The moment that ages are counted from: the clock's, but not much later than the last reports say that they were published.
 * A clock that is years ahead would have everything deleted.
 */
export function presentOf(now: Millis, published: readonly Millis[]): Millis {
  const latest = published.toSorted((a, b) => b - a)[Math.floor(published.length * BROKEN_DATES)]
  return latest === undefined ? now : Math.min(now, latest + CLOCK_TRUST)
}

/** Which threads may go: those without news since `before`, the oldest first, up to a number of reports. */
export interface Cut {
  reason: 'age' | 'size'
  before: Millis
  reports: number
}

export function cutByAge({ reports }: RetainSettings, present: Millis): Cut | null {
  return reports === null ? null : { reason: 'age', before: present - reports, reports: Number.POSITIVE_INFINITY }
}

/** `bytes`: of the file, without free pages. */
export function cutBySize(
  { size, floor }: RetainSettings,
  present: Millis,
  { bytes, reports }: { bytes: number; reports: number },
): Cut | null {
  if (size === null || bytes <= size) return null
  // Reports are taken for equally large: what they leave in the full-text index cannot be told apart.
  return { reason: 'size', before: present - floor, reports: Math.ceil(reports * (1 - (TARGET * size) / bytes)) }
}

/** Why a thread whose news are old enough stays; null where it goes. */
export function staysBecause(
  { last, updated, isEdited, stands }: OldThread,
  { before }: Cut,
): 'recent' | 'edited' | 'standing' | null {
  if (last >= before || updated >= before) return 'recent'
  if (isEdited) return 'edited'
  return stands ? 'standing' : null
}

/** Whether the full-text index is to be written without what was deleted. `isTight`: the file is larger than it may be. */
export function isIndexToMerge(deleted: number, reports: number, isTight: boolean): boolean {
  return deleted > 0 && (isTight || deleted >= MERGED_AT * (reports + deleted))
}

/** How many free pages go back to the disk. */
export function pagesToReturn({ pages, free }: { pages: number; free: number }): number {
  return Math.max(0, Math.floor(free - FREE_SHARE * (pages - free)))
}
