// When a host may be asked, over all machines: each request first marks a row of the host, by the clock of the server. A process
// that cannot reach the server asks nobody.
import type { Calls } from './calls.ts'
import { NOW } from './heads.ts'

/** What a host's row says. */
export interface Turn {
  /** Milliseconds until it may be asked; 0 where that is now, and nobody else may before the delay is over. */
  wait: number
  /** The clock of the server, in milliseconds. */
  now: number
  /** As it was kept; null where the host never refused. */
  pace: string | null
}

/** Where another has just taken it, the row that tells when it is free cannot be seen yet. */
const SOON = 20
/** No host is left alone for longer between two requests: what says so was written before the clock was set back. */
const LONGEST = 15 * 60_000

export class HostTurns {
  readonly #calls: Pick<Calls, 'query'>

  constructor(calls: Pick<Calls, 'query'>) {
    this.#calls = calls
  }

  /** Take the host where it may be asked now; the next who asks may `delay` later. */
  async take(host: string, delay: number): Promise<Turn> {
    const { rows } = await this.#calls.query<Turn>(
      `with taken as (
         insert into x_hosts (host, ready) values ($1, ${NOW} + $2)
         on conflict (host) do update set ready = ${NOW} + $2
           where x_hosts.ready <= ${NOW} or x_hosts.ready > ${NOW} + ${LONGEST}
         returning pace)
       select 0 as wait, ${NOW} as now, pace from taken
       union all
       select greatest(ready - ${NOW}, ${SOON}), ${NOW}, pace from x_hosts
       where host = $1 and not exists (select 1 from taken)`,
      [host, delay],
    )
    return rows[0] ?? { wait: SOON, now: 0, pace: null }
  }

  /** Nobody asks it for so long from now. */
  async putOff(host: string, delay: number): Promise<void> {
    await this.#calls.query(`update x_hosts set ready = greatest(ready, ${NOW} + $2) where host = $1`, [host, delay])
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
