// Laws of threads: whatever is filed, the window is a function of the stories it holds.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { packFeatures, unpackFeatures } from '../../src/decide/thread/packing.ts'
import { placeStory, storyFeatures, ThreadIndex, threadWords } from '../../src/decide/thread/place.ts'
import { reviewAll } from '../../src/decide/thread/review.ts'
import { quantise } from '../../src/decide/thread/vectors.ts'
import type { ThreadSettings } from '../../src/model/config.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const START = Date.UTC(2022, 0, 5)
const SETTINGS: ThreadSettings = { threshold: 0.28, window: DAY }
const LAW = { seed: 20_220_105, numRuns: 150, interruptAfterTimeLimit: 20_000 }

const NAMES = ['Tokayev', 'Larkfield', 'Osaka', 'Macron', 'Kazakhstan', 'Japan', '748', '31']
const ARABIC_NAMES = ['توكاييف', 'لاركفيلد', 'أوساكا', 'ماكرون', 'كازاخستان', 'اليابان', '٧٤٨', '٣١']
const PLAIN = 'abcdefghijklmnop'.split('').map(letter => `q${letter}z`)

const story = fc.record({
  language: fc.constantFrom('en', 'ar'),
  // Stories of one event say much the same.
  event: fc.nat(5),
  names: fc.array(fc.nat(7), { maxLength: 2 }),
  extra: fc.array(fc.constantFrom(...PLAIN), { maxLength: 3 }),
  pause: fc.nat(6 * HOUR),
})
type Made = typeof story extends fc.Arbitrary<infer T> ? T : never
const streams = fc.array(story, { minLength: 8, maxLength: 60 })

const titleOf = ({ language, event, names, extra }: Made) => {
  const names_ = language === 'ar' ? ARABIC_NAMES : NAMES
  const own = [0, 1, 2].map(at => PLAIN[(event * 3 + at) % PLAIN.length])
  return [...own, names_[event], names_[(event + 1) % 8], ...names.map(at => names_[at]), ...extra].join(' ')
}

/** What a sentence model says of a story: its event and a little of its words. */
const vectorOf = ({ event, names, extra, language }: Made) =>
  quantise(
    Array.from({ length: 64 }, (_, at) => {
      const own = names.length + 3 * extra.length + (language === 'ar' ? 7 : 0)
      return 1 + Math.sin((event + 1) * (at + 1)) + 0.4 * Math.sin((own + 11) * (at + 3))
    }),
  )

interface Stored {
  thread: number
  features: Uint8Array
  time: number
}

/** A desk whose memory can be lost at any point: what is stored stays. */
class Desk {
  index = new ThreadIndex(SETTINGS)
  readonly stored = new Map<number, Stored>()
  opened = 0
  since = 0
  hour = Number.NEGATIVE_INFINITY
  merges = 0
  moves = 0
  readonly #withVectors: boolean
  #now = START

  constructor({ withVectors = false } = {}) {
    this.#withVectors = withVectors
  }

  /** A restart, in whatever order the store gives the stories. */
  restart(order: 1 | -1): void {
    this.index = new ThreadIndex(SETTINGS)
    const limit = ThreadIndex.horizon(SETTINGS, this.#now)
    for (const [id, { thread, features, time }] of [...this.stored].sort(([a], [b]) => order * (a - b))) {
      if (time >= limit) this.index.add(thread, id, unpackFeatures(features), time)
    }
  }

  file(made: Made): void {
    this.#now += made.pause
    const time = this.#now
    this.index.expire(ThreadIndex.horizon(SETTINGS, time))
    if (Math.floor(time / HOUR) > this.hour) this.#review()
    this.hour = Math.floor(time / HOUR)
    const words = threadWords({ title: titleOf(made), body: '', language: made.language })
    const features = storyFeatures(this.index, words, this.#withVectors ? vectorOf(made) : null)
    const thread = placeStory(this.index, features, time).thread ?? ++this.opened
    const id = this.stored.size + 1
    this.stored.set(id, { thread, features: packFeatures(features), time })
    this.index.add(thread, id, features, time)
  }

  #review(): void {
    for (const one of reviewAll(this.index, this.since, () => ++this.opened)) {
      if (one.kind === 'merge') this.merges++
      else this.moves++
      for (const [id, stored] of this.stored) {
        if (one.kind === 'merge' ? stored.thread === one.from : one.stories.includes(id)) stored.thread = one.into
      }
    }
    this.since = this.stored.size
  }
}

/** Everything of an index that a decision can see. */
function seen(index: ThreadIndex) {
  return [...index.stories()]
    .map(story => {
      const { id, thread, time } = story
      const part = [...thread.parts.values()].find(one => one.stories.includes(story))
      const { own, shared } = index.weights.termsOf(story)
      const shares = ({ terms, weights }: typeof own) => {
        const list = part ? [...index.weights.shares(part, index.weights.query({ terms, weights }))] : []
        return terms.map((term, at) => [index.weights.nameOf(term), index.weights.frequencyOf(term), list[at]])
      }
      return [
        id,
        thread.id,
        time,
        thread.first,
        thread.last,
        part?.ownSquared,
        part?.sharedSquared,
        shares(own),
        shares(shared),
      ]
    })
    .sort((a, b) => Number(a[0]) - Number(b[0]))
}

describe('threads', () => {
  it.each([
    ['', false],
    [', by meaning', true],
  ])('are the same whatever the restarts%s', (_, withVectors) => {
    let merges = 0
    let moves = 0
    let joined = 0
    fc.assert(
      fc.property(
        streams,
        fc.array(fc.nat(59), { maxLength: 6 }),
        fc.constantFrom<1 | -1>(1, -1),
        (stream, restarts, order) => {
          const ran = new Desk({ withVectors })
          const restarted = new Desk({ withVectors })
          for (const [at, made] of stream.entries()) {
            if (restarts.includes(at)) restarted.restart(order)
            ran.file(made)
            restarted.file(made)
          }
          expect([...restarted.stored]).toEqual([...ran.stored])
          expect(seen(restarted.index)).toEqual(seen(ran.index))
          merges += ran.merges
          moves += ran.moves
          joined += ran.stored.size - ran.opened
        },
      ),
      LAW,
    )
    // The law is worth something only where threads grow, and come together later.
    expect(joined).toBeGreaterThan(500)
    expect(merges).toBeGreaterThan(20)
    expect(moves).toBeGreaterThan(20)
  })

  it('come back as they were when a merge is split again', () => {
    fc.assert(
      fc.property(streams, fc.nat(), fc.nat(), (stream, one, other) => {
        const desk = new Desk()
        for (const made of stream) desk.file(made)
        const threads = [...new Set([...desk.index.stories()].map(({ thread }) => thread.id))].sort((a, b) => a - b)
        const into = threads[one % threads.length] as number
        const from = threads[other % threads.length] as number
        fc.pre(into !== from)
        const before = seen(desk.index)
        const moved = [...desk.index.stories()].filter(({ thread }) => thread.id === from).map(({ id }) => id)
        for (const id of moved) desk.index.move(id, into)
        expect(desk.index.thread(from)).toBeUndefined()
        for (const id of moved.reverse()) desk.index.move(id, from)
        expect(seen(desk.index)).toEqual(before)
      }),
      LAW,
    )
  })

  it('hold every story of the window exactly once', () => {
    fc.assert(
      fc.property(streams, stream => {
        const desk = new Desk()
        for (const made of stream) desk.file(made)
        const ids = [...desk.index.stories()].map(({ id }) => id)
        const threads = new Set([...desk.index.stories()].map(({ thread }) => thread))
        const held = [...threads].flatMap(({ parts }) =>
          [...parts.values()].flatMap(({ stories }) => stories.map(({ id }) => id)),
        )
        expect(held.sort((a, b) => a - b)).toEqual(ids.sort((a, b) => a - b))
        expect(desk.index.size).toEqual({ stories: ids.length, threads: threads.size })
      }),
      LAW,
    )
  })

  it('leave nothing behind when all is forgotten', () => {
    fc.assert(
      fc.property(streams, stream => {
        const desk = new Desk()
        for (const made of stream) desk.file(made)
        const terms = [...desk.index.stories()].flatMap(story => {
          const { own, shared } = desk.index.weights.termsOf(story)
          return [...own.terms, ...shared.terms]
        })
        desk.index.expire(START + 1_000 * DAY)
        expect(desk.index.size).toEqual({ stories: 0, threads: 0 })
        for (const term of terms) expect(desk.index.weights.frequencyOf(term)).toBe(0)
        // Another stream is placed as in an index that never saw the first.
        const fresh = new Desk()
        const again = new Desk()
        again.index = desk.index
        for (const made of stream) {
          fresh.file(made)
          again.file(made)
        }
        expect(seen(again.index)).toEqual(seen(fresh.index))
      }),
      LAW,
    )
  })
})
