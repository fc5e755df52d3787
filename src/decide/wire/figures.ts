// How a number is told to be a toll: by the few words on either side of it, never across a clause.
import { foldWord } from '../../language/fold.ts'
import { isNumberWord, mayBeNumberWord } from '../../language/numerals.ts'
import type { Cut } from '../../language/words.ts'
import type { Figure } from '../../model/decided.ts'
import { boundOf, saidOf } from './attribution.ts'
import { type Word, wordsBefore } from './clause.ts'
import { isToll, type Kind, lexeme } from './lexicon.ts'
import {
  ANYTHING,
  CLITICS,
  digits,
  entangled,
  HAS_DIGIT,
  HAS_DUAL,
  HAS_NUMBER_WORD,
  HAS_TOLL,
  hintsOf,
  IS_DIGIT,
  type Occurrence,
  occurrences,
} from './numbers.ts'
import { saidAt } from './people.ts'
import { type Counted, joinedPeople, share, type Whom, whomIn, whomOf, wordsBehind } from './whom.ts'

const FIGURES = 20
/** Numbers looked at in one report. */
const NUMBERS = 200
/** Characters of each text looked at. */
export const FIGURES_LENGTH = 20_000
const WORDS_AFTER = 9
const WORDS_BEFORE = 6

interface Hit {
  kind: Kind
  start: number
  end: number
  adjacent: boolean
}

const NOT = /^(?:not|pas|nicht|не|no|não|غير|لم|لن|ليسوا)$/iu

// "18 or more people".
const OR = /^(?:or|ou|o|oder|или|أو|او)$/iu
const MORE = /^(?:more|plus|más|mehr|более|больше|أكثر|اكثر|أزيد)$/iu

const DIED = /^öld[üu]/iu
const isCounted = ({ text }: Word): boolean => lexeme(text).counted !== null || DIED.test(text)

function after(words: readonly Word[], text: string): Hit | null {
  if (!words.some(isCounted)) return null
  let strangers = 0
  let isBesidePeople = true
  for (let at = 0; at < words.length && at < WORDS_AFTER; at++) {
    const word = words[at]
    if (!word || IS_DIGIT.test(word.text) || mayBeNumberWord(foldWord(word.text))) return null
    const found = lexeme(word.text)
    if (found.counted && !found.stop) {
      const next = words[at + 1]
      if (found.active && next && (IS_DIGIT.test(next.text) || lexeme(next.text).object)) return null
      // Folding makes Turkish "öldü" (died) and "oldu" (became) one word; only the first is in the lexicon's meaning.
      return { kind: found.counted, start: word.start, end: word.end, adjacent: at === 0 }
    }
    if (DIED.test(word.text)) return { kind: 'killed', start: word.start, end: word.end, adjacent: at === 0 }
    const more = words[at + 1]
    if (OR.test(word.text) && more && MORE.test(more.text)) {
      at++
      continue
    }
    const people = peopleAt(words, at, isBesidePeople)
    isBesidePeople = people !== 0
    if (people === 'none' || NOT.test(word.text) || (people === 0 && (found.stop || found.unit))) return null
    if (people > 0) {
      at += people - 1
      continue
    }
    if (found.filler || found.factor > 0 || word.text === 's') continue
    strangers++
    if (strangers > 1 || word.text.length < 3 || text.length === 0) return null
  }
  return null
}

/** How many words from `at` on name people, with the "and" that joins them to others: 0 for none, `none` for what is no people. */
function peopleAt(words: readonly Word[], at: number, isBeside: boolean): number | 'none' {
  const said = saidAt(words, at)
  if (said === null) return at === 0 ? 0 : joinedPeople(words, at)
  switch (said.role) {
    case 'thing':
      return 'none'
    case 'including':
      // «سبعة أشخاص بينهم مصابون».
      return at > 0 ? 'none' : said.length
    case 'partitive':
      // "3 against the death sentence".
      return isBeside ? said.length : 0
    case 'beyond':
    case 'infection':
      return 0
    default:
      return said.length
  }
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

const YEAR_INTRO = /^(?:in|of|since|by|until|for|en|de|depuis|desde|del|в|с|год|عام|سنة|العام|منذ|في|im|seit)$/iu
const MONTHISH = /^\p{L}{3,}$/u

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
    const counted: Counted[] = []
    for (const occurrence of occurrences(text, numbers, hints)) {
      numbers--
      if (occurrence.start < from) continue
      const found = figureAt(text, occurrence)
      if (!found) continue
      from = found.to
      counted.push(found)
    }
    share(text, counted)
    for (const found of counted) {
      if (figures.length >= FIGURES) return figures
      add(figures, figureOf(text, found))
    }
  }
  return figures
}

/** A number that is said again says nothing new, but whom it counts where it stood bare at first. */
function add(figures: Figure[], figure: Figure): void {
  const alike = figures.filter(({ kind, value }) => kind === figure.kind && value === figure.value)
  if (alike.some(({ whom }) => whom === figure.whom) || (alike.length > 0 && figure.words === null)) return
  const bare = alike.find(({ words }) => words === null)
  if (bare === undefined) figures.push(figure)
  else Object.assign(bare, { words: figure.words, whom: figure.whom })
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

/** "3 of the injured", "2 of the 5", «3 من القتلى»: a part of a figure. */
function isPart(following: readonly Word[]): boolean {
  const [first, second, third] = following
  if (!first || !second) return false
  const counts = (word: Word | undefined) =>
    word !== undefined && (lexeme(word.text).counted !== null || IS_DIGIT.test(word.text) || isNumberWord(word.text))
  if (/^des$/i.test(first.text)) return lexeme(second.text).counted !== null
  if (!/^(?:of|من|из|von)$/iu.test(first.text)) return false
  if (/^(?:those|these|этих)$/iu.test(second.text)) return true
  if (/^(?:the|числа)$/iu.test(second.text)) return counts(third)
  return /^(?:ال.+|погибших|раненых)$/iu.test(second.text) && counts(second)
}

const AGED = /^(?:aged|age|âgée?s?|edad|عمره|عمرها|alter|возраст[еа]?)$/iu
const SPENT = /^و?قض[ىيت]+$/u
const SPORT = /^(?:list|lists|reserve|player|players|starters|striker|midfielder|defender|لاعبا|لاعب|لاعبين|لاعبون)$/i

/** Characters of `Figure.words`. */
const WORDS_LONGEST = 80

function figureOf(text: string, { kind, value, whom, from, to, start, end }: Counted): Figure {
  return {
    kind,
    value,
    matched: text.slice(from, to),
    bound: boundOf(text, CLITICS.has(text[start - 1] ?? '') ? start - 1 : start, end),
    said: saidOf(text, from, to),
    words: whom.is === 'said' ? wordsOf(text, whom, start) : null,
    whom: whom.key,
  }
}

/** What says whom, with the number; where that is too long, as much of it as has room. */
function wordsOf(text: string, { from, to }: Whom, start: number): string {
  const near = to - from > WORDS_LONGEST && start > from && to - start <= WORDS_LONGEST ? start : from
  const words = text.slice(near, to)
  return words.length <= WORDS_LONGEST ? words : words.slice(0, WORDS_LONGEST).replace(/\s+\S*$/u, '')
}

/** What a number counts; null where that is not people. */
function figureAt(text: string, occurrence: Occurrence): Counted | null {
  const { start } = occurrence
  let { end } = occurrence
  if (occurrence.kind) {
    const whom = whomOf(text, start, end, occurrence.kind, true)
    return { kind: occurrence.kind, value: occurrence.value ?? 2, whom, from: start, to: end, start, end }
  }
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

  const following = wordsBehind(text, end, WORDS_AFTER + 3)
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
  if (!hit) return null
  // "five injured players": the doctor's report of a team.
  const tail = following.find(word => word.start >= hit.end)
  if (hit.kind === 'injured' && tail && SPORT.test(tail.text)) return null
  const whom = whomIn(text, start, figureEnd) ?? whomOf(text, start, figureEnd, hit.kind)
  if (whom.is === 'none') return null
  // «قضى» is "died" before people, "spent" before years and "decided" before all else.
  if (hit === early && SPENT.test(text.slice(hit.start, hit.end)) && !isOfPeople(following)) return null
  // "They are missing two of their best players."
  if ((hit.kind === 'injured' || hit.kind === 'missing') && SPORT.test(wordsBefore(text, whom.to, 1)[0]?.text ?? ''))
    return null
  return {
    kind: hit.kind,
    value,
    whom,
    from: Math.min(start, hit.start),
    to: Math.max(figureEnd, hit.end),
    start,
    end: figureEnd,
  }
}

function isOfPeople(following: readonly Word[]): boolean {
  const [next] = following
  const role = saidAt(following, 0)?.role
  const counted = next !== undefined && lexeme(next.text).counted !== null
  return counted || role === 'named' || role === 'everyone' || role === 'head'
}

function isMonth(word: Word): boolean {
  return MONTHISH.test(word.text) && lexeme(word.text).unit
}
