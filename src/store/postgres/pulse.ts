// Whether the server can be reached, asked all the while over a connection of its own.
import { setTimeout as pause } from 'node:timers/promises'
import { type Client, soleClient } from './client.ts'
import { PostgresError } from './connection.ts'
import { failureOf } from './failure.ts'
import { postgresFault } from './faults.ts'
import { Sockets, withinReach } from './reach.ts'

const EVERY = 2_000
/** A server that says nothing for so long is not reached. */
const PATIENCE = 3_000

export class Pulse {
  readonly #url: string
  readonly #onLost: (reason: string) => void
  readonly #onBack: (ms: number) => void
  readonly #stopping = new AbortController()
  readonly #sockets = new Sockets()
  readonly #beating: Promise<void>
  #client: Client | null = null
  #answered = performance.now()
  #lost: { at: number; reason: string } | null = null

  /** `onLost` is told each time that the server does not answer any more, `onBack` after how long it does again. */
  constructor(url: string, onLost: (reason: string) => void, onBack: (ms: number) => void) {
    this.#url = url
    this.#onLost = onLost
    this.#onBack = onBack
    this.#beating = this.#beat()
  }

  /** Milliseconds since it answered last. */
  get age(): number {
    return performance.now() - this.#answered
  }

  /** Why, and for how long, it is not reached; null where it is. */
  get trouble(): { kind: 'failing'; reason: string; ms: number } | null {
    if (this.#lost === null) return null
    return { kind: 'failing', reason: this.#lost.reason, ms: performance.now() - this.#lost.at }
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    this.#sockets.destroy()
    await this.#beating
  }

  async #beat(): Promise<void> {
    const { signal } = this.#stopping
    while (!signal.aborted) {
      try {
        await withinReach(() => this.#ask(), PATIENCE, signal)
        this.#answered = performance.now()
        if (this.#lost !== null) this.#onBack(this.#answered - this.#lost.at)
        this.#lost = null
      } catch (error) {
        if (signal.aborted) return
        this.#fail(error)
      }
      await pause(EVERY, undefined, { signal, ref: false }).catch(() => {
        // It is to stop.
      })
    }
  }

  #fail(error: unknown): void {
    this.#client = null
    this.#sockets.destroy()
    if (this.#lost !== null) return
    const failure = failureOf(error)
    const reason = postgresFault(this.#url, new PostgresError(failure)) ?? failure.message
    this.#lost = { at: performance.now(), reason }
    this.#onLost(reason)
  }

  async #ask(): Promise<void> {
    if (this.#client === null) {
      const made = soleClient(this.#url, 2 * PATIENCE, this.#sockets)
      made.on('error', () => {
        if (this.#client === made) this.#client = null
      })
      await made.connect()
      this.#client = made
    }
    await this.#client.query('select 1')
  }
}
