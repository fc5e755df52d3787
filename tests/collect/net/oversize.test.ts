// Documents larger than the limits on their size, fetched over real HTTP and parsed in real threads.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { describe, expect, it, onTestFinished } from 'vitest'
import { parseDocument } from '../../../src/collect/feed/parse.ts'
import { createParserPool } from '../../../src/collect/feed/pool.ts'
import type { ParsedFeed } from '../../../src/model/collected.ts'
import type { PollSettings } from '../../../src/model/config.ts'
import { failure, get, server, useServer } from '../../helpers/fetching.ts'
import { body } from '../../helpers/hostile-server.ts'

useServer()

const LIMITS = { maxBodyBytes: 100_000, maxWireBytes: 100_000 }
const START = Date.parse('2026-01-01T00:00:00Z')
const HOUR = 3_600_000
const COUNT = 2_000

/** Words that do not compress well, the same in every run. */
function words(seed: number): string {
  let state = seed * 7_919 + 17
  let text = ''
  for (let at = 0; at < 12; at++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    text += `${state.toString(36)} `
  }
  return text
}

const date = (at: number): string => new Date(START + at * HOUR).toISOString()
const item = (at: number, text = words(at)): string =>
  `<item><guid isPermaLink="false">${at}</guid><title>خبر ${at}</title><pubDate>${date(at)}</pubDate><description>${text}</description></item>`
const entry = (at: number): string =>
  `<a:entry><a:id>urn:${at}</a:id><a:title>خبر ${at}</a:title><a:updated>${date(at)}</a:updated><a:summary>${words(at)}</a:summary></a:entry>`
const jsonItem = (at: number): string =>
  JSON.stringify({
    id: String(at),
    title: `خبر ${at}`,
    content_text: `${words(at)} «},{"id":"x"»`,
    date_published: date(at),
    attachments: [
      { url: 'https://big.example/a.jpg', mime_type: 'image/jpeg' },
      { url: 'https://big.example/b.jpg', mime_type: 'image/jpeg' },
    ],
  })

type Order = 'newest last' | 'newest first'
const inOrder = (order: Order, make: (at: number) => string, count = COUNT): string[] => {
  const all = Array.from({ length: count }, (_, at) => make(at))
  return order === 'newest last' ? all : all.reverse()
}
const rss = (order: Order, make = item): string =>
  `<?xml version="1.0"?><rss version="2.0"><channel><title>Big</title>${inOrder(order, make).join('\n')}</channel></rss>`
const atom = (order: Order): string =>
  `<?xml version="1.0"?><a:feed xmlns:a="http://www.w3.org/2005/Atom"><a:title>Big</a:title>${inOrder(order, entry).join('')}</a:feed>`
const json = (order: Order): string =>
  `{"version":"https://jsonfeed.org/version/1.1","title":"Big","items":[${inOrder(order, jsonItem).join(',\n')}],"language":"ar"}`

async function fetched(
  url: string,
  changes: Partial<PollSettings> = {},
  maxEntries = 20,
): Promise<{ feed: ParsedFeed; kept: number }> {
  const got = await get(url, { ...LIMITS, ...changes })
  if (got.kind !== 'body') throw new Error(JSON.stringify(got))
  const { gap, contentType } = got
  const parsed = await parseDocument(got.body, contentType, { url, maxEntries, gap })
  if (!parsed.ok) throw new Error(parsed.reason)
  return { feed: parsed.value, kept: got.body.length }
}

const newest = (count = 20): string[] => Array.from({ length: count }, (_, at) => `خبر ${COUNT - 1 - at}`)
const titles = (feed: ParsedFeed): string[] =>
  feed.entries.map(one => one.title).sort((a, b) => Number(b.slice(4)) - Number(a.slice(4)))

describe.each(['newest last', 'newest first'] as const)('a feed larger than the limit, %s,', order => {
  it.each([
    ['RSS', rss(order)],
    ['Atom under a prefix', atom(order)],
    ['JSON Feed', json(order)],
    ['RSS in UTF-16', Buffer.from(`\ufeff${rss(order)}`, 'utf16le')],
    ['RSS in UTF-16, high byte first', Buffer.from(`\ufeff${rss(order)}`, 'utf16le').swap16()],
  ])('gives its newest entries, whole: %s', async (_format, document) => {
    const { feed, kept } = await fetched(server.on('/big', body(document)))
    expect(titles(feed)).toEqual(newest())
    expect(feed.entries.every(one => one.text.trim().length > 50)).toBe(true)
    expect(kept).toBe(LIMITS.maxBodyBytes)
  })

  it.each([
    ['gzip', gzipSync(rss(order))],
    ['br', brotliCompressSync(rss(order))],
    ['deflate', deflateSync(rss(order))],
    ['zstd', zstdCompressSync(rss(order))],
  ])(
    'gives its newest entries when it comes as %s, within the limit on the wire and beyond it',
    async (name, document) => {
      const url = server.on('/big', body(document, { 'content-encoding': name }))
      expect(titles((await fetched(url, { maxWireBytes: 1_000_000 })).feed)).toEqual(newest())
      expect(titles((await fetched(url, { maxWireBytes: 30_000 })).feed)).toEqual(newest())
    },
  )

  it('gives its newest entries when it is a file', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'minwal-oversize-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const path = join(folder, 'big.xml')
    writeFileSync(path, rss(order))
    expect(titles((await fetched(pathToFileURL(path).href)).feed)).toEqual(newest())
  })
})

describe('a document larger than the limit', () => {
  it('says how much was left out, of which dates, and which setting takes it', async () => {
    const { feed } = await fetched(server.on('/big', body(rss('newest last'))))
    const [size, entries] = feed.warnings
    expect(size).toMatch(
      /^the document has [\d.]+ KB, more than 97\.7 KB: its first 48\.\d KB and its last 48\.\d KB are read, about 1,\d\d\d entries between them left out, of 2026-01-\d\d to 2026-03-\d\d \(poll\.maxBodyBytes takes more\)$/,
    )
    expect(entries).toMatch(/^the document has at least \d+ entries: the newest 20 are kept, \d+ of 2026-01-01 to/)
  })

  it('is not cut inside CDATA that holds markup of a feed', async () => {
    const sample = '<![CDATA[<pre>&lt;item&gt; <item><title>sample</title></item> </pre>]]>'
    const { feed } = await fetched(
      server.on('/big', body(rss('newest last', at => item(at, words(at) + sample)))),
      {},
      2_000,
    )
    expect(feed.entries.length).toBeGreaterThan(100)
    expect(feed.entries.map(one => one.title)).not.toContain('sample')
  })

  it('is known to be the same when it comes again', async () => {
    const url = server.on('/big', body(rss('newest last')))
    const [first, second] = [await get(url, LIMITS), await get(url, LIMITS)]
    expect(first).toMatchObject({ kind: 'body', hash: expect.any(String) })
    expect(second).toMatchObject({ hash: first.kind === 'body' ? first.hash : '' })
  })

  it('is read up to ten times the limit, and then gives the entries it began with', async () => {
    const chunk = Buffer.from(inOrder('newest first', item, 200).join(''))
    let sent = 0
    const endless = server.on('/for-ever', (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/xml' })
      response.write('<rss version="2.0"><channel><title>Big</title>')
      const pump = (): void => {
        while (!response.destroyed && response.write(chunk)) sent += chunk.length
      }
      response.on('drain', pump).on('error', () => {})
      pump()
    })
    const { feed } = await fetched(endless)
    expect(feed.entries).toHaveLength(20)
    expect(feed.warnings[0]).toMatch(
      /^the document goes on after [\d.]+ (?:KB|MB), more than 97\.7 KB: its first 48\.\d KB are read/,
    )
    expect(sent).toBeLessThan(20_000_000)
  })

  it.each([
    ['nothing like a feed', Buffer.alloc(500_000, 'x')],
    ['a page', `<!doctype html><html><body>${'<p>x</p>'.repeat(60_000)}`],
    ['JSON that is no feed', `{"data":[${'[],'.repeat(200_000)}[]]}`],
  ])('is refused at the limit when it is %s', async (_what, document) => {
    const failed = failure(await get(server.on('/big', body(document)), LIMITS))
    expect(failed).toMatchObject({ kind: 'size', message: 'body is larger than 97.7 KB (poll.maxBodyBytes)' })
  })

  it('is refused when what it decodes to is no feed, though it is larger than the limit on the wire', async () => {
    const noise = Buffer.from(Array.from({ length: 40_000 }, (_, at) => words(at)).join(''))
    const url = server.on('/big', body(gzipSync(noise), { 'content-encoding': 'gzip' }))
    const failed = failure(await get(url, { ...LIMITS, maxWireBytes: 30_000 }))
    expect(failed).toMatchObject({
      kind: 'size',
      message: 'body is larger than 29.3 KB on the wire (poll.maxWireBytes)',
    })
  })
})

describe('a document that a parser thread cannot hand over whole', () => {
  const pool = () => {
    const made = createParserPool({ timeoutMs: 60_000 })
    onTestFinished(() => made.close())
    return made
  }

  it.each(['newest last', 'newest first'] as const)(
    'gives its newest items when it is JSON of more than a million values, %s',
    async order => {
      const tags = Array.from({ length: 100 }, (_, at) => `t${at}`)
      const make = (at: number): string =>
        JSON.stringify({ id: String(at), title: `خبر ${at}`, date_published: date(at), tags })
      const text = `{"version":"https://jsonfeed.org/version/1","items":[${inOrder(order, make, 12_000).join(',')}]}`
      const parsed = await pool().parse(Buffer.from(text), null, {
        url: null,
        maxEntries: 3,
        now: START + 12_000 * HOUR,
      })
      if (!parsed.ok) throw new Error(parsed.reason)
      expect(titles(parsed.value)).toEqual(['خبر 11999', 'خبر 11998', 'خبر 11997'])
      expect(parsed.value.warnings).toEqual([
        'the document has 12000 entries: the newest 3 are kept, 11997 of 2026-01-01 to 2027-05-15 left out (poll.maxEntries takes more, up to 10000)',
      ])
    },
  )

  it('gives as many of its newest entries as may be handed over', async () => {
    const long = 'word '.repeat(10_000)
    const text = rss('newest last', at => (at < 600 ? item(at, long) : ''))
    const parsed = await pool().parse(Buffer.from(text), null, { url: null, maxEntries: 1_000 })
    if (!parsed.ok) throw new Error(parsed.reason)
    expect(parsed.value.entries.at(-1)?.title).toBe('خبر 599')
    expect(parsed.value.entries.length).toBeGreaterThan(300)
    expect(parsed.value.warnings).toEqual([
      expect.stringMatching(
        /^the entries of the document have more than 32 million characters: the newest \d+ are taken, \d+ left out$/,
      ),
    ])
  })
})
