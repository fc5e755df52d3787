// The daemon as those around it meet it: feed readers, curl, the sqlite3 shell, systemd's signals, an editor, a second Minwal.
import { execFile, spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { gunzipSync } from 'node:zlib'
import { parseAtomFeed, parseJsonFeed, parseRssFeed } from 'feedsmith'
import RssParser from 'rss-parser'
import { expect, it } from 'vitest'
import { audit, reportsOnFile } from '../helpers/audit.ts'
import { minwal } from '../helpers/cli.ts'
import { agenciesOf, configure } from '../helpers/configuration.ts'
import { daemon } from '../helpers/daemon.ts'
import { itOfTheFile } from '../helpers/engine.ts'
import { eventually } from '../helpers/eventually.ts'
import { feedServer, type Item, rss } from '../helpers/feed-server.ts'
import { folder } from '../helpers/folder.ts'
import { prose, random } from '../helpers/random.ts'

const run = promisify(execFile)
const has = (program: string): boolean => spawnSync(program, ['--version']).status === 0
const EVERY_SECOND = { tick: '* * * * * *', minInterval: '1s', maxInterval: '1s' }

const minutesAgo = (minutes: number): string => new Date(Date.now() - minutes * 60_000).toISOString()
const NEWS: Item[] = [
  {
    guid: '1',
    title: 'Ferry service resumes after storm',
    text: 'Boats sail again between the islands.',
    date: minutesAgo(30),
  },
  {
    guid: '2',
    title: 'اتفاق على خفض الرسوم بين البلدين',
    text: 'وقع الوزيران الاتفاق بعد أسبوع من المحادثات.',
    date: minutesAgo(20),
  },
  {
    guid: '3',
    title: 'Prices & wages: 3 < 4 > 2, "again"',
    text: 'Olive oil costs more, sugar less.',
    date: minutesAgo(10),
  },
]
const LATER: Item = {
  guid: '4',
  title: 'Museum opens its cellar',
  text: 'For the first time visitors may see the vaults.',
  date: minutesAgo(5),
}

interface Entry {
  id: string | undefined
  title: string | undefined
}

const unescaped = (html: string): string =>
  html.replace(/&(lt|gt|quot|amp);/g, (_, name: string) => ({ lt: '<', gt: '>', quot: '"', amp: '&' })[name] ?? '')

/** The entries of the three feeds as readers see them: by rss-parser where it reads the format, and by feedsmith. */
async function readFeeds(address: string): Promise<{ atom: Entry[]; rss: Entry[]; json: Entry[] }> {
  const text = async (path: string): Promise<string> => (await fetch(address + path)).text()
  const [atom, rssText, json] = [await text('/feed.atom'), await text('/feed.rss'), await text('/feed.json')]
  const parser = new RssParser<object, { id?: string }>()
  const said = { atom: await parser.parseString(atom), rss: await parser.parseString(rssText) }
  const title = (value: unknown): string | undefined =>
    typeof value === 'object' && value !== null ? String(Reflect.get(value, 'value')) : (value as string | undefined)
  const independent = {
    atom: (parseAtomFeed(atom).entries ?? []).map(entry => ({ id: entry.id, title: title(entry.title) })),
    rss: (parseRssFeed(rssText).items ?? []).map(item => ({ id: item.guid?.value, title: title(item.title) })),
    json: (parseJsonFeed(json).items ?? []).map(item => ({ id: item.id, title: item.title })),
  }
  expect(said.atom.items.map(({ id, title }) => ({ id, title }))).toEqual(independent.atom)
  expect(said.rss.items.map(({ guid, title }) => ({ id: guid, title }))).toEqual(independent.rss)
  // Titles are HTML in Atom (type="html") and text in the two others.
  return { ...independent, atom: independent.atom.map(({ id, title }) => ({ id, title: title && unescaped(title) })) }
}

it('serves three valid feeds whose ids are tag: URIs, the same after polls, a restart and another link', async () => {
  const server = await feedServer({ '/feed': rss(NEWS) })
  const where = folder()
  const write = (link: string) =>
    configure(where, agenciesOf([`${server.origin}/feed`]), { link, poll: EVERY_SECOND, title: 'Test Wires' })
  const { config, database } = write('https://wires.example')
  const first = await daemon(config)
  await eventually(
    'the feed is filed',
    () => first.log().some(({ msg, new: filed }) => msg === 'polled' && filed === 3),
    20_000,
  )

  const ready = await fetch(`${first.address}/readyz`)
  const live = await fetch(`${first.address}/healthz`)
  expect([live.status, ready.status]).toEqual([200, 200])
  expect(await (await fetch(first.address)).text()).toContain('Ferry service resumes after storm')

  const before = await readFeeds(first.address)
  expect(before.atom.map(entry => entry.title)).toEqual(NEWS.map(item => item.title).reverse())
  expect(before.json).toEqual(before.atom)
  expect(before.rss).toEqual(before.atom)
  for (const { id } of before.atom) expect(id).toMatch(/^tag:wires\.example,2026:story\/[0-9a-f]{20}$/)

  // A poll that brings more, and an edit.
  server.answers.set(
    '/feed',
    rss([LATER, ...NEWS.map(item => (item.guid === '1' ? { ...item, title: 'Ferries sail again' } : item))]),
  )
  await eventually(
    'the change is filed',
    () => first.log().some(({ msg, revision }) => msg === 'polled' && revision === 1),
    20_000,
  )
  const after = await readFeeds(first.address)
  expect(after.atom.map(entry => entry.title)).toEqual([
    LATER.title,
    NEWS[2]?.title,
    NEWS[1]?.title,
    'Ferries sail again',
  ])
  expect(after.atom.slice(1).map(entry => entry.id)).toEqual(before.atom.map(entry => entry.id))
  expect(await first.stop()).toMatchObject({ code: 0, signal: null, stdout: '' })

  write('https://elsewhere.example/news')
  const second = await daemon(config)
  expect(await readFeeds(second.address)).toEqual(after)
  const atom = await (await fetch(`${second.address}/feed.atom`)).text()
  expect(atom).toContain('https://elsewhere.example/news/feed.atom')
  expect(atom).not.toContain('https://wires.example')
  expect(await second.stop()).toMatchObject({ code: 0 })
  expect(audit(database)).toEqual([])
})

it.skipIf(!has('curl'))(
  'answers curl: ETag and 304, HEAD, gzip, 405',
  async () => {
    const server = await feedServer({ '/feed': rss(NEWS) })
    const { config } = configure(folder(), agenciesOf([`${server.origin}/feed`]), { link: 'https://wires.example' })
    const { address, log, stop } = await daemon(config)
    await eventually('the feed is filed', () => log().some(({ msg }) => msg === 'polled'))
    /** Status, headers by lower-case name, and body, as curl has them. */
    const curl = async (...args: string[]) => {
      const { stdout } = await run('curl', ['-sS', '-i', '--max-time', '10', ...args], { encoding: 'buffer' })
      const end = stdout.indexOf('\r\n\r\n')
      const [statusLine = '', ...lines] = stdout.subarray(0, end).toString('latin1').split('\r\n')
      const headers = new Map(
        lines.map(line => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 2)]),
      )
      return { status: Number(statusLine.split(' ')[1]), headers, body: stdout.subarray(end + 4) }
    }
    const types = {
      '/feed.atom': 'application/atom+xml',
      '/feed.rss': 'application/rss+xml',
      '/feed.json': 'application/feed+json',
      '/': 'text/html',
    }
    for (const [path, type] of Object.entries(types)) {
      const url = address + path
      const whole = await curl(url)
      expect(whole.status, path).toBe(200)
      expect(whole.headers.get('content-type'), path).toBe(`${type}; charset=utf-8`)
      expect(Number(whole.headers.get('content-length')), path).toBe(whole.body.length)
      const etag = whole.headers.get('etag') ?? ''
      expect(etag, path).toMatch(/^"[\w-]+"$/)

      const known = await curl('-H', `If-None-Match: ${etag}`, url)
      expect({ status: known.status, length: known.body.length, etag: known.headers.get('etag') }, path).toEqual({
        status: 304,
        length: 0,
        etag,
      })
      expect((await curl('-H', 'If-None-Match: "other"', url)).status, path).toBe(200)

      const head = await curl('--head', url)
      expect({ status: head.status, length: head.body.length }, path).toEqual({ status: 200, length: 0 })
      for (const name of ['etag', 'content-type', 'content-length', 'last-modified', 'cache-control']) {
        expect(head.headers.get(name), `${path} ${name}`).toBe(whole.headers.get(name))
      }

      const packed = await curl('-H', 'Accept-Encoding: gzip', url)
      expect(packed.headers.get('content-encoding'), path).toBe('gzip')
      expect(packed.headers.get('vary'), path).toMatch(/accept-encoding/i)
      expect(packed.headers.get('etag'), path).not.toBe(etag)
      expect(gunzipSync(packed.body).equals(whole.body), path).toBe(true)
      expect((await curl('--compressed', url)).body.equals(whole.body), path).toBe(true)
    }
    const posted = await curl('-X', 'POST', '-d', 'x', `${address}/feed.atom`)
    expect([posted.status, posted.headers.get('allow')]).toEqual([405, 'GET, HEAD'])
    expect((await curl(`${address}/feed.atom?limit=many`)).status).toBe(400)
    expect(await stop()).toMatchObject({ code: 0 })
  },
  60_000,
)

itOfTheFile('shares its file with the sqlite3 shell and with another poll while it writes', async context => {
  const next = random(7)
  const feeds = 12
  const items: Item[][] = Array.from({ length: feeds }, () => [])
  const server = await feedServer()
  for (const [feed, own] of items.entries()) {
    server.answers.set(`/${feed}`, (_request, response) => {
      // Two more at each visit, so that there is always something to write; nothing leaves the feed.
      for (let more = 0; more < 2; more++) {
        own.unshift({ guid: `${feed}-${own.length}`, title: prose(next, 7), text: prose(next, 40) })
      }
      response.writeHead(200, { 'content-type': 'application/rss+xml' }).end(rss(own))
    })
  }
  const addresses = items.map((_, feed) => `${server.origin}/${feed}`)
  const { config, database } = configure(folder(), agenciesOf(addresses), { poll: EVERY_SECOND })
  const running = await daemon(config)
  await eventually('it writes', () => running.log().filter(({ msg }) => msg === 'polled').length >= feeds)

  const counts: number[] = []
  const shell = has('sqlite3')
  let polling = true
  const watch = async (): Promise<void> => {
    while (polling && shell) {
      const { stdout, stderr } = await run('sqlite3', [
        database,
        'select count(*) from report; select title from thread limit 3',
      ])
      expect(stderr).toBe('')
      counts.push(Number(stdout.split('\n')[0]))
    }
  }
  const beside = async (): Promise<void> => {
    try {
      for (let round = 0; round < 2; round++) {
        const polled = await minwal(['poll', '--force', '--json', '--config', config])
        expect(polled).toMatchObject({ code: 0, stderr: '' })
        expect(JSON.parse(polled.stdout)).toMatchObject({ feeds, failedFeeds: 0 })
      }
    } finally {
      polling = false
    }
  }
  await Promise.all([watch(), beside()])
  expect(await running.stop()).toMatchObject({ code: 0 })
  expect(running.log().filter(({ level }) => level >= 40)).toEqual([])
  if (shell) {
    expect(counts.length).toBeGreaterThan(3)
    expect(counts).toEqual([...counts].sort((a, b) => a - b))
    expect(counts.at(-1)).toBeGreaterThan(counts[0] ?? 0)
  }

  const last = await minwal(['poll', '--force', '--config', config])
  expect(last.code).toBe(0)
  expect(audit(database)).toEqual([])
  const expected = items.flatMap((own, feed) => own.map(item => `${addresses[feed]} ${item.guid}`))
  expect([...reportsOnFile(database).keys()].sort()).toEqual(expected.sort())
  context.skip(!shell, 'no sqlite3 shell here: the rest was checked')
})

it('reloads on SIGHUP and on saving, keeps the old configuration when the new one is bad, stops while a feed hangs', async () => {
  const server = await feedServer({ '/one': rss(NEWS.slice(0, 1)), '/two': rss(NEWS.slice(1, 2)), '/hangs': () => {} })
  const where = folder()
  const write = (...paths: string[]) =>
    configure(where, agenciesOf(paths.map(path => server.origin + path)), { poll: EVERY_SECOND })
  const { config, database } = write('/one')
  const running = await daemon(config)
  const visits = (path: string): number => server.requests.filter(asked => asked === path).length
  const logged = (msg: string): number => running.log().filter(line => line.msg === msg).length
  await eventually('the first feed is polled', () => visits('/one') > 0)
  expect(visits('/two')).toBe(0)

  write('/one', '/two')
  running.signal('SIGHUP')
  await eventually('the added feed is polled', () => visits('/two') > 0)

  writeFileSync(config, '{ "agencies": [], "pol": {} }')
  running.signal('SIGHUP')
  await eventually('the bad file is reported', () => logged('configuration not reloaded') >= 2)
  const faults = running.log().flatMap(line => (line.msg === 'configuration not reloaded' ? [line['fault']] : []))
  expect(faults.slice(0, 2).sort()).toEqual([
    expect.stringMatching(/config\.json:1:19: pol: unknown key; known here: /),
    `${config}:1:3: agencies: must name at least one agency`,
  ])
  const [one, two] = [visits('/one'), visits('/two')]
  await eventually('the old feeds are polled on', () => visits('/one') > one && visits('/two') > two)

  // Saved by an editor, without a signal.
  write('/one', '/hangs')
  await eventually('the saved file holds', () => visits('/hangs') > 0)
  const left = visits('/two')
  const before = visits('/one')
  await eventually('polls go on beside a feed that hangs', () => visits('/one') > before + 1)
  expect(visits('/two')).toBeLessThanOrEqual(left + 1)
  expect((await fetch(`${running.address}/healthz`)).status).toBe(200)

  const asked = Date.now()
  const ended = await running.stop()
  expect(ended).toMatchObject({ code: 0, signal: null, stdout: '' })
  expect(Date.now() - asked).toBeLessThan(5_000)
  expect(running.log().at(-1)?.msg).toBe('stopped')
  expect(audit(database)).toEqual([])
})

it('refuses loopback feeds unless told otherwise, and says how', async () => {
  const server = await feedServer({ '/feed': rss(NEWS) })
  const port = new URL(server.origin).port
  const addresses = ['127.0.0.1', 'localhost', '[::1]', '2130706433'].map(host => `http://${host}:${port}/feed`)
  const { config } = configure(
    folder(),
    [
      ...agenciesOf(addresses),
      { id: 'allowed', feeds: [{ url: `${server.origin}/feed?allowed`, allowPrivate: true }] },
    ],
    { poll: { allowPrivate: false } },
  )
  server.answers.set('/feed?allowed', rss(NEWS))
  const polled = await minwal(['poll', '--json', '--config', config])
  expect(polled.code).toBe(0)
  const { failures } = JSON.parse(polled.stdout) as { failures: { url: string; kind: string; reason: string }[] }
  expect(failures.map(({ url }) => url).sort()).toEqual([...addresses].sort())
  for (const { kind, reason } of failures) {
    expect(kind).toBe('address')
    expect(reason).toMatch(
      /^address (?:127\.0\.0\.1|::1)(?: of localhost)? is loopback; set allowPrivate for this feed to reach it$/,
    )
  }
  expect(server.requests).toEqual(['/feed?allowed'])
})

it('that was held up for seconds logs what it logs, and nothing in another form', async () => {
  const server = await feedServer({ '/feed': rss(NEWS) })
  const running = await daemon(
    configure(folder(), agenciesOf([`${server.origin}/feed`]), { poll: EVERY_SECOND }).config,
  )
  const polled = async (): Promise<void> => {
    const before = server.requests.length
    await eventually('it polls', () => server.requests.length > before)
  }
  await polled()
  running.signal('SIGSTOP')
  const until = Date.now() + 3_500
  await eventually('looks for due feeds were missed', () => Date.now() > until)
  running.signal('SIGCONT')
  await polled()
  // Reads each line of standard error as JSON.
  expect(running.log().filter(({ level }) => level >= 40)).toEqual([])
  expect((await running.stop()).code).toBe(0)
})

it.runIf(process.platform === 'linux')(
  'gives all its threads two heaps of the C library, and keeps its number, unless the environment says how many',
  async () => {
    const server = await feedServer({ '/feed': rss(NEWS) })
    const { config } = configure(folder(), agenciesOf([`${server.origin}/feed`]))
    const arenas = (pid: number): string | undefined =>
      /(?:^|\0)MALLOC_ARENA_MAX=([^\0]*)/.exec(readFileSync(`/proc/${pid}/environ`, 'utf8'))?.[1]
    for (const [given, taken] of [
      [undefined, '2'],
      ['8', '8'],
    ] as const) {
      const running = await daemon(config, given === undefined ? {} : { MALLOC_ARENA_MAX: given })
      expect(arenas(running.pid)).toBe(taken)
      expect((await running.stop()).code).toBe(0)
    }
  },
  60_000,
)
