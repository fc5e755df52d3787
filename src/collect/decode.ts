// Hides how the charset of a document is found and its bytes become clean text.

/** Text of a document, the charset it was read as (WHATWG label), and what had to be decided or removed. */
export interface DecodedText {
  text: string
  charset: string
  warnings: string[]
}

/** Characters of the C1 range as windows-1252 means them (WHATWG encoding, index windows-1252). */
const C1 = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ'

// NUL and other controls that XML 1.0 (section 2.2) forbids, and two noncharacters that canonical.ts writes with; C1 controls are never meant as such in feeds.
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\ufdd0\ufdd1\ufffe\uffff]/
const FORBIDDEN_ALL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\ufdd0\ufdd1\ufffe\uffff]/g

/** Removes what XML forbids; C1 controls become the windows-1252 characters their writers meant. */
export function cleanControls(text: string): string {
  if (!FORBIDDEN.test(text)) return text
  return text.replace(FORBIDDEN_ALL, found => {
    const code = found.charCodeAt(0)
    const meant = code >= 0x80 && code <= 0x9f ? (C1[code - 0x80] ?? '') : ''
    return meant.charCodeAt(0) < 0xa0 ? '' : meant
  })
}

/** Bytes looked at for declarations, and for guessing. */
const HEAD = 1024
const SAMPLE = 65_536

const ascii = (bytes: Uint8Array, end: number): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(end, bytes.length)).toString('latin1')

/** The WHATWG name of a label, or null where no decoder knows it. */
function known(label: string | undefined): string | null {
  if (label === undefined || label.length > 40) return null
  const name = label
    .trim()
    .toLowerCase()
    .replace(/^x-?user-?defined$/, '')
  // Names that servers use and WHATWG does not list.
  const alias: Record<string, string> = {
    'cp-1256': 'windows-1256',
    'win-1256': 'windows-1256',
    win1256: 'windows-1256',
    cp_1256: 'windows-1256',
    'windows 1256': 'windows-1256',
    utf8mb4: 'utf-8',
    'utf-8-sig': 'utf-8',
    gb18030: 'gb18030',
  }
  try {
    return new TextDecoder(Object.hasOwn(alias, name) ? alias[name] : name).encoding
  } catch {
    return null
  }
}

interface Shape {
  /** Bytes above 127. */
  high: number
  /** Well-formed multibyte sequences of UTF-8, and how many of them have three or four bytes. */
  sequences: number
  long: number
  /** Bytes above 127 that belong to no such sequence. */
  broken: number
}

/** One pass over all bytes: how much of them is UTF-8 (RFC 3629). */
function shapeOf(bytes: Uint8Array): Shape {
  const shape: Shape = { high: 0, sequences: 0, long: 0, broken: 0 }
  const end = bytes.length
  for (let index = 0; index < end; index++) {
    const byte = bytes[index] as number
    if (byte < 0x80) continue
    const size =
      byte >= 0xc2 && byte <= 0xdf ? 2 : byte >= 0xe0 && byte <= 0xef ? 3 : byte >= 0xf0 && byte <= 0xf4 ? 4 : 0
    let whole = size > 0
    for (let next = 1; next < size && whole; next++) {
      whole = index + next < end && ((bytes[index + next] as number) & 0xc0) === 0x80
    }
    if (whole) {
      shape.high += size
      shape.sequences++
      if (size > 2) shape.long++
      index += size - 1
    } else {
      shape.high++
      shape.broken++
    }
  }
  return shape
}

/** UTF-16 shows in zero bytes at every other place of the ASCII markup. */
function wide(bytes: Uint8Array): 'utf-16le' | 'utf-16be' | null {
  const end = Math.min(bytes.length, HEAD) & ~1
  if (end < 4) return null
  let even = 0
  let odd = 0
  for (let index = 0; index < end; index += 2) {
    if (bytes[index] === 0) even++
    if (bytes[index + 1] === 0) odd++
  }
  const pairs = end / 2
  if (odd > pairs * 0.3 && even < pairs * 0.05) return 'utf-16le'
  if (even > pairs * 0.3 && odd < pairs * 0.05) return 'utf-16be'
  return null
}

interface Guess {
  charset: string
  /** Languages that speak for it when the document names one. */
  languages: string
  /** Letters that make up about half of running text. */
  common: RegExp
  /** Letters that belong to the script. */
  script: RegExp
}

const ARABIC = {
  common: /[اليمنورتبةهع]/g,
  script: /[\u0621-\u064a\u067e\u0686\u0698\u06a9\u06af\u06cc\u06ba\u06be\u06c1\u06d2\u0679\u0688\u0691]/g,
}
const CYRILLIC = { common: /[оеаинтсрвлкмдпу]/g, script: /[а-яёіїєґў]/g }
const GUESSES: readonly Guess[] = [
  { charset: 'windows-1256', languages: 'ar fa ur', ...ARABIC },
  { charset: 'iso-8859-6', languages: 'ar', ...ARABIC },
  { charset: 'windows-1251', languages: 'ru uk be bg sr', ...CYRILLIC },
  { charset: 'koi8-r', languages: 'ru', ...CYRILLIC },
  {
    charset: 'windows-1252',
    languages: 'en fr de es pt it nl sv da no fi',
    common: /[éèàüöäßçñóáíúêâôøåæ’‘“”–—«»]/g,
    script: /[À-ÿ’‘“”–—«»…€£°œ\u00a0]/g,
  },
  { charset: 'windows-1254', languages: 'tr', common: /[ışğüöçİŞĞ]/g, script: /[ışğüöçİŞĞÜÖÇâ]/g },
  { charset: 'windows-1253', languages: 'el', common: /[αοιετσνηυρπκ]/g, script: /[ά-ώΆ-Ώ]/g },
  { charset: 'windows-1255', languages: 'he iw', common: /[יוהלאתרמבשנ]/g, script: /[א-ת]/g },
  {
    charset: 'shift_jis',
    languages: 'ja',
    common: /[のにはをたがでとしてるい、。ンスト]/g,
    script: /[\u3040-\u30ff\u4e00-\u9fff、。ー]/g,
  },
  {
    charset: 'euc-jp',
    languages: 'ja',
    common: /[のにはをたがでとしてるい、。ンスト]/g,
    script: /[\u3040-\u30ff\u4e00-\u9fff、。ー]/g,
  },
  {
    charset: 'gb18030',
    languages: 'zh',
    common: /[的一是在不了有人国中大年为上，。]/g,
    script: /[\u4e00-\u9fff，。、]/g,
  },
  { charset: 'big5', languages: 'zh', common: /[的一是在不了有人國中大年為上，。]/g, script: /[\u4e00-\u9fff，。、]/g },
  { charset: 'euc-kr', languages: 'ko', common: /[이다의는을에가한고하지로]/g, script: /[\uac00-\ud7a3]/g },
]

const count = (text: string, pattern: RegExp): number => text.match(pattern)?.length ?? 0

/** The charset under which the high bytes read most like a language; the document's own language tag is heard. */
function guess(bytes: Uint8Array): string {
  const sample = bytes.subarray(0, SAMPLE)
  const head = ascii(bytes, 8192)
  const language = /(?:<(?:dc:)?language>\s*(?:<!\[CDATA\[)?\s*|(?:xml:)?lang=["'])([a-zA-Z]{2})\b/
    .exec(head)?.[1]
    ?.toLowerCase()
  let best = 'windows-1252'
  let bestScore = 0
  for (const candidate of GUESSES) {
    const decoded = new TextDecoder(candidate.charset).decode(sample)
    const foreign = decoded.replace(/[\u0000-\u007f]+/g, ' ')
    const letters = foreign.length - count(foreign, / /g)
    if (letters === 0) continue
    const bad = count(foreign, /[\ufffd\u0080-\u009f\ue000-\uf8ff\u2500-\u259f]/g)
    const score =
      (count(foreign, candidate.common) * 1.5 + count(foreign, candidate.script) - bad * 4) / letters +
      // Letters stand in words: a foreign letter beside another of its script is likelier meant than one alone.
      (candidate.charset === 'windows-1252' ? count(decoded, /[a-z][À-ÿ’][a-z]/g) / letters : 0) +
      (language !== undefined && candidate.languages.includes(language) ? 1 : 0)
    if (score > bestScore) {
      best = candidate.charset
      bestScore = score
    }
  }
  return best
}

function decodeAs(charset: string, bytes: Uint8Array): string {
  return new TextDecoder(charset).decode(bytes)
}

const done = (text: string, charset: string, warnings: string[]): DecodedText => ({
  text: cleanControls(text),
  charset,
  warnings,
})

/**
 * Turns the bytes of a feed document into text. A byte order mark decides; else bytes that are UTF-8 are read as
 * UTF-8 whatever is declared (no other charset produces them by chance); else the declaration of the HTTP header,
 * the XML declaration or the HTML meta element; else the charset under which they read most like a language.
 *
 * @param contentType the Content-Type header as received
 */
export function decodeText(bytes: Uint8Array, contentType: string | null): DecodedText {
  const warnings: string[] = []
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) {
    if (shapeOf(bytes).broken * 10 <= bytes.length) return done(decodeAs('utf-8', bytes), 'utf-8', warnings)
  }
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return done(decodeAs('utf-16le', bytes), 'utf-16le', warnings)
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return done(decodeAs('utf-16be', bytes), 'utf-16be', warnings)
  const double = wide(bytes)
  if (double !== null) return done(decodeAs(double, bytes), double, warnings)

  const head = ascii(bytes, HEAD)
  const header = known(/charset\s*=\s*["']?([^\s"';]+)/i.exec(contentType ?? '')?.[1])
  const inXml = known(/^[^<]{0,200}<\?xml[^>]{0,200}?encoding\s*=\s*["']([^"'>]{1,40})["']/i.exec(head)?.[1])
  const inMeta = inXml === null ? known(/<meta[^>]{1,200}?charset\s*=\s*["']?([^\s"'>;]{1,40})/i.exec(head)?.[1]) : null
  // Servers send ISO-8859-1 by default without looking at the document, so what the document says is heard first then.
  const declared = [header === 'windows-1252' && inXml !== null ? inXml : header, inXml, inMeta, header].filter(
    (name): name is string => name !== null,
  )

  const shape = shapeOf(bytes)
  const first = declared[0] ?? null
  if (shape.high === 0) {
    // ISO-2022-JP and its kin are seven-bit: only the declaration and the escapes tell.
    if (declared.includes('iso-2022-jp') && head.length > 0 && bytes.includes(0x1b))
      return done(decodeAs('iso-2022-jp', bytes), 'iso-2022-jp', warnings)
    return done(decodeAs('utf-8', bytes), 'utf-8', warnings)
  }
  const eastAsian = first !== null && /^(gb|big5|euc|shift)/.test(first)
  const mostlyUtf8 = shape.sequences > 0 && shape.broken * 10 <= shape.sequences
  if (shape.broken === 0 && !(eastAsian && shape.long < 3)) {
    if (first !== null && first !== 'utf-8') {
      warnings.push(`the document says it is ${first}, but its bytes are UTF-8: read as UTF-8`)
    }
    return done(decodeAs('utf-8', bytes), 'utf-8', warnings)
  }
  if (mostlyUtf8 && !eastAsian) {
    warnings.push(`${shape.broken} byte${shape.broken === 1 ? ' is' : 's are'} not UTF-8 and could not be read`)
    return done(decodeAs('utf-8', bytes), 'utf-8', warnings)
  }
  const other = declared.find(name => name !== 'utf-8' && !name.startsWith('utf-16'))
  if (other !== undefined) {
    const text = decodeAs(other, bytes)
    if (declared.includes('utf-8'))
      warnings.push(`the document says it is UTF-8, but its bytes are not: read as ${other}`)
    return done(text, other, warnings)
  }
  const found = guess(bytes)
  warnings.push(
    first === null
      ? `the document names no charset: read as ${found}, which its bytes look like`
      : `the document says it is ${first}, but its bytes are not: read as ${found}, which they look like`,
  )
  return done(decodeAs(found, bytes), found, warnings)
}
