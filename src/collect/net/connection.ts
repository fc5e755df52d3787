// Hides undici: how connections are made, kept and used, how a body comes off the wire, and what its errors mean.
import { type LookupFunction, Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import { Agent, buildConnector, type Dispatcher, errors as undici } from 'undici'
import type { PollSettings } from '../../model/config.ts'
import type { Millis } from '../../model/units.ts'
import {
  bodyTooLarge,
  type CertificateDates,
  Fault,
  field,
  megabytes,
  oneLine,
  seconds,
  tlsFailure,
} from './failure.ts'
import { boundFlood } from './flood.ts'
import { AddressRefused, guardedLookup, notNamed, reachOf } from './guard.ts'
import { type Headers, one } from './headers.ts'
import type { Oversize, Unpacking } from './oversize.ts'
import { ByteSink } from './sink.ts'

const MAX_HEADER_BYTES = 64 * 1024
/** Pieces of a body on the wire: each costs an event, however small it is. */
const MAX_PIECES = 400_000
/** A body nobody needs is read to its end, to keep the connection, only if it is short and comes at once. */
const SPARE_BYTES = 16 * 1024
const SPARE_TIME: Millis = 500

/** A body that is said to be so many times larger than the limit is not even begun. */
const HOPELESS = 100

export interface LineOptions {
  /** Resolves names instead of the system; its answers are guarded all the same. */
  lookup?: LookupFunction
  /** PEM of certificate authorities to trust instead of the built-in ones. */
  ca?: string
}

/** A pool of connections, all with the same freedom. */
export interface Line {
  allowPrivate: boolean
  /** One GET, or one POST where there is a `body`, without following redirects. Throws a `Fault`, or the signal's reason. */
  ask(url: URL, headers: Record<string, string>, signal: AbortSignal, body?: string): Promise<Reply>
  /** Cut running requests and close idle connections. */
  close(): Promise<void>
}

/** Two pools: a connection made with the right to private addresses must not serve a request without it. */
export interface Lines {
  guarded: Line
  trusted: Line
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

/** What is wrong with an answer, in our words, by what undici's parser says: that is for programmers. */
const PARSER_FAULTS: readonly (readonly [RegExp, string])[] = [
  [/Expected HTTP\//, 'it does not begin with HTTP/'],
  [/status/i, 'its status is no number of three digits'],
  [/version/i, 'its version is unknown'],
  [/chunk/i, 'a chunk of its body is malformed'],
  [/Content-Length/i, 'its length is stated wrongly'],
  [/Transfer-Encoding/i, 'its transfer encoding is unknown'],
  [/\b(?:CR|LF|CRLF)\b/, 'a line does not end as it must'],
  [/header/i, 'a header is malformed'],
]

function parserReason(error: Error): string {
  const said = error.message.slice(0, 500)
  // What is wrong comes in brackets, after a sentence that is always the same.
  const cause = /\(([^()]*)\)$/.exec(said)?.[1] ?? said
  return PARSER_FAULTS.find(([words]) => words.test(cause))?.[1] ?? 'it breaks the rules of HTTP'
}

/** Node names a certificate's fault but not its dates, so they are kept beside the error. */
const certificateDates = new WeakMap<Error, CertificateDates>()

function datesOf(error: unknown): CertificateDates | null {
  return (error instanceof Error ? certificateDates.get(error) : undefined) ?? null
}

/** What went wrong before a response had begun. */
function connectionFailure(error: unknown, url: URL, settings: PollSettings): Fault {
  // Several addresses were tried: the first error speaks for all.
  const errors: unknown[] = error instanceof AggregateError && error.errors.length > 0 ? error.errors : [error]
  const [first] = errors
  const code = field(first, 'code')
  if (error instanceof Fault) return error
  if (first instanceof AddressRefused) return new Fault('address', first.message)
  if (field(first, 'syscall') === 'getaddrinfo' || code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return new Fault('dns', `name does not resolve: ${url.hostname} (${code})`)
  }
  const tls = tlsFailure(first, code, url, datesOf(first))
  if (tls !== null) return tls
  const tried = errors.slice(0, 3).map(one => {
    const address = field(one, 'address')
    if (address === '') return url.host
    return `${address.includes(':') ? `[${address}]` : address}:${field(one, 'port')}`
  })
  const peer = [...new Set(tried)].join(', ')
  switch (code) {
    case 'ECONNREFUSED':
      return new Fault('connect', `connection refused by ${peer}`)
    case 'ECONNRESET':
    case 'EPIPE':
      return new Fault('connect', `connection reset by ${peer}`)
    case 'ETIMEDOUT':
      return new Fault('timeout', `no connection to ${peer}: it does not answer`)
    case 'UND_ERR_CONNECT_TIMEOUT':
      return new Fault(
        'timeout',
        `no connection to ${url.host} within ${seconds(settings.connectTimeout)} (poll.connectTimeout)`,
      )
    case 'UND_ERR_HEADERS_TIMEOUT':
      return new Fault(
        'timeout',
        `no answer from ${url.host} within ${seconds(settings.responseTimeout)} (poll.responseTimeout)`,
      )
    case 'UND_ERR_HEADERS_OVERFLOW':
      return new Fault('size', `headers from ${url.host} are larger than ${megabytes(MAX_HEADER_BYTES)}`)
    case 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH':
      return new Fault('protocol', `answer of ${url.host} is not valid HTTP: its length is stated wrongly`)
    case 'UND_ERR_SOCKET':
      return new Fault('protocol', `${url.host} closed the connection without an answer`)
    case 'UND_ERR_DESTROYED':
    case 'UND_ERR_CLOSED':
      return new Fault('timeout', `stopped by Minwal before ${url.host} had answered`)
  }
  if (first instanceof undici.HTTPParserError) {
    return new Fault('protocol', `answer of ${url.host} is not valid HTTP: ${parserReason(first)}`)
  }
  if (/^E[A-Z]+$/.test(code)) return new Fault('connect', `no connection to ${peer}: ${UNREACHABLE[code] ?? code}`)
  // What a library says of itself, such as the expression of an assertion, tells a user nothing.
  const known = /^[A-Z][A-Z0-9_]{2,60}$/.test(code) && code !== 'ERR_ASSERTION' ? ` (${code})` : ''
  return new Fault('protocol', `request to ${url.host} failed: it did not answer as HTTP demands${known}`)
}

/** Errors of the operating system for people; all others are told by their name, which manuals list. */
const UNREACHABLE: Readonly<Record<string, string>> = {
  EHOSTUNREACH: 'no way leads to it',
  ENETUNREACH: 'this machine has no network that leads to it',
  ENETDOWN: 'the network is down',
  EHOSTDOWN: 'it is down',
  EADDRNOTAVAIL: 'this machine has no address to ask from',
  EMFILE: 'too many files are open; raise the limit of open files',
}

type Body = Dispatcher.ResponseData['body']

/** Events, not an iterator: a million chunks of one byte would cost a promise each and hold up the event loop. */
function pour(body: Body, sink: ByteSink, limit: number, oversize: Oversize): Promise<Unpacking | null> {
  let pieces = 0
  return new Promise((resolve, reject) => {
    let unpacking: Unpacking | null = null
    const end = (): void => resolve(unpacking)
    body.on('data', (chunk: Buffer) => {
      oversize.received += chunk.length
      try {
        if (++pieces > MAX_PIECES) throw new Fault('size', `body comes in more than ${MAX_PIECES} pieces`)
        if (unpacking === null && oversize.received > limit && oversize.unpack !== null) {
          unpacking = oversize.unpack(Buffer.concat([sink.bytes(), chunk]))
        } else if (unpacking === null) sink.push(chunk)
        else if (!unpacking.write(chunk, () => body.resume())) body.pause()
        if (unpacking?.full === true || sink.full) {
          end()
          body.destroy()
        }
      } catch (error) {
        reject(error)
        body.destroy()
      }
    })
    body.on('end', end)
    body.on('error', reject)
    body.on('close', () => reject(new Error('closed')))
  })
}

/** Read a body as it comes over the wire. Leaves it consumed or destroyed. */
async function readWire(
  { headers, body }: Pick<Dispatcher.ResponseData, 'headers' | 'body'>,
  encoded: boolean,
  settings: PollSettings,
  signal: AbortSignal,
  oversize: Oversize,
): Promise<Buffer> {
  const onWire = encoded || settings.maxWireBytes < settings.maxBodyBytes
  const limit = onWire ? settings.maxWireBytes : settings.maxBodyBytes
  const tooMuch = (): Fault =>
    onWire
      ? new Fault('size', `body is larger than ${megabytes(limit)} on the wire (poll.maxWireBytes)`)
      : bodyTooLarge(settings)
  const length = one(headers, 'content-length')
  const declared = length !== null && /^\d{1,15}$/.test(length) ? Number(length) : null
  if (declared !== null && declared > limit) {
    if ((encoded && oversize.unpack === null) || declared > limit * HOPELESS) throw tooMuch()
    oversize.expect(declared)
  }
  const sink = new ByteSink(limit, declared ?? 64 * 1024, tooMuch, encoded ? null : oversize)
  try {
    const unpacking = await pour(body, sink, limit, oversize)
    if (unpacking !== null) return await unpacking.finish()
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof Fault) throw error
    const code = field(error, 'code')
    const verb = code === 'ECONNRESET' ? 'reset' : 'closed'
    const rest = declared === null ? `${sink.length} bytes, before the end` : `${sink.length} of ${declared} bytes`
    if (error instanceof undici.HTTPParserError && !error.message.includes('EOF')) {
      throw new Fault('protocol', `body is not valid HTTP after ${sink.length} bytes: ${parserReason(error)}`)
    }
    throw new Fault('protocol', `connection ${verb} after ${rest}`)
  }
  if (declared !== null && sink.length < declared && !sink.full) {
    throw new Fault('protocol', `connection closed after ${sink.length} of ${declared} bytes`)
  }
  return sink.bytes()
}

/** Let go of a body nobody reads. */
async function discard(body: Body): Promise<void> {
  const patience = setTimeout(() => body.destroy(), SPARE_TIME)
  try {
    await body.dump({ limit: SPARE_BYTES })
  } catch {
    // It was worth nothing: how it ends does not matter.
  } finally {
    clearTimeout(patience)
    body.destroy()
  }
}

/**
 * Once headers are too large, undici makes an error for each that was read with them, and 64 KB hold 16,000: the stacks of
 * those errors took a third of a second of the event loop. They are made in one go, so without stacks until it is over.
 */
function endQuickly(socket: Socket): void {
  const destroy = socket.destroy.bind(socket)
  socket.destroy = error => {
    if (error instanceof undici.HeadersOverflowError) {
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
 * The address a connection has really reached, whatever was looked up before: null, or why nothing is said over it.
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
  options: LineOptions,
  open: Map<string, number>,
  inside: Set<string>,
): Agent {
  const connect = buildConnector({
    // A poll is one request: HTTP/2 would gain nothing, and its frames can keep the loop busy in many more ways.
    allowH2: false,
    lookup: guardedLookup(allowPrivate, options.lookup),
    timeout: settings.connectTimeout,
    autoSelectFamily: true,
    // Node gives each address a quarter of a second, less than a satellite link takes.
    autoSelectFamilyAttemptTimeout: Math.max(10, Math.min(2500, Math.floor(settings.connectTimeout / 3))),
    ...(options.ca === undefined ? {} : { ca: options.ca }),
  })
  return new Agent({
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
export function openLine(allowPrivate: boolean, settings: PollSettings, options: LineOptions): Line {
  const open = new Map<string, number>()
  const inside = new Set<string>()
  const agent = openAgent(allowPrivate, settings, options, open, inside)

  const request = async (url: URL, headers: Record<string, string>, signal: AbortSignal, body?: string) => {
    const options: Dispatcher.RequestOptions = {
      origin: url.origin,
      path: `${url.pathname}${url.search}`,
      method: body === undefined ? 'GET' : 'POST',
      headers,
      ...(body === undefined ? {} : { body }),
      signal,
      headersTimeout: settings.responseTimeout,
      bodyTimeout: 0,
    }
    const warm = open.has(url.origin)
    try {
      return await agent.request(options)
    } catch (error) {
      signal.throwIfAborted()
      // The server may close an idle connection just as we use it; GET may be repeated (RFC 9110, 9.2.2).
      const raced =
        warm && body === undefined && ['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE'].includes(field(error, 'code'))
      if (!raced) throw connectionFailure(error, url, settings)
    }
    try {
      return await agent.request({ ...options, reset: true })
    } catch (error) {
      signal.throwIfAborted()
      throw connectionFailure(error, url, settings)
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
        discard: () => discard(answer.body),
      }
    },
    close: () => agent.destroy(),
  }
}

/** Ask one hop of a request. A hop that the configuration does not name has no right to a private address. */
export async function askHop(
  lines: Lines,
  mayBePrivate: boolean,
  hops: readonly string[],
  url: URL,
  headers: Record<string, string>,
  signal: AbortSignal,
  body?: string,
): Promise<Reply> {
  try {
    return await (mayBePrivate ? lines.trusted : lines.guarded).ask(url, headers, signal, body)
  } catch (error) {
    if (hops.length < 2 || !(error instanceof Fault) || error.failure.kind !== 'address') throw error
    const chain = `${oneLine(hops.at(-2) ?? '')} redirects to ${oneLine(url.href)}`
    throw new Fault('address', `${chain}: ${notNamed(error.failure.message)}`)
  }
}
