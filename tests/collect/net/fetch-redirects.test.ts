import type { LookupFunction } from 'node:net'
import { describe, expect, it } from 'vitest'
import type { Fetcher } from '../../../src/collect/net/fetch.ts'
import {
  closedLater,
  FEED,
  failure,
  fetcher,
  get,
  request,
  resolvesTo,
  server,
  startServer,
  text,
  useServer,
} from '../../helpers/fetching.ts'
import { body, type HostileServer, raw, redirect, status } from '../../helpers/hostile-server.ts'
import { pollSettings } from '../../helpers/poll-settings.ts'
import { publicFetcher as inPublic } from '../../helpers/public-network.ts'

useServer()

describe('redirects', () => {
  it('are followed, and the result says where they ended', async () => {
    server.on('/a', redirect('/b', 301))
    server.on('/b', redirect(`${server.origin}/c?x=1#frag`, 308))
    server.on('/c?x=1', body(FEED))
    const result = await get(`${server.origin}/a`)
    expect(text(result)).toBe(FEED)
    expect(result).toMatchObject({ url: `${server.origin}/c?x=1` })
  })

  it('carry the validators to their end', async () => {
    server.on('/a', redirect('/b'))
    server.on('/b', status(304))
    const validators = { etag: '"x"', lastModified: null }
    expect(await get(`${server.origin}/a`, {}, { validators })).toMatchObject({ kind: 'unchanged' })
    expect(server.seen[1]?.headers['if-none-match']).toBe('"x"')
  })

  it('may lead to a path in raw UTF-8', async () => {
    server.on(encodeURI('/أخبار'), body(FEED))
    server.on('/a', raw('HTTP/1.1 302 Found\r\nLocation: /أخبار\r\nConnection: close\r\nContent-Length: 0\r\n\r\n'))
    expect(text(await get(`${server.origin}/a`))).toBe(FEED)
  })

  it('that lead in a circle are named', async () => {
    server.on('/a', redirect('/b'))
    server.on('/b', redirect('/a#again'))
    server.on('/self', redirect('/self'))
    const one = await publicFetcher()
    const ask = (url: string) => one.get(request(url, { allowPrivate: false }))
    const [a, b, self] = ['a', 'b', 'self'].map(path => `http://public.example:${server.port}/${path}`)
    expect(failure(await ask(a ?? ''))).toMatchObject({
      kind: 'redirect',
      message: `redirect loop: ${a} -> ${b} -> ${a}`,
    })
    expect(failure(await ask(self ?? '')).message).toBe(`redirect loop: ${self} -> ${self}`)
  })

  it('are not followed beyond the limit', async () => {
    for (let hop = 0; hop < 20; hop++) server.on(`/${hop}`, redirect(`/${hop + 1}`))
    const failed = failure(await get(`${server.origin}/0`, { maxRedirects: 3 }))
    expect(failed.kind).toBe('redirect')
    expect(failed.message).toContain('more than 3 redirects (poll.maxRedirects): ')
    expect(server.seen.map(one => one.path)).toEqual(['/0', '/1', '/2', '/3'])
    server.on('/3', body(FEED))
    expect(text(await get(`${server.origin}/0`, { maxRedirects: 3 }))).toBe(FEED)
  })

  it.each([
    ['without saying where', status(302)],
    ['to what is no URL', redirect('http://[')],
    ['to what is no URL', redirect(`/${'x'.repeat(20_000)}`)],
  ])('that lead nowhere are named: %s', async (words, behaviour) => {
    expect(failure(await get(server.on('/a', behaviour)))).toMatchObject({
      kind: 'redirect',
      message: expect.stringContaining(words),
    })
  })

  it.each([
    'file:///etc/passwd',
    'ftp://example.org/feed',
    'data:text/xml,<rss/>',
    'gopher://127.0.0.1:6379/_FLUSHALL',
  ])('to %s are refused', async location => {
    server.on('/a', redirect(location))
    const one = await publicFetcher()
    const from = `http://public.example:${server.port}/a`
    const failed = failure(await one.get(request(from, { allowPrivate: false })))
    expect(failed.kind).toBe('address')
    expect(failed.message).toContain(`${from} redirects to ${location.slice(0, 10)}`)
    expect(failed.message).toContain('only http and https URLs are polled')
  })

  it.each(['http://10.0.0.8/', 'http://2130706433/', 'http://[::ffff:127.0.0.1]/', 'http://localhost./', '//0x7f.1/'])(
    'to the private address %s are refused',
    async location => {
      const one = await publicFetcher()
      server.on('/a', redirect(location))
      const failed = failure(await one.get(request(`http://public.example:${server.port}/a`, { allowPrivate: false })))
      expect(failed).toMatchObject({
        kind: 'address',
        message: expect.stringContaining('allowPrivate opens only the host and port of a configured address'),
      })
      expect(failed.message).toContain('public.example')
    },
  )

  it('to another origin drop configured headers and credentials, for good', async () => {
    const other = await startServer()
    const headers = { Authorization: 'Bearer secret', 'X-Key': 'secret', Cookie: 'secret' }
    server.on('/a', redirect('/b'))
    const [here, there] = [`http://public.example:${server.port}`, `http://other.example:${other.port}`]
    server.on('/b', redirect(`${there}/c`))
    other.on('/c', redirect(`${here}/d`))
    server.on('/d', body(FEED))
    const one = await publicFetcher()
    expect(text(await one.get(request(`${here}/a`, { headers, allowPrivate: false })))).toBe(FEED)
    const told = (seen: HostileServer['seen']) => seen.map(one => JSON.stringify(one.headers).includes('secret'))
    expect(told(server.seen)).toEqual([true, true, false])
    expect(told(other.seen)).toEqual([false])
    expect(server.seen[1]?.headers).toMatchObject({ authorization: 'Bearer secret', 'x-key': 'secret' })
  })

  it('of a private service tell no more of where they lead than host and port', async () => {
    server.on('/a', redirect('http://127.0.0.2:27402/admin?token=5f3759df'))
    server.on('/loop', redirect('/loop?token=5f3759df'))
    server.on('/loop?token=5f3759df', redirect('/loop?token=5f3759df'))
    server.on('/broken', redirect('http://[5f3759df'))
    const told = await Promise.all(['a', 'loop', 'broken'].map(path => get(`${server.origin}/${path}`)))
    expect(told.map(one => failure(one).message)).toEqual([
      `${server.origin}/a redirects to http://127.0.0.2:27402: address 127.0.0.2 is loopback; allowPrivate opens only the host and port of a configured address`,
      `redirect loop: ${server.origin} -> ${server.origin}`,
      `${server.origin}/broken redirects to what is no URL`,
    ])
  })

  it('lead back to the host and port that may be private, and to no other', async () => {
    const other = await startServer()
    server.on('/a', redirect('/b'))
    server.on('/b', body(FEED))
    server.on('/away', redirect(`${other.origin}/b`))
    server.on('/name', redirect(`http://localhost:${server.port}/b`))
    server.on('/tls', redirect(`https://127.0.0.1/b`))
    other.on('/b', body(FEED))
    expect(text(await get(`${server.origin}/a`))).toBe(FEED)
    for (const path of ['away', 'name', 'tls']) {
      expect(failure(await get(`${server.origin}/${path}`))).toMatchObject({
        kind: 'address',
        message: expect.stringContaining('allowPrivate opens only the host and port of a configured address'),
      })
    }
    expect(other.accepted()).toBe(0)
  })

  it('may not bring a login of their own', async () => {
    server.on('/a', redirect(`http://user:evil@127.0.0.1:${server.port}/b`))
    server.on('/b', body(FEED))
    const result = await get(`${server.origin}/a`)
    expect(result).toMatchObject({ url: `${server.origin}/b` })
    expect(server.seen[1]?.headers).not.toHaveProperty('authorization')
  })
})

const publicFetcher = async (): Promise<Fetcher> => closedLater(await inPublic(pollSettings({ allowPrivate: false })))

describe('the guard', () => {
  it.each([
    'http://127.0.0.1/',
    'http://0x7f.1/',
    'http://2130706433/',
    'http://[::ffff:127.0.0.1]/',
    'http://[::]/',
    'http://169.254.169.254/',
    'http://localhost/',
    'http://localhost./',
  ])('refuses %s at the first request', async url => {
    expect(failure(await get(url, { allowPrivate: false }))).toMatchObject({ kind: 'address' })
  })

  it('refuses what is not http before asking anyone', async () => {
    for (const url of ['ftp://a.example/feed', 'data:text/xml,<rss/>', 'javascript:1', 'gopher://a.example/']) {
      expect(failure(await get(url))).toMatchObject({ kind: 'address' })
    }
    expect(failure(await get('no url'))).toMatchObject({ kind: 'address', message: 'not a URL: "no url"' })
  })

  it('refuses a name that resolves to a private address', async () => {
    const one = fetcher({ allowPrivate: false }, { lookup: resolvesTo('10.0.0.8') })
    expect(failure(await one.get(request('http://intranet.example.org/', { allowPrivate: false })))).toMatchObject({
      kind: 'address',
      message: 'address 10.0.0.8 of intranet.example.org is private; set allowPrivate for this feed to reach it',
    })
  })

  it('lets a feed reach it that is allowed to, and only that feed', async () => {
    const one = fetcher({ allowPrivate: false })
    const url = server.on('/feed', body(FEED))
    expect(text(await one.get(request(url, { allowPrivate: true })))).toBe(FEED)
    expect(failure(await one.get(request(url, { allowPrivate: false })))).toMatchObject({ kind: 'address' })
    // The connection the allowed feed left open serves nobody else.
    const named = fetcher({ allowPrivate: false }, { lookup: resolvesTo('127.0.0.1') })
    const byName = `http://name.example:${server.port}/feed`
    expect(text(await named.get(request(byName, { allowPrivate: true })))).toBe(FEED)
    expect(failure(await named.get(request(byName, { allowPrivate: false })))).toMatchObject({ kind: 'address' })
    expect(server.seen).toHaveLength(2)
  })

  it('checks the address that is connected to, not one resolved before (rebinding)', async () => {
    const asked: string[] = []
    const rebinding: LookupFunction = (name, _options, callback) => {
      asked.push(name)
      // Public for whoever looks first, private for whoever looks again.
      callback(null, [{ address: asked.length === 1 ? '203.0.114.1' : '127.0.0.1', family: 4 }])
    }
    const one = fetcher({ allowPrivate: false, connectTimeout: 300, totalTimeout: 600 }, { lookup: rebinding })
    const url = `http://rebind.example:${server.port}/feed`
    server.on('/feed', body(FEED))
    const first = failure(await one.get(request(url, { allowPrivate: false })))
    expect(first.kind).not.toBe('address')
    const second = failure(await one.get(request(url, { allowPrivate: false })))
    expect(second).toMatchObject({ kind: 'address', message: expect.stringContaining('127.0.0.1 of rebind.example') })
    expect(server.accepted()).toBe(0)
    // One look-up a connection: there is no second one to give another answer to.
    expect(asked).toHaveLength(2)
  })

  it('looks again at every redirect to a name', async () => {
    const one = fetcher({}, { lookup: resolvesTo('224.0.0.1') })
    const failed = failure(await one.get(request(server.on('/a', redirect('http://inside.example/')))))
    expect(failed).toMatchObject({ kind: 'address', message: expect.stringContaining('224.0.0.1 of inside.example') })
  })
})
