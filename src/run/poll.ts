// One poll, start to finish: fetch, decode, parse, decide, store, and when to come back. Reads aloud as the pipeline.

import { quotable } from '../collect/feed/parse.ts'
import type { ParserPool } from '../collect/feed/pool.ts'
import type { Fetcher } from '../collect/net/fetch.ts'
import { keepsSecrets, sameService } from '../collect/net/guard.ts'
import { askedAddress, keptAddress, redactorOf, targetOf, withoutSecrets } from '../config/secrets.ts'
import { identify } from '../decide/identify.ts'
import { isPlaceholderTitle } from '../decide/placeholder.ts'
import { asksWhole } from '../decide/schedule/habit.ts'
import { heirOf } from '../decide/schedule/move.ts'
import { isDue } from '../decide/schedule/next.ts'
import { type Answer, habitOf, type PollPlan } from '../decide/schedule/plan.ts'
import type { NamedHub } from '../decide/schedule/push.ts'
import type { WireNames } from '../decide/wire/read.ts'
import type { MissingReport } from '../decide/withdrawn.ts'
import type { Desk, FiledPoll, FilingContext } from '../desk/desk.ts'
import { type SentenceEncoder, textToEncode } from '../encode/encoder.ts'
import type { Log } from '../log.ts'
import type { Failure, FetchResult, ParsedFeed, Validators } from '../model/collected.ts'
import type { Agency, FeedSpec, PollSettings } from '../model/config.ts'
import type { PollOutcome } from '../model/decided.ts'
import type { FeedState } from '../model/stored.ts'
import type { Millis, Outcome } from '../model/units.ts'
import { storeTrouble } from '../store/sqlite.ts'
import type { Store } from '../store/store.ts'

/** A feed as configured, with its agency. */
export interface NamedFeed {
  agency: Agency
  spec: FeedSpec
}

export interface PollDeps {
  store: Store
  /** Asks each host at its pace: the poller sees to it. */
  fetcher: Fetcher
  desk: Desk
  names: WireNames
  settings: PollSettings
  /** Feeds of the configuration by address. */
  feeds: ReadonlyMap<string, NamedFeed>
  now: () => Millis
  /** Parses in threads that can be given up. */
  parse: ParserPool['parse']
  log: Log
  signal?: AbortSignal
  /** Gives texts vectors, where the user has a program for that. */
  encoder?: SentenceEncoder | null
  /** Told where each whole document says that its feed can be subscribed to; null where it does not. */
  onHub?: (feed: FeedState, hub: NamedHub | null) => Promise<void>
}

/** Feeds of a configuration by address. */
export function feedsByUrl(agencies: readonly Agency[]): Map<string, NamedFeed> {
  return new Map(agencies.flatMap(agency => agency.feeds.map(spec => [spec.url, { agency, spec }] as const)))
}

/** Feeds to be polled now, most overdue first; also those that a clock that was set has put off for longer than can be. */
export function dueFeeds({ store, feeds, settings, now }: Pick<PollDeps, 'store' | 'feeds' | 'settings' | 'now'>) {
  const { minInterval, maxInterval } = settings
  let shortest = Math.max(minInterval, maxInterval)
  for (const { spec } of feeds.values()) if (spec.every !== null && spec.every < shortest) shortest = spec.every
  const at = now()
  return store.due(at, at + shortest).filter(feed => {
    const spec = feeds.get(feed.url)?.spec
    const rules = { now: at, every: spec?.every ?? null, scheduled: spec?.schedule != null, minInterval, maxInterval }
    return isDue({ ...feed, retired: feed.state === 'retired' }, rules)
  })
}

/** What a poll may take at most, with all its timeouts: the feed, where it went, the pages asked after; parsing and filing. */
export function longestPoll({ totalTimeout, hostDelay }: PollSettings): Millis {
  return (2 + ASKED_AFTER) * totalTimeout + ASKED_AFTER * hostDelay + PARSED_AND_FILED
}

const PARSED_AND_FILED: Millis = 5 * 60_000

/** Poll one feed and store what came of it. The outcome of a bad feed is a value; only a broken store throws. */
export async function pollFeed(feed: FeedState, deps: PollDeps): Promise<PollOutcome | null> {
  const named = deps.feeds.get(feed.url)
  // Taken out of the configuration since it was chosen.
  if (!named) return null
  const visit: Visit = { feed, named, at: deps.now(), started: performance.now() }
  try {
    return await visitFeed(deps, visit)
  } catch (error) {
    if (deps.signal?.aborted || storeTrouble(error) !== null) throw error
    // A bug of ours on this document. Recorded, or the feed would stay due and be fetched at every tick.
    deps.log.error('a document could not be filed', {
      url: feed.url,
      error: error instanceof Error ? (error.stack ?? error.message) : String(error),
    })
    const message = 'a fault in Minwal kept it from being filed: the log says more; please report it'
    return settle(deps, visit, failedWith({ kind: 'document', message, status: null, retryAt: null }))
  }
}

async function visitFeed(deps: PollDeps, visit: Visit): Promise<PollOutcome | null> {
  const { feed, at } = visit
  const habit = habitOf(feed)
  // A server may answer 304 for ever; once a day, and where it was found to lie, a feed is read whole.
  const whole = asksWhole(habit, at)
  const got = await ask(deps, visit, feed.address, whole ? NOTHING_KNOWN : feed.validators)
  // A poll cut short by our own shutdown says nothing about the feed.
  if (deps.signal?.aborted) return null
  if (got.kind === 'failed') {
    const followed = await follow(deps, visit, got.failure)
    if (deps.signal?.aborted) return null
    return followed ?? settle(deps, visit, failedWith(got.failure))
  }
  if (got.kind === 'unchanged') return settle(deps, visit, unchangedBy(got, null))
  // Some servers answer 200 with the same bytes for ever; those cost no filing.
  if (got.hash === feed.bodyHash && feed.failures === 0) return settle(deps, visit, unchangedBy(got, got.validators))
  const parsed = await read(deps, visit, got)
  if (!parsed.ok) {
    const { status } = got
    return settle(deps, visit, failedWith({ kind: 'document', message: parsed.reason, status, retryAt: null }))
  }
  return fileAnswer(deps, visit, got, parsed.value, null)
}

type Body = Extract<FetchResult, { kind: 'body' }>

const failedWith = (failure: Failure) => ({ kind: 'failed' as const, failure })

/** `validators` are those of a whole document that was the one before; null where the server said "not modified". */
function unchangedBy(
  { maxAge, retryAt, movedTo }: Exclude<FetchResult, { kind: 'failed' }>,
  validators: Validators | null,
): Extract<Answer, { kind: 'unchanged' }> {
  return { kind: 'unchanged', maxAge, retryAt, movedTo, validators, whole: validators !== null }
}

const NOTHING_KNOWN: Validators = { etag: null, lastModified: null }

/** Ask an address of the feed. What the configuration says in confidence is for the configured host. */
async function ask(
  deps: PollDeps,
  { named, at }: Visit,
  kept: string | null,
  validators: Validators,
): Promise<FetchResult> {
  const { spec } = named
  const target = targetOf(spec)
  const address = kept === null ? target : askedAddress(kept, spec)
  const trusted = address === target || (URL.canParse(address) && keepsSecrets(new URL(target), new URL(address)))
  const got = await deps.fetcher.get({
    url: address,
    validators,
    headers: trusted ? spec.headers : {},
    allowPrivate: mayBePrivate(deps.settings, spec, address),
    now: at,
    ...(deps.signal ? { signal: deps.signal } : {}),
  })
  return withoutSecretsOf(spec, got)
}

/** What an answer says, without what the request said in confidence: it goes into messages, the log and the database. */
function withoutSecretsOf(spec: FeedSpec, got: FetchResult): FetchResult {
  if ((spec.secrets ?? []).length === 0) return got
  const { text } = redactorOf(spec)
  if (got.kind === 'failed') return { ...got, failure: { ...got.failure, message: text(got.failure.message) } }
  const movedTo = got.movedTo === null ? null : keptAddress(got.movedTo, spec)
  if (got.kind === 'unchanged') return { ...got, movedTo }
  const unsaid = (value: string | null): string | null => (value === null || text(value) === value ? value : null)
  const { etag, lastModified } = got.validators
  return { ...got, movedTo, validators: { etag: unsaid(etag), lastModified: unsaid(lastModified) } }
}

/**
 * Whether an address may be private that is asked for a feed's sake: the host and port that the configuration names for this
 * feed, and nothing that the feed itself names.
 */
export function mayBePrivate(settings: PollSettings, spec: FeedSpec, url: string): boolean {
  return (spec.allowPrivate || settings.allowPrivate) && sameService(targetOf(spec), url)
}

async function read(deps: PollDeps, { named }: Visit, got: Body): Promise<Outcome<ParsedFeed>> {
  const { body, gap, contentType, url } = got
  const { spec } = named
  const { maxEntries } = deps.settings
  const { language } = spec
  const parsed = await deps.parse(body, contentType, { url, contentType, gap, maxEntries, language, now: deps.now() })
  if (parsed.ok) return { ok: true, value: withoutSecrets(parsed.value, spec) }
  return { ok: false, reason: redactorOf(spec).text(quotable(got, parsed.reason)) }
}

/** The feed where it went before its address died; null where it is not to be looked for there, or not found. */
async function follow(deps: PollDeps, visit: Visit, failure: Failure): Promise<PollOutcome | null> {
  const { feed, at } = visit
  const to = feed.address === null ? heirOf(feed.move, { failure, failures: feed.failures + 1, now: at }) : null
  if (to === null) return null
  const got = await ask(deps, visit, to, NOTHING_KNOWN)
  if (got.kind !== 'body' || deps.signal?.aborted) return null
  const parsed = await read(deps, visit, got)
  if (!parsed.ok || deps.signal?.aborted || !(await isKnownFeed(deps, visit, parsed.value))) return null
  return fileAnswer(deps, visit, got, parsed.value, to)
}

/** Whether a document not yet filed is the feed we know: by its title, or by entries that are on file. */
async function isKnownFeed(deps: PollDeps, visit: Visit, parsed: ParsedFeed): Promise<boolean> {
  const { feed } = visit
  if (parsed.title !== null && parsed.title === feed.title) return true
  const context = contextOf(deps, visit, parsed.language)
  const guids = parsed.entries.slice(0, 50).flatMap((entry, at) => {
    const made = identify(entry, entry.text, at, context)
    return made.ok ? [made.value.guid] : []
  })
  return deps.desk.knowsAny(feed.id, guids)
}

/** File what was fetched. `heir` is the address it was found at when the feed's own is dead. */
async function fileAnswer(
  deps: PollDeps,
  visit: Visit,
  got: Body,
  parsed: ParsedFeed,
  heir: string | null,
): Promise<PollOutcome> {
  const { title, language, ttl, skip, warnings } = parsed
  const { validators, hash, maxAge, retryAt, movedTo } = got
  const { outcome, missing } = await fileDocument(deps, visit, parsed, {
    kind: 'document',
    title,
    language,
    validators,
    hash,
    maxAge,
    retryAt,
    ttl,
    skip,
    movedTo,
    heir,
    warnings,
  })
  const hub = got.hub ?? parsed.hub
  const topic = got.self ?? parsed.self
  // W3C WebSub, section 4: without both there is nothing to subscribe to.
  await deps.onHub?.(visit.feed, hub === null || topic === null ? null : { hub, topic })
  announce(deps, outcome, 'polled')
  for (const report of missing) await askAfter(deps, visit, report)
  return outcome
}

/** Pages of missing reports that one poll asks at most. */
const ASKED_AFTER = 2

/**
 * A report that an agency took out of its feed may have been withdrawn: its page says so, once, with 410. Anything else it
 * says is no news of ours. The fetcher waits for the host's turn.
 */
async function askAfter(deps: PollDeps, { feed, named, at }: Visit, { id, url }: MissingReport): Promise<void> {
  // In an address with `${`, a secret was taken out: without it, it is another page.
  if (url.includes('${')) return
  if (deps.signal?.aborted) return
  const got = await deps.fetcher.get({
    url,
    validators: { etag: null, lastModified: null },
    headers: {},
    allowPrivate: mayBePrivate(deps.settings, named.spec, url),
    now: at,
    ...(deps.signal ? { signal: deps.signal } : {}),
  })
  if (got.kind !== 'failed' || got.failure.kind !== 'gone') return
  await deps.desk.withdraw(id, { now: at, names: deps.names })
  deps.log.info('withdrawn', { url, feed: feed.url, reason: 'it left its feed, and its page says that it is gone' })
}

/** File what a hub pushed exactly as a poll files what it fetched. `subscription` is the one it came by. */
export async function filePush(
  deps: PollDeps,
  pushed: { feed: FeedState; named: NamedFeed; at: Millis; started: number; parsed: ParsedFeed },
  subscription: string,
): Promise<PollOutcome> {
  const { parsed } = pushed
  const { warnings } = parsed
  const { outcome } = await fileDocument(deps, pushed, parsed, { kind: 'pushed', subscription, warnings })
  return announce(deps, outcome, 'pushed')
}

/** One visit as the desk takes it. */
function planOf({ settings }: PollDeps, { feed, named, at, started }: Visit, answer: Answer): PollPlan {
  const { minInterval, maxInterval, websub } = settings
  const { every, schedule = null } = named.spec
  const rules = { every, schedule, minInterval, maxInterval, websub }
  return { feed, at, ms: performance.now() - started, rules, answer }
}

interface Visit {
  feed: FeedState
  named: NamedFeed
  at: Millis
  started: number
}

/** Under which circumstances a feed's entries are filed. */
function contextOf(
  deps: PollDeps,
  { feed, named, at }: Pick<Visit, 'feed' | 'named' | 'at'>,
  language: string | null,
): FilingContext {
  return {
    feed: feed.id,
    feedKey: feed.url,
    agency: named.agency.id,
    language: named.spec.language ?? language,
    identity: named.spec.identity,
    names: deps.names,
    now: at,
  }
}

/** File what was kept back under an embargo that has ended. */
export async function releaseEmbargoes(deps: PollDeps): Promise<void> {
  const at = deps.now()
  for (const feed of deps.store.releasable(at)) {
    const named = deps.feeds.get(feed.url)
    if (!named) continue
    if (deps.signal?.aborted) return
    const { entries, unreadable } = await deps.desk.release(
      contextOf(deps, { feed, named, at }, feed.language),
      deps.signal,
    )
    deps.log.info('embargo ended', { url: feed.url, entries })
    if (unreadable > 0) {
      const reason = 'sealed with another key: they come back with the next poll if the feed still has them'
      deps.log.warn('entries kept back could not be read', { url: feed.url, entries: unreadable, reason })
    }
  }
}

async function fileDocument(deps: PollDeps, visit: Visit, parsed: ParsedFeed, answer: Answer): Promise<FiledPoll> {
  const vectors = await deps.encoder?.encode(
    parsed.entries.map(entry => textToEncode(isPlaceholderTitle(entry.title) ? '' : entry.title, entry.text)),
  )
  const entries = parsed.entries.map((entry, n) => ({ entry, text: entry.text, vector: vectors?.[n] ?? null }))
  const context = contextOf(deps, visit, parsed.language)
  const filed = await deps.desk.fileDocument(deps.desk.read(entries, context), planOf(deps, visit, answer), context)
  announceMove(deps, visit, filed.moved)
  return filed
}

/** Record a poll that brought no document to file. */
async function settle(
  deps: PollDeps,
  visit: Visit,
  answer: Extract<Answer, { kind: 'unchanged' | 'failed' }>,
): Promise<PollOutcome> {
  const { outcome, moved } = await deps.desk.recordPoll(planOf(deps, visit, answer))
  announceMove(deps, visit, moved)
  return announce(deps, outcome, 'polled')
}

function announceMove({ log }: PollDeps, { feed }: Visit, to: string | null): void {
  if (to === null) return
  log.warn('the feed has moved for good: change its address in the configuration', { url: feed.url, to })
}

/** One log line a poll, with what changed. */
function announce(deps: PollDeps, outcome: PollOutcome, done: 'polled' | 'pushed'): PollOutcome {
  const { url, counts, failure, reason } = outcome
  const ms = Math.round(outcome.ms)
  if (failure) deps.log.warn('poll failed', { url, reason: failure.message, next: reason, ms })
  else if (outcome.status === 'unchanged') deps.log.debug('nothing new', { url, next: reason, ms })
  else {
    const { entries, rejected, revision, copy } = counts
    const level = counts.new + copy + revision + rejected > 0 ? 'info' : 'debug'
    deps.log[level](done, { url, entries, new: counts.new, copy, revision, rejected, next: reason, ms })
  }
  for (const warning of outcome.warnings) deps.log.warn('feed repaired', { url, warning })
  return outcome
}
