// Reads what agencies and feeds did of late: a query for each kind of fact, whatever their number.
import type { AgencyWork, PolledPart, Reader } from '../../model/shown.ts'
import type { Millis } from '../../model/units.ts'
import { number, text, textOrNull } from '../rows.ts'
import type { Sql } from '../sql.ts'

const DAY: Millis = 86_400_000
/** Threads of several agencies that are looked through, the newest. */
const THREADS = 3_000

const REPORTS = `
select a.id as agency, cast((r.time - @since) / ${DAY} as integer) as day, count(*) as reports,
       count(*) filter (where not exists (select 1 from x_bare b where b.report = r.id)) as told,
       count(*) filter (where s.origin is not distinct from r.agency
         or (s.origin_name is null and not exists (select 1 from x_bare b where b.report = r.id))) as own
from x_agencies a join x_reports r on r.agency = a.id and r.time >= @since and r.time < @until
join x_stories s on s.id = r.story group by 1, 2`

const SHARED = `
select p.agency, p.first - min(p.first) over (partition by p.thread) as lag
from (select id from x_threads where last >= @since and agencies > 1 order by last desc limit ${THREADS}) t
join x_thread_agencies p on p.thread = t.id`

/** A failure is told before news, news before nothing. */
const POLLS = `
select f.id as feed, cast((p.at - @since) * @parts / (@until - @since) as integer) as part,
       case when count(*) filter (where p.status = 'failed') > 0 then 'failed'
            when max(p.new + p.revision + p.copy) > 0 then 'filed'
            else 'unchanged' end as outcome
from x_feeds f join x_polls p on p.feed = f.id and p.at >= @since and p.at < @until
where f.active = 1 group by 1, 2`

const POLLS_OF = `
select at, ms, entries, new as fresh, copy as copies, revision as revisions, error,
       case when status = 'failed' then 'failed' when new + revision + copy > 0 then 'filed' else 'unchanged' end as outcome
from x_polls where feed = @feed order by at desc limit @limit`

export function workReader(sql: Sql): Pick<Reader, 'work' | 'polls' | 'pollsOf'> {
  return {
    work: (until, days) => {
      const since = until - days * DAY
      const found = new Map<string, AgencyWork>()
      const of = (agency: string): AgencyWork => {
        const known = found.get(agency)
        if (known !== undefined) return known
        const none = {
          days: Array.from({ length: days }, () => 0),
          reports: 0,
          told: 0,
          own: 0,
          events: 0,
          led: 0,
          lag: null,
        }
        found.set(agency, none)
        return none
      }
      for (const row of sql.all(REPORTS, { since, until })) {
        const work = of(text(row['agency']))
        work.days[number(row['day'])] = number(row['reports'])
        work.reports += number(row['reports'])
        work.told += number(row['told'])
        work.own += number(row['own'])
      }
      const lags = new Map<string, number[]>()
      for (const row of sql.all(SHARED, { since })) {
        const agency = text(row['agency'])
        const lag = number(row['lag'])
        const work = of(agency)
        work.events++
        if (lag === 0) work.led++
        else {
          const list = lags.get(agency)
          if (list) list.push(lag)
          else lags.set(agency, [lag])
        }
      }
      for (const [agency, list] of lags) {
        list.sort((a, b) => a - b)
        of(agency).lag = list[Math.floor(list.length / 2)] ?? null
      }
      return found
    },
    polls: (since, until, parts) => {
      const found = new Map<number, (PolledPart | null)[]>()
      for (const row of sql.all(POLLS, { since, until: Math.max(until, since + 1), parts })) {
        const feed = number(row['feed'])
        const list = found.get(feed) ?? Array.from({ length: parts }, () => null)
        list[number(row['part'])] = text(row['outcome']) as PolledPart
        found.set(feed, list)
      }
      return found
    },
    pollsOf: (feed, limit) =>
      sql.all(POLLS_OF, { feed, limit }).map(row => ({
        at: number(row['at']),
        ms: number(row['ms']),
        outcome: text(row['outcome']) as PolledPart,
        entries: number(row['entries']),
        fresh: number(row['fresh']),
        copies: number(row['copies']),
        revisions: number(row['revisions']),
        error: textOrNull(row['error']),
      })),
  }
}
