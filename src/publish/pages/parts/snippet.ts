// The place of a text where it has what was searched for, with those words marked as they are written there.
import { cleanLine } from '../../../language/markup.ts'
import { type Html, html } from '../../markup.ts'

const WORDS = /[\p{L}\p{M}\p{N}]+/gu
/** Characters shown, and of them before the first word found. */
const LENGTH = 140
const BEFORE = 50
/** Characters of a text that are looked through. */
const LOOKED = 20_000

export type Matches = (written: string, language: string | null) => boolean

/** Null where the text has none of the words. */
export function snippet(text: string, language: string | null, matches: Matches): Html | null {
  const line = cleanLine(text.slice(0, LOOKED))
  const first = [...line.matchAll(WORDS)].find(([word]) => matches(word, language))
  if (first === undefined) return null
  const from = first.index <= BEFORE ? 0 : line.indexOf(' ', first.index - BEFORE) + 1
  const end = line.length - from <= LENGTH ? line.length : line.lastIndexOf(' ', from + LENGTH)
  const cut = line.slice(from, end > from ? end : from + LENGTH)
  return html`${from > 0 ? '…' : ''}${marked(cut, language, matches)}${from + cut.length < line.length ? '…' : ''}`
}

/** A text with the words marked. */
export function marked(text: string, language: string | null, matches: Matches): Html {
  const parts: (Html | string)[] = []
  let at = 0
  for (const { 0: word, index } of text.matchAll(WORDS)) {
    if (!matches(word, language)) continue
    parts.push(text.slice(at, index), html`<mark>${word}</mark>`)
    at = index + word.length
  }
  return html`${parts}${text.slice(at)}`
}
