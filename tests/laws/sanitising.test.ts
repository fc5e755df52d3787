// The fast way of sanitising gives what sanitize-html gives, byte for byte, wherever it does not leave the text to it.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { plainText, sanitiseAny } from '../../src/collect/feed/html.ts'
import { KEPT_ELEMENTS } from '../../src/collect/feed/policy.ts'
import { sanitiseSimply } from '../../src/collect/feed/simple-html.ts'

const BASE = 'https://news.example/a/'

const NAMES = [
  ...KEPT_ELEMENTS,
  ...'h1 section center font strike tt o:p x-y image wbr input button video audio source object embed iframe script style noscript select option textarea title svg math form body html head thead optgroup datalist rt rp ruby dl picture'.split(
    ' ',
  ),
]
const name = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...'p a b br img div span li ul td tr table h2 em dd dt'.split(' ')) },
  { weight: 3, arbitrary: fc.constantFrom(...NAMES) },
  { weight: 1, arbitrary: fc.constantFrom('P', 'Br', 'IMG', 'DIV', 'sCript', 'Image', 'A', 'b<i', 'p"', 'é') },
)
const reference = fc.constantFrom(
  ...'&amp; &lt; &gt; &quot; &nbsp; &apos; &#39; &#x27; &#160; &#8217; &#x1F6A2; &#55357; &#0; &#128; &#150; &#1114112; &#12 &#x2019 &hellip; &hellip &copy &copy; &copy= &notit; &notin; &not &ampamp; &amp &amp= & && &; &#; &#x; &#xg &zzz; &zzz &Eacute;t&eacute &CounterClockwiseContourIntegral; &lang;&rang; &fjlig; &NotEqualTilde;'.split(
    ' ',
  ),
)
const text = fc.oneof(
  fc.constantFrom(
    'word',
    ' ',
    '\n',
    '\t',
    ' two words ',
    'ثلاثة',
    '“q”',
    '"',
    "'",
    '>',
    '< ',
    '<3',
    '<<',
    '=',
    '/',
    '\u00a0',
    '😀',
  ),
  reference,
  fc.string({ maxLength: 6 }),
)
const value = fc.oneof(
  fc.constantFrom(
    ...[
      '/x',
      'https://o.example/?a=1&b=2',
      'https://o.example/?a=1&amp;b=2',
      'javascript:x',
      'mailto:a@b.example',
      'data:x',
    ],
    ...[
      '',
      ' ',
      '1',
      '640',
      '64px',
      '100%',
      'rtl',
      'ar',
      'en_US',
      '2026-11-29',
      'a > b',
      'x<y',
      '//cdn.example/p.jpg',
      '\n',
    ],
  ),
  fc.array(text, { maxLength: 3 }).map(list => list.join('')),
)
const attribute = fc
  .tuple(
    fc.constantFrom(
      ...'href src data-src alt width height dir lang colspan rowspan start datetime title class style onclick HREF Title __proto__ constructor = a<b'.split(
        ' ',
      ),
    ),
    value,
    fc.constantFrom('"', '"', '"', "'", '', 'none', 'spaced', 'open'),
    fc.constantFrom(' ', ' ', ' ', '\n', '/', '', ' / '),
  )
  .map(([key, written, quote, space]) => {
    if (quote === 'none') return `${space}${key}`
    if (quote === 'spaced') return `${space}${key} = "${written.replaceAll('"', '')}"`
    if (quote === 'open') return `${space}${key}="${written}`
    return `${space}${key}=${quote}${quote === '' ? written.replace(/[\s>]/g, '') : written.replaceAll(quote, '')}${quote}`
  })
const attributes = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('', '', ' class="x"', ' href="https://o.example/1"', ' src="/p.jpg"') },
  { weight: 2, arbitrary: fc.array(attribute, { maxLength: 4 }).map(list => list.join('')) },
)
const open = fc
  .tuple(name, attributes, fc.constantFrom('>', '>', '>', '>', '/>', ' />', ' >', '/ >', ''))
  .map(parts => `<${parts.join('')}`)
const close = fc
  .tuple(name, fc.constantFrom('>', '>', '>', '>', ' >', '/>', ' x="y">', ''))
  .map(parts => `</${parts.join('')}`)
const other = fc.constantFrom(
  ...[
    '<!-- remark -->',
    '<!-->',
    '<!--->',
    '<!-- a--!>',
    '<!-- -- -->',
    '<!--',
    '<!doctype html>',
    '<![CDATA[x]]>',
    '<?xml x?>',
  ],
  ...['</>', '</ p>', '<p', '<', '<script>a<b></p></script>', '<style>p{}</STYLE >', '<iframe src="//x"></iframe>'],
  ...['<iframe>a<b>c</b></iframe>', '<noscript><img src="/n.jpg"></noscript>', '<script/>', '</br>', '</p>'],
)
const pieces = fc
  .array(
    fc.oneof(
      { weight: 4, arbitrary: text },
      { weight: 5, arbitrary: open },
      { weight: 5, arbitrary: close },
      { weight: 1, arbitrary: other },
    ),
    { maxLength: 24 },
  )
  .map(list => list.join(''))

const tree = fc.letrec<{ node: string; nodes: string }>(tie => ({
  node: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    text,
    fc.tuple(name, attributes, tie('nodes')).map(([tag, written, inner]) => `<${tag}${written}>${inner}</${tag}>`),
    fc.tuple(name, attributes, tie('nodes')).map(([tag, written, inner]) => `<${tag}${written}>${inner}`),
  ),
  nodes: fc.array(tie('node'), { maxLength: 6 }).map(nodes => nodes.join('')),
})).nodes

const markup = fc.oneof(pieces, tree)

/** As {@link plainText} is defined, step by step. */
function plainTextBySteps(html: string): string {
  const blocks = new Set(
    'address article aside blockquote br caption dd details div dl dt fieldset figcaption figure footer h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section summary table tbody td tfoot th thead tr ul'.split(
      ' ',
    ),
  )
  const characters: Record<string, string> = {
    amp: '&',
    lt: '<',
    gt: '>',
    quot: '"',
    nbsp: ' ',
    '#160': ' ',
    apos: "'",
    '#39': "'",
  }
  return html
    .replace(/<\/?([a-z0-9]*)[^>]*(?:>|$)/g, (_, tag: string) =>
      tag === 'td' || tag === 'th' ? ' ' : blocks.has(tag) ? '\n' : '',
    )
    .replace(/&(amp|lt|gt|quot|apos|nbsp|#39|#160);/g, (_, entity: string) => characters[entity] ?? '')
    .replace(/[^\S\n]+/g, ' ')
    .replace(/ ?\n[ \n]*/g, '\n')
    .trim()
}

describe('sanitising in one pass', () => {
  it('gives what sanitize-html gives, of 20,000 pieces and trees of markup', () => {
    let taken = 0
    const runs = 20_000
    fc.assert(
      fc.property(markup, html => {
        const simple = sanitiseSimply(html, BASE)
        if (simple === null) return
        taken++
        expect(simple).toEqual(sanitiseAny(html, BASE))
      }),
      { numRuns: runs },
    )
    // Else the law would hold of nothing.
    expect(taken).toBeGreaterThan(runs / 3)
  })

  it('leaves deep nesting to sanitize-html', () => {
    expect(sanitiseSimply('<b>'.repeat(89), null)?.html).toBe(sanitiseAny('<b>'.repeat(89), null).html)
    expect(sanitiseSimply('<b>'.repeat(91), null)).toBeNull()
  })

  it('is linear in markup that is refused at its end', () => {
    const timeOf = (length: number): number => {
      const html = `${'<p title="a">&amp; x < y <!-- - -->'.repeat(length)}<svg>`
      const start = performance.now()
      expect(sanitiseSimply(html, null)).toBeNull()
      return performance.now() - start
    }
    timeOf(2_000)
    const short = Math.min(timeOf(4_000), timeOf(4_000), timeOf(4_000))
    const long = Math.min(timeOf(32_000), timeOf(32_000), timeOf(32_000))
    expect(long / Math.max(short, 1)).toBeLessThan(40)
  })
})

describe('plain text', () => {
  it('is what replacing tags, characters and white space step by step gives', () => {
    const space = fc.array(
      fc.constantFrom(
        ' ',
        '\n',
        '\t',
        '\r',
        '\u00a0',
        '\u3000',
        '\u2028',
        'a',
        '&nbsp;',
        '&amp;',
        '<br />',
        '</td>',
        '&x',
        'لا',
      ),
    )
    fc.assert(
      fc.property(
        fc.oneof(
          markup,
          space.map(list => list.join('')),
        ),
        html => {
          const clean = sanitiseAny(html, BASE).html
          expect(plainText(clean)).toBe(plainTextBySteps(clean))
        },
      ),
      { numRuns: 5_000 },
    )
  })
})
