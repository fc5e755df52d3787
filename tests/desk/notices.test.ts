import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CopyIndex, copyFeatures } from '../../src/decide/copy/index.ts'
import { Desk } from '../../src/desk/desk.ts'
import { newDatabase } from '../helpers/engine.ts'
import {
  DAY,
  type Draft,
  FEEDS,
  fileInto,
  MINUTE,
  NOW,
  openNewsroom,
  SETTINGS,
  temporaryFolder,
} from '../store/newsroom.ts'

const [HARIR = '', , MERIDIAN = '', VOSTOK = ''] = FEEDS

const WINDOW = 6 * DAY

interface Told {
  title: string
  text: string
}

/** One poll: the feed, and what its document holds. */
type Poll = [feed: string, entries: Told[]]

/** What stories and threads the polls made, as lists of headlines. With `restart`, each poll is another process's. */
function filed(polls: readonly Poll[], restart = false): { stories: string[]; threads: string[] } {
  const path = restart ? newDatabase(`${temporaryFolder()}/n.db`) : newDatabase()
  let store = openNewsroom({ path })
  let desk = new Desk(store, SETTINGS)
  let number = 0
  const placed: { id: number; title: string }[] = []
  for (const [at, [feed, entries]] of polls.entries()) {
    if (restart && at > 0) {
      store.close()
      store = openNewsroom({ path })
      desk = new Desk(store, SETTINGS)
    }
    const now = NOW + at * 10 * MINUTE
    const drafts = entries.map(({ title, text }): Draft => ({ id: `entry ${number++}`, title, text, published: now }))
    const results = fileInto(desk, store, feed, drafts, now)
    for (const [entry, { story }] of results.entries()) {
      placed.push({ id: story ?? 0, title: entries[entry]?.title ?? '' })
    }
  }
  const stories = new Map<number, string[]>()
  const threads = new Map<number, string[]>()
  store.file(filing => {
    for (const { id, title } of placed) {
      const story = filing.resolve('story', id)
      const thread = filing.placed(story)?.thread ?? 0
      stories.set(story, [...(stories.get(story) ?? []), title])
      threads.set(thread, [...(threads.get(thread) ?? []), title])
    }
  })
  store.close()
  const joined = (groups: Map<number, string[]>) => [...groups.values()].map(titles => titles.join(' + ')).sort()
  return { stories: joined(stories), threads: joined(threads) }
}

const NEWS: readonly Told[] = [
  {
    title: 'Ferry line drops its winter crossings',
    text: 'Passengers bound for the outer islands will have to fly from November, as the owner has sold two of its three ships.',
  },
  {
    title: 'Orchard growers ask for help after frost',
    text: 'Most of the blossom was lost in one night, and cooperatives fear that presses will stand idle until next autumn.',
  },
  {
    title: 'Museum returns carved mask to hill people',
    text: 'Curators had kept it in a cellar since an expedition brought it home; elders travelled four days to receive it.',
  },
  {
    title: 'Tunnel under the strait delayed again',
    text: 'Engineers found soft clay where maps had promised granite, so drilling machines wait while another route is surveyed.',
  },
  {
    title: 'Goalkeeper signs for rival club',
    text: 'He leaves with a year left on his contract, having saved three penalties in the cup final against the same side.',
  },
]
const NOTICE = 'Become a member this week to read every investigation without advertising and support our newsroom.'

const titles = (news: readonly Told[]) => news.map(({ title }) => title).sort()
const with_ = (put: (text: string, at: number) => string, news = NEWS) =>
  news.map(({ title, text }, at) => ({ title, text: put(text, at) }))

const SHOW = 'of a show whose name is in it and in every headline'
const KINDS: [kind: string, entries: Told[]][] = [
  ['behind them', with_(text => `${text} ${NOTICE}`)],
  ['before them', with_(text => `Good morning and welcome to the early edition with all that matters today. ${text}`)],
  [
    'with a name that differs',
    with_((text, at) => {
      const section = ['travel', 'farming', 'culture', 'engineering', 'football'][at]
      return `${text} You will find more about ${section} and all of our other reports on our site and in the app.`
    }),
  ],
  [
    'that is longer than they are',
    with_(
      text =>
        `${text.split(/[,;]/)[0]}. ${NOTICE} Letters to the editor may be sent by post or left at the front desk.`,
    ),
  ],
  ['that is all they say', with_(() => NOTICE)],
  [
    'of eleven words that is all they say',
    with_(() => 'The paper of the northern coast, independent since eighteen hundred and four.'),
  ],
  [
    'behind one sentence, in Arabic',
    [
      ['هبوط أسعار القمح في الأسواق العالمية', 'تراجعت العقود الآجلة بعد توقعات بموسم وفير في السهول الشمالية.'],
      ['افتتاح جسر جديد فوق النهر', 'عبرت أولى المركبات صباح اليوم بعد أعمال استمرت ثلاث سنوات.'],
      ['المنتخب يخسر مباراته الودية', 'سجل الضيوف هدفين في الشوط الثاني أمام مدرجات شبه خالية.'],
    ].map(([title = '', text = '']) => ({
      title,
      text: `${text} تابعونا على حساباتنا في مواقع التواصل الاجتماعي ليصلكم كل جديد لحظة بلحظة`,
    })),
  ],
  [
    SHOW,
    with_(
      text => `${text} If you enjoy the Lantern Hour, join the Lantern Hour club for bonus episodes and early access.`,
    ).map(({ title, text }, at) => ({ title: `The Lantern Hour, Ep. ${at + 40}: ${title}`, text })),
  ],
]

describe('a notice that reports of different subjects share', () => {
  for (const [kind, entries] of KINDS) {
    it(`${kind} makes no copies and no thread of them, in one document`, () => {
      expect(filed([[MERIDIAN, entries]])).toEqual({ stories: titles(entries), threads: titles(entries) })
    })

    it(`${kind} makes no copies and no thread of them, one a poll, also in another process each time`, () => {
      const polls = entries.map((entry): Poll => [MERIDIAN, [entry]])
      const [forth, back] = [filed(polls), filed(polls.toReversed(), true)]
      expect([forth.stories, back.stories]).toEqual([titles(entries), titles(entries)])
      // What a show is called in its headlines is known only from three threads on.
      if (kind !== SHOW) expect([forth.threads, back.threads]).toEqual([titles(entries), titles(entries)])
    })

    it(`${kind} makes no copies of them across the papers of one house`, () => {
      const polls = entries.map((entry, at): Poll => [[HARIR, MERIDIAN, VOSTOK][at % 3] ?? '', [entry]])
      expect(filed(polls).stories).toEqual(titles(entries))
    })
  }

  it('makes no copies of two alone', () => {
    const two = with_(text => `${text} ${NOTICE}`).slice(0, 2)
    expect(filed([[MERIDIAN, two]])).toEqual({ stories: titles(two), threads: titles(two) })
  })

  it('makes no copies in the middle of them', () => {
    const entries = with_(text => {
      const [one = '', ...rest] = text.split(/(?<=[,;])/)
      return `${one} ${NOTICE} ${rest.join(' ')}`
    })
    expect(filed([[MERIDIAN, entries]]).stories).toEqual(titles(entries))
  })

  it('is seen through though a headline happens to have two words of it', () => {
    const entries = with_(text => `${text} ${NOTICE}`)
    entries.push({
      title: 'Newsroom investigation wins prize',
      text: `Judges praised a year of patient work on the cement trade by six reporters who were sued eleven times. ${NOTICE}`,
    })
    expect(filed([[MERIDIAN, entries]]).stories).toEqual(titles(entries))
  })
})

describe('a copy', () => {
  const WIRE =
    'The Larkfield dam broke on Sunday after two days of rain and the water reached the villages below it within the hour. ' +
    'Rescue boats took families from their roofs. The governor asked the army for helicopters and said that the road to the ' +
    'coast would stay closed until the bridge had been looked at by engineers.'
  const dam = { title: 'Dam breaks above Larkfield', text: WIRE }

  it.each([
    [
      'reprinted under another headline with a notice behind it',
      { title: 'Villages flooded as wall gives way', text: `${WIRE} ${NOTICE}` },
    ],
    ['reprinted with a notice before it', { title: 'Army flies to flooded valley', text: `${NOTICE} ${WIRE}` }],
    ['that is a shorter cut', { title: 'Larkfield: dam gives way', text: WIRE.slice(0, 190) }],
    [
      'that goes on where it ended',
      { title: 'Two dead after dam breaks', text: `${WIRE} Two bodies were found by night, the police said.` },
    ],
  ])('%s stays one story, whoever prints it, also beside reports with the notice', (_, other) => {
    const noise = with_(text => `${text} ${NOTICE}`)
    const one = `${dam.title} + ${other.title}`
    expect(filed([[MERIDIAN, [dam, other]]]).stories).toHaveLength(1)
    expect(
      filed([
        [MERIDIAN, [dam]],
        [VOSTOK, [other]],
      ]).stories,
    ).toEqual([one])
    expect(
      filed([
        [MERIDIAN, [...noise, dam]],
        [VOSTOK, [other]],
      ]).stories,
    ).toEqual([...titles(noise), one].sort())
    expect(
      filed([
        [VOSTOK, noise],
        [MERIDIAN, [dam]],
        [VOSTOK, [other]],
      ]).stories,
    ).toEqual([...titles(noise), one].sort())
  })

  it('of a report with a notice is one in every paper of the house', () => {
    const noise = with_(text => `${text} ${NOTICE}`)
    const printed = { title: dam.title, text: `${WIRE} ${NOTICE}` }
    const again = { title: 'Families taken from roofs at Larkfield', text: `${WIRE.slice(0, 230)} ${NOTICE}` }
    expect(
      filed([
        [MERIDIAN, [...noise, printed]],
        [VOSTOK, [again]],
      ]).stories,
    ).toEqual([...titles(noise), `${printed.title} + ${again.title}`].sort())
  })
})

describe('whatever the notice', () => {
  // Words of an invented tongue, all different, so that two texts have none in common.
  const SYLLABLES = ['ba', 'de', 'fi', 'go', 'hu', 'ka', 'le', 'mi', 'no', 'pu', 'ra', 'se', 'ti', 'vo', 'zu']
  const wordOf = (number: number) => {
    const at = (power: number) => SYLLABLES[Math.floor(number / 15 ** power) % 15] ?? ''
    return `${at(0)}${at(1)}${at(2)}${at(3)}n`
  }
  const pieces = fc
    .uniqueArray(fc.integer({ min: 0, max: 15 ** 4 - 1 }), { minLength: 120, maxLength: 120 })
    .map(numbers => numbers.map(wordOf))
  const notices = fc.tuple(pieces, fc.integer({ min: 8, max: 38 }), fc.integer({ min: 6, max: 30 }), fc.boolean())

  // Whatever the language that such words look like, they are compared.
  const told = (title: readonly string[], text: readonly string[], notice: readonly string[], behind: boolean) => {
    const body = behind ? [...text, ...notice] : [...notice, ...text]
    const features = copyFeatures(title.join(' '), body.join(' '), null)
    if (!features) throw new Error('it says enough')
    return features
  }

  it('two texts that have nothing else in common are no copies, and what of them is the notice is known', () => {
    fc.assert(
      fc.property(notices, fc.boolean(), ([words, length, own, behind], ownHouse) => {
        const notice = words.slice(0, length)
        const [one, other] = [40, 80].map(from =>
          told(words.slice(from, from + 4), words.slice(from, from + own), notice, behind),
        )
        if (!one || !other) throw new Error('two texts')
        const index = new CopyIndex(WINDOW)
        index.add(1, 10, one, NOW, 'paper')
        const { copy, foreign } = index.look(other, NOW + MINUTE, { agency: ownHouse ? 'paper' : 'another' })
        expect(copy).toBeNull()
        // Where the body is short its headline stands before it, and a notice between the two opens the body.
        const marked = other.lead.split(' ').filter((_, at) => foreign?.[at] === 1)
        if (ownHouse) expect(marked).toEqual(notice)
        else expect(marked).toEqual([])
      }),
      { seed: 20_261_128, numRuns: 300 },
    )
  })

  it('a text and its reprint under another headline are one story', () => {
    fc.assert(
      fc.property(notices, ([words, length, own, behind]) => {
        const text = words.slice(40, 60 + own)
        const index = new CopyIndex(WINDOW)
        index.add(1, 10, told(words.slice(40, 44), text, [], behind), NOW, 'paper')
        // It says two of the text's words, and two of its own.
        const title = [words[41], words[46], words[100], words[101]].map(String)
        const reprint = told(title, text, words.slice(0, length), behind)
        expect(index.look(reprint, NOW + MINUTE, { agency: 'another' }).copy).toMatchObject({ story: 1 })
      }),
      { seed: 20_261_128, numRuns: 300 },
    )
  })
})
