// One filing: what it reads and writes inside the transaction that the engine opens.
import type { Millis } from '../../model/units.ts'
import { foldedText } from '../folded.ts'
import { filingFacts } from '../read/facts.ts'
import { regrouping } from '../regroup.ts'
import type { Seal } from '../seal.ts'
import type { WritableSql } from '../sql.ts'
import type { Batch, Filing } from '../store.ts'
import { judgingStories } from './judged.ts'
import { keepingMarks } from './marks.ts'
import { keepingPages } from './pages.ts'
import { holdingBack, recordingPolls } from './polls.ts'
import { pruning } from './prune.ts'
import { changingReports } from './reports.ts'
import { keepingWindow, writeBatch } from './threads.ts'

/** What a transaction still owes when its work is done. */
export interface OpenFiling {
  filing: Filing
  /** Write it: in the transaction, before it is committed. */
  settle: () => void
  /** The transaction is rolled back. */
  forget: () => void
}

/** Makes a report found by its words. `folded` is the whole of its search column. */
export type IndexReport = (sql: WritableSql, report: number, title: string, text: string, folded: string) => void

const inFullText: IndexReport = (sql, ...row) =>
  void sql.run('insert into x_search (rowid, title, text, folded) values (?, ?, ?, ?)', row)

/** What an engine does in its own way. */
export interface FilingEngine {
  indexReport: IndexReport
  /** How much this connection has changed, where `state_version()` does not tell. */
  changed: () => number
  /** Whether a transaction is open. */
  isOpen: () => boolean
}

/** `pollsKept`: how long visits to feeds are listed. */
export function createFiling(
  sql: WritableSql,
  seal: Seal,
  pollsKept: () => Millis,
  { indexReport = inFullText, changed = () => 0, isOpen }: Partial<FilingEngine> & Pick<FilingEngine, 'isOpen'>,
): OpenFiling {
  // Reports by feed that are not counted yet: recording the poll does it on the way.
  const added = new Map<number, number>()
  // The same by agency.
  const told = new Map<string, number>()
  // Reports that the full-text index does not have yet. It keeps new words in memory up to the end of the transaction, or to
  // the next statement that changes several rows, and writes them together then.
  let unindexed: Batch['reports'] = []
  // Transactions that were rolled back: what was read in them does not stand.
  let takenBack = 0
  const index = (): void => {
    for (const { id, report, stored } of unindexed) {
      indexReport(sql, id, report.title, report.text, foldedText(report.title, report.text, stored))
    }
    unindexed = []
  }
  const marks = keepingMarks(sql, isOpen)
  const filing: Filing = {
    ...filingFacts(sql, () => `${takenBack} ${changed()}`),
    ...regrouping(sql),
    ...changingReports(sql, index),
    ...judgingStories(sql),
    ...keepingWindow(sql, marks),
    ...recordingPolls(sql, added, pollsKept),
    ...holdingBack(sql, seal),
    ...pruning(sql, marks),
    ...keepingPages(sql, index),
    write: batch => {
      writeBatch(sql, batch)
      if (batch.reports.length > 0) added.set(batch.feed, (added.get(batch.feed) ?? 0) + batch.reports.length)
      for (const { report } of batch.reports) told.set(report.agency, (told.get(report.agency) ?? 0) + 1)
      unindexed.push(...batch.reports)
    },
  }
  const nothingOwed = (): void => {
    added.clear()
    told.clear()
    unindexed = []
    marks.forget()
  }
  const forget = (): void => {
    takenBack++
    nothingOwed()
  }
  const settle = (): void => {
    for (const [feed, reports] of added)
      sql.run('update x_feeds set reports = reports + ? where id = ?', [reports, feed])
    for (const [agency, reports] of told) {
      sql.run('update x_agencies set reports = reports + ? where id = ?', [reports, agency])
    }
    index()
    nothingOwed()
  }
  return { filing, settle, forget }
}
