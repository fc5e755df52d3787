// Finds the day in a date: groups of numbers, names of months, years of several calendars.

import {
  BUDDHIST,
  type Calendar,
  type Day,
  daysLater,
  gregorian,
  isBuddhistYear,
  isIslamicYear,
  isPersianYear,
  weekdayOf,
} from './calendars.ts'
import {
  knowing,
  LONGEST_NAME,
  type Month,
  type Names,
  namesIn,
  namesOf,
  primaryOf,
  type Script,
  scriptOf,
} from './names.ts'
import { tokensOf } from './plain.ts'

/** A Gregorian day; or that the text has a day of the Islamic calendar only, which no arithmetic places. */
export type DayReading = Day | 'hijri' | null

/** RFC 2822 section 4.3: 00-49 are 2000s, 50-99 are 1900s. */
export const century = (digits: string): number => {
  const year = Number(digits)
  return digits.length > 2 ? year : year < 50 ? year + 2000 : year + 1900
}

interface Found extends Day {
  calendar: Calendar
}

const THAI = /\p{Script=Thai}/u
const BUDDHISTS = new Set(['th', 'lo', 'km', ''])

/** What a year in digits and its calendar mean together; null where no news is of it. */
function placed(calendar: Calendar, written: Day): Found | null {
  const { year } = written
  if (calendar === 'persian') return isPersianYear(year) ? { ...written, calendar } : null
  if (calendar === 'islamic') return isIslamicYear(year) ? { ...written, calendar } : null
  return { ...written, calendar }
}

/** The calendar of a date in digits, by its year: the ranges that news is of do not meet. */
export function byYear(written: Day, language: string | null): Found {
  const { year } = written
  if (isPersianYear(year)) return { ...written, calendar: 'persian' }
  if (isIslamicYear(year)) return { ...written, calendar: 'islamic' }
  const isBuddhist = isBuddhistYear(year) && BUDDHISTS.has(primaryOf(language ?? ''))
  return { ...written, calendar: 'gregory', year: isBuddhist ? year - BUDDHIST : year }
}

// ── East Asia ───────────────────────────────────────────────────────────────────────────────────────────────────────

const ERAS: Readonly<Record<string, number>> = { 令和: 2018, 平成: 1988, 昭和: 1925, 民國: 1911, 民国: 1911 }
const EAST_ASIAN = /(令和|平成|昭和|民國|民国)? ?(\d{1,4}|元) ?[年년] ?(\d{1,2}) ?[月월] ?(\d{1,2}) ?[日일号號]?/
const ERA_LETTER = /(?<![a-z])([rh])(\d{1,2})[./](\d{1,2})[./](\d{1,2})(?!\d)/
const NUMERALS = '〇一二三四五六七八九'

/** «二〇二六年三月二日», «十一月»: numerals before the words of a date. */
export const eastAsianNumerals = (text: string): string =>
  text.replace(/[〇零一二三四五六七八九十]{1,8}(?=[年月日号號时時点點分秒])/g, written => {
    const digits = written.replaceAll('零', '〇')
    if (!digits.includes('十')) return [...digits].map(digit => NUMERALS.indexOf(digit)).join('')
    const [tens = '', ones = ''] = digits.split('十')
    return String((tens === '' ? 1 : NUMERALS.indexOf(tens)) * 10 + (ones === '' ? 0 : NUMERALS.indexOf(ones)))
  })

function eastAsian(text: string, language: string | null): Found | null {
  const match = EAST_ASIAN.exec(text)
  if (match !== null) {
    const [, era, written = '', month, day] = match
    const number = written === '元' ? 1 : Number(written)
    const year =
      era !== undefined
        ? number + (ERAS[era] ?? 0)
        : written.length === 4
          ? number
          : written.length === 3
            ? number + 1911
            : number + 2000
    return { calendar: 'gregory', year, month: Number(month), day: Number(day) }
  }
  const letter = primaryOf(language ?? '') === 'ja' ? ERA_LETTER.exec(text) : null
  if (letter === null) return null
  const year = Number(letter[2]) + (letter[1] === 'r' ? 2018 : 1988)
  return { calendar: 'gregory', year, month: Number(letter[3]), day: Number(letter[4]) }
}

// ── numbers ─────────────────────────────────────────────────────────────────────────────────────────────────────────

const NUMBERS = /(?<!\d)(\d{1,4}) ?([/.-]) ?(\d{1,2}) ?\2 ?(\d{1,4})(?!\d)/g
const SPACED = /(?<!\d)(?:(\d{1,2}) (\d{1,2}) (\d{4})|(\d{4}) (\d{1,2}) (\d{1,2}))(?!\d)/
/** Languages that write the year first, also where it has two digits. */
const YEAR_FIRST = new Set(['ko', 'zh', 'yue', 'ja', 'hu', 'lt', 'eu', 'ne', 'mn'])
const PERSIAN = new Set(['fa', 'ps'])

function numbers(text: string, language: string | null, isAmerican: boolean): Found[] {
  const found: Found[] = []
  for (const [, first = '', mark = '', second = '', third = ''] of text.matchAll(NUMBERS)) {
    const one = numericDay(first, mark, second, third, language, isAmerican)
    if (one !== null) found.push(one)
  }
  const spaced = found.length > 0 ? null : SPACED.exec(text)
  if (spaced !== null) {
    const [, day, month, year, firstYear, secondMonth, thirdDay] = spaced
    const written = {
      year: Number(year ?? firstYear),
      month: Number(month ?? secondMonth),
      day: Number(day ?? thirdDay),
    }
    found.push(byYear(written, language))
  }
  return found
}

/** `2006/09/15`, `15.09.2006`, `9/15/2006`, `26. 3. 2.`, `115/03/02`. */
function numericDay(
  first: string,
  mark: string,
  second: string,
  third: string,
  language: string | null,
  isAmerican: boolean,
): Found | null {
  const [a, b, c] = [Number(first), Number(second), Number(third)]
  if (first.length === 4) return byYear({ year: a, month: b, day: c }, language)
  if (first.length === 3) {
    // Years of the Republic of China.
    const isTaiwan = /^(?:zh|yue)/i.test(language ?? '') && a > 90 && a < 190
    return isTaiwan ? { calendar: 'gregory', year: a + 1911, month: b, day: c } : null
  }
  const primary = primaryOf(language ?? '')
  if (third.length <= 2 && PERSIAN.has(primary)) {
    return { calendar: 'persian', year: a < 50 ? 1400 + a : 1300 + a, month: b, day: c }
  }
  if (third.length <= 2 && first.length === 2 && YEAR_FIRST.has(primary)) {
    return { calendar: 'gregory', year: century(first), month: b, day: c }
  }
  if (third.length === 3 || third.length === 1) return null
  // Most of the world writes the day first; a slash with AM or PM is how the United States writes it. What has dots and
  // no such day is a clock.
  if (b > 12 && mark === '.' && third.length < 4) return null
  const isMonthFirst = b > 12 || (a <= 12 && mark === '/' && isAmerican)
  const written = { year: century(third), month: isMonthFirst ? a : b, day: isMonthFirst ? b : a }
  return byYear(written, language)
}

// ── names ───────────────────────────────────────────────────────────────────────────────────────────────────────────

interface Hit {
  from: number
  /** First token behind it. */
  to: number
  month: Month | null
  weekday: number | null
}

/** Names of months that are looked at in one text; a date in two calendars has two or three. */
const MAX_MONTHS = 5

/** A text's numbers and words, and what begins at each: up to {@link LONGEST_NAME} of them, joined as keys of names are. */
interface Words {
  tokens: readonly string[]
  keys: readonly (readonly string[])[]
}

function wordsOf(tokens: readonly string[]): Words {
  const keys = tokens.map((token, from) => {
    const joined = [token]
    for (let to = from + 1; to < Math.min(tokens.length, from + LONGEST_NAME); to++)
      joined.push(`${joined[joined.length - 1]} ${tokens[to]}`)
    return joined
  })
  return { tokens, keys }
}

/** Names of one language in the text, the longest first where they overlap. */
function hitsOf({ keys }: Words, names: Names): Hit[] {
  const hits: Hit[] = []
  for (let from = 0; from < keys.length; from++) {
    const joined = keys[from] ?? []
    for (let length = joined.length; length > 0; length--) {
      const key = joined[length - 1] ?? ''
      const month = names.months.get(key) ?? null
      const weekday = names.weekdays.get(key) ?? null
      if (month === null && weekday === null) continue
      hits.push({ from, to: from + length, month, weekday })
      from += length - 1
      break
    }
  }
  return hits
}

const isLong = (token: string | undefined): boolean => token !== undefined && token.length > 2
const isShort = (token: string | undefined): boolean => token !== undefined && token.length <= 2

/** Words that may stand between a day, its month and its year, folded; '' is a weekday. */
const BETWEEN = new Set([
  '',
  ...'de del dem den der do da di e et of the le la on an a al el in i st nd rd th er re o eme mh ta d dal del su em го ого е є из في من سنه عام لعام لسنه ماه سال د нд р г'.split(
    ' ',
  ),
])

/**
 * Day and year of the month between `from` and `to`: the numbers nearest to it, in any of the orders in use. Where the
 * month comes first, no other word may stand between it, day and year: «mar, 03 févr. 2026» is no day in March.
 */
function around(tokens: readonly string[], from: number, to: number): { day: string; year: string } | null {
  const places = tokens.flatMap((token, index) => (/^\d+$/.test(token) ? [index] : []))
  const [left, farLeft] = places
    .filter(index => index < from)
    .reverse()
    .map(index => tokens[index])
  const [after, farAfter] = places.filter(index => index >= to)
  const [right, farRight] = [tokens[after ?? -1], tokens[farAfter ?? -1]]
  const isJoined = (start: number, end: number | undefined): boolean =>
    end !== undefined && tokens.slice(start, end).every(token => BETWEEN.has(token))
  const isBefore = isJoined(to, after) && isJoined((after ?? 0) + 1, farAfter)
  const pick = (day: string | undefined, year: string | undefined) =>
    day === undefined || year === undefined ? null : { day, year }
  if (isShort(left) && isLong(right)) return pick(left, right)
  if (isBefore && isShort(right) && isLong(farRight)) return pick(right, farRight)
  if (isLong(left) && isShort(right) && isJoined(to, after)) return pick(right, left)
  if (isShort(left) && isLong(farLeft)) return pick(left, farLeft)
  if (isShort(left) && isShort(right)) return pick(left, right)
  if (isBefore && isShort(right) && isShort(farRight)) return pick(right, farRight)
  if (isLong(left) && isShort(farLeft)) return pick(farLeft, left)
  if (isLong(right) && isShort(farRight)) return pick(farRight, right)
  return null
}

interface Named {
  found: Found
  weekday: number | null
  /** Words of the text that the language knows. */
  known: number
}

function yearOf(digits: string, calendar: Calendar, isThai: boolean): number | null {
  if (digits.length !== 2 && digits.length !== 4) return null
  const year = Number(digits)
  if (calendar === 'persian' && digits.length === 2) return year < 50 ? 1400 + year : 1300 + year
  if (calendar === 'islamic' || calendar === 'ethiopic') return digits.length === 4 ? year : null
  if (isThai && digits.length === 2 && year >= 50) return year + 2500 - BUDDHIST
  return century(digits)
}

/** Days that the text names in one language. */
function namedIn(words: Words, names: Names, language: string | null): Named[] {
  const { tokens } = words
  const hits = hitsOf(words, names)
  const weekday = hits.find(hit => hit.weekday !== null && hit.month === null)?.weekday ?? null
  // «mar. 3 mar. 2026», «mar 3 feb 2026»: a word that is a weekday too is the month only where no other is.
  const months = hits.filter(hit => hit.month !== null)
  const plain = months.filter(hit => hit.weekday === null)
  const isThai = names.language === 'th'
  // Digits within a name are no day: «Thứ 2», «3-р сар».
  const free = [...tokens]
  for (const { from, to, month } of hits) free.fill(month === null ? '' : '-', from, to)
  const days: Named[] = []
  for (const { from, to, month } of (plain.length > 0 ? plain : months.reverse()).slice(0, MAX_MONTHS)) {
    const numbers = around(free, from, to)
    if (month === null || numbers === null) continue
    const year = yearOf(numbers.year, month.calendar, isThai)
    if (year === null) continue
    const isBuddhist =
      month.calendar === 'gregory' && isBuddhistYear(year) && (isThai || BUDDHISTS.has(primaryOf(language ?? '')))
    const written = { year: isBuddhist ? year - BUDDHIST : year, month: month.month, day: Number(numbers.day) }
    const found = placed(month.calendar, written)
    if (found !== null) days.push({ found, weekday, known: hits.length })
  }
  return days
}

const ORDER: readonly Calendar[] = ['gregory', 'persian', 'ethiopic', 'islamic']
const rankOf = ({ calendar }: Found): number => ORDER.indexOf(calendar)

function bestOf<T>(values: readonly T[], rank: (value: T) => number): T | null {
  let best: T | null = null
  for (const value of values) if (best === null || rank(value) < rank(best)) best = value
  return best
}

const sameDay = (one: Found, other: Found): boolean =>
  one.calendar === other.calendar && one.year === other.year && one.month === other.month && one.day === other.day

/** A day that languages other than the feed's give; null where they disagree and nothing in the text decides. */
function namedInAny(tokens: readonly string[], text: string, language: string | null): Named | null {
  // English weekdays stand before days of every language, and are months in some: «Sat».
  const weekdays = namesOf('en')?.weekdays
  const others = tokens.map(token => (weekdays?.has(token) ? '' : token))
  const words = wordsOf(others)
  const scripts = new Set<Script>()
  for (const letter of text.match(/\p{L}/gu) ?? []) scripts.add(scriptOf(letter))
  const all = [...scripts].flatMap(script =>
    knowing(script, others).flatMap(
      names => bestOf(namedIn(words, names, language), named => rankOf(named.found)) ?? [],
    ),
  )
  const calendar = Math.min(...all.map(({ found }) => rankOf(found)))
  let left = all.filter(({ found }) => rankOf(found) === calendar)
  const known = Math.max(...left.map(named => named.known))
  left = left.filter(named => named.known === known)
  const [first] = left
  if (first === undefined) return null
  if (left.every(({ found }) => sameDay(found, first.found))) return first
  const agreeing = left.filter(({ found, weekday }) => weekday !== null && weekdayOf(found) === weekday)
  const [agreed] = agreeing
  return agreed !== undefined && agreeing.every(({ found }) => sameDay(found, agreed.found)) ? agreed : null
}

// ── the day ─────────────────────────────────────────────────────────────────────────────────────────────────────────

const HIJRI = new Set(
  'محرم صفر ربيع جمادي جماد رجب شعبان رمضان شوال القعده الحجه هجري هجريه ه muharram safar rabi jumada rajab shaban ramadan shawwal hijri ah'.split(
    ' ',
  ),
)

export interface DaySpeech {
  language: string | null
  /** The feed's language and English. */
  tables: readonly Names[]
  /** Whether the clock is written with AM or PM. */
  isAmerican: boolean
}

/** The day that a folded text without its clock names; of several calendars the Gregorian one counts. */
export function readDay(text: string, { language, tables, isAmerican }: DaySpeech): DayReading {
  const east = eastAsian(text, language)
  if (east !== null) return east
  const tokens = tokensOf(text)
  const words = wordsOf(tokens)
  const named: Named[] = tables.flatMap(names => namedIn(words, names, language))
  const inDigits = numbers(text, THAI.test(text) ? 'th' : language, isAmerican)
  let best = bestOf([...inDigits, ...named.map(({ found }) => found)], rankOf)
  if (best === null || best.calendar === 'islamic') {
    const other = /\p{L}/u.test(text) && /\d/.test(text) ? namedInAny(tokens, text, language) : null
    if (other !== null) {
      named.push(other)
      best = bestOf([...(best === null ? [] : [best]), other.found], rankOf)
    }
  }
  if (best === null) return tokens.some(token => HIJRI.has(token)) ? 'hijri' : null
  if (best.calendar !== 'islamic') return gregorian(best.calendar, best)
  return islamicDay(best, text, words, tables, language)
}

/**
 * Which day an Islamic date is depends on where the moon was seen. It is known where the text names the weekday, and
 * for Saudi Arabia, whose calendar is published. Elsewhere the date is left out.
 */
function islamicDay(
  found: Found,
  text: string,
  words: Words,
  tables: readonly Names[],
  language: string | null,
): DayReading {
  const day = gregorian('islamic', found)
  if (day === null) return 'hijri'
  const all = [...tables, ...(/\p{Script=Arabic}/u.test(text) ? namesIn('arabic') : [])]
  for (const names of all) {
    const weekday = hitsOf(words, names).find(hit => hit.weekday !== null)?.weekday
    if (weekday === undefined || weekday === null) continue
    for (const days of [0, 1, -1]) {
      const other = daysLater(day, days)
      if (weekdayOf(other) === weekday) return other
    }
    return 'hijri'
  }
  return /-SA(?=$|-)/i.test(language ?? '') || text.includes('ام القري') ? day : 'hijri'
}
