// The public API as a program that embeds Minwal uses it: nothing of `src/` is imported but `index.ts`.
import { parseAtomFeed } from 'feedsmith'
import { describe, expect, it } from 'vitest'
import {
  createSite,
  edition,
  loadConfig,
  openReader,
  parseConfig,
  parseFeed,
  renderFeed,
  staticSite,
} from '../src/index.ts'
import { minwal } from './helpers/cli.ts'
import { agenciesOf, configure } from './helpers/configuration.ts'
import { feedServer, rss } from './helpers/feed-server.ts'
import { folder } from './helpers/folder.ts'

const DAY = 86_400_000
const FERRY = { title: 'Ferry resumes', link: 'https://a.example/1', guid: '1', text: 'At noon.' }

describe('the public API', () => {
  it('reads a feed document, and gives the reason where it is none', async () => {
    const text = rss([FERRY], 'Coast')
    const parsed = await parseFeed(text, { url: 'https://a.example/feed', maxEntries: 10 })
    expect(parsed).toMatchObject({ ok: true, value: { title: 'Coast', entries: [{ title: 'Ferry resumes' }] } })
    expect(await parseFeed('nothing', { url: null, maxEntries: 10 })).toMatchObject({ ok: false })
  })

  it('reads a configuration with all its defaults, or names its faults', () => {
    const agencies = '"agencies": [{ "id": "a", "name": "A", "feeds": ["https://a.example/feed"] }]'
    expect(parseConfig(`{ ${agencies} }`, 'c.json', {})).toMatchObject({ ok: true, config: { poll: { perHost: 2 } } })
    expect(parseConfig(`{ ${agencies}, "titel": "" }`, 'c.json', {})).toMatchObject({
      ok: false,
      faults: [expect.stringContaining('c.json: titel: unknown key')],
    })
  })

  it('renders what is stored as feeds, pages and files, without a socket', async () => {
    const server = await feedServer({
      '/feed': rss([FERRY]),
    })
    const { config: file } = configure(folder(), agenciesOf([`${server.origin}/feed`]), { link: 'https://n.example' })
    expect(await minwal(['poll', '--config', file])).toMatchObject({ code: 0 })
    const loaded = loadConfig(file, {})
    if (!loaded.ok) throw new Error(loaded.faults.join())
    const { config } = loaded
    const opened = openReader(config.database)
    if (!opened.ok) throw new Error(opened.reason)
    const reader = opened.value
    try {
      const stories = edition(reader, config, { since: Date.now() - DAY }, 'stories')
      expect(stories.stories.map(({ title }) => title)).toEqual(['Ferry resumes'])
      const feed = renderFeed(stories, 'atom')
      expect(parseAtomFeed(feed).entries?.[0]?.title).toBe('Ferry resumes')

      const health = { live: true, ready: true, detail: 'well' }
      const site = createSite({ reader, config: () => config, now: Date.now, health: () => health, version: '1' })
      const served = await site.fetch(new Request('http://x/feed.atom'))
      expect(served.headers.get('content-type')).toBe('application/atom+xml; charset=utf-8')
      expect(await served.text()).toBe(renderFeed(edition(reader, config, {}, 'stories'), 'atom'))

      const files = new Map([...staticSite(reader, config)].map(({ path, body }) => [path, body]))
      expect(files.get('index.html')).toContain('Ferry resumes')
    } finally {
      reader.close()
    }
  })
})
