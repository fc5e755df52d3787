// The public API as a program that embeds Minwal uses it: of `src/`, only `index.ts` is imported.
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseAtomFeed } from 'feedsmith'
import { describe, expect, it, onTestFinished } from 'vitest'
import {
  type Aggregator,
  type AggregatorOptions,
  createAggregator,
  createFetcher,
  type Fetcher,
  loadConfig,
  type Outcome,
  parseConfig,
  parseFeed,
  renderFeed,
  staticSite,
} from '../src/index.ts'
import { minwal, root } from './helpers/cli.ts'
import { agenciesOf, configure } from './helpers/configuration.ts'
import { ENGINE, itOfTheFile } from './helpers/engine.ts'
import { eventually } from './helpers/eventually.ts'
import { feedServer, rss } from './helpers/feed-server.ts'
import { folder } from './helpers/folder.ts'
import { tablesOf } from './helpers/rows.ts'

const DAY = 86_400_000
const FERRY = { title: 'Ferry resumes', link: 'https://a.example/1', guid: '1', text: 'At noon.' }

const MARKET = { title: 'Market closes early', link: 'https://b.example/1', guid: '2', text: 'Traders went home.' }

function unwrap<T>(outcome: Outcome<T>): T {
  if (!outcome.ok) throw new Error(outcome.reason)
  return outcome.value
}

/** An aggregator on a new folder, stopped when the test is over. */
function aggregatorOf(
  addresses: readonly string[],
  options: AggregatorOptions = {},
  more: Parameters<typeof configure>[2] = {},
) {
  const { config: file, database } = configure(folder(), agenciesOf(addresses), more)
  const loaded = loadConfig(file, {})
  if (!loaded.ok) throw new Error(loaded.faults.join())
  const aggregator = createAggregator(loaded.config, options)
  onTestFinished(() => aggregator.stop())
  return { aggregator, config: loaded.config, database, file }
}

const titles = (aggregator: Aggregator): string[] =>
  aggregator
    .edition()
    .stories.map(({ title }) => title)
    .sort()

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
      faults: [expect.stringContaining('c.json:1:82: titel: unknown key')],
    })
  })

  it('polls, renders, answers, explains, joins and parts, without a command and without a socket', async () => {
    const server = await feedServer({ '/a': rss([FERRY]), '/b': rss([MARKET]) })
    const { aggregator, config } = aggregatorOf([`${server.origin}/a`, `${server.origin}/b`])
    const { reader } = aggregator
    const [first] = unwrap(await aggregator.poll({ only: ['agency-0'] }))
    expect(first).toMatchObject({ url: `${server.origin}/a`, counts: { new: 1 } })
    expect(titles(aggregator)).toEqual([FERRY.title])
    expect(unwrap(await aggregator.poll())).toMatchObject([{ url: `${server.origin}/b`, counts: { new: 1 } }])
    expect(unwrap(await aggregator.poll({ force: true }))).toMatchObject([
      { counts: { new: 0 } },
      { counts: { new: 0 } },
    ])
    expect(await aggregator.poll({ only: ['nobody'] })).toEqual({
      ok: false,
      reason: 'no feed or agency of the configuration is called nobody',
      unknown: 'nobody',
    })

    const { stories } = aggregator.edition({ since: Date.now() - DAY })
    expect(stories.map(({ title }) => title).sort()).toEqual([FERRY.title, MARKET.title])
    const served = await aggregator.handle(new Request('http://x/feed.atom'))
    expect(served.headers.get('content-type')).toBe('application/atom+xml; charset=utf-8')
    const feed = await served.text()
    expect(feed).toBe(renderFeed(aggregator.edition(), 'atom'))
    expect(parseAtomFeed(feed).entries).toHaveLength(2)
    const files = new Map([...staticSite(aggregator.reader, config)].map(({ path, body }) => [path, body]))
    expect(files.get('index.html')).toContain(FERRY.title)

    const threads = aggregator.edition({ kind: 'threads', minAgencies: 1 }).threads.map(({ id }) => ({ thread: id }))
    const kept = unwrap(await aggregator.editor.merge(threads))
    // A reader that was taken before the first poll shows what was stored since.
    expect(reader.thread(kept)?.stories).toBe(2)
    const leaving = stories[0]?.id ?? 0
    const opened = unwrap(await aggregator.editor.split({ thread: kept }, [leaving]))
    expect(reader.story(leaving)?.thread).toBe(opened)
    expect(unwrap(aggregator.explain({ story: leaving })).paragraphs.length).toBeGreaterThan(0)
    expect(aggregator.explain({ story: 99 })).toMatchObject({ ok: false })
    expect(await aggregator.editor.merge([{ story: 1 }, { thread: 1 }])).toMatchObject({ ok: false })
    expect(await aggregator.editor.merge([{ thread: 98 }, { thread: 99 }])).toMatchObject({ ok: false })
  })

  it('shows an empty site before the first poll, or the reason where no database shall be made', async () => {
    const made = aggregatorOf(['https://a.example/feed'])
    expect((await made.aggregator.handle(new Request('http://x/'))).status).toBe(200)
    expect(titles(made.aggregator)).toEqual([])
    const { aggregator, database } = aggregatorOf(['https://a.example/feed'], { create: false })
    const reason = `there ${ENGINE === 'sqlite' ? `is no database at ${database}` : 'are no tables in postgres://'}`
    const absent = { ok: false, reason: expect.stringContaining(reason) }
    expect(aggregator.open()).toEqual(absent)
    expect(aggregator.explain({ story: 1 })).toEqual(absent)
    expect(await aggregator.editor.merge([{ story: 1 }, { story: 2 }])).toEqual(absent)
    expect(() => aggregator.edition()).toThrow(reason)
    const answer = await aggregator.handle(new Request('http://x/'))
    expect([answer.status, await answer.text()]).toEqual([503, 'The database cannot be read.\n'])
    expect(ENGINE === 'sqlite' ? existsSync(database) : tablesOf(database).length > 0).toBe(false)
  })

  itOfTheFile(
    'leaves one file, without a journal, when it is stopped, and opens it again when it is asked again',
    async () => {
      const server = await feedServer({ '/a': rss([FERRY]) })
      const { aggregator, database } = aggregatorOf([`${server.origin}/a`])
      expect(titles(aggregator)).toEqual([])
      unwrap(await aggregator.poll())
      await aggregator.stop()
      const journal = `${database}-wal`
      expect(existsSync(journal) ? statSync(journal).size : 0).toBe(0)
      expect(titles(aggregator)).toEqual([FERRY.title])
    },
  )

  it('asks servers through what it was given', async () => {
    const server = await feedServer({ '/mirror/feed': rss([FERRY]) })
    const asked: string[] = []
    const { aggregator } = aggregatorOf(['https://a.example/feed'], {
      fetch: settings => {
        const fetcher = createFetcher(settings)
        const get: Fetcher['get'] = request => {
          asked.push(request.url)
          return fetcher.get({ ...request, url: `${server.origin}/mirror/feed`, allowPrivate: true })
        }
        return { ...fetcher, get }
      },
    })
    expect(unwrap(await aggregator.poll())).toMatchObject([{ url: 'https://a.example/feed', counts: { new: 1 } }])
    expect(asked).toEqual(['https://a.example/feed'])
    expect(server.requests).toHaveLength(1)
  })

  it('dates what it files by the clock it was given', async () => {
    const server = await feedServer({ '/a': rss([FERRY]) })
    const now = Date.UTC(2030, 0, 2)
    const { aggregator } = aggregatorOf([`${server.origin}/a`], { now: () => now })
    expect(unwrap(await aggregator.poll())).toMatchObject([{ at: now }])
    expect(aggregator.edition().stories).toMatchObject([{ title: FERRY.title, time: now }])
  })

  it('polls on schedule without a socket, and polls, answers, joins and parts meanwhile', async () => {
    const items = [FERRY]
    const server = await feedServer()
    server.answers.set('/a', (_, response) => {
      response.writeHead(200, { 'content-type': 'application/rss+xml' }).end(rss(items))
    })
    const { aggregator, config } = aggregatorOf([`${server.origin}/a`])
    const started = unwrap(await aggregator.start())
    expect(started.address).toBeNull()
    expect(await aggregator.start()).toMatchObject({ ok: false })
    const { host, port } = config.listen
    await expect(fetch(`http://${host}:${port}/`)).rejects.toThrow()
    await eventually('the first report is shown', async () =>
      (await (await aggregator.handle(new Request('http://x/feed.json'))).text()).includes(FERRY.title),
    )
    items.push(MARKET)
    // A poll that was asked for while the first was still under way is answered with the first.
    await eventually('the second report came beside the first', async () => {
      const [polled] = unwrap(await aggregator.poll({ only: ['agency-0'] }))
      return polled?.counts.new === 1 && polled.counts.unchanged === 1
    })
    expect(await aggregator.poll({ only: ['nobody'] })).toMatchObject({ ok: false, unknown: 'nobody' })
    expect(titles(aggregator)).toEqual([FERRY.title, MARKET.title])
    const threads = aggregator.reader.recentThreads({ limit: 9 }).map(({ id }) => ({ thread: id }))
    const kept = unwrap(await aggregator.editor.merge(threads))
    const [story] = aggregator.edition().stories
    const opened = unwrap(await aggregator.editor.split({ thread: kept }, [story?.id ?? 0]))
    expect(aggregator.reader.story(story?.id ?? 0)?.thread).toBe(opened)
    expect((await aggregator.handle(new Request('http://x/healthz'))).status).toBe(200)
    await aggregator.stop()
    // It may be started again, and knows what it had stored.
    unwrap(await aggregator.start())
    expect(titles(aggregator)).toEqual([FERRY.title, MARKET.title])
  })

  it('serves at the address of the configuration where that is asked for, until it is stopped', async () => {
    const server = await feedServer({ '/a': rss([FERRY]) })
    const { aggregator } = aggregatorOf([`${server.origin}/a`])
    const { address } = unwrap(await aggregator.start({ serve: true }))
    await eventually('the report is served', async () =>
      (await (await fetch(`${address}/feed.json`)).text()).includes(FERRY.title),
    )
    await aggregator.stop()
    await expect(fetch(`${address}/`)).rejects.toThrow()
  })

  it('takes a changed configuration into force', async () => {
    const server = await feedServer({ '/a': rss([FERRY]), '/b': rss([MARKET]) })
    const { aggregator, file } = aggregatorOf([`${server.origin}/a`])
    const other = aggregatorOf([`${server.origin}/b`], {}, { title: 'Another' })
    const load = () => loadConfig(other.file, {})
    const started = unwrap(await aggregator.start({ reload: { file, load } }))
    started.reload()
    await eventually('the other feed is polled', () => titles(aggregator).includes(MARKET.title))
    expect(aggregator.edition().title).toBe('Another')
  })

  it('ends a round that is under way when it is stopped', async () => {
    const server = await feedServer()
    server.answers.set('/a', () => {
      // Never answers.
    })
    const { aggregator } = aggregatorOf([`${server.origin}/a`])
    const polled = aggregator.poll()
    await eventually('the server was asked', () => server.requests.length === 1)
    await aggregator.stop()
    expect(await polled).toEqual({
      ok: false,
      reason: 'it was stopped before all feeds were polled',
      unknown: null,
    })
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
