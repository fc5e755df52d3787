// What a request asks for beside its address: an encoding (RFC 9110 section 12.5.3), a language and conditions (section 13).
import { remember } from '../language/remember.ts'
import type { Millis } from '../model/units.ts'
import { wishedLanguage } from './words/language.ts'

/** Fields of a request that its answer depends on; null where it has none. */
export interface Asked {
  acceptEncoding: string | null
  ifNoneMatch: string | null
  ifModifiedSince: string | null
  /** Tag of the words that pages are to be in; null for those of the configuration. */
  language: string | null
}

export type Encoding = 'br' | 'gzip' | 'identity'

export function askedBy({ headers }: Request): Asked {
  return {
    acceptEncoding: headers.get('accept-encoding'),
    ifNoneMatch: headers.get('if-none-match'),
    ifModifiedSince: headers.get('if-modified-since'),
    language: wishedLanguage(headers.get('cookie'), headers.get('accept-language')),
  }
}

/** The encoding a request prefers. */
export function wishedEncoding({ acceptEncoding }: Asked): Encoding {
  return acceptEncoding === null || acceptEncoding.length > 1000 ? 'identity' : chosen(acceptEncoding)
}

const chosen = remember(100, (accepted: string): Encoding => {
  const wishes = new Map<string, number>()
  for (const part of accepted.split(',')) {
    const [name = '', ...parameters] = part.split(';').map(word => word.trim().toLowerCase())
    const quality = parameters.find(parameter => parameter.startsWith('q='))
    wishes.set(name, quality === undefined ? 1 : Number(quality.slice(2)) || 0)
  }
  const wish = (name: string) => wishes.get(name) ?? wishes.get('*') ?? 0
  if (wish('br') > 0 && wish('br') >= wish('gzip')) return 'br'
  return wish('gzip') > 0 ? 'gzip' : 'identity'
})

/** Whether who asks has what has this tag and date, so that 304 is the answer. */
export function hasAlready(
  { ifNoneMatch, ifModifiedSince }: Asked,
  etag: string,
  lastModified: Millis | null,
): boolean {
  if (ifNoneMatch !== null) {
    if (ifNoneMatch === etag) return true
    // Weak comparison: proxies that compress on their own mark the tags they pass on as weak.
    const tags = ifNoneMatch.split(',').map(tag => tag.trim().replace(/^W\//, ''))
    return tags.includes(etag) || tags.includes('*')
  }
  if (ifModifiedSince === null || lastModified === null) return false
  // HTTP dates have whole seconds.
  const since = Date.parse(ifModifiedSince)
  return !Number.isNaN(since) && Math.floor(lastModified / 1000) * 1000 <= since
}
