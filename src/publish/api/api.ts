// Finds what a request to the API asks for. Loaded with the first of them: its schemas take time to make.
import type { Rendering } from '../delivery.ts'
import { dataDocument, PUBLIC, UNCACHED } from '../documents.ts'
import { OPEN_HEADERS, problemDocument } from '../problem.ts'
import { openApi } from './openapi.ts'
import { type Asking, type Given, readParameters } from './parameters.ts'
import { RESOURCES, type Resource, type Sources } from './resources.ts'

export interface ApiSite extends Sources, Asking {
  title: string
  version: string
  /** Path below which the site lies. */
  base: string
}

export type Found =
  | { refused: Rendering }
  /** `make` throws what the store throws; what is `fresh` is made anew for each request. */
  | { key: string; fresh: boolean; make: () => Rendering }

/** What answers a GET of this path with this query. `site` is asked when the answer is made. */
export function found(pathname: string, query: URLSearchParams, site: () => ApiSite): Found {
  const path = pathname.replace(/(?<!\/)\/+$/, '')
  if (path === '/api' || path === '/api/openapi.json') {
    return {
      key: path,
      fresh: false,
      make: () => {
        const { title, version, base } = site()
        return jsonDocument(path === '/api' ? index(title, version, base) : openApi(title, version, base), PUBLIC)
      },
    }
  }
  const routed = resourceAt(path)
  if (routed === null) {
    return { refused: problemDocument(404, `There is no ${path.slice(0, 100)}: /api lists what there is.`) }
  }
  const { resource, id } = routed
  const given = readParameters(query, resource, site())
  if (!given.ok) {
    return { refused: problemDocument(400, `${given.parameter} ${given.reason}.`, { parameter: given.parameter }) }
  }
  return {
    key: `${given.value.key} ${id}`,
    fresh: resource.fresh,
    make: () => {
      const sources = site()
      return sources.rows.together(() => answer(sources, resource, given.value, id))
    },
  }
}

function resourceAt(path: string): { resource: Resource; id: string } | null {
  const [, , name = '', id = '', ...rest] = path.split('/')
  if (rest.length > 0) return null
  const wanted = `/api/${name}${id === '' ? '' : '/{id}'}`
  const resource = RESOURCES.find(one => one.path === wanted)
  return resource === undefined ? null : { resource, id }
}

function answer(sources: ApiSite, resource: Resource, given: Given, id: string): Rendering {
  const isId = resource.id !== 'number' || /^[1-9]\d{0,14}$/.test(id)
  const made = isId ? resource.make(sources, given, id) : null
  if (made === null)
    return (
      (isId ? (moved(sources, resource, Number(id)) ?? gone(sources, resource, Number(id))) : null) ??
      nothing(resource, id)
    )
  const document = jsonDocument(made, resource.fresh ? UNCACHED : PUBLIC)
  const next = 'next' in made && typeof made.next === 'string' ? made.next : null
  if (next === null) return document
  const { limit } = given.values
  const query = `${given.list}${given.list.endsWith('?') ? '' : '&'}${limit === undefined ? '' : `limit=${limit}&`}cursor=${next}`
  return { ...document, headers: { ...document.headers, Link: `<${sources.base}${query}>; rel="next"` } }
}

/** Where the id of what was merged leads. */
function moved(sources: ApiSite, { merges, path }: Resource, id: number): Rendering | null {
  const merged = merges === null ? null : sources.reader.redirect(merges, id)
  if (merged === null) return null
  const location = sources.base + path.replace('{id}', String(merged))
  const document = jsonDocument({ merged, location }, PUBLIC)
  // Cached no longer than any answer: an editor may part again what was merged.
  return { ...document, status: 308, headers: { ...document.headers, Location: location } }
}

/** What has been deleted because it was old. */
function gone({ reader }: ApiSite, { merges }: Resource, id: number): Rendering | null {
  if (merges === null || !reader.isPruned(merges, id)) return null
  return problemDocument(410, `The ${merges} ${id} was older than the news that are kept here.`)
}

function nothing({ path }: Resource, id: string): Rendering {
  const list = path.replace('/{id}', '')
  return problemDocument(404, `${list} has none with the id ${JSON.stringify(id.slice(0, 60))}.`)
}

function index(title: string, version: string, base: string): object {
  const paths = RESOURCES.map(({ path, summary }) => ({ path: base + path, summary }))
  return { title, version, openapi: `${base}/api/openapi.json`, paths }
}

function jsonDocument(body: object, cacheControl: string): Rendering {
  const document = dataDocument('application/json', `${JSON.stringify(body)}\n`, cacheControl)
  return { ...document, headers: OPEN_HEADERS }
}
