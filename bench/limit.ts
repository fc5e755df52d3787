// The naive limit: what it costs to poll feeds into SQLite when nothing else is done with them. Conditional requests with
// undici, gunzip, feedsmith, and one table with three indexes; no sanitising, no copies, no threads, no full text. It is
// the measure of the machine that bench/house.ts holds Minwal against, as a whole process on the same core.
//
//   npx node bench/limit.ts ORIGIN DATABASE [--setup]
//
// ORIGIN is a feed server that lists its feeds at /urls. `--setup` makes the database; each later call is one poll, and
// prints {"feeds", "changed", "entries", "seconds"}: feeds asked, answered with 200, rows added, time since the process began.
import { createHash } from 'node:crypto'
import { parseArgs } from 'node:util'
import { gunzipSync } from 'node:zlib'
import Database from 'better-sqlite3'
import { parseFeed } from 'feedsmith'
import { Agent, request } from 'undici'

/** Requests under way at once. */
const CONCURRENT = 64

const SCHEMA = `
  create table feeds (id integer primary key, url text not null unique, etag text, modified text);
  create table entries (
    id integer primary key, feed integer not null, guid text not null, link text, title text, summary text, content text,
    author text, published integer, hash blob not null, unique (feed, guid)
  );
  create index entries_link on entries (link);
  create index entries_hash on entries (hash);
  create index entries_published on entries (published);`

interface Feed {
  id: number
  url: string
  etag: string | null
  modified: string | null
}

type Row = [
  guid: string | null,
  link: string | null,
  title: string | null,
  summary: string | null,
  content: string | null,
  author: string | null,
  published: number | null,
]

const time = (date: string | undefined): number | null => (date === undefined ? null : Date.parse(date) || null)

/** An Atom text is a string or an object with a value, by the version of the parser. */
function plain(text: unknown): string | null {
  if (typeof text === 'string') return text
  const value = (text as { value?: unknown } | null | undefined)?.value
  return typeof value === 'string' ? value : null
}

function rowsOf(document: string): Row[] {
  const parsed = parseFeed(document)
  if (parsed.format === 'atom')
    return (parsed.feed.entries ?? []).map(entry => [
      entry.id ?? null,
      entry.links?.[0]?.href ?? null,
      plain(entry.title),
      plain(entry.summary),
      plain(entry.content),
      entry.authors?.[0]?.name ?? null,
      time(entry.published),
    ])
  if (parsed.format === 'rss')
    return (parsed.feed.items ?? []).map(item => [
      item.guid?.value ?? item.link ?? null,
      item.link ?? null,
      item.title ?? null,
      item.description ?? null,
      item.content?.encoded ?? item.description ?? null,
      item.dc?.creators?.[0] ?? null,
      time(item.pubDate),
    ])
  throw new Error(`the limit reads RSS and Atom, not ${parsed.format}`)
}

async function setup(db: Database.Database, origin: string): Promise<void> {
  const urls = (await (await request(`${origin}/urls`)).body.text()).split('\n').filter(Boolean)
  db.exec(SCHEMA)
  const add = db.prepare('insert into feeds (url) values (?)')
  db.transaction(() => {
    for (const url of urls) add.run(url)
  })()
}

async function poll(db: Database.Database): Promise<{ feeds: number; changed: number; entries: number }> {
  const feeds = db.prepare<[], Feed>('select id, url, etag, modified from feeds').all()
  const insert = db.prepare(
    `insert into entries (feed, guid, link, title, summary, content, author, published, hash)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict do nothing`,
  )
  const validators = db.prepare('update feeds set etag = ?, modified = ? where id = ?')
  const dispatcher = new Agent({ connections: CONCURRENT, pipelining: 1 })
  let [changed, entries] = [0, 0]
  const save = db.transaction((feed: Feed, etag: string | null, modified: string | null, rows: readonly Row[]) => {
    for (const row of rows) {
      const hash = createHash('sha1').update(`${row[2]}${row[4]}`).digest()
      entries += insert.run(feed.id, ...row, hash).changes
    }
    validators.run(etag, modified, feed.id)
  })
  const one = (name: string | string[] | undefined): string | null => (Array.isArray(name) ? name[0] : name) ?? null
  async function ask(feed: Feed): Promise<void> {
    const headers: Record<string, string> = { 'accept-encoding': 'gzip' }
    if (feed.etag !== null) headers['if-none-match'] = feed.etag
    if (feed.modified !== null) headers['if-modified-since'] = feed.modified
    const response = await request(feed.url, { dispatcher, headers })
    if (response.statusCode !== 200) return void (await response.body.dump())
    changed++
    const body = Buffer.from(await response.body.arrayBuffer())
    const document = response.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body
    const { etag, 'last-modified': modified } = response.headers
    save(feed, one(etag), one(modified), rowsOf(document.toString()))
  }
  const waiting = feeds.values()
  const ask64 = Array.from({ length: CONCURRENT }, async () => {
    for (const feed of waiting) await ask(feed)
  })
  await Promise.all(ask64)
  await dispatcher.close()
  return { feeds: feeds.length, changed, entries }
}

const { values, positionals } = parseArgs({ options: { setup: { type: 'boolean' } }, allowPositionals: true })
const [origin, file] = positionals
if (origin === undefined || file === undefined) throw new Error('usage: bench/limit.ts ORIGIN DATABASE [--setup]')
const db = new Database(file)
db.pragma('journal_mode = wal')
db.pragma('synchronous = normal')
if (values.setup) await setup(db, origin)
else {
  const polled = await poll(db)
  db.close()
  process.stdout.write(`${JSON.stringify({ ...polled, seconds: performance.now() / 1_000 })}\n`)
}
