// The feeds that are read, as the subscription list that `/opml` answers with.
import { writeOpml } from '../config/opml.ts'
import { cleanLine } from '../language/markup.ts'
import type { FeedState } from '../model/stored.ts'
import { languageTag, shownAddress } from './markup.ts'

/** A folder an agency. Names and passwords in addresses are left out, and feeds that are files. */
export function opml(title: string, feeds: readonly FeedState[]): string {
  const agencies = Map.groupBy(
    feeds.filter(feed => feed.state !== 'retired'),
    feed => feed.agency,
  )
  const folders = [...agencies.values()].map(list => ({
    text: list[0]?.agencyName ?? '',
    outlines: list.flatMap(feed => {
      const xmlUrl = shownAddress(feed.url)
      if (xmlUrl === null) return []
      const text = cleanLine(feed.title ?? '') || [feed.agencyName, feed.category ?? ''].join(' ')
      const { category } = feed
      // A page with a list is no feed for other readers.
      const isPage = feed.bodyHash?.startsWith('page ') ?? false
      const address = isPage ? { type: 'link', url: xmlUrl } : { type: 'rss', xmlUrl }
      return [{ text, attributes: { ...address, category, language: languageTag(feed.language) } }]
    }),
  }))
  return writeOpml(title, folders)
}
