// What the built-in WebSub hub (W3C Recommendation, 23 January 2018) agrees to with those who subscribe to our feeds. Pure.
import { createHmac } from 'node:crypto'
import type { Subscriber } from '../../model/stored.ts'
import type { Millis, Outcome } from '../../model/units.ts'

const MINUTE: Millis = 60_000
const DAY: Millis = 24 * 60 * MINUTE
/** Bounds of a lease, and what is given to who asks for none. */
const SHORTEST_LEASE: Millis = 5 * MINUTE
const LONGEST_LEASE: Millis = 10 * DAY
const USUAL_LEASE: Millis = 7 * DAY
/** Longest wait after a delivery that failed. */
const LONGEST_WAIT: Millis = 60 * MINUTE
const LONGEST_ADDRESS = 2_048
/** Bytes; section 5.1 says less than 200. */
const LONGEST_SECRET = 199

/** Most subscriptions, those of one callback host, and the feeds that they are to. */
const MOST_SUBSCRIBERS = 1_000
const MOST_OF_HOST = 100
const MOST_TOPICS = 200

/** What is asked of the hub. */
export interface HubAsked {
  mode: 'subscribe' | 'unsubscribe'
  callback: string
  topic: string
  secret: string | null
  lease: Millis
}

const NAMES = ['hub.mode', 'hub.callback', 'hub.topic', 'hub.secret', 'hub.lease_seconds']

/** Read a request for the hub (section 5.1). The reason of a refusal is a sentence. */
export function readHubForm(form: URLSearchParams): Outcome<HubAsked> {
  const refuse = (reason: string): { ok: false; reason: string } => ({ ok: false, reason })
  const twice = NAMES.find(name => form.getAll(name).length > 1)
  if (twice !== undefined) return refuse(`${twice} is given twice.`)
  const mode = form.get('hub.mode')
  if (mode !== 'subscribe' && mode !== 'unsubscribe') return refuse('hub.mode must be subscribe or unsubscribe.')
  const callback = form.get('hub.callback') ?? ''
  const fault = callbackFault(callback)
  if (fault !== null) return refuse(`hub.callback ${fault}.`)
  const topic = form.get('hub.topic') ?? ''
  if (topic === '' || topic.length > LONGEST_ADDRESS) return refuse('hub.topic must be the address of a feed.')
  const secret = form.get('hub.secret')
  if (secret !== null && Buffer.byteLength(secret) > LONGEST_SECRET) {
    return refuse(`hub.secret must be less than ${LONGEST_SECRET + 1} bytes long.`)
  }
  const seconds = form.get('hub.lease_seconds')
  if (seconds !== null && seconds !== '' && !/^\d{1,15}$/.test(seconds)) {
    return refuse('hub.lease_seconds must be a whole number of seconds.')
  }
  return { ok: true, value: { mode, callback, topic, secret: secret || null, lease: leaseOf(seconds) } }
}

function callbackFault(callback: string): string | null {
  if (callback.length > LONGEST_ADDRESS) return `must have at most ${LONGEST_ADDRESS} characters`
  const url = URL.parse(callback)
  if (url === null || !/^https?:$/.test(url.protocol)) return 'must be an http or https address'
  if (url.username !== '' || url.password !== '') return 'must have no login'
  return url.hash === '' ? null : 'must have no fragment'
}

function leaseOf(seconds: string | null): Millis {
  if (!seconds) return USUAL_LEASE
  return Math.min(LONGEST_LEASE, Math.max(SHORTEST_LEASE, Number(seconds) * 1_000))
}

/** The address at which a callback is asked whether it wants this (section 5.3): its own query stays as it is. */
export function verificationOf({ mode, callback, topic, lease }: HubAsked, challenge: string): string {
  return withQuery(callback, {
    'hub.mode': mode,
    'hub.topic': topic,
    'hub.challenge': challenge,
    ...(mode === 'subscribe' ? { 'hub.lease_seconds': String(Math.round(lease / 1_000)) } : {}),
  })
}

/** The address at which a callback is told that it gets no more (section 5.2). */
export function denialOf(callback: string, topic: string, reason: string): string {
  return withQuery(callback, { 'hub.mode': 'denied', 'hub.topic': topic, 'hub.reason': reason })
}

function withQuery(callback: string, query: Readonly<Record<string, string>>): string {
  return `${callback}${callback.includes('?') ? '&' : '?'}${new URLSearchParams(query).toString()}`
}

/** `X-Hub-Signature` of what is sent (section 7.1). */
export function signatureOf(secret: string, body: string): string {
  return `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`
}

/**
 * When a delivery that failed is tried again: a minute later, then two, up to an hour; not before the subscriber wants it
 * (`retryAt`), but within the hour.
 */
export function nextDelivery(failures: number, retryAt: Millis | null, now: Millis): Millis {
  const wait = Math.min(LONGEST_WAIT, MINUTE * 2 ** Math.min(Math.max(0, failures - 1), 10))
  return Math.min(Math.max(now + wait, retryAt ?? 0), now + LONGEST_WAIT)
}

/** Events of the last minute, by what they are counted under: nothing is done more than so often for anyone. */
export interface Pace {
  /** False where `key`, or all together, had their share of the minute before `now`. Counts it where true. */
  allows(key: string, now: Millis): boolean
}

export function createPace(most: number, mostOfOne: number): Pace {
  let recent: { key: string; at: Millis }[] = []
  return {
    allows: (key, now) => {
      recent = recent.filter(({ at }) => Math.abs(now - at) < MINUTE)
      if (recent.length >= most || recent.filter(one => one.key === key).length >= mostOfOne) return false
      recent.push({ key, at: now })
      return true
    },
  }
}

/** Why there may be no further subscriber like this, in a sentence; null where there may. */
export function boundsFault(
  subscribers: readonly Pick<Subscriber, 'callback' | 'topic'>[],
  topic: string,
  host: string,
): string | null {
  if (subscribers.length >= MOST_SUBSCRIBERS) return 'This hub has as many subscribers as it takes.'
  const ofHost = subscribers.filter(({ callback }) => new URL(callback).hostname === host).length
  if (ofHost >= MOST_OF_HOST) return 'This host has as many subscriptions as one may have.'
  const topics = new Set(subscribers.map(one => one.topic))
  return !topics.has(topic) && topics.size >= MOST_TOPICS ? 'This hub sends as many feeds as it can.' : null
}
