// What an entry says beside its text, and what a feed says of itself: sources, pages, tombstones, hubs.
import { parseAtomFeed, parseJsonFeed, parseRssFeed } from 'feedsmith'
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { Desk } from '../../src/desk/desk.ts'
import { mergeStories, mergeThreads, splitThread } from '../../src/desk/editor.ts'
import { edition } from '../../src/publish/edition.ts'
import { type OutputFormat, type RenderOptions, renderFeed } from '../../src/publish/feeds.ts'
import type { Store } from '../../src/store/store.ts'
import { FEEDS, type Draft as Filed, fileInto, MINUTE, openNewsroom, SETTINGS } from '../store/newsroom.ts'
import { aDay, config, type Draft, fakeStore, HOUR, NOW, serve } from './fixture.ts'

const FORMATS: readonly OutputFormat[] = ['atom', 'rss', 'json']
const TAG = 'tag:minwal.example,2026'

function render(format: OutputFormat, drafts: Draft[], options: RenderOptions = {}, language = 'en'): string {
  return renderFeed(edition(fakeStore(...drafts).reader, config({ language }), {}, 'stories'), format, options)
}

interface JsonItem {
  id: string
  title: string
  summary?: string
  content_html: string
  image?: string
  tags?: string[]
  _minwal: Record<string, unknown>
}

interface JsonFeed {
  title: string
  feed_url: string
  next_url?: string
  hubs?: unknown
  items: JsonItem[]
  _minwal?: { deleted: unknown[] }
}

const json = (body: string): JsonFeed => JSON.parse(body) as JsonFeed

/** The content of the only entry. */
function contentOf(drafts: Draft[], language = 'en'): string {
  const [item] = json(render('json', drafts, {}, language)).items
  return item?.content_html ?? ''
}

const REPRINTED: Draft = {
  id: 1,
  title: 'Dam bursts',
  agency: 'north',
  agencyName: 'North Wire',
  also: ['est', 'manar'],
  credits: ['Far & Wide', 'Reuters'],
  origin: { agency: null, name: 'Far & Wide' },
}

describe('below its text an entry says', () => {
  it('who else runs it, each with a link to its own report', () => {
    expect(contentOf([REPRINTED])).toContain(
      '<p>Also: <a href="https://est.example/news/1"><bdi>Agence de l’Est</bdi></a>, <a href="https://manar.example/news/1"><bdi>وكالة المنار</bdi></a></p>',
    )
    expect(json(render('json', [REPRINTED])).items[0]?._minwal['also']).toEqual([
      { agency: 'est', name: 'Agence de l’Est', url: 'https://est.example/news/1' },
      { agency: 'manar', name: 'وكالة المنار', url: 'https://manar.example/news/1' },
    ])
  })

  it('whom it credits, but for whose copy it is, who is its author', () => {
    expect(contentOf([REPRINTED])).toContain('<p>Credited: <bdi>Reuters</bdi></p>')
  })

  it('which thread it belongs to, and where its versions are', () => {
    expect(contentOf([{ ...REPRINTED, thread: 7, threadTitle: 'The dam & the town' }])).toContain(
      '<p>Event: <a href="https://news.example/wires/threads/7"><bdi>The dam &amp; the town</bdi></a> · <a href="https://news.example/wires/stories/1">who ran it, and every version</a></p>',
    )
  })

  it.each([
    ['ar', 'نشرته أيضًا:', 'rtl'],
    ['fr', 'Aussi :', 'ltr'],
    ['en', 'Also:', 'ltr'],
    ['sw', 'Also:', 'ltr'],
  ])('all that in the language of the feed: %s', (language, words, direction) => {
    expect(contentOf([REPRINTED], language)).toMatch(
      new RegExp(`<div lang="\\S+" dir="${direction}"><hr>\n<p>${words} `),
    )
  })

  it('nothing that leads out of the web', () => {
    const [part] = [{ id: 'est', name: 'Est', first: NOW, reports: 1, url: 'javascript:alert(1)' }]
    const agencies = [{ id: 'nile', name: 'Nile News', first: NOW, reports: 1 }, part]
    const content = contentOf([{ id: 1, title: 'x', agencies: agencies.filter(one => one !== undefined) }])
    expect(content).toContain('<p>Also: <bdi>Est</bdi></p>')
    expect(content).not.toContain('javascript:')
  })
})

describe('a picture', () => {
  const picture = { url: 'https://nile.example/a.jpg', type: 'image/jpeg', length: null }
  const sound = { url: 'https://nile.example/a.mp3', type: 'audio/mpeg', length: 9 }

  it('in a text stays where it is', () => {
    const content = '<p>Before <img src="https://nile.example/b.png" alt="b"> after</p>'
    expect(contentOf([{ id: 1, title: 'x', content, enclosures: [picture] }])).toContain(content)
    expect(contentOf([{ id: 1, title: 'x', content, enclosures: [picture] }])).not.toContain('a.jpg')
  })

  it('beside a text without one is shown above it', () => {
    expect(contentOf([{ id: 1, title: 'x', content: '<p>Text</p>', enclosures: [sound, picture] }])).toMatch(
      /^<div lang="en" dir="ltr"><p><img src="https:\/\/nile.example\/a.jpg" alt=""><\/p><p>Text<\/p><\/div>/,
    )
  })

  it('is the image of a JSON Feed item, and RSS has what comes after the first enclosure as media', () => {
    const drafts = [{ id: 1, title: 'x', enclosures: [sound, picture] }]
    expect(json(render('json', drafts)).items[0]?.image).toBe(picture.url)
    const item = parseRssFeed(render('rss', drafts)).items?.[0]
    expect(item?.enclosures).toMatchObject([{ url: sound.url, length: 9 }])
    expect(item?.media?.contents).toMatchObject([{ url: picture.url, type: 'image/jpeg' }])
    const links = parseAtomFeed(render('atom', drafts)).entries?.[0]?.links ?? []
    expect(links.filter(({ rel }) => rel === 'enclosure').map(({ href }) => href)).toEqual([sound.url, picture.url])
  })
})

describe('the source of an entry', () => {
  it('is whose copy it is, with the feed of all that comes from it', async () => {
    const source = parseAtomFeed(render('atom', [REPRINTED])).entries?.[0]?.source
    expect(source).toMatchObject({ id: `${TAG}:feed?credit=Far%20%26%20Wide`, title: { value: 'Far & Wide' } })
    expect(source?.links?.[0]).toMatchObject({
      rel: 'self',
      href: 'https://news.example/wires/feed.atom?credit=Far%20%26%20Wide',
    })
    expect(parseRssFeed(render('rss', [REPRINTED])).items?.[0]?.source).toEqual({
      title: 'Far & Wide',
      url: 'https://news.example/wires/feed.rss?credit=Far%20%26%20Wide',
    })
    const feed = await serve(fakeStore(REPRINTED).reader).text('/feed.atom?credit=Far%20%26%20Wide')
    expect(parseAtomFeed(feed).id).toBe(source?.id)
    expect(parseAtomFeed(feed).entries).toHaveLength(1)
  })

  it('is an agency by its id where it is one of the configuration', () => {
    const body = render('rss', [{ ...REPRINTED, origin: { agency: 'est', name: 'Agence de l’Est' } }])
    expect(parseRssFeed(body).items?.[0]?.source?.url).toBe('https://news.example/wires/feed.rss?agency=est')
  })

  it('is what the text credits where nobody has judged whose copy it is; else there is none', () => {
    const body = render('atom', [
      { ...REPRINTED, id: 2, origin: null, time: 2 },
      { ...REPRINTED, origin: { agency: 'north', name: 'North Wire' }, credits: [], time: 1 },
    ])
    const entries = parseAtomFeed(body).entries ?? []
    expect(entries.map(({ source }) => source?.title)).toMatchObject([{ value: 'Far & Wide' }, undefined])
    expect(entries[1]).not.toHaveProperty('source')
  })

  it('has no address where there is no such feed: among files', () => {
    expect(render('rss', [REPRINTED], { queries: false })).not.toContain('<source')
    const source = parseAtomFeed(render('atom', [REPRINTED], { queries: false })).entries?.[0]?.source
    expect(source).toMatchObject({ title: { value: 'Far & Wide' } })
    expect(source).not.toHaveProperty('links')
  })
})

describe('what the desk says of a report', () => {
  it('is a category by its own name, with a label in the language of the feed', () => {
    const drafts: Draft[] = [
      { id: 2, title: 'Correction: toll', signal: 'correction', time: 2 },
      { id: 1, title: 'Dam', withdrawn: true, time: 1 },
    ]
    const terms = parseAtomFeed(render('atom', drafts, {}, 'ar')).entries?.map(entry =>
      entry.categories?.filter(({ scheme }) => scheme === `${TAG}:signal`),
    )
    expect(terms).toMatchObject([[{ term: 'correction', label: 'تصحيح' }], [{ term: 'kill', label: 'مسحوب' }]])
    expect(json(render('json', drafts)).items.map(({ tags }) => tags?.at(-1))).toEqual(['Correction', 'Withdrawn'])
    expect(parseRssFeed(render('rss', drafts)).items?.[1]?.categories?.at(-1)).toEqual({
      name: 'Withdrawn',
      domain: `${TAG}:signal`,
    })
  })
})

describe('a summary of JSON Feed', () => {
  it('is plain text, its references read once', () => {
    const summary = '<p>Smith &amp; Sons: 3 &lt; 4</p><p>A <b>bold</b>&#32;claim<br>of &amp;lt; &#x1F30A;</p>'
    const [item] = json(render('json', [{ id: 1, title: 'x', summary, content: '<p>C</p>' }])).items
    expect(item?.summary).toBe('Smith & Sons: 3 < 4 A bold claim of &lt; 🌊')
  })
})

describe('the feed of threads', () => {
  it('leaves out those that one agency has alone, unless they are asked for', async () => {
    const { text } = serve(aDay().reader)
    const sizes = async (query: string) => json(await text(`/threads.json${query}`)).items.length
    expect(await sizes('')).toBe(7)
    expect(await sizes('?min-agencies=1')).toBe(12)
    expect(await sizes('?min-agencies=3')).toBe(2)
  })

  it('names each agency of a story, with links to the reports of those that run it too', async () => {
    const { items } = json(await serve(aDay().reader).text('/threads.json'))
    const flood = items.find(({ id }) => id === `${TAG}:thread/t1`)
    expect(flood?.content_html).toContain(
      '<bdi>Nile News</bdi>, <a href="https://north.example/news/1"><bdi>North Wire</bdi></a>, <a href="https://est.example/news/1"><bdi>Agence de l’Est</bdi></a>, <time',
    )
    expect(flood?.content_html).toContain('(تصحيح)')
    expect(flood?.content_html).toMatch(/<s><a [^>]*>Dam above Port Salam has burst<\/a><\/s> \(Withdrawn\)/)
  })

  it('marks a thread whose leading report is withdrawn', async () => {
    const store = fakeStore({ id: 1, title: 'Dam bursts', withdrawn: true, also: ['est'] })
    expect(json(await serve(store.reader).text('/threads.json')).items[0]?.title).toBe('[Withdrawn] Dam bursts')
  })
})

describe('the feed of a thread', () => {
  it('has its developments: when each came after the first, and which numbers it changed', async () => {
    const { items } = json(await serve(aDay().reader).text('/threads/1.json'))
    const said = new Map(items.map(({ id, content_html }) => [id.split('/')[1], content_html]))
    expect(said.get('k1')).toContain('<hr>\n<p>First report · Killed: 3</p>')
    expect(said.get('k2')).toContain('<hr>\n<p>30 minutes later · Missing: 11</p>')
    expect(said.get('k4')).toContain('<hr>\n<p>7 hours later · Killed: 5 (before: 3)</p>')
    expect(said.get('k6')).toContain('<hr>\n<p>4 hours later</p>')
    expect([...said.values()].join()).not.toContain('Event:')
  })
})

describe.each(FORMATS)('pages of a feed as %s', format => {
  const links = (body: string): Record<string, string> => {
    const found =
      format === 'atom'
        ? parseAtomFeed(body).links
        : format === 'rss'
          ? parseRssFeed(body).atom?.links
          : [
              { rel: 'self', href: json(body).feed_url },
              { rel: 'next', href: json(body).next_url },
            ]
    return Object.fromEntries((found ?? []).flatMap(({ rel, href }) => (rel && href ? [[rel, href]] : [])))
  }
  const idsIn = (body: string): string[] =>
    format === 'atom'
      ? (parseAtomFeed(body).entries ?? []).map(({ id }) => id ?? '')
      : format === 'rss'
        ? (parseRssFeed(body).items ?? []).map(({ guid }) => guid?.value ?? '')
        : (parseJsonFeed(body).items ?? []).map(({ id }) => id ?? '')

  it.each(['/feed', '/threads', '/threads/1'])('%s leads on to all there is, each entry once', async stem => {
    const { text } = serve(aDay().reader)
    const whole = idsIn(await text(`${stem}.${format}?limit=500`))
    const seen: string[] = []
    let address: string | undefined = `${stem}.${format}?limit=4`
    let pages = 0
    while (address !== undefined) {
      const body: string = await text(address)
      const found: Record<string, string> = links(body)
      expect(found['self']).toBe(`https://news.example/wires${address}`)
      seen.push(...idsIn(body))
      address = found['next']?.replace('https://news.example/wires', '')
      expect(++pages).toBeLessThan(20)
    }
    expect(seen).toEqual(whole)
    expect(pages).toBe(Math.ceil(whole.length / 4))
  })

  it('have the id of the feed, and lead back', async () => {
    const body = await serve(aDay().reader).text(`/feed.${format}?lang=ar&limit=2&page=3`)
    if (format !== 'json') {
      expect(links(body)['first']).toBe(`https://news.example/wires/feed.${format}?lang=ar&limit=2`)
      expect(links(body)['previous']).toBe(`https://news.example/wires/feed.${format}?lang=ar&limit=2&page=2`)
    }
    if (format === 'atom') expect(parseAtomFeed(body).id).toBe(`${TAG}:feed?lang=ar&limit=2`)
  })

  it('end where there is nothing more, and after the last that can be asked for', async () => {
    const { text, get } = serve(aDay().reader)
    expect(links(await text(`/feed.${format}?limit=23`))).not.toHaveProperty('next')
    expect(links(await text(`/feed.${format}?limit=22`))).toHaveProperty('next')
    expect(idsIn(await text(`/feed.${format}?page=50`))).toEqual([])
    expect((await get(`/feed.${format}?page=51`)).status).toBe(400)
    expect((await get(`/feed.${format}?page=0`)).status).toBe(400)
  })

  it('are not named among files, where there are none', () => {
    const chosen = edition(aDay().reader, config(), { limit: 2 }, 'stories')
    expect(links(renderFeed(chosen, format, { queries: false }))).not.toHaveProperty('next')
  })

  it('name the hub that pushes them, where there is one', () => {
    const hub = 'https://hub.example/?a=1&b=2'
    const body = render(format, [{ id: 1, title: 'x' }], { hub })
    if (format === 'json') expect(json(body).hubs).toEqual([{ type: 'WebSub', url: hub }])
    else expect(links(body)['hub']).toBe(hub)
    expect(render(format, [{ id: 1, title: 'x' }])).not.toContain('hub')
  })
})

describe('what was merged', () => {
  it('has a tombstone in the feed of what it was merged into, and nowhere else', async () => {
    const store = aDay()
    store.late.push(
      { what: 'story', key: 'gone & "more"', target: 5, at: NOW - HOUR },
      { what: 'story', key: 'elsewhere', target: 999, at: NOW },
      { what: 'thread', key: 't7', target: 1, at: NOW },
    )
    const { text } = serve(store.reader)
    const stories = await text('/feed.atom')
    expect(stories.match(/<at:deleted-entry /g)).toHaveLength(1)
    expect(stories).toContain(
      `<at:deleted-entry xmlns:at="http://purl.org/atompub/tombstones/1.0" ref="${TAG}:story/gone%20%26%20%22more%22" when="2022-01-05T17:00:00.000Z"><link rel="related" href="https://news.example/wires/stories/5"/></at:deleted-entry>`,
    )
    expect(await text('/threads.atom')).toContain(`ref="${TAG}:thread/t7"`)
    expect(json(await text('/threads.json'))._minwal?.deleted).toEqual([
      { id: `${TAG}:thread/t7`, when: '2022-01-05T18:00:00.000Z', by: 'https://news.example/wires/threads/1' },
    ])
    expect(await text('/feed.atom?lang=fr')).not.toContain('deleted-entry')
  })
})

describe('over a real store', () => {
  let store: Store
  let desk: Desk
  beforeEach(() => {
    store = openNewsroom()
    desk = new Desk(store, SETTINGS)
    onTestFinished(() => store.close())
  })
  const [HARIR = '', , MERIDIAN = '', VOSTOK = ''] = FEEDS
  const file = (url: string, at: number, draft: Filed) => {
    const [filed] = fileInto(desk, store, url, [{ published: at, ...draft }], at)
    return { story: filed?.story ?? 0, thread: filed?.thread ?? 0 }
  }
  const TEXT =
    'The eastern part of the dam above Larkfield gave way at dawn on Wednesday, flooding three villages and cutting the coast road.'
  const threeOf = () => [
    file(MERIDIAN, NOW, { id: 'a', title: 'Dam above Larkfield gives way', text: TEXT, url: 'https://m.example/a' }),
    file(HARIR, NOW + MINUTE, { id: 'b', title: 'إضراب الخبازين', text: 'طوابير أمام المخابز منذ الصباح.' }),
    file(VOSTOK, NOW + 2 * MINUTE, { id: 'c', title: 'Чемпион сохранил титул', text: 'Последняя партия вничью.' }),
  ]
  const threadIds = async () => json(await serve(store).text('/threads.json?min-agencies=1')).items.map(({ id }) => id)

  it('agencies of a story come with the address of their first report', () => {
    file(MERIDIAN, NOW, { id: 'a', title: 'Dam gives way', text: TEXT, url: 'https://m.example/a' })
    file(VOSTOK, NOW + MINUTE, { id: 'v2', title: 'Dam gives way', text: TEXT, url: 'https://v.example/first' })
    file(VOSTOK, NOW + 2 * MINUTE, { id: 'v3', title: 'Dam gives way', text: TEXT, url: 'https://v.example/again' })
    expect(store.recentStories({ limit: 9 })).toMatchObject([
      {
        agencies: [
          { id: 'meridian', url: 'https://m.example/a' },
          { id: 'vostok', url: 'https://v.example/first' },
        ],
      },
    ])
  })

  it('a thread keeps the id of its entry while it grows, is retitled, takes in another and gives it away again', async () => {
    const [dam, bread, chess] = threeOf()
    if (!dam || !bread || !chess) throw new Error('three stories')
    const before = await threadIds()
    const tag = `${store.tagAuthority()}:thread/${encodeURIComponent(store.thread(dam.thread)?.key ?? '')}`
    mergeThreads(store, [bread.thread, dam.thread, chess.thread], NOW + HOUR)
    expect(await threadIds()).toEqual([`tag:${tag}`])
    const tombs = json(await serve(store).text('/threads.json?min-agencies=1'))._minwal?.deleted as { id: string }[]
    expect(tombs.map(({ id }) => id).sort()).toEqual(before.filter(id => id !== `tag:${tag}`).sort())
    splitThread(store, dam.thread, [bread.story], NOW + 2 * HOUR)
    splitThread(store, dam.thread, [chess.story], NOW + 2 * HOUR)
    expect((await threadIds()).sort()).toEqual([...before].sort())
    expect(await serve(store).text('/threads.atom?min-agencies=1')).not.toContain('deleted-entry')
  })

  it('a story that was merged has its tombstone where the other is shown', () => {
    const [dam, bread] = threeOf()
    if (!dam || !bread) throw new Error('two stories')
    const key = store.story(bread.story)?.key
    mergeStories(store, [dam.story, bread.story], NOW + HOUR)
    expect(store.mergedOfLate('story', [dam.story])).toEqual([{ key, target: dam.story, at: NOW + HOUR }])
    expect(store.mergedOfLate('story', [bread.story])).toEqual([])
    expect(store.mergedOfLate('thread', [])).toEqual([])
  })

  it('pages of stories and threads follow one another', () => {
    threeOf()
    const whole = store.recentStories({ limit: 9 }).map(({ id }) => id)
    expect([0, 1, 2, 3].flatMap(offset => store.recentStories({ limit: 1, offset }).map(({ id }) => id))).toEqual(whole)
    const threads = store.recentThreads({ limit: 9 }).map(({ id }) => id)
    expect(store.recentThreads({ limit: 2, offset: 1 }).map(({ id }) => id)).toEqual(threads.slice(1))
  })
})

describe('a hub that is configured', () => {
  it('is named without its secrets, and not at all where it cannot be', async () => {
    const named = async (hubNamed: string | null): Promise<string> => {
      const publish = { limit: 50, frontPage: HOUR, hub: 'https://hub.example/?key=S3CRET', hubNamed }
      const response = await serve(aDay().reader, { publish }).get('/feed.atom')
      return `${response.headers.get('link')} ${await response.text()}`
    }
    expect(await named('https://hub.example/')).toContain('<link rel="hub" href="https://hub.example/"')
    expect(await named('https://hub.example/')).not.toContain('S3CRET')
    expect(await named(null)).not.toContain('hub.example')
  })

  const hub = 'https://user:pass@hub.example/push?a=1&b=2'
  const publish = { limit: 50, frontPage: HOUR, hub }
  it.each(FORMATS)(
    'is named by feeds without a choice, in the header and in the %s, without its login',
    async format => {
      const { get } = serve(aDay().reader, { publish })
      for (const stem of ['/feed', '/threads']) {
        const response = await get(`${stem}.${format}`)
        expect(response.headers.get('link')).toBe(
          `<https://hub.example/push?a=1&b=2>; rel="hub", <https://news.example/wires${stem}.${format}>; rel="self"`,
        )
        const body = await response.text()
        expect(body).toContain('https://hub.example/push?a=1&')
        expect(body).not.toContain('user:pass')
      }
    },
  )

  it.each(['/feed.atom?lang=ar', '/feed.atom?page=2&limit=3', '/threads/1.atom'])('is not named by %s', async path => {
    const response = await serve(aDay().reader, { publish }).get(path)
    expect(response.headers.get('link')).toBeNull()
    expect(await response.text()).not.toContain('hub.example')
  })
})
