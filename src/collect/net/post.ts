// Sends a form to a server (a WebSub hub), with the same guard, connections and bounds as for a feed.
import type { Failure } from '../../model/collected.ts'
import type { PollSettings } from '../../model/config.ts'
import type { Millis } from '../../model/units.ts'
import { askHop, type Clients } from './connection.ts'
import { answered, Fault } from './failure.ts'
import { checkUrl, sameService } from './guard.ts'
import { one, retryAfter, takeCredentials } from './headers.ts'
import { redirectTarget } from './redirect.ts'

export interface PostRequest {
  url: string
  /** Sent as application/x-www-form-urlencoded. */
  form: Readonly<Record<string, string>>
  /** Host and port of `url` may be private, also when a redirect leads back there. Nothing opens any other. */
  allowPrivate: boolean
  /** The clock `retryAt` is read against. */
  now: Millis
  /** Gives the request up, for example at shutdown. The result is then a failure of kind `timeout`. */
  signal?: AbortSignal
}

/** Any 2xx is an `accepted`; what the server writes beside it is not read. */
export type PostResult =
  | { kind: 'accepted'; status: number; ms: Millis }
  | { kind: 'failed'; failure: Failure; ms: Millis }

/**
 * One POST. A 307 or 308 is followed with the same form (W3C WebSub, section 5.1); 301 to 303 would turn it into a GET, so
 * they are failures. Throws a `Fault`, or the signal's reason.
 */
export async function send(
  clients: Clients,
  request: PostRequest,
  settings: PollSettings,
  signal: AbortSignal,
): Promise<{ kind: 'accepted'; status: number }> {
  const checked = checkUrl(request.url, request.allowPrivate, settings.exclude)
  if (!checked.ok) throw new Fault('address', checked.reason)
  let url = checked.value
  url.hash = ''
  const login = takeCredentials(url)
  const body = new URLSearchParams(request.form).toString()
  const mayBePrivate = (to: URL): boolean => request.allowPrivate && sameService(request.url, to)
  const hops: string[] = []
  for (;;) {
    hops.push(url.href)
    const headers: Record<string, string> = {
      'user-agent': settings.userAgent,
      'content-type': 'application/x-www-form-urlencoded',
    }
    if (login !== null && hops.length === 1) headers['authorization'] = login
    const response = await askHop(clients, mayBePrivate(url), hops, url, headers, signal, body)
    const { status, headers: said } = response
    try {
      if (status >= 200 && status < 300) return { kind: 'accepted', status }
      if (status !== 307 && status !== 308) {
        const retryAt = retryAfter(said, request.now)
        const kind = status === 429 || (status === 503 && retryAt !== null) ? 'throttled' : 'http'
        throw new Fault(kind, answered(url, status), status, retryAt)
      }
      url = redirectTarget(one(said, 'location'), status, hops, settings, {
        mayBePrivate,
        veiled: response.isPrivate,
      })
    } finally {
      await response.discard()
    }
  }
}
