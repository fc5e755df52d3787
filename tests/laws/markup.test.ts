// Laws of sanitised markup, over generated trees and over pieces of markup in any order.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { plainText, sanitise } from '../../src/collect/feed/html.ts'
import { parseFeed } from '../../src/collect/feed/parse.ts'

const BASE = 'https://news.example/a/'
const VOID = new Set(['br', 'img', 'hr'])

/** Why markup is not well-formed; null where it is. Elements are closed by their own name, in order, and void ones never. */
function flaw(html: string): string | null {
  const open: string[] = []
  const tags = /<(\/?)([a-z][a-z0-9]*)((?:\s[a-z]+(?:="[^"<>]*")?)*)\s?\/?>/g
  const rest = html.replaceAll(tags, '')
  for (const [tag, closing, name = '', attributes = ''] of html.matchAll(tags)) {
    if (closing === '/') {
      if (attributes !== '') return `attributes in ${tag}`
      if (open.pop() !== name) return `${tag} closes another element`
    } else if (!VOID.has(name)) open.push(name)
  }
  if (open.length > 0) return `<${open.at(-1)}> stays open`
  return /[<>]/.test(rest) ? `loose bracket in ${rest}` : null
}

const KEPT =
  'p a b strong div span i em ul ol li h1 h2 blockquote table tbody tr td th pre code section article figure center'.split(
    ' ',
  )
const GONE =
  'x-unknown font svg math path script style iframe noscript template form input select option textarea button object embed video source audio title head body html o:p'.split(
    ' ',
  )
const SINGLE = [
  '<br>',
  '<br/>',
  '<hr>',
  '<wbr>',
  '<img src="/p.jpg">',
  '<img src="/p.jpg" alt="a > b &quot;c&quot;" width="640">',
  '<img>',
  '<img src>',
  '<img width="1" height="1" src="https://count.example/p">',
  '<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=">',
  '<img src="N/A" />',
  '<img></img>',
  '<br></br>',
  '<image src="/p.jpg">',
  '<input>',
  '<embed src="/x">',
  '<base href="/b/">',
  '<!-- remark -->',
  '<![CDATA[x]]>',
  '<?php x ?>',
]

const word = fc.constantFrom('one', 'two', 'ثلاثة', '4 < 5', 'a & b', '&lt;p&gt;', '&amp;', '&nbsp;', '"', ' ', '\n')
const attributes = fc.constantFrom(
  '',
  ' href="/x"',
  ' href="https://o.example/?a=1&b=2"',
  ' dir="rtl"',
  ' lang=ar',
  " title='it\"s'",
  ' onclick="x()"',
  ' style="a:b"',
  ' href="javascript:x"',
)

/** Trees of elements, some of which are never closed, closed twice, or closed in the wrong order. */
const tree = fc.letrec<{ node: string; nodes: string }>(tie => ({
  node: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    word,
    fc.constantFrom(...SINGLE),
    fc
      .tuple(
        fc.constantFrom(...KEPT, ...GONE),
        attributes,
        tie('nodes'),
        fc.constantFrom('closed', 'closed', 'closed', 'open', 'twice', 'empty'),
      )
      .map(([name, attribute, inner, end]) => {
        if (end === 'empty') return `<${name}${attribute}/>`
        return `<${name}${attribute}>${inner}${end === 'open' ? '' : `</${name}>`}${end === 'twice' ? `</${name}>` : ''}`
      }),
    fc
      .tuple(fc.constantFrom(...KEPT), fc.constantFrom(...KEPT), tie('nodes'))
      .map(([one, other, inner]) => `<${one}><${other}>${inner}</${one}></${other}>`),
  ),
  nodes: fc.array(tie('node'), { maxLength: 5 }).map(nodes => nodes.join('')),
})).nodes

const pieces = fc
  .array(
    fc.oneof(
      word,
      fc.constantFrom(...SINGLE),
      fc.constantFrom(...[...KEPT, ...GONE].flatMap(name => [`<${name}>`, `</${name}>`, `<${name} `, `<${name}/>`])),
      fc.constantFrom('<', '>', '</', '"', "'", '<!--', '-->', '='),
    ),
    { maxLength: 40 },
  )
  .map(list => list.join(''))

const markup = fc.oneof(tree, pieces)

describe('sanitised markup', () => {
  it('closes every element that it opens, by its own name and in order', () => {
    fc.assert(
      fc.property(markup, html => {
        expect(flaw(sanitise(html, BASE))).toBeNull()
      }),
      { numRuns: 600 },
    )
  })

  it('is left as it is when it is sanitised again', () => {
    fc.assert(
      fc.property(markup, html => {
        const once = sanitise(html, BASE)
        expect(sanitise(once, BASE)).toBe(once)
      }),
      { numRuns: 400 },
    )
  })

  it('is the same with an image that is dropped as without it', () => {
    const dropped = fc.constantFrom(
      '<img>',
      '<img width="1" height="1" src="https://count.example/p">',
      '<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=">',
      '<img height=0 src=/x />',
    )
    const kept = fc.letrec<{ node: string; nodes: string }>(tie => ({
      node: fc.oneof(
        { depthSize: 'small' },
        fc.constantFrom('one', 'two '),
        tie('nodes').chain(inner =>
          fc.constantFrom('b', 'div', 'ul', 'h2', 'span', 'blockquote').map(name => `<${name}>${inner}</${name}>`),
        ),
        fc.constant('@'),
      ),
      nodes: fc.array(tie('node'), { maxLength: 5 }).map(nodes => nodes.join('')),
    })).nodes
    fc.assert(
      fc.property(kept, dropped, (html, image) => {
        expect(sanitise(html.replaceAll('@', image), BASE)).toBe(sanitise(html.replaceAll('@', ''), BASE))
      }),
      { numRuns: 300 },
    )
  })

  it('keeps the words of what it keeps, in their order', () => {
    let count = 0
    const numbered = fc.letrec<{ node: string; nodes: string }>(tie => ({
      node: fc.oneof(
        { depthSize: 'small' },
        fc.constant('#'),
        fc.constantFrom('<br>', '<img>', '<img src="/p.jpg">'),
        tie('nodes').chain(inner =>
          fc
            .constantFrom('b', 'div', 'font', 'x-unknown', 'form', 'h1', 'section')
            .map(name => `<${name}>${inner}</${name}>`),
        ),
      ),
      nodes: fc.array(tie('node'), { maxLength: 6 }).map(nodes => nodes.join('')),
    })).nodes
    fc.assert(
      fc.property(numbered, html => {
        count = 0
        const text = html.replaceAll('#', () => ` word${count++} `)
        const words = plainText(sanitise(text, BASE)).match(/word\d+/g) ?? []
        expect(words).toEqual(Array.from({ length: count }, (_, at) => `word${at}`))
      }),
      { numRuns: 300 },
    )
  })

  it('stays well-formed on its way through a feed, cut or not', async () => {
    await fc.assert(
      fc.asyncProperty(markup, fc.boolean(), async (html, isEscaped) => {
        const inside = isEscaped
          ? html.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
          : `<![CDATA[${html.replaceAll(']]>', '')}]]>`
        const parsed = await parseFeed(
          `<rss><channel><item><title>x</title><description>${inside}</description></item></channel></rss>`,
          { url: BASE, maxEntries: 1 },
        )
        expect(parsed.ok && flaw(parsed.value.entries[0]?.summary ?? '')).toBeNull()
      }),
      { numRuns: 100 },
    )
    const long = `<table><tr>${'<td><b>cell</b><img></td>'.repeat(20_000)}`
    expect(flaw(sanitise(long, BASE))).toBeNull()
  })
})
