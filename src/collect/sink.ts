// Hides how bytes of unknown number are kept: in memory that the limit bounds, however small the pieces come.
import type { Fault } from './failure.ts'

/**
 * Bytes that grow up to a limit. One buffer, not a list of chunks: a hostile server sends its body in chunks of one
 * byte, and each of ten million small buffers would cost a hundred times its content.
 */
export class ByteSink {
  #buffer: Buffer
  #length = 0
  readonly #limit: number
  readonly #tooLarge: () => Fault

  constructor(limit: number, expected: number, tooLarge: () => Fault) {
    this.#limit = limit
    this.#tooLarge = tooLarge
    this.#buffer = Buffer.allocUnsafeSlow(Math.max(1024, Math.min(expected, limit)))
  }

  get length(): number {
    return this.#length
  }

  push(chunk: Uint8Array): void {
    const length = this.#length + chunk.length
    if (length > this.#limit) throw this.#tooLarge()
    if (length > this.#buffer.length) {
      const grown = Buffer.allocUnsafeSlow(Math.min(this.#limit, Math.max(length, this.#buffer.length * 2)))
      this.#buffer.copy(grown, 0, 0, this.#length)
      this.#buffer = grown
    }
    this.#buffer.set(chunk, this.#length)
    this.#length = length
  }

  bytes(from = 0): Buffer {
    return this.#buffer.subarray(from, this.#length)
  }
}
