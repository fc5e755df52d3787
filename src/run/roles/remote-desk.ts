// The desk of a process that does not file: what is asked of it is put into the database, for the process that files. What was
// read of a feed is put there in the transaction that ends its job, so that it is filed whatever becomes of this process.
import { randomUUID } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import { deserialize, serialize } from 'node:v8'
import type { PollPlan } from '../../decide/schedule/plan.ts'
import type { DeskClient } from '../../desk/client.ts'
import {
  type DocumentNames,
  deskStopped,
  errorOf,
  type Fault,
  type Recorded,
  type RecordedOrNot,
} from '../../desk/messages.ts'
import type { Log } from '../../log.ts'
import { said } from '../../log.ts'
import type { Millis } from '../../model/units.ts'
import { storeTrouble } from '../../store/fault.ts'
import type { Calls, Executor, NewCall } from '../../store/postgres/calls.ts'
import { postgresFault } from '../../store/postgres/faults.ts'
import type { Head } from '../../store/postgres/heads.ts'

/** Polls without a document that end within so long are recorded together. */
const GATHERED: Millis = 50
/** Answers are looked for at least so often, should a notice be lost. */
const LOOK: Millis = 1_000
/** Between two tries to put a call while the database cannot be reached; and how long one waits that is not of a feed. */
const PAUSE: Millis = 500
const PATIENCE: Millis = 10_000

export type Answer = { ok: true; value: unknown } | { ok: false; fault: Fault }

export interface RemoteDeskOptions {
  calls: Calls
  database: string
  log: Log
  /** Ends the jobs of these feeds in a transaction; false where they are another's by now. */
  end?: (feeds: readonly number[], executor: Executor) => Promise<boolean>
  /** What other machines are to be told of hosts, with whatever is put next. */
  heads?: () => Head[]
  /** That transaction is committed. */
  ended?: (feeds: readonly number[]) => void
}

interface Waiting {
  resolve: (value: unknown) => void
  reject: (error: Error) => void
}

interface Unrecorded {
  plan: PollPlan
  resolve: (recorded: Recorded) => void
  reject: (error: Error) => void
}

export class RemoteDesk implements DeskClient {
  readonly #with: RemoteDeskOptions
  readonly #caller = randomUUID()
  readonly #waiting = new Map<number, Waiting>()
  /** Answers that came before their call's number was known. */
  readonly #early = new Map<number, Answer>()
  readonly #timer: NodeJS.Timeout
  readonly #lost = Promise.withResolvers<string>()
  #unrecorded: Unrecorded[] = []
  #looking: Promise<void> | null = null
  #lookAgain = false
  readonly #stopping = new AbortController()
  #isStopped = false
  /** Calls that are being put, and have no number yet. */
  #putting = 0
  #since: { at: Millis; reason: string } | null = null
  #tried = 0

  constructor(options: RemoteDeskOptions) {
    this.#with = options
    this.#timer = setInterval(() => this.#look(), LOOK)
    this.#timer.unref()
    options.calls.listen(said => {
      if (said === this.#caller) this.#look()
    })
  }

  get trouble(): DeskClient['trouble'] {
    if (this.#since === null) return null
    return { kind: 'failing', reason: this.#since.reason, ms: performance.now() - this.#since.at }
  }

  get failures(): DeskClient['failures'] {
    return { locked: 0, failing: this.#tried }
  }

  /** The database answers, or there is trouble. */
  readonly silence = 0

  get lost(): Promise<string> {
    return this.#lost.promise
  }

  fileDocument: DeskClient['fileDocument'] = async ({ names, read }, plan, context) => {
    const { entries } = deserialize(Buffer.from(names)) as DocumentNames
    const readings = entries.length === 0 ? null : new Uint8Array(await read(entries.map((_, at) => at)))
    return this.#call('fileDocument', [names, plan, context], { ends: [context.feed], readings })
  }
  knowsAny: DeskClient['knowsAny'] = (...given) => this.#call('knowsAny', given)
  release: DeskClient['release'] = (...given) => this.#call('release', given)
  withdraw: DeskClient['withdraw'] = (...given) => this.#call('withdraw', given)
  saveSubscription: DeskClient['saveSubscription'] = (...given) => this.#call('saveSubscription', given)
  keepRobots: DeskClient['keepRobots'] = (...given) => this.#call('keepRobots', given)
  changeSubscribers: DeskClient['changeSubscribers'] = (...given) => this.#call('changeSubscribers', given)
  changeNotices: DeskClient['changeNotices'] = (...given) => this.#call('changeNotices', given)
  filePage: DeskClient['filePage'] = (...given) => this.#call('filePage', given)
  merge: DeskClient['merge'] = (...given) => this.#call('merge', given)
  split: DeskClient['split'] = (...given) => this.#call('split', given)
  // What follows is the business of the process that files, which reads its own configuration.
  syncAgencies: DeskClient['syncAgencies'] = async () => {}
  configure: DeskClient['configure'] = async () => {}
  keepPolls: DeskClient['keepPolls'] = async () => {}
  prune: DeskClient['prune'] = () => Promise.reject(deskStopped('another process files'))
  rewriteFile: DeskClient['rewriteFile'] = async () => ({ ok: false, reason: 'another process files' })
  useModel: DeskClient['useModel'] = () => Promise.reject(deskStopped('another process files'))
  unencoded: DeskClient['unencoded'] = async () => null
  keepVectors: DeskClient['keepVectors'] = async () => false

  recordPoll(plan: PollPlan): Promise<Recorded> {
    if (this.#isStopped) return Promise.reject(deskStopped())
    return new Promise((resolve, reject) => {
      this.#unrecorded.push({ plan, resolve, reject })
      if (this.#unrecorded.length === 1) void setTimeout(GATHERED).then(() => this.#record())
    })
  }

  async #record(): Promise<void> {
    const together = this.#unrecorded
    if (together.length === 0) return
    this.#unrecorded = []
    try {
      const plans = JSON.stringify(together.map(({ plan }) => plan))
      const ends = together.map(({ plan }) => plan.feed.id)
      const results = await this.#call<RecordedOrNot[]>('recordPolls', [plans], { ends, readings: null })
      for (const [at, { resolve, reject }] of together.entries()) {
        const result = results[at]
        if (result !== undefined && 'recorded' in result) resolve(result.recorded)
        else reject(result === undefined ? new Error('the poll was not recorded') : errorOf(result.fault))
      }
    } catch (error) {
      for (const { reject } of together) reject(error as Error)
    }
  }

  stop(): void {
    void this.#record()
    this.#isStopped = true
    this.#stopping.abort()
    // What was asked is answered to nobody: it is done all the same.
    for (const { reject } of this.#waiting.values()) reject(deskStopped())
    this.#waiting.clear()
  }

  async close(): Promise<void> {
    this.stop()
    clearInterval(this.#timer)
    await this.#looking
    await this.#with.calls.close()
  }

  async #call<T>(
    method: string,
    given: unknown[],
    document: { ends: readonly number[]; readings: Uint8Array | null } = { ends: [], readings: null },
  ): Promise<T> {
    if (this.#isStopped) throw deskStopped()
    const call: NewCall = {
      caller: this.#caller,
      method,
      feeds: document.ends,
      given: serialize(given),
      readings: document.readings,
    }
    const id = await this.#put(call)
    const early = this.#early.get(id)
    this.#early.delete(id)
    if (early !== undefined) return valueIn<T>(early)
    if (this.#isStopped) throw deskStopped()
    return new Promise<unknown>((resolve, reject) => this.#waiting.set(id, { resolve, reject })) as Promise<T>
  }

  /** Put it into the database, once that can be reached: what was read of a feed is kept in memory meanwhile. */
  async #put(call: NewCall): Promise<number> {
    const began = performance.now()
    const patience = call.feeds.length > 0 ? Number.POSITIVE_INFINITY : PATIENCE
    this.#putting++
    try {
      for (;;) {
        try {
          return await this.#tryToPut(call)
        } catch (error) {
          this.#failed(error)
          if (storeTrouble(error) === null || performance.now() - began > patience) throw error
          await setTimeout(PAUSE, undefined, { signal: this.#stopping.signal }).catch(() => {
            throw deskStopped()
          })
        }
      }
    } finally {
      this.#putting--
    }
  }

  async #tryToPut(call: NewCall): Promise<number> {
    const { calls, end, ended, heads } = this.#with
    const id = await calls.within(async executor => {
      const isOurs = call.feeds.length === 0 || end === undefined || (await end(call.feeds, executor))
      if (!isOurs) throw deskStopped('the poll is another process’s by now')
      return calls.insert(executor, call, heads?.())
    })
    ended?.(call.feeds)
    this.#since = null
    return id
  }

  /** Fetch answers. */
  #look(): void {
    if (this.#looking !== null) {
      this.#lookAgain = true
      return
    }
    if (this.#waiting.size === 0 && this.#putting === 0) return
    this.#lookAgain = false
    this.#looking = this.#with.calls
      .answers(this.#caller)
      .then(
        answers => {
          this.#since = null
          for (const { id, answer } of answers) this.#take(id, deserialize(answer) as Answer)
        },
        error => this.#failed(error),
      )
      .finally(() => {
        this.#looking = null
        if (this.#lookAgain) this.#look()
      })
  }

  #take(id: number, answer: Answer): void {
    const waiting = this.#waiting.get(id)
    if (waiting === undefined) {
      if (!this.#isStopped) this.#early.set(id, answer)
      return
    }
    this.#waiting.delete(id)
    if (answer.ok) waiting.resolve(answer.value)
    else waiting.reject(errorOf(answer.fault))
  }

  #failed(error: unknown): void {
    const reason = postgresFault(this.#with.database, error)
    if (reason === null) return
    this.#tried++
    if (this.#since === null) this.#with.log.warn('the database cannot be reached', { reason, error: said(error) })
    this.#since ??= { at: performance.now(), reason }
  }
}

function valueIn<T>(answer: Answer): T {
  if (answer.ok) return answer.value as T
  throw errorOf(answer.fault)
}
