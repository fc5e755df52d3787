// How much two texts say the same, in any script: headlines by their words, texts by their triples of words.
import { fold } from '../../language/fold.ts'
import { terms } from '../../language/terms.ts'
import { words } from '../../language/words.ts'

const WIDE = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/gu

/** Characters of a text, of which one of Chinese, Japanese or Korean says as much as two and a half of others. */
export function lengthOf(text: string): number {
  return text.length + 1.5 * (text.match(WIDE)?.length ?? 0)
}

const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u

/** Words of a text; where words are not spaced, a pair of characters counts half. */
export function countWords(text: string): number {
  let count = 0
  for (const word of words(fold(text))) count += UNSPACED.test(word) ? 0.5 : 1
  return count
}

/** Share of the shorter headline's words that stand in the other; 0 where one is too short to be the other's. */
export function headlineShare(entry: string, page: string): number {
  const one = new Set(terms(entry, null))
  const other = new Set(terms(page, null))
  // A page that is headed by the name of its site.
  if (one.size === 0 || other.size < Math.min(3, one.size)) return 0
  let shared = 0
  for (const term of one) if (other.has(term)) shared++
  return shared / Math.min(one.size, other.size)
}

/** The triples of words of a text; of a shorter one, all of it. */
export function triplesOf(text: string): string[] {
  const row = words(fold(text))
  if (row.length === 0) return []
  if (row.length < 3) return [row.join(' ')]
  const found: string[] = []
  for (let at = 0; at + 3 <= row.length; at++) found.push(`${row[at]} ${row[at + 1]} ${row[at + 2]}`)
  return found
}

/** Share of `triples` that are among `others`; 0 of none. */
export function coverage(triples: readonly string[], others: ReadonlySet<string>): number {
  let found = 0
  for (const triple of triples) if (others.has(triple)) found++
  return triples.length === 0 ? 0 : found / triples.length
}
