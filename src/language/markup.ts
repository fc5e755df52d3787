// Escapes text for HTML and XML, and removes characters that these cannot hold.

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Escaped for HTML and XML: between tags and inside quoted attributes. */
export function escapeMarkup(text: string): string {
  return text.replace(/[&<>"']/g, character => ESCAPES[character] ?? character)
}

// Characters that XML 1.0 section 2.2 forbids or discourages, and noncharacters. publish/feeds.ts uses U+FDD0 to U+FDD2 as
// placeholders, which is safe because every text from outside has lost them here.
const FORBIDDEN = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F\uFDD0-\uFDEF\uFFFE\uFFFF]/g
// Explicit embeddings, overrides and isolates (UAX #9): one left open in a headline changes the direction of what follows.
// LRM, RLM, ALM, ZWJ and ZWNJ are kept: Persian spelling and emoji need them.
const DIRECTION_CONTROLS = /[\u202A-\u202E\u2066-\u2069]/g

/** Plain text without what would break XML or the direction of its surroundings. */
export function cleanText(text: string): string {
  return text.toWellFormed().replace(FORBIDDEN, '').replace(DIRECTION_CONTROLS, '')
}

/** One line of plain text. */
export function cleanLine(text: string): string {
  return cleanText(text).replace(/\s+/g, ' ').trim()
}

/** HTML without characters XML forbids. */
export function cleanHtml(source: string): string {
  return source.toWellFormed().replace(FORBIDDEN, '')
}
