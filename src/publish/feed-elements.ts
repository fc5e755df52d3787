// What a feed says of itself, and the elements of Atom that the package `feed` does not write: languages, links, sources, pages
// (RFC 5005) and tombstones (RFC 6721).
import { cleanLine, cleanText, escapeMarkup } from '../language/markup.ts'
import type { Millis } from '../model/units.ts'
import { type Edition, tagId } from './edition.ts'
import type { EntrySource, FeedEntry } from './entries.ts'
import { languageTag } from './markup.ts'
import { MOST_PAGES } from './query.ts'
import { within } from './words/index.ts'

const TOMBSTONES = 'http://purl.org/atompub/tombstones/1.0'

export interface Head {
  id: string
  /** Authority of `tag:` ids. */
  authority: string
  title: string
  /** Address of this page of the feed. */
  self: string
  home: string
  language: string | null
  updated: Millis
  hub: string | null
  /** Other pages of the feed. */
  pages: { rel: 'first' | 'previous' | 'next'; href: string }[]
  /** Entries that are no more: their ids, when they went, and the page of what they were merged into. */
  deleted: { ref: string; when: string; by: string }[]
  /** Id and address of the feed of all that comes from a source; no address where the site has no such feed. */
  sourceId: (source: EntrySource) => string
  sourceUrl: (source: EntrySource) => string | null
}

export interface Place {
  /** The site's address, without a slash at its end. */
  base: string
  /** Path and query of the feed's first page. */
  selfPath: string
  format: 'atom' | 'rss' | 'json'
  pageUrl: (path: string) => string
  hub: string | null
  queries: boolean
}

export function headOf(edition: Edition, { base, selfPath, format, pageUrl, hub, queries }: Place): Head {
  const idOf = (path: string) => `tag:${edition.tagAuthority}:${path}`
  const [only] = edition.threads
  return {
    id: idOf(selfPath.replace(/^\//, '').replace(/\.(?:atom|rss|json)(?=\?|$)/, '')),
    authority: edition.tagAuthority,
    title: cleanLine(edition.title) || 'Minwal',
    self: base + pathOfPage(selfPath, edition.page),
    // A feed of one thread belongs to that thread's page, every other to the front page.
    home: edition.kind === 'thread' && only !== undefined ? pageUrl(`/threads/${only.id}`) : pageUrl('/'),
    language: languageTag(edition.language),
    updated: edition.updated,
    hub,
    pages: queries ? pagesOf(edition, page => base + pathOfPage(selfPath, page)) : [],
    deleted: deletedOf(edition, pageUrl),
    sourceId: ({ query }) => idOf(`feed?${query}`),
    sourceUrl: ({ query }) => (queries ? `${base}/feed.${format}?${query}` : null),
  }
}

function pathOfPage(path: string, page: number): string {
  return page <= 1 ? path : `${path}${path.includes('?') ? '&' : '?'}page=${page}`
}

function pagesOf({ page, more }: Edition, url: (page: number) => string): Head['pages'] {
  const pages: Head['pages'] = []
  if (page > 1) {
    pages.push({ rel: 'first', href: url(1) }, { rel: 'previous', href: url(page - 1) })
  }
  if (more && page < MOST_PAGES) pages.push({ rel: 'next', href: url(page + 1) })
  return pages
}

function deletedOf(edition: Edition, pageUrl: (path: string) => string): Head['deleted'] {
  const [what, path] = edition.kind === 'threads' ? (['thread', 'threads'] as const) : (['story', 'stories'] as const)
  return edition.merged.map(({ key, target, at }) => ({
    ref: tagId(edition, what, key),
    when: new Date(within(at)).toISOString(),
    by: pageUrl(`/${path}/${target}`),
  }))
}

export function xmlLang(language: string | null): string {
  return language === null ? '' : ` xml:lang="${language}"`
}

const escaped = (text: string): string => escapeMarkup(cleanText(text))

/** Links of a feed to its other pages; `name` is that of `atom:link` where they stand. */
export function pageLinks({ pages }: Head, name: 'link' | 'atom:link'): string {
  return pages.map(({ rel, href }) => `<${name} rel="${rel}" href="${escaped(href)}"/>\n    `).join('')
}

/** What comes with an entry beside its first enclosure, in Media RSS. */
export function furtherMedia(entry: FeedEntry | undefined): string {
  const [, ...further] = entry?.enclosures ?? []
  return further
    .map(({ url, type, length }) => {
      const size = length === null ? '' : ` fileSize="${length}"`
      return `<media:content url="${escaped(url)}" type="${type}"${size}/>`
    })
    .join('\n            ')
}

/** Elements of an `atom:entry` beside those that the package writes. */
export function entryElements(entry: FeedEntry | undefined, head: Head): string {
  if (entry === undefined) return ''
  const elements: string[] = []
  if (entry.page !== entry.link) {
    elements.push(`<link rel="related" type="text/html" href="${escaped(entry.page)}"/>`)
  }
  if (entry.thread !== null) {
    const { page, title } = entry.thread
    const named = title === '' ? '' : ` title="${escaped(title)}"`
    elements.push(`<link rel="collection" type="text/html" href="${escaped(page)}"${named}/>`)
  }
  for (const media of entry.enclosures) {
    const length = media.length === null ? '' : ` length="${media.length}"`
    elements.push(`<link rel="enclosure" type="${media.type}" href="${escaped(media.url)}"${length}/>`)
  }
  if (entry.source !== null) elements.push(sourceElement(entry.source, entry.updated, head))
  return elements.join('\n        ')
}

/** That feed has this entry, so that it is at least as new. */
function sourceElement(source: EntrySource, updated: Millis, head: Head): string {
  const url = head.sourceUrl(source)
  const link = url === null ? '' : `<link rel="self" href="${escaped(url)}"/>`
  const when = new Date(within(updated)).toISOString()
  return `<source><id>${escaped(head.sourceId(source))}</id><title>${escaped(source.name)}</title>${link}<updated>${when}</updated></source>`
}

/** Entries that readers have to forget. They stand before the entries, as RFC 4287 appendix B has extensions of a feed. */
export function tombstones({ deleted }: Head): string {
  return deleted
    .map(
      ({ ref, when, by }) =>
        `<at:deleted-entry xmlns:at="${TOMBSTONES}" ref="${escaped(ref)}" when="${when}"><link rel="related" href="${escaped(by)}"/></at:deleted-entry>\n    `,
    )
    .join('')
}
