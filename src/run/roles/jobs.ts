// Due polls as jobs that any machine may take: the one importer of pg-boss. A feed has one job at most, and no host more jobs
// under way than it may have requests.
import { type JobAttempt, PgBoss } from 'pg-boss'
import { hostOf } from '../../decide/schedule/host.ts'
import { type Log, said } from '../../log.ts'
import type { FeedState } from '../../model/stored.ts'
import type { Executor } from '../../store/postgres/calls.ts'
import { Sockets } from '../../store/postgres/reach.ts'

const QUEUE = 'poll'
/** A collector that says nothing for so long is gone: its jobs are another's. */
const HEARTBEAT_SECONDS = 30
/** Longer than any poll, with all its timeouts. */
const EXPIRES_SECONDS = 3_600

const CONNECT_TIMEOUT = 5_000

const databaseOf = (executor: Executor) => ({
  executeSql: (text: string, values?: unknown[]) => executor.query(text, values),
})

/** A poll that this process has taken. */
export interface PollJob extends JobAttempt {
  feed: number
}

export class PollJobs {
  readonly #boss: PgBoss
  readonly #sockets = new Sockets()
  #isStarted = false

  /** `isThere`: the schema has been made already, by somebody who may. */
  constructor(url: string, schema: { name: string; isThere: boolean }, log: Log) {
    // Its connections are pg's, to which all this is handed.
    const streams = { stream: this.#sockets.make, keepAlive: true }
    this.#boss = new PgBoss({
      ...streams,
      connectionString: url,
      connectionTimeoutMillis: CONNECT_TIMEOUT,
      schema: schema.name,
      createSchema: !schema.isThere,
      application_name: 'minwal jobs',
      max: 4,
      schedule: false,
      superviseIntervalSeconds: 15,
      monitorIntervalSeconds: 15,
    })
    this.#boss.on('error', error => {
      // A connection that waited too long for the server: the next that is needed is made.
      const isOfIdle = 'code' in error && error.code === '57P05'
      log[isOfIdle ? 'debug' : 'warn']('the queue of polls could not be asked', { error: said(error) })
    })
  }

  async start(): Promise<void> {
    // Two that begin at the same moment both make the tables, and one of them fails.
    await this.#boss.start({ attempts: 3 })
    await this.#boss.createQueue(QUEUE, {
      policy: 'exclusive',
      // A job that was lost is due at the next tick.
      retryLimit: 0,
      heartbeatSeconds: HEARTBEAT_SECONDS,
      expireInSeconds: EXPIRES_SECONDS,
      deleteAfterSeconds: 60,
      retentionSeconds: EXPIRES_SECONDS,
    })
    this.#isStarted = true
  }

  /** Ask for polls of these feeds. Those that are asked for or under way already are left out. */
  async ask(feeds: readonly FeedState[]): Promise<void> {
    if (feeds.length === 0) return
    await this.#boss.insert(
      QUEUE,
      feeds.map(feed => ({
        singletonKey: String(feed.id),
        group: { id: hostOf(feed.address ?? feed.url) },
        data: { feed: feed.id },
      })),
    )
  }

  /**
   * Take polls, at most so many, of each host at most `perHost` over all machines: nobody else may take any meanwhile, for what two
   * take at the same moment neither of them counts.
   */
  async take(most: number, perHost: number, alone: Executor): Promise<PollJob[]> {
    const jobs = await this.#boss.fetch<string>(QUEUE, {
      batchSize: most,
      groupConcurrency: perHost,
      includeMetadata: true,
      db: databaseOf(alone),
    })
    // Our connections give JSON as text.
    return jobs.map(({ id, retryCount, data }) => ({
      id,
      retryCount,
      feed: (JSON.parse(data) as { feed: number }).feed,
    }))
  }

  /** End polls; with `executor`, in its transaction. How many of them were still this process's. */
  async end(jobs: readonly PollJob[], executor?: Executor): Promise<number> {
    if (jobs.length === 0) return 0
    const ended = await this.#boss.complete(
      QUEUE,
      jobs.map(({ id, retryCount }) => ({ id, retryCount })),
      null,
      executor === undefined ? {} : { db: databaseOf(executor) },
    )
    return 'affected' in ended ? Number(ended.affected) : 0
  }

  /** They are still under way. */
  async beat(jobs: readonly PollJob[]): Promise<void> {
    if (jobs.length > 0)
      await this.#boss.touch(
        QUEUE,
        jobs.map(({ id, retryCount }) => ({ id, retryCount })),
      )
  }

  /** The server is silent: see `Calls.giveUp`. */
  giveUp(): void {
    this.#sockets.destroy()
  }

  async stop(): Promise<void> {
    if (this.#isStarted) await this.#boss.stop({ graceful: false })
  }
}
