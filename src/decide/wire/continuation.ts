// How the desk numbers the pieces of a long report: «إضافة أولى وأخيرة», `(2/3)`, `2nd add`. A score or a fraction is none.

import { fold, foldWord } from '../../language/fold.ts'
import type { Continuation } from '../../model/decided.ts'

export interface PartFound {
  /** Range in the text that was read. */
  start: number
  end: number
  part: Continuation
}

const MOST = 20
const WINDOW = 48

const ORDINALS = new Map<string, number>()
for (const [at, list] of [
  'اولي الاولي اول الاول first 1st premiere primera первая',
  'ثانيه الثانيه ثان ثاني الثاني second 2nd deuxieme segunda вторая',
  'ثالثه الثالثه ثالث الثالث third 3rd troisieme tercera третья',
  'رابعه الرابعه رابع الرابع fourth 4th quatrieme cuarta четвертая',
  'خامسه الخامسه خامس الخامس fifth 5th cinquieme quinta пятая',
  'سادسه السادسه سادس السادس sixth 6th sixieme sexta шестая',
  'سابعه السابعه سابع السابع seventh 7th septieme septima седьмая',
  'ثامنه الثامنه ثامن الثامن eighth 8th huitieme octava восьмая',
].entries()) {
  for (const word of list.split(' ')) ORDINALS.set(word, at + 1)
}
const LAST = /^(?:و?اخيره|و?الاخيره|و?اخير|و?الاخير|last|final|fin)$/u

function numbered(number: number, of: number | null): Continuation | null {
  if (number < 1 || number > MOST || (of !== null && (of < number || of < 2 || of > MOST))) return null
  return { number, of }
}

// `(2/3)`, «(2 من 3)», `(2 of 3)`, `(y 3)` of EFE, `[2/3]`.
const PAIR =
  /[([]\s?(?:(?:part|pt|partie|parte|часть|teil|bölüm|جزء|الجزء)\.?\s)?([\d٠-٩]{1,2})\s?(?:\/|of|de|من|из|sur|von)\s?([\d٠-٩]{1,2})\s?[)\]]/iu
const EFE_LAST = /\((?:y|and|et)\s([2-9])\)/u
// «إضافة أولى وأخيرة», «إضافة 2», "1st add", "2nd take", "Add 1".
const ADDED =
  /(?:(?:[إا]ضاف[ةه]|تابع|تتمة|الجزء|جزء)\s([\p{L}\p{M}]+|[\d٠-٩]{1,2})(?:\s([\p{L}\p{M}]+))?|(1st|2nd|3rd|[4-8]th|first|second|third|fourth|fifth)\s(?:add|take|lead add)(?:\s(and last|and final))?|(?:add|take)\s(\d{1,2})|(?:часть|teil)\s(\d{1,2}))/iu

const LATIN_DIGITS = (written: string): number => Number(fold(written))

function added(match: RegExpExecArray): Continuation | null {
  const [, arabic, second, ordinal, last, counted, part] = match
  if (counted ?? part) return numbered(Number(counted ?? part), null)
  if (ordinal) {
    const number = ORDINALS.get(foldWord(ordinal)) ?? 0
    return numbered(number, last && number > 1 ? number : null)
  }
  if (!arabic) return null
  const number = /\d|[٠-٩]/.test(arabic) ? LATIN_DIGITS(arabic) : (ORDINALS.get(foldWord(arabic)) ?? 0)
  if (number > 0) {
    const closed = second !== undefined && LAST.test(foldWord(second))
    // One addition that is also the last: the report itself and this make two.
    return closed && number === 1 ? { number, of: 1 } : numbered(number, closed && number > 1 ? number : null)
  }
  return LAST.test(foldWord(arabic)) ? { number: 1, of: 1 } : null
}

/** A part number that ends [from, to) of `text`: in parentheses, or behind a slash or dash. */
export function readPartAtEnd(text: string, from: number, to: number): PartFound | null {
  const bound = Math.max(from, to - WINDOW)
  const window = text.slice(bound, to)
  if (window.endsWith(')') || window.endsWith(']')) {
    const open = Math.max(window.lastIndexOf('('), window.lastIndexOf('['))
    if (open < 0) return null
    const written = window.slice(open)
    const pair = PAIR.exec(written)
    if (pair && pair[0].length === written.length) {
      const part = numbered(LATIN_DIGITS(pair[1] ?? ''), LATIN_DIGITS(pair[2] ?? ''))
      return part && { start: bound + open, end: to, part }
    }
    const last = EFE_LAST.exec(written)
    if (last && last[0].length === written.length) {
      const part = numbered(Number(last[1]), Number(last[1]))
      return part && { start: bound + open, end: to, part }
    }
    const match = ADDED.exec(written)
    if (match && match.index === 1 && match[0].length >= written.length - 2) {
      const part = added(match)
      return part && { start: bound + open, end: to, part }
    }
    return null
  }
  const divider = /[/|–—-]\s*(?=[^/|–—-]*$)/u.exec(window)
  if (!divider) return null
  const tail = window.slice(divider.index + divider[0].length).replace(/(?<![\s.])[\s.]+$/u, '')
  const match = ADDED.exec(tail)
  if (match?.index !== 0 || match[0].length !== tail.length) return null
  const part = added(match)
  return part && { start: bound + divider.index, end: to, part }
}

// `2/3 - …`, «2/3: …», `(2/3) …`, «إضافة أولى / …», "1st add: …".
const PAIR_START = /^([\d٠-٩]{1,2})\s?\/\s?([\d٠-٩]{1,2})\s?(?:[:|–—]|-\s|\s-)\s*/u
const AFTER = /^\s*(?:[.…]{1,3}\s*)?(?:[:/|–—)\]-]|\n)\s*/u

/** A part number that opens [from, to) of `text`. */
export function readPartAtStart(text: string, from: number, to: number): PartFound | null {
  const window = text.slice(from, Math.min(to, from + WINDOW))
  const bare = PAIR_START.exec(window)
  if (bare) {
    const part = numbered(LATIN_DIGITS(bare[1] ?? ''), LATIN_DIGITS(bare[2] ?? ''))
    return part && { start: from, end: from + bare[0].length, part }
  }
  const pair = PAIR.exec(window)
  if (pair?.index === 0) {
    const part = numbered(LATIN_DIGITS(pair[1] ?? ''), LATIN_DIGITS(pair[2] ?? ''))
    return part && { start: from, end: from + pair[0].length, part }
  }
  const opened = /^[([]?\s?/.exec(window)?.[0].length ?? 0
  const match = ADDED.exec(window.slice(opened))
  if (match?.index !== 0) return null
  const after = AFTER.exec(window.slice(opened + match[0].length))
  const part = after && added(match)
  return part && { start: from, end: from + opened + match[0].length + after[0].length, part }
}
