import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readWires } from '../../demo/documents.ts'
import { readWire, wireNames } from '../../src/decide/wire/read.ts'
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
    words: null,
    whom: null,
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

  it('a correction whose headline counts the dead corrects no other number that its text gives', () => {
    const figures = [
      said(1, 19),
      said(1, 31, { kind: 'injured', matched: '31 injured' }),
      said(2, 9),
      said(2, 2, { kind: 'injured', matched: 'two injured' }),
    ]
    const timeline = told({ id: 1 }, { id: 2, signal: 'correction', title: 'CORRECTION - Ferry fire: 9 killed' })
    const [killed, injured] = figureSeries(figures, timeline)
    expect(killed?.points.map(({ value }) => value)).toEqual([9])
    expect(injured?.points.map(({ value, isApart }) => [value, isApart])).toEqual([
      [31, false],
      [2, true],
    ])
    expect(injured?.taken).toEqual([])
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

describe('numbers of different people', () => {
  const of = (whom: string | null, words: string | null = null): Partial<FigureView> => ({ whom, words })

  it('are never one series', () => {
    const figures = [
      said(1, 12, of('security forces', '12 policemen')),
      said(2, 26, of('armed men', '26 gunmen')),
      said(3, 18, of('security forces', '18 of the security forces')),
      said(3, 30),
    ]
    const series = figureSeries(figures, told({ id: 1 }, { id: 2 }, { id: 3 }))
    expect(series.map(({ whom, points }) => [whom, points.map(point => point.value)])).toEqual([
      [null, [30]],
      ['security forces', [12, 18]],
      ['armed men', [26]],
    ])
  })

  it('do not contradict each other', () => {
    const figures = [said(1, 18, of('security forces')), said(1, 26, { ...of('armed men'), agency: 'north' })]
    const series = figureSeries(figures, told({ id: 1 }))
    expect(series.flatMap(({ contradiction }) => contradiction)).toEqual([])
  })

  it('are told by a fall where no text names them: what is far below is another count', () => {
    const series = only([said(1, 748), said(2, 18), said(3, 760)], told({ id: 1 }, { id: 2 }, { id: 3 }))
    expect(series.points.map(point => [point.value, point.isApart])).toEqual([
      [748, false],
      [18, true],
      [760, false],
    ])
    expect(series.latest.map(point => point.value)).toEqual([760])
  })

  it('a source stands by its last number that is no other count', () => {
    const series = only([said(1, 748), said(2, 18)], told({ id: 1 }, { id: 2 }))
    expect(series.latest.map(point => point.value)).toEqual([748])
    expect(series.contradiction).toEqual([])
  })

  it('a small fall is a fall, and so is a correction of any size', () => {
    const marks = (timeline: StorySummary[], ...numbers: number[]) =>
      only(
        numbers.map((value, index) => said(index + 1, value)),
        timeline,
      ).points.map(point => [point.value, point.isApart])
    expect(marks(told({ id: 1 }, { id: 2 }), 10, 6)).toEqual([
      [10, false],
      [6, false],
    ])
    expect(marks(told({ id: 1 }, { id: 2, signal: 'correction' }), 30, 3)).toEqual([[3, false]])
  })
})

describe('the demo week', () => {
  // Every version of every wire as a story of one thread: what may be joined at worst.
  const stories: StorySummary[] = []
  const figures: FigureView[] = []
  for (const { agency, entries } of readWires(new URL('../../data/demo/', import.meta.url))) {
    for (const { at, title, text } of entries.flatMap(({ versions }) => versions)) {
      if (title === undefined || title === null) continue
      const body = (text ?? []).join('\n')
      const id = stories.length + 1
      const time = Date.parse(at)
      const { figures: read, signal } = readWire({ title, text: body, authors: [], source: null }, wireNames([]))
      stories.push(story({ id, title, agency: agency.id, time, signal }))
      const { id: by, name: agencyName } = agency
      figures.push(...read.map(one => ({ ...one, agency: by, agencyName, time, story: id })))
    }
  }
  const joined = figureSeries(figures, stories).map(({ kind, whom, points }) => ({
    kind,
    whom,
    values: points.filter(({ isApart }) => !isApart).map(({ value }) => value),
  }))

  it('has 12, 13 and 18 of the security forces on one line, and 26 armed men on another', () => {
    const of = (group: string) => joined.find(({ kind, whom }) => kind === 'killed' && whom === group)?.values ?? []
    expect(new Set(of('security forces'))).toEqual(new Set([8, 12, 13, 18]))
    expect(new Set(of('armed men'))).toEqual(new Set([26]))
  })

  it('never goes from 748 injured of the security forces to 18 injured gunmen', () => {
    const both = joined.filter(({ kind, values }) => kind === 'injured' && values.includes(748) && values.includes(18))
    expect(both).toEqual([])
    expect(joined.find(({ kind, whom }) => kind === 'injured' && whom === 'armed men')?.values).toContain(18)
  })

  it('counts no flights', () => {
    const arrested = joined.filter(({ kind }) => kind === 'arrested').flatMap(({ values }) => values)
    expect(arrested).not.toContain(14)
    expect(arrested).toContain(2298)
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
