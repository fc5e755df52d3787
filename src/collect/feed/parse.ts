// Hides rss-parser: any feed document in, Entry[] out, its failures as values.

import Parser from 'rss-parser'
import type { Enclosure, Gap, ParsedFeed } from '../../model/collected.ts'
import type { Millis, Outcome } from '../../model/units.ts'
import { oneLine } from '../net/failure.ts'
import { type Canonical, canonicalise } from './canonical.ts'
import { cleanControls, cleanOrNull, cleanText } from './characters.ts'
import { decodeText } from './decode.ts'
import { finish, type Loose, languageTag, lineOf, newCuts, reportCuts } from './finish.ts'
import { joinEnds } from './join.ts'
import { parseJsonFeed } from './jsonfeed.ts'
import { resolve } from './links.ts'

export interface ParseOptions {
  /** Address of the document: relative links are resolved against it. */
  url: string | null
  /** As received; the text itself tells more, so it decides nothing yet. */
  contentType?: string | null
  /** Entries taken: the newest by their dates, the first where there are none. */
  maxEntries: number
  /** The clock that dates ahead are told by. Default the machine's. */
  now?: Millis
  /** What is missing of the document where it was too large. Default nothing. */
  gap?: Gap | null
  /** Whether a part of the document was left out before: the number of its entries is then not known. */
  partial?: boolean
  /**
   * Language that the configuration gives the feed. Abbreviations in dates that mean several things (AST, CST, names of
   * months) are read by it, else by the document's own.
   */
  language?: string | null
}

/** What xml2js makes of an element: its text, or its text under `_` beside its attributes under `$`. */
type Element = string | { _?: string; $?: Record<string, string> }

interface Item {
  link?: string
  guid?: string
  isoDate?: string
  categories?: string[]
  titles?: Element[]
  updated?: string
  summaries?: Element[]
  contents?: Element[]
  authors?: string[]
  enclosures?: Element[]
  language?: string
  source?: string
}

interface Feed {
  titles?: Element[]
  link?: string
  language?: string
  ttl?: string
}

// Our canonical document names bodies in fields that rss-parser only hands through: its own code for `description`
// and `content:encoded` takes quadratic time on hostile text, and its XML parser is slow on long ones.
const parser = new Parser<Feed, Item>({
  customFields: {
    feed: [['m:title', 'titles', { keepArray: true }], 'language', 'ttl'] as unknown as (keyof Feed)[],
    item: [
      ['m:title', 'titles', { keepArray: true }],
      ['m:updated', 'updated'],
      ['m:summary', 'summaries', { keepArray: true }],
      ['m:content', 'contents', { keepArray: true }],
      ['m:author', 'authors', { keepArray: true }],
      ['enclosure', 'enclosures', { keepArray: true }],
      ['m:language', 'language'],
      ['m:source', 'source'],
    ] as (string | { keepArray: boolean })[][],
  },
})

const textOf = (element: Element | undefined): string => (typeof element === 'string' ? element : (element?._ ?? ''))
const attribute = (element: Element | undefined, name: string): string | null =>
  typeof element === 'object' ? (element.$?.[name] ?? null) : null

function time(iso: string | undefined): Millis | null {
  const value = iso === undefined ? Number.NaN : Date.parse(iso)
  return Number.isNaN(value) ? null : value
}

/** What an item needs that its document only names: the bodies, and what their links are relative to. */
interface Outside {
  bodies: readonly string[]
  base: string | null
}

function titleOf(elements: Element[] | undefined): Loose['title'] {
  const [first] = elements ?? []
  return first === undefined
    ? null
    : { text: textOf(first), kind: attribute(first, 'kind') === 'html' ? 'html' : 'text' }
}

function bodyOf(elements: Element[] | undefined, { bodies, base }: Outside): Loose['summary'] {
  const [first] = elements ?? []
  const html = bodies[Number(attribute(first, 'body') ?? Number.NaN)]
  return html === undefined ? null : { html, base: attribute(first, 'base') ?? base }
}

function enclosureOf(element: Element): Enclosure[] {
  const url = attribute(element, 'url')
  const length = attribute(element, 'length')
  return url === null
    ? []
    : [
        {
          url,
          type: attribute(element, 'type') || null,
          length: length === null || length === '' ? null : Number(length),
        },
      ]
}

function looseOf(item: Item & Parser.Item, outside: Outside): Loose {
  return {
    id: item.guid ?? null,
    url: item.link ?? null,
    title: titleOf(item.titles),
    summary: bodyOf(item.summaries, outside),
    content: bodyOf(item.contents, outside),
    published: time(item.isoDate),
    updated: time(item.updated),
    authors: item.authors ?? [],
    categories: item.categories ?? [],
    enclosures: (item.enclosures ?? []).flatMap(enclosureOf),
    language: item.language ?? null,
    source: item.source ?? null,
  }
}

async function readCanonical(canonical: Canonical, url: string | null): Promise<Outcome<ParsedFeed>> {
  let feed: Feed & Parser.Output<Item>
  try {
    feed = await parser.parseString(canonical.xml)
  } catch (error) {
    // The canonical document is ours, so this is a defect of ours: said, not thrown, for one feed must not stop others.
    const place = /line: (\d{1,9})/i.exec(error instanceof Error ? error.message : '')?.[1]
    return {
      ok: false,
      reason: `the document could not be parsed${place === undefined ? '' : ` (line ${place} of its clean form)`}: please report it with the document, this is a defect of Minwal`,
    }
  }
  const warnings = [...canonical.warnings]
  const link = feed.link ?? null
  const language = languageTag(feed.language ?? null)
  const cuts = newCuts()
  cuts.halves = canonical.halves
  const outside: Outside = { bodies: canonical.bodies, base: url ?? link }
  const entries = feed.items.map(item => finish(looseOf(item, outside), language, cuts))
  const title = titleOf(feed.titles)
  const name = title === null ? '' : lineOf(title.text, title.kind, cuts).slice(0, 1000).toWellFormed()
  reportCuts(cuts, warnings)
  const minutes = Number(feed.ttl ?? Number.NaN)
  return {
    ok: true,
    value: {
      format: canonical.format,
      version: cleanOrNull(canonical.version),
      title: name || null,
      link: cleanOrNull(link),
      language,
      ttl: Number.isFinite(minutes) && minutes > 0 ? minutes * 60_000 : null,
      skip: canonical.skip,
      hub: cleanOrNull(canonical.hub),
      self: cleanOrNull(canonical.self),
      entries,
      warnings,
    },
  }
}

/**
 * Reads a feed document that is already text: RSS 0.9x to 2.0, RSS 1.0 (RDF), Atom 0.3 and 1.0, CDF, JSON Feed.
 * Never rejects: what is no feed is a reason in one line. Repairs, cuts and omissions are warnings.
 */
export async function parseFeed(text: string, options: ParseOptions): Promise<Outcome<ParsedFeed>> {
  const clean = cleanControls(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text)
  const start = /\S/.exec(clean)?.[0]
  if (start === undefined) return { ok: false, reason: 'the document is empty' }
  const url = options.url === null ? null : resolve(options.url, null)
  const inner = { ...options, url }
  const parsed = start === '{' || start === '[' ? parseJsonFeed(clean, inner) : await readXml(clean, inner)
  // Both quote the document.
  if (!parsed.ok) return { ok: false, reason: cleanText(parsed.reason) }
  return {
    ok: true,
    value: { ...parsed.value, warnings: parsed.value.warnings.map(warning => oneLine(cleanText(warning), 1_000)) },
  }
}

async function readXml(text: string, options: ParseOptions): Promise<Outcome<ParsedFeed>> {
  const { url } = options
  const canonical = canonicalise(text, options)
  return canonical.ok ? readCanonical(canonical.value, url) : canonical
}

export const withWarnings = (feed: ParsedFeed, warnings: readonly string[]): Outcome<ParsedFeed> => ({
  ok: true,
  value: { ...feed, warnings: [...warnings, ...feed.warnings] },
})

/** {@link parseFeed} for bytes as fetched: finds the charset first; its warnings come first. */
export async function parseDocument(
  bytes: Uint8Array,
  contentType: string | null,
  options: ParseOptions,
): Promise<Outcome<ParsedFeed>> {
  if (bytes.length === 0) return { ok: false, reason: 'the document is empty' }
  if (options.gap) {
    const joined = joinEnds(bytes, options.gap)
    const parsed = await parseDocument(joined.bytes, contentType, { ...options, gap: null, partial: true })
    return parsed.ok ? withWarnings(parsed.value, [joined.warning]) : parsed
  }
  const decoded = decodeText(bytes, contentType)
  const parsed = await parseFeed(decoded.text, options)
  return parsed.ok ? withWarnings(parsed.value, decoded.warnings) : parsed
}

/** Reasons that quote the document behind these words. */
const QUOTING =
  /^(the document is not XML or JSON|the document is XML without an element|the document is HTML, not a feed|the document is broken JSON|the document could not be parsed|the parser failed on this document|not a feed): (?!the JSON document ).*/s

/** Why an answer is no feed, for a message: nothing of it is quoted where it came from a private address or a file. */
export function quotable({ isPrivate }: { isPrivate: boolean }, reason: string): string {
  return isPrivate ? reason.replace(QUOTING, '$1 (nothing of it is shown: it is private)') : reason
}
