// What goes wrong under /api is told as RFC 9457 has it; elsewhere in a sentence of plain text.
import type { Rendering } from './delivery.ts'
import { dataDocument, sentenceDocument, UNCACHED } from './documents.ts'

/** Scripts of any site may read what the API answers. */
export const OPEN_HEADERS: Readonly<Record<string, string>> = {
  'Content-Security-Policy': "default-src 'none'",
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Expose-Headers': 'ETag, Link, Retry-After',
}

const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  404: 'Not Found',
  405: 'Method Not Allowed',
  410: 'Gone',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
}

/** `more` are members beside those that every problem has, like the parameter that is at fault. */
export function problemDocument(
  status: number,
  detail: string,
  more: Readonly<Record<string, string | number>> = {},
): Rendering {
  const problem = { type: 'about:blank', title: TITLES[status] ?? 'Error', status, detail, ...more }
  const document = dataDocument('application/problem+json', `${JSON.stringify(problem)}\n`, UNCACHED)
  return { ...document, status, headers: OPEN_HEADERS }
}

/** What a script of another site may send. */
function preflightDocument(): Rendering {
  const headers = {
    ...OPEN_HEADERS,
    'Access-Control-Allow-Methods': 'GET, HEAD',
    'Access-Control-Allow-Headers': '*',
    'Access-Control-Max-Age': '86400',
  }
  return { ...dataDocument('text/plain; charset=utf-8', '', UNCACHED), headers }
}

export const isOfApi = (pathname: string): boolean => pathname === '/api' || pathname.startsWith('/api/')

/** Why a request for `pathname` is not answered with what it asked for. */
export function refusalDocument(pathname: string, status: number, text: string): Rendering {
  return isOfApi(pathname) ? problemDocument(status, text) : sentenceDocument(status, text)
}

/** The answer to a request that is no GET or HEAD: nothing can be changed. */
export function methodDocument({ method, url, headers }: Request): Rendering {
  const { pathname } = new URL(url)
  // Browsers ask before a script of another site sends a header of its own.
  const asks = headers.has('origin') && headers.has('access-control-request-method')
  if (method === 'OPTIONS' && asks && isOfApi(pathname)) return preflightDocument()
  const refusal = refusalDocument(pathname, 405, `${method} is not possible here: nothing can be changed over HTTP.`)
  return { ...refusal, headers: { ...refusal.headers, Allow: 'GET, HEAD' } }
}
