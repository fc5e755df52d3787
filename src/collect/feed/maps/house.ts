// Which hosts are of one publisher, estimated without the public suffix list.

/** Under these, each name is another publisher's. */
const SECOND_LEVEL = /^(?:com?|net|org|gov|edu|ac|or|ne|go|gob|gouv|govt|info|mil|web|press|news)$/
/** Domains of hosters, whose subdomains belong to unrelated publishers. */
const RENTED =
  /(?:^|\.)(?:blogspot\.[a-z.]{2,6}|(?:wordpress|substack|tumblr|medium|livejournal|typepad|wixsite|weebly|over-blog|canalblog|beehiiv|blogfa)\.com|(?:github|gitlab|ghost)\.io|(?:netlify|vercel|web)\.app|pages\.dev|cloudfront\.net|amazonaws\.com|azurewebsites\.net)$/

/** The part of a host that one publisher holds: `paper.co.uk` of `news.paper.co.uk`. An address of numbers is its own. */
export function houseOf(hostname: string): string {
  const host = hostname.toLowerCase().replace(/\.$/, '')
  if (/^[\d.]+$/.test(host) || host.startsWith('[') || RENTED.test(host)) return host
  const labels = host.split('.')
  const long = labels.at(-1)?.length === 2 && SECOND_LEVEL.test(labels.at(-2) ?? '')
  return labels.slice(long ? -3 : -2).join('.')
}

/** {@link houseOf} an address; null for what is no address. A machine without a name is known by its port too. */
export function houseOfAddress(address: string | null): string | null {
  const url = address === null ? null : URL.parse(address)
  if (url === null || url.hostname === '') return null
  const house = houseOf(url.hostname)
  return house.includes('.') && !/^[\d.]+$/.test(house) ? house : url.host
}
