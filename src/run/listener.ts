// Serves a site over HTTP within bounds that no client can move: one answer at a time for each connection, a bounded
// number of requests behind it, and a bounded number of bytes on their way to clients that read slowly.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import { remember } from '../language/remember.ts'
import type { Outcome } from '../model/units.ts'
import { bytesOf } from '../publish/delivery.ts'
import type { Site, SiteDependencies } from '../publish/site.ts'
import { wishedLanguage } from '../publish/words/language.ts'
import { readRawRequest, writeRawResponse } from './raw-request.ts'

/** Requests that wait behind another on one connection; a connection that sends more is closed. */
const MOST_PIPELINED = 500
/** The same over all connections. */
const MOST_PIPELINED_IN_ALL = 5_000
const MOST_CONNECTIONS = 1_000
/** Bytes on their way to clients, each buffer counted once, from which on nothing new is rendered. */
const MOST_BYTES = 128 * 1024 * 1024
/** Milliseconds without a byte sent or read after which a connection is closed. */
const IDLE = 60_000

/** How long a listener that is closed waits for answers under way: the first page after a start takes seconds. */
const GRACE = 10_000

/** What is sent there never ends by itself. */
const STREAM = '/events'

/** A client must send its whole request within this, in milliseconds. */
const REQUEST = 60_000

/** How long answers that lie ready are given without another look at whether something was filed. */
const READY_REST = 10

/** How long pages are given as they are while something is filed all the while. */
const PACE = 1_000

/** When a site that is served works. */
export const TURNS: Pick<SiteDependencies, 'turn' | 'rest' | 'pace'> = {
  turn: setImmediate,
  rest: work => void setTimeout(work, READY_REST).unref(),
  pace: work => void setTimeout(work, PACE).unref(),
}

export interface Listener {
  /** Like `http://127.0.0.1:8080`. */
  address: string
  close: () => Promise<void>
}

/** Bytes that clients are still to be sent; answers that share a buffer hold it once. */
export class OnTheWay {
  readonly #holders = new Map<Uint8Array, number>()
  #bytes = 0

  get bytes(): number {
    return this.#bytes
  }

  get isFull(): boolean {
    return this.#bytes >= MOST_BYTES
  }

  hold(bytes: Uint8Array, until: ServerResponse | Socket): void {
    const holders = this.#holders.get(bytes) ?? 0
    if (holders === 0) this.#bytes += bytes.length
    this.#holders.set(bytes, holders + 1)
    until.once('close', () => this.#release(bytes))
  }

  #release(bytes: Uint8Array): void {
    const holders = (this.#holders.get(bytes) ?? 1) - 1
    if (holders > 0) this.#holders.set(bytes, holders)
    else {
      this.#holders.delete(bytes)
      this.#bytes -= bytes.length
    }
  }
}

type Answering = (request: IncomingMessage, response: ServerResponse) => unknown

/** Answers under way on one connection. */
interface Line {
  /** The last answer that was begun. */
  last: ServerResponse
  /** Whether the end of the last answer begins the next. */
  follows: boolean
  waiting: [IncomingMessage, ServerResponse][]
}

/**
 * Answers the requests of one connection one after the other. Node reads all requests of a packet at once and would begin
 * all their answers; what has been answered and not yet sent then lies in memory.
 */
function oneAtATime(answer: Answering): Answering {
  const lines = new WeakMap<Socket, Line>()
  let inAll = 0
  const follow = (line: Line): void => {
    line.follows = true
    line.last.once('close', () => {
      line.follows = false
      const following = line.waiting.shift()
      if (following === undefined) return
      inAll--
      take(line, ...following)
    })
  }
  const take = (line: Line, request: IncomingMessage, response: ServerResponse): void => {
    line.last = response
    if (line.waiting.length > 0) follow(line)
    answer(request, response)
  }
  return (request, response) => {
    const { socket } = request
    const line = lines.get(socket)
    if (line === undefined) {
      const opened: Line = { last: response, follows: false, waiting: [] }
      lines.set(socket, opened)
      socket.once('close', () => {
        inAll -= opened.waiting.length
        opened.waiting = []
      })
      answer(request, response)
      return
    }
    // An answer that the kernel has taken holds nothing any more, though its end is yet to be told.
    if (!line.follows && line.last.writableFinished) {
      take(line, request, response)
      return
    }
    if (line.waiting.length >= MOST_PIPELINED || inAll >= MOST_PIPELINED_IN_ALL) {
      socket.destroy()
      return
    }
    line.waiting.push([request, response])
    inAll++
    if (!line.follows) follow(line)
  }
}

/** What answers requests. */
export interface Answerer {
  /** An answer that lies ready, as of `Site.ready`. */
  ready: Site['ready']
  fetch: (request: Request) => Response | Promise<Response>
  /** Told of every answer, but for streams. */
  answered?: (status: number, ms: number) => void
}

/**
 * Whether an answer lies ready does not depend on the host, if it is one: others are refused. Only hosts whose address is
 * what was sent, so that what is found by address is what was routed by it.
 */
const isPlainHost = remember(
  100,
  (host: string): boolean => /^[a-z0-9._-]+(?::[0-9]{4,5})?$/.test(host) && URL.canParse(`http://${host}/`),
)

/** Send the answer that lies ready. False where there is none. */
function sendReady(
  ready: Answerer['ready'],
  request: IncomingMessage,
  response: ServerResponse,
  onTheWay: OnTheWay,
): boolean {
  const { method, url = '', headers } = request
  if (method !== 'GET' && method !== 'HEAD') return false
  const { host = '' } = headers
  // A body that nobody reads is left to who knows how to.
  if (host.length > 255 || !isPlainHost(host) || 'content-length' in headers || 'transfer-encoding' in headers)
    return false
  const found = ready(url, {
    acceptEncoding: (headers['accept-encoding'] as string | undefined) ?? null,
    ifNoneMatch: headers['if-none-match'] ?? null,
    ifModifiedSince: headers['if-modified-since'] ?? null,
    language: wishedLanguage(headers.cookie ?? null, headers['accept-language'] ?? null),
  })
  if (found === null) return false
  const { status, fields, body } = found
  response.writeHead(status, fields as string[])
  if (body === null || method === 'HEAD') {
    response.end()
    return true
  }
  response.end(body)
  // What the kernel has taken lies in no memory of this process.
  if ((response.socket?.writableLength ?? 1) > 0) onTheWay.hold(body, response)
  return true
}

/** Listen as configured, or on a socket that is open already. The reason of a failure is a sentence that says what to change. */
export function listen(
  { ready, fetch, answered = () => {} }: Answerer,
  where: { host: string; port: number } | { fd: number },
  onTheWay: OnTheWay,
  key = 'listen',
): Promise<Outcome<Listener>> {
  const make = getRequestListener((request, env) => {
    const { outgoing } = env as { outgoing: ServerResponse }
    const held = (response: Response): Response => {
      const bytes = bytesOf(response)
      if (bytes !== undefined) onTheWay.hold(bytes, outgoing)
      return response
    }
    const response = fetch(request)
    return response instanceof Promise ? response.then(held) : held(response)
  })
  /** Answers that end only with the connection. */
  const streams = new Set<ServerResponse>()
  const answer: Answering = (request, response) => {
    const began = performance.now()
    const done = (): void => answered(response.statusCode, performance.now() - began)
    if (sendReady(ready, request, response, onTheWay)) {
      done()
      return
    }
    if (request.url === STREAM) {
      streams.add(response)
      response.once('close', () => streams.delete(response))
    } else response.once('close', done)
    void make(request, response)
  }
  const server = createServer({ requestTimeout: REQUEST, headersTimeout: REQUEST }, oneAtATime(answer))
  server.on('clientError', (error, socket) => {
    answerUnread(error, socket as Socket, fetch, onTheWay).catch(() => socket.destroy())
  })
  server.maxConnections = MOST_CONNECTIONS
  server.setTimeout(IDLE)
  return new Promise(resolve => {
    server.once('error', error => resolve({ ok: false, reason: listenFault(error, where, key) }))
    server.listen(where, () => resolve({ ok: true, value: opened(server, streams) }))
  })
}

/** What Node's parser refuses: read after all where only letters were not escaped, else answered as Node does. */
async function answerUnread(
  error: Error & { code?: string; rawPacket?: Buffer },
  socket: Socket,
  fetch: (request: Request) => Response | Promise<Response>,
  onTheWay: OnTheWay,
): Promise<void> {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy()
    return
  }
  // Nothing of an earlier answer may be on its way.
  const raw = error.code === 'HPE_INVALID_URL' && socket.bytesWritten === 0 ? error.rawPacket : undefined
  const request = raw === undefined ? null : readRawRequest(raw)
  if (request !== null) {
    const response = await fetch(request)
    const bytes = bytesOf(response)
    if (bytes !== undefined) onTheWay.hold(bytes, socket)
    writeRawResponse(socket, response, bytes ?? new Uint8Array())
    return
  }
  socket.end(`HTTP/1.1 ${STATUS_OF[error.code ?? ''] ?? '400 Bad Request'}\r\nConnection: close\r\n\r\n`)
}

const STATUS_OF: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
}

function opened(server: Server, streams: ReadonlySet<ServerResponse>): Listener {
  const bound = server.address() as AddressInfo
  const name = bound.address.includes(':') ? `[${bound.address}]` : bound.address
  return {
    address: `http://${name}:${bound.port}`,
    close: () =>
      new Promise(done => {
        // Whoever has connected is answered: where systemd keeps the socket, whoever comes now is answered after the next start.
        for (const stream of streams) stream.destroy()
        const last = setTimeout(() => server.closeAllConnections(), GRACE)
        const idle = setInterval(() => server.closeIdleConnections(), 50)
        server.close(() => {
          clearTimeout(last)
          clearInterval(idle)
          done()
        })
      }),
  }
}

function listenFault(error: Error, where: { host: string; port: number } | { fd: number }, key: string): string {
  if ('fd' in where) return `cannot listen on the socket that systemd opened (${error.message})`
  const { host, port } = where
  switch ('code' in error ? error.code : '') {
    case 'EADDRINUSE':
      return `port ${port} on ${host} is in use: stop the other program or change "${key}"`
    case 'EACCES':
      return `port ${port} may not be opened by this user: choose one above 1023 as "${key}"`
    default:
      return `cannot listen on ${host}:${port} (${error.message}): change "${key}"`
  }
}
