// Finds the feeds behind an address: what is requested, in which order, and when the search ends.
import type { FailureKind, FeedFormat, ParsedFeed } from '../model/collected.ts'
import type { Millis, Outcome } from '../model/units.ts'
import { decodeText } from './feed/decode.ts'
import type { Attributes } from './feed/draft.ts'
import { rebase, resolve } from './feed/links.ts'
import { type ParseOptions, parseDocument } from './feed/parse.ts'
import type { MarkupSink } from './feed/plain-markup.ts'
import { quotable } from './feed/quotable.ts'
import { scanMarkup } from './feed/scan.ts'
import { oneLine } from './net/failure.ts'
import type { Fetcher } from './net/fetch.ts'
import { sameService } from './net/guard.ts'

/** A feed that answered and was read. */
export interface FoundFeed {
  url: string
  /** As the feed calls itself. */
  title: string | null
  format: FeedFormat
  /** BCP 47, where the feed names one. */
  language: string | null
  /** Home page, where the feed names one. */
  link: string | null
  entries: number
  /** Time of its newest entry. */
  newest: Millis | null
  /** `address`: the page asked for is the feed; `link`: the page names it; `path`: it lies where feeds often do. */
  how: 'address' | 'link' | 'path'
}

/** Feeds that were found, at least one; else the reason, and whether the server gave a document at the address itself. */
export type Discovered = { ok: true; value: FoundFeed[] } | { ok: false; reason: string; answered: boolean }

export interface DiscoverOptions {
  /** The host and port of the address asked about may be private; no other that its page names may. */
  allowPrivate: boolean
  /** How documents are parsed. Default: in this thread. */
  parse?: (bytes: Uint8Array, contentType: string | null, options: ParseOptions) => Promise<Outcome<ParsedFeed>>
  /** Language of a text, BCP 47, that is declared to be in the first. Default: what is declared is believed. */
  languageOf?: (declared: string | null, text: string) => string | null
  now?: () => Millis
  signal?: AbortSignal
}

/** Where publishing systems put their feeds: WordPress, Drupal, Hugo, Jekyll, Ghost, Blogger, and custom. */
const USUAL_PATHS = [
  '/feed',
  '/feed/',
  '/rss',
  '/rss.xml',
  '/feed.xml',
  '/atom.xml',
  '/index.xml',
  '/rss/',
  '/feed.json',
  '/index.rdf',
  '/feeds/posts/default',
  '/?feed=rss2',
]
/** Links of a page that are asked for, of each kind. */
const MAX_LINKS = 10
/** Of a page, this much is read: the links to its feeds stand in its head. */
const MAX_PAGE = 1_048_576

const FEED_TYPE = /^(?:application\/(?:(?:rss|atom|rdf|feed)\+(?:xml|json)|rss|atom)|text\/(?:rss|atom))\b/
/** Types that are sometimes a feed's and more often something else's: asked for after the others. */
const MAYBE_TYPE = /^(?:(?:text|application)\/xml|application\/json)(?:;|$)/
const FEED_PATH = /(?:^|[/._?=&-])(?:rss|atom|feeds?|rdf)(?:\d|[/._?=&-]|$)|\.(?:xml|rdf)$/i

/** After these, asking the same host again is pointless or rude. */
const HOST_FAILED: ReadonlySet<FailureKind> = new Set(['dns', 'connect', 'tls', 'timeout', 'throttled'])

/** The comments on an article are nobody's news; a commentary is. */
const COMMENTS =
  /comment(?!ar[yi])|kommentare|comentario|comentári|reacties|yorumlar|комментари|تعليقات|دیدگاه|تبصر|评论|評論|コメント/i

/** An address that a page names. */
interface Link {
  url: string
  title: string
  /** As the page declares it, BCP 47. */
  language: string | null
}

/** Text of a page that is looked at for its language. */
const MAX_PAGE_TEXT = 2_000
/** What stands in these is not the page's text. */
const NO_TEXT = /^(?:script|style|template|noscript|svg|textarea)$/

/** The one language that a header or an attribute names; null for none, for several and for what is no tag. */
function tagOf(text: string | null | undefined): string | null {
  const tag = (text ?? '').trim().replaceAll('_', '-')
  return /^[a-z]{2,3}(?:-[a-z0-9]{1,8}){0,4}$/i.test(tag) ? tag.toLowerCase() : null
}

/**
 * How far a feed's language is from the page's: 0 the same, 1 and 2 another region's, 3 not known, 4 another. Where the page
 * does not say, no feed is nearer than the other.
 */
function distance(page: string | null, feed: string | null): number {
  if (page === null || feed === null) return 3
  if (page === feed) return 0
  if (page.split('-', 1)[0] !== feed.split('-', 1)[0]) return 4
  return page.includes('-') && feed.includes('-') ? 2 : 1
}

/** Gathers from a page what may be a feed's address. */
class PageLinks implements MarkupSink {
  /** Whether anything in the text is HTML's. */
  isPage = false
  /** The page's declarations of its language, the most reliable first. */
  private readonly declared: (string | null)[] = [null, null, null]
  private words = ''
  /** Open elements whose text is not the page's. */
  private silent = 0
  private base: string
  private readonly sure: Link[] = []
  private readonly unsure: Link[] = []
  private readonly anchors: Link[] = []

  constructor(url: string) {
    this.base = url
  }

  /** Those most likely wanted first: no comments, the page's language, a certain type. */
  linked(page: string | null): Link[] {
    const nearest = ({ language }: Link): number => distance(page, language)
    const ordered = (links: readonly Link[]): Link[] =>
      links.toSorted((a, b) => nearest(a) - nearest(b)).slice(0, MAX_LINKS)
    const [comments, others] = [this.unsure.filter(isOfComments), this.unsure.filter(link => !isOfComments(link))]
    return [...ordered(this.sure), ...ordered([...others, ...comments])]
  }

  /** Addresses in the text of the page that look like a feed's: agencies list their feeds on a page. */
  get mentioned(): Link[] {
    return this.anchors
  }

  /** What the page itself declares, and what its text begins with. */
  get language(): { declared: string | null; text: string } {
    return { declared: this.declared.find(tag => tag !== null) ?? null, text: this.words }
  }

  get gathering(): boolean {
    return this.silent === 0 && this.words.length < MAX_PAGE_TEXT
  }

  text(text: string): void {
    this.words += text.slice(0, MAX_PAGE_TEXT)
  }

  close(tag: string): void {
    if (this.silent > 0 && NO_TEXT.test(tag)) this.silent--
    else if (this.gathering) this.words += ' '
  }

  open(tag: string, attributes: Attributes, selfClosing: boolean): void {
    if (/^(?:html|head|body|meta|a|div|p)$/.test(tag)) this.isPage = true
    if (NO_TEXT.test(tag) && !selfClosing) this.silent++
    if (tag === 'html' || tag === 'body') {
      this.declared[0] ??= tagOf(attributes.get('lang') ?? attributes.get('xml:lang'))
    } else if (tag === 'meta') {
      const content = attributes.get('content')
      if (attributes.get('http-equiv')?.toLowerCase() === 'content-language') this.declared[1] ??= tagOf(content)
      if (attributes.get('property')?.toLowerCase() === 'og:locale') this.declared[2] ??= tagOf(content)
    }
    const href = attributes.get('href')
    if (href === undefined) return
    if (tag === 'base') this.base = rebase(href, this.base) ?? this.base
    else if (tag === 'link') this.keepLink(href, attributes)
    else if (tag === 'a' && this.anchors.length < MAX_LINKS) {
      const url = resolve(href, this.base)
      if (url !== null && URL.canParse(url) && FEED_PATH.test(new URL(url).pathname + new URL(url).search)) {
        this.anchors.push(linkOf(url, attributes))
      }
    }
  }

  private keepLink(href: string, attributes: Attributes): void {
    const relations = attributes.get('rel')?.toLowerCase().split(/\s+/) ?? []
    const type = attributes.get('type')?.trim().toLowerCase() ?? ''
    const url = resolve(href, this.base)
    if (url === null || this.sure.length + this.unsure.length >= MAX_LINKS * 10) return
    // The microformat rel=feed needs no type.
    if (relations.includes('feed') || (relations.includes('alternate') && FEED_TYPE.test(type))) {
      const link = linkOf(url, attributes)
      if (isOfComments(link)) this.unsure.push(link)
      else this.sure.push(link)
    } else if (relations.includes('alternate') && MAYBE_TYPE.test(type)) this.unsure.push(linkOf(url, attributes))
  }
}

function linkOf(url: string, attributes: Attributes): Link {
  const title = attributes.get('title')?.slice(0, 500) ?? ''
  return { url, title, language: tagOf(attributes.get('hreflang')) ?? tagOf(attributes.get('lang')) }
}

function isOfComments({ url, title }: Pick<Link, 'url' | 'title'>): boolean {
  return COMMENTS.test(`${url.slice(0, 2_000)} ${title}`)
}

function usualAddresses(page: string): string[] {
  const { origin, pathname } = new URL(page)
  const folder = pathname.slice(0, pathname.lastIndexOf('/') + 1)
  const near =
    folder === '/' ? [] : ['feed/', 'rss.xml', 'feed.xml', 'atom.xml', 'index.xml'].map(name => folder + name)
  return [...near, ...USUAL_PATHS].map(path => origin + path)
}

/** The address to keep of a feed that answered at `answered`: a redirect that only adds the s is believed at once. */
function addressOf(asked: string, answered: string): string {
  return asked.replace(/^http:/i, 'https:') === answered ? answered : asked
}

function found(url: string, feed: ParsedFeed, how: FoundFeed['how']): FoundFeed {
  const { title, format, language, link, entries } = feed
  const newest = entries.reduce<Millis | null>((latest, entry) => {
    const time = entry.published ?? entry.updated
    return time === null || (latest !== null && latest >= time) ? latest : time
  }, null)
  return { url, title, format, language, link, entries: entries.length, newest, how }
}

/** Words of a feed that show its language. */
function wordsOf({ title, entries }: ParsedFeed): string {
  return [title ?? '', ...entries.slice(0, 20).map(entry => entry.title)]
    .filter(words => words !== '')
    .join(' . ')
    .slice(0, MAX_PAGE_TEXT)
    .trim()
}

/**
 * Finds the feeds behind an address: the document itself; else those its page links to (`rel=alternate` or `feed`);
 * else those it mentions; else the usual paths. Asks for one document at a time, and each feed it returns has answered
 * and was read. At least one feed, or the reason there is none; the likeliest first: no comments, and the language of the page.
 */
export async function discover(
  pageUrl: string,
  fetcher: Pick<Fetcher, 'get'>,
  options: DiscoverOptions,
): Promise<Discovered> {
  const { allowPrivate, parse = parseDocument, now = Date.now, signal } = options
  const languageOf = options.languageOf ?? (declared => declared)
  const get = (url: string) =>
    fetcher.get({
      url,
      validators: { etag: null, lastModified: null },
      headers: {},
      allowPrivate: allowPrivate && sameService(pageUrl, url),
      now: now(),
      ...(signal ? { signal } : {}),
    })
  const page = await get(pageUrl)
  if (page.kind === 'failed') return { ok: false, reason: page.failure.message, answered: false }
  if (page.kind === 'unchanged')
    return { ok: false, reason: 'the server answered 304 to a first request', answered: true }
  const parsed = await parse(page.body, page.contentType, { url: page.url, gap: page.gap, maxEntries: 1_000 })
  if (parsed.ok) return { ok: true, value: [found(addressOf(pageUrl, page.url), parsed.value, 'address')] }

  const links = new PageLinks(page.url)
  scanMarkup(decodeText(page.body.subarray(0, MAX_PAGE), page.contentType).text, 'html', links)
  if (!links.isPage) {
    return { ok: false, reason: `${oneLine(page.url)}: ${quotable(page, parsed.reason)}`, answered: true }
  }
  const { declared, text } = links.language
  const language = tagOf(languageOf(declared ?? tagOf(page.contentLanguage), text))

  const asked = new Set([pageUrl, page.url])
  const lost = new Set<string>()
  let stopped: string | null = null
  const tryAll = async (addresses: readonly Link[], how: FoundFeed['how']): Promise<FoundFeed[]> => {
    const feeds: FoundFeed[] = []
    const order = new Map<FoundFeed, number>()
    for (const { url, title, language: said } of addresses) {
      if (signal?.aborted) break
      if (asked.has(url) || !URL.canParse(url) || lost.has(new URL(url).host)) continue
      asked.add(url)
      const got = await get(url)
      if (got.kind === 'failed' && HOST_FAILED.has(got.failure.kind)) {
        lost.add(new URL(url).host)
        stopped = got.failure.message
      }
      if (got.kind !== 'body' || feeds.some(feed => feed.url === got.url)) continue
      const read = await parse(got.body, got.contentType, { url: got.url, gap: got.gap, maxEntries: 1_000 })
      if (!read.ok) continue
      const address = addressOf(url, got.url)
      asked.add(got.url)
      const feed = found(address, read.value, how)
      feeds.push(feed)
      const spoken = tagOf(languageOf(said ?? tagOf(read.value.language), wordsOf(read.value) || title))
      const comments = isOfComments({ url: address, title: `${title} ${feed.title ?? ''}` })
      order.set(feed, distance(language, spoken) + (comments ? 10 : 0))
      // The usual paths are names of one feed.
      if (how === 'path') break
    }
    return feeds.toSorted((a, b) => (order.get(a) ?? 0) - (order.get(b) ?? 0))
  }
  for (const [addresses, how] of [
    [links.linked(language), 'link'],
    [links.mentioned, 'link'],
    [usualAddresses(page.url).map(url => ({ url, title: '', language: null })), 'path'],
  ] as const) {
    const feeds = await tryAll(addresses, how)
    if (feeds.length > 0) return { ok: true, value: feeds }
  }
  const tried = asked.size - new Set([pageUrl, page.url]).size
  const why = stopped === null ? '' : ` (${stopped})`
  return {
    ok: false,
    reason: `no feed found: ${oneLine(page.url)} is a page that links to none, and ${tried} other addresses gave none${why}`,
    answered: true,
  }
}
