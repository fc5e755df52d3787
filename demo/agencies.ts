// The demo's agencies: a small web server that files sample wires as eight invented agencies would have, at whatever moment
// its clock shows. What a feed holds is a pure function of the wires and the clock.
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Millis } from '../src/model/units.ts'

/** Entries an agency's feed shows at once, as real feeds do. */
const WINDOW = 40

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
  /** Date the feed shows, where it is not that of the first version. */
  claimed?: string
  versions: Version[]
  /** When the entry is taken out of the feed. */
  gone?: string
}

interface Wires {
  agency: { id: string; name: string; aliases: string[]; language: string; homepage: string }
  feed: {
    title: string
    path: string
    format: 'rss' | 'atom'
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

/** An agency's feed document as it stands at `now`. */
export function agencyFeed(wires: Wires, now: Millis, origin: string): string {
  const shown = wires.entries
    .flatMap(entry => {
      const version = inForce(entry, now)
      return version ? [{ entry, version, first: Date.parse(entry.versions[0]?.at ?? '') }] : []
    })
    .sort((a, b) => b.first - a.first)
    .slice(0, WINDOW)
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

function articlePage(wires: Wires, version: Version): string {
  const { language, name } = wires.agency
  return `<!doctype html><html lang="${language}" dir="${language === 'ar' ? 'rtl' : 'ltr'}"><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>${escapeXml(version.title)}</title>
<style>body{font:18px/1.7 Georgia,"Noto Naskh Arabic",serif;max-width:40em;margin:2em auto;padding:0 1em}</style>
<p><small>${escapeXml(name)}</small></p><h1>${escapeXml(version.title)}</h1>${paragraphs(version)}</html>`
}

export interface Agencies {
  origin: string
  close(): Promise<void>
}

/** Serve all agencies on loopback, on a free port. */
export function serveAgencies(all: readonly Wires[], now: () => Millis): Promise<Agencies> {
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', origin()).pathname
    const feedOf = all.find(wires => wires.feed.path === path)
    if (feedOf) {
      const at = now()
      const fails = feedOf.feed.fails?.find(({ from, to }) => Date.parse(from) <= at && at < Date.parse(to))
      if (fails) {
        response.writeHead(fails.status, { 'content-type': 'text/plain' }).end('The service is busy.')
        return
      }
      const body = agencyFeed(feedOf, at, origin())
      const etag = `"${createHash('sha256').update(body).digest('hex').slice(0, 16)}"`
      if (request.headers['if-none-match'] === etag) {
        response.writeHead(304, { etag }).end()
        return
      }
      const type = feedOf.feed.format === 'atom' ? 'application/atom+xml' : 'application/rss+xml'
      response.writeHead(200, { 'content-type': `${type}; charset=utf-8`, etag }).end(body)
      return
    }
    for (const wires of all) {
      const entry = wires.entries.find(candidate => candidate.path === path)
      const version = entry ? inForce(entry, now()) : null
      if (!version) continue
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(articlePage(wires, version))
      return
    }
    response.writeHead(404, { 'content-type': 'text/plain' }).end('Not here.')
  })
  const origin = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () =>
      resolve({
        origin: origin(),
        close: () =>
          new Promise(done => {
            server.close(() => done())
            server.closeAllConnections()
          }),
      }),
    )
  })
}
