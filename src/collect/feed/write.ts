// Hides the clean document that rss-parser is given: RSS 2.0 with our values in a private namespace.

import { languageOfDates } from './dates/language.ts'
import type { DateReader } from './dates/reader.ts'
import { readDate } from './dates.ts'
import { type Draft, escapeAttribute, escapeText, type FeedDraft, type Ranked } from './draft.ts'
import type { Times } from './newest.ts'

/** Milliseconds of sy:updatePeriod (RSS 1.0 syndication module). */
const PERIODS = new Map([
  ['hourly', 60],
  ['daily', 1440],
  ['weekly', 10_080],
  ['monthly', 43_200],
  ['yearly', 525_600],
])

const element = (name: string, text: string): string => `<${name}>${escapeText(text)}</${name}>`

/** When an entry says it was published and changed, as far as that can be read. */
export function timesOf({ published, updated, language: own }: Draft, language: string | null): Times {
  const time = (ranked: Ranked | null): number | null => {
    const reading = ranked === null ? null : readDate(ranked.text, own ?? language)
    return reading?.kind === 'time' ? reading.time : null
  }
  const first = time(published)
  return { published: first, updated: updated?.text === published?.text ? first : time(updated) }
}

function dateElement(name: string, ranked: Ranked | null, language: string | null, dates: DateReader): string {
  const time = ranked === null ? null : dates.read(ranked.text, language)
  return time === null ? '' : element(name, new Date(time).toISOString())
}

function writeEntry(draft: Draft, dates: DateReader, bodies: string[]): string {
  let xml = '<item>'
  if (draft.title !== null) xml += `<m:title kind="${draft.titleKind}">${escapeText(draft.title.text)}</m:title>`
  const url =
    draft.link !== null && draft.link.rank < 8 ? draft.link.text : (draft.permalink ?? draft.link?.text ?? null)
  if (url !== null) xml += element('link', url)
  if (draft.id !== null) xml += element('guid', draft.id)
  const language = draft.language === null ? null : languageOfDates(null, draft.language, [draft.title?.text ?? ''])
  xml +=
    dateElement('pubDate', draft.published, language, dates) +
    dateElement(
      'm:updated',
      draft.updated?.text === draft.published?.text && draft.published === null ? null : draft.updated,
      language,
      dates,
    )
  for (const [name, body] of [
    ['m:summary', draft.summary],
    ['m:content', draft.content],
  ] as const) {
    if (body === null) continue
    xml += `<${name} body="${bodies.length}"${body.base === null ? '' : ` base="${escapeAttribute(body.base)}"`}/>`
    bodies.push(body.text)
  }
  for (const author of draft.authors) xml += element('m:author', author)
  for (const category of draft.categories) xml += element('category', category)
  for (const link of draft.enclosures.length > 0 ? draft.enclosures : draft.thumbnails.slice(0, 1)) {
    xml += `<enclosure url="${escapeAttribute(link.url)}" type="${escapeAttribute(link.type)}" length="${link.length}"/>`
  }
  if (draft.language !== null) xml += element('m:language', draft.language)
  if (draft.source !== null) xml += element('m:source', draft.source.slice(0, 1000))
  return `${xml}</item>`
}

/**
 * The document. Dates that cannot be read are left out of it and noted by `dates`. Bodies are most of a document's bytes
 * and stay whole whoever reads it, so they wait in `bodies` and the document only says which is whose.
 */
export function writeDocument(feed: FeedDraft, drafts: readonly Draft[], dates: DateReader, bodies: string[]): string {
  let xml = '<rss version="2.0" xmlns:m="urn:minwal"><channel>'
  if (feed.title !== null) xml += `<m:title kind="${feed.titleKind}">${escapeText(feed.title.text)}</m:title>`
  if (feed.link !== null) xml += element('link', feed.link.text)
  if (feed.language !== null) xml += element('language', feed.language.slice(0, 100))
  const period = PERIODS.get(feed.period ?? '')
  const minutes = feed.ttl ?? (period === undefined ? null : Math.max(1, Math.round(period / feed.frequency)))
  if (minutes !== null) xml += element('ttl', String(minutes))
  for (const draft of drafts) {
    // RFC 4287 section 4.1.1: an entry without authors has its feed's.
    if (draft.authors.length === 0) draft.authors = feed.authors
    xml += writeEntry(draft, dates, bodies)
  }
  return `${xml}</channel></rss>`
}
