import { describe, expect, it } from 'vitest'
import { FEED, failure, get, NOW, server, text, useServer } from '../../helpers/fetching.ts'
import { body, raw, status } from '../../helpers/hostile-server.ts'

useServer()

describe('a conditional GET', () => {
  it('gives the body, where it came from, and what the server said of it', async () => {
    const url = server.on(
      '/feed',
      body(FEED, {
        'content-type': 'application/rss+xml; charset=utf-8',
        etag: 'W/"a b"',
        'last-modified': 'yesterday, about noon',
        'cache-control': 'public, max-age=600',
      }),
    )
    const result = await get(`${url}#part`)
    expect(text(result)).toBe(FEED)
    expect(result).toMatchObject({
      status: 200,
      url,
      contentType: 'application/rss+xml; charset=utf-8',
      validators: { etag: 'W/"a b"', lastModified: 'yesterday, about noon' },
      maxAge: 600_000,
      wireBytes: Buffer.byteLength(FEED),
    })
    expect(result.kind === 'body' && result.body.buffer.byteLength).toBe(Buffer.byteLength(FEED))
    expect(result.ms).toBeGreaterThanOrEqual(0)
  })

  it('says who asks, for what, and in which encodings', async () => {
    await get(server.on('/feed', body(FEED)))
    expect(server.seen[0]?.headers).toMatchObject({
      'user-agent': 'Minwal/test (+https://minwal.example/about)',
      accept: expect.stringMatching(/^application\/atom\+xml, application\/rss\+xml/),
      'accept-encoding': 'gzip, deflate, br, zstd',
    })
    expect(Object.keys(server.seen[0]?.headers ?? {})).not.toContain('cookie')
    expect(Object.keys(server.seen[0]?.headers ?? {})).not.toContain('if-none-match')
  })

  it('sends validators back as received, byte for byte, and takes 304 for an answer', async () => {
    const etag = '"caf\xe9 \xd9\x85"'
    server.on('/feed', raw(Buffer.from(`HTTP/1.1 200 OK\r\nETag: ${etag}\r\nContent-Length: 1\r\n\r\nx`, 'latin1')))
    const first = await get(`${server.origin}/feed`)
    if (first.kind !== 'body') throw new Error('no body')
    expect(first.validators).toEqual({ etag, lastModified: null })

    server.on('/feed', status(304, { 'cache-control': 'max-age=60' }))
    const validators = { etag, lastModified: 'Mon, 01 Jan 2024 00:00:00 GMT' }
    const second = await get(`${server.origin}/feed`, {}, { validators })
    expect(second).toMatchObject({ kind: 'unchanged', status: 304, maxAge: 60_000 })
    expect(server.seen[1]?.headers).toMatchObject({
      'if-none-match': etag,
      'if-modified-since': 'Mon, 01 Jan 2024 00:00:00 GMT',
    })
  })

  it('does not keep a validator of more than 1 KB', async () => {
    const url = server.on('/feed', body(FEED, { etag: `"${'x'.repeat(2000)}"`, 'last-modified': 'y' }))
    expect(await get(url)).toMatchObject({ validators: { etag: null, lastModified: 'y' } })
  })

  it('does not send a stored validator that is no header', async () => {
    const url = server.on('/feed', body(FEED))
    await get(url, {}, { validators: { etag: '"a"\r\nX-Evil: 1', lastModified: 'ﻛ' } })
    expect(Object.keys(server.seen[0]?.headers ?? {})).not.toEqual(expect.arrayContaining(['if-none-match']))
    expect(server.seen[0]?.headers).not.toHaveProperty('x-evil')
    expect(server.seen[0]?.headers).not.toHaveProperty('if-modified-since')
  })

  it('takes a 304 nobody asked for as a fault of the server', async () => {
    const failed = failure(await get(server.on('/feed', status(304))))
    expect(failed).toMatchObject({
      kind: 'protocol',
      status: 304,
      message: expect.stringContaining('304 Not Modified'),
    })
  })

  it.each([
    [{ 'cache-control': 'max-age="90"' }, 90_000],
    [{ 'cache-control': 'MAX-AGE=90', age: '30' }, 60_000],
    [{ 'cache-control': 'max-age=90', age: '300' }, 0],
    [{ 'cache-control': 'no-cache, max-age=90' }, 0],
    [{ 'cache-control': 'max-age=99999999999999999999' }, 7 * 86_400_000],
    [{ 'cache-control': 's-maxage=90' }, null],
    [{ 'cache-control': 'max-age=-1' }, null],
    [{ expires: 'Mon, 15 Jan 2024 10:05:00 GMT', date: 'Mon, 15 Jan 2024 10:00:00 GMT' }, 300_000],
    [{ expires: 'Monday, 15-Jan-24 10:05:00 GMT', date: 'Mon Jan 15 10:00:00 2024' }, 300_000],
    [{ expires: '0' }, null],
    [{ expires: 'Wed, 11 Jan 1984 05:00:00 GMT' }, 0],
    [{}, null],
  ])('reads %j as freshness of %s ms', async (headers, maxAge) => {
    expect(await get(server.on('/feed', body(FEED, headers)))).toMatchObject({ kind: 'body', maxAge })
  })
})

describe('configured headers', () => {
  it('are sent, and may replace our own', async () => {
    await get(server.on('/feed', body(FEED)), {}, { headers: { 'User-Agent': 'mine', 'X-Key': 'é' } })
    expect(server.seen[0]?.headers).toMatchObject({ 'user-agent': 'mine', 'x-key': 'é' })
  })

  it('carry the login of the URL, which is shown nowhere', async () => {
    const url = server.on('/feed', body(FEED)).replace('//', '//us%3Aer:p%C3%A4ss@')
    const result = await get(url)
    expect(server.seen[0]?.headers.authorization).toBe(`Basic ${Buffer.from('us:er:päss').toString('base64')}`)
    expect(result).toMatchObject({ url: `${server.origin}/feed` })
    server.on('/feed', status(500))
    expect(failure(await get(url)).message).toBe(`${server.origin}/feed answered 500 Internal Server Error`)
  })

  it.each([{ Host: 'evil.example' }, { 'Accept-Encoding': 'x' }, { 'bad name': 'x' }, { 'X-A': 'a\r\nX-B: c' }])(
    'that would break the request are a failure: %j',
    async headers => {
      const failed = failure(await get(server.on('/feed', body(FEED)), {}, { headers }))
      expect(failed).toMatchObject({ kind: 'protocol', message: expect.stringMatching(/^header .* of this feed is /) })
      expect(server.seen).toEqual([])
    },
  )
})

describe('a status that is no feed', () => {
  const DAY = 86_400_000

  it.each([
    [404, {}, 'http', null],
    [401, {}, 'http', null],
    [500, {}, 'http', null],
    [500, { 'retry-after': '60' }, 'http', NOW + 60_000],
    [403, { 'retry-after': '60' }, 'http', NOW + 60_000],
    [202, {}, 'http', null],
    [300, { location: '/feed' }, 'http', null],
    [206, {}, 'protocol', null],
    [410, {}, 'gone', null],
    [429, {}, 'throttled', null],
    [429, { 'retry-after': '120' }, 'throttled', NOW + 120_000],
    [429, { 'retry-after': 'Mon, 15 Jan 2024 12:30:00 GMT' }, 'throttled', NOW + 1_800_000],
    [429, { 'retry-after': 'Mon, 15 Jan 2020 12:30:00 GMT' }, 'throttled', NOW],
    [429, { 'retry-after': '99999999999999999999' }, 'throttled', NOW + 7 * DAY],
    [429, { 'retry-after': 'Mon, 15 Jan 2044 12:30:00 GMT' }, 'throttled', NOW + 7 * DAY],
    [429, { 'retry-after': 'soon' }, 'throttled', null],
    [429, { 'retry-after': '-5' }, 'throttled', null],
    [503, {}, 'http', null],
    [503, { 'retry-after': '0' }, 'throttled', NOW],
  ])('%i with %j is %s, to be asked again at %s', async (code, headers, kind, retryAt) => {
    const failed = failure(await get(server.on('/feed', status(code, headers))))
    expect(failed).toMatchObject({ kind, status: code, retryAt })
    expect(failed.message).toContain(`${server.origin}/feed answered ${code}`)
  })

  it('is named in words of ours, not of the server', async () => {
    const url = server.on('/feed', raw(`HTTP/1.1 599 \x1b[31m${'x'.repeat(5000)}\r\nContent-Length: 0\r\n\r\n`))
    const failed = failure(await get(url))
    expect(failed.message).not.toContain('xxx')
  })
})
