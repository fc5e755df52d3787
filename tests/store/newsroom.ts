// The real desk over a real store, for tests: invented agencies, entries by draft, and news made from generated input.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { onTestFinished } from 'vitest'
import { wireNames } from '../../src/decide/wire/read.ts'
import type { Closing, Desk, FiledEntry } from '../../src/desk/desk.ts'
import type { Entry } from '../../src/model/collected.ts'
import type { Agency, FeedSpec, ThreadSettings } from '../../src/model/config.ts'
import type { PollOutcome } from '../../src/model/decided.ts'
import type { Millis } from '../../src/model/units.ts'
import { type OpenOptions, openStore } from '../../src/store/open.ts'
import type { PollUpdate, Store } from '../../src/store/store.ts'
import { freeDatabase, newDatabase } from '../helpers/engine.ts'

export const MINUTE: Millis = 60_000
export const HOUR: Millis = 60 * MINUTE
export const DAY: Millis = 24 * HOUR
export const NOW: Millis = Date.UTC(2022, 0, 5, 9, 30)
export const SETTINGS: ThreadSettings = { threshold: 0.28, window: 3 * DAY }

function feed(url: string, more: Partial<FeedSpec> = {}): FeedSpec {
  return {
    url,
    category: null,
    language: null,
    every: null,
    headers: {},
    identity: 'guid',
    allowPrivate: false,
    paused: false,
    ...more,
  }
}

export const AGENCIES: readonly Agency[] = [
  {
    id: 'harir',
    name: 'وكالة حرير',
    aliases: ['حرير', 'Harir'],
    language: 'ar',
    homepage: 'https://harir.example/',
    feeds: [feed('https://harir.example/rss'), feed('https://harir.example/sport', { category: 'sport' })],
  },
  {
    id: 'meridian',
    name: 'Meridian',
    aliases: ['ميريديان'],
    language: 'en',
    homepage: null,
    feeds: [feed('https://meridian.example/atom')],
  },
  {
    id: 'vostok',
    name: 'Vostok-Info',
    aliases: ['Восток-Инфо'],
    language: 'ru',
    homepage: null,
    feeds: [feed('https://vostok.example/feed.json')],
  },
]
export const FEEDS = AGENCIES.flatMap(agency => agency.feeds.map(({ url }) => url))
const NAMES = wireNames(AGENCIES)

/** A folder that is gone when the test is over. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'minwal-store-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** An open store with the agencies of this file; closed by whoever opened it. */
export function openNewsroom(given?: OpenOptions): Store {
  const options = given ?? { path: newDatabase() }
  const opened = openStore(options)
  if (!opened.ok) throw new Error(opened.reason)
  const store = opened.value
  if (!options.readOnly) store.syncAgencies(AGENCIES, NOW)
  if (given !== undefined) return store
  const { close } = store
  return Object.assign(store, {
    close: () => {
      close()
      freeDatabase(options.path)
    },
  })
}

export function entry(draft: Partial<Entry>): Entry {
  return {
    id: null,
    url: null,
    title: '',
    summary: null,
    content: null,
    published: null,
    updated: null,
    authors: [],
    categories: [],
    enclosures: [],
    language: null,
    source: null,
    ...draft,
  }
}

/** What a poll changes of its feed: nothing but what is given. */
export function pollUpdate(more: Partial<PollUpdate> = {}): PollUpdate {
  return {
    title: null,
    language: null,
    validators: null,
    bodyHash: null,
    ofMap: false,
    interval: HOUR,
    failures: 0,
    retired: false,
    address: null,
    move: null,
    habit: null,
    notes: [],
    ...more,
  }
}

/** An entry and its plain text, as the desk takes them. */
export interface Draft extends Partial<Entry> {
  text?: string
}

/** File entries as a poll of the feed at `url` would, with the poll recorded. */
export function fileInto(
  desk: Desk,
  store: Store,
  url: string,
  drafts: readonly Draft[],
  now: Millis,
  finish: (closing: Closing) => void = () => {},
): FiledEntry[] {
  const feed = store.feeds().find(one => one.url === url)
  if (!feed) throw new Error(`no feed ${url}`)
  return desk.file(
    drafts.map(({ text = '', ...draft }) => ({ entry: entry(draft), text })),
    {
      feed: feed.id,
      feedKey: url,
      agency: feed.agency,
      language: AGENCIES.find(({ id }) => id === feed.agency)?.language ?? null,
      identity: 'guid',
      names: NAMES,
      now,
    },
    (filing, _, closing) => {
      const { counts } = closing
      const outcome: PollOutcome = {
        feed: feed.id,
        url,
        at: now,
        ms: 12.5,
        status: 'filed',
        counts,
        warnings: [],
        failure: null,
        gap: null,
        nextPoll: now + HOUR,
        reason: 'every 60 min: test',
      }
      filing.recordPoll(outcome, pollUpdate())
      finish(closing)
    },
  )
}

// ── generated news ──────────────────────────────────────────────────────────────────────────────────────────────────

const TOPICS = [
  'احتجاجات الوقود مدينة ألماتي الشرطة المتظاهرين الحكومة إقالة الرئيس مطار إغلاق أسعار الغاز غضب ساحة البرلمان حريق',
  'flood river dam valley rescue boats villagers rainfall levee governor evacuation shelter bridge collapsed helicopters mud',
  'выборы депутаты парламент голосование партия кандидат бюллетень участок наблюдатели коалиция подсчет явка закон сенат',
  'striker final penalty stadium coach trophy referee goalkeeper extra league captain injury transfer supporters derby',
  'زلزال هزة ريختر المركز الأنقاض فرق الإنقاذ المستشفى الجرحى القتلى المنازل المساعدات الهلال الأحمر خيام شتاء',
].map(line => line.split(' '))

export interface News {
  topic: number
  /** Which of the topic's pieces of copy. */
  piece: number
  headline: number
  furniture: 'none' | 'dateline' | 'credit' | 'cut' | 'flash' | 'kill'
  guid: number
  /** How the guid is written: of its feed alone, or unique in the world. */
  global: boolean
  url: number | null
  /** Before the time of the poll; null where the entry claims no time. */
  age: Millis | null
}

export interface Step {
  feed: number
  /** Time since the step before. */
  after: Millis
  news: News[]
}

const age = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 30 * 60 }).map(minutes => minutes * MINUTE) },
  { weight: 1, arbitrary: fc.integer({ min: -2 * 60, max: 9 * 24 * 60 }).map(minutes => minutes * MINUTE) },
  { weight: 1, arbitrary: fc.constant(null) },
)

export const anyNews: fc.Arbitrary<News> = fc.record({
  topic: fc.nat(TOPICS.length - 1),
  piece: fc.nat(3),
  headline: fc.nat(2),
  furniture: fc.constantFrom('none', 'none', 'dateline', 'credit', 'cut', 'flash', 'kill'),
  guid: fc.nat(11),
  global: fc.boolean(),
  url: fc.option(fc.nat(30), { freq: 2 }),
  age,
})

/** Polls of random feeds, one after another, with a pause now and then that is longer than the window. */
export const anySteps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    feed: fc.nat(FEEDS.length - 1),
    after: fc.oneof(
      { weight: 5, arbitrary: fc.integer({ min: 0, max: 5 * 60 }).map(minutes => minutes * MINUTE) },
      { weight: 1, arbitrary: fc.integer({ min: 0, max: 3 * 24 }).map(hours => hours * HOUR) },
    ),
    news: fc.array(anyNews, { maxLength: 6 }),
  }),
  { minLength: 2, maxLength: 14 },
)

/** The entry that a generated piece of news becomes; the same news always the same words. */
export function draftOf(news: News, now: Millis): Draft {
  const vocabulary = TOPICS[news.topic] ?? []
  let state = news.topic * 101 + news.piece * 17 + 7
  const next = (): string => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    return vocabulary[(state >>> 8) % vocabulary.length] ?? ''
  }
  let body = Array.from({ length: 30 }, next).join(' ')
  let title = `${Array.from({ length: 4 }, next).join(' ')} ${news.headline}`
  if (news.furniture === 'dateline') body = `القاهرة (حرير) - ${body}`
  if (news.furniture === 'credit') body = `${body}\n(Meridian)`
  if (news.furniture === 'cut') body = `${body.split(' ').slice(0, 24).join(' ')}…`
  if (news.furniture === 'flash') title = `عاجل | ${title}`
  if (news.furniture === 'kill') title = `KILL: ${title}`
  return {
    id: news.global ? `tag:wire.example,2022:${news.guid}` : `${news.guid}`,
    url: news.url === null ? null : `https://news.example/${news.url}?utm_source=rss`,
    title,
    text: body,
    content: `<p>${body}</p>`,
    published: news.age === null ? null : now - news.age,
  }
}

/** Run generated polls; `deskFor` says who files each step. */
export function play(steps: readonly Step[], deskFor: (step: number) => { desk: Desk; store: Store }): void {
  let now = NOW
  for (const [number, step] of steps.entries()) {
    now += step.after
    const { desk, store } = deskFor(number)
    fileInto(
      desk,
      store,
      FEEDS[step.feed] ?? '',
      step.news.map(news => draftOf(news, now)),
      now,
    )
  }
}
