// The callback that hubs talk to (W3C WebSub), and the requests that keep subscriptions alive. The only part of
// Minwal reachable over HTTP that stores anything, and only for what was asked for and is signed.
import { createHash, randomBytes } from 'node:crypto'
import { checkUrl } from '../collect/net/guard.ts'
import { hiding } from '../config/secrets.ts'
import {
  type Fresh,
  isSigned,
  judgeIntent,
  type NamedHub,
  onAsking,
  onNamed,
  onRefused,
  subscribeForm,
} from '../decide/schedule/push.ts'
import type { Config } from '../model/config.ts'
import type { FeedState, Subscription } from '../model/stored.ts'
import { createAnnouncer } from './announce.ts'
import { mayBePrivate } from './ask.ts'
import type { Polling, Visit } from './poll.ts'
import { filePush } from './pushed.ts'

export interface Following extends Polling {
  /** Public address without a trailing slash. */
  link: string
  /** The hub elsewhere that pushes our own feeds. */
  hub?: string | null | undefined
  /** Takes what is secret of its address out of a text. */
  hide?: ((said: string) => string) | undefined
}

/** Of a configuration, what hubs are told. */
export function ownFeeds(config: Config): Pick<Following, 'link' | 'hub' | 'hide'> {
  const { link, publish } = config
  return { link, hub: publish.hub === true ? null : publish.hub, hide: said => hiding(config)(said) }
}

export interface WebSub {
  /** The answer to a request for a callback; null for any other address. */
  answer(request: Request): Promise<Response> | null
  /** A feed said where it can be subscribed to: kept, and asked for at the next `renew`. */
  onHub(feed: FeedState, named: NamedHub | null): Promise<void>
  /** Ask hubs for what is new or runs out, and tell the hub of our own feeds that they have changed. Calls while one is under way share it. Only a broken store rejects. */
  renew(): Promise<void>
}

const PATH = /\/websub\/([^/]*)$/
const ID = /^[A-Za-z0-9_-]{32}$/
/** Hubs asked at once; one at a time of each origin. */
const HUBS_AT_ONCE = 4
const REMEMBERED = 1_000

/** Names that the public network does not resolve (RFC 2606, 6761, 6762, 8375 and single labels). */
const LOCAL_NAME =
  /^[^.]+$|\.(?:local|localhost|internal|intranet|lan|home|corp|private|home\.arpa|test|invalid|example)$/

/** Whether others can reach an address, as far as its spelling tells. */
export function isPublic(address: string): boolean {
  const checked = checkUrl(address, false)
  if (!checked.ok) return false
  const host = checked.value.hostname.replace(/\.$/, '')
  return host.startsWith('[') || !LOCAL_NAME.test(host)
}

/**
 * Whether to subscribe at all: the hub must be able to reach `link`. With `poll.allowPrivate`, a private `link` will do for
 * a hub that is private itself.
 */
function reachable(following: Following, hub: string): boolean {
  if (!following.settings.websub) return false
  return isPublic(following.link) || (following.settings.allowPrivate && !isPublic(hub))
}

function freshFor(link: string, id = randomBytes(24).toString('base64url')): Fresh {
  return { id, secret: randomBytes(32).toString('hex'), callback: `${link}/websub/${id}` }
}

const LATER = 'Nothing can be stored at present. Send it again later.\n'

export const plain = (status: number, text: string, headers: Record<string, string> = {}): Response =>
  new Response(text, {
    status,
    headers: {
      'content-type': 'text/plain; charset=utf-8',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'",
      'cache-control': 'no-store',
      ...headers,
    },
  })

/** `following` is asked anew each time, so that a reloaded configuration holds at once. */
export function createWebSub(following: () => Following): WebSub {
  // A push that comes again word for word is acknowledged and not read again.
  const remembered = new Set<string>()
  let renewing: Promise<void> | null = null
  const announcer = createAnnouncer(following)

  const respond = async (id: string, request: Request): Promise<Response> => {
    const now = following()
    const subscription = ID.test(id) && now.settings.websub ? now.reader.subscriptionById(id) : null
    if (subscription === null) return plain(404, 'There is no such subscription.\n')
    // A hub sends again; what waits here would take memory.
    if (now.desk.trouble !== null || now.backlog.isFull) return plain(503, LATER, { 'retry-after': '300' })
    if (request.method === 'GET') return verify(now, subscription, request)
    if (request.method === 'POST') return receive(now, subscription, request, remembered)
    return plain(405, 'Hubs use GET and POST here.\n', { allow: 'GET, POST' })
  }

  const answer = (request: Request): Promise<Response> | null => {
    const id = PATH.exec(pathOf(request.url))?.[1]
    return id === undefined ? null : respond(id, request)
  }

  const onHub = async (feed: FeedState, named: NamedHub | null): Promise<void> => {
    const now = following()
    if (named !== null && !reachable(now, named.hub)) return
    const before = now.reader.subscription(feed.id)
    const after = onNamed(before, named, feed.id, id => freshFor(now.link, id), now.now())
    if (after !== null) await save(now, after)
  }

  const renew = (): Promise<void> => {
    renewing ??= Promise.all([renewDue(following), announcer.announce()])
      .then(() => {})
      .finally(() => {
        renewing = null
      })
    return renewing
  }

  return { answer, onHub, renew }
}

function save({ desk }: Following, subscription: Subscription): Promise<void> {
  return desk.saveSubscription(subscription)
}

function pathOf(url: string): string {
  return URL.canParse(url) ? new URL(url).pathname : ''
}

// ── asking ──────────────────────────────────────────────────────────────────────────────────────────────────────────

async function renewDue(following: () => Following): Promise<void> {
  const { reader, now, settings } = following()
  if (!settings.websub) return
  const byHub = Map.groupBy(reader.subscriptionsDue(now()), ({ hub }) => new URL(hub).origin)
  const waiting = [...byHub.values()]
  const lane = async (): Promise<void> => {
    for (let group = waiting.shift(); group; group = waiting.shift()) {
      for (const subscription of group) {
        if (following().signal.aborted) return
        await ask(following(), subscription)
      }
    }
  }
  await Promise.all(Array.from({ length: HUBS_AT_ONCE }, lane))
}

async function ask(following: Following, due: Subscription): Promise<void> {
  const { reader, log } = following
  const feed = reader.feed(due.feed)
  const named = feed === null ? undefined : following.feeds.get(feed.url)
  if (feed === null || named === undefined || !reachable(following, due.hub)) return
  // The public address may have changed since.
  const { callback } = freshFor(following.link, due.id)
  const asking = onAsking({ ...due, callback }, following.now(), Math.random())
  // Before the request: a hub may verify before it has answered.
  await save(following, asking)
  const got = await following.fetcher.post({
    url: asking.hub,
    form: subscribeForm(asking),
    // A hub that the feed names is no address of the configuration, unless it is the same host and port.
    allowPrivate: mayBePrivate(following.settings, named.spec, due.hub),
    now: following.now(),
    signal: following.signal,
  })
  // A request cut short by our own shutdown says nothing about the hub.
  if (following.signal.aborted) return
  const told = { url: feed.url, hub: asking.hub }
  if (got.kind === 'accepted') {
    log.debug('hub asked', told)
    return
  }
  log.warn('the hub could not be asked to push', { ...told, reason: got.failure.message })
  const latest = reader.subscriptionById(asking.id)
  if (latest !== null) await save(following, onRefused(latest, got.failure.message, got.failure.retryAt))
}

// ── answering ───────────────────────────────────────────────────────────────────────────────────────────────────────

/** The feed of a subscription, if it is still followed. */
function followed(following: Following, subscription: Subscription): Pick<Visit, 'feed' | 'named'> | null {
  const feed = following.reader.feed(subscription.feed)
  const named = feed === null ? undefined : following.feeds.get(feed.url)
  return feed === null || !named || named.spec.paused || feed.state === 'retired' ? null : { feed, named }
}

async function verify(following: Following, subscription: Subscription, request: Request): Promise<Response> {
  const { log, now } = following
  if (followed(following, subscription) === null) return plain(404, 'This feed is not followed any more.\n')
  const verdict = judgeIntent(new URL(request.url).searchParams, subscription, now(), Math.random())
  const { hub, topic } = subscription
  if (verdict.kind === 'refused') {
    log.warn('a hub was refused', { hub, topic, reason: verdict.reason })
    return plain(verdict.status, 'This was not asked for.\n')
  }
  await save(following, verdict.after)
  if (verdict.kind === 'denied') {
    log.warn('the hub denies the subscription', { hub, topic, reason: verdict.reason })
    return plain(200, 'Understood.\n')
  }
  const until = verdict.after.leaseEnd
  log.info('subscribed', { hub, topic, until: until === null ? null : new Date(until).toISOString() })
  return plain(200, verdict.challenge)
}

async function receive(
  following: Following,
  subscription: Subscription,
  request: Request,
  remembered: Set<string>,
): Promise<Response> {
  const { reader, log, settings } = following
  const { hub, topic } = subscription
  const at = following.now()
  const started = performance.now()
  const known = followed(following, subscription)
  // Section 7: a subscriber that wants no more says so with 410.
  if (known === null) return plain(410, 'This feed is not followed any more.\n')
  const { feed, named } = known
  const encoding = request.headers.get('content-encoding')
  if (encoding !== null && encoding.trim().toLowerCase() !== 'identity') {
    return plain(415, 'Send the document without a content encoding.\n', { 'accept-encoding': 'identity' })
  }
  const limit = Math.min(settings.maxBodyBytes, settings.maxWireBytes)
  const body = await readBounded(request, limit)
  if (body === null) {
    log.warn('push refused', { url: feed.url, hub, reason: `it is larger than ${limit} bytes` })
    return plain(413, 'The document is too large.\n')
  }
  if (following.signal.aborted) return plain(503, 'Minwal is stopping. Send it again later.\n')
  const acknowledged = plain(202, 'Received.\n')
  const signatures = [request.headers.get('x-hub-signature'), request.headers.get('x-hub-signature-256')]
  if (!isSigned(signatures, subscription.secret, body)) {
    // Section 7.1: acknowledged all the same, so that nobody learns by trying.
    const latest = reader.subscriptionById(subscription.id) ?? subscription
    const ignored = latest.ignored + 1
    await save(following, { ...latest, ignored })
    log.warn('push ignored', { url: feed.url, hub, reason: 'its signature is missing or wrong', ignored })
    return acknowledged
  }
  const seal = `${subscription.id} ${createHash('sha256').update(body).digest('base64url')}`
  if (remembered.has(seal)) {
    log.debug('push repeated', { url: feed.url, hub })
    return acknowledged
  }
  const filed = await filePush(
    following,
    { feed, named, at, started },
    {
      bytes: body,
      contentType: request.headers.get('content-type'),
      topic,
      subscription: subscription.id,
      isPrivate: !isPublic(hub),
    },
    () => {
      if (following.signal.aborted) return { refused: plain(503, 'Minwal is stopping. Send it again later.\n') }
      // A poll or another push may have changed both while the document was read.
      if (reader.subscriptionById(subscription.id) === null) {
        return { refused: plain(410, 'This subscription is over.\n') }
      }
      return { visit: { feed: reader.feed(feed.id) ?? feed, named, at, started } }
    },
  )
  if ('refused' in filed) return filed.refused
  if (!filed.ok) {
    if (following.signal.aborted) return plain(503, 'Minwal is stopping. Send it again later.\n')
    log.warn('push ignored', { url: feed.url, hub, reason: filed.reason })
    return acknowledged
  }
  if (remembered.size >= REMEMBERED) remembered.clear()
  remembered.add(seal)
  return acknowledged
}

/** The body, or null as soon as it is larger than the limit. */
export async function readBounded(request: Request, limit: number): Promise<Uint8Array | null> {
  const declared = Number(request.headers.get('content-length') ?? 0)
  if (declared > limit) return null
  const chunks: Uint8Array[] = []
  let length = 0
  if (request.body === null) return new Uint8Array()
  const reader: ReadableStreamDefaultReader<Uint8Array> = request.body.getReader()
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    length += read.value.byteLength
    if (length > limit) {
      await reader.cancel()
      return null
    }
    chunks.push(read.value)
  }
  return new Uint8Array(Buffer.concat(chunks))
}
