// The site as files, for a web server that runs no program: the same pages and feeds, linked to one another by file name.
import { createHash } from 'node:crypto'
import type { Config } from '../model/config.ts'
import type { Reader } from '../model/shown.ts'
import type { Millis } from '../model/units.ts'
import { type EditionKind, edition } from './edition.ts'
import { feedStem, renderFeed } from './feeds.ts'
import { FAVICON } from './metrics.ts'
import { CONTENT_STYLE, SCRIPT, STYLE } from './pages/assets.ts'
import type { PageContext } from './pages/layout.ts'
import { movedHtml } from './pages/lists.ts'
import { messageHtml } from './pages/messages.ts'
import { FORMATS, feedEdition, NO_CHOICE, PAGES, type Page } from './routes.ts'
import { type ListedPage, SITEMAP, sitemap } from './sitemap.ts'
import type { View } from './view.ts'
import { wordsFor } from './words/index.ts'

export interface StaticFile {
  /** Below the directory published to, with `/` between its parts. */
  path: string
  body: string
  /** Newest change shown, of what a sitemap lists; null where that is not known; absent for what it does not list. */
  listed?: Millis | null
}

type Configured = Pick<Config, 'title' | 'link' | 'language' | 'timeZone' | 'publish'>

export interface StaticChoice {
  /** How far before the newest news a thread may have grown last to get pages. */
  span?: Millis
  /** Threads that have pages already, and keep them for as long as they are in the store. */
  kept?: readonly number[]
  /** What renders: another version renders all anew. */
  program?: string
}

const DAY: Millis = 86_400_000
export const SPAN: Millis = 30 * DAY

/**
 * The site as files, from the store alone: no clock is read, so an unchanged store gives unchanged files. The front
 * page is that of the newest news. Links between files are relative, so they work from any place, also from a disk.
 */
export function* staticSite(reader: Reader, config: Configured, choice: StaticChoice = {}): Generator<StaticFile> {
  const site = createStaticSite(reader, config, choice)
  const listed: ListedPage[] = site.shared.filter(file => file.listed !== undefined)
  for (const id of site.threads.keys()) {
    for (const file of site.thread(id)) {
      if (file.listed !== undefined) listed.push({ path: file.path, listed: file.listed })
      yield file
    }
  }
  yield* site.shared
  yield* sitemap(config.link, listed)
}

export interface StaticSite {
  /** Threads that have pages, by id, each with a mark that changes with anything its files show. */
  threads: ReadonlyMap<number, string>
  /** Changes with anything the files below `shared` show. */
  mark: string
  /** Files about no single thread: front page, agencies, feeds, and the page for what is not there. */
  shared: readonly StaticFile[]
  /** Pages and feeds of a thread, its stories and what was merged into them; none where it is gone. */
  thread(id: number): StaticFile[]
}

/** The files of one state of the store. `shared` is rendered here, so that it leads to the `threads` of that state. */
export function createStaticSite(reader: Reader, config: Configured, choice: StaticChoice = {}): StaticSite {
  return reader.together(() => {
    const [newest] = reader.recentThreads({ limit: 1, headlines: true })
    const now = newest?.last ?? 0
    const span = Math.max(choice.span ?? SPAN, config.publish.frontPage)
    const marks = reader.threadMarks(now - span, [...(choice.kept ?? []), ...newestThreads(reader, config)])
    const agencies = reader.agencies()
    const view: View = {
      reader,
      config,
      agencies: () => agencies,
      polled: () => agencies.filter(agency => agency.feeds > 0),
      isEmpty: () => newest === undefined,
      feedsOf: () => [],
      // A link to a file that was not written leads nowhere.
      hasPage: thread => marks.has(thread),
      now,
      live: false,
    }
    const files = new Files(view)
    const known = agencies.map(({ id, name, language, feeds }) => [id, name, language, feeds > 0])
    const common = JSON.stringify([
      choice.program ?? '',
      STYLE,
      CONTENT_STYLE,
      SCRIPT,
      reader.tagAuthority(),
      new Date(now).getUTCFullYear(),
      [config.title, config.link, config.language, config.timeZone, config.publish.limit],
      known,
    ])
    const threads = new Map([...marks].map(([id, mark]) => [id, digest(common, mark)]))
    return {
      threads,
      mark: digest(common, String(config.publish.frontPage), String(reader.version()), [...marks.keys()].join(' ')),
      shared: [...files.shared(agencies.map(({ id }) => id))],
      thread: id => reader.together(() => [...files.thread(id)]),
    }
  })
}

/** Threads that feeds may name, however old they are. */
function newestThreads(reader: Reader, config: Configured): number[] {
  const all = reader.recentThreads({ limit: config.publish.limit, headlines: true })
  const { threads } = edition(reader, config, {}, 'threads')
  return [...all, ...threads].map(({ id }) => id)
}

function digest(...parts: readonly string[]): string {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part).update('\0')
  return hash.digest('base64url').slice(0, 22)
}

class Files {
  readonly #view: View
  readonly #base: string

  constructor(view: View) {
    this.#view = view
    this.#base = view.config.link.replace(/(?<!\/)\/+$/, '')
  }

  *shared(agencies: readonly string[]): Generator<StaticFile> {
    yield* this.#page(PAGES.front, '', this.#view.now)
    yield* this.#page(PAGES.agencies, '', null)
    for (const id of agencies) yield* this.#page(PAGES.agency, id, null)
    for (const kind of ['stories', 'threads'] as const) {
      for (const file of this.#feed(kind, null)) yield file
    }
    yield this.#notFound()
    yield { path: 'robots.txt', body: `User-agent: *\nAllow: /\n\nSitemap: ${this.#base}/${SITEMAP}\n` }
    yield { path: 'favicon.svg', body: FAVICON }
  }

  *thread(id: number): Generator<StaticFile> {
    const { reader } = this.#view
    const thread = reader.thread(id)
    if (thread === null) return
    const { timeline, updated } = thread
    yield* this.#page(PAGES.thread, id, updated)
    // The page of a thread of one story shows that story: one of the two is enough to be found by.
    for (const story of timeline)
      yield* this.#page(PAGES.story, story.id, timeline.length > 1 ? story.updated : undefined)
    const feeds = this.#feed('thread', id)
    yield* feeds
    // Who has subscribed to a thread that was merged goes on with the one it is in now.
    for (const old of reader.mergedInto('thread', id)) {
      const stem = feedStem('thread', old)
      yield* feeds.map(({ body }, at) => ({ path: fileOf(`${stem}.${FORMATS[at]}`), body }))
    }
  }

  *#page(page: Page, id: string | number, listed: Millis | null | undefined): Generator<StaticFile> {
    const path = fileOf(page.path(id))
    const rendering = page.render(this.#view, this.#context(path), String(id), NO_CHOICE)
    if (rendering === null) return
    yield { path, body: rendering.body, ...(listed === undefined ? {} : { listed }) }
    if (page.merges === null) return
    for (const old of this.#view.reader.mergedInto(page.merges, Number(id))) yield this.#moved(page, old, Number(id))
  }

  #feed(kind: EditionKind, id: number | null): StaticFile[] {
    const chosen = feedEdition(this.#view, kind, id, NO_CHOICE)
    if (chosen === null) return []
    return FORMATS.map(format => ({
      path: fileOf(`${feedStem(kind, id)}.${format}`),
      body: renderFeed(chosen, format, { pageUrl: page => this.#url(page), queries: false }),
    }))
  }

  /** A file where a merged id was, that leads on without a server's help. */
  #moved({ path }: Page, from: number, to: number): StaticFile {
    const file = fileOf(path(from))
    return { path: file, body: movedHtml(this.#context(file), path(to), this.#url(path(to))) }
  }

  /** Shown at whatever address was asked for: its links begin at the root of the host. */
  #notFound(): StaticFile {
    const root = URL.canParse(this.#base) ? new URL(`${this.#base}/`).pathname : '/'
    const context = { ...this.#context(''), to: (path: string) => root + (path === '/' ? '' : fileOf(path)) }
    const { notFoundTitle, notFoundText } = context.words
    return { path: '404.html', body: messageHtml(context, notFoundTitle, notFoundText) }
  }

  #url(path: string): string {
    return `${this.#base}/${path === '/' ? '' : fileOf(path)}`
  }

  #context(path: string): PageContext {
    const { title, language, timeZone } = this.#view.config
    const up = '../'.repeat(path.split('/').length - 1)
    return {
      title,
      language,
      words: wordsFor(language, timeZone),
      to: target => `${up}${target === '/' && up === '' ? './' : ''}${fileOf(target)}`,
      keep: '',
      live: false,
      feedWords: '',
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
