// Decodes the character references of one XML document: XML's, HTML's, and those that the document declares, within bounds.

import { joinHalves } from './characters.ts'
import { BASIC, htmlEntity } from './htmlparser2.ts'

/** Text entities a document may declare, and the characters all their uses may yield. */
const MAX_ENTITIES = 100
const MAX_ENTITY = 1_000
const ENTITY_BUDGET = 100_000

/** Code points 128 to 159 in references are bytes of windows-1252 (HTML standard, numeric character reference end state). */
const WINDOWS = new TextDecoder('windows-1252')

/** Halves of a surrogate pair are given as they are: JavaScript and old WordPress write two references for one emoji. */
function character(code: number): string {
  if (code >= 0x80 && code <= 0x9f) return WINDOWS.decode(Uint8Array.of(code))
  if (code === 9 || code === 10 || code === 13 || (code >= 0x20 && code < 0xfffe)) return String.fromCharCode(code)
  return code >= 0x1_0000 && code <= 0x10_ffff ? String.fromCodePoint(code) : ''
}

const REFERENCE_PATTERN = '&(?:#[xX]([0-9a-fA-F]{1,8})|#([0-9]{1,8})|([A-Za-z_][A-Za-z0-9._-]{0,40}));'
const REFERENCE = new RegExp(REFERENCE_PATTERN, 'y')
const REFERENCES = new RegExp(REFERENCE_PATTERN, 'g')

export class Decoder {
  readonly #entities = new Map<string, string>()
  #budget = ENTITY_BUDGET
  #refused = false
  /** Halves of surrogate pairs that were left out. */
  halves = 0

  /** Whether the document declared entities that were not expanded. */
  get refusedEntities(): boolean {
    return this.#refused || this.#budget < 0
  }

  /** What has been counted, to be put back where a piece is read again. */
  get counts(): readonly [halves: number, budget: number] {
    return [this.halves, this.#budget]
  }

  set counts([halves, budget]: readonly [number, number]) {
    this.halves = halves
    this.#budget = budget
  }

  /** Internal DTD: simple text entities are noted; anything that refers to another entity is refused. */
  declare(declaration: string): void {
    const match = /ENTITY\s{1,20}([A-Za-z_][\w.-]{0,40})\s{1,20}(?:"([^"]*)"|'([^']*)')/.exec(declaration)
    if (!match || this.#entities.size >= MAX_ENTITIES) return
    const value = match[2] ?? match[3] ?? ''
    if (value.length > MAX_ENTITY || /&(?!#)/.test(value) || value.includes('%')) {
      this.#refused = true
      return
    }
    const name = match[1] ?? ''
    if (!BASIC.has(name))
      this.#entities.set(
        name,
        this.#whole(
          value.replace(REFERENCES, (_, hex?: string, decimal?: string) =>
            character(hex !== undefined ? Number.parseInt(hex, 16) : Number(decimal)),
          ),
        ),
      )
  }

  /** References to characters; what names none is left as written. */
  decode(text: string): string {
    if (!text.includes('&')) return text
    let decoded = ''
    let from = 0
    for (let at = text.indexOf('&'); at >= 0; at = text.indexOf('&', at)) {
      // Nearly all references in feeds escape markup.
      const end = at + 4
      const short = text.charCodeAt(at + 2) === 0x74 && text.charCodeAt(at + 3) === 0x3b ? text.charCodeAt(at + 1) : 0
      if (short === 0x6c || short === 0x67) {
        decoded += text.slice(from, at) + (short === 0x6c ? '<' : '>')
        at = end
        from = end
        continue
      }
      REFERENCE.lastIndex = at
      const found = REFERENCE.exec(text)
      if (found === null) at++
      else {
        decoded += text.slice(from, at) + this.#meant(found)
        at += found[0].length
        from = at
      }
    }
    if (from === 0) return this.#whole(text)
    decoded += text.slice(from)
    return this.#whole(decoded)
  }

  #meant([all, hex, decimal, name = '']: RegExpExecArray): string {
    if (hex !== undefined) return character(Number.parseInt(hex, 16))
    if (decimal !== undefined) return character(Number(decimal))
    const own = this.#entities.get(name)
    if (own === undefined) return htmlEntity(name) ?? all
    this.#budget -= own.length
    return this.#budget >= 0 ? own : ''
  }

  #whole(text: string): string {
    const joined = joinHalves(text)
    this.halves += joined.lost
    return joined.text
  }
}
