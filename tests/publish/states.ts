// Every page in every state that it may be in, from invented news: for `npm run pages` and for the tests in a browser.
import { createServer, type Server } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import type { Config } from '../../src/model/config.ts'
import { createSite } from '../../src/publish/site.ts'
import { Live, withLive } from '../../src/run/live.ts'
import { aDay, config, type Draft, type FakeStore, fakeStore, HEALTHY, HOUR, member, NOW } from './fixture.ts'

export interface State {
  /** Stands in the address: letters and hyphens. */
  name: string
  path: string
  store: () => FakeStore
  config?: Partial<Config>
  /** How long after the newest news it is looked at. */
  later?: number
}

const LONG =
  'Forty words in one headline are more than any desk has ever dared to send yet some feed will send them one day and then this page must stand as it stood before with every line in its place and nothing pushed aside'

const HOSTILE =
  '</title><script>document.title="run"</script><img src=x onerror="document.title=1">"\' ]]> \u202Eevil & <b>bold</b>'

function long(): FakeStore {
  const store = aDay()
  store.put({ id: 1, thread: 1, threadKey: 't1', title: LONG, agencyName: LONG, time: NOW - 9 * HOUR, also: ['north'] })
  return store
}

function hostile(): FakeStore {
  const draft = { title: HOSTILE, text: HOSTILE, agencyName: HOSTILE, threadTitle: HOSTILE, authors: [HOSTILE] }
  const content = `<p>${'x'.repeat(3_000)}</p><p><img src="https://pictures.example/a.jpg" alt=""> <video src="https://pictures.example/a.mp4"></video></p>`
  return fakeStore(
    { ...draft, id: 1, content, also: [HOSTILE], credits: [HOSTILE], members: [member(1, { title: HOSTILE })] },
    { ...draft, id: 2, thread: 1, threadKey: 't1', agency: 'north' },
  )
}

function many(): FakeStore {
  const drafts = Array.from(
    { length: 300 },
    (_, at): Draft => ({
      id: at + 1,
      title: `The river is at ${at} centimetres above its mark`,
      thread: 1,
      threadKey: 't1',
      agency: at % 3 === 0 ? 'nile' : 'north',
      time: NOW - at * 10 * 60_000,
    }),
  )
  return fakeStore(...drafts)
}

function withdrawn(): FakeStore {
  const members = [
    member(1, { signal: 'kill', title: 'Official flees the city' }),
    member(2, { agency: 'north', agencyName: 'North Wire', stale: true, joinedBy: 'text', time: NOW - HOUR }),
  ]
  return fakeStore({ id: 1, title: 'Official flees the city', withdrawn: true, members, also: ['north'] })
}

function corrected(): FakeStore {
  const version = (number: number, text: string, change: 'correction' | 'cosmetic' | null) => ({
    ...{ number, text, change, title: 'نهر يفيض' },
    seen: NOW - (5 - number) * HOUR,
  })
  const revisions = [
    version(1, 'قتل خمسة عشر في بورت سلام', null),
    version(2, 'قتل خمسة عشر في بورت سلام.', 'cosmetic'),
    version(3, 'قتل خمسة في بورت سلام.', 'correction'),
  ]
  const text = 'قتل خمسة في بورت سلام.'
  const manar = { language: 'ar', agency: 'manar', agencyName: 'وكالة المنار' }
  const members = [member(1, { ...manar, title: 'نهر يفيض', text, revisions, signal: 'correction' })]
  return fakeStore({ ...manar, id: 1, title: 'نهر يفيض', text, signal: 'correction', members })
}

function arabic(): FakeStore {
  const store = aDay()
  const part = { thread: 60, threadKey: 't60', language: 'ar', agency: 'manar' }
  store.put(
    {
      ...part,
      id: 60,
      title: 'مقتل 12 شخصا في فيضان بورت سلام',
      text: 'بورت سلام (المنار) - قتل 12 شخصا.',
      time: NOW - 7 * HOUR,
    },
    {
      ...part,
      id: 61,
      title: 'ارتفاع عدد قتلى فيضان بورت سلام إلى 15',
      text: 'ارتفع عدد القتلى إلى 15.',
      time: NOW - 2 * HOUR,
      also: ['nile'],
    },
  )
  const figure = { kind: 'killed', bound: null, said: 'وزارة الداخلية', words: null, whom: null } as const
  const manar = { agency: 'manar', agencyName: 'وكالة المنار' }
  store.figures.set(60, [
    { ...figure, ...manar, value: 12, matched: '12 شخصا', time: NOW - 7 * HOUR, story: 60 },
    { ...figure, ...manar, value: 15, matched: 'إلى 15', time: NOW - 2 * HOUR, story: 61 },
  ])
  return store
}

function failing(): FakeStore {
  const store = fakeStore()
  store.feeds.push(...aDay().feeds)
  for (const feed of store.feeds) Object.assign(feed, { state: 'failing', failures: 2, error: 'connection refused' })
  return store
}

function polling(): FakeStore {
  const store = failing()
  Object.assign(store.feeds[0] ?? {}, { state: 'ok', failures: 0, error: null })
  Object.assign(store.feeds[1] ?? {}, { state: 'new', failures: 0, error: null, lastPoll: null })
  return store
}

export const STATES: readonly State[] = [
  { name: 'front', path: '/', store: aDay },
  { name: 'front-arabic-news', path: '/?lang=ar', store: aDay },
  { name: 'front-all-languages', path: '/?lang=all', store: aDay },
  { name: 'front-agency', path: '/?agency=manar', store: aDay },
  { name: 'front-old', path: '/', store: aDay, later: 1_000 * HOUR },
  { name: 'front-nothing-in-german', path: '/?lang=de', store: aDay },
  { name: 'front-first-run', path: '/', store: polling },
  { name: 'front-all-failing', path: '/', store: failing },
  { name: 'front-long', path: '/', store: long },
  { name: 'front-hostile', path: '/', store: hostile },
  { name: 'thread', path: '/threads/1', store: aDay },
  { name: 'thread-arabic', path: '/threads/60', store: arabic },
  { name: 'thread-one-story', path: '/threads/50', store: aDay },
  { name: 'thread-withdrawn', path: '/threads/1', store: withdrawn },
  { name: 'thread-300', path: '/threads/1', store: many },
  { name: 'thread-long', path: '/threads/1', store: long },
  { name: 'thread-hostile', path: '/threads/1', store: hostile },
  { name: 'story', path: '/stories/1', store: aDay },
  { name: 'story-withdrawn', path: '/stories/1', store: withdrawn },
  { name: 'story-corrected-arabic', path: '/stories/1', store: corrected },
  { name: 'story-hostile', path: '/stories/1', store: hostile },
  { name: 'search-empty', path: '/search', store: aDay },
  { name: 'search-found', path: '/search?q=Port', store: aDay },
  { name: 'search-nothing', path: '/search?q=zeppelin', store: aDay },
  { name: 'agencies', path: '/agencies', store: aDay },
  { name: 'agency', path: '/agencies/nile', store: aDay },
  { name: 'agency-arabic', path: '/agencies/manar', store: aDay },
  { name: 'feeds', path: '/feeds', store: aDay },
  { name: 'feeds-failing', path: '/feeds', store: failing },
  { name: 'feeds-by-agency', path: '/feeds?by=agency', store: aDay },
  { name: 'feed', path: '/feeds/2', store: aDay },
  { name: 'feed-failing', path: '/feeds/3', store: aDay },
  { name: 'thread-oldest-first', path: '/threads/1?order=oldest', store: aDay },
  { name: 'not-found', path: '/nothing/here', store: aDay },
  { name: 'not-understood', path: '/?agency=manr', store: aDay },
]

export interface Served {
  server: Server
  /** The page of a state, with its query grown by `more` (`hl=ar`). */
  address: (name: string, more?: string) => string
  stores: ReadonlyMap<string, FakeStore>
}

/** Serves every state below an address of its own. `change` may alter what is sent, which then comes to it as it is, not packed. */
export async function serveStates(
  port: number,
  change: ((response: Response) => Promise<Response> | Response) | null = null,
  other: (path: string) => Response = () => new Response('', { status: 404 }),
): Promise<Served> {
  const stores = new Map<string, FakeStore>()
  const sites = new Map(
    STATES.map(state => {
      const store = state.store()
      stores.set(state.name, store)
      const now = () => NOW + (state.later ?? 0)
      const settings = config({ link: `http://127.0.0.1/${state.name}`, ...state.config })
      const site = createSite({
        reader: store.reader,
        config: () => settings,
        now,
        health: () => HEALTHY,
        version: '0',
      })
      return [state.name, withLive(site, new Live({ reader: store.reader, now, look: 50 }))]
    }),
  )
  const answer = async (request: Request): Promise<Response> => {
    const url = new URL(request.url)
    const [, name = '', ...rest] = url.pathname.split('/')
    const site = sites.get(name)
    if (site === undefined) return other(url.pathname)
    const inner = new URL(`/${rest.join('/')}${url.search}`, url.origin)
    const asked = new Request(inner, request)
    if (change === null) return await site.fetch(asked)
    asked.headers.delete('accept-encoding')
    return await change(await site.fetch(asked))
  }
  const server = createServer(getRequestListener(answer))
  await new Promise<void>(done => server.listen(port, '127.0.0.1', done))
  const bound = server.address()
  const origin = `http://127.0.0.1:${typeof bound === 'object' ? bound?.port : port}`
  const address = (name: string, more = ''): string => {
    const path = STATES.find(state => state.name === name)?.path ?? '/'
    const sign = more === '' ? '' : path.includes('?') ? '&' : '?'
    return `${origin}/${name}${path}${sign}${more}`
  }
  return { server, address, stores }
}
