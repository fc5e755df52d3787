// News maps, the fourth dialect: what is read of them, what is repaired, and what is refused.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseDocument, parseFeed } from '../../../src/collect/feed/parse.ts'
import type { ParsedEntry, ParsedFeed } from '../../../src/model/collected.ts'
import { root } from '../../helpers/cli.ts'
import { random } from '../../helpers/random.ts'

const MAP = 'https://wire.example/news-sitemap.xml'
const SPACES =
  'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9" xmlns:image="http://www.google.com/schemas/sitemap-image/1.1" xmlns:video="http://www.google.com/schemas/sitemap-video/1.1" xmlns:xhtml="http://www.w3.org/1999/xhtml"'
const map = (pages: string, spaces = SPACES): string => `<?xml version="1.0"?><urlset ${spaces}>${pages}</urlset>`

interface Page {
  loc?: string
  lastmod?: string
  date?: string
  title?: string
  name?: string
  language?: string
  more?: string
  beside?: string
}

const page = ({ loc = '/a/1', lastmod, date = '2026-03-02T09:00:00Z', title = 'Ferry returns', ...rest }: Page) =>
  `<url><loc>${loc}</loc>${lastmod === undefined ? '' : `<lastmod>${lastmod}</lastmod>`}${rest.beside ?? ''}<news:news>` +
  `<news:publication><news:name>${rest.name ?? 'The Wire'}</news:name><news:language>${rest.language ?? 'en'}</news:language></news:publication>` +
  `<news:publication_date>${date}</news:publication_date><news:title>${title}</news:title>${rest.more ?? ''}</news:news></url>`

async function parsed(text: string, options: { url?: string; maxEntries?: number; language?: string } = {}) {
  const outcome = await parseFeed(text, { url: MAP, maxEntries: 1_000, ...options })
  if (!outcome.ok) throw new Error(outcome.reason)
  return outcome.value
}

const refused = async (text: string): Promise<string> => {
  const outcome = await parseFeed(text, { url: MAP, maxEntries: 1_000 })
  return outcome.ok ? 'parsed' : outcome.reason
}

async function one(given: Page): Promise<ParsedEntry> {
  const [entry] = (await parsed(map(page(given)))).entries
  if (entry === undefined) throw new Error('no entry')
  return entry
}

const titles = (feed: ParsedFeed): string[] => feed.entries.map(({ title }) => title)
const iso = (time: number | null): string | null => (time === null ? null : new Date(time).toISOString())

describe('a news map', () => {
  it('is read as a feed: address, headline, date, language and publication', async () => {
    const feed = await parsed(
      map(page({ title: 'السد يفتح أبوابه بعد ليلة ماطرة', language: 'ar', name: 'وكالة النهر' })),
    )
    expect(feed).toMatchObject({ format: 'map', title: 'وكالة النهر', language: 'ar', warnings: [] })
    expect(feed.entries).toEqual([
      {
        id: 'https://wire.example/a/1',
        url: 'https://wire.example/a/1',
        title: 'السد يفتح أبوابه بعد ليلة ماطرة',
        summary: null,
        content: null,
        text: '',
        published: Date.parse('2026-03-02T09:00:00Z'),
        updated: null,
        authors: [],
        categories: [],
        enclosures: [],
        language: 'ar',
        source: null,
      },
    ])
  })

  it.each([
    [
      'other prefixes',
      's:',
      'n:',
      'xmlns:s="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:n="http://www.google.com/schemas/sitemap-news/0.9"',
    ],
    [
      'https and a slash at the end',
      '',
      'news:',
      'xmlns="https://www.sitemaps.org/schemas/sitemap/0.9/" xmlns:news="https://www.google.com/schemas/sitemap-news/0.9/"',
    ],
    [
      'old versions',
      'm:',
      'gn:',
      'xmlns:m="http://www.google.com/schemas/sitemap/0.84" xmlns:gn="http://www.google.com/schemas/sitemap-news/0.84"',
    ],
    ['an unknown namespace under the usual prefix', '', 'news:', 'xmlns="urn:maps" xmlns:news="urn:reports"'],
  ])('is read under %s', async (_, m, n, spaces) => {
    const text = map(page({}))
      .replace(SPACES, spaces)
      .replaceAll('news:', n)
      .replace(spaces.replaceAll('news:', n), spaces)
    const own = text.replace(/<(\/?)(urlset|url|loc)\b/g, `<$1${m}$2`)
    expect(titles(await parsed(own))).toEqual(['Ferry returns'])
  })

  it('is read where each foreign element declares its own default namespace, in any order', async () => {
    const news = 'xmlns="http://www.google.com/schemas/sitemap-news/0.9"'
    const image = 'xmlns="http://www.google.com/schemas/sitemap-image/1.1"'
    const text = map(
      `<url><image ${image}><loc>/i.jpg</loc><title>A quay</title></image>` +
        `<news ${news}><title>Comet seen</title><publication><language>en</language><name>Wire</name></publication></news><loc>/sky</loc></url>`,
    )
    const feed = await parsed(text)
    expect(feed.entries).toMatchObject([
      { title: 'Comet seen', url: 'https://wire.example/sky', enclosures: [{ url: 'https://wire.example/i.jpg' }] },
    ])
  })

  it('is read by the names of its elements where it declares no namespace, with a warning', async () => {
    const feed = await parsed(map(page({}), ''))
    expect(titles(feed)).toEqual(['Ferry returns'])
    expect(feed.warnings).toEqual(['the map does not declare the namespaces of its elements: read by their names'])
  })

  it('is found behind blank lines, byte order marks, style sheets, comments and notices of PHP', async () => {
    for (const before of [
      '\n\n \ufeff',
      '<?xml-stylesheet href="//x"?><!-- <rss> -->',
      '<br />\n<b>Notice</b>: x in <b>y</b><br />\n',
    ])
      expect(titles(await parsed(before + map(page({}))))).toEqual(['Ferry returns'])
  })

  it('is read in the charset it declares, or is written in', async () => {
    const text = map(page({ title: 'Fährt wieder: die Fähre nach Süden' })).replace(
      '"1.0"',
      '"1.0" encoding="windows-1252"',
    )
    const read = await parseDocument(Buffer.from(text, 'latin1'), 'application/xml', { url: MAP, maxEntries: 10 })
    expect(read.ok && titles(read.value)).toEqual(['Fährt wieder: die Fähre nach Süden'])
  })
})

describe('headlines of a map', () => {
  it.each([
    ['<![CDATA[Harbour & Sons]]>', 'Harbour & Sons'],
    ['<![CDATA[Harbour &amp; Sons &#8220;close&#8221;]]>', 'Harbour & Sons “close”'],
    ['Fares &amp;amp;amp; times', 'Fares & times'],
    ['&amp;amp;quot;No&amp;amp;quot;', '"No"'],
    ['<![CDATA[<b>Live:</b> votes<br/>counted]]>', 'Live: votes counted'],
    ['&lt;strong&gt;Update:&lt;/strong&gt; open', 'Update: open'],
    ['<b>Live:</b> votes<br/>counted', 'Live: votes counted'],
    ['Why 5 &lt; 7 matters', 'Why 5 < 7 matters'],
    ['\n  Rain\n\t returns ', 'Rain returns'],
    ['<![CDATA[Court ]]>hears<![CDATA[ the case]]>', 'Court hears the case'],
    ['R&amp;D', 'R&D'],
  ])('%s is «%s»', async (written, title) => {
    expect((await one({ title: written })).title).toBe(title)
  })

  it('are neither addresses nor what stands for nothing nor titles of pictures: such pages are left out and counted', async () => {
    const image = '<image:image><image:loc>/i.jpg</image:loc><image:title>Waves</image:title></image:image>'
    const none = ['', '  ', 'null', '---', 'https://wire.example/a/1', 'www.wire.example'].map((title, at) =>
      page({ loc: `/${at}`, title, beside: image }),
    )
    const without = page({ loc: '/none', beside: image }).replace(/<news:title>.*?<\/news:title>/, '')
    const feed = await parsed(map(`${none.join('')}${without}${page({})}`))
    expect(titles(feed)).toEqual(['Ferry returns'])
    expect(feed.warnings).toEqual(['7 entries have no headline: left out until they have one'])
  })

  it('end where the next element begins that belongs to a map, if they were never closed', async () => {
    const text = map(
      page({}).replace('</news:title>', '<news:keywords>a</news:keywords>') + page({ loc: '/2', title: 'B' }),
    )
    expect(titles(await parsed(text))).toEqual(['Ferry returns', 'B'])
  })
})

describe('dates of a map', () => {
  it.each([
    ['2026-03-02', '2026-03-02T00:00:00.000Z'],
    ['2026-03-02T09:00+03:00', '2026-03-02T06:00:00.000Z'],
    ['2026-03-02T09:00:00 +0300', '2026-03-02T06:00:00.000Z'],
    ['Mon, 02 Mar 2026 09:07:00 +0300', '2026-03-02T06:07:00.000Z'],
    ['٢٠٢٦-٠٣-٠٢T٠٩:١١:٠٠+٠٣:٠٠', '2026-03-02T06:11:00.000Z'],
    ['2026-03-02T09:12:00-0400-04:00', null],
    ['0000-00-00T00:00:00+00:00', null],
    ['', null],
  ])('%s is %s', async (date, expected) => {
    expect(iso((await one({ date })).published)).toBe(expected)
  })

  it('that cannot be read or are not there are said, and their entries kept', async () => {
    const feed = await parsed(map(page({ date: 'soon' }) + page({ loc: '/2', title: 'B', date: '' })))
    expect(feed.entries).toHaveLength(2)
    expect(feed.warnings).toEqual([
      '1 entry has no date: known by when they were first seen',
      'the date «soon» could not be read: left out',
    ])
  })

  it('are those of the last change where there are no others, and a change only where it is later', async () => {
    const feed = await parsed(
      map(
        page({ loc: '/1', title: 'A', date: '', lastmod: '2026-03-02T07:00:00Z' }) +
          page({ loc: '/2', title: 'B', lastmod: '2026-03-02T11:00:00Z' }) +
          page({ loc: '/3', title: 'C', lastmod: '2026-03-01T11:00:00Z' }) +
          page({ loc: '/4', title: 'D', lastmod: '2026-03-02' }) +
          page({ loc: '/5', title: 'E' }),
      ),
    )
    const nine = '2026-03-02T09:00:00.000Z'
    expect(feed.entries.map(({ published, updated }) => [iso(published), iso(updated)])).toEqual([
      ['2026-03-02T07:00:00.000Z', null],
      [nine, '2026-03-02T11:00:00.000Z'],
      [nine, null],
      [nine, null],
      [nine, null],
    ])
  })

  it('of the last change say nothing where all pages share the time of the request', async () => {
    const at = (loc: string, date: string, second: number) =>
      page({ loc, title: loc, date, lastmod: `2026-03-02T12:00:0${second}Z` })
    const feed = await parsed(map(at('/a', '2026-03-02T09:00:00Z', 1) + at('/b', '', 2) + at('/c', '2026-03-01', 4)))
    expect(feed.entries.map(({ published, updated }) => [iso(published), updated])).toEqual([
      ['2026-03-02T09:00:00.000Z', null],
      [null, null],
      ['2026-03-01T00:00:00.000Z', null],
    ])
  })

  it('choose the newest where there are more entries than are taken', async () => {
    const pages = Array.from({ length: 30 }, (_, at) =>
      page({ loc: `/${at}`, title: `Report ${at}`, date: new Date(Date.UTC(2026, 2, 1, at)).toISOString() }),
    )
    const feed = await parsed(map(pages.join('')), { maxEntries: 10 })
    expect(titles(feed)).toEqual(Array.from({ length: 10 }, (_, at) => `Report ${at + 20}`))
    expect(feed.warnings[0]).toContain('30 entries: the newest 10 are kept, 20 of 2026-03-01')
  })
})

describe('the language of an entry of a map', () => {
  it.each([
    ['Bridge closed for a week of repairs', { language: 'en' }, 'en'],
    ['El puerto de Marenas reabre tras tres días de temporal', { language: 'en' }, 'es'],
    ['Le port rouvre après trois jours de tempête', { language: 'en', loc: '/fr/monde/1' }, 'fr'],
    ['Night desk has a new head', { language: 'en', loc: '/fr/presse/1' }, 'en'],
    ['أسعار القمح تستقر', { language: 'ara' }, 'ar'],
    ['أسعار القمح تستقر', { language: 'Arabic' }, 'ar'],
    ['أسعار القمح تستقر', { language: 'en' }, 'ar'],
    ['马雷纳斯港周一重新开放', { language: 'zh-cn' }, 'zh'],
    ['Old bridge shut for a week', { language: 'eng' }, 'en'],
    ['Live', { language: 'en', loc: '/fr/direct' }, 'fr'],
    ['Live', { language: 'xx-unknown' }, 'de'],
    ['Live', { language: 'en' }, 'en'],
    ['12:30', { language: 'spa' }, 'es'],
    ['Kohtumine Tallinnas', { language: 'et' }, 'et'],
  ])('«%s», declared as %j, is %s', async (title, given, language) => {
    const feed = await parsed(map(page({ title, ...given })), { language: 'de' })
    expect(feed.entries[0]?.language?.split('-')[0]).toBe(language)
  })
})

describe('publications and keywords of a map', () => {
  it('give the usual name to the feed, and any other to the entry, labels off', async () => {
    const names = ['The Wire (subscription)', '<![CDATA[The Wire ]]>', 'Kestrel &amp; Sons (blog)', 'The Wire']
    const feed = await parsed(map(names.map((name, at) => page({ loc: `/${at}`, title: `T ${at}`, name })).join('')))
    expect(feed.title).toBe('The Wire')
    expect(feed.entries.map(({ source }) => source)).toEqual([null, null, 'Kestrel & Sons', null])
  })

  it.each([
    ['موانئ، إضراب، عمال', ['موانئ', 'إضراب', 'عمال']],
    ['ports, strike , Ports,, strike', ['ports', 'strike']],
    ['rail; coast line؛ tickets，港口', ['rail', 'coast line', 'tickets', '港口']],
    ['null', []],
    ['', []],
    ['<![CDATA[Research & schools, <b>budget</b>]]>', ['Research & schools', 'budget']],
  ])('«%s» are %j', async (keywords, expected) => {
    const more = `<news:keywords>${keywords}</news:keywords><news:stock_tickers>X:Y</news:stock_tickers>`
    expect((await one({ more })).categories).toEqual(expected)
  })

  it('have genres among the categories', async () => {
    const more =
      '<news:genres>Opinion, Blog</news:genres><news:keywords>a</news:keywords><news:access>Registration</news:access>'
    expect((await one({ more })).categories).toEqual(['a', 'Opinion', 'Blog'])
  })
})

describe('addresses of a map', () => {
  it.each([
    ['/news/1', 'https://wire.example/news/1'],
    ['//wire.example/news/2', 'https://wire.example/news/2'],
    ['\n https://wire.example/news/3 \n', 'https://wire.example/news/3'],
    ['https://wire.example/read?lang=en&amp;amp;id=5', 'https://wire.example/read?lang=en&id=5'],
    ['<![CDATA[https://wire.example/read?a=1&b=2]]>', 'https://wire.example/read?a=1&b=2'],
    ['https://wire.example/أخبار/7', 'https://wire.example/%D8%A3%D8%AE%D8%A8%D8%A7%D8%B1/7'],
    ['http://wire.example/news/9', 'http://wire.example/news/9'],
    ['https://ar.wire.example/news/10', 'https://ar.wire.example/news/10'],
  ])('%s is %s', async (loc, url) => {
    expect((await one({ loc })).url).toBe(url)
  })

  it('that are none, or lead to another publisher, are left out with a warning', async () => {
    const bad = ['javascript:alert(1)', '', 'https://casino.example/win', 'https://user:pass@wire.example/x'].map(
      (loc, at) => page({ loc, title: `Bad ${at}` }),
    )
    const feed = await parsed(map(bad.join('') + page({})))
    expect(titles(feed)).toEqual(['Ferry returns'])
    expect(feed.warnings).toEqual([
      '3 entries have no address: left out',
      '1 entry leads to the site of another publisher: left out',
    ])
  })

  it('may all be of another host than the map, which lies at a hoster', async () => {
    const feed = await parsed(
      map(
        page({ loc: 'https://paper.example/1' }) +
          page({ loc: 'https://bets.example/1' }) +
          page({ loc: 'https://paper.example/2', title: 'B' }),
      ),
      {
        url: 'https://maps.hoster.example/paper/news.xml',
      },
    )
    expect(feed.entries.map(({ url }) => url)).toEqual(['https://paper.example/1', 'https://paper.example/2'])
  })

  it('that stand twice are one entry: the one that was changed last', async () => {
    const twice = (title: string, lastmod: string, loc = '/8') => page({ loc, title, lastmod })
    const text = map(
      twice('First', '2026-03-02T10:00:00Z') +
        twice('Last', '2026-03-02T12:00:00Z') +
        twice('Middle', '2026-03-02T11:00:00Z', 'http://www.wire.example/8/'),
    )
    const feed = await parsed(text)
    expect(titles(feed)).toEqual(['Last'])
    expect(feed.warnings).toEqual(['2 entries have the address of another: the latest is kept'])
  })

  it('of pictures are enclosures, whatever stands around them', async () => {
    const beside =
      '<image:image><image:loc>/img/1.jpg?w=1&amp;h=2</image:loc><image:caption>Dam</image:caption></image:image>' +
      '<video:video><video:title>Film</video:title><video:content_loc>/v.mp4</video:content_loc><video:publication_date>2020-01-01</video:publication_date></video:video>' +
      '<xhtml:link rel="alternate" hreflang="fr" href="/fr/1"/>'
    const entry = await one({ beside })
    expect(entry).toMatchObject({
      title: 'Ferry returns',
      url: 'https://wire.example/a/1',
      published: Date.parse('2026-03-02T09:00:00Z'),
    })
    expect(entry.enclosures).toEqual([
      { url: 'https://wire.example/img/1.jpg?w=1&h=2', type: 'image/jpeg', length: null },
    ])
  })
})

describe('what is no news map', () => {
  it('is an ordinary sitemap, and is refused in words', async () => {
    expect(await refused(map('<url><loc>/lamp</loc></url><url><loc>/2</loc></url>'))).toBe(
      'a sitemap whose pages are not marked as news: it lists 2 pages, none with a news:news element',
    )
  })

  it('is not one with ordinary pages among its news, which are left out without a word', async () => {
    const feed = await parsed(map(`<url><loc>/</loc></url>${page({})}<url><loc>/about</loc></url>`))
    expect(titles(feed)).toEqual(['Ferry returns'])
    expect(feed.warnings).toEqual([])
  })

  it('is not one without pages, after a quiet weekend', async () => {
    expect(await parsed(map('\n'))).toMatchObject({ format: 'map', entries: [], warnings: [] })
    expect(await parsed(`<urlset ${SPACES}/>`)).toMatchObject({ format: 'map', entries: [] })
  })

  it('is a page in HTML or an error in XML, even where it speaks of maps', async () => {
    expect(await refused('<!doctype html><html><body><urlset>news</urlset></body></html>')).toContain(
      'the document is HTML',
    )
    expect(await refused('<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>')).toBe(
      'not a feed: root element is <error>',
    )
  })

  it('is an RSS feed that declares the namespaces of maps', async () => {
    const feed = await parsed(
      `<rss version="2.0" ${SPACES}><channel><item><title>A</title><link>/1</link></item></channel></rss>`,
    )
    expect(feed).toMatchObject({ format: 'rss', entries: [{ title: 'A' }] })
  })
})

describe('an index of maps', () => {
  const index = (children: string): string =>
    `<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">${children}</sitemapindex>`
  const child = (loc: string, lastmod = ''): string =>
    `<sitemap><loc>${loc}</loc>${lastmod && `<lastmod>${lastmod}</lastmod>`}</sitemap>`

  it('names its documents, each once, with their changes, and has no entries', async () => {
    const feed = await parsed(
      index(child('/a.xml', '2026-03-02') + child('b.xml.gz') + child('/a.xml') + child('file:///etc/x')),
    )
    expect(feed).toMatchObject({
      format: 'index',
      entries: [],
      maps: [
        { url: 'https://wire.example/a.xml', lastmod: Date.parse('2026-03-02') },
        { url: 'https://wire.example/b.xml.gz', lastmod: null },
      ],
      warnings: ['1 document of the index has no address: left out'],
    })
  })

  it('hands on the first and the last of very many documents', async () => {
    const feed = await parsed(index(Array.from({ length: 12_000 }, (_, at) => child(`/${at}.xml`)).join('')))
    expect(feed.maps).toHaveLength(10_000)
    expect(feed.maps?.[0]?.url).toBe('https://wire.example/0.xml')
    expect(feed.maps?.at(-1)?.url).toBe('https://wire.example/11999.xml')
    expect(feed.warnings[0]).toContain('12000 documents')
  })
})

describe('a broken or hostile map', () => {
  it('that is cut off gives what was whole, and nothing of the page that it was cut in', async () => {
    const text = map(page({}) + page({ loc: '/2', title: 'B' }) + page({ loc: '/3', title: 'Divers map the north' }))
    const feed = await parsed(text.slice(0, text.indexOf('north')))
    expect(titles(feed)).toEqual(['Ferry returns', 'B'])
    expect(feed.warnings).toEqual(['the map is cut off: what was whole before the cut is read'])
  })

  it('that is larger than the limit is read at both ends, and the message names the limit', async () => {
    const pages = Array.from({ length: 400 }, (_, at) => page({ loc: `/${at}`, title: `Report ${at}` }))
    const text = Buffer.from(map(pages.join('')))
    const [at, tail] = [20_000, 20_000]
    const kept = Buffer.concat([text.subarray(0, at), text.subarray(text.length - tail)])
    const gap = { at, total: text.length, ended: true, setting: 'poll.maxBodyBytes' } as const
    const read = await parseDocument(kept, null, { url: MAP, maxEntries: 1_000, gap })
    if (!read.ok) throw new Error(read.reason)
    const found = titles(read.value)
    expect([found[0], found.at(-1)]).toEqual(['Report 0', 'Report 399'])
    expect(found.length).toBeGreaterThan(60)
    for (const title of found) expect(title).toMatch(/^Report \d+$/)
    expect(read.value.warnings[0]).toContain('poll.maxBodyBytes')
  })

  it('expands no entity that it declares, reads no file, and is read all the same', async () => {
    const type =
      '<!DOCTYPE urlset [<!ENTITY a "haw haw "><!ENTITY b "&a;&a;"><!ENTITY f SYSTEM "file:///etc/hostname">]>'
    const feed = await parsed(type + map(page({ title: 'Donkey &a; &b; &f;' }) + page({ loc: '/2', title: 'Plain' })))
    expect(feed.entries.map(({ title }) => title)).toContain('Plain')
    expect(JSON.stringify(feed.entries)).not.toContain('haw')
    expect(feed.warnings).toEqual(['the map declares entities of its own: not expanded'])
  })

  it('of any depth and length is read in time and memory that are linear', async () => {
    const deep = map(`<url>${'<a>'.repeat(100_000)}${page({})}`)
    expect((await parsed(deep)).warnings.join()).toContain('deeper than 64 levels')
    const long = map(
      page({ title: `${'word '.repeat(100_000)}` }) +
        page({ loc: '/2', more: `<news:keywords>${'a,'.repeat(100_000)}</news:keywords>` }),
    )
    const feed = await parsed(long)
    expect(feed.entries[0]?.title).toHaveLength(1_000)
    expect(feed.entries[1]?.categories).toEqual(['a'])
  })

  it('with a page that was never closed ends it where the next begins', async () => {
    expect(titles(await parsed(map(page({}).replace('</url>', '') + page({ loc: '/2', title: 'B' }))))).toEqual([
      'Ferry returns',
      'B',
    ])
  })

  /** One of thirty ways in which documents come broken. */
  function mutated(text: string, kind: number, next: () => number): string {
    const at = Math.floor(next() * text.length)
    const to = at + Math.floor(next() * 40)
    const inserts = [
      '<',
      '>',
      '&',
      '"',
      ']]>',
      '<![CDATA[',
      '<!--',
      '-->',
      '\u0000',
      '\ufeff',
      '</url>',
      '<url>',
      '</urlset>',
      '<urlset>',
      '<sitemapindex>',
      '&#xD800;',
      '<news:title>',
      '<?xml version="1.0"?>',
      '<!DOCTYPE a [<!ENTITY b "c">]>',
      '\u202e',
      '&amp;amp;',
      '%',
      '<loc>',
      'xmlns="',
    ]
    if (kind < inserts.length) return text.slice(0, at) + inserts[kind] + text.slice(at)
    if (kind === 24) return text.slice(0, at)
    if (kind === 25) return text.slice(at)
    if (kind === 26) return text.slice(0, at) + text.slice(to)
    if (kind === 27) return text.slice(0, to) + text.slice(at)
    if (kind === 28) return text.replaceAll('</', '<')
    return text.toUpperCase()
  }

  it('in thirty mutations and their mixtures never throws, and yields only whole addresses of the site', async () => {
    const whole = map(
      [1, 2, 3, 4]
        .map(at =>
          page({
            loc: `/n/${at}`,
            title: `Report number ${at}`,
            lastmod: '2026-03-02',
            more: '<news:keywords>a, b</news:keywords>',
            beside: '<image:image><image:loc>/i.jpg</image:loc></image:image>',
          }),
        )
        .join(''),
    )
    const next = random(20260302)
    for (let round = 0; round < 1_500; round++) {
      let text = whole
      for (let times = 0; times <= Math.floor(round / 500); times++)
        text = mutated(text, (round + times * 7) % 30, next)
      const outcome = await parseFeed(text, { url: MAP, maxEntries: 1_000 })
      if (!outcome.ok) {
        expect(outcome.reason).not.toBe('')
        continue
      }
      for (const { url, title } of outcome.value.entries) {
        expect(URL.canParse(url ?? '')).toBe(true)
        expect(title.trim()).not.toBe('')
      }
    }
  })

  it('of any elements in any order never throws', async () => {
    const tag = fc.constantFrom(
      'urlset',
      'url',
      'loc',
      'news:news',
      'news:title',
      'news:publication',
      'news:name',
      'image:image',
      'image:loc',
      'sitemap',
      'sitemapindex',
      'lastmod',
      'b',
    )
    const piece = fc.oneof(
      tag.map(name => `<${name}>`),
      tag.map(name => `</${name}>`),
      tag.map(name => `<${name}/>`),
      fc.constantFrom('/a', 'Word', '2026-03-02', 'https://wire.example/x', '<![CDATA[x]]>'),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 60 }), async pieces => {
        await parseFeed(`<urlset ${SPACES}>${pieces.join('')}`, { url: MAP, maxEntries: 10 })
      }),
    )
  })
})

const cases = join(root, '../shared/cases/2-sources/sitemaps')

interface Case {
  url: string
  maxEntries?: number
  failure?: string
  feedTitle?: string
  leftOut?: number
  entries?: { title: string; link: string; published: string | null; language: string; [key: string]: unknown }[] | null
}

// The cases lie beside the repository and are no part of it; without them this is skipped.
describe.skipIf(!existsSync(cases))('the cases of sitemaps', () => {
  const expected = existsSync(cases)
    ? (JSON.parse(readFileSync(join(cases, 'expected.json'), 'utf8')) as Record<string, Case>)
    : {}
  const files = existsSync(cases) ? readdirSync(cases).filter(name => /\.xml(?:\.gz)?$/.test(name)) : []
  const second = (time: number | null): string | null => iso(time)?.replace(/\.\d+Z$/, 'Z') ?? null

  it.each(files)('%s is right', async name => {
    const wanted = expected[name]
    if (wanted === undefined) throw new Error(`${name} is not in expected.json`)
    const bytes = readFileSync(join(cases, name))
    const given = bytes[0] === 0x1f ? gunzipSync(bytes) : bytes
    const outcome = await parseDocument(given, null, { url: wanted.url, maxEntries: wanted.maxEntries ?? 10_000 })
    if (wanted.failure !== undefined) return expect(outcome.ok).toBe(false)
    if (!outcome.ok) throw new Error(outcome.reason)
    const { entries, title } = outcome.value
    if (wanted.feedTitle !== undefined) expect(title).toBe(wanted.feedTitle)
    if (wanted.leftOut !== undefined) expect(outcome.value.leftOut).toBe(wanted.leftOut)
    if (!wanted.entries) return
    const said = entries.map(({ url, published, updated, language, enclosures, ...entry }) => ({
      ...entry,
      link: url,
      published: second(published),
      updated: second(updated),
      language: language?.split('-')[0],
      enclosures: enclosures.map(enclosure => enclosure.url),
    }))
    if (name.startsWith('35')) expect(said).toContainEqual(expect.objectContaining(wanted.entries[0]))
    else expect(said).toMatchObject(wanted.entries)
  })
})

describe('whoever reads feeds alone', () => {
  it('loads nothing that reads maps or robots.txt, until the first map comes', () => {
    const script = `
      import { registerHooks } from 'node:module'
      const loaded = []
      registerHooks({ load: (url, context, next) => (loaded.push(url), next(url, context)) })
      const { parseFeed } = await import(${JSON.stringify(new URL('../../../src/collect/feed/parse.ts', import.meta.url).href)})
      await import(${JSON.stringify(new URL('../../../src/run/poller.ts', import.meta.url).href)})
      const options = { url: 'https://wire.example/', maxEntries: 10 }
      const found = () => loaded.filter(url => /\\/feed\\/maps\\/|robots|headline|visit-maps|maps\\/choose/.test(url)).length
      await parseFeed('<rss><channel><item><title>A</title></item></channel></rss>', options)
      const before = found()
      await parseFeed(${JSON.stringify(map(page({})))}, options)
      process.stdout.write(JSON.stringify([before, found() > 0]))`
    const ended = spawnSync(process.execPath, ['--input-type=module', '--eval', script], { encoding: 'utf8' })
    expect(ended).toMatchObject({ status: 0, stdout: '[0,true]' })
  })
})
