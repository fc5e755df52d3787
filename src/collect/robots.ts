// What a robots.txt lets us read (RFC 9309), how fast, and which sitemaps it names. The library is loaded with the first one.

import type { Millis } from '../model/units.ts'
import { resolve } from './feed/links.ts'
import { robotName } from './robot.ts'

export interface RobotsRules {
  /** Whether this address of its site may be read. */
  allows(url: string): boolean
  /** Time between two requests that it asks for; null where it does not. */
  delay: Millis | null
  /** Addresses of sitemaps in its order, each once; also relative ones, and those of other hosts. */
  sitemaps: string[]
}

type RobotsParser = (
  url: string,
  text: string,
) => {
  isAllowed(url: string, name: string): boolean | undefined
  getCrawlDelay(name: string): number | undefined
  getSitemaps(): string[]
}

/** RFC 9309, section 2.5: at least 500 KiB are read. */
export const MAX_ROBOTS = 512_000
/** Bounds that keep matching linear in what an honest file has: the pattern of a line, lines of rules, an address. */
const MAX_PATTERN = 300
const MAX_RULES = 2_000
const MAX_ADDRESS = 2_000
const MAX_SITEMAPS = 200

const RULE = /^[ \t]{0,100}(?:user-agent|allow|disallow|crawl-delay)[ \t]{0,100}:/i

/**
 * Lines that are rules. Others between two names of robots would end a group (RFC 9309, section 2.2: they are to be passed over).
 * A pattern that is too long is cut: it then holds for more, never for less.
 */
function rulesOf(text: string): string {
  const kept: string[] = []
  for (const line of text.split(/\r\n?|\n/)) {
    if (!RULE.test(line)) continue
    kept.push(line.slice(0, MAX_PATTERN))
    if (kept.length === MAX_RULES) break
  }
  return kept.join('\n')
}

/** `url` is the address of the file, `userAgent` what we call ourselves. */
export async function readRobots(written: string, url: string, userAgent: string): Promise<RobotsRules> {
  // Its types declare an ES module, and it is none.
  const loaded: unknown = await import('robots-parser')
  const { default: robotsParser } = loaded as { default: RobotsParser }
  const text = written.slice(0, MAX_ROBOTS).replace(/^\ufeff/, '')
  const name = robotName(userAgent)
  const rules = robotsParser(url, rulesOf(text))
  const delay = rules.getCrawlDelay(name)
  const found = new Set<string>()
  for (const sitemap of robotsParser(url, text).getSitemaps()) {
    const address = isAddress(sitemap) ? resolve(sitemap, url) : null
    if (address !== null) found.add(address)
    if (found.size === MAX_SITEMAPS) break
  }
  return {
    allows: address => rules.isAllowed(address.slice(0, MAX_ADDRESS), name) !== false,
    delay: delay === undefined || !(delay > 0) ? null : delay * 1_000,
    sitemaps: [...found],
  }
}

/** A whole address or a path; no words. */
const isAddress = (text: string): boolean => !/\s/.test(text.trim()) && text.trim() !== ''
