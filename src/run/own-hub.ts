// The built-in WebSub hub of our own feeds (W3C Recommendation, 23 January 2018). Who subscribes is asked whether it wants that; what
// it gets is signed. Calls go out a few at a time, and nobody waits for them.
import { randomBytes } from 'node:crypto'
import { type Caller, type CallResult, createCaller } from '../collect/net/callback.ts'
import { checkUrl } from '../collect/net/guard.ts'
import {
  boundsFault,
  createPace,
  denialOf,
  type HubAsked,
  nextDelivery,
  readHubForm,
  signatureOf,
  verificationOf,
} from '../decide/schedule/subscribers.ts'
import type { DeskClient } from '../desk/client.ts'
import type { Log } from '../log.ts'
import type { Config, PollSettings } from '../model/config.ts'
import type { HubFigures } from '../model/shown.ts'
import type { Subscriber, SubscriberChange } from '../model/stored.ts'
import type { Millis } from '../model/units.ts'
import { HUB_PATH } from '../publish/addresses.ts'
import { basePath } from '../publish/wording.ts'
import type { StoreReader } from '../store/store.ts'
import { isPublic, plain, readBounded } from './hub.ts'

export interface Publishing {
  config: Config
  desk: Pick<DeskClient, 'changeSubscribers' | 'trouble'>
  reader: Pick<StoreReader, 'version' | 'subscribers'>
  /** The site's answer to a request. */
  answer: (request: Request) => Response | Promise<Response>
  now: () => Millis
  log: Log
  signal: AbortSignal
}

export interface OwnHub {
  /** The answer to a request for the hub; null for any other address, and where there is no built-in hub. */
  answer(request: Request): Promise<Response> | null
  /** Send what was published since to who has not got it. Calls while one is under way share it. Only a broken store rejects. */
  push(): Promise<void>
  figures(): HubFigures | null
  /** Cut calls under way. */
  close(): Promise<void>
}

/** Requests of a minute that are looked into: so many callbacks are called for strangers at most. */
const MOST_ASKED = 60
const MOST_ASKED_OF_HOST = 6
/** Callbacks called at once, and those that wait for their turn to be asked. */
const AT_ONCE = 8
const MOST_WAITING = 100
const LONGEST_FORM = 16_384
/** Between two deliveries of news: as long as who polls may keep a feed. */
const LEAST_WAIT: Millis = 60_000
/** Time that the subscribers of one host take of a round; the others of them are sent to in the next. */
const HOST_TIME: Millis = 60_000

const GONE = 410

/** A feed as it is sent. */
interface Document {
  type: string
  body: string
  digest: string
  /** Names hub and topic. */
  link: string
}

type Topic = { document: Document } | { gone: string } | { later: true }

/** `publishing` is asked anew each time, so that a reloaded configuration holds at once. */
export function createOwnHub(publishing: () => Publishing, makeCaller = createCaller): OwnHub {
  return new Hub(publishing, makeCaller)
}

class Hub implements OwnHub {
  readonly #publishing: () => Publishing
  readonly #makeCaller: (poll: PollSettings) => Caller
  readonly #pace = createPace(MOST_ASKED, MOST_ASKED_OF_HOST)
  /** What is being verified, by what it says. */
  readonly #verifying = new Set<string>()
  readonly #waiting: (() => void)[] = []
  readonly #counts: HubFigures = { subscribers: 0, delivered: 0, failed: 0, ended: 0, confirmed: 0, unconfirmed: 0 }
  #calling = 0
  #caller: { poll: PollSettings; caller: Caller } | null = null
  #pushing: Promise<void> | null = null
  /** The state that was delivered, and when the next may be. */
  #told: number | null = null
  #notBefore: Millis = 0

  constructor(publishing: () => Publishing, makeCaller: (poll: PollSettings) => Caller) {
    this.#publishing = publishing
    this.#makeCaller = makeCaller
  }

  figures(): HubFigures | null {
    return this.#isOpen() ? this.#counts : null
  }

  async close(): Promise<void> {
    await this.#caller?.caller.close()
    this.#caller = null
    await this.#pushing?.catch(() => {
      // Whoever pushed is told.
    })
  }

  #isOpen(): boolean {
    return this.#publishing().config.publish.hub === true
  }

  /** Callbacks are private only where this site is. */
  get #allowPrivate(): boolean {
    const { poll, link } = this.#publishing().config
    return poll.allowPrivate && !isPublic(link)
  }

  // ── being asked ───────────────────────────────────────────────────────────────────────────────────────────────────

  answer(request: Request): Promise<Response> | null {
    const { pathname } = new URL(request.url)
    const { link } = this.#publishing().config
    if ((pathname !== HUB_PATH && pathname !== basePath(link) + HUB_PATH) || !this.#isOpen()) return null
    return this.#respond(request)
  }

  async #respond(request: Request): Promise<Response> {
    const { desk, reader, config, now } = this.#publishing()
    if (request.method !== 'POST') {
      return plain(405, 'This is a WebSub hub: it takes POST.\n', { allow: 'POST' })
    }
    if (!/^application\/x-www-form-urlencoded\s*(?:;|$)/i.test(request.headers.get('content-type') ?? '')) {
      return plain(415, 'Send a form: application/x-www-form-urlencoded.\n')
    }
    if (desk.trouble !== null) return plain(503, 'Nothing can be stored at present.\n', { 'retry-after': '300' })
    const body = await readBounded(request, LONGEST_FORM)
    if (body === null) return plain(413, 'The form is too large.\n')
    const read = readHubForm(new URLSearchParams(Buffer.from(body).toString('utf8')))
    if (!read.ok) return plain(400, `${read.reason}\n`)
    const asked = read.value
    const checked = checkUrl(asked.callback, this.#allowPrivate, config.poll.exclude)
    if (!checked.ok) return plain(403, 'hub.callback leads to an address that is not called.\n')
    const host = checked.value.hostname
    if (!this.#pace.allows(host, now())) return plain(429, 'Too much is asked at once.\n', { 'retry-after': '60' })
    const subscribers = reader.subscribers()
    const known = subscribers.some(one => isOf(one, asked))
    if (asked.mode === 'subscribe') {
      const full = known ? null : boundsFault(subscribers, asked.topic, host)
      if (full !== null) return plain(503, `${full}\n`, { 'retry-after': '86400' })
      const refused = await this.#topicFault(asked.topic)
      if (refused !== null) return refused
    }
    // Nobody is called who would not be sent to.
    if (asked.mode === 'subscribe' || known) {
      if (this.#waiting.length >= MOST_WAITING) return plain(503, 'Ask again later.\n', { 'retry-after': '60' })
      void this.#verify(asked)
    }
    return plain(202, 'You will be asked.\n')
  }

  async #topicFault(topic: string): Promise<Response | null> {
    const found = await this.#topic(topic)
    if ('gone' in found)
      return plain(404, `hub.topic is not the address that a feed of this site gives itself: ${found.gone}.\n`)
    return 'later' in found ? plain(503, 'Ask again later.\n', { 'retry-after': '60' }) : null
  }

  /** Ask a callback whether it wants what was asked for (section 5.3). */
  async #verify(asked: HubAsked): Promise<void> {
    const { desk, now, log, signal } = this.#publishing()
    const { mode, callback, topic, secret, lease } = asked
    const name = JSON.stringify([mode, callback, topic, secret, lease])
    if (this.#verifying.has(name)) return
    this.#verifying.add(name)
    const told = { mode, topic, host: new URL(callback).host }
    try {
      const challenge = randomBytes(24).toString('base64url')
      const got = await this.#call({ url: verificationOf(asked, challenge) })
      if (signal.aborted) return
      if (got.kind === 'failed' || !isGood(got.status) || got.text !== challenge) {
        this.#counts.unconfirmed++
        log.info('a subscriber did not confirm', { ...told, reason: whyNot(got) })
        return
      }
      this.#counts.confirmed++
      if (mode === 'unsubscribe') await desk.changeSubscribers([{ kind: 'drop', callback, topic }])
      else {
        const found = await this.#topic(topic)
        // What it has is what it can read by now: what changes from now on is sent.
        const delivered = 'document' in found ? found.document.digest : ''
        const leaseEnd = now() + lease
        await desk.changeSubscribers([{ kind: 'keep', callback, topic, secret, leaseEnd, delivered }])
      }
      this.#count()
      log.info('a subscriber confirmed', told)
    } catch (error) {
      if (!signal.aborted) log.error('a subscription could not be kept', { ...told, error: String(error) })
    } finally {
      this.#verifying.delete(name)
    }
  }

  // ── sending ───────────────────────────────────────────────────────────────────────────────────────────────────────

  push(): Promise<void> {
    this.#pushing ??= this.#round().finally(() => {
      this.#pushing = null
    })
    return this.#pushing
  }

  #count(): Subscriber[] {
    const subscribers = this.#publishing().reader.subscribers()
    this.#counts.subscribers = subscribers.length
    return subscribers
  }

  async #round(): Promise<void> {
    const { desk, reader, now, log } = this.#publishing()
    // Without the file it could not be kept who has got what.
    if (!this.#isOpen() || desk.trouble !== null) return
    const at = now()
    const all = this.#count()
    const ended = all.filter(({ leaseEnd }) => leaseEnd <= at)
    if (ended.length > 0) {
      await desk.changeSubscribers(ended.map(drop))
      log.info('leases of subscribers have ended', { subscribers: ended.length })
      this.#count()
    }
    // Read before anything is sent: what is published meanwhile is sent the next time.
    const version = reader.version()
    const ready = all.filter(one => one.leaseEnd > at && (one.notBefore <= at || one.notBefore - at > LONGEST_REST))
    const isEarly = at < this.#notBefore && this.#notBefore - at <= LEAST_WAIT
    const isNews = version !== this.#told && !isEarly
    const chosen = isNews ? ready : ready.filter(({ failures }) => failures > 0)
    if (chosen.length === 0 && !isNews) return
    const spent = new Map<string, Millis>()
    const before = this.#sent
    let isWhole = true
    for (const [topic, subscribers] of Map.groupBy(chosen, one => one.topic)) {
      if (this.#publishing().signal.aborted) return
      isWhole = (await this.#send(topic, subscribers, spent)) && isWhole
    }
    if (!isNews) return
    if (isWhole) this.#told = version
    if (this.#sent > before) this.#notBefore = now() + LEAST_WAIT
  }

  get #sent(): number {
    const { delivered, failed, ended } = this.#counts
    return delivered + failed + ended
  }

  /** Send a feed to those who have it otherwise; false where some are left for the next round. */
  async #send(topic: string, subscribers: readonly Subscriber[], spent: Map<string, Millis>): Promise<boolean> {
    const { desk, log } = this.#publishing()
    const found = await this.#topic(topic)
    if ('later' in found) return false
    if ('gone' in found) {
      await desk.changeSubscribers(subscribers.map(drop))
      log.info('subscribers are told that a feed is gone', { topic, subscribers: subscribers.length })
      await Promise.all(subscribers.map(one => this.#call({ url: denialOf(one.callback, topic, found.gone) })))
      this.#count()
      return true
    }
    const { document } = found
    const behind = subscribers.filter(({ delivered }) => delivered !== document.digest)
    // What could not be sent has been taken back since.
    const current = subscribers.filter(({ delivered, failures }) => delivered === document.digest && failures > 0)
    await desk.changeSubscribers(current.map(({ id, delivered }) => ({ kind: 'delivered', id, delivered })))
    const byHost = Map.groupBy(behind, ({ callback }) => new URL(callback).host)
    const whole = await Promise.all([...byHost].map(([host, those]) => this.#sendToHost(host, those, document, spent)))
    this.#count()
    return whole.every(Boolean)
  }

  /** One after the other; where the host cannot be reached, the others of it are not tried. */
  async #sendToHost(
    host: string,
    subscribers: readonly Subscriber[],
    document: Document,
    spent: Map<string, Millis>,
  ): Promise<boolean> {
    const { desk, now, log, signal } = this.#publishing()
    const changes: SubscriberChange[] = []
    let unreached: CallResult | null = null
    let isWhole = true
    for (const one of subscribers) {
      if ((spent.get(host) ?? 0) > HOST_TIME) isWhole = false
      else {
        const got: CallResult = unreached ?? (await this.#deliver(one, document))
        if (signal.aborted) return false
        if (unreached === null) spent.set(host, (spent.get(host) ?? 0) + got.ms)
        if (got.kind === 'failed') unreached = got
        const change = this.#outcome(one, got, document, now())
        changes.push(change)
        if (change.kind === 'failed' && one.failures === 0) {
          log.warn('a subscriber could not be sent to', { host, topic: one.topic, reason: whyNot(got) })
        }
      }
    }
    await desk.changeSubscribers(changes)
    return isWhole
  }

  #deliver({ callback, secret }: Subscriber, { type, body, link }: Document): Promise<CallResult> {
    const headers = { link, ...(secret === null ? {} : { 'x-hub-signature': signatureOf(secret, body) }) }
    return this.#call({ url: callback, headers, body: { type, text: body } })
  }

  #outcome(one: Subscriber, got: CallResult, { digest }: Document, now: Millis): SubscriberChange {
    if (got.kind === 'answered' && isGood(got.status)) {
      this.#counts.delivered++
      return { kind: 'delivered', id: one.id, delivered: digest }
    }
    // Section 7: a subscriber that wants no more says so with 410.
    if (got.kind === 'answered' && got.status === GONE) {
      this.#counts.ended++
      return drop(one)
    }
    this.#counts.failed++
    const failures = one.failures + 1
    const retryAt = got.kind === 'answered' ? got.retryAt : null
    return { kind: 'failed', id: one.id, failures, notBefore: nextDelivery(failures, retryAt, now) }
  }

  // ── what both need ────────────────────────────────────────────────────────────────────────────────────────────────

  /** The feed that gives itself this address. */
  async #topic(topic: string): Promise<Topic> {
    const { config, answer } = this.#publishing()
    const link = config.link.replace(/(?<!\/)\/+$/, '')
    if (!topic.startsWith(`${link}/`)) return { gone: 'it is another site' }
    const address = `http://hub.invalid${topic.slice(link.length)}`
    if (!URL.canParse(address)) return { gone: 'it is no address' }
    const response = await answer(new Request(address))
    if (response.status >= 500) return { later: true }
    const links = response.headers.get('link') ?? ''
    const self = /<([^<>]*)>; rel="self"/.exec(links)?.[1]
    if (response.status !== 200 || self !== topic) {
      return { gone: self === undefined ? 'there is no feed' : `the feed calls itself ${self}` }
    }
    const digest = response.headers.get('etag') ?? ''
    const type = response.headers.get('content-type') ?? 'application/octet-stream'
    return { document: { type, body: await response.text(), digest, link: links } }
  }

  async #call(request: {
    url: string
    headers?: Record<string, string>
    body?: { type: string; text: string }
  }): Promise<CallResult> {
    if (this.#calling >= AT_ONCE) await new Promise<void>(resolve => this.#waiting.push(resolve))
    else this.#calling++
    const { now, signal } = this.#publishing()
    try {
      return await this.#theCaller().call({ ...request, allowPrivate: this.#allowPrivate, now: now(), signal })
    } finally {
      const next = this.#waiting.shift()
      if (next) next()
      else this.#calling--
    }
  }

  /** Settings of polls may have been changed. */
  #theCaller(): Caller {
    const { poll } = this.#publishing().config
    if (this.#caller === null || this.#caller.poll !== poll) {
      const before = this.#caller
      this.#caller = { poll, caller: this.#makeCaller(poll) }
      void before?.caller.close()
    }
    return this.#caller.caller
  }
}

/** Longest that anyone is let rest; a longer one was written by another clock. */
const LONGEST_REST: Millis = 2 * 3_600_000

const isGood = (status: number): boolean => status >= 200 && status < 300

const drop = ({ callback, topic }: Subscriber): SubscriberChange => ({ kind: 'drop', callback, topic })

const isOf = (one: Subscriber, { callback, topic }: HubAsked): boolean =>
  one.callback === callback && one.topic === topic

function whyNot(got: CallResult): string {
  if (got.kind === 'failed') return got.failure.message
  return isGood(got.status) ? 'it did not repeat the challenge' : `it answered ${got.status}`
}
