// Parses a document within the bounds of a parser thread: no value of JSON without end, no outcome too large to hand over.
import type { ParsedEntry, ParsedFeed } from '../../model/collected.ts'
import type { PageRules } from '../../model/config.ts'
import type { Millis, Outcome } from '../../model/units.ts'
import { oneLine } from '../net/failure.ts'
import { cleanControls, cleanText } from './characters.ts'
import { decodeText } from './decode.ts'
import { joinEnds } from './join.ts'
import { thinJson } from './jsonitems.ts'
import { resolve } from './links.ts'
import { leftOutWarning } from './newest.ts'
import { type ParseOptions, parseDocument, withWarnings } from './parse.ts'

/** A document as it was fetched. */
export interface RawDocument {
  bytes: Uint8Array
  contentType: string | null
  options: ParseOptions
}

/**
 * Characters of text one document may yield. Whoever asked receives them in one piece, in the thread that serves
 * readers; and links written against a long base let a document of 64 KB yield a megabyte.
 */
const MAX_YIELD = 33_554_432
/** Characters that an honest document yields for each of its bytes: its markup, and its text once more without. */
const MOST_YIELD = 4

/**
 * Commas, colons, brackets and braces of a JSON document. `JSON.parse` can neither be interrupted nor bounded: 20 MB of
 * `[],` take 400 MB, 20 MB of `{"1a":[{}]},` half a minute. A feed of 10,000 rich items has a tenth of this.
 */
const MAX_JSON_MARKS = 1_000_000
const [COMMA, COLON, BRACKET, BRACE, LESS_THAN] = [0x2c, 0x3a, 0x5b, 0x7b, 0x3c]

/** Counted in bytes, so that it holds in every charset: all that JSON takes before its first brace is white space. */
function isHeavyJson(bytes: Uint8Array): boolean {
  const start = bytes.findIndex(byte => byte === BRACKET || byte === BRACE || byte === LESS_THAN)
  if (start < 0 || bytes[start] === LESS_THAN) return false
  let marks = 0
  for (let at = start; at < bytes.length; at++) {
    const byte = bytes[at]
    if (byte === COMMA || byte === COLON || byte === BRACKET || byte === BRACE) marks++
  }
  return marks > MAX_JSON_MARKS
}

const lengths = (texts: readonly (string | null)[]): number => texts.reduce((sum, text) => sum + (text?.length ?? 0), 0)

const yieldOf = (entry: ParsedEntry): number =>
  lengths([entry.id, entry.url, entry.title, entry.summary, entry.content, entry.text, entry.source]) +
  lengths(entry.authors) +
  lengths(entry.categories) +
  lengths(entry.enclosures.map(enclosure => enclosure.url))

/** The feed with as many of its newest entries as may be handed over; null for one that yields more than it is long. */
function within(feed: ParsedFeed, bytes: number): ParsedFeed | null {
  const sizes = feed.entries.map(yieldOf)
  const all = sizes.reduce((sum, size) => sum + size, lengths(feed.warnings))
  if (all <= MAX_YIELD) return feed
  if (all > bytes * MOST_YIELD) return null
  const time = (at: number): Millis =>
    feed.entries[at]?.published ?? feed.entries[at]?.updated ?? Number.NEGATIVE_INFINITY
  const order = sizes.map((_, at) => at).sort((a, b) => (time(a) === time(b) ? a - b : time(b) - time(a)))
  let room = MAX_YIELD
  const taken = new Set<number>()
  for (const at of order) {
    room -= sizes[at] ?? 0
    if (room < 0) break
    taken.add(at)
  }
  const left = feed.entries.length - taken.size
  const warning = `the entries of the document have more than ${MAX_YIELD / 1_048_576} million characters: the newest ${taken.size.toLocaleString('en')} are taken, ${left.toLocaleString('en')} left out`
  return { ...feed, entries: feed.entries.filter((_, at) => taken.has(at)), warnings: [...feed.warnings, warning] }
}

/** A document as the parser is to have it, and what was left out of it before. */
interface Bounded {
  bytes: Uint8Array
  partial: boolean
  warnings: string[]
}

/** Without the gap in it, and of a JSON document with too many values only the newest items; null where that cannot be. */
function bounded({ bytes, options }: RawDocument): Bounded | null {
  const warnings: string[] = []
  let text = bytes
  if (options.gap) {
    const joined = joinEnds(bytes, options.gap)
    text = joined.bytes
    warnings.push(joined.warning)
  }
  const partial = warnings.length > 0
  if (!isHeavyJson(text)) return { bytes: text, partial, warnings }
  const written = Buffer.from(text.buffer, text.byteOffset, text.length).toString('latin1')
  const thin = thinJson(written, options.maxEntries, options.now ?? Date.now())
  const rest = Buffer.from(thin?.text ?? '', 'latin1')
  if (thin === null || isHeavyJson(rest)) return null
  const leftOut = leftOutWarning(thin.left, partial)
  return { bytes: rest, partial, warnings: leftOut === null ? warnings : [...warnings, leftOut] }
}

/** `parseDocument` within these bounds. */
export async function parseBounded(job: RawDocument): Promise<Outcome<ParsedFeed>> {
  const { more = [], ...options } = job.options
  const first = await parseOne({ ...job, options })
  if (more.length === 0) return first
  const read = first.ok ? [first.value] : []
  for (const { bytes, contentType, url, gap } of more) {
    const parsed = await parseOne({ bytes, contentType, options: { ...options, url, gap } })
    if (parsed.ok) read.push(parsed.value)
  }
  if (read.length === 0) return first
  const { joinMaps } = await import('./maps/join.ts')
  return { ok: true, value: joinMaps(read, options.maxEntries) }
}

/** The list on a page. What stands behind a gap in it is not read. */
async function parsePage(
  { bytes, contentType, options }: RawDocument,
  rules: PageRules | 'propose',
): Promise<Outcome<ParsedFeed>> {
  const { url, maxEntries, gap, language = null, now = Date.now(), robots, standing } = options
  const { text, warnings } = decodeText(gap ? bytes.subarray(0, gap.at) : bytes, contentType)
  const given = {
    url: url === null ? null : resolve(url, null),
    maxEntries,
    now,
    language,
    partial: Boolean(gap),
    robots,
    standing,
  }
  const html = cleanControls(text)
  const parsed =
    rules === 'propose'
      ? (await import('../list/propose.ts')).proposeList(html, given)
      : (await import('../list/read.ts')).parseList(html, { ...given, rules })
  if (!parsed.ok) return { ok: false, reason: cleanText(parsed.reason) }
  const clean = parsed.value.warnings.map(warning => oneLine(cleanText(warning), 1_000))
  return withWarnings({ ...parsed.value, warnings: clean }, warnings)
}

async function parseOne(job: RawDocument): Promise<Outcome<ParsedFeed>> {
  const { contentType, options } = job
  if (options.page !== undefined) return parsePage(job, options.page)
  const { bytes, partial, warnings } = bounded(job) ?? {}
  if (bytes === undefined) {
    return { ok: false, reason: `the JSON document has more than ${MAX_JSON_MARKS.toLocaleString('en')} values` }
  }
  const parsed = await parseDocument(bytes, contentType, { ...options, gap: null, partial: partial === true })
  if (!parsed.ok) return parsed
  const feed = within(parsed.value, bytes.length)
  if (feed === null) {
    return {
      ok: false,
      reason: `the document yields more than ${MAX_YIELD / 1_048_576} million characters: it is given up`,
    }
  }
  return withWarnings(feed, warnings ?? [])
}
