// Asks a server that the configuration names, in JSON, and reads what it answers whatever the status.
import { performance } from 'node:perf_hooks'
import type { Failure } from '../../model/collected.ts'
import type { PollSettings } from '../../model/config.ts'
import type { Millis } from '../../model/units.ts'
import { codings } from './coding.ts'
import { type ClientOptions, openClient } from './connection.ts'
import { Fault, megabytes, seconds } from './failure.ts'
import { visit } from './fetch.ts'
import { retryAfter } from './headers.ts'
import { Oversize } from './oversize.ts'
import { posted } from './post.ts'

/** A question that changes nothing at the server: it may be sent twice. */
export interface JsonRequest {
  /** May carry `user:password@`: sent as Basic Authorization, shown nowhere. */
  url: string
  json: unknown
  /** Told to the origin of `url`, and not to another one it redirects to. */
  headers: Readonly<Record<string, string>>
  /** Gives the request up. The result is then a failure of kind `timeout`. */
  signal?: AbortSignal
}

export type JsonAnswer =
  /** `text` is the body in UTF-8, `url` where it came from, without a login. `retryIn` is what Retry-After says. */
  | { kind: 'answered'; status: number; url: string; text: string; retryIn: Millis | null; ms: Millis }
  | { kind: 'failed'; failure: Failure; ms: Millis }

export interface JsonClient {
  /**
   * One POST. The host and port of the address may be private; a redirect (307, 308) leads nowhere else that is. Never rejects
   * because of what a server does.
   */
  ask(request: JsonRequest): Promise<JsonAnswer>
  /** Cut running requests (they end as failures) and close idle connections. */
  close(): Promise<void>
}

/** Limits of one question. */
export interface JsonLimits {
  /** For the whole answer. */
  patience: Millis
  /** Of the answer. */
  maxBytes: number
}

/** A client with its own connections. User agent, excluded hosts, redirects and time to connect are those of polls. */
export function createJsonClient(poll: PollSettings, limits: JsonLimits, options: ClientOptions = {}): JsonClient {
  const { patience, maxBytes } = limits
  const settings: PollSettings = {
    ...poll,
    // The deadline comes first: it says whose time is over.
    responseTimeout: patience * 2,
    totalTimeout: patience,
    maxWireBytes: maxBytes,
    maxBodyBytes: maxBytes,
  }
  const clients = { guarded: openClient(false, settings, options), trusted: openClient(true, settings, options) }
  const late = `no whole answer within ${seconds(patience)}`
  return {
    ask: request =>
      visit(
        request,
        settings,
        async signal => {
          const body = { type: 'application/json', text: JSON.stringify(request.json), isRepeatable: true }
          const headers = { accept: 'application/json', ...request.headers }
          const post = { url: request.url, allowPrivate: true, headers, body }
          return posted(clients, post, settings, signal, async ({ status, headers: said, read }, url) => {
            if (codings(said).length > 0) {
              throw new Fault('encoding', `${url.host} answered in an encoding nobody asked for`, status)
            }
            const oversize = new Oversize('poll.maxBodyBytes', settings, () => performance.now())
            const bytes = await read(false, oversize).catch((error: unknown) => {
              if (!(error instanceof Fault) || error.failure.kind !== 'size') throw error
              throw new Fault('size', `${url.host} answered with more than ${megabytes(maxBytes)}`, status)
            })
            const retryAt = retryAfter(said, Date.now())
            const retryIn = retryAt === null ? null : Math.max(0, retryAt - Date.now())
            return { kind: 'answered' as const, status, url: url.href, text: bytes.toString('utf8'), retryIn }
          })
        },
        late,
      ),
    close: async () => {
      await Promise.all([clients.guarded.close(), clients.trusted.close()])
    },
  }
}
