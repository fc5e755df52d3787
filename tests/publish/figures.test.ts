import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { FigureView, StorySummary } from '../../src/model/shown.ts'
import { type FigureSeries, figureSeries } from '../../src/publish/figures.ts'
import { type Draft, HOUR, NOW, story } from './fixture.ts'

const MINUTE = 60_000

function said(of: number, value: number, more: Partial<FigureView> = {}): FigureView {
  return {
    kind: 'killed',
    value,
    bound: null,
    said: null,
    matched: `${value} killed`,
    agency: 'nile',
    agencyName: 'Nile News',
    time: NOW + of * HOUR,
    story: of,
    ...more,
  }
}

const told = (...drafts: (Partial<Draft> & { id: number })[]): StorySummary[] =>
  drafts.map(draft => story({ title: `Story ${draft.id}`, time: NOW + draft.id * HOUR, ...draft }))

function only(figures: FigureView[], timeline: StorySummary[]): FigureSeries {
  const all = figureSeries(figures, timeline)
  expect(all).toHaveLength(1)
  return all[0] as FigureSeries
}
const values = (series: FigureSeries) => series.points.map(point => point.value)

describe('a toll as a series', () => {
  it('grows in the order in which it was said, each kind apart', () => {
    const figures = [said(2, 5, { agency: 'north' }), said(1, 3), said(1, 40, { kind: 'injured' })]
    const series = figureSeries(figures, told({ id: 1 }, { id: 2, agency: 'north' }))
    expect(series.map(({ kind, points }) => [kind, points.map(point => point.value)])).toEqual([
      ['killed', [3, 5]],
      ['injured', [40]],
    ])
  })

  it('counts what copies repeat once, for the agency whose copy it is', () => {
    const figures = ['nile', 'north', 'est'].map((agency, index) => said(1, 3, { agency, time: NOW + index * MINUTE }))
    const series = only(figures, told({ id: 1, origin: { agency: 'manar', name: 'وكالة المنار' } }))
    expect(series.points).toMatchObject([{ value: 3, source: 'manar', sourceName: 'وكالة المنار', time: NOW }])
  })

  it('counts an agency that repeats itself once, and knows when it last did', () => {
    const series = only([said(1, 3), said(2, 3)], told({ id: 1 }, { id: 2 }))
    expect(series.points).toMatchObject([{ value: 3, time: NOW + HOUR, until: NOW + 2 * HOUR }])
  })

  it('takes from a text the number of its headline, else the largest: parts and earlier tolls are smaller', () => {
    const figures = [said(1, 22), said(1, 10), said(1, 19)]
    expect(values(only(figures, told({ id: 1 })))).toEqual([22])
    expect(values(only(figures, told({ id: 1, title: 'Storm: 19 killed' })))).toEqual([19])
  })

  it('takes the number of the lead agency, not that of a copy that is out of date', () => {
    const figures = [said(1, 4, { agency: 'nile' }), said(1, 15, { agency: 'north' })]
    expect(values(only(figures, told({ id: 1 })))).toEqual([4])
  })

  it('keeps what an agency said before in a story that it revised', () => {
    const figures = [said(1, 16, { time: NOW }), said(1, 22, { time: NOW + HOUR })]
    const series = only(figures, told({ id: 1, title: 'Storm kills many' }))
    expect(values(series)).toEqual([16, 22])
    expect(series.latest.map(point => point.value)).toEqual([22])
  })

  it('a number that comes back has come back when it did', () => {
    const figures = [5, 6, 5].map((value, hours) => said(1, value, { time: NOW + hours * HOUR }))
    const series = only(figures, told({ id: 1 }))
    expect(series.points.map(point => [point.value, (point.time - NOW) / HOUR])).toEqual([
      [5, 0],
      [6, 1],
      [5, 2],
    ])
  })

  it('takes it back where the revision is a correction, and only that', () => {
    const figures = [said(1, 5), said(2, 19), said(2, 9, { time: NOW + 3 * HOUR })]
    const series = only(figures, told({ id: 1 }, { id: 2, signal: 'correction' }))
    expect(values(series)).toEqual([5, 9])
    expect(series.taken).toMatchObject([{ value: 19, why: 'corrected' }])
  })

  it('a withdrawn story gives no number', () => {
    const series = only([said(1, 3), said(2, 300)], told({ id: 1 }, { id: 2, withdrawn: true }))
    expect(values(series)).toEqual([3])
    expect(series.taken).toMatchObject([{ value: 300, why: 'withdrawn' }])
    expect(series.latest.map(point => point.value)).toEqual([3])
  })

  it('a correction takes back what its own agency said last, and nothing of others', () => {
    const timeline = told({ id: 1 }, { id: 2, agency: 'north' }, { id: 3, signal: 'correction' })
    const series = only([said(1, 371), said(2, 371, { agency: 'north' }), said(3, 317)], timeline)
    expect(values(series)).toEqual([371, 317])
    expect(series.points[0]?.source).toBe('north')
    expect(series.taken).toMatchObject([{ value: 371, source: 'nile', why: 'corrected' }])
  })

  it('a correction of something else leaves the number as it was', () => {
    const series = only([said(1, 7), said(2, 7)], told({ id: 1 }, { id: 2, signal: 'correction' }))
    expect(values(series)).toEqual([7])
    expect(series.taken).toEqual([])
  })

  it('a number whose story is no longer read stands for the agency that gave it', () => {
    expect(only([said(1, 3)], []).points).toMatchObject([{ source: 'nile', sourceName: 'Nile News' }])
  })
})

describe('numbers that stand at the same time', () => {
  const two = (one: Partial<FigureView>, other: Partial<FigureView>, hours = 1) =>
    only(
      [said(1, 11, one), said(1 + hours, 12, { agency: 'north', ...other })],
      told({ id: 1 }, { id: 1 + hours, agency: 'north' }),
    ).contradiction.map(point => [point.source, point.value])

  it('contradict each other when both cannot be true', () => {
    expect(two({}, {})).toEqual([
      ['nile', 11],
      ['north', 12],
    ])
  })

  it('agree where a hedge leaves room for both', () => {
    expect(two({ bound: 'at least' }, {})).toEqual([])
    expect(two({}, { bound: 'up to' })).toEqual([])
    expect(two({ bound: 'about' }, {})).toEqual([])
    expect(two({ bound: 'up to' }, { bound: 'at least' })).toHaveLength(2)
  })

  it('are those of the last three hours: an older one may only not have been brought up to date', () => {
    expect(two({}, {}, 3)).toHaveLength(2)
    expect(two({}, {}, 4)).toEqual([])
  })

  it('are the newest of each agency', () => {
    const timeline = told({ id: 1 }, { id: 2, agency: 'north' }, { id: 3 })
    expect(only([said(1, 11), said(2, 12, { agency: 'north' }), said(3, 12)], timeline).contradiction).toEqual([])
  })
})

describe('laws of the series', () => {
  const figure = fc.record({
    story: fc.integer({ min: 1, max: 6 }),
    value: fc.integer({ min: 1, max: 5 }),
    agency: fc.constantFrom('nile', 'north', 'est'),
    minutes: fc.integer({ min: 0, max: 600 }),
    bound: fc.constantFrom<FigureView['bound'][]>(null, 'at least'),
  })
  const timeline = fc.array(fc.constantFrom<StorySummary['signal'][]>(null, 'correction', 'kill'), {
    minLength: 6,
    maxLength: 6,
  })
  const made = (
    list: { story: number; value: number; agency: string; minutes: number; bound: FigureView['bound'] }[],
  ) => list.map(({ minutes, ...more }) => said(more.story, more.value, { ...more, time: NOW + minutes * MINUTE }))

  it('every number was said by someone in its story, and either stands or is taken back', () => {
    fc.assert(
      fc.property(fc.array(figure, { maxLength: 30 }), timeline, (list, signals) => {
        const figures = made(list)
        const stories = told(...signals.map((signal, index) => ({ id: index + 1, signal })))
        for (const series of figureSeries(figures, stories)) {
          const all = [...series.points, ...series.taken]
          expect(new Set(all.map(point => `${point.story} ${point.value} ${point.time}`)).size).toBe(all.length)
          for (const point of all) {
            expect(figures.some(one => one.story === point.story && one.value === point.value)).toBe(true)
            expect(point.until).toBeGreaterThanOrEqual(point.time)
          }
          expect(series.points.some(point => signals[point.story - 1] === 'kill')).toBe(false)
          expect(new Set(series.latest.map(point => point.source)).size).toBe(series.latest.length)
          const times = series.points.map(point => point.time)
          expect(times).toEqual(times.toSorted((a, b) => a - b))
        }
      }),
    )
  })

  it('the order in which figures are read does not matter', () => {
    fc.assert(
      fc.property(fc.array(figure, { maxLength: 20 }), timeline, (list, signals) => {
        const stories = told(...signals.map((signal, index) => ({ id: index + 1, signal })))
        const seen = (figures: FigureView[]) =>
          figureSeries(figures, stories).map(({ points, taken }) =>
            [points, taken].map(all => all.map(one => [one.story, one.value, one.time])),
          )
        expect(seen(made(list).toReversed())).toEqual(seen(made(list)))
      }),
    )
  })
})
