// Finds the address that a feed means: links made absolute and repaired as far as their meaning is certain; anything but
// http and https refused.

import { withoutReferences } from './link-references.ts'

const MAX_LINK = 4096

/** An address as it should be written. The second alternative of a host is no scheme written twice. */
const CLEAN = /^https?:\/\/(?!h?t{1,3}ps?(?:[:;/\\]|$))[^\s/?#\\"'<>`]+(?:[/?#]|$)/i
/** The same in ASCII without quotes, brackets and spaces: what nearly all links are. */
const PLAIN = /^https?:\/\/(?!h?t{1,3}ps?(?:[:;/\\]|$))[!$%&(-.:;=@-[\]^_a-z|~\d]+(?:[/?#][!#-&(-;=?-[\]^_a-z|~]*)?$/i
/** A host of which only its letters must be looked at: no label begins with a digit, so it is no number either. */
const ASCII_HOST = /^https?:\/\/(?!(?:[\w-]+\.)*\d)[\w.-]+(?::\d{1,5})?(?:[/?#]|$)/i
/** White space, and marks that nobody sees: of direction, zero width, soft hyphens, controls. */
const UNSEEN =
  /[\s\u0000-\u001f\u007f-\u00a0\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202f\u2060-\u2069\ufeff\ufff9-\ufffb]/
/** The same without white space and without the joiners, which belong to words of Persian and Hindi in a path. */
const MARKS =
  /[\u0000-\u0008\u000e-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\t\r\n]+/g
/** What editors and templates leave around an address: unseen characters, also escaped or percent-encoded, and quotes. */
const ESCAPED =
  '%(?:e2%80%(?:8[b-f]|a[a-e])|e2%81%a[0-9]|ef%bb%bf|c2%a0|c2%ad|d8%9c|20|0[9ad])|&(?:rlm|lrm|nbsp|zwj|zwnj|shy|#0{0,4}(?:160|173|820[3-7]|823[4-8]|829[4-7]|65279)|#x0{0,4}(?:a0|ad|200[b-f]|202[a-e]|206[6-9]|feff));'
const AROUND =
  '[\\s\\u0000-\\u001f\\u007f-\\u00a0\\u00ad\\u061c\\u180e\\u200b-\\u200f\\u2028-\\u202f\\u2060-\\u2069\\ufeff"\'<>`«»“”‘’„‹›]'
const LEADING = new RegExp(`^(?:${AROUND}|${ESCAPED})+`, 'i')
const LAST = new RegExp(`(?:${AROUND}|${ESCAPED})$`, 'i')

const MAY_BE_AROUND = /(?:["'<>`;]|%[0-9a-f]{2})$/i

/** What an address has in it where it was escaped once too often. */
const REFERENCE = /&(?:amp;|#)/i

/** What templates write where there is no address. */
const NOTHING =
  /^(?:n\/?a\.?|n\.a\.|none|null|nil|undefined|nan|false|tbd|tba|no ?(?:link|url)|empty|لا يوجد|[-–—_?*#]+|\.{3,}|[/\\]{2,}|https?:?[/\\]*|about:.*)$/i

/** A scheme, whole or mistyped, and what stands between it and the host. */
const SCHEME =
  /^(?:view-source:|url\s?[:=]\s?)?(h{1,2}t{1,3}p{1,2}s?|h?t{1,2}ps?|feed)(?:\s?[:;]|(?=[/\\]{2}))\s?([/\\]*)\s?/i
/** The beginning of a host: `www.`, or a name and a domain that no file's name ends in. */
const WWW = /^www\d?\.[^\s/?#\\.]+\.[^\s/?#\\]+/i
const DOMAIN =
  /^[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)*\.(?:com|net|org|info|biz|gov|edu|mil|int|news|press|media|agency|(?:com|co|org|net|gov|edu|ac)\.[a-z]{2})(?::\d{1,5})?(?=[/?#]|$)/iu
const HOST =
  /^(?:[^\s/?#\\:@]+\.[^\s/?#\\:@.]{2,}|localhost|\d{1,3}(?:\.\d{1,3}){3}|\[[\da-f:.]+\])(?::\d{1,5})?(?=[/?#\\]|$)/i

function hostOf(address: string | null): string {
  const host = /^https?:\/\/([^\s/?#\\:]+)/i.exec(address ?? '')?.[1] ?? ''
  return host.toLowerCase().replace(/^www\d?\./, '')
}

/** Whether a link without a scheme begins with a host: `www.`, the site's own or one of its domain, or a common domain. */
function beginsWithHost(link: string, base: string | null): boolean {
  if (WWW.test(link) || DOMAIN.test(link)) return true
  const own = hostOf(base)
  const first = /^[^\s/?#\\:]+(?=:\d|[/?#\\]|$)/.exec(link)?.[0]?.toLowerCase() ?? ''
  return own.includes('.') && (first === own || first.endsWith(`.${own}`))
}

/** The link without what surrounds it, of which nothing belongs to it. */
function bare(link: string): string {
  let text = link.replace(LEADING, '')
  // From the end one by one: a pattern that ends in `+$` is tried anew at every place.
  for (let last = LAST.exec(text.slice(-12)); last !== null; last = LAST.exec(text.slice(-12))) {
    // A quote that was opened in the address belongs to it.
    if (/["'`]/.test(last[0]) && text.slice(0, -1).includes(last[0])) break
    text = text.slice(0, text.length - last[0].length)
  }
  return text.replace(MARKS, '').replaceAll('\\/', '/')
}

function parsed(link: string, base: string | null): string | null {
  try {
    const url = base === null ? new URL(link) : new URL(link, base)
    const isWeb = url.protocol === 'http:' || url.protocol === 'https:'
    return isWeb && url.href.length <= MAX_LINK * 3 ? url.href : null
  } catch {
    return null
  }
}

/** An absolute address as its writer wrote it, spaces apart; parsed where that is no address yet. */
function whole(link: string): string | null {
  // Two addresses in one: the first.
  const first = /^(\S+)\s+https?:\/\//i.exec(link)?.[1] ?? link
  if (!CLEAN.test(first)) return parsed(first, null)
  const whole = first.replace(/\s/g, '%20')
  // Of a host in other letters only the parser knows whether it can be one.
  return ASCII_HOST.test(whole) || URL.canParse(whole) ? whole : null
}

/** Whether a link is an address with nothing to be put right, and with nothing in it that would end an attribute. */
export function isPlain(link: string): boolean {
  const { length } = link
  if (length > MAX_LINK || !PLAIN.test(link) || link[length - 3] === '%' || link[length - 1] === ';') return false
  return ASCII_HOST.test(link) && !REFERENCE.test(link)
}

/**
 * The absolute address that a link means, or null. Taken off is what surrounds it: white space, marks of direction, quotes.
 * A scheme that is missing, mistyped or written twice is put right; what stands for «no link» is none.
 *
 * @param base what a relative link is relative to; its host is the site's own
 */
export function resolve(link: string, base: string | null): string | null {
  if (isPlain(link)) return link
  const trimmed = withoutReferences(link.trim())
  if (trimmed === '' || trimmed.length > MAX_LINK) return null
  return CLEAN.test(trimmed) && ASCII_HOST.test(trimmed) && !UNSEEN.test(trimmed) && !MAY_BE_AROUND.test(trimmed)
    ? trimmed
    : repaired(trimmed, base)
}

function repaired(link: string, base: string | null): string | null {
  const anchor =
    link[0] === '<' ? /^<a\s[^<>]{0,2000}?href\s{0,5}=\s{0,5}["']?([^"'\s<>]+)/i.exec(link)?.[1] : undefined
  let text = bare(anchor ?? link)
  if (/^https?%3a(?:%2f|\/){2}/i.test(text)) text = decoded(text)
  if (text === '' || NOTHING.test(text)) return null
  if (CLEAN.test(text)) return whole(text)
  const scheme = /^http:/i.test(base ?? '') ? 'http' : 'https'
  let named: string | null = null
  let slashes = 0
  for (let round = 0; round < 4; round++) {
    const found = SCHEME.exec(text)
    if (found === null) break
    const [all, name = '', between = ''] = found
    named = name.toLowerCase() === 'feed' ? scheme : name.toLowerCase().endsWith('s') ? 'https' : 'http'
    slashes = between.length
    text = text.slice(all.length)
  }
  if (named !== null) {
    // «http:news/1» and «http:///news/1» name no host.
    if (HOST.test(text) || WWW.test(text) || slashes === 2) return text === '' ? null : whole(`${named}://${text}`)
    return base === null ? null : parsed(slashes > 0 ? `/${text}` : text, base)
  }
  const rest = text.replace(/^:?[/\\]{2}(?![/\\])/, '')
  if (rest !== text && HOST.test(rest)) return whole(`${scheme}://${rest}`)
  if (beginsWithHost(text, base)) return whole(`${scheme}://${text}`)
  return base === null ? null : parsed(text, base)
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  png: 'image/png',
  gif: 'image/gif',
  webp: 'image/webp',
  avif: 'image/avif',
  svg: 'image/svg+xml',
  mp3: 'audio/mpeg',
  m4a: 'audio/mp4',
  aac: 'audio/aac',
  ogg: 'audio/ogg',
  oga: 'audio/ogg',
  opus: 'audio/ogg',
  wav: 'audio/wav',
  flac: 'audio/flac',
  mp4: 'video/mp4',
  m4v: 'video/mp4',
  webm: 'video/webm',
  mov: 'video/quicktime',
  m3u8: 'application/vnd.apple.mpegurl',
  pdf: 'application/pdf',
}

/** The media type by a file's extension; null for an unknown one. */
export function mediaType(address: string): string | null {
  const extension =
    /\.([a-z0-9]{2,5})(?:[?#]|$)/i.exec(address.replace(/^https?:\/\/[^/?#]*/i, ''))?.[1]?.toLowerCase() ?? ''
  return Object.hasOwn(MEDIA_TYPES, extension) ? (MEDIA_TYPES[extension] ?? null) : null
}

/** Whether a text begins as an address does: with a scheme, a slash, or a host. */
export const isAddress = (text: string, base: string | null): boolean =>
  /^(?:[a-z]+:\/)?\//i.test(text) || beginsWithHost(text, base)

/** xml:base, itself perhaps relative to the base around it. */
export function rebase(value: string, base: string | null): string | null {
  return resolve(value, base) ?? base
}

const PRIVATE =
  /^(?:localhost|[^.]*|.*\.(?:local|localhost|internal|test|invalid)|127\.\d.*|10\.\d.*|192\.168\..*|172\.(?:1[6-9]|2\d|3[01])\..*|169\.254\..*|0\.0\.0\.0|\[.*)$/

/**
 * What relative links of a document are relative to where its format names no base: the site it names, as readers do;
 * else the document's address. A site at a private host is where the template was written, unless the document lies there.
 */
export function siteBase(site: string | null, document: string | null): string | null {
  if (site === null || document === null) return site ?? document
  const host = hostOf(site)
  return PRIVATE.test(host) && host !== hostOf(document) ? document : site
}
