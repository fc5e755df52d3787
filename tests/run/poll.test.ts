// Moves, whole reads and pacing, through the real poll: real HTTP, a real store, and a clock that jumps.
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'
import { createFetcher, type Fetcher } from '../../src/collect/net/fetch.ts'
import { parseConfig } from '../../src/config/load.ts'
import type { Config } from '../../src/model/config.ts'
import type { PollOutcome } from '../../src/model/decided.ts'
import { dueFeeds } from '../../src/run/poll.ts'
import { Poller } from '../../src/run/poller.ts'
import { newDatabase } from '../helpers/engine.ts'
import { type Answer, feedServer, rss } from '../helpers/feed-server.ts'
import { folder } from '../helpers/folder.ts'
import { pollingFor } from '../helpers/polling.ts'
import { publicFetcher, publicName } from '../helpers/public-network.ts'

const DAY = 86_400_000
const START = Date.parse('2026-03-01T06:00:00Z')

function configFor(urls: readonly string[], poll: object = {}): Config {
  const text = JSON.stringify({
    database: newDatabase(join(folder(), 'minwal.db')),
    poll: { allowPrivate: true, perHost: 4, ...poll },
    agencies: [{ id: 'agency', name: 'Agency', feeds: urls }],
  })
  const parsed = parseConfig(text, join(folder(), 'config.json'), {})
  if (!parsed.ok) throw new Error(parsed.faults.join('\n'))
  return parsed.config
}

/** A desk whose clock is set by hand. */
async function newsroom(config: Config, fetcher: Fetcher = createFetcher(config.poll)) {
  let clock = START
  const polling = await pollingFor(config, { now: () => clock, fetcher })
  const { reader: store } = polling
  const poll = async (): Promise<PollOutcome[]> => {
    const outcomes: PollOutcome[] = []
    const poller = new Poller(
      () => polling,
      outcome => outcomes.push(outcome),
    )
    poller.add(store.feeds())
    await poller.idle()
    return outcomes
  }
  return {
    store,
    polling,
    poll,
    pass: (ms: number) => {
      clock += ms
    },
  }
}

const redirect =
  (status: number, to: string): Answer =>
  (_, response) =>
    void response.writeHead(status, { location: to }).end()

const document = rss([{ guid: 'a', title: 'A dam is opened', text: 'The dam above the town was opened on Monday.' }])

describe('a feed that redirects for good', () => {
  it('is polled at its new address after a week, and at its old one again when the new one fails', async () => {
    const server = await feedServer({ '/old': redirect(301, '/new'), '/new': document })
    const room = await newsroom(configFor([`${server.origin}/old`]))
    for (let day = 0; day < 7; day++) {
      expect((await room.poll())[0]?.failure).toBeNull()
      room.pass(DAY)
    }
    expect(room.store.feeds()[0]?.warnings[0]).toContain(`has moved for good to ${server.origin}/new`)
    server.requests.length = 0
    await room.poll()
    expect(server.requests).toEqual(['/new'])

    server.answers.delete('/new')
    server.answers.set('/old', document)
    for (let poll = 0; poll < 4; poll++) {
      room.pass(DAY)
      await room.poll()
    }
    expect(server.requests.at(-1)).toBe('/old')
    expect(room.store.feeds()[0]?.state).toBe('ok')
  })

  it('stays where it is behind a captive portal', async () => {
    const server = await feedServer({
      '/feed': document,
      '/login': '<!doctype html><html><body>Please log in</body></html>',
    })
    const room = await newsroom(configFor([`${server.origin}/feed`]))
    await room.poll()
    server.answers.set('/feed', redirect(301, '/login'))
    for (let day = 0; day < 9; day++) {
      room.pass(DAY)
      expect((await room.poll())[0]?.failure?.kind).toBe('document')
    }
    server.answers.set('/feed', document)
    room.pass(DAY)
    expect((await room.poll())[0]?.failure).toBeNull()
    expect(room.store.feeds()[0]?.address).toBeNull()
  })
})

describe('a feed whose address dies after it redirected for good', () => {
  const HOUR = 3_600_000
  const other = rss(
    [{ guid: 'z', title: 'Buy this domain', text: 'It is for sale, with all that comes with it.' }],
    'Sale',
  )
  const later = rss([
    { guid: 'b', title: 'The dam is closed', text: 'The dam above the town was closed again on Wednesday.' },
    { guid: 'a', title: 'A dam is opened', text: 'The dam above the town was opened on Monday.' },
  ])
  const answering =
    (status: number): Answer =>
    (_, response) =>
      void response.writeHead(status).end()

  /** Two days of redirects, then the old address answers otherwise. */
  async function movedThen(old: Answer, feed: object = {}) {
    const there = await feedServer({ '/new': document })
    const heir = `${publicName(there.origin, 'heir')}/new`
    const server = await feedServer({ '/old': redirect(301, heir) })
    const config = configFor([`${publicName(server.origin, 'old')}/old`], { allowPrivate: false, hostDelay: '0s' })
    const [agency] = config.agencies
    const specs = (agency?.feeds ?? []).map(spec => ({ ...spec, ...feed }))
    const agencies = config.agencies.map(one => ({ ...one, feeds: specs }))
    const room = await newsroom({ ...config, agencies }, await publicFetcher(config.poll))
    for (let day = 0; day < 2; day++) {
      await room.poll()
      room.pass(DAY)
    }
    server.answers.set('/old', old)
    there.answers.set('/new', later)
    there.requests.length = 0
    return { there, heir, server, room }
  }

  it('is followed to where it went when it is not found three times, and says so', async () => {
    const { there, heir, server, room } = await movedThen(answering(404))
    for (let poll = 0; poll < 2; poll++) {
      expect((await room.poll())[0]?.failure?.status).toBe(404)
      room.pass(HOUR)
    }
    expect(there.requests).toEqual([])
    expect((await room.poll())[0]).toMatchObject({ status: 'filed', counts: { new: 1, unchanged: 1 } })
    const [feed] = room.store.feeds()
    expect(feed).toMatchObject({ state: 'ok', address: heir })
    expect(feed?.warnings[0]).toContain(`has moved for good to ${heir}`)
    server.requests.length = 0
    await room.poll()
    expect(server.requests).toEqual([])
  })

  it('is followed at once when the old address says 410', async () => {
    const { heir, room } = await movedThen(answering(410))
    expect((await room.poll())[0]).toMatchObject({ status: 'filed', counts: { new: 1 } })
    expect(room.store.feeds()[0]).toMatchObject({ state: 'ok', address: heir })
  })

  it('is waited for a day when its server is merely out of order', async () => {
    const { there, room } = await movedThen(answering(503))
    room.pass(-DAY + HOUR)
    for (let poll = 0; poll < 5; poll++) await room.poll()
    expect(there.requests).toEqual([])
    room.pass(DAY)
    expect((await room.poll())[0]).toMatchObject({ status: 'filed' })
  })

  it.each<[string, string | Answer]>([
    ['another feed', other],
    ['a page', '<!doctype html><html><body>Please log in</body></html>'],
    ['nothing', answering(404)],
  ])('is not followed to where %s is by now, and comes back', async (_, by) => {
    const { there, server, room } = await movedThen(answering(404))
    there.answers.set('/new', by)
    for (let poll = 0; poll < 6; poll++) {
      expect((await room.poll())[0]?.failure?.status).toBe(404)
      room.pass(DAY)
    }
    expect(there.requests.length).toBeGreaterThan(0)
    expect(room.store.feeds()[0]).toMatchObject({ address: null, reports: 1 })
    server.answers.set('/old', later)
    expect((await room.poll())[0]).toMatchObject({ status: 'filed', counts: { new: 1 } })
  })

  it('is not looked for elsewhere while a login page stands in its place', async () => {
    const { there, room } = await movedThen((_, response) => void response.end('<!doctype html><p>Please log in'))
    for (let poll = 0; poll < 6; poll++) {
      expect((await room.poll())[0]?.failure?.kind).toBe('document')
      room.pass(DAY)
    }
    expect(there.requests).toEqual([])
  })

  it('does not tell the other host what was meant for the first', async () => {
    const secrets: (string | undefined)[] = []
    const { there, room } = await movedThen(answering(410), { headers: { 'x-key': 'secret' } })
    there.answers.set('/new', (request, response) => {
      secrets.push(request.headers['x-key']?.toString())
      response.end(later)
    })
    await room.poll()
    await room.poll()
    expect(secrets).toEqual([undefined, undefined])
  })
})

describe('a server that answers "not modified" for ever', () => {
  it('is read whole once a day', async () => {
    let body = document
    const server = await feedServer({
      '/feed': (request, response) => {
        if (request.headers['if-none-match']) response.writeHead(304, { etag: '"same"' }).end()
        else response.writeHead(200, { etag: '"same"', 'content-type': 'application/rss+xml' }).end(body)
      },
    })
    const room = await newsroom(configFor([`${server.origin}/feed`]))
    await room.poll()
    body = rss([{ guid: 'b', title: 'The dam is closed', text: 'The dam above the town was closed again on Tuesday.' }])
    room.pass(DAY / 2)
    expect((await room.poll())[0]).toMatchObject({ status: 'unchanged' })
    room.pass(DAY)
    expect((await room.poll())[0]).toMatchObject({ status: 'filed', counts: { new: 1 } })
  })
})

describe('a host that says it is asked too often', () => {
  it('is left alone with all its feeds, and they stay due', async () => {
    const busy: Answer = (_, response) => void response.writeHead(429, { 'retry-after': '3600' }).end()
    const server = await feedServer({ '/a': busy, '/b': busy, '/c': busy })
    const room = await newsroom(
      configFor(
        ['/a', '/b', '/c'].map(path => server.origin + path),
        { perHost: 1 },
      ),
    )
    const outcomes = await room.poll()
    expect(outcomes.map(outcome => outcome.failure?.kind)).toEqual(['throttled'])
    expect(server.requests).toHaveLength(1)
    expect(room.store.due(START).map(feed => feed.state)).toEqual(['new', 'new'])
  })
})

describe('a host outside this machine', () => {
  it('is asked again only after the configured pause', async () => {
    const starts: number[] = []
    const answer: Answer = (_, response) => {
      starts.push(performance.now())
      response.end(document)
    }
    const server = await feedServer({ '/a': answer, '/b': answer, '/c': answer })
    // A name that is not written as loopback, though it leads there.
    const origin = server.origin.replace('127.0.0.1', '[::ffff:127.0.0.1]')
    const room = await newsroom(
      configFor(
        ['/a', '/b', '/c'].map(path => origin + path),
        { hostDelay: '400ms', perHost: 3 },
      ),
    )
    await room.poll()
    expect(starts).toHaveLength(3)
    // However late a request is on its way: the next waits from the answer on.
    for (let at = 1; at < starts.length; at++)
      expect((starts[at] ?? 0) - (starts[at - 1] ?? 0)).toBeGreaterThanOrEqual(400)
  })
})

describe('a feed that answers 410', () => {
  it('is retired, looked at once a month, and comes back when it answers again', async () => {
    const server = await feedServer({ '/feed': (_, response) => void response.writeHead(410).end() })
    const room = await newsroom(configFor([`${server.origin}/feed`]))
    await room.poll()
    expect(room.store.feeds()[0]?.state).toBe('retired')
    expect(room.store.feeds()[0]?.reason).toContain('gone for good')
    expect(room.store.due(START + 29 * DAY)).toEqual([])
    expect(room.store.due(START + 40 * DAY)).toHaveLength(1)

    server.answers.delete('/feed')
    room.pass(40 * DAY)
    await room.poll()
    expect(room.store.feeds()[0]?.state).toBe('retired')
    server.answers.set('/feed', document)
    room.pass(40 * DAY)
    await room.poll()
    expect(room.store.feeds()[0]?.state).toBe('ok')
  })
})

describe('a feed that is a file', () => {
  it('is filed like any other, and read again only when it changed', async () => {
    const where = folder({ 'feed.xml': document })
    const room = await newsroom(configFor([pathToFileURL(join(where, 'feed.xml')).href], { allowPrivate: false }))
    expect((await room.poll())[0]).toMatchObject({ status: 'filed', counts: { new: 1 } })
    room.pass(3_600_000)
    expect((await room.poll())[0]).toMatchObject({ status: 'unchanged' })
  })

  it.each([
    ['there is none', 'nothing.xml', 'there is no file'],
    ['it is empty', 'empty.xml', 'is empty'],
    ['it is a folder', '.', 'is not a file'],
  ])('says so when %s', async (_, name, words) => {
    const where = folder({ 'empty.xml': '' })
    const room = await newsroom(configFor([pathToFileURL(join(where, name)).href]))
    expect((await room.poll())[0]?.failure?.message).toContain(words)
  })

  it('is not reached by a redirect', async () => {
    const where = folder({ 'feed.xml': document })
    const server = await feedServer({ '/feed': redirect(302, pathToFileURL(join(where, 'feed.xml')).href) })
    const room = await newsroom(configFor([`${server.origin}/feed`]))
    expect((await room.poll())[0]?.failure?.kind).toBe('address')
  })
})

describe('what a server or a document says of the time', () => {
  const at = (time: string): number => Date.parse(time)

  it('keeps polls out of the hours a feed skips, also after "not modified"', async () => {
    const hours = Array.from({ length: 24 }, (_, hour) => (hour === 9 ? '' : `<hour>${hour}</hour>`)).join('')
    const skips = document.replace('<description/>', `<skipHours>${hours}</skipHours>`)
    const server = await feedServer({
      '/feed': (request, response) => {
        if (request.headers['if-none-match']) response.writeHead(304).end()
        else response.writeHead(200, { etag: '"a"', 'content-type': 'application/rss+xml' }).end(skips)
      },
    })
    const room = await newsroom(configFor([`${server.origin}/feed`], { maxInterval: '1d' }))
    // It is six: half an hour later, and the hours after it, are skipped.
    const [first] = await room.poll()
    expect(first?.nextPoll).toBeGreaterThanOrEqual(at('2026-03-01T09:00:00Z'))
    expect(first?.reason).toContain('the feed names hours or days without news')
    const [second] = await room.poll()
    expect(second).toMatchObject({ status: 'unchanged' })
    expect(second?.nextPoll).toBeGreaterThan(at('2026-03-02T06:00:00Z'))
    expect(second?.reason).toContain('the feed names hours or days without news')
  })

  it.each([
    ['a document', 200],
    ['"not modified"', 304],
  ])('waits as long as Retry-After says beside %s', async (_, status) => {
    const server = await feedServer({
      '/feed': (request, response) => {
        const headers = { etag: '"a"', 'content-type': 'application/rss+xml' }
        if (!request.headers['if-none-match'] && status === 304) response.writeHead(200, headers).end(document)
        else response.writeHead(status, { ...headers, 'retry-after': '7200' }).end(status === 200 ? document : '')
      },
    })
    const room = await newsroom(configFor([`${server.origin}/feed`]))
    if (status === 304) await room.poll()
    const [outcome] = await room.poll()
    expect(outcome?.status).toBe(status === 304 ? 'unchanged' : 'filed')
    expect(outcome?.nextPoll).toBeGreaterThanOrEqual(START + 7_200_000)
    expect(outcome?.reason).toContain('the server asks for 2 h')
  })
})

describe('an excluded host', () => {
  it('is not asked where a redirect leads to it, and the feed says why', async () => {
    const other = await feedServer({ '/feed': document })
    const there = other.origin.replace('127.0.0.1', 'LOCALHOST.')
    const server = await feedServer({ '/feed': redirect(301, `${there}/feed`) })
    const room = await newsroom(configFor([`${server.origin}/feed`], { exclude: ['LocalHost'] }))
    expect((await room.poll())[0]?.failure).toMatchObject({ kind: 'address' })
    expect((await room.poll())[0]?.failure?.message).toContain('poll.exclude names localhost')
    expect(other.requests).toEqual([])
    expect(room.store.feeds()[0]?.error).toContain('poll.exclude')
  })

  it('is not polled, with its subdomains', async () => {
    const config = configFor(['https://feeds.agency.example/a', 'https://other.example/a'], {
      exclude: ['agency.example'],
    })
    const room = await newsroom(config)
    expect(room.store.due(START).map(feed => feed.url)).toEqual(['https://other.example/a'])
  })
})

describe('a report that leaves its feed before older ones', () => {
  const TEXTS: Readonly<Record<string, string>> = {
    Ashby: 'A tram left the rails in Ashby early on Monday; nobody was hurt and the line was open again by noon.',
    Brook: 'The mayor of Brook will not stand again, she told a full hall after twelve years in the town house.',
    Calder: 'Beekeepers along the Calder ask for help after a wet spring in which half of their swarms were lost.',
  }
  const item = (guid: string, hours: number, origin: string) => ({
    guid,
    title: `The ${guid} story`,
    text: TEXTS[guid] ?? '',
    link: `${origin}/${guid}`,
    date: new Date(START - hours * 3_600_000).toISOString(),
  })

  async function taken(status: number) {
    const { origin, answers, requests } = await feedServer()
    const items = Object.keys(TEXTS).map((guid, at) => item(guid, at + 1, origin))
    answers.set('/feed', rss(items))
    answers.set('/Brook', (_, response) => void response.writeHead(status, { 'content-type': 'text/html' }).end('page'))
    const { store, poll, pass } = await newsroom(configFor([`${origin}/feed`]))
    await poll()
    answers.set('/feed', rss(items.filter(({ guid }) => guid !== 'Brook')))
    for (let visit = 0; visit < 3; visit++) {
      pass(DAY / 24)
      await poll()
    }
    const story = store.recentStories({ limit: 10 }).find(({ title }) => title === 'The Brook story')
    return {
      story,
      report: store.story(story?.id ?? 0)?.members[0],
      asked: requests.filter(path => path === '/Brook').length,
    }
  }

  it('is withdrawn where its page answers 410, and is asked after once', async () => {
    const { story, report, asked } = await taken(410)
    expect(story).toMatchObject({ signal: 'kill' })
    expect(report?.revisions.map(({ change }) => change)).toEqual([null, 'kill'])
    expect(asked).toBe(1)
  })

  it('stays as it is where the page is still there, or only missing', async () => {
    expect((await taken(200)).story).toMatchObject({ signal: null })
    expect((await taken(404)).story).toMatchObject({ signal: null })
  })
})

describe('a document that flaps between two servers', () => {
  const version = (text: string) => rss([{ guid: 'a', title: 'A dam is opened', text }])
  const [one, other] = [
    'The dam above the town was opened on Monday.',
    'The dam above the town, opened on Monday, leaks.',
  ]

  it('is read until the one that stays is in force, though its server says that nothing changed', async () => {
    let served = one
    const server = await feedServer({
      '/feed': (request, response) => {
        const etag = `"${served.length}"`
        if (request.headers['if-none-match'] === etag) return void response.writeHead(304).end()
        response.writeHead(200, { 'content-type': 'application/xml', etag }).end(version(served))
      },
    })
    const room = await newsroom(configFor([`${server.origin}/feed`]))
    const texts: (string | undefined)[] = []
    const statuses: (string | undefined)[] = []
    for (served of [one, other, one, other, one, one, one, one, one]) {
      room.pass(DAY / 24)
      const [outcome] = await room.poll()
      statuses.push(outcome?.status)
      texts.push(room.store.recentStories({ limit: 1 })[0]?.text)
    }
    expect(texts).toEqual([one, other, one, other, other, other, one, one, one])
    // Once it is in force the server's word is taken again.
    expect(statuses.slice(-2)).toEqual(['unchanged', 'unchanged'])
  })
})

describe('links that a template escaped once too often', () => {
  it('lead to their own page each, and are published as they are meant', async () => {
    const item = (at: number, amp: string, title: string, text: string) =>
      `<item><guid isPermaLink="false">n${at}</guid><title>${title}</title><description>${text}</description>
<link><![CDATA[https://agency.example/news.php?lang=ar${amp}id=${at}]]></link></item>`
    const document = (entry: string) => `<rss version="2.0"><channel><title>Agency</title>${entry}</channel></rss>`
    const told = [
      ['&#038;', 'A dam is opened', 'The dam above the town was opened on Monday by the governor.'],
      ['&amp;', 'Bakers strike', 'No bread was baked in the capital, for bakers want shorter nights.'],
      ['&amp;#38;', 'A comet', 'It stands low in the west after sunset, and can be seen until Sunday.'],
    ] as const
    const server = await feedServer()
    const room = await newsroom(configFor([`${server.origin}/feed`]))
    for (const [at, [amp, title, text]] of told.entries()) {
      server.answers.set('/feed', document(item(at, amp, title, text)))
      room.pass(DAY / 24)
      await room.poll()
    }
    const urls = room.store.recentStories({ limit: 9 }).map(({ url }) => url)
    expect(urls.sort()).toEqual(told.map((_, at) => `https://agency.example/news.php?lang=ar&id=${at}`))
  })
})

describe('a document that a bug of ours keeps from being filed', () => {
  it('is a failed poll with a wait, not fetched anew at every tick', async () => {
    const server = await feedServer({ '/feed': document })
    const room = await newsroom(configFor([`${server.origin}/feed`]))
    const { desk } = room.polling
    const file = desk.fileDocument.bind(desk)
    desk.fileDocument = () => Promise.reject(new TypeError('cannot read properties of undefined'))
    const [outcome] = await room.poll()
    expect(outcome?.failure?.message).toMatch(/^a fault in Minwal kept it from being filed/)
    const due = () => dueFeeds(room.store, room.polling.feeds, room.polling.settings, room.polling.now())
    expect(due()).toEqual([])
    // No assertion text reaches a user.
    expect(room.store.feeds()[0]?.error).not.toContain('undefined')
    desk.fileDocument = file
    room.pass(DAY)
    expect(due()).toHaveLength(1)
    expect((await room.poll())[0]).toMatchObject({ status: 'filed', failure: null, counts: { new: 1 } })
  })
})
