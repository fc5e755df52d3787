import fc from 'fast-check'
import { parseAtomFeed, parseJsonFeed, parseOpml, parseRssFeed } from 'feedsmith'
import RssParser from 'rss-parser'
import { describe, expect, it } from 'vitest'
import type { FigureView } from '../../src/model/shown.ts'
import { edition } from '../../src/publish/edition.ts'
import { type OutputFormat, renderFeed } from '../../src/publish/feeds.ts'
import { aDay, config, type Draft, fakeStore, HOUR, NOW, serve } from './fixture.ts'

interface Seen {
  id: string
  title: string
  link: string
  content: string
  author: string
}

/** Entries as an independent parser reads them. */
function read(format: OutputFormat, body: string): Seen[] {
  switch (format) {
    case 'atom':
      return (parseAtomFeed(body).entries ?? []).map(entry => ({
        id: entry.id ?? '',
        title: unescapeHtml(textOf(entry.title)),
        link: entry.links?.find(link => link.rel === undefined || link.rel === 'alternate')?.href ?? '',
        content: textOf(entry.content),
        author: entry.authors?.[0]?.name ?? '',
      }))
    case 'rss':
      return (parseRssFeed(body).items ?? []).map(item => ({
        id: item.guid?.value ?? '',
        title: item.title ?? '',
        link: item.link ?? '',
        content: item.content?.encoded ?? '',
        author: item.dc?.creators?.[0] ?? '',
      }))
    case 'json':
      return (parseJsonFeed(body).items ?? []).map(item => ({
        id: item.id ?? '',
        title: item.title ?? '',
        link: item.url ?? '',
        content: item.content_html ?? '',
        author: item.authors?.[0]?.name ?? '',
      }))
  }
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value
  if (value !== null && typeof value === 'object' && 'value' in value) return String(value.value)
  return ''
}

/** The text of an entry, and what stands below it. */
function parts(content: string | undefined): { body: string; footer: string } {
  const [body = '', footer = '', ...more] = (content ?? '').split(/(?<=<\/div>)(?=<div )/)
  expect(more).toEqual([])
  return { body, footer }
}

const bodyIn = (content: string | undefined): string => parts(content).body

const english = (markup: string): string => `<div lang="en" dir="ltr">${markup}</div>`

function unescapeHtml(text: string): string {
  return text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&')
}

const FORMATS: readonly OutputFormat[] = ['atom', 'rss', 'json']

function render(format: OutputFormat, drafts: Draft[], what: 'stories' | 'threads' = 'stories'): string {
  const chosen = edition(fakeStore(...drafts).reader, config(), {}, what)
  return renderFeed(chosen, format, { selfPath: `/feed.${format}` })
}

describe.each(FORMATS)('the combined feed as %s', format => {
  it('says of each story its tag id, title, original address, agency and content', async () => {
    const seen = read(format, await serve(aDay().reader).text(`/feed.${format}`))
    const flood = seen.find(entry => entry.id === 'tag:minwal.example,2026:story/k1')
    expect(flood).toEqual({
      id: 'tag:minwal.example,2026:story/k1',
      title: 'Flood cuts off Port Salam as the river Wadi breaks its banks',
      link: 'https://nile.example/news/1?a=1&b=2',
      content: expect.stringMatching(/^<div lang="en" dir="ltr"><p>The river Wadi broke its banks/),
      author: 'Nile News',
    })
    expect(seen).toHaveLength(23)
    expect(new Set(seen.map(entry => entry.id)).size).toBe(23)
  })

  it('keeps its ids when the public address changes', async () => {
    const ids = async (link: string) =>
      read(format, await serve(aDay().reader, { link }).text(`/feed.${format}`)).map(entry => entry.id)
    expect(await ids('https://a.example')).toEqual(await ids('http://b.example:8080/deep/path/'))
  })

  it('is the same to the byte for the same store, whatever the clock says', async () => {
    const once = serve(aDay().reader)
    const later = serve(aDay().reader)
    later.clock.now += 40 * 24 * HOUR
    for (const path of [`/feed.${format}`, `/threads.${format}`, `/threads/1.${format}`]) {
      expect(await later.text(path)).toBe(await once.text(path))
    }
  })

  it('names the thread and the categories of the story', async () => {
    const body = await serve(aDay().reader).text(`/feed.${format}?category=Weather`)
    const categories =
      format === 'atom'
        ? parseAtomFeed(body).entries?.[0]?.categories?.map(category => category.term)
        : format === 'rss'
          ? parseRssFeed(body).items?.[0]?.categories?.map(category => category.name)
          : parseJsonFeed(body).items?.[0]?.tags
    const title = 'Flood cuts off Port Salam as the river Wadi breaks its banks'
    const id = 'tag:minwal.example,2026:thread/t1'
    // Atom has the id of the thread as the term, and its title as the label.
    expect(categories).toEqual([format === 'atom' ? id : title, 'Weather', 'Disaster'])
    if (format === 'atom') {
      expect(parseAtomFeed(body).entries?.[0]?.categories?.[0]).toMatchObject({ term: id, label: title })
    }
    if (format === 'rss') expect(parseRssFeed(body).items?.[0]?.categories?.[0]?.domain).toBe(id)
  })

  it('falls back from content to summary to text to title, and from the original address to the story page', () => {
    const seen = read(
      format,
      render(format, [
        { id: 4, title: 'Content', content: '<p>C</p>', summary: '<p>S</p>', text: 'T', time: 4 },
        { id: 3, title: 'Summary', content: ' ', summary: '<p>S</p>', text: 'T', time: 3 },
        { id: 2, title: 'Text', text: 'First < line\n\nSecond', time: 2 },
        { id: 1, title: 'Only a title', text: '', url: 'javascript:alert(1)', time: 1 },
      ]),
    )
    expect(seen.map(entry => bodyIn(entry.content))).toEqual(
      ['<p>C</p>', '<p>S</p>', '<p>First &lt; line</p><p>Second</p>', '<p>Only a title</p>'].map(english),
    )
    expect(seen[3]?.link).toBe('https://news.example/wires/stories/1')
  })

  it.each(['atom', 'rss', 'json'] as const)('%s says of each text which language it is in and how it runs', format => {
    const seen = read(
      format,
      render(format, [
        {
          id: 3,
          title: 'سد',
          content: '<p>انهار السد.</p>',
          summary: null,
          text: 'انهار السد.',
          language: 'ar',
          time: 3,
        },
        { id: 2, title: 'Barrage', content: '<p>Le barrage a cédé.</p>', language: 'fr', time: 2 },
        { id: 1, title: 'Dam', content: '<p>The dam gave way.</p>', language: 'en-GB', time: 1 },
      ]),
    )
    expect(seen.map(entry => bodyIn(entry.content))).toEqual([
      '<div lang="ar" dir="rtl"><p>انهار السد.</p></div>',
      '<div lang="fr" dir="ltr"><p>Le barrage a cédé.</p></div>',
      '<div lang="en-GB" dir="ltr"><p>The dam gave way.</p></div>',
    ])
  })

  it('marks a withdrawn report in its title and its text', () => {
    const [entry] = read(
      format,
      render(format, [{ id: 1, title: 'Dam bursts', content: '<p>Boom</p>', signal: 'kill' }]),
    )
    expect(entry?.title).toBe('[Withdrawn] Dam bursts')
    expect(entry?.content).toMatch(/^<div lang="en" dir="ltr"><p><strong>The agency has withdrawn this report/)
  })

  it('speaks of a withdrawal and a correction in the language of the story', () => {
    const seen = read(
      format,
      render(format, [
        { id: 4, title: 'إلغاء: انهيار السد', text: 'نص', language: 'ar', withdrawn: true, signal: null, time: 4 },
        { id: 3, title: 'تصويب: القتلى خمسة', text: 'نص', language: 'ar', signal: 'correction', time: 3 },
        { id: 2, title: 'Toll is five, not fifteen', text: 'T', signal: 'correction', time: 2 },
        { id: 1, title: 'Bilan revu', text: 'T', language: 'fr', signal: 'correction', time: 1 },
        { id: 5, title: 'Zahl berichtigt', text: 'T', language: 'de', signal: 'correction', time: 0 },
      ]),
    )
    expect(seen.map(entry => entry.title)).toEqual([
      '[مسحوب] إلغاء: انهيار السد',
      'تصويب: القتلى خمسة',
      '[Correction] Toll is five, not fifteen',
      '[Rectificatif] Bilan revu',
      '[Correction] Zahl berichtigt',
    ])
    expect(seen[0]?.content).toMatch(/^<div lang="ar" dir="rtl"><p><strong>سحبت الوكالة هذا الخبر/)
    expect(seen[1]?.content).toMatch(/^<div lang="ar" dir="rtl"><p><strong>صحّحت الوكالة/)
    expect(seen[2]?.content).toMatch(/^<div lang="en" dir="ltr"><p><strong>The agency has corrected/)
    expect(seen[3]?.content).toMatch(/^<div lang="fr" dir="ltr"><p><strong>L’agence a rectifié/)
    expect(seen[4]?.content).toMatch(/^<div lang="de" dir="ltr"><p lang="en" dir="ltr"><strong>The agency/)
  })

  it('names as author whose copy it is, and beside it those who carry it', () => {
    const body = render(format, [
      {
        id: 1,
        title: 'Reprinted',
        agency: 'north',
        agencyName: 'North Wire',
        also: ['est'],
        origin: { agency: null, name: 'Far & Wide' },
      },
    ])
    expect(read(format, body)[0]?.author).toBe('Far & Wide')
    switch (format) {
      case 'atom':
        expect(parseAtomFeed(body).entries?.[0]?.contributors?.map(person => person.name)).toEqual([
          'North Wire',
          'Agence de l’Est',
        ])
        break
      case 'rss':
        expect(body).toContain('<dc:contributor>North Wire, Agence de l’Est</dc:contributor>')
        break
      case 'json':
        expect(JSON.parse(body)).toMatchObject({
          items: [
            {
              authors: [{ name: 'Far & Wide' }],
              _minwal: { origin: { agency: null, name: 'Far & Wide' }, sources: 1 },
            },
          ],
        })
    }
  })

  it('says in an entry of a thread how many tell it independently, and the newest figures', async () => {
    const store = aDay()
    const thread = async () =>
      read(format, await serve(store.reader).text(`/threads.${format}`)).find(entry => entry.id.endsWith('thread/t1'))
    expect((await thread())?.content).toMatch(
      /^<p lang="en" dir="ltr">PORT SALAM [^<]*<\/p>\n<div lang="en" dir="ltr"><p>4 independent sources · 4 agencies/,
    )
    expect((await thread())?.content).toContain('Killed: 5 (<bdi>North Wire</bdi>)')
    store.figures.get(1)?.push({
      ...(store.figures.get(1)?.[2] as FigureView),
      value: 6,
      bound: 'at least',
      agency: 'manar',
      agencyName: 'وكالة المنار',
      story: 2,
    })
    store.put()
    expect((await thread())?.content).toContain(
      'Killed: 5 (<bdi>North Wire</bdi>) / at least 6 (<bdi>وكالة المنار</bdi>)',
    )
  })

  it('has one entry a thread in the threads feed, listing its stories, updated when it grows', async () => {
    const store = aDay()
    const { text } = serve(store.reader)
    const before = await text(`/threads.${format}`)
    const thread = read(format, before).find(entry => entry.id === 'tag:minwal.example,2026:thread/t1')
    expect(thread?.content.match(/<li /g)).toHaveLength(6)
    expect(thread?.content).toContain('lang="ar" dir="rtl"')
    expect(thread?.content).toContain('Agence de l’Est')
    expect(thread?.link).toBe('https://news.example/wires/threads/1')
    store.put({
      id: 99,
      title: 'The water falls',
      thread: 1,
      threadKey: 't1',
      threadTitle: 'x',
      time: NOW,
      updated: NOW,
    })
    const after = read(format, await text(`/threads.${format}`))
    expect(after[0]?.id).toBe('tag:minwal.example,2026:thread/t1')
    expect(after[0]?.content).toContain('The water falls')
    const updated =
      format === 'atom'
        ? '2022-01-05T18:00:00.000Z'
        : format === 'json'
          ? '"date_modified": "2022-01-05T18:00:00.000Z"'
          : 'Wed, 05 Jan 2022 18:00:00 GMT'
    expect(await text(`/threads.${format}`)).toContain(updated)
    expect(before).not.toContain(updated)
  })

  it('carries pictures and sound with their type, and none whose type nobody knows', () => {
    const enclosures = [
      { url: 'https://nile.example/a.jpg?x=1&y=2', type: null, length: 512 },
      { url: 'https://nile.example/thing', type: 'x" onload="', length: null },
      { url: 'ftp://nile.example/a.mp3', type: 'audio/mpeg', length: 1 },
    ]
    const body = render(format, [{ id: 1, title: 'Picture', enclosures }])
    const media =
      format === 'atom'
        ? parseAtomFeed(body).entries?.[0]?.links?.filter(link => link.rel === 'enclosure')
        : format === 'rss'
          ? parseRssFeed(body).items?.[0]?.enclosures
          : parseJsonFeed(body).items?.[0]?.attachments
    expect(media).toHaveLength(1)
    expect(media?.[0]).toMatchObject(
      format === 'atom'
        ? { href: 'https://nile.example/a.jpg?x=1&y=2', type: 'image/jpeg', length: 512 }
        : format === 'rss'
          ? { url: 'https://nile.example/a.jpg?x=1&y=2', type: 'image/jpeg', length: 512 }
          : { url: 'https://nile.example/a.jpg?x=1&y=2', mime_type: 'image/jpeg', size_in_bytes: 512 },
    )
  })

  it('of an empty store is a valid feed without entries', () => {
    expect(read(format, render(format, []))).toEqual([])
  })

  it('survives any title, text, category, name and time', () => {
    const hostile = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 40 }),
      fc.string({ maxLength: 40 }),
      fc
        .array(
          fc.constantFrom(
            ']]>',
            '<![CDATA[',
            '</title>',
            '<script>',
            '&',
            '&amp;',
            '&lt;',
            '&#0;',
            '"',
            "'",
            '\u0000',
            '\u001b',
            '\ud800',
            '\ufdd0',
            '\ufdd10;',
            '\ufdd2',
            '\uffff',
            '\u202e',
            '🌊',
            'سلام',
          ),
          { maxLength: 12 },
        )
        .map(parts => parts.join('')),
    )
    fc.assert(
      fc.property(hostile, hostile, hostile, hostile, fc.double(), (title, text, category, name, time) => {
        const body = render(format, [
          {
            id: 2,
            title,
            text,
            content: text,
            summary: title,
            categories: [category, title],
            agencyName: name,
            threadTitle: title,
            time,
            updated: time,
            language: name,
            authors: [name],
            url: `https://x.example/${title}`,
          },
          { id: 1, title: 'After', content: '<p>Unharmed</p>', time: -9e15 },
        ])
        const seen = read(format, body)
        expect(seen.map(entry => entry.id)).toContain('tag:minwal.example,2026:story/k1')
        expect(seen).toHaveLength(2)
        const after = seen.find(entry => entry.id.endsWith('k1'))
        expect(after).toMatchObject({ title: 'After', author: 'Nile News' })
        expect(bodyIn(after?.content)).toBe(english('<p>Unharmed</p>'))
        expect(body).not.toMatch(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufdd0-\ufdef\ufffe\uffff]/)
        expect(body.isWellFormed()).toBe(true)
      }),
      { numRuns: 150 },
    )
  })
})

describe('titles that try to break out', () => {
  const TITLES = [
    '</title><script>alert(1)</script>',
    ']]> twice ]]> & done',
    'A < B & C > D, AT&T and &amp; and &lt;b&gt;',
    'Emoji 🌊🇰🇿👩‍👩‍👧 and Persian می‌خواهم',
  ]
  it.each(TITLES)('%s arrives as it is in Atom and JSON Feed', title => {
    expect(read('atom', render('atom', [{ id: 1, title }]))[0]?.title).toBe(title)
    expect(read('json', render('json', [{ id: 1, title }]))[0]?.title).toBe(title)
  })

  it('RSS titles are text, but start no tag in a reader that takes them for HTML', () => {
    expect(read('rss', render('rss', [{ id: 1, title: ']]> twice ]]> & done' }]))[0]?.title).toBe(
      ']]> twice ]]> & done',
    )
    expect(read('rss', render('rss', [{ id: 1, title: 'Smith & Sons: 3 < 4' }]))[0]?.title).toBe('Smith & Sons: 3 < 4')
    expect(read('rss', render('rss', [{ id: 1, title: '</title><script>x' }]))[0]?.title).toBe(
      '&lt;/title>&lt;script>x',
    )
  })

  it('control characters and direction overrides are gone', () => {
    for (const format of FORMATS) {
      expect(read(format, render(format, [{ id: 1, title: 'a\u0000b\u001b[31m\u202Ec\u2066d' }]))[0]?.title).toBe(
        'ab[31mcd',
      )
    }
  })
})

describe('what each format has of its own', () => {
  it('Atom: languages, related page, self, times of the edition', async () => {
    const body = await serve(aDay().reader).text('/feed.atom?lang=ar')
    const feed = parseAtomFeed(body)
    expect(feed.id).toBe('tag:minwal.example,2026:feed?lang=ar')
    expect(feed.updated).toBe('2022-01-05T17:00:00.000Z')
    expect(feed.links?.find(link => link.rel === 'self')?.href).toBe('https://news.example/wires/feed.atom?lang=ar')
    expect(body).toContain('<entry xml:lang="ar">')
    expect(body).toMatch(/^<\?xml[^>]*>\n<feed xml:lang="en"/)
    expect(feed.entries?.[0]?.links?.find(link => link.rel === 'related')?.href).toBe(
      'https://news.example/wires/stories/5',
    )
    expect(body).not.toContain('<rights>')
  })

  it('RSS: guid is no address, lastBuildDate is of the edition, the page is where comments are', async () => {
    const feed = parseRssFeed(await serve(aDay().reader).text('/feed.rss'))
    expect(feed.lastBuildDate).toBe('Wed, 05 Jan 2022 17:00:00 GMT')
    expect(feed.items?.[0]?.guid?.isPermaLink).toBe(false)
    expect(feed.items?.[0]?.comments).toBe('https://news.example/wires/stories/5')
    expect(feed.language).toBe('en')
  })

  it('JSON Feed: version 1.1, languages, and what Minwal knows beside', async () => {
    const feed = JSON.parse(await serve(aDay().reader).text('/feed.json')) as Record<string, unknown> & {
      items: Record<string, unknown>[]
    }
    expect(feed['version']).toBe('https://jsonfeed.org/version/1.1')
    expect(feed['language']).toBe('en')
    expect(feed.items[0]).toMatchObject({
      language: 'ar',
      _minwal: { signal: 'correction', thread: { id: 'tag:minwal.example,2026:thread/t1' } },
    })
  })

  it('the feed of a thread bears its title and leads to its page', async () => {
    const feed = parseAtomFeed(await serve(aDay().reader).text('/threads/1.atom'))
    expect(textOf(feed.title)).toBe('Flood cuts off Port Salam as the river Wadi breaks its banks · Minwal')
    expect(feed.links?.find(link => link.rel === 'alternate')?.href).toBe('https://news.example/wires/threads/1')
    expect(feed.entries).toHaveLength(6)
  })

  it('rss-parser reads Atom and RSS alike', async () => {
    const parser = new RssParser()
    const { text } = serve(aDay().reader)
    const [atom, rss] = [
      await parser.parseString(await text('/feed.atom')),
      await parser.parseString(await text('/feed.rss')),
    ]
    expect(atom.items.map(item => [item.title, item.link])).toEqual(rss.items.map(item => [item.title, item.link]))
    expect(rss.items.map(item => item.guid)).toEqual(atom.items.map(item => item['id'] as unknown))
  })

  it('OPML lists the feeds read, a folder an agency', async () => {
    const opml = parseOpml(await serve(aDay().reader).text('/opml'))
    expect(opml.body?.outlines?.map(outline => outline.text)).toEqual(['Nile News', 'وكالة المنار', 'North Wire'])
    expect(opml.body?.outlines?.[1]?.outlines?.[0]?.xmlUrl).toBe('https://manar.example/rss')
  })
})
