// The page of a report: what it says, and what is kept of it; what is on file of the list of a page. Types only.
import type { RobotQuestion } from './collected.ts'
import type { Millis } from './units.ts'

/** Why nothing of a page becomes a report's text; `article` where something does. */
export type PageVerdict =
  | 'article'
  | 'consent'
  | 'paywall'
  | 'not-found'
  | 'login'
  | 'listing'
  | 'blocked'
  | 'empty'
  | 'error'
  /** The page of another report, or of none. */
  | 'other'
  /** The page asks robots to keep nothing of it. */
  | 'noindex'

/** What is known of a page before it is read. */
export interface PageQuestion {
  /** What the feed says of the report; nothing where it is not known. */
  title: string
  summary: string
  /** The address that was asked for, and the one that answered. */
  url: string | null
  finalUrl: string | null
  status: number
  contentType: string | null
  /** By what it is read whether the page lets us keep and show its text. Left out where nobody asks. */
  robots?: RobotQuestion
}

/** What a page says of itself. Moments are ISO 8601: in UTC, or without a zone where the page names none. */
export interface StatedFacts {
  title: string | null
  published: string | null
  modified: string | null
  /** Primary subtag, of the text. */
  language: string | null
  publisher: string | null
  canonical: string | null
  /** Whether the page says that everybody may read it all; null where it says nothing. */
  free: boolean | null
}

/** What a page says, and whether that is the report's. */
export interface PageReading extends StatedFacts {
  verdict: PageVerdict
  /** In one sentence, what led to the verdict. */
  because: string
  /** Blocks apart by newlines; null unless it is the report's text. */
  text: string | null
  /** In one sentence, why the text is not to be shown to readers. Left out where it may be. */
  unshown?: string
}

/** A report whose page is to be asked for. */
export interface PageDue {
  report: number
  feed: number
  agency: string
  url: string
  title: string
  /** Plain text of its feed. */
  text: string
  time: Millis
  /** Times that its page was asked for. */
  attempts: number
}

/** What came of asking for a page: what it says, or why nothing could be read. `forbidden`: robots.txt does not let us ask. */
export type PageAnswer = PageReading | { verdict: 'failed' | 'forbidden'; because: string }

/** What became of a page once its report was looked at again. */
export type PageOutcome =
  | PageVerdict
  | 'failed'
  | 'forbidden'
  | 'shorter'
  | 'furniture'
  /** Its text is the report's, but the page asks that none of it be shown. */
  | 'withheld'

/** A page as it is kept beside its report. */
export interface KeptPage extends StatedFacts {
  report: number
  agency: string
  host: string
  asked: Millis
  attempts: number
  /** When it may be asked for again; null where it is not. */
  again: Millis | null
  outcome: PageOutcome
  because: string
  /** Null unless it is the report's text now. */
  text: string | null
  extractor: number
  /** Of its text, to find it again under another address; null where it has none. */
  digest: string | null
}

/** What became of a report's page so far. */
export interface PageState extends Pick<KeptPage, 'asked' | 'attempts' | 'again' | 'outcome' | 'because' | 'text'> {}

/** Until when no pages of an agency are asked for, and why. */
export interface PagePause {
  until: Millis
  reason: string
}

/** A report as its text is told again. */
export interface PageSubject {
  report: number
  guid: string
  feedUrl: string
  /** By what it came to its story. */
  joinedBy: string
  story: number
  feed: number
  agency: string
  url: string | null
  canonicalUrl: string | null
  title: string
  /** Plain text of its feed. */
  text: string
  language: string | null
  time: Millis
  authors: string[]
  /** Nothing but its headline came with the feed. */
  bare: boolean
}

/** When a report of a list was in it, and whether the list dates it. */
export interface SeenReport {
  url: string
  isDated: boolean
  firstSeen: Millis
  lastSeen: Millis
}
