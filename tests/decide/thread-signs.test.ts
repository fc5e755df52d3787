// Which parts of threads are looked at by all the numbers of their vectors, given a bit a number.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Signs } from '../../src/decide/thread/signs.ts'

const STRANGERS = 200

/** Numbers around 0 by a generator of 32 bits. */
function generator(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return (state >>> 8) / 2 ** 24 - 0.5
  }
}

/** Parts of a story each, and the numbers of those that are near. */
function near(vectors: readonly Int8Array[], middle: Float64Array, own: Float64Array, partOf?: Int32Array): number[] {
  const stories = vectors.map((vector, row) => ({ language: 'en', row, vector }))
  const parts = partOf ?? Int32Array.from(stories, ({ row }) => row)
  return new Signs(stories, () => middle).near(own, parts, 1 + Math.max(...parts))
}

describe('parts of threads of which a bit a number is kept', () => {
  it('are near where they mean much the same, and in few other cases, whatever all have in common', () => {
    fc.assert(
      fc.property(fc.integer(), fc.constantFrom(384, 700, 1_024), (seed, numbers) => {
        const random = generator(seed)
        const make = (of: (at: number) => number) => Float64Array.from({ length: numbers }, (_, at) => of(at))
        const middle = make(() => 60 * random())
        const own = make(random)
        const stored = (says: Float64Array) =>
          Int8Array.from(says, (value, at) => Math.round((middle[at] as number) + 60 * value))
        const strangers = Array.from({ length: STRANGERS }, () => stored(make(random)))
        // A cosine of some .6.
        const alike = stored(make(at => (own[at] as number) + 1.3 * random()))
        const found = near([stored(own), ...strangers, alike], middle, own)
        expect([found[0], found.at(-1)]).toEqual([0, STRANGERS + 1])
        expect(found.length).toBeLessThan(STRANGERS / 4)
      }),
      { seed: 20_220_105, numRuns: 50 },
    )
  })

  it('are judged by as many numbers as there are, and by the mean of their stories', () => {
    const middle = new Float64Array(40)
    const vector = (first: number, last: number) => Int8Array.from(middle, (_, at) => (at < 32 ? first : last))
    const vectors = [vector(1, 1), vector(1, -1), vector(-1, 1)]
    const asked = Float64Array.from(vector(1, 1))
    // Of 40 bits the second differs in 8, the third in 32.
    expect(near(vectors, middle, asked)).toEqual([0, 1])
    expect(near(vectors, middle, asked, Int32Array.of(0, 1, 0))).toEqual([0, 1])
    expect(near(vectors, middle, asked, Int32Array.of(0, 1, 1))).toEqual([0])
  })
})
