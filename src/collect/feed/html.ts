// Makes safe HTML of untrusted HTML, and plain text of safe HTML and of titles.
//
// Two sanitisers apply one policy (policy.ts): a fast one for the markup that feeds usually have (simple-html.ts), and
// sanitize-html for the rest. Both give the same result.

import sanitizeHtml from 'sanitize-html'
import { decodedText } from './html-references.ts'
import { resolve } from './links.ts'
import {
  DROPPED_MARKUP,
  isUnwrapped,
  KEPT_ELEMENTS,
  REMOVED_ELEMENTS,
  rewritten,
  WRITTEN_ATTRIBUTES,
} from './policy.ts'
import { type Sanitised, sanitiseSimply } from './simple-html.ts'

/** Longest sanitised body, in characters. */
export const MAX_HTML = 262_144
/** Elements open at once beyond which markup is taken for text: the HTML parser's time is quadratic in them. */
const MAX_OPEN = 400

const BLOCKS =
  'address article aside blockquote br caption dd details div dl dt fieldset figcaption figure footer h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section summary table tbody td tfoot th thead tr ul'
const BLOCK = new Set(BLOCKS.split(' '))

/** What the links of a text are relative to: its own base element's address, if it has one. */
function ownBase(html: string, base: string | null): string | null {
  if (!/<base\s/i.test(html)) return base
  const href = /<base\s[^<>]{0,500}?href\s{0,5}=\s{0,5}(?:"([^"<>]*)"|'([^'<>]*)'|([^\s"'<>]+))/i.exec(html)
  return href === null ? base : (resolve(href[1] ?? href[2] ?? href[3] ?? '', base) ?? base)
}

/** Base and outcome of the text that sanitize-html is reading: its options are built once, and its work is synchronous. */
let currentBase: string | null = null
let wasUnwrapped = false
/** Times that a body is sanitised at most until it stays as it is. */
const MAX_ROUNDS = 4

// sanitize-html works through its options on every call: few keys make it four times faster on short bodies.
const OPTIONS: sanitizeHtml.IOptions = {
  allowedTags: [...KEPT_ELEMENTS],
  allowedAttributes: { '*': [...WRITTEN_ATTRIBUTES] },
  allowedSchemes: ['http', 'https', 'mailto'],
  allowedSchemesAppliedToAttributes: ['href', 'src'],
  allowProtocolRelative: false,
  parseStyleAttributes: false,
  nonTextTags: [...REMOVED_ELEMENTS],
  nestingLimit: 100,
  transformTags: {
    '*': (tagName, attributes) => {
      if (isUnwrapped(tagName)) wasUnwrapped = true
      return rewritten(tagName, attributes, currentBase)
    },
  },
}

/** Any markup, sanitised once, by sanitize-html. Exported for the comparison with {@link sanitiseSimply}. */
export function sanitiseAny(html: string, base: string | null): Sanitised {
  currentBase = base
  wasUnwrapped = false
  const clean = sanitizeHtml(html, OPTIONS).replaceAll(DROPPED_MARKUP, '')
  return { html: clean, isUnwrapped: wasUnwrapped }
}

const TEXT_ONLY: sanitizeHtml.IOptions = {
  allowedTags: [],
  allowedAttributes: {},
  nonTextTags: [...REMOVED_ELEMENTS],
}

const TAGS = /<(\/?)([a-zA-Z][a-zA-Z0-9]*)/g
const UNCLOSED = new Set(
  'br img hr input meta link area base col embed source track wbr p li td th tr dt dd option tbody thead tfoot'.split(
    ' ',
  ),
)

/** Whether more than {@link MAX_OPEN} elements are open at once: a bound on the parser's stack before it runs. */
function isHostile(html: string): boolean {
  // Most texts are too short to open so many, or have too few brackets.
  if (html.length < MAX_OPEN * 3) return false
  let brackets = 0
  for (let at = html.indexOf('<'); at >= 0 && brackets <= MAX_OPEN; at = html.indexOf('<', at + 1)) brackets++
  if (brackets <= MAX_OPEN) return false
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
  const base = ownBase(html, baseUrl)
  let text = html
  // What stood in an element that goes may now stand in one that it cannot stand in: the next reader would part them.
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const clean = sanitiseSimply(text, base) ?? sanitiseAny(text, base)
    const isSame = clean.html === text
    text = clean.html
    if (isSame || (!clean.isUnwrapped && round === 0)) break
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

/** White space of JavaScript's `\s`. */
function isSpace(code: number): boolean {
  if (code <= 0x20) return code === 0x20 || (code >= 0x09 && code <= 0x0d)
  if (code < 0x1680) return code === 0xa0
  return (
    (code >= 0x2000 && code <= 0x200a) ||
    code === 0x2028 ||
    code === 0x2029 ||
    code === 0x202f ||
    code === 0x205f ||
    code === 0x3000 ||
    code === 0x1680 ||
    code === 0xfeff
  )
}

const ESCAPE = /&(?:amp|lt|gt|quot|apos|nbsp|#39|#160);/y

/** What a tag puts between the words before and behind it: nothing, a space, or a line's end. */
function gapOf(html: string, tag: number): number {
  const start = html.charCodeAt(tag + 1) === 0x2f ? tag + 2 : tag + 1
  let end = start
  for (; end < start + 12; end++) {
    const code = html.charCodeAt(end)
    if (!((code >= 0x61 && code <= 0x7a) || (code >= 0x30 && code <= 0x39))) break
  }
  // The commonest elements by far have names of one letter, of which only `p` is a block.
  if (end - start === 1) return html.charCodeAt(start) === 0x70 ? 2 : 0
  const name = html.slice(start, end)
  return name === 'td' || name === 'th' ? 1 : BLOCK.has(name) ? 2 : 0
}

/**
 * The text of sanitised HTML: block elements and line breaks become newlines, entities characters, other white space
 * single spaces. Linear in the length of the input.
 */
export function plainText(html: string): string {
  const { length } = html
  let text = ''
  let from = 0
  // White space since the last character: 1 for a space, 2 where a line ends in it.
  let gap = 0
  let at = 0
  /** Writes the input from `from` to `end`, with the white space before it. */
  const write = (piece: string): void => {
    if (gap > 0 && text !== '') text += gap === 1 ? ' ' : '\n'
    gap = 0
    text += piece
  }
  while (at < length) {
    const code = html.charCodeAt(at)
    if (code === 0x3c) {
      if (at > from) write(html.slice(from, at))
      const end = html.indexOf('>', at)
      if (end < 0) return text
      gap = Math.max(gap, gapOf(html, at))
      at = end + 1
      from = at
    } else if (code === 0x26) {
      ESCAPE.lastIndex = at
      const found = ESCAPE.exec(html)?.[0]
      if (found === undefined) {
        at++
        continue
      }
      if (at > from) write(html.slice(from, at))
      const character = unescapeHtml(found)
      if (character === ' ') gap = Math.max(gap, 1)
      else write(character)
      at += found.length
      from = at
    } else if (isSpace(code)) {
      // A single space between two letters needs no second look.
      const next = html.charCodeAt(at + 1)
      if (code === 0x20 && at > from && next > 0x26 && next !== 0x3c && next !== 0x26 && !isSpace(next)) {
        at += 2
        continue
      }
      if (at > from) write(html.slice(from, at))
      gap = Math.max(gap, code === 0x0a ? 2 : 1)
      from = ++at
    } else at++
  }
  if (length > from) write(html.slice(from))
  return text
}

/** Words a single space apart. */
export const oneSpaced = (text: string): string =>
  /[^\S ]| {2}|^ | $/.test(text) ? text.replace(/\s+/g, ' ').trim() : text

// HTML's own elements: what a title may have been marked up with. «List<T>» and «<blink>» of a headline are words.
const KNOWN =
  /<(?!\/?(?:a|abbr|acronym|address|applet|area|article|aside|audio|b|base|basefont|bdi|bdo|big|blink|blockquote|body|br|button|canvas|caption|center|cite|code|col|colgroup|data|datalist|dd|del|details|dfn|dialog|dir|div|dl|dt|em|embed|fieldset|figcaption|figure|font|footer|form|frame|frameset|h[1-6]|head|header|hgroup|hr|html|i|iframe|img|input|ins|isindex|kbd|label|legend|li|link|main|map|mark|menu|meta|meter|nav|nobr|noembed|noframes|noscript|object|ol|optgroup|option|output|p|param|picture|pre|progress|q|rp|rt|ruby|s|samp|script|section|select|small|source|span|strike|strong|style|sub|summary|sup|svg|table|tbody|td|template|textarea|tfoot|th|thead|time|title|tr|track|tt|u|ul|var|video|wbr|xml)(?:[\s/>]|$)|!--)/gi

function withoutMarkup(title: string): string {
  const text = isHostile(title) ? title.replace(/<[^<>]*>/g, ' ') : title
  return unescapeHtml(sanitizeHtml(text.replace(/<(?:br|\/p|\/div|\/li|\/h[1-6])\b/gi, ' $&'), TEXT_ONLY))
}

/**
 * A title as plain text on one line. `html` titles lose their markup and are decoded once more than XML did;
 * angle brackets that are no HTML element stay.
 */
export function titleText(title: string, kind: 'text' | 'html'): string {
  let text = title
  if (kind === 'html' && (text.includes('<') || text.includes('&'))) {
    const marked = text.replace(KNOWN, '&lt;')
    text = (marked.includes('<') ? null : decodedText(marked)) ?? withoutMarkup(marked)
  }
  return oneSpaced(text)
}
