// Reads rows of the public views for the API: a statement a list, whatever its length, with what it adds to each row as JSON.
import type { FigureChoice, FigurePlace, LookedThrough, ReportChoice, RowReader, ViewRow } from '../../model/listed.ts'
import { number, text } from '../rows.ts'
import type { Parameters, Sql } from '../sql.ts'
import { chosenStories, chosenThreads, languagesOf, whereOf } from './selection.ts'

/** Rows that are looked at for one list where no index leads to those that match: some 10 ms. */
const WINDOW = 5_000
/** Characters of an excerpt. */
const EXCERPT = 300
/** Characters of the revisions of one report. */
const LONGEST_REVISIONS = 4 * 1024 * 1024
/** Decisions on one thread: links to others. */
const MOST_LINKS = 200

const THREAD_PARTS = `
(select json_group_array(json_object('agency', p.agency, 'name', a.name, 'first', p.first, 'reports', p.reports)
   order by p.first, p.agency)
 from x_thread_agencies p join x_agencies a on a.id = p.agency where p.thread = v.id) as parts`

/** The address is of the report that has the least time. */
const STORY_PARTS = `
(select json_group_array(json_object('agency', p.agency, 'name', p.name, 'first', p.first, 'reports', p.reports, 'url', p.url)
   order by p.first, p.agency)
 from (select r.agency, a.name, r.time as first, count(*) over (partition by r.agency) as reports, r.url,
         row_number() over (partition by r.agency order by r.time, r.id) as nth
       from x_reports r join x_agencies a on a.id = r.agency where r.story = v.id) p where p.nth = 1) as parts`

const THREAD = `
select v.id, v.key, v.lead, v.title, v.language, v.first, v.last, v.updated, v.stories, v.reports, v.agencies, v.sources,
       ${THREAD_PARTS}
from thread v`

const story = (texts: string): string => `
select v.id, v.key, v.thread, v.lead, v.title, v.url, v.language, v.agency, v.time, v.updated, v.reports, v.agencies, v.placement,
       v.origin, v.origin_name, v.sources, l.signal, substr(l.text, 1, ${EXCERPT}) as excerpt,
       exists (select 1 from x_reports x where x.story = v.id and x.signal = 'kill'
         and x.agency = coalesce(v.origin, x.agency)) as withdrawn,
       ${texts} ${STORY_PARTS}
from story v join report l on l.id = v.lead`
const STORY = story('')
const WHOLE_STORY = story('l.text, l.summary, l.content,')

const SHORT_REPORT = `v.id, v.story, v.thread, v.feed, v.agency, v.guid, v.url, v.canonical_url, v.title,
       substr(v.text, 1, ${EXCERPT}) as excerpt, v.language, v.published, v.updated, v.first_seen, v.last_seen, v.changed, v.time,
       v.dateline, v.signal, v.joined_by, v.similarity, v.revisions, v.coverage, v.stale, v.headline_only`
const LONG_REPORT = `v.text, v.summary, v.content, v.authors, v.categories, v.enclosures, v.evidence, v.furniture`

const FIGURE =
  'v.report, v.story, v.thread, v.agency, v.time, v.kind, v.value, v.bound, v.said, v.matched, v.words, v.whom'

/** Rows without the longest that no answer may hold; the newest stay. */
function withinLength(rows: ViewRow[]): ViewRow[] {
  let characters = 0
  const kept = rows.toReversed().filter(row => {
    characters += text(row['text']).length
    return characters <= LONGEST_REVISIONS
  })
  return kept.reverse()
}

type Add = (list: string[], condition: string, given: Parameters) => void

const adding =
  (parameters: Parameters): Add =>
  (list, condition, given) => {
    list.push(condition)
    Object.assign(parameters, given)
  }

/** Whether so few reports are of it that they are read before they are sorted. */
const isFew = (sql: Sql, table: 'x_agencies' | 'x_feeds', id: string | number): boolean =>
  number(sql.get(`select reports from ${table} where id = @id`, { id })?.['reports']) <= WINDOW

function reportRows(sql: Sql, choice: ReportChoice): LookedThrough {
  const { agency, feed, story, thread, lang, since, before, limit } = choice
  const among: string[] = []
  const matching: string[] = ['true']
  const parameters: Parameters = { limit }
  const add = adding(parameters)
  if (before !== undefined) add(among, 'r.id < @before', { before })
  if (story !== undefined) add(among, 'r.story = @story', { story })
  if (thread !== undefined) add(among, 'r.story in (select id from x_stories where thread = @thread)', { thread })
  if (agency !== undefined) add(isFew(sql, 'x_agencies', agency) ? among : matching, 'r.agency = @agency', { agency })
  if (feed !== undefined) add(isFew(sql, 'x_feeds', feed) ? among : matching, 'r.feed = @feed', { feed })
  if (since !== undefined) add(matching, 'r.first_seen >= @since', { since })
  if (lang !== undefined) {
    const languages = JSON.stringify(languagesOf(sql, lang))
    add(matching, 'coalesce(r.language in (select value from texts(@languages)), false)', { languages })
  }
  const looked = sql.get(
    `with looked as materialized (
       select r.id, r.last_seen, ${matching.join(' and ')} as matches from x_reports r ${whereOf(among)}
       order by r.id desc limit ${WINDOW})
     select count(*) as looked, min(id) as least, (select last_seen from looked order by id limit 1) as seen,
            (select coalesce(json_group_array(id), '[]') from (select id from looked where matches order by id desc limit @limit) m) as ids
     from looked`,
    parameters,
  )
  const ids = JSON.parse(text(looked?.['ids'])) as number[]
  const rows = sql.all(
    `select ${SHORT_REPORT} from report v where v.id in (select value from numbers(@ids)) order by v.id desc`,
    { ids: JSON.stringify(ids) },
  )
  if (ids.length === limit) return { rows, last: ids.at(-1) ?? null }
  // What was filed before a report that was last seen before then was first seen before then too.
  const isOver = number(looked?.['looked']) < WINDOW || (since !== undefined && number(looked?.['seen']) < since)
  return { rows, last: isOver ? null : number(looked?.['least']) }
}

function figureRows(sql: Sql, choice: FigureChoice): { rows: ViewRow[]; next: FigurePlace | null } {
  const { report, story, thread, agency, kind, after, limit } = choice
  const among: string[] = []
  const matching: string[] = []
  const skip = after?.skip ?? 0
  const parameters: Parameters = { most: limit + skip }
  const add = adding(parameters)
  if (report !== undefined) add(among, 'g.report = @report', { report })
  if (story !== undefined) add(among, 'g.report in (select id from x_reports where story = @story)', { story })
  if (thread !== undefined) {
    const ofThread = 'select r.id from x_stories s join x_reports r on r.story = s.id where s.thread = @thread'
    add(among, `g.report in (${ofThread})`, { thread })
  }
  if (after !== undefined) add(among, 'g.report <= @after', { after: after.report })
  if (agency !== undefined) add(matching, 'r.agency = @agency', { agency })
  if (kind !== undefined) add(matching, 'g.kind = @kind', { kind })
  // As the view has it; the view itself would be read whole before its end is cut off.
  const found = sql.all(
    `with looked as materialized (
       select g.* from x_figures g ${whereOf(among)}
       order by g.report desc, g.kind desc, g.value desc, g.whom desc limit ${WINDOW})
     select ${FIGURE}, (select count(*) from looked) as looked, (select min(report) from looked) as least
     from (select g.report, r.story, s.thread, r.agency, max(r.time, coalesce(g.seen, 0)) as time, g.kind, g.value, g.bound, g.said,
                  g.matched, g.words, nullif(g.whom, '') as whom
           from looked g join x_reports r on r.id = g.report join x_stories s on s.id = r.story ${whereOf(matching)}) v
     order by v.report desc, v.kind desc, v.value desc, v.whom desc limit @most`,
    parameters,
  )
  const rows = found.slice(skip)
  const last = number(found.at(-1)?.['report'])
  if (rows.length === limit) {
    return { rows, next: { report: last, skip: found.filter(row => number(row['report']) === last).length } }
  }
  const [row] = found
  if (row === undefined || number(row['looked']) < WINDOW) return { rows, next: null }
  const least = number(row['least'])
  return { rows, next: { report: least, skip: found.filter(one => number(one['report']) === least).length } }
}

export function rowReader(sql: Sql): Omit<RowReader, 'together'> {
  const one = (query: string, parameters: Parameters): ViewRow | null => sql.get(query, parameters) ?? null
  return {
    threadRows: choice => {
      const chosen = chosenThreads(sql, choice)
      if (!chosen) return []
      return sql.all(`${THREAD} where v.id in (${chosen.ids}) order by v.last desc, v.id desc`, chosen.parameters)
    },
    storyRows: choice => {
      const chosen = chosenStories(sql, choice)
      if (!chosen) return []
      return sql.all(`${STORY} where v.id in (${chosen.ids}) order by v.time desc, v.id desc`, chosen.parameters)
    },
    threadRow: id => one(`${THREAD} where v.id = @id`, { id }),
    storyRow: id => one(`${WHOLE_STORY} where v.id = @id`, { id }),
    storyTexts: (stories, characters) =>
      new Map(
        sql
          .all(
            `select s.id, r.title || char(10) || substr(r.text, 1, @characters) as said
             from numbers(@ids) i join x_stories s on s.id = i.value join x_reports r on r.id = s.lead`,
            { ids: JSON.stringify(stories), characters },
          )
          .map(row => [number(row['id']), text(row['said'])]),
      ),
    reportRows: choice => reportRows(sql, choice),
    reportRow: id => one(`select ${SHORT_REPORT}, ${LONG_REPORT} from report v where v.id = @id`, { id }),
    revisionRows: report =>
      withinLength(
        sql.all(
          'select report, number, seen, title, text, change from revision where report = @report order by number',
          { report },
        ),
      ),
    creditRows: report =>
      sql.all(
        'select report, story, reported_by, agency, name, place from credit where report = @report order by place, name',
        { report },
      ),
    figureRows: choice => figureRows(sql, choice),
    linkRows: thread =>
      sql.all(
        `select v.thread, v.other, v.kind, v.score, t.title, t.language, t.first, t.last
         from link v join thread t on t.id = v.other where v.thread = @thread order by t.first desc, t.id limit ${MOST_LINKS}`,
        { thread },
      ),
    agencyRows: ({ id = null, after = '', limit }) =>
      sql.all(
        `select id, name, language, homepage, feeds, reports, last_report from agency
         where id > @after and (@id is null or id = @id) order by id limit @limit`,
        { id, after, limit },
      ),
    feedRows: ({ id = null, agency = null, state = null, after = 0, limit }) =>
      sql.all(
        `select id, agency, url, title, category, language, state, last_poll, last_success, next_poll, reason, interval, failures,
                error, warnings, notes, gaps, reports
         from feed where id > @after and (@id is null or id = @id) and (@agency is null or agency = @agency)
           and state <> 'removed' and (@state is null or state = @state) order by id limit @limit`,
        { id, agency, state, after, limit },
      ),
    pollRows: (feed, limit) =>
      sql.all(
        `select id, feed, at, ms, status, entries, new, revision, copy, unchanged, rejected, gap_from, gap_to, error, warnings
         from poll where feed = @feed order by at desc, id desc limit @limit`,
        { feed, limit },
      ),
  }
}
