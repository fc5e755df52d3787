// Which address a link means, as people and templates write links.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isPlain, resolve } from '../../../src/collect/feed/links.ts'
import { parseFeed } from '../../../src/collect/feed/parse.ts'
import type { ParsedEntry, ParsedFeed } from '../../../src/model/collected.ts'

const SITE = 'https://www.paper.example/'

async function read(text: string, url: string | null): Promise<ParsedFeed> {
  const parsed = await parseFeed(text, { url, maxEntries: 100 })
  if (!parsed.ok) throw new Error(parsed.reason)
  return parsed.value
}

describe('a link', () => {
  it.each([
    ['www.paper.example/a', 'https://www.paper.example/a'],
    ['WWW.Other.example/a', 'https://WWW.Other.example/a'],
    ['paper.example/a', 'https://paper.example/a'],
    ['paper.example:8080/a', 'https://paper.example:8080/a'],
    ['sport.paper.example/a', 'https://sport.paper.example/a'],
    ['othernews.com/a', 'https://othernews.com/a'],
    ['news.co.uk/a', 'https://news.co.uk/a'],
    ['//cdn.example/a', 'https://cdn.example/a'],
    ['://cdn.example/a', 'https://cdn.example/a'],
  ])('without a scheme begins with a host: %s', (link, address) => expect(resolve(link, SITE)).toBe(address))

  it.each([
    ['http://http://www.paper.example/a', 'http://www.paper.example/a'],
    ['https://http//paper.example/a', 'http://paper.example/a'],
    ['http://https:/paper.example/a', 'https://paper.example/a'],
    ['https://https://https://paper.example/a', 'https://paper.example/a'],
    ['https:/paper.example/a', 'https://paper.example/a'],
    ['http///paper.example/a', 'http://paper.example/a'],
    ['htttp://paper.example/a', 'http://paper.example/a'],
    ['hhttps://paper.example/a', 'https://paper.example/a'],
    ['ttps://paper.example/a', 'https://paper.example/a'],
    ['http;//paper.example/a', 'http://paper.example/a'],
    ['http: //paper.example/a', 'http://paper.example/a'],
    ['http:www.paper.example/a', 'http://www.paper.example/a'],
    ['https:\\\\paper.example\\a', 'https://paper.example/a'],
    ['http:\\/\\/paper.example\\/a', 'http://paper.example/a'],
    ['feed://paper.example/a', 'https://paper.example/a'],
    ['https%3A%2F%2Fpaper.example%2Fa', 'https://paper.example/a'],
  ])('has its scheme put right: %s', (link, address) => expect(resolve(link, SITE)).toBe(address))

  it.each([
    ['\u200fhttps://paper.example/a', 'https://paper.example/a'],
    ['\u202bhttps://paper.example/a\u202c\u200e', 'https://paper.example/a'],
    ['\ufeff\u00a0https://paper.example/a\u200b', 'https://paper.example/a'],
    ['%E2%80%8Fhttps://paper.example/a%e2%80%8f', 'https://paper.example/a'],
    ['&rlm;https://paper.example/a&#8207;', 'https://paper.example/a'],
    ['«https://paper.example/a»', 'https://paper.example/a'],
    ['<https://paper.example/a>', 'https://paper.example/a'],
    ['"https://paper.example/a"', 'https://paper.example/a'],
    ['<a href="https://paper.example/a">more</a>', 'https://paper.example/a'],
    ['https://paper.exam\u00adple/\u200fa', 'https://paper.example/a'],
    ['https://paper.exa\n\tmple/a', 'https://paper.example/a'],
    ['https://paper.example/a b', 'https://paper.example/a%20b'],
    ['\u200f/a', 'https://www.paper.example/a'],
    ['https://paper.example/می\u200cشود', 'https://paper.example/می\u200cشود'],
    ['https://paper.example/خبر%D8%A9', 'https://paper.example/خبر%D8%A9'],
    ['https://paper.example/?q="a"', 'https://paper.example/?q="a"'],
  ])('loses what nobody sees and what surrounds it: %j', (link, address) => expect(resolve(link, SITE)).toBe(address))

  it.each([
    'N/A',
    'n/a',
    '#',
    'none',
    'NULL',
    'undefined',
    '-',
    '—',
    '//',
    'http://',
    'https:',
    'http',
    'about:blank',
    'javascript:void(0)',
    'java\u200fscript:x',
    'data:text/html,x',
    'mailto:a@b.example',
    'tag:b.example,2026:1',
    '\u200f',
    '""',
    'لا يوجد',
  ])('is none where it says so: %j', link => expect(resolve(link, SITE)).toBeNull())

  it.each([
    ['/a', 'https://www.paper.example/a'],
    ['a/b.html', 'https://www.paper.example/a/b.html'],
    ['article.php?id=1', 'https://www.paper.example/article.php?id=1'],
    ['?id=1', 'https://www.paper.example/?id=1'],
    ['http:a/b', 'https://www.paper.example/a/b'],
    ['http:///a/b', 'https://www.paper.example/a/b'],
    ['httpd/notes.html', 'https://www.paper.example/httpd/notes.html'],
  ])('is relative where it names no host: %s', (link, address) => expect(resolve(link, SITE)).toBe(address))

  it('is left as it was written where it is an address', () => {
    fc.assert(
      fc.property(fc.webUrl({ withQueryParameters: true, withFragments: true }), link => {
        if (/(?:;|%[0-9a-f]{2}|['"`])$/i.test(link)) return
        expect(resolve(link, null)).toBe(link)
        if (isPlain(link)) expect(link).not.toMatch(/[\s"'<>`]/)
      }),
    )
  })

  it('is an http address or none, whatever stands in it', () => {
    const piece = fc.constantFrom(
      'http',
      'https',
      ':',
      '/',
      '//',
      '\\',
      'www.',
      'a.example',
      'javascript:',
      '\u200f',
      '%E2%80%8F',
      ' ',
      '"',
      '<',
      '>',
      '#',
      '?',
      '@',
      'N/A',
      'data:',
      '\n',
      '٣',
      '.',
      '[',
      ']',
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), pieces => {
        const address = resolve(pieces.join(''), SITE)
        if (address !== null) expect(address).toMatch(/^https?:\/\/[^/\s]/i)
      }),
      { numRuns: 1_000 },
    )
  })

  it('takes no time that grows faster than its length', () => {
    const start = performance.now()
    for (const part of ['%E2%80%8F', '&rlm;', '"', 'http://', 'a.', 'www.', '\u200f', '/', 'a-'])
      for (let round = 0; round < 20; round++) resolve(`x${part.repeat(4_000 / part.length)}`, SITE)
    expect(performance.now() - start).toBeLessThan(2_000)
  })
})

describe('relative links of a feed that another host serves', () => {
  const HUB = 'https://feeds.hub.example/paper.xml'
  const item =
    '<item><link>news/1</link><description>&lt;img src="/p.jpg"&gt;</description><enclosure url="a.mp3" type="audio/mpeg"/></item>'
  const at = (site: string) => ({
    url: `${site}news/1`,
    summary: `<img src="${site}p.jpg" />`,
    enclosures: [{ url: `${site}a.mp3`, type: 'audio/mpeg', length: null }],
  })

  it.each([
    ['before the entries', `<link>https://paper.example/</link>${item}`],
    ['behind the entries', `${item}<link>https://paper.example/</link>`],
    ['without a scheme', `<link>www.paper.example/</link>${item}`],
  ])('lead to the site that the channel names %s', async (where, channel) => {
    const feed = await read(`<rss version="2.0"><channel>${channel}</channel></rss>`, HUB)
    expect(feed.entries[0]).toMatchObject(
      at(where === 'without a scheme' ? 'https://www.paper.example/' : 'https://paper.example/'),
    )
  })

  it('lead to the document where they are the channel’s own', async () => {
    const self =
      '<link>https://paper.example/</link><atom:link rel="self" href="/self"/><atom:link rel="hub" href="/hub"/>'
    const feed = await read(
      `<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel>${self}</channel></rss>`,
      HUB,
    )
    expect(feed).toMatchObject({ self: 'https://feeds.hub.example/self', hub: 'https://feeds.hub.example/hub' })
  })

  it('lead to the document where the channel names no site, itself relatively, or the machine of its template', async () => {
    for (const link of [
      '',
      '<link>/</link>',
      '<link>http://localhost/</link>',
      '<link>http://192.168.0.7/</link>',
      '<link>N/A</link>',
    ]) {
      const feed = await read(`<rss version="2.0"><channel>${link}${item}</channel></rss>`, HUB)
      expect(feed.entries[0]).toMatchObject(at('https://feeds.hub.example/'))
    }
  })

  it('lead where xml:base says, before anything else', async () => {
    const feed = await read(
      `<rss version="2.0"><channel xml:base="https://base.example/"><link>https://paper.example/</link>${item}</channel></rss>`,
      HUB,
    )
    expect(feed.entries[0]).toMatchObject(at('https://base.example/'))
  })

  it('lead to the document in Atom, and to the home page in JSON Feed', async () => {
    const atom = `<feed xmlns="http://www.w3.org/2005/Atom"><link href="https://paper.example/"/><entry><link href="news/1"/></entry></feed>`
    expect((await read(atom, HUB)).entries[0]?.url).toBe('https://feeds.hub.example/news/1')
    const json = JSON.stringify({
      version: 'https://jsonfeed.org/version/1.1',
      home_page_url: 'https://paper.example/',
      items: [{ id: '1', url: 'news/1', content_html: '<img src="/p.jpg">', image: 'c.png' }],
    })
    expect((await read(json, HUB)).entries[0]).toMatchObject({
      url: 'https://paper.example/news/1',
      content: '<img src="https://paper.example/p.jpg" />',
      enclosures: [{ url: 'https://paper.example/c.png' }],
    })
  })
})

describe('an entry', () => {
  const one = async (item: string): Promise<ParsedEntry | undefined> =>
    (
      await read(
        `<rss version="2.0" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" xmlns:media="http://search.yahoo.com/mrss/"><channel><link>${SITE}</link><item><title>x</title>${item}</item></channel></rss>`,
        null,
      )
    ).entries[0]

  it('has its permanent guid for an address where its link is none', async () => {
    expect((await one('<link>N/A</link><guid>https://paper.example/g</guid>'))?.url).toBe('https://paper.example/g')
    expect((await one('<link>#</link><guid>www.paper.example/g</guid>'))?.url).toBe('https://www.paper.example/g')
    expect((await one('<link>none</link><guid isPermaLink="false">https://paper.example/g</guid>'))?.url).toBeNull()
  })

  it.each([
    ['<itunes:image href="/p.jpg"/>'],
    ['<image>/p.jpg</image>'],
    ['<image><url>/p.jpg</url><title>Not the title</title><link>/not-the-link</link></image>'],
    ['<thumbnail url="/p.jpg"/>'],
    ['<media:thumbnail url="/p.jpg"/>'],
  ])('has the picture that %s names, where it has nothing else attached', async picture => {
    const [attached] = (await one(picture))?.enclosures ?? []
    expect(attached?.url).toBe('https://www.paper.example/p.jpg')
    const both = await one(`${picture}<enclosure url="/a.mp3" type="audio/mpeg"/>`)
    expect(both?.enclosures.map(link => link.url)).toEqual(['https://www.paper.example/a.mp3'])
    expect(both).toMatchObject({ title: 'x', url: null })
  })

  it('tells the type of what is attached by its name where nothing else does, and names each file once', async () => {
    const types = (await one('<enclosure url="/a.mp3?x=1"/><enclosure url="/b.JPG" type=""/><enclosure url="/c"/>'))
      ?.enclosures
    expect(types?.map(link => link.type)).toEqual(['audio/mpeg', 'image/jpeg', null])
    const twice = await one('<enclosure url="/a.bin"/><media:content url="/a.bin" type="video/mp4" fileSize="7"/>')
    expect(twice?.enclosures).toEqual([{ url: 'https://www.paper.example/a.bin', type: 'video/mp4', length: 7 }])
  })
})
