// Chooses from a Reader what a feed or the front page shows. Reads no clock.
import type { Config } from '../model/config.ts'
import type { MergedId, Reader, Selection, StorySummary, ThreadSummary } from '../model/shown.ts'
import type { Millis } from '../model/units.ts'
import { type FigureSeries, figureSeries } from './figures.ts'

export type EditionKind = 'stories' | 'threads' | 'thread'

/** An ordered choice of stories or threads at one moment: what a feed is rendered from. */
export interface Edition {
  kind: EditionKind
  title: string
  link: string
  language: string
  /** Authority of `tag:` ids: fixed when the database was made, so that ids survive a changed `link`. */
  tagAuthority: string
  /** Newest change in what was chosen; 0 for nothing. Never the clock: the same choice renders the same bytes. */
  updated: Millis
  threads: ThreadSummary[]
  stories: StorySummary[]
  /** Figures by thread; empty where `kind` is `stories`. */
  figures: ReadonlyMap<number, FigureSeries[]>
  /** From 1. */
  page: number
  /** Whether a further page has any. */
  more: boolean
  /** What was merged into what was chosen. */
  merged: MergedId[]
}

/** Stories listed under one thread of a thread feed; the newest are kept. */
const STORIES_PER_THREAD = 40
/** Stories among which those are looked for that tell a thread's figures. */
const LONGEST_TIMELINE = 500

/** Agencies that a thread of an edition of threads has at least, unless others are asked for. */
const LEAST_AGENCIES = 2

/**
 * Choose an edition. `stories`: the newest stories. `threads`: the threads of two agencies or more that grew last; `stories` then
 * holds their newest stories, which entries list. `thread`: the stories of `selection.thread`; empty where there is no such
 * thread. `page` counts from 1.
 */
export function edition(
  reader: Reader,
  config: Pick<Config, 'title' | 'link' | 'language' | 'publish'>,
  selection: Partial<Selection>,
  kind: EditionKind,
  page = 1,
): Edition {
  const least = kind === 'threads' ? { minAgencies: LEAST_AGENCIES } : {}
  const { limit = config.publish.limit } = selection
  // One more is read than is shown, to know whether there is a further page.
  const chosen: Selection = { ...least, ...selection, limit: limit + 1, offset: (page - 1) * limit }
  const { threads, stories, figures, more } = choose(reader, chosen, kind, limit)
  const heading = kind === 'thread' ? threads[0]?.title : undefined
  return {
    kind,
    title: heading === undefined ? config.title : `${heading} · ${config.title}`,
    link: config.link,
    language: config.language,
    tagAuthority: reader.tagAuthority(),
    updated: newest(threads, stories),
    threads,
    stories,
    figures,
    page,
    more,
    merged:
      kind === 'threads' ? reader.mergedOfLate('thread', ids(threads)) : reader.mergedOfLate('story', ids(stories)),
  }
}

const ids = (of: readonly { id: number }[]): number[] => of.map(({ id }) => id)

function choose(
  reader: Reader,
  chosen: Selection,
  kind: EditionKind,
  limit: number,
): Pick<Edition, 'threads' | 'stories' | 'figures' | 'more'> {
  const figures = new Map<number, FigureSeries[]>()
  switch (kind) {
    case 'stories':
      return { threads: [], figures, ...listed(reader.recentStories(chosen), limit) }
    case 'threads': {
      const found = reader.recentThreads({ ...chosen, headlines: true })
      const threads = withLeads(reader, found.slice(0, limit))
      const timelines = reader.timelines(ids(threads), STORIES_PER_THREAD)
      const counted = reader.figuresOf(ids(threads))
      const newestOf = (thread: number): StorySummary[] => timelines.get(thread) ?? []
      // Whole timelines are read only where a number may stand in a story that is not listed.
      const cut = threads.filter(thread => counted.has(thread.id) && thread.stories > newestOf(thread.id).length)
      const whole = reader.timelines(ids(cut), LONGEST_TIMELINE)
      for (const { id } of threads) figures.set(id, figureSeries(counted.get(id) ?? [], whole.get(id) ?? newestOf(id)))
      const stories = threads.flatMap(({ id }) => newestOf(id))
      return { threads, stories, figures, more: found.length > limit }
    }
    case 'thread': {
      const thread = chosen.thread === undefined ? null : reader.thread(chosen.thread)
      if (thread === null) return { threads: [], stories: [], figures, more: false }
      figures.set(thread.id, figureSeries(thread.figures, thread.timeline))
      return { threads: [thread], figures, ...listed(reader.recentStories(chosen), limit) }
    }
  }
}

/** With the beginning of each lead's text. */
function withLeads(reader: Reader, threads: readonly ThreadSummary[]): ThreadSummary[] {
  const texts = reader.beginnings(threads.map(({ lead }) => lead.id))
  return threads.map(thread => ({ ...thread, lead: { ...thread.lead, text: texts.get(thread.lead.id) ?? '' } }))
}

function listed(found: StorySummary[], limit: number): Pick<Edition, 'stories' | 'more'> {
  return { stories: found.slice(0, limit), more: found.length > limit }
}

function newest(threads: readonly ThreadSummary[], stories: readonly StorySummary[]): Millis {
  let updated = 0
  for (const thread of threads) updated = Math.max(updated, thread.updated)
  for (const story of stories) updated = Math.max(updated, story.updated)
  return updated
}

/** RFC 4151 identifier: the same after a restart, a re-import, a changed `link`. */
export function tagId(of: Pick<Edition, 'tagAuthority'>, what: 'story' | 'thread', key: string): string {
  return `tag:${of.tagAuthority}:${what}/${encodeURIComponent(key.toWellFormed())}`
}
