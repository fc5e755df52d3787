// Turns a rendering into a response: validators, conditional requests (RFC 9110 section 13) and encodings. Holds the cache of
// renderings.
import { createHash } from 'node:crypto'
import { brotliCompress, constants, gzip } from 'node:zlib'
import type { Millis } from '../model/units.ts'

/** A document before it is encoded and sent. */
export interface Rendering {
  status: number
  contentType: string
  body: string
  /** Newest change shown; null where the document also changes with something else, such as polls or the clock. */
  lastModified: Millis | null
  cacheControl: string
  /** Headers of this kind of document. */
  headers: Readonly<Record<string, string>>
}

export type Encoding = 'br' | 'gzip' | 'identity'

type Done = (error: Error | null, bytes: Buffer<ArrayBuffer>) => void

/** The result of a function of node:zlib, which works in a thread of its own. */
function compressed(start: (done: Done) => void): Promise<Buffer<ArrayBuffer>> {
  return new Promise((resolve, reject) => {
    start((error, bytes) => (error === null ? resolve(bytes) : reject(error)))
  })
}

const BROTLI = {
  [constants.BROTLI_PARAM_QUALITY]: 5,
  [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
}

/** A rendering as bytes. Each encoding is made when it is first requested. */
export class Prepared {
  readonly rendering: Rendering
  readonly #plain: Buffer<ArrayBuffer>
  readonly #digest: string
  readonly #encoded = new Map<Encoding, Buffer<ArrayBuffer>>()

  constructor(rendering: Rendering) {
    this.rendering = rendering
    this.#plain = Buffer.from(rendering.body, 'utf8')
    this.#digest = createHash('sha256').update(this.#plain).digest('base64url').slice(0, 27)
  }

  /** Bytes held, over all encodings. */
  get size(): number {
    let size = this.#plain.length * 2
    for (const bytes of this.#encoded.values()) size += bytes.length
    return size
  }

  get small(): boolean {
    return this.#plain.length < 600
  }

  /** The bytes in an encoding; undefined until {@link encode} has made them. They are shared by all answers. */
  bytes(encoding: Encoding): Buffer<ArrayBuffer> | undefined {
    return encoding === 'identity' ? this.#plain : this.#encoded.get(encoding)
  }

  /** Make the bytes in an encoding, off the main thread. */
  async encode(encoding: Encoding): Promise<void> {
    if (this.bytes(encoding) !== undefined) return
    const plain = this.#plain
    const made = await compressed(done => {
      if (encoding === 'gzip') gzip(plain, { level: 6 }, done)
      else brotliCompress(plain, { params: { ...BROTLI, [constants.BROTLI_PARAM_SIZE_HINT]: plain.length } }, done)
    })
    this.#encoded.set(encoding, made)
  }

  /** Strong, so each encoding has its own (RFC 9110 section 8.8.3.3). */
  etag(encoding: Encoding): string {
    const suffix = encoding === 'identity' ? '' : encoding === 'gzip' ? '-gz' : '-br'
    return `"${this.#digest}${suffix}"`
  }
}

/** Cache of renderings of one state of the store. A new state clears it; when full, the least recently used go first. */
export class Memory {
  readonly #entries = new Map<string, Prepared>()
  readonly #mostEntries: number
  readonly #mostBytes: number
  #state: readonly unknown[] = []

  constructor(mostEntries: number, mostBytes: number) {
    this.#mostEntries = mostEntries
    this.#mostBytes = mostBytes
  }

  /** The rendering of `state` kept under `key`, or the one `make` gives. Only successes are kept. */
  get(state: readonly unknown[], key: string, make: () => Rendering): Prepared {
    const known = this.find(state, key)
    if (known !== null) return known
    const made = new Prepared(make())
    if (made.rendering.status === 200) {
      this.#entries.set(key, made)
    }
    return made
  }

  /** The rendering of `state` kept under `key`; null where there is none. */
  find(state: readonly unknown[], key: string): Prepared | null {
    if (state.length !== this.#state.length || state.some((part, index) => part !== this.#state[index])) {
      this.#entries.clear()
      this.#state = state
    }
    const known = this.#entries.get(key)
    if (known === undefined) return null
    this.#entries.delete(key)
    this.#entries.set(key, known)
    return known
  }

  /** Called after a response, when encodings have been made and sizes are known. */
  trim(): void {
    let bytes = 0
    for (const entry of this.#entries.values()) bytes += entry.size
    for (const [key, entry] of this.#entries) {
      if (this.#entries.size <= this.#mostEntries && bytes <= this.#mostBytes) return
      bytes -= entry.size
      this.#entries.delete(key)
    }
  }
}

/** The encoding in which a rendering is sent to who asks. */
export function encodingFor(request: Request, prepared: Prepared): Encoding {
  return prepared.small ? 'identity' : wishedEncoding(request)
}

/** The encoding a request prefers, whatever it asks for. */
export function wishedEncoding(request: Request): Encoding {
  return chooseEncoding(request.headers.get('accept-encoding'))
}

/** Whether {@link respond} needs bytes in an encoding that is yet to be made. */
export function needsEncoding(request: Request, prepared: Prepared): boolean {
  const encoding = encodingFor(request, prepared)
  return prepared.bytes(encoding) === undefined && !isUnchanged(request, prepared)
}

function isUnchanged(request: Request, prepared: Prepared): boolean {
  const { status, lastModified } = prepared.rendering
  return status === 200 && unchanged(request, prepared.etag(encodingFor(request, prepared)), lastModified)
}

/** The response to a GET, or to a HEAD without its body. Without the wished encoding made, it is sent as it is. */
export function respond(request: Request, prepared: Prepared): Response {
  const { rendering } = prepared
  const wished = encodingFor(request, prepared)
  const encoding = prepared.bytes(wished) === undefined && !isUnchanged(request, prepared) ? 'identity' : wished
  const headers: Record<string, string> = {
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
    ...rendering.headers,
    'Cache-Control': rendering.cacheControl,
    Vary: 'Accept-Encoding',
  }
  if (rendering.status === 200) {
    headers['ETag'] = prepared.etag(encoding)
    if (rendering.lastModified !== null) headers['Last-Modified'] = new Date(rendering.lastModified).toUTCString()
    if (isUnchanged(request, prepared)) return new Response(null, { status: 304, headers })
  }
  const bytes = prepared.bytes(encoding) ?? Buffer.alloc(0)
  headers['Content-Type'] = rendering.contentType
  headers['Content-Length'] = String(bytes.length)
  if (encoding !== 'identity') headers['Content-Encoding'] = encoding
  if (request.method === 'HEAD') return new Response(null, { status: rendering.status, headers })
  const response = new Response(bytes, { status: rendering.status, headers })
  bodies.set(response, bytes)
  return response
}

const bodies = new WeakMap<Response, Uint8Array>()

/** The bytes of a response of {@link respond}; the same object for all responses that share them. */
export function bytesOf(response: Response): Uint8Array | undefined {
  return bodies.get(response)
}

function unchanged(request: Request, etag: string, lastModified: Millis | null): boolean {
  const ifNoneMatch = request.headers.get('if-none-match')
  // Weak comparison: proxies that compress on their own mark the tags they pass on as weak.
  if (ifNoneMatch !== null) {
    const tags = ifNoneMatch.split(',').map(tag => tag.trim().replace(/^W\//, ''))
    return tags.includes(etag) || tags.includes('*')
  }
  const ifModifiedSince = request.headers.get('if-modified-since')
  if (ifModifiedSince === null || lastModified === null) return false
  // HTTP dates have whole seconds.
  const since = Date.parse(ifModifiedSince)
  return !Number.isNaN(since) && Math.floor(lastModified / 1000) * 1000 <= since
}

function chooseEncoding(accepted: string | null): Encoding {
  if (accepted === null || accepted.length > 1000) return 'identity'
  const wishes = new Map<string, number>()
  for (const part of accepted.split(',')) {
    const [name = '', ...parameters] = part.split(';').map(word => word.trim().toLowerCase())
    const quality = parameters.find(parameter => parameter.startsWith('q='))
    wishes.set(name, quality === undefined ? 1 : Number(quality.slice(2)) || 0)
  }
  const wish = (name: string) => wishes.get(name) ?? wishes.get('*') ?? 0
  if (wish('br') > 0 && wish('br') >= wish('gzip')) return 'br'
  return wish('gzip') > 0 ? 'gzip' : 'identity'
}
