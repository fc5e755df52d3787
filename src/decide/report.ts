// Reads an entry: the report that it makes, with its language and what its wire says. Pure: the time of the poll is a parameter.
import { languageOf } from '../language/detect.ts'
import type { Cut } from '../language/words.ts'
import type { Entry } from '../model/collected.ts'
import type { Report } from '../model/decided.ts'
import type { Millis } from '../model/units.ts'
import { type Identified, type IdentityContext, identify } from './identify.ts'
import { locateWire, type WireInput, type WireNames } from './wire/read.ts'

export { digest } from './digest.ts'

/** A clock of an agency that runs ahead by less than this is a clock, not a claim about the future. */
const CLOCK_SKEW: Millis = 10 * 60_000

export interface ReportContext extends IdentityContext {
  feed: number
  agency: string
  /** Language of the feed by configuration, else by its own word. */
  language: string | null
  names: WireNames
  now: Millis
}

/** The report an entry makes, or why it makes none. `text` is the plain text of its body. */
export function toReport(
  entry: Entry,
  text: string,
  context: ReportContext,
): { ok: true; report: Report } | { ok: false; reason: string } {
  const found = identify(entry, text, 0, context)
  return found.ok ? { ok: true, report: reportOf(entry, text, found.value, context) } : found
}

/** The report of an entry that was identified. */
export function reportOf(entry: Entry, text: string, identified: Identified, context: ReportContext): Report {
  return locateReport(entry, text, identified, context).report
}

/** What an entry claims of its time; null where it says nothing. */
const claimedBy = ({ published, updated }: Pick<Identified, 'published' | 'updated'>): Millis | null =>
  published ?? updated

/** The time under which an entry is filed that arrives at `now`. */
export function timeOf(names: Pick<Identified, 'published' | 'updated'>, now: Millis): Millis {
  const claimed = claimedBy(names)
  return claimed !== null && claimed <= now + CLOCK_SKEW ? Math.min(claimed, now) : now
}

/** The wire of an entry, with the place of its body in `text`. */
export function wireOf(
  entry: Entry,
  text: string,
  identified: Identified,
  { names, now }: Pick<ReportContext, 'names' | 'now'>,
  more: Pick<WireInput, 'cut' | 'figures'>,
): ReturnType<typeof locateWire> {
  const claimed = claimedBy(identified)
  // What it says of its own future is meant from its own time, and a feed polled again must not read another Friday.
  const at = claimed !== null && claimed <= now ? claimed : now
  const { authors, source } = entry
  return locateWire({ title: identified.title, text, authors, source, at, ...more }, names)
}

/** {@link reportOf}, with the place of the wire's body in `text`. */
export function locateReport(
  entry: Entry,
  text: string,
  identified: Identified,
  context: ReportContext,
  cut?: Cut,
): { report: Report; start: number } {
  const { guid, globalGuid, url, canonicalUrl, title, published, updated, hash } = identified
  const language = languageOf(entry.language ?? context.language, `${title} ${text.slice(0, 500)}`)
  const { wire, start } = wireOf(entry, text, identified, context, cut ? { cut } : {})
  const report: Report = {
    feed: context.feed,
    agency: context.agency,
    guid,
    globalGuid,
    url,
    canonicalUrl,
    title,
    summary: entry.summary,
    content: entry.content,
    text,
    ...(context.identity === 'address' && text === '' ? { bare: true } : {}),
    language,
    published,
    updated,
    firstSeen: context.now,
    time: timeOf(identified, context.now),
    authors: entry.authors,
    categories: entry.categories,
    enclosures: entry.enclosures,
    wire,
    embargo: wire.embargo !== null && wire.embargo > context.now ? wire.embargo : null,
    hash,
  }
  return { report, start }
}
