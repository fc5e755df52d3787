// What a daemon answers to requests: pages, feeds and the API, the stream of news, and the callback of hubs.
import { type LeveledLog, said } from '../log.ts'
import type { Config } from '../model/config.ts'
import type { Health } from '../model/shown.ts'
import type { Millis } from '../model/units.ts'
import { createSite } from '../publish/site.ts'
import type { StoreReader } from '../store/store.ts'
import type { WebSub } from './hub.ts'
import type { Answerer, OnTheWay } from './listener.ts'
import { Live, withLive } from './live.ts'

export interface ServingDependencies {
  reader: StoreReader
  websub: Pick<WebSub, 'answer'>
  onTheWay: OnTheWay
  /** The one in force. */
  config: () => Config
  now: () => Millis
  version: string
  log: LeveledLog
  health: () => Health
  signal: AbortSignal
}

export type Serving = Answerer

export function createServing(dependencies: ServingDependencies): Serving {
  const { reader, websub, onTheWay, config, now, version, log, health, signal } = dependencies
  const pages = createSite({
    reader,
    rows: reader,
    turn: setImmediate,
    isFull: () => onTheWay.isFull,
    config,
    now,
    version,
    onError: error => log.error('a page failed', { error: said(error) }),
    health,
  })
  const site = withLive(pages, new Live({ reader, now, log }))
  return {
    ready: site.ready,
    fetch: request => {
      const pushed = websub.answer(request)
      if (pushed === null) return site.fetch(request)
      return pushed.catch((error: unknown) => {
        if (!signal.aborted) log.error('a push could not be taken', { error: said(error) })
        return new Response('Send it again later.\n', { status: 503 })
      })
    },
  }
}
