// When a desk forbids to publish before a moment, and which moment that is. Only unmistakable words at the very start
// count: a story about an embargo must not vanish.

import { MONTHS, WEEKDAYS } from '../../language/calendar.ts'
import { fold } from '../../language/fold.ts'
import { PACKS } from '../../language/phrases/index.ts'
import type { Millis } from '../../model/units.ts'
import { inkStart, lineEnd } from './edges.ts'

export interface EmbargoFound {
  /** Index of the first character after it. */
  end: number
  until: Millis
}

const WINDOW = 140
const DAY: Millis = 86_400_000
const HOUR: Millis = 3_600_000
/** A slip of the year must not hide a report for ever, nor an old one be told as new. */
const FARTHEST: Millis = 60 * DAY
const OLDEST: Millis = 400 * DAY

/** Each ends where the moment begins. */
const OPENINGS = PACKS.flatMap(({ embargo }) => embargo ?? [])
const OPENING = new RegExp(`^[\\s([*#"-]*(?:${OPENINGS.join('|')})(?![\\p{L}])[\\s:：–—-]*`, 'u')
// Cheap to see that there is none.
const MAYBE =
  /embarg|release|publi|broadcast|diffus|difund|sperrfrist|hold|do not|not for|эмбарго|публик|ambargo|محظور|حظر|ممنوع|للنشر|ينشر|frei ab|nicht vor/iu

// Hours ahead of UTC. Zones with summer time by the half of the year in which news of it is told apart.
const ZONES: readonly (readonly [RegExp, number])[] = [
  [/\b(?:gmt|utc|z|tu|tmg|greenwich)\b|غرينتش|جرينتش|غرينيتش|гринвич/u, 0],
  [
    /\b(?:msk|mck)\b|(?<![\p{L}])(?:мск|московск)|موسكو|مكه|الرياض|السعوديه|بغداد|الكويت|الدوحه|\btrt\b|turkiye saati/u,
    3,
  ],
  [/\b(?:gst)\b|ابوظبي|دبي|الامارات|مسقط/u, 4],
  [/\bcest\b|\bmesz\b/u, 2],
  [/\b(?:cet|mez)\b/u, 1],
  [/القاهره/u, 2],
  [/\bbst\b/u, 1],
  [/\bedt\b/u, -4],
  [/\b(?:est|et)\b/u, -5],
  [/\bpdt\b/u, -7],
  [/\b(?:pst|pt)\b/u, -8],
  [/\bist\b/u, 5.5],
  [/\b(?:jst|kst)\b/u, 9],
]

interface Clock {
  hours: number
  minutes: number
}

function clockOf(text: string): { clock: Clock; index: number; length: number } | null {
  const pattern =
    /(?<![\d./-])(?:(\d{1,2})[:.h](\d{2})(?::\d{2})?\s?(am|pm|a\.m\.|p\.m\.|ص|م)?|(\d{2})(\d{2})(?=\s?(?:hrs|hours|h\b|gmt|utc|z\b|cet|cest|est|edt|et\b|bst|msk|мск|بتوقيت|غرينتش|ч))|(\d{1,2})\s?(am|pm|a\.m\.|p\.m\.|uhr|heures|h(?!\p{L})|صباحا|مساء|ص|م)(?!\p{L})|(?:الساعه|a las|las|saat|в)\s(\d{1,2})(?![\d./-]))(?!\d|[./-]\d)/u
  const match = pattern.exec(text)
  if (!match) return noon(text)
  let hours = Number(match[1] ?? match[4] ?? match[6] ?? match[8])
  const minutes = Number(match[2] ?? match[5] ?? 0)
  const half = match[3] ?? match[7] ?? /صباحا|مساء/.exec(text.slice(match.index, match.index + 30))?.[0] ?? ''
  if (/^(?:p|م|مساء)/.test(half) && hours < 12) hours += 12
  if (/^(?:a|ص)/.test(half) && hours === 12) hours = 0
  // 24:00 is the end of the day.
  if (hours > 24 || minutes > 59 || (hours === 24 && minutes > 0)) return null
  return { clock: { hours, minutes }, index: match.index, length: match[0].length }
}

function noon(text: string): { clock: Clock; index: number; length: number } | null {
  const match = /\b(midnight|noon|minuit|midi|medianoche|mediodia|mitternacht)\b|منتصف الليل|полуночи/u.exec(text)
  if (!match) return null
  const hours = /noon|midi$|mediodia/.test(match[0]) ? 12 : 0
  return { clock: { hours, minutes: 0 }, index: match.index, length: match[0].length }
}

interface Day {
  year: number | null
  month: number
  day: number
}

function dayOf(text: string): { day: Day | null; weekday: number | null } {
  const iso = /(?<!\d)(\d{4})-(\d{2})-(\d{2})(?!\d)/.exec(text)
  if (iso) return { day: { year: Number(iso[1]), month: Number(iso[2]) - 1, day: Number(iso[3]) }, weekday: null }
  const dotted = /(?<![\d:])(\d{1,2})[./](\d{1,2})[./](\d{4}|\d{2})(?!\d)/.exec(text)
  if (dotted) {
    const year = Number(dotted[3])
    const [day, month] = [Number(dotted[1]), Number(dotted[2])]
    // 01/05/2022 is two days; where the second can be no month it is American.
    if (month > 12) return { day: { year, month: day - 1, day: month }, weekday: null }
    return { day: { year: year < 100 ? 2_000 + year : year, month: month - 1, day }, weekday: null }
  }
  const joined = text.replace(/(كانون|تشرين) (الاول|الثاني)/g, '$1-$2')
  const tokens = joined.match(/[\p{L}\p{M}-]+|\d+/gu) ?? []
  let weekday: number | null = null
  for (const [at, token] of tokens.entries()) {
    weekday ??= WEEKDAYS.get(token) ?? null
    const month = MONTHS.get(token)
    if (month === undefined) continue
    const numbers = (from: number, to: number) =>
      tokens.slice(Math.max(0, from), to).filter(other => /^\d{1,2}$/.test(other) && Number(other) <= 31)
    // "5 January", "5 de enero"; else "January 5".
    const day = numbers(at - 2, at).at(-1) ?? numbers(at + 1, at + 2)[0]
    if (!day) continue
    const year = tokens.slice(at + 1, at + 4).find(other => /^(?:19|20)\d{2}$/.test(other))
    return { day: { year: year ? Number(year) : null, month, day: Number(day) }, weekday }
  }
  return { day: null, weekday }
}

/** The moment that `written` names, seen at `at`; null where it names none, or an absurd one. */
export function embargoMoment(written: string, at: Millis): Millis | null {
  const text = fold(written.slice(0, WINDOW)).replace(/,/g, ' ')
  const time = clockOf(text)
  // The digits of the time are no day.
  const dateText = time ? `${text.slice(0, time.index)} ; ${text.slice(time.index + time.length)}` : text
  const { day, weekday } = dayOf(dateText)
  if (!time && !day && weekday === null) return null
  const zone = ZONES.find(([pattern]) => pattern.test(text))?.[1] ?? 0
  const { hours, minutes } = time?.clock ?? { hours: 0, minutes: 0 }
  const offset = hours * HOUR + minutes * 60_000 - zone * HOUR
  const today = Math.floor((at + zone * HOUR) / DAY) * DAY
  let moment: Millis
  if (day) {
    if (day.month < 0 || day.month > 11 || day.day < 1 || day.day > 31) return null
    const year = new Date(at).getUTCFullYear()
    const years = day.year === null ? [year - 1, year, year + 1] : [day.year]
    const moments = years.map(candidate => Date.UTC(candidate, day.month, day.day) + offset)
    // 31 February is no day.
    if (new Date(Date.UTC(years[0] ?? year, day.month, day.day)).getUTCMonth() !== day.month) return null
    moment = moments.reduce((best, next) => (Math.abs(next - at) < Math.abs(best - at) ? next : best))
  } else if (weekday !== null) {
    const ahead = (weekday - new Date(today).getUTCDay() + 7) % 7
    moment = today + ahead * DAY + offset
  } else {
    moment = today + offset
    // "Until 0001 GMT", sent in the evening.
    if (moment < at - 12 * HOUR) moment += DAY
  }
  return moment > at + FARTHEST || moment < at - OLDEST ? null : moment
}

// What may stand in a moment beside numbers, months, days and zones.
const JOINTS = new Set(
  fold(
    `the at of on in until till hours hrs time local am pm st nd rd th noon midnight london paris berlin moscow madrid
    le la les du de des au heure heures midi minuit tu tmg el las los del horas hora a uhr am dem den der um mez mesz
    в до г года час часа часов по времени мск московского московскому московское saat saatine kadar tsi de da do dia as
    ore del alle الساعة ساعة يوم من في بتوقيت توقيت غرينتش جرينتش غرينيتش مكة المكرمة القاهرة صباحا مساء ظهرا فجرا ليلا
    الموافق عام سنة بعد منتصف الليل المحلي محليا السعودية الرياض الامارات ابوظبي دبي hrs gmt utc cet cest bst est edt et pt pst
    pdt msk trt ist jst gst kst ص م كانون تشرين الاول الثاني turkiye`,
  ).split(/\s+/),
)

/** Nothing but a moment: "Friday leaves the port empty" is news. */
function isMoment(written: string): boolean {
  const words = written.match(/\p{L}{2,}/gu) ?? []
  return words.every(word => JOINTS.has(word) || MONTHS.has(word) || WEEKDAYS.has(word))
}

// What parts the moment from the report on the same line: not the dot of "5. Januar" or "6 p.m.".
const MARK = /\s[–—|-]\s|\s\/\s|(?<![\d]|\b[ap]\.?m)[.;!*](?=\s|$)|(?<=(?:gmt|utc|\d{4}))[.:](?=\s)/iu

/**
 * An embargo that opens [from, to) of `text`, with the moment it ends: read in UTC unless a zone is written, and relative
 * to `at`. Null where the text opens otherwise or no moment can be read; then nothing is taken off.
 */
export function readEmbargo(text: string, from: number, to: number, at: Millis): EmbargoFound | null {
  const stop = lineEnd(text, from, Math.min(to, from + WINDOW))
  const line = text.slice(from, stop)
  if (!MAYBE.test(line.slice(0, 64))) return null
  if (!OPENING.test(fold(line))) return null
  const closed = /^[\s*#]*[([]/.test(line)
  const digit = line.search(/\d|[٠-٩]/)
  const skip = digit < 0 ? Math.min(line.length, 14) : digit
  const found = (closed ? /[)\]]/ : MARK).exec(line.slice(skip))
  if (!found && (closed || (stop < to && stop === from + WINDOW))) return null
  const end = found ? skip + found.index : line.length
  const folded = fold(line.slice(0, end))
  const opening = OPENING.exec(folded)
  if (!opening) return null
  const written = folded.slice(opening[0].length)
  if (!isMoment(written)) return null
  const until = embargoMoment(written, at)
  if (until === null) return null
  return { end: inkStart(text, from + end + (found?.[0].length ?? 0), to), until }
}
