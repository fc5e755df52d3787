// Names of feed elements: namespaces and prefixes resolved to one canonical name each, and the fields that names stand for.

import type { FeedFormat } from '../../model/collected.ts'

/** Names remembered in one scope. */
const MAX_NAMES = 1000

/** Canonical prefixes by namespace; '' is the feed vocabulary itself. */
const NAMESPACES = new Map<string, string>([
  ['', ''],
  ['http://www.w3.org/1999/xhtml', 'xhtml'],
  ['http://www.w3.org/xml/1998/namespace', 'xml'],
  ['http://www.w3.org/1999/02/22-rdf-syntax-ns', 'rdf'],
  ['http://purl.org/dc/elements/1.0', 'dc'],
  ['http://purl.org/dc/elements/1.1', 'dc'],
  ['http://purl.org/dc/terms', 'dcterms'],
  ['http://purl.org/rss/1.0/modules/content', 'content'],
  ['http://purl.org/rss/1.0/modules/syndication', 'sy'],
  ['http://purl.org/rss/1.0/modules/slash', 'slash'],
  ['http://search.yahoo.com/mrss', 'media'],
  ['http://video.search.yahoo.com/mrss', 'media'],
  ['http://tools.search.yahoo.com/mrss', 'media'],
  ['http://www.itunes.com/dtds/podcast-1.0.dtd', 'itunes'],
  ['http://example.com/dtds/podcast-1.0.dtd', 'itunes'],
  ['http://rssnamespace.org/feedburner/ext/1.0', 'feedburner'],
  ['http://purl.org/rss/1.0/modules/atom', 'atom'],
])
const ATOM = /^http:\/\/(?:www\.w3\.org\/2005\/atom|purl\.org\/(?:atom\/ns|atom\/|echo|pie|net\/atom).*)$/
const RSS =
  /^http:\/\/(?:purl\.org\/rss\/1\.0|purl\.org\/net\/rss1\.[12]|my\.netscape\.com\/rdf\/simple\/0\.9|my\.netscape\.com\/publish\/formats\/rss-0\.91\.dtd|channel\.netscape\.com\/rdf\/simple\/0\.9|backend\.userland\.com\/rss.*|blogs\.law\.harvard\.edu\/tech\/rss|cyber\.law\.harvard\.edu\/rss.*)$/
/** Prefixes that have their usual namespace where a document does not declare them. */
const USUAL = new Set([
  'dc',
  'dcterms',
  'content',
  'sy',
  'slash',
  'media',
  'itunes',
  'rdf',
  'atom',
  'feedburner',
  'xhtml',
  'xml',
])
const ALIAS = new Map([
  ['atom10', 'atom'],
  ['a10', 'atom'],
  ['rss', ''],
  ['rss2', ''],
])

/** Namespace declarations in force, innermost first. */
export interface Scope {
  prefixes: Map<string, string>
  parent: Scope | null
  /** Qualified name to canonical name, so that each is worked out once. */
  names: Map<string, string | null>
}

export const newScope = (parent: Scope | null): Scope => ({ prefixes: new Map(), parent, names: new Map() })

/** The canonical prefix of a namespace; null for an unknown one. */
function namespace(uri: string): string | null {
  const written = uri.trim()
  let end = written.length
  while (end > 0 && (written[end - 1] === '#' || written[end - 1] === '/')) end--
  // No namespace we know is longer than a hundred characters.
  if (end > 200) return null
  const address = written
    .slice(0, end)
    .toLowerCase()
    .replace(/^https:/, 'http:')
  return NAMESPACES.get(address) ?? (ATOM.test(address) ? 'atom' : RSS.test(address) ? '' : null)
}

/** Elements whose closing tag HTML does not write. */
export const VOID = new Set([
  'br',
  'img',
  'hr',
  'input',
  'meta',
  'link',
  'area',
  'base',
  'col',
  'embed',
  'source',
  'track',
  'wbr',
])
export const KEPT_ATTRIBUTES = new Set(
  'href src alt title width height dir lang colspan rowspan start cite datetime type srcset name content data code'.split(
    ' ',
  ),
)

export const BEGINS = /^(?:\w{1,20}:)?(?:item|entry)$/
export const ENDS = /^(?:\w{1,20}:)?(?:item|entry|channel|feed|rss|rdf)$/

/** Titles before Dublin Core's before media's. */
export const TITLE_RANK = new Map([
  ['title', 1],
  ['atom:title', 2],
  ['dc:title', 3],
  ['media:title', 4],
  ['itunes:title', 5],
])
export const SUMMARY_RANK = new Map([
  ['description', 1],
  ['summary', 1],
  ['abstract', 1],
  ['tagline', 1],
  ['atom:summary', 2],
  ['dc:description', 3],
  ['dcterms:abstract', 3],
  ['itunes:summary', 4],
  ['media:description', 5],
  ['itunes:subtitle', 6],
  ['media:text', 7],
])
export const CONTENT_RANK = new Map([
  ['content:encoded', 1],
  ['content', 1],
  ['fullitem', 2],
  ['body', 2],
  ['xhtml:body', 2],
  ['xhtml:div', 2],
  ['atom:content', 2],
  ['fulltext', 3],
])
export const PUBLISHED_RANK = new Map([
  ['pubdate', 1],
  ['published', 1],
  ['atom:published', 2],
  ['dcterms:issued', 3],
  ['issued', 3],
  ['dcterms:created', 4],
  ['created', 4],
  ['dcterms:available', 4],
  ['dc:date', 5],
  ['date', 5],
  ['dcterms:date', 5],
  ['a:published', 6],
])
export const UPDATED_RANK = new Map([
  ['updated', 1],
  ['atom:updated', 2],
  ['modified', 2],
  ['dcterms:modified', 3],
  ['lastmod', 3],
  ['dc:date', 4],
  ['date', 4],
])
export const ID_NAMES = new Set(['guid', 'id', 'atom:id', 'dc:identifier', 'dcterms:identifier'])
export const AUTHOR_NAMES = new Set(['author', 'atom:author', 'dc:creator', 'dc:author', 'itunes:author', 'byline'])
export const CATEGORY_NAMES = new Set([
  'category',
  'dc:subject',
  'media:category',
  'itunes:category',
  'atom:category',
  'tags',
  'dcterms:subject',
])
export const FEED_FIELDS = new Set([
  'title',
  'dc:title',
  'atom:title',
  'link',
  'language',
  'dc:language',
  'ttl',
  'sy:updateperiod',
  'sy:updatefrequency',
  'itunes:title',
])
/** RSS 2.0 and 0.91: lists of a feed, and what their items are called. */
export const SKIPPED = new Map([
  ['skiphours', 'hour'],
  ['skipdays', 'day'],
])

/** A picture of an entry, named where nothing else is attached. */
export const PICTURE_NAMES = new Set(['itunes:image', 'image', 'thumbnail', 'thumb', 'picture', 'photo'])

/** Read as they are, for one value each. */
export const OTHER_FIELDS = new Set([
  'link',
  'language',
  'dc:language',
  'dc:source',
  'dcterms:source',
  'feedburner:origlink',
])

/**
 * The canonical name of an element: plain for the feed's own vocabulary, `dc:creator` and the like for the modules
 * we know, null for anything else.
 *
 * @param rootSpace the root's default namespace where a default namespace has to be that one to count; null before
 */
export function resolveName(
  tag: string,
  scope: Scope,
  format: FeedFormat | null,
  rootSpace: string | null,
): string | null {
  const known = scope.names.get(tag)
  if (known !== undefined) return known
  const colon = tag.indexOf(':')
  const prefix = colon < 0 ? '' : tag.slice(0, colon)
  const local = tag.slice(colon + 1)
  let uri: string | undefined
  for (let at: Scope | null = scope; at !== null && uri === undefined; at = at.parent) uri = at.prefixes.get(prefix)
  let space: string | null
  if (uri === undefined) {
    space = prefix === '' ? '' : (ALIAS.get(prefix) ?? (USUAL.has(prefix) ? prefix : null))
  } else {
    space = namespace(uri)
    // An unknown default namespace is somebody's own idea of RSS or Atom; an unknown prefix is a foreign module.
    if (space === null && prefix === '' && (rootSpace === null || rootSpace === uri)) space = ''
  }
  if (space === 'atom' && (format === 'atom' || format === null)) space = ''
  const name = space === null ? null : space === '' ? local : `${space}:${local}`
  if (scope.names.size < MAX_NAMES) scope.names.set(tag, name)
  return name
}
