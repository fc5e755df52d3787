// How texts are named by a number that is the same on every machine and never the same for two of them.
import { createHash } from 'node:crypto'

/** First 32 hex digits of SHA-256 over the parts, each ended by a NUL. */
export function digest(...parts: readonly (string | Uint8Array | null)[]): string {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part ?? '').update('\0')
  return hash.digest('hex').slice(0, 32)
}
