// What becomes of the entries of one poll: each is decided and stored inside one transaction. A large document is filed in
// several, between which the program does other things; what is decided does not depend on where they end.

import { strangersBeside } from '../decide/copy/beside.ts'
import { FLASH_SPAN, type FlashFound, flashOf, isFlash } from '../decide/copy/flash.ts'
import { type Bridge, type CopyFeatures, type CopyFound, copyFeatures } from '../decide/copy/index.ts'
import type { Stranger } from '../decide/copy/strangers.ts'
import { apart, guidKey, standingForSeveral } from '../decide/identity.ts'
import { type Member, provenanceOf } from '../decide/provenance.ts'
import type { ReportContext } from '../decide/report.ts'
import { droppedRevisions, flap, isCounter, REVISIONS_KEPT, revise } from '../decide/revision.ts'
import { type Filed, NOTHING_FILED, type PollPlan, recordOf } from '../decide/schedule/plan.ts'
import { type Furniture, FurnitureCount } from '../decide/thread/furniture.ts'
import { type ThreadInput, threadWords } from '../decide/thread/place.ts'
import { direction } from '../decide/thread/vectors.ts'
import { readWire, type WireNames } from '../decide/wire/read.ts'
import type { ThreadSettings } from '../model/config.ts'
import type { FilingKind, PollCounts, PollOutcome, Report } from '../model/decided.ts'
import type { Subscription } from '../model/stored.ts'
import type { Millis } from '../model/units.ts'
import type { Filing, Joining, KnownReport, ReportMark, Store, UnreadText } from '../store/store.ts'
import {
  type DeskReading,
  documentOf,
  identifyAll,
  type ReadDocument,
  type ReadEntry,
  type Rejected,
  readForDesk,
} from './document.ts'
import { type Arrived, claimedBy, followIds, freeKey, mark, putAside, tellApart, tellsAnother } from './naming.ts'
import { type Storing, storingAtOnce } from './storing.ts'
import { ActiveWindow, type Remaker } from './window.ts'

export type { DeskReading, ReadDocument, ReadEntry } from './document.ts'

export interface FiledEntry {
  kind: FilingKind
  /** Null for a rejected entry. */
  report: number | null
  story: number | null
  thread: number | null
  /** Why an entry was rejected. */
  reason: string | null
  /** Until when it may not be shown, where that is why it is not filed. */
  embargo?: Millis
}

export interface FilingContext extends ReportContext {
  /** Address of the feed by configuration: with the guid, it makes the keys of stories. */
  feedKey: string
}

/** What is said of a whole document when the last of it is filed. */
export interface Closing {
  counts: PollCounts
  /** Number of the poll where it was announced before. */
  poll: number | null
  /** What was noticed of the feed, in sentences a user can read. */
  notes: string[]
  /** A text that flaps was not filed as it is now: the document must be read again even where it stays as it is. */
  unsettled: boolean
}

/** Records the poll in the transaction of its last entries. */
export type Finish = (filing: Filing, filed: FiledEntry[], closing: Closing) => void

/**
 * Longest that filing keeps the program from anything else, but for the entry under way. A page or a push waits no longer
 * than this.
 */
const SLICE: Millis = 25

/** Most reports missing from one document that are asked after. */
const ASKED_AFTER = 2
/** Guids looked up in one piece. */
const LOOKED_UP = 200

export function noCounts(): PollCounts {
  return { entries: 0, new: 0, revision: 0, copy: 0, unchanged: 0, rejected: 0 }
}

function countsOf(filed: readonly (FiledEntry | undefined)[]): PollCounts {
  const counts = noCounts()
  counts.entries = filed.length
  for (const one of filed) if (one) counts[one.kind]++
  return counts
}

/** What came of a poll or a push. Plain data. */
export interface FiledPoll {
  outcome: PollOutcome
  /** What became of each entry, in the order of the document. */
  filed: FiledEntry[]
  /** Reports that left the feed though it shows older ones: their pages are to be asked whether they are gone. */
  missing: ReportMark[]
  /** The address the feed is polled at from now on, where that was decided by this poll. */
  moved: string | null
}

/** An accepted entry on its way: which of the document's it is, and how to tell it from others of the same guid. */
interface Accepted extends Arrived {
  at: number
  read: DeskReading
  vector: readonly number[] | null
  /** The report and story that had its guid before, put aside for it. */
  aside: { report: number; story: number } | null
  /** It flaps, and the text that was offered is not in force. */
  waits: boolean
  /** What it has in common with the document's other entries; null until it is asked for. */
  furniture: Furniture | null
  /** Those of them that share only a notice with it. */
  beside: readonly Stranger[]
  /** Marks words of its body that are its publisher's; null until it is asked for, and where none are. */
  foreign: Uint8Array | null
}

/** A document on its way. */
interface Document {
  /** Those that become reports, in the order in which they are filed. */
  accepted: Accepted[]
  /** What became of each entry, in the order of the document. */
  filed: FiledEntry[]
  notes: string[]
}

/** Work that can stop between two entries. */
type Steps<T> = Generator<undefined, T, undefined>

/** The desk every entry passes: one per process and store. */
export class Desk {
  readonly #store: Store
  #window: ActiveWindow
  readonly #turns = new Turns()
  /** Everything that polls, pushes and reloads write goes through here. */
  readonly storing: Storing

  constructor(store: Store, settings: ThreadSettings, storing: Storing = storingAtOnce()) {
    this.#store = store
    this.#window = new ActiveWindow(settings)
    this.storing = storing
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
    let done: Omit<FiledPoll, 'filed'> | null = null
    const filed = await this.#inSlices(
      document,
      context,
      (filing, filed, closing) => {
        const { id } = plan.feed
        const missing = plan.answer.kind === 'document' ? filing.vanished(id, plan.at, ASKED_AFTER) : []
        const record = this.#record(
          filing,
          { ...plan, ms: plan.ms + performance.now() - received },
          whatWasFiled(document, filed, closing),
          closing.poll,
        )
        done = { ...record, missing }
      },
      false,
    )
    if (done === null) throw new Error(`the poll of ${plan.feed.url} was not recorded`)
    return { ...(done as Omit<FiledPoll, 'filed'>), filed }
  }

  /** Record polls that brought no document to file, in one transaction. */
  recordPolls(plans: readonly PollPlan[]): Promise<Pick<FiledPoll, 'outcome' | 'moved'>[]> {
    return this.storing.write(() =>
      this.#store.file(filing => plans.map(plan => this.#record(filing, plan, NOTHING_FILED, null))),
    )
  }

  /** Whether the feed has a report with one of these guids. */
  knowsAny(feed: number, guids: readonly string[]): Promise<boolean> {
    return this.storing.write(() => this.#store.file(filing => guids.some(guid => filing.known(feed, guid) !== null)))
  }

  /** Keep what was asked of a hub, in place of any other of its feed. */
  saveSubscription(subscription: Subscription): Promise<void> {
    return this.storing.write(() => this.#store.saveSubscription(subscription))
  }

  #record(filing: Filing, plan: PollPlan, filed: Filed, poll: number | null): Pick<FiledPoll, 'outcome' | 'moved'> {
    const { id } = plan.feed
    const needsHub = plan.rules.websub || plan.answer.kind === 'pushed'
    const { outcome, update, subscription, moved } = recordOf(plan, filed, {
      feed: this.#store.feed(id) ?? plan.feed,
      subscription: needsHub ? this.#store.subscription(id) : null,
    })
    if (subscription !== null) this.#store.saveSubscription(subscription)
    filing.recordPoll(outcome, update, poll)
    return { outcome, moved }
  }

  /**
   * File entries that are there already, in one transaction, and let `finish` record the poll in it. On an exception nothing
   * is stored. For tests and measuring: nothing else gets a turn meanwhile.
   */
  file(entries: readonly ReadEntry[], context: FilingContext, finish: Finish): FiledEntry[] {
    const { entries: names, rejected } = identifyAll(entries, context)
    const readings = names.map(one => readForDesk(entries[one.at] as ReadEntry, one, context))
    const document = toEnd(prepare(rejected, readings))
    const { accepted, filed, notes } = document
    return this.#transaction(context, filing => {
      toEnd(this.#fileAll(filing, document, context, false))
      const unsettled = accepted.some(({ waits }) => waits)
      finish(filing, filed, {
        counts: countsOf(filed),
        poll: null,
        notes: [...notes, ...embargoNotes(filed)],
        unsettled,
      })
      return filed
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
    await this.storing.write(() =>
      this.#transaction(context, filing => {
        const story = filing.withdraw(report, context.now)
        if (story !== null) judgeOrigin(filing, story)
      }),
    )
  }

  /** `released`: the entries were kept back under an embargo that is over. */
  async #inSlices(
    read: ReadDocument,
    context: FilingContext,
    finish: Finish,
    released: boolean,
  ): Promise<FiledEntry[]> {
    const readings = await read.read(read.entries.map(({ at }) => at))
    let document = await this.#givingWay(prepare(read.rejected, readings))
    // What is on disk: after a transaction that was taken back, filing begins again with what is not.
    let onDisk: (FiledEntry | undefined)[] = []
    let poll: number | null = null
    let steps: Steps<void> | null = null
    let takenBack = false
    // Of entries that were filed before a transaction that was taken back.
    let waited = false
    const slice = (): boolean => {
      const { done, open } = this.#transaction(context, filing => {
        takenBack = true
        steps ??= this.#fileAll(filing, document, context, released)
        const { accepted, filed, notes } = document
        if (untilTired(steps)) {
          const unsettled = waited || accepted.some(({ waits }) => waits)
          finish(filing, filed, { counts: countsOf(filed), poll, notes: [...notes, ...embargoNotes(filed)], unsettled })
          return { done: true, open: poll }
        }
        const number = poll ?? filing.openPoll(context.feed, context.now, released ? 'released' : 'interrupted')
        filing.countPoll(number, countsOf(filed))
        return { done: false, open: number }
      })
      takenBack = false
      poll = open
      onDisk = [...document.filed]
      return done
    }
    const again = async (): Promise<void> => {
      if (!takenBack) return
      waited ||= document.accepted.some(({ waits }) => waits)
      document = await this.#givingWay(prepare(read.rejected, readings))
      for (const [at, one] of onDisk.entries()) if (one) document.filed[at] = one
      steps = null
      takenBack = false
    }
    for (;;) {
      await this.#turns.next()
      if (await this.storing.write(slice, again)) return document.filed
    }
  }

  /** A document that this thread reads itself, in turns. */
  read(entries: readonly ReadEntry[], context: FilingContext): ReadDocument {
    let started = performance.now()
    return documentOf(entries, context, async () => {
      if (performance.now() - started < SLICE) return
      await this.#turns.next()
      started = performance.now()
    })
  }

  async #givingWay<T>(steps: Steps<T>): Promise<T> {
    for (;;) {
      await this.#turns.next()
      const started = performance.now()
      while (performance.now() - started < SLICE) {
        const next = steps.next()
        if (next.done) return next.value
      }
    }
  }

  #transaction<T>({ now, names }: { now: Millis; names: WireNames }, work: (filing: Filing) => T): T {
    let begun = false
    try {
      return this.#store.file(filing => {
        begun = true
        this.#window.catchUp(filing, now, remaker(this.#window, names))
        this.#window.review(filing, now)
        this.#window.link(filing)
        return work(filing)
      })
    } catch (error) {
      // The indexes may hold stories that were rolled back: start again from what is stored. A lock is met before any work.
      if (begun) this.#window.reset()
      throw error
    }
  }

  *#fileAll(
    filing: Filing,
    { accepted, filed, notes }: Document,
    context: FilingContext,
    released: boolean,
  ): Steps<undefined> {
    const unknown: Report[] = []
    let changed = false
    for (const [at, { report }] of accepted.entries()) {
      const known = filing.known(context.feed, report.guid)
      if (known === null) unknown.push(report)
      else if (known.hash !== report.hash) changed = true
      if (at % LOOKED_UP === LOOKED_UP - 1) yield
    }
    // What was kept back was known by its guid all the time.
    const renamed = released ? null : followIds(filing, accepted, unknown, context.feed)
    if (renamed !== null) notes.push(renamed)
    if (unknown.length > 0 || changed) yield* findFurniture(accepted)
    for (const one of accepted) {
      // Filed by a transaction before the one that was taken back.
      if (filed[one.at]) continue
      const isMarked = tellApart(filing, one)
      const overtakenBy = released ? overtaken(filing, one) : null
      if (overtakenBy === null && !isMarked) one.aside = putAside(filing, one.report, context)
      if (one.aside !== null) filing.setMark(givenAgain(context.feed), context.now)
      const settled = released ? overtakenBy : holdBack(filing, one, context)
      filed[one.at] = settled ?? this.#fileOne(filing, one, context)
      yield
    }
    if (context.now - filing.mark(givenAgain(context.feed)) < GIVEN_AGAIN_SHOWN) notes.push(givenAgainNote(context))
    return undefined
  }

  #fileOne(filing: Filing, one: Accepted, context: FilingContext): FiledEntry {
    const { report, vector } = one
    const known = filing.known(report.feed, report.guid)
    if (known) {
      const story = known.hash === report.hash ? null : this.#revise(filing, known, one, context)
      if (story !== null) return { kind: 'revision', report: known.id, story, thread: null, reason: null }
      filing.touch([known.id], context.now)
      return { kind: 'unchanged', report: known.id, story: known.story, thread: null, reason: null }
    }
    const said = featuresOf(report)
    const copy = this.#copyOf(filing, one, said, context)
    if (copy) {
      const id = filing.addReport(copy.story, report, guidKey(report.guid), copy)
      this.#window.addReport(filing, copy.story, { ...report, id }, said)
      if (copy.rule === 'flash') {
        filing.dropFlashes(copy.story)
        this.#tellStory(filing, copy.story, id, one)
      } else keepFlash(filing, id, report)
      const story = this.#bridge(filing, copy, report, context.now)
      judgeOrigin(filing, story)
      return { kind: 'copy', report: id, story, thread: null, reason: null }
    }
    const { threads } = this.#window
    const features = threads.features(threadWords(threadInput(one)), vector && direction(vector))
    const placement = threads.place(features, report.time)
    const key = freeKey(filing, context.feedKey, report, one.aside !== null)
    const thread = placement.thread ?? filing.openThread(report.time, key)
    const story = filing.addStory(thread, report, key, JSON.stringify(placement))
    const id = filing.addReport(story, report, guidKey(report.guid), FIRST)
    this.#window.addStory(filing, thread, story, features, report.time)
    this.#window.addReport(filing, story, { ...report, id }, said)
    keepFlash(filing, id, report)
    judgeAlone(filing, story, id, report)
    this.#window.lead(filing, thread)
    return { kind: 'new', report: id, story, thread, reason: null }
  }

  /**
   * File a changed text of a known report. Returns the story that it is in then; null where it only flaps between versions,
   * and nothing was filed.
   */
  #revise(filing: Filing, known: KnownReport, one: Accepted, context: FilingContext): number | null {
    const { report } = one
    const force = filing.inForce(known.id)
    const { title, text, wire } = report
    const young = { title, text, signal: wire.signal }
    const revision = revise(force, young, context.names)
    const { now } = context
    const turn = flap(force.flapping, { old: force.hash, hash: report.hash, revision, now, lastSeen: known.lastSeen })
    filing.keepFlapping(known.id, turn.remembered)
    one.waits = !turn.store
    if (!turn.store) return null
    // How often it was read is no news: the text is kept, and no reader's feed shows the report as new for it.
    const counts = turn.restless && isCounter(revision, force, young, wire.figures.length > 0)
    const step = counts ? { ...revision, class: 'cosmetic' as const } : revision
    filing.addRevision(known.id, report, step.class, context.now)
    if (known.revisions >= REVISIONS_KEPT) {
      const dropped = droppedRevisions(filing.earlier(known.id))
      if (dropped.length > 0) filing.dropRevisions(known.id, dropped)
    }
    const leaves = step.class === 'update' && tellsAnother(filing, known, force, report)
    const story = leaves ? this.#leave(filing, known, one, context) : known.story
    // A kill says nothing of the event: papers that still run what it takes back are to be known as copies of that.
    if (step.class !== 'cosmetic' && step.class !== 'kill') {
      const said = featuresOf(report)
      this.#compare(one, said, known.id)
      this.#window.addReport(filing, story, { ...report, id: known.id }, said)
      if (!leaves) this.#tellStory(filing, story, known.id, one)
    }
    if (leaves) judgeOrigin(filing, known.story)
    judgeOrigin(filing, story)
    return story
  }

  /** A report leaves a story of others that it has nothing in common with any more. Returns its own. */
  #leave(filing: Filing, known: KnownReport, one: Accepted, context: FilingContext): number {
    const { report, vector } = one
    const features = this.#window.threads.features(threadWords(threadInput(one)), vector && direction(vector))
    const key = freeKey(filing, context.feedKey, report, false)
    const why = { at: context.now, score: null, reasons: [] }
    return this.#window.leaveStory(filing, { story: known.story, report: known.id, key, features }, why)
  }

  /** What a story is known by in threads is the text of its lead: told anew when that changes. */
  #tellStory(filing: Filing, story: number, lead: number, one: Accepted): void {
    const placed = filing.placed(story)
    if (!placed || placed.lead !== lead) return
    const { vector } = one
    const features = this.#window.threads.features(threadWords(threadInput(one)), vector && direction(vector))
    this.#window.addStory(filing, placed.thread, story, features, placed.time)
  }

  /** Where the report shows that its story and another are one, they are made one. Returns the story it is in then. */
  #bridge(filing: Filing, { story, bridge, shared }: Found, report: Report, now: Millis): number {
    if (!bridge || filing.partOf(bridge.report) !== partOf(report)) return story
    const why = { at: now, score: bridge.similarity, reasons: shared }
    return this.#window.mergeStories(filing, story, bridge.story, why) ?? story
  }

  /** Compare a report's text with those on file. Says of the report what of its body is its publisher's. */
  #compare(one: Accepted, said: CopyFeatures | null, known: number | null = null): CopyFound | null {
    if (!said) return null
    const { report, beside } = one
    const asking = { agency: report.agency, beside, ...(known === null ? {} : { report: known }) }
    const { copy, foreign } = this.#window.copies.look(said, report.time, asking)
    one.foreign = foreign?.subarray(said.head ?? 0) ?? null
    return copy
  }

  #copyOf(filing: Filing, one: Accepted, said: CopyFeatures | null, context: FilingContext): Found | null {
    const { report } = one
    const { names } = context
    const sure = { similarity: 1, coverage: 1, evidence: null, bridge: null, shared: [] }
    const { by, others } = claimedBy(filing, report, context.feedKey, one.aside)
    if (by) return { ...sure, ...by }
    const byText = this.#compare(one, said)
    // The second part of three repeats the headline of the first, and is no copy of it.
    if (byText && !others.has(byText.story) && filing.partOf(byText.report) === partOf(report)) {
      const { story, similarity, evidence, bridge } = byText
      const { coverage, shared } = evidence
      return { story, rule: 'text', similarity, coverage, evidence: JSON.stringify(evidence), bridge, shared }
    }
    const announced = announcedBy(filing, report, names)
    if (!announced) return null
    const { story, similarity, evidence } = announced
    return { ...sure, story, rule: 'flash', similarity, evidence: JSON.stringify(evidence) }
  }
}

/** The story a report is a copy of, and the one that it shows to be the same. */
interface Found extends Joining {
  story: number
  bridge: Bridge | null
  /** Runs of words that say so. */
  shared: string[]
}

/** How long it is said of a feed that it gives its guids to other reports. */
const GIVEN_AGAIN_SHOWN: Millis = 7 * 86_400_000

/** The name under which the store keeps when that was last seen of a feed. */
const givenAgain = (feed: number): string => `guid_given_again:${feed}`

function givenAgainNote({ identity }: FilingContext): string {
  const cure = identity === 'title' ? '' : '; if one is missing all the same, set identity: "title" for this feed'
  return `the feed gives one id to reports of different days: each is filed as a report of its own${cure}`
}

const FIRST: Joining = { rule: 'first', similarity: 1, coverage: 1, evidence: null }

/** Reports of one story that are weighed for whose copy it is, the earliest. */
const WEIGHED = 200

/** Say anew whose copy a story is: after each report that comes to it, changes or leaves. */
export function judgeOrigin(filing: Filing, story: number): void {
  keepOrigin(filing, story, filing.members(story, WEIGHED), false)
}

/** The same of a story that has only just been opened, by this report. */
function judgeAlone(filing: Filing, story: number, id: number, report: Report): void {
  const { agency, time, title, wire } = report
  const { credits, signal } = wire
  const agencyName = filing.agencyName(agency)
  // Its text says nothing of whose copy it is: there is none to hold it against.
  const alone = [
    { id, agency, agencyName, time, signal, title, text: '', change: null, changed: time, credits, earlier: [] },
  ]
  keepOrigin(filing, story, alone, true)
}

function keepOrigin(filing: Filing, story: number, members: readonly Member[], alone: boolean): void {
  const provenance = provenanceOf(members)
  if (!provenance) return
  const { origin, sources, stale, runs, by, first, takenBack } = provenance
  filing.setOrigin(story, {
    origin: origin.agency,
    originName: origin.name,
    sources,
    stale,
    runs: alone ? [] : runs.map(({ report, share }) => ({ report, share: Math.round(share * 1_000) / 1_000 })),
    provenance: JSON.stringify({ by, first, takenBack }),
  })
}

/** What marks a report as one part of several. */
function partOf({ wire }: Report): string | null {
  return wire.furniture.find(({ kind }) => kind === 'part')?.matched ?? null
}

/** The wires that send a report: its agency, and those it credits. */
function wiresOf({ agency, wire }: Report): string[] {
  return [...new Set([agency, ...wire.credits.map(credit => credit.agency ?? credit.name)])]
}

/** A one-liner is kept for the report that tells it in full. */
function keepFlash(filing: Filing, id: number, report: Report): void {
  const { title, body, signal } = report.wire
  if (isFlash({ title, body, signal })) filing.keepFlash(id, wiresOf(report), report.time)
}

/** The flash that this report tells in full. */
function announcedBy(filing: Filing, report: Report, names: WireNames): FlashFound | null {
  const { agency, language, time } = report
  const { title, body, signal } = report.wire
  if (isFlash({ title, body, signal })) return null
  const wires = wiresOf(report)
  const candidates = filing
    .flashes(wires, time - FLASH_SPAN, time + FLASH_SPAN)
    .map(({ text, title: headline, ...flash }) => {
      const read = readWire({ title: headline, text, authors: [], source: null }, names)
      return { ...flash, title: read.title, body: read.body }
    })
  return flashOf(candidates, { agency, credits: wires, title, body, language, signal, time })
}

/** Which entries become reports, in the order in which they are filed: feeds list the newest first, threads grow from the oldest. */
function* prepare(rejected: readonly Rejected[], readings: readonly DeskReading[]): Steps<Document> {
  const filed: FiledEntry[] = new Array(rejected.length + readings.length)
  const accepted: Accepted[] = []
  for (const { at, reason } of rejected)
    filed[at] = { kind: 'rejected', report: null, story: null, thread: null, reason }
  for (const read of readings) {
    accepted.push({
      at: read.at,
      read,
      // What is found out of its names on the way is written into it.
      report: { ...read.report },
      vector: read.vector,
      reused: false,
      reusedTwice: false,
      aside: null,
      waits: false,
      furniture: null,
      beside: [],
      foreign: null,
    })
    yield
  }
  const reports = accepted.map(({ report }) => report)
  // An address that several texts of one document share names a page that changes, not a report.
  const sharedUrls = standingForSeveral(reports, report => report.canonicalUrl)
  const sharedGuids = standingForSeveral(reports, report => report.guid)
  const marked = (report: Report): string => apart(report.guid, mark(report))
  const sharedMarks = standingForSeveral(reports, report => (sharedGuids.has(report.guid) ? marked(report) : null))
  for (const one of accepted) {
    const { report } = one
    if (report.canonicalUrl && sharedUrls.has(report.canonicalUrl)) report.canonicalUrl = null
    one.reused = sharedGuids.has(report.guid)
    one.reusedTwice = one.reused && sharedMarks.has(marked(report))
  }
  accepted.sort((a, b) => a.report.time - b.report.time || b.at - a.at)
  return { filed, accepted, notes: [] }
}

/**
 * Keep an entry back that asks not to be published yet. It is filed as it then stands when its time has come; one that is on
 * file already is no secret any more.
 */
function holdBack(filing: Filing, { read, report }: Accepted, context: FilingContext): FiledEntry | null {
  const { embargo } = report.wire
  if (embargo === null || embargo <= context.now || filing.known(report.feed, report.guid)) return null
  const nowhere = { report: null, story: null, thread: null }
  if (filing.holdBack(report.feed, report.guid, embargo, context.now, read.kept ?? '')) {
    return { ...nowhere, kind: 'unchanged', reason: null, embargo }
  }
  return { ...nowhere, kind: 'rejected', reason: FULL_OF_EMBARGOES, embargo }
}

/** Filed by a poll after it was read from what is kept back: what stands there is newer. */
function overtaken(filing: Filing, { report }: Accepted): FiledEntry | null {
  const known = filing.known(report.feed, report.guid)
  return known && { kind: 'unchanged', report: known.id, story: known.story, thread: null, reason: null }
}

const FULL_OF_EMBARGOES =
  'under embargo, and no more of this feed can be kept back; filed if the feed still has it when the embargo is over'
/** Different moments that a feed's warnings name. */
const MOMENTS_NAMED = 5

/** What became of a document's entries, as planning the next poll takes it. */
function whatWasFiled(
  { entries }: ReadDocument,
  filed: readonly FiledEntry[],
  { counts, notes, unsettled }: Closing,
): Filed {
  const shown: { times: (Millis | null)[]; fresh: (Millis | null)[] } = { times: [], fresh: [] }
  const leftOut = new Map<string, number>()
  for (const { reason } of filed) if (reason !== null) leftOut.set(reason, (leftOut.get(reason) ?? 0) + 1)
  for (const { at, published, updated } of entries) {
    const kind = filed[at]?.kind
    if (kind === undefined || kind === 'rejected') continue
    const time = published ?? updated
    shown.times.push(time)
    if (kind === 'new' || kind === 'copy') shown.fresh.push(time)
  }
  return {
    counts,
    shown,
    notes,
    leftOut: [...leftOut].map(([reason, count]) => `${count} ${count === 1 ? 'entry' : 'entries'} left out: ${reason}`),
    // What could not be kept back is only found again where the same document is read again.
    readAgain: unsettled || filed.some(({ kind, embargo }) => kind === 'rejected' && embargo !== undefined),
  }
}

/** What a user is told of entries under embargo: how many and until when, and nothing that they say. */
function embargoNotes(filed: readonly FiledEntry[]): string[] {
  const until = new Map<Millis, number>()
  for (const { kind, embargo } of filed) {
    if (kind !== 'rejected' && embargo !== undefined) until.set(embargo, (until.get(embargo) ?? 0) + 1)
  }
  const said = (count: number): string => `${count} ${count === 1 ? 'entry is' : 'entries are'} kept back`
  const notes = [...until]
    .sort(([a], [b]) => a - b)
    .map(([moment, count]) => `${said(count)}: under embargo until ${new Date(moment).toISOString().slice(0, 16)}Z`)
  const rest = [...until].sort(([a], [b]) => a - b).slice(MOMENTS_NAMED)
  if (rest.length === 0) return notes
  const later = rest.reduce((sum, [, count]) => sum + count, 0)
  return [...notes.slice(0, MOMENTS_NAMED), `${said(later)}: under embargo until later`]
}

/** What the entries of a document have in common is not what each of them tells. */
function* findFurniture(accepted: readonly Accepted[]): Steps<void> {
  const count = new FurnitureCount()
  for (const { report } of accepted) {
    count.add(report.wire)
    yield
  }
  const found = count.found()
  if (found.size > 0) for (const one of accepted) one.furniture = found
  const sharing = count.sharing()
  const alike = accepted.filter((_, at) => sharing[at])
  if (alike.length < 2) return
  const strangers = yield* strangersBeside(
    alike.map(({ report }) => ({ features: featuresOf(report), time: report.time })),
  )
  for (const [at, one] of alike.entries()) one.beside = strangers[at] ?? []
}

function featuresOf({ wire, language }: Report): CopyFeatures | null {
  return copyFeatures(wire.title, wire.body, language, wire.part?.number)
}

function threadInput({ report, furniture, foreign }: Accepted): ThreadInput {
  const { wire, language } = report
  return { title: wire.title, body: wire.body, language, furniture, foreign }
}

/** Makes features of texts on file as their filing would have. */
function remaker(window: ActiveWindow, names: WireNames): Remaker {
  const read = ({ title, text, authors }: UnreadText) => readWire({ title, text, authors, source: null }, names)
  return {
    story: (filing, story) => {
      const { title, body } = read(story)
      const features = window.threads.features(threadWords({ title, body, language: story.language }))
      window.addStory(filing, story.group, story.id, features, story.time)
    },
    report: (filing, report) => {
      const { title, body, part } = read(report)
      window.addReport(filing, report.group, report, copyFeatures(title, body, report.language, part?.number))
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

/** Pieces of work that take turns, one in each turn of the event loop: two documents hold it up no longer than one. */
class Turns {
  readonly #waiting: (() => void)[] = []
  #called = false

  /** Resolves when it is the caller's turn. */
  next(): Promise<void> {
    return new Promise(resolve => {
      this.#waiting.push(resolve)
      this.#call()
    })
  }

  #call(): void {
    if (this.#called || this.#waiting.length === 0) return
    this.#called = true
    setImmediate(() => {
      this.#called = false
      this.#waiting.shift()?.()
      this.#call()
    })
  }
}
