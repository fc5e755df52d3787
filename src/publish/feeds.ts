// Renders an Edition as Atom 1.0 (RFC 4287), RSS 2.0 or JSON Feed 1.1 with the package `feed`.
//
// The package escapes only part of its input, writes no language, no extension, no source, no pages and no media type of an
// enclosure in Atom, and only JSON Feed 1.0. Its input is therefore escaped here for each format; what it leaves out is inserted
// afterwards at placeholders (U+FDD0 to U+FDD2), which no text from outside can contain, because `cleanText` and `cleanHtml`
// remove them. feed-elements.ts writes what is inserted.
import { Feed, type FeedOptions, type Item } from 'feed'
import { cleanHtml, cleanLine, cleanText, escapeMarkup } from '../language/markup.ts'
import type { Edition, EditionKind } from './edition.ts'
import { type FeedEntry, storyEntry, threadEntries } from './entries.ts'
import { entryElements, furtherMedia, type Head, headOf, pageLinks, tombstones, xmlLang } from './feed-elements.ts'
import { within, wordsFor } from './words/index.ts'

export type OutputFormat = 'atom' | 'rss' | 'json'

export const CONTENT_TYPES: Readonly<Record<OutputFormat, string>> = {
  atom: 'application/atom+xml; charset=utf-8',
  rss: 'application/rss+xml; charset=utf-8',
  json: 'application/feed+json; charset=utf-8',
}

export interface RenderOptions {
  /**
   * Path and query the feed is found at below the edition's link, without the number of a page: `/feed.atom?lang=ar`. The feed's
   * id is made from it.
   * Where left out, the address at which the site serves such an edition without a query.
   */
  selfPath?: string
  /** Address of a page of the site (`/threads/5`); below the edition's link where left out. */
  pageUrl?: (path: string) => string
  /** Whether the site answers queries, by which further pages and the feeds of sources are found. True where left out. */
  queries?: boolean
  /** Address of the WebSub hub that pushes this feed. */
  hub?: string | undefined
}

/** Where the site serves a feed of an edition, without format and query. `thread` is the id of the one it is about. */
export function feedStem(kind: EditionKind, thread: number | null): string {
  if (kind === 'thread') return `/threads/${thread}`
  return kind === 'threads' ? '/threads' : '/feed'
}

/**
 * Render an edition as a feed. Entry ids are the `tag:` URIs of `tagId` in every format; times come from the edition alone,
 * so that equal editions give equal bytes. Never throws for the content of a report.
 */
export function renderFeed(edition: Edition, format: OutputFormat, options: RenderOptions = {}): string {
  const base = edition.link.replace(/(?<!\/)\/+$/, '')
  const pageUrl = options.pageUrl ?? (path => `${base}${path}`)
  const selfPath = options.selfPath ?? `${feedStem(edition.kind, edition.threads[0]?.id ?? null)}.${format}`
  const words = wordsFor(edition.language)
  const making = { edition, pageUrl, words }
  const entries =
    edition.kind === 'threads' ? threadEntries(making) : edition.stories.map(story => storyEntry(making, story))
  const { hub = null, queries = true } = options
  return WRITERS[format](headOf(edition, { base, selfPath, format, pageUrl, hub, queries }), entries)
}

const MOST_CATEGORIES = 20
const MOST_AUTHORS = 12

function categoriesOf(entry: FeedEntry): string[] {
  const all = entry.categories.map(category => cleanLine(category)).filter(category => category !== '')
  return [...new Set(all)].filter(category => category !== entry.thread?.title).slice(0, MOST_CATEGORIES)
}

// ── writing ─────────────────────────────────────────────────────────────────────────────────────────────────────────

const MARK_LESS = '\uFDD0'
const MARK_ENTRY = '\uFDD1'
const MARK_SPLIT = '\uFDD2'

const WRITERS: Readonly<Record<OutputFormat, (head: Head, entries: FeedEntry[]) => string>> = {
  atom: writeAtom,
  rss: writeRss,
  json: writeJson,
}

// The package replaces `&amp;` by `&` in text nodes before it escapes them.
const textNode = (text: string) => cleanText(text).replaceAll('&', '&amp;')
// In attributes it escapes only `&` and `"`.
const attribute = (text: string) => cleanText(text).replaceAll('<', MARK_LESS)
// It splits only the first `]]>` of a CDATA section.
const htmlSection = (markup: string) => cleanHtml(markup).replaceAll(']]>', ']]&gt;')
const textSection = (text: string) => cleanText(text).replaceAll(']]>', `]]${MARK_SPLIT}>`)

function writeAtom(head: Head, entries: FeedEntry[]): string {
  const feed = new Feed({
    ...options(head, textNode),
    id: textNode(head.id),
    author: { name: textNode(head.title) },
  })
  entries.forEach((entry, index) => {
    feed.addItem({
      ...item(entry),
      id: entry.id,
      title: `${MARK_ENTRY}${index};${escapeMarkup(entry.title)}`,
      ...(entry.summary === null ? {} : { description: htmlSection(entry.summary) }),
      content: htmlSection(entry.content),
      author: entry.authors.slice(0, MOST_AUTHORS).map(name => ({ name: textNode(name) })),
      category: [
        ...labelled(entry, head).map(({ term, scheme, label }) => ({
          term: attribute(term),
          scheme,
          ...(label === '' ? {} : { name: attribute(label) }),
        })),
        ...categoriesOf(entry).map(category => ({ term: attribute(category) })),
      ],
      // The origin is the author, other publishers of the same copy are contributors (RFC 4287 sections 4.2.1 and 4.2.3).
      contributor: entry.carriers.slice(0, MOST_AUTHORS).map(name => ({ name: textNode(name) })),
      copyright: `${MARK_ENTRY}${index};`,
    })
  })
  const at = (index: string): FeedEntry | undefined => entries[Number(index)]
  return feed
    .atom1()
    .replace('<feed xmlns=', () => `<feed${xmlLang(head.language)} xmlns=`)
    .replace(/<entry>(\s*<title type="html"><!\[CDATA\[)\uFDD1(\d+);/g, (_all, title: string, index: string) => {
      return `<entry${xmlLang(at(index)?.language ?? null)}>${title}`
    })
    .replace(/<rights>\uFDD1(\d+);<\/rights>/g, (_all, index: string) => entryElements(at(index), head))
    .replace('<subtitle>', () => `${pageLinks(head, 'link')}${tombstones(head)}<subtitle>`)
    .replaceAll(MARK_LESS, '&lt;')
}

/** What an entry belongs to, by terms that stay and labels for people: its thread, and what the desk says of it. */
function labelled(
  { thread, signal }: FeedEntry,
  { authority }: Head,
): { term: string; scheme: string; label: string }[] {
  return [
    ...(thread === null ? [] : [{ term: thread.id, scheme: `tag:${authority}:thread`, label: thread.title }]),
    ...(signal === null ? [] : [{ term: signal.term, scheme: `tag:${authority}:signal`, label: signal.label }]),
  ]
}

function writeRss(head: Head, entries: FeedEntry[]): string {
  const feed = new Feed({ ...options(head, textNode), ...(head.language === null ? {} : { language: head.language }) })
  entries.forEach((entry, index) => {
    const enclosure = entry.enclosures[0]
    feed.addItem({
      ...item(entry),
      guid: textNode(entry.id),
      title: textSection(rssTitle(entry.title)),
      ...(entry.summary === null ? {} : { description: htmlSection(entry.summary) }),
      content: htmlSection(entry.content),
      category: [
        // A category of RSS has no label: the thread's id is its domain.
        ...(entry.thread === null
          ? []
          : [{ name: textNode(entry.thread.title || entry.thread.id), domain: escapeMarkup(entry.thread.id) }]),
        ...(entry.signal === null
          ? []
          : [{ name: textNode(entry.signal.label), domain: escapeMarkup(`tag:${head.authority}:signal`) }]),
        ...categoriesOf(entry).map(category => ({ name: textNode(category) })),
      ],
      ...(enclosure === undefined
        ? {}
        : { enclosure: { url: enclosure.url, type: enclosure.type, length: enclosure.length ?? 0 } }),
      extensions: rssExtensions(entry, index, head),
    })
  })
  return feed
    .rss2()
    .replace('<rss version="2.0"', `$& xmlns:media="${MEDIA_RSS}"`)
    .replace('<atom:link ', link => `${pageLinks(head, 'atom:link')}${link}`)
    .replace(/<media:content>\uFDD1(\d+);<\/media:content>/g, (_all, index: string) =>
      furtherMedia(entries[Number(index)]),
    )
    .replaceAll(MARK_SPLIT, ']]><![CDATA[')
}

const MEDIA_RSS = 'http://search.yahoo.com/mrss/'

function rssExtensions(entry: FeedEntry, index: number, head: Head): NonNullable<Item['extensions']> {
  const element = (name: string, text: string, mark = '') => ({ name, objects: { _text: mark + textNode(text) } })
  const source = entry.source === null ? null : head.sourceUrl(entry.source)
  return [
    // <author> of RSS is an e-mail address, which agencies do not give.
    element('dc:creator', entry.authors.slice(0, MOST_AUTHORS).join(', ')),
    ...(entry.carriers.length === 0
      ? []
      : [element('dc:contributor', entry.carriers.slice(0, MOST_AUTHORS).join(', '))]),
    ...(entry.source === null || source === null
      ? []
      : [
          {
            name: 'source',
            objects: { _text: textNode(entry.source.name), _attributes: { url: escapeMarkup(source) } },
          },
        ]),
    ...(entry.language === null ? [] : [element('dc:language', entry.language)]),
    ...(entry.page === entry.link ? [] : [element('comments', entry.page)]),
    // An item has one enclosure.
    ...(entry.enclosures.length < 2 ? [] : [element('media:content', `${index};`, MARK_ENTRY)]),
  ]
}

// RSS does not define whether a title is text or HTML. It is written as text, which most readers expect; a `<` that would begin a
// tag in the others is escaped.
function rssTitle(title: string): string {
  return title.replace(/<(?=[a-z/!?])/gi, '&lt;')
}

function writeJson(head: Head, entries: FeedEntry[]): string {
  const feed = new Feed({ ...options(head, cleanText), feedLinks: { json: head.self } })
  for (const entry of entries) {
    feed.addItem({
      ...item(entry),
      id: entry.id,
      title: cleanText(entry.title),
      ...(entry.summaryText === null ? {} : { description: entry.summaryText }),
      content: cleanHtml(entry.content),
      category: [entry.thread?.title ?? '', entry.signal?.label ?? '', ...categoriesOf(entry)]
        .filter(name => name !== '')
        .map(name => ({ name })),
    })
  }
  // The package writes version 1.0, which has neither languages nor more than one author.
  const written = JSON.parse(feed.json1()) as Record<string, unknown> & { items: Record<string, unknown>[] }
  const { items, ...rest } = written
  return `${JSON.stringify(
    {
      ...rest,
      version: 'https://jsonfeed.org/version/1.1',
      ...(head.language === null ? {} : { language: head.language }),
      ...(head.hub === null ? {} : { hubs: [{ type: 'WebSub', url: head.hub }] }),
      ...nextOf(head),
      ...(head.deleted.length === 0
        ? {}
        : { _minwal: { deleted: head.deleted.map(({ ref, when, by }) => ({ id: ref, when, by })) } }),
      items: items.map((written, index) => ({ ...written, ...jsonExtras(entries[index]) })),
    },
    null,
    1,
  )}\n`
}

function nextOf({ pages }: Head): { next_url?: string } {
  const next = pages.find(({ rel }) => rel === 'next')
  return next === undefined ? {} : { next_url: next.href }
}

function jsonExtras(entry: FeedEntry | undefined): Record<string, unknown> {
  if (entry === undefined) return {}
  const picture = entry.enclosures.find(({ type }) => type.startsWith('image/'))
  return {
    authors: entry.authors.slice(0, MOST_AUTHORS).map(name => ({ name: cleanText(name) })),
    ...(entry.language === null ? {} : { language: entry.language }),
    ...(picture === undefined ? {} : { image: picture.url }),
    ...(entry.enclosures.length === 0
      ? {}
      : {
          attachments: entry.enclosures.map(media => ({
            url: media.url,
            mime_type: media.type,
            ...(media.length === null ? {} : { size_in_bytes: media.length }),
          })),
        }),
    _minwal: entry.facts,
  }
}

function options(head: Head, text: (raw: string) => string): FeedOptions {
  return {
    title: text(head.title),
    description: text(head.title),
    link: head.home,
    feed: head.self,
    ...(head.hub === null ? {} : { hub: head.hub }),
    updated: new Date(within(head.updated)),
    generator: 'Minwal',
  }
}

function item(entry: FeedEntry): Pick<Item, 'link' | 'date' | 'published'> {
  return {
    link: entry.link,
    date: new Date(within(entry.updated)),
    published: new Date(within(entry.published)),
  }
}
