// Asks each host at its pace over all machines: every request first takes its moment from the database.
import { setTimeout } from 'node:timers/promises'
import type { Fetcher } from '../../collect/net/fetch.ts'
import { hostOf, pauseAt } from '../../decide/schedule/host.ts'
import { type HostPace, hostAfter, hostLimits } from '../../decide/schedule/hosts.ts'
import { type Log, said } from '../../log.ts'
import type { Failure, FetchResult } from '../../model/collected.ts'
import type { PollSettings } from '../../model/config.ts'
import type { HostTurns } from '../../store/postgres/hosts.ts'
import { LONGEST_WAIT } from '../hosts.ts'

const throttled = (message: string): FetchResult => ({
  kind: 'failed',
  failure: { kind: 'throttled', message, status: null, retryAt: null },
  ms: 0,
})

export const paceOf = (kept: string | null): HostPace | null => (kept === null ? null : (JSON.parse(kept) as HostPace))

/** A fetcher that waits for the host's turn, and tells all machines of a host that refused. */
export function gated(
  fetcher: Fetcher,
  { turns, settings, log, signal }: { turns: HostTurns; settings: () => PollSettings; log: Log; signal: AbortSignal },
): Fetcher {
  const get: Fetcher['get'] = async request => {
    const host = hostOf(request.url)
    const { hostDelay, perHost } = settings()
    const usual = { delay: pauseAt(host, hostDelay), perHost }
    try {
      const turn = await turns.take(host, usual.delay)
      const pace = paceOf(turn.pace)
      const { restUntil, delay } = hostLimits(pace, turn.now, usual)
      // A host that refused is asked more slowly: the next who comes finds the longer time.
      if (delay > usual.delay) await turns.take(host, delay - usual.delay)
      const wait = Math.max(turn.wait, restUntil - turn.now)
      if (wait > LONGEST_WAIT) return throttled(pace?.reason ?? `${host} is asked by other machines just now`)
      if (wait > 0) await setTimeout(wait, undefined, { signal })
      const got = await fetcher.get(request)
      await heard(turns, { host, pace, now: turn.now + wait }, got.kind === 'failed' ? got.failure : null, request.now)
      return got
    } catch (error) {
      if (signal.aborted) return throttled(`stopped by Minwal before ${host} was asked`)
      log.warn('a host was not asked: its turn could not be had from the database', { host, error: said(error) })
      return throttled(`${host} was not asked: the database that keeps the pace could not be reached`)
    }
  }
  return { get, post: request => fetcher.post(request), close: () => fetcher.close() }
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
