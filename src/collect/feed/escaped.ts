// Recognises what a body without markup is: markup that was escaped once too often, or plain text whose line breaks are
// meant. HTML would show the first as tags and the second as one long line.
import { escapeText } from './escape.ts'

const KNOWN = new Set(
  'a abbr b big blockquote br center cite code dd del div dl dt em figcaption figure font h1 h2 h3 h4 h5 h6 hr i iframe img ins li ol p pre q s section article small span strong strike sub sup table tbody td th thead tr u ul video'.split(
    ' ',
  ),
)
const NEVER_CLOSED = new Set(['br', 'hr', 'img'])
/** Elements whose end HTML lets a writer leave out. */
const MAY_STAY_OPEN = new Set(['p', 'li', 'td', 'th', 'tr', 'dt', 'dd'])

const ESCAPED_TAG =
  /&(?:lt|#60|#x3c);(\/?)([a-z][a-z0-9]{0,10})((?:\s(?:[^&<>]|&(?!(?:[lg]t|#6[02]|#x3[ce]);)){0,4000})?)\s?\/?&(?:gt|#62|#x3e);/gi
const ADDRESS = /\s(?:href|src)\s?=\s?(?:"|'|&quot;|&#3[49];)https?:\/\//i
const UNESCAPED: Readonly<Record<string, string>> = {
  lt: '<',
  '#60': '<',
  '#x3c': '<',
  gt: '>',
  '#62': '>',
  '#x3e': '>',
  quot: '"',
  '#34': '"',
  '#x22': '"',
  apos: "'",
  '#39': "'",
  '#x27': "'",
  amp: '&',
  '#38': '&',
  '#x26': '&',
}

/** Whether text without tags is markup escaped once too often, beyond doubt: a sentence may speak of a tag. */
function isEscapedMarkup(text: string): boolean {
  const open: string[] = []
  let [count, breaks, end, first] = [0, 0, 0, -1]
  let hasAddress = false
  for (const { 0: all, 1: closing, 2: written = '', 3: attributes = '', index } of text.matchAll(ESCAPED_TAG)) {
    const name = written.toLowerCase()
    if (!KNOWN.has(name)) return false
    count++
    if (first < 0) first = index
    end = index + all.length
    if (name === 'br') breaks++
    if (NEVER_CLOSED.has(name) || closing === '') hasAddress ||= ADDRESS.test(attributes)
    if (NEVER_CLOSED.has(name)) continue
    if (closing === '') {
      open.push(name)
      if (open.length > 100) return false
      continue
    }
    while (open.length > 0 && open.at(-1) !== name && MAY_STAY_OPEN.has(open.at(-1) ?? '')) open.pop()
    if (open.pop() !== name) return false
  }
  if (count === 0 || open.some(name => !MAY_STAY_OPEN.has(name))) return false
  const isAllMarkup = text.slice(0, first).trim() === '' && text.slice(end).trim() === '' && count > 1
  return isAllMarkup || hasAddress || breaks > 1
}

/** Markup that was escaped twice, unescaped; anything else as it is. */
function unescapedMarkup(html: string): string {
  let text = html
  for (let round = 0; round < 2; round++) {
    if (text.includes('<') || !/&(?:lt|#60|#x3c);/i.test(text) || !isEscapedMarkup(text)) break
    text = text.replace(
      /&(lt|gt|quot|apos|amp|#3[489]|#6[02]|#x(?:2[267]|3[ce]));/gi,
      (all, name: string) => UNESCAPED[name.toLowerCase()] ?? all,
    )
  }
  return text
}

/** Lines are wrapped where the next word no longer fitted: in a column of 50 to 120 characters. */
function isWrapped(lines: readonly string[]): boolean {
  const width = lines.reduce((most, line) => Math.max(most, line.length), 0)
  if (width < 50 || width > 120) return false
  const [first = ''] = lines
  if (lines.length === 2 && /[.!?:؟。…]["'»”)]?$/.test(first)) return false
  return lines.every((line, at) => {
    const next = lines[at + 1]
    return (
      next === undefined ||
      (line.length + 1 + (/^\S+/.exec(next)?.[0].length ?? 0) > width && !/^[-–—•*·#@\d]/.test(next))
    )
  })
}

/** Line breaks that mean something, as HTML; those of a column, as spaces. */
function withBreaks(text: string): string {
  return text
    .split(/\n[^\S\n]*\n\s*/)
    .map(paragraph => {
      const lines = paragraph
        .split('\n')
        .map(line => line.trim())
        .filter(line => line !== '')
      return lines.join(isWrapped(lines) ? ' ' : '<br>')
    })
    .join('<br><br>')
}

const lines = (text: string): string => text.replace(/\r\n?|[\u2028\u2029]/g, '\n').trim()

/** Plain text as HTML. `column` says that its lines may have been wrapped, which some formats allow (RFC 4287, 3.1.1.1). */
export function plainToHtml(text: string, column = false): string {
  const escaped = escapeText(lines(text))
  if (!escaped.includes('\n')) return escaped
  return column ? withBreaks(escaped) : escaped.replace(/(?:(?<![^\S\n])[^\S\n]+)?\n[^\S\n]*/g, '<br>')
}

/**
 * HTML as its writer meant it: markup that was escaped twice is unescaped. Text without any markup that has paragraphs,
 * or a list of short lines, keeps its breaks; one line break alone is how XML is laid out.
 */
export function meantHtml(html: string): string {
  if (html.includes('<')) return html
  const text = html.includes('&') ? unescapedMarkup(html) : html
  if (text.includes('<') || !/[\n\r]/.test(text)) return text
  const plain = lines(text)
  return /\n[^\S\n]*\n/.test(plain) || plain.split('\n', 4).length > 2 ? withBreaks(plain) : text
}
