// Joins the beginning and the end of a document whose middle was not kept, so that every entry in it is whole.
import type { Gap } from '../../model/collected.ts'
import type { Millis } from '../../model/units.ts'
import { megabytes } from '../net/failure.ts'
import { readDate } from './dates.ts'
import { itemsOf } from './jsonitems.ts'

/** A document of whole entries, and what was left out of it in one sentence. */
export interface Joined {
  bytes: Uint8Array
  warning: string
}

/** Where the beginning ends and the end begins, in characters of each; null for an end that holds no whole entry. */
interface Seam {
  end: number
  start: number | null
  /** Entries in the beginning. */
  entries: number
}

/** Candidates that are looked at before a place between two entries is given up. */
const MAX_TRIES = 50

const CLOSING = /<\/((?:[\w.-]{1,40}:)?(?:item|entry))\s{0,20}>/gi
const CLOSING_IN_MAP = /<\/((?:[\w.-]{1,40}:)?(?:url|sitemap))\s{0,20}>/gi
/** The root of a map of news; looked for at the beginning of a document. */
const MAP_ROOT = /<(?:[\w.-]{1,40}:)?(?:urlset|sitemapindex)[\s>]/i
const ROOT_WITHIN = 4_096
const OPENED = '<![CDATA['
const CLOSED = ']]>'

/** The last entry that ends in this text, outside of CDATA: its element's name and the place behind it. */
function lastEnd(text: string): { name: string; end: number } | null {
  const closing = MAP_ROOT.test(text.slice(0, ROOT_WITHIN)) ? CLOSING_IN_MAP : CLOSING
  // Looked for from the end, in pieces that grow: entries are short and documents long.
  for (let size = 65_536; ; size *= 16) {
    const from = Math.max(0, text.length - size)
    const found = [...text.slice(from).matchAll(closing)].slice(-MAX_TRIES).reverse()
    for (const match of found) {
      const at = from + match.index
      const opened = text.lastIndexOf(OPENED, at)
      if (opened < 0 || text.indexOf(CLOSED, opened) < at) return { name: match[1] ?? '', end: at + match[0].length }
    }
    if (from === 0) return null
  }
}

/** The first entry that begins in this text, outside of CDATA. */
function firstStart(text: string, name: string): number | null {
  const opening = new RegExp(`<${name.replaceAll('.', '\\.')}(?=[\\s>])`, 'gi')
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const at = opening.exec(text)?.index
    if (at === undefined) return null
    const closed = text.indexOf(CLOSED, at)
    const opened = text.indexOf(OPENED, at)
    // CDATA that ends before any begins was open all along.
    if (closed < 0 || (opened >= 0 && opened < closed)) return at
    opening.lastIndex = closed
  }
  return null
}

function xmlSeam(head: string, tail: string): Seam {
  const last = lastEnd(head)
  if (last === null) return { end: head.length, start: null, entries: 0 }
  let entries = 0
  const closing = `</${last.name}`
  for (let at = head.indexOf(closing); at >= 0; at = head.indexOf(closing, at + 1)) entries++
  return { end: last.end, start: firstStart(tail, last.name), entries }
}

const DATE =
  /<(?:pubdate|published|updated|dc:date|lastmod|news:publication_date)>\s{0,20}(?:<!\[CDATA\[)?([^<\]]{4,80})|"date_(?:published|modified)"\s{0,9}:\s{0,9}"([^"]{4,80})"/gi
/** Characters on either side of the gap in which a date is looked for. */
const NEAR = 65_536

function dateIn(text: string, which: 'first' | 'last'): Millis | null {
  const found = [...text.matchAll(DATE)].at(which === 'first' ? 0 : -1)
  const reading = found === undefined ? null : readDate((found[1] ?? found[2] ?? '').trim())
  return reading?.kind === 'time' ? reading.time : null
}

const day = (time: Millis): string => new Date(time).toISOString().slice(0, 10)

function datesBetween(before: string, behind: string | null): string {
  const from = dateIn(before.slice(-NEAR), 'last')
  const to = behind === null ? null : dateIn(behind.slice(0, NEAR), 'first')
  if (from === null || (to === null && behind !== null)) return ''
  if (to === null) return `, from ${day(from)} on`
  const [first, last] = [Math.min(from, to), Math.max(from, to)]
  return day(first) === day(last) ? `, of ${day(first)}` : `, of ${day(first)} to ${day(last)}`
}

function describe(gap: Gap, limit: number, seam: Seam, head: string, tail: string): string {
  const before = head.slice(0, seam.end)
  const behind = seam.start === null ? null : tail.slice(seam.start)
  const missing = gap.total - before.length - (behind?.length ?? 0)
  const number = Math.round((missing * seam.entries) / Math.max(1, before.length)).toLocaleString('en')
  const rest = gap.ended && number !== '0' ? `about ${number} entries` : 'what comes'
  const read =
    behind === null
      ? `its first ${megabytes(before.length)} are read, ${rest} after them left out`
      : `its first ${megabytes(before.length)} and its last ${megabytes(behind.length)} are read, ${rest} between them left out`
  const dates = datesBetween(before, behind)
  const size = gap.ended ? `has ${megabytes(gap.total)}` : `goes on after ${megabytes(gap.total)}`
  return `the document ${size}, more than ${megabytes(limit)}: ${read}${dates} (${gap.setting} takes more)`
}

/** UTF-16 in the byte order of this machine's strings: text, and what it is written as again. */
function wideText(bytes: Buffer, gap: Gap): { head: string; tail: string } | null {
  const mark = bytes.length < 2 ? 0 : bytes.readUInt16BE(0)
  if (mark !== 0xfffe && mark !== 0xfeff && bytes[0] !== 0 && bytes[1] !== 0) return null
  const decoder = new TextDecoder(mark === 0xfeff || bytes[0] === 0 ? 'utf-16be' : 'utf-16le')
  // The end may begin in the middle of a character.
  const start = gap.at + ((gap.total - (bytes.length - gap.at)) % 2)
  return { head: decoder.decode(bytes.subarray(0, gap.at & ~1)), tail: decoder.decode(bytes.subarray(start)) }
}

/**
 * @param bytes the body as kept: `gap.at` bytes of its beginning, then its end
 * @returns the document up to its last entry before the gap, and from its first entry behind it on
 */
export function joinEnds(bytes: Uint8Array, gap: Gap): Joined {
  const body = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  const wide = wideText(body, gap)
  const head = wide?.head ?? body.toString('latin1', 0, gap.at)
  const tail = gap.ended ? (wide?.tail ?? body.toString('latin1', gap.at)) : ''
  const isJson = /^[^<]{0,20}\{/.test(head)
  const seam = isJson ? jsonSeam(head, tail) : xmlSeam(head, tail)
  const limit = gap.ended ? body.length : body.length * 2
  const warning = describe(gap, limit, seam, head, tail)
  const rest = seam.start === null ? (isJson ? ']}' : '') : `${isJson ? ',' : ''}${tail.slice(seam.start)}`
  const text = head.slice(0, seam.end) + rest
  return { bytes: Buffer.from(wide === null ? text : `\ufeff${text}`, wide === null ? 'latin1' : 'utf16le'), warning }
}

/** Where the beginning's last whole item ends; the end from its first whole item on, told by the depth it ends at. */
function jsonSeam(head: string, tail: string): Seam {
  const items = itemsOf(head)?.items ?? []
  const last = items.at(-1)
  if (last === undefined) return { end: head.length, start: null, entries: 0 }
  return { end: last.end, start: firstItem(tail), entries: items.length }
}

/** An object in a list behind another one: outside of strings, since a quote in a string is escaped. */
const NEXT = /\}\s{0,100}(,)\s{0,100}\{\s{0,100}"(?:[^"\\]|\\.){1,100}"\s{0,100}:/g

function firstItem(tail: string): number | null {
  const first = NEXT.exec(tail)
  NEXT.lastIndex = 0
  if (first === null) return null
  // Depths count from the first object found, which may be nested in an item. Behind the last item the list and the
  // document end: two levels above the items.
  const commas = new Map<number, number>()
  let depth = 0
  for (let at = first.index + 1; at < tail.length; at++) {
    const code = tail.charCodeAt(at)
    if (code === 0x22) {
      at = endOfString(tail, at)
    } else if (code === 0x7b || code === 0x5b) {
      depth++
    } else if (code === 0x7d || code === 0x5d) {
      depth--
    } else if (code === 0x2c && !commas.has(depth) && /^,\s{0,1000}\{/.test(tail.slice(at, at + 1_010))) {
      commas.set(depth, at)
    }
  }
  const comma = commas.get(depth + 2)
  return comma === undefined ? null : comma + 1
}

function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === 0x5c) at++
    else if (code === 0x22) return at
  }
  return text.length
}
