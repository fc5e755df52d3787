// The canonical form of an address: two addresses with the same form show the same report.

// Query parameters that say how a reader came, not what the page is. Each prefix or name is one that publishers or
// platforms are known to add to links in feeds.
const TRACKING_PREFIXES = ['utm_', 'at_', 'ns_', 'mtm_', 'pk_', 'piwik_', 'hsa_', 'wt_', 'trk_', 'mc_', 'ga_']
const TRACKING_NAMES = new Set([
  'fbclid',
  'gclid',
  'dclid',
  'msclkid',
  'yclid',
  'twclid',
  'igshid',
  'cmp',
  'cmpid',
  'campaign_id',
  'ocid',
  'ito',
  'maca',
  'xtor',
  'traffic_source',
  'ref',
  'ref_src',
  'referrer',
  'rss',
  'feed',
  'ftag',
  'feedtype',
  'feedname',
  'ncid',
  'spm',
  'smid',
  'partner',
  'sr_share',
  'share',
  'amp',
  'outputtype',
  'from_rss',
  'fromrss',
  '__twitter_impression',
])

/**
 * Canonical form of an http(s) address: https, no `www.`, `m.` or `amp.` host, no default port, fragment, tracking
 * parameter, AMP suffix or closing slash, the query sorted. Null for what names no single page: another scheme, a
 * broken address, or a home page, which many feeds give as the link of every entry.
 */
export function canonicalUrl(address: string | null): string | null {
  if (!address || address.length > 4_096) return null
  const url = URL.canParse(address) ? new URL(address) : null
  if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:')) return null
  const host = url.hostname.replace(/\.$/, '').replace(/^(?:www\d?|m|mobile|amp)\.(?=[^.]+\.)/, '')
  const port = url.port === '' || url.port === '80' || url.port === '443' ? '' : `:${url.port}`
  const query = [...url.searchParams]
    .filter(([name]) => {
      const lower = name.toLowerCase()
      return !TRACKING_NAMES.has(lower) && !TRACKING_PREFIXES.some(prefix => lower.startsWith(prefix))
    })
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
    .sort()
    .join('&')
  let path = url.pathname.replace(/\/{2,}/g, '/')
  path = path.replace(/\/amp\/?$/i, '').replace(/\.amp(\.html)?$/i, '$1')
  while (path.endsWith('/')) path = path.slice(0, -1)
  // A page may be named in the fragment alone: `#!/article/5` is an address, `#comments` is a place on a page.
  const fragment = url.hash.startsWith('#!') ? url.hash : ''
  if (path === '' && query === '' && fragment === '') return null
  return `https://${host}${port}${path}${query ? `?${query}` : ''}${fragment}`
}

/**
 * The guid in a form that is unique over all feeds, or null: only addresses, URNs, tag: URIs and UUIDs are unique beyond
 * the feed that wrote them; `12345` is not.
 */
export function globalGuid(guid: string): string | null {
  if (guid.length < 12 || guid.length > 1_024) return null
  if (/^https?:\/\//i.test(guid)) return canonicalUrl(guid)
  if (/^(?:urn|tag):\S+$/i.test(guid)) return guid
  if (/^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i.test(guid)) return `urn:uuid:${guid.toLowerCase()}`
  return null
}
