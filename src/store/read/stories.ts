// Reads stories and their reports, for pages and commands.
import type { Reader, ReportView, Selection, StoryDetail, StorySummary } from '../../model/shown.ts'
import { SEARCHED_LENGTH } from '../folded.ts'
import { agencyPart, number, placementOf, reportView, revisionView, storySummary, text, textOrNull } from '../rows.ts'
import type { Row, Sql } from '../sql.ts'
import { byId } from './by-id.ts'
import { chosenStories } from './selection.ts'

/** Characters of texts in one list of stories: of what comes after them, the newest first, the beginning is read. */
const LONGEST_LIST = 8 * 1024 * 1024
const BEGINNING = 2_000
/** Characters of a title that may not be one: a text is looked for beside it. */
const SHORT_TITLE = 20

/** A story with the report that speaks for it, as {@link StoryReader.summaries} reads it. */
export const STORY = storyWith('r.summary, r.content, r.text')

/** The same without texts: reading those of a long thread takes far longer than the rest. */
export const HEADLINE = storyWith(
  `null as summary, null as content, iif(length(r.title) < ${SHORT_TITLE}, substr(r.text, 1, ${BEGINNING}), '') as text`,
)

function storyWith(texts: string): string {
  return `
select s.id, s.key, s.thread, t.key as thread_key, t.title as thread_title, s.language, s.time, s.updated,
       s.reports, s.agencies, r.id as report, r.title, r.headline, r.url, r.agency, a.name as agency_name, r.signal,
       ${texts}, r.published, r.first_seen, r.authors, r.categories, r.enclosures, r.revisions,
       s.origin, s.origin_name, s.sources,
       exists (select 1 from x_reports x where x.story = s.id and x.signal = 'kill'
         and x.agency = coalesce(s.origin, x.agency)) as withdrawn
from x_stories s
join x_threads t on t.id = s.thread
join x_reports r on r.id = s.lead
join x_agencies a on a.id = r.agency`
}

const BEGINNINGS = `
select s.id, substr(r.text, 1, ${BEGINNING}) as text
from numbers(@ids) i join x_stories s on s.id = i.value join x_reports r on r.id = s.lead`

const PAGE_TEXTS = `
select s.id, substr(p.text, 1, ${SEARCHED_LENGTH}) as text
from numbers(@ids) i join x_stories s on s.id = i.value join x_pages p on p.report = s.lead where p.text is not null and p.outcome <> 'withheld'`

const REPORT = `
select r.id, r.feed, r.agency, a.name as agency_name, r.guid, r.url, r.title, r.headline, r.text, r.language, r.time, r.published,
       r.first_seen, r.signal, r.dateline, r.joined_by, r.similarity, r.coverage, r.stale, r.evidence, r.furniture
from x_reports r join x_agencies a on a.id = r.agency`

/** The address is of the report that has the least time. */
const PARTS = `
select * from (
  select r.story as "of", r.agency, a.name, r.time as first, count(*) over (partition by r.story, r.agency) as reports, r.url,
    row_number() over (partition by r.story, r.agency order by r.time, r.id) as nth
  from numbers(@ids) i join x_reports r on r.story = i.value join x_agencies a on a.id = r.agency) p
where nth = 1 order by first, agency`

/** Credits without those of the lead's own agency, and of each report's. */
const CREDITS = `
select distinct s.id as "of", coalesce(a.name, c.name) as name
from numbers(@ids) i join x_stories s on s.id = i.value join x_reports lead on lead.id = s.lead
join x_reports r on r.story = s.id join x_credits c on c.report = r.id left join x_agencies a on a.id = c.agency
where c.agency is distinct from lead.agency and c.agency is distinct from r.agency order by name`

const REVISIONS = 'select number, seen, title, text, change from revision where report = @report order by number'

/** Rows of stories; those past {@link LONGEST_LIST} with the beginning of their text and without markup. */
export function withinBounds(rows: Iterable<Row>): Row[] {
  const kept: Row[] = []
  let read = 0
  for (const row of rows) {
    const plain = text(row['text']).length
    read += plain
    // What is packed over the text grows by no more than the text.
    for (const column of ['summary', 'content']) if (row[column] !== null) read += text(row[column]).length + plain
    kept.push(read <= LONGEST_LIST ? row : { ...row, summary: null, content: null, text: beginning(text(row['text'])) })
  }
  return kept
}

function beginning(whole: string): string {
  return whole.length <= BEGINNING ? whole : `${whole.slice(0, BEGINNING).replace(/[\ud800-\udbff]$/, '')}…`
}

export interface StoryReader extends Pick<Reader, 'recentStories' | 'beginnings' | 'pageTexts' | 'story' | 'search'> {
  report(id: number): ReportView | null
  storyOf(report: number): number | null
  /** Rows of {@link STORY} with agencies and credits, or of {@link HEADLINE} with agencies. */
  summaries(rows: readonly Row[], headlines?: boolean): StorySummary[]
}

export function storyReader(sql: Sql): StoryReader {
  const summaries = (rows: readonly Row[], headlines = false): StorySummary[] => {
    const ids = rows.map(row => number(row['id']))
    const parts = byId(sql, PARTS, ids, agencyPart)
    const credits = byId(sql, CREDITS, headlines ? [] : ids, row => text(row['name']))
    return rows.map(row => {
      const id = number(row['id'])
      return storySummary(row, parts.get(id) ?? [], credits.get(id) ?? [])
    })
  }

  const report = (row: Row): ReportView => {
    const id = number(row['id'])
    const credits = sql.all('select distinct name from x_credits where report = @id order by name', { id })
    return reportView(
      row,
      credits.map(credit => text(credit['name'])),
      sql.all(REVISIONS, { report: id }).map(revisionView),
    )
  }

  const recentStories = (selection: Selection): StorySummary[] => {
    const chosen = chosenStories(sql, selection)
    if (!chosen) return []
    const { headlines = false } = selection
    return summaries(
      withinBounds(
        // Texts are read of those chosen only: sorting would carry them along.
        sql.each(
          `${headlines ? HEADLINE : STORY} where s.id in (${chosen.ids}) order by s.time desc, s.id desc`,
          chosen.parameters,
        ),
      ),
      headlines,
    )
  }

  return {
    summaries,
    recentStories,
    beginnings: ids => {
      const rows = sql.all(BEGINNINGS, { ids: JSON.stringify(ids) })
      return new Map(rows.map(row => [number(row['id']), text(row['text'])]))
    },
    pageTexts: ids => {
      const rows = sql.all(PAGE_TEXTS, { ids: JSON.stringify(ids) })
      return new Map(rows.map(row => [number(row['id']), text(row['text'])]))
    },
    search: (words, limit) => recentStories({ q: words, limit }),
    story: id => {
      const [summary] = summaries(sql.all(`${STORY} where s.id = @id`, { id }))
      if (!summary) return null
      const members = sql.all(`${REPORT} where r.story = @id order by r.time, r.id`, { id }).map(report)
      const placement = placementOf(sql.get('select placement from x_stories where id = @id', { id }))
      return { ...summary, pageText: pageTextOfLead(sql, id), members, placement } satisfies StoryDetail
    },
    report: id => {
      const row = sql.get(`${REPORT} where r.id = @id`, { id })
      return row ? report(row) : null
    },
    storyOf: report => {
      const row = sql.get('select story from x_reports where id = @report', { report })
      return row ? number(row['story']) : null
    },
  }
}

/** What readers are shown of its page: nothing where the page asks for that. */
const PAGE_TEXT = `
select p.text from x_stories s join x_pages p on p.report = s.lead where s.id = @story and p.outcome <> 'withheld'`

const pageTextOfLead = (sql: Sql, story: number): string | null =>
  textOrNull(sql.get(PAGE_TEXT, { story })?.['text'] ?? null)
