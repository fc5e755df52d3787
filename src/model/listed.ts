// Rows of the public views, as docs/sql.md describes them, and the interface that the API reads them through. Types only.
import type { Selection } from './shown.ts'
import type { Millis } from './units.ts'

/** A row of a public view, by column, with what a list adds to it. */
export type ViewRow = Readonly<Record<string, unknown>>

/** A place in a list that is ordered by time and then by id, the newest first: what comes after this row. */
export interface TimedPlace {
  time: Millis
  id: number
}

export interface RowChoice extends Omit<Selection, 'offset' | 'headlines'> {
  after?: TimedPlace | undefined
}

export interface ReportChoice {
  agency?: string | undefined
  feed?: number | undefined
  story?: number | undefined
  thread?: number | undefined
  /** A language tag; its varieties are among it. */
  lang?: string | undefined
  /** First seen at this time or later. */
  since?: Millis | undefined
  /** Reports filed before this one. */
  before?: number | undefined
  limit: number
}

export interface FigureChoice {
  report?: number | undefined
  story?: number | undefined
  thread?: number | undefined
  agency?: string | undefined
  kind?: string | undefined
  after?: FigurePlace | undefined
  limit: number
}

/** A place in a list of figures: what comes after the first `skip` of those of this report. */
export interface FigurePlace {
  report: number
  skip: number
}

/** Rows, and where to go on: a list that looks through a bounded number of rows may end before it has found `limit`. */
export interface LookedThrough {
  rows: ViewRow[]
  /** The id of the last report that was looked at; null where none is left. */
  last: number | null
}

/**
 * Reads rows of the public views, in a fixed number of statements each. Where no index leads to the rows that match, a bounded
 * number of them is looked at.
 */
export interface RowReader {
  /** `thread`, with `parts`: the one that grew last first. */
  threadRows(choice: RowChoice): ViewRow[]
  /** `story`, with `signal`, `withdrawn`, `excerpt` and `parts`: newest first. */
  storyRows(choice: RowChoice): ViewRow[]
  threadRow(id: number): ViewRow | null
  /** With `text`, `summary` and `content` of its lead. */
  storyRow(id: number): ViewRow | null
  /** Beginning of the text of a story's lead, for each of these stories: at most `characters`. */
  storyTexts(stories: readonly number[], characters: number): Map<number, string>
  /** `report` without its long columns, with `excerpt`: the one filed last first. */
  reportRows(choice: ReportChoice): LookedThrough
  reportRow(id: number): ViewRow | null
  /** `revision`, oldest first; the newest where they are longer than an answer may be. */
  revisionRows(report: number): ViewRow[]
  /** `credit`. */
  creditRows(report: number): ViewRow[]
  /** `figure`, those of the report filed last first. */
  figureRows(choice: FigureChoice): { rows: ViewRow[]; next: FigurePlace | null }
  /** `link`, with the title, language and times of the other thread. */
  linkRows(thread: number): ViewRow[]
  /** `agency`, by id; `after` is an id. */
  agencyRows(choice: { id?: string | undefined; after?: string | undefined; limit: number }): ViewRow[]
  /** `feed` without those that were removed, by id; `after` is an id. */
  feedRows(choice: {
    id?: number | undefined
    agency?: string | undefined
    state?: string | undefined
    after?: number | undefined
    limit: number
  }): ViewRow[]
  /** `poll` of a feed, newest first. */
  pollRows(feed: number, limit: number): ViewRow[]
  /** Reads inside see one state of the store. */
  together<T>(work: () => T): T
}
