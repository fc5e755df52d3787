// Asks each host at its pace over all machines: every request first takes its turn from the database.
import { subscribe } from 'node:diagnostics_channel'
import { setTimeout } from 'node:timers/promises'
import type { Fetcher } from '../../collect/net/fetch.ts'
import { hostOf, pauseAt } from '../../decide/schedule/host.ts'
import { type HostPace, hostAfter, hostLimits } from '../../decide/schedule/hosts.ts'
import { type Log, said } from '../../log.ts'
import type { Failure, FetchResult } from '../../model/collected.ts'
import type { PollSettings } from '../../model/config.ts'
import type { Millis } from '../../model/units.ts'
import { storeTrouble } from '../../store/fault.ts'
import type { HostTurns } from '../../store/postgres/hosts.ts'
import { LONGEST_WAIT } from '../hosts.ts'
import type { Heads } from './heads.ts'

/** Between two tries while the database cannot be reached. */
const PAUSE: Millis = 1_000
/** A request leaves so much later than its turn was, or less. Where a busy machine takes longer, the next is put off by as much. */
const LATE: Millis = 10

const throttled = (message: string): FetchResult => ({
  kind: 'failed',
  failure: { kind: 'throttled', message, status: null, retryAt: null },
  ms: 0,
})

export const paceOf = (kept: string | null): HostPace | null => (kept === null ? null : (JSON.parse(kept) as HostPace))

export interface GateTools {
  turns: HostTurns
  heads: Heads
  /** What comes of requests is put into the database by this process, and when hosts began to answer with it. */
  records: boolean
  settings: PollSettings
  log: Log
  signal: AbortSignal
}

/** Told by host, once each, when a request to it has left. */
const leaving = new Map<string, () => void>()
let isTold = false

function whenSent(host: string, told: () => void): void {
  // What undici says of its requests.
  if (!isTold) {
    subscribe('undici:client:sendHeaders', message => {
      const { origin } = (message as { request: { origin?: string | URL } }).request
      if (origin === undefined) return
      const left = hostOf(String(origin))
      leaving.get(left)?.()
      leaving.delete(left)
    })
  }
  isTold = true
  leaving.set(host, told)
}

/** When it was asked, by the clock of the database, and what was known of the host; or why it is not asked. */
type Admitted = { ok: true; now: Millis; pace: HostPace | null } | { ok: false; reason: string }

/** A fetcher that waits for the host's turn, and tells all machines of a host that refused. */
export function gated(fetcher: Fetcher, tools: GateTools): Fetcher {
  const { turns, heads, records, settings, log, signal } = tools
  const putOff = (host: string, delay: Millis): void => {
    turns.putOff(host, delay).catch(error => log.debug('a host could not be put off', { host, error: said(error) }))
  }
  const onHead = (host: string): void => {
    const delay = pauseAt(host, settings.hostDelay)
    heads.came(host, delay)
    if (!records && delay > 0) putOff(host, delay)
  }
  const get: Fetcher['get'] = async request => {
    const host = hostOf(request.url)
    const admitted = await admit(host, tools).catch((error: unknown) => {
      if (signal.aborted) return { ok: false as const, reason: `stopped by Minwal before ${host} was asked` }
      throw error
    })
    if (!admitted.ok) return throttled(admitted.reason)
    const got = await fetcher.get({
      ...request,
      onHead: url => {
        request.onHead?.(url)
        onHead(hostOf(url))
      },
    })
    await heard(turns, { host, ...admitted }, got.kind === 'failed' ? got.failure : null, request.now).catch(error =>
      log.warn('what a host answered could not be told to other machines', { host, error: said(error) }),
    )
    return got
  }
  return { get, post: request => fetcher.post(request), close: () => fetcher.close() }
}

const busy = (host: string): string => `${host} is asked by other machines just now`

/** Waits for the host's turn. Throws when all is to stop. */
async function admit(host: string, { turns, heads, settings, log, signal }: GateTools): Promise<Admitted> {
  const { hostDelay, perHost } = settings
  const usual = { delay: pauseAt(host, hostDelay), perHost }
  // So many may wait before this one.
  const longest = Math.max(LONGEST_WAIT, 2 * perHost * usual.delay)
  const began = performance.now()
  for (;;) {
    signal.throwIfAborted()
    const rest = heads.rest(host)
    if (rest > 0) {
      if (performance.now() + rest - began > longest) return { ok: false, reason: busy(host) }
      // Another answer of it may begin meanwhile.
      await setTimeout(rest + 1, undefined, { signal })
      continue
    }
    const asked = performance.now()
    const turn = await turns.take(host, usual.delay > 0 ? usual.delay + LATE : 0).catch((error: unknown) => {
      if (storeTrouble(error) === null) throw error
      log.debug('a turn could not be had from the database', { host, error: said(error) })
      return null
    })
    if (turn === null) {
      await setTimeout(PAUSE, undefined, { signal })
      continue
    }
    const pace = paceOf(turn.pace)
    const { restUntil, delay } = hostLimits(pace, turn.now, usual)
    const wait = Math.max(turn.wait, restUntil - turn.now)
    if (restUntil - turn.now > LONGEST_WAIT || performance.now() + wait - began > longest) {
      return { ok: false, reason: pace?.reason ?? busy(host) }
    }
    if (wait > 0) {
      await setTimeout(wait, undefined, { signal })
      continue
    }
    // A host that refused is asked more slowly than its turn was taken for.
    if (delay > usual.delay) await turns.putOff(host, delay)
    else if (delay > 0) {
      whenSent(host, () => {
        if (performance.now() - asked < LATE) return
        turns.putOff(host, delay).catch(error => log.debug('a host could not be put off', { host, error: said(error) }))
      })
    }
    return { ok: true, now: turn.now, pace }
  }
}

/** Keep how the host is to be asked from now on, where that has changed. `asked` is the moment by the clock of `retryAt`. */
async function heard(
  turns: HostTurns,
  { host, pace, now }: { host: string; pace: HostPace | null; now: number },
  failure: Failure | null,
  asked: number,
): Promise<void> {
  const retryAt = failure?.retryAt == null ? null : failure.retryAt - asked + now
  const after = hostAfter(pace, host, now, failure === null ? null : { ...failure, retryAt })
  const kept = after === null ? null : JSON.stringify(after)
  if (kept !== (pace === null ? null : JSON.stringify(pace))) await turns.keep(host, kept)
}
