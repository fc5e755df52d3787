// Documents as feeds, lists and pages could be on their worst days: a sound document as a tree, changed at random places,
// then written out with faults of encoding and transport. The same seed gives the same bytes.
import { random } from '../helpers/random.ts'

export type Kind = 'rss' | 'rdf' | 'atom' | 'json' | 'opml' | 'page' | 'date'

export interface Generated {
  kind: Kind
  bytes: Uint8Array
  contentType: string | null
}

interface Element {
  name: string
  attributes: [string, string][]
  children: (Element | string)[]
}

type Chance = () => number

const KINDS: readonly Kind[] = ['rss', 'rss', 'atom', 'atom', 'json', 'rdf', 'opml', 'page', 'date']
const pick = <T>(next: Chance, list: readonly T[]): T => list[Math.floor(next() * list.length)] as T

const WORDS = [
  'السد انهار فجر اليوم',
  'Dam gives way',
  'Плотина прорвана',
  '水坝决堤',
  'עיתון',
  'พิมพ์',
  'café',
  '🔴 LIVE',
  'A&B',
  'x < y > z',
  '«خبر عاجل»',
  'a\u0301\u0323'.repeat(9),
  '\u202etxt\u202c',
  '\u200fنص',
  'الْخَبَرُ',
  '١٢٣',
  'N/A',
  '',
  ' ',
  'Untitled',
  '&amp;amp;',
  '&#0;',
  '&#x1F6A2;',
  '&#55357;&#56628;',
  '&nbsp;',
  '&copy=2',
  '&notareal;',
  ']]>',
  '<!--',
  '\u0000\u0007\u001b[31m',
  '\ufeff',
  '\ufffe',
  '\ud800',
  'x'.repeat(3_000),
  '('.repeat(500),
  '"'.repeat(200),
  '- '.repeat(400),
]
const MARKUP = [
  '<p>One.</p><p>Two.</p>',
  '<b>bold<i>both</b>one</i>',
  '<img src="data:x"><b>after</b>',
  '<img src=/1.png width=1 height=1>',
  '<a href="javascript:alert(1)">x</a>',
  '<a href="/rel?a=1&amp;b=2">y</a>',
  '<script>alert(1)</script>tail',
  '<svg onload=alert(1)>',
  '<iframe src=//x.example></iframe>',
  '<table><tr><td>1<td>2</table>',
  '<style>p{}</style>',
  '<base href="https://b.example/">',
  '<div dir="rtl" lang="ar">نص',
  '</div></div>',
  '<p title="a>b">q</p>',
  '<video src=a.mp4></video>',
  '<br/><br>',
  '&lt;p&gt;twice&lt;/p&gt;',
  '<noscript><img src=x></noscript>',
  '<math><mi>x</mi></math>',
  '<template>t</template>',
  '<textarea></p>',
  '<a '.repeat(60),
]
const LINKS = [
  'https://agency.example/news/1',
  '/news/2',
  '//cdn.example/3',
  'www.agency.example/4',
  'http://http://a.example/5',
  'N/A',
  '#',
  '',
  'javascript:alert(1)',
  'https://agency.example/6#part',
  'https://user:secret@agency.example/7',
  ' \u200fhttps://agency.example/8\u200f ',
  'https://agency.example/?a=1&#038;b=2',
  'http://localhost/?p=17',
  'file:///etc/passwd',
  'https://[::1]/9',
  'https://xn--mgb.example/',
  'https://agency.example/خبر',
  'ftp://agency.example/10',
  'mailto:a@b.example',
  'https://a.example/%E2%80%8F',
  'http://',
  'https://a b.example/',
]
const DATES = [
  'Mon, 02 Mar 2026 10:30:00 GMT',
  'Mon, 2 Mar 2026 10.30.00 +0200',
  '2026-03-02T10:30:00Z',
  '2026-03-02T10:30:00,250+03:00',
  '2026-03-02T10:30:00+03:00[Asia/Riyadh]',
  '٢ مارس ٢٠٢٦ ١٠:٣٠',
  '2 غشت 2026',
  '11 اسفند 1404',
  '2. marts 2026 kl. 10.30',
  '02/03/2026',
  '2026/03/02 10:30 PM',
  'Thu, 31 Feb 2026 25:61:61 XYZ',
  '1772447400',
  '1772447400000',
  'yesterday',
  '0000-00-00',
  '9999-12-31T23:59:60Z',
  '2026年3月2日',
  '令和8年3月2日',
  '13 رمضان 1447',
  'Mon Mar 2 10:30:00 CST 2026',
  '12'.repeat(300),
  ' ',
  '1969-12-31',
  '24:00',
]
const NAMES = ['Reuters', 'رويترز', 'a@b.example (Name)', 'Name <a@b.example>', '', 'x'.repeat(400)]

const element = (name: string, ...children: (Element | string)[]): Element => ({ name, attributes: [], children })
const attributed = (name: string, attributes: Record<string, string>, ...children: (Element | string)[]): Element => ({
  name,
  attributes: Object.entries(attributes),
  children,
})

function text(next: Chance): string {
  const parts = Array.from({ length: 1 + Math.floor(next() * 4) }, () => pick(next, WORDS))
  return parts.join(' ')
}

function markup(next: Chance): string {
  return Array.from({ length: 1 + Math.floor(next() * 5) }, () =>
    next() < 0.5 ? pick(next, MARKUP) : text(next),
  ).join('')
}

function rssItem(next: Chance, at: number): Element {
  return element(
    'item',
    element('title', text(next)),
    element('link', pick(next, LINKS)),
    attributed('guid', next() < 0.5 ? { isPermaLink: 'false' } : {}, next() < 0.5 ? `id-${at}` : pick(next, LINKS)),
    element('pubDate', pick(next, DATES)),
    element('description', markup(next)),
    element('content:encoded', markup(next)),
    element('dc:creator', pick(next, NAMES)),
    element('category', text(next)),
    attributed('enclosure', {
      url: pick(next, LINKS),
      type: pick(next, ['image/jpeg', '', 'x']),
      length: pick(next, ['1', '-1', 'NaN', '9'.repeat(40)]),
    }),
    attributed('media:content', { url: pick(next, LINKS) }, element('media:description', text(next))),
    attributed('itunes:image', { href: pick(next, LINKS) }),
    attributed('source', { url: pick(next, LINKS) }, pick(next, NAMES)),
  )
}

function rss(next: Chance): Element {
  const items = Array.from({ length: 1 + Math.floor(next() * 6) }, (_, at) => rssItem(next, at))
  return attributed(
    'rss',
    {
      version: '2.0',
      'xmlns:content': 'http://purl.org/rss/1.0/modules/content/',
      'xmlns:dc': 'http://purl.org/dc/elements/1.1/',
      'xmlns:media': 'http://search.yahoo.com/mrss/',
      'xmlns:itunes': 'http://www.itunes.com/dtds/podcast-1.0.dtd',
    },
    element(
      'channel',
      element('title', text(next)),
      element('link', pick(next, LINKS)),
      element('language', pick(next, ['ar', 'en-us', 'xx_YY', ''])),
      element('ttl', pick(next, ['5', '-1', 'x'])),
      ...items,
    ),
  )
}

function rdf(next: Chance): Element {
  const items = Array.from({ length: 1 + Math.floor(next() * 4) }, (_, at) =>
    attributed('item', { 'rdf:about': pick(next, LINKS) }, ...rssItem(next, at).children),
  )
  return attributed(
    'rdf:RDF',
    {
      'xmlns:rdf': 'http://www.w3.org/1999/02/22-rdf-syntax-ns#',
      xmlns: 'http://purl.org/rss/1.0/',
      'xmlns:dc': 'http://purl.org/dc/elements/1.1/',
    },
    element('channel', element('title', text(next)), element('link', pick(next, LINKS))),
    ...items,
  )
}

function atom(next: Chance): Element {
  const entries = Array.from({ length: 1 + Math.floor(next() * 6) }, (_, at) =>
    attributed(
      'entry',
      next() < 0.3 ? { 'xml:lang': pick(next, ['ar', 'fa', 'x']), 'xml:base': pick(next, LINKS) } : {},
      element('id', next() < 0.5 ? `urn:x:${at}` : pick(next, LINKS)),
      attributed('title', { type: pick(next, ['text', 'html', 'xhtml', 'text/markdown', '']) }, text(next)),
      attributed('link', {
        href: pick(next, LINKS),
        rel: pick(next, ['alternate', 'enclosure', 'self', 'related', '']),
      }),
      element('published', pick(next, DATES)),
      element('updated', pick(next, DATES)),
      attributed('summary', { type: pick(next, ['text', 'html']) }, markup(next)),
      attributed('content', { type: pick(next, ['text', 'html', 'xhtml', 'image/png', 'text/plain']) }, markup(next)),
      element('author', element('name', pick(next, NAMES))),
      attributed('category', { term: text(next) }),
    ),
  )
  return attributed(
    'feed',
    { xmlns: 'http://www.w3.org/2005/Atom', 'xml:lang': pick(next, ['ar', 'en', '']) },
    element('title', text(next)),
    attributed('link', { href: pick(next, LINKS) }),
    element('updated', pick(next, DATES)),
    ...entries,
  )
}

function opml(next: Chance): Element {
  const outline = (depth: number): Element =>
    attributed(
      'outline',
      {
        text: text(next),
        ...(next() < 0.7
          ? {
              type: pick(next, ['rss', 'RSS', 'link', 'include']),
              [pick(next, ['xmlUrl', 'xmlurl', 'url'])]: pick(next, LINKS),
            }
          : {}),
        ...(next() < 0.5
          ? { htmlUrl: pick(next, LINKS), category: pick(next, ['/News/Coast,/Fishing', ',', '/', 'a'.repeat(500)]) }
          : {}),
      },
      ...(depth < 6 && next() < 0.5 ? [outline(depth + 1), outline(depth + 1)] : []),
    )
  return attributed(
    'opml',
    { version: '2.0' },
    element('head', element('title', text(next))),
    element('body', outline(0), outline(0), outline(0)),
  )
}

function page(next: Chance): Element {
  const link = (): Element =>
    attributed('link', {
      rel: pick(next, ['alternate', 'ALTERNATE', 'feed', 'stylesheet']),
      type: pick(next, ['application/rss+xml', 'application/atom+xml', 'text/html', '']),
      href: pick(next, LINKS),
      hreflang: pick(next, ['ar', 'en', '']),
      title: text(next),
    })
  return attributed(
    'html',
    { lang: pick(next, ['ar', 'en', '']) },
    element('head', element('title', text(next)), link(), link(), attributed('base', { href: pick(next, LINKS) })),
    element('body', markup(next), attributed('a', { href: pick(next, LINKS) }, 'RSS')),
  )
}

/** All elements below one, itself included. */
function all(root: Element): Element[] {
  return [root, ...root.children.flatMap(child => (typeof child === 'string' ? [] : all(child)))]
}

const RENAMED = [
  'title',
  'link',
  'item',
  'entry',
  'a10:updated',
  'DC:Date',
  'x:y',
  'guid',
  'content',
  'script',
  'image',
  'rss',
  'description',
]

function mutate(next: Chance, root: Element): void {
  for (let n = Math.floor(next() * 5); n > 0; n--) {
    const one = pick(next, all(root))
    const other = pick(next, all(root))
    const change = Math.floor(next() * 8)
    if (change === 0) one.children = []
    else if (change === 1) one.children.push(text(next))
    else if (change === 2) one.name = pick(next, RENAMED)
    else if (change === 3)
      one.attributes.push([
        pick(next, ['href', 'type', 'xml:base', 'xmlns', 'xmlns:dc', 'lang']),
        pick(next, [...LINKS, ...WORDS]),
      ])
    else if (change === 4 && all(other).length < 30 && !all(other).includes(one))
      one.children.push(structuredClone(other))
    else if (change === 5) one.children.unshift(markup(next))
    else if (change === 6) one.children.reverse()
    else
      one.children = Array.from({ length: 2 + Math.floor(next() * 8) }, () =>
        structuredClone(one.children.slice(0, 3)),
      ).flat()
  }
}

function written(next: Chance, node: Element | string): string {
  if (typeof node === 'string') {
    const way = next()
    if (way < 0.35) return `<![CDATA[${node.replaceAll(']]>', ']]]]><![CDATA[>')}]]>`
    return way < 0.85 ? node.replaceAll('&', '&amp;').replaceAll('<', '&lt;') : node
  }
  const attributes = node.attributes.map(([name, value]) => {
    const escaped =
      next() < 0.9 ? value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;') : value
    return ` ${name}=${next() < 0.95 ? `"${escaped}"` : escaped}`
  })
  const inner = node.children.map(child => written(next, child)).join(next() < 0.3 ? '\n' : '')
  return next() < 0.03
    ? `<${node.name}${attributes.join('')}>${inner}`
    : `<${node.name}${attributes.join('')}>${inner}</${node.name}>`
}

function json(next: Chance): string {
  const odd = (value: unknown): unknown =>
    next() < 0.06 ? pick(next, [null, 1e300, -0, true, [], {}, [[1]], '']) : value
  const items = Array.from({ length: 1 + Math.floor(next() * 6) }, (_, at) => ({
    id: odd(next() < 0.3 ? 1834567890 + at : `i${at}`),
    url: odd(pick(next, LINKS)),
    title: odd(text(next)),
    content_html: odd(markup(next)),
    content_text: odd(text(next)),
    date_published: odd(pick(next, DATES)),
    authors: odd([{ name: pick(next, NAMES) }]),
    tags: odd([text(next)]),
    attachments: odd([{ url: pick(next, LINKS), mime_type: 'image/png', size_in_bytes: odd(12) }]),
  }))
  return JSON.stringify({
    version: 'https://jsonfeed.org/version/1.1',
    title: odd(text(next)),
    home_page_url: odd(pick(next, LINKS)),
    items: odd(items),
  })
}

/** Faults of encoding and transport. */
function damaged(next: Chance, document: string): Uint8Array {
  const way = next()
  let bytes: Uint8Array
  if (way < 0.7) bytes = Buffer.from(document, 'utf8')
  else if (way < 0.8) bytes = Buffer.from(document, 'latin1')
  else if (way < 0.85) bytes = Buffer.from(`\ufeff${document}`, 'utf16le')
  else if (way < 0.9) bytes = Buffer.from(`\ufeff${document}`, 'utf8')
  else bytes = Buffer.concat([Buffer.from(document, 'utf8'), Buffer.from([0xe3, 0xd1, 0x93, 0x94])])
  if (next() < 0.1) bytes = bytes.subarray(0, Math.floor(next() * bytes.length))
  for (let n = next() < 0.2 ? Math.floor(next() * 6) : 0; n > 0 && bytes.length > 0; n--) {
    bytes[Math.floor(next() * bytes.length)] = Math.floor(next() * 256)
  }
  if (next() < 0.03) {
    const run = Buffer.from(
      pick(next, ['<', '&', '<!--', '<![CDATA[', ' ', '"', '<a ', '&#x', '\u0301', ']]>', '<!DOCTYPE a [']),
    ).toString('utf8')
    const at = Math.floor(next() * bytes.length)
    bytes = Buffer.concat([bytes.subarray(0, at), Buffer.from(run.repeat(2_000)), bytes.subarray(at)])
  }
  return bytes
}

const DECLARED = ['utf-8', 'UTF-8', 'windows-1256', 'iso-8859-1', 'utf-16', 'bogus', 'koi8-r', 'shift_jis']

/** The document of a seed: a whole number. */
export function generate(seed: number): Generated {
  const next = random(Math.imul(seed, 0x9e3779b1) ^ 0x5bd1e995)
  const kind = KINDS[seed % KINDS.length] ?? 'rss'
  if (kind === 'date') {
    const date = next() < 0.5 ? pick(next, DATES) : `${pick(next, DATES)} ${pick(next, [...DATES, ...WORDS])}`
    const cut = next() < 0.3 ? date.slice(Math.floor(next() * date.length)) : date
    return { kind, bytes: Buffer.from(cut, 'utf8'), contentType: null }
  }
  const charset = pick(next, DECLARED)
  const contentType =
    next() < 0.5
      ? null
      : `${pick(next, ['application/rss+xml', 'text/xml', 'text/html', 'application/json'])}${next() < 0.5 ? `; charset=${pick(next, DECLARED)}` : ''}`
  if (kind === 'json') return { kind, bytes: damaged(next, json(next)), contentType }
  const root =
    kind === 'rss'
      ? rss(next)
      : kind === 'rdf'
        ? rdf(next)
        : kind === 'atom'
          ? atom(next)
          : kind === 'opml'
            ? opml(next)
            : page(next)
  mutate(next, root)
  const head =
    kind === 'page'
      ? '<!doctype html>'
      : next() < 0.8
        ? `<?xml version="1.0" encoding="${next() < 0.7 ? 'utf-8' : charset}"?>`
        : ''
  return { kind, bytes: damaged(next, head + written(next, root)), contentType }
}
