// Compares two versions of a text word by word, within a bound.
import { differences } from '../../language/difference.ts'
import { cleanText } from '../../language/markup.ts'
import { type Html, html } from '../markup.ts'

export interface Change {
  kind: 'same' | 'out' | 'in'
  text: string
}

/** Longest text compared, in UTF-16 units: a page is for reading. */
const LENGTH = 60_000

/**
 * What turns `before` into `after`, in reading order: what went out stands before what came in. Joining all but `out`
 * gives `after`; all but `in` has the words of `before` (each cleaned and cut to its bound). White space is not compared.
 */
export function changes(before: string, after: string): Change[] {
  const old = pieces(before)
  const young = pieces(after)
  const out = new Changes()
  let at = 0
  const words = (list: readonly Piece[]) => list.map(piece => piece.word)
  for (const change of differences(words(old), words(young))) {
    for (const piece of young.slice(at, change.youngFrom)) out.add('same', piece)
    for (const piece of old.slice(change.from, change.to)) out.add('out', piece)
    for (const piece of young.slice(change.youngFrom, change.youngTo)) out.add('in', piece)
    at = change.youngTo
  }
  for (const piece of young.slice(at)) out.add('same', piece)
  return out.list()
}

interface Piece {
  word: string
  /** White space that follows it. */
  space: string
}

function pieces(text: string): Piece[] {
  const found = cleanText(text.slice(0, LENGTH))
    .trim()
    .matchAll(/(\S+)(\s*)/g)
  return Array.from(found, match => ({ word: match[1] ?? '', space: match[2] ?? '' }))
}

/** Collects pieces of one kind; joined only at the end, because a text grown word by word is copied at every look. */
class Changes {
  readonly #list: { kind: Change['kind']; parts: string[] }[] = []
  #spaced = true

  add(kind: Change['kind'], { word, space }: Piece): void {
    let last = this.#list.at(-1)
    // The last word of either text has no space after it, but may now stand in the middle.
    if (!this.#spaced) last?.parts.push(' ')
    if (last?.kind !== kind) {
      last = { kind, parts: [] }
      this.#list.push(last)
    }
    last.parts.push(word, space)
    this.#spaced = space !== ''
  }

  list(): Change[] {
    return this.#list.map(({ kind, parts }) => ({ kind, text: parts.join('') }))
  }
}

/** How many words came in and went out. */
export function wordCounts(list: readonly Change[]): { in: number; out: number } {
  const counts = { in: 0, out: 0 }
  for (const { kind, text } of list) {
    if (kind !== 'same') counts[kind] += text.trim().split(/\s+/).length
  }
  return counts
}

/**
 * The changes as `<del>` and `<ins>` around whole words, so that letters keep joining. Each has the direction of the text:
 * a Latin name that replaces another in an Arabic sentence then stands after it, as it is read.
 */
export function differenceHtml(list: readonly Change[], direction: 'rtl' | 'ltr' | 'auto'): Html {
  return html`${list.map(change => {
    if (change.kind === 'same') return html`${change.text}`
    // The space after stays outside: a struck-through gap looks like a word that is gone.
    const words = change.text.trimEnd()
    const space = change.text.slice(words.length)
    return change.kind === 'out'
      ? html`<del dir="${direction}">${words}</del>${space}`
      : html`<ins dir="${direction}">${words}</ins>${space}`
  })}`
}
