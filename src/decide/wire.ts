// How wire furniture is told apart from the text it surrounds: slugs, datelines, credits, tails. Pure.
//
// A miss costs little, for the words stay in the text and are compared. A false find takes words away or names the
// wrong agency. So every rule wants an unmistakable form; prose is left alone. Only the first and last few hundred
// characters are ever looked at (figures: the first 20,000), so hostile length costs nothing.
import type { Credit, Signal, WireReading } from '../model.ts'
import { fold } from './text.ts'
import { readClosing, readCreditLine } from './wire/closing.ts'
import { readDateline } from './wire/dateline.ts'
import { inkEnd, inkStart, lineEnd, trimInk } from './wire/edges.ts'
import { readFigures } from './wire/figures.ts'
import type { Named, NameList, WireNames } from './wire/names.ts'
import { isCommon, lookupBare, readNames } from './wire/names.ts'
import { readAdvisory, readSlugs, readTrailingSlug, stronger } from './wire/slugs.ts'

export type { WireNames } from './wire/names.ts'
export { wireNames } from './wire/names.ts'

/** Credits kept of one report. */
const CREDITS = 12
const AUTHORS = 16

class Credits {
  readonly list: Credit[] = []
  readonly #seen = new Set<string>()

  /** The first place that names an agency counts. */
  add(where: Credit['where'], written: string, named: Named | null): void {
    const name = named?.name ?? written
    const key = named?.agency ?? fold(name)
    if (this.#seen.has(key) || this.list.length >= CREDITS) return
    this.#seen.add(key)
    this.list.push({ agency: named?.agency ?? null, name, where })
  }

  addAll(where: Credit['where'], named: NameList['named']): void {
    for (const { written, named: agency } of named) this.add(where, written, agency)
  }
}

/**
 * Reads the wire furniture of one report.
 *
 * `body` is `text` without what was taken off its two ends: always one unbroken piece of `text`. `credits` names each
 * agency once, by the first of dateline, opening, closing, title, author and source that names it; attribution inside
 * the text ("according to Reuters") is no credit. `figures` holds at most 20, each kind and value once. Never throws.
 */
export function readWire(
  input: { title: string; text: string; authors: readonly string[]; source: string | null },
  names: WireNames,
): WireReading {
  const credits = new Credits()
  const { text } = input
  let start = inkStart(text, 0, text.length)
  let end = inkEnd(text, start, text.length)
  let signal: Signal | null = null

  for (let round = 0; round < 3; round++) {
    const before = start
    const slug = readSlugs(text, start, end)
    const advisory = readAdvisory(text, slug.end, end)
    for (const found of [slug, advisory]) {
      if (!found) continue
      start = inkStart(text, found.end, end)
      // A flash or an update is the headline's to claim; that copy is wrong must be heard wherever it is said.
      if (found.signal === 'kill' || found.signal === 'correction') signal = stronger(signal, found.signal)
    }
    const opening = readOpening(text, start, end, names)
    if (opening) {
      credits.addAll('opening', opening.named)
      start = inkStart(text, opening.end, end)
    }
    if (start === before) break
  }
  const found = readDateline(text, start, end, names)
  if (found) {
    for (const { written, named } of found.credits) credits.add('dateline', written, named)
    start = inkStart(text, Math.min(found.end, end), end)
  }
  const closing = readClosing(text, start, end, names)
  end = closing.end
  credits.addAll('closing', closing.credits)

  const headline = readHeadline(input.title, names)
  credits.addAll('title', headline.credits)
  for (const author of input.authors.slice(0, AUTHORS)) {
    const list = readNames(author, names, false) ?? readCreditLine(addressed(author) || author, names)
    if (list) credits.addAll('author', list.named)
  }
  if (input.source) {
    const list = readNames(input.source, names, false)
    if (list) credits.addAll('source', list.named)
  }
  const body = text.slice(start, end)
  return {
    title: headline.title,
    body,
    dateline: found?.dateline ?? null,
    credits: credits.list,
    signal: stronger(headline.signal, signal),
    figures: readFigures([headline.title, body]),
    furniture: [],
  }
}

/** RSS 2.0 asks for `desk@agency.example (Name)` in `author`: the name is in the parentheses. */
function addressed(author: string): string {
  const open = author.indexOf('(')
  const close = author.indexOf(')', open)
  return open > 0 && close > open && author.length < 200 && author.includes('@') ? author.slice(open + 1, close) : ''
}

/** A credit that is all the first line says, with more text after it. */
function readOpening(
  text: string,
  from: number,
  to: number,
  names: WireNames,
): { named: NameList['named']; end: number } | null {
  const stop = lineEnd(text, from, Math.min(to, from + 120))
  if (stop >= to || stop === from + 120) return null
  const list = readCreditLine(text.slice(from, stop), names)
  return list ? { named: list.named, end: stop } : null
}

const TITLE_WINDOW = 80
const TITLE_DASHES = ['-', '–', '—', '|', '/']
// What ends the search for a dash: a credit holds none of these.
const TITLE_STOPS = [':', '(', '«', '،', '…', '?', '؟', '!']

function readHeadline(
  raw: string,
  names: WireNames,
): { title: string; signal: Signal | null; credits: NameList['named'] } {
  const whole = trimInk(raw)
  const slug = readSlugs(whole, 0, whole.length)
  let signal = slug.signal
  let title = whole.slice(inkStart(whole, slug.end, whole.length))
  const credits: NameList['named'] = []
  for (let round = 0; round < 3; round++) {
    const trailing = readTrailingSlug(title)
    const credit = trailing ? null : trailingCredit(title, names)
    const end = inkEnd(title, 0, trailing?.end ?? credit?.end ?? title.length)
    if ((!trailing && !credit) || end === 0) break
    if (trailing) signal = stronger(signal, trailing.signal)
    if (credit) credits.push(...credit.named)
    title = title.slice(0, end)
  }
  return { title: title || whole, signal, credits }
}

/** «… - رويترز», `… | Reuters`, `… (AFP)` at the end of a headline. */
function trailingCredit(title: string, names: WireNames): { named: NameList['named']; end: number } | null {
  const bound = Math.max(0, title.length - TITLE_WINDOW)
  const window = title.slice(bound)
  if (window.endsWith(')') || window.endsWith(']')) {
    const open = Math.max(window.lastIndexOf('('), window.lastIndexOf('['))
    if (open <= 0) return null
    const list = readNames(window.slice(open + 1, -1), names, false)
    return list ? { named: list.named, end: bound + open } : null
  }
  for (let at = window.length - 1; at > 0; at--) {
    const c = window[at] ?? ''
    if (TITLE_STOPS.includes(c)) return null
    if (!TITLE_DASHES.includes(c)) continue
    const spaced = c === '|' || (/\s/.test(window[at - 1] ?? '') && /\s/.test(window[at + 1] ?? ''))
    if (!spaced) continue
    const written = trimInk(window.slice(at + 1))
    const named = lookupBare(written, names)
    if (!named || isCommon(written)) return null
    return { named: [{ written, named }], end: bound + at }
  }
  return null
}
