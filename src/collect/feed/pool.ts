// Parses documents in threads that can be killed, so that no document stops the others.
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import type { ParsedFeed } from '../../model/collected.ts'
import type { Millis, Outcome } from '../../model/units.ts'
import { field, oneLine, seconds } from '../net/failure.ts'
import type { ParseOptions } from './parse.ts'
import type { ParserJob, ParserReply } from './worker.ts'

export interface ParserPoolOptions {
  /** Threads at most; they start when they are first needed. Default one less than there are processors, 2 to 4. */
  size?: number
  /** Time for one document, without the start of a thread. Default 10 s. */
  timeoutMs?: Millis
  /** Heap one document may need, in MB of 1,048,576 bytes. Looked at every 50 ms, so a peak may be higher. Default 256. */
  memoryMB?: number
  /** The module the threads run; for tests. */
  module?: URL
}

export interface ParserPool {
  /**
   * `parseDocument`, elsewhere: the same outcomes, and for a document that takes too long, needs too much memory
   * or brings the parser down, the reason in one line. Never rejects. `bytes` stay the caller's.
   */
  parse(bytes: Uint8Array, contentType: string | null, options: ParseOptions): Promise<Outcome<ParsedFeed>>
  /** Stop all threads; what is being parsed or waits is answered with a reason. Resolves when no thread is left. */
  close(): Promise<void>
}

const WATCH: Millis = 50
/** A thread that cannot even start must not hold its document for ever. */
const START_TIMEOUT: Millis = 60_000
/**
 * V8's own limit for a thread, far beyond ours: Node cannot be relied on to survive it. When one operation of the engine
 * (a `replace`, a `split`, `JSON.parse`) needs 16 MB more than the limit, V8 ends the whole process, not the thread.
 */
const FATAL_MB = 4_096
/**
 * Young generation of a thread. V8 lets it grow to 134 MB, and all of that stays; with 24 MB documents are parsed as fast.
 */
const YOUNG_MB = 24
const LIMITS = { maxOldGenerationSizeMb: FATAL_MB, maxYoungGenerationSizeMb: YOUNG_MB }

interface Job extends ParserJob {
  done: (outcome: Outcome<ParsedFeed>) => void
}

interface Thread {
  worker: Worker
  ready: boolean
  /** What it works on, or is to work on once it is ready. */
  job: Job | null
  deadline: NodeJS.Timeout | null
  watch: NodeJS.Timeout | null
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
  readonly #timeout: Millis
  readonly #memory: number
  readonly #module: URL
  readonly #threads = new Set<Thread>()
  /** Threads that were terminated and have not ended: an operation of the engine cannot be interrupted. */
  readonly #ending = new Set<Promise<unknown>>()
  #waiting: Job[] = []
  #closed = false

  constructor(options: ParserPoolOptions) {
    // Two at least: while one is held up by a hostile document, the other goes on.
    this.#size = options.size ?? Math.max(2, Math.min(4, availableParallelism() - 1))
    this.#timeout = options.timeoutMs ?? 10_000
    this.#memory = options.memoryMB ?? 256
    this.#module = options.module ?? DEFAULT_MODULE
  }

  async parse(bytes: Uint8Array, contentType: string | null, options: ParseOptions): Promise<Outcome<ParsedFeed>> {
    if (this.#closed) return STOPPED
    return new Promise(done => {
      this.#waiting.push({ bytes, contentType, options, done })
      this.#assign()
    })
  }

  async close(): Promise<void> {
    this.#closed = true
    for (const job of this.#waiting.splice(0)) job.done(STOPPED)
    for (const thread of this.#threads) this.#end(thread, STOPPED)
    while (this.#ending.size > 0) await Promise.all(this.#ending)
  }

  #assign(): void {
    while (this.#waiting.length > 0) {
      const idle = [...this.#threads].find(thread => thread.job === null)
      // A thread that is ending still has its memory, so it counts.
      if (idle === undefined && this.#threads.size + this.#ending.size >= this.#size) return
      const job = this.#waiting.shift()
      if (job === undefined) return
      const thread = idle ?? this.#start()
      thread.job = job
      thread.worker.ref()
      if (thread.ready) this.#give(thread, job)
      else this.#limit(thread, START_TIMEOUT, 'the parser thread did not start: the machine is overloaded')
    }
  }

  #start(): Thread {
    // Of the options the process was started with, some are fatal to a thread (`--input-type`); none is needed.
    const worker = new Worker(this.#module, { execArgv: [], resourceLimits: LIMITS })
    const thread: Thread = { worker, ready: false, job: null, deadline: null, watch: null, heap: 0 }
    this.#threads.add(thread)
    worker.on('message', (reply: ParserReply) => this.#heard(thread, reply))
    worker.on('error', error => this.#end(thread, broken(error)))
    worker.on('exit', () => this.#end(thread, broken('its thread ended')))
    return thread
  }

  #give(thread: Thread, job: Job): void {
    // A copy of exactly these bytes is handed over: a view would take along all it is a view of.
    const bytes = new Uint8Array(job.bytes)
    const { contentType, options } = job
    thread.worker.postMessage({ bytes, contentType, options } satisfies ParserJob, [bytes.buffer])
    const late = `parsing took longer than ${seconds(this.#timeout)}: the document is given up`
    this.#limit(thread, this.#timeout, late)
    let asked = false
    thread.watch = setInterval(() => {
      if (asked) return
      asked = true
      const looked = ({ used_heap_size: used }: { used_heap_size: number }): void => {
        asked = false
        if (thread.job !== job) return
        thread.heap = Math.max(thread.heap, used / 1_048_576)
        if (thread.heap <= this.#memory) return
        this.#end(thread, {
          ok: false,
          reason: `parsing needed more than ${this.#memory} MB: the document is given up`,
        })
      }
      // A thread that has ended has no heap; its end is handled elsewhere.
      thread.worker.getHeapStatistics().then(looked, () => {})
    }, WATCH)
  }

  #limit(thread: Thread, time: Millis, reason: string): void {
    clearTimeout(thread.deadline ?? undefined)
    thread.deadline = setTimeout(() => this.#end(thread, { ok: false, reason }), time)
  }

  #heard(thread: Thread, reply: ParserReply): void {
    if (!this.#threads.has(thread)) return
    if (reply === 'ready') {
      thread.ready = true
      if (thread.job !== null) this.#give(thread, thread.job)
      return
    }
    // A heap that has grown large is given back by ending the thread; the next document starts another.
    if (thread.heap > this.#memory / 2) this.#end(thread, reply)
    else this.#answer(thread, reply)
    this.#assign()
  }

  #answer(thread: Thread, outcome: Outcome<ParsedFeed>): void {
    clearTimeout(thread.deadline ?? undefined)
    clearInterval(thread.watch ?? undefined)
    const { job } = thread
    thread.job = null
    thread.worker.unref()
    job?.done(outcome)
  }

  #end(thread: Thread, outcome: Outcome<ParsedFeed>): void {
    if (!this.#threads.delete(thread)) return
    this.#answer(thread, outcome)
    // Whoever waits for the end must not see the process exit before it.
    thread.worker.ref()
    const ended = thread.worker.terminate().finally(() => {
      this.#ending.delete(ended)
      this.#assign()
    })
    this.#ending.add(ended)
  }
}

function broken(error: unknown): Outcome<never> {
  const said = typeof error === 'string' ? error : field(error, 'message') || String(error)
  return { ok: false, reason: `the parser failed on this document: ${oneLine(said)}` }
}
