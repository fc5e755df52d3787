// Hides Content-Encoding: how a body is undone off this thread, within limits, member by member.
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
import type { PollSettings } from '../model.ts'
import { bodyTooLarge, Fault, field, megabytes, oneLine } from './failure.ts'
import { type Headers, list } from './headers.ts'
import { FACTOR, type Oversize, type Unpacking } from './oversize.ts'
import { ByteSink } from './sink.ts'

const MAX_ENCODINGS = 2

/** Concatenated gzip members or zstd frames; each costs a decoder. */
const MAX_MEMBERS = 1000

export type Coding = 'gzip' | 'deflate' | 'br' | 'zstd'

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

/** The codings of a body in the order they were applied; throws a fault where we cannot or will not undo them. */
export function codings(headers: Headers): Coding[] {
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
export async function decode(
  coding: Coding,
  input: Buffer,
  settings: PollSettings,
  signal: AbortSignal,
  oversize: Oversize | null = null,
): Promise<Buffer> {
  // Some servers name an encoding and then do not apply it, or name it twice.
  if ((coding === 'gzip' || coding === 'zstd') && !marked(coding, input, 0)) return input
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
export function unpack(
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
