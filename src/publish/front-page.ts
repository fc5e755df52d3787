// Chooses what the front page shows. Reads no clock.
import type { Config } from '../model/config.ts'
import type { Headline, Reader, Selection, StorySummary, ThreadOutline, ThreadSummary } from '../model/shown.ts'
import type { Millis } from '../model/units.ts'
import { type FigureSeries, figureSeries } from './figures.ts'
import { inLanguage, threadHeadline } from './headline.ts'
import { byHotness } from './hotness.ts'

/** A thread in a list. */
export interface ListedThread {
  thread: ThreadSummary
  outline: ThreadOutline
  /** What stands for it in the language of the list. */
  headline: Headline
  figures: FigureSeries[]
}

/** The news in one language, or in every language mixed where only one is written. */
export interface LanguageColumn {
  language: string | null
  threads: ListedThread[]
}

export interface FrontPage {
  /** What is set large: the first thread, with the text of its headline's story and headlines by other agencies. */
  lead: { listed: ListedThread; text: string; others: Headline[] } | null
  /** Threads of two or more agencies, hottest first, without the lead. */
  rows: ListedThread[]
  /** Whether a further page of them has any. */
  more: boolean
  /** Threads only one agency has, newest first. */
  alone: ListedThread[]
  /** The newest stories. */
  latest: StorySummary[]
  /** Corrected and withdrawn ones. */
  corrected: StorySummary[]
  /** Instead of all these, a column for each language. */
  columns: LanguageColumn[]
  /** Threads in the window. */
  count: number
  /** The window shown; `until` is earlier than the present when nothing is as new as that. */
  since: Millis
  until: Millis
  /** Whether the window had to be moved back to the newest news there is. */
  moved: boolean
  updated: Millis
}

/** Which news a front page shows. */
export interface FrontChoice {
  selection: Partial<Selection>
  /** Languages to show side by side, in this order; empty for one list. */
  columns: readonly string[]
  /** From 1. */
  page: number
}

const THREADS_LOOKED_AT = 300
const FIRST_PAGE = 15
const ALONE = 8
const LATEST = 8
const CORRECTED = 4
const OTHER_HEADLINES = 3
/** Threads in a column of a language. */
const COLUMN = 12
/** The course of a thread is drawn over so many equal parts of the window. */
export const PULSE_PARTS = 24
/** Stories of the lead among which that of its headline is looked for. */
const LEAD_STORIES = 30

/**
 * The front page: threads that grew in the `publish.frontPage` milliseconds before `now`, the hottest first. When nothing
 * is that new (feeds down, or the past replayed), the window ends at the newest thread instead: an old front page tells
 * more than an empty one.
 */
export function frontPage(
  reader: Reader,
  config: Pick<Config, 'publish'>,
  { selection, columns, page }: FrontChoice,
  now: Millis,
): FrontPage {
  const window = frontWindow(reader, config, selection, now)
  const { threads, since, until } = window
  const outlined = (chosen: readonly ThreadSummary[], language: string | null) =>
    listed(reader, chosen, language, since, until)
  const shared = { count: threads.length, since, until, moved: window.moved, updated: newest(threads) }
  if (columns.length > 0) {
    const columnOf = (language: string): LanguageColumn => {
      const found = reader.recentThreads({
        ...selection,
        lang: language,
        since,
        limit: THREADS_LOOKED_AT,
        headlines: true,
      })
      return { language, threads: outlined(hottest(found).slice(0, COLUMN), language) }
    }
    const sides = columns.map(columnOf).filter(column => column.threads.length > 0)
    return { ...shared, lead: null, rows: [], more: false, alone: [], latest: [], corrected: [], columns: sides }
  }
  const language = selection.lang ?? null
  const main = hottest(threads.filter(thread => thread.agencies.length > 1))
  const from = (page - 1) * FIRST_PAGE
  const first = page === 1
  const alone = first ? threads.filter(thread => thread.agencies.length <= 1).slice(0, ALONE) : []
  const chosen = main.slice(from, from + FIRST_PAGE)
  const all = outlined([...chosen, ...alone], language)
  const isAlone = new Set(alone.map(thread => thread.id))
  const rows = all.filter(({ thread }) => !isAlone.has(thread.id))
  const top = first ? rows.shift() : undefined
  const recent = { ...selection, since }
  return {
    ...shared,
    lead: top === undefined ? null : leadOf(reader, top, language),
    rows,
    more: main.length > from + FIRST_PAGE,
    alone: all.filter(({ thread }) => isAlone.has(thread.id)),
    latest: first ? reader.recentStories({ ...recent, limit: LATEST, headlines: true }) : [],
    corrected: first
      ? reader.recentStories({ ...recent, signals: ['correction', 'kill'], limit: CORRECTED, headlines: true })
      : [],
    columns: [],
  }
}

function frontWindow(
  reader: Reader,
  config: Pick<Config, 'publish'>,
  selection: Partial<Selection>,
  now: Millis,
): { threads: ThreadSummary[]; since: Millis; until: Millis; moved: boolean } {
  const since = selection.since ?? now - config.publish.frontPage
  const threads = reader.recentThreads({ ...selection, since, limit: THREADS_LOOKED_AT, headlines: true })
  if (threads.length > 0 || selection.since !== undefined) return { threads, since, until: now, moved: false }
  const last = reader.recentThreads({ ...selection, limit: 1 })[0]?.last
  if (last === undefined) return { threads, since, until: now, moved: false }
  const earlier = last - config.publish.frontPage
  const found = reader.recentThreads({ ...selection, since: earlier, limit: THREADS_LOOKED_AT, headlines: true })
  return { threads: found, since: earlier, until: last, moved: true }
}

const hottest = (threads: readonly ThreadSummary[]): ThreadSummary[] => [...threads].sort(byHotness)

/** Threads with what a list says of them. */
export function listed(
  reader: Reader,
  threads: readonly ThreadSummary[],
  language: string | null,
  since: Millis,
  until: Millis,
): ListedThread[] {
  const ids = threads.map(thread => thread.id)
  // The last moment belongs to the last part.
  const outlines = reader.outlines(ids, since, until + 1, PULSE_PARTS)
  return threads.map(thread => {
    const outline = outlines.get(thread.id) ?? { headlines: [], figures: [], pulse: [], own: [] }
    const figures = figureSeries(outline.figures, outline.headlines)
    const headline =
      threadHeadline(outline, figures, language) ?? threadHeadline(outline, figures, null) ?? headlineOf(thread.lead)
    return { thread, outline, headline, figures }
  })
}

function headlineOf(story: StorySummary): Headline {
  const { id, headline, language, agency, agencyName, signal, withdrawn, origin, time } = story
  return {
    ...{ id, title: headline, language, agency, agencyName, signal, withdrawn, origin, time },
    agencies: story.agencies.length,
  }
}

function leadOf(reader: Reader, lead: ListedThread, language: string | null): NonNullable<FrontPage['lead']> {
  const { thread, headline, outline } = lead
  const stories = reader.recentStories({ thread: thread.id, limit: LEAD_STORIES })
  const story = stories.find(({ id }) => id === headline.id)
  return {
    listed: lead,
    text: story?.text ?? '',
    others: otherHeadlines(headline, inLanguage(outline.headlines, language)),
  }
}

/** Newest headline of each agency but that of the thread's, then the newest of any while there is room. */
function otherHeadlines(shown: Headline, newestFirst: readonly Headline[]): Headline[] {
  const candidates = newestFirst.filter(
    story => story.id !== shown.id && !story.withdrawn && story.title !== shown.title,
  )
  const said = new Set([shown.agency])
  const first = candidates.filter(story => {
    if (said.has(story.agency)) return false
    said.add(story.agency)
    return true
  })
  return [...new Set([...first, ...candidates])].slice(0, OTHER_HEADLINES)
}

const newest = (threads: readonly ThreadSummary[]): Millis =>
  threads.reduce((updated, thread) => Math.max(updated, thread.updated), 0)
