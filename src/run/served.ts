// The site as the daemon serves it: pages are rendered in a thread of their own, and those that are open are told of news.
import { type LeveledLog, said } from '../log.ts'
import type { Config } from '../model/config.ts'
import type { Health, Reader } from '../model/shown.ts'
import type { Millis } from '../model/units.ts'
import { createSite, type Site } from '../publish/site.ts'
import { TURNS } from './listener.ts'
import { Live, withLive } from './live.ts'
import { Renderer } from './renderer.ts'

export interface Served {
  reader: Reader
  /** The file that is read. */
  database: string
  config: () => Config
  now: () => Millis
  health: () => Health
  version: string
  log: LeveledLog
  isFull: () => boolean
  /** Given what ends the thread. */
  closers: (() => unknown)[]
}

export function servedSite(served: Served): Site {
  const { reader, now, log } = served
  const renderer = new Renderer(served)
  const site = createSite({
    ...served,
    ...TURNS,
    onError: error => log.error('a page failed', { error: said(error) }),
    elsewhere: (address, language) => renderer.render(address, language),
  })
  served.closers.push(() => renderer.close())
  return withLive(site, new Live({ reader, now, log }))
}
