// Hides what an entry of a feed says of a story or a thread, in words all formats share; writing it is feeds.ts's work.
import type { Edition, Enclosure, Millis, StorySummary, ThreadSummary } from '../model.ts'
import { tagId } from './edition.ts'
import { cleanLine, excerpt, html, languageTag, paragraphs, speech, webUrl } from './pages/html.ts'
import { type Words, within } from './pages/words.ts'

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
  authors: string[]
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
  const withdrawn = story.signal === 'kill'
  const summary = present(story.summary)
  const content = present(story.content)
  const own = content ?? summary ?? (paragraphs(story.text).source || html`<p>${title}</p>`.source)
  return {
    id: tagId(edition, 'story', story.key),
    // A reader must not meet a withdrawn report as news, whatever its program shows of the text.
    title: withdrawn ? `[${words.withdrawnTitle}] ${title}` : title,
    link: webUrl(story.url) ?? page,
    page,
    language: languageTag(story.language),
    // Readers that show summaries only still get the beginning of the text.
    summary: summary ?? (content === null ? null : html`<p>${excerpt(story.text, 300)}</p>`.source),
    content: withdrawn ? `${html`<p><strong>${words.withdrawnText}</strong></p>`.source}${own}` : own,
    published: story.time,
    updated: Math.max(story.updated, story.time),
    authors: [cleanLine(story.agencyName) || story.agency],
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
      signal: story.signal,
      reports: story.reports,
      revisions: story.revisions,
    },
  }
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
  const counts = `${words.count('agencies', thread.agencies.length)} · ${words.count('stories', thread.stories)} · ${words.count('reports', thread.reports)}`
  const list = newestFirst.map(story => threadLine(story, pageUrl, words))
  return {
    id: tagId(edition, 'thread', thread.key),
    title,
    link: page,
    page,
    language: languageTag(thread.language),
    summary: html`<p ${speech(words.tag)}>${counts}</p>`.source,
    content: html`<p ${speech(words.tag)}>${counts}</p><ul>${list}</ul>`.source,
    published: thread.first,
    updated: Math.max(thread.updated, thread.last),
    authors: thread.agencies.map(part => cleanLine(part.name) || part.id),
    thread: null,
    categories: thread.lead.categories,
    enclosures: [],
    facts: {
      agencies: thread.agencies.map(part => part.id),
      stories: thread.stories,
      reports: thread.reports,
      first: iso(thread.first),
      last: iso(thread.last),
    },
  }
}

function threadLine(story: StorySummary, pageUrl: (path: string) => string, words: Words) {
  const title = cleanLine(story.title) || excerpt(story.text, 90) || words.untitled
  const when = iso(story.time)
  const who = [...new Set([story.agencyName, ...story.agencies.map(part => part.name)])].map(cleanLine).join(', ')
  const headline = html`<a href="${webUrl(story.url) ?? pageUrl(`/stories/${story.id}`)}">${title}</a>`
  // Written the ISO way: a locale's own form changes with the ICU of the Node that runs, and bytes must not.
  return html`<li ${speech(story.language)}>${story.signal === 'kill' ? html`<s>${headline}</s> (${words.withdrawnTitle})` : headline}
<br><bdi>${who}</bdi>, <time datetime="${when}"><bdi>${when.slice(0, 10)} ${when.slice(11, 16)} UTC</bdi></time></li>`
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
