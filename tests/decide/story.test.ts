import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type CopyFeatures, CopyIndex, copyFeatures } from '../../src/decide/copy/index.ts'

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

type Told = [title: string, body: string, language?: string]

function featuresOf([title, body, language]: Told): CopyFeatures {
  const features = copyFeatures(title, body, language ?? null)
  if (!features) throw new Error(`nothing to know it by: ${title}`)
  return features
}

function found(known: Told, asked: Told, after = HOUR) {
  const index = new CopyIndex(WINDOW)
  index.add(7, 70, featuresOf(known), NOW)
  return index.find(featuresOf(asked), NOW + after)
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
    expect(found(['احتجاجات', PROTEST], ['عنوان آخر', other])).toMatchObject({ story: 7, similarity: 1 })
  })

  it('says how alike the texts are, and which report it is most like', () => {
    expect(found(['', DAM], ['', DAM])).toMatchObject({ story: 7, report: 70, similarity: 1, rule: 'text' })
    const part = found(['', DAM], ['', DAM.slice(0, 200)])
    expect(part?.similarity).toBeGreaterThan(0.5)
    expect(part?.similarity).toBeLessThan(1)
    // The last word is cut in two.
    expect(part?.evidence.coverage).toBeGreaterThan(0.95)
  })

  it('shows what the texts share and what stands in its place', () => {
    const edited = DAM.replace('helicopters', 'aircraft')
    const evidence = found(['Dam breaks', DAM], ['Dam breaks', edited])?.evidence
    expect(evidence?.shared[0]).toMatch(/^the larkfield dam broke on sunday/)
    expect(evidence?.differing).toEqual({ report: ['aircraft'], known: ['helicopters'] })
  })

  it('is known on both sides of the window’s edge only inside', () => {
    expect(found(['', DAM], ['', DAM], WINDOW)).not.toBeNull()
    expect(found(['', DAM], ['', DAM], WINDOW + 1)).toBeNull()
    expect(found(['', DAM], ['', DAM], -WINDOW)).not.toBeNull()
    expect(found(['', DAM], ['', DAM], -WINDOW - 1)).toBeNull()
  })

  it('goes to the earlier report where two are equally alike', () => {
    const index = new CopyIndex(WINDOW)
    index.add(9, 90, featuresOf(['', DAM]), NOW)
    index.add(4, 40, featuresOf(['', DAM]), NOW)
    expect(index.find(featuresOf(['', DAM]), NOW)).toMatchObject({ story: 4, report: 40 })
  })

  it('is known by any of the cuts its story has run in', () => {
    const [opening, ending] = [DAM.slice(0, 155), DAM.slice(130)]
    expect(found(['', opening], ['', ending])).toBeNull()
    const index = new CopyIndex(WINDOW)
    index.add(7, 70, featuresOf(['', opening]), NOW)
    index.add(7, 71, featuresOf(['', DAM]), NOW)
    expect(index.find(featuresOf(['', ending]), NOW)).toMatchObject({ story: 7, report: 71 })
  })

  describe('that two stories carry in part', () => {
    const [opening, ending] = [DAM.slice(0, 155), DAM.slice(130)]
    const cuts = () => {
      const index = new CopyIndex(WINDOW)
      index.add(4, 40, featuresOf(['Dam breaks', opening]), NOW)
      index.add(9, 90, featuresOf(['Dam breaks', ending]), NOW)
      return index
    }

    it('shows them to be one', () => {
      const whole = cuts().find(featuresOf(['Dam breaks', DAM]), NOW + HOUR)
      const [found, bridged] = [whole?.story, whole?.bridge?.story]
      expect([found, bridged].sort()).toEqual([4, 9])
      expect(whole?.bridge?.report).toBe(bridged === 4 ? 40 : 90)
    })

    it('shows nothing more once they are one', () => {
      const index = cuts()
      index.move([90], 4)
      expect(index.find(featuresOf(['Dam breaks', DAM]), NOW + HOUR)).toMatchObject({ story: 4, bridge: null })
    })

    it('does not where it is barely like the one', () => {
      const own =
        'Our correspondent walked through empty streets where shopkeepers carried mud out of their cellars in buckets ' +
        'while children slept in the school and volunteers cooked soup for everybody who came'
      const mixed: Told = ['Dam breaks', `${own} ${DAM.slice(150, 240)}`]
      expect(found(mixed, ['Dam breaks', DAM])).toMatchObject({ story: 7 })
      const index = cuts()
      index.add(9, 90, featuresOf(mixed), NOW)
      expect(index.find(featuresOf(['Dam breaks', DAM]), NOW + HOUR)).toMatchObject({ story: 4, bridge: null })
    })

    it('does not where a report of one of them speaks of another day', () => {
      const index = cuts()
      const asked = featuresOf(['Dam breaks', DAM])
      index.add(9, 91, featuresOf(['Dam breaks', DAM.replace('Sunday', 'Monday')]), NOW)
      expect(index.find(asked, NOW + HOUR)?.bridge).toBeNull()
    })
  })

  it('is known with its paragraphs in another order', () => {
    const sentences = DAM.split('. ')
    expect(found(['', DAM], ['', sentences.toReversed().join('. ')])).toMatchObject({ story: 7 })
  })

  it('is known in a script without spaces', () => {
    const quake =
      '気象庁によると十八日午前三時ごろ南の沖合を震源とする地震があり沿岸の町で強い揺れを観測した津波の心配はない'
    expect(found(['地震', quake], ['沖合で地震', `${quake}という`])).toMatchObject({ story: 7 })
  })

  it('is forgotten with its report, and follows a merge', () => {
    const index = new CopyIndex(WINDOW)
    index.add(7, 70, featuresOf(['', DAM]), NOW)
    index.move([70], 3)
    expect(index.find(featuresOf(['', DAM]), NOW)).toMatchObject({ story: 3, report: 70 })
    index.forget(70)
    expect(index.find(featuresOf(['', DAM]), NOW)).toBeNull()
    expect(index.size).toBe(0)
  })
})

// A form of our own, filled in for one country and another.
const telegram = (title: string, name: string, country: string) =>
  [
    `رئيس الجمهورية يهنئ ${title}`,
    `وجه رئيس الجمهورية رسالة تهنئة إلى ${name} رئيس ${country} بمناسبة العيد الوطني لبلاده. وعبر في رسالته باسمه ` +
      `وباسم شعبه عن أطيب الأماني له بموفور الصحة ولشعب ${country} بدوام الرخاء والتقدم، مشيدا بما يجمع البلدين من ` +
      'روابط الصداقة والتعاون في مختلف الميادين.',
  ] as Told
const market = (day: string, points: string, gain: string, turnover: string) =>
  [
    `Harbour index ends ${day} higher`,
    `The Harbour exchange closed ${day} at ${points} points, up ${gain} from the session before, as shares of banks and ` +
      `shippers rose. Turnover came to ${turnover} million crowns. Of the shares traded more rose than fell, and brokers ` +
      'said that they expected quiet trading until the central bank meets.',
  ] as Told

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
  ])('is one %s', (_, title, body) => {
    expect(found(['Dam breaks', DAM], [title, body])).toBeNull()
  })

  it('is one whose short headline differs, however alike the two are worded', () => {
    expect(found(['Tanaka wins gold in judo final', ''], ['Okafor wins gold in judo final', ''])).toBeNull()
    expect(found(['Three killed in Larkfield flood', ''], ['Five killed in Larkfield flood', ''])).toBeNull()
  })

  it('is not one whose short headline is the same', () => {
    expect(found(['Tanaka wins gold in judo final', ''], ['Tanaka wins gold in judo final!', ''])).toMatchObject({
      story: 7,
      similarity: 1,
    })
  })

  it('is one that is a mere label', () => {
    expect(copyFeatures('Live updates', '', null)).toBeNull()
  })

  it('is the same telegram to another country', () => {
    const known = telegram('رئيس باراغواي', 'ماريو بينيتيز', 'باراغواي')
    expect(found(known, telegram('رئيس منغوليا', 'خالتما باتولغا', 'منغوليا'))).toBeNull()
    expect(found(known, telegram('رئيس باراغواي بالعيد الوطني', 'ماريو بينيتيز', 'باراغواي'))).not.toBeNull()
  })

  it('is no other where one name of a telegram is only spelled in another hand', () => {
    const index = new CopyIndex(WINDOW)
    index.add(1, 10, featuresOf(telegram('رئيس منغوليا', 'خالتما باتولغا', 'منغوليا')), NOW)
    index.add(2, 20, featuresOf(telegram('رئيس إستونيا', 'كيرستي كاليولايد', 'إستونيا')), NOW + 12 * HOUR)
    index.add(7, 70, featuresOf(telegram('رئيس باراغواي', 'ماريو بينيتيز', 'باراغواي')), NOW + 60 * HOUR)
    const asked = (country: string, name: string) =>
      index.find(featuresOf(telegram(`رئيس ${country}`, name, country)), NOW + 62 * HOUR)
    expect(asked('باراجواي', 'ماريو بينيتيز')).toMatchObject({ story: 7 })
    expect(asked('كولومبيا', 'إيفان دوكي')).toBeNull()
  })

  it('is another day’s market report', () => {
    const known = market('Monday', '4,120.5', '0.4%', '310')
    expect(found(known, market('Tuesday', '4,133.9', '0.3%', '287'), 24 * HOUR)).toBeNull()
    expect(found(known, market('Monday', '4,133.9', '0.3%', '287'), 24 * HOUR)).toBeNull()
    expect(found(known, market('Monday', '4,120.5', '0.4%', '310'), 24 * HOUR)).not.toBeNull()
  })

  it('is another day’s filling of a form, also where earlier ones were taken for one story', () => {
    const forecast = (heat: string, wind: string, place: string) =>
      [
        'Weather today',
        `The weather office expects ${heat} across the plains today and ${wind} along the coast of the northern bay, with ` +
          `clouds over ${place} towards the evening, and asks sailors to follow its bulletins.`,
      ] as Told
    const first = forecast('searing dry heat', 'moderate westerly breezes', 'Larkfield and its hills')
    const second = forecast('unusual morning frost', 'hardly any movement', 'both sides of Tarn valley')
    const third = forecast('mild pleasant sunshine', 'gusts near sunset', 'islands off Harbour Point')
    const index = new CopyIndex(WINDOW)
    index.add(7, 70, featuresOf(first), NOW)
    const afterOne = index.find(featuresOf(third), NOW + 48 * HOUR)
    index.add(7, 71, featuresOf(second), NOW + 24 * HOUR)
    expect(index.find(featuresOf(third), NOW + 48 * HOUR)).toBeNull()
    expect(index.find(featuresOf(first), NOW + 48 * HOUR)).toMatchObject({ story: 7 })
    // One earlier day shows no form yet: it may be the same copy, worked over.
    expect(afterOne).toMatchObject({ story: 7 })
  })

  it('is the same form retold of another subject, though a cut of it with as many words in common is a copy', () => {
    const frame = (subject: string, middle: string) =>
      `${subject}. Speakers thanked the builders and all neighbours who had lent their tools for the work. ${middle}. ` +
      'Visitors were led through bright rooms, and the council promises a library next spring.'
    const school: Told = [
      'Mayor opens Larkfield school, council promises library',
      frame(
        'Mayor Dana Holloway opened the Larkfield primary school',
        'Pupils sang ballads, danced and recited verses by heart',
      ),
    ]
    const clinic: Told = [
      'Minister opens Tarn clinic, council promises library',
      frame(
        'Minister Peter Askew inaugurated a Tarn surgical clinic',
        'Nurses showed scanners, ambulances stood outside with flags',
      ),
    ]
    expect(found(school, clinic)).toBeNull()
    const [title, body] = school
    expect(found(school, [title, body.split(' ').slice(0, 30).join(' ')])).not.toBeNull()
  })

  it('is another part of the same series, whatever it repeats', () => {
    const index = new CopyIndex(WINDOW)
    const part = (number: number | null) => copyFeatures('Dam breaks', DAM, 'en', number) ?? featuresOf(['', ''])
    index.add(7, 70, part(null), NOW)
    expect(index.find(part(2), NOW)).toBeNull()
    expect(index.find(part(1), NOW)).toMatchObject({ story: 7 })
  })

  it('is one in another language, unless only a feed says that it is', () => {
    const edited = DAM.replace('helicopters', 'aircraft')
    expect(found(['', DAM, 'en'], ['', edited, 'fr'])).toBeNull()
    expect(found(['', DAM, 'en-GB'], ['', edited, 'en-US'])).not.toBeNull()
    expect(found(['', DAM, 'en'], ['', edited])).not.toBeNull()
    expect(found(['', DAM, 'en'], ['', DAM, 'fr'])).not.toBeNull()
  })
})

describe('the window of copies', () => {
  const words = fc.array(fc.constantFrom(...'abcdefghijklmnopqrst'), { minLength: 0, maxLength: 20 })
  const known = fc.array(fc.tuple(words, fc.nat(100)), { maxLength: 25 })

  const told = (text: readonly string[]) => copyFeatures('', text.join(' '), null)
  const fill = (index: CopyIndex, texts: [report: number, text: string[], time: number][]) => {
    for (const [report, text, time] of texts) {
      const features = told(text)
      if (features) index.add(report % 7, report, features, time)
    }
  }
  const numbered = (texts: readonly [string[], number][]) =>
    texts.map(([text, time], at): [number, string[], number] => [at, text, time])

  it('forgets: after expiry it finds what one finds that never knew the old texts', () => {
    fc.assert(
      fc.property(known, words, fc.nat(100), (texts, asked, limit) => {
        const ran = new CopyIndex(1_000)
        const fresh = new CopyIndex(1_000)
        fill(ran, numbered(texts))
        ran.expire(limit)
        fill(
          fresh,
          numbered(texts).filter(([, , time]) => time >= limit),
        )
        const features = told(asked)
        if (features) expect(ran.find(features, 100)).toEqual(fresh.find(features, 100))
        expect(ran.size).toBe(fresh.size)
      }),
      { seed: 20_220_105, numRuns: 1_000 },
    )
  })

  it('answers alike in whatever order it was filled', () => {
    fc.assert(
      fc.property(
        known.chain(texts =>
          fc.tuple(fc.constant(numbered(texts)), fc.shuffledSubarray(numbered(texts), { minLength: texts.length })),
        ),
        words,
        ([texts, shuffled], asked) => {
          const one = new CopyIndex(1_000)
          const other = new CopyIndex(1_000)
          fill(one, texts)
          fill(other, shuffled)
          const features = told(asked)
          if (features) expect(one.find(features, 50)).toEqual(other.find(features, 50))
        },
      ),
      { seed: 20_220_105, numRuns: 1_000 },
    )
  })

  it('finds every text again that it was given', () => {
    fc.assert(
      fc.property(known, texts => {
        const index = new CopyIndex(1_000)
        fill(index, numbered(texts))
        for (const [text, time] of texts) {
          const features = told(text)
          if (features) expect(index.find(features, time)?.similarity).toBe(1)
        }
      }),
      { seed: 20_220_105, numRuns: 500 },
    )
  })
})
