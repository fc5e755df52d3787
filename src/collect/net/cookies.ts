// Keeps the cookies of one visit: what a redirect sets is brought back on the way, and forgotten at its end. Nothing of it is
// stored, logged or shown. Servers that send whoever has no cookie round in a circle are met by this (RFC 6265, 5.3 and 5.4).
import type { Headers } from './headers.ts'

/** More than any gate sets; what comes beyond is passed over. */
const MAX_COOKIES = 32
const MAX_PAIR = 4_096
/** Servers refuse longer headers. */
const MAX_HEADER = 8_192

interface Cookie {
  name: string
  value: string
  /** The place that set it, and the domain it may go to instead; null for that place alone. */
  place: string
  domain: string | null
  path: string
  secure: boolean
}

/** Host and port; the usual ports of http and https are one place, as everywhere with cookies. */
function placeOf({ hostname, port }: URL): string {
  return `${hostname}:${port}`
}

/** Paths that a cookie set by this one goes to where it names none (RFC 6265, 5.1.4). */
function folderOf({ pathname }: URL): string {
  return pathname.slice(0, Math.max(1, pathname.lastIndexOf('/')))
}

function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith('/') ? folder : `${folder}/`)
}

/**
 * Whether a host may set cookies for a domain. We have no list of public suffixes: one label is one, and so is a short label before
 * a country (`co.uk`). Others, such as `github.io`, are let through: a cookie of a visit can do no more than the redirect.
 */
function speaksFor(host: string, domain: string): boolean {
  if (!/^[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z][a-z0-9-]+$/.test(domain)) return false
  if (/^[a-z]{1,4}\.[a-z]{2}$/.test(domain)) return false
  return host === domain || host.endsWith(`.${domain}`)
}

export class Cookies {
  readonly #home: string
  readonly #kept = new Map<string, Cookie>()
  /** Cookie headers by the address they were sent to. */
  readonly #sent = new Map<string, Set<string>>()
  /** Whether any server set one. */
  offered = false

  /** `home` is where the visit began. */
  constructor(home: URL) {
    this.#home = home.host
  }

  /** Keep what the answer of `url` sets, on a visit that began at `now`. */
  keep(headers: Headers, url: URL, now: number): void {
    const given: unknown = headers['set-cookie'] ?? []
    // One alone comes as text, whatever the type says.
    const lines: unknown[] = Array.isArray(given) ? given : [given]
    for (const line of lines) {
      if (typeof line !== 'string') continue
      const [pair = '', ...attributes] = line.slice(0, MAX_PAIR * 2).split(';')
      const cut = pair.indexOf('=')
      const [name, value] = [pair.slice(0, Math.max(0, cut)).trim(), pair.slice(cut + 1).trim()]
      if (name === '' || pair.length > MAX_PAIR || !/^[\x21-\x3a\x3c-\x7e]+$/.test(name)) continue
      // What could not be sent back as it came is not kept.
      if (!/^[\x20\x21-\x3a\x3c-\x7e\x80-\xff]*$/.test(value)) continue
      this.offered = true
      this.#set({ name, value }, attributes, url, now)
    }
  }

  #set(pair: { name: string; value: string }, attributes: readonly string[], url: URL, now: number): void {
    const said = new Map<string, string>()
    for (const attribute of attributes.slice(0, 20)) {
      const [key = '', ...rest] = attribute.split('=')
      said.set(key.trim().toLowerCase(), rest.join('=').trim())
    }
    const asked = said.get('domain')?.replace(/^\./, '').toLowerCase() ?? ''
    const domain = asked === '' || asked === url.hostname ? null : asked
    // A host sets cookies for itself and for what it is part of, never for others.
    if (domain !== null && !speaksFor(url.hostname, domain)) return
    const secure = said.has('secure')
    if (secure && url.protocol !== 'https:') return
    const path = said.get('path') ?? ''
    const cookie: Cookie = {
      ...pair,
      place: placeOf(url),
      domain,
      path: path.startsWith('/') ? path : folderOf(url),
      secure,
    }
    const key = [cookie.name, cookie.path, domain ?? cookie.place].join('\n')
    const age = said.get('max-age') ?? ''
    const expires = Date.parse(said.get('expires')?.slice(0, 60) ?? '')
    const over = /^-?\d+$/.test(age) ? Number(age) <= 0 : expires <= now
    if (over) this.#kept.delete(key)
    else if (this.#kept.has(key) || this.#kept.size < MAX_COOKIES) this.#kept.set(key, cookie)
  }

  /** The cookies that `url` is sent, after those of a configured header, whose values give way to newer ones. */
  #header(url: URL, configured: string): string {
    if (this.#kept.size === 0 && configured === '') return ''
    const to = placeOf(url)
    const fitting = [...this.#kept.values()].filter(
      ({ place, domain, path, secure }) =>
        (place === to || (domain !== null && url.host === this.#home && speaksFor(url.hostname, domain))) &&
        isWithin(url.pathname, path) &&
        (!secure || url.protocol === 'https:'),
    )
    const newer = new Set(fitting.map(({ name }) => name))
    const given = configured.split(';').map(pair => pair.trim())
    const parts = given.filter(pair => pair !== '' && !newer.has(pair.split('=', 1)[0]?.trim() ?? ''))
    let length = parts.join('; ').length
    for (const { name, value } of fitting.toSorted((a, b) => b.path.length - a.path.length)) {
      length += name.length + value.length + 3
      if (length <= MAX_HEADER) parts.push(`${name}=${value}`)
    }
    return parts.join('; ')
  }

  /** The cookie header of a request to `url`, which is remembered as sent; null for none. */
  send(url: URL, configured: string | undefined): string | null {
    const header = this.#header(url, configured ?? '')
    const sent = this.#sent.get(url.href) ?? new Set()
    this.#sent.set(url.href, sent.add(header))
    return header === '' ? null : header
  }

  /** Whether a request to `url` would bring cookies that none there before brought. */
  isNews(url: URL, configured: string | undefined): boolean {
    return !(this.#sent.get(url.href)?.has(this.#header(url, configured ?? '')) ?? false)
  }
}
