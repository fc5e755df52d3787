// Turns a rendering into answers: validators, conditional requests (RFC 9110 section 13) and encodings. Holds the cache of
// renderings.
import { createHash } from 'node:crypto'
import { brotliCompress, constants, gzip } from 'node:zlib'
import type { Millis } from '../model/units.ts'
import { type Asked, askedBy, type Encoding, hasAlready, wishedEncoding } from './asked.ts'

/** A document before it is encoded and sent. */
export interface Rendering<Body = string> {
  status: number
  contentType: string
  body: Body
  /** Newest change shown; null where the document also changes with something else, such as polls or the clock. */
  lastModified: Millis | null
  cacheControl: string
  /** Headers of this kind of document. */
  headers: Readonly<Record<string, string>>
}

/** A response, shared by all requests that are answered with it. */
export interface Answer {
  status: number
  headers: Readonly<Record<string, string>>
  /** The same, names and values in turn. */
  fields: readonly string[]
  /** Null for 304. The answer to HEAD goes without. */
  body: Buffer<ArrayBuffer> | null
}

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
  readonly rendering: Omit<Rendering, 'body'>
  readonly #plain: Buffer<ArrayBuffer>
  readonly #etags: Readonly<Record<Encoding, string>>
  readonly #encoded = new Map<Encoding, Buffer<ArrayBuffer>>()
  readonly #whole = new Map<Encoding, Answer>()
  readonly #unchanged = new Map<Encoding, Answer>()

  constructor({ body, ...rendering }: Rendering<string | Uint8Array>) {
    this.rendering = rendering
    this.#plain = typeof body === 'string' ? Buffer.from(body, 'utf8') : ownBuffer(body)
    const digest = createHash('sha256').update(this.#plain).digest('base64url').slice(0, 27)
    this.#etags = { identity: `"${digest}"`, gzip: `"${digest}-gz"`, br: `"${digest}-br"` }
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
    return this.#etags[encoding]
  }

  /** The answer with all bytes in an encoding that is made. */
  whole(encoding: Encoding): Answer {
    return kept(this.#whole, encoding, () => {
      const { status, contentType } = this.rendering
      const bytes = this.bytes(encoding) ?? Buffer.alloc(0)
      const headers = this.#headers(encoding)
      headers['Content-Type'] = contentType
      headers['Content-Length'] = String(bytes.length)
      if (encoding !== 'identity') headers['Content-Encoding'] = encoding
      return { status, headers, fields: Object.entries(headers).flat(), body: bytes }
    })
  }

  /** The answer to who has the bytes in an encoding already. */
  unchanged(encoding: Encoding): Answer {
    return kept(this.#unchanged, encoding, () => {
      const headers = this.#headers(encoding)
      return { status: 304, headers, fields: Object.entries(headers).flat(), body: null }
    })
  }

  /** Headers that an answer has with and without a body. */
  #headers(encoding: Encoding): Record<string, string> {
    const { status, headers, cacheControl, lastModified } = this.rendering
    const all: Record<string, string> = {
      'X-Content-Type-Options': 'nosniff',
      'Referrer-Policy': 'no-referrer',
      Vary: 'Accept-Encoding',
      ...headers,
      'Cache-Control': cacheControl,
    }
    if (status !== 200) return all
    all['ETag'] = this.etag(encoding)
    if (lastModified !== null) all['Last-Modified'] = new Date(lastModified).toUTCString()
    return all
  }
}

/** The same bytes as a buffer, without a copy where they are in memory that nobody shares. */
function ownBuffer(bytes: Uint8Array): Buffer<ArrayBuffer> {
  const { buffer, byteOffset, byteLength } = bytes
  return buffer instanceof ArrayBuffer ? Buffer.from(buffer, byteOffset, byteLength) : Buffer.from(bytes)
}

function kept<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key)
  if (known !== undefined) return known
  const made = make()
  map.set(key, made)
  return made
}

/** Longest address, in characters, under which a rendering is found without being routed. */
const LONGEST_ADDRESS = 1_000
/** Addresses for each rendering, on average: parameters that mean nothing are passed over. */
const ADDRESSES = 4

/** Cache of renderings of one state of the store. A new state clears it; when full, the least recently used go first. */
export class Memory {
  readonly #entries = new Map<string, Prepared>()
  /** Keys by the addresses they were asked for at. */
  readonly #keys = new Map<string, string>()
  readonly #mostEntries: number
  readonly #mostBytes: number
  readonly #onOver: (key: string, prepared: Prepared) => void
  #state: readonly unknown[] = []
  /** The one that was used last: it stands at the end already. */
  #latest: Prepared | null = null

  /** `onOver` is told of each rendering whose state is over. */
  constructor(mostEntries: number, mostBytes: number, onOver: (key: string, prepared: Prepared) => void = () => {}) {
    this.#mostEntries = mostEntries
    this.#mostBytes = mostBytes
    this.#onOver = onOver
  }

  /** The rendering of `state` kept under `key`, or the one `make` gives. Only successes are kept. */
  get(state: readonly unknown[], key: string, make: () => Prepared): Prepared {
    this.renew(state)
    const known = this.#find(key)
    if (known !== null) return known
    const made = make()
    if (made.rendering.status === 200) {
      this.#entries.set(key, made)
      this.#latest = made
    }
    return made
  }

  /** The rendering of `state` kept under `key`; null where there is none. It will be found at `address` too. */
  find(state: readonly unknown[], key: string, address: string): Prepared | null {
    this.renew(state)
    const known = this.#find(key)
    if (known !== null) this.#name(address, key)
    return known
  }

  /** Whether there is a rendering under `key`. */
  has(key: string): boolean {
    return this.#entries.has(key)
  }

  /** The rendering found at `address`, of the state it was last renewed for. */
  at(address: string): Prepared | null {
    const key = this.#keys.get(address)
    return key === undefined ? null : this.#find(key)
  }

  /** Forget all that is not of `state`. */
  renew(state: readonly unknown[]): void {
    if (isSameState(state, this.#state)) return
    for (const [key, prepared] of this.#entries) this.#onOver(key, prepared)
    this.#entries.clear()
    this.#keys.clear()
    this.#latest = null
    this.#state = state
  }

  #find(key: string): Prepared | null {
    const known = this.#entries.get(key)
    if (known === undefined) return null
    if (known === this.#latest) return known
    this.#latest = known
    this.#entries.delete(key)
    this.#entries.set(key, known)
    return known
  }

  #name(address: string, key: string): void {
    if (address.length > LONGEST_ADDRESS || this.#keys.has(address)) return
    if (this.#keys.size >= this.#mostEntries * ADDRESSES) this.#keys.clear()
    this.#keys.set(address, key)
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

export function isSameState(one: readonly unknown[], other: readonly unknown[]): boolean {
  return one.length === other.length && one.every((part, index) => part === other[index])
}

/** The encoding in which a rendering is sent to who asks. */
export function encodingFor(asked: Asked, prepared: Prepared): Encoding {
  return prepared.small ? 'identity' : wishedEncoding(asked)
}

/** The answer to a request; null where it needs bytes in an encoding that is yet to be made. */
export function answerTo(asked: Asked, prepared: Prepared): Answer | null {
  const encoding = encodingFor(asked, prepared)
  const { status, lastModified } = prepared.rendering
  if (status === 200 && hasAlready(asked, prepared.etag(encoding), lastModified)) return prepared.unchanged(encoding)
  return prepared.bytes(encoding) === undefined ? null : prepared.whole(encoding)
}

/** The response to a GET, or to a HEAD without its body. Without the wished encoding made, it is sent as it is. */
export function respond(request: Request, prepared: Prepared): Response {
  const { status, headers, body } = answerTo(askedBy(request), prepared) ?? prepared.whole('identity')
  if (body === null || request.method === 'HEAD') return new Response(null, { status, headers })
  const response = new Response(body, { status, headers })
  bodies.set(response, body)
  return response
}

const bodies = new WeakMap<Response, Uint8Array>()

/** The bytes of a response of {@link respond}; the same object for all responses that share them. */
export function bytesOf(response: Response): Uint8Array | undefined {
  return bodies.get(response)
}
