// The desk: what polls and pushes bring is decided and stored here, a document at a time. A large one is filed in several
// transactions, between which its thread does other things; what is decided does not depend on where they end.
import { ambiguities, tellApart } from '../decide/guids.ts'
import type { ReportContext } from '../decide/report.ts'
import type { PollPlan } from '../decide/schedule/plan.ts'
import type { WireNames } from '../decide/wire/read.ts'
import { type MissingReport, missingFrom } from '../decide/withdrawn.ts'
import type { ThreadSettings } from '../model/config.ts'
import type { Subscription } from '../model/stored.ts'
import type { Millis } from '../model/units.ts'
import type { Filing, Store } from '../store/store.ts'
import { type Document, prepare } from './arrivals.ts'
import { documentOf, NamedDocument, type ReadDocument, type ReadEntry } from './document.ts'
import { EntryFiling, type FiledEntry } from './entries.ts'
import { givenAgain, StoreFacts } from './facts.ts'
import { judgeOrigin } from './origin.ts'
import { type Closing, countsOf, embargoNotes, givenAgainNote, whatWasFiled } from './outcome.ts'
import { prepareWindow, prepareWindowAtOnce, readWindow } from './prepare.ts'
import { type Recorded, Recorder } from './recorder.ts'
import { remaker } from './remake.ts'
import { drain, SLICE, Turns } from './slices.ts'
import { type Storing, storingAtOnce } from './storing.ts'
import { StoryVectors } from './vectors.ts'
import { ActiveWindow, type Last } from './window.ts'

export type { DeskReading, ReadDocument, ReadEntry } from './document.ts'
export type { FiledEntry } from './entries.ts'
export { judgeOrigin } from './origin.ts'
export { type Closing, noCounts } from './outcome.ts'

export interface FilingContext extends ReportContext {
  /** Address of the feed by configuration: with the guid, it makes the keys of stories. */
  feedKey: string
}

/** Records the poll in the transaction of its last entries. */
export type Finish = (filing: Filing, filed: FiledEntry[], closing: Closing) => void

/** What came of a poll or a push. Plain data. */
export interface FiledPoll extends Recorded {
  /** What became of each entry, in the order of the document. */
  filed: FiledEntry[]
  /** Reports that left the feed though it shows older ones: their pages are to be asked whether they are gone. */
  missing: MissingReport[]
}

/** Brings the window in step with the store; `last` are the last numbers on file, where they were read. */
type CatchUp = (last?: Last) => void

interface FileSome {
  /** The entries were kept back under an embargo that is over. */
  released: boolean
  /** None of the document was filed yet. */
  first: boolean
  /** Moment after which no more are begun. */
  until: number
  looked: StoreFacts | null
  catchUp: CatchUp
}

/** How much of a document a transaction has filed; `unread`: nothing, for it needs readings of all entries. */
type Filed = 'all' | 'some' | 'unread'

const placesOf = ({ entries }: Pick<ReadDocument, 'entries'>): number[] => entries.map(({ at }) => at)

/** Most reports missing from one document that are asked after. */
const ASKED_AFTER = 2
/** Entries whose facts are read, and which are written, together: so many for each millisecond of a slice, and at most. */
const TOGETHER_A_MS = 2
const MOST_TOGETHER = 50

/** The desk every entry passes: one per process and store. */
export class Desk {
  readonly #store: Store
  #window: ActiveWindow
  readonly #turns: Turns
  readonly #slice: Millis
  readonly #recorder: Recorder
  /** Everything that polls, pushes and reloads write goes through here. */
  readonly storing: Storing
  /** Vectors of stories that are on file. */
  readonly vectors: StoryVectors

  constructor(
    store: Store,
    settings: ThreadSettings,
    storing: Storing = storingAtOnce(),
    /** Longest that filing keeps its thread from anything else, but for the entries under way. */
    slice: Millis = SLICE,
    recorder = new Recorder(store, storing),
  ) {
    this.#store = store
    this.#window = new ActiveWindow(settings)
    this.storing = storing
    this.#slice = slice
    this.#turns = new Turns(slice)
    this.#recorder = recorder
    this.vectors = new StoryVectors({
      store,
      storing,
      turns: this.#turns,
      window: () => this.#window,
      prepare: context => this.#prepareWindow(context),
      transaction: (context, work) => this.#transaction(context, work),
    })
  }

  /** Go on with other settings: the next filing makes the indexes anew. */
  configure(settings: ThreadSettings): void {
    this.#window = new ActiveWindow(settings)
  }

  /**
   * File a document that a feed answered with, or that a hub pushed, and record the poll: in one transaction, or in several
   * where it is large. Every entry is filed wholly or not at all. The poll of a document that was filed in part stands as
   * interrupted.
   */
  async fileDocument(document: ReadDocument, plan: PollPlan, context: FilingContext): Promise<FiledPoll> {
    const received = performance.now()
    const done: Omit<FiledPoll, 'filed'>[] = []
    const filed = await this.#inSlices(
      document,
      context,
      (filing, filed, closing) => {
        const { id } = plan.feed
        const asksAfter = plan.answer.kind === 'document' && !closing.isWhole
        const missing = asksAfter ? missingFrom(filing.stood(id, plan.at), ASKED_AFTER) : []
        const timed = { ...plan, ms: plan.ms + performance.now() - received }
        const feed = plan.answer.kind === 'document' ? { ...plan.feed, habit: closing.habit } : null
        const record = this.#recorder.record(filing, timed, whatWasFiled(document, filed, closing), {
          poll: closing.poll,
          feed,
        })
        done.push({ ...record, missing })
      },
      false,
    )
    const last = done.at(-1)
    if (last === undefined) throw new Error(`the poll of ${plan.feed.url} was not recorded`)
    return { ...last, filed }
  }

  /** Record polls that brought no document to file, in one transaction. */
  recordPolls(plans: readonly PollPlan[]): Promise<Recorded[]> {
    return this.#recorder.recordPolls(plans)
  }

  /** Whether the feed has a report with one of these guids. */
  knowsAny(feed: number, guids: readonly string[]): Promise<boolean> {
    return this.storing.write(() => this.#store.file(filing => filing.known(feed, guids, '').reports.size > 0))
  }

  /** Keep what was asked of a hub, in place of any other of its feed. */
  saveSubscription(subscription: Subscription): Promise<void> {
    return this.storing.write(() => this.#store.saveSubscription(subscription))
  }

  /**
   * File entries that are there already, in one transaction, and let `finish` record the poll in it. On an exception nothing
   * is stored. Nothing else of the thread gets a turn meanwhile.
   */
  file(entries: readonly ReadEntry[], context: FilingContext, finish: Finish): FiledEntry[] {
    const named = new NamedDocument(entries, context)
    const { names } = named
    const readings = drain(named.read(placesOf(names)))
    const document = prepare(names, readings, ambiguities(names.entries))
    prepareWindowAtOnce(this.#store, this.#window, context.now, remaker(this.#window, context.names))
    return this.#transaction(context, (filing, catchUp) => {
      const some = { released: false, first: true, until: Number.POSITIVE_INFINITY, looked: null, catchUp }
      this.#fileSome(filing, document, context, some)
      this.#finish(filing, document, context, finish, { poll: null, waited: false })
      return document.filed
    })
  }

  /**
   * The same, giving way to other work again and again, and waiting where the file cannot be written. After an exception, or
   * a crash, what was filed stays filed: the poll then stands as interrupted, and the next one finds those entries unchanged.
   */
  fileInSlices(entries: readonly ReadEntry[], context: FilingContext, finish: Finish): Promise<FiledEntry[]> {
    return this.#inSlices(this.read(entries, context), context, finish, false)
  }

  /**
   * File what was kept back from a feed and may be shown now, in slices. Returns how many entries that were, and how many
   * could not be read any more. An aborted signal leaves the rest for the next time.
   */
  async release(context: FilingContext, signal?: AbortSignal): Promise<{ entries: number; unreadable: number }> {
    const { feed, now } = context
    const done = { entries: 0, unreadable: 0 }
    for (;;) {
      const { entries, keys } = this.#store.held(feed, now)
      if (keys.length === 0 || signal?.aborted) return done
      const read = entries.map(entry => JSON.parse(entry) as ReadEntry)
      await this.#inSlices(
        this.read(read, context),
        context,
        (filing, _, { counts, poll }) => {
          filing.dropHeld(feed, keys)
          filing.countPoll(poll ?? filing.openPoll(feed, now, 'released'), counts)
        },
        true,
      )
      done.entries += read.length
      done.unreadable += keys.length - read.length
    }
  }

  /** A report was withdrawn though no text says so: its page is gone. */
  async withdraw(report: number, context: { now: Millis; names: WireNames }): Promise<void> {
    await this.#prepareWindow(context)
    await this.storing.write(() =>
      this.#transaction(context, (filing, catchUp) => {
        catchUp()
        const story = filing.withdraw(report, context.now)
        if (story !== null) judgeOrigin(filing, story)
      }),
    )
  }

  /** A document that this thread reads itself, in turns. */
  read(entries: readonly ReadEntry[], context: FilingContext): ReadDocument {
    let started = performance.now()
    return documentOf(entries, context, async () => {
      if (performance.now() - started < this.#slice) return
      await this.#turns.next()
      started = performance.now()
    })
  }

  /** `released`: the entries were kept back under an embargo that is over. */
  async #inSlices(
    read: ReadDocument,
    context: FilingContext,
    finish: Finish,
    released: boolean,
  ): Promise<FiledEntry[]> {
    const ambiguous = ambiguities(read.entries)
    await this.#prepareWindow(context)
    let looked: StoreFacts | null = null
    let wanted = placesOf(read)
    if (!released) {
      await this.#turns.next()
      const known = await this.storing.write(() => this.#fileKnown(read, ambiguous, context, finish))
      if (known.filed !== null) return known.filed
      looked = known.facts
      wanted = known.wanted
    }
    let readings = await read.read(wanted)
    let document = prepare(read, readings, ambiguous)
    // What is on disk: after a transaction that was taken back, filing begins again with what is not.
    let onDisk: FiledEntry[] = []
    let poll: number | null = null
    let first = true
    let takenBack = false
    // Of entries that were filed before a transaction that was taken back.
    let waited = false
    const slice = (): Filed => {
      const { done, open } = this.#transaction(context, (filing, catchUp) => {
        takenBack = true
        const until = performance.now() + this.#slice
        const was = looked
        // What was looked up holds for the first try only: it is brought up to date with what this one decides.
        looked = null
        const done = this.#fileSome(filing, document, context, { released, first, until, looked: was, catchUp })
        if (done === 'unread') return { done, open: poll }
        if (done === 'all') {
          this.#finish(filing, document, context, finish, { poll, waited })
          return { done, open: poll }
        }
        const number = poll ?? filing.openPoll(context.feed, context.now, released ? 'released' : 'interrupted')
        filing.countPoll(number, countsOf(document.filed))
        return { done, open: number }
      })
      takenBack = false
      if (done === 'unread') return done
      first = false
      poll = open
      onDisk = [...document.filed]
      return done
    }
    const again = async (): Promise<void> => {
      if (!takenBack) return
      await readWindow(this.#store, this.#window, context.now, { next: () => this.#turns.next(), slice: this.#slice })
      waited ||= document.accepted.some(({ waits }) => waits)
      const { notes } = document
      document = prepare(read, readings, ambiguous)
      for (const [at, one] of onDisk.entries()) if (one) document.filed[at] = one
      // What the first slice noticed stays noticed once it is on disk.
      if (!first) document.notes = notes
      takenBack = false
    }
    for (;;) {
      await this.#turns.next()
      const done = await this.storing.write(slice, again)
      if (done === 'all') return document.filed
      if (done === 'unread') {
        readings = await read.read(placesOf(read))
        document = prepare(read, readings, ambiguous)
      }
    }
  }

  /**
   * File a document of which every entry is on file as it is. Where one is not, nothing is stored, and what was looked up is
   * returned, with the places of those that are not.
   */
  #fileKnown(
    { entries, rejected }: ReadDocument,
    ambiguous: ReturnType<typeof ambiguities>,
    context: FilingContext,
    finish: Finish,
  ): { filed: FiledEntry[] } | { filed: null; facts: StoreFacts; wanted: number[] } {
    return this.#transaction(context, filing => {
      const facts = new StoreFacts(filing, context)
      facts.look(entries)
      const filed: FiledEntry[] = new Array(entries.length + rejected.length)
      const seen: number[] = []
      const wanted: number[] = []
      let stood = 0
      for (const [n, entry] of entries.entries()) {
        const { reused = false, reusedTwice = false } = ambiguous[n] ?? {}
        const told = tellApart({ ...entry, reused, reusedTwice }, guid => facts.known(guid))
        const known = facts.known(told.guid)
        if (!told.asItIs || known === null) {
          wanted.push(entry.at)
          continue
        }
        seen.push(known.id)
        if (known.lastSeen === facts.said.lastSeen) stood++
        filed[entry.at] = { kind: 'unchanged', report: known.id, story: known.story, thread: null, reason: null }
      }
      if (wanted.length > 0) return { filed: null, facts, wanted }
      for (const { at, reason } of rejected) {
        filed[at] = { kind: 'rejected', report: null, story: null, thread: null, reason }
      }
      filing.touch(seen, context.now)
      const { lastSeen, lastStood } = facts.said
      const isWhole = lastSeen < context.now && stood === lastStood
      const document = { accepted: [], standing: [], filed, notes: [], said: facts.said }
      this.#finish(filing, document, context, finish, { poll: null, waited: false, isWhole })
      return { filed }
    })
  }

  /** File entries of a document until a moment. */
  #fileSome(filing: Filing, document: Document, context: FilingContext, options: FileSome): Filed {
    const { accepted, standing, filed, notes } = document
    const { released, first, until, catchUp } = options
    let { looked } = options
    // Some were filed by a transaction before one that was taken back.
    const left = accepted.filter(({ at }) => filed[at] === undefined)
    const together = Math.max(1, Math.min(MOST_TOGETHER, Math.floor(this.#slice * TOGETHER_A_MS)))
    for (let at = 0; at < left.length; at += together) {
      if (at > 0 && performance.now() >= until) return 'some'
      const some = left.slice(at, at + together)
      // What was kept back was known by its guid all the time.
      const follow = at === 0 && first && !released ? accepted : null
      const stand = at === 0 && first ? standing : []
      const entries = new EntryFiling(filing, this.#window, some, { context, released, looked, follow, stand, catchUp })
      if (entries.lacksReadings) return 'unread'
      looked = null
      document.said ??= entries.said
      if (entries.note !== null) notes.push(entries.note)
      entries.stand(stand, filed)
      entries.file(some, filed)
      if (entries.gaveAgain) document.said = { ...document.said, mark: context.now }
    }
    return 'all'
  }

  #finish(
    filing: Filing,
    { accepted, filed, notes, said }: Document,
    context: FilingContext,
    finish: Finish,
    { poll, waited, isWhole = false }: { poll: number | null; waited: boolean; isWhole?: boolean },
  ): void {
    const unsettled = waited || accepted.some(({ waits }) => waits)
    const { mark, habit } = said ?? filing.known(context.feed, [], givenAgain(context.feed))
    const again = givenAgainNote(mark, context)
    const all = [...notes, ...(again === null ? [] : [again]), ...embargoNotes(filed)]
    finish(filing, filed, { counts: countsOf(filed), poll, notes: all, unsettled, habit, isWhole })
  }

  /** What is stored is read, and the review that is due is done, before the first entry. */
  #prepareWindow({ now, names }: { now: Millis; names: WireNames }): Promise<void> {
    return prepareWindow(this.#store, this.#window, now, remaker(this.#window, names), {
      next: () => this.#turns.next(),
      write: work => this.storing.write(work),
      slice: this.#slice,
    })
  }

  /** `catchUp` brings the window in step with the store: before it is asked, and before anything that changes it is written. */
  #transaction<T>({ now, names }: { now: Millis; names: WireNames }, work: (filing: Filing, catchUp: CatchUp) => T): T {
    let begun = false
    try {
      return this.#store.file(filing =>
        work(filing, last => {
          begun = true
          this.#window.catchUp(filing, now, remaker(this.#window, names), last)
        }),
      )
    } catch (error) {
      // The indexes may hold stories that were rolled back: start again from what is stored.
      if (begun) this.#window.reset()
      throw error
    }
  }
}
