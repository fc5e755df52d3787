// The API over real HTTP: every answer is held to the document that the API itself serves.
import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, it } from 'vitest'
import type { RowReader } from '../../src/model/listed.ts'
import { VIEWS } from '../../src/publish/api/views.ts'
import { createSite } from '../../src/publish/site.ts'
import { type ServedApi, serveApi } from '../helpers/api.ts'
import { FEEDS, fileInto, HOUR, NOW } from '../store/newsroom.ts'
import { aDay, config, HEALTHY } from './fixture.ts'

const [HARIR = ''] = FEEDS

type Json = Record<string, unknown>
interface Document {
  openapi: string
  paths: Record<
    string,
    { get: { responses: Record<string, { content?: Record<string, { schema: { $ref: string } }> }> } }
  >
  components: { schemas: Record<string, object> }
}

const documentOf = async (api: ServedApi): Promise<Document> =>
  (await (await api.get('/api/openapi.json')).json()) as Document

const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/

/** Judges an answer by the schema that the document names for its path, status and type; what is wrong, or null. */
function judge(document: Document) {
  const ajv = new Ajv2020({ strict: false, allErrors: true, formats: { 'date-time': TIME } })
  ajv.addSchema({ $id: 'api', components: document.components })
  return (path: string, status: number, type: string, body: unknown): unknown => {
    const { responses } = document.paths[path]?.get ?? { responses: {} }
    const told = responses[status] ?? responses['default']
    const ref = told?.content?.[type]?.schema.$ref
    if (ref === undefined) return `${path} is not said to answer ${status} with ${type}`
    const holds = ajv.compile({ $ref: `api${ref}` })
    return holds(body) ? null : holds.errors
  }
}

/** The rows of an answer's list. */
async function rows(api: ServedApi, path: string): Promise<{ rows: Json[]; next: string | null }> {
  const response = await api.get(path)
  expect(`${path} ${response.status}`).toBe(`${path} 200`)
  const body = (await response.json()) as Json & { next: string | null }
  const list = Object.values(body).find(value => Array.isArray(value)) as Json[]
  return { rows: list, next: body.next }
}

const titles = (found: { rows: Json[] }): unknown[] => found.rows.map(row => row['title'])

describe('the API', () => {
  it('answers every path as its document says, with data in every list', async () => {
    const api = await serveApi()
    const { ids } = api
    const document = await documentOf(api)
    expect(document.openapi).toMatch(/^3\.1\./)
    const judged = judge(document)
    const asked: [path: string, address: string][] = [
      ['/api/threads', '/api/threads'],
      ['/api/threads/{id}', `/api/threads/${ids.dam}`],
      ['/api/stories', '/api/stories'],
      ['/api/stories/{id}', `/api/stories/${ids.story}`],
      ['/api/reports', '/api/reports'],
      ['/api/reports/{id}', '/api/reports/3'],
      ['/api/figures', '/api/figures'],
      ['/api/lead-times', '/api/lead-times'],
      ['/api/agencies', '/api/agencies'],
      ['/api/agencies/{id}', '/api/agencies/meridian'],
      ['/api/feeds', '/api/feeds'],
      ['/api/feeds/{id}', '/api/feeds/3'],
      ['/api/search', '/api/search?q=dam'],
    ]
    expect(asked.map(([path]) => path).sort()).toEqual(Object.keys(document.paths).sort())
    for (const [path, address] of asked) {
      const response = await api.get(address)
      expect(`${address} ${response.status}`).toBe(`${address} 200`)
      expect(response.headers.get('content-type')).toBe('application/json')
      const body = (await response.json()) as Json
      expect(judged(path, 200, 'application/json', body)).toBeNull()
      for (const [name, value] of Object.entries(body)) {
        if (Array.isArray(value) && !['links', 'merged'].includes(name))
          expect(`${address} ${name} ${value.length}`).not.toMatch(/ 0$/)
      }
    }
  })

  it('calls columns as the views do, all of them, and adds what its own schema names', () => {
    const page = readFileSync(new URL('../../docs/sql.md', import.meta.url), 'utf8')
    const documented = (view: string): string[] => {
      const section =
        (page.split('\n### ').find(part => part.startsWith(`\`${view}\`\n`)) ?? '').split('\n## ')[0] ?? ''
      // A time as text besides is for who types SQL; texts of pages are published to nobody.
      return [...section.matchAll(/^\| `([a-z_]+)` \| (?!The same as UTC text|What was taken from its page)\S/gm)].map(
        ([, column = '']) => column,
      )
    }
    const given: Record<string, { schema: keyof typeof VIEWS; added: string[] }> = {
      thread: { schema: 'Thread', added: ['parts'] },
      story: { schema: 'WholeStory', added: ['signal', 'withdrawn', 'excerpt', 'parts', 'text', 'summary', 'content'] },
      report: { schema: 'WholeReport', added: ['excerpt'] },
      revision: { schema: 'Revision', added: [] },
      credit: { schema: 'Credit', added: [] },
      figure: { schema: 'Figure', added: [] },
      link: { schema: 'Link', added: ['title', 'language', 'first', 'last'] },
      agency: { schema: 'Agency', added: [] },
      feed: { schema: 'Feed', added: [] },
      poll: { schema: 'Poll', added: [] },
    }
    for (const [view, { schema, added }] of Object.entries(given)) {
      const columns = Object.keys(VIEWS[schema].columns)
      expect(columns.filter(column => !added.includes(column)).sort(), view).toEqual(documented(view).sort())
    }
  })

  it('chooses as the feeds do, and tells of each report, number and lead time', async () => {
    const api = await serveApi()
    const { dam, story } = api.ids
    expect(titles(await rows(api, '/api/stories?lang=ar'))).toEqual([
      'انتهت المباراة النهائية',
      'عاجل | احتجاجات الوقود',
    ])
    expect(titles(await rows(api, '/api/threads?category=Floods'))).toHaveLength(1)
    expect((await rows(api, '/api/threads?min-agencies=2')).rows.map(row => row['id'])).toEqual([dam])
    expect(titles(await rows(api, '/api/stories?kind=corrections'))).toEqual([
      'KILL: Harbour authority doubles its budget',
    ])
    expect((await rows(api, `/api/stories?thread=${dam}`)).rows.every(row => row['thread'] === dam)).toBe(true)
    expect((await rows(api, '/api/stories?since=90m')).rows).toHaveLength(2)
    expect((await rows(api, `/api/reports?story=${story}`)).rows.map(row => row['agency'])).toEqual([
      'vostok',
      'meridian',
    ])
    expect((await rows(api, '/api/reports?agency=harir')).rows.map(row => row['feed'])).toEqual([1, 1])
    expect((await rows(api, '/api/reports?feed=4&lang=ru')).rows).toHaveLength(0)
    expect((await rows(api, '/api/reports?since=3h')).rows).toHaveLength(4)
    const figures = (await rows(api, `/api/figures?thread=${dam}&kind=killed`)).rows.map(row => row['value'])
    expect(figures).toEqual([31, 12, 14, 12])
    const [lead] = (await rows(api, '/api/lead-times')).rows as { parts: Json[] }[]
    expect(lead?.parts).toMatchObject([
      { agency: 'meridian', name: 'Meridian', behind: 0 },
      { agency: 'vostok', behind: HOUR },
    ])
    expect((await rows(api, '/api/feeds?agency=harir')).rows).toHaveLength(2)
    expect((await rows(api, '/api/feeds?state=new')).rows.map(row => row['id'])).toEqual([2])
  })

  it('reads what is searched for as the search page does, and says how', async () => {
    const api = await serveApi()
    const found = (await (await api.get('/api/search?q=dam+agency:vostok+-harbour+foo:bar')).json()) as Json
    expect(found['read']).toEqual({
      words: 'dam',
      narrowings: [
        { kind: 'agency', value: 'vostok' },
        { kind: 'without', value: 'harbour' },
      ],
      unknown: ['foo'],
    })
    expect((found['stories'] as Json[]).length).toBeGreaterThan(0)
    expect((await rows(api, '/api/search?q="no such words"')).rows).toEqual([])
    expect(titles(await rows(api, `/api/search?q=${encodeURIComponent('"Harbour authority"')}`))).toHaveLength(1)
    expect(titles(await rows(api, '/api/search?q=الاحتجاجات'))).toEqual(['عاجل | احتجاجات الوقود'])
  })

  it('goes on with a cursor to every row once, whatever is filed meanwhile', async () => {
    const api = await serveApi()
    for (const list of ['threads', 'stories', 'reports', 'figures', 'agencies', 'feeds']) {
      const whole = (await rows(api, `/api/${list}?limit=200`)).rows
      const seen: Json[] = []
      let next: string | null = null
      let pages = 0
      do {
        const cursor: string = next === null ? '' : `&cursor=${next}`
        const response = await api.get(`/api/${list}?limit=1${cursor}`)
        const link = response.headers.get('link')
        const page = (await response.json()) as Json & { next: string | null }
        seen.push(...(page[list] as Json[]))
        next = page.next
        expect(link).toBe(next === null ? null : `</wires/api/${list}?limit=1&cursor=${next}>; rel="next"`)
        if (pages === 0 && list !== 'feeds' && list !== 'agencies') {
          fileInto(
            api.desk,
            api.store,
            HARIR,
            [{ id: `new ${list}`, title: `خبر جديد ${list}`, text: `قتل 7 أشخاص ${list}` }],
            NOW,
          )
        }
        expect(++pages).toBeLessThan(50)
      } while (next !== null)
      expect(
        seen.map(row => JSON.stringify(row)),
        list,
      ).toEqual(whole.map(row => JSON.stringify(row)))
    }
  })

  it('takes a cursor only for the question that it answers', async () => {
    const api = await serveApi()
    const { next } = await rows(api, '/api/threads?limit=1')
    expect((await api.get(`/api/threads?cursor=${next}&limit=2`)).status).toBe(200)
    for (const address of [
      `/api/stories?cursor=${next}`,
      `/api/threads?lang=ar&cursor=${next}`,
      '/api/threads?cursor=WzFd',
      '/api/threads?cursor=!',
    ]) {
      const response = await api.get(address)
      expect(response.status).toBe(400)
      expect(await response.json()).toMatchObject({ parameter: 'cursor', status: 400 })
    }
  })

  it('says which parameter is wrong and what would be right, in a problem document that any site may read', async () => {
    const api = await serveApi()
    const judged = judge(await documentOf(api))
    const wrong: [path: string, query: string, parameter: string][] = [
      ['/api/threads', 'limit=0', 'limit'],
      ['/api/threads', 'limit=201', 'limit'],
      ['/api/threads', 'limit=1&limit=2', 'limit'],
      ['/api/threads', 'limit=', 'limit'],
      ['/api/threads', 'lan=ar', 'lan'],
      ['/api/threads', 'lang=a_r', 'lang'],
      ['/api/threads', 'agency=nobody', 'agency'],
      ['/api/threads', 'since=2022-02-30', 'since'],
      ['/api/threads', 'since=yesterday', 'since'],
      ['/api/threads', 'kind=flash', 'kind'],
      ['/api/threads', 'min-agencies=1.5', 'min-agencies'],
      ['/api/threads', `q=${'x'.repeat(201)}`, 'q'],
      ['/api/figures', 'kind=lost', 'kind'],
      ['/api/feeds', 'state=removed', 'state'],
      ['/api/reports', 'thread=-1', 'thread'],
      ['/api/search', '', 'q'],
      ['/api/search', 'q=%20', 'q'],
      ['/api/threads/{id}', 'lang=ar', 'lang'],
    ]
    for (const [path, query, parameter] of wrong) {
      const response = await api.get(`${path.replace('{id}', '1')}?${query}`)
      const body = (await response.json()) as Json
      expect([path, query, response.status, body['parameter']]).toEqual([path, query, 400, parameter])
      expect(response.headers.get('content-type')).toBe('application/problem+json')
      expect(response.headers.get('access-control-allow-origin')).toBe('*')
      expect(String(body['detail'])).toMatch(new RegExp(`^${parameter} .+\\.$`, 's'))
      expect(judged(path, 400, 'application/problem+json', body)).toBeNull()
    }
  })

  it('answers 404 to an id that nothing has, 405 to what would change something, and 308 to what was merged', async () => {
    const api = await serveApi()
    const { merged, mergedInto } = api.ids
    const judged = judge(await documentOf(api))
    for (const address of [
      'threads/999',
      'stories/0',
      'reports/x',
      'feeds/1e3',
      'agencies/nobody',
      'threads/1/2',
      'nothing',
      'stories/-1',
    ]) {
      const response = await api.get(`/api/${address}`)
      expect([address, response.status, response.headers.get('content-type')]).toEqual([
        address,
        404,
        'application/problem+json',
      ])
    }
    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS']) {
      const response = await api.get('/api/threads', { method })
      expect([method, response.status, response.headers.get('allow')]).toEqual([method, 405, 'GET, HEAD'])
      expect(await response.json()).toMatchObject({ status: 405, title: 'Method Not Allowed' })
    }
    const moved = await api.get(`/api/threads/${merged}`)
    expect([moved.status, moved.headers.get('location')]).toEqual([308, `/wires/api/threads/${mergedInto}`])
    const body = await moved.json()
    expect(body).toEqual({ merged: mergedInto, location: `/wires/api/threads/${mergedInto}` })
    expect(judged('/api/threads/{id}', 308, 'application/json', body)).toBeNull()
    expect(await (await api.get(`/api/threads/${mergedInto}`)).json()).toMatchObject({ merged: [merged] })
  })

  it('may be asked by scripts of any site, and answers HEAD and those who have the answer without a body', async () => {
    const api = await serveApi()
    const whole = await api.get('/api/threads', { headers: { Origin: 'https://elsewhere.example' } })
    expect(whole.headers.get('access-control-allow-origin')).toBe('*')
    const etag = whole.headers.get('etag') ?? ''
    expect(etag).toMatch(/^"[^"]+"$/)
    const again = await api.get('/api/threads', { headers: { 'If-None-Match': etag } })
    expect([again.status, await again.text(), again.headers.get('access-control-allow-origin')]).toEqual([304, '', '*'])
    const head = await api.get('/api/threads', { method: 'HEAD' })
    expect([head.status, await head.text(), head.headers.get('content-length')]).toEqual([
      200,
      '',
      whole.headers.get('content-length'),
    ])
    const preflight = await api.get('/api/threads', {
      method: 'OPTIONS',
      headers: {
        Origin: 'https://elsewhere.example',
        'Access-Control-Request-Method': 'GET',
        'Access-Control-Request-Headers': 'if-none-match',
      },
    })
    expect([preflight.status, preflight.headers.get('access-control-allow-headers')]).toEqual([200, '*'])
    fileInto(api.desk, api.store, HARIR, [{ id: 'new', title: 'خبر جديد', text: 'وصل للتو.' }], NOW)
    expect((await api.get('/api/threads', { headers: { 'If-None-Match': etag } })).status).toBe(200)
  })

  it('lists itself', async () => {
    const api = await serveApi()
    const index = (await (await api.get('/api')).json()) as { openapi: string; paths: { path: string }[] }
    expect(index.openapi).toBe('/wires/api/openapi.json')
    expect(index.paths.map(({ path }) => path)).toContain('/wires/api/lead-times')
  })

  it('fails and is refused with problem documents too', async () => {
    const { reader } = aDay()
    const rows = new Proxy({} as RowReader, {
      get: () => () => {
        throw new Error('the disk is gone')
      },
    })
    const settings = config({})
    const told: string[] = []
    const common = { reader, config: () => settings, now: () => NOW, health: () => HEALTHY, version: '1' }
    const broken = createSite({ ...common, rows, onError: error => void told.push(String(error)) })
    const full = createSite({ ...common, rows, isFull: () => true })
    const without = createSite(common)
    for (const [site, status] of [
      [broken, 500],
      [full, 503],
      [without, 404],
    ] as const) {
      const response = await site.fetch(new Request('http://news.example/api/threads'))
      expect([response.status, response.headers.get('content-type')]).toEqual([status, 'application/problem+json'])
      expect(await response.json()).toMatchObject({ status })
    }
    expect(told).toEqual(['Error: the disk is gone'])
  })
})
