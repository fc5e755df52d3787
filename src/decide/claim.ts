// Whether a report is the one on file that has its address or its global guid. Anybody may write an address into a feed, and
// sites share guids that were made on one developer's machine: alone they say nothing. Pure.
import type { Millis } from '../model.ts'
import { isAlike, isDifferent, isSameAgain, type Likeness, likenessOf, type Told } from './likeness.ts'
import { isPlaceholderHost, ownsAddress } from './url/hosts.ts'
import { anchorOf } from './url.ts'

/** A report as it claims an address or a guid. */
export interface Claimant extends Told {
  feed: number
  agency: string
  /** Address of its feed by configuration. */
  feedUrl: string
  /** Its own address as written. */
  url: string | null
  time: Millis
}

export interface Candidate extends Claimant {
  report: number
  story: number
}

/** Reports on file that are looked at for one address. */
export const CANDIDATES = 16

/** Where texts are too short to tell, two feeds of one publisher carry a report within this time. */
const SOON: Millis = 3 * 86_400_000

/**
 * The report on file that this one is, of those with its address or global guid (`named`); null where it is none of them.
 *
 * Texts that are alike are one report, whosever they are. Texts too short to tell, or in two languages, are one where one
 * publisher has both: feeds of one agency, or feeds that the address's own host serves. An address under which one feed has
 * told several reports names a page and no report, and a host that is nobody's says nothing.
 */
export function claimed(arriving: Claimant, named: string, candidates: readonly Candidate[]): Candidate | null {
  const web = /^https?:/i.test(named) ? named : null
  const nobodys = web !== null && isPlaceholderHost(new URL(web).hostname)
  const owned = web !== null && ownsAddress(arriving.feedUrl, web)
  let best: { candidate: Candidate; likeness: Likeness } | null = null
  let unclear: Candidate | null = null
  const stories = new Set<number>()
  let isPage = false
  for (const candidate of [...candidates].sort((a, b) => a.report - b.report)) {
    const bothOwn = owned && web !== null && ownsAddress(candidate.feedUrl, web)
    if (nobodys && !bothOwn) continue
    const likeness = likenessOf(arriving, candidate)
    const apart = Math.abs(arriving.time - candidate.time)
    const own = candidate.feed === arriving.feed
    if (own ? isSameAgain(likeness, apart) : isAlike(likeness)) {
      if (best === null || likeness.whole.terms > best.likeness.whole.terms) best = { candidate, likeness }
      continue
    }
    if (own) isPage = true
    if (candidate.agency !== arriving.agency && !bothOwn) continue
    stories.add(candidate.story)
    const places = anchorOf(arriving.url) !== anchorOf(candidate.url)
    if (!places && apart <= SOON && !isDifferent(likeness)) unclear ??= candidate
  }
  if (best !== null) return best.candidate
  return isPage || stories.size > 1 ? null : unclear
}
