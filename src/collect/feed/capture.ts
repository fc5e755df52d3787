// Gathers the content of one field of a feed: its text, and in a body its markup, written down again as HTML.

import type { Attributes, Gathered } from './draft.ts'
import { escapeAttribute, escapeText } from './escape.ts'
import type { Frame } from './frame.ts'
import { resolve } from './links.ts'
import { KEPT_ATTRIBUTES, VOID } from './names.ts'

/** How the text of a field is to be taken. */
export type Mode = 'html' | 'xhtml' | 'text' | 'base64' | 'text-or-base64' | 'drop'

/** A tag of HTML, closed or empty: what distinguishes escaped markup from text that merely has angle brackets. */
const LOOKS_LIKE_HTML =
  /<\/(?:p|a|b|i|em|strong|div|span|ul|ol|li|h[1-6]|blockquote|table|pre|code|img|u|font|figure|iframe|center|small)>|<(?:br|hr|img|p)(?: [^<>]*)?\/?>|&(?:amp|lt|gt|quot|nbsp|#\d{1,6}|#x[0-9a-f]{1,6}|[lr][sd]quo|[mn]dash|hellip|[aeiou](?:acute|grave|circ|uml));/i

/** Gathered text as HTML, or as text, and which it is. `markup` says that there were elements in it. */
function contentOf(gathered: string, mode: Mode, markup: boolean): { text: string; html: boolean } {
  const text = gathered.trim()
  switch (mode) {
    case 'drop':
      return { text: '', html: false }
    case 'base64':
    case 'text-or-base64': {
      const unpacked = BASE64.test(text) ? unbase64(text) : ''
      // Of a type that should be packed and is not: text is what is left to take it for. A picture stays out.
      const isText = unpacked === '' && (mode === 'text-or-base64' || !BASE64.test(text))
      return isText ? { text, html: markup || LOOKS_LIKE_HTML.test(text) } : { text: unpacked, html: true }
    }
    case 'html':
    case 'xhtml':
      return { text, html: true }
    default:
      // Many feeds declare as text what is escaped HTML (as feedparser and others allow for).
      return { text, html: markup || LOOKS_LIKE_HTML.test(text) }
  }
}

/** At least a dozen characters, or any short word would do. */
const BASE64 = /^[A-Za-z0-9+/\s]{12,}={0,2}$/

function unbase64(text: string): string {
  const bytes = Buffer.from(text, 'base64')
  const decoded = bytes.toString('utf8')
  // Not text after all: an image, an archive.
  return /[\ufffd\u0000-\u0008\u000e-\u001f]/.test(decoded) ? '' : decoded.trim()
}

/** A text construct of RFC 4287 (section 3.1.1): titles and summaries are text whatever type they claim, if not packed. */
export function textMode(attributes: Attributes): Mode {
  const mode = atomMode(attributes)
  return mode === 'drop' || mode === 'base64' ? 'text-or-base64' : mode
}

/** RFC 4287 sections 3.1.1 and 4.1.3.3; Atom 0.3's `mode`. */
export function atomMode(attributes: Attributes): Mode {
  const type = attributes.get('type')?.toLowerCase().split(';')[0]?.trim() ?? ''
  const mode = attributes.get('mode')?.trim().toLowerCase()
  if (mode === 'base64') return 'base64'
  if (mode === 'escaped') return type === 'text/plain' || type === 'text' ? 'text' : 'html'
  if (type === 'html' || type === 'text/html') return 'html'
  if (type === 'xhtml' || type.endsWith('+xml') || type.endsWith('/xml')) return 'xhtml'
  if (/^(?:image|audio|video)\//.test(type)) return 'drop'
  return type.startsWith('text/') || !type.includes('/') ? 'text' : 'base64'
}

/** Media RSS text is plain unless its type is HTML; RSS bodies and titles are HTML by custom. */
export const rssMode = (name: string, attributes: Attributes): Mode =>
  name.startsWith('media:') && attributes.get('type')?.toLowerCase().includes('html') !== true ? 'text' : 'html'

/** A field while it is being read. */
export class Capture {
  readonly frame: Frame
  /** Whether something no longer fitted. */
  isCut = false
  readonly #kind: Gathered['kind']
  readonly #mode: Mode
  readonly #attributes: Attributes
  readonly #limit: number
  #text = ''
  /** Whether there was markup in it. */
  #markup = false
  #childName = ''
  #childEmail = ''
  #children = ''

  /** @param limit characters that are kept */
  constructor(frame: Frame, kind: Gathered['kind'], mode: Mode, attributes: Attributes, limit: number) {
    this.frame = frame
    this.#kind = kind
    this.#mode = mode
    // Those of the scanner serve the next element too; most fields have none.
    this.#attributes = attributes.size === 0 ? NO_ATTRIBUTES : new Map(attributes)
    this.#limit = limit
  }

  addText(text: string): void {
    this.#append(this.#mode === 'xhtml' && this.#kind === 'body' ? escapeText(text) : text)
  }

  /** An element inside the field: in a body it is markup and written down again, elsewhere only its text counts. */
  openChild(frame: Frame, isDirect: boolean, name: string | null, attributes: Attributes): void {
    frame.kind = 'inside'
    frame.from = this.#text.length
    if (this.#kind !== 'body') return
    // Nothing below a body's own element is feed vocabulary: names count as HTML's, whatever their namespace.
    const tag = frame.tag.slice(frame.tag.lastIndexOf(':') + 1)
    this.#markup = true
    if (!/^[a-z][a-z0-9]{0,30}$/.test(tag)) return
    const isFirst = isDirect && this.#text.length < 100 && this.#text.trim() === ''
    // RFC 4287 section 3.1.1.3: the div of xhtml is not part of the content.
    if (isFirst && tag === 'div' && this.#mode === 'xhtml' && (name === 'xhtml:div' || name === 'div')) return
    let markup = `<${tag}`
    for (const [attribute, value] of attributes) {
      const local = attribute.startsWith('xml:') ? attribute.slice(4) : attribute
      if (!KEPT_ATTRIBUTES.has(local)) continue
      const isLink = local === 'href' || local === 'src'
      const own = isLink && frame.base !== this.frame.base ? (resolve(value, frame.base) ?? value) : value
      markup += ` ${local}="${escapeAttribute(own)}"`
    }
    this.#append(`${markup}>`)
    frame.emit = !VOID.has(tag)
    frame.name = tag
  }

  closeChild(frame: Frame): void {
    if (frame.emit) this.#append(`</${frame.name}>`)
    const kind = this.#kind
    if (kind === 'field' || kind === 'body') return
    const inner = this.#text.slice(frame.from).trim()
    const local = frame.name.replace(/^atom:/, '')
    if (kind === 'image' ? local === 'url' : local === 'name' || local === 'title') this.#childName ||= inner
    if (local === 'email') this.#childEmail ||= inner
    this.#children += inner
  }

  /** @param base what links in the field are relative to */
  gathered(base: string | null): Gathered {
    const { name, language } = this.frame
    return {
      name,
      kind: this.#kind,
      ...contentOf(this.#text, this.#mode, this.#markup),
      base,
      language,
      attributes: this.#attributes,
      childName: this.#childName,
      childEmail: this.#childEmail,
      children: this.#children,
    }
  }

  #append(text: string): void {
    const room = this.#limit - this.#text.length
    if (text.length <= room) {
      this.#text += text
    } else if (!this.isCut) {
      // Never cut inside a tag of ours: one that does not fit whole is left out.
      if (text[0] !== '<') this.#text += text.slice(0, Math.max(0, room))
      this.isCut = true
    }
  }
}

const NO_ATTRIBUTES: Attributes = new Map()
