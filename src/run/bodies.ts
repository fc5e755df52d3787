// Keeps the documents that come, where the configuration says so. What goes wrong with that holds up no poll.
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { Fetcher } from '../collect/net/fetch.ts'
import { type Log, said } from '../log.ts'
import type { Config } from '../model/config.ts'
import type { Millis } from '../model/units.ts'
import { type BodyStore, bodiesPath, openBodies } from '../store/bodies.ts'

const packed = promisify(gzip)
/** How often what is too old is looked for. */
const FORGOTTEN: Millis = 600_000

/** The fetcher, which also keeps whole documents of feeds for as long as `keep.bodies` says. */
export function keepingBodies(
  fetcher: Fetcher,
  config: Config,
  { now, log }: { now: () => Millis; log: Log },
): Fetcher {
  const span = config.keepBodies ?? null
  if (span === null) return fetcher
  let store: BodyStore | null = null
  let looked = Number.NEGATIVE_INFINITY
  let writing: Promise<void> = Promise.resolve()
  let failed = false
  return {
    ...fetcher,
    get: async request => {
      const got = await fetcher.get(request)
      const { feed } = request
      if (feed === undefined || got.kind !== 'body' || got.gap !== null) return got
      const { url, contentType } = got
      // Whoever parses it may take the bytes away.
      const body = Buffer.from(got.body)
      const at = now()
      writing = writing
        .then(async () => {
          store ??= openBodies(bodiesPath(config.files))
          store.keep({ feed, at, url, contentType, packed: await packed(body) })
          if (at >= looked + FORGOTTEN) {
            store.forget(at - span)
            looked = at
          }
        })
        .catch((error: unknown) => {
          if (!failed) log.warn('a document could not be kept for replay', { error: said(error) })
          failed = true
        })
      return got
    },
    close: async () => {
      await fetcher.close()
      await writing
      store?.close()
      store = null
    },
  }
}
