// Whether a report is the one on file that has its address or its global guid. Anybody may write an address into a feed, and
// sites share guids that were made on one developer's machine: alone they say nothing. Pure.
import type { Millis } from '../model/units.ts'
import { isAlike, isDifferent, isSameAgain, likenessTo, type Told } from './likeness.ts'
import { isPlaceholderHost, ownsAddress } from './url/hosts.ts'
import { isOtherPlace } from './url.ts'

/** A report as it claims an address or a guid. */
export interface Claimant extends Told {
  feed: number
  agency: string
  /** Address of its feed by configuration. */
  feedUrl: string
  /** Its own address as written. */
  url: string | null
  /** When it says that it was published; null where it says nothing. */
  published: Millis | null
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

export interface Claim<T extends Candidate = Candidate> {
  /** The report on file that this one is; null where it is none of them. */
  found: T | null
  /** Stories that its own feed told under the address before, and that it is none of. */
  others: ReadonlySet<number>
}

/**
 * Which report on file this one is, of those with its address or global guid (`named`).
 *
 * Texts that are alike are one report, whosever they are. Texts too short to tell, or in two languages, are one where one
 * publisher has both: feeds of one agency, or feeds that the address's own host serves. An address under which one feed has
 * told several reports names a page and no report, and a host that is nobody's says nothing.
 */
export function claimed<T extends Candidate>(arriving: Claimant, named: string, candidates: readonly T[]): Claim<T> {
  const web = /^https?:/i.test(named) ? named : null
  const nobodys = web !== null && isPlaceholderHost(new URL(web).hostname)
  const owned = web !== null && ownsAddress(arriving.feedUrl, web)
  const likeness = likenessTo(arriving)
  const known = candidates
    .map(candidate => ({
      candidate,
      likeness: likeness(candidate),
      own: candidate.feed === arriving.feed,
      elsewhere: isOtherPlace(arriving.url, candidate.url),
      bothOwn: owned && ownsAddress(candidate.feedUrl, web),
    }))
    .filter(({ bothOwn }) => !nobodys || bothOwn)
    .sort((a, b) => a.candidate.report - b.candidate.report)
  const again = (one: (typeof known)[number]): boolean =>
    isSameAgain(one.likeness, apartBy(arriving.published, one.candidate.published), one.elsewhere)
  const others = new Set(known.filter(one => one.own && !again(one)).map(({ candidate }) => candidate.story))
  const left = known.filter(({ candidate }) => !others.has(candidate.story))
  const alike = left.filter(one => one.own || (one.elsewhere ? again(one) : isAlike(one.likeness)))
  const [best] = alike.toSorted((a, b) => b.likeness.whole.terms - a.likeness.whole.terms)
  if (best) return { found: best.candidate, others }
  const published = left.filter(({ candidate, bothOwn }) => bothOwn || candidate.agency === arriving.agency)
  const stories = new Set(published.map(({ candidate }) => candidate.story))
  const unclear =
    others.size > 0 || stories.size > 1
      ? undefined
      : published.find(
          ({ candidate, likeness, elsewhere }) =>
            !elsewhere && Math.abs(arriving.time - candidate.time) <= SOON && !isDifferent(likeness),
        )
  return { found: unclear?.candidate ?? null, others }
}

/** Time between what two reports say of themselves; 0 where one says nothing. */
export function apartBy(one: Millis | null, other: Millis | null): Millis {
  return one === null || other === null ? 0 : Math.abs(one - other)
}
