// Which of the texts that share something with a new one it is a copy of, and the evidence. Pure.
import type { Millis } from '../../model/units.ts'
import { placesOf } from './alignment.ts'
import { type Bearing, bearing } from './bearing.ts'
import { type Comparison, compare, type Prepared } from './compare.ts'
import { LEAST_WORDS } from './features.ts'
import {
  BRIDGE_MARGIN,
  FORM_DAYS,
  FORM_STORIES,
  isReprint,
  isUnborne,
  LEAST_SHARED,
  saysSo,
  showsFilling,
  showsForm,
  type Verdict,
  verdict,
} from './verdict.ts'
import type { Vocabulary } from './vocabulary.ts'

const DAY: Millis = 24 * 3_600_000
/** Words of evidence on each side. */
const DIFFERING = 8
const SHARED_RUNS = 2
const RUN_SHOWN = 12

export interface CopyEvidence {
  /** Share of the shorter text's words that stand in shared runs, 0 to 1. */
  coverage: number
  /** Similarity that was needed, given the time between the two and what their headlines name. */
  needed: number
  /** Longest runs of words both have, folded. */
  shared: string[]
  /** Folded words that the new report and the one on file have in the other's place. */
  differing: { report: string[]; known: string[] }
}

export interface CopyFound {
  story: number
  /** The report whose text it is most like, and which part of several it is. */
  report: number
  part: number
  /** Share of common word triples, 0 to 1. */
  similarity: number
  rule: 'text'
  evidence: CopyEvidence
  /** Another story that this text shows to be the same. */
  bridge: Bridge | null
}

/**
 * A second story whose copy a text clearly is too: two cuts of one copy that had little in common were filed as two until
 * a longer one came.
 */
export interface Bridge {
  story: number
  /** Its report that the text is most like, and how much. */
  report: number
  similarity: number
}

/** A report that carries a text. */
export interface Carrier {
  story: number
  report: number
  time: Millis
  language: string | null
  part: number
  agency: string
  bare: boolean
}

/** A text, once: exact copies share it. */
export interface Known {
  key: number
  title: Uint32Array
  lead: Uint32Array
  head: number
  frame: readonly [before: number, behind: number]
  /** The reports that carry it. */
  carriers: Carrier[]
}

/** A text that was compared, by the one of its carriers that is nearest in time. */
interface Compared {
  nearest: Carrier
  found: Comparison
  judged: Verdict
}

/** A text that shares something with the one that is asked about. */
export interface Met {
  known: Known
  prepared: Prepared
  nearest: Carrier
  apart: Millis
  found: Comparison
}

/** Whether what a text and one that it met share is what their headlines report. */
export function borneBy(text: Prepared, one: Met, found: Comparison, vocabulary: Vocabulary): Bearing | null {
  return bearing(text, one.prepared, found.runs, vocabulary)
}

/**
 * The copy among the texts that were met; null for none. `foreign` marks words of the text that are its publisher's.
 */
export function choose(
  text: Prepared,
  met: readonly Met[],
  foreign: Uint8Array | null,
  vocabulary: Vocabulary,
): CopyFound | null {
  const own = foreign ? foreign.reduce((left, mark) => left - mark, foreign.length) : text.lead.length
  const nothingOwn = own < LEAST_WORDS
  const marked = nothingOwn ? null : foreign
  const places = marked ? placesOf(text.stems) : null
  const least = Math.min(LEAST_SHARED, own)
  const counted = met.flatMap(one => {
    const found = marked && places ? compare(text, one.prepared, places, vocabulary, least, marked) : one.found
    return found ? [{ ...one, found }] : []
  })
  const stoodBefore = new Set<number>()
  const filledOn = new Set<number>()
  for (const { nearest, apart, found } of counted) {
    if (showsForm(found, apart)) stoodBefore.add(nearest.story)
    if (showsFilling(found, apart)) filledOn.add(Math.floor(nearest.time / DAY))
  }
  const compared = counted.map((one): Compared => {
    const { nearest, apart, found } = one
    const others = stoodBefore.size - (stoodBefore.has(nearest.story) ? 1 : 0)
    const form = others >= FORM_STORIES || filledOn.size >= FORM_DAYS
    const judged = verdict(found, apart, form)
    if (!judged.same) return { nearest, found, judged }
    const borne = borneBy(text, one, found, vocabulary)
    const unborne = borne !== null && isUnborne(found, borne) && !(borne.said === 0 && isReprint(found))
    const notice = unborne || (nothingOwn && !saysSo(borne))
    return { nearest, found, judged: notice ? { ...judged, same: false, against: 'notice' } : judged }
  })
  const best = likest(compared)
  if (!best) return null
  return {
    story: best.nearest.story,
    report: best.nearest.report,
    part: best.nearest.part,
    similarity: best.found.similarity,
    rule: 'text',
    evidence: evidenceOf(text, best.found, best.judged, vocabulary),
    bridge: bridgeOf(best, compared),
  }
}

function evidenceOf(text: Prepared, found: Comparison, judged: Verdict, vocabulary: Vocabulary): CopyEvidence {
  const shown = (words: Iterable<number>) => Array.from(words, word => vocabulary.text(word))
  return {
    coverage: found.coverage,
    needed: judged.needed,
    shared: found.runs
      .slice(0, SHARED_RUNS)
      .map(run => shown(text.lead.subarray(run.left, run.left + Math.min(run.length, RUN_SHOWN))).join(' ')),
    differing: {
      report: shown(found.leftOnly.slice(0, DIFFERING)),
      known: shown(found.rightOnly.slice(0, DIFFERING)),
    },
  }
}

/** The copy with most likeness beyond need; the earlier report where two are equal. */
function likest(compared: readonly Compared[]): Compared | null {
  let best: Compared | null = null
  for (const one of compared) {
    if (!one.judged.same) continue
    const more = best === null ? 1 : one.judged.margin - best.judged.margin
    if (best === null || more > 0 || (more === 0 && one.nearest.report < best.nearest.report)) best = one
  }
  return best
}

/** Only on clear evidence, and where no report of either story has another subject, day or filling. */
function bridgeOf(best: Compared, compared: readonly Compared[]): Bridge | null {
  const opposed = new Set(
    compared.flatMap(({ nearest, judged: { against } }) =>
      against === null || against === 'little' || against === 'notice' ? [] : [nearest.story],
    ),
  )
  const { story } = best.nearest
  if (best.judged.margin < BRIDGE_MARGIN || opposed.has(story)) return null
  const second = likest(
    compared.filter(
      ({ nearest, judged }) => nearest.story !== story && judged.margin >= BRIDGE_MARGIN && !opposed.has(nearest.story),
    ),
  )
  if (!second) return null
  return { story: second.nearest.story, report: second.nearest.report, similarity: second.found.similarity }
}
