// The site as files, for a web server that runs no program: the same pages, linked to one another by file name.
import type { Config } from '../model/config.ts'
import type { Reader, ThreadDetail } from '../model/shown.ts'
import type { EditionKind } from './edition.ts'
import { feedStem, renderFeed } from './feeds.ts'
import { FAVICON } from './metrics.ts'
import type { PageContext } from './pages/layout.ts'
import { movedHtml } from './pages/lists.ts'
import { FORMATS, feedEdition, NO_CHOICE, PAGES, type Page } from './routes.ts'
import type { View } from './view.ts'
import { wordsFor } from './words/index.ts'

export interface StaticFile {
  /** Below the directory published to, with `/` between its parts. */
  path: string
  body: string
}

/** Threads that get a page, the newest first; their stories get one each. */
const THREADS = 200

/**
 * The site as files, from the store alone: no clock is read, so an unchanged store gives unchanged files. The front
 * page is that of the newest news. Links between files are relative, so they work from any place, also from a disk.
 */
export function* staticSite(
  reader: Reader,
  config: Pick<Config, 'title' | 'link' | 'language' | 'publish'>,
): Generator<StaticFile> {
  const threads = reader.recentThreads({ limit: THREADS })
  const agencies = reader.agencies()
  const paged = new Set(threads.map(thread => thread.id))
  const files = new Files({
    reader,
    config,
    agencies: () => agencies,
    polled: () => agencies.filter(agency => agency.feeds > 0),
    isEmpty: () => threads.length === 0,
    feedsOf: () => [],
    // A link to a file that was not written leads nowhere.
    hasPage: thread => paged.has(thread),
    now: threads[0]?.last ?? 0,
    live: false,
  })
  yield* files.page(PAGES.front, '')
  for (const { id } of threads) {
    const thread = reader.thread(id)
    if (thread !== null) yield* files.thread(thread)
  }
  yield* files.page(PAGES.agencies, '')
  for (const { id } of agencies) yield* files.page(PAGES.agency, id)
  yield* files.feed('stories')
  yield* files.feed('threads')
  yield { path: 'favicon.svg', body: FAVICON }
}

class Files {
  readonly #view: View
  readonly #base: string

  constructor(view: View) {
    this.#view = view
    this.#base = view.config.link.replace(/(?<!\/)\/+$/, '')
  }

  *page(page: Page, id: string | number): Generator<StaticFile> {
    const path = fileOf(page.path(id))
    const rendering = page.render(this.#view, this.#context(path), String(id), NO_CHOICE)
    if (rendering === null) return
    yield { path, body: rendering.body }
    if (page.merges === null) return
    for (const old of this.#view.reader.mergedInto(page.merges, Number(id))) yield this.#moved(page, old, Number(id))
  }

  *thread({ id, timeline }: ThreadDetail): Generator<StaticFile> {
    yield* this.page(PAGES.thread, id)
    for (const story of timeline) yield* this.page(PAGES.story, story.id)
    yield* this.feed('thread', id)
  }

  *feed(kind: EditionKind, id: number | null = null): Generator<StaticFile> {
    const chosen = feedEdition(this.#view, kind, id, NO_CHOICE)
    if (chosen === null) return
    for (const format of FORMATS) {
      const path = fileOf(`${feedStem(kind, id)}.${format}`)
      yield { path, body: renderFeed(chosen, format, { pageUrl: page => this.#url(page), queries: false }) }
    }
  }

  /** A file where a merged id was, that leads on without a server's help. */
  #moved({ path }: Page, from: number, to: number): StaticFile {
    const file = fileOf(path(from))
    return { path: file, body: movedHtml(this.#context(file), path(to), this.#url(path(to))) }
  }

  #url(path: string): string {
    return `${this.#base}/${fileOf(path)}`
  }

  #context(path: string): PageContext {
    const { title, language } = this.#view.config
    const up = '../'.repeat(path.split('/').length - 1)
    return {
      title,
      language,
      words: wordsFor(language),
      to: target => `${up}${target === '/' && up === '' ? './' : ''}${fileOf(target)}`,
      keep: '',
      live: false,
      now: this.#view.now,
      version: 0,
    }
  }
}

/** File of a site path: `/threads/5` is `threads/5.html`; what has an ending keeps it. */
function fileOf(path: string): string {
  if (path === '/') return 'index.html'
  const name = path.replace(/^\//, '')
  return /\.(?:atom|rss|json|svg)$/.test(name) ? name : `${name}.html`
}
