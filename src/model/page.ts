// What reading the page of a report gives. Types only.

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
}

/** What a page says, and whether that is the report's. */
export interface PageReading {
  verdict: PageVerdict
  /** In one sentence, what led to the verdict. */
  because: string
  /** As the page says it. Moments are ISO 8601: in UTC, or without a zone where the page names none. */
  title: string | null
  published: string | null
  modified: string | null
  /** Primary subtag, of the text. */
  language: string | null
  publisher: string | null
  canonical: string | null
  /** Whether the page says that everybody may read it all; null where it says nothing. */
  free: boolean | null
  /** Blocks apart by newlines; null unless it is the report's text. */
  text: string | null
}
