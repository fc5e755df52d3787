// How a column is known: the same headline with other numbers or dates, at the same time of day. Weather, market tables,
// horoscopes, "today in pictures" share all their words and tell of different days. Pure.

import { fold, hash32, stem, words } from '../../language/text.ts'
import type { Millis } from '../../model/units.ts'

export interface Form {
  /** Hash of the headline without numbers, months and weekdays; 0 where too little is left to be known by. */
  shape: number
  /** Hash of what was left out. */
  filling: number
  /** Whether the headline names a day. */
  dated: boolean
}

const MONTHS_AND_DAYS = new Map<string, Map<string, 'month' | 'day'>>()
const NUMBER = /^\d+(?:st|nd|rd|th)?$/
/** "KB4493509", "v2": a number with its sign. */
const NUMBERED = /\d/

/** Where the countries of a language name the months differently: Egypt, Morocco, Algeria, the Levant. */
const COUNTRIES = new Map([['ar', ['ar', 'ar-MA', 'ar-DZ', 'ar-LB']]])
/** «كانون الثاني»: words of a name of two that mostly are something else. */
const ORDINALS = new Set(['الاول', 'الثاني'])

/** Names of months and weekdays, folded, as the runtime's CLDR has them. */
function calendarWords(language: string): Map<string, 'month' | 'day'> {
  const before = MONTHS_AND_DAYS.get(language)
  if (before) return before
  const made = new Map<string, 'month' | 'day'>()
  const add = (name: string, kind: 'month' | 'day') => {
    for (const word of foldedWords(name))
      if (word.length > 2 && !/^\d/.test(word) && !ORDINALS.has(word)) made.set(word, kind)
  }
  try {
    for (const locale of COUNTRIES.get(language) ?? [language]) {
      const format = (options: Intl.DateTimeFormatOptions) =>
        new Intl.DateTimeFormat(locale, { ...options, timeZone: 'UTC', calendar: 'gregory' })
      for (let month = 0; month < 12; month++) {
        const day = Date.UTC(2022, month, 1)
        for (const style of ['long', 'short'] as const) add(format({ month: style }).format(day), 'month')
        // In a date many languages put the month in the genitive.
        add(format({ month: 'long', day: 'numeric' }).format(day), 'month')
      }
      for (let day = 1; day <= 7; day++) add(format({ weekday: 'long' }).format(Date.UTC(2022, 0, day)), 'day')
    }
  } catch {
    // Not a language tag: no calendar.
  }
  MONTHS_AND_DAYS.set(language, made)
  return made
}

const foldedWords = (text: string) => words(fold(text))

// Fewer constant words than this are no form: "Gold 1,900".
const LEAST_WORDS = 2
/** What stands behind the date of a log's entry is told apart by so many words. */
const LOG_WORDS = 2

/** The form of a headline; `tokens` are its folded words in order. */
export function formOf(tokens: readonly string[], language: string | null): Form {
  const calendar = calendarWords(language?.split('-')[0]?.toLowerCase() || 'en')
  const constant: string[] = []
  const filling: string[] = []
  let month = false
  let day = false
  let numbers = 0
  for (const word of tokens.slice(0, 40)) {
    const kind = calendar.get(word)
    if (kind === undefined && !NUMBERED.test(word)) {
      constant.push(word)
      continue
    }
    filling.push(word)
    if (kind === 'month') month = true
    else if (kind === 'day') day = true
    else if (NUMBER.test(word)) numbers++
  }
  const dated = (month && numbers > 0) || (day && numbers === 0) || numbers >= 3
  if (constant.length < LEAST_WORDS) return { shape: 0, filling: 0, dated: false }
  // "April 9, 2019—KB4493509 (OS Build 17763.437) Preview": the next entry may be marked otherwise.
  if (opensWithDate(tokens, calendar)) {
    const kept = constant.slice(0, LOG_WORDS).map(word => stem(word, language))
    return { shape: hash32(`log ${kept.join(' ')}`), filling: hash32(filling.join(' ')), dated: true }
  }
  return { shape: hash32(constant.join(' ')), filling: hash32(filling.join(' ')), dated: dated && filling.length > 0 }
}

/** A month, a day and a year before anything else. */
function opensWithDate(tokens: readonly string[], calendar: Map<string, 'month' | 'day'>): boolean {
  const kinds = tokens.slice(0, 3).map(word => (NUMBER.test(word) ? 'number' : calendar.get(word)))
  return kinds.filter(kind => kind === 'number').length === 2 && kinds.includes('month')
}

/** Of headlines without any number or date. */
const NO_FILLING = hash32('')

const HOUR: Millis = 3_600_000
const DAY: Millis = 24 * HOUR
/** A column comes at its time of day, give or take. */
const PUNCTUAL: Millis = 2 * HOUR
/** The next edition of a column is at least this far off. */
const NEXT_EDITION: Millis = 12 * HOUR

/** An earlier headline of the same shape. */
export interface SameShape {
  time: Millis
  filling: number
}

/**
 * Whether a headline is another edition of a column: at least two earlier editions stand in the window, each pair half a day
 * or more apart and at much the same time of day. A toll that rises is none: its headlines come when they come. One that says
 * the same without any number on three days is one at whatever hour.
 */
export function isColumn(time: Millis, earlier: readonly SameShape[]): boolean {
  const editions: Millis[] = []
  for (const one of [...earlier.map(same => same.time), time].sort((a, b) => a - b)) {
    const last = editions.at(-1)
    // Reprints of one edition follow within hours.
    if (last === undefined || one - last >= NEXT_EDITION) editions.push(one)
  }
  if (editions.length < 3) return false
  if (earlier.every(({ filling }) => filling === NO_FILLING)) return true
  const first = editions[0] ?? 0
  return editions.every(one => {
    const off = (one - first) % DAY
    return off <= PUNCTUAL || off >= DAY - PUNCTUAL
  })
}

/** Whether two headlines of one shape are two editions: other fillings, where the headline names its day or the form recurs. */
export function isOtherInstalment(one: { time: Millis; filling: number }, other: SameShape): boolean {
  return one.filling !== other.filling || Math.abs(one.time - other.time) >= NEXT_EDITION
}

/** What the form of a headline says: whether it is a column, the thread of the same edition, those of other editions. */
export function instalmentOf(
  { time, filling, dated }: { time: Millis; filling: number; dated: boolean },
  alike: readonly { time: Millis; form: readonly [number, number, ...number[]]; thread: { id: number } }[],
): { column: boolean; same: number | null; others: Set<number> } {
  const others = new Set<number>()
  if (alike.length === 0) return { column: false, same: null, others }
  const earlier = alike.map(story => ({ time: story.time, filling: story.form[1], thread: story.thread.id }))
  const column = isColumn(time, earlier)
  let same: number | null = null
  for (const one of earlier) {
    if (isOtherInstalment({ time, filling }, one)) {
      if (dated && one.filling !== filling) others.add(one.thread)
    } else if (same === null || one.thread < same) same = one.thread
  }
  return { column, same, others }
}
