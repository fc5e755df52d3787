// Hides which strings are addresses: links made absolute, anything but http and https refused.
import { withoutReferences } from './references.ts'

/** An absolute address, or null. Whitespace around it and inside it is what editors leave behind. */
export function resolve(link: string, base: string | null): string | null {
  const trimmed = withoutReferences(link.trim())
  if (trimmed === '' || trimmed.length > 4096) return null
  if (/^https?:\/\/[^\s/?#]+/i.test(trimmed))
    return /\s/.test(trimmed) ? trimmed.replace(/[\t\r\n]+/g, '').replace(/\s/g, '%20') : trimmed
  if (base === null) return null
  try {
    const url = new URL(trimmed, base)
    return url.protocol === 'http:' || url.protocol === 'https:' ? url.href : null
  } catch {
    return null
  }
}

/** xml:base, itself perhaps relative to the base around it. */
export function rebase(value: string, base: string | null): string | null {
  return resolve(value, base) ?? base
}
