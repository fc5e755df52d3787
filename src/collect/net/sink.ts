// Keeps bytes of unknown number in memory that a limit bounds, however small the pieces come. Of a document that is
// larger, the beginning and the end are kept where an `Oversize` allows it.
import type { Fault } from './failure.ts'
import type { Oversize } from './oversize.ts'

/**
 * Bytes that grow up to a limit. One buffer, not a list of chunks: a hostile server sends its body in chunks of one
 * byte, and each of ten million small buffers would cost a hundred times its content. Beyond the limit the second half
 * of the buffer is a ring that holds the latest bytes.
 */
export class ByteSink {
  #buffer: Buffer
  #length = 0
  readonly #limit: number
  /** Bytes in front of the ring. */
  readonly #head: number
  readonly #tooLarge: () => Fault
  readonly #oversize: Oversize | null
  /** Whether the part that has arrived is read beyond the limit. */
  #accepted = false
  #full = false

  constructor(limit: number, expected: number, tooLarge: () => Fault, oversize: Oversize | null = null) {
    this.#limit = limit
    this.#head = Math.ceil(limit / 2)
    this.#tooLarge = tooLarge
    this.#oversize = oversize
    this.#buffer = Buffer.allocUnsafeSlow(Math.max(1024, Math.min(expected, limit)))
  }

  /** Bytes pushed, whether they are kept or not. */
  get length(): number {
    return this.#length
  }

  /** Whether nothing that comes now is kept: reading on is in vain. */
  get full(): boolean {
    return this.#full
  }

  push(chunk: Uint8Array): void {
    if (this.#full) return
    const length = this.#length + chunk.length
    const oversize = this.#oversize
    // What is known to be too large is judged by the first bytes, before all of them are read.
    if (oversize?.expected === true && !this.#accepted && length >= oversize.sample) this.#judge(chunk)
    if (length > this.#limit) this.#overflow(chunk)
    else {
      this.#grow(length)
      this.#buffer.set(chunk, this.#length)
    }
    this.#length = length
    if (oversize !== null && length > this.#limit && oversize.isOver(length)) this.stop()
  }

  /** Read no more; of a body beyond the limit only the beginning is kept, since its end was not seen. */
  stop(): void {
    this.#full = true
  }

  bytes(from = 0): Buffer {
    if (this.#length <= this.#limit) return this.#buffer.subarray(from, this.#length)
    const [head, size] = [this.#head, this.#limit - this.#head]
    this.#oversize?.found({ at: head, total: this.#length, ended: !this.#full })
    if (this.#full || size === 0) return this.#buffer.subarray(from, head)
    const start = head + ((this.#length - head) % size)
    const pieces = [
      [0, head],
      [start, this.#limit],
      [head, start],
    ] as const
    return Buffer.concat(pieces.map(([begin, end]) => this.#buffer.subarray(begin, end))).subarray(from)
  }

  #judge(chunk: Uint8Array): void {
    const seen = Buffer.concat([this.#buffer.subarray(0, Math.min(this.#length, this.#limit)), chunk])
    if (this.#oversize?.accepts(seen) !== true) throw this.#tooLarge()
    this.#accepted = true
  }

  #grow(length: number): void {
    if (length <= this.#buffer.length) return
    const grown = Buffer.allocUnsafeSlow(Math.min(this.#limit, Math.max(length, this.#buffer.length * 2)))
    this.#buffer.copy(grown, 0, 0, this.#length)
    this.#buffer = grown
  }

  #overflow(chunk: Uint8Array): void {
    if (!this.#accepted) this.#judge(chunk)
    this.#grow(this.#limit)
    const [head, size] = [this.#head, this.#limit - this.#head]
    let at = this.#length
    let rest = chunk
    if (at < head) {
      this.#buffer.set(rest.subarray(0, head - at), at)
      rest = rest.subarray(head - at)
      at = head
    }
    // Of a chunk longer than the ring only its end would stay.
    if (rest.length > size) {
      at += rest.length - size
      rest = rest.subarray(rest.length - size)
    }
    while (rest.length > 0) {
      const place = (at - head) % size
      const room = Math.min(rest.length, size - place)
      this.#buffer.set(rest.subarray(0, room), head + place)
      rest = rest.subarray(room)
      at += room
    }
  }
}
