// What is remembered of a report that was pruned: the names by which its entry is known when a feed carries it again. Its text is
// gone, so nothing can be compared. Pure.
import { hash } from 'node:crypto'
import type { Millis } from '../model/units.ts'

/** The names of an entry or of a report. */
export interface Names {
  guid: string
  /** The guid in a form that is unique over all feeds; null where it is not. */
  globalGuid: string | null
  canonicalUrl: string | null
}

/** The same of an entry, with the other guids under which it may have been on file and when it says that it was published. */
export interface NamesOfEntry extends Names {
  others: readonly string[]
  published: Millis | null
}

/** Bits of a digest that are kept: a whole number in JavaScript, and 8 bytes in SQLite. Of ten million, one name in 10^9 is met by chance. */
const HIGH_BITS = 2 ** 21
const LOW_BITS = 2 ** 32

function key(space: string, name: string): number {
  const bytes = hash('sha256', `${space}\0${name}`, 'buffer')
  return (bytes.readUInt32BE(0) % HIGH_BITS) * LOW_BITS + bytes.readUInt32BE(4)
}

/** A guid that is unique over all feeds, or an address: often they are one and the same. */
const worldwide = (name: string): number => key('', name)
const withinFeed = (feed: number, guid: string): number => key(String(feed), guid)

const guidKey = (feed: number, { guid, globalGuid }: Names): number =>
  globalGuid === null ? withinFeed(feed, guid) : worldwide(globalGuid)

/** The tombstones of a report of this feed: one or two numbers. */
export function tombstonesOf(feed: number, names: Names): number[] {
  const { canonicalUrl } = names
  return [...new Set([guidKey(feed, names), ...(canonicalUrl === null ? [] : [worldwide(canonicalUrl)])])]
}

/** The tombstones that an entry of this feed may have: by its guid, and by its address. */
export interface Sought {
  byGuid: number[]
  byUrl: number | null
  published: Millis | null
}

export function tombstonesToSeek(feed: number, names: NamesOfEntry): Sought {
  const { canonicalUrl, others, published } = names
  return {
    byGuid: [guidKey(feed, names), ...others.map(guid => withinFeed(feed, guid))],
    byUrl: canonicalUrl === null ? null : worldwide(canonicalUrl),
    published,
  }
}

/**
 * Whether an entry is a report that was pruned. `before`: what was pruned was all older than this.
 *
 * By its guid it is, unless it says that it was published later: then the guid was given to another report. By its address
 * alone, in this feed or another's, only where it says that it was published before: pages are written anew.
 */
export function isPruned(
  { byGuid, byUrl, published }: Sought,
  tombstones: ReadonlySet<number>,
  { before, now }: { before: Millis; now: Millis },
): boolean {
  // A date in the future is a broken clock.
  const said = published === null || published > now ? null : published
  if (said !== null && said >= before) return false
  if (byGuid.some(one => tombstones.has(one))) return true
  return said !== null && byUrl !== null && tombstones.has(byUrl)
}
