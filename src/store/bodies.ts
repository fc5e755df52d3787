// Documents as servers sent them, compressed, in a small SQLite file of its own beside the database: `minwal replay` files them
// again. It may be deleted at any time. Documents of private feeds lie in it, so that nobody else may read it.
import { gunzipSync } from 'node:zlib'
import type { Millis } from '../model/units.ts'
import { openBeside } from './beside.ts'

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

const BODIES = {
  version: 1,
  tables: {
    bodies: `
create table bodies (
  id           integer primary key,
  feed         text not null,
  at           integer not null,
  url          text not null,
  content_type text,
  packed       blob not null
) strict;
create index bodies_at on bodies (at);
`,
  },
  pragmas: ['auto_vacuum = incremental'],
}

/** Where the file of a database lies. */
export function bodiesPath(database: string): string {
  return database === ':memory:' ? database : `${database}.bodies`
}

interface Row {
  feed: string
  at: number
  url: string
  content_type: string | null
  packed: Uint8Array
}

/** Open the file, or make it. Throws what SQLite or the operating system says. */
export function openBodies(path: string): BodyStore {
  const db = openBeside(path, BODIES)
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
