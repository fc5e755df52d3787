import { describe, expect, it } from 'vitest'
import { Constraints } from '../../src/decide/constraints.ts'
import { direction, type Encoder } from '../../src/decide/thread/encoder.ts'
import { packed, unpacked } from '../../src/decide/thread/packed.ts'
import { regroup, review } from '../../src/decide/thread/review.ts'
import { centralStory, storylines } from '../../src/decide/thread/telling.ts'
import { type ThreadFeatures, ThreadIndex, threadWords } from '../../src/decide/thread.ts'
import type { ThreadSettings } from '../../src/model.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const NOW = Date.UTC(2022, 0, 5, 9, 0)
const SETTINGS: ThreadSettings = { threshold: 0.28, window: 3 * DAY }

const OTHER_NEWS = [
  'Striker signs for the league champions after medical',
  'Central bank keeps interest rates where they are',
  'Museum shows bronze age jewellery for the first time',
  'Train drivers call off walkout after pay offer',
  'Chess federation picks host city for candidates tournament',
]

/** An index with other news in it; `file` puts a story where the test wants it, or where it belongs. */
function desk() {
  const index = new ThreadIndex(SETTINGS)
  let story = 0
  const features = (title: string, language: string | null = 'en'): ThreadFeatures =>
    index.features(threadWords({ title, body: '', language }))
  const file = (title: string, time: number, thread?: number, language: string | null = 'en') => {
    const said = features(title, language)
    const placement = index.place(said, time)
    const to = thread ?? placement.thread ?? 1_000 + story
    index.add(to, ++story, said, time)
    return { story, thread: to, placement, features: said }
  }
  for (const [at, line] of OTHER_NEWS.entries()) file(line, NOW - DAY + at, 100 + at)
  return { index, file, features }
}

describe('a placement', () => {
  it('says the score, the threshold, the runner-up and what each word counts for', () => {
    const { file } = desk()
    const dam = file('Larkfield dam breaks after two days of rain', NOW)
    const rain = file('Larkfield choir sings carols for charity', NOW)
    const { placement } = file('Larkfield dam breaks, villages flooded by rain', NOW + HOUR)
    expect(placement).toMatchObject({ kind: 'joined', thread: dam.thread, threshold: 0.28 })
    expect(placement.runnerUp?.thread).toBe(rain.thread)
    expect(placement.runnerUp?.score).toBeLessThan(placement.score)
    expect(placement.weights).toHaveLength(placement.reasons.length)
    expect(placement.weights?.reduce((sum, weight) => sum + weight, 0)).toBeLessThanOrEqual(1.01)
  })

  it('can be explained against any thread', () => {
    const { index, file, features } = desk()
    const dam = file('Larkfield dam breaks after two days of rain', NOW)
    const evidence = index.explain(features('Larkfield dam holds'), dam.thread)
    expect(evidence.map(({ term }) => term).sort()).toEqual(['dam', 'larkfield'])
    expect(index.explain(features('Larkfield dam holds'), 999)).toEqual([])
  })

  it('crosses languages by two things that both can express, and not by one', () => {
    const { file } = desk()
    // A name weighs what its rarity says: that takes a window with news in it.
    for (let at = 0; at < 80; at++) file(`Zq${at}a wins ${at}zqb`, NOW - DAY, 2_000 + at)
    const first = file('Tokayev sacks government of Kazakhstan', NOW)
    expect(file('توكاييف يقيل الحكومة في كازاخستان', NOW + HOUR, undefined, 'ar').thread).toBe(first.thread)
    expect(file('Токаев уволил кабинет Казахстана', NOW + HOUR, undefined, 'ru').thread).toBe(first.thread)
    expect(file('Neige abondante au Kazakhstan', NOW + HOUR, undefined, 'fr').placement.kind).toBe('opened')
  })

  it('of a column is with the same edition only', () => {
    const { file } = desk()
    const title = (day: number) => `Larkfield weather for January ${day}`
    const one = file(title(1), NOW - 2 * DAY)
    const two = file(title(2), NOW - DAY)
    const three = file(title(3), NOW)
    expect(new Set([one.thread, two.thread, three.thread]).size).toBe(3)
    expect(three.placement).toMatchObject({ kind: 'opened', reasons: ['column'] })
    const reprint = file(title(3), NOW + HOUR)
    expect(reprint.placement).toMatchObject({ kind: 'joined', thread: three.thread, reasons: ['column'] })
  })

  it('follows a toll as it rises', () => {
    const { file } = desk()
    const first = file('Quake kills 12 in Larkfield', NOW)
    expect(file('Quake kills 15 in Larkfield', NOW + 5 * HOUR).thread).toBe(first.thread)
    expect(file('Quake kills 31 in Larkfield', NOW + 14 * HOUR).thread).toBe(first.thread)
  })
})

describe('a review', () => {
  /** Two threads that turn out to be one. */
  function twins() {
    const made = desk()
    const ids = [
      made.file('Larkfield dam breaks after rain', NOW, 201).story,
      made.file('Larkfield dam breaks, villages flooded', NOW + HOUR, 201).story,
      made.file('Villages flooded as Larkfield dam breaks', NOW + HOUR, 202).story,
      made.file('Larkfield dam breaks after rain, villages evacuated', NOW + HOUR, 202).story,
    ] as const
    return { ...made, ids }
  }

  it('merges threads that turn out to be one into the older, and says why', () => {
    const { index } = twins()
    const found = review(index, 5)
    expect(found).toHaveLength(1)
    expect(found[0]).toMatchObject({ kind: 'merge', thread: 201, from: 202 })
    expect(found[0]?.score).toBeGreaterThanOrEqual(found[0]?.threshold ?? 1)
    expect(found[0]?.reasons.map(({ term }) => term)).toContain('larkfield')
    for (const one of found) regroup(index, one, 0)
    expect(index.thread(202)).toBeUndefined()
    expect(review(index, 5)).toEqual([])
  })

  it('looks at what has come since the last one only', () => {
    const { index, ids } = twins()
    expect(review(index, ids[3])).toEqual([])
  })

  it('never brings together what an editor parted', () => {
    const { index, ids } = twins()
    expect(review(index, 5, new Constraints([{ kind: 'apart', one: [ids[0] ?? 0], other: [ids[3] ?? 0] }]))).toEqual([])
  })

  /** A thread that has become two. */
  function mixed() {
    const made = desk()
    const dam = [
      'Larkfield dam breaks after rain',
      'Larkfield dam breaks in heavy rain',
      'Rain breaks dam at Larkfield',
    ]
    const cup = [
      'Rovers win cup final on penalties',
      'Penalties decide cup final for Rovers',
      'Rovers lift cup after final',
    ]
    const ids = [...dam, ...cup].map((title, at) => made.file(title, NOW + at * HOUR, 301).story)
    return { ...made, ids }
  }

  it('splits a thread whose stories have nothing in common; the oldest story stays', () => {
    const { index, ids } = mixed()
    const found = review(index, 5)
    expect(found).toMatchObject([{ kind: 'split', thread: 301, stories: ids.slice(3) }])
    for (const one of found) regroup(index, one, 302)
    expect(ids.map(id => index.story(id)?.thread.id)).toEqual([301, 301, 301, 302, 302, 302])
  })

  it('never splits what an editor joined', () => {
    const { index, ids } = mixed()
    expect(review(index, 5, new Constraints([{ kind: 'together', one: [ids[0] ?? 0], other: [ids[5] ?? 0] }]))).toEqual(
      [],
    )
  })
})

describe('a thread is introduced', () => {
  it('by its most central story in its largest language, not by the newest', () => {
    const { file } = desk()
    const told = [
      'Larkfield dam breaks',
      'Larkfield dam breaks, villages flooded',
      'Minister visits flooded villages',
      'Choir gives concert for victims',
    ].map((title, at) => file(title, NOW + at * HOUR, 400))
    const arabic = file('انهيار سد لاركفيلد', NOW + 9 * HOUR, 400, 'ar')
    const stories = [...told, arabic].map(({ story, features }, at) => ({ id: story, time: NOW + at * HOUR, features }))
    expect(centralStory(stories)).toBe(told[1]?.story)
    expect(centralStory([])).toBeNull()
  })

  it('with its neighbours: before this, at the same time', () => {
    const { index, file } = desk()
    file('Heavy rain at Larkfield dam, engineers worried', NOW - 20 * HOUR, 500)
    file('Larkfield dam breaks after heavy rain', NOW, 501)
    expect(storylines(index, 501)).toMatchObject([{ thread: 500, when: 'before' }])
    expect(storylines(index, 500)).toMatchObject([{ thread: 501, when: 'after' }])
    expect(storylines(index, 999)).toEqual([])
  })
})

describe("a user's encoder", () => {
  /** Knows two subjects: water and games. */
  const tiny: Encoder = text =>
    Float32Array.from(
      [/flood|dam|water|deluge|reservoir/i, /cup|final|match/i].map(subject => (subject.test(text) ? 1 : 0)),
    )

  it('brings together what no word does, and parts what a word joins', () => {
    const place = (encoder: Encoder | null, first: string, second: string) => {
      const { index } = desk()
      const features = (title: string) =>
        index.features(threadWords({ title, body: '', language: 'en' }), encoder ? direction(encoder(title)) : null)
      index.add(1, 50, features(first), NOW)
      return index.place(features(second), NOW + HOUR)
    }
    const wet = [
      'Dam gives way near Larkfield valley village',
      'Larkfield deluge wakes sleeping farmers early',
    ] as const
    expect(place(null, ...wet).kind).toBe('opened')
    expect(place(tiny, ...wet)).toMatchObject({ kind: 'joined', thread: 1 })
    const mixed = ['Larkfield dam repaired', 'Larkfield cup repaired'] as const
    expect(place(tiny, ...mixed).score).toBeLessThan(place(null, ...mixed).score)
  })

  it('is read back with the features as they were', () => {
    const { index } = desk()
    for (const [title, language] of [
      ['Tokayev sacks government of Kazakhstan after 31 deaths', 'en'],
      ['توكاييف يقيل الحكومة في كازاخستان', 'ar'],
      ['', null],
    ] as const) {
      const said = index.features(threadWords({ title, body: '', language }), title ? [76, -102] : null)
      expect(unpacked(packed(said))).toEqual(said)
    }
    expect(() => unpacked('[]')).toThrow('not packed features')
  })

  it('is stored in whole numbers, and only where it points somewhere', () => {
    expect(direction(Float32Array.from([3, 4]))).toEqual([76, 102])
    expect(direction(Float32Array.from([0, 0]))).toBeNull()
    expect(direction(Float32Array.from([Number.NaN]))).toBeNull()
    expect(direction(new Float32Array(5_000))).toBeNull()
  })
})
