// POSTs to a server with the same guard, connections and bounds as for a feed: a form to a WebSub hub, and whatever json.ts asks.
import type { Failure } from '../../model/collected.ts'
import type { PollSettings } from '../../model/config.ts'
import type { Millis } from '../../model/units.ts'
import { askHop, type Clients, type PostBody, type Reply } from './connection.ts'
import { answered, Fault } from './failure.ts'
import { checkUrl, keepsSecrets, sameService } from './guard.ts'
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

interface Post {
  url: string
  allowPrivate: boolean
  headers: Readonly<Record<string, string>>
  body: PostBody
}

/**
 * One POST. A 307 or 308 is followed with the same body (W3C WebSub, section 5.1); 301 to 303 would turn it into a GET, so they
 * are answers like any other. Throws a `Fault`, the signal's reason, or what `take` throws.
 */
export async function posted<T>(
  clients: Clients,
  { url: asked, allowPrivate, headers: given, body }: Post,
  settings: PollSettings,
  signal: AbortSignal,
  take: (reply: Reply, url: URL) => T | Promise<T>,
): Promise<T> {
  const checked = checkUrl(asked, allowPrivate, settings.exclude)
  if (!checked.ok) throw new Fault('address', checked.reason)
  let url = checked.value
  url.hash = ''
  const login = takeCredentials(url)
  let secrets: Readonly<Record<string, string>> = { ...(login === null ? {} : { authorization: login }), ...given }
  const mayBePrivate = (to: URL): boolean => allowPrivate && sameService(asked, to)
  const hops: string[] = []
  for (;;) {
    hops.push(url.href)
    const headers = { 'user-agent': settings.userAgent, 'content-type': body.type, ...secrets }
    const response = await askHop(clients, mayBePrivate(url), hops, url, headers, signal, body)
    const { status, headers: said } = response
    try {
      if (status !== 307 && status !== 308) return await take(response, url)
      const next = redirectTarget(one(said, 'location'), status, hops, settings, {
        mayBePrivate,
        veiled: response.isPrivate,
      })
      if (!keepsSecrets(url, next)) secrets = {}
      url = next
    } finally {
      await response.discard()
    }
  }
}

/** POST a form. Throws a `Fault`, or the signal's reason. */
export function send(
  clients: Clients,
  { form, now, ...request }: PostRequest,
  settings: PollSettings,
  signal: AbortSignal,
): Promise<{ kind: 'accepted'; status: number }> {
  const text = new URLSearchParams(form).toString()
  const body = { type: 'application/x-www-form-urlencoded', text, isRepeatable: false }
  return posted(clients, { ...request, headers: {}, body }, settings, signal, ({ status, headers }, url) => {
    if (status >= 200 && status < 300) return { kind: 'accepted' as const, status }
    const retryAt = retryAfter(headers, now)
    const kind = status === 429 || (status === 503 && retryAt !== null) ? 'throttled' : 'http'
    throw new Fault(kind, answered(url, status), status, retryAt)
  })
}
