import { posix } from 'node:path'
import { parseAtomFeed } from 'feedsmith'
import { describe, expect, it } from 'vitest'
import { SCRIPT_SOURCE, STYLE_SOURCE } from '../../src/publish/pages/assets.ts'
import { sitemap } from '../../src/publish/sitemap.ts'
import { staticSite } from '../../src/publish/static.ts'
import { aDay, config, fakeStore, NOW, unscripted } from './fixture.ts'

describe('the site as files', () => {
  const files = new Map([...staticSite(aDay().reader, config())].map(file => [file.path, file.body]))

  it('has the front page, every thread and story, the agencies and the feeds', () => {
    for (const path of [
      'index.html',
      'threads/1.html',
      'threads/1.atom',
      'stories/5.html',
      'agencies.html',
      'agencies/manar.html',
      'feed.atom',
      'feed.rss',
      'feed.json',
      'threads.json',
      'favicon.svg',
    ]) {
      expect(files.has(path), path).toBe(true)
    }
  })

  it('links only to files that are there', () => {
    let followed = 0
    for (const [path, body] of files) {
      if (!path.endsWith('.html')) continue
      for (const [, href = ''] of body.matchAll(/(?:href|action)="([^"#]+)"/g)) {
        if (/^https?:/.test(href)) continue
        followed++
        const target = href.startsWith('/')
          ? href.replace('/wires/', '') || 'index.html'
          : posix.join(posix.dirname(path), href)
        expect(files.has(target), `${path} -> ${href}`).toBe(true)
      }
    }
    expect(followed).toBeGreaterThan(200)
  })

  it('has no search, no choices and no times that grow old', () => {
    const front = unscripted(files.get('index.html') ?? '')
    expect(front).not.toMatch(/\/search|\?lang=|ago/)
    expect(front).toContain('5 Jan')
  })

  it('tells moments in the time zone of the configuration', () => {
    const site = staticSite(aDay().reader, config({ timeZone: 'Asia/Dubai' }))
    const thread = [...site].find(({ path }) => path === 'threads/1.html')
    expect(thread?.body).toContain('data-f="short">5 Jan, 13:00</time>')
  })

  it('is the same each time it is written', () => {
    expect(new Map([...staticSite(aDay().reader, config())].map(file => [file.path, file.body]))).toEqual(files)
  })

  it('leads from its feeds to its files', () => {
    const feed = parseAtomFeed(files.get('feed.atom') ?? '')
    const related = feed.entries?.[0]?.links?.find(link => link.rel === 'related')?.href
    expect(related).toBe('https://news.example/wires/stories/5.html')
    expect(feed.id).toBe('tag:minwal.example,2026:feed')
  })

  it('leads on from the addresses of what was merged, without a server', () => {
    const store = aDay()
    store.merged.set('thread 7', 1).set('story 8', 5)
    const moved = new Map([...staticSite(store.reader, config({ language: 'ar' }))].map(file => [file.path, file.body]))
    const thread = moved.get('threads/7.html') ?? ''
    expect(thread).toContain('<meta http-equiv="refresh" content="0; url=../threads/1.html">')
    expect(thread).toContain('<link rel="canonical" href="https://news.example/wires/threads/1.html">')
    expect(thread).toContain('<a href="../threads/1.html">')
    expect(thread).toContain('dir="rtl"')
    expect(moved.get('stories/8.html')).toContain('url=../stories/5.html')
    expect(moved.get('threads/7.atom')).toBe(moved.get('threads/1.atom'))
    expect(moved.size).toBe(files.size + 5)
  })

  it('allows its own script and style sheet alone, whatever the server sends', () => {
    const [, policy = ''] =
      /http-equiv="Content-Security-Policy" content="([^"]+)"/.exec(files.get('index.html') ?? '') ?? []
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain(STYLE_SOURCE)
    expect(policy).toContain(SCRIPT_SOURCE)
  })

  it('says what is not there at any address, in the words of the configuration', () => {
    const missing = files.get('404.html') ?? ''
    expect(missing).toContain('There is no such page')
    expect(missing).toContain('href="/wires/"')
    expect(missing).toContain('href="/wires/feed.atom"')
    expect(missing).not.toMatch(/href="(?!\/wires\/|https:|#)/)
  })

  it('names its pages in a sitemap, with when they last changed', () => {
    const map = files.get('sitemap.xml') ?? ''
    expect(map).toContain('<loc>https://news.example/wires/</loc><lastmod>2022-01-05T')
    expect(map).toContain('<loc>https://news.example/wires/agencies/manar.html</loc></url>')
    const named = [...map.matchAll(/<loc>https:\/\/news\.example\/wires\/([^<]*)<\/loc>/g)].map(([, path]) => path)
    expect(named.length).toBeGreaterThan(10)
    for (const path of named) expect(files.has(path || 'index.html'), path).toBe(true)
    expect(named).not.toContain('404.html')
  })

  it('names more pages than a sitemap may hold in several, with an index', () => {
    const pages = [1, 2, 3, 4, 5].map(id => ({ path: `threads/${id}.html`, listed: id === 5 ? null : NOW + id }))
    const made = sitemap('https://news.example/', pages, 2)
    expect(made.map(({ path }) => path)).toEqual(['sitemap-1.xml', 'sitemap-2.xml', 'sitemap-3.xml', 'sitemap.xml'])
    const [first, , third, index] = made.map(({ body }) => body)
    expect(first?.match(/<url>/g)).toHaveLength(2)
    expect(third).toContain('<url><loc>https://news.example/threads/5.html</loc></url>')
    expect(index).toContain(
      '<sitemap><loc>https://news.example/sitemap-2.xml</loc><lastmod>2022-01-05T18:00:00.004Z</lastmod>',
    )
    expect(sitemap('https://news.example/', [...pages, { path: 'threads/6.html' }], 2).slice(0, 2)).toEqual(
      made.slice(0, 2),
    )
  })

  it('of an empty store is an empty front page and empty feeds', () => {
    const empty = new Map([...staticSite(fakeStore().reader, config())].map(file => [file.path, file.body]))
    expect(empty.get('index.html')).toContain('No reports yet')
    expect(parseAtomFeed(empty.get('feed.atom') ?? '').entries).toBeUndefined()
  })
})
