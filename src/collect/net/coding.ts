// Unpacks bodies: what Content-Encoding names, what it omits, and what it names although the body is plain. Unpacking runs
// off this thread, within limits, member by member.
import { addAbortSignal, type Transform } from 'node:stream'
import {
  constants,
  crc32,
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createInflateRaw,
  createZstdDecompress,
} from 'node:zlib'
import type { PollSettings } from '../../model/config.ts'
import type { Outcome } from '../../model/units.ts'
import { bodyTooLarge, Fault, field, megabytes, oneLine } from './failure.ts'
import { type Headers, list } from './headers.ts'
import { FACTOR, type Oversize, type Unpacking } from './oversize.ts'
import { ByteSink } from './sink.ts'

/** Codings that a header may name. */
const MAX_ENCODINGS = 2

/** Layers that are undone, named or not. */
const MAX_LAYERS = 3

/** Concatenated gzip members or zstd frames; each costs a decoder. */
const MAX_MEMBERS = 1000

export type Coding = 'gzip' | 'deflate' | 'br' | 'zstd'

const CODINGS: Readonly<Record<string, Coding>> = {
  gzip: 'gzip',
  'x-gzip': 'gzip',
  deflate: 'deflate',
  'x-deflate': 'deflate',
  zlib: 'deflate',
  br: 'br',
  brotli: 'br',
  zstd: 'zstd',
}

/** What servers write into Content-Encoding though it encodes nothing. */
const NO_CODINGS: ReadonlySet<string> = new Set(
  'identity none utf-8 utf8 iso-8859-1 windows-1256 binary 8bit 7bit text aws-chunked'.split(' '),
)

/** Names of the codings of a body in the order they were applied; throws a fault where there are too many. */
export function codings(headers: Headers): string[] {
  const named = list(headers, 'content-encoding').filter(name => !NO_CODINGS.has(name))
  if (named.length > MAX_ENCODINGS) {
    throw new Fault('encoding', `body is encoded ${named.length} times; ${MAX_ENCODINGS} is the most Minwal undoes`)
  }
  return named
}

/** The coding of a name in a header; null for one that is not known. */
export function codingOf(name: string | undefined): Coding | null {
  return name !== undefined && Object.hasOwn(CODINGS, name) ? (CODINGS[name] ?? null) : null
}

/** Bytes of a body by which text is distinguished from packed bytes. */
const LOOKED_AT = 512

/**
 * Does markup or a JSON object begin here? After a byte order mark and white space, and without control characters: streams
 * of brotli and deflate may begin with any byte, but do not go on like that.
 */
function readsAsFeed(body: Uint8Array): boolean {
  const start = Buffer.from(body.buffer, body.byteOffset, Math.min(body.length, LOOKED_AT))
  const wide = /^(?:\xff\xfe|\xfe\xff|\0|[<{\s]\0)/.test(start.toString('latin1', 0, 2))
  // Without its zeros, UTF-16 is ASCII where it matters here; its other bytes may be anything.
  const text = wide ? start.toString('latin1').replaceAll('\0', '') : start.toString('latin1')
  const opens = /^(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff|\s)*(?:<[?!a-z]|\{\s*["}])/i.test(text)
  return opens && (wide || !CONTROLS.test(text))
}

/** What no text holds; ESC is left out for ISO-2022-JP. */
const CONTROLS = /[\x00-\x08\x0e-\x1a\x1c-\x1f]/

/** Is this text with markup or JSON somewhere near its beginning, such as a notice of PHP before the document? */
function readsAsText(body: Buffer): boolean {
  const text = body.toString('latin1', 0, LOOKED_AT)
  return text.length > 16 && /[<{]/.test(text) && !CONTROLS.test(text) && !text.includes('\x1b')
}

/** Bytes in front of a packed body, as a template's blank line or byte order mark leaves them. */
const MAX_PADDING = 64

/** Where the packed bytes begin; 0 where nothing of ours does. */
function padding(body: Buffer): number {
  const front = /^(?:\xef\xbb\xbf|\s)+/.exec(body.toString('latin1', 0, MAX_PADDING))?.[0].length ?? 0
  return marked('gzip', body, front) || marked('zstd', body, front) ? front : 0
}

/** The coding whose mark the body bears. */
function recognised(body: Buffer): Coding | null {
  if (marked('gzip', body, 0)) return 'gzip'
  if (marked('zstd', body, 0)) return 'zstd'
  const [first = 0, second = 0] = body
  // RFC 1950, 2.2: the method, the window, the check bits, and no dictionary.
  const zlib = (first & 0x0f) === 8 && first >> 4 <= 7 && (first * 256 + second) % 31 === 0 && (second & 0x20) === 0
  return zlib && body.length > 2 ? 'deflate' : null
}

/**
 * The document in a body as it came: what its headers name is undone, what they name though it was not applied is left
 * alone, and so is undone what bears the mark of a coding that nobody named. A feed begins with none of these marks.
 * Throws a fault of kind `encoding` or `size`, or the signal's reason.
 */
export async function unpack(
  named: readonly string[],
  wire: Buffer,
  settings: Pick<PollSettings, 'maxBodyBytes'>,
  signal: AbortSignal,
  oversize: Oversize | null = null,
): Promise<Buffer> {
  let body = wire
  let layers = 0
  // Of a header that may be wrong: it counts only if nothing else can be made of the body.
  let fault: Fault | null = null
  // What a named coding without a mark made of the body, though that is neither a feed nor text.
  let doubtful: Buffer | null = null
  for (const name of named.toReversed()) {
    if (body.length === 0 || readsAsFeed(body)) return body
    body = body.subarray(padding(body))
    const coding = codingOf(name)
    if (coding === null) {
      fault ??= new Fault('encoding', `body has an encoding nobody asked for: ${oneLine(name, 40)}`)
      continue
    }
    const hasMark = coding === 'gzip' || coding === 'zstd'
    // Named twice and applied once, or named for another: its own mark tells below.
    if (hasMark && !marked(coding, body, 0)) continue
    try {
      const inner = await decode(coding, body, settings, signal, oversize)
      // Other bytes can begin with a short stream of a coding that has no mark.
      if (!hasMark && !readsAsFeed(inner) && !readsAsText(inner) && recognised(inner) === null) {
        if (inner.length > 0) doubtful ??= inner
        continue
      }
      body = inner
      layers++
    } catch (error) {
      if (hasMark || !(error instanceof Fault) || error.failure.kind !== 'encoding') throw error
      fault ??= error
    }
  }
  for (; layers < MAX_LAYERS && body.length > 0 && !readsAsFeed(body); layers++) {
    const inner = await undoUnnamed(body.subarray(padding(body)), settings, signal, oversize)
    if (inner === null) break
    body = inner
    fault = null
  }
  const readable = readsAsFeed(body) || readsAsText(body)
  if (fault !== null && !readable) throw fault
  return readable || layers > 0 ? body : (doubtful ?? body)
}

/** Undo a coding that no header names; null where there is none. */
async function undoUnnamed(
  body: Buffer,
  settings: Pick<PollSettings, 'maxBodyBytes'>,
  signal: AbortSignal,
  oversize: Oversize | null,
): Promise<Buffer | null> {
  const coding = recognised(body)
  if (coding === 'gzip' || coding === 'zstd') return await decode(coding, body, settings, signal, oversize)
  if (readsAsText(body)) return null
  // Two bytes are a weak mark, and brotli has none: these are believed only if a feed comes out, or what is marked.
  const guesses: Coding[] = coding === 'deflate' ? ['deflate', 'br'] : ['br', 'deflate']
  for (const guess of guesses) {
    try {
      const inner = await decode(guess, body, settings, signal)
      if (readsAsFeed(inner) || recognised(inner) !== null) return inner
    } catch (error) {
      signal.throwIfAborted()
      if (!(error instanceof Fault)) throw error
      // What zlib could read beyond the limit was zlib's.
      if (error.failure.kind === 'size' && guess === coding) throw error
    }
  }
  return null
}

/** Does a gzip member or zstd frame begin here? The other codings have no mark. */
function marked(coding: Coding, input: Buffer, at: number): boolean {
  // The third byte is the method; there is only the one.
  if (coding === 'gzip')
    return input[at] === 0x1f && input[at + 1] === 0x8b && (input.length <= at + 2 || input[at + 2] === 8)
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
  const engine = decoder(coding, input)
  addAbortSignal(signal, engine)
  engine.end(input.subarray(header))
  let sum = 0
  for await (const chunk of engine) {
    sink.push(chunk)
    if (sink.full) return input.length
    if (coding === 'gzip') sum = crc32(chunk, sum)
  }
  const end = header + engine.bytesWritten
  if (coding !== 'gzip') return end
  // We read gzip member by member, because zlib's own reader loses the text before trailing garbage.
  if (input.length < end + 8) throw new Error('unexpected end of file')
  if (input.readUInt32LE(end) !== sum) throw new Error('incorrect data check')
  return end + 8
}

const damaged = (coding: Coding, error: unknown): Fault =>
  new Fault('encoding', `body is cut off or damaged: ${coding} says ${oneLine(field(error, 'message'))}`)

/** Undo one coding, up to `maxBodyBytes`, or as far as `oversize` allows. Throws a fault of kind `encoding` or `size`, or the signal's reason. */
async function decode(
  coding: Coding,
  input: Buffer,
  settings: Pick<PollSettings, 'maxBodyBytes'>,
  signal: AbortSignal,
  oversize: Oversize | null = null,
): Promise<Buffer> {
  const sink = new ByteSink(settings.maxBodyBytes, input.length * 4, () => bodyTooLarge(settings), oversize)
  let at = 0
  try {
    for (let members = 0; members === 0 || marked(coding, input, at); members++) {
      if (members === MAX_MEMBERS) throw new Error(`more than ${MAX_MEMBERS} parts`)
      at += await decodeMember(coding, input.subarray(at), sink, signal)
    }
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof Fault) throw error
    throw damaged(coding, error)
  }
  return sink.bytes()
}

/**
 * Undo one coding of a body that is larger on the wire than `maxWireBytes`, while it comes. `kept` is what came so far.
 * What it decodes to is judged by its first bytes, and kept as `decode` keeps it.
 */
export function unpackWhileRead(
  coding: Coding,
  kept: Buffer,
  settings: PollSettings,
  signal: AbortSignal,
  oversize: Oversize,
): Unpacking {
  const tooMuch = (): Fault =>
    new Fault('size', `body is larger than ${megabytes(settings.maxWireBytes)} on the wire (poll.maxWireBytes)`)
  oversize.expected = true
  oversize.unpacked = true
  const sink = new ByteSink(settings.maxBodyBytes, settings.maxBodyBytes, tooMuch, oversize)
  // Members are not told apart here: of a document so large, the text in front of trailing garbage is not missed.
  const engine = coding === 'gzip' ? createGunzip({ chunkSize: 64 * 1024 }) : decoder(coding, kept)
  let failure: unknown = null
  addAbortSignal(signal, engine)
  engine.on('data', chunk => {
    try {
      sink.push(chunk)
    } catch (error) {
      failure = error
    }
    if (failure !== null || sink.full) engine.destroy()
  })
  engine.on('error', error => {
    failure ??= error
  })
  const closed = new Promise<void>(done => {
    engine.on('close', done)
  })
  engine.write(kept)
  return {
    get full() {
      return engine.destroyed
    },
    write(chunk, drained) {
      if (oversize.received > settings.maxWireBytes * FACTOR) {
        sink.stop()
        engine.destroy()
      }
      if (engine.destroyed || engine.write(chunk)) return true
      // An engine that was given up never drains.
      const go = (): void => {
        engine.off('drain', go).off('close', go)
        drained()
      }
      engine.on('drain', go).on('close', go)
      return false
    },
    async finish() {
      if (!engine.destroyed) engine.end()
      await closed
      signal.throwIfAborted()
      if (failure instanceof Fault) throw failure
      if (failure !== null) {
        if (sink.length <= settings.maxBodyBytes) throw damaged(coding, failure)
        sink.stop()
      }
      if (sink.full && sink.length <= settings.maxBodyBytes) throw tooMuch()
      return sink.bytes()
    },
  }
}

/** A document that a file holds: packed or not, as {@link unpack}. */
export async function unpackFile(bytes: Uint8Array, maxBodyBytes: number): Promise<Outcome<Uint8Array>> {
  try {
    const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    return { ok: true, value: await unpack([], whole, { maxBodyBytes }, new AbortController().signal) }
  } catch (error) {
    if (error instanceof Fault) return { ok: false, reason: error.failure.message }
    throw error
  }
}
