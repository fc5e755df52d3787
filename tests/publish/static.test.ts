import { posix } from 'node:path'
import { parseAtomFeed } from 'feedsmith'
import { describe, expect, it } from 'vitest'
import { staticSite } from '../../src/publish/static.ts'
import { aDay, config, fakeStore, unscripted } from './fixture.ts'

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
        expect(files.has(posix.join(posix.dirname(path), href)), `${path} -> ${href}`).toBe(true)
      }
    }
    expect(followed).toBeGreaterThan(200)
  })

  it('has no search, no choices and no times that grow old', () => {
    const front = unscripted(files.get('index.html') ?? '')
    expect(front).not.toMatch(/\/search|\?lang=|ago/)
    expect(front).toContain('5 Jan')
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
    expect(moved.size).toBe(files.size + 2)
  })

  it('of an empty store is an empty front page and empty feeds', () => {
    const empty = new Map([...staticSite(fakeStore().reader, config())].map(file => [file.path, file.body]))
    expect(empty.get('index.html')).toContain('No reports yet')
    expect(parseAtomFeed(empty.get('feed.atom') ?? '').entries).toBeUndefined()
  })
})
