// How a column is known: the same headline with other numbers or dates, at the same time of day. Weather, market tables,
// horoscopes, "today in pictures" share all their words and tell of different days. Pure.

import { calendarWords } from '../../language/calendar.ts'
import { stem } from '../../language/terms.ts'
import { hash32 } from '../../language/words.ts'
import type { Millis } from '../../model/units.ts'

export interface Form {
  /** Hash of the headline without numbers, months and weekdays; 0 where too little is left to be known by. */
  shape: number
  /** Hash of what was left out. */
  filling: number
  /** Whether the headline names a day. */
  dated: boolean
}

const NUMBER = /^\d+(?:st|nd|rd|th)?$/
/** "KB4493509", "v2": a number with its sign. */
const NUMBERED = /\d/

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
function opensWithDate(tokens: readonly string[], calendar: ReadonlyMap<string, 'month' | 'day'>): boolean {
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
