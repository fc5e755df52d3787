// One filing: what it reads and writes inside the transaction that the engine opens.
import { filingFacts } from '../read/facts.ts'
import { regrouping } from '../regroup.ts'
import type { Seal } from '../seal.ts'
import type { WritableSql } from '../sql.ts'
import type { Filing } from '../store.ts'
import { holdingBack, recordingPolls } from './polls.ts'
import { changingReports } from './reports.ts'
import { judgingStories, keepingWindow, writeBatch } from './threads.ts'

export function createFiling(sql: WritableSql, seal: Seal): Filing {
  return {
    ...filingFacts(sql),
    ...regrouping(sql),
    ...changingReports(sql),
    ...judgingStories(sql),
    ...keepingWindow(sql),
    ...recordingPolls(sql),
    ...holdingBack(sql, seal),
    write: batch => writeBatch(sql, batch),
  }
}
