// Days of other calendars as days of the Gregorian one.

export type Calendar = 'gregory' | 'persian' | 'islamic' | 'ethiopic'

/** A day of the Gregorian calendar, or of the one named elsewhere; months count from 1. */
export interface Day {
  year: number
  month: number
  day: number
}

const DAY = 86_400_000
/** Julian day number of 1 January 1970. */
const UNIX_EPOCH = 2_440_588

const fromJulian = (julian: number): Day => {
  const date = new Date((julian - UNIX_EPOCH) * DAY)
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() }
}

/** Years of the Persian calendar that news can be of: 2001 to 2040. */
export const isPersianYear = (year: number): boolean => year >= 1380 && year < 1420
/** Years of the Islamic calendar that news can be of: 1999 to 2053. No year is in both ranges. */
export const isIslamicYear = (year: number): boolean => year >= 1420 && year <= 1475
/** Years of the Buddhist era as Thailand counts it: 1987 to 2099. */
export const isBuddhistYear = (year: number): boolean => year >= 2530 && year <= 2642
export const BUDDHIST = 543

/**
 * Solar Hijri, of Iran and Afghanistan: 33-year cycle of 8 leap years, the same as the observed one in all years of
 * {@link isPersianYear}. Null where there is no such day.
 */
function persian({ year, month, day }: Day): Day | null {
  const leap = (25 * year + 11) % 33 < 8
  if (month < 1 || month > 12 || day < 1 || day > (month < 7 ? 31 : month < 12 || leap ? 30 : 29)) return null
  const before = month <= 7 ? 31 * (month - 1) : 186 + 30 * (month - 7)
  return fromJulian(1_948_319 + 365 * (year - 1) + Math.floor((8 * year + 21) / 33) + before + day)
}

/** Ethiopian: twelve months of 30 days and one of five or six. */
function ethiopic({ year, month, day }: Day): Day | null {
  const last = month < 13 ? 30 : year % 4 === 3 ? 6 : 5
  if (month < 1 || month > 13 || day < 1 || day > last) return null
  return fromJulian(1_724_220 + 365 * (year - 1) + Math.floor(year / 4) + 30 * (month - 1) + day)
}

let ummAlQura: Intl.DateTimeFormat | null = null

/** The Saudi civil calendar, whose months are published as a table; `Intl` has it. */
function islamic(written: Day): Day | null {
  ummAlQura ??= new Intl.DateTimeFormat('en-u-ca-islamic-umalqura-nu-latn', {
    timeZone: 'UTC',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
  })
  const { year, month, day } = written
  if (month < 1 || month > 12 || day < 1 || day > 30) return null
  // 1 Muharram 1 was 16 July 622 (Julian); mean lengths of its years and months lead within two days of the day.
  const guess = Math.round(1_948_439 + (year - 1) * 354.367 + (month - 1) * 29.53 + day)
  for (const step of [0, -1, 1, -2, 2, -3, 3]) {
    const found = new Map(
      ummAlQura.formatToParts((guess + step - UNIX_EPOCH) * DAY).map(({ type, value }) => [type, Number(value)]),
    )
    if (found.get('year') === year && found.get('month') === month && found.get('day') === day)
      return fromJulian(guess + step)
  }
  return null
}

/** The Gregorian day; null where the calendar has no such day. */
export function gregorian(calendar: Calendar, day: Day): Day | null {
  if (calendar === 'persian') return persian(day)
  if (calendar === 'ethiopic') return ethiopic(day)
  return calendar === 'islamic' ? islamic(day) : day
}

/** 0 is Sunday. */
export const weekdayOf = ({ year, month, day }: Day): number => new Date(Date.UTC(year, month - 1, day)).getUTCDay()

export function daysLater({ year, month, day }: Day, days: number): Day {
  return fromJulian(Date.UTC(year, month - 1, day + days) / DAY + UNIX_EPOCH)
}
