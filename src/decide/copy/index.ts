// Which story a report is a copy of, when neither guid nor address says so: the same text, whatever its headline, credit
// and cut. This file finds the texts worth comparing; compare.ts compares them, choose.ts and verdict.ts decide.

import type { Millis } from '../../model/units.ts'
import { placesOf, RUN_WORDS } from './alignment.ts'
import { borneBy, type Carrier, type CopyFound, choose, type Known, type Met } from './choose.ts'
import { compare, type Prepared, prepare } from './compare.ts'
import type { CopyFeatures } from './features.ts'
import { ENOUGH, edgesOf, LEAST_RUN, marksOf, type Stranger } from './strangers.ts'
import { areStrangers, isUnborne, LEAST_SHARED, LONG } from './verdict.ts'
import { Vocabulary } from './vocabulary.ts'

export type { Bridge, CopyEvidence, CopyFound } from './choose.ts'
export { type CopyFeatures, copyFeatures } from './features.ts'

// Smallest hashes of word triples indexed for each text. Two texts at the threshold share one almost surely (Broder 1997).
const SKETCH = 12
// A triple in more texts than this is boilerplate ("all rights reserved"): it finds nothing.
const BOILERPLATE = 500
/** Texts compared for one report: those that share most of the sketch. */
const COMPARED = 24
const BUCKET: Millis = 3_600_000

/** Who asks, and what is known of their other texts. */
export interface Asking {
  agency?: string
  /** Number of the report, where it is on file with another text. */
  report?: number
  /** A story whose reports are not asked. */
  besides?: number
  /** Texts of the same document that share only a notice with this one. */
  beside?: readonly Stranger[]
}

/** A text that is asked about, with the smallest hashes of its triples. */
interface Asked {
  features: CopyFeatures
  text: Prepared
  sketch: readonly number[]
  key: number
}

export interface Look {
  copy: CopyFound | null
  /** Marks words that open or close the lead and are the publisher's, no word on this text: 1 for such a word. */
  foreign: Uint8Array | null
}

/**
 * Texts of the active window, found by what they share. Its answers follow from the set of reports it holds, in whatever
 * order they were added.
 */
export class CopyIndex {
  readonly #window: Millis
  readonly #vocabulary = new Vocabulary()
  /** By hash; several where two texts have one. */
  readonly #texts = new Map<number, Known[]>()
  readonly #byReport = new Map<number, Known>()
  /** Reports by the hour of their time: forgetting looks at nothing else. */
  readonly #byHour = new Map<number, Set<number>>()
  /** By the smallest hashes of their triples. A hash of one text alone, as most are, takes no array. */
  readonly #bySketch = new Map<number, Known | Known[]>()
  /** The text that was asked about last: it is mostly the next to be taken in. */
  #latest: Asked | null = null

  /** `window`: how far apart in time two copies may stand, in milliseconds. */
  constructor(window: Millis) {
    this.#window = window
  }

  /** Reports held. */
  get size(): number {
    return this.#byReport.size
  }

  /** The story whose text this is, with what says so. */
  find(features: CopyFeatures, time: Millis, asking: Asking = {}): CopyFound | null {
    return this.look(features, time, asking).copy
  }

  /** The same, and what of the text is its publisher's. */
  look(features: CopyFeatures, time: Millis, asking: Asking = {}): Look {
    const asked = this.#asked(features)
    const { text, sketch } = asked
    // Most copies are exact, and need not be compared with anything.
    const exact = this.#exact(asked)
    const met = (candidates: readonly Known[]): Met[] => this.#meet(text, candidates, features, time, asking)
    const sure = exact ? choose(text, met([exact]), null, this.#vocabulary) : null
    if (sure) return { copy: sure, foreign: null }
    const all = met(this.#candidates(sketch))
    const strangers = [...(asking.beside ?? []), ...this.#strangers(text, all, asking)]
    const copy = choose(text, all, marksOf(strangers, text.lead.length), this.#vocabulary)
    return { copy, foreign: marksOf(strangers, text.lead.length, 'edges') }
  }

  /** Whether this is a copy of one of these reports' texts. */
  isCopyOf(features: CopyFeatures, time: Millis, reports: readonly number[], asking: Asking = {}): boolean {
    const { text, sketch } = this.#asked(features)
    const others = new Set(reports)
    const texts = new Set(reports.flatMap(report => this.#byReport.get(report) ?? []))
    const all = this.#meet(text, [...new Set([...texts, ...this.#candidates(sketch)])], features, time, asking)
    const marks = marksOf(this.#strangers(text, all, asking), text.lead.length)
    const met = all.filter(({ known }) => texts.has(known) && known.carriers.some(({ report }) => others.has(report)))
    return choose(text, met, marks, this.#vocabulary) !== null
  }

  /** Texts that share with this one what is no word on either. */
  strangers(features: CopyFeatures, time: Millis, asking: Asking): Stranger[] {
    const { text, sketch } = this.#asked(features)
    return this.#strangers(text, this.#meet(text, this.#candidates(sketch), features, time), asking)
  }

  #asked(features: CopyFeatures): Asked {
    if (this.#latest?.features === features) return this.#latest
    const title = this.#vocabulary.hold(features.title)
    const lead = this.#vocabulary.hold(features.lead)
    this.#release()
    const { head = 0, frame = NO_FRAME } = features
    const text = prepare({ title, lead, head, frame }, this.#vocabulary)
    this.#latest = { features, text, sketch: this.#sketch(text), key: keyOf(text, this.#vocabulary) }
    return this.#latest
  }

  #release(): void {
    if (!this.#latest) return
    this.#vocabulary.release(this.#latest.text.title)
    this.#vocabulary.release(this.#latest.text.lead)
    this.#latest = null
  }

  /** Take in a report's text, in place of the one it had. */
  add(story: number, report: number, features: CopyFeatures, time: Millis, agency = ''): void {
    this.forget(report)
    const known = this.#known(features)
    known.carriers.push({
      story,
      report,
      time,
      language: features.language,
      part: features.part ?? 1,
      agency,
      bare: features.bare === true,
    })
    this.#byReport.set(report, known)
    const hour = Math.floor(time / BUCKET)
    const reports = this.#byHour.get(hour)
    if (reports) reports.add(report)
    else this.#byHour.set(hour, new Set([report]))
  }

  forget(report: number): void {
    const known = this.#byReport.get(report)
    const carrier = known?.carriers.find(candidate => candidate.report === report)
    if (!known || !carrier) return
    this.#byReport.delete(report)
    known.carriers.splice(known.carriers.indexOf(carrier), 1)
    const hour = Math.floor(carrier.time / BUCKET)
    const reports = this.#byHour.get(hour)
    reports?.delete(report)
    if (reports?.size === 0) this.#byHour.delete(hour)
    if (known.carriers.length === 0) this.#drop(known)
  }

  /** These reports are now another story's: a merge or a split. */
  move(reports: readonly number[], story: number): void {
    for (const report of reports) {
      for (const carrier of this.#byReport.get(report)?.carriers ?? []) {
        if (carrier.report === report) carrier.story = story
      }
    }
  }

  /** Forget reports from before `limit`. */
  expire(limit: Millis): void {
    const edge = Math.floor(limit / BUCKET)
    for (const [hour, reports] of this.#byHour) {
      if (hour > edge) continue
      for (const report of reports) {
        const carrier = this.#byReport.get(report)?.carriers.find(candidate => candidate.report === report)
        if (carrier && carrier.time < limit) this.forget(report)
      }
    }
  }

  #known(features: CopyFeatures): Known {
    const asked = this.#asked(features)
    const { text, sketch, key } = asked
    const same = this.#exact(asked)
    if (same) return same
    const { title, lead, head, frame } = text
    const known: Known = { key, title, lead, head, frame, carriers: [] }
    this.#vocabulary.retain(title)
    this.#vocabulary.retain(lead)
    const others = this.#texts.get(key)
    if (others) others.push(known)
    else this.#texts.set(key, [known])
    this.#vocabulary.count([text.stems, text.titleStems], 1)
    for (const hash of sketch) {
      const holders = this.#bySketch.get(hash)
      if (holders === undefined) this.#bySketch.set(hash, known)
      else if (Array.isArray(holders)) holders.push(known)
      else this.#bySketch.set(hash, [holders, known])
    }
    return known
  }

  #exact({ key, features, text: { title, lead } }: Asked): Known | undefined {
    return this.#texts
      .get(key)
      ?.find(
        ({ head, ...known }) => head === (features.head ?? 0) && equal(known.title, title) && equal(known.lead, lead),
      )
  }

  #drop(known: Known): void {
    const text = prepare(known, this.#vocabulary)
    this.#vocabulary.count([text.stems, text.titleStems], -1)
    for (const hash of this.#sketch(text)) {
      const holders = this.#bySketch.get(hash)
      if (!Array.isArray(holders) || holders.length === 1) this.#bySketch.delete(hash)
      else holders.splice(holders.indexOf(known), 1)
    }
    const left = (this.#texts.get(known.key) ?? []).filter(text => text !== known)
    if (left.length > 0) this.#texts.set(known.key, left)
    else this.#texts.delete(known.key)
    this.#vocabulary.release(known.title)
    this.#vocabulary.release(known.lead)
  }

  /** The smallest hashes of the triples of stems, ascending. Short texts have few. */
  #sketch({ stems }: Prepared): number[] {
    const words = new Int32Array(stems.length)
    for (let at = 0; at < words.length; at++) words[at] = this.#vocabulary.hash(stems[at] as number)
    const smallest: number[] = []
    for (let at = 0; at + RUN_WORDS <= words.length; at++) {
      let hash = 0
      for (let next = 0; next < RUN_WORDS; next++) {
        hash = Math.imul(hash ^ (words[at + next] as number), 0x9e3779b1)
        hash ^= hash >>> 15
      }
      // Thirty bits: a larger number would be an object of its own in every map.
      insertSmallest(smallest, hash >>> 2)
    }
    return smallest
  }

  /** Texts that share most of the sketch, no more than are worth comparing. */
  #candidates(sketch: readonly number[]): Known[] {
    const met = new Map<Known, number>()
    for (const hash of sketch) {
      const holders = this.#bySketch.get(hash)
      if (holders === undefined) continue
      const list = Array.isArray(holders) ? holders : [holders]
      if (list.length > BOILERPLATE) continue
      for (const known of list) met.set(known, (met.get(known) ?? 0) + 1)
    }
    if (met.size <= COMPARED) return [...met.keys()]
    return [...met]
      .sort(([a, often], [b, oftener]) => oftener - often || earliest(a) - earliest(b))
      .slice(0, COMPARED)
      .map(([known]) => known)
  }

  /** The texts within the window that have enough in common with this one, by the nearest of their carriers. */
  #meet(
    text: Prepared,
    candidates: readonly Known[],
    features: CopyFeatures,
    time: Millis,
    { agency, besides }: Pick<Asking, 'agency' | 'besides'> = {},
  ): Met[] {
    const met: Met[] = []
    if (candidates.length === 0) return met
    const { language, part = 1 } = features
    const places = placesOf(text.stems)
    const least = Math.min(LEAST_SHARED, text.stems.length)
    for (const known of candidates) {
      if (!withinOf(known.carriers, time, this.#window)) continue
      const prepared = prepare(known, this.#vocabulary)
      const found = compare(text, prepared, places, this.#vocabulary, least)
      if (!found) continue
      // What is in another language is a translation, not a copy; but feeds claim languages that are not theirs.
      const carriers = known.carriers.filter(
        carrier =>
          carrier.part === part &&
          carrier.story !== besides &&
          !isAnotherHeadline(features, time, agency, carrier) &&
          (found.similarity === 1 || language === null || (carrier.language ?? language) === language),
      )
      const nearest = nearestTo(carriers, time)
      if (!nearest) continue
      const apart = Math.abs(nearest.time - time)
      if (apart <= this.#window) met.push({ known, prepared, nearest, apart, found })
    }
    return met
  }

  #strangers(text: Prepared, met: readonly Met[], { agency, report }: Asking): Stranger[] {
    const out: Stranger[] = []
    for (const one of met) {
      const { known, found } = one
      if (found.longest < LEAST_RUN) continue
      const carriers = known.carriers.filter(carrier => carrier.report !== report)
      const borne = borneBy(text, one, found, this.#vocabulary)
      if (carriers.length === 0 || borne === null || !isUnborne(found, borne) || !areStrangers(borne)) continue
      const ownHouse = agency !== undefined && carriers.some(carrier => carrier.agency === agency)
      const most = ownHouse ? ENOUGH : 1
      // So much may be one wire under two headlines of its: others must show that it is not.
      const weight = found.shared >= LONG ? most - 1 : most
      if (weight === 0) continue
      const { lead, head } = one.prepared
      const here = { length: text.lead.length, head: text.head }
      const edges = edgesOf(found.runs, here, { length: lead.length, head }, at =>
        this.#vocabulary.isWord(text.lead[at] ?? 0),
      )
      out.push({ key: known.key, story: one.nearest.story, weight, runs: found.runs, edges })
    }
    return out
  }
}

/** Bare headlines of one agency within so long of one another are one report under two addresses. */
const SAME_HEADLINE: Millis = 3_600_000

/** Whether two bare headlines of one agency are of two days, such as those of the weather: equal words are no text. */
function isAnotherHeadline(
  { bare }: CopyFeatures,
  time: Millis,
  agency: string | undefined,
  carrier: Carrier,
): boolean {
  const both = bare === true && carrier.bare && carrier.agency === agency
  return both && Math.abs(carrier.time - time) > SAME_HEADLINE
}

const NO_FRAME = [0, 0] as const

/** Keep a hash where it is one of the smallest of all that came, each once. */
function insertSmallest(smallest: number[], hash: number): void {
  let to = smallest.length
  if (to === SKETCH && hash >= (smallest[SKETCH - 1] as number)) return
  while (to > 0 && (smallest[to - 1] as number) > hash) to--
  if (to > 0 && smallest[to - 1] === hash) return
  if (smallest.length < SKETCH) smallest.push(hash)
  for (let at = smallest.length - 1; at > to; at--) smallest[at] = smallest[at - 1] as number
  smallest[to] = hash
}

function equal(a: Uint32Array, b: Uint32Array): boolean {
  if (a.length !== b.length) return false
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return false
  return true
}

/** Hash of a text, the same in every vocabulary. */
function keyOf({ title, lead, head }: Prepared, vocabulary: Vocabulary): number {
  let key = title.length ^ Math.imul(head + 1, 0x85ebca6b)
  for (let at = 0; at < title.length; at++) key = Math.imul(key ^ vocabulary.hash(title[at] as number), 0x9e3779b1)
  key ^= key >>> 15
  for (let at = 0; at < lead.length; at++) {
    key = Math.imul(key ^ vocabulary.hash(lead[at] as number), 0x9e3779b1)
    key ^= key >>> 15
  }
  // Thirty bits, like those of the sketch.
  return key >>> 2
}

function withinOf(carriers: readonly Carrier[], time: Millis, window: Millis): boolean {
  return carriers.some(carrier => Math.abs(carrier.time - time) <= window)
}

function earliest(known: Known): number {
  return known.carriers.reduce((least, { report }) => Math.min(least, report), Number.POSITIVE_INFINITY)
}

function nearestTo(carriers: readonly Carrier[], time: Millis): Carrier | null {
  let best: Carrier | null = null
  for (const carrier of carriers) {
    const closer = best === null ? -1 : Math.abs(carrier.time - time) - Math.abs(best.time - time)
    if (best === null || closer < 0 || (closer === 0 && carrier.report < best.report)) best = carrier
  }
  return best
}
