// What retention asks of the store, in domain words.
import type { FileSize, OldThread, PrunedCounts, PrunedKind } from '../model/stored.ts'
import type { Millis, Outcome } from '../model/units.ts'

/** Where a thread stands among those without news for long: they are read from the oldest to the newest. */
export type ThreadPlace = Pick<OldThread, 'id' | 'last'>

/** Where an earlier text stands among all. */
export interface TextPlace {
  report: number
  number: number
}

/** What can be read without leave to write. */
export interface RetentionReader {
  /** Threads of which the newest story and the last change lie before a moment, the oldest first, after a place. */
  oldThreads(before: Millis, after: ThreadPlace | null, limit: number): OldThread[]
  /** When the reports filed last say that they were published. */
  lastPublished(limit: number): Millis[]
  fileSize(): FileSize
  /** Reports on file, and those deleted that the full-text index was not merged without yet. */
  indexed(): { reports: number; deleted: number; isMerging: boolean }
  /**
   * Earlier texts that were replaced before a moment, in the order of their reports, after a place, among the next `limit`.
   * `next` is where to go on; null where none can come.
   */
  oldTexts(before: Millis, after: TextPlace | null, limit: number): { texts: TextPlace[]; next: TextPlace | null }
  /** Visits to feeds before a moment, up to a number. */
  oldPolls(before: Millis, limit: number): number
  /** Whether there was such a one, which was pruned or merged into one that was. */
  isPruned(what: PrunedKind, id: number): boolean
}

/** A report by its names. */
export interface NamedReport {
  story: number
  thread: number
  feed: number
  guid: string
  globalGuid: string | null
  canonicalUrl: string | null
}

/** Stories of a thread that go. */
export interface PrunedPart {
  thread: number
  stories: readonly number[]
}

/** A run of retention, as its row in the log names it. */
export interface PruningRun {
  at: Millis
  /** Null where no thread may go. */
  before: Millis | null
  reason: 'age' | 'size'
}

/** Inside a filing's transaction. */
export interface Pruning extends RetentionReader {
  /** Reports of the first stories of a thread: of as many whole stories as have some `limit` reports, of one at least. */
  firstReports(thread: number, limit: number): NamedReport[]
  /** All reports of these threads. */
  namedReportsOf(threads: readonly number[]): NamedReport[]
  /**
   * Delete stories of threads with all that refers to them, and each thread with its last story; what stays is counted
   * anew. `tombstones` stand for their reports, which are all older than `before`.
   */
  pruneStories(parts: readonly PrunedPart[], gone: { before: Millis; tombstones: readonly number[] }): PrunedCounts
  pruneTexts(texts: readonly TextPlace[]): void
  /** Delete visits to feeds; returns how many. */
  prunePolls(before: Millis, limit: number): number
  /** Delete what was joined and parted of threads and stories that are gone, among `limit` entries of the log after one. */
  pruneRegroupings(before: Millis, after: number, limit: number): number | null
  /** Add to the log of what was deleted, for whoever asks with SQL. */
  logPruned(run: PruningRun, counts: PrunedCounts): void
  /** Take deleted reports out of the full-text index, some pages at a time: true where nothing is left to do. */
  mergeIndex(pages: number): boolean
}

/** What retention asks outside of a transaction. */
export interface Shrinking {
  /** Give free pages back to the disk, the last of the file first. */
  returnPages(pages: number): void
  /**
   * Write the file anew without free pages, where no other process has it open and the disk has room. Else the reason, in words
   * that go on after "because".
   */
  rewriteAlone(): Outcome<null>
}
