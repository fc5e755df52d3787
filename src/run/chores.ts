// What is done at ticks beside polling: entries whose embargo has ended are filed, subscriptions are renewed, old news is deleted.
import type { Log } from '../log.ts'
import { said } from '../log.ts'
import type { RetainSettings } from '../model/config.ts'
import { PostgresError } from '../store/postgres/connection.ts'
import { postgresTrouble } from '../store/postgres/faults.ts'
import type { WebSub } from './hub.ts'
import { Pages } from './pages.ts'
import { type Polling, releaseEmbargoes } from './poll.ts'
import type { Poller } from './poller.ts'
import { Retention } from './retention.ts'

export interface ChoreTools {
  polling: () => Polling
  retain: () => RetainSettings | null
  websub: () => WebSub
  log: Log
  signal: AbortSignal
  /** Asks for pages beside the polls. */
  poller: () => Poller
}

const RELEASE = 'what was kept back could not be filed'
const RENEW = 'subscriptions could not be renewed'

export class Chores {
  readonly retention: Retention
  readonly pages: Pages
  readonly #with: ChoreTools
  #releasing: Promise<void> | null = null
  readonly #told = new Set<string>()

  constructor(tools: ChoreTools) {
    this.#with = tools
    this.pages = new Pages({ polling: tools.polling, poller: tools.poller })
    const { desk, now } = tools.polling()
    this.retention = new Retention({ desk, now, settings: tools.retain, log: tools.log })
  }

  release(): Promise<void> {
    this.#releasing ??= releaseEmbargoes(this.#with.polling())
      .then(
        () => void this.#told.delete(RELEASE),
        (error: unknown) => this.#failed(RELEASE, error),
      )
      .finally(() => {
        this.#releasing = null
      })
    return this.#releasing
  }

  renew(): Promise<void> {
    return this.#with
      .websub()
      .renew()
      .then(
        () => void this.#told.delete(RENEW),
        (error: unknown) => this.#failed(RENEW, error),
      )
  }

  /** Resolves when nothing of it is under way but renewing, and no page is asked for any more. */
  async idle(): Promise<void> {
    await this.#releasing
    await this.retention.idle()
    await this.pages.close()
  }

  /** Said once until it succeeds: it is tried at every tick. */
  #failed(what: string, error: unknown): void {
    if (this.#with.signal.aborted || this.#told.has(what)) return
    this.#told.add(what)
    // A server that is away keeps all waiting, which is said elsewhere.
    if (error instanceof PostgresError && postgresTrouble(error) !== null) return
    this.#with.log.error(what, { error: said(error) })
  }
}
