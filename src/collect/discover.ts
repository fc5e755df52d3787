// Hides how the feeds behind an address are found: what is asked for, in which order, and when to stop asking.
import type { FailureKind, FeedFormat, Millis, Outcome, ParsedFeed } from '../model.ts'
import { type MarkupSink, scanMarkup } from './canonical.ts'
import { decodeText } from './decode.ts'
import type { Attributes } from './draft.ts'
import { oneLine } from './failure.ts'
import type { Fetcher } from './fetch.ts'
import { sameService } from './guard.ts'
import { rebase, resolve } from './links.ts'
import { type ParseOptions, parseDocument, quotable } from './parse.ts'

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

export interface DiscoverOptions {
  /** The host and port of the address asked about may be private; no other that its page names may. */
  allowPrivate: boolean
  /** How documents are parsed. Default: in this thread. */
  parse?: (bytes: Uint8Array, contentType: string | null, options: ParseOptions) => Promise<Outcome<ParsedFeed>>
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

/** Gathers from a page what may be a feed's address. */
class PageLinks implements MarkupSink {
  readonly gathering = false
  /** Whether anything in the text is HTML's. */
  isPage = false
  private base: string
  private readonly sure: string[] = []
  private readonly unsure: string[] = []
  private readonly anchors: string[] = []

  constructor(url: string) {
    this.base = url
  }

  /** The best first. */
  get linked(): string[] {
    return [...this.sure.slice(0, MAX_LINKS), ...this.unsure.slice(0, MAX_LINKS)]
  }

  /** Addresses in the text of the page that look like a feed's: agencies list their feeds on a page. */
  get mentioned(): string[] {
    return this.anchors.slice(0, MAX_LINKS)
  }

  text(): void {}
  close(): void {}

  open(tag: string, attributes: Attributes): void {
    if (/^(?:html|head|body|meta|a|div|p)$/.test(tag)) this.isPage = true
    const href = attributes.get('href')
    if (href === undefined) return
    if (tag === 'base') this.base = rebase(href, this.base) ?? this.base
    else if (tag === 'link') this.keepLink(href, attributes)
    else if (tag === 'a' && this.anchors.length < MAX_LINKS) {
      const url = resolve(href, this.base)
      if (url !== null && URL.canParse(url) && FEED_PATH.test(new URL(url).pathname + new URL(url).search)) {
        this.anchors.push(url)
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
      // The comments on an article are nobody's news.
      if (/comment/i.test(`${url} ${attributes.get('title') ?? ''}`)) this.unsure.push(url)
      else this.sure.push(url)
    } else if (relations.includes('alternate') && MAYBE_TYPE.test(type)) this.unsure.push(url)
  }
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

/**
 * Finds the feeds behind an address: the document itself; else those its page links to (`rel=alternate` or `feed`);
 * else those it mentions; else the usual paths. Asks for one document at a time, and each feed it returns has answered
 * and was read. At least one feed, the likeliest first, or the reason there is none.
 */
export async function discover(
  pageUrl: string,
  fetcher: Pick<Fetcher, 'get'>,
  options: DiscoverOptions,
): Promise<Outcome<FoundFeed[]>> {
  const { allowPrivate, parse = parseDocument, now = Date.now, signal } = options
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
  if (page.kind === 'failed') return { ok: false, reason: page.failure.message }
  if (page.kind === 'unchanged') return { ok: false, reason: 'the server answered 304 to a first request' }
  const parsed = await parse(page.body, page.contentType, { url: page.url, maxEntries: 1_000 })
  if (parsed.ok) return { ok: true, value: [found(addressOf(pageUrl, page.url), parsed.value, 'address')] }

  const links = new PageLinks(page.url)
  scanMarkup(decodeText(page.body.subarray(0, MAX_PAGE), page.contentType).text, 'html', links)
  if (!links.isPage) return { ok: false, reason: `${oneLine(page.url)}: ${quotable(page, parsed.reason)}` }

  const asked = new Set([pageUrl, page.url])
  const lost = new Set<string>()
  let stopped: string | null = null
  const tryAll = async (addresses: readonly string[], how: FoundFeed['how']): Promise<FoundFeed[]> => {
    const feeds: FoundFeed[] = []
    for (const url of addresses) {
      if (signal?.aborted) break
      if (asked.has(url) || !URL.canParse(url) || lost.has(new URL(url).host)) continue
      asked.add(url)
      const got = await get(url)
      if (got.kind === 'failed' && HOST_FAILED.has(got.failure.kind)) {
        lost.add(new URL(url).host)
        stopped = got.failure.message
      }
      if (got.kind !== 'body' || feeds.some(feed => feed.url === got.url)) continue
      const read = await parse(got.body, got.contentType, { url: got.url, maxEntries: 1_000 })
      if (!read.ok) continue
      const address = addressOf(url, got.url)
      asked.add(got.url)
      feeds.push(found(address, read.value, how))
      // The usual paths are names of one feed.
      if (how === 'path') break
    }
    return feeds
  }
  for (const [addresses, how] of [
    [links.linked, 'link'],
    [links.mentioned, 'link'],
    [usualAddresses(page.url), 'path'],
  ] as const) {
    const feeds = await tryAll(addresses, how)
    if (feeds.length > 0) return { ok: true, value: feeds }
  }
  const tried = asked.size - new Set([pageUrl, page.url]).size
  const why = stopped === null ? '' : ` (${stopped})`
  return {
    ok: false,
    reason: `no feed found: ${oneLine(page.url)} is a page that links to none, and ${tried} other addresses gave none${why}`,
  }
}
