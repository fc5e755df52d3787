// Reads what lists say of many threads at once: a query for each kind of fact, whatever the number of threads.
import type { FigureView, Reader, ThreadOutline } from '../../model/shown.ts'
import type { Millis } from '../../model/units.ts'
import { figureView, headlineView, languageList, number, text } from '../rows.ts'
import type { Sql } from '../sql.ts'
import { byId } from './by-id.ts'

/** Stories of one thread that are read, the newest. */
const NEWEST = 60

const HEADLINES = `
select n.*, coalesce(nullif(r.headline, ''), substr(r.text, 1, 90)) as headline, r.agency, a.name as agency_name, r.signal,
       exists (select 1 from x_reports x where x.story = n.id and x.signal = 'kill'
         and x.agency = coalesce(n.origin, x.agency)) as withdrawn
from (select s.id, s.thread as "of", s.lead, s.language, s.time, s.agencies, s.origin, s.origin_name,
        row_number() over (partition by s.thread order by s.time desc, s.id desc) as nth
      from numbers(@ids) i join x_stories s on s.thread = i.value) n
join x_reports r on r.id = n.lead join x_agencies a on a.id = r.agency
where n.nth <= ${NEWEST} order by n.time desc, n.id desc`

const FIGURES = `
select s.thread as "of", g.kind, g.value, g.bound, g.said, g.matched, g.words, nullif(g.whom, '') as whom, r.agency, a.name as agency_name, r.story,
       max(r.time, coalesce(g.seen, 0)) as said_at
from numbers(@ids) i join x_stories s on s.id = i.value join x_reports r on r.story = s.id
join x_figures g on g.report = r.id join x_agencies a on a.id = r.agency
order by said_at, r.id, g.kind, g.value, g.whom`

const PULSE = `
select s.thread as "of", cast((r.time - @since) * @parts / (@until - @since) as integer) as part, count(*) as reports
from numbers(@ids) i join x_stories s on s.thread = i.value join x_reports r on r.story = s.id
where r.time >= @since and r.time < @until group by 1, 2`

const OWN = `
select distinct s.thread as "of", case when s.origin_name is null then r.agency else s.origin end as agency
from numbers(@ids) i join x_stories s on s.thread = i.value join x_reports r on r.id = s.lead
where s.origin_name is not null or not exists (select 1 from x_bare b where b.report = r.id)`

const LANGUAGES = `
select language, count(distinct thread) as threads from x_stories
where time >= @since and language is not null group by language order by threads desc, language`

/** Threads that grew lately are looked through by when they did: their changes are in no index. */
const LATELY: Millis = 86_400_000
const GROWN = `
select t.id, t.updated, (select json_group_array(distinct s.language) from x_stories s where s.thread = t.id) as languages
from x_threads t where t.last >= @recent and t.updated >= @since order by t.updated desc, t.id desc limit 200`

export function outlineReader(sql: Sql): Pick<Reader, 'outlines' | 'languages' | 'grown'> {
  return {
    outlines: (threads, since, until, parts) => {
      const headlines = byId(sql, HEADLINES, threads, headlineView)
      const own = byId(sql, OWN, threads, row => text(row['agency']))
      const stories = [...headlines.values()].flat().map(({ id }) => id)
      const figures = byId<FigureView>(sql, FIGURES, stories, figureView)
      const pulses = new Map<number, number[]>()
      const given = { ids: JSON.stringify(threads), since, until: Math.max(until, since + 1), parts }
      for (const row of sql.all(PULSE, given)) {
        const id = number(row['of'])
        const pulse = pulses.get(id) ?? Array.from({ length: parts }, () => 0)
        pulse[number(row['part'])] = number(row['reports'])
        pulses.set(id, pulse)
      }
      const outline = (id: number): ThreadOutline => ({
        headlines: headlines.get(id) ?? [],
        figures: figures.get(id) ?? [],
        pulse: pulses.get(id) ?? [],
        // What is credited to someone who is no agency here is nobody's own.
        own: (own.get(id) ?? []).filter(agency => agency !== ''),
      })
      return new Map(threads.map(id => [id, outline(id)]))
    },
    grown: since =>
      sql.all(GROWN, { since, recent: since - LATELY }).map(row => ({
        id: number(row['id']),
        updated: number(row['updated']),
        languages: languageList(row['languages']),
      })),
    languages: since =>
      sql.all(LANGUAGES, { since }).map(row => ({ language: text(row['language']), threads: number(row['threads']) })),
  }
}
