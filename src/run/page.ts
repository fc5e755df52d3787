// Fetches the page of a report. What its server answers is a value, an error status too: it may say what became of the report.
import type { Fetcher } from '../collect/net/fetch.ts'
import type { Failure } from '../model/collected.ts'
import type { Millis } from '../model/units.ts'
import { NOTHING_KNOWN } from './ask.ts'

export type FetchedPage =
  | { kind: 'page'; bytes: Uint8Array; finalUrl: string; status: number; contentType: string | null }
  /** Nothing that could be judged came. */
  | { kind: 'failed'; failure: Failure }

const ACCEPT = 'text/html, application/xhtml+xml;q=0.9, */*;q=0.5'
const NOTHING = new Uint8Array(0)

/** Ask for a page once. */
export async function fetchPage(
  fetcher: Pick<Fetcher, 'get'>,
  asked: { url: string; allowPrivate: boolean; now: Millis; signal?: AbortSignal },
): Promise<FetchedPage> {
  const got = await fetcher.get({ ...asked, validators: NOTHING_KNOWN, headers: { accept: ACCEPT } })
  if (got.kind === 'body') {
    const { body, gap, url: finalUrl, status, contentType } = got
    return { kind: 'page', bytes: gap === null ? body : body.subarray(0, gap.at), finalUrl, status, contentType }
  }
  if (got.kind === 'unchanged')
    return { kind: 'page', bytes: NOTHING, finalUrl: asked.url, status: 304, contentType: null }
  const { failure } = got
  if (failure.status === null || failure.status < 400) return { kind: 'failed', failure }
  return { kind: 'page', bytes: NOTHING, finalUrl: asked.url, status: failure.status, contentType: null }
}
