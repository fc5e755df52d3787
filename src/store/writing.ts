// What one filing reads and writes: reports, their revisions and furniture, stories, threads, and the poll itself. All of it
// runs inside one transaction, which the engine opens.
import type { Credit, Placement, Report, RevisionClass, Signal } from '../model/decided.ts'
import type { Millis } from '../model/units.ts'
import { guidColumns, reportColumns } from './columns.ts'
import { NEXT_STORY, NEXT_THREAD } from './ids.ts'
import { regrouping } from './regroup.ts'
import { nameOf, type Seal } from './seal.ts'
import { bumpVersion, type Row, type WritableSql } from './sql.ts'
import { countReport, refresh, setCentral, setOrigin } from './standing.ts'
import type { Filing, IndexedReport, IndexedStory, KnownReport, ReportMark, UnreadText } from './store.ts'

/** Polls are a log, not news: a year of them from fifty feeds would be millions of rows. */
const POLLS_KEPT: Millis = 30 * 86_400_000
/** What is kept back of one feed under embargo at most. */
const HELD_ENTRIES = 10_000
const HELD_CHARACTERS = 64 * 1_048_576

/** A text as it is read again where its features are missing. */
function unread(row: Row): UnreadText {
  return {
    id: Number(row['id']),
    group: Number(row['grouped']),
    time: Number(row['time']),
    agency: String(row['agency']),
    title: String(row['title']),
    text: String(row['text']),
    language: row['language'] === null ? null : String(row['language']),
    authors: JSON.parse(String(row['authors'])) as string[],
    categories: JSON.parse(String(row['categories'])) as string[],
  }
}

/** Figures of one report that are kept where it has had more texts than are kept, the last. */
const FIGURES_KEPT = 200
/** One page may have stood for thousands of reports. */
const MOST_NAMED = 200
/** More than one report of a feed under an address says that it names none of them. */
const MOST_LIKELY = 4

const MARK = `select id, story, guid, url, canonical_url, coalesce(published, updated) as published, title, substr(text, 1, @characters) as text from reports`
/** Entries come back after a day or two when an agency mends its feed. */
const STOOD: Millis = 2 * 86_400_000

function reportMark(row: Row): ReportMark {
  return {
    id: Number(row['id']),
    story: Number(row['story']),
    guid: String(row['guid']),
    url: row['url'] === null ? null : String(row['url']),
    canonicalUrl: row['canonical_url'] === null ? null : String(row['canonical_url']),
    published: row['published'] === null ? null : Number(row['published']),
    title: String(row['title']),
    text: String(row['text']),
  }
}

export function createFiling(sql: WritableSql, seal: Seal): Filing {
  const known = (feed: number, guid: string): KnownReport | null => {
    const row = sql.get(
      'select id, story, hash, revisions, first_seen, last_seen from reports where feed = @feed and guid = @guid',
      { feed, guid },
    )
    if (!row) return null
    return {
      id: Number(row['id']),
      story: Number(row['story']),
      hash: String(row['hash']),
      revisions: Number(row['revisions']),
      firstSeen: Number(row['first_seen']),
      lastSeen: Number(row['last_seen']),
    }
  }

  /** `seen`: when a changed text brought it. Numbers of earlier texts stay: together they are how a toll grew. */
  const writeFurniture = (id: number, report: Report, seen: Millis | null): void => {
    for (const credit of report.wire.credits) {
      sql.run(
        'insert into credits (report, agency, name, place) values (@id, @agency, @name, @place) on conflict do nothing',
        { id, agency: credit.agency, name: credit.name, place: credit.where },
      )
    }
    for (const figure of report.wire.figures) {
      sql.run(
        `insert into figures (report, kind, value, bound, said, matched, seen)
         values (@id, @kind, @value, @bound, @said, @matched, @seen) on conflict do nothing`,
        { id, ...figure, seen },
      )
    }
  }

  const mark = (name: string): number =>
    Number(sql.get('select value from meta where key = @name', { name })?.['value'] ?? 0)

  const setMark = (name: string, value: number): void =>
    void sql.run(
      'insert into meta (key, value) values (@name, @value) on conflict (key) do update set value = excluded.value',
      { name, value: String(value) },
    )

  return {
    ...regrouping(sql),
    known,
    standing: (feed, limit, characters) => {
      const last = sql.get('select max(last_seen) as t from reports where feed = @feed', { feed })
      return sql
        .all(`${MARK} where feed = @feed and last_seen >= @since order by last_seen desc, id desc limit @limit`, {
          feed,
          since: Number(last?.['t'] ?? 0) - STOOD,
          limit,
          characters,
        })
        .map(reportMark)
    },
    likely: (feed, keys, urls, characters) => {
      const found = new Set<number>()
      for (const key of keys) {
        for (const row of sql.all(
          `select id from reports where feed = @feed and own_guid_key = @key
           union all select id from reports where feed = @feed and guid = @key and own_guid_key is null`,
          { feed, key },
        )) {
          found.add(Number(row['id']))
        }
      }
      for (const url of urls) {
        for (const row of sql.all(
          `select id from reports where canonical_url = @url and feed = @feed order by id desc limit ${MOST_LIKELY}`,
          { url, feed },
        )) {
          found.add(Number(row['id']))
        }
      }
      if (found.size === 0) return []
      return sql
        .all(`${MARK} where id in (select value from json_each(@ids)) order by last_seen desc, id desc`, {
          ids: JSON.stringify([...found]),
          characters,
        })
        .map(reportMark)
    },
    vanished: (feed, now, limit) => {
      const before = sql.get('select max(last_seen) as t from reports where feed = @feed and last_seen < @now', {
        feed,
        now,
      })
      const oldest = sql.get('select min(time) as t from reports where feed = @feed and last_seen = @now', {
        feed,
        now,
      })
      if (before?.['t'] == null || oldest?.['t'] == null) return []
      const missing = sql
        .all(
          `${MARK} where feed = @feed and last_seen = @before and time > @oldest and signal is not 'kill'
             and url is not null and coalesce(canonical_url, url) not in (
               -- Its page is that of a report that stands in the document.
               select coalesce(canonical_url, url) from reports where feed = @feed and last_seen = @now and url is not null)
           order by time desc, id limit @limit`,
          { feed, now, before: before['t'], oldest: oldest['t'], limit: limit + 1, characters: 0 },
        )
        .map(reportMark)
      return missing.length > limit ? [] : missing
    },
    renameGuid: (id, guid, key, globalGuid) =>
      void sql.run(
        `update reports set own_guid = iif(@guid is canonical_url, null, @guid), own_guid_key = iif(@key is @guid, null, @key),
           global_guid = @globalGuid where id = @id`,
        { id, guid, key, globalGuid },
      ),
    named: (by, name, agency, limit, characters) =>
      sql
        .all(
          `select r.id, r.story, r.feed, r.agency, f.url as feed_url, r.url, r.title, substr(r.text, 1, @characters) as text,
             r.language, coalesce(r.published, r.updated) as published, r.time
           from reports r join feeds f on f.id = r.feed
           where r.id in (select id from reports where ${by === 'guid' ? 'global_guid' : 'canonical_url'} = @name
             order by id desc limit ${MOST_NAMED})
           order by r.agency = @agency desc, r.id desc limit @limit`,
          { name, agency, limit, characters },
        )
        .map(row => ({
          report: Number(row['id']),
          story: Number(row['story']),
          feed: Number(row['feed']),
          agency: String(row['agency']),
          feedUrl: String(row['feed_url']),
          url: row['url'] === null ? null : String(row['url']),
          title: String(row['title']),
          text: String(row['text']),
          language: row['language'] === null ? null : String(row['language']),
          published: row['published'] === null ? null : Number(row['published']),
          time: Number(row['time']),
        })),
    hasKey: key =>
      sql.get(
        `select 1 as taken where exists (select 1 from stories where key = @key)
           or exists (select 1 from threads where key = @key)`,
        { key },
      ) !== undefined,
    storiesAfter: (after, since, limit = -1) =>
      sql
        .all(
          `select f.seq, s.id, s.thread, f.time, f.features from story_features f join stories s on s.id = f.story
           where f.seq > @after and (f.time >= @since or @after > 0) order by f.seq limit @limit`,
          { after, since, limit },
        )
        .map<IndexedStory>(row => ({
          seq: Number(row['seq']),
          id: Number(row['id']),
          thread: Number(row['thread']),
          time: Number(row['time']),
          features: row['features'] as Uint8Array,
        })),
    reportsAfter: (after, since, limit = -1) =>
      sql
        .all(
          `select f.seq, r.id, r.story, r.agency, f.time, f.features
           from report_features f join reports r on r.id = f.report
           where f.seq > @after and (f.time >= @since or @after > 0) order by f.seq limit @limit`,
          { after, since, limit },
        )
        .map<IndexedReport>(row => ({
          seq: Number(row['seq']),
          id: Number(row['id']),
          story: Number(row['story']),
          agency: String(row['agency']),
          time: Number(row['time']),
          features: row['features'] as Uint8Array,
        })),
    keepStoryFeatures: (story, time, features) =>
      Number(
        sql.run('insert or replace into story_features (story, time, features) values (@story, @time, @features)', {
          story,
          time,
          features: Buffer.from(features),
        }).lastInsertRowid,
      ),
    keepReportFeatures: (report, time, features) =>
      Number(
        sql.run('insert or replace into report_features (report, time, features) values (@report, @time, @features)', {
          report,
          time,
          features: Buffer.from(features),
        }).lastInsertRowid,
      ),
    forgetFeatures: before => {
      sql.run('delete from story_features where time < @before', { before })
      sql.run('delete from report_features where time < @before', { before })
      sql.run('delete from flashes where time < @before', { before })
    },
    storiesWithoutFeatures: (since, after = 0, limit = -1) =>
      sql
        .all(
          `select s.id, s.thread as grouped, s.time, r.title, r.text, r.authors, r.language, r.categories, r.agency
           from stories s join reports r on r.id = s.lead
           where s.id > @after and s.time >= @since and not exists (select 1 from story_features f where f.story = s.id) order by s.id limit @limit`,
          { since, after, limit },
        )
        .map(unread),
    reportsWithoutFeatures: (since, after = 0, limit = -1) =>
      sql
        .all(
          `select r.id, r.story as grouped, r.time, r.title, r.text, r.authors, r.language, r.categories, r.agency from reports r
           where r.id > @after and r.time >= @since and not exists (select 1 from report_features f where f.report = r.id) order by r.id limit @limit`,
          { since, after, limit },
        )
        .map(unread),
    featuresOf: version => {
      if (mark('features') === version) return false
      sql.run('delete from story_features')
      sql.run('delete from report_features')
      setMark('features', version)
      return true
    },
    mark,
    setMark,
    openThread: (time, key) =>
      Number(
        sql.run(
          `insert into threads (id, key, first, last, updated) values (${NEXT_THREAD}, @key, @time, @time, @time)`,
          { key, time },
        ).lastInsertRowid,
      ),
    addStory: (thread, report, key, placement) =>
      Number(
        sql.run(
          `insert into stories (id, key, thread, language, time, updated, placement)
           values (${NEXT_STORY}, @key, @thread, @language, @time, @now, @placement)`,
          { key, thread, language: report.language, time: report.time, now: report.firstSeen, placement },
        ).lastInsertRowid,
      ),
    addReport: (story, report, guidKey, { rule: joinedBy, similarity, coverage, evidence }) => {
      const id = Number(
        sql.run(
          `insert into reports (story, feed, agency, own_guid, global_guid, own_url, canonical_url, title, own_headline, summary,
             content, text, folded_by, folded_extra, language, published, updated, first_seen, last_seen, changed, time, authors,
             categories, enclosures, dateline, signal, hash, joined_by, similarity,
             coverage, evidence, furniture, own_guid_key)
           values (@story, @feed, @agency, @ownGuid, @globalGuid, @ownUrl, @canonicalUrl, @title, @ownHeadline, @summary,
             @content, @text, @foldedBy, @foldedExtra, @language, @published, @updated, @now, @now, @now, @time, @authors,
             @categories, @enclosures, @dateline, @signal, @hash, @joinedBy,
             @similarity, @coverage, @evidence, @furniture, @ownGuidKey)`,
          {
            ...reportColumns(report),
            story,
            feed: report.feed,
            agency: report.agency,
            ...guidColumns(report.guid, guidKey, report.canonicalUrl),
            globalGuid: report.globalGuid,
            language: report.language,
            now: report.firstSeen,
            time: report.time,
            joinedBy,
            similarity,
            coverage,
            evidence,
          },
        ).lastInsertRowid,
      )
      writeFurniture(id, report, null)
      // The agency has lifted its embargo.
      sql.run('delete from held where feed = @feed and key = @key', { feed: report.feed, key: nameOf(report.guid) })
      sql.run('update feeds set reports = reports + 1 where id = @feed', { feed: report.feed })
      countReport(sql, story, report, joinedBy === 'first')
      refresh(sql, story, report.firstSeen)
      return id
    },
    addRevision: (id, report, change, now) => {
      sql.run(
        `insert into revisions (report, number, seen, title, text, change)
         select id, revisions, case revisions when 1 then first_seen else changed end, title, text, change
         from reports where id = @id`,
        { id },
      )
      sql.run(
        `update reports set own_guid = iif(guid is @canonicalUrl, null, guid),
           own_guid_key = iif(guid_key is guid, null, guid_key), own_url = @ownUrl, canonical_url = @canonicalUrl,
           title = @title, own_headline = @ownHeadline, summary = @summary, content = @content, text = @text,
           folded_by = @foldedBy, folded_extra = @foldedExtra, published = @published,
           updated = @updated, last_seen = @now, changed = @now, authors = @authors, categories = @categories,
           enclosures = @enclosures, dateline = @dateline, signal = @signal, hash = @hash,
           furniture = @furniture, change = @change, revisions = revisions + 1
         where id = @id`,
        { ...reportColumns(report), id, change, now },
      )
      sql.run('delete from credits where report = @id', { id })
      writeFurniture(id, report, now)
      const row = sql.get('select story from reports where id = @id', { id })
      // Spelling and layout are no news: nobody's reader shall show the story as new for them.
      refresh(sql, Number(row?.['story']), change === 'cosmetic' ? 0 : now)
    },
    partOf: id => {
      const row = sql.get(
        `select json_extract(f.value, '$.matched') as part from reports r, json_each(r.furniture) f
         where r.id = @id and json_extract(f.value, '$.kind') = 'part'`,
        { id },
      )
      return row ? String(row['part']) : null
    },
    inForce: id => {
      const row = sql.get(
        `select hash, title, text, signal, language, url, published, updated, changed, flapping
         from reports where id = @id`,
        { id },
      )
      return {
        hash: String(row?.['hash']),
        title: String(row?.['title']),
        text: String(row?.['text']),
        signal: (row?.['signal'] ?? null) as Signal | null,
        language: row?.['language'] == null ? null : String(row['language']),
        url: row?.['url'] == null ? null : String(row['url']),
        published: row?.['published'] == null ? null : Number(row['published']),
        updated: row?.['updated'] == null ? null : Number(row['updated']),
        changed: Number(row?.['changed']),
        flapping: row?.['flapping'] == null ? null : String(row['flapping']),
      }
    },
    keepFlapping: (id, flapping) =>
      void sql.run('update reports set flapping = @flapping where id = @id', { id, flapping }),
    earlier: id =>
      sql
        .all('select number, change from revisions where report = @id order by number', { id })
        .map(row => ({ number: Number(row['number']), change: row['change'] as RevisionClass | null })),
    dropRevisions: (id, numbers) => {
      sql.run('delete from revisions where report = @id and number in (select value from json_each(@numbers))', {
        id,
        numbers: JSON.stringify(numbers),
      })
      // A number that changes at every visit would be a figure for each of them.
      sql.run(
        `delete from figures where report = @id and seen < (
           select min(seen) from (select seen from figures where report = @id order by seen desc limit ${FIGURES_KEPT}))`,
        { id },
      )
    },
    withdraw: (id, now) => {
      const row = sql.get('select story, title, text from reports where id = @id', { id })
      if (!row) return null
      sql.run(
        `insert into revisions (report, number, seen, title, text, change)
         select id, revisions, case revisions when 1 then first_seen else changed end, title, text, change
         from reports where id = @id`,
        { id },
      )
      sql.run(
        `update reports set signal = 'kill', change = 'kill', changed = @now, revisions = revisions + 1 where id = @id`,
        { id, now },
      )
      refresh(sql, Number(row['story']), now)
      bumpVersion(sql)
      return Number(row['story'])
    },
    members: (story, limit) =>
      sql
        .all(
          `select r.id, r.agency, a.name as agency_name, r.time, r.signal, r.title, r.text, r.coverage, r.change,
             r.changed, r.revisions
           from reports r join agencies a on a.id = r.agency where r.story = @story order by r.time, r.id limit @limit`,
          { story, limit },
        )
        .map(row => {
          const id = Number(row['id'])
          return {
            id,
            agency: String(row['agency']),
            agencyName: String(row['agency_name']),
            time: Number(row['time']),
            signal: row['signal'] as Signal | null,
            title: String(row['title']),
            text: String(row['text']),
            coverage: Number(row['coverage']),
            change: row['change'] as RevisionClass | null,
            changed: Number(row['changed']),
            credits: sql
              .all('select agency, name, place from credits where report = @id order by place, name', { id })
              .map(credit => ({
                agency: credit['agency'] === null ? null : String(credit['agency']),
                name: String(credit['name']),
                where: String(credit['place']) as Credit['where'],
              })),
            earlier:
              Number(row['revisions']) === 1
                ? []
                : sql
                    .all('select title, text, change from revisions where report = @id order by number', { id })
                    .map(old => ({
                      title: String(old['title']),
                      text: String(old['text']),
                      change: old['change'] as RevisionClass | null,
                    })),
          }
        }),
    agencyName: id => String(sql.get('select name from agencies where id = @id', { id })?.['name'] ?? id),
    placed: story => {
      const row = sql.get(
        `select s.lead, s.thread, coalesce(f.time, s.time) as time, s.placement
         from stories s left join story_features f on f.story = s.id where s.id = @story`,
        { story },
      )
      return row
        ? {
            lead: Number(row['lead']),
            thread: Number(row['thread']),
            time: Number(row['time']),
            placement: JSON.parse(String(row['placement'])) as Placement,
          }
        : null
    },
    keepFlash: (report, wires, time) => {
      for (const wire of wires) {
        sql.run('insert or ignore into flashes (wire, time, report) values (@wire, @time, @report)', {
          wire,
          time,
          report,
        })
      }
    },
    flashes: (wires, from, to) =>
      sql
        .all(
          `select r.id, r.story, r.agency, r.headline, r.text, r.language, r.signal, r.time,
             (select json_group_array(coalesce(c.agency, c.name)) from credits c where c.report = r.id) as credits
           from reports r where r.id in (
             select f.report from json_each(@wires) w join flashes f on f.wire = w.value
             where f.time between @from and @to)
           order by r.id`,
          { wires: JSON.stringify(wires), from, to },
        )
        .map(row => ({
          report: Number(row['id']),
          story: Number(row['story']),
          agency: String(row['agency']),
          credits: JSON.parse(String(row['credits'])) as string[],
          title: String(row['headline']),
          text: String(row['text']),
          language: row['language'] === null ? null : String(row['language']),
          signal: row['signal'] as Signal | null,
          time: Number(row['time']),
        })),
    dropFlashes: story =>
      void sql.run('delete from flashes where report in (select id from reports where story = @story)', { story }),
    setOrigin: (story, { stale, runs, ...is }) => {
      setOrigin(sql, story, is)
      // A story of one report: nothing to compare.
      if (runs.length === 0 && stale.length === 0) return
      sql.run(
        `update reports set coverage = (select json_extract(value, '$.share') from json_each(@runs)
           where json_extract(value, '$.report') = reports.id)
         where id in (select json_extract(value, '$.report') from json_each(@runs)
           where json_extract(value, '$.share') <> (select coverage from reports x where x.id = json_extract(value, '$.report')))`,
        { runs: JSON.stringify(runs) },
      )
      sql.run(
        `update reports set stale = id in (select value from json_each(@stale))
         where story = @story and stale <> (id in (select value from json_each(@stale)))`,
        { story, stale: JSON.stringify(stale) },
      )
    },
    setCentral: (thread, story) => setCentral(sql, thread, story),
    holdBack: (feed, guid, until, now, entry) => {
      const key = nameOf(guid)
      const mark = seal.mark(entry)
      const kept = sql.get('select until, mark, size from held where feed = @feed and key = @key', { feed, key })
      if (kept?.['until'] === until && kept['mark'] === mark) return true
      const sums = sql.get('select entries, bytes from held_sums where feed = @feed', { feed })
      const others = Number(sums?.['entries'] ?? 0) - (kept ? 1 : 0)
      const size = Number(sums?.['bytes'] ?? 0) - Number(kept?.['size'] ?? 0) + entry.length
      if (others >= HELD_ENTRIES || size > HELD_CHARACTERS) return false
      sql.run(
        `insert into held (feed, key, until, first_seen, size, mark, sealed)
         values (@feed, @key, @until, @now, @size, @mark, @sealed)
         on conflict do update set until = excluded.until, size = excluded.size, mark = excluded.mark,
           sealed = excluded.sealed`,
        { feed, key, until, now, size: entry.length, mark, sealed: seal.close(entry) },
      )
      return true
    },
    dropHeld: (feed, keys) => {
      for (const key of keys) sql.run('delete from held where feed = @feed and key = @key', { feed, key })
    },
    openPoll: (feed, at, status = 'interrupted') =>
      Number(
        sql.run(
          `insert into polls (feed, at, ms, status, entries, new, revision, copy, unchanged, rejected)
           values (@feed, @at, 0, @status, 0, 0, 0, 0, 0, 0)`,
          { feed, at, status },
        ).lastInsertRowid,
      ),
    countPoll: (poll, counts) => {
      sql.run(
        `update polls set entries = @entries, new = @new, revision = @revision, copy = @copy, unchanged = @unchanged,
           rejected = @rejected where id = @poll`,
        { poll, ...counts },
      )
      if (counts.new + counts.copy + counts.revision > 0) bumpVersion(sql)
    },
    touch: (ids, now) => {
      for (const id of ids) sql.run('update reports set last_seen = @now where id = @id', { id, now })
    },
    recordPoll: (outcome, update, poll = null) => {
      const { counts } = outcome
      const failed = outcome.status === 'failed'
      sql.run(
        `insert or replace into polls (id, feed, at, ms, status, entries, new, revision, copy, unchanged, rejected,
           gap_from, gap_to, error, warnings)
         values (@poll, @feed, @at, @ms, @status, @entries, @new, @revision, @copy, @unchanged, @rejected, @gapFrom,
           @gapTo, @error, @warnings)`,
        {
          poll,
          feed: outcome.feed,
          at: outcome.at,
          ms: Math.round(outcome.ms),
          status: outcome.status,
          entries: counts.entries,
          new: counts.new,
          revision: counts.revision,
          copy: counts.copy,
          unchanged: counts.unchanged,
          rejected: counts.rejected,
          gapFrom: outcome.gap?.from ?? null,
          gapTo: outcome.gap?.to ?? null,
          error: outcome.failure?.message ?? null,
          warnings: JSON.stringify(outcome.warnings),
        },
      )
      sql.run('delete from polls where feed = @feed and at < @oldest', {
        feed: outcome.feed,
        oldest: outcome.at - POLLS_KEPT,
      })
      sql.run(
        `update feeds set title = coalesce(@title, title), language = coalesce(language, @language), last_poll = @at,
           last_success = case when @failed then last_success else @at end, next_poll = @nextPoll, reason = @reason,
           interval = @interval, failures = @failures,
           -- A push does not end what polling fails of.
           error = case when @failures > 0 then coalesce(@error, error) else @error end,
           warnings = case when @status = 'filed' then @warnings else warnings end,
           etag = case when @hasValidators then @etag else etag end,
           last_modified = case when @hasValidators then @lastModified else last_modified end,
           body_hash = coalesce(@bodyHash, body_hash), retired = @retired, address = @address, move = @move,
           habit = @habit, notes = @notes, gaps = gaps + @gap
         where id = @feed`,
        {
          feed: outcome.feed,
          at: outcome.at,
          failed: failed ? 1 : 0,
          status: outcome.status,
          nextPoll: outcome.nextPoll,
          reason: outcome.reason,
          // `1.1h` is no whole number of milliseconds to a computer, and the column takes no other.
          interval: update.interval === null ? null : Math.round(update.interval),
          failures: update.failures,
          error: outcome.failure?.message ?? null,
          warnings: JSON.stringify(outcome.warnings),
          title: update.title,
          language: update.language,
          hasValidators: update.validators ? 1 : 0,
          etag: update.validators?.etag ?? null,
          lastModified: update.validators?.lastModified ?? null,
          bodyHash: update.bodyHash,
          retired: update.retired ? 1 : 0,
          address: update.address,
          move: update.move === null ? null : JSON.stringify(update.move),
          habit: update.habit,
          notes: JSON.stringify(update.notes),
          gap: outcome.gap === null ? 0 : 1,
        },
      )
      if (counts.new + counts.copy + counts.revision > 0) bumpVersion(sql)
    },
  }
}
