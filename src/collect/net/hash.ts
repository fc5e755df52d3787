// Hides how the bytes of a body become one short name without holding up the event loop, however many they are.
import { createHash } from 'node:crypto'
import { setImmediate as turn } from 'node:timers/promises'

/** Hashed in one go: about a millisecond on a slow machine. */
const SLICE = 262_144

/** First 32 hex digits of SHA-256 over the body and a NUL, as `decide/report.ts` has always made them. */
export async function bodyHash(body: Uint8Array): Promise<string> {
  const hash = createHash('sha256')
  for (let at = 0; at < body.length; at += SLICE) {
    if (at > 0) await turn()
    hash.update(body.subarray(at, at + SLICE))
  }
  return hash.update('\0').digest('hex').slice(0, 32)
}
