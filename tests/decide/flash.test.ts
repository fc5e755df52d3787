import { describe, expect, it } from 'vitest'
import { type FlashText, flashOf, isFlash } from '../../src/decide/copy/flash.ts'

const NOW = Date.UTC(2022, 0, 5, 9, 30)
const MINUTE = 60_000
const REPORT =
  'زلزال بقوة 5.6 درجات يضرب ساحل المرجان\nقال مركز رصد الزلازل إن زلزالا بقوة 5.6 درجات على مقياس ريختر ضرب ساحل المرجان ' +
  'فجر الثلاثاء، وشعر به سكان المدن القريبة. ولم ترد على الفور أنباء عن وقوع ضحايا، وقال المركز إن هزات ارتدادية ' +
  'سجلت بعد الزلزال بدقائق في عرض البحر.'

const flash = (change: Partial<FlashText> = {}): FlashText => ({
  report: 1,
  story: 10,
  agency: 'wire',
  credits: [],
  title: 'زلزال بقوة 5.6 درجات يضرب ساحل المرجان',
  body: '',
  language: 'ar',
  signal: 'flash',
  time: NOW,
  ...change,
})
const report = (change: Partial<FlashText> = {}) => {
  const [title = '', body = ''] = REPORT.split('\n')
  return flash({ title: `${title} فجرا`, body, signal: null, time: NOW + 20 * MINUTE, ...change })
}

describe('a flash', () => {
  it('folds into the full report of its agency, which says what it shares', () => {
    expect(flashOf([flash()], report())).toMatchObject({
      story: 10,
      report: 1,
      rule: 'flash',
      similarity: 1,
      evidence: { missing: [], after: 20 * MINUTE },
    })
  })

  it('folds into the report of another agency that credits the same wire', () => {
    expect(flashOf([flash()], report({ agency: 'paper', credits: ['wire'] }))?.story).toBe(10)
    expect(
      flashOf([flash({ agency: 'other', credits: ['wire'] })], report({ agency: 'paper', credits: ['wire'] }))?.story,
    ).toBe(10)
    expect(flashOf([flash()], report({ agency: 'paper' }))).toBeNull()
  })

  it('is one also without a slug, where one line is all', () => {
    expect(isFlash(flash({ signal: null }))).toBe(true)
    expect(isFlash(report())).toBe(false)
    expect(flashOf([flash({ signal: null })], report())?.story).toBe(10)
  })

  it('does not fold where a number differs', () => {
    expect(flashOf([flash({ title: 'زلزال بقوة 6.1 درجات يضرب ساحل المرجان' })], report())).toBeNull()
  })

  it('does not fold into a report about something else, or hours later, or in another language', () => {
    expect(flashOf([flash({ title: 'إغلاق مطار ساحل المرجان أمام الرحلات الدولية' })], report())).toBeNull()
    expect(flashOf([flash()], report({ time: NOW + 7 * 60 * MINUTE }))).toBeNull()
    expect(flashOf([flash()], report({ language: 'fa' }))).toBeNull()
  })

  it('does not fold into another flash', () => {
    expect(flashOf([flash()], flash({ time: NOW + MINUTE }))).toBeNull()
  })

  it('gives the report the flash that it covers best, then the latest', () => {
    const partly = flash({ report: 2, story: 20, title: 'زلزال بقوة 5.6 درجات يضرب ساحل المرجان والسكان يفرون' })
    const later = flash({ report: 3, story: 30, time: NOW + 5 * MINUTE })
    expect(flashOf([partly, flash()], report())?.story).toBe(10)
    expect(flashOf([flash(), later], report())?.story).toBe(30)
    expect(flashOf([later, flash()], report())?.story).toBe(30)
  })
})
