// What fetching and parsing give. Types only.
import type { PageRules } from './config.ts'
import type { Millis } from './units.ts'

/** `map`: a sitemap of news; `index`: a list of such maps, which has no entries of its own; `page`: a page with a list. */
export type FeedFormat = 'rss' | 'atom' | 'rdf' | 'json' | 'map' | 'index' | 'page'

/** A document that an index of maps names. */
export interface MapChild {
  url: string
  /** As the index says; often the time of the request. */
  lastmod: Millis | null
}

export interface Enclosure {
  url: string
  type: string | null
  /** Bytes. */
  length: number | null
}

/** What one feed document says of one piece of news. Bounded and sanitised, but otherwise unproven. */
export interface Entry {
  /** guid, atom:id or rdf:about, as written. */
  id: string | null
  /** Absolute http(s) address. */
  url: string | null
  /** Plain text. */
  title: string
  /** Sanitised HTML. */
  summary: string | null
  /** Sanitised HTML. */
  content: string | null
  published: Millis | null
  updated: Millis | null
  authors: string[]
  categories: string[]
  enclosures: Enclosure[]
  /** BCP 47. */
  language: string | null
  /** Name in RSS `<source>`, Atom `<source><title>` or `dc:source`: where the entry says it comes from. */
  source: string | null
}

/** Hours of the day and weekdays (0 is Sunday), in UTC, in which a feed says it does not change (RSS 2.0). */
export interface Skip {
  hours: readonly number[]
  days: readonly number[]
}

/** An entry as parsing leaves it. */
export interface ParsedEntry extends Entry {
  /** Plain text of `content`, or of `summary` where that says more. */
  text: string
}

export interface ParsedFeed {
  format: FeedFormat
  version: string | null
  title: string | null
  link: string | null
  language: string | null
  /** Server's wish for time between polls (RSS ttl, sy:updatePeriod), if it states one. */
  ttl: Millis | null
  /** When it says that polling it is of no use; null where it says nothing. */
  skip: Skip | null
  /** The WebSub hub it names, and the address it gives itself: what a subscription is asked of, and for. */
  hub: string | null
  self: string | null
  entries: ParsedEntry[]
  /** Of an index of maps alone. */
  maps?: MapChild[]
  /**
   * Of a page alone: how many entries its list has, and a hash of what they say, as bytes of pages differ at each request.
   * `rules` are those that were proposed for it.
   */
  list?: { entries: number; hash: string; rules?: PageRules }
  /** Of a map alone: pages of news that are no entries, for want of an address of its own site or a headline. */
  leftOut?: number
  /** What was repaired, cut or left out, in sentences a user can read. */
  warnings: string[]
}

export type FailureKind =
  | 'address' // refused by the guard, or no http(s) URL
  | 'dns'
  | 'connect'
  | 'tls'
  | 'timeout'
  | 'http' // an error status
  | 'gone' // 410
  | 'throttled' // 429, or 503 with Retry-After
  | 'redirect'
  | 'size'
  | 'encoding'
  | 'protocol'
  | 'document' // fetched, but no feed

export interface Failure {
  kind: FailureKind
  /** One line that names what failed and why. */
  message: string
  status: number | null
  /** When the server asks us to come back, if it does. */
  retryAt: Millis | null
}

/** Validators and hints a response carried, kept as received. */
export interface Validators {
  etag: string | null
  lastModified: string | null
}

/** A document of an index of maps, as it was when it was read. */
export interface MapPart {
  url: string
  validators: Validators
  hash: string
}

/** What is missing of a body that was larger than the limit on its size. */
export interface Gap {
  /** Bytes of the body in front of the gap; those behind it are the end of the document. */
  at: number
  /** Bytes of the whole body, or read of it until it was given up. */
  total: number
  /** Whether the body was read to its end; else nothing stands behind the gap. */
  ended: boolean
  /** The limit. */
  setting: 'poll.maxBodyBytes' | 'poll.maxWireBytes'
}

/** By what a page is read for what it asks of robots. */
export interface RobotQuestion {
  /** Lines of X-Robots-Tag, each by itself. */
  header: readonly string[]
  /** The name that we go by. */
  name: string
  /** The time by which dates have passed. */
  now: Millis
}

export type FetchResult =
  | {
      kind: 'body'
      status: number
      /** Address that answered, after redirects. */
      url: string
      /** The same, when every redirect on the way said that it is permanent (301, 308); else null. */
      movedTo: string | null
      body: Uint8Array
      /** What is missing of it; null where it is whole. */
      gap: Gap | null
      /** Of the body: the same bytes have the same, and others never. */
      hash: string
      /** It came from an address that is not public, or from a file: nothing of it is quoted where it is no feed. */
      isPrivate: boolean
      contentType: string | null
      /** As the header says. */
      contentLanguage?: string | null
      /** Lines of X-Robots-Tag. */
      robotsTag?: string[]
      validators: Validators
      /** From `Link` headers: see `ParsedFeed`. */
      hub: string | null
      self: string | null
      /** Freshness from Cache-Control max-age or Expires. */
      maxAge: Millis | null
      /** From Retry-After, which may come with any answer. */
      retryAt: Millis | null
      wireBytes: number
      ms: number
    }
  | {
      kind: 'unchanged'
      status: number
      movedTo: string | null
      maxAge: Millis | null
      retryAt: Millis | null
      ms: number
    }
  | { kind: 'failed'; failure: Failure; ms: number }
