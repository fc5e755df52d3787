// Finds the time of day in a date, in the many ways it is written.

import type { Millis } from '../../../model/units.ts'
import { LONGEST_NAME, type Names } from './names.ts'

/** A time of day and what stands around it. Not yet checked: hours may be 99. */
export interface Clock {
  hour: number
  minute: number
  second: number
  ms: Millis
  hasSeconds: boolean
  before: string
  after: string
}

/** Milliseconds of a fraction of a second, written in digits. */
export const fraction = (digits: string | undefined): Millis => Number((digits ?? '').slice(0, 3).padEnd(3, '0'))

// All are run over folded text of bounded length.
const COLONS = /(?<![\d+])(\d{1,2})(?: : |:)(\d{1,2})(?:(?: : |:)(\d{1,2})(?:[.,](\d{1,9}))?)?(:\d+)?/
const MORE_COLONS = new RegExp(COLONS, 'g')
/** `10h30`, `10 Uhr 30`, `10 ч. 30 мин.`, `10時30分`, `14 นาฬิกา 05 นาที`: no letter follows the word, but for East Asia. */
const IN_WORDS =
  /(?<![\d.])(\d{1,2}) ?(?:(?:hs?|hrs?|heures?|horas?|uhr|uur|u|ч|час|часа|часов|год|година|годин|сағ|саат|с|სთ|val|hod|godz|gio|นาฬิกา|ໂມງ)(?!\p{L})\.?|時|时|點|点|시) ?(?:et |und |и |ja )?(?:(\d{1,2})(?!\d) ?(?:min(?:utes?|uten|utos)?|мин|хв|m|นาที|ນາທີ|phut|分|분)?\.?(?: ?(\d{1,2}) ?(?:sec|сек|s|с|วินาที|ວິນາທີ|giay|秒|초)\.?)?)?/u
/** `10.30`, `10.30.00`: nothing that would make it a part of a longer number or of a day. */
const DOTS = /(?<![\d.,:/+-])(\d{1,2})\.(\d{2})(?:\.(\d{2})(?:[.,](\d{1,9}))?)?(?!\d|[./-]\d)/g
const FOUR_DIGITS = /(?<![\d.,:/+-])([01]\d|2[0-3])([0-5]\d) ?(?=(?:hrs?|hours|h|gmt|utc|uhr)(?!\p{L}))/u
const HOUR_ONLY = /(?<![\d.,:/+-])(1[0-2]|0?\d) ?(?=[ap] ?\.? ?m(?![\p{L}\d]))/u

function cut(text: string, match: RegExpExecArray | RegExpMatchArray): Clock {
  const index = match.index ?? 0
  return {
    hour: Number(match[1]),
    minute: Number(match[2] ?? 0),
    second: Number(match[3] ?? 0),
    ms: fraction(match[4]),
    hasSeconds: match[3] !== undefined,
    before: text.slice(0, index).trim(),
    after: text.slice(index + match[0].length).trim(),
  }
}

/**
 * What may be the clock of a folded text, the plainest first. One with colons is the only one (`isSure`); the others are
 * clocks only if what is left is a day. `broken` is a clock that cannot be.
 */
export function clocksOf(text: string): { clocks: Clock[]; isSure: boolean } | 'broken' {
  const colons = COLONS.exec(text)
  // «10.30.00 -03:00»: behind a clock with dots it is an offset.
  const isOffset = colons !== null && text[colons.index - 1] === '-' && text.slice(0, colons.index).search(DOTS) >= 0
  if (colons !== null && !isOffset) {
    return colons[5] === undefined ? { clocks: [cut(text, colons)], isSure: true } : 'broken'
  }
  const found: Clock[] = []
  for (const pattern of [IN_WORDS, FOUR_DIGITS, HOUR_ONLY]) {
    const match = pattern.exec(text)
    if (match !== null) found.push(cut(text, match))
  }
  // The clock mostly follows the day: «02.03.26 10.30».
  const dotted = [...text.matchAll(DOTS)].reverse().slice(0, 4)
  const clocks = [...found, ...dotted.map(match => cut(text, match))]
  return { clocks: clocks.filter(({ hour, minute }) => hour <= 24 && minute <= 59), isSure: false }
}

/** «10:00 - 11:30»: only the first is the moment. */
export const withoutClocks = (text: string): string => text.replace(MORE_COLONS, ' ')

// ── halves of the day ───────────────────────────────────────────────────────────────────────────────────────────────

export type Half = 'am' | 'pm' | 'noon' | 'night'

const EAST_ASIAN_HALVES: readonly [Half, RegExp][] = [
  ['am', /上午|午前|오전|凌晨|清晨|早上|早晨|上晝|아침/],
  ['pm', /下午|午後|午后|오후|傍晚|下晝|저녁/],
  ['noon', /中午|正午|낮/],
  ['night', /晚上|夜間|밤/],
]
const AM_PM = /(?:^|[\s\d])([ap])\.? ?m\.?(?![a-z\d])/
/** Folded, in all languages: the hours around noon, and those around midnight. */
const NOON = new Set('ظهرا|ظهر|الظهر|noon|midi|দুপুর|दोपहर|trua|siang|tengah hari|ng tanghali|دوپہر'.split('|'))
const NIGHT = new Set('ليلا|الليل|شب|রাত|रात|malam|dem|ночи|ночі|w nocy|v noci|nachts|de la nuit'.split('|'))

/** Folded phrases that begin with a word of other meaning. */
const PHRASES = new Map<string, Half>([
  ...'de la manana|da manha|del mattino|di mattina|du matin'.split('|').map((key): [string, Half] => [key, 'am']),
  ...'de la tarde|de la noche|da tarde|da noite|del pomeriggio|di sera|du soir|de l apres midi'
    .split('|')
    .map((key): [string, Half] => [key, 'pm']),
])

const wordsAtStart = (text: string): { words: string[]; ends: number[] } => {
  const words: string[] = []
  const ends: number[] = []
  const pattern = /[ .,']{0,3}([\p{L}\p{M}]+)/uy
  while (words.length < LONGEST_NAME) {
    const match = pattern.exec(text)
    if (match === null) break
    words.push(match[1] ?? '')
    ends.push(pattern.lastIndex)
  }
  return { words, ends }
}

const meaningOf = (key: string, tables: readonly Names[]): Half | null => {
  if (NOON.has(key)) return 'noon'
  if (NIGHT.has(key)) return 'night'
  const phrase = PHRASES.get(key)
  if (phrase !== undefined) return phrase
  for (const table of tables) {
    const half = table.halves.get(key)
    if (half !== undefined) return half
  }
  return null
}

/** The half of the day that a clock names, and what follows it. `capitals`: folded words that are written in capitals. */
export function takeHalf(
  clock: Pick<Clock, 'before' | 'after'>,
  tables: readonly Names[],
  capitals: ReadonlySet<string>,
): { half: Half | null; after: string } {
  const { before, after } = clock
  const { words, ends } = wordsAtStart(after)
  for (let length = words.length; length > 0; length--) {
    const half = meaningOf(words.slice(0, length).join(' '), tables)
    if (half !== null) return { half, after: after.slice(ends[length - 1]).replace(/^\./, '') }
  }
  const anywhere = AM_PM.exec(after)
  if (anywhere !== null) return { half: anywhere[1] === 'a' ? 'am' : 'pm', after: after.replace(AM_PM, ' ') }
  // «PM 2:35»; but «am 12:35» is German and Welsh.
  const prefixed = /(?:^|\s)([ap]m)$/.exec(before)?.[1]
  if (prefixed !== undefined && capitals.has(prefixed)) return { half: prefixed === 'am' ? 'am' : 'pm', after }
  for (const [half, pattern] of EAST_ASIAN_HALVES) {
    if (pattern.test(before) || pattern.test(after)) return { half, after }
  }
  // «সকাল ১০:৩০», «du. 2:05». A single letter before a clock belongs to the year: «2026م».
  const last = before.match(/[\p{L}\p{M}]+/gu)?.slice(-3) ?? []
  if (!/\d[ .,]*$/.test(before)) {
    for (let length = last.length; length > 0; length--) {
      const key = last.slice(-length).join(' ')
      const half = key.length < 2 || key === 'am' || key === 'pm' ? null : meaningOf(key, tables)
      if (half !== null) return { half, after }
    }
  }
  return { half: null, after }
}

/** Hours from 0. */
export function hourOf(hour: number, half: Half | null): number {
  if (half === 'am') return hour === 12 ? 0 : hour
  if (half === 'pm') return hour < 12 ? hour + 12 : hour
  if (half === 'noon') return hour < 5 ? hour + 12 : hour
  if (half === 'night') return hour === 12 ? 0 : hour > 5 && hour < 12 ? hour + 12 : hour
  return hour
}
