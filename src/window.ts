// The active window: the indexes of threads and copies over recent news, kept in step with what any process has stored. They
// hold nothing that is not stored, so a restart, a second process and a rolled-back transaction all end in the same index.
import { Constraints } from './decide/constraints.ts'
import { type CopyFeatures, CopyIndex } from './decide/story.ts'
import { type ThreadFeatures, ThreadIndex } from './decide/thread.ts'
import type { Millis, ThreadSettings } from './model.ts'
import type { Filing, UnreadText } from './store/store.ts'

/** Raised when features are made in another way: those on file are then made anew from the texts. */
const FEATURES_VERSION = 3

/** Makes features of texts on file that have none. */
export interface Remaker {
  story(filing: Filing, story: UnreadText): void
  report(filing: Filing, report: UnreadText): void
}

export class ActiveWindow {
  readonly #settings: ThreadSettings
  #threads: ThreadIndex
  #copies: CopyIndex
  #constraints: Constraints | null = null
  #story = 0
  #report = 0
  #regrouping: number | null = null

  constructor(settings: ThreadSettings) {
    this.#settings = settings
    this.#threads = new ThreadIndex(settings)
    this.#copies = new CopyIndex(2 * settings.window)
  }

  get threads(): ThreadIndex {
    return this.#threads
  }

  get copies(): CopyIndex {
    return this.#copies
  }

  /** What editors decided of stories in threads. */
  get constraints(): Constraints {
    return this.#constraints ?? new Constraints([])
  }

  /** Forget everything: the next `catchUp` reads it again. After an exception nobody knows what was rolled back. */
  reset(): void {
    this.#threads = new ThreadIndex(this.#settings)
    this.#copies = new CopyIndex(2 * this.#settings.window)
    this.#constraints = null
    this.#story = 0
    this.#report = 0
    this.#regrouping = null
  }

  /** Take in what was filed, joined and parted since the last look, by whichever process, and forget what has grown old. */
  catchUp(filing: Filing, now: Millis, remake: Remaker): void {
    const since = ThreadIndex.horizon(this.#settings, now)
    const first = this.#regrouping === null
    if (first) filing.featuresOf(FEATURES_VERSION)
    this.#regrouping ??= filing.lastRegrouping()
    this.#constraints ??= new Constraints(
      filing.decisions().flatMap(({ what, kind, one, other }) =>
        what === 'thread'
          ? [
              {
                kind,
                one: one.map(id => filing.resolve('story', id)),
                other: other.map(id => filing.resolve('story', id)),
              },
            ]
          : [],
      ),
    )
    const regrouped = filing.regroupedAfter(this.#regrouping)
    // Rare, and hard to get right piece by piece: whoever joined or parted something, the window is read anew.
    if (regrouped.length > 0) {
      this.reset()
      this.catchUp(filing, now, remake)
      return
    }
    for (const story of filing.storiesAfter(this.#story, since)) {
      this.#threads.add(story.thread, story.id, JSON.parse(story.features) as ThreadFeatures, story.time)
      this.#story = story.seq
    }
    for (const report of filing.reportsAfter(this.#report, since)) {
      const features = JSON.parse(report.features) as CopyFeatures | null
      if (features) this.#copies.add(report.story, report.id, features, report.time)
      this.#report = report.seq
    }
    if (first) {
      for (const text of filing.storiesWithoutFeatures(since)) remake.story(filing, text)
      for (const text of filing.reportsWithoutFeatures(since)) remake.report(filing, text)
    }
    this.#threads.expire(since)
    this.#copies.expire(since)
  }

  /** A story was filed: keep what the index needs of it. */
  addStory(filing: Filing, thread: number, story: number, features: ThreadFeatures, time: Millis): void {
    this.#story = filing.keepStoryFeatures(story, time, JSON.stringify(features))
    this.#threads.add(thread, story, features, time)
  }

  addReport(filing: Filing, story: number, report: number, features: CopyFeatures | null, time: Millis): void {
    this.#report = filing.keepReportFeatures(report, time, JSON.stringify(features))
    if (features) this.#copies.add(story, report, features, time)
  }
}
