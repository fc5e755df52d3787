// How alike stories of one language are, as a review groups them.
import { describe, expect, it } from 'vitest'
import { likenesses } from '../../src/decide/thread/likeness.ts'
import { placeStory, storyFeatures, ThreadIndex, threadWords } from '../../src/decide/thread/place.ts'

const HOUR = 3_600_000
const NOW = Date.UTC(2022, 0, 5, 9, 0)

/** Words of no language: letters only, so that each is a term of its own. */
const word = (number: number) =>
  `${[...String(number)].map(digit => 'bdfgklmnpr'[Number(digit)] as string).join('a')}ovik`
const body = (from: number, count = 30) => Array.from({ length: count }, (_, at) => word(from + at)).join(' ')

function desk() {
  const index = new ThreadIndex({ threshold: 0.28, window: 72 * HOUR })
  let story = 0
  const file = (title: string, text: string, thread: number, time = NOW) => {
    index.add(thread, ++story, storyFeatures(index, threadWords({ title, body: text, language: 'en' })), time)
    return story
  }
  const compare = (stories: readonly number[]) => {
    const seen = stories.flatMap(id => index.story(id) ?? [])
    const { size, values, cohesion } = likenesses(index, seen)
    return {
      texts: cohesion === 0,
      between: (one: number, other: number) => values[stories.indexOf(one) * size + stories.indexOf(other)] ?? 0,
    }
  }
  return { index, file, compare }
}

describe('the likeness of two texts', () => {
  it('is 1 with itself, the same both ways, and less the longer the time between', () => {
    const { file, compare } = desk()
    const [a, b, c] = [0, 24, 48].map(hours => file('Larkfield dam breaks', body(1_000), 1, NOW + hours * HOUR)) as [
      number,
      number,
      number,
    ]
    const { between } = compare([a, b, c])
    expect(between(a, a)).toBe(1)
    expect(between(a, b)).toBe(between(b, a))
    expect(between(a, c)).toBeLessThan(between(a, b))
    expect(between(a, b)).toBeLessThan(1)
    expect(between(a, c)).toBeGreaterThan(0)
  })

  it('is weighed by how rare the words are now, not when they were filed', () => {
    const { file, compare } = desk()
    const a = file('Larkfield dam breaks', body(1_000), 1)
    const b = file('Larkfield dam holds', body(2_000), 2)
    const before = compare([a, b]).between(a, b)
    // Larkfield becomes the talk of everybody: that two say it tells nothing any more.
    for (let at = 0; at < 300; at++) file('Larkfield dam', body(3_000 + 40 * at), 10 + at)
    expect(compare([a, b]).between(a, b)).toBeLessThan(before / 2)
  })

  it('counts a word less that most threads around say, however rare it is in the window', () => {
    const { file, compare } = desk()
    for (let at = 0; at < 3_000; at++) file('Striker signs', '', 1_000 + at)
    const said = (thread: number) =>
      file('Court jails minister', `${body(1_000, 6)} ${body(2_000 + 40 * thread, 30)}`, thread)
    const two = [said(1), said(2)] as const
    const alone = compare(two).between(...two)
    const around = [...two, ...[3, 4, 5, 6, 7, 8, 9, 10, 11, 12].map(said)]
    const among = compare(around).between(...two)
    expect(alone).toBeGreaterThan(0.2)
    expect(among).toBeLessThan(alone / 2)
  })

  it('is told with how many of the threads around say each reason', () => {
    const { index, file } = desk()
    const text = (thread: number) => `${body(1_000, 12)} ${body(2_000 + 40 * thread, 14)}`
    for (let thread = 1; thread <= 12; thread++) file('Court jails minister', text(thread), thread)
    const features = storyFeatures(index, threadWords({ title: 'Court jails minister', body: text(3), language: 'en' }))
    const { thread, reasons, around } = placeStory(index, features, NOW)
    expect(thread).toBe(3)
    expect(around?.said).toHaveLength(reasons.length)
    expect(around?.threads).toBe(12)
    // Its own words are said by that thread alone, those of the event by all.
    expect(around?.said.every(count => count === 1 || count === 12)).toBe(true)
  })

  it('is less where they name other countries', () => {
    const { file, compare } = desk()
    const said = (country: string, thread: number) => file(`Court in ${country} jails minister`, body(1_000), thread)
    const [a, b, c] = [said('Chile', 1), said('Norway', 2), said('Chile', 3)] as const
    const { between } = compare([a, b, c])
    expect(between(a, b)).toBeLessThan(between(a, c) / 2)
  })
})

it('stories with bodies are told from headlines by the terms they say', () => {
  const { file, compare } = desk()
  const text = [file('Larkfield dam breaks', body(1_000), 1), file('Larkfield dam breaks', body(1_000), 1)]
  const headlines = [file('Larkfield dam breaks', '', 1), file('Larkfield dam breaks', '', 1)]
  expect(compare(text).texts).toBe(true)
  expect(compare(headlines).texts).toBe(false)
})
