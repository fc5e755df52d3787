// What a daemon counts and times while it runs, for Prometheus. What is on file is told by publish/metrics.ts.
import { statSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Gauge } from 'prom-client'
import type { FailureKind } from '../model/collected.ts'
import { isPostgres } from '../model/database.ts'
import type { PollOutcome } from '../model/decided.ts'
import type { PageOutcome } from '../model/page.ts'
import type { Millis } from '../model/units.ts'
import type { Meter } from './poll.ts'

type Client = typeof import('prom-client')

/**
 * The classes that are used, by their files: the package as a whole loads a push gateway, quantiles and a tracing API, which take 2 MB
 * and five times as long.
 */
function load(): Pick<Client, 'Registry' | 'Counter' | 'Gauge' | 'Histogram'> {
  const require = createRequire(import.meta.url)
  return {
    Registry: require('prom-client/lib/registry') as Client['Registry'],
    Counter: require('prom-client/lib/counter') as Client['Counter'],
    Gauge: require('prom-client/lib/gauge') as Client['Gauge'],
    Histogram: require('prom-client/lib/histogram') as Client['Histogram'],
  }
}

const FILINGS = ['new', 'revision', 'copy', 'unchanged', 'rejected'] as const
const OUTCOMES = ['filed', 'unchanged', 'failed', 'pushed'] as const
const TROUBLES = ['locked', 'failing'] as const
const FAILURES: Readonly<Record<FailureKind, true>> = {
  ...{ address: true, dns: true, connect: true, tls: true, timeout: true, http: true, gone: true, throttled: true },
  ...{ redirect: true, size: true, encoding: true, protocol: true, document: true },
}
const PAGES: Readonly<Record<PageOutcome, true>> = {
  ...{ article: true, consent: true, paywall: true, 'not-found': true, login: true, listing: true, blocked: true },
  ...{ empty: true, error: true, other: true, failed: true, forbidden: true, shorter: true, furniture: true },
  ...{ noindex: true, withheld: true },
}
const CLASSES = ['1xx', '2xx', '3xx', '4xx', '5xx'] as const

/** Upper bounds in seconds. A fetch may take a minute, an answer that lies ready a tenth of a millisecond. */
const FETCH = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 60]
const PARSE = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5]
const FILING = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30]
const REQUEST = [0.0005, 0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5]
const LATE = [1, 5, 15, 30, 60, 120, 300, 900, 3_600, 14_400]

/** What is looked at when Prometheus asks. */
export interface MeasuredSources {
  /** Path of the database. */
  database: string
  /** Feeds waiting or being polled. */
  pending: () => number
  /** Documents fetched and not filed yet. */
  backlog: () => { under: number; bytes: number }
  /** Bytes of answers that clients have not taken yet. */
  onTheWay: () => number
  /** Tries to write that failed since the start. */
  writeFailures: () => Readonly<Record<(typeof TROUBLES)[number], number>>
  /** What the process's part of the work is measured by besides. */
  besides?: readonly AskedGauge[]
}

/** A number that is asked for. Its name goes behind `minwal_`. */
export interface AskedGauge {
  name: string
  help: string
  value(): Promise<number>
}

export class Measures implements Meter {
  readonly #client = load()
  readonly #registry = new this.#client.Registry()
  readonly #polls = this.#counter('polls_total', 'Visits to feeds, by what came of them.', ['outcome'])
  readonly #failures = this.#counter('poll_failures_total', 'Visits that failed, by why.', ['kind'])
  readonly #entries = this.#counter('entries_total', 'Entries of documents, by what was done with them.', ['filing'])
  readonly #pages = this.#counter('pages_total', 'Pages of reports asked for, by what they were.', ['verdict'])
  readonly #received = this.#counter('received_bytes_total', 'Bytes of documents, decompressed.', [])
  readonly #requests = this.#counter('requests_total', 'Requests answered, by class of status.', ['code'])
  readonly #writeErrors = this.#counter('write_errors_total', 'Tries to write the database that failed.', ['kind'])
  readonly #fetching = this.#histogram('fetch_seconds', 'Time from asking a feed to its whole answer.', FETCH)
  readonly #parsing = this.#histogram('parse_seconds', 'Time from bytes to entries, with waiting for a reader.', PARSE)
  readonly #filing = this.#histogram('filing_seconds', 'Time from entries to the disk, with waiting.', FILING)
  readonly #answering = this.#histogram('request_seconds', 'Time from a request to the end of its answer.', REQUEST)
  readonly #lateness = this.#histogram('poll_lateness_seconds', 'How long after it was due a feed was polled.', LATE)
  readonly #answers: ReadonlyMap<string, { inc: () => void }>

  constructor(sources: MeasuredSources) {
    const { database, pending, backlog, onTheWay, writeFailures } = sources
    for (const outcome of OUTCOMES) this.#polls.inc({ outcome }, 0)
    for (const kind of Object.keys(FAILURES)) this.#failures.inc({ kind }, 0)
    for (const filing of FILINGS) this.#entries.inc({ filing }, 0)
    for (const verdict of Object.keys(PAGES)) this.#pages.inc({ verdict }, 0)
    for (const code of CLASSES) this.#requests.inc({ code }, 0)
    this.#answers = new Map(CLASSES.map(code => [code, this.#requests.labels({ code })]))
    // Counted where it happens, and only read here.
    Object.assign(this.#writeErrors, {
      collect: () => {
        const counted = writeFailures()
        this.#writeErrors.reset()
        for (const kind of TROUBLES) this.#writeErrors.inc({ kind }, counted[kind])
      },
    })
    for (const { name, help, value } of sources.besides ?? []) this.#gauge(name, help, value)
    this.#gauge('polls_pending', 'Feeds waiting or being polled.', pending)
    this.#gauge('documents_unfiled', 'Documents being fetched, or fetched and not filed yet.', () => backlog().under)
    this.#gauge('documents_unfiled_bytes', 'Bytes of such documents.', () => backlog().bytes)
    this.#gauge('answers_unsent_bytes', 'Bytes of answers that clients have not taken yet.', onTheWay)
    // A server tells its sizes itself.
    if (!isPostgres(database)) {
      this.#gauge('database_bytes', 'Size of the database file.', () => sizeOf(database))
      this.#gauge('database_journal_bytes', 'Size of its write-ahead log.', () => sizeOf(`${database}-wal`))
    }
    this.#processGauges()
  }

  late(ms: Millis): void {
    this.#lateness.observe(Math.max(0, ms) / 1_000)
  }

  fetched(ms: Millis, bytes: number): void {
    this.#fetching.observe(ms / 1_000)
    if (bytes > 0) this.#received.inc(bytes)
  }

  parsed(ms: Millis): void {
    this.#parsing.observe(ms / 1_000)
  }

  filed(ms: Millis): void {
    this.#filing.observe(ms / 1_000)
  }

  ended({ status, failure, counts }: PollOutcome, done: 'polled' | 'pushed'): void {
    this.#polls.inc({ outcome: done === 'pushed' ? done : status })
    if (failure !== null) this.#failures.inc({ kind: failure.kind })
    for (const filing of FILINGS) if (counts[filing] > 0) this.#entries.inc({ filing }, counts[filing])
  }

  page(verdict: PageOutcome): void {
    this.#pages.inc({ verdict })
  }

  /** A request was answered. */
  answered(status: number, ms: Millis): void {
    this.#answers.get(`${Math.floor(status / 100)}xx`)?.inc()
    this.#answering.observe(ms / 1_000)
  }

  /** All of it in Prometheus' text format 0.0.4. */
  text(): Promise<string> {
    return this.#registry.metrics()
  }

  /** Under the names that Prometheus' own libraries give them. */
  #processGauges(): void {
    const plain = (name: string, help: string, value: () => number) => this.#gauge(name, help, value, '')
    plain('process_resident_memory_bytes', 'Resident memory.', () => process.memoryUsage.rss())
    plain('process_start_time_seconds', 'When it was started, Unix time.', () => Date.now() / 1_000 - process.uptime())
    const { Counter } = this.#client
    const spent = new Counter({
      name: 'process_cpu_seconds_total',
      help: 'Processor time of all its threads.',
      registers: [this.#registry],
      collect: () => {
        const { user, system } = process.cpuUsage()
        spent.reset()
        spent.inc((user + system) / 1e6)
      },
    })
  }

  #counter<T extends string>(name: string, help: string, labelNames: readonly T[]) {
    const { Counter } = this.#client
    return new Counter<T>({ name: `minwal_${name}`, help, labelNames: [...labelNames], registers: [this.#registry] })
  }

  #histogram(name: string, help: string, buckets: number[]) {
    const { Histogram } = this.#client
    return new Histogram({ name: `minwal_${name}`, help, buckets, registers: [this.#registry] })
  }

  #gauge(name: string, help: string, value: () => number | Promise<number>, prefix = 'minwal_'): void {
    const { Gauge: Kind } = this.#client
    const gauge: Gauge = new Kind({
      name: prefix + name,
      help,
      registers: [this.#registry],
      collect: async () => {
        const found = value()
        gauge.set(typeof found === 'number' ? found : await found)
      },
    })
  }
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0
}
