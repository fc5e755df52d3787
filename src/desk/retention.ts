// Deletes what is older than the configuration keeps, in turns: every transaction is a piece of its own, so that it may stop after
// any of them, and filing and pages go on between. What goes is decided in decide/retention.ts.
import {
  type Cut,
  cutByAge,
  cutBySize,
  isIndexToMerge,
  pagesToReturn,
  presentOf,
  staysBecause,
} from '../decide/retention.ts'
import { tombstonesOf } from '../decide/tombstones.ts'
import type { RetainSettings } from '../model/config.ts'
import type { OldThread, PrunedCounts } from '../model/stored.ts'
import type { Millis } from '../model/units.ts'
import type { PruningRun, RetentionReader, TextPlace, ThreadPlace } from '../store/pruning.ts'
import type { Filing, Store } from '../store/store.ts'
import { SLICE } from './slices.ts'
import type { Storing } from './storing.ts'

/** Reports whose claimed times say which day it is. */
export const LAST_REPORTS = 200
/** Reports that are deleted between two looks at the clock, but for those of one story. */
const TOGETHER = 8
/** Threads, texts, polls and entries of the log that are looked through in one transaction. */
const THREADS = 50
const ROWS = 300
/** Pages of the full-text index that are written in one turn, and pages of the file that are given back. */
const INDEX_PAGES = 16
const FILE_PAGES = 128

export interface PruningDesk {
  store: Store
  storing: Storing
  /** Resolves when it is the next piece's turn; `worked` is how long the last one took. */
  next: (worked: Millis) => Promise<void>
  /** Longest time that a piece takes, but for a story. */
  slice?: Millis
  /** Ends it after the piece under way. */
  signal?: AbortSignal
  /** Told before each piece what is gone. */
  onPruned?: (counts: PrunedCounts) => void
}

export interface Pruned extends PrunedCounts {
  /** Threads that stay although they are old enough: an editor touched them, or a report of theirs stands in its feed. */
  edited: number
  standing: number
  /** Bytes of the database file that hold something, before and after. */
  bytesBefore: number
  bytes: number
  /** The file is still larger than it may be: all that is left is too young, or stays. */
  isTooLarge: boolean
  /** It was stopped before its end: the next run goes on. */
  isStopped: boolean
}

export const NOTHING_PRUNED: Readonly<PrunedCounts> = { threads: 0, stories: 0, reports: 0, revisions: 0, polls: 0 }

const add = (to: PrunedCounts, more: Partial<PrunedCounts>): void => {
  for (const key of Object.keys(NOTHING_PRUNED) as (keyof PrunedCounts)[]) to[key] += more[key] ?? 0
}

/** Bytes of the file that hold something. */
export function bytesOf({ fileSize }: Pick<RetentionReader, 'fileSize'>): number {
  const { pages, free, pageBytes } = fileSize()
  return (pages - free) * pageBytes
}

/** Delete what these settings keep no longer. Throws what a write throws that cannot be tried again. */
export async function prune(desk: PruningDesk, settings: RetainSettings, now: Millis): Promise<Pruned> {
  const run = new Run(desk, settings, now)
  await run.all()
  return run.pruned
}

class Run {
  readonly pruned: Pruned
  readonly #desk: PruningDesk
  readonly #settings: RetainSettings
  readonly #now: Millis
  readonly #slice: Millis
  #worked: Millis = 0

  constructor(desk: PruningDesk, settings: RetainSettings, now: Millis) {
    this.#desk = desk
    this.#settings = settings
    this.#now = now
    this.#slice = desk.slice ?? SLICE
    const bytes = bytesOf(desk.store)
    const counted = { edited: 0, standing: 0, bytesBefore: bytes, bytes, isTooLarge: false, isStopped: false }
    this.pruned = { ...NOTHING_PRUNED, ...counted }
  }

  async all(): Promise<void> {
    const { store } = this.#desk
    const settings = this.#settings
    const present = presentOf(this.#now, store.lastPublished(LAST_REPORTS))
    const aged = cutByAge(settings, present)
    const run: PruningRun = { at: this.#now, before: aged?.before ?? null, reason: 'age' }
    await this.#polls(run, this.#now - settings.polls)
    if (settings.revisions !== null) await this.#texts(run, present - settings.revisions)
    if (aged !== null) await this.#threads(aged)
    await this.#mergeIndex()
    for (;;) {
      const reports = store.indexed().reports
      const tight = cutBySize(settings, present, { bytes: bytesOf(store), reports })
      if (tight === null || (await this.#threads(tight)) === 0) break
      await this.#mergeIndex()
    }
    await this.#regroupings(present - settings.floor)
    await this.#returnPages()
    this.pruned.bytes = bytesOf(store)
    this.pruned.isStopped = this.#isStopped
    this.pruned.isTooLarge = !this.#isStopped && settings.size !== null && this.pruned.bytes > settings.size
  }

  get #isStopped(): boolean {
    return this.#desk.signal?.aborted ?? false
  }

  /** Do a piece in a transaction of its own, tried again as a whole where the file cannot be written. */
  async #piece<T>(work: (filing: Filing, tired: () => boolean) => T): Promise<T> {
    const { store, storing } = this.#desk
    return this.#outside(() =>
      storing.write(() =>
        store.file(filing => {
          const until = performance.now() + this.#slice
          return work(filing, () => performance.now() >= until)
        }),
      ),
    )
  }

  async #outside<T>(work: () => Promise<T>): Promise<T> {
    this.#desk.onPruned?.(this.pruned)
    await this.#desk.next(this.#worked)
    const started = performance.now()
    const value = await work()
    this.#worked = performance.now() - started
    return value
  }

  /** Delete threads without news; returns how many reports went. */
  async #threads(cut: Cut): Promise<number> {
    const run: PruningRun = { at: this.#now, before: cut.before, reason: cut.reason }
    let from: ThreadPlace | null = null
    let reports = 0
    const kept = { edited: 0, standing: 0 }
    while (reports < cut.reports && !this.#isStopped) {
      const asked = { cut: { ...cut, reports: cut.reports - reports }, run, from }
      const done: SomeThreads = await this.#piece((filing, tired) => someThreads(filing, asked, tired))
      add(this.pruned, done.counts)
      kept.edited += done.edited
      kept.standing += done.standing
      reports += done.counts.reports
      from = done.place
      if (done.isLast) break
    }
    Object.assign(this.pruned, kept)
    return reports
  }

  async #texts(run: PruningRun, before: Millis): Promise<void> {
    let after: TextPlace | null = null
    while (!this.#isStopped) {
      const from: TextPlace | null = after
      const { texts, next } = await this.#piece(filing => {
        const found = filing.oldTexts(before, from, ROWS)
        filing.pruneTexts(found.texts)
        if (found.texts.length > 0) filing.logPruned(run, { ...NOTHING_PRUNED, revisions: found.texts.length })
        return found
      })
      add(this.pruned, { revisions: texts.length })
      if (next === null) return
      after = next
    }
  }

  async #polls(run: PruningRun, before: Millis): Promise<void> {
    while (!this.#isStopped) {
      const polls = await this.#piece(filing => {
        const gone = filing.prunePolls(before, ROWS)
        if (gone > 0) filing.logPruned(run, { ...NOTHING_PRUNED, polls: gone })
        return gone
      })
      add(this.pruned, { polls })
      if (polls < ROWS) return
    }
  }

  /** Take what was joined and parted of threads that are gone out of the log. */
  async #regroupings(before: Millis): Promise<void> {
    if (this.pruned.threads === 0) return
    let after: number | null = 0
    while (after !== null && !this.#isStopped) {
      const from: number = after
      after = await this.#piece(filing => filing.pruneRegroupings(before, from, ROWS))
    }
  }

  async #mergeIndex(): Promise<void> {
    const { store } = this.#desk
    const { reports, deleted, isMerging } = store.indexed()
    const { size } = this.#settings
    if (!isMerging && !isIndexToMerge(deleted, reports, size !== null && bytesOf(store) > size)) return
    while (!this.#isStopped) if (await this.#piece(filing => filing.mergeIndex(INDEX_PAGES))) return
  }

  async #returnPages(): Promise<void> {
    const { store, storing } = this.#desk
    while (!this.#isStopped) {
      const size = store.fileSize()
      const pages = size.canShrink ? Math.min(FILE_PAGES, pagesToReturn(size)) : 0
      if (pages === 0) return
      await this.#outside(() => storing.write(() => store.returnPages(pages)))
    }
  }
}

interface SomeThreads {
  counts: PrunedCounts
  edited: number
  standing: number
  /** The last thread that is gone, or stays. */
  place: ThreadPlace | null
  isLast: boolean
}

/** Delete threads from a place on, until `tired` or as many reports are gone as may. */
function someThreads(
  filing: Filing,
  { cut, run, from }: { cut: Cut; run: PruningRun; from: ThreadPlace | null },
  tired: () => boolean,
): SomeThreads {
  const done: SomeThreads = { counts: { ...NOTHING_PRUNED }, edited: 0, standing: 0, place: from, isLast: false }
  const threads = filing.oldThreads(cut.before, from, THREADS)
  done.isLast = threads.length < THREADS
  for (let at = 0; at < threads.length; ) {
    const { going, passed, edited, standing } = nextOf(threads.slice(at), cut, cut.reports - done.counts.reports)
    if (going.length > 0 && !pruneThreads(filing, going, { cut, done, tired })) {
      done.isLast = false
      break
    }
    at += passed
    done.edited += edited
    done.standing += standing
    const last = threads[at - 1] as OldThread
    done.place = { id: last.id, last: last.last }
    if (done.counts.reports >= cut.reports) break
    if (tired()) {
      done.isLast &&= at === threads.length
      break
    }
  }
  if (done.counts.threads + done.counts.reports > 0) filing.logPruned(run, done.counts)
  return done
}

/** The next threads that go together: one, or several of few reports. `passed`: with those that stay before and between them. */
function nextOf(threads: readonly OldThread[], cut: Cut, most: number) {
  const next = { going: [] as OldThread[], passed: 0, edited: 0, standing: 0 }
  let reports = 0
  for (const thread of threads) {
    const stays = staysBecause(thread, cut)
    if (stays === null) {
      if (next.going.length > 0 && (reports >= most || reports + thread.reports > TOGETHER)) break
      next.going.push(thread)
      reports += thread.reports
    } else if (stays !== 'recent') next[stays]++
    next.passed++
  }
  return next
}

/** Delete threads: of few reports at once, a large one story by story; false where it has some left. */
function pruneThreads(
  filing: Filing,
  threads: readonly OldThread[],
  { cut, done, tired }: { cut: Cut; done: SomeThreads; tired: () => boolean },
): boolean {
  const [first, ...others] = threads
  if (first === undefined) return true
  const isLarge = others.length === 0 && first.reports > TOGETHER
  for (;;) {
    const reports = isLarge
      ? filing.firstReports(first.id, TOGETHER)
      : filing.namedReportsOf(threads.map(({ id }) => id))
    const tombstones = reports.flatMap(({ feed, story: _, thread: __, ...names }) => tombstonesOf(feed, names))
    const byThread = Map.groupBy(reports, ({ thread }) => thread)
    // A thread without a story, as a damaged database may have it, is one of them.
    const parts = threads.map(({ id }) => ({
      thread: id,
      stories: [...new Set(byThread.get(id)?.map(({ story }) => story))],
    }))
    const gone = filing.pruneStories(parts, { before: cut.before, tombstones })
    add(done.counts, gone)
    // Where nothing went, nothing would the next time: a story without a report stays.
    if (!isLarge || gone.threads > 0 || gone.reports === 0) return true
    if (tired()) return false
  }
}
