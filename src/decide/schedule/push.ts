// What a subscriber does about a WebSub hub (W3C Recommendation, 23 January 2018): when it asks, what it agrees to, what it
// believes, and what pushing saves in polling. Pure: clock and chance are parameters.
import { createHmac, timingSafeEqual } from 'node:crypto'
import { reasonSentence } from '../../language/reason.ts'
import { hash32 } from '../../language/words.ts'
import type { Subscription } from '../../model/stored.ts'
import type { Millis } from '../../model/units.ts'

const MINUTE: Millis = 60_000
const HOUR: Millis = 60 * MINUTE
const DAY: Millis = 24 * HOUR
/** Bounds of what a hub may promise, and what it is asked for. */
const SHORTEST_LEASE: Millis = 5 * MINUTE
export const LONGEST_LEASE: Millis = 10 * DAY
/** For hubs of older drafts, which confirm without saying for how long. */
const UNSTATED_LEASE: Millis = DAY
/** A feed that names another hub at each poll makes no more requests than this apart. */
const BETWEEN_ASKS: Millis = HOUR
const AFTER_DENIAL: Millis = 7 * DAY
/** A hub that has not pushed for so long may have stopped to. */
const PROOF_HOLDS: Millis = DAY
const LONGEST_TEXT = 4_096

// ── asking ──────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Where a feed says that it can be subscribed to. */
export interface NamedHub {
  hub: string
  topic: string
}

/** What only chance and the configuration can give to a subscription. */
export interface Fresh {
  id: string
  secret: string
  callback: string
}

/**
 * The subscription to keep after a whole document of a feed was read, or null when nothing changes. A feed that names no
 * hub any more is not renewed; another hub, topic or public address begins anew with a secret and a callback of its own.
 */
export function onNamed(
  before: Subscription | null,
  named: NamedHub | null,
  feed: number,
  fresh: (id?: string) => Fresh,
  now: Millis,
): Subscription | null {
  if (named === null) {
    return before === null || before.state === 'unnamed' ? null : { ...before, state: 'unnamed' }
  }
  const nextAsk = before?.asked === null || before === null ? now : Math.max(now, before.asked + BETWEEN_ASKS)
  const same = before?.hub === named.hub && before.topic === named.topic
  if (!before || !same || before.callback !== fresh(before.id).callback) {
    return {
      ...fresh(),
      feed,
      ...named,
      state: 'asked',
      asked: before?.asked ?? null,
      leaseEnd: null,
      nextAsk,
      attempts: 0,
      lastPush: null,
      ignored: 0,
      note: null,
    }
  }
  return before.state === 'unnamed' ? { ...before, state: 'asked', nextAsk } : null
}

/** The form that asks for it (section 5.1). */
export function subscribeForm({ callback, topic, secret }: Subscription): Readonly<Record<string, string>> {
  return {
    'hub.callback': callback,
    'hub.mode': 'subscribe',
    'hub.topic': topic,
    'hub.lease_seconds': String(LONGEST_LEASE / 1_000),
    'hub.secret': secret,
    // Wanted by hubs of the drafts before WebSub (PubSubHubbub 0.3); the others ignore it.
    'hub.verify': 'async',
  }
}

/**
 * The subscription while a request is under way: asked again an hour later, then two, up to a day, and at the latest when
 * half of what is left of the lease is over. `chance` is 0 to 1.
 */
export function onAsking(before: Subscription, now: Millis, chance: number): Subscription {
  const patience = Math.min(DAY, HOUR * 2 ** Math.min(before.attempts, 10))
  const left = before.leaseEnd === null ? 0 : before.leaseEnd - now
  const wait = left > 0 ? Math.min(patience, Math.max(MINUTE, left / 2)) : patience
  return { ...before, asked: now, attempts: before.attempts + 1, nextAsk: now + wait * (1 + chance / 10) }
}

/** The hub could not be asked, or said no: `reason` in words; `retryAt` where it named a time. */
export function onRefused(before: Subscription, reason: string, retryAt: Millis | null): Subscription {
  return { ...before, note: reason, nextAsk: Math.max(before.nextAsk, retryAt ?? 0) }
}

// ── what the hub asks ───────────────────────────────────────────────────────────────────────────────────────────────

export type Verdict =
  /** Echo the challenge: we did ask for this. */
  | { kind: 'confirmed'; challenge: string; after: Subscription }
  /** The hub will not serve us. */
  | { kind: 'denied'; reason: string; after: Subscription }
  /** Not what we asked for: `reason` for the log. */
  | { kind: 'refused'; status: 400 | 404; reason: string }

/**
 * What to answer to a hub that verifies our intent or denies (sections 5.2 and 5.3). Only `subscribe` for exactly the topic
 * we asked for is confirmed; nothing was ever unsubscribed, so that is refused.
 */
export function judgeIntent(query: URLSearchParams, subscription: Subscription, now: Millis, chance: number): Verdict {
  const names = ['hub.mode', 'hub.topic', 'hub.challenge', 'hub.lease_seconds', 'hub.reason']
  const twice = names.find(name => query.getAll(name).length > 1)
  if (twice !== undefined) return { kind: 'refused', status: 400, reason: `${twice} is given twice` }
  const mode = query.get('hub.mode')
  const topic = query.get('hub.topic')
  if (mode === null || topic === null) {
    return { kind: 'refused', status: 400, reason: 'hub.mode or hub.topic is missing' }
  }
  if (topic !== subscription.topic) {
    return { kind: 'refused', status: 404, reason: `the topic is ${line(topic)}, not ${line(subscription.topic)}` }
  }
  if (mode === 'denied') {
    const reason = line(query.get('hub.reason') ?? '') || 'no reason given'
    return {
      kind: 'denied',
      reason,
      after: {
        ...subscription,
        state: 'denied',
        leaseEnd: null,
        lastPush: null,
        note: `denied: ${reason}`,
        nextAsk: now + AFTER_DENIAL * (1 + chance / 10),
      },
    }
  }
  if (mode !== 'subscribe' || subscription.asked === null || subscription.state === 'unnamed') {
    return { kind: 'refused', status: 404, reason: `nothing like «${line(mode)}» was asked for` }
  }
  const challenge = query.get('hub.challenge') ?? ''
  if (challenge === '' || challenge.length > LONGEST_TEXT) {
    return { kind: 'refused', status: 400, reason: 'hub.challenge is missing or too long' }
  }
  const lease = leaseOf(query.get('hub.lease_seconds'))
  return {
    kind: 'confirmed',
    challenge,
    after: {
      ...subscription,
      state: 'active',
      leaseEnd: now + lease,
      // Between seven and nine tenths of the lease, so that those made together are not renewed together.
      nextAsk: now + lease * (0.7 + chance * 0.2),
      attempts: 0,
      note: null,
    },
  }
}

function leaseOf(seconds: string | null): Millis {
  if (seconds === null || !/^\d{1,15}$/.test(seconds)) return UNSTATED_LEASE
  return Math.min(LONGEST_LEASE, Math.max(SHORTEST_LEASE, Number(seconds) * 1_000))
}

// A hub's words in our log: one line, bounded, without control characters or text-direction tricks.
function line(text: string): string {
  const cut = text.length > 200 ? `${text.slice(0, 200)}…` : text
  return cut.replace(/[\u0000-\u0020\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]+/g, ' ').trim()
}

// ── what the hub sends ──────────────────────────────────────────────────────────────────────────────────────────────

const METHODS: ReadonlySet<string> = new Set(['sha1', 'sha256', 'sha384', 'sha512'])

/**
 * Whether a body was signed with the secret (section 7.1): `X-Hub-Signature: method=hex`. Some hubs send the stronger one
 * beside it, as `X-Hub-Signature-256`. What is not signed is not believed, for a secret was given.
 */
export function isSigned(headers: readonly (string | null)[], secret: string, body: Uint8Array): boolean {
  return headers.some(header => {
    const [, method = '', hex = ''] = /^\s*(sha\d{1,3})=([0-9a-f]{40,128})\s*$/i.exec(header ?? '') ?? []
    if (!METHODS.has(method.toLowerCase())) return false
    const expected = createHmac(method.toLowerCase(), secret).update(body).digest()
    const claimed = Buffer.from(hex, 'hex')
    return claimed.length === expected.length && timingSafeEqual(claimed, expected)
  })
}

// ── what pushing saves ──────────────────────────────────────────────────────────────────────────────────────────────

/** Whether the hub can be relied on: it has promised to send, and it has sent within a day. */
export function isProven(subscription: Subscription | null, now: Millis): boolean {
  if (subscription === null || subscription.state !== 'active') return false
  const { leaseEnd, lastPush } = subscription
  return leaseEnd !== null && leaseEnd > now && lastPush !== null && Math.abs(now - lastPush) <= PROOF_HOLDS
}

/** What pushing changes of a schedule. */
export interface Next {
  at: Millis
  interval: Millis
  reason: string
}

/**
 * The next poll of a feed that a hub pushes: as late as the configuration allows, for it only has to show that the hub left
 * nothing out. A fixed interval of the configuration stands. The learned interval is left as it was, for the day when the
 * hub falls silent.
 */
export function besidePush<T extends Next>(
  schedule: T,
  input: {
    now: Millis
    url: string
    every: Millis | null
    interval: Millis | null
    maxInterval: Millis
    subscription: Subscription | null
  },
): T {
  const { now, url, every, maxInterval, subscription } = input
  if (subscription === null || every !== null || !isProven(subscription, now)) return schedule
  const at = Math.round(now + maxInterval * (1 + (hash32(url) / 2 ** 32) * 0.1))
  if (at <= schedule.at) return schedule
  const hub = URL.canParse(subscription.hub) ? new URL(subscription.hub).host : subscription.hub
  return {
    ...schedule,
    at,
    interval: input.interval ?? schedule.interval,
    reason: reasonSentence({ repeats: true, span: maxInterval, because: [{ kind: 'pushed', hub }] }),
  }
}
