// Hides the web: which address shows what. Request in, Response out; no socket, so tests call it as a browser would.
import { type Context, Hono } from 'hono'
import type { Config } from '../model/config.ts'
import type { AgencySummary, Reader, Selection } from '../model/shown.ts'
import type { Millis } from '../model/units.ts'
import { encodingFor, Memory, needsEncoding, Prepared, type Rendering, respond, wishedEncoding } from './delivery.ts'
import { type CountedEdition, edition, frontPage } from './edition.ts'
import { CONTENT_TYPES, type OutputFormat, renderFeed } from './feeds.ts'
import { feedTitle } from './heading.ts'
import { FAVICON, metrics, opml } from './machine.ts'
import { frontHtml } from './pages/front.ts'
import type { PageContext } from './pages/layout.ts'
import { agenciesHtml, agencyHtml, feedsHtml, messageHtml, searchHtml } from './pages/lists.ts'
import { storyHtml } from './pages/story.ts'
import { STYLE_SOURCE } from './pages/style.ts'
import { threadHtml } from './pages/thread.ts'
import { wordsFor } from './pages/words.ts'
import { type Choice, readQuery } from './query.ts'
import { Renderings } from './renderings.ts'

export interface Health {
  live: boolean
  ready: boolean
  /** What is polled can be stored. True where left out. */
  storing?: boolean
  /** Why nothing can be stored, for visitors; null where it can. */
  fault?: string | null
  /** One line a person can read. */
  detail: string
}

export interface SiteDependencies {
  reader: Reader
  /** Read at each request, so that a reloaded configuration shows at once. The same object until then: another object
   * is another configuration, and all that was rendered is made anew. */
  config: () => Config
  now: () => Millis
  health: () => Health
  version: string
  /** Told of every failure to render; the visitor only learns that there was one. */
  onError?: (error: unknown, request: string) => void
  /** Runs a rendering in a turn of the event loop of its own; absent, it runs at once. */
  turn?: (work: () => void) => void
  /** Whether answers on their way hold so much memory that nothing new is to be rendered. */
  isFull?: () => boolean
}

export interface Site {
  fetch(request: Request): Promise<Response> | Response
}

const MINUTE = 60_000
const CACHED_ENTRIES = 200
const CACHED_BYTES = 64 * 1024 * 1024
const SEARCH_RESULTS = 100
const AGENCY_STORIES = 60
/** Seconds after which a request that found too many others before it is worth another try. */
const RETRY_AFTER = 5

const PUBLIC = 'public, max-age=60'
const UNCACHED = 'no-cache'

// Nothing runs, nothing is framed, forms lead back here; pictures of reports come from wherever the agency keeps them.
const PAGE_HEADERS: Readonly<Record<string, string>> = {
  'Content-Security-Policy': `default-src 'none'; style-src ${STYLE_SOURCE}; img-src 'self' https: http:; media-src https: http:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
  'X-Frame-Options': 'DENY',
}
const DATA_HEADERS: Readonly<Record<string, string>> = { 'Content-Security-Policy': "default-src 'none'" }

/** The whole site over a Reader. Answers GET and HEAD; everything it shows is in the store. */
export function createSite(dependencies: SiteDependencies): Site {
  const { reader } = dependencies
  const memory = new Memory(CACHED_ENTRIES, CACHED_BYTES)
  const renderings = new Renderings<Prepared>(dependencies.turn ?? (work => work()))
  // Trailing slashes are forgiven: people type them.
  const app = new Hono({ strict: false })

  // Of the configuration, not of the store: there every look counts all reports.
  const polled = () => dependencies.config().agencies.filter(agency => agency.feeds.length > 0)

  const minute = (): Millis => Math.floor(dependencies.now() / MINUTE) * MINUTE

  const published = (): readonly unknown[] => [reader.version(), dependencies.config()]
  // Both count all reports: once for each state of the store, however many ask.
  const agencies = remembered(published, () => reader.agencies())
  const totals = remembered(published, () => reader.totals())
  const knowsAgency = (id: string): boolean =>
    dependencies.config().agencies.some(agency => agency.id === id) || agencies().some(agency => agency.id === id)

  const nameOf = (id: string): string =>
    [...dependencies.config().agencies, ...agencies()].find(agency => agency.id === id)?.name ?? id

  /** Rendered once for each state of the store, the configuration and the clock's minute. */
  const deliver = (c: Context, key: string, make: () => Rendering): Response | Promise<Response> => {
    const request = c.req.raw
    const state = () => [...published(), minute()]
    const known = memory.find(state(), key)
    if (known !== null && !needsEncoding(request, known)) return respond(request, known)
    return queued(c, key, () => memory.get(state(), key, make))
  }

  /** Made anew at each request, but once for all that wait for it. */
  const deliverFresh = (c: Context, key: string, make: () => Rendering): Response | Promise<Response> =>
    queued(c, key, () => new Prepared(make()))

  const queued = (c: Context, key: string, make: () => Prepared): Response | Promise<Response> => {
    const request = c.req.raw
    const full = dependencies.isFull?.() === true
    const rendered = full
      ? null
      : renderings.get(
          `${wishedEncoding(request)} ${key}`,
          async () => {
            const prepared = make()
            if (needsEncoding(request, prepared)) await prepared.encode(encodingFor(request, prepared))
            memory.trim()
            return prepared
          },
          () => request.signal.aborted,
        )
    if (rendered === null) return overloaded(c)
    return rendered.then(prepared => (prepared === null ? overloaded(c) : respond(request, prepared)))
  }

  const overloaded = (c: Context): Response => {
    const response = sentence(
      c,
      503,
      `Too many pages are being made at once. Ask again in ${RETRY_AFTER} seconds, or for fewer at a time.`,
    )
    response.headers.set('Retry-After', String(RETRY_AFTER))
    return response
  }

  const at = (): PageContext => {
    const config = dependencies.config()
    const base = basePath(config.link)
    return {
      title: config.title,
      language: config.language,
      words: wordsFor(config.language),
      to: path => `${base}${path}`,
      live: true,
      now: minute(),
    }
  }

  const choose = (c: Context) => readQuery(new URL(c.req.url).searchParams, { now: minute(), knowsAgency })

  /** A page that depends on a choice; what cannot be understood is answered with a page that says so. */
  const chosenPage = (c: Context, path: string, make: (choice: Choice) => Rendering): Response | Promise<Response> => {
    const choice = choose(c)
    if (choice.ok) return deliver(c, path + choice.value.query, () => make(choice.value))
    return respond(c.req.raw, new Prepared(message(at(), 400, at().words.badTitle, choice.reason)))
  }

  const feed = (
    c: Context,
    path: string,
    format: OutputFormat,
    kind: 'stories' | 'threads' | 'thread',
    thread: Partial<Selection> = {},
  ): Response | Promise<Response> => {
    const choice = choose(c)
    if (!choice.ok) return sentence(c, 400, choice.reason)
    const selfPath = path + choice.value.query
    return deliver(c, selfPath, () => {
      const config = dependencies.config()
      const { selection } = choice.value
      const agency = selection.agency === undefined ? null : nameOf(selection.agency)
      const title = feedTitle(config.title, kind, selection, agency, wordsFor(config.language))
      const chosen = edition(reader, { ...config, title }, { ...selection, ...thread }, kind)
      if (kind === 'thread' && chosen.threads.length === 0) {
        return moved(c, 'thread', thread.thread, `.${format}`) ?? sentenceRendering(404, `${path} names no thread.`)
      }
      return feedRendering(chosen, format, kind === 'threads' ? 'threads' : 'stories', selfPath)
    })
  }

  const sentence = (c: Context, status: number, text: string): Response =>
    respond(c.req.raw, new Prepared(sentenceRendering(status, text)))

  const notFound = (): Rendering => message(at(), 404, at().words.notFoundTitle, at().words.notFoundText)

  /** To where an id that was merged leads, with the query it was asked with; null for one that never was. */
  const moved = (c: Context, what: 'story' | 'thread', id: number | undefined, ending = ''): Rendering | null => {
    const target = id === undefined ? null : reader.redirect(what, id)
    if (target === null) return null
    const folder = what === 'story' ? 'stories' : 'threads'
    const location = `${at().to(`/${folder}/${target}${ending}`)}${new URL(c.req.url).search}`
    const rendering = sentenceRendering(308, `This ${what} was merged into another: ${location}`)
    // No longer than a page's: an editor may part again what was merged.
    return { ...rendering, cacheControl: PUBLIC, headers: { ...rendering.headers, Location: location } }
  }

  app.get('/', c =>
    chosenPage(c, '/', choice => {
      const front = frontPage(reader, dependencies.config(), choice.selection, minute())
      const body = frontHtml(at(), {
        front,
        agencies: agencies(),
        chosen: choice.selection,
        query: choice.query,
        empty: totals().reports === 0,
      })
      return pageRendering(body, front.updated)
    }),
  )

  app.get('/:file{(feed|threads)\\.(atom|rss|json)}', c => {
    const [name, format] = splitFile(c.req.param('file'))
    return feed(c, `/${name}.${format}`, format, name === 'threads' ? 'threads' : 'stories')
  })

  app.get('/threads/:file{[0-9]{1,15}\\.(atom|rss|json)}', c => {
    const [name, format] = splitFile(c.req.param('file'))
    const thread = Number(name)
    return feed(c, `/threads/${thread}.${format}`, format, 'thread', { thread })
  })

  app.get('/threads/:id{[0-9]{1,15}}', c => {
    const id = Number(c.req.param('id'))
    return deliver(c, `/threads/${id}`, () => {
      const thread = reader.thread(id)
      if (thread === null) return moved(c, 'thread', id) ?? notFound()
      // No Last-Modified: it also says who has not reported it, and that changes with the configuration.
      return pageRendering(threadHtml(at(), thread, polled()), null)
    })
  })

  app.get('/stories/:id{[0-9]{1,15}}', c => {
    const id = Number(c.req.param('id'))
    return deliver(c, `/stories/${id}`, () => {
      const story = reader.story(id)
      return story === null ? (moved(c, 'story', id) ?? notFound()) : pageRendering(storyHtml(at(), story), null)
    })
  })

  app.get('/search', c =>
    chosenPage(c, '/search', choice => {
      const typed = choice.selection.q
      // Other parameters narrow the search; without any it is the store's own.
      const { q: _q, ...narrower } = choice.selection
      const found =
        typed === undefined
          ? null
          : Object.keys(narrower).length === 0
            ? reader.search(typed, SEARCH_RESULTS)
            : reader.recentStories({ limit: SEARCH_RESULTS, ...choice.selection })
      return pageRendering(searchHtml(at(), typed ?? '', choice.query, found), null)
    }),
  )

  app.get('/agencies', c => deliver(c, '/agencies', () => pageRendering(agenciesHtml(at(), agencies()), null)))

  app.get('/agencies/:id', c => {
    const id = c.req.param('id')
    if (!knowsAgency(id)) return respond(c.req.raw, new Prepared(notFound()))
    return deliver(c, `/agencies/${id}`, () => {
      const agency = agencies().find(candidate => candidate.id === id)
      return agency === undefined ? notFound() : agencyPage(at(), reader, agency)
    })
  })

  // Polls change these without changing what is published.
  app.get('/feeds', c =>
    deliverFresh(c, '/feeds', () => ({
      ...pageRendering(feedsHtml(at(), reader.feeds(), dependencies.health().fault), null),
      cacheControl: UNCACHED,
    })),
  )
  app.get('/opml', c =>
    deliverFresh(c, '/opml', () =>
      dataRendering('text/x-opml; charset=utf-8', opml(dependencies.config().title, reader.feeds()), PUBLIC),
    ),
  )
  app.get('/metrics', c =>
    deliverFresh(c, '/metrics', () => {
      const body = metrics(
        { totals: totals(), feeds: reader.feeds() },
        dependencies.health(),
        dependencies.version,
        dependencies.now(),
      )
      return dataRendering('text/plain; version=0.0.4; charset=utf-8', body, UNCACHED)
    }),
  )

  const healthResponse = (c: Context, good: boolean, detail: string): Response =>
    respond(c.req.raw, new Prepared({ ...sentenceRendering(good ? 200 : 503, detail), cacheControl: 'no-store' }))
  app.get('/healthz', c => healthResponse(c, dependencies.health().live, dependencies.health().detail))
  app.get('/readyz', c => healthResponse(c, dependencies.health().ready, dependencies.health().detail))

  app.get('/robots.txt', c => sentence(c, 200, 'User-agent: *\nDisallow: /search\nDisallow: /feeds'))
  app.get('/favicon.svg', c =>
    respond(c.req.raw, new Prepared(dataRendering('image/svg+xml; charset=utf-8', FAVICON, 'public, max-age=86400'))),
  )

  app.notFound(c => respond(c.req.raw, new Prepared(notFound())))

  app.onError((error, c) => {
    dependencies.onError?.(error, `${c.req.method} ${new URL(c.req.url).pathname}`)
    return sentence(c, 500, 'This could not be shown because of a fault in Minwal. Its log says what happened.')
  })

  return {
    fetch: request => {
      const { method } = request
      if (method === 'GET' || method === 'HEAD') return app.fetch(request)
      const refusal = sentenceRendering(405, `${method} is not possible here: nothing can be changed over HTTP.`)
      return respond(request, new Prepared({ ...refusal, headers: { ...refusal.headers, Allow: 'GET, HEAD' } }))
    },
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

function agencyPage(context: PageContext, reader: Reader, agency: AgencySummary): Rendering {
  const stories = reader.recentStories({ agency: agency.id, limit: AGENCY_STORIES })
  const feeds = reader.feeds().filter(state => state.agency === agency.id)
  return pageRendering(agencyHtml(context, agency, stories, feeds), null)
}

function pageRendering(body: string, lastModified: Millis | null): Rendering {
  return {
    status: 200,
    contentType: 'text/html; charset=utf-8',
    body,
    lastModified: lastModified === 0 ? null : lastModified,
    cacheControl: PUBLIC,
    headers: PAGE_HEADERS,
  }
}

function message(context: PageContext, status: number, title: string, text: string): Rendering {
  return { ...pageRendering(messageHtml(context, title, text), null), status, cacheControl: UNCACHED }
}

function feedRendering(
  chosen: CountedEdition,
  format: OutputFormat,
  what: 'stories' | 'threads',
  selfPath: string,
): Rendering {
  const { body } = renderFeed({ edition: chosen, format, what, selfPath })
  return {
    status: 200,
    contentType: CONTENT_TYPES[format],
    body,
    lastModified: chosen.updated === 0 ? null : chosen.updated,
    cacheControl: PUBLIC,
    // Feeds are public; a reader that runs in a browser may fetch them.
    headers: { ...DATA_HEADERS, 'Access-Control-Allow-Origin': '*' },
  }
}

function dataRendering(contentType: string, body: string, cacheControl: string): Rendering {
  return { status: 200, contentType, body, lastModified: null, cacheControl, headers: DATA_HEADERS }
}

function sentenceRendering(status: number, text: string): Rendering {
  const body = `${text.trim()}\n`
  return { ...dataRendering('text/plain; charset=utf-8', body, status === 200 ? PUBLIC : UNCACHED), status }
}

function splitFile(file: string): [name: string, format: OutputFormat] {
  const [name = '', ending] = file.split('.')
  return [name, ending === 'rss' || ending === 'json' ? ending : 'atom']
}

// Behind a proxy the site may live below a path: links then carry it, whether or not the proxy takes it off.
function basePath(link: string): string {
  return URL.canParse(link) ? new URL(link).pathname.replace(/(?<!\/)\/+$/, '') : ''
}
