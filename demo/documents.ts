// What the demo's agencies show at a moment: feeds, an index of news maps with its documents, a page with a list, the pages of
// reports. Each is a pure function of the sample wires and the moment.
import { readdirSync, readFileSync } from 'node:fs'
import type { Millis } from '../src/model/units.ts'

/** Entries an agency's feed shows at once, as real feeds do; cards on a page; how long a news map names an entry. */
const WINDOW = 40
const CARDS = 12
const MAPPED: Millis = 2 * 86_400_000

interface Version {
  at: string
  title: string
  text: string[]
}

interface WireEntry {
  guid: string
  path: string
  author: string | null
  categories: string[]
  /** Where it is not the agency's. */
  language?: string
  /** Date the feed shows, where it is not that of the first version. */
  claimed?: string
  versions: Version[]
  /** When the entry is taken out of the feed. */
  gone?: string
}

export interface Wires {
  agency: { id: string; name: string; aliases: string[]; language: string; homepage: string }
  feed: {
    title: string
    path: string
    /** `map`: an index of news maps, a document a language; `page`: a page with a list. */
    format: 'rss' | 'atom' | 'map' | 'page'
    category: string | null
    fails?: { from: string; to: string; status: number }[]
  }
  entries: WireEntry[]
}

/** Read the sample wires: one file an agency, and beside it what the same agency filed of other events. */
export function readWires(folder: URL): Wires[] {
  const base = new URL('wires/', folder)
  const other = new URL('other/', folder)
  return readdirSync(base)
    .filter(name => name.endsWith('.json'))
    .sort()
    .map(name => {
      const wires = JSON.parse(readFileSync(new URL(name, base), 'utf8')) as Wires
      const more = JSON.parse(readFileSync(new URL(name, other), 'utf8')) as Pick<Wires, 'entries'>
      return { ...wires, entries: [...wires.entries, ...more.entries] }
    })
}

const escapeXml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')

/** The version of an entry in force at `now`; null before its first and after it is gone. */
function inForce(entry: WireEntry, now: Millis): Version | null {
  if (entry.gone !== undefined && Date.parse(entry.gone) <= now) return null
  return entry.versions.filter(version => Date.parse(version.at) <= now).at(-1) ?? null
}

function published(entry: WireEntry): string {
  return entry.claimed ?? entry.versions[0]?.at ?? ''
}

const paragraphs = (version: Version): string => version.text.map(line => `<p>${escapeXml(line)}</p>`).join('\n')

interface Shown {
  entry: WireEntry
  version: Version
  first: Millis
}

/** What an agency has published by `now`, the newest first. */
function publishedBy({ entries }: Wires, now: Millis): Shown[] {
  return entries
    .flatMap(entry => {
      const version = inForce(entry, now)
      return version ? [{ entry, version, first: Date.parse(entry.versions[0]?.at ?? '') }] : []
    })
    .sort((a, b) => b.first - a.first)
}

/** An agency's feed document as it stands at `now`. */
export function agencyFeed(wires: Wires, now: Millis, origin: string): string {
  const shown = publishedBy(wires, now).slice(0, WINDOW)
  const { agency, feed } = wires
  if (feed.format === 'atom') {
    const entries = shown.map(
      ({ entry, version }) => `<entry>
<id>${escapeXml(entry.guid)}</id>
<title>${escapeXml(version.title)}</title>
<link href="${escapeXml(origin + entry.path)}"/>
<published>${published(entry)}</published>
<updated>${version.at}</updated>
${entry.author ? `<author><name>${escapeXml(entry.author)}</name></author>` : ''}
${entry.categories.map(category => `<category term="${escapeXml(category)}"/>`).join('')}
<content type="html">${escapeXml(paragraphs(version))}</content>
</entry>`,
    )
    return `<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="${agency.language}">
<id>${escapeXml(agency.homepage)}</id>
<title>${escapeXml(feed.title)}</title>
<link href="${escapeXml(origin + feed.path)}" rel="self"/>
<updated>${shown[0]?.version.at ?? '2022-01-01T00:00:00Z'}</updated>
${entries.join('\n')}
</feed>`
  }
  const items = shown.map(
    ({ entry, version }) => `<item>
<title>${escapeXml(version.title)}</title>
<link>${escapeXml(origin + entry.path)}</link>
<guid isPermaLink="false">${escapeXml(entry.guid)}</guid>
<pubDate>${new Date(published(entry)).toUTCString()}</pubDate>
${entry.author ? `<dc:creator>${escapeXml(entry.author)}</dc:creator>` : ''}
${entry.categories.map(category => `<category>${escapeXml(category)}</category>`).join('')}
<description><![CDATA[${paragraphs({ ...version, text: version.text.slice(0, 1) })}]]></description>
<content:encoded><![CDATA[${paragraphs(version)}]]></content:encoded>
</item>`,
  )
  return `<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel>
<title>${escapeXml(feed.title)}</title>
<link>${escapeXml(agency.homepage)}</link>
<description>${escapeXml(agency.name)}</description>
<language>${agency.language}</language>
${items.join('\n')}
</channel>
</rss>`
}

const languageOf = ({ agency }: Wires, { language }: WireEntry): string => language ?? agency.language

/** Where the map of a language is: beside its index. */
const mapPath = ({ feed }: Wires, language: string): string => feed.path.replace(/[^/]+$/, `news-${language}.xml`)

function xmlOf(root: string, namespaces: string, inside: readonly string[]): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<${root} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"${namespaces}>
${inside.join('\n')}
</${root}>`
}

/** An index as publishers have them: maps of news beside an archive and videos, which hold none. */
function mapIndex(wires: Wires, now: Millis, origin: string): string {
  const shown = publishedBy(wires, now)
  const languages = [...new Set(wires.entries.map(entry => languageOf(wires, entry)))]
  const maps = languages.map(language => {
    const newest = shown.find(({ entry }) => languageOf(wires, entry) === language)
    const changed = newest === undefined ? '' : `<lastmod>${newest.version.at}</lastmod>`
    return `<sitemap><loc>${escapeXml(origin + mapPath(wires, language))}</loc>${changed}</sitemap>`
  })
  const others = ['archive-2021-12.xml', 'videos.xml'].map(
    name => `<sitemap><loc>${escapeXml(origin + wires.feed.path.replace(/[^/]+$/, name))}</loc></sitemap>`,
  )
  return xmlOf('sitemapindex', '', [...maps, ...others])
}

function newsMap(wires: Wires, language: string, now: Millis, origin: string): string {
  const urls = publishedBy(wires, now)
    .filter(({ entry, first }) => languageOf(wires, entry) === language && now - first < MAPPED)
    .map(
      ({ entry, version }) => `<url><loc>${escapeXml(origin + entry.path)}</loc><lastmod>${version.at}</lastmod>
<news:news><news:publication><news:name>${escapeXml(wires.agency.name)}</news:name><news:language>${language}</news:language></news:publication>
<news:publication_date>${published(entry)}</news:publication_date><news:title>${escapeXml(version.title)}</news:title></news:news></url>`,
    )
  return xmlOf('urlset', ' xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"', urls)
}

/** The rules by which the list of a page is read: what `minwal add` would propose, and its summaries and zone. */
export const PAGE_RULES = { items: 'div.card', summary: 'p.summary', time: '.when', zone: 'Africa/Tunis' }

const DAYS = new Intl.DateTimeFormat('ar-EG-u-nu-arab', {
  ...({ weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' } as const),
  timeZone: PAGE_RULES.zone,
})
const CLOCKS = new Intl.DateTimeFormat('ar-EG-u-nu-arab', {
  ...({ hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const),
  timeZone: PAGE_RULES.zone,
})

/** A page as a small paper's site has it: navigation, a card a report, its date in words, and a neighbour's advertisement. */
function listPage(wires: Wires, now: Millis): string {
  const cards = publishedBy(wires, now)
    .slice(0, CARDS)
    .map(
      ({
        entry,
        version,
        first,
      }) => `<div class="card"><h3><a href="${escapeXml(entry.path)}">${escapeXml(version.title)}</a></h3>
<p class="summary">${escapeXml(version.text[0] ?? '')}</p><span class="when">${DAYS.format(first)} - ${CLOCKS.format(first)}</span></div>`,
    )
  return pageOf(
    wires.agency.language,
    wires.agency.name,
    `<nav><a href="${wires.feed.path}">الرئيسية</a> <a href="${wires.feed.path}about">من نحن</a></nav>
<h1>${escapeXml(wires.agency.name)}</h1>
${cards.join('\n')}
<div class="card"><a href="https://harbour.example/"><h3>The Harbour Courier</h3></a></div>`,
  )
}

function pageOf(language: string, title: string, inside: string): string {
  return `<!doctype html><html lang="${language}" dir="${language === 'ar' ? 'rtl' : 'ltr'}"><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>${escapeXml(title)}</title>
<style>body{font:18px/1.7 Georgia,"Noto Naskh Arabic",serif;max-width:40em;margin:2em auto;padding:0 1em}</style>
${inside}</html>`
}

function articlePage(wires: Wires, entry: WireEntry, version: Version): string {
  return pageOf(
    languageOf(wires, entry),
    version.title,
    `<p><small>${escapeXml(wires.agency.name)}</small></p><h1>${escapeXml(version.title)}</h1>${paragraphs(version)}`,
  )
}

export interface Document {
  type: string
  body: string
}

/** What stands at a path of an agency's feed, its documents included; null where nothing does. */
export function feedDocument(wires: Wires, path: string, now: Millis, origin: string): Document | null {
  const { feed } = wires
  if (feed.format === 'map') {
    if (path === feed.path) return { type: 'application/xml', body: mapIndex(wires, now, origin) }
    const language = wires.entries.map(entry => languageOf(wires, entry)).find(one => path === mapPath(wires, one))
    return language === undefined ? null : { type: 'application/xml', body: newsMap(wires, language, now, origin) }
  }
  if (path !== feed.path) return null
  if (feed.format === 'page') return { type: 'text/html', body: listPage(wires, now) }
  return { type: `application/${feed.format}+xml`, body: agencyFeed(wires, now, origin) }
}

/** The page of a report; null where there is none now. */
export function reportPage(wires: Wires, path: string, now: Millis): Document | null {
  const entry = wires.entries.find(candidate => candidate.path === path)
  const version = entry ? inForce(entry, now) : null
  return entry && version ? { type: 'text/html', body: articlePage(wires, entry, version) } : null
}

/** How an agency's feed stands in a configuration. */
export function feedOf({ feed }: Wires, origin: string): object {
  const category = feed.category ? { category: feed.category } : {}
  return feed.format === 'page'
    ? { page: origin + feed.path, ...PAGE_RULES, ...category }
    : { url: origin + feed.path, ...category }
}
