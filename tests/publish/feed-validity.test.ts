// Atom by the schema of RFC 4287, and all formats by two parsers that know nothing of Minwal, whatever agencies write.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { parseAtomFeed, parseJsonFeed, parseRssFeed } from 'feedsmith'
import RssParser from 'rss-parser'
import { describe, expect, it } from 'vitest'
import { edition } from '../../src/publish/edition.ts'
import { type OutputFormat, renderFeed } from '../../src/publish/feeds.ts'
import { aDay, config, type Draft, fakeStore, HOUR, NOW, serve } from './fixture.ts'

const SCHEMA = fileURLToPath(new URL('../fixtures/atom.rng', import.meta.url))
const isThere = spawnSync('xmllint', ['--version']).status === 0

/** What the schema, or XML itself, has against a document. */
function faults(body: string): string {
  const { status, stderr } = spawnSync('xmllint', ['--noout', '--nonet', '--relaxng', SCHEMA, '-'], {
    input: body,
    encoding: 'utf8',
  })
  return status === 0 ? '' : stderr
}

/** Whether it is XML at all. */
function brokenXml(body: string): string {
  const { status, stderr } = spawnSync('xmllint', ['--noout', '--nonet', '-'], { input: body, encoding: 'utf8' })
  return status === 0 ? '' : stderr
}

const HOSTILE: readonly [what: string, text: string][] = [
  ['ends of sections', ']]> ]]]]>> <![CDATA[ ]]&gt;'],
  ['tags', '</title></entry></feed></item></channel></rss><script>alert(1)</script>'],
  ['references', '&amp;amp; &#0; &#x110000; &nbsp; &undefined; & &;'],
  ['quotes', `" onload="x' onload='x`],
  ['comments and instructions', '<!-- --> --> <?xml version="1.0"?> <!DOCTYPE x [<!ENTITY e "x">]> &e;'],
  ['control characters', '\u0000\u0001\u0008\u000b\u001b[31m\u007f\u0085\ufffe\uffff'],
  ['broken surrogates', '\ud800 \udc00 🌊\ud83c'],
  ['placeholders', '\ufdd0 \ufdd10; \ufdd1999; \ufdd2 \ufdd11;'],
  ['directions', '\u202e\u2066 עברית \u2069 العربية \u200f'],
  ['what a replacement would take for a pattern', "$& $1 $` $' $$ $<name>"],
  [
    'elements that are looked for',
    '<subtitle> <atom:link <rights>\ufdd10;</rights> <feed xmlns= </feed> <rss version="2.0"',
  ],
  ['a very long word', 'x'.repeat(50_000)],
  ['nothing but spaces', ' \t\r\n\u00a0\u2028'],
]

const ADDRESSES = [
  'https://x.example/?a=1&b="2"\'<>`{}|\\^[]%zz#é',
  'javascript:alert(1)',
  'http://[::1',
  'https://user:pass@x.example/ú',
]

function hostile(text: string): Draft[] {
  const drafts = ADDRESSES.map(
    (url, at): Draft => ({
      id: at + 2,
      title: text,
      text,
      content: at === 0 ? text : null,
      summary: text,
      url,
      language: at % 2 === 0 ? text.slice(0, 30) : 'ar',
      agencyName: text,
      threadTitle: text,
      threadKey: `t${text.slice(0, 200)}${at}`,
      key: `k${text.slice(0, 200)}${at}`,
      thread: 1,
      categories: [text, `${text}2`],
      credits: [text],
      authors: [text],
      origin: at === 1 ? { agency: null, name: text } : null,
      signal: at === 2 ? 'correction' : null,
      agencies: [
        { id: 'nile', name: text, first: NOW, reports: 1, url },
        { id: text.slice(0, 90), name: text, first: NOW, reports: 1, url },
      ],
      enclosures: [
        { url, type: 'image/jpeg', length: 1 },
        { url, type: text, length: -1 },
        { url: 'https://x.example/a.mp3', type: null, length: null },
      ],
      time: [Number.NaN, Number.POSITIVE_INFINITY, -9e15, NOW][at] ?? NOW,
    }),
  )
  return [...drafts, { id: 1, thread: 1, title: 'After', content: '<p>Unharmed</p>', time: NOW - HOUR }]
}

const KINDS = ['stories', 'threads', 'thread'] as const

function rendered(text: string, kind: (typeof KINDS)[number], format: OutputFormat): string {
  const store = fakeStore(...hostile(text))
  store.late.push({ what: kind === 'threads' ? 'thread' : 'story', key: text.slice(0, 300), target: 1, at: Number.NaN })
  const chosen = edition(store.reader, config({ title: text }), kind === 'thread' ? { thread: 1 } : {}, kind)
  return renderFeed(chosen, format, { hub: 'https://hub.example/?a=1&b=2' })
}

describe.skipIf(!isThere)('by the RELAX NG schema of RFC 4287', () => {
  it('the schema refuses what is no feed', () => {
    const start = '<feed xmlns="http://www.w3.org/2005/Atom"><id>tag:a,2026:b</id><title>t</title>'
    expect(faults(`${start}<updated>2022-01-05T17:00:00Z</updated></feed>`)).toBe('')
    expect(faults(`${start}</feed>`)).toContain('fails to validate')
    expect(faults(`${start}<updated>yesterday</updated></feed>`)).toContain('fails to validate')
    expect(faults(`${start}<updated>2022-01-05T17:00:00Z</updated><link rel="self"/></feed>`)).toContain('fails')
  })

  it.each([
    '/feed.atom',
    '/feed.atom?lang=ar&min-agencies=1',
    `/feed.atom?q=${encodeURIComponent('سلام "x" <y>')}`,
    '/feed.atom?limit=3&page=2',
    '/feed.atom?page=40',
    '/threads.atom',
    '/threads.atom?min-agencies=1',
    '/threads/1.atom',
  ])('%s is a feed', async path => {
    const store = aDay()
    store.late.push({ what: 'story', key: 'x', target: 5, at: NOW }, { what: 'thread', key: 'x', target: 1, at: NOW })
    for (const language of ['en', 'ar', 'fr']) {
      expect(faults(await serve(store.reader, { language }).text(path))).toBe('')
    }
  })

  it.each(HOSTILE)('a feed of %s is one', (_what, text) => {
    for (const kind of KINDS) expect(faults(rendered(text, kind, 'atom'))).toBe('')
  })

  it.each(HOSTILE)('an RSS feed of %s is XML', (_what, text) => {
    for (const kind of KINDS) expect(brokenXml(rendered(text, kind, 'rss'))).toBe('')
  })
})

describe('by two parsers that know nothing of one another', () => {
  it.each(HOSTILE)('a feed of %s has all its entries, and the last is as it was', async (_what, text) => {
    for (const kind of KINDS) {
      const count = kind === 'threads' ? 1 : 5
      const atom = rendered(text, kind, 'atom')
      const rss = rendered(text, kind, 'rss')
      const entries = parseAtomFeed(atom).entries ?? []
      const items = parseRssFeed(rss).items ?? []
      const json = parseJsonFeed(rendered(text, kind, 'json')).items ?? []
      expect([entries.length, items.length, json.length]).toEqual([count, count, count])
      const ids = entries.map(({ id }) => id)
      expect(items.map(({ guid }) => guid?.value)).toEqual(ids)
      expect(json.map(({ id }) => id)).toEqual(ids)
      const parser = new RssParser()
      const [again, more] = [await parser.parseString(atom), await parser.parseString(rss)]
      expect(again.items.map(item => item['id'] as unknown)).toEqual(ids)
      expect(more.items.map(({ guid }) => guid)).toEqual(ids)
      expect(more.items.map(({ link }) => link)).toEqual(items.map(({ link }) => link))
      if (kind === 'threads') continue
      const last = (titles: readonly (string | undefined)[]) => titles.find(title => title === 'After')
      expect(last(again.items.map(({ title }) => title))).toBe('After')
      expect(last(more.items.map(({ title }) => title))).toBe('After')
      expect(more.items.find(({ title }) => title === 'After')?.['content:encoded']).toMatch(
        /^<div lang="en" dir="ltr"><p>Unharmed<\/p><\/div>/,
      )
    }
  })

  it.each(HOSTILE)('a feed of %s leads nowhere but to the web', (_what, text) => {
    for (const kind of KINDS) {
      const body = rendered(text, kind, 'json')
      const { items } = JSON.parse(body) as { items: { content_html: string; url: string }[] }
      for (const { content_html, url } of items) {
        expect(url).toMatch(/^https?:/)
        const own = content_html.slice(content_html.lastIndexOf('<hr>'))
        for (const [, href] of own.matchAll(/href="([^"]*)"/g)) expect(href).toMatch(/^https?:/)
      }
      expect(body).not.toContain('user:pass')
    }
  })
})
