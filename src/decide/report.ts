// Whether an entry is accepted as a report, and under which identity. Pure: the time of the poll is a parameter.

import { languageOf } from '../language/detect.ts'
import type { Entry } from '../model/collected.ts'
import type { FeedSpec } from '../model/config.ts'
import type { Report } from '../model/decided.ts'
import type { Millis } from '../model/units.ts'
import { digest } from './digest.ts'
import { guidOf } from './identity.ts'
import { isPlaceholderTitle } from './placeholder.ts'
import { canonicalUrl, globalGuid } from './url.ts'
import { readWire, type WireNames } from './wire/read.ts'

export { digest } from './digest.ts'

/** A clock of an agency that runs ahead by less than this is a clock, not a claim about the future. */
const CLOCK_SKEW: Millis = 10 * 60_000
const TITLE_FROM_TEXT = 120

export interface ReportContext {
  feed: number
  agency: string
  /** Language of the feed by configuration, else by its own word. */
  language: string | null
  identity: FeedSpec['identity']
  names: WireNames
  now: Millis
}

/**
 * The report an entry makes, or why it makes none. `text` is the plain text of its body.
 *
 * The identity is what the feed's configuration says, by default the guid; an entry without one is known by its
 * address, and one with neither by its words.
 */
export function toReport(
  entry: Entry,
  text: string,
  context: ReportContext,
): { ok: true; report: Report } | { ok: false; reason: string } {
  const written = entry.title.trim()
  const title = isPlaceholderTitle(written) ? opening(text) || (/\p{L}/u.test(written) ? slugOf(entry) : '') : written
  if (!title) return { ok: false, reason: 'it has neither a title nor a text' }
  const guid = guidOf(entry, title, text, context.identity)
  const language = languageOf(entry.language ?? context.language, `${title} ${text.slice(0, 500)}`)
  const claimed = entry.published ?? entry.updated
  // What it says of its own future is meant from its own time, and a feed polled again must not read another Friday.
  const at = claimed !== null && claimed <= context.now ? claimed : context.now
  const wire = readWire({ title, text, authors: entry.authors, source: entry.source, at }, context.names)
  return {
    ok: true,
    report: {
      feed: context.feed,
      agency: context.agency,
      guid,
      globalGuid: globalGuid(guid),
      url: entry.url,
      canonicalUrl: canonicalUrl(entry.url),
      title,
      summary: entry.summary,
      content: entry.content,
      text,
      language,
      published: entry.published,
      updated: entry.updated,
      firstSeen: context.now,
      time: claimed !== null && claimed <= context.now + CLOCK_SKEW ? Math.min(claimed, context.now) : context.now,
      authors: entry.authors,
      categories: entry.categories,
      enclosures: entry.enclosures,
      wire,
      embargo: wire.embargo !== null && wire.embargo > context.now ? wire.embargo : null,
      hash: digest(title, text, canonicalUrl(entry.url) ?? entry.url),
    },
  }
}

/**
 * What the last part of the entry's address says, in words: the headline of a picture or an episode that its publisher called
 * "Untitled" and told nothing of. The placeholder itself would bring all of them into one thread. Empty where it says nothing.
 */
function slugOf({ url, enclosures }: Entry): string {
  for (const address of [url, ...enclosures.map(enclosure => enclosure.url)]) {
    if (!address || !URL.canParse(address)) continue
    const last = new URL(address).pathname.split('/').findLast(part => part !== '') ?? ''
    const said = decoded(last)
      .replace(/\.[a-z0-9]{1,5}$/i, '')
      .replace(/[\p{C}\p{Z}_+-]+/gu, ' ')
      .trim()
    if (/\p{L}/u.test(said) && !/^(?:index|default)$/i.test(said) && !isPlaceholderTitle(said)) return opening(said)
  }
  return ''
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

function opening(text: string): string {
  const line = text.trim().split('\n', 1)[0] ?? ''
  if (line.length <= TITLE_FROM_TEXT) return line
  // Never half a character.
  const cut = line.slice(0, TITLE_FROM_TEXT).replace(/[\ud800-\udbff]$/, '')
  const space = cut.lastIndexOf(' ')
  return `${space > 40 ? cut.slice(0, space) : cut}…`
}
