// A document as it reaches the desk: every entry by its names, and what it says only of those that the desk asks for. The
// functions here are what a reader does; the desk calls them itself only where there is no reader beside it.
import { type Identified, identify } from '../decide/identify.ts'
import { type Reading, readEntry } from '../decide/reading.ts'
import type { ReportContext } from '../decide/report.ts'
import type { Entry } from '../model/collected.ts'
import { type StoredText, storedText } from '../store/columns.ts'

/** An entry with the plain text of its body. */
export interface ReadEntry {
  entry: Entry
  text: string
  /** What the user's encoder made of it. */
  vector?: readonly number[] | null
}

/** What was read of an entry, with what only filing needs. Plain data: it travels between threads. */
export interface DeskReading extends Reading {
  vector: readonly number[] | null
  /** Its long columns as they are written. */
  stored: StoredText
  /** The entry itself, as JSON, where it may not be shown yet and is to be kept back; else null. */
  kept: string | null
}

/** An entry that becomes no report. */
export interface Rejected {
  at: number
  reason: string
}

export interface ReadDocument {
  entries: readonly Identified[]
  rejected: readonly Rejected[]
  /**
   * Reads entries by their places. Called at most a few times, never inside a transaction; not at all where the store knows
   * every entry as it is.
   */
  read: (ats: readonly number[]) => Promise<readonly DeskReading[]>
}

/** The names of a document's entries. */
export function identifyAll(
  entries: readonly ReadEntry[],
  context: Pick<ReportContext, 'identity'>,
): { entries: Identified[]; rejected: Rejected[] } {
  const found: Identified[] = []
  const rejected: Rejected[] = []
  for (const [at, { entry, text }] of entries.entries()) {
    const made = identify(entry, text, at, context)
    if (made.ok) found.push(made.value)
    else rejected.push({ at, reason: made.reason })
  }
  return { entries: found, rejected }
}

/** Read one entry of a document that was identified. */
export function readForDesk(read: ReadEntry, identified: Identified, context: ReportContext): DeskReading {
  const { entry, text, vector = null } = read
  const reading = readEntry(entry, text, identified, context)
  const { embargo } = reading.report.wire
  const isHeld = embargo !== null && embargo > context.now
  return {
    ...reading,
    vector,
    stored: storedText(reading.report, reading.folded),
    kept: isHeld ? JSON.stringify(read) : null,
  }
}

/** A document that is read in this thread, giving way to other work between its entries. */
export function documentOf(
  entries: readonly ReadEntry[],
  context: ReportContext,
  giveWay: () => Promise<void> = async () => {},
): ReadDocument {
  const { entries: identified, rejected } = identifyAll(entries, context)
  const byPlace = new Map(identified.map(one => [one.at, one]))
  return {
    entries: identified,
    rejected,
    read: async ats => {
      const readings: DeskReading[] = []
      for (const at of ats) {
        const [read, names] = [entries[at], byPlace.get(at)]
        if (read && names) readings.push(readForDesk(read, names, context))
        await giveWay()
      }
      return readings
    },
  }
}
