import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { differences } from '../../src/language/difference.ts'

const row = (text: string) => text.split(' ')

function applied(old: readonly string[], young: readonly string[], limit?: number): string[] {
  const out: string[] = []
  let at = 0
  for (const change of differences(old, young, limit)) {
    out.push(...old.slice(at, change.from), ...young.slice(change.youngFrom, change.youngTo))
    at = change.to
  }
  return [...out, ...old.slice(at)]
}

/** Words out and in by the textbook table. */
function fewest(old: readonly string[], young: readonly string[]): number {
  let above = Array.from({ length: young.length + 1 }, () => 0)
  for (const word of old) {
    const next = [0]
    for (const [at, other] of young.entries()) {
      next.push(word === other ? (above[at] ?? 0) + 1 : Math.max(above[at + 1] ?? 0, next[at] ?? 0))
    }
    above = next
  }
  return old.length + young.length - 2 * (above.at(-1) ?? 0)
}

describe('the difference of two texts', () => {
  it('is where words went out and came in', () => {
    expect(differences(row('five people died on Sunday'), row('seven people died late on Sunday'))).toEqual([
      { from: 0, to: 1, youngFrom: 0, youngTo: 1 },
      { from: 3, to: 3, youngFrom: 3, youngTo: 4 },
    ])
    expect(differences(row('no change'), row('no change'))).toEqual([])
    expect(differences([], row('all new'))).toEqual([{ from: 0, to: 0, youngFrom: 0, youngTo: 2 }])
  })

  const words = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 30 })

  it('turns the old text into the new one, with as few words as can be', () => {
    fc.assert(
      fc.property(words, words, (old, young) => {
        expect(applied(old, young)).toEqual(young)
        const moved = differences(old, young).map(change => change.to - change.from + change.youngTo - change.youngFrom)
        expect(moved.reduce((sum, count) => sum + count, 0)).toBe(fewest(old, young))
      }),
      { seed: 20_220_105, numRuns: 2_000 },
    )
  })

  it('calls the middle replaced whole where the way is too long, and is right all the same', () => {
    fc.assert(
      fc.property(words, words, fc.nat(6), (old, young, limit) => {
        expect(applied(old, young, limit)).toEqual(young)
      }),
      { seed: 20_220_105, numRuns: 1_000 },
    )
    const old = Array.from({ length: 20_000 }, (_, at) => `old${at}`)
    const young = Array.from({ length: 20_000 }, (_, at) => `new${at}`)
    expect(differences(old, young)).toEqual([{ from: 0, to: 20_000, youngFrom: 0, youngTo: 20_000 }])
  })
})
