import type { LookupFunction } from 'node:net'
import { createServer as createTcpServer } from 'node:net'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setImmediate as turn } from 'node:timers/promises'
import { brotliCompressSync, constants, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createFetcher, type Fetcher, type FetcherOptions, type FetchRequest } from '../../src/collect/fetch.ts'
import type { Failure, FetchResult, PollSettings } from '../../src/model.ts'
import { makeCertificate } from '../helpers/certificate.ts'
import { eventually } from '../helpers/eventually.ts'
import {
  type Behaviour,
  body,
  endlessBody,
  endlessHints,
  type HostileServer,
  type HostileServerOptions,
  hangUp,
  hugeHeader,
  longBody,
  raw,
  redirect,
  reset,
  shortBody,
  silent,
  slowBody,
  slowHeaders,
  startHostileServer,
  status,
} from '../helpers/hostile-server.ts'
import { pollSettings } from '../helpers/poll-settings.ts'

const NOW = Date.UTC(2024, 0, 15, 12)
const FEED = '<?xml version="1.0"?><rss version="2.0"><channel><title>منوال</title></channel></rss>'
const NOTHING = { etag: null, lastModified: null }

let server: HostileServer
const servers: HostileServer[] = []
const fetchers: Fetcher[] = []

async function startServer(options: HostileServerOptions = {}): Promise<HostileServer> {
  const started = await startHostileServer(options)
  servers.push(started)
  return started
}

function fetcher(changes: Partial<PollSettings> = {}, options: FetcherOptions = {}): Fetcher {
  const made = createFetcher(pollSettings(changes), options)
  fetchers.push(made)
  return made
}

function request(url: string, changes: Partial<FetchRequest> = {}): FetchRequest {
  return { url, validators: NOTHING, headers: {}, allowPrivate: false, now: NOW, ...changes }
}

function get(url: string, changes: Partial<PollSettings> = {}, asked: Partial<FetchRequest> = {}) {
  return fetcher(changes).get(request(url, asked))
}

function text(result: FetchResult): string {
  expect(result).toMatchObject({ kind: 'body' })
  return result.kind === 'body' ? Buffer.from(result.body).toString('utf8') : ''
}

function failure(result: FetchResult): Failure {
  expect(result).toMatchObject({ kind: 'failed' })
  if (result.kind !== 'failed') throw new Error(`no failure: ${result.kind}`)
  expect(result.failure.message).toMatch(/^[^\p{Cc}]{1,801}$/u)
  return result.failure
}

const resolvesTo =
  (...addresses: string[]): LookupFunction =>
  (_name, _options, callback) =>
    callback(
      null,
      addresses.map(address => ({ address, family: address.includes(':') ? 6 : 4 })),
    )

beforeEach(async () => {
  server = await startServer()
})

afterEach(async () => {
  await Promise.all(fetchers.splice(0).map(one => one.close()))
  for (const one of servers.splice(0)) {
    await eventually('no connection is left open', () => one.connections() === 0)
    await one.close()
  }
})

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

describe('encodings', () => {
  const plain = Buffer.from(FEED)

  it.each([
    ['gzip', gzipSync(plain)],
    ['x-gzip', gzipSync(plain)],
    ['deflate', deflateSync(plain)],
    ['deflate', deflateRawSync(plain)],
    ['br', brotliCompressSync(plain)],
    ['zstd', zstdCompressSync(plain)],
    ['gzip, br', brotliCompressSync(gzipSync(plain))],
    ['identity', plain],
    ['UTF-8', plain],
    ['', plain],
    ['GZIP', gzipSync(plain)],
  ])('%s is undone (case %#)', async (encoding, bytes) => {
    const result = await get(server.on('/feed', body(bytes, { 'content-encoding': encoding })))
    expect(text(result)).toBe(FEED)
    expect(result).toMatchObject({ wireBytes: bytes.length })
  })

  it('joins concatenated gzip members and zstd frames', async () => {
    const twice = Buffer.concat([gzipSync('<rss>', { level: 9 }), gzipSync('</rss>')])
    expect(text(await get(server.on('/gzip', body(twice, { 'content-encoding': 'gzip' }))))).toBe('<rss></rss>')
    const frames = Buffer.concat([zstdCompressSync('<rss>'), zstdCompressSync('</rss>')])
    expect(text(await get(server.on('/zstd', body(frames, { 'content-encoding': 'zstd' }))))).toBe('<rss></rss>')
  })

  it('reads a gzip header with name, comment, extra field and checksum', async () => {
    const member = gzipSync(plain)
    const header = Buffer.from('1f8b081e0000000000030300414243' + '66656564002d2d00' + 'abcd', 'hex')
    const url = server.on('/feed', body(Buffer.concat([header, member.subarray(10)]), { 'content-encoding': 'gzip' }))
    expect(text(await get(url))).toBe(FEED)
  })

  it.each(['\n', '\0\0\0\0', '<!-- served in 0.1 s -->', '\x1f'])(
    'tolerates %j after a complete gzip member',
    async garbage => {
      const bytes = Buffer.concat([gzipSync(plain), Buffer.from(garbage)])
      expect(text(await get(server.on('/feed', body(bytes, { 'content-encoding': 'gzip' }))))).toBe(FEED)
    },
  )

  it('reads a body that is called gzip but is not', async () => {
    expect(text(await get(server.on('/feed', body(plain, { 'content-encoding': 'gzip' }))))).toBe(FEED)
    const url = server.on('/twice', body(gzipSync(plain), { 'content-encoding': 'gzip, gzip' }))
    expect(text(await get(url))).toBe(FEED)
  })

  it.each([
    ['gzip', gzipSync(plain)],
    ['deflate', deflateSync(plain)],
    ['br', brotliCompressSync(plain)],
    ['zstd', zstdCompressSync(plain)],
  ])('reports a %s body that is cut off, wherever the cut is', async (encoding, bytes) => {
    const one = fetcher()
    for (let cut = encoding === 'gzip' ? 2 : 4; cut < bytes.length; cut++) {
      const url = server.on('/feed', body(bytes.subarray(0, cut), { 'content-encoding': encoding }))
      const failed = failure(await one.get(request(url)))
      expect(failed, `cut at ${cut}`).toMatchObject({ kind: 'encoding', message: expect.stringContaining(encoding) })
    }
  })

  it('reports a gzip body whose checksum is wrong', async () => {
    const bytes = gzipSync(plain)
    bytes.writeUInt32LE(1, bytes.length - 8)
    const failed = failure(await get(server.on('/feed', body(bytes, { 'content-encoding': 'gzip' }))))
    expect(failed).toEqual({
      kind: 'encoding',
      message: 'body is cut off or damaged: gzip says incorrect data check',
      status: null,
      retryAt: null,
    })
  })

  it('undoes two encodings and no more', async () => {
    const thrice = { 'content-encoding': 'gzip, gzip, gzip' }
    const bytes = gzipSync(gzipSync(gzipSync(plain)))
    const failed = failure(await get(server.on('/feed', body(bytes, thrice))))
    expect(failed.message).toBe('body is encoded 3 times; 2 is the most Minwal undoes')
    expect(failed.kind).toBe('encoding')
  })

  it.each(['compress', 'constructor', '__proto__', `x${'y'.repeat(3000)}`])(
    'refuses an encoding it does not know: %.20s',
    async encoding => {
      const failed = failure(await get(server.on('/feed', body(FEED, { 'content-encoding': encoding }))))
      expect(failed).toMatchObject({ kind: 'encoding', message: expect.stringContaining(encoding.slice(0, 10)) })
      expect(failed.message.length).toBeLessThan(120)
    },
  )

  it.each([
    ['gzip', gzipSync(Buffer.alloc(64 * 1_048_576))],
    ['br', brotliCompressSync(Buffer.alloc(64 * 1_048_576), { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } })],
    ['zstd', zstdCompressSync(Buffer.alloc(64 * 1_048_576))],
    ['deflate, gzip', gzipSync(deflateSync(Buffer.alloc(64 * 1_048_576)))],
  ])('stops a %s bomb at the limit, without blocking the event loop', async (encoding, bomb) => {
    const url = server.on('/bomb', body(bomb, { 'content-encoding': encoding }))
    const delay = monitorEventLoopDelay({ resolution: 5 })
    delay.enable()
    const result = await get(url)
    delay.disable()
    expect(failure(result)).toMatchObject({ kind: 'size', message: 'body is larger than 10 MB (poll.maxBodyBytes)' })
    expect(delay.count).toBeGreaterThan(0)
    expect(delay.max / 1e6).toBeLessThan(250)
  })

  it('reads a body just inside the limit while the event loop goes on', async () => {
    const large = Buffer.alloc(10 * 1_048_576, '<a/>')
    const url = server.on('/large', body(gzipSync(large), { 'content-encoding': 'gzip' }))
    const delay = monitorEventLoopDelay({ resolution: 5 })
    delay.enable()
    const result = await get(url)
    delay.disable()
    expect(result).toMatchObject({ kind: 'body' })
    expect(result.kind === 'body' && large.equals(result.body)).toBe(true)
    expect(delay.max / 1e6).toBeLessThan(250)
  })

  it('gives up a body of more than a thousand gzip members', async () => {
    const empty = Buffer.concat(Array.from({ length: 5000 }, () => gzipSync('')))
    const failed = failure(await get(server.on('/feed', body(empty, { 'content-encoding': 'gzip' }))))
    expect(failed).toMatchObject({ kind: 'encoding', message: expect.stringContaining('more than 1000 parts') })
  })

  it('refuses a zstd window of more than 8 MB', async () => {
    const frame = Buffer.from('28b52ffd00' + 'a8' + '010000', 'hex')
    const failed = failure(await get(server.on('/feed', body(frame, { 'content-encoding': 'zstd' }))))
    expect(failed).toMatchObject({ kind: 'encoding', message: expect.stringContaining('too much memory') })
  })
})

describe('a body', () => {
  it('is cut by the wire limit when it has no end', async () => {
    const failed = failure(await get(server.on('/feed', endlessBody()), { maxWireBytes: 300_000 }))
    expect(failed).toMatchObject({
      kind: 'size',
      message: 'body is larger than 293 KB on the wire (poll.maxWireBytes)',
    })
  })

  it('is cut by the body limit when it is not compressed', async () => {
    const failed = failure(await get(server.on('/feed', endlessBody()), { maxWireBytes: 1e9, maxBodyBytes: 1_048_576 }))
    expect(failed).toMatchObject({ kind: 'size', message: 'body is larger than 1 MB (poll.maxBodyBytes)' })
  })

  it('is not even read when its announced length is too much', async () => {
    const url = server.on('/feed', raw('HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n'))
    expect(failure(await get(url))).toMatchObject({ kind: 'size' })
  })

  it('may come in chunks of one byte, without blocking the event loop', async () => {
    const chunks = '1\r\nx\r\n'.repeat(300_000)
    const url = server.on('/feed', raw(`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${chunks}0\r\n\r\n`))
    const delay = monitorEventLoopDelay({ resolution: 5 })
    delay.enable()
    const result = await get(url)
    delay.disable()
    expect(result).toMatchObject({ kind: 'body', wireBytes: 300_000 })
    expect(delay.max / 1e6).toBeLessThan(250)
  })

  it('may end with the connection', async () => {
    const url = server.on(
      '/feed',
      raw(`HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n${FEED}`, socket => socket.end()),
    )
    expect(text(await get(url))).toBe(FEED)
  })

  it('that is shorter than announced is a failure', async () => {
    expect(failure(await get(server.on('/feed', shortBody('<rss>', 100))))).toMatchObject({
      kind: 'protocol',
      message: 'connection closed after 5 of 100 bytes',
    })
  })

  it('that is reset on the way is a failure', async () => {
    const url = server.on(
      '/feed',
      raw('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n<rss>', socket => socket.resetAndDestroy()),
    )
    expect(failure(await get(url))).toMatchObject({
      kind: 'protocol',
      message: expect.stringMatching(/^connection (?:reset|closed) after [05] of 100 bytes$/),
    })
  })

  it('whose chunks do not end is a failure', async () => {
    const chunked = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n<rss>\r\n'
    expect(
      failure(
        await get(
          server.on(
            '/half',
            raw(chunked, socket => socket.end()),
          ),
        ),
      ),
    ).toMatchObject({
      kind: 'protocol',
      message: 'connection closed after 5 bytes, before the end',
    })
    expect(failure(await get(server.on('/bad', raw(`${chunked}zz\r\n`))))).toMatchObject({
      kind: 'protocol',
      message: expect.stringMatching(/^body is not valid HTTP after [05] bytes: Invalid character in chunk size$/),
    })
  })

  it('ends where it was announced to, whatever follows', async () => {
    const one = fetcher()
    expect(text(await one.get(request(server.on('/feed', longBody(`${FEED}HTTP/1.1 200 OK\r\n\r\nevil`, 5)))))).toBe(
      '<?xml',
    )
    expect(text(await one.get(request(server.on('/next', body(FEED)))))).toBe(FEED)
  })

  it.each([
    ['200 without one', body('')],
    ['204', status(204)],
    ['an empty gzip', body(gzipSync(''), { 'content-encoding': 'gzip' })],
    ['gzip of zero bytes', body('', { 'content-encoding': 'gzip' })],
  ])('that is empty is no feed: %s', async (_name, behaviour) => {
    expect(failure(await get(server.on('/feed', behaviour)))).toMatchObject({
      kind: 'document',
      message: 'the server answered with an empty document',
    })
  })
})

describe('a server that takes its time', () => {
  it.each([
    ['never answers', silent],
    ['sends headers for ever', slowHeaders()],
  ])('and %s is given up after the response timeout', async (_name, behaviour) => {
    const result = await get(server.on('/feed', behaviour), { responseTimeout: 200 })
    expect(failure(result)).toMatchObject({
      kind: 'timeout',
      message: `no answer from 127.0.0.1:${server.port} within 0.2 s (poll.responseTimeout)`,
    })
    expect(result.ms).toBeLessThan(3000)
  })

  it.each([
    ['dribbles its body', slowBody()],
    ['sends hints for ever', endlessHints()],
    ['promises a body and stops', raw('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n<rss')],
  ])('and %s is given up after the whole timeout', async (_name, behaviour) => {
    const result = await get(server.on('/feed', behaviour), { totalTimeout: 300 })
    expect(failure(result)).toMatchObject({
      kind: 'timeout',
      message: 'the poll took longer than 0.3 s (poll.totalTimeout)',
    })
    expect(result.ms).toBeLessThan(3000)
  })

  it('in an error page or a redirect does not hold us', async () => {
    const dribble = (head: string) =>
      raw(`${head}Content-Length: 100\r\n\r\nx`, socket => {
        socket.write('y')
      })
    const failed = await get(server.on('/error', dribble('HTTP/1.1 500 Oops\r\n')))
    expect(failure(failed)).toMatchObject({ kind: 'http', status: 500 })
    expect(failed.ms).toBeLessThan(3000)
    server.on('/feed', body(FEED))
    const moved = await get(server.on('/moved', dribble('HTTP/1.1 302 Found\r\nLocation: /feed\r\n')))
    expect(text(moved)).toBe(FEED)
  })

  it('with an error page that has no end loses the connection', async () => {
    const url = server.on('/feed', endlessBody({}, undefined, 500))
    const one = fetcher()
    expect(failure(await one.get(request(url)))).toMatchObject({ kind: 'http', status: 500 })
    await eventually('the connection is closed', () => server.connections() === 0)
  })

  it('can be abandoned', async () => {
    const control = new AbortController()
    const url = server.on('/feed', () => control.abort())
    expect(failure(await get(url, {}, { signal: control.signal }))).toMatchObject({
      kind: 'timeout',
      message: 'stopped by Minwal before the server had answered',
    })
    expect(failure(await get(url, {}, { signal: control.signal })).kind).toBe('timeout')
    expect(server.seen).toHaveLength(1)
  })

  it('is cut off by close, and nothing can be asked afterwards', async () => {
    const one = fetcher()
    const url = server.on('/feed', () => void one.close())
    expect(failure(await one.get(request(url)))).toMatchObject({ message: expect.stringMatching(/^stopped by Minwal/) })
    expect(failure(await one.get(request(url)))).toMatchObject({ message: expect.stringMatching(/^stopped by Minwal/) })
  })
})

describe('a connection', () => {
  it('that is refused is named', async () => {
    const port = await new Promise<number>(resolve => {
      const probe = createTcpServer().listen(0, '127.0.0.1', () => {
        const address = probe.address()
        probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
      })
    })
    expect(failure(await get(`http://127.0.0.1:${port}/`))).toMatchObject({
      kind: 'connect',
      message: `connection refused by 127.0.0.1:${port}`,
    })
  })

  it('that is reset is named', async () => {
    expect(failure(await get(server.on('/feed', reset)))).toMatchObject({
      kind: 'connect',
      message: `connection reset by 127.0.0.1:${server.port}`,
    })
    expect(server.seen).toHaveLength(1)
  })

  it('that is closed without an answer is named', async () => {
    expect(failure(await get(server.on('/feed', hangUp)))).toMatchObject({
      kind: 'protocol',
      message: `127.0.0.1:${server.port} closed the connection without an answer`,
    })
  })

  it('that was kept alive and is gone when it is used again is made anew', async () => {
    const one = fetcher()
    let asked = 0
    const url = server.on('/feed', (seen, response) => {
      asked++
      if (asked === 2) seen.socket.resetAndDestroy()
      else response.end(FEED)
    })
    expect(text(await one.get(request(url)))).toBe(FEED)
    expect(text(await one.get(request(url)))).toBe(FEED)
    expect([asked, server.accepted()]).toEqual([3, 2])
  })

  it('is kept for the next request, also after 304, a redirect and a short error', async () => {
    const one = fetcher()
    server.on('/feed', body(FEED))
    const unchanged = server.on('/same', status(304))
    for (const url of [`${server.origin}/feed`, server.on('/moved', redirect('/feed')), `${server.origin}/none`]) {
      await one.get(request(url))
      // As between two polls: a connection is given back one turn of the loop after its last answer.
      await turn()
    }
    await one.get(request(unchanged, { validators: { etag: '"a"', lastModified: null } }))
    await turn()
    await one.get(request(`${server.origin}/feed`))
    expect([server.seen.length, server.accepted()]).toEqual([6, 1])
  })

  it('that is never made is given up after the connect timeout', async () => {
    const one = fetcher({ connectTimeout: 200 }, { lookup: () => {} })
    expect(failure(await one.get(request('http://slow.example/')))).toMatchObject({
      kind: 'timeout',
      message: 'no connection to slow.example within 0.2 s (poll.connectTimeout)',
    })
  })

  it('cannot be made to a name that does not exist', async () => {
    expect(failure(await get('http://nonexistent.invalid/feed', { allowPrivate: false }))).toMatchObject({
      kind: 'dns',
      message: expect.stringMatching(/^name does not resolve: nonexistent\.invalid \((?:ENOTFOUND|EAI_AGAIN)\)$/),
    })
  })

  it('that speaks no HTTP is named', async () => {
    expect(failure(await get(server.on('/feed', raw('220 ftp.example.org ready\r\n'))))).toMatchObject({
      kind: 'protocol',
      message: `answer of 127.0.0.1:${server.port} is not valid HTTP: Expected HTTP/, RTSP/ or ICE/`,
    })
    expect(
      failure(await get(server.on('/up', raw('HTTP/1.1 101 Switching\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n')))),
    ).toMatchObject({ kind: 'protocol' })
  })

  it('with a header of 1 MB is cut at 64 KB', async () => {
    expect(failure(await get(server.on('/feed', hugeHeader(1_048_576))))).toMatchObject({
      kind: 'size',
      message: `headers from 127.0.0.1:${server.port} are larger than 64 KB`,
    })
  })
})

describe('TLS', () => {
  it('carries HTTP/1.1 and HTTP/2 to a server whose certificate is trusted', async () => {
    const tls = makeCertificate()
    for (const http2 of [false, true]) {
      const secure = await startServer({ tls, http2 })
      const url = secure.on('/feed', body(gzipSync(FEED), { 'content-encoding': 'gzip', etag: '"a"' }))
      const one = fetcher({}, { ca: tls.cert })
      const result = await one.get(request(url))
      expect(text(result)).toBe(FEED)
      expect(result).toMatchObject({ url, validators: { etag: '"a"' } })
      expect(Object.keys(secure.seen[0]?.headers ?? {}).includes(':authority')).toBe(http2)
    }
  })

  it('over HTTP/2 meets the same hostility with the same words', async () => {
    const tls = makeCertificate()
    const secure = await startServer({ tls, http2: true })
    const one = fetcher({ totalTimeout: 1000, responseTimeout: 300, maxWireBytes: 300_000 }, { ca: tls.cert })
    const fails = async (path: string, behaviour: Behaviour) =>
      failure(await one.get(request(secure.on(path, behaviour))))
    expect(await fails('/silent', silent)).toMatchObject({ kind: 'timeout' })
    expect(await fails('/endless', endlessBody())).toMatchObject({ kind: 'size' })
    expect(await fails('/gone', status(410))).toMatchObject({ kind: 'gone' })
    const cut: Behaviour = (_asked, response) => {
      response.writeHead(200, { 'content-length': '100' })
      response.write('<rss>', 'utf8', () => response.destroy())
    }
    expect(await fails('/cut', cut)).toMatchObject({
      kind: 'protocol',
      message: expect.stringMatching(/^connection (?:closed|reset) after [05] of 100 bytes$/),
    })
    expect(text(await one.get(request(secure.on('/feed', body(FEED)))))).toBe(FEED)
  })

  it.each([
    ['self-signed', {}, 'it is self-signed'],
    ['expired', { from: new Date('2023-01-02'), to: new Date('2024-01-02') }, 'it expired on 2024-01-02'],
    ['early', { from: new Date('2099-05-06'), to: new Date('2100-01-01') }, 'it becomes valid on 2099-05-06'],
    ['of another host', { names: ['a.example', 'b.example'] }, 'it is for a.example, b.example'],
  ])('with a certificate that is %s says so', async (name, wish, why) => {
    const tls = makeCertificate(wish)
    const secure = await startServer({ tls })
    const one = fetcher({}, name === 'self-signed' ? {} : { ca: tls.cert })
    for (const attempt of [1, 2]) {
      const failed = failure(await one.get(request(secure.on('/feed', body(FEED)))))
      expect(failed, `attempt ${attempt}`).toMatchObject({
        kind: 'tls',
        message: `certificate of ${secure.origin} is not valid: ${why}`,
      })
    }
    expect(secure.seen).toEqual([])
  })

  it('with a port that speaks none says so', async () => {
    expect(failure(await get(`https://127.0.0.1:${server.port}/`))).toMatchObject({
      kind: 'tls',
      message: `TLS handshake with 127.0.0.1:${server.port} failed: the port does not speak TLS`,
    })
  })

  it('that breaks off in the handshake says so', async () => {
    const rude = createTcpServer(socket => socket.on('data', () => socket.end()))
    await new Promise<void>(resolve => rude.listen(0, '127.0.0.1', resolve))
    const address = rude.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    expect(failure(await get(`https://127.0.0.1:${port}/`))).toMatchObject({
      kind: 'tls',
      message: expect.stringContaining('TLS handshake'),
    })
    await new Promise(resolve => rude.close(resolve))
  })
})

describe('redirects', () => {
  it('are followed, and the result says where they ended', async () => {
    server.on('/a', redirect('/b', 301))
    server.on('/b', redirect(`${server.origin}/c?x=1#frag`, 308))
    server.on('/c?x=1', body(FEED))
    const result = await get(`${server.origin}/a`)
    expect(text(result)).toBe(FEED)
    expect(result).toMatchObject({ url: `${server.origin}/c?x=1` })
  })

  it('carry the validators to their end', async () => {
    server.on('/a', redirect('/b'))
    server.on('/b', status(304))
    const validators = { etag: '"x"', lastModified: null }
    expect(await get(`${server.origin}/a`, {}, { validators })).toMatchObject({ kind: 'unchanged' })
    expect(server.seen[1]?.headers['if-none-match']).toBe('"x"')
  })

  it('may lead to a path in raw UTF-8', async () => {
    server.on(encodeURI('/أخبار'), body(FEED))
    server.on('/a', raw('HTTP/1.1 302 Found\r\nLocation: /أخبار\r\nConnection: close\r\nContent-Length: 0\r\n\r\n'))
    expect(text(await get(`${server.origin}/a`))).toBe(FEED)
  })

  it('that lead in a circle are named', async () => {
    const a = server.on('/a', redirect('/b'))
    const b = server.on('/b', redirect('/a#again'))
    expect(failure(await get(a))).toMatchObject({
      kind: 'redirect',
      message: `redirect loop: ${a} -> ${b} -> ${a}`,
    })
    const self = server.on('/self', redirect('/self'))
    expect(failure(await get(self)).message).toBe(`redirect loop: ${self} -> ${self}`)
  })

  it('are not followed beyond the limit', async () => {
    for (let hop = 0; hop < 20; hop++) server.on(`/${hop}`, redirect(`/${hop + 1}`))
    const failed = failure(await get(`${server.origin}/0`, { maxRedirects: 3 }))
    expect(failed.kind).toBe('redirect')
    expect(failed.message).toContain('more than 3 redirects (poll.maxRedirects): ')
    expect(server.seen.map(one => one.path)).toEqual(['/0', '/1', '/2', '/3'])
    server.on('/3', body(FEED))
    expect(text(await get(`${server.origin}/0`, { maxRedirects: 3 }))).toBe(FEED)
  })

  it.each([
    ['without saying where', status(302)],
    ['to what is no URL', redirect('http://[')],
    ['to what is no URL', redirect(`/${'x'.repeat(20_000)}`)],
  ])('that lead nowhere are named: %s', async (words, behaviour) => {
    expect(failure(await get(server.on('/a', behaviour)))).toMatchObject({
      kind: 'redirect',
      message: expect.stringContaining(words),
    })
  })

  it.each([
    'file:///etc/passwd',
    'ftp://example.org/feed',
    'data:text/xml,<rss/>',
    'gopher://127.0.0.1:6379/_FLUSHALL',
  ])('to %s are refused', async location => {
    const failed = failure(await get(server.on('/a', redirect(location))))
    expect(failed.kind).toBe('address')
    expect(failed.message).toContain(`${server.origin}/a redirects to ${location.slice(0, 10)}`)
    expect(failed.message).toContain('only http and https URLs are polled')
  })

  it.each(['http://10.0.0.8/', 'http://2130706433/', 'http://[::ffff:127.0.0.1]/', 'http://localhost./', '//0x7f.1/'])(
    'to the private address %s are refused',
    async location => {
      const one = await publicFetcher()
      server.on('/a', redirect(location))
      const failed = failure(await one.get(request(`http://public.example:${server.port}/a`)))
      expect(failed).toMatchObject({
        kind: 'address',
        message: expect.stringContaining('set allowPrivate for this feed'),
      })
      expect(failed.message).toContain('public.example')
    },
  )

  it('to another origin drop configured headers and credentials, for good', async () => {
    const other = await startServer()
    const headers = { Authorization: 'Bearer secret', 'X-Key': 'secret', Cookie: 'secret' }
    server.on('/a', redirect('/b'))
    server.on('/b', redirect(`${other.origin}/c`))
    other.on('/c', redirect(`${server.origin}/d`))
    server.on('/d', body(FEED))
    expect(text(await get(`${server.origin}/a`, {}, { headers }))).toBe(FEED)
    const told = (seen: HostileServer['seen']) => seen.map(one => JSON.stringify(one.headers).includes('secret'))
    expect(told(server.seen)).toEqual([true, true, false])
    expect(told(other.seen)).toEqual([false])
    expect(server.seen[1]?.headers).toMatchObject({ authorization: 'Bearer secret', 'x-key': 'secret' })
  })

  it('may not bring a login of their own', async () => {
    server.on('/a', redirect(`http://user:evil@127.0.0.1:${server.port}/b`))
    server.on('/b', body(FEED))
    const result = await get(`${server.origin}/a`)
    expect(result).toMatchObject({ url: `${server.origin}/b` })
    expect(server.seen[1]?.headers).not.toHaveProperty('authorization')
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

/**
 * A fetcher with the real guard but for names, all of which it takes to be public and finds at the test's server: the
 * place in the network from which a redirect into a private one comes.
 */
async function publicFetcher(): Promise<Fetcher> {
  vi.doMock('../../src/collect/guard.ts', async original => ({
    ...(await original<typeof import('../../src/collect/guard.ts')>()),
    guardedLookup: () => resolvesTo('127.0.0.1'),
  }))
  vi.resetModules()
  const fresh = await import('../../src/collect/fetch.ts')
  vi.doUnmock('../../src/collect/guard.ts')
  const made = fresh.createFetcher(pollSettings({ allowPrivate: false }))
  fetchers.push(made)
  return made
}

describe('the guard', () => {
  it.each([
    'http://127.0.0.1/',
    'http://0x7f.1/',
    'http://2130706433/',
    'http://[::ffff:127.0.0.1]/',
    'http://[::]/',
    'http://169.254.169.254/',
    'http://localhost/',
    'http://localhost./',
  ])('refuses %s at the first request', async url => {
    expect(failure(await get(url, { allowPrivate: false }))).toMatchObject({ kind: 'address' })
  })

  it('refuses what is not http before asking anyone', async () => {
    expect(failure(await get('file:///etc/passwd'))).toMatchObject({ kind: 'address' })
    expect(failure(await get('no url'))).toMatchObject({ kind: 'address', message: 'not a URL: "no url"' })
  })

  it('refuses a name that resolves to a private address', async () => {
    const one = fetcher({ allowPrivate: false }, { lookup: resolvesTo('10.0.0.8') })
    expect(failure(await one.get(request('http://intranet.example.org/')))).toMatchObject({
      kind: 'address',
      message: 'address 10.0.0.8 of intranet.example.org is private; set allowPrivate for this feed to reach it',
    })
  })

  it('lets a feed reach it that is allowed to, and only that feed', async () => {
    const one = fetcher({ allowPrivate: false })
    const url = server.on('/feed', body(FEED))
    expect(text(await one.get(request(url, { allowPrivate: true })))).toBe(FEED)
    expect(failure(await one.get(request(url)))).toMatchObject({ kind: 'address' })
    // The connection the allowed feed left open serves nobody else.
    const named = fetcher({ allowPrivate: false }, { lookup: resolvesTo('127.0.0.1') })
    const byName = `http://name.example:${server.port}/feed`
    expect(text(await named.get(request(byName, { allowPrivate: true })))).toBe(FEED)
    expect(failure(await named.get(request(byName)))).toMatchObject({ kind: 'address' })
    expect(server.seen).toHaveLength(2)
  })

  it('checks the address that is connected to, not one resolved before (rebinding)', async () => {
    const asked: string[] = []
    const rebinding: LookupFunction = (name, _options, callback) => {
      asked.push(name)
      // Public for whoever looks first, private for whoever looks again.
      callback(null, [{ address: asked.length === 1 ? '203.0.114.1' : '127.0.0.1', family: 4 }])
    }
    const one = fetcher({ allowPrivate: false, connectTimeout: 300, totalTimeout: 600 }, { lookup: rebinding })
    const url = `http://rebind.example:${server.port}/feed`
    server.on('/feed', body(FEED))
    const first = failure(await one.get(request(url)))
    expect(first.kind).not.toBe('address')
    const second = failure(await one.get(request(url)))
    expect(second).toMatchObject({ kind: 'address', message: expect.stringContaining('127.0.0.1 of rebind.example') })
    expect(server.accepted()).toBe(0)
    // One look-up a connection: there is no second one to give another answer to.
    expect(asked).toHaveLength(2)
  })

  it('looks again at every redirect to a name', async () => {
    const one = fetcher({}, { lookup: resolvesTo('224.0.0.1') })
    const failed = failure(await one.get(request(server.on('/a', redirect('http://inside.example/')))))
    expect(failed).toMatchObject({ kind: 'address', message: expect.stringContaining('224.0.0.1 of inside.example') })
  })
})
