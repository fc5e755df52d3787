// By which guid an entry is filed: guids that stand for several reports of a document, and guids that an agency has given to
// another report. Pure.
import type { Report } from '../model/decided.ts'
import type { KnownReport, TextInForce } from '../model/stored.ts'
import type { Millis } from '../model/units.ts'
import type { IdentityContext } from './identify.ts'
import { ambiguousValues, apart } from './identity.ts'
import { anotherReport, likenessOf } from './likeness.ts'
import { revise } from './revision.ts'
import { canonicalUrl, isOtherPlace } from './url.ts'
import type { WireNames } from './wire/read.ts'

/** An entry on its way, and what its document says of its guid. */
export interface Arriving {
  report: Report
  /** Tells reports of one guid apart by address and title, which outlast an edit of the text. */
  mark: string
  /** Its guid stands for several texts of this document, also after the first mark. */
  reused: boolean
  reusedTwice: boolean
}

/** What is on file of the feed's guids, and the texts in force. */
export interface GuidFacts {
  known(guid: string): KnownReport | null
  inForce(report: number): TextInForce
}

/** What a document says of the names of one of its entries. */
export interface Ambiguity {
  reused: boolean
  reusedTwice: boolean
  /** Its address stands for several texts: it names a page that changes, and no report. */
  sharedUrl: boolean
}

/** Which names of a document's entries stand for several of its texts. */
export function ambiguities(
  entries: readonly { guid: string; canonicalUrl: string | null; mark: string; hash: string }[],
): Ambiguity[] {
  const urls = ambiguousValues(entries, ({ canonicalUrl }) => canonicalUrl)
  const guids = ambiguousValues(entries, ({ guid }) => guid)
  const marks =
    guids.size === 0
      ? guids
      : ambiguousValues(entries, ({ guid, mark }) => (guids.has(guid) ? apart(guid, mark) : null))
  return entries.map(({ guid, canonicalUrl, mark }) => {
    const reused = guids.has(guid)
    return {
      reused,
      reusedTwice: reused && marks.has(apart(guid, mark)),
      sharedUrl: canonicalUrl !== null && urls.has(canonicalUrl),
    }
  })
}

/** The other guids under which a report with this one may be on file. */
export function otherGuids({ guid, mark, hash }: { guid: string; mark: string; hash: string }): string[] {
  const marked = apart(guid, mark)
  const twice = apart(marked, hash)
  const byHash = apart(guid, hash)
  return [marked, byHash, twice, apart(byHash, hash), apart(twice, hash)]
}

/**
 * An agency that gives one guid to two texts reuses its guids: a mark tells such reports apart, also at later polls when one
 * of them stands alone. A text already on file under the plain guid keeps it. `asItIs`: it is on file with this text.
 */
export function tellApart(
  { guid, mark, hash, reused, reusedTwice }: { guid: string; hash: string } & Omit<Arriving, 'report'>,
  known: GuidFacts['known'],
): { guid: string; asItIs: boolean } {
  let name = guid
  for (const [shared, by] of [[reused, mark] as const, [reusedTwice, hash] as const]) {
    if (known(name)?.hash === hash) return { guid: name, asItIs: true }
    const marked = apart(name, by)
    if (shared || known(marked)) name = marked
  }
  return { guid: name, asItIs: false }
}

/** By what an entry is filed. */
export interface GuidFound {
  guid: string
  /** The time it is filed under. */
  time: Millis
  /** The report that had its guid before, and the guid that one is put aside with. */
  aside: { report: number; story: number; guid: string } | null
}

/**
 * The guid of an entry that is not on file as it is. A guid that was given to another report is the new one's from now on, and
 * the report that had it is put aside. What comes back out of an old cache is found again under the name that it was put
 * aside with.
 */
export function guidFor(
  report: Report,
  facts: GuidFacts,
  { names, now, identity }: { names: WireNames; now: Millis; identity?: IdentityContext['identity'] },
): GuidFound {
  const { guid, time } = report
  const known = facts.known(guid)
  if (known === null || known.hash === report.hash) return { guid, time, aside: null }
  // An address of a map stays its report's, however its headline was worded anew.
  if (identity === 'address') return { guid, time, aside: null }
  const before = apart(guid, report.hash)
  if (facts.known(before) !== null) return { guid: before, time, aside: null }
  const force = facts.inForce(known.id)
  const another = anotherReport({
    likeness: likenessOf(report, force),
    moved: movedBy(report, known, force, now),
    stood: now - force.changed,
    elsewhere: elsewhere(force.url, report.url),
  })
  // A correction or a kill speaks of what it replaces, however little of it is left.
  if (another === null || takesBack(report, force, names)) return { guid, time, aside: null }
  if (another === 'old') return { guid: before, time, aside: null }
  const { published, updated } = report
  // It says the time of the report that had its guid before.
  const again = published !== null && published === force.published
  return {
    guid,
    time: again ? Math.min(Math.max(updated ?? now, published), now) : time,
    aside: { report: known.id, story: known.story, guid: apart(guid, known.hash) },
  }
}

function elsewhere(was: string | null, is: string | null): 'page' | 'place' | null {
  if (canonicalUrl(was) !== canonicalUrl(is)) return 'page'
  return isOtherPlace(was, is) ? 'place' : null
}

/** How much later a report says that it was published or updated; null where either text says neither. */
function movedBy(report: Report, known: KnownReport, force: TextInForce, now: Millis): Millis | null {
  const moves: Millis[] = []
  for (const [was, is] of [
    [force.published, report.published],
    [force.updated, report.updated],
  ] as const) {
    // A date in the future is a broken clock.
    if (was !== null && is !== null)
      moves.push(Math.min(is, now) - Math.min(was, Math.max(known.firstSeen, force.changed)))
  }
  return moves.length === 0 ? null : Math.max(...moves)
}

function takesBack(report: Report, force: TextInForce, names: WireNames): boolean {
  const { title, text, wire } = report
  const step = revise(force, { title, text, signal: wire.signal }, names)
  return step.class === 'kill' || step.class === 'correction'
}
