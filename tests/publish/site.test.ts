import { createHash } from 'node:crypto'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { SCRIPT } from '../../src/publish/pages/assets.ts'
import { eventually } from '../helpers/eventually.ts'
import { aDay, fakeStore, HOUR, NOW, serve, unscripted } from './fixture.ts'

const FEEDS = [
  '/feed.atom',
  '/feed.rss',
  '/feed.json',
  '/threads.atom',
  '/threads.rss',
  '/threads.json',
  '/threads/1.atom',
  '/threads/1.rss',
  '/threads/1.json',
]
const PAGES = ['/', '/threads/1', '/stories/1', '/search', '/search?q=Port', '/agencies', '/agencies/manar', '/feeds']

describe('what is asked for is found', () => {
  it.each([
    ['/feed.atom', 'application/atom+xml; charset=utf-8'],
    ['/threads.rss', 'application/rss+xml; charset=utf-8'],
    ['/threads/1.json', 'application/feed+json; charset=utf-8'],
    ['/', 'text/html; charset=utf-8'],
    ['/opml', 'text/x-opml; charset=utf-8'],
    ['/robots.txt', 'text/plain; charset=utf-8'],
    ['/favicon.svg', 'image/svg+xml; charset=utf-8'],
    ['/metrics', 'text/plain; version=0.0.4; charset=utf-8'],
    ['/healthz', 'text/plain; charset=utf-8'],
    ['/readyz', 'text/plain; charset=utf-8'],
  ])('%s is %s', async (path, type) => {
    const response = await serve(aDay().reader).get(path)
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe(type)
    expect(response.headers.get('x-content-type-options')).toBe('nosniff')
    expect((await response.text()).length).toBeGreaterThan(0)
  })

  it.each(PAGES)('%s is a page that runs its own script alone and loads nothing from elsewhere', async path => {
    const response = await serve(aDay().reader).get(path)
    expect(response.status).toBe(200)
    const policy = response.headers.get('content-security-policy') ?? ''
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain(
      `script-src 'sha256-${createHash('sha256').update(SCRIPT).digest('base64')}'; connect-src 'self'; img-src 'self';`,
    )
    expect(policy).not.toMatch(/unsafe|https?:/)
    expect(response.headers.get('referrer-policy')).toBe('no-referrer')
    const body = await response.text()
    expect(body).toMatch(/^<!doctype html>/)
    const style = /<style>([^<]*)<\/style>/.exec(body)?.[1] ?? ''
    expect(policy).toContain(`style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`)
    expect(unscripted(body)).not.toMatch(/<script| on\w+=| style=/)
  })

  it('a trailing slash is forgiven', async () => {
    expect((await serve(aDay().reader).get('/threads/1/')).status).toBe(200)
  })

  it.each([
    '/nope',
    '/threads/999',
    '/stories/999',
    '/threads/abc',
    '/stories/-1',
    '/threads/99999999999999999999',
    '/agencies/nobody',
    '/threads/1.xml',
  ])('%s is not found, and the page leads back', async path => {
    const response = await serve(aDay().reader).get(path)
    expect(response.status).toBe(404)
    expect(await response.text()).toContain('Go to the front page')
  })

  it('a feed of a thread that is not there is not found', async () => {
    const response = await serve(aDay().reader).get('/threads/999.atom')
    expect(response.status).toBe(404)
    expect(await response.text()).toContain('/threads/999.atom')
  })
})

describe('an id that was merged', () => {
  const merged = () => {
    const store = aDay()
    store.merged.set('thread 7', 1).set('story 8', 5)
    return store.reader
  }

  it.each([
    ['/threads/7', '/wires/threads/1'],
    ['/threads/7?from=letter&x=%3Cb%3E', '/wires/threads/1?from=letter&x=%3Cb%3E'],
    ['/threads/7.atom', '/wires/threads/1.atom'],
    ['/threads/7.rss?lang=ar&limit=5', '/wires/threads/1.rss?lang=ar&limit=5'],
    ['/threads/7.json', '/wires/threads/1.json'],
    ['/stories/8', '/wires/stories/5'],
  ])('%s leads for good to %s, kept no longer than a page', async (path, location) => {
    const { get } = serve(merged())
    for (const method of ['GET', 'HEAD']) {
      const response = await get(path, { method })
      expect(response.status).toBe(308)
      expect(response.headers.get('location')).toBe(location)
      expect(response.headers.get('cache-control')).toBe('public, max-age=60')
      expect(response.headers.has('etag')).toBe(false)
      expect(await response.text()).toBe(
        method === 'HEAD'
          ? ''
          : `This ${path.startsWith('/s') ? 'story' : 'thread'} was merged into another: ${location}\n`,
      )
    }
  })

  it('leads to a page that is there', async () => {
    const { get } = serve(merged(), { link: 'https://news.example' })
    const location = (await get('/threads/7')).headers.get('location') ?? ''
    expect(location).toBe('/threads/1')
    expect((await get(location)).status).toBe(200)
  })

  it('is told by kind: a thread of that number is not the story', async () => {
    const { get } = serve(merged())
    expect((await get('/stories/7')).status).toBe(404)
    expect((await get('/threads/8.atom')).status).toBe(404)
    expect((await get('/threads/7.atom?limit=0')).status).toBe(400)
  })
})

describe('a poll that found nothing costs a reader nothing', () => {
  it.each([...FEEDS, ...PAGES])('%s answers 304 to its own ETag', async path => {
    const { get } = serve(aDay().reader)
    const first = await get(path)
    const etag = first.headers.get('etag') ?? ''
    expect(etag).toMatch(/^"[\w-]+"$/)
    const again = await get(path, { headers: { 'If-None-Match': `"other", W/${etag}` } })
    expect(again.status).toBe(304)
    expect(await again.text()).toBe('')
    expect(again.headers.get('etag')).toBe(etag)
    const isPage = first.headers.get('content-type')?.startsWith('text/html')
    expect(again.headers.get('vary')).toBe(isPage ? 'Accept-Encoding, Accept-Language, Cookie' : 'Accept-Encoding')
    expect(again.headers.has('content-type')).toBe(false)
  })

  it('another ETag gets the feed', async () => {
    const response = await serve(aDay().reader).get('/feed.atom', { headers: { 'If-None-Match': '"other"' } })
    expect(response.status).toBe(200)
  })

  it('Last-Modified is the newest change shown, and If-Modified-Since is held against it', async () => {
    const { get } = serve(fakeStore({ id: 1, title: 'One', updated: NOW - HOUR + 400 }).reader)
    const modified = (await get('/feed.rss')).headers.get('last-modified') ?? ''
    expect(modified).toBe('Wed, 05 Jan 2022 17:00:00 GMT')
    expect((await get('/feed.rss', { headers: { 'If-Modified-Since': modified } })).status).toBe(304)
    const earlier = { 'If-Modified-Since': 'Wed, 05 Jan 2022 16:59:59 GMT' }
    expect((await get('/feed.rss', { headers: earlier })).status).toBe(200)
    expect((await get('/feed.rss', { headers: { 'If-Modified-Since': 'yesterday' } })).status).toBe(200)
  })

  it('an ETag that differs outweighs a date that does not (RFC 9110, 13.2.2)', async () => {
    const { get } = serve(aDay().reader)
    const modified = (await get('/feed.atom')).headers.get('last-modified') ?? ''
    const headers = { 'If-None-Match': '"other"', 'If-Modified-Since': modified }
    expect((await get('/feed.atom', { headers })).status).toBe(200)
  })

  it('feeds and pages may be kept for a minute; the state of feeds may not', async () => {
    const { get } = serve(aDay().reader)
    expect((await get('/feed.atom')).headers.get('cache-control')).toBe('public, max-age=60')
    expect((await get('/')).headers.get('cache-control')).toBe('public, max-age=60')
    expect((await get('/feeds')).headers.get('cache-control')).toBe('no-cache')
  })

  it('a filing changes the ETag at once', async () => {
    const store = fakeStore({ id: 1, title: 'One' })
    const { get } = serve(store.reader)
    const before = (await get('/feed.atom')).headers.get('etag')
    store.put({ id: 2, title: 'Two' })
    const after = await get('/feed.atom')
    expect(after.headers.get('etag')).not.toBe(before)
    expect(await after.text()).toContain('Two')
  })

  it('what was rendered is read from the store once, until the store or the minute changes', async () => {
    const store = aDay()
    let reads = 0
    const reader = {
      ...store.reader,
      recentStories: (selection: Parameters<typeof store.reader.recentStories>[0]) => {
        reads++
        return store.reader.recentStories(selection)
      },
    }
    const { get, clock } = serve(reader)
    await get('/feed.atom?lang=ar&limit=5')
    await get('/feed.atom?utm_source=letter&limit=5&lang=ar')
    expect(reads).toBe(1)
    await get('/feed.atom?lang=en')
    expect(reads).toBe(2)
    store.put()
    await get('/feed.atom?lang=ar&limit=5')
    expect(reads).toBe(3)
    clock.now += 60_000
    await get('/feed.atom?lang=ar&limit=5')
    expect(reads).toBe(4)
  })
})

describe('how it travels', () => {
  it.each([
    ['gzip', 'gzip', gunzipSync],
    ['gzip, br', 'br', brotliDecompressSync],
    ['br;q=0.1, gzip;q=0.9', 'gzip', gunzipSync],
    ['*', 'br', brotliDecompressSync],
  ] as const)('Accept-Encoding: %s gets %s, which unpacks to the same bytes', async (accept, encoding, unpack) => {
    const { get } = serve(aDay().reader)
    const plain = await (await get('/feed.rss')).text()
    const packed = await get('/feed.rss', { headers: { 'Accept-Encoding': accept } })
    expect(packed.headers.get('content-encoding')).toBe(encoding)
    const bytes = Buffer.from(await packed.arrayBuffer())
    expect(packed.headers.get('content-length')).toBe(String(bytes.length))
    expect(bytes.length).toBeLessThan(plain.length / 2)
    expect(unpack(bytes).toString('utf8')).toBe(plain)
  })

  it.each([null, 'identity', 'gzip;q=0, br;q=0', 'deflate', 'zstd'])(
    'Accept-Encoding: %s gets it plain',
    async accept => {
      const response = await serve(aDay().reader).get(
        '/feed.rss',
        accept === null ? {} : { headers: { 'Accept-Encoding': accept } },
      )
      expect(response.headers.has('content-encoding')).toBe(false)
    },
  )

  it('each encoding has its own strong ETag, and one does not pass for another', async () => {
    const { get } = serve(aDay().reader)
    const tag = async (accept: string) =>
      (await get('/feed.atom', { headers: { 'Accept-Encoding': accept } })).headers.get('etag') ?? ''
    const tags = [await tag('identity'), await tag('gzip'), await tag('br')]
    expect(new Set(tags).size).toBe(3)
    const crossed = { 'Accept-Encoding': 'identity', 'If-None-Match': tags[1] ?? '' }
    expect((await get('/feed.atom', { headers: crossed })).status).toBe(200)
    const matched = { 'Accept-Encoding': 'gzip', 'If-None-Match': tags[1] ?? '' }
    expect((await get('/feed.atom', { headers: matched })).status).toBe(304)
  })

  it.each(['/feed.atom', '/', '/opml', '/nope', '/feed.atom?limit=0'])(
    'HEAD %s has the headers of GET and no body',
    async path => {
      const { get } = serve(aDay().reader)
      const [full, head] = [await get(path), await get(path, { method: 'HEAD' })]
      expect(head.status).toBe(full.status)
      expect(await head.text()).toBe('')
      expect(Object.fromEntries(head.headers)).toEqual(Object.fromEntries(full.headers))
      expect(Number(head.headers.get('content-length'))).toBe(Buffer.byteLength(await full.text()))
    },
  )

  it.each(['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])('%s answers 405 and says what is possible', async method => {
    const { get } = serve(aDay().reader)
    for (const path of ['/', '/feed.atom', '/nope']) {
      const response = await get(path, { method })
      expect(response.status).toBe(405)
      expect(response.headers.get('allow')).toBe('GET, HEAD')
    }
  })
})

describe('choosing', () => {
  const titles = async (query: string, path = '/feed.json') => {
    const feed = JSON.parse(await serve(aDay().reader).text(path + query)) as {
      items: { title: string; url: string }[]
    }
    return feed.items
  }

  it('lang, agency, limit, since, q and min-agencies choose entries, all together', async () => {
    expect((await titles('?lang=ar')).every(item => /[\u0600-\u06ff]/.test(item.title))).toBe(true)
    expect((await titles('?agency=est')).length).toBeGreaterThan(2)
    expect(await titles('?limit=2')).toHaveLength(2)
    expect(await titles('?since=90m')).toHaveLength(1)
    expect(await titles('?since=2022-01-05T16:00Z')).toHaveLength(2)
    expect(await titles('?since=2022-01-05T18:00%2B02:00')).toHaveLength(2)
    expect((await titles('?min-agencies=3')).map(item => item.title)).toEqual([
      'Flood cuts off Port Salam as the river Wadi breaks its banks',
    ])
    expect(await titles('?category=Weather')).toHaveLength(1)
    expect(await titles('?credit=Nile%20News')).toHaveLength(1)
    expect(await titles('?lang=ar&limit=1&q=%D8%B3%D9%84%D8%A7%D9%85')).toHaveLength(1)
    expect(await titles('?min-agencies=4', '/threads.json')).toHaveLength(1)
    expect(await titles('?lang=fr', '/threads/1.json')).toHaveLength(1)
  })

  it('parameters that mean nothing here, and those left empty, are passed over', async () => {
    const { text } = serve(aDay().reader)
    expect(await text('/feed.atom?utm_source=x&lang=&limit=')).toBe(await text('/feed.atom'))
  })

  it.each([
    ['lang=english!', 'lang must be a language tag'],
    ['agency=nobody', 'agency "nobody" is not known'],
    ['since=yesterday', 'since must be a date'],
    ['since=2022-02-30', 'since must be a date'],
    ['since=2022-13-01', 'since must be a date'],
    ['min-agencies=0', 'min-agencies must be a whole number from 1'],
    ['limit=0', 'limit must be a whole number from 1 to 500; got "0"'],
    ['limit=501', 'limit must be a whole number from 1 to 500'],
    ['limit=ten', 'limit must be a whole number from 1 to 500'],
    ['limit=1&limit=2', 'limit is given more than once'],
    [`q=${'x'.repeat(201)}`, 'q may have at most 200 characters'],
  ])('?%s answers 400 with a sentence', async (query, sentence) => {
    const { get } = serve(aDay().reader)
    for (const path of ['/feed.atom', '/threads.rss', '/threads/1.json']) {
      const response = await get(`${path}?${query}`)
      expect(response.status).toBe(400)
      expect(response.headers.get('content-type')).toBe('text/plain; charset=utf-8')
      expect(await response.text()).toContain(sentence)
    }
    const page = await get(`/?${query}`)
    expect(page.status).toBe(400)
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8')
  })
})

describe('a feed of a choice', () => {
  const titleOf = async (path: string, changes = {}): Promise<string> => {
    const feed = JSON.parse(await serve(aDay().reader, changes).text(path)) as { title: string }
    return feed.title
  }

  it.each([
    ['/feed.json', 'Minwal'],
    ['/feed.json?limit=5&since=24h', 'Minwal'],
    ['/feed.json?lang=ar', 'Minwal · العربية'],
    ['/feed.json?lang=ar&min-agencies=3', 'Minwal · العربية · three agencies or more'],
    ['/feed.json?agency=manar', 'Minwal · وكالة المنار'],
    ['/feed.json?q=Port Salam&min-agencies=2', 'Minwal · “Port Salam” · two agencies or more'],
    ['/feed.json?credit=Reuters&category=World', 'Minwal · World · Credited: Reuters'],
    ['/feed.json?page=2&limit=5', 'Minwal'],
    ['/threads.json', 'Minwal · Events'],
    ['/threads.json?lang=fr', 'Minwal · Events · français'],
    ['/threads.json?min-agencies=1', 'Minwal · Events · one agency or more'],
    ['/threads.json?min-agencies=12', 'Minwal · Events · 12 agencies or more'],
  ])('%s is called %s', async (path, title) => {
    expect(await titleOf(path)).toBe(title)
  })

  it('is called so in the language of the site', async () => {
    const path = '/feed.json?q=السد&min-agencies=3'
    expect(await titleOf(path, { language: 'ar', title: 'منوال' })).toBe('منوال · «السد» · ثلاث وكالات أو أكثر')
  })

  it('speaks the language that its address asks for, in its title, around the news and in its own address', async () => {
    const { text } = serve(aDay().reader)
    const body = await text('/feed.json?lang=en&hl=ar')
    const { title, language, feed_url, items } = JSON.parse(body) as Record<string, string> & {
      items: { content_html: string }[]
    }
    expect(title).toBe('Minwal · English')
    expect(language).toBe('ar')
    expect(feed_url).toContain('/feed.json?lang=en&hl=ar')
    expect(items[0]?.content_html).toContain('<div lang="ar" dir="rtl"><hr>')
    const head = (of: string): string => of.slice(0, of.indexOf('"items"'))
    for (const other of ['en', 'xx', '', 'en-GB'])
      expect(head(await text(`/feed.json?lang=en&hl=${other}`))).toBe(head(await text('/feed.json?lang=en')))
  })

  it('is called so in every format, whatever was typed', async () => {
    const { text } = serve(aDay().reader)
    for (const format of ['atom', 'rss']) {
      const body = await text(`/feed.${format}?q=${encodeURIComponent('a<b> & "c"')}`)
      expect(body).toContain('“a&lt;b&gt; &amp; ')
    }
  })
})

describe('what counts all reports', () => {
  it('is asked of the store once for each of its states, however often pages and feeds are asked for', async () => {
    const { reader } = aDay()
    const asked = { agencies: 0, totals: 0 }
    let version = 1
    const counting = {
      ...reader,
      version: () => version,
      agencies: () => {
        asked.agencies++
        return reader.agencies()
      },
      totals: () => {
        asked.totals++
        return reader.totals()
      },
    }
    const { get } = serve(counting)
    for (let n = 0; n < 10; n++) {
      for (const path of [`/feed.atom?agency=manar&limit=${n + 1}`, '/agencies/manar', '/', '/metrics', '/agencies']) {
        expect((await get(path)).status).toBe(200)
      }
      expect((await get(`/?agency=unknown-${n}`)).status).toBe(400)
    }
    expect(asked).toEqual({ agencies: 1, totals: 1 })
    version++
    await get('/metrics')
    await get('/agencies')
    expect(asked).toEqual({ agencies: 2, totals: 2 })
  })
})

describe('what is rendered at once', () => {
  it('is made once for all who ask while it waits', async () => {
    const { reader } = aDay()
    let read = 0
    const { site } = serve(
      {
        ...reader,
        recentStories: selection => {
          read++
          return reader.recentStories(selection)
        },
      },
      {},
      undefined,
      { turn: setImmediate },
    )
    const answers = await Promise.all(
      Array.from({ length: 30 }, () => site.fetch(new Request('http://127.0.0.1:8080/feed.atom'))),
    )
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 30 }, () => 200))
    expect(read).toBe(1)
  })

  it('is given as it was a moment ago while another page is made, for ten seconds at most', async () => {
    const store = fakeStore({ id: 1, title: 'One' })
    const { text, clock } = serve(store.reader, {}, undefined, { turn: setImmediate })
    for (const path of ['/feed.json', '/feed.atom', '/feed.rss']) await text(path)
    store.put({ id: 2, title: 'Two' })
    // Whoever asks first waits for what is new.
    const first = text('/feed.json')
    expect(await text('/feed.atom')).not.toContain('Two')
    expect(await first).toContain('Two')
    await eventually('what was given meanwhile was made anew', async () => (await text('/feed.atom')).includes('Two'))
    store.put({ id: 3, title: 'Three' })
    const other = text('/feed.json')
    clock.now += 10_001
    expect(await text('/feed.atom')).toContain('Three')
    expect(await other).toContain('Three')
  })

  it('is not given once nobody knows since when it is old', async () => {
    const store = fakeStore({ id: 1, title: 'One' })
    const { text, clock } = serve(store.reader, {}, undefined, { turn: setImmediate })
    for (const path of ['/feed.json', '/feed.atom']) await text(path)
    // Nobody asks for an hour.
    clock.now += 3_600_000
    store.put({ id: 2, title: 'Two' })
    const other = text('/feed.json')
    expect(await text('/feed.atom')).toContain('Two')
    expect(await other).toContain('Two')
  })

  it('is made anew once in a while where something is filed all the while', async () => {
    const store = fakeStore({ id: 1, title: 'One' })
    const ends: (() => void)[] = []
    const { text } = serve(store.reader, {}, undefined, { pace: work => void ends.push(work) })
    expect(await text('/feed.atom')).toContain('One')
    store.put({ id: 2, title: 'Two' })
    expect(await text('/feed.atom')).toContain('Two')
    store.put({ id: 3, title: 'Three' })
    expect(await text('/feed.atom')).not.toContain('Three')
    for (const end of ends.splice(0)) end()
    expect(await text('/feed.atom')).toContain('Three')
  })

  it('is made elsewhere where that is given, and kept like any other', async () => {
    const store = aDay()
    const { text: made } = serve(store.reader)
    const asked: string[] = []
    const elsewhere = async (address: string, language: string | null) => {
      asked.push(`${language} ${address}`)
      return {
        status: address === '/threads/99' ? 404 : 200,
        contentType: 'text/plain',
        body: Buffer.from(await made(address)),
        lastModified: null,
        cacheControl: 'no-cache',
        headers: {},
      }
    }
    const { site, text, get } = serve(store.reader, {}, undefined, { turn: setImmediate, elsewhere })
    const ready = { acceptEncoding: null, ifNoneMatch: null, ifModifiedSince: null, language: null }
    expect(site.ready('/feed.atom', ready)).toBeNull()
    expect(await Promise.all([text('/feed.atom'), text('/feed.atom')])).toEqual([
      await made('/feed.atom'),
      await made('/feed.atom'),
    ])
    await text('/feed.atom')
    expect(site.ready('/feed.atom', ready)?.body?.toString()).toBe(await made('/feed.atom'))
    expect((await get('/threads/99')).status).toBe(404)
    expect((await get('/threads/99')).status).toBe(404)
    await text('/metrics')
    expect(asked).toEqual(['null /feed.atom', 'null /threads/99', 'null /threads/99'])
  })

  it('is never a moment old where nothing else is made', async () => {
    const store = fakeStore({ id: 1, title: 'One' })
    const { text } = serve(store.reader, {}, undefined, { turn: setImmediate })
    for (let id = 2; id < 10; id++) {
      await text('/feed.atom')
      store.put({ id, title: `Story ${id}` })
      expect(await text('/feed.atom')).toContain(`Story ${id}`)
    }
  })

  it('is refused for a while when answers on their way fill the memory, but for what is already made', async () => {
    let full = false
    const { get } = serve(aDay().reader, {}, undefined, { isFull: () => full })
    expect((await get('/feed.atom')).status).toBe(200)
    full = true
    const refused = await get('/feed.rss')
    expect(refused.status).toBe(503)
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(await refused.text()).toContain('Ask again in')
    for (const path of ['/feed.atom', '/healthz', '/readyz', '/robots.txt']) expect((await get(path)).status).toBe(200)
    full = false
    expect((await get('/feed.rss')).status).toBe(200)
  })
})

describe('watching it', () => {
  it('metrics count what is on file, feeds by state, and how long ago the last poll was', async () => {
    const lines = (await serve(aDay().reader).text('/metrics')).split('\n')
    expect(lines).toContain('minwal_info{version="0.1.0"} 1')
    expect(lines).toContain('minwal_feeds{state="ok"} 2')
    expect(lines).toContain('minwal_feeds{state="failing"} 1')
    expect(lines).toContain('minwal_last_poll_age_seconds 30')
    for (const line of lines.filter(line => line !== ''))
      expect(line).toMatch(/^(?:# (?:HELP|TYPE) \w+ .+|\w+(?:\{\w+="[^"]*"\})? -?[\d.]+)$/)
  })

  it('health and readiness answer 503 with the reason', async () => {
    const sick = serve(aDay().reader, {}, () => ({
      live: false,
      ready: true,
      detail: 'no poll has completed for 2 hours',
    }))
    const health = await sick.get('/healthz')
    expect(health.status).toBe(503)
    expect(await health.text()).toBe('no poll has completed for 2 hours\n')
    expect((await sick.get('/readyz')).status).toBe(200)
  })

  it('a fault while rendering answers 500 with a sentence, tells the log, and the next page is fine', async () => {
    const store = aDay()
    let broken = true
    const reader = {
      ...store.reader,
      totals: () => {
        if (broken) throw new Error('disk on fire at /secret/place')
        return store.reader.totals()
      },
    }
    const { get, errors } = serve(reader)
    const response = await get('/')
    expect(response.status).toBe(500)
    expect(await response.text()).not.toContain('secret')
    expect(errors).toHaveLength(1)
    expect(String(errors[0])).toContain('disk on fire')
    broken = false
    expect((await get('/')).status).toBe(200)
  })

  it('addresses are shown and exported without the password in them', async () => {
    const { text } = serve(aDay().reader)
    for (const path of ['/feeds', '/opml', '/agencies/manar']) {
      const body = await text(path)
      expect(body).toContain('https://manar.example/rss')
      expect(body).not.toContain('secret')
    }
  })
})
