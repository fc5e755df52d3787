// Names of months, weekdays and halves of the day, by language. Node's own tables (CLDR, through Intl) are read when a
// language is first met; `spellings.ts` adds what feeds write besides.

import type { Calendar } from './calendars.ts'
import { fold, tokensOf } from './plain.ts'
import { SPELLINGS } from './spellings.ts'

export interface Month {
  calendar: Calendar
  /** From 1. */
  month: number
}

/** What the words of one language mean. Keys are folded tokens joined by spaces, see {@link keyOf}. */
export interface Names {
  language: string
  months: ReadonlyMap<string, Month>
  /** 0 is Sunday. */
  weekdays: ReadonlyMap<string, number>
  halves: ReadonlyMap<string, 'am' | 'pm'>
}

/** Longest name, in tokens. */
export const LONGEST_NAME = 6

export const keyOf = (name: string): string => tokensOf(fold(name)).join(' ')

// Locales whose names differ, by the script they are written in. Two locales of one language make one table.
// A name that the feed's own language and English lack is looked for in all languages of its script.
const LOCALES: Readonly<Record<Script, string>> = {
  latin:
    'en en-GB en-AU en-CA en-IN fr fr-CA fr-CH es es-MX es-AR es-CO es-UY pt pt-PT it it-CH de de-AT nl da sv nb nn fi is et lv lt pl cs sk sl hr sr-Latn sr-Latn-BA bs ro ro-MD hu sq tr az uz tk vi id ms fil sw so ha af ca gl eu ga cy mt lb ku',
  cyrillic: 'ru uk be bg mk sr sr-BA sr-ME bs-Cyrl kk ky tg uz-Cyrl mn tt az-Cyrl',
  arabic: 'ar ar-EG ar-MA ar-DZ ar-TN ar-MR ar-LB ar-IQ ar-JO ar-SA ar-SD fa fa-AF ps ur ckb sd ug pa-Arab uz-Arab ks',
  hebrew: 'he yi',
  greek: 'el',
  devanagari: 'hi mr ne kok sa mai',
  bengali: 'bn bn-IN as',
  ethiopic: 'am ti',
  han: 'zh zh-TW yue ja',
  hangul: 'ko',
  other: 'hy ka ta te gu pa kn ml or si th lo my km',
}

/** Languages whose names are looked at only where the feed says that it is in one of them. */
const RARE = 'yo om rm fy br gd fo ast oc jv su ceb ig zu xh rw mg se fur hsb dsb wo ln lg mi gsw nds sc'

export type Script =
  | 'latin'
  | 'cyrillic'
  | 'arabic'
  | 'hebrew'
  | 'greek'
  | 'devanagari'
  | 'bengali'
  | 'ethiopic'
  | 'han'
  | 'hangul'
  | 'other'

const SCRIPTS: readonly [Script, RegExp][] = [
  ['latin', /\p{Script=Latin}/u],
  ['cyrillic', /\p{Script=Cyrillic}/u],
  ['arabic', /\p{Script=Arabic}/u],
  ['hebrew', /\p{Script=Hebrew}/u],
  ['greek', /\p{Script=Greek}/u],
  ['devanagari', /\p{Script=Devanagari}/u],
  ['bengali', /\p{Script=Bengali}/u],
  ['ethiopic', /\p{Script=Ethiopic}/u],
  ['han', /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u],
  ['hangul', /\p{Script=Hangul}/u],
]

export const scriptOf = (letter: string): Script => SCRIPTS.find(([, pattern]) => pattern.test(letter))?.[0] ?? 'other'

const ALIASES: Readonly<Record<string, string>> = {
  no: 'nb',
  iw: 'he',
  in: 'id',
  ji: 'yi',
  tl: 'fil',
  mo: 'ro',
  sh: 'sr',
  cnr: 'sr',
  prs: 'fa',
  pes: 'fa',
  kmr: 'ku',
  cmn: 'zh',
  arb: 'ar',
}

/** Primary subtag in lower case, of several for one language the usual one. */
export function primaryOf(tag: string): string {
  const primary = (/^[a-z]{2,3}(?=$|[-_])/i.exec(tag)?.[0] ?? '').toLowerCase()
  return ALIASES[primary] ?? primary
}

const LOCALES_OF = new Map<string, string[]>()
for (const locale of [...Object.values(LOCALES), RARE].join(' ').split(' ')) {
  const language = primaryOf(locale)
  LOCALES_OF.set(language, [...(LOCALES_OF.get(language) ?? []), locale])
}

/** Calendars beside the Gregorian one whose months news of these languages names. */
const OTHER_CALENDARS: readonly [Calendar, string, ReadonlySet<string>][] = [
  ['persian', 'persian', new Set(['fa', 'ps', 'en'])],
  ['islamic', 'islamic-umalqura', new Set(['ar', 'fa', 'ur', 'ps', 'en', 'fr', 'tr', 'id', 'ms', 'bn'])],
  ['ethiopic', 'ethiopic', new Set(['am'])],
]

const DAY = 86_400_000
/** 4 January 2026 was a Sunday. */
const SUNDAY = Date.UTC(2026, 0, 4, 3)

/** One part of a formatted date; and the word it stands in, where letters around it are written to it: «במרץ», «martxoaren». */
function parts(locale: string, options: Intl.DateTimeFormatOptions, type: string): (time: number) => [string, string] {
  const format = new Intl.DateTimeFormat(locale, { ...options, timeZone: 'UTC' })
  return time => {
    const all = format.formatToParts(time)
    const index = all.findIndex(part => part.type === type)
    const name = all[index]?.value ?? ''
    const before = /(?<!\p{L})\p{L}+$/u.exec(all[index - 1]?.value ?? '')?.[0] ?? ''
    const after = /^[\p{L}\p{M}]+/u.exec(all[index + 1]?.value ?? '')?.[0] ?? ''
    return [name, before + name + after]
  }
}

const MONTH_STYLES: readonly Intl.DateTimeFormatOptions[] = (['long', 'short'] as const).flatMap(month => [
  { month },
  { day: 'numeric', month, year: 'numeric' },
])

class Table implements Names {
  readonly language: string
  readonly months = new Map<string, Month>()
  readonly weekdays = new Map<string, number>()
  readonly halves = new Map<string, 'am' | 'pm'>()

  constructor(language: string) {
    this.language = language
    for (const locale of LOCALES_OF.get(language) ?? []) this.#fromIntl(locale)
    const own = SPELLINGS[language]
    this.#list('gregory', own?.months)
    this.#list('persian', own?.persian)
    this.#list('islamic', own?.islamic)
    for (const [index, names] of (own?.weekdays?.split('|') ?? []).entries())
      for (const name of names.trim().split(/\s+/)) put(this.weekdays, name.replaceAll('_', ' '), index)
    for (const name of own?.am?.split(' ') ?? []) put(this.halves, name.replaceAll('_', ' '), 'am')
    for (const name of own?.pm?.split(' ') ?? []) put(this.halves, name.replaceAll('_', ' '), 'pm')
  }

  #fromIntl(locale: string): void {
    const common = `${locale}-u-ca-gregory-nu-latn`
    for (const style of MONTH_STYLES) {
      const name = parts(common, style, 'month')
      for (let month = 1; month <= 12; month++)
        for (const form of name(Date.UTC(2026, month - 1, 3))) this.#month(form, { calendar: 'gregory', month })
    }
    for (const style of ['long', 'short'] as const) {
      const name = parts(common, { weekday: style }, 'weekday')
      for (let day = 0; day < 7; day++) put(this.weekdays, name(SUNDAY + day * DAY)[0], day)
    }
    const half = parts(common, { hour: 'numeric', hourCycle: 'h12' }, 'dayPeriod')
    put(this.halves, half(SUNDAY)[0], 'am')
    put(this.halves, half(SUNDAY + 12 * 3_600_000)[0], 'pm')
    for (const [calendar, name, languages] of OTHER_CALENDARS) {
      if (languages.has(this.language)) this.#otherCalendar(locale, calendar, name)
    }
  }

  /** Two years of days, a week apart, name every month of a calendar. */
  #otherCalendar(locale: string, calendar: Calendar, intl: string): void {
    const name = parts(`${locale}-u-ca-${intl}-nu-latn`, { month: 'long' }, 'month')
    const month = parts(`en-u-ca-${intl}-nu-latn`, { month: 'numeric' }, 'month')
    for (let week = 0; week < 80; week++) {
      const time = SUNDAY + week * 5 * DAY
      this.#month(name(time)[0], { calendar, month: Number(month(time)[0]) })
    }
  }

  #list(calendar: Calendar, list: string | undefined): void {
    for (const [index, names] of (list?.split('|') ?? []).entries())
      for (const name of names.trim().split(/\s+/))
        this.#month(name.replaceAll('_', ' '), { calendar, month: index + 1 })
  }

  #month(name: string, month: Month): void {
    const key = keyOf(name)
    put(this.months, name, month)
    // «3 במרץ», «٣ی ئازاری»: a preposition and a case ending written to the word.
    if (this.language === 'he' && key !== '') put(this.months, `ב${name}`, month)
    if (this.language === 'ckb' && key !== '') put(this.months, `${name}ی`, month)
    // «فروردین‌ماه»: the word for month, written to the name.
    if (this.language === 'fa' && month.calendar === 'persian' && key !== '') put(this.months, `${name}ماه`, month)
  }
}

/** A number alone, and what an earlier source of the table gave, is no name. */
function put<T>(map: Map<string, T>, name: string, meaning: T): void {
  const key = keyOf(name)
  if (/\p{L}/u.test(key) && key.split(' ').length <= LONGEST_NAME && !map.has(key)) map.set(key, meaning)
}

const tables = new Map<string, Names>()

/** The table of a language, by any tag of it; null where we know none. */
export function namesOf(tag: string): Names | null {
  const language = primaryOf(tag)
  if (!LOCALES_OF.has(language)) return null
  const before = tables.get(language)
  if (before !== undefined) return before
  const table = new Table(language)
  tables.set(language, table)
  return table
}

/** Tables of all languages that are written in a script. The first call for a script takes up to 0.2 s. */
export function namesIn(script: Script): Names[] {
  const languages = new Set(LOCALES[script].split(' ').map(primaryOf))
  return [...languages].flatMap(language => namesOf(language) ?? [])
}

const byFirstWord = new Map<Script, Map<string, Names[]>>()

/** Languages written in a script in which a month's name begins with one of the words. */
export function knowing(script: Script, words: readonly string[]): Names[] {
  let index = byFirstWord.get(script)
  if (index === undefined) {
    index = new Map()
    for (const names of namesIn(script)) {
      for (const first of new Set([...names.months.keys()].map(key => key.split(' ', 1)[0] ?? ''))) {
        index.set(first, [...(index.get(first) ?? []), names])
      }
    }
    byFirstWord.set(script, index)
  }
  return [...new Set(words.flatMap(word => index.get(word) ?? []))]
}

/** Languages whose names are known. */
export const LANGUAGES: readonly string[] = [...LOCALES_OF.keys()]
