// Concepts that languages share: what they add to the likeness of stories in two languages, and what they do not.
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { storyFeatures, ThreadIndex, threadWords } from '../../src/decide/thread/place.ts'
import type { Merge } from '../../src/decide/thread/plan.ts'
import { reviewAll } from '../../src/decide/thread/review.ts'
import { openConcepts } from '../../src/language/concepts.ts'
import type { ThreadSettings } from '../../src/model/config.ts'

const HOUR = 3_600_000
const NOW = Date.UTC(2022, 0, 5, 9, 0)
const SETTINGS: ThreadSettings = { threshold: 0.28, window: 72 * HOUR }
const concepts = openConcepts(readFileSync(new URL('../../src/language/concepts.bin', import.meta.url)))

const RUSSIAN = 'Больница в Тавурво закрыта'
const ENGLISH = 'Hospital near Tavurvo shut after power fails'

/** A window of other news in English, with a story in Russian and one in English: the merge of the two, and its reasons. */
function merged(known: string, asked: string, { withConcepts = true, others = [] as string[] } = {}) {
  const index = new ThreadIndex(SETTINGS)
  const table = withConcepts ? concepts : null
  const featuresOf = (title: string, language: string) =>
    storyFeatures(index, threadWords({ title, body: '', language, concepts: table }))
  const news = Array.from(
    { length: 60 },
    (_, at) => `Council of district ${100 + at} elects a chairman after long debate`,
  )
  let filed = 0
  for (const title of [...news, ...others]) index.add(++filed, filed, featuresOf(title, 'en'), NOW - HOUR)
  index.add(1_000, 1_000, featuresOf(known, 'ru'), NOW)
  index.add(1_001, 1_001, featuresOf(asked, 'en'), NOW + HOUR)
  const steps = [...reviewAll(index, 999, () => 2_000)].filter(
    (step): step is Merge & { into: number } => step.kind === 'merge',
  )
  return steps.map(({ from, into, why }) => ({
    from,
    into,
    score: why.score,
    reasons: why.reasons.map(({ term }) => term),
  }))
}

describe('a concept', () => {
  it('brings stories in two languages together beside a name that both have', () => {
    expect(merged(RUSSIAN, ENGLISH)).toMatchObject([
      { from: 1_001, into: 1_000, reasons: expect.arrayContaining(['^hospital']) },
    ])
    expect(merged(RUSSIAN, ENGLISH, { withConcepts: false })).toEqual([])
  })

  it('brings nothing together where more than a few stories of the window name it', () => {
    const others = Array.from(
      { length: 14 },
      (_, at) => `Hospital number ${200 + at} measured by students from the harbour school`,
    )
    expect(merged(RUSSIAN, ENGLISH, { others })).toEqual([])
  })

  it('takes nothing from the likeness of stories that name different ones', () => {
    const [one, other] = ['Тавурво Маркезда больница', 'Tavurvo Markezda whale']
    const score = (withConcepts: boolean) => merged(one, other, { withConcepts })[0]?.score
    expect(score(true)).toBeGreaterThan(0)
    expect(score(true)).toBeCloseTo(score(false) ?? 0, 2)
  })
})
