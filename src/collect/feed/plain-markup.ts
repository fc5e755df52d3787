// Reads XML markup of the usual form, without faults, jumping from bracket to bracket; nearly twice as fast as the
// tokenizer, which looks at each character. What has another form is left to the tokenizer, see scan.ts.

import type { Decoder } from './decoder.ts'
import { detached } from './detached.ts'
import type { Attributes } from './draft.ts'

/** Characters of one attribute's value, and attributes of one element, that are read. */
export const MAX_ATTRIBUTE = 20_000
export const MAX_ATTRIBUTES = 64
/** Characters of a declaration that are looked at. */
export const MAX_DECLARATION = 4096

/** Receives the events of a scan. Names are in lower case; attributes are decoded, by name in lower case. */
export interface MarkupSink {
  /** Whether text is of any use where the scan stands. */
  readonly gathering: boolean
  text(text: string): void
  /** `attributes` serve the next element too: copy what is to stay. */
  open(tag: string, attributes: Attributes, selfClosing: boolean): void
  close(tag: string): void
}

const isSpace = (code: number): boolean => code === 0x20 || (code >= 0x09 && code <= 0x0d && code !== 0x0b)

const isLetter = (code: number): boolean => (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a)

/** Letters, digits and marks that names of elements and attributes usually have. */
const isNamePart = (code: number): boolean =>
  isLetter(code) || (code >= 0x30 && code <= 0x3a) || code === 0x2d || code === 0x2e || code === 0x5f

/** Names in lower case, remembered, so that equal names are one string; a bounded number of them. */
const lowered = new Map<string, string>()

function lowerName(name: string): string {
  const before = lowered.get(name)
  if (before !== undefined) return before
  const lower = name.toLowerCase()
  if (lowered.size < 2_000) lowered.set(detached(name), detached(lower))
  return lower
}

export class PlainMarkup {
  private readonly text: string
  private readonly sink: MarkupSink
  private readonly decoder: Decoder
  private readonly attributes = new Map<string, string>()

  constructor(text: string, sink: MarkupSink, decoder: Decoder) {
    this.text = text
    this.sink = sink
    this.decoder = decoder
  }

  /**
   * Reads markup without faults from `at` on, with the same outcome as the tokenizer, and a good deal faster: it jumps
   * from bracket to bracket. Returns where the first thing begins that is not of the usual form.
   */
  run(start: number): number {
    const { text, sink, decoder } = this
    let at = start
    for (;;) {
      let open = text.indexOf('<', at)
      if (open < 0) open = text.length
      if (open > at && sink.gathering) sink.text(this.decoder.decode(text.slice(at, open)))
      if (open === text.length) return open
      at = open
      const { counts } = decoder
      const code = text.charCodeAt(open + 1)
      const end =
        code === 0x2f
          ? this.plainClosing(open + 2)
          : code === 0x21
            ? this.plainDeclaration(open)
            : code === 0x3f
              ? text.indexOf('?>', open + 2) + 1
              : this.plainOpening(open + 1)
      if (end <= 0) {
        decoder.counts = counts
        return open
      }
      at = end + 1
    }
  }

  // Each of these returns where the `>` is, and 0 or less where the tokenizer is to read instead.

  private plainClosing(start: number): number {
    const { text } = this
    let at = start
    let code = text.charCodeAt(at)
    while (isNamePart(code)) code = text.charCodeAt(++at)
    if (code !== 0x3e || at === start || at - start > 200) return 0
    this.sink.close(lowerName(text.slice(start, at)))
    return at
  }

  private plainDeclaration(open: number): number {
    const { text, sink } = this
    if (text.startsWith('[CDATA[', open + 2)) {
      const end = text.indexOf(']]>', open + 9)
      if (end >= 0 && sink.gathering) sink.text(text.slice(open + 9, end))
      return end < 0 ? 0 : end + 2
    }
    if (text.startsWith('--', open + 2)) {
      const end = text.indexOf('--', open + 4)
      return end >= 0 && text[end + 2] === '>' ? end + 2 : 0
    }
    if (!isLetter(text.charCodeAt(open + 2))) return 0
    const end = text.indexOf('>', open + 2)
    if (end >= 0) this.decoder.declare(text.slice(open + 2, Math.min(end, open + 2 + MAX_DECLARATION)))
    return end
  }

  private plainOpening(start: number): number {
    const { text } = this
    const first = text.charCodeAt(start)
    if (!isLetter(first) && first !== 0x5f) return 0
    let at = start + 1
    let code = text.charCodeAt(at)
    while (isNamePart(code)) code = text.charCodeAt(++at)
    if (at - start > 200) return 0
    const nameEnd = at
    this.attributes.clear()
    while (code !== 0x3e) {
      if (code === 0x2f) {
        if (text.charCodeAt(at + 1) !== 0x3e) return 0
        this.sink.open(lowerName(text.slice(start, nameEnd)), this.attributes, true)
        return at + 1
      }
      if (!isSpace(code)) return 0
      while (isSpace(code)) code = text.charCodeAt(++at)
      const from = at
      while (isNamePart(code)) code = text.charCodeAt(++at)
      if (at === from) {
        if (code === 0x3e || code === 0x2f) continue
        return 0
      }
      const quote = text.charCodeAt(at + 1)
      if (code !== 0x3d || (quote !== 0x22 && quote !== 0x27) || at - from > 100) return 0
      const end = text.indexOf(quote === 0x22 ? '"' : "'", at + 2)
      if (end < 0) return 0
      const value = text.slice(at + 2, Math.min(end, at + 2 + MAX_ATTRIBUTE))
      if (value.includes('<')) return 0
      if (this.attributes.size < MAX_ATTRIBUTES) {
        const name = lowerName(text.slice(from, at))
        if (!this.attributes.has(name)) this.attributes.set(name, this.decoder.decode(value))
      }
      at = end + 1
      code = text.charCodeAt(at)
    }
    this.sink.open(lowerName(text.slice(start, nameEnd)), this.attributes, false)
    return at
  }
}
