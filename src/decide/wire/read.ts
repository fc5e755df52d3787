// How wire furniture is told apart from the text it surrounds: slugs, datelines, credits, tails. Pure.
//
// A miss costs little, for the words stay in the text and are compared. A false find takes words away or names the
// wrong agency. So every rule wants an unmistakable form; prose is left alone. Only the first and last few hundred
// characters are ever looked at (figures: the first 20,000), so hostile length costs nothing.

import { fold } from '../../language/fold.ts'
import type { Cut } from '../../language/words.ts'
import type { Continuation, Credit, Signal, WireDetail, WireReading } from '../../model/decided.ts'
import type { Millis } from '../../model/units.ts'
import type { Named, NameList, WireNames } from './agencies.ts'
import { isCommon, lookupBare, readNames } from './agencies.ts'
import { readByline } from './byline.ts'
import { readClosing, readCreditLine } from './closing.ts'
import { readPartAtEnd, readPartAtStart } from './continuation.ts'
import { readDateline } from './dateline.ts'
import { inkEnd, inkStart, lineEnd, trimInk } from './edges.ts'
import { readEmbargo } from './embargo.ts'
import { FIGURES_LENGTH, readFigures } from './figures.ts'
import { readAdvisory, readSlugs, readTrailingSlug, stronger } from './slugs.ts'

export type { WireNames } from './agencies.ts'
export { wireNames } from './agencies.ts'

/** Credits kept of one report. */
const CREDITS = 12
const AUTHORS = 16

/** Pieces of furniture kept of one report, and characters of each. */
const PIECES = 24
const PIECE = 200

/** What was taken off, in the order of reading. */
class Taken {
  readonly list: WireDetail[] = []

  add(kind: WireDetail['kind'], where: WireDetail['where'], written: string): void {
    const matched = trimInk(written)
    if (matched === '' || this.list.length >= PIECES) return
    // Never half a character.
    this.list.push({ kind, matched: matched.slice(0, PIECE).replace(/[\ud800-\udbff]$/, ''), where })
  }
}

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
 * the text ("according to Reuters") is no credit. `figures` holds at most 20, each kind and value once. `at` is the moment
 * that embargoes are read at ("until 0001 GMT Friday"): when the report was published; without it none is read. Never
 * throws.
 */
export function readWire(input: WireInput, names: WireNames): WireReading {
  return locateWire(input, names).wire
}

/** What is read of a report before its wire furniture is known. */
export interface WireInput {
  title: string
  text: string
  authors: readonly string[]
  source: string | null
  at?: Millis
  /** Title and the beginning of the text, cut: spares searching for figures where it has none. */
  cut?: Cut
  /** False where nobody asks for figures: none are read. */
  figures?: boolean
}

/** {@link readWire}, with the place of `body` in `text`. */
export function locateWire(input: WireInput, names: WireNames): { wire: WireReading; start: number } {
  const credits = new Credits()
  const taken = new Taken()
  const { text, at } = input
  const headline = readHeadline(input.title, names, at, taken)
  let { part, embargo } = headline
  let start = inkStart(text, 0, text.length)
  let end = inkEnd(text, start, text.length)
  let signal: Signal | null = null
  const take = (kind: WireDetail['kind'], until: number): void => {
    taken.add(kind, 'opening', text.slice(start, until))
    start = inkStart(text, Math.min(until, end), end)
  }

  for (let round = 0; round < 4; round++) {
    const before = start
    const held = at === undefined ? null : readEmbargo(text, start, end, at)
    if (held) {
      embargo ??= held.until
      take('embargo', held.end)
    }
    for (const read of [readSlugs, readAdvisory]) {
      const found = read(text, start, end)
      if (!found) continue
      if (found.end > start) take(read === readSlugs ? 'slug' : 'advisory', found.end)
      // A flash or an update is the headline's to claim; that copy is wrong must be heard wherever it is said.
      if (found.signal === 'kill' || found.signal === 'correction') signal = stronger(signal, found.signal)
    }
    const piece = readPartAtStart(text, start, end)
    if (piece && piece.end < end) {
      part ??= piece.part
      take('part', piece.end)
    }
    const byline = readByline(text, start, end)
    if (byline !== null) take('byline', byline)
    const opening = readOpening(text, start, end, names)
    if (opening) {
      credits.addAll('opening', opening.named)
      take('credit', opening.end)
    }
    if (start === before) break
  }
  const found = readDateline(text, start, end, names)
  if (found) {
    for (const { written, named } of found.credits) credits.add('dateline', written, named)
    taken.add('dateline', 'opening', found.dateline.matched)
    start = inkStart(text, Math.min(found.end, end), end)
  }
  const closing = readClosing(text, start, end, names)
  end = closing.end
  credits.addAll('closing', closing.credits)
  for (const piece of closing.taken.reverse()) taken.add(piece.kind, 'closing', text.slice(piece.start, piece.end))

  credits.addAll('title', headline.credits)
  for (const author of input.authors.slice(0, AUTHORS)) {
    const list = readField(addressed(author) || author, names)
    if (!list) continue
    credits.addAll('author', list.named)
    taken.add('credit', 'author', author)
  }
  const source = input.source ? readField(input.source, names) : null
  if (source) {
    credits.addAll('source', source.named)
    taken.add('credit', 'source', input.source ?? '')
  }
  const body = text.slice(start, end)
  const wire: WireReading = {
    title: headline.title,
    body,
    dateline: found?.dateline ?? null,
    credits: credits.list,
    signal: stronger(headline.signal, signal),
    figures:
      input.figures === false ? [] : readFigures([headline.title, body], (isWhole(input, start) && input.cut) || null),
    furniture: taken.list,
    part,
    embargo,
  }
  return { wire, start }
}

/** Whether the part of the body that is searched for figures was cut. */
function isWhole({ cut, title, text }: WireInput, start: number): boolean {
  if (!cut) return false
  const kept = cut.text.length - title.length - 1
  return kept >= text.length || start + FIGURES_LENGTH <= kept
}

const FIELD_LONGEST = 90
const FIELD_JOINTS = /(?<!\s)\s*[,،:;|/]\s+|(?<!\s)\s+[-–—|/]\s+|[-–—]\s+|(?<!\s)\s+[-–—]/u
const FIELD_WITH = /\s(?:avec|with|and|et|con|mit|und|и|ve|مع|e)\s/giu

/**
 * The agencies that a field for authors names: alone, behind a label, beside a town («واس - جدة», "London: Reuters"), a
 * reporter ("Jane Doe, AFP") or the paper itself ("The Herald with agencies").
 */
function readField(written: string, names: WireNames): NameList | null {
  const list = readNames(written, names, false) ?? readCreditLine(written, names)
  if (list || written.length > FIELD_LONGEST) return list
  const enclosed = /\(([^()]{2,40})\)$/.exec(written)
  if (enclosed) return readNames(enclosed[1] ?? '', names, false)
  const pieces = written.split(FIELD_JOINTS).map(trimInk).filter(Boolean)
  if (pieces.length >= 2 && pieces.length <= 4) {
    const named = pieces.flatMap(piece => {
      const found = isCommon(piece) ? null : lookupBare(piece, names)
      return found ? [{ written: piece, named: found }] : []
    })
    const short = pieces.every(piece => piece.split(/\s+/).length <= 4)
    if (named.length > 0 && named.length < pieces.length && short) return { named, generic: false }
  }
  const last = [...written.matchAll(FIELD_WITH)].at(-1)
  if (!last) return null
  return readNames(written.slice(last.index + last[0].length), names, true)
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

interface Headline {
  title: string
  signal: Signal | null
  credits: NameList['named']
  part: Continuation | null
  embargo: Millis | null
}

function readHeadline(raw: string, names: WireNames, at: Millis | undefined, taken: Taken): Headline {
  const whole = trimInk(raw)
  const headline: Headline = { title: whole, signal: null, credits: [], part: null, embargo: null }
  let start = 0
  // A headline always keeps something to read: what would leave nothing is not taken off.
  const open = (kind: WireDetail['kind'], end: number): boolean => {
    const next = inkStart(whole, end, whole.length)
    if (next >= whole.length) return false
    taken.add(kind, 'title', whole.slice(start, end))
    start = next
    return true
  }
  for (let round = 0; round < 3; round++) {
    const before = start
    const held = at === undefined ? null : readEmbargo(whole, start, whole.length, at)
    if (held) {
      headline.embargo ??= held.until
      open('embargo', held.end)
    }
    const slug = readSlugs(whole, start, whole.length)
    headline.signal = stronger(headline.signal, slug.signal)
    if (slug.end > start) open('slug', slug.end)
    const piece = readPartAtStart(whole, start, whole.length)
    if (piece && open('part', piece.end)) headline.part ??= piece.part
    if (start === before) break
  }
  let title = whole.slice(start)
  const behind: [WireDetail['kind'], string][] = []
  for (let round = 0; round < 3; round++) {
    const piece = readPartAtEnd(title, 0, title.length)
    const trailing = piece ? null : readTrailingSlug(title)
    const credit = piece || trailing ? null : trailingCredit(title, names)
    const end = inkEnd(title, 0, piece?.start ?? trailing?.end ?? credit?.end ?? title.length)
    if ((!piece && !trailing && !credit) || end === 0) break
    if (piece) headline.part ??= piece.part
    if (trailing) headline.signal = stronger(headline.signal, trailing.signal)
    if (credit) headline.credits.push(...credit.named)
    behind.push([piece ? 'part' : trailing ? 'slug' : 'credit', title.slice(end)])
    title = title.slice(0, end)
  }
  for (const [kind, written] of behind.reverse()) taken.add(kind, 'title', written)
  return { ...headline, title: title || whole }
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
