// What a filing is given, and what comes of it.
import type { ReportContext } from '../decide/report.ts'
import type { MissingReport } from '../decide/withdrawn.ts'
import type { Filing } from '../store/store.ts'
import type { FiledEntry } from './entries.ts'
import type { StoreFacts } from './facts.ts'
import type { Closing } from './outcome.ts'
import type { Recorded } from './recorder.ts'
import type { Last } from './window.ts'

export interface FilingContext extends ReportContext {
  /** Address of the feed by configuration: with the guid, it makes the keys of stories. */
  feedKey: string
}

/** Records the poll in the transaction of its last entries. */
export type Finish = (filing: Filing, filed: FiledEntry[], closing: Closing) => void

/** What came of a poll or a push: entries in the order of the document. Plain data. */
export interface FiledPoll extends Recorded {
  filed: FiledEntry[]
  /** Reports that left the feed though it shows older ones: their pages are to be asked whether they are gone. */
  missing: MissingReport[]
}

/** Brings the window in step with the store; `last` are the last numbers on file, where they were read. */
export type CatchUp = (last?: Last) => void

/** `released`: kept back under an embargo that is over. `first`: none was filed yet. `until`: when no more are begun. */
export interface FileSome {
  released: boolean
  first: boolean
  until: number
  looked: StoreFacts | null
  catchUp: CatchUp
}

/** How much of a document a transaction has filed; `unread`: nothing, for it needs readings of all entries. */
export type Filed = 'all' | 'some' | 'unread'
