// By what a report is known when it comes again: feed and guid, defended against agencies that change, reuse or leave out
// their guids. Pure.

import { fold } from '../language/fold.ts'
import { shingles } from '../language/terms.ts'
import { words } from '../language/words.ts'
import type { Entry } from '../model/collected.ts'
import type { FeedSpec } from '../model/config.ts'
import type { Report } from '../model/decided.ts'
import type { Millis } from '../model/units.ts'
import { apartBy } from './claim.ts'
import { digest } from './digest.ts'
import { isDifferent, isSameAgain, likenessOf } from './likeness.ts'
import { isPlaceholderTitle } from './placeholder.ts'
import { anchorOf, asMeant, canonicalUrl } from './url.ts'

const GUID_LENGTH = 1_024

/**
 * The guid of an entry: what the feed's configuration says, by default its own. An entry without one is known by its
 * address, and one with neither by its words. A guid that is only the title again changes with every edit of the
 * headline and returns with the next weather forecast, so the address goes before it.
 */
export function guidOf(entry: Entry, title: string, text: string, rule: FeedSpec['identity'] | 'address'): string {
  const written = entry.id?.trim() ?? ''
  const id = isPlaceholderTitle(written) ? null : written
  const own = id !== null && canonicalUrl(entry.url) !== null && fold(id) === fold(title) ? entry.url : id
  const address = rule === 'address' ? canonicalUrl(entry.url) : null
  const chosen = address ?? (rule === 'title' ? title : rule === 'guid' ? (own ?? entry.url) : (entry.url ?? id))
  const guid = chosen?.trim() || `sha256:${digest(title, text)}`
  return guid.length <= GUID_LENGTH ? guid : `sha256:${digest(guid)}`
}

/**
 * What stays of a guid when an agency changes how it writes them: https for http, `www`, session ids, tracking, a
 * closing slash, capitals in a UUID, blanks. Two guids of one feed with the same key are the same report, if the key stands
 * for one entry of the poll only. The same guid always has the same key, and the key is its own key. `address`: one whose
 * canonical form is known, as most guids are the address of their entry.
 */
export function guidKey(guid: string, address?: { url: string | null; canonicalUrl: string | null }): string {
  const plain = guid.normalize('NFC').replace(/\s+/gu, ' ').trim()
  if (/^https?:\/\//i.test(plain)) {
    const canonical = plain === address?.url ? address.canonicalUrl : canonicalUrl(plain)
    if (canonical === null || canonical.includes('#')) return canonical ?? plain
    // Some live pages name their parts in the fragment alone.
    const meant = asMeant(plain)
    const hash = meant.indexOf('#')
    const part = hash < 0 ? '' : meant.slice(hash)
    return /^#(?!!)[^#]*[a-z0-9]{3}/i.test(part) ? canonical + part : canonical
  }
  const uuid = /^(?:urn:uuid:|\{)?([0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})\}?$/i.exec(plain)
  return uuid?.[1] ? `urn:uuid:${uuid[1].toLowerCase()}` : plain
}

/** Values that stand for more than one text among these reports. */
export function ambiguousValues<T extends { hash: string }>(
  reports: readonly T[],
  pick: (report: T) => string | null,
): ReadonlySet<string> {
  const texts = new Map<string, string>()
  const ambiguous = new Set<string>()
  for (const report of reports) {
    const value = pick(report)
    if (value === null) continue
    const before = texts.get(value)
    if (before !== undefined && before !== report.hash) ambiguous.add(value)
    texts.set(value, report.hash)
  }
  return ambiguous
}

/** A reused guid with a mark that tells its reports apart, within the length of a guid. */
export function apart(guid: string, mark: string): string {
  return `${guid.slice(0, 900)}#${mark}`
}

// ── when a feed suddenly turns new ──────────────────────────────────────────────────────────────────────────────────

/** A report as this poll brought it: of `Report`, what tells it is an old one. */
export type Arriving = Pick<Report, 'guid' | 'canonicalUrl' | 'title' | 'text'> & Partial<Pick<Report, 'published'>>

/** A report on file of the same feed. `text` may be cut; the same cut is made on what arrives. */
export interface OnFile {
  id: number
  guid: string
  canonicalUrl: string | null
  published?: Millis | null
  title: string
  /** Plain text, at least its first `REMATCH_TEXT` characters. */
  text: string
}

/** Characters of a text that are compared. */
export const REMATCH_TEXT = 2_000
/** Reports on file that are looked at, newest first. */
export const REMATCH_REPORTS = 2_000

export type RematchRule = 'guid' | 'address' | 'path' | 'words' | 'likeness'

export interface Rematched {
  /** Index in the entries of this poll. */
  entry: number
  /** Id of the report on file that it is. */
  report: number
  rule: RematchRule
  /** Share of common word trigrams; 1 for all rules but `likeness`. */
  similarity: number
}

export interface Rematch {
  pairs: Rematched[]
  /** Set where nearly the whole poll looked new and most of it was on file. */
  migration: { entries: number; unknown: number; matched: number; sentence: string } | null
}

/** Fewer unknown entries than this are news. */
const MIGRATION_ENTRIES = 4
/** Of the entries of a poll, the share that must look new; of those, the share that must be on file. */
const LOOKS_NEW = 0.8
const ON_FILE = 0.5
/** Two agencies' rewrites share less; a feed that re-exports its archive shares nearly all. */
const SAME_TEXT = 0.6
const SAME_NUMBERS = 0.8
const FEW_WORDS = 6

/** Whether a poll in which so many entries are unknown may be a feed that has turned new as a whole. */
export function mayHaveChangedGuids(unknown: number, entries: number): boolean {
  return unknown >= MIGRATION_ENTRIES && unknown >= entries * LOOKS_NEW
}

/**
 * Which entries of one poll are reports already on file under other guids.
 *
 * `entries` are all of the poll; those whose guid is on file are left alone, and so are the reports they stand for. A
 * guid that differs in form only always counts, and an address with a like text behind it. Path, words and likeness count only when the feed has
 * turned new as a whole, for a page may well be told twice in one feed, but not thirty at once. Every entry and every
 * report is in one pair at most, and a value that several share pairs none of them.
 */
export function rematch(entries: readonly Arriving[], onFile: readonly OnFile[]): Rematch {
  const known = onFile.slice(0, REMATCH_REPORTS)
  const guids = new Set(known.map(({ guid }) => guid))
  const polled = new Set(entries.map(({ guid }) => guid))
  const left = new Map<number, Arriving>()
  for (const [at, entry] of entries.entries()) if (!guids.has(entry.guid)) left.set(at, entry)
  const free = new Map<number, OnFile>()
  for (const report of known) if (!polled.has(report.guid)) free.set(report.id, report)
  const unknown = left.size
  const pairs: Rematched[] = []
  const pairUp = (
    rule: RematchRule,
    key: (report: Arriving) => string | null,
    akin: (a: Arriving, b: Arriving) => boolean = () => true,
  ): void => {
    const arriving = unique([...left].map(([at, entry]) => [at, key(entry)]))
    const filed = unique([...free].map(([id, report]) => [id, key(report)]))
    for (const [value, entry] of arriving) {
      const report = filed.get(value)
      const [a, b] = [left.get(entry), report === undefined ? undefined : free.get(report)]
      if (report === undefined || !a || !b || !akin(a, b)) continue
      pairs.push({ entry, report, rule, similarity: 1 })
      left.delete(entry)
      free.delete(report)
    }
  }
  const turned = mayHaveChangedGuids(unknown, entries.length)
  if (unknown > 0 && free.size > 0) {
    pairUp('guid', report => guidKey(report.guid), isOneForm)
    // Tomorrow's weather stands at the address of today's.
    pairUp('address', report => report.canonicalUrl, turned ? isNotAnother : isSame)
  }
  if (turned && left.size > 0 && free.size > 0) {
    const certain = pairs.length
    pairUp('path', report => pathOf(report.canonicalUrl))
    pairUp('words', report => wordsOf(report))
    pairAlike(left, free, pairs)
    // A new section under the same paths, a page of fresh news: nothing was moved.
    if (pairs.length < unknown * ON_FILE) pairs.length = certain
  }
  pairs.sort((a, b) => a.entry - b.entry)
  const moved = turned && pairs.length >= unknown * ON_FILE
  return {
    pairs,
    migration: moved
      ? {
          entries: entries.length,
          unknown,
          matched: pairs.length,
          sentence: sentence(pairs, unknown),
        }
      : null,
  }
}

/** Keys that stand for one item only. */
function unique(items: readonly (readonly [number, string | null])[]): Map<string, number> {
  const found = new Map<string, number>()
  const several = new Set<string>()
  for (const [item, key] of items) {
    if (key === null) continue
    if (found.has(key)) several.add(key)
    found.set(key, item)
  }
  for (const key of several) found.delete(key)
  return found
}

/** Path and query of an address, where they are long enough to name a page on any host. */
function pathOf(canonical: string | null): string | null {
  if (canonical === null) return null
  const start = canonical.indexOf('/', 'https://'.length)
  const path = start < 0 ? '' : canonical.slice(start)
  return path.length >= 12 && /\d{3}|-.*-|%/.test(path) ? path : null
}

function wordsOf(report: Arriving): string | null {
  const title = words(fold(report.title)).join(' ')
  const text = words(fold(report.text.slice(0, REMATCH_TEXT)))
  // The cut may halve the last word.
  if (report.text.length >= REMATCH_TEXT) text.pop()
  return title === '' && text.length < FEW_WORDS ? null : digest(title, text.join(' '))
}

/** Forms that return with other numbers (rates, results, weather) are alike, but not the same. */
function sameNumbers(a: Arriving, b: Arriving): boolean {
  const [one, other] = [numbersOf(a), numbersOf(b)]
  let both = 0
  for (const number of one) if (other.has(number)) both++
  return both >= Math.max(one.size, other.size) * SAME_NUMBERS
}

function numbersOf(report: Arriving): ReadonlySet<string> {
  return new Set(fold(`${report.title} ${report.text.slice(0, REMATCH_TEXT)}`).match(/\d+/g) ?? [])
}

function shinglesOf(report: Arriving): ReadonlySet<number> {
  return new Set(shingles(words(fold(`${report.title} ${report.text.slice(0, REMATCH_TEXT)}`))))
}

const likeness = (a: Arriving, b: Arriving) => likenessOf({ ...a, language: null }, { ...b, language: null })
const isNotAnother = (a: Arriving, b: Arriving): boolean => !isDifferent(likeness(a, b))
const isSame = (a: Arriving, b: Arriving, elsewhere = false): boolean =>
  isSameAgain(likeness(a, b), apartBy(a.published ?? null, b.published ?? null), elsewhere)

/** Guids of one key differ in their anchors at most: a version of the page, or another report on it. */
function isOneForm(a: Arriving, b: Arriving): boolean {
  return anchorOf(a.guid) === anchorOf(b.guid) || isSame(a, b, true)
}

/** Pairs what shares most of its word trigrams, the likest first. */
function pairAlike(left: Map<number, Arriving>, free: Map<number, OnFile>, pairs: Rematched[]): void {
  if (left.size === 0 || free.size === 0) return
  const byShingle = new Map<number, number[]>()
  const sizes = new Map<number, number>()
  for (const [id, report] of free) {
    const set = shinglesOf(report)
    sizes.set(id, set.size)
    for (const shingle of set) {
      const holders = byShingle.get(shingle)
      if (holders) holders.push(id)
      else byShingle.set(shingle, [id])
    }
  }
  const likely: Rematched[] = []
  for (const [entry, report] of left) {
    const set = shinglesOf(report)
    if (set.size < FEW_WORDS) continue
    const shared = new Map<number, number>()
    for (const shingle of set) {
      const holders = byShingle.get(shingle)
      // What fifty reports of one feed share is its own boilerplate.
      if (!holders || holders.length > 50) continue
      for (const id of holders) shared.set(id, (shared.get(id) ?? 0) + 1)
    }
    for (const [id, both] of shared) {
      const similarity = both / (set.size + (sizes.get(id) ?? 0) - both)
      if (similarity >= SAME_TEXT) likely.push({ entry, report: id, rule: 'likeness', similarity })
    }
  }
  likely.sort((a, b) => b.similarity - a.similarity || a.entry - b.entry || a.report - b.report)
  for (const pair of likely) {
    const [a, b] = [left.get(pair.entry), free.get(pair.report)]
    if (!a || !b || !sameNumbers(a, b)) continue
    pairs.push(pair)
    left.delete(pair.entry)
    free.delete(pair.report)
  }
}

const BY: Readonly<Record<RematchRule, string>> = {
  guid: 'id',
  address: 'address',
  path: 'path',
  words: 'title and text',
  likeness: 'likeness of text',
}

function sentence(pairs: readonly Rematched[], unknown: number): string {
  const counts = new Map<RematchRule, number>()
  for (const { rule } of pairs) counts.set(rule, (counts.get(rule) ?? 0) + 1)
  const parts = [...counts].sort((a, b) => b[1] - a[1]).map(([rule, count]) => [BY[rule], count] as const)
  const how =
    parts.length === 1 ? `by ${parts[0]?.[0]}` : parts.map(([name, count]) => `${count} by ${name}`).join(', ')
  const what = counts.has('path') ? 'the feed moved to another host and changed its ids' : 'the feed changed its ids'
  return `${what}: ${pairs.length} of ${unknown} entries that looked new were matched to reports on file, ${how}`
}
