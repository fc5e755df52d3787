// The form of a headline: what is left of it without numbers and dates. Listings of programmes, logs of updates, "links for" a day
// share all their words and tell of different days. Pure.

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

/** The next edition of a form is at least this far off: reprints of one follow within hours. */
const NEXT_EDITION: Millis = 12 * 3_600_000

/** A headline's form as it is kept with a story, and the story's time. */
export interface Formed {
  time: Millis
  form: readonly [shape: number, filling: number, dated: number, ...number[]]
}

/** Whether two headlines are editions of two days: of one form that names its day, filled in otherwise or half a day apart. */
export function areEditions(one: Formed, other: Formed): boolean {
  const [shape, filling, dated] = one.form
  if (shape === 0 || shape !== other.form[0] || dated === 0) return false
  return filling !== other.form[1] || Math.abs(one.time - other.time) >= NEXT_EDITION
}
