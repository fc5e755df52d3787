// The commands that edit the configuration, run as a user runs them.
import { chmodSync, lstatSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readSubscriptionList } from '../../src/cli/subscription-list.ts'
import { withFeeds } from '../../src/config/edit.ts'
import { loadConfig, parseConfig } from '../../src/config/load.ts'
import { categoryOf, foldersOf, type OpmlFeed, type Outline, writeOpml } from '../../src/config/opml.ts'
import type { Agency } from '../../src/model/config.ts'
import { minwal } from '../helpers/cli.ts'
import { feedServer, rss } from '../helpers/feed-server.ts'
import { folder } from '../helpers/folder.ts'

const feed = rss([{ guid: '1', title: 'One', text: 'x', date: '2026-01-31T10:00:00Z' }], 'خبر عاجل & "more"')

const VARIABLE = ['$', '{HOME}'].join('')

/** A configuration as people write them. The marks show where a feed of `first`, and an agency, belong. */
const before = `// Our wires.
{
  "poll": { "allowPrivate": true }, // loopback, for the test
  "agencies": [
    {
      "id": "first", /* the oldest */ "name":   "First",
      "feeds": [
        "http://first.example/rss" // the main one
        // "http://first.example/old"  closed
      ]
    },
    { "id": "second", "name": "Second", "feeds": ["http://second.example/rss"] }, // trailing comma
  ],
  "title": "Ours"
}
`

function configFile(text = before): string {
  return join(folder({ 'config.json': text }), 'config.json')
}

const agencies = (file: string): readonly Agency[] => {
  const loaded = loadConfig(file, {})
  if (!loaded.ok) throw new Error(loaded.faults.join())
  return loaded.config.agencies
}

describe('minwal add', () => {
  it('finds the feed of a page, shows it, and adds a new agency behind the others', async () => {
    const server = await feedServer({
      '/': '<html><link rel="alternate" type="application/rss+xml" href="/feed"></html>',
      '/feed': feed,
    })
    const config = configFile()
    const ended = await minwal(['add', `${server.origin}/`, '--config', config])
    expect(ended).toMatchObject({ code: 0 })
    expect(ended.stdout).toMatch(
      /format +entries +newest \(UTC\) +title +feed\nrss +1 +2026-01-31 10:00 +خبر عاجل & "more" +http/,
    )
    expect(ended.stderr).toBe(
      `${server.origin}/feed was added to ${config}, with the new agency 127-0-0-1 «خبر عاجل & "more"»\n`,
    )
    expect(readFileSync(config, 'utf8')).toBe(
      before.replace(
        '// trailing comma\n',
        `// trailing comma
    {
      "id": "127-0-0-1",
      "name": "خبر عاجل & \\"more\\"",
      "feeds": [
        "${server.origin}/feed"
      ]
    }
`,
      ),
    )
    const again = await minwal(['add', `${server.origin}/feed`, '--config', config])
    expect(again).toMatchObject({
      code: 1,
      stdout: '',
      stderr: `minwal: ${server.origin}/feed is in ${config} already, with 127-0-0-1\n`,
    })
    const page = await minwal(['add', `${server.origin}/`, '--config', config])
    expect(page).toMatchObject({ code: 1 })
    expect(page.stderr).toBe(
      `minwal: nothing was added: ${server.origin}/feed is in ${config} already, with 127-0-0-1\n`,
    )
  })

  it('adds to an agency, behind its feeds and their comments', async () => {
    const server = await feedServer({ '/feed': feed })
    const config = configFile()
    const ended = await minwal(['add', `${server.origin}/feed`, '--agency', 'first', '--config', config])
    expect(ended.stderr).toBe(`${server.origin}/feed was added to ${config}, with the agency first\n`)
    const entry = `{ "url": "${server.origin}/feed", "title": "خبر عاجل & \\"more\\"" }`
    expect(readFileSync(config, 'utf8')).toBe(
      before
        .replace('rss" // the main', 'rss", // the main')
        .replace('old"  closed\n', `old"  closed\n        ${entry}\n`),
    )
    expect(agencies(config)[0]?.feeds.map(({ url, title }) => [url, title])).toEqual([
      ['http://first.example/rss', undefined],
      [`${server.origin}/feed`, 'خبر عاجل & "more"'],
    ])
  })

  it('adds a second feed of a host to the agency that has the first, and prints JSON when asked', async () => {
    const server = await feedServer({ '/a': feed, '/b': feed })
    const config = configFile()
    await minwal(['add', `${server.origin}/a`, '--agency', 'mine', '--config', config])
    const ended = await minwal(['add', `${server.origin}/b`, '--json', '--config', config])
    expect(JSON.parse(ended.stdout)).toMatchObject({
      added: { url: `${server.origin}/b`, agency: 'mine', newAgency: false },
      found: [
        { url: `${server.origin}/b`, format: 'rss', entries: 1, newest: '2026-01-31T10:00:00.000Z', how: 'address' },
      ],
    })
    expect(ended.stderr).toBe('')
    expect(agencies(config).map(({ id, feeds }) => [id, feeds.length])).toEqual([
      ['first', 1],
      ['second', 1],
      ['mine', 2],
    ])
  })

  it('adds the first of several, and names the others', async () => {
    const links = ['a', 'b'].map(name => `<link rel="alternate" type="application/rss+xml" href="/${name}">`)
    const server = await feedServer({ '/': `<html>${links.join('')}`, '/a': feed, '/b': feed })
    const config = configFile()
    const ended = await minwal(['add', server.origin, '--config', config])
    expect(ended.stderr).toContain(`\nnot added: ${server.origin}/b (minwal add takes one at a time)\n`)
    expect(
      agencies(config)
        .at(-1)
        ?.feeds.map(({ url }) => url),
    ).toEqual([`${server.origin}/a`])
  })

  it('opens a new agency under the name that is given, beside the one that has the host', async () => {
    const server = await feedServer({ '/a': feed, '/b': feed, '/c': feed })
    const config = configFile()
    await minwal(['add', `${server.origin}/a`, '--config', config])
    await minwal(['add', `${server.origin}/b`, '--name', 'وكالة أخرى', '--config', config])
    const third = await minwal(['add', `${server.origin}/c`, '--name', 'وكالة أخرى', '--config', config])
    expect(third.stderr).toMatch(/with the agency 127-0-0-1-2\n$/)
    expect(agencies(config).map(({ name, feeds }) => [name, feeds.length])).toEqual([
      ['First', 1],
      ['Second', 1],
      ['خبر عاجل & "more"', 1],
      ['وكالة أخرى', 2],
    ])
    expect(
      await minwal(['add', `${server.origin}/c`, '--agency', 'first', '--name', 'Uno', '--config', config]),
    ).toMatchObject({
      code: 2,
      stderr: 'minwal: --name Uno: the agency first has a name already, «First»\n',
    })
  })

  it('asks https first where no scheme is given, and http where nothing answers there', async () => {
    const server = await feedServer({ '/feed': feed })
    const config = configFile()
    const ended = await minwal(['add', `${new URL(server.origin).host}/feed`, '--config', config])
    expect(ended.code).toBe(0)
    expect(
      agencies(config)
        .at(-1)
        ?.feeds.map(({ url }) => url),
    ).toEqual([`${server.origin}/feed`])
    const nowhere = await minwal(['add', '127.0.0.1:9/feed', '--config', config])
    expect(nowhere).toMatchObject({ code: 1, stderr: expect.stringMatching(/^minwal: nothing was added: .+\n$/) })
  })

  it('reaches into a private network only with leave, which it writes with the feed', async () => {
    const server = await feedServer({ '/feed': feed })
    const config = configFile(before.replace('"allowPrivate": true', ''))
    const refused = await minwal(['add', `${server.origin}/feed`, '--config', config])
    expect(refused.code).toBe(1)
    expect(server.requests).toHaveLength(0)
    expect((await minwal(['add', `${server.origin}/feed`, '--allow-private', '--config', config])).code).toBe(0)
    expect(agencies(config).at(-1)?.feeds).toMatchObject([{ url: `${server.origin}/feed`, allowPrivate: true }])
  })

  it('keeps the permissions, follows a link to the file, and leaves no other file behind', async () => {
    const server = await feedServer({ '/feed': feed })
    const config = configFile()
    chmodSync(config, 0o640)
    const link = join(folder(), 'config.json')
    symlinkSync(config, link)
    expect(await minwal(['add', `${server.origin}/feed`, '--config', link])).toMatchObject({ code: 0 })
    expect(lstatSync(link).isSymbolicLink()).toBe(true)
    expect(statSync(config).mode & 0o777).toBe(0o640)
    expect(readdirSync(join(config, '..'))).toEqual(['config.json'])
    expect(agencies(config)).toHaveLength(3)
  })

  it.each([
    ['an address that is none', ['http://'], 2, 'http:// is no http or https address'],
    ['a file', ['file:///etc/passwd'], 2, 'file:///etc/passwd is no http or https address'],
    [
      'an id that is none',
      ['http://a.example', '--agency', 'A B'],
      2,
      '--agency A B: an id is 1 to 40 of a-z, 0-9 and -',
    ],
    [
      'a configuration that is not there',
      ['http://a.example', '--config', '/nowhere/c.json'],
      2,
      '/nowhere/c.json does not exist',
    ],
  ])('refuses %s', async (_what, args, code, message) => {
    const config = configFile()
    const ended = await minwal(['add', '--config', config, ...args])
    expect(ended).toMatchObject({ code, stdout: '' })
    expect(ended.stderr).toContain(`minwal: ${message}`)
    expect(readFileSync(config, 'utf8')).toBe(before)
  })

  it('adds nothing where nothing is found', async () => {
    const server = await feedServer({ '/': '<html><body>no feed' })
    const config = configFile()
    const ended = await minwal(['add', `${server.origin}/`, '--config', config])
    expect(ended).toMatchObject({ code: 1, stdout: '' })
    expect(ended.stderr).toMatch(/^minwal: nothing was added: no feed found: http.* is a page that links to none/)
    expect(readFileSync(config, 'utf8')).toBe(before)
  })

  it('reads no variable of the environment for what a server wrote', async () => {
    const hostile = rss([], `Home is ${VARIABLE}`)
    const server = await feedServer({ '/feed': hostile })
    const config = configFile()
    await minwal(['add', `${server.origin}/feed`, '--config', config])
    const loaded = loadConfig(config, { HOME: '/secret' })
    expect(loaded.ok && loaded.config.agencies.at(-1)?.name).toBe(`Home is ${VARIABLE}`)
  })
})

// ── editing ─────────────────────────────────────────────────────────────────────────────────────────────────────────

describe('an edited configuration', () => {
  const blank = fc.stringMatching(/^(?: |\n|\r\n|\t|\/\/ [a-z,\]}"]{0,5}\n|\/\*[a-z,\]}"]{0,5}\*\/){0,3}$/)

  it('keeps every byte it had, however it was laid out', () => {
    fc.assert(
      fc.property(fc.array(blank, { minLength: 12, maxLength: 12 }), fc.boolean(), fc.boolean(), (s, comma, both) => {
        const end = comma ? ',' : ''
        const text = `${s[0]}{${s[1]}"agencies":${s[2]}[${s[3]}{"id":"a","name":"A","feeds":${s[4]}[${s[5]}"http://a.example/1"${s[6]}${end}${s[7]}]${s[8]}}${s[9]}${end}${s[10]}]${s[11]}}`
        const added = [{ id: 'a', name: 'A', feeds: [{ url: 'http://a.example/2', title: '],"//*' }] }]
        const fresh = [{ id: 'b', name: 'B', feeds: [{ url: 'http://b.example/"' }] }]
        const edited = withFeeds(text, both ? [...added, ...fresh] : added, 'c.json', {})
        if (!edited.ok) throw new Error(edited.reason)
        const loaded = parseConfig(edited.value, 'c.json', {})
        if (!loaded.ok) throw new Error(loaded.faults.join())
        expect(loaded.config.agencies.map(({ id, feeds }) => [id, ...feeds.map(({ url }) => url)])).toEqual([
          ['a', 'http://a.example/1', 'http://a.example/2'],
          ...(both ? [['b', 'http://b.example/"']] : []),
        ])
        // What was there is there, in its order: taking the new characters away leaves the old text.
        let at = 0
        for (const character of edited.value) if (character === text[at]) at++
        expect(at).toBe(text.length)
      }),
      { numRuns: 300 },
    )
  })

  it('is not written where it would not load', () => {
    const edit = (name: string, url: string) => withFeeds(before, [{ id: 'x', name, feeds: [{ url }] }], 'c.json', {})
    expect(edit('', 'http://x.example')).toMatchObject({
      ok: false,
      reason: expect.stringContaining('agencies[2].name'),
    })
    expect(edit('X', 'nonsense')).toMatchObject({ ok: false, reason: expect.stringContaining('would no longer load') })
    expect(edit('X', 'http://first.example/rss')).toMatchObject({ ok: false, reason: expect.stringContaining('too') })
  })
})

// ── OPML ────────────────────────────────────────────────────────────────────────────────────────────────────────────

interface Wanted {
  url: string
  title: string
  folders: string[]
  language: string | null
}

const oddText = fc
  .oneof(fc.string({ unit: 'grapheme', maxLength: 20 }), fc.stringMatching(/^[&<>"'/\\|;# a-zخ-ي]{0,20}$/))
  .map(text => writtenOnce(text))
  .filter(text => text !== '')

/** What a line of OPML can carry: no control characters, no spaces but single ones. */
function writtenOnce(text: string): string {
  const read = readSubscriptionList(
    new TextEncoder().encode(writeOpml('', [{ text, attributes: { xmlUrl: 'http://a' } }])),
  )
  return read.ok ? (read.value.feeds[0]?.title ?? '') : ''
}

const wanted: fc.Arbitrary<Wanted[]> = fc.uniqueArray(
  fc.record({
    url: fc
      .tuple(fc.constantFrom('a.example', 'b.example', 'feeds.feedburner.com'), fc.webPath(), fc.webQueryParameters())
      .map(([host, path, query]) => `http://${host}${path}?${query}&x=<">'${VARIABLE}`),
    title: oddText,
    folders: fc.array(oddText, { maxLength: 4 }),
    language: fc.constantFrom(null, 'ar', 'pt-BR'),
  }),
  { selector: ({ url }) => url, maxLength: 30 },
)

/** As any reader writes a list: a folder within a folder. */
function asOutlines(feeds: readonly Wanted[]): Outline[] {
  return feeds.map(({ url, title, folders, language }) =>
    folders.reduceRight<Outline>((inner, text) => ({ text, outlines: [inner] }), {
      text: title,
      attributes: { type: 'rss', xmlUrl: url, language },
    }),
  )
}

const asWanted = ({ url, title, folders, language }: OpmlFeed): Wanted => ({
  url,
  title: title ?? '',
  folders,
  language,
})
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const byUrl = (feeds: readonly Wanted[]): Wanted[] => feeds.toSorted((a, b) => (a.url < b.url ? -1 : 1))

function read(text: string): OpmlFeed[] {
  const list = readSubscriptionList(bytes(text))
  if (!list.ok) throw new Error(list.reason)
  expect(list.value.warnings).toEqual([])
  return list.value.feeds
}

describe('OPML', () => {
  it('written and read again is the same: feeds, folders, odd titles', () => {
    fc.assert(
      fc.property(wanted, feeds => {
        expect(read(writeOpml('T', asOutlines(feeds))).map(asWanted)).toEqual(feeds)
      }),
    )
  })

  it('has folders that survive as one category', () => {
    fc.assert(
      fc.property(fc.array(oddText, { maxLength: 6 }), folders => {
        expect(foldersOf(categoryOf(folders))).toEqual(folders)
      }),
    )
  })

  it('imported and exported again is the same', async () => {
    const config = configFile()
    for (const feeds of fc.sample(wanted, { numRuns: 4, seed: 7 })) {
      const text = before.replace('// Our wires.', `// ${feeds.length} feeds`)
      writeFileSync(config, text)
      const imported = await minwal(['import', '-', '--json', '--config', config], {
        input: writeOpml('T', asOutlines(feeds)),
      })
      expect(imported).toMatchObject({ code: 0, stderr: '' })
      expect(JSON.parse(imported.stdout)).toMatchObject({
        feeds: feeds.length,
        added: feeds.length,
        known: 0,
        refused: 0,
      })
      expect(readFileSync(config, 'utf8').startsWith(text.slice(0, text.indexOf('// trailing')))).toBe(true)
      const exported = await minwal(['export', '--config', config])
      expect(exported).toMatchObject({ code: 0, stderr: '' })
      const back = read(exported.stdout).map(asWanted)
      expect(byUrl(back.filter(({ url }) => !/first|second/.test(url)))).toEqual(byUrl(feeds))
    }
  })

  it('exported and imported elsewhere is the same newsroom', async () => {
    const agency = {
      id: 'wire',
      name: 'Wire & Co',
      aliases: ['(رويترز)', 'a|b', '"'],
      language: 'ar',
      homepage: 'https://wire.example/',
      feeds: [
        'http://wire.example/1',
        {
          url: 'http://wire.example/2',
          title: 'Sport',
          category: 'a/b\\c/',
          language: 'en',
          every: '90m',
          identity: 'url',
          languages: ['ar', 'en'],
          include: ['/world/', '/العالم/'],
          exclude: ['/sport/'],
        },
        { url: 'http://other.example/3', paused: true, category: 'x' },
      ],
    }
    const from = configFile(
      JSON.stringify({ agencies: [agency, { id: 'b', name: 'B', feeds: ['http://wire.example/4'] }] }),
    )
    const to = configFile(JSON.stringify({ agencies: [{ id: 'z', name: 'Z', feeds: ['http://z.example/'] }] }))
    const { stdout: list } = await minwal(['export', '--config', from])
    const ended = await minwal(['import', '-', '--config', to], { input: list })
    expect(ended.stdout).toBe('4 feeds in -: 4 added with 2 new agencies, 0 known, 0 left out\n')
    const sorted = (all: readonly Agency[]): unknown =>
      all
        .filter(({ id }) => id !== 'z')
        .map(one => ({ ...one, feeds: one.feeds.toSorted((a, b) => (a.url < b.url ? -1 : 1)) }))
        .toSorted((a, b) => (a.id < b.id ? -1 : 1))
    expect(sorted(agencies(to))).toEqual(sorted(agencies(from)))
    const again = await minwal(['import', '-', '--config', to], { input: list })
    expect(again.stdout).toBe('4 feeds in -: 0 added with 0 new agencies, 4 known, 0 left out\n')
  })

  it('exported leaves headers, passwords and files of this machine out, and says so', async () => {
    const feeds = [
      { url: 'http://user:secret@a.example/', headers: { 'X-Key': 'secret' } },
      'file:///var/secret.xml',
      'http://plain.example/',
    ]
    const config = configFile(JSON.stringify({ agencies: [{ id: 'a', name: 'A', feeds }] }))
    const ended = await minwal(['export', '--config', config])
    expect(ended.stdout).not.toContain('secret')
    expect(read(ended.stdout).map(({ url }) => url)).toEqual(['http://a.example/', 'http://plain.example/'])
    expect(ended.stderr).toBe(
      'not exported, because they may be secret: headers and passwords of 1 feeds\nnot exported, because they lie on this machine: 1 feeds\n',
    )
  })
})

describe('minwal import', () => {
  it('takes what other readers write, skips what is known, and counts', async () => {
    const list = `<?xml version="1.0" encoding="windows-1252"?><!DOCTYPE opml><OPML version="1.0"><body>
      <outline title="News &amp; views"><outline text="Caf\u00e9" xmlURL=' http://www.new.example/a '/>
      <outline title="B" xmlUrl="feed://new.example/b"></outline></outline>
      <outline text="known" xmlUrl="http://first.example/rss"/><outline text="twice" xmlUrl="http://www.new.example/a"/>
      <outline text="no" xmlUrl="javascript:alert(1)"/><outline text="file" xmlUrl="file:///etc/passwd"/>
      <outline text="own" xmlUrl="http://own.example/" category="/Tech/Web" language="no language" minwal:agency="first" minwal:allowPrivate="true"/>
      </body></OPML>`
    const where = folder({ 'list.opml': '' })
    const file = join(where, 'list.opml')
    writeFileSync(file, Buffer.from(list, 'latin1'))
    const config = configFile()
    const ended = await minwal(['import', file, '--config', config])
    expect(ended).toMatchObject({
      code: 0,
      stdout: `7 feeds in ${file}: 3 added with 1 new agencies, 2 known, 2 left out\n`,
      stderr: `${file}: left out, no http or https address: "javascript:alert(1)"\n${file}: left out, no http or https address: "file:///etc/passwd"\n`,
    })
    const added = agencies(config).flatMap(({ id, name, feeds }) =>
      feeds.slice(id === 'new' ? 0 : 1).map(({ url, title, category, language, allowPrivate }) => ({
        at: `${id} ${name}`,
        url,
        title,
        category,
        language,
        allowPrivate,
      })),
    )
    const rest = { language: null, allowPrivate: false }
    expect(added).toEqual([
      { at: 'first First', url: 'http://own.example/', title: 'own', category: '/Tech/Web', ...rest },
      { at: 'new Café', url: 'http://www.new.example/a', title: undefined, category: 'News & views', ...rest },
      { at: 'new Café', url: 'http://new.example/b', title: 'B', category: 'News & views', ...rest },
    ])
  })

  it.each([
    ['a feed', feed, 'not OPML: root element is <rss>'],
    ['text', 'just words', 'not OPML: the file has no XML element'],
    ['nothing', '', 'the file is empty'],
  ])('refuses %s', async (_what, input, reason) => {
    const config = configFile()
    const ended = await minwal(['import', '-', '--config', config], { input })
    expect(ended).toMatchObject({ code: 1, stdout: '', stderr: `minwal: -: ${reason}\n` })
    expect(readFileSync(config, 'utf8')).toBe(before)
  })

  it('refuses a file that is not there', async () => {
    const ended = await minwal(['import', '/nowhere/x.opml', '--config', configFile()])
    expect(ended).toMatchObject({ code: 1, stdout: '' })
    expect(ended.stderr).toMatch(/^minwal: \/nowhere\/x\.opml cannot be read \(ENOENT/)
  })

  it.each<[string, () => string, Partial<{ feeds: number; added: number }>, RegExp]>([
    [
      'an entity bomb',
      () => {
        const entities = Array.from({ length: 20 }, (_, at) => `<!ENTITY a${at + 1} "${`&a${at};`.repeat(10)}">`)
        return `<!DOCTYPE x [<!ENTITY a0 "ha">${entities.join('')}]><opml><outline text="&a20;" xmlUrl="http://n.example/"/></opml>`
      },
      { feeds: 1, added: 1 },
      /^$/,
    ],
    [
      'a million folders in one another',
      () => `<opml>${'<outline text="a">'.repeat(500_000)}<outline text="b" xmlUrl="http://n.example/"/>`,
      { feeds: 1, added: 1 },
      /no proper end.*\n.*folders nested deeper than 32 levels were flattened/,
    ],
    [
      'ten megabytes of feeds',
      () =>
        `<opml>${Array.from({ length: 150_000 }, (_, at) => `<outline text="f${at}" xmlUrl="http://feeds.feedburner.com/${at}"/>`).join('')}</opml>`,
      { feeds: 20_000, added: 20_000 },
      /names more than 20000 feeds: 130000 are left out/,
    ],
    ['ten megabytes of brackets', () => `<opml>${'<'.repeat(10_000_000)}`, { feeds: 0 }, /no proper end/],
    [
      'a title of ten megabytes',
      () => `<opml><outline text="${'x'.repeat(10_000_000)}" xmlUrl="http://n.example/"/></opml>`,
      { added: 1 },
      /^$/,
    ],
  ])('survives %s', async (_what, make, counts, warning) => {
    const where = folder({ 'list.opml': make() })
    const config = configFile()
    const ended = await minwal(['import', join(where, 'list.opml'), '--json', '--config', config])
    // What has no end was cut off.
    expect(ended.code).toBe(/no proper end/.test(ended.stderr) ? 1 : 0)
    expect(JSON.parse(ended.stdout)).toMatchObject(counts)
    expect(ended.stderr).toMatch(warning)
    expect(agencies(config).every(({ name }) => name.length <= 1_000)).toBe(true)
  })

  it('refuses a file beyond all measure', async () => {
    const where = folder({ 'list.opml': `<opml>${' '.repeat(21_000_000)}</opml>` })
    const ended = await minwal(['import', join(where, 'list.opml'), '--config', configFile()])
    expect(ended.code).toBe(1)
    expect(ended.stderr).toMatch(/the file is larger than 20 MB\n$/)
  })
})

describe('maps of news', () => {
  const map = (date: Date): string =>
    `<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"><url><loc>/1</loc><news:news><news:publication><news:name>وكالة النهر</news:name><news:language>ar</news:language></news:publication><news:publication_date>${date.toISOString()}</news:publication_date><news:title>السد يفتح أبوابه بعد ليلة ماطرة</news:title></news:news></url></urlset>`

  it('are added where an agency has no feed, shown with what they hold', async () => {
    const server = await feedServer({
      '/': '<html><body>News</body></html>',
      '/robots.txt': 'User-agent: *\nDisallow: /x\nSitemap: /maps/news.xml\n',
      '/maps/news.xml': map(new Date()),
    })
    const config = configFile()
    const ended = await minwal(['add', `${server.origin}/`, '--yes', '--config', config])
    expect(ended).toMatchObject({ code: 0 })
    expect(ended.stdout).toContain('languages: ar 1; without a text: 100%\n')
    expect(ended.stdout).toContain('السد يفتح أبوابه بعد ليلة ماطرة')
    expect(ended.stderr).toBe(
      `${server.origin}/maps/news.xml was added to ${config}, with the new agency 127-0-0-1 «وكالة النهر»\n`,
    )
    const json = await minwal(['add', `${server.origin}/`, '--json', '--config', configFile()])
    expect(JSON.parse(json.stdout)).toMatchObject({
      added: { url: `${server.origin}/maps/news.xml` },
      found: [{ format: 'map', how: 'robots', languages: { ar: 1 }, withoutText: 1, section: false }],
    })
  })

  it('that robots.txt forbids are refused with the reason, and nothing is added', async () => {
    const server = await feedServer({ '/robots.txt': 'User-agent: *\nDisallow: /\n', '/news.xml': map(new Date()) })
    const config = configFile()
    const text = readFileSync(config, 'utf8')
    const ended = await minwal(['add', `${server.origin}/news.xml`, '--config', config])
    expect(ended).toMatchObject({ code: 1, stdout: '' })
    expect(ended.stderr).toContain('nothing was added: ')
    expect(ended.stderr).toContain('/robots.txt forbids us to read this address')
    expect(readFileSync(config, 'utf8')).toBe(text)
  })

  it('are named by check where a feed stands still and they go on', async () => {
    const server = await feedServer({
      '/feed': rss([{ guid: '1', title: 'Old', text: 'Old news.', date: '2024-01-31T10:00:00Z' }], 'Wire'),
      '/news-sitemap.xml': map(new Date()),
    })
    const agencies = [
      { id: 'a', name: 'A', feeds: [{ url: `${server.origin}/feed`, allowPrivate: true, robots: 'ignore' }] },
    ]
    const config = configFile(JSON.stringify({ agencies }))
    const ended = await minwal(['check', '--fetch', '--json', '--config', config])
    const [tried] = (JSON.parse(ended.stdout) as { feeds: { warnings: string[] }[] }).feeds
    expect(tried?.warnings.join()).toContain(`the map of news ${server.origin}/news-sitemap.xml has one of`)
    expect(ended.stderr).toContain(`robots.txt is not asked, as "robots": "ignore" says, for: ${server.origin}/feed`)
  })
})
