// When a host may be asked, over all machines: each request takes a moment of its own from a row of the host, by the clock of
// the server. A process that cannot reach the server asks nobody.
import type { Calls } from './calls.ts'

/** What a host's row says, and the moment that was taken. */
export interface Turn {
  /** Milliseconds until it. */
  wait: number
  /** The clock of the server, in milliseconds. */
  now: number
  /** As it was kept; null where the host never refused. */
  pace: string | null
}

const NOW = 'extract(epoch from clock_timestamp()) * 1000'

export class HostTurns {
  readonly #calls: Calls

  constructor(calls: Calls) {
    this.#calls = calls
  }

  /** Take the next moment at which the host may be asked: `delay` after the one before. */
  async take(host: string, delay: number): Promise<Turn> {
    const { rows } = await this.#calls.query<{ start: number; now: number; pace: string | null }>(
      `insert into x_hosts (host, ready) values ($1, ${NOW} + $2)
       on conflict (host) do update set ready = greatest(x_hosts.ready, ${NOW}) + $2
       returning ready - $2 as start, ${NOW} as now, pace`,
      [host, delay],
    )
    const { start = 0, now = 0, pace = null } = rows[0] ?? {}
    return { wait: Math.max(0, start - now), now, pace }
  }

  /** What is remembered of a host that refused, or has not for long. */
  async keep(host: string, pace: string | null): Promise<void> {
    await this.#calls.query('update x_hosts set pace = $2 where host = $1', [host, pace])
  }

  /** Hosts that refused, and the clock. */
  async refusing(): Promise<{ paces: Map<string, string>; now: number }> {
    const { rows } = await this.#calls.query<{ host: string; pace: string; now: number }>(
      `select host, pace, ${NOW} as now from x_hosts where pace is not null`,
    )
    return { paces: new Map(rows.map(({ host, pace }) => [host, pace])), now: rows[0]?.now ?? 0 }
  }
}
