// Asks the desk thread. Nothing here waits for it: calls are promises, and what is known of its state is what it said last.
import { totalmem } from 'node:os'
import { Worker } from 'node:worker_threads'
import type { PollPlan } from '../decide/schedule/plan.ts'
import type { LeveledLog, Log } from '../log.ts'
import type { PrunedCounts } from '../model/stored.ts'
import type { Millis, Outcome } from '../model/units.ts'
import { heapLimit } from './heap.ts'
import {
  type DeskCalls,
  type DeskContext,
  type DeskMethod,
  type DeskSettings,
  deskStopped,
  errorOf,
  type FromDesk,
  faultOf,
  type Recorded,
  type RecordedOrNot,
  type ToDesk,
} from './messages.ts'
import type { StoreTrouble, Trouble } from './storing.ts'

/** A document as the desk is given it: names at once, readings when they are asked for. Both packed by `v8.serialize`. */
export interface OfferedDocument {
  /** `DocumentNames`. */
  names: ArrayBuffer
  /** `PackedReadings`, in the order that was asked for. */
  read: (ats: readonly number[]) => Promise<ArrayBuffer>
}

export interface DeskClient extends Omit<DeskCalls, 'fileDocument' | 'prune'> {
  /** `onPruned` is told now and then what is gone. */
  prune(...given: [...Parameters<DeskCalls['prune']>, onPruned?: OnPruned]): ReturnType<DeskCalls['prune']>
  fileDocument(document: OfferedDocument, plan: PollPlan, context: DeskContext): ReturnType<DeskCalls['fileDocument']>
  /** What keeps writes waiting for longer than is ordinary, as of the last second; null while they succeed. */
  readonly trouble: Trouble | null
  /** Tries to write that failed since the start, as of the last second. */
  readonly failures: Readonly<Record<StoreTrouble, number>>
  /** How long the thread has said nothing, though it speaks every second. */
  readonly silence: Millis
  /** Resolves with a sentence when the thread has ended by itself. What was asked of it is rejected. */
  readonly lost: Promise<string>
  /** Nothing more is begun; what is being filed is filed to its end, and no write waits for the file any longer. */
  stop(): void
  /** Resolves when all that was begun has come to its end, the store is closed and the thread has ended. */
  close(): Promise<void>
}

export type OnPruned = (counts: PrunedCounts) => void

export interface DeskClientOptions extends DeskSettings {
  log: Log | LeveledLog
  /** Told when the patience with the file is over. */
  onGivenUp?: (reason: string) => void
  /** The module the thread runs; for tests. */
  module?: URL
}

/** Young generation of the thread. V8 would let it grow to 134 MB, and all of that stays. */
const YOUNG_MB = 12
const MODULE = new URL(`./thread${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url)

/** Starts the thread and opens the store in it. The reason of a failure is one line. */
export async function openDeskThread(options: DeskClientOptions): Promise<Outcome<DeskClient>> {
  const { log, onGivenUp, module = MODULE, ...settings } = options
  const client = new Client(module, settings, log, onGivenUp ?? (() => {}))
  const refusal = await client.opened
  if (refusal === null) return { ok: true, value: client }
  await client.close()
  return { ok: false, reason: refusal }
}

/** Polls without a document that end within so long are recorded by one message and one transaction. */
const GATHERED: Millis = 50

interface Unrecorded {
  plan: PollPlan
  resolve: (recorded: Recorded) => void
  reject: (error: Error) => void
}

interface Call {
  resolve: (value: unknown) => void
  reject: (error: Error) => void
  read: OfferedDocument['read'] | null
}

class Client implements DeskClient {
  readonly #worker: Worker
  readonly #log: Log
  readonly #onGivenUp: (reason: string) => void
  readonly #calls = new Map<number, Call>()
  readonly #lost = Promise.withResolvers<string>()
  readonly #opened = Promise.withResolvers<string | null>()
  readonly #ended = Promise.withResolvers<void>()
  #idle: (() => void)[] = []
  #unrecorded: Unrecorded[] = []
  #number = 0
  #error: string | null = null
  #closing = false
  #over = false
  #trouble: { trouble: Trouble; at: Millis } | null = null
  #heard = performance.now()
  #onPruned: OnPruned = () => {}
  #failures: DeskClient['failures'] = { locked: 0, failing: 0 }

  constructor(module: URL, settings: DeskSettings, log: Log, onGivenUp: (reason: string) => void) {
    this.#log = log
    this.#onGivenUp = onGivenUp
    const resourceLimits = {
      maxOldGenerationSizeMb: heapLimit(totalmem(), process.constrainedMemory()),
      maxYoungGenerationSizeMb: YOUNG_MB,
    }
    this.#worker = new Worker(module, { execArgv: [], name: 'desk', workerData: settings, resourceLimits })
    this.#worker.on('message', (message: FromDesk) => this.#hear(message))
    this.#worker.on('error', error => {
      this.#error = error instanceof Error ? (error.stack ?? error.message) : String(error)
    })
    this.#worker.on('exit', () => this.#end())
  }

  /** Null when the store is open; else why it is not. */
  get opened(): Promise<string | null> {
    return this.#opened.promise
  }

  get trouble(): Trouble | null {
    if (this.#trouble === null) return null
    const { trouble, at } = this.#trouble
    return { ...trouble, ms: trouble.ms + performance.now() - at }
  }

  get failures(): DeskClient['failures'] {
    return this.#failures
  }

  get silence(): Millis {
    return performance.now() - this.#heard
  }

  get lost(): Promise<string> {
    return this.#lost.promise
  }

  fileDocument: DeskClient['fileDocument'] = ({ read, names }, ...rest) =>
    this.#call('fileDocument', [names, ...rest], read, [names])
  knowsAny: DeskCalls['knowsAny'] = (...given) => this.#call('knowsAny', given)
  release: DeskCalls['release'] = (...given) => this.#call('release', given)
  withdraw: DeskCalls['withdraw'] = (...given) => this.#call('withdraw', given)
  saveSubscription: DeskCalls['saveSubscription'] = (...given) => this.#call('saveSubscription', given)
  keepRobots: DeskCalls['keepRobots'] = (...given) => this.#call('keepRobots', given)
  changeSubscribers: DeskCalls['changeSubscribers'] = (...given) => this.#call('changeSubscribers', given)
  changeNotices: DeskCalls['changeNotices'] = (...given) => this.#call('changeNotices', given)
  syncAgencies: DeskCalls['syncAgencies'] = (...given) => this.#call('syncAgencies', given)
  configure: DeskCalls['configure'] = (...given) => this.#call('configure', given)
  keepPolls: DeskCalls['keepPolls'] = (...given) => this.#call('keepPolls', given)
  prune: DeskClient['prune'] = (settings, now, pace, onPruned = () => {}) => {
    this.#onPruned = onPruned
    return this.#call('prune', [settings, now, pace])
  }
  rewriteFile: DeskCalls['rewriteFile'] = (...given) => this.#call('rewriteFile', given)
  useModel: DeskCalls['useModel'] = (...given) => this.#call('useModel', given)
  unencoded: DeskCalls['unencoded'] = (...given) => this.#call('unencoded', given)
  keepVectors: DeskCalls['keepVectors'] = (...given) => this.#call('keepVectors', given)
  filePage: DeskCalls['filePage'] = (...given) => this.#call('filePage', given)
  merge: DeskCalls['merge'] = (...given) => this.#call('merge', given)
  split: DeskCalls['split'] = (...given) => this.#call('split', given)

  recordPoll(plan: PollPlan): Promise<Recorded> {
    if (this.#over) return Promise.reject(deskStopped('the desk has ended'))
    return new Promise((resolve, reject) => {
      this.#unrecorded.push({ plan, resolve, reject })
      if (this.#unrecorded.length === 1) setTimeout(() => this.#record(), GATHERED)
    })
  }

  /** Have the polls recorded that were gathered. */
  #record(): void {
    const together = this.#unrecorded
    if (together.length === 0) return
    this.#unrecorded = []
    // As text: cloning the objects costs several times as much.
    const plans = JSON.stringify(together.map(({ plan }) => plan))
    this.#call<RecordedOrNot[]>('recordPolls', [plans]).then(
      results => {
        for (const [at, { resolve, reject }] of together.entries()) {
          const result = results[at]
          if (result !== undefined && 'recorded' in result) resolve(result.recorded)
          else reject(result === undefined ? new Error('the poll was not recorded') : errorOf(result.fault))
        }
      },
      (error: Error) => {
        for (const { reject } of together) reject(error)
      },
    )
  }

  stop(): void {
    this.#record()
    this.#post({ kind: 'stop' })
  }

  async close(): Promise<void> {
    this.#closing = true
    this.#record()
    if (this.#calls.size > 0 && !this.#over) await new Promise<void>(resolve => this.#idle.push(resolve))
    this.#post({ kind: 'close' })
    await this.#ended.promise
  }

  #call<T>(
    method: DeskMethod,
    given: unknown[],
    read: OfferedDocument['read'] | null = null,
    transfer: ArrayBuffer[] = [],
  ): Promise<T> {
    if (this.#over) return Promise.reject(deskStopped('the desk has ended'))
    return new Promise<T>((resolve, reject) => {
      const call = ++this.#number
      this.#calls.set(call, { resolve: value => resolve(value as T), reject, read })
      this.#post({ kind: 'call', call, method, given }, transfer)
    })
  }

  #post(message: ToDesk, transfer: ArrayBuffer[] = []): void {
    if (!this.#over) this.#worker.postMessage(message, transfer)
  }

  #hear(message: FromDesk): void {
    this.#heard = performance.now()
    switch (message.kind) {
      case 'open':
        if (message.refusal !== null) this.#closing = true
        this.#opened.resolve(message.refusal)
        break
      case 'value':
        this.#take(message.call)?.resolve(message.value)
        break
      case 'fault':
        this.#take(message.call)?.reject(errorOf(message.fault))
        break
      case 'read':
        void this.#read(message.call, message.ats)
        break
      case 'log':
        this.#log[message.level](message.event, message.fields)
        break
      case 'given up':
        this.#onGivenUp(message.reason)
        break
      case 'pruned':
        this.#onPruned(message.counts)
        break
      case 'state':
        this.#failures = message.failures
        this.#trouble = message.trouble && { trouble: message.trouble, at: performance.now() }
    }
  }

  #take(call: number): Call | undefined {
    const found = this.#calls.get(call)
    this.#calls.delete(call)
    if (this.#calls.size === 0) for (const resolve of this.#idle.splice(0)) resolve()
    return found
  }

  async #read(call: number, ats: readonly number[]): Promise<void> {
    const read = this.#calls.get(call)?.read
    try {
      if (!read) throw new Error('the document is not offered any more')
      const packed = await read(ats)
      this.#post({ kind: 'readings', call, packed }, [packed])
    } catch (error) {
      this.#post({ kind: 'unread', call, fault: faultOf(error) })
    }
  }

  #end(): void {
    this.#over = true
    const why = this.#error === null ? 'it ended by itself' : (this.#error.split('\n')[0] ?? '')
    const sentence = `the thread that files has ended (${why}): what was filed is on disk, and the rest is polled again after a start`
    this.#opened.resolve(`the thread that files did not start: ${why}`)
    for (const { reject } of this.#calls.values()) reject(deskStopped('the desk has ended'))
    this.#calls.clear()
    for (const resolve of this.#idle.splice(0)) resolve()
    if (!this.#closing) {
      this.#log.error('the desk has ended', { error: this.#error ?? why })
      this.#lost.resolve(sentence)
    }
    this.#ended.resolve()
  }
}
