// Keeps a report's summary and content without what its plain text says already: as a JSON list of literal pieces and of
// numbers, each of which stands for a run of the text. The view `report` puts them together again in SQL, so the form is one
// that SQLite reads: `start * 2^20 + length`, in code points. A value that begins with `[` is packed; any other is literal.

const SHIFT = 1_048_576
/** Shortest run of the text that is named by a number, in UTF-16 units: a number takes some ten bytes with its comma. */
const SHORTEST_RUN = 20
/** Longer texts, and markup in more pieces, are kept literally: SQLite counts characters from the start for each piece. */
const LONGEST_TEXT = 65_536
const MOST_PIECES = 400
/** Characters of the markup that are looked for in the text where the two have parted, and how far ahead. */
const PROBE = 16
const AHEAD = 400
const LONGEST_ENTITY = 12
/** Places where markup and text may part without meeting again: what follows is kept literally. */
const MOST_PARTINGS = 32

type Piece = string | number

/** Markup as it is stored beside `text`. */
export function packMarkup(markup: string | null, text: string): string | null {
  if (markup === null) return null
  const packed = packable(markup, text) ? packedPieces(markup, text) : null
  if (packed !== null && packed.length < markup.length) return packed
  return markup.startsWith('[') ? JSON.stringify([markup.toWellFormed()]) : markup
}

/** Markup from its stored form and the text it was stored beside. */
export function unpackMarkup(stored: string | null, text: string): string | null {
  if (!stored?.startsWith('[')) return stored
  const pieces = JSON.parse(stored) as Piece[]
  const points = hasPairs(text) ? Array.from(text) : null
  let out = ''
  for (const piece of pieces) {
    if (typeof piece === 'string') out += piece
    else {
      const from = Math.floor(piece / SHIFT)
      const to = from + (piece % SHIFT)
      out += points ? points.slice(from, to).join('') : text.slice(from, to)
    }
  }
  return out
}

/** SQL expression for the markup in column `stored` of a row whose plain text is in column `text`. */
export function markupSql(stored: string, text: string): string {
  return `case when substr(${stored}, 1, 1) = '[' then (
    select group_concat(piece, '') from (
      select iif(p.type = 'text', p.value, substr(${text}, p.value / ${SHIFT} + 1, p.value % ${SHIFT})) as piece
      from json_each(${stored}) p order by p.key)) else ${stored} end`
}

const hasPairs = (text: string): boolean => /[\ud800-\udfff]/.test(text)

function packable(markup: string, text: string): boolean {
  // SQLite ends strings at U+0000, and reads half a surrogate pair as another character.
  return (
    text.length <= LONGEST_TEXT &&
    markup.length >= SHORTEST_RUN &&
    markup.isWellFormed() &&
    text.isWellFormed() &&
    !text.includes('\0')
  )
}

function packedPieces(markup: string, text: string): string | null {
  const pieces: Piece[] = []
  const points = hasPairs(text) ? pointsBefore(text) : null
  let literal = 0
  let [at, inText, partings] = [0, 0, 0]
  while (at < markup.length) {
    if (markup.charCodeAt(at) === 0x3c) {
      const end = markup.indexOf('>', at)
      at = end < 0 ? markup.length : end + 1
      continue
    }
    while (isSpace(text.charCodeAt(inText)) && !isSpace(markup.charCodeAt(at))) inText++
    const run = common(markup, at, text, inText)
    if (run >= SHORTEST_RUN) {
      if (literal < at) pieces.push(markup.slice(literal, at))
      const from = points ? (points[inText] ?? 0) : inText
      const to = points ? (points[inText + run] ?? 0) : inText + run
      pieces.push(from * SHIFT + (to - from))
      if (pieces.length > MOST_PIECES) return null
      at += run
      inText += run
      literal = at
      continue
    }
    if (run > 0) {
      at += run
      inText += run
      continue
    }
    const entity = markup.charCodeAt(at) === 0x26 ? markup.slice(at, at + LONGEST_ENTITY).indexOf(';') : -1
    if (entity > 0) {
      at += entity + 1
      inText = afterPoint(text, inText)
      continue
    }
    if (!isSpace(markup.charCodeAt(at))) {
      const probe = markup.slice(at, at + PROBE)
      const found = probe.includes('<') ? -1 : text.slice(inText, inText + AHEAD).indexOf(probe)
      if (found > 0) {
        inText += found
        continue
      }
      if (++partings > MOST_PARTINGS) break
    }
    at++
  }
  if (pieces.length === 0) return null
  if (literal < markup.length) pieces.push(markup.slice(literal))
  return JSON.stringify(pieces)
}

/** Units that both say from these places on, up to the next tag; never half a surrogate pair. */
function common(markup: string, at: number, text: string, inText: number): number {
  let run = 0
  for (;;) {
    const unit = markup.charCodeAt(at + run)
    if (unit !== text.charCodeAt(inText + run) || unit === 0x3c || Number.isNaN(unit)) break
    run++
  }
  return run > 0 && isHigh(markup.charCodeAt(at + run - 1)) ? run - 1 : run
}

const isSpace = (unit: number): boolean => unit === 0x20 || unit === 0x0a || unit === 0x09 || unit === 0x0d
const isHigh = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdbff

function afterPoint(text: string, at: number): number {
  return at + (isHigh(text.charCodeAt(at)) ? 2 : 1)
}

/** Code points before each UTF-16 unit of a text, and before its end. */
function pointsBefore(text: string): Uint32Array {
  const before = new Uint32Array(text.length + 1)
  let count = 0
  for (let at = 0; at < text.length; at++) {
    before[at] = count
    if (!isHigh(text.charCodeAt(at))) count++
  }
  before[text.length] = count
  return before
}
