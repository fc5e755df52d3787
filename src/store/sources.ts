// What is remembered of sources that are no plain feeds: which reports are bare headlines of maps, the documents of an index that
// were read, and what hosts let robots read.
import type { MapPart } from '../model/collected.ts'
import type { SeenReport } from '../model/page.ts'
import type { StoredRobots } from '../model/stored.ts'
import type { Millis } from '../model/units.ts'
import type { Sql, WritableSql } from './sql.ts'

/** The eleventh migration. A released migration: never edited. */
export const SOURCES = `
-- Reports of which nothing but the headline is known, because a map gave no more.
create table x_bare (
  report integer primary key references x_reports (id) on delete cascade
) strict;

-- Documents of an index of maps, as they were when they were last read; forgotten when the index names them no more.
create table x_map_parts (
  feed          integer not null references x_feeds (id) on delete cascade,
  url           text not null,
  etag          text,
  last_modified text,
  hash          text not null,
  primary key (feed, url)
) strict, without rowid;

-- robots.txt by the origin it is of; asked once a day. Null where there is none.
create table x_robots (
  origin text primary key,
  at     integer not null,
  body   text
) strict, without rowid;
`

const SEEN_OF_LATE: Millis = 28 * 86_400_000

/** What was asked longer ago is forgotten. */
const ROBOTS_REMEMBERED: Millis = 30 * 86_400_000

const textOrNull = (value: unknown): string | null => (value === null ? null : String(value))

export interface SourceReader {
  /** Documents of an index that were read at the last poll. */
  mapParts(feed: number): MapPart[]
  /** Reports of a list with an address that were in it within four weeks of its last document, and when. */
  seenReports(feed: number): SeenReport[]
  /** The robots.txt of an origin as it was last asked for; null where it never was. */
  robots(origin: string): StoredRobots | null
}

export function sourceReader(sql: Sql): SourceReader {
  return {
    mapParts: feed =>
      sql.all('select url, etag, last_modified, hash from x_map_parts where feed = @feed', { feed }).map(row => ({
        url: String(row['url']),
        validators: { etag: textOrNull(row['etag']), lastModified: textOrNull(row['last_modified']) },
        hash: String(row['hash']),
      })),
    seenReports: feed =>
      sql
        .all(
          `select url, published, first_seen, last_seen from x_reports where feed = @feed and url is not null
             and last_seen >= (select max(last_seen) from x_reports where feed = @feed) - ${SEEN_OF_LATE}`,
          { feed },
        )
        .map(row => ({
          url: String(row['url']),
          isDated: row['published'] !== null,
          firstSeen: Number(row['first_seen']),
          lastSeen: Number(row['last_seen']),
        })),
    robots: origin => {
      const row = sql.get('select at, body from x_robots where origin = @origin', { origin })
      return row === undefined ? null : { at: Number(row['at']), body: textOrNull(row['body']) }
    },
  }
}

/** The documents of an index that were read are these from now on. */
export function keepMapParts(sql: WritableSql, feed: number, parts: readonly MapPart[]): void {
  sql.run('delete from x_map_parts where feed = ?', [feed])
  for (const { url, validators, hash } of parts) {
    sql.run('insert or replace into x_map_parts (feed, url, etag, last_modified, hash) values (?, ?, ?, ?, ?)', [
      feed,
      url,
      validators.etag,
      validators.lastModified,
      hash,
    ])
  }
}

export function keepRobots(sql: WritableSql, origin: string, { at, body }: StoredRobots): void {
  sql.run('delete from x_robots where at < ? or at > ?', [at - ROBOTS_REMEMBERED, at])
  sql.run('insert or replace into x_robots (origin, at, body) values (?, ?, ?)', [origin, at, body])
}
