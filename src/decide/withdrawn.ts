// Which reports an agency took out of its feed, and which only rolled out of it at the old end. Pure.
import type { StoodReport } from '../model/stored.ts'

/** A report whose page is to be asked whether it is gone. */
export interface MissingReport {
  id: number
  url: string
}

/**
 * Reports that stood in the document before and are missing from this one, though it shows older ones: newest first. None
 * where more than `limit` are missing, for then the feed is simply another; and none whose page is that of a report that
 * still stands.
 */
export function missingFrom(reports: readonly StoodReport[], limit: number): MissingReport[] {
  let oldest = Number.POSITIVE_INFINITY
  const pages = new Set<string>()
  for (const { stands, time, url, canonicalUrl } of reports) {
    if (!stands) continue
    oldest = Math.min(oldest, time)
    if (url !== null) pages.add(canonicalUrl ?? url)
  }
  const missing: (StoodReport & { url: string })[] = []
  for (const report of reports) {
    const { stands, time, signal, url, canonicalUrl } = report
    if (stands || time <= oldest || signal === 'kill' || url === null || pages.has(canonicalUrl ?? url)) continue
    missing.push({ ...report, url })
  }
  if (missing.length > limit) return []
  return missing.sort((a, b) => b.time - a.time || a.id - b.id).map(({ id, url }) => ({ id, url }))
}
