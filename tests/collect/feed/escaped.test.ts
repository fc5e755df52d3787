// What bodies without markup mean: plain text with its lines, and markup that was escaped twice.
import { describe, expect, it } from 'vitest'
import { meantHtml, plainToHtml } from '../../../src/collect/feed/escaped.ts'
import { sanitise } from '../../../src/collect/feed/html.ts'
import { parseFeed } from '../../../src/collect/feed/parse.ts'

async function summary(entry: string): Promise<string | null | undefined> {
  const text = `<feed xmlns="http://www.w3.org/2005/Atom" xmlns:media="http://search.yahoo.com/mrss/"><entry><title>x</title>${entry}</entry></feed>`
  const parsed = await parseFeed(text, { url: 'https://video.example/', maxEntries: 1 })
  return parsed.ok ? parsed.value.entries[0]?.summary : undefined
}

describe('markup that was escaped twice', () => {
  it.each([
    ['&lt;p&gt;Fish &amp;amp; chips&lt;/p&gt;', '<p>Fish &amp; chips</p>'],
    ['&lt;p&gt;one&lt;p&gt;two &lt;b&gt;three&lt;/b&gt;&lt;/p&gt;', '<p>one<p>two <b>three</b></p>'],
    [
      '&lt;img src=&quot;https://x.example/p.jpg&quot; /&gt; A caption.',
      '<img src="https://x.example/p.jpg" /> A caption.',
    ],
    [
      'See &lt;a href="https://x.example/"&gt;the page&lt;/a&gt; for more.',
      'See <a href="https://x.example/">the page</a> for more.',
    ],
    ['one&lt;br&gt;two&lt;br/&gt;three', 'one<br>two<br/>three'],
    ['&#60;p&#62;خبر&#x3c;/p&#x3e;', '<p>خبر</p>'],
  ])('is unescaped: %s', (html, meant) => expect(meantHtml(html)).toBe(meant))

  it.each([
    'Use &lt;b&gt; for bold text.',
    'How to centre a &lt;div&gt;box&lt;/div&gt; in a page',
    '&lt;div&gt; against &lt;span&gt;',
    'Lists of List&lt;T&gt; and &lt;T&gt;x&lt;/T&gt;',
    '<p>The tag &lt;p&gt;x&lt;/p&gt; is a paragraph</p>',
    '<pre>&lt;p&gt;x&lt;/p&gt;</pre>',
    '5 &lt; 6 and 7 &gt; 2',
    '&lt;p&gt;one&lt;/b&gt;',
  ])('is not seen in text that speaks of tags: %s', html => expect(meantHtml(html)).toBe(html))

  it('is made safe like any other', () => {
    expect(sanitise(meantHtml('&lt;p onclick="x()"&gt;a&lt;img src="javascript:x"&gt;&lt;/p&gt;'), null)).toBe(
      '<p>a</p>',
    )
  })
})

describe('plain text', () => {
  it('keeps its lines in a media description, which is plain unless it says otherwise', async () => {
    const text = 'In this film:\n\n00:00 Harbour\n01:30 Market &lt; fair'
    const shown = 'In this film:<br /><br />00:00 Harbour<br />01:30 Market &lt; fair'
    expect(await summary(`<media:group><media:description>${text}</media:description></media:group>`)).toBe(shown)
    expect(await summary(`<media:description type="plain">${text}</media:description>`)).toBe(shown)
    expect(await summary('<media:description type="html">one\n&lt;i&gt;two&lt;/i&gt;</media:description>')).toBe(
      'one\n<i>two</i>',
    )
    expect(await summary('<media:description>one &lt;br&gt; two</media:description>')).toBe('one <br /> two')
  })

  it('keeps its lines in Atom, except those of a column', async () => {
    expect(await summary('<summary type="text">Agenda\n10:00 Talks\n12:00 Lunch</summary>')).toBe(
      'Agenda<br />10:00 Talks<br />12:00 Lunch',
    )
    const column =
      'The ferry that runs between the two ports of the bay will stop for\nrepairs in the first week of the coming month, the company said, and\nwill run again as soon as the yard has let it go.'
    expect(await summary(`<summary>${column}</summary>`)).toBe(column.replaceAll('\n', ' '))
  })

  it('keeps its lines in JSON Feed', async () => {
    const json = JSON.stringify({
      version: 'https://jsonfeed.org/version/1.1',
      items: [{ id: '1', content_text: 'a\r\nb\n\nc <b>', summary: 'x\ny' }],
    })
    const parsed = await parseFeed(json, { url: null, maxEntries: 1 })
    expect(parsed.ok && parsed.value.entries[0]).toMatchObject({
      content: 'a<br />b<br /><br />c &lt;b&gt;',
      summary: 'x<br />y',
    })
  })

  it('keeps its paragraphs in RSS, where there is no markup, and no line break that lays out the XML', () => {
    expect(meantHtml('One.\r\n\r\nTwo.\r\n \r\nThree &amp; four.')).toBe('One.<br><br>Two.<br><br>Three &amp; four.')
    expect(meantHtml('One sentence\n   and its end.')).toBe('One sentence\n   and its end.')
    expect(meantHtml('<p>One</p>\n\n<p>Two</p>')).toBe('<p>One</p>\n\n<p>Two</p>')
  })

  it('takes time in proportion to its length', () => {
    const start = performance.now()
    for (const part of ['\n', ' \n', 'a\n', '&lt;p ', '&lt;p&gt;', '&lt;', '&lt;/p&gt;', '\r']) {
      meantHtml(part.repeat(200_000 / part.length))
      plainToHtml(part.repeat(200_000 / part.length), true)
    }
    expect(performance.now() - start).toBeLessThan(4_000)
  })
})

describe('a base in the text', () => {
  it('counts for its own text', () => {
    const feed = 'https://paper.example/'
    expect(sanitise('<base href="https://b.example/posts/"><img src="p.jpg">', feed)).toBe(
      '<img src="https://b.example/posts/p.jpg" />',
    )
    expect(sanitise("<a href=x>y</a><BASE HREF='/posts/'>", feed)).toBe('<a href="https://paper.example/posts/x">y</a>')
    expect(sanitise('<base href="javascript:x"><img src="p.jpg">', feed)).toBe(
      '<img src="https://paper.example/p.jpg" />',
    )
    expect(sanitise('<base target=_top><img src="p.jpg">', feed)).toBe('<img src="https://paper.example/p.jpg" />')
  })
})
