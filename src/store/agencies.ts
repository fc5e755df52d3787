// How the agencies and feeds of the configuration come into the file: those no longer named stay, without being polled.
import type { Agency, Secret } from '../model/config.ts'
import type { Millis } from '../model/units.ts'
import { guidColumns } from './columns.ts'
import { type FoldedColumns, foldedColumns } from './folded.ts'
import { packMarkup } from './markup.ts'
import { textOrNull } from './rows.ts'
import { bumpVersion, type Row, type WritableSql } from './sql.ts'

/** Told of a report whose words were changed here: SQLite's full text sees that by itself. */
export type Reindexed = (report: number, title: string, text: string, folded: FoldedColumns) => void

/**
 * Put feeds under the addresses they are known by, which hold no login and no value of a variable: earlier versions kept
 * them as they were asked. True where something secret was taken out, of which bytes may be left in free pages.
 */
export function adoptFeeds(sql: WritableSql, agencies: readonly Agency[], reindexed: Reindexed = () => {}): boolean {
  const feeds = agencies.flatMap(agency => agency.feeds)
  const named = new Set(feeds.map(({ url }) => url))
  let found = false
  for (const { url, target, formerly = [], secrets = [] } of feeds) {
    for (const former of formerly) {
      if (named.has(former)) continue
      const row = sql.get('select id from x_feeds where url = @former', { former })
      if (row === undefined) continue
      const id = Number(row['id'])
      const taken = sql.get('select 1 from x_feeds where url = @url', { url }) !== undefined
      sql.run('update x_feeds set url = @url where id = @id', { id, url: taken ? `${url}#${id}` : url })
      bumpVersion(sql)
      if (former === target) found = true
      for (const secret of secrets) forget(sql, id, secret, reindexed)
    }
  }
  for (const row of sql.all(`select id, url from x_feeds where url like '%@%' and url like '%:%'`)) {
    const [id, before] = [Number(row['id']), String(row['url'])]
    const url = before.replace(/^([a-z][a-z0-9+.-]*:[\\/]*)[^\\/?#]*@/i, '$1')
    if (url === before) continue
    found = true
    const taken = sql.get('select 1 from x_feeds where url = @url', { url }) !== undefined
    sql.run('update x_feeds set url = @url where id = @id', { id, url: taken ? `${url}#${id}` : url })
  }
  return found
}

const SAID = {
  feeds: ['title', 'reason', 'error', 'warnings', 'notes', 'address', 'move'],
  polls: ['error', 'warnings'],
}
/** Columns of a report that may hold an address, in the form in which `x_reports` and its view give them. */
const WORDS =
  'guid guid_key global_guid url canonical_url title headline summary content text authors categories enclosures'.split(
    ' ',
  )

/** Take a secret out of what is on file of a feed. */
function forget(sql: WritableSql, feed: number, { shown, value, rare }: Secret, reindexed: Reindexed): void {
  if (value.length < 4) return
  const replace = (table: string, where: string, columns: readonly string[], form: string): void => {
    for (const column of columns) {
      sql.run(
        `update ${table} set ${column} = replace(${column}, @form, @shown)
         where ${where} and instr(${column}, @form) > 0`,
        { feed, form, shown },
      )
    }
  }
  for (const form of new Set([value, encodeURIComponent(value)])) {
    replace('x_feeds', 'id = @feed', SAID.feeds, form)
    replace('x_polls', 'feed = @feed', SAID.polls, form)
    if (!rare) continue
    forgetInReports(sql, feed, form, shown, reindexed)
    replace('x_revisions', 'report in (select id from x_reports where feed = @feed)', ['title', 'text'], form)
  }
}

function forgetInReports(sql: WritableSql, feed: number, form: string, shown: string, reindexed: Reindexed): void {
  const columns = 'r.guid_key, r.global_guid, r.headline, v.*'
  const rows = sql.all(
    `select id from (select ${columns} from report v join x_reports r on r.id = v.id where v.feed = @feed) said
     where ${WORDS.map(column => `instr(${column}, @form) > 0`).join(' or ')}`,
    { feed, form },
  )
  for (const { id = null } of rows) {
    const row = sql.get(`select ${columns} from report v join x_reports r on r.id = v.id where v.id = @id`, { id })
    const said = (column: string): string | null => textOrNull(row?.[column])?.replaceAll(form, () => shown) ?? null
    const [title, body, canonicalUrl, url] = [
      said('title') ?? '',
      said('text') ?? '',
      said('canonical_url'),
      said('url'),
    ]
    const guid = said('guid') ?? ''
    const taken = sql.get('select 1 from x_reports where feed = @feed and guid = @guid and id <> @id', {
      feed,
      guid,
      id,
    })
    const kept = taken === undefined ? guid : (textOrNull(row?.['guid']) ?? '')
    const folded = foldedColumns(title, body, textOrNull(row?.['language']))
    sql.run(
      `update x_reports set own_guid = @ownGuid, own_guid_key = @ownGuidKey, global_guid = @globalGuid, own_url = @ownUrl,
         canonical_url = @canonicalUrl, title = @title, own_headline = @ownHeadline, text = @text, summary = @summary,
         content = @content, folded_by = @foldedBy, folded_extra = @foldedExtra, authors = @authors,
         categories = @categories, enclosures = @enclosures where id = @id`,
      {
        ...guidColumns(kept, said('guid_key') ?? kept, canonicalUrl),
        ...folded,
        id,
        globalGuid: said('global_guid'),
        canonicalUrl,
        ownUrl: url === canonicalUrl ? null : url,
        title,
        ownHeadline: said('headline') === title ? null : said('headline'),
        text: body,
        summary: packMarkup(said('summary'), body),
        content: packMarkup(said('content'), body),
        authors: said('authors'),
        categories: said('categories'),
        enclosures: said('enclosures'),
      },
    )
    reindexed(Number(id), title, body, folded)
  }
}

/** Make the file's agencies and feeds those of the configuration. Published data changes only where they differ. */
export function syncAgencies(sql: WritableSql, agencies: readonly Agency[], now: Millis): void {
  const before = onFile(sql)
  if (isOnFile(before, agencies)) return
  sql.run('update x_agencies set active = 0')
  sql.run('update x_feeds set active = 0')
  for (const agency of agencies) {
    sql.run(
      `insert into x_agencies (id, name, language, homepage) values (@id, @name, @language, @homepage)
       on conflict (id) do update set name = excluded.name, language = excluded.language, homepage = excluded.homepage,
         active = 1`,
      { id: agency.id, name: agency.name, language: agency.language, homepage: agency.homepage },
    )
    for (const feed of agency.feeds) {
      sql.run(
        `insert into x_feeds (agency, url, category, language, paused, next_poll, reason)
         values (@agency, @url, @category, @language, @paused, @now, 'never polled yet')
         on conflict (url) do update set agency = excluded.agency, category = excluded.category, active = 1,
           language = coalesce(excluded.language, x_feeds.language), paused = excluded.paused`,
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
  if (published(before) !== published(onFile(sql))) bumpVersion(sql)
}

interface OnFile {
  agencies: Row[]
  feeds: Row[]
}

const onFile = (sql: WritableSql): OnFile => ({
  agencies: sql.all('select id, name, language, homepage, active from x_agencies order by id'),
  feeds: sql.all('select url, agency, category, language, active, paused from x_feeds order by url'),
})

/** What pages and feeds show of it. */
const published = ({ agencies, feeds }: OnFile): string =>
  JSON.stringify([agencies, feeds.map(({ language: _, ...shown }) => shown)])

/** Whether writing the agencies would change nothing: at most starts of a daemon or a command nothing was configured anew. */
function isOnFile(found: OnFile, agencies: readonly Agency[]): boolean {
  const named = new Map(agencies.map(agency => [agency.id, agency]))
  const asked = new Map(agencies.flatMap(agency => agency.feeds.map(feed => [feed.url, { agency, feed }] as const)))
  const live = ({ active }: Row): boolean => active === 1
  const [agenciesLive, feedsLive] = [found.agencies.filter(live), found.feeds.filter(live)]
  if (agenciesLive.length !== agencies.length || feedsLive.length !== asked.size) return false
  const isAgency = (row: Row): boolean => {
    const agency = named.get(String(row['id']))
    if (agency === undefined) return false
    return row['name'] === agency.name && row['language'] === agency.language && row['homepage'] === agency.homepage
  }
  const isFeed = (row: Row): boolean => {
    const one = asked.get(String(row['url']))
    if (one === undefined) return false
    const { agency, feed } = one
    return (
      row['agency'] === agency.id &&
      row['category'] === feed.category &&
      row['paused'] === (feed.paused ? 1 : 0) &&
      (feed.language === null || row['language'] === feed.language)
    )
  }
  return agenciesLive.every(isAgency) && feedsLive.every(isFeed)
}
