// What a subscription list becomes: which agency each feed belongs to, its category, and what is left out.

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readSubscriptionList } from '../../src/cli/subscription-list.ts'
import { Additions } from '../../src/config/agencies.ts'
import { type AgencyEntry, withFeeds } from '../../src/config/edit.ts'
import { parseConfig } from '../../src/config/load.ts'
import { type Outline, writeOpml } from '../../src/config/opml.ts'
import { planImport } from '../../src/config/subscriptions.ts'
import type { Agency } from '../../src/model/config.ts'
import { minwal } from '../helpers/cli.ts'
import { folder } from '../helpers/folder.ts'

const opml = (body: string): string => `<?xml version="1.0"?><opml version="2.0"><head/><body>${body}</body></opml>`

function plan(body: string, agencies: readonly Agency[] = []) {
  const list = readSubscriptionList(new TextEncoder().encode(opml(body)))
  if (!list.ok) throw new Error(list.reason)
  const { drafts, counts, notes } = planImport(list.value, agencies)
  return { drafts: [...drafts], counts, notes, warnings: list.value.warnings }
}

const feed = (text: string, xmlUrl: string, more = ''): string =>
  `<outline type="rss" text="${text}" xmlUrl="${xmlUrl}" ${more}/>`
const site = (url: string): string => `htmlUrl="${url}"`

/** Agencies by their names, with the paths of their feeds. */
const grouped = (drafts: readonly AgencyEntry[]): [string, string[]][] =>
  drafts.map(({ name, feeds }) => [name, feeds.map(({ url }) => new URL(url).pathname)])

function configured(agencies: readonly object[]): readonly Agency[] {
  const parsed = parseConfig(JSON.stringify({ agencies }), 'config.json', {})
  if (!parsed.ok) throw new Error(parsed.faults.join())
  return parsed.config.agencies
}

describe('publishers on one host', () => {
  it('are as many as their sites', () => {
    const { drafts } = plan(
      feed('Hill Herald', 'https://feeds.relay.example/hill', site('https://hillherald.example/')) +
        feed('Plain Times', 'https://feeds.relay.example/plain', site('https://plaintimes.example/')) +
        feed(
          'Plain Times Sport',
          'https://feeds.relay.example/plain-sport',
          site('https://www.plaintimes.example/sport'),
        ) +
        feed('صوت الجبل', 'https://feeds.relay.example/jabal', site('https://jabal.example/')),
    )
    expect(grouped(drafts)).toEqual([
      ['Hill Herald', ['/hill']],
      ['Plain Times', ['/plain', '/plain-sport']],
      ['صوت الجبل', ['/jabal']],
    ])
    expect(drafts.map(({ id, homepage }) => [id, homepage])).toEqual([
      ['hillherald', 'https://hillherald.example/'],
      ['plaintimes', 'https://plaintimes.example/'],
      ['jabal', 'https://jabal.example/'],
    ])
  })

  it('are told by their names where some name no site', () => {
    const { drafts } = plan(
      feed('Hill Herald', 'https://relay.example/1') +
        feed('Plain Times', 'https://relay.example/2') +
        feed('A', 'https://relay.example/3', site('https://a.example/')) +
        feed('B', 'https://relay.example/4', site('https://b.example/')) +
        feed('hill herald', 'https://relay.example/5'),
    )
    expect(grouped(drafts)).toEqual([
      ['Hill Herald', ['/1', '/5']],
      ['Plain Times', ['/2']],
      ['A', ['/3']],
      ['B', ['/4']],
    ])
  })

  it('are told by their names where none names a site and the host only serves feeds', () => {
    const { drafts } = plan(
      feed('Hill Herald', 'https://feeds.relay.example/1') +
        feed('Plain Times', 'https://feeds.relay.example/2') +
        feed('Coast Radio', 'https://feeds.relay.example/3'),
    )
    expect(drafts.map(({ name }) => name)).toEqual(['Hill Herald', 'Plain Times', 'Coast Radio'])
  })

  it.each([
    [
      'its sections name it',
      feed('Gulf Wire: World', 'https://feeds.gw.example/1') + feed('Gulf Wire: Sport', 'https://feeds.gw.example/2'),
    ],
    ['the host is its own', feed('Top', 'https://paper.example/1') + feed('Sport', 'https://paper.example/2')],
    [
      'its sites are of one domain',
      feed('Top', 'https://paper.example/1', site('https://paper.example/')) +
        feed('Sport', 'https://paper.example/2', site('https://sport.paper.example/')),
    ],
    [
      'one section names the site the host is of',
      feed('Top', 'https://feeds.paper.co.uk/1', site('https://www.paper.co.uk/')) +
        feed('Sport', 'https://feeds.paper.co.uk/2'),
    ],
    [
      'its feeds lie on two hosts and name one site',
      feed('Top', 'https://feeds.feedburner.com/paper', site('https://paper.example/')) +
        feed('Sport', 'https://paper.example/sport.xml', site('https://paper.example/sport')),
    ],
    [
      'the site is written as the feed',
      feed('Top', 'https://paper.example/1', site('https://paper.example/1')) +
        feed('Sport', 'https://paper.example/2', site('https://paper.example/2')),
    ],
  ])('are one where %s', (_why, body) => {
    expect(plan(body).drafts).toHaveLength(1)
  })

  it('are each of their own on a host that gives everyone a place', () => {
    const { drafts } = plan(
      feed('A', 'https://a.wordpress.com/feed', site('https://a.wordpress.com/')) +
        feed('B', 'https://b.wordpress.com/feed', site('https://b.wordpress.com/')) +
        feed('C', 'https://www.youtube.com/feeds/videos.xml?channel_id=C', site('https://www.youtube.com/@c')) +
        feed('D', 'https://www.youtube.com/feeds/videos.xml?channel_id=D', site('https://www.youtube.com/@d')) +
        feed('C live', 'https://www.youtube.com/feeds/videos.xml?playlist_id=C', site('https://www.youtube.com/@c/')),
    )
    expect(drafts.map(({ name, feeds }) => [name, feeds.length])).toEqual([
      ['A', 1],
      ['B', 1],
      ['C', 2],
      ['D', 1],
    ])
  })

  it('join the agency of the configuration that has their site, and no other', () => {
    const agencies = configured([
      { id: 'hill', name: 'Hill Herald', feeds: ['https://feeds.relay.example/hill'] },
      { id: 'plain', name: 'Plain', homepage: 'https://plaintimes.example/', feeds: ['https://x.example/'] },
      { id: 'coast', name: 'Coast', feeds: ['https://coast.example/rss'] },
    ])
    const { drafts } = plan(
      feed('Plain Times', 'https://feeds.relay.example/plain', site('https://plaintimes.example/')) +
        feed('Valley', 'https://feeds.relay.example/valley', site('https://valley.example/')) +
        feed('Hill Herald', 'https://feeds.relay.example/hill2', site('https://hillherald.example/')) +
        feed('Coast Sport', 'https://feeds.relay.example/coast', site('https://www.coast.example/')),
      agencies,
    )
    expect(drafts.map(({ id, feeds }) => [id, feeds.length])).toEqual([
      ['plain', 1],
      ['valley', 1],
      ['hill', 1],
      ['coast', 1],
    ])
  })

  it('are still told by their host where somebody adds a feed', () => {
    const agencies = configured([
      { id: 'a', name: 'A', feeds: ['https://a.example/rss'] },
      { id: 'b', name: 'B', homepage: 'https://b.example/', feeds: ['https://feeds.relay.example/b'] },
    ])
    const additions = new Additions(agencies)
    expect(additions.add({ url: 'https://a.example/sport' }, 'Sport', { homepage: 'https://else.example/' })).toBe('a')
    expect(additions.add({ url: 'https://feeds.relay.example/c' }, 'C', { homepage: 'https://c.example/' })).toBe(
      'relay',
    )
  })

  it('that are thousands are told apart without comparing each with each', () => {
    const many = Array.from({ length: 20_000 }, (_, at) => ({
      url: `https://relay.example/${at}`,
      title: `N${at}`,
      folders: [],
      homepage: `https://s${at}.example/`,
      language: null,
      category: null,
      own: new Map<string, string>(),
    }))
    const list = { title: null, feeds: many, leftOut: { number: 0, named: [] }, warnings: [] }
    expect(planImport(list, []).counts.newAgencies).toBe(20_000)
  })
})

const categories = (body: string) =>
  plan(body).drafts.flatMap(({ feeds }) => feeds.map(({ url, category }) => [new URL(url).pathname, category]))

describe('folders and categories', () => {
  it.each<[string, string, (string | null)[]]>([
    ['of OPML 2.0, the first', feed('A', 'http://a.example/1', 'category="/News/Coast,/Fishing"'), ['News/Coast']],
    [
      'with blanks and empty names',
      feed('A', 'http://a.example/1', 'category=" , / News //Coast/ , x"'),
      ['News/Coast'],
    ],
    ['of one word', feed('A', 'http://a.example/1', 'category="محليات"'), ['محليات']],
    ['of nothing', feed('A', 'http://a.example/1', 'category=", /,"'), [null]],
    [
      'less than the folder',
      `<outline text="Regional">${feed('A', 'http://a.example/1', 'category="/x"')}</outline>`,
      ['Regional'],
    ],
    [
      'as folders in folders, whose names may hold slashes and commas',
      `<outline text="A/B, C"><outline title="D">${feed('A', 'http://a.example/1')}</outline></outline>`,
      ['A\\/B, C/D'],
    ],
    [
      'of a feed that stands in a folder the second time',
      `${feed('A', 'http://a.example/1')}<outline text="F">${feed('A', 'http://A.example/1')}</outline>`,
      ['F'],
    ],
    [
      'of a feed that stands in a folder the first time',
      `<outline text="F">${feed('A', 'http://a.example/1')}</outline>${feed('A', 'http://a.example/1', 'category="x"')}`,
      ['F'],
    ],
    [
      'of a feed that stands in two folders, the first',
      `<outline text="F">${feed('A', 'http://a.example/1')}</outline><outline text="G">${feed('A', 'http://a.example/1')}</outline>`,
      ['F'],
    ],
  ])('are kept: %s', (_what, body, expected) => {
    expect(categories(body).map(([, category]) => category)).toEqual(expected)
  })

  it('that were more than one are told', () => {
    const two = feed('A', 'http://a.example/1', 'category="a,b"')
    const folders = ['F', 'G'].map(name => `<outline text="${name}">${feed('B', 'http://b.example/1')}</outline>`)
    expect(plan(two + folders.join('')).notes).toEqual([
      'of several categories, the first was taken: 1 feed',
      'of several folders, the first was taken: 1 feed',
    ])
  })
})

describe('every outline', () => {
  it.each([
    ['`url` for `xmlUrl`', '<outline type="rss" text="A" url="http://a.example/"/>'],
    ['an atom feed', '<outline type="atom" text="A" url="http://a.example/"/>'],
    ['another version', '<outline type="RSS1.0" text="A" URL="http://a.example/"/>'],
    ['lower case', '<outline type="rss" text="A" xmlurl="http://a.example/"/>'],
    ['another name', '<outline text="A" feedUrl="http://a.example/"/>'],
    ['no type and no name', '<outline xmlUrl="http://a.example/"/>'],
    ['a link with a feed', '<outline type="link" text="A" xmlUrl="http://a.example/" url="http://b.example/"/>'],
    ['an empty `xmlUrl` and a `url`', '<outline type="rss" text="A" xmlUrl="" url="http://a.example/"/>'],
    ['the scheme of readers', '<outline text="A" xmlUrl="feed://a.example/"/>'],
    ['the scheme of readers before another', '<outline text="A" xmlUrl="feed:http://a.example/"/>'],
    ["Feedly's id", '<outline text="A" xmlUrl="feed/http://a.example/"/>'],
    ['marks around', '<outline text="A" xmlUrl=" &#x200f;http://a.example/&#x200b; "/>'],
    [
      'children',
      '<outline text="A" xmlUrl="http://a.example/"><outline text="B" xmlUrl="http://a.example/"/></outline>',
    ],
  ])('that names a feed is taken: %s', (_what, body) => {
    const { drafts, counts } = plan(body)
    expect(drafts.flatMap(({ feeds }) => feeds.map(({ url }) => new URL(url).href))).toEqual(['http://a.example/'])
    expect(counts).toMatchObject({ added: 1, refused: 0 })
  })

  it('with an address that was escaped twice, or lacks its scheme, is taken as meant', () => {
    const { drafts } = plan(
      feed('A', 'https://a.example/?x=1&amp;amp;y=2') + feed('B', '//b.example/rss') + feed('C', 'www.c.example/rss'),
    )
    const urls = drafts.flatMap(({ feeds }) => feeds.map(({ url }) => url))
    expect(urls).toEqual(['https://a.example/?x=1&y=2', 'https://b.example/rss', 'https://www.c.example/rss'])
  })

  it('that is no feed is named, with the reason', () => {
    const { counts, notes, drafts } = plan(`
      <outline type="link" text="A page" url="https://a.example/"/>
      <outline type="include" text="More" url="https://a.example/more.opml"/>
      <outline type="link" text="List" url="https://a.example/x.opml?y"/>
      <outline type="rss" text="Nameless"/>
      <outline text="Bookmark" url="https://a.example/"/>
      <outline text="Empty"></outline>
      <outline text="A note"/>
      <outline text="Off" isComment="true" xmlUrl="https://a.example/off"><outline text="in" xmlUrl="https://a.example/in"/></outline>
      ${feed('Script', 'javascript:alert(1)')}${feed('Local', 'file:///etc/passwd')}
      ${feed('On', 'https://a.example/on')}`)
    expect(drafts.flatMap(({ feeds }) => feeds.map(({ url }) => url))).toEqual(['https://a.example/on'])
    expect(notes).toEqual([
      'left out, a link, not a feed: "A page"',
      'left out, another list, to be imported by itself: "More"',
      'left out, another list, to be imported by itself: "List"',
      'left out, a feed without an address: "Nameless"',
      'left out, a link, not a feed: "Bookmark"',
      'left out, no feed in it: "Empty"',
      'left out, no feed in it: "A note"',
      'left out, commented out: "Off"',
      'left out, no http or https address: "javascript:alert(1)"',
      'left out, no http or https address: "file:///etc/passwd"',
    ])
    expect(counts).toMatchObject({ added: 1, refused: 10 })
  })

  it('of a hundred thousand without a feed is counted, and the first are named', () => {
    const { counts, notes } = plan('<outline text="x"/>'.repeat(100_000))
    expect(counts.refused).toBe(100_000)
    expect(notes).toHaveLength(101)
    expect(notes.at(-1)).toBe('left out besides: 99900')
  })

  it('has a name of one line without control characters', () => {
    const { drafts, notes } = plan(
      `${feed('a\u007f31m&#x202e;b&#10;c', 'http://a.example/')}<outline text="x\u0081y&#x2066;" type="link" url="x"/>`,
    )
    expect(drafts[0]?.name).toBe('a31mb c')
    expect(notes).toEqual(['left out, a link, not a feed: "xy"'])
  })
})

// ── laws ────────────────────────────────────────────────────────────────────────────────────────────────────────────

const word = fc.stringMatching(/^[a-zا-ي ]{1,12}$/).map(text => text.trim() || 'x')
const listed = fc.array(
  fc.record({
    host: fc.constantFrom('feeds.relay.example', 'paper.example', 'www.paper.example', 'feeds.feedburner.com'),
    path: fc.nat({ max: 40 }),
    site: fc.constantFrom(null, 'https://one.example/', 'https://two.example/x', 'https://paper.example/', 'nonsense'),
    title: word,
    folders: fc.array(word, { maxLength: 3 }),
    category: fc.constantFrom(null, '/a/b', 'tag', '/a,/b'),
  }),
  { minLength: 1, maxLength: 20 },
)

type Listed = typeof listed extends fc.Arbitrary<infer T> ? T : never

/** The agency's first feed names no site, its second does, and the third has its site at the first one's host. */
const FIRST_SITE_COMES_SECOND: Listed = [
  { host: 'paper.example', path: 0, site: null, title: 'e', folders: [], category: null },
  { host: 'www.paper.example', path: 0, site: 'https://two.example/x', title: 'e', folders: [], category: null },
  { host: 'feeds.relay.example', path: 0, site: 'https://paper.example/', title: 'x', folders: [], category: null },
]

const outlines = (feeds: Listed): Outline[] =>
  feeds.map(({ host, path, site, title, folders, category }) =>
    folders.reduceRight<Outline>((inner, text) => ({ text, outlines: [inner] }), {
      text: title,
      attributes: { type: 'rss', xmlUrl: `https://${host}/${path}`, htmlUrl: site, category },
    }),
  )

describe('a list', () => {
  it('is taken whole: each address once, in a configuration that loads, and never two sites in one agency', () => {
    fc.assert(
      fc.property(listed, feeds => {
        const list = readSubscriptionList(new TextEncoder().encode(writeOpml('T', outlines(feeds))))
        if (!list.ok) throw new Error(list.reason)
        const { drafts, counts } = planImport(list.value, [])
        const made = [...drafts]
        const urls = made.flatMap(one => one.feeds.map(({ url }) => url))
        expect(urls.toSorted()).toEqual([...new Set(feeds.map(({ host, path }) => `https://${host}/${path}`))].sort())
        expect(counts.added + counts.known).toBe(feeds.length)
        const start = JSON.stringify({ agencies: [{ id: 'z', name: 'Z', feeds: ['http://z.example/'] }] })
        expect(withFeeds(start, made, 'config.json', {})).toMatchObject({ ok: true })
        for (const one of made) {
          const sites = feeds
            .filter(({ host, path }) => one.feeds.some(({ url }) => url === `https://${host}/${path}`))
            .map(entry => /one|two|paper/.exec(entry.site ?? '')?.[0])
          // An address that is listed with two sites is of the first.
          if (new Set(feeds.map(({ host, path }) => `${host}/${path}`)).size === feeds.length) {
            expect(new Set(sites.filter(entry => entry !== undefined)).size).toBeLessThan(2)
          }
        }
        // Read again, all of it is known.
        const parsed = configured(made.map(one => JSON.parse(JSON.stringify(one, (_, value) => value ?? undefined))))
        expect(planImport(list.value, parsed).counts).toMatchObject({ added: 0, known: feeds.length })
      }),
      { examples: [[FIRST_SITE_COMES_SECOND]] },
    )
  })

  it('imported, exported and imported elsewhere is the same configuration', async () => {
    const start = JSON.stringify({ agencies: [{ id: 'z', name: 'Z', feeds: ['http://z.example/'] }] })
    const agenciesOf = (file: string): unknown =>
      (
        JSON.parse(readFileSync(file, 'utf8')) as { agencies: { id: string; feeds: (string | { url: string })[] }[] }
      ).agencies
        .map(one => ({
          ...one,
          feeds: one.feeds
            .map(item => (typeof item === 'string' ? { url: item } : item))
            .toSorted((a, b) => (a.url < b.url ? -1 : 1)),
        }))
        .toSorted((a, b) => (a.id < b.id ? -1 : 1))
    for (const feeds of fc.sample(listed, { numRuns: 2, seed: 11 })) {
      const where = folder({ 'a.json': start, 'b.json': start })
      const [a, b] = [join(where, 'a.json'), join(where, 'b.json')]
      expect(await minwal(['import', '-', '--config', a], { input: writeOpml('T', outlines(feeds)) })).toMatchObject({
        code: 0,
      })
      const exported = await minwal(['export', '--config', a])
      expect(await minwal(['import', '-', '--config', b], { input: exported.stdout })).toMatchObject({
        code: 0,
        stderr: '',
      })
      expect(agenciesOf(b)).toEqual(agenciesOf(a))
      writeFileSync(b, start)
    }
  })
})
