// The desk: what polls and pushes bring is decided and stored here, a document at a time. A large one is filed in several
// transactions, between which its thread does other things; what is decided does not depend on where they end.
import { ambiguities } from '../decide/guids.ts'
import type { PollPlan } from '../decide/schedule/plan.ts'
import type { WireNames } from '../decide/wire/read.ts'
import { missingFrom } from '../decide/withdrawn.ts'
import type { ThreadSettings } from '../model/config.ts'
import type { Subscription } from '../model/stored.ts'
import type { Millis } from '../model/units.ts'
import type { Filing, Store } from '../store/store.ts'
import { type Document, prepare, standingIn } from './arrivals.ts'
import { documentOf, NamedDocument, placesOf, type ReadDocument, type ReadEntry } from './document.ts'
import { EntryFiling, type FiledEntry } from './entries.ts'
import { givenAgain, StoreFacts } from './facts.ts'
import type { CatchUp, Filed, FiledPoll, FileSome, FilingContext, Finish } from './filing.ts'
import { judgeOrigin } from './origin.ts'
import { countsOf, embargoNotes, givenAgainNote, whatWasFiled } from './outcome.ts'
import { PageTexts } from './pages.ts'
import { prepareWindow, prepareWindowAtOnce, readWindow } from './prepare.ts'
import { type Recorded, Recorder } from './recorder.ts'
import { remaker } from './remake.ts'
import { drain, SLICE, Turns } from './slices.ts'
import { alone, type Shared, type Storing, storingAtOnce } from './storing.ts'
import { StoryVectors, type VectorDesk } from './vectors.ts'
import { ActiveWindow } from './window.ts'

export type { DeskReading, ReadDocument, ReadEntry } from './document.ts'
export type { FiledEntry } from './entries.ts'
export type { FiledPoll, FilingContext, Finish } from './filing.ts'
export { judgeOrigin } from './origin.ts'
export { type Closing, noCounts } from './outcome.ts'

/** Most reports missing from one document that are asked after. */
const ASKED_AFTER = 2
/** Entries whose facts are read, and which are written, together: so many for each millisecond of a slice, and at most. */
const TOGETHER_A_MS = 2
const MOST_TOGETHER = 50

/** One per process and store. */
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
  /** What the pages of reports on file say. */
  readonly pages: PageTexts

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
    const parts: VectorDesk = {
      store,
      storing,
      turns: this.#turns,
      window: () => this.#window,
      prepare: context => this.#prepareWindow(context),
      transaction: (context, work) => this.#alone(context, work),
    }
    this.vectors = new StoryVectors(parts)
    this.pages = new PageTexts(parts)
  }

  /** Go on with other settings: the next filing makes the indexes anew. */
  configure(settings: ThreadSettings): void {
    this.#window = new ActiveWindow(settings)
  }

  /**
   * File a document that a feed answered with, or that a hub pushed, and record the poll: in one transaction, or in several
   * where it is large. Every entry is filed wholly or not at all. The poll of a document that was filed in part stands as
   * interrupted. Resolves when all is on disk; `onWaiting` is told when only the commit is waited for.
   */
  async fileDocument(
    document: ReadDocument,
    plan: PollPlan,
    context: FilingContext,
    onWaiting?: () => void,
  ): Promise<FiledPoll> {
    const received = performance.now()
    const done: Omit<FiledPoll, 'filed'>[] = []
    const filed = await this.#inSlices(
      document,
      context,
      (filing, filed, closing) => {
        const { id } = plan.feed
        // What leaves a map says nothing: it is cut by age, or one of several was not read.
        const asksAfter = plan.answer.kind === 'document' && !closing.isWhole && context.identity !== 'address'
        const missing = asksAfter ? missingFrom(filing.stood(id, plan.at), ASKED_AFTER) : []
        const timed = { ...plan, ms: plan.ms + performance.now() - received }
        const feed = plan.answer.kind === 'document' ? { ...plan.feed, habit: closing.habit } : null
        const record = this.#recorder.record(filing, timed, whatWasFiled(document, filed, closing), {
          poll: closing.poll,
          feed,
        })
        done.push({ ...record, missing })
      },
      { released: false, ...(onWaiting && { onWaiting }) },
    )
    const last = done.at(-1)
    if (last === undefined) throw new Error(`the poll of ${plan.feed.url} was not recorded`)
    return { ...last, filed }
  }

  recordPolls(plans: readonly PollPlan[]): Promise<Recorded[]> {
    return this.#recorder.recordPolls(plans)
  }

  knowsAny(feed: number, guids: readonly string[]): Promise<boolean> {
    return this.storing.write(() => this.#store.file(filing => filing.known(feed, guids, '').reports.size > 0))
  }

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
    return this.#alone(context, (filing, catchUp) => {
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
    return this.#inSlices(this.read(entries, context), context, finish, { released: false })
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
        { released: true },
      )
      done.entries += read.length
      done.unreadable += keys.length - read.length
    }
  }

  /** A report was withdrawn though no text says so: its page is gone. */
  async withdraw(report: number, context: { now: Millis; names: WireNames }): Promise<void> {
    await this.#prepareWindow(context)
    await this.storing.write(() =>
      this.#alone(context, (filing, catchUp) => {
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
    { released, onWaiting }: { released: boolean; onWaiting?: () => void },
  ): Promise<FiledEntry[]> {
    const ambiguous = ambiguities(read.entries)
    await this.#prepareWindow(context)
    let looked: StoreFacts | null = null
    let wanted = placesOf(read)
    if (!released) {
      await this.#turns.next()
      const known = await this.storing.join({
        ...this.#sharing(onWaiting),
        work: () => this.#fileKnown(read, ambiguous, context, finish),
        weight: ({ filed }) => filed?.length ?? 0,
        again: async () => {},
      })
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
    let waited = false
    const slice = (): { done: Filed; open: number | null } =>
      this.#transaction(context, (filing, catchUp) => {
        takenBack = true
        const until = performance.now() + this.#slice
        // It holds for the first try only: it is brought up to date with what this one decides.
        const was = looked
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
      const { done, open } = await this.storing.join({
        ...this.#sharing(onWaiting),
        work: slice,
        // What comes after a transaction of a large document is decided of what is on disk.
        weight: ({ done }) => (done === 'all' ? document.filed.length : Number.POSITIVE_INFINITY),
        again,
      })
      if (done === 'all') return document.filed
      takenBack = false
      if (done === 'unread') {
        readings = await read.read(placesOf(read))
        document = prepare(read, readings, ambiguous)
        continue
      }
      first = false
      poll = open
      onDisk = [...document.filed]
    }
  }

  #sharing(onWaiting?: () => void): Pick<Shared<never>, 'commit' | 'undone' | 'onWaiting'> {
    // Taken back, the indexes hold stories that are not on file.
    const ways = { commit: () => this.#store.commit(), undone: () => this.#window.reset() }
    return onWaiting ? { ...ways, onWaiting } : ways
  }

  #alone<T>(context: { now: Millis; names: WireNames }, work: (filing: Filing, catchUp: CatchUp) => T): T {
    return alone({ ...this.#sharing(), work: () => this.#transaction(context, work) })
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
      const { filed, seen, wanted, stood } = standingIn(entries, ambiguous, facts)
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
      const mayFollow = first && !released && context.identity !== 'address'
      const follow = at === 0 && mayFollow ? accepted : null
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

  /**
   * Work in the open transaction, or in one that it opens. `catchUp` brings the window in step with the store: before it is
   * asked, and before anything that changes it is written.
   */
  #transaction<T>({ now, names }: { now: Millis; names: WireNames }, work: (filing: Filing, catchUp: CatchUp) => T): T {
    let begun = false
    try {
      return this.#store.join(filing =>
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
