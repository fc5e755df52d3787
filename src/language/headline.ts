// Which language a bare headline is in, where a template, a path and an agency each say something. The headline decides; where
// it is too short to tell, the path does if the headline does not contradict it, then the template, then the agency. Pure.
import {
  CLEAR_HEADLINE,
  CONTRADICTED,
  CONTRADICTED_RELATIVE,
  fitsScript,
  type HeadlineEvidence,
  headlineEvidence,
  isRelated,
} from './detect.ts'
import { languageOfName, readLanguage } from './named.ts'
import { primaryLanguage } from './tag.ts'

/** What is said of a headline's language; BCP 47, null where nothing is. */
export interface Claims {
  /** Named in its address. */
  path: string | null
  /** Declared by its document. */
  tag: string | null
  /** Of its feed, by configuration. */
  agency: string | null
}

/** Segments of a path and labels of a host that are looked at. */
const SEGMENTS = 3

/** Parameters of an address that name a language. */
const PARAMETER = /^(?:lang|language|locale|hl)$/i

/** The language that an address names: `ar` of `https://ar.wire.example/…`, `/ar/…`, `/arabic/…`, `?lang=ar`. */
export function pathLanguage(address: string): string | null {
  const url = URL.parse(address)
  if (url === null) return null
  for (const part of url.pathname.split('/').slice(1, 1 + SEGMENTS)) {
    const found = part.length > 12 ? null : languageOfPart(part)
    if (found !== null) return found
  }
  for (const [name, value] of url.searchParams) if (PARAMETER.test(name)) return readLanguage(value)
  const labels = url.hostname.split('.')
  return labels.length > 2 ? languageOfPart(labels[0] ?? '') : null
}

/** Codes of two letters, with a region or without, and names. */
function languageOfPart(part: string): string | null {
  return /^[a-z]{2}(?:[-_][a-z]{2,4})?$/i.test(part) ? readLanguage(part) : languageOfName(part)
}

/** What its words in small letters say: names are of any language, and half of a short headline. Null where that is nothing. */
function withoutNames(headline: string): HeadlineEvidence | null {
  const words = headline.split(/\s+/)
  const small = words.filter(word => !/^[^\p{L}]{0,3}\p{Lu}/u.test(word))
  const evidence = small.length === words.length ? null : headlineEvidence(small.join(' '))
  return evidence?.language == null ? null : evidence
}

/** The language of a headline. */
export function languageOfHeadline(headline: string, { path, tag, agency }: Claims): string | null {
  const claims = [path, tag, agency].filter(claim => claim !== null)
  const evidence = headlineEvidence(headline)
  if (evidence === null) return claims[0] ?? null
  const { script, language, clear } = evidence
  const fitting = claims.filter(claim => fitsScript(primaryLanguage(claim) ?? '', script))
  if (language === null) return fitting[0] ?? claims[0] ?? null
  const below = (claim: string): number => evidence.below(primaryLanguage(claim) ?? '')
  // What is seldom claimed is no guess of its own, and believed where it is claimed and fits best.
  const agreed = fitting.find(claim => primaryLanguage(claim) === language || below(claim) < 0)
  if (agreed !== undefined) return agreed
  const near = fitting.find(
    claim => isRelated(primaryLanguage(claim) ?? '', language) && below(claim) < CONTRADICTED_RELATIVE,
  )
  if (near !== undefined) return near
  // A template says one language of all; that an address says the same is seldom a mistake, but for a headline of names.
  const both = path !== null && tag !== null && primaryLanguage(path) === primaryLanguage(tag) ? path : null
  if (
    both !== null &&
    fitting.includes(both) &&
    (withoutNames(headline)?.below(primaryLanguage(both) ?? '') ?? 1) < CONTRADICTED
  )
    return both
  if (clear >= CLEAR_HEADLINE) return language
  return fitting.find(claim => below(claim) < CONTRADICTED) ?? language
}
