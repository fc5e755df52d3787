// What is wrong outside Minwal costs one line that names it, and never a neighbour: through the real command.
import { createHash } from 'node:crypto'
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import Database from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { shownDatabase } from '../../src/model/database.ts'
import { isMade } from '../../src/store/open.ts'
import { audit } from '../helpers/audit.ts'
import { makeCertificate } from '../helpers/certificate.ts'
import { type Ended, minwal } from '../helpers/cli.ts'
import { agenciesOf, configure } from '../helpers/configuration.ts'
import { ENGINE, itOfTheFile } from '../helpers/engine.ts'
import { feedServer, rss } from '../helpers/feed-server.ts'
import { folder } from '../helpers/folder.ts'
import { body, endlessBody, redirect, shortBody, slowBody, startHostileServer } from '../helpers/hostile-server.ts'
import { openRows } from '../helpers/rows.ts'

/** Nothing but sentences for the user on standard error, and no data. */
function expectRefusal(ended: Ended, code: number): string[] {
  expect({ code: ended.code, stdout: ended.stdout }, ended.stderr).toEqual({ code, stdout: '' })
  expect(ended.stderr).not.toMatch(/\n\s+at |Error:|node:internal/)
  const lines = ended.stderr.trimEnd().split('\n')
  for (const line of lines) expect(line).toMatch(/^minwal: \S/)
  return lines.map(line => line.slice('minwal: '.length))
}

describe('a configuration', () => {
  it('that opens the site to others without saying under which address is refused before ids are made of it', async () => {
    const where = folder()
    const { config, database } = configure(where, agenciesOf(['https://a.example/feed']), { listen: '0.0.0.0:0' })
    for (const command of ['run', 'poll', 'check']) {
      const [line = ''] = expectRefusal(await minwal([command, '--config', config]), 2)
      expect(line).toContain('"listen" opens the site to other machines and "link" is not set')
      expect(line).toContain('Set "link" to the address readers will use')
    }
    expect(isMade(database)).toBe(false)
    configure(where, agenciesOf(['https://a.example/feed']), { listen: '0.0.0.0:0', link: 'https://wires.example' })
    expect((await minwal(['check', '--config', config])).code).toBe(0)
    configure(where, agenciesOf(['https://a.example/feed']), { listen: '127.0.0.1:0' })
    expect((await minwal(['check', '--config', config])).code).toBe(0)
  })

  it('with many faults is refused by every command with all of them, each naming key, value and what is allowed', async () => {
    const where = folder({
      'config.json': `{
        // comments are fine
        "titel": "x", "listen": "8080", "language": 5,
        "poll": { "tick": "whenever", "minInterval": "soon", "concurrency": 0, "maxBodyBytes": "big", "proxy": "x" },
        "threads": { "threshold": 7 },
        "agencies": [
          { "id": "Not An Id", "name": "A", "feeds": ["ftp://a.example/feed", { "url": "https://a.example/f", "every": "1s" }] },
          { "name": "B", "feeds": [] }
        ]
      }`,
    })
    const config = join(where, 'config.json')
    const [first, ...others] = await Promise.all(
      ['check', 'run', 'threads'].map(command => minwal([command, '--config', config])),
    )
    const lines = expectRefusal(first as Ended, 2)
    for (const fault of [
      /titel: unknown key; known here: title, link/,
      /listen: "8080" must be host:port/,
      /language: 5 must be a string/,
      /poll\.minInterval: "soon" must be a number with ms, s, m, h or d/,
      /poll\.concurrency: 0 must be at least 1/,
      /poll\.maxBodyBytes: "big" must be a number with B, KB, MB or GB/,
      /poll\.proxy: unknown key/,
      /threads\.threshold: 7 must be at most 0\.95/,
      /agencies\[0\]\.id: "Not An Id" must be 1 to 40 of a-z/,
      /agencies\[0\]\.feeds\[0\]: "ftp:\/\/a\.example\/feed" must be an http, https or file address/,
      /agencies\[0\]\.feeds\[1\]\.every: "1s" must lie between 1m and 7d/,
      /agencies\[1\]\.id: is missing/,
      /agencies\[1\]\.feeds: must name at least one feed/,
    ]) {
      expect(
        lines.filter(line => fault.test(line)),
        String(fault),
      ).toHaveLength(1)
    }
    for (const line of lines)
      expect(/^:\d+:\d+: /.test(line.slice(config.length)) && line.startsWith(config), line).toBe(true)
    for (const other of others) expect(expectRefusal(other, 2)).toEqual(lines)
  })

  it('that is no JSON, repeats itself, or needs what nobody set is refused', async () => {
    const agency = '{"id":"a","name":"A","feeds":["https://a.example/"]}'
    const cases: readonly [string, RegExp][] = [
      ['{ "agencies": [\n  { "id": } ]', /config\.json:2:\d+: /],
      [`{"poll":{"tick":"whenever"},"agencies":[${agency}]}`, /poll\.tick: "whenever" is not a cron expression/],
      [
        `{"agencies":[${agency},${agency}]}`,
        /agencies\[1\]\.id: "a" is the id of agencies\[0\] too\n.*agencies\[1\]\.feeds\[0\]: https:\/\/a\.example\/ stands at agencies\[0\]\.feeds\[0\] too/,
      ],
      [
        `{"title":"$\{NOBODY_SET_THIS}","agencies":[${agency}]}`,
        /title: the environment variable NOBODY_SET_THIS is not set/,
      ],
    ]
    await Promise.all(
      cases.map(async ([text, fault]) => {
        const config = join(folder({ 'config.json': text }), 'config.json')
        expect(expectRefusal(await minwal(['check', '--config', config]), 2).join('\n')).toMatch(fault)
      }),
    )
  })

  it('that does not exist, or cannot be read, is named', async () => {
    const where = folder()
    const missing = join(where, 'none.json')
    const [none, unreadable] = await Promise.all([
      minwal(['run', '--config', missing]),
      minwal(['run', '--config', where]),
    ])
    expect(expectRefusal(none, 2)).toEqual([`${missing} does not exist: name a configuration with --config FILE`])
    expect(expectRefusal(unreadable, 2)).toEqual([`${where} cannot be read (EISDIR): check its permissions`])
  })
})

const SOMEWHERE = [{ id: 'a', feeds: ['http://a.invalid/feed'] }]

it('a port in use is named, and the daemon does not start', async () => {
  const other = createServer()
  await new Promise<void>(resolve => other.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void other.close())
  const { port } = other.address() as AddressInfo
  const { config } = configure(folder(), SOMEWHERE, { listen: `127.0.0.1:${port}` })
  expect(expectRefusal(await minwal(['run', '--config', config]), 1)).toEqual([
    `port ${port} on 127.0.0.1 is in use: stop the other program or change "listen"`,
  ])
})

describe('a database', () => {
  const hash = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex')

  /** A database with a few hundred reports in it. */
  async function filled(): Promise<{ where: string; config: string; database: string }> {
    const items = Array.from({ length: 300 }, (_, at) => ({
      guid: `g${at}`,
      title: `Report ${at}`,
      text: `Text ${at} `.repeat(200),
    }))
    const server = await feedServer({ '/feed': rss(items) })
    const where = folder()
    const configured = configure(where, agenciesOf([`${server.origin}/feed`]))
    expect(await minwal(['poll', '--config', configured.config])).toMatchObject({ code: 0, stderr: '' })
    return { where, ...configured }
  }

  itOfTheFile(
    'that another program keeps for itself, or writes to without end, is called locked, and no wait is long',
    async () => {
      const kept = configure(folder(), SOMEWHERE)
      const written = configure(folder(), SOMEWHERE)
      for (const { config } of [kept, written]) expect((await minwal(['poll', '--config', config])).code).toBe(1)
      const keeper = new Database(kept.database)
      keeper.exec('pragma locking_mode = exclusive; begin immediate; update x_meta set value = value')
      const writer = new Database(written.database)
      writer.exec('begin immediate; update x_meta set value = value')
      try {
        const refused = await Promise.all(
          [
            { ...kept, command: 'run' },
            { ...kept, command: 'feeds' },
            { ...written, command: 'run' },
            { ...written, command: 'poll' },
          ].map(async ({ command, config, database }) => ({
            database,
            ended: await minwal([command, '--config', config]),
          })),
        )
        for (const { database, ended } of refused) {
          const [sentence = '', ...more] = expectRefusal(ended, 1)
          // Where the kernel tells who it is, that is said too.
          expect(sentence.replace(` (node, process ${process.pid})`, '')).toBe(
            `the database ${database} is locked by another program: close it and try again`,
          )
          expect(more).toEqual([])
        }
        // Reading goes on beside a writer.
        expect(await minwal(['feeds', '--json', '--config', written.config])).toMatchObject({ code: 0, stderr: '' })
      } finally {
        keeper.close()
        writer.close()
      }
      for (const { database } of [kept, written]) expect(audit(database)).toEqual([])
    },
  )

  const damages: readonly [string, (path: string) => void, RegExp][] = [
    [
      'that is not SQLite',
      path => writeFileSync(path, 'Dear diary, '.repeat(1000)),
      /minwal\.db is not a Minwal database: name another file as "database"$/,
    ],
    [
      'that was cut off',
      path => truncateSync(path, Math.floor(statSync(path).size / 8192) * 4096),
      /^the database .*minwal\.db is damaged \(.*\)/,
    ],
    [
      'whose first pages are noise',
      path => {
        const bytes = readFileSync(path)
        bytes.fill(0x5a, 100, 40_000)
        writeFileSync(path, bytes)
      },
      /^the database .*minwal\.db is damaged \(.*\)/,
    ],
    [
      'whose reports are noise',
      path => {
        const bytes = readFileSync(path)
        bytes.fill(0x5a, 160_000)
        writeFileSync(path, bytes)
      },
      /^the database .*minwal\.db is damaged \(.*\)/,
    ],
    [
      'of a newer Minwal',
      path => {
        const db = new Database(path)
        db.pragma('user_version = 99')
        db.close()
      },
      /^the database .*minwal\.db was written by a newer Minwal \(schema 99, this one knows \d+\): update Minwal/,
    ],
    [
      'of another program',
      path => {
        rmSync(path)
        const db = new Database(path)
        db.exec('create table accounts (name, money); insert into accounts values (1, 2)')
        db.close()
      },
      /minwal\.db is the database of another program: name another file as "database"$/,
    ],
  ]

  itOfTheFile(
    'that is damaged, newer or of another program is named by every command and left byte for byte as it is',
    async () => {
      const { config, database, where } = await filled()
      for (const suffix of ['-wal', '-shm']) rmSync(`${database}${suffix}`, { force: true })
      const sound = join(where, 'sound')
      copyFileSync(database, sound)
      await Promise.all(
        damages.map(async ([what, damage, reason], at) => {
          const its = join(where, String(at))
          mkdirSync(its)
          const path = join(its, 'minwal.db')
          copyFileSync(sound, path)
          copyFileSync(config, join(its, 'config.json'))
          damage(path)
          const before = hash(path)
          for (const command of [
            ['poll', '--force'],
            ...(what === 'whose reports are noise' ? [['run'], ['threads']] : []),
          ]) {
            const ended = await minwal([...command, '--config', join(its, 'config.json')])
            const lines = expectRefusal(ended, 1)
            expect(lines, `${what}: ${command}`).toHaveLength(1)
            expect(lines[0]).toMatch(reason)
            expect(hash(path), `${what}: ${command}`).toBe(before)
          }
        }),
      )
    },
  )

  it('that does not exist yet is no fault of poll, and a sentence of those that read', async () => {
    const { config, database } = configure(folder(), SOMEWHERE)
    const absent =
      ENGINE === 'sqlite' ? `there is no database at ${database}` : `there are no tables in ${shownDatabase(database)}`
    expect(expectRefusal(await minwal(['threads', '--config', config]), 1)).toEqual([
      `${absent} yet: start it with \`minwal run\` or \`minwal poll\``,
    ])
  })

  it('in a folder that cannot be made or written is named', async () => {
    const where = folder({ occupied: 'a file' })
    const database = join(where, 'occupied', 'minwal.db')
    const { config } = configure(where, SOMEWHERE, { database })
    for (const command of ['run', 'poll']) {
      const [line, ...more] = expectRefusal(await minwal([command, '--config', config]), 1)
      expect(line).toMatch(/^cannot (?:open|write) the database .*occupied\/minwal\.db \(.+\): check/)
      expect(more).toEqual([])
    }
  })
})

// ── feeds ───────────────────────────────────────────────────────────────────────────────────────────────────────────

interface Shown {
  url: string
  state: string
  reports: number
  error: string | null
  warnings: string[]
  reason: string
}

const item = (inner: string): string => `<item>${inner}</item>`
const channel = (inner: string, before = ''): string =>
  `<?xml version="1.0" encoding="utf-8"?>${before}<rss version="2.0"><channel><title>Wire</title><link>https://wire.example/</link>${inner}</channel></rss>`
const whole =
  item('<guid>one</guid><title>Harbour reopens after storm</title>') +
  item('<guid>two</guid><title>Bridge to close for a year</title>')
const BOMB = `<!DOCTYPE rss [<!ENTITY a "ha">${'bcdefghij'
  .split('')
  .map((name, at) => `<!ENTITY ${name} "${`&${'abcdefghi'[at]};`.repeat(10)}">`)
  .join('')}]>`
const LIMIT = '1 MB'

describe('one poll of bad feeds and a good one', () => {
  const where = mkdtempSync(join(tmpdir(), 'minwal-'))
  const closers: (() => unknown)[] = [() => rmSync(where, { recursive: true, force: true })]
  let shown = new Map<string, Shown>()
  let listing = ''
  let database = ''
  let polled: Ended
  let port = 0
  let tlsOrigin = ''

  beforeAll(async () => {
    const web = await startHostileServer()
    const tls = await startHostileServer({ tls: makeCertificate() })
    closers.push(web.close, tls.close)
    port = web.port
    tlsOrigin = tls.origin
    const html = '<!doctype html><html><head><title>News</title>'
    web.on(
      '/healthy',
      body(rss([{ guid: '1', title: 'A healthy neighbour', text: 'It is filed whatever the others do.' }])),
    )
    web.on(
      '/html',
      body(`${html}<link rel="alternate" type="application/rss+xml" href="/real/feed.xml"></head></html>`, {
        'content-type': 'text/html',
      }),
    )
    web.on('/html-alone', body(`${html}</head><body>Soon</body></html>`, { 'content-type': 'text/html' }))
    web.on('/empty', body(''))
    web.on('/blank', body(' \n\n\t '))
    web.on('/text', body('Service temporarily unavailable'))
    web.on('/other-xml', body('<?xml version="1.0"?><opml version="2.0"><body/></opml>'))
    web.on('/cut', body(channel(`${whole}<item><guid>three</guid><title>Thi`).replace('</channel></rss>', '')))
    web.on('/broken-off', shortBody(channel(whole), 100_000))
    web.on('/large', (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/xml', 'content-length': 100_000_000 })
      response.on('error', () => {})
      response.write(Buffer.alloc(65_536, 'x'))
    })
    web.on('/large-untold', endlessBody())
    web.on('/large-unpacked', body(gzipSync(Buffer.alloc(100_000_000, 'x')), { 'content-encoding': 'gzip' }))
    web.on('/endless', slowBody())
    web.on('/deep', body('<a>'.repeat(100_000)))
    web.on('/deep-around', body(channel(`${'<x>'.repeat(100_000)}${'</x>'.repeat(100_000)}${whole}`)))
    web.on(
      '/deep-inside',
      body(
        channel(item(`<guid>d</guid><title>Deep</title><description>${'<b>'.repeat(100_000)}</description>`) + whole),
      ),
    )
    web.on('/bomb', body(channel(`${item('<guid>b</guid><title>Boom &j;</title>')}${whole}`, BOMB)))
    web.on('/circle', redirect('/circle/on'))
    web.on('/circle/on', redirect('/circle'))
    web.on(
      '/entries',
      body(
        channel(
          [
            item('<guid>nothing</guid><link>https://wire.example/nothing</link>'),
            item('<guid>date</guid><title>A report of no known day</title><pubDate>the day after</pubDate>'),
            item(`<guid>long</guid><title>${'long '.repeat(400_000)}</title>`),
            item(
              '<guid>__proto__</guid><title>__proto__</title><category>constructor</category><__proto__ polluted="1">x</__proto__>',
            ),
            item('<guid>constructor</guid><title>constructor</title><author>toString</author>'),
            item(
              `<guid>${'g'.repeat(200_000)}</guid><title>A guid without end</title><link>javascript:alert(1)</link>`,
            ),
            item('<guid>control</guid><title>Bell \u0007 and \u001b[31mred</title>'),
            whole,
          ].join(''),
        ),
      ),
    )
    tls.on('/tls', body(channel(whole)))
    const paths =
      '/healthy /html /html-alone /empty /blank /text /other-xml /cut /broken-off /large /large-untold /large-unpacked /endless /deep /deep-around /deep-inside /bomb /circle /entries /missing'
    const addresses = [
      ...paths.split(' ').map(path => web.origin + path),
      `${tls.origin}/tls`,
      'http://no-such-name.invalid/feed',
    ]
    const made = configure(where, agenciesOf(addresses), {
      poll: {
        totalTimeout: '5s',
        maxWireBytes: '5MB',
        maxBodyBytes: LIMIT.replace(' ', '').replace('1', '3'),
        concurrency: 32,
        perHost: 32,
      },
    })
    database = made.database
    polled = await minwal(['poll', '--force', '--json', '--config', made.config])
    const [data, text] = await Promise.all([
      minwal(['feeds', '--json', '--config', made.config]),
      minwal(['feeds', '--config', made.config]),
    ])
    const feeds = JSON.parse(data.stdout) as Shown[]
    shown = new Map(feeds.map(feed => [feed.url.replace(/^https?:\/\/[^/]*/, ''), feed]))
    listing = text.stdout
  })

  afterAll(async () => {
    for (const closer of closers.reverse()) await closer()
  })

  it('ends well, in little time and memory', () => {
    expect({ code: polled.code, stderr: polled.stderr }).toEqual({ code: 0, stderr: '' })
    const result = JSON.parse(polled.stdout) as { peakRssMB: number; seconds: number; feeds: number }
    expect(result.feeds).toBe(shown.size)
    expect(result.peakRssMB).toBeLessThan(800)
    expect(result.seconds).toBeLessThan(30)
    expect(audit(database)).toEqual([])
  })

  it('files the healthy neighbour', () => {
    expect(shown.get('/healthy')).toMatchObject({ state: 'ok', reports: 1, error: null, warnings: [] })
  })

  it.each([
    [
      'an HTML page that links to a feed',
      '/html',
      () => 'the document is HTML, not a feed (nothing of it is shown: it is private)',
    ],
    ['an HTML page without one', '/html-alone', () => 'the document is HTML, not a feed'],
    ['an empty document', '/empty', () => 'the server answered with an empty document'],
    ['a blank document', '/blank', () => 'the document is empty'],
    ['what is not XML', '/text', () => 'the document is not XML or JSON (nothing of it is shown: it is private)'],
    ['XML that is no feed', '/other-xml', () => 'not a feed (nothing of it is shown: it is private)'],
    ['an answer broken off on the wire', '/broken-off', () => /^connection closed after \d+ of 100000 bytes$/],
    ['100 MB', '/large', () => 'body is larger than 3 MB (poll.maxBodyBytes)'],
    ['100 MB that nobody announced', '/large-untold', () => 'body is larger than 3 MB (poll.maxBodyBytes)'],
    ['100 MB packed into little', '/large-unpacked', () => 'body is larger than 3 MB (poll.maxBodyBytes)'],
    ['a body without end', '/endless', () => 'the poll took longer than 5 s (poll.totalTimeout)'],
    ['100,000 levels of something', '/deep', () => 'not a feed (nothing of it is shown: it is private)'],
    [
      'a circle of redirects',
      '/circle',
      () => /^redirect loop: \S+\/circle -> http:\/\/127\.0\.0\.1:\d+ -> http:\/\/127\.0\.0\.1:\d+$/,
    ],
    ['a missing page', '/missing', () => `http://127.0.0.1:${port}/missing answered 404 Not Found`],
    ['a certificate nobody vouches for', '/tls', () => `certificate of ${tlsOrigin} is not valid: it is self-signed`],
    [
      'a name that does not resolve',
      '/feed',
      () => /^name does not resolve: no-such-name\.invalid \((?:ENOTFOUND|EAI_AGAIN)\)$/,
    ],
  ])('%s is refused with the reason in one line', (_, path, expected) => {
    const feed = shown.get(path)
    expect(feed).toMatchObject({ state: 'failing', reports: 0 })
    const reason = expected()
    if (typeof reason === 'string') expect(feed?.error).toBe(reason)
    else expect(feed?.error).toMatch(reason)
    // A person who runs `minwal feeds` reads the same, in the line of the feed, and when it is tried again.
    const line = listing.split('\n').find(row => row.includes(`${feed?.url} `)) ?? ''
    expect(line).toContain(feed?.error)
    expect(line).toContain('the last poll failed')
  })

  it.each([
    [
      'a document that is cut off keeps its whole entries',
      '/cut',
      2,
      ['the document is cut off: 2 entries before the cut are kept'],
    ],
    ['100,000 levels around the entries', '/deep-around', 2, ['elements nested deeper than 256 levels were flattened']],
    ['100,000 levels in one entry', '/deep-inside', 3, ['elements nested deeper than 256 levels were flattened']],
    ['an entity bomb is not lit', '/bomb', 3, [expect.stringContaining('not expanded')]],
  ])('%s: filed, and what was repaired is shown', (_, path, reports, warnings) => {
    const feed = shown.get(path)
    expect(feed).toMatchObject({ state: 'ok', reports, error: null })
    expect(feed?.warnings).toEqual(warnings)
    for (const warning of feed?.warnings ?? []) expect(listing).toContain(warning)
  })

  it('a bad entry never costs its feed', () => {
    const feed = shown.get('/entries')
    expect(feed).toMatchObject({ state: 'ok', reports: 8, error: null })
    expect(feed?.warnings).toEqual(
      expect.arrayContaining([
        'the date «the day after» could not be read: left out',
        '1 title longer than 1000 characters: cut',
        '1 entry left out: it has neither a title nor a text',
      ]),
    )
    const db = openRows(database)
    onTestFinished(() => void db.close())
    const titles = db
      .prepare('select title from report where feed in (select id from feed where url like ?)')
      .pluck()
      .all('%/entries') as string[]
    expect(titles).toEqual(
      expect.arrayContaining(['A report of no known day', '__proto__', 'constructor', 'A guid without end']),
    )
    expect(titles.find(title => title.startsWith('long '))?.length).toBeLessThanOrEqual(1000)
    expect(titles.join('')).not.toMatch(/[\u0000-\u001f]/)
  })
})
