// Hides how untrusted HTML becomes safe HTML, and safe HTML becomes plain text.

import sanitizeHtml from 'sanitize-html'
import { isPlain, resolve } from './links.ts'

/** Longest sanitised body, in characters. */
export const MAX_HTML = 262_144
/** Elements left open at once before we stop believing in the markup (the HTML parser's work is quadratic in it). */
const MAX_OPEN = 400

const BLOCKS =
  'address article aside blockquote br caption dd details div dl dt fieldset figcaption figure footer h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section summary table tbody td tfoot th thead tr ul'
const BLOCK = new Set(BLOCKS.split(' '))

/** A link's place: absolute http, https or mailto; anything else is no link. */
function absolute(link: string | undefined, base: string | null, mail: boolean): string | null {
  if (link !== undefined && isPlain(link)) return link
  const found = resolve(link ?? '', base)
  try {
    if (found !== null) return /[\s"'<>`]/.test(found) ? new URL(found).href : found
    const written = link?.trim() ?? ''
    return mail && /^mailto:/i.test(written) && written.length <= 4096 ? new URL(written).href : null
  } catch {
    return null
  }
}

/** What the links of a text are relative to, where it says so itself. */
function ownBase(html: string, base: string | null): string | null {
  if (!/<base\s/i.test(html)) return base
  const href = /<base\s[^<>]{0,500}?href\s{0,5}=\s{0,5}(?:"([^"<>]*)"|'([^'<>]*)'|([^\s"'<>]+))/i.exec(html)
  return href === null ? base : (resolve(href[1] ?? href[2] ?? href[3] ?? '', base) ?? base)
}

/** Images of one pixel count readers; they show nothing. */
const isTracker = (attributes: sanitizeHtml.Attributes): boolean =>
  /^\s*[01](?:px)?\s*$/.test(attributes['width'] ?? '') || /^\s*[01](?:px)?\s*$/.test(attributes['height'] ?? '')

/** Where the body being sanitised is relative to. sanitize-html's options are built once; work is synchronous. */
let currentBase: string | null = null
/** Whether an element of it went, or got another name, and what was in it stayed. */
let isOpened = false
/** Times that a body is sanitised at most until it stays as it is. */
const MAX_ROUNDS = 4

const ATTRIBUTES = new Set(['dir', 'lang', 'colspan', 'rowspan', 'start', 'datetime', 'title'])
/** An attribute's value that is worth keeping, by name. */
const SHAPES: Readonly<Record<string, RegExp>> = {
  dir: /^(?:rtl|ltr|auto)$/i,
  lang: /^[a-z]{2,3}(?:-[a-z0-9]{1,8}){0,4}$/i,
  colspan: /^\d{1,3}$/,
  rowspan: /^\d{1,3}$/,
  start: /^-?\d{1,6}$/,
  datetime: /^[\w:+. -]{1,40}$/,
  title: /./,
}

/** Elements that say the same in the elements we keep. A page has one h1, and it is not the report's. */
const RENAMED = new Map([
  ['h1', 'h2'],
  ['strike', 's'],
  ['tt', 'code'],
  ['acronym', 'abbr'],
  ['listing', 'pre'],
])
for (const section of 'article section center aside main header footer address details summary fieldset nav'.split(
  ' ',
)) {
  RENAMED.set(section, 'div')
}

/**
 * An image that is taken out of the sanitised text. Under another name its end would not be recognised, and the end of the
 * next element would be taken for it.
 */
const DROPPED: sanitizeHtml.Tag = { tagName: 'img', attribs: {} }
const DROPPED_MARKUP = '<img />'

function image(attributes: sanitizeHtml.Attributes): sanitizeHtml.Tag {
  // Lazy loaders keep the picture's address in a data attribute and a placeholder in src.
  const src = absolute(attributes['src'], currentBase, false) ?? absolute(attributes['data-src'], currentBase, false)
  if (src === null || isTracker(attributes)) return DROPPED
  const attribs: sanitizeHtml.Attributes = { src }
  if (attributes['alt'] !== undefined) attribs['alt'] = attributes['alt']
  for (const size of ['width', 'height']) {
    const pixels = /^\s{0,9}(\d{1,5})(?:px)?\s{0,9}$/.exec(attributes[size] ?? '')?.[1]
    if (pixels !== undefined) attribs[size] = pixels
  }
  return { tagName: 'img', attribs }
}

/** What becomes of each element: its attributes are chosen here, one by one, and checked again by the allow-list below. */
function transform(tagName: string, attributes: sanitizeHtml.Attributes): sanitizeHtml.Tag {
  if (tagName === 'img') return image(attributes)
  const attribs: sanitizeHtml.Attributes = {}
  for (const name in attributes) {
    const value = attributes[name] ?? ''
    if (ATTRIBUTES.has(name) && SHAPES[name]?.test(value) === true) attribs[name] = value
  }
  if (tagName === 'a') {
    const href = absolute(attributes['href'], currentBase, true)
    if (href !== null) attribs['href'] = href
    return { tagName, attribs }
  }
  const name = RENAMED.get(tagName) ?? tagName
  if (name !== tagName || !ALLOWED.has(name)) isOpened = true
  return { tagName: name, attribs }
}

// sanitize-html works its options through anew on every call: few keys make it four times faster on short bodies,
// and the commonest elements stand first because it searches the list in order.
const OPTIONS: sanitizeHtml.IOptions = {
  allowedTags:
    'p a br img strong div span b em i li ul h2 h3 h4 blockquote td tr figure figcaption ol table tbody code pre u s del ins small mark dl dt dd h5 h6 caption thead tfoot th kbd samp var sub sup abbr cite q bdi bdo time hr'.split(
      ' ',
    ),
  allowedAttributes: {
    '*': ['href', 'src', 'alt', 'title', 'width', 'height', 'dir', 'lang', 'colspan', 'rowspan', 'start', 'datetime'],
  },
  allowedSchemes: ['http', 'https', 'mailto'],
  allowedSchemesAppliedToAttributes: ['href', 'src'],
  allowProtocolRelative: false,
  parseStyleAttributes: false,
  nonTextTags: 'script style textarea option xmp noscript title noembed noframes template select applet'.split(' '),
  nestingLimit: 100,
  transformTags: { '*': transform },
}

const ALLOWED: ReadonlySet<string> = new Set([
  ...(OPTIONS.allowedTags || []),
  ...(OPTIONS.nonTextTags ?? []),
  ...'input meta link area base col embed source track wbr param image'.split(' '),
])

const TEXT_ONLY: sanitizeHtml.IOptions = {
  allowedTags: [],
  allowedAttributes: {},
  nonTextTags: OPTIONS.nonTextTags ?? [],
}

const TAGS = /<(\/?)([a-zA-Z][a-zA-Z0-9]*)/g
const UNCLOSED = new Set(
  'br img hr input meta link area base col embed source track wbr p li td th tr dt dd option tbody thead tfoot'.split(
    ' ',
  ),
)

/** Whether more elements are open at once than any writer means: a bound on the parser's stack before it runs. */
function isHostile(html: string): boolean {
  // Too short to open so many.
  if (html.length < MAX_OPEN * 3) return false
  let open = 0
  let opened = 0
  for (const [, closing, name] of html.matchAll(TAGS)) {
    if (closing === '/') open = Math.max(0, open - 1)
    else {
      if (!UNCLOSED.has((name ?? '').toLowerCase())) open++
      opened++
    }
    if (open > MAX_OPEN) return true
  }
  // Elements that may stay open count too where nothing ever closes them.
  return opened > MAX_OPEN * 1000
}

/** Cuts sanitised HTML before the last tag that fits, and closes what is open there. */
function cut(html: string, limit: number): string {
  if (html.length <= limit) return html
  let end = html.lastIndexOf('<', limit)
  if (end <= 0) end = html.lastIndexOf(' ', limit)
  if (end <= 0) end = limit
  const kept = html.slice(0, end)
  const open: string[] = []
  for (const [, closing, name = ''] of kept.matchAll(TAGS)) {
    if (closing === '/') open.pop()
    else if (name !== 'br' && name !== 'img' && name !== 'hr') open.push(name)
  }
  return (
    kept +
    open
      .reverse()
      .map(name => `</${name}>`)
      .join('')
  )
}

/**
 * Makes HTML from a feed safe to show: only text-level and block elements, tables and images of an allow-list stay;
 * no styles, scripts, handlers, frames or forms; links absolute (http, https, mailto); counting pixels dropped.
 * Players go: what they play is at the report's own address. `dir` and `lang` stay: right-to-left text depends on them. At most {@link MAX_HTML} characters.
 */
export function sanitise(html: string, baseUrl: string | null): string {
  if (!html.includes('<') && !html.includes('&')) {
    return cut(html.includes('>') ? html.replaceAll('>', '&gt;') : html, MAX_HTML)
  }
  if (!html.includes('&') && html.includes('<br>')) {
    // Plain text whose lines were kept: four times as fast as the whole way.
    const lines = html.split('<br>')
    if (!lines.some(line => line.includes('<'))) {
      return cut(lines.map(line => line.replaceAll('>', '&gt;')).join('<br />'), MAX_HTML)
    }
  }
  if (isHostile(html))
    return cut(
      escapeHtml(
        html
          .replace(/<[^<>]*>/g, ' ')
          .replace(/[ \t]+/g, ' ')
          .trim(),
      ),
      MAX_HTML,
    )
  currentBase = ownBase(html, baseUrl)
  let text = html
  // What stood in an element that goes may now stand in one that it cannot stand in: the next reader would part them.
  for (let round = 0; round < MAX_ROUNDS; round++) {
    isOpened = false
    const before = text
    text = sanitizeHtml(text, OPTIONS).replaceAll(DROPPED_MARKUP, '')
    if (!isOpened && round === 0) break
    if (text === before) break
  }
  return cut(text, MAX_HTML)
}

/** Text as HTML. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, found =>
    found === '&' ? '&amp;' : found === '<' ? '&lt;' : found === '>' ? '&gt;' : '&quot;',
  )
}

const unescapeHtml = (text: string): string =>
  text.includes('&')
    ? text.replace(/&(?:amp|lt|gt|quot|apos|nbsp|#39|#160);/g, found => {
        switch (found) {
          case '&amp;':
            return '&'
          case '&lt;':
            return '<'
          case '&gt;':
            return '>'
          case '&quot;':
            return '"'
          case '&nbsp;':
          case '&#160;':
            return ' '
          default:
            return "'"
        }
      })
    : text

/**
 * The text of sanitised HTML: block elements and line breaks become newlines, entities characters, other white space
 * single spaces. Linear in the length of the input.
 */
export function plainText(html: string): string {
  let text = ''
  let at = 0
  while (at < html.length) {
    const start = html.indexOf('<', at)
    if (start < 0) {
      text += html.slice(at)
      break
    }
    text += html.slice(at, start)
    const end = html.indexOf('>', start)
    if (end < 0) break
    const name = /^[a-z0-9]{1,12}/.exec(html.slice(html[start + 1] === '/' ? start + 2 : start + 1, start + 16))?.[0]
    if (name === 'td' || name === 'th') text += ' '
    else if (name !== undefined && BLOCK.has(name)) text += '\n'
    at = end + 1
  }
  return unescapeHtml(text)
    .replace(/[^\S\n]+/g, ' ')
    .replace(/ ?\n[ \n]*/g, '\n')
    .trim()
}

// HTML's own elements: what a title may have been marked up with. «List<T>» and «<blink>» of a headline are words.
const KNOWN =
  /<(?!\/?(?:a|abbr|acronym|address|applet|area|article|aside|audio|b|base|basefont|bdi|bdo|big|blink|blockquote|body|br|button|canvas|caption|center|cite|code|col|colgroup|data|datalist|dd|del|details|dfn|dialog|dir|div|dl|dt|em|embed|fieldset|figcaption|figure|font|footer|form|frame|frameset|h[1-6]|head|header|hgroup|hr|html|i|iframe|img|input|ins|isindex|kbd|label|legend|li|link|main|map|mark|menu|meta|meter|nav|nobr|noembed|noframes|noscript|object|ol|optgroup|option|output|p|param|picture|pre|progress|q|rp|rt|ruby|s|samp|script|section|select|small|source|span|strike|strong|style|sub|summary|sup|svg|table|tbody|td|template|textarea|tfoot|th|thead|time|title|tr|track|tt|u|ul|var|video|wbr|xml)(?:[\s/>]|$)|!--)/gi

/**
 * A title as plain text on one line. `html` titles lose their markup and are decoded once more than XML did;
 * angle brackets that are no HTML element stay.
 */
export function titleText(title: string, kind: 'text' | 'html'): string {
  let text = title
  if (kind === 'html' && (text.includes('<') || text.includes('&'))) {
    let marked = text.replace(KNOWN, '&lt;')
    if (isHostile(marked)) marked = marked.replace(/<[^<>]*>/g, ' ')
    text = unescapeHtml(sanitizeHtml(marked.replace(/<(?:br|\/p|\/div|\/li|\/h[1-6])\b/gi, ' $&'), TEXT_ONLY))
  }
  return text.replace(/\s+/g, ' ').trim()
}
