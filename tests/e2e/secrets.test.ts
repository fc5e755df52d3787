// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of the configuration are written so.
// What the configuration tells feed servers in confidence stands nowhere but in the request: not in the log, on a page, in a
// command's output, in a published file or in a byte of the database, whatever servers echo.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { isPostgres } from '../../src/model/database.ts'
import { isMade } from '../../src/store/open.ts'
import { minwal, start } from '../helpers/cli.ts'
import { configure } from '../helpers/configuration.ts'
import { ENGINE } from '../helpers/engine.ts'
import { eventually } from '../helpers/eventually.ts'
import { type FeedServer, feedServer } from '../helpers/feed-server.ts'
import { folder } from '../helpers/folder.ts'
import { openRows, rowsIn, tablesOf } from '../helpers/rows.ts'

const LONG = Array.from({ length: 40 }, (_, n) => `k${n}Zq7${n * 31}`).join('')
const VALUES = {
  PASSWORD: 'p@ss/w0rd:9',
  PLAIN: 'open-sesame-44',
  APIKEY: 'S3CRETkey77',
  PATHKEY: 'pa7hK3yXYZ',
  HEADERKEY: 'h3ad+er/K=ey"9',
  BEARER: 'b3ar3rT0ken42',
  LONG,
} as const

/** Every form in which it may come out. */
function forms(value: string): string[] {
  const encoded = encodeURIComponent(value)
  const base64 = Buffer.from(value).toString('base64')
  const written = [
    value,
    encoded,
    encoded.toLowerCase(),
    JSON.stringify(value).slice(1, -1),
    base64,
    base64.replace(/=+$/, ''),
  ]
  return [...written, Buffer.from(value).toString('base64url'), Buffer.from(value).toString('hex')]
}

const LOGINS = [`reader:${VALUES.PASSWORD}`, `reader:${VALUES.PLAIN}`]
const NEEDLES = [
  ...new Set([...Object.values(VALUES), ...LOGINS].flatMap(forms)),
  // Cut in the middle, it is half told.
  LONG.slice(0, 12),
]

/** Which of the secrets stand in a text. */
const told = (text: string): string[] => NEEDLES.filter(needle => text.includes(needle))

/** A feed that repeats everywhere what it was told. */
function echo(said: string, at: string): string {
  const xml = said.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
  const url = encodeURIComponent(said)
  return `<?xml version="1.0" encoding="utf-8"?><rss version="2.0" xmlns:a="http://www.w3.org/2005/Atom"><channel>
<title>Feed of ${xml}</title><link>https://agency.example/?k=${url}</link><language>${xml}</language>
<a:link rel="self" href="https://agency.example/feed?k=${url}"/><a:link rel="hub" href="http://127.0.0.1:1/hub?k=${url}"/>
<item><guid isPermaLink="false">${at}-1-${xml}</guid><title>The lock of ${at} was opened by ${xml}</title>
<link>https://agency.example/${at}/1?key=${url}</link><category>${xml}</category><author>${xml}</author>
<enclosure url="https://agency.example/${at}.mp3?key=${url}" type="audio/mpeg" length="1"/>
<pubDate>no date but ${xml}</pubDate>
<description>&lt;p&gt;The keeper of ${at} said "${xml}" and went home for the night. &lt;a href="https://agency.example/?k=${url}"&gt;More&lt;/a&gt;&lt;/p&gt;</description></item>
</channel></rss>`
}

/** Answers of every kind, each with all of what the request said in confidence. */
async function echoing(): Promise<FeedServer> {
  const server = await feedServer()
  const said = (headers: Readonly<Record<string, unknown>>, url: string): string => {
    const login = Buffer.from(String(headers['authorization'] ?? '').replace(/^Basic /, ''), 'base64').toString()
    return [login.includes(':') ? login : headers['authorization'], headers['x-api-key'], decodeURIComponent(url)]
      .filter(Boolean)
      .join(' ')
  }
  for (const [path, status] of [
    ['echo', 200],
    ['text', 200],
    ['loop', 302],
    ['away', 302],
    ['moved', 301],
    ['denied', 401],
  ] as const) {
    server.answers.set(`/${path}`, (request, response) => {
      const words = said(request.headers, request.url ?? '')
      const location = `/${path}?said=${encodeURIComponent(words)}`
      if (path === 'moved' && (request.url ?? '').includes('said=')) {
        response.writeHead(200, { etag: `"${encodeURIComponent(words)}"` }).end(echo(words, path))
      } else if (path === 'away') {
        response.writeHead(302, { location: `http://127.0.0.2:1/?said=${encodeURIComponent(words)}` }).end()
      } else if (status > 300 && status < 400) response.writeHead(status, { location }).end()
      else if (path === 'text') response.end(`{"token": "${words}"`)
      else if (path === 'denied') response.writeHead(401, words.replace(/[^\x20-\x7e]/g, '')).end(words)
      else response.writeHead(200, { etag: `"${encodeURIComponent(words)}"` }).end(echo(words, path))
    })
  }
  // Whatever stands behind the path.
  const { get } = server.answers
  server.answers.get = path => get.call(server.answers, `/${/[?&]as=(\w+)/.exec(path)?.[1] ?? ''}`)
  return server
}

const KINDS = ['echo', 'text', 'loop', 'away', 'moved', 'denied']

function addresses(origin: string): (string | object)[] {
  const authority = (login: string): string => origin.replace('://', `://${login}@`)
  return KINDS.flatMap(kind => [
    `${authority(`reader:${encodeURIComponent(VALUES.PASSWORD)}`)}/login?as=${kind}`,
    `${authority('reader:${PLAIN}')}/variable-login?as=${kind}`,
    `${origin}/query?as=${kind}&apikey=\${APIKEY}`,
    `${origin}/\${PATHKEY}/feed?as=${kind}`,
    `http://127.0.0.1:\${PORT}/\${LONG}?as=${kind}`,
    { url: `${origin}/header?as=${kind}`, headers: { 'X-Api-Key': '${HEADERKEY}' } },
    { url: `${origin}/bearer?as=${kind}`, headers: { Authorization: `Bearer ${VALUES.BEARER}` } },
  ])
}

async function pages(address: string): Promise<Map<string, string>> {
  const found = new Map<string, string>()
  const paths =
    '/ /feeds /agencies /agencies/a /opml /metrics /healthz /readyz /search?q=lock /robots.txt /feed.atom /feed.rss /feed.json /threads.atom /threads.json /threads/1 /threads/1.atom /stories/1'
  for (const path of paths.split(' ')) {
    const response = await fetch(address + path)
    found.set(path, `${JSON.stringify([...response.headers])}\n${await response.text()}`)
  }
  return found
}

/** The bytes of the files that others may read, by name. */
function files(where: string): [string, string][] {
  return readdirSync(where, { recursive: true, encoding: 'utf8' })
    .map(name => join(where, name))
    .filter(path => statSync(path).isFile() && (statSync(path).mode & 0o044) !== 0 && !path.endsWith('config.json'))
    .map(path => [path, readFileSync(path).toString('latin1')])
}

describe('secrets of the configuration', () => {
  it('stand nowhere but in the request, whatever servers echo', async () => {
    const server = await echoing()
    const where = folder()
    const { port } = new URL(server.origin)
    const env = { ...VALUES, PORT: port }
    const { config, database } = configure(where, [{ id: 'a', name: 'A', feeds: addresses(server.origin) as never }], {
      link: 'http://127.0.0.1:8080',
      log: { level: 'debug' },
      poll: { tick: '* * * * * *', minInterval: '1s', maxInterval: '2s' },
    })
    const running = start(['run', '--config', config], { env })
    const polled = (): number => {
      try {
        return Number(rowsIn(database, 'select count(distinct feed) as n from poll where at > 0')[0]?.['n'])
      } catch {
        // It has no tables yet.
        return 0
      }
    }
    const started = /"address":"([^"]+)"/
    const wanted = addresses(server.origin).length
    try {
      await eventually('all feeds were polled', () => polled() === wanted)
      const address = started.exec(running.stderr())?.[1] ?? ''
      const seen: [string, string][] = [...(await pages(address)), ...files(where)]
      running.child.kill('SIGTERM')
      const ended = await running.ended
      expect(ended.code).toBe(0)
      seen.push(['log', ended.stderr])
      for (const command of [
        'feeds --json',
        'poll --force --json',
        'check --fetch --json',
        'export',
        'thread 1 --json',
        'search lock --json',
        'explain 1',
        `publish ${join(where, 'out')}`,
        'poll http://reader:p%40ss%2Fw0rd%3A9@127.0.0.1/other',
      ]) {
        const { stdout, stderr } = await minwal([...command.split(' '), '--config', config], { env })
        seen.push([command, stdout + stderr])
      }
      seen.push(...files(where))
      expect(seen.map(([name, text]) => [name, told(text)]).filter(([, found]) => found?.length !== 0)).toEqual([])

      // It was no silence for want of answers: all was asked with its secret, and what came is on file.
      const asked = server.requests.join('\n')
      for (const value of [VALUES.APIKEY, VALUES.PATHKEY, LONG]) expect(asked).toContain(value)
      const shown = new Map(seen)
      expect(shown.get('/feeds')).toContain('apikey=${APIKEY}')
      expect(shown.get('/opml')).toContain('apikey=${APIKEY}')
      expect(shown.get('export')).toContain('apikey=${APIKEY}')
      expect(shown.get('search lock --json')).toContain('The lock of echo was opened by')
      if (ENGINE === 'sqlite') expect(statSync(`${database}.private`).mode & 0o777).toBe(0o600)
    } finally {
      running.child.kill('SIGKILL')
    }
  })

  it('that are typed to add a feed are written as typed, and told to nobody', async () => {
    const server = await echoing()
    const where = folder()
    const { config } = configure(where, [{ id: 'b', feeds: ['https://other.example/'] }])
    const env = { APIKEY: VALUES.APIKEY }
    const typed = `${server.origin}/query?as=echo&apikey=\${APIKEY}`
    const added = await minwal(['add', typed, '--config', config], { env })
    expect(added).toMatchObject({ code: 0 })
    expect(told(added.stdout + added.stderr)).toEqual([])
    expect(readFileSync(config, 'utf8')).toContain(typed)
    expect(told(readFileSync(config, 'utf8'))).toEqual([])
    const again = await minwal(['add', typed, '--config', config], { env })
    expect(again).toMatchObject({ code: 1, stderr: expect.stringContaining('already') })
    const login = server.origin.replace('://', `://reader:${VALUES.PLAIN}@`)
    const withLogin = await minwal(['add', `${login}/login?as=echo`, '--json', '--config', config], { env })
    expect(withLogin).toMatchObject({ code: 0 })
    expect(told(withLogin.stdout + withLogin.stderr)).toEqual([])
    expect(readFileSync(config, 'utf8')).toContain(`reader:${VALUES.PLAIN}@`)
    const unset = await minwal(['add', `${server.origin}/?k=\${NOT_SET_ANYWHERE}`, '--config', config], { env })
    expect(unset).toMatchObject({ code: 2, stderr: expect.stringContaining('NOT_SET_ANYWHERE is not set') })
  })
})

describe('variables of the configuration', () => {
  const AGENCIES = (origin: string) => [
    {
      id: 'a',
      name: 'A',
      feeds: [
        `${origin}/\${PATHKEY}/feed?as=echo`,
        `http://127.0.0.1:\${PORT}/other?as=echo`,
        { url: `${origin}/header?as=echo`, headers: { 'X-Api-Key': '${HEADERKEY}' }, every: '${EVERY}' },
      ],
    },
  ]
  const NOTIFY = [{ name: 'n', failure: true, webhook: '${HOOK}', key: '${HOOK_KEY}' }]

  it('need not be set for commands that ask nobody for anything', async () => {
    const server = await echoing()
    const where = folder()
    const { port } = new URL(server.origin)
    const env = {
      PATHKEY: VALUES.PATHKEY,
      HEADERKEY: VALUES.HEADERKEY,
      PORT: port,
      EVERY: '1h',
      HOOK: `${server.origin}/hook/p0stH3re`,
      HOOK_KEY: 'tk_h00kK3y9',
    }
    const { config, database } = configure(where, AGENCIES(server.origin) as never, {
      link: 'https://wires.example',
      notify: NOTIFY,
    })
    expect(await minwal(['poll', '--force', '--config', config], { env })).toMatchObject({ code: 0 })
    const asked = server.requests.length
    const feeds = async (given: Record<string, string>): Promise<string> =>
      (await minwal(['feeds', '--json', '--config', config], { env: given })).stdout
    expect(await feeds({})).toBe(await feeds(env))
    for (const command of [
      'threads',
      'thread 1',
      'story 1',
      'search lock',
      'explain 1',
      'decisions',
      'export',
      'doctor',
      'prune --dry-run',
      'notify',
      ...(ENGINE === 'sqlite' ? [`backup ${join(where, 'copy.db')}`] : []),
      `publish ${join(where, 'out')}`,
    ]) {
      const { code, stderr } = await minwal([...command.split(' '), '--config', config])
      expect({ command, code, unset: stderr.includes('is not set') && !stderr.includes('"link"') }).toEqual({
        command,
        code: 0,
        unset: false,
      })
    }
    expect((await minwal(['export', '--config', config])).stdout).toContain('${PATHKEY}')
    expect(server.requests).toHaveLength(asked)
    expect(
      files(where).flatMap(([, text]) => [
        ...told(text),
        ...['p0stH3re', 'tk_h00kK3y9'].filter(one => text.includes(one)),
      ]),
    ).toEqual([])
    // Whoever polls needs them, and what is no secret is never made up.
    for (const command of ['poll', 'check', 'notify --test']) {
      const refused = await minwal([...command.split(' '), '--config', config])
      expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('PATHKEY is not set') })
    }
    configure(where, AGENCIES(server.origin) as never, { database: '${FOLDER_OF_IT}/minwal.db' })
    expect(await minwal(['feeds', '--config', config])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('FOLDER_OF_IT is not set'),
    })
    expect(isMade(database)).toBe(true)
  })

  it("are read from systemd's credentials, which stand nowhere either", async () => {
    const server = await echoing()
    const where = folder()
    const credentials = folder({ PATHKEY: `${VALUES.PATHKEY}\n`, HEADERKEY: VALUES.HEADERKEY, 'no-name': 'x' })
    const { config } = configure(where, [
      {
        id: 'a',
        feeds: [
          `${server.origin}/\${PATHKEY}/feed?as=echo`,
          { url: `${server.origin}/header?as=echo`, headers: { 'X-Api-Key': '${HEADERKEY}' } },
        ],
      },
    ] as never)
    const env = { CREDENTIALS_DIRECTORY: credentials }
    const none = folder()
    const without = await minwal(['poll', '--force', '--config', config], { env: { CREDENTIALS_DIRECTORY: none } })
    expect(without.code).toBe(2)
    expect(without.stderr).toContain(`the environment variable PATHKEY is not set, and ${none} has no readable file`)
    const polled = await minwal(['poll', '--force', '--config', config], { env })
    expect(polled).toMatchObject({ code: 0 })
    expect(server.requests.join('\n')).toContain(VALUES.PATHKEY)
    const shown = await minwal(['search', 'lock', '--json', '--config', config])
    expect(shown.stdout).toContain('The lock of echo was opened by')
    expect([
      ...files(where).flatMap(([, text]) => told(text)),
      ...told(shown.stdout + polled.stdout + polled.stderr),
    ]).toEqual([])
  })
})

/** The bytes of a file; of a server's database all that its tables hold. */
const bytesOf = (database: string): string =>
  isPostgres(database)
    ? JSON.stringify(tablesOf(database).map(table => rowsIn(database, `select * from ${table}`)))
    : readFileSync(database).toString('latin1')

describe('a database of an earlier version', () => {
  it('loses the secrets in it and no report: the feed goes on under the address it is known by', async () => {
    const server = await echoing()
    const where = folder()
    const origin = server.origin.replace('://', `://reader:${VALUES.PLAIN}@`)
    const env = { APIKEY: VALUES.APIKEY }
    const { config, database } = configure(where, [
      { id: 'a', feeds: [`${origin}/login?as=echo`, `${server.origin}/query?as=echo&apikey=\${APIKEY}`] },
    ])
    expect(await minwal(['poll', '--force', '--config', config], { env })).toMatchObject({ code: 0 })
    // As it was kept before: the addresses that are asked.
    const keys = rowsIn(database, 'select key from story order by id')
    const db = openRows(database, { readonly: false })
    const change = (address: string, error: string, like: string): void =>
      db.exec(`update x_feeds set url = '${address}', error = '${error}' where url like '${like}'`)
    change(`${origin}/login?as=echo`, `${origin} answered`, '%login%')
    change(`${server.origin}/query?as=echo&apikey=${VALUES.APIKEY}`, `apikey=${VALUES.APIKEY}`, '%apikey%')
    db.exec(
      `insert into x_feeds (agency, url, active, next_poll, reason)
       values ('a', 'https://gone:${VALUES.BEARER}@gone.example/feed', 0, 0, '')`,
    )
    db.close()
    expect(told(bytesOf(database))).not.toEqual([])

    const { stdout } = await minwal(['poll', '--force', '--json', '--config', config], { env })
    expect(JSON.parse(stdout)).toMatchObject({ feeds: 2, failedFeeds: 0, new: 0, copy: 0 })
    expect(rowsIn(database, 'select key from story order by id')).toEqual(keys)
    expect(rowsIn(database, 'select url, reports from feed order by id')).toEqual([
      { url: `${server.origin}/login?as=echo`, reports: 1 },
      { url: `${server.origin}/query?as=echo&apikey=\${APIKEY}`, reports: 1 },
      { url: 'https://gone.example/feed', reports: 0 },
    ])
    expect(told(bytesOf(database))).toEqual([])
    expect(files(where).flatMap(([, text]) => told(text))).toEqual([])
  })

  it('keeps two logins at one address apart, and each its reports when the other goes', async () => {
    const server = await feedServer()
    server.answers.set('/feed', (request, response) => {
      const login = Buffer.from(String(request.headers.authorization).slice(6), 'base64').toString()
      response.end(echo(login.replace(/:.*/, ''), 'mine'))
    })
    const at = (user: string): string => `${server.origin.replace('://', `://${user}:pass-word-1@`)}/feed`
    const where = folder()
    const agency = (feeds: string[]) => [{ id: 'a', feeds }]
    const { config, database } = configure(where, agency([at('ann')]))
    const poll = async () => {
      const { stdout, stderr } = await minwal(['poll', '--force', '--json', '--config', config])
      return JSON.parse(stdout || JSON.stringify(stderr)) as { new: number; feeds: number; unchangedFeeds: number }
    }
    expect(await poll()).toMatchObject({ feeds: 1, new: 1 })
    configure(where, agency([at('ann'), at('ben')]))
    expect(await poll()).toMatchObject({ feeds: 2, new: 1, unchangedFeeds: 1 })
    configure(where, agency([at('ben')]))
    expect(await poll()).toMatchObject({ feeds: 1, new: 0, unchangedFeeds: 1 })
    const urls = rowsIn(database, 'select url from x_feeds')
    expect(urls).toHaveLength(2)
    expect(JSON.stringify(urls)).not.toMatch(/ann|ben|pass-word/)
    configure(where, agency([at('ben'), at('ben').replace('pass-word-1', 'pass-word-2')]))
    const faults = await minwal(['check', '--config', config])
    expect(faults).toMatchObject({ code: 2, stderr: expect.stringContaining('with the same user') })
  })
})

describe('a private answer', () => {
  it('is shown nowhere, and leads nowhere', async () => {
    const SECRET = 'internal-t0ken-of-the-service'
    const hidden = await feedServer()
    const reached: string[] = []
    for (const path of ['/', '/admin/restart?now=1', '/feed', '/hub']) {
      hidden.answers.set(path, (request, response) => {
        reached.push(request.url ?? '')
        response.writeHead(200, SECRET, { 'x-secret': SECRET }).end(SECRET)
      })
    }
    const server = await feedServer()
    const item = (guid: string, link: string, minutes: number): string =>
      `<item><guid isPermaLink="false">${guid}</guid><title>Report ${guid} of the harbour</title><link>${link}</link><description>Some words of ${guid}.</description><pubDate>${new Date(Date.now() - minutes * 60_000).toUTCString()}</pubDate></item>`
    let polls = 0
    server.answers.set('/feed', (_, response) => {
      polls++
      const leaves = polls === 1 ? item('leaves', `${hidden.origin}/admin/restart?now=1`, 5) : ''
      response
        .writeHead(200, { link: `<${hidden.origin}/hub>; rel=hub, <${server.origin}/feed>; rel=self` })
        .end(
          `<rss version="2.0"><channel><title>x</title>${leaves}${item('stays', 'https://x.example/b', 60)}</channel></rss>`,
        )
    })
    const to = (location: string) => (_: unknown, response: import('node:http').ServerResponse) =>
      void response.writeHead(302, { location }).end()
    server.answers.set('/redirects', to(`${hidden.origin}/?${SECRET}`))
    server.answers.set('/cloud', to('http://[::ffff:169.254.169.254]/latest/meta-data/'))
    server.answers.set('/text', (_, response) => void response.writeHead(200, SECRET).end(`${SECRET}=12345`))
    server.answers.set('/status', (_, response) => void response.writeHead(500, SECRET, { 'x-a': SECRET }).end(SECRET))
    server.answers.set('/json', `{"${SECRET}": tru`)
    server.answers.set(
      '/html',
      `<html><head><title>${SECRET}</title><link rel="alternate" type="application/rss+xml" href="/${SECRET}"></head></html>`,
    )
    server.answers.set('/root', `<${SECRET}/>`)
    server.answers.set(
      '/coding',
      (_, response) => void response.writeHead(200, { 'content-encoding': SECRET }).end('x'),
    )
    const paths = ['feed', 'redirects', 'cloud', 'text', 'status', 'json', 'html', 'root', 'coding']
    const where = folder({ 'secret.txt': `${SECRET} in a file` })
    const feeds = [
      ...paths.map(path => ({ url: `${server.origin}/${path}`, allowPrivate: true })),
      `file://${join(where, 'secret.txt')}`,
      'http://169.254.169.254/latest/meta-data/',
    ]
    for (const allowPrivate of [false, true]) {
      polls = 0
      const file = `links-${allowPrivate}.db`
      const { config, database: made } = configure(where, [{ id: 'm', feeds }], {
        ...(ENGINE === 'sqlite' ? { database: file } : {}),
        link: 'http://127.0.0.1:8080',
        log: { level: 'debug' },
        poll: { tick: '* * * * * *', minInterval: '1s', maxInterval: '2s', allowPrivate },
      })
      const running = start(['run', '--config', config])
      try {
        await eventually('all was polled, the feed three times', () => polls >= 3)
        const address = /"address":"([^"]+)"/.exec(running.stderr())?.[1] ?? ''
        const seen: [string, string][] = []
        for (const path of ['/feeds', '/agencies/m', '/opml', '/metrics', '/healthz', '/feed.atom']) {
          seen.push([path, await (await fetch(address + path)).text()])
        }
        running.child.kill('SIGTERM')
        seen.push(['log', (await running.ended).stderr])
        for (const command of ['check --fetch --json', 'feeds --json', `add ${server.origin}/html`]) {
          seen.push([command, Object.values(await minwal([...command.split(' '), '--config', config])).join('\n')])
        }
        const database = ENGINE === 'sqlite' ? join(where, file) : made
        seen.push(['database', bytesOf(database)])
        const journal = `${database}-wal`
        if (existsSync(journal)) seen.push(['journal', readFileSync(journal, 'latin1')])
        expect(seen.filter(([, text]) => text.includes(SECRET)).map(([name]) => name)).toEqual([])
        expect(reached).toEqual([])
        const shown = new Map(seen)
        expect(shown.get('/feeds')).toContain('allowPrivate opens only the host and port')
        expect(shown.get('feeds --json')).toMatch(
          /169\.254\.169\.254 is (?:link-local|a cloud metadata service); it cannot be polled/,
        )
      } finally {
        running.child.kill('SIGKILL')
      }
    }
  })
})
