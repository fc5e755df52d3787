// Reads HTTP header fields that may be hostile (cache lifetimes, retry dates, validators), and makes ours safe to send.
import type { IncomingHttpHeaders } from 'node:http'
import type { Validators } from '../../model/collected.ts'
import type { Millis } from '../../model/units.ts'
import { Fault, oneLine } from './failure.ts'

/** Response headers by lower-case name; repeated lines are an array. */
export type Headers = Readonly<IncomingHttpHeaders>

const DAY = 86_400_000

/** No server's wish binds us longer, neither Retry-After nor max-age. */
const LONGEST_WISH: Millis = 7 * DAY

const MAX_VALIDATOR_LENGTH = 1024

/** Headers that are ours to set: they frame the message, or ask for an answer we would not understand. */
const OWN_HEADERS: ReadonlySet<string> = new Set(
  (
    'accept-encoding connection content-length expect host if-match if-modified-since if-none-match if-range ' +
    'if-unmodified-since keep-alive proxy-connection range te trailer transfer-encoding upgrade'
  ).split(' '),
)

/** The first line of a header. */
export function one(headers: Headers, name: string): string | null {
  const value = headers[name]
  return (Array.isArray(value) ? value[0] : value) ?? null
}

/** The lines of a header, each by itself, within bounds. */
export function lines(headers: Headers, name: string, { most, longest }: { most: number; longest: number }): string[] {
  const value = headers[name]
  const all = value === undefined ? [] : Array.isArray(value) ? value : [value]
  return all.slice(0, most).map(line => line.slice(0, longest))
}

/** A list header: several lines mean the same as one with commas (RFC 9110, 5.3). Cut where no honest list ends. */
export function list(headers: Headers, name: string): string[] {
  const value = headers[name] ?? ''
  const text = Array.isArray(value) ? value.join(',') : value
  return text
    .slice(0, 4096)
    .split(',')
    .map(item => item.trim().toLowerCase())
    .filter(item => item !== '')
}

/**
 * The first `Link` header (RFC 8288) whose relations include this one: its address, against `base`; null for none, and for
 * one that is no http(s) address. Read in one pass, and only as far as an honest server would write.
 */
export function linkTo(headers: Headers, relation: string, base: URL): string | null {
  const value = headers['link'] ?? ''
  const text = (Array.isArray(value) ? value.join(',') : value).slice(0, 8192)
  const link = /<([^<>]*)>((?:\s*;\s*[\w!#$&+.^`|~*-]+\s*=\s*(?:"[^"]*"|[^\s",;<>]+))*)/g
  for (const [, target = '', parameters = ''] of text.matchAll(link)) {
    const relations = /;\s*rel\s*=\s*(?:"([^"]*)"|([^\s",;]+))/i.exec(parameters)
    const names = (relations?.[1] ?? relations?.[2] ?? '').toLowerCase().split(/\s+/)
    if (!names.includes(relation)) continue
    const url = URL.parse(target.trim(), base.href)
    return url !== null && (url.protocol === 'http:' || url.protocol === 'https:') ? url.href : null
  }
  return null
}

/** HTTP-date in its three forms (RFC 9110, 5.6.7), and with the zone written as UTC or +0000. */
function httpDate(text: string | null): Millis | null {
  if (text === null || text.length > 40) return null
  const modern = /^\w{3}, \d{1,2}[ -]\w{3}[ -]\d{4} \d\d:\d\d:\d\d (?:GMT|UTC|\+0000)$/.test(text)
  const rfc850 = /^\w{6,9}, \d\d-\w{3}-\d\d \d\d:\d\d:\d\d GMT$/.test(text)
  const asctime = /^\w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d \d{4}$/.test(text)
  if (!modern && !rfc850 && !asctime) return null
  const time = Date.parse(asctime ? `${text} GMT` : text)
  return Number.isNaN(time) ? null : time
}

/** Retry-After (RFC 9110, 10.2.3) as a moment between now and seven days from now. */
export function retryAfter(headers: Headers, now: Millis): Millis | null {
  const text = one(headers, 'retry-after')?.trim() ?? ''
  const at = /^\d{1,20}$/.test(text) ? now + Number(text) * 1000 : httpDate(text)
  return at === null ? null : Math.min(Math.max(at, now), now + LONGEST_WISH)
}

/** Freshness that is left (RFC 9111, 4.2): max-age, else Expires - Date, less the Age it has spent in caches. */
export function freshness(headers: Headers, now: Millis): Millis | null {
  const directives = list(headers, 'cache-control')
  const stated = directives.map(directive => /^max-age="?(\d{1,20})"?$/.exec(directive)?.[1]).find(age => age)
  const expires = httpDate(one(headers, 'expires'))
  let lifetime: Millis
  if (directives.includes('no-cache') || directives.includes('no-store')) lifetime = 0
  else if (stated !== undefined) lifetime = Number(stated) * 1000
  else if (expires !== null) lifetime = expires - (httpDate(one(headers, 'date')) ?? now)
  else return null
  const age = one(headers, 'age')?.trim() ?? ''
  const spent = /^\d{1,20}$/.test(age) ? Number(age) * 1000 : 0
  return Math.min(Math.max(lifetime - spent, 0), LONGEST_WISH)
}

/** What can be sent as a header value, byte for byte. */
function sendable(value: string): boolean {
  return /^[\t\x20-\x7e\x80-\xff]*$/.test(value)
}

/** An ETag or Last-Modified worth keeping: unchanged, or null where it is missing, too long or cannot be sent back. */
export function validator(headers: Headers, name: string): string | null {
  const value = one(headers, name)
  return value !== null && value !== '' && value.length <= MAX_VALIDATOR_LENGTH && sendable(value) ? value : null
}

/** The headers that make a request conditional (RFC 9110, 13.1); none for validators that cannot be sent. */
export function conditional({ etag, lastModified }: Validators): Record<string, string> {
  const headers: Record<string, string> = {}
  if (etag !== null && sendable(etag)) headers['if-none-match'] = etag
  if (lastModified !== null && sendable(lastModified)) headers['if-modified-since'] = lastModified
  return headers
}

/** Configured headers, in lower case, or the fault in them. */
export function configured(headers: Readonly<Record<string, string>>): Record<string, string> {
  const result: Record<string, string> = {}
  for (const [name, value] of Object.entries(headers)) {
    const key = name.toLowerCase()
    const fault = OWN_HEADERS.has(key)
      ? 'is set by Minwal'
      : /^[!#$%&'*+.^`|~\w-]+$/.test(name) && sendable(value)
        ? null
        : 'is no valid header'
    if (fault !== null) throw new Fault('protocol', `header ${oneLine(name, 60)} of this feed ${fault}; remove it`)
    result[key] = value
  }
  return result
}

/** Take `user:password@` out of a URL and give it as a Basic Authorization value (RFC 7617). */
export function takeCredentials(url: URL): string | null {
  const { username, password } = url
  url.username = ''
  url.password = ''
  if (username === '' && password === '') return null
  const plain = [username, password].map(part => {
    try {
      return decodeURIComponent(part)
    } catch {
      return part
    }
  })
  return `Basic ${Buffer.from(plain.join(':'), 'utf8').toString('base64')}`
}
