// One poll, start to finish: fetch, open the document in a reader, have the desk file it or record that there was nothing.

import { askedAddress, targetOf } from '../config/secrets.ts'
import { judgeList } from '../decide/lists.ts'
import { MAPS_A_POLL } from '../decide/maps/bounds.ts'
import { asksWhole } from '../decide/schedule/habit.ts'
import { successorAddress } from '../decide/schedule/move.ts'
import { isDue } from '../decide/schedule/next.ts'
import { habitOf } from '../decide/schedule/plan.ts'
import { isDeskStopped } from '../desk/messages.ts'
import type { Failure, FetchResult } from '../model/collected.ts'
import type { Agency, FeedSpec, PageRules, PollSettings } from '../model/config.ts'
import type { PollOutcome } from '../model/decided.ts'
import type { FeedState } from '../model/stored.ts'
import type { Millis } from '../model/units.ts'
import { storeTrouble } from '../store/fault.ts'
import type { StoreReader } from '../store/store.ts'
import { contextOf, failed, fileAnswer, open, recordWithoutDocument, unchanged } from './answered.ts'
import { askFeed, NOTHING_KNOWN } from './ask.ts'
import type { Load } from './backlog.ts'
import { LONGEST_CRAWL_DELAY } from './hosts.ts'
import type { NamedFeed, Polling, Visit } from './polling.ts'
import { givenUp, type OpenDocument } from './readers.ts'

export { announce, fileDocument } from './answered.ts'
export { mayBePrivate } from './ask.ts'
export type { Meter, NamedFeed, Polling, Visit } from './polling.ts'

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
  const more = Math.max(ASKED_AFTER, MAPS_A_POLL)
  return (3 + more) * totalTimeout + more * Math.max(hostDelay, LONGEST_CRAWL_DELAY) + PARSED_AND_FILED
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
  const address = askedFor(feed, named.spec)
  // Feeds are published to be polled; a map and a page are for robots that robots.txt admits.
  const asksRobots = named.spec.page !== undefined || feed.ofMap
  if (asksRobots) {
    const refused = await forbiddenBy(polling, visit, address)
    if (polling.signal.aborted || (refused !== null && (await polling.isOurFault?.(feed.url, refused)))) return null
    if (refused !== null) return recordWithoutDocument(polling, visit, failed(refused))
  }
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
  if (isSame(got.hash, feed.bodyHash) && feed.failures === 0) {
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
    const { maps, format, list } = opened.value.feed
    if (named.spec.page !== undefined && list !== undefined) {
      return await fileList(polling, visit, { got, opened: opened.value, list, rules: named.spec.page })
    }
    const read = { ...visit, ofMap: format === 'map' || maps !== undefined }
    if (!asksRobots && read.ofMap) {
      const refused = await forbiddenBy(polling, read, address)
      if (polling.signal.aborted) return null
      if (refused !== null) return recordWithoutDocument(polling, read, failed(refused))
    }
    if (maps !== undefined) {
      const { visitMaps } = await import('./visit-maps.ts')
      return await visitMaps(polling, read, got, { maps, whole, load })
    }
    return await fileAnswer(polling, read, got, opened.value, { heir: null })
  } finally {
    opened.value.close()
  }
}

interface ReadList {
  got: Extract<FetchResult, { kind: 'body' }>
  opened: OpenDocument
  list: { entries: number; hash: string }
  rules: PageRules
}

/** Files the list of a page, unless it is the one before or too short to be believed. */
async function fileList(polling: Polling, visit: Visit, { got, opened, list, rules }: ReadList): Promise<PollOutcome> {
  const verdict = judgeList(visit.feed, list, rules)
  switch (verdict.kind) {
    case 'same':
      return recordWithoutDocument(polling, visit, unchanged(got, got.validators))
    case 'short': {
      const failure: Failure = { kind: 'document', message: verdict.message, status: got.status, retryAt: null }
      return recordWithoutDocument(polling, visit, failed(failure))
    }
    case 'news':
      return fileAnswer(polling, visit, { ...got, hash: verdict.hash }, opened, { heir: null })
  }
}

/** The address that a feed is asked at. */
const askedFor = (feed: FeedState, spec: FeedSpec): string =>
  feed.address === null ? targetOf(spec) : askedAddress(feed.address, spec)

/** Whether a document has the hash of the one that was filed last. */
const isSame = (hash: string, filed: string | null): boolean => filed === hash || filed === `map ${hash}`

/** Why robots.txt does not let us read a map or a page, or could not be had; null where we may. What asks it is loaded with the first map. */
async function forbiddenBy(polling: Polling, { named, at }: Visit, address: string): Promise<Failure | null> {
  const { robotsOf } = await import('./robots.ts')
  const may = await robotsOf(polling).may(address, { spec: named.spec, now: at })
  if (may.ok) return null
  return { ...(may.failure ?? { kind: 'address', status: null, retryAt: null }), message: may.reason }
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
    return await fileAnswer(polling, visit, got, opened.value, { heir: to })
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
