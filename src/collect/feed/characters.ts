// Which characters may stand in a text that is stored and shown. Everything a document yields passes here.

/** What {@link cleanText} took out, counted over a document. */
export interface Removed {
  /** Halves of surrogate pairs without their other half. */
  halves: number
  /** Runs of combining marks that were cut. */
  marks: number
}

/** The characters of windows-1252 in the C1 range (WHATWG encoding, index windows-1252). */
const C1 = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ'

// NUL and other controls that XML 1.0 (section 2.2) forbids, and noncharacters; C1 controls are never meant as such in feeds.
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\ufdd0\ufdd1\ufffe\uffff]/
const FORBIDDEN_ALL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\ufdd0\ufdd1\ufffe\uffff]/g

/** Removes what XML forbids; C1 controls become the windows-1252 characters their writers meant. */
export function cleanControls(text: string): string {
  if (!FORBIDDEN.test(text)) return text
  return text.replace(FORBIDDEN_ALL, found => {
    const code = found.charCodeAt(0)
    // Vertical tab and form feed are what word processors write for a line's and a page's end.
    if (code === 0x0b || code === 0x0c) return ' '
    const meant = code >= 0x80 && code <= 0x9f ? (C1[code - 0x80] ?? '') : ''
    return meant.charCodeAt(0) < 0xa0 ? '' : meant
  })
}

// Overrides, embeddings and isolates of direction: they reorder what stands beside them, in a terminal as on a page. The
// marks that only place a full stop (U+200E, U+200F, U+061C) stay, and so do the joiners that Persian and emoji need.
// With them go invisible operators, byte order marks, interlinear annotation, and placeholders of objects.
const UNSHOWN = /[\u0000\u202a-\u202e\u2061-\u206f\ufdd0-\ufdef\ufeff\ufff9-\ufffc]/
const UNSHOWN_ALL = /[\u0000\u202a-\u202e\u2061-\u206f\ufdd0-\ufdef\ufeff\ufff9-\ufffc]/g
/** Letters of tags (U+E0000 to U+E007F) and the last two code points of each plane. */
const UNSHOWN_PAIRS =
  /(\ud83c\udff4(?:\udb40[\udc20-\udc7e]){1,16}\udb40\udc7f)|\udb40[\udc00-\udc7f]|[\ud800-\udbff][\udffe\udfff]/g
/** First halves of such pairs. */
const MAY_LEAD_UNSHOWN =
  /[\ud83f\ud87f\ud8bf\ud8ff\ud93f\ud97f\ud9bf\ud9ff\uda3f\uda7f\udabf\udaff\udb3f\udb40\udb7f\udbbf\udbff]/
const HALF = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g

/**
 * Combining marks kept on one letter. Arabic writes two, Hebrew with its cantillation four, Tibetan six. Bringing marks into
 * their order takes quadratic time in the length of the run (Unicode annex 15), so no longer run is stored.
 */
export const MAX_MARKS = 16
const MANY_MARKS = new RegExp(`(\\p{M}{${MAX_MARKS}})\\p{M}+`, 'gu')
const MARK = /\p{M}/u

/** What a UTF-16 unit of a text needs. */
const HARMLESS = 0
/** May be a combining mark: one of the Basic Multilingual Plane, or half of a pair. */
const MAY_BE_MARK = 1
/** A control, what may not be shown, or half of a pair that may not be. */
const SUSPECT = 2

/** By unit; made when first asked for. */
let units: Uint8Array | null = null

function unitsTable(): Uint8Array {
  const table = new Uint8Array(0x1_0000)
  for (let code = 0; code < 0x1_0000; code++) {
    const unit = String.fromCharCode(code)
    const isHalf = code >= 0xd800 && code < 0xe000
    if (FORBIDDEN.test(unit) || UNSHOWN.test(unit) || MAY_LEAD_UNSHOWN.test(unit)) table[code] = SUSPECT
    else if (isHalf || MARK.test(unit)) table[code] = MAY_BE_MARK
  }
  return table
}

/** Whether {@link cleanText} might change a text: one look at each unit, which costs a third of the expressions. */
function isSuspect(text: string): boolean {
  units ??= unitsTable()
  let run = 0
  let hasHalves = false
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    const kind = units[code]
    if (kind === HARMLESS) {
      run = 0
      continue
    }
    if (kind === SUSPECT || ++run > MAX_MARKS) return true
    if (code >= 0xd800) hasHalves = true
  }
  return hasHalves && !text.isWellFormed()
}

/** Whether a code point of four bytes is the last but one or the last of its plane: no character. */
const isNoncharacter = (pair: string): boolean => ((pair.codePointAt(0) ?? 0) & 0xfffe) === 0xfffe

/**
 * Text without control characters other than tab and line ends, without what changes the direction of its surroundings,
 * lone halves of surrogate pairs, noncharacters, or endless combining marks. A NUL becomes a space: it separated.
 */
export function cleanText(text: string, removed?: Removed): string {
  return isSuspect(text) ? cleaned(text, removed) : text
}

function cleaned(text: string, removed: Removed | undefined): string {
  let clean = UNSHOWN.test(text) ? text.replace(UNSHOWN_ALL, found => (found === '\0' ? ' ' : '')) : text
  clean = cleanControls(clean)
  if (!clean.isWellFormed()) {
    clean = clean.replace(HALF, () => {
      if (removed !== undefined) removed.halves++
      return ''
    })
  }
  if (MAY_LEAD_UNSHOWN.test(clean)) {
    clean = clean.replace(UNSHOWN_PAIRS, (all: string, flag?: string) =>
      flag !== undefined || (!all.startsWith('\udb40') && !isNoncharacter(all)) ? all : '',
    )
  }
  if (!isSuspect(clean)) return clean
  return clean.replace(MANY_MARKS, (_, kept: string) => {
    if (removed !== undefined) removed.marks++
    return kept
  })
}

/** A value of a list or a field that may be missing. */
export const cleanOrNull = (text: string | null, removed?: Removed): string | null =>
  text === null ? null : cleanText(text, removed)

/** Lone halves in a text whose pairs were written as two references, taken out; and how many there were. */
export function joinHalves(text: string): { text: string; lost: number } {
  if (text.isWellFormed()) return { text, lost: 0 }
  let lost = 0
  const joined = text.replace(HALF, () => {
    lost++
    return ''
  })
  return { text: joined, lost }
}
