// Hands a document to rss-parser and takes what it makes of it.
//
// rss-parser reads a fraction of the feeds there are, and takes quadratic time on hostile ones. So it is given a clean
// RSS 2.0 document of our own, with the fields that it interprets: title, link, guid and date. What it would only hand
// through (bodies, names, categories, enclosures) stays beside the document, in the same order as its items.

import Parser from 'rss-parser'
import type { Millis, Outcome } from '../../model/units.ts'
import { addressOf, type Draft, type FeedDraft } from './draft.ts'
import { escapeText } from './escape.ts'

/** What rss-parser makes of a feed. */
export interface ReadFeed {
  title: string
  link: string | null
  language: string | null
  ttl: Millis | null
  /** One for each entry of the document, in its order. */
  items: readonly ReadItem[]
}

export interface ReadItem {
  title: string
  link: string | null
  guid: string | null
  published: Millis | null
}

/** Minutes of sy:updatePeriod (RSS 1.0 syndication module). */
const PERIODS = new Map([
  ['hourly', 60],
  ['daily', 1440],
  ['weekly', 10_080],
  ['monthly', 43_200],
  ['yearly', 525_600],
])

const element = (name: string, text: string): string => `<${name}>${escapeText(text)}</${name}>`

function writeItem(draft: Draft, published: Millis | null): string {
  const url = addressOf(draft)
  return (
    '<item>' +
    (draft.title === null ? '' : element('title', draft.title.text)) +
    (url === null ? '' : element('link', url)) +
    (draft.id === null ? '' : element('guid', draft.id)) +
    (published === null ? '' : element('pubDate', new Date(published).toISOString())) +
    '</item>'
  )
}

/** @param published when each entry was published, in the order of `drafts` */
function writeDocument(feed: FeedDraft, drafts: readonly Draft[], published: readonly (Millis | null)[]): string {
  let xml = '<rss version="2.0"><channel>'
  if (feed.title !== null) xml += element('title', feed.title.text)
  if (feed.link !== null) xml += element('link', feed.link.text)
  if (feed.language !== null) xml += element('language', feed.language.slice(0, 100))
  const period = PERIODS.get(feed.period ?? '')
  const minutes = feed.ttl ?? (period === undefined ? null : Math.max(1, Math.round(period / feed.frequency)))
  if (minutes !== null) xml += element('ttl', String(minutes))
  for (const [index, draft] of drafts.entries()) xml += writeItem(draft, published[index] ?? null)
  return `${xml}</channel></rss>`
}

const parser = new Parser<{ language?: string; ttl?: string }>()

function time(iso: string | undefined): Millis | null {
  const value = iso === undefined ? Number.NaN : Date.parse(iso)
  return Number.isNaN(value) ? null : value
}

/** A defect of Minwal, since the document is its own. A value, since one feed must not stop others. */
function defect(error: unknown): Outcome<never> {
  const place = /line: (\d{1,9})/i.exec(error instanceof Error ? error.message : '')?.[1]
  return {
    ok: false,
    reason: `the document could not be parsed${place === undefined ? '' : ` (line ${place} of its clean form)`}: please report it with the document, this is a defect of Minwal`,
  }
}

export async function throughRssParser(
  feed: FeedDraft,
  drafts: readonly Draft[],
  published: readonly (Millis | null)[],
): Promise<Outcome<ReadFeed>> {
  let read: Awaited<ReturnType<typeof parser.parseString>>
  try {
    read = await parser.parseString(writeDocument(feed, drafts, published))
  } catch (error) {
    return defect(error)
  }
  if (read.items.length !== drafts.length) return defect(null)
  const minutes = Number(read.ttl ?? Number.NaN)
  return {
    ok: true,
    value: {
      title: read.title ?? '',
      link: read.link ?? null,
      language: read.language ?? null,
      ttl: Number.isFinite(minutes) && minutes > 0 ? minutes * 60_000 : null,
      items: read.items.map(item => ({
        title: item.title ?? '',
        link: item.link ?? null,
        guid: item.guid ?? null,
        published: time(item.isoDate),
      })),
    },
  }
}
