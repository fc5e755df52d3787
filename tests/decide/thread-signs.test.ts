// Which stories are looked at by all the numbers of their vectors, given a bit a number.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { alike, signed } from '../../src/decide/thread/signs.ts'

const STRANGERS = 200

/** Numbers around 0 by a generator of 32 bits. */
function generator(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return (state >>> 8) / 2 ** 24 - 0.5
  }
}

describe('stories of which a bit a number is kept', () => {
  it('are found where they mean much the same, and passed over in most other cases, whatever all have in common', () => {
    fc.assert(
      fc.property(fc.integer(), fc.constantFrom(384, 700, 1_024), (seed, numbers) => {
        const random = generator(seed)
        const make = (of: () => number) => Float64Array.from({ length: numbers }, of)
        const middle = make(() => 60 * random())
        const own = make(random)
        // A cosine of some .6.
        const near = make(() => 0)
        for (let at = 0; at < numbers; at++) near[at] = (own[at] as number) + 1.3 * random()
        const story = (id: string, says: Float64Array) => ({
          id,
          vector: Int8Array.from(says, (value, at) => Math.round((middle[at] as number) + 60 * value)),
        })
        const strangers = Array.from({ length: STRANGERS }, (_, at) => story(`stranger ${at}`, make(random)))
        const stories = signed([story('itself', own), ...strangers, story('near', near)], middle)
        const found = alike(stories, own).map(({ id }) => id)
        expect([found[0], found.at(-1)]).toEqual(['itself', 'near'])
        expect(found.length).toBeLessThan(STRANGERS / 4)
      }),
      { seed: 20_220_105, numRuns: 50 },
    )
  })

  it('are compared by as many numbers as there are', () => {
    const middle = new Float64Array(40)
    const vector = (first: number, last: number) => Int8Array.from(middle, (_, at) => (at < 32 ? first : last))
    const stories = [{ vector: vector(1, 1) }, { vector: vector(1, -1) }, { vector: vector(-1, 1) }]
    const asked = Float64Array.from(vector(1, 1))
    // Of 40 bits the second differs in 8, the third in 32.
    expect(alike(signed(stories, middle), asked)).toEqual(stories.slice(0, 2))
  })
})
