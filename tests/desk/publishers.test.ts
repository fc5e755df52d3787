// What publishers say under all their entries is no word on any of them: on documents as they were really served. Skips where
// ../shared/corpora/feeds is absent.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseDocument } from '../../src/collect/feed/parse.ts'
import { Desk } from '../../src/desk/desk.ts'
import { root } from '../helpers/cli.ts'
import { FEEDS, fileInto, HOUR, openNewsroom, SETTINGS } from '../store/newsroom.ts'

const corpus = join(root, '../shared/corpora/feeds/real')

/** How many stories the entries of a served document are, and how many of them stand in the largest thread. */
async function filed(file: string): Promise<{ stories: number; largest: number }> {
  const parsed = await parseDocument(readFileSync(join(corpus, file)), null, {
    url: 'https://feed.example/',
    maxEntries: 400,
  })
  if (!parsed.ok) throw new Error(parsed.reason)
  const { entries } = parsed.value
  const now = entries.reduce((latest, { published, updated }) => Math.max(latest, published ?? updated ?? 0), 0) + HOUR
  const store = openNewsroom()
  try {
    const desk = new Desk(store, SETTINGS)
    const [, , meridian = ''] = FEEDS
    const stories = new Set(fileInto(desk, store, meridian, entries, now).flatMap(({ story }) => story ?? []))
    // The review of the hour.
    fileInto(desk, store, meridian, [], now + 2 * HOUR)
    const threads = Map.groupBy(stories, story => store.story(story)?.thread)
    return { stories: stories.size, largest: Math.max(...[...threads.values()].map(thread => thread.length)) }
  } finally {
    store.close()
  }
}

describe.skipIf(!existsSync(corpus))('the entries of a document that its publisher words alike', () => {
  it.each([
    { said: 'prices, each in one frame', file: 'coinlore-com__d3df474e93.rss.xml', most: 4 },
    { said: 'pictures, "posted a photo"', file: 'flickr-com__14e81cfe6d.rss.xml', most: 2 },
    { said: 'columns of one paper', file: 'washingtonpost-com__293e851856.rss.xml', most: 3 },
    { said: 'updates of a system, by day and build', file: 'support-microsoft-com__0a801c1999.rss.xml', most: 6 },
    { said: 'articles, by journal and volume', file: 'ajph-aphapublications-org__76590403b6.rss.xml', most: 8 },
  ])('are not one thread: $said', async ({ file, most }) => {
    const { stories, largest } = await filed(file)
    expect(stories).toBeGreaterThan(10)
    expect(largest).toBeLessThanOrEqual(most)
  })
})
