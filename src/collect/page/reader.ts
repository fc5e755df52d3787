// Reads pages in a thread of their own, which is ended where one takes too long or needs too much memory.
import type { PageQuestion, PageReading } from '../../model/page.ts'
import type { Millis, Outcome } from '../../model/units.ts'
import { createParserPool } from '../feed/pool.ts'
import { MAX_PAGE } from './read.ts'

export interface PageReader {
  /** What a page says; for one that takes too long or too much, the reason in one line. Never rejects. */
  read(bytes: Uint8Array, question: PageQuestion): Promise<Outcome<PageReading>>
  /** Resolves when no thread is left. */
  close(): Promise<void>
}

/** Time for one page. */
export const PAGE_TIME: Millis = 2_000
const PAGE_MEMORY_MB = 256

const MODULE = new URL(`./worker${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url)
const NO_FEED = { url: null, maxEntries: 0 }

/** The thread starts with the first page. */
export function createPageReader(): PageReader {
  const pool = createParserPool({ module: MODULE, size: 1, timeoutMs: PAGE_TIME, memoryMB: PAGE_MEMORY_MB })
  return {
    read: async (bytes, question) => {
      const kept = await pool.keep(bytes.subarray(0, MAX_PAGE), question.contentType, NO_FEED, question)
      if (!kept.ok) return kept
      kept.value.drop()
      return { ok: true, value: kept.value.summary as PageReading }
    },
    close: () => pool.close(),
  }
}
