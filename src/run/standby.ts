// What a process says while it waits to begin: a desk for its turn, any role for its database. The log is told once of each thing
// that is waited for, systemd that it runs and for what it waits, and whoever asks at its ports.
import { basename } from 'node:path'
import type { Log } from '../log.ts'
import type { Config } from '../model/config.ts'
import { shownDatabase } from '../model/database.ts'
import type { Outcome } from '../model/units.ts'
import { Prepared, type Rendering, respond } from '../publish/delivery.ts'
import { sentenceDocument } from '../publish/documents.ts'
import { metricsDocument } from '../publish/metrics.ts'
import { refusalDocument } from '../publish/problem.ts'
import type { Doors } from './doors.ts'
import type { Answerer } from './listener.ts'
import { healthOnly, isHealth, isMetrics } from './probes.ts'
import type { Systemd } from './systemd.ts'

export interface Waited {
  /** For `systemctl status` and `/healthz`, like "standing by: another desk files". */
  status: string
  /** Whether that is as it should be. */
  isWell: boolean
  /** What the log is told, once for each `event`. */
  event: string
  fields?: Readonly<Record<string, string>>
}

/** Seconds, in `Retry-After`. */
const RETRY_AFTER = 5

export interface StandbyTools {
  config: Config
  doors: Doors
  systemd: Systemd
  log: Log
  /** Whether pages will be served. */
  serves: boolean
}

export class Standby {
  readonly #with: StandbyTools
  #waited: Waited | null = null
  #endTelling: (() => void) | null = null

  constructor(tools: StandbyTools) {
    this.#with = tools
  }

  /** It waits for this. The reason of a failure is that it cannot listen. */
  async say(waited: Waited): Promise<Outcome<null>> {
    const { config, doors, systemd, log, serves } = this.#with
    const isNew = this.#waited?.event !== waited.event
    this.#waited = waited
    if (!isNew) return { ok: true, value: null }
    log[waited.isWell ? 'info' : 'warn'](waited.event, { database: shownDatabase(config.database), ...waited.fields })
    const status = (): string => `STATUS=${this.#waited?.status}`
    // It runs as it should: whoever starts it waits no longer, and nobody starts it again.
    await systemd.tell('READY=1', status())
    this.#endTelling ??= systemd.keepTold(status, () => true)
    const answering = { ready: () => null, fetch: (request: Request) => this.#answer(request) }
    doors.answer({ pages: answering, metrics: healthOnly(answering) })
    const opened = await doors.open(serves)
    return opened.ok ? { ok: true, value: null } : opened
  }

  /** It waits no more. */
  end(): void {
    this.#endTelling?.()
    this.#endTelling = null
    this.#waited = null
  }

  #answer(request: Request): ReturnType<Answerer['fetch']> {
    const { status = 'it begins', isWell = false } = this.#waited ?? {}
    const answered = (document: Rendering): Response =>
      respond(request, new Prepared({ ...document, cacheControl: 'no-store' }))
    if (isHealth(request)) return answered(sentenceDocument(isWell ? 200 : 503, this.#withoutPath(status)))
    if (isMetrics(request)) return answered(metricsDocument(metricsOf(isWell)))
    const text = `Minwal waits for its database. Ask again in ${RETRY_AFTER} seconds.`
    const response = answered(refusalDocument(new URL(request.url).pathname, 503, text))
    response.headers.set('Retry-After', String(RETRY_AFTER))
    return response
  }

  /** Everybody may read this: the log has the whole address. */
  #withoutPath(text: string): string {
    const shown = shownDatabase(this.#with.config.database)
    return text.replaceAll(shown, basename(shown))
  }
}

/** What an alert asks after: there is nothing to count yet. */
const metricsOf = (isWell: boolean): string =>
  [
    '# HELP minwal_live 1 while polls come to their end and are stored.',
    '# TYPE minwal_live gauge',
    `minwal_live ${isWell ? 1 : 0}`,
    '# HELP minwal_standing_by 1 while it waits for its turn, or for its database.',
    '# TYPE minwal_standing_by gauge',
    'minwal_standing_by 1\n',
  ].join('\n')
