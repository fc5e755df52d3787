import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  placeStory,
  storyFeatures,
  type ThreadFeatures,
  ThreadIndex,
  threadWords,
} from '../../src/decide/thread/place.ts'
import type { ThreadSettings } from '../../src/model/config.ts'
import type { Placement } from '../../src/model/decided.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const NOW = Date.UTC(2022, 0, 5, 9, 0)
const SETTINGS: ThreadSettings = { threshold: 0.28, window: 3 * DAY }

/** Files stories one after another, as the desk does; returns where each was placed. */
class Desk {
  readonly index = new ThreadIndex(SETTINGS)
  #next = 1
  #story = 0

  file(title: string, body: string, time: number, language: string | null = 'en'): Placement & { in: number } {
    const features = storyFeatures(this.index, threadWords({ title, body, language }))
    const placement = placeStory(this.index, features, time)
    const thread = placement.thread ?? this.#next++
    this.index.add(thread, ++this.#story, features, time)
    return { ...placement, in: thread }
  }
}

const featuresOf = (index: ThreadIndex, title: string, body = '', language: string | null = 'en'): ThreadFeatures =>
  storyFeatures(index, threadWords({ title, body, language }))

/** A window with unrelated news in it, so that words have a rarity. */
function busyDesk(): Desk {
  const desk = new Desk()
  const lines = [
    'Striker signs for the league champions after medical',
    'Central bank keeps interest rates where they are',
    'Museum shows bronze age jewellery for the first time',
    'Train drivers call off walkout after pay offer',
    'Chess federation picks host city for candidates tournament',
  ]
  for (const [at, line] of lines.entries()) desk.file(line, '', NOW - DAY + at)
  return desk
}

const FIRST: [string, string] = [
  'Larkfield dam breaks after two days of rain',
  'Water reached the villages below the Larkfield reservoir within the hour and rescue boats took families from roofs.',
]
const NEXT: [string, string] = [
  'Rescue boats search villages below Larkfield dam',
  'Families wait on roofs as rescue boats reach the villages flooded when the reservoir gave way.',
]

describe('a story', () => {
  it('opens a thread in an empty window', () => {
    expect(new Desk().file(...FIRST, NOW)).toMatchObject({ kind: 'opened', thread: null, score: 0, reasons: [] })
  })

  it('joins the thread of the same event, and says by which words', () => {
    const desk = busyDesk()
    const first = desk.file(...FIRST, NOW)
    const next = desk.file(...NEXT, NOW + HOUR)
    expect(next).toMatchObject({ kind: 'joined', thread: first.in })
    expect(next.score).toBeGreaterThanOrEqual(SETTINGS.threshold)
    expect(next.score).toBeLessThanOrEqual(1)
    expect(next.reasons).toContain('larkfield')
    expect(next.reasons.length).toBeLessThanOrEqual(5)
  })

  it('opens its own thread beside one that it hardly resembles, and says how much', () => {
    const desk = busyDesk()
    desk.file(...FIRST, NOW)
    const other = desk.file('Rescue plan for the steel works', 'Ministers and unions met over the steel works.', NOW)
    expect(other).toMatchObject({ kind: 'opened', thread: null })
    expect(other.score).toBeLessThan(SETTINGS.threshold)
  })

  it('joins in Arabic across endings, articles and hamza', () => {
    const desk = new Desk()
    desk.file('البنك المركزي يبقي الفائدة', '', NOW, 'ar')
    desk.file('المتحف يعرض مجوهرات قديمة', '', NOW, 'ar')
    const first = desk.file('احتجاجات على أسعار الوقود في ألماتي', 'خرج محتجون ضد رفع أسعار الوقود', NOW, 'ar')
    const next = desk.file(
      'الاحتجاجات تتسع بسبب اسعار الوقود',
      'المحتجون في الماتي يرفضون رفع الأسعار',
      NOW + HOUR,
      'ar',
    )
    expect(next).toMatchObject({ kind: 'joined', thread: first.in })
  })

  it('needs more evidence the longer a thread is silent, and past the window none is enough', () => {
    const score = (silence: number) => {
      const desk = busyDesk()
      const { in: thread } = desk.file(...FIRST, NOW)
      const placement = desk.file(...FIRST, NOW + silence)
      return { ...placement, joined: placement.thread === thread }
    }
    const scores = [0, DAY, 2 * DAY, 3 * DAY].map(silence => score(silence))
    expect(scores.every(({ joined }) => joined)).toBe(true)
    expect(scores.map(one => one.score)).toEqual(scores.map(one => one.score).sort((a, b) => b - a))
    expect(new Set(scores.map(one => one.score)).size).toBe(4)
    expect(score(3 * DAY + 1)).toMatchObject({ kind: 'opened', score: 0, joined: false })
  })

  it('that comes late joins the thread it belongs to, within the window before its beginning', () => {
    const late = (before: number) => {
      const desk = busyDesk()
      const { in: thread } = desk.file(...FIRST, NOW)
      return desk.file(...NEXT, NOW - before).thread === thread
    }
    expect(late(HOUR)).toBe(true)
    expect(late(3 * DAY + 1)).toBe(false)
  })

  it('does not take part in its own placing', () => {
    const desk = busyDesk()
    const features = featuresOf(desk.index, FIRST[0], FIRST[1])
    const size = desk.index.size
    expect(placeStory(desk.index, features, NOW)).toEqual(placeStory(desk.index, features, NOW))
    expect(desk.index.size).toEqual(size)
  })
})

describe('the words of a story', () => {
  const own = (title: string, body = '', language: string | null = 'en') => threadWords({ title, body, language }).own

  it('weigh twice in the title', () => {
    expect(own('Larkfield dam', 'dam')).toEqual(
      new Map([
        ['larkfield', 2],
        ['dam', 3],
      ]),
    )
  })

  it('are as many of a long body as carry the news', () => {
    const body = Array.from({ length: 500 }, (_, at) => `w${at}x`).join(' ')
    expect(own('', body).size).toBe(80)
  })

  it('leave out the names of site and section behind the title', () => {
    const title = 'Larkfield dam breaks after rain'
    for (const tail of [
      ' | Valley News',
      ' - Valley News',
      ' — Weather - Valley News',
      ' | Home | Valley News Daily',
    ]) {
      expect(own(title + tail)).toEqual(own(title))
    }
    expect(own('Dam breaks - twelve missing').has('miss')).toBe(true)
  })

  it('do not depend on the order of words', () => {
    const index = new ThreadIndex(SETTINGS)
    const one = featuresOf(index, 'dam rain bridge')
    const other = featuresOf(index, 'bridge dam rain')
    expect([one.ownTerms, one.ownWeights]).toEqual([other.ownTerms, other.ownWeights])
  })

  it('have weights whose squares add up to one', () => {
    const texts = fc.array(fc.constantFrom(...'abcdefghijklmnopqrstuvwxyz'.split('').map(letter => `q${letter}z`)))
    fc.assert(
      fc.property(texts, words => {
        const { ownWeights } = featuresOf(new ThreadIndex(SETTINGS), words.join(' '))
        const squares = ownWeights.reduce((sum, weight) => sum + (weight / 10_000) ** 2, 0)
        expect(squares).toBeCloseTo(words.length > 0 ? 1 : 0, 2)
      }),
      { seed: 20_220_105, numRuns: 200 },
    )
  })
})

describe('the window of threads', () => {
  it('begins two windows ago, at a whole hour', () => {
    const horizon = ThreadIndex.horizon(SETTINGS, NOW + 59 * 60_000)
    expect(horizon).toBe(NOW - 6 * DAY)
    expect(ThreadIndex.horizon(SETTINGS, NOW)).toBe(horizon)
    expect(ThreadIndex.horizon(SETTINGS, NOW + HOUR)).toBe(horizon + HOUR)
  })

  it('counts what it holds, and lets threads go with their last story', () => {
    const desk = new Desk()
    desk.file(...FIRST, NOW)
    desk.file(...NEXT, NOW + HOUR)
    expect(desk.index.size.stories).toBe(2)
    desk.index.expire(NOW + 1)
    expect(desk.index.size.stories).toBe(1)
    desk.index.expire(NOW + DAY)
    expect(desk.index.size).toEqual({ stories: 0, threads: 0 })
  })

  const word = fc.constantFrom(...'abcdefghijklmnop'.split('').map(letter => `q${letter}z`))
  const story = fc.record({
    thread: fc.integer({ min: 1, max: 6 }),
    words: fc.array(word, { maxLength: 8 }),
    time: fc.nat(100).map(hours => NOW + hours * HOUR),
  })

  it('forgets: after expiry it weighs and places as one made from the remaining stories alone', () => {
    let joined = 0
    fc.assert(
      fc.property(
        fc.array(fc.array(story, { maxLength: 12 }), { minLength: 1, maxLength: 4 }),
        fc.array(fc.nat(100), { minLength: 4, maxLength: 4 }),
        fc.array(word, { maxLength: 8 }),
        fc.nat(100),
        (batches, limits, asked, hours) => {
          const ran = new ThreadIndex(SETTINGS)
          const kept: { thread: number; story: number; features: ThreadFeatures; time: number }[] = []
          let filed = 0
          let limit = Number.NEGATIVE_INFINITY
          for (const [at, batch] of batches.entries()) {
            for (const { thread, words, time } of batch) {
              const features = featuresOf(ran, words.join(' '))
              const story = ++filed
              ran.add(thread, story, features, time)
              kept.push({ thread, story, features, time })
            }
            limit = Math.max(limit, NOW + (limits[at] ?? 0) * HOUR)
            ran.expire(limit)
            kept.splice(0, kept.length, ...kept.filter(({ time }) => time >= limit))
          }
          const fresh = new ThreadIndex(SETTINGS)
          // In whatever order: the newest first here.
          for (const { thread, story, features, time } of kept.toReversed()) fresh.add(thread, story, features, time)
          expect(ran.size).toEqual(fresh.size)
          const title = asked.join(' ')
          expect(featuresOf(ran, title)).toEqual(featuresOf(fresh, title))
          const placement = placeStory(ran, featuresOf(ran, title), NOW + hours * HOUR)
          expect(placement).toEqual(placeStory(fresh, featuresOf(fresh, title), NOW + hours * HOUR))
          if (placement.kind === 'joined') joined++
        },
      ),
      { seed: 20_220_105, numRuns: 1_000 },
    )
    expect(joined).toBeGreaterThan(100)
  })

  it('joins only what reaches the threshold, with a score from 0 to 1', () => {
    fc.assert(
      fc.property(fc.array(story, { maxLength: 12 }), fc.array(word, { maxLength: 8 }), (stories, asked) => {
        const index = new ThreadIndex(SETTINGS)
        for (const [at, { thread, words, time }] of stories.entries()) {
          index.add(thread, at, featuresOf(index, words.join(' ')), time)
        }
        const placement = placeStory(index, featuresOf(index, asked.join(' ')), NOW + DAY)
        expect(placement.score).toBeGreaterThanOrEqual(0)
        expect(placement.score).toBeLessThanOrEqual(1.001)
        expect(placement.thread === null).toBe(placement.kind === 'opened')
        if (placement.kind === 'joined') expect(placement.score).toBeGreaterThanOrEqual(SETTINGS.threshold)
      }),
      { seed: 20_220_105, numRuns: 500 },
    )
  })
})
