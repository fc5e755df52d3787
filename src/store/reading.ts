// How stored rows become the summaries that publishing and commands show: reading only, nothing here writes.
import { searchExpression } from '../language/text.ts'
import type { Enclosure } from '../model/collected.ts'
import type { CopyRule, Furniture, Move, Placement, RevisionClass, Signal } from '../model/decided.ts'
import type {
  AgencyPart,
  AgencySummary,
  FigureView,
  Reader,
  ReportView,
  RevisionView,
  Selection,
  StoryDetail,
  StorySummary,
  ThreadDetail,
  ThreadLink,
  ThreadSummary,
} from '../model/shown.ts'
import type { FeedState } from '../model/stored.ts'
import type { Millis } from '../model/units.ts'
import type { Parameters, Row, Sql } from './sql.ts'

/** Stories and figures of one thread that are read at most; the newest stories are. */
const LONGEST_TIMELINE = 500

/** Characters of texts in one list of stories: of what comes after them, the newest first, the beginning is read. */
const LONGEST_LIST = 8 * 1024 * 1024
const BEGINNING = 2_000

const STORY = `
select s.id, s.key, s.thread, t.key as thread_key, t.title as thread_title, s.language, s.time, s.updated,
       s.reports, s.agencies, r.id as report, r.title, r.headline, r.url, r.agency, a.name as agency_name, r.signal,
       r.summary, r.content, r.text, r.published, r.first_seen, r.authors, r.categories, r.enclosures, r.revisions,
       s.origin, s.origin_name, s.sources,
       exists (select 1 from reports x where x.story = s.id and x.signal = 'kill'
         and x.agency = coalesce(s.origin, x.agency)) as withdrawn
from stories s
join threads t on t.id = s.thread
join reports r on r.id = s.lead
join agencies a on a.id = r.agency`

const THREAD = `
select t.id, t.key, t.title, t.language, t.first, t.last, t.updated, t.stories, t.reports, t.lead, t.sources
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

function moveNotes(row: Row): string[] {
  if (row['address'] !== null)
    return [`it has moved for good to ${row['address']}: change its address in the configuration`]
  if (row['move'] === null) return []
  const move = JSON.parse(text(row['move'])) as Move
  return [`it redirects to ${move.to} and is believed to have moved after a week of that (${move.days} of 7 days)`]
}

/** Rows of stories; those past {@link LONGEST_LIST} with the beginning of their text and without markup. */
function withinBounds(rows: Iterable<Row>): Row[] {
  const kept: Row[] = []
  let read = 0
  for (const row of rows) {
    for (const column of ['text', 'summary', 'content']) read += text(row[column]).length
    kept.push(read <= LONGEST_LIST ? row : { ...row, summary: null, content: null, text: beginning(text(row['text'])) })
  }
  return kept
}

function beginning(whole: string): string {
  return whole.length <= BEGINNING ? whole : `${whole.slice(0, BEGINNING).replace(/[\ud800-\udbff]$/, '')}…`
}

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
    warnings: [...moveNotes(row), ...list<string>(row['notes']), ...list<string>(row['warnings'])],
    reports: number(row['reports']),
    validators: { etag: textOrNull(row['etag']), lastModified: textOrNull(row['last_modified']) },
    bodyHash: textOrNull(row['body_hash']),
    address: textOrNull(row['address']),
    move: row['move'] === null ? null : (JSON.parse(text(row['move'])) as Move),
    habit: textOrNull(row['habit']),
    gaps: number(row['gaps']),
  }
}

export const FEED_QUERY = FEED

/** Conditions on `s` (stories) for a selection, and their parameters. */
function storyConditions(selection: Partial<Selection>): { where: string[]; parameters: Parameters } | null {
  const where: string[] = []
  const parameters: Parameters = {}
  if (selection.lang !== undefined) {
    where.push(`(s.language = @lang or substr(s.language, 1, length(@lang) + 1) = @lang || '-')`)
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
  /** Rows of a query over many ids at once, by id: a list of a hundred stories costs three queries, not two hundred. */
  const byId = <T>(query: string, ids: readonly number[], read: (row: Row) => T): Map<number, T[]> => {
    const found = new Map<number, T[]>()
    if (ids.length === 0) return found
    for (const row of sql.all(query, { ids: JSON.stringify(ids) })) {
      const id = number(row['of'])
      const rows = found.get(id)
      if (rows) rows.push(read(row))
      else found.set(id, [read(row)])
    }
    return found
  }

  const part = (row: Row): AgencyPart => ({
    id: text(row['agency']),
    name: text(row['name']),
    first: number(row['first']),
    reports: number(row['reports']),
  })

  const stories = (rows: readonly Row[]): StorySummary[] => {
    const ids = rows.map(row => number(row['id']))
    const parts = byId(
      `select r.story as "of", r.agency, a.name, min(r.time) as first, count(*) as reports
       from json_each(@ids) i join reports r on r.story = i.value join agencies a on a.id = r.agency
       group by r.story, r.agency order by first, r.agency`,
      ids,
      part,
    )
    // What the copies say of the lead's own agency is no news to its readers.
    const credits = byId(
      `select distinct s.id as "of", coalesce(a.name, c.name) as name
       from json_each(@ids) i join stories s on s.id = i.value join reports lead on lead.id = s.lead
       join reports r on r.story = s.id join credits c on c.report = r.id left join agencies a on a.id = c.agency
       where c.agency is not lead.agency and c.agency is not r.agency order by name`,
      ids,
      row => text(row['name']),
    )
    return rows.map(row => story(row, parts.get(number(row['id'])) ?? [], credits.get(number(row['id'])) ?? []))
  }

  const story = (row: Row, agencies: AgencyPart[], credits: string[]): StorySummary => ({
    id: number(row['id']),
    key: text(row['key']),
    thread: number(row['thread']),
    threadKey: text(row['thread_key']),
    threadTitle: text(row['thread_title']),
    title: text(row['title']),
    url: textOrNull(row['url']),
    language: textOrNull(row['language']),
    agency: text(row['agency']),
    agencyName: text(row['agency_name']),
    credits,
    signal: textOrNull(row['signal']) as Signal | null,
    summary: textOrNull(row['summary']),
    content: textOrNull(row['content']),
    text: text(row['text']),
    time: number(row['time']),
    published: numberOrNull(row['published']),
    firstSeen: number(row['first_seen']),
    updated: number(row['updated']),
    origin: row['origin_name'] === null ? null : { agency: textOrNull(row['origin']), name: text(row['origin_name']) },
    sources: number(row['sources']),
    withdrawn: number(row['withdrawn']) === 1,
    authors: list<string>(row['authors']),
    categories: list<string>(row['categories']),
    enclosures: list<Enclosure>(row['enclosures']),
    agencies,
    reports: number(row['reports']),
    revisions: number(row['revisions']),
  })

  const threads = (rows: readonly Row[]): ThreadSummary[] => {
    const ids = rows.map(row => number(row['id']))
    const parts = byId(
      `select p.thread as "of", p.agency, a.name, p.first, p.reports
       from json_each(@ids) i join thread_agencies p on p.thread = i.value join agencies a on a.id = p.agency
       order by p.first, p.agency`,
      ids,
      part,
    )
    const leads = stories(
      sql.all(`${STORY} where s.id in (select value from json_each(@ids))`, {
        ids: JSON.stringify(rows.map(row => number(row['lead']))),
      }),
    )
    const byLead = new Map(leads.map(lead => [lead.id, lead]))
    return rows.map(row => {
      const id = number(row['id'])
      const lead = byLead.get(number(row['lead']))
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
        agencies: parts.get(id) ?? [],
        sources: number(row['sources']),
        lead,
      }
    })
  }

  const revisions = (report: number): RevisionView[] =>
    sql
      .all('select number, seen, title, text, change from revision where report = @report order by number', { report })
      .map(row => ({
        number: number(row['number']),
        seen: number(row['seen']),
        title: text(row['title']),
        text: text(row['text']),
        change: textOrNull(row['change']) as RevisionClass | null,
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
      similarity: number(row['similarity']),
      coverage: number(row['coverage']),
      stale: number(row['stale']) === 1,
      evidence: row['evidence'] === null ? null : (JSON.parse(text(row['evidence'])) as unknown),
      furniture: list<Furniture>(row['furniture']),
      revisions: revisions(id),
    }
  }

  /** A number in a revised text was said when that text came, not when the report was first published. */
  const figures = (id: number): FigureView[] =>
    sql
      .all(
        `select g.kind, g.value, g.bound, g.said, g.matched, r.agency, a.name as agency_name, r.story,
                max(r.time, coalesce(g.seen, 0)) as said_at
         from stories s join reports r on r.story = s.id join figures g on g.report = r.id
         join agencies a on a.id = r.agency where s.thread = @id
         order by said_at desc, r.id desc, g.kind desc, g.value desc limit @limit`,
        { id, limit: LONGEST_TIMELINE },
      )
      .reverse()
      .map<FigureView>(figure => ({
        kind: text(figure['kind']) as FigureView['kind'],
        value: number(figure['value']),
        bound: textOrNull(figure['bound']) as FigureView['bound'],
        said: textOrNull(figure['said']),
        matched: text(figure['matched']),
        agency: text(figure['agency']),
        agencyName: text(figure['agency_name']),
        time: number(figure['said_at']),
        story: number(figure['story']),
      }))

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
    return stories(
      withinBounds(
        sql.each(`${STORY} ${filter} order by s.time desc, s.id desc limit @limit`, {
          ...parameters,
          limit: selection.limit,
        }),
      ),
    )
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
      const grown: string[] = []
      if (where.length > 0) grown.push(`t.id in (select s.thread from stories s where ${where.join(' and ')})`)
      if (selection.since !== undefined) {
        grown.push('t.last >= @since')
        parameters['since'] = selection.since
      }
      if (selection.minAgencies !== undefined) {
        grown.push('t.agencies >= @minAgencies')
        parameters['minAgencies'] = selection.minAgencies
      }
      const filter = grown.length > 0 ? `where ${grown.join(' and ')}` : ''
      return threads(
        sql.all(`${THREAD} ${filter} order by t.last desc, t.id desc limit @limit`, {
          ...parameters,
          limit: selection.limit,
        }),
      )
    },
    story: id => {
      const [summary] = stories(sql.all(`${STORY} where s.id = @id`, { id }))
      if (!summary) return null
      const members = sql.all(`${REPORT} where r.story = @id order by r.time, r.id`, { id }).map(report)
      const placement = JSON.parse(
        text(sql.get('select placement from stories where id = @id', { id })?.['placement']),
      ) as Placement
      return { ...summary, members, placement } satisfies StoryDetail
    },
    thread: id => {
      const [summary] = threads(sql.all(`${THREAD} where t.id = @id`, { id }))
      if (!summary) return null
      const timeline = stories(
        withinBounds(
          sql.each(`${STORY} where s.thread = @id order by s.time desc, s.id desc limit @limit`, {
            id,
            limit: LONGEST_TIMELINE,
          }),
        ),
      ).reverse()
      const links = sql
        .all(
          `select t.id, t.title, t.language, l.kind, t.first, t.last, l.score
           from thread_links l join threads t on t.id = l.other where l.thread = @id order by t.first desc, t.id`,
          { id },
        )
        .map<ThreadLink>(link => ({
          id: number(link['id']),
          title: text(link['title']),
          language: textOrNull(link['language']),
          kind: text(link['kind']) as ThreadLink['kind'],
          first: number(link['first']),
          last: number(link['last']),
          score: number(link['score']),
        }))
      return { ...summary, timeline, figures: figures(id), links } satisfies ThreadDetail
    },
    figures,
    redirect: (what, id) => {
      const row = sql.get('select target from redirects where what = @what and id = @id', { what, id })
      return row ? number(row['target']) : null
    },
    mergedInto: (what, id) =>
      sql
        .all('select id from redirects where what = @what and target = @id order by id', { what, id })
        .map(row => number(row['id'])),
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
