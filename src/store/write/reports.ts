// Writes reports, their credits and figures, and their revisions.
import type { Report, RevisionClass } from '../../model/decided.ts'
import type { Millis } from '../../model/units.ts'
import { guidColumns, listed, ownHeadline, ownUrl, reportColumns, type StoredText } from '../columns.ts'
import { refresh } from '../counts.ts'
import { number } from '../rows.ts'
import { nameOf } from '../seal.ts'
import { bumpVersion, type WritableSql } from '../sql.ts'
import type { Batch, Filing } from '../store.ts'

/** Figures of one report that are kept where it has had more texts than are kept, the last. */
const FIGURES_KEPT = 200

const INSERT = `insert into x_reports (id, story, feed, agency, own_guid, own_guid_key, global_guid, own_url, canonical_url,
    title, own_headline, summary, content, text, folded_by, folded_extra, language, published, updated, first_seen, last_seen,
    changed, time, authors, categories, enclosures, dateline, signal, hash, joined_by, similarity, coverage, evidence, furniture)
  values (${new Array(34).fill('?').join(', ')})`

/** Write new reports with all that stands in tables of its own. */
export function insertReports(sql: WritableSql, { reports, feed, lifted }: Batch): void {
  for (const { id, story, report, stored, guidKey, joined } of reports) {
    const { guid, canonicalUrl, firstSeen: now, title, text, wire } = report
    const { ownGuid, ownGuidKey } = guidColumns(guid, guidKey, canonicalUrl)
    sql.run(INSERT, [
      id,
      story,
      report.feed,
      report.agency,
      ownGuid,
      ownGuidKey,
      report.globalGuid,
      ownUrl(report),
      canonicalUrl,
      title,
      ownHeadline(report),
      stored.summary,
      stored.content,
      text,
      stored.foldedBy,
      stored.foldedExtra,
      report.language,
      report.published,
      report.updated,
      now,
      now,
      now,
      report.time,
      listed(report.authors),
      listed(report.categories),
      listed(report.enclosures),
      wire.dateline?.matched ?? null,
      wire.signal,
      report.hash,
      joined.rule,
      joined.similarity,
      joined.coverage,
      joined.evidence,
      listed(wire.furniture),
    ])
    writeWireDetails(sql, id, report, null)
    if (report.bare) sql.run('insert or ignore into x_bare (report) values (?)', [id])
  }
  insertCategories(sql, reports)
  // The agency has lifted its embargo.
  for (const guid of lifted) sql.run('delete from x_held where feed = ? and key = ?', [feed, nameOf(guid)])
}

/** In the order of the table, so that neighbours are written together. */
function insertCategories(sql: WritableSql, reports: Batch['reports']): void {
  const pairs = reports.flatMap(({ id, report }) => report.categories.map(category => [category, id] as const))
  if (pairs.length === 0) return
  sql.run(
    `insert or ignore into x_report_categories (category, report)
     select value ->> 0, cast(value ->> 1 as integer) from objects(?) order by 1, 2`,
    [JSON.stringify(pairs)],
  )
}

/** `seen`: when a changed text brought it. Numbers of earlier texts stay: together they are how a toll grew. */
export function writeWireDetails(
  sql: WritableSql,
  id: number,
  { wire }: Pick<Report, 'wire'>,
  seen: Millis | null,
): void {
  for (const { agency, name, where } of wire.credits) {
    sql.run('insert into x_credits (report, agency, name, place) values (?, ?, ?, ?) on conflict do nothing', [
      id,
      agency,
      name,
      where,
    ])
  }
  for (const { kind, value, whom, words, bound, said, matched } of wire.figures) {
    sql.run(
      `insert into x_figures (report, kind, value, whom, words, bound, said, matched, seen)
       values (?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict do nothing`,
      [id, kind, value, whom ?? '', words, bound, said, matched, seen],
    )
  }
}

/** The text in force becomes a revision of the past. */
function keepRevision(sql: WritableSql, id: number): void {
  sql.run(
    `insert into x_revisions (report, number, seen, title, text, change)
     select id, revisions, case revisions when 1 then first_seen else changed end, title, text, change
     from x_reports where id = ?`,
    [id],
  )
}

function addRevision(
  sql: WritableSql,
  id: number,
  report: Report,
  change: RevisionClass | null,
  now: Millis,
  stored: StoredText,
): void {
  keepRevision(sql, id)
  const row = sql.get(
    `update x_reports set own_guid = iif(guid is not distinct from @canonicalUrl, null, guid),
       own_guid_key = iif(guid_key is not distinct from guid, null, guid_key), own_url = @ownUrl, canonical_url = @canonicalUrl,
       title = @title, own_headline = @ownHeadline, summary = @summary, content = @content, text = @text,
       folded_by = @foldedBy, folded_extra = @foldedExtra, published = @published,
       updated = @updated, last_seen = @now, changed = @now, authors = @authors, categories = @categories,
       enclosures = @enclosures, dateline = @dateline, signal = @signal, hash = @hash,
       furniture = @furniture, change = @change, revisions = revisions + 1
     where id = @id returning story`,
    { ...reportColumns(report, stored), id, change, now },
  )
  sql.run('delete from x_credits where report = ?', [id])
  // What its page said, it said of the text before: it is asked for again.
  sql.run(
    `update x_pages set text = null, folded_by = 0, folded_extra = '', digest = null, again = iif(attempts < 3, @now, null)
     where report = @id`,
    { id, now },
  )
  sql.run(report.bare ? 'insert or ignore into x_bare (report) values (?)' : 'delete from x_bare where report = ?', [
    id,
  ])
  writeWireDetails(sql, id, report, now)
  // Spelling and layout are no news: nobody's reader shall show the story as new for them.
  refresh(sql, number(row?.['story']), change === 'cosmetic' ? 0 : now)
}

function dropRevisions(sql: WritableSql, id: number, numbers: readonly number[]): void {
  sql.run('delete from x_revisions where report = @id and number in (select value from numbers(@numbers))', {
    id,
    numbers: JSON.stringify(numbers),
  })
  // A number that changes at every visit would be a figure for each of them.
  sql.run(
    `delete from x_figures where report = @id and seen < (
       select min(seen) from (select seen from x_figures where report = @id order by seen desc limit ${FIGURES_KEPT}) x)`,
    { id },
  )
}

/** The part of a filing that changes reports on file. `index` brings the full-text index up to date before a text changes. */
export function changingReports(
  sql: WritableSql,
  index: () => void,
): Pick<Filing, 'renameGuid' | 'addRevision' | 'keepFlapping' | 'dropRevisions' | 'touch' | 'withdraw'> {
  return {
    renameGuid: (id, guid, key, globalGuid) =>
      void sql.run(
        `update x_reports set own_guid = iif(@guid is not distinct from canonical_url, null, @guid), own_guid_key = iif(@key is not distinct from @guid, null, @key),
           global_guid = @globalGuid where id = @id`,
        { id, guid, key, globalGuid },
      ),
    addRevision: (id, report, change, now, stored) => {
      index()
      addRevision(sql, id, report, change, now, stored)
    },
    keepFlapping: (id, flapping) => void sql.run('update x_reports set flapping = ? where id = ?', [flapping, id]),
    dropRevisions: (id, numbers) => dropRevisions(sql, id, numbers),
    touch: (ids, now) => {
      if (ids.length === 0) return
      sql.run('update x_reports set last_seen = ? where id in (select value from numbers(?))', [
        now,
        JSON.stringify(ids),
      ])
    },
    withdraw: (id, now) => {
      const row = sql.get('select story from x_reports where id = ?', [id])
      if (!row) return null
      keepRevision(sql, id)
      sql.run(
        `update x_reports set signal = 'kill', change = 'kill', changed = ?, revisions = revisions + 1 where id = ?`,
        [now, id],
      )
      const story = number(row['story'])
      refresh(sql, story, now)
      bumpVersion(sql)
      return story
    },
  }
}
