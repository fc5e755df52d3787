// Reads one entry of which the store does not know the text yet: all that filing needs to know of it, as plain data that
// travels between threads. The text is folded and cut into words once; what the desk asks for later needs neither.
import type { Concepts } from '../language/concepts.ts'
import { type Searchable, searchableOf } from '../language/search.ts'
import { type Cut, cut, type Word, wordsBetween, wordsOf } from '../language/words.ts'
import type { Entry } from '../model/collected.ts'
import type { Report } from '../model/decided.ts'
import { type CopyFeatures, featuresOfWords, OPENING_CHARACTERS } from './copy/features.ts'
import { isFlashLong, LENGTH_LOOKED_AT } from './copy/flash.ts'
import type { Identified } from './identify.ts'
import { guidKey } from './identity.ts'
import { locateReport, type ReportContext, wireOf } from './report.ts'
import { type Boilerplate, type DocumentRuns, RUNS_BODY, runsOf } from './thread/boilerplate.ts'
import { bareHeadline } from './thread/header.ts'
import { countWords, type PlacedWords, placeWords, THREAD_BODY, type ThreadWords } from './thread/words.ts'

/** Characters of a text beyond which it is kept and shown, but not searched. */
const SEARCHED_LENGTH = 40_000

/** What was read of one entry. */
export interface Reading {
  /** Place in its document, from 0. */
  at: number
  report: Report
  /** What stays of its guid when agencies rewrite it. */
  guidKey: string
  /** What the index of copies compares; null for a text that says too little. */
  copy: CopyFeatures | null
  /** What the search column answers beside the raw words. */
  folded: Searchable
  /** What marks it as one part of several, as written; null where nothing does. */
  part: string | null
  /** The wires that send it: its agency, and those it credits. */
  wires: string[]
  /** A one-liner that a full report may tell later. */
  isFlash: boolean
  /** The words by which threads know it: see {@link threadWordsOf}. */
  words: PlacedWords
  /** What it adds to the `BoilerplateCount` of its document. */
  runs: DocumentRuns
}

/** What filing knows of an entry that was read. */
export type FiledReading = Omit<Reading, 'folded' | 'runs'>

export function readEntry(entry: Entry, text: string, identified: Identified, context: ReportContext): Reading {
  const whole = cut(`${identified.title}\n${text.slice(0, SEARCHED_LENGTH)}`)
  const { report, start } = locateReport(entry, text, identified, context, whole)
  const { wire, agency, language } = report
  const opening = openingOf(whole, identified.title.length + 1 + start, wire.body)
  const length = opening(LENGTH_LOOKED_AT).length || wordsOf(wire.title).length
  const headline = wordsOf(bareHeadline(wire.title))
  return {
    at: identified.at,
    report,
    guidKey: guidKey(identified.guid, identified),
    copy: copyOf(
      report,
      featuresOfWords(
        wire.title,
        opening(OPENING_CHARACTERS).map(word => word.text),
        language,
        wire.part?.number,
      ),
    ),
    folded: searchableOf(whole, language),
    part: wire.furniture.find(({ kind }) => kind === 'part')?.matched ?? null,
    wires: [...new Set([agency, ...wire.credits.map(credit => credit.agency ?? credit.name)])],
    // A bare headline is short because the map gave no more of it.
    isFlash: report.bare ? wire.signal === 'flash' : isFlashLong(length, { signal: wire.signal }),
    words: placeWords(wire.title, opening(THREAD_BODY), language),
    runs: runsOf(headline, opening(RUNS_BODY)),
  }
}

const copyOf = ({ bare }: Report, features: CopyFeatures | null): CopyFeatures | null =>
  features !== null && bare ? { ...features, bare } : features

/** What an entry adds to the `BoilerplateCount` of its document: all that is read of one that is on file as it is. */
export function readRuns(entry: Entry, text: string, identified: Identified, context: ReportContext): DocumentRuns {
  const { wire } = wireOf(entry, text, identified, context, { figures: false })
  return runsOf(wordsOf(bareHeadline(wire.title)), wordsOf(wire.body.slice(0, RUNS_BODY)))
}

/** Gives the words of the first so many characters of a body that begins at `start` of the text that was cut. */
function openingOf(whole: Cut, start: number, body: string): (characters: number) => readonly Word[] {
  return characters => {
    const length = Math.min(characters, body.length)
    const isWithin = start + length <= whole.text.length
    return isWithin ? wordsBetween(whole, start, start + length) : wordsOf(body.slice(0, length))
  }
}

/**
 * The words by which threads know a text. `boilerplate` is what the entries of its document have in common; `foreign` marks
 * words of the body that its publisher says under other reports too: 1 for such a word, and may be shorter than the body.
 * `concepts` are those that languages share; null where there is one language.
 */
export function threadWordsOf(
  { words }: Pick<Reading, 'words'>,
  boilerplate: Boilerplate | null,
  foreign: Uint8Array | null,
  concepts: Concepts | null,
): ThreadWords {
  return countWords(words, boilerplate, foreign, concepts)
}
