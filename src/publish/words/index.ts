// Phrases, numbers and dates in the language of the pages.
import type { Millis } from '../../model/units.ts'
import { ar } from './ar.ts'
import { en } from './en.ts'
import { fr } from './fr.ts'
import type { Counted, Vocabulary } from './vocabulary.ts'

export interface Words extends Vocabulary {
  /** BCP 47 tag these words, numbers and dates are in. */
  tag: string
  /** BCP 47 tag that numbers and dates are written by. */
  locale: string
  /** Name of the time zone that moments are told in. */
  zone: string
  count(what: Counted, n: number): string
  number(n: number): string
  /** `20 minutes later`: in minutes below 90, in hours below 48. */
  spell(place: 'After', span: Millis): string
  /** `+26 min`, `+2 h`, `+3 d`: below 90 minutes in minutes, below 48 hours in hours. */
  after(span: Millis): string
  /** `72 hours`, `5 minutes`. */
  span(span: Millis): string
  /** `0.4 s`, of milliseconds. */
  seconds(ms: number): string
  /** A share, 0 to 1, as `62%`; what is not quite all is never 100%. */
  percent(share: number): string
  /** `5 January 2022 at 10:20`, in the zone. */
  moment(at: Millis): string
  /** `5 Jan, 10:20`, in the zone. */
  shortMoment(at: Millis): string
  /** `10:20`, in the zone. */
  clock(at: Millis): string
  /** `Wednesday 5 January 2022`, in the zone. */
  day(at: Millis): string
  /** `Wednesday 5 January`, in the zone. */
  weekday(at: Millis): string
  /** `5 Jan 2022, 10:20`, in the zone. */
  datedMoment(at: Millis): string
  /** `3 hours ago`; null for the future and for more than a day ago, where a date says it better. */
  ago(at: Millis, now: Millis): string | null
  /** A language's name for itself. */
  languageName(tag: string): string
}

/** The languages that pages can be in, by primary subtag. */
const VOCABULARIES: ReadonlyMap<string, Vocabulary> = new Map([
  ['en', en],
  ['ar', ar],
  ['fr', fr],
])
/** The languages that pages can be in. */
export const INTERFACE_LANGUAGES: readonly string[] = ['en', 'ar', 'fr']
/** Distinct tags held at once: see `REGIONS` in language.ts. */
const MOST_KNOWN = 50
const known = new Map<string, Words>()

/**
 * Words for a BCP 47 tag: of {@link VOCABULARIES}, English for every other language. `timeZone` is an IANA name that this
 * runtime knows.
 */
export function wordsFor(language: string, timeZone = 'UTC'): Words {
  const tag = locale(language)
  const key = `${tag} ${timeZone}`
  const found = known.get(key)
  if (found !== undefined) return found
  const words = make(tag, VOCABULARIES.get(tag.split('-')[0] ?? ''), timeZone)
  if (known.size > MOST_KNOWN) known.clear()
  known.set(key, words)
  return words
}

function locale(language: string): string {
  try {
    return Intl.DateTimeFormat.supportedLocalesOf(language)[0] ?? 'en'
  } catch {
    return 'en'
  }
}

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

function make(tag: string, own: Vocabulary | undefined, timeZone: string): Words {
  const vocabulary = own ?? en
  // Numbers and dates are in the language of the phrases: no French date between English words.
  const spoken = own === undefined ? 'en-GB' : tag
  const numbers = new Intl.NumberFormat(spoken)
  const plurals = new Intl.PluralRules(spoken)
  // News is dated by the Gregorian calendar, also where a locale's default is another (ar-SA, fa).
  const dates = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat(spoken === 'en' ? 'en-GB' : spoken, {
      timeZone,
      calendar: 'gregory',
      hourCycle: 'h23',
      ...options,
    })
  const moment = dates({ day: 'numeric', month: 'long', year: 'numeric', hour: '2-digit', minute: '2-digit' })
  const shortMoment = dates({ day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' })
  const clock = dates({ hour: '2-digit', minute: '2-digit' })
  const day = dates({ weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' })
  const weekday = dates({ weekday: 'long', day: 'numeric', month: 'long' })
  const datedMoment = dates({ day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit' })
  const seconds = new Intl.NumberFormat(spoken, { style: 'unit', unit: 'second', maximumSignificantDigits: 2 })
  const percents = new Intl.NumberFormat(spoken, { style: 'percent' })
  const count = (what: Counted, n: number): string => {
    const forms = vocabulary.counted[what]
    return (forms[plurals.select(n)] ?? forms.other).replace('#', numbers.format(n))
  }
  const spanned = (place: '' | 'After', span: Millis): string => {
    const minutes = Math.round(span / MINUTE)
    const hours = Math.round(span / HOUR)
    if (minutes < 90) return count(`minutes${place}`, minutes)
    return hours <= 96 && place === ''
      ? count('hours', hours)
      : hours < 48
        ? count(`hours${place}`, hours)
        : count(`days${place}`, Math.round(span / DAY))
  }
  const relative = new Intl.RelativeTimeFormat(spoken, { numeric: 'always' })
  return {
    ...vocabulary,
    tag,
    locale: spoken === 'en' ? 'en-GB' : spoken,
    zone: timeZone === 'UTC' ? vocabulary.utc : zoneName(dates({ timeZoneName: 'longGeneric' })),
    number: n => numbers.format(n),
    count,
    spell: spanned,
    span: span => spanned('', span),
    after: span => {
      const minutes = Math.round(span / MINUTE)
      const hours = Math.round(span / HOUR)
      const { lag } = vocabulary
      if (minutes < 90) return lag.minutes.replace('#', numbers.format(minutes))
      if (hours < 48) return lag.hours.replace('#', numbers.format(hours))
      return lag.days.replace('#', numbers.format(Math.round(span / DAY)))
    },
    seconds: ms => seconds.format(ms / 1_000),
    percent: share => percents.format(share < 1 ? Math.min(0.99, Math.max(0, share)) : 1),
    moment: at => moment.format(within(at)),
    shortMoment: at => shortMoment.format(within(at)),
    clock: at => clock.format(within(at)),
    day: at => day.format(within(at)),
    weekday: at => weekday.format(within(at)),
    datedMoment: at => datedMoment.format(within(at)),
    ago: (at, now) => {
      const age = now - at
      if (age < 0 || age >= DAY) return null
      if (age < HOUR) return relative.format(-Math.floor(age / MINUTE), 'minute')
      return relative.format(-Math.floor(age / HOUR), 'hour')
    },
    languageName: of => {
      try {
        return new Intl.DisplayNames([of], { type: 'language' }).of(of) ?? of
      } catch {
        return of
      }
    },
  }
}

function zoneName(format: Intl.DateTimeFormat): string {
  return format.formatToParts(0).find(({ type }) => type === 'timeZoneName')?.value ?? ''
}

/** Words in the language of a text where there is a vocabulary, else English. Never more sets of words than vocabularies. */
export function wordsOf(language: string | null): Words {
  const primary = /^([a-z]+)\b/i.exec(language ?? '')?.[1]?.toLowerCase() ?? ''
  return wordsFor(VOCABULARIES.has(primary) ? primary : 'en')
}

/** A time every formatter and standard can write: years 1 to 9999. */
export function within(at: Millis): Millis {
  return Number.isFinite(at) ? Math.min(Math.max(at, -62_135_596_800_000), 253_402_300_799_999) : 0
}
