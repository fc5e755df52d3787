// Scores of languages by the n-grams of a text, as the package `eld` scores them, from its table: the same figures in a
// twentieth of the time, because the n-grams of a word are remembered. A test holds both against each other.
//
// The table takes 30 MB and 0.4 s to load, and most commands never ask: it is loaded when the first text needs it. The
// answer does not depend on when.
import { createRequire, findPackageJSON } from 'node:module'
import { dirname, join } from 'node:path'
import { remember } from './remember.ts'

interface Table {
  /** By place: tags of the languages. */
  languages: readonly string[]
  /** Number of an n-gram. */
  numbers: ReadonlyMap<string, number>
  /** By number: where its languages and scores begin; one more than there are n-grams. */
  starts: Uint32Array
  of: Uint8Array
  scores: Uint16Array
  separators: RegExp
  /** A character for each byte of UTF-8: n-grams are made of them. */
  bytes: readonly string[]
}

/** What the table leaves off each score. */
const BASE = 53
/** Divides what scores of different texts are compared by, as eld does. */
const SCALE = 25
/** Bytes of a text after which it is cut at the next blank, and wherever it then stands. */
const CUT_AFTER = 350
const CUT_AT = 380
/** Bytes of a word in which n-grams are looked for. */
const WORD_BYTES = 70

let loaded: Table | null = null

function load(): Table {
  // The package's own entry for this table can only be imported, and importing waits.
  const manifest = findPackageJSON('eld', import.meta.url)
  if (!manifest) throw new Error('the package eld is not installed')
  const require = createRequire(import.meta.url)
  const part = (...path: string[]): unknown => require(join(dirname(manifest), 'src', ...path))
  const { ngramsData } = part('ngrams', 'extrasmall.js') as {
    ngramsData: { languages: Record<string, string>; ngrams: Record<string, Record<string, number>> }
  }
  const { separators } = part('regexPatterns.js') as { separators: RegExp }
  const { dictionary } = part('dictionary.js') as { dictionary: readonly string[] }
  const grams = Object.entries(ngramsData.ngrams)
  const starts = new Uint32Array(grams.length + 1)
  const of: number[] = []
  const scores: number[] = []
  const numbers = new Map<string, number>()
  for (const [number, [gram, languages]] of grams.entries()) {
    numbers.set(gram, number)
    for (const [language, score] of Object.entries(languages)) {
      of.push(Number(language))
      scores.push(score + BASE)
    }
    starts[number + 1] = of.length
  }
  return {
    languages: Object.values(ngramsData.languages),
    numbers,
    starts,
    of: Uint8Array.from(of),
    scores: Uint16Array.from(scores),
    separators,
    bytes: dictionary,
  }
}

/** A character for each byte of a word. Signs of two units were taken out before. */
function encode(word: string, bytes: readonly string[]): string {
  let out = ''
  for (let at = 0; at < word.length; at++) {
    const code = word.charCodeAt(at)
    if (code < 0x80) out += word[at]
    else if (code < 0x800) out += `${bytes[0xc0 | (code >> 6)]}${bytes[0x80 | (code & 0x3f)]}`
    else {
      out += `${bytes[0xe0 | (code >> 12)]}${bytes[0x80 | ((code >> 6) & 0x3f)]}${bytes[0x80 | (code & 0x3f)]}`
    }
  }
  return out
}

interface Grams {
  /** Of those in the table. */
  numbers: readonly number[]
  /** The others: they count for how long the text is. */
  unknown: readonly string[]
}

/** N-grams of a word: four bytes, every three bytes, and the last four; a blank where the word begins and ends. */
const gramsOf = remember(20_000, (word): Grams => {
  const { numbers: known, bytes } = table()
  const written = encode(word, bytes)
  const numbers: number[] = []
  const unknown: string[] = []
  const add = (gram: string): void => {
    const number = known.get(gram)
    if (number === undefined) unknown.push(gram)
    else numbers.push(number)
  }
  const length = Math.min(written.length, WORD_BYTES)
  let at = 0
  for (; at + 4 < length; at += 3) add((at === 0 ? ' ' : '') + written.substring(at, at + 4))
  add(`${(at === 0 ? ' ' : '') + written.substring(length !== 3 ? length - 4 : 0)} `)
  return { numbers, unknown }
})

function table(): Table {
  loaded ??= load()
  return loaded
}

/** Words of a text in small letters, up to the byte where it is cut. */
function wordsOf(text: string, separators: RegExp): string[] {
  const clean = text.slice(0, 1_000).replace(separators, ' ').trim().toLowerCase()
  const words: string[] = []
  let start = 0
  let bytes = 0
  let at = 0
  for (; at < clean.length; at++) {
    const code = clean.charCodeAt(at)
    if (code === 0x20) {
      if (at > start) words.push(clean.slice(start, at))
      start = at + 1
      if (bytes > CUT_AFTER) break
    }
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : 3
    if (bytes > CUT_AT) {
      at++
      break
    }
  }
  if (at > start) words.push(clean.slice(start, at))
  return words
}

// Which text an n-gram was last met in: each counts once.
let met = new Uint32Array(0)
let texts = 0

/** The language with the best score, 0 to 1, of those that `may` be it, and the next best score. Null where none has any. */
export function bestByGrams(
  text: string,
  may: (language: string) => boolean,
): { language: string; score: number; next: number } | null {
  const { languages, starts, of, scores, separators } = table()
  if (met.length === 0 || texts === 0xffff_ffff) {
    met = new Uint32Array(starts.length)
    texts = 0
  }
  texts++
  const sums = new Uint32Array(languages.length)
  const unknown = new Set<string>()
  let count = 0
  for (const word of wordsOf(text, separators)) {
    const grams = gramsOf(word)
    for (const number of grams.numbers) {
      if (met[number] === texts) continue
      met[number] = texts
      count++
      for (let at = starts[number] as number; at < (starts[number + 1] as number); at++) {
        const language = of[at] as number
        sums[language] = (sums[language] as number) + (scores[at] as number)
      }
    }
    for (const gram of grams.unknown) unknown.add(gram)
  }
  count += unknown.size
  let first = -1
  let second = -1
  for (let language = 0; language < languages.length; language++) {
    const sum = sums[language] as number
    if (sum === 0 || !may(languages[language] as string)) continue
    if (first < 0 || sum > (sums[first] as number)) {
      second = first
      first = language
    } else if (second < 0 || sum > (sums[second] as number)) second = language
  }
  const score = (language: number): number => {
    if (language < 0) return 0
    const each = (sums[language] as number) / count
    return each / (each + SCALE)
  }
  return first < 0 ? null : { language: languages[first] as string, score: score(first), next: score(second) }
}
