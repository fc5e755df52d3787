// Hides which files the site is made of when no daemon serves it: the same pages, linked to one another by file name.
import type { Config } from '../model/config.ts'
import type { Reader } from '../model/shown.ts'
import { edition, frontPage } from './edition.ts'
import { type OutputFormat, renderFeed } from './feeds.ts'
import { feedTitle } from './heading.ts'
import { FAVICON } from './machine.ts'
import { frontHtml } from './pages/front.ts'
import type { PageContext } from './pages/layout.ts'
import { agenciesHtml, agencyHtml, movedHtml } from './pages/lists.ts'
import { storyHtml } from './pages/story.ts'
import { threadHtml } from './pages/thread.ts'
import { wordsFor } from './pages/words.ts'

export interface StaticFile {
  /** Below the directory published to, with `/` between its parts. */
  path: string
  body: string
}

/** Threads that get a page, the newest first; their stories get one each. */
const THREADS = 200
const AGENCY_STORIES = 60
const FORMATS: readonly OutputFormat[] = ['atom', 'rss', 'json']

/**
 * The site as files, from the store alone: no clock is read, so an unchanged store gives unchanged files. The front
 * page is that of the newest news. Links between files are relative, so they work from any place, also from a disk.
 */
export function* staticSite(
  reader: Reader,
  config: Pick<Config, 'title' | 'link' | 'language' | 'publish'>,
): Generator<StaticFile> {
  const base = config.link.replace(/(?<!\/)\/+$/, '')
  const threads = reader.recentThreads({ limit: THREADS })
  const paged = new Set(threads.map(thread => thread.id))
  const newest = threads[0]?.last ?? 0
  const pageUrl = (path: string) => `${base}/${fileOf(path)}`
  const context = (path: string): PageContext => {
    const up = '../'.repeat(path.split('/').length - 1)
    return {
      title: config.title,
      language: config.language,
      words: wordsFor(config.language),
      to: target => `${up}${target === '/' && up === '' ? './' : ''}${fileOf(target)}`,
      live: false,
      now: newest,
    }
  }

  const agencies = reader.agencies()
  const polled = agencies.filter(agency => agency.feeds > 0)
  yield {
    path: 'index.html',
    body: frontHtml(context('index.html'), {
      front: frontPage(reader, config, {}, newest),
      agencies,
      chosen: {},
      query: '',
      empty: threads.length === 0,
    }),
  }
  for (const { id } of threads) {
    const thread = reader.thread(id)
    if (thread === null) continue
    const path = fileOf(`/threads/${id}`)
    yield { path, body: threadHtml(context(path), thread, polled) }
    for (const old of reader.mergedInto('thread', id))
      yield movedFile(context, pageUrl, `/threads/${old}`, `/threads/${id}`)
    for (const { id: storyId } of thread.timeline) {
      const story = reader.story(storyId)
      const storyPath = fileOf(`/stories/${storyId}`)
      if (story === null) continue
      yield { path: storyPath, body: storyHtml(context(storyPath), story) }
      for (const old of reader.mergedInto('story', storyId)) {
        yield movedFile(context, pageUrl, `/stories/${old}`, `/stories/${storyId}`)
      }
    }
    const ofThread = edition(reader, config, { thread: id }, 'thread')
    for (const format of FORMATS) {
      const selfPath = `/threads/${id}.${format}`
      yield {
        path: selfPath.slice(1),
        body: renderFeed({ edition: ofThread, format, what: 'stories', selfPath, pageUrl }).body,
      }
    }
  }
  yield { path: 'agencies.html', body: agenciesHtml(context('agencies.html'), agencies) }
  for (const agency of agencies) {
    const path = fileOf(`/agencies/${encodeURIComponent(agency.id)}`)
    // Only stories that have a page: a link to a file that was not written leads nowhere.
    const stories = reader
      .recentStories({ agency: agency.id, limit: AGENCY_STORIES })
      .filter(story => paged.has(story.thread))
    yield { path, body: agencyHtml(context(path), agency, stories, []) }
  }
  const stories = edition(reader, config, {}, 'stories')
  const threadsTitle = feedTitle(config.title, 'threads', {}, null, wordsFor(config.language))
  const ofThreads = edition(reader, { ...config, title: threadsTitle }, {}, 'threads')
  for (const format of FORMATS) {
    yield {
      path: `feed.${format}`,
      body: renderFeed({ edition: stories, format, what: 'stories', selfPath: `/feed.${format}`, pageUrl }).body,
    }
    yield {
      path: `threads.${format}`,
      body: renderFeed({ edition: ofThreads, format, what: 'threads', selfPath: `/threads.${format}`, pageUrl }).body,
    }
  }
  yield { path: 'favicon.svg', body: FAVICON }
}

/** A file where a merged id was, that leads on without a server's help. */
function movedFile(
  context: (path: string) => PageContext,
  pageUrl: (path: string) => string,
  from: string,
  to: string,
): StaticFile {
  const path = fileOf(from)
  return { path, body: movedHtml(context(path), to, pageUrl(to)) }
}

/** File of a site path: `/threads/5` is `threads/5.html`; what has an ending keeps it. */
function fileOf(path: string): string {
  if (path === '/') return 'index.html'
  const name = path.replace(/^\//, '')
  return /\.(?:atom|rss|json|svg)$/.test(name) ? name : `${name}.html`
}
