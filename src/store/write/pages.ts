// Writes what came of the pages of reports, and tells reports again by their texts.
import type { PageOutcome } from '../../model/page.ts'
import { foldedPage } from '../folded.ts'
import type { PageKeeping } from '../pages.ts'
import { IS_BARE } from '../read/facts.ts'
import { number, text, textOrNull } from '../rows.ts'
import { bumpVersion, type WritableSql } from '../sql.ts'
import { writeWireDetails } from './reports.ts'

const COLUMNS = [
  ...['agency', 'host', 'asked', 'attempts', 'again', 'outcome', 'because', 'text', 'title', 'published', 'modified'],
  ...['language', 'publisher', 'canonical', 'free', 'extractor', 'digest'],
]
const UPDATE = `update x_pages set ${COLUMNS.map(name => `${name} = @${name}`).join(', ')},
  folded_by = @foldedBy, folded_extra = @foldedExtra where report = @report`
const INSERT = `insert into x_pages (report, ${COLUMNS.join(', ')}, folded_by, folded_extra)
  values (@report, ${COLUMNS.map(name => `@${name}`).join(', ')}, @foldedBy, @foldedExtra)`

/** `index`: writes what the full-text index is still owed, before anything of it is changed. */
export function keepingPages(sql: WritableSql, index: () => void): PageKeeping {
  return {
    pageSubject: report => {
      const row = sql.get(
        `select r.id, r.guid, f.url as feed_url, r.joined_by, r.story, r.feed, r.agency, r.url, r.canonical_url, r.title, r.text,
           r.language, r.time, r.authors, ${IS_BARE} as bare
         from x_reports r join x_feeds f on f.id = r.feed where r.id = @report`,
        { report },
      )
      if (!row) return null
      return {
        report,
        guid: text(row['guid']),
        feedUrl: text(row['feed_url']),
        joinedBy: text(row['joined_by']),
        story: number(row['story']),
        feed: number(row['feed']),
        agency: text(row['agency']),
        url: textOrNull(row['url']),
        canonicalUrl: textOrNull(row['canonical_url']),
        title: text(row['title']),
        text: text(row['text']),
        language: textOrNull(row['language']),
        time: number(row['time']),
        authors: JSON.parse(text(row['authors'])) as string[],
        bare: number(row['bare']) === 1,
      }
    },
    keepPage: ({ free, ...page }, spoken) => {
      index()
      const folded = page.text === null ? null : foldedPage(page.text, spoken)
      const row = {
        ...page,
        free: free === null ? null : free ? 1 : 0,
        foldedBy: folded?.foldedBy ?? 0,
        foldedExtra: folded?.foldedExtra ?? '',
      }
      // No `insert or replace`: the full-text index follows inserts and updates alone.
      if (sql.run(UPDATE, row).changes === 0) sql.run(INSERT, row)
    },
    pagesAlike: (digest, { report, agency, canonicalUrl }) =>
      sql
        .all(
          `select p.report, r.title from x_pages p join x_reports r on r.id = p.report
           where p.digest = @digest and p.report <> @report and p.agency = @agency and r.canonical_url is distinct from @canonicalUrl`,
          { digest, report, agency, canonicalUrl },
        )
        .map(row => ({ report: number(row['report']), title: text(row['title']) })),
    dropPageText: (report, outcome, because) => {
      index()
      sql.run(
        `update x_pages set text = null, folded_by = 0, folded_extra = '', outcome = @outcome, because = @because
         where report = @report`,
        { report, outcome, because },
      )
    },
    tellAgain: (report, wire, bare) => {
      // Numbers of later texts have a time of their own, and stay.
      sql.run(`delete from x_credits where report = ? and place not in ('author', 'source')`, [report])
      sql.run('delete from x_figures where report = ? and seen is null', [report])
      writeWireDetails(sql, report, { wire }, null)
      sql.run('update x_reports set dateline = ? where id = ?', [wire.dateline?.matched ?? null, report])
      sql.run('delete from x_flashes where report = ?', [report])
      sql.run(bare ? 'insert or ignore into x_bare (report) values (?)' : 'delete from x_bare where report = ?', [
        report,
      ])
      bumpVersion(sql)
    },
    lastOutcomes: (agency, limit) =>
      sql
        .all('select outcome from x_pages where agency = @agency order by asked desc, report desc limit @limit', {
          agency,
          limit,
        })
        .map(row => text(row['outcome']) as PageOutcome),
    lastTexts: (agency, report, limit) =>
      sql
        .all(
          `select text from x_pages where agency = @agency and text is not null and report <> @report
           order by asked desc limit @limit`,
          { agency, report, limit },
        )
        .map(row => text(row['text'])),
    pausePages: (agency, pause) => {
      if (pause === null) sql.run('delete from x_page_pauses where agency = ?', [agency])
      else {
        const { until, reason } = pause
        sql.run('insert or replace into x_page_pauses (agency, until, reason) values (?, ?, ?)', [
          agency,
          until,
          reason,
        ])
      }
    },
  }
}
