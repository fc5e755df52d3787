// Decides which addresses may be reached: classifies every spelling of an address as public, private or never.
import { lookup as systemLookup } from 'node:dns'
import type { LookupFunction } from 'node:net'
import ipaddr from 'ipaddr.js'
import type { Outcome } from '../../model/units.ts'

/** `private` opens with allowPrivate; nothing opens `never`: no host's own address, or one where clouds keep credentials. */
interface AddressClass {
  reach: 'public' | 'private' | 'never'
  /** Adjective for messages. */
  word: string
}

const PUBLIC: AddressClass = { reach: 'public', word: 'public' }
const RESERVED: AddressClass = { reach: 'private', word: 'reserved' }
const UNSPECIFIED: AddressClass = { reach: 'never', word: 'unspecified' }
const LINK_LOCAL: AddressClass = { reach: 'never', word: 'link-local' }
const METADATA: AddressClass = { reach: 'never', word: 'a cloud metadata service' }

/** Names of ipaddr.js ranges (IANA special-purpose registries); what is missing here is reserved. */
const RANGES: ReadonlyMap<string, AddressClass> = new Map<string, AddressClass>([
  ['loopback', { reach: 'private', word: 'loopback' }],
  ['private', { reach: 'private', word: 'private' }],
  ['uniqueLocal', { reach: 'private', word: 'private' }],
  ['deprecatedSiteLocal', { reach: 'private', word: 'private' }],
  ['linkLocal', LINK_LOCAL],
  ['carrierGradeNat', { reach: 'private', word: 'behind a carrier NAT' }],
  ['multicast', { reach: 'never', word: 'multicast' }],
  ['broadcast', { reach: 'never', word: 'broadcast' }],
  ['unspecified', UNSPECIFIED],
])

/** Azure, most others, Alibaba, Oracle. Every other address of 169.254.0.0/16 is link-local. */
const METADATA_ADDRESSES: ReadonlySet<string> = new Set([
  '168.63.129.16',
  '169.254.169.254',
  '100.100.100.200',
  '192.0.0.192',
])

/** Amazon's services of an instance have all of fd00:ec2::/64, Google's metadata server is fd20:ce::254. */
function isMetadataV6([a, b, c, d, e, f, g, h]: readonly number[]): boolean {
  if (a === 0xfd00 && b === 0xec2 && c === 0 && d === 0) return true
  return a === 0xfd20 && b === 0xce && c === 0 && d === 0 && e === 0 && f === 0 && g === 0 && h === 0x254
}

/** Characters; longer ones are refused, wherever they come from. */
export const LONGEST_URL = 8192
const LONGEST_ADDRESS = 100
const LONGEST_SHOWN = 200

function classifyV4(address: ipaddr.IPv4): AddressClass {
  if (METADATA_ADDRESSES.has(address.toString())) return METADATA
  const range = address.range()
  return range === 'unicast' ? PUBLIC : (RANGES.get(range) ?? RESERVED)
}

function embedded(high: number, low: number): AddressClass {
  return classifyV4(new ipaddr.IPv4([high >> 8, high & 0xff, low >> 8, low & 0xff]))
}

/**
 * An IPv6 address by its own range and by the IPv4 address it may carry. Where a form is not routed today, or its prefix is
 * for local use, what it carries can make it worse, never better.
 */
function classifyV6(address: ipaddr.IPv6): AddressClass {
  if (isMetadataV6(address.parts)) return METADATA
  const own = rangeV6(address)
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = address.parts
  // IPv4-compatible and IPv4-translated (RFC 4291, 2765), local NAT64 prefixes (RFC 8215), ISATAP (RFC 5214).
  const compatible = a === 0 && b === 0 && c === 0 && d === 0 && (e === 0 || e === 0xffff) && f === 0 && g !== 0
  const local = a === 0x64 && b === 0xff9b
  const isatap = (e & 0xfdff) === 0 && f === 0x5efe
  if (!compatible && !local && !isatap) return own
  const carried = embedded(g, h)
  return carried === METADATA || carried === LINK_LOCAL ? carried : own
}

function rangeV6(address: ipaddr.IPv6): AddressClass {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = address.parts
  const range = address.range()
  switch (range) {
    case 'ipv4Mapped':
      return embedded(g, h)
    case 'rfc6052':
      // The well-known NAT64 prefix carries public hosts on IPv6-only networks; 64:ff9b:1::/48 is for local use.
      return c === 0 && d === 0 && e === 0 && f === 0 ? embedded(g, h) : RESERVED
    case '6to4':
      return embedded(b, c)
    case 'teredo': {
      // RFC 4380: the server in the clear, the client with every bit inverted. Packets go to both.
      const [server, client] = [embedded(c, d), embedded(g ^ 0xffff, h ^ 0xffff)]
      return server.reach === 'never' || client.reach === 'public' ? server : client
    }
    case 'unicast':
      // IANA gives out 2000::/3 only; the rest, with IPv4-compatible ::a.b.c.d, is reserved.
      if (a < 0x2000 || a > 0x3fff) return RESERVED
      // ISATAP (RFC 5214) hides an IPv4 address in the interface identifier.
      return (e & 0xfdff) === 0 && f === 0x5efe ? embedded(g, h) : PUBLIC
    default:
      return RANGES.get(range) ?? RESERVED
  }
}

function classify(address: string): AddressClass | null {
  if (address.length > LONGEST_ADDRESS || !ipaddr.isValid(address)) return null
  const parsed = ipaddr.parse(address)
  return parsed instanceof ipaddr.IPv4 ? classifyV4(parsed) : classifyV6(parsed)
}

/** Why an address may not be reached, as one line for the user; null where it may. */
function refusal(address: string, host: string | null, allowPrivate: boolean): string | null {
  const found = classify(address)
  const name = host === null ? `address ${address}` : `address ${address} of ${host.slice(0, LONGEST_SHOWN)}`
  if (found === null) return `${name} is not an IP address`
  if (found.reach === 'public' || (found.reach === 'private' && allowPrivate)) return null
  const advice = found.reach === 'private' ? SET_ALLOW_PRIVATE : 'it cannot be polled'
  return `${name} is ${found.word}; ${advice}`
}

/**
 * May this IP address be reached? Without `allowPrivate` only global unicast addresses may: the IANA special-purpose
 * registries (RFC 6890) are refused, and so is an IPv6 address that carries a refused IPv4 address (mapped, NAT64, 6to4,
 * Teredo, ISATAP). With it, all but link-local, multicast, broadcast and unspecified ones, and those where clouds serve
 * metadata and credentials, in whatever form. What is no IP address may not.
 */
export function addressAllowed(address: string, allowPrivate: boolean): boolean {
  return refusal(address, null, allowPrivate) === null
}

/** How an address that was connected to is to be taken; null for what is no IP address. */
export function reachOf(address: string): AddressClass['reach'] | null {
  return classify(address)?.reach ?? null
}

/** Host and port, as a connection is made to them. */
function serviceOf(url: URL): string {
  return `${url.hostname}:${url.port || (url.protocol === 'https:' ? '443' : '80')}`
}

/** Whether two http(s) addresses lead to one host and port, by their spelling: what `allowPrivate` opens. */
export function sameService(one: string | URL, other: string | URL): boolean {
  if (one === other) return URL.canParse(String(one))
  const [a, b] = [URL.parse(String(one)), URL.parse(String(other))]
  return a !== null && b !== null && serviceOf(a) === serviceOf(b)
}

const SET_ALLOW_PRIVATE = 'set allowPrivate for this feed to reach it'

/** A refusal in the words for an address that the configuration does not name: allowPrivate would not open it. */
export function notNamed(refusal: string): string {
  return refusal.replace(SET_ALLOW_PRIVATE, 'allowPrivate opens only the host and port of a configured address')
}

/**
 * A URL that may be requested, or why not, as one line. Only http and https; a host that is an IP address in any
 * spelling (WHATWG URL normalises decimal, octal, hexadecimal and full-width ones) must be allowed, and so must
 * `localhost` (RFC 6761). Other names are checked by `guardedLookup` when the connection is made. Credentials stay in
 * the URL: the caller takes them out, and no message shows them. `exclude` names hosts that nothing opens.
 */
export function checkUrl(url: string, allowPrivate: boolean, exclude: readonly string[] = []): Outcome<URL> {
  if (url.length > LONGEST_URL) return { ok: false, reason: `URL is longer than ${LONGEST_URL} characters` }
  const parsed = URL.parse(url)
  if (parsed === null)
    return { ok: false, reason: `not a URL: ${JSON.stringify(withoutCredentials(url).slice(0, LONGEST_SHOWN))}` }
  if (parsed.protocol !== 'http:' && parsed.protocol !== 'https:') {
    return { ok: false, reason: `only http and https URLs are polled, not ${parsed.protocol.slice(0, 40)}` }
  }
  const host = parsed.hostname.replace(/^\[|\]$/g, '')
  const name = host.replace(/\.$/, '')
  const excluded = exclude.find(one => name === one || name.endsWith(`.${one}`))
  if (excluded !== undefined) {
    return {
      ok: false,
      reason: `${host.slice(0, LONGEST_SHOWN)} is not asked for anything: poll.exclude names ${excluded}`,
    }
  }
  if (!allowPrivate && (name === 'localhost' || name.endsWith('.localhost'))) {
    return { ok: false, reason: refusal('127.0.0.1', host, false) ?? 'localhost is loopback' }
  }
  const reason = classify(host) === null ? null : refusal(host, null, allowPrivate)
  return reason === null ? { ok: true, value: parsed } : { ok: false, reason }
}

/** Text that is not even a URL may still hold a password: `http://user:secret@[broken`. */
function withoutCredentials(text: string): string {
  const at = text.lastIndexOf('@')
  return at < 0 ? text : `…${text.slice(at)}`
}

/** All addresses of a name are refused. Reaches the caller as the error of the connection. */
export class AddressRefused extends Error {}

/**
 * A `lookup` for `net.connect` that gives only allowed addresses: what it returns is what is connected to, so a name
 * that changes between check and use (rebinding) gains nothing. Fails with `AddressRefused` when no address is left.
 * `net.connect` never calls it for IP literals: check those with `checkUrl` at every hop.
 */
export function guardedLookup(allowPrivate: boolean, resolve: LookupFunction = systemLookup): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, found, family) => {
      if (error) return callback(error, '', 0)
      const all = typeof found === 'string' ? [{ address: found, family: family ?? 0 }] : found
      const allowed = all.filter(({ address }) => addressAllowed(address, allowPrivate))
      const [first] = allowed
      if (first === undefined) {
        const [refused] = all
        const reason = refused === undefined ? null : refusal(refused.address, hostname, allowPrivate)
        return callback(new AddressRefused(reason ?? `${hostname} has no address`), '', 0)
      }
      if (options.all === true) callback(null, allowed)
      else callback(null, first.address, first.family)
    })
  }
}

/**
 * May what was meant for `from` (configured headers, credentials) be told to `to`? Only to the same origin, or to the
 * same host on https with default ports, as when a site moves to TLS.
 */
export function keepsSecrets(from: URL, to: URL): boolean {
  if (from.origin === to.origin) return true
  const upgrade = from.protocol === 'http:' && to.protocol === 'https:' && from.port === '' && to.port === ''
  return upgrade && from.hostname === to.hostname
}
