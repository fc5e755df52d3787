// Feeds as publishers really served them, polled by the real command: every fifth of 860, all with ALL_FEEDS=1 (`npm run soak`).
import { createReadStream, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { minwal, root } from '../helpers/cli.ts'
import { folder } from '../helpers/folder.ts'

/** One feed of so many is polled. */
const EVERY = process.env['ALL_FEEDS'] === undefined ? 5 : 1
const corpus = join(root, '../shared/corpora/feeds/real')

interface Indexed {
  file: string
  entries: number
}

interface Polled {
  feeds: number
  failedFeeds: number
  new: number
  copy: number
  revision: number
  unchanged: number
  entries: number
  rejected: number
}

interface Listed {
  url: string
  state: string
  error: string | null
  reports: number
}

/** Serve the corpus; every file claims nothing about its charset, as most of these servers did. */
async function serveCorpus(): Promise<string> {
  const server = createServer((request, response) => {
    const path = join(corpus, decodeURIComponent((request.url ?? '').slice(1)))
    response.writeHead(200, { 'content-type': path.includes('.json') ? 'application/json' : 'application/xml' })
    createReadStream(path).pipe(response)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

it.skipIf(!existsSync(corpus))(
  'polls real feeds once: each is filed or shown with a reason, and later polls file nothing new',
  async () => {
    const index = readFileSync(join(corpus, 'index.jsonl'), 'utf8')
      .split('\n')
      .filter(Boolean)
      .map(line => JSON.parse(line) as Indexed)
      .filter((_, at) => at % EVERY === 0)
    const origin = await serveCorpus()
    const where = folder()
    const config = join(where, 'config.json')
    writeFileSync(
      config,
      JSON.stringify({
        database: join(where, 'real.db'),
        poll: { allowPrivate: true, perHost: 8, concurrency: 8, maxEntries: 10_000 },
        agencies: index.map(({ file }, at) => ({
          id: `agency-${at}`,
          name: `Agency ${at}`,
          feeds: [`${origin}/${encodeURIComponent(file)}`],
        })),
      }),
    )
    const poll = async (): Promise<Polled> => {
      const ended = await minwal(['poll', '--force', '--json', '--config', config])
      expect(ended.stderr).toBe('')
      expect(ended.code).toBe(0)
      return JSON.parse(ended.stdout) as Polled
    }

    const first = await poll()
    expect(first.feeds).toBe(index.length)
    const listed = JSON.parse((await minwal(['feeds', '--json', '--config', config])).stdout) as Listed[]
    for (const feed of listed) {
      // Filed, or a reason in words.
      if (feed.reports === 0) expect(feed.error ?? '', feed.url).not.toBe('')
      else expect(feed.state, feed.url).toBe('ok')
    }
    const wanted = index.reduce((sum, { entries }) => sum + entries, 0)
    const filed = first.new + first.copy + first.revision + first.unchanged
    console.log(
      `real feeds: ${filed} of ${wanted} entries filed, ${first.failedFeeds} feeds refused, ${first.rejected} entries rejected`,
    )
    for (const feed of listed) if (feed.error) console.log(`  ${feed.url.split('/').at(-1)}: ${feed.error}`)
    expect(filed / wanted).toBeGreaterThanOrEqual(0.97)

    const second = await poll()
    expect({ new: second.new, copy: second.copy, revision: second.revision }).toEqual({ new: 0, copy: 0, revision: 0 })
    // A third, in a new process as after a restart, with every body read again.
    const sqlite = join(where, 'real.db')
    const forgotten = await minwal(['feeds', '--json', '--config', config])
    expect(forgotten.code).toBe(0)
    const { default: Database } = await import('better-sqlite3')
    const db = new Database(sqlite)
    db.exec('update x_feeds set body_hash = null, etag = null, last_modified = null')
    db.close()
    const third = await poll()
    expect({ new: third.new, copy: third.copy, revision: third.revision }).toEqual({ new: 0, copy: 0, revision: 0 })
    expect(third.entries).toBe(first.entries)
  },
  420_000,
)
