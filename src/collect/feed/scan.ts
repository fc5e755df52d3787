// Reads markup that is more or less XML or HTML in one pass: openings, closings and texts of elements, repaired as feeds
// need it, in time linear in the text. What elements mean is told in elements.ts.

import { Parser, Tokenizer, type TokenizerCallbacks } from 'htmlparser2'
import { joinHalves } from './characters.ts'
import type { Attributes } from './draft.ts'

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

const pieces = { text: new Map<string, string>(), attribute: new Map<string, string>() }

/** A short piece of HTML text, or of an attribute's value, as htmlparser2 decodes it. Remembered, for a bounded number. */
export function decodedByHtml(piece: string, place: 'text' | 'attribute'): string {
  const remembered = pieces[place]
  const before = remembered.get(piece)
  if (before !== undefined) return before
  let decoded = ''
  const parser = new Parser({
    ontext: text => {
      decoded += text
    },
    onattribute: (_, value) => {
      decoded += value
    },
  })
  parser.end(place === 'text' ? piece : `<a x="${piece}">`)
  if (remembered.size < 4096) remembered.set(piece, decoded)
  return decoded
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
export class Scanner implements TokenizerCallbacks {
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
