// Texts of the pages of reports, kept beside what feeds gave: which page is to be asked for, what came of it, who is left alone.
import type { WireReading } from '../model/decided.ts'
import type { KeptPage, PageDue, PageOutcome, PagePause, PageState, PageSubject } from '../model/page.ts'
import type { Millis } from '../model/units.ts'

/** The twelfth migration. A released migration: never edited. */
export const PAGES = `
create table x_pages (
  report    integer primary key references x_reports (id) on delete cascade,
  agency    text not null,
  -- Whom it was asked of, when, and how often.
  host      text not null,
  asked     integer not null,
  attempts  integer not null,
  -- When it may be asked for again; null where it is not.
  again     integer,
  outcome   text not null,
  because   text not null,
  -- Null unless it is the report's text: what copies, threads, credits and figures are decided by.
  text      text,
  -- What the page says of itself; moments as it writes them, ISO 8601.
  title     text,
  published text,
  modified  text,
  language  text,
  publisher text,
  canonical text,
  free      integer,
  -- Version of the rules that made the text.
  extractor integer not null,
  digest    text
) strict;
create index x_pages_asked on x_pages (asked);
create index x_pages_agency on x_pages (agency, asked);
create index x_pages_digest on x_pages (digest) where digest is not null;

-- Agencies whose pages are not asked for, after refusals.
create table x_page_pauses (
  agency text primary key references x_agencies (id) on delete cascade,
  until  integer not null,
  reason text not null
) strict, without rowid;
`

/** The text of a report that is compared: its page's where that was taken. Null of a row without a page. */
export const pageTextOf = (report: string): string => `(select p.text from x_pages p where p.report = ${report})`

export interface PageReader {
  /** Reports first seen since whose page may be asked for now: of each of these feeds the newest, at most `limit`. */
  pagesDue(feeds: readonly number[], since: Millis, now: Millis, limit: number): PageDue[]
  /** How many pages each host was asked for since. */
  pagesAsked(since: Millis): Map<string, number>
  pagePauses(): Map<string, PagePause>
  /** What became of the pages asked for since, by feed: how many, the most first. */
  pageOutcomes(since: Millis): Map<number, [PageOutcome, number][]>
  /** The text that was taken from a report's page; null where none was. */
  pageText(report: number): string | null
  /** What became of a report's page; null where it was never asked for. */
  page(report: number): PageState | null
}

export interface PageKeeping {
  /** A report as its text is told again; null where it is gone. */
  pageSubject(report: number): PageSubject | null
  /** `spoken`: the language that its text is searched in. */
  keepPage(page: KeptPage, spoken: string | null): void
  /** Other reports of an agency with the same text of another address. */
  pagesAlike(digest: string, subject: PageSubject): { report: number; title: string }[]
  /** A text that was taken is the report's no more. */
  dropPageText(report: number, outcome: PageOutcome, because: string): void
  /** Credits, figures and dateline are those of this reading from now on. `bare`: nothing but the headline is known. */
  tellAgain(report: number, wire: WireReading, bare: boolean): void
  /** Outcomes of the last pages of an agency, the newest first. */
  lastOutcomes(agency: string, limit: number): PageOutcome[]
  /** Texts that were taken from the last pages of an agency, but for this report's. */
  lastTexts(agency: string, report: number, limit: number): string[]
  /** Null ends it. */
  pausePages(agency: string, pause: PagePause | null): void
}
