// A reader's selection as conditions on stories (`s`) and their parameters. What few reports have is read from them; what many
// have is tested story by story, newest first, until enough are found. So neither takes long among 100,000 stories.
import { searchExpression } from '../../language/search.ts'
import type { TimedPlace } from '../../model/listed.ts'
import type { Selection } from '../../model/shown.ts'
import { number, text } from '../rows.ts'
import type { Parameters, Sql } from '../sql.ts'

/** Reports up to which their stories are read at once: 5,000 rows take some 10 ms. */
const FEW = 5_000
/** Reports in which words are found at most, those filed last: a common word is in most of a million. */
const MOST_FOUND = 5_000

export interface Conditions {
  where: string[]
  parameters: Parameters
  /** One of them names a small set of stories: that is where to begin, not with the newest. */
  few: boolean
}

/** Null where nothing can match: no such agency, category or credit, or no words to search for. */
export function storyConditions(sql: Sql, selection: Partial<Selection>): Conditions | null {
  const conditions: Conditions = { where: [], parameters: {}, few: false }
  const { where, parameters } = conditions
  /** `reports` selects reports by `id`; `each` tests the reports `x` of one story. False where there are none. */
  const ofReports = (reports: string, each: string, named: Parameters): boolean => {
    Object.assign(parameters, named)
    const count = number(sql.get(`select count(*) as n from (${reports} limit ${FEW + 1}) found`, named)?.['n'])
    if (count === 0) return false
    if (count > FEW) where.push(`exists (select 1 from x_reports x where x.story = s.id and ${each})`)
    else {
      where.push(`s.id in (select x.story from x_reports x where x.id in (${reports}))`)
      conditions.few = true
    }
    return true
  }
  if (selection.lang !== undefined) {
    const languages = JSON.stringify(languagesOf(sql, selection.lang))
    const matching = 'language in (select value from texts(@languages))'
    const counted = `select count(*) as n from (select 1 from x_stories where ${matching} limit ${FEW + 1}) found`
    const count = number(sql.get(counted, { languages })?.['n'])
    if (count === 0) return null
    parameters['languages'] = languages
    where.push(count > FEW ? `s.${matching}` : `s.id in (select id from x_stories where ${matching})`)
    conditions.few ||= count <= FEW
  }
  if (selection.thread !== undefined) {
    where.push('s.thread = @thread')
    parameters['thread'] = selection.thread
  }
  if (selection.agency !== undefined) {
    const counted = sql.get('select id, reports from x_agencies where id = @agency', { agency: selection.agency })
    if (number(counted?.['reports']) === 0) return null
    const few = number(counted?.['reports']) <= FEW
    conditions.few ||= few
    where.push(
      few
        ? 's.id in (select story from x_reports where agency = @agency)'
        : 'exists (select 1 from x_reports x where x.story = s.id and x.agency = @agency)',
    )
    parameters['agency'] = selection.agency
  }
  const { category, credit, q, signals } = selection
  if (signals !== undefined) {
    where.push(
      'exists (select 1 from x_reports x where x.story = s.id and x.signal in (select value from texts(@signals)))',
    )
    parameters['signals'] = JSON.stringify(signals)
  }
  if (category !== undefined) {
    const found = ofReports(
      `select report as id from x_report_categories where category = @category
       union all select id from x_reports where feed in (select id from x_feeds where category = @category)`,
      `(x.feed in (select id from x_feeds where category = @category)
        or exists (select 1 from x_report_categories c where c.category = @category and c.report = x.id))`,
      { category },
    )
    if (!found) return null
  }
  if (credit !== undefined) {
    const found = ofReports(
      `select report as id from x_credits where agency = @credit or name = @credit`,
      'exists (select 1 from x_credits c where c.report = x.id and (c.agency = @credit or c.name = @credit))',
      { credit },
    )
    if (!found) return null
  }
  if (q !== undefined) {
    const expression = searchExpression(q)
    if (!expression) return null
    where.push(
      `s.id in (select x.story from (
         select rowid as id from x_search where x_search match @match order by rowid desc limit ${MOST_FOUND}) m
       join x_reports x on x.id = m.id)`,
    )
    parameters['match'] = expression
    conditions.few = true
  }
  return conditions
}

/** Languages on file that are this one, or a variety of it. */
export function languagesOf(sql: Sql, lang: string): string[] {
  return sql
    .all(
      `with recursive found (language) as (
         select min(language) from x_stories
         union all select (select min(language) from x_stories where language > found.language) from found
         where found.language is not null)
       select language from found where language is not null`,
    )
    .map(row => text(row['language']))
    .filter(language => language === lang || language.startsWith(`${lang}-`))
}

/** `where` of these conditions, empty for none. */
export const whereOf = (conditions: readonly string[]): string =>
  conditions.length > 0 ? `where ${conditions.join(' and ')}` : ''

/** A select of ids, the newest first, and its parameters. */
export interface Chosen {
  ids: string
  parameters: Parameters
}

type Placed = Selection & { after?: TimedPlace | undefined }

/** The stories that match, newest first; null for none. */
export function chosenStories(sql: Sql, selection: Placed): Chosen | null {
  const conditions = storyConditions(sql, selection)
  if (!conditions) return null
  const { where, parameters, few } = conditions
  // With a sign before it, a column is not looked for in an index: the stories are few, and known by their ids.
  const time = few ? '+s.time' : 's.time'
  bounded(selection, time, { where, parameters })
  placed(selection, time, 's.id', { where, parameters })
  if (selection.minAgencies !== undefined) {
    where.push('s.agencies >= @minAgencies')
    parameters['minAgencies'] = selection.minAgencies
  }
  return {
    ids: `select s.id from x_stories s ${whereOf(where)} order by ${time} desc, s.id desc limit @limit offset @offset`,
    parameters,
  }
}

/** The threads with a story that matches, the one that grew last first; null for none. */
export function chosenThreads(sql: Sql, selection: Placed): Chosen | null {
  const conditions = storyConditions(sql, selection)
  if (!conditions) return null
  const { where, parameters, few } = conditions
  const last = few ? '+t.last' : 't.last'
  const grown: string[] = []
  if (few) grown.push(`t.id in (select s.thread from x_stories s ${whereOf(where)})`)
  else if (where.length > 0) {
    grown.push(`exists (select 1 from x_stories s ${whereOf(['s.thread = t.id', ...where])})`)
  }
  bounded(selection, last, { where: grown, parameters })
  placed(selection, last, 't.id', { where: grown, parameters })
  if (selection.minAgencies !== undefined) {
    grown.push('t.agencies >= @minAgencies')
    parameters['minAgencies'] = selection.minAgencies
  }
  return {
    ids: `select t.id from x_threads t ${whereOf(grown)} order by ${last} desc, t.id desc limit @limit offset @offset`,
    parameters,
  }
}

type Gathered = Pick<Conditions, 'where' | 'parameters'>

function bounded({ since, limit, offset = 0 }: Placed, time: string, { where, parameters }: Gathered): void {
  Object.assign(parameters, { limit, offset })
  if (since === undefined) return
  where.push(`${time} >= @since`)
  parameters['since'] = since
}

function placed({ after }: Placed, time: string, id: string, { where, parameters }: Gathered): void {
  if (after === undefined) return
  where.push(`(${time}, ${id}) < (@afterTime, @afterId)`)
  Object.assign(parameters, { afterTime: after.time, afterId: after.id })
}
