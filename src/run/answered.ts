// What is done with an answer of a feed: it is opened in a reader, filed by the desk or recorded, and told in the log.
import type { ParseOptions } from '../collect/feed/parse.ts'
import { quotable } from '../collect/feed/quotable.ts'
import { redactorOf } from '../config/secrets.ts'
import { standingLinks } from '../decide/lists.ts'
import { identityOf } from '../decide/maps/identity.ts'
import type { Answer, PollPlan } from '../decide/schedule/plan.ts'
import type { MissingReport } from '../decide/withdrawn.ts'
import type { DeskContext, PollResult } from '../desk/messages.ts'
import type { Failure, FetchResult, MapPart, Validators } from '../model/collected.ts'
import type { PageRules } from '../model/config.ts'
import type { PollOutcome } from '../model/decided.ts'
import type { Outcome } from '../model/units.ts'
import { askPage } from './ask.ts'
import { robotQuestion } from './page.ts'
import type { Polling, Visit } from './polling.ts'
import type { OpenDocument } from './readers.ts'
import { nextTime } from './ticker.ts'

export type Body = Extract<FetchResult, { kind: 'body' }>

export const failed = (failure: Failure) => ({ kind: 'failed' as const, failure })

/** `validators` are those of a whole document that was the one before; null where the server said "not modified". */
export function unchanged(
  { maxAge, retryAt, movedTo }: Exclude<FetchResult, { kind: 'failed' }>,
  validators: Validators | null,
): Extract<Answer, { kind: 'unchanged' }> {
  return { kind: 'unchanged', maxAge, retryAt, movedTo, validators, whole: validators !== null }
}

/** By what the list of a page is read. */
function listOptions(
  { reader, settings, now }: Polling,
  { feed, named }: Visit,
  { robotsTag }: Body,
  page: PageRules,
): Pick<ParseOptions, 'page' | 'standing' | 'robots'> {
  const standing = standingLinks(reader.seenReports(feed.id), feed.bodyHash)
  const robots = robotQuestion(robotsTag, settings.userAgent, now())
  return { page, standing, ...(!named.spec.ignoresRobots && { robots }) }
}

/** The document in a reader, or why it is none. */
export async function open(
  polling: Polling,
  visit: Visit,
  got: Body,
  more: ParseOptions['more'] = [],
): Promise<Outcome<OpenDocument>> {
  const { body, gap, contentType, url } = got
  const { spec } = visit.named
  const { maxEntries } = polling.settings
  const { language } = spec
  const options = {
    url,
    contentType,
    gap,
    maxEntries,
    language,
    now: polling.now(),
    ...(more.length > 0 && { more }),
    ...(spec.page && listOptions(polling, visit, got, spec.page)),
  }
  const context = { ...contextOf(visit), secrets: spec.secrets, ...(spec.taken && { taken: spec.taken }) }
  const began = performance.now()
  const opened = await polling.readers.open({ bytes: body, contentType, options }, context)
  polling.meter?.parsed(performance.now() - began)
  return opened.ok ? opened : { ok: false, reason: redactorOf(spec).text(quotable(got, opened.reason)) }
}

/** What is told of an answer beside the document. `heir` is the address it was found at when the feed's own is dead. */
interface AnswerNotes {
  heir: string | null
  /** Of an index of maps. */
  parts?: readonly MapPart[]
  partial?: boolean
  warnings?: readonly string[]
}

/** File what was fetched. */
export async function fileAnswer(
  polling: Polling,
  visit: Visit,
  got: Body,
  document: OpenDocument,
  { heir, parts, partial, warnings: more = [] }: AnswerNotes,
): Promise<PollOutcome> {
  const { title, language, ttl, skip, warnings } = document.feed
  const { validators, hash, maxAge, retryAt, movedTo } = got
  // By its hash a feed is known to be a map before it is asked again.
  const marked = document.feed.format === 'map' && !hash.includes(' ') ? `map ${hash}` : hash
  const told = { validators, hash: marked, maxAge, retryAt, movedTo, heir }
  const { outcome, missing } = await fileDocument(polling, visit, document, {
    kind: 'document',
    title,
    language,
    ttl,
    skip,
    warnings: [...more, ...warnings],
    ...told,
    ...(parts && { parts }),
    ...(partial && { partial }),
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
function planOf({ settings }: Polling, { feed, named, at, started, ofMap }: Visit, answer: Answer): PollPlan {
  const { minInterval, maxInterval, websub } = settings
  const { every, schedule = null } = named.spec
  const planned = schedule === null ? null : nextTime(schedule, at)
  return {
    feed,
    at,
    ms: performance.now() - started,
    rules: { every, planned, minInterval, maxInterval, websub },
    answer,
    ...(ofMap !== undefined && { ofMap }),
  }
}

/** Under which circumstances a feed's entries are filed. */
export function contextOf({ feed, named, at }: Pick<Visit, 'feed' | 'named' | 'at'>): DeskContext {
  return {
    feed: feed.id,
    feedKey: feed.url,
    agency: named.agency.id,
    language: named.spec.language,
    identity: named.spec.identity,
    now: at,
  }
}

/** File a document as a poll fetched it, or a hub pushed it. */
export async function fileDocument(
  polling: Polling,
  visit: Visit,
  document: OpenDocument,
  answer: Answer,
): Promise<PollResult> {
  const { identity, ...context } = contextOf(visit)
  const began = performance.now()
  const filed = await polling.desk.fileDocument(document.offer(), planOf(polling, visit, answer), {
    ...context,
    identity: identityOf(document.feed.format, identity),
    language: context.language ?? document.feed.language,
  })
  polling.meter?.filed(performance.now() - began)
  announceMove(polling, visit, filed.moved)
  const { counts } = filed.outcome
  if (counts.new + counts.copy + counts.revision > 0) polling.encoding?.wake()
  return filed
}

/** Record a poll that brought no document to file. */
export async function recordWithoutDocument(
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
