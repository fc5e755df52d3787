// Where a document or its answer says that it can be subscribed to, and how a hub is asked.
import { performance } from 'node:perf_hooks'
import { describe, expect, it } from 'vitest'
import { parseFeed } from '../../../src/collect/feed/parse.ts'
import { linkTo } from '../../../src/collect/net/headers.ts'
import type { PollSettings } from '../../../src/model/config.ts'
import { FEED, fetcher, get, NOW, server, useServer } from '../../helpers/fetching.ts'
import { type Behaviour, body, status } from '../../helpers/hostile-server.ts'

const BASE = 'https://wire.example/news/feed'

async function named(document: string): Promise<[hub: string | null, self: string | null]> {
  const parsed = await parseFeed(document, { url: BASE, maxEntries: 10 })
  if (!parsed.ok) throw new Error(parsed.reason)
  return [parsed.value.hub, parsed.value.self]
}

describe('the hub and the self of a document', () => {
  it.each([
    [
      'Atom',
      '<feed xmlns="http://www.w3.org/2005/Atom"><title>W</title><link rel="HUB" href="https://hub.example/"/><link rel="self" href="/feed"/><link href="/"/></feed>',
    ],
    [
      'Atom in RSS, under any prefix',
      '<rss version="2.0" xmlns:a="http://www.w3.org/2005/Atom"><channel><title>W</title><link>https://wire.example/</link><a:link rel="self" href="https://wire.example/feed"/><a:link rel="hub" href="https://hub.example/"/></channel></rss>',
    ],
    [
      'RDF',
      '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" xmlns:atom="http://www.w3.org/2005/Atom"><channel rdf:about="x"><title>W</title><atom:link rel="hub" href="https://hub.example/"/><atom:link rel="self" href="/feed"/></channel></rdf:RDF>',
    ],
    [
      'JSON Feed',
      '{"version":"https://jsonfeed.org/version/1.1","feed_url":"/feed","items":[],"hubs":[5,{"type":"rssCloud","url":"https://cloud.example/"},{"type":"WebSub","url":"https://hub.example/"}]}',
    ],
  ])('are read from %s', async (_format, document) => {
    expect(await named(document)).toEqual(['https://hub.example/', 'https://wire.example/feed'])
  })

  it('are the first of several, and only web addresses', async () => {
    const links = ['javascript:x', 'https://one.example/', 'https://two.example/'].map(
      href => `<link rel="hub" href="${href}"/>`,
    )
    expect(await named(`<feed xmlns="http://www.w3.org/2005/Atom">${links.join('')}</feed>`)).toEqual([
      'https://one.example/',
      null,
    ])
  })

  it('are not an entry’s', async () => {
    const entry =
      '<entry><title>E</title><link rel="hub" href="https://hub.example/"/><link rel="self" href="/e"/></entry>'
    expect(await named(`<feed xmlns="http://www.w3.org/2005/Atom">${entry}</feed>`)).toEqual([null, null])
  })
})

describe('a Link header', () => {
  const base = new URL(BASE)
  it.each<[string | string[], string | null]>([
    ['<https://hub.example/>; rel="hub"', 'https://hub.example/'],
    ['<https://hub.example/>;rel=hub', 'https://hub.example/'],
    ['<../hub> ; type="text/html" ; REL = "Self HUB"', 'https://wire.example/hub'],
    ['<https://a.example/>; rel="preload", <https://hub.example/>; rel="hub"', 'https://hub.example/'],
    [['<https://a.example/>; rel=next', '<https://hub.example/>; rel=hub'], 'https://hub.example/'],
    ['<https://a.example/?x=1,2;3>; title="a, b; rel"; rel="hub"', 'https://a.example/?x=1,2;3'],
    ['<https://hub.example/>; rel="hubs"', null],
    ['<https://hub.example/>', null],
    ['<javascript:alert(1)>; rel=hub', null],
    ['https://hub.example/; rel=hub', null],
    ['', null],
  ])('%j', (link, hub) => {
    expect(linkTo({ link } as never, 'hub', base)).toBe(hub)
  })

  it('is read in linear time, whatever it holds', () => {
    const worst = ['<', '<>;', '<>;a="', '<>;a=b', '<>; ', '<> ;a ="" ', '<>\t'].map(piece => piece.repeat(200_000))
    const start = performance.now()
    for (const link of worst) expect(linkTo({ link } as never, 'hub', base)).toBeNull()
    expect(performance.now() - start).toBeLessThan(500)
  })
})

describe('asking a hub', () => {
  useServer()
  const FORM = { 'hub.mode': 'subscribe', 'hub.topic': 'https://wire.example/?a=1&b=é' }
  const post = (url: string, changes: Partial<PollSettings> = {}) =>
    fetcher(changes).post({ url, form: FORM, allowPrivate: changes.allowPrivate ?? true, now: NOW })

  it('gives the answer of a feed with the hub that its headers name', async () => {
    const url = server.on('/feed', body(FEED, { link: '</hub>; rel=hub, </self>; rel=self' }))
    expect(await get(url)).toMatchObject({ hub: `${server.origin}/hub`, self: `${server.origin}/self` })
  })

  /** Notes what it was sent before it answers. */
  const noting =
    (asked: string[], answer: Behaviour): Behaviour =>
    (request, response) => {
      let form = ''
      request.setEncoding('utf8').on('data', (chunk: string) => {
        form += chunk
      })
      request.on('end', () => {
        asked.push(`${request.method} ${request.headers['content-type']} ${form}`)
        answer(request, response)
      })
    }
  const SENT =
    'POST application/x-www-form-urlencoded hub.mode=subscribe&hub.topic=https%3A%2F%2Fwire.example%2F%3Fa%3D1%26b%3D%C3%A9'

  it('is one POST of a form', async () => {
    const asked: string[] = []
    expect(await post(server.on('/hub', noting(asked, status(202))))).toMatchObject({ kind: 'accepted', status: 202 })
    expect(asked).toEqual([SENT])
    expect(server.seen[0]?.headers['user-agent']).toBe('Minwal/test (+https://minwal.example/about)')
  })

  it('is never sent twice, not even when the kept connection ends under it', async () => {
    const hub = fetcher()
    const ask = (url: string) => hub.post({ url, form: FORM, allowPrivate: true, now: NOW })
    expect(await ask(server.on('/hub', status(202)))).toMatchObject({ kind: 'accepted' })
    const cut = server.on('/cut', request => void request.socket.destroy())
    expect(await ask(cut)).toMatchObject({ kind: 'failed' })
    expect(server.seen.map(({ path }) => path)).toEqual(['/hub', '/cut'])
  })

  it('follows 307 and 308 with the same form, and no other redirect', async () => {
    for (const moved of [307, 308]) {
      const asked: string[] = []
      server.on('/new', noting(asked, status(202)))
      expect(await post(server.on('/hub', status(moved, { location: '/new' })))).toMatchObject({ kind: 'accepted' })
      expect(asked).toEqual([SENT])
    }
    for (const moved of [301, 302, 303]) {
      const refused = await post(server.on('/hub', status(moved, { location: '/new' })))
      expect(refused).toMatchObject({ kind: 'failed', failure: { kind: 'http', status: moved } })
      expect(server.seen.at(-1)?.path).toBe('/hub')
    }
  })

  it('fails with a reason where the hub refuses, asks to wait, sends in circles or is not there', async () => {
    expect(await post(server.on('/hub', status(400)))).toMatchObject({
      failure: { kind: 'http', message: `${server.origin}/hub answered 400 Bad Request` },
    })
    expect(await post(server.on('/busy', status(429, { 'retry-after': '60' })))).toMatchObject({
      failure: { kind: 'throttled', retryAt: NOW + 60_000 },
    })
    expect(await post(server.on('/loop', status(307, { location: '/loop' })))).toMatchObject({
      failure: { kind: 'redirect' },
    })
    expect(await post('http://127.0.0.1:1/')).toMatchObject({ failure: { kind: 'connect' } })
  })

  it('is refused at private addresses, also behind a redirect, unless they are allowed', async () => {
    const closed = { allowPrivate: false }
    expect(await post(server.on('/hub', status(202)), closed)).toMatchObject({ failure: { kind: 'address' } })
    expect(await post('file:///etc/passwd')).toMatchObject({ failure: { kind: 'address' } })
    expect(await post(server.on('/hub', status(202)), { exclude: ['127.0.0.1'] })).toMatchObject({
      failure: { kind: 'address' },
    })
    expect(server.seen).toEqual([])
  })

  it('waits no longer than a poll may', async () => {
    const slow = server.on('/slow', () => {})
    expect(await post(slow, { responseTimeout: 200 })).toMatchObject({ failure: { kind: 'timeout' } })
  })
})
