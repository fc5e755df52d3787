// Reads markup that is more or less XML or HTML in one pass: openings, closings and texts of elements, repaired as feeds
// need it, in time linear in the text. What elements mean is decided in elements.ts.

import { Decoder } from './decoder.ts'
import { Tokenizer, type TokenizerCallbacks } from './htmlparser2.ts'
import { MAX_ATTRIBUTE, MAX_ATTRIBUTES, MAX_DECLARATION, type MarkupSink, PlainMarkup } from './plain-markup.ts'

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
  readonly decoder = new Decoder()

  private readonly isPlainFirst: boolean

  /** @param isPlainFirst whether markup without faults is read without the tokenizer, which changes nothing but the time */
  constructor(text: string, reading: MarkupSink, xmlMode = true, isPlainFirst = xmlMode) {
    this.isPlainFirst = isPlainFirst
    this.text = text
    this.reading = reading
    this.xmlMode = xmlMode
    this.repairs = text.length * 8 + 100_000
  }

  /** Reads the whole document; begins anew behind each stray `<`, within a budget that keeps the work linear. */
  run(): void {
    const plain = new PlainMarkup(this.text, this.reading, this.decoder)
    let at = 0
    while (at < this.text.length) {
      this.restart = null
      if (this.isPlainFirst) at = plain.run(at)
      if (at === this.text.length) break
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

  ondeclaration(start: number, end: number): void {
    this.decoder.declare(this.slice(start, Math.min(end, start + MAX_DECLARATION)))
  }

  ontext(start: number, end: number): void {
    // A document that ends inside a closing tag has text at -1, by htmlparser2's count: it is none.
    if (start >= 0 && this.reading.gathering) this.reading.text(this.decoder.decode(this.slice(start, end)))
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
      if (this.reading.gathering) this.reading.text(this.decoder.decode(this.text.slice(from - 1, next)))
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
      if (!this.attributes.has(name)) this.attributes.set(name, this.decoder.decode(this.attributeValue))
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
