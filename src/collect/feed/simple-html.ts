// Sanitises HTML in one pass, as sanitize-html with our policy does, byte for byte, and eight times as fast. Kinds of
// markup that feeds seldom have are refused, and left to sanitize-html. `tests/laws/sanitising.test.ts` compares the two.
//
// How end tags, elements that end others, attributes and references are read follows htmlparser2, which sanitize-html
// reads with.

import { escapeAttribute, escapeText } from './escape.ts'
import { decoded, REFUSAL, unlessRefused } from './html-references.ts'
import { type Rule, ruleOf } from './html-rules.ts'
import { type HtmlAttributes, READ_ATTRIBUTES, rewritten } from './policy.ts'

export interface Sanitised {
  html: string
  /** Whether an element went, or was renamed, and its content stayed. */
  isUnwrapped: boolean
}

/** Open elements beyond which markup is refused: sanitize-html begins to cut at a hundred. */
const MAX_DEPTH = 90

const isSpace = (code: number): boolean =>
  code === 0x20 || code === 0x0a || code === 0x09 || code === 0x0c || code === 0x0d
const isLetter = (code: number): boolean => (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a)

class Pass {
  private readonly html: string
  private readonly base: string | null
  private out = ''
  /** Input from here on is in the output as it is, up to where the pass stands. */
  private from = 0
  private isUnwrapped = false
  /** Names of the open elements, and what they are written as. */
  private readonly names: string[] = []
  private readonly outputs: (string | null)[] = []

  constructor(html: string, base: string | null) {
    this.html = html
    this.base = base
  }

  run(): Sanitised {
    const { html } = this
    const { length } = html
    let at = 0
    while (at < length) {
      let open = html.indexOf('<', at)
      if (open < 0) open = length
      if (open > at) this.text(at, open)
      if (open === length) break
      at = this.markup(open)
    }
    this.put(length, length, '')
    for (let index = this.outputs.length - 1; index >= 0; index--) {
      const output = this.outputs[index]
      if (output) this.out += `</${output}>`
    }
    return { html: this.out, isUnwrapped: this.isUnwrapped }
  }

  /** Writes `text` in the place of the input between two positions. */
  private put(start: number, end: number, text: string): void {
    if (this.from < start)
      this.out += this.from === 0 && start === this.html.length ? this.html : this.html.slice(this.from, start)
    this.out += text
    this.from = end
  }

  private text(start: number, end: number): void {
    const { html } = this
    const text = html.slice(start, end)
    const hasReference = text.includes('&')
    if (!hasReference && !text.includes('>')) return
    const clean = escapeText(hasReference ? decoded(text, 'text') : text)
    if (clean !== text) this.put(start, end, clean)
  }

  /** Reads what begins with the `<` at `at`, and returns where it ends. */
  private markup(at: number): number {
    const { html } = this
    const code = html.charCodeAt(at + 1)
    if (isLetter(code)) return this.opening(at)
    if (code === 0x2f) return this.closing(at)
    if (code === 0x21) return this.comment(at)
    if (Number.isNaN(code) || code === 0x3f || code === 0x26) throw REFUSAL
    this.put(at, at + 1, '&lt;')
    return at + 1
  }

  private comment(at: number): number {
    const { html } = this
    if (!html.startsWith('--', at + 2) || html[at + 4] === '>' || html.startsWith('->', at + 4)) throw REFUSAL
    let end = html.indexOf('--', at + 4)
    while (end >= 0) {
      const bang = html[end + 2] === '!' ? 1 : 0
      if (html[end + 2 + bang] === '>') {
        this.put(at, end + 3 + bang, '')
        return end + 3 + bang
      }
      end = html.indexOf('--', end + 1)
    }
    throw REFUSAL
  }

  private closing(at: number): number {
    const { html } = this
    const start = at + 2
    if (!isLetter(html.charCodeAt(start))) throw REFUSAL
    const close = html.indexOf('>', start)
    if (close < 0) throw REFUSAL
    let end = start + 1
    while (end < close) {
      const code = html.charCodeAt(end)
      if (code === 0x2f || isSpace(code)) break
      end++
    }
    const rule = ruleOf(html.slice(start, end))
    const { name } = rule
    const next = close + 1
    if (rule.isVoid) {
      this.put(at, next, name === 'br' ? '<br />' : '')
      return next
    }
    const position = this.names.lastIndexOf(name)
    if (position < 0) {
      // The end of a paragraph that was not begun is an empty one.
      this.put(at, next, name === 'p' ? '<p></p>' : '')
      return next
    }
    const innermost = this.names.length - 1
    const output = this.outputs[innermost]
    if (
      position === innermost &&
      output &&
      end === close &&
      html.startsWith(output, start) &&
      output.length === end - start
    ) {
      this.names.pop()
      this.outputs.pop()
      return next
    }
    this.put(at, next, '')
    while (this.names.length > position) this.pop()
    return next
  }

  private pop(): void {
    this.names.pop()
    const output = this.outputs.pop()
    if (output) this.out += `</${output}>`
  }

  private endBefore(ends: ReadonlySet<string> | null, at: number): void {
    if (ends === null) return
    let innermost = this.names.length - 1
    if (innermost < 0 || !ends.has(this.names[innermost] ?? '')) return
    this.put(at, at, '')
    for (; innermost >= 0 && ends.has(this.names[innermost] ?? ''); innermost--) this.pop()
  }

  private opening(at: number): number {
    const { html } = this
    let end = at + 2
    for (; ; end++) {
      const code = html.charCodeAt(end)
      if (code === 0x3e || code === 0x2f || isSpace(code)) break
      if (Number.isNaN(code)) throw REFUSAL
    }
    const rule = ruleOf(html.slice(at + 1, end))
    if (rule.content === 'refused') throw REFUSAL
    if (rule.isUnwrapped) this.isUnwrapped = true
    this.endBefore(rule.ends, at)
    let tag = rule.bare
    if (html.charCodeAt(end) !== 0x3e) {
      this.attributes = null
      end = this.readAttributes(end, rule.output !== null)
      const { attributes } = this
      if (attributes !== null) tag = this.tagOf(rule, attributes)
    }
    const next = end + 1
    if (tag.length !== next - at || !html.startsWith(tag, at)) this.put(at, next, tag)
    if (rule.content !== 'markup') return this.passOver(rule, next)
    if (!rule.isVoid) {
      if (this.names.length >= MAX_DEPTH) throw REFUSAL
      this.names.push(rule.name)
      this.outputs.push(rule.output)
    }
    return next
  }

  private tagOf(rule: Rule, attributes: HtmlAttributes): string {
    const { tagName, attribs } = rewritten(rule.name, attributes, this.base)
    let tag = ''
    for (const name in attribs) {
      const value = attribs[name] ?? ''
      tag += ` ${name}="${escapeAttribute(value)}"`
    }
    if (tag === '') return rule.bare
    return `<${tagName}${tag}${rule.isVoid ? ' />' : '>'}`
  }

  /** Attributes of the tag that is being read, of those that count; null where it has none. */
  private attributes: HtmlAttributes | null = null

  /** @returns where the `>` of the tag is */
  private readAttributes(start: number, isWanted: boolean): number {
    const { html } = this
    let at = start
    for (;;) {
      let code = html.charCodeAt(at)
      while (isSpace(code) || code === 0x2f) code = html.charCodeAt(++at)
      if (code === 0x3e) return at
      if (Number.isNaN(code)) throw REFUSAL
      const nameStart = at
      code = html.charCodeAt(++at)
      while (code !== 0x3d && code !== 0x2f && code !== 0x3e && !isSpace(code)) {
        if (Number.isNaN(code)) throw REFUSAL
        code = html.charCodeAt(++at)
      }
      const name = isWanted ? html.slice(nameStart, at).toLowerCase() : ''
      while (isSpace(code)) code = html.charCodeAt(++at)
      let value = ''
      if (code === 0x3d) {
        code = html.charCodeAt(++at)
        while (isSpace(code)) code = html.charCodeAt(++at)
        let end: number
        if (code === 0x22 || code === 0x27) {
          end = html.indexOf(code === 0x22 ? '"' : "'", at + 1)
          if (end < 0) throw REFUSAL
          value = html.slice(at + 1, end)
          at = end + 1
        } else {
          end = at
          while (code !== 0x3e && !isSpace(code)) {
            if (Number.isNaN(code)) throw REFUSAL
            code = html.charCodeAt(++end)
          }
          value = html.slice(at, end)
          at = end
        }
      }
      if (!isWanted || !READ_ATTRIBUTES.has(name)) continue
      this.attributes ??= {}
      if (!Object.hasOwn(this.attributes, name)) this.attributes[name] = decoded(value, 'attribute')
    }
  }

  /** The content of an element that goes with it, read as text. */
  private passOver(rule: Rule, start: number): number {
    const end = rule.name === 'script' ? SCRIPT_END : rule.name === 'style' ? STYLE_END : IFRAME_END
    end.lastIndex = start
    const found = end.exec(this.html)
    if (found === null || (rule.content === 'empty' && found.index !== start)) throw REFUSAL
    const close = this.html.indexOf('>', found.index)
    if (close < 0) throw REFUSAL
    this.put(start, close + 1, '')
    return close + 1
  }
}

const SCRIPT_END = /<\/script[\t\n\f\r />]/gi
const STYLE_END = /<\/style[\t\n\f\r />]/gi
const IFRAME_END = /<\/iframe[\t\n\f\r />]/gi

/** Null where the markup is left to sanitize-html. Time is linear in the input. */
export const sanitiseSimply = (html: string, base: string | null): Sanitised | null =>
  unlessRefused(() => new Pass(html, base).run())
