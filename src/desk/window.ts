// The active window: the indexes of threads and copies over recent news, kept in step with what any process has stored. They
// hold nothing that is not stored, so a restart, a second process and a rolled-back transaction all end in the same index.
import { Constraints } from '../decide/constraints.ts'
import { type CopyFeatures, CopyIndex } from '../decide/copy/index.ts'
import { packed, unpacked } from '../decide/thread/packed.ts'
import { type ThreadFeatures, ThreadIndex } from '../decide/thread/place.ts'
import { review } from '../decide/thread/review.ts'
import { centralStory, storylines } from '../decide/thread/telling.ts'
import type { ThreadSettings } from '../model/config.ts'
import type { Millis } from '../model/units.ts'
import type { Filing, Reason, Regrouped, UnreadText } from '../store/store.ts'

/** Raised when features are made in another way: those on file are then made anew from the texts. */
const FEATURES_VERSION = 7

const HOUR: Millis = 3_600_000
/** Reprints come within days; a longer window of threads does not make the index of copies longer. */
const COPIES: Millis = 144 * HOUR
/** Polls that run side by side began at different times: so much is no clock set back. */
const CLOCK_SLIP: Millis = 2 * HOUR
const LINKED_AT_ONCE = 2
/** Stories looked at again with one filing: some twenty milliseconds in a full window. */
const REVIEWED_AT_ONCE = 32
/** Stories up to which the lead of a thread is chosen anew with each. */
const ALWAYS_LED = 8
/** Stories of one language among which the lead is looked for. */
const MOST_LED = 100

/** Makes features of texts on file that have none. */
export interface Remaker {
  story(filing: Filing, story: UnreadText): void
  report(filing: Filing, report: UnreadText): void
}

const copiesWindow = ({ window }: ThreadSettings): Millis => Math.min(2 * window, COPIES)

export class ActiveWindow {
  readonly #settings: ThreadSettings
  #threads: ThreadIndex
  #copies: CopyIndex
  /** What editors decided of stories in threads. */
  #constraints = new Constraints([])
  #story = 0
  #report = 0
  #regrouping: number | null = null
  /** From when on the indexes hold what is stored. */
  #since: Millis | null = null
  /** Threads whose neighbours are to be looked for; those of reviewed stories up to this one are among them. */
  readonly #unlinked = new Set<number>()
  #queued: number | null = null

  constructor(settings: ThreadSettings) {
    this.#settings = settings
    this.#threads = new ThreadIndex(settings)
    this.#copies = new CopyIndex(copiesWindow(settings))
  }

  get threads(): ThreadIndex {
    return this.#threads
  }

  get copies(): CopyIndex {
    return this.#copies
  }

  /** Forget everything: the next `catchUp` reads it again. After an exception nobody knows what was rolled back. */
  reset(): void {
    this.#threads = new ThreadIndex(this.#settings)
    this.#copies = new CopyIndex(copiesWindow(this.#settings))
    this.#constraints = new Constraints([])
    this.#story = 0
    this.#report = 0
    this.#regrouping = null
    this.#since = null
    this.#queued = null
  }

  /** Take in what was filed, joined and parted since the last look, by whichever process, and forget what has grown old. */
  catchUp(filing: Filing, now: Millis, remake: Remaker): void {
    const since = ThreadIndex.horizon(this.#settings, now)
    // While the clock was ahead, what is recent now was forgotten.
    if (this.#since !== null && since < this.#since - CLOCK_SLIP) this.reset()
    this.#since = Math.max(this.#since ?? since, since)
    const copiesSince = Math.max(since, Math.floor((now - COPIES) / HOUR) * HOUR)
    const first = this.#regrouping === null
    if (first) filing.featuresOf(FEATURES_VERSION)
    this.#regrouping ??= filing.lastRegrouping()
    for (const story of filing.storiesAfter(this.#story, since)) {
      if (story.time < since) this.#threads.remove(story.id)
      else this.#threads.add(story.thread, story.id, unpacked(story.features), story.time)
      this.#story = story.seq
    }
    for (const report of filing.reportsAfter(this.#report, copiesSince)) {
      const features = JSON.parse(report.features) as CopyFeatures | null
      if (features === null || report.time < copiesSince) this.#copies.forget(report.id)
      else this.#copies.add(report.story, report.id, features, report.time, report.agency)
      this.#report = report.seq
    }
    const regrouped = filing.regroupedAfter(this.#regrouping)
    for (const one of regrouped) this.#apply(one)
    if (first || regrouped.some(({ by }) => by === 'editor')) this.#constraints = constraintsOf(filing)
    if (first || regrouped.some(({ kind }) => kind === 'split-story')) {
      for (const text of filing.storiesWithoutFeatures(since)) remake.story(filing, text)
      for (const text of filing.reportsWithoutFeatures(copiesSince)) remake.report(filing, text)
    }
    this.#threads.expire(since)
    this.#copies.expire(copiesSince)
  }

  /** Do in the indexes what was done in the store, by whichever process. */
  #apply({ id, kind, kept, other, members }: Regrouped): void {
    if (kind === 'merge-threads') for (const story of members) this.#threads.move(story, kept)
    else if (kind === 'split-thread') for (const story of members) this.#threads.move(story, other)
    else if (kind === 'split-story') this.#copies.move(members, other)
    else {
      this.#copies.move(members, kept)
      this.#threads.remove(other)
    }
    this.#regrouping = id
  }

  /**
   * Late evidence: when the clock has come into another hour, the stories filed until then are looked at again. Threads that
   * turned out to be one are merged, those that became two are split, stories that belong elsewhere move. What it looks at
   * and when follows from what is stored, so that the same filings give the same threads. A few stories at a time: what is
   * left is looked at with the next filing.
   */
  review(filing: Filing, now: Millis): void {
    const hour = Math.floor(now / HOUR)
    const reviewed = filing.mark('review_hour')
    // An hour that is still to come was reviewed by a clock that was ahead.
    if (reviewed < hour || reviewed > hour + CLOCK_SLIP / HOUR) {
      filing.setMark('review_hour', hour)
      filing.setMark('review_until', this.#lastStory())
      // What no index reads any more; a window more is kept, for a user who lengthens it a little.
      filing.forgetFeatures(ThreadIndex.horizon(this.#settings, now) - this.#settings.window)
    }
    const since = filing.mark('reviewed_story')
    const until = filing.mark('review_until')
    if (since >= until) return
    const upTo = this.#nextStories(since, until)
    const changed = new Set<number>()
    for (const one of review(this.#threads, since, this.#constraints, upTo)) {
      const why = { at: now, by: 'review' as const, score: one.score, reasons: one.reasons.map(({ term }) => term) }
      changed.add(one.thread)
      if (one.kind === 'merge') filing.mergeThreads(one.thread, one.from, why)
      else if (one.kind === 'split') changed.add(filing.splitThread(one.thread, one.stories, why))
      else {
        changed.add(one.from)
        filing.moveStories(one.from, one.thread, one.stories, why)
      }
      for (const done of filing.regroupedAfter(this.#regrouping ?? 0)) this.#apply(done)
    }
    filing.setMark('reviewed_story', upTo)
    for (const thread of changed) {
      if (!this.#threads.thread(thread)) continue
      this.#unlinked.add(thread)
      this.lead(filing, thread)
    }
  }

  #lastStory(): number {
    let last = 0
    for (const { id } of this.#threads.stories()) if (id > last) last = id
    return last
  }

  /** The id up to which the next few stories after one are looked at. */
  #nextStories(after: number, until: number): number {
    const ids: number[] = []
    for (const { id } of this.#threads.stories()) if (id > after && id <= until) ids.push(id)
    return ids.length <= REVIEWED_AT_ONCE ? until : (ids.sort((a, b) => a - b)[REVIEWED_AT_ONCE - 1] as number)
  }

  /** Say beside what threads are told: a few at a time, for it is work that can wait. */
  link(filing: Filing): void {
    // Which reviewed stories were linked is stored, so that a restart loses none that wait.
    const reviewed = filing.mark('reviewed_story')
    const linked = filing.mark('linked_story')
    const queued = Math.max(this.#queued ?? 0, linked)
    if (queued < reviewed) {
      for (const { id, thread } of this.#threads.stories()) {
        if (id > queued && id <= reviewed) this.#unlinked.add(thread.id)
      }
    }
    this.#queued = reviewed
    for (const thread of [...this.#unlinked].slice(0, LINKED_AT_ONCE)) {
      this.#unlinked.delete(thread)
      if (!this.#threads.thread(thread)) continue
      const links = storylines(this.#threads, thread).flatMap(({ thread: other, when, score }) =>
        // What comes after names this one as before it.
        when === 'after' ? [] : [{ other, kind: when === 'before' ? ('before' as const) : ('beside' as const), score }],
      )
      filing.link(thread, links)
    }
    if (this.#unlinked.size === 0 && linked < reviewed) filing.setMark('linked_story', reviewed)
  }

  /** Let the story that says most of what all say lead its thread. Of a large one it is not asked after every story. */
  lead(filing: Filing, thread: number): void {
    const active = this.#threads.thread(thread)
    if (!active) return
    let size = 0
    for (const part of active.parts.values()) size += part.stories.length
    // Two stories are equally near to each other.
    if (size < 3) return
    if (size > ALWAYS_LED && size % Math.ceil(size / ALWAYS_LED) !== 0) return
    // Of a very large thread the latest speak for it.
    const stories = [...active.parts.values()].flatMap(part => part.stories.slice(-MOST_LED))
    const central = centralStory(
      stories.map(story => ({ id: story.id, time: story.time, features: this.#threads.featuresOf(story) })),
    )
    if (central !== null) filing.setCentral(thread, central)
  }

  /**
   * Two stories turned out to be one piece of copy. The older id remains and is returned; null where an editor has parted
   * them, or their threads.
   */
  mergeStories(filing: Filing, one: number, other: number, why: Omit<Reason, 'by'>): number | null {
    const [kept, gone] = one < other ? [one, other] : [other, one]
    if (this.#constraints.apart(kept, gone) || partedReports(filing, kept, gone)) return null
    filing.mergeStories(kept, gone, { ...why, by: 'review' })
    for (const done of filing.regroupedAfter(this.#regrouping ?? 0)) this.#apply(done)
    const thread = filing.placed(kept)?.thread
    if (thread !== undefined) this.lead(filing, thread)
    return kept
  }

  /**
   * A report of a story tells another thing now: it leaves for a story and a thread of its own, with `features` of its new
   * text. Returns the story.
   */
  leaveStory(
    filing: Filing,
    { story, report, key, features }: { story: number; report: number; key: string; features: ThreadFeatures },
    why: Omit<Reason, 'by'>,
  ): number {
    const byUs = { ...why, by: 'review' as const }
    const opened = filing.splitStory(story, [report], key, byUs)
    const placed = filing.placed(opened)
    if (!placed) throw new Error(`story ${opened} was not opened`)
    this.addStory(filing, placed.thread, opened, features, placed.time)
    const thread = filing.splitThread(placed.thread, [opened], byUs)
    for (const done of filing.regroupedAfter(this.#regrouping ?? 0)) this.#apply(done)
    for (const changed of [placed.thread, thread]) this.lead(filing, changed)
    return opened
  }

  /** A story was filed: keep what the index needs of it. */
  addStory(filing: Filing, thread: number, story: number, features: ThreadFeatures, time: Millis): void {
    this.#story = filing.keepStoryFeatures(story, time, packed(features))
    this.#threads.add(thread, story, features, time)
  }

  addReport(
    filing: Filing,
    story: number,
    report: { id: number; agency: string; time: Millis },
    features: CopyFeatures | null,
  ): void {
    const { id, agency, time } = report
    this.#report = filing.keepReportFeatures(id, time, JSON.stringify(features))
    if (features) this.#copies.add(story, id, features, time, agency)
    else this.#copies.forget(id)
  }
}

function constraintsOf(filing: Filing): Constraints {
  const follow = (stories: readonly number[]) => stories.map(id => filing.resolve('story', id))
  return new Constraints(
    filing
      .decisions()
      .filter(({ what }) => what === 'thread')
      .map(({ kind, one, other }) => ({ kind, one: follow(one), other: follow(other) })),
  )
}

/** Whether an editor has taken reports of the one out of the other. */
function partedReports(filing: Filing, one: number, other: number): boolean {
  const decisions = new Constraints(filing.decisions().filter(({ what }) => what === 'story'))
  if (decisions.empty) return false
  const [ones, others] = [one, other].map(story => filing.reportsOf(story).filter(report => decisions.knows(report)))
  return (ones ?? []).some(a => (others ?? []).some(b => decisions.apart(a, b)))
}
