// How stored rows become the summaries that publishing and commands show: reading only, nothing here writes.
import { searchExpression } from '../decide/text.ts'
import type {
  AgencyPart,
  AgencySummary,
  CopyRule,
  Enclosure,
  FeedState,
  FigureView,
  Millis,
  ReportView,
  RevisionView,
  Selection,
  Signal,
  StoryDetail,
  StorySummary,
  ThreadDetail,
  ThreadSummary,
} from '../model.ts'
import type { Reader } from './store.ts'

type Parameters = Record<string, string | number | null>
type Row = Record<string, string | number | null>

/** The engine's prepared statements, without naming the engine. */
export interface Sql {
  all(text: string, parameters?: Parameters): Row[]
  get(text: string, parameters?: Parameters): Row | undefined
}

/** Stories and figures of one thread that are read at most; the newest stories are. */
const LONGEST_TIMELINE = 500

const STORY = `
select s.id, s.key, s.thread, t.key as thread_key, t.title as thread_title, s.language, s.time, s.updated,
       s.reports, s.agencies, r.id as report, r.title, r.headline, r.url, r.agency, a.name as agency_name, r.signal,
       r.summary, r.content, r.text, r.published, r.first_seen, r.authors, r.categories, r.enclosures, r.revisions
from stories s
join threads t on t.id = s.thread
join reports r on r.id = s.lead
join agencies a on a.id = r.agency`

const THREAD = `
select t.id, t.key, t.title, t.language, t.first, t.last, t.updated, t.stories, t.reports, t.lead
from threads t`

const FEED = `
select f.*, a.name as agency_name from feeds f join agencies a on a.id = f.agency`

const REPORT = `
select r.*, a.name as agency_name from reports r join agencies a on a.id = r.agency`

const text = (value: unknown): string => (typeof value === 'string' ? value : String(value ?? ''))
const textOrNull = (value: unknown): string | null => (value === null || value === undefined ? null : String(value))
const number = (value: unknown): number => (typeof value === 'number' ? value : Number(value ?? 0))
const numberOrNull = (value: unknown): number | null => (value === null || value === undefined ? null : Number(value))
const list = <T>(value: unknown): T[] => JSON.parse(text(value) || '[]') as T[]

/** Feed row as everybody outside the store sees it. */
export function feedState(row: Row): FeedState {
  const state = number(row['retired'])
    ? 'retired'
    : number(row['paused'])
      ? 'paused'
      : row['last_poll'] === null
        ? 'new'
        : number(row['failures']) > 0
          ? 'failing'
          : 'ok'
  return {
    id: number(row['id']),
    agency: text(row['agency']),
    agencyName: text(row['agency_name']),
    url: text(row['url']),
    title: textOrNull(row['title']),
    category: textOrNull(row['category']),
    language: textOrNull(row['language']),
    state,
    lastPoll: numberOrNull(row['last_poll']),
    lastSuccess: numberOrNull(row['last_success']),
    nextPoll: number(row['next_poll']),
    reason: text(row['reason']),
    interval: numberOrNull(row['interval']),
    failures: number(row['failures']),
    error: textOrNull(row['error']),
    warnings: list(row['warnings']),
    reports: number(row['reports']),
    validators: { etag: textOrNull(row['etag']), lastModified: textOrNull(row['last_modified']) },
    bodyHash: textOrNull(row['body_hash']),
  }
}

export const FEED_QUERY = FEED

/** Conditions on `s` (stories) for a selection, and their parameters. */
function storyConditions(selection: Partial<Selection>): { where: string[]; parameters: Parameters } | null {
  const where: string[] = []
  const parameters: Parameters = {}
  if (selection.lang !== undefined) {
    where.push(`(s.language = @lang or s.language like @lang || '-%')`)
    parameters['lang'] = selection.lang
  }
  if (selection.agency !== undefined) {
    where.push('exists (select 1 from reports x where x.story = s.id and x.agency = @agency)')
    parameters['agency'] = selection.agency
  }
  if (selection.category !== undefined) {
    where.push(`exists (select 1 from reports x join feeds f on f.id = x.feed where x.story = s.id and
      (f.category = @category or exists (select 1 from json_each(x.categories) c where c.value = @category)))`)
    parameters['category'] = selection.category
  }
  if (selection.credit !== undefined) {
    where.push(`exists (select 1 from reports x join credits c on c.report = x.id
      where x.story = s.id and (c.agency = @credit or c.name = @credit))`)
    parameters['credit'] = selection.credit
  }
  if (selection.q !== undefined) {
    const expression = searchExpression(selection.q)
    if (!expression) return null
    where.push('s.id in (select x.story from search join reports x on x.id = search.rowid where search match @match)')
    parameters['match'] = expression
  }
  if (selection.thread !== undefined) {
    where.push('s.thread = @thread')
    parameters['thread'] = selection.thread
  }
  return { where, parameters }
}

/** Everything that is read for showing. `authority` and `version` come from the engine's own table. */
export function createReader(sql: Sql): Reader & { report(id: number): ReportView | null } {
  const parts = (column: 'story' | 'thread', id: number): AgencyPart[] =>
    sql
      .all(
        column === 'story'
          ? `select r.agency as id, a.name, min(r.time) as first, count(*) as reports
             from reports r join agencies a on a.id = r.agency
             where r.story = @id group by r.agency order by first, r.agency`
          : `select p.agency as id, a.name, p.first, p.reports
             from thread_agencies p join agencies a on a.id = p.agency
             where p.thread = @id order by p.first, p.agency`,
        { id },
      )
      .map(row => ({
        id: text(row['id']),
        name: text(row['name']),
        first: number(row['first']),
        reports: number(row['reports']),
      }))

  const storyCredits = (story: number): string[] =>
    sql
      .all(
        `select distinct coalesce(a.name, c.name) as name from reports r join credits c on c.report = r.id
         left join agencies a on a.id = c.agency where r.story = @story and c.agency is not r.agency order by name`,
        { story },
      )
      .map(row => text(row['name']))

  const story = (row: Row): StorySummary => {
    const id = number(row['id'])
    return {
      id,
      key: text(row['key']),
      thread: number(row['thread']),
      threadKey: text(row['thread_key']),
      threadTitle: text(row['thread_title']),
      title: text(row['title']),
      url: textOrNull(row['url']),
      language: textOrNull(row['language']),
      agency: text(row['agency']),
      agencyName: text(row['agency_name']),
      credits: storyCredits(id),
      signal: textOrNull(row['signal']) as Signal | null,
      summary: textOrNull(row['summary']),
      content: textOrNull(row['content']),
      text: text(row['text']),
      time: number(row['time']),
      published: numberOrNull(row['published']),
      firstSeen: number(row['first_seen']),
      updated: number(row['updated']),
      authors: list<string>(row['authors']),
      categories: list<string>(row['categories']),
      enclosures: list<Enclosure>(row['enclosures']),
      agencies: parts('story', id),
      reports: number(row['reports']),
      revisions: number(row['revisions']),
    }
  }

  const thread = (row: Row): ThreadSummary => {
    const id = number(row['id'])
    const lead = sql.get(`${STORY} where s.id = @lead`, { lead: number(row['lead']) })
    if (!lead) throw new Error(`thread ${id} has no lead story`)
    return {
      id,
      key: text(row['key']),
      title: text(row['title']),
      language: textOrNull(row['language']),
      first: number(row['first']),
      last: number(row['last']),
      updated: number(row['updated']),
      stories: number(row['stories']),
      reports: number(row['reports']),
      agencies: parts('thread', id),
      lead: story(lead),
    }
  }

  const revisions = (report: number): RevisionView[] =>
    sql
      .all('select number, seen, title, text from revision where report = @report order by number', { report })
      .map(row => ({
        number: number(row['number']),
        seen: number(row['seen']),
        title: text(row['title']),
        text: text(row['text']),
      }))

  const report = (row: Row): ReportView => {
    const id = number(row['id'])
    return {
      id,
      feed: number(row['feed']),
      agency: text(row['agency']),
      agencyName: text(row['agency_name']),
      guid: text(row['guid']),
      url: textOrNull(row['url']),
      title: text(row['title']),
      text: text(row['text']),
      language: textOrNull(row['language']),
      time: number(row['time']),
      published: numberOrNull(row['published']),
      firstSeen: number(row['first_seen']),
      signal: textOrNull(row['signal']) as Signal | null,
      dateline: textOrNull(row['dateline']),
      credits: sql
        .all('select distinct name from credits where report = @id order by name', { id })
        .map(credit => text(credit['name'])),
      joinedBy: text(row['joined_by']) as CopyRule | 'first',
      revisions: revisions(id),
    }
  }

  const recentStories = (selection: Selection): StorySummary[] => {
    const conditions = storyConditions(selection)
    if (!conditions) return []
    const { where, parameters } = conditions
    if (selection.since !== undefined) {
      where.push('s.time >= @since')
      parameters['since'] = selection.since
    }
    if (selection.minAgencies !== undefined) {
      where.push('s.agencies >= @minAgencies')
      parameters['minAgencies'] = selection.minAgencies
    }
    const filter = where.length > 0 ? `where ${where.join(' and ')}` : ''
    return sql
      .all(`${STORY} ${filter} order by s.time desc, s.id desc limit @limit`, { ...parameters, limit: selection.limit })
      .map(story)
  }

  return {
    version: () => number(sql.get(`select value from meta where key = 'version'`)?.['value']),
    tagAuthority: () => text(sql.get(`select value from meta where key = 'tag_authority'`)?.['value']),
    agencies: () =>
      sql
        .all('select id, name, language, homepage, feeds, reports, last_report from agency order by name')
        .map<AgencySummary>(row => ({
          id: text(row['id']),
          name: text(row['name']),
          language: textOrNull(row['language']),
          homepage: textOrNull(row['homepage']),
          feeds: number(row['feeds']),
          reports: number(row['reports']),
          last: numberOrNull(row['last_report']),
        })),
    feeds: () => sql.all(`${FEED} where f.active order by a.name, f.url`).map(feedState),
    recentStories,
    recentThreads: selection => {
      const conditions = storyConditions(selection)
      if (!conditions) return []
      const { where, parameters } = conditions
      const threads: string[] = []
      if (where.length > 0) threads.push(`t.id in (select s.thread from stories s where ${where.join(' and ')})`)
      if (selection.since !== undefined) {
        threads.push('t.last >= @since')
        parameters['since'] = selection.since
      }
      if (selection.minAgencies !== undefined) {
        threads.push('t.agencies >= @minAgencies')
        parameters['minAgencies'] = selection.minAgencies
      }
      const filter = threads.length > 0 ? `where ${threads.join(' and ')}` : ''
      return sql
        .all(`${THREAD} ${filter} order by t.last desc, t.id desc limit @limit`, {
          ...parameters,
          limit: selection.limit,
        })
        .map(thread)
    },
    story: id => {
      const row = sql.get(`${STORY} where s.id = @id`, { id })
      if (!row) return null
      const members = sql.all(`${REPORT} where r.story = @id order by r.time, r.id`, { id }).map(report)
      return { ...story(row), members } satisfies StoryDetail
    },
    thread: id => {
      const row = sql.get(`${THREAD} where t.id = @id`, { id })
      if (!row) return null
      const figures = sql
        .all(
          `select g.kind, g.value, g.matched, g.agency, a.name as agency_name, g.time, g.story
           from figure g join agencies a on a.id = g.agency where g.thread = @id
           order by g.time, g.report, g.kind limit @limit`,
          { id, limit: LONGEST_TIMELINE },
        )
        .map<FigureView>(figure => ({
          kind: text(figure['kind']) as FigureView['kind'],
          value: number(figure['value']),
          matched: text(figure['matched']),
          agency: text(figure['agency']),
          agencyName: text(figure['agency_name']),
          time: number(figure['time']),
          story: number(figure['story']),
        }))
      const timeline = sql
        .all(`${STORY} where s.thread = @id order by s.time desc, s.id desc limit @limit`, {
          id,
          limit: LONGEST_TIMELINE,
        })
        .reverse()
        .map(story)
      return { ...thread(row), timeline, figures } satisfies ThreadDetail
    },
    report: id => {
      const row = sql.get(`${REPORT} where r.id = @id`, { id })
      return row ? report(row) : null
    },
    search: (words, limit) => recentStories({ q: words, limit }),
    totals: () => {
      const row = sql.get(
        `select (select count(*) from feeds where active) as feeds, (select count(*) from reports) as reports,
                (select count(*) from stories) as stories, (select count(*) from threads) as threads,
                (select max(last_poll) from feeds) as last_poll`,
      )
      const lastPoll: Millis | null = numberOrNull(row?.['last_poll'])
      return {
        feeds: number(row?.['feeds']),
        reports: number(row?.['reports']),
        stories: number(row?.['stories']),
        threads: number(row?.['threads']),
        lastPoll,
      }
    },
  }
}
