// Values as a row of bytes and back, for what is stored by the hundred thousand: whole numbers, and text of one script with a
// byte a letter. Pure.

/** Letters of a script are written as one byte from here on. */
const LETTER = 0x80
const LETTERS_OF_A_SCRIPT = 0x7f
/** Precedes a letter of neither ASCII nor the text's script, written in two bytes. */
const OTHER = 0xff

const room = new Uint8Array(65_536)

export class ByteWriter {
  #bytes = room
  #length = 0

  bytes(): Uint8Array {
    return this.#bytes.slice(0, this.#length)
  }

  #reserve(more: number): void {
    if (this.#length + more <= this.#bytes.length) return
    const wider = new Uint8Array(2 * (this.#length + more))
    wider.set(this.#bytes.subarray(0, this.#length))
    this.#bytes = wider
  }

  byte(value: number): void {
    this.#reserve(1)
    this.#bytes[this.#length++] = value
  }

  /** A whole number of 16 bits, from 0. */
  short(value: number): void {
    this.#reserve(2)
    this.#bytes[this.#length++] = value & 0xff
    this.#bytes[this.#length++] = value >> 8
  }

  /** A whole number from 0, seven bits a byte, the lowest first. */
  number(value: number): void {
    this.#reserve(8)
    let left = value
    while (left >= 0x80) {
      this.#bytes[this.#length++] = (left % 0x80) + 0x80
      left = Math.floor(left / 0x80)
    }
    this.#bytes[this.#length++] = left
  }

  text(text: string): void {
    const base = scriptOf(text)
    this.number(base)
    this.number(text.length)
    this.#reserve(3 * text.length)
    const bytes = this.#bytes
    let length = this.#length
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at)
      if (code < LETTER) bytes[length++] = code
      else if (code >= base && code < base + LETTERS_OF_A_SCRIPT) bytes[length++] = LETTER + code - base
      else {
        bytes[length++] = OTHER
        bytes[length++] = code & 0xff
        bytes[length++] = code >> 8
      }
    }
    this.#length = length
  }
}

/** Where the script of a text begins in Unicode, by its first letter outside of ASCII: a multiple of 0x80. */
function scriptOf(text: string): number {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code >= LETTER) return code - (code % LETTER)
  }
  return LETTER
}

let codes = new Uint16Array(8_192)
/** Code units that a call of `String.fromCharCode` takes at once. */
const PIECE = 4_096

/** Reads what a `ByteWriter` wrote; throws where the bytes end too early. */
export class ByteReader {
  readonly #bytes: Uint8Array
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length
  }

  byte(): number {
    const value = this.#bytes[this.#at++]
    if (value === undefined) throw new Error('the bytes end too early')
    return value
  }

  number(): number {
    let value = 0
    for (let unit = 1; ; unit *= 0x80) {
      const byte = this.byte()
      value += (byte & 0x7f) * unit
      if (byte < 0x80) return value
    }
  }

  /** So many whole numbers of 16 bits. */
  shorts(count: number): number[] {
    const bytes = this.#bytes
    if (this.#at + 2 * count > bytes.length) throw new Error('the bytes end too early')
    const values = new Array<number>(count)
    for (let at = 0, from = this.#at; at < count; at++, from += 2) {
      values[at] = (bytes[from] as number) | ((bytes[from + 1] as number) << 8)
    }
    this.#at += 2 * count
    return values
  }

  /** Bytes as whole numbers from 0 to 255. */
  unsignedBytes(count: number): number[] {
    return Array.from({ length: count }, () => this.byte())
  }

  signedBytes(count: number): number[] {
    return Array.from({ length: count }, () => (this.byte() << 24) >> 24)
  }

  text(): string {
    const base = this.number()
    const length = this.number()
    if (length > 3 * this.#bytes.length) throw new Error('the bytes end too early')
    if (length > codes.length) codes = new Uint16Array(2 * length)
    const bytes = this.#bytes
    let from = this.#at
    for (let at = 0; at < length; at++) {
      const byte = bytes[from++] as number
      if (byte < LETTER) codes[at] = byte
      else if (byte < OTHER) codes[at] = byte - LETTER + base
      else {
        codes[at] = (bytes[from] as number) | ((bytes[from + 1] as number) << 8)
        from += 2
      }
    }
    if (from > bytes.length) throw new Error('the bytes end too early')
    this.#at = from
    if (length <= PIECE) return String.fromCharCode.apply(null, codes.subarray(0, length) as unknown as number[])
    let text = ''
    for (let at = 0; at < length; at += PIECE) {
      text += String.fromCharCode.apply(null, codes.subarray(at, Math.min(length, at + PIECE)) as unknown as number[])
    }
    return text
  }
}
