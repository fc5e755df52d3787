// Hides how a rendering travels: validators, conditional requests (RFC 9110 section 13), encodings, and the memory of
// what was rendered.
import { createHash } from 'node:crypto'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import type { Millis } from '../model.ts'

/** What a route makes of the store. */
export interface Rendering {
  status: number
  contentType: string
  body: string
  /** Newest change shown; null where the bytes also change with something else (polls, the clock). */
  lastModified: Millis | null
  cacheControl: string
  /** Headers of this kind of document. */
  headers: Readonly<Record<string, string>>
}

type Encoding = 'br' | 'gzip' | 'identity'

/** A rendering as bytes, each encoding made when first asked for. */
export class Prepared {
  readonly rendering: Rendering
  readonly #plain: Buffer
  readonly #digest: string
  readonly #encoded = new Map<Encoding, Buffer>()

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

  bytes(encoding: Encoding): Buffer {
    if (encoding === 'identity') return this.#plain
    const known = this.#encoded.get(encoding)
    if (known !== undefined) return known
    const made =
      encoding === 'gzip'
        ? gzipSync(this.#plain, { level: 6 })
        : brotliCompressSync(this.#plain, {
            params: {
              [constants.BROTLI_PARAM_QUALITY]: 5,
              [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
              [constants.BROTLI_PARAM_SIZE_HINT]: this.#plain.length,
            },
          })
    this.#encoded.set(encoding, made)
    return made
  }

  /** Strong, so each encoding has its own (RFC 9110 section 8.8.3.3). */
  etag(encoding: Encoding): string {
    const suffix = encoding === 'identity' ? '' : encoding === 'gzip' ? '-gz' : '-br'
    return `"${this.#digest}${suffix}"`
  }
}

/** Renderings of one state of the store; forgotten together when the state changes, least used first when full. */
export class Memory {
  readonly #entries = new Map<string, Prepared>()
  readonly #mostEntries: number
  readonly #mostBytes: number
  #state: readonly unknown[] = []

  constructor(mostEntries: number, mostBytes: number) {
    this.#mostEntries = mostEntries
    this.#mostBytes = mostBytes
  }

  /** The rendering kept under `key`, or the one `make` gives. Only successes are kept. */
  get(state: readonly unknown[], key: string, make: () => Rendering): Prepared {
    if (state.length !== this.#state.length || state.some((part, index) => part !== this.#state[index])) {
      this.#entries.clear()
      this.#state = state
    }
    const known = this.#entries.get(key)
    if (known !== undefined) {
      this.#entries.delete(key)
      this.#entries.set(key, known)
      return known
    }
    const made = new Prepared(make())
    if (made.rendering.status === 200) {
      this.#entries.set(key, made)
    }
    return made
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

/** The response to a GET, or to a HEAD without its body. */
export function respond(request: Request, prepared: Prepared): Response {
  const { rendering } = prepared
  const encoding = prepared.small ? 'identity' : chooseEncoding(request.headers.get('accept-encoding'))
  const etag = prepared.etag(encoding)
  const headers = new Headers({
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
    ...rendering.headers,
    'Cache-Control': rendering.cacheControl,
    Vary: 'Accept-Encoding',
  })
  if (rendering.status === 200) {
    headers.set('ETag', etag)
    if (rendering.lastModified !== null) headers.set('Last-Modified', new Date(rendering.lastModified).toUTCString())
    if (unchanged(request, etag, rendering.lastModified)) return new Response(null, { status: 304, headers })
  }
  const bytes = prepared.bytes(encoding)
  headers.set('Content-Type', rendering.contentType)
  headers.set('Content-Length', String(bytes.length))
  if (encoding !== 'identity') headers.set('Content-Encoding', encoding)
  return new Response(request.method === 'HEAD' ? null : new Uint8Array(bytes), { status: rendering.status, headers })
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
