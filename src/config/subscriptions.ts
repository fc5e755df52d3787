// Which agency a feed belongs to, and what a subscription list adds to a configuration. Pure: the commands read and write.

import type { Agency } from '../model/config.ts'
import { type AgencyEntry, type FeedEntry, parseDuration } from './config.ts'
import { categoryOf, type LeftOut, type OpmlFeed, type OpmlList } from './opml.ts'
import { targetOf, withoutLogin } from './secrets.ts'

// ── hosts and sites ─────────────────────────────────────────────────────────────────────────────────────────────────

/** Hosts on which everyone publishes: feeds there say nothing of each other. */
const SHARED_HOSTS =
  /(?:^|\.)(?:feedburner\.com|medium\.com|reddit\.com|youtube\.com|github\.com|google\.com|rsshub\.app|facebook\.com|t\.me|rss\.app|feedblitz\.com|archive\.org|fetchrss\.com|politepol\.com|feed43\.com|morss\.it|openrss\.org)$/

/** Domains that give each of their users a host. */
const HOSTERS =
  /(?:^|\.)(?:blogspot\.[a-z.]{2,6}|wordpress\.com|substack\.com|github\.io|gitlab\.io|tumblr\.com|medium\.com|livejournal\.com|typepad\.com|blogger\.com|ghost\.io|netlify\.app|pages\.dev|vercel\.app|wixsite\.com|weebly\.com|over-blog\.com|canalblog\.com|hatenablog\.com|beehiiv\.com|buttondown\.email)$/

/** Hosts that only serve feeds, by their name: the publisher is somewhere else. */
const FEED_HOST = /(?:^|[.-])(?:feeds?|rss|rsshub|feedproxy|hub|syndication|xml)(?:\d|[.-])/

export function hostOf(url: string): string {
  return URL.canParse(url)
    ? new URL(url).hostname.replace(/^(?:www\d?|feeds?|rss)\.(?=.*\.)/, '').replace(/\.$/, '')
    : ''
}

/** A host and its relatives, more or less: `news.paper.co.uk` is of `paper.co.uk`. */
function familyOf(host: string): string {
  if (/^[\d.:[\]a-f]*$/.test(host) || HOSTERS.test(host)) return host
  const labels = host.split('.')
  const short = /^(?:com?|net|org|gov|gob|edu|ac|or|ne|go|info)$/.test(labels.at(-2) ?? '')
  return labels.slice(short && (labels.at(-1) ?? '').length === 2 ? -3 : -2).join('.')
}

/** What tells a publisher's site from others: its host, and the path where everyone publishes on that host. */
function siteOf(homepage: string): string {
  const host = hostOf(homepage)
  return SHARED_HOSTS.test(host) ? `${host}${new URL(homepage).pathname.replace(/(?<!\/)\/+$/, '')}` : host
}

const isShared = (site: string): boolean => SHARED_HOSTS.test(site.replace(/\/.*/, ''))

/** What is the same for sites of one publisher. */
const houseOf = (site: string): string => (isShared(site) ? site : familyOf(site))

/** An id made of a host: `arabic.rt.com` is `arabic-rt`, `feeds.bbci.co.uk` is `bbci`. */
function idOf(url: string): string {
  const labels = hostOf(url).replace(/[[\]]/g, '').split(/[.:]/)
  if (!/^[\d.:[\]a-f]*$/.test(hostOf(url)) && labels.length > 1) {
    labels.pop()
    if (labels.length > 1 && /^(?:com?|net|org|gov|edu|ac|gob)$/.test(labels.at(-1) ?? '')) labels.pop()
  }
  return (
    labels
      .join('-')
      .toLowerCase()
      .replace(/[^a-z0-9-]/g, '-')
      .replace(/^-+/, '')
      .slice(0, 34)
      .replace(/(?<!-)-+$/, '') || 'agency'
  )
}

const folded = (name: string): string => name.normalize('NFKC').toLowerCase().trim()

/** Words of a name that tell something. */
const wordsOf = (name: string): string[] =>
  folded(name.slice(0, 300))
    .split(/[^\p{L}\p{M}\p{N}]+/u)
    .filter(word => word.length > 2)

/** Names of one house share a word, or the host has a word of one: "BBC – World" and "BBC – Sport". */
function related(one: string, other: string, host: string): boolean {
  const [a, b] = [wordsOf(one), new Set(wordsOf(other))]
  if (folded(one) === folded(other) || a.some(word => b.has(word))) return true
  const plain = host.replace(/[^\p{L}\p{N}]/gu, '')
  return [...a, ...b].some(word => word.length > 3 && !FEED_HOST.test(`${word}.`) && plain.includes(word))
}

// ── agencies ────────────────────────────────────────────────────────────────────────────────────────────────────────

type Draft = AgencyEntry & { feeds: FeedEntry[] }

/** What is known of a feed beside its address. */
export interface Wish {
  /** Names the agency; else its site, its host and its title do. */
  agency?: Partial<Omit<AgencyEntry, 'feeds'>>
  /** The site it is of, as whoever lists it says. */
  homepage?: string | null
  /**
   * Whether the host of a feed names its agency, and is enough to join one of which no site is known: so where somebody adds
   * a feed, and not in a list.
   */
  byHost?: boolean
  /** The address with its variables filled in, where the feed's own has some. */
  target?: string
}

interface Known {
  name: string
  /** See {@link houseOf}; null where no site is known. */
  house: string | null
}

/** Agencies of one host that are compared with a feed: hostile lists give one host thousands. */
const MAX_COMPARED = 100

/** Gathers what is to be added, and knows what is there already. */
export class Additions {
  readonly drafts = new Map<string, Draft>()
  readonly #known = new Map<string, Known>()
  readonly #hosts = new Map<string, Set<string>>()
  /** By host and name. */
  readonly #names = new Map<string, string>()
  readonly #sites = new Map<string, string>()
  readonly #urls = new Map<string, string>()
  readonly #numbers = new Map<string, number>()
  /** Hosts that serve feeds of several sites: there only sites and names tell. */
  readonly #hubs: ReadonlySet<string>

  constructor(agencies: readonly Agency[], hubs: ReadonlySet<string> = new Set()) {
    this.#hubs = hubs
    for (const { id, name, homepage, feeds } of agencies) {
      this.#know(id, name, webAddress(homepage))
      for (const spec of feeds) {
        this.#note(targetOf(spec), id)
        this.#urls.set(keyOf(spec.url), id)
      }
    }
  }

  /** The agency that has this feed. */
  agencyWith(url: string): string | undefined {
    return this.#urls.get(keyOf(url))
  }

  has(agency: string): boolean {
    return this.#known.has(agency)
  }

  nameOf(agency: string): string {
    return this.#known.get(agency)?.name ?? agency
  }

  /** Takes a feed on; the agency's id. `title` names a new agency. */
  add(
    feed: FeedEntry,
    title: string | null,
    { agency = {}, homepage = null, byHost = true, target = feed.url }: Wish = {},
  ): string {
    const host = hostOf(target)
    const home = webAddress(homepage)
    const site = home === null || keyOf(home) === keyOf(target) ? null : siteOf(home)
    const id = agency.id ?? this.#find(target, site, title, byHost) ?? this.#newId(target, byHost ? null : home)
    const name = this.#known.get(id)?.name ?? agency.name ?? title ?? site ?? (host || id)
    let draft = this.drafts.get(id)
    if (draft === undefined) {
      draft = { ...(byHost || site === null ? {} : { homepage: home }), ...agency, id, name, feeds: [] }
      this.drafts.set(id, draft)
      if (!this.has(id)) this.#know(id, name, webAddress(draft.homepage))
    }
    draft.feeds.push({ ...feed, title: title === name ? null : title })
    this.#note(target, id)
    return id
  }

  #find(url: string, site: string | null, title: string | null, byHost: boolean): string | undefined {
    const host = hostOf(url)
    const house = site === null ? null : houseOf(site)
    const bySite = site === null ? undefined : this.#sites.get(site)
    if (bySite !== undefined) return bySite
    const differ = (id: string): boolean => {
      const theirs = this.#of(id).house
      return house !== null && theirs !== null && house !== theirs
    }
    // An agency that has its feeds on the very site.
    const there = site === null || isShared(site) ? [] : [...(this.#hosts.get(site) ?? [])].slice(0, 2)
    const [only] = there
    if (only !== undefined && there.length === 1 && !differ(only)) return only
    const named = title === null ? undefined : this.#names.get(`${host}\n${folded(title)}`)
    if (named !== undefined && !differ(named)) return named
    const here = [...(this.#hosts.get(host) ?? [])].slice(0, MAX_COMPARED)
    const family = familyOf(host)
    return here.find(id => {
      const { name, house: theirs } = this.#of(id)
      if (house !== null && theirs !== null) return house === theirs
      if (byHost && theirs === null) return true
      // One says whose site it is: the host is that site's own, or a hub's.
      if (house !== null || theirs !== null) return (house ?? theirs) === family
      if (this.#hubs.has(host) || here.length > 1) return false
      return !FEED_HOST.test(new URL(url).hostname) || related(name, title ?? '', host)
    })
  }

  #of(id: string): Known {
    return this.#known.get(id) ?? { name: id, house: null }
  }

  /** An id after the site where that is another than the feed's; numbered where it is taken. */
  #newId(url: string, home: string | null): string {
    const site = home === null ? '' : siteOf(home)
    const foreign = site !== '' && !isShared(site) && familyOf(site) !== familyOf(hostOf(url))
    const stem = idOf(foreign && home !== null ? home : url)
    let number = this.#numbers.get(stem) ?? 1
    const id = (): string => (number === 1 ? stem : `${stem}-${number}`)
    while (this.#known.has(id())) number++
    this.#numbers.set(stem, number)
    return id()
  }

  #know(id: string, name: string, homepage: string | null): void {
    const site = homepage === null ? null : siteOf(homepage)
    this.#known.set(id, { name, house: site === null ? null : houseOf(site) })
    if (site !== null && !this.#sites.has(site)) this.#sites.set(site, id)
  }

  #note(url: string, id: string): void {
    this.#urls.set(keyOf(url), id)
    const host = hostOf(url)
    if (SHARED_HOSTS.test(host)) return
    this.#hosts.set(host, (this.#hosts.get(host) ?? new Set()).add(id))
    const name = `${host}\n${folded(this.nameOf(id))}`
    if (!this.#names.has(name)) this.#names.set(name, id)
  }
}

/** By which two spellings of one address are one. */
function keyOf(url: string): string {
  return URL.parse(url)?.href ?? url
}

/** The address of a home page as the configuration takes it; null for anything else. */
function webAddress(text: string | null | undefined): string | null {
  const url = text && text.length <= 2_000 ? URL.parse(text) : null
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '') return null
  return text ?? null
}

// ── lists ───────────────────────────────────────────────────────────────────────────────────────────────────────────

export interface ImportPlan {
  /** What is added, by agency. */
  drafts: Iterable<AgencyEntry>
  counts: { feeds: number; added: number; newAgencies: number; known: number; refused: number }
  /** What was left out or chosen, in sentences. */
  notes: string[]
}

/** Sentences on single outlines; of more, the number is told. */
const MAX_NAMED = 100

/** What importing a list adds to these agencies. */
export function planImport(list: OpmlList, agencies: readonly Agency[]): ImportPlan {
  const notes: string[] = []
  const counts = { feeds: list.feeds.length, added: 0, newAgencies: 0, known: 0, refused: list.leftOut.number }
  const leftOut: LeftOut[] = [...list.leftOut.named]
  const feeds = new Map<string, { url: string; feed: OpmlFeed }>()
  const moved = new Set<string>()
  for (const feed of list.feeds) {
    const url = addressOf(feed.url)
    if (url === null) {
      counts.refused++
      leftOut.push({ name: feed.url, why: 'no http or https address' })
      continue
    }
    const key = keyOf(url)
    const before = feeds.get(key)
    if (before === undefined) feeds.set(key, { url, feed })
    else {
      counts.known++
      if (isElsewhere(before.feed, feed)) moved.add(key)
      before.feed = both(before.feed, feed)
    }
  }
  for (const { name, why } of leftOut.slice(0, MAX_NAMED))
    notes.push(`left out, ${why}: ${JSON.stringify(withoutLogin(name).slice(0, 200))}`)
  const unnamed = counts.refused - Math.min(leftOut.length, MAX_NAMED)
  if (unnamed > 0) notes.push(`left out besides: ${unnamed}`)

  const additions = new Additions(agencies, hubsOf([...feeds.values()]))
  let several = 0
  for (const { url, feed } of feeds.values()) {
    if (additions.agencyWith(url) !== undefined) {
      counts.known++
      continue
    }
    if (!feed.own.has('agency') && feed.folders.length === 0 && categoriesOf(feed.category).length > 1) several++
    additions.add(feedOf(feed, url), feed.title, { agency: agencyOf(feed), homepage: feed.homepage, byHost: false })
    counts.added++
  }
  if (several > 0)
    notes.push(`of several categories, the first was taken: ${several} ${several === 1 ? 'feed' : 'feeds'}`)
  if (moved.size > 0)
    notes.push(`of several folders, the first was taken: ${moved.size} ${moved.size === 1 ? 'feed' : 'feeds'}`)
  const there = new Set(agencies.map(({ id }) => id))
  counts.newAgencies = [...additions.drafts.keys()].filter(id => !there.has(id)).length
  return { drafts: additions.drafts.values(), counts, notes }
}

/** Hosts whose feeds the list says to be of sites that have nothing to do with each other. */
function hubsOf(feeds: readonly { url: string; feed: OpmlFeed }[]): Set<string> {
  const families = new Map<string, Set<string>>()
  for (const { url, feed } of feeds) {
    const home = webAddress(feed.homepage)
    if (home === null || keyOf(home) === keyOf(url)) continue
    const host = hostOf(url)
    families.set(host, (families.get(host) ?? new Set()).add(familyOf(siteOf(home))))
  }
  return new Set([...families].filter(([, found]) => found.size > 1).map(([host]) => host))
}

const isElsewhere = ({ folders: one }: OpmlFeed, { folders: other }: OpmlFeed): boolean =>
  one.length > 0 && other.length > 0 && categoryOf(one) !== categoryOf(other)

/** A feed that is listed twice: what one says and the other does not; of two folders the first. */
function both(one: OpmlFeed, other: OpmlFeed): OpmlFeed {
  const [first, second] = one.own.has('agency') || !other.own.has('agency') ? [one, other] : [other, one]
  return {
    ...first,
    title: first.title ?? second.title,
    folders: first.folders.length > 0 ? first.folders : second.folders,
    homepage: first.homepage ?? second.homepage,
    language: first.language ?? second.language,
    category: first.category ?? second.category,
  }
}

/** The address as meant: schemes of readers, marks that editors paste and escapes that were escaped again are undone. */
function addressOf(written: string): string | null {
  const url = written
    .replace(/[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g, '')
    .trim()
    .replace(/&(?:amp|#0?38|#x26);/gi, '&')
    // Feedly's ids of feeds.
    .replace(/^feed\/(?=https?:)/i, '')
    .replace(/^(?:feed|rss|itpc|pcast|podcast):(?:\/\/)?(?=https?:)/i, '')
    .replace(/^(?:feed|rss|itpc|pcast|podcast):(?=\/\/)/i, 'http:')
    .replace(/^(?:feed|rss|itpc|pcast|podcast):/i, 'http://')
    .replace(/^\/\/(?=[^/]+\.)/, 'https://')
    .replace(/^(?=www\.[^/\s]+\.)/i, 'https://')
  const parsed = URL.parse(url)
  return parsed !== null && /^https?:$/.test(parsed.protocol) && parsed.hostname !== '' ? url : null
}

const LANGUAGE = /^[a-zA-Z]{2,3}(-[a-zA-Z0-9]{2,8})*$/

function tagOf(tag: string | null | undefined): string | null {
  return tag && LANGUAGE.test(tag) ? tag : null
}

/** The agency that Minwal's own export names, and nothing from anyone else's list. */
function agencyOf({ own, homepage }: OpmlFeed): Partial<Omit<AgencyEntry, 'feeds'>> {
  const id = own.get('agency') ?? ''
  if (!/^[a-z0-9][a-z0-9-]{0,39}$/.test(id)) return {}
  const aliases = aliasesOf(own.get('aliases') ?? '[]')
  return {
    id,
    name: own.get('name') || id,
    aliases: aliases.length > 0 ? aliases : null,
    language: tagOf(own.get('language')),
    homepage: webAddress(homepage),
  }
}

function aliasesOf(text: string): string[] {
  try {
    const list: unknown = JSON.parse(text)
    return Array.isArray(list) ? list.filter(alias => typeof alias === 'string' && alias !== '') : []
  } catch {
    return []
  }
}

/** OPML 2.0: a comma-separated list, each a path of names between slashes. As categories of ours. */
function categoriesOf(text: string | null): string[] {
  return (text ?? '')
    .split(',')
    .map(path =>
      categoryOf(
        path
          .split('/')
          .map(name => name.trim())
          .filter(name => name !== ''),
      ),
    )
    .filter(category => category !== null)
}

/** A feed as the configuration has it. Headers and rights (`allowPrivate`, `file:`) are never taken from a list. */
function feedOf(feed: OpmlFeed, url: string): FeedEntry {
  const { own, folders } = feed
  const every = own.get('every') ?? ''
  const span = parseDuration(every) ?? 0
  const identity = own.get('identity') ?? ''
  const language = tagOf(feed.language)
  return {
    url,
    category: own.has('agency') ? feed.category : (categoryOf(folders) ?? categoriesOf(feed.category)[0] ?? null),
    language: language === tagOf(own.get('language')) ? null : language,
    every: span >= 60_000 && span <= 7 * 86_400_000 ? every : null,
    identity: identity === 'url' || identity === 'title' ? identity : null,
    paused: own.get('paused') === 'true' ? true : null,
  }
}
