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

/** The place in that of these texts which says most of the words beside each other; the first of several. Null where none says any. */
export function placeIn(texts: readonly string[], language: string | null, matches: Matches): Html | null {
  let best: Place | null = null
  for (const text of texts) {
    const place = placeOf(text, language, matches)
    if (place !== null && place.words > (best?.words ?? 0)) best = place
  }
  return best === null ? null : shown(best, language, matches)
}

/** Null where the text has none of the words. */
export function snippet(text: string, language: string | null, matches: Matches): Html | null {
  return placeIn([text], language, matches)
}

interface Place {
  line: string
  /** Where the first of the words stands that are shown. */
  at: number
  /** Different words beside each other. */
  words: number
}

/** Where most different words stand beside each other. */
function placeOf(text: string, language: string | null, matches: Matches): Place | null {
  const line = cleanLine(text.slice(0, LOOKED))
  const found = [...line.matchAll(WORDS)].filter(([word]) => matches(word, language))
  const inside = new Map<string, number>()
  let best: Place | null = null
  let first = 0
  for (const { 0: written, index } of found) {
    const word = written.toLowerCase()
    inside.set(word, (inside.get(word) ?? 0) + 1)
    for (let left = found[first]; left !== undefined && index + word.length - left.index > LENGTH - BEFORE; ) {
      const gone = left[0].toLowerCase()
      const more = (inside.get(gone) ?? 0) - 1
      if (more > 0) inside.set(gone, more)
      else inside.delete(gone)
      left = found[++first]
    }
    const at = found[first]?.index
    if (at !== undefined && inside.size > (best?.words ?? 0)) best = { line, at, words: inside.size }
  }
  return best
}

function shown({ line, at }: Place, language: string | null, matches: Matches): Html {
  const from = at <= BEFORE ? 0 : line.indexOf(' ', at - BEFORE) + 1
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
