// One filing: what it reads and writes inside the transaction that the engine opens.
import { filingFacts } from '../read/facts.ts'
import { regrouping } from '../regroup.ts'
import type { Seal } from '../seal.ts'
import type { WritableSql } from '../sql.ts'
import type { Filing } from '../store.ts'
import { holdingBack, recordingPolls } from './polls.ts'
import { changingReports } from './reports.ts'
import { judgingStories, keepingWindow, writeBatch } from './threads.ts'

/** What a transaction still owes when its work is done. */
export interface OpenFiling {
  filing: Filing
  /** Write it: in the transaction, before it is committed. */
  settle: () => void
  /** The transaction is rolled back. */
  forget: () => void
}

export function createFiling(sql: WritableSql, seal: Seal): OpenFiling {
  // Reports by feed that are not counted yet: recording the poll does it on the way.
  const added = new Map<number, number>()
  const filing: Filing = {
    ...filingFacts(sql),
    ...regrouping(sql),
    ...changingReports(sql),
    ...judgingStories(sql),
    ...keepingWindow(sql),
    ...recordingPolls(sql, added),
    ...holdingBack(sql, seal),
    write: batch => {
      writeBatch(sql, batch)
      if (batch.reports.length > 0) added.set(batch.feed, (added.get(batch.feed) ?? 0) + batch.reports.length)
    },
  }
  const settle = (): void => {
    for (const [feed, reports] of added) sql.run('update feeds set reports = reports + ? where id = ?', [reports, feed])
    added.clear()
  }
  return { filing, settle, forget: () => added.clear() }
}
