import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { chooseMaps, isOfSection, orderMaps } from '../../src/decide/maps/choose.ts'
import type { MapChild } from '../../src/model/collected.ts'

const INDEX = 'https://wire.example/sitemap_index.xml'
const NOW = Date.parse('2026-03-01T09:00:00Z')

const child = (url: string, lastmod: string | null = null): MapChild => ({
  url: new URL(url, INDEX).href,
  lastmod: lastmod === null ? null : Date.parse(lastmod),
})
const chosen = (children: MapChild[], now = NOW, index = INDEX): string[] =>
  chooseMaps(index, children, now).map(({ url }) => url.replace('https://wire.example', ''))

describe('which documents of an index are read', () => {
  it('are those of the same publisher with news in their names, the latest change first', () => {
    const children = [
      child('/post-sitemap.xml', '2026-03-01T08:00:00Z'),
      child('/news-1.xml', '2026-02-28T08:00:00Z'),
      child('https://maps.wire.example/news-2.xml', '2026-03-01T07:00:00Z'),
      child('https://bets.example/news.xml', '2026-03-01T08:30:00Z'),
      child('/newsletter.xml', '2026-03-01T08:30:00Z'),
    ]
    expect(chosen(children)).toEqual(['https://maps.wire.example/news-2.xml', '/news-1.xml'])
  })

  it('are none of images, videos, authors, tags, categories, pages and products, though they be called news', () => {
    const others = ['image', 'video', 'author', 'tag', 'category', 'product'].map(kind => child(`/news-${kind}.xml`))
    expect(chosen([...others, child('/page-sitemap.xml'), child('/pages.xml'), child('/news.xml')])).toEqual([
      '/news.xml',
    ])
    expect(chosen(others)).toEqual([])
  })

  it('are pages of a map, whatever they are numbered by', () => {
    expect(chosen([child('/news/page-1.xml'), child('/news.xml?page=2'), child('/page/2/news.xml')])).toHaveLength(3)
  })

  it.each([
    ['days in the query', (d: string) => `/map.xml?yyyy=${d.slice(0, 4)}&mm=${d.slice(5, 7)}&dd=${d.slice(8)}`],
    ['days in the path', (d: string) => `/map/${d.replaceAll('-', '/')}.xml`],
    ['days in one number', (d: string) => `/map-${d.replaceAll('-', '')}.xml`],
    ['days in the name', (d: string) => `/map-${d}.xml`],
  ])('are those of yesterday and today, and of tomorrow where its day has begun, by %s', (_, address) => {
    const days = ['2025-12-31', '2026-02-27', '2026-02-28', '2026-03-01', '2026-03-02'].map(address)
    const late = Date.parse('2026-03-01T23:00:00Z')
    const children = days.map(day => child(day, '2026-03-01T08:00:00Z'))
    expect(chosen(children, late)).toEqual([days[4], days[3], days[2]])
    expect(chosen(children)).toEqual([days[3], days[2]])
  })

  it('are those of two months on the first of one, and of two years on the first of January', () => {
    const months = ['2026-01', '2026-02', '2026-03'].map(month => child(`/archive/${month}.xml`))
    expect(chosen(months)).toEqual(['/archive/2026-03.xml', '/archive/2026-02.xml'])
    expect(chosen(months, NOW + 5 * 86_400_000)).toEqual(['/archive/2026-03.xml'])
    const years = [2024, 2025, 2026].map(year => child(`/sitemap-${year}.xml`))
    expect(chosen(years, Date.parse('2026-01-01T03:00:00Z'))).toEqual(['/sitemap-2026.xml', '/sitemap-2025.xml'])
  })

  it('are those of the newest day there is, where none is of yesterday', () => {
    expect(chosen([child('/map-2026-02-20.xml'), child('/map-2026-02-22.xml')])).toEqual(['/map-2026-02-22.xml'])
  })

  it('take a number that counts pages for no date', () => {
    const pages = Array.from({ length: 30 }, (_, at) => child(`/news.xml?from=${at * 100}`))
    expect(chosen(pages)).toHaveLength(30)
    expect(chosen(pages)[0]).toBe('/news.xml?from=0')
  })

  it('are read one after the other, the nearest to the root first, where nothing says which is new', () => {
    const children = [child('/a/b/news.xml'), child('/news.xml'), child('/news-2.xml'), child('/news-3.xml')]
    const choices = chooseMaps(INDEX, children, NOW)
    expect(choices.map(({ url }) => new URL(url).pathname)).toEqual([
      '/news.xml',
      '/a/b/news.xml',
      '/news-2.xml',
      '/news-3.xml',
    ])
    const [first, other, second, third] = choices.map(({ run }) => run)
    expect([second, third]).toEqual([first, first])
    expect(other).not.toBe(first)
  })

  it('are never the index itself, another machine or what is no web address', () => {
    const children = [child(INDEX), child('http://127.0.0.1:9200/news.xml'), { url: 'file:///news.xml', lastmod: null }]
    expect(chosen(children)).toEqual([])
  })

  it('are each a document of the index, once, whatever stands in it', () => {
    const address = fc.oneof(fc.webUrl(), fc.string(), fc.constantFrom('/news.xml', '/2026/03/01.xml', '/news-1.xml'))
    const lastmod = fc.option(fc.integer({ min: 0, max: 2e12 }))
    fc.assert(
      fc.property(fc.array(fc.record({ url: address, lastmod })), children => {
        const given = [...new Map(children.map(one => [one.url, one])).values()]
        const urls = chooseMaps(INDEX, given, NOW).map(({ url }) => url)
        expect(new Set(urls).size).toBe(urls.length)
        for (const url of urls) expect(given.some(one => one.url === url)).toBe(true)
      }),
    )
  })

  it('are found in an index of 50,000 hostile addresses within a moment', () => {
    const long = `/${'2026-'.repeat(800)}`
    const children = Array.from({ length: 50_000 }, (_, at) => child(`${at % 50 === 0 ? long : '/a'}${at}.xml`))
    const began = process.threadCpuUsage().user
    chooseMaps(INDEX, children, NOW)
    expect((process.threadCpuUsage().user - began) / 1_000).toBeLessThan(10_000)
  })
})

describe('the order in which sitemaps of robots.txt are tried', () => {
  it('is feeds, then news, then the rest, the site before others and pictures last', () => {
    const named = [
      'https://wire.example/sitemap.xml',
      'https://wire.example/image-sitemap.xml',
      'https://other.example/news.xml',
      'https://wire.example/casino/news-sitemap.xml',
      'https://wire.example/sitemaps/News.xml',
      'https://wire.example/rss/all.xml',
      'https://wire.example/news-sitemap.xml',
    ]
    expect(orderMaps('https://wire.example/', named)).toEqual([
      'https://wire.example/rss/all.xml',
      'https://wire.example/news-sitemap.xml',
      'https://wire.example/sitemaps/News.xml',
      'https://wire.example/casino/news-sitemap.xml',
      'https://wire.example/sitemap.xml',
      'https://wire.example/image-sitemap.xml',
      'https://other.example/news.xml',
    ])
  })

  it('knows the map of a section, which is never taken by itself', () => {
    expect(isOfSection('https://wire.example/online-betting/news-sitemap.xml')).toBe(true)
    for (const path of ['/news-sitemap.xml', '/sitemaps/news.xml', '/ar/news.xml', '/arc/outboundfeeds/news-sitemap/'])
      expect(isOfSection(`https://wire.example${path}`)).toBe(false)
  })
})
