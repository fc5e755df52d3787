// Where a text's ink begins and ends. Written as loops because `\s+$` is quadratic on a long run of blanks.

/** White space, bidi controls and other characters nobody sees. */
export function isBlank(code: number): boolean {
  if (code <= 0x20) return true
  if (code < 0xa0) return code === 0x7f
  if (code === 0xa0 || code === 0xad || code === 0x61c || code === 0x1680 || code === 0x3000 || code === 0xfeff)
    return true
  return code >= 0x2000 && (code <= 0x200f || (code >= 0x2028 && code <= 0x202f) || (code >= 0x205f && code <= 0x206f))
}

/** Index of the first visible character in [from, to), or `to`. */
export function inkStart(text: string, from: number, to: number): number {
  let at = from
  while (at < to && isBlank(text.charCodeAt(at))) at++
  return at
}

/** Index after the last visible character in [from, to), or `from`. */
export function inkEnd(text: string, from: number, to: number): number {
  let at = to
  while (at > from && isBlank(text.charCodeAt(at - 1))) at--
  return at
}

/** The text between its first and last visible characters. */
export function trimInk(text: string): string {
  const start = inkStart(text, 0, text.length)
  return text.slice(start, inkEnd(text, start, text.length))
}

/** Index of the end of the line that holds `from`, at most `to`. */
export function lineEnd(text: string, from: number, to: number): number {
  for (let at = from; at < to; at++) {
    const code = text.charCodeAt(at)
    if (code === 10 || code === 13 || code === 0x2028 || code === 0x2029) return at
  }
  return to
}

/** Index of the start of the line that ends at `to`, at least `from`. */
export function lineStart(text: string, from: number, to: number): number {
  for (let at = to; at > from; at--) {
    const code = text.charCodeAt(at - 1)
    if (code === 10 || code === 13 || code === 0x2028 || code === 0x2029) return at
  }
  return from
}

const LOWER = /^\p{Ll}/u
const UPPER = /\p{Lu}/u
const LOWER_ANYWHERE = /\p{Ll}/u

export function startsLower(text: string): boolean {
  return LOWER.test(text)
}

/** Has capitals and no small letters. False for scripts without case. */
export function isCapitals(text: string): boolean {
  return UPPER.test(text) && !LOWER_ANYWHERE.test(text)
}

/** Written in a script that knows capitals. */
export function isCased(text: string): boolean {
  return UPPER.test(text) || LOWER_ANYWHERE.test(text)
}
