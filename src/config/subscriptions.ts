// What a subscription list adds to a configuration.
import { counted } from '../language/say.ts'
import type { Agency, PageRules } from '../model/config.ts'
import { Additions, familyOf, hostOf, keyOf, siteOf, webAddress } from './agencies.ts'
import type { AgencyEntry, FeedEntry } from './edit.ts'
import { categoryOf, type LeftOut, type OpmlFeed, type OpmlList } from './opml.ts'
import { member } from './raw.ts'
import { isTimeZone, parseDuration } from './schema.ts'
import { withoutLogin } from './secrets.ts'
import { selectorFault } from './selectors.ts'

export interface ImportPlan {
  /** What is added, by agency. */
  drafts: readonly AgencyEntry[]
  counts: { feeds: number; added: number; newAgencies: number; known: number; refused: number }
  /** Sentences on outlines that were left out and on choices made. */
  notes: string[]
}

/** Outlines that are named one by one; of the others only the number is given. */
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
  if (several > 0) notes.push(`of several categories, the first was taken: ${counted(several, 'feed', 'feeds')}`)
  if (moved.size > 0) notes.push(`of several folders, the first was taken: ${counted(moved.size, 'feed', 'feeds')}`)
  const there = new Set(agencies.map(({ id }) => id))
  counts.newAgencies = [...additions.drafts.keys()].filter(id => !there.has(id)).length
  return { drafts: [...additions.drafts.values()], counts, notes }
}

/** Hosts with feeds of unrelated sites, according to the list. */
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

/** A feed that is listed twice: missing values are taken from the other entry; of two folders the first counts. */
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

/** The address as meant: feed readers' schemes, invisible characters and double escapes are undone. */
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

/** The agency that Minwal's own export names; nothing for other programs' lists. */
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

/** The categories of OPML 2.0: a comma-separated list of paths with slashes. */
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

/** The rules of a page, of which those are taken that a configuration may have; null for a feed. */
function rulesOf(text: string | undefined): Partial<PageRules> | null {
  if (text === undefined) return null
  const rules: Partial<PageRules> = {}
  for (const name of ['items', 'title', 'link', 'time', 'summary'] as const) {
    const selector = member(parsedJson(text), name)
    if (typeof selector === 'string' && selector !== '' && selectorFault(selector) === null) rules[name] = selector
  }
  const zone = member(parsedJson(text), 'zone')
  if (typeof zone === 'string' && isTimeZone(zone)) rules.zone = zone
  return rules
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** What is asked of the entries of a feed, as long as the configuration takes it. */
const MAX_PARTS = 50
const MAX_PART = 200

const partsOf = (text: string | undefined): string[] | null => {
  const parts = aliasesOf(text ?? '[]').filter(part => part.length <= MAX_PART)
  return parts.length === 0 ? null : parts.slice(0, MAX_PARTS)
}

/** A feed for the configuration. Headers, `allowPrivate`, `robots` and `file:` addresses are never taken from a list. */
function feedOf(feed: OpmlFeed, url: string): FeedEntry {
  const { own, folders } = feed
  const every = own.get('every') ?? ''
  const span = parseDuration(every) ?? 0
  const identity = own.get('identity') ?? ''
  const language = tagOf(feed.language)
  const languages = (partsOf(own.get('languages')) ?? []).flatMap(tag => tagOf(tag) ?? [])
  return {
    url,
    category: own.has('agency') ? feed.category : (categoryOf(folders) ?? categoriesOf(feed.category)[0] ?? null),
    language: language === tagOf(own.get('language')) ? null : language,
    every: span >= 60_000 && span <= 7 * 86_400_000 ? every : null,
    identity: identity === 'url' || identity === 'title' ? identity : null,
    languages: languages.length === 0 ? null : languages,
    include: partsOf(own.get('include')),
    exclude: partsOf(own.get('exclude')),
    paused: own.get('paused') === 'true' ? true : null,
    page: rulesOf(own.get('page')),
  }
}
