import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MAX_HTML, plainText, sanitise, titleText } from '../../../src/collect/feed/html.ts'

const BASE = 'https://news.example/a/b.html'

describe('sanitising', () => {
  it.each([
    ['<p onclick="x()" style="color:red" class="c">text</p>', '<p>text</p>'],
    ['before<script>alert(1)</script>after', 'beforeafter'],
    ['<style>p{}</style>text', 'text'],
    ['<a href="javascript:alert(1)">link</a>', '<a>link</a>'],
    ['<a href="java\nscript:alert(1)">link</a>', '<a>link</a>'],
    ['<a href="data:text/html,x">link</a>', '<a>link</a>'],
    ['<img src="data:image/png;base64,AAAA">', ''],
    ['<img src="x.png" onerror="alert(1)">', '<img src="https://news.example/a/x.png" />'],
    ['<svg><script>alert(1)</script></svg>', ''],
    ['<object data="x"></object><form><input value="v"></form>', ''],
    ['<iframe src="https://video.example/"></iframe>after', 'after'],
    ['<h1>Head</h1>', '<h2>Head</h2>'],
    ['<article><section>x</section></article>', '<div><div>x</div></div>'],
    ['a &amp; b &lt; c &nbsp;d', 'a &amp; b &lt; c \u00a0d'],
    ['<b>unclosed', '<b>unclosed</b>'],
  ])('%s becomes %s', (html, expected) => expect(sanitise(html, BASE)).toBe(expected))

  it('makes links absolute against the base', () => {
    expect(sanitise('<a href="../c?x=1&amp;y=2" title="t">c</a>', BASE)).toBe(
      '<a title="t" href="https://news.example/c?x=1&amp;y=2">c</a>',
    )
    expect(sanitise('<a href="mailto:desk@news.example">c</a>', BASE)).toBe('<a href="mailto:desk@news.example">c</a>')
    expect(sanitise('<a href="/c">c</a>', null)).toBe('<a>c</a>')
  })

  it('keeps the direction and language of right-to-left text', () => {
    expect(sanitise('<p dir="rtl" lang="ar">نص</p>', BASE)).toBe('<p dir="rtl" lang="ar">نص</p>')
    expect(sanitise('<p dir="x&quot;y" lang="&lt;">نص</p>', BASE)).toBe('<p>نص</p>')
  })

  it('drops images that only count readers, and keeps the others with their size', () => {
    expect(sanitise('a<img src="https://t.example/p.gif" width="1" height="1">b', BASE)).toBe('ab')
    expect(sanitise('<img src="/p.jpg" alt="A &quot;b&quot;" width="640" height="x">', BASE)).toBe(
      '<img src="https://news.example/p.jpg" alt="A &quot;b&quot;" width="640" />',
    )
  })

  it('leaves text without markup as it is', () => {
    expect(sanitise('Rates rise 5 > 4', null)).toBe('Rates rise 5 &gt; 4')
  })

  it('keeps the text of markup nested beyond belief, quickly', () => {
    const start = performance.now()
    const html = sanitise(`${'<b>'.repeat(100_000)}deep${'</b>'.repeat(100_000)}`, null)
    expect(html).toBe('deep')
    expect(performance.now() - start).toBeLessThan(1000)
  })

  it('cuts an endless text at a tag and closes what was open', () => {
    const html = sanitise(`<ul>${'<li>item</li>'.repeat(50_000)}</ul>`, null)
    expect(html.length).toBeLessThanOrEqual(MAX_HTML + 20)
    expect(html.endsWith('</li></ul>')).toBe(true)
  })

  it('never lets anything active through', () => {
    const piece = fc.constantFrom(
      '<',
      '>',
      '"',
      "'",
      '/',
      '=',
      ' ',
      'script',
      'a',
      'p',
      'img',
      'svg',
      'style',
      'iframe',
      'noscript',
      'textarea',
      'math',
      'title',
      'href',
      'src',
      'onload',
      'javascript:',
      'data:',
      'https://x.example/',
      '&lt;',
      '&#x3c;',
      '<!--',
      '-->',
      '<![CDATA[',
      ']]>',
      'text',
      '\u0000',
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), pieces => {
        const html = sanitise(pieces.join(''), BASE)
        for (const [tag] of html.matchAll(/<[^>]*>/g)) {
          expect(tag).not.toMatch(/^<\/?(?:script|style|iframe|svg|math|object|embed|form|title|textarea|noscript)/i)
          expect(tag).not.toMatch(/\s(?:on\w+|style)\s*=/i)
          expect(tag).not.toMatch(/(?:href|src)="(?!https?:|mailto:)/i)
        }
      }),
      { numRuns: 3000 },
    )
  })

  it('has nothing left to do on its own output', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('<p>', '</p>', '<b>', '</b>', 'a & b', '&lt;', '<br>', '<a href="/x">', '</a>', ' ')),
        pieces => {
          const once = sanitise(pieces.join(''), BASE)
          expect(sanitise(once, BASE)).toBe(once)
        },
      ),
    )
  })
})

describe('plain text', () => {
  it('turns blocks into lines and entities into characters', () => {
    expect(plainText('<p>One &amp; <b>two</b></p><p>three<br />four &lt;5&gt;</p>')).toBe('One & two\nthree\nfour <5>')
    expect(plainText('<table><tr><td>a</td><td>b</td></tr></table>')).toBe('a b')
    expect(plainText('  a \n\n b  ')).toBe('a\nb')
  })

  it('decodes once only', () => expect(plainText('&amp;lt;b&amp;gt;')).toBe('&lt;b&gt;'))

  it('takes time in proportion to the text', () => {
    const start = performance.now()
    plainText('<'.repeat(300_000))
    plainText(' \n'.repeat(300_000))
    plainText('<p'.repeat(300_000))
    expect(performance.now() - start).toBeLessThan(1500)
  })
})

describe('titles', () => {
  it.each([
    ['Fish &amp; chips', 'html', 'Fish & chips'],
    ['Fish &amp; chips', 'text', 'Fish &amp; chips'],
    ['The <b>new</b> <i>rules</i>', 'html', 'The new rules'],
    ['Using List<T> and <blink>', 'text', 'Using List<T> and <blink>'],
    ['Using List<T> in <em>Java</em>', 'html', 'Using List<T> in Java'],
    ['1 < 2 > 0', 'html', '1 < 2 > 0'],
    ['I <3 news', 'html', 'I <3 news'],
    ['one<br>two\n  three', 'html', 'one two three'],
    ['safe<script>alert(1)</script> title', 'html', 'safe title'],
  ] as const)('«%s» as %s is «%s»', (title, kind, expected) => expect(titleText(title, kind)).toBe(expected))
})
