// What becomes of the entries of one poll: each is decided and stored inside one transaction. A large document is filed in
// several, between which the program does other things; what is decided does not depend on where they end.
import { digest, type ReportContext, toReport } from './decide/report.ts'
import { copyShingles } from './decide/story.ts'
import { termCounts } from './decide/thread.ts'
import { readWire, type WireNames } from './decide/wire.ts'
import type { Entry, FilingKind, Millis, PollCounts, Report, ThreadSettings } from './model.ts'
import type { Filing, Joining, Store, UnreadText } from './store/store.ts'
import { ActiveWindow, type Remaker } from './window.ts'

/** An entry with the plain text of its body. */
export interface ReadEntry {
  entry: Entry
  text: string
}

export interface FiledEntry {
  kind: FilingKind
  /** Null for a rejected entry. */
  report: number | null
  story: number | null
  thread: number | null
  /** Why an entry was rejected. */
  reason: string | null
}

export interface FilingContext extends ReportContext {
  /** Address of the feed by configuration: with the guid, it makes the keys of stories. */
  feedKey: string
}

/** Records the poll in the transaction of its last entries; `poll` is its number where it was announced before. */
export type Finish = (filing: Filing, filed: FiledEntry[], counts: PollCounts, poll: number | null) => void

/**
 * Longest that filing keeps the program from anything else, but for the entry under way. A page or a push waits no longer
 * than this.
 */
const SLICE: Millis = 40

export function noCounts(): PollCounts {
  return { entries: 0, new: 0, revision: 0, copy: 0, unchanged: 0, rejected: 0 }
}

function countsOf(filed: readonly (FiledEntry | undefined)[]): PollCounts {
  const counts = noCounts()
  counts.entries = filed.length
  for (const one of filed) if (one) counts[one.kind]++
  return counts
}

/** An accepted entry on its way: which of the document's it is, and how to tell it from others of the same guid. */
interface Accepted {
  at: number
  report: Report
  /** Its guid stands for several texts of this document, also after the first mark. */
  reused: boolean
  reusedTwice: boolean
}

/** Work that can stop between two entries. */
type Steps<T> = Generator<undefined, T, undefined>

/** The desk every entry passes: one per process and store. */
export class Desk {
  readonly #store: Store
  readonly #window: ActiveWindow

  constructor(store: Store, settings: ThreadSettings) {
    this.#store = store
    this.#window = new ActiveWindow(settings)
  }

  /**
   * File the entries of one poll, oldest first, and let `finish` record the poll in the same transaction. On an exception
   * nothing is stored.
   */
  file(entries: readonly ReadEntry[], context: FilingContext, finish: Finish): FiledEntry[] {
    const { filed, accepted } = toEnd(prepare(entries, context))
    return this.#transaction(context, filing => {
      toEnd(this.#fileAll(filing, accepted, filed, context))
      finish(filing, filed, countsOf(filed), null)
      return filed
    })
  }

  /**
   * The same, giving way to other work again and again. After an exception, or a crash, what was filed stays filed: the
   * poll then stands as interrupted, and the next one finds those entries unchanged.
   */
  async fileInSlices(entries: readonly ReadEntry[], context: FilingContext, finish: Finish): Promise<FiledEntry[]> {
    const { filed, accepted } = await givingWay(prepare(entries, context))
    let poll: number | null = null
    let steps: Steps<void> | null = null
    for (;;) {
      const done = this.#transaction(context, filing => {
        steps ??= this.#fileAll(filing, accepted, filed, context)
        if (untilTired(steps)) {
          finish(filing, filed, countsOf(filed), poll)
          return true
        }
        poll ??= filing.openPoll(context.feed, context.now)
        filing.countPoll(poll, countsOf(filed))
        return false
      })
      if (done) return filed
      await new Promise(resolve => setImmediate(resolve))
    }
  }

  #transaction<T>({ now, names }: { now: Millis; names: WireNames }, work: (filing: Filing) => T): T {
    try {
      return this.#store.file(filing => {
        this.#window.catchUp(filing, now, remaker(this.#window, names))
        return work(filing)
      })
    } catch (error) {
      // The indexes may hold stories that were rolled back: start again from what is stored.
      this.#window.reset()
      throw error
    }
  }

  *#fileAll(
    filing: Filing,
    accepted: readonly Accepted[],
    filed: FiledEntry[],
    context: FilingContext,
  ): Steps<undefined> {
    for (const one of accepted) {
      tellApart(filing, one)
      filed[one.at] = this.#fileOne(filing, one.report, context)
      yield
    }
    return undefined
  }

  #fileOne(filing: Filing, report: Report, context: FilingContext): FiledEntry {
    const known = filing.known(report.feed, report.guid)
    if (known) {
      if (known.hash === report.hash) {
        filing.touch([known.id], context.now)
        return { kind: 'unchanged', report: known.id, story: known.story, thread: null, reason: null }
      }
      filing.addRevision(known.id, report, 'update', context.now)
      return { kind: 'revision', report: known.id, story: known.story, thread: null, reason: null }
    }
    const shingles = copyShingles(report.wire.title, report.wire.body)
    const copy = this.#copyOf(filing, report, shingles)
    if (copy) {
      const id = filing.addReport(copy.story, report, copy)
      return { kind: 'copy', report: id, story: copy.story, thread: null, reason: null }
    }
    const { threads } = this.#window
    const vector = threads.vector(termCounts(report.wire.title, report.wire.body, report.language))
    const placement = threads.place(vector, report.time)
    const key = digest(context.feedKey, report.guid).slice(0, 20)
    const thread = placement.thread ?? filing.openThread(report.time, key)
    const story = filing.addStory(thread, report, key, JSON.stringify(placement))
    const id = filing.addReport(story, report, { rule: 'first', similarity: 1, coverage: 1, evidence: null })
    this.#window.addStory(filing, thread, story, vector, report.time)
    this.#window.addReport(filing, story, id, shingles, report.time)
    return { kind: 'new', report: id, story, thread, reason: null }
  }

  #copyOf(filing: Filing, report: Report, shingles: readonly number[]): (Joining & { story: number }) | null {
    const sure = { similarity: 1, coverage: 1, evidence: null }
    const byGuid = report.globalGuid === null ? null : filing.storyByGuid(report.globalGuid)
    if (byGuid !== null) return { story: byGuid, rule: 'guid', ...sure }
    const byUrl = report.canonicalUrl === null ? null : filing.storyByUrl(report.canonicalUrl)
    if (byUrl !== null) return { story: byUrl, rule: 'url', ...sure }
    const byText = this.#window.copies.find(shingles, report.time)
    return byText && { story: byText.story, rule: 'text', similarity: byText.similarity, coverage: 1, evidence: null }
  }
}

/** Which entries become reports, in the order in which they are filed: feeds list the newest first, threads grow from the oldest. */
function* prepare(
  entries: readonly ReadEntry[],
  context: FilingContext,
): Steps<{ filed: FiledEntry[]; accepted: Accepted[] }> {
  const filed: FiledEntry[] = new Array(entries.length)
  const accepted: Accepted[] = []
  for (const [at, { entry, text }] of entries.entries()) {
    const made = toReport(entry, text, context)
    if (made.ok) accepted.push({ at, report: made.report, reused: false, reusedTwice: false })
    else filed[at] = { kind: 'rejected', report: null, story: null, thread: null, reason: made.reason }
    yield
  }
  const reports = accepted.map(({ report }) => report)
  // An address that several texts of one document share names a page that changes, not a report.
  const sharedUrls = standingForSeveral(reports, report => report.canonicalUrl)
  const sharedGuids = standingForSeveral(reports, report => report.guid)
  const marked = (report: Report): string => `${report.guid}#${mark(report)}`
  const sharedMarks = standingForSeveral(reports, report => (sharedGuids.has(report.guid) ? marked(report) : null))
  for (const one of accepted) {
    const { report } = one
    if (report.canonicalUrl && sharedUrls.has(report.canonicalUrl)) report.canonicalUrl = null
    one.reused = sharedGuids.has(report.guid)
    one.reusedTwice = one.reused && sharedMarks.has(marked(report))
  }
  accepted.sort((a, b) => a.report.time - b.report.time || b.at - a.at)
  return { filed, accepted }
}

/** Values that stand for more than one text among these reports. */
function standingForSeveral(reports: readonly Report[], pick: (report: Report) => string | null): Set<string> {
  const texts = new Map<string, string>()
  const ambiguous = new Set<string>()
  for (const report of reports) {
    const value = pick(report)
    if (value === null) continue
    const before = texts.get(value)
    if (before !== undefined && before !== report.hash) ambiguous.add(value)
    texts.set(value, report.hash)
  }
  return ambiguous
}

/** Tells reports of one guid apart by address and title, which outlast an edit of the text. */
const mark = (report: Report): string => digest(report.url, report.title)

/**
 * An agency that gives one guid to two texts reuses its guids: a mark tells such reports apart, also at later polls when one
 * of them stands alone. A text already on file under the plain guid keeps it.
 */
function tellApart(filing: Filing, { report, reused, reusedTwice }: Accepted): void {
  const marks: [reused: boolean, mark: string][] = [
    [reused, mark(report)],
    [reusedTwice, report.hash],
  ]
  for (const [shared, by] of marks) {
    if (filing.known(report.feed, report.guid)?.hash === report.hash) return
    const apart = `${report.guid.slice(0, 900)}#${by}`
    if (!shared && !filing.known(report.feed, apart)) continue
    report.guid = apart
    report.globalGuid = null
  }
}

/** Makes features of texts on file as their filing would have. */
function remaker(window: ActiveWindow, names: WireNames): Remaker {
  const read = ({ title, text, authors }: UnreadText) => readWire({ title, text, authors, source: null }, names)
  return {
    story: (filing, story) => {
      const { title, body } = read(story)
      const vector = window.threads.vector(termCounts(title, body, story.language))
      window.addStory(filing, story.group, story.id, vector, story.time)
    },
    report: (filing, report) => {
      const { title, body } = read(report)
      window.addReport(filing, report.group, report.id, copyShingles(title, body), report.time)
    },
  }
}

// ── giving way ──────────────────────────────────────────────────────────────────────────────────────────────────────

function toEnd<T>(steps: Steps<T>): T {
  for (;;) {
    const next = steps.next()
    if (next.done) return next.value
  }
}

/** Whether the work came to its end before it was time to give way. */
function untilTired(steps: Steps<unknown>): boolean {
  const started = performance.now()
  while (performance.now() - started < SLICE) if (steps.next().done) return true
  return false
}

async function givingWay<T>(steps: Steps<T>): Promise<T> {
  let started = performance.now()
  for (;;) {
    const next = steps.next()
    if (next.done) return next.value
    if (performance.now() - started < SLICE) continue
    await new Promise(resolve => setImmediate(resolve))
    started = performance.now()
  }
}
