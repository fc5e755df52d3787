// Sitemaps (sitemaps.org, protocol 0.9): the pages of a site of files, in one file, or in several with an index of them.
import { escapeMarkup } from '../language/markup.ts'
import type { Millis } from '../model/units.ts'
import { within } from './words/index.ts'

/** The first file: the only sitemap, or the index of all. */
export const SITEMAP = 'sitemap.xml'
/** Addresses in one sitemap at most, by the protocol. */
export const MOST_ADDRESSES = 50_000
const SCHEMA = 'http://www.sitemaps.org/schemas/sitemap/0.9'

export interface ListedPage {
  /** Below the site's address. */
  path: string
  /** Newest change shown; null where that is not known. */
  listed?: Millis | null
}

/** Sitemaps of pages, in the order given: pages that are added at the end leave all files but the last as they are. */
export function sitemap(
  link: string,
  pages: readonly ListedPage[],
  most = MOST_ADDRESSES,
): { path: string; body: string }[] {
  const base = link.replace(/(?<!\/)\/+$/, '')
  const parts = Math.ceil(pages.length / most)
  if (parts <= 1) return [{ path: SITEMAP, body: urlset(base, pages) }]
  const files = Array.from({ length: parts }, (_, at) => {
    const listed = pages.slice(at * most, (at + 1) * most)
    const newest = listed.reduce((time, page) => Math.max(time, page.listed ?? 0), 0)
    return { path: `sitemap-${at + 1}.xml`, body: urlset(base, listed), newest }
  })
  const index = files.map(({ path, newest }) => located('sitemap', `${base}/${path}`, newest || null))
  return [
    ...files.map(({ path, body }) => ({ path, body })),
    { path: SITEMAP, body: document('sitemapindex', index.join('')) },
  ]
}

function urlset(base: string, pages: readonly ListedPage[]): string {
  const urls = pages.map(({ path, listed }) =>
    located('url', `${base}/${path === 'index.html' ? '' : path}`, listed ?? null),
  )
  return document('urlset', urls.join(''))
}

function located(element: 'url' | 'sitemap', address: string, changed: Millis | null): string {
  const lastmod = changed === null ? '' : `<lastmod>${new Date(within(changed)).toISOString()}</lastmod>`
  return `<${element}><loc>${escapeMarkup(address)}</loc>${lastmod}</${element}>\n`
}

function document(root: 'urlset' | 'sitemapindex', content: string): string {
  return `<?xml version="1.0" encoding="utf-8"?>\n<${root} xmlns="${SCHEMA}">\n${content}</${root}>\n`
}
