// Tells the WebSub hub of our own feeds that they have changed. The recommendation leaves open how; hubs take the form of
// PubSubHubbub 0.4, section 7.1.
import type { Fetcher } from '../collect/net/fetch.ts'
import type { Failure } from '../model/collected.ts'
import type { Reader } from '../model/shown.ts'
import type { Millis } from '../model/units.ts'
import { webUrl } from '../publish/markup.ts'
import { PUSHED_FEEDS } from '../publish/routes.ts'
import type { Polling } from './poll.ts'

export interface Announcing {
  /** The site's public address, without a slash at its end. */
  link: string
  /** Another's hub. */
  hub?: string | null | undefined
  /** Takes what is secret of the hub's address out of a text. */
  hide?: ((said: string) => string) | undefined
  fetcher: Pick<Fetcher, 'post'>
  reader: Pick<Reader, 'version'>
  now: () => Millis
  log: Polling['log']
  signal: AbortSignal
}

export interface Announcer {
  /** Tell the hub, where something was published since it was told and it is not too early. Never rejects for what a hub does. */
  announce(): Promise<void>
}

/** Answers may be cached for so long: a hub that asked sooner might be given what it has. */
const LEAST_WAIT: Millis = 60_000
const LONGEST_WAIT: Millis = 3_600_000

/** `announcing` is asked anew each time, so that a reloaded configuration holds at once. */
export function createAnnouncer(announcing: () => Announcing): Announcer {
  let told: number | null = null
  let asked: string | null = null
  let notBefore: Millis = 0
  let failures = 0

  const isEarly = (now: Millis): boolean => now < notBefore && notBefore - now <= LONGEST_WAIT

  const announce = async (): Promise<void> => {
    const { hub, hide = same, reader, now, log, signal } = announcing()
    if (!hub) return
    const shown = (): string => hide(webUrl(hub) ?? '')
    if (asked !== hub) {
      asked = hub
      told = null
      notBefore = 0
      failures = 0
    }
    // Read before the hub is told: what is published meanwhile is told the next time.
    const version = reader.version()
    if (told === version || isEarly(now())) return
    const failure = await tell(announcing, hub)
    // A request cut short by our own shutdown says nothing about the hub.
    if (signal.aborted) return
    if (failure === null) {
      if (failures > 0) log.info('the hub takes our feeds again', { hub: shown() })
      told = version
      failures = 0
      notBefore = now() + LEAST_WAIT
      return
    }
    if (failures === 0)
      log.warn('the hub of our feeds could not be told', { hub: shown(), reason: hide(failure.message) })
    const wait = Math.min(LONGEST_WAIT, LEAST_WAIT * 2 ** Math.min(failures, 10))
    failures++
    notBefore = Math.min(Math.max(now() + wait, failure.retryAt ?? 0), now() + LONGEST_WAIT)
  }

  return { announce }
}

const same = (said: string): string => said

/** One feed at a time; what the hub has against it, or null. */
async function tell(announcing: () => Announcing, hub: string): Promise<Failure | null> {
  for (const path of PUSHED_FEEDS) {
    const { fetcher, link, now, signal } = announcing()
    const url = link.replace(/(?<!\/)\/+$/, '') + path
    const got = await fetcher.post({
      url: hub,
      // Some hubs read the one name, some the other.
      form: { 'hub.mode': 'publish', 'hub.url': url, 'hub.topic': url },
      // Whoever writes the configuration may name a hub of their own network.
      allowPrivate: true,
      now: now(),
      signal,
    })
    if (got.kind === 'failed') return got.failure
  }
  return null
}
