// Whether it is our own network that failed, and not the servers: told from polls of several hosts in a row. Pure.
import type { Failure, FailureKind } from '../../model/collected.ts'
import type { FeedState } from '../../model/stored.ts'
import { hostOf } from './host.ts'

/** Failures that a machine without a network has of every host. */
const UNREACHABLE: ReadonlySet<FailureKind> = new Set(['dns', 'connect', 'timeout'])
/** So many hosts in a row are no accident of one server. */
const SUSPECT_FROM = 3
/** Feeds asked to find out, of as many hosts. */
const WITNESSES = 3

/** Hosts that could not be reached since one was, each once. */
export type Unreached = readonly string[]

/** A host on this machine tells nothing of the network. */
export function isOutside(host: string): boolean {
  return host !== '' && !/^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/i.test(host)
}

/** Whether a poll of this feed failed as all polls do without a network. */
export function isUnreachable(failure: Failure | null): boolean {
  return failure !== null && UNREACHABLE.has(failure.kind)
}

/** What is known after one more poll. Any answer at all, also a refusal, shows that there is a network. */
export function afterPoll(before: Unreached, url: string, failure: Failure | null): Unreached {
  const host = hostOf(url)
  if (!isOutside(host)) return before
  if (!isUnreachable(failure)) return []
  return before.includes(host) ? before : [...before, host]
}

/**
 * Whether the network itself may be gone: so many hosts in a row could not be reached, or one, and the machine has no address
 * (`hasAddress`) but its own.
 */
export function isSuspect(unreached: Unreached, hasAddress: boolean): boolean {
  return unreached.length >= (hasAddress ? SUSPECT_FROM : 1)
}

/**
 * Feeds that would answer if there were a network, each of another host: before those of hosts that could not be reached,
 * and among equals those that answered last.
 */
export function witnesses(feeds: readonly FeedState[], unreached: Unreached): FeedState[] {
  const failed = new Set(unreached)
  const untried = (feed: FeedState): number => (failed.has(hostOf(feed.address ?? feed.url)) ? 0 : 1)
  const likeliest = feeds
    .filter(({ state, url }) => state !== 'paused' && state !== 'retired' && isOutside(hostOf(url)))
    .sort((a, b) => untried(b) - untried(a) || (b.lastSuccess ?? 0) - (a.lastSuccess ?? 0))
  const found = new Map<string, FeedState>()
  for (const feed of likeliest) {
    const host = hostOf(feed.address ?? feed.url)
    if (!found.has(host)) found.set(host, feed)
    if (found.size === WITNESSES) break
  }
  return [...found.values()]
}
