// What is said of a document when its entries are filed: counts, notes, and what the next poll is planned by.
import type { IdentityContext } from '../decide/identify.ts'
import type { Filed } from '../decide/schedule/plan.ts'
import type { PollCounts } from '../model/decided.ts'
import type { Millis } from '../model/units.ts'
import type { ReadDocument } from './document.ts'
import type { FiledEntry } from './entries.ts'

export function noCounts(): PollCounts {
  return { entries: 0, new: 0, revision: 0, copy: 0, unchanged: 0, rejected: 0 }
}

export function countsOf(filed: readonly (FiledEntry | undefined)[]): PollCounts {
  const counts = noCounts()
  counts.entries = filed.length
  for (const one of filed) if (one) counts[one.kind]++
  return counts
}

/** What is said of a whole document when the last of it is filed. */
export interface Closing {
  counts: PollCounts
  /** Number of the poll where it was announced before. */
  poll: number | null
  /** What was noticed of the feed, in sentences a user can read. */
  notes: string[]
  /** A text that flaps was not filed as it is now: the document must be read again even where it stays as it is. */
  unsettled: boolean
  /** What scheduling had learnt of the feed when this was filed. */
  habit: string | null
  /** No report that stood in the document before is missing from this one. */
  isWhole: boolean
}

/** What became of a document's entries, as planning the next poll takes it. */
export function whatWasFiled(
  { entries }: ReadDocument,
  filed: readonly FiledEntry[],
  { counts, notes, unsettled }: Closing,
): Filed {
  const shown: { times: (Millis | null)[]; fresh: (Millis | null)[] } = { times: [], fresh: [] }
  const leftOut = new Map<string, number>()
  for (const { reason } of filed) if (reason !== null) leftOut.set(reason, (leftOut.get(reason) ?? 0) + 1)
  for (const { at, published, updated } of entries) {
    const kind = filed[at]?.kind
    if (kind === undefined || kind === 'rejected') continue
    const time = published ?? updated
    shown.times.push(time)
    if (kind === 'new' || kind === 'copy') shown.fresh.push(time)
  }
  return {
    counts,
    shown,
    notes,
    leftOut: [...leftOut].map(([reason, count]) => `${count} ${count === 1 ? 'entry' : 'entries'} left out: ${reason}`),
    // What could not be kept back is only found again where the same document is read again.
    readAgain: unsettled || filed.some(({ kind, embargo }) => kind === 'rejected' && embargo !== undefined),
  }
}

/** Different moments that a feed's warnings name. */
const MOMENTS_NAMED = 5

/** What a user is told of entries under embargo: how many and until when, and nothing that they say. */
export function embargoNotes(filed: readonly FiledEntry[]): string[] {
  const until = new Map<Millis, number>()
  for (const { kind, embargo } of filed) {
    if (kind !== 'rejected' && embargo !== undefined) until.set(embargo, (until.get(embargo) ?? 0) + 1)
  }
  const said = (count: number): string => `${count} ${count === 1 ? 'entry is' : 'entries are'} kept back`
  const notes = [...until]
    .sort(([a], [b]) => a - b)
    .map(([moment, count]) => `${said(count)}: under embargo until ${new Date(moment).toISOString().slice(0, 16)}Z`)
  const rest = [...until].sort(([a], [b]) => a - b).slice(MOMENTS_NAMED)
  if (rest.length === 0) return notes
  const later = rest.reduce((sum, [, count]) => sum + count, 0)
  return [...notes.slice(0, MOMENTS_NAMED), `${said(later)}: under embargo until later`]
}

/** How long it is said of a feed that it gives its guids to other reports. */
const GIVEN_AGAIN_SHOWN: Millis = 7 * 86_400_000

/** What is said of that; null where it was not seen lately. `seen` is when it was seen last. */
export function givenAgainNote(
  seen: Millis,
  { identity, now }: { identity?: IdentityContext['identity']; now: Millis },
): string | null {
  if (now - seen >= GIVEN_AGAIN_SHOWN) return null
  const cure = identity === 'title' ? '' : '; if one is missing all the same, set identity: "title" for this feed'
  return `the feed gives one id to reports of different days: each is filed as a report of its own${cure}`
}
