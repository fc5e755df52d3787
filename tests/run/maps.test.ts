// Maps of news and indexes of them through the real poll: real HTTP, a real store, real reader threads, and a clock that jumps.
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseConfig } from '../../src/config/load.ts'
import type { Config } from '../../src/model/config.ts'
import type { PollOutcome } from '../../src/model/decided.ts'
import { Poller } from '../../src/run/poller.ts'
import { newDatabase } from '../helpers/engine.ts'
import { type Answer, feedServer, rss } from '../helpers/feed-server.ts'
import { folder } from '../helpers/folder.ts'
import { pollingFor } from '../helpers/polling.ts'
import { openRows, rowsIn } from '../helpers/rows.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const START = Date.parse('2026-03-02T12:00:00Z')

type Feed = string | Record<string, unknown>

function configFor(agencies: Record<string, Feed[]>, poll: object = {}): Config {
  const text = JSON.stringify({
    database: newDatabase(join(folder(), 'minwal.db')),
    poll: { allowPrivate: true, perHost: 4, ...poll },
    agencies: Object.entries(agencies).map(([id, feeds]) => ({ id, name: id.toUpperCase(), feeds })),
  })
  const parsed = parseConfig(text, join(folder(), 'config.json'), {})
  if (!parsed.ok) throw new Error(parsed.faults.join('\n'))
  return parsed.config
}

async function newsroom(config: Config) {
  let clock = START
  const polling = await pollingFor(config, { now: () => clock })
  const { reader: store } = polling
  const poll = async (only?: string): Promise<PollOutcome[]> => {
    const outcomes: PollOutcome[] = []
    const poller = new Poller(
      () => polling,
      outcome => outcomes.push(outcome),
    )
    poller.add(store.feeds().filter(({ url }) => only === undefined || url.endsWith(only)))
    await poller.idle()
    return outcomes
  }
  const one = async (): Promise<PollOutcome> => {
    const [outcome] = await poll()
    if (outcome === undefined) throw new Error('nothing was polled')
    return outcome
  }
  /** Rows of a statement on the file. */
  const rows = (sql: string): Record<string, unknown>[] => rowsIn(config.database, sql)
  return {
    store,
    poll,
    one,
    rows,
    write: (sql: string): void => {
      const db = openRows(config.database, { readonly: false })
      try {
        db.exec(sql)
      } finally {
        db.close()
      }
    },
    pass: (ms: number) => {
      clock += ms
    },
  }
}

interface Page {
  title: string
  date?: number
  lastmod?: number
  language?: string
}

const iso = (time: number): string => new Date(time).toISOString()

/** A map of these pages, by path. */
const map = (pages: Record<string, Page | null>): string =>
  `<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">${Object.entries(
    pages,
  )
    .map(([path, page]) =>
      page === null
        ? `<url><loc>${path}</loc></url>`
        : `<url><loc>${path}</loc>${page.lastmod === undefined ? '' : `<lastmod>${iso(page.lastmod)}</lastmod>`}<news:news><news:publication><news:name>The Wire</news:name><news:language>${page.language ?? 'en'}</news:language></news:publication><news:publication_date>${iso(page.date ?? START - HOUR)}</news:publication_date><news:title>${page.title}</news:title></news:news></url>`,
    )
    .join('')}</urlset>`

const index = (children: readonly (string | [string, number])[]): string =>
  `<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">${children
    .map(child =>
      typeof child === 'string'
        ? `<sitemap><loc>${child}</loc></sitemap>`
        : `<sitemap><loc>${child[0]}</loc><lastmod>${iso(child[1])}</lastmod></sitemap>`,
    )
    .join('')}</sitemapindex>`

/** Numbered headlines with nothing in common. */
const WORDS = 'harbour budget ferry school bridge orchard glacier violin tariff museum turbine beacon'.split(' ')
const headline = (at: number): string =>
  `${WORDS[at % 12]} ${at} ${WORDS[(at * 5 + 3) % 12]} opens near ${WORDS[(at * 7 + 1) % 12]} ${at * 31}`
const pagesOf = (from: number, count: number): Record<string, Page> =>
  Object.fromEntries(
    Array.from({ length: count }, (_, at) => [
      `/n/${from + at}`,
      { title: headline(from + at), date: START - (from + at) * MINUTE },
    ]),
  )

const without = (paths: readonly string[]) => paths.filter(path => path !== '/robots.txt')

describe('a map that is polled', () => {
  it('files its headlines once, and only another headline as a revision', async () => {
    const server = await feedServer({
      '/news.xml': map({
        '/1': { title: 'Mayor plants the first of 900 limes', lastmod: START },
        '/2': { title: 'Tide gate tested at Kelmoor', lastmod: START },
      }),
    })
    const room = await newsroom(configFor({ a: [`${server.origin}/news.xml`] }))
    expect((await room.one()).counts).toMatchObject({ entries: 2, new: 2 })
    server.answers.set(
      '/news.xml',
      map({
        '/1': { title: 'Mayor plants the first of 900 limes', lastmod: START + HOUR, date: START - 2 * HOUR },
        '/2': { title: 'Two leaks found as engineers finish their work at the mole', lastmod: START + HOUR },
      }),
    )
    room.pass(HOUR)
    expect((await room.one()).counts).toMatchObject({ new: 0, copy: 0, revision: 1, unchanged: 1 })
    expect(room.rows('select url, title, revisions, text from report order by url')).toEqual([
      { url: `${server.origin}/1`, title: 'Mayor plants the first of 900 limes', revisions: 1, text: '' },
      {
        url: `${server.origin}/2`,
        title: 'Two leaks found as engineers finish their work at the mole',
        revisions: 2,
        text: '',
      },
    ])
  })

  it('says nothing by what leaves it, and no page of it is asked for', async () => {
    const guide = { '/guide': { title: 'Guide to tides in northern harbours', date: START - 40 * DAY } }
    const server = await feedServer({
      '/news.xml': map({
        '/3': { title: 'Medical convoy reaches the villages' },
        '/2': { title: 'Library opens its doors by night', date: START - 8 * HOUR },
        '/1': { title: 'Fishermen return as the sea calms', date: START - 20 * HOUR },
        ...guide,
      }),
    })
    const room = await newsroom(configFor({ a: [`${server.origin}/news.xml`] }))
    await room.one()
    server.answers.set(
      '/news.xml',
      map({
        '/4': { title: 'Water works run again at Marenas', date: START + 20 * HOUR },
        '/3': { title: 'Medical convoy reaches the villages' },
        '/2': null,
        ...guide,
      }),
    )
    room.pass(DAY)
    expect((await room.one()).counts).toMatchObject({ new: 1, revision: 0, unchanged: 2 })
    expect(room.rows(`select count(*) as n from story`)).toEqual([{ n: 5 }])
    expect(room.rows(`select count(*) as n from report where signal = 'kill'`)).toEqual([{ n: 0 }])
    expect(without(server.requests)).toEqual(['/news.xml', '/news.xml'])
  })

  it('of a quiet weekend is healthy, and one that is no map fails in words and stays where it is', async () => {
    const server = await feedServer({ '/news.xml': map({}) })
    const room = await newsroom(configFor({ a: [`${server.origin}/news.xml`] }))
    expect(await room.one()).toMatchObject({ failure: null, status: 'filed', counts: { entries: 0 } })
    server.answers.set('/news.xml', map({ '/shop': null, '/lamp': null }))
    expect((await room.one()).failure).toMatchObject({
      kind: 'document',
      message: expect.stringContaining('a sitemap whose pages are not marked as news'),
    })
    expect(without(server.requests)).toEqual(['/news.xml', '/news.xml'])
  })

  it('gives two stories to equal headlines of two days, and one to those of one hour', async () => {
    const title = 'Weather for the coast and the islands today'
    const server = await feedServer({
      '/news.xml': map({
        '/w/1': { title, date: START - DAY },
        '/w/2': { title, date: START - HOUR },
        '/w/3': { title, date: START - HOUR + 5 * MINUTE },
      }),
    })
    const room = await newsroom(configFor({ a: [`${server.origin}/news.xml`] }))
    await room.one()
    expect(room.rows('select reports from story order by id')).toEqual([{ reports: 1 }, { reports: 2 }])
  })

  it('makes no flashes and no sources of bare headlines', async () => {
    const server = await feedServer({
      '/news.xml': map({ '/1': { title: 'Minister resigns over the harbour budget' } }),
    })
    const room = await newsroom(configFor({ a: [`${server.origin}/news.xml`] }))
    await room.one()
    expect(room.rows('select count(*) as n from x_flashes')).toEqual([{ n: 0 }])
    expect(room.rows('select origin, origin_name from story')).toEqual([{ origin: null, origin_name: null }])
    expect(room.rows('select headline_only from report')).toEqual([{ headline_only: 1 }])
  })

  it('counts a bare headline as nobody’s own copy: not in its thread, not for its agency', async () => {
    const title = 'Ferry Halcyon runs aground off Port Marenas with forty aboard'
    const text =
      'PORT MARENAS (C) - The ferry Halcyon ran aground off Port Marenas on Monday with forty aboard, the coast guard said. Tugs took the passengers of the Halcyon to the harbour.'
    const server = await feedServer({ '/news.xml': map({ '/1': { title } }) })
    server.answers.set(
      '/feed',
      rss([{ guid: '1', title: 'Ferry Halcyon aground off Port Marenas, forty aboard', text, link: '/f' }]),
    )
    const room = await newsroom(configFor({ a: [`${server.origin}/news.xml`], c: [`${server.origin}/feed`] }))
    await room.poll('/news.xml')
    room.pass(MINUTE)
    await room.poll('/feed')
    expect(room.rows('select agencies, stories, sources from thread')).toEqual([
      { agencies: 2, stories: 2, sources: 1 },
    ])
    const [thread] = room.rows('select id from thread')
    const id = Number(thread?.['id'])
    expect(room.store.outlines([id], START - DAY, START + DAY, 1).get(id)?.own).toEqual(['c'])
    const work = room.store.work(START + DAY, 7)
    expect(work.get('a')).toMatchObject({ reports: 1, told: 0, own: 0, led: 1 })
    expect(work.get('c')).toMatchObject({ reports: 1, told: 1, own: 1 })
  })

  it('takes what the configuration asks for: languages, and parts of addresses', async () => {
    const server = await feedServer({
      '/news.xml': map({
        '/world/1': { title: 'Bridge closed for a week of repairs' },
        '/world/2': { title: 'El puerto de Marenas reabre tras tres días de temporal' },
        '/world/sport/3': { title: 'Rowing club wins at home again' },
        '/money/4': { title: 'Wheat holds steady for a third week' },
      }),
    })
    const feed = { url: `${server.origin}/news.xml`, languages: ['en-GB'], include: ['/world/'], exclude: ['/sport/'] }
    const room = await newsroom(configFor({ a: [feed] }))
    expect((await room.one()).counts).toMatchObject({ entries: 1, new: 1 })
    expect(room.rows('select title from report')).toEqual([{ title: 'Bridge closed for a week of repairs' }])
  })
})

describe('a map and a feed of one agency', () => {
  const BODY =
    'The ferry sailed again on Monday after two days in the harbour, the port authority said, and the first cars were on board before noon while the wind went down along the coast.'
  const item = (origin: string) =>
    rss([{ guid: 'tag:1', title: 'Ferry sails again', text: BODY, link: `${origin}/f/1` }])
  const bare = map({ '/f/1': { title: 'Ferry sails again' } })

  it('have one report of an address that the feed had first: the map takes nothing from it', async () => {
    const server = await feedServer({})
    server.answers.set('/feed', item(server.origin)).set('/news.xml', bare)
    const room = await newsroom(configFor({ a: [`${server.origin}/feed`, `${server.origin}/news.xml`] }))
    await room.poll('/feed')
    room.pass(MINUTE)
    const [outcome] = await room.poll('/news.xml')
    expect(outcome?.counts).toMatchObject({ new: 0, copy: 0, revision: 0, unchanged: 1 })
    expect(room.rows('select text, revisions from report')).toEqual([{ text: BODY, revisions: 1 }])
  })

  it('have one story of an address that the map had first, and the text of the feed speaks for it', async () => {
    const server = await feedServer({})
    server.answers.set('/feed', item(server.origin)).set('/news.xml', bare)
    const room = await newsroom(configFor({ a: [`${server.origin}/feed`, `${server.origin}/news.xml`] }))
    await room.poll('/news.xml')
    room.pass(MINUTE)
    await room.poll('/feed')
    const [story, ...others] = room.rows(
      'select s.agencies, s.origin, r.text from story s join report r on r.id = s.lead',
    )
    expect(others).toEqual([])
    expect(story).toEqual({ agencies: 1, origin: 'a', text: BODY })
  })
})

describe('an index of maps', () => {
  it('is one feed: its documents are chosen anew, read in turn, at most eight, and filed as one', async () => {
    const server = await feedServer({
      '/index.xml': index(['/sitemap-pages.xml', ['/news-1.xml', START - HOUR], ['/news-2.xml', START - 2 * HOUR]]),
      '/news-1.xml': map(pagesOf(0, 3)),
      '/news-2.xml': map({ ...pagesOf(2, 1), ...pagesOf(10, 3) }),
    })
    const room = await newsroom(configFor({ a: [`${server.origin}/index.xml`] }))
    expect((await room.one()).counts).toMatchObject({ entries: 6, new: 6 })
    expect(without(server.requests)).toEqual(['/index.xml', '/news-1.xml', '/news-2.xml'])
    server.answers.set('/index.xml', index([['/news-3.xml', START]]))
    server.answers.set('/news-3.xml', map(pagesOf(20, 2)))
    server.requests.length = 0
    room.pass(HOUR)
    expect((await room.one()).counts).toMatchObject({ entries: 2, new: 2 })
    expect(without(server.requests)).toEqual(['/index.xml', '/news-3.xml'])
    expect(room.rows('select count(*) as n from poll')).toEqual([{ n: 2 }])
    expect(room.rows('select url from x_map_parts')).toEqual([{ url: `${server.origin}/news-3.xml` }])
  })

  it('of many pages is gone on with only while all of a page was new', async () => {
    const pages = Array.from({ length: 30 }, (_, at) => (at === 0 ? '/news.xml' : `/news.xml?from=${at * 5}`))
    const server = await feedServer({ '/index.xml': index(pages) })
    const fill = (first: number): void => {
      for (const [at, path] of pages.entries()) server.answers.set(path, map(pagesOf(first + at * 5, 5)))
    }
    fill(100)
    const room = await newsroom(configFor({ a: [`${server.origin}/index.xml`] }))
    expect((await room.one()).counts).toMatchObject({ entries: 40, new: 40 })
    expect(without(server.requests)).toEqual(['/index.xml', ...pages.slice(0, 8)])
    // Seven are new: they fill the first page and a part of the second.
    fill(93)
    server.requests.length = 0
    room.pass(15 * MINUTE)
    const outcome = await room.one()
    expect(outcome.counts).toMatchObject({ entries: 10, new: 7, unchanged: 3 })
    expect(outcome.gap).toBeNull()
    expect(without(server.requests)).toEqual(['/index.xml', ...pages.slice(0, 2)])
  })

  it('asks each document with its own validators, and files nothing where none has changed', async () => {
    const asked: [string, string | undefined][] = []
    const tagged =
      (text: string, tag: string): Answer =>
      (request, response) => {
        asked.push([request.url ?? '', request.headers['if-none-match']])
        if (request.headers['if-none-match'] === tag) response.writeHead(304).end()
        else response.writeHead(200, { etag: tag, 'content-type': 'text/xml' }).end(text)
      }
    const server = await feedServer({
      '/index.xml': index([
        ['/news-1.xml', START],
        ['/news-2.xml', START - 1],
      ]),
      '/news-1.xml': tagged(map(pagesOf(0, 2)), '"one"'),
      '/news-2.xml': tagged(map(pagesOf(5, 2)), '"two"'),
    })
    const config = configFor({ a: [`${server.origin}/index.xml`] })
    const room = await newsroom(config)
    await room.one()
    room.pass(1_000)
    expect((await room.one()).status).toBe('unchanged')
    expect(asked).toEqual([
      ['/news-1.xml', undefined],
      ['/news-2.xml', undefined],
      ['/news-1.xml', '"one"'],
      ['/news-2.xml', '"two"'],
    ])
    server.answers.set('/news-2.xml', tagged(map(pagesOf(5, 3)), '"three"'))
    room.pass(1_000)
    expect((await room.one()).counts).toMatchObject({ entries: 3, new: 1, unchanged: 2 })
    expect(asked.slice(-2)).toEqual([
      ['/news-1.xml', '"one"'],
      ['/news-2.xml', '"two"'],
    ])
  })

  it('has documents that fail alone, with a warning; all of them failing is its failure', async () => {
    const server = await feedServer({
      '/index.xml': index([
        ['/news-1.xml', START],
        ['/news-2.xml', START - 1],
        ['/news-3.xml', START - 2],
      ]),
      '/news-1.xml': map(pagesOf(0, 2)),
      '/news-2.xml': '<!doctype html><html><body>down</body></html>',
    })
    const room = await newsroom(configFor({ a: [`${server.origin}/index.xml`] }))
    const outcome = await room.one()
    expect(outcome.counts).toMatchObject({ new: 2 })
    expect(outcome.warnings.join('\n')).toContain('/news-2.xml of the index could not be read')
    expect(outcome.warnings.join('\n')).toContain('/news-3.xml of the index could not be read')
    server.answers.delete('/news-1.xml')
    room.pass(HOUR)
    expect((await room.one()).failure?.message).toContain('none of the documents of the index could be read')
    // What it knew is still known.
    server.answers.set('/news-1.xml', map(pagesOf(0, 2)))
    room.pass(6 * HOUR)
    expect((await room.one()).counts).toMatchObject({ new: 0, unchanged: 2 })
  })

  it('may name one more index and no further, itself and others only once, and no other site', async () => {
    const server = await feedServer({})
    const { origin } = server
    server.answers.set(
      '/news/index.xml',
      index(['/news/index.xml', '/news/inner.xml', '/news/map.xml', '/news/map.xml', 'http://127.0.0.2:1/news.xml']),
    )
    server.answers.set('/news/inner.xml', index(['/news/index.xml', '/news/deep.xml', '/news/leaf.xml']))
    server.answers.set('/news/deep.xml', index(['/news/never.xml']))
    server.answers.set('/news/leaf.xml', map(pagesOf(0, 1)))
    server.answers.set('/news/map.xml', map(pagesOf(5, 1)))
    const room = await newsroom(configFor({ a: [`${origin}/news/index.xml`] }))
    expect((await room.one()).counts).toMatchObject({ new: 2 })
    expect(without(server.requests).toSorted()).toEqual([
      '/news/deep.xml',
      '/news/index.xml',
      '/news/inner.xml',
      '/news/leaf.xml',
      '/news/map.xml',
    ])
  })

  it('without a map of news of its own is a failure in words', async () => {
    const server = await feedServer({ '/index.xml': index(['/image-sitemap.xml', 'https://other.example/news.xml']) })
    const room = await newsroom(configFor({ a: [`${server.origin}/index.xml`] }))
    expect((await room.one()).failure).toMatchObject({
      kind: 'document',
      message: 'the index names 2 documents, and none looks like a map of news of its own site',
    })
  })
})

describe('robots.txt of a map', () => {
  const refusing = 'User-agent: *\nDisallow: /news\n'

  it('is asked once a day, and never for a feed', async () => {
    const server = await feedServer({
      '/robots.txt': 'User-agent: *\nDisallow: /x',
      '/news.xml': map(pagesOf(0, 2)),
      '/feed': rss([{ guid: '1', title: 'A dam is opened', text: 'It was opened on Monday.' }]),
    })
    const room = await newsroom(configFor({ a: [`${server.origin}/news.xml`], b: [`${server.origin}/feed`] }))
    await room.poll('/feed')
    expect(server.requests).toEqual(['/feed'])
    for (let hour = 0; hour < 3; hour++) {
      await room.poll('/news.xml')
      room.pass(HOUR)
    }
    expect(server.requests.filter(path => path === '/robots.txt')).toHaveLength(1)
    room.pass(DAY)
    await room.poll('/news.xml')
    expect(server.requests.filter(path => path === '/robots.txt')).toHaveLength(2)
  })

  it('that forbids it keeps it from being filed, and then from being asked for, until it allows it', async () => {
    const server = await feedServer({ '/robots.txt': refusing, '/news.xml': map(pagesOf(0, 2)) })
    const room = await newsroom(configFor({ a: [`${server.origin}/news.xml`] }))
    expect((await room.one()).failure?.message).toContain('/robots.txt forbids us to read this address')
    // Known by what was read, not by the words of its error.
    room.write("update x_feeds set error = 'something else'")
    room.pass(6 * HOUR)
    await room.one()
    expect(server.requests).toEqual(['/news.xml', '/robots.txt'])
    expect(room.rows('select count(*) as n from report')).toEqual([{ n: 0 }])
    server.answers.set('/robots.txt', 'User-agent: Minwal\nAllow: /\n')
    room.pass(DAY)
    expect((await room.one()).counts.new).toBe(2)
  })

  it('is obeyed document by document in an index', async () => {
    const server = await feedServer({
      '/robots.txt': 'User-agent: *\nDisallow: /news-2\n',
      '/index.xml': index([
        ['/news-1.xml', START],
        ['/news-2.xml', START - 1],
      ]),
      '/news-1.xml': map(pagesOf(0, 2)),
      '/news-2.xml': map(pagesOf(5, 2)),
    })
    const room = await newsroom(configFor({ a: [`${server.origin}/index.xml`] }))
    const outcome = await room.one()
    expect(outcome.counts.new).toBe(2)
    expect(outcome.warnings.join()).toContain('/robots.txt forbids us to read this address')
    expect(server.requests).not.toContain('/news-2.xml')
  })

  it('is overruled where the configuration says so for the feed', async () => {
    const server = await feedServer({ '/robots.txt': refusing, '/news.xml': map(pagesOf(0, 2)) })
    const room = await newsroom(configFor({ a: [{ url: `${server.origin}/news.xml`, robots: 'ignore' }] }))
    expect((await room.one()).counts.new).toBe(2)
    expect(server.requests).toEqual(['/news.xml'])
  })

  it('that cannot be read forbids all until it can, but for one that was read before', async () => {
    const broken: Answer = (_, response) => void response.writeHead(503).end()
    const server = await feedServer({ '/robots.txt': broken, '/news.xml': map(pagesOf(0, 2)) })
    const room = await newsroom(configFor({ a: [`${server.origin}/news.xml`] }))
    expect((await room.one()).failure?.message).toContain(
      '/robots.txt could not be read, so nothing is asked of its host',
    )
    server.answers.set('/robots.txt', '')
    server.answers.set('/robots.txt', 'User-agent: *\nDisallow:\n')
    room.pass(HOUR)
    expect((await room.one()).counts.new).toBe(2)
    server.answers.set('/robots.txt', broken)
    server.answers.set('/news.xml', map(pagesOf(0, 3)))
    room.pass(2 * DAY)
    expect((await room.one()).counts.new).toBe(1)
  })

  it('may ask for a slower pace', async () => {
    const times: [string, number][] = []
    const timed =
      (text: string): Answer =>
      (request, response) => {
        times.push([request.url ?? '', performance.now()])
        response.writeHead(200, { 'content-type': 'text/xml' }).end(text)
      }
    const server = await feedServer({
      '/robots.txt': 'User-agent: *\nCrawl-delay: 1\n',
      '/index.xml': index([
        ['/news-1.xml', START],
        ['/news-2.xml', START - 1],
      ]),
      '/news-1.xml': timed(map(pagesOf(0, 2))),
      '/news-2.xml': timed(map(pagesOf(5, 2))),
    })
    const room = await newsroom(configFor({ a: [`${server.origin}/index.xml`] }))
    await room.one()
    const [first = 0, second = 0] = times.map(([, at]) => at)
    expect(second - first).toBeGreaterThan(900)
  })
})
