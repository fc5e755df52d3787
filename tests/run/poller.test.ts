// Many feeds at once, over real HTTP: slow servers hold up nobody, and each host is asked at its pace.
import type { ServerResponse } from 'node:http'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Fetcher } from '../../src/collect/net/fetch.ts'
import { parseConfig } from '../../src/config/load.ts'
import type { PollOutcome } from '../../src/model/decided.ts'
import { Poller } from '../../src/run/poller.ts'
import { minwal } from '../helpers/cli.ts'
import { configure } from '../helpers/configuration.ts'
import { newDatabase } from '../helpers/engine.ts'
import { eventually } from '../helpers/eventually.ts'
import { type Answer, feedServer, rss } from '../helpers/feed-server.ts'
import { folder } from '../helpers/folder.ts'
import { pollSettings } from '../helpers/poll-settings.ts'
import { pollingFor } from '../helpers/polling.ts'
import { publicFetcher, publicName } from '../helpers/public-network.ts'

const good = rss([{ guid: 'a', title: 'A dam is opened', text: 'The dam above the town was opened on Monday.' }])

/** Answers that never come to their end, until they are let go. */
function slowness() {
  const held = new Set<ServerResponse>()
  const hold = (response: ServerResponse): void => {
    held.add(response)
    response.on('close', () => held.delete(response))
  }
  const silentAnswer: Answer = (_request, response) => hold(response)
  const trickle: Answer = (_request, response) => {
    hold(response)
    response.writeHead(200, { 'content-type': 'application/rss+xml' }).write(good.slice(0, 100))
    const timer = setInterval(() => response.write(' '), 20)
    response.on('close', () => clearInterval(timer))
  }
  return {
    held: () => held.size,
    answer: (at: number): Answer => (at % 2 === 0 ? silentAnswer : trickle),
    end: () => {
      for (const response of held) response.writeHead(500).end()
    },
  }
}

async function poller(urls: readonly string[], poll: object, patience: number, fetcher?: Fetcher) {
  const where = folder()
  const text = JSON.stringify({
    database: newDatabase(join(where, 'minwal.db')),
    poll: { allowPrivate: true, ...poll },
    agencies: [{ id: 'agency', name: 'Agency', feeds: urls }],
  })
  const parsed = parseConfig(text, join(where, 'config.json'), {})
  if (!parsed.ok) throw new Error(parsed.faults.join('\n'))
  const { config } = parsed
  const control = new AbortController()
  const polling = await pollingFor(config, { signal: control.signal, ...(fetcher ? { fetcher } : {}) })
  const outcomes: PollOutcome[] = []
  const made = new Poller(
    () => polling,
    outcome => outcomes.push(outcome),
    { patience },
  )
  onTestFinished(async () => {
    control.abort()
    await polling.fetcher.close()
    await made.idle()
  })
  return { poller: made, store: polling.reader, outcomes }
}

describe('slow servers', () => {
  it('never take all places: the others are filed while they hang', async () => {
    const slow = slowness()
    const paths = [
      ...Array.from({ length: 8 }, (_, at) => [`/a-slow-${at}`, slow.answer(at)] as const),
      ...Array.from({ length: 20 }, (_, at) => [`/good-${at}`, good] as const),
    ]
    const server = await feedServer(Object.fromEntries(paths))
    const urls = paths.map(([path]) => server.origin + path)
    const { poller: some, store, outcomes } = await poller(urls, { concurrency: 4, perHost: 64 }, 200)
    some.add(store.feeds())
    await eventually(
      'every good feed is filed',
      () => outcomes.filter(one => one.status === 'filed').length === 20,
      20_000,
    )
    expect(outcomes).toHaveLength(20)
    expect(slow.held()).toBe(8)
    expect(some.pending).toBe(8)
  })

  it('are asked after the others the next time', async () => {
    const slow = slowness()
    const server = await feedServer({ '/good': good })
    const names = Array.from({ length: 6 }, (_, at) => `/slow-${at}`)
    for (const [at, name] of names.entries()) server.answers.set(name, slow.answer(at * 2))
    const urls = [...names, '/good'].map(path => server.origin + path)
    const { poller: some, store, outcomes } = await poller(urls, { concurrency: 2, perHost: 64 }, 100)
    some.add(store.feeds())
    await eventually('all are asked', () => slow.held() === 6 && outcomes.length === 1)
    slow.end()
    await some.idle()
    server.requests.length = 0
    some.add(store.feeds())
    await eventually('all are asked again', () => server.requests.length === 7)
    expect(server.requests.indexOf('/good')).toBe(0)
  })

  it('hold at most the places that can be lent, however many there are', async () => {
    const slow = slowness()
    const names = Array.from({ length: 60 }, (_, at) => `/slow-${at}`)
    const server = await feedServer(Object.fromEntries(names.map((name, at) => [name, slow.answer(at * 2)])))
    const { poller: some, store } = await poller(
      names.map(name => server.origin + name),
      { concurrency: 2, perHost: 64 },
      20,
    )
    some.add(store.feeds())
    await eventually('no more are asked', () => slow.held() === 34)
    expect(some.pending).toBe(60)
  })
})

/** A server that records when it was asked and how many requests it had open. */
async function recording(paths: readonly string[], each: number) {
  const seen: { path: string; at: number }[] = []
  let [open, most] = [0, 0]
  const answer: Answer = (request, response) => {
    seen.push({ path: request.url ?? '', at: performance.now() })
    most = Math.max(most, ++open)
    response.on('close', () => open--)
    setTimeout(() => response.writeHead(200, { 'content-type': 'application/rss+xml' }).end(good), each)
  }
  const server = await feedServer(Object.fromEntries(paths.map(path => [path, answer])))
  const apart = (): number[] => seen.slice(1).map(({ at }, before) => at - (seen[before]?.at ?? 0))
  // Loopback hosts by their usual names are asked without pauses.
  const elsewhere = server.origin.replace('127.0.0.1', '[::ffff:127.0.0.1]')
  return { ...server, elsewhere, seen, most: () => most, apart }
}

const eight = Array.from({ length: 8 }, (_, at) => `/${at}`)

describe('the pace of a host', () => {
  it('holds for `check --fetch`: so many at once, so far apart', async () => {
    const busy = await recording(eight, 60)
    const calm = await recording(eight.slice(0, 4), 0)
    const feeds = [...eight.map(path => busy.origin + path), ...eight.slice(0, 4).map(path => calm.elsewhere + path)]
    const { config } = configure(folder(), [{ id: 'a', feeds }], { poll: { perHost: 2, hostDelay: '500ms' } })
    const ended = await minwal(['check', '--fetch', '--json', '--config', config])
    expect(JSON.parse(ended.stdout)).toMatchObject({ ok: true })
    expect(busy.seen).toHaveLength(8)
    expect(busy.most()).toBe(2)
    expect(calm.seen).toHaveLength(4)
    // The server's clock starts when a request arrives, and the first one of a process arrives late.
    for (const pause of calm.apart()) expect(pause).toBeGreaterThan(400)
  })

  it('holds for `check --fetch` at a host that refuses: it is not asked for the rest', async () => {
    const server = await feedServer({})
    for (const path of eight) {
      server.answers.set(path, (_request, response) => void response.writeHead(429, { 'retry-after': '600' }).end())
    }
    const { config } = configure(folder(), [{ id: 'a', feeds: eight.map(path => server.origin + path) }], {
      poll: { perHost: 1 },
    })
    const ended = await minwal(['check', '--fetch', '--json', '--config', config])
    expect(ended.code).toBe(1)
    expect(server.requests).toHaveLength(1)
    const { feeds } = JSON.parse(ended.stdout) as { feeds: { error: string }[] }
    expect(feeds).toHaveLength(8)
    expect(
      feeds.filter(({ error }) => /^not tried: 127\.0\.0\.1:\d+ refused us: left alone for 10 min/.test(error)),
    ).toHaveLength(7)
  })

  it('holds for the pages of entries that left their feeds, also where several feeds ask one host', async () => {
    const pages = await recording([], 0)
    const seen: number[] = []
    for (const path of ['/p1', '/p2', '/q1', '/q2']) {
      pages.answers.set(path, (_request, response) => {
        seen.push(performance.now())
        response.writeHead(200, { 'content-type': 'text/html' }).end('<html><p>Still here</p></html>')
      })
    }
    const entry = (guid: string) => ({
      guid,
      title: `Report ${guid} on the harbour`,
      text: `What ${guid} says stands here.`,
      link: `${publicName(pages.origin, 'pages')}/${guid}`,
      date: new Date(Date.now() - 3_600_000).toISOString(),
    })
    const stays = (guid: string) => ({ ...entry(guid), date: new Date(Date.now() - 7_200_000).toISOString() })
    const server = await feedServer({
      '/p': rss([entry('p1'), entry('p2'), stays('p3')], 'P'),
      '/q': rss([entry('q1'), entry('q2'), stays('q3')], 'Q'),
    })
    const urls = ['/p', '/q'].map(path => publicName(server.origin) + path)
    const fetcher = await publicFetcher(pollSettings())
    onTestFinished(() => fetcher.close())
    const { poller: some, store, outcomes } = await poller(urls, { perHost: 1, hostDelay: '200ms' }, 3_000, fetcher)
    some.add(store.feeds())
    await some.idle()
    expect(outcomes.map(({ counts }) => counts.new)).toEqual([3, 3])
    server.answers.set('/p', rss([stays('p3')], 'P'))
    server.answers.set('/q', rss([stays('q3')], 'Q'))
    some.add(store.feeds())
    await some.idle()
    expect(seen.length).toBe(4)
    const apart = seen.slice(1).map((at, before) => at - (seen[before] ?? 0))
    for (const pause of apart) expect(pause).toBeGreaterThan(150)
  })
})
