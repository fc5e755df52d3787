// What is used of the package htmlparser2: its tokenizer, and its reading of HTML's character references.

import { Parser } from 'htmlparser2'
import { detached } from './detached.ts'

export { Tokenizer, type TokenizerCallbacks } from 'htmlparser2'

/** The five that XML knows. */
export const BASIC = new Map([
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
  if (named.size < 4096) named.set(detached(name), found)
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
  if (remembered.size < 4096) remembered.set(detached(piece), decoded)
  return decoded
}
