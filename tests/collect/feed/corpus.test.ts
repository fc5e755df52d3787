import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { plainText, sanitise, titleText } from '../../../src/collect/feed/html.ts'
import { parseDocument } from '../../../src/collect/feed/parse.ts'
import type { Entry, ParsedFeed } from '../../../src/model/collected.ts'

// The corpora lie beside the repository and may not be copied into it; without them these tests are skipped.
const corpus = path.join(import.meta.dirname, '..', '..', '..', '..', 'shared', 'corpora', 'feeds')
const absent = !existsSync(corpus)

/** Floors: what was reached when this was written. */
const REAL_FLOOR = 0.997
const CONFORMANCE_FLOOR = 0.981

const lines = <T>(file: string): T[] =>
  readFileSync(path.join(corpus, file), 'utf8')
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as T)

/** Failing cases, at most forty of them, where whoever runs the tests sees them. */
function show(what: string, failed: readonly string[], of: number): void {
  const more = failed.length > 40 ? `\n  … and ${failed.length - 40} more\n` : ''
  process.stdout.write(
    `${what}: ${of - failed.length} of ${of}\n${failed
      .slice(0, 40)
      .map(line => `  ${line.slice(0, 300)}\n`)
      .join('')}${more}`,
  )
}

/** The first tag of sanitised HTML that should not be there. */
function unsafeTag(html: string): string | null {
  for (const [tag] of html.matchAll(/<[^>]*>/g)) {
    if (
      /^<\/?(?:script|style|iframe|object|form|embed|svg)\b|\s(?:on[a-z]+|style)=|(?:href|src)="(?!https?:|mailto:)/i.test(
        tag,
      )
    )
      return tag
  }
  return null
}

describe.skipIf(absent)('real feeds', () => {
  it(`yield the reference's number of entries in at least ${REAL_FLOOR * 100}% of documents, and none is given up`, async () => {
    const index = lines<{ file: string; entries: number }>('real/index.jsonl')
    const failed: string[] = []
    const givenUp: string[] = []
    for (const { file, entries } of index) {
      const outcome = await parseDocument(readFileSync(path.join(corpus, 'real', file)), null, {
        url: 'https://feed.example/',
        maxEntries: 100_000,
      })
      if (!outcome.ok) givenUp.push(`${file}: ${outcome.reason}`)
      else if (outcome.value.entries.length !== entries)
        failed.push(`${file}: ${outcome.value.entries.length} entries, the reference has ${entries}`)
    }
    show('real feeds', [...givenUp, ...failed], index.length)
    expect(givenUp).toEqual([])
    expect(1 - failed.length / index.length).toBeGreaterThanOrEqual(REAL_FLOOR)
  })

  it('yield only safe, bounded values', async () => {
    for (const { file } of lines<{ file: string }>('real/index.jsonl').filter((_, index) => index % 7 === 0)) {
      const outcome = await parseDocument(readFileSync(path.join(corpus, 'real', file)), null, {
        url: 'https://feed.example/',
        maxEntries: 100_000,
      })
      for (const entry of outcome.ok ? outcome.value.entries : []) {
        expect(unsafeTag(`${entry.summary} ${entry.content}`), file).toBeNull()
        expect(entry.title.length, file).toBeLessThanOrEqual(1000)
        expect(entry.title, file).not.toMatch(/[\n\t]/)
        if (entry.url !== null) expect(entry.url, file).toMatch(/^https?:\/\//i)
      }
    }
  })
})

interface Case {
  file: string
  category: string
  httpHeaders: Record<string, string> | null
  baseUrl: string | null
  expect: { path: string; equals: string | number | null }[]
  reference: string
}

/** What an entry or its feed is to us: descriptions, authors and dates of whole feeds are not kept. */
const isOurs = (what: string): boolean => !/^feed\.(?:description|id|author|updated|published)$/.test(what)

/** Our value at a path of the corpus. A text that is only summary or only content answers for both. */
function valueAt(feed: ParsedFeed, what: string): unknown {
  if (what === 'entries.length') return feed.entries.length
  const match = /^entries\[(\d+)\]\.(\w+)(?:\[(\d+)\])?(?:\.(\w+))?$/.exec(what)
  if (!match) return { 'feed.title': feed.title, 'feed.link': feed.link, 'feed.language': feed.language }[what]
  const [, at, field, nth, part] = match
  const entry = feed.entries[Number(at)]
  if (entry === undefined) return undefined
  switch (field) {
    case 'link':
      return entry.url
    case 'summary':
      return entry.summary ?? entry.content
    case 'content':
      return entry.content ?? entry.summary
    case 'date':
      return entry.published ?? entry.updated
    case 'author':
      return entry.authors[0]
    case 'categories':
      return entry.categories[Number(nth)]
    case 'enclosures':
      return entry.enclosures[Number(nth)]?.[part as keyof Entry['enclosures'][number]]
    default:
      return entry[field as keyof Entry]
  }
}

const squeeze = (text: string): string => text.replace(/\s+/g, ' ').trim()
const textOf = (html: string): string => plainText(sanitise(html, null)).replace(/\s+/g, '')

/** Titles are plain text to us and HTML to the reference; bodies are compared by their text, for allow-lists differ. */
function agrees(what: string, value: unknown, expected: string): boolean {
  if (/\.(?:published|updated|date)$/.test(what)) {
    return typeof value === 'number' && new Date(value).toISOString().replace(/\.\d+Z$/, 'Z') === expected
  }
  const text = value === null || value === undefined ? '' : String(value)
  if (/title$|categories\[\d+\]$/.test(what))
    return [squeeze(expected), titleText(expected, 'html'), titleText(titleText(expected, 'html'), 'html')].includes(
      squeeze(text),
    )
  if (/\.(?:summary|content)$/.test(what))
    return text === expected || textOf(text) === textOf(expected) || textOf(text) === expected.replace(/\s+/g, '')
  if (/author$/.test(what)) return text === expected || (text !== '' && expected.startsWith(`${text} (`))
  if (/link$|url$/.test(what)) return text === expected.trim() || decodeURI(text) === decodeURI(expected.trim())
  return squeeze(text) === squeeze(expected)
}

describe.skipIf(absent)('the conformance suites of other parsers', () => {
  it(`agree in at least ${CONFORMANCE_FLOOR * 100}% of what applies to an entry`, async () => {
    const failed: string[] = []
    let all = 0
    for (const { file, httpHeaders, baseUrl, expect: expected, reference } of lines<Case>('conformance/cases.jsonl')) {
      if (reference === 'fails') continue
      const bytes = readFileSync(path.join(corpus, 'conformance', file))
      const url = httpHeaders?.['content-location'] ?? baseUrl
      const outcome = await parseDocument(bytes, httpHeaders?.['content-type'] ?? null, { url, maxEntries: 10_000 })
      for (const { path: what, equals } of expected) {
        if (!isOurs(what)) continue
        all++
        const value = outcome.ok ? valueAt(outcome.value, what) : undefined
        if (!agrees(what, value, String(equals)))
          failed.push(`${file} ${what}: ${JSON.stringify(value)}, the suite has ${JSON.stringify(equals)}`)
      }
    }
    show('conformance', failed, all)
    expect(1 - failed.length / all).toBeGreaterThanOrEqual(CONFORMANCE_FLOOR)
  })
})

describe.skipIf(absent)('charsets of Arabic-script feeds', () => {
  it('are all found: declared rightly, wrongly and not at all', async () => {
    const failed: string[] = []
    const cases = lines<{ file: string; http_charset: string | null; expect: { path: string; equals: string }[] }>(
      'conformance/charset_cases.jsonl',
    )
    for (const { file, http_charset, expect: expected } of cases) {
      const bytes = readFileSync(path.join(corpus, 'conformance', file))
      const outcome = await parseDocument(bytes, http_charset === null ? null : `text/xml; charset=${http_charset}`, {
        url: null,
        maxEntries: 1000,
      })
      const wrong = expected.find(
        ({ path: what, equals }) => !outcome.ok || valueAt(outcome.value, what) !== squeeze(equals),
      )
      if (wrong !== undefined) failed.push(`${file}: ${wrong.path}`)
    }
    show('charsets', failed, cases.length)
    expect(failed).toEqual([])
  })
})
