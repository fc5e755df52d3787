// Builds HTML from templates. Strings are cleaned and escaped; only `Html` values are inserted as they are.
import { cleanHtml, cleanLine, cleanText, escapeMarkup } from '../language/markup.ts'
import { textDirection } from '../language/tag.ts'

/** Markup that is inserted without escaping. */
export class Html {
  readonly source: string
  constructor(source: string) {
    this.source = source
  }
}

export type Piece = Html | string | number | null | undefined | false | readonly Piece[]

/** Template tag: strings and numbers are cleaned and escaped, `Html` is kept, arrays are joined; null, undefined and false give nothing. */
export function html(strings: TemplateStringsArray, ...pieces: Piece[]): Html {
  let out = strings[0] ?? ''
  for (let index = 0; index < pieces.length; index++) out += render(pieces[index]) + (strings[index + 1] ?? '')
  return new Html(out)
}

/** HTML that was sanitised before it was stored, without control characters. */
export function sanitised(source: string): Html {
  return new Html(cleanHtml(source))
}

export const nothing: Html = new Html('')

function render(piece: Piece): string {
  if (piece === null || piece === undefined || piece === false) return ''
  if (piece instanceof Html) return piece.source
  if (typeof piece === 'object') return piece.map(render).join('')
  return escapeMarkup(cleanText(String(piece)))
}

/** The address if it is http or https, without any name and password in it; else null. */
export function webUrl(address: string | null): string | null {
  if (address === null || !URL.canParse(address)) return null
  const url = new URL(address)
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return null
  url.username = ''
  url.password = ''
  return url.href
}

/**
 * The same as {@link webUrl}, by the stricter grammar of RFC 3986: browsers leave characters in addresses that it forbids, and Atom
 * takes no others.
 */
export function strictUrl(address: string | null): string | null {
  const href = webUrl(address)
  if (href === null || !LOOSE.test(href)) return href
  // A host may have brackets.
  const { origin } = new URL(href)
  const [path = '', ...fragment] = href.slice(origin.length).split('#')
  const rest = fragment.length === 0 ? path : `${path}#${fragment.join('%23')}`
  return origin + rest.replace(/[[\]{}|\\^`"<>]|%(?![\da-f]{2})/gi, character => encodeURIComponent(character))
}

/** Whether an address may have what RFC 3986 forbids. */
const LOOSE = /[[\]{}|\\^`"<>]|%(?![\da-f]{2})|#.*#/i

/** A feed's address for people: as written where variables stand in it, which may make it no URL. Null for a file's. */
export function shownAddress(address: string): string | null {
  if (!/^https?:/i.test(address) && !address.startsWith('${')) return null
  return address.includes('${') ? cleanLine(address.replace(/^([^/?#]*:\/\/)[^/?#]*@/, '$1')) : webUrl(address)
}

/** The text's beginning, cut between words to at most `length` UTF-16 units. */
export function excerpt(text: string, length: number): string {
  // A text may be megabytes long; only its beginning is worth cleaning.
  const line = cleanLine(text.slice(0, length * 4))
  if (line.length <= length) return line
  const cut = line.slice(0, length)
  const space = cut.lastIndexOf(' ')
  return `${(space > length / 2 ? cut.slice(0, space) : cut).toWellFormed().replace(/(?<![\s\uFFFD،,;:.-])[\s\uFFFD،,;:.-]+$/u, '')}…`
}

/** Plain text as paragraphs. */
export function paragraphs(text: string): Html {
  return html`${text
    .split(/\n+/)
    .map(line => cleanLine(line))
    .filter(line => line !== '')
    .map(line => html`<p>${line}</p>`)}`
}

const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' }

/** What sanitised HTML says, as one line of plain text. */
export function plainLine(markup: string): string {
  return cleanLine(
    markup
      .replace(/<\/?(?:p|div|br|li|tr|td|h\d|blockquote|figcaption)\b[^<>]*>/gi, ' ')
      .replace(/<[^<>]*>/g, '')
      .replace(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|([a-z]{2,4}));/gi, (all, decimal, hex, name: string | undefined) => {
        if (name !== undefined) return NAMED[name.toLowerCase()] ?? all
        const code = decimal === undefined ? Number.parseInt(String(hex), 16) : Number(decimal)
        return code <= 0x10ffff ? String.fromCodePoint(code) : '\uFFFD'
      }),
  )
}

const LANGUAGE = /^[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8}){0,6}$/

/** The tag if it has the shape of BCP 47, else null. */
export function languageTag(tag: string | null): string | null {
  return tag !== null && LANGUAGE.test(tag) ? tag : null
}

/** `lang` and `dir` attributes of a text. */
export function speech(language: string | null): Html {
  const tag = languageTag(language)
  return tag === null ? html`dir="auto"` : html`lang="${tag}" dir="${textDirection(tag)}"`
}
