// Reads a feed that is a file, with an answer of the same form as a server's. Redirects never lead here.
import type { ChildProcess } from 'node:child_process'
import { performance } from 'node:perf_hooks'
import { fileURLToPath } from 'node:url'
import type { FailureKind, FetchResult, Validators } from '../../model/collected.ts'
import type { PollSettings } from '../../model/config.ts'
import type { Millis } from '../../model/units.ts'
import { unpack } from './coding.ts'
import { Fault, megabytes, oneLine, seconds } from './failure.ts'
import type { FileJob, FileReply } from './file-process.ts'
import { bodyHash } from './hash.ts'
import { beginsAsFeed, endsGap, Oversize } from './oversize.ts'

export interface FileRequest {
  url: string
  validators: Validators
  /** Gives the reading up. The result is then a failure of kind `timeout`. */
  signal?: AbortSignal
}

export interface FileReader {
  /**
   * Read a `file:` address, within `totalTimeout`; its time of change is the Last-Modified. Never rejects for what is wrong
   * with the file, nor for a disk that does not answer.
   */
  read(request: FileRequest): Promise<FetchResult>
  /** End the processes that read; what is being read ends as a failure. */
  close(): void
}

export interface FileReaderOptions {
  /** The program of the processes; for tests. */
  module?: URL
}

/** Processes at most, also those that were killed and still wait for their disk. */
const MOST_READERS = 8
/** A process that reads nothing for this long is ended. */
const IDLE: Millis = 10_000

interface Reader {
  child: ChildProcess
  /** Whether somebody has it for a job. */
  taken: boolean
  /** Called with the reply; null where the process ended without one. */
  answer: ((reply: FileReply | null) => void) | null
  idle: NodeJS.Timeout | null
}

const MODULE = new URL(`./file-process${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url)

type Settings = Pick<PollSettings, 'maxBodyBytes' | 'maxWireBytes' | 'totalTimeout'>

/** A reader of files, in processes that start when they are first needed and never keep this one alive. */
export function createFileReader(settings: Settings, options: FileReaderOptions = {}): FileReader {
  return new Readers(settings, options.module ?? MODULE)
}

class Readers implements FileReader {
  readonly #settings: Settings
  readonly #module: URL
  readonly #readers = new Set<Reader>()
  #waiting: (() => void)[] = []
  #closed = false

  constructor(settings: Settings, module: URL) {
    this.#settings = settings
    this.#module = module
  }

  async read({ url, validators, signal }: FileRequest): Promise<FetchResult> {
    const started = performance.now()
    const ms = (): number => Math.round(performance.now() - started)
    const failed = (kind: FailureKind, message: string): FetchResult => ({
      kind: 'failed',
      failure: { kind, message: oneLine(message, 800), status: null, retryAt: null },
      ms: ms(),
    })
    let path: string
    try {
      path = fileURLToPath(url)
    } catch {
      return failed('address', `${url} names no file on this machine: it must be like file:///folder/feed.xml`)
    }
    const { maxBodyBytes, totalTimeout } = this.#settings
    const late = new Fault(
      'timeout',
      `${path} was not read within ${seconds(totalTimeout)} (poll.totalTimeout): the disk or share it lies on does not answer`,
    )
    const control = new AbortController()
    const stop = (): void => control.abort(new Fault('timeout', `stopped by Minwal before ${path} was read`))
    const deadline = setTimeout(() => control.abort(late), totalTimeout)
    signal?.addEventListener('abort', stop, { once: true })
    if (signal?.aborted || this.#closed) stop()
    try {
      const reply = await this.#ask({ path, limit: maxBodyBytes, known: validators.lastModified }, control.signal)
      switch (reply.kind) {
        case 'unchanged':
          return { kind: 'unchanged', status: 304, movedTo: null, maxAge: null, retryAt: null, ms: ms() }
        case 'large':
          return failed('size', `${path} is larger than ${megabytes(maxBodyBytes)} (poll.maxBodyBytes)`)
        case 'ends':
          if (!beginsAsFeed(reply.body)) {
            return failed('size', `${path} is larger than ${megabytes(maxBodyBytes)} (poll.maxBodyBytes)`)
          }
          break
        case 'other':
          return failed('document', `${path} is not a file but ${reply.what}`)
        case 'error':
          if (reply.code === 'ENOENT') return failed('connect', `there is no file ${path}`)
          return failed('connect', `${path} cannot be read (${reply.code}): check its permissions`)
      }
      if (reply.body.length === 0) return failed('document', `${path} is empty`)
      const oversize = new Oversize('poll.maxBodyBytes', this.#settings, () => performance.now())
      const unpacked =
        reply.kind === 'ends'
          ? reply.body
          : await unpack([], Buffer.from(reply.body), this.#settings, control.signal, oversize)
      if (unpacked.length === 0) return failed('document', `${path} is empty once unpacked`)
      const body = new Uint8Array(unpacked)
      return {
        kind: 'body',
        status: 200,
        url,
        movedTo: null,
        body,
        gap: reply.kind === 'ends' ? endsGap(reply.total, maxBodyBytes) : oversize.gap,
        hash: await bodyHash(body),
        isPrivate: true,
        contentType: null,
        validators: { etag: null, lastModified: reply.lastModified },
        hub: null,
        self: null,
        maxAge: null,
        retryAt: null,
        wireBytes: reply.body.length,
        ms: ms(),
      }
    } catch (error) {
      if (error instanceof Fault) return { kind: 'failed', failure: error.failure, ms: ms() }
      throw error
    } finally {
      clearTimeout(deadline)
      signal?.removeEventListener('abort', stop)
    }
  }

  close(): void {
    this.#closed = true
    for (const reader of this.#readers) this.#kill(reader)
    for (const go of this.#waiting.splice(0)) go()
  }

  /** The reply to one job. Rejects with the signal's reason, or with a fault where the process ended. */
  async #ask(job: FileJob, signal: AbortSignal): Promise<FileReply> {
    const reader = await this.#free(signal)
    return new Promise((resolve, reject) => {
      const stop = (): void => {
        // It may be held by the disk, so it is of no more use.
        reader.answer = null
        this.#kill(reader)
        reject(signal.reason)
      }
      if (signal.aborted) return stop()
      signal.addEventListener('abort', stop, { once: true })
      reader.answer = reply => {
        signal.removeEventListener('abort', stop)
        reader.answer = null
        if (reply !== null) resolve(reply)
        else if (this.#closed) reject(new Fault('timeout', `stopped by Minwal before ${job.path} was read`))
        else reject(new Fault('connect', `${job.path} was not read: the process that reads files ended`))
      }
      clearTimeout(reader.idle ?? undefined)
      reader.child.ref()
      reader.child.channel?.ref()
      // What goes wrong here shows as the end of the process.
      reader.child.send(job, () => {})
    })
  }

  /** A process that reads nothing, as soon as there is one. */
  async #free(signal: AbortSignal): Promise<Reader> {
    for (;;) {
      signal.throwIfAborted()
      if (this.#closed) throw new Fault('timeout', 'stopped by Minwal before the file was read')
      const idle = [...this.#readers].find(({ taken, child }) => !taken && child.connected)
      const reader = idle ?? (this.#readers.size < MOST_READERS ? this.#start() : null)
      if (reader !== null) {
        reader.taken = true
        return reader
      }
      await new Promise<void>(resolve => {
        const go = (): void => {
          signal.removeEventListener('abort', go)
          resolve()
        }
        signal.addEventListener('abort', go, { once: true })
        this.#waiting.push(go)
      })
    }
  }

  #start(): Reader {
    // Loaded with the first feed that is a file.
    const { fork } = process.getBuiltinModule('node:child_process')
    const child = fork(this.#module, [], {
      // Of the options this process was started with, none is needed, and some would not fit.
      execArgv: [],
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    const reader: Reader = { child, taken: false, answer: null, idle: null }
    this.#readers.add(reader)
    child.on('message', reply => {
      reader.answer?.(reply as FileReply)
      this.#rest(reader)
    })
    const ended = (): void => {
      clearTimeout(reader.idle ?? undefined)
      if (!this.#readers.delete(reader)) return
      reader.answer?.(null)
      this.#next()
    }
    child.on('exit', ended)
    // It could not be started, or not be written to: without a process there is no exit.
    child.on('error', () => {
      if (child.pid === undefined) ended()
    })
    return reader
  }

  #rest(reader: Reader): void {
    reader.taken = false
    reader.child.unref()
    reader.child.channel?.unref()
    reader.idle = setTimeout(() => this.#kill(reader), IDLE).unref()
    this.#next()
  }

  #next(): void {
    this.#waiting.shift()?.()
  }

  /** What is held by a disk ends only when the disk lets go; until then it counts as one of the processes. */
  #kill(reader: Reader): void {
    clearTimeout(reader.idle ?? undefined)
    reader.child.unref()
    reader.child.channel?.unref()
    if (reader.child.connected) reader.child.disconnect()
    reader.child.kill('SIGKILL')
  }
}
