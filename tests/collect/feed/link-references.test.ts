import { describe, expect, it } from 'vitest'
import { sanitise } from '../../../src/collect/feed/html.ts'
import { withoutReferences } from '../../../src/collect/feed/link-references.ts'
import { parseFeed } from '../../../src/collect/feed/parse.ts'

describe('an address that was escaped once too often', () => {
  it.each([
    ['https://a.example/?a=1&#038;b=2', 'https://a.example/?a=1&b=2'],
    ['https://a.example/?a=1&#38;b=2', 'https://a.example/?a=1&b=2'],
    ['https://a.example/?a=1&#x26;b=2', 'https://a.example/?a=1&b=2'],
    ['https://a.example/?a=1&amp;b=2&AMP;c=3', 'https://a.example/?a=1&b=2&c=3'],
    ['https://a.example/?a=1&amp;amp;b=2', 'https://a.example/?a=1&b=2'],
    ['https://a.example/?a=1&amp;#038;b=2', 'https://a.example/?a=1&b=2'],
    ['https:&#x2F;&#x2F;a.example&#47;x?id&#x3D;5', 'https://a.example/x?id=5'],
  ])('%s is meant as %s', (written, meant) => {
    expect(withoutReferences(written)).toBe(meant)
  })

  it.each([
    'https://a.example/?a=1&copy=2',
    'https://a.example/?a=1&amp=2',
    'https://a.example/x#38;',
    'https://a.example/?q=%26amp%3B',
    'https://a.example/?a=1;b=2&c=3',
  ])('%s is as it stands', address => {
    expect(withoutReferences(address)).toBe(address)
  })

  it('is read in linear time, whatever it holds', () => {
    const started = performance.now()
    for (const piece of ['&amp;', '&#0', '&#00000000', '&#x0;', '&', ';&#']) withoutReferences(piece.repeat(50_000))
    expect(performance.now() - started).toBeLessThan(2_000)
  })

  it('is meant so wherever an address stands in a feed: link, guid, enclosure, picture, JSON', async () => {
    const feed = await parseFeed(
      `<rss version="2.0"><channel><title>T</title>
<item><title>A</title><link><![CDATA[https://a.example/?l=ar&#038;id=1]]></link>
<enclosure url="https://a.example/p?i=1&amp;amp;w=2" type="image/png"/>
<description><![CDATA[<p><img src="https://a.example/i?a=1&amp;amp;b=2"><a href="/n?a=1&amp;#038;b=2">more</a></p>]]></description></item>
<item><title>B</title><guid><![CDATA[https://a.example/?l=ar&#038;id=2]]></guid></item></channel></rss>`,
      { url: 'https://a.example/rss', maxEntries: 9 },
    )
    const json = await parseFeed(
      JSON.stringify({
        version: 'https://jsonfeed.org/version/1.1',
        items: [{ id: '1', title: 'C', url: 'https://a.example/?l=ar&amp;id=3' }],
      }),
      { url: null, maxEntries: 9 },
    )
    if (!feed.ok || !json.ok) throw new Error('not read')
    expect([...feed.value.entries, ...json.value.entries].map(({ url }) => url)).toEqual([
      'https://a.example/?l=ar&id=1',
      'https://a.example/?l=ar&id=2',
      'https://a.example/?l=ar&id=3',
    ])
    expect(feed.value.entries[0]?.enclosures[0]?.url).toBe('https://a.example/p?i=1&w=2')
    expect(feed.value.entries[0]?.summary).toContain('src="https://a.example/i?a=1&amp;b=2"')
    expect(feed.value.entries[0]?.summary).toContain('href="https://a.example/n?a=1&amp;b=2"')
  })

  it('brings no markup into a text', () => {
    const html = sanitise('<a href="https://a.example/?q=&amp;#34;&amp;#62;&amp;#60;script&amp;#62;">x</a>', null)
    expect(html).not.toMatch(/<script|"">|"><s/)
  })
})
