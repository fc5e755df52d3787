import type { IncomingMessage } from 'node:http'
import { describe, expect, it } from 'vitest'
import { makeCertificate } from '../../helpers/certificate.ts'
import {
  closedLater,
  FEED,
  failure,
  fetcher,
  get,
  request,
  server,
  startServer,
  text,
  useServer,
} from '../../helpers/fetching.ts'
import { type Behaviour, body, redirect, status } from '../../helpers/hostile-server.ts'
import { pollSettings } from '../../helpers/poll-settings.ts'
import { publicFetcher, publicName } from '../../helpers/public-network.ts'

useServer()

const cookiesOf = (asked: IncomingMessage): string[] =>
  (asked.headers.cookie ?? '').split('; ').filter(one => one !== '')

/** Answers with the feed whoever brings all of these, and sends everyone else to `to` with the cookies. */
function gate(wanted: readonly string[], to: string, set: readonly string[] = wanted, code = 302): Behaviour {
  return (asked, response) => {
    const brought = cookiesOf(asked)
    if (wanted.every(one => brought.includes(one))) body(FEED)(asked, response)
    else status(code, { location: to, 'set-cookie': set })(asked, response)
  }
}

const sent = (path: string): (string | undefined)[] =>
  server.seen.filter(one => one.path === path).map(one => one.headers.cookie)

describe('a server that wants a cookie brought back', () => {
  it.each([
    ['by the same address', ['pass=ok; Path=/; HttpOnly; SameSite=Lax'], ['pass=ok']],
    [
      'several of them',
      ['a=1', 'b="two words"; Max-Age=60', 'c=3; Expires=Fri, 01-Jan-2100 00:00:00 GMT'],
      ['a=1', 'b="two words"', 'c=3'],
    ],
    ['with an empty value', ['seen='], ['seen=']],
  ])('is given it on the way: %s', async (_what, set, wanted) => {
    const url = server.on('/feed', gate(wanted, '/feed', set))
    const result = await get(url)
    expect(text(result)).toBe(FEED)
    expect(result).toMatchObject({ url, movedTo: null })
    expect(JSON.stringify(result)).not.toContain('pass')
    expect(server.seen).toHaveLength(2)
  })

  it('that sets one after the other is given each as it comes', async () => {
    let number = 0
    const url = server.on('/feed', (asked, response) => {
      if (cookiesOf(asked).length === 3) return body(FEED)(asked, response)
      status(302, { location: '/feed', 'set-cookie': `step${number++}=x` })(asked, response)
    })
    expect(text(await get(url))).toBe(FEED)
  })

  it('is not believed to have moved, though it says so for good', async () => {
    const url = server.on('/feed', gate(['pass=ok'], '/feed', ['pass=ok'], 301))
    expect(await get(url)).toMatchObject({ kind: 'body', url, movedTo: null })
  })

  it('is given it by way of another page, and by way of another host', async () => {
    server.on('/a', gate(['pass=ok'], '/consent', []))
    server.on('/consent', status(307, { location: '/a', 'set-cookie': 'pass=ok; Path=/' }))
    expect(text(await get(`${server.origin}/a`))).toBe(FEED)
    const one = closedLater(await publicFetcher(pollSettings()))
    const login = await startServer()
    const [here, there] = [publicName(server.origin), publicName(login.origin, 'login')]
    server.on('/b', gate(['b=1'], `${there}/login`))
    login.on('/login', status(302, { location: `${here}/b`, 'set-cookie': 'theirs=1' }))
    expect(text(await one.get(request(`${here}/b`, { allowPrivate: false })))).toBe(FEED)
    expect(sent('/b')).toEqual([undefined, 'b=1'])
    expect(login.seen.map(one => one.headers.cookie)).toEqual([undefined])
  })

  it('is given it in one visit only', async () => {
    const one = fetcher()
    const url = server.on('/feed', gate(['pass=ok'], '/feed'))
    for (const _ of [1, 2]) expect(text(await one.get(request(url)))).toBe(FEED)
    expect(sent('/feed')).toEqual([undefined, 'pass=ok', undefined, 'pass=ok'])
  })

  it('is given no cookie that it did not set in a redirect, or took back', async () => {
    server.on('/a', status(302, { location: '/b', 'set-cookie': ['a=1', 'b=2; Path=/', 'c=3; Path=/'] }))
    const back = ['b=; Path=/; Max-Age=0', 'c=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT']
    server.on('/b', status(302, { location: '/c', 'set-cookie': back }))
    server.on('/c', status(403, { 'set-cookie': 'd=4' }))
    await get(`${server.origin}/a`)
    expect(sent('/b')).toEqual(['a=1; b=2; c=3'])
    expect(sent('/c')).toEqual(['a=1'])
  })

  it('is given it where its path reaches, and nowhere else', async () => {
    const set = ['in=1; Path=/news', 'out=2; Path=/other', 'own=3', 'no=4; Path=news']
    server.on('/news/a', status(302, { location: '/news/b', 'set-cookie': set }))
    server.on('/news/b', redirect('/newsletter'))
    server.on('/newsletter', body(FEED))
    await get(`${server.origin}/news/a`)
    expect(sent('/news/b')).toEqual(['in=1; own=3; no=4'])
    expect(sent('/newsletter')).toEqual([undefined])
  })

  it('does not get it over http where it is for https only', async () => {
    server.on('/a', status(302, { location: '/b', 'set-cookie': ['s=1; Secure', 'p=2'] }))
    server.on('/b', body(FEED))
    await get(`${server.origin}/a`)
    expect(sent('/b')).toEqual(['p=2'])
    const tls = makeCertificate()
    const secure = await startServer({ tls })
    const url = secure.on('/feed', gate(['s=1'], '/feed', ['s=1; Secure']))
    expect(text(await fetcher({}, { ca: tls.cert }).get(request(url)))).toBe(FEED)
  })

  it('may set it for the domain that the feed is in, and for no suffix', async () => {
    const one = closedLater(await publicFetcher(pollSettings()))
    const ask = (url: string) => one.get(request(url, { allowPrivate: false }))
    const at = (host: string, path: string): string => `http://${host}:${server.port}${path}`
    server.on('/feed', gate(['pass=ok'], at('login.paper.example', '/login'), []))
    const set = ['pass=ok; Domain=.paper.example; Path=/', 'a=1; Domain=example; Path=/', 'b=2; Domain=other.example']
    server.on('/login', status(302, { location: at('www.paper.example', '/feed'), 'set-cookie': set }))
    expect(text(await ask(at('www.paper.example', '/feed')))).toBe(FEED)
    expect(sent('/feed')).toEqual([undefined, 'pass=ok'])
    const country = ['pass=ok; Domain=co.uk; Path=/']
    server.on('/x', status(302, { location: at('b.co.uk', '/y'), 'set-cookie': country }))
    server.on('/y', body(FEED))
    await ask(at('a.co.uk', '/x'))
    expect(sent('/y')).toEqual([undefined])
  })

  it('gets it beside the configured ones, which go to no other host', async () => {
    const other = await startServer()
    const headers = { Cookie: 'mine=1; lang=ar' }
    server.on('/a', gate(['pass=ok', 'mine=1', 'lang=en'], '/a', ['pass=ok', 'lang=en']))
    expect(text(await get(`${server.origin}/a`, {}, { headers }))).toBe(FEED)
    const one = closedLater(await publicFetcher(pollSettings()))
    const [here, there] = [publicName(server.origin), publicName(other.origin, 'other')]
    server.on('/b', status(302, { location: `${there}/c`, 'set-cookie': 'x=1; Path=/' }))
    other.on('/c', redirect(`${here}/d`))
    server.on('/d', body(FEED))
    expect(text(await one.get(request(`${here}/b`, { allowPrivate: false, headers })))).toBe(FEED)
    expect(other.seen.map(one => one.headers.cookie)).toEqual([undefined])
    expect(sent('/d')).toEqual(['x=1'])
  })

  it('and sends us round all the same is told as a loop, with what the user can do', async () => {
    const url = server.on('/feed', status(302, { location: '/feed', 'set-cookie': 'pass=no' }))
    const failed = failure(await get(url))
    expect(failed.kind).toBe('redirect')
    expect(failed.message).toMatch(/^redirect loop: .*the server sets a cookie.*`headers` of this feed can carry it$/)
    expect(failed.message).not.toContain('pass=no')
    expect(server.seen).toHaveLength(2)
  })

  it('and sets a new one for ever is left at the limit of redirects', async () => {
    let number = 0
    const url = server.on('/feed', (asked, response) =>
      status(302, { location: '/feed', 'set-cookie': `n=${number++}` })(asked, response),
    )
    const failed = failure(await get(url, { maxRedirects: 4 }))
    expect(failed.message).toMatch(/^more than 4 redirects \(poll\.maxRedirects\): .*`headers` of this feed/)
    expect(server.seen).toHaveLength(5)
  })

  it('can make us bring back no more than a server takes, and nothing that breaks a header', async () => {
    const many = Array.from({ length: 60 }, (_, number) => `c${number}=${'x'.repeat(900)}`)
    const odd = ['=1', 'no pair', 'a b=1', `long=${'x'.repeat(5_000)}`, 'tab=a\tb', ' spaced = 1 ;Path=/']
    server.on('/a', status(302, { location: '/b', 'set-cookie': [...odd, ...many] }))
    server.on('/b', body(FEED))
    expect(text(await get(`${server.origin}/a`))).toBe(FEED)
    const [header = ''] = sent('/b')
    expect(header.length).toBeLessThan(8_193)
    expect(header.split('; ').filter(one => !/^c\d+=x+$/.test(one))).toEqual(['spaced=1'])
  })
})
