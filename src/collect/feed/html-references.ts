// Decodes the character references of HTML text and attributes as htmlparser2 does, each kind of reference once.

import { decodedByHtml } from './htmlparser2.ts'

/** A reference, its semicolon if it has one. Longer names are none. */
const REFERENCE = /&(?:#[xX]?[0-9a-fA-F]{1,10}|[A-Za-z][A-Za-z0-9]{0,40});?/y

const isLetter = (code: number): boolean => (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a)

/** Thrown where markup is left to sanitize-html. */
export class Refused extends Error {}
export const REFUSAL = new Refused()

/** What `read` gives, or null where it refuses. */
export function unlessRefused<T>(read: () => T): T | null {
  try {
    return read()
  } catch (error) {
    if (error instanceof Refused) return null
    throw error
  }
}

/** Text with its references decoded; a reference without a semicolon also depends on what follows it. */
export function decoded(text: string, place: 'text' | 'attribute'): string {
  let out = ''
  let from = 0
  for (let at = text.indexOf('&'); at >= 0; at = text.indexOf('&', at)) {
    const next = text.charCodeAt(at + 1)
    if (!isLetter(next) && next !== 0x23) {
      at++
      continue
    }
    REFERENCE.lastIndex = at
    const found = REFERENCE.exec(text)?.[0]
    if (found === undefined) throw REFUSAL
    const end = at + found.length
    let meant: string
    if (found.endsWith(';')) meant = decodedByHtml(found, place)
    else {
      const follows = text.charAt(end)
      if (/[A-Za-z0-9]/.test(follows)) throw REFUSAL
      meant = decodedByHtml(`${found}${follows === '=' ? '=' : ' '}`, place).slice(0, -1)
    }
    out += text.slice(from, at) + meant
    from = end
    at = end
  }
  return from === 0 ? text : out + text.slice(from)
}

/** HTML text without tags as plain text; null where it is left to sanitize-html. */
export const decodedText = (text: string): string | null => unlessRefused(() => decoded(text, 'text'))
