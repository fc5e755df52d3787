// Collects the values of a feed and its entries, and chooses between several elements that give the same value.

import { meantHtml, plainToHtml } from './escaped.ts'
import { isAddress, mediaType, resolve } from './links.ts'
import {
  AUTHOR_NAMES,
  CATEGORY_NAMES,
  CONTENT_RANK,
  ID_NAMES,
  PUBLISHED_RANK,
  SUMMARY_RANK,
  TITLE_RANK,
  UPDATED_RANK,
} from './names.ts'

/** A value and how good its element is for the purpose: 1 is best. */
export interface Ranked {
  rank: number
  text: string
}

export interface Body extends Ranked {
  base: string | null
}

export interface Link {
  url: string
  type: string
  length: string
}

export type TextKind = 'text' | 'html'
export type Attributes = ReadonlyMap<string, string>

/** One entry as read, all values still text. */
export interface Draft {
  id: string | null
  idBase: string | null
  permalink: string | null
  link: Ranked | null
  title: Ranked | null
  titleKind: TextKind
  summary: Body | null
  content: Body | null
  published: Ranked | null
  updated: Ranked | null
  authors: string[]
  categories: string[]
  enclosures: Link[]
  thumbnails: Link[]
  language: string | null
  source: string | null
}

export const newDraft = (language: string | null): Draft => ({
  id: null,
  idBase: null,
  permalink: null,
  link: null,
  title: null,
  titleKind: 'text',
  summary: null,
  content: null,
  published: null,
  updated: null,
  authors: [],
  categories: [],
  enclosures: [],
  thumbnails: [],
  language,
  source: null,
})

/** `<item></item>` has no value. An entry with no more than a date or an author is still an entry. */
export const isEmpty = (draft: Draft): boolean =>
  Object.values(draft).every(
    value => value === null || value === 'text' || (Array.isArray(value) && value.length === 0),
  )

/** The feed's own values as read. */
export interface FeedDraft {
  title: Ranked | null
  titleKind: TextKind
  link: Ranked | null
  language: string | null
  /** Minutes. */
  ttl: number | null
  /** Hours and weekdays of skipHours and skipDays. */
  skipHours: Set<number>
  skipDays: Set<number>
  period: string | null
  frequency: number
  authors: string[]
  /** Addresses in links with the relations `hub` and `self` (W3C WebSub, section 4). */
  hub: string | null
  self: string | null
}

export const newFeedDraft = (): FeedDraft => ({
  title: null,
  titleKind: 'text',
  link: null,
  language: null,
  ttl: null,
  skipHours: new Set(),
  skipDays: new Set(),
  period: null,
  frequency: 1,
  authors: [],
  hub: null,
  self: null,
})

/** An element's content, read to its end. */
export interface Gathered {
  /** Canonical name. */
  name: string
  kind: 'field' | 'body' | 'person' | 'source' | 'image'
  text: string
  /** Whether `text` is HTML. */
  html: boolean
  base: string | null
  language: string | null
  attributes: Attributes
  /** From children of a person, a source or an image: its `name`, `title` or `url`, its `email`, and all their text. */
  childName: string
  childEmail: string
  children: string
}

const MAX_LIST = 50
const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']
const WEEKDAY = /^(?:sun|mon|tue|wed|thu|fri|sat)(?:day|sday|nesday|rsday|urday)?$/i

function addTo(list: string[], value: string): void {
  const text = value.replace(/\s+/g, ' ').trim().slice(0, 500)
  if (text !== '' && list.length < MAX_LIST && !list.includes(text)) list.push(text)
}

const personName = ({ childName, childEmail, children, text }: Gathered): string =>
  childName || childEmail || (children === '' ? text : '')

// ── the feed ────────────────────────────────────────────────────────────────────────────────────────────────────────

export function keepInFeed(feed: FeedDraft, gathered: Gathered): void {
  const { name, text, html, base, kind } = gathered
  if (kind === 'person') {
    addTo(feed.authors, personName(gathered))
    return
  }
  if (text === '') return
  if (name.endsWith('title')) {
    const rank = TITLE_RANK.get(name) ?? 9
    if (feed.title === null || rank < feed.title.rank) {
      feed.title = { rank, text }
      feed.titleKind = html ? 'html' : 'text'
    }
  } else if (name === 'link') {
    const url = resolve(text, base)
    if (url !== null && (feed.link === null || feed.link.rank > 1)) feed.link = { rank: 1, text: url }
  } else if (name === 'language' || name === 'dc:language') feed.language = text
  else if (name === 'ttl' && /^\d{1,6}$/.test(text)) feed.ttl = Number(text)
  // RSS 0.91 counts hours from 1 to 24, RSS 2.0 from 0 to 23; both mean GMT.
  else if (name === 'hour' && /^(?:[01]?\d|2[0-4])$/.test(text)) feed.skipHours.add(Number(text) % 24)
  else if (name === 'day' && WEEKDAY.test(text)) feed.skipDays.add(WEEKDAYS.indexOf(text.slice(0, 3).toLowerCase()))
  else if (name === 'sy:updateperiod') feed.period = text.toLowerCase()
  else if (name === 'sy:updatefrequency' && /^\d{1,5}$/.test(text)) feed.frequency = Math.max(1, Number(text))
}

export function keepFeedLink(feed: FeedDraft, name: string, attributes: Attributes, base: string | null): void {
  const relation = attributes.get('rel')?.trim().toLowerCase() ?? 'alternate'
  const url = resolve(attributes.get('href') ?? '', base)
  if (relation === 'hub' || relation === 'self') feed[relation] ??= url
  if (url === null || (relation !== 'alternate' && relation !== '')) return
  const rank = linkRank(name, attributes)
  if (feed.link === null || rank < feed.link.rank) feed.link = { rank, text: url }
}

// ── entries ─────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Values in the opening tag of an entry: rdf:about, CDF's HREF and LASTMOD. */
export function openEntry(draft: Draft, attributes: Attributes, base: string | null): void {
  const about = attributes.get('rdf:about')?.trim() ?? ''
  if (about !== '') {
    draft.id = about
    draft.permalink = resolve(about, base)
  }
  const link = resolve(attributes.get('href') ?? '', base)
  if (link !== null) draft.link = { rank: 3, text: link }
  const modified = attributes.get('lastmod')
  if (modified !== undefined) draft.updated = { rank: 9, text: modified }
}

export function keepInEntry(draft: Draft, gathered: Gathered): void {
  if (gathered.kind === 'body') keepBody(draft, gathered)
  else keepField(draft, gathered)
}

function keepBody(draft: Draft, { name, text, html, base, language }: Gathered): void {
  if (text === '') return
  draft.language ??= language
  const titleRank = TITLE_RANK.get(name)
  if (titleRank !== undefined) {
    if (draft.title === null || titleRank < draft.title.rank) {
      draft.title = { rank: titleRank, text }
      draft.titleKind = html ? 'html' : 'text'
    }
    return
  }
  const value = { text: html ? meantHtml(text) : plainToHtml(text, !name.startsWith('media:')), base }
  const summaryRank = SUMMARY_RANK.get(name)
  if (summaryRank === undefined) {
    const rank = CONTENT_RANK.get(name) ?? 9
    if (draft.content === null || rank < draft.content.rank) draft.content = { rank, ...value }
  } else if (draft.summary === null || summaryRank < draft.summary.rank) {
    draft.summary = { rank: summaryRank, ...value }
  } else if (summaryRank === 1 && draft.summary.rank === 1 && draft.content === null) {
    // <description> and <summary> in one item: the second is the fuller text.
    draft.content = { rank: 8, ...value }
  }
}

function keepField(draft: Draft, gathered: Gathered): void {
  const { name, text, base, kind } = gathered
  if (kind === 'person') addTo(draft.authors, personName(gathered))
  else if (kind === 'source') draft.source ??= gathered.childName || (gathered.children === '' ? text : '') || null
  else if (kind === 'image') {
    keepEnclosure(
      draft.thumbnails,
      gathered.childName || (gathered.children === '' ? text : ''),
      base,
      'image/*',
      undefined,
    )
  } else if (text === '') return
  else if (ID_NAMES.has(name)) keepId(draft, gathered)
  else if (AUTHOR_NAMES.has(name)) addTo(draft.authors, text)
  else if (name === 'tags') for (const tag of text.split(',', MAX_LIST)) addTo(draft.categories, tag)
  else if (CATEGORY_NAMES.has(name)) addTo(draft.categories, text)
  else if (name === 'link' || name === 'feedburner:origlink') {
    const url = resolve(text, base)
    const rank = name === 'link' ? 1 : 5
    if (url !== null && (draft.link === null || rank < draft.link.rank)) draft.link = { rank, text: url }
  } else if (name === 'language' || name === 'dc:language') draft.language ??= text
  else if (name === 'dc:source' || name === 'dcterms:source') draft.source ??= text
  else keepDate(draft, name, text)
}

function keepDate(draft: Draft, name: string, text: string): void {
  const published = PUBLISHED_RANK.get(name)
  if (published !== undefined && (draft.published === null || published < draft.published.rank)) {
    draft.published = { rank: published, text }
  }
  const updated = UPDATED_RANK.get(name)
  // A later `updated` replaces an earlier one.
  if (updated !== undefined && (draft.updated === null || updated <= draft.updated.rank)) {
    draft.updated = { rank: updated, text }
  }
}

function keepId(draft: Draft, { name, text, base, attributes }: Gathered): void {
  if (name === 'guid') {
    draft.id = text
    const permanent = attributes.get('ispermalink')?.trim().toLowerCase() !== 'false'
    // Without a scheme, a leading slash or a host it is no address, whatever the attribute's value.
    if (permanent && isAddress(text, base)) draft.permalink = resolve(text, base)
    return
  }
  if (draft.id !== null && name.includes(':')) return
  // RFC 4287 section 4.2.6 requires an absolute IRI; a relative one is made absolute so that two feeds' ids differ.
  draft.id = name === 'id' && text.startsWith('/') ? (resolve(text, base) ?? text) : text
}

/** HTML before other types; an RSS feed's own link before Atom's in it. */
function linkRank(name: string, attributes: Attributes): number {
  const type = attributes.get('type')?.toLowerCase() ?? 'text/html'
  return (type.includes('html') ? 2 : 4) + (name.startsWith('atom:') ? 1 : 0)
}

/** RFC 4287 section 4.2.7: better than none in an Atom entry, and something else in an RSS item. */
const LAST_RESORT = new Set(['self', 'via', 'related'])
const LAST_RANK = 8

export function keepEntryLink(draft: Draft, name: string, attributes: Attributes, base: string | null): void {
  const relation = attributes.get('rel')?.trim().toLowerCase() ?? 'alternate'
  const href = attributes.get('href')
  if (relation === 'enclosure') {
    keepEnclosure(draft.enclosures, href, base, attributes.get('type'), attributes.get('length'))
    return
  }
  const isAlternate = relation === 'alternate' || relation === ''
  if (!isAlternate && (name !== 'link' || !LAST_RESORT.has(relation))) return
  const rank = isAlternate ? linkRank(name, attributes) : LAST_RANK
  const url = resolve(href ?? '', base)
  if (url !== null && (draft.link === null || rank < draft.link.rank)) draft.link = { rank, text: url }
}

/** The entry's address: its link, else its permanent id, else a link to something near it. */
export const addressOf = ({ link, permalink }: Draft): string | null =>
  link !== null && link.rank < LAST_RANK ? link.text : (permalink ?? link?.text ?? null)

/** The term of an Atom category or the text of an iTunes one; false where the category is the element's content. */
export function keepCategory(draft: Draft, attributes: Attributes): boolean {
  const term = attributes.get('term') ?? attributes.get('text') ?? attributes.get('label')
  if (term === undefined) return false
  addTo(draft.categories, term)
  return true
}

export function keepMedia(draft: Draft, attributes: Attributes, base: string | null): void {
  const medium = attributes.get('medium') ?? ''
  const type = attributes.get('type') ?? (/^(?:image|audio|video)$/.test(medium) ? `${medium}/*` : undefined)
  keepEnclosure(draft.enclosures, attributes.get('url'), base, type, attributes.get('filesize'))
}

export function keepEnclosure(
  list: Link[],
  href: string | undefined,
  base: string | null,
  type: string | undefined,
  length: string | undefined,
): void {
  const url = href === undefined ? null : resolve(href, base)
  if (url === null) return
  const bytes = length?.trim() ?? ''
  const written = type?.trim().toLowerCase().slice(0, 200) ?? ''
  const link = {
    url,
    type: written.includes('/') ? written : (mediaType(url) ?? written),
    length: /^\d{1,15}$/.test(bytes) ? bytes : '',
  }
  // The same file in `enclosure` and `media:content`: together they may give its type and size.
  const same = list.find(other => other.url === url)
  if (same !== undefined) {
    if (same.type === '' || same.type.endsWith('/*')) same.type = link.type || same.type
    same.length ||= link.length
  } else if (list.length < MAX_LIST) list.push(link)
}
