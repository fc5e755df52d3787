// Bounds the cost of rendering: one rendering at a time, each in its own turn of the event loop, shared by all requests that wait
// for it, and at most `most` of them waiting.

interface Job<T> {
  make: () => T | Promise<T>
  /** Whether each of those who wait for it has gone. */
  waiting: (() => boolean)[]
  promise: Promise<T | null>
  settle: (value: T | null) => void
  fail: (error: unknown) => void
}

/** Renderings waiting at once: with a tenth of a second each, the last is answered before a reader gives up. */
const MOST_WAITING = 64

export class Renderings<T> {
  readonly #most: number
  /** Gives way to whatever else the program has to do. */
  readonly #turn: (work: () => void) => void
  readonly #jobs = new Map<string, Job<T>>()
  #working = false

  constructor(turn: (work: () => void) => void, most = MOST_WAITING) {
    this.#turn = turn
    this.#most = most
  }

  /** Renderings that wait, with the one under way. */
  get pending(): number {
    return this.#jobs.size
  }

  /** Whether what has this key waits or is under way. */
  has(key: string): boolean {
    return this.#jobs.has(key)
  }

  /**
   * What `make` gives, or what an earlier request with the same `key` that still waits gets. Null at once where too many
   * wait already. Resolves to null, unmade, where `gone` says of every request for it that nobody reads the answer.
   */
  get(key: string, make: () => T | Promise<T>, gone: () => boolean): Promise<T | null> | null {
    const known = this.#jobs.get(key)
    if (known) {
      known.waiting.push(gone)
      return known.promise
    }
    if (this.#jobs.size >= this.#most) return null
    const { promise, resolve, reject } = Promise.withResolvers<T | null>()
    this.#jobs.set(key, { make, waiting: [gone], promise, settle: resolve, fail: reject })
    this.#next()
    return promise
  }

  #next(): void {
    const [first] = this.#jobs
    if (this.#working || !first) return
    this.#working = true
    const [key, job] = first
    this.#turn(() => {
      void this.#run(job).finally(() => {
        this.#jobs.delete(key)
        this.#working = false
        this.#next()
      })
    })
  }

  async #run({ make, waiting, settle, fail }: Job<T>): Promise<void> {
    try {
      settle(waiting.every(gone => gone()) ? null : await make())
    } catch (error) {
      fail(error)
    }
  }
}
