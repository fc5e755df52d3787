// Joins the documents of an index of maps: one feed with the entries of all, each address once, the newest where there are too
// many.
import type { ParsedEntry, ParsedFeed } from '../../../model/collected.ts'
import type { Millis } from '../../../model/units.ts'

/** Warnings kept of all documents together. */
const MAX_WARNINGS = 30

const changedOf = ({ updated, published }: ParsedEntry): Millis => updated ?? published ?? Number.NEGATIVE_INFINITY

/** Addresses are one where http, www and a slash at the end alone are between them. */
const keyOf = ({ url, id, title }: ParsedEntry): string =>
  (url ?? id ?? title).replace(/^https?:\/\/(?:www\.(?=[^/]*\.))?/i, '').replace(/(?<!\/)\/$/, '')

/** Documents as they were read, the first of them speaking for all. At least one. */
export function joinMaps(feeds: readonly ParsedFeed[], maxEntries: number): ParsedFeed {
  const [first] = feeds
  if (first === undefined) throw new Error('no document to join')
  const kept = new Map<string, ParsedEntry>()
  for (const entry of feeds.flatMap(({ entries }) => entries)) {
    const key = keyOf(entry)
    const before = kept.get(key)
    if (before === undefined || changedOf(entry) > changedOf(before)) kept.set(key, entry)
  }
  const all = [...kept.values()]
  const warnings = [...new Set(feeds.flatMap(feed => feed.warnings))].slice(0, MAX_WARNINGS)
  let entries = all
  if (all.length > maxEntries) {
    const time = ({ published, updated }: ParsedEntry): Millis => published ?? updated ?? 0
    const newest = new Set(all.toSorted((a, b) => time(b) - time(a)).slice(0, maxEntries))
    entries = all.filter(entry => newest.has(entry))
    warnings.push(
      `the documents of the index have ${all.length} entries: the newest ${maxEntries} are kept (poll.maxEntries takes more, up to 10000)`,
    )
  }
  const languages = new Set(feeds.map(({ language }) => language))
  return {
    ...first,
    format: 'map',
    title: feeds.find(({ title }) => title !== null)?.title ?? null,
    language: languages.size === 1 ? first.language : null,
    entries,
    warnings,
  }
}
