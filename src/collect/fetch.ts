// Hides how one polite conditional GET is made over a network that lies: whatever happens, the answer is a value.
import { STATUS_CODES } from 'node:http'
import type { LookupFunction } from 'node:net'
import { performance } from 'node:perf_hooks'
import { addAbortSignal, type Transform } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import { TLSSocket } from 'node:tls'
import {
  constants,
  crc32,
  createBrotliDecompress,
  createInflate,
  createInflateRaw,
  createZstdDecompress,
} from 'node:zlib'
import { Agent, buildConnector, type Dispatcher, errors as undici } from 'undici'
import type { Failure, FailureKind, FetchResult, Millis, PollSettings, Validators } from '../model.ts'
import { AddressRefused, checkUrl, guardedLookup, keepsSecrets } from './guard.ts'

export interface FetchRequest {
  /** May carry `user:password@`: sent as Basic Authorization to that origin, shown nowhere. */
  url: string
  /** As kept from the last good answer; sent back unchanged. */
  validators: Validators
  /** Configured headers: sent to the origin of `url`, and not to another one it redirects to. */
  headers: Readonly<Record<string, string>>
  /** Opens private addresses for this request; `PollSettings.allowPrivate` opens them for all. */
  allowPrivate: boolean
  /** The clock `retryAt` and `Expires` are read against. */
  now: Millis
  /** Gives the request up, for example at shutdown. The result is then a failure of kind `timeout`. */
  signal?: AbortSignal
}

export interface Fetcher {
  /** One GET with its redirects. Never rejects because of what a server does. */
  get(request: FetchRequest): Promise<FetchResult>
  /** Cut running requests (they end as failures) and close idle connections. */
  close(): Promise<void>
}

export interface FetcherOptions {
  /** Resolves names instead of the system; its answers are guarded all the same. */
  lookup?: LookupFunction
  /** PEM of certificate authorities to trust instead of the built-in ones. */
  ca?: string
}

const DAY = 86_400_000
/** No server's wish binds us longer, neither Retry-After nor max-age. */
const LONGEST_WISH: Millis = 7 * DAY
const MAX_HEADER_BYTES = 64 * 1024
const MAX_VALIDATOR_LENGTH = 1024
const MAX_ENCODINGS = 2
/** Concatenated gzip members or zstd frames; each costs a decoder. */
const MAX_MEMBERS = 1000
/** A body nobody needs is read to its end, to keep the connection, only if it is short and comes at once. */
const SPARE_BYTES = 16 * 1024
const SPARE_TIME: Millis = 500
const LONGEST_URL = 8192

const ACCEPT =
  'application/atom+xml, application/rss+xml, application/rdf+xml, application/feed+json, ' +
  'application/xml;q=0.9, text/xml;q=0.9, application/json;q=0.8, */*;q=0.5'

/** Headers that are ours to set: they frame the message, or ask for an answer we would not understand. */
const OWN_HEADERS: ReadonlySet<string> = new Set(
  (
    'accept-encoding connection content-length expect host if-match if-modified-since if-none-match if-range ' +
    'if-unmodified-since keep-alive proxy-connection range te trailer transfer-encoding upgrade'
  ).split(' '),
)

// ── failures ────────────────────────────────────────────────────────────────────────────────────────────────────────

/** A failure on its way out of this file, where it becomes a value. */
class Fault extends Error {
  readonly failure: Failure
  constructor(kind: FailureKind, message: string, status: number | null = null, retryAt: Millis | null = null) {
    super(message)
    this.failure = { kind, message: oneLine(message, 800), status, retryAt }
  }
}

/** Servers' words in our messages: one line, bounded, without control characters or text-direction tricks. */
function oneLine(text: string, longest = 200): string {
  const cut = text.length > longest ? `${text.slice(0, longest)}…` : text
  return cut.replace(/[\u0000-\u0020\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]+/g, ' ').trim()
}

function megabytes(bytes: number): string {
  const [size, unit] = bytes >= 1_048_576 ? [bytes / 1_048_576, 'MB'] : [bytes / 1024, 'KB']
  return bytes < 1024 ? `${bytes} bytes` : `${Math.round(size * 10) / 10} ${unit}`
}

function seconds(ms: Millis): string {
  return `${Math.round(ms / 100) / 10} s`
}

function field(error: unknown, name: string): string {
  const value: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, name) : undefined
  return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
}

/** OpenSSL's verdicts (`X509_V_ERR_*`, as Node names them), for people. */
const CERTIFICATE_FAULTS: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: 'it is self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'its chain ends in a certificate that is self-signed and not trusted here',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its issuer is not known; the server may leave out an intermediate certificate',
  UNABLE_TO_GET_ISSUER_CERT: 'its issuer is not known; the server may leave out an intermediate certificate',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its issuer is not trusted here',
  CERT_REVOKED: 'it was revoked',
}

interface CertificateDates {
  from: string
  to: string
}

/** Node names the verdict but not the dates, so they are kept beside the error. */
const certificateDates = new WeakMap<Error, CertificateDates>()

function day(date: string | undefined): string {
  const time = Date.parse(date ?? '')
  return Number.isNaN(time) ? '' : ` on ${new Date(time).toISOString().slice(0, 10)}`
}

function tlsFailure(error: unknown, code: string, url: URL): Fault | null {
  const dates = error instanceof Error ? certificateDates.get(error) : undefined
  const invalid = (why: string): Fault => new Fault('tls', `certificate of ${url.origin} is not valid: ${why}`)
  if (code === 'CERT_HAS_EXPIRED') return invalid(`it expired${day(dates?.to)}`)
  if (code === 'CERT_NOT_YET_VALID') return invalid(`it becomes valid${day(dates?.from) || ' later'}`)
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    const certificate: unknown = error instanceof Error ? Reflect.get(error, 'cert') : undefined
    const names = field(certificate, 'subjectaltname').slice(0, 400).replaceAll('DNS:', '')
    return invalid(`it is for ${oneLine(names || 'another name', 120)}`)
  }
  const known = CERTIFICATE_FAULTS[code]
  if (known !== undefined) return invalid(known)
  if (/^(?:CERT_|UNABLE_TO_|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH|HOSTNAME_MISMATCH|CRL_)/.test(code)) {
    return invalid(oneLine(`${field(error, 'message')} (${code})`))
  }
  if (code === 'ERR_SSL_WRONG_VERSION_NUMBER' || code === 'ERR_SSL_PACKET_LENGTH_TOO_LONG') {
    return new Fault('tls', `TLS handshake with ${url.host} failed: the port does not speak TLS`)
  }
  if (/^(?:ERR_SSL_|ERR_TLS_|EPROTO$)/.test(code)) {
    return new Fault('tls', `TLS handshake with ${url.host} failed: ${oneLine(field(error, 'reason') || code)}`)
  }
  const handshake = field(error, 'message').includes('before secure TLS connection')
  return handshake ? new Fault('tls', `${url.host} closed the connection during the TLS handshake`) : null
}

/** The parser's own words, which come in brackets after undici's. */
function parserReason(error: Error): string {
  return oneLine(/\(([^)]{1,100})\)$/.exec(error.message)?.[1] ?? error.message)
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
  const tls = tlsFailure(first, code, url)
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
    case 'UND_ERR_SOCKET':
      return new Fault('protocol', `${url.host} closed the connection without an answer`)
    case 'UND_ERR_DESTROYED':
    case 'UND_ERR_CLOSED':
      return new Fault('timeout', `stopped by Minwal before ${url.host} had answered`)
  }
  if (first instanceof undici.HTTPParserError) {
    return new Fault('protocol', `answer of ${url.host} is not valid HTTP: ${parserReason(first)}`)
  }
  const said = oneLine(field(first, 'message') || 'unknown error')
  if (/^E[A-Z]+$/.test(code)) return new Fault('connect', `no connection to ${peer}: ${said}`)
  return new Fault('protocol', `request to ${url.host} failed: ${said}${code && ` (${code})`}`)
}

// ── headers ─────────────────────────────────────────────────────────────────────────────────────────────────────────

type Headers = Dispatcher.ResponseData['headers']

function one(headers: Headers, name: string): string | null {
  const value = headers[name]
  return (Array.isArray(value) ? value[0] : value) ?? null
}

/** A list header: several lines mean the same as one with commas (RFC 9110, 5.3). Cut where no honest list ends. */
function list(headers: Headers, name: string): string[] {
  const value = headers[name] ?? ''
  const text = Array.isArray(value) ? value.join(',') : value
  return text
    .slice(0, 4096)
    .split(',')
    .map(item => item.trim().toLowerCase())
    .filter(item => item !== '')
}

/** HTTP-date in its three forms (RFC 9110, 5.6.7), and with the zone written as UTC or +0000. */
function httpDate(text: string | null): Millis | null {
  if (text === null || text.length > 40) return null
  const modern = /^\w{3}, \d{1,2}[ -]\w{3}[ -]\d{4} \d\d:\d\d:\d\d (?:GMT|UTC|\+0000)$/.test(text)
  const rfc850 = /^\w{6,9}, \d\d-\w{3}-\d\d \d\d:\d\d:\d\d GMT$/.test(text)
  const asctime = /^\w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d \d{4}$/.test(text)
  if (!modern && !rfc850 && !asctime) return null
  const time = Date.parse(asctime ? `${text} GMT` : text)
  return Number.isNaN(time) ? null : time
}

/** Retry-After (RFC 9110, 10.2.3) as a moment between now and seven days from now. */
function retryAfter(headers: Headers, now: Millis): Millis | null {
  const text = one(headers, 'retry-after')?.trim() ?? ''
  const at = /^\d{1,20}$/.test(text) ? now + Number(text) * 1000 : httpDate(text)
  return at === null ? null : Math.min(Math.max(at, now), now + LONGEST_WISH)
}

/** Freshness that is left (RFC 9111, 4.2): max-age, else Expires - Date, less the Age it has spent in caches. */
function freshness(headers: Headers, now: Millis): Millis | null {
  const directives = list(headers, 'cache-control')
  const stated = directives.map(directive => /^max-age="?(\d{1,20})"?$/.exec(directive)?.[1]).find(age => age)
  const expires = httpDate(one(headers, 'expires'))
  let lifetime: Millis
  if (directives.includes('no-cache') || directives.includes('no-store')) lifetime = 0
  else if (stated !== undefined) lifetime = Number(stated) * 1000
  else if (expires !== null) lifetime = expires - (httpDate(one(headers, 'date')) ?? now)
  else return null
  const age = one(headers, 'age')?.trim() ?? ''
  const spent = /^\d{1,20}$/.test(age) ? Number(age) * 1000 : 0
  return Math.min(Math.max(lifetime - spent, 0), LONGEST_WISH)
}

/** What can be sent as a header value, byte for byte. */
function sendable(value: string): boolean {
  return /^[\t\x20-\x7e\x80-\xff]*$/.test(value)
}

function validator(headers: Headers, name: string): string | null {
  const value = one(headers, name)
  return value !== null && value !== '' && value.length <= MAX_VALIDATOR_LENGTH && sendable(value) ? value : null
}

function conditional({ etag, lastModified }: Validators): Record<string, string> {
  const headers: Record<string, string> = {}
  if (etag !== null && sendable(etag)) headers['if-none-match'] = etag
  if (lastModified !== null && sendable(lastModified)) headers['if-modified-since'] = lastModified
  return headers
}

/** Configured headers, in lower case, or the fault in them. */
function configured(headers: FetchRequest['headers']): Record<string, string> {
  const result: Record<string, string> = {}
  for (const [name, value] of Object.entries(headers)) {
    const key = name.toLowerCase()
    const fault = OWN_HEADERS.has(key)
      ? 'is set by Minwal'
      : /^[!#$%&'*+.^`|~\w-]+$/.test(name) && sendable(value)
        ? null
        : 'is no valid header'
    if (fault !== null) throw new Fault('protocol', `header ${oneLine(name, 60)} of this feed ${fault}; remove it`)
    result[key] = value
  }
  return result
}

/** Take `user:password@` out of a URL and give it as a Basic Authorization value (RFC 7617). */
function takeCredentials(url: URL): string | null {
  const { username, password } = url
  url.username = ''
  url.password = ''
  if (username === '' && password === '') return null
  const plain = [username, password].map(part => {
    try {
      return decodeURIComponent(part)
    } catch {
      return part
    }
  })
  return `Basic ${Buffer.from(plain.join(':'), 'utf8').toString('base64')}`
}

// ── redirects ───────────────────────────────────────────────────────────────────────────────────────────────────────

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])

function path(hops: readonly string[]): string {
  const shown = hops.length > 6 ? [...hops.slice(0, 3), '…', ...hops.slice(-2)] : hops
  return shown.map(hop => oneLine(hop, 120)).join(' -> ')
}

/** Where a redirect leads, checked by the guard; throws the fault it has. */
function redirectTarget(
  location: string | null,
  status: number,
  hops: readonly string[],
  settings: PollSettings,
  allowPrivate: boolean,
): URL {
  const from = hops.at(-1) ?? ''
  if (location === null) {
    throw new Fault('redirect', `${oneLine(from)} redirects (${status}) without saying where`, status)
  }
  // Header bytes arrive as Latin-1, but servers that put a raw Arabic path here write it in UTF-8.
  const written = Buffer.from(location.slice(0, LONGEST_URL + 1), 'latin1').toString('utf8')
  const parsed = written.length > LONGEST_URL ? null : URL.parse(written, from)
  if (parsed === null) {
    throw new Fault('redirect', `${oneLine(from)} redirects to what is no URL: ${oneLine(written, 100)}`, status)
  }
  // A login offered by a redirect was not configured by the user.
  takeCredentials(parsed)
  parsed.hash = ''
  const next = [...hops, parsed.href]
  const checked = checkUrl(parsed.href, allowPrivate)
  if (!checked.ok) {
    const chain = `${oneLine(from)} redirects to ${oneLine(parsed.href)}`
    throw new Fault('address', `${chain}: ${checked.reason}`, status)
  }
  const seen = hops.indexOf(parsed.href)
  if (seen >= 0) throw new Fault('redirect', `redirect loop: ${path(next.slice(seen))}`, status)
  if (hops.length > settings.maxRedirects) {
    const limit = `more than ${settings.maxRedirects} redirects (poll.maxRedirects)`
    throw new Fault('redirect', `${limit}: ${path(next)}`, status)
  }
  return checked.value
}

// ── bodies ──────────────────────────────────────────────────────────────────────────────────────────────────────────

/**
 * Bytes that grow up to a limit. One buffer, not a list of chunks: a hostile server sends its body in chunks of one
 * byte, and each of ten million small buffers would cost a hundred times its content.
 */
class ByteSink {
  #buffer: Buffer
  #length = 0
  readonly #limit: number
  readonly #tooLarge: () => Fault

  constructor(limit: number, expected: number, tooLarge: () => Fault) {
    this.#limit = limit
    this.#tooLarge = tooLarge
    this.#buffer = Buffer.allocUnsafeSlow(Math.max(1024, Math.min(expected, limit)))
  }

  get length(): number {
    return this.#length
  }

  push(chunk: Uint8Array): void {
    const length = this.#length + chunk.length
    if (length > this.#limit) throw this.#tooLarge()
    if (length > this.#buffer.length) {
      const grown = Buffer.allocUnsafeSlow(Math.min(this.#limit, Math.max(length, this.#buffer.length * 2)))
      this.#buffer.copy(grown, 0, 0, this.#length)
      this.#buffer = grown
    }
    this.#buffer.set(chunk, this.#length)
    this.#length = length
  }

  bytes(from = 0): Buffer {
    return this.#buffer.subarray(from, this.#length)
  }
}

type Coding = 'gzip' | 'deflate' | 'br' | 'zstd'

const CODINGS: Readonly<Record<string, Coding>> = {
  gzip: 'gzip',
  'x-gzip': 'gzip',
  deflate: 'deflate',
  br: 'br',
  zstd: 'zstd',
}

/** What servers write into Content-Encoding though it encodes nothing. */
const NO_CODINGS: ReadonlySet<string> = new Set(
  'identity none utf-8 utf8 iso-8859-1 windows-1256 binary 8bit 7bit text aws-chunked'.split(' '),
)

function codings(headers: Headers): Coding[] {
  const named = list(headers, 'content-encoding').filter(name => !NO_CODINGS.has(name))
  if (named.length > MAX_ENCODINGS) {
    throw new Fault('encoding', `body is encoded ${named.length} times; ${MAX_ENCODINGS} is the most Minwal undoes`)
  }
  return named.map(name => {
    const coding = Object.hasOwn(CODINGS, name) ? CODINGS[name] : undefined
    if (coding === undefined) throw new Fault('encoding', `body has an encoding nobody asked for: ${oneLine(name, 40)}`)
    return coding
  })
}

/** Does a gzip member or zstd frame begin here? The other codings have no mark. */
function marked(coding: Coding, input: Buffer, at: number): boolean {
  if (coding === 'gzip') return input[at] === 0x1f && input[at + 1] === 0x8b
  return coding === 'zstd' && input.length >= at + 4 && input.readUInt32LE(at) === 0xfd2fb528
}

/** Length of a gzip member's header (RFC 1952, 2.3); the input's length where it does not end. */
function gzipHeaderLength(input: Buffer): number {
  const flags = input[3] ?? 0
  let at = 10
  if (flags & 4) at += 2 + (input[at] ?? 0) + (input[at + 1] ?? 0) * 256
  for (const bit of [8, 16]) {
    if ((flags & bit) === 0) continue
    const end = input.indexOf(0, at)
    at = end < 0 ? input.length : end + 1
  }
  return Math.min(at + (flags & 2), input.length)
}

function decoder(coding: Coding, input: Buffer): Transform & { readonly bytesWritten: number } {
  const chunkSize = 64 * 1024
  switch (coding) {
    case 'gzip':
      return createInflateRaw({ chunkSize })
    case 'deflate': {
      // RFC 9110 means zlib's wrapping; some servers send the bare stream.
      const [first = 0, second = 0] = input
      const wrapped = (first & 0x0f) === 8 && (first * 256 + second) % 31 === 0
      return wrapped ? createInflate({ chunkSize }) : createInflateRaw({ chunkSize })
    }
    case 'br':
      return createBrotliDecompress({ chunkSize })
    case 'zstd':
      // RFC 9659 allows HTTP a window of 8 MB; the format's own 2 GB would be a memory bomb.
      return createZstdDecompress({ chunkSize, params: { [constants.ZSTD_d_windowLogMax]: 23 } })
  }
}

/** Decode one member into the sink, off this thread; gives the number of bytes it took. Throws zlib's errors. */
async function decodeMember(coding: Coding, input: Buffer, sink: ByteSink, signal: AbortSignal): Promise<number> {
  const header = coding === 'gzip' ? gzipHeaderLength(input) : 0
  const start = sink.length
  const engine = decoder(coding, input)
  addAbortSignal(signal, engine)
  engine.end(input.subarray(header))
  for await (const chunk of engine) sink.push(chunk)
  const end = header + engine.bytesWritten
  if (coding !== 'gzip') return end
  // We read gzip member by member, because zlib's own reader loses the text before trailing garbage.
  if (input.length < end + 8) throw new Error('unexpected end of file')
  if (input.readUInt32LE(end) !== crc32(sink.bytes(start))) throw new Error('incorrect data check')
  return end + 8
}

async function decode(coding: Coding, input: Buffer, settings: PollSettings, signal: AbortSignal): Promise<Buffer> {
  // Some servers name an encoding and then do not apply it, or name it twice.
  if ((coding === 'gzip' || coding === 'zstd') && !marked(coding, input, 0)) return input
  const sink = new ByteSink(settings.maxBodyBytes, input.length * 4, () => tooLarge(settings))
  let at = 0
  try {
    for (let members = 0; members === 0 || marked(coding, input, at); members++) {
      if (members === MAX_MEMBERS) throw new Error(`more than ${MAX_MEMBERS} parts`)
      at += await decodeMember(coding, input.subarray(at), sink, signal)
    }
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof Fault) throw error
    throw new Fault('encoding', `body is cut off or damaged: ${coding} says ${oneLine(field(error, 'message'))}`)
  }
  return sink.bytes()
}

function tooLarge(settings: PollSettings): Fault {
  return new Fault('size', `body is larger than ${megabytes(settings.maxBodyBytes)} (poll.maxBodyBytes)`)
}

type Body = Dispatcher.ResponseData['body']

/** Events, not an iterator: a million chunks of one byte would cost a promise each and hold up the event loop. */
function pour(body: Body, sink: ByteSink): Promise<void> {
  return new Promise((resolve, reject) => {
    body.on('data', (chunk: Buffer) => {
      try {
        sink.push(chunk)
      } catch (error) {
        reject(error)
        body.destroy()
      }
    })
    body.on('end', resolve)
    body.on('error', reject)
    body.on('close', () => reject(new Error('closed')))
  })
}

/** Read a body as it comes over the wire. Leaves it consumed or destroyed. */
async function readWire(
  { headers, body }: Dispatcher.ResponseData,
  encoded: boolean,
  settings: PollSettings,
  signal: AbortSignal,
): Promise<Buffer> {
  const onWire = encoded || settings.maxWireBytes < settings.maxBodyBytes
  const limit = onWire ? settings.maxWireBytes : settings.maxBodyBytes
  const tooMuch = (): Fault =>
    onWire
      ? new Fault('size', `body is larger than ${megabytes(limit)} on the wire (poll.maxWireBytes)`)
      : tooLarge(settings)
  const length = one(headers, 'content-length')
  const declared = length !== null && /^\d{1,15}$/.test(length) ? Number(length) : null
  if (declared !== null && declared > limit) throw tooMuch()
  const sink = new ByteSink(limit, declared ?? 64 * 1024, tooMuch)
  try {
    await pour(body, sink)
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
  // HTTP/2 can end a stream in good order and too early.
  if (declared !== null && sink.length < declared) {
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

// ── one request ─────────────────────────────────────────────────────────────────────────────────────────────────────

/** What a status that is no feed means to the user. */
function statusFault(status: number, headers: Headers, url: URL, now: Millis): Fault {
  const answered = `${oneLine(url.href)} answered ${`${status} ${STATUS_CODES[status] ?? ''}`.trim()}`
  const retryAt = retryAfter(headers, now)
  if (status === 410) return new Fault('gone', `${answered}: the feed is closed for good`, status)
  if (status === 204 || status === 205) {
    return new Fault('document', 'the server answered with an empty document', status)
  }
  if (status === 206) return new Fault('protocol', `${answered} to a request for the whole document`, status)
  if (status === 304) return new Fault('protocol', `${answered} though nothing was known of it before`, status)
  const until = retryAt === null ? '' : `; it may be polled again from ${new Date(retryAt).toISOString()}`
  if (status === 429 || (status === 503 && retryAt !== null)) {
    return new Fault('throttled', `${answered}${until}`, status, retryAt)
  }
  const hint = status === 401 ? ': it wants credentials; set headers for this feed' : ''
  return new Fault('http', `${answered}${hint}${until}`, status, retryAt)
}

/** `FetchResult` before the clock is stopped. */
type Answer = FetchResult extends infer R ? (R extends { kind: 'failed' } ? never : Omit<R, 'ms'>) : never

/** A pool of connections, all with the same freedom. */
interface Line {
  agent: Agent
  allowPrivate: boolean
  /** Open connections per origin. */
  open: ReadonlyMap<string, number>
}

async function ask(
  line: Line,
  url: URL,
  headers: Record<string, string>,
  settings: PollSettings,
  signal: AbortSignal,
): Promise<Dispatcher.ResponseData> {
  const options: Dispatcher.RequestOptions = {
    origin: url.origin,
    path: `${url.pathname}${url.search}`,
    method: 'GET',
    headers,
    signal,
    headersTimeout: settings.responseTimeout,
    bodyTimeout: 0,
  }
  const warm = line.open.has(url.origin)
  try {
    return await line.agent.request(options)
  } catch (error) {
    signal.throwIfAborted()
    // The server may close an idle connection just as we use it; GET may be repeated (RFC 9110, 9.2.2).
    const raced = warm && ['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE'].includes(field(error, 'code'))
    if (!raced) throw connectionFailure(error, url, settings)
  }
  try {
    return await line.agent.request({ ...options, reset: true })
  } catch (error) {
    signal.throwIfAborted()
    throw connectionFailure(error, url, settings)
  }
}

async function answer(line: Line, request: FetchRequest, settings: PollSettings, signal: AbortSignal): Promise<Answer> {
  const checked = checkUrl(request.url, line.allowPrivate)
  if (!checked.ok) throw new Fault('address', checked.reason)
  let url = checked.value
  url.hash = ''
  const login = takeCredentials(url)
  let secrets = { ...(login === null ? {} : { authorization: login }), ...configured(request.headers) }
  // An ETag belongs to where it came from, which is the end of the redirects; every hop gets it, as browsers do.
  const known = conditional(request.validators)
  const hops: string[] = []
  for (;;) {
    hops.push(url.href)
    const headers = {
      'user-agent': settings.userAgent,
      accept: ACCEPT,
      ...secrets,
      ...known,
      'accept-encoding': 'gzip, deflate, br, zstd',
    }
    const response = await ask(line, url, headers, settings, signal)
    const { statusCode: status, headers: said, body } = response
    try {
      if (status === 200 || status === 203) return await accept(response, url, request, settings, signal)
      if (status === 304 && Object.keys(known).length > 0) {
        return { kind: 'unchanged', status, maxAge: freshness(said, request.now) }
      }
      if (!REDIRECTS.has(status)) throw statusFault(status, said, url, request.now)
      const next = redirectTarget(one(said, 'location'), status, hops, settings, line.allowPrivate)
      // Dropped for good: an origin that bounces us back must not choose what our secrets are used for.
      if (!keepsSecrets(url, next)) secrets = {}
      url = next
    } finally {
      await discard(body)
    }
    // undici takes a connection back one turn of the loop after its last answer; without it the next hop makes a new one.
    await turn()
  }
}

async function accept(
  response: Dispatcher.ResponseData,
  url: URL,
  request: FetchRequest,
  settings: PollSettings,
  signal: AbortSignal,
): Promise<Answer> {
  const { statusCode: status, headers } = response
  const applied = codings(headers)
  const wire = await readWire(response, applied.length > 0, settings, signal)
  let body = wire
  for (const coding of applied.reverse()) {
    if (body.length > 0) body = await decode(coding, body, settings, signal)
  }
  if (body.length > settings.maxBodyBytes) throw tooLarge(settings)
  if (body.length === 0) throw new Fault('document', 'the server answered with an empty document', status)
  return {
    kind: 'body',
    status,
    url: url.href,
    // Exactly its bytes, in memory of its own: a view would take the whole buffer along to a parser thread.
    body: body.length === body.buffer.byteLength ? body : Uint8Array.from(body),
    contentType: one(headers, 'content-type')?.slice(0, 1024) ?? null,
    validators: { etag: validator(headers, 'etag'), lastModified: validator(headers, 'last-modified') },
    maxAge: freshness(headers, request.now),
    wireBytes: wire.length,
  }
}

/** One request with its deadline, its cancellation and its clock. */
async function visit(line: Line, request: FetchRequest, settings: PollSettings): Promise<FetchResult> {
  const start = performance.now()
  const ms = (): number => Math.round(performance.now() - start)
  const control = new AbortController()
  const stop = (): void => control.abort(new Fault('timeout', 'stopped by Minwal before the server had answered'))
  const late = `the poll took longer than ${seconds(settings.totalTimeout)} (poll.totalTimeout)`
  const deadline = setTimeout(() => control.abort(new Fault('timeout', late)), settings.totalTimeout)
  request.signal?.addEventListener('abort', stop, { once: true })
  if (request.signal?.aborted) stop()
  try {
    control.signal.throwIfAborted()
    return { ...(await answer(line, request, settings, control.signal)), ms: ms() }
  } catch (error) {
    if (error instanceof Fault) return { kind: 'failed', failure: error.failure, ms: ms() }
    throw error
  } finally {
    clearTimeout(deadline)
    request.signal?.removeEventListener('abort', stop)
  }
}

// ── connections ─────────────────────────────────────────────────────────────────────────────────────────────────────

function openLine(allowPrivate: boolean, settings: PollSettings, options: FetcherOptions): Line {
  const open = new Map<string, number>()
  const connect = buildConnector({
    lookup: guardedLookup(allowPrivate, options.lookup),
    timeout: settings.connectTimeout,
    autoSelectFamily: true,
    // Node gives each address a quarter of a second, less than a satellite link takes.
    autoSelectFamilyAttemptTimeout: Math.max(10, Math.min(2500, Math.floor(settings.connectTimeout / 3))),
    ...(options.ca === undefined ? {} : { ca: options.ca }),
  })
  const agent = new Agent({
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
          open.set(origin, (open.get(origin) ?? 0) + 1)
          connected.once('close', () => {
            const left = (open.get(origin) ?? 1) - 1
            if (left > 0) open.set(origin, left)
            else open.delete(origin)
          })
        }
        callback(...result)
      })
      // Before Node judges the certificate: afterwards the connection, and the dates with it, is gone.
      if (socket instanceof TLSSocket) {
        socket.prependListener('secure', () => {
          const { valid_from: from, valid_to: to } = socket.getPeerCertificate()
          dates = { from, to }
        })
      }
    },
  })
  return { agent, allowPrivate, open }
}

/**
 * A fetcher with its own connections (HTTP/1.1 and HTTP/2), kept alive for seconds and never keeping the process alive.
 * Two pools, because a connection made with private addresses allowed must not serve a feed without that right.
 */
export function createFetcher(settings: PollSettings, options: FetcherOptions = {}): Fetcher {
  const guarded = openLine(false, settings, options)
  const trusted = openLine(true, settings, options)
  return {
    get: request => visit(settings.allowPrivate || request.allowPrivate ? trusted : guarded, request, settings),
    close: async () => {
      await Promise.all([guarded.agent.destroy(), trusted.agent.destroy()])
    },
  }
}
