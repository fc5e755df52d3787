// Reads the dates that feeds write, in any format and some eighty languages, as moments.
//
// The formats of the specifications are read first and at once; what is left is searched for a clock, a zone and a day
// (`dates/clock.ts`, `zones.ts`, `days.ts`).

import type { Millis } from '../../model/units.ts'
import { type Day, gregorian, isIslamicYear, isPersianYear } from './dates/calendars.ts'
import { type Clock, clocksOf, fraction, type Half, hourOf, takeHalf, withoutClocks } from './dates/clock.ts'
import { byYear, century, eastAsianNumerals, readDay } from './dates/days.ts'
import { type Names, namesIn, namesOf, scriptOf } from './dates/names.ts'
import { fold, plain } from './dates/plain.ts'
import { momentIn, type Speech, takeZone, type Zone, zoneElsewhere } from './dates/zones.ts'

export type DateReading =
  /** `unknownZone`: the zone as written, where we know none of that name; the time is then read as UTC. */
  | { kind: 'time'; time: Millis; unknownZone?: string }
  /** Empty, or not a date by any rule below. */
  | { kind: 'unreadable' }
  /** A date of the Islamic calendar: which day it means depends on who says it, so we claim none. */
  | { kind: 'hijri' }
  /** Readable, but no feed existed then. */
  | { kind: 'absurd' }

const UNREADABLE: DateReading = { kind: 'unreadable' }
const GREENWICH: Zone = { offset: 0 }

/** Longest date text looked at, in characters: real ones stay under 60. */
const LONGEST = 120

/** Nothing is published after it. */
const LAST_MOMENT: Millis = Date.UTC(2100, 0, 1) - 1

interface TimeOfDay {
  hour: number
  minute: number
  second: number
  ms: Millis
}

const MIDNIGHT: TimeOfDay = { hour: 0, minute: 0, second: 0, ms: 0 }

/** Calendar parts to a moment. */
function moment({ year, month, day }: Day, clock: TimeOfDay, zone: Zone): DateReading {
  const { hour, minute, second, ms } = clock
  if (month < 1 || month > 12 || day < 1 || hour > 24 || minute > 59 || second > 60) return UNREADABLE
  if (hour === 24 && (minute > 0 || second > 0)) return UNREADABLE
  if (day > new Date(Date.UTC(year % 400 || 400, month, 0)).getUTCDate()) return UNREADABLE
  // 1970 is what broken software writes for no date at all; 2100 is beyond any embargo.
  if (year <= 1970 || year > 2099) return { kind: 'absurd' }
  const wall = Date.UTC(year, month - 1, day, hour, minute, Math.min(second, 59), ms)
  return { kind: 'time', time: momentIn(zone, wall) }
}

/** A day in digits of whatever calendar its year is of. */
function momentByYear(written: Day, language: string | null, clock: TimeOfDay, zone: Zone): DateReading {
  const found = byYear(written, language)
  if (found.calendar === 'islamic') {
    const day = readDay(`${written.year}-${written.month}-${written.day}`, { language, tables: [], isAmerican: false })
    return day === null || day === 'hijri' ? { kind: 'hijri' } : moment(day, clock, zone)
  }
  const day = gregorian(found.calendar, found)
  return day === null ? UNREADABLE : moment(day, clock, zone)
}

// ── the specifications' own forms ───────────────────────────────────────────────────────────────────────────────────

const RFC_822 =
  /^(?:[A-Za-z]{3}, ?)?(\d{1,2}) (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) (\d{4}) (\d\d):(\d\d):(\d\d) (?:GMT|UTC|Z|([+-])(\d\d)(\d\d))$/
const W3C = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:Z|([+-])(\d\d):(\d\d))$/
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** A date in one of the two forms that nearly all feeds write, in which no word depends on a language; else null. */
export function exactDate(text: string): DateReading | null {
  if (text.length > LONGEST) return null
  const w3c = W3C.exec(text)
  const match = w3c ?? RFC_822.exec(text)
  if (match === null) return null
  const at = (index: number): number => Number(match[index] ?? 0)
  const [sign, hours, minutes] = w3c === null ? [match[7], at(8), at(9)] : [match[8], at(9), at(10)]
  if (minutes > 59 || hours > 16) return null
  const zone = { offset: (hours * 60 + minutes) * (sign === '-' ? -1 : 1) }
  const day =
    w3c === null
      ? { year: at(3), month: MONTHS.indexOf(match[2] ?? '') + 1, day: at(1) }
      : { year: at(1), month: at(2), day: at(3) }
  if (isPersianYear(day.year) || isIslamicYear(day.year) || day.year > 2099) return null
  return moment(day, { hour: at(4), minute: at(5), second: at(6), ms: w3c === null ? 0 : fraction(w3c[7]) }, zone)
}

const EPOCH = /^(\d{9,10})(?:\.(\d{1,9}))?$|^(\d{12,13})$|^(\d{16})$|^(\d{19})$/
/** `202603020830`: as milliseconds since 1970 it would be of 1976. */
const COMPACT = /^((?:19|20)\d{2})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})?$/

function epoch(text: string): DateReading | null {
  const match = EPOCH.exec(text)
  if (match === null) return null
  const [, seconds, part, millis, micros, nanos] = match
  const time =
    seconds !== undefined
      ? Number(seconds) * 1000 + fraction(part)
      : millis !== undefined
        ? Number(millis)
        : Math.floor(micros !== undefined ? Number(micros) / 1e3 : Number(nanos) / 1e6)
  return time <= LAST_MOMENT ? { kind: 'time', time } : { kind: 'absurd' }
}

// ── ISO 8601 and what is nearly it ──────────────────────────────────────────────────────────────────────────────────

const ISO_MONTH = /^(\d{4})(?:-(\d{2}))?$/
const ISO_SHORT = /^(?:(\d{2})-?(\d{2})-?(\d{2})|-(\d{2})-?(\d{2}))$/
const ISO_WEEK = /^(\d{4})-?w(\d{2})(?:-?([1-7]))?(?=$|[t ])/
const ISO_ORDINAL = /^(\d{4})-?(\d{3})(?=$|[t ])/
const ISO_DAY = /^(\d{4})(?:-0?(\d{1,2})-(\d{1,2})|\/(\d{1,2})\/(\d{1,2})|\.(\d{1,2})\.(\d{1,2})|(\d{2})(\d{2}))(?!\d)/
const ISO_CLOCK =
  /^(?:(\d{1,2})([:.])(\d{1,2})(?:\2(\d{1,2})(?:[.,:](\d{1,9}))?)?|(\d{1,2})-(\d{2})-(\d{2})|(\d{2})(\d{2})(?:(\d{2})(?:[.,](\d{1,9}))?)?|(\d{1,2}))(?![\d:])/
const ISO_GAP = /^(?: ?t ?| ?, ?| - |[ _])/

interface Rest {
  clock: TimeOfDay
  zone: Zone
  unknownZone: string | null
}

/** The clock and zone that end an ISO date; null where something else stands there. */
function clockAndZone(text: string, speech: Speech, tables: readonly Names[]): Rest | null {
  if (text === '') return { clock: MIDNIGHT, zone: usualOf(speech), unknownZone: null }
  const match = ISO_CLOCK.exec(text)
  if (match === null) return null
  const at = (...indexes: number[]): number => Number(indexes.map(index => match[index]).find(Boolean) ?? 0)
  const rest = text.slice(match[0].length)
  const { half, after } = takeHalf({ before: '', after: rest }, rest === '' ? [] : tables, speech.capitals)
  const clock: TimeOfDay = {
    hour: hourOf(at(1, 6, 9, 13), half),
    minute: at(3, 7, 10),
    second: at(4, 8, 11),
    ms: fraction(match[5] ?? match[12]),
  }
  const zoned = zoneAtEnd(after, speech)
  return zoned === null ? null : { clock, ...zoned }
}

/** A zone that is all of a text. */
function zoneAtEnd(text: string, speech: Speech): { zone: Zone; unknownZone: string | null } | null {
  if (text.trim() === '') return { zone: usualOf(speech), unknownZone: null }
  // What is written to the clock without a space is an offset or Z, or no zone: «10:00:00ZZtop».
  const isSpaced = /^[ ([]/.test(text)
  if (!isSpaced && !/^(?:[+-]|z(?![\p{L}\d])|(?:utc?|gmt)(?!\p{L})|[a-z]{2,5}$)/u.test(text)) return null
  const found = takeZone(text.replace(/^- (\d{2}:?\d{2})$/, '-$1').trim(), speech)
  if (found === null) {
    const [, word = ''] = /^ [[(]?([\p{L}]{2,5})[\])]?$/u.exec(text) ?? []
    return speech.capitals.has(word) ? { zone: GREENWICH, unknownZone: word } : null
  }
  if (found.zone === 'broken') return null
  // «+0300 AST», «+03:00 Arabian Standard Time»: the name says no more than the offset did.
  if (!/^(?:$| ?[[(]| (?:[a-z]+[/ ])*[a-z_]+$)/.test(found.rest)) return null
  return found.zone === 'unknown'
    ? { zone: GREENWICH, unknownZone: found.written }
    : { zone: found.zone, unknownZone: null }
}

function iso(text: string, speech: Speech, tables: readonly Names[]): DateReading | null {
  const month = ISO_MONTH.exec(text)
  if (month !== null) {
    return momentByYear(
      { year: Number(month[1]), month: Number(month[2] ?? 1), day: 1 },
      speech.language,
      MIDNIGHT,
      usualOf(speech),
    )
  }
  const short = ISO_SHORT.exec(text)
  if (short !== null) {
    const [, year, mid, day, onlyYear, onlyMonth] = short
    const written = { year: century(year ?? onlyYear ?? ''), month: Number(mid ?? onlyMonth), day: Number(day ?? 1) }
    return moment(written, MIDNIGHT, usualOf(speech))
  }
  const found = isoDay(text)
  if (found === null) return null
  if (found === 'broken') return UNREADABLE
  const gap = found.rest === '' ? '' : ISO_GAP.exec(found.rest)?.[0]
  const rest = gap === undefined ? null : clockAndZone(found.rest.slice(gap.length), speech, tables)
  if (rest === null) return null
  return noting(momentByYear(found.day, speech.language, rest.clock, rest.zone), rest.unknownZone)
}

/** The day that an ISO text begins with, in any of the forms of the standard. */
function isoDay(text: string): { day: Day; rest: string } | 'broken' | null {
  const week = ISO_WEEK.exec(text)
  if (week !== null) {
    const [all, year, number, weekday] = week
    if (Number(number) < 1 || Number(number) > 53) return 'broken'
    // ISO 8601: week 1 is the week of 4 January, weeks begin on Monday.
    const fourth = new Date(Date.UTC(Number(year), 0, 4))
    const day = 4 - ((fourth.getUTCDay() + 6) % 7) + (Number(number) - 1) * 7 + Number(weekday ?? 1) - 1
    return { day: dayOf(Date.UTC(Number(year), 0, day)), rest: text.slice(all.length) }
  }
  const ordinal = ISO_ORDINAL.exec(text)
  if (ordinal !== null) {
    const [all, year, number] = ordinal
    if (Number(number) < 1 || Number(number) > 366) return 'broken'
    return { day: dayOf(Date.UTC(Number(year), 0, Number(number))), rest: text.slice(all.length) }
  }
  const match = ISO_DAY.exec(text)
  if (match === null) return null
  const at = (...indexes: number[]): number => Number(indexes.map(index => match[index]).find(Boolean) ?? 0)
  return {
    day: { year: at(1), month: at(2, 4, 6, 8), day: at(3, 5, 7, 9) },
    rest: text.slice(match[0].length),
  }
}

function dayOf(time: Millis): Day {
  const date = new Date(time)
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() }
}

const noting = (reading: DateReading, unknownZone: string | null): DateReading =>
  reading.kind === 'time' && unknownZone !== null
    ? { ...reading, unknownZone: unknownZone.slice(0, 40).toUpperCase() }
    : reading

// ── free word order ─────────────────────────────────────────────────────────────────────────────────────────────────

/** Words of a clock that are neither a half of the day nor a zone. */
const CLOCK_WORDS =
  /^ ?(?:uhr|hs?|hrs?|hours?|o'clock|uur|ч|часов|часа|год|น|बजे|वाजता|টা|ঘটিকা|sati|val|hod|godz|ziuatin|ዓ ም)(?![\p{L}\p{M}])\.?/u
/** Words that are written in capitals beside a clock, too. */
const NO_ZONES = new Set(
  'on at the of and le la el il de di du den der am um um am pm la los las op pada em in an'.split(' '),
)

/** The clock first, then the zone, then the day in what is left. */
function words(text: string, speech: Speech, tables: readonly Names[]): DateReading {
  const folded = fold(text)
  const found = clocksOf(folded)
  if (found === 'broken') return UNREADABLE
  for (const clock of found.clocks) {
    const reading = atClock(clock, folded, speech, tables)
    if (found.isSure || reading.kind !== 'unreadable') return reading
  }
  const day = readDay(folded, { language: speech.language, tables, isAmerican: false })
  if (day === null) return UNREADABLE
  return day === 'hijri' ? { kind: 'hijri' } : moment(day, MIDNIGHT, zoneUnsaid(folded, speech))
}

function atClock(clock: Clock, folded: string, speech: Speech, tables: readonly Names[]): DateReading {
  const known = takeHalf(clock, tables, speech.capitals)
  const { half, after: rest } = known.half === null ? halfOfOthers(clock, speech, tables) : known
  let after = rest.replace(CLOCK_WORDS, '').trim()
  // «10:00 - 11:30» without seconds is from and to; «10:00:00 - 03:00» has an offset.
  if (!clock.hasSeconds) after = after.replace(/^- \d{1,2}:\d{2}(?!\d)/, '')
  let zone: Zone | null = null
  let unknownZone: string | null = null
  const found = takeZone(after, speech)
  if (found !== null) {
    if (found.zone === 'broken') return UNREADABLE
    if (found.zone === 'unknown') unknownZone = found.written
    else zone = found.zone
    after = found.rest
  } else {
    if (/^[+-] ?[a-z0-9]{2}:?[a-z0-9]{2}(?=$|\s)/.test(after)) return UNREADABLE
    const elsewhere = zoneElsewhere(`${clock.before} ${after}`, speech)
    if (elsewhere === null) {
      unknownZone = zoneToTheEye(after, speech, tables)
      // «10:00:00 XYZ 2026»: the year is joined to the day.
      if (unknownZone !== null) after = after.replace(unknownZone, ' ')
    } else if ('zone' in elsewhere) zone = elsewhere.zone
    else unknownZone = elsewhere.unknown
  }
  const day = readDay(withoutClocks(`${clock.before} ${after}`), {
    language: speech.language,
    tables,
    isAmerican: isAmerican(folded, speech.language),
  })
  if (day === null) return UNREADABLE
  if (day === 'hijri') return { kind: 'hijri' }
  const time = { ...clock, hour: hourOf(clock.hour, half) }
  return noting(moment(day, time, zone ?? zoneUnsaid(folded, speech)), unknownZone)
}

const means = (names: Names, word: string): boolean => names.months.has(word) || names.weekdays.has(word)

const firstWord = (text: string): string | null => /^[ ,([]*([\p{L}\p{M}]+)/u.exec(text)?.[1] ?? null

/** A half of the day in a language that is neither the feed's nor English, beside a clock of twelve hours. */
function halfOfOthers(clock: Clock, speech: Speech, tables: readonly Names[]): { half: Half | null; after: string } {
  const { before, after } = clock
  const word = firstWord(after)
  const nothing = { half: null, after }
  if (clock.hour > 12) return nothing
  if (
    word !== null &&
    !NO_ZONES.has(word) &&
    !tables.some(names => means(names, word)) &&
    takeZone(after, speech) === null
  ) {
    const found = takeHalf({ before: '', after }, namesIn(scriptOf(word)), speech.capitals)
    if (found.half !== null) return found
  }
  // Before the clock, short words of Latin letters are mostly weekdays and prepositions.
  const last = /(?<![\p{L}\p{M}])([\p{L}\p{M}]+)[ .,]*$/u.exec(before)?.[1]
  if (last === undefined || scriptOf(last) === 'latin') return nothing
  return { half: takeHalf({ before, after: '' }, namesIn(scriptOf(last)), speech.capitals).half, after }
}

/** A word behind the clock, in capitals or alone, that is no zone we know and nothing else in any language. */
function zoneToTheEye(after: string, { capitals }: Speech, tables: readonly Names[]): string | null {
  const path = /^[[(]?([a-z]{2,20}(?:\/[a-z_]{2,20}){1,2})[\])]?$/.exec(after)?.[1]
  if (path !== undefined) return path
  const word = firstWord(after)
  if (word === null || word.length < 2 || word.length > 5 || NO_ZONES.has(word)) return null
  if (!capitals.has(word) && !/^[[(]?[a-z]+[\])]?$/.test(after)) return null
  return [...tables, ...namesIn(scriptOf(word))].some(names => means(names, word)) ? null : word
}

/** Countries that write English with the day first. */
const DAY_FIRST = new Set(['GB', 'IE', 'AU', 'NZ', 'IN', 'ZA', 'PK', 'SG', 'MY', 'HK', 'NG', 'KE', 'GH', 'MT'])

/** AM and PM as the United States write them, whatever the feed's language: the server formats the date. */
const isAmerican = (folded: string, language: string | null): boolean =>
  /\d ?[ap]\.?m(?![a-z\d])/.test(folded) &&
  !DAY_FIRST.has(/^en-([a-z]{2})$/i.exec(language ?? '')?.[1]?.toUpperCase() ?? '')

/** A Korean feed that names no zone means Korea's (feedparser's rule, from feeds of the time). */
const zoneOfCountry = (folded: string): Zone | null => (/[년월일]|오전|오후/.test(folded) ? { offset: 9 * 60 } : null)

/** The zone of dates that name none. */
const usualOf = ({ usual }: Speech): Zone => usual ?? GREENWICH
const zoneUnsaid = (folded: string, { usual }: Speech): Zone => usual ?? zoneOfCountry(folded) ?? GREENWICH

/** Words of the text that are all capitals, folded. */
const capitalsOf = (text: string): ReadonlySet<string> =>
  new Set((text.match(/(?<!\p{L})\p{Lu}{1,5}(?![\p{L}\p{M}])/gu) ?? []).map(fold))

/**
 * Reads a date as feeds write them: RFC 822 and 2822 with their abuses, W3C-DTF and ISO 8601 (week and ordinal dates
 * included), seconds or fractions of them since 1970, asctime, numeric dates, and the names of months of some eighty
 * languages with digits of any script; the Persian, Ethiopian and Thai calendars, Japanese eras, years of the Republic
 * of China. `language` is the feed's (BCP 47): it decides what an abbreviation of a zone or of a month means that has
 * several meanings. No zone means `zone` (a name of the tz database), or UTC. Never throws; work is bounded by
 * {@link LONGEST} characters.
 */
export function readDate(text: string, language: string | null = null, zone: string | null = null): DateReading {
  if (text.length > LONGEST) return UNREADABLE
  const quick = exactDate(text)
  if (quick !== null) return quick
  const clean = eastAsianNumerals(plain(text))
  if (clean === '' || !/\d/.test(clean)) return UNREADABLE
  const usual = zone === null ? null : { name: zone }
  const compact = COMPACT.exec(clean)
  if (compact !== null) {
    const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = compact
      .slice(1)
      .map(part => Number(part ?? 0))
    if (month > 0 && month < 13)
      return moment({ year, month, day }, { hour, minute, second, ms: 0 }, usual ?? GREENWICH)
  }
  const counted = epoch(clean)
  if (counted !== null) return counted
  const own = language === null ? null : namesOf(language)
  const english = namesOf('en')
  const tables = [own, english].filter(
    (names, index, all): names is Names => names !== null && all.indexOf(names) === index,
  )
  const speech: Speech = { language, capitals: capitalsOf(clean), usual }
  const lower = fold(clean)
  const read = iso(lower, speech, tables)
  if (read !== null) return read
  // What begins like W3C-DTF and is not quite it has a broken zone or clock: a guess would be a wrong time.
  if (/^\d{4}-\d{2}-\d{2}(?:t|-\d|$)/.test(lower)) return UNREADABLE
  return words(clean, speech, tables)
}
