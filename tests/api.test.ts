// The public API as a program that embeds Minwal uses it: of `src/`, only `index.ts` is imported.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseAtomFeed } from 'feedsmith'
import { describe, expect, it } from 'vitest'
import {
  createAggregator,
  loadConfig,
  type Outcome,
  parseConfig,
  parseFeed,
  renderFeed,
  staticSite,
} from '../src/index.ts'
import { minwal, root } from './helpers/cli.ts'
import { agenciesOf, configure } from './helpers/configuration.ts'
import { eventually } from './helpers/eventually.ts'
import { feedServer, rss } from './helpers/feed-server.ts'
import { folder } from './helpers/folder.ts'

const DAY = 86_400_000
const FERRY = { title: 'Ferry resumes', link: 'https://a.example/1', guid: '1', text: 'At noon.' }

const MARKET = { title: 'Market closes early', link: 'https://b.example/1', guid: '2', text: 'Traders went home.' }

function unwrap<T>(outcome: Outcome<T>): T {
  if (!outcome.ok) throw new Error(outcome.reason)
  return outcome.value
}

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

  it('polls, renders, answers, explains, joins and parts, without a command and without a socket', async () => {
    const server = await feedServer({ '/a': rss([FERRY]), '/b': rss([MARKET]) })
    const { config: file } = configure(folder(), agenciesOf([`${server.origin}/a`, `${server.origin}/b`]))
    const loaded = loadConfig(file, {})
    if (!loaded.ok) throw new Error(loaded.faults.join())
    const aggregator = unwrap(createAggregator(loaded.config))
    try {
      const [first] = unwrap(await aggregator.poll({ only: ['agency-0'] }))
      expect(first).toMatchObject({ url: `${server.origin}/a`, counts: { new: 1 } })
      expect(unwrap(await aggregator.poll())).toMatchObject([{ url: `${server.origin}/b`, counts: { new: 1 } }])

      const { stories } = aggregator.edition({ since: Date.now() - DAY })
      expect(stories.map(({ title }) => title).sort()).toEqual([FERRY.title, MARKET.title])
      const served = await aggregator.handle(new Request('http://x/feed.atom'))
      expect(served.headers.get('content-type')).toBe('application/atom+xml; charset=utf-8')
      const feed = await served.text()
      expect(feed).toBe(renderFeed(aggregator.edition(), 'atom'))
      expect(parseAtomFeed(feed).entries).toHaveLength(2)
      const files = new Map([...staticSite(aggregator.reader, loaded.config)].map(({ path, body }) => [path, body]))
      expect(files.get('index.html')).toContain(FERRY.title)

      const threads = aggregator.edition({ kind: 'threads' }).threads.map(({ id }) => ({ thread: id }))
      const kept = unwrap(aggregator.editor.merge(threads))
      expect(aggregator.reader.thread(kept)?.stories).toBe(2)
      const leaving = stories[0]?.id ?? 0
      const opened = unwrap(aggregator.editor.split({ thread: kept }, [leaving]))
      expect(aggregator.reader.story(leaving)?.thread).toBe(opened)
      expect(unwrap(aggregator.explain({ story: leaving })).paragraphs.length).toBeGreaterThan(0)
      expect(aggregator.explain({ story: 99 })).toMatchObject({ ok: false })
      expect(aggregator.editor.merge([{ story: 1 }, { thread: 1 }])).toMatchObject({ ok: false })
    } finally {
      await aggregator.stop()
    }
  })

  it('runs the daemon until it is stopped', async () => {
    const server = await feedServer({ '/a': rss([FERRY]) })
    const { config: file } = configure(folder(), agenciesOf([`${server.origin}/a`]))
    const loaded = loadConfig(file, {})
    if (!loaded.ok) throw new Error(loaded.faults.join())
    const aggregator = unwrap(createAggregator(loaded.config))
    const address = unwrap(await aggregator.start())
    await eventually('the report is served', async () =>
      (await (await fetch(`${address}/feed.json`)).text()).includes(FERRY.title),
    )
    await aggregator.stop()
    await expect(fetch(address)).rejects.toThrow()
  })

  it('is used as docs/embedding.md shows', async () => {
    const [, example = ''] = /```js\n(.*?)```/s.exec(readFileSync(join(root, 'docs/embedding.md'), 'utf8')) ?? []
    const server = await feedServer({ '/a': rss([FERRY]) })
    const where = folder()
    configure(where, agenciesOf([`${server.origin}/a`]))
    const program = join(where, 'example.mjs')
    const library = pathToFileURL(join(root, 'src/index.ts')).href
    writeFileSync(program, example.replace("from 'minwal'", `from '${library}'`))
    const ended = await minwal([], { program, cwd: where })
    expect(ended).toMatchObject({ code: 0, stderr: '' })
    expect(JSON.parse(ended.stdout)).toMatchObject({ items: [{ title: FERRY.title }] })
  })
})
