import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Agency, FeedSpec } from '../../src/model/config.ts'
import type { RevisionClass } from '../../src/model/decided.ts'
import { excerpt, html } from '../../src/publish/markup.ts'
import { changes } from '../../src/publish/pages/difference.ts'
import { aDay, type Draft, fakeStore, HOUR, member, NOW, serve, unscripted } from './fixture.ts'

describe('the front page', () => {
  it('puts first what most agencies report, and apart what one agency has alone', async () => {
    const body = await serve(aDay().reader).text('/?lang=en')
    const order = ['Flood cuts off', 'Parliament passes', 'From one agency only', 'Two schools']
    const places: number[] = []
    for (const words of order) places.push(body.indexOf(words, places.at(-1) ?? body.indexOf('<main')))
    expect(places.every(place => place > 0)).toBe(true)
    expect(places).toEqual(places.toSorted((a, b) => a - b))
  })

  it('shows with an event who had it when, how many are independent, its size and headlines of other agencies, but none withdrawn', async () => {
    const body = await serve(aDay().reader).text('/?lang=en')
    const lead = body.slice(body.indexOf('class="lead"'), body.indexOf('class="row"'))
    for (const words of ['Nile News', '4 of 4 independent', '8 reports', '+7 min', 'latest', 'Flood cuts off']) {
      expect(lead).toContain(words)
    }
    expect(lead).toMatch(
      /<p class="facts strip">.*Nile News<\/bdi><\/b> <time[^>]*>09:00<.*North Wire<\/bdi> <bdi>\+7 min/,
    )
    expect(lead).not.toContain('Dam above')
  })

  it('names an event by a headline in the language of the news, and shows none of another language', async () => {
    for (const [lang, headline] of [
      ['ar', 'وكالة المنار تصحح'],
      ['fr', 'Crue à Port Salam'],
    ] as const) {
      const body = await serve(aDay().reader).text(`/?lang=${lang}`)
      const headlines = [...body.matchAll(/<h[23] lang="(\w+)"/g)].map(match => match[1])
      expect(body).toContain(headline)
      expect(headlines.length).toBeGreaterThan(2)
      expect(new Set(headlines)).toEqual(new Set([lang]))
    }
  })

  it('shows all languages side by side, that of the reader first, each with its own direction', async () => {
    const body = await serve(aDay().reader).text('/?lang=all&hl=ar')
    const columns = [...body.matchAll(/<section class="col" lang="(\w+)" dir="(\w+)">/g)].map(match => match.slice(1))
    expect(columns[0]).toEqual(['ar', 'rtl'])
    expect(columns.slice(1)).toContainEqual(['fr', 'ltr'])
    expect(columns).toHaveLength(3)
  })

  it('tells who cannot be asked: feeds that fail, and that all do', async () => {
    const store = fakeStore()
    store.feeds.push(...aDay().feeds)
    expect(await serve(store.reader).text('/')).toMatch(
      /No reports yet[\s\S]*3 feeds being polled for the first time; 2 have answered/,
    )
    for (const feed of store.feeds) Object.assign(feed, { state: 'failing', failures: 2, error: 'connection refused' })
    const body = await serve(store.reader).text('/')
    expect(body).toContain('None of the 3 feeds answers')
    expect(body).toContain('connection refused')
  })

  it('says what to do while nothing has arrived', async () => {
    const body = await serve(fakeStore().reader).text('/')
    expect(body).toContain('No reports yet')
    expect(body).toContain('href="/wires/feeds"')
  })

  it('shows the newest day there was when nothing newer has arrived, and says so', async () => {
    const served = serve(aDay().reader)
    served.clock.now += 1000 * HOUR
    const body = await served.text('/')
    expect(body).toContain('Nothing newer has arrived')
    expect(body).toContain('Flood cuts off')
  })

  it('tells a choice that fits nothing from an empty store', async () => {
    const body = await serve(aDay().reader).text('/?lang=de')
    expect(body).toContain('Nothing in Deutsch in the last 24 hours.')
    expect(body).toMatch(/href="\/wires\/\?lang=ar"><bdi[^>]*>العربية<\/bdi><\/a>: \d+ events/)
    expect(body).not.toContain('No reports yet')
  })

  it('keeps the choice in the addresses of its feeds', async () => {
    const body = await serve(aDay().reader).text('/?lang=ar')
    expect(body).toContain(
      '<link rel="alternate" type="application/atom+xml" title="All stories (Atom)" href="/wires/feed.atom?lang=ar">',
    )
    expect(body).toContain('aria-current="true"><bdi lang="ar" dir="rtl">العربية</bdi>')
  })
})

describe('a thread', () => {
  it('says who came when, how long after the first, and what each gave as figures', async () => {
    const body = await serve(aDay().reader).text('/threads/1')
    for (const words of [
      '+7 min',
      '+30 min',
      'First report',
      'Killed',
      '+2 reprints: <bdi>North Wire</bdi>',
      'Credited: <bdi>Nile News</bdi>',
    ]) {
      expect(body).toContain(words)
    }
    expect(body).toMatch(/<time datetime="2022-01-05T09:00:00.000Z" data-f="short">5 Jan, 09:00<\/time>/)
  })

  it('marks flash, correction and withdrawal, and does not repeat the text withdrawn', async () => {
    const body = await serve(aDay().reader).text('/threads/1')
    expect(body).toMatch(/class="chip flash"[^>]*>Flash</)
    expect(body).toMatch(/class="chip correction"[^>]*>Correction</)
    expect(body).toMatch(
      /class="chip kill"[^>]*>Withdrawn<\/span> <a[^>]* class="struck">Dam above Port Salam has burst</,
    )
    expect(body).not.toMatch(/class="chip update"|>Update</)
    expect(body).not.toContain('A dam above Port Salam has burst.')
  })

  it('names it by the headline that states the newest toll, and that without what the desk wrote before it', async () => {
    const store = aDay()
    const [first] = store.figures.get(1) ?? []
    if (first === undefined) throw new Error('the fixture has figures')
    store.put({
      id: 7,
      thread: 1,
      threadKey: 't1',
      title: 'UPDATE 3-Seven dead in Port Salam',
      text: 'Seven people have died.',
      headline: 'Seven dead in Port Salam',
      agency: 'north',
      signal: 'update',
      time: NOW - HOUR / 2,
    })
    store.figures.set(1, [
      { ...first, value: 7, matched: 'Seven dead', agency: 'north', time: NOW - HOUR / 2, story: 7 },
    ])
    const { text } = serve(store.reader)
    expect(await text('/threads/1')).toContain('<h1 class="headline">Seven dead in Port Salam</h1>')
    const front = await text('/?lang=en')
    expect(front).toMatch(/class="lead"[\s\S]{0,120}>Seven dead in Port Salam<\/a>/)
    expect(front).toContain('<span class="stated">7 killed</span>')
    expect(front).not.toContain('UPDATE 3-')
  })

  it('is told from its end or, where asked, from its beginning', async () => {
    const { text } = serve(aDay().reader)
    const times = (body: string): string[] =>
      [...body.matchAll(/class="dev"[\s\S]*?datetime="([^"]+)"/g)].map(([, time]) => time ?? '')
    const [down, up] = [await text('/threads/1'), await text('/threads/1?order=oldest')]
    expect(down).toContain('href="/wires/threads/1?order=oldest">oldest first</a>')
    expect(up).toContain('href="/wires/threads/1">newest first</a>')
    expect(times(up)).toEqual(times(down).toReversed())
    expect(times(up)).toEqual(times(up).toSorted())
  })

  it('of one story shows its text, and no course', async () => {
    const body = await serve(fakeStore({ id: 1, title: 'Alone', content: '<p>The whole text of it.</p>' }).reader).text(
      '/threads/1',
    )
    expect(body).toContain('<p>The whole text of it.</p>')
    expect(body).not.toContain('As it developed')
    expect(body).not.toMatch(/of 1 independent/)
  })

  it('whose lead was withdrawn says so before all else', async () => {
    const body = await serve(fakeStore({ id: 1, title: 'Gone', signal: 'kill', text: 'What was said.' }).reader).text(
      '/threads/1',
    )
    expect(body).toMatch(
      /<h1 class="headline"><span class="chip kill"[^>]*>Withdrawn<\/span> <span class="struck">Gone<\/span>/,
    )
    expect(body).toContain('class="warning withdrawn"')
    expect(body).not.toContain('What was said.')
  })

  it('of thousands of stories shows the newest and says how many there are', async () => {
    const many = Array.from({ length: 2000 }, (_, index) => ({
      id: index + 1,
      title: `Story ${index + 1}`,
      thread: 1,
      threadKey: 't',
      threadTitle: 'Long',
      time: NOW - index * 60_000,
    }))
    const body = await serve(fakeStore(...many).reader).text('/threads/1')
    expect(body).toContain('The newest 300 of 2,000 stories are shown.')
    expect(body.match(/<article/g)).toHaveLength(300)
    const [open, folded] = body.split('<summary lang="en" dir="ltr">Earlier: 260</summary>')
    expect(open?.match(/<article/g)).toHaveLength(40)
    expect(folded?.match(/<article/g)).toHaveLength(260)
  })
})

describe('a story', () => {
  it('shows its copies with the reason each is there, and what a revision changed', async () => {
    const body = await serve(aDay().reader).text('/stories/1')
    expect(body).toContain('same text')
    expect(body).toContain('same address')
    expect(body).toContain(
      '<del dir="ltr">two</del> <ins dir="ltr">three</ins> people died and <del dir="ltr">nine</del> <ins dir="ltr">eleven</ins> are missing.',
    )
    expect(body).toContain('<ins dir="ltr">as the river Wadi breaks its banks</ins>')
    expect(body).toContain('href="https://nile.example/news/1?a=1&amp;b=2" rel="noopener noreferrer"')
  })

  it('whose page is known to be gone is not led to there', async () => {
    const revisions = (title: string) => [
      { number: 1, seen: NOW - HOUR, title: 'A ship sinks', text: 'It sank.', change: null },
      { number: 2, seen: NOW, title, text: 'It sank.', change: 'kill' as const },
    ]
    const draft = (title: string): Draft => ({
      ...{ id: 1, title, text: 'It sank.', signal: 'kill', url: 'https://nile.example/1' },
      members: [
        member(1, {
          ...{ title, text: 'It sank.', signal: 'kill', url: 'https://nile.example/1', revisions: revisions(title) },
        }),
        member(2, { agency: 'north', agencyName: 'North Wire' }),
      ],
    })
    const gone = unscripted(await serve(fakeStore(draft('A ship sinks')).reader).text('/stories/1'))
    expect(gone.match(/No longer at Nile News/g)).toHaveLength(2)
    expect(gone).not.toContain('href="https://nile.example/1"')
    // Withdrawn in words: the page that says so is there.
    const killed = unscripted(await serve(fakeStore(draft('KILL: A ship sinks')).reader).text('/stories/1'))
    expect(killed).not.toContain('No longer at')
    expect(killed).toContain('href="https://nile.example/1"')
  })

  it('is marked withdrawn also when only one of its copies is', async () => {
    const store = fakeStore({ id: 1, title: 'One', members: [member(1), member(2, { signal: 'kill' })] })
    expect(await serve(store.reader).text('/stories/1')).toContain('class="warning withdrawn"')
    expect(
      await serve(fakeStore({ id: 1, title: 'One', members: [member(1)] }).reader).text('/stories/1'),
    ).not.toContain('class="warning withdrawn"')
  })

  it('with the present text missing from the revisions still shows the last change', async () => {
    const revisions = [
      { number: 1, seen: NOW, title: 'River rises', text: 'The river rose by one metre.', change: null },
    ]
    const store = fakeStore({ id: 1, title: 'One', members: [member(1, { revisions })] })
    expect(await serve(store.reader).text('/stories/1')).toContain(
      '<del dir="ltr">one metre.</del> <ins dir="ltr">two metres.</ins>',
    )
  })
})

const storyOf = ({ reader }: ReturnType<typeof aDay>, id: number): Draft => reader.story(id) as unknown as Draft

describe('an agency', () => {
  it('has lists of the events it had first and of those that it alone has', async () => {
    const body = await serve(aDay().reader).text('/agencies/nile')
    const [, first = '', alone = ''] = /Had it first<([\s\S]*)Had it alone<([\s\S]*?)<\/section>/.exec(body) ?? []
    expect(first).toContain('Flood cuts off Port Salam')
    expect(first).toContain('4 agencies')
    expect(alone).not.toContain('Flood cuts off Port Salam')
    expect(alone).toMatch(/<a href="\/wires\/threads\/\d+">/)
  })
})

describe('a page that is not there', () => {
  it('offers a search and the newest events in the language of its reader', async () => {
    const response = await serve(aDay().reader).get('/nothing', { headers: { 'accept-language': 'ar' } })
    expect(response.status).toBe(404)
    const body = unscripted(await response.text())
    expect(body).toMatch(/<form class="search"[^>]*action="\/wires\/search"/)
    expect(body).toMatch(/<h3 lang="ar"[^>]*><a href="\/wires\/threads\/\d+">/)
    expect(body).not.toContain('<h3 lang="en"')
  })

  it('and was deleted for its age is gone for good, and offers the same', async () => {
    const site = serve(aDay().reader)
    for (const path of ['/threads/4000', '/stories/4000']) {
      const response = await site.get(path, { headers: { 'accept-language': 'ar' } })
      expect({ path, status: response.status }).toEqual({ path, status: 410 })
      const body = unscripted(await response.text())
      expect(body).toContain('<h1>لم تعد هذه الصفحة محفوظة</h1>')
      expect(body).toMatch(/<h3 lang="ar"[^>]*><a href="\/wires\/threads\/\d+">/)
    }
    expect((await site.get('/threads/4000.atom')).status).toBe(410)
    expect((await site.get('/threads/4001')).status).toBe(404)
  })
})

describe('what a thread tells', () => {
  const served = (store = aDay(), language = 'en') => serve(store.reader, { language }).text('/threads/1')

  it('offers a way in for readers of its other languages', async () => {
    const body = await served()
    const others = body.slice(body.indexOf('>In other languages<'), body.indexOf('<footer'))
    expect(others).toMatch(/<h3 lang="ar" dir="rtl">[\s\S]*وكالة المنار تصحح[\s\S]*العربية[\s\S]*2 reports/)
    expect(others).toMatch(/<h3 lang="fr" dir="ltr">[\s\S]*Crue à Port Salam[\s\S]*français/)
    expect(others).not.toContain('lang="en" dir="ltr"><a')
  })

  it('says how many tell it independently', async () => {
    expect(await served()).toContain('●●●●</span> 4 of 4 independent')
    expect(await served(aDay(), 'ar')).toMatch(/(?:4|٤) مصادر مستقلة/)
  })

  it('draws a toll that moved, with a table that says the same to those who do not see it', async () => {
    const body = await served()
    const toll = body.slice(body.indexOf('<section class="toll"><h3'), body.indexOf('>Missing</h3>'))
    expect(toll).toContain('<svg class="chart"')
    expect(toll).toContain('<title>Killed: from 3 to 5</title>')
    expect(toll.match(/<circle/g)).toHaveLength(2)
    expect([...toll.matchAll(/class="number"><a[^>]*>(\d+)</g)].map(match => match[1])).toEqual(['5', '3'])
    const missing = body.slice(body.indexOf('>Missing</h3>'), body.indexOf('In other languages'))
    expect(missing).not.toContain('<svg')
  })

  it('draws it in the direction of the event', async () => {
    const path = /<path d="M([\d.]+) [\d.]+H/
    const arabic = aDay()
    arabic.put(...[1, 2, 3, 4, 5, 6].map(id => ({ ...storyOf(arabic, id), language: 'ar' })))
    const [left, right] = [path.exec(await served()), path.exec(await served(arabic))]
    expect(Number(left?.[1])).toBeLessThan(160)
    expect(Number(right?.[1])).toBeGreaterThan(160)
  })

  it('says who said so, how it is hedged, what was taken back, and where agencies differ', async () => {
    const store = aDay()
    const [first] = store.figures.get(1) ?? []
    if (first === undefined) throw new Error('the fixture has figures')
    store.figures.set(1, [
      { ...first, value: 3, bound: 'at least', said: 'the district council' },
      { ...first, value: 15, agency: 'manar', agencyName: 'وكالة المنار', story: 2, time: NOW - 8 * HOUR },
      { ...first, value: 7, agency: 'manar', agencyName: 'وكالة المنار', story: 5, time: NOW - HOUR },
      { ...first, value: 5, agency: 'north', agencyName: 'North Wire', story: 4, time: NOW - 2 * HOUR },
      { ...first, value: 90, agency: 'north', agencyName: 'North Wire', story: 6, time: NOW - 5 * HOUR },
    ])
    const body = await served(store)
    expect(body).toContain('at least 3</a>')
    expect(body).toContain('Said by: <bdi>the district council</bdi>')
    expect(body).toMatch(/<s><a[^>]*>15<\/a><\/s>[\s\S]{0,120}corrected/)
    expect(body).toMatch(/<s><a[^>]*>90<\/a><\/s>[\s\S]{0,120}withdrawn/)
    expect(body).toMatch(
      /Sources differ:<\/strong> <span[^>]*><b>5<\/b> \(<bdi>North Wire<\/bdi>\)<\/span> \/ <span[^>]*><b>7</,
    )
  })

  it('names in one line who of its languages has not reported it', async () => {
    const store = fakeStore(
      { id: 1, title: 'Only one has it', language: 'en', agency: 'nile' },
      { id: 2, title: 'Elsewhere', language: 'fr', agency: 'est' },
    )
    const agency = (id: string, name: string, language: string | null, feeds: FeedSpec[]): Agency => ({
      id,
      name,
      language,
      feeds,
      aliases: [],
      homepage: null,
    })
    const feed = { url: 'https://x.example/' } as FeedSpec
    const agencies = [
      agency('nile', 'Nile News', 'en', [feed]),
      agency('north', 'North Wire', 'en-GB', [feed]),
      agency('est', 'Agence de l’Est', 'fr', [feed]),
      agency('silent', 'Not Polled', 'en', []),
    ]
    const body = await serve(store.reader, { agencies }).text('/threads/1')
    expect(body).toContain('Not in their feeds so far: <bdi>North Wire</bdi>.')
    const credited = fakeStore({ id: 1, title: 'One', agency: 'nile', origin: { agency: 'north', name: 'North Wire' } })
    expect(await serve(credited.reader, { agencies }).text('/threads/1')).not.toContain('Not in their feeds')
  })

  it('leads to what came before it and what goes on beside it', async () => {
    const store = aDay()
    const link = { language: 'ar', first: NOW - 50 * HOUR, last: NOW - 40 * HOUR, score: 0.4 }
    store.links.set(1, [
      { ...link, id: 10, title: 'أمطار في الجبال', kind: 'before' },
      { ...link, id: 20, title: 'Harbour law', language: 'en', kind: 'beside' },
    ])
    const body = await served(store)
    expect(body).toMatch(
      /Before this<\/h2>[\s\S]*<h3 lang="ar" dir="rtl"><a href="\/wires\/threads\/10">أمطار في الجبال/,
    )
    expect(body).toMatch(/At the same time<\/h2>[\s\S]*href="\/wires\/threads\/20">Harbour law/)
    expect(await served()).not.toMatch(/Before this|At the same time/)
  })
})

describe('whose copy a story is', () => {
  const MINUTE = 60_000
  const origin = { agency: 'manar', name: 'وكالة المنار' }
  const chain = (more: Partial<Draft> = {}) =>
    fakeStore({
      id: 1,
      title: 'انهيار سد',
      language: 'ar',
      agency: 'north',
      agencyName: 'North Wire',
      origin,
      ...more,
      members: more.members ?? [
        member(1, { agency: 'manar', agencyName: 'وكالة المنار', language: 'ar', title: 'انهيار سد فوق بورت سلام' }),
        member(2, {
          agency: 'north',
          agencyName: 'North Wire',
          time: NOW - 2 * HOUR + 20 * MINUTE,
          joinedBy: 'text',
          coverage: 0.62,
        }),
        member(3, {
          agency: 'est',
          agencyName: 'Agence de l’Est',
          time: NOW - 2 * HOUR + 95 * MINUTE,
          joinedBy: 'text',
          coverage: 0.998,
        }),
      ],
    })

  it('is told with who ran it, how many minutes after the first, how much of it, and why it is here', async () => {
    const body = await serve(chain().reader).text('/stories/1')
    expect(body).toContain('Origin: <bdi class="by">وكالة المنار</bdi>')
    expect(body).toContain('1 independent source')
    expect(body).toMatch(/وكالة المنار<\/bdi> <span class="note"[^>]*>\(origin\)<\/span>/)
    expect(body).toMatch(
      /North Wire<\/bdi>[\s\S]*?<\/th>\s*<td class="nowrap"[^>]*>20 minutes later[\s\S]*?62%[\s\S]*?same text/,
    )
    expect(body).toMatch(/Agence de l’Est<\/bdi>[\s\S]*?<\/th>\s*<td class="nowrap"[^>]*>2 hours later[\s\S]*?99%/)
  })

  it('marks plainly what still runs a text that was withdrawn', async () => {
    const [first, second, third] = chain().reader.story(1)?.members ?? []
    if (!first || !second || !third) throw new Error('three copies')
    const store = chain({ withdrawn: true, members: [{ ...first, signal: 'kill' }, { ...second, stale: true }, third] })
    const body = await serve(store.reader).text('/stories/1')
    expect(body).toContain('<strong><bdi>North Wire</bdi></strong>: still running the withdrawn version.')
    expect(body.match(/<div class="bad"[^>]*>still running the withdrawn version/g)).toHaveLength(1)
    expect(body).toMatch(/<h1 class="headline"><span class="chip kill"[^>]*>Withdrawn<\/span> <span class="struck">/)
    const arabic = await serve(store.reader, { language: 'ar' }).text('/stories/1')
    expect(arabic).toContain('ما زالت تنشر النص المسحوب')
    for (const path of ['/', '/threads/1', '/search?q=%D8%B3%D8%AF']) {
      expect(await serve(store.reader).text(path), path).toMatch(/Withdrawn/)
    }
  })

  it('marks what still runs a text that was corrected', async () => {
    const [first, second] = chain().reader.story(1)?.members ?? []
    if (!first || !second) throw new Error('two copies')
    const corrected = { ...first, signal: 'correction' as const }
    const body = await serve(chain({ members: [corrected, { ...second, stale: true }] }).reader).text('/stories/1')
    expect(body).toContain('<h2>Corrected</h2>')
    expect(body).toContain('still running the uncorrected version')
    const byOther = chain({ members: [first, { ...second, signal: 'correction' }] })
    expect(await serve(byOther.reader).text('/stories/1')).not.toContain('<h2>Corrected</h2>')
  })

  it('tells which flash became the report', async () => {
    const flash = member(1, { signal: 'flash', title: 'عاجل | انهيار سد', language: 'ar' })
    const full = member(2, { joinedBy: 'flash', time: NOW - 2 * HOUR + 2 * MINUTE })
    const store = fakeStore({ id: 1, title: 'A dam bursts', members: [flash, full] })
    expect(await serve(store.reader).text('/stories/1')).toMatch(
      /class="flash-first"><p class="note"[^>]*>Announced by a flash at 5 Jan, 16:00; the full report came 2 minutes later\.<\/p>\s*<p lang="ar" dir="rtl">/,
    )
    expect(await serve(store.reader, { language: 'ar' }).text('/stories/1')).toContain('وتبعه الخبر كاملًا بعد دقيقتين.')
  })

  it('folds what is only cosmetic, names the class of the rest, and counts the words', async () => {
    const version = (number: number, text: string, change: RevisionClass | null) => ({
      number,
      change,
      seen: NOW - (5 - number) * MINUTE,
      title: 'نهر يفيض',
      text,
    })
    const revisions = [
      version(1, 'قتل خمسة عشر في بورت سلام', null),
      version(2, 'قتل خمسة عشر في بورت سلام.', 'cosmetic'),
      version(3, 'قتل خمسة في بورت سلام.', 'correction'),
    ]
    const draft = { title: 'نهر يفيض', text: revisions[2]?.text ?? '', language: 'ar', revisions }
    const body = await serve(fakeStore({ id: 1, title: 'x', members: [member(1, draft)] }).reader).text('/stories/1')
    expect(body).toMatch(
      /Revision 3<\/bdi><\/span> <span class="part"><bdi><span class="chip correction">Correction<\/span>/,
    )
    expect(body).toContain('1 word out')
    expect(body).toContain('قتل خمسة <del dir="rtl">عشر</del> في بورت سلام.')
    const folded = body.slice(
      body.indexOf('<details><summary'),
      body.indexOf('</details>', body.indexOf('<details><summary')),
    )
    expect(folded).toMatch(/<summary[^>]*>1 cosmetic revision<\/summary>/)
    expect(folded).toContain('<del dir="rtl">سلام</del> <ins dir="rtl">سلام.</ins>')
    expect(folded).not.toContain('Revision 3')
  })
})

describe('both directions of writing', () => {
  it('an Arabic site speaks Arabic from right to left', async () => {
    const { text } = serve(aDay().reader, { language: 'ar' })
    for (const path of ['/', '/threads/1', '/stories/1', '/search', '/agencies', '/feeds', '/nope']) {
      const body = await text(path)
      expect(body).toContain('<html lang="ar" dir="rtl">')
      expect(body).toContain('الأحداث')
      expect(unscripted(body)).not.toMatch(/Front page|Events<|Agencies<|Follow/)
    }
  })

  it('counts follow Arabic grammar', async () => {
    const body = await serve(aDay().reader, { language: 'ar' }).text('/threads/1')
    expect(body).toMatch(/(?:4|٤) مصادر مستقلة/)
    expect(body).toMatch(/(?:8|٨) تقارير/)
    expect(body).toContain('تقريران')
    expect(body).toContain('مراجعتان')
  })

  it('every headline carries its own language and direction on either site', async () => {
    for (const language of ['en', 'ar']) {
      const body = await serve(aDay().reader, { language }).text('/agencies/nile')
      expect(body).toMatch(/<main id="news" lang="en" dir="ltr">/)
      const front = await serve(aDay().reader, { language }).text('/?lang=ar')
      expect(front).toContain(`<main id="news" dir="${language === 'ar' ? 'rtl' : 'ltr'}">`)
      expect(front).toMatch(/<h2 lang="ar" dir="rtl">(?:(?!<\/h2>).)*إضراب/)
    }
  })

  it('a text whose language is unknown, or no language at all, finds its direction by its letters', async () => {
    const body = await serve(
      fakeStore({ id: 1, title: 'Who knows', language: null }, { id: 2, title: 'Bad', language: '"><b>' }).reader,
    ).text('/')
    expect(body.match(/<h3 dir="auto">/g)?.length).toBeGreaterThanOrEqual(2)
    expect(body).not.toContain('"><b>')
  })

  it('a language Minwal has no words in keeps its own direction', async () => {
    const body = await serve(aDay().reader, { language: 'fa' }).text('/')
    expect(body).toContain('<html lang="fa" dir="rtl">')
    expect(body).toContain('Events')
  })

  it.each(['', 'not a language', 'x'.repeat(500), '"><script>'])(
    'language %j in the configuration does no harm',
    async language => {
      const response = await serve(aDay().reader, { language }).get('/')
      expect(response.status).toBe(200)
      expect(unscripted(await response.text())).not.toContain('<script>')
    },
  )
})

describe('hostile words', () => {
  const HOSTILE = '</title><script>alert(1)</script>"\' onerror=x ]]> \u0000\u202Eevil\u001b & <b>bold</b>'

  it('stay words on every page, wherever they come from', async () => {
    const store = fakeStore(
      {
        id: 1,
        title: HOSTILE,
        threadTitle: HOSTILE,
        text: HOSTILE,
        agencyName: HOSTILE,
        authors: [HOSTILE],
        credits: [HOSTILE],
        categories: [HOSTILE],
        language: HOSTILE,
        url: 'javascript:alert(1)',
        also: [HOSTILE],
        members: [
          member(1, {
            title: HOSTILE,
            text: HOSTILE,
            agencyName: HOSTILE,
            url: 'data:text/html,x',
            revisions: [{ number: 1, seen: NOW, title: 'a', text: 'b', change: null }],
          }),
          member(2),
        ],
      },
      { id: 2, title: HOSTILE, thread: 1, threadKey: 't1', threadTitle: HOSTILE, agency: 'north' },
    )
    store.figures.set(1, [
      {
        kind: 'killed',
        value: 3,
        bound: null,
        said: HOSTILE,
        matched: HOSTILE,
        words: HOSTILE,
        whom: HOSTILE,
        agency: 'x',
        agencyName: HOSTILE,
        time: NOW,
        story: 1,
      },
    ])
    store.feeds.push({
      ...aDay().feeds[0],
      url: `https://x.example/${HOSTILE}`,
      error: HOSTILE,
      reason: HOSTILE,
      warnings: [HOSTILE],
      agencyName: HOSTILE,
      category: HOSTILE,
    } as (typeof store.feeds)[number])
    const { text } = serve(store.reader, { title: HOSTILE })
    for (const path of [
      '/',
      '/threads/1',
      '/stories/1',
      '/feeds',
      '/agencies',
      '/agencies/nile',
      `/search?q=${encodeURIComponent(HOSTILE)}`,
      `/${encodeURIComponent(HOSTILE)}`,
      '/?since=%3Cscript%3E',
    ]) {
      const body = unscripted(await text(path))
      expect(body, path).not.toMatch(/<script|<b>bold|href="(?:javascript|data):/i)
      expect(body, path).not.toMatch(/[\u0000-\u0008\u000e-\u001f\u202a-\u202e]/)
    }
  })

  it('never leave the place they were put in (any text)', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), text => {
        const { source } = html`<p title="${text}">${text}</p>`
        expect(source).toMatch(/^<p title="[^"<>]*">[^<>"]*<\/p>$/)
      }),
    )
  })

  it('a search shows what was typed, and finds it', async () => {
    const body = await serve(aDay().reader).text(`/search?q=${encodeURIComponent('Port Salam')}`)
    expect(body).toContain('value="Port Salam"')
    expect(body).toContain('toll rises to five')
  })
})

describe('differences between texts', () => {
  const words = fc
    .array(fc.constantFrom('the', 'river', 'rose', 'نهر', 'two', '\n', 'metres.'), { maxLength: 60 })
    .map(list => list.join(' '))

  it('contain the whole of both texts (law)', () => {
    fc.assert(
      fc.property(words, words, (before, after) => {
        const list = changes(before, after)
        const without = (kind: 'in' | 'out') =>
          list
            .filter(change => change.kind !== kind)
            .map(change => change.text)
            .join('')
        expect(without('out').trimEnd()).toBe(after.trim())
        expect(without('in').split(/\s+/).filter(Boolean)).toEqual(before.split(/\s+/).filter(Boolean))
      }),
    )
  })

  it('of a text with itself are none', () => {
    expect(changes('one two  three', 'one two three').map(change => change.kind)).toEqual(['same'])
  })

  it('of two long texts that share nothing is one whole for the other', () => {
    const long = (seed: string) => Array.from({ length: 20_000 }, (_, index) => seed + index).join(' ')
    const list = changes(long('a'), long('b'))
    expect(list.map(change => change.kind)).toEqual(['out', 'in'])
  })
})

describe('the beginning of a text', () => {
  it('is cut between words, never inside a character', () => {
    expect(excerpt('one two three four', 12)).toBe('one two…')
    expect(excerpt('🌊'.repeat(50), 11).isWellFormed()).toBe(true)
    expect(excerpt('short', 12)).toBe('short')
  })
})
