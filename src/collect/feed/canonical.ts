// Hides what feed XML looks like in the wild: one pass over any of it writes one clean RSS 2.0 document.

import { Parser, Tokenizer, type TokenizerCallbacks } from 'htmlparser2'
import type { FeedFormat, Skip } from '../../model/collected.ts'
import type { Millis, Outcome } from '../../model/units.ts'
import { oneLine } from '../net/failure.ts'
import { joinHalves } from './characters.ts'
import { languageOfDates } from './dates/language.ts'
import { DateReader } from './dates/reader.ts'
import type { Attributes, Draft } from './draft.ts'
import { leftOutWarning, Newest } from './newest.ts'
import { MAX_DEPTH, Reading } from './reading.ts'
import { timesOf, writeDocument } from './write.ts'

/** A clean RSS 2.0 document in our private namespace, and what was met on the way. */
export interface Canonical {
  xml: string
  /** HTML of summaries and contents, which the document names by number. */
  bodies: readonly string[]
  format: FeedFormat
  version: string | null
  hub: string | null
  self: string | null
  skip: Skip | null
  /** Halves of surrogate pairs that had to be left out. */
  halves: number
  warnings: string[]
}

export interface CanonicalOptions {
  /** Address of the document: what relative links are relative to unless xml:base says otherwise. */
  url: string | null
  maxEntries: number
  /** The clock that dates ahead are told by. Default the machine's. */
  now?: Millis
  /** Whether a part of the document was left out before. */
  partial?: boolean
  /** As configured, see `ParseOptions`. */
  language?: string | null
}

/** Characters of one attribute's value, and attributes of one element, that are read. */
const MAX_ATTRIBUTE = 20_000
const MAX_ATTRIBUTES = 64
/** Text entities a document may declare, and the characters all their uses may yield. */
const MAX_ENTITIES = 100
const MAX_ENTITY = 1_000
const ENTITY_BUDGET = 100_000

// ── entities ────────────────────────────────────────────────────────────────────────────────────────────────────────

const BASIC = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
])
const named = new Map<string, string | null>()

/** An HTML named character; htmlparser2 carries the standard's table. Remembered, for a bounded number of names. */
export function htmlEntity(name: string): string | null {
  const basic = BASIC.get(name)
  if (basic !== undefined) return basic
  const before = named.get(name)
  if (before !== undefined) return before
  let text = ''
  const parser = new Parser(
    {
      ontext: piece => {
        text += piece
      },
    },
    { decodeEntities: true },
  )
  parser.end(`&${name};`)
  const found = text === `&${name};` || text.endsWith(';') ? null : text
  if (named.size < 4096) named.set(name, found)
  return found
}

/** Code points 128 to 159 in references mean windows-1252 (HTML standard, numeric character reference end state). */
const WINDOWS = new TextDecoder('windows-1252')

/** Halves of a surrogate pair are given as they are: JavaScript and old WordPress write two references for one emoji. */
function character(code: number): string {
  if (code >= 0x80 && code <= 0x9f) return WINDOWS.decode(Uint8Array.of(code))
  if (code === 9 || code === 10 || code === 13 || (code >= 0x20 && code < 0xfffe)) return String.fromCharCode(code)
  return code >= 0x1_0000 && code <= 0x10_ffff ? String.fromCodePoint(code) : ''
}

const REFERENCE = /&(?:#[xX]([0-9a-fA-F]{1,8})|#([0-9]{1,8})|([A-Za-z_][A-Za-z0-9._-]{0,40}));/g

// ── the scanner ─────────────────────────────────────────────────────────────────────────────────────────────────────

/** Who is told what a scan meets. Names are in lower case; attributes are decoded, by name in lower case. */
export interface MarkupSink {
  /** Whether text is of any use where the scan stands. */
  readonly gathering: boolean
  text(text: string): void
  /** `attributes` serve the next element too: copy what is to stay. */
  open(tag: string, attributes: Attributes, selfClosing: boolean): void
  close(tag: string): void
}

/** Turns text into the openings, closings and texts of elements, repairing what is no XML on the way. */
class Scanner implements TokenizerCallbacks {
  private readonly text: string
  private readonly reading: MarkupSink
  private readonly xmlMode: boolean
  /** Where the tokenizer at work began; its positions count from there. */
  private offset = 0
  private tokenizer: Tokenizer | null = null
  /** Set when the tokenizer has to begin again at this place. */
  private restart: number | null = null
  /** Beginning again costs a tokenizer, and the characters it read in vain. Once spent, stray `<` stay unrepaired. */
  private repairs: number
  private tag = ''
  private readonly attributes = new Map<string, string>()
  private attributeName = ''
  private attributeValue = ''
  private readonly entities = new Map<string, string>()
  private entityBudget = ENTITY_BUDGET
  private refused = false
  /** Halves of surrogate pairs that were left out. */
  halves = 0

  constructor(text: string, reading: MarkupSink, xmlMode = true) {
    this.text = text
    this.reading = reading
    this.xmlMode = xmlMode
    this.repairs = text.length * 8 + 100_000
  }

  /** Whether the document declared entities that were not expanded. */
  get refusedEntities(): boolean {
    return this.refused || this.entityBudget < 0
  }

  /** Reads the whole document; begins anew behind each stray `<`, within a budget that keeps the work linear. */
  run(): void {
    let at = 0
    while (at < this.text.length) {
      this.restart = null
      this.offset = at
      const tokenizer = new Tokenizer({ xmlMode: this.xmlMode, decodeEntities: false }, this)
      this.tokenizer = tokenizer
      tokenizer.write(at === 0 ? this.text : this.text.slice(at))
      const next: number | null = this.restart
      if (next === null) {
        tokenizer.end()
        break
      }
      at = next
    }
  }

  private again(at: number, inVain: number): void {
    this.repairs -= 30 + inVain
    this.restart = at
    this.tokenizer?.pause()
  }

  private slice(start: number, end: number): string {
    return this.text.slice(this.offset + start, this.offset + end)
  }

  // Callbacks of the tokenizer. Positions are relative to where it began.

  onattribentity(): void {}
  ontextentity(): void {}
  oncomment(): void {}
  onend(): void {}

  onprocessinginstruction(): void {}

  /** Internal DTD: simple text entities are noted; anything that refers to another entity is refused. */
  ondeclaration(start: number, end: number): void {
    const declaration = this.slice(start, Math.min(end, start + 4096))
    const match = /ENTITY\s{1,20}([A-Za-z_][\w.-]{0,40})\s{1,20}(?:"([^"]*)"|'([^']*)')/.exec(declaration)
    if (!match || this.entities.size >= MAX_ENTITIES) return
    const value = match[2] ?? match[3] ?? ''
    if (value.length > MAX_ENTITY || /&(?!#)/.test(value) || value.includes('%')) {
      this.refused = true
      return
    }
    const name = match[1] ?? ''
    if (!BASIC.has(name))
      this.entities.set(
        name,
        this.whole(
          value.replace(REFERENCE, (_, hex?: string, decimal?: string) =>
            character(hex !== undefined ? Number.parseInt(hex, 16) : Number(decimal)),
          ),
        ),
      )
  }

  /** References to characters; what names none is left as written. */
  private decode(text: string): string {
    if (!text.includes('&')) return text
    const decoded = text.replace(REFERENCE, (all: string, hex?: string, decimal?: string, name?: string) => {
      if (hex !== undefined) return character(Number.parseInt(hex, 16))
      if (decimal !== undefined) return character(Number(decimal))
      const own = this.entities.get(name ?? '')
      if (own !== undefined) {
        this.entityBudget -= own.length
        return this.entityBudget >= 0 ? own : ''
      }
      return htmlEntity(name ?? '') ?? all
    })
    return this.whole(decoded)
  }

  private whole(text: string): string {
    const joined = joinHalves(text)
    this.halves += joined.lost
    return joined.text
  }

  ontext(start: number, end: number): void {
    if (this.reading.gathering) this.reading.text(this.decode(this.slice(start, end)))
  }

  oncdata(start: number, end: number, endOffset: number): void {
    if (this.reading.gathering) this.reading.text(this.slice(start, end - endOffset))
  }

  onopentagname(start: number, end: number): void {
    if (this.restart !== null) return
    const first = this.text.charCodeAt(this.offset + start)
    const letter = (first >= 97 && first <= 122) || (first >= 65 && first <= 90) || first === 95 || first > 127
    const name = end - start > 200 ? '' : this.slice(start, end)
    const stray = name === '' || !letter
    const inner = stray ? -1 : name.indexOf('<')
    if ((stray || inner > 0) && this.repairs > 0) {
      // «I <3 you», «a<b<i>c</i>»: the `<` was text. All up to the next plausible tag is.
      const from = this.offset + start
      const plausible = /<[A-Za-z_/!?]/g
      plausible.lastIndex = inner > 0 ? from + inner : from
      const next = plausible.exec(this.text)?.index ?? this.text.length
      if (this.reading.gathering) this.reading.text(this.decode(this.text.slice(from - 1, next)))
      this.again(next, end - start)
      return
    }
    this.tag = name.toLowerCase()
    this.attributes.clear()
  }

  onattribname(start: number, end: number): void {
    if (this.restart !== null) return
    this.attributeName = this.slice(start, Math.min(end, start + 100))
    const bracket = this.attributeName.indexOf('<')
    if (bracket >= 0 && this.repairs > 0) {
      // A tag that was never closed: «<b and</title>». It ends where the next begins.
      this.reading.open(this.tag, this.attributes, false)
      this.again(this.offset + start + bracket, end - start)
    }
  }

  onattribdata(start: number, end: number): void {
    if (this.restart !== null) return
    const value = this.slice(start, Math.min(end, start + MAX_ATTRIBUTE))
    // A quote that was never closed runs over the tags that follow; XML allows no `<` in a value, so it ended before.
    const runaway = this.repairs > 0 ? value.search(/<(?:\/|item\b|entry\b)/i) : -1
    this.attributeValue += runaway < 0 ? value : value.slice(0, runaway)
    if (runaway < 0) return
    this.onattribend()
    this.reading.open(this.tag, this.attributes, false)
    this.again(this.offset + start + runaway, end - start)
  }

  onattribend(): void {
    if (this.restart === null && this.attributes.size < MAX_ATTRIBUTES && this.attributeName !== '') {
      const name = this.attributeName.toLowerCase()
      if (!this.attributes.has(name)) this.attributes.set(name, this.decode(this.attributeValue))
    }
    this.attributeValue = ''
  }

  onopentagend(): void {
    if (this.restart === null) this.reading.open(this.tag, this.attributes, false)
  }

  onselfclosingtag(): void {
    if (this.restart === null) this.reading.open(this.tag, this.attributes, true)
  }

  onclosetag(start: number, end: number): void {
    if (this.restart !== null) return
    this.reading.close(this.slice(start, Math.min(end, start + 200)).toLowerCase())
  }
}

/**
 * Tells `sink` what stands in a text that is more or less XML or HTML: repaired as feeds are, in linear time, entities
 * within bounds. In HTML, what stands in scripts, styles and comments is no markup.
 */
export function scanMarkup(text: string, kind: 'xml' | 'html', sink: MarkupSink): void {
  new Scanner(text, sink, kind === 'xml').run()
}

// ── the document ────────────────────────────────────────────────────────────────────────────────────────────────────

/**
 * Reads RSS 0.9x to 2.0, RSS 1.0 and 0.90 (RDF), Atom 0.3 and 1.0 and CDF, under any prefixes, well-formed or not,
 * and writes the same news as one clean RSS 2.0 document: links resolved, dates in ISO 8601, bodies as HTML in
 * private fields. Time is linear in the text; nothing in it can make the reader recurse or expand.
 */
export function canonicalise(text: string, options: CanonicalOptions): Outcome<Canonical> {
  const read = (site: string | null) => {
    // By the titles that are known when the first date is wanted.
    let language: string | null | undefined
    const languageOf = ({ title }: Draft): string | null => {
      const titles = [reading.feed.title, title].flatMap(one => one?.text ?? [])
      language ??= languageOfDates(options.language, reading.feed.language, titles)
      return language
    }
    const newest = new Newest<Draft>(options.maxEntries, options.now ?? Date.now(), draft =>
      timesOf(draft, languageOf(draft)),
    )
    const reading = new Reading(options.url, newest, site)
    const scanner = new Scanner(text, reading)
    scanner.run()
    return { reading, scanner }
  }
  const first = read(null)
  const { reading, scanner } = first.reading.lateSite ? read(first.reading.base) : first
  if (reading.format === null) return { ok: false, reason: notAFeed(text, reading) }
  const { truncated, inEntry } = reading.finish()
  const { entries: drafts, left } = reading.drafts.take()
  const warnings: string[] = []
  if (truncated) {
    const kept =
      drafts.length === 1 ? '1 entry before the cut is kept' : `${drafts.length} entries before the cut are kept`
    warnings.push(inEntry ? `the document is cut off: ${kept}` : 'the document has no proper end: it may be cut off')
  }
  const { empty } = reading
  if (empty > 0) warnings.push(`${empty} ${empty === 1 ? 'entry is' : 'entries are'} empty: left out`)
  const leftOut = leftOutWarning(left, options.partial)
  if (leftOut !== null) warnings.push(leftOut)
  if (reading.flattened > 0) warnings.push(`elements nested deeper than ${MAX_DEPTH} levels were flattened`)
  if (reading.cut > 0)
    warnings.push(`${reading.cut} ${reading.cut === 1 ? 'field was' : 'fields were'} too long and cut`)
  if (scanner.refusedEntities) {
    warnings.push('the document declares entities that refer to others or grow too long: not expanded')
  }
  const titles = [reading.feed.title, ...drafts.map(draft => draft.title)].flatMap(title => title?.text ?? [])
  const dates = new DateReader(languageOfDates(options.language, reading.feed.language, titles))
  const { halves } = scanner
  const bodies: string[] = []
  const xml = writeDocument(reading.feed, drafts, dates, bodies)
  dates.report(warnings)
  const { hub, self, skipHours, skipDays } = reading.feed
  const skips = skipHours.size + skipDays.size > 0
  const skip = skips ? { hours: [...skipHours].sort((a, b) => a - b), days: [...skipDays].sort((a, b) => a - b) } : null
  const { format, version } = reading
  return { ok: true, value: { xml, bodies, format, version, hub, self, skip, halves, warnings } }
}

/** Why a document is no feed, in one line. */
function notAFeed(text: string, reading: Reading): string {
  const root = reading.rootName
  const trimmed = text.trimStart()
  if (trimmed === '') return 'the document is empty'
  const start = oneLine(trimmed, 40)
  if (trimmed[0] !== '<' && !/^[^<]{0,2000}<(?:\?xml|!doctype|html)/i.test(trimmed)) {
    return `the document is not XML or JSON: it begins with «${start}»`
  }
  if (root === null) return `the document is XML without an element: it begins with «${start}»`
  if (/^html$/i.test(root) || /^<!doctype html/i.test(trimmed)) {
    return reading.alternate === null
      ? 'the document is HTML, not a feed'
      : `the document is HTML, not a feed: subscribe to the feed it links to, ${reading.alternate}`
  }
  return `not a feed: root element is <${root.slice(0, 60)}>`
}
