// How a number is told to be a toll: by the few words on either side of it, never across a clause.
import { isNumberWord, mayBeNumberWord, numberWords } from '../../language/numerals.ts'
import type { Cut, Word as FoldedWord } from '../../language/words.ts'
import type { Figure } from '../../model/decided.ts'
import { boundOf, saidOf } from './attribution.ts'
import { type Word, wordsAfter, wordsBefore } from './clause.ts'
import { type Kind, lexeme } from './lexicon.ts'

const FIGURES = 20
/** Numbers looked at in one report. */
const NUMBERS = 200
/** Characters of each text looked at. */
export const FIGURES_LENGTH = 20_000
const WORDS_AFTER = 6
const WORDS_BEFORE = 6

const DIGIT = '0-9٠-٩۰-۹'
const NUMBER = new RegExp(
  `[${DIGIT}]{1,3}(?:[.,٬٫ \u00a0\u202f\u2009'’][${DIGIT}]{3})+(?![${DIGIT}])|[${DIGIT}]+`,
  'gu',
)
const IS_DIGIT = new RegExp(`[${DIGIT}]`)
const LETTER = /\p{L}/u
const CLITICS = new Set(['و', 'ف', 'ب', 'ل', 'ك', 'ـ'])

function digits(text: string): string {
  let plain = ''
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code >= 0x30 && code <= 0x39) plain += text[at]
    else if (code >= 0x660 && code <= 0x669) plain += String.fromCharCode(code - 0x660 + 0x30)
    else if (code >= 0x6f0 && code <= 0x6f9) plain += String.fromCharCode(code - 0x6f0 + 0x30)
  }
  return plain
}

interface Place {
  text: string
  start: number
  end: number
}

/** Whether the characters touching a number make it a part of something else: a date, a share, a name, a price. */
function entangled({ text, start, end }: Place): boolean {
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

interface Hit {
  kind: Kind
  start: number
  end: number
  adjacent: boolean
}

// "18 or more people".
const OR = /^(?:or|ou|o|oder|или|أو|او)$/iu
const MORE = /^(?:more|plus|más|mehr|более|больше|أكثر|اكثر|أزيد)$/iu

function after(words: readonly Word[], text: string): Hit | null {
  let strangers = 0
  for (let at = 0; at < words.length && at < WORDS_AFTER; at++) {
    const word = words[at]
    if (!word || IS_DIGIT.test(word.text) || isNumberWord(word.text)) return null
    const found = lexeme(word.text)
    if (found.counted && !found.stop) {
      const next = words[at + 1]
      if (found.active && next && (IS_DIGIT.test(next.text) || lexeme(next.text).object)) return null
      // Folding makes Turkish "öldü" (died) and "oldu" (became) one word; only the first is in the lexicon's meaning.
      return { kind: found.counted, start: word.start, end: word.end, adjacent: at === 0 }
    }
    if (/^öld[üu]/iu.test(word.text)) return { kind: 'killed', start: word.start, end: word.end, adjacent: at === 0 }
    const more = words[at + 1]
    if (OR.test(word.text) && more && MORE.test(more.text)) {
      at++
      continue
    }
    if (found.stop || found.unit) return null
    if (found.filler || found.factor > 0) continue
    strangers++
    if (strangers > 1 || word.text.length < 3 || text.length === 0) return null
  }
  return null
}

// "killed up to 300", «نزوح ما يصل إلى 300»: no rise.
const UP = /^(?:up|[يت]صل|bis)$/iu

const ENGLISH = /^(?:kill|injur|wound|hurt|miss|arrest|detain|displac|dead|died|was|by)[a-z]*$/i

function before(words: readonly Word[], beforeTo: boolean): Hit | null {
  let at = words.length - 1
  for (let steps = 0; at >= 0 && steps < WORDS_BEFORE; at--, steps++) {
    const word = words[at]
    if (!word || IS_DIGIT.test(word.text)) return null
    const found = lexeme(word.text)
    if (found.leading) {
      // «مقتل وإصابة 18» counts both together: neither figure is known.
      const joined = found.stop ? words[at - 1] : undefined
      if (joined && lexeme(joined.text).leading && lexeme(joined.text).leading !== found.leading) return null
      const start = found.stop ? word.start + 1 : word.start
      return { kind: found.leading, start, end: word.end, adjacent: steps === 0 }
    }
    const nearer = words[at + 1]
    if (found.to && nearer && lexeme(nearer.text).about) continue
    const further = words[at - 1]?.text ?? ''
    if (found.to && UP.test(further)) continue
    // "killed a 16-foot shark", against "mató a 16".
    if (word.text.toLowerCase() === 'a' && ENGLISH.test(further)) return null
    if (found.to) return toll(words, at)
    if (found.from && !isMoreThan(words[at - 1]) && !isDeathOf(word, words[at - 1], beforeTo)) return null
    if (!found.about) return null
  }
  return null
}

function isMoreThan(word: Word | undefined): boolean {
  return word !== undefined && lexeme(word.text).about
}

/** "la mort de 18", against "les morts, de 12 à 18". */
function isDeathOf(word: Word, previous: Word | undefined, beforeTo: boolean): boolean {
  return /^d[eo]$/i.test(word.text) && !beforeTo && previous !== undefined && lexeme(previous.text).leading !== null
}

/** "death toll in the city rose from 12 to": what is counted stands further back in the clause. */
function toll(words: readonly Word[], from: number): Hit | null {
  const object = words[from - 1]
  // Spanish "mató a 18".
  if (object && words[from]?.text === 'a') {
    const { leading } = lexeme(object.text)
    if (leading) return { kind: leading, start: object.start, end: object.end, adjacent: true }
  }
  // Spanish "subió a 18", French "passe à 18"; English "was a 63-year-old".
  if (object && /^[aà]$/iu.test(words[from]?.text ?? '') && !RISES.test(object.text)) return null
  const age = words[from]?.text.toLowerCase() === 'at' && !/^st[oa]/i.test(object?.text ?? '')
  for (let at = from - 1; at >= 0 && from - at <= 9; at--) {
    const word = words[at]
    if (!word) return null
    const found = lexeme(word.text)
    if (IS_DIGIT.test(word.text)) {
      const previous = words[at - 1]
      if (!previous || !lexeme(previous.text).from) return null
      continue
    }
    const noun = isToll(word.text)
    // "dead at 95" tells an age, «إصابة واحدة» one case.
    if (!noun && (age || CASE.test(word.text))) return null
    const kind = found.counted ?? (noun ? 'killed' : null)
    if (kind) {
      const previous = words[at - 1]
      const start = isToll(word.text) && previous && lexeme(previous.text).counted ? previous.start : word.start
      return { kind, start, end: word.end, adjacent: false }
    }
  }
  return null
}

const RISES =
  /^(?:subi|sube|sub[ií]an|ascend|ascien|elev|élèv|aument|lleg|alcan|pass|port|mont|grimp|attein|cheg|sob|aumen)/iu
const CASE = /^(?:ال)?[اإ]صاب[ةه]$/u
const TOLL = /^(?:toll|bilan|balance|saldo|حصيلة|الحصيلة)$/iu
function isToll(word: string): boolean {
  return TOLL.test(word)
}

const YEAR_INTRO = /^(?:in|of|since|by|until|for|en|de|depuis|desde|del|в|с|год|عام|سنة|العام|منذ|في|im|seit)$/iu
const MONTHISH = /^\p{L}{3,}$/u

/** One or two people named by the noun alone: «قتيلان». */
const DUAL = /(?<![\p{L}\p{M}])[وفب]?((قتيل|شهيد|جريح|مصاب|مفقود|معتقل|موقوف)(?:ان|ين))(?![\p{L}\p{M}])/gu
const ARABIC = /[\u0620-\u064a]{3}/
const LENGTH_OF_DUALS = 6_000
// «مصابين» after a number or as a plural of its own is no dual.
const PLURAL_TOO = /^(?:مصاب|معتقل|موقوف|مفقود)ين$/u

/** What a text must hold to be searched for figures, in bits. */
const HAS_DIGIT = 1
const HAS_NUMBER_WORD = 2
/** A word that says what a number counts. */
const HAS_TOLL = 4
const HAS_DUAL = 8
const ANYTHING = 15
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
function hintsOf({ words, isPlain }: Cut): number {
  if (!isPlain) return ANYTHING
  let hints = 0
  for (const word of words) {
    if (word.figures < 0) word.figures = hintOf(word)
    hints |= word.figures
  }
  return hints
}

interface Occurrence {
  start: number
  end: number
  /** Value of a number in words; null for digits. */
  value: number | null
  /** What a dual counts by itself. */
  kind: Kind | null
}

/** Numbers of a text in order: digits, words, duals. */
function occurrences(text: string, most: number, hints: number): Occurrence[] {
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

/**
 * Numbers of killed, injured, missing, arrested and displaced people in `texts`, in order, each kind and value once, at
 * most 20, with what the text says of their exactness and of who gave them. A number that may count something else is left
 * out: ages, shares, dates, ranges, "dozens"; so is none ("no one was killed"). `whole` is a text that was cut and of which
 * all `texts` are parts: what it does not hold is not searched for.
 */
export function readFigures(texts: readonly string[], whole: Cut | null = null): Figure[] {
  const figures: Figure[] = []
  const hints = whole === null ? ANYTHING : hintsOf(whole)
  if (!(hints & (HAS_DIGIT | HAS_NUMBER_WORD | HAS_DUAL)) || !(hints & (HAS_TOLL | HAS_DUAL))) return figures
  let numbers = NUMBERS
  for (const written of texts) {
    const text = written.length > FIGURES_LENGTH ? written.slice(0, FIGURES_LENGTH) : written
    let from = 0
    for (const occurrence of occurrences(text, numbers, hints)) {
      numbers--
      if (figures.length >= FIGURES) return figures
      if (occurrence.start < from) continue
      const found = figureAt(text, occurrence)
      if (!found) continue
      from = found.end
      if (figures.some(({ kind, value }) => kind === found.kind && value === found.value)) continue
      figures.push(figureOf(text, occurrence.start, found))
    }
  }
  return figures
}

/** "10 to 15 people", "between 10 and 15": neither number is the figure. */
function isRange(preceding: readonly Word[], text: string, start: number): boolean {
  const last = preceding.at(-1)
  const other = preceding.at(-2)
  const counts = (word: Word | undefined) => word !== undefined && /^\p{N}+$/u.test(word.text)
  if (last && counts(other) && lexeme(last.text).to) {
    const from = preceding.at(-3)
    return from === undefined || !lexeme(from.text).from
  }
  const opening = text.slice(Math.max(0, start - 32), start)
  return /(?<!\p{L})(?:between|entre|zwischen|بين|между)\s+\S{1,8}\s+(?:and|et|y|und|и|و)\s*$/iu.test(opening)
}

/** "3 of the injured", «3 من القتلى»: a part of a figure. */
function isPart(following: readonly Word[]): boolean {
  const [first, second] = following
  if (!first || !second) return false
  if (/^des$/i.test(first.text)) return lexeme(second.text).counted !== null
  return /^(?:of|من|из|von)$/iu.test(first.text) && /^(?:the|those|these|ال.+|числа|этих)$/iu.test(second.text)
}

const AGED = /^(?:aged|age|âgée?s?|edad|عمره|عمرها|alter|возраст[еа]?)$/iu
const SPENT = /^و?قض[ىيت]+$/u
const SPORT = /^(?:list|lists|reserve|player|players|starters|striker|midfielder|defender)$/i

/** A number that counts people, and the characters that say so. */
interface Counted {
  kind: Kind
  value: number
  /** Of the words it was read from. */
  from: number
  to: number
  /** Index after the number itself. */
  end: number
}

function figureOf(text: string, start: number, { kind, value, from, to, end }: Counted): Figure {
  return {
    kind,
    value,
    matched: text.slice(from, to),
    bound: boundOf(text, CLITICS.has(text[start - 1] ?? '') ? start - 1 : start, end),
    said: saidOf(text, from, to),
  }
}

/** What a number counts; null where that is not people. */
function figureAt(text: string, occurrence: Occurrence): Counted | null {
  const { start } = occurrence
  let { end } = occurrence
  if (occurrence.kind) return { kind: occurrence.kind, value: occurrence.value ?? 2, from: start, to: end, end }
  const written = text.slice(start, end)
  const plain = digits(written)
  if (plain.length > 9) return null
  let value = occurrence.value ?? Number(plain)
  // "1.5 million" is the one decimal that counts people.
  const decimal = occurrence.value === null ? /^[.,٫]\p{Nd}{1,2}(?=\s)/u.exec(text.slice(end, end + 4)) : null
  if (decimal) {
    value = Number(`${plain}.${digits(decimal[0])}`)
    end += decimal[0].length
  }
  if (entangled({ text, start, end })) return null

  const following = wordsAfter(text, end, WORDS_AFTER + 3)
  const first = following[0]
  const factor = first ? lexeme(first.text).factor : 0
  let figureEnd = end
  if (first && factor > 0) {
    value *= factor
    figureEnd = first.end
    following.shift()
    const more = following[0]
    // Turkish "4 bin 404".
    if (factor === 1_000 && more && /^\d{1,3}$/.test(more.text)) {
      value += Number(more.text)
      figureEnd = more.end
      following.shift()
    }
  } else if (decimal) return null
  if (!Number.isInteger(value) || value < 1 || value > 100_000_000) return null
  const next = following[0]
  if (next && lexeme(next.text).unit) return null
  if (isPart(following)) return null

  const joined = CLITICS.has(text[start - 1] ?? '')
  const preceding = wordsBefore(text, joined ? start - 1 : start, WORDS_BEFORE + 4)
  const last = preceding.at(-1)
  if (isRange(preceding, text, start) || AGED.test(last?.text ?? '')) return null
  const year = plain === written && factor === 0 && value >= 1900 && value <= 2100
  const late = after(following, text)
  const early = text[start - 1] === 'و' ? null : before(preceding, next !== undefined && lexeme(next.text).to)
  // A number that could be a year must be tied to people on its right.
  const people = next !== undefined && (lexeme(next.text).filler || lexeme(next.text).counted !== null)
  if (year && /^\s*[-–—:]/.test(text.slice(end, end + 3))) return null
  if (year && (!people || (last && (YEAR_INTRO.test(last.text) || isMonth(last))))) return null
  const hit = late?.adjacent ? late : (early ?? late)
  // «قضى» is "died" before people, "spent" before years and "decided" before all else.
  if (hit && hit === early && SPENT.test(text.slice(hit.start, hit.end)) && !people) return null
  if (!hit) return null
  // "five injured players": the doctor's report of a team.
  const tail = following.find(word => word.start >= hit.end)
  if (hit.kind === 'injured' && tail && SPORT.test(tail.text)) return null
  return {
    kind: hit.kind,
    value,
    from: Math.min(start, hit.start),
    to: Math.max(figureEnd, hit.end),
    end: figureEnd,
  }
}

function isMonth(word: Word): boolean {
  return MONTHISH.test(word.text) && lexeme(word.text).unit
}
