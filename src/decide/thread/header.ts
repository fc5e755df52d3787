// What stands before a headline: «The Latest:», "Olympics-Judo-", «بالفيديو-». The same words before the news of many
// events are a slug, and no word on any of them. And what stands behind it: the name of the site. Pure.

import { fold } from '../../language/fold.ts'
import { hash32, words } from '../../language/words.ts'
export interface Header {
  /** Hash of its folded words. */
  key: number
  /** Its terms, as they stand among those of the story. */
  terms: readonly string[]
  /** How often each of them was counted. */
  weight: number
}

/** Stories of so many threads make a header a slug. */
export const SLUG_THREADS = 3

const MOST_WORDS = 4
const LEAST_AFTER = 3
const MARKED = /^([^:|]{2,40}?)\s*(?::|\||\s[-–—]|-)\s+(\S.*)$/su
const BRACKETED = /^[[(【「](.{1,40}?)[\])】」]\s*(\S.*)$/su
// Reuters joins its slugs to the headline: "Olympics-Judo-Abe siblings take golds".
const JOINED = /^((?:\p{Lu}[\p{L}\d]*-){1,3})(\p{Lu}\S*\s.*)$/su

/** The words before a headline, and the hash they are known by; null where nothing stands before it. */
export function headerOf(title: string): { key: number; words: string[] } | null {
  const match = BRACKETED.exec(title) ?? MARKED.exec(title) ?? JOINED.exec(title)
  if (!match) return null
  const found = words(fold(match[1] ?? ''))
  if (found.length === 0 || found.length > MOST_WORDS) return null
  if (words(fold(match[2] ?? '')).length < LEAST_AFTER) return null
  return { key: hash32(found.join(' ')), words: found }
}

/** Counted words without those of a header; all of them where too few would be left. */
export function withoutHeader(
  counted: ReadonlyMap<string, number>,
  { terms, weight }: Header,
): ReadonlyMap<string, number> {
  const left = new Map(counted)
  for (const term of terms) {
    const count = (left.get(term) ?? 0) - weight
    if (count > 0) left.set(term, count)
    else left.delete(term)
  }
  return left.size < 2 ? counted : left
}

// Sites put their name and section behind the title. What stands behind a bar is furniture, behind a dash if it is short.
const TAIL = /^(.*\S)\s+([|–—-])\s+(\S.*)$/su
// "[9.5/10]", "(+12)": what readers gave it.
const RATING = /^\s*[[(][\d\s.,/%+-]+[\])]\s*(?=\S)/u
const MAX_TITLE = 500

/** The title without a mark in figures before it, and without the names of site and section behind, while four words are left. */
export function bareHeadline(title: string): string {
  let kept = title.slice(0, MAX_TITLE).replace(RATING, '')
  for (let round = 0; round < 3; round++) {
    const match = TAIL.exec(kept)
    if (!match) return kept
    const [, head = '', mark, tail = ''] = match
    const before = words(fold(head)).length
    const after = words(fold(tail)).length
    if (before < 4 || after > (mark === '|' ? 8 : 4) || (mark !== '|' && after * 2 > before)) return kept
    kept = head
  }
  return kept
}
