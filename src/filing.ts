// What becomes of the entries of one poll: each is decided and stored inside one transaction. The indexes of the active
// window live here; they are made from the store, so a restart or another process's filings change nothing.
import { digest, type ReportContext, toReport } from './decide/report.ts'
import { CopyIndex, copyShingles } from './decide/story.ts'
import { type ThreadFeatures, ThreadIndex, threadWords } from './decide/thread.ts'
import type { CopyRule, Entry, FilingKind, Millis, PollCounts, Report, ThreadSettings } from './model.ts'
import type { Filing, Store } from './store/store.ts'

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

/** Stored with each story: what the indexes are rebuilt from. */
interface Features {
  thread: ThreadFeatures
  /** Shingles of the text. */
  s: number[]
}

export function noCounts(): PollCounts {
  return { entries: 0, new: 0, revision: 0, copy: 0, unchanged: 0, rejected: 0 }
}

/** The desk every entry passes: one per process and store. */
export class Desk {
  readonly #store: Store
  readonly #settings: ThreadSettings
  #threads: ThreadIndex
  #copies: CopyIndex
  #lastStory = 0

  constructor(store: Store, settings: ThreadSettings) {
    this.#store = store
    this.#settings = settings
    this.#threads = new ThreadIndex(settings)
    this.#copies = new CopyIndex(2 * settings.window)
  }

  /**
   * File the entries of one poll, oldest first, and let `finish` record the poll in the same transaction. On an exception
   * nothing is stored.
   */
  file(
    entries: readonly ReadEntry[],
    context: ReportContext & { feedKey: string },
    finish: (filing: Filing, filed: FiledEntry[], counts: PollCounts) => void,
  ): FiledEntry[] {
    try {
      return this.#store.file(filing => {
        this.#catchUp(filing, context.now)
        const filed = this.#fileAll(filing, entries, context)
        const counts = noCounts()
        counts.entries = entries.length
        for (const { kind } of filed) counts[kind]++
        finish(filing, filed, counts)
        return filed
      })
    } catch (error) {
      // The indexes may hold stories that were rolled back: start again from what is stored.
      this.#threads = new ThreadIndex(this.#settings)
      this.#copies = new CopyIndex(2 * this.#settings.window)
      this.#lastStory = 0
      throw error
    }
  }

  /** Take in the stories filed since the last look, by whichever process, and forget what has grown old. */
  #catchUp(filing: Filing, now: Millis): void {
    const since = ThreadIndex.horizon(this.#settings, now)
    for (const story of filing.storiesAfter(this.#lastStory, since)) {
      const features = JSON.parse(story.features) as Features
      this.#threads.add(story.thread, story.id, features.thread, story.time)
      this.#copies.add(story.id, features.s, story.time)
      this.#lastStory = story.id
    }
    this.#threads.expire(since)
    this.#copies.expire(since)
  }

  #fileAll(filing: Filing, entries: readonly ReadEntry[], context: ReportContext & { feedKey: string }): FiledEntry[] {
    const out: FiledEntry[] = new Array(entries.length)
    const accepted: { at: number; report: Report }[] = []
    for (const [at, { entry, text }] of entries.entries()) {
      const made = toReport(entry, text, context)
      if (made.ok) accepted.push({ at, report: made.report })
      else out[at] = { kind: 'rejected', report: null, story: null, thread: null, reason: made.reason }
    }
    const reports = accepted.map(({ report }) => report)
    // An address that several texts of one document share names a page that changes, not a report.
    const sharedUrls = standingForSeveral(reports, report => report.canonicalUrl)
    for (const report of reports) {
      if (report.canonicalUrl && sharedUrls.has(report.canonicalUrl)) report.canonicalUrl = null
    }
    // By address and title, which outlast an edit of the text; by the text itself where those are the same too.
    for (const mark of [(report: Report) => digest(report.url, report.title), (report: Report) => report.hash]) {
      const sharedGuids = standingForSeveral(reports, report => report.guid)
      for (const report of reports) tellApart(filing, report, sharedGuids.has(report.guid), mark(report))
    }
    // Feeds list the newest first; threads grow from the oldest.
    accepted.sort((a, b) => a.report.time - b.report.time || b.at - a.at)
    const seen: number[] = []
    for (const { at, report } of accepted) out[at] = this.#fileOne(filing, report, context, seen)
    filing.touch(seen, context.now)
    return out
  }

  #fileOne(filing: Filing, report: Report, context: ReportContext & { feedKey: string }, seen: number[]): FiledEntry {
    const known = filing.known(report.feed, report.guid)
    if (known) {
      if (known.hash === report.hash) {
        seen.push(known.id)
        return { kind: 'unchanged', report: known.id, story: known.story, thread: null, reason: null }
      }
      filing.addRevision(known.id, report, context.now)
      return { kind: 'revision', report: known.id, story: known.story, thread: null, reason: null }
    }
    const shingles = copyShingles(report.wire.title, report.wire.body)
    const copy = this.#copyOf(filing, report, shingles)
    if (copy) {
      const id = filing.addReport(copy.story, report, copy.rule, copy.similarity)
      return { kind: 'copy', report: id, story: copy.story, thread: null, reason: null }
    }
    const { title, body } = report.wire
    const said = this.#threads.features(threadWords({ title, body, language: report.language }))
    const placement = this.#threads.place(said, report.time)
    const key = digest(context.feedKey, report.guid).slice(0, 20)
    const thread = placement.thread ?? filing.openThread(report.time, key)
    const features: Features = { thread: said, s: shingles }
    const story = filing.addStory(thread, report, key, JSON.stringify(features), JSON.stringify(placement))
    const id = filing.addReport(story, report, 'first', 1)
    this.#threads.add(thread, story, said, report.time)
    this.#copies.add(story, shingles, report.time)
    this.#lastStory = story
    return { kind: 'new', report: id, story, thread, reason: null }
  }

  #copyOf(
    filing: Filing,
    report: Report,
    shingles: readonly number[],
  ): { story: number; rule: CopyRule; similarity: number } | null {
    const byGuid = report.globalGuid === null ? null : filing.storyByGuid(report.globalGuid)
    if (byGuid !== null) return { story: byGuid, rule: 'guid', similarity: 1 }
    const byUrl = report.canonicalUrl === null ? null : filing.storyByUrl(report.canonicalUrl)
    if (byUrl !== null) return { story: byUrl, rule: 'url', similarity: 1 }
    const byText = this.#copies.find(shingles, report.time)
    return byText ? { story: byText.story, rule: 'text', similarity: byText.similarity } : null
  }
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

/**
 * An agency that gives one guid to two texts reuses its guids: a mark tells such reports apart, also at later polls when one
 * of them stands alone. A text already on file under the plain guid keeps it.
 */
function tellApart(filing: Filing, report: Report, reused: boolean, mark: string): void {
  if (filing.known(report.feed, report.guid)?.hash === report.hash) return
  const apart = `${report.guid.slice(0, 900)}#${mark}`
  if (!reused && !filing.known(report.feed, apart)) return
  report.guid = apart
  report.globalGuid = null
}
