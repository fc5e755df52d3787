// A document as it reaches the desk: every entry by its names, and what it says only of those that the desk asks for. The
// functions here are what a reader does; the desk calls them itself only where there is no reader beside it.
import type { CopyFeatures } from '../decide/copy/features.ts'
import type { Stranger } from '../decide/copy/strangers.ts'
import { type Identified, identify } from '../decide/identify.ts'
import { type FiledReading, type Reading, readEntry, readRuns } from '../decide/reading.ts'
import { type ReportContext, timeOf } from '../decide/report.ts'
import type { Boilerplate } from '../decide/thread/boilerplate.ts'
import type { Entry } from '../model/collected.ts'
import { type StoredText, storedText } from '../store/columns.ts'
import { type Beside, type Common, commonOf } from './common.ts'
import type { Steps } from './slices.ts'

/** An entry with the plain text of its body. */
export interface ReadEntry {
  entry: Entry
  text: string
  /** What the user's encoder made of it. */
  vector?: readonly number[] | null
}

/**
 * What was read of an entry, with what only filing needs. Plain data: it travels between threads. Of the report, `summary` and
 * `content` stand in `stored` alone.
 */
export interface DeskReading extends FiledReading {
  vector: readonly number[] | null
  /** Its long columns as they are written. */
  stored: StoredText
  /** The entry itself, as JSON, where it may not be shown yet and is to be kept back; else null. */
  kept: string | null
  /** Runs of words that the entries of its document have in common; null where there are none. */
  boilerplate: Boilerplate | null
  /** Other entries of its document that share only a notice with it. */
  beside: readonly Stranger[]
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

/** A document in this thread: its entries are named, and read when they are asked for. */
export class NamedDocument {
  readonly names: Pick<ReadDocument, 'entries' | 'rejected'>
  readonly #given: readonly ReadEntry[]
  readonly #context: ReportContext
  readonly #byPlace: ReadonlyMap<number, Identified>
  #common: Common | null = null

  constructor(given: readonly ReadEntry[], context: ReportContext) {
    this.names = identifyAll(given, context)
    this.#given = given
    this.#context = context
    this.#byPlace = new Map(this.names.entries.map(one => [one.at, one]))
  }

  /** Read the entries at these places. What all have in common is found with the first of them. */
  *read(ats: readonly number[]): Steps<DeskReading[]> {
    const readings = new Map<number, Reading>()
    for (const at of ats) {
      const reading = this.#reading(at)
      if (reading) readings.set(at, reading)
      yield
    }
    const features = (at: number): CopyFeatures | null => (readings.get(at) ?? this.#reading(at))?.copy ?? null
    this.#common ??= yield* commonOf(yield* this.#beside(readings), features)
    const { boilerplate, beside } = this.#common
    const out: DeskReading[] = []
    for (const [at, reading] of readings) {
      const given = this.#given[at] as ReadEntry
      out.push({ ...forDesk(given, reading, this.#context), boilerplate, beside: beside.get(at) ?? [] })
      yield
    }
    return out
  }

  #reading(at: number): Reading | null {
    const [given, names] = [this.#given[at], this.#byPlace.get(at)]
    return given && names ? readEntry(given.entry, given.text, names, this.#context) : null
  }

  *#beside(readings: ReadonlyMap<number, Reading>): Steps<Beside[]> {
    const out: Beside[] = []
    for (const names of this.names.entries) {
      const { at } = names
      const given = this.#given[at] as ReadEntry
      const runs = readings.get(at)?.runs ?? readRuns(given.entry, given.text, names, this.#context)
      out.push({ at, time: timeOf(names, this.#context.now), runs })
      yield
    }
    return out
  }
}

function forDesk(
  given: ReadEntry,
  { folded, runs: _, ...reading }: Reading,
  { now }: ReportContext,
): Omit<DeskReading, 'boilerplate' | 'beside'> {
  const { report } = reading
  const { embargo } = report.wire
  const isHeld = embargo !== null && embargo > now
  return {
    ...reading,
    report: { ...report, summary: null, content: null },
    vector: given.vector ?? null,
    stored: storedText(report, folded),
    kept: isHeld ? JSON.stringify(given) : null,
  }
}

/** A document that is read in this thread, giving way to other work between its entries. */
export function documentOf(
  entries: readonly ReadEntry[],
  context: ReportContext,
  giveWay: () => Promise<void> = async () => {},
): ReadDocument {
  const named = new NamedDocument(entries, context)
  return {
    ...named.names,
    read: async ats => {
      const steps = named.read(ats)
      for (;;) {
        const next = steps.next()
        if (next.done) return next.value
        await giveWay()
      }
    },
  }
}

/** The places of all entries of a document. */
export const placesOf = ({ entries }: Pick<ReadDocument, 'entries'>): number[] => entries.map(({ at }) => at)
