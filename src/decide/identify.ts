// Gives an entry the names by which it is found again. The language and the wire of its text are not read for it, so that of
// a document of which one entry is new only that one is read.
import type { Entry } from '../model/collected.ts'
import type { FeedSpec } from '../model/config.ts'
import type { Millis, Outcome } from '../model/units.ts'
import { digest } from './digest.ts'
import { guidOf } from './identity.ts'
import { isPlaceholderTitle } from './placeholder.ts'
import { canonicalUrl, globalGuid } from './url.ts'

const TITLE_FROM_TEXT = 120

/** What the names of an entry depend on beside the entry. */
export interface IdentityContext {
  /** `address`: as in maps, where an address is a report whatever is said of it. */
  identity: FeedSpec['identity'] | 'address'
}

/** An entry that becomes a report, and by what it may be found again. Plain data: it travels between threads. */
export interface Identified {
  /** Place in its document, from 0. */
  at: number
  guid: string
  /** The guid in a form that is unique over all feeds; null where it is not. */
  globalGuid: string | null
  url: string | null
  canonicalUrl: string | null
  /** As filed: the beginning of the text where the entry has no title. */
  title: string
  published: Millis | null
  updated: Millis | null
  /** Tells reports of one guid apart by address and title, which outlast an edit of the text. */
  mark: string
  /** Of all that a revision would change. */
  hash: string
}

/**
 * The names of an entry, or why it becomes no report. `text` is the plain text of its body.
 *
 * The identity is what the feed's configuration says, by default the guid; an entry without one is known by its
 * address, and one with neither by its words.
 */
export function identify(entry: Entry, text: string, at: number, { identity }: IdentityContext): Outcome<Identified> {
  const written = entry.title.trim()
  const title = isPlaceholderTitle(written) ? opening(text) || (/\p{L}/u.test(written) ? slugOf(entry) : '') : written
  if (!title) return { ok: false, reason: 'it has neither a title nor a text' }
  const guid = guidOf(entry, title, text, identity)
  const { url, published, updated } = entry
  const canonical = canonicalUrl(url)
  return {
    ok: true,
    value: {
      at,
      guid,
      globalGuid: globalGuid(guid),
      url,
      canonicalUrl: canonical,
      title,
      published,
      updated,
      mark: digest(url, title),
      hash: digest(title, text, canonical ?? url),
    },
  }
}

/**
 * What the last part of the entry's address says, in words: the headline of a picture or an episode that its publisher called
 * "Untitled" and told nothing of. The placeholder itself would bring all of them into one thread. Empty where it says nothing.
 */
function slugOf({ url, enclosures }: Entry): string {
  for (const address of [url, ...enclosures.map(enclosure => enclosure.url)]) {
    if (!address || !URL.canParse(address)) continue
    const last = new URL(address).pathname.split('/').findLast(part => part !== '') ?? ''
    const said = decoded(last)
      .replace(/\.[a-z0-9]{1,5}$/i, '')
      .replace(/[\p{C}\p{Z}_+-]+/gu, ' ')
      .trim()
    if (/\p{L}/u.test(said) && !/^(?:index|default)$/i.test(said) && !isPlaceholderTitle(said)) return opening(said)
  }
  return ''
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

function opening(text: string): string {
  const line = text.trim().split('\n', 1)[0] ?? ''
  if (line.length <= TITLE_FROM_TEXT) return line
  // Never half a character.
  const cut = line.slice(0, TITLE_FROM_TEXT).replace(/[\ud800-\udbff]$/, '')
  const space = cut.lastIndexOf(' ')
  return `${space > 40 ? cut.slice(0, space) : cut}…`
}
