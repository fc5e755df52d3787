// What of untrusted HTML is kept: which elements, under which names, with which attributes. Two readers apply it, see html.ts.

import { isPlain, resolve } from './links.ts'

export type HtmlAttributes = Record<string, string>

/** An element as it is written out. */
export interface Rewritten {
  tagName: string
  attribs: HtmlAttributes
}

/** Elements that are kept, the commonest first: sanitize-html searches the list in order. */
export const KEPT_ELEMENTS: readonly string[] =
  'p a br img strong div span b em i li ul h2 h3 h4 blockquote td tr figure figcaption ol table tbody code pre u s del ins small mark dl dt dd h5 h6 caption thead tfoot th kbd samp var sub sup abbr cite q bdi bdo time hr'.split(
    ' ',
  )
/** Elements that go with all that is in them. */
export const REMOVED_ELEMENTS: readonly string[] =
  'script style textarea option xmp noscript title noembed noframes template select applet'.split(' ')

/** Elements with the same meaning as one that is kept. A page has one h1, and it is not the report's. */
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

const UNWRAPPED_SAFELY: ReadonlySet<string> = new Set([
  ...KEPT_ELEMENTS,
  ...REMOVED_ELEMENTS,
  ...'input meta link area base col embed source track wbr param image'.split(' '),
])

/**
 * Whether the element goes or is renamed while its content stays. What was in it may then stand where it is not allowed,
 * so the result has to be read again.
 */
export const isUnwrapped = (tagName: string): boolean => RENAMED.has(tagName) || !UNWRAPPED_SAFELY.has(tagName)

/** Attributes kept on any element, and the values they may have. */
const SHAPES: Readonly<Record<string, RegExp>> = {
  dir: /^(?:rtl|ltr|auto)$/i,
  lang: /^[a-z]{2,3}(?:-[a-z0-9]{1,8}){0,4}$/i,
  colspan: /^\d{1,3}$/,
  rowspan: /^\d{1,3}$/,
  start: /^-?\d{1,6}$/,
  datetime: /^[\w:+. -]{1,40}$/,
  title: /./,
}
/** All attributes that {@link rewritten} looks at. */
export const READ_ATTRIBUTES: ReadonlySet<string> = new Set([
  ...Object.keys(SHAPES),
  ...'href src data-src alt width height'.split(' '),
])
/** All attributes that it may write. */
export const WRITTEN_ATTRIBUTES: readonly string[] = [
  ...'href src alt title width height dir lang colspan rowspan start datetime'.split(' '),
]

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

const ONE_PIXEL = /^\s*[01](?:px)?\s*$/
/** Images of one pixel count readers; they show nothing. */
const isTracker = ({ width, height }: HtmlAttributes): boolean =>
  ONE_PIXEL.test(width ?? '') || ONE_PIXEL.test(height ?? '')

/**
 * An image that is taken out of the sanitised text. Under another name its end would not be recognised, and the end of the
 * next element would be taken for it.
 */
const DROPPED: Rewritten = { tagName: 'img', attribs: {} }
/** How {@link rewritten} leaves an image that is to go; no image that stays is without attributes. */
export const DROPPED_MARKUP = '<img />'

function image(attributes: HtmlAttributes, base: string | null): Rewritten {
  // Lazy loaders keep the picture's address in a data attribute and a placeholder in src.
  const src = absolute(attributes['src'], base, false) ?? absolute(attributes['data-src'], base, false)
  if (src === null || isTracker(attributes)) return DROPPED
  const attribs: HtmlAttributes = { src }
  if (attributes['alt'] !== undefined) attribs['alt'] = attributes['alt']
  for (const size of ['width', 'height']) {
    const pixels = /^\s{0,9}(\d{1,5})(?:px)?\s{0,9}$/.exec(attributes[size] ?? '')?.[1]
    if (pixels !== undefined) attribs[size] = pixels
  }
  return { tagName: 'img', attribs }
}

/** An element under its new name, with the attributes it keeps. {@link KEPT_ELEMENTS} decides whether it is kept at all. */
export function rewritten(tagName: string, attributes: HtmlAttributes, base: string | null): Rewritten {
  if (tagName === 'img') return image(attributes, base)
  const attribs: HtmlAttributes = {}
  for (const name in attributes) {
    const value = attributes[name] ?? ''
    if (Object.hasOwn(SHAPES, name) && SHAPES[name]?.test(value) === true) attribs[name] = value
  }
  if (tagName === 'a') {
    const href = absolute(attributes['href'], base, true)
    if (href !== null) attribs['href'] = href
    return { tagName, attribs }
  }
  return { tagName: RENAMED.get(tagName) ?? tagName, attribs }
}
