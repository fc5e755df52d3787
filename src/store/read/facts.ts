// What a filing reads of the store before it decides: a few statements for all entries of a document.
import type { LeadMember } from '../../decide/lead.ts'
import type { CopyRule, Credit, Placement, RevisionClass, Signal, WireDetail } from '../../model/decided.ts'
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
import { NEXT_REPORT, NEXT_STORY, NEXT_THREAD, PRUNED_BEFORE } from '../ids.ts'
import { pageTextOf } from '../pages.ts'
import { number, numberOrNull, text, textOrNull } from '../rows.ts'
import type { Parameters, Row, Sql, WritableSql } from '../sql.ts'
import type { FactsAsked, FilingFacts, StoredFacts } from '../store.ts'

/** Reports under one address or global guid that are looked at, newest first: one page may have stood for thousands. */
const MOST_NAMED = 200
/** More than one report of a feed under an address says that it names none of them. */
const MOST_LIKELY = 4
/** Entries come back after a day or two when an agency mends its feed. */
const STOOD: Millis = 2 * 86_400_000

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
  bare: number(row['bare']) === 1,
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

/**
 * Whether a report is a bare headline. A look-up, not `exists`: PostgreSQL reads all of a small table for that.
 */
export const IS_BARE = `(select 1 from x_bare b where b.report = r.id) is not null`

/** What every part of the statement of reports gives: nulls where a part does not know it. */
const COLUMNS = `r.id, r.story, r.feed, r.agency, r.guid, r.hash, r.revisions, r.first_seen, r.last_seen, r.url, r.canonical_url,
  r.title, r.headline, r.language, r.signal, coalesce(r.published, r.updated) as published, r.time,
  ${IS_BARE} as bare`

/** Reports by global guid, or by address. */
const named = (column: 'global_guid' | 'canonical_url', by: 'guid' | 'url'): string =>
  `select '${by}' as by, n.value as name, f.url as feed_url, substr(r.text, 1, @characters) as text, null as credits, ${COLUMNS}
   from texts(@${by}s) n join numbers((
     select cast(coalesce(json_group_array(id), '[]') as text) from (
       select id from (select id, agency from x_reports where ${column} = n.value order by id desc limit ${MOST_NAMED}) x
       order by agency = @agency desc, id desc limit @limit) y)) l on true
   join x_reports r on r.id = l.value
   join x_feeds f on f.id = r.feed
   -- Most names are on file nowhere: asked first, for the list above takes a table of its own for each.
   where (select 1 from x_reports x where x.${column} = n.value limit 1) = 1`

const FLASHES = `select 'flash' as by, f.wire as name, null as feed_url, r.text as text,
     (select cast(coalesce(json_group_array(coalesce(c.agency, c.name)), '[]') as text) from x_credits c where c.report = r.id) as credits, ${COLUMNS}
   from objects(@flashes) a
   join x_flashes f on f.wire = a.value ->> 'wire' and f.time between cast(a.value ->> 'from' as integer) and cast(a.value ->> 'to' as integer)
   join x_reports r on r.id = f.report`

const FORMERLY = `select 'formerly' as by, null as name, null as feed_url, substr(r.text, 1, @characters) as text, null as credits,
     ${COLUMNS} from x_reports r`

/** Joined from the keys to the reports: the other way round all reports of the feed would be read. */
const LIKELY = `${FORMERLY} where r.id in (
     select r.id from texts(@guidKeys) k cross join x_reports r on r.feed = @feed and r.own_guid_key = k.value
     union all select r.id from texts(@guidKeys) k
       cross join x_reports r on r.feed = @feed and r.guid = k.value and r.own_guid_key is null
     union all select l.value from texts(@formerUrls) u, numbers((
       select cast(coalesce(json_group_array(id), '[]') as text) from (select id from x_reports
         where canonical_url = u.value and feed = @feed order by id desc limit ${MOST_LIKELY}) f)) l)`

const STANDING = `select * from (${FORMERLY} where r.feed = @feed
     and r.last_seen >= (select max(last_seen) from x_reports where feed = @feed) - ${STOOD}
   order by r.last_seen desc, r.id desc limit @most) f`

/** What is said of the feed in the first row, then a row for each report that is known. */
const KNOWN_REPORTS = `select null as id, null as story, null as guid, null as hash, null as revisions, null as first_seen,
    null as last_seen, state_version() as version,
    (select habit from x_feeds where id = @feed) as habit, (select value from x_meta where key = @mark) as mark,
    (select max(last_seen) from x_reports where feed = @feed) as seen,
    (select count(*) from x_reports where feed = @feed and last_seen = (select max(last_seen) from x_reports where feed = @feed)) as stood,
    (select value from x_meta where key = '${PRUNED_BEFORE}') as pruned_before, cast(null as integer) as tombstone
  union all select r.id, r.story, r.guid, r.hash, r.revisions, r.first_seen, r.last_seen, ${new Array(7).fill('null').join(', ')}
  from texts(@guids) g cross join x_reports r on r.feed = @feed and r.guid = g.value`

const KNOWN_AND_TOMBSTONES = `${KNOWN_REPORTS}
  union all select ${new Array(13).fill('null').join(', ')}, t.key from numbers(@tombstones) k join x_tombstones t on t.key = k.value`

/** All single answers, as JSON in a row of the shape that reports have: the next free ids among them. */
const SINGLE = `select 'single' as by, null as name, null as feed_url, cast(json_object(
    'next_report', ${NEXT_REPORT}, 'next_story', ${NEXT_STORY}, 'next_thread', ${NEXT_THREAD},
    'next_story_features', last_number('x_story_features') + 1,
    'next_report_features', last_number('x_report_features') + 1,
    'regrouping', last_number('x_regroupings'),
    'version', state_version(),
    'agency_name', (select name from x_agencies where id = @agency),
    'holds', exists (select 1 from x_held where feed = @feed),
    'taken', json((select coalesce(json_group_array(k.value), '[]') from texts(@keys) k
      where (select 1 from x_stories where key = k.value) = 1 or (select 1 from x_threads where key = k.value) = 1))) as text) as text,
  null as credits, null as id, null as story, null as feed, null as agency, null as guid, null as hash, null as revisions,
  null as first_seen, null as last_seen, null as url, null as canonical_url, null as title, null as headline, null as language,
  null as signal, null as published, null as time, null as bare`

/** The single answers and all reports that are asked for, in one statement of the parts that are needed. */
function factsOf(sql: Sql, asked: FactsAsked, versionOf: (row: Row) => string): StoredFacts {
  const { feed, agency, guids, urls, flashes, formerly, limit, characters } = asked
  const parts = [
    ...(guids.length > 0 ? [named('global_guid', 'guid')] : []),
    ...(urls.length > 0 ? [named('canonical_url', 'url')] : []),
    ...(flashes.length > 0 ? [FLASHES] : []),
    ...(formerly === null ? [] : [formerly.kind === 'standing' ? STANDING : LIKELY]),
  ]
  const likely = formerly?.kind === 'likely' ? formerly : null
  const given: Parameters = {
    feed,
    agency,
    keys: JSON.stringify(asked.keys),
    ...(guids.length > 0 ? { guids: JSON.stringify(guids) } : {}),
    ...(urls.length > 0 ? { urls: JSON.stringify(urls) } : {}),
    ...(guids.length + urls.length > 0 ? { limit } : {}),
    ...(flashes.length > 0 ? { flashes: JSON.stringify(flashes) } : {}),
    ...(guids.length + urls.length > 0 || formerly !== null ? { characters } : {}),
    ...(likely === null ? {} : { guidKeys: JSON.stringify(likely.keys), formerUrls: JSON.stringify(likely.urls) }),
    ...(formerly?.kind === 'standing' ? { most: formerly.limit } : {}),
  }
  const rows = sql.all([SINGLE, ...parts].join(' union all '), given)
  const single = JSON.parse(text(rows.find(row => row['by'] === 'single')?.['text'])) as Row
  const found: Pick<StoredFacts, 'named' | 'flashes' | 'formerly'> = { named: [], flashes: [], formerly: [] }
  for (const row of rows) {
    const by = row['by']
    if (by === 'single') continue
    const name = text(row['name'])
    if (by === 'flash') found.flashes.push({ wire: name, flash: openFlash(row) })
    else if (by === 'formerly') found.formerly.push(reportMark(row))
    else found.named.push({ by: by as 'guid' | 'url', name, report: namedReport(row) })
  }
  found.formerly.sort((a, b) => b.lastSeen - a.lastSeen || b.id - a.id)
  return {
    next: {
      report: number(single['next_report']),
      story: number(single['next_story']),
      thread: number(single['next_thread']),
      storyFeatures: number(single['next_story_features']),
      reportFeatures: number(single['next_report_features']),
    },
    regrouping: number(single['regrouping']),
    version: versionOf(single),
    agencyName: textOrNull(single['agency_name']) ?? asked.agency,
    holds: number(single['holds']) === 1,
    taken: single['taken'] as unknown as string[],
    ...found,
  }
}

function inForce(sql: Sql, reports: readonly number[]): Map<number, TextInForce> {
  const rows = sql.all(
    `select id, hash, title, text, signal, language, url, published, updated, changed, flapping
     from x_reports where id in (select value from numbers(@ids))`,
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

/** Who is credited by a report, and what its earlier texts were, as JSON. */
const CREDITS = `(select cast(coalesce(json_group_array(json_object('agency', c.agency, 'name', c.name, 'where', c.place)), '[]') as text)
  from (select agency, name, place from x_credits where report = r.id order by place, name) c)`
const EARLIER = `case when r.revisions > 1 then (
  select cast(coalesce(json_group_array(json_object('title', v.title, 'text', v.text, 'change', v.change)), '[]') as text)
  from (select title, text, change from x_revisions where report = r.id order by number) v) else '[]' end`

const MEMBERS = `select r.id, r.agency, a.name as agency_name, r.time, r.signal, r.title, coalesce(${pageTextOf('r.id')}, r.text) as text, r.coverage, r.change,
   r.changed, ${IS_BARE} as bare, ${CREDITS} as credits, ${EARLIER} as earlier
 from x_reports r join x_agencies a on a.id = r.agency where r.story = @story order by r.time, r.id limit @limit`

/** Reports of a story: asked with what follows, and read when it is called. */
export function membersSoon(sql: Pick<WritableSql, 'soon'>, story: number, limit: number): () => StoryMember[] {
  const asked = sql.soon(MEMBERS, { story, limit })
  return () => asked.rows.map(storyMember)
}

const storyMember = (row: Row): StoryMember => ({
  id: number(row['id']),
  agency: text(row['agency']),
  agencyName: text(row['agency_name']),
  time: number(row['time']),
  signal: row['signal'] as Signal | null,
  title: text(row['title']),
  text: text(row['text']),
  bare: number(row['bare']) === 1,
  coverage: number(row['coverage']),
  change: row['change'] as RevisionClass | null,
  changed: number(row['changed']),
  credits: JSON.parse(text(row['credits'])) as Credit[],
  earlier: JSON.parse(text(row['earlier'])) as StoryMember['earlier'],
})

function stood(sql: Sql, feed: number, now: Millis): StoodReport[] {
  return sql
    .all(
      `select id, url, canonical_url, time, signal, last_seen from x_reports
       where feed = @feed and (last_seen = @now
         or last_seen = (select max(last_seen) from x_reports where feed = @feed and last_seen < @now))`,
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

/** The reading part of a filing. `untold` changes with what `state_version()` does not tell, like a transaction that was rolled back. */
export function filingFacts(sql: WritableSql, untold: () => string): FilingFacts {
  const versionOf = (row: Row): string => `${text(row['version'])} ${untold()}`
  return {
    known: (feed, guids, mark, tombstones = []) => {
      const given = { feed, mark, guids: JSON.stringify(guids) }
      const rows =
        tombstones.length === 0
          ? sql.all(KNOWN_REPORTS, given)
          : sql.all(KNOWN_AND_TOMBSTONES, { ...given, tombstones: JSON.stringify(tombstones) })
      const [first = {}] = rows
      const reports = new Map<string, KnownReport>()
      for (const row of rows) if (row['id'] !== null) reports.set(text(row['guid']), knownReport(row))
      return {
        reports,
        version: versionOf(first),
        habit: textOrNull(first['habit']),
        mark: number(first['mark']),
        lastSeen: number(first['seen']),
        lastStood: number(first['stood']),
        prunedBefore: numberOrNull(first['pruned_before']),
        tombstones: rows.flatMap(row => (row['tombstone'] === null ? [] : number(row['tombstone']))),
      }
    },
    facts: asked => factsOf(sql, asked, versionOf),
    inForce: reports => inForce(sql, reports),
    partOf: id => {
      const row = sql.get(`select furniture from x_reports where id = @id and furniture <> '[]'`, { id })
      const furniture = row ? (JSON.parse(text(row['furniture'])) as WireDetail[]) : []
      return furniture.find(({ kind }) => kind === 'part')?.matched ?? null
    },
    isTaken: key =>
      sql.get(
        `select 1 as taken where exists (select 1 from x_stories where key = @key)
           or exists (select 1 from x_threads where key = @key)`,
        { key },
      ) !== undefined,
    members: (story, limit) => membersSoon(sql, story, limit)(),
    stood: (feed, now) => stood(sql, feed, now),
    placed: story => {
      const row = sql.get(
        `select s.lead, s.thread, coalesce(f.time, s.time) as time, s.placement
         from x_stories s left join x_story_features f on f.story = s.id where s.id = @story`,
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
        .all('select number, change from x_revisions where report = @id order by number', { id })
        .map(row => ({ number: number(row['number']), change: row['change'] as RevisionClass | null })),
  }
}

/** Reports of stories, as counting weighs them: asked with what follows, and read when it is called. */
export function leadMembers(
  sql: Pick<WritableSql, 'soon'>,
  stories: readonly number[],
): () => Map<number, LeadMember[]> {
  const asked = sql.soon(
    `select r.story, r.id, r.signal, r.joined_by, r.time, r.agency, ${IS_BARE} as bare
     from numbers(@ids) i join x_reports r on r.story = i.value`,
    { ids: JSON.stringify(stories) },
  )
  return () => Map.groupBy(asked.rows.map(leadMember), ({ story }) => story)
}

const leadMember = (row: Row): LeadMember & { story: number } => ({
  story: number(row['story']),
  id: number(row['id']),
  signal: row['signal'] as Signal | null,
  joinedBy: text(row['joined_by']) as CopyRule | 'first',
  time: number(row['time']),
  agency: text(row['agency']),
  bare: number(row['bare']) === 1,
})
