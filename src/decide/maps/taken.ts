// Which entries of a document are taken: those in the languages and under the addresses that the configuration asks for, and of
// a map one of each address. Pure.
import { languageOf } from '../../language/detect.ts'
import { primaryLanguage } from '../../language/tag.ts'
import type { Entry } from '../../model/collected.ts'
import type { TakenSettings } from '../../model/config.ts'
import type { Millis } from '../../model/units.ts'
import { canonicalUrl } from '../url.ts'

/** Characters of a text that show its language. */
const SHOWN = 500

/** An address as written, and with its letters instead of their escapes. */
function spellings(address: string): string[] {
  try {
    return [address, decodeURI(address)]
  } catch {
    return [address]
  }
}

/** Whether the configuration asks for an entry. `language` is what its feed is in where it does not say. */
export function isTaken(
  entry: Pick<Entry, 'url' | 'title' | 'language'> & { text: string },
  { languages, include, exclude }: TakenSettings,
  language: string | null,
): boolean {
  const url = entry.url === null ? null : URL.parse(entry.url)
  const written = url === null ? [] : spellings(url.pathname + url.search)
  const has = (part: string): boolean => written.some(one => one.includes(part))
  if (include.length > 0 && !include.some(has)) return false
  if (exclude.some(has)) return false
  if (languages.length === 0) return true
  const words = `${entry.title} ${entry.text.slice(0, SHOWN)}`
  const spoken = primaryLanguage(languageOf(entry.language ?? language, words))
  return spoken !== null && languages.includes(spoken)
}

/** Of entries with one canonical address, the one that was changed last. */
export function onePerAddress<T extends Pick<Entry, 'url' | 'published' | 'updated'>>(entries: readonly T[]): T[] {
  const changed = ({ updated, published }: T): Millis => updated ?? published ?? Number.NEGATIVE_INFINITY
  const kept = new Map<string, T>()
  const others: T[] = []
  for (const entry of entries) {
    const key = canonicalUrl(entry.url)
    if (key === null) {
      others.push(entry)
      continue
    }
    const before = kept.get(key)
    if (before === undefined || changed(entry) > changed(before)) kept.set(key, entry)
  }
  return kept.size + others.length === entries.length ? [...entries] : [...kept.values(), ...others]
}
