import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { changes } from '../../src/publish/pages/difference.ts'
import { excerpt, html } from '../../src/publish/pages/html.ts'
import { aDay, fakeStore, HOUR, member, NOW, serve } from './fixture.ts'

describe('the front page', () => {
  it('puts first what most agencies report, and apart what one agency has alone', async () => {
    const body = await serve(aDay().reader).text('/')
    const order = ['Flood cuts off', 'إضراب عمال', 'Parliament passes', 'In brief', 'Two schools']
    const places = order.map(words => body.indexOf(words, body.indexOf('<main')))
    expect(places.every(place => place > 0)).toBe(true)
    expect(places).toEqual(places.toSorted((a, b) => a - b))
  })

  it('shows with a thread its lead agency, its size and headlines of other agencies, but none withdrawn', async () => {
    const body = await serve(aDay().reader).text('/')
    const lead = body.slice(body.indexOf('class="lead"'), body.indexOf('class="grid second"'))
    for (const words of [
      'Nile News',
      '4 agencies',
      '6 stories',
      '8 reports',
      'over 8 hours',
      'toll rises to five',
      'Crue à Port Salam',
    ]) {
      expect(lead).toContain(words)
    }
    expect(lead).not.toContain('Dam above')
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
    expect(body).toContain('Nothing matches')
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
      '7 minutes',
      '30 minutes',
      'First report',
      'Killed',
      'Also carried by',
      'Credited: <bdi>Nile News</bdi>',
    ]) {
      expect(body).toContain(words)
    }
    expect(body).toMatch(/<time datetime="2022-01-05T09:00:00.000Z">5 January 2022 at 09:00<\/time>/)
  })

  it('marks flash, correction and withdrawal, and does not repeat the text withdrawn', async () => {
    const body = await serve(aDay().reader).text('/threads/1')
    expect(body).toMatch(/class="label"><span[^>]*>Flash</)
    expect(body).toMatch(/class="label"><span[^>]*>Correction</)
    expect(body).toMatch(/class="struck"><a[^>]*>Dam above Port Salam has burst</)
    expect(body).not.toContain('A dam above Port Salam has burst.')
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

  it('is marked withdrawn also when only one of its copies is', async () => {
    const store = fakeStore({ id: 1, title: 'One', members: [member(1), member(2, { signal: 'kill' })] })
    expect(await serve(store.reader).text('/stories/1')).toContain('class="withdrawn"')
    expect(
      await serve(fakeStore({ id: 1, title: 'One', members: [member(1)] }).reader).text('/stories/1'),
    ).not.toContain('class="withdrawn"')
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

describe('both directions of writing', () => {
  it('an Arabic site speaks Arabic from right to left', async () => {
    const { text } = serve(aDay().reader, { language: 'ar' })
    for (const path of ['/', '/threads/1', '/stories/1', '/search', '/agencies', '/feeds', '/nope']) {
      const body = await text(path)
      expect(body).toContain('<html lang="ar" dir="rtl">')
      expect(body).toContain('الصفحة الأولى')
      expect(body).not.toMatch(/Front page|Agencies<|Subscribe/)
    }
  })

  it('counts follow Arabic grammar', async () => {
    const body = await serve(aDay().reader, { language: 'ar' }).text('/threads/1')
    expect(body).toMatch(/(?:4|٤) وكالات/)
    expect(body).toContain('تقريران')
    expect(body).toMatch(/(?:14|١٤) دقيقة/)
    expect(body).toMatch(/(?:7|٧) دقائق/)
  })

  it('every headline carries its own language and direction on either site', async () => {
    for (const language of ['en', 'ar']) {
      const body = await serve(aDay().reader, { language }).text('/')
      expect(body).toMatch(/<article class="card" lang="ar" dir="rtl">\s*<h2>(?:(?!<\/h2>).)*إضراب/)
      expect(body).toMatch(/<article lang="en" dir="ltr">\s*<h2>(?:(?!<\/h2>).)*Flood/)
    }
  })

  it('a text whose language is unknown, or no language at all, finds its direction by its letters', async () => {
    const body = await serve(
      fakeStore({ id: 1, title: 'Who knows', language: null }, { id: 2, title: 'Bad', language: '"><b>' }).reader,
    ).text('/')
    expect(body.match(/<li dir="auto">/g)).toHaveLength(2)
    expect(body).not.toContain('"><b>')
  })

  it('a language Minwal has no words in keeps its own direction', async () => {
    const body = await serve(aDay().reader, { language: 'fa' }).text('/')
    expect(body).toContain('<html lang="fa" dir="rtl">')
    expect(body).toContain('Front page')
  })

  it.each(['', 'not a language', 'x'.repeat(500), '"><script>'])(
    'language %j in the configuration does no harm',
    async language => {
      const response = await serve(aDay().reader, { language }).get('/')
      expect(response.status).toBe(200)
      expect(await response.text()).not.toContain('<script>')
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
      const body = await text(path)
      expect(body, path).not.toMatch(/<script|<b>|href="(?:javascript|data):/i)
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
