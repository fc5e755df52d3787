// Scores of languages by the n-grams of a text, as the package `eld` scores them, from its table: the same figures in a
// twentieth of the time. A test holds both against each other.
//
// An n-gram is some bytes of UTF-8, and is looked up by them. The table is read from the package's file into arrays of
// numbers: 2 MB in 20 ms; as the module that the file is, it took 30 MB and 250 ms. Most commands never ask, so it is read
// when the first text needs it. The answer does not depend on when.
import { readFileSync } from 'node:fs'
import { createRequire, findPackageJSON } from 'node:module'
import { dirname, join } from 'node:path'

interface Table {
  /** By place: tags of the languages. */
  languages: readonly string[]
  /** Open addressing: by place, the number of an n-gram and 1 more; 0 where there is none. */
  slots: Uint16Array
  /** By number: the first four bytes of the n-gram, and the further ones with the number of all. */
  heads: Uint32Array
  tails: Uint32Array
  /** By number: where its languages and scores begin; one more than there are n-grams. */
  starts: Uint32Array
  of: Uint8Array
  scores: Uint16Array
  separators: RegExp
  /** By byte: what it is to the table. */
  writable: Uint8Array
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
/** Places of the open addressing, a power of two; the table of eld 2.1 has 49,553 n-grams. */
const SLOTS = 131_072
/** A number of a slot is of 16 bits, and 0 is none. */
const MOST_GRAMS = 65_535
/** Scores of n-grams in languages: eld 2.1 has 81,138. */
const MOST_SCORES = 131_072
const OTHER_FORM = 'the table of the package eld has another form than that of 2.1'

let loaded: Table | null = null

function table(): Table {
  loaded ??= load()
  return loaded
}

function load(): Table {
  // The package's own entry for this table can only be imported, and importing waits.
  const manifest = findPackageJSON('eld', import.meta.url)
  if (!manifest) throw new Error('the package eld is not installed')
  const require = createRequire(import.meta.url)
  const file = (...path: string[]): string => join(dirname(manifest), 'src', ...path)
  const { separators } = require(file('regexPatterns.js')) as { separators: RegExp }
  const { dictionary } = require(file('dictionary.js')) as { dictionary: readonly string[] }
  return { ...readTable(readFileSync(file('ngrams', 'extrasmall.js'), 'utf8'), dictionary), separators }
}

const [BLANK, QUOTE, COMMA, COLON, BACKSLASH, CLOSE] = [0x20, 0x27, 0x2c, 0x3a, 0x5c, 0x7d]

/**
 * The table in the text of its module: `ngrams:{'key':{language:score,…},…}`, keys without quotes where JavaScript allows it.
 * `dictionary` has the character by which the text writes each byte.
 */
function readTable(source: string, dictionary: readonly string[]): Omit<Table, 'separators'> {
  const named = /languages:\{([^}]*)\}/.exec(source)
  const begin = source.indexOf('ngrams:{')
  if (!named || begin < 0) throw new Error(OTHER_FORM)
  const languages = [...(named[1] ?? '').matchAll(/'([^']+)'/g)].map(([, tag]) => tag as string)
  const byteOf = new Uint8Array(256)
  // What the table cannot write is one to it.
  const writable = new Uint8Array(256).fill(BLANK)
  for (const [byte, sign] of dictionary.entries()) {
    if (sign === ' ') continue
    byteOf[sign.charCodeAt(0)] = byte
    writable[byte] = byte
  }
  byteOf[BLANK] = BLANK

  const slots = new Uint16Array(SLOTS)
  const heads = new Uint32Array(MOST_GRAMS)
  const tails = new Uint32Array(MOST_GRAMS)
  const starts = new Uint32Array(MOST_GRAMS + 1)
  const of = new Uint8Array(MOST_SCORES)
  const scores = new Uint16Array(MOST_SCORES)
  const found = { slots, heads, tails }
  let number = 0
  let count = 0
  let at = begin + 'ngrams:{'.length
  let code = source.charCodeAt(at)
  const figure = (end: number): number => {
    let value = 0
    for (; code !== end && code >= 0x30 && code <= 0x39; code = source.charCodeAt(++at))
      value = value * 10 + code - 0x30
    return value
  }
  while (code !== CLOSE && number < MOST_GRAMS && count < MOST_SCORES) {
    const end = code === QUOTE ? QUOTE : COLON
    if (code === QUOTE) at++
    let length = 0
    for (code = source.charCodeAt(at); code !== end && length <= LONGEST; code = source.charCodeAt(++at)) {
      if (code === BACKSLASH) code = source.charCodeAt(++at)
      written[length++] = byteOf[code] as number
    }
    if (length > LONGEST) break
    at += end === QUOTE ? 3 : 2
    slots[slotOf(found, 0, length)] = number + 1
    heads[number] = head
    tails[number] = tail
    do {
      code = source.charCodeAt(at)
      of[count] = figure(COLON)
      code = source.charCodeAt(++at)
      scores[count++] = figure(COMMA) + BASE
      at++
    } while (code === COMMA && count < MOST_SCORES)
    starts[++number] = count
    code = source.charCodeAt(at)
    if (code === COMMA) code = source.charCodeAt(++at)
  }
  written[0] = BLANK
  if (code !== CLOSE || number === 0) throw new Error(OTHER_FORM)
  return {
    languages,
    slots,
    heads: heads.slice(0, number),
    tails: tails.slice(0, number),
    starts: starts.slice(0, number + 1),
    of: of.slice(0, count),
    scores: scores.slice(0, count),
    writable,
  }
}

/** Bytes of an n-gram at most: four of a word, and a blank on either side. */
const LONGEST = 6
/** The bytes of a word between two blanks: an n-gram is a part of them. A word ends where its text is cut. */
const written = new Uint8Array(CUT_AT + 8).fill(BLANK)

/** Place of the n-gram of the bytes from `from` to `to`, or where it would be. Leaves it packed in `head` and `tail`. */
function slotOf({ slots, heads, tails }: Pick<Table, 'slots' | 'heads' | 'tails'>, from: number, to: number): number {
  head = 0
  tail = to - from
  const inHead = Math.min(from + 4, to)
  let at = from
  for (; at < inHead; at++) head = (head << 8) | (written[at] as number)
  for (; at < to; at++) tail = (tail << 8) | (written[at] as number)
  head >>>= 0
  let slot = Math.imul(head, 0x9e37_79b1) ^ Math.imul(tail, 0x85eb_ca6b)
  slot ^= slot >>> 15
  for (slot &= SLOTS - 1; ; slot = (slot + 1) & (SLOTS - 1)) {
    const number = (slots[slot] as number) - 1
    if (number < 0 || (heads[number] === head && tails[number] === tail)) return slot
  }
}
// As two numbers: an object each time costs as much as the rest.
let head = 0
let tail = 0

/** Writes a word's bytes in UTF-8, and gives their number. Signs of two units were taken out before. */
function encode(word: string, writable: Uint8Array): number {
  let end = 1
  for (let at = 0; at < word.length; at++) {
    const code = word.charCodeAt(at)
    if (code < 0x80) written[end++] = code
    else if (code < 0x800) {
      written[end++] = writable[0xc0 | (code >> 6)] as number
      written[end++] = writable[0x80 | (code & 0x3f)] as number
    } else {
      written[end++] = writable[0xe0 | (code >> 12)] as number
      written[end++] = writable[0x80 | ((code >> 6) & 0x3f)] as number
      written[end++] = writable[0x80 | (code & 0x3f)] as number
    }
  }
  written[end] = BLANK
  return end - 1
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
  const known = table()
  const { languages, slots, starts, of, scores, separators, writable } = known
  if (met.length === 0 || texts === 0xffff_ffff) {
    met = new Uint32Array(starts.length)
    texts = 0
  }
  texts++
  const sums = new Uint32Array(languages.length)
  // N-grams that are not in the table count for how long the text is.
  const unknown = new Set<number | string>()
  let count = 0
  const look = (from: number, to: number): void => {
    const number = (slots[slotOf(known, from, to)] as number) - 1
    if (number < 0) unknown.add(head + tail * 0x1_0000_0000)
    else if (met[number] !== texts) {
      met[number] = texts
      count++
      for (let at = starts[number] as number; at < (starts[number + 1] as number); at++) {
        const language = of[at] as number
        sums[language] = (sums[language] as number) + (scores[at] as number)
      }
    }
  }
  // Of each word four bytes, every three bytes, and the last four; a blank where the word begins and ends.
  for (const word of wordsOf(text, separators)) {
    const all = encode(word, writable)
    const length = Math.min(all, WORD_BYTES)
    let at = 0
    for (; at + 4 < length; at += 3) look(at === 0 ? 0 : at + 1, at + 5)
    if (all === length) look(at === 0 ? 0 : length - 3, length + 2)
    // The last one of a long word goes on to its end: the table has none like it.
    else unknown.add(String.fromCharCode(...written.subarray(length - 3, all + 2)))
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
