// Answers that lie ready: the same as those that are routed and rendered.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Asked } from '../../src/publish/asked.ts'
import type { Site } from '../../src/publish/site.ts'
import { aDay, fakeStore, serve } from './fixture.ts'

const ORIGIN = 'http://127.0.0.1:8080'
const NOTHING: Asked = { acceptEncoding: null, ifNoneMatch: null, ifModifiedSince: null, language: null }

const paths = fc.constantFrom(
  '/',
  '/?lang=ar',
  '/feed.atom',
  '/feed.atom?limit=2',
  '/feed.atom?utm_source=letter&limit=2',
  '/feed.rss',
  '/feed.json?q=Port',
  '/threads.json',
  '/threads/1.atom',
  '/threads/1',
  '/threads/1/',
  '/stories/1',
  '/agencies',
  '/agencies/manar',
  '/search?q=Port',
  '/feeds',
  '/metrics',
  '/nope',
)
const encodings = fc.constantFrom(null, 'gzip', 'gzip, deflate, br', 'br;q=0.1, gzip;q=0.9', 'identity', '*')
/** How a tag that was given is named, or a list without it. */
const conditions = fc.constantFrom<(etag: string) => string | null>(
  () => null,
  etag => etag,
  etag => `W/${etag}`,
  etag => `"other", ${etag}`,
  () => '"other"',
  () => '*',
  () => '',
)
const dates = fc.constantFrom(null, 'Sat, 01 Jan 2022 00:00:00 GMT', 'Wed, 01 Jan 2031 00:00:00 GMT', 'yesterday')

const withFields = (path: string, method: string, { acceptEncoding, ifNoneMatch, ifModifiedSince }: Asked): Request => {
  const headers = new Headers()
  if (acceptEncoding !== null) headers.set('accept-encoding', acceptEncoding)
  if (ifNoneMatch !== null) headers.set('if-none-match', ifNoneMatch)
  if (ifModifiedSince !== null) headers.set('if-modified-since', ifModifiedSince)
  return new Request(ORIGIN + path, { method, headers })
}

/** Ask until the answer lies ready, where it ever does. */
async function warm(site: Site, path: string, acceptEncoding: string | null): Promise<string> {
  let etag = ''
  for (let times = 0; times < 3; times++) {
    const response = await site.fetch(withFields(path, 'GET', { ...NOTHING, acceptEncoding }))
    etag = response.headers.get('etag') ?? ''
  }
  return etag
}

describe('an answer that lies ready', () => {
  it('is the answer that routing gives: status, headers and bytes', async () => {
    const { site } = serve(aDay().reader)
    let ready = 0
    await fc.assert(
      fc.asyncProperty(
        paths,
        encodings,
        conditions,
        dates,
        fc.constantFrom('GET', 'HEAD'),
        async (path, acceptEncoding, condition, ifModifiedSince, method) => {
          const etag = await warm(site, path, acceptEncoding)
          const asked = { acceptEncoding, ifNoneMatch: condition(etag), ifModifiedSince, language: null }
          const found = site.ready(path, asked)
          if (found === null) return
          ready++
          const routed = await site.fetch(withFields(path, method, asked))
          expect(found.status).toBe(routed.status)
          expect(Object.fromEntries(new Headers(found.headers))).toEqual(Object.fromEntries(routed.headers))
          expect(found.fields).toEqual(Object.entries(found.headers).flat())
          const body = Buffer.from(await routed.arrayBuffer())
          if (method === 'GET') expect((found.body ?? Buffer.alloc(0)).equals(body)).toBe(true)
          else expect(body.length).toBe(0)
        },
      ),
      { numRuns: 300 },
    )
    expect(ready).toBeGreaterThan(100)
  })

  it.each(['/', '/feed.atom', '/feed.json?limit=2', '/threads/1', '/stories/1', '/agencies'])(
    'is there for %s once it was asked for twice, in the encodings that were asked for',
    async path => {
      const { site } = serve(aDay().reader)
      expect(site.ready(path, NOTHING)).toBeNull()
      await warm(site, path, null)
      expect(site.ready(path, NOTHING)?.status).toBe(200)
      expect(site.ready(path, { ...NOTHING, acceptEncoding: 'gzip' })).toBeNull()
      await warm(site, path, 'gzip')
      expect(site.ready(path, { ...NOTHING, acceptEncoding: 'gzip' })?.headers['Content-Encoding']).toBe('gzip')
    },
  )

  it.each(['/feeds', '/metrics', '/opml', '/healthz', '/readyz', '/nope', '/feed.atom?limit=0'])(
    'is never there for %s, which tells how things are now or what is missing',
    async path => {
      const { site } = serve(aDay().reader)
      await warm(site, path, null)
      expect(site.ready(path, NOTHING)).toBeNull()
    },
  )

  it('is gone when something was filed, when the minute is over and when the file cannot be read', async () => {
    const store = fakeStore({ id: 1, title: 'One' })
    let readable = true
    const reader = {
      ...store.reader,
      version: () => {
        if (!readable) throw new Error('disk I/O error')
        return store.reader.version()
      },
    }
    const { site, clock } = serve(reader)
    const isReady = (): boolean => site.ready('/feed.atom', NOTHING) !== null
    await warm(site, '/feed.atom', null)
    expect(isReady()).toBe(true)
    store.put({ id: 2, title: 'Two' })
    expect(isReady()).toBe(false)
    await warm(site, '/feed.atom', null)
    expect(site.ready('/feed.atom', NOTHING)?.body?.toString()).toContain('Two')
    clock.now += 60_000
    expect(isReady()).toBe(false)
    await warm(site, '/feed.atom', null)
    readable = false
    expect(isReady()).toBe(false)
    readable = true
    expect(isReady()).toBe(true)
  })

  it('is looked for in one state of the file by all requests of one turn of the event loop', async () => {
    const store = fakeStore({ id: 1, title: 'One' })
    let looks = 0
    const reader = { ...store.reader, version: () => ++looks && store.reader.version() }
    const { site } = serve(reader, {}, undefined, { turn: setImmediate })
    await warm(site, '/feed.atom', null)
    const before = looks
    for (let times = 0; times < 10; times++) expect(site.ready('/feed.atom', NOTHING)?.status).toBe(200)
    expect(looks).toBe(before + 1)
    await new Promise<void>(resolve => setImmediate(resolve))
    site.ready('/feed.atom', NOTHING)
    expect(looks).toBe(before + 2)
  })

  it('is not kept for more addresses than there is room for', async () => {
    const { site } = serve(aDay().reader)
    for (let at = 0; at < 2_000; at++) {
      await site.fetch(new Request(`${ORIGIN}/agencies?n=${at}`))
    }
    const kept = Array.from({ length: 2_000 }, (_, at) => site.ready(`/agencies?n=${at}`, NOTHING) !== null)
    expect(kept.filter(Boolean).length).toBeLessThanOrEqual(800)
    const long = `/agencies?n=${'x'.repeat(5_000)}`
    await warm(site, long, null)
    expect(site.ready(long, NOTHING)).toBeNull()
  })
})
