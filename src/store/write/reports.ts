// Writes reports, their credits and figures, and their revisions.
import type { Report, RevisionClass } from '../../model/decided.ts'
import type { Millis } from '../../model/units.ts'
import { refresh } from '../counts.ts'
import { number } from '../rows.ts'
import { nameOf } from '../seal.ts'
import { bumpVersion, type WritableSql } from '../sql.ts'
import type { Batch, Filing } from '../store.ts'

/** Figures of one report that are kept where it has had more texts than are kept, the last. */
const FIGURES_KEPT = 200

const INSERT = `insert into reports (id, story, feed, agency, guid, global_guid, url, canonical_url, title, headline, summary,
    content, text, folded, language, published, updated, first_seen, last_seen, changed, time, authors, categories,
    enclosures, dateline, signal, hash, joined_by, similarity, coverage, evidence, furniture, guid_key)
  values (${new Array(33).fill('?').join(', ')})`

/** Write new reports with all that stands in tables of its own. */
export function insertReports(sql: WritableSql, { reports, feed, lifted }: Batch): void {
  for (const { id, story, report, folded, guidKey, joined } of reports) {
    const { firstSeen: now, wire } = report
    sql.run(INSERT, [
      id,
      story,
      report.feed,
      report.agency,
      report.guid,
      report.globalGuid,
      report.url,
      report.canonicalUrl,
      report.title,
      wire.title,
      report.summary,
      report.content,
      report.text,
      folded,
      report.language,
      report.published,
      report.updated,
      now,
      now,
      now,
      report.time,
      JSON.stringify(report.authors),
      JSON.stringify(report.categories),
      JSON.stringify(report.enclosures),
      wire.dateline?.matched ?? null,
      wire.signal,
      report.hash,
      joined.rule,
      joined.similarity,
      joined.coverage,
      joined.evidence,
      JSON.stringify(wire.furniture),
      guidKey,
    ])
    writeWireDetails(sql, id, report, null)
  }
  if (reports.length > 0) sql.run('update feeds set reports = reports + ? where id = ?', [reports.length, feed])
  // The agency has lifted its embargo.
  for (const guid of lifted) sql.run('delete from held where feed = ? and key = ?', [feed, nameOf(guid)])
}

/** `seen`: when a changed text brought it. Numbers of earlier texts stay: together they are how a toll grew. */
function writeWireDetails(sql: WritableSql, id: number, { wire }: Report, seen: Millis | null): void {
  for (const { agency, name, where } of wire.credits) {
    sql.run('insert into credits (report, agency, name, place) values (?, ?, ?, ?) on conflict do nothing', [
      id,
      agency,
      name,
      where,
    ])
  }
  for (const { kind, value, bound, said, matched } of wire.figures) {
    sql.run(
      `insert into figures (report, kind, value, bound, said, matched, seen) values (?, ?, ?, ?, ?, ?, ?)
       on conflict do nothing`,
      [id, kind, value, bound, said, matched, seen],
    )
  }
}

/** The text in force becomes a revision of the past. */
function keepRevision(sql: WritableSql, id: number): void {
  sql.run(
    `insert into revisions (report, number, seen, title, text, change)
     select id, revisions, case revisions when 1 then first_seen else changed end, title, text, change
     from reports where id = ?`,
    [id],
  )
}

function addRevision(
  sql: WritableSql,
  id: number,
  report: Report,
  change: RevisionClass | null,
  now: Millis,
  folded: string,
): void {
  const { wire } = report
  keepRevision(sql, id)
  const row = sql.get(
    `update reports set url = @url, canonical_url = @canonicalUrl, title = @title, headline = @headline,
       summary = @summary, content = @content, text = @text, folded = @folded, published = @published,
       updated = @updated, last_seen = @now, changed = @now, authors = @authors, categories = @categories,
       enclosures = @enclosures, dateline = @dateline, signal = @signal, hash = @hash,
       furniture = @furniture, change = @change, revisions = revisions + 1
     where id = @id returning story`,
    {
      id,
      change,
      now,
      folded,
      url: report.url,
      canonicalUrl: report.canonicalUrl,
      title: report.title,
      headline: wire.title,
      summary: report.summary,
      content: report.content,
      text: report.text,
      published: report.published,
      updated: report.updated,
      authors: JSON.stringify(report.authors),
      categories: JSON.stringify(report.categories),
      enclosures: JSON.stringify(report.enclosures),
      dateline: wire.dateline?.matched ?? null,
      signal: wire.signal,
      hash: report.hash,
      furniture: JSON.stringify(wire.furniture),
    },
  )
  sql.run('delete from credits where report = ?', [id])
  writeWireDetails(sql, id, report, now)
  // Spelling and layout are no news: nobody's reader shall show the story as new for them.
  refresh(sql, number(row?.['story']), change === 'cosmetic' ? 0 : now)
}

function dropRevisions(sql: WritableSql, id: number, numbers: readonly number[]): void {
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
}

/** The part of a filing that changes reports on file. */
export function changingReports(
  sql: WritableSql,
): Pick<Filing, 'renameGuid' | 'addRevision' | 'keepFlapping' | 'dropRevisions' | 'touch' | 'withdraw'> {
  return {
    renameGuid: (id, guid, key, globalGuid) =>
      void sql.run('update reports set guid = ?, guid_key = ?, global_guid = ? where id = ?', [
        guid,
        key,
        globalGuid,
        id,
      ]),
    addRevision: (id, report, change, now, folded) => addRevision(sql, id, report, change, now, folded),
    keepFlapping: (id, flapping) => void sql.run('update reports set flapping = ? where id = ?', [flapping, id]),
    dropRevisions: (id, numbers) => dropRevisions(sql, id, numbers),
    touch: (ids, now) => {
      if (ids.length === 0) return
      sql.run('update reports set last_seen = ? where id in (select value from json_each(?))', [
        now,
        JSON.stringify(ids),
      ])
    },
    withdraw: (id, now) => {
      const row = sql.get('select story from reports where id = ?', [id])
      if (!row) return null
      keepRevision(sql, id)
      sql.run(
        `update reports set signal = 'kill', change = 'kill', changed = ?, revisions = revisions + 1 where id = ?`,
        [now, id],
      )
      const story = number(row['story'])
      refresh(sql, story, now)
      bumpVersion(sql)
      return story
    },
  }
}
