// The site over a Reader: a Request in, a Response out, no socket. Answers GET and HEAD; everything it shows is in the store.
import { type Context, Hono } from 'hono'
import { nearest } from '../language/nearest.ts'
import { primaryLanguage } from '../language/tag.ts'
import type { Config } from '../model/config.ts'
import type { RowReader } from '../model/listed.ts'
import type { Health, HubFigures, Reader } from '../model/shown.ts'
import type { Millis } from '../model/units.ts'
import { namedHub } from './addresses.ts'
import { type Answering, Answers, away, type Elsewhere, Unanswered } from './answers.ts'
import type { Asked } from './asked.ts'
import type { Answer, Rendering } from './delivery.ts'
import {
  dataDocument,
  messagePage,
  notFoundPage,
  PUBLIC,
  pageDocument,
  sentenceDocument,
  UNCACHED,
} from './documents.ts'
import { feedStem } from './feeds.ts'
import { listed } from './front-page.ts'
import { html, nothing } from './markup.ts'
import { iconDocument, metrics, metricsDocument } from './metrics.ts'
import { opml } from './opml.ts'
import { feedHtml, POLLS } from './pages/feed.ts'
import { feedsChoice, feedsHtml, feedsQuery, POLL_PARTS } from './pages/feeds.ts'
import { link, type PageContext } from './pages/layout.ts'
import { isOfApi, methodDocument, refusalDocument } from './problem.ts'
import { type QueryFault, readQuery } from './query.ts'
import {
  FEEDS,
  type FeedRoute,
  feedEdition,
  feedRendering,
  NO_CHOICE,
  OLDEST_FIRST,
  PAGES,
  type Page,
  splitFile,
} from './routes.ts'
import { searchRendering } from './search-page.ts'
import { minuteOf, onceForState } from './state.ts'
import type { View } from './view.ts'
import { basePath, feedWording, type Wording, worded, wordingOf, wordsAsked } from './wording.ts'
import { wordsFor } from './words/index.ts'

export interface SiteDependencies {
  reader: Reader
  /** What `/api` reads; absent, there is no `/api`. */
  rows?: RowReader
  /**
   * Read at each request, so that a reloaded configuration is in force at once. Another object is another configuration:
   * all that was rendered is then stale.
   */
  config: () => Config
  now: () => Millis
  health: () => Health
  version: string
  /** What the built-in hub has done; null where there is none. */
  hub?: () => HubFigures | null
  /** Further metrics, in Prometheus' text format. */
  measured?: () => Promise<string>
  /** Called with every failure to render; the visitor learns only that there was one. */
  onError?: (error: unknown, request: string) => void
  /** Whether an error says that what is published cannot be reached just now: that is no fault. */
  isAway?: (error: unknown) => boolean
  /** Runs a rendering in a turn of the event loop of its own; absent, it runs at once. */
  turn?: (work: () => void) => void
  /**
   * Runs work after the time that answers which lie ready may be behind what was filed; a `turn` where left out. A look at the state
   * costs as much as all else that Minwal does for such an answer.
   */
  rest?: (work: () => void) => void
  /** Runs work after the time that pages may be behind what is filed all the while; each filing is shown where left out. */
  pace?: (work: () => void) => void
  /** Whether answers on their way hold so much memory that nothing new is to be rendered. */
  isFull?: () => boolean
  /** Renders in another thread; what is small is rendered here in any case. */
  elsewhere?: Elsewhere
}

export interface Site {
  fetch(request: Request): Promise<Response> | Response
  /**
   * What `fetch` would answer to a GET or HEAD of `address` (path and query as they were sent), where that lies ready; null
   * where it does not. Sees what was filed before the last `rest`.
   */
  ready(address: string, asked: Asked): Answer | null
}

type Responding = Response | Promise<Response>

const DAY = 86_400_000
/** Events named where there is no page. */
const EVENTS_NOT_FOUND = 5

export function createSite(dependencies: SiteDependencies): Site {
  const { now, turn, rest, pace, isFull, isAway, elsewhere } = dependencies
  const answers = new Answers({ state: stateOf(dependencies), now, turn, rest, pace, isFull, isAway, elsewhere })
  const app = routed(dependencies, answers)
  return {
    ready: (address, asked) => answers.ready(address, asked),
    fetch: request => {
      const isRead = request.method === 'GET' || request.method === 'HEAD'
      return isRead ? app.fetch(request) : answers.now(request, methodDocument(request))
    },
  }
}

/** The renderings of the same site, for `SiteDependencies.elsewhere`. What cannot be rendered is told to `onError` and rejects. */
export function createRenderer(dependencies: SiteDependencies): (request: Request) => Promise<Rendering> {
  const answers = new Unanswered()
  const app = routed(dependencies, answers)
  return async request => {
    const rendering = answers.rendering(await app.fetch(request))
    if (rendering === null) throw new Error(`nothing was rendered for ${request.url}`)
    return rendering
  }
}

function routed(dependencies: SiteDependencies, answers: Answering): Hono {
  const site = new Pages(dependencies, answers)
  // Trailing slashes are forgiven: people type them.
  const app = new Hono({ strict: false })
  for (const feed of FEEDS) app.get(feed.pattern, c => site.feed(c, feed))
  for (const page of Object.values(PAGES)) app.get(page.pattern, c => site.page(c, page))
  app.get('/search', c => site.search(c))
  app.get('/feeds', c => site.feeds(c))
  app.get('/feeds/:id{[0-9]{1,9}}', c => site.feedState(c))
  app.get('/opml', c => site.opml(c))
  app.get('/metrics', c => site.metrics(c))
  const { rows } = dependencies
  if (rows !== undefined) app.get('/api/*', c => site.api(c, rows))
  app.get('/healthz', c => site.health(c, 'live'))
  app.get('/readyz', c => site.health(c, 'ready'))
  app.get('/robots.txt', c =>
    site.sentence(c, 200, 'User-agent: *\nDisallow: /search\nDisallow: /feeds\nDisallow: /api'),
  )
  app.get('/favicon.svg', c => site.now(c, iconDocument()))
  app.notFound(c => site.now(c, site.notFound(c)))
  app.onError((error, c) => {
    if (dependencies.isAway?.(error)) return away(c.req.raw)
    dependencies.onError?.(error, `${c.req.method} ${new URL(c.req.url).pathname}`)
    const text = 'This could not be shown because of a fault in Minwal. Its log says what happened.'
    return site.now(c, refusalDocument(c.req.path, 500, text))
  })
  return app
}

/** All that renderings depend on. */
function stateOf({ reader, config, now, health }: SiteDependencies): () => readonly unknown[] {
  return () => [reader.version(), config(), minuteOf(now()), health().online]
}

/** What each address is answered with. */
class Pages {
  readonly answers: Answering
  readonly #deps: SiteDependencies
  readonly #agencies: View['agencies']
  readonly #totals: () => ReturnType<Reader['totals']>

  constructor(dependencies: SiteDependencies, answers: Answering) {
    this.#deps = dependencies
    this.answers = answers
    const { reader } = dependencies
    const published = (): readonly unknown[] => [reader.version(), dependencies.config()]
    // Both count all reports: done once for each state of the store, however many requests need it.
    this.#agencies = onceForState(published, () => reader.agencies())
    this.#totals = onceForState(published, () => reader.totals())
  }

  page(c: Context, page: Page): Responding {
    const isOldestFirst = page === PAGES.thread && c.req.query('order') === 'oldest'
    const plain = { ok: true, value: isOldestFirst ? OLDEST_FIRST : NO_CHOICE } as const
    const choice = page.takesChoice ? this.#choice(c) : plain
    if (!choice.ok) return this.#notUnderstood(c, choice.fault)
    const id = c.req.param('id') ?? ''
    if (page === PAGES.agency && !this.#knowsAgency(id)) return this.now(c, this.notFound(c))
    const wording = this.#wording(c)
    return this.answers.remembered(c.req.raw, `${page.path(id)}${choice.value.query} ${wording.key}`, () => {
      const rendering = page.render(this.#view(), this.#context(wording), id, choice.value)
      return worded(
        rendering ?? this.#moved(c, page.merges, Number(id)) ?? this.#gone(c, page.merges, Number(id)),
        wording,
      )
    })
  }

  feed(c: Context, { kind }: FeedRoute): Responding {
    const choice = this.#choice(c)
    if (!choice.ok) return this.sentence(c, 400, wordsFor('en').fault(choice.fault))
    const [name, format] = splitFile(c.req.param('file') ?? '')
    const thread = kind === 'thread' ? Number(name) : null
    const path = `${feedStem(kind, thread)}.${format}`
    const { language, query } = feedWording(c.req.raw, choice.value.query, this.#deps.config())
    return this.answers.remembered(c.req.raw, path + query, () => {
      const { agency } = choice.value.selection
      const agencyName = agency === undefined ? null : this.#nameOf(agency)
      const chosen = feedEdition(this.#view(), kind, thread, choice.value, agencyName, language)
      if (chosen !== null) return feedRendering(chosen, format, path + query, namedHub(this.#deps.config()))
      const moved = thread === null ? null : this.#moved(c, 'thread', thread, `.${format}`)
      if (moved !== null) return moved
      if (thread === null || !this.#deps.reader.isPruned('thread', thread)) {
        return sentenceDocument(404, `${path} names no thread.`)
      }
      return sentenceDocument(410, `What was at ${path} is older than the news that are kept here.`)
    })
  }

  search(c: Context): Responding {
    const choice = this.#choice(c)
    if (!choice.ok) return this.#notUnderstood(c, choice.fault)
    const wording = this.#wording(c)
    return this.answers.remembered(c.req.raw, `/search${choice.value.query} ${wording.key}`, () =>
      worded(searchRendering(this.#view(), this.#context(wording), choice.value), wording),
    )
  }

  /** Made anew each time: polls change the states of feeds without changing what is published. */
  feeds(c: Context): Responding {
    const wording = this.#wording(c)
    const choice = feedsChoice(new URL(c.req.url).searchParams)
    return this.answers.fresh(c.req.raw, `/feeds?${feedsQuery(choice)} ${wording.key}`, () => {
      const { reader, health } = this.#deps
      const body = feedsHtml(this.#context(wording), reader.feeds(), this.#polls(), health(), choice)
      return worded({ ...pageDocument(body, null), cacheControl: UNCACHED }, wording)
    })
  }

  feedState(c: Context): Responding {
    const wording = this.#wording(c)
    const id = Number(c.req.param('id'))
    return this.answers.fresh(c.req.raw, `/feeds/${id} ${wording.key}`, () => {
      const { reader } = this.#deps
      const feed = reader.feeds().find(one => one.id === id)
      if (feed === undefined) return this.notFound(c)
      const body = feedHtml(this.#context(wording), feed, reader.pollsOf(id, POLLS), this.#polls().get(id) ?? [])
      return worded({ ...pageDocument(body, null), cacheControl: UNCACHED }, wording)
    })
  }

  /** What came of the polls of a day, by feed. */
  #polls() {
    const { reader, now } = this.#deps
    return reader.polls(now() - DAY, now(), POLL_PARTS)
  }

  opml(c: Context): Responding {
    return this.answers.fresh(c.req.raw, '/opml', () =>
      dataDocument('text/x-opml; charset=utf-8', opml(this.#deps.config().title, this.#deps.reader.feeds()), PUBLIC),
    )
  }

  async api(c: Context, rows: RowReader): Promise<Response> {
    const { found } = await import('./api/api.ts')
    const { pathname, searchParams } = new URL(c.req.url)
    const { reader, config, version } = this.#deps
    const made = found(pathname, searchParams, () => ({
      rows,
      reader,
      agencies: this.#agencies,
      knowsAgency: id => this.#knowsAgency(id),
      now: this.#minute(),
      title: config().title,
      version,
      base: basePath(config().link),
    }))
    if ('refused' in made) return this.now(c, made.refused)
    return this.answers[made.fresh ? 'fresh' : 'remembered'](c.req.raw, made.key, made.make)
  }

  async metrics(c: Context): Promise<Response> {
    const { reader, health, version, now, hub, measured } = this.#deps
    const counting = (await measured?.()) ?? ''
    const make = (): Rendering => {
      const counted = { totals: this.#totals(), feeds: reader.feeds(), hub: hub?.() ?? null }
      return metricsDocument(metrics(counted, health(), version, now()) + counting)
    }
    return this.answers.fresh(c.req.raw, '/metrics', make, 'small')
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

  notFound(c: Context, isGone = false): Rendering {
    if (isOfApi(c.req.path)) return refusalDocument(c.req.path, 404, 'There is no API here.')
    const context = this.#context(this.#wording(c))
    const { reader } = this.#deps
    const language = primaryLanguage(context.words.tag)
    const events = { limit: EVENTS_NOT_FOUND, minAgencies: 2, headlines: true }
    const own = language === null ? [] : reader.recentThreads({ ...events, lang: language })
    const threads = listed(reader, own.length > 0 ? own : reader.recentThreads(events), language, 0, 1)
    return notFoundPage(context, threads, isGone)
  }

  /** 410 for what was pruned, which never comes back; 404 for what never was. */
  #gone(c: Context, what: Page['merges'], id: number): Rendering {
    return this.notFound(c, what !== null && this.#deps.reader.isPruned(what, id))
  }

  #notUnderstood(c: Context, fault: QueryFault): Response {
    const context = this.#context(this.#wording(c))
    const { words } = context
    const near = fault.kind === 'agency' ? this.#nearest(fault.value) : null
    const meant =
      near === null
        ? nothing
        : html`<p>${words.didYouMean[0]}<a class="go" href="${link(context, `/agencies/${encodeURIComponent(near.id)}`)}"><bdi>${near.name}</bdi></a>${words.didYouMean[1]}</p>`
    const all =
      fault.kind === 'agency'
        ? html`<p><a class="go" href="${link(context, '/agencies')}">${words.allAgencies}</a></p>`
        : nothing
    return this.now(c, messagePage(context, 400, words.badTitle, words.fault(fault), html`${meant}${all}`))
  }

  /** The agency whose id or name is most like what was asked for; null where none is. */
  #nearest(asked: string): { id: string; name: string } | null {
    const known = [...this.#deps.config().agencies, ...this.#agencies()]
    return nearest(asked, known, ({ id, name }) => [id, name])
  }

  #wording(c: Context): Wording {
    return wordingOf(c.req.raw, this.#deps.config())
  }

  /** To where an id that was merged leads, with the query it was asked with; null for one that never was. */
  #moved(c: Context, what: Page['merges'], id: number, ending = ''): Rendering | null {
    const target = what === null ? null : this.#deps.reader.redirect(what, id)
    if (what === null || target === null) return null
    const path = PAGES[what].path(target) + ending
    const location = `${basePath(this.#deps.config().link)}${path}${new URL(c.req.url).search}`
    const rendering = sentenceDocument(308, `This ${what} was merged into another: ${location}`)
    // Cached no longer than a page: an editor may part again what was merged.
    return { ...rendering, cacheControl: PUBLIC, headers: { ...rendering.headers, Location: location } }
  }

  #choice(c: Context) {
    const { searchParams } = new URL(c.req.url)
    return readQuery(searchParams, { now: this.#minute(), knowsAgency: id => this.#knowsAgency(id) })
  }

  #view(): View {
    const { reader, config, health } = this.#deps
    return {
      reader,
      config: config(),
      online: health().online ?? true,
      agencies: this.#agencies,
      polled: () => config().agencies.filter(agency => agency.feeds.length > 0),
      isEmpty: () => this.#totals().reports === 0,
      feedsOf: agency => reader.feeds().filter(state => state.agency === agency),
      hasPage: () => true,
      now: this.#minute(),
      live: true,
    }
  }

  #context({ language, keep, path: base }: Wording): PageContext {
    const config = this.#deps.config()
    const { title, timeZone } = config
    return {
      title,
      language,
      words: wordsFor(language, timeZone),
      to: path => base + path,
      keep,
      live: true,
      feedWords: wordsAsked(language, config),
      now: this.#minute(),
      version: this.#deps.reader.version(),
    }
  }

  #knowsAgency(id: string): boolean {
    const isIt = (agency: { id: string }): boolean => agency.id === id
    return this.#deps.config().agencies.some(isIt) || this.#agencies().some(isIt)
  }

  #nameOf(id: string): string {
    return [...this.#deps.config().agencies, ...this.#agencies()].find(agency => agency.id === id)?.name ?? id
  }

  #minute(): Millis {
    return minuteOf(this.#deps.now())
  }
}
