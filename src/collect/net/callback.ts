// Calls addresses that strangers gave us: the callbacks of those who subscribe to our feeds. One hop, guarded as feeds are, short
// answers only, and nothing is followed.
import { performance } from 'node:perf_hooks'
import type { Failure } from '../../model/collected.ts'
import type { PollSettings } from '../../model/config.ts'
import type { Millis } from '../../model/units.ts'
import { codings } from './coding.ts'
import { type ClientOptions, openClient, type PostBody } from './connection.ts'
import { Fault } from './failure.ts'
import { visit } from './fetch.ts'
import { checkUrl } from './guard.ts'
import { retryAfter } from './headers.ts'
import { Oversize } from './oversize.ts'

export interface CallRequest {
  /** Without a login. */
  url: string
  headers?: Readonly<Record<string, string>>
  /** Posted; absent, it is a GET. */
  body?: { type: string; text: string }
  /** The address may be private. */
  allowPrivate: boolean
  /** The clock `retryAt` is read against. */
  now: Millis
  /** Gives the call up. The result is then a failure of kind `timeout`. */
  signal?: AbortSignal
}

export type CallResult =
  /** `text` is the body of a good answer to a GET, empty where it is encoded. Longer than 4 KB, it is a failure. */
  | { kind: 'answered'; status: number; text: string; retryAt: Millis | null; ms: Millis }
  | { kind: 'failed'; failure: Failure; ms: Millis }

export interface Caller {
  /** One GET or POST. Never rejects because of what a server does. */
  call(request: CallRequest): Promise<CallResult>
  /** Cut running calls (they end as failures) and close idle connections. */
  close(): Promise<void>
}

/** Who takes a document may file it before it answers. */
const PATIENCE: Millis = 30_000
/** Bytes of an answer that are read. */
const LONGEST = 4_096

/** A caller with its own connections. User agent, excluded hosts and time to connect are those of polls. */
export function createCaller(poll: PollSettings, options: ClientOptions = {}): Caller {
  const settings: PollSettings = {
    ...poll,
    responseTimeout: Math.min(poll.responseTimeout, PATIENCE),
    totalTimeout: Math.min(poll.totalTimeout, PATIENCE),
    maxWireBytes: LONGEST,
    maxBodyBytes: LONGEST,
  }
  const clients = { guarded: openClient(false, settings, options), trusted: openClient(true, settings, options) }
  const call = async ({ url: asked, headers = {}, body, allowPrivate, now }: CallRequest, signal: AbortSignal) => {
    const checked = checkUrl(asked, allowPrivate, settings.exclude)
    if (!checked.ok) throw new Fault('address', checked.reason)
    const url = checked.value
    const sent = {
      'user-agent': settings.userAgent,
      ...headers,
      ...(body === undefined ? {} : { 'content-type': body.type }),
    }
    const posted: PostBody | undefined = body && { ...body, isRepeatable: true }
    const reply = await (allowPrivate ? clients.trusted : clients.guarded).ask(url, sent, signal, posted)
    try {
      const { status, headers: said } = reply
      const isRead = body === undefined && status >= 200 && status < 300 && codings(said).length === 0
      const oversize = new Oversize('poll.maxBodyBytes', settings, () => performance.now())
      const text = isRead ? (await reply.read(false, oversize)).toString('utf8') : ''
      return { kind: 'answered' as const, status, text, retryAt: retryAfter(said, now) }
    } finally {
      await reply.discard()
    }
  }
  return {
    call: request =>
      visit(request, settings, signal => call(request, signal), `no whole answer within ${PATIENCE / 1_000} s`),
    close: async () => {
      await Promise.all([clients.guarded.close(), clients.trusted.close()])
    },
  }
}
