// What is decided of an entry and of a poll. Types only.
import type { Enclosure, Failure } from './collected.ts'
import type { Millis } from './units.ts'

/** The opening «PLACE (AGENCY) —» of a report. */
export interface Dateline {
  place: string | null
  /** Agency id where an alias is known, else the words as written. */
  agency: string | null
  /** The characters taken off. */
  matched: string
}

/** The agency a text says it comes from. */
export interface Credit {
  /** Agency id where an alias is known, else null. */
  agency: string | null
  name: string
  where: 'dateline' | 'title' | 'opening' | 'closing' | 'author' | 'source'
}

/** A number a report gives for something that later reports change. */
export interface Figure {
  kind: 'killed' | 'injured' | 'missing' | 'arrested' | 'displaced'
  value: number
  /** The characters it was read from. */
  matched: string
  /** What the text says of its exactness: "at least 18", "about", "up to"; null where it gives the number plainly. */
  bound: 'at least' | 'about' | 'up to' | null
  /** Who said so in the same sentence, as written, at most 80 characters; null where the text does not say plainly. */
  said: string | null
  /** The words that say whom it counts ("26 armed men"), as written, at most 80 characters; null where the number stands bare. */
  words: string | null
  /**
   * Whom it counts: a group that is the same in every language (`security forces`, `armed men`, `civilians`: see `Group` in
   * language/phrases/shape.ts), or the stem of the noun. Null for all people, and where the text does not say.
   */
  whom: string | null
}

/**
 * What the desk or the site put around a report: taken off for comparing, kept to be shown. `matched` is as written, at
 * most 200 characters.
 */
export interface WireDetail {
  kind: 'slug' | 'part' | 'advisory' | 'embargo' | 'dateline' | 'credit' | 'byline' | 'tail' | 'end'
  matched: string
  where: 'title' | 'opening' | 'closing' | 'author' | 'source'
}

/** Place of a report in a run of continuations: «إضافة أولى», `(2/3)`. */
export interface Continuation {
  /** From 1. */
  number: number
  /** How many there are; null where it is not said. */
  of: number | null
}

/** What the desk's own markers say a report is. */
export type Signal = 'flash' | 'update' | 'correction' | 'kill'

/** Wire furniture, told apart from the text it surrounds. */
export interface WireReading {
  /** Headline without slugs and credits. */
  title: string
  /** Text without dateline, credit and "related articles" tail: what is compared. */
  body: string
  dateline: Dateline | null
  credits: Credit[]
  signal: Signal | null
  figures: Figure[]
  /** What was taken off title and text, and the credits in the feed's own fields, in that order; at most 24. */
  furniture: WireDetail[]
  part: Continuation | null
  /** Before this moment the desk asks not to publish. */
  embargo: Millis | null
}

/** An accepted entry: one agency's account as one feed carried it. Identity is feed + guid. */
export interface Report {
  feed: number
  agency: string
  guid: string
  /** The guid in a form that is unique over all feeds; null where it is not (`12345`). */
  globalGuid: string | null
  url: string | null
  canonicalUrl: string | null
  title: string
  /** Sanitised HTML. */
  summary: string | null
  /** Sanitised HTML. */
  content: string | null
  /** Plain text of content, or of the summary where that is all there is. */
  text: string
  /** A headline alone, of a map: it has a text, and nobody has read it yet. Left out where not. */
  bare?: true
  language: string | null
  /** As claimed by the feed. */
  published: Millis | null
  updated: Millis | null
  firstSeen: Millis
  /** What ordering and threading use: the claimed time, unless it lies in the future or is absent. */
  time: Millis
  authors: string[]
  categories: string[]
  enclosures: Enclosure[]
  wire: WireReading
  /** Until when the desk asks to withhold it; null where it does not, or where that moment is past. */
  embargo: Millis | null
  /** Hash of all that a revision would change. */
  hash: string
}

/** What a poll does with an entry. */
export type FilingKind = 'new' | 'revision' | 'copy' | 'unchanged' | 'rejected'

/** Why a report was put with a story: `flash` where it tells in full what a one-liner of that story announced. */
export type CopyRule = 'guid' | 'url' | 'text' | 'flash' | 'editor'

/**
 * What a changed text is. `cosmetic`: spelling, punctuation, layout, credits; `update`: it says more or other things;
 * `correction`: the desk says that it was wrong; `kill`: it was withdrawn.
 */
export type RevisionClass = 'cosmetic' | 'update' | 'correction' | 'kill'

/** How threading placed a story. */
export interface Placement {
  kind: 'opened' | 'joined'
  /** Thread joined; null for one that is to be opened. */
  thread: number | null
  /** Likeness to the thread, 0 to 1; 0 when no thread shared a term. */
  score: number
  /** Terms that spoke loudest, at most five: a word's stem, `@KZ` a country, `#748` a number, `~tkf` a name by its sound. */
  reasons: string[]
  /** The part each reason has in the likeness. */
  weights?: number[]
  /** What the score had to reach. */
  threshold?: number
  /** Of texts among many threads: how many threads were around, and how many of them said each reason. */
  around?: { threads: number; said: number[] }
}

export interface PollCounts {
  entries: number
  new: number
  revision: number
  copy: number
  unchanged: number
  rejected: number
}

/** One visit to one feed, as it ended. */
export interface PollOutcome {
  feed: number
  url: string
  at: Millis
  ms: number
  status: 'filed' | 'unchanged' | 'failed'
  counts: PollCounts
  warnings: string[]
  failure: Failure | null
  nextPoll: Millis
  reason: string
  /** Entries published between these moments may have been missed. */
  gap: { from: Millis; to: Millis } | null
}

/** Whose copy a story is: an agency of the configuration, or only a name that the text credits. */
export interface Origin {
  agency: string | null
  name: string
}

/** A permanent redirect under observation: believed only after a week. */
export interface Move {
  to: string
  since: Millis
  /** When it was last seen with the same feed behind it. */
  seen: Millis
  /** Different UTC days on which it was. */
  days: number
}
