// Parses documents in threads that can be ended, so that no document stops the others or the thread that asked. A document
// may be kept in its thread after parsing, and be asked about until it is dropped.
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import type { ParsedFeed } from '../../model/collected.ts'
import type { Millis, Outcome } from '../../model/units.ts'
import { field, oneLine, seconds } from '../net/failure.ts'
import type { ParseOptions } from './parse.ts'
import type { ParserReply, ParserTask } from './serve.ts'

export interface ParserPoolOptions {
  /** Threads; they start when they are first needed. Default two less than there are processors, 1 to 4. */
  size?: number
  /** Threads at most: beyond `size`, one starts when all have worked on one task for 2 s. Default one more, or `size` if given. */
  most?: number
  /** Time for one task, without the start of a thread. Default 10 s. */
  timeoutMs?: Millis
  /** Heap one document may need, in MB of 1,048,576 bytes. Looked at every 50 ms, so a peak may be higher. Default 256. */
  memoryMB?: number
  /** A thread that had nothing to do for so long ends. Default 30 s. */
  idleMs?: Millis
  /** The module the threads run, and what is handed to each as `workerData`. Default: one that keeps no documents. */
  module?: URL
  data?: unknown
}

export interface ParserPool {
  /**
   * `parseDocument`, elsewhere: the same outcomes, and for a document that takes too long, needs too much memory
   * or brings the parser down, the reason in one line. Never rejects. `bytes` stay the caller's.
   */
  parse(bytes: Uint8Array, contentType: string | null, options: ParseOptions): Promise<Outcome<ParsedFeed>>
  /** The same for a document that stays in its thread. `about` is handed to the module there. */
  keep(
    bytes: Uint8Array,
    contentType: string | null,
    options: ParseOptions,
    about: unknown,
  ): Promise<Outcome<KeptElsewhere>>
  /** Stop all threads; what is being parsed or waits is answered with a reason. Resolves when no thread is left. */
  close(): Promise<void>
}

/** A document that is kept in a parser thread. */
export interface KeptElsewhere {
  /** What the module made of the document. */
  summary: unknown
  /** Have the module answer a question. A document whose thread ended for another's sake is parsed again before. */
  ask(question: unknown): Promise<Outcome<unknown>>
  /** It is not asked about any more. */
  drop(): void
}

/** Times its limit that a document may take by the clock while the machine is busy with other programs. */
const STARVED = 4
/** Least time until the limit is looked at again. */
const SHORTEST_LIMIT: Millis = 250

const WATCH: Millis = 50
/**
 * Documents are parsed in milliseconds: a thread that takes so long for one is held up by it. Counted as the lesser of time and of the
 * process's processor time, so that a loaded machine looks like no held-up thread: another takes 0.5 s of processor time to start,
 * and 60 MB. The first documents of a thread take 300 ms while its code is compiled, and the desk starts beside it.
 */
const HELD_UP: Millis = 2_000
/** A thread that cannot even start must not hold its document for ever. */
const START_TIMEOUT: Millis = 60_000
/**
 * V8's own limit for a thread, far beyond ours: Node cannot be relied on to survive it. When one operation of the engine
 * (a `replace`, a `split`, `JSON.parse`) needs 16 MB more than the limit, V8 ends the whole process, not the thread.
 */
const FATAL_MB = 4_096
/**
 * Young generation of a thread. V8 lets it grow to 134 MB, and all of that stays; with 12 MB reading costs 5% more time than with 24.
 */
const YOUNG_MB = 12
const LIMITS = { maxOldGenerationSizeMb: FATAL_MB, maxYoungGenerationSizeMb: YOUNG_MB }

interface Task {
  /** Made when its turn has come: bytes are copied then, and not while it waits. */
  message: () => { task: ParserTask; transfer: ArrayBuffer[] }
  /** The thread that keeps the document it is about; null for any. */
  on: Thread | null
  /** The document stays in the thread afterwards. */
  keeps: boolean
  /** `thread` is the one that answered; null where it has ended. */
  done: (outcome: Outcome<unknown>, thread: Thread | null) => void
}

/** Heap of a thread at most, as a multiple of what one document may need: its own beside what the thread keeps. */
const MOST_HEAPS = 3

interface Thread {
  worker: Worker
  ready: boolean
  /** What it works on, or is to work on once it is ready. */
  task: Task | null
  /** When it was given its task, by `performance.now()`; infinite while it starts. */
  began: Millis
  /** Processor time of the process then. */
  beganAt: Millis
  /** Documents that are kept in it. */
  kept: number
  deadline: NodeJS.Timeout | null
  watch: NodeJS.Timeout | null
  idle: NodeJS.Timeout | null
  /** Highest heap seen while it worked, in MB. */
  heap: number
}

const DEFAULT_MODULE = new URL(`./worker${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url)
const STOPPED: Outcome<never> = { ok: false, reason: 'stopped by Minwal before the document was parsed' }

/** A pool of parser threads. They never keep the process alive on their own. */
export function createParserPool(options: ParserPoolOptions = {}): ParserPool {
  return new Pool(options)
}

class Pool implements ParserPool {
  readonly #size: number
  readonly #most: number
  readonly #timeout: Millis
  readonly #memory: number
  readonly #idle: Millis
  readonly #module: URL
  readonly #data: unknown
  readonly #threads = new Set<Thread>()
  /** Threads that were terminated and have not ended: an operation of the engine cannot be interrupted. */
  readonly #ending = new Set<Promise<unknown>>()
  #waiting: Task[] = []
  #documents = 0
  #later: NodeJS.Timeout | null = null
  #closed = false

  constructor(options: ParserPoolOptions) {
    // One thread fetches and serves, one files.
    this.#size = options.size ?? Math.max(1, Math.min(4, availableParallelism() - 2))
    // While one is held up by a hostile document, another goes on.
    this.#most = options.most ?? options.size ?? this.#size + 1
    this.#timeout = options.timeoutMs ?? 10_000
    this.#memory = options.memoryMB ?? 256
    this.#idle = options.idleMs ?? 30_000
    this.#module = options.module ?? DEFAULT_MODULE
    this.#data = options.data
  }

  async parse(bytes: Uint8Array, contentType: string | null, options: ParseOptions): Promise<Outcome<ParsedFeed>> {
    const { outcome } = await this.#run({ on: null, keeps: false }, () => {
      const copy = new Uint8Array(bytes)
      return { task: { kind: 'parse', bytes: copy, contentType, options }, transfer: [copy.buffer] }
    })
    return outcome as Outcome<ParsedFeed>
  }

  async keep(
    bytes: Uint8Array,
    contentType: string | null,
    options: ParseOptions,
    about: unknown,
  ): Promise<Outcome<KeptElsewhere>> {
    const document = ++this.#documents
    const parse = () =>
      this.#run({ on: null, keeps: true }, () => {
        // A copy of exactly these bytes is handed over: a view would take along all it is a view of.
        const copy = new Uint8Array(bytes)
        return { task: { kind: 'keep', document, bytes: copy, contentType, options, about }, transfer: [copy.buffer] }
      })
    const first = await parse()
    if (!first.outcome.ok) return first.outcome
    let thread = first.thread
    const summary = first.outcome.value
    const isThere = (): boolean => thread !== null && this.#threads.has(thread)
    const ask = async (question: unknown): Promise<Outcome<unknown>> => {
      for (;;) {
        if (this.#closed) return STOPPED
        if (!isThere()) {
          const again = await parse()
          if (!again.outcome.ok) return again.outcome
          thread = again.thread
          if (!isThere()) return ENDED
        }
        const asked = await this.#run({ on: thread, keeps: false }, () => ({
          task: { kind: 'ask', document, question },
          transfer: [],
        }))
        if (asked.outcome !== GONE) return asked.outcome
      }
    }
    const drop = (): void => {
      if (thread === null || !this.#threads.has(thread)) return
      thread.kept--
      thread.worker.postMessage({ kind: 'drop', document } satisfies ParserTask)
      if (thread.task === null) this.#free(thread)
      thread = null
    }
    return { ok: true, value: { summary, ask, drop } }
  }

  async close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#later ?? undefined)
    for (const task of this.#waiting.splice(0)) task.done(STOPPED, null)
    for (const thread of this.#threads) this.#end(thread, STOPPED)
    while (this.#ending.size > 0) await Promise.all(this.#ending)
  }

  #run(
    { on, keeps }: Pick<Task, 'on' | 'keeps'>,
    message: Task['message'],
  ): Promise<{ outcome: Outcome<unknown>; thread: Thread | null }> {
    if (this.#closed) return Promise.resolve({ outcome: STOPPED, thread: null })
    return new Promise(resolve => {
      this.#waiting.push({ on, keeps, message, done: (outcome, thread) => resolve({ outcome, thread }) })
      this.#assign()
    })
  }

  /** Hands tasks to threads that have none: first those about documents that are kept, which free memory. */
  #assign(): void {
    for (const thread of this.#threads) {
      if (thread.task !== null) continue
      const at = this.#waiting.findIndex(({ on }) => on === thread)
      if (at >= 0) this.#begin(thread, this.#waiting.splice(at, 1)[0] as Task)
    }
    for (;;) {
      const at = this.#waiting.findIndex(({ on }) => on === null)
      if (at < 0) return
      const idle = [...this.#threads].find(thread => thread.task === null)
      if (idle === undefined && !this.#mayStart()) return
      this.#begin(idle ?? this.#start(), this.#waiting.splice(at, 1)[0] as Task)
    }
  }

  #mayStart(): boolean {
    // A thread that is ending still has its memory, so it counts.
    const there = this.#threads.size + this.#ending.size
    if (there < this.#size) return true
    if (there >= this.#most) return false
    const [now, used] = [performance.now(), processorTime()]
    const worked = [...this.#threads].map(({ began, beganAt }) => Math.min(now - began, used - beganAt))
    const wait = HELD_UP - Math.min(...worked)
    if (wait <= 0) return true
    if (wait !== Number.POSITIVE_INFINITY)
      this.#later ??= setTimeout(() => {
        this.#later = null
        this.#assign()
      }, wait)
    return false
  }

  #begin(thread: Thread, task: Task): void {
    thread.task = task
    thread.began = Number.POSITIVE_INFINITY
    clearTimeout(thread.idle ?? undefined)
    thread.worker.ref()
    if (thread.ready) this.#give(thread, task)
    else this.#limit(thread, START_TIMEOUT, 'the parser thread did not start: the machine is overloaded')
  }

  #start(): Thread {
    // Of the options the process was started with, some are fatal to a thread (`--input-type`); none is needed.
    const worker = new Worker(this.#module, { execArgv: [], resourceLimits: LIMITS, workerData: this.#data })
    const empty = { task: null, deadline: null, watch: null, idle: null }
    const thread: Thread = { worker, ready: false, began: 0, beganAt: 0, kept: 0, heap: 0, ...empty }
    this.#threads.add(thread)
    worker.on('message', (reply: ParserReply) => this.#heard(thread, reply))
    worker.on('error', error => this.#end(thread, broken(error)))
    worker.on('exit', () => this.#end(thread, ENDED))
    return thread
  }

  #give(thread: Thread, task: Task): void {
    thread.began = performance.now()
    thread.beganAt = processorTime()
    const { task: message, transfer } = task.message()
    thread.worker.postMessage(message, transfer)
    const late = `parsing took longer than ${seconds(this.#timeout)}: the document is given up`
    this.#limitWork(thread, this.#timeout, late)
    // What the thread held before: documents that are kept, and what is left of those that were. It is not this one's.
    let before: number | null = null
    let asked = false
    const look = (): void => {
      if (asked) return
      asked = true
      const looked = ({ used_heap_size: used }: { used_heap_size: number }): void => {
        asked = false
        if (thread.task !== task) return
        const heap = used / 1_048_576
        thread.heap = Math.max(thread.heap, heap)
        before = Math.min(before ?? heap, heap)
        if (heap - before <= this.#memory && heap <= MOST_HEAPS * this.#memory) return
        this.#end(thread, {
          ok: false,
          reason: `parsing needed more than ${this.#memory} MB: the document is given up`,
        })
      }
      // A thread that has ended has no heap; its end is handled elsewhere.
      thread.worker.getHeapStatistics().then(looked, () => {})
    }
    look()
    thread.watch = setInterval(look, WATCH)
  }

  #limit(thread: Thread, time: Millis, reason: string): void {
    clearTimeout(thread.deadline ?? undefined)
    thread.deadline = setTimeout(() => this.#end(thread, { ok: false, reason }), time)
  }

  /**
   * The same for a thread at work. On a machine where other programs run a thread may hardly have had the processor: it is given
   * up once the process has used the time, or after {@link STARVED} times as long by the clock.
   */
  #limitWork(thread: Thread, time: Millis, reason: string): void {
    clearTimeout(thread.deadline ?? undefined)
    thread.deadline = setTimeout(() => {
      const passed = performance.now() - thread.began
      const used = Math.min(passed, processorTime() - thread.beganAt)
      if (used >= this.#timeout || passed >= STARVED * this.#timeout) this.#end(thread, { ok: false, reason })
      else this.#limitWork(thread, Math.max(SHORTEST_LIMIT, this.#timeout - used), reason)
    }, time)
  }

  #heard(thread: Thread, reply: ParserReply): void {
    if (!this.#threads.has(thread)) return
    if (reply === 'ready') {
      thread.ready = true
      if (thread.task !== null) this.#give(thread, thread.task)
      return
    }
    this.#answer(thread, reply)
    this.#assign()
  }

  #answer(thread: Thread, outcome: Outcome<unknown>): void {
    clearTimeout(thread.deadline ?? undefined)
    clearInterval(thread.watch ?? undefined)
    const { task } = thread
    thread.task = null
    thread.worker.unref()
    if (task?.keeps && outcome.ok) thread.kept++
    task?.done(outcome, this.#threads.has(thread) ? thread : null)
    this.#free(thread)
  }

  /** A thread has nothing to do. */
  #free(thread: Thread): void {
    if (!this.#threads.has(thread) || thread.task !== null || thread.kept > 0) return
    // A heap that has grown large is given back by ending the thread; the next document starts another.
    if (thread.heap > this.#memory / 2) {
      this.#end(thread, ENDED)
      return
    }
    clearTimeout(thread.idle ?? undefined)
    thread.idle = setTimeout(() => {
      if (thread.task === null && thread.kept === 0) this.#end(thread, ENDED)
    }, this.#idle).unref()
  }

  #end(thread: Thread, outcome: Outcome<unknown>): void {
    if (!this.#threads.delete(thread)) return
    this.#answer(thread, outcome)
    clearTimeout(thread.idle ?? undefined)
    // What waits for this thread is about documents that it was keeping, and not to blame for its end.
    const gone = this.#waiting.filter(({ on }) => on === thread)
    this.#waiting = this.#waiting.filter(({ on }) => on !== thread)
    for (const task of gone) task.done(GONE, null)
    // Whoever waits for the end must not see the process exit before it.
    thread.worker.ref()
    const ended = thread.worker.terminate().finally(() => {
      this.#ending.delete(ended)
      this.#assign()
    })
    this.#ending.add(ended)
  }
}

/** Of all threads of the process. */
function processorTime(): Millis {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1_000
}

function broken(error: unknown): Outcome<never> {
  const said = typeof error === 'string' ? error : field(error, 'message') || String(error)
  return { ok: false, reason: `the parser failed on this document: ${oneLine(said)}` }
}

const ENDED: Outcome<never> = broken('its thread ended')
/** Answers a question about a document whose thread ended before its turn came. */
const GONE: Outcome<never> = { ok: false, reason: 'the thread that kept the document ended' }
