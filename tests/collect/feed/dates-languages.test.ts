// Every date that CLDR, as Node has it, would write in a language of the news is read back to the same moment.
import { describe, expect, it } from 'vitest'
import { readDate } from '../../../src/collect/feed/dates.ts'

const LANGUAGES =
  'ar en fr es pt it de nl da sv nb nn fi is et lv lt pl cs sk sl hr sr sr-Latn bs bs-Cyrl mk bg ro hu el sq tr az kk uz uz-Cyrl ky tg tk ru uk be ka hy he fa ps ku ckb ur hi bn ta te mr gu pa kn ml ne si th lo my km vi id ms fil sw am ti so ha yo af zh zh-TW ja mn ca gl eu ga cy mt lb'
const COUNTRIES =
  'ar-EG ar-SA ar-MA ar-DZ ar-TN ar-LY ar-MR ar-SD ar-LB ar-SY ar-JO ar-PS ar-IQ ar-KW ar-AE ar-YE en-GB en-AU en-IN en-CA fr-CA fr-CH es-MX es-AR es-CO es-CL pt-PT de-AT de-CH it-CH nl-BE fa-AF bn-IN ro-MD sr-BA pa-Arab zh-HK'

// Named exceptions: Korean (`ko`), where a date that names no zone is Korea's (see dates.test.ts); and Tibetan and
// Dzongkha, whose marks between syllables make the names of their months beginnings of one another: left out, never wrong.
const STYLES: readonly Intl.DateTimeFormatOptions[] = [
  { dateStyle: 'full', timeStyle: 'medium' },
  { dateStyle: 'long', timeStyle: 'short' },
  { dateStyle: 'medium' },
  { weekday: 'short', day: '2-digit', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit' },
  { day: 'numeric', month: 'long', year: 'numeric' },
]

function misread(locale: string, language: string | null, isAllowed: (kind: string) => boolean): string[] {
  const wrong: string[] = []
  for (const style of STYLES) {
    const format = new Intl.DateTimeFormat(`${locale}-u-ca-gregory`, { ...style, timeZone: 'UTC' })
    const [hour, minute, second] =
      style.timeStyle === 'medium' ? [14, 35, 7] : style.timeStyle || style.hour ? [14, 35, 0] : [0, 0, 0]
    for (let month = 0; month < 12; month++) {
      for (const day of [3, 28]) {
        const time = Date.UTC(2026, month, day, hour, minute, second)
        const text = format.format(time)
        const reading = readDate(text, language)
        if (reading.kind === 'time' ? reading.time !== time : !isAllowed(reading.kind)) wrong.push(text)
      }
    }
  }
  return wrong
}

describe('dates as CLDR writes them', () => {
  it.each(`${LANGUAGES} ${COUNTRIES}`.split(' '))('are read in a feed that says it is in %s', locale => {
    expect(misread(locale, locale, () => false)).toEqual([])
  })

  it.each(LANGUAGES.split(' '))(
    'are read, or left out, but never misread where the feed of %s says nothing',
    locale => {
      expect(misread(locale, null, kind => kind === 'unreadable')).toEqual([])
    },
  )

  it('of the months whose names mean two, the language decides, else the weekday, else nobody', () => {
    const iso = (text: string, language: string | null = null) => {
      const reading = readDate(text, language)
      return reading.kind === 'time' ? new Date(reading.time).toISOString().slice(0, 10) : reading.kind
    }
    expect(iso('6 listopada 2026', 'hr')).toBe('2026-10-06')
    expect(iso('6 listopada 2026', 'pl')).toBe('2026-11-06')
    expect(iso('pt., 6 listopada 2026')).toBe('2026-11-06')
    expect(iso('6 listopada 2026')).toBe('unreadable')
    expect(iso('6. srpna 2026')).toBe('2026-08-06')
    expect(iso('6. srpnja 2026')).toBe('2026-07-06')
    expect(iso('mar., 03 févr. 2026')).toBe('2026-02-03')
    expect(iso('mar 3 mar 2026', 'it')).toBe('2026-03-03')
    expect(iso('Paz, 01 Kas 2026', 'tr')).toBe('2026-11-01')
    expect(iso('Sen, 02 Mar 2026')).toBe('2026-03-02')
  })

  it.each([
    ['6 غشت 2026', '2026-08-06'],
    ['6 شتنبر 2026', '2026-09-06'],
    ['6 نونبر 2026', '2026-11-06'],
    ['6 يوليوز 2026', '2026-07-06'],
    ['6 جويلية 2026', '2026-07-06'],
    ['6 فيفري 2026', '2026-02-06'],
    ['6 تشرين الأول/أكتوبر 2026', '2026-10-06'],
    ['6 كانون الثاني 2026', '2026-01-06'],
    ['6. marts 2026', '2026-03-06'],
    ['6 iunie 2026', '2026-06-06'],
    ['6 ноември 2026 г.', '2026-11-06'],
    ['2026. gada 6. martā', '2026-03-06'],
    ['ngày 6 tháng 5 năm 2026', '2026-05-06'],
    ['2026 оны 3-р сарын 6', '2026-03-06'],
    ['٦ی ئازاری ٢٠٢٦', '2026-03-06'],
    ['৬ আগষ্ট ২০২৬', '2026-08-06'],
    ['6 Ogos 2026', '2026-08-06'],
    ['6 בדצמבר 2026', '2026-12-06'],
  ])('names that CLDR lacks, or has for one country, are read whatever the feed says: %s', (text, expected) => {
    for (const language of [null, 'en', 'ar-MA']) {
      const reading = readDate(text, language)
      expect(reading.kind === 'time' && new Date(reading.time).toISOString().slice(0, 10)).toBe(expected)
    }
  })
})
