// The agencies of the simulated year: when each feed publishes what, and the document it serves at a moment.
import { createHash } from 'node:crypto'
import { pathToFileURL } from 'node:url'
import type { Fetcher, FetchRequest } from '../../src/collect/net/fetch.ts'
import type { FetchResult } from '../../src/model/collected.ts'
import type { Millis } from '../../src/model/units.ts'
import { createWorld, DAY, HOUR, START, WEEK } from '../schedule/world.ts'

/** Of ../shared/tools/feedgen.mjs: documents of made-up news. */
interface Generator {
  nStories: number
  storyCache: Map<number, unknown>
  render(feed: number, top: number, version: number, url: string): Buffer
  date(feed: number, entry: number): Millis
  original(feed: number, entry: number): unknown
}

type Generators = new (options: { feeds: number; items: number; body: number; seed: number }) => Generator

/** Events that begin in half a day. */
const EVENTS = 8
/** No feed of the bench writes more a day: the measured ones with hundreds are mostly no agencies' feeds. */
const MOST_A_DAY = 60
const SHOWN = 25

export interface News {
  urls: readonly string[]
  /** Entries a day over all feeds. */
  perDay: number
  fetcher: () => Fetcher
  /** Requests that were answered so far. */
  asked: () => number
  /** Processor time that was spent on making documents, in microseconds. */
  made: () => number
}

/** Feeds publish as in the measured week, week after week, from `START` on. */
export async function createNews(tools: string, feeds: number, seed: number, now: () => Millis): Promise<News> {
  const { Gen } = (await import(pathToFileURL(tools).href)) as { Gen: Generators }
  const weeks = createWorld(40 * feeds, seed)
    .feeds.filter(feed => feed.fault === 'none')
    .map(feed => feed.times.filter(time => time >= START))
    .filter(times => times.length > 0 && times.length <= 7 * MOST_A_DAY)
    .slice(0, feeds)

  class YearOfNews extends Gen {
    override date(feed: number, entry: number): Millis {
      const times = weeks[feed] as Float64Array
      const at = entry - SHOWN
      const week = Math.floor(at / times.length)
      return (times[at - week * times.length] as number) + week * WEEK
    }

    override original(feed: number, entry: number): unknown {
      // What happens changes twice a day, and agencies tell the same.
      this.nStories = Math.floor((this.date(feed, entry) - START) / (12 * HOUR)) * EVENTS + 1_000_000
      if (this.storyCache.size > 1_000) this.storyCache.clear()
      return super.original(feed, entry)
    }
  }

  // `feeds: EVENTS * 20` makes it choose among EVENTS events.
  const generator = new YearOfNews({ feeds: EVENTS * 20, items: SHOWN, body: 1_200, seed })
  const urls = weeks.map((_, feed) => `https://agency-${feed}.example/feed.xml`)
  const feedOf = new Map(urls.map((url, feed) => [url, feed]))
  let asked = 0
  let made = 0

  /** How many entries a feed has published. */
  const published = (feed: number): number => {
    const times = weeks[feed] as Float64Array
    const since = now() - START
    const week = Math.floor(since / WEEK)
    const inWeek = times.findIndex(time => time - START > since - week * WEEK)
    return SHOWN + week * times.length + (inWeek < 0 ? times.length : inWeek)
  }

  const get = async ({ url, validators }: FetchRequest): Promise<FetchResult> => {
    asked++
    const feed = feedOf.get(url)
    if (feed === undefined) throw new Error(`no feed is at ${url}`)
    const top = published(feed)
    const etag = `"${top}"`
    if (validators.etag === etag)
      return { kind: 'unchanged', status: 304, movedTo: null, maxAge: null, retryAt: null, ms: 1 }
    const before = process.threadCpuUsage()
    const body = generator.render(feed, top, 1, url)
    const { user, system } = process.threadCpuUsage(before)
    made += user + system
    return {
      kind: 'body',
      status: 200,
      url,
      movedTo: null,
      body,
      gap: null,
      hash: createHash('sha256').update(body).digest('base64'),
      isPrivate: false,
      contentType: 'application/xml',
      validators: { etag, lastModified: null },
      hub: null,
      self: null,
      maxAge: null,
      retryAt: null,
      wireBytes: body.length,
      ms: 1,
    }
  }
  return {
    urls,
    perDay: weeks.reduce((sum, { length }) => sum + length, 0) / (WEEK / DAY),
    asked: () => asked,
    made: () => made,
    fetcher: () => ({
      get,
      post: () => Promise.reject(new Error('nothing is posted')),
      close: () => Promise.resolve(),
    }),
  }
}
