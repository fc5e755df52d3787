// A feed that changed its guids: which reports on file its unknown entries are. Pure.
import type { KnownReport, ReportMark } from '../model/stored.ts'
import { type Arriving, otherGuids } from './guids.ts'
import { guidKey, mayHaveChangedGuids, rematch } from './identity.ts'

/** What is to be read of the store, before it can be decided. */
export type Formerly =
  /** So many entries are unknown that the feed may have turned wholly new: all reports that stood in it lately. */
  { kind: 'standing' } | { kind: 'likely'; keys: string[]; urls: string[] }

export function formerlyAsked(unknown: readonly Arriving[], entries: number): Formerly | null {
  if (unknown.length === 0) return null
  if (mayHaveChangedGuids(unknown.length, entries)) return { kind: 'standing' }
  return {
    kind: 'likely',
    keys: unknown.map(({ report }) => guidKey(report.guid)),
    urls: unknown.flatMap(({ report }) => report.canonicalUrl ?? []),
  }
}

/** A report on file that is known by another guid from now on. */
export interface Rename {
  report: number
  guid: string
  key: string
  globalGuid: string | null
}

/**
 * Reports on file that come under other guids now: of another form, or of another scheme where the feed has turned wholly
 * new. `note` is what the user is told of the latter.
 */
export function renamesOf(
  arriving: readonly Arriving[],
  onFile: readonly ReportMark[],
  known: (guid: string) => KnownReport | null,
): { renames: Rename[]; note: string | null } {
  if (onFile.length === 0) return { renames: [], note: null }
  // A guid that stands for several texts is on file with a mark: that is no change of ids.
  const told = arriving.map(one => {
    const { report, mark, reused, reusedTwice } = one
    const [marked = '', , twice = ''] = otherGuids({ guid: report.guid, mark, hash: report.hash })
    const name = reusedTwice ? twice : marked
    const { canonicalUrl, title, text } = report
    const guid = reused || known(name) !== null ? name : report.guid
    return { guid, canonicalUrl, title, text, published: report.published ?? report.updated }
  })
  const { pairs, migration } = rematch(told, onFile)
  const renames: Rename[] = []
  for (const { entry, report: id } of pairs) {
    const report = arriving[entry]?.report
    if (!report || told[entry]?.guid !== report.guid) continue
    const { guid, globalGuid } = report
    renames.push({ report: id, guid, key: guidKey(guid), globalGuid })
  }
  return { renames, note: migration?.sentence ?? null }
}
