// The public face of the file: views that keep their names, columns and meanings from version to version, whatever becomes
// of the tables. docs/sql.md describes them, and a test holds the two together.
import { markupSql } from './markup.ts'
import { pageTextOf } from './pages.ts'

/** What the engines spell differently in views. */
export interface Spelling {
  /** A time in milliseconds as a date and time in UTC. */
  utc: (time: string) => string
  /** Markup in column `stored` of a row whose plain text is in column `text`. */
  markup: (stored: string, text: string) => string
}

/** When the text of a report that is in force was first seen. */
const SEEN = 'case r.revisions when 1 then r.first_seen else r.changed end'
/** When a figure was said. */
const SAID = 'max(r.time, coalesce(g.seen, 0))'

/** Queries of the public views by name, but for `search`, which is each engine's own. */
export function views({ utc: at, markup }: Spelling): Readonly<Record<string, string>> {
  const utc = (time: string, name: string): string => `${at(time)} as ${name}`
  /** Columns of times, each followed by the same as a date and time: `r.time` by `time_at`. */
  const twice = (...columns: readonly string[]): string =>
    columns.map(column => `${column}, ${utc(column, `${column.split('.')[1]}_at`)}`).join(', ')
  return {
    agency: `
select a.id, a.name, a.language, a.homepage,
       (select count(*) from x_feeds f where f.agency = a.id and f.active = 1) as feeds,
       a.reports,
       (select max(r.time) from x_reports r where r.agency = a.id) as last_report,
       ${utc('(select max(r.time) from x_reports r where r.agency = a.id)', 'last_report_at')}
from x_agencies a
where a.active = 1 or a.reports > 0`,

    feed: `
select f.id, f.agency, f.url, f.title, f.category, f.language,
       case when f.active = 0 then 'removed' when f.retired = 1 then 'retired' when f.paused = 1 then 'paused'
            when f.last_poll is null then 'new' when f.failures > 0 then 'failing' else 'ok' end as state,
       ${twice('f.last_poll', 'f.last_success', 'f.next_poll')}, f.reason, f.interval, f.failures, f.error, f.warnings,
       f.notes, f.gaps, f.reports
from x_feeds f`,

    report: `
select r.id, r.story, s.thread, r.feed, r.agency, r.guid, r.url, r.canonical_url, r.title, r.text,
       ${markup('r.summary', 'r.text')} as summary, ${markup('r.content', 'r.text')} as content,
       r.language, ${twice('r.published', 'r.updated', 'r.first_seen', 'r.last_seen', 'r.changed', 'r.time')},
       r.authors, r.categories, r.enclosures, r.dateline, r.signal, r.joined_by, r.similarity, r.revisions, r.coverage,
       r.evidence, r.furniture, r.stale, r.text = '' and ${pageTextOf('r.id')} is null as headline_only,
       ${pageTextOf('r.id')} as page_text
from x_reports r join x_stories s on s.id = r.story`,

    revision: `
select v.report, v.number, ${twice('v.seen')}, v.title, v.text, v.change from x_revisions v
union all
select r.id, r.revisions, ${SEEN}, ${utc(SEEN, 'seen_at')}, r.title, r.text, r.change
from x_reports r`,

    story: `
select s.id, s.key, s.thread, s.lead, r.title, r.url, s.language, r.agency, ${twice('s.time', 's.updated')}, s.reports, s.agencies,
       s.placement, s.origin, s.origin_name, s.sources
from x_stories s join x_reports r on r.id = s.lead`,

    thread: `
select t.id, t.key, t.lead, t.title, t.language, ${twice('t.first', 't.last', 't.updated')}, t.stories, t.reports, t.agencies, t.sources
from x_threads t`,

    credit: `
select c.report, r.story, r.agency as reported_by, c.agency, c.name, c.place
from x_credits c join x_reports r on r.id = c.report`,

    figure: `
select g.report, r.story, s.thread, r.agency, ${SAID} as time, ${utc(SAID, 'time_at')}, g.kind, g.value, g.bound, g.said, g.matched,
       g.words, nullif(g.whom, '') as whom
from x_figures g join x_reports r on r.id = g.report join x_stories s on s.id = r.story`,

    poll: `
select p.id, p.feed, p.at, ${utc('p.at', 'polled_at')}, p.ms, p.status, p.entries, p.new, p.revision, p.copy, p.unchanged,
       p.rejected, ${twice('p.gap_from', 'p.gap_to')}, p.error, p.warnings
from x_polls p`,

    redirect: `
select d.what, d.id, d.target, d.key from x_redirects d`,

    regrouping: `
select g.id, g.at, ${utc('g.at', 'regrouped_at')}, g.by, g.kind, g.kept, g.other, g.members, g.score, g.reasons from x_regroupings g`,

    link: `
select l.thread, l.other, l.kind, l.score from x_thread_links l`,

    pruned: `
select p.id, p.at, ${utc('p.at', 'pruned_at')}, p.before as until, ${utc('p.before', 'until_at')}, p.reason, p.threads, p.stories, p.reports, p.revisions, p.polls from x_prunings p`,

    embargo: `
select e.feed, f.agency, null as title, ${twice('e.until', 'e.first_seen')} from x_held e join x_feeds f on f.id = e.feed`,
  }
}

const DEFINITIONS: Readonly<Record<string, string>> = {
  // `2022-01-05 09:10:11`, which `datetime()` takes.
  ...views({ utc: time => `datetime(${time} / 1000, 'unixepoch')`, markup: markupSql }),
  // `search match` and `snippet(search, …)` mean the column, which is the full-text table's own.
  search: `
select rowid, title, text, folded, x_search as search, rank from x_search`,
}

/** Script that takes the public ones of these views away: nothing may lean on a table that a migration changes. */
export function dropViews(stored: Iterable<string>): string {
  return [...stored]
    .filter(name => name in DEFINITIONS)
    .map(name => `drop view ${name};`)
    .join('\n')
}

/** Script that makes all views. */
export const CREATE_VIEWS = Object.entries(DEFINITIONS)
  .map(([name, query]) => `create view ${name} as${query};`)
  .join('\n')

/** Whether a file has these views, as SQLite keeps their text. What a view says may change without a change of tables. */
export function hasViews(stored: ReadonlyMap<string, string>): boolean {
  return Object.entries(DEFINITIONS).every(([name, query]) => stored.get(name) === `CREATE VIEW ${name} as${query}`)
}
