// Hashes the bytes of a body, in slices, so that a large one does not hold up the event loop.
import { createHash } from 'node:crypto'
import { setImmediate as turn } from 'node:timers/promises'

/** Hashed in one go: about a millisecond on a slow machine. */
const SLICE = 262_144

/** The first 32 hex digits of SHA-256 over the body and a NUL. Stored databases hold hashes of this form. */
export async function bodyHash(body: Uint8Array): Promise<string> {
  const hash = createHash('sha256')
  for (let at = 0; at < body.length; at += SLICE) {
    if (at > 0) await turn()
    hash.update(body.subarray(at, at + SLICE))
  }
  return hash.update('\0').digest('hex').slice(0, 32)
}
