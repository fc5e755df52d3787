// Writes that wait. A lock of another program, a full disk or a file that cannot be written holds a write up without blocking
// the event loop: it is tried again in short tries until it succeeds, in the order in which writes were asked for. What was
// fetched is kept meanwhile, and since polls wait with it, nothing more is fetched than `poll.concurrency` documents. Writes of
// small documents share a transaction: committing costs more than they do.
import { setTimeout } from 'node:timers/promises'
import type { Log } from '../log.ts'
import { silent } from '../log.ts'
import type { Millis } from '../model/units.ts'

/** Why a write failed: another program holds the lock, or the file cannot be written at all. */
export type StoreTrouble = 'locked' | 'failing'

/** What keeps writes waiting. */
export interface Trouble {
  kind: StoreTrouble
  /** One line that names the file and what to do. */
  reason: string
  /** How long it has lasted. */
  ms: Millis
}

/** Work whose transaction others may share: it is on disk when that is committed. */
export interface Shared<T> {
  /** Decides and writes in the open transaction, or opens one; whatever it throws takes that back. */
  work: () => T
  /** Ends the transaction; whatever it throws takes that back. */
  commit: () => void
  /** Entries that wait for the commit; 0 where nothing was written, Infinity where no other shall come into the transaction. */
  weight: (value: T) => number
  /** The transaction was taken back: what memory has of it is wrong. Called before any other work begins. */
  undone: () => void
  /** Makes work that was taken back ready for another try. */
  again: () => Promise<void>
  /** Told when the work is done and waits for others. */
  onWaiting?: () => void
}

interface Member {
  shared: Shared<unknown>
  value: unknown
  resolve: (value: unknown) => void
  reject: (error: unknown) => void
}

export interface StoringOptions {
  /** How long, and for how many entries, a transaction may be shared; null: each work has its own. */
  sharing?: { ms: Millis; entries: number } | null
  /** What an error says of the file; null for a bug, which is thrown at once. */
  troubleOf: (error: unknown) => { kind: StoreTrouble; reason: string } | null
  /** Writes something small for good; throws like any write. Asked before work is tried anew that had begun. */
  probe?: () => void
  /** Give up after this long in trouble; null never. */
  patience?: Millis | null
  /** Told when patience is over, before the write rejects. */
  onGivenUp?: (reason: string) => void
  /** Ends the waiting: the write is tried no more. */
  signal?: AbortSignal
  log?: Log
  /** Milliseconds that no setting of the clock changes. */
  monotonic?: () => Millis
}

/** Shortest and longest pause between two tries. A lock ends within milliseconds as a rule; a full disk does not. */
const PAUSES: Readonly<Record<StoreTrouble, readonly [Millis, Millis]>> = {
  locked: [15, 250],
  failing: [500, 15_000],
}
/** Locks shorter than this are the ordinary course of things beside `minwal poll`. */
const ORDINARY_LOCK: Millis = 5_000
/** How often a lasting trouble is logged again. */
const LOGGED_AGAIN: Millis = 10 * 60_000

export class Storing {
  readonly #options: StoringOptions
  readonly #now: () => Millis
  #last: Promise<unknown> = Promise.resolve()
  #waiting = 0
  /** Those who share the open transaction. */
  #members: Member[] = []
  #weight = 0
  #timer: NodeJS.Timeout | null = null
  /** Tries that failed since the start. */
  readonly failures: Record<StoreTrouble, number> = { locked: 0, failing: 0 }
  #trouble: { kind: StoreTrouble; reason: string; since: Millis; logged: Millis | null } | null = null

  constructor(options: StoringOptions) {
    this.#options = options
    this.#now = options.monotonic ?? (() => performance.now())
  }

  /** What keeps writes waiting for longer than is ordinary; null while they succeed. */
  get trouble(): Trouble | null {
    if (this.#trouble === null) return null
    const { kind, reason, since } = this.#trouble
    const ms = this.#now() - since
    return kind === 'locked' && ms < ORDINARY_LOCK ? null : { kind, reason, ms }
  }

  /**
   * Run `work`, which writes or throws, when its turn has come, and again until it succeeds. `again` makes it ready for
   * another try. Rejects with what `work` threw: a bug at once, a trouble of the file when patience or the program ends. What
   * shares a transaction is committed before.
   */
  write<T>(work: () => T, again: () => Promise<void> = async () => {}): Promise<T> {
    this.flush()
    let failed: unknown = null
    if (this.#waiting === 0 && this.#trouble === null) {
      try {
        return Promise.resolve(work())
      } catch (error) {
        if (this.#options.troubleOf(error) === null) return Promise.reject(error)
        failed = error
      }
    }
    return this.#inTurn(work, { again, failed })
  }

  /**
   * The same for work that may share a transaction with others. While writes have trouble, each has its own; so has each that
   * was taken back with another.
   */
  join<T>(shared: Shared<T>): Promise<T> {
    const { again } = shared
    if (this.#waiting > 0 || this.#trouble !== null) return this.#inTurn(() => alone(shared), { again })
    let value: T
    try {
      value = shared.work()
    } catch (error) {
      this.#takeBack(null)
      if (this.#options.troubleOf(error) === null) return Promise.reject(error)
      return this.#inTurn(() => alone(shared), { again, failed: error })
    }
    const weight = shared.weight(value)
    if (weight === 0 && this.#members.length > 0) return Promise.resolve(value)
    const { promise, resolve, reject } = Promise.withResolvers<T>()
    const member = { shared, value, resolve, reject } as Member
    this.#members.push(member)
    this.#weight += weight
    const { sharing = null } = this.#options
    if (sharing === null || weight === 0 || this.#weight >= sharing.entries) this.flush()
    else {
      this.#timer ??= globalThis.setTimeout(() => this.flush(), sharing.ms)
      shared.onWaiting?.()
    }
    return promise
  }

  /** Commit the transaction that is shared, if there is one. */
  flush(): void {
    const [first] = this.#members
    if (first === undefined) return
    try {
      first.shared.commit()
    } catch (error) {
      this.#takeBack(error)
      return
    }
    for (const { value, resolve } of this.#apart()) resolve(value)
  }

  /** The members of the shared transaction, which has ended. */
  #apart(): Member[] {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    this.#weight = 0
    return this.#members.splice(0)
  }

  /** The shared transaction was taken back: its members are tried again, each alone. `failed` is what committing it threw. */
  #takeBack(failed: unknown): void {
    const members = this.#apart()
    for (const { shared } of members) shared.undone()
    const trouble = failed !== null && this.#options.troubleOf(failed) !== null
    for (const [at, { shared, resolve, reject }] of members.entries()) {
      const tried = { again: shared.again, begun: true, failed: trouble && at === 0 ? failed : null }
      this.#inTurn(() => alone(shared), tried).then(resolve, reject)
    }
  }

  /** `failed` is what the first try threw; null where there was none yet. `begun`: another try is to be made ready. */
  async #inTurn<T>(
    work: () => T,
    {
      again,
      failed = null,
      begun = failed !== null,
    }: { again: () => Promise<void>; failed?: unknown; begun?: boolean },
  ): Promise<T> {
    const turn = this.#last
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#last = promise
    this.#waiting++
    try {
      await turn
      return await this.#untilWritten(work, again, failed, begun)
    } finally {
      this.#waiting--
      resolve()
    }
  }

  async #untilWritten<T>(work: () => T, again: () => Promise<void>, failed: unknown, begun: boolean): Promise<T> {
    let error = failed
    let retried = begun
    for (let tries = 0; ; tries++) {
      if (error !== null) await this.#rest(error, tries)
      try {
        if (this.#trouble?.kind === 'failing') this.#options.probe?.()
        if (retried) await again()
        const value = work()
        this.#over()
        return value
      } catch (thrown) {
        error = thrown
        retried = true
      }
    }
  }

  /** Wait before another try; throws the error where there shall be none. */
  async #rest(error: unknown, tries: number): Promise<void> {
    const { patience = null, signal, troubleOf, onGivenUp } = this.#options
    const trouble = troubleOf(error)
    if (trouble === null) throw error
    const ms = this.#note(trouble)
    if (signal?.aborted) throw error
    if (patience !== null && ms >= patience) {
      onGivenUp?.(trouble.reason)
      throw error
    }
    const [shortest, longest] = PAUSES[trouble.kind]
    // Chance keeps two processes from meeting again and again.
    const pause = Math.min(longest, shortest * 1.5 ** tries) * (0.75 + Math.random() / 2)
    await setTimeout(pause, undefined, signal ? { signal } : {}).catch(() => {
      // Stopping: one more try, then no more.
    })
  }

  /** Remember and log a trouble. Returns how long it has lasted. */
  #note({ kind, reason }: { kind: StoreTrouble; reason: string }): Millis {
    this.failures[kind]++
    const now = this.#now()
    const before = this.#trouble
    const other = before !== null && before.kind !== kind
    const trouble = { kind, reason, since: before?.since ?? now, logged: other ? null : (before?.logged ?? null) }
    this.#trouble = trouble
    const ms = now - trouble.since
    if (kind === 'locked' && ms < ORDINARY_LOCK) return ms
    if (trouble.logged === null || now - trouble.logged >= LOGGED_AGAIN) {
      trouble.logged = now
      const log = this.#options.log ?? silent
      log.error('the database cannot be written: polling rests', { reason, seconds: Math.round(ms / 1_000) })
    }
    return ms
  }

  #over(): void {
    const before = this.#trouble
    if (before === null) return
    this.#trouble = null
    if (before.logged === null) return
    const seconds = Math.round((this.#now() - before.since) / 1_000)
    this.#options.log?.info('the database is written again: polling goes on', { seconds })
  }
}

/** Work with a transaction of its own that might have been shared. */
export function alone<T>({ work, commit, undone }: Pick<Shared<T>, 'work' | 'commit' | 'undone'>): T {
  const value = work()
  try {
    commit()
  } catch (error) {
    undone()
    throw error
  }
  return value
}

/** For stores that nothing else uses: a write succeeds or throws. */
export function storingAtOnce(): Storing {
  return new Storing({ troubleOf: () => null })
}
