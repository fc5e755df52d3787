// Forms of dates that are nearly those of the specifications: clocks with dots, zones by language and name, other
// calendars. What is no date at all stands in dates.test.ts.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readDate } from '../../../src/collect/feed/dates.ts'

/** To the minute; with what could not be read for certain. */
const read = (text: string, language: string | null = null): string => {
  const reading = readDate(text, language)
  if (reading.kind !== 'time') return reading.kind
  const shown = new Date(reading.time).toISOString().replace(':00.000Z', '').replace('.000Z', '')
  return reading.unknownZone === undefined ? shown : `${shown} in unknown ${reading.unknownZone}`
}

describe('clocks', () => {
  it.each([
    ['ti 14.4.2026 klo 7.05', 'fi', '2026-04-14T07:05'],
    ['14. huhtikuuta 2026 klo 17.40.09', 'fi', '2026-04-14T17:40:09'],
    ['tirsdag den 14. april 2026 kl. 17.40', 'da', '2026-04-14T17:40'],
    ['tir. 14. apr. 2026 kl. 17.40', 'nb', '2026-04-14T17:40'],
    ['martedì 14 aprile 2026 ore 17.40', 'it', '2026-04-14T17:40'],
    ['14/04/2026 alle 17.40', 'it', '2026-04-14T17:40'],
    ['Selasa, 14 April 2026 pukul 17.40 WIB', 'id', '2026-04-14T10:40'],
    ['17.40 WITA, 14/04/2026', 'id', '2026-04-14T09:40'],
    ['14 აპრილი 2026, 17.40', 'ka', '2026-04-14T17:40'],
    ['Tue, 14 Apr 2026 08.09.10 GMT', null, '2026-04-14T08:09:10'],
    ['08.09.10 14.04.2026', null, '2026-04-14T08:09:10'],
    ['14.04.26 08.09.10', null, '2026-04-14T08:09:10'],
    ['14 Apr 2026, 08.09.10 -03:00', null, '2026-04-14T11:09:10'],
    ['2026-04-14T08.09.10+02:00', null, '2026-04-14T06:09:10'],
    ['2026/04/14 8.09', null, '2026-04-14T08:09'],
  ])('with dots are read where a day stands beside them: %s', (text, language, expected) =>
    expect(read(text, language)).toBe(expected),
  )

  it.each([
    ['mardi 14 avril 2026 à 17h40', '2026-04-14T17:40'],
    ['14 avril 2026, 17 h', '2026-04-14T17:00'],
    ['14. April 2026, 17 Uhr 40', '2026-04-14T17:40'],
    ['14. April 2026 um 17:40 Uhr MESZ', '2026-04-14T15:40'],
    ['14 апреля 2026 г. 17 ч. 40 мин.', '2026-04-14T17:40'],
    ['2026年4月14日下午5点40分', '2026-04-14T17:40'],
    ['14 Apr 2026 1740 GMT', '2026-04-14T17:40'],
    ['April 14, 2026 5 PM', '2026-04-14T17:00'],
    ['14 أبريل 2026 الساعة 5:40 مساءً', '2026-04-14T17:40'],
    ['14 Απριλίου 2026 5:40 μ.μ.', '2026-04-14T17:40'],
    ['14 abr 2026 5:40 de la tarde', '2026-04-14T17:40'],
    ['১৪ এপ্রিল ২০২৬, ১৭:৪০', '2026-04-14T17:40'],
    ['१४ अप्रैल २०२६ १७:४०', '2026-04-14T17:40'],
    ['10:00 - 11:30, 14 April 2026', '2026-04-14T10:00'],
  ])('in words, with halves of the day, in digits of any script: %s', (text, expected) =>
    expect(read(text)).toBe(expected),
  )

  it.each(['17.40', '1.250.000', '12.5', 'up 3.20 to 14.04'])('alone make no day: %s', text =>
    expect(read(text)).toBe('unreadable'),
  )

  it('with dots say the same as with colons, whatever the day is', () => {
    const moments = fc.date({ min: new Date('1999-01-01'), max: new Date('2098-12-30'), noInvalidDate: true })
    fc.assert(
      fc.property(moments, fc.boolean(), (date, named) => {
        const [day = '', clock = ''] = date.toISOString().slice(0, 19).split('T')
        const written = named ? date.toUTCString().slice(0, 16) : day.split('-').reverse().join('.')
        expect(readDate(`${written} ${clock.replaceAll(':', '.')}`)).toEqual(readDate(`${day}T${clock}Z`))
      }),
    )
  })
})

describe('time zones', () => {
  it.each([
    ['AST', 'ar', '2026-04-14T07:00'],
    ['AST', 'en', '2026-04-14T14:00'],
    ['AST', 'en-SA', '2026-04-14T07:00'],
    ['CST', 'zh-TW', '2026-04-14T02:00'],
    ['CST', 'es-MX', '2026-04-14T16:00'],
    ['CST', 'en-AU', '2026-04-14T00:30'],
    ['IST', 'he', '2026-04-14T08:00'],
    ['IST', 'ta', '2026-04-14T04:30'],
    ['IST', 'en-IE', '2026-04-14T09:00'],
    ['BST', 'bn', '2026-04-14T04:00'],
    ['BST', 'en', '2026-04-14T09:00'],
    ['PST', 'tl', '2026-04-14T02:00'],
    ['PST', 'ur', '2026-04-14T05:00'],
    ['EST', 'en-AU', '2026-04-14T00:00'],
    ['AMT', 'hy', '2026-04-14T06:00'],
    ['AMT', 'pt-BR', '2026-04-14T14:00'],
    ['МСК', 'ru', '2026-04-14T07:00'],
    ['MESZ', 'de', '2026-04-14T08:00'],
    ['HAEC', 'fr', '2026-04-14T08:00'],
  ])('of several meanings are read by the language: %s in %s', (zone, language, expected) => {
    expect(read(`Tue, 14 Apr 2026 10:00:00 ${zone}`, language)).toBe(expected)
    expect(read(`2026-04-14 10:00:00 ${zone}`, language)).toBe(expected)
    expect(read(`Tue Apr 14 10:00:00 ${zone} 2026`, language)).toBe(expected)
  })

  it.each([
    ['IDT', '2026-04-14T07:00'],
    ['IRST', '2026-04-14T06:30'],
    ['NPT', '2026-04-14T04:15'],
    ['WIT', '2026-04-14T01:00'],
    ['AEST', '2026-04-14T00:00'],
    ['Europe/Athens', '2026-04-14T07:00'],
    ['America/Argentina/Ushuaia', '2026-04-14T13:00'],
    ['[Asia/Kathmandu]', '2026-04-14T04:15'],
    ['(Asia/Baghdad)', '2026-04-14T07:00'],
    ['EST5EDT', '2026-04-14T14:00'],
    ['Arabian Standard Time', '2026-04-14T07:00'],
    ['GMT+3', '2026-04-14T07:00'],
    ['(UTC+05:30)', '2026-04-14T04:30'],
    ['(+3)', '2026-04-14T07:00'],
    ['بتوقيت مكة المكرمة', '2026-04-14T07:00'],
    ['بتوقيت غرينتش', '2026-04-14T10:00'],
    ['به وقت تهران', '2026-04-14T06:30'],
    ['по московскому времени', '2026-04-14T07:00'],
    ['北京时间', '2026-04-14T02:00'],
  ])('are known by abbreviation, by the tz database and by place: %s', (zone, expected) =>
    expect(read(`14 Apr 2026 10:00 ${zone}`)).toBe(expected),
  )

  it('of the tz database have their summer time at that moment', () => {
    expect(read('2026-01-14 10:00:00 America/New_York')).toBe('2026-01-14T15:00')
    expect(read('2026-07-14 10:00:00 America/New_York')).toBe('2026-07-14T14:00')
    // The clocks go from 2 to 3, and back from 3 to 2: what is skipped, and the first of what comes twice.
    expect(read('2026-03-29 02:30:00 Europe/Berlin')).toBe('2026-03-29T01:30')
    expect(read('2026-10-25 02:30:00 Europe/Berlin')).toBe('2026-10-25T00:30')
  })

  it.each(['+0300 (AST)', 'AST +0300', '+03:00 Asia/Tokyo', '+03:00[Asia/Tokyo]', '+0300 Tokyo Standard Time'])(
    'give way to the offset beside them: %s',
    zone => expect(read(`Tue, 14 Apr 2026 10:00:00 ${zone}`, 'en')).toBe('2026-04-14T07:00'),
  )

  it.each([
    ['Tue, 14 Apr 2026 10:00:00 QXT', '2026-04-14T10:00 in unknown QXT'],
    ['2026-04-14T10:00:00 QXT', '2026-04-14T10:00 in unknown QXT'],
    ['Tue Apr 14 10:00:00 QXT 2026', '2026-04-14T10:00 in unknown QXT'],
    ['Tue, 14 Apr 2026 10:00:00 qxt', '2026-04-14T10:00 in unknown QXT'],
    ['Tue, 14 Apr 2026 10:00:00 Moon/Sea', '2026-04-14T10:00 in unknown MOON/SEA'],
    ['2026-04-14 10:00 Asia/Nowhere', '2026-04-14T10:00 in unknown ASIA/NOWHERE'],
    ['April 14, 2026 10:00 local time', '2026-04-14T10:00 in unknown LOCAL TIME'],
  ])('that nobody knows are UTC, and told: %s', (text, expected) => expect(read(text)).toBe(expected))

  it.each(['10:00 ON 14 APRIL 2026', 'MARDI 14 AVRIL 2026 À 10:00', '10:00 Tue 14 Apr 2026'])(
    'are not seen in other words in capitals: %s',
    text => expect(read(text)).toBe('2026-04-14T10:00'),
  )
})

describe('nearly ISO 8601', () => {
  it.each([
    ['2026-04-14 05:40:00 PM', '2026-04-14T17:40'],
    ['2026-04-14T12:05:00 AM', '2026-04-14T00:05'],
    ['2026-04-14T10:00:00+03:00[Asia/Aden][u-ca=gregory]', '2026-04-14T07:00'],
    ['2026-04-14T10:00:00[Europe/Paris]', '2026-04-14T08:00'],
    ['2026-04-14T10:00:00,5Z', '2026-04-14T10:00:00.500Z'],
    ['2026-04-14T10:00:00,125+03:00', '2026-04-14T07:00:00.125Z'],
    ['20260414T100000,125Z', '2026-04-14T10:00:00.125Z'],
    ['2026-04-14T10:00:00.123456789Z', '2026-04-14T10:00:00.123Z'],
    ['2026-04-14T10:00:00+3:00', '2026-04-14T07:00'],
    ['2026-04-14T10:00:00+3', '2026-04-14T07:00'],
    ['2026-04-14t10:00:00z', '2026-04-14T10:00'],
    ['2026-04-14T10:00:00 + 03:00', '2026-04-14T07:00'],
    ['2026-04-14T10:00:00 - 03:00', '2026-04-14T13:00'],
    ['2026-04-14T24:00:00Z', '2026-04-15T00:00'],
    ['2026-4-14T7:05:00Z', '2026-04-14T07:05'],
    ['2026-W16-2T10:00:00+03:00', '2026-04-14T07:00'],
    ['2026-104 10:00', '2026-04-14T10:00'],
    ['20260414T1000+0300', '2026-04-14T07:00'],
    ['202604141000', '2026-04-14T10:00'],
    ['1776160800250', '2026-04-14T10:00:00.250Z'],
    ['1776160800000000', '2026-04-14T10:00'],
    ['2026-04-14 10:00:00.5 +0300 MSK', '2026-04-14T07:00:00.500Z'],
  ])('%s', (text, expected) => expect(read(text)).toBe(expected))

  it('keeps the milliseconds of a moment', () => {
    const moments = fc.date({ min: new Date('1999-01-01'), max: new Date('2098-12-30'), noInvalidDate: true })
    fc.assert(
      fc.property(moments, date => {
        const iso = date.toISOString()
        for (const text of [iso, iso.replace('.', ','), iso.replace('T', ' ').replace('Z', ' +0000')]) {
          expect(readDate(text)).toEqual({ kind: 'time', time: date.getTime() })
        }
      }),
    )
  })

  it.each([
    '2026-04-14T10:00:00ZZtop',
    '2026-04-14T10:00:00+3x',
    '2026-02-30T10:00:00Z',
    '2026-W54-1',
    '2026-04-14T25:00',
  ])('refuses what is not near enough: %s', text => expect(read(text)).toBe('unreadable'))
})

describe('other calendars', () => {
  it.each([
    ['۱۴۰۵/۰۱/۲۵ ۱۷:۴۰', 'fa', '2026-04-14T17:40'],
    ['سه‌شنبه ۲۵ فروردین ۱۴۰۵ - ۱۷:۴۰', 'fa', '2026-04-14T17:40'],
    ['25 فروردین‌ماه 1405 ساعت 5:40 بعدازظهر به وقت تهران', 'fa', '2026-04-14T14:10'],
    ['1405-01-25T17:40:00+03:30', 'en', '2026-04-14T14:10'],
    ['۰۵/۰۱/۲۵', 'fa', '2026-04-14T00:00'],
    ['17.40 - 25/01/1405', null, '2026-04-14T17:40'],
    ['25 Farvardin 1405', 'en', '2026-04-14T00:00'],
    ['۲۵ حمل ۱۴۰۵', 'fa-AF', '2026-04-14T00:00'],
    ['د ۱۴۰۵ کال د وری ۲۵', 'ps', '2026-04-14T00:00'],
    ['۳۰ اسفند ۱۴۰۳', null, '2025-03-20T00:00'],
    ['۲۵ فروردین ۱۴۰۵ / ۱۴ آوریل ۲۰۲۶', 'fa', '2026-04-14T00:00'],
  ])('the Persian: %s', (text, language, expected) => expect(read(text, language)).toBe(expected))

  it.each([
    ['14 เม.ย. 2569 17.40 น.', 'th', '2026-04-14T17:40'],
    ['14/04/2569', 'th', '2026-04-14T00:00'],
    ['令和8年4月14日 17時40分', 'ja', '2026-04-14T17:40'],
    ['民國115年4月14日', 'zh-TW', '2026-04-14T00:00'],
    ['115/04/14 17:40', 'zh-Hant', '2026-04-14T17:40'],
    ['二〇二六年四月十四日', 'zh', '2026-04-14T00:00'],
    ['ሚያዝያ 6, 2018', 'am', '2026-04-14T00:00'],
  ])('the Thai, Japanese, Taiwanese and Ethiopian: %s', (text, language, expected) =>
    expect(read(text, language)).toBe(expected),
  )

  it('an Islamic date is read where its weekday or the Saudi calendar tells the day, and left out elsewhere', () => {
    expect(read('الثلاثاء 26 شوال 1447', 'ar')).toBe('2026-04-14T00:00')
    // Where the month began a day later, the same weekday has the number before.
    expect(read('الثلاثاء 25 شوال 1447', 'ar')).toBe('2026-04-14T00:00')
    expect(read('1447/10/26 17:40', 'ar-SA')).toBe('2026-04-14T17:40')
    expect(read('26 شوال 1447 هـ', 'ar')).toBe('hijri')
    expect(read('1447/10/26', 'ar')).toBe('hijri')
    expect(read('26/10/1447 الموافق 14/04/2026', 'ar')).toBe('2026-04-14T00:00')
    expect(read('26 شوال 1447هـ - 14 أبريل 2026م 17:40', 'ar')).toBe('2026-04-14T17:40')
  })

  it.each([
    ['persian', 'fa'],
    ['ethiopic', 'am'],
    ['buddhist', 'th'],
  ])('days of the %s calendar from 2002 to 2037 are read back', (calendar, language) => {
    const format = new Intl.DateTimeFormat(`${language}-u-ca-${calendar}-nu-latn`, {
      day: 'numeric',
      month: 'long',
      year: 'numeric',
      timeZone: 'UTC',
    })
    const wrong: string[] = []
    for (let time = Date.UTC(2002, 0, 1); time < Date.UTC(2038, 0, 1); time += 86_400_000 * 13) {
      const text = format.format(time)
      if (read(text, language) !== new Date(time).toISOString().slice(0, 16)) wrong.push(text)
    }
    expect(wrong).toEqual([])
  })

  it.each(['۱۴۰۴/۱۲/۳۰', '31 مهر 1405', '25 Nisan 5786', '25 فروردین 2725'])(
    'a day that is none is left out: %s',
    text => expect(['unreadable', 'absurd']).toContain(read(text, 'fa')),
  )
})

describe('hostile dates', () => {
  it('cost no more than a few milliseconds each', () => {
    const pieces = [
      '10.30 ',
      'mar 3 ',
      'listopada 1 ',
      'توقيت ',
      'a/',
      '1.',
      'GMT+',
      'standard time ',
      'تشرين ',
      '1:',
      '(',
    ]
    for (const piece of pieces) readDate(`1 ${piece.repeat(9)}`)
    const started = performance.now()
    for (let round = 0; round < 20; round++) {
      for (const piece of pieces) readDate(`1 ${piece.repeat(118)}`.slice(0, 118))
    }
    // 220 dates; what is more than linear in the text takes minutes.
    expect(performance.now() - started).toBeLessThan(10_000)
  })
})
