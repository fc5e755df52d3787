// What `minwal add` looks for, over real HTTP: feeds, then maps of news by robots.txt and the usual paths.
import { afterEach, describe, expect, it } from 'vitest'
import { createFetcher, type Fetcher } from '../../src/collect/net/fetch.ts'
import { languageOf } from '../../src/language/detect.ts'
import { type FoundSources, findSources } from '../../src/run/find-sources.ts'
import { feedServer, rss } from '../helpers/feed-server.ts'
import { pollSettings } from '../helpers/poll-settings.ts'

const fetchers: Fetcher[] = []
afterEach(async () => {
  await Promise.all(fetchers.splice(0).map(fetcher => fetcher.close()))
})

const NOW = Date.parse('2026-03-02T12:00:00Z')

function find(url: string): Promise<FoundSources> {
  const fetcher = createFetcher(pollSettings({}))
  fetchers.push(fetcher)
  return findSources(url, fetcher, { allowPrivate: true, languageOf, userAgent: 'Minwal/0.1', now: () => NOW })
}

const urls = (found: FoundSources): string[] =>
  found.ok ? found.value.map(({ url }) => new URL(url).pathname) : [found.reason]
const page = (head = ''): string =>
  `<!doctype html><html><head><title>Page</title>${head}</head><body>News</body></html>`
const linked = page('<link rel="alternate" type="application/rss+xml" href="/feed">')
const feedOf = (date: string): string =>
  rss([{ guid: '1', title: 'A dam is opened', text: 'It was opened on Monday.', date }], 'Wire')
const map = (titles: readonly string[], date = '2026-03-02T09:00:00Z'): string =>
  `<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">${titles
    .map(
      (title, at) =>
        `<url><loc>/n/${at}</loc><news:news><news:publication><news:name>Wire</news:name><news:language>en</news:language></news:publication><news:publication_date>${date}</news:publication_date><news:title>${title}</news:title></news:news></url>`,
    )
    .join('')}</urlset>`
const shop = '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc>/lamp</loc></url></urlset>'
const index = (children: readonly string[]): string =>
  `<sitemapindex>${children.map(child => `<sitemap><loc>${child}</loc></sitemap>`).join('')}</sitemapindex>`

describe('the sources behind an address', () => {
  it('are maps of news where there is no feed, with what they hold', async () => {
    const titles = [
      'أسعار القمح تستقر في سوق مارينا',
      'Bridge closed for a week of repairs',
      'Night tram to run until two',
    ]
    const server = await feedServer({ '/': page(), '/news-sitemap.xml': map(titles) })
    const found = await find(`${server.origin}/`)
    expect(found).toMatchObject({
      ok: true,
      notes: [],
      value: [
        {
          url: `${server.origin}/news-sitemap.xml`,
          format: 'map',
          title: 'Wire',
          how: 'path',
          entries: 3,
          newest: Date.parse('2026-03-02T09:00:00Z'),
          languages: { en: 2, ar: 1 },
          withoutText: 1,
          first: titles.map(title => ({ title })),
        },
      ],
    })
  })

  it('are tried in the order of robots.txt, those with news first, and none twice', async () => {
    const server = await feedServer({
      '/': page(),
      '/robots.txt':
        'User-agent: *\nDisallow:\nSitemap: /sitemap.xml\nSitemap: /maps/news.xml\nSitemap: /maps/news.xml\n',
      '/maps/news.xml': map(['Bridge closed for a week']),
      '/sitemap.xml': shop,
    })
    expect(urls(await find(`${server.origin}/`))).toEqual(['/maps/news.xml'])
    const asked = server.requests.slice(server.requests.indexOf('/robots.txt'))
    expect(asked).toEqual(['/robots.txt', '/maps/news.xml'])
  })

  it('are first the feed, where there is one, with a word on the map', async () => {
    const server = await feedServer({
      '/': linked,
      '/feed': feedOf('2026-03-02T08:00:00Z'),
      '/news-sitemap.xml': map(['Bridge closed for a week']),
    })
    const found = await find(`${server.origin}/`)
    expect(urls(found)).toEqual(['/feed', '/news-sitemap.xml'])
    expect(found.ok && found.notes.join()).toContain('there is a map of news too')
  })

  it('are first the map, where the feed stands still and the map goes on', async () => {
    const server = await feedServer({
      '/': linked,
      '/feed': feedOf('2025-11-01T08:00:00Z'),
      '/news-sitemap.xml': map(['Bridge closed for a week']),
    })
    const found = await find(`${server.origin}/`)
    expect(urls(found)).toEqual(['/news-sitemap.xml', '/feed'])
    expect(found.ok && found.notes.join()).toMatch(/feed .* is of 2025-11-01, that of the map .* of 2026-03-02/)
  })

  it('are an index by what stands in it, and never an ordinary sitemap', async () => {
    const server = await feedServer({
      '/': page(),
      '/sitemap.xml': index(['/post-sitemap.xml', '/news-1.xml']),
      '/news-1.xml': map(['Bridge closed for a week', 'Night tram to run']),
    })
    const found = await find(`${server.origin}/`)
    expect(found).toMatchObject({
      ok: true,
      value: [{ format: 'index', entries: 2, url: `${server.origin}/sitemap.xml` }],
    })
    server.answers.set('/sitemap.xml', shop)
    expect((await find(`${server.origin}/`)).ok).toBe(false)
  })

  it('are none that robots.txt forbids: the reason says so', async () => {
    const server = await feedServer({
      '/': page(),
      '/robots.txt': 'User-agent: *\nDisallow: /\nSitemap: /news.xml\n',
      '/news.xml': map(['Bridge closed']),
    })
    const found = await find(`${server.origin}/`)
    expect(found.ok ? '' : found.reason).toContain('/robots.txt forbids us to read this address')
    expect(server.requests).not.toContain('/news.xml')
    const direct = await find(`${server.origin}/news.xml`)
    expect(direct.ok ? '' : direct.reason).toContain('/robots.txt forbids us to read this address')
  })

  it('have the map of a section last, which is offered and not taken', async () => {
    const server = await feedServer({
      '/': page(),
      '/robots.txt': 'Sitemap: /online-betting/news-sitemap.xml\nSitemap: /news.xml\n',
      '/online-betting/news-sitemap.xml': map(['Best bets of the week']),
      '/news.xml': map(['Bridge closed']),
    })
    const found = await find(`${server.origin}/`)
    expect(urls(found)).toEqual(['/news.xml', '/online-betting/news-sitemap.xml'])
    expect(found.ok && found.value.map(({ section }) => section)).toEqual([false, true])
  })

  it('cost at most twelve requests beside those for feeds', async () => {
    const lines = Array.from({ length: 100 }, (_, at) => `Sitemap: /news-${at}.xml`)
    const server = await feedServer({ '/': page(), '/robots.txt': lines.join('\n') })
    await find(`${server.origin}/`)
    expect(server.requests.length - server.requests.indexOf('/robots.txt')).toBe(12)
  })

  it('cost one request where the address is a feed', async () => {
    const server = await feedServer({ '/feed': feedOf('2026-03-02T08:00:00Z') })
    expect(await find(`${server.origin}/feed`)).toMatchObject({
      value: [{ how: 'address', withoutText: 0, first: [{ title: 'A dam is opened' }] }],
    })
    expect(server.requests).toEqual(['/feed'])
  })
})
