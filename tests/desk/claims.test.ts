// Whose address an address is, and what a guid stands for, through the real desk and store.
import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import { Desk } from '../../src/desk/desk.ts'
import type { Millis } from '../../src/model/units.ts'
import type { Store } from '../../src/store/store.ts'
import { runs } from '../helpers/engine.ts'
import { DAY, type Draft, FEEDS, fileInto, HOUR, MINUTE, NOW, openNewsroom, SETTINGS } from '../store/newsroom.ts'

const [ALL = '', SECTION = '', OTHER = '', THIRD = ''] = FEEDS

interface Text {
  title: string
  text: string
}

const BRIDGE: Text = {
  title: 'Old bridge at Norham shut after cracks are found',
  text: 'Engineers closed the stone bridge over the Tarn on Friday when divers found cracks in two of its piers. Lorries go round by the pass until spring, the county said.',
}
const COMET: Text = {
  title: 'Comet seen with the naked eye until Sunday',
  text: 'A comet stands low in the western sky after sunset this week. Nobody needs a telescope on a clear night, according to the observatory on Mount Ular.',
}
const WATCHES: Text = {
  title: 'Cheap watches, today only',
  text: 'Our shop sells a thousand models for half of their price, with free delivery, and nothing of this was ever in the news.',
}
const MILK: Text = {
  title: 'Dairies raise the price of milk',
  text: 'A litre costs nine cents more from Monday, because fodder has become dear after the dry summer, the union of dairies announced.',
}
const FERRY: Text = {
  title: 'Ferry line to the islands opens again',
  text: 'The first boat in eleven weeks left the harbour of Sund with forty cars aboard. Storms had torn away the pier in autumn.',
}

interface Poll {
  feed: string
  drafts: Draft[]
  at?: Millis
}

/** Polls one after the other, an hour between where nothing else is said; what each entry became. */
function newsroom() {
  const store = openNewsroom()
  onTestFinished(() => store.close())
  const desk = new Desk(store, SETTINGS)
  let now = NOW
  const notes: string[][] = []
  const unsettled: boolean[] = []
  const poll = ({ feed, drafts, at }: Poll) => {
    now = at ?? now + HOUR
    return fileInto(desk, store, feed, drafts, now, closing => {
      notes.push(closing.notes)
      unsettled.push(closing.unsettled)
    })
  }
  return { store, poll, notes, unsettled, titles: () => titlesOf(store) }
}

const titlesOf = (store: Store) => store.recentStories({ limit: 100 }).map(({ title }) => title)
const sorted = (drafts: readonly Text[]) => drafts.map(({ title }) => title).sort()

describe('an address that another agency took', () => {
  const address = 'https://harir.example/news/17'

  it('hides nobody: the report of its owner is a story of its own, whoever comes first', () => {
    for (const order of [[OTHER, ALL] as const, [ALL, OTHER] as const]) {
      const { poll, titles } = newsroom()
      for (const feed of order) {
        const draft = feed === OTHER ? WATCHES : BRIDGE
        expect(poll({ feed, drafts: [{ ...draft, id: `at ${feed}`, url: address }] })[0]?.kind).toBe('new')
      }
      expect(titles().sort()).toEqual(sorted([BRIDGE, WATCHES]))
    }
  })

  it('under a headline that was copied hides nobody either', () => {
    const { poll } = newsroom()
    poll({ feed: OTHER, drafts: [{ ...WATCHES, title: BRIDGE.title, id: 'w', url: address }] })
    expect(poll({ feed: ALL, drafts: [{ ...BRIDGE, id: 'b', url: address }] })[0]?.kind).toBe('new')
  })

  it('does not keep two feeds of its owner apart', () => {
    const { poll, titles } = newsroom()
    poll({ feed: OTHER, drafts: [{ ...WATCHES, id: 'w', url: address }] })
    const [first] = poll({ feed: ALL, drafts: [{ ...BRIDGE, id: 'b', url: address }] })
    const short = { title: BRIDGE.title, text: 'Engineers closed the stone bridge over the Tarn on Friday.' }
    expect(poll({ feed: SECTION, drafts: [{ ...short, id: 'b2', url: address }] })[0]).toMatchObject({
      kind: 'copy',
      story: first?.story,
    })
    expect(titles()).toHaveLength(2)
  })

  it.each([
    { title: BRIDGE.title, text: '' },
    { title: 'Norham: bridge shut, cracks found', text: '' },
    { title: 'Closed', text: 'Divers found cracks in two piers of the stone bridge over the Tarn.' },
    { title: `${BRIDGE.title} - Harir`, text: `${BRIDGE.text.slice(0, 90)}… Continue reading` },
    { title: `${BRIDGE.title} - Harir`, text: `${BRIDGE.title} Harir News Agency` },
  ])('joins what an aggregator quotes of the report it links to: $title, $text', quoted => {
    const { poll } = newsroom()
    const [first] = poll({ feed: ALL, drafts: [{ ...BRIDGE, id: 'b', url: address }] })
    const [filed] = poll({ feed: OTHER, drafts: [{ ...quoted, id: 'q', url: address }] })
    expect(filed).toMatchObject({ kind: 'copy', story: first?.story })
  })

  it.each([true, false])('hides nobody when its text was copied first and then replaced (copied first: %s)', first => {
    const { poll, store } = newsroom()
    const beta = { feed: OTHER, drafts: [{ ...BRIDGE, id: 'b', url: address, published: NOW }] }
    const alpha = { feed: ALL, drafts: [{ ...BRIDGE, id: 'a', url: address, published: NOW + MINUTE }] }
    const filed = first ? [poll(beta), poll(alpha)] : [poll(alpha), poll(beta)]
    expect(filed[1]?.[0]?.kind).toBe('copy')
    const [changed] = poll({ ...beta, drafts: [{ ...WATCHES, id: 'b', url: address, published: NOW }] })
    expect(changed?.kind).toBe('revision')
    const stories = store.recentStories({ limit: 9 })
    expect(stories.map(({ agency, title }) => [agency, title]).sort()).toEqual([
      ['harir', BRIDGE.title],
      ['meridian', WATCHES.title],
    ])
    expect(stories[0]?.thread).not.toBe(stories[1]?.thread)
    expect(poll(alpha)[0]).toMatchObject({ kind: 'unchanged' })
    // What is changed in it later stays with it.
    const again = { ...WATCHES, text: `${WATCHES.text} Only until Sunday.`, id: 'b', url: address, published: NOW }
    expect(poll({ ...beta, drafts: [again] })[0]).toMatchObject({ kind: 'revision', story: changed?.story })
  })

  it('is heard of by every one of several agencies, in whatever order they file (law)', () => {
    const told = [BRIDGE, COMET, WATCHES, MILK, FERRY]
    fc.assert(
      fc.property(
        fc.shuffledSubarray(told, { minLength: 2 }),
        fc.array(fc.nat(FEEDS.length - 1), { minLength: 5, maxLength: 5 }),
        fc.boolean(),
        (texts, feeds, global) => {
          const { store, poll } = newsroom()
          for (const [at, text] of texts.entries()) {
            const id = global ? `${address}?at=${0}` : `own ${text.title}`
            const feed = FEEDS[global ? at % FEEDS.length : (feeds[at] ?? 0)] ?? ''
            if (global && at >= FEEDS.length) continue
            poll({ feed, drafts: [{ ...text, id, url: address }] })
          }
          expect(titlesOf(store).sort()).toEqual(sorted(global ? texts.slice(0, FEEDS.length) : texts))
        },
      ),
      { seed: 20_220_105, numRuns: runs(40) },
    )
  })
})

describe('a guid that two feeds have', () => {
  it.each([
    ['of a developer’s machine', 'http://localhost/?p=17'],
    ['of a developer’s machine with a port', 'http://localhost:8888/wordpress/?p=17'],
    ['of a loopback address', 'http://127.0.0.1/?p=17'],
    ['of a loopback address of IPv6', 'http://[::1]:3000/?p=17'],
    ['of a private network', 'http://192.168.1.20/?p=17'],
    ['of a container', 'http://wordpress/?p=17'],
    ['of a template', 'https://www.example.com/?p=17'],
    ['of a theme', 'https://yoursite.com/?p=17'],
    ['of a local domain', 'http://news.local/?p=17'],
    ['of a tag of nobody', 'tag:localhost,2005:Post/17'],
    ['that is a UUID from a fixture', 'urn:uuid:00000000-0000-4000-8000-000000000017'],
    ['of a real host', 'https://cms.vendor.example/?p=17'],
  ])('%s brings different texts together in no case', (_, id) => {
    const { poll, titles } = newsroom()
    poll({ feed: OTHER, drafts: [{ ...BRIDGE, id, url: 'https://meridian.example/bridge' }] })
    poll({ feed: THIRD, drafts: [{ ...COMET, id, url: 'https://vostok.example/comet' }] })
    poll({ feed: ALL, drafts: [{ ...MILK, id, url: 'https://harir.example/milk' }] })
    poll({ feed: SECTION, drafts: [{ ...FERRY, id, url: 'https://harir.example/ferry' }] })
    expect(titles()).toHaveLength(4)
  })

  it('of a developer’s machine says nothing of headlines alone', () => {
    const { poll } = newsroom()
    const id = 'http://localhost/?p=17'
    poll({ feed: ALL, drafts: [{ title: 'Weather', id, url: 'https://harir.example/a' }] })
    expect(poll({ feed: SECTION, drafts: [{ title: 'Traffic', id, url: 'https://harir.example/b' }] })[0]?.kind).toBe(
      'new',
    )
  })

  it.each([
    'https://harir.example/?p=17',
    'tag:harir.example,2022:17',
    'urn:uuid:00000000-0000-4000-8000-00000000aa17',
  ])('%s joins what two feeds of one agency cut and headed in their own way', id => {
    const { poll } = newsroom()
    const [first] = poll({ feed: ALL, drafts: [{ ...BRIDGE, id }] })
    const cut = { title: 'Tarn crossing closed', text: 'Lorries go round by the pass until spring, the county said.' }
    expect(poll({ feed: SECTION, drafts: [{ ...cut, id }] })[0]).toMatchObject({ kind: 'copy', story: first?.story })
  })

  it('joins what one agency tells in two languages, for nothing can be said of the texts', () => {
    const { poll } = newsroom()
    const id = 'https://harir.example/?p=17'
    const [first] = poll({ feed: ALL, drafts: [{ ...BRIDGE, id, language: 'en' }] })
    const arabic = {
      title: 'إغلاق الجسر القديم في نورهام بعد العثور على تشققات',
      text: 'أغلق المهندسون الجسر الحجري يوم الجمعة بعد أن عثر غواصون على تشققات في اثنتين من دعائمه.',
    }
    expect(poll({ feed: SECTION, drafts: [{ ...arabic, id, language: 'ar' }] })[0]).toMatchObject({
      kind: 'copy',
      story: first?.story,
    })
  })
})

describe('a page that shows one report after the other', () => {
  const page = 'https://meridian.example/latest'
  const alerts = [BRIDGE, COMET, MILK, FERRY]

  it('has a story for each, also where each comes alone', () => {
    const { poll, titles } = newsroom()
    for (const [at, alert] of alerts.entries()) {
      const drafts = [{ ...alert, id: `alert-${at}`, url: page, published: NOW + at * HOUR }]
      expect(poll({ feed: OTHER, drafts })[0]?.kind).toBe('new')
      expect(poll({ feed: OTHER, drafts })[0]?.kind).toBe('unchanged')
    }
    expect(titles()).toHaveLength(4)
  })

  it('has a story for each of bare headlines', () => {
    const { poll, titles } = newsroom()
    for (const [at, { title }] of alerts.entries()) {
      poll({ feed: OTHER, drafts: [{ title, id: `alert-${at}`, url: page, published: NOW + at * HOUR }] })
    }
    expect(titles()).toHaveLength(4)
  })

  it('has a story for each under one headline, day by day', () => {
    const { poll } = newsroom()
    for (const [at, { text }] of alerts.entries()) {
      const time = NOW + at * DAY
      const drafts = [{ title: 'Morning alert', text, id: `alert-${at}`, url: page, published: time }]
      expect(poll({ feed: OTHER, drafts, at: time + HOUR })[0]?.kind).toBe('new')
    }
  })

  it('has a story for each that fills in one form, in two feeds of its agency', () => {
    const gales = [
      ['the outer islands', 90, 'noon'],
      ['the northern coast', 75, 'dusk'],
      ['the bay of Sund', 110, 'midnight'],
    ] as const
    for (const pages of [
      [page, page],
      [page, 'https://harir.example/latest'],
    ]) {
      const { poll, store } = newsroom()
      for (const [at, [place, speed, from]] of gales.entries()) {
        const gale = {
          title: `Gale warning for ${place}`,
          text: `Winds of ${speed} kilometres an hour are expected off ${place} from ${from}; ferries stay in port until then.`,
          published: NOW + at * 5 * HOUR,
        }
        const now = gale.published + MINUTE
        const [first] = poll({ feed: ALL, drafts: [{ ...gale, id: `a${at}`, url: pages[0] ?? '' }], at: now })
        expect(first?.kind).toBe('new')
        const [second] = poll({ feed: SECTION, drafts: [{ ...gale, id: `b${at}`, url: pages[1] ?? '' }], at: now + 1 })
        expect(second).toMatchObject({ kind: 'copy', story: first?.story })
      }
      expect(store.totals().stories).toBe(3)
    }
  })

  it('joins each with its report in another feed of the agency, and with no other', () => {
    const { poll, titles } = newsroom()
    for (const [at, alert] of alerts.entries()) {
      const [first] = poll({ feed: ALL, drafts: [{ ...alert, id: `a-${at}`, url: page }] })
      const [second] = poll({ feed: SECTION, drafts: [{ title: alert.title, id: `b-${at}`, url: page }] })
      expect(second).toMatchObject({ kind: 'copy', story: first?.story })
    }
    expect(titles()).toHaveLength(4)
  })

  it('tells its reports apart by the anchors in their addresses, whatever their guids are', () => {
    for (const id of [(at: number) => `post-${at}`, (at: number) => `${page}#p${at}`, () => page, () => null]) {
      const { poll, store } = newsroom()
      for (const [at, alert] of alerts.entries()) {
        poll({ feed: OTHER, drafts: [{ ...alert, id: id(at), url: `${page}#p${at}`, published: NOW + at * MINUTE }] })
      }
      const stories = store.recentStories({ limit: 10 })
      expect(stories.map(({ url }) => url).sort()).toEqual(alerts.map((_, at) => `${page}#p${at}`))
    }
  })

  it('tells the posts about one event apart by their anchors', () => {
    const posts = [
      {
        title: 'Quake in Sund: rescuers find a survivor',
        text: 'Rescuers pulled a woman out of the rubble of a school in Sund, thirty hours after the quake.',
      },
      {
        title: 'Quake in Sund: toll rises to 31',
        text: 'The number of dead in Sund rose to 31, rescuers said, and 40 people are missing after the quake.',
      },
      {
        title: 'Quake in Sund: aid arrives',
        text: 'Two planes with tents and water landed in Sund, where thousands sleep outside after the quake.',
      },
    ]
    for (const id of [(at: number) => `${page}#p${at}`, () => page, () => null]) {
      const { poll, store } = newsroom()
      for (const [at, post] of posts.entries()) {
        const drafts = [{ ...post, id: id(at), url: `${page}#p${at}`, published: NOW + at * 20 * MINUTE }]
        const now = NOW + (at + 1) * 20 * MINUTE
        expect(poll({ feed: ALL, drafts, at: now })[0]?.kind).toBe('new')
        expect(poll({ feed: ALL, drafts, at: now + MINUTE })[0]?.kind).toBe('unchanged')
        expect(poll({ feed: SECTION, drafts, at: now + MINUTE })[0]?.kind).toBe('copy')
      }
      expect(store.totals().stories).toBe(3)
    }
  })

  it('is no page of that kind where a report only gets another id', () => {
    const { poll } = newsroom()
    const [first] = poll({ feed: OTHER, drafts: [{ ...BRIDGE, id: 'v1', url: page, published: NOW }] })
    const edited = { ...BRIDGE, title: 'Norham bridge shut: cracks in two piers', id: 'v2', url: page, published: NOW }
    expect(poll({ feed: OTHER, drafts: [edited] })[0]).toMatchObject({ kind: 'revision', report: first?.report })
  })
})

describe('a guid that was given to another report', () => {
  const id = 'briefing'
  const url = 'https://meridian.example/briefing'
  const briefings: [Text, Text, Text] = [
    { title: 'Morning briefing: bridge closed, comet seen', text: `${BRIDGE.text} ${COMET.text}` },
    { title: 'Morning briefing: milk dearer, ferries sail', text: `${MILK.text} ${FERRY.text}` },
    {
      title: 'Morning briefing: teachers strike, snow expected',
      text: 'Schools of the capital stay shut for two days over unpaid hours. Forecasters expect the first snow above nine hundred metres.',
    },
  ]
  const day = (at: number, draft: Text): Poll => {
    const published = NOW + at * DAY
    return { feed: OTHER, drafts: [{ ...draft, id, url, published }], at: published + HOUR }
  }

  it('makes a report of today, at later polls too, and says so with its cure', () => {
    const { poll, store, notes } = newsroom()
    for (const [at, briefing] of briefings.entries()) {
      expect(poll(day(at, briefing))[0]?.kind).toBe('new')
      expect(poll({ ...day(at, briefing), at: NOW + at * DAY + 2 * HOUR })[0]?.kind).toBe('unchanged')
    }
    const stories = store.recentStories({ limit: 10 })
    expect(stories.map(({ title, time }) => [title, time])).toEqual(
      briefings.map(({ title }, at) => [title, NOW + at * DAY]).reverse(),
    )
    expect(new Set(stories.map(({ key }) => key)).size).toBe(3)
    expect(notes.at(0)).toEqual([])
    expect(notes.at(-1)).toEqual([
      expect.stringMatching(/gives one id to reports of different days.*identity: "title"/),
    ])
  })

  it('makes one too where the headline and the greeting are the same every day', () => {
    const { poll, titles } = newsroom()
    for (const [at, { text }] of briefings.entries()) {
      const draft = { title: 'Morning briefing', text: `Good morning. Here is what you need to know today. ${text}` }
      expect(poll(day(at, draft))[0]?.kind).toBe('new')
    }
    expect(titles()).toEqual(['Morning briefing', 'Morning briefing', 'Morning briefing'])
  })

  it('makes one of a form that is filled in with other numbers', () => {
    const { poll } = newsroom()
    const rates = (gold: number, oil: number, wheat: number) => ({
      title: 'Closing prices',
      text: `Gold closed at ${gold} an ounce, oil stood at ${oil} a barrel and wheat was sold for ${wheat} a tonne in Sund.`,
    })
    poll(day(0, rates(1801, 78, 214)))
    expect(poll(day(1, rates(1822, 81, 209)))[0]?.kind).toBe('new')
  })

  it('makes one within the day where time, headline and text are others', () => {
    const { poll } = newsroom()
    poll({ feed: OTHER, drafts: [{ ...BRIDGE, id: 'top', url, published: NOW }] })
    const drafts = [{ ...COMET, id: 'top', url, published: NOW + 3 * HOUR }]
    expect(poll({ feed: OTHER, drafts, at: NOW + 4 * HOUR })[0]?.kind).toBe('new')
  })

  it('makes one in a feed without dates, when the old text has stood for a day', () => {
    const { poll } = newsroom()
    poll({ feed: OTHER, drafts: [{ ...BRIDGE, id: 'top', url }], at: NOW })
    expect(poll({ feed: OTHER, drafts: [{ ...COMET, id: 'top', url }], at: NOW + 26 * HOUR })[0]?.kind).toBe('new')
  })

  it('makes one in a feed without dates and without guids, whose every entry is the same page, at once', () => {
    const { poll, titles } = newsroom()
    for (const alert of [BRIDGE, COMET, MILK]) poll({ feed: OTHER, drafts: [{ ...alert, url }] })
    expect(titles().sort()).toEqual(sorted([BRIDGE, COMET, MILK]))
    expect(poll({ feed: OTHER, drafts: [{ ...MILK, url }] })[0]?.kind).toBe('unchanged')
  })

  it('makes one as of today where only the time of the update moves, or none does', () => {
    for (const updated of [NOW + DAY, null]) {
      const { poll, store } = newsroom()
      poll({ feed: OTHER, drafts: [{ ...BRIDGE, id: 'top', url, published: NOW, updated: updated && NOW }], at: NOW })
      const at = NOW + DAY + HOUR
      const drafts = [{ ...COMET, id: 'top', url, published: NOW, updated }]
      expect(poll({ feed: OTHER, drafts, at })[0]?.kind).toBe('new')
      expect(poll({ feed: OTHER, drafts, at: at + HOUR })[0]?.kind).toBe('unchanged')
      expect(store.recentStories({ limit: 1 })[0]).toMatchObject({ title: COMET.title, time: updated ?? at })
    }
  })

  it('makes one in Arabic', () => {
    const { poll } = newsroom()
    const told = [
      'أعلنت بلدية المدينة إغلاق الجسر القديم أمام حركة المرور لمدة أسبوعين بعد العثور على تشققات في دعائمه.',
      'رفعت شركات الألبان سعر اللتر ابتداء من الاثنين بسبب غلاء الأعلاف عقب صيف جاف، وفق اتحاد المنتجين.',
    ]
    for (const [at, text] of told.entries()) {
      expect(poll(day(at, { title: 'نشرة الصباح', text: `صباح الخير، إليكم أهم الأخبار. ${text}` }))[0]?.kind).toBe(
        'new',
      )
    }
  })

  it('does not flap when an old cache answers between: each is found unchanged', () => {
    const { poll, titles } = newsroom()
    poll(day(0, briefings[0]))
    poll(day(1, briefings[1]))
    for (let turn = 0; turn < 4; turn++) {
      const at = NOW + DAY + (2 + turn) * HOUR
      expect(poll({ ...day(turn % 2, briefings[turn % 2 === 0 ? 0 : 1]), at })[0]?.kind).toBe('unchanged')
    }
    expect(titles()).toHaveLength(2)
    expect(poll(day(2, briefings[2]))[0]?.kind).toBe('new')
  })

  it('does not take the old text of an old cache for a revision of the new one', () => {
    const { poll, store } = newsroom()
    const early = { ...briefings[0], text: `${briefings[0].text} More follows.` }
    poll(day(0, early))
    poll({ ...day(0, briefings[0]), at: NOW + 2 * HOUR })
    const [young] = poll(day(1, briefings[1]))
    poll({ ...day(0, early), at: NOW + DAY + 2 * HOUR })
    expect(poll({ ...day(1, briefings[1]), at: NOW + DAY + 3 * HOUR })[0]).toMatchObject({
      kind: 'unchanged',
      report: young?.report,
    })
    expect(store.report(young?.report ?? 0)?.revisions).toHaveLength(1)
  })

  it('goes on with the new report: what is changed in it is a revision', () => {
    const { poll } = newsroom()
    poll(day(0, briefings[0]))
    const [young] = poll(day(1, briefings[1]))
    const edited = { ...briefings[1], text: `${briefings[1].text} The minister of trade called it a bitter day.` }
    expect(poll({ ...day(1, edited), at: NOW + DAY + 3 * HOUR })[0]).toMatchObject({
      kind: 'revision',
      report: young?.report,
    })
  })

  it('keeps a new report back that is under embargo', () => {
    const { poll, titles, notes } = newsroom()
    poll(day(0, briefings[0]))
    const at = NOW + DAY + HOUR
    const until = new Date(at + 5 * HOUR).toISOString().slice(11, 16)
    const text = `EMBARGOED UNTIL ${until} GMT, 6 JANUARY 2022\n${briefings[1].text}`
    for (const later of [0, HOUR]) {
      const drafts = [{ ...briefings[1], text, id, url, published: NOW + DAY }]
      expect(poll({ feed: OTHER, drafts, at: at + later })[0]).toMatchObject({ kind: 'unchanged', report: null })
    }
    expect(notes.at(-1)?.join()).toContain('under embargo')
    expect(titles()).toHaveLength(1)
  })
})

describe('a report that lives', () => {
  const [id, url] = ['quake', 'https://meridian.example/quake']
  const told = (drafts: Draft[]) => {
    const room = newsroom()
    const kinds = drafts.map(
      (draft, at) => room.poll({ feed: OTHER, drafts: [{ id, url, ...draft }], at: NOW + (at + 1) * HOUR })[0]?.kind,
    )
    return { ...room, kinds }
  }

  it('stays one when it is written anew within the hour, and when it is told on with another date', () => {
    const flash = {
      title: 'Quake hits Sund',
      text: 'A strong quake shook Sund on Monday, witnesses said.',
      published: NOW,
    }
    const full = {
      title: 'At least 4 dead as quake shakes Sund',
      text: 'Four people died and dozens were hurt when a quake of magnitude 6.1 struck the port of Sund before noon, rescuers said.',
      published: NOW + HOUR / 2,
    }
    const nextDay = {
      title: 'Toll of the Sund quake rises to 31',
      text: 'Rescuers searched the rubble of a school in Sund through the night. The number of dead rose to 31 after the quake of magnitude 6.1, with dozens hurt.',
      published: NOW + 26 * HOUR,
    }
    expect(told([flash, full]).kinds).toEqual(['new', 'revision'])
    const { poll } = newsroom()
    poll({ feed: OTHER, drafts: [{ ...full, id, url }], at: NOW + HOUR })
    expect(poll({ feed: OTHER, drafts: [{ ...nextDay, id, url }], at: NOW + 27 * HOUR })[0]?.kind).toBe('revision')
  })

  it('stays one where its text is gone for an hour', () => {
    const { poll } = newsroom()
    const dated = { id, url, published: NOW }
    poll({ feed: OTHER, drafts: [{ ...BRIDGE, ...dated }] })
    const gone = {
      title: 'Page not found',
      text: 'The service is not available at the moment, please try again later.',
    }
    expect(poll({ feed: OTHER, drafts: [{ ...gone, ...dated }] })[0]?.kind).toBe('revision')
    expect(poll({ feed: OTHER, drafts: [{ ...BRIDGE, ...dated }] })[0]?.kind).toBe('revision')
  })

  it('is withdrawn by a text that has nothing of the old one, days later', () => {
    const { poll } = newsroom()
    poll({ feed: OTHER, drafts: [{ ...BRIDGE, id, url, published: NOW }], at: NOW + HOUR })
    const killed = {
      title: 'Editors: please note',
      text: 'This story has been withdrawn. Nothing that it told has happened, and no client may use it any longer.',
    }
    const drafts = [{ ...killed, id, url, published: NOW + 2 * DAY }]
    expect(poll({ feed: OTHER, drafts, at: NOW + 2 * DAY + HOUR })[0]?.kind).toBe('revision')
  })

  it('has its last text in force, however often and however little it changed', () => {
    const tolls = Array.from({ length: 40 }, (_, at) => ({
      title: `Quake kills ${at + 4} in Sund`,
      text: `SUND (Meridian) - At least ${at + 4} people were killed when a quake hit Sund on Monday, officials said.`,
    }))
    const { kinds, titles, store, poll } = told(tolls)
    expect(new Set(kinds.slice(1))).toEqual(new Set(['revision']))
    expect(titles()).toEqual(['Quake kills 43 in Sund'])
    const report = store.report(1)
    // The first, the last two dozen, and the one in force.
    expect(report?.revisions.map(({ number }) => number)).toEqual([
      1,
      ...Array.from({ length: 25 }, (_, at) => at + 16),
    ])
    expect(poll({ feed: OTHER, drafts: [{ ...tolls[39], id, url }], at: NOW + 50 * HOUR })[0]?.kind).toBe('unchanged')
  })

  it('that counts its readers is kept as it is now, without being shown as new at every poll', () => {
    const { poll, store } = newsroom()
    for (let at = 0; at < 12; at++) {
      const text = `${BRIDGE.text} Read ${1204 + at * 37} times.`
      poll({ feed: OTHER, drafts: [{ ...BRIDGE, text, id, url }], at: NOW + at * MINUTE })
    }
    const [story] = store.recentStories({ limit: 1 })
    expect(story?.text).toContain('Read 1611 times')
    expect(story?.updated).toBeLessThan(NOW + 7 * MINUTE)
  })

  it('that flaps between two servers has the text in force that stays, and asks for the document until it has', () => {
    const other = { ...BRIDGE, text: `${BRIDGE.text} A ferry carries those on foot.` }
    const { kinds, titles, unsettled, store } = told([BRIDGE, other, BRIDGE, other, BRIDGE, BRIDGE, BRIDGE, BRIDGE])
    expect(kinds).toEqual([
      'new',
      'revision',
      'revision',
      'revision',
      'unchanged',
      'unchanged',
      'revision',
      'unchanged',
    ])
    expect(unsettled).toEqual([false, false, false, false, true, true, false, false])
    expect(titles()).toHaveLength(1)
    expect(store.recentStories({ limit: 1 })[0]?.text).toBe(BRIDGE.text)
  })

  it('after whatever was offered in whatever order has the text in force that was offered last (law)', () => {
    const versions = Array.from({ length: 7 }, (_, at) => ({
      title: BRIDGE.title,
      text: `${BRIDGE.text} Version ${at} of it.`,
    }))
    fc.assert(
      fc.property(fc.array(fc.nat(6), { minLength: 1, maxLength: 16 }), order => {
        const { poll, store } = newsroom()
        const last = order.at(-1) ?? 0
        const seen = new Set<number>()
        for (const [at, version] of [...order, last, last].entries()) {
          poll({ feed: OTHER, drafts: [{ ...versions[version], id, url }], at: NOW + at * MINUTE })
          const text = store.recentStories({ limit: 1 })[0]?.text
          // A text that was never there before is in force at once.
          if (!seen.has(version)) expect(text).toBe(versions[version]?.text)
          seen.add(version)
        }
        expect(store.recentStories({ limit: 1 })[0]?.text).toBe(versions[last]?.text)
      }),
      { seed: 20_220_105, numRuns: runs(40) },
    )
  })
})

describe('a placeholder for a title', () => {
  it.each([
    ['Untitled', 'en'],
    ['(no title)', 'en'],
    ['«بدون عنوان»', 'ar'],
    ['…', 'en'],
  ])('%s is none: each report is headed by its text, in a thread of its own', title => {
    const { poll, store } = newsroom()
    const drafts = [BRIDGE, COMET, MILK].map(({ text }, at) => ({
      title,
      text,
      id: `n${at}`,
      url: `https://meridian.example/${at}`,
    }))
    poll({ feed: OTHER, drafts })
    const stories = store.recentStories({ limit: 10 })
    expect(new Set(stories.map(({ thread }) => thread)).size).toBe(3)
    for (const story of stories) expect(story.text.startsWith(story.title.replace(/…$/, ''))).toBe(true)
  })

  it('without a text is no report, and the reason is said', () => {
    const { poll } = newsroom()
    expect(poll({ feed: OTHER, drafts: [{ title: 'Untitled', id: 'n' }] })[0]).toMatchObject({
      kind: 'rejected',
      reason: expect.stringContaining('neither a title nor a text'),
    })
  })

  it('that is the id as well stands for no two reports', () => {
    const { poll, titles } = newsroom()
    for (const [at, { text }] of [BRIDGE, COMET].entries()) {
      poll({
        feed: OTHER,
        drafts: [{ title: 'Untitled', id: 'Untitled', text, url: `https://meridian.example/${at}` }],
      })
    }
    expect(titles()).toHaveLength(2)
  })
})

describe('ids by position, where the newest is always the first', () => {
  it.each([true, false])('leave a story for each report (dated: %s)', dated => {
    const { poll, store, titles } = newsroom()
    const all = [BRIDGE, COMET, MILK, FERRY, WATCHES].map((text, at) => ({
      ...text,
      url: `https://meridian.example/${at}`,
      published: dated ? NOW + at * 2 * HOUR : null,
    }))
    for (let newest = 2; newest <= all.length; newest++) {
      const shown = all.slice(0, newest).reverse().slice(0, 3)
      const drafts = shown.map((draft, at) => ({ ...draft, id: `${at + 1}` }))
      const at = NOW + newest * 2 * HOUR
      poll({ feed: OTHER, drafts, at })
      expect(poll({ feed: OTHER, drafts, at: at + HOUR }).map(({ kind }) => kind)).toEqual(
        drafts.map(() => 'unchanged'),
      )
    }
    expect(titles().sort()).toEqual(all.map(({ title }) => title).sort())
    expect(new Set(store.recentStories({ limit: 10 }).map(({ key }) => key)).size).toBe(all.length)
  })
})
