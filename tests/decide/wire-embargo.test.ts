import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { embargoMoment, readEmbargo } from '../../src/decide/wire/embargo.ts'

// A Wednesday.
const AT = Date.UTC(2022, 0, 5, 12)
const moment = (written: string, at = AT) => {
  const found = embargoMoment(written, at)
  return found === null ? null : new Date(found).toISOString().replace(':00.000Z', 'Z')
}

describe('months and weekdays in the languages of embargoes', () => {
  const dates = (locale: string, options: Intl.DateTimeFormatOptions) => {
    const format = new Intl.DateTimeFormat(`${locale}-u-ca-gregory-nu-latn`, { ...options, timeZone: 'UTC' })
    return (time: number) => format.format(time)
  }

  it.each('en fr es de pt it tr ru ar ar-MA ar-DZ ar-TN ar-LB ar-IQ ar-MR'.split(' '))('%s', locale => {
    const day = dates(locale, { day: 'numeric', month: 'long', year: 'numeric' })
    const short = dates(locale, { day: 'numeric', month: 'short', year: 'numeric' })
    const weekday = dates(locale, { weekday: 'long' })
    // In Spanish, Portuguese and Italian the short names of August to October are words of other languages: ago, set, out.
    const hasShort = (month: number) => !/^(?:es|pt|it)$/.test(locale) || month < 7 || month > 9
    for (let month = 0; month < 12; month++) {
      const time = Date.UTC(2022, month, 6)
      const at = time - 5 * 86_400_000
      expect(embargoMoment(day(time), at), day(time)).toBe(time)
      if (hasShort(month)) expect(embargoMoment(short(time), at), short(time)).toBe(time)
    }
    for (let time = AT - 12 * 3_600_000; time < AT + 6 * 86_400_000; time += 86_400_000) {
      expect(embargoMoment(`${weekday(time)} 18:00`, time), weekday(time)).toBe(time + 18 * 3_600_000)
    }
  })
})

describe('the moment an embargo ends', () => {
  it.each([
    ['0001 GMT 7 January', '2022-01-07T00:01Z'],
    ['00:01 GMT on Friday, January 7', '2022-01-07T00:01Z'],
    ['10:30 UTC 2022-01-08', '2022-01-08T10:30Z'],
    ['6 p.m. EST, Jan. 6, 2022', '2022-01-06T23:00Z'],
    ['6pm Thursday', '2022-01-06T18:00Z'],
    ['noon Friday', '2022-01-07T12:00Z'],
    ['midnight 8 January', '2022-01-08T00:00Z'],
    ['1400 CET 06.01.2022', '2022-01-06T13:00Z'],
    ['14h30 le 6 janvier', '2022-01-06T14:30Z'],
    ['vendredi 6h00 GMT', '2022-01-07T06:00Z'],
    ['las 18:00 del 7 de enero', '2022-01-07T18:00Z'],
    ['5. Februar 2022, 10 Uhr MEZ', '2022-02-05T09:00Z'],
    ['10:00 мск 7 января', '2022-01-07T07:00Z'],
    ['18:00 пятницы', '2022-01-07T18:00Z'],
    ['الساعة 10:00 بتوقيت غرينتش يوم 7 يناير', '2022-01-07T10:00Z'],
    ['٨ كانون الثاني ٢٠٢٢ الساعة ٦ مساء بتوقيت مكة المكرمة', '2022-01-08T15:00Z'],
    ['الجمعة 9 صباحا', '2022-01-07T09:00Z'],
    ['7 Ocak saat 10:00', '2022-01-07T10:00Z'],
    ['7 January', '2022-01-07T00:00Z'],
    // a time alone is the next one, unless it has just passed
    ['18:00 GMT', '2022-01-05T18:00Z'],
    ['10:00 GMT', '2022-01-05T10:00Z'],
    // 24:00 ends the day
    ['24:00 GMT 6 January', '2022-01-07T00:00Z'],
    // the nearest year
    ['31 December', '2021-12-31T00:00Z'],
  ])('%s', (written, iso) => {
    expect(moment(written)).toBe(iso)
  })

  it('is tomorrow’s, for copy sent in the evening', () => {
    expect(moment('0001 GMT', Date.UTC(2022, 0, 5, 22))).toBe('2022-01-06T00:01Z')
  })

  it('is next year’s, for copy of the last days of a year', () => {
    expect(moment('2 January', Date.UTC(2021, 11, 30))).toBe('2022-01-02T00:00Z')
  })

  it.each([
    ['nothing', ''],
    ['no moment', 'further notice'],
    ['an hour that is none', '25:00 GMT'],
    ['a day that is none', '31 February 2022'],
    ['a day years ahead', '1 January 2031'],
    ['a day years ago', '1 January 2012'],
    ['next summer', '1 July 2022'],
  ])('is not read from %s', (_, written) => {
    expect(moment(written)).toBeNull()
  })
})

describe('an embargo', () => {
  const read = (text: string) => {
    const found = readEmbargo(text, 0, text.length, AT)
    return found && [new Date(found.until).toISOString().slice(0, 16), text.slice(found.end)]
  }

  it.each([
    ['EMBARGOED UNTIL 0001 GMT 7 January - The census', '2022-01-07T00:01', 'The census'],
    ['STRICTLY EMBARGOED FOR RELEASE UNTIL 0001 GMT FRIDAY\nThe census', '2022-01-07T00:01', 'The census'],
    ['Embargo: 7 January 2022, 10:00 UTC. The census', '2022-01-07T10:00', 'The census'],
    ['Not for release before 10:00 UTC, 7 January\nThe census', '2022-01-07T10:00', 'The census'],
    ['NOT FOR PUBLICATION BEFORE 6 P.M. FRIDAY\nThe census', '2022-01-07T18:00', 'The census'],
    ['Sperrfrist: 7. Januar, 10.00 Uhr\nDie Zählung', '2022-01-07T10:00', 'Die Zählung'],
    ['Sperrfrist 7. Januar 10:00 - Die Zählung', '2022-01-07T10:00', 'Die Zählung'],
    ['(Sous embargo jusqu’au 7 janvier) Le recensement', '2022-01-07T00:00', 'Le recensement'],
    ['Ne pas diffuser avant le 7 janvier 6h00\nLe recensement', '2022-01-07T06:00', 'Le recensement'],
    ['EMBARGADO HASTA EL 7 DE ENERO / El censo', '2022-01-07T00:00', 'El censo'],
    ['ЭМБАРГО ДО 10:00 МСК 7 ЯНВАРЯ — Перепись', '2022-01-07T07:00', 'Перепись'],
    ['محظور النشر حتى يوم الجمعة الساعة 10:00\nنتائج التعداد', '2022-01-07T10:00', 'نتائج التعداد'],
    ['*لا ينشر قبل 7 يناير* نتائج التعداد', '2022-01-07T00:00', 'نتائج التعداد'],
    ['AMBARGOLU: 7 Ocak 10:00\nSayım', '2022-01-07T10:00', 'Sayım'],
  ])('%s', (text, until, rest) => {
    expect(read(text)).toEqual([until, rest])
  })

  it.each([
    'Embargo until Friday leaves the port empty',
    'Embargo on grain until 7 January, says ministry',
    'Embargo lifted',
    'EMBARGOED UNTIL FURTHER NOTICE\nThe census',
    'For release of the prisoners on 7 January, a promise',
    'The report was embargoed until 7 January',
    'Hold until 7 January what you have',
    'Not for publication\nThe census',
    'Release: 7 January\nThe census',
    'محظور النشر في المدينة حتى 7 يناير',
    'حظر التجول حتى 7 يناير',
    'Эмбарго до весны',
    'L’embargo jusqu’au 7 janvier inquiète le port',
    'Embargo hasta el 7 de enero preocupa al puerto',
    '',
  ])('is not: %s', text => {
    expect(read(text)).toBeNull()
  })

  it('is read from any text without throwing, and never far from the time of reading', () => {
    const piece = fc.constantFrom(
      ...[
        'EMBARGOED UNTIL',
        'Embargo:',
        'Sperrfrist:',
        'محظور النشر حتى',
        '0001',
        '24:00',
        '99',
        '7',
        '31',
        '.',
        '/',
        '-',
        ' - ',
        '(',
        ')',
      ],
      ...[
        'January',
        'يناير',
        'كانون',
        'الثاني',
        'февраля',
        'Friday',
        'الجمعة',
        'GMT',
        'EST',
        'мск',
        'p.m.',
        '2022',
        '2031',
        '\n',
        ' ',
        ',',
        '٧',
      ],
    )
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 14 }).map(pieces => pieces.join(' ')),
        text => {
          const found = readEmbargo(text, 0, text.length, AT)
          if (!found) return
          expect(found.end).toBeGreaterThan(0)
          expect(found.end).toBeLessThanOrEqual(text.length)
          expect(found.until).toBeLessThanOrEqual(AT + 60 * 86_400_000)
          expect(found.until).toBeGreaterThanOrEqual(AT - 400 * 86_400_000)
        },
      ),
      { seed: 20_220_105, numRuns: 3_000 },
    )
  })
})
