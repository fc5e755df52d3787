// `minwal check --fetch`: every feed is asked once, at the pace a poll would ask its host, and nothing is stored.

import { quotable } from '../collect/feed/parse.ts'
import { createParserPool } from '../collect/feed/pool.ts'
import { createFetcher } from '../collect/net/fetch.ts'
import { redactorOf, targetOf } from '../config/secrets.ts'
import { hostOf } from '../decide/schedule/host.ts'
import { drain } from '../decide/schedule/hosts.ts'
import type { PollSettings } from '../model/config.ts'
import type { Millis } from '../model/units.ts'
import { Hosts, LONGEST_WAIT } from '../run/hosts.ts'
import { mayBePrivate, type NamedFeed } from '../run/poll.ts'

/** What came of one feed. */
export interface Tried {
  url: string
  agency: string
  entries: number
  error: string | null
  warnings: string[]
}

interface Waiting {
  named: NamedFeed
  host: string
  due: Millis
  interval: null
}

/** Try every feed; `step` is called after each. Rejects only for a bug. */
export async function tryFeeds(
  feeds: readonly NamedFeed[],
  settings: PollSettings,
  step: () => void,
): Promise<Tried[]> {
  const fetcher = createFetcher(settings)
  const pool = createParserPool()
  const hosts = new Hosts(() => settings)

  const visit = async ({ agency, spec }: NamedFeed, host: string): Promise<Tried> => {
    const tried: Tried = { url: spec.url, agency: agency.id, entries: 0, error: null, warnings: [] }
    const got = await fetcher.get({
      url: targetOf(spec),
      validators: { etag: null, lastModified: null },
      headers: spec.headers,
      allowPrivate: mayBePrivate(settings, spec, targetOf(spec)),
      now: Date.now(),
    })
    const asked = performance.now() - Date.now()
    const failure = got.kind === 'failed' ? got.failure : null
    const retryAt = failure?.retryAt == null ? null : failure.retryAt + asked
    hosts.heard(host, failure && { ...failure, retryAt })
    const { text } = redactorOf(spec)
    if (got.kind === 'failed') return { ...tried, error: text(got.failure.message) }
    if (got.kind === 'unchanged') return tried
    const parsed = await pool.parse(got.body, got.contentType, {
      url: got.url,
      gap: got.gap,
      language: spec.language,
      maxEntries: settings.maxEntries,
    })
    if (!parsed.ok) return { ...tried, error: text(quotable(got, parsed.reason)) }
    return { ...tried, entries: parsed.value.entries.length, warnings: parsed.value.warnings.map(text) }
  }

  const results: Tried[] = []
  let waiting: Waiting[] = feeds.map(named => ({ named, host: hostOf(targetOf(named.spec)), due: 0, interval: null }))
  const done = (tried: Tried): void => {
    results.push(tried)
    step()
  }
  try {
    await new Promise<void>((resolve, reject) => {
      let running = 0
      let wake: NodeJS.Timeout | undefined
      const start = ({ named, host }: Waiting): void => {
        running++
        hosts.began(host)
        visit(named, host)
          .then(done)
          .finally(() => {
            running--
            hosts.ended(host)
          })
          .then(pump, reject)
      }
      const pump = (): void => {
        clearTimeout(wake)
        const now = performance.now()
        const next = drain(waiting, host => hosts.now(host, now), settings.concurrency - running, now)
        const taken = new Set(next.start)
        waiting = waiting.filter(item => !taken.has(item))
        next.start.forEach(start)
        // A host that refused one feed is not asked for the others.
        const [rested, rest] = [
          waiting.filter(({ host }) => hosts.now(host, now).restUntil - now > LONGEST_WAIT),
          waiting,
        ]
        waiting = rest.filter(item => !rested.includes(item))
        for (const { named, host } of rested) {
          const error = `not tried: ${hosts.reason(host) ?? `${host} refused us`}`
          done({ url: named.spec.url, agency: named.agency.id, entries: 0, error, warnings: [] })
        }
        if (running === 0 && waiting.length === 0) resolve()
        else if (next.wakeAt !== null) wake = setTimeout(pump, Math.max(1, next.wakeAt - now))
      }
      pump()
    })
  } finally {
    await fetcher.close()
    await pool.close()
  }
  return results
}
