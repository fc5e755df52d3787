// Whether the daemon does its work: collects the facts that decide/schedule/health.ts judges.
import { basename } from 'node:path'
import { type Judged, judgeHealth } from '../decide/schedule/health.ts'
import type { DeskClient } from '../desk/client.ts'
import { counted, duration } from '../language/say.ts'
import type { PollSettings } from '../model/config.ts'
import { shownDatabase } from '../model/database.ts'
import type { Health } from '../model/shown.ts'
import type { BackupState, Backups } from './backups.ts'
import { type Network, NO_NETWORK } from './network.ts'
import type { Part } from './part.ts'
import { longestPoll } from './poll.ts'
import type { Poller } from './poller.ts'
import type { Retention } from './retention.ts'

export interface HealthSources {
  desk: DeskClient
  poller: Poller
  network: Network
  retention: Pick<Retention, 'fault'>
  backups: Backups
  settings: () => PollSettings
  part: Pick<Part, 'does' | 'ticks' | 'trouble'>
  /** Path of the database. Everybody may see what health says: the log has the whole path. */
  database: string
}

export class HealthWatch {
  readonly #sources: HealthSources
  /** When due feeds were last looked for, and when the next look should come, as seen then. */
  #looked = performance.now()
  #expected = this.#looked
  /** When polls last waited for the file: they did not hang meanwhile. */
  #waited = 0
  /** When a poll last ended; null where none did. */
  #polled: number | null = null
  /** What has become of the database file or of the desk; null while all is there. */
  #lost: string | null = null

  constructor(sources: HealthSources) {
    this.#sources = sources
  }

  /** Due feeds were looked for; the next look should come at `expected`, by `performance.now()`. */
  looked(expected: number): void {
    this.#looked = performance.now()
    this.#expected = expected
  }

  /** A poll has ended. */
  polled(): void {
    this.#polled = performance.now()
  }

  get lost(): string | null {
    return this.#lost
  }

  lose(why: string): void {
    this.#lost = why
  }

  /** What pages and probes are told. `ticked`: all that was due at the start has been polled. */
  answer(ticked: boolean): Health {
    const judged = this.judge()
    return { ...judged, ready: ticked && judged.storing, online: !this.#sources.network.isGone }
  }

  judge(): Judged & { backup: BackupState | null } {
    const { desk, poller, network, retention, backups, settings, part } = this.#sources
    const now = performance.now()
    const trouble = desk.trouble ?? part.trouble()
    if (trouble !== null) this.#waited = now
    const { oldest } = poller
    const judged = judgeHealth({
      now,
      looked: this.#looked,
      expected: this.#expected,
      pending: poller.pending,
      part: part.does === null ? null : { does: part.does(), looks: part.ticks },
      oldestPoll: oldest === null ? null : now - Math.max(oldest, this.#waited),
      longestPoll: longestPoll(settings()),
      deskSilence: desk.silence,
      trouble: trouble && { ...trouble, reason: this.#withoutPath(trouble.reason) },
      lost: this.#lost === null ? null : this.#withoutPath(this.#lost),
    })
    const { state } = backups
    // The reason names folders, and everybody may read this.
    const missing = state?.fault == null ? [] : ['the last backup failed: the log says why']
    const faults = [...(network.isGone ? [NO_NETWORK] : []), ...(retention.fault === null ? [] : [retention.fault])]
    const detail = [judged.detail, ...missing, ...faults].join('; ')
    return { ...judged, fault: judged.fault ?? retention.fault, detail, backup: state }
  }

  /** One line for `systemctl status`. `late` counts the feeds that should have been polled some time ago; it may throw. */
  status(address: string, feeds: number, late: () => number): string {
    const { fault } = this.judge()
    const { does } = this.#sources.part
    const wrong = this.#sources.network.isGone ? NO_NETWORK : fault
    // Where the file cannot be read, that is what is wrong.
    const behind = fault === null ? countedOr0(late) : 0
    const parts = [
      ...(does === null ? [] : [does()]),
      ...(address === '' ? [] : [`serving ${address}`]),
      counted(feeds, 'feed', 'feeds'),
      ...(behind === 0 ? [] : [`${behind} late`]),
      ...(this.#polled === null ? [] : [`last poll ${duration(performance.now() - this.#polled)} ago`]),
    ]
    return `${parts.join(', ')}${wrong === null ? '' : `; ${wrong}`}`
  }

  #withoutPath(text: string): string {
    const { database } = this.#sources
    const shown = shownDatabase(database)
    return text.replaceAll(database, basename(shown)).replaceAll(shown, basename(shown))
  }
}

/** The database may have been lost a moment ago: the next judgement says so. */
function countedOr0(count: () => number): number {
  try {
    return count()
  } catch {
    return 0
  }
}
