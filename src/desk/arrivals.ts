// A document's entries as they are filed: in which order, and which of them are on file as they are.
import { type Ambiguity, tellApart } from '../decide/guids.ts'
import type { Identified } from '../decide/identify.ts'
import { byTime } from './common.ts'
import type { DeskReading, ReadDocument } from './document.ts'
import { type Accepted, type FiledEntry, PRUNED, type Standing } from './entries.ts'
import type { StoreFacts } from './facts.ts'

/** A document on its way. */
export interface Document {
  /** Those that become reports, in the order in which they are filed. */
  accepted: Accepted[]
  /** Those that were not read. */
  standing: Standing[]
  /** What became of each entry, in the order of the document. */
  filed: FiledEntry[]
  notes: string[]
  /** What the store says of its feed; null until it was asked. */
  said: StoreFacts['said'] | null
}

/**
 * The entries in the order in which they are filed. Those without a reading are on file as they are. `ambiguous` goes with the
 * document's entries.
 */
export function prepare(
  { entries, rejected }: Pick<ReadDocument, 'entries' | 'rejected'>,
  readings: readonly DeskReading[],
  ambiguous: readonly Ambiguity[],
): Document {
  const filed: FiledEntry[] = new Array(rejected.length + entries.length)
  for (const { at, reason } of rejected)
    filed[at] = { kind: 'rejected', report: null, story: null, thread: null, reason }
  const byPlace = new Map(readings.map(reading => [reading.at, reading]))
  const accepted: Accepted[] = []
  const standing: Standing[] = []
  for (const [n, { at, guid, hash, mark, globalGuid, canonicalUrl, published }] of entries.entries()) {
    const reading = byPlace.get(at)
    const says = ambiguous[n]
    if (says === undefined) throw new Error(`nothing is said of the names of entry ${at}`)
    const { reused, reusedTwice } = says
    if (reading === undefined) {
      standing.push({ at, guid, hash, mark, reused, reusedTwice, globalGuid, canonicalUrl, published })
      continue
    }
    // What is found out of its names on the way is written into it.
    const report = { ...reading.report }
    if (says.sharedUrl) report.canonicalUrl = null
    accepted.push({ at, reading, report, mark, reused, reusedTwice, waits: false })
  }
  accepted.sort((a, b) => byTime({ at: a.at, time: a.report.time }, { at: b.at, time: b.report.time }))
  return { filed, accepted, standing, notes: [], said: null }
}

/**
 * The entries that are on file as they are (`seen`, numbers of reports), and the places of the others (`wanted`), but for those
 * that were pruned. `stood`: how many of them stood in the feed's last document.
 */
export function standingIn(
  entries: readonly Identified[],
  ambiguous: readonly Ambiguity[],
  facts: StoreFacts,
): { filed: FiledEntry[]; seen: number[]; wanted: number[]; stood: number } {
  const filed: FiledEntry[] = []
  const seen: number[] = []
  const wanted: number[] = []
  let stood = 0
  for (const [n, entry] of entries.entries()) {
    const { reused = false, reusedTwice = false } = ambiguous[n] ?? {}
    const told = tellApart({ ...entry, reused, reusedTwice }, guid => facts.known(guid))
    const known = facts.known(told.guid)
    if (!told.asItIs || known === null) {
      if (known === null && facts.isPruned(entry)) filed[entry.at] = { ...PRUNED }
      else wanted.push(entry.at)
      continue
    }
    seen.push(known.id)
    if (known.lastSeen === facts.said.lastSeen) stood++
    filed[entry.at] = { kind: 'unchanged', report: known.id, story: known.story, thread: null, reason: null }
  }
  return { filed, seen, wanted, stood }
}
