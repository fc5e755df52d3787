// Reads JSON Feed 1.0 and 1.1 (https://jsonfeed.org/version/1.1), which rss-parser does not.

import type { Enclosure, ParsedFeed } from '../../model/collected.ts'
import type { Millis, Outcome } from '../../model/units.ts'
import { cleanOrNull } from './characters.ts'
import { languageOfDates } from './dates/language.ts'
import { DateReader } from './dates/reader.ts'
import { readDate } from './dates.ts'
import { finish, type Loose, languageTag, lineOf, newCuts, reportCuts } from './entry.ts'
import { meantHtml, plainToHtml } from './escaped.ts'
import { escapeHtml } from './html.ts'
import { describeJsonFault } from './json-fault.ts'
import { mediaType, resolve, siteBase } from './links.ts'
import { leftOutWarning, Newest, type Times } from './newest.ts'

type Json = Readonly<Record<string, unknown>>

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)
const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])
/** Only own keys are data: `__proto__` and its like are never followed. */
const own = (object: Json, key: string): unknown => (Object.hasOwn(object, key) ? object[key] : undefined)

/** The values that count something; all other numbers are names. */
const QUANTITIES = new Set(['size_in_bytes', 'duration_in_seconds'])

/**
 * Numbers that JavaScript would write otherwise than the document does become their own digits: an id of nineteen digits is
 * no double (JSON Feed 1.1 requires that numbers as ids are taken for strings).
 */
function keepDigits(key: string, value: unknown, context?: { source?: string }): unknown {
  if (typeof value !== 'number' || QUANTITIES.has(key)) return value
  const source = context?.source
  return source === undefined || String(value) === source ? value : source
}

/** Strings, and the numbers some publishers write for ids. */
function text(object: Json, key: string): string | null {
  const value = own(object, key)
  if (typeof value === 'number' && Number.isFinite(value)) return String(value)
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : null
}

function time(item: Json, key: string, dates: DateReader): Millis | null {
  const written = text(item, key)
  if (written === null) return null
  const own = text(item, 'language')
  return dates.read(written, () => (own === null ? null : languageOfDates(null, own, [text(item, 'title') ?? ''])))
}

/** An item's dates; those that cannot be read are null, without a warning. */
function timesOf(item: Json, language: string | null): Times {
  const at = (key: string): Millis | null => {
    const written = text(item, key)
    const reading = written === null ? null : readDate(written, languageTag(text(item, 'language')) ?? language)
    return reading?.kind === 'time' ? reading.time : null
  }
  return { published: at('date_published'), updated: at('date_modified') }
}

function names(object: Json): string[] {
  const people = [...list(own(object, 'authors')), own(object, 'author')]
  return people.flatMap(person => {
    if (typeof person === 'string') return [person]
    const name = isObject(person) ? (text(person, 'name') ?? text(person, 'url')) : null
    return name === null ? [] : [name]
  })
}

function enclosures(item: Json, base: string | null): Enclosure[] {
  const found: Enclosure[] = []
  for (const attachment of list(own(item, 'attachments')).slice(0, 50)) {
    if (!isObject(attachment)) continue
    const url = resolve(text(attachment, 'url') ?? '', base)
    const size = own(attachment, 'size_in_bytes')
    if (url !== null)
      found.push({
        url,
        type: text(attachment, 'mime_type') ?? mediaType(url),
        length: typeof size === 'number' && size >= 0 && Number.isSafeInteger(size) ? size : null,
      })
  }
  const image = resolve(text(item, 'image') ?? text(item, 'banner_image') ?? '', base)
  if (image !== null && found.length === 0) found.push({ url: image, type: 'image/*', length: null })
  return found
}

/** Of the services that announce changes, the first that speaks WebSub: `hubs` may name others, such as rssCloud. */
function hubOf(document: Json, base: string | null): string | null {
  const hub = list(own(document, 'hubs'))
    .slice(0, 50)
    .find(one => isObject(one) && text(one, 'type')?.toLowerCase() === 'websub')
  return isObject(hub) ? resolve(text(hub, 'url') ?? '', base) : null
}

function loose(item: Json, base: string | null, feedAuthors: string[], dates: DateReader): Loose {
  const title = text(item, 'title')
  const summary = text(item, 'summary')
  const html = text(item, 'content_html')
  const plain = text(item, 'content_text')
  const external = resolve(text(item, 'external_url') ?? '', base)
  const authors = names(item)
  return {
    id: text(item, 'id'),
    url:
      resolve(text(item, 'url') ?? '', base) ??
      external ??
      (/^https?:\/\//i.test(text(item, 'id') ?? '') ? resolve(text(item, 'id') ?? '', base) : null),
    title: title === null ? null : { text: title.slice(0, 20_000), kind: 'text' },
    summary: summary === null ? null : { html: plainToHtml(summary), base },
    content:
      html !== null
        ? { html: meantHtml(html.slice(0, 1_000_000)), base }
        : plain === null
          ? null
          : { html: plainToHtml(plain), base },
    published: time(item, 'date_published', dates),
    updated: time(item, 'date_modified', dates),
    authors: authors.length > 0 ? authors : feedAuthors,
    categories: list(own(item, 'tags'))
      .filter((tag): tag is string => typeof tag === 'string')
      .map(escapeHtml),
    enclosures: enclosures(item, base),
    language: text(item, 'language'),
    source: null,
  }
}

/**
 * Reads a JSON Feed. Fails with a reason for broken JSON and for JSON that is no feed; an item that is no object is
 * left out with a warning.
 */
export function parseJsonFeed(
  source: string,
  options: { url: string | null; maxEntries: number; now?: Millis; partial?: boolean; language?: string | null },
): Outcome<ParsedFeed> {
  let document: unknown
  try {
    document = JSON.parse(source, keepDigits)
  } catch {
    return { ok: false, reason: `the document is broken JSON: ${describeJsonFault(source)}` }
  }
  if (!isObject(document)) return { ok: false, reason: 'not a feed: the JSON document is not an object' }
  const version = text(document, 'version')
  const items = own(document, 'items')
  if (!Array.isArray(items) && (version === null || !version.includes('jsonfeed.org'))) {
    return { ok: false, reason: 'not a feed: the JSON document has no items and no JSON Feed version' }
  }
  const warnings: string[] = []
  const home = resolve(text(document, 'home_page_url') ?? '', options.url)
  const base = siteBase(home, options.url)
  const language = languageTag(text(document, 'language'))
  const objects = list(items).filter(isObject)
  const broken = list(items).length - objects.length
  if (broken > 0) warnings.push(`${broken} item${broken === 1 ? ' is no object' : 's are no objects'}: left out`)
  const titles = [document, ...objects.slice(0, 50)].flatMap(object => text(object, 'title') ?? [])
  const spoken = languageOfDates(options.language, language, titles)
  const newest = new Newest<Json>(options.maxEntries, options.now ?? Date.now(), item => timesOf(item, spoken))
  for (const item of objects) newest.push(item)
  const { entries: taken, left } = newest.take()
  const leftOut = leftOutWarning(left, options.partial)
  if (leftOut !== null) warnings.push(leftOut)
  const dates = new DateReader(spoken)
  const cuts = newCuts()
  const authors = names(document)
  const entries = taken.map(item => finish(loose(item, base, authors, dates), language, cuts))
  dates.report(warnings)
  const title = lineOf(text(document, 'title') ?? '', 'text', cuts)
    .slice(0, 1000)
    .toWellFormed()
  reportCuts(cuts, warnings)
  return {
    ok: true,
    value: {
      format: 'json',
      version: /version\/([\d.]+)/.exec(version ?? '')?.[1] ?? null,
      title: title || null,
      link: cleanOrNull(home),
      language,
      ttl: null,
      skip: null,
      hub: cleanOrNull(hubOf(document, base)),
      self: cleanOrNull(resolve(text(document, 'feed_url') ?? '', base)),
      entries,
      warnings,
    },
  }
}
