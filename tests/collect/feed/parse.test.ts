import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseDocument, parseFeed } from '../../../src/collect/feed/parse.ts'
import type { Entry, ParsedFeed } from '../../../src/model/collected.ts'

const URL_OF_FEED = 'https://wire.example/feeds/all.xml'

async function parsed(text: string, maxEntries = 100): Promise<ParsedFeed> {
  const outcome = await parseFeed(text, { url: URL_OF_FEED, maxEntries })
  if (!outcome.ok) throw new Error(outcome.reason)
  return outcome.value
}

async function reason(text: string): Promise<string> {
  const outcome = await parseFeed(text, { url: URL_OF_FEED, maxEntries: 100 })
  return outcome.ok ? 'parsed' : outcome.reason
}

const NAMESPACES =
  'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:media="http://search.yahoo.com/mrss/" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" xmlns:dcterms="http://purl.org/dc/terms/" xmlns:a="http://www.w3.org/2005/Atom"'
const rss = (items: string, channel = ''): string =>
  `<?xml version="1.0"?><rss version="2.0" ${NAMESPACES}><channel><title>Wire</title>${channel}${items}</channel></rss>`
const atom = (entries: string, feed = ''): string =>
  `<feed xmlns="http://www.w3.org/2005/Atom"><title>Wire</title>${feed}${entries}</feed>`

async function one(item: string): Promise<Entry> {
  const [entry] = (await parsed(rss(`<item>${item}</item>`))).entries
  if (entry === undefined) throw new Error('no entry')
  return entry
}

async function oneAtom(content: string, feed = ''): Promise<Entry> {
  const [entry] = (await parsed(atom(`<entry>${content}</entry>`, feed))).entries
  if (entry === undefined) throw new Error('no entry')
  return entry
}

describe('hours and days without news', () => {
  const skip = async (channel: string) => (await parsed(rss('<item><title>A</title></item>', channel))).skip

  it('are read from skipHours and skipDays, 24 being midnight as in RSS 0.91', async () => {
    const hours = '<skipHours><hour>24</hour><hour> 3 </hour><hour>03</hour><hour>2</hour></skipHours>'
    const days = '<skipDays><day>Saturday</day><day>sunday</day><day>Wed</day></skipDays>'
    expect(await skip(hours + days)).toEqual({ hours: [0, 2, 3], days: [0, 3, 6] })
    expect(await skip('<SKIPHOURS><HOUR>5</HOUR></SKIPHOURS>')).toEqual({ hours: [5], days: [] })
  })

  it('are left out where they are none', async () => {
    const hours = '<skipHours><hour>25</hour><hour>-1</hour><hour>1.5</hour><hour/><hour>__proto__</hour></skipHours>'
    expect(await skip(`${hours}<skipDays><day>Funday</day><day>__proto__</day><hour>4</hour></skipDays>`)).toBeNull()
    expect(await skip('<hour>4</hour><day>Monday</day>')).toBeNull()
    expect(await skip('<skipHours>4</skipHours>')).toBeNull()
  })

  it('take no more room however many are named, and no entry', async () => {
    const hours = `<skipHours>${'<hour>1</hour><hour>77</hour>'.repeat(50_000)}`
    const feed = await parsed(rss('<item><title>A</title></item>', `${hours}<title>Not a title</title>`))
    expect(feed.skip).toEqual({ hours: [1], days: [] })
    expect(feed.title).toBe('Wire')
    expect(feed.entries.map(entry => entry.title)).toEqual(['A'])
  })
})

describe('an RSS item', () => {
  it('yields every field of an entry', async () => {
    const feed = await parsed(
      rss(
        `<item><guid isPermaLink="false">w-1</guid><link>https://wire.example/1</link><title>Port reopens</title>
         <description>&lt;p&gt;Short&lt;/p&gt;</description><content:encoded><![CDATA[<p>Long &amp; full</p>]]></content:encoded>
         <pubDate>Tue, 03 Mar 2026 14:05:06 +0300</pubDate><dcterms:modified>2026-03-03T12:00:00Z</dcterms:modified>
         <dc:creator>Lina Haddad</dc:creator><category>Trade</category><category domain="x">Ports</category>
         <enclosure url="/p.jpg" type="image/jpeg" length="2048"/><dc:language>en-GB</dc:language>
         <source url="https://agency.example/feed">Agency</source></item>`,
        '<link>https://wire.example/</link><language>en</language><ttl>30</ttl>',
      ),
    )
    expect(feed).toEqual({
      format: 'rss',
      version: '2.0',
      title: 'Wire',
      link: 'https://wire.example/',
      language: 'en',
      ttl: 30 * 60_000,
      skip: null,
      hub: null,
      self: null,
      warnings: [],
      entries: [
        {
          id: 'w-1',
          url: 'https://wire.example/1',
          title: 'Port reopens',
          summary: '<p>Short</p>',
          content: '<p>Long &amp; full</p>',
          text: 'Long & full',
          published: Date.UTC(2026, 2, 3, 11, 5, 6),
          updated: Date.UTC(2026, 2, 3, 12),
          authors: ['Lina Haddad'],
          categories: ['Trade', 'Ports'],
          enclosures: [{ url: 'https://wire.example/p.jpg', type: 'image/jpeg', length: 2048 }],
          language: 'en-GB',
          source: 'Agency',
        },
      ],
    })
  })

  it('has its permanent guid for an address when it has no link', async () => {
    expect((await one('<guid>https://wire.example/g</guid><title>x</title>')).url).toBe('https://wire.example/g')
    expect((await one('<guid isPermaLink="false">https://wire.example/g</guid><title>x</title>')).url).toBeNull()
    expect((await one('<guid>https://wire.example/g</guid><link>https://wire.example/l</link>')).url).toBe(
      'https://wire.example/l',
    )
  })

  it.each([
    ['<author>desk@wire.example (Omar Said)</author>', ['Omar Said']],
    ['<author>Omar Said &lt;desk@wire.example&gt;</author>', ['Omar Said']],
    ['<itunes:author>Omar Said</itunes:author><dc:creator>Omar Said</dc:creator>', ['Omar Said']],
    ['<dc:creator>Omar Said</dc:creator><dc:creator>Lina Haddad</dc:creator>', ['Omar Said', 'Lina Haddad']],
    ['<a:author><a:name>Omar Said</a:name><a:email>o@wire.example</a:email></a:author>', ['Omar Said']],
    ['<author>desk@wire.example</author>', ['desk@wire.example']],
  ])('reads authors as %s', async (written, authors) => expect((await one(written)).authors).toEqual(authors))

  it('lists every enclosure once, media groups included', async () => {
    const entry = await one(
      `<enclosure url="https://m.example/1.mp3" type="audio/mpeg" length="x"/><media:group><media:content url="https://m.example/2.jpg" medium="image" fileSize="7"/>
       <media:content url="https://m.example/1.mp3"/></media:group><media:thumbnail url="https://m.example/t.jpg"/>`,
    )
    expect(entry.enclosures).toEqual([
      { url: 'https://m.example/1.mp3', type: 'audio/mpeg', length: null },
      { url: 'https://m.example/2.jpg', type: 'image/*', length: 7 },
    ])
  })

  it('shows a thumbnail where there is no other picture, and a media description where there is no other text', async () => {
    const entry = await one(
      '<media:group><media:thumbnail url="https://m.example/t.jpg"/><media:description>Caption</media:description></media:group>',
    )
    expect(entry.enclosures).toEqual([{ url: 'https://m.example/t.jpg', type: 'image/*', length: null }])
    expect(entry.summary).toBe('Caption')
  })

  it.each([
    ['<title>Fish &amp;amp; chips</title>', 'Fish & chips'],
    ['<title><![CDATA[Fish &amp; chips]]></title>', 'Fish & chips'],
    ['<title>The &lt;b&gt;new&lt;/b&gt; rules</title>', 'The new rules'],
    ['<title>The <b>new</b> rules</title>', 'The new rules'],
    ['<title>Caf&eacute; &#8211; don&#146;t</title>', 'Café – don’t'],
    ['<title>Q & A, AT&T and &unknown;</title>', 'Q & A, AT&T and &unknown;'],
    ['<title>I <3 news, 1 < 2</title>', 'I <3 news, 1 < 2'],
    ['<dc:title>Second best</dc:title>', 'Second best'],
    ['<media:title>Third</media:title><title>First</title>', 'First'],
  ])('reads a title as %s', async (written, title) => expect((await one(written)).title).toBe(title))

  it('resolves relative links against xml:base, else the document', async () => {
    expect((await one('<link>/news/1</link>')).url).toBe('https://wire.example/news/1')
    const based = await parsed(
      `<rss xml:base="https://b.example/x/"><channel><item xml:base="y/"><link>1</link><description>&lt;a href="2"&gt;z&lt;/a&gt;</description></item></channel></rss>`,
    )
    expect(based.entries[0]).toMatchObject({
      url: 'https://b.example/x/y/1',
      summary: '<a href="https://b.example/x/y/2">z</a>',
    })
  })

  it('refuses links that are no web addresses', async () => {
    expect((await one('<link>javascript:alert(1)</link><title>x</title>')).url).toBeNull()
  })

  it('leaves out a date it cannot read or believe, and says which', async () => {
    const feed = await parsed(
      rss(
        '<item><title>x</title><pubDate>sometime</pubDate></item><item><title>y</title><pubDate>15 رمضان 1447 هـ</pubDate></item>',
      ),
    )
    expect(feed.entries.map(entry => entry.published)).toEqual([null, null])
    expect(feed.warnings).toEqual([
      'the date «sometime» could not be read: left out',
      '1 date is of the Islamic calendar only: left out',
    ])
  })

  it('keeps a future date as claimed', async () => {
    expect((await one('<pubDate>Tue, 03 Mar 2048 14:05:06 GMT</pubDate>')).published).toBe(
      Date.UTC(2048, 2, 3, 14, 5, 6),
    )
  })
})

describe('an Atom entry', () => {
  it('yields every field of an entry', async () => {
    const entry = await oneAtom(
      `<id>tag:wire.example,2026:1</id><link rel="self" href="/self"/><link href="/1"/><link rel="enclosure" href="/a.mp3" type="audio/mpeg" length="9"/>
       <title type="html">A &amp;amp; B</title><published>2026-03-03T10:00:00Z</published><updated>2026-03-03T11:00:00Z</updated>
       <author><name>Lina Haddad</name><uri>https://l.example/</uri></author><category term="trade" label="Trade"/>
       <summary>5 &lt; 6</summary><source><title>Agency</title><id>x</id></source>`,
    )
    expect(entry).toEqual({
      id: 'tag:wire.example,2026:1',
      url: 'https://wire.example/1',
      title: 'A & B',
      summary: '5 &lt; 6',
      content: null,
      text: '5 < 6',
      published: Date.UTC(2026, 2, 3, 10),
      updated: Date.UTC(2026, 2, 3, 11),
      authors: ['Lina Haddad'],
      categories: ['trade'],
      enclosures: [{ url: 'https://wire.example/a.mp3', type: 'audio/mpeg', length: 9 }],
      language: null,
      source: 'Agency',
    })
  })

  it('keeps xhtml content in order and without its outer div', async () => {
    const entry = await oneAtom(
      `<content type="xhtml" xml:lang="fr"><div xmlns="http://www.w3.org/1999/xhtml">one <b>two</b> three <i>four</i> &lt;five&gt; <a href="6">six</a><br/></div></content>`,
    )
    expect(entry.content).toBe(
      'one <b>two</b> three <i>four</i> &lt;five&gt; <a href="https://wire.example/feeds/6">six</a><br />',
    )
    expect(entry.language).toBe('fr')
  })

  it('is read under any prefix', async () => {
    const feed = await parsed(
      '<x:feed xmlns:x="http://www.w3.org/2005/Atom" xmlns:h="http://www.w3.org/1999/xhtml"><x:title>Wire</x:title><x:entry><x:title>T</x:title><x:content type="xhtml"><h:div><h:p>p</h:p></h:div></x:content></x:entry></x:feed>',
    )
    expect(feed).toMatchObject({
      format: 'atom',
      version: '1.0',
      title: 'Wire',
      entries: [{ title: 'T', content: '<p>p</p>' }],
    })
  })

  it('has its feed’s author and language when it names none', async () => {
    const feed = await parsed(
      '<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="ar_SA"><entry><title>T</title></entry><author><name>Desk</name></author></feed>',
    )
    expect(feed.language).toBe('ar-SA')
    expect(feed.entries[0]).toMatchObject({ authors: ['Desk'], language: 'ar-SA' })
  })

  it('survives what rss-parser does not: an empty entry, a link without attributes, a bad date', async () => {
    const feed = await parsed(atom('<entry/><entry><link/><updated>never</updated><title>T</title></entry>'))
    expect(feed.entries.map(entry => entry.title)).toEqual(['T'])
    expect(feed.warnings).toEqual(['1 entry is empty: left out', 'the date «never» could not be read: left out'])
  })

  it('reads Atom 0.3 with escaped and base64 content', async () => {
    const content = Buffer.from('<p>Inside</p>').toString('base64')
    const feed = await parsed(
      `<feed version="0.3" xmlns="http://purl.org/atom/ns#"><entry><title mode="escaped" type="text/html">&lt;i&gt;T&lt;/i&gt;</title><issued>2026-03-03T10:00:00Z</issued><content mode="base64">${content}</content></entry></feed>`,
    )
    expect(feed).toMatchObject({
      version: '0.3',
      entries: [{ title: 'T', content: '<p>Inside</p>', published: Date.UTC(2026, 2, 3, 10) }],
    })
  })
})

describe('other formats', () => {
  it('reads RDF, whose items stand beside the channel', async () => {
    const feed = await parsed(
      `<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" xmlns:d="http://purl.org/dc/elements/1.1/" xmlns:s="http://purl.org/rss/1.0/modules/syndication/">
       <channel rdf:about="x"><title>Wire</title><link>https://wire.example/</link><s:updatePeriod>hourly</s:updatePeriod><s:updateFrequency>4</s:updateFrequency><image rdf:resource="y"/></channel>
       <image><title>Not this</title><link>https://no.example/</link></image>
       <item rdf:about="https://wire.example/1"><title>One</title><d:date>2026-03-03</d:date><d:subject>Trade</d:subject></item></rdf:RDF>`,
    )
    expect(feed).toMatchObject({
      format: 'rdf',
      version: '1.0',
      title: 'Wire',
      link: 'https://wire.example/',
      ttl: 15 * 60_000,
    })
    expect(feed.entries).toMatchObject([
      {
        id: 'https://wire.example/1',
        url: 'https://wire.example/1',
        title: 'One',
        published: Date.UTC(2026, 2, 3),
        categories: ['Trade'],
      },
    ])
  })

  it('reads JSON Feed', async () => {
    const feed = await parsed(
      JSON.stringify({
        version: 'https://jsonfeed.org/version/1.1',
        title: 'Wire',
        home_page_url: 'https://wire.example/',
        language: 'en',
        authors: [{ name: 'Desk' }],
        items: [
          {
            id: 7,
            url: '/7',
            title: 'A < B',
            content_html: '<p onclick="x">c</p>',
            date_published: '2026-03-03T10:00:00Z',
            tags: ['t', 5],
            attachments: [{ url: 'https://m.example/a.mp3', mime_type: 'audio/mpeg', size_in_bytes: 3 }],
          },
          'nonsense',
          { id: 'x', content_text: '1 < 2\nnext' },
        ],
      }).replace('"id":"x"', '"__proto__":{"title":"polluted"},"id":"x"'),
    )
    expect(feed).toMatchObject({
      format: 'json',
      version: '1.1',
      title: 'Wire',
      link: 'https://wire.example/',
      language: 'en',
    })
    expect(feed.entries).toMatchObject([
      {
        id: '7',
        url: 'https://wire.example/7',
        title: 'A < B',
        content: '<p>c</p>',
        authors: ['Desk'],
        categories: ['t'],
        enclosures: [{ length: 3 }],
      },
      { id: 'x', title: '', content: '1 &lt; 2<br />next' },
    ])
    expect(feed.warnings).toEqual(['1 item is no object: left out'])
  })

  it('finds a feed inside another element and behind leading junk', async () => {
    const inner = '<rss version="0.91"><channel><item><title>T</title></item></channel></rss>'
    expect(await parsed(`<wrapper>${inner}</wrapper>`)).toMatchObject({ version: '0.91', entries: [{ title: 'T' }] })
    expect(await parsed(`\n\n Notice: something broke <br/>\n<?xml version="1.0"?>${inner}`)).toMatchObject({
      entries: [{ title: 'T' }],
    })
  })

  it('reads RSS without version, with an unknown default namespace, in capitals', async () => {
    expect(
      await parsed('<RSS xmlns="urn:own"><CHANNEL><TITLE>W</TITLE><ITEM><TITLE>T</TITLE></ITEM></CHANNEL></RSS>'),
    ).toMatchObject({ title: 'W', entries: [{ title: 'T' }] })
  })

  it('tells elements of foreign namespaces from the feed’s own', async () => {
    expect(
      await parsed(
        '<rss xmlns:f="urn:foreign"><channel><item><f:title>No</f:title><title>Yes</title><f:description>No</f:description></item></channel></rss>',
      ),
    ).toMatchObject({ entries: [{ title: 'Yes', summary: null }] })
  })
})

describe('what is no feed', () => {
  it.each([
    ['', 'the document is empty'],
    [' \n\t', 'the document is empty'],
    ['Service unavailable', 'the document is not XML or JSON: it begins with «Service unavailable»'],
    ['<!DOCTYPE html><html><head><title>x</title></head></html>', 'the document is HTML, not a feed'],
    [
      '<html><head><link rel="alternate" type="application/rss+xml" href="/rss"><body>',
      'the document is HTML, not a feed: subscribe to the feed it links to, https://wire.example/rss',
    ],
    ['<opml version="2.0"><body/></opml>', 'not a feed: root element is <opml>'],
    ['<?xml version="1.0"?>', 'the document is XML without an element: it begins with «<?xml version="1.0"?>»'],
    ['{"a":1}', 'not a feed: the JSON document has no items and no JSON Feed version'],
  ])('is told: %s', async (text, expected) => expect(await reason(text)).toBe(expected))

  it('broken JSON is named as such', async () =>
    expect(await reason('{"version":')).toMatch(/^the document is broken JSON: /))
})

describe('broken documents', () => {
  const whole = '<item><title>One</title><link>https://wire.example/1</link></item><item><title>Two</title></item>'

  it('keep the whole entries before a cut, with a warning', async () => {
    const feed = await parsed(
      `<rss version="2.0"><channel><title>W</title>${whole}<item><title>Three</title><description>And then the conn`,
    )
    expect(feed.entries.map(entry => entry.title)).toEqual(['One', 'Two'])
    expect(feed.warnings).toEqual(['the document is cut off: 2 entries before the cut are kept'])
  })

  it('keep their entries however they are nested', async () => {
    const feed = await parsed(
      '<rss><channel><item><title>One<b></title><description><p>a<i>b</description></item><item><title>Two</title><item><title>Three</title></item></channel></rss>',
    )
    expect(feed.entries.map(entry => entry.title)).toEqual(['One', 'Two', 'Three'])
  })

  it('keep the text around a tag that was never closed', async () => {
    const feed = await parsed(
      rss('<item><title>One <b and</title><guid>1</guid></item><item><title>Two</title></item>'),
    )
    expect(feed.entries.map(entry => [entry.title, entry.id])).toEqual([
      ['One', '1'],
      ['Two', null],
    ])
  })

  it('keep what follows an unquoted attribute', async () => {
    expect(await one('<enclosure url=https://m.example/a.mp3 type=audio/mpeg /><title>T</title>')).toMatchObject({
      title: 'T',
      enclosures: [{ url: 'https://m.example/a.mp3' }],
    })
  })

  it('never reject, whatever is cut out of them', async () => {
    const text = rss(
      '<item><title>T &amp; <![CDATA[x]]></title><link>https://wire.example/1</link><description>&lt;p&gt;a</description></item>',
    )
    await fc.assert(
      fc.asyncProperty(fc.nat(text.length), fc.nat(40), fc.string(), async (at, length, instead) => {
        const outcome = await parseFeed(text.slice(0, at) + instead + text.slice(at + length), {
          url: null,
          maxEntries: 10,
        })
        expect(outcome.ok ? outcome.value.entries.length : outcome.reason.length).toBeGreaterThanOrEqual(0)
      }),
      { numRuns: 500 },
    )
  })
})

describe('hostile documents', () => {
  const second = '<item><title>Second</title></item>'

  async function quickly(text: string): Promise<ParsedFeed> {
    const start = performance.now()
    const feed = await parsed(text)
    expect(performance.now() - start).toBeLessThan(2500)
    return feed
  }

  it.each([
    ['100,000 nested elements', `${'<b>'.repeat(100_000)}deep${'</b>'.repeat(100_000)}`],
    ['100,000 elements never closed', '<b>'.repeat(100_000)],
    ['200,000 stray <', '<'.repeat(200_000)],
    ['200,000 tags that hold another', '<a<'.repeat(200_000)],
    ['200,000 bare &', '&'.repeat(200_000)],
    ['unclosed quotes', '<a x="'.repeat(100_001)],
  ])('%s in a description cost no other entry and little time', async (_, body) => {
    const feed = await quickly(rss(`<item><title>First</title><description>${body}</description></item>${second}`))
    expect(feed.entries.map(entry => entry.title)).toEqual(['First', 'Second'])
  })

  it('nesting around the entries is flattened with a warning', async () => {
    const feed = await quickly(rss(`${'<x>'.repeat(100_000)}${'</x>'.repeat(100_000)}${second}`))
    expect(feed.entries).toHaveLength(1)
    expect(feed.warnings).toEqual(['elements nested deeper than 256 levels were flattened'])
  })

  it('entities that refer to others are not expanded; simple ones are', async () => {
    const dtd = '<!DOCTYPE rss [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;"><!ENTITY x SYSTEM "file:///etc/hosts">]>'
    const feed = await quickly(`${dtd}<rss><channel><item><title>&a; &b; &x;</title></item></channel></rss>`)
    expect(feed.entries[0]?.title).toBe('ha &b; &x;')
    expect(feed.warnings[0]).toContain('not expanded')
  })

  it('a long entity used often is stopped', async () => {
    const feed = await quickly(
      `<!DOCTYPE rss [<!ENTITY a "${'h'.repeat(900)}">]><rss><channel><item><description>${'&a;'.repeat(100_000)}</description></item></channel></rss>`,
    )
    expect(feed.entries[0]?.summary?.length).toBeLessThan(100_001)
  })

  it('__proto__ and its like are data', async () => {
    const feed = await parsed(
      rss(
        '<__proto__>x</__proto__><constructor>y</constructor><item><title>__proto__</title><category>constructor</category><__proto__ polluted="1">z</__proto__><guid>__proto__</guid></item>',
      ),
    )
    expect(feed.entries[0]).toMatchObject({ id: '__proto__', title: '__proto__', categories: ['constructor'] })
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
  })
})

describe('bounds', () => {
  it('keeps the first of entries without dates up to the limit, and says how many it left out and what takes them', async () => {
    const feed = await parsed(
      rss(Array.from({ length: 12 }, (_, index) => `<item><title>${index}</title></item>`).join('')),
      5,
    )
    expect(feed.entries.map(entry => entry.title)).toEqual(['0', '1', '2', '3', '4'])
    expect(feed.warnings).toEqual([
      'the document has 12 entries: the first 5 are kept, 7 left out (poll.maxEntries takes more, up to 10000)',
    ])
  })

  it('cuts long titles, texts and lists', async () => {
    const feed = await parsed(
      rss(
        `<item><title>${'t'.repeat(3000)}</title><description>${'&lt;p&gt;word&lt;/p&gt;'.repeat(40_000)}</description>${'<category>c</category>'.repeat(60)}${Array.from({ length: 60 }, (_, index) => `<dc:creator>a${index}</dc:creator>`).join('')}</item>`,
      ),
    )
    const [entry] = feed.entries
    expect(entry?.title).toHaveLength(1000)
    expect(entry?.summary?.length).toBeLessThanOrEqual(262_144 + 10)
    expect(entry?.summary?.endsWith('</p>')).toBe(true)
    expect(entry?.categories).toEqual(['c'])
    expect(entry?.authors).toHaveLength(50)
    expect(feed.warnings).toEqual([
      '1 title longer than 1000 characters: cut',
      '1 text longer than 256 Ki characters: cut',
    ])
  })
})

describe('bytes', () => {
  it('are decoded first, and the warnings of both stand together', async () => {
    const bytes = new TextEncoder().encode(
      '<?xml version="1.0" encoding="windows-1256"?><rss><channel><item><title>خبر عاجل</title><pubDate>?</pubDate></item></channel></rss>',
    )
    const outcome = await parseDocument(bytes, null, { url: null, maxEntries: 10 })
    expect(outcome).toMatchObject({
      ok: true,
      value: {
        entries: [{ title: 'خبر عاجل' }],
        warnings: [
          'the document says it is windows-1256, but its bytes are UTF-8: read as UTF-8',
          'the date «?» could not be read: left out',
        ],
      },
    })
    expect(await parseDocument(new Uint8Array(), null, { url: null, maxEntries: 10 })).toEqual({
      ok: false,
      reason: 'the document is empty',
    })
  })
})
