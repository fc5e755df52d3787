// A web server that misbehaves on request: each path gets one behaviour, and every socket it opened is accounted for.
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import { createSecureServer } from 'node:http2'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo, Server, Socket } from 'node:net'
import type { Certificate } from './certificate.ts'

export type Behaviour = (request: IncomingMessage, response: ServerResponse) => void

export interface SeenRequest {
  path: string
  headers: IncomingMessage['headers']
}

export interface HostileServer {
  /** `http://127.0.0.1:PORT`, or `https://localhost:PORT` with a certificate. */
  origin: string
  port: number
  /** Requests so far, oldest first. */
  seen: SeenRequest[]
  /** What the path answers; an unknown one answers 404. Gives the path's URL. */
  on(path: string, behaviour: Behaviour): string
  /** Open connections. */
  connections(): number
  /** Connections ever made. */
  accepted(): number
  close(): Promise<void>
}

export interface HostileServerOptions {
  tls?: Certificate
  /** Speak HTTP/2 to those who can. */
  http2?: boolean
}

/** Started on an ephemeral port of the loopback. */
export async function startHostileServer(options: HostileServerOptions = {}): Promise<HostileServer> {
  const behaviours = new Map<string, Behaviour>()
  const seen: SeenRequest[] = []
  const sockets = new Set<Socket>()
  let accepted = 0
  const listener: RequestListener = (request, response) => {
    const path = request.url ?? ''
    seen.push({ path, headers: request.headers })
    const behaviour = behaviours.get(path) ?? status(404)
    behaviour(request, response)
  }
  const server = listening(options, listener)
  server.on('connection', (socket: Socket) => {
    accepted++
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const origin = options.tls === undefined ? `http://127.0.0.1:${port}` : `https://localhost:${port}`
  return {
    origin,
    port,
    seen,
    on: (path, behaviour) => {
      behaviours.set(path, behaviour)
      return `${origin}${path}`
    },
    connections: () => sockets.size,
    accepted: () => accepted,
    close: async () => {
      for (const socket of sockets) socket.destroy()
      await new Promise(resolve => server.close(resolve))
    },
  }
}

function listening(options: HostileServerOptions, listener: RequestListener): Server {
  if (options.tls === undefined) return createServer(listener)
  if (options.http2 !== true) return createTlsServer(options.tls, listener)
  const server = createSecureServer({ ...options.tls, allowHTTP1: true })
  // The compatibility layer's request and response look like HTTP/1's in all that behaviours use.
  server.on('request', (request, response) => Reflect.apply(listener, server, [request, response]))
  return server
}

// ── well-behaved answers ────────────────────────────────────────────────────────────────────────────────────────────

export type AnswerHeaders = Readonly<Record<string, string | readonly string[]>>

export function body(content: string | Uint8Array, headers: AnswerHeaders = {}, code = 200): Behaviour {
  return (_request, response) => {
    response.writeHead(code, { 'content-type': 'application/rss+xml', ...mutable(headers) })
    response.end(content)
  }
}

export function status(code: number, headers: AnswerHeaders = {}): Behaviour {
  return (_request, response) => {
    response.writeHead(code, mutable(headers))
    response.end(code === 204 || code === 304 ? undefined : `status ${code}`)
  }
}

export function redirect(location: string, code = 302): Behaviour {
  return status(code, { location })
}

function mutable(headers: AnswerHeaders): Record<string, string | string[]> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, typeof value === 'string' ? value : [...value]]),
  )
}

// ── hostile ones ────────────────────────────────────────────────────────────────────────────────────────────────────

/**
 * Bytes as written here, then whatever `after` does: the way to break HTTP itself. Node still thinks the answer open, so
 * the connection serves nothing after it: say `Connection: close` in the bytes where the client would use it again.
 */
export function raw(bytes: string | Uint8Array, after: (socket: Socket) => void = () => {}): Behaviour {
  return request => {
    const { socket } = request
    socket.write(bytes, () => after(socket))
  }
}

/** Accepts the request and never says a word. */
export const silent: Behaviour = () => {}

/** RST instead of an answer. */
export const reset: Behaviour = request => {
  request.socket.resetAndDestroy()
}

/** FIN instead of an answer. */
export const hangUp: Behaviour = request => {
  request.socket.end()
}

/** One header line after another, for ever. */
export function slowHeaders(every = 10): Behaviour {
  return drip('HTTP/1.1 200 OK\r\n', () => 'X-Slow: 1\r\n', every)
}

/** A body that comes byte by byte, for ever. */
export function slowBody(every = 10): Behaviour {
  return drip('HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n\r\n', () => 'x', every)
}

/** 103 Early Hints, for ever. */
export function endlessHints(every = 10): Behaviour {
  return drip('', () => 'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n', every)
}

function drip(first: string, next: () => string, every: number): Behaviour {
  return ({ socket }) => {
    if (first !== '') socket.write(first)
    const timer = setInterval(() => socket.write(next()), every)
    socket.on('close', () => clearInterval(timer))
  }
}

/** As many bytes as the client takes, as fast as it takes them. */
export function endlessBody(
  headers: AnswerHeaders = {},
  chunk: Uint8Array = Buffer.alloc(64 * 1024, 'x'),
  code = 200,
): Behaviour {
  return (_request, response) => {
    response.writeHead(code, { 'content-type': 'text/xml', ...mutable(headers) })
    let closed = false
    const pump = (): void => {
      while (!closed && response.write(chunk)) {
        // Until the socket is full.
      }
    }
    response.on('drain', pump)
    response.on('close', () => {
      closed = true
    })
    pump()
  }
}

/** Promises more bytes than it sends, then closes. */
export function shortBody(content: string, promised: number): Behaviour {
  return raw(`HTTP/1.1 200 OK\r\nContent-Length: ${promised}\r\n\r\n${content}`, socket => socket.end())
}

/** Sends more bytes than it promised. */
export function longBody(content: string, promised: number): Behaviour {
  return raw(`HTTP/1.1 200 OK\r\nContent-Length: ${promised}\r\n\r\n${content}`)
}

/** One header of this many bytes. */
export function hugeHeader(size: number): Behaviour {
  return raw(`HTTP/1.1 200 OK\r\nX-Huge: ${'x'.repeat(size)}\r\nContent-Length: 1\r\n\r\nx`)
}
