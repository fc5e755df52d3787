// By which names a report that arrives is known: guids that changed, guids that stand for several reports, guids that were given
// to another report, and whose address an address is.
import { CANDIDATES, claimed } from '../decide/claim.ts'
import { Constraints } from '../decide/constraints.ts'
import { digest } from '../decide/digest.ts'
import { apart, guidKey, looksTurned, REMATCH_REPORTS, REMATCH_TEXT, rematch } from '../decide/identity.ts'
import { anotherReport, isAlike, isDifferent, likenessOf, TOLD_TEXT } from '../decide/likeness.ts'
import { revise } from '../decide/revision.ts'
import { canonicalUrl, isOtherPlace } from '../decide/url.ts'
import type { WireNames } from '../decide/wire/read.ts'
import type { Report } from '../model/decided.ts'
import type { Millis } from '../model/units.ts'
import type { Filing, KnownReport, TextInForce } from '../store/store.ts'

/** A report on its way, and what its document says of its guid. */
export interface Arrived {
  report: Report
  /** Its guid stands for several texts of this document, also after the first mark. */
  reused: boolean
  reusedTwice: boolean
}

/**
 * Give reports on file the guids under which they come now: of another form, or of another scheme when a feed has turned
 * wholly new. Returns what the user is told of the latter.
 */
export function followIds(
  filing: Filing,
  accepted: readonly Arrived[],
  unknown: readonly Report[],
  feed: number,
): string | null {
  if (unknown.length === 0) return null
  const onFile = looksTurned(unknown.length, accepted.length)
    ? filing.standing(feed, REMATCH_REPORTS, REMATCH_TEXT)
    : filing.likely(
        feed,
        unknown.map(({ guid }) => guidKey(guid)),
        unknown.flatMap(({ canonicalUrl }) => canonicalUrl ?? []),
        REMATCH_TEXT,
      )
  if (onFile.length === 0) return null
  // A guid that stands for several texts is on file with a mark: that is no change of ids.
  const arriving = accepted.map(({ report, reused, reusedTwice }) => {
    const marked = apart(report.guid, mark(report))
    const told = reusedTwice ? apart(marked, report.hash) : marked
    const guid = reused || filing.known(feed, told) !== null ? told : report.guid
    const { canonicalUrl, title, text } = report
    return { guid, canonicalUrl, title, text, published: report.published ?? report.updated }
  })
  const { pairs, migration } = rematch(arriving, onFile)
  for (const { entry, report: id } of pairs) {
    const report = accepted[entry]?.report
    if (report && arriving[entry]?.guid === report.guid) {
      filing.renameGuid(id, report.guid, guidKey(report.guid), report.globalGuid)
    }
  }
  return migration?.sentence ?? null
}

/** Tells reports of one guid apart by address and title, which outlast an edit of the text. */
export const mark = (report: Report): string => digest(report.url, report.title)

/**
 * An agency that gives one guid to two texts reuses its guids: a mark tells such reports apart, also at later polls when one
 * of them stands alone. A text already on file under the plain guid keeps it. Returns whether it is on file as it is.
 */
export function tellApart(filing: Filing, { report, reused, reusedTwice }: Arrived): boolean {
  const marks: [reused: boolean, mark: string][] = [
    [reused, mark(report)],
    [reusedTwice, report.hash],
  ]
  for (const [shared, by] of marks) {
    if (filing.known(report.feed, report.guid)?.hash === report.hash) return true
    const marked = apart(report.guid, by)
    if (!shared && !filing.known(report.feed, marked)) continue
    nameAgain(report, marked)
  }
  return false
}

/**
 * Put the report aside that had this guid until now, where the guid was given to another one; the new report then is the
 * one that is known by it, at later polls too. What comes back out of an old cache is found again under the name that it
 * was put aside with. Returns the report and story put aside.
 */
export function putAside(
  filing: Filing,
  report: Report,
  { names, now }: { names: WireNames; now: Millis },
): { report: number; story: number } | null {
  const known = filing.known(report.feed, report.guid)
  if (known === null || known.hash === report.hash) return null
  const before = apart(report.guid, report.hash)
  if (filing.known(report.feed, before) !== null) {
    nameAgain(report, before)
    return null
  }
  const force = filing.inForce(known.id)
  const another = anotherReport({
    likeness: likenessOf(report, force),
    moved: movedBy(report, known, force, now),
    stood: now - force.changed,
    elsewhere: elsewhere(force.url, report.url),
  })
  // A correction or a kill speaks of what it replaces, however little of it is left.
  if (another === null || takesBack(report, force, names)) return null
  if (another === 'old') {
    nameAgain(report, before)
    return null
  }
  // It says the time of the report that had its guid before.
  if (report.published !== null && report.published === force.published) {
    report.time = Math.min(Math.max(report.updated ?? now, report.published), now)
  }
  const aside = apart(report.guid, known.hash)
  filing.renameGuid(known.id, aside, guidKey(aside), null)
  return { report: known.id, story: known.story }
}

function nameAgain(report: Report, guid: string): void {
  report.guid = guid
  report.globalGuid = null
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

/**
 * Whether a report of a story of several agencies was given a text that tells another thing: left there it would speak for
 * the others, or hide behind them. What an editor has put there stays.
 */
export function tellsAnother(filing: Filing, known: KnownReport, force: TextInForce, report: Report): boolean {
  if (!isDifferent(likenessOf(report, force))) return false
  const others = filing.members(known.story, MEMBERS).filter(({ agency }) => agency !== report.agency)
  if (
    others.length === 0 ||
    others.some(other => isAlike(likenessOf(report, { ...other, language: report.language })))
  ) {
    return false
  }
  const decided = new Constraints(filing.decisions().filter(({ what }) => what === 'story'))
  return !decided.knows(known.id)
}

/** Reports of a story that a changed one is held against. */
const MEMBERS = 40

/** What the address and the global guid of a report say of it. */
export interface Claimed {
  /** The report on file that it is, and by what. */
  by: { rule: 'guid' | 'url'; story: number } | null
  /** Stories that it is none of, whatever the texts have in common. */
  others: ReadonlySet<number>
}

/** The report on file that has the same global guid or address and tells the same; not one of the story that was put aside for it. */
export function claimedBy(
  filing: Filing,
  report: Report,
  feedUrl: string,
  aside: { report: number; story: number } | null,
): Claimed {
  const { agency, globalGuid, canonicalUrl: address } = report
  const others = new Set(aside === null ? [] : [aside.story])
  const claimant = { ...report, published: report.published ?? report.updated, feedUrl }
  for (const [rule, name] of [['guid', globalGuid] as const, ['url', address] as const]) {
    if (name === null) continue
    const candidates = filing.named(rule, name, agency, CANDIDATES, TOLD_TEXT).filter(one => one.story !== aside?.story)
    if (candidates.length === 0) continue
    const claim = claimed(claimant, name, candidates)
    if (claim.found) return { by: { rule, story: claim.found.story }, others }
    for (const story of claim.others) others.add(story)
  }
  return { by: null, others }
}

/** The key of a story that this report opens: the same in every database. */
export function storyKey(feedUrl: string, guid: string): string {
  return digest(feedUrl, guid).slice(0, 20)
}

/** The same for a report whose key may be another's already: its guid was another report's before. */
export function freeKey(filing: Filing, feedUrl: string, report: Report, isGivenAgain: boolean): string {
  const plain = storyKey(feedUrl, report.guid)
  if (!isGivenAgain && !filing.hasKey(plain)) return plain
  const own = storyKey(feedUrl, apart(report.guid, report.hash))
  return filing.hasKey(own) ? storyKey(feedUrl, apart(report.guid, `${report.hash} ${report.firstSeen}`)) : own
}
