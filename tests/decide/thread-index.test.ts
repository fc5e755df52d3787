import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Table } from '../../src/decide/table.ts'
import { weigh } from '../../src/decide/thread/features.ts'
import type { Part } from '../../src/decide/thread/index/active.ts'
import { Postings } from '../../src/decide/thread/index/postings.ts'
import { PartProfile } from '../../src/decide/thread/index/profile.ts'
import { Query, Rows } from '../../src/decide/thread/index/rows.ts'
import { Vocabulary } from '../../src/decide/thread/index/vocabulary.ts'
import type { ThreadFeatures } from '../../src/decide/thread/place.ts'

const LAW = { seed: 20_220_105, numRuns: 200 }

const features = (language: string, own: readonly string[], shared: readonly string[] = []): ThreadFeatures => ({
  language,
  ownTerms: own,
  ownWeights: own.map(() => 100),
  ownCounts: own.map(() => 1),
  sharedTerms: shared,
  sharedWeights: shared.map(() => 100),
  form: [0, 0, 0, 0],
})
const partOf = (thread: number, language = 'en'): Part => ({
  thread: { id: thread, first: 0, last: 0, parts: new Map() },
  language,
  slot: thread,
  stories: [],
  sums: null,
  version: 0,
  ownSquared: 0,
  sharedSquared: 0,
})

describe('the vocabulary', () => {
  it('knows a word by its language, and what all languages say by the word alone', () => {
    const words = new Vocabulary()
    const english = words.enter(features('en', ['chat', 'bank'], ['@KZ']))
    const french = words.enter(features('fr', ['chat'], ['@KZ']))
    expect(new Set([...english.own, ...english.shared, ...french.own]).size).toBe(4)
    expect(french.shared).toEqual(english.shared)
    expect(words.find(features('fr', ['bank', 'chat'])).own).toEqual([-1, french.own[0]])
    expect(english.shared.map(term => [words.name(term), words.isShared(term)])).toEqual([['@KZ', true]])
    expect(english.own.map(term => [words.name(term), words.isShared(term)])).toEqual([
      ['chat', false],
      ['bank', false],
    ])
  })

  it('finds what it was given, however much came and went', () => {
    const word = fc.nat(400).map(number => `w${number}`)
    fc.assert(
      fc.property(fc.array(fc.record({ word, gone: fc.boolean() }), { maxLength: 3_000, minLength: 1_000 }), steps => {
        const words = new Vocabulary()
        const known = new Map<string, number>()
        for (const { word: name, gone } of steps) {
          const before = known.get(name)
          if (gone && before !== undefined) {
            words.release(before, 'en')
            known.delete(name)
          } else known.set(name, words.enter(features('en', [name])).own[0] as number)
        }
        const names = Array.from({ length: 401 }, (_, number) => `w${number}`)
        expect(words.idsOf(names, 'en')).toEqual(names.map(name => known.get(name) ?? -1))
        for (const [name, term] of known) expect(words.name(term)).toBe(name)
      }),
      { ...LAW, numRuns: 20 },
    )
  })

  it('forgets a language with its last word', () => {
    const words = new Vocabulary()
    const [term] = words.enter(features('en', ['bank'])).own
    expect(words.hasOther('fr')).toBe(true)
    expect(words.hasOther('en')).toBe(false)
    words.release(term as number, 'en')
    words.left('en')
    expect(words.hasOther('fr')).toBe(false)
  })
})

describe('the lists of terms', () => {
  // A story is said by a part; it leaves, or moves to another part.
  const step = fc.record({
    story: fc.nat(39),
    part: fc.nat(7),
    terms: fc.uniqueArray(fc.nat(9), { minLength: 1, maxLength: 6 }),
    weight: fc.integer({ min: 1, max: 9_999 }),
  })

  it('say what the stories say, also where a list was too long to be kept', () => {
    const most = 5
    let restored = 0
    fc.assert(
      fc.property(fc.array(step, { minLength: 60, maxLength: 120 }), steps => {
        const rows = new Rows()
        const lists = new Postings(rows, most)
        const held = new Map<number, { row: number; part: number; terms: readonly number[]; weight: number }>()
        const said = (part: number, term: number) =>
          [...held.values()].reduce(
            (sum, one) => sum + (one.part === part && one.terms.includes(term) ? one.weight : 0),
            0,
          )
        const tooCommon = new Set<number>()
        for (const { story, part, terms, weight } of steps) {
          const before = held.get(story)
          if (before) {
            held.delete(story)
            for (const term of before.terms) lists.leave(term, before.part, before.weight)
            for (const term of before.terms) lists.discount(term)
            rows.remove(before.row)
            continue
          }
          for (const term of terms) lists.count(term)
          const row = rows.add(
            terms,
            terms.map(() => weight),
            terms.map(() => 1),
            [],
            [],
          )
          for (const term of terms) lists.enter(term, part, weight, said(part, term) > 0)
          rows.holder[row] = part
          held.set(story, { row, part, terms, weight })
          for (const term of terms) if (lists.frequency(term) > most) tooCommon.add(term)
        }
        for (let term = 0; term < 10; term++) {
          const frequency = [...held.values()].filter(({ terms }) => terms.includes(term)).length
          expect(lists.frequency(term)).toBe(frequency)
          if (frequency > most) continue
          if (tooCommon.has(term) && frequency > 0) restored++
          const scores = new Float64Array(8)
          const met = new Int32Array(8)
          const count = lists.collect(term, 3, scores, met, 0)
          const parts = [0, 1, 2, 3, 4, 5, 6, 7].filter(part => said(part, term) > 0)
          expect([...met.subarray(0, count)].sort()).toEqual(parts)
          for (const part of parts) expect(scores[part]).toBe(3 * said(part, term))
        }
      }),
      LAW,
    )
    expect(restored).toBeGreaterThan(50)
  })
})

describe('the table', () => {
  it('holds what a map would, whatever was added, taken away and added again', () => {
    const step = fc.record({
      key: fc.oneof(fc.nat(60), fc.constantFrom(0x7fffffff, 0x7ffffffe)),
      by: fc.integer({ min: -3, max: 3 }),
    })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 600 }), steps => {
        const table = new Table()
        const map = new Map<number, number>()
        for (const { key, by } of steps) {
          expect(table.add(key, by)).toBe(map.get(key) ?? 0)
          map.set(key, (map.get(key) ?? 0) + by)
        }
        const held: [number, number][] = []
        table.each((key, value) => held.push([key, value]))
        expect(new Map(held)).toEqual(new Map([...map].filter(([, value]) => value !== 0)))
        for (const [key, value] of map) expect(table.get(key)).toBe(value)
      }),
      LAW,
    )
  })
})

describe('rows', () => {
  it('keep what they say when others are left out', () => {
    const rows = new Rows()
    for (let story = 0; story < 3_000; story++) {
      const row = rows.add([story, story + 1], [7, 5], [1, 1], [story + 2], [3])
      rows.holder[row] = story
    }
    for (let row = 0; row < 3_000; row++) if (row % 2 === 0) rows.remove(row)
    expect(rows.wasteful).toBe(true)
    const moved = rows.compact()
    expect(rows.wasteful).toBe(false)
    expect(moved[1_000]).toBe(-1)
    const row = moved[1_001] as number
    expect(rows.holder[row]).toBe(1_001)
    expect(rows.termsOf(row, true)).toEqual({ terms: [1_001, 1_002], weights: [7, 5] })
    expect(rows.termsOf(row, false)).toEqual({ terms: [1_003], weights: [3] })
  })

  it('compare only the kind of terms that is asked for', () => {
    const rows = new Rows()
    const row = rows.add([1, 2], [7, 5], [1, 1], [3], [2])
    const shares = (terms: number[], kinds: 'own' | 'shared' | 'both') => {
      const into = new Float64Array(terms.length)
      rows.sharesOf(row, new Query(terms, [], kinds), into)
      return [...into]
    }
    expect(shares([3, 2, 9], 'both')).toEqual([2, 5, 0])
    expect(shares([3, 2, 9], 'own')).toEqual([0, 5, 0])
    expect(shares([3, 2, 9], 'shared')).toEqual([2, 0, 0])
    expect(rows.dotOf(row, new Query([2, 1], [10, 100], 'own'))).toBe(750)
  })
})

describe('the weights of a story', () => {
  it('are those of the heaviest terms, and of two alike the first by name', () => {
    const said = {
      names: ['dam', 'bank', 'said', 'alarm'],
      counts: [1, 1, 1, 1],
      ids: [4, 5, 6, 7],
      frequencies: [2, 2, 90, 2],
    }
    const { names, ids, weights } = weigh(said, 100, 2)
    expect(names).toEqual(['alarm', 'bank'])
    expect(ids).toEqual([7, 5])
    expect(weights).toEqual([7_071, 7_071])
  })
})

describe('what a part is known by', () => {
  const named = {
    name: (term: number) => `n${String(term).padStart(4, '0')}`,
    isShared: (term: number) => term % 2 === 1,
  }

  it('is the heaviest of its sums, whatever order they were added in', () => {
    const weights = fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 2_000 })
    fc.assert(
      fc.property(weights, list => {
        const sums = new Table()
        for (const [term, weight] of [...list.entries()].reverse()) {
          sums.add(term, weight - 1)
          expect(sums.add(term, 1)).toBe(weight - 1)
        }
        const summed = PartProfile.ofMany(partOf(1), sums, named)
        const sorted = (kind: number) =>
          [...list.entries()].filter(([term]) => term % 2 === kind).sort((a, b) => b[1] - a[1] || a[0] - b[0])
        const terms = (kind: number, limit: number) =>
          sorted(kind)
            .slice(0, limit)
            .map(([term]) => term)
        expect(summed.heaviest.terms).toEqual(terms(0, 12))
        expect(summed.own.terms).toEqual(terms(0, 400))
        expect(summed.own.weights).toEqual(
          sorted(0)
            .slice(0, 400)
            .map(([, weight]) => weight),
        )
        expect(summed.shared.terms).toEqual(terms(1, 40))
        expect(summed.heaviestShared.terms).toEqual(terms(1, 12))
      }),
      { ...LAW, numRuns: 100 },
    )
  })

  it('is compared again only where the other has changed', () => {
    const summed = PartProfile.ofMany(partOf(1), new Table(), named)
    const other = partOf(2)
    expect(summed.likenessTo(other, () => 0.5)).toBe(0.5)
    expect(summed.likenessTo(other, () => 0.7)).toBe(0.5)
    other.version++
    expect(summed.likenessTo(other, () => 0.7)).toBe(0.7)
  })
})
