// Files kept documents again, with the rules of today and another configuration, into another database, and says what differs.
import type { Fetcher } from '../collect/net/fetch.ts'
import { bodyHash } from '../collect/net/hash.ts'
import type { FetchResult } from '../model/collected.ts'
import type { Config } from '../model/config.ts'
import type { Millis, Outcome } from '../model/units.ts'
import { bodiesPath, type KeptBody, openBodies } from '../store/bodies.ts'
import { openQueries } from '../store/query.ts'
import { createAggregator } from './aggregator.ts'

export interface Replayed {
  documents: number
  /** Reports by feed and guid that both databases have, or one alone. */
  reports: { both: number; only: number; onlyReplayed: number }
  /** Reports of both that are told together with others than before. */
  stories: Difference[]
  threads: Difference[]
}

export interface Difference {
  title: string
  agency: string
  /** The other reports it was with, and is with now. */
  left: string[]
  joined: string[]
}

async function documentOf({ url, contentType, body }: KeptBody): Promise<FetchResult> {
  return {
    ...{ kind: 'body', status: 200, url, movedTo: null, gap: null, isPrivate: true, body, contentType },
    ...{ hash: await bodyHash(body), validators: { etag: null, lastModified: null } },
    ...{ hub: null, self: null, maxAge: null, retryAt: null, wireBytes: body.length, ms: 0 },
  } as const
}

/** The configuration for a database that is only looked at: nobody is told of what is filed, and no backup of it is kept. */
function toTry(config: Config, database: string): Config {
  const { backup, metrics, notify, retain, keepBodies, ...rest } = config
  return {
    ...rest,
    database,
    // What pages said was not kept.
    agencies: config.agencies.map(agency => ({
      ...agency,
      feeds: agency.feeds.map(feed => ({ ...feed, text: 'feed' as const })),
    })),
    retain: null,
    publish: { ...config.publish, hub: null },
    // Nothing is due by itself.
    poll: { ...config.poll, tick: '0 0 29 2 *', hostDelay: 0, websub: false },
  }
}

/**
 * Replay into a database at `to`, which is made. `onDocument` is called after each. The reason of a failure is one line.
 */
export async function replay(
  config: Config,
  to: string,
  onDocument: (done: number, total: number) => void,
): Promise<Outcome<Replayed>> {
  const kept = openBodies(bodiesPath(config.files))
  const total = kept.count()
  let clock: Millis = 0
  let first: Millis | null = null
  let current: KeptBody | null = null
  const network: Fetcher = {
    get: async ({ feed }) =>
      current !== null && feed === current.feed
        ? documentOf(current)
        : { kind: 'unchanged', status: 304, movedTo: null, maxAge: null, retryAt: null, ms: 0 },
    post: () => Promise.reject(new Error('a replay posts nothing')),
    close: async () => {},
  }
  const known = new Set(config.agencies.flatMap(({ feeds }) => feeds.map(({ url }) => url)))
  const aggregator = createAggregator(toTry(config, to), { now: () => clock, fetch: () => network })
  try {
    let done = 0
    for (const body of kept.all()) {
      if (done === 0) {
        clock = body.at
        first = body.at
        const started = await aggregator.start()
        if (!started.ok) return started
      }
      clock = Math.max(clock, body.at)
      current = body
      if (known.has(body.feed)) {
        const polled = await aggregator.poll({ only: [body.feed] })
        if (!polled.ok) return { ok: false, reason: polled.reason }
      }
      current = null
      onDocument(++done, total)
    }
  } finally {
    kept.close()
    await aggregator.stop()
  }
  const [before, after] = [filedIn(config.database), filedIn(to)]
  if (!before.ok) return before
  if (!after.ok) return after
  return { ok: true, value: { documents: total, ...compared(before.value, after.value, first ?? 0) } }
}

interface Filed {
  key: string
  title: string
  agency: string
  story: string
  thread: string
  firstSeen: number
}

const FILED = `select f.url || ' ' || r.guid as key, r.title, r.agency, r.story, r.thread, r.first_seen
  from report r join feed f on f.id = r.feed order by r.id`

function filedIn(path: string): Outcome<Filed[]> {
  const opened = openQueries(path)
  if (!opened.ok) return opened
  try {
    const rows = [...opened.value.ask(FILED).rows]
    return {
      ok: true,
      value: rows.map(([key, title, agency, story, thread, firstSeen]) => ({
        key: String(key),
        title: String(title),
        agency: String(agency),
        story: String(story),
        thread: String(thread),
        firstSeen: Number(firstSeen),
      })),
    }
  } finally {
    opened.value.close()
  }
}

function compared(before: readonly Filed[], after: readonly Filed[], since: Millis): Omit<Replayed, 'documents'> {
  const [were, are] = [new Map(before.map(one => [one.key, one])), new Map(after.map(one => [one.key, one]))]
  const both = before.filter(({ key }) => are.has(key))
  const differing = (what: 'story' | 'thread'): Difference[] => {
    const groups = (of: ReadonlyMap<string, Filed>): Map<string, Filed[]> =>
      Map.groupBy(both, ({ key }) => of.get(key)?.[what] ?? '')
    const [old, fresh] = [groups(were), groups(are)]
    return both.flatMap(one => {
      const was = old.get(one[what]) ?? []
      const is = fresh.get(are.get(one.key)?.[what] ?? '') ?? []
      const left = was.filter(other => !is.includes(other)).map(({ title }) => title)
      const joined = is.filter(other => !was.includes(other)).map(({ title }) => title)
      return left.length + joined.length === 0 ? [] : [{ title: one.title, agency: one.agency, left, joined }]
    })
  }
  return {
    reports: {
      both: both.length,
      only: before.filter(({ key, firstSeen }) => firstSeen >= since && !are.has(key)).length,
      onlyReplayed: after.filter(({ key }) => !were.has(key)).length,
    },
    stories: differing('story'),
    threads: differing('thread'),
  }
}
