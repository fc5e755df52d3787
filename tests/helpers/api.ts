// The API over real HTTP, on a store that the real desk has filed into.
import { onTestFinished } from 'vitest'
import { Desk } from '../../src/desk/desk.ts'
import type { Millis } from '../../src/model/units.ts'
import { createSite } from '../../src/publish/site.ts'
import { type Listener, listen, OnTheWay } from '../../src/run/listener.ts'
import { openReader } from '../../src/store/open.ts'
import type { Reason, Store } from '../../src/store/store.ts'
import { config, HEALTHY } from '../publish/fixture.ts'
import {
  AGENCIES,
  FEEDS,
  fileInto,
  HOUR,
  MINUTE,
  NOW,
  openNewsroom,
  SETTINGS,
  temporaryFolder,
} from '../store/newsroom.ts'
import { newDatabase } from './engine.ts'

const [HARIR = '', , MERIDIAN = '', VOSTOK = ''] = FEEDS

const DAM =
  'The Larkfield dam broke after two days of rain, and 12 people were killed when the water reached the villages ' +
  'below the reservoir, the governor said. Rescue boats took families from their roofs while the rain went on.'

/** Some news of every kind; the ids that it was filed under. */
export function fileNews(store: Store, desk: Desk): { dam: number; story: number; mergedInto: number; merged: number } {
  const filed = fileInto(
    desk,
    store,
    MERIDIAN,
    [
      {
        id: 'm1',
        url: 'https://meridian.example/dam?utm_source=rss',
        title: 'Larkfield dam breaks, 12 people killed',
        text: DAM,
        content: `<p>${DAM}</p>`,
        categories: ['Floods'],
        authors: ['A. Writer'],
        enclosures: [{ url: 'https://meridian.example/dam.jpg', type: 'image/jpeg', length: 1234 }],
        published: NOW - 5 * HOUR,
      },
      {
        id: 'm2',
        title: 'KILL: Harbour authority doubles its budget',
        text: 'Kill the report on the budget of the harbour authority. It was sent in error.',
        published: NOW - 4 * HOUR,
      },
    ],
    NOW - 4 * HOUR,
  )
  fileInto(
    desk,
    store,
    VOSTOK,
    [
      { id: 'v1', title: 'Villages under water', text: `${DAM}\n(Meridian)`, published: NOW - 4 * HOUR },
      {
        id: 'v2',
        title: 'Larkfield dam: 31 people killed, rescue goes on',
        text: 'Rescue boats reached the last villages below the Larkfield reservoir. The governor said 31 people were killed when the water came; families still wait on roofs in the rain.',
        published: NOW - 2 * HOUR,
      },
    ],
    NOW - 2 * HOUR,
  )
  const others = fileInto(
    desk,
    store,
    HARIR,
    [
      { id: 'h1', title: 'عاجل | احتجاجات الوقود', text: 'خرجت الاِحتِجاجَات إلى شوارع المدينة.', published: NOW - HOUR },
      { id: 'h2', title: 'انتهت المباراة النهائية', text: 'فاز الفريق المضيف بهدفين.', published: NOW - 50 * MINUTE },
    ],
    NOW - 30 * MINUTE,
  )
  fileInto(
    desk,
    store,
    MERIDIAN,
    [{ id: 'm1', title: 'Larkfield dam breaks, 14 killed', text: DAM.replace('12', '14'), categories: ['Floods'] }],
    NOW,
  )
  const [first] = filed
  const [one, two] = others
  if (!first || !one || !two) throw new Error('three stories')
  const why: Reason = { at: NOW, by: 'editor', score: null, reasons: [] }
  store.file(filing => filing.mergeThreads(one.thread ?? 0, two.thread ?? 0, why))
  return { dam: first.thread ?? 0, story: first.story ?? 0, mergedInto: one.thread ?? 0, merged: two.thread ?? 0 }
}

export interface ServedApi {
  address: string
  store: Store
  desk: Desk
  ids: ReturnType<typeof fileNews>
  clock: { now: Millis }
  get: (path: string, init?: RequestInit) => Promise<Response>
  close: () => Promise<void>
}

/** Serve it; whoever asks closes it, or `serveApi` does when the test ends. */
export async function openApiServer(folder: string, fill: typeof fileNews = fileNews): Promise<ServedApi> {
  const path = newDatabase(`${folder}/news.db`)
  const store = openNewsroom({ path })
  const desk = new Desk(store, SETTINGS)
  const ids = fill(store, desk)
  const opened = openReader(path)
  if (!opened.ok) throw new Error(opened.reason)
  const reader = opened.value
  const clock = { now: NOW }
  const settings = { ...config({ link: 'https://news.example/wires' }), agencies: AGENCIES }
  const site = createSite({
    reader,
    rows: reader,
    turn: setImmediate,
    config: () => settings,
    now: () => clock.now,
    health: () => HEALTHY,
    version: '1.2.3',
    onError: error => {
      throw error
    },
  })
  const listening = await listen(site, { host: '127.0.0.1', port: 0 }, new OnTheWay())
  if (!listening.ok) throw new Error(listening.reason)
  const listener: Listener = listening.value
  return {
    address: listener.address,
    store,
    desk,
    ids,
    clock,
    get: (path, init) => fetch(`${listener.address}${path}`, { redirect: 'manual', ...init }),
    close: async () => {
      await listener.close()
      reader.close()
      store.close()
    },
  }
}

export async function serveApi(fill: typeof fileNews = fileNews): Promise<ServedApi> {
  const served = await openApiServer(temporaryFolder(), fill)
  onTestFinished(() => served.close())
  return served
}
