// Reads a feed document of any format: bytes or text in, a feed with its entries out. A document that is no feed is a
// reason, not an exception.

import type { Gap, ParsedFeed, RobotQuestion } from '../../model/collected.ts'
import type { PageRules } from '../../model/config.ts'
import type { Millis, Outcome } from '../../model/units.ts'
import { oneLine } from '../net/failure.ts'
import { cleanControls, cleanText } from './characters.ts'
import { decodeText } from './decode.ts'
import { joinEnds } from './join.ts'
import { parseJsonFeed } from './json.ts'
import { resolve } from './links.ts'
import { parseXmlFeed } from './xml.ts'

export interface ParseOptions {
  /** Address of the document: relative links are resolved against it. */
  url: string | null
  /** As received. Not used: the text itself shows its format. */
  contentType?: string | null
  /** Entries taken: the newest by their dates, the first where there are none. */
  maxEntries: number
  /** The time by which dates in the future are recognised. Default the machine's. */
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
  /** Further documents of the same index, to be read as one with this. Default none. */
  more?: readonly MorePart[]
  /** The document is a page with a list, read by these rules, or by rules to be proposed. Default a feed. */
  page?: PageRules | 'propose'
  /** Addresses that are none of its reports where they have no date. Default none. */
  standing?: readonly string[]
  /** By what such a page is read for whether its links may be followed. Default nobody asks. */
  robots?: RobotQuestion
}

/** A document of an index as it was fetched. */
export interface MorePart {
  bytes: Uint8Array
  contentType: string | null
  url: string
  gap: Gap | null
}

/**
 * Reads a feed document that is already text: RSS 0.9x to 2.0, RSS 1.0 (RDF), Atom 0.3 and 1.0, CDF, JSON Feed.
 * Never rejects: what is no feed is a reason in one line. Repairs, cuts and omissions are warnings.
 */
export function parseFeed(text: string, options: ParseOptions): Promise<Outcome<ParsedFeed>> {
  return parseClean(cleanControls(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text), options)
}

/** {@link parseFeed} of a text without control characters. */
async function parseClean(text: string, options: ParseOptions): Promise<Outcome<ParsedFeed>> {
  const start = /\S/.exec(text)?.[0]
  if (start === undefined) return { ok: false, reason: 'the document is empty' }
  const url = options.url === null ? null : resolve(options.url, null)
  const inner = { ...options, url }
  const parsed = start === '{' || start === '[' ? parseJsonFeed(text, inner) : await parseXmlFeed(text, inner)
  // Both quote the document.
  if (!parsed.ok) return { ok: false, reason: cleanText(parsed.reason) }
  return {
    ok: true,
    value: { ...parsed.value, warnings: parsed.value.warnings.map(warning => oneLine(cleanText(warning), 1_000)) },
  }
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
  const { text } = decoded
  const parsed = await parseClean(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text, options)
  return parsed.ok ? withWarnings(parsed.value, decoded.warnings) : parsed
}
