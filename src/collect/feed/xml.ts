// Reads a feed in XML of any dialect, well-formed or not: one pass gathers drafts of its entries, their core fields go
// through rss-parser, and entries come out.

import type { ParsedFeed } from '../../model/collected.ts'
import type { Millis, Outcome } from '../../model/units.ts'
import { oneLine } from '../net/failure.ts'
import { cleanOrNull } from './characters.ts'
import { languageOfDates } from './dates/language.ts'
import { DateReader } from './dates/reader.ts'
import { readDate } from './dates.ts'
import type { Body, Draft, Link, Ranked } from './draft.ts'
import { MAX_DEPTH, Reading } from './elements.ts'
import { finish, type Loose, languageTag, lineOf, newCuts, reportCuts } from './entry.ts'
import { leftOutWarning, Newest, type Times } from './newest.ts'
import { Scanner } from './scan.ts'
import { type ReadItem, throughRssParser } from './through-rss-parser.ts'

export interface XmlOptions {
  /** Address of the document: what relative links are relative to where there is no xml:base. */
  url: string | null
  maxEntries: number
  /** The time by which dates in the future are recognised. Default the machine's. */
  now?: Millis
  /** Whether a part of the document was left out before. */
  partial?: boolean
  /** As configured, see `ParseOptions`. */
  language?: string | null
}

/** A document as read, before anything of it is decoded or sanitised. */
export interface ReadDocument {
  reading: Reading
  drafts: Draft[]
  /** Halves of surrogate pairs that had to be left out. */
  halves: number
  warnings: string[]
}

/** When an entry was published and last changed, as far as that can be read. */
function timesOf({ published, updated, language: own }: Draft, language: string | null): Times {
  const time = (ranked: Ranked | null): Millis | null => {
    const reading = ranked === null ? null : readDate(ranked.text, own ?? language)
    return reading?.kind === 'time' ? reading.time : null
  }
  const first = time(published)
  return { published: first, updated: updated?.text === published?.text ? first : time(updated) }
}

/**
 * Gathers the drafts of a document: RSS 0.9x to 2.0, RSS 1.0 and 0.90 (RDF), Atom 0.3 and 1.0 and CDF, under any prefixes.
 * Time is linear in the text; nothing in it can make the reader recurse or expand.
 */
export function readDrafts(
  text: string,
  options: XmlOptions,
): { ok: true; value: ReadDocument } | { ok: false; reason: string; isPage: boolean } {
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
  if (reading.format === null) {
    return { ok: false, reason: notAFeed(text, reading), isPage: isPage(text, reading) }
  }
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
  if (scanner.decoder.refusedEntities) {
    warnings.push('the document declares entities that refer to others or grow too long: not expanded')
  }
  return { ok: true, value: { reading, drafts, halves: scanner.decoder.halves, warnings } }
}

const bodyOf = (body: Body | null, base: string | null): Loose['summary'] =>
  body === null ? null : { html: body.text, base: body.base ?? base }

const enclosureOf = ({ url, type, length }: Link): Loose['enclosures'][number] => ({
  url,
  type: type || null,
  length: length === '' ? null : Number(length),
})

function looseOf(draft: Draft, item: ReadItem, updated: Millis | null, base: string | null): Loose {
  return {
    id: item.guid,
    url: item.link,
    title: draft.title === null ? null : { text: item.title, kind: draft.titleKind },
    summary: bodyOf(draft.summary, base),
    content: bodyOf(draft.content, base),
    published: item.published,
    updated,
    authors: draft.authors,
    categories: draft.categories,
    enclosures: (draft.enclosures.length > 0 ? draft.enclosures : draft.thumbnails.slice(0, 1)).map(enclosureOf),
    language: draft.language,
    source: draft.source?.slice(0, 1000) ?? null,
  }
}

/** Dates of the entries in their order; those that cannot be read are noted by `dates`. */
function datesOf(drafts: readonly Draft[], dates: DateReader): Times[] {
  return drafts.map(draft => {
    const { published, updated, title } = draft
    const language = (): string | null =>
      draft.language === null ? null : languageOfDates(null, draft.language, [title?.text ?? ''])
    return {
      published: published === null ? null : dates.read(published.text, language),
      updated: updated === null ? null : dates.read(updated.text, language),
    }
  })
}

/** Whether the first element is a sitemap's root. */
const startsAsMap = (text: string): boolean =>
  /^<(?:[\w.-]{1,40}:)?(?:urlset|sitemapindex)[\s/>]/i.test(text.slice(text.search(/<[a-z_]/i)).slice(0, 100))

/** A sitemap's root behind other output, such as notices of PHP. */
const HAS_MAP = /<(?:[\w.-]{1,40}:)?(?:urlset|sitemapindex)[\s/>]/i

/** Reads a map of news; what reads it is loaded where one is met. */
async function parseMapOf(text: string, options: XmlOptions): Promise<Outcome<ParsedFeed>> {
  const { parseMap } = await import('./maps/read.ts')
  return parseMap(text, options)
}

/** Reads a feed in XML, or a map of news; see {@link readDrafts} for what it reads. */
export async function parseXmlFeed(text: string, options: XmlOptions): Promise<Outcome<ParsedFeed>> {
  if (startsAsMap(text)) return parseMapOf(text, options)
  const document = readDrafts(text, options)
  if (!document.ok) return document.isPage || !HAS_MAP.test(text) ? document : parseMapOf(text, options)
  const { reading, drafts, halves, warnings } = document.value
  const { feed, format, version } = reading
  const titles = [feed.title, ...drafts.map(draft => draft.title)].flatMap(title => title?.text ?? [])
  const dates = new DateReader(languageOfDates(options.language, feed.language, titles))
  const times = datesOf(drafts, dates)
  dates.report(warnings)
  const through = await throughRssParser(
    feed,
    drafts,
    times.map(({ published }) => published),
  )
  if (!through.ok) return through
  const { items, link, ttl, title } = through.value
  const language = languageTag(through.value.language)
  const cuts = newCuts()
  cuts.halves = halves
  const entries = drafts.map((draft, index) => {
    // RFC 4287 section 4.1.1: an entry without authors has its feed's.
    if (draft.authors.length === 0) draft.authors = feed.authors
    const item = items[index] as ReadItem
    return finish(looseOf(draft, item, times[index]?.updated ?? null, options.url ?? link), language, cuts)
  })
  const name = feed.title === null ? '' : lineOf(title, feed.titleKind, cuts).slice(0, 1000).toWellFormed()
  reportCuts(cuts, warnings)
  const { hub, self, skipHours, skipDays } = feed
  const skips = skipHours.size + skipDays.size > 0
  return {
    ok: true,
    value: {
      format: format ?? 'rss',
      version: cleanOrNull(version),
      title: name || null,
      link: cleanOrNull(link),
      language,
      ttl,
      skip: skips ? { hours: [...skipHours].sort((a, b) => a - b), days: [...skipDays].sort((a, b) => a - b) } : null,
      hub: cleanOrNull(hub),
      self: cleanOrNull(self),
      entries,
      warnings,
    },
  }
}

const isPage = (text: string, { rootName }: Reading): boolean =>
  /^html$/i.test(rootName ?? '') || /^\s{0,1000}<!doctype html/i.test(text)

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
  if (isPage(text, reading)) {
    return reading.alternate === null
      ? 'the document is HTML, not a feed'
      : `the document is HTML, not a feed: subscribe to the feed it links to, ${reading.alternate}`
  }
  return `not a feed: root element is <${root.slice(0, 60)}>`
}
