// Finds the items of a JSON Feed without parsing it: for documents that are cut, and for those with too many values to
// be parsed at once. `JSON.parse` can neither be interrupted nor bounded.
import type { Millis } from '../../model/units.ts'
import { readDate } from './dates.ts'
import { type LeftOut, Newest, type Times } from './newest.ts'

interface Span {
  start: number
  end: number
}

/** Where the list of items begins and ends, in front of and behind its brackets, and the whole values in it. */
export interface Items {
  start: number
  /** The text's length where the list does not end. */
  end: number
  items: Span[]
}

const [QUOTE, BACKSLASH, COMMA] = [0x22, 0x5c, 0x2c]

/** One pass over a document, in which strings are skipped. Null where there is no list `items` in an object. */
export function itemsOf(text: string): Items | null {
  let depth = 0
  let list: number | null = null
  let start = -1
  const items: Span[] = []
  /** The string read last, at the level of the document's keys. */
  let key = ''
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) {
      const from = at++
      for (; at < text.length && text.charCodeAt(at) !== QUOTE; at++) if (text.charCodeAt(at) === BACKSLASH) at++
      if (depth === 1) key = at - from < 10 ? text.slice(from + 1, at) : ''
    } else if (code === 0x7b || code === 0x5b) {
      if (list === null && depth === 1 && code === 0x5b && key === 'items') list = at + 1
      else if (list !== null && depth === 2) start = at
      depth++
    } else if (code === 0x7d || code === 0x5d) {
      depth--
      if (list === null) continue
      if (depth === 2 && start >= 0) items.push({ start, end: at + 1 })
      if (depth === 1) return { start: list, end: at, items }
    } else if (code === COMMA && depth === 2) {
      start = -1
    }
  }
  return list === null ? null : { start: list, end: text.length, items }
}

/** What a feed's item has at least one of. */
const ITEM = /"(?:id|url|title|summary|content_html|content_text)"\s{0,20}:/
const PUBLISHED = /"date_published"\s{0,20}:\s{0,20}"([^"\\]{4,80})"/
const MODIFIED = /"date_modified"\s{0,20}:\s{0,20}"([^"\\]{4,80})"/

function timesOf(item: string): Times {
  const time = (pattern: RegExp): Millis | null => {
    const written = pattern.exec(item)?.[1]
    const reading = written === undefined ? null : readDate(written)
    return reading?.kind === 'time' ? reading.time : null
  }
  return { published: time(PUBLISHED), updated: time(MODIFIED) }
}

/** A JSON Feed with its newest items only, and what was left out; null where it has no items. */
export function thinJson(text: string, limit: number, now: Millis): { text: string; left: LeftOut } | null {
  const found = itemsOf(text)
  if (found === null) return null
  const newest = new Newest<string>(limit, now, timesOf)
  for (const { start, end } of found.items) {
    const item = text.slice(start, end)
    if (item[0] === '{' && ITEM.test(item)) newest.push(item)
  }
  const { entries, left } = newest.take()
  if (entries.length === 0) return null
  const rest = found.end === text.length ? ']}' : text.slice(found.end)
  return { text: `${text.slice(0, found.start)}${entries.join(',')}${rest}`, left }
}
