// The public face of the file: views that keep their names, columns and meanings from version to version, whatever becomes
// of the tables. docs/sql.md describes them, and a test holds the two together.
import { markupSql } from './markup.ts'

const DEFINITIONS: Readonly<Record<string, string>> = {
  agency: `
select a.id, a.name, a.language, a.homepage,
       (select count(*) from feeds f where f.agency = a.id and f.active) as feeds,
       a.reports,
       (select max(r.time) from reports r where r.agency = a.id) as last_report
from agencies a
where a.active or a.reports > 0`,

  feed: `
select f.id, f.agency, f.url, f.title, f.category, f.language,
       case when not f.active then 'removed' when f.retired then 'retired' when f.paused then 'paused'
            when f.last_poll is null then 'new' when f.failures > 0 then 'failing' else 'ok' end as state,
       f.last_poll, f.last_success, f.next_poll, f.reason, f.interval, f.failures, f.error, f.warnings, f.notes, f.gaps, f.reports
from feeds f`,

  report: `
select r.id, r.story, s.thread, r.feed, r.agency, r.guid, r.url, r.canonical_url, r.title, r.text,
       ${markupSql('r.summary', 'r.text')} as summary, ${markupSql('r.content', 'r.text')} as content,
       r.language, r.published, r.updated, r.first_seen, r.last_seen, r.changed, r.time, r.authors, r.categories,
       r.enclosures, r.dateline, r.signal, r.joined_by, r.similarity, r.revisions, r.coverage, r.evidence, r.furniture,
       r.stale
from reports r join stories s on s.id = r.story`,

  revision: `
select v.report, v.number, v.seen, v.title, v.text, v.change from revisions v
union all
select r.id, r.revisions, case r.revisions when 1 then r.first_seen else r.changed end, r.title, r.text, r.change
from reports r`,

  story: `
select s.id, s.key, s.thread, s.lead, r.title, r.url, s.language, r.agency, s.time, s.updated, s.reports, s.agencies,
       s.placement, s.origin, s.origin_name, s.sources
from stories s join reports r on r.id = s.lead`,

  thread: `
select t.id, t.key, t.lead, t.title, t.language, t.first, t.last, t.updated, t.stories, t.reports, t.agencies, t.sources
from threads t`,

  credit: `
select c.report, r.story, r.agency as reported_by, c.agency, c.name, c.place
from credits c join reports r on r.id = c.report`,

  figure: `
select g.report, r.story, s.thread, r.agency, max(r.time, coalesce(g.seen, 0)) as time, g.kind, g.value, g.bound, g.said, g.matched,
       g.words, nullif(g.whom, '') as whom
from figures g join reports r on r.id = g.report join stories s on s.id = r.story`,

  poll: `
select p.id, p.feed, p.at, p.ms, p.status, p.entries, p.new, p.revision, p.copy, p.unchanged, p.rejected, p.gap_from, p.gap_to,
       p.error, p.warnings
from polls p`,

  redirect: `
select d.what, d.id, d.target, d.key from redirects d`,

  regrouping: `
select g.id, g.at, g.by, g.kind, g.kept, g.other, g.members, g.score, g.reasons from regroupings g`,

  link: `
select l.thread, l.other, l.kind, l.score from thread_links l`,

  pruned: `
select p.id, p.at, p.before as until, p.reason, p.threads, p.stories, p.reports, p.revisions, p.polls from prunings p`,

  embargo: `
select e.feed, f.agency, null as title, e.until, e.first_seen from held e join feeds f on f.id = e.feed`,
}

/** Script that takes all views away: nothing may lean on a table that a migration changes. */
export const DROP_VIEWS = Object.keys(DEFINITIONS)
  .map(name => `drop view if exists ${name};`)
  .join('\n')

/** Script that makes all views. */
export const CREATE_VIEWS = Object.entries(DEFINITIONS)
  .map(([name, query]) => `create view ${name} as${query};`)
  .join('\n')
