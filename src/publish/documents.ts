// The kinds of documents that are answered with, each with its type, headers and how long it may be cached.
import type { Millis } from '../model/units.ts'
import type { Rendering } from './delivery.ts'
import { CONTENT_TYPES, type OutputFormat } from './feeds.ts'
import type { ListedThread } from './front-page.ts'
import type { Html } from './markup.ts'
import { SCRIPT_SOURCE, STYLE_SOURCE } from './pages/assets.ts'
import type { PageContext } from './pages/layout.ts'
import { messageHtml, notFoundHtml } from './pages/messages.ts'

/** Published data changes at most once a minute for who asks: as often as the pages' clock. */
export const PUBLIC = 'public, max-age=60'
/** For documents that change without the published data changing. */
export const UNCACHED = 'no-cache'

// One script runs, which asks this site alone; nothing is loaded from elsewhere, and no frame embeds the page.
const PAGE_HEADERS: Readonly<Record<string, string>> = {
  'Content-Security-Policy': `default-src 'none'; style-src ${STYLE_SOURCE}; script-src ${SCRIPT_SOURCE}; connect-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
  'X-Frame-Options': 'DENY',
  // The words of a page are the reader's.
  Vary: 'Accept-Encoding, Accept-Language, Cookie',
}
const DATA_HEADERS: Readonly<Record<string, string>> = { 'Content-Security-Policy': "default-src 'none'" }

/** An HTML page. `lastModified` is null where it also changes with something other than the news shown. */
export function pageDocument(body: string, lastModified: Millis | null): Rendering {
  return {
    status: 200,
    contentType: 'text/html; charset=utf-8',
    body,
    lastModified: lastModified === 0 ? null : lastModified,
    cacheControl: PUBLIC,
    headers: PAGE_HEADERS,
  }
}

/** A page that says that something was not found or not understood. */
export function messagePage(context: PageContext, status: number, title: string, text: string, more?: Html): Rendering {
  return { ...pageDocument(messageHtml(context, title, text, more), null), status, cacheControl: UNCACHED }
}

/** A page where there is none, with the way to others. `isGone`: there was one, and what it showed was deleted for its age. */
export function notFoundPage(context: PageContext, threads: readonly ListedThread[], isGone = false): Rendering {
  const document = pageDocument(notFoundHtml(context, threads, isGone), null)
  return { ...document, status: isGone ? 410 : 404, cacheControl: UNCACHED }
}

/** A feed. Feeds are public: a reader that runs in a browser may fetch them from another origin. */
export function feedDocument(body: string, format: OutputFormat, updated: Millis): Rendering {
  return {
    ...dataDocument(CONTENT_TYPES[format], body, PUBLIC),
    lastModified: updated === 0 ? null : updated,
    headers: { ...DATA_HEADERS, 'Access-Control-Allow-Origin': '*' },
  }
}

/** A document for programs. */
export function dataDocument(contentType: string, body: string, cacheControl: string): Rendering {
  return { status: 200, contentType, body, lastModified: null, cacheControl, headers: DATA_HEADERS }
}

/** One sentence of plain text, for programs that got no feed. */
export function sentenceDocument(status: number, text: string): Rendering {
  const body = `${text.trim()}\n`
  return { ...dataDocument('text/plain; charset=utf-8', body, status === 200 ? PUBLIC : UNCACHED), status }
}
