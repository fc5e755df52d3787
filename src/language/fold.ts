// Folds text for comparing, searching and hashing: one form for what is written in several ways. Two ways lead there: letter
// by letter, from a table, where no letter depends on its neighbours; else by normalising the whole text. Pure: the table
// only remembers.
import { remember } from './remember.ts'

// Letters that spell the same word in different hands, towns or keyboards.
const LETTERS: Readonly<Record<string, string>> = {
  أ: 'ا',
  إ: 'ا',
  آ: 'ا',
  ٱ: 'ا',
  ٲ: 'ا',
  ٳ: 'ا',
  ى: 'ي',
  ئ: 'ي',
  ؤ: 'و',
  ة: 'ه',
  ک: 'ك',
  ګ: 'ك',
  ڪ: 'ك',
  ی: 'ي',
  ې: 'ي',
  ێ: 'ي',
  ۍ: 'ي',
  ے: 'ي',
  ۓ: 'ي',
  ہ: 'ه',
  ھ: 'ه',
  ە: 'ه',
  ۀ: 'ه',
  ۂ: 'ه',
  ۃ: 'ه',
  ё: 'е',
  ı: 'i',
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ħ: 'h',
  ς: 'σ',
  '“': '"',
  '”': '"',
  '„': '"',
  '‟': '"',
  '«': '"',
  '»': '"',
  '‹': '"',
  '›': '"',
  '‘': "'",
  '’': "'",
  '‚': "'",
  '‛': "'",
  ʼ: "'",
  ʻ: "'",
  '′': "'",
  '‐': '-',
  '‒': '-',
  '−': '-',
  '–': '-',
  '—': '-',
  '―': '-',
  '،': ',',
  '؛': ';',
  '؟': '?',
  '٪': '%',
  '٫': '.',
  '٬': ',',
}
for (let digit = 0; digit < 10; digit++) {
  const table = LETTERS as Record<string, string>
  table[String.fromCharCode(0x0660 + digit)] = String(digit)
  table[String.fromCharCode(0x06f0 + digit)] = String(digit)
  // Devanagari and Bengali: the feeds of South Asia mix them with ours.
  table[String.fromCharCode(0x0966 + digit)] = String(digit)
  table[String.fromCharCode(0x09e6 + digit)] = String(digit)
}
const MAPPED = new RegExp(`[${Object.keys(LETTERS).join('')}]`, 'gu')

// Vowel marks of Arabic and Hebrew, Quranic signs, tatweel, bidi and zero-width controls, soft hyphen: seen or unseen,
// never part of a word.
const UNSEEN =
  /[\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u08d3-\u08e1\u08e3-\u08ff\u180e\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed\u0640\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\u061c\u00ad]|[\ufe00-\ufe0f]|\u034f/g
const LATIN_MARKS = /([\p{Script=Latin}\p{Script=Greek}])\p{M}+/gu
// Stress marks of dictionaries and schoolbooks. The marks of й, ї, ѓ and ќ make other letters, and stay.
const STRESS = /([аеиоуыэюяіє])[\u0300\u0301]+/g
const ASCII = /^[\x00-\x7f]*$/

/**
 * Text as it is compared: NFKC, lower case, without vowel marks, tatweel and unseen controls, with one form for each
 * letter that varies by hand (alef, yeh, teh marbuta, Persian and Urdu forms), ASCII digits and plain quotation marks.
 * Idempotent. Latin and Greek lose their diacritics, Cyrillic its stress marks; й stays what it is.
 */
export function fold(text: string): string {
  if (ASCII.test(text)) return text.toLowerCase()
  return foldEach(text) ?? foldWhole(text)
}

const SHORT = 32
const remembered = remember(20_000, fold)

/** {@link fold} for words: desks use few, and folding is most of the work of reading them. Longer text is not remembered. */
export function foldWord(word: string): string {
  return word.length > SHORT ? fold(word) : remembered(word)
}

/**
 * Marks on one letter that count. Putting marks into their order takes quadratic time in the length of their run (Unicode
 * annex 15): 20,000 of them hold the loop for half a second.
 */
const MAX_MARKS = 16
const MANY_MARKS = new RegExp(`(\\p{M}{${MAX_MARKS}})\\p{M}+`, 'gu')

/** Text that can be normalised in linear time: endless runs of combining marks are cut. */
export function boundMarks(text: string): string {
  return text.replace(MANY_MARKS, '$1')
}

/** Ligatures of eighteen and eight letters, and how many of them are spelled out in one text. */
const LIGATURES = /[\ufdfa\ufdfb]/g
const MAX_LIGATURES = 200

function boundLigatures(text: string): string {
  let count = 0
  return text.replace(LIGATURES, found => (++count > MAX_LIGATURES ? '' : found))
}

function foldWhole(text: string): string {
  return (
    // Twice: what is unseen may have kept two runs apart.
    boundMarks(boundMarks(boundLigatures(text)).normalize('NFKC').toLowerCase().replace(UNSEEN, ''))
      .normalize('NFD')
      .replace(LATIN_MARKS, '$1')
      // ё is folded to е below; one that carries its dots twice must not keep a pair.
      .replace(/е[\u0300\u0301\u0308]+/g, 'е')
      .replace(STRESS, '$1')
      .normalize('NFC')
      .replace(UNSEEN, '')
      .replace(MAPPED, letter => LETTERS[letter] ?? letter)
  )
}

/** What becomes of a code unit that folds by itself, whatever stands beside it. */
export const DEPENDS = 1
export const NOTHING = 2
/** One unit, of no word. */
export const MARK = 3
/** One unit, a letter or digit. */
export const LETTER = 4
/** One unit, a letter of a script written without spaces between words. */
export const UNSPACED_LETTER = 5
/** Several units: «…» is three dots, "ß" two letters. */
export const SEVERAL = 6
/** Half of a character: the pair decides. */
export const HALF = 7
/** The bits of the kinds above. */
export const KIND = 7
/**
 * Beside the kind: a letter or unseen sign where simpler ways to cut text, by ranges of code units, may see the end of a word:
 * "1º", a soft hyphen.
 */
export const ODD = 8

/** By code unit: one of the above, 0 where its block was not met yet. */
export const KINDS = new Uint8Array(0x1_0000)
/** By code unit: what it folds to, where that is one unit. */
export const FOLDED = new Uint16Array(0x1_0000)
const several = new Map<number, string>()

const WORDY = /[\p{L}\p{N}]/u
/** Scripts written without spaces: their words are read as overlapping pairs of characters. */
export const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u
const COMBINING = /\p{M}/u
// Dropped wherever they stand, and no part of any composed letter: short vowels of Arabic, selectors of variants.
const DROPPED_MARKS = /[\u064b-\u0652]|\u0670|[\ufe00-\ufe0f]/
// Parts of Korean syllables join each other without being marks.
const JAMO = /[\u1100-\u11ff\ua960-\ua97f\ud7b0-\ud7ff]/
const PLAIN_NOTHING = /[\u064b-\u0652]|\u0670|\u0640|[\ufe00-\ufe0f]/
const BLOCK = 0x100

const oddness = (unit: number): number => ((unit >= 0x80 && unit < 0xc0) || (unit >= 0x2000 && unit < 0x3040) ? ODD : 0)

/** Fill the tables for the 256 code units around `code`. */
export function learnBlock(code: number): void {
  const from = code & ~(BLOCK - 1)
  for (let unit = from; unit < from + BLOCK; unit++) {
    if (unit >= 0xd800 && unit < 0xe000) {
      KINDS[unit] = HALF
      continue
    }
    KINDS[unit] = DEPENDS
    const letter = String.fromCharCode(unit)
    if (/[\ufdfa\ufdfb]/.test(letter) || (COMBINING.test(letter) && !DROPPED_MARKS.test(letter))) continue
    const folded = foldWhole(letter)
    if (COMBINING.test(folded) || JAMO.test(folded)) continue
    if (folded === '') KINDS[unit] = NOTHING | (PLAIN_NOTHING.test(letter) ? 0 : ODD)
    else if (folded.length > 1) {
      several.set(unit, folded)
      KINDS[unit] = SEVERAL | oddness(unit)
    } else {
      FOLDED[unit] = folded.charCodeAt(0)
      const kind = !WORDY.test(folded) ? MARK : UNSPACED.test(folded) ? UNSPACED_LETTER : LETTER
      KINDS[unit] = kind === MARK ? MARK : kind | oddness(unit)
    }
  }
}

/** What a unit of the kind `SEVERAL` folds to. */
export function severalOf(code: number): string {
  return several.get(code) ?? ''
}

const signs = new Map<number, boolean>()
const SIGNS_REMEMBERED = 4_000

/** Whether a character of two units is a sign that folds to itself: an emoji, no letter of an ancient script. */
export function isSign(high: number, low: number): boolean {
  const code = (high << 16) | low
  let known = signs.get(code)
  if (known === undefined) {
    const character = String.fromCharCode(high, low)
    known = /^[^\p{L}\p{N}\p{M}\p{Cs}]$/u.test(character) && foldWhole(character) === character
    if (signs.size >= SIGNS_REMEMBERED) signs.clear()
    signs.set(code, known)
  }
  return known
}

let room = new Uint16Array(4_096)

/** A piece of memory of at least `length` units, the same at each call: what is written there is to be read at once. */
export function scratch(length: number): Uint16Array {
  if (room.length < length) room = new Uint16Array(2 * length)
  return room
}

/** The string of the first `length` units; `all` is every bit that is set in any of them. */
export function stringOf(units: Uint16Array, length: number, all: number): string {
  const bytes = Buffer.from(units.buffer, units.byteOffset, 2 * length)
  if (all > 0xff) return bytes.toString('utf16le')
  // In half the memory, and quicker to write and to send.
  const narrow = Buffer.allocUnsafe(length)
  for (let at = 0; at < length; at++) narrow[at] = units[at] as number
  return narrow.toString('latin1')
}

/** Text folded letter by letter; null where a letter's neighbours matter. */
function foldEach(text: string): string | null {
  let units = scratch(text.length + 64)
  let length = 0
  let all = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (KINDS[code] === 0) learnBlock(code)
    const kind = (KINDS[code] as number) & KIND
    if (kind === MARK || kind === LETTER || kind === UNSPACED_LETTER) {
      const folded = FOLDED[code] as number
      all |= folded
      units[length++] = folded
    } else if (kind === SEVERAL) {
      const folded = severalOf(code)
      if (length + folded.length + text.length - at > units.length) units = widened(units, length)
      for (let next = 0; next < folded.length; next++) {
        const unit = folded.charCodeAt(next)
        all |= unit
        units[length++] = unit
      }
    } else if (kind === HALF && code < 0xdc00 && isSign(code, text.charCodeAt(at + 1))) {
      all |= code
      units[length++] = code
      units[length++] = text.charCodeAt(++at)
    } else if (kind !== NOTHING) return null
  }
  return stringOf(units, length, all)
}

/** Twice the memory, with what was written. */
export function widened(units: Uint16Array, length: number): Uint16Array {
  const before = units.slice(0, length)
  const after = scratch(2 * units.length)
  after.set(before)
  return after
}
