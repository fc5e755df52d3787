import { request as plainRequest } from 'node:http'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { watchLoop } from '../../helpers/event-loop.ts'
import { eventually } from '../../helpers/eventually.ts'
import { FEED, failure, fetcher, get, request, server, text, useServer } from '../../helpers/fetching.ts'
import {
  body,
  endlessBody,
  endlessHints,
  longBody,
  raw,
  shortBody,
  silent,
  slowBody,
  slowHeaders,
  status,
} from '../../helpers/hostile-server.ts'

useServer()

/** What any client does with such a body, and nothing more: read it, chunk by chunk. */
function plainGet(url: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const asked = plainRequest(url, { agent: false }, answer => answer.on('data', () => {}).on('end', resolve))
    asked.on('error', reject).end()
  })
}

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
    let [ours, plain] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]
    // The best of three, because the first runs on code that is not compiled yet.
    for (let round = 0; round < 3; round++) {
      plain = Math.min(plain, (await watchLoop(() => plainGet(url))).longest)
      const { result, longest } = await watchLoop(() => get(url))
      expect(result).toMatchObject({ kind: 'body', wireBytes: 300_000 })
      ours = Math.min(ours, longest)
    }
    // Processor time is counted in ticks, of which a short stretch may have none.
    expect(ours).toBeLessThan(10 * Math.max(plain, 5))
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
      message: expect.stringMatching(/^body is not valid HTTP after [05] bytes: a chunk of its body is malformed$/),
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
