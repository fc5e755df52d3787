// Hides what feed XML looks like in the wild: one pass over any of it writes one clean RSS 2.0 document.

import type { FeedFormat, Skip } from '../../model/collected.ts'
import type { Millis, Outcome } from '../../model/units.ts'
import { oneLine } from '../net/failure.ts'
import { languageOfDates } from './dates/language.ts'
import { DateReader } from './dates/reader.ts'
import type { Draft } from './draft.ts'
import { leftOutWarning, Newest } from './newest.ts'
import { MAX_DEPTH, Reading } from './reading.ts'
import { Scanner } from './scan.ts'
import { timesOf, writeDocument } from './write.ts'

/** A clean RSS 2.0 document in our private namespace, and what was met on the way. */
export interface Canonical {
  xml: string
  /** HTML of summaries and contents, which the document names by number. */
  bodies: readonly string[]
  format: FeedFormat
  version: string | null
  hub: string | null
  self: string | null
  skip: Skip | null
  /** Halves of surrogate pairs that had to be left out. */
  halves: number
  warnings: string[]
}

export interface CanonicalOptions {
  /** Address of the document: what relative links are relative to unless xml:base says otherwise. */
  url: string | null
  maxEntries: number
  /** The clock that dates ahead are told by. Default the machine's. */
  now?: Millis
  /** Whether a part of the document was left out before. */
  partial?: boolean
  /** As configured, see `ParseOptions`. */
  language?: string | null
}

// ── the document ────────────────────────────────────────────────────────────────────────────────────────────────────

/**
 * Reads RSS 0.9x to 2.0, RSS 1.0 and 0.90 (RDF), Atom 0.3 and 1.0 and CDF, under any prefixes, well-formed or not,
 * and writes the same news as one clean RSS 2.0 document: links resolved, dates in ISO 8601, bodies as HTML in
 * private fields. Time is linear in the text; nothing in it can make the reader recurse or expand.
 */
export function canonicalise(text: string, options: CanonicalOptions): Outcome<Canonical> {
  const read = (site: string | null) => {
    // By the titles that are known when the first date is wanted.
    let language: string | null | undefined
    const languageOf = ({ title }: Draft): string | null => {
      const titles = [reading.feed.title, title].flatMap(one => one?.text ?? [])
      language ??= languageOfDates(options.language, reading.feed.language, titles)
      return language
    }
    const newest = new Newest<Draft>(options.maxEntries, options.now ?? Date.now(), draft =>
      timesOf(draft, languageOf(draft)),
    )
    const reading = new Reading(options.url, newest, site)
    const scanner = new Scanner(text, reading)
    scanner.run()
    return { reading, scanner }
  }
  const first = read(null)
  const { reading, scanner } = first.reading.lateSite ? read(first.reading.base) : first
  if (reading.format === null) return { ok: false, reason: notAFeed(text, reading) }
  const { truncated, inEntry } = reading.finish()
  const { entries: drafts, left } = reading.drafts.take()
  const warnings: string[] = []
  if (truncated) {
    const kept =
      drafts.length === 1 ? '1 entry before the cut is kept' : `${drafts.length} entries before the cut are kept`
    warnings.push(inEntry ? `the document is cut off: ${kept}` : 'the document has no proper end: it may be cut off')
  }
  const { empty } = reading
  if (empty > 0) warnings.push(`${empty} ${empty === 1 ? 'entry is' : 'entries are'} empty: left out`)
  const leftOut = leftOutWarning(left, options.partial)
  if (leftOut !== null) warnings.push(leftOut)
  if (reading.flattened > 0) warnings.push(`elements nested deeper than ${MAX_DEPTH} levels were flattened`)
  if (reading.cut > 0)
    warnings.push(`${reading.cut} ${reading.cut === 1 ? 'field was' : 'fields were'} too long and cut`)
  if (scanner.refusedEntities) {
    warnings.push('the document declares entities that refer to others or grow too long: not expanded')
  }
  const titles = [reading.feed.title, ...drafts.map(draft => draft.title)].flatMap(title => title?.text ?? [])
  const dates = new DateReader(languageOfDates(options.language, reading.feed.language, titles))
  const { halves } = scanner
  const bodies: string[] = []
  const xml = writeDocument(reading.feed, drafts, dates, bodies)
  dates.report(warnings)
  const { hub, self, skipHours, skipDays } = reading.feed
  const skips = skipHours.size + skipDays.size > 0
  const skip = skips ? { hours: [...skipHours].sort((a, b) => a - b), days: [...skipDays].sort((a, b) => a - b) } : null
  const { format, version } = reading
  return { ok: true, value: { xml, bodies, format, version, hub, self, skip, halves, warnings } }
}

/** Why a document is no feed, in one line. */
function notAFeed(text: string, reading: Reading): string {
  const root = reading.rootName
  const trimmed = text.trimStart()
  if (trimmed === '') return 'the document is empty'
  const start = oneLine(trimmed, 40)
  if (trimmed[0] !== '<' && !/^[^<]{0,2000}<(?:\?xml|!doctype|html)/i.test(trimmed)) {
    return `the document is not XML or JSON: it begins with «${start}»`
  }
  if (root === null) return `the document is XML without an element: it begins with «${start}»`
  if (/^html$/i.test(root) || /^<!doctype html/i.test(trimmed)) {
    return reading.alternate === null
      ? 'the document is HTML, not a feed'
      : `the document is HTML, not a feed: subscribe to the feed it links to, ${reading.alternate}`
  }
  return `not a feed: root element is <${root.slice(0, 60)}>`
}
