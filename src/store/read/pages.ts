// Reads which pages of reports are to be asked for, and what was kept of them.
import type { PageOutcome } from '../../model/page.ts'
import type { PageReader } from '../pages.ts'
import { number, numberOrNull, text, textOrNull } from '../rows.ts'
import type { Sql } from '../sql.ts'

export function pageReader(sql: Sql): PageReader {
  return {
    pagesDue: (feeds, since, now, limit) =>
      feeds.flatMap(feed =>
        sql
          .all(
            // A page is the news of an address that was not withdrawn. A time that a clock ahead of itself has set is not waited for.
            `select r.id, r.feed, r.agency, r.url, r.title, r.text, r.time, d.attempts from x_reports r join (
               select r.id, coalesce(p.attempts, 0) as attempts
               from x_reports r left join x_pages p on p.report = r.id
               where r.feed = @feed and r.last_seen >= @since and r.first_seen >= @since and r.url is not null
                 and r.signal is distinct from 'kill' and (p.report is null or p.again <= @now or p.again > @now + 90000000)
               order by r.time desc, r.id desc limit @limit) d on d.id = r.id
             order by r.time desc, r.id desc`,
            { feed, since, now, limit },
          )
          .map(row => ({
            report: number(row['id']),
            feed: number(row['feed']),
            agency: text(row['agency']),
            url: text(row['url']),
            title: text(row['title']),
            text: text(row['text']),
            time: number(row['time']),
            attempts: number(row['attempts']),
          })),
      ),
    pagesAsked: since =>
      new Map(
        sql
          .all('select host, count(*) as pages from x_pages where asked > @since group by host', { since })
          .map(row => [text(row['host']), number(row['pages'])]),
      ),
    pagePauses: () =>
      new Map(
        sql
          .all('select agency, until, reason from x_page_pauses')
          .map(row => [text(row['agency']), { until: number(row['until']), reason: text(row['reason']) }]),
      ),
    pageOutcomes: since => {
      const found = new Map<number, [PageOutcome, number][]>()
      const rows = sql.all(
        `select r.feed, p.outcome, count(*) as n from x_pages p join x_reports r on r.id = p.report
         where p.asked > @since group by r.feed, p.outcome order by n desc, p.outcome`,
        { since },
      )
      for (const row of rows) {
        const feed = number(row['feed'])
        found.set(feed, [...(found.get(feed) ?? []), [text(row['outcome']) as PageOutcome, number(row['n'])]])
      }
      return found
    },
    pageText: report =>
      textOrNull(sql.get('select text from x_pages where report = @report', { report })?.['text'] ?? null),
    page: report => {
      const row = sql.get('select asked, attempts, again, outcome, because, text from x_pages where report = @report', {
        report,
      })
      if (!row) return null
      return {
        asked: number(row['asked']),
        attempts: number(row['attempts']),
        again: numberOrNull(row['again']),
        outcome: text(row['outcome']) as PageOutcome,
        because: text(row['because']),
        text: textOrNull(row['text']),
      }
    },
  }
}
