// Texts of pages through the real flow: real HTTP, a real store, a real desk and reading thread, and a clock that jumps.
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { parseConfig } from '../../src/config/load.ts'
import type { Config } from '../../src/model/config.ts'
import { Pages } from '../../src/run/pages.ts'
import { Poller } from '../../src/run/poller.ts'
import { audit } from '../helpers/audit.ts'
import { newDatabase } from '../helpers/engine.ts'
import { type Answer, feedServer, rss } from '../helpers/feed-server.ts'
import { folder } from '../helpers/folder.ts'
import { pollingFor } from '../helpers/polling.ts'
import { rowsIn } from '../helpers/rows.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const START = Date.parse('2026-03-02T12:00:00Z')

const FERRY = [
  'PORT ELLA (Northern Wire) - Crews of the three ferry lines voted by a wide margin on Friday to take the offer of their employers and sail again.',
  'Two people were killed and 14 were injured when a boat of volunteers capsized during the strike, the harbour master said.',
  'Some forty thousand people had taken buses around the bay for nine days, and the price of fish had doubled in the markets.',
  'The owners agreed to two more days of rest in a month, and to publish their plan for new boats before the year is over.',
]
const LIGHT = [
  'The lighthouse on Gull Point, dark since 1994, opens to visitors this weekend after repairs that were paid for by the town.',
  'Its keeper, who lives in the house below, says that the lamp will be lit on holidays, and that the stairs have 214 steps.',
  'Schools may come on Tuesdays, and a small museum of charts and bells is to follow in the old engine room next year.',
]

interface Story {
  path: string
  title: string
  lines: readonly string[]
}

const pageOf = ({ title, lines }: Pick<Story, 'title' | 'lines'>): string =>
  `<html lang="en"><head><title>${title} - The Gazette</title></head><body><nav><a href="/">Home</a></nav>
  <article><h1>${title}</h1>${lines.map(line => `<p>${line}</p>`).join('')}</article><footer><p>The Gazette, all rights reserved.</p></footer></body></html>`

const html =
  (body: string, status = 200): Answer =>
  (_, response) =>
    void response.writeHead(status, { 'content-type': 'text/html; charset=utf-8' }).end(body)

/** A feed that gives a headline and the first 80 characters. */
const cutFeed = (origin: string, stories: readonly Story[]): string =>
  rss(
    stories.map(({ path, title, lines }, at) => ({
      guid: `${origin}${path}`,
      link: `${origin}${path}`,
      title,
      text: `${(lines[0] ?? '').slice(0, 80)}…`,
      date: new Date(START - (at + 1) * MINUTE).toISOString(),
    })),
    'Gazette',
  )

async function newsroom(agencies: Record<string, object[]>, poll: object = {}) {
  const path = folder()
  const text = JSON.stringify({
    database: newDatabase(join(path, 'minwal.db')),
    poll: { allowPrivate: true, perHost: 4, ...poll },
    agencies: Object.entries(agencies).map(([id, feeds]) => ({ id, name: id, language: 'en', feeds })),
  })
  const parsed = parseConfig(text, join(path, 'config.json'), {})
  if (!parsed.ok) throw new Error(parsed.faults.join('\n'))
  const config: Config = parsed.config
  let clock = START
  const polling = await pollingFor(config, { now: () => clock })
  const poller = new Poller(() => polling)
  const pages = new Pages({ polling: () => polling, poller: () => poller })
  onTestFinished(() => pages.close())
  return {
    polling,
    store: polling.reader,
    pass: (ms: number) => {
      clock += ms
    },
    poll: async () => {
      poller.add(polling.reader.feeds())
      await poller.idle()
    },
    pages: async () => {
      pages.look()
      await pages.idle()
      expect(audit(config.database)).toEqual([])
    },
    rows: (sql: string): Record<string, unknown>[] => rowsIn(config.database, sql),
  }
}

/** So many reports of one agency, each of a title of its own. */
const several = (length: number) =>
  Array.from({ length }, (_, at) => ({
    path: `/a/${at}`,
    title: `Report number ${at} of the harbour board on its quays`,
    lines: LIGHT,
  }))

describe('the page of a report', () => {
  it('completes it: copies, threads, credits and figures are decided again, and nothing is published or dated anew', async () => {
    const server = await feedServer()
    const { origin } = server
    const short = { path: '/a/1', title: 'Boats to run again on Saturday', lines: FERRY }
    server.answers.set('/cut', cutFeed(origin, [short]))
    server.answers.set('/a/1', html(pageOf(short)))
    server.answers.set(
      '/whole',
      rss(
        [
          {
            guid: 'w1',
            link: 'https://wire.example/w1',
            title: 'Ferry crews end strike after nine days',
            text: FERRY.map(line => `<p>${line}</p>`).join(''),
            date: new Date(START - HOUR).toISOString(),
          },
        ],
        'Northern Wire',
      ),
    )
    const room = await newsroom({
      wire: [{ url: `${origin}/whole` }],
      gazette: [{ url: `${origin}/cut`, text: 'page' }],
    })
    await room.poll()
    const before = room.rows(
      "select id, story, text, title, published, changed, revisions, time from report where agency = 'gazette'",
    )
    expect(room.rows('select id from story')).toHaveLength(2)
    await room.pages()
    expect(room.rows('select outcome, because from x_pages')).toMatchObject([{ outcome: 'article' }])
    expect(room.rows('select id from story')).toHaveLength(1)
    expect(room.rows('select id from thread')).toHaveLength(1)
    const after = room.rows(
      "select id, text, title, published, changed, revisions, time from report where agency = 'gazette'",
    )
    const { story: _, ...same } = before[0] ?? {}
    expect(after).toEqual([same])
    expect(room.rows('select * from x_revisions')).toEqual([])
    expect(room.rows("select name, place from credit where reported_by = 'gazette'")).toEqual([
      { name: 'Northern Wire', place: 'dateline' },
    ])
    expect(room.rows("select kind, value, time from figure where agency = 'gazette' order by kind")).toEqual([
      { kind: 'injured', value: 14, time: before[0]?.['time'] },
      { kind: 'killed', value: 2, time: before[0]?.['time'] },
    ])
    expect(room.store.pageText(Number(before[0]?.['id']))).toBe(FERRY.join('\n'))
    // Users read it beside what the feed gave.
    expect(room.rows("select page_text from report where agency = 'gazette'")).toEqual([
      { page_text: FERRY.join('\n') },
    ])
  })

  it('takes the word "headline only" off, and is what the page of the story shows', async () => {
    const server = await feedServer()
    const short = { path: '/a/1', title: 'Boats to run again on Saturday', lines: FERRY }
    const entry = `<item><title>${short.title}</title><link>${server.origin}/a/1</link></item>`
    server.answers.set('/bare', `<rss version="2.0"><channel><title>Gazette</title>${entry}</channel></rss>`)
    server.answers.set('/a/1', html(pageOf(short)))
    const room = await newsroom({ gazette: [{ url: `${server.origin}/bare`, text: 'page' }] })
    await room.poll()
    expect(room.rows('select headline_only, page_text from report')).toEqual([{ headline_only: 1, page_text: null }])
    await room.pages()
    expect(room.rows('select headline_only from report')).toEqual([{ headline_only: 0 }])
    expect(room.store.story(1)?.pageText).toBe(FERRY.join('\n'))
  })

  it('is asked for once, and not at all where the feed does not say so', async () => {
    const server = await feedServer()
    const { origin } = server
    const stories = [
      { path: '/a/1', title: 'Boats to run again on Saturday', lines: FERRY },
      { path: '/a/2', title: 'Old lighthouse opens to visitors', lines: LIGHT },
    ]
    server.answers.set('/cut', cutFeed(origin, stories))
    server.answers.set(
      '/plain',
      cutFeed(origin, [{ path: '/b/1', title: 'Tide gate tested at Kelmoor', lines: LIGHT }]),
    )
    for (const story of stories) server.answers.set(story.path, html(pageOf(story)))
    const room = await newsroom({
      gazette: [{ url: `${origin}/cut`, text: 'page' }],
      courier: [{ url: `${origin}/plain` }],
    })
    await room.poll()
    for (let round = 0; round < 3; round++) {
      await room.pages()
      room.pass(5 * HOUR)
      await room.poll()
    }
    const asked = server.requests.filter(path => /^\/[ab]\//.test(path))
    // The newest first.
    expect(asked).toEqual(['/a/1', '/a/2'])
  })

  it('is left alone for a day after three refusals, with a word in the list of feeds', async () => {
    const server = await feedServer()
    const { origin } = server
    const stories = several(6)
    server.answers.set('/cut', cutFeed(origin, stories))
    for (const { path } of stories) server.answers.set(path, html('no', 403))
    const room = await newsroom({ gazette: [{ url: `${origin}/cut`, text: 'page' }] })
    await room.poll()
    await room.pages()
    const asked = () => server.requests.filter(path => path.startsWith('/a/')).length
    expect(asked()).toBe(3)
    expect(room.store.feeds()[0]?.warnings.join()).toMatch(
      /pages are not asked for: 127\.0\.0\.1:\d+ refuses them; again from 2026-03-03/,
    )
    room.pass(23 * HOUR)
    await room.pages()
    expect(asked()).toBe(3)
    for (const story of stories) server.answers.set(story.path, html(pageOf(story)))
    room.pass(2 * HOUR)
    await room.pages()
    expect(asked()).toBeGreaterThan(3)
    expect(room.store.feeds()[0]?.warnings).toEqual([])
  })

  it('is not asked for where robots.txt forbids it, with a word in the list of feeds', async () => {
    const server = await feedServer()
    const { origin } = server
    const stories = several(4)
    server.answers.set('/cut', cutFeed(origin, stories))
    server.answers.set('/robots.txt', 'User-agent: *\nDisallow: /a/')
    const room = await newsroom({ gazette: [{ url: `${origin}/cut`, text: 'page' }] })
    await room.poll()
    await room.pages()
    expect(server.requests.filter(path => path.startsWith('/a/'))).toEqual([])
    expect(server.requests.filter(path => path === '/robots.txt')).toHaveLength(1)
    expect(room.store.feeds()[0]?.warnings.join()).toContain('forbids it in its robots.txt')
  })

  it('of a host whose robots.txt cannot be read is tried again, and nobody is said to forbid it', async () => {
    const server = await feedServer()
    const { origin } = server
    const stories = several(4)
    server.answers.set('/cut', cutFeed(origin, stories))
    server.answers.set('/robots.txt', (_, response) => void response.writeHead(500).end())
    const room = await newsroom({ gazette: [{ url: `${origin}/cut`, text: 'page' }] })
    await room.poll()
    await room.pages()
    expect(new Set(room.rows('select outcome from x_pages').map(({ outcome }) => outcome))).toEqual(new Set(['failed']))
    expect(server.requests.filter(path => path.startsWith('/a/'))).toEqual([])
    expect(room.store.feeds()[0]?.warnings.join()).not.toContain('robots.txt')
    server.answers.set('/robots.txt', (_, response) => void response.writeHead(404).end())
    for (const story of stories) server.answers.set(story.path, html(pageOf(story)))
    room.pass(HOUR)
    await room.pages()
    expect(server.requests.filter(path => path.startsWith('/a/')).length).toBeGreaterThan(0)
  })

  it('that fails is tried three times, and not after two days', async () => {
    const server = await feedServer()
    const { origin } = server
    const story = { path: '/a/1', title: 'Boats to run again on Saturday', lines: FERRY }
    server.answers.set('/cut', cutFeed(origin, [story]))
    server.answers.set('/a/1', html('fault', 500))
    const room = await newsroom({ gazette: [{ url: `${origin}/cut`, text: 'page' }] })
    await room.poll()
    for (let hour = 0; hour < 60; hour++) {
      await room.pages()
      room.pass(HOUR)
    }
    expect(server.requests.filter(path => path === '/a/1')).toHaveLength(3)
    expect(room.rows('select outcome, attempts, again from x_pages')).toEqual([
      { outcome: 'error', attempts: 3, again: null },
    ])
  })

  it('is asked within the budget of its host and hour', async () => {
    const server = await feedServer()
    const { origin } = server
    const stories = Array.from({ length: 5 }, (_, at) => ({
      path: `/a/${at}`,
      title: `Report number ${at} of the harbour board on its quays`,
      lines: [`Quay ${at}, said the board, needs ${at * 31} piles. ${LIGHT[at % 3]}`, ...FERRY.slice(at % 3)],
    }))
    server.answers.set('/cut', cutFeed(origin, stories))
    for (const story of stories) server.answers.set(story.path, html(pageOf(story)))
    const room = await newsroom({ gazette: [{ url: `${origin}/cut`, text: 'page' }] }, { pagesPerHost: 2 })
    await room.poll()
    const asked = () => server.requests.filter(path => path.startsWith('/a/')).length
    await room.pages()
    expect(asked()).toBe(2)
    room.pass(HOUR + MINUTE)
    await room.pages()
    expect(asked()).toBe(4)
  })

  it('whose text another report of the agency has is forgotten with that', async () => {
    const server = await feedServer()
    const { origin } = server
    // A site that shows the same text, whatever is asked for.
    const stories = ['Boats to run again on Saturday', 'Old lighthouse opens to visitors'].map((title, at) => ({
      path: `/a/${at}`,
      title,
      lines: FERRY,
    }))
    server.answers.set(
      '/cut',
      cutFeed(origin, [
        { ...stories[0], lines: ['Boats run.'] } as Story,
        { ...stories[1], lines: ['A lamp is lit.'] } as Story,
      ]),
    )
    for (const story of stories) server.answers.set(story.path, html(pageOf(story)))
    const room = await newsroom({ gazette: [{ url: `${origin}/cut`, text: 'page' }] })
    await room.poll()
    await room.pages()
    expect(room.rows('select outcome, text from x_pages')).toEqual([
      { outcome: 'furniture', text: null },
      { outcome: 'furniture', text: null },
    ])
    expect(room.rows('select id from story')).toHaveLength(2)
    expect(room.rows('select * from credit')).toEqual([])
  })

  it('shows that a report which joined a story by its cut text tells another thing: it leaves, and joins its own', async () => {
    const server = await feedServer()
    const { origin } = server
    const title = 'Governor receives the ambassador at the palace in Port Ella'
    const opening =
      'The governor received the ambassador on Monday at the palace in Port Ella, where they spoke of matters of interest.'
    const visits = {
      north: [
        `${opening} He is the ambassador of Norvia, who came with the head of its fishing fleet.`,
        ...FERRY.slice(1),
      ],
      south: [`${opening} She is the ambassador of Sudria, who came with engineers of its railway.`, ...LIGHT],
    }
    const papers = { one: visits.north, two: visits.south, three: visits.south }
    for (const [name, lines] of Object.entries(papers)) {
      const story = { path: `/${name}/1`, title, lines }
      server.answers.set(`/${name}`, cutFeed(origin, [story]))
      server.answers.set(story.path, html(pageOf(story)))
    }
    const agencies = Object.keys(papers).map(name => [name, [{ url: `${origin}/${name}`, text: 'page' }]])
    const room = await newsroom(Object.fromEntries(agencies))
    await room.poll()
    expect(room.rows('select reports from story')).toEqual([{ reports: 3 }])
    await room.pages()
    const papersOf = Map.groupBy(room.rows('select story, agency from report order by agency'), ({ story }) => story)
    const together = [...papersOf.values()].map(reports => reports.map(({ agency }) => agency).join())
    expect(together.sort()).toEqual(['one', 'three,two'])
    // What an editor has put together stays.
    const other = await newsroom(Object.fromEntries(agencies))
    await other.poll()
    const { desk } = other.polling
    const parted = await desk.split('story', 1, [1], START)
    expect(parted.ok && (await desk.merge('story', [1, parted.value], START)).ok).toBe(true)
    await other.pages()
    expect(other.rows('select reports from story')).toEqual([{ reports: 3 }])
  })

  it('of another report gives no text, and the feed keeps its own where it is as long', async () => {
    const server = await feedServer()
    const { origin } = server
    const wrong = { path: '/a/1', title: 'Boats to run again on Saturday', lines: FERRY }
    const brief = { path: '/a/2', title: 'Old lighthouse opens to visitors', lines: [LIGHT[0]?.slice(0, 80) ?? ''] }
    server.answers.set('/cut', cutFeed(origin, [wrong, brief]))
    server.answers.set('/a/1', html(pageOf({ title: 'Minister of roads resigns', lines: LIGHT })))
    server.answers.set('/a/2', html(pageOf(brief)))
    const room = await newsroom({ gazette: [{ url: `${origin}/cut`, text: 'page' }] })
    await room.poll()
    await room.pages()
    expect(room.rows('select outcome from x_pages order by report')).toEqual(
      expect.arrayContaining([{ outcome: 'other' }, { outcome: 'shorter' }]),
    )
    expect(room.rows('select text from x_pages where text is not null')).toEqual([])
  })

  it('gives no text where it asks robots to keep nothing of it, and three of them are a refusal', async () => {
    const server = await feedServer()
    const { origin } = server
    const stories = several(5)
    server.answers.set('/cut', cutFeed(origin, stories))
    for (const [at, story] of stories.entries()) {
      const meta = at === 0 ? '<meta name="minwal" content="noindex"><title>' : '<title>'
      const tag = at === 0 ? null : at === 1 ? 'none' : 'otherbot: nofollow, unavailable_after: 1 Mar 2026'
      server.answers.set(story.path, (_, response) => {
        if (tag !== null)
          response.setHeader('x-robots-tag', at === 2 ? ['noodp', 'unavailable_after: 1 Mar 2026'] : tag)
        response.setHeader('content-type', 'text/html')
        response.end(pageOf(story).replace('<title>', meta))
      })
    }
    const room = await newsroom({ gazette: [{ url: `${origin}/cut`, text: 'page' }] })
    await room.poll()
    await room.pages()
    expect(room.rows('select outcome, because, text, title, again from x_pages order by report desc')).toEqual(
      [
        'its <meta name="minwal"> says "noindex"',
        'its X-Robots-Tag says "none"',
        'its X-Robots-Tag says "unavailable_after: 1 Mar 2026"',
      ].map(because => ({ outcome: 'noindex', because, text: null, title: null, again: null })),
    )
    expect(room.store.feeds()[0]?.warnings.join()).toContain('asks robots to keep nothing of them ("robots": "ignore"')
    const other = await newsroom({ gazette: [{ url: `${origin}/cut`, text: 'page', robots: 'ignore' }] })
    await other.poll()
    await other.pages()
    expect(other.rows("select count(*) as n from x_pages where outcome = 'article'")).toEqual([{ n: 5 }])
  })

  it('that asks that none of it be shown is decided and searched by, and readers are shown what the feed gave', async () => {
    const server = await feedServer()
    const { origin } = server
    const story = { path: '/a/1', title: 'Boats to run again on Saturday', lines: FERRY }
    server.answers.set('/cut', cutFeed(origin, [story]))
    server.answers.set('/a/1', (_, response) => {
      response.setHeader('x-robots-tag', 'noarchive')
      html(pageOf(story))(_, response)
    })
    const room = await newsroom({ gazette: [{ url: `${origin}/cut`, text: 'page' }] })
    await room.poll()
    await room.pages()
    expect(room.rows('select outcome, because, text from x_pages')).toEqual([
      {
        outcome: 'withheld',
        because: 'its headline is the report’s, and its X-Robots-Tag says "noarchive"',
        text: FERRY.join('\n'),
      },
    ])
    expect(room.rows("select value from figure where kind = 'injured'")).toEqual([{ value: 14 }])
    expect(room.store.story(1)?.pageText).toBe(null)
    expect(room.store.search('capsized', 10).map(({ id }) => id)).toEqual([1])
    expect([...room.store.pageTexts([1])]).toEqual([])
    expect(room.store.story(1)?.text).toContain(FERRY[0]?.slice(0, 80))
  })

  it('is asked for again when the feed changes the report', async () => {
    const server = await feedServer()
    const { origin } = server
    const story = { path: '/a/1', title: 'Boats to run again on Saturday', lines: FERRY }
    server.answers.set('/cut', cutFeed(origin, [story]))
    server.answers.set('/a/1', html(pageOf(story)))
    const room = await newsroom({ gazette: [{ url: `${origin}/cut`, text: 'page' }] })
    await room.poll()
    await room.pages()
    const young = {
      ...story,
      title: 'Boats to run again on Sunday, not on Saturday',
      lines: [LIGHT[0] ?? '', ...FERRY],
    }
    server.answers.set('/cut', cutFeed(origin, [young]))
    server.answers.set('/a/1', html(pageOf(young)))
    room.pass(HOUR)
    await room.poll()
    expect(room.rows('select text from x_pages')).toEqual([{ text: null }])
    await room.pages()
    expect(room.rows('select text, attempts from x_pages')).toEqual([{ text: young.lines.join('\n'), attempts: 2 }])
    expect(room.rows('select revisions from report')).toEqual([{ revisions: 2 }])
  })
})
