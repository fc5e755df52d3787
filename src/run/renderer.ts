// Has pages and feeds rendered in a thread of its own, with a read-only connection of its own: rendering takes up to a second, and
// answers that lie ready, fetching and health wait for none of it. The thread starts when something is first to be rendered and
// ends when nothing was for a while.
import { Worker } from 'node:worker_threads'
import type { Config } from '../model/config.ts'
import type { Health } from '../model/shown.ts'
import type { Millis } from '../model/units.ts'
import type { Rendering } from '../publish/delivery.ts'
import { boundHeaps } from './heaps.ts'

export interface RendererOptions {
  database: string
  version: string
  config: () => Config
  now: () => Millis
  health: () => Health
}

/** What the thread is started with. */
export interface RendererData {
  database: string
  version: string
}

export interface RenderTask {
  id: number
  address: string
  language: string | null
  now: Millis
  health: Health
  /** Where it is another than that of the last task. */
  config?: Config
}

export type Rendered = { id: number; rendering: Rendering<Uint8Array> } | { id: number; error: string; isAway: boolean }

/** A page cannot be made since the database cannot be reached just now. */
export class DatabaseAway extends Error {}

/** Time without a page after which the thread ends: a daemon that only collects keeps none. */
const IDLE: Millis = 120_000
const LIMITS = { maxOldGenerationSizeMb: 1_024, maxYoungGenerationSizeMb: 12 }
const MODULE = new URL(`./renderer-thread${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url)

interface Waiting {
  resolve: (rendering: Rendering<Uint8Array>) => void
  reject: (error: Error) => void
}

export class Renderer {
  readonly #options: RendererOptions
  readonly #waiting = new Map<number, Waiting>()
  #worker: Worker | null = null
  /** The configuration that the thread has. */
  #config: Config | null = null
  #idle: NodeJS.Timeout | null = null
  #number = 0
  #closed = false

  constructor(options: RendererOptions) {
    this.#options = options
  }

  /** Rejects where it cannot be rendered. */
  render(address: string, language: string | null): Promise<Rendering<Uint8Array>> {
    if (this.#closed) return Promise.reject(new Error('it is being stopped'))
    const worker = this.#worker ?? this.#start()
    if (this.#idle !== null) clearTimeout(this.#idle)
    this.#idle = null
    const config = this.#options.config()
    const id = ++this.#number
    const task: RenderTask = { id, address, language, now: this.#options.now(), health: this.#options.health() }
    if (config !== this.#config) task.config = this.#config = config
    const { promise, resolve, reject } = Promise.withResolvers<Rendering<Uint8Array>>()
    this.#waiting.set(id, { resolve, reject })
    worker.postMessage(task)
    return promise
  }

  async close(): Promise<void> {
    this.#closed = true
    await this.#end('it is being stopped')
  }

  #start(): Worker {
    boundHeaps()
    const { database, version } = this.#options
    const workerData: RendererData = { database, version }
    const worker = new Worker(MODULE, { execArgv: [], name: 'renderer', workerData, resourceLimits: LIMITS })
    this.#worker = worker
    worker.on('message', (answer: Rendered) => {
      const waiting = this.#waiting.get(answer.id)
      this.#waiting.delete(answer.id)
      if ('error' in answer) waiting?.reject(answer.isAway ? new DatabaseAway(answer.error) : new Error(answer.error))
      else waiting?.resolve(answer.rendering)
      if (this.#waiting.size > 0) return
      this.#idle = setTimeout(() => void this.#end('it had nothing to do'), IDLE).unref()
    })
    // One that ends by itself is started again for the next page.
    let failure = 'the thread that renders pages has ended'
    worker.on('error', error => {
      failure = error instanceof Error ? (error.stack ?? error.message) : String(error)
    })
    worker.on('exit', () => {
      if (this.#worker === worker) void this.#end(failure)
    })
    return worker
  }

  async #end(why: string): Promise<void> {
    const worker = this.#worker
    this.#worker = null
    this.#config = null
    if (this.#idle !== null) clearTimeout(this.#idle)
    this.#idle = null
    for (const { reject } of this.#waiting.values()) reject(new Error(why))
    this.#waiting.clear()
    await worker?.terminate()
  }
}
