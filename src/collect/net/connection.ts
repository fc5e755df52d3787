// Makes HTTP requests over undici: connections that are kept alive for seconds, guarded against private addresses, with
// bounds on what an answer may be.

import { type LookupFunction, Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import type { PollSettings } from '../../model/config.ts'
import { discard, letGo, readWire } from './body.ts'
import { connectionFailure, MAX_HEADER_BYTES } from './connection-failure.ts'
import { type CertificateDates, Fault, field, oneLine } from './failure.ts'
import { boundFlood } from './flood.ts'
import { AddressRefused, guardedLookup, notNamed, reachOf } from './guard.ts'
import type { Headers } from './headers.ts'
import type { Oversize } from './oversize.ts'
import { type Agent, type Dispatcher, UndiciAgent, undiciConnector, undiciErrors, undiciRequest } from './undici.ts'

export interface ClientOptions {
  /** Resolves names instead of the system; its answers are guarded all the same. */
  lookup?: LookupFunction
  /** PEM of certificate authorities to trust instead of the built-in ones. */
  ca?: string
}

/** What is posted. */
export interface PostBody {
  /** Content-Type. */
  type: string
  text: string
  /** It may be sent again where the server closed the connection before it answered. */
  isRepeatable: boolean
}

/** A pool of connections, all with the same freedom. */
export interface Client {
  allowPrivate: boolean
  /** One GET, or one POST where there is a `body`, without following redirects. Throws a `Fault`, or the signal's reason. */
  ask(url: URL, headers: Record<string, string>, signal: AbortSignal, body?: PostBody): Promise<Reply>
  /** Cut running requests and close idle connections. */
  close(): Promise<void>
}

/** Two pools: a connection made with the right to private addresses must not serve a request without it. */
export interface Clients {
  guarded: Client
  trusted: Client
}

/** An answer whose body is still on the wire: it must be discarded, also after it was read. */
export interface Reply {
  status: number
  headers: Headers
  /** It came from an address that is not public: nothing of it is shown. */
  isPrivate: boolean
  /**
   * The body as sent: up to `maxWireBytes`, and up to `maxBodyBytes` if it is not `encoded`; what is larger, as far as
   * `oversize` allows, which may have it decoded on the way. Throws as `ask` does.
   */
  read(encoded: boolean, oversize: Oversize): Promise<Buffer>
  /** Let go of what nobody reads. Never rejects. */
  discard(): Promise<void>
}

/** Node names a certificate's fault but not its dates, so they are kept beside the error. */
const certificateDates = new WeakMap<Error, CertificateDates>()

function datesOf(error: unknown): CertificateDates | null {
  return (error instanceof Error ? certificateDates.get(error) : undefined) ?? null
}

/**
 * Once headers are too large, undici makes an error for each that was read with them, and 64 KB hold 16,000: the stacks of
 * those errors took a third of a second of the event loop. They are made in one go, so without stacks until it is over.
 */
function endQuickly(socket: Socket): void {
  const destroy = socket.destroy.bind(socket)
  socket.destroy = error => {
    if (error instanceof undiciErrors.HeadersOverflowError) {
      const { stackTraceLimit } = Error
      Error.stackTraceLimit = 0
      queueMicrotask(() => {
        Error.stackTraceLimit = stackTraceLimit
      })
    }
    return destroy(error)
  }
}

/**
 * Checks the address that a connection has reached, whatever was looked up before: null, or why it is not used.
 * `noteInside` is called where it is not public.
 */
function judgePeer(address: string | undefined, allowPrivate: boolean, noteInside: () => void): AddressRefused | null {
  // Closed again before it could be asked: nothing will be sent.
  const reach = address === undefined ? 'private' : reachOf(address)
  if (reach === 'public') return null
  noteInside()
  if (address === undefined || (reach === 'private' && allowPrivate)) return null
  return new AddressRefused(`address ${address} is not one that may be reached`)
}

/** `open` counts the open connections of each origin; `inside` are origins that were found at private addresses. */
function openAgent(
  allowPrivate: boolean,
  settings: PollSettings,
  options: ClientOptions,
  open: Map<string, number>,
  inside: Set<string>,
): Agent {
  const connect = undiciConnector({
    // A poll is one request: HTTP/2 would gain nothing, and its frames can keep the loop busy in many more ways.
    allowH2: false,
    lookup: guardedLookup(allowPrivate, options.lookup),
    timeout: settings.connectTimeout,
    autoSelectFamily: true,
    // Node gives each address a quarter of a second, less than a satellite link takes.
    autoSelectFamilyAttemptTimeout: Math.max(10, Math.min(2500, Math.floor(settings.connectTimeout / 3))),
    ...(options.ca === undefined ? {} : { ca: options.ca }),
  })
  return new UndiciAgent({
    allowH2: false,
    maxHeaderSize: MAX_HEADER_BYTES,
    keepAliveTimeout: 4000,
    keepAliveMaxTimeout: 10_000,
    connect: (target, callback) => {
      const origin = `${target.protocol}//${target.host ?? target.hostname}`
      let dates: CertificateDates | null = null
      const socket: unknown = connect(target, (...result) => {
        const [error, connected] = result
        // undici gives the error alone, without the null its types promise.
        if (error !== null) {
          if (dates !== null) certificateDates.set(error, dates)
        } else if (connected !== null) {
          const refused = judgePeer(connected.remoteAddress, allowPrivate, () => inside.add(origin))
          if (refused !== null) {
            connected.destroy()
            callback(refused, null)
            return
          }
          open.set(origin, (open.get(origin) ?? 0) + 1)
          boundFlood(connected, target.host ?? target.hostname, Math.max(settings.maxWireBytes, settings.maxBodyBytes))
          connected.once('close', () => {
            const left = (open.get(origin) ?? 1) - 1
            if (left > 0) open.set(origin, left)
            else open.delete(origin)
          })
        }
        callback(...result)
      })
      if (socket instanceof Socket) endQuickly(socket)
      // Before Node judges the certificate: afterwards the connection, and the dates with it, is gone.
      if (socket instanceof TLSSocket) {
        socket.prependListener('secure', () => {
          const { valid_from: from, valid_to: to } = socket.getPeerCertificate()
          dates = { from, to }
        })
      }
    },
  })
}

/** Connections of HTTP/1.1, kept alive for seconds and never keeping the process alive. */
export function openClient(allowPrivate: boolean, settings: PollSettings, options: ClientOptions): Client {
  const open = new Map<string, number>()
  const inside = new Set<string>()
  const agent = openAgent(allowPrivate, settings, options, open, inside)

  const request = async (url: URL, headers: Record<string, string>, signal: AbortSignal, body?: PostBody) => {
    const options: Dispatcher.RequestOptions = {
      origin: url.origin,
      path: `${url.pathname}${url.search}`,
      method: body === undefined ? 'GET' : 'POST',
      headers,
      ...(body === undefined ? {} : { body: body.text }),
      signal,
      headersTimeout: settings.responseTimeout,
      bodyTimeout: 0,
    }
    const warm = open.has(url.origin)
    try {
      return await undiciRequest(agent, options)
    } catch (error) {
      signal.throwIfAborted()
      // The server may close an idle connection just as we use it; GET may be repeated (RFC 9110, 9.2.2).
      const raced =
        warm && (body?.isRepeatable ?? true) && ['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE'].includes(field(error, 'code'))
      if (!raced) throw connectionFailure(error, url, settings, datesOf(error))
    }
    try {
      return await undiciRequest(agent, { ...options, reset: true })
    } catch (error) {
      signal.throwIfAborted()
      throw connectionFailure(error, url, settings, datesOf(error))
    }
  }

  return {
    allowPrivate,
    ask: async (url, headers, signal, body) => {
      const answer = await request(url, headers, signal, body)
      return {
        status: answer.statusCode,
        headers: answer.headers,
        isPrivate: inside.has(url.origin),
        read: (encoded, oversize) => readWire(answer, encoded, settings, signal, oversize),
        discard: async () => (answer.statusCode === 304 ? letGo(answer.body) : await discard(answer.body)),
      }
    },
    close: () => agent.destroy(),
  }
}

/** Ask one hop of a request. A hop that the configuration does not name has no right to a private address. */
export async function askHop(
  clients: Clients,
  mayBePrivate: boolean,
  hops: readonly string[],
  url: URL,
  headers: Record<string, string>,
  signal: AbortSignal,
  body?: PostBody,
): Promise<Reply> {
  try {
    return await (mayBePrivate ? clients.trusted : clients.guarded).ask(url, headers, signal, body)
  } catch (error) {
    if (hops.length < 2 || !(error instanceof Fault) || error.failure.kind !== 'address') throw error
    const chain = `${oneLine(hops.at(-2) ?? '')} redirects to ${oneLine(url.href)}`
    throw new Fault('address', `${chain}: ${notNamed(error.failure.message)}`)
  }
}
