// How hosts stand at this moment: what is being asked of each, when it was last asked, and whether it refused. The rules are
// pure (decide/schedule/hosts.ts); here are the counts and the waiting. All times are of the clock that nobody sets, whatever clock
// feeds are dated by.
import { pauseAt } from '../decide/schedule/host.ts'
import { type HostNow, type HostPace, hostAfter, hostLimits } from '../decide/schedule/hosts.ts'
import type { Failure } from '../model/collected.ts'
import type { PollSettings } from '../model/config.ts'
import type { Millis } from '../model/units.ts'

/** Longer rests of a host are not waited for. */
export const LONGEST_WAIT: Millis = 30_000
/** Robots.txt of some hosts asks for an hour between two requests: more than this is not waited. */
export const LONGEST_CRAWL_DELAY: Millis = 30_000
/** Hosts whose wish is remembered. */
const MOST_SLOWER = 2_000

interface Host {
  running: number
  /** When it was asked last, or began to answer: it may have been asked late. */
  lastStart: Millis | null
  pace: HostPace | null
  /** Called when a request to it has ended. */
  waiting: (() => void)[]
}

export class Hosts {
  readonly #settings: () => Pick<PollSettings, 'hostDelay' | 'perHost'>
  readonly #hosts = new Map<string, Host>()
  /** Time between two requests that robots.txt asks for, by host. */
  readonly #slower = new Map<string, Millis>()

  constructor(settings: () => Pick<PollSettings, 'hostDelay' | 'perHost'>) {
    this.#settings = settings
  }

  now(name: string, now: Millis): HostNow {
    const { hostDelay, perHost } = this.#settings()
    const host = this.#hosts.get(name)
    const delay = Math.max(pauseAt(name, hostDelay), this.#slower.get(name) ?? 0)
    const limits = hostLimits(host?.pace ?? null, now, { delay, perHost })
    return { running: host?.running ?? 0, lastStart: host?.lastStart ?? null, ...limits }
  }

  /** Its robots.txt asks for so much time between two requests. */
  slower(name: string, delay: Millis): void {
    if (this.#slower.size >= MOST_SLOWER) this.#slower.clear()
    this.#slower.set(name, Math.min(delay, LONGEST_CRAWL_DELAY))
  }

  /** Why it rests; null where it does not. */
  reason(name: string): string | null {
    return this.#hosts.get(name)?.pace?.reason ?? null
  }

  began(name: string): void {
    const host = this.#of(name)
    host.running++
    host.lastStart = performance.now()
  }

  /** It begins to answer: by now it has seen the request. Hosts that nobody asked for by themselves, like those of redirects, are not kept. */
  answers(name: string): void {
    const host = this.#hosts.get(name)
    if (host !== undefined) host.lastStart = performance.now()
  }

  ended(name: string): void {
    const host = this.#of(name)
    host.running--
    for (const go of host.waiting.splice(0)) go()
  }

  /** What came of a request; `retryAt` by `performance.now()`. */
  heard(name: string, failure: Failure | null): void {
    const host = this.#of(name)
    host.pace = hostAfter(host.pace, name, performance.now(), failure)
  }

  /**
   * Waits until a request to the host may begin, and counts it as begun: `ended` must follow. False, and nothing counted,
   * where the host rests for longer than `LONGEST_WAIT`, or all is to stop.
   */
  async turn(name: string, signal?: AbortSignal): Promise<boolean> {
    for (;;) {
      const now = performance.now()
      const { running, lastStart, delay, perHost, restUntil } = this.now(name, now)
      if (signal?.aborted || restUntil - now > LONGEST_WAIT) return false
      const ready = Math.max(restUntil, lastStart === null ? 0 : lastStart + delay)
      if (ready <= now && running < perHost) {
        this.began(name)
        return true
      }
      await new Promise<void>(resolve => {
        const host = this.#of(name)
        // Where all its places are taken, time alone changes nothing.
        const timer = running < perHost ? setTimeout(go, Math.max(1, ready - now)) : null
        function go(): void {
          if (timer !== null) clearTimeout(timer)
          signal?.removeEventListener('abort', go)
          host.waiting = host.waiting.filter(one => one !== go)
          resolve()
        }
        signal?.addEventListener('abort', go, { once: true })
        host.waiting.push(go)
      })
    }
  }

  #of(name: string): Host {
    const host = this.#hosts.get(name) ?? { running: 0, lastStart: null, pace: null, waiting: [] }
    this.#hosts.set(name, host)
    return host
  }
}
