// Decodes the bytes of a document to clean text. Bytes that are UTF-8 are read as UTF-8 wherever they stand, and only what
// stands between them as something else: feeds are put together from databases of several charsets.

import { isAscii, isUtf8 } from 'node:buffer'
import { cleanControls } from './characters.ts'
import { likeliestCharset } from './charset.ts'
import { type Runs, readRuns, shapeOf } from './runs.ts'

/** Clean text of a document, the charset (WHATWG label) that most of it was read as, and where that is not the declared one, why. */
export interface DecodedText {
  text: string
  charset: string
  warnings: string[]
}

/** Bytes looked at for declarations, and for the document's language. */
const HEAD = 1024
const LANGUAGE_HEAD = 8192

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

/** UTF-16 shows in zero bytes at every other place of the ASCII markup. */
function wide(bytes: Uint8Array): 'utf-16le' | 'utf-16be' | null {
  const end = Math.min(bytes.length, HEAD) & ~1
  if (end < 4) return null
  // A document begins with markup or a brace; so short a one may hold little else in ASCII.
  const [first = 0, second = 0, third = 0, fourth = 0] = bytes
  if (/[<{[]/.test(String.fromCharCode(first)) && second === 0 && third !== 0) return 'utf-16le'
  if (/[<{[]/.test(String.fromCharCode(second)) && first === 0 && fourth !== 0) return 'utf-16be'
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

/** Sequences that must all turn out to be UTF-8 written as characters, before a document counts as encoded twice. */
const TWICE = 12

let tables: ReadonlyMap<string, Uint8Array> | null = null

/** The byte of each character above ASCII in the charsets that UTF-8 is taken for, 0 for none; made when first asked for. */
function byteTables(): ReadonlyMap<string, Uint8Array> {
  tables ??= new Map(
    ['windows-1252', 'windows-1256', 'windows-1251'].map(charset => {
      const bytesOf = new Uint8Array(0x1_0000)
      for (let byte = 0x80; byte < 0x100; byte++) {
        bytesOf[byte] = byte
        bytesOf[new TextDecoder(charset).decode(Uint8Array.of(byte)).charCodeAt(0)] = byte
      }
      return [charset, bytesOf]
    }),
  )
  return tables
}

/** Text whose UTF-8 was taken for a single-byte charset and encoded again («Ã©», «Ø§Ù„»), as it was before; else null. */
function encodedOnce(text: string): { text: string; as: string } | null {
  const first = text.search(/[\u0080-\uffff]/)
  if (first < 0) return null
  for (const [charset, bytesOf] of byteTables()) {
    // Most texts show at their first letter beyond ASCII that they were not.
    const lead = bytesOf[text.charCodeAt(first)] ?? 0
    if (lead < 0xc2 || lead > 0xf4 || ((bytesOf[text.charCodeAt(first + 1)] ?? 0) & 0xc0) !== 0x80) continue
    const bytes = new Uint8Array(text.length)
    let at = 0
    while (at < text.length) {
      const code = text.charCodeAt(at)
      const byte = code < 0x80 ? code : bytesOf[code]
      if (byte === 0 && code !== 0) break
      bytes[at++] = byte as number
    }
    if (at < text.length) continue
    const { broken, sequences } = shapeOf(bytes, 0, bytes.length)
    if (broken === 0 && sequences >= TWICE) return { text: new TextDecoder().decode(bytes), as: charset }
  }
  return null
}

const done = (text: string, charset: string, warnings: string[]): DecodedText => ({
  text: cleanControls(text),
  charset,
  warnings,
})

const decodeAs = (charset: string, bytes: Uint8Array): string => new TextDecoder(charset).decode(bytes)

/** UTF-16, by its mark or by its zero bytes; a mark before eight-bit text is not believed. Null for all else. */
function wideCharset(bytes: Uint8Array, warnings: string[]): string | null {
  const mark =
    bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : null
  const shown = wide(mark === null ? bytes : bytes.subarray(2))
  if (mark === null || shown === mark) return shown
  if (shown === null) {
    const start = bytes.subarray(2, HEAD)
    // Eight-bit markup behind the mark has no zero bytes, and none of its pairs is a letter of ASCII.
    const isEightBit = !start.includes(0) && /^\s*[<{[]/.test(ascii(start, 40))
    if (!isEightBit) return mark
    warnings.push('the document begins with the mark of UTF-16, but its bytes are not: the mark is passed over')
    return null
  }
  warnings.push(`the document begins with the mark of ${mark}, but its bytes are ${shown}: read as they are`)
  return shown
}

interface Declared {
  /** WHATWG names, the most trusted first. */
  charsets: string[]
  /** As the document or the header writes the first of them. */
  label: string | null
  language: string | null
}

function declarations(bytes: Uint8Array, contentType: string | null): Declared {
  const head = ascii(bytes, HEAD)
  const written = new Map<string, string>()
  const read = (label: string | undefined): string | null => {
    const name = known(label)
    if (name !== null && label !== undefined && !written.has(name)) written.set(name, label.trim().toLowerCase())
    return name
  }
  const prolog = /<\?xml[^>]{0,200}/i.exec(head.slice(0, 600))?.[0] ?? ''
  const inXml = read(/encoding\s{0,9}=\s{0,9}["']([^"'>]{1,40})["']/i.exec(prolog)?.[1])
  const inMeta =
    inXml === null
      ? [...head.matchAll(/<meta\b([^<>]{1,200})/gi)]
          .map(([, attributes]) => read(/charset\s{0,9}=\s{0,9}["']?([^\s"'>;]{1,40})/i.exec(attributes ?? '')?.[1]))
          .find(name => name !== null)
      : null
  const header = read(/charset\s{0,9}=\s{0,9}["']?([^\s"';]{1,40})/i.exec((contentType ?? '').slice(0, 1000))?.[1])
  // Servers send ISO-8859-1 by default without looking at the document, so the document's own declaration comes first then.
  const charsets = [header === 'windows-1252' && inXml !== null ? inXml : header, inXml, inMeta ?? null, header].filter(
    (name): name is string => name !== null,
  )
  const tag =
    /(?:<(?:dc:)?language>\s{0,20}(?:<!\[CDATA\[)?\s{0,20}|\blang=["']|"language"\s{0,9}:\s{0,9}")([a-zA-Z]{2,3})\b/.exec(
      ascii(bytes, LANGUAGE_HEAD),
    )?.[1]
  return { charsets, label: written.get(charsets[0] ?? '') ?? null, language: tag?.toLowerCase() ?? null }
}

const counted = (count: number, one: string, many: string): string => (count === 1 ? `1 ${one}` : `${count} ${many}`)

/** Warnings about a document that is not all UTF-8. */
function explain(runs: Runs, charset: string, { charsets, label }: Declared): string[] {
  const { utf8, legacy, damaged, isMostlyUtf8 } = runs
  const said: string[] = []
  const first = charsets[0] ?? null
  const other = charsets.find(name => name !== 'utf-8' && !name.startsWith('utf-16'))
  if (isMostlyUtf8) {
    if (legacy > 0) {
      const bytes = counted(legacy, 'byte is', 'bytes are')
      said.push(`${bytes} not UTF-8 in a document that else is: read as ${charset}`)
    }
    if (damaged > 0) said.push(`${counted(damaged, 'byte is', 'bytes are')} not UTF-8 and could not be read`)
    return said
  }
  if (utf8 > 0)
    said.push(`${utf8} bytes of the document are UTF-8 and the others are not: read as UTF-8 and ${charset}`)
  else if (other === charset) {
    if (charsets.includes('utf-8'))
      said.push(`the document says it is UTF-8, but its bytes are not: read as ${charset}`)
  } else
    said.push(
      first === null
        ? `the document names no charset: read as ${charset}, which its bytes look like`
        : `the document says it is ${label ?? first}, but its bytes are not: read as ${charset}, which they look like`,
    )
  return said
}

/**
 * Turns the bytes of a feed document into text. UTF-16 shows by itself. Else bytes that are UTF-8 are read as UTF-8
 * whatever is declared, since no other charset makes them by chance; all others are read as the HTTP header, the XML
 * declaration or the HTML meta element says, or as what they read most like where that is plainly something else.
 *
 * @param contentType the Content-Type header as received
 */
export function decodeText(bytes: Uint8Array, contentType: string | null): DecodedText {
  const warnings: string[] = []
  const double = wideCharset(bytes, warnings)
  if (double !== null) return done(decodeAs(double, bytes).replace(/^\ufeff/, ''), double, warnings)
  const isMarked = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf
  const body = isMarked ? bytes.subarray(3) : warnings.length > 0 ? bytes.subarray(2) : bytes
  const declared = declarations(body, contentType)
  const { charsets, label, language } = declared
  if (isMarked) charsets.unshift('utf-8')
  const [first = null] = charsets

  const eastAsian = first !== null && /^(gb|big5|euc|shift)/.test(first)
  // What is plainly ASCII or UTF-8 is not looked at byte by byte.
  const isPlain = isAscii(body) || (!eastAsian && isUtf8(body))
  const shape = isPlain ? { high: isAscii(body) ? 0 : 1, broken: 0, long: 0 } : shapeOf(body, 0, body.length)
  if (shape.high === 0) {
    // ISO-2022-JP and its kin are seven-bit: only the declaration and the escapes show it.
    const isJis = charsets.includes('iso-2022-jp') && body.includes(0x1b)
    return isJis
      ? done(decodeAs('iso-2022-jp', body), 'iso-2022-jp', warnings)
      : done(ascii(body, body.length), 'utf-8', warnings)
  }
  if (shape.broken === 0 && !(eastAsian && shape.long < 3)) {
    const text = isPlain ? decodeAs('utf-8', body) : readRuns(body, () => 'windows-1252').text
    const once = encodedOnce(text)
    if (once !== null) {
      warnings.push(`the document was encoded twice, as UTF-8 of ${once.as}: read as what it was before`)
    } else if (first !== null && first !== 'utf-8') {
      warnings.push(`the document says it is ${label ?? first}, but its bytes are UTF-8: read as UTF-8`)
    }
    return done(once?.text ?? text, 'utf-8', warnings)
  }
  const other = charsets.find(name => name !== 'utf-8' && !name.startsWith('utf-16')) ?? null
  if (eastAsian && other !== null && shape.broken === 0) return done(decodeAs(other, body), other, warnings)
  let charset = 'windows-1252'
  const runs = readRuns(body, (sample, beside) => {
    charset = likeliestCharset(sample, { declared: other, language, beside })
    return charset
  })
  return done(runs.text, runs.isMostlyUtf8 ? 'utf-8' : charset, [...warnings, ...explain(runs, charset, declared)])
}
