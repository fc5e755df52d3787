// What may be said of a document that is no feed. Apart from parsing, which takes a while to load.

/** Reasons that quote the document behind these words. */
const QUOTING =
  /^(the document is not XML or JSON|the document is XML without an element|the document is HTML, not a feed|the document is broken JSON|the document could not be parsed|the parser failed on this document|not a feed): (?!the JSON document ).*/s

/** Why an answer is no feed, for a message: nothing of it is quoted where it came from a private address or a file. */
export function quotable({ isPrivate }: { isPrivate: boolean }, reason: string): string {
  return isPrivate ? reason.replace(QUOTING, '$1 (nothing of it is shown: it is private)') : reason
}
