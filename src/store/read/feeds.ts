// Reads feeds, agencies and sizes: for pages, commands and the schedule.
import { stamp } from '../../language/say.ts'
import type { Reader } from '../../model/shown.ts'
import type { FeedState } from '../../model/stored.ts'
import type { Millis } from '../../model/units.ts'
import { agencySummary, feedState, number, numberOrNull, text } from '../rows.ts'
import type { Row, Sql } from '../sql.ts'

const FEED = 'select f.*, a.name as agency_name from x_feeds f join x_agencies a on a.id = f.agency'

const pauseNote = (row: Row): string => `${text(row['reason'])}; again from ${stamp(number(row['until']))}`

const withNote = (feed: FeedState, note: string | undefined): FeedState =>
  note === undefined ? feed : { ...feed, warnings: [...feed.warnings, note] }

export interface FeedReader
  extends Pick<Reader, 'version' | 'tagAuthority' | 'agencies' | 'feeds' | 'feedTotals' | 'totals'> {
  due(now: Millis, beyond?: Millis | null): FeedState[]
  feed(id: number): FeedState | null
  releasable(now: Millis): FeedState[]
  /** Those of these feeds that are polled: neither removed, paused nor retired. */
  polled(feeds: readonly number[]): Set<number>
}

export function feedReader(sql: Sql): FeedReader {
  const meta = (key: string) => sql.get('select value from x_meta where key = @key', { key })?.['value']
  return {
    version: () => number(meta('version')),
    tagAuthority: () => text(meta('tag_authority')),
    agencies: () =>
      sql
        .all('select id, name, language, homepage, feeds, reports, last_report from agency order by name')
        .map(agencySummary),
    feeds: () => {
      const feeds = sql.all(`${FEED} where f.active = 1 order by a.name, f.url`).map(feedState)
      const pauses = new Map(
        sql.all('select agency, until, reason from x_page_pauses').map(row => [text(row['agency']), pauseNote(row)]),
      )
      return pauses.size === 0 ? feeds : feeds.map(feed => withNote(feed, pauses.get(feed.agency)))
    },
    feed: id => {
      const row = sql.get(`${FEED} where f.id = @id`, { id })
      return row ? feedState(row) : null
    },
    due: (now, beyond = null) =>
      sql
        .all(
          `${FEED} where f.active = 1 and f.paused = 0 and (f.next_poll <= @now or @beyond is not null
             and (f.last_poll is null or f.last_poll > @now or f.next_poll > @beyond))
           order by f.next_poll, f.id`,
          { now, beyond },
        )
        .map(feedState),
    releasable: now =>
      sql
        .all(`${FEED} where f.active = 1 and f.id in (select feed from x_held where until <= @now) order by f.id`, {
          now,
        })
        .map(feedState),
    polled: feeds =>
      new Set(
        sql
          .all(
            `select f.id from numbers(@feeds) i join x_feeds f on f.id = i.value
             where f.active = 1 and f.paused = 0 and f.retired = 0`,
            { feeds: JSON.stringify(feeds) },
          )
          .map(row => number(row['id'])),
      ),
    feedTotals: () => {
      const row = sql.get(
        `select count(*) as feeds, sum(retired) as retired, count(*) filter (where paused = 1 and retired = 0) as paused,
                count(*) filter (where last_poll is null and retired = 0 and paused = 0) as fresh,
                count(*) filter (where failures > 0 and last_poll is not null and retired = 0 and paused = 0) as failing,
                max(last_success) as last_success
         from x_feeds where active = 1`,
      )
      return {
        feeds: number(row?.['feeds']),
        failing: number(row?.['failing']),
        fresh: number(row?.['fresh']),
        retired: number(row?.['retired']),
        paused: number(row?.['paused']),
        lastSuccess: numberOrNull(row?.['last_success']),
      }
    },
    totals: () => {
      const row = sql.get(
        `select (select count(*) from x_feeds where active = 1) as feeds, (select sum(reports) from x_feeds) as reports,
                (select count(*) from x_stories) as stories, (select count(*) from x_threads) as threads,
                (select sum(reports) from x_prunings) as pruned, (select max(last_poll) from x_feeds) as last_poll`,
      )
      return {
        feeds: number(row?.['feeds']),
        reports: number(row?.['reports']),
        stories: number(row?.['stories']),
        threads: number(row?.['threads']),
        pruned: number(row?.['pruned']),
        lastPoll: numberOrNull(row?.['last_poll']),
      }
    },
  }
}
