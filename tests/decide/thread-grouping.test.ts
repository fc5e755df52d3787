// Grouping by average link, held to what it promises whatever the likenesses.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type GroupingRules, groups } from '../../src/decide/thread/grouping.ts'

const LAW = { seed: 20_220_105, numRuns: 300 }
const RULES: GroupingRules = { threshold: 0.3, cohesion: 0, together: [], apart: [] }

/** A symmetric table of likenesses, 1 on the diagonal. */
const tables = fc.integer({ min: 1, max: 14 }).chain(size =>
  fc.array(fc.integer({ min: 0, max: 100 }), { minLength: size * size, maxLength: size * size }).map(raw => {
    const table = new Float64Array(size * size)
    for (let one = 0; one < size; one++) {
      for (let other = 0; other < size; other++) {
        const [a, b] = one < other ? [one, other] : [other, one]
        table[one * size + other] = one === other ? 1 : (raw[a * size + b] as number) / 100
      }
    }
    return { size, table }
  }),
)

const grouped = ({ size, table }: { size: number; table: Float64Array }, rules: Partial<GroupingRules> = {}) =>
  groups(Float64Array.from(table), size, { ...RULES, ...rules })

describe('groups by average link', () => {
  it('hold every place once, in order', () => {
    fc.assert(
      fc.property(tables, made => {
        const found = grouped(made)
        expect(found.flat().sort((a, b) => a - b)).toEqual(Array.from({ length: made.size }, (_, at) => at))
        expect(found.map(([first]) => first)).toEqual(
          found.map(([first]) => first).sort((a, b) => Number(a) - Number(b)),
        )
      }),
      LAW,
    )
  })

  it('are such that no two are as alike as the threshold', () => {
    fc.assert(
      fc.property(tables, made => {
        const found = grouped(made)
        const mean = (one: number[], other: number[]) =>
          one.reduce(
            (sum, a) => sum + other.reduce((all, b) => all + (made.table[a * made.size + b] as number), 0),
            0,
          ) /
          (one.length * other.length)
        for (const [at, one] of found.entries()) {
          for (const other of found.slice(at + 1)) expect(mean(one, other)).toBeLessThan(RULES.threshold + 1e-9)
        }
      }),
      LAW,
    )
  })

  it('keep together and apart what they are told to', () => {
    fc.assert(
      fc.property(tables, fc.nat(13), fc.nat(13), fc.boolean(), (made, a, b, together) => {
        const pair = [a % made.size, b % made.size] as const
        fc.pre(pair[0] !== pair[1])
        const found = grouped(made, together ? { together: [pair] } : { apart: [pair] })
        const both = found.some(group => group.includes(pair[0]) && group.includes(pair[1]))
        expect(both).toBe(together)
      }),
      LAW,
    )
  })

  it('take loosely knit stories in more easily where cohesion counts', () => {
    // Four headlines of one event, each like the next, and none like all.
    const size = 4
    const table = new Float64Array(size * size)
    for (let one = 0; one < size; one++) {
      for (let other = 0; other < size; other++) {
        table[one * size + other] = one === other ? 1 : Math.abs(one - other) === 1 ? 0.5 : 0.1
      }
    }
    expect(grouped({ size, table }, { threshold: 0.23 })).toHaveLength(2)
    expect(grouped({ size, table }, { threshold: 0.23, cohesion: 0.3 })).toHaveLength(1)
  })
})
