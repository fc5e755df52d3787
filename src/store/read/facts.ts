// What a filing reads of the store before it decides: a few statements for all entries of a document.
import type { CopyRule, Credit, Placement, RevisionClass, Signal } from '../../model/decided.ts'
import type {
  KnownReport,
  Named,
  OpenFlash,
  ReportMark,
  StoodReport,
  StoryMember,
  TextInForce,
} from '../../model/stored.ts'
import type { Millis } from '../../model/units.ts'
import { number, numberOrNull, text, textOrNull } from '../rows.ts'
import type { Row, Sql } from '../sql.ts'
import type { FactsAsked, FilingFacts, FormerlyAsked, StoredFacts } from '../store.ts'

/** Reports under one address or global guid that are looked at, newest first: one page may have stood for thousands. */
const MOST_NAMED = 200
/** More than one report of a feed under an address says that it names none of them. */
const MOST_LIKELY = 4
/** Entries come back after a day or two when an agency mends its feed. */
const STOOD: Millis = 2 * 86_400_000

const KNOWN = 'r.id, r.story, r.guid, r.hash, r.revisions, r.first_seen, r.last_seen'
const MARK = `select ${KNOWN}, url, canonical_url, coalesce(published, updated) as published, title, substr(text, 1, @characters) as text from reports r`

const knownReport = (row: Row): KnownReport => ({
  id: number(row['id']),
  story: number(row['story']),
  guid: text(row['guid']),
  hash: text(row['hash']),
  revisions: number(row['revisions']),
  firstSeen: number(row['first_seen']),
  lastSeen: number(row['last_seen']),
})

const reportMark = (row: Row): ReportMark => ({
  ...knownReport(row),
  url: textOrNull(row['url']),
  canonicalUrl: textOrNull(row['canonical_url']),
  published: numberOrNull(row['published']),
  title: text(row['title']),
  text: text(row['text']),
})

const namedReport = (row: Row): Named => ({
  report: number(row['id']),
  story: number(row['story']),
  feed: number(row['feed']),
  agency: text(row['agency']),
  feedUrl: text(row['feed_url']),
  url: textOrNull(row['url']),
  title: text(row['title']),
  text: text(row['text']),
  language: textOrNull(row['language']),
  published: numberOrNull(row['published']),
  time: number(row['time']),
})

const openFlash = (row: Row): OpenFlash => ({
  report: number(row['id']),
  story: number(row['story']),
  agency: text(row['agency']),
  credits: JSON.parse(text(row['credits'])) as string[],
  title: text(row['headline']),
  text: text(row['text']),
  language: textOrNull(row['language']),
  signal: row['signal'] as Signal | null,
  time: number(row['time']),
})

/** One half of those named: by global guid, or by address. */
const namedBy = (column: 'global_guid' | 'canonical_url', by: 'guid' | 'url'): string =>
  `select '${by}' as by, n.value as name, r.id, r.story, r.feed, r.agency, f.url as feed_url, r.url, r.title,
     substr(r.text, 1, @characters) as text, r.language, coalesce(r.published, r.updated) as published, r.time
   from json_each(@${by}s) n join reports r on r.id in (
     select id from (select id, agency from reports where ${column} = n.value order by id desc limit ${MOST_NAMED})
     order by agency = @agency desc, id desc limit @limit)
   join feeds f on f.id = r.feed`

const nextId = (table: string, what: string): string =>
  `max(coalesce((select max(id) from ${table}), 0), coalesce((select max(id) from redirects where what = '${what}'), 0)) + 1`

/** All single answers in one row: the next free ids among them. */
const SINGLE = `select coalesce((select max(id) from reports), 0) + 1 as report,
  ${nextId('stories', 'story')} as story, ${nextId('threads', 'thread')} as thread,
  coalesce((select seq from sqlite_sequence where name = 'story_features'), 0) + 1 as story_features,
  coalesce((select seq from sqlite_sequence where name = 'report_features'), 0) + 1 as report_features,
  (select name from agencies where id = @agency) as agency,
  exists (select 1 from held where feed = @feed) as holds,
  (select value from meta where key = @mark) as mark,
  (select json_group_array(k.value) from json_each(@keys) k
   where exists (select 1 from stories where key = k.value) or exists (select 1 from threads where key = k.value)) as taken`

function factsOf(sql: Sql, asked: FactsAsked): StoredFacts {
  const { feed, agency, mark, keys, guids, urls, limit, characters, flashes } = asked
  const single = sql.get(SINGLE, { feed, agency, mark, keys: JSON.stringify(keys) }) ?? {}
  const named: StoredFacts['named'] = []
  if (guids.length + urls.length > 0) {
    const both = `${namedBy('global_guid', 'guid')} union all ${namedBy('canonical_url', 'url')}`
    const given = { guids: JSON.stringify(guids), urls: JSON.stringify(urls), agency, limit, characters }
    for (const row of sql.all(both, given)) {
      named.push({ by: row['by'] as 'guid' | 'url', name: text(row['name']), report: namedReport(row) })
    }
  }
  return {
    next: {
      report: number(single['report']),
      story: number(single['story']),
      thread: number(single['thread']),
      storyFeatures: number(single['story_features']),
      reportFeatures: number(single['report_features']),
    },
    agencyName: textOrNull(single['agency']) ?? agency,
    holds: number(single['holds']) === 1,
    mark: number(single['mark']),
    taken: JSON.parse(text(single['taken'])) as string[],
    named,
    flashes: flashes.length === 0 ? [] : flashesOf(sql, flashes),
  }
}

function flashesOf(sql: Sql, asked: FactsAsked['flashes']): StoredFacts['flashes'] {
  return sql
    .all(
      `select f.wire, r.id, r.story, r.agency, r.headline, r.text, r.language, r.signal, r.time,
         (select json_group_array(coalesce(c.agency, c.name)) from credits c where c.report = r.id) as credits
       from json_each(@asked) a
       join flashes f on f.wire = a.value ->> 'wire' and f.time between a.value ->> 'from' and a.value ->> 'to'
       join reports r on r.id = f.report`,
      { asked: JSON.stringify(asked) },
    )
    .map(row => ({ wire: text(row['wire']), flash: openFlash(row) }))
}

function formerly(sql: Sql, feed: number, asked: FormerlyAsked): ReportMark[] {
  const { characters } = asked
  if (asked.kind === 'standing') {
    return sql
      .all(
        `${MARK} where feed = @feed and last_seen >= (select max(last_seen) from reports where feed = @feed) - ${STOOD}
         order by last_seen desc, id desc limit @limit`,
        { feed, limit: asked.limit, characters },
      )
      .map(reportMark)
  }
  return sql
    .all(
      `${MARK} where id in (
         select r.id from json_each(@keys) k join reports r on r.feed = @feed and r.own_guid_key = k.value
         union select r.id from json_each(@keys) k join reports r on r.feed = @feed and r.guid = k.value and r.own_guid_key is null
         union select l.value from json_each(@urls) u, json_each((
           select json_group_array(id) from (select id from reports where canonical_url = u.value and feed = @feed
             order by id desc limit ${MOST_LIKELY}))) l)
       order by last_seen desc, id desc`,
      { feed, keys: JSON.stringify(asked.keys), urls: JSON.stringify(asked.urls), characters },
    )
    .map(reportMark)
}

function inForce(sql: Sql, reports: readonly number[]): Map<number, TextInForce> {
  const rows = sql.all(
    `select id, hash, title, text, signal, language, url, published, updated, changed, flapping
     from reports where id in (select value from json_each(@ids))`,
    { ids: JSON.stringify(reports) },
  )
  return new Map(
    rows.map(row => [
      number(row['id']),
      {
        hash: text(row['hash']),
        title: text(row['title']),
        text: text(row['text']),
        signal: row['signal'] as Signal | null,
        language: textOrNull(row['language']),
        url: textOrNull(row['url']),
        published: numberOrNull(row['published']),
        updated: numberOrNull(row['updated']),
        changed: number(row['changed']),
        flapping: textOrNull(row['flapping']),
      },
    ]),
  )
}

function members(sql: Sql, story: number, limit: number): StoryMember[] {
  const rows = sql.all(
    `select r.id, r.agency, a.name as agency_name, r.time, r.signal, r.title, r.text, r.coverage, r.change,
       r.changed, r.revisions
     from reports r join agencies a on a.id = r.agency where r.story = @story order by r.time, r.id limit @limit`,
    { story, limit },
  )
  const ids = JSON.stringify(rows.map(row => number(row['id'])))
  const credits = Map.groupBy(
    sql.all(
      `select c.report, c.agency, c.name, c.place from json_each(@ids) i join credits c on c.report = i.value
       order by c.place, c.name`,
      { ids },
    ),
    row => number(row['report']),
  )
  const revised = rows.some(row => number(row['revisions']) > 1)
  const earlier = Map.groupBy(
    revised
      ? sql.all(
          `select v.report, v.title, v.text, v.change from json_each(@ids) i join revisions v on v.report = i.value
           order by v.report, v.number`,
          { ids },
        )
      : [],
    row => number(row['report']),
  )
  return rows.map(row => {
    const id = number(row['id'])
    return {
      id,
      agency: text(row['agency']),
      agencyName: text(row['agency_name']),
      time: number(row['time']),
      signal: row['signal'] as Signal | null,
      title: text(row['title']),
      text: text(row['text']),
      coverage: number(row['coverage']),
      change: row['change'] as RevisionClass | null,
      changed: number(row['changed']),
      credits: (credits.get(id) ?? []).map(credit => ({
        agency: textOrNull(credit['agency']),
        name: text(credit['name']),
        where: text(credit['place']) as Credit['where'],
      })),
      earlier: (earlier.get(id) ?? []).map(old => ({
        title: text(old['title']),
        text: text(old['text']),
        change: old['change'] as RevisionClass | null,
      })),
    }
  })
}

function stood(sql: Sql, feed: number, now: Millis): StoodReport[] {
  return sql
    .all(
      `select id, url, canonical_url, time, signal, last_seen from reports
       where feed = @feed and (last_seen = @now
         or last_seen = (select max(last_seen) from reports where feed = @feed and last_seen < @now))`,
      { feed, now },
    )
    .map(row => ({
      id: number(row['id']),
      url: textOrNull(row['url']),
      canonicalUrl: textOrNull(row['canonical_url']),
      time: number(row['time']),
      signal: row['signal'] as Signal | null,
      stands: number(row['last_seen']) === now,
    }))
}

/** The reading part of a filing. */
export function filingFacts(sql: Sql): FilingFacts {
  return {
    known: (feed, guids) => {
      const found = new Map<string, KnownReport>()
      const rows = sql.all(
        `select ${KNOWN} from json_each(@guids) g join reports r on r.feed = @feed and r.guid = g.value`,
        { feed, guids: JSON.stringify(guids) },
      )
      for (const row of rows) found.set(text(row['guid']), knownReport(row))
      return found
    },
    formerly: (feed, asked) => formerly(sql, feed, asked),
    facts: asked => factsOf(sql, asked),
    inForce: reports => inForce(sql, reports),
    partOf: id => {
      const row = sql.get(
        `select json_extract(f.value, '$.matched') as part from reports r, json_each(r.furniture) f
         where r.id = @id and json_extract(f.value, '$.kind') = 'part'`,
        { id },
      )
      return row ? text(row['part']) : null
    },
    isTaken: key =>
      sql.get(
        `select 1 as taken where exists (select 1 from stories where key = @key)
           or exists (select 1 from threads where key = @key)`,
        { key },
      ) !== undefined,
    members: (story, limit) => members(sql, story, limit),
    stood: (feed, now) => stood(sql, feed, now),
    stoodBefore: (feed, now) =>
      number(
        sql.get(
          `select count(*) as n from reports
           where feed = @feed and last_seen = (select max(last_seen) from reports where feed = @feed and last_seen < @now)`,
          { feed, now },
        )?.['n'],
      ),
    placed: story => {
      const row = sql.get(
        `select s.lead, s.thread, coalesce(f.time, s.time) as time, s.placement
         from stories s left join story_features f on f.story = s.id where s.id = @story`,
        { story },
      )
      if (!row) return null
      return {
        lead: number(row['lead']),
        thread: number(row['thread']),
        time: number(row['time']),
        placement: JSON.parse(text(row['placement'])) as Placement,
      }
    },
    earlier: id =>
      sql
        .all('select number, change from revisions where report = @id order by number', { id })
        .map(row => ({ number: number(row['number']), change: row['change'] as RevisionClass | null })),
  }
}

/** Reports of stories, as counting weighs them. */
export function leadMembers(
  sql: Sql,
  stories: readonly number[],
): Map<number, { id: number; signal: Signal | null; joinedBy: CopyRule | 'first'; time: Millis; agency: string }[]> {
  const rows = sql.all(
    `select r.story, r.id, r.signal, r.joined_by, r.time, r.agency from json_each(@ids) i join reports r on r.story = i.value`,
    { ids: JSON.stringify(stories) },
  )
  const members = rows.map(row => ({
    story: number(row['story']),
    id: number(row['id']),
    signal: row['signal'] as Signal | null,
    joinedBy: text(row['joined_by']) as CopyRule | 'first',
    time: number(row['time']),
    agency: text(row['agency']),
  }))
  return Map.groupBy(members, ({ story }) => story)
}
