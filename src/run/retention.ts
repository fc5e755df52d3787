// Retention in the daemon: once a day, beginning when the first round of polls is done. The desk does it in turns; what is asked
// here is when, and what is told of it.
import type { DeskClient } from '../desk/client.ts'
import { isDeskStopped } from '../desk/messages.ts'
import type { Pruned } from '../desk/retention.ts'
import { type Log, said } from '../log.ts'
import type { RetainSettings } from '../model/config.ts'
import type { Millis } from '../model/units.ts'
import { storeTrouble } from '../store/fault.ts'

const DAY: Millis = 86_400_000
/** The desk does other things for so many times as long as each piece took. */
const PACE = 3

export interface RetentionTools {
  desk: Pick<DeskClient, 'prune'>
  /** Those in force; null where nothing is deleted. */
  settings: () => RetainSettings | null
  log: Log
  now: () => Millis
}

export class Retention {
  readonly #with: RetentionTools
  #running: Promise<void> | null = null
  /** When the last run began, by `performance.now()`, and by which settings. */
  #last: { at: Millis; settings: string } | null = null
  #fault: string | null = null

  constructor(tools: RetentionTools) {
    this.#with = tools
  }

  /** Why the file is larger than it may be, as of the last run; null where it is not. */
  get fault(): string | null {
    return this.#fault
  }

  /** Begin a run if one is due: a day after the last began, or with other settings. */
  look(): void {
    const settings = this.#with.settings()
    if (settings === null) this.#fault = null
    if (settings === null || this.#running !== null) return
    const key = JSON.stringify(settings)
    const at = performance.now()
    if (this.#last !== null && this.#last.settings === key && at - this.#last.at < DAY) return
    this.#last = { at, settings: key }
    this.#running = this.#run(settings).finally(() => {
      this.#running = null
    })
  }

  /** Resolves when no run is under way. */
  async idle(): Promise<void> {
    await this.#running
  }

  async #run(settings: RetainSettings): Promise<void> {
    const { desk, log, now } = this.#with
    try {
      const pruned = await desk.prune(settings, now(), PACE)
      const { threads, stories, reports, revisions, polls, bytes } = pruned
      if (reports + revisions + polls > 0) {
        log.info('old news was pruned', { threads, stories, reports, revisions, polls, bytes })
      }
      this.#fault = tooLarge(pruned, settings)
      if (this.#fault !== null) log.warn('the database is larger than it may be', { reason: this.#fault })
    } catch (error) {
      // A file that cannot be written is told where filing waits for it.
      if (!isDeskStopped(error) && storeTrouble(error) === null) {
        log.error('old news could not be pruned', { error: said(error) })
      }
    }
  }
}

/** Why a file stays larger than it may be; null where it does not. */
export function tooLarge({ isTooLarge, bytes }: Pruned, { size, floor }: RetainSettings): string | null {
  if (!isTooLarge || size === null) return null
  const megabytes = (of: number): number => Math.ceil(of / 1_048_576)
  return `the database holds ${megabytes(bytes)} MB, and retain.size is ${megabytes(size)} MB: what is left is younger than ${Math.round(floor / DAY)} days, was touched by an editor or stands in its feed`
}
