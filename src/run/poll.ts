// One poll, start to finish: fetch, open the document in a reader, have the desk file it or record that there was nothing.
import { quotable } from '../collect/feed/quotable.ts'
import type { Fetcher } from '../collect/net/fetch.ts'
import { redactorOf } from '../config/secrets.ts'
import { asksWhole } from '../decide/schedule/habit.ts'
import { successorAddress } from '../decide/schedule/move.ts'
import { isDue } from '../decide/schedule/next.ts'
import { type Answer, habitOf, type PollPlan } from '../decide/schedule/plan.ts'
import type { NamedHub } from '../decide/schedule/push.ts'
import type { MissingReport } from '../decide/withdrawn.ts'
import type { DeskClient } from '../desk/client.ts'
import { type DeskContext, isDeskStopped, type PollResult } from '../desk/messages.ts'
import type { Log } from '../log.ts'
import type { Failure, FetchResult, Validators } from '../model/collected.ts'
import type { Agency, FeedSpec, PollSettings } from '../model/config.ts'
import type { PollOutcome } from '../model/decided.ts'
import type { FeedState } from '../model/stored.ts'
import type { Millis, Outcome } from '../model/units.ts'
import { storeTrouble } from '../store/fault.ts'
import type { StoreReader } from '../store/store.ts'
import { askFeed, askPage, NOTHING_KNOWN } from './ask.ts'
import type { Backlog, Load } from './backlog.ts'
import type { Encoding } from './encoding.ts'
import { givenUp, type OpenDocument, type Readers } from './readers.ts'
import { nextTime } from './ticker.ts'

export { mayBePrivate } from './ask.ts'

/** A feed as configured, with its agency. */
export interface NamedFeed {
  agency: Agency
  spec: FeedSpec
}

/** Is told how long things took. */
export interface Meter {
  /** A feed is polled so long after it was due. */
  late(ms: Millis): void
  /** A feed answered, with a body of so many bytes. */
  fetched(ms: Millis, bytes: number): void
  parsed(ms: Millis): void
  filed(ms: Millis): void
  ended(outcome: PollOutcome, done: 'polled' | 'pushed'): void
}

/** With what feeds are polled. */
export interface Polling {
  settings: PollSettings
  /** Feeds of the configuration by address. */
  feeds: ReadonlyMap<string, NamedFeed>
  /** Asks each host at its pace: the poller sees to it. */
  fetcher: Fetcher
  readers: Readers
  /** Gives stories their vectors once they are filed; null where the user has no encoder. */
  encoding: Encoding | null
  desk: DeskClient
  reader: StoreReader
  backlog: Backlog
  now: () => Millis
  log: Log
  signal: AbortSignal
  /** Left out where nothing is measured. */
  meter?: Meter
  /** Whether a poll failed for want of a network; left out where nobody knows, it never did. */
  isOurFault?: (url: string, failure: Failure) => Promise<boolean>
  /** Told where each whole document says that its feed can be subscribed to; null where it does not. */
  onHub?: (feed: FeedState, hub: NamedHub | null) => Promise<void>
}

/** One visit to a feed, by a poll or a push. */
export interface Visit {
  feed: FeedState
  named: NamedFeed
  at: Millis
  /** By `performance.now()`. */
  started: number
}

/** Feeds of a configuration by address. */
export function feedsByUrl(agencies: readonly Agency[]): Map<string, NamedFeed> {
  return new Map(agencies.flatMap(agency => agency.feeds.map(spec => [spec.url, { agency, spec }] as const)))
}

/** Feeds to be polled now, most overdue first; also those that a clock that was set has put off for longer than can be. */
export function dueFeeds(
  reader: Pick<StoreReader, 'due'>,
  feeds: ReadonlyMap<string, NamedFeed>,
  { minInterval, maxInterval }: PollSettings,
  now: Millis,
): FeedState[] {
  let shortest = Math.max(minInterval, maxInterval)
  for (const { spec } of feeds.values()) if (spec.every !== null && spec.every < shortest) shortest = spec.every
  return reader.due(now, now + shortest).filter(feed => {
    const spec = feeds.get(feed.url)?.spec
    const rules = { now, every: spec?.every ?? null, scheduled: spec?.schedule != null, minInterval, maxInterval }
    return isDue({ ...feed, retired: feed.state === 'retired' }, rules)
  })
}

/** What a poll may take at most, with all its timeouts: the feed, where it went, the pages asked after; parsing and filing. */
export function longestPoll({ totalTimeout, hostDelay }: PollSettings): Millis {
  return (2 + ASKED_AFTER) * totalTimeout + ASKED_AFTER * hostDelay + PARSED_AND_FILED
}

/** Pages of missing reports that one poll asks at most. */
const ASKED_AFTER = 2
const PARSED_AND_FILED: Millis = 5 * 60_000

/** Whether an error only says that all stops: nothing is lost, and the feed stays due. */
export function isStopping({ signal }: Pick<Polling, 'signal'>, error: unknown): boolean {
  return isDeskStopped(error) || (signal.aborted && storeTrouble(error) !== null)
}

/** Poll one feed and store what came of it. The outcome of a bad feed is a value; only a broken store throws. */
export async function pollFeed(feed: FeedState, polling: Polling): Promise<PollOutcome | null> {
  const named = polling.feeds.get(feed.url)
  // Taken out of the configuration since it was chosen.
  if (!named) return null
  const visit: Visit = { feed, named, at: polling.now(), started: performance.now() }
  const load = polling.backlog.begin()
  if (feed.lastPoll !== null) polling.meter?.late(visit.at - feed.nextPoll)
  try {
    return await visitFeed(polling, visit, load)
  } catch (error) {
    if (isStopping(polling, error) || storeTrouble(error) !== null) throw error
    const failure = { kind: 'document' as const, status: null, retryAt: null }
    const reason = givenUp(error)
    if (reason !== null) return recordWithoutDocument(polling, visit, failed({ ...failure, message: reason }))
    // A bug of ours on this document. Recorded, or the feed would stay due and be fetched at every tick.
    polling.log.error('a document could not be filed', {
      url: feed.url,
      error: error instanceof Error ? (error.stack ?? error.message) : String(error),
    })
    const message = 'a fault in Minwal kept it from being filed: the log says more; please report it'
    return recordWithoutDocument(polling, visit, failed({ ...failure, message }))
  } finally {
    load.end()
  }
}

async function visitFeed(polling: Polling, visit: Visit, load: Load): Promise<PollOutcome | null> {
  const { feed, at, named } = visit
  // A server may answer 304 for ever; once a day, and where it was found to lie, a feed is read whole.
  const whole = asksWhole(habitOf(feed), at)
  const validators = whole ? NOTHING_KNOWN : feed.validators
  const got = await askFeed(polling, named.spec, feed.address, { validators, now: at })
  const bytes = got.kind === 'body' ? got.body.byteLength : 0
  load.is(bytes)
  polling.meter?.fetched(got.ms, bytes)
  // A poll cut short by our own shutdown says nothing about the feed.
  if (polling.signal.aborted) return null
  if (got.kind === 'failed') {
    if (await polling.isOurFault?.(feed.url, got.failure)) return null
    const followed = await follow(polling, visit, got.failure, load)
    if (polling.signal.aborted) return null
    return followed ?? recordWithoutDocument(polling, visit, failed(got.failure))
  }
  if (got.kind === 'unchanged') return recordWithoutDocument(polling, visit, unchanged(got, null))
  // Some servers answer 200 with the same bytes for ever; those cost no filing.
  if (got.hash === feed.bodyHash && feed.failures === 0) {
    return recordWithoutDocument(polling, visit, unchanged(got, got.validators))
  }
  const opened = await open(polling, visit, got)
  if (polling.signal.aborted) return null
  if (!opened.ok) {
    const { status } = got
    const failure: Failure = { kind: 'document', message: opened.reason, status, retryAt: null }
    return recordWithoutDocument(polling, visit, failed(failure))
  }
  try {
    return await fileAnswer(polling, visit, got, opened.value, null)
  } finally {
    opened.value.close()
  }
}

type Body = Extract<FetchResult, { kind: 'body' }>

const failed = (failure: Failure) => ({ kind: 'failed' as const, failure })

/** `validators` are those of a whole document that was the one before; null where the server said "not modified". */
function unchanged(
  { maxAge, retryAt, movedTo }: Exclude<FetchResult, { kind: 'failed' }>,
  validators: Validators | null,
): Extract<Answer, { kind: 'unchanged' }> {
  return { kind: 'unchanged', maxAge, retryAt, movedTo, validators, whole: validators !== null }
}

/** The document in a reader, or why it is none. */
async function open(polling: Polling, visit: Visit, got: Body): Promise<Outcome<OpenDocument>> {
  const { body, gap, contentType, url } = got
  const { spec } = visit.named
  const { maxEntries } = polling.settings
  const { language } = spec
  const options = { url, contentType, gap, maxEntries, language, now: polling.now() }
  const context = { ...contextOf(visit), secrets: spec.secrets }
  const began = performance.now()
  const opened = await polling.readers.open({ bytes: body, contentType, options }, context)
  polling.meter?.parsed(performance.now() - began)
  return opened.ok ? opened : { ok: false, reason: redactorOf(spec).text(quotable(got, opened.reason)) }
}

/** The feed where it went before its address died; null where it is not to be looked for there, or not found. */
async function follow(polling: Polling, visit: Visit, failure: Failure, load: Load): Promise<PollOutcome | null> {
  const { feed, at, named } = visit
  const to =
    feed.address === null ? successorAddress(feed.move, { failure, failures: feed.failures + 1, now: at }) : null
  if (to === null) return null
  const got = await askFeed(polling, named.spec, to, { validators: NOTHING_KNOWN, now: at })
  if (got.kind !== 'body' || polling.signal.aborted) return null
  load.is(got.body.byteLength)
  const opened = await open(polling, visit, got)
  if (!opened.ok) return null
  try {
    if (polling.signal.aborted || !(await isKnownFeed(polling, feed, opened.value))) return null
    return await fileAnswer(polling, visit, got, opened.value, to)
  } finally {
    opened.value.close()
  }
}

/** Entries of a document by which a feed is known again. */
const LOOKED_AT = 50

/** Whether a document not yet filed is the feed we know: by its title, or by entries that are on file. */
async function isKnownFeed({ desk }: Polling, feed: FeedState, document: OpenDocument): Promise<boolean> {
  const { title } = document.feed
  if (title !== null && title === feed.title) return true
  const guids = await document.guids(LOOKED_AT)
  return guids.ok && (await desk.knowsAny(feed.id, guids.value))
}

/** File what was fetched. `heir` is the address it was found at when the feed's own is dead. */
async function fileAnswer(
  polling: Polling,
  visit: Visit,
  got: Body,
  document: OpenDocument,
  heir: string | null,
): Promise<PollOutcome> {
  const { title, language, ttl, skip, warnings } = document.feed
  const { validators, hash, maxAge, retryAt, movedTo } = got
  const told = { validators, hash, maxAge, retryAt, movedTo, heir }
  const { outcome, missing } = await fileDocument(polling, visit, document, {
    kind: 'document',
    title,
    language,
    ttl,
    skip,
    warnings,
    ...told,
  })
  const hub = got.hub ?? document.feed.hub
  const topic = got.self ?? document.feed.self
  // W3C WebSub, section 4: without both there is nothing to subscribe to.
  await polling.onHub?.(visit.feed, hub === null || topic === null ? null : { hub, topic })
  announce(polling, outcome, 'polled')
  for (const report of missing) await askAfter(polling, visit, report)
  return outcome
}

/**
 * A report that an agency took out of its feed may have been withdrawn: its page says so, once, with 410. Anything else it
 * says is no news of ours. The fetcher waits for the host's turn.
 */
async function askAfter(polling: Polling, { feed, named, at }: Visit, { id, url }: MissingReport): Promise<void> {
  // In an address with `${`, a secret was taken out: without it, it is another page.
  if (url.includes('${') || polling.signal.aborted) return
  const got = await askPage(polling, named.spec, url, at)
  if (got.kind !== 'failed' || got.failure.kind !== 'gone') return
  await polling.desk.withdraw(id, at)
  polling.log.info('withdrawn', { url, feed: feed.url, reason: 'it left its feed, and its page says that it is gone' })
}

/** One visit as the desk takes it. */
function planOf({ settings }: Polling, { feed, named, at, started }: Visit, answer: Answer): PollPlan {
  const { minInterval, maxInterval, websub } = settings
  const { every, schedule = null } = named.spec
  const planned = schedule === null ? null : nextTime(schedule, at)
  return {
    feed,
    at,
    ms: performance.now() - started,
    rules: { every, planned, minInterval, maxInterval, websub },
    answer,
  }
}

/** Under which circumstances a feed's entries are filed. */
function contextOf({ feed, named, at }: Pick<Visit, 'feed' | 'named' | 'at'>): DeskContext {
  return {
    feed: feed.id,
    feedKey: feed.url,
    agency: named.agency.id,
    language: named.spec.language,
    identity: named.spec.identity,
    now: at,
  }
}

/** File what was kept back under an embargo that has ended. */
export async function releaseEmbargoes({ reader, desk, feeds, log, signal, now }: Polling): Promise<void> {
  const at = now()
  for (const feed of reader.releasable(at)) {
    const named = feeds.get(feed.url)
    if (!named) continue
    if (signal.aborted) return
    const context = contextOf({ feed, named, at })
    const { entries, unreadable } = await desk.release({ ...context, language: context.language ?? feed.language })
    log.info('embargo ended', { url: feed.url, entries })
    if (unreadable > 0) {
      const reason = 'sealed with another key: they come back with the next poll if the feed still has them'
      log.warn('entries kept back could not be read', { url: feed.url, entries: unreadable, reason })
    }
  }
}

/** File a document as a poll fetched it, or a hub pushed it. */
export async function fileDocument(
  polling: Polling,
  visit: Visit,
  document: OpenDocument,
  answer: Answer,
): Promise<PollResult> {
  const context = contextOf(visit)
  const began = performance.now()
  const filed = await polling.desk.fileDocument(document.offer(), planOf(polling, visit, answer), {
    ...context,
    language: context.language ?? document.feed.language,
  })
  polling.meter?.filed(performance.now() - began)
  announceMove(polling, visit, filed.moved)
  const { counts } = filed.outcome
  if (counts.new + counts.copy + counts.revision > 0) polling.encoding?.wake()
  return filed
}

/** Record a poll that brought no document to file. */
async function recordWithoutDocument(
  polling: Polling,
  visit: Visit,
  answer: Extract<Answer, { kind: 'unchanged' | 'failed' }>,
): Promise<PollOutcome> {
  const { outcome, moved } = await polling.desk.recordPoll(planOf(polling, visit, answer))
  announceMove(polling, visit, moved)
  return announce(polling, outcome, 'polled')
}

function announceMove({ log }: Polling, { feed }: Visit, to: string | null): void {
  if (to === null) return
  log.warn('the feed has moved for good: change its address in the configuration', { url: feed.url, to })
}

/** One log line a poll, with what changed. */
export function announce(
  { log, meter }: Pick<Polling, 'log' | 'meter'>,
  outcome: PollOutcome,
  done: 'polled' | 'pushed',
): PollOutcome {
  meter?.ended(outcome, done)
  const { url, counts, failure, reason } = outcome
  const ms = Math.round(outcome.ms)
  if (failure) log.warn('poll failed', { url, reason: failure.message, next: reason, ms })
  else if (outcome.status === 'unchanged') log.debug('nothing new', { url, next: reason, ms })
  else {
    const { entries, rejected, revision, copy } = counts
    const level = counts.new + copy + revision + rejected > 0 ? 'info' : 'debug'
    log[level](done, { url, entries, new: counts.new, copy, revision, rejected, next: reason, ms })
  }
  for (const warning of outcome.warnings) log.warn('feed repaired', { url, warning })
  return outcome
}
