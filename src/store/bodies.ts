// Documents as servers sent them, compressed, in a small SQLite file of its own beside the database: `minwal replay` files them
// again. It may be deleted at any time. Documents of private feeds lie in it, so that nobody else may read it.
import { rmSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import type { Millis } from '../model/units.ts'
import { Database, makeFile } from './engine.ts'

export interface KeptBody {
  /** Address the feed is known by. */
  feed: string
  at: Millis
  /** Address that answered. */
  url: string
  contentType: string | null
  body: Uint8Array
}

export interface BodyStore {
  /** `packed` is the body, compressed by gzip. */
  keep(kept: Omit<KeptBody, 'body'> & { packed: Uint8Array }): void
  /** Forget what came before. */
  forget(before: Millis): void
  /** How many there are. */
  count(): number
  /** All of them in the order in which they came. */
  all(): Iterable<KeptBody>
  close(): void
}

const TABLES = `
create table bodies (
  id           integer primary key,
  feed         text not null,
  at           integer not null,
  url          text not null,
  content_type text,
  packed       blob not null
) strict;
create index bodies_at on bodies (at);
`
const VERSION = 1
const BUSY_TIMEOUT: Millis = 2_000

/** Where the file of a database lies. */
export function bodiesPath(database: string): string {
  return database === ':memory:' ? database : `${database}.bodies`
}

/** Open the file, or make it; one that is damaged is made anew. Throws what SQLite or the operating system says otherwise. */
export function openBodies(path: string): BodyStore {
  try {
    return opened(path)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    if (!/^SQLITE_(?:NOTADB|CORRUPT)/.test(code)) throw error
    for (const end of ['', '-wal', '-shm']) rmSync(path + end, { force: true })
    return opened(path)
  }
}

interface Row {
  feed: string
  at: number
  url: string
  content_type: string | null
  packed: Uint8Array
}

function opened(path: string): BodyStore {
  if (path !== ':memory:') makeFile(path, 0o600, false)
  const db = new Database(path)
  try {
    db.pragma(`busy_timeout = ${BUSY_TIMEOUT}`)
    db.pragma('auto_vacuum = incremental')
    db.pragma('journal_mode = wal')
    db.pragma('synchronous = normal')
    db.transaction(() => {
      if (Number(db.pragma('user_version', { simple: true })) === VERSION) return
      db.exec('drop table if exists bodies')
      db.exec(TABLES)
      db.pragma(`user_version = ${VERSION}`)
    }).immediate()
  } catch (error) {
    db.close()
    throw error
  }
  const put = db.prepare(
    'insert into bodies (feed, at, url, content_type, packed) values (@feed, @at, @url, @contentType, @packed)',
  )
  return {
    keep: kept => void put.run(kept),
    forget: before => {
      if (db.prepare('delete from bodies where at < ?').run(before).changes > 0) db.exec('pragma incremental_vacuum')
    },
    count: () => Number(db.prepare('select count(*) from bodies').pluck().get()),
    *all() {
      for (const row of db.prepare('select * from bodies order by at, id').iterate() as Iterable<Row>) {
        const { feed, at, url, content_type: contentType, packed } = row
        yield { feed, at, url, contentType, body: gunzipSync(packed) }
      }
    },
    close: () => void db.close(),
  }
}
