// Finds the agency that a feed belongs to: by its site, its host and its title.
import type { Agency } from '../model/config.ts'
import type { AgencyEntry, FeedEntry } from './edit.ts'
import { targetOf } from './secrets.ts'

// ── hosts and sites ─────────────────────────────────────────────────────────────────────────────────────────────────

/** Hosts with feeds of many unrelated publishers. */
const SHARED_HOSTS =
  /(?:^|\.)(?:feedburner\.com|medium\.com|reddit\.com|youtube\.com|github\.com|google\.com|rsshub\.app|facebook\.com|t\.me|rss\.app|feedblitz\.com|archive\.org|fetchrss\.com|politepol\.com|feed43\.com|morss\.it|openrss\.org)$/

/** Domains whose subdomains belong to unrelated publishers. */
const HOSTERS =
  /(?:^|\.)(?:blogspot\.[a-z.]{2,6}|wordpress\.com|substack\.com|github\.io|gitlab\.io|tumblr\.com|medium\.com|livejournal\.com|typepad\.com|blogger\.com|ghost\.io|netlify\.app|pages\.dev|vercel\.app|wixsite\.com|weebly\.com|over-blog\.com|canalblog\.com|hatenablog\.com|beehiiv\.com|buttondown\.email)$/

/** Host names that suggest that only feeds are served there and the publisher's site is another host. */
const FEED_HOST = /(?:^|[.-])(?:feeds?|rss|rsshub|feedproxy|hub|syndication|xml)(?:\d|[.-])/

/** The host of an address without `www.`, `feeds.` and the like; empty for anything else. */
export function hostOf(url: string): string {
  return URL.canParse(url)
    ? new URL(url).hostname.replace(/^(?:www\d?|feeds?|rss)\.(?=.*\.)/, '').replace(/\.$/, '')
    : ''
}

/** The registrable domain, estimated without the public suffix list: `paper.co.uk` for `news.paper.co.uk`. */
export function familyOf(host: string): string {
  if (/^[\d.:[\]a-f]*$/.test(host) || HOSTERS.test(host)) return host
  const labels = host.split('.')
  const short = /^(?:com?|net|org|gov|gob|edu|ac|or|ne|go|info)$/.test(labels.at(-2) ?? '')
  return labels.slice(short && (labels.at(-1) ?? '').length === 2 ? -3 : -2).join('.')
}

/** A publisher's site: its host, with the path where the host is one of {@link SHARED_HOSTS}. */
export function siteOf(homepage: string): string {
  const host = hostOf(homepage)
  return SHARED_HOSTS.test(host) ? `${host}${new URL(homepage).pathname.replace(/(?<!\/)\/+$/, '')}` : host
}

const isShared = (site: string): boolean => SHARED_HOSTS.test(site.replace(/\/.*/, ''))

/** Equal for all sites of one publisher. */
const houseOf = (site: string): string => (isShared(site) ? site : familyOf(site))

/** An agency's id made of a host: `arabic.rt.com` is `arabic-rt`, `feeds.bbci.co.uk` is `bbci`. */
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

/** Words of a name that are longer than two letters. */
const wordsOf = (name: string): string[] =>
  folded(name.slice(0, 300))
    .split(/[^\p{L}\p{M}\p{N}]+/u)
    .filter(word => word.length > 2)

/** Whether two names are of one publisher: they share a word ("BBC – World", "BBC – Sport"), or the host holds a word of one. */
function related(one: string, other: string, host: string): boolean {
  const [a, b] = [wordsOf(one), new Set(wordsOf(other))]
  if (folded(one) === folded(other) || a.some(word => b.has(word))) return true
  const plain = host.replace(/[^\p{L}\p{N}]/gu, '')
  return [...a, ...b].some(word => word.length > 3 && !FEED_HOST.test(`${word}.`) && plain.includes(word))
}

// ── agencies ────────────────────────────────────────────────────────────────────────────────────────────────────────

type Draft = AgencyEntry & { feeds: FeedEntry[] }

/** What is known of a feed besides its address. */
export interface FeedHints {
  /** The agency, where it is named; else its site, host and title decide. */
  agency?: Partial<Omit<AgencyEntry, 'feeds'>>
  /** Its site, as the list or the feed gives it. */
  homepage?: string | null
  /**
   * Whether the host alone is enough to join an agency without a known site, and names a new one. True where a user adds one
   * feed, false for a list.
   */
  byHost?: boolean
  /** Open a new agency, whatever is known of its host. */
  fresh?: boolean
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

/** Collects the feeds to be added, beside those that are configured. */
export class Additions {
  readonly drafts = new Map<string, Draft>()
  readonly #known = new Map<string, Known>()
  readonly #hosts = new Map<string, Set<string>>()
  /** By host and name. */
  readonly #names = new Map<string, string>()
  readonly #sites = new Map<string, string>()
  readonly #urls = new Map<string, string>()
  readonly #numbers = new Map<string, number>()
  /** Hosts that serve feeds of several sites: there only sites and names decide. */
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

  /** Adds a feed and gives the id of its agency. `title` names a new agency. */
  add(
    feed: FeedEntry,
    title: string | null,
    { agency = {}, homepage = null, byHost = true, fresh = false, target = feed.url }: FeedHints = {},
  ): string {
    const host = hostOf(target)
    const home = webAddress(homepage)
    const site = home === null || keyOf(home) === keyOf(target) ? null : siteOf(home)
    const found = fresh ? undefined : this.#find(target, site, title, byHost)
    const id = agency.id ?? found ?? this.#newId(target, byHost ? null : home)
    const name = this.#known.get(id)?.name ?? agency.name ?? title ?? site ?? (host || id)
    let draft = this.drafts.get(id)
    if (draft === undefined) {
      draft = { ...(byHost || site === null ? {} : { homepage: home }), ...agency, id, name, feeds: [] }
      this.drafts.set(id, draft)
      if (!this.has(id)) this.#know(id, name, webAddress(draft.homepage))
    }
    draft.feeds.push({ ...feed, title: title === name ? null : title })
    // The first site among an agency's feeds is the agency's: a feed of another site does not join.
    const known = this.#of(id)
    if (agency.id === undefined && site !== null && known.house === null)
      this.#known.set(id, { ...known, house: houseOf(site) })
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
      // Only one site is known: the host has to belong to it.
      if (house !== null || theirs !== null) return (house ?? theirs) === family
      if (this.#hubs.has(host) || here.length > 1) return false
      return !FEED_HOST.test(new URL(url).hostname) || related(name, title ?? '', host)
    })
  }

  #of(id: string): Known {
    return this.#known.get(id) ?? { name: id, house: null }
  }

  /** An id made of the site where that is another publisher's domain than the feed's; numbered where it is taken. */
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

/** Equal for two spellings of one address. */
export function keyOf(url: string): string {
  return URL.parse(url)?.href ?? url
}

/** The address of a home page if the configuration accepts it, else null. */
export function webAddress(text: string | null | undefined): string | null {
  const url = text && text.length <= 2_000 ? URL.parse(text) : null
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '') return null
  return text ?? null
}
