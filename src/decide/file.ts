// What becomes of an entry: whether it is on file, a new text of a report, one more copy of a story, or a story of its own.
// Pure: it reads facts and the indexes of the window, and changes nothing.
import type { CopyRule, Placement, Report } from '../model/decided.ts'
import type { Joining, KnownReport, Named, StoryMember, TextInForce } from '../model/stored.ts'
import type { Millis } from '../model/units.ts'
import { claimed } from './claim.ts'
import { FLASH_SPAN, type FlashText, flashOf } from './copy/flash.ts'
import type { Asking, Bridge, CopyFeatures, Look } from './copy/index.ts'
import type { Stranger } from './copy/strangers.ts'
import { digest } from './digest.ts'
import type { IdentityContext } from './identify.ts'
import { apart } from './identity.ts'
import { isAlike, isDifferent, likenessOf } from './likeness.ts'
import type { FiledReading } from './reading.ts'
import { flap, isCounter, type Revision, revise } from './revision.ts'
import type { Boilerplate } from './thread/boilerplate.ts'
import { placeStory, type ThreadFeatures, type ThreadIndex } from './thread/place.ts'
import type { WireNames } from './wire/read.ts'

/** All that a decision about a new or changed report may know of the store. */
export interface Facts {
  /** Reports of any feed with this global guid or address: those of the agency first, then the newest; a few. */
  named(by: 'guid' | 'url', name: string): readonly Named[]
  /** One-liners of these wires between two times that no full report has told yet, oldest number first. */
  flashes(wires: readonly string[], from: Millis, to: Millis): readonly FlashText[]
  /** What marks a report as one part of several, as written; null where nothing does. */
  partOf(report: number): string | null
  /** Whether a story or a thread has this key. */
  isTaken(key: string): boolean
}

/** The indexes of the window, as far as they are asked. */
export interface Indexes {
  copies: { look(features: CopyFeatures, time: Millis, asking: Asking): Look }
  threads: ThreadIndex
}

/** An entry that is to be filed, with what its document says of it. */
export interface Arrival {
  report: Report
  /** Its `report` is as it was read: names that were found out on the way stand in `report` alone. */
  reading: FiledReading
  /** Runs of words that the entries of its document have in common; null where there are none. */
  boilerplate: Boilerplate | null
  /** Other entries of its document that share only a notice with it. */
  beside: readonly Stranger[]
  vector: readonly number[] | null
  /** The report that had its guid until now, and its story. */
  aside: { report: number; story: number } | null
}

/** The story a report is a copy of, and the one that it shows to be the same. */
export interface Joined extends Joining {
  story: number
  bridge: Bridge | null
  /** Runs of words that say so. */
  shared: string[]
  /** It brings the text of a bare headline of its agency. */
  completes: boolean
}

/** The report that the agency of a bare headline has on file of the same address, from a feed or another map. */
function ownReport({ report: { bare, agency, feed, canonicalUrl } }: Arrival, facts: Facts): Named | null {
  if (!bare || canonicalUrl === null) return null
  return facts.named('url', canonicalUrl).find(one => one.agency === agency && one.feed !== feed) ?? null
}

/** What becomes of a report that is not on file. Nothing in it is an id that does not exist yet. */
export type Intent =
  /** Its agency has it on file from another feed: a map brings nothing to that. */
  | { kind: 'known'; report: number; story: number }
  | { kind: 'copy'; joined: Joined; foreign: Uint8Array | null }
  | { kind: 'new'; placement: Placement; features: ThreadFeatures; key: string; foreign: Uint8Array | null }

export interface FileContext {
  /** Address of the feed by configuration: with the guid, it makes the keys of stories. */
  feedKey: string
  /** How entries of the feed are told apart. Left out: by guid. */
  identity?: IdentityContext['identity']
}

// ── which story a report is a copy of ───────────────────────────────────────────────────────────────────────────────

/** What the rules before have found out on the way to one that decides. */
interface Trace {
  /** Stories that the report is none of, whatever the texts have in common. */
  others: Set<number>
  /** Marks words of its body that are its publisher's; null where none are. */
  foreign: Uint8Array | null
}

interface Question {
  arrival: Arrival
  facts: Facts
  copies: Indexes['copies']
  context: FileContext
  trace: Trace
}

type Rule = (question: Question) => Joined | null

/** Where two reports are judged the same: the first rule that finds a story decides. */
const RULES: readonly Rule[] = [byGuid, byAddress, byText, byFlash]

const SURE = { similarity: 1, coverage: 1, evidence: null, bridge: null, shared: [], completes: false }

/** The report on file with the same global guid that tells the same. */
function byGuid(question: Question): Joined | null {
  return byName('guid', question.arrival.report.globalGuid, question)
}

/** The report on file with the same address that tells the same. */
function byAddress(question: Question): Joined | null {
  return byName('url', question.arrival.report.canonicalUrl, question)
}

function byName(
  rule: Extract<CopyRule, 'guid' | 'url'>,
  name: string | null,
  { arrival, facts, context, trace }: Question,
): Joined | null {
  if (name === null) return null
  const { report, aside } = arrival
  const candidates: readonly Named[] = facts.named(rule, name).filter(({ story }) => story !== aside?.story)
  if (candidates.length === 0) return null
  const claimant = { ...report, published: report.published ?? report.updated, feedUrl: context.feedKey }
  const claim = claimed(claimant, name, candidates)
  if (claim.found) {
    const { story, bare, agency } = claim.found
    return { ...SURE, rule, story, completes: bare && !report.bare && agency === report.agency }
  }
  for (const story of claim.others) trace.others.add(story)
  return null
}

/** The same text, whatever its headline, credit and cut. */
function byText({ arrival, facts, copies, trace }: Question): Joined | null {
  const { copy, foreign } = compare(arrival, copies, null)
  trace.foreign = foreign
  if (copy === null || trace.others.has(copy.story)) return null
  // The second part of three repeats the headline of the first, and is no copy of it.
  if (facts.partOf(copy.report) !== arrival.reading.part) return null
  const { story, similarity, evidence, bridge } = copy
  const { coverage, shared } = evidence
  const isOne = bridge !== null && facts.partOf(bridge.report) === arrival.reading.part
  return {
    story,
    rule: 'text',
    similarity,
    coverage,
    evidence: JSON.stringify(evidence),
    bridge: isOne ? bridge : null,
    shared,
    completes: false,
  }
}

/** The flash that this report tells in full. */
function byFlash({ arrival, facts }: Question): Joined | null {
  const { report, reading } = arrival
  if (reading.isFlash) return null
  const { agency, language, time } = report
  const { title, body, signal } = report.wire
  const candidates = facts.flashes(reading.wires, time - FLASH_SPAN, time + FLASH_SPAN)
  if (candidates.length === 0) return null
  const found = flashOf(candidates, { agency, credits: reading.wires, title, body, language, signal, time })
  if (found === null) return null
  const { story, similarity, evidence } = found
  return { ...SURE, story, rule: 'flash', similarity, evidence: JSON.stringify(evidence) }
}

/** Compare a text with those on file. `known` is the number of its report, where that is on file with another text. */
export function compare(
  { report, reading, beside }: Arrival,
  copies: Indexes['copies'],
  known: number | null,
): Pick<Look, 'copy' | 'foreign'> {
  const { copy: features } = reading
  if (features === null) return { copy: null, foreign: null }
  const { agency, time } = report
  const { copy, foreign } = copies.look(features, time, {
    agency,
    beside,
    ...(known === null ? {} : { report: known }),
  })
  return { copy, foreign: foreign?.subarray(features.head ?? 0) ?? null }
}

/** What becomes of a report that is not on file. `features` makes those of the threads, of the words that are its own. */
export function decide(
  arrival: Arrival,
  facts: Facts,
  { copies, threads }: Indexes,
  features: (arrival: Arrival, foreign: Uint8Array | null) => ThreadFeatures,
  context: FileContext,
): Intent {
  const own = context.identity === 'address' ? ownReport(arrival, facts) : null
  if (own !== null) return { kind: 'known', report: own.report, story: own.story }
  const others = new Set(arrival.aside === null ? [] : [arrival.aside.story])
  const trace: Trace = { others, foreign: null }
  for (const rule of RULES) {
    const joined = rule({ arrival, facts, copies, context, trace })
    if (joined !== null) return { kind: 'copy', joined, foreign: trace.foreign }
  }
  const said = features(arrival, trace.foreign)
  return {
    kind: 'new',
    placement: placeStory(threads, said, arrival.report.time),
    features: said,
    key: freeKey(facts, context.feedKey, arrival.report, arrival.aside !== null),
    foreign: trace.foreign,
  }
}

// ── what a story is called ──────────────────────────────────────────────────────────────────────────────────────────

/** The key of a story that this report opens: the same in every database. */
export function storyKey(feedUrl: string, guid: string): string {
  return digest(feedUrl, guid).slice(0, 20)
}

/** The same for a report whose key may be another's already: its guid was another report's before. */
export function freeKey(facts: Pick<Facts, 'isTaken'>, feedUrl: string, report: Report, isGivenAgain: boolean): string {
  const plain = storyKey(feedUrl, report.guid)
  if (!isGivenAgain && !facts.isTaken(plain)) return plain
  const own = storyKey(feedUrl, apart(report.guid, report.hash))
  return facts.isTaken(own) ? storyKey(feedUrl, apart(report.guid, `${report.hash} ${report.firstSeen}`)) : own
}

// ── a changed text ──────────────────────────────────────────────────────────────────────────────────────────────────

export interface RevisionIntent {
  /** `flapping`: it goes to and fro between versions, and the one in force stays. */
  kind: 'flapping' | 'revision'
  class: Revision['class']
  /** What is remembered of its versions. */
  remembered: string
  /** Its text tells another thing now, so that it may have to leave its story: see {@link tellsAnother}. */
  isDifferent: boolean
}

/** What a changed text of a report is. */
export function decideRevision(
  { wire, title, text, hash, language }: Report,
  known: KnownReport,
  force: TextInForce,
  { names, now }: { names: WireNames; now: Millis },
): RevisionIntent {
  const young = { title, text, signal: wire.signal }
  const revision = revise(force, young, names)
  const turn = flap(force.flapping, { old: force.hash, hash, revision, now, lastSeen: known.lastSeen })
  // How often it was read is no news: the text is kept, and no reader's feed shows the report as new for it.
  const counts = turn.store && turn.restless && isCounter(revision, force, young, wire.figures.length > 0)
  const kind = counts ? 'cosmetic' : revision.class
  return {
    kind: turn.store ? 'revision' : 'flapping',
    class: kind,
    remembered: turn.remembered,
    isDifferent: turn.store && kind === 'update' && isDifferent(likenessOf({ title, text, language }, force)),
  }
}

/** Reports of a story that a changed one is held against. */
export const MEMBERS_COMPARED = 40

/**
 * Whether a report of a story of several agencies was given a text that tells another thing than all of theirs: left there it
 * would speak for the others, or hide behind them.
 */
export function tellsAnother(
  report: Report,
  members: readonly Pick<StoryMember, 'agency' | 'title' | 'text'>[],
): boolean {
  const others = members.filter(({ agency }) => agency !== report.agency)
  return (
    others.length > 0 &&
    !others.some(({ title, text }) => isAlike(likenessOf(report, { title, text, language: report.language })))
  )
}
