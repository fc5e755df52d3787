// The site over a Reader: a Request in, a Response out, no socket. Answers GET and HEAD; everything it shows is in the store.
import { type Context, Hono } from 'hono'
import type { Config } from '../model/config.ts'
import type { Health, Reader } from '../model/shown.ts'
import type { Millis } from '../model/units.ts'
import { Answers } from './answers.ts'
import type { Asked } from './asked.ts'
import type { Answer, Rendering } from './delivery.ts'
import { dataDocument, messagePage, PUBLIC, pageDocument, sentenceDocument, UNCACHED } from './documents.ts'
import { feedStem, type OutputFormat } from './feeds.ts'
import { FAVICON, metrics } from './metrics.ts'
import { opml } from './opml.ts'
import type { PageContext } from './pages/layout.ts'
import { feedsHtml, searchHtml } from './pages/lists.ts'
import { type Choice, readQuery } from './query.ts'
import {
  FEEDS,
  type FeedRoute,
  FORMATS,
  feedEdition,
  feedRendering,
  NO_CHOICE,
  PAGES,
  type Page,
  type View,
} from './routes.ts'
import { wordsFor } from './words/index.ts'

export interface SiteDependencies {
  reader: Reader
  /**
   * Read at each request, so that a reloaded configuration is in force at once. Another object is another configuration:
   * all that was rendered is then stale.
   */
  config: () => Config
  now: () => Millis
  health: () => Health
  version: string
  /** Called with every failure to render; the visitor learns only that there was one. */
  onError?: (error: unknown, request: string) => void
  /** Runs a rendering in a turn of the event loop of its own; absent, it runs at once. */
  turn?: (work: () => void) => void
  /** Whether answers on their way hold so much memory that nothing new is to be rendered. */
  isFull?: () => boolean
}

export interface Site {
  fetch(request: Request): Promise<Response> | Response
  /**
   * What `fetch` would answer to a GET or HEAD of `address` (path and query as they were sent), where that lies ready; null
   * where it does not. Sees what was filed as of this turn of the event loop, where `turn` is given.
   */
  ready(address: string, asked: Asked): Answer | null
}

type Responding = Response | Promise<Response>

const MINUTE = 60_000
const SEARCH_RESULTS = 100

export function createSite(dependencies: SiteDependencies): Site {
  const site = new Pages(dependencies)
  // Trailing slashes are forgiven: people type them.
  const app = new Hono({ strict: false })
  for (const feed of FEEDS) app.get(feed.pattern, c => site.feed(c, feed))
  for (const page of Object.values(PAGES)) app.get(page.pattern, c => site.page(c, page))
  app.get('/search', c => site.search(c))
  app.get('/feeds', c => site.feeds(c))
  app.get('/opml', c => site.opml(c))
  app.get('/metrics', c => site.metrics(c))
  app.get('/healthz', c => site.health(c, 'live'))
  app.get('/readyz', c => site.health(c, 'ready'))
  app.get('/robots.txt', c => site.sentence(c, 200, 'User-agent: *\nDisallow: /search\nDisallow: /feeds'))
  app.get('/favicon.svg', c =>
    site.now(c, dataDocument('image/svg+xml; charset=utf-8', FAVICON, 'public, max-age=86400')),
  )
  app.notFound(c => site.now(c, site.notFound()))
  app.onError((error, c) => {
    dependencies.onError?.(error, `${c.req.method} ${new URL(c.req.url).pathname}`)
    return site.sentence(c, 500, 'This could not be shown because of a fault in Minwal. Its log says what happened.')
  })
  return {
    ready: (address, asked) => site.answers.ready(address, asked),
    fetch: request => {
      const { method } = request
      if (method === 'GET' || method === 'HEAD') return app.fetch(request)
      const refusal = sentenceDocument(405, `${method} is not possible here: nothing can be changed over HTTP.`)
      return site.answers.now(request, { ...refusal, headers: { ...refusal.headers, Allow: 'GET, HEAD' } })
    },
  }
}

/** What each address is answered with. */
class Pages {
  readonly answers: Answers
  readonly #deps: SiteDependencies
  readonly #agencies: View['agencies']
  readonly #totals: () => ReturnType<Reader['totals']>

  constructor(dependencies: SiteDependencies) {
    this.#deps = dependencies
    const { reader, turn, isFull } = dependencies
    const published = (): readonly unknown[] => [reader.version(), dependencies.config()]
    // Both count all reports: done once for each state of the store, however many requests need it.
    this.#agencies = remembered(published, () => reader.agencies())
    this.#totals = remembered(published, () => reader.totals())
    this.answers = new Answers({ state: () => [...published(), this.#minute()], now: dependencies.now, turn, isFull })
  }

  page(c: Context, page: Page): Responding {
    const choice = page.takesChoice ? this.#choice(c) : ({ ok: true, value: NO_CHOICE } as const)
    if (!choice.ok) return this.#notUnderstood(c, choice.reason)
    const id = c.req.param('id') ?? ''
    if (page === PAGES.agency && !this.#knowsAgency(id)) return this.now(c, this.notFound())
    return this.answers.remembered(c.req.raw, page.path(id) + choice.value.query, () => {
      const rendering = page.render(this.#view(), this.#context(), id, choice.value)
      return rendering ?? this.#moved(c, page.merges, Number(id)) ?? this.notFound()
    })
  }

  feed(c: Context, { kind }: FeedRoute): Responding {
    const choice = this.#choice(c)
    if (!choice.ok) return this.sentence(c, 400, choice.reason)
    const [name, format] = splitFile(c.req.param('file') ?? '')
    const thread = kind === 'thread' ? Number(name) : null
    const path = `${feedStem(kind, thread)}.${format}`
    return this.answers.remembered(c.req.raw, path + choice.value.query, () => {
      const { agency } = choice.value.selection
      const agencyName = agency === undefined ? null : this.#nameOf(agency)
      const chosen = feedEdition(this.#view(), kind, thread, choice.value, agencyName)
      if (chosen !== null)
        return feedRendering(chosen, format, path + choice.value.query, this.#deps.config().publish.hub)
      const moved = thread === null ? null : this.#moved(c, 'thread', thread, `.${format}`)
      return moved ?? sentenceDocument(404, `${path} names no thread.`)
    })
  }

  search(c: Context): Responding {
    const choice = this.#choice(c)
    if (!choice.ok) return this.#notUnderstood(c, choice.reason)
    const { query, selection } = choice.value
    return this.answers.remembered(c.req.raw, `/search${query}`, () =>
      pageDocument(searchHtml(this.#context(), selection.q ?? '', query, this.#find(choice.value)), null),
    )
  }

  /** Made anew each time: polls change the states of feeds without changing what is published. */
  feeds(c: Context): Responding {
    return this.answers.fresh(c.req.raw, '/feeds', () => {
      const body = feedsHtml(this.#context(), this.#deps.reader.feeds(), this.#deps.health().fault)
      return { ...pageDocument(body, null), cacheControl: UNCACHED }
    })
  }

  opml(c: Context): Responding {
    return this.answers.fresh(c.req.raw, '/opml', () =>
      dataDocument('text/x-opml; charset=utf-8', opml(this.#deps.config().title, this.#deps.reader.feeds()), PUBLIC),
    )
  }

  metrics(c: Context): Responding {
    return this.answers.fresh(c.req.raw, '/metrics', () => {
      const { reader, health, version, now } = this.#deps
      const body = metrics({ totals: this.#totals(), feeds: reader.feeds() }, health(), version, now())
      return dataDocument('text/plain; version=0.0.4; charset=utf-8', body, UNCACHED)
    })
  }

  health(c: Context, aspect: 'live' | 'ready'): Response {
    const health = this.#deps.health()
    return this.now(c, { ...sentenceDocument(health[aspect] ? 200 : 503, health.detail), cacheControl: 'no-store' })
  }

  sentence(c: Context, status: number, text: string): Response {
    return this.now(c, sentenceDocument(status, text))
  }

  now(c: Context, rendering: Rendering): Response {
    return this.answers.now(c.req.raw, rendering)
  }

  notFound(): Rendering {
    const context = this.#context()
    return messagePage(context, 404, context.words.notFoundTitle, context.words.notFoundText)
  }

  #notUnderstood(c: Context, reason: string): Response {
    const context = this.#context()
    return this.now(c, messagePage(context, 400, context.words.badTitle, reason))
  }

  /** To where an id that was merged leads, with the query it was asked with; null for one that never was. */
  #moved(c: Context, what: Page['merges'], id: number, ending = ''): Rendering | null {
    const target = what === null ? null : this.#deps.reader.redirect(what, id)
    if (what === null || target === null) return null
    const path = PAGES[what].path(target) + ending
    const location = `${this.#context().to(path)}${new URL(c.req.url).search}`
    const rendering = sentenceDocument(308, `This ${what} was merged into another: ${location}`)
    // Cached no longer than a page: an editor may part again what was merged.
    return { ...rendering, cacheControl: PUBLIC, headers: { ...rendering.headers, Location: location } }
  }

  #find({ selection }: Choice) {
    const { q, ...narrower } = selection
    if (q === undefined) return null
    const { reader } = this.#deps
    // Other parameters narrow the search; without any it is the store's own.
    return Object.keys(narrower).length === 0
      ? reader.search(q, SEARCH_RESULTS)
      : reader.recentStories({ limit: SEARCH_RESULTS, ...selection })
  }

  #choice(c: Context) {
    const { searchParams } = new URL(c.req.url)
    return readQuery(searchParams, { now: this.#minute(), knowsAgency: id => this.#knowsAgency(id) })
  }

  #view(): View {
    const { reader, config } = this.#deps
    return {
      reader,
      config: config(),
      agencies: this.#agencies,
      polled: () => config().agencies.filter(agency => agency.feeds.length > 0),
      isEmpty: () => this.#totals().reports === 0,
      feedsOf: agency => reader.feeds().filter(state => state.agency === agency),
      hasPage: () => true,
      now: this.#minute(),
    }
  }

  #context(): PageContext {
    const { title, language, link } = this.#deps.config()
    const base = basePath(link)
    return { title, language, words: wordsFor(language), to: path => base + path, live: true, now: this.#minute() }
  }

  #knowsAgency(id: string): boolean {
    const isIt = (agency: { id: string }): boolean => agency.id === id
    return this.#deps.config().agencies.some(isIt) || this.#agencies().some(isIt)
  }

  #nameOf(id: string): string {
    return [...this.#deps.config().agencies, ...this.#agencies()].find(agency => agency.id === id)?.name ?? id
  }

  /** The clock of the pages: what was rendered is remembered for a minute. */
  #minute(): Millis {
    return Math.floor(this.#deps.now() / MINUTE) * MINUTE
  }
}

/** What `make` gives, made anew only where one of the values of `state` is another. */
function remembered<T>(state: () => readonly unknown[], make: () => T): () => T {
  let last: { state: readonly unknown[]; value: T } | null = null
  return () => {
    const now = state()
    if (last === null || now.some((part, at) => part !== last?.state[at])) last = { state: now, value: make() }
    return last.value
  }
}

function splitFile(file: string): [name: string, format: OutputFormat] {
  const [name = '', ending] = file.split('.')
  return [name, FORMATS.find(format => format === ending) ?? 'atom']
}

/** Path below which a proxy has the site: links carry it, whether or not the proxy takes it off. */
function basePath(link: string): string {
  return URL.canParse(link) ? new URL(link).pathname.replace(/(?<!\/)\/+$/, '') : ''
}
