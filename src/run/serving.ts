// What a daemon answers to requests: pages, feeds and the API, the stream of news, the callback of hubs, and the built-in hub.
import type { Caller } from '../collect/net/callback.ts'
import type { DeskClient } from '../desk/client.ts'
import { type LeveledLog, said } from '../log.ts'
import type { Config, PollSettings } from '../model/config.ts'
import { isPostgres } from '../model/database.ts'
import type { Health } from '../model/shown.ts'
import type { Millis } from '../model/units.ts'
import { Prepared, respond } from '../publish/delivery.ts'
import { createSite } from '../publish/site.ts'
import { storeTrouble } from '../store/fault.ts'
import type { StoreReader } from '../store/store.ts'
import type { WebSub } from './hub.ts'
import { type Answerer, type OnTheWay, TURNS } from './listener.ts'
import { Live, withLive } from './live.ts'
import { createOwnHub } from './own-hub.ts'
import { healthOnly, isMetrics, nowhere } from './probes.ts'
import { DatabaseAway, Renderer } from './renderer.ts'

export interface ServingDependencies {
  /** The file that is read. */
  database: string
  reader: StoreReader
  desk: Pick<DeskClient, 'changeSubscribers' | 'trouble'>
  websub: Pick<WebSub, 'answer'>
  onTheWay: OnTheWay
  /** The one in force. */
  config: () => Config
  now: () => Millis
  version: string
  log: LeveledLog
  health: () => Health
  signal: AbortSignal
  /** What is measured, for `/metrics`. */
  measures?: { text: () => Promise<string>; answered: (status: number, ms: Millis) => void }
  /** Calls subscribers; `createCaller` where left out. */
  makeCaller?: ((poll: PollSettings) => Caller) | undefined
}

export interface Serving extends Answerer {
  /** Answers `/metrics`, `/healthz` and `/readyz`, and nothing else. */
  metrics: Answerer
  /** Send what was published to the subscribers of the built-in hub. Never rejects. */
  push(): Promise<void>
  close(): Promise<void>
}

export function createServing(dependencies: ServingDependencies): Serving {
  const { database, reader, desk, websub, onTheWay, config, now, version, log, health, signal, measures, makeCaller } =
    dependencies
  const renderer = new Renderer(dependencies)
  const pages = createSite({
    reader,
    rows: reader,
    ...TURNS,
    isFull: () => onTheWay.isFull,
    config,
    now,
    version,
    onError: error => log.error('a page failed', { error: said(error) }),
    isAway: error => error instanceof DatabaseAway || (isPostgres(database) && storeTrouble(error) !== null),
    health,
    hub: () => hub.figures(),
    ...(measures !== undefined && { measured: measures.text }),
    elsewhere: (address, language) => renderer.render(address, language),
  })
  const site = withLive(pages, new Live({ reader, now, log }))
  // What pages show may be a moment behind what is filed: what is sent is not.
  const answer = async (request: Request): Promise<Response> => {
    const { pathname, search } = new URL(request.url)
    return respond(request, new Prepared(await renderer.render(pathname + search, null)))
  }
  const hub = createOwnHub(() => ({ config: config(), desk, reader, answer, now, log, signal }), makeCaller)
  /** Whoever pushes or asks sends again what could not be taken. */
  const taken = (answer: Promise<Response>, event: string): Promise<Response> =>
    answer.catch((error: unknown) => {
      if (!signal.aborted) log.error(event, { error: said(error) })
      return new Response('Send it again later.\n', { status: 503 })
    })
  // As it was at the start: where it is served changes at the next.
  const apart = config().metrics != null
  return {
    ready: site.ready,
    ...(measures !== undefined && { answered: measures.answered }),
    metrics: healthOnly(pages),
    fetch: request => {
      if (apart && isMetrics(request)) return nowhere()
      const pushed = websub.answer(request)
      if (pushed !== null) return taken(pushed, 'a push could not be taken')
      const asked = hub.answer(request)
      return asked === null ? site.fetch(request) : taken(asked, 'a subscription could not be taken')
    },
    push: () =>
      hub.push().catch((error: unknown) => {
        if (!signal.aborted) log.error('subscribers could not be sent to', { error: said(error) })
      }),
    close: async () => {
      await hub.close()
      await renderer.close()
    },
  }
}
