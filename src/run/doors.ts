// Where a process listens: for pages, and for metrics and health. Opened when it begins its work, or before, while it waits for
// what it needs; who answers there changes.
import type { Log } from '../log.ts'
import type { Config } from '../model/config.ts'
import type { Outcome } from '../model/units.ts'
import { type Answerer, type Listener, listen, OnTheWay } from './listener.ts'
import type { Systemd } from './systemd.ts'

/** Where a process listens, and whom it tells of itself. */
export interface Outward {
  doors: Doors
  systemd: Systemd
}

export interface Answerers {
  pages: Answerer
  metrics: Answerer
}

export class Doors {
  readonly onTheWay = new OnTheWay()
  readonly #config: Pick<Config, 'listen' | 'metrics'>
  readonly #socket: number | null
  readonly #log: Log
  #answers: Answerers
  #pages: Listener | null = null
  #metrics: Listener | null = null

  /** `socket`: one for pages that is open already; null where there is none. */
  constructor(config: Pick<Config, 'listen' | 'metrics'>, socket: number | null, log: Log) {
    this.#config = config
    this.#socket = socket
    this.#log = log
    const nobody: Answerer = { ready: () => null, fetch: () => new Response(null, { status: 503 }) }
    this.#answers = { pages: nobody, metrics: nobody }
  }

  /** From now on these answer. */
  answer(answers: Answerers): void {
    this.#answers = answers
  }

  /** Listen, where that is not done yet: for pages where it serves them. Resolves to their address, empty where there are none. */
  async open(serves: boolean): Promise<Outcome<string>> {
    const { listen: where, metrics = null } = this.#config
    if (serves && this.#pages === null) {
      const at = this.#socket === null ? where : { fd: this.#socket }
      const opened = await listen(
        this.#through(() => this.#answers.pages),
        at,
        this.onTheWay,
      )
      if (!opened.ok) return opened
      this.#pages = opened.value
    }
    if (metrics !== null && this.#metrics === null) {
      const opened = await listen(
        this.#through(() => this.#answers.metrics),
        metrics,
        this.onTheWay,
        'metrics.listen',
      )
      if (!opened.ok) return opened
      this.#metrics = opened.value
      this.#log.info('metrics are served', { address: opened.value.address })
    }
    return { ok: true, value: this.#pages?.address ?? '' }
  }

  /** Answers under way come to their end. */
  async close(): Promise<void> {
    const listeners = [this.#metrics, this.#pages]
    this.#metrics = this.#pages = null
    for (const listener of listeners) await listener?.close()
  }

  #through(now: () => Answerer): Answerer {
    return {
      ready: (...given) => now().ready(...given),
      fetch: request => now().fetch(request),
      answered: (...given) => now().answered?.(...given),
    }
  }
}
