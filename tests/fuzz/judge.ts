// What must hold of every document, however broken: nothing throws, nothing takes long, and what is read is already safe.
import { Parser } from 'htmlparser2'
import { readSubscriptionList } from '../../src/cli/subscription-list.ts'
import { discover } from '../../src/collect/discover.ts'
import { readDate } from '../../src/collect/feed/dates.ts'
import { parseDocument } from '../../src/collect/feed/parse.ts'
import type { Fetcher } from '../../src/collect/net/fetch.ts'
import type { ParsedFeed } from '../../src/model/collected.ts'
import { type Generated, generate } from './generate.ts'

/** No document of some kilobytes may take longer, in milliseconds, on a machine that does other things too. */
const LONGEST = 3_000

const VOID = new Set([
  'area',
  'base',
  'br',
  'col',
  'embed',
  'hr',
  'img',
  'input',
  'link',
  'meta',
  'source',
  'track',
  'wbr',
])
const FORBIDDEN =
  /^(?:script|style|iframe|object|embed|form|input|button|link|meta|base|svg|math|template|noscript|textarea)$/

/** What is wrong with the reading of the document of a seed, in words; empty where all is well. */
export async function judge(seed: number): Promise<string[]> {
  const document = generate(seed)
  const started = performance.now()
  let faults: string[]
  try {
    faults = await judged(document)
  } catch (error) {
    faults = [`it throws: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`]
  }
  const took = performance.now() - started
  if (took > LONGEST) faults.push(`it takes ${Math.round(took)} ms for ${document.bytes.length} bytes`)
  return faults.map(fault => `seed ${seed} (${document.kind}): ${fault}`)
}

async function judged({ kind, bytes, contentType }: Generated): Promise<string[]> {
  switch (kind) {
    case 'date':
      return dateFaults(Buffer.from(bytes).toString('utf8'))
    case 'opml': {
      const list = readSubscriptionList(bytes)
      return list.ok ? stringFaults('the list', list.value) : lineFaults('the reason', list.reason)
    }
    case 'page': {
      const found = await discover('https://agency.example/page', answering(bytes, contentType), {
        allowPrivate: false,
      })
      return found.ok ? stringFaults('the page', found.value) : lineFaults('the reason', found.reason)
    }
    default: {
      const options = { url: 'https://agency.example/feed', contentType, maxEntries: 100 }
      const parsed = await parseDocument(bytes, contentType, options)
      return parsed.ok ? feedFaults(parsed.value) : lineFaults('the reason', parsed.reason)
    }
  }
}

/** Answers the page's address with the page, and no other. */
function answering(bytes: Uint8Array, contentType: string | null): Fetcher {
  const get: Fetcher['get'] = ({ url }) =>
    Promise.resolve(
      url === 'https://agency.example/page'
        ? ({ kind: 'body', body: bytes, contentType, url, status: 200 } as Awaited<ReturnType<Fetcher['get']>>)
        : { kind: 'failed', failure: { kind: 'http', message: 'not here', status: 404, retryAt: null }, ms: 0 },
    )
  return { get } as Fetcher
}

function dateFaults(text: string): string[] {
  const read = readDate(text)
  return 'time' in read && read.time !== null && !Number.isSafeInteger(read.time)
    ? [`${text} is the time ${read.time}`]
    : []
}

const CONTROL =
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\ufffe\uffff\ufdd0-\ufdef]/

function feedFaults(feed: ParsedFeed): string[] {
  const faults = stringFaults('the feed', feed)
  for (const [at, entry] of feed.entries.entries()) {
    const told = `entry ${at}`
    for (const time of [entry.published, entry.updated]) {
      if (time !== null && !Number.isSafeInteger(time)) faults.push(`${told} has the time ${time}`)
    }
    for (const url of [entry.url, ...entry.enclosures.map(enclosure => enclosure.url)]) {
      if (url !== null && !isWebAddress(url)) faults.push(`${told} has the address ${JSON.stringify(url)}`)
    }
    if (/[\r\n]/.test(entry.title)) faults.push(`${told} has a title of several lines`)
    for (const html of [entry.summary, entry.content]) if (html !== null) faults.push(...htmlFaults(told, html))
  }
  for (const warning of feed.warnings) faults.push(...lineFaults('a warning', warning))
  return faults
}

function isWebAddress(url: string): boolean {
  return URL.canParse(url) && /^https?:$/.test(new URL(url).protocol) && !/[\u0000-\u0020]/.test(url)
}

/** Every string in a value is well-formed text that may be shown. */
function stringFaults(where: string, value: unknown, key = ''): string[] {
  if (typeof value === 'string') {
    if (!value.isWellFormed()) return [`${where}: ${key} holds half a character`]
    const control = CONTROL.exec(value)?.[0]
    return control === undefined ? [] : [`${where}: ${key} holds U+${control.charCodeAt(0).toString(16)}`]
  }
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, inner]) => stringFaults(where, inner, `${key}.${name}`))
}

function lineFaults(what: string, line: string): string[] {
  return [
    ...(/[\r\n]/.test(line) ? [`${what} has several lines`] : []),
    ...(line.length > 1_500 ? [`${what} has ${line.length} characters`] : []),
    ...stringFaults(what, line),
  ]
}

/** Whether each element that is opened is closed by its own name, and none is there that could do anything. */
function htmlFaults(told: string, html: string): string[] {
  const faults: string[] = []
  const open: string[] = []
  const tags = /<(\/?)([a-z][^\s/>]*)((?:[^>"']|"[^"]*"|'[^']*')*)>/gi
  for (const [, end, name = '', rest = ''] of html.matchAll(tags)) {
    const tag = name.toLowerCase()
    if (FORBIDDEN.test(tag)) faults.push(`${told} keeps <${tag}>`)
    if (/\son\w+\s*=/i.test(rest)) faults.push(`${told} keeps a handler`)
    if (end) {
      const last = open.pop()
      if (last !== tag) faults.push(`${told}: </${tag}> closes <${last}>`)
    } else if (!VOID.has(tag)) open.push(tag)
  }
  if (open.length > 0) faults.push(`${told} leaves <${open.join('><')}> open`)
  const parser = new Parser({
    onopentag: (name, attributes) => {
      for (const [attribute, value] of Object.entries(attributes)) {
        if (/^\s*(?:javascript|vbscript|data):/i.test(value) && /^(?:href|src|poster|cite)$/.test(attribute)) {
          faults.push(`${told} keeps ${attribute}=${value.slice(0, 40)} on <${name}>`)
        }
      }
    },
  })
  parser.end(html)
  return faults.slice(0, 5)
}
