// The authority of tag ids (RFC 4151), fixed when a database is made.

/** The public host, in the year of the format. */
export function tagAuthority(link: string): string {
  return `${new URL(link).hostname},2026`
}
