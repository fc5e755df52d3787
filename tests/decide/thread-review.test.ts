import { describe, expect, it } from 'vitest'
import { Constraints } from '../../src/decide/constraints.ts'
import { headerOf } from '../../src/decide/thread/header.ts'
import { packFeatures, unpackFeatures } from '../../src/decide/thread/packing.ts'
import {
  placeStory,
  storyFeatures,
  type ThreadFeatures,
  ThreadIndex,
  threadWords,
} from '../../src/decide/thread/place.ts'
import { type Carried, reviewAll } from '../../src/decide/thread/review.ts'
import { centralStory, storylines } from '../../src/decide/thread/telling.ts'
import { quantise } from '../../src/decide/thread/vectors.ts'
import type { ThreadSettings } from '../../src/model/config.ts'

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
    storyFeatures(index, threadWords({ title, body: '', language }))
  const file = (title: string, time: number, thread?: number, language: string | null = 'en') => {
    const said = features(title, language)
    const placement = placeStory(index, said, time)
    const to = thread ?? placement.thread ?? 1_000 + story
    index.add(to, ++story, said, time)
    return { story, thread: to, placement, features: said }
  }
  for (const [at, line] of OTHER_NEWS.entries()) file(line, NOW - DAY + at, 100 + at)
  return { index, file, features }
}

describe('a placement', () => {
  it('says the score, the threshold and what each word counts for', () => {
    const { file } = desk()
    const dam = file('Larkfield dam breaks after two days of rain', NOW)
    file('Larkfield choir sings carols for charity', NOW)
    const { placement } = file('Larkfield dam breaks, villages flooded by rain', NOW + HOUR)
    expect(placement).toMatchObject({ kind: 'joined', thread: dam.thread, threshold: 0.28 })
    expect(placement.weights).toHaveLength(placement.reasons.length)
    expect(placement.weights?.reduce((sum, weight) => sum + weight, 0)).toBeLessThanOrEqual(1.01)
  })

  it('of a form that names its day is with the same edition only', () => {
    const { file } = desk()
    const title = (day: number) => `Larkfield weather for January ${day}`
    const one = file(title(1), NOW - 2 * DAY)
    const two = file(title(2), NOW - DAY)
    const three = file(title(3), NOW)
    expect(new Set([one.thread, two.thread, three.thread]).size).toBe(3)
    const reprint = file(title(3), NOW + HOUR)
    expect(reprint.placement).toMatchObject({ kind: 'joined', thread: three.thread })
  })

  it('follows a toll as it rises', () => {
    const { file } = desk()
    const first = file('Quake kills 12 in Larkfield', NOW)
    expect(file('Quake kills 15 in Larkfield', NOW + 5 * HOUR).thread).toBe(first.thread)
    expect(file('Quake kills 31 in Larkfield', NOW + 14 * HOUR).thread).toBe(first.thread)
  })
})

/** What a review proposes, carried out. */
function reviewed(index: ThreadIndex, since: number, decisions?: Constraints): Carried[] {
  let opened = 900
  return [...reviewAll(index, since, () => ++opened, decisions)]
}

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
    const found = reviewed(index, 5)
    expect(found).toMatchObject([{ kind: 'merge', from: 202, into: 201 }])
    expect(found[0]?.why.score).toBeGreaterThanOrEqual(found[0]?.why.threshold ?? 1)
    expect(found[0]?.why.reasons.map(({ term }) => term)).toContain('larkfield')
    expect(index.thread(202)).toBeUndefined()
    expect(reviewed(index, 5)).toEqual([])
  })

  it('looks at what has come since the last one only', () => {
    const { index, ids } = twins()
    expect(reviewed(index, ids[3])).toEqual([])
  })

  it('never brings together what an editor parted', () => {
    const { index, ids } = twins()
    expect(reviewed(index, 5, new Constraints([{ kind: 'apart', one: [ids[0]], other: [ids[3]] }]))).toEqual([])
    expect(index.story(ids[0])?.thread.id).not.toBe(index.story(ids[3])?.thread.id)
  })

  const DAM = ['Larkfield dam breaks after rain', 'Larkfield dam breaks in heavy rain', 'Rain breaks dam at Larkfield']
  const CUP = [
    'Rovers win cup final on penalties',
    'Penalties decide cup final for Rovers',
    'Rovers win cup after penalties',
  ]

  /** A thread that has become two. */
  function mixed() {
    const made = desk()
    const ids = [...DAM, ...CUP].map((title, at) => made.file(title, NOW + at * HOUR, 301).story)
    return { ...made, ids }
  }

  it('splits a thread whose stories have nothing in common; the oldest story stays', () => {
    const { index, ids } = mixed()
    expect(reviewed(index, 5)).toMatchObject([{ kind: 'split', from: 301, stories: ids.slice(3) }])
    expect(ids.map(id => index.story(id)?.thread.id)).toEqual([301, 301, 301, 901, 901, 901])
  })

  it('never splits what an editor joined', () => {
    const { index, ids } = mixed()
    const together = new Constraints([{ kind: 'together', one: [ids[0] ?? 0], other: [ids[5] ?? 0] }])
    expect(reviewed(index, 5, together)).toEqual([])
  })

  it('moves a story that was placed before its event was known', () => {
    const { index, file } = desk()
    const dam = DAM.map((title, at) => file(title, NOW + at * HOUR, 301).story)
    const early = file('Penalties decide cup final', NOW + 3 * HOUR, 301).story
    const cup = CUP.map((title, at) => file(title, NOW + (4 + at) * HOUR, 302).story)
    const found = reviewed(index, 5)
    expect(found).toMatchObject([{ kind: 'move', from: 301, into: 302, stories: [early] }])
    expect(found[0]?.why.reasons.map(({ term }) => term)).toContain('cup')
    expect(dam.map(id => index.story(id)?.thread.id)).toEqual([301, 301, 301])
    expect([early, ...cup].map(id => index.story(id)?.thread.id)).toEqual([302, 302, 302, 302])
  })

  it('does not take a language out of a thread that an editor joined', () => {
    const { index, file } = desk()
    const arabic = file('سد لاركفيلد ينهار بعد يومين من المطر', NOW, 301, 'ar').story
    const joined = file('Penalties decide cup final', NOW + HOUR, 301).story
    for (const [at, title] of CUP.entries()) file(title, NOW + (2 + at) * HOUR, 302)
    const together = new Constraints([{ kind: 'together', one: [arabic], other: [joined] }])
    expect(reviewed(index, 5, together)).toMatchObject([{ kind: 'merge', from: 301, into: 302 }])
    expect(index.story(arabic)?.thread.id).toBe(index.story(joined)?.thread.id)
  })

  it('keeps apart what is told in the same words of two countries', () => {
    const crashes = (country: string) => {
      const { index, file } = desk()
      file('Bus crash kills twelve near Minya in Egypt', NOW, 301)
      file('Twelve killed as coach overturns near Minya, Egypt', NOW + HOUR, 301)
      file(`Bus crash kills eleven near Settat in ${country}`, NOW + 2 * HOUR, 302)
      file(`Eleven killed as coach overturns near Settat, ${country}`, NOW + 3 * HOUR, 302)
      return reviewed(index, 5)
    }
    expect(crashes('Morocco')).toEqual([])
    expect(crashes('Egypt')).toMatchObject([{ kind: 'merge', from: 302, into: 301 }])
  })

  it('brings stories in several languages together by two things that all can express, and not by one', () => {
    const { index, file } = desk()
    // A name weighs what its rarity says: that takes a window with news in it.
    for (let at = 0; at < 80; at++) file(`Zq${at}a wins ${at}zqb`, NOW - DAY, 2_000 + at)
    const first = file('Tokayev sacks government of Kazakhstan', NOW)
    const arabic = file('توكاييف يقيل الحكومة في كازاخستان', NOW + HOUR, undefined, 'ar')
    const russian = file('Токаев уволил кабинет Казахстана', NOW + HOUR, undefined, 'ru')
    const snow = file('Neige abondante au Kazakhstan', NOW + HOUR, undefined, 'fr')
    // Placing is by the words of a language alone.
    expect(new Set([first, arabic, russian, snow].map(({ thread }) => thread)).size).toBe(4)
    reviewed(index, first.story - 1)
    const [one, two, three, other] = [first, arabic, russian, snow].map(({ story }) => index.story(story)?.thread.id)
    expect([two, three]).toEqual([one, one])
    expect(other).not.toBe(one)
  })

  it('brings two languages together that speak above all of the same, whatever they name in passing', () => {
    const threadsOf = (arabicTitle: string) => {
      const { index } = desk()
      let story = 100
      const file = (thread: number, title: string, body: string, language: string) =>
        index.add(thread, ++story, storyFeatures(index, threadWords({ title, body, language })), NOW + story)
      for (let at = 0; at < 60; at++) file(2_000 + at, `Zq${at}a wins ${at}zqb`, '', 'en')
      const english = 'Neighbours Gulbarov, Pentekis, Rodrikal, Safterin and Volmanek spoke to Tirkaset.'
      const arabic = 'وقال جيرانهم دلمونين وكرزافيش وبيتروخال وهندريسان إنهم سمعوا فلكسبورغ.'
      file(701, 'Nazarbayev ally Massimov held on suspicion of treason', english, 'en')
      file(701, 'Massimov held: who is the ally of Nazarbayev?', english.replace('Gulbarov', 'Zeltoman'), 'en')
      file(702, arabicTitle, arabic, 'ar')
      file(702, arabicTitle, arabic.replace('دلمونين', 'شقرامال'), 'ar')
      return reviewed(index, story - 4)
    }
    expect(threadsOf('توقيف ماسيموف حليف نزارباييف للاشتباه في خيانة الدولة')).toMatchObject([
      { kind: 'merge', from: 702, into: 701 },
    ])
    expect(threadsOf('توقيف سلمانوف حليف نزارباييف للاشتباه في خيانة الدولة')).toEqual([])
  })

  it('merges two threads by way of another language only if those who speak the same in both tell much the same', () => {
    const threads = (english: string) => {
      const { index, file } = desk()
      for (let at = 0; at < 80; at++) file(`Zq${at}a wins ${at}zqb`, NOW - DAY, 2_000 + at)
      file('Tokayev sacks government of Kazakhstan', NOW, 701)
      file('توكاييف يقيل حكومة كازاخستان ويعلن الطوارئ', NOW, 701, 'ar')
      file(english, NOW + HOUR, 702)
      const last = file('Токаев уволил правительство Казахстана', NOW + HOUR, 702, 'ru').story
      return reviewed(index, last - 1).filter(({ kind }) => kind === 'merge')
    }
    expect(threads('Tokayev sacks government of Kazakhstan')).toMatchObject([{ from: 702, into: 701 }])
    expect(threads('Rovers win cup final on penalties')).toEqual([])
  })

  it('leaves the editions of a column where they are', () => {
    const { index, file } = desk()
    for (let day = 1; day <= 4; day++) file(`Larkfield weather for January ${day}`, NOW - (5 - day) * DAY, 400 + day)
    expect(reviewed(index, 5)).toEqual([])
  })

  it('takes only the stories of one language along where a thread has others', () => {
    const { index, file } = desk()
    file('سد لاركفيلد ينهار بعد يومين من المطر', NOW, 301, 'ar')
    const stray = file('Penalties decide cup final', NOW + HOUR, 301).story
    for (const [at, title] of CUP.entries()) file(title, NOW + (2 + at) * HOUR, 302)
    expect(reviewed(index, 5)).toMatchObject([{ kind: 'move', from: 301, into: 302, stories: [stray] }])
    expect(index.thread(301)?.parts.size).toBe(1)
  })
})

describe('a header', () => {
  const words = (index: ThreadIndex, title: string) =>
    storyFeatures(index, threadWords({ title, body: '', language: 'en' })).ownTerms

  it('before the news of three threads is a slug, and no word on any of them', () => {
    const { index, file } = desk()
    expect(words(index, 'The Latest: Larkfield dam breaks')).toContain('latest')
    file('The Latest: Rovers sign striker', NOW, 601)
    file('The Latest: Central bank keeps rates', NOW, 602)
    file('The Latest: Museum shows jewellery', NOW, 602)
    expect(words(index, 'The Latest: Larkfield dam breaks')).toContain('latest')
    file('The Latest: Train drivers call off walkout', NOW, 603)
    expect(words(index, 'The Latest: Larkfield dam breaks')).toEqual(
      expect.arrayContaining(['larkfield', 'dam', 'break']),
    )
    expect(words(index, 'The Latest: Larkfield dam breaks')).not.toContain('latest')
    expect(words(index, 'Latest dam breaks at Larkfield')).toContain('latest')
  })

  it('is known as Reuters joins it, and as Arabic papers write it', () => {
    expect(headerOf('Olympics-Judo-Abe siblings take golds')?.words).toEqual(['olympics', 'judo'])
    expect(headerOf('فيديو: لحظة دخول بعثة فلسطين')?.words).toEqual(['فيديو'])
    expect(headerOf('بالفيديو- مشاركة قياسية للمملكة')?.words).toEqual(['بالفيديو'])
    expect(headerOf('Larkfield dam breaks')).toBeNull()
    expect(headerOf('Minister: no comment')).toBeNull()
    expect(headerOf('Two-thirds of all villages flooded')).toBeNull()
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
    const names = [...new Set([...told, arabic].flatMap(({ features }) => features.ownTerms))]
    const stories = [...told, arabic].map(({ story, features: { language, ownTerms, ownWeights } }, at) => ({
      id: story,
      time: NOW + at * HOUR,
      language,
      own: { terms: ownTerms.map(term => names.indexOf(term)), weights: ownWeights },
    }))
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

type Encoder = (text: string) => ArrayLike<number>

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
        storyFeatures(
          index,
          threadWords({ title, body: '', language: 'en' }),
          encoder ? quantise(encoder(title)) : null,
        )
      index.add(1, 50, features(first), NOW)
      return placeStory(index, features(second), NOW + HOUR)
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

  /** Two texts on water that share a place, filed in one thread, and what a review makes of them. */
  function wetThread(encoder: Encoder | null) {
    const { index } = desk()
    const file = (story: number, thread: number, title: string) => {
      const said = threadWords({ title, body: '', language: 'en' })
      index.add(thread, story, storyFeatures(index, said, encoder ? quantise(encoder(title)) : null), NOW + story)
    }
    file(50, 1, 'Dam gives way near Larkfield valley village')
    file(51, 1, 'Larkfield deluge wakes sleeping farmers early')
    return { index, file, done: () => reviewed(index, 49) }
  }

  it('is asked by the review too, which would undo what it joined', () => {
    expect(wetThread(null).done()).toMatchObject([{ kind: 'split', from: 1, stories: [51] }])
    expect(wetThread(tiny).done()).toEqual([])
  })

  it('may give way to another with other numbers: what the two say is not compared, and neither leaves a trace', () => {
    const longer: Encoder = text => Float32Array.from([...Array.from(tiny(text)), 0.5])
    const { index, file } = wetThread(tiny)
    const alone = (text: string) => index.meaning('en', quantise(longer(text)))
    expect(alone('Dam')).toBeNull()
    const next = threadWords({ title: 'Larkfield reservoir empties', body: '', language: 'en' })
    index.add(1, 52, storyFeatures(index, next, quantise(longer('Larkfield reservoir empties'))), NOW + 52)
    const before = alone('Dam')
    for (const story of [50, 51]) index.remove(story)
    expect(alone('Dam')).toEqual(before)
    expect(index.meaning('en', quantise(tiny('Dam')))).toBeNull()
    index.remove(52)
    expect(alone('Dam')).toBeNull()
    file(53, 2, 'Dam')
    expect(index.meaning('en', quantise(tiny('Dam')))).not.toBeNull()
  })

  it('is read back with the features as they were', () => {
    const { index } = desk()
    for (const [title, language] of [
      ['Tokayev sacks government of Kazakhstan after 31 deaths', 'en'],
      ['توكاييف يقيل الحكومة في كازاخستان', 'ar'],
      ['', null],
    ] as const) {
      const said = storyFeatures(index, threadWords({ title, body: '', language }), title ? [76, -102] : null)
      expect(unpackFeatures(packFeatures(said))).toEqual(said)
    }
    expect(() => unpackFeatures(new Uint8Array([1, 2, 3]))).toThrow()
  })

  it('is stored in whole numbers, and only where it points somewhere', () => {
    expect(quantise(Float32Array.from([3, 4]))).toEqual([76, 102])
    expect(quantise(Float32Array.from([0, 0]))).toBeNull()
    expect(quantise(Float32Array.from([Number.NaN]))).toBeNull()
    expect(quantise(new Float32Array(5_000))).toBeNull()
  })
})
