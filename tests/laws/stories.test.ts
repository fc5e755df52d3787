// Laws of stories: whatever is generated, likeness is mutual, the order of arrival of exact copies decides nothing, and an
// index made again from what was stored gives the same answers.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { placesOf } from '../../src/decide/copy/alignment.ts'
import { compare, prepare } from '../../src/decide/copy/compare.ts'
import { type CopyFeatures, CopyIndex, copyFeatures } from '../../src/decide/copy/index.ts'
import { Vocabulary } from '../../src/decide/copy/vocabulary.ts'
import { Desk } from '../../src/desk/desk.ts'
import { mergeStories, splitStory } from '../../src/desk/editor.ts'
import { audit } from '../helpers/audit.ts'
import { newDatabase, runs } from '../helpers/engine.ts'
import { openRows } from '../helpers/rows.ts'
import { DAY, FEEDS, fileInto, HOUR, NOW, openNewsroom, SETTINGS, temporaryFolder } from '../store/newsroom.ts'

const LAW = { seed: 20_220_105, interruptAfterTimeLimit: 15_000 }

// Sentences of our own, from which texts are made that share much, little or nothing.
const SENTENCES = [
  'The Larkfield dam broke on Sunday after two days of rain.',
  'Rescue boats took forty families from their roofs before noon.',
  'The governor asked the army for helicopters and tents.',
  'Engineers said that the bridge below the dam would stay closed.',
  'أعلنت بلدية المدينة إغلاق الجسر القديم أمام المارة لمدة أسبوعين.',
  'وقال رئيس البلدية إن المهندسين وجدوا تشققات في ثلاث من الدعائم.',
  'وجه الرئيس رسالة تهنئة إلى نظيره بمناسبة العيد الوطني لبلاده.',
  'Паром сел на мель у берега, на борту находились двести пассажиров.',
  '気象庁によると未明に沖合を震源とする地震があり沿岸で揺れを観測した',
]
const NAMES = ['Okafor', 'Tanaka', 'الخطيب', 'منغوليا', '212', '14', 'Monday', 'الثلاثاء']
const body = fc
  .array(fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...SENTENCES) }, fc.constantFrom(...NAMES)), {
    minLength: 1,
    maxLength: 7,
  })
  .map(parts => parts.join(' '))
const title = fc
  .array(fc.constantFrom(...NAMES, 'wins', 'dam', 'breaks', 'يهنئ', 'الجسر'), { maxLength: 5 })
  .map(parts => parts.join(' '))
const text = fc.record({ title, body })
type Text = { title: string; body: string }

const featuresOf = ({ title, body }: Text): CopyFeatures | null => copyFeatures(title, body, null)

interface Filed {
  story: number
  report: number
  features: CopyFeatures
  time: number
}
const filed: fc.Arbitrary<Filed[]> = fc.array(fc.tuple(text, fc.nat(5), fc.nat(96)), { maxLength: 14 }).map(drafts =>
  drafts.flatMap(([draft, story, hours], report) => {
    const features = featuresOf(draft)
    return features ? [{ story, report, features, time: NOW + hours * HOUR }] : []
  }),
)

function indexOf(reports: readonly Filed[]): CopyIndex {
  const index = new CopyIndex(6 * DAY)
  for (const { story, report, features, time } of reports) index.add(story, report, features, time)
  return index
}

describe('likeness', () => {
  it('is the same both ways', () => {
    fc.assert(
      fc.property(text, text, (one, other) => {
        const vocabulary = new Vocabulary()
        const prepared = [one, other].map(draft => {
          const features = featuresOf(draft)
          const row = (joined = '') => vocabulary.hold(joined)
          return prepare(
            { title: row(features?.title), lead: row(features?.lead), head: features?.head ?? 0, frame: [0, 0] },
            vocabulary,
          )
        })
        const [left, right] = prepared
        if (!left || !right) throw new Error('two texts were made')
        const there = compare(left, right, placesOf(left.stems), vocabulary, 0)
        const back = compare(right, left, placesOf(right.stems), vocabulary, 0)
        for (const figure of ['similarity', 'coverage', 'shared', 'longest', 'otherNumbers', 'otherDays'] as const) {
          expect(there?.[figure]).toBeCloseTo(back?.[figure] ?? Number.NaN, 12)
        }
      }),
      { ...LAW, numRuns: 2_000 },
    )
  })

  it('is whole with itself, however often a text repeats itself', () => {
    fc.assert(
      fc.property(text, draft => {
        const features = featuresOf(draft)
        if (!features) return
        const found = indexOf([{ story: 3, report: 5, features, time: NOW }]).find(features, NOW + HOUR)
        expect(found).toMatchObject({ story: 3, report: 5, similarity: 1 })
      }),
      { ...LAW, numRuns: 500 },
    )
  })
})

describe('the index of copies', () => {
  it('gives the same answers when it is made again from what was stored, in any order', () => {
    fc.assert(
      fc.property(
        filed.chain(reports =>
          fc.tuple(fc.constant(reports), fc.shuffledSubarray(reports, { minLength: reports.length })),
        ),
        text,
        fc.nat(96),
        ([reports, shuffled], asked, hours) => {
          const features = featuresOf(asked)
          if (!features) return
          const stored = shuffled.map(one => ({ ...one, features: JSON.parse(JSON.stringify(one.features)) }))
          const time = NOW + hours * HOUR
          expect(indexOf(stored).find(features, time)).toEqual(indexOf(reports).find(features, time))
        },
      ),
      { ...LAW, numRuns: 1_000 },
    )
  })

  it('is as if it had never known what it forgot, and what moved as if it had always been there', () => {
    fc.assert(
      fc.property(filed, text, fc.nat(96), fc.nat(13), (reports, asked, limit, other) => {
        const features = featuresOf(asked)
        if (!features) return
        const since = NOW + limit * HOUR
        const ran = indexOf(reports)
        ran.forget(other)
        ran.move(
          reports.filter(({ story }) => story === 1).map(({ report }) => report),
          2,
        )
        ran.expire(since)
        const left = reports
          .filter(({ report, time }) => report !== other && time >= since)
          .map(one => (one.story === 1 ? { ...one, story: 2 } : one))
        expect(ran.size).toBe(left.length)
        expect(ran.find(features, NOW + 96 * HOUR)).toEqual(indexOf(left).find(features, NOW + 96 * HOUR))
      }),
      { ...LAW, numRuns: 1_000 },
    )
  })
})

describe('filing', () => {
  interface Piece extends Text {
    id: string
    feed: string
  }
  const ours = fc.array(
    fc.tuple(text, fc.constantFrom(...FEEDS)).map(([draft, feed]) => ({ ...draft, feed })),
    { minLength: 1, maxLength: 10 },
  )

  function stories(path: string): { guid: string; story: number }[] {
    const db = openRows(path)
    try {
      return db.prepare('select guid, story from x_reports order by guid').all() as { guid: string; story: number }[]
    } finally {
      db.close()
    }
  }

  function file(
    pieces: readonly Piece[],
    times: number,
    path = newDatabase(`${temporaryFolder()}/n.db`),
  ): { guid: string; story: number }[] {
    const store = openNewsroom({ path })
    const desk = new Desk(store, SETTINGS)
    for (let round = 0; round < times; round++) {
      for (const [at, { id, feed, title, body }] of pieces.entries()) {
        fileInto(desk, store, feed, [{ id, title, text: body, published: NOW }], NOW + (round * 60 + at) * 1_000)
      }
    }
    store.close()
    return stories(path)
  }

  const partition = (rows: readonly { guid: string; story: number }[]): string[] => {
    const groups = new Map<number, string[]>()
    for (const { guid, story } of rows) groups.set(story, [...(groups.get(story) ?? []), guid])
    return [...groups.values()].map(guids => guids.join(' ')).sort()
  }

  it('puts exact copies into one story, in whatever order they arrive', () => {
    fc.assert(
      fc.property(text, fc.shuffledSubarray([0, 1, 2, 3, 4], { minLength: 5 }), (draft, order) => {
        if (!featuresOf(draft)) return
        const copies = order.map(at => ({ ...draft, id: `copy ${at}`, feed: FEEDS[at % FEEDS.length] ?? '' }))
        expect(partition(file(copies, 1))).toEqual(['copy 0 copy 1 copy 2 copy 3 copy 4'])
      }),
      { ...LAW, numRuns: runs(12) },
    )
  })

  const DAM = SENTENCES.slice(0, 4)
  const pieceOf = (id: string, feed: number, sentences: readonly string[]): Piece => ({
    id,
    feed: FEEDS[feed] ?? '',
    title: 'Dam breaks',
    body: sentences.join(' '),
  })

  it('puts two cuts and the whole into one story, in whatever order they arrive', () => {
    const cuts = [pieceOf('opening', 0, DAM.slice(0, 2)), pieceOf('ending', 1, DAM.slice(2)), pieceOf('whole', 2, DAM)]
    for (const order of [
      [0, 1, 2],
      [0, 2, 1],
      [1, 0, 2],
      [1, 2, 0],
      [2, 0, 1],
      [2, 1, 0],
    ]) {
      const path = newDatabase(`${temporaryFolder()}/n.db`)
      const filed = file(
        order.flatMap(at => cuts[at] ?? []),
        2,
        path,
      )
      expect(partition(filed), String(order)).toEqual(['ending opening whole'])
      expect(audit(path)).toEqual([])
    }
  })

  it('finds the one story again in another process after two were made one', () => {
    const path = newDatabase(`${temporaryFolder()}/n.db`)
    const store = openNewsroom({ path })
    const [one, other] = [new Desk(store, SETTINGS), new Desk(store, SETTINGS)]
    const send = (desk: Desk, { id, feed, title, body: text }: Piece, after: number) =>
      fileInto(desk, store, feed, [{ id, title, text, published: NOW }], NOW + after)
    send(one, pieceOf('opening', 0, DAM.slice(0, 2)), 1)
    send(other, pieceOf('ending', 1, DAM.slice(2)), 2)
    expect(new Set(stories(path).map(({ story }) => story)).size).toBe(2)
    send(one, pieceOf('whole', 2, DAM), 3)
    send(other, pieceOf('ending again', 0, DAM.slice(2)), 4)
    store.close()
    expect(partition(stories(path))).toEqual(['ending ending again opening whole'])
    expect(audit(path)).toEqual([])
  })

  it('does not make one story of what an editor has parted', () => {
    const path = newDatabase(`${temporaryFolder()}/n.db`)
    const store = openNewsroom({ path })
    const desk = new Desk(store, SETTINGS)
    const send = ({ id, feed, title, body: text }: Piece, after: number) =>
      fileInto(desk, store, feed, [{ id, title, text, published: NOW }], NOW + after)
    send(pieceOf('opening', 0, DAM.slice(0, 2)), 1)
    send(pieceOf('ending', 1, DAM.slice(2)), 2)
    const [first, second] = store.recentStories({ limit: 2 }).map(({ id }) => id)
    if (first === undefined || second === undefined) throw new Error('two stories')
    const merged = mergeStories(store, [first, second], NOW + 3)
    if (!merged.ok) throw new Error(merged.reason)
    const leaving = store.story(merged.value)?.members.at(-1)
    const parted = splitStory(store, merged.value, [leaving?.id ?? 0], NOW + 4)
    expect(parted.ok).toBe(true)
    send(pieceOf('whole', 2, DAM), 5)
    store.close()
    expect(partition(stories(path))).toHaveLength(2)
    expect(audit(path)).toEqual([])
  })

  it('puts a report into one story, and nowhere else when it is filed again', () => {
    fc.assert(
      fc.property(ours, drafts => {
        const pieces = drafts.map((draft, at) => ({ ...draft, id: `piece ${at}` }))
        const once = file(pieces, 1)
        expect(new Set(once.map(({ guid }) => guid)).size).toBe(once.length)
        expect(file(pieces, 3)).toEqual(once)
      }),
      { ...LAW, numRuns: runs(12) },
    )
  })
})
