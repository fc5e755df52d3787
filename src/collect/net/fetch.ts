// Makes one conditional GET, with its redirects, and returns a value whatever happens on the network.
import { performance } from 'node:perf_hooks'
import { setImmediate as turn } from 'node:timers/promises'
import type { Failure, FetchResult, Validators } from '../../model/collected.ts'
import type { PollSettings } from '../../model/config.ts'
import type { Millis } from '../../model/units.ts'
import { LONGEST_LINE, MOST_LINES } from '../robot.ts'
import { codingOf, codings, unpack, unpackWhileRead } from './coding.ts'
import { askHop, type ClientOptions, type Clients, openClient, type Reply } from './connection.ts'
import { Cookies } from './cookies.ts'
import { bodyTooLarge, Fault, seconds, statusFault } from './failure.ts'
import { createFileReader } from './file.ts'
import { checkUrl, keepsSecrets, sameService } from './guard.ts'
import { bodyHash } from './hash.ts'
import {
  conditional,
  configured,
  freshness,
  lines,
  linkTo,
  one,
  retryAfter,
  takeCredentials,
  validator,
} from './headers.ts'
import { Oversize } from './oversize.ts'
import { type PostRequest, type PostResult, send } from './post.ts'
import { REDIRECTS, redirectTarget } from './redirect.ts'

export interface FetchRequest {
  /** The feed that is asked, by the address it is known by; left out for anything else. */
  feed?: string
  /** May carry `user:password@`: sent as Basic Authorization to that origin, shown nowhere. */
  url: string
  /** As kept from the last good answer; sent back unchanged. */
  validators: Validators
  /** Configured headers: sent to the origin of `url`, and not to another one it redirects to. */
  headers: Readonly<Record<string, string>>
  /** Host and port of `url` may be private, also when a redirect leads back there. Nothing opens any other. */
  allowPrivate: boolean
  /** The clock `retryAt` and `Expires` are read against. */
  now: Millis
  /** Gives the request up, for example at shutdown. The result is then a failure of kind `timeout`. */
  signal?: AbortSignal
  /** Told when a server begins to answer, with the address that was asked: that of the request, or of a redirect. */
  onHead?: (url: string) => void
}

export interface Fetcher {
  /** One GET with its redirects. Never rejects because of what a server does. */
  get(request: FetchRequest): Promise<FetchResult>
  /** One POST of a form. Never rejects because of what a server does. */
  post(request: PostRequest): Promise<PostResult>
  /** Cut running requests (they end as failures) and close idle connections. */
  close(): Promise<void>
}

export type FetcherOptions = ClientOptions

const ACCEPT =
  'application/atom+xml, application/rss+xml, application/rdf+xml, application/feed+json, ' +
  'application/xml;q=0.9, text/xml;q=0.9, application/json;q=0.8, */*;q=0.5'

/** `FetchResult` before the clock is stopped. */
type Answer = FetchResult extends infer R ? (R extends { kind: 'failed' } ? never : Omit<R, 'ms'>) : never

async function answer(
  clients: Clients,
  request: FetchRequest,
  settings: PollSettings,
  signal: AbortSignal,
): Promise<Answer> {
  const checked = checkUrl(request.url, request.allowPrivate, settings.exclude)
  if (!checked.ok) throw new Fault('address', checked.reason)
  let url = checked.value
  url.hash = ''
  const login = takeCredentials(url)
  let secrets: Record<string, string> = {
    ...(login === null ? {} : { authorization: login }),
    ...configured(request.headers),
  }
  // An ETag belongs to where it came from, which is the end of the redirects; every hop gets it, as browsers do.
  const known = conditional(request.validators)
  const cookies = new Cookies(url)
  const mayBePrivate = (to: URL): boolean => request.allowPrivate && sameService(request.url, to)
  const hops: string[] = []
  let permanent = true
  for (;;) {
    hops.push(url.href)
    const cookie = cookies.send(url, secrets['cookie'])
    const headers = {
      'user-agent': settings.userAgent,
      accept: ACCEPT,
      ...secrets,
      ...(cookie === null ? {} : { cookie }),
      ...known,
      'accept-encoding': 'gzip, deflate, br, zstd',
    }
    // The first hop goes to the address that was asked for.
    const opened = hops.length === 1 ? request.allowPrivate : mayBePrivate(url)
    const response = await askHop(clients, opened, hops, url, headers, signal)
    request.onHead?.(url.href)
    const { status, headers: said } = response
    try {
      // A gate that sends us on with a cookie may lead back to where we began: that is no move.
      const movedTo = permanent && url.href !== hops[0] ? url.href : null
      if (status === 200 || status === 203) return await accept(response, url, movedTo, request, settings, signal)
      if (status === 304 && Object.keys(known).length > 0) {
        const [maxAge, retryAt] = [freshness(said, request.now), retryAfter(said, request.now)]
        return { kind: 'unchanged', status, movedTo, maxAge, retryAt }
      }
      permanent &&= status === 301 || status === 308
      if (!REDIRECTS.has(status)) throw statusFault(status, url, retryAfter(said, request.now))
      cookies.keep(said, url, request.now)
      const from = url
      const next = redirectTarget(one(said, 'location'), status, hops, settings, {
        mayBePrivate,
        veiled: response.isPrivate,
        isNews: to => cookies.isNews(to, keepsSecrets(from, to) ? secrets['cookie'] : undefined),
        wantsCookie: cookies.offered,
      })
      // Dropped for good: an origin that bounces us back must not choose what our secrets are used for.
      if (!keepsSecrets(url, next)) secrets = {}
      url = next
    } catch (error) {
      throw response.isPrivate ? veil(error) : error
    } finally {
      await response.discard()
    }
    // A connection is taken back one turn of the loop after its last answer; without it the next hop makes a new one.
    await turn()
  }
}

async function accept(
  response: Reply,
  url: URL,
  movedTo: string | null,
  request: FetchRequest,
  settings: PollSettings,
  signal: AbortSignal,
): Promise<Answer> {
  const { status, headers } = response
  const applied = codings(headers)
  const oversize = new Oversize(
    applied.length > 0 || settings.maxBodyBytes <= settings.maxWireBytes ? 'poll.maxBodyBytes' : 'poll.maxWireBytes',
    settings,
    () => performance.now(),
  )
  const coding = applied.length === 1 ? codingOf(applied[0]) : null
  if (coding !== null) oversize.unpack = kept => unpackWhileRead(coding, kept, settings, signal, oversize)
  const wire = await response.read(applied.length > 0, oversize)
  const body = oversize.unpacked ? wire : await unpack(applied, wire, settings, signal, oversize)
  if (body.length > settings.maxBodyBytes) throw bodyTooLarge(settings)
  if (body.length === 0) throw new Fault('document', 'the server answered with an empty document', status)
  return {
    kind: 'body',
    status,
    url: url.href,
    movedTo,
    // Exactly its bytes, in memory of its own: a view would take the whole buffer along to a parser thread.
    body: body.length === body.buffer.byteLength ? body : new Uint8Array(body),
    gap: oversize.gap,
    hash: await bodyHash(body),
    isPrivate: response.isPrivate,
    contentType: one(headers, 'content-type')?.slice(0, 1024) ?? null,
    contentLanguage: one(headers, 'content-language')?.slice(0, 200) ?? null,
    robotsTag: lines(headers, 'x-robots-tag', { most: MOST_LINES, longest: LONGEST_LINE }),
    validators: { etag: validator(headers, 'etag'), lastModified: validator(headers, 'last-modified') },
    hub: linkTo(headers, 'hub', url),
    self: linkTo(headers, 'self', url),
    maxAge: freshness(headers, request.now),
    retryAt: retryAfter(headers, request.now),
    wireBytes: oversize.received,
  }
}

/** Messages about a private service's answer quote nothing of it, not even the name of its encoding. */
function veil(error: unknown): unknown {
  if (!(error instanceof Fault) || error.failure.kind !== 'encoding') return error
  const message = error.failure.message.replace(/^(body has an encoding nobody asked for):.*/, '$1')
  return new Fault('encoding', message, error.failure.status)
}

/** What is to be stopped with each signal: an event target looks through all its listeners for each that is added. */
const stopped = new WeakMap<AbortSignal, Set<() => void>>()

function whenAborted(signal: AbortSignal, stop: () => void): () => void {
  let stops = stopped.get(signal)
  if (stops === undefined) {
    const all = new Set<() => void>()
    const stopAll = (): void => {
      for (const one of all) one()
    }
    signal.addEventListener('abort', stopAll, { once: true })
    stopped.set(signal, all)
    stops = all
  }
  stops.add(stop)
  return () => void stops.delete(stop)
}

/** One request with its deadline, its cancellation and its clock. `late` is told where it misses the deadline. */
export async function visit<T>(
  request: { signal?: AbortSignal },
  settings: PollSettings,
  work: (signal: AbortSignal) => Promise<T>,
  late = `the poll took longer than ${seconds(settings.totalTimeout)} (poll.totalTimeout)`,
): Promise<(T & { ms: Millis }) | { kind: 'failed'; failure: Failure; ms: Millis }> {
  const start = performance.now()
  const ms = (): number => Math.round(performance.now() - start)
  const control = new AbortController()
  const stop = (): void => control.abort(new Fault('timeout', 'stopped by Minwal before the server had answered'))
  const deadline = setTimeout(() => control.abort(new Fault('timeout', late)), settings.totalTimeout)
  const forget = request.signal && whenAborted(request.signal, stop)
  if (request.signal?.aborted) stop()
  try {
    control.signal.throwIfAborted()
    return { ...(await work(control.signal)), ms: ms() }
  } catch (error) {
    if (error instanceof Fault) return { kind: 'failed', failure: error.failure, ms: ms() }
    throw error
  } finally {
    clearTimeout(deadline)
    forget?.()
  }
}

/**
 * A fetcher with its own connections (HTTP/1.1), kept alive for seconds and never keeping the process alive.
 * Two pools, because a connection made with private addresses allowed must not serve a feed without that right.
 */
export function createFetcher(settings: PollSettings, options: FetcherOptions = {}): Fetcher {
  const guarded = openClient(false, settings, options)
  const trusted = openClient(true, settings, options)
  const files = createFileReader(settings)
  const clients: Clients = { guarded, trusted }
  return {
    get: request =>
      request.url.startsWith('file:')
        ? files.read(request)
        : visit(request, settings, signal => answer(clients, request, settings, signal)),
    post: request => visit(request, settings, signal => send(clients, request, settings, signal)),
    close: async () => {
      files.close()
      await Promise.all([guarded.close(), trusted.close()])
    },
  }
}
