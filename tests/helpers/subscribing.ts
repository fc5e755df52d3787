// A daemon's site with the built-in hub over a real file, and a subscriber: all in real HTTP. Only the clock is ours.
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { type Caller, createCaller } from '../../src/collect/net/callback.ts'
import type { DeskClient } from '../../src/desk/client.ts'
import { Desk } from '../../src/desk/desk.ts'
import { silent } from '../../src/log.ts'
import type { Config, PollSettings } from '../../src/model/config.ts'
import { listen, OnTheWay } from '../../src/run/listener.ts'
import { openDesk } from '../../src/run/open.ts'
import { createServing } from '../../src/run/serving.ts'
import { openReader } from '../../src/store/open.ts'
import { config, HEALTHY } from '../publish/fixture.ts'
import { AGENCIES, FEEDS, fileInto, NOW, openNewsroom, SETTINGS, temporaryFolder } from '../store/newsroom.ts'
import { newDatabase } from './engine.ts'
import { eventually } from './eventually.ts'
import { pollSettings } from './poll-settings.ts'

const [HARIR = ''] = FEEDS

/** Until it is known where the site is served. */
const UNKNOWN = 'http://127.0.0.1:1'

export interface Heard {
  method: string
  path: string
  query: URLSearchParams
  headers: IncomingHttpHeaders
  body: string
}

export interface Subscriber {
  url: string
  heard: Heard[]
  /** How requests are answered: by default the challenge is repeated, and documents are taken. Null never answers. */
  answer: (heard: Heard) => { status: number; headers?: Record<string, string>; body?: string } | null
  pushes: () => Heard[]
}

export const obliging: Subscriber['answer'] = ({ method, query }) =>
  method === 'GET' ? { status: 200, body: query.get('hub.challenge') ?? '' } : { status: 204 }

/** A server that callbacks lead to. */
export async function subscriber(): Promise<Subscriber> {
  const heard: Heard[] = []
  const made: Subscriber = {
    url: '',
    heard,
    answer: obliging,
    pushes: () => heard.filter(({ method }) => method === 'POST'),
  }
  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (text: string) => {
      body += text
    })
    request.on('end', () => {
      const { pathname, searchParams } = new URL(request.url ?? '/', 'http://x')
      const one = { method: request.method ?? '', path: pathname, query: searchParams, headers: request.headers, body }
      heard.push(one)
      const answer = made.answer(one)
      if (answer !== null) response.writeHead(answer.status, answer.headers).end(answer.body)
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  made.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return made
}

export interface Changes {
  link?: string
  poll?: Partial<PollSettings>
  makeCaller?: (poll: PollSettings) => Caller
  /** What is kept is written by the thread of a real desk; else by a connection of this one, which starts at once. */
  thread?: boolean
}

/** The site, on file in a folder of the test's own. */
export async function hubbed({ link, poll, makeCaller = createCaller, thread = false }: Changes = {}) {
  const path = newDatabase(join(temporaryFolder(), 'news.db'))
  const store = openNewsroom({ path })
  const desk = new Desk(store, SETTINGS)
  onTestFinished(() => store.close())
  const state = { now: NOW, link: link ?? UNKNOWN, address: '', told: [] as string[] }
  let settings: Config = {
    ...config({ link: 'http://x' }),
    agencies: AGENCIES,
    database: path,
    poll: pollSettings(poll),
  }
  const put = (hub: Config['publish']['hub']): void => {
    settings = { ...settings, link: state.link, publish: { ...settings.publish, hub: hub ?? null } }
  }
  put(true)
  let count = 0
  /** File a report; it is published at once. */
  const publish = (title = `Report ${++count}`) =>
    fileInto(desk, store, HARIR, [{ id: `${title} ${++count}`, title, text: `${title} is told.` }], state.now)
  publish('The first')

  const writtenHere = () => {
    const opened = openReader(path)
    if (!opened.ok) throw new Error(opened.reason)
    const reader = opened.value
    const changeSubscribers: DeskClient['changeSubscribers'] = async changes => store.changeSubscribers(changes)
    return { client: { trouble: null, changeSubscribers }, reader, close: () => reader.close() }
  }
  const writtenByThread = async () => {
    const opened = await openDesk(settings, { now: state.now, log: silent, lockPatience: 5_000, patience: null })
    if (!opened.ok) throw new Error(opened.reason)
    const { desk: client, reader } = opened.value
    const close = (): Promise<void> => {
      client.stop()
      reader.close()
      return client.close()
    }
    return { client, reader, close }
  }

  const start = async () => {
    const stopping = new AbortController()
    const log = (event: string): void => void state.told.push(event)
    const logs = { debug: log, info: log, warn: log, error: log }
    const { client, reader, close } = thread ? await writtenByThread() : writtenHere()
    const serving = createServing({
      database: path,
      reader,
      desk: client,
      websub: { answer: () => null },
      onTheWay: new OnTheWay(),
      config: () => settings,
      now: () => state.now,
      version: '1',
      log: logs,
      health: () => HEALTHY,
      signal: stopping.signal,
      makeCaller,
    })
    const port = state.address === '' ? 0 : Number(new URL(state.address).port)
    const listening = await listen(serving, { host: '127.0.0.1', port }, new OnTheWay())
    if (!listening.ok) throw new Error(listening.reason)
    state.address = listening.value.address
    if (state.link === UNKNOWN) state.link = state.address
    put(settings.publish.hub)
    let isOpen = true
    const stop = async (): Promise<void> => {
      if (!isOpen) return
      isOpen = false
      stopping.abort()
      await listening.value.close()
      await serving.close()
      await close()
    }
    onTestFinished(stop)
    return { serving, reader, stop }
  }

  let running = await start()
  const post = (form: Record<string, string>, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(`${state.address}/hub`, { method: 'POST', body: new URLSearchParams(form), headers })
  return {
    state,
    store,
    put,
    publish,
    topic: (feed = '/feed.atom'): string => state.link + feed,
    get: (at: string): Promise<Response> => fetch(state.address + at, { redirect: 'manual' }),
    post,
    subscribers: () => running.reader.subscribers(),
    figures: async (): Promise<string[]> => {
      const text = await (await fetch(`${state.address}/metrics`)).text()
      return text.split('\n').filter(line => line.startsWith('minwal_hub_'))
    },
    push: () => running.serving.push(),
    /** Ask for a subscription, and wait until the callback has confirmed it and it is kept. */
    subscribe: async (callback: string, more: Record<string, string> = {}): Promise<void> => {
      const form = {
        'hub.mode': 'subscribe',
        'hub.callback': callback,
        'hub.topic': `${state.link}/feed.atom`,
        ...more,
      }
      const response = await post(form)
      if (response.status !== 202) throw new Error(`${response.status} ${await response.text()}`)
      const kept = (): boolean =>
        running.reader.subscribers().some(one => one.callback === callback && one.topic === form['hub.topic'])
      await eventually('the subscription is kept', kept)
    },
    restart: async (): Promise<void> => {
      await running.stop()
      running = await start()
    },
    stop: () => running.stop(),
  }
}
