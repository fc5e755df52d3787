// Reads the markup of a page into a small tree within fixed bounds. What no text can stand in is left out, and elements are
// closed where browsers close them. htmlparser2's tokenizer is used without its parser, whose time is quadratic in depth.

import { Tokenizer, type TokenizerCallbacks } from '../feed/htmlparser2.ts'
import {
  BLOCK,
  DROPPED,
  HEADINGS,
  KEPT_ATTRIBUTES,
  LIST_ENDS,
  SCOPES,
  SHOWN_VOID,
  SPECIAL,
  TABLE_ENDS,
  VOID,
} from './elements.ts'

/** Elements open at once, elements of the body, characters of its text. */
export const MAX_DEPTH = 200
export const MAX_ELEMENTS = 40_000
export const MAX_TEXT = 300_000
/** Characters of an attribute, of one JSON-LD script and of all of them. */
const MAX_ATTRIBUTE = 600
/** The same where all attributes are kept: how long, how many of an element, and characters of all of them. */
const LONGEST_KEPT = 2_048
const MOST_KEPT = 40
const MAX_KEPT = 8_000_000
const MAX_DATA = 1_048_576
const MAX_ALL_DATA = 2_097_152
/** Facts of the head. */
const MAX_METAS = 400
/** Open elements that are looked at for closing tags which close nothing. */
const MAX_VAIN = 400_000

/** Names of elements; what is called otherwise is taken for a piece of text. */
const NAME = /^[a-z][a-z0-9-]*$/

export interface Box {
  name: string
  attributes: Record<string, string>
  parts: (Box | string)[]
}

/** A page as it was read. */
export interface PageTree {
  body: Box
  /** `lang` of the root element. */
  language: string | null
  /** The first `title`. */
  title: string
  /** By `property`, `name` or `itemprop`, in lower case; of several the first, of `robots` all. */
  metas: ReadonlyMap<string, string>
  canonical: string | null
  base: string | null
  /** What stands in scripts of the type application/ld+json. */
  data: readonly string[]
  /** Whether a password is asked for. */
  asksPassword: boolean
  /** Whether a bound was met, so that something is missing. */
  isCut: boolean
}

class Builder implements TokenizerCallbacks {
  readonly body: Box = { name: 'body', attributes: {}, parts: [] }
  readonly metas = new Map<string, string>()
  readonly data: string[] = []
  language: string | null = null
  canonical: string | null = null
  base: string | null = null
  title = ''
  asksPassword = false
  isCut = false

  private readonly html: string
  private readonly keepsAll: boolean
  private kept = 0
  private count = 0
  private readonly stack: Box[] = [this.body]
  private readonly open = new Map<string, number>()
  private elements = 0
  private characters = 0
  private allData = 0
  private vain = MAX_VAIN
  /** The element that is left out, and how many of its name are open. */
  private skipped: { name: string; depth: number } | null = null
  /** What is gathered instead of text of the body. */
  private gathering: 'title' | 'data' | null = null
  private gathered = ''
  private hasTitle = false
  private tag = ''
  private attributes: Record<string, string> = {}
  private attribute = ''
  private value = ''

  constructor(html: string, keepsAll: boolean) {
    this.html = html
    this.keepsAll = keepsAll
  }

  // ── the tokenizer's callbacks ───────────────────────────────────────────────────────────────────────────────────────

  oncomment(): void {}
  oncdata(): void {}
  ondeclaration(): void {}
  onprocessinginstruction(): void {}
  onend(): void {}

  ontext(start: number, end: number): void {
    if (start >= 0 && end > start) this.text(start, end, null)
  }

  ontextentity(code: number): void {
    this.text(0, 0, String.fromCodePoint(code))
  }

  onopentagname(start: number, end: number): void {
    this.tag = this.nameAt(start, end)
    this.attributes = this.keepsAll ? Object.create(null) : {}
    this.count = 0
  }

  private nameAt(start: number, end: number): string {
    const name = end - start > 60 ? '' : this.html.slice(start, end).toLowerCase()
    return NAME.test(name) ? name : 'span'
  }

  onattribname(start: number, end: number): void {
    this.attribute = end - start > 40 ? '' : this.html.slice(start, end).toLowerCase()
    this.value = ''
  }

  onattribdata(start: number, end: number): void {
    const room = this.longest - this.value.length
    if (room > 0 && this.keeps(this.attribute)) this.value += this.html.slice(start, Math.min(end, start + room))
  }

  onattribentity(code: number): void {
    if (this.value.length < this.longest) this.value += String.fromCodePoint(code)
  }

  onattribend(): void {
    if (!this.keeps(this.attribute) || Object.hasOwn(this.attributes, this.attribute)) return
    if (this.keepsAll && !this.hasRoom()) return
    this.attributes[this.attribute] = /^\s*data:/i.test(this.value) ? '' : this.value
  }

  private get longest(): number {
    return this.keepsAll ? LONGEST_KEPT : MAX_ATTRIBUTE
  }

  private keeps(name: string): boolean {
    return this.keepsAll ? name !== '' : KEPT_ATTRIBUTES.has(name)
  }

  /** Whether one more attribute may be kept. A value that had to be cut is no value: half an address leads elsewhere. */
  private hasRoom(): boolean {
    if (this.value.length >= LONGEST_KEPT || this.count >= MOST_KEPT) return false
    this.count++
    this.kept += this.value.length
    if (this.kept <= MAX_KEPT) return true
    this.isCut = true
    return false
  }

  onselfclosingtag(end: number): void {
    // In HTML only elements of drawings and formulas close themselves.
    if (this.tag === 'svg' || this.tag === 'math') return
    if (this.skipped === null || this.skipped.name !== this.tag) this.onopentagend(end)
  }

  onopentagend(_end: number): void {
    const { tag } = this
    if (this.skipped !== null) {
      if (this.skipped.name === tag) this.skipped.depth++
      return
    }
    if (this.fact(tag)) return
    if (DROPPED.has(tag)) {
      this.skipped = { name: tag, depth: 1 }
      return
    }
    this.begin(tag)
  }

  onclosetag(start: number, end: number): void {
    const name = this.nameAt(start, end)
    if (this.gathering !== null) {
      if (name === (this.gathering === 'title' ? 'title' : 'script')) this.gather()
      return
    }
    if (this.skipped !== null) {
      if (this.skipped.name === name && --this.skipped.depth === 0) this.skipped = null
      return
    }
    if (name === 'br') this.put({ name: 'br', attributes: {}, parts: [] })
    else this.end(name)
  }

  // ── the head ────────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Whether a tag says something of the whole page, and is no part of its body. */
  private fact(tag: string): boolean {
    const { attributes } = this
    switch (tag) {
      case 'html':
        this.language ??= attributes['lang'] ?? null
        return true
      case 'head':
        return true
      case 'body':
        Object.assign(this.body.attributes, attributes)
        return true
      case 'meta': {
        const name = (attributes['property'] ?? attributes['name'] ?? attributes['itemprop'] ?? '').toLowerCase().trim()
        const content = (attributes['content'] ?? '').trim()
        if (name === '' || content === '') return true
        const before = this.metas.get(name)
        if (before === undefined && this.metas.size < MAX_METAS) this.metas.set(name, content)
        // Each of them holds.
        else if (name === 'robots') this.metas.set(name, `${before ?? ''},${content}`.slice(0, MAX_ATTRIBUTE))
        return true
      }
      case 'link':
        if (/(?:^|\s)canonical(?:\s|$)/i.test(attributes['rel'] ?? '')) this.canonical ??= attributes['href'] ?? null
        return true
      case 'base':
        this.base ??= attributes['href'] ?? null
        return true
      case 'title':
        if (this.hasTitle) return false
        this.hasTitle = true
        this.gathering = 'title'
        return true
      case 'script':
        if (!/^\s*application\/(?:\w+\+)?ld\+json/i.test(attributes['type'] ?? '')) return false
        this.gathering = 'data'
        return true
      case 'input':
        if (attributes['type']?.toLowerCase() === 'password') this.asksPassword = true
        return true
      default:
        return false
    }
  }

  private gather(): void {
    if (this.gathering === 'title') this.title = this.gathered.replace(/\s+/g, ' ').trim()
    else if (this.gathered.length <= MAX_DATA && this.allData + this.gathered.length <= MAX_ALL_DATA) {
      this.allData += this.gathered.length
      this.data.push(this.gathered)
    } else this.isCut = true
    this.gathering = null
    this.gathered = ''
  }

  // ── the body ────────────────────────────────────────────────────────────────────────────────────────────────────────

  private text(start: number, end: number, decoded: string | null): void {
    if (this.gathering !== null) {
      const room = (this.gathering === 'title' ? 2_000 : MAX_DATA + 1) - this.gathered.length
      if (room > 0) this.gathered += decoded ?? this.html.slice(start, Math.min(end, start + room))
      return
    }
    if (this.skipped !== null) return
    const room = MAX_TEXT - this.characters
    if (room <= 0) {
      this.isCut = true
      return
    }
    const piece = decoded ?? this.html.slice(start, Math.min(end, start + room))
    this.characters += piece.length
    const { parts } = this.top
    const last = parts.length - 1
    if (typeof parts[last] === 'string') parts[last] += piece
    else parts.push(piece)
  }

  private get top(): Box {
    return this.stack[this.stack.length - 1] ?? this.body
  }

  private put(box: Box): boolean {
    if (this.elements >= MAX_ELEMENTS) {
      this.isCut = true
      return false
    }
    this.elements++
    this.top.parts.push(box)
    return true
  }

  private begin(name: string): void {
    this.closeBefore(name)
    const box: Box = { name, attributes: this.attributes, parts: [] }
    if (VOID.has(name)) {
      if (SHOWN_VOID.has(name)) this.put(box)
      return
    }
    if (this.stack.length >= MAX_DEPTH) {
      this.isCut = true
      // Words of what is too deep are kept apart.
      if (BLOCK.has(name)) this.put({ name: 'br', attributes: {}, parts: [] })
      return
    }
    if (!this.put(box)) return
    this.stack.push(box)
    this.open.set(name, (this.open.get(name) ?? 0) + 1)
  }

  /** Closes what cannot stay open around an element of this name. */
  private closeBefore(name: string): void {
    if (BLOCK.has(name) && (this.open.get('p') ?? 0) > 0) this.closeNearest(['p'], SCOPES)
    if (HEADINGS.has(name) && HEADINGS.has(this.top.name)) this.pop()
    const ends = LIST_ENDS.get(name)
    if (ends !== undefined) this.closeNearest(ends.closes, ends.within)
    const cells = TABLE_ENDS.get(name)
    if (cells !== undefined) {
      for (const cell of cells) if ((this.open.get(cell) ?? 0) > 0) this.closeNearest([cell], TABLE_SCOPE)
    }
    if (name === 'a' && (this.open.get('a') ?? 0) > 0) this.closeNearest(['a'], SPECIAL)
  }

  private closeNearest(names: readonly string[], within: ReadonlySet<string>): void {
    if (names.every(name => (this.open.get(name) ?? 0) === 0)) return
    for (let at = this.stack.length - 1; at > 0; at--) {
      const { name } = this.stack[at] as Box
      if (names.includes(name)) {
        this.popTo(at)
        return
      }
      if (within.has(name)) return
    }
  }

  private end(name: string): void {
    if ((this.open.get(name) ?? 0) === 0 || this.vain <= 0) return
    const isSpecial = SPECIAL.has(name)
    for (let at = this.stack.length - 1; at > 0; at--) {
      const open = (this.stack[at] as Box).name
      if (open === name) {
        this.popTo(at)
        return
      }
      if (isSpecial ? SCOPES.has(open) && !TABLE_PARTS.has(name) : SPECIAL.has(open)) break
      this.vain--
    }
  }

  private popTo(length: number): void {
    while (this.stack.length > length) this.pop()
  }

  private pop(): void {
    const box = this.stack.pop()
    if (box !== undefined) this.open.set(box.name, (this.open.get(box.name) ?? 1) - 1)
  }
}

const TABLE_SCOPE: ReadonlySet<string> = new Set(['table'])
const TABLE_PARTS: ReadonlySet<string> = new Set(['table', 'tbody', 'thead', 'tfoot', 'tr', 'td', 'th', 'caption'])

/** The tree of a page, with the attributes that something is read from, or with all. Time is linear in the length of the text. */
export function readTree(html: string, { keepsAll = false }: { keepsAll?: boolean } = {}): PageTree {
  const builder = new Builder(html, keepsAll)
  const tokenizer = new Tokenizer({ xmlMode: false, decodeEntities: true }, builder)
  tokenizer.write(html)
  tokenizer.end()
  const { body, language, title, metas, canonical, base, data, asksPassword, isCut } = builder
  return { body, language, title, metas, canonical, base, data, asksPassword, isCut }
}
