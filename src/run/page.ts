// Fetches the page of a report. What its server answers is a value, an error status too: it may say what became of the report.
import type { Fetcher } from '../collect/net/fetch.ts'
import { robotName } from '../collect/robot.ts'
import type { Failure, RobotQuestion } from '../model/collected.ts'
import type { Millis } from '../model/units.ts'
import { NOTHING_KNOWN } from './ask.ts'

export type FetchedPage =
  | {
      kind: 'page'
      bytes: Uint8Array
      finalUrl: string
      status: number
      contentType: string | null
      robotsTag: string[]
    }
  /** Nothing that could be judged came. */
  | { kind: 'failed'; failure: Failure }

const ACCEPT = 'text/html, application/xhtml+xml;q=0.9, */*;q=0.5'
const NO_PAGE = { kind: 'page' as const, bytes: new Uint8Array(0), contentType: null, robotsTag: [] }

/** By what a page that came with these lines of X-Robots-Tag is read for what it asks of robots. */
export const robotQuestion = (header: readonly string[] = [], userAgent: string, now: Millis): RobotQuestion => ({
  header,
  name: robotName(userAgent),
  now,
})

/** Ask for a page once. */
export async function fetchPage(
  fetcher: Pick<Fetcher, 'get'>,
  asked: { url: string; allowPrivate: boolean; now: Millis; signal?: AbortSignal },
): Promise<FetchedPage> {
  const got = await fetcher.get({ ...asked, validators: NOTHING_KNOWN, headers: { accept: ACCEPT } })
  if (got.kind === 'body') {
    const { body, gap, url: finalUrl, status, contentType, robotsTag = [] } = got
    const bytes = gap === null ? body : body.subarray(0, gap.at)
    return { kind: 'page', bytes, finalUrl, status, contentType, robotsTag }
  }
  if (got.kind === 'unchanged') return { ...NO_PAGE, finalUrl: asked.url, status: 304 }
  const { failure } = got
  if (failure.status === null || failure.status < 400) return { kind: 'failed', failure }
  return { ...NO_PAGE, finalUrl: asked.url, status: failure.status }
}
