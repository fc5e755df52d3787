// Files the entries of one document inside one transaction: facts, decision, writing. What is decided is decided in
// decide/file.ts and decide/guids.ts; here it is carried out.

import { Constraints } from '../decide/constraints.ts'
import type { Bridge } from '../decide/copy/index.ts'
import {
  type Arrival,
  compare,
  decide,
  decideRevision,
  freeKey,
  type Joined,
  MEMBERS_COMPARED,
  tellsAnother,
} from '../decide/file.ts'
import { type Arriving, guidFor, tellApart } from '../decide/guids.ts'
import { guidKey } from '../decide/identity.ts'
import { dateOfRevision } from '../decide/maps/identity.ts'
import { threadWordsOf } from '../decide/reading.ts'
import { formerlyAsked, renamesOf } from '../decide/rematch.ts'
import { droppedRevisions, REVISIONS_KEPT } from '../decide/revision.ts'
import { storyFeatures, type ThreadFeatures } from '../decide/thread/place.ts'
import { quantise } from '../decide/thread/vectors.ts'
import type { FilingKind } from '../model/decided.ts'
import type { Joining, KnownReport, ReportMark } from '../model/stored.ts'
import type { Millis } from '../model/units.ts'
import type { Filing, StoredFacts } from '../store/store.ts'
import { conceptsBeside } from './concepts.ts'
import type { DeskReading } from './document.ts'
import { type EntryNames, type FactsContext, givenAgain, StoreFacts } from './facts.ts'
import { Unwritten } from './unwritten.ts'
import type { ActiveWindow, Last } from './window.ts'

/** What became of an entry. */
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

/** An entry on its way: which of the document's it is, and what the document says of it. */
export interface Accepted extends Arriving {
  at: number
  reading: DeskReading
  /** It flaps, and the text that was offered is not in force. */
  waits: boolean
}

/** An entry that was on file as it is when it was looked up, and was not read. */
export interface Standing extends Omit<Arriving, 'report'>, EntryNames {
  at: number
}

const FIRST: Joining = { rule: 'first', similarity: 1, coverage: 1, evidence: null }
const FULL_OF_EMBARGOES =
  'under embargo, and no more of this feed can be kept back; filed if the feed still has it when the embargo is over'
const NOWHERE = { report: null, story: null, thread: null, reason: null }
/** An entry that was on file, and was pruned. */
export const PRUNED: Readonly<FiledEntry> = { ...NOWHERE, kind: 'unchanged' }

/** The key of the guid under which an entry is filed. */
const keyOf = ({ report: { guid }, reading }: Accepted): string =>
  guid === reading.report.guid ? reading.guidKey : guidKey(guid)

const namesOf = ({ report, mark, reused, reusedTwice }: Arriving) => ({
  guid: report.guid,
  globalGuid: report.globalGuid,
  canonicalUrl: report.canonicalUrl,
  published: report.published,
  hash: report.hash,
  mark,
  reused,
  reusedTwice,
})

export interface EntryFilingOptions {
  context: FactsContext
  /** The entries were kept back under an embargo that is over. */
  released: boolean
  /** What was looked up of them before; null where nothing was. */
  looked: StoreFacts | null
  /** All entries of a document, where it is to be asked whether its feed has changed its guids; null where not. */
  follow: readonly Accepted[] | null
  /** The document's entries that were not read; none but with the first of the others. */
  stand: readonly Standing[]
  /** Brings the window in step with the store, given the last numbers on file. */
  catchUp: (last: Last) => void
}

/** The entries of one transaction, some at a time. */
export class EntryFiling {
  readonly #filing: Filing
  readonly #window: ActiveWindow
  readonly #context: FactsContext
  readonly #released: boolean
  readonly #facts: StoreFacts
  readonly #unwritten: Unwritten

  /** What the user is told where the feed has turned wholly new; null where it has not. */
  note: string | null = null
  /** A guid was given to another report. */
  gaveAgain = false
  /** Deciding takes the texts of entries that were not read: nothing may be filed. */
  readonly lacksReadings: boolean

  /** `some` are all that will be filed with this one: what they need to know is read at once. */
  constructor(filing: Filing, window: ActiveWindow, some: readonly Accepted[], options: EntryFilingOptions) {
    const { context, released, looked, follow, stand, catchUp } = options
    this.#filing = filing
    this.#window = window
    this.#context = context
    this.#released = released
    let facts = looked
    let stored = facts && this.#prepare(facts, some, follow, stand.length)
    // Something was written since the entries were looked up.
    if (facts === null || stored === null || stored.version !== facts.said.version) {
      facts = new StoreFacts(filing, context)
      facts.look([...(follow ?? some).map(namesOf), ...stand])
      stored = this.#prepare(facts, some, follow, stand.length)
    }
    this.#facts = facts
    const isFollowing = follow !== null && stored.formerly.length > 0
    // The feed may have changed its guids; or another poll has filed the entry since it was looked up.
    this.lacksReadings = stand.length > 0 && (isFollowing || stand.some(one => this.#standing(one) === 'unknown'))
    this.#unwritten = new Unwritten(filing, context, stored)
    if (this.lacksReadings) return
    const { next, regrouping } = stored
    catchUp({ story: next.storyFeatures - 1, report: next.reportFeatures - 1, regrouping })
    if (isFollowing) this.#follow(follow, stored.formerly)
  }

  /** What the store says of the feed, as it was before this filing. */
  get said(): StoreFacts['said'] {
    return this.#facts.said
  }

  /** The report on file that an entry is which was not read, as it is. */
  #standing(one: Standing): KnownReport | 'pruned' | 'unknown' {
    const told = tellApart(one, guid => this.#facts.known(guid))
    const known = this.#facts.known(told.guid)
    if (known === null && this.#facts.isPruned(one)) return 'pruned'
    return told.asItIs && known !== null ? known : 'unknown'
  }

  /** File entries that were not read. */
  stand(entries: readonly Standing[], filed: FiledEntry[]): void {
    for (const one of entries) {
      const known = this.#standing(one)
      if (known === 'unknown') throw new Error(`entry ${one.at} is not on file as it is`)
      if (known !== 'pruned') this.#unwritten.touch(known.id)
      filed[one.at] = known === 'pruned' ? { ...PRUNED } : unchanged(known)
    }
  }

  /** `others`: how many entries the document has beside those in `follow`. */
  #prepare(
    facts: StoreFacts,
    some: readonly Accepted[],
    follow: readonly Accepted[] | null,
    others: number,
  ): StoredFacts {
    const fresh = some.filter(entry => !tellApart(namesOf(entry), guid => facts.known(guid)).asItIs)
    const unknown = (follow ?? []).filter(
      ({ report: { guid }, mark }) => facts.known(guid) === null && !facts.isPruned({ guid, mark }),
    )
    return facts.prepare(fresh, formerlyAsked(unknown, (follow?.length ?? 0) + others))
  }

  /** Give reports on file the guids under which they come now. */
  #follow(arriving: readonly Accepted[], onFile: readonly ReportMark[]): void {
    const { renames, note } = renamesOf(arriving, onFile, guid => this.#facts.known(guid))
    this.note = note
    for (const { report, guid, key, globalGuid } of renames) {
      this.#filing.renameGuid(report, guid, key, globalGuid)
      const was = onFile.find(({ id }) => id === report)
      if (was) this.#facts.rename({ report, guid }, was)
    }
    if (renames.length > 0) this.#renew()
  }

  file(entries: readonly Accepted[], filed: FiledEntry[]): void {
    for (const one of entries) filed[one.at] = this.#one(one)
    this.#unwritten.flush()
  }

  #one(one: Accepted): FiledEntry {
    const { report } = one
    const facts = this.#facts
    const told = tellApart(namesOf(one), guid => facts.known(guid))
    const known = facts.known(told.guid)
    if (known === null && facts.isPruned({ guid: report.guid, mark: one.mark })) return { ...PRUNED }
    this.#name(one, told.guid)
    // Filed by a poll after it was read from what is kept back: what stands there is newer.
    if (this.#released && known !== null) return unchanged(known)
    let aside: Arrival['aside'] = null
    if (!told.asItIs) {
      const found = guidFor(report, facts, this.#context)
      report.time = found.time
      if (found.aside !== null && known !== null) {
        this.#putAside(known, found.aside.guid)
        aside = found.aside
      } else this.#name(one, found.guid)
    }
    return (this.#released ? null : this.#holdBack(one)) ?? this.#known(one) ?? this.#new(one, aside)
  }

  #name({ report }: Accepted, guid: string): void {
    if (report.guid === guid) return
    report.guid = guid
    report.globalGuid = null
  }

  /** The guid of a report on file was given to another one. */
  #putAside(known: KnownReport, guid: string): void {
    this.#unwritten.flush()
    this.#filing.renameGuid(known.id, guid, guidKey(guid), null)
    this.#filing.setMark(givenAgain(this.#context.feed), this.#context.now)
    this.gaveAgain = true
    this.#facts.rename({ report: known.id, guid }, known)
    this.#renew()
  }

  /**
   * Keep an entry back that asks not to be published yet. It is filed as it then stands when its time has come; one that is
   * on file already is no secret any more.
   */
  #holdBack({ report, reading }: Accepted): FiledEntry | null {
    const { embargo } = report.wire
    const { now, feed } = this.#context
    if (embargo === null || embargo <= now || this.#facts.known(report.guid) !== null) return null
    return this.#filing.holdBack(feed, report.guid, embargo, now, reading.kept ?? '')
      ? { ...NOWHERE, kind: 'unchanged', embargo }
      : { ...NOWHERE, kind: 'rejected', reason: FULL_OF_EMBARGOES, embargo }
  }

  /** What becomes of an entry whose guid is on file; null where it is not. */
  #known(one: Accepted): FiledEntry | null {
    const known = this.#facts.known(one.report.guid)
    if (known === null) return null
    const story = known.hash === one.report.hash ? null : this.#revise(known, one)
    if (story !== null) return { kind: 'revision', report: known.id, story, thread: null, reason: null }
    this.#unwritten.touch(known.id)
    return unchanged(known)
  }

  #new(one: Accepted, aside: Arrival['aside']): FiledEntry {
    const { report, reading } = one
    const { agency, time } = report
    const facts = this.#facts
    const unwritten = this.#unwritten
    const { threads, copies } = this.#window
    const arrival = arrivalOf(one, aside)
    const intent = decide(arrival, facts, { threads, copies }, this.#features, this.#context)
    if (intent.kind === 'known') return { ...NOWHERE, kind: 'unchanged', report: intent.report, story: intent.story }
    const { stored } = reading
    const added = { report, stored, guidKey: keyOf(one) }
    if (intent.kind === 'copy') {
      const { joined } = intent
      const id = unwritten.addReport(joined.story, { ...added, joined })
      facts.add(id, joined.story, { report, reading, key: null })
      unwritten.judge(joined.story)
      this.#window.addReport(unwritten.filing, joined.story, { id, agency, time }, reading.copy)
      if (joined.rule === 'flash' || joined.completes) this.#tellAnew(arrival, joined, id, intent.foreign)
      else this.#keepFlash(one, id)
      return { kind: 'copy', report: id, story: this.#bridge(joined), thread: null, reason: null }
    }
    const { placement, features, key } = intent
    const thread = placement.thread ?? unwritten.openThread(key)
    const story = unwritten.addStory(thread, key, report.language, JSON.stringify(placement))
    const id = unwritten.addReport(story, { ...added, joined: FIRST })
    facts.add(id, story, { report, reading, key })
    this.#window.addStory(unwritten.filing, thread, story, features, report.time)
    this.#window.addReport(unwritten.filing, story, { id, agency, time }, reading.copy)
    this.#keepFlash(one, id)
    this.#window.lead(unwritten.filing, thread)
    return { kind: 'new', report: id, story, thread, reason: null }
  }

  /** What is on file was changed in ways that the facts do not follow: write what waits, and ask anew. */
  #renew(): void {
    this.#unwritten.flush()
    this.#unwritten.renumber(this.#facts.forget())
  }

  readonly #features = ({ reading, boilerplate, vector }: Arrival, foreign: Uint8Array | null): ThreadFeatures =>
    storyFeatures(
      this.#window.threads,
      threadWordsOf(reading, boilerplate, foreign, conceptsBeside(this.#window.threads, reading.words.language)),
      vector && quantise(vector),
    )

  #keepFlash({ report, reading }: Accepted, id: number): void {
    if (reading.isFlash) this.#unwritten.keepFlash(id, reading.wires, report.time)
  }

  /** A full report has told what the story's flashes or bare headlines announced, and speaks for it from now on. */
  #tellAnew(arrival: Arrival, { story, rule }: Joined, id: number, foreign: Uint8Array | null): void {
    this.#unwritten.flush()
    if (rule === 'flash') this.#filing.dropFlashes(story)
    this.#tellStory(arrival, story, id, foreign)
    this.#renew()
  }

  /** What a story is known by in threads is the text of its lead: told anew when that changes. */
  #tellStory(arrival: Arrival, story: number, lead: number, foreign: Uint8Array | null): void {
    const placed = this.#filing.placed(story)
    if (!placed || placed.lead !== lead) return
    const features = this.#features(arrival, foreign)
    this.#window.addStory(this.#unwritten.filing, placed.thread, story, features, placed.time)
  }

  /** Where the report shows that its story and another are one, they are made one. Returns the story it is in then. */
  #bridge({ story, bridge, shared }: Pick<Joined, 'story' | 'shared'> & { bridge: Bridge | null }): number {
    if (bridge === null) return story
    this.#unwritten.flush()
    const why = { at: this.#context.now, score: bridge.similarity, reasons: shared }
    const kept = this.#window.mergeStories(this.#filing, story, bridge.story, why) ?? story
    this.#renew()
    this.#unwritten.judge(kept)
    return kept
  }

  /**
   * File a changed text of a known report. Returns the story that it is in then; null where it only flaps between versions,
   * and nothing was filed.
   */
  #revise(known: KnownReport, one: Accepted): number | null {
    const { report, reading } = one
    const filing = this.#filing
    const { now } = this.#context
    this.#unwritten.flush()
    const force = this.#facts.inForce(known.id)
    const intent = decideRevision(report, known, force, this.#context)
    filing.keepFlapping(known.id, intent.remembered)
    this.#facts.forgetForce(known.id)
    one.waits = intent.kind === 'flapping'
    if (intent.kind === 'flapping') return null
    const dated = { ...report, published: dateOfRevision(report, force, this.#context) }
    filing.addRevision(known.id, dated, intent.class, now, reading.stored)
    if (known.revisions >= REVISIONS_KEPT) {
      const dropped = droppedRevisions(filing.earlier(known.id))
      if (dropped.length > 0) filing.dropRevisions(known.id, dropped)
    }
    const leaves = intent.isDifferent && this.#isToLeave(known, one)
    const arrival = arrivalOf(one, null)
    const story = leaves ? this.#leave(known, arrival) : known.story
    if (leaves) this.#renew()
    // A kill says nothing of the event: papers that still run what it takes back are to be known as copies of that.
    if (intent.class !== 'cosmetic' && intent.class !== 'kill') {
      const { foreign } = compare(arrival, this.#window.copies, known.id)
      this.#window.addReport(this.#unwritten.filing, story, { ...report, id: known.id }, reading.copy)
      if (!leaves) this.#tellStory(arrival, story, known.id, foreign)
    }
    if (leaves) this.#unwritten.judge(known.story)
    this.#unwritten.judge(story)
    this.#renew()
    return story
  }

  /** Whether a report is to leave a story of several agencies. What an editor has put there stays. */
  #isToLeave(known: KnownReport, { report }: Accepted): boolean {
    if (!tellsAnother(report, this.#filing.members(known.story, MEMBERS_COMPARED))) return false
    const decided = new Constraints(this.#filing.decisions().filter(({ what }) => what === 'story'))
    return !decided.knows(known.id)
  }

  /** A report leaves a story of others that it has nothing in common with any more. Returns its own. */
  #leave(known: KnownReport, arrival: Arrival): number {
    const { report } = arrival
    const { feedKey, now } = this.#context
    const key = freeKey(this.#facts, feedKey, report, false)
    const features = this.#features(arrival, null)
    const why = { at: now, score: null, reasons: [] }
    const leaving = { story: known.story, report: known.id, key, features }
    return this.#window.leaveStory(this.#filing, leaving, why)
  }
}

const unchanged = ({ id, story }: KnownReport): FiledEntry => ({
  kind: 'unchanged',
  report: id,
  story,
  thread: null,
  reason: null,
})

function arrivalOf({ report, reading }: Accepted, aside: Arrival['aside']): Arrival {
  const { boilerplate, beside, vector } = reading
  return { report, reading, boilerplate, beside, vector, aside }
}
