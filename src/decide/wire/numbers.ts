// Where numbers stand in a text: in digits of any script, in words, and in the dual of a noun.
import { mayBeNumberWord, numberWords } from '../../language/numerals.ts'
import type { Cut, Word as FoldedWord } from '../../language/words.ts'
import { isToll, type Kind, lexeme } from './lexicon.ts'

const DIGIT = '0-9٠-٩۰-۹'
const NUMBER = new RegExp(
  `[${DIGIT}]{1,3}(?:[.,٬٫ \u00a0\u202f\u2009'’][${DIGIT}]{3})+(?![${DIGIT}])|[${DIGIT}]+`,
  'gu',
)
export const IS_DIGIT = new RegExp(`[${DIGIT}]`)
const LETTER = /\p{L}/u
/** Letters that may stand before a number without making it another word. */
export const CLITICS = new Set(['و', 'ف', 'ب', 'ل', 'ك', 'ـ'])

/** The digits of a number, as 0 to 9. */
export function digits(text: string): string {
  let plain = ''
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code >= 0x30 && code <= 0x39) plain += text[at]
    else if (code >= 0x660 && code <= 0x669) plain += String.fromCharCode(code - 0x660 + 0x30)
    else if (code >= 0x6f0 && code <= 0x6f9) plain += String.fromCharCode(code - 0x6f0 + 0x30)
  }
  return plain
}

export interface Place {
  text: string
  start: number
  end: number
}

/** Whether the characters touching a number make it a part of something else: a date, a share, a name, a price. */
export function entangled({ text, start, end }: Place): boolean {
  const left = text[start - 1] ?? ''
  const farLeft = text[start - 2] ?? ''
  const right = text[end] ?? ''
  const farRight = text[end + 1] ?? ''
  if (LETTER.test(left) && !(CLITICS.has(left) && !LETTER.test(farLeft))) return true
  if (/[$€£¥₽₺#№+]/.test(left) || (/\s/.test(left) && /[$€£¥₽₺]/.test(farLeft))) return true
  if (/[.,:٫/–—-]/.test(left) && (IS_DIGIT.test(farLeft) || LETTER.test(farLeft))) return true
  if (/[%٪°€$₽]/.test(right) || LETTER.test(right)) return true
  return /[.,:٫/–—-]/.test(right) && (IS_DIGIT.test(farRight) || (/[–—-]/.test(right) && LETTER.test(farRight)))
}

/** One or two people named by the noun alone: «قتيلان». */
const DUAL = /(?<![\p{L}\p{M}])[وفب]?((قتيل|شهيد|جريح|مصاب|مفقود|معتقل|موقوف)(?:ان|ين))(?![\p{L}\p{M}])/gu
const ARABIC = /[\u0620-\u064a]{3}/
const LENGTH_OF_DUALS = 6_000
// «مصابين» after a number or as a plural of its own is no dual.
const PLURAL_TOO = /^(?:مصاب|معتقل|موقوف|مفقود)ين$/u

/** What a text must hold to be searched for figures, in bits. */
export const HAS_DIGIT = 1
export const HAS_NUMBER_WORD = 2
/** A word that says what a number counts. */
export const HAS_TOLL = 4
export const HAS_DUAL = 8
export const ANYTHING = 15
const DUALS = /(?:قتيل|شهيد|جريح|مصاب|مفقود|معتقل|موقوف)(?:ان|ين)/u
const ALL_DIGITS = /^\d+$/
/** Longer words are read in pieces. */
const LONGEST_WORD = 24

function hintOf(word: FoldedWord): number {
  const { text } = word
  if (text.length > LONGEST_WORD) return ANYTHING
  const digit = IS_DIGIT.test(text)
  const { counted, leading } = lexeme(text)
  return (
    (digit ? HAS_DIGIT : 0) |
    ((digit && !ALL_DIGITS.test(text)) || mayBeNumberWord(text) ? HAS_NUMBER_WORD : 0) |
    (counted || leading || /^oldu/.test(text) || isToll(text) ? HAS_TOLL : 0) |
    (DUALS.test(text) ? HAS_DUAL : 0)
  )
}

/** Of a text that was cut: what of figures it can hold. */
export function hintsOf({ words, isPlain }: Cut): number {
  if (!isPlain) return ANYTHING
  let hints = 0
  for (const word of words) {
    if (word.figures < 0) word.figures = hintOf(word)
    hints |= word.figures
  }
  return hints
}

export interface Occurrence {
  start: number
  end: number
  /** Value of a number in words; null for digits. */
  value: number | null
  /** What a dual counts by itself. */
  kind: Kind | null
}

/** Numbers of a text in order: digits, words, duals. */
export function occurrences(text: string, most: number, hints: number): Occurrence[] {
  const found: Occurrence[] = []
  NUMBER.lastIndex = 0
  let match = hints & HAS_DIGIT ? NUMBER.exec(text) : null
  for (; match && found.length < most; match = NUMBER.exec(text)) {
    found.push({ start: match.index, end: match.index + match[0].length, value: null, kind: null })
  }
  for (const { start, end, value } of hints & HAS_NUMBER_WORD ? numberWords(text) : []) {
    found.push({ start, end, value, kind: null })
  }
  // Most texts are not Arabic, and their length is not searched for Arabic nouns.
  const mayHaveDuals = hints & HAS_DUAL && ARABIC.test(text.slice(0, 400))
  for (const match of mayHaveDuals ? text.slice(0, LENGTH_OF_DUALS).matchAll(DUAL) : []) {
    const word = match[1] ?? ''
    if (PLURAL_TOO.test(word)) continue
    const start = match.index + match[0].length - word.length
    found.push({ start, end: start + word.length, value: 2, kind: lexeme(match[2] ?? '').counted })
  }
  return found.sort((a, b) => a.start - b.start).slice(0, most)
}
