// Counts the bytes of documents that are fetched and not filed yet, so that a desk that is slow slows fetching down.

/**
 * Bytes of documents on their way. A poll that would begin beyond this waits. A parsed document takes several times its bytes in the
 * reader; a hundred that wait keep the desk busy for three seconds. A first poll of 300 feeds peaks 60 MB lower than with 32 MB.
 */
export const BACKLOG_BYTES = 6 * 1_048_576
/**
 * What is set aside for a document that is being fetched, whose size nobody knows: at least about the median of feeds of news
 * agencies, and what the last ones had on average.
 */
const LEAST_EXPECTED_BYTES = 64 * 1_024
/** Weight of the last document in that average. */
const LAST_WEIGHT = 1 / 8

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
  #under = 0
  #expected = LEAST_EXPECTED_BYTES

  constructor(limit = BACKLOG_BYTES) {
    this.#limit = limit
  }

  /** Bytes of all that is on its way. */
  get bytes(): number {
    return this.#bytes
  }

  /** Documents on their way, those being fetched among them. */
  get under(): number {
    return this.#under
  }

  /** The most that was ever on its way. */
  get most(): number {
    return this.#most
  }

  /** So many documents may be fetched beside those on their way. One may always be, where there is no other. */
  get room(): number {
    if (this.#under === 0) return Math.max(1, Math.floor(this.#limit / this.#expected))
    return Math.max(0, Math.floor((this.#limit - this.#bytes) / this.#expected))
  }

  /** Whether no other document may be fetched now. */
  get isFull(): boolean {
    return this.room === 0
  }

  begin(): Load {
    let held = 0
    let over = false
    const hold = (bytes: number): void => {
      this.#bytes += bytes - held
      held = bytes
      this.#most = Math.max(this.#most, this.#bytes)
    }
    hold(this.#expected)
    this.#under++
    return {
      is: bytes =>
        this.#change(() => {
          const average = Math.round(this.#expected + (bytes - this.#expected) * LAST_WEIGHT)
          if (bytes > 0) this.#expected = Math.min(this.#limit, Math.max(LEAST_EXPECTED_BYTES, average))
          hold(bytes)
        }),
      end: () =>
        this.#change(() => {
          if (!over) this.#under--
          over = true
          hold(0)
        }),
    }
  }

  #change(work: () => void): void {
    const wasFull = this.isFull
    work()
    if (wasFull && !this.isFull) for (const told of this.#onRoom) told()
  }

  /** `told` is called whenever documents may be fetched again. */
  onRoom(told: () => void): void {
    this.#onRoom.add(told)
  }
}
