// The pages and feeds there are: the address of each and how it is rendered. site.ts serves them, static.ts writes them to
// files.
import { primaryLanguage } from '../language/tag.ts'
import type { ThreadSummary } from '../model/shown.ts'
import type { Millis } from '../model/units.ts'
import type { NamedHub } from './addresses.ts'
import type { Rendering } from './delivery.ts'
import { feedDocument, pageDocument } from './documents.ts'
import { type Edition, type EditionKind, edition } from './edition.ts'
import { type OutputFormat, renderFeed } from './feeds.ts'
import { frontRendering } from './front-edition.ts'
import { listed } from './front-page.ts'
import { feedTitle } from './heading.ts'
import type { PageContext } from './pages/layout.ts'
import { agenciesHtml, agencyHtml, WORK_DAYS } from './pages/lists.ts'
import { storyHtml } from './pages/story.ts'
import { threadHtml } from './pages/thread.ts'
import type { Choice } from './query.ts'
import type { View } from './view.ts'
import { wordsFor } from './words/index.ts'

export interface Page {
  /** As Hono matches it. */
  pattern: string
  /** The address within the site. */
  path: (id: string | number) => string
  /** Takes the choices of a query: language, agency and so on. */
  takesChoice: boolean
  /** What may have been merged, so that an old id leads on. */
  merges: 'thread' | 'story' | null
  /** Null where there is nothing with that id. */
  render: (view: View, context: PageContext, id: string, choice: Choice) => Rendering | null
}

export const NO_CHOICE: Choice = { selection: {}, query: '', everyLanguage: false, page: 1 }
/** That of the page of an event whose course is told from its beginning. */
export const OLDEST_FIRST: Choice = { ...NO_CHOICE, query: '?order=oldest', oldestFirst: true }

const AGENCY_STORIES = 60
/** Events in each list of an agency. */
const EVENTS = 8
/** Among so many of its events those are looked for. */
const EVENTS_LOOKED_AT = 300

const front: Page = {
  pattern: '/',
  path: () => '/',
  takesChoice: true,
  merges: null,
  render: (view, context, _id, choice) => frontRendering(view, context, choice),
}

const thread: Page = {
  pattern: '/threads/:id{[0-9]{1,15}}',
  path: id => `/threads/${Number(id)}`,
  takesChoice: false,
  merges: 'thread',
  render: (view, context, id, { oldestFirst }) => {
    const found = view.reader.thread(Number(id))
    // No Last-Modified: the agencies that have not reported it change with the configuration.
    return found && pageDocument(threadHtml(context, found, view.polled(), oldestFirst), null)
  },
}

const story: Page = {
  pattern: '/stories/:id{[0-9]{1,15}}',
  path: id => `/stories/${Number(id)}`,
  takesChoice: false,
  merges: 'story',
  render: (view, context, id) => {
    const found = view.reader.story(Number(id))
    return found && pageDocument(storyHtml(context, found), null)
  },
}

const agencies: Page = {
  pattern: '/agencies',
  path: () => '/agencies',
  takesChoice: false,
  merges: null,
  render: (view, context) =>
    pageDocument(agenciesHtml(context, view.agencies(), view.reader.work(view.now, WORK_DAYS)), null),
}

const agency: Page = {
  pattern: '/agencies/:id',
  path: id => `/agencies/${encodeURIComponent(id)}`,
  takesChoice: false,
  merges: null,
  render: (view, context, id) => {
    const found = view.agencies().find(candidate => candidate.id === id)
    if (found === undefined) return null
    const stories = view.reader
      .recentStories({ agency: id, limit: AGENCY_STORIES, headlines: true })
      .filter(({ thread }) => view.hasPage(thread))
    const since = view.now - WORK_DAYS * 86_400_000
    const language = primaryLanguage(found.language)
    const lacked = language === null || !view.live ? [] : view.reader.lacked(id, language, since, EVENTS)
    const { first, alone } = view.live ? ownEvents(view, id, since) : { first: [], alone: [] }
    const all = listed(view.reader, [...first, ...alone, ...lacked], language, since, view.now)
    const input = {
      agency: found,
      work: view.reader.work(view.now, WORK_DAYS).get(id),
      stories,
      first: all.slice(0, first.length),
      alone: all.slice(first.length, first.length + alone.length),
      lacked: all.slice(first.length + alone.length),
      feeds: view.feedsOf(id),
    }
    return pageDocument(agencyHtml(context, input), null)
  },
}

/** The newest events that an agency reported before all others, and those that no other reported. */
function ownEvents({ reader }: View, agency: string, since: Millis) {
  const threads = reader.recentThreads({ agency, since, limit: EVENTS_LOOKED_AT, headlines: true })
  const isFirst = ({ agencies }: ThreadSummary): boolean => {
    const [earliest] = [...agencies].sort((a, b) => a.first - b.first || (a.id < b.id ? -1 : 1))
    return agencies.length > 1 && earliest?.id === agency
  }
  return {
    first: threads.filter(isFirst).slice(0, EVENTS),
    alone: threads.filter(({ agencies }) => agencies.length === 1).slice(0, EVENTS),
  }
}

export const PAGES = { front, thread, story, agencies, agency }

// ── feeds ───────────────────────────────────────────────────────────────────────────────────────────────────────────

export const FORMATS: readonly OutputFormat[] = ['atom', 'rss', 'json']

export interface FeedRoute {
  kind: EditionKind
  /** As Hono matches it; the parameter `file` ends in the format. */
  pattern: string
}

/** A file's name and its format. */
export function splitFile(file: string): [name: string, format: OutputFormat] {
  const [name = '', ending] = file.split('.')
  return [name, FORMATS.find(format => format === ending) ?? 'atom']
}

const ENDING = `\\.(${FORMATS.join('|')})`

export const FEEDS: readonly FeedRoute[] = [
  { kind: 'stories', pattern: `/:file{feed${ENDING}}` },
  { kind: 'threads', pattern: `/:file{threads${ENDING}}` },
  { kind: 'thread', pattern: `/threads/:file{[0-9]{1,15}${ENDING}}` },
]

/**
 * What a feed holds; null for a thread that does not exist. `agencyName` is the name of the chosen agency, `language` that of the
 * words around the news.
 */
export function feedEdition(
  { reader, config }: Pick<View, 'reader' | 'config'>,
  kind: EditionKind,
  thread: number | null,
  { selection, page }: Choice,
  agencyName: string | null = null,
  language = config.language,
): Edition | null {
  const title = feedTitle(config.title, kind, selection, agencyName, wordsFor(language))
  const chosen = edition(
    reader,
    { ...config, title, language },
    thread === null ? selection : { ...selection, thread },
    kind,
    page,
  )
  return kind === 'thread' && chosen.threads.length === 0 ? null : chosen
}

/** Feeds that a hub elsewhere is told of, in each format: those without a choice. Who subscribes to others is not known here. */
const PUSHED: readonly string[] = ['/feed', '/threads']
export const PUSHED_FEEDS: readonly string[] = PUSHED.flatMap(stem => FORMATS.map(format => `${stem}.${format}`))

export function feedRendering(
  chosen: Edition,
  format: OutputFormat,
  selfPath: string,
  hub: NamedHub | null = null,
): Rendering {
  const isPushed = hub?.isOwn === true ? !/[?&]page=/.test(selfPath) : PUSHED_FEEDS.includes(selfPath)
  const pushedBy = isPushed ? hub?.address : undefined
  const body = renderFeed(chosen, format, { selfPath: selfPath.replace(/[?&]page=\d+$/, ''), hub: pushedBy })
  const document = feedDocument(body, format, chosen.updated)
  if (pushedBy === undefined) return document
  // W3C WebSub, section 4: subscribers look into the header first.
  const self = `${chosen.link.replace(/(?<!\/)\/+$/, '')}${selfPath}`
  return { ...document, headers: { ...document.headers, Link: `<${pushedBy}>; rel="hub", <${self}>; rel="self"` } }
}
