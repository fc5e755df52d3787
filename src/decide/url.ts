// The canonical form of an address: two addresses with the same form show the same report.
import { isPlaceholderHost } from './url/hosts.ts'
import { unwrapped } from './url/wrappers.ts'

const LONGEST = 4_096
/** Wrappers within wrappers, and rules whose result another rule changes: this often at most. */
const ROUNDS = 4

// Query parameters that say how a reader came, not what the page is. Each prefix or name is one that publishers or
// platforms are known to add to links in feeds, whatever the value.
const TRACKING_PREFIXES =
  `utm_ at_ ns_ mtm_ matomo_ pk_ piwik_ hsa_ wt_ trk_ mc_ ga_ amp_ oly_ vero_ guce_ __hs aspsessionid`.split(' ')
const TRACKING_NAMES = new Set(
  `fbclid gclid gclsrc gbraid wbraid dclid msclkid yclid ymclid twclid ttclid igshid igsh li_fat_id mibextid _ga _gl _hsenc _hsmi
  hss_channel mkt_tok s_cid s_kwcid icid intcid int_cmp cmpid campaign_id ocid ito maca xtor traffic_source ref_src
  ref_url referrer ftag feedtype feedname ncid smid emc soc_src soc_trk tsrc guccounter sr_share amp usqp from_rss fromrss
  __twitter_impression __s rb_clickid srnd sref taid tpcc leadsource cn-track dlvrit wkey phpsessid jsessionid cfid
  cftoken`.split(/\s+/),
)
// Names that are a channel on one site and a page on the next: kept where the value is a number.
const UNLESS_NUMBER = new Set(['ref', 'eref', 'cmp', 'rss', 'feed', 'share', 'partner', 'spm', 'campaign', 'referer'])
const NUMBER = /^\d{3,}$/
// Names that are tracking only where the value says so.
const CHANNELS =
  /^(?:rss|rss\d?|feed|feeds?|atom|twitter|facebook|fb|telegram|whatsapp|linkedin|instagram|reddit|email|newsletter|mail|sms|copylink|social|app|push|widget|homepage|home)(?:[-_.].*)?$/i
const IF_CHANNEL = new Set(['source', 'src', 'from', 'via', 'medium', 'mod', 'origin', 'cid', 'ct', 'sc'])
const IF_AMP = new Set(['outputtype', 'output', 'view', 'mode', 'format', 'type'])
const IF_FLAG = new Set(['m', 'mobile', 'mob', 'wap', 'nocache'])
// Session and cache-busting tokens, by name and shape: `sid=48213` may name a story, thirty-two hex digits do not.
const IF_TOKEN = new Set(['sid', 's', 'session', 'sessionid', 'session_id', 'sess'])
const TOKEN = /^(?=.*\d)[0-9a-z,-]{16,}$/i
const IF_TIME = new Set(['t', 'ts', 'time', 'timestamp', '_', 'rand', 'rnd', 'random', 'cb', 'nocache', 'v', 'ver'])
const TIME = /^(?:1[2-9]\d{8}|1[2-9]\d{11}|0\.\d{6,})$/

/** Whether a query parameter says how a reader came or who they are, and nothing of what the page is. */
function saysNothing(written: string, value: string): boolean {
  const name = written.toLowerCase()
  return (
    TRACKING_NAMES.has(name) ||
    TRACKING_PREFIXES.some(prefix => name.startsWith(prefix)) ||
    (UNLESS_NUMBER.has(name) && !NUMBER.test(value)) ||
    (IF_CHANNEL.has(name) && CHANNELS.test(value)) ||
    (IF_AMP.has(name) && /^amp$/i.test(value)) ||
    (IF_FLAG.has(name) && /^(?:1|0|true|)$/i.test(value)) ||
    (IF_TOKEN.has(name) && TOKEN.test(value)) ||
    (IF_TIME.has(name) && TIME.test(value))
  )
}

const READER_HOST = /^(?:www\d{0,2}|m|mobile|amp|wap|touch)\.(?=[^.]+\.)/
// What is left of `m.com.sa` would be no host at all.
const SUFFIX = /^(?:com?|net|org|gov|edu|ac)\.[a-z]{2}$/

function canonicalHost(hostname: string): string {
  let host = hostname.replace(/(?<!\.)\.+$/, '')
  for (let rest = host; ; host = rest) {
    // `en.m.wikipedia.org` has the mobile mark in the middle.
    rest = host.replace(READER_HOST, '').replace(/^([a-z]{2,3})\.m\.(?=[^.]+\.)/, '$1.')
    if (rest === host || SUFFIX.test(rest) || /^\d+(?:\.\d+)*$/.test(rest)) return host
  }
}

/** Unreserved characters and those that a segment keeps as they are: most segments have no others. */
const PLAIN_SEGMENT = /^[\w.~-]*$/

/** One spelling for each segment: unreserved characters plain, all others escaped in capitals, letters composed. */
function canonicalSegment(segment: string): string {
  if (PLAIN_SEGMENT.test(segment)) return segment
  let plain: string
  try {
    plain = decodeURIComponent(segment).normalize('NFC')
  } catch {
    return segment.replace(/%[0-9a-f]{2}/gi, code => code.toUpperCase())
  }
  return encodeURIComponent(plain).replace(/%(?:21|24|26|27|28|29|2A|2B|2C|3B|3D|3A|40)/g, decodeURIComponent)
}

function canonicalPath(pathname: string): string {
  const segments = pathname
    // `;jsessionid=…` of Java servers and `/(S(…))/` of ASP.NET.
    .replace(/;(?:jsessionid|phpsessid|sid)=[^/;?]*/gi, '')
    .replace(/\/\([SAFX]\([0-9a-z]{8,64}\)\)(?=\/)/g, '')
    .split('/')
    .filter(segment => segment !== '' && segment.toLowerCase() !== 'amp')
    .map(canonicalSegment)
  const last = segments.at(-1)
  if (last !== undefined) {
    if (/^(?:index|default)\.(?:html?|php|aspx?|jsp|shtml)$/i.test(last) || /^amp\.html?$/i.test(last)) segments.pop()
    else segments[segments.length - 1] = last.replace(/\.amp(\.html?)?$/i, '$1')
  }
  return segments.map(segment => `/${segment}`).join('')
}

function canonicalQuery(parameters: URLSearchParams): string {
  return [...parameters]
    .filter(([name, value]) => !saysNothing(name, value))
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
    .sort()
    .join('&')
}

function once(url: URL): string | null {
  const host = canonicalHost(url.hostname)
  const port = url.port === '' || url.port === '80' || url.port === '443' ? '' : `:${url.port}`
  const query = url.search === '' ? '' : canonicalQuery(url.searchParams)
  const path = canonicalPath(url.pathname)
  // A page may be named in the fragment alone: `#!/article/5` and `#/article/5` are addresses, `#comments` is a place on a page.
  const fragment = /^#(?:!.|\/[^#]*[\p{L}\p{N}%])/u.test(url.hash) ? url.hash : ''
  if (path === '' && query === '' && fragment === '') return null
  return `https://${host}${port}${path}${query ? `?${query}` : ''}${fragment}`
}

function web(address: string): URL | null {
  const url = URL.parse(address)
  return url && (url.protocol === 'http:' || url.protocol === 'https:') && url.hostname !== '' ? url : null
}

/**
 * An address without what a template escaped once too often: `&#038;` begins no fragment. Links come without it from
 * parsing, guids as they were written.
 */
export function asMeant(address: string): string {
  return address.replace(/&(?:amp;|#0{0,8}38;|#x0{0,8}26;)+/gi, '&')
}

/**
 * Canonical form of an http(s) address: what search engines, social networks and AMP caches wrapped it in is taken off;
 * https, no `www.`, `m.` or `amp.` host, no default port, fragment, session or tracking parameter, AMP mark, index file or
 * closing slash; one spelling of escapes (RFC 3986, 6.2.2), the query sorted. Null for what names no single page: another
 * scheme, a broken address, or a home page, which many feeds give as the link of every entry. Idempotent.
 */
export function canonicalUrl(address: string | null): string | null {
  if (!address || address.length > LONGEST) return null
  // A guid that is the address of its entry is asked for right after it.
  if (last.address !== address) last = { address, canonical: canonicalOf(address) }
  return last.canonical
}

let last: { address: string; canonical: string | null } = { address: '', canonical: null }

function canonicalOf(address: string): string | null {
  let current = asMeant(address.trim())
  for (let round = 0; round < ROUNDS; round++) {
    const url = web(current)
    if (!url) return null
    const next = once(web(unwrapped(url) ?? '') ?? url)
    if (next === null || next === current) return next
    current = next
  }
  return current
}

/**
 * Addresses that differ in their anchor alone may show several reports of one page. Empty where there is none, or where it
 * counts versions (`#0`) or readers (`#xtor=RSS-1`).
 */
export function anchorOf(address: string | null): string {
  const plain = asMeant(address ?? '')
  const at = plain.indexOf('#')
  const anchor = at < 0 ? '' : plain.slice(at + 1)
  return /^(?:\d?|!.*|\/.*|:~:.*|(?:xtor|utm_\w+|ref|rss|tk|ns_\w+)(?:=.*)?)$/.test(anchor) ? '' : anchor
}

/** Whether two addresses name two places of one page. */
export function isOtherPlace(one: string | null, other: string | null): boolean {
  const [here, there] = [anchorOf(one), anchorOf(other)]
  return here !== '' && there !== '' && here !== there
}

/**
 * The guid in a form that is unique over all feeds, or null: only addresses, URNs, tag: URIs and UUIDs are unique beyond
 * the feed that wrote them; `12345` is not, nor is what a developer's machine was called. An anchor of a live page stays.
 */
export function globalGuid(guid: string): string | null {
  if (guid.length < 12 || guid.length > 1_024) return null
  if (/^https?:\/\//i.test(guid)) {
    const canonical = canonicalUrl(guid)
    if (canonical === null || isPlaceholderHost(new URL(canonical).hostname)) return null
    const anchor = anchorOf(guid)
    return anchor === '' ? canonical : `${canonical}#${anchor}`
  }
  // RFC 4151: a tag names its authority, a host or a mailbox.
  const authority = /^tag:(?:[^,@\s]*@)?([^,\s]+),/i.exec(guid)?.[1]
  if (authority !== undefined && isPlaceholderHost(authority)) return null
  if (/^(?:urn|tag):\S+$/i.test(guid)) return guid
  if (/^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i.test(guid)) return `urn:uuid:${guid.toLowerCase()}`
  return null
}
