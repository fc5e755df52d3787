import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import { loadConfig, parseConfig } from '../../src/config/load.ts'
import { configSchema, parseDuration } from '../../src/config/schema.ts'
import { ENCODED } from '../../src/decide/thread/vectors.ts'
import type { Config } from '../../src/model/config.ts'

const FILE = '/etc/minwal/config.json'
const AGENCIES = [{ id: 'harir', name: 'حرير', feeds: ['https://harir.example/rss'] }]

type Environment = Record<string, string>
function faults(given: unknown, environment: Environment = {}): string[] {
  const text = typeof given === 'string' ? given : JSON.stringify({ agencies: AGENCIES, ...(given as object) })
  const loaded = parseConfig(text, FILE, environment)
  // Where they stand is asked below.
  return loaded.ok ? [] : loaded.faults.map(fault => fault.replace(/:\d+:\d+: (?=\S+: |the file: )/, ': '))
}
function config(given: object, environment: Environment = {}): Config {
  const loaded = parseConfig(JSON.stringify({ agencies: AGENCIES, ...given }), FILE, environment)
  if (!loaded.ok) throw new Error(loaded.faults.join('\n'))
  return loaded.config
}
const agency = (more: object) => ({ agencies: [{ ...AGENCIES[0], ...more }] })
const feed = (more: object) => agency({ feeds: [{ url: 'https://harir.example/rss', ...more }] })

describe('a fault', () => {
  it.each([
    ['title', { title: '' }, '""', /at least 1/],
    ['title', { title: 5 }, '5', /must be a string/],
    ['link', { link: 'news' }, '"news"', /http or https address/],
    ['link', { link: 'ftp://a.example' }, '"ftp://a.example"', /http or https address/],
    ['language', { language: 'Arabic!' }, '"Arabic!"', /language tag, like "ar"/],
    ['timeZone', { timeZone: 'Riyadh' }, '"Riyadh"', /name of a time zone, like "Asia\/Riyadh"/],
    ['database', { database: '' }, '""', /at least 1/],
    ['listen', { listen: '8080' }, '"8080"', /host:port, like "127\.0\.0\.1:8080"/],
    ['listen', { listen: 'localhost:70000' }, '"localhost:70000"', /port up to 65535/],
    ['poll', { poll: [] }, '[]', /must be an object/],
    ['poll.concurrency', { poll: { concurrency: 0 } }, '0', /at least 1/],
    ['poll.concurrency', { poll: { concurrency: 257 } }, '257', /at most 256/],
    ['poll.concurrency', { poll: { concurrency: '4' } }, '"4"', /must be a number/],
    ['poll.minInterval', { poll: { minInterval: '5' } }, '"5"', /ms, s, m, h or d, like "15m"/],
    ['poll.minInterval', { poll: { minInterval: '0.5s' } }, '"0.5s"', /between 1s and 7d/],
    ['poll.minInterval', { poll: { minInterval: -1 } }, '-1', /must be a string/],
    ['poll.maxInterval', { poll: { maxInterval: '8d' } }, '"8d"', /between 1s and 7d/],
    ['poll.maxWireBytes', { poll: { maxWireBytes: '10' } }, '"10"', /B, KB, MB or GB, like "10MB"/],
    ['poll.exclude[1]', { poll: { exclude: ['a.example', 'https://b.example/'] } }, '"https://b.example/"', /a host/],
    ['poll.exclude[0]', { poll: { exclude: [''] } }, '""', /name of a host, like "agency\.example"/],
    ['retain.reports', { retain: { reports: '20d' } }, '"20d"', /at least 44d: twice threads\.window \(7 d\), and 30d/],
    [
      'retain.revisions',
      { retain: { revisions: '50d' }, threads: { window: '20d' } },
      '"50d"',
      /at least 70d: twice threads\.window \(20 d\), and 30d/,
    ],
    ['retain.reports', { retain: { reports: '1y' } }, '"1y"', /ms, s, m, h or d/],
    ['retain.polls', { retain: { polls: '1d' } }, '"1d"', /between 7d and 3650d/],
    ['retain.size', { retain: { size: '20TB' } }, '"20TB"', /B, KB, MB or GB/],
    ['retain.size', { retain: { size: '1KB' } }, '"1KB"', /at least 1MB/],
    ['retain.age', { retain: { age: '1d' } }, 'unknown key;', /known here: reports, revisions, polls, size/],
    ['poll.allowPrivate', { poll: { allowPrivate: 'yes' } }, '"yes"', /must be a boolean/],
    ['threads.threshold', { threads: { threshold: 2 } }, '2', /at most 0\.95/],
    [
      'threads.encoder',
      { threads: { encoder: 'model' } },
      '"model"',
      /an object with "url" and "model", or a list of a program/,
    ],
    ['threads.encoder', { threads: { encoder: [] } }, '[]', /at least 1/],
    ['threads.encoder[1]', { threads: { encoder: ['a', 7] } }, '7', /must be a string/],
    [
      'threads.encoder',
      { threads: { encoder: { model: 'models/e5', pooling: 'cls' } } },
      'a model is',
      /run by a server: write \{"url": "http:\/\/127\.0\.0\.1:8000\/v1", "model": "e5-query"\}/,
    ],
    ['threads.encoder.model', { threads: { encoder: { url: 'http://m/v1', model: '' } } }, '""', /at least 1/],
    ['threads.encoder.url', { threads: { encoder: { url: 'm:80', model: 'm' } } }, '"m:80"', /http or https address/],
    ['threads.encoder.key', { threads: { encoder: { url: 'http://m/v1', model: 'm', key: 'a b' } } }, '"…"', /token/],
    ['publish.limit', { publish: { limit: 1_000 } }, '1000', /at most 500/],
    ['publish.hub', { publish: { hub: false } }, 'false', /true, for the built-in hub, or an http or https address/],
    ['publish.hub', { publish: { hub: 'hub.example' } }, '"hub.example"', /http or https address/],
    ['log.level', { log: { level: 'loud' } }, '"loud"', /one of "trace", "debug", "info"/],
    ['agencies', { agencies: 5 }, '5', /must be an array/],
    ['agencies[0].id', agency({ id: 'A B' }), '"A B"', /1 to 40 of a-z, 0-9 and -/],
    ['agencies[0].aliases[1]', agency({ aliases: ['a', 7] }), '7', /must be a string/],
    ['agencies[0].feeds[0]', agency({ feeds: [5] }), '5', /address, or an object with "url"/],
    ['agencies[0].feeds[0]', agency({ feeds: ['nowhere'] }), '"nowhere"', /http, https or file address/],
    ['agencies[0].feeds[0].url', feed({ url: 'x' }), '"x"', /http, https or file address/],
    ['agencies[0].feeds[0].every', feed({ every: '10s' }), '"10s"', /between 1m and 7d/],
    ['agencies[0].feeds[0].identity', feed({ identity: 'id' }), '"id"', /one of "guid", "url", "title"/],
    ['agencies[0].feeds[0].headers.Cookie', feed({ headers: { Cookie: 5 } }), '"…"', /must be a string/],
  ])('in %s names key, value and what is allowed: %j', (key, given, value, allowed) => {
    const found = faults(given)
    expect(found).toHaveLength(1)
    expect(found[0]).toContain(`${FILE}: ${key}: ${value} `)
    expect(found[0]).toMatch(allowed)
    expect(found[0]).not.toContain('\n')
  })

  it.each([
    ['title', { titel: 'x' }, 'titel'],
    ['perHost', { poll: { perhost: 3 } }, 'poll.perhost'],
    ['prefix', { threads: { encoder: { url: 'http://m/v1', model: 'm', prefx: '' } } }, 'threads.encoder.prefx'],
    ['threshold', { threads: { treshold: 0.3 } }, 'threads.treshold'],
    ['frontPage', { publish: { frontpage: '1d' } }, 'publish.frontpage'],
    ['level', { log: { levels: 'info' } }, 'log.levels'],
    ['aliases', agency({ alias: ['x'] }), 'agencies[0].alias'],
    ['identity', feed({ ident: 'url' }), 'agencies[0].feeds[0].ident'],
  ])('of spelling lists the known keys, %s among them', (known, given, key) => {
    const found = faults(given)
    expect(found).toHaveLength(1)
    expect(found[0]).toContain(`${FILE}: ${key}: unknown key; known here: `)
    expect(found[0]).toMatch(new RegExp(`\\b${known}\\b`))
  })

  it('says what is missing', () => {
    expect(faults('{}')).toEqual([`${FILE}: agencies: is missing; it must be an array`])
    expect(faults({ agencies: [] })).toEqual([`${FILE}: agencies: must name at least one agency`])
    expect(faults(agency({ feeds: [] }))).toEqual([`${FILE}: agencies[0].feeds: must name at least one feed`])
    expect(faults({ agencies: [{ name: 'A', feeds: [{}] }] })).toEqual([
      `${FILE}: agencies[0].id: is missing; it must be a string`,
      `${FILE}: agencies[0].feeds[0].url: is missing; it must be a string`,
    ])
  })

  it('is never alone: all are told at once', () => {
    const found = faults({
      title: '',
      colour: 'red',
      poll: { concurrency: 0, minInterval: 'often' },
      agencies: [
        { id: 'a', name: 'A', feeds: ['nowhere', { url: 'x', every: '1' }] },
        { id: '?', name: 'B', feeds: [] },
      ],
    })
    const keys = found.map(fault => fault.slice(FILE.length + 2).split(': ', 1)[0])
    expect(keys.sort()).toEqual(
      [
        'agencies[0].feeds[0]',
        'agencies[0].feeds[1].every',
        'agencies[0].feeds[1].url',
        'agencies[1].feeds',
        'agencies[1].id',
        'colour',
        'poll.concurrency',
        'poll.minInterval',
        'title',
      ].sort(),
    )
  })

  it('in an endless value shows its beginning', () => {
    const [found = ''] = faults({ log: { level: 'x'.repeat(5_000) } })
    expect(found.length).toBeLessThan(300)
  })

  it('of syntax names line and column', () => {
    const said = (text: string): string[] => {
      const loaded = parseConfig(text, FILE, {})
      return loaded.ok ? [] : loaded.faults
    }
    expect(said('{\n  "title": "x"\n  "language": "en"\n}')).toEqual([
      expect.stringMatching(/^.*config\.json:3:3: a comma is missing before this$/),
    ])
    expect(said('')).toEqual([`${FILE}:1:1: a value is missing here`])
    expect(faults('[]')).toEqual([`${FILE}: the file: [] must be an object`])
  })

  it('says where it stands: at its key, in a list at the value, at what it is missing in', () => {
    const text = `\ufeff{
  // خبر 😀
  "title": "",
  "poll": { "perHost": 0, "preHost": 3 },
  "agencies": [
    { "id": "a", "name": "A", "feeds": ["nowhere", { "every": "1s", "url": "\${UNSET}" }], "langauge": "ar" },
    { "name": "B", "feeds": ["https://a.example/"] },
  ],
}`
    const loaded = parseConfig(text, FILE, { MINWAL_DATABASE_MODE: '7' })
    const found = loaded.ok ? [] : loaded.found
    expect(found.map(({ key, line, column }) => `${key} ${line}:${column}`).sort()).toEqual(
      [
        'title 3:3',
        'poll.perHost 4:13',
        'poll.preHost 4:27',
        'agencies[0].feeds[0] 6:41',
        'agencies[0].feeds[1].every 6:54',
        'agencies[0].feeds[1].url 6:69',
        'agencies[0].langauge 6:91',
        'agencies[1].id 7:5',
        'null null:null',
      ].sort(),
    )
    const faulty = loaded.ok ? [] : loaded.faults
    expect(faulty).toContainEqual(
      expect.stringMatching(/^\/etc\/minwal\/config\.json:4:13: poll\.perHost: 0 must be at least 1$/),
    )
    expect(faulty).toContainEqual(expect.stringMatching(/config\.json: MINWAL_DATABASE_MODE: "7" must be/))
  })

  it.each([
    [{ titel: 'x' }, /; did you mean "title"\?$/],
    [{ poll: { perhost: 3 } }, /; did you mean "perHost"\?$/],
    [{ threads: { treshold: 0.3 } }, /; did you mean "threshold"\?$/],
    [feed({ identity: 'titel' }), /must be one of .*; did you mean "title"\?$/],
    [{ log: { level: 'wran' } }, /; did you mean "warn"\?$/],
    [{ colour: 'red' }, /known here: [^;]*$/],
  ])('of spelling names what was meant: %j', (given, meant) => {
    expect(faults(given)).toEqual([expect.stringMatching(meant)])
  })

  it('is an id or an address that stands twice', () => {
    const twice = { agencies: [...AGENCIES, ...AGENCIES] }
    expect(faults(twice)).toEqual([
      `${FILE}: agencies[1].id: "harir" is the id of agencies[0] too`,
      `${FILE}: agencies[1].feeds[0]: https://harir.example/rss stands at agencies[0].feeds[0] too`,
    ])
  })

  it('is never an exception, whatever the file holds', () => {
    const value = fc.jsonValue()
    const strange = (keys: string[]) =>
      fc.record(Object.fromEntries(keys.map(key => [key, value])), { requiredKeys: [] })
    const feeds = fc.array(fc.oneof(value, strange(['url', 'every', 'headers', 'identity'])), { maxLength: 3 })
    const almost = fc
      .record({
        poll: fc.oneof(value, strange(['tick', 'concurrency', 'minInterval', 'maxWireBytes'])),
        listen: value,
        agencies: fc.oneof(value, fc.array(fc.record({ id: value, name: value, feeds }), { maxLength: 3 })),
      })
      .map(given => JSON.stringify(given))
    fc.assert(
      fc.property(fc.oneof(almost, fc.json(), fc.string({ unit: 'binary' })), text => {
        const loaded = parseConfig(text, FILE, {})
        if (!loaded.ok) expect(loaded.faults.length).toBeGreaterThan(0)
      }),
      { seed: 20_220_105, numRuns: 150 },
    )
  })

  // Known faults of src/config.ts; the report of these tests says how to mend them.
  it('says "a whole number" where one is wanted', () => {
    expect(faults({ poll: { concurrency: 1.5 } })[0]).toMatch(/1\.5 must be a whole number/)
  })
  it('is a longest interval below the shortest', () => {
    expect(faults({ poll: { minInterval: '1h', maxInterval: '5m' } })).toHaveLength(1)
  })
  it('is a header name that no header can have', () => {
    expect(faults(feed({ headers: { 'a b': 'x' } }))[0]).not.toMatch(/Invalid key in record/)
  })
  it('is a size of nothing', () => {
    expect(faults({ poll: { maxBodyBytes: '0B' } })).toHaveLength(1)
  })
})

describe('the environment', () => {
  it('fills strings anywhere, several times in one', () => {
    const given = { title: `\${A}-\${B}`, ...feed({ headers: { Authorization: `Bearer \${TOKEN}` } }) }
    const made = config(given, { A: 'one', B: 'two', TOKEN: 's3cret' })
    expect(made.title).toBe('one-two')
    expect(made.agencies[0]?.feeds[0]?.headers).toEqual({ Authorization: 'Bearer s3cret' })
  })

  it('gives way to a default where it is unset or empty', () => {
    expect(config({ title: `\${NAME:-News}` }).title).toBe('News')
    expect(config({ title: `\${NAME:-News}` }, { NAME: '' }).title).toBe('News')
    expect(config({ title: `\${NAME:-News}` }, { NAME: 'Wires' }).title).toBe('Wires')
  })

  it('that lacks a variable without default is a fault that names key and variable', () => {
    expect(faults({ title: `x \${NAME}` })).toEqual([`${FILE}: title: the environment variable NAME is not set`])
    expect(faults(feed({ headers: { Cookie: `\${COOKIE}` } }))).toEqual([
      `${FILE}: agencies[0].feeds[0].headers.Cookie: the environment variable COOKIE is not set`,
    ])
  })

  it('is not looked into by what it fills in', () => {
    expect(config({ title: `\${A}` }, { A: `\${B}`, B: 'no' }).title).toBe(`\${B}`)
  })

  it('leaves other dollar signs alone', () => {
    expect(config({ title: `$NAME \${} \${a b} $` }).title).toBe(`$NAME \${} \${a b} $`)
  })
})

describe('a configuration', () => {
  it('may hold comments, a byte order mark and a last comma', () => {
    const text = `\ufeff// wires\n{ "title": "x", /* who */ "agencies": ${JSON.stringify(AGENCIES)}, }`
    expect(parseConfig(text, FILE, {})).toMatchObject({ ok: true, config: { title: 'x' } })
  })

  it('reads durations and sizes', () => {
    const { poll } = config({ poll: { minInterval: '90s', maxInterval: '1.5h', maxWireBytes: '1.5KB' } })
    expect([poll.minInterval, poll.maxInterval, poll.maxWireBytes]).toEqual([90_000, 5_400_000, 1_536])
    expect(['1ms', '2s', '3m', '4h', '5d', ' 1 s ', '1', 'm', '-1s', '1w', '1e3s'].map(parseDuration)).toEqual([
      ...[1, 2_000, 180_000, 14_400_000, 432_000_000, 1_000],
      ...[null, null, null, null, null],
    ])
  })

  it('takes paths from its own folder, and leaves absolute ones', () => {
    expect(config({ database: 'news.db' }).database).toBe('/etc/minwal/news.db')
    expect(config({ database: '/var/lib/news.db' }).database).toBe('/var/lib/news.db')
  })

  it('derives the public address from where it listens', () => {
    expect(config({ listen: '[::1]:9000' })).toMatchObject({
      listen: { host: '::1', port: 9000 },
      link: 'http://[::1]:9000',
    })
    expect(config({ link: 'https://news.example/wires//' }).link).toBe('https://news.example/wires')
  })

  it('gives feeds the language of their agency', () => {
    const { agencies } = config(
      agency({ language: 'ar', feeds: ['https://a.example/1', { url: 'https://a.example/2', language: 'en' }] }),
    )
    expect(agencies[0]?.feeds.map(({ language }) => language)).toEqual(['ar', 'en'])
  })

  it('cannot be changed once read', () => {
    const made = config({})
    expect(Object.isFrozen(made.poll)).toBe(true)
    expect(Object.isFrozen(made.agencies[0]?.feeds[0])).toBe(true)
  })

  it('that does not exist or cannot be read is a reason that names the file', () => {
    const folder = mkdtempSync(join(tmpdir(), 'minwal-config-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const missing = join(folder, 'none.json')
    const unread = (message: string) => ({
      ok: false,
      faults: [message],
      found: [{ key: null, line: null, column: null, message }],
    })
    expect(loadConfig(missing, {})).toEqual(
      unread(`${missing} does not exist: name a configuration with --config FILE`),
    )
    expect(loadConfig(folder, {})).toEqual(unread(`${folder} cannot be read (EISDIR): check its permissions`))
    const file = join(folder, 'config.json')
    writeFileSync(file, JSON.stringify({ agencies: AGENCIES }))
    expect(loadConfig(file, {})).toMatchObject({ ok: true, config: { database: join(folder, 'data', 'minwal.db') } })
  })
})

describe('what is shipped', () => {
  it('config.json loads, with nothing in the environment', () => {
    const loaded = loadConfig(fileURLToPath(new URL('../../config.json', import.meta.url)), {})
    expect(loaded.ok ? [] : loaded.faults).toEqual([])
    const feeds = loaded.ok ? loaded.config.agencies.flatMap(one => one.feeds) : []
    expect(feeds.length).toBeGreaterThanOrEqual(40)
    expect(new Set(feeds.map(({ language }) => language)).size).toBeGreaterThanOrEqual(8)
  })

  it('config.schema.json is what the code checks: if this fails, run `npm run schema`', () => {
    const shipped = readFileSync(new URL('../../config.schema.json', import.meta.url), 'utf8')
    expect(shipped, 'run `npm run schema`').toBe(`${JSON.stringify(configSchema(), null, 2)}\n`)
  })
})

interface Node {
  properties?: Record<string, Node>
  items?: Node
  anyOf?: Node[]
  description?: string
  required?: string[]
}

/** Every key of the schema as a path, and whether it must be given. */
function keys(node: Node, path = ''): Map<string, boolean> {
  const out = new Map<string, boolean>()
  for (const [name, inner] of Object.entries(node.properties ?? {})) {
    const key = path === '' ? name : `${path}.${name}`
    out.set(key, node.required?.includes(name) ?? false)
    for (const [below, required] of keys(inner, key)) out.set(below, required)
  }
  for (const inner of [...(node.items ? [node.items] : []), ...(node.anyOf ?? [])]) {
    const below = node.items === inner ? `${path}[]` : path
    for (const [key, required] of keys(inner, below)) out.set(key, required)
  }
  return out
}

describe('docs/configuration.md', () => {
  const page = readFileSync(new URL('../../docs/configuration.md', import.meta.url), 'utf8')
  const rows = new Map(
    [...page.matchAll(/^\| `([^`]+)` \| ([^|]+) \| ([^|]+) \|$/gm)].map(([, key = '', value = '', meaning = '']) => [
      key,
      { value, meaning },
    ]),
  )
  const known = keys(configSchema() as Node)

  it('describes every key of the schema and no other', () => {
    expect([...rows.keys()].sort()).toEqual([...known.keys()].sort())
    expect(known.size).toBeGreaterThan(35)
    for (const { meaning } of rows.values()) expect(meaning).toMatch(/^[A-Z].*\.$/)
  })

  it('says of each key whether it must be given', () => {
    const must = [...rows].filter(([, { value }]) => value === 'must be given').map(([key]) => key)
    expect(must.sort()).toEqual(
      [...known]
        .filter(([, required]) => required)
        .map(([key]) => key)
        .sort(),
    )
  })

  it('gives defaults that are the defaults: written out, they change nothing', () => {
    const given: Record<string, unknown> = {}
    for (const [key, { value }] of rows) {
      const literal = /^`(".*"|[\d.]+|true|false|\[\]|\{\})`$/.exec(value)?.[1]
      // What stands in an encoder has a default only where there is one, as what is said of backups where there are some.
      if (literal === undefined || key.includes('[]') || /^(?:threads\.encoder|backup)\./.test(key)) continue
      const [first = '', second] = key.split('.')
      if (second === undefined) given[first] = JSON.parse(literal)
      else given[first] = { ...(given[first] as object | undefined), [second]: JSON.parse(literal) }
    }
    expect(Object.keys(given).sort()).toEqual(
      ['database', 'language', 'listen', 'log', 'poll', 'publish', 'threads', 'timeZone', 'title'].sort(),
    )
    expect(config(given)).toEqual(config({}))
    const encoder = { url: 'http://127.0.0.1:11434/v1', model: 'bge-m3' }
    const prefix: unknown = JSON.parse(rows.get('threads.encoder.prefix')?.value.replaceAll('`', '') ?? '')
    expect(config({ threads: { encoder: { ...encoder, prefix } } })).toEqual(config({ threads: { encoder } }))
    const every: unknown = JSON.parse(rows.get('backup.every')?.value.replaceAll('`', '') ?? '')
    const keep: unknown = JSON.parse(rows.get('backup.keep')?.value.replaceAll('`', '') ?? '')
    expect(config({ backup: { to: 'x', every, keep, beforeUpgrade: true } })).toEqual(config({ backup: { to: 'x' } }))
    const written = feed({ headers: {}, identity: 'guid', allowPrivate: false, paused: false })
    expect(config(written)).toEqual(config({}))
  })

  it('says of vectors what the code makes of them', () => {
    expect(page).toContain(`Of a likeness the vectors make up ${ENCODED} and shared words the rest`)
  })

  it('has a sample that is a whole configuration', () => {
    const sample = /```json\n([\s\S]*?)```/.exec(page)?.[1] ?? ''
    expect(parseConfig(sample, FILE, {})).toMatchObject({ ok: true })
  })
})
