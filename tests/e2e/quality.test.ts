// The floors below which threads and stories may not fall, over news labelled by hand, with the default settings.
import { describe, expect, it } from 'vitest'
import { measure, present, SETS } from '../../bench/labelled.ts'

const { olympicsEnglish, saudiEvents, saudiCopies } = SETS

describe('quality over labelled news', () => {
  it.skipIf(!present(olympicsEnglish))('threads of English headlines reach a B-cubed F1 of .74', async () => {
    const { items, thread } = await measure(olympicsEnglish)
    expect(items).toBe(1_645)
    expect(thread?.labelled).toBe(items)
    expect(thread?.bcubed.f1).toBeGreaterThanOrEqual(0.74)
  })

  it.skipIf(!present(saudiEvents))(
    'threads of Arabic reports reach a B-cubed F1 of .89',
    async () => {
      const { thread } = await measure(saudiEvents)
      expect(thread?.labelled).toBe(516)
      expect(thread?.bcubed.f1).toBeGreaterThanOrEqual(0.89)
    },
    120_000,
  )

  it.skipIf(!present(saudiCopies))(
    'copies under other headlines are found, and look-alikes kept apart',
    async () => {
      const { storyPairs } = await measure(saudiCopies)
      expect(storyPairs?.recall).toBeGreaterThanOrEqual(0.965)
      expect(storyPairs?.keptApart).toBeGreaterThanOrEqual(0.9)
    },
    480_000,
  )
})
