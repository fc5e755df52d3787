// Counts the bytes of documents that are fetched and not filed yet, so that a desk that is slow slows fetching down.

/** Bytes of documents on their way. A poll that would begin beyond this waits. */
export const BACKLOG_BYTES = 32 * 1_048_576
/**
 * What is set aside for a document that is being fetched, whose size nobody knows: about the median of feeds of news
 * agencies.
 */
const EXPECTED_BYTES = 64 * 1_024

/** A document that is being fetched or waits to be filed. */
export interface Load {
  /** It is there, and has so many bytes. */
  is(bytes: number): void
  /** It is filed or given up. May be called more than once. */
  end(): void
}

export class Backlog {
  readonly #limit: number
  readonly #onRoom = new Set<() => void>()
  #bytes = 0
  #most = 0

  constructor(limit = BACKLOG_BYTES) {
    this.#limit = limit
  }

  /** Bytes of all that is on its way. */
  get bytes(): number {
    return this.#bytes
  }

  /** The most that was ever on its way. */
  get most(): number {
    return this.#most
  }

  /** Whether no other document may be fetched now. */
  get isFull(): boolean {
    return this.#bytes + EXPECTED_BYTES > this.#limit
  }

  begin(): Load {
    let held = 0
    const set = (bytes: number): void => {
      const wasFull = this.isFull
      this.#bytes += bytes - held
      held = bytes
      this.#most = Math.max(this.#most, this.#bytes)
      if (wasFull && !this.isFull) for (const told of this.#onRoom) told()
    }
    set(EXPECTED_BYTES)
    return { is: set, end: () => set(0) }
  }

  /** `told` is called whenever documents may be fetched again. */
  onRoom(told: () => void): void {
    this.#onRoom.add(told)
  }
}
