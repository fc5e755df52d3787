// Words on either side of a number, as far as its clause reaches.
import { isBlank } from './edges.ts'

/** Characters looked at on one side, and of one word. */
const WINDOW = 72
const LONGEST = 40

export interface Word {
  text: string
  start: number
  end: number
}

/** Letters, marks, digits and %: by code, for this is asked of every character beside a number. */
function isWordCode(code: number): boolean {
  if (code < 0x80) {
    return (
      (code >= 0x61 && code <= 0x7a) ||
      (code >= 0x41 && code <= 0x5a) ||
      (code >= 0x30 && code <= 0x39) ||
      code === 0x25
    )
  }
  if (code < 0xc0) return code === 0xaa || code === 0xb5 || code === 0xba
  if (code === 0xd7 || code === 0xf7 || isBlank(code)) return false
  if (code >= 0x600 && code <= 0x6ff)
    return code > 0x610 && code !== 0x61b && code !== 0x61f && code !== 0x61e && code !== 0x6d4
  return code < 0x2000 || (code > 0x206f && code < 0x2e00) || (code > 0x303f && code < 0xff00) || code > 0xff0f
}

/** Ends a clause: punctuation, a line end, a bracket, a quotation mark, a spaced dash. */
function isClauseEnd(text: string, at: number): boolean {
  const code = text.charCodeAt(at)
  if (code === 0x2d) return isBlank(text.charCodeAt(at - 1))
  if (code < 0x80) return code === 10 || code === 13 || ASCII_ENDS.has(code)
  return OTHER_ENDS.has(code)
}
const codes = (characters: string) => new Set([...characters].map(character => character.charCodeAt(0)))
const ASCII_ENDS = codes('.!?;:,()[]{}"|/')
const OTHER_ENDS = codes('؟؛،«»“”…–—')

/** Up to `most` words after `from`, to the end of the clause. */
export function wordsAfter(text: string, from: number, most: number): Word[] {
  const words: Word[] = []
  const limit = Math.min(text.length, from + WINDOW)
  let at = from
  while (at < limit && words.length < most && !isClauseEnd(text, at)) {
    const start = at
    while (at < text.length && at - start < LONGEST && isWordCode(text.charCodeAt(at))) at++
    if (at > start) words.push({ text: text.slice(start, at), start, end: at })
    else at++
  }
  return words
}

/** Up to `most` words of the last `window` characters before `to`, from the start of the clause, in reading order. */
export function wordsBefore(text: string, to: number, most: number, window = WINDOW): Word[] {
  const words: Word[] = []
  const limit = Math.max(0, to - window)
  let at = to
  while (at > limit && words.length < most && !isClauseEnd(text, at - 1)) {
    const end = at
    while (at > 0 && end - at < LONGEST && isWordCode(text.charCodeAt(at - 1))) at--
    if (at < end) words.push({ text: text.slice(at, end), start: at, end })
    else at--
  }
  return words.reverse()
}
