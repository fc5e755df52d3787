import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { byHotness, HALF_LIFE, hotness, independentSources } from '../../src/publish/hotness.ts'
import { HOUR, NOW } from './fixture.ts'

const judged = { agency: 'nile', name: 'Nile News' }
const thread = (sources: number, last: number, more: { id?: number; stories?: number; agencies?: number } = {}) => ({
  id: more.id ?? 1,
  stories: more.stories ?? sources,
  sources,
  last,
  agencies: Array.from({ length: more.agencies ?? sources }, (_, index) => ({
    id: `a${index}`,
    name: `A${index}`,
    first: last,
    reports: 1,
  })),
  lead: { origin: judged, text: 'A dam broke.' },
})

describe('how hot a thread is', () => {
  it('halves with every half-life that adds nothing', () => {
    expect(hotness(thread(8, NOW), NOW)).toBe(8)
    expect(hotness(thread(8, NOW), NOW + HALF_LIFE)).toBe(4)
    expect(hotness(thread(8, NOW), NOW + 3 * HALF_LIFE)).toBe(1)
  })

  it('lets an old big thread sink below a fresh one', () => {
    const old = thread(8, NOW - 24 * HOUR, { id: 1 })
    const fresh = thread(3, NOW - HOUR, { id: 2 })
    expect([old, fresh].sort(byHotness)).toEqual([fresh, old])
    const younger = thread(8, NOW - 12 * HOUR, { id: 1 })
    expect([fresh, younger].sort(byHotness)).toEqual([younger, fresh])
  })

  it('counts sources, not those who reprint them', () => {
    const reprinted = thread(1, NOW, { id: 1, agencies: 10, stories: 1 })
    const told = thread(2, NOW, { id: 2 })
    expect([reprinted, told].sort(byHotness)[0]).toBe(told)
  })

  it('counts agencies where nobody has judged whose copy is whose', () => {
    expect(
      independentSources({ ...thread(1, NOW, { agencies: 5 }), lead: { origin: null, text: 'A dam broke.' } }),
    ).toBe(5)
    expect(independentSources(thread(0, NOW, { agencies: 0 }))).toBe(1)
  })

  it('counts no bare headline that leads as a source, nor all agencies for its sake', () => {
    const lead = { origin: null, text: '' }
    expect(independentSources({ ...thread(3, NOW, { agencies: 5 }), lead })).toBe(3)
    expect(independentSources({ ...thread(1, NOW, { agencies: 5 }), lead })).toBe(1)
  })

  it('orders threads alike at any moment (law)', () => {
    const one = fc.record({ sources: fc.integer({ min: 1, max: 50 }), age: fc.integer({ min: 0, max: 200 * HOUR }) })
    fc.assert(
      fc.property(one, one, fc.integer({ min: 0, max: 300 * HOUR }), (a, b, later) => {
        const [left, right] = [thread(a.sources, NOW - a.age), thread(b.sources, NOW - b.age, { id: 2 })]
        const difference = Math.log(hotness(left, NOW + later)) - Math.log(hotness(right, NOW + later))
        fc.pre(Math.abs(difference) > 1e-6)
        expect(Math.sign(byHotness(left, right))).toBe(-Math.sign(difference))
      }),
    )
  })
})
