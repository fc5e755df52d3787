// How texts are named by a number that is the same on every machine and never the same for two of them.
import { createHash, hash } from 'node:crypto'

/** First 32 hex digits of SHA-256 over the parts, each ended by a NUL. */
export function digest(...parts: readonly (string | Uint8Array | null)[]): string {
  if (!parts.some(part => part instanceof Uint8Array)) {
    return hash('sha256', `${parts.join('\0')}\0`, 'hex').slice(0, 32)
  }
  const all = createHash('sha256')
  for (const part of parts) all.update(part ?? '').update('\0')
  return all.digest('hex').slice(0, 32)
}
