// Separates the runs of bytes in a document that are UTF-8 from those that are not, and decodes each by its charset.

/** How much of a stretch of bytes is UTF-8 (RFC 3629). */
export interface Shape {
  /** Bytes above 127. */
  high: number
  /** Well-formed multibyte sequences, and those of three or four bytes among them. */
  sequences: number
  long: number
  /** Bytes above 127 that belong to no such sequence. */
  broken: number
  /** Bytes of sequences for planes without characters: Japanese charsets make such by chance. */
  doubtful: number
  /** General punctuation (U+2000 to U+203F): no single-byte charset has these three bytes in a word of any language. */
  punctuation: number
  /** Sequences for letters of Latin, Greek, Cyrillic, Hebrew and Arabic, and all long ones: what feeds are written in. */
  plausible: number
  /** Sequences for what Western text is written with, as «Ã©» would be: no language writes their bytes as letters. */
  western: number
  /** Whether an ASCII letter is among them. */
  ascii: boolean
}

/**
 * Length of the well-formed sequence at `at`; 0 for none. Two kinds that RFC 3629 forbids are taken as well: a surrogate
 * pair in six bytes (CESU-8, Unicode technical report 26), and NUL in two, as Java writes both.
 */
function sequenceAt(bytes: Uint8Array, at: number, end: number): number {
  const lead = bytes[at] ?? 0
  const next = at + 1 < end ? (bytes[at + 1] ?? 0) : 0
  if ((next & 0xc0) !== 0x80) return 0
  if (lead >= 0xc2 && lead <= 0xdf) return 2
  if (lead === 0xc0) return next === 0x80 ? 2 : 0
  const third = at + 2 < end ? (bytes[at + 2] ?? 0) : 0
  if (lead < 0xe0 || lead > 0xf4 || (third & 0xc0) !== 0x80) return 0
  if (lead === 0xe0) return next >= 0xa0 ? 3 : 0
  if (lead === 0xed && next >= 0xa0) return next < 0xb0 && isLowHalf(bytes, at + 3, end) ? 6 : 0
  if (lead < 0xf0) return 3
  const fourth = at + 3 < end ? (bytes[at + 3] ?? 0) : 0
  if ((fourth & 0xc0) !== 0x80) return 0
  return (lead === 0xf0 && next < 0x90) || (lead === 0xf4 && next > 0x8f) ? 0 : 4
}

const isLowHalf = (bytes: Uint8Array, at: number, end: number): boolean =>
  at + 2 < end &&
  bytes[at] === 0xed &&
  (bytes[at + 1] ?? 0) >= 0xb0 &&
  (bytes[at + 1] ?? 0) <= 0xbf &&
  ((bytes[at + 2] ?? 0) & 0xc0) === 0x80

/** First bytes of the two that make such a letter. */
const PLAUSIBLE = new Set([0xc2, 0xc3, 0xc4, 0xc5, 0xce, 0xcf, 0xd0, 0xd1, 0xd7, 0xd8, 0xd9, 0xda, 0xdb])

export function shapeOf(bytes: Uint8Array, start: number, end: number): Shape {
  const shape: Shape = {
    high: 0,
    sequences: 0,
    long: 0,
    broken: 0,
    doubtful: 0,
    punctuation: 0,
    plausible: 0,
    western: 0,
    ascii: false,
  }
  for (let at = start; at < end; at++) {
    const byte = bytes[at] as number
    if (byte < 0x80) {
      if ((byte | 32) >= 97 && (byte | 32) <= 122) shape.ascii = true
      continue
    }
    const size = sequenceAt(bytes, at, end)
    if (size === 0) {
      shape.high++
      shape.broken++
      continue
    }
    shape.high += size
    shape.sequences++
    if (size > 2) shape.long++
    if (byte > 0xf0 && !(byte === 0xf3 && bytes[at + 1] === 0xa0)) shape.doubtful += size
    if (byte === 0xe2 && bytes[at + 1] === 0x80) shape.punctuation++
    if (PLAUSIBLE.has(byte) || byte >= 0xe0) shape.plausible++
    if (byte < 0xc4 || byte === 0xe2 || byte === 0xf0) shape.western++
    at += size - 1
  }
  return shape
}

const wellFormed = (bytes: Uint8Array, from: number, to: number): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString('utf8')

/** Text of bytes that are UTF-8, CESU-8 and Java's NUL included. */
function decodeUtf8(bytes: Uint8Array): string {
  const end = bytes.length
  if (!bytes.includes(0xed) && !bytes.includes(0xc0)) return wellFormed(bytes, 0, end)
  let text = ''
  let from = 0
  for (let at = 0; at < end; at++) {
    const isNul = bytes[at] === 0xc0 && bytes[at + 1] === 0x80
    if (!isNul && (bytes[at] !== 0xed || sequenceAt(bytes, at, end) !== 6)) continue
    text += wellFormed(bytes, from, at)
    if (isNul) text += ' '
    else text += String.fromCharCode(halfAt(bytes, at), halfAt(bytes, at + 3))
    at += isNul ? 1 : 5
    from = at + 1
  }
  return text + wellFormed(bytes, from, end)
}

/** The half of a surrogate pair that three bytes encode. */
const halfAt = (bytes: Uint8Array, at: number): number =>
  0xd000 | (((bytes[at + 1] ?? 0) & 0x3f) << 6) | ((bytes[at + 2] ?? 0) & 0x3f)

/** What a stretch is read as: UTF-8, the other charset, or UTF-8 with stray bytes of the other. */
type Kind = 'utf-8' | 'legacy' | 'strays'

const LATIN = /^(?:windows-125[02478]|iso-8859-(?:[1-4]|9|1[0-6])|macintosh)$/
const MULTIBYTE = /^(?:gb|big5|euc|shift)/

/** Markup and quotation marks of JSON: what stands on either side of them may come from two databases. */
const isBoundary = (byte: number): boolean =>
  byte === 0x3c || byte === 0x3e || byte === 0x22 || byte === 0x0a || byte === 0x0d
/** What ends a word. Digits and all from `@` on may be the second byte of a letter in Chinese and Japanese charsets. */
const endsWord = (byte: number): boolean => byte < 0x30 || (byte > 0x39 && byte < 0x40)

/**
 * The kind of a stretch by itself; null where it has UTF-8 that might be chance, or none above 127.
 *
 * @param surely sequences of two bytes that are not taken for chance: more in the midst of other charsets, where two letters
 * of Arabic before a comma, and one Chinese character in ten, are UTF-8 by chance
 */
function kindOf(shape: Shape, surely: number): Kind | null {
  if (shape.high === 0) return null
  if (shape.sequences === 0) return 'legacy'
  if (shape.broken === 0) {
    const isSure = shape.sequences >= surely || shape.long * 2 >= surely || shape.punctuation > 0
    return isSure ? 'utf-8' : null
  }
  return surely > SURELY || shape.broken > 2 * (shape.high - shape.broken) ? 'legacy' : 'strays'
}

const SURELY = 2
const SURELY_AMONG_OTHERS = 4

/** Calls `visit` for each stretch of bytes that is to be read as one thing, in order; together they are the document. */
function stretches(
  bytes: Uint8Array,
  isMostlyUtf8: boolean,
  visit: (start: number, end: number, kind: Kind | null, shape: Shape, segment: Shape) => void,
): void {
  let start = 0
  while (start < bytes.length) {
    let end = start + 1
    while (end < bytes.length && !isBoundary(bytes[end] as number)) end++
    const segment = shapeOf(bytes, start, end)
    const surely = isMostlyUtf8 ? SURELY : SURELY_AMONG_OTHERS
    if (segment.broken === 0 || segment.sequences === 0) visit(start, end, kindOf(segment, surely), segment, segment)
    else {
      const inWords = segment.broken * 2 > segment.high ? SURELY_AMONG_OTHERS : surely
      for (let from = start; from < end; ) {
        let to = from + 1
        while (to < end && !endsWord(bytes[to] as number)) to++
        const word = shapeOf(bytes, from, to)
        visit(from, to, kindOf(word, inWords), word, segment)
        from = to
      }
    }
    start = end
  }
}

/** Text with its runs read, and bytes above 127 by how they were read. */
export interface Runs {
  text: string
  utf8: number
  legacy: number
  /** Bytes that are a piece of a character. */
  damaged: number
  /** Whether the document is UTF-8 with exceptions, not the other way round. */
  isMostlyUtf8: boolean
}

/** Bytes that the guess is made of. */
const SAMPLE = 16_384
const BESIDE = 4_096

/** Bytes that are certainly not UTF-8, with the ASCII of their words; and some of the text that is. */
function sampleOf(bytes: Uint8Array, isMostlyUtf8: boolean): { sample: Uint8Array; beside: string } {
  const sample = new Uint8Array(SAMPLE)
  let length = 0
  let beside = ''
  stretches(bytes, isMostlyUtf8, (start, end, kind, shape) => {
    if (kind === 'utf-8' || kind === 'strays') {
      if (beside.length < BESIDE) beside += `${decodeUtf8(bytes.subarray(start, Math.min(end, start + 200)))} `
    }
    if (kind === 'legacy') {
      const taken = bytes.subarray(start, Math.min(end, start + SAMPLE - length))
      sample.set(taken, length)
      length += taken.length
    } else if (kind === 'strays') {
      for (let at = start; at < end && length + 2 < SAMPLE; at++) {
        const size = sequenceAt(bytes, at, end)
        if (size > 0) at += size - 1
        else if ((bytes[at] as number) > 127) {
          sample[length++] = bytes[at] as number
          sample[length++] = 0x20
        }
      }
    } else if (shape.high === 0 && length > 0 && length < SAMPLE) sample[length++] = 0x20
  })
  return { sample: sample.subarray(0, length), beside }
}

/** The 128 upper characters of a single-byte charset; of a multibyte one, windows-1252's, which stray bytes come from. */
function tableOf(charset: string): string[] {
  const decoder = new TextDecoder(MULTIBYTE.test(charset) ? 'windows-1252' : charset)
  return Array.from({ length: 128 }, (_, byte) => decoder.decode(Uint8Array.of(byte + 128)))
}

/** UTF-8 with bytes of another charset in it: quotation marks mostly. A letter that touches UTF-8 is a piece of a character. */
function decodeStrays(bytes: Uint8Array, table: readonly string[]): { text: string; damaged: number; strays: number } {
  let text = ''
  let damaged = 0
  let strays = 0
  let from = 0
  let wasSequence = false
  let isMarked = false
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] as number
    const size = byte < 0x80 ? 1 : sequenceAt(bytes, at, bytes.length)
    if (size > 0) {
      at += size - 1
      wasSequence = size > 1
      continue
    }
    if (from < at) {
      text += decodeUtf8(bytes.subarray(from, at))
      isMarked = false
    }
    from = at + 1
    const meant = table[byte - 128] ?? '\ufffd'
    const touches = wasSequence || sequenceAt(bytes, at + 1, bytes.length) > 0
    if (touches && /[\p{L}\p{M}\u0080-\u009f\ufffd]/u.test(meant)) {
      damaged++
      // One mark for all pieces of one character.
      if (!isMarked) text += '\ufffd'
      isMarked = true
    } else {
      strays++
      text += meant
      isMarked = false
      wasSequence = false
    }
  }
  return { text: text + decodeUtf8(bytes.subarray(from)), damaged, strays }
}

interface Surroundings {
  /** Whether most of what stands around is not UTF-8. */
  amongOthers: boolean
  /** What the other charset is. */
  family: 'latin' | 'multibyte' | 'other'
  /** Whether the stretch is well-formed in it. */
  fits: () => boolean
  /** Whether a sign of it would stand in the middle of a word: «ظ…ظ†». */
  breaksWords: () => boolean
}

/** The kind of a stretch where the other charset and the surroundings are known. */
function settle(found: Kind | null, shape: Shape, { amongOthers, family, fits, breaksWords }: Surroundings): Kind {
  if (shape.sequences === 0) return 'legacy'
  if (family === 'multibyte') {
    if (shape.broken > 0) {
      // In EUC-JP the end of one letter and the start of the next are UTF-8 as often as not.
      if ((amongOthers || shape.long * 6 <= shape.high) && fits()) return 'legacy'
      return shape.broken * 2 > shape.high ? 'legacy' : 'strays'
    }
    const isWestern = shape.ascii && (shape.long > 0 || shape.western === shape.sequences)
    return amongOthers && shape.long < 2 && !isWestern && fits() ? 'legacy' : 'utf-8'
  }
  if (shape.broken > 0) {
    return family === 'latin' && shape.western === shape.sequences ? 'strays' : (found ?? 'legacy')
  }
  if (found !== null || !amongOthers) return 'utf-8'
  if (shape.sequences >= SURELY && shape.plausible === shape.sequences && (shape.sequences > SURELY || breaksWords()))
    return 'utf-8'
  // UTF-8 by chance or not. «Ã©» is written in no language; «É”» of windows-1252, «ة،» of windows-1256, «её» of KOI8-R are.
  return shape.western > 0 && (family === 'latin' || shape.ascii) ? 'utf-8' : 'legacy'
}

/**
 * Reads a document of bytes that are not all UTF-8. Time is linear in it.
 *
 * @param choose names the charset (WHATWG) of what is not UTF-8, given a sample of that and some of the text beside it
 */
export function readRuns(bytes: Uint8Array, choose: (sample: Uint8Array, beside: string) => string): Runs {
  const whole = shapeOf(bytes, 0, bytes.length)
  const isMostlyUtf8 = (whole.broken + whole.doubtful) * 2 <= whole.high
  if (whole.broken === 0) return { text: decodeUtf8(bytes), utf8: whole.high, legacy: 0, damaged: 0, isMostlyUtf8 }
  const { sample, beside } = sampleOf(bytes, isMostlyUtf8)
  const charset = choose(sample, beside)
  const table = tableOf(charset)
  const family = LATIN.test(charset) ? 'latin' : MULTIBYTE.test(charset) ? 'multibyte' : 'other'
  // An exception for each word that does not fit would cost more than reading it.
  const fits = (start: number, end: number): boolean => !decoder.decode(bytes.subarray(start, end)).includes('\ufffd')
  const decoder = new TextDecoder(charset)
  const runs: Runs = { text: '', utf8: 0, legacy: 0, damaged: 0, isMostlyUtf8 }

  let runStart = 0
  let runKind: Kind = 'utf-8'
  const flush = (end: number): void => {
    if (end === runStart) return
    const run = bytes.subarray(runStart, end)
    if (runKind === 'strays') {
      const read = decodeStrays(run, table)
      runs.text += read.text
      runs.damaged += read.damaged
      runs.legacy += read.strays
    } else if (runKind === 'utf-8') runs.text += decodeUtf8(run)
    else if (family === 'multibyte' || run.length > 64) runs.text += decoder.decode(run)
    else for (const byte of run) runs.text += byte < 128 ? String.fromCharCode(byte) : (table[byte - 128] ?? '')
    runStart = end
  }
  stretches(bytes, isMostlyUtf8, (start, end, found, shape, segment) => {
    if (shape.high === 0) return
    const kind = settle(found, shape, {
      amongOthers: !isMostlyUtf8 || segment.broken * 2 > segment.high,
      family,
      fits: () => fits(start, end),
      breaksWords: () => /\p{L}[^\p{L}\p{M}\s]\p{L}/u.test(decoder.decode(bytes.subarray(start, end))),
    })
    if (kind === 'utf-8') runs.utf8 += shape.high
    if (kind === 'legacy') runs.legacy += shape.high
    if (kind === runKind) return
    flush(start)
    runKind = kind
  })
  flush(bytes.length)
  return runs
}
