// What a feed's entry for a story or a thread contains, the same for all formats; feeds.ts writes it.

import { cleanLine } from '../language/markup.ts'
import type { Enclosure } from '../model/collected.ts'
import type { Signal } from '../model/decided.ts'
import type { StorySummary, ThreadSummary } from '../model/shown.ts'
import type { Millis } from '../model/units.ts'
import { type Edition, tagId } from './edition.ts'
import { bodyOf, changesOf, footerOf, nameOf, newestOf, partLink, summaryOf, tollLine } from './entry-body.ts'
import type { FigureSeries } from './figures.ts'
import { independentSources } from './hotness.ts'
import { excerpt, type Html, html, languageTag, nothing, plainLine, speech, strictUrl } from './markup.ts'
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
  /** Markup. */
  summary: string | null
  /** The same as one line of plain text. */
  summaryText: string | null
  content: string
  published: Millis
  updated: Millis
  /** Whose copy it is, where that is known; else the agency whose report speaks for it. */
  authors: string[]
  /** Others that carry the same copy. */
  carriers: string[]
  /** The agency that the text comes from, where it is another than the one whose report it is. */
  source: EntrySource | null
  thread: { id: string; title: string; page: string } | null
  /** What the desk says of it; `kill` where it is withdrawn. */
  signal: { term: Signal; label: string } | null
  categories: string[]
  enclosures: MediaLink[]
  /** What only JSON Feed has room for. */
  facts: Record<string, unknown>
}

export interface EntrySource {
  name: string
  /** Query of the feed of all that comes from it: `agency=north`, `credit=Reuters`. */
  query: string
}

export interface MediaLink {
  url: string
  type: string
  length: number | null
}

/** What an entry is made of, beside its story or thread. */
export interface Making {
  edition: Edition
  /** Address of a page of the site (`/threads/5`). */
  pageUrl: (path: string) => string
  /** The language of the feed. */
  words: Words
}

export function storyEntry({ edition, pageUrl, words }: Making, story: StorySummary): FeedEntry {
  const page = pageUrl(`/stories/${story.id}`)
  const spoken = wordsOf(story.language)
  const author = cleanLine(story.origin?.name ?? story.agencyName) || story.agency
  const names = [story.agencyName, ...story.agencies.map(part => part.name)].map(cleanLine).filter(Boolean)
  const carriers = [...new Set(names)].filter(name => name !== author)
  const enclosures = story.enclosures.map(mediaLink).filter(link => link !== null)
  const thread = {
    id: tagId(edition, 'thread', story.threadKey),
    title: cleanLine(story.threadTitle),
    page: pageUrl(`/threads/${story.thread}`),
  }
  const changes = edition.kind === 'thread' ? changesOf(edition, story, words) : null
  const summary = summaryOf(story)
  return {
    id: tagId(edition, 'story', story.key),
    title: marked(storyTitle(story, words), story.withdrawn ? 'kill' : story.signal, spoken),
    link: strictUrl(story.url) ?? page,
    page,
    language: languageTag(story.language),
    summary: summary === null ? null : `<div ${speech(story.language).source}>${summary}</div>`,
    summaryText: summary === null ? null : plainLine(summary),
    content:
      bodyOf(story, spoken, enclosures.find(isPicture)?.url ?? null, words) +
      footerOf({ story, author, page, thread: edition.kind === 'thread' ? null : thread, changes }, words).source,
    published: story.time,
    updated: Math.max(story.updated, story.time),
    authors: [author],
    carriers,
    source: sourceOf(story),
    thread,
    signal: signalOf(story, words),
    categories: story.categories,
    enclosures,
    facts: {
      story: page,
      thread,
      agency: story.agency,
      agencies: story.agencies.map(part => part.id),
      also: story.agencies
        .filter(part => part.id !== story.agency)
        .map(part => ({ agency: part.id, name: nameOf(part), url: strictUrl(part.url ?? null) })),
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

function storyTitle(story: StorySummary, words: Words): string {
  return cleanLine(story.title) || excerpt(story.text, 90) || words.untitled
}

/** A reader must not meet a withdrawn report as news, whatever its program shows of the text. */
function marked(title: string, signal: Signal | null, spoken: Words): string {
  if (signal !== 'kill' && (signal !== 'correction' || bears(spoken, signal, title))) return title
  return `[${spoken.signal[signal]}] ${title}`
}

function signalOf({ withdrawn, signal }: Pick<StorySummary, 'withdrawn' | 'signal'>, words: Words) {
  const term = withdrawn ? 'kill' : signal
  return term === null ? null : { term, label: words.signal[term] }
}

/** The agency whose copy it is, or else the first that the text credits. */
function sourceOf({ origin, credits, agency, agencyName }: StorySummary): EntrySource | null {
  if (origin !== null && origin.agency !== agency && cleanLine(origin.name) !== cleanLine(agencyName)) {
    const name = cleanLine(origin.name)
    const query = origin.agency === null ? `credit=${queryValue(origin.name)}` : `agency=${queryValue(origin.agency)}`
    return name === '' || name.length > LONGEST_NAME ? null : { name, query }
  }
  const credit = credits
    .map(cleanLine)
    .find(name => name !== '' && name.length <= LONGEST_NAME && name !== cleanLine(agencyName))
  return credit === undefined ? null : { name: credit, query: `credit=${queryValue(credit)}` }
}

/** A query takes no longer one. */
const LONGEST_NAME = 200

const queryValue = (value: string): string => encodeURIComponent(value.toWellFormed())

const isPicture = ({ type }: MediaLink): boolean => type.startsWith('image/')

export function threadEntries(making: Making): FeedEntry[] {
  const timelines = Map.groupBy(making.edition.stories, story => story.thread)
  return making.edition.threads.map(thread => threadEntry(making, thread, timelines.get(thread.id) ?? []))
}

function threadEntry(
  { edition, pageUrl, words }: Making,
  thread: ThreadSummary,
  timeline: readonly StorySummary[],
): FeedEntry {
  const page = pageUrl(`/threads/${thread.id}`)
  const newestFirst = [...timeline].sort((a, b) => b.time - a.time || b.id - a.id)
  const title = cleanLine(thread.title) || cleanLine(thread.lead.title) || words.untitled
  const figures = edition.figures.get(thread.id) ?? []
  const sources = independentSources(thread)
  const counts = `${words.count('sources', sources)} · ${words.count('agencies', thread.agencies.length)} · ${words.count('stories', thread.stories)} · ${words.count('reports', thread.reports)}`
  const tolls = figures.flatMap(series => tollLine(series, words))
  const list = newestFirst.map(story => threadLine(story, pageUrl, words))
  const said = [counts, ...tolls.map(toll => toll.text)].join(' · ')
  const own = speech(words.tag)
  const lead = leadOf(thread.lead)
  return {
    id: tagId(edition, 'thread', thread.key),
    title: marked(title, thread.lead.withdrawn ? 'kill' : null, wordsOf(thread.lead.language)),
    link: page,
    page,
    language: languageTag(thread.language),
    summary: html`${lead}<div ${own}><p>${said}</p></div>`.source,
    summaryText: cleanLine(`${excerpt(thread.lead.text, LEAD)} ${said}`),
    content: html`${lead}<div ${own}><p>${counts}</p>
${tolls.map(
  toll => html`${toll.markup}
`,
)}<ul>
${list}</ul></div>`.source,
    published: thread.first,
    updated: Math.max(thread.updated, thread.last),
    authors: thread.agencies.map(part => cleanLine(part.name) || part.id),
    carriers: [],
    source: null,
    thread: null,
    signal: thread.lead.withdrawn ? signalOf(thread.lead, words) : null,
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

/** Characters of the text that stands before what is counted. */
const LEAD = 300

/** The beginning of the lead's text, unless it is withdrawn. */
function leadOf({ text, title, language, withdrawn }: StorySummary): Html {
  const said = excerpt(text, LEAD)
  return withdrawn || said === '' || said === cleanLine(title) ? nothing : html`<p ${speech(language)}>${said}</p>\n`
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
  const when = iso(story.time)
  const link = strictUrl(story.url) ?? pageUrl(`/stories/${story.id}`)
  const headline = html`<a href="${link}">${storyTitle(story, words)}</a>`
  const others = story.agencies.filter(part => part.id !== story.agency)
  const who = [html`<bdi>${cleanLine(story.agencyName)}</bdi>`, ...others.map(partLink)]
  const signal = story.withdrawn ? 'kill' : story.signal
  const mark = signal === 'kill' || signal === 'correction' ? wordsOf(story.language).signal[signal] : null
  const line = html`${story.withdrawn ? html`<s>${headline}</s>` : headline}${mark === null ? '' : html` (${mark})`}`
  // Written the ISO way: a locale's own form changes with the ICU of the Node that runs, and bytes must not.
  return html`<li ${speech(story.language)}>${line}
<br>${who.map((name, index) => html`${index === 0 ? '' : ', '}${name}`)}, <time datetime="${when}"><bdi>${when.slice(0, 10)} ${when.slice(11, 16)} UTC</bdi></time></li>\n`
}

/** Whether a headline begins with a marker, in the language of these words. */
function bears(words: Words, signal: Signal, title: string): boolean {
  const start = cleanLine(title.slice(0, 80)).replace(/^\[/, '').toLowerCase()
  return words.marked[signal].some(word => start.startsWith(word))
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
  const url = strictUrl(enclosure.url)
  if (url === null) return null
  const ending = new URL(url).pathname.split('.').at(-1)?.toLowerCase() ?? ''
  const type = enclosure.type !== null && MEDIA_TYPE.test(enclosure.type) ? enclosure.type : TYPES_BY_ENDING[ending]
  if (type === undefined) return null
  const { length } = enclosure
  return { url, type, length: length !== null && Number.isSafeInteger(length) && length >= 0 ? length : null }
}
