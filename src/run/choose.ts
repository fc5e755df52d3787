// Which feeds a round polls.
import { withoutLogin } from '../config/secrets.ts'
import type { PollOutcome } from '../model/decided.ts'
import type { FeedState } from '../model/stored.ts'
import type { NamedFeed } from './poll.ts'

export interface PollOptions {
  /** Addresses of feeds, or ids of agencies or feeds: polled whether due or not. What is due where left out. */
  only?: readonly string[]
  /** Where `only` is left out: all feeds that are not paused, due or not. */
  force?: boolean
  /** Told how many feeds were chosen, before the first request. */
  onChosen?: (feeds: number) => void
  /** Told of each feed when it is done. */
  onOutcome?: (outcome: PollOutcome) => void
}

/** Why nothing was polled. */
export interface NotPolled {
  ok: false
  reason: string
  /** The name in `only` that no feed and no agency has; null where the reason is another. */
  unknown: string | null
}

/** A feed that failed has an outcome with a `failure`. One whose host is not to be asked now has none, and stays due. */
export type Polled = { ok: true; value: PollOutcome[] } | NotPolled

export const notPolled = (reason: string): NotPolled => ({ ok: false, reason, unknown: null })

export interface KnownFeeds {
  all: readonly FeedState[]
  /** Feeds of the configuration by address. */
  named: ReadonlyMap<string, NamedFeed>
  due: () => FeedState[]
}

/** Feeds to poll, each once; or the first name that nothing has. */
export function chosenFeeds(
  { all, named, due }: KnownFeeds,
  { only, force = false }: Pick<PollOptions, 'only' | 'force'>,
): { ok: true; value: FeedState[] } | NotPolled {
  if (only === undefined) return { ok: true, value: force ? all.filter(feed => feed.state !== 'paused') : due() }
  const chosen = new Set<FeedState>()
  for (const name of only) {
    const isCalled = ({ url, agency, id }: FeedState): boolean =>
      url === name || agency === name || String(id) === name || named.get(url)?.spec.target === name
    const matches = all.filter(isCalled)
    if (matches.length === 0) {
      const reason = `no feed or agency of the configuration is called ${withoutLogin(name)}`
      return { ok: false, reason, unknown: name }
    }
    for (const match of matches) chosen.add(match)
  }
  return { ok: true, value: [...chosen] }
}
