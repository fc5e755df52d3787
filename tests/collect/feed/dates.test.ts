import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readDate } from '../../../src/collect/feed/dates.ts'

const iso = (text: string): string => {
  const reading = readDate(text)
  return reading.kind === 'time' ? new Date(reading.time).toISOString().replace(/\.\d+Z$/, 'Z') : reading.kind
}

describe('dates that feeds write', () => {
  it.each([
    ['Tue, 03 Mar 2026 14:05:06 +0300', '2026-03-03T11:05:06Z'],
    ['Tue, 3 Mar 26 14:05 GMT', '2026-03-03T14:05:00Z'],
    ['3 March 2026', '2026-03-03T00:00:00Z'],
    ['Tue, 03 Mar 2026 14:05:06 EST', '2026-03-03T19:05:06Z'],
    ['Tue, 03 Mar 2026 14:05:06 GMT+0300 (Arabian Standard Time)', '2026-03-03T11:05:06Z'],
    ['Tue Mar  3 14:05:06 +0000 2026', '2026-03-03T14:05:06Z'],
    ['Tue, 03 Mar 2026 24:00:00 GMT', '2026-03-04T00:00:00Z'],
    ['March 3, 2026 2:05 PM', '2026-03-03T14:05:00Z'],
    ['03-Mar-2026', '2026-03-03T00:00:00Z'],
  ])('RFC 822 and its abuses: %s', (text, expected) => expect(iso(text)).toBe(expected))

  it.each([
    ['2026-03-03T14:05:06Z', '2026-03-03T14:05:06Z'],
    ['2026-03-03T14:05:06.789-08:00', '2026-03-03T22:05:06Z'],
    ['2026-03-03 14:05:06 +0300', '2026-03-03T11:05:06Z'],
    ['2026-03', '2026-03-01T00:00:00Z'],
    ['20260303T140506Z', '2026-03-03T14:05:06Z'],
    ['2026-W10-2', '2026-03-03T00:00:00Z'],
    ['2026-062', '2026-03-03T00:00:00Z'],
    ['20260303140506', '2026-03-03T14:05:06Z'],
    ['1772546706', '2026-03-03T14:05:06Z'],
    ['1772546706000', '2026-03-03T14:05:06Z'],
  ])('ISO 8601, W3C and epoch: %s', (text, expected) => expect(iso(text)).toBe(expected))

  it.each([
    ['3/13/2026 2:05:06 PM', '2026-03-13T14:05:06Z'],
    ['3/4/2026 2:05:06 PM', '2026-03-04T14:05:06Z'],
    ['04.03.2026 14:05', '2026-03-04T14:05:00Z'],
    ['2026/03/04 14:05', '2026-03-04T14:05:00Z'],
  ])('numbers alone: %s', (text, expected) => expect(iso(text)).toBe(expected))

  it.each([
    ['الثلاثاء، 3 مارس 2026 - 14:05', '2026-03-03T14:05:00Z'],
    ['٣ آذار ٢٠٢٦ ١٤:٠٥', '2026-03-03T14:05:00Z'],
    ['3 كانون الثاني 2026', '2026-01-03T00:00:00Z'],
    ['3 مارس 2026 02:05 م', '2026-03-03T14:05:00Z'],
    ['mardi 3 février 2026 14h05', '2026-02-03T14:05:00Z'],
    ['Вт, 03 мар 2026 14:05:06 +0300', '2026-03-03T11:05:06Z'],
    ['3. März 2026, 14:05', '2026-03-03T14:05:00Z'],
    ['3 de marzo de 2026', '2026-03-03T00:00:00Z'],
    ['2026年3月3日 14:05', '2026-03-03T14:05:00Z'],
  ])('month names of other languages, digits of other scripts: %s', (text, expected) =>
    expect(iso(text)).toBe(expected),
  )

  it('an Islamic date is undated, and said to be one', () => {
    expect(readDate('15 رمضان 1447 هـ').kind).toBe('hijri')
    expect(readDate('12 ربيع الأول 1447').kind).toBe('hijri')
  })

  it('an Islamic date beside a common one gives the common one', () => {
    expect(iso('14 رمضان 1447 - 3 مارس 2026')).toBe('2026-03-03T00:00:00Z')
  })

  it.each([
    '',
    'yesterday',
    'Sun, 31 Feb 2026 10:00:00 GMT',
    '2026-03-03T25:00:00Z',
    '2026-03-03T10:00:00+00:xx',
    '2026-03-03T10:00:00ZZtop',
    'Tue, 03 xyz 2026 10:00 GMT',
    '1:2:3:4',
  ])('refuses what is no date: «%s»', text => expect(iso(text)).toBe('unreadable'))

  it.each(['Thu, 01 Jan 1970 00:00:00 GMT', '0001-01-01T00:00:00Z', '3026-03-03T10:00:00Z', '0'])(
    'does not believe «%s»',
    text => expect(['absurd', 'unreadable']).toContain(iso(text)),
  )

  it('reads back any moment it is given in ISO 8601 or as RFC 822', () => {
    fc.assert(
      fc.property(fc.date({ min: new Date('1971-01-02'), max: new Date('2099-12-30'), noInvalidDate: true }), date => {
        const seconds = Math.floor(date.getTime() / 1000) * 1000
        expect(readDate(new Date(seconds).toISOString())).toEqual({ kind: 'time', time: seconds })
        expect(readDate(new Date(seconds).toUTCString())).toEqual({ kind: 'time', time: seconds })
      }),
    )
  })

  it('that counts seconds into the next century is absurd', () => {
    expect(readDate('4400000000')).toEqual({ kind: 'absurd' })
    expect(readDate('4102444799')).toMatchObject({ kind: 'time' })
  })

  it('never throws and never yields a moment outside its bounds', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom(...'0123456789-:/ +TZ.,amp') })), text => {
        const reading = readDate(text)
        if (reading.kind === 'time') expect(Math.abs(reading.time)).toBeLessThan(4.2e12)
      }),
      { numRuns: 2000 },
    )
  })
})

describe('the date table of the shared corpus', () => {
  const table = path.join(
    import.meta.dirname,
    '..',
    '..',
    '..',
    '..',
    'shared',
    'corpora',
    'feeds',
    'conformance',
    'dates.jsonl',
  )
  // Two are refused on purpose: five digits as year and day («03335» is a date and «22013» is none), and the year 100.
  it.skipIf(!existsSync(table))('at most two of its dates are read otherwise', () => {
    const wrong = readFileSync(table, 'utf8')
      .trim()
      .split('\n')
      .map(line => JSON.parse(line) as { input: string; equals: string | null })
      .filter(({ input, equals }) => (equals === null ? /^\d/.test(iso(input)) : iso(input) !== equals))
      .map(({ input }) => input)
    expect(wrong).toEqual(['03335', 'Thu, 01 Jan 0100 00:00:01 +0100'])
  })
})
