// Takes due polls from the queue as fast as there is room for them, and ends those that came to nothing.
import { type Log, said } from '../../log.ts'
import type { PollSettings } from '../../model/config.ts'
import type { FeedState } from '../../model/stored.ts'
import type { Millis } from '../../model/units.ts'
import type { Calls, Executor } from '../../store/postgres/calls.ts'
import type { StoreReader } from '../../store/store.ts'
import type { NamedFeed } from '../poll.ts'
import type { Poller } from '../poller.ts'
import type { PollJob, PollJobs } from './jobs.ts'

const LOOK: Millis = 500
const BEAT: Millis = 8_000
/** Polls taken at once: what is taken and waits is withheld from other machines. */
const MOST_TAKEN = 50

export interface CollectorTools {
  calls: Pick<Calls, 'alone'>
  jobs: PollJobs
  /** Feeds of which something was read that is not filed yet. */
  waiting(): Promise<ReadonlySet<number>>
  poller: Poller
  reader: StoreReader
  feeds: () => ReadonlyMap<string, NamedFeed>
  settings: () => PollSettings
  now: () => Millis
  log: Log
}

/** Jobs that this process has taken and not ended, by feed. */
export class OwnJobs {
  readonly #jobs = new Map<number, PollJob>()

  get all(): PollJob[] {
    return [...this.#jobs.values()]
  }

  add(job: PollJob): void {
    this.#jobs.set(job.feed, job)
  }

  take(feed: number): PollJob | undefined {
    const job = this.#jobs.get(feed)
    this.#jobs.delete(feed)
    return job
  }

  /** End the jobs of these feeds in a transaction. False where one of them is another's by now. */
  async end(jobs: PollJobs, feeds: readonly number[], executor: Executor): Promise<boolean> {
    const own = feeds.flatMap(feed => this.#jobs.get(feed) ?? [])
    return (await jobs.end(own, executor)) === own.length
  }

  /** They have ended: the transaction is committed. */
  forget(feeds: readonly number[]): void {
    for (const feed of feeds) this.#jobs.delete(feed)
  }
}

export class Collector {
  readonly #with: CollectorTools
  readonly #own: OwnJobs
  readonly #timers: NodeJS.Timeout[]
  #taking: Promise<void> | null = null
  #isStopped = false
  #isFailing = false
  /** When polls were taken last; null where none were. */
  taken: Millis | null = null

  constructor(tools: CollectorTools, own: OwnJobs) {
    this.#with = tools
    this.#own = own
    this.#timers = [setInterval(() => this.look(), LOOK), setInterval(() => void this.#beat(), BEAT)]
  }

  look(): void {
    if (this.#taking !== null || this.#isStopped) return
    this.#taking = this.#take()
      .then(
        () => {
          this.#isFailing = false
        },
        (error: unknown) => {
          if (!this.#isFailing) this.#with.log.warn('polls could not be taken from the queue', { error: said(error) })
          this.#isFailing = true
        },
      )
      .finally(() => {
        this.#taking = null
      })
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    for (const timer of this.#timers) clearInterval(timer)
    await this.#taking
    // Whoever else is there takes them at once.
    await this.#with.jobs.end(this.#own.all).catch(() => {
      // They end by themselves when nobody says that they are under way.
    })
  }

  async #take(): Promise<void> {
    for (;;) {
      const { calls, jobs, poller, settings } = this.#with
      const { concurrency, perHost } = settings()
      const room = Math.min(MOST_TAKEN, 2 * concurrency - poller.pending)
      if (room <= 0 || this.#isStopped) return
      const taken = await calls.alone(executor => jobs.take(room, perHost, executor))
      if (taken.length > 0) this.taken = performance.now()
      // What was read of a feed may wait to be filed: until then it looks due. Asked before the feed is read.
      const waiting = taken.length === 0 ? new Set<number>() : await this.#with.waiting()
      for (const job of taken) await this.#begin(job, waiting.has(job.feed))
      if (taken.length < room) return
    }
  }

  async #begin(job: PollJob, isWaiting: boolean): Promise<void> {
    const { reader, feeds, poller, now, jobs } = this.#with
    const feed: FeedState | null = reader.feed(job.feed)
    const isWanted =
      !isWaiting &&
      feed !== null &&
      feeds().has(feed.url) &&
      (feed.lastPoll === null || feed.nextPoll <= now()) &&
      !this.#isStopped
    if (feed === null || !isWanted) {
      await jobs.end([job])
      return
    }
    this.#own.add(job)
    poller.add([feed])
    void poller.done([feed]).then(() => this.#ended(job.feed))
  }

  /** A poll that came to nothing: its job is ended here, all others are with what was read. */
  async #ended(feed: number): Promise<void> {
    const job = this.#own.take(feed)
    if (job !== undefined) {
      await this.#with.jobs.end([job]).catch(() => {
        // It ends by itself when nobody says that it is under way.
      })
    }
    this.look()
  }

  async #beat(): Promise<void> {
    await this.#with.jobs.beat(this.#own.all).catch(() => {
      // The next comes soon.
    })
  }
}
