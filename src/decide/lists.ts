// Whether what was read of a page's list is to be filed: a page that was rebuilt must not look like a quiet day. Which of its links
// are no reports. Pure.
import type { PageRules } from '../model/config.ts'
import type { SeenReport } from '../model/page.ts'
import type { FeedState } from '../model/stored.ts'
import type { Millis } from '../model/units.ts'
import { digest } from './digest.ts'

/** Of a list that is as short as half of the usual and stays so for as many polls, this is the usual from then on. */
export const SHORT_POLLS = 12
/** Lists of less are short at any time. */
const FEW = 4

export type ListVerdict =
  /** As it was filed last. */
  | { kind: 'same' }
  /** To be filed, and remembered by this hash. */
  | { kind: 'news'; hash: string }
  /** Too short to be believed. */
  | { kind: 'short'; message: string }

/** What is remembered of a list: the rules it was read by, how many entries are usual, and what it said. */
const REMEMBERED = /^page ([0-9a-f]{8}) (\d{1,6}) ([0-9a-f]{32})$/

/** Judges a list by what the feed remembers of the one before. Of other rules nothing is remembered. */
export function judgeList(
  { bodyHash, failures }: Pick<FeedState, 'bodyHash' | 'failures'>,
  { entries, hash }: { entries: number; hash: string },
  rules: PageRules,
): ListVerdict {
  const mark = digest(...Object.values(rules).map(rule => rule ?? '')).slice(0, 8)
  const [, before, written = '0', said] = REMEMBERED.exec(bodyHash ?? '') ?? []
  const usual = before === mark ? Number(written) : 0
  if (usual >= FEW && entries * 2 < usual && failures < SHORT_POLLS) {
    return { kind: 'short', message: shortMessage(entries, usual, rules) }
  }
  if (before === mark && said === hash && failures === 0) return { kind: 'same' }
  // It grows at once and falls slowly.
  const next = entries * 2 < usual ? entries : Math.max(entries, Math.round((usual * 3 + entries) / 4))
  return { kind: 'news', hash: `page ${mark} ${next} ${hash}` }
}

function shortMessage(entries: number, usual: number, { items }: PageRules): string {
  const what = items === null ? 'the list of the page has' : `the selector ${JSON.stringify(items)} of "items" finds`
  const found = entries === 1 ? '1 entry' : `${entries} entries`
  return `${what} ${found} where ${usual} are usual, and nothing was filed: the page may have been rebuilt: look at it, and change the selector; if it stays so, it is believed after ${SHORT_POLLS} polls`
}

/** A link without a date that stood in a list for so long, while so many lists of newer reports came, is no report. */
const STANDS: Millis = 7 * 86_400_000
const LISTS = 2

/**
 * Addresses that stand in a list at every poll without a date: navigation. Each is on file, since it was a report at first sight;
 * its headline is looked at no more. `seen` are the reports of the list's feed. What was navigation once stays so.
 */
export function standingLinks(seen: readonly SeenReport[], bodyHash: string | null): string[] {
  const usual = Number(REMEMBERED.exec(bodyHash ?? '')?.[2] ?? 0)
  if (usual === 0) return []
  const came = seen.map(({ firstSeen }) => firstSeen).sort((a, b) => a - b)
  return seen.flatMap(({ url, isDated, firstSeen, lastSeen }) => {
    if (isDated || lastSeen - firstSeen < STANDS) return []
    return countUpTo(came, lastSeen) - countUpTo(came, firstSeen) >= LISTS * usual ? [url] : []
  })
}

/** How many of these moments, in their order, are no later than one. */
function countUpTo(moments: readonly Millis[], moment: Millis): number {
  let [low, high] = [0, moments.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((moments[middle] ?? 0) <= moment) low = middle + 1
    else high = middle
  }
  return low
}
