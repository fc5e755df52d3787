// Cuts text into folded words in one pass, and remembers of each word what is asked of it again and again: its hash, whether it
// says anything, its stems. Pure: the memory is bounded and changes no answer.
import {
  FOLDED,
  fold,
  HALF,
  isSign,
  KIND,
  KINDS,
  LETTER,
  learnBlock,
  MARK,
  NOTHING,
  ODD,
  SEVERAL,
  scratch,
  severalOf,
  stringOf,
  UNSPACED,
  widened,
} from './fold.ts'

// A word starts with a letter or digit and keeps its marks: [^\p{L}\p{N}] alone would cut Arabic at every vowel.
const WORD = /[\p{L}\p{N}][\p{L}\p{M}\p{N}]*/gu

/** Characters of the longest words in dictionaries, twice over. What is longer is a key, a hash, or packed data. */
const MAX_WORD = 80
const PIECE = new RegExp(`.{1,${MAX_WORD}}`, 'gsu')

/** Endless words in pieces: stemmers take quadratic time in the length of a word. */
function inPieces(found: string[]): string[] {
  if (!found.some(word => word.length > MAX_WORD && !UNSPACED.test(word))) return found
  return found.flatMap(word => (word.length <= MAX_WORD || UNSPACED.test(word) ? [word] : (word.match(PIECE) ?? [])))
}

/** Words of already folded text, in order. */
export function words(folded: string): string[] {
  const found = inPieces(folded.match(WORD) ?? [])
  if (!UNSPACED.test(folded)) return found
  const out: string[] = []
  for (const word of found) {
    if (!UNSPACED.test(word) || word.length <= 2) {
      out.push(word)
      continue
    }
    const characters = [...word]
    for (let at = 0; at + 1 < characters.length; at++) out.push(`${characters[at]}${characters[at + 1]}`)
  }
  return out
}

/** FNV-1a, 32 bits, before its last mix. */
const FNV_START = 0x811c9dc5
const FNV_FACTOR = 0x01000193

function mixed(start: number): number {
  let hash = start
  hash ^= hash >>> 16
  hash = Math.imul(hash, 0x85ebca6b)
  hash ^= hash >>> 13
  hash = Math.imul(hash, 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}

/** 32-bit FNV-1a with a final mix: spreads short strings well and is the same on every machine. */
export function hash32(text: string): number {
  let hash = FNV_START
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), FNV_FACTOR)
  return mixed(hash)
}

const DIGIT = /\d/
const DIGITS = /^\d+$/
const ZERO = hash32('0')

export const OTHER_SCRIPT = 0
export const LATIN_SCRIPT = 1
export const CYRILLIC_SCRIPT = 2
export const ARABIC_SCRIPT = 3
/** Of words that are all digits. */
export const NUMBER_SCRIPT = 4

/** A folded word. While it is remembered, the same object stands for the same letters. */
export class Word {
  readonly text: string
  /** {@link hash32} of its letters. */
  readonly hash: number
  /** Of its first letter, as far as stems depend on it. */
  readonly script: number
  /** The hash by which patterns know it: one for all words with a digit. */
  readonly patternHash: number
  readonly patternLength: number
  /** By stemmer; made when asked for. */
  readonly stems: (Word | undefined)[] = []
  /** Stems where letters before it are taken for prepositions; null until asked for. */
  guesses: readonly Word[] | null = null
  /** Whether it carries meaning; null until asked for. */
  content: boolean | null = null
  /** What the search for figures makes of it, in bits; -1 until asked for. */
  figures = -1
  /** What threads count for it, by language; null until asked for. */
  facts: WordFacts | null = null
  /** Place in the list that is being made, and which list that is. */
  place = 0
  listed = 0
  listedBeside = 0

  constructor(text: string, hash: number) {
    this.text = text
    this.hash = hash
    this.script = scriptOf(text)
    const numbered = DIGIT.test(text)
    this.patternHash = numbered ? ZERO : hash
    this.patternLength = numbered ? 1 : text.length
  }
}

/** What is remembered of a word in one language, and the same for another language. */
export interface WordFacts {
  /** Primary subtag, or "". */
  readonly language: string
  /** The term it is counted by; "" for one that carries no meaning. */
  readonly term: string
  /** The term of all languages; "" where it has none. */
  readonly shared: string
  /** Whether names of countries of several words begin with it. */
  readonly opensPhrase: boolean
  readonly next: WordFacts | null
}

function scriptOf(text: string): number {
  const first = text.charCodeAt(0)
  if (first >= 0x61 && first <= 0x7a) return LATIN_SCRIPT
  if (first >= 0x400 && first <= 0x4ff) return CYRILLIC_SCRIPT
  if (first >= 0x600 && first <= 0x6ff) return ARABIC_SCRIPT
  return DIGITS.test(text) ? NUMBER_SCRIPT : OTHER_SCRIPT
}

/** Words remembered. An hour's news of a thousand feeds uses some 40,000. */
const REMEMBERED = 60_000
const SLOTS = 0x2_0000
/** Slots looked at. Words that were made to have one hash are remembered elsewhere. */
const PROBES = 16
let slots: (Word | undefined)[] = new Array(SLOTS)
let others = new Map<string, Word>()
let remembered = 0

function forget(): void {
  slots = new Array(SLOTS)
  others = new Map()
  remembered = 0
}

function remember(slot: number, text: string, hash: number): Word {
  const word = new Word(text, hash)
  slots[slot] = word
  remembered++
  return word
}

function elsewhere(text: string, hash: number): Word {
  let word = others.get(text)
  if (!word) {
    word = new Word(text, hash)
    others.set(text, word)
    remembered++
  }
  return word
}

/** The word of these letters, which are folded. */
export function wordOf(text: string): Word {
  const hash = hash32(text)
  if (text.length > MAX_WORD) return new Word(text, hash)
  for (let probe = 0; probe < PROBES; probe++) {
    const slot = (hash + probe) & (SLOTS - 1)
    const word = slots[slot]
    if (word === undefined) return remember(slot, text, hash)
    if (word.hash === hash && word.text === text) return word
  }
  return elsewhere(text, hash)
}

/** The same of units not yet made a string: nearly always the word is known, and none is made. */
function wordAt(units: Uint16Array, start: number, end: number, hash: number): Word {
  for (let probe = 0; probe < PROBES; probe++) {
    const slot = (hash + probe) & (SLOTS - 1)
    const word = slots[slot]
    if (word === undefined) return remember(slot, textOf(units, start, end), hash)
    if (word.hash === hash && isText(word.text, units, start, end)) return word
  }
  return elsewhere(textOf(units, start, end), hash)
}

function isText(text: string, units: Uint16Array, start: number, end: number): boolean {
  if (text.length !== end - start) return false
  for (let at = start; at < end; at++) if (text.charCodeAt(at - start) !== units[at]) return false
  return true
}

function textOf(units: Uint16Array, start: number, end: number): string {
  return String.fromCharCode(...units.subarray(start, end))
}

let lists = 0
/** A number for a list that words are to be put on once each: see `listed`. */
export function newList(): number {
  return ++lists
}

/** A text cut into words. */
export interface Cut {
  readonly text: string
  readonly folded: string
  readonly words: readonly Word[]
  /** Where each word begins and ends in `text`; null where it was not folded letter by letter. */
  readonly starts: readonly number[] | null
  readonly ends: readonly number[]
  /** Whether its words are those of simpler ways to cut a text too: see `ODD` of fold.ts. */
  readonly isPlain: boolean
}

/** Fold a text and cut it into words. Words of a cut are remembered at least until the next cut. */
export function cut(text: string): Cut {
  if (remembered >= REMEMBERED) forget()
  return cutEach(text) ?? cutWhole(text)
}

/** The words of a text, folded. */
export function wordsOf(text: string): readonly Word[] {
  return (cutEach(text) ?? cutWhole(text)).words
}

function cutWhole(text: string): Cut {
  const folded = fold(text)
  return { text, folded, words: words(folded).map(wordOf), starts: null, ends: [], isPlain: false }
}

/** {@link cut}, folding letter by letter; null where that cannot be done, or words are read in pairs or pieces. */
function cutEach(text: string): Cut | null {
  let units = scratch(text.length + 64)
  const found: Word[] = []
  const starts: number[] = []
  const ends: number[] = []
  let length = 0
  let all = 0
  let odd = 0
  let hash = FNV_START
  /** Where the word begins that is being read: in the units, and in the text; -1 where none is. */
  let from = -1
  let start = 0
  let end = 0
  // Once more than there are units: the last word ends with the text.
  for (let at = 0; at <= text.length; at++) {
    const code = at < text.length ? text.charCodeAt(at) : 0x20
    if (KINDS[code] === 0) learnBlock(code)
    const known = KINDS[code] as number
    const kind = known & KIND
    odd |= known
    const several = kind === SEVERAL ? severalOf(code) : ''
    const wordy = kind === LETTER ? true : kind === SEVERAL ? isWordy(several) : false
    if (wordy === null) return null
    if (wordy) {
      if (from < 0) {
        from = length
        start = at
      }
      end = at + 1
    } else if (from >= 0 && kind !== NOTHING) {
      if (length - from > MAX_WORD) return null
      found.push(wordAt(units, from, length, mixed(hash)))
      starts.push(start)
      ends.push(end)
      from = -1
      hash = FNV_START
    }
    if (kind === LETTER || kind === MARK) {
      const folded = FOLDED[code] as number
      if (wordy) hash = Math.imul(hash ^ folded, FNV_FACTOR)
      all |= folded
      units[length++] = folded
    } else if (kind === SEVERAL) {
      if (length + several.length + text.length - at > units.length) units = widened(units, length)
      for (let next = 0; next < several.length; next++) {
        const unit = several.charCodeAt(next)
        if (wordy) hash = Math.imul(hash ^ unit, FNV_FACTOR)
        all |= unit
        units[length++] = unit
      }
    } else if (kind === HALF && code < 0xdc00 && isSign(code, text.charCodeAt(at + 1))) {
      all |= code
      units[length++] = code
      units[length++] = text.charCodeAt(++at)
    } else if (kind !== NOTHING) return null
  }
  // Without the blank that ended it.
  length--
  return { text, folded: stringOf(units, length, all), words: found, starts, ends, isPlain: (odd & ODD) === 0 }
}

/** Whether units are all of words, or none of them is; null for both together, and for pairs of a script without spaces. */
function isWordy(several: string): boolean | null {
  let letters = 0
  for (let at = 0; at < several.length; at++) {
    const unit = several.charCodeAt(at)
    if (KINDS[unit] === 0) learnBlock(unit)
    const kind = (KINDS[unit] as number) & KIND
    if (kind === LETTER) letters++
    else if (kind !== MARK) return null
  }
  return letters === several.length ? true : letters === 0 ? false : null
}

/** Words of the part [from, to) of a text that was cut: what cutting that part by itself would give. */
export function wordsBetween({ text, words: all, starts, ends }: Cut, from: number, to: number): Word[] {
  if (starts === null || to > text.length || from > to) return words(fold(text.slice(from, to))).map(wordOf)
  let first = firstAfter(ends, from)
  const start = starts[first]
  const head = start !== undefined && start < from ? foldedPart(text, from, Math.min(ends[first] as number, to)) : ''
  if (start !== undefined && start < from) first++
  const last = Math.max(first, firstAfter(ends, to))
  const inside = all.slice(first, last)
  if (head !== '') inside.unshift(partOf(head))
  const next = starts[last]
  const tail = next !== undefined && next < to ? foldedPart(text, next, to) : ''
  if (tail !== '') inside.push(partOf(tail))
  return inside
}

/** Folded letters of a part of a word that was folded letter by letter. */
function foldedPart(text: string, from: number, to: number): string {
  let folded = ''
  for (let at = from; at < to; at++) {
    const code = text.charCodeAt(at)
    const kind = (KINDS[code] as number) & KIND
    if (kind === LETTER) folded += String.fromCharCode(FOLDED[code] as number)
    else if (kind === SEVERAL) folded += severalOf(code)
  }
  return folded
}

/** A part of a word: the word of these letters where one is remembered, else one that is not. */
function partOf(text: string): Word {
  const hash = hash32(text)
  for (let probe = 0; probe < PROBES; probe++) {
    const word = slots[(hash + probe) & (SLOTS - 1)]
    if (word === undefined) return new Word(text, hash)
    if (word.hash === hash && word.text === text) return word
  }
  return others.get(text) ?? new Word(text, hash)
}

/** Index of the first word that ends after `from`. */
function firstAfter(ends: readonly number[], from: number): number {
  let low = 0
  let high = ends.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((ends[middle] as number) > from) high = middle
    else low = middle + 1
  }
  return low
}
