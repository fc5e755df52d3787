// How the agencies and feeds of the configuration come into the file: those no longer named stay, without being polled.
import type { Agency, Millis } from '../model.ts'
import { bumpVersion, type WritableSql } from './sql.ts'

/** Make the file's agencies and feeds those of the configuration. Published data changes only where they differ. */
export function syncAgencies(sql: WritableSql, agencies: readonly Agency[], now: Millis): void {
  const before = JSON.stringify([
    sql.all('select id, name, language, homepage, active from agencies order by id'),
    sql.all('select url, agency, category, active, paused from feeds order by url'),
  ])
  sql.run('update agencies set active = 0')
  sql.run('update feeds set active = 0')
  for (const agency of agencies) {
    sql.run(
      `insert into agencies (id, name, language, homepage) values (@id, @name, @language, @homepage)
       on conflict (id) do update set name = excluded.name, language = excluded.language, homepage = excluded.homepage,
         active = 1`,
      { id: agency.id, name: agency.name, language: agency.language, homepage: agency.homepage },
    )
    for (const feed of agency.feeds) {
      sql.run(
        `insert into feeds (agency, url, category, language, paused, next_poll, reason)
         values (@agency, @url, @category, @language, @paused, @now, 'never polled yet')
         on conflict (url) do update set agency = excluded.agency, category = excluded.category, active = 1,
           language = coalesce(excluded.language, language), paused = excluded.paused`,
        {
          agency: agency.id,
          url: feed.url,
          category: feed.category,
          language: feed.language,
          paused: feed.paused ? 1 : 0,
          now,
        },
      )
    }
  }
  const after = JSON.stringify([
    sql.all('select id, name, language, homepage, active from agencies order by id'),
    sql.all('select url, agency, category, active, paused from feeds order by url'),
  ])
  if (before !== after) bumpVersion(sql)
}
