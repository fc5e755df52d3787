// Which addresses only lead to another one, and where that is written in them. Nothing is fetched: what does not hold its
// target stays as it is.

/** Services that give the target in a query parameter: host, path, the parameters in order of trust. */
const REDIRECTS: readonly (readonly [host: RegExp, path: RegExp, parameters: readonly string[]])[] = [
  [/^(?:www\.)?google\.[a-z.]{2,6}$/, /^\/url$/, ['url', 'q']],
  [/^news\.google\.[a-z.]{2,6}$/, /^\/news\/url$/, ['url']],
  [/^lm?\.facebook\.com$/, /^\/l\.php$/, ['u']],
  [/^(?:www\.)?facebook\.com$/, /^\/(?:sharer\/sharer|l)\.php$/, ['u']],
  [/^l\.instagram\.com$/, /^\/$/, ['u']],
  [/^(?:www\.)?(?:twitter|x)\.com$/, /^\/(?:intent\/tweet|share)$/, ['url']],
  [/^(?:www\.)?bing\.com$/, /^\/news\/apiclick\.aspx$/, ['url']],
  [/^out\.reddit\.com$/, /^\//, ['url']],
  [/^(?:www\.)?youtube\.com$/, /^\/redirect$/, ['q']],
  [/^(?:www\.)?vk\.com$/, /^\/away\.php$/, ['to']],
  [/^(?:html\.)?duckduckgo\.com$/, /^\/l\/?$/, ['uddg']],
  [/^t\.umblr\.com$/, /^\/redirect$/, ['z']],
  [/^(?:[a-z0-9]+\.)?safelinks\.protection\.outlook\.com$/, /^\//, ['url']],
  [/^(?:www\.)?linkedin\.com$/, /^\/(?:redir|shareArticle)/, ['url']],
  [/^slack-redir\.net$/, /^\/link$/, ['url']],
  [/^go\.skimresources\.com$/, /^\/?$/, ['url']],
  [/^steamcommunity\.com$/, /^\/linkfilter\/?$/, ['url', 'u']],
]

const WEB = /^https?:\/\//i

/** The address that `url` leads to, where it is written in it; else null. */
export function unwrapped(url: URL): string | null {
  const host = url.hostname
  for (const [hosts, paths, parameters] of REDIRECTS) {
    if (!hosts.test(host) || !paths.test(url.pathname)) continue
    for (const parameter of parameters) {
      const target = url.searchParams.get(parameter)
      if (target && WEB.test(target)) return target
    }
    return null
  }
  if (/^(?:www\.)?google\.[a-z.]{2,6}$/.test(host)) return ampTarget(url, /^\/amp\/(s\/)?(.+)$/)
  if (host.endsWith('.cdn.ampproject.org')) return ampTarget(url, /^\/[cvi]\/(s\/)?(.+)$/)
  if (/^news\.google\.[a-z.]{2,6}$/.test(host)) return googleNews(url)
  if (host.endsWith('.search.yahoo.com')) return yahoo(/\/RU=([^/]+)\//.exec(url.pathname)?.[1])
  if (host.endsWith('.rd.yahoo.com')) return yahoo(/\/\*+(https?(?::|%3a).+)$/is.exec(url.pathname + url.search)?.[1])
  return null
}

/** AMP caches write the target's host and path behind `/s/` (https) or nothing (http). */
function ampTarget(url: URL, form: RegExp): string | null {
  const found = form.exec(url.pathname)
  const rest = found?.[2]
  // What follows must begin with a host.
  if (!rest || !/^[a-z0-9-]+(?:\.[a-z0-9-]+)+(?:\/|$)/i.test(rest)) return null
  return `${found[1] ? 'https' : 'http'}://${rest}${url.search}`
}

function yahoo(escaped: string | undefined): string | null {
  if (!escaped) return null
  try {
    const target = decodeURIComponent(escaped)
    return WEB.test(target) ? target : null
  } catch {
    return null
  }
}

/**
 * `news.google.com/rss/articles/CBMi…` is a protobuf in base64url: field 1 a number, field 4 the address, field 26 its AMP
 * form. Since 2024 field 4 mostly holds a key that only Google can resolve; such an address is its own name, less the
 * parameters that say in which edition it was shown.
 */
function googleNews(url: URL): string | null {
  const id = /^\/(?:__i\/)?(?:rss\/)?(?:rd\/)?(?:articles|read)\/([A-Za-z0-9_-]{16,3000})=*$/.exec(url.pathname)?.[1]
  if (!id) return null
  const target = field4(Buffer.from(id, 'base64url'))
  if (target !== null && WEB.test(target) && URL.canParse(target)) return target
  const plain = `${url.protocol}//${url.host}/articles/${id}`
  return url.href === plain ? null : plain
}

/** The first field with number 4 of a protobuf message, as text; null where the bytes are no such message. */
function field4(bytes: Buffer): string | null {
  let at = 0
  const varint = (): number => {
    let value = 0
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = bytes[at++]
      if (byte === undefined) return -1
      value |= (byte & 0x7f) << shift
      if (byte < 0x80) return value
    }
    return -1
  }
  for (let fields = 0; fields < 8 && at < bytes.length; fields++) {
    const tag = varint()
    const wire = tag & 7
    if (wire === 0) varint()
    else if (wire === 2) {
      const length = varint()
      if (length < 0 || at + length > bytes.length) return null
      if (tag >> 3 === 4) return bytes.toString('utf8', at, at + length)
      at += length
    } else return null
  }
  return null
}
