// Things that many languages have a word for, and the words: "volcano", «بركان», "вулкан" name one concept. The table is
// made of Unicode CLDR by scripts/concepts.ts. Pure: whoever needs the table reads src/language/concepts.bin and hands it over.
import { brotliDecompressSync } from 'node:zlib'

/** Before the name of a concept where it is one of the terms of a story. */
export const CONCEPT = '^'

export interface Concepts {
  /** English name by number of the concept, its words joined by `_`. */
  readonly names: readonly string[]
  /** The concept that stems of a language name, starting at `at`, and how many stems that takes; the longest wins. */
  find(language: string, stems: readonly string[], at: number): { concept: number; length: number } | null
}

interface Phrases {
  /** By the stems of a phrase with blanks between. */
  concepts: ReadonlyMap<string, number>
  /** Stems of the longest phrase that begins with a stem. */
  longest: ReadonlyMap<string, number>
}

/**
 * Opens the table. Its lines, packed by brotli: the English names of the concepts, a bar between; then a line a language: its
 * primary subtag, a tab, and of each concept in the same order the phrases that name it, each of stems with blanks between.
 */
export function openConcepts(packed: Uint8Array): Concepts {
  const [heads = '', ...lines] = brotliDecompressSync(packed).toString('utf8').split('\n')
  const names = heads.split('|').map(name => name.replaceAll(' ', '_'))
  const unread = new Map(lines.map(line => [line.slice(0, line.indexOf('\t')), line]))
  const read = new Map<string, Phrases>()
  const phrasesOf = (language: string): Phrases | null => {
    const known = read.get(language)
    if (known !== undefined) return known
    const line = unread.get(language)
    if (line === undefined) return null
    const phrases = new Map<string, number>()
    const longest = new Map<string, number>()
    for (const [concept, keys] of line
      .slice(language.length + 1)
      .split('|')
      .entries()) {
      if (keys === '') continue
      for (const key of keys.split(',')) {
        const stems = key.split(' ')
        const first = stems[0] as string
        phrases.set(key, concept)
        longest.set(first, Math.max(longest.get(first) ?? 0, stems.length))
      }
    }
    const made = { concepts: phrases, longest }
    read.set(language, made)
    return made
  }
  return {
    names,
    find(language, stems, at) {
      const phrases = phrasesOf(language)
      if (phrases === null) return null
      const first = stems[at] as string
      for (let length = Math.min(phrases.longest.get(first) ?? 0, stems.length - at); length > 0; length--) {
        const key = length === 1 ? first : stems.slice(at, at + length).join(' ')
        const concept = phrases.concepts.get(key)
        if (concept !== undefined) return { concept, length }
      }
      return null
    },
  }
}
