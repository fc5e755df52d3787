// Threads of different languages, joined by what their stories mean.
import { describe, expect, it } from 'vitest'
import { Constraints } from '../../src/decide/constraints.ts'
import { storyFeatures, ThreadIndex, threadWords } from '../../src/decide/thread/place.ts'
import { reviewAll } from '../../src/decide/thread/review.ts'
import { quantise } from '../../src/decide/thread/vectors.ts'

const HOUR = 3_600_000
const NOW = Date.UTC(2022, 0, 5, 9, 0)
const SUBJECTS = 40

/** A window in which 120 stories of other subjects have vectors; subjects 0 to 9 are the test's. */
function desk() {
  const index = new ThreadIndex({ threshold: 0.28, window: 72 * HOUR })
  let story = 0
  const vector = (subject: number) => quantise(Array.from({ length: SUBJECTS }, (_, at) => (at === subject ? 1 : 0.02)))
  const file = (title: string, language: string, thread: number, subject: number) => {
    const words = threadWords({ title, body: '', language })
    index.add(thread, ++story, storyFeatures(index, words, vector(subject)), NOW + story)
    return story
  }
  for (let at = 0; at < 120; at++) file(`Zq${at}ab wins zq${at}cd`, at % 2 ? 'en' : 'ru', 1_000 + at, 10 + (at % 30))
  const since = story
  const review = (decisions?: Constraints) => [...reviewAll(index, since, () => 900, decisions)]
  const threadOf = (id: number) => index.story(id)?.thread.id
  return { index, file, review, threadOf }
}

describe('threads of two languages', () => {
  it('are joined where they mean the same, whatever their words', () => {
    const { file, review, threadOf } = desk()
    const english = file('Dam gives way near valley', 'en', 1, 0)
    const russian = file('Плотина прорвана у деревни', 'ru', 2, 0)
    const other = file('Кубок уехал домой', 'ru', 3, 1)
    expect(review()).toMatchObject([{ kind: 'merge', from: 2, into: 1 }])
    expect([english, russian, other].map(threadOf)).toEqual([1, 1, 3])
  })

  it('are parted again where they mean different things', () => {
    const { file, review, threadOf } = desk()
    const english = file('Dam gives way near valley', 'en', 1, 0)
    const stray = file('Кубок уехал домой', 'ru', 1, 1)
    const [step] = review()
    expect(step).toMatchObject({ kind: 'split', from: 1 })
    expect(threadOf(english)).not.toBe(threadOf(stray))
  })

  it('do not bring two threads of one language together', () => {
    const { file, review, threadOf } = desk()
    const one = file('Dam gives way near valley', 'en', 1, 0)
    const two = file('Reservoir bursts above hamlet', 'en', 2, 0)
    file('Плотина прорвана у деревни', 'ru', 3, 0)
    review()
    expect(threadOf(one)).not.toBe(threadOf(two))
  })

  it('stay as an editor has them', () => {
    const { file, review, threadOf } = desk()
    const english = file('Dam gives way near valley', 'en', 1, 0)
    const russian = file('Плотина прорвана у деревни', 'ru', 2, 0)
    expect(review(new Constraints([{ kind: 'apart', one: [english], other: [russian] }]))).toEqual([])
    expect([english, russian].map(threadOf)).toEqual([1, 2])
  })

  it('are found whatever has left the window meanwhile', () => {
    const { index, file } = desk()
    file('Dam gives way near valley', 'en', 1, 0)
    file('Плотина прорвана у деревни', 'ru', 2, 0)
    const words = threadWords({ title: 'Rates held', body: '', language: 'en' })
    const add = (id: number) => index.add(id, id, storyFeatures(index, words), NOW - HOUR)
    const ids = Array.from({ length: 3_000 }, (_, at) => 10_000 + at)
    ids.forEach(add)
    file('Reservoir bursts above hamlet', 'fr', 3, 0)
    const near = () => {
      const own = index.meaning('en', index.story(121)?.vector ?? null) ?? new Float64Array()
      return index.meantAlike('en', own).flatMap(({ thread }) => (thread.id < 4 ? [thread.id] : []))
    }
    const before = near()
    expect(before.toSorted()).toEqual([2, 3])
    // Rows of stories are numbered anew when many are gone, and others come into those that were left.
    for (const id of ids) index.remove(id)
    ids.forEach(add)
    expect(near().toSorted()).toEqual([2, 3])
  })
})
