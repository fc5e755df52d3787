// Finds what can be read of an agency: its feeds, and then its maps of news, by robots.txt and the usual paths. For who adds a
// source; polls look for nothing.
import { type DiscoverOptions, discover, type FoundFeed } from '../collect/discover.ts'
import { type ParseOptions, parseDocument } from '../collect/feed/parse.ts'
import type { Fetcher } from '../collect/net/fetch.ts'
import { sameService } from '../collect/net/guard.ts'
import { MAX_ROBOTS, type RobotsRules, readRobots } from '../collect/robots.ts'
import { chooseMaps, isOfSection, orderMaps } from '../decide/maps/choose.ts'
import { primaryLanguage } from '../language/tag.ts'
import type { FetchResult, ParsedFeed } from '../model/collected.ts'
import type { Millis, Outcome } from '../model/units.ts'
import { NOTHING_KNOWN } from './ask.ts'
import { refusal } from './robots.ts'

/** Requests for robots.txt and maps together. */
const MOST_REQUESTS = 12
/** Documents of an index that are looked at for a map of news. */
const LOOKED_INTO = 2
/** Where maps of news often lie. */
const USUAL_PATHS = [
  '/news-sitemap.xml',
  '/sitemap-news.xml',
  '/sitemaps/news.xml',
  '/sitemap_news.xml',
  '/sitemap.xml',
]
/** Entries that are shown of a source. */
const SHOWN = 5
const DAY: Millis = 86_400_000
/** A feed without an entry for so long stands still where its map goes on. */
const FROZEN: Millis = 7 * DAY
const ALIVE: Millis = 2 * DAY

/** What a source holds, beside what is said of a feed. */
export interface Contents {
  /** Entries by language, the most frequent first; '' where none is known. */
  languages: Record<string, number>
  /** Share of entries without a text, 0 to 1. */
  withoutText: number
  first: { title: string; published: Millis | null; url: string | null }[]
}

export interface FoundSource extends Omit<FoundFeed, 'how'>, Contents {
  /** `robots`: robots.txt names it. */
  how: FoundFeed['how'] | 'robots'
  /** It is the map of a section: it is offered, and not taken by itself. */
  section: boolean
}

/** Sources that answered and were read, the one to take first; else the reason, and whether the address itself answered. */
export type FoundSources =
  | {
      ok: true
      value: FoundSource[]
      /** What whoever adds one should know. */
      notes: string[]
    }
  | { ok: false; reason: string; answered: boolean }

export interface FindOptions extends DiscoverOptions {
  userAgent: string
}

/** Finds the sources behind an address: feeds as `discover` does, then maps of news. */
export async function findSources(
  address: string,
  fetcher: Pick<Fetcher, 'get'>,
  options: FindOptions,
): Promise<FoundSources> {
  const { now = Date.now } = options
  const finder = new Finder(address, fetcher, options)
  const found = await discover(address, fetcher, { ...options, parse: finder.parse })
  const [direct] = found.ok ? found.value : []
  if (direct !== undefined && direct.how === 'address') return finder.direct(direct)
  if (!found.ok && !found.answered) return found
  const maps = await finder.maps()
  const feeds = found.ok ? found.value.map(feed => finder.sourceOf(feed, feed.how)) : []
  const notes = notesOf(feeds, maps, now())
  const isFrozen = isStill(feeds, maps, now())
  const value = isFrozen ? [...maps, ...feeds] : [...feeds, ...maps]
  if (value.length > 0)
    return { ok: true, value: value.toSorted((a, b) => Number(a.section) - Number(b.section)), notes }
  const reason = found.ok ? '' : found.reason
  return { ok: false, reason: [reason, ...finder.refusals].join('; '), answered: true }
}

/** The map of news of the site of an address, where its newest entry is of the last two days; null where there is none. */
export async function livingMap(
  address: string,
  fetcher: Pick<Fetcher, 'get'>,
  options: FindOptions,
): Promise<FoundSource | null> {
  const { now = Date.now } = options
  const maps = await new Finder(address, fetcher, options).maps()
  return maps.find(map => !map.section && isAlive(map, now())) ?? null
}

/** Why robots.txt does not let us read a map; null where it does. */
export async function forbiddenByRobots(
  address: string,
  fetcher: Pick<Fetcher, 'get'>,
  options: FindOptions,
): Promise<string | null> {
  return new Finder(address, fetcher, options).forbidden(address)
}

const isAlive = ({ newest }: Pick<FoundSource, 'newest'>, now: Millis): boolean =>
  newest !== null && now - newest < ALIVE

/** Whether the feed that would be taken stands still while a map goes on. */
function isStill([feed]: readonly FoundSource[], maps: readonly FoundSource[], now: Millis): boolean {
  return isFrozen(feed?.newest ?? null, now) && maps.some(map => !map.section && isAlive(map, now))
}

/** Whether the newest entry of a feed is so old that it may have been given up. */
export const isFrozen = (newest: Millis | null, now: Millis): boolean => newest !== null && now - newest > FROZEN

function notesOf(feeds: readonly FoundSource[], maps: readonly FoundSource[], now: Millis): string[] {
  const [feed] = feeds
  const [map] = maps
  if (feed === undefined || map === undefined) return []
  const day = (time: Millis | null): string => (time === null ? 'no date' : new Date(time).toISOString().slice(0, 10))
  return isStill(feeds, maps, now)
    ? [
        `the newest entry of the feed ${feed.url} is of ${day(feed.newest)}, that of the map ${map.url} of ${day(map.newest)}: the map goes first`,
      ]
    : [`there is a map of news too, ${map.url}: it has headlines only, and goes on where the feed is given up`]
}

class Finder {
  /** Why maps were not asked for: those that robots.txt forbids us to read, or that it could not be had. In sentences. */
  readonly refusals: string[] = []
  readonly #address: string
  readonly #fetcher: Pick<Fetcher, 'get'>
  readonly #options: FindOptions
  /** Of documents that were read, by the address that answered. */
  readonly #contents = new Map<string, Contents>()
  /** The same with what a feed is known by where its address led to another. */
  readonly #read: { title: string | null; entries: number; contents: Contents }[] = []
  readonly #asked = new Set<string>()
  #requests = 0
  /** Of the host that was asked last. */
  #rules: RobotsRules | null = null

  constructor(address: string, fetcher: Pick<Fetcher, 'get'>, options: FindOptions) {
    this.#address = address
    this.#fetcher = fetcher
    this.#options = options
  }

  /** Parses, and remembers what the document holds. */
  readonly parse = async (
    bytes: Uint8Array,
    contentType: string | null,
    options: ParseOptions,
  ): Promise<Outcome<ParsedFeed>> => {
    const parsed = await (this.#options.parse ?? parseDocument)(bytes, contentType, options)
    if (parsed.ok) {
      const contents = contentsOf(parsed.value)
      const { title, entries } = parsed.value
      if (options.url !== null) this.#contents.set(options.url, contents)
      this.#read.push({ title, entries: entries.length, contents })
    }
    return parsed
  }

  sourceOf(feed: Omit<FoundFeed, 'how'>, how: FoundSource['how']): FoundSource {
    const { title, entries } = feed
    const led = this.#read.find(one => one.title === title && one.entries === entries)
    const contents = this.#contents.get(feed.url) ?? led?.contents ?? NOTHING
    return { ...feed, ...contents, how, section: feed.format === 'map' && isOfSection(feed.url) }
  }

  /** The address itself is a source. */
  async direct(feed: FoundFeed): Promise<FoundSources> {
    if (feed.format !== 'map' && feed.format !== 'index')
      return { ok: true, value: [this.sourceOf(feed, 'address')], notes: [] }
    const forbidden = await this.forbidden(feed.url)
    if (forbidden !== null) return { ok: false, reason: forbidden, answered: true }
    if (feed.format === 'map')
      return { ok: true, value: [{ ...this.sourceOf(feed, 'address'), section: false }], notes: [] }
    const index = await this.#look(feed.url, 'address', this.#rules)
    return index === null
      ? { ok: false, reason: `${feed.url} is an index of sitemaps in which no map of news was found`, answered: true }
      : { ok: true, value: [{ ...index, section: false }], notes: [] }
  }

  /** Why an address may not be read; null where it may. */
  async forbidden(address: string): Promise<string | null> {
    const { origin } = new URL(address)
    const rules = await this.#robots(origin)
    if (!rules.ok) return rules.reason
    this.#rules = rules.value
    return rules.value === null || rules.value.allows(address) ? null : refusal(origin)
  }

  /** Maps of news of the site: those that robots.txt names, and those at the usual paths. */
  async maps(): Promise<FoundSource[]> {
    const { origin } = new URL(this.#address)
    const rules = await this.#robots(origin)
    if (!rules.ok) {
      this.refusals.push(rules.reason)
      return []
    }
    const named = orderMaps(origin, rules.value?.sitemaps ?? [])
    const usual = USUAL_PATHS.map(path => origin + path)
    const found: FoundSource[] = []
    for (const [addresses, how] of [
      [named.filter(isOfNews), 'robots'],
      [usual.filter(isOfNews), 'path'],
      [named.filter(address => !isOfNews(address)), 'robots'],
      [usual.filter(address => !isOfNews(address)), 'path'],
    ] as const) {
      for (const address of addresses) {
        // Of names without news only the first that is one.
        if (found.some(({ section }) => !section) && (how === 'path' || !isOfNews(address))) break
        const map = await this.#look(address, how, rules.value)
        if (map !== null && !found.some(({ url }) => url === map.url)) found.push(map)
      }
    }
    return found
  }

  async #robots(origin: string): Promise<Outcome<RobotsRules | null>> {
    const url = `${origin}/robots.txt`
    const got = await this.#get(url)
    if (got?.kind === 'body') {
      const text = Buffer.from(got.body.subarray(0, MAX_ROBOTS)).toString('utf8')
      return { ok: true, value: await readRobots(text, url, this.#options.userAgent) }
    }
    const status = got?.kind === 'failed' ? got.failure.status : null
    if (status !== null && status >= 400 && status < 500 && status !== 429) return { ok: true, value: null }
    const why = got?.kind === 'failed' ? got.failure.message : 'no answer'
    return { ok: false, reason: `${url} could not be read, so no map is asked for: ${why}` }
  }

  /** The map of news at an address, or the index that names one; null where there is none, or it may not be read. */
  async #look(address: string, how: FoundSource['how'], rules: RobotsRules | null): Promise<FoundSource | null> {
    const read = await this.#document(address, rules)
    if (read === null) return null
    const { feed, url } = read
    if (feed.format !== 'index') return this.#found(feed, address, how)
    const children = chooseMaps(url, feed.maps ?? [], this.#now).slice(0, LOOKED_INTO)
    for (const child of children) {
      const inner = await this.#document(child.url, rules)
      if (inner === null || inner.feed.format !== 'map') continue
      this.#contents.set(address, contentsOf(inner.feed))
      return { ...this.#found({ ...inner.feed, format: 'index' }, address, how), section: false }
    }
    return null
  }

  #found(feed: ParsedFeed, url: string, how: FoundSource['how']): FoundSource {
    const { title, format, language, link, entries } = feed
    const newest = entries.reduce<Millis | null>((latest, { published }) => {
      if (published === null) return latest
      return latest === null ? published : Math.max(latest, published)
    }, null)
    this.#contents.set(url, contentsOf(feed))
    return this.sourceOf({ url, title, format, language, link, entries: entries.length, newest }, how)
  }

  async #document(address: string, rules: RobotsRules | null): Promise<{ feed: ParsedFeed; url: string } | null> {
    if (rules !== null && URL.parse(address)?.origin === new URL(this.#address).origin && !rules.allows(address)) {
      this.refusals.push(`${address}: ${refusal(new URL(address).origin)}`)
      return null
    }
    const got = await this.#get(address)
    if (got?.kind !== 'body') return null
    const options = { url: got.url, gap: got.gap, maxEntries: 1_000 }
    const parsed = await this.parse(got.body, got.contentType, options)
    return parsed.ok ? { feed: parsed.value, url: got.url } : null
  }

  get #now(): Millis {
    return (this.#options.now ?? Date.now)()
  }

  /** Null where it was asked for before, or enough was. */
  async #get(url: string): Promise<FetchResult | null> {
    const { signal, allowPrivate } = this.#options
    if (this.#requests >= MOST_REQUESTS || this.#asked.has(url) || signal?.aborted) return null
    this.#asked.add(url)
    this.#requests++
    return this.#fetcher.get({
      url,
      validators: NOTHING_KNOWN,
      headers: {},
      allowPrivate: allowPrivate && sameService(this.#address, url),
      now: this.#now,
      ...(signal ? { signal } : {}),
    })
  }
}

const isOfNews = (address: string): boolean => {
  const { pathname = '', search = '' } = URL.parse(address) ?? {}
  return /news(?!letter)|latest|today|(?:^|[/._-])(?:rss|atom|feeds?)(?=[/._-]|$)/i.test(pathname + search)
}

const NOTHING: Contents = { languages: {}, withoutText: 0, first: [] }

function contentsOf({ entries, language }: ParsedFeed): Contents {
  const counts = new Map<string, number>()
  for (const entry of entries) {
    const tag = primaryLanguage(entry.language ?? language) ?? ''
    counts.set(tag, (counts.get(tag) ?? 0) + 1)
  }
  const bare = entries.filter(({ text }) => text.trim() === '').length
  return {
    languages: Object.fromEntries([...counts].sort((a, b) => b[1] - a[1])),
    withoutText: entries.length === 0 ? 0 : Math.round((bare / entries.length) * 100) / 100,
    first: entries.slice(0, SHOWN).map(({ title, published, url }) => ({ title, published, url })),
  }
}
