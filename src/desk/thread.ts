// The desk thread: holds the connection that writes and the indexes of recent news, and answers calls. Polls without news that
// arrive together are recorded in one transaction.
import { flushCompileCache } from 'node:module'
import { setTimeout } from 'node:timers/promises'
import { deserialize } from 'node:v8'
import { parentPort, workerData } from 'node:worker_threads'
import type { PollPlan } from '../decide/schedule/plan.ts'
import type { WireNames } from '../decide/wire/read.ts'
import type { Log } from '../log.ts'
import type { Agency, RetainSettings } from '../model/config.ts'
import type { PrunedCounts, Subscription } from '../model/stored.ts'
import type { Millis } from '../model/units.ts'
import { storeFault, storeTrouble } from '../store/fault.ts'
import { openStore } from '../store/open.ts'
import type { Store } from '../store/store.ts'
import type { Desk } from './desk.ts'
import { collectGarbage, Rest } from './heap.ts'
import {
  type DeskContext,
  type DeskSettings,
  type DocumentNames,
  deskStopped,
  errorOf,
  type FromDesk,
  faultOf,
  type PackedReadings,
  type RecordedOrNot,
  type ThreadCalls,
  type ToDesk,
} from './messages.ts'
import { Recorder } from './recorder.ts'
import type { Pruned } from './retention.ts'
import { Turns } from './slices.ts'
import { Storing } from './storing.ts'

/** How often whoever asks is told that the thread turns, and whether writes wait; `Rest` counts by it. */
const STATE_EVERY = 1_000
/** Documents of which filing has begun. While one waits for its readings, another is filed. */
const MOST_AT_ONCE = 4

/**
 * How long, and for how many entries, documents share a transaction. Each commit writes every page anew that it touched, and most
 * entries touch the same ones; meanwhile no other process can write.
 */
const SHARING = { ms: 150, entries: 200 }

const port = parentPort
if (port === null) throw new Error('the desk thread is a worker thread')
const settings = workerData as DeskSettings
const say = (message: FromDesk, transfer: ArrayBuffer[] = []): void => port.postMessage(message, transfer)

const write =
  (level: 'debug' | 'info' | 'warn' | 'error') =>
  (event: string, fields: Record<string, unknown> = {}): void =>
    say({ kind: 'log', level, event, fields })
const log: Log = { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') }

const stopping = new AbortController()

/** The store of these settings, ready to be written. */
function opened(): { store: Store } | { refusal: string } {
  const { database, mode, copyFirst, tagAuthority, agencies, now, lockPatience, leads = false } = settings
  const notice = (sentence: string): void => log.info(sentence)
  const made = openStore({ path: database, tagAuthority, mode, copyFirst, leads, notice })
  if (!made.ok) return { refusal: made.reason }
  const store = made.value
  try {
    if (agencies !== null) {
      store.syncAgencies(agencies, now)
      // Polling needs it: that it cannot be opened is told at the start.
      void store.private
    }
    store.waitForLock(lockPatience)
    store.keepPolls(settings.polls ?? null)
    return { store }
  } catch (error) {
    store.close()
    const refusal = storeFault(database, error)
    if (refusal === null) throw error
    return { refusal }
  }
}

/** Answers calls over one store. */
class Service {
  readonly #store: Store
  readonly #storing: Storing
  readonly #rest = new Rest(() => {
    this.#store.releaseMemory()
    collectGarbage()
  })
  readonly #recorder: Recorder
  #threads = settings.threads
  #agencies: readonly Agency[] = settings.agencies ?? []
  /** What reads and files news is loaded with the first of it: a poll that brings none goes without. */
  #desk: Promise<Desk> | null = null
  #named: { agencies: readonly Agency[]; names: Promise<WireNames> } | null = null
  #running = 0
  readonly #queue: { begin: () => void; refuse: (error: Error) => void }[] = []
  #unrecorded: { plan: PollPlan; done: (result: RecordedOrNot) => void }[] = []
  readonly #asked = new Map<number, { resolve: (readings: PackedReadings) => void; reject: (error: Error) => void }>()

  constructor(store: Store) {
    this.#store = store
    this.#storing = new Storing({
      sharing: SHARING,
      patience: settings.patience,
      signal: stopping.signal,
      // Whoever reads of it in the log finds it in the state too.
      log: { ...log, error: this.#telling(log.error), info: this.#telling(log.info) },
      onGivenUp: reason => say({ kind: 'given up', reason }),
      probe: () => store.probe(),
      troubleOf: error => {
        const kind = storeTrouble(error)
        const reason = kind === null ? null : storeFault(settings.database, error)
        return kind === null || reason === null ? null : { kind, reason }
      },
    })
    this.#recorder = new Recorder(store, this.#storing)
  }

  #opened(): Promise<Desk> {
    this.#desk ??= import('./desk.ts').then(
      ({ Desk }) => new Desk(this.#store, this.#threads, this.#storing, undefined, this.#recorder),
    )
    return this.#desk
  }

  #names(): Promise<WireNames> {
    const agencies = this.#agencies
    if (this.#named?.agencies === agencies) return this.#named.names
    const names = import('../decide/wire/read.ts').then(({ wireNames }) => wireNames(agencies))
    this.#named = { agencies, names }
    return names
  }

  /** Say whether writes wait. */
  state(): void {
    const { trouble, failures } = this.#storing
    say({ kind: 'state', trouble, failures })
  }

  /** Called every second. */
  beat(): void {
    this.state()
    if (this.#running === 0) this.#rest.beat()
  }

  #telling(log: Log['info']): Log['info'] {
    return (...given) => {
      this.state()
      log(...given)
    }
  }

  close(): void {
    this.#store.close()
  }

  stop(): void {
    stopping.abort()
    for (const { refuse } of this.#queue.splice(0)) refuse(deskStopped())
  }

  /** `call` is the number by which readings are asked for. */
  answer(call: number, method: keyof ThreadCalls, given: unknown[]): Promise<unknown> {
    this.#rest.worked()
    const calls: ThreadCalls = {
      fileDocument: (names, plan, context) =>
        this.#inTurn(async leave => {
          const desk = await this.#opened()
          const { entries, rejected } = deserialize(Buffer.from(names)) as DocumentNames
          const read = (ats: readonly number[]): Promise<PackedReadings> => this.#read(call, ats)
          const document = { entries, rejected, read }
          const filed = await desk.fileDocument(document, plan, await this.#context(context), leave)
          const { outcome, missing, moved } = filed
          return { outcome, missing, moved }
        }),
      recordPolls: plans => Promise.all((JSON.parse(plans) as PollPlan[]).map(plan => this.#record(plan))),
      knowsAny: async (feed, guids) => (await this.#opened()).knowsAny(feed, guids),
      release: context =>
        this.#inTurn(async () => (await this.#opened()).release(await this.#context(context), stopping.signal)),
      withdraw: async (report, now) => (await this.#opened()).withdraw(report, { now, names: await this.#names() }),
      saveSubscription: subscription =>
        this.#storing.write(() => this.#store.saveSubscription(this.#withLastPush(subscription))),
      keepRobots: (origin, robots) => this.#storing.write(() => this.#store.keepRobots(origin, robots)),
      changeSubscribers: changes => this.#storing.write(() => this.#store.changeSubscribers(changes)),
      changeNotices: changes => this.#storing.write(() => this.#store.changeNotices(changes)),
      syncAgencies: async (agencies, now) => {
        await this.#storing.write(() => this.#store.syncAgencies(agencies, now))
        this.#agencies = agencies
      },
      configure: async threads => {
        this.#threads = threads
        if (this.#desk !== null) (await this.#desk).configure(threads)
      },
      keepPolls: async polls => this.#store.keepPolls(polls),
      prune: (retain, now, pace) => this.#prune(retain, now, pace),
      rewriteFile: () => this.#storing.write(() => this.#store.rewriteAlone()),
      useModel: (model, now) =>
        this.#inTurn(async () => (await this.#opened()).vectors.use(model, { now, names: await this.#names() })),
      unencoded: (model, limit, now) =>
        this.#inTurn(async () =>
          (await this.#opened()).vectors.unencoded(model, limit, { now, names: await this.#names() }),
        ),
      keepVectors: (model, vectors, now) =>
        this.#inTurn(async () =>
          (await this.#opened()).vectors.keep(model, vectors, { now, names: await this.#names() }),
        ),
      filePage: (asked, now) =>
        this.#inTurn(async () => (await this.#opened()).pages.file(asked, { now, names: await this.#names() })),
      merge: async (what, ids, now) => {
        const { mergeStories, mergeThreads } = await import('./editor.ts')
        const merge = what === 'thread' ? mergeThreads : mergeStories
        return this.#storing.write(() => merge(this.#store, ids, now))
      },
      split: async (what, id, members, now) => {
        const { splitStory, splitThread } = await import('./editor.ts')
        const split = what === 'thread' ? splitThread : splitStory
        return this.#storing.write(() => split(this.#store, id, members, now))
      },
    }
    return (calls[method] as (...given: unknown[]) => Promise<unknown>)(...given)
  }

  async #prune(retain: RetainSettings, now: Millis, pace: number): Promise<Pruned> {
    const { prune } = await import('./retention.ts')
    const { signal } = stopping
    const turns = new Turns()
    const next = async (worked: Millis): Promise<void> => {
      // Stopping ends the rest.
      if (worked > 0) await setTimeout(worked * pace, undefined, { signal }).catch(() => {})
      await turns.next()
    }
    const onPruned = ({ threads, stories, reports, revisions, polls }: PrunedCounts): void =>
      say({ kind: 'pruned', counts: { threads, stories, reports, revisions, polls } })
    return prune({ store: this.#store, storing: this.#storing, next, signal, onPruned }, retain, now)
  }

  readings(call: number, packed: ArrayBuffer): void {
    this.#asked.get(call)?.resolve(deserialize(Buffer.from(packed)) as PackedReadings)
    this.#asked.delete(call)
  }

  unread(call: number, error: Error): void {
    this.#asked.get(call)?.reject(error)
    this.#asked.delete(call)
  }

  /** When a hub last pushed is known here alone: whoever asks has read the subscription before. */
  #withLastPush(subscription: Subscription): Subscription {
    // A denial takes it away for good.
    const stored = subscription.state === 'denied' ? null : this.#store.subscription(subscription.feed)
    return stored?.id === subscription.id ? { ...subscription, lastPush: stored.lastPush } : subscription
  }

  async #context(context: DeskContext) {
    return { ...context, names: await this.#names() }
  }

  /** Others are filed while readings are waited for. */
  async #read(call: number, ats: readonly number[]): Promise<PackedReadings> {
    if (ats.length === 0) return []
    say({ kind: 'read', call, ats })
    this.#leave()
    try {
      return await new Promise<PackedReadings>((resolve, reject) => this.#asked.set(call, { resolve, reject }))
    } finally {
      await this.#enterAgain()
    }
  }

  /** Work of which only a little is begun at once, until it leaves; what has not begun when all stops is refused. */
  async #inTurn<T>(work: (leave: () => void) => Promise<T>): Promise<T> {
    if (stopping.signal.aborted) throw deskStopped()
    await this.#enter()
    let inside = true
    const leave = (): void => {
      if (inside) this.#leave()
      inside = false
    }
    try {
      return await work(leave)
    } finally {
      leave()
    }
  }

  async #enter(): Promise<void> {
    if (this.#running >= MOST_AT_ONCE) {
      await new Promise<void>((begin, refuse) => this.#queue.push({ begin, refuse }))
    } else this.#running++
  }

  /** Before those that have not begun: what has begun holds memory. */
  async #enterAgain(): Promise<void> {
    if (this.#running >= MOST_AT_ONCE) {
      await new Promise<void>(begin => this.#queue.unshift({ begin, refuse: () => begin() }))
    } else this.#running++
  }

  #leave(): void {
    this.#rest.worked()
    const next = this.#queue.shift()
    if (next) next.begin()
    else this.#running--
    this.#flushAtRest()
  }

  /** Nobody is waited for longer than there is work that may share the transaction. */
  #flushAtRest(): void {
    setImmediate(() => {
      if (this.#running === 0 && this.#asked.size === 0) this.#storing.flush()
    })
  }

  /** Recorded together with all that arrived in the same turn of the event loop. */
  #record(plan: PollPlan): Promise<RecordedOrNot> {
    if (this.#unrecorded.length === 0) setImmediate(() => void this.#recordAll())
    return new Promise(resolve => this.#unrecorded.push({ plan, done: resolve }))
  }

  async #recordAll(): Promise<void> {
    const together = this.#unrecorded
    this.#unrecorded = []
    try {
      const results = await this.#recorder.recordPolls(
        together.map(({ plan }) => plan),
        () => this.#flushAtRest(),
      )
      for (const [at, recorded] of results.entries()) together[at]?.done({ recorded })
    } catch (error) {
      // One of them cannot be recorded: the others are, each by itself.
      for (const { plan, done } of together)
        done(together.length === 1 ? { fault: faultOf(error) } : await this.#recordOne(plan))
    }
  }

  async #recordOne(plan: PollPlan): Promise<RecordedOrNot> {
    try {
      const [recorded] = await this.#recorder.recordPolls([plan], () => this.#flushAtRest())
      if (recorded === undefined) throw new Error(`the poll of ${plan.feed.url} was not recorded`)
      return { recorded }
    } catch (error) {
      return { fault: faultOf(error) }
    }
  }
}

const made = opened()
// Kept as it was compiled: flags that are set later (run/heaps.ts) are part of what is kept.
flushCompileCache?.()
say({ kind: 'open', refusal: 'refusal' in made ? made.refusal : null })
if ('store' in made) serve(new Service(made.store))
else port.close()

function serve(service: Service): void {
  const timer = setInterval(() => service.beat(), STATE_EVERY)
  port?.on('message', (message: ToDesk) => {
    switch (message.kind) {
      case 'call': {
        const { call, method, given } = message
        service.answer(call, method, given).then(
          value => say({ kind: 'value', call, value }),
          error => say({ kind: 'fault', call, fault: faultOf(error) }),
        )
        break
      }
      case 'readings':
        service.readings(message.call, message.packed)
        break
      case 'unread':
        service.unread(message.call, errorOf(message.fault))
        break
      case 'stop':
        service.stop()
        break
      case 'close':
        clearInterval(timer)
        service.close()
        port?.close()
    }
  })
}
