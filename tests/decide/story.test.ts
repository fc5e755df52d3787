import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CopyIndex, copyShingles, SAME_COPY } from '../../src/decide/story.ts'

const HOUR = 3_600_000
const NOW = Date.UTC(2022, 0, 5, 9, 30)
const WINDOW = 6 * 24 * HOUR

const DAM =
  'The Larkfield dam broke on Sunday after two days of rain and the water reached the villages below it within the ' +
  'hour. Rescue boats took families from their roofs. The governor asked the army for helicopters and said that the ' +
  'road to the coast would stay closed until the bridge had been looked at by engineers.'
const PROTEST =
  'خرج آلاف المحتجين إلى ساحة المدينة مساء الأحد احتجاجا على رفع أسعار الوقود، وأغلقت المحال أبوابها قبل المغيب، ' +
  'وقال شهود إن الشرطة أغلقت الطرق المؤدية إلى مبنى البلدية ثم انسحبت منها بعد ساعات.'

function found(known: [title: string, body: string], asked: [title: string, body: string], after = HOUR) {
  const index = new CopyIndex(WINDOW)
  index.add(7, copyShingles(...known), NOW)
  return index.find(copyShingles(...asked), NOW + after)
}

describe('a copy', () => {
  it.each([
    ['under the same headline', 'Dam breaks', DAM],
    ['under another headline', 'Villages flooded after dam failure', DAM],
    ['with a credit at the end', 'Dam breaks', `${DAM}\n(Meridian)`],
    ['with a cut ending', 'Dam breaks', DAM.slice(0, 200)],
    [
      'with a paragraph of its own at the end',
      'Dam breaks',
      `${DAM} Our correspondent in Larkfield saw empty streets.`,
    ],
    ['in capitals and other quotation marks', 'DAM BREAKS', DAM.toUpperCase()],
    ['with one word changed', 'Dam breaks', DAM.replace('helicopters', 'aircraft')],
  ])('is known %s', (_, title, body) => {
    expect(found(['Dam breaks', DAM], [title, body])).toMatchObject({ story: 7 })
  })

  it('is known in Arabic with and without vowel marks, hamza and tatweel', () => {
    const other = PROTEST.replaceAll('إلى', 'الى').replaceAll('أ', 'ا').replaceAll('مساء', 'مَســـاء')
    expect(found(['احتجاجات', PROTEST], ['عنوان آخر', other])).toEqual({ story: 7, similarity: 1 })
  })

  it('says how alike the texts are', () => {
    expect(found(['', DAM], ['', DAM])).toEqual({ story: 7, similarity: 1 })
    const part = found(['', DAM], ['', DAM.slice(0, 200)])
    expect(part?.similarity).toBeGreaterThan(SAME_COPY)
    expect(part?.similarity).toBeLessThan(1)
  })

  it('is known on both sides of the window’s edge only inside', () => {
    expect(found(['', DAM], ['', DAM], WINDOW)).not.toBeNull()
    expect(found(['', DAM], ['', DAM], WINDOW + 1)).toBeNull()
    expect(found(['', DAM], ['', DAM], -WINDOW)).not.toBeNull()
    expect(found(['', DAM], ['', DAM], -WINDOW - 1)).toBeNull()
  })

  it('goes to the earlier story where two are equally alike', () => {
    const index = new CopyIndex(WINDOW)
    index.add(9, copyShingles('', DAM), NOW)
    index.add(4, copyShingles('', DAM), NOW)
    expect(index.find(copyShingles('', DAM), NOW)).toEqual({ story: 4, similarity: 1 })
  })
})

describe('another story', () => {
  it.each([
    [
      'about the same event in other words',
      'Dam breaks',
      'Two days of rain were too much for the old wall at Larkfield: when it gave way, people below had minutes to climb. By night soldiers were flying in tents and the coast could be reached by sea alone.',
    ],
    [
      'about something else',
      'Bread prices',
      'Ministers meet tonight over the price of bread, a spokeswoman said, and a statement is expected before markets open in the morning in the capital.',
    ],
    ['without any text', '', ''],
  ])('is one %s', (_, title, body) => {
    expect(found(['Dam breaks', DAM], [title, body])).toBeNull()
  })

  it('is one whose short headline differs, however alike the two are worded', () => {
    expect(found(['Tanaka wins gold in judo final', ''], ['Okafor wins gold in judo final', ''])).toBeNull()
    expect(found(['Three killed in Larkfield flood', ''], ['Five killed in Larkfield flood', ''])).toBeNull()
  })

  it('is not one whose short headline is the same', () => {
    expect(found(['Tanaka wins gold in judo final', ''], ['Tanaka wins gold in judo final!', ''])).toEqual({
      story: 7,
      similarity: 1,
    })
  })

  it('is one that is a mere label', () => {
    expect(copyShingles('Live updates', '')).toEqual([])
    expect(found(['Live updates', ''], ['Live updates', ''])).toBeNull()
  })
})

describe('the window of copies', () => {
  const words = fc.array(fc.constantFrom(...'abcdefghijklmnopqrst'), { minLength: 0, maxLength: 20 })
  const known = fc.array(fc.tuple(words, fc.nat(100)), { maxLength: 25 })

  it('forgets: after expiry it finds what one finds that never knew the old texts', () => {
    fc.assert(
      fc.property(known, words, fc.nat(100), (texts, asked, limit) => {
        const ran = new CopyIndex(1_000)
        const fresh = new CopyIndex(1_000)
        for (const [story, [text, time]] of texts.entries()) {
          ran.add(story, copyShingles('', text.join(' ')), time)
          if (time >= limit) fresh.add(story, copyShingles('', text.join(' ')), time)
        }
        ran.expire(limit)
        const shingles = copyShingles('', asked.join(' '))
        expect(ran.find(shingles, 100)).toEqual(fresh.find(shingles, 100))
      }),
      { seed: 20_220_105, numRuns: 1_000 },
    )
  })

  it('finds every text again that it was given', () => {
    fc.assert(
      fc.property(known, texts => {
        const index = new CopyIndex(1_000)
        for (const [story, [text, time]] of texts.entries()) index.add(story, copyShingles('', text.join(' ')), time)
        for (const [text, time] of texts) {
          const shingles = copyShingles('', text.join(' '))
          if (shingles.length > 0) expect(index.find(shingles, time)?.similarity).toBe(1)
        }
      }),
      { seed: 20_220_105, numRuns: 500 },
    )
  })
})
