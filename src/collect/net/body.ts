// Reads the body of an answer as it comes over the wire, within limits of size and number of pieces.

import type { Readable } from 'node:stream'
import type { PollSettings } from '../../model/config.ts'
import type { Millis } from '../../model/units.ts'
import { isParserError, parserReason } from './connection-failure.ts'
import { bodyTooLarge, Fault, field, megabytes } from './failure.ts'
import { type Headers, one } from './headers.ts'
import type { Oversize, Unpacking } from './oversize.ts'
import { ByteSink } from './sink.ts'

/** Pieces of a body on the wire: each costs an event, however small it is. */
const MAX_PIECES = 400_000
/** A body nobody needs is read to its end, to keep the connection, only if it is short and comes at once. */
const SPARE_BYTES = 16 * 1024
const SPARE_TIME: Millis = 500
/** A body that is stated to be so many times larger than the limit is not even begun. */
const HOPELESS = 100

/** The body of undici's answer. */
export type Body = Readable & { dump(options: { limit: number }): Promise<void> }

/** Events, not an iterator: a million chunks of one byte would cost a promise each and hold up the event loop. */
function readInto(body: Body, sink: ByteSink, limit: number, oversize: Oversize): Promise<Unpacking | null> {
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

/** The body as sent. Leaves it consumed or destroyed. Throws a `Fault`, or the signal's reason. */
export async function readWire(
  { headers, body }: { headers: Headers; body: Body },
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
    const unpacking = await readInto(body, sink, limit, oversize)
    if (unpacking !== null) return await unpacking.finish()
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof Fault) throw error
    const code = field(error, 'code')
    const verb = code === 'ECONNRESET' ? 'reset' : 'closed'
    const rest = declared === null ? `${sink.length} bytes, before the end` : `${sink.length} of ${declared} bytes`
    if (isParserError(error) && !error.message.includes('EOF')) {
      throw new Fault('protocol', `body is not valid HTTP after ${sink.length} bytes: ${parserReason(error)}`)
    }
    throw new Fault('protocol', `connection ${verb} after ${rest}`)
  }
  if (declared !== null && sink.length < declared && !sink.full) {
    throw new Fault('protocol', `connection closed after ${sink.length} of ${declared} bytes`)
  }
  return sink.bytes()
}

/** Lets go of the body of an answer that has none, such as 304 (RFC 9112, 6.3): the connection is free with its head. */
export function letGo(body: Body): void {
  body.on('error', () => {
    // Nobody reads it: how it ends does not matter.
  })
  body.resume()
}

/** Lets go of a body that nobody reads. Never rejects. */
export async function discard(body: Body): Promise<void> {
  const patience = setTimeout(() => body.destroy(), SPARE_TIME)
  try {
    await body.dump({ limit: SPARE_BYTES })
  } catch {
    // Nobody reads it: how it ends does not matter.
  } finally {
    clearTimeout(patience)
    body.destroy()
  }
}
