// The built-in hub and those who subscribe to our feeds (W3C WebSub), over real HTTP and a real file; only the clock is ours.
import { createHmac } from 'node:crypto'
import type { LookupFunction } from 'node:net'
import { describe, expect, it } from 'vitest'
import { createCaller } from '../../src/collect/net/callback.ts'
import { eventually } from '../helpers/eventually.ts'
import { hubbed, obliging, subscriber } from '../helpers/subscribing.ts'

const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE
const WITHIN = 20_000

const subscribing = (callback: string, topic: string, more: Record<string, string> = {}) => ({
  'hub.mode': 'subscribe',
  'hub.callback': callback,
  'hub.topic': topic,
  ...more,
})

describe('the built-in hub', () => {
  it('is named by every feed, in the document and in its header, and takes what the feed calls itself', async () => {
    const here = await hubbed()
    const hub = `${here.state.address}/hub`
    for (const feed of [
      '/feed.atom',
      '/feed.rss',
      '/feed.json',
      '/threads.atom?min-agencies=1',
      '/threads/1.rss',
      '/feed.atom?lang=ar',
    ]) {
      const response = await here.get(feed)
      const body = await response.text()
      expect(response.headers.get('link'), feed).toBe(`<${hub}>; rel="hub", <${here.topic(feed)}>; rel="self"`)
      expect(body, feed).toContain(hub)
      expect(body.replaceAll('&amp;', '&'), feed).toContain(here.topic(feed))
    }
    expect((await here.get('/feed.atom?page=2')).headers.get('link')).toBeNull()
  })

  it('asks who subscribes, with a challenge, and sends the whole feed with a signature whenever it has changed', async () => {
    const here = await hubbed()
    const reader = await subscriber()
    const secret = 'a secret of theirs'
    await here.subscribe(`${reader.url}/cb?own=1&x=%2F`, { 'hub.secret': secret, 'hub.lease_seconds': '86400' })
    const [asked] = reader.heard
    expect(asked).toMatchObject({ method: 'GET', path: '/cb' })
    expect(Object.fromEntries(asked?.query ?? [])).toMatchObject({
      own: '1',
      x: '/',
      'hub.mode': 'subscribe',
      'hub.topic': here.topic(),
      'hub.lease_seconds': '86400',
    })
    expect(asked?.query.get('hub.challenge')).toMatch(/^[\w-]{32}$/)
    await here.push()
    expect(reader.pushes()).toEqual([])

    here.publish('Boats sail again')
    here.state.now += MINUTE
    await here.push()
    const [sent] = reader.pushes()
    const feed = await here.get('/feed.atom')
    expect(sent?.body).toBe(await feed.text())
    expect(sent?.body).toContain('Boats sail again')
    expect(sent?.path).toBe('/cb')
    expect(sent?.headers['content-type']).toBe(feed.headers.get('content-type'))
    expect(sent?.headers['link']).toBe(feed.headers.get('link'))
    const hmac = createHmac('sha256', secret)
      .update(sent?.body ?? '')
      .digest('hex')
    expect(sent?.headers['x-hub-signature']).toBe(`sha256=${hmac}`)
    await here.push()
    expect(reader.pushes()).toHaveLength(1)

    here.publish()
    await here.push()
    expect(reader.pushes()).toHaveLength(1)
    here.state.now += MINUTE
    await here.push()
    expect(reader.pushes()).toHaveLength(2)
    expect(await here.figures()).toEqual([
      'minwal_hub_subscribers 1',
      'minwal_hub_pushes_total{outcome="delivered"} 2',
      'minwal_hub_pushes_total{outcome="failed"} 0',
      'minwal_hub_pushes_total{outcome="gone"} 0',
      'minwal_hub_verifications_total{outcome="confirmed"} 1',
      'minwal_hub_verifications_total{outcome="refused"} 0',
    ])
  })

  it('sends each feed to its own subscribers alone, unsigned where no secret was given', async () => {
    const here = await hubbed()
    const reader = await subscriber()
    await here.subscribe(`${reader.url}/all`)
    await here.subscribe(`${reader.url}/french`, { 'hub.topic': here.topic('/feed.json?lang=fr') })
    here.publish()
    here.state.now += MINUTE
    await here.push()
    expect(reader.pushes().map(({ path, headers }) => [path, headers['x-hub-signature']])).toEqual([
      ['/all', undefined],
    ])
  })

  it.each([
    ['repeats another challenge', { status: 200, body: 'something else' }],
    ['repeats it with more', { status: 200, body: 'x'.repeat(100_000) }],
    ['says no', { status: 404 }],
    ['sends the hub elsewhere', { status: 302, headers: { location: '/elsewhere' } }],
    ['never answers', null],
  ])('keeps no subscription where the callback %s', async (_what, answer) => {
    const here = await hubbed({ poll: { totalTimeout: 400, responseTimeout: 400 } })
    const reader = await subscriber()
    reader.answer = () => answer
    expect((await here.post(subscribing(`${reader.url}/cb`, here.topic()))).status).toBe(202)
    await eventually('it is refused', () => here.state.told.includes('a subscriber did not confirm'), WITHIN)
    expect(here.subscribers()).toEqual([])
    expect(reader.heard.map(({ path }) => path)).toEqual(['/cb'])
  })

  it('tries again what could not be delivered, later each time, and then sends what is current', async () => {
    const here = await hubbed()
    const reader = await subscriber()
    await here.subscribe(`${reader.url}/cb`)
    reader.answer = () => ({ status: 500 })
    here.publish('Old news')
    here.state.now += MINUTE
    await here.push()
    expect(reader.pushes()).toHaveLength(1)
    for (const wait of [1, 2, 4, 8, 16, 32, 60, 60]) {
      const before = reader.pushes().length
      here.state.now += wait * MINUTE - 1
      await here.push()
      expect(reader.pushes()).toHaveLength(before)
      here.state.now += 1
      await here.push()
      expect(reader.pushes()).toHaveLength(before + 1)
    }
    reader.answer = obliging
    here.publish('New news')
    here.state.now += 60 * MINUTE
    await here.push()
    expect(reader.pushes().at(-1)?.body).toContain('New news')
    expect(here.subscribers()).toMatchObject([{ failures: 0 }])
    expect(here.state.told.filter(event => event === 'a subscriber could not be sent to')).toHaveLength(1)
  })

  it('waits for as long as a subscriber wants it to, an hour at most, and follows no redirect', async () => {
    const here = await hubbed()
    const reader = await subscriber()
    await here.subscribe(`${reader.url}/cb`)
    reader.answer = () => ({ status: 503, headers: { 'retry-after': '1800' } })
    here.publish()
    here.state.now += MINUTE
    await here.push()
    here.state.now += 29 * MINUTE
    await here.push()
    expect(reader.pushes()).toHaveLength(1)
    reader.answer = () => ({ status: 307, headers: { location: `${reader.url}/elsewhere` } })
    here.state.now += MINUTE
    await here.push()
    expect(reader.pushes().map(({ path }) => path)).toEqual(['/cb', '/cb'])
    expect(here.subscribers()).toMatchObject([{ failures: 2 }])
  })

  it('forgets who answers 410, and who says so and confirms it', async () => {
    const here = await hubbed()
    const reader = await subscriber()
    await here.subscribe(`${reader.url}/one`)
    await here.subscribe(`${reader.url}/two`)
    reader.answer = heard => (heard.path === '/one' ? { status: 410 } : obliging(heard))
    here.publish()
    here.state.now += MINUTE
    await here.push()
    expect(here.subscribers().map(({ callback }) => callback)).toEqual([`${reader.url}/two`])
    expect(await here.figures()).toContain('minwal_hub_pushes_total{outcome="gone"} 1')

    const leaving = { ...subscribing(`${reader.url}/two`, here.topic()), 'hub.mode': 'unsubscribe' }
    reader.answer = () => ({ status: 404 })
    expect((await here.post(leaving)).status).toBe(202)
    await eventually(
      'it does not want to leave',
      () => here.state.told.includes('a subscriber did not confirm'),
      WITHIN,
    )
    expect(here.subscribers()).toHaveLength(1)
    reader.answer = obliging
    expect((await here.post(leaving)).status).toBe(202)
    await eventually('it has left', () => here.subscribers().length === 0, WITHIN)
    expect(reader.heard.at(-1)?.query.get('hub.mode')).toBe('unsubscribe')
    // Who is not subscribed is not called.
    const calls = reader.heard.length
    expect((await here.post(leaving)).status).toBe(202)
    await here.push()
    expect(reader.heard).toHaveLength(calls)
  })

  it('ends a lease, which it bounds, unless it is renewed', async () => {
    const here = await hubbed()
    const reader = await subscriber()
    await here.subscribe(`${reader.url}/short`, { 'hub.lease_seconds': '1' })
    await here.subscribe(`${reader.url}/long`, { 'hub.lease_seconds': '999999999999' })
    await here.subscribe(`${reader.url}/usual`)
    const leases = here.subscribers().map(({ leaseEnd }) => leaseEnd - here.state.now)
    expect(leases).toEqual([5 * MINUTE, 10 * DAY, 7 * DAY])
    expect(reader.heard.map(({ query }) => query.get('hub.lease_seconds'))).toEqual(['300', '864000', '604800'])
    here.state.now += 5 * MINUTE
    here.publish()
    await here.push()
    expect(
      reader
        .pushes()
        .map(({ path }) => path)
        .sort(),
    ).toEqual(['/long', '/usual'])
    here.state.now += 6 * DAY
    expect((await here.post(subscribing(`${reader.url}/usual`, here.topic()))).status).toBe(202)
    await eventually(
      'it is renewed',
      () => here.subscribers().some(one => one.leaseEnd === here.state.now + 7 * DAY),
      WITHIN,
    )
    here.state.now += 5 * DAY
    await here.push()
    expect(here.subscribers().map(({ callback }) => callback)).toEqual([`${reader.url}/usual`])
  })

  it('goes on after a restart, with what was published meanwhile, once', async () => {
    const here = await hubbed({ thread: true })
    const reader = await subscriber()
    await here.subscribe(`${reader.url}/cb`, { 'hub.secret': 'k' })
    here.publish('While it stood')
    await here.restart()
    await here.push()
    expect(reader.pushes()).toHaveLength(1)
    expect(reader.pushes()[0]?.body).toContain('While it stood')
    await here.restart()
    await here.push()
    expect(reader.pushes()).toHaveLength(1)
  })

  it('lets nobody wait for a subscriber that does not answer', async () => {
    const here = await hubbed({ poll: { totalTimeout: 60_000, responseTimeout: 60_000 } })
    const [slow, quick] = [await subscriber(), await subscriber()]
    await here.subscribe(`${slow.url}/cb`)
    await here.subscribe(`${quick.url}/cb`)
    slow.answer = () => null
    here.publish()
    here.state.now += MINUTE
    const pushing = here.push()
    await eventually('the other one has it', () => quick.pushes().length === 1, WITHIN)
    expect((await here.get('/feed.atom')).status).toBe(200)
    here.publish('Meanwhile')
    expect(await (await here.get('/feed.atom?limit=1')).text()).toContain('Meanwhile')
    await here.stop()
    await pushing
  })

  it('tells subscribers of a thread that was merged that they get no more', async () => {
    const here = await hubbed()
    const reader = await subscriber()
    here.publish('Чемпион сохранил титул')
    const threads = here.store.recentThreads({ limit: 2 })
    const [one, two] = threads.map(({ id }) => id)
    await here.subscribe(`${reader.url}/cb`, { 'hub.topic': here.topic(`/threads/${one}.atom`) })
    const why = { at: here.state.now, by: 'editor' as const, score: null, reasons: [] }
    here.store.file(filing => filing.mergeThreads(two ?? 0, one ?? 0, why))
    here.state.now += MINUTE
    await here.push()
    expect(here.subscribers()).toEqual([])
    const { query } = reader.heard.at(-1) ?? { query: new URLSearchParams() }
    expect([query.get('hub.mode'), query.get('hub.topic')]).toEqual(['denied', here.topic(`/threads/${one}.atom`)])
    expect(query.get('hub.reason')).not.toBe('')
  })
})

describe('the built-in hub calls nobody', () => {
  it('who asks wrongly, and says what is wrong', async () => {
    const here = await hubbed()
    const reader = await subscriber()
    const right = subscribing(`${reader.url}/cb`, here.topic())
    const wrong: [string, Record<string, string>, number][] = [
      ['another mode', { 'hub.mode': 'publish' }, 400],
      ['no callback', { 'hub.callback': '' }, 400],
      ['a callback of another kind', { 'hub.callback': 'ftp://x/' }, 400],
      ['a callback with a login', { 'hub.callback': reader.url.replace('//', '//u:p@') }, 400],
      ['a callback with a fragment', { 'hub.callback': `${reader.url}/#x` }, 400],
      ['a callback that is too long', { 'hub.callback': `${reader.url}/${'x'.repeat(2_048)}` }, 400],
      ['a callback among cloud metadata', { 'hub.callback': 'http://169.254.169.254/latest' }, 403],
      ['a secret of 200 bytes', { 'hub.secret': 'é'.repeat(100) }, 400],
      ['a lease that is no number', { 'hub.lease_seconds': '-1' }, 400],
      ['another site', { 'hub.topic': 'https://elsewhere.example/feed.atom' }, 404],
      ['a page', { 'hub.topic': here.topic('/') }, 404],
      ['another spelling of a feed', { 'hub.topic': here.topic('/feed.atom?utm_source=x') }, 404],
      ['a further page of a feed', { 'hub.topic': here.topic('/feed.atom?page=2') }, 404],
      ['a thread that is not there', { 'hub.topic': here.topic('/threads/999.atom') }, 404],
    ]
    for (const [what, change, status] of wrong) {
      // Nobody is to be told to wait here.
      here.state.now += MINUTE
      const response = await here.post({ ...right, ...change })
      expect(`${what}: ${response.status}`).toBe(`${what}: ${status}`)
      expect((await response.text()).trim()).not.toBe('')
    }
    const twice = new URLSearchParams(right)
    twice.append('hub.topic', here.topic())
    const to = `${here.state.address}/hub`
    expect((await fetch(to, { method: 'POST', body: twice })).status).toBe(400)
    expect(
      (await fetch(to, { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } })).status,
    ).toBe(415)
    expect((await here.post({ ...right, more: 'x'.repeat(20_000) })).status).toBe(413)
    const got = await here.get('/hub')
    expect([got.status, got.headers.get('allow')]).toEqual([405, 'POST'])
    expect(reader.heard).toEqual([])
  })

  it('at private addresses where the site is public, whether they are written or looked up', async () => {
    const reader = await subscriber()
    const port = new URL(reader.url).port
    const lookup: LookupFunction = (_host, _options, callback) => callback(null, [{ address: '127.0.0.1', family: 4 }])
    const here = await hubbed({ link: 'https://wires.example.com', makeCaller: poll => createCaller(poll, { lookup }) })
    for (const callback of [
      reader.url,
      'http://10.0.0.1/',
      'http://[::1]/',
      'http://localhost/',
      'http://2130706433/',
    ]) {
      expect((await here.post(subscribing(callback, here.topic()))).status, callback).toBe(403)
    }
    expect((await here.post(subscribing(`http://rebound.example.com:${port}/cb`, here.topic()))).status).toBe(202)
    await eventually('it is refused', () => here.state.told.includes('a subscriber did not confirm'), WITHIN)
    expect(reader.heard).toEqual([])
    expect(here.subscribers()).toEqual([])
  })

  it('more often than six times a minute for one host', async () => {
    const here = await hubbed()
    const reader = await subscriber()
    const statuses: number[] = []
    for (let at = 0; at < 8; at++) {
      statuses.push((await here.post(subscribing(`${reader.url}/${at}`, here.topic()))).status)
    }
    expect(statuses).toEqual([202, 202, 202, 202, 202, 202, 429, 429])
    await eventually('six are kept', () => here.subscribers().length === 6, WITHIN)
    expect(reader.heard).toHaveLength(6)
    here.state.now += MINUTE
    expect((await here.post(subscribing(`${reader.url}/8`, here.topic()))).status).toBe(202)
  })

  it('where there is another hub, or none', async () => {
    const here = await hubbed()
    const reader = await subscriber()
    for (const hub of ['https://hub.example/', null]) {
      here.put(hub)
      const response = await here.post(subscribing(`${reader.url}/cb`, here.topic()))
      expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD'])
      expect(await here.figures()).toEqual([])
      await here.push()
    }
    expect(reader.heard).toEqual([])
  })
})
