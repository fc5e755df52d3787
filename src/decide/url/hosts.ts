// Who speaks under a host: which hosts are nobody's, and which feed's host an address belongs to. Pure.

/** Domains that examples, templates and machines of developers carry. Reserved by RFC 2606, or filler in every theme. */
const FILLERS = new Set(
  `example.com example.net example.org example.edu localhost.com localhost.localdomain domain.com domain.tld domain.net
  yourdomain.com your-domain.com yourdomain.org yourdomain.tld yoursite.com your-site.com yoursite.org yourwebsite.com
  your-website.com yourblog.com yourcompany.com yourname.com yourserver.com yourhost.com mydomain.com my-domain.com mysite.com
  mywebsite.com myblog.com mycompany.com website.com site.com sitename.com domainname.com test.com testsite.com
  changeme.com company.com foo.com bar.com foobar.com`.split(/\s+/),
)
/**
 * Top-level names that lead to another machine in every network (RFC 2606, 6761, 6762, 8375). `.example` is left out: no
 * site has it, so no feed in the wild does, and it is what tests write for a real host.
 */
const LOCAL_NAMES = new Set(
  'localhost local localdomain internal intranet lan home corp private invalid test arpa onlocal dev-local'.split(' '),
)

/** Whether a host names no one publisher: this machine, a private network, a single word, a filler. */
export function isPlaceholderHost(hostname: string): boolean {
  const host = hostname.toLowerCase().replace(/(?<!\.)\.+$/, '')
  if (host.startsWith('[')) return !isPublicIpv6(host)
  const numbers = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(host)
  if (numbers) return !isPublicIpv4(Number(numbers[1]), Number(numbers[2]), Number(numbers[3]))
  const labels = host.split('.')
  if (labels.length < 2) return true
  return LOCAL_NAMES.has(labels.at(-1) ?? '') || FILLERS.has(labels.slice(-2).join('.'))
}

/** RFC 6890: this network, private, shared, loopback, link-local, documentation, benchmarks, multicast and above. */
function isPublicIpv4(a: number, b: number, c: number): boolean {
  if (a === 0 || a === 10 || a === 127 || a >= 224) return false
  if (a === 100) return b < 64 || b > 127
  if (a === 169) return b !== 254
  if (a === 172) return b < 16 || b > 31
  if (a === 192) return !(b === 168 || (b === 0 && (c === 0 || c === 2)))
  if (a === 198) return !(b === 18 || b === 19 || (b === 51 && c === 100))
  return !(a === 203 && b === 0 && c === 113)
}

/** Global unicast is 2000::/3; of it 2001:db8::/32 is for documents. */
function isPublicIpv6(host: string): boolean {
  return /^\[[23][0-9a-f]{3}:/.test(host) && !host.startsWith('[2001:db8:')
}

// Under these, each name is another publisher's: what countries give out, and what is rented or given to anyone.
const SECOND_LEVEL = /^(?:com?|net|org|gov|edu|ac|or|ne|go|gob|gouv|govt|info|biz|nom|sch|mil|web|press|news|id|in|my)$/
const RENTED = new Set(
  `blogspot.com wordpress.com tumblr.com livejournal.com typepad.com over-blog.com substack.com medium.com ghost.io
  github.io gitlab.io netlify.app vercel.app pages.dev web.app firebaseapp.com herokuapp.com wixsite.com weebly.com
  squarespace.com blogfa.com blog.ir blogsky.com mihanblog.com hatenablog.com hatenadiary.jp canalblog.com skyrock.com
  altervista.org jimdo.com jimdofree.com strikingly.com webflow.io azurewebsites.net cloudfront.net appspot.com
  feedburner.com feedpress.me feedblitz.com rss.app`.split(/\s+/),
)

/** The part of a host that one publisher holds: the public suffix and the name before it, as far as suffixes are known. */
function holder(hostname: string): string {
  const host = hostname.toLowerCase().replace(/(?<!\.)\.+$/, '')
  if (/^[\d.]+$/.test(host) || host.startsWith('[')) return host
  const labels = host.split('.')
  const two = labels.slice(-2).join('.')
  const long = RENTED.has(two) || (labels.at(-1)?.length === 2 && SECOND_LEVEL.test(labels.at(-2) ?? ''))
  return labels.slice(long ? -3 : -2).join('.')
}

/**
 * Whether what a feed says of this address is its own word: both lie under one publisher's name. On a machine of nobody's
 * name it must be the same host and port. A feed on a hub owns nothing but the hub's addresses.
 */
export function ownsAddress(feed: string, address: string): boolean {
  if (!URL.canParse(feed) || !URL.canParse(address)) return false
  const [from, to] = [new URL(feed), new URL(address)]
  if (from.hostname === '' || to.hostname === '') return false
  if (isPlaceholderHost(to.hostname)) return from.host === to.host
  return holder(from.hostname) === holder(to.hostname)
}
