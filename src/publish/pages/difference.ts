// Compares two versions of a text word by word: the longest common subsequence, within a bound.
import { cleanText } from '../../language/markup.ts'
import { type Html, html } from '../markup.ts'

export interface Change {
  kind: 'same' | 'out' | 'in'
  text: string
}

/** Cells of the comparison table; two middles of 700 words each. Beyond it the middle is shown as replaced whole. */
const CELLS = 500_000
/** Longest text compared, in UTF-16 units: a page is for reading. */
const LENGTH = 60_000

/**
 * What turns `before` into `after`, in reading order: what went out stands before what came in. Joining all but `out`
 * gives `after`; all but `in` has the words of `before` (each cleaned and cut to its bound). White space is not compared.
 */
export function changes(before: string, after: string): Change[] {
  const old = pieces(before)
  const young = pieces(after)
  const same = (left: Piece | undefined, right: Piece | undefined) => left?.word === right?.word
  let head = 0
  while (head < old.length && head < young.length && same(old[head], young[head])) head++
  let tail = 0
  while (
    tail < old.length - head &&
    tail < young.length - head &&
    same(old[old.length - 1 - tail], young[young.length - 1 - tail])
  ) {
    tail++
  }
  const out = new Changes()
  for (const piece of young.slice(0, head)) out.add('same', piece)
  middle(old.slice(head, old.length - tail), young.slice(head, young.length - tail), out)
  for (const piece of young.slice(young.length - tail)) out.add('same', piece)
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

function middle(old: readonly Piece[], young: readonly Piece[], out: Changes): void {
  if (old.length * young.length > CELLS) {
    for (const piece of old) out.add('out', piece)
    for (const piece of young) out.add('in', piece)
    return
  }
  const width = young.length + 1
  const common = new Uint16Array((old.length + 1) * width)
  const at = (row: number, column: number) => common[row * width + column] ?? 0
  for (let row = old.length - 1; row >= 0; row--) {
    for (let column = young.length - 1; column >= 0; column--) {
      common[row * width + column] =
        old[row]?.word === young[column]?.word
          ? at(row + 1, column + 1) + 1
          : Math.max(at(row + 1, column), at(row, column + 1))
    }
  }
  let row = 0
  let column = 0
  while (row < old.length || column < young.length) {
    const left = old[row]
    const right = young[column]
    if (left !== undefined && right !== undefined && left.word === right.word) {
      out.add('same', right)
      row++
      column++
    } else if (left !== undefined && (right === undefined || at(row + 1, column) >= at(row, column + 1))) {
      out.add('out', left)
      row++
    } else if (right !== undefined) {
      out.add('in', right)
      column++
    }
  }
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
