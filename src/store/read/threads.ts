// Reads threads, what is joined and parted, and what editors decided: for pages and commands.
import type { FigureView, Reader, ThreadDetail, ThreadSummary } from '../../model/shown.ts'
import { agencyPart, decision, figureView, number, regrouped, text, threadLink, threadSummary } from '../rows.ts'
import type { Row, Sql } from '../sql.ts'
import type { Decision, Regrouped, RegroupingFilter } from '../store.ts'
import { byId } from './by-id.ts'
import { chosenThreads } from './selection.ts'
import { HEADLINE, STORY, type StoryReader, withinBounds } from './stories.ts'

/** Stories and figures of one thread that are read at most; the newest stories are. */
const LONGEST_TIMELINE = 500

const THREAD = `
select t.id, t.key, t.title, t.language, t.first, t.last, t.updated, t.stories, t.reports, t.lead, t.sources
from x_threads t`

const PARTS = `
select p.thread as "of", p.agency, a.name, p.first, p.reports
from numbers(@ids) i join x_thread_agencies p on p.thread = i.value join x_agencies a on a.id = p.agency
order by p.first, p.agency`

/** A number in a revised text was said when that text came, not when the report was first published. */
const FIGURES = `
select g.kind, g.value, g.bound, g.said, g.matched, g.words, nullif(g.whom, '') as whom, r.agency, a.name as agency_name, r.story,
       max(r.time, coalesce(g.seen, 0)) as said_at
from x_stories s join x_reports r on r.story = s.id join x_figures g on g.report = r.id
join x_agencies a on a.id = r.agency where s.thread = @id
order by said_at desc, r.id desc, g.kind desc, g.value desc, g.whom desc limit @limit`

const FIGURES_OF = `
select * from (
  select s.thread as "of", g.kind, g.value, g.bound, g.said, g.matched, g.words, nullif(g.whom, '') as whom, r.agency,
         a.name as agency_name, r.story, max(r.time, coalesce(g.seen, 0)) as said_at, r.id as report,
         row_number() over (partition by s.thread
           order by max(r.time, coalesce(g.seen, 0)) desc, r.id desc, g.kind desc, g.value desc, g.whom desc) as nth
  from numbers(@ids) i join x_stories s on s.thread = i.value join x_reports r on r.story = s.id
  join x_figures g on g.report = r.id join x_agencies a on a.id = r.agency) f
where nth <= ${LONGEST_TIMELINE} order by said_at, report, kind, value, whom nulls first`

const NEWEST_STORIES = `
select id from (
  select s.id, row_number() over (partition by s.thread order by s.time desc, s.id desc) as nth
  from numbers(@ids) i join x_stories s on s.thread = i.value) n
where nth <= @most`

const LINKS = `
select t.id, t.title, t.language, l.kind, t.first, t.last, l.score
from x_thread_links l join x_threads t on t.id = l.other where l.thread = @id order by t.first desc, t.id`

/** Entries of the log among which mergers of late are looked for, and how many are told. */
const LATE = 5_000
const MOST_MERGED = 100

const MERGED = `
select d.key, d.target, max(g.at) as at
from (select * from x_regroupings order by id desc limit ${LATE}) g join x_redirects d on d.what = @what and d.id = g.other
where g.kind = @kind and d.target in (select value from numbers(@into))
group by d.id, d.key, d.target order by at desc, d.key limit ${MOST_MERGED}`

export interface ThreadReader
  extends Pick<
    Reader,
    | 'recentThreads'
    | 'threads'
    | 'timelines'
    | 'lacked'
    | 'thread'
    | 'figures'
    | 'figuresOf'
    | 'redirect'
    | 'mergedInto'
    | 'mergedOfLate'
  > {
  decisions(): Decision[]
  regroupings(of: RegroupingFilter): Regrouped[]
}

export function threadReader(sql: Sql, stories: Pick<StoryReader, 'summaries'>): ThreadReader {
  const threads = (rows: readonly Row[], headlines = false): ThreadSummary[] => {
    const parts = byId(
      sql,
      PARTS,
      rows.map(row => number(row['id'])),
      agencyPart,
    )
    const leads = JSON.stringify(rows.map(row => number(row['lead'])))
    const byLead = new Map(
      stories
        .summaries(
          sql.all(`${headlines ? HEADLINE : STORY} where s.id in (select value from numbers(@ids))`, { ids: leads }),
          headlines,
        )
        .map(lead => [lead.id, lead]),
    )
    return rows.map(row => {
      const id = number(row['id'])
      const lead = byLead.get(number(row['lead']))
      if (!lead) throw new Error(`thread ${id} has no lead story`)
      return threadSummary(row, parts.get(id) ?? [], lead)
    })
  }

  const figures = (id: number): FigureView[] =>
    sql.all(FIGURES, { id, limit: LONGEST_TIMELINE }).reverse().map(figureView)

  return {
    figures,
    figuresOf: ids => byId(sql, FIGURES_OF, ids, figureView),
    timelines: (ids, most) => {
      const rows = sql.all(`${HEADLINE} where s.id in (${NEWEST_STORIES}) order by s.time, s.id`, {
        ids: JSON.stringify(ids),
        most,
      })
      return Map.groupBy(stories.summaries(rows, true), story => story.thread)
    },
    lacked: (agency, language, since, limit) =>
      threads(
        sql.all(
          `${THREAD} where t.last >= @since and t.agencies >= 3
             and exists (select 1 from x_stories s where s.thread = t.id and (s.language = @language or s.language like @language || '-%'))
             and not exists (select 1 from x_thread_agencies p where p.thread = t.id and p.agency = @agency)
           order by t.last desc limit @limit`,
          { agency, language, since, limit },
        ),
        true,
      ),
    threads: ids =>
      threads(sql.all(`${THREAD} where t.id in (select value from numbers(@ids))`, { ids: JSON.stringify(ids) }), true),
    recentThreads: selection => {
      const chosen = chosenThreads(sql, selection)
      if (!chosen) return []
      const rows = sql.all(`${THREAD} where t.id in (${chosen.ids}) order by t.last desc, t.id desc`, chosen.parameters)
      return threads(rows, selection.headlines)
    },
    thread: id => {
      const [summary] = threads(sql.all(`${THREAD} where t.id = @id`, { id }))
      if (!summary) return null
      const timeline = stories
        .summaries(
          withinBounds(
            sql.each(`${STORY} where s.thread = @id order by s.time desc, s.id desc limit @limit`, {
              id,
              limit: LONGEST_TIMELINE,
            }),
          ),
        )
        .reverse()
      const links = sql.all(LINKS, { id }).map(threadLink)
      return { ...summary, timeline, figures: figures(id), links } satisfies ThreadDetail
    },
    redirect: (what, id) => {
      const row = sql.get('select target from x_redirects where what = @what and id = @id', { what, id })
      return row ? number(row['target']) : null
    },
    mergedInto: (what, id) =>
      sql
        .all('select id from x_redirects where what = @what and target = @id order by id', { what, id })
        .map(row => number(row['id'])),
    mergedOfLate: (what, into) =>
      sql
        .all(MERGED, { what, kind: what === 'story' ? 'merge-stories' : 'merge-threads', into: JSON.stringify(into) })
        .map(row => ({ key: text(row['key']), target: number(row['target']), at: number(row['at']) })),
    decisions: () => decisionsOf(sql),
    regroupings: ({ what, id }) => {
      const kinds = what === 'story' ? ['merge-stories', 'split-story'] : ['merge-threads', 'split-thread']
      return sql
        .all(
          `select * from x_regroupings where kind in (select value from texts(@kinds)) and (kept = @id or other = @id)
           order by id`,
          { kinds: JSON.stringify(kinds), id },
        )
        .map(regrouped)
    },
  }
}

/** What editors decided, oldest first. */
export function decisionsOf(sql: Pick<Sql, 'all'>): Decision[] {
  return sql.all('select * from x_decisions order by id').map(decision)
}
