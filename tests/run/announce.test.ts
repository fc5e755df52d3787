// The hub of our own feeds, over real HTTP; only the clock is ours.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createFetcher } from '../../src/collect/net/fetch.ts'
import { createAnnouncer } from '../../src/run/announce.ts'
import { pollSettings } from '../helpers/poll-settings.ts'

const MINUTE = 60_000
const LINK = 'https://news.example/wires'
const FEEDS = ['/feed.atom', '/feed.rss', '/feed.json', '/threads.atom', '/threads.rss', '/threads.json'].map(
  path => LINK + path,
)

async function announced() {
  const forms: URLSearchParams[] = []
  const hub = { status: 204, headers: {} as Record<string, string> }
  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (chunk: string) => {
      body += chunk
    })
    request.on('end', () => {
      forms.push(new URLSearchParams(body))
      response.writeHead(hub.status, hub.headers).end()
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const fetcher = createFetcher(pollSettings())
  onTestFinished(async () => {
    await fetcher.close()
    server.close()
  })
  const told: string[] = []
  const fields: unknown[] = []
  const log = (event: string, more?: unknown): void => {
    told.push(event)
    fields.push(more)
  }
  const state = {
    link: LINK,
    hub: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` as string | null,
    version: 1,
    now: Date.UTC(2026, 2, 3),
  }
  const stopping = new AbortController()
  const announcer = createAnnouncer(() => ({
    link: state.link,
    hub: state.hub,
    hide: text => text.replaceAll('S3CRET', '***'),
    fetcher,
    reader: { version: () => state.version },
    now: () => state.now,
    log: { debug: log, info: log, warn: log, error: log },
    signal: stopping.signal,
  }))
  /** The feeds that the hub is told of. */
  const announce = async (): Promise<string[]> => {
    forms.length = 0
    await announcer.announce()
    return forms.map(form => {
      expect(form.get('hub.mode')).toBe('publish')
      expect(form.get('hub.topic')).toBe(form.get('hub.url'))
      return form.get('hub.url') ?? ''
    })
  }
  return { announce, state, hub, told, stopping, said: () => JSON.stringify(fields) }
}

describe('the hub of our own feeds', () => {
  it('is told of each feed that names it after a start, and then when something was published', async () => {
    const { announce, state } = await announced()
    expect(await announce()).toEqual(FEEDS)
    state.now += 10 * MINUTE
    expect(await announce()).toEqual([])
    state.version++
    expect(await announce()).toEqual(FEEDS)
  })

  it('is told once a minute at most, and of all that came meanwhile', async () => {
    const { announce, state } = await announced()
    await announce()
    state.version++
    state.now += MINUTE - 1
    expect(await announce()).toEqual([])
    state.version++
    state.now += 1
    expect(await announce()).toEqual(FEEDS)
    state.now += MINUTE
    expect(await announce()).toEqual([])
  })

  it('is left alone longer with each failure, an hour at most; the log says it once, and when it is over', async () => {
    const { announce, state, hub, told } = await announced()
    hub.status = 500
    expect(await announce()).toEqual(FEEDS.slice(0, 1))
    for (const wait of [1, 2, 4, 8, 16, 32, 60, 60]) {
      state.now += wait * MINUTE - 1
      expect(await announce()).toEqual([])
      state.now += 1
      expect(await announce()).toEqual(FEEDS.slice(0, 1))
    }
    expect(told).toEqual(['the hub of our feeds could not be told'])
    hub.status = 202
    state.now += 60 * MINUTE
    expect(await announce()).toEqual(FEEDS)
    expect(told.at(-1)).toBe('the hub takes our feeds again')
  })

  it('is asked no sooner than it wishes', async () => {
    const { announce, state, hub } = await announced()
    Object.assign(hub, { status: 429, headers: { 'retry-after': '1200' } })
    await announce()
    state.now += 19 * MINUTE
    expect(await announce()).toEqual([])
    state.now += MINUTE
    expect(await announce()).toEqual(FEEDS.slice(0, 1))
  })

  it('is not waited for when the clock is set back, nor when another is configured', async () => {
    const { announce, state } = await announced()
    await announce()
    state.version++
    state.now -= 24 * 60 * MINUTE
    expect(await announce()).toEqual(FEEDS)
    state.hub = `${state.hub}other`
    expect(await announce()).toEqual(FEEDS)
    state.hub = null
    state.version++
    state.now += MINUTE
    expect(await announce()).toEqual([])
  })

  it('is asked with its secrets, which are told to nobody else', async () => {
    const { announce, state, hub, said } = await announced()
    state.hub = `${state.hub}?key=S3CRET`
    hub.status = 500
    await announce()
    expect(said()).toContain('?key=*** answered 500')
    expect(said()).not.toContain('S3CRET')
  })

  it('says nothing of a hub when Minwal stops', async () => {
    const { announce, stopping, told } = await announced()
    stopping.abort()
    await announce()
    expect(told).toEqual([])
  })
})
