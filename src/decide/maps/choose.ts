// Which documents of an index of news maps are read, and in which order. Pure: the time is a parameter.
import type { MapChild } from '../../model/collected.ts'
import type { Millis } from '../../model/units.ts'
import { ownsAddress } from '../url/hosts.ts'

/** Documents of an index that are looked at. */
const LOOKED_AT = 10_000

const DAY: Millis = 86_400_000
/** Zones run ahead of UTC by up to so long: tomorrow's map may be there. */
const AHEAD: Millis = 14 * 3_600_000

/** A document that is to be read. */
export interface MapChoice {
  url: string
  /**
   * Pages of one map, by what they have in common, where nothing says which is the newest: one is read only if every entry of
   * the one before was new. Null where it is read in any case.
   */
  run: string | null
}

/** Names of documents that hold no reports. `pages` and `page-2` of a map are its parts, `page-sitemap` is another thing. */
const OTHER_KIND =
  /(?:^|[/._-])(?:images?|img|photos?|videos?|authors?|tags?|categor(?:y|ies)|products?|pages(?![-_.]?\d)|page(?=[._-]sitemap)|post_tag)(?=[/._-]|\d|$)/
/** Names of documents with what is new. */
const NEWS = /news(?!letter)|latest|today/

/** What an address names of the time of its entries: from the first moment on, up to the last. */
interface Span {
  from: Millis
  to: Millis
}

const YEAR = '((?:19|20)\\d{2})'
const MONTH = '(0?[1-9]|1[0-2])'
const DAY_OF_MONTH = '(0?[1-9]|[12]\\d|3[01])'
const BETWEEN = '[-_/.]'
const DATED: readonly RegExp[] = [
  // ?yyyy=2026&mm=03&dd=02 and the like, in this order.
  new RegExp(`[?&](?:y|yy|yyyy|year)=${YEAR}&(?:m|mm|month)=${MONTH}(?:&(?:d|dd|day)=${DAY_OF_MONTH})?(?=&|$)`),
  new RegExp(`(?<!\\d)${YEAR}${BETWEEN}${MONTH}(?:${BETWEEN}${DAY_OF_MONTH})?(?!\\d)`),
  new RegExp(`(?<!\\d)${YEAR}(0[1-9]|1[0-2])(?:(0[1-9]|[12]\\d|3[01]))?(?!\\d)`),
  new RegExp(`(?<=[-_/])${YEAR}(?=[-_/.&]|$)`),
  new RegExp(`[?&](?:y|yy|yyyy|year)=${YEAR}(?=&|$)`),
]

function spanOf(address: string): Span | null {
  for (const pattern of DATED) {
    const found = pattern.exec(address)
    if (found === null) continue
    const year = Number(found[1])
    const month = found[2] === undefined ? null : Number(found[2])
    const day = found[3] === undefined ? null : Number(found[3])
    const from = Date.UTC(year, (month ?? 1) - 1, day ?? 1)
    const to =
      month === null
        ? Date.UTC(year + 1, 0, 1)
        : day === null
          ? Date.UTC(year, month, 1)
          : Date.UTC(year, month - 1, day + 1)
    return { from, to }
  }
  return null
}

/** What is left of an address without numbers and without the parameter that names a page. */
function runOf(address: string): string {
  return address
    .replace(/[?&](?:from|page|paged|offset|start|p|n)=\d{1,9}(?=&|$)/g, '')
    .replace(/[-_.]?(?:page|part)?[-_.]?\d{1,9}(?=\D|$)/g, '')
}

interface Candidate {
  url: string
  lastmod: Millis | null
  /** Path and query in small letters. */
  path: string
  depth: number
  span: Span | null
}

const startOfDay = (time: Millis): Millis => Math.floor(time / DAY) * DAY

/** Later first; what says nothing comes last. */
const later = (a: Millis | null, b: Millis | null): number =>
  (b ?? Number.NEGATIVE_INFINITY) === (a ?? Number.NEGATIVE_INFINITY)
    ? 0
    : (b ?? Number.NEGATIVE_INFINITY) - (a ?? Number.NEGATIVE_INFINITY)

/**
 * The documents of an index in the order in which they are to be read. In this order: those of the same publisher; no images,
 * videos, authors, tags, categories, pages or products; those that name news, where any does; those of the last two days, where
 * addresses have dates; the latest change first, where the changes differ; else the nearest to the root first, then as written.
 */
export function chooseMaps(index: string, children: readonly MapChild[], now: Millis): MapChoice[] {
  const all = children.slice(0, LOOKED_AT).flatMap(({ url, lastmod }): Candidate[] => {
    const parsed = URL.parse(url)
    if (parsed === null || !/^https?:$/.test(parsed.protocol) || !ownsAddress(index, url) || url === index) return []
    const path = `${parsed.pathname}${parsed.search}`.toLowerCase()
    if (OTHER_KIND.test(parsed.pathname.toLowerCase())) return []
    return [{ url, lastmod, path, depth: parsed.pathname.split('/').length, span: spanOf(path) }]
  })
  const named = all.filter(({ path }) => NEWS.test(path))
  const recent = ofLastDays(named.length > 0 ? named : all, now)
  const changes = new Set(recent.map(({ lastmod }) => lastmod))
  const isDated = recent.some(({ span }) => span !== null)
  const differ = changes.size > 1
  const ordered = recent.toSorted(
    (a, b) =>
      later(a.span?.to ?? null, b.span?.to ?? null) || (differ ? later(a.lastmod, b.lastmod) : 0) || a.depth - b.depth,
  )
  if (isDated || differ) return ordered.map(({ url }) => ({ url, run: null }))
  // The first page of each map before the second of any.
  const runs = new Set<string>()
  const first: MapChoice[] = []
  const further: MapChoice[] = []
  for (const { url } of ordered) {
    const run = runOf(url)
    if (runs.has(run)) further.push({ url, run })
    else first.push({ url, run })
    runs.add(run)
  }
  return [...first, ...further]
}

/** Where addresses have dates, those of yesterday and today; where none is so new, those of the newest date. */
function ofLastDays(candidates: readonly Candidate[], now: Millis): readonly Candidate[] {
  const dated = candidates.filter(({ span }) => span !== null)
  // A number that looks like a date, among others that do not, counts pages.
  if (dated.length * 2 < candidates.length) return candidates.map(one => ({ ...one, span: null }))
  const [from, to] = [startOfDay(now) - DAY, now + AHEAD]
  const recent = dated.filter(({ span }) => span !== null && span.to > from && span.from <= to)
  if (recent.length > 0) return recent
  const newest = dated.reduce((most, { span }) => Math.max(most, span?.to ?? 0), 0)
  return dated.filter(({ span }) => span?.to === newest)
}

// ── robots.txt ──────────────────────────────────────────────────────────────────────────────────────────────────────

/** Addresses of feeds by their looks. */
const FEED = /(?:^|[/._-])(?:rss|atom|feeds?)(?=[/._-]|$)|\.(?:rss|atom|rdf)$/
/** Folders that maps lie in without being of a section. */
const PLAIN_FOLDER =
  /^(?:sitemaps?|news|maps?|xml|feeds?|arc|outboundfeeds|google.{0,20}|wp-content|uploads|content|[a-z]{2}(?:-[a-z]{2})?|\d{1,8})?$/

/** Whether a map lies in the folder of a section: it is offered, and never taken by itself. */
export function isOfSection(address: string): boolean {
  const folders = (URL.parse(address)?.pathname.toLowerCase() ?? '').split('/').slice(1, -1)
  return folders.some(folder => !PLAIN_FOLDER.test(folder) && !/sitemap|news/.test(folder))
}

/**
 * The addresses that robots.txt names as sitemaps, in the order in which they are worth trying: feeds, then names with news,
 * then the rest; those of the site before others, the nearest to the root first. Images and videos come last.
 */
export function orderMaps(site: string, addresses: readonly string[]): string[] {
  const rank = (address: string): number => {
    const { pathname = '', search = '' } = URL.parse(address) ?? {}
    const path = pathname.toLowerCase()
    if (!ownsAddress(site, address)) return 4
    if (OTHER_KIND.test(path)) return 3
    if (FEED.test(path) && !/sitemap/.test(path)) return 0
    return NEWS.test(path + search.toLowerCase()) ? 1 : 2
  }
  const depth = (address: string): number => URL.parse(address)?.pathname.split('/').length ?? 0
  const section = (address: string): number => Number(isOfSection(address))
  return addresses.toSorted((a, b) => rank(a) - rank(b) || section(a) - section(b) || depth(a) - depth(b))
}
