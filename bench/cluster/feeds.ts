// The feed server of bench/cluster.ts, a process of its own: `node bench/cluster/feeds.ts ADDRESS… --port N --feeds N
// --entries N`. Feed n is `/f/n.xml` at one of the addresses, which are hosts to Minwal. Every request is kept with its host, when
// it came and when its answer was given away. It is told to file, and asked what it saw, at the first address: POST
// `/tick?share=0.1&entries=1`, `/open`, which gives the answers that `--held` keeps back, GET `/truth`, `/seen`.
import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { setPriority } from 'node:os'
import { parseArgs } from 'node:util'
import { chosen, words } from './words.ts'

/** An entry as it was served. */
export interface Served {
  feed: number
  guid: string
  /** Entries of one text are one story. */
  text: number
}

/** What the server saw of a host. */
export interface Seen {
  host: string
  requests: number
  /** Milliseconds between two requests, at the least; null for fewer than two. */
  closest: number | null
  /** At what time that was. */
  when: string
  /** Pairs of requests closer than was asked for, the closest first. */
  tooClose: number[]
  /** Requests under way at once, at the most. */
  most: number
}

interface Entry extends Served {
  at: number
}

const WORDS_OF_TEXT = 60
/** A tenth is printed from another feed; every third of the others is about something that several report. */
const REPRINTED = 0.1
const ABOUT_EVENT = 0.33
/** Longest time until an answer begins. */
const SLOWEST = 300

try {
  // What it sees is not to be late because others compute.
  setPriority(-10)
} catch {
  // That takes root.
}

const { values, positionals: addresses } = parseArgs({
  allowPositionals: true,
  options: {
    port: { type: 'string', default: '8000' },
    feeds: { type: 'string', default: '100' },
    entries: { type: 'string', default: '3' },
    delay: { type: 'string', default: String(SLOWEST) },
    held: { type: 'boolean', default: false },
  },
})
const port = Number(values.port)
const slowest = Number(values.delay)
const random = chosen(20260105)
const feeds: Entry[][] = Array.from({ length: Number(values.feeds) }, () => [])
const all: Entry[] = []
let texts = 0

function file(feed: number): void {
  const others = all.at(-1 - Math.floor(random() * Math.min(all.length, 500)))
  const isReprint = random() < REPRINTED && others !== undefined && others.feed !== feed
  const text = isReprint ? others.text : texts++
  const entry = { feed, guid: `urn:${feed}:${feeds[feed]?.length ?? 0}`, text, at: Date.now() }
  feeds[feed]?.push(entry)
  all.push(entry)
}

/** The words of a text are those of its number. */
function contentOf(text: number): { title: string; body: string } {
  const drawn = chosen(text + 1)
  const event = drawn() < ABOUT_EVENT ? words(chosen(1_000_000 + Math.floor(text / 20)), 8) : words(drawn, 8)
  return {
    title: `${event.slice(0, 4).join(' ')} ${words(drawn, 3).join(' ')}`,
    body: [...event, ...words(drawn, WORDS_OF_TEXT)].join(' '),
  }
}

function documentOf(feed: number): string {
  const items = (feeds[feed] ?? []).toReversed().map(({ guid, text, at }) => {
    const { title, body } = contentOf(text)
    const date = new Date(at).toUTCString()
    return `<item><guid isPermaLink="false">${guid}</guid><title>${title}</title><link>http://agency-${feed}.example/${guid}</link><pubDate>${date}</pubDate><description>${body}</description></item>`
  })
  return `<rss version="2.0"><channel><title>Feed ${feed}</title><link>http://agency-${feed}.example/</link><description>News</description>${items.join('')}</channel></rss>`
}

let isHeld = values.held
const held: (() => void)[] = []
const requests = new Map<string, { at: number; end: number }[]>()

function answerFeed(feed: number, request: IncomingMessage, response: ServerResponse): void {
  const seen = { at: performance.now(), end: Number.POSITIVE_INFINITY }
  const host = String(request.headers.host)
  const before = requests.get(host)
  if (before === undefined) requests.set(host, [seen])
  else before.push(seen)
  const end = (): void => {
    seen.end = Math.min(seen.end, performance.now())
  }
  response.once('finish', end).once('close', end)
  const give = (): void => {
    const body = documentOf(feed)
    const etag = `"${createHash('sha1').update(body).digest('hex')}"`
    if (request.headers['if-none-match'] === etag) response.writeHead(304, { etag }).end()
    else response.writeHead(200, { etag, 'content-type': 'application/rss+xml; charset=utf-8' }).end(body)
  }
  if (isHeld) held.push(give)
  else setTimeout(give, Math.random() * slowest)
}

/** Tolerances are the caller's: all pairs closer than `delay` are told. */
function seenOf(delay: number): Seen[] {
  return [...requests].map(([host, list]) => {
    const sorted = list.toSorted((a, b) => a.at - b.at)
    const gaps = sorted.slice(1).map(({ at }, place) => at - (sorted[place]?.at ?? 0))
    const closest = gaps.length === 0 ? null : Math.min(...gaps)
    const place = closest === null ? 0 : gaps.indexOf(closest) + 1
    const when = new Date(performance.timeOrigin + (sorted[place]?.at ?? 0)).toISOString().slice(11, 23)
    const ends = sorted.flatMap(({ at, end }) => [
      { at, more: 1 },
      { at: end, more: -1 },
    ])
    let now = 0
    let most = 0
    // What ends at the moment at which another begins has ended.
    for (const { more } of ends.sort((a, b) => a.at - b.at || a.more - b.more)) {
      now += more
      most = Math.max(most, now)
    }
    const tooClose = gaps.filter(gap => gap < delay).sort((a, b) => a - b)
    return { host, requests: list.length, closest, when, tooClose, most }
  })
}

function control(url: URL, response: ServerResponse): void {
  const number = (name: string): number => Number(url.searchParams.get(name) ?? 0)
  const answer = (value: unknown): void => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value))
  }
  switch (url.pathname) {
    case '/tick': {
      const before = all.length
      for (let feed = 0; feed < feeds.length; feed++) {
        if (random() >= number('share')) continue
        for (let more = 0; more < number('entries'); more++) file(feed)
      }
      answer({ entries: all.length - before })
      break
    }
    case '/truth':
      answer(all.map(({ feed, guid, text }): Served => ({ feed, guid, text })))
      break
    case '/seen':
      answer(seenOf(number('delay')))
      break
    case '/open':
      isHeld = false
      for (const give of held.splice(0)) give()
      answer({})
      break
    default:
      response.writeHead(404).end()
  }
}

for (let at = 0; at < Number(values.entries); at++) for (let feed = 0; feed < feeds.length; feed++) file(feed)

const FEED = /^\/f\/(\d+)\.xml$/
const server = createServer((request, response) => {
  const url = new URL(request.url ?? '/', 'http://feeds.example')
  const feed = Number(FEED.exec(url.pathname)?.[1] ?? -1)
  if (feed in feeds) answerFeed(feed, request, response)
  else control(url, response)
})
await Promise.all(addresses.map((address, at) => (at === 0 ? listen(server, address) : listen(copy(), address))))
process.stdout.write('ready\n')

function copy(): ReturnType<typeof createServer> {
  return createServer((request, response) => server.emit('request', request, response))
}

function listen(one: ReturnType<typeof createServer>, address: string): Promise<void> {
  return new Promise((resolve, reject) => {
    one.once('error', reject)
    one.listen(port, address, 1_024, () => resolve())
  })
}
