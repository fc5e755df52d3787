// The name that robots.txt and pages call us by, and how much of a header for robots is read.

/** The name that we go by: `Minwal` of `Minwal/0.1 (feed collector; …)`. */
export const robotName = (userAgent: string): string => /^[^\s/();,]{1,100}/.exec(userAgent.trim())?.[0] ?? '*'

/** Lines of X-Robots-Tag that are read, and characters of one. */
export const MOST_LINES = 20
export const LONGEST_LINE = 1_000
