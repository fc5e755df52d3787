// What a feed's entry for a story or a thread contains, the same for all formats; feeds.ts writes it.

import { cleanLine } from '../language/markup.ts'
import { direction, primaryLanguage } from '../language/text.ts'
import type { Enclosure } from '../model/collected.ts'
import type { Signal } from '../model/decided.ts'
import type { StorySummary, ThreadSummary } from '../model/shown.ts'
import type { Millis } from '../model/units.ts'
import { type Edition, tagId } from './edition.ts'
import type { FigurePoint, FigureSeries } from './figures.ts'
import { independentSources } from './hotness.ts'
import { excerpt, type Html, html, languageTag, nothing, paragraphs, speech, webUrl } from './markup.ts'
import { bounded } from './pages/toll.ts'
import { type Words, within, wordsOf } from './words/index.ts'

/** One entry; not yet escaped. */
export interface FeedEntry {
  id: string
  title: string
  /** The original report, or the site's page where there is none. */
  link: string
  /** The site's page. */
  page: string
  language: string | null
  summary: string | null
  content: string
  published: Millis
  updated: Millis
  /** Whose copy it is, where that is known; else the agency whose report speaks for it. */
  authors: string[]
  /** Others that carry the same copy. */
  carriers: string[]
  thread: { title: string; page: string } | null
  categories: string[]
  enclosures: MediaLink[]
  /** What only JSON Feed has room for. */
  facts: Record<string, unknown>
}

export interface MediaLink {
  url: string
  type: string
  length: number | null
}

export function storyEntry(
  edition: Edition,
  story: StorySummary,
  pageUrl: (path: string) => string,
  words: Words,
): FeedEntry {
  const page = pageUrl(`/stories/${story.id}`)
  const title = cleanLine(story.title) || excerpt(story.text, 90) || words.untitled
  const spoken = wordsOf(story.language)
  const mark = story.withdrawn ? 'kill' : story.signal === 'correction' ? 'correction' : null
  const summary = present(story.summary)
  const content = present(story.content)
  const own = content ?? summary ?? (paragraphs(story.text).source || html`<p>${title}</p>`.source)
  const author = cleanLine(story.origin?.name ?? story.agencyName) || story.agency
  const carriers = [story.agencyName, ...story.agencies.map(part => part.name)].map(cleanLine).filter(Boolean)
  return {
    id: tagId(edition, 'story', story.key),
    // A reader must not meet a withdrawn report as news, whatever its program shows of the text.
    title:
      mark === null || (mark === 'correction' && bears(spoken, mark, title))
        ? title
        : `[${spoken.signal[mark]}] ${title}`,
    link: webUrl(story.url) ?? page,
    page,
    language: languageTag(story.language),
    // Readers that show summaries only still get the beginning of the text.
    summary: spokenIn(
      story.language,
      edition.language,
      summary ?? (content === null ? null : html`<p>${excerpt(story.text, 300)}</p>`.source),
    ),
    content: notice(mark, spoken, story.language).source + spokenIn(story.language, edition.language, own),
    published: story.time,
    updated: Math.max(story.updated, story.time),
    authors: [author],
    carriers: [...new Set(carriers)].filter(name => name !== author),
    thread: { title: cleanLine(story.threadTitle), page: pageUrl(`/threads/${story.thread}`) },
    categories: story.categories,
    enclosures: story.enclosures.map(mediaLink).filter(link => link !== null),
    facts: {
      story: page,
      thread: {
        id: tagId(edition, 'thread', story.threadKey),
        title: cleanLine(story.threadTitle),
        page: pageUrl(`/threads/${story.thread}`),
      },
      agency: story.agency,
      agencies: story.agencies.map(part => part.id),
      credits: story.credits.map(cleanLine),
      origin: story.origin === null ? null : { agency: story.origin.agency, name: cleanLine(story.origin.name) },
      sources: story.sources,
      signal: story.signal,
      withdrawn: story.withdrawn,
      reports: story.reports,
      revisions: story.revisions,
    },
  }
}

/**
 * Markup that says itself which language it is in and in which direction it runs, where a reader would guess wrong: of a
 * text from right to left, and of any in another language than the feed's. Few readers look at `xml:lang`.
 */
function spokenIn<T extends string | null>(language: string | null, feed: string, markup: T): T | string {
  const tag = languageTag(language)
  if (markup === null || tag === null) return markup
  const same = primaryLanguage(tag) === primaryLanguage(languageTag(feed))
  if (same && direction(tag) === 'ltr') return markup
  return `<div ${speech(tag).source}>${markup}</div>`
}

function notice(mark: 'kill' | 'correction' | null, words: Words, language: string | null): Html {
  if (mark === null) return nothing
  const text = mark === 'kill' ? words.withdrawnText : words.correctedText
  const same = languageTag(language)?.split('-')[0] === words.tag.split('-')[0]
  return html`<p${same ? nothing : html` ${speech(words.tag)}`}><strong>${text}</strong></p>`
}

export function threadEntries(edition: Edition, pageUrl: (path: string) => string, words: Words): FeedEntry[] {
  const timelines = Map.groupBy(edition.stories, story => story.thread)
  return edition.threads.map(thread => threadEntry(edition, thread, timelines.get(thread.id) ?? [], pageUrl, words))
}

function threadEntry(
  edition: Edition,
  thread: ThreadSummary,
  timeline: readonly StorySummary[],
  pageUrl: (path: string) => string,
  words: Words,
): FeedEntry {
  const page = pageUrl(`/threads/${thread.id}`)
  const newestFirst = [...timeline].sort((a, b) => b.time - a.time || b.id - a.id)
  const title = cleanLine(thread.title) || cleanLine(thread.lead.title) || words.untitled
  const figures = edition.figures.get(thread.id) ?? []
  const sources = independentSources(thread)
  const counts = `${words.count('sources', sources)} · ${words.count('agencies', thread.agencies.length)} · ${words.count('stories', thread.stories)} · ${words.count('reports', thread.reports)}`
  const tolls = figures.flatMap(series => tollLine(series, words))
  const list = newestFirst.map(story => threadLine(story, pageUrl, words))
  return {
    id: tagId(edition, 'thread', thread.key),
    title,
    link: page,
    page,
    language: languageTag(thread.language),
    summary: html`<p ${speech(words.tag)}>${[counts, ...tolls.map(toll => toll.text)].join(' · ')}</p>`.source,
    content: html`<p ${speech(words.tag)}>${counts}</p>${tolls.map(toll => toll.markup)}<ul>${list}</ul>`.source,
    published: thread.first,
    updated: Math.max(thread.updated, thread.last),
    authors: thread.agencies.map(part => cleanLine(part.name) || part.id),
    carriers: [],
    thread: null,
    categories: thread.lead.categories,
    enclosures: [],
    facts: {
      agencies: thread.agencies.map(part => part.id),
      sources,
      stories: thread.stories,
      figures: figures.flatMap(figureFact),
      reports: thread.reports,
      first: iso(thread.first),
      last: iso(thread.last),
    },
  }
}

/** The newest number of a kind, or those that contradict one another. */
function newestOf({ contradiction, latest }: FigureSeries): FigurePoint[] {
  return contradiction.length > 0 ? contradiction : latest.slice(0, 1)
}

function tollLine(series: FigureSeries, words: Words): { text: string; markup: Html }[] {
  const points = newestOf(series)
  if (points.length === 0) return []
  const said = series.whom === null ? null : (points[0]?.words ?? null)
  const kind = words.figureKind[series.kind] + (said === null ? '' : ` (${cleanLine(said)})`)
  const parts = points.map(point => [bounded({ words }, point), cleanLine(point.sourceName)] as const)
  return [
    {
      text: `${kind}: ${parts.map(([value]) => value).join(' / ')}`,
      markup: html`<p ${speech(words.tag)}>${kind}: ${parts.map(([value, source], index) => html`${index === 0 ? '' : ' / '}${value} (<bdi>${source}</bdi>)`)}</p>`,
    },
  ]
}

function figureFact(series: FigureSeries): Record<string, unknown>[] {
  return newestOf(series).map(({ value, bound, said, words, sourceName, time }) => ({
    kind: series.kind,
    value,
    bound,
    words,
    whom: series.whom,
    said,
    source: cleanLine(sourceName),
    time: iso(time),
  }))
}

function threadLine(story: StorySummary, pageUrl: (path: string) => string, words: Words) {
  const title = cleanLine(story.title) || excerpt(story.text, 90) || words.untitled
  const when = iso(story.time)
  const who = [...new Set([story.agencyName, ...story.agencies.map(part => part.name)])].map(cleanLine).join(', ')
  const headline = html`<a href="${webUrl(story.url) ?? pageUrl(`/stories/${story.id}`)}">${title}</a>`
  // Written the ISO way: a locale's own form changes with the ICU of the Node that runs, and bytes must not.
  return html`<li ${speech(story.language)}>${story.withdrawn ? html`<s>${headline}</s> (${wordsOf(story.language).signal.kill})` : headline}
<br><bdi>${who}</bdi>, <time datetime="${when}"><bdi>${when.slice(0, 10)} ${when.slice(11, 16)} UTC</bdi></time></li>`
}

/** Whether a headline begins with a marker, in the language of these words. */
function bears(words: Words, signal: Signal, title: string): boolean {
  const start = cleanLine(title.slice(0, 80)).replace(/^\[/, '').toLowerCase()
  return words.marked[signal].some(word => start.startsWith(word))
}

function present(markup: string | null): string | null {
  return markup !== null && markup.trim() !== '' ? markup : null
}

function iso(at: Millis): string {
  return new Date(within(at)).toISOString()
}

const MEDIA_TYPE = /^[a-z0-9][a-z0-9.+-]{0,60}\/[a-z0-9][a-z0-9.+-]{0,80}$/i
const TYPES_BY_ENDING: Readonly<Record<string, string>> = {
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  png: 'image/png',
  gif: 'image/gif',
  webp: 'image/webp',
  mp3: 'audio/mpeg',
  m4a: 'audio/mp4',
  mp4: 'video/mp4',
  pdf: 'application/pdf',
}

// RSS and JSON Feed demand a media type; one that is neither given nor plain from the address leaves no honest answer.
function mediaLink(enclosure: Enclosure): MediaLink | null {
  const url = webUrl(enclosure.url)
  if (url === null) return null
  const ending = new URL(url).pathname.split('.').at(-1)?.toLowerCase() ?? ''
  const type = enclosure.type !== null && MEDIA_TYPE.test(enclosure.type) ? enclosure.type : TYPES_BY_ENDING[ending]
  if (type === undefined) return null
  const { length } = enclosure
  return { url, type, length: length !== null && Number.isSafeInteger(length) && length >= 0 ? length : null }
}
