// The callback and the renewals over a real store and real HTTP; only the clock is ours.

import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseConfig } from '../../src/config/load.ts'
import { emptyHabit, ratesOf, readHabit } from '../../src/decide/schedule/habit.ts'
import type { PollSettings } from '../../src/model/config.ts'
import type { FeedState, Subscription } from '../../src/model/stored.ts'
import { createWebSub, type Following, isPublic } from '../../src/run/hub.ts'
import { pollFeed } from '../../src/run/poll.ts'
import { newDatabase } from '../helpers/engine.ts'
import { eventually } from '../helpers/eventually.ts'
import { feedServer, rss } from '../helpers/feed-server.ts'
import { folder } from '../helpers/folder.ts'
import { type Hub, signed, startHub } from '../helpers/hub.ts'
import { pollSettings } from '../helpers/poll-settings.ts'
import { pollingFor } from '../helpers/polling.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const TOPIC = 'https://wire.example/feed'
const news = (title: string): string => rss([{ guid: title, title, text: `${title}, says the wire.` }])

interface Told {
  event: string
  [field: string]: unknown
}

/** A store with some feeds, and a clock that stands still until a test moves it. */
async function newsroom(options: { feeds?: readonly string[]; link?: string; poll?: Partial<PollSettings> } = {}) {
  const { feeds = ['http://127.0.0.1:1/feed'], link = 'http://127.0.0.1:8080' } = options
  const clock = { now: Date.UTC(2026, 2, 3) }
  const spec = {
    category: null,
    language: null,
    every: null,
    headers: {},
    identity: 'guid',
    allowPrivate: false,
  } as const
  const agencies = [
    {
      id: 'wire',
      name: 'Wire',
      aliases: [],
      language: null,
      homepage: null,
      feeds: feeds.map(url => ({ ...spec, url, paused: false })),
    },
  ]
  const settings = pollSettings({ maxInterval: 4 * HOUR, ...options.poll })
  const told: Told[] = []
  const log = (event: string, fields?: Record<string, unknown>): void => void told.push({ event, ...fields })
  const stopping = new AbortController()
  const where = folder()
  const text = JSON.stringify({
    database: newDatabase(join(where, 'minwal.db')),
    agencies: [{ id: 'x', name: 'X', feeds }],
  })
  const parsed = parseConfig(text, join(where, 'config.json'), {})
  if (!parsed.ok) throw new Error(parsed.faults.join('\n'))
  const polling = await pollingFor(
    { ...parsed.config, agencies, poll: settings, threads: { threshold: 0.28, window: 3 * DAY } },
    {
      now: () => clock.now,
      log: { debug: log, info: log, warn: log, error: log },
      signal: stopping.signal,
      onHub: (feed, hub) => websub.onHub(feed, hub),
    },
  )
  const { reader: store } = polling
  const deps: Following = { ...polling, link }
  const websub = createWebSub(() => deps)
  const feed = (at = 0): FeedState => {
    const found = store.feeds().find(({ url }) => url === feeds[at])
    if (!found) throw new Error('no such feed')
    return found
  }
  const subscription = (at = 0): Subscription => {
    const found = store.subscription(feed(at).id)
    if (!found) throw new Error('no subscription')
    return found
  }
  const send = async (callback: string, init: RequestInit = {}): Promise<number | null> =>
    (await websub.answer(new Request(callback, init)))?.status ?? null
  const push = (body: string, headers: Record<string, string> = {}): Promise<number | null> => {
    const { callback, secret } = subscription()
    return send(callback, { method: 'POST', body, headers: { 'x-hub-signature': signed(secret, body), ...headers } })
  }
  const verify = (lease = 864_000): Promise<number | null> => {
    const { callback, topic } = subscription()
    const query = {
      'hub.mode': 'subscribe',
      'hub.topic': topic,
      'hub.challenge': 'c',
      'hub.lease_seconds': String(lease),
    }
    return send(`${callback}?${new URLSearchParams(query)}`)
  }
  return { clock, store, websub, deps, told, stopping, feed, subscription, send, push, verify }
}

/** Address of a feed at the host and port of the hub: at private addresses, no other hub is asked. */
const beside = (hub: Hub, path = '/feed'): string => new URL(path, hub.url).href

/** One whose only feed has named a hub that was asked and has confirmed. */
async function subscribed(options: Parameters<typeof newsroom>[0] = {}) {
  const hub = await startHub()
  const room = await newsroom({ feeds: [beside(hub)], ...options })
  await room.websub.onHub(room.feed(), { hub: hub.url, topic: TOPIC })
  await room.websub.renew()
  expect(await room.verify()).toBe(200)
  return { ...room, hub }
}

describe('a public address', () => {
  it.each([
    ['https://news.example.org', true],
    ['http://news.example.org:8080/minwal', true],
    ['https://93.184.216.34', true],
    ['http://[2606:2800:220:1:248:1893:25c8:1946]/', true],
    ['http://127.0.0.1:8080', false],
    ['http://localhost:8080', false],
    ['http://0x7f.1/', false],
    ['http://192.168.1.5', false],
    ['http://[::1]:8080', false],
    ['http://[::ffff:10.0.0.1]', false],
    ['http://100.64.0.1', false],
    ['http://newsdesk:8080', false],
    ['http://newsdesk.local.', false],
    ['http://news.intranet', false],
    ['http://news.home.arpa', false],
    ['http://news.test', false],
    ['file:///srv/news', false],
    ['no address', false],
  ])('%s: %s', (address, expected) => {
    expect(isPublic(address)).toBe(expected)
  })
})

describe('asking', () => {
  it('does not give a private callback to a public hub, even where private addresses are allowed', async () => {
    const { websub, store, feed } = await newsroom()
    await websub.onHub(feed(), { hub: 'https://hub.example.org/', topic: TOPIC })
    expect(store.subscription(feed().id)).toBeNull()
    const open = await newsroom({ link: 'https://news.example.org/minwal' })
    await open.websub.onHub(open.feed(), { hub: 'https://hub.example.org/', topic: TOPIC })
    expect(open.subscription().callback).toMatch(/^https:\/\/news\.example\.org\/minwal\/websub\/[\w-]{32}$/)
  })

  it('goes to one hub for one feed at a time, and to each feed with another callback and secret', async () => {
    const hub = await startHub()
    let open = 0
    let most = 0
    hub.answer = response => {
      most = Math.max(most, ++open)
      setImmediate(() => {
        open--
        response.writeHead(202).end()
      })
    }
    const feeds = Array.from({ length: 12 }, (_, at) => beside(hub, `/${at}`))
    const { websub, feed, deps, store } = await newsroom({ feeds })
    for (const [at, url] of feeds.entries()) await websub.onHub(feed(at), { hub: hub.url, topic: url })
    await Promise.all([websub.renew(), websub.renew()])
    expect(hub.asked.map(({ topic }) => topic).sort()).toEqual([...feeds].sort())
    expect(new Set(hub.asked.map(({ callback }) => callback)).size).toBe(12)
    expect(new Set(hub.asked.map(({ secret }) => secret)).size).toBe(12)
    expect(most).toBe(1)
    await websub.renew()
    expect(hub.asked).toHaveLength(12)
    expect(store.subscriptionsDue(deps.now() + 2 * HOUR)).toHaveLength(12)
  })

  it('at a private address goes only to the host and port of the feed itself', async () => {
    const hub = await startHub()
    const { websub, feed, subscription } = await newsroom()
    await websub.onHub(feed(), { hub: hub.url, topic: TOPIC })
    await websub.renew()
    expect(hub.asked).toEqual([])
    expect(subscription().note).toContain('is loopback')
  })

  it('is answered by the verification, whatever the hub says afterwards', async () => {
    const hub = await startHub()
    const { websub, feed, subscription, verify, clock } = await newsroom({ feeds: [beside(hub)] })
    hub.answer = async response => {
      expect(await verify()).toBe(200)
      response.writeHead(500).end()
    }
    await websub.onHub(feed(), { hub: hub.url, topic: TOPIC })
    await websub.renew()
    expect(subscription()).toMatchObject({ state: 'active', leaseEnd: clock.now + 10 * DAY, attempts: 0 })
  })

  it('is renewed before the lease is over, each time, for a year', async () => {
    const { hub, websub, clock, subscription, verify } = await subscribed()
    const end = clock.now + 365 * DAY
    while (clock.now < end) {
      const { nextAsk, leaseEnd } = subscription()
      expect(nextAsk).toBeLessThan(leaseEnd ?? 0)
      clock.now = nextAsk
      const before = hub.asked.length
      await websub.renew()
      expect(hub.asked).toHaveLength(before + 1)
      expect(await verify()).toBe(200)
    }
    expect(hub.asked.length).toBeGreaterThan(40)
    expect(hub.asked.length).toBeLessThan(55)
  })

  it('stops for a feed that left the configuration or is paused, and for one that names no hub any more', async () => {
    const gone = await subscribed()
    gone.clock.now += 9.5 * DAY
    await gone.deps.desk.syncAgencies([], gone.clock.now)
    await gone.websub.renew()
    const unnamed = await subscribed()
    await unnamed.websub.onHub(unnamed.feed(), null)
    unnamed.clock.now += 9.5 * DAY
    await unnamed.websub.renew()
    const off = await subscribed()
    Object.assign(off.deps.settings, { websub: false })
    off.clock.now += 9.5 * DAY
    await off.websub.renew()
    for (const { hub } of [gone, unnamed, off]) expect(hub.asked).toHaveLength(1)
    expect(await off.push(news('Port reopens'))).toBe(404)
  })

  it('gives a new public address to the hub at the next renewal', async () => {
    const { hub, websub, deps, clock, subscription, push } = await subscribed()
    Object.assign(deps, { link: 'http://127.0.0.1:9090/below' })
    clock.now = subscription().nextAsk
    await websub.renew()
    expect(hub.asked.at(-1)?.callback).toBe(`http://127.0.0.1:9090/below/websub/${subscription().id}`)
    // A proxy may take the path off, or leave it on.
    expect(await push(news('Port reopens'))).toBe(202)
  })

  it('says nothing of a hub when it is Minwal that stops', async () => {
    const hub = await startHub()
    hub.answer = () => {}
    const { websub, feed, stopping, subscription, told } = await newsroom({ feeds: [beside(hub)] })
    await websub.onHub(feed(), { hub: hub.url, topic: TOPIC })
    const renewing = websub.renew()
    await eventually('the hub is asked', () => hub.asked.length === 1)
    stopping.abort()
    await renewing
    expect(subscription()).toMatchObject({ state: 'asked', note: null })
    expect(told).toEqual([])
  })
})

describe('a callback', () => {
  it('is no other address', async () => {
    const { send, subscription } = await subscribed()
    for (const path of ['/', '/feed.atom', '/websub', '/threads/1', `/websub/${subscription().id}/more`]) {
      expect(await send(`http://127.0.0.1:8080${path}`), path).toBeNull()
    }
    for (const id of ['', 'x', 'A'.repeat(32), `${subscription().id}x`, '%00', "'or 1=1--"]) {
      expect(await send(`http://127.0.0.1:8080/websub/${id}`, { method: 'POST', body: 'x' }), id).toBe(404)
    }
  })

  it('files nothing for a feed that is not followed any more', async () => {
    const gone = await subscribed()
    Object.assign(gone.deps, { feeds: new Map() })
    expect(await gone.push(news('Port reopens'))).toBe(410)
    expect(await gone.verify()).toBe(404)
    const paused = await subscribed()
    const { url } = paused.feed()
    const named = paused.deps.feeds.get(url)
    if (!named) throw new Error('no such feed')
    Object.assign(paused.deps, { feeds: new Map([[url, { ...named, spec: { ...named.spec, paused: true } }]]) })
    expect(await paused.push(news('Port reopens'))).toBe(410)
    for (const { store } of [gone, paused]) expect(store.totals().reports).toBe(0)
  })

  it('reads no further than it has to, whatever length is claimed', async () => {
    const { subscription, send } = await subscribed({ poll: { maxBodyBytes: 10_000 } })
    let given = 0
    const endless = new ReadableStream<Uint8Array>({
      pull: controller => {
        given += 1_000
        controller.enqueue(new Uint8Array(1_000))
      },
    })
    const request: RequestInit & { duplex: 'half' } = { method: 'POST', body: endless, duplex: 'half' }
    expect(await send(subscription().callback, request)).toBe(413)
    expect(given).toBeLessThan(20_000)
  })

  it('sends pushes away while Minwal stops, so that the hub tries again', async () => {
    const { push, stopping, store } = await subscribed()
    stopping.abort()
    expect(await push(news('Port reopens'))).toBe(503)
    expect(store.totals().reports).toBe(0)
  })
})

describe('polling beside a hub', () => {
  async function followed() {
    const server = await feedServer()
    const url = `${server.origin}/feed`
    const hub = await startHub(server)
    const show = (...titles: string[]): void =>
      void server.answers.set(
        '/feed',
        rss(titles.map(title => ({ guid: title, title, text: `${title}, says the wire.` }))).replace(
          '<description/>',
          `<a:link xmlns:a="http://www.w3.org/2005/Atom" rel="hub" href="${hub.url}"/><a:link xmlns:a="http://www.w3.org/2005/Atom" rel="self" href="${url}"/>`,
        ),
      )
    const room = await newsroom({ feeds: [url] })
    show('One')
    const poll = async (): Promise<FeedState> => {
      await pollFeed(room.feed(), room.deps)
      return room.feed()
    }
    await poll()
    await room.websub.renew()
    expect(await room.verify()).toBe(200)
    return { ...room, show, poll }
  }
  const SLOW = /^every 4 h: the hub 127\.0\.0\.1:\d+ pushes what is new$/

  it('waits for proof: a hub that has only confirmed changes nothing', async () => {
    const { poll, clock } = await followed()
    const feed = await poll()
    expect(feed.reason).not.toMatch(SLOW)
    expect(feed.nextPoll).toBeLessThan(clock.now + 2 * HOUR)
  })

  it('is slow while the hub pushes, comes all the same, and is itself again when the hub falls silent', async () => {
    const { poll, push, clock, feed, show } = await followed()
    const { interval } = feed()
    expect(await push(news('Two'))).toBe(202)
    const { nextPoll } = feed()
    expect(feed().reason).toMatch(SLOW)
    expect(nextPoll - clock.now).toBeGreaterThanOrEqual(4 * HOUR)
    // Pushes do not put the poll off for ever.
    for (let hour = 1; hour < 4; hour++) {
      clock.now += HOUR
      await push(news(`Hour ${hour}`))
    }
    expect(feed().nextPoll).toBe(nextPoll)
    clock.now = nextPoll
    show('One', 'Two', 'Hour 1')
    expect((await poll()).reason).toMatch(SLOW)
    expect(feed().interval).toBe(interval)
    clock.now += DAY + HOUR
    expect((await poll()).reason).not.toMatch(SLOW)
  })

  it('is itself again as soon as a poll finds what the hub had left out, until the hub pushes again', async () => {
    const { poll, push, clock, feed, show, subscription } = await followed()
    await push(news('Two'))
    clock.now += 4 * HOUR
    show('One', 'Two', 'Three')
    expect((await poll()).reason).not.toMatch(SLOW)
    expect(subscription()).toMatchObject({ state: 'active', lastPush: null })
    await push(news('Four'))
    expect(feed().reason).toMatch(SLOW)
  })

  it('is learnt from pushes too, so that silence is told when they and the polls stay away', async () => {
    const { poll, push, clock, feed, show } = await followed()
    const titles = ['One']
    for (let hour = 1; hour <= 96; hour++) {
      clock.now += HOUR
      titles.push(`Hour ${hour}`)
      await push(news(`Hour ${hour}`))
      show(...titles.slice(-20))
      if (hour % 4 === 0) expect((await poll()).warnings).toEqual([])
    }
    const before = readHabit(feed().habit)
    expect(ratesOf(before ?? emptyHabit()).average).toBeGreaterThan(0.8)
    for (let hour = 4; hour <= 24; hour += 4) {
      clock.now += 4 * HOUR
      await poll()
    }
    expect(feed().warnings.join()).toMatch(/^quiet for 2\d h/)
    expect(feed().gaps).toBe(0)
  })

  it('leaves a failing feed failing: a push says nothing of its address', async () => {
    const { poll, push, deps, feed } = await followed()
    Object.assign(deps, { fetcher: { ...deps.fetcher, get: async () => FAILED } })
    const failed = await poll()
    expect(failed).toMatchObject({ state: 'failing', failures: 1 })
    expect(await push(news('Two'))).toBe(202)
    expect(feed()).toMatchObject({
      state: 'failing',
      failures: 1,
      error: failed.error,
      nextPoll: failed.nextPoll,
      reason: failed.reason,
      reports: 2,
    })
  })
})

const FAILED = {
  kind: 'failed',
  failure: { kind: 'http', message: 'it answered 500', status: 500, retryAt: null },
  ms: 1,
} as const
