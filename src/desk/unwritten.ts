// What was decided of a document and is not written yet. Numbers are given out from the range that was read with the facts, so
// that the window can take in a story before its row exists.
import type { Report } from '../model/decided.ts'
import type { Joining } from '../model/stored.ts'
import type { Millis } from '../model/units.ts'
import type { StoredText } from '../store/columns.ts'
import type { Batch, Filing, StoredFacts } from '../store/store.ts'
import { judgeOrigins, originAlone } from './origin.ts'

/** A report that is to be written. */
export interface NewReport {
  report: Report
  stored: StoredText
  /** What stays of its guid when agencies rewrite it (`guidKey` in decide/identity.ts). */
  guidKey: string
  joined: Joining
}

export class Unwritten {
  readonly #filing: Filing
  readonly #now: Millis
  readonly #feed: number
  #next: StoredFacts['next']
  readonly #agencyName: string
  /** Something of the feed is kept back: a report that comes openly is taken off that list. */
  readonly #holds: boolean
  #threads: Batch['threads'] = []
  #stories: Omit<Batch['stories'][number], 'origin'>[] = []
  #reports: Batch['reports'] = []
  #storyFeatures = new Map<number, Batch['storyFeatures'][number]>()
  #reportFeatures = new Map<number, Batch['reportFeatures'][number]>()
  #flashes: Batch['flashes'] = []
  #central = new Map<number, number>()
  #seen: number[] = []
  #judged = new Set<number>()
  /** The filing as the window is given it: what it keeps waits here. */
  readonly filing: Filing

  constructor(filing: Filing, { feed, now }: { feed: number; now: Millis }, { next, agencyName, holds }: StoredFacts) {
    this.#filing = filing
    this.#feed = feed
    this.#now = now
    this.#next = { ...next }
    this.#agencyName = agencyName
    this.#holds = holds
    this.filing = {
      ...filing,
      keepStoryFeatures: (story, time, features) => {
        const seq = this.#next.storyFeatures++
        this.#storyFeatures.set(story, { seq, story, time, features })
        return seq
      },
      keepReportFeatures: (report, time, features) => {
        const seq = this.#next.reportFeatures++
        this.#reportFeatures.set(report, { seq, report, time, features })
        return seq
      },
      setCentral: (thread, story) => void this.#central.set(thread, story),
    }
  }

  /** Numbers were given out by others. Nothing may wait. */
  renumber(next: StoredFacts['next']): void {
    this.#next = { ...next }
  }

  openThread(key: string): number {
    const id = this.#next.thread++
    this.#threads.push({ id, key })
    return id
  }

  addStory(thread: number, key: string, language: string | null, placement: string): number {
    const id = this.#next.story++
    this.#stories.push({ id, key, thread, language, placement })
    return id
  }

  addReport(story: number, added: NewReport): number {
    const id = this.#next.report++
    this.#reports.push({ id, story, ...added })
    return id
  }

  /** A one-liner is kept for the report that tells it in full. */
  keepFlash(report: number, wires: readonly string[], time: Millis): void {
    this.#flashes.push({ report, wires, time })
  }

  /** A report was seen again as it is. */
  touch(report: number): void {
    this.#seen.push(report)
  }

  /** It is to be said anew whose copy this story is. */
  judge(story: number): void {
    this.#judged.add(story)
  }

  /** Write all that waits. What is on file then is as though every entry had been written by itself. */
  flush(): void {
    if (this.#reports.length > 0 || this.#storyFeatures.size > 0 || this.#reportFeatures.size > 0) this.#write()
    if (this.#seen.length > 0) this.#filing.touch(this.#seen, this.#now)
    judgeOrigins(this.#filing, this.#judged)
    this.#seen = []
    this.#judged = new Set()
  }

  #write(): void {
    const byStory = Map.groupBy(this.#reports, ({ story }) => story)
    const stories = this.#stories.map<Batch['stories'][number]>(story => {
      const [alone, ...others] = byStory.get(story.id) ?? []
      if (alone === undefined) throw new Error(`story ${story.id} was opened without a report`)
      const origin = others.length > 0 ? null : originAlone(alone.id, alone.report, this.#agencyName)
      if (origin === null && !alone.report.bare) this.#judged.add(story.id)
      else this.#judged.delete(story.id)
      return { ...story, origin }
    })
    this.#filing.write({
      feed: this.#feed,
      now: this.#now,
      threads: this.#threads,
      stories,
      reports: this.#reports,
      storyFeatures: [...this.#storyFeatures.values()],
      reportFeatures: [...this.#reportFeatures.values()],
      flashes: this.#flashes,
      lifted: this.#holds ? this.#reports.map(({ report }) => report.guid) : [],
      central: this.#central,
    })
    this.#threads = []
    this.#stories = []
    this.#reports = []
    this.#storyFeatures = new Map()
    this.#reportFeatures = new Map()
    this.#flashes = []
    this.#central = new Map()
  }
}
