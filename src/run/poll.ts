// One poll, start to finish: fetch, decode, parse, decide, store, and when to come back. Reads aloud as the pipeline.

import { quotable } from '../collect/feed/parse.ts'
import type { ParserPool } from '../collect/feed/pool.ts'
import type { Fetcher } from '../collect/net/fetch.ts'
import { keepsSecrets, sameService } from '../collect/net/guard.ts'
import { askedAddress, keptAddress, redactorOf, targetOf, withoutSecrets } from '../config/secrets.ts'
import { isPlaceholderTitle } from '../decide/placeholder.ts'
import { toReport } from '../decide/report.ts'
import { asksWhole, readHabit, writeHabit } from '../decide/schedule/habit.ts'
import { FAILURES_TO_RETURN, heirOf, observeMove } from '../decide/schedule/move.ts'
import {
  afterPush,
  type Gap,
  type Habit,
  isDue,
  nextPoll,
  type Schedule,
  type ScheduleInput,
  type Shown,
} from '../decide/schedule/next.ts'
import { besidePush, isProven, type NamedHub, type Next } from '../decide/schedule/push.ts'
import { silenceOf } from '../decide/schedule/silence.ts'
import type { WireNames } from '../decide/wire/read.ts'
import { type Desk, type FiledEntry, type FilingContext, noCounts } from '../desk/desk.ts'
import { type SentenceEncoder, textToEncode } from '../encode/encoder.ts'
import type { Log } from '../log.ts'
import type { Entry, Failure, FetchResult, ParsedFeed, Validators } from '../model/collected.ts'
import type { Agency, FeedSpec, PollSettings } from '../model/config.ts'
import type { PollCounts, PollOutcome } from '../model/decided.ts'
import type { FeedState } from '../model/stored.ts'
import type { Millis, Outcome } from '../model/units.ts'
import { storeTrouble } from '../store/sqlite.ts'
import type { Filing, PollUpdate, ReportMark, Store } from '../store/store.ts'

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
  /** The next time after a moment that a cron expression names. */
  nextTime: (schedule: string, after: Millis) => Millis | null
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
    return settle(deps, visit, { failure: { kind: 'document', message, status: null, retryAt: null } })
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
    return followed ?? settle(deps, visit, { failure: got.failure })
  }
  if (got.kind === 'unchanged') return settle(deps, visit, { ...got, whole: false })
  // Some servers answer 200 with the same bytes for ever; those cost no filing.
  if (got.hash === feed.bodyHash && feed.failures === 0) {
    return settle(deps, visit, { ...got, whole: true })
  }
  const parsed = await read(deps, visit, got)
  if (!parsed.ok) {
    const failure: Failure = { kind: 'document', message: parsed.reason, status: got.status, retryAt: null }
    return settle(deps, visit, { failure })
  }
  return fileAnswer(deps, visit, got, parsed.value, null)
}

type Body = Extract<FetchResult, { kind: 'body' }>

const NOTHING_KNOWN: Validators = { etag: null, lastModified: null }
/** Makes the next poll read the whole document, though it be the same: no hash is empty. */
const READ_AGAIN: Pick<PollUpdate, 'validators' | 'bodyHash'> = { validators: NOTHING_KNOWN, bodyHash: '' }

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
  return inTransaction(deps, filing =>
    parsed.entries.slice(0, 50).some(entry => {
      const made = toReport(entry, entry.text, context)
      return made.ok && filing.known(feed.id, made.report.guid) !== null
    }),
  )
}

/** One transaction when its turn has come. */
function inTransaction<T>({ desk, store }: PollDeps, work: (filing: Filing) => T): Promise<T> {
  return desk.storing.write(() => store.file(work))
}

/** File what was fetched. `heir` is the address it was found at when the feed's own is dead. */
async function fileAnswer(
  deps: PollDeps,
  visit: Visit,
  got: Body,
  parsed: ParsedFeed,
  heir: string | null,
): Promise<PollOutcome> {
  const { feed, at } = visit
  let missing: ReportMark[] = []
  const outcome = await fileDocument(deps, visit, parsed, (counts, filed, filing) => {
    missing = filing.vanished(feed.id, at, ASKED_AFTER)
    const shown = shownBy(parsed.entries, filed)
    const { ttl, skip } = parsed
    const schedule = nextPoll({
      ...given(deps, visit),
      outcome: { kind: 'filed', counts, maxAge: got.maxAge, retryAt: got.retryAt, ttl, skip, shown },
    })
    const beside = withPush(deps, visit, schedule, counts)
    return {
      schedule: beside,
      gap: schedule.gap,
      update: {
        title: parsed.title,
        language: parsed.language,
        // What could not be kept back is only found again where the same document is read again.
        ...(filed.some(({ kind, embargo }) => kind === 'rejected' && embargo !== undefined)
          ? { validators: NOTHING_KNOWN, bodyHash: '' }
          : { validators: got.validators, bodyHash: got.hash }),
        interval: beside.interval,
        failures: 0,
        retired: false,
        ...learnt(schedule.habit, at),
        ...(heir === null
          ? moveOf(deps, visit, got.movedTo, isSameFeed(feed, parsed, counts))
          : movedFor(deps, feed, heir)),
      },
    }
  })
  const hub = got.hub ?? parsed.hub
  const topic = got.self ?? parsed.self
  // W3C WebSub, section 4: without both there is nothing to subscribe to.
  await deps.onHub?.(feed, hub === null || topic === null ? null : { hub, topic })
  announce(deps, outcome, 'polled')
  for (const report of missing) await askAfter(deps, visit, report)
  return outcome
}

/** Most reports missing from one document that are asked after. */
const ASKED_AFTER = 2

/**
 * A report that an agency took out of its feed may have been withdrawn: its page says so, once, with 410. Anything else it
 * says is no news of ours. The fetcher waits for the host's turn.
 */
async function askAfter(deps: PollDeps, { feed, named, at }: Visit, { id, url }: ReportMark): Promise<void> {
  // In an address with `${`, a secret was taken out: without it, it is another page.
  if (url === null || url.includes('${')) return
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

/** File what a hub pushed exactly as a poll files what it fetched; when the feed is polled next, the caller knows. */
export async function filePush(
  deps: PollDeps,
  pushed: { feed: FeedState; named: NamedFeed; at: Millis; started: number; parsed: ParsedFeed },
  schedule: Next,
  record: () => void,
): Promise<PollOutcome> {
  const { feed } = pushed
  const outcome = await fileDocument(deps, pushed, pushed.parsed, (counts, filed) => {
    record()
    const habit = afterPush(habitOf(feed), pushed.at, { counts, shown: shownBy(pushed.parsed.entries, filed) })
    return {
      schedule,
      gap: null,
      // All that polling alone can know stays as polling found it.
      update: {
        title: null,
        language: null,
        validators: null,
        bodyHash: null,
        interval: feed.interval,
        failures: feed.failures,
        retired: false,
        ...learnt(habit, pushed.at),
        address: feed.address,
        move: feed.move,
      },
    }
  })
  return announce(deps, outcome, 'pushed')
}

/** The schedule of a feed beside its hub. What a poll found that no push had brought takes the hub's proof away. */
function withPush(deps: PollDeps, { feed, named, at }: Visit, schedule: Schedule, counts: PollCounts): Schedule {
  const subscription = deps.settings.websub ? deps.store.subscription(feed.id) : null
  if (subscription !== null && isProven(subscription, at) && counts.new + counts.copy > 0) {
    deps.store.saveSubscription({ ...subscription, lastPush: null })
    return schedule
  }
  return besidePush(schedule, {
    now: at,
    url: feed.url,
    every: named.spec.every,
    interval: feed.interval,
    maxInterval: deps.settings.maxInterval,
    subscription,
  })
}

/** What the scheduler is given of every poll. */
function given(deps: PollDeps, { feed, named, at }: Visit): Omit<ScheduleInput, 'outcome'> {
  const schedule = named.spec.schedule ?? null
  return {
    now: at,
    url: feed.url,
    every: named.spec.every,
    schedule: schedule === null ? null : after => deps.nextTime(schedule, after),
    minInterval: deps.settings.minInterval,
    maxInterval: deps.settings.maxInterval,
    interval: feed.interval,
    // Read again, for a push may have come meanwhile.
    habit: habitOf(deps.store.feed(feed.id) ?? feed),
  }
}

function habitOf(feed: FeedState): Habit | null {
  return feed.habit === null ? null : readHabit(feed.habit)
}

/** What is remembered of the feed, and what that lets us say. */
function learnt(habit: Habit | null, now: Millis): Pick<PollUpdate, 'habit' | 'notes'> {
  if (habit === null) return { habit: null, notes: [] }
  const notes: string[] = []
  const silence = silenceOf(habit, now)
  if (silence?.quiet) notes.push(silence.sentence)
  const { lastGap } = habit
  if (lastGap !== null && now - lastGap.to < GAP_SHOWN) {
    const from = new Date(lastGap.from).toISOString().slice(0, 16)
    const to = new Date(lastGap.to).toISOString().slice(0, 16)
    notes.push(`entries between ${from} and ${to} UTC may have been missed: two polls had none in common`)
  }
  return { habit: writeHabit(habit), notes }
}

/** Claimed times of the accepted entries, and of the new ones among them. */
function shownBy(entries: readonly Entry[], filed: readonly FiledEntry[]): Shown {
  const times: (Millis | null)[] = []
  const fresh: (Millis | null)[] = []
  for (const [at, entry] of entries.entries()) {
    const kind = filed[at]?.kind
    if (kind === undefined || kind === 'rejected') continue
    const time = entry.published ?? entry.updated
    times.push(time)
    if (kind === 'new' || kind === 'copy') fresh.push(time)
  }
  return { times, fresh }
}

/** How long a gap is shown beside its feed. */
const GAP_SHOWN: Millis = 7 * 86_400_000

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

async function fileDocument(
  deps: PollDeps,
  visit: Visit,
  parsed: ParsedFeed,
  plan: (
    counts: PollCounts,
    filed: readonly FiledEntry[],
    filing: Filing,
  ) => { schedule: Next; gap: Gap | null; update: PollUpdate },
): Promise<PollOutcome> {
  const { feed, at, started } = visit
  let outcome: PollOutcome | undefined
  const vectors = await deps.encoder?.encode(
    parsed.entries.map(entry => textToEncode(isPlaceholderTitle(entry.title) ? '' : entry.title, entry.text)),
  )
  await deps.desk.fileInSlices(
    parsed.entries.map((entry, n) => ({ entry, text: entry.text, vector: vectors?.[n] ?? null })),
    contextOf(deps, visit, parsed.language),
    (filing, filed, { counts, poll, notes, unsettled }) => {
      const { schedule, gap, update } = plan(counts, filed, filing)
      outcome = {
        feed: feed.id,
        url: feed.url,
        at,
        ms: performance.now() - started,
        status: 'filed',
        counts,
        warnings: [...notes, ...parsed.warnings, ...rejections(filed)].slice(0, 50),
        failure: null,
        nextPoll: schedule.at,
        reason: schedule.reason,
        gap,
      }
      filing.recordPoll(outcome, unsettled ? { ...update, ...READ_AGAIN } : update, poll)
    },
  )
  if (!outcome) throw new Error(`the poll of ${feed.url} was not recorded`)
  return outcome
}

function rejections(filed: readonly FiledEntry[]): string[] {
  const reasons = new Map<string, number>()
  for (const { reason } of filed) if (reason !== null) reasons.set(reason, (reasons.get(reason) ?? 0) + 1)
  return [...reasons].map(([reason, count]) => `${count} ${count === 1 ? 'entry' : 'entries'} left out: ${reason}`)
}

/** Record a poll that brought no document to file. */
async function settle(
  deps: PollDeps,
  visit: Visit,
  result:
    | { failure: Failure }
    | {
        maxAge: Millis | null
        retryAt: Millis | null
        movedTo: string | null
        whole: boolean
        validators?: Validators
      },
): Promise<PollOutcome> {
  const { feed, at, started } = visit
  const failed = 'failure' in result
  const failures = failed ? feed.failures + 1 : 0
  // Only an answer brings a retired feed back: its host dying later is no reason to ask more often.
  const retired = failed && (result.failure.kind === 'gone' || feed.state === 'retired')
  const alone = nextPoll({
    ...given(deps, visit),
    retired,
    outcome: failed
      ? { kind: 'failed', failure: result.failure, failures }
      : { kind: 'unchanged', maxAge: result.maxAge, retryAt: result.retryAt, whole: result.whole },
  })
  const schedule = failed ? alone : withPush(deps, visit, alone, noCounts())
  const outcome: PollOutcome = {
    feed: feed.id,
    url: feed.url,
    at,
    ms: performance.now() - started,
    status: failed ? 'failed' : 'unchanged',
    counts: noCounts(),
    warnings: [],
    failure: failed ? result.failure : null,
    nextPoll: schedule.at,
    reason: schedule.reason,
    gap: null,
  }
  await inTransaction(deps, filing =>
    filing.recordPoll(outcome, {
      title: null,
      language: null,
      validators: (failed ? null : result.validators) ?? null,
      bodyHash: null,
      // The learnt interval outlasts failures; a feed that never answered has none.
      interval: failed ? feed.interval : schedule.interval,
      failures,
      retired,
      ...learnt(alone.habit, at),
      ...(failed ? stillAt(feed, failures) : moveOf(deps, visit, result.movedTo, true)),
    }),
  )
  return announce(deps, outcome, 'polled')
}

/** Whether a document is the feed we know: it holds entries on file, or its title. The first one is, whatever it holds. */
function isSameFeed(feed: FeedState, parsed: ParsedFeed, counts: PollCounts): boolean {
  if (feed.lastSuccess === null || counts.unchanged + counts.revision > 0) return true
  return parsed.title !== null && parsed.title === feed.title
}

/** Where the feed is polled from now on, after a poll that got an answer. */
function moveOf(
  deps: PollDeps,
  { feed, at }: Visit,
  movedTo: string | null,
  sameFeed: boolean,
): Pick<PollUpdate, 'address' | 'move'> {
  const { move, address } = observeMove(feed.move, { movedTo, sameFeed, now: at })
  return address === null ? { move, address: feed.address } : movedFor(deps, feed, address)
}

function movedFor(deps: PollDeps, feed: FeedState, to: string): Pick<PollUpdate, 'address' | 'move'> {
  deps.log.warn('the feed has moved for good: change its address in the configuration', { url: feed.url, to })
  return { move: null, address: to }
}

/** After failures at a new address the configured one is tried again: a move is never how a feed is lost. */
function stillAt(feed: FeedState, failures: number): Pick<PollUpdate, 'address' | 'move'> {
  return { move: feed.move, address: failures >= FAILURES_TO_RETURN ? null : feed.address }
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
