// Reads one entry of which the store does not know the text yet: all that filing needs to know of it, as plain data that
// travels between threads. The desk cuts no text into words; it asks this file's functions of what a reader made.
import { searchable } from '../language/text.ts'
import type { Entry } from '../model/collected.ts'
import type { Report } from '../model/decided.ts'
import { isFlash } from './copy/flash.ts'
import { type CopyFeatures, copyFeatures } from './copy/index.ts'
import type { Identified } from './identify.ts'
import { type ReportContext, reportOf } from './report.ts'
import type { Boilerplate } from './thread/boilerplate.ts'
import { type ThreadWords, threadWords } from './thread/words.ts'

/** Characters of a text beyond which it is kept and shown, but not searched. */
const SEARCHED_LENGTH = 40_000

/** What was read of one entry. */
export interface Reading {
  /** Place in its document, from 0. */
  at: number
  report: Report
  /** What the index of copies compares; null for a text that says too little. */
  copy: CopyFeatures | null
  /** What the search column answers beside the raw words. */
  folded: string
  /** What marks it as one part of several, as written; null where nothing does. */
  part: string | null
  /** The wires that send it: its agency, and those it credits. */
  wires: string[]
  /** A one-liner that a full report may tell later. */
  isFlash: boolean
}

export function readEntry(entry: Entry, text: string, identified: Identified, context: ReportContext): Reading {
  const report = reportOf(entry, text, identified, context)
  const { wire, agency, language } = report
  return {
    at: identified.at,
    report,
    copy: copyFeatures(wire.title, wire.body, language, wire.part?.number),
    folded: searchable(`${report.title}\n${text.slice(0, SEARCHED_LENGTH)}`, language),
    part: wire.furniture.find(({ kind }) => kind === 'part')?.matched ?? null,
    wires: [...new Set([agency, ...wire.credits.map(credit => credit.agency ?? credit.name)])],
    isFlash: isFlash({ title: wire.title, body: wire.body, signal: wire.signal }),
  }
}

/**
 * The words by which threads know a text. `boilerplate` is what the entries of its document have in common; `foreign` marks
 * words of the body that its publisher says under other reports too: 1 for such a word, and may be shorter than the body.
 */
export function threadWordsOf(
  { report }: Reading,
  boilerplate: Boilerplate | null,
  foreign: Uint8Array | null,
): ThreadWords {
  const { wire, language } = report
  return threadWords({ title: wire.title, body: wire.body, language, boilerplate, foreign })
}
