// The active window: the indexes of threads and copies over recent news, kept in step with what any process has stored. They
// hold nothing that is not stored, so a restart, a second process and a rolled-back transaction all end in the same index.
import { Constraints } from '../decide/constraints.ts'
import { type CopyFeatures, CopyIndex } from '../decide/copy/index.ts'
import { packCopyFeatures, unpackCopyFeatures } from '../decide/copy/packing.ts'
import { packFeatures, unpackFeatures } from '../decide/thread/packing.ts'
import { type ThreadFeatures, ThreadIndex } from '../decide/thread/place.ts'
import { centralStory } from '../decide/thread/telling.ts'
import type { ThreadSettings } from '../model/config.ts'
import type { Millis } from '../model/units.ts'
import type { Filing, Reason, Regrouped, Store, TextWithoutFeatures } from '../store/store.ts'

/** Raised when features are made in another way: those on file are then made anew from the texts. */
const FEATURES_VERSION = 12

const HOUR: Millis = 3_600_000
/** Reprints come within days; a longer window of threads does not make the index of copies longer. */
const COPIES: Millis = 144 * HOUR
/** Polls that run side by side began at different times: so much is no clock set back. */
const CLOCK_SLIP: Millis = 2 * HOUR
/** Rows of features, and texts without them, taken in between two looks at the clock. */
const ROWS = 200
const TEXTS = 8
/** Stories up to which the lead of a thread is chosen anew with each. */
const ALWAYS_LED = 8
/** Stories of one language among which the lead is looked for. */
const MOST_LED = 100

/** Makes features of texts on file that have none. */
export interface Remaker {
  story(filing: Filing, story: TextWithoutFeatures): void
  report(filing: Filing, report: TextWithoutFeatures): void
}

const copiesWindow = ({ window }: ThreadSettings): Millis => Math.min(2 * window, COPIES)

/** Threads that are still to be linked, ascending: remembered between steps, and found again from what is stored. */
export interface Linking {
  until: number
  left: number[]
}

/** The last numbers on file of features of stories and reports, and of regroupings. */
export interface Last {
  story: number
  report: number
  regrouping: number
}

type WindowReader = Pick<Filing, 'storiesAfter' | 'reportsAfter'>

export class ActiveWindow {
  readonly #settings: ThreadSettings
  #threads: ThreadIndex
  #copies: CopyIndex
  #constraints = new Constraints([])
  #story = 0
  #report = 0
  #regrouping: number | null = null
  /** From when on the indexes hold what is stored. */
  #since: Millis | null = null
  /** Whether everything that was stored before the first look has been read. */
  #read = false
  #hasDecisions = false
  /** Whether texts may be on file without features: of another version, or of stories that an editor opened. */
  #mayLackFeatures = true
  /** Stories and reports up to these have features; null where all stories have. */
  #remadeStory: number | null = 0
  #remadeReport = 0
  /** The hour of the last review of which no step is left: set by desk/prepare.ts. */
  reviewedHour: number | null = null
  /** The linking of threads under way: set by desk/review.ts. */
  linking: Linking | null = null

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

  /** What editors decided of stories in threads. */
  get decisions(): Constraints {
    return this.#constraints
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
    this.#read = false
    this.#hasDecisions = false
    this.#mayLackFeatures = true
    this.#remadeStory = 0
    this.#remadeReport = 0
    this.reviewedHour = null
    this.linking = null
  }

  /** Whether all that is stored has been read, and has features. */
  get isWhole(): boolean {
    return this.#read && !this.#mayLackFeatures
  }

  /** Drop features on file that were made in another way. */
  dropOutdated(filing: Filing): void {
    if (filing.featuresOf(FEATURES_VERSION)) this.reset()
  }

  /**
   * Read some of what is stored, outside of any transaction: true when all is read. What is stored meanwhile, and whatever
   * was joined and parted since the first look, is left to `catchUp`.
   */
  read(store: Pick<Store, 'read'>, now: Millis): boolean {
    if (this.#read) return true
    const { since, copiesSince } = this.#horizons(now)
    const more = store.read(filing => {
      // Of another version: to be made anew, and not to be read.
      if (filing.mark('features') !== FEATURES_VERSION) return false
      this.#regrouping ??= filing.lastRegrouping()
      return this.#takeStories(filing, since, ROWS) || this.#takeReports(filing, copiesSince, ROWS)
    })
    this.#read = !more
    return this.#read
  }

  #horizons(now: Millis): { since: Millis; copiesSince: Millis } {
    const since = ThreadIndex.horizon(this.#settings, now)
    return { since, copiesSince: Math.max(since, Math.floor((now - COPIES) / HOUR) * HOUR) }
  }

  /** Returns whether there may be more than `limit`. */
  #takeStories(filing: WindowReader, since: Millis, limit?: number): boolean {
    const rows = filing.storiesAfter(this.#story, since, limit)
    for (const story of rows) {
      if (story.time < since) this.#threads.remove(story.id)
      else this.#threads.add(story.thread, story.id, unpackFeatures(story.features), story.time)
      this.#story = story.seq
    }
    return rows.length === limit
  }

  #takeReports(filing: WindowReader, since: Millis, limit?: number): boolean {
    const rows = filing.reportsAfter(this.#report, since, limit)
    for (const report of rows) {
      const features = unpackCopyFeatures(report.features)
      if (features === null || report.time < since) this.#copies.forget(report.id)
      else this.#copies.add(report.story, report.id, features, report.time, report.agency)
      this.#report = report.seq
    }
    return rows.length === limit
  }

  /**
   * Take in what was filed, joined and parted since the last look, by whichever process, and forget what has grown old. Where
   * `remake` is given, stories that were opened meanwhile get their features. `stored` are the last numbers on file, where
   * they were read already: then nothing more is asked where all of it is known.
   */
  catchUp(filing: Filing, now: Millis, remake: Remaker | null = null, stored: Last | null = null): void {
    const { since, copiesSince } = this.#horizons(now)
    // While the clock was ahead, what is recent now was forgotten.
    if (this.#since !== null && since < this.#since - CLOCK_SLIP) this.reset()
    this.#since = Math.max(this.#since ?? since, since)
    const first = !this.#hasDecisions
    this.#regrouping ??= filing.lastRegrouping()
    const isKnown =
      this.#read &&
      stored?.story === this.#story &&
      stored.report === this.#report &&
      stored.regrouping === this.#regrouping
    if (!isKnown) {
      this.#takeStories(filing, since)
      this.#takeReports(filing, copiesSince)
    }
    this.#read = true
    const regrouped = isKnown ? [] : this.follow(filing)
    if (first || regrouped.some(({ by }) => by === 'editor')) this.#constraints = constraintsOf(filing)
    this.#hasDecisions = true
    if (regrouped.some(({ kind }) => kind === 'split-story')) this.#mayLackFeatures = true
    this.#threads.expire(since)
    this.#copies.expire(copiesSince)
    // An editor has just opened a story; where many lack features, `prepare.ts` makes them in turns.
    if (remake && regrouped.length > 0) while (this.remake(filing, now, remake)) {}
  }

  /** Do in the indexes what was joined and parted since the last look. */
  follow(filing: Filing): Regrouped[] {
    const regrouped = filing.regroupedAfter(this.#regrouping ?? 0)
    for (const one of regrouped) this.#apply(one)
    return regrouped
  }

  /** Make features of some texts on file that have none. Returns whether there may be more such texts. */
  remake(filing: Filing, now: Millis, remake: Remaker): boolean {
    if (!this.#mayLackFeatures) return false
    const { since, copiesSince } = this.#horizons(now)
    if (this.#remadeStory !== null) {
      const stories = filing.storiesWithoutFeatures(since, this.#remadeStory, TEXTS)
      for (const text of stories) remake.story(filing, text)
      this.#remadeStory = stories.at(-1)?.id ?? null
      if (stories.length > 0) return true
    }
    const reports = filing.reportsWithoutFeatures(copiesSince, this.#remadeReport, TEXTS)
    for (const text of reports) {
      remake.report(filing, text)
      this.#remadeReport = text.id
    }
    if (reports.length > 0) return true
    this.#mayLackFeatures = false
    this.#remadeStory = 0
    this.#remadeReport = 0
    return false
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

  /** The highest id of a story in the window, 0 in an empty one. */
  lastStory(): number {
    let last = 0
    for (const { id } of this.#threads.stories()) if (id > last) last = id
    return last
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
      stories.map(({ id, time, language, row }) => ({ id, time, language, own: this.#threads.weights.ownOf(row) })),
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
    this.follow(filing)
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
    this.follow(filing)
    for (const changed of [placed.thread, thread]) this.lead(filing, changed)
    return opened
  }

  /** A story was filed: keep what the index needs of it. */
  addStory(filing: Filing, thread: number, story: number, features: ThreadFeatures, time: Millis): void {
    this.#story = filing.keepStoryFeatures(story, time, packFeatures(features))
    this.#threads.add(thread, story, features, time)
  }

  addReport(
    filing: Filing,
    story: number,
    report: { id: number; agency: string; time: Millis },
    features: CopyFeatures | null,
  ): void {
    const { id, agency, time } = report
    this.#report = filing.keepReportFeatures(id, time, packCopyFeatures(features))
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
