// A document's entries as they are filed: in which order, and what they say of one another.
import { strangersBeside } from '../decide/copy/beside.ts'
import type { Ambiguity } from '../decide/guids.ts'
import { BoilerplateCount } from '../decide/thread/boilerplate.ts'
import type { DeskReading, ReadDocument } from './document.ts'
import type { Accepted, FiledEntry } from './entries.ts'
import type { StoreFacts } from './facts.ts'
import type { Steps } from './slices.ts'

/** A document on its way. */
export interface Document {
  /** Those that become reports, in the order in which they are filed. */
  accepted: Accepted[]
  /** What became of each entry, in the order of the document. */
  filed: FiledEntry[]
  notes: string[]
  /** What the store says of its feed; null until it was asked. */
  said: StoreFacts['said'] | null
}

/**
 * The entries in the order in which they are filed: feeds list the newest first, threads grow from the oldest. `ambiguous`
 * goes with the document's entries.
 */
export function* prepare(
  { entries, rejected }: ReadDocument,
  readings: readonly DeskReading[],
  ambiguous: readonly Ambiguity[],
): Steps<Document> {
  const filed: FiledEntry[] = new Array(rejected.length + entries.length)
  for (const { at, reason } of rejected)
    filed[at] = { kind: 'rejected', report: null, story: null, thread: null, reason }
  const byPlace = new Map(readings.map(reading => [reading.at, reading]))
  const accepted: Accepted[] = []
  for (const [n, { at, mark }] of entries.entries()) {
    const reading = byPlace.get(at)
    const says = ambiguous[n]
    if (reading === undefined || says === undefined) throw new Error(`entry ${at} was not read`)
    // What is found out of its names on the way is written into it.
    const report = { ...reading.report }
    if (says.sharedUrl) report.canonicalUrl = null
    const { reused, reusedTwice } = says
    accepted.push({ at, reading, report, mark, reused, reusedTwice, waits: false, boilerplate: null, beside: [] })
  }
  yield
  accepted.sort((a, b) => a.report.time - b.report.time || b.at - a.at)
  yield* findBoilerplate(accepted)
  return { filed, accepted, notes: [], said: null }
}

/** What the entries of a document have in common is not what each of them tells. */
function* findBoilerplate(accepted: readonly Accepted[]): Steps<void> {
  const count = new BoilerplateCount()
  for (const { reading } of accepted) {
    count.addRuns(reading.runs)
    yield
  }
  const found = count.found()
  if (found.size > 0) for (const one of accepted) one.boilerplate = found
  const sharing = count.sharing()
  const alike = accepted.filter((_, at) => sharing[at])
  if (alike.length < 2) return
  const strangers = yield* strangersBeside(
    alike.map(({ report, reading }) => ({ features: reading.copy, time: report.time })),
  )
  for (const [at, one] of alike.entries()) one.beside = strangers[at] ?? []
}
